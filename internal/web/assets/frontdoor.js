// The little script pages carry. Every page works without it.
// designSystem is the design systems' own script, joined before this one.

const body = document.body
// A browser that reads modules is one the design systems support.
body.classList.add('js-enabled', 'govuk-frontend-supported')
designSystem.start()

const clock = () => new Date().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'Europe/London' })
const wait = (ms) => new Promise((done) => setTimeout(done, ms))
// A press that has begun is let end before anything moves: between its start and
// its end what is pressed must stay where it is, or the press is lost.
let pressing = false
addEventListener('pointerdown', () => { pressing = true }, true)
for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => { pressing = false }, true)
const whenReleased = (then) => {
  if (!pressing) return false
  for (const end of ['pointerup', 'pointercancel']) addEventListener(end, () => setTimeout(then), { once: true })
  return true
}

const say = (element, words, state) => {
  if (!element || whenReleased(() => say(element, words, state))) return
  if (element.textContent !== words) element.textContent = words
  if (state) element.dataset.state = state
}

// Signing in again in another tab, without losing this page.
let dialog
function askToSignIn(retry) {
  if (!dialog) {
    dialog = document.createElement('dialog')
    dialog.className = 'fd-dialog'
    dialog.setAttribute('aria-labelledby', 'fd-dialog-title')
    const title = document.createElement('h2')
    title.className = 'govuk-heading-m'
    title.id = 'fd-dialog-title'
    title.textContent = 'You have been signed out'
    const text = document.createElement('p')
    text.className = 'govuk-body'
    text.textContent = 'What you typed is still on this page. Sign in again in a new tab, then come back here and save it. Do not close this page.'
    const group = document.createElement('div')
    group.className = 'govuk-button-group'
    const link = document.createElement('a')
    link.className = 'govuk-button'
    link.setAttribute('role', 'button')
    link.href = body.dataset.signIn || '/sign-in'
    link.target = '_blank'
    link.rel = 'noopener'
    link.textContent = 'Sign in again (opens a new tab)'
    const done = document.createElement('button')
    done.type = 'button'
    done.className = 'govuk-button govuk-button--secondary'
    done.textContent = 'I have signed in'
    done.addEventListener('click', () => dialog.close())
    group.append(link, done)
    dialog.append(title, text, group)
    dialog.addEventListener('close', () => dialog.retry())
    body.append(dialog)
  }
  dialog.retry = retry
  if (!dialog.open) dialog.showModal()
}

// Forms that save themselves: <form data-autosave="/path">. Only the answers
// that changed are sent, with any control marked data-autosave-always (such as
// the revision the page started from). They are kept in this page's memory
// until the server has them, never in the browser's storage: computers are shared.
class Autosave {
  constructor(form) {
    this.form = form
    this.path = form.dataset.autosave
    this.status = form.querySelector('[data-autosave-status]')
    this.dirty = new Set()
    this.failures = 0
    this.held = new Map() // what the server has, or is being sent, by name
    for (const name of new Set([...form.elements].map((e) => e.name))) this.held.set(name, this.now(name))
    form.addEventListener('input', (event) => this.changed(event.target))
    form.addEventListener('change', (event) => this.changed(event.target))
    form.addEventListener('submit', () => { this.leaving = true; clearTimeout(this.timer) })
    addEventListener('online', () => this.save())
    addEventListener('offline', () => this.tell())
    addEventListener('pagehide', () => this.last())
    addEventListener('pageshow', () => { this.leaving = false })
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') this.save() })
    addEventListener('beforeunload', (event) => { if (!this.leaving && (this.dirty.size || this.sending)) event.preventDefault() })
  }

  now(name) { return JSON.stringify(new FormData(this.form).getAll(name).filter((v) => typeof v === 'string')) }

  changed(control) {
    if (!control.name || control.type === 'file' || control.type === 'password' || control.closest('[data-autosave-never]')) return
    // Leaving a box says it changed, though what was typed in it went already.
    if (!this.dirty.has(control.name) && this.held.get(control.name) === this.now(control.name)) return
    this.dirty.add(control.name)
    const now = performance.now()
    if (!this.since) this.since = now
    clearTimeout(this.timer)
    // 0.8 seconds after the last key, and never more than 2 seconds after the first.
    this.timer = setTimeout(() => this.save(), Math.max(0, Math.min(800, this.since + 2000 - now)))
  }

  pick(names) {
    const all = new FormData(this.form)
    const out = new FormData()
    for (const name of names) {
      const values = all.getAll(name).filter((v) => typeof v === 'string')
      if (values.length) for (const v of values) out.append(name, v)
      else out.append(name, '')
    }
    for (const control of this.form.querySelectorAll('[data-autosave-always]')) if (!names.has(control.name)) out.append(control.name, control.value)
    return new URLSearchParams(out)
  }

