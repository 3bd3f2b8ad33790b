// The copy of guidance that this device keeps, because its reader asked for it
// on /offline. It holds public pages only, which are drawn for it and are the
// same for everyone. While there is a connection every page comes from the site
// as if this were not here, and nothing that comes is kept.

const CACHE = 'kept'
const STAMP = '/offline/stamp' // which copy is kept, and what to say about it

// The pages that the copy may stand in for. No other is touched: no record, no
// form, nothing of anyone signed in.
const OURS = /^\/(?:$|(?:manual|page|young-people|parents|professionals|about)(?:\/[a-z0-9-]+)?$|contacts?$|offline$)/
const FILES = /^\/(?:assets|pictures)\//

// How long a page may take before the copy is shown instead.
const PATIENCE = 10000

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate' && OURS.test(url.pathname)) event.respondWith(page(event, url))
  else if (FILES.test(url.pathname)) event.respondWith(file(request))
})

async function page(event, url) {
  let answer = null
  try {
    answer = await Promise.race([fetch(event.request), new Promise((_, no) => setTimeout(() => no(new Error('slow')), PATIENCE))])
  } catch { /* no connection */ }
  // A gate on the way that cannot reach the site is no connection either.
  if (answer && (answer.status < 502 || answer.status > 504)) {
    event.waitUntil(hear())
    return answer
  }
  const cache = await caches.open(CACHE)
  const stamp = await read(cache)
  if (!stamp) return answer || Response.error()
  // A question in the address asks for another text than the one that is kept.
  return (!url.search && await cache.match(url.pathname)) || await cache.match(stamp.start) || answer || Response.error()
}

async function file(request) {
  try {
    return await fetch(request)
  } catch {
    return (await caches.match(request, { cacheName: CACHE, ignoreVary: true })) || Response.error()
  }
}

async function read(cache) {
  const found = await cache.match(STAMP)
  return found ? found.json() : null
}

const write = (cache, stamp) => cache.put(STAMP, new Response(JSON.stringify(stamp)))

// What the site is asked for carries nothing that says who asks.
const ask = (path) => fetch(path, { credentials: 'omit', cache: 'no-store' })

// keep fetches the whole copy and puts it in the place of the one before. What
// cannot be fetched whole changes nothing.
async function keep(news) {
  const answer = await ask('/offline/bundle.json')
  if (!answer.ok) throw new Error('The site answered ' + answer.status)
  const bundle = await answer.json()
  const files = await Promise.all(bundle.assets.map(async (path) => {
    const got = await ask(path)
    if (!got.ok) throw new Error(path + ' answered ' + got.status)
    return [path, got]
  }))
  // A page that is kept is guarded as one that comes from the site.
  const guards = {}
  for (const name of ['Content-Security-Policy', 'Cross-Origin-Opener-Policy', 'Cross-Origin-Embedder-Policy', 'Cross-Origin-Resource-Policy',
    'Referrer-Policy', 'X-Content-Type-Options', 'X-Frame-Options', 'Permissions-Policy', 'Origin-Agent-Cluster']) {
    const value = answer.headers.get(name)
    if (value) guards[name] = value
  }
  const cache = await caches.open(CACHE)
  const held = new Set([STAMP])
  for (const [path, got] of files) {
    held.add(path)
    await cache.put(path, got)
  }
  for (const [path, html] of Object.entries(bundle.pages)) {
    held.add(path)
    await cache.put(path, new Response(html, { headers: { ...guards, 'Content-Type': 'text/html; charset=utf-8' } }))
  }
  const { version, edition, says, made, madeOn, start } = bundle
  const stamp = { version, edition, says, made, madeOn, start, news }
  await write(cache, stamp)
  for (const old of await cache.keys()) if (!held.has(new URL(old.url).pathname)) await cache.delete(old)
  return stamp
}

// hear asks the site whether the copy is still the newest, tells the reader when
// it is not, and brings it up to date. Where the site cannot be heard it does
// nothing.
let hearing = null
function hear() {
  hearing ||= listen().finally(() => { hearing = null })
  return hearing
}

async function listen() {
  if (!await caches.has(CACHE)) return
  const cache = await caches.open(CACHE)
  const stamp = await read(cache)
  if (!stamp) return
  let now
  try {
    const answer = await ask('/offline/version.json')
    if (!answer.ok) return
    now = await answer.json()
  } catch {
    return
  }
  await tell({ back: true })
  if (now.version === stamp.version) {
    // It was looked at, and it holds: it is as good as a copy of today.
    if (stamp.stale) await write(cache, { ...stamp, stale: false })
    return
  }
  const news = stamp.edition !== now.edition
    ? 'The manual on this device, a copy of ' + stamp.madeOn + ', has been superseded. In force now: ' + now.says
    : (stamp.news || 'The copy of ' + stamp.madeOn + ' on this device has been superseded: pages or numbers in it were changed.')
  // Told before anything else: fetching the new copy may fail.
  await write(cache, { ...stamp, news, stale: true })
  await tell({ news })
  try {
    await keep(news)
  } catch { /* It is tried again with the next page, and the reader knows. */ }
}

async function tell(words) {
  for (const client of await self.clients.matchAll({ type: 'window' })) client.postMessage(words)
}

// What pages may ask: state, keep, drop, seen and hear.
self.addEventListener('message', (event) => {
  const reply = (words) => (event.ports[0] || event.source).postMessage(words)
  event.waitUntil(answerTo(event.data && event.data.do).then(reply, (err) => reply({ failed: String(err.message || err) })))
})

async function answerTo(wish) {
  if (wish === 'drop') {
    for (const name of await caches.keys()) await caches.delete(name)
    return { kept: null }
  }
  if (wish === 'keep') return { kept: await keep('') }
  if (!await caches.has(CACHE)) return { kept: null }
  const cache = await caches.open(CACHE)
  if (wish === 'seen') await write(cache, { ...await read(cache), news: '' })
  if (wish === 'hear') await hear()
  const kept = await read(cache)
  return { kept, news: kept ? kept.news : '' }
}
