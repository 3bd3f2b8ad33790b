// Passkeys: asks the server what to prove, the device to prove it, and tells
// the server. Pages with <div data-passkey="/path"> hold the button.
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
const list = (items) => (items || []).map((c) => ({ ...c, id: bytes(c.id) }))

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST', body: body && JSON.stringify(body), credentials: 'same-origin', redirect: 'error',
    headers: { Accept: 'application/json', 'Content-Type': 'application/json' }
  })
  const answer = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(answer.error || 'That did not work. Try again, or sign in another way.')
  return answer
}

async function prove({ publicKey }) {
  publicKey.challenge = bytes(publicKey.challenge)
  if (publicKey.user) {
    publicKey.user.id = bytes(publicKey.user.id)
    publicKey.excludeCredentials = list(publicKey.excludeCredentials)
    const made = await navigator.credentials.create({ publicKey })
    return {
      id: made.id, rawId: text(made.rawId), type: made.type, clientExtensionResults: made.getClientExtensionResults(),
      response: {
        attestationObject: text(made.response.attestationObject), clientDataJSON: text(made.response.clientDataJSON),
        transports: made.response.getTransports ? made.response.getTransports() : []
      }
    }
  }
  publicKey.allowCredentials = list(publicKey.allowCredentials)
  const used = await navigator.credentials.get({ publicKey })
  return {
    id: used.id, rawId: text(used.rawId), type: used.type, clientExtensionResults: used.getClientExtensionResults(),
    response: {
      authenticatorData: text(used.response.authenticatorData), clientDataJSON: text(used.response.clientDataJSON),
      signature: text(used.response.signature), userHandle: used.response.userHandle ? text(used.response.userHandle) : undefined
    }
  }
}

for (const box of document.querySelectorAll('[data-passkey]')) {
  if (!window.PublicKeyCredential) {
    box.remove()
    continue
  }
  const button = box.querySelector('button')
  const note = box.querySelector('[role=alert]')
  button.addEventListener('click', async () => {
    button.disabled = true
    note.hidden = true
    try {
      const answer = await prove(await post(box.dataset.passkey + '/begin'))
      const done = await post(box.dataset.passkey + '/finish?next=' + encodeURIComponent(box.dataset.next || ''), answer)
      location.assign(done.next)
    } catch (error) {
      note.textContent = error.name === 'NotAllowedError' ? 'The passkey was not used. Try again, or sign in another way.' : error.message
      note.hidden = false
      button.disabled = false
    }
  })
}