  send(names, keepalive) {
    return fetch(this.path, {
      method: 'POST', body: this.pick(names), keepalive, credentials: 'same-origin', redirect: 'error',
      headers: { Accept: 'application/json', 'X-Autosave': '1' }
    })
  }

  async save() {
    if (this.sending || this.leaving || !this.dirty.size) return
    clearTimeout(this.timer)
    if (!navigator.onLine) return this.tell()
    const names = this.dirty
    this.dirty = new Set()
    this.since = 0
    this.sending = names
    for (const name of names) this.held.set(name, this.now(name))
    let response
    try {
      response = await this.send(names, false)
    } catch {
      response = null
    }
    this.sending = null
    if (response && response.ok) {
      this.failures = 0
      const answer = response.status === 204 ? {} : await response.json().catch(() => ({}))
      this.refresh(answer)
      say(this.status, 'Saved ' + (answer.saved || clock()), 'saved')
      if (this.dirty.size) this.save()
      return
    }
    for (const name of names) { this.dirty.add(name); this.held.delete(name) }
    if (response && response.status === 401) {
      say(this.status, 'Not saved. You have been signed out. What you typed is still on this page.', 'failed')
      return askToSignIn(() => this.save())
    }
    if (response && response.status < 500 && response.status !== 429) {
      // Sending the same again will not help: say what the server said and wait for a change.
      const answer = await response.json().catch(() => ({}))
      return say(this.status, 'Not saved. ' + (answer.error || 'Use the button at the end of the page to save.'), 'failed')
    }
    this.failures++
    this.tell()
    await wait(Math.min(30000, 1000 * 2 ** Math.min(this.failures, 5)))
    this.save()
  }

  // The server may answer with new values for controls marked
  // data-autosave-always, such as the revision just made.
  refresh(answer) {
    for (const control of this.form.querySelectorAll('[data-autosave-always]')) {
      if (answer.values && control.name in answer.values) control.value = answer.values[control.name]
    }
  }

  tell() {
    if (!this.dirty.size && navigator.onLine) return
    say(this.status, navigator.onLine
      ? 'Not saved yet. Trying again. What you typed is still on this page.'
      : 'Not saved. You are offline. What you typed is still on this page and will be saved when you are back.', 'failed')
  }

  // Leaving the page: send what is left, and let it finish after the page has gone.
  last() {
    const names = new Set([...this.dirty, ...(this.sending || [])])
    if (this.leaving || !names.size) return
    this.leaving = true
    this.send(names, true).then((r) => { if (r.ok) this.dirty.clear() }, () => {})
  }
}
for (const form of document.querySelectorAll('form[data-autosave]')) new Autosave(form)

// Live pieces of a page: <div id="board" data-live="/events">. On each message
// the piece is fetched again and swapped, keeping focus, ticks and open details.
class Live {
  constructor(element) {
    this.id = element.dataset.liveTarget || element.id
    this.from = element.dataset.liveSrc || location.pathname + location.search
    this.status = document.querySelector('[data-live-status]')
    this.events = new EventSource(element.dataset.live)
    this.events.onmessage = () => this.soon()
    this.events.onerror = () => {
      if (this.events.readyState === EventSource.CLOSED) say(this.status, 'This page has stopped updating itself. Refresh it to see changes.', 'failed')
    }
    this.events.onopen = () => {
      // What happened while the line was down was missed.
      if (this.opened) this.soon()
      this.opened = true
    }
    addEventListener('pagehide', () => this.events.close())
  }

  soon() {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.swap(), 150)
  }

  async swap() {
    const old = document.getElementById(this.id)
    if (!old) return
    if (whenReleased(() => this.soon())) return
    // Someone typing or choosing in it is not interrupted.
    if (old.contains(document.activeElement) && document.activeElement.matches('input:not([type=checkbox],[type=radio]),textarea,select')) {
      document.activeElement.addEventListener('blur', () => this.soon(), { once: true })
      return
    }
    let response
    try {
      response = await fetch(this.from, { credentials: 'same-origin', headers: { 'X-Fragment': this.id } })
    } catch {
      return
    }
    if (response.status === 401 || response.redirected) return askToSignIn(() => this.soon())
    if (!response.ok) return
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById(this.id)
    if (!fresh) return
    const key = (e) => e.id || (e.getAttribute('href') && 'href:' + e.getAttribute('href')) || (e.name && 'name:' + e.name + ':' + e.value)
    const focused = old.contains(document.activeElement) ? key(document.activeElement) : null
    const ticked = new Set([...old.querySelectorAll('input:checked')].map(key))
    const opened = new Set([...old.querySelectorAll('details[open][id]')].map((e) => e.id))
    for (const e of fresh.querySelectorAll('input[type=checkbox]')) e.checked = ticked.has(key(e))
    for (const e of fresh.querySelectorAll('details[id]')) e.open = opened.has(e.id)
    old.replaceChildren(...fresh.childNodes)
    designSystem.start(old)
    helpers(old)
    if (focused) {
      const again = [...old.querySelectorAll('a,button,input,summary,[tabindex]')].find((e) => key(e) === focused)
      if (again) again.focus({ preventScroll: true })
    }
    say(this.status, 'Updated ' + clock(), 'saved')
  }
}
for (const element of document.querySelectorAll('[data-live]')) new Live(element)

