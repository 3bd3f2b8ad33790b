// The page on which a reader keeps a copy on this device, looks after it and
// takes it away (/offline). Loaded there only.

const root = document.querySelector('[data-offline]')
if (root) {
  const status = root.querySelector('[data-offline-status]')
  const buttons = Object.fromEntries([...root.querySelectorAll('[data-offline-do]')].map((b) => [b.dataset.offlineDo, b]))
  const able = 'serviceWorker' in navigator && 'caches' in window

  const show = (words, names) => {
    status.textContent = words
    for (const [name, button] of Object.entries(buttons)) {
      button.hidden = !names.includes(name)
      button.disabled = false
    }
  }
  const days = (made) => Math.max(0, Math.floor((Date.now() - new Date(made + 'T00:00:00Z')) / 86400000))
  const age = (made) => ['made today', 'made yesterday'][days(made)] || days(made) + ' days old'
  const holds = (kept) => kept
    ? show('Kept: a copy of ' + kept.madeOn + ', ' + age(kept.made) + '. ' + kept.says + (kept.stale ? ' It is out of date.' : ''), ['update', 'drop'])
    : show('Nothing is kept.', ['keep'])

  const say = (worker, wish) => new Promise((done) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = (event) => done(event.data)
    worker.postMessage({ do: wish }, [port2])
  })

  const acts = {
    async keep() {
      show('Keeping a copy…', [])
      await navigator.serviceWorker.register('/sw.js', { scope: '/' })
      const ready = await navigator.serviceWorker.ready
      const answer = await say(ready.active, 'keep')
      if (answer.failed) {
        // Half a copy is none.
        await acts.drop()
        return show('The copy could not be kept. Look at your connection and try again.', ['keep'])
      }
      holds(answer.kept)
    },
    async update() {
      show('Updating the copy…', [])
      const ready = await navigator.serviceWorker.ready
      const answer = await say(ready.active, 'keep')
      if (answer.failed) show('The copy could not be updated. The older one is still kept. Look at your connection and try again.', ['update', 'drop'])
      else holds(answer.kept)
    },
    async drop() {
      for (const name of await caches.keys()) await caches.delete(name)
      for (const one of await navigator.serviceWorker.getRegistrations()) await one.unregister()
      show('Removed. Nothing is kept.', ['keep'])
      buttons.keep.focus()
    }
  }

  if (!able) show('This browser cannot keep a copy, or is in a private window. Download the PDF instead.', [])
  else {
    for (const [name, button] of Object.entries(buttons)) {
      button.addEventListener('click', () => {
        button.disabled = true
        acts[name]().catch(() => show('That did not work. Try again, or download the PDF instead.', ['keep', 'drop']))
      })
    }
    const found = await navigator.serviceWorker.getRegistration('/')
    if (found && found.active) holds((await say(found.active, 'seen')).kept)
    else holds(null)
  }
}
