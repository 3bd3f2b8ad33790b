package secret

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/go-webauthn/webauthn/protocol/webauthncbor"

	"frontdoor/internal/fault"
)

// device is an authenticator in software: one P-256 key.
type device struct {
	key      *ecdsa.PrivateKey
	id       []byte
	user     []byte
	count    uint32
	verifies bool // checks a fingerprint or PIN
	origin   string
	domain   string
}

func newDevice(t *testing.T) *device {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	return &device{key: k, id: id, verifies: true, origin: "https://frontdoor.example", domain: "frontdoor.example"}
}

var b64 = base64.RawURLEncoding

func (d *device) data(registering bool, t *testing.T) []byte {
	h := sha256.Sum256([]byte(d.domain))
	flags := byte(0x01)
	if d.verifies {
		flags |= 0x04
	}
	if registering {
		flags |= 0x40
	}
	d.count++
	out := binary.BigEndian.AppendUint32(append(h[:], flags), d.count)
	if !registering {
		return out
	}
	pub, err := d.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	cose, err := webauthncbor.Marshal(map[int]any{1: 2, 3: -7, -1: 1, -2: pub[1:33], -3: pub[33:]})
	if err != nil {
		t.Fatal(err)
	}
	out = append(out, make([]byte, 16)...)
	out = binary.BigEndian.AppendUint16(out, uint16(len(d.id)))
	return append(append(out, d.id...), cose...)
}

