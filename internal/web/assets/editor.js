// Helps for writing texts: buttons over the box, and what readers will see beside
// it. The page works without them.
const box = document.querySelector('textarea[data-markdown]')

const put = (before, after = '', otherwise = '') => {
  const from = box.selectionStart
  const words = box.value.slice(from, box.selectionEnd) || otherwise
  box.focus()
  // The old way of typing for someone is the only one that can be undone.
  if (!document.execCommand('insertText', false, before + words + after)) box.setRangeText(before + words + after)
  box.setSelectionRange(from + before.length, from + before.length + words.length)
  box.dispatchEvent(new Event('input', { bubbles: true }))
}

// Marks that stand at the beginning of each line.
const lines = (mark) => {
  const from = box.value.lastIndexOf('\n', box.selectionStart - 1) + 1
  const end = box.value.indexOf('\n', box.selectionEnd)
  box.setSelectionRange(from, end < 0 ? box.value.length : end)
  const words = box.value.slice(box.selectionStart, box.selectionEnd)
  const marked = words.split('\n').map((line, i) => (typeof mark === 'function' ? mark(i) : mark) + line).join('\n')
  if (!document.execCommand('insertText', false, marked)) box.setRangeText(marked)
  box.dispatchEvent(new Event('input', { bubbles: true }))
}

const buttons = [
  ['Bold', () => put('**', '**', 'words')],
  ['Italic', () => put('*', '*', 'words')],
  ['Heading', () => lines('## ')],
  ['Smaller heading', () => lines('### ')],
  ['Points', () => lines('- ')],
  ['Numbers', () => lines((i) => `${i + 1}. `)],
  ['Boxes to tick', () => lines('- [ ] ')],
  ['Link', () => put('[', '](page:)', 'words')],
  ['Warning', () => lines((i) => (i ? '> ' : '> [!danger]\n> '))],
  ['Note', () => lines((i) => (i ? '> ' : '> [!note]\n> '))]
]

if (box) {
  const bar = document.createElement('div')
  bar.className = 'fd-toolbar'
  bar.setAttribute('role', 'toolbar')
  bar.setAttribute('aria-label', 'Marks for the text')
  bar.setAttribute('aria-controls', box.id)
  buttons.forEach(([name, act], i) => {
    const b = document.createElement('button')
    b.type = 'button'
    b.className = 'govuk-button govuk-button--secondary fd-toolbar__button'
    b.textContent = name
    b.tabIndex = i ? -1 : 0
    b.addEventListener('click', act)
    bar.append(b)
  })
  bar.addEventListener('keydown', (event) => {
    const all = [...bar.children]
    const at = all.indexOf(document.activeElement)
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key]
    if (to === undefined) return
    event.preventDefault()
    const next = all[(to + all.length) % all.length]
    all[at].tabIndex = -1
    next.tabIndex = 0
    next.focus()
  })
  box.before(bar)

  const shown = document.getElementById('preview')
  const form = box.form
  let timer
  let asked = 0
  const look = async () => {
    const mine = ++asked
    const data = new URLSearchParams()
    for (const name of ['file', 'content', 'base']) data.set(name, form.elements[name].value)
    let response
    try {
      response = await fetch('/texts/preview', { method: 'POST', body: data, credentials: 'same-origin', redirect: 'error', headers: { 'X-Fragment': 'preview' } })
    } catch {
      return
    }
    if (!response.ok || mine !== asked) return
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('preview')
    if (fresh) shown.replaceChildren(...fresh.childNodes)
  }
  box.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 900) })
  look()
}