// Small helps, for the page and for pieces swapped into it.
function helpers(scope) {
  for (const e of scope.querySelectorAll('textarea[data-autosize]')) {
    if (CSS.supports('field-sizing', 'content')) break
    const grow = () => { e.style.height = 'auto'; e.style.height = e.scrollHeight + 4 + 'px' }
    e.addEventListener('input', grow)
    grow()
  }
  for (const e of scope.querySelectorAll('input[type=file][data-max-bytes]')) {
    e.addEventListener('change', () => {
      const limit = Number(e.dataset.maxBytes)
      const big = [...e.files].filter((f) => f.size > limit)
      let note = document.getElementById(e.id + '-size')
      if (!note) {
        note = document.createElement('p')
        note.id = e.id + '-size'
        note.className = 'govuk-error-message'
        note.setAttribute('role', 'alert')
        e.before(note)
      }
      note.textContent = big.length ? 'Choose a file smaller than ' + Math.floor(limit / 1e6) + ' MB: ' + big.map((f) => f.name).join(', ') : ''
    })
  }
}
helpers(document)

// A page that must be left fast is left by one press of Escape, and is not gone
// back to.
if (body.dataset.leave) {
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    body.hidden = true
    document.title = 'New tab'
    location.replace(body.dataset.leave)
  })
}

if (navigator.share) for (const button of document.querySelectorAll('[data-share]')) button.hidden = false

document.addEventListener('click', async (event) => {
  const target = event.target.closest('[data-copy],[data-print],[data-share],.govuk-error-summary a')
  if (!target) return
  if ('print' in target.dataset) return print()
  if ('share' in target.dataset) return navigator.share({ url: document.getElementById(target.dataset.share).textContent.trim() }).catch(() => {})
  if ('copy' in target.dataset) {
    const from = document.getElementById(target.dataset.copy)
    const note = target.parentElement.querySelector('.fd-copied')
    try {
      await navigator.clipboard.writeText((from.value ?? from.textContent).trim())
      say(note, 'Copied')
    } catch {
      getSelection().selectAllChildren(from)
      say(note, 'Selected. Copy it with your keyboard or menu.')
    }
    return
  }
  // A question asked in several boxes has one id round them: go to the first.
  const asked = document.getElementById(decodeURIComponent(new URL(target.href).hash.slice(1)))
  if (asked && !asked.matches('input,textarea,select')) asked.querySelector('input,textarea,select')?.focus()
})

// What this device keeps for when it has no connection (/offline): a page of the
// copy says how old it is, and the manual's own pages say when the copy was
// superseded. Where nothing is kept, this does nothing.
const kept = document.querySelector('[data-kept-made]')
const keeper = navigator.serviceWorker && navigator.serviceWorker.controller
if (kept) {
  const days = Math.floor((Date.now() - new Date(kept.dataset.keptMade + 'T00:00:00Z')) / 86400000)
  if (days > 0) say(kept.querySelector('[data-kept-age]'), days === 1 ? ', 1 day old' : `, ${days} days old`)
}
if (keeper && (kept || /^\/(manual|contacts|offline)(\/|$)/.test(location.pathname))) {
  const place = document.getElementById('content')
  const tell = (words, href, link) => {
    const old = document.querySelector('.app-kept-news')
    if (old) old.remove()
    const box = document.createElement('div')
    box.className = 'app-alert app-kept-news'
    box.setAttribute('role', 'status')
    const text = document.createElement('p')
    text.className = 'govuk-body'
    const to = document.createElement('a')
    to.className = 'govuk-link'
    to.href = href
    to.textContent = link
    text.append(words + ' ', to)
    if (!kept) {
      const hide = document.createElement('button')
      hide.type = 'button'
      hide.className = 'fd-linkbutton'
      hide.textContent = 'Hide this'
      hide.addEventListener('click', () => { keeper.postMessage({ do: 'seen' }); box.remove() })
      text.append(' ', hide)
    }
    box.append(text)
    place.prepend(box)
  }
  navigator.serviceWorker.addEventListener('message', ({ data }) => {
    if (data.news) tell(data.news, '/manual/changes', 'See what changed')
    else if (data.back && kept) tell('There is a connection again.', location.href, 'Read this page as it is now')
  })
  keeper.postMessage({ do: 'hear' })
  if (kept) {
    const hear = () => keeper.postMessage({ do: 'hear' })
    addEventListener('online', hear)
    setInterval(hear, 30000)
  }
}