func (d *device) client(t *testing.T, kind, challenge string) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{"type": kind, "challenge": challenge, "origin": d.origin, "crossOrigin": false})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (d *device) reply(t *testing.T, response map[string]any) []byte {
	t.Helper()
	b, err := json.Marshal(map[string]any{
		"id": b64.EncodeToString(d.id), "rawId": b64.EncodeToString(d.id), "type": "public-key",
		"response": response, "clientExtensionResults": map[string]any{},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type options struct {
	PublicKey struct {
		Challenge        string
		User             struct{ ID string }
		UserVerification string
		AllowCredentials []struct{ ID string }
		Exclude          []struct{ ID string } `json:"excludeCredentials"`
	}
}

func read(t *testing.T, b []byte) options {
	t.Helper()
	var o options
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	return o
}

func (d *device) create(t *testing.T, forBrowser []byte) []byte {
	t.Helper()
	o := read(t, forBrowser)
	d.user, _ = b64.DecodeString(o.PublicKey.User.ID)
	object, err := webauthncbor.Marshal(map[string]any{"fmt": "none", "attStmt": map[string]any{}, "authData": d.data(true, t)})
	if err != nil {
		t.Fatal(err)
	}
	return d.reply(t, map[string]any{
		"clientDataJSON":    b64.EncodeToString(d.client(t, "webauthn.create", o.PublicKey.Challenge)),
		"attestationObject": b64.EncodeToString(object),
	})
}

func (d *device) get(t *testing.T, forBrowser []byte) []byte {
	t.Helper()
	client := d.client(t, "webauthn.get", read(t, forBrowser).PublicKey.Challenge)
	data := d.data(false, t)
	ch := sha256.Sum256(client)
	sum := sha256.Sum256(append(append([]byte{}, data...), ch[:]...))
	sig, err := ecdsa.SignASN1(rand.Reader, d.key, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return d.reply(t, map[string]any{
		"clientDataJSON": b64.EncodeToString(client), "authenticatorData": b64.EncodeToString(data),
		"signature": b64.EncodeToString(sig), "userHandle": b64.EncodeToString(d.user),
	})
}

func site(t *testing.T) *Passkeys {
	t.Helper()
	p, err := NewPasskeys("frontdoor.example", "Frontdoor", "https://frontdoor.example")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// enrolled is an account with one device's passkey.
func enrolled(t *testing.T, p *Passkeys, id string) (PasskeyAccount, *device) {
	t.Helper()
	a, d := PasskeyAccount{ID: id, Name: "worker", Shown: "Worker"}, newDevice(t)
	o, keep, err := p.BeginRegistration(a, noon)
	if err != nil {
		t.Fatal(err)
	}
	k, err := p.FinishRegistration(a, keep, d.create(t, o), noon)
	if err != nil {
		t.Fatal(err)
	}
	if k.ID != b64.EncodeToString(d.id) || string(d.user) != id {
		t.Fatalf("passkey %s for %q", k.ID, d.user)
	}
	a.Passkeys = []Passkey{k}
	return a, d
}

func signInFault(t *testing.T, what string, err error) {
	t.Helper()
	if fault.KindOf(err) != fault.SignIn {
		t.Errorf("%s: %v", what, err)
	}
}

func TestPasskeySecondFactor(t *testing.T) {
	t.Parallel()
	p := site(t)
	a, d := enrolled(t, p, "acct-1")
	d.verifies = false // a plain touch is enough after a password
	for range 2 {
		o, keep, err := p.BeginLogin(a, noon)
		if err != nil {
			t.Fatal(err)
		}
		if got := read(t, o).PublicKey.AllowCredentials; len(got) != 1 || got[0].ID != a.Passkeys[0].ID {
			t.Fatalf("asks for %v", got)
		}
		k, err := p.FinishLogin(a, keep, d.get(t, o), noon)
		if err != nil {
			t.Fatal(err)
		}
		a.Passkeys[0] = k
	}

	o, keep, _ := p.BeginLogin(a, noon)
	d.count = 0
	_, err := p.FinishLogin(a, keep, d.get(t, o), noon)
	signInFault(t, "a copied key", err)

	d.count = 100
	_, err = p.FinishLogin(a, keep, d.get(t, o), noon.Add(passkeyTime))
	signInFault(t, "too late", err)
	if _, err := p.FinishLogin(a, keep, d.get(t, o), noon.Add(passkeyTime-time.Second)); err != nil {
		t.Error("just in time:", err)
	}

	other, _, _ := p.BeginLogin(a, noon)
	_, err = p.FinishLogin(a, keep, d.get(t, other), noon)
	signInFault(t, "another challenge", err)

	stranger := newDevice(t)
	stranger.id, stranger.user = d.id, d.user
	_, err = p.FinishLogin(a, keep, stranger.get(t, o), noon)
	signInFault(t, "another private key", err)

	b, _ := enrolled(t, p, "acct-2")
	_, err = p.FinishLogin(b, keep, d.get(t, o), noon)
	signInFault(t, "another account", err)

	d.origin = "https://frontdoor.example.evil.example"
	_, err = p.FinishLogin(a, keep, d.get(t, o), noon)
	signInFault(t, "another site's page", err)
	d.origin, d.domain = "https://frontdoor.example", "evil.example"
	_, err = p.FinishLogin(a, keep, d.get(t, o), noon)
	signInFault(t, "another site", err)

	for _, junk := range []string{"", "{}", "null", `{"id":"x"}`} {
		_, err = p.FinishLogin(a, keep, []byte(junk), noon)
		signInFault(t, junk, err)
		_, err = p.FinishLogin(a, []byte(junk), d.get(t, o), noon)
		signInFault(t, "kept "+junk, err)
	}
}

func TestPasskeyAlone(t *testing.T) {
	t.Parallel()
	p := site(t)
	a, d := enrolled(t, p, "acct-1")
	find := func(id string) (PasskeyAccount, error) {
		if id != a.ID {
			return PasskeyAccount{}, errors.New("no such account")
		}
		return a, nil
	}
	o, keep, err := p.BeginDiscoverable(noon)
	if err != nil {
		t.Fatal(err)
	}
	if r := read(t, o).PublicKey; len(r.AllowCredentials) != 0 || r.UserVerification != "required" {
		t.Fatalf("%+v", r)
	}
	got, k, err := p.FinishDiscoverable(find, keep, d.get(t, o), noon)
	if err != nil || got.ID != a.ID || k.ID != a.Passkeys[0].ID {
		t.Fatal(got.ID, k.ID, err)
	}

	d.verifies = false
	_, _, err = p.FinishDiscoverable(find, keep, d.get(t, o), noon)
	signInFault(t, "the device did not check who it is", err)
	d.verifies = true

	d.user = []byte("acct-9")
	_, _, err = p.FinishDiscoverable(find, keep, d.get(t, o), noon)
	signInFault(t, "an account that is not there", err)
	d.user = []byte(a.ID)

	// What was begun as a second factor cannot be finished as a whole sign-in,
	// nor the other way round.
	o2, keep2, _ := p.BeginLogin(a, noon)
	_, _, err = p.FinishDiscoverable(find, keep2, d.get(t, o2), noon)
	signInFault(t, "second factor as sign-in", err)
	_, err = p.FinishLogin(a, keep, d.get(t, o), noon)
	signInFault(t, "sign-in as second factor", err)
}

func TestPasskeyTwice(t *testing.T) {
	t.Parallel()
	p := site(t)
	a, d := enrolled(t, p, "acct-1")
	o, keep, err := p.BeginRegistration(a, noon)
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, o).PublicKey.Exclude; len(got) != 1 || got[0].ID != a.Passkeys[0].ID {
		t.Fatalf("does not tell the device what it has: %v", got)
	}
	if _, err := p.FinishRegistration(a, keep, d.create(t, o), noon); fault.KindOf(err) != fault.Conflict {
		t.Error(err)
	}
	if _, err := NewPasskeys("", "x", "https://x.example"); err == nil {
		t.Error("no domain")
	}
	if _, err := NewPasskeys("x.example", "x"); err == nil {
		t.Error("no origin")
	}
}
