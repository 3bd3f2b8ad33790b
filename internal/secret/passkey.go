package secret

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"frontdoor/internal/fault"
)

// Passkeys registers and checks passkeys (WebAuthn), as the only thing needed to
// sign in or as a second factor after a password.
type Passkeys struct {
	lib *webauthn.WebAuthn
}

// Passkey is one passkey of an account, as stored.
type Passkey struct {
	ID string // base64url; unique; look up by it
	// Record is JSON with the public key and counters. Store it again after every
	// sign-in.
	Record json.RawMessage
}

// PasskeyAccount is an account as passkeys need it.
type PasskeyAccount struct {
	ID       string // at most 64 bytes; the passkey holds it, so it must say nothing by itself
	Name     string // what the person signs in with, shown by their device
	Shown    string // the person's name, shown by their device
	Passkeys []Passkey
}

// passkeyTime is how long somebody has to touch the key or find the phone.
const passkeyTime = 5 * time.Minute

// NewPasskeys sets up passkeys for a site: its domain ("frontdoor.example"), the
// origins pages come from ("https://frontdoor.example") and the name devices show.
// A passkey made for one domain can never be used on another.
func NewPasskeys(domain, name string, origins ...string) (*Passkeys, error) {
	if domain == "" || name == "" {
		return nil, errors.New("secret: passkeys need the site's domain and name")
	}
	lib, err := webauthn.New(&webauthn.Config{
		RPID: domain, RPDisplayName: name, RPOrigins: origins,
		// Which make of key somebody has is no business of ours.
		AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey:      protocol.ResidentKeyRequirementPreferred,
			UserVerification: protocol.VerificationPreferred,
		},
	})
	if err != nil {
		return nil, fmt.Errorf("secret: setting up passkeys: %w", err)
	}
	return &Passkeys{lib}, nil
}

// account gives the library what it asks of an account.
type account struct {
	PasskeyAccount
	credentials []webauthn.Credential
}

func (a account) WebAuthnID() []byte                         { return []byte(a.ID) }
func (a account) WebAuthnName() string                       { return a.Name }
func (a account) WebAuthnDisplayName() string                { return a.Shown }
func (a account) WebAuthnCredentials() []webauthn.Credential { return a.credentials }

func open(p PasskeyAccount) (account, error) {
	a := account{PasskeyAccount: p}
	for _, k := range p.Passkeys {
		var c webauthn.Credential
		if err := json.Unmarshal(k.Record, &c); err != nil {
			return a, fmt.Errorf("secret: a stored passkey cannot be read: %w", err)
		}
		a.credentials = append(a.credentials, c)
	}
	return a, nil
}

func stored(c *webauthn.Credential) (Passkey, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return Passkey{}, fmt.Errorf("secret: writing a passkey: %w", err)
	}
	return Passkey{ID: base64.RawURLEncoding.EncodeToString(c.ID), Record: b}, nil
}

// ceremony is what must be kept between beginning and finishing.
type ceremony struct {
	Act  string               `json:"act"`
	Ends time.Time            `json:"ends"`
	Data webauthn.SessionData `json:"data"`
}

const (
	actRegister = "register"
	actConfirm  = "confirm"
	actSignIn   = "sign-in"
)

// begun packs the options for the browser and the ceremony to keep.
func begun(options any, data *webauthn.SessionData, act string, now time.Time, err error) (forBrowser, keep []byte, _ error) {
	if err != nil {
		return nil, nil, fmt.Errorf("secret: beginning with a passkey: %w", detail(err))
	}
	if forBrowser, err = json.Marshal(options); err != nil {
		return nil, nil, fmt.Errorf("secret: writing passkey options: %w", err)
	}
	if keep, err = json.Marshal(ceremony{act, now.Add(passkeyTime).UTC(), *data}); err != nil {
		return nil, nil, fmt.Errorf("secret: writing passkey options: %w", err)
	}
	return forBrowser, keep, nil
}

func resume(keep []byte, act string, now time.Time) (webauthn.SessionData, error) {
	var c ceremony
	if err := json.Unmarshal(keep, &c); err != nil {
		return c.Data, refused(fmt.Errorf("secret: a kept passkey ceremony cannot be read: %w", err))
	}
	if c.Act != act {
		return c.Data, refused(fmt.Errorf("secret: began with %q, finished with %q", c.Act, act))
	}
	if !now.Before(c.Ends) {
		return c.Data, fault.New(fault.SignIn, "That took too long. Start again.")
	}
	return c.Data, nil
}

func refused(cause error) error {
	return fault.Wrap(detail(cause), fault.SignIn, "Your passkey was not accepted. Try again, or sign in another way.")
}

// detail brings out what the library keeps apart from its message.
func detail(err error) error {
	var e *protocol.Error
	if errors.As(err, &e) && e.DevInfo != "" {
		return fmt.Errorf("%w: %s", err, e.DevInfo)
	}
	return err
}

// BeginRegistration starts adding a passkey to a signed-in account. The first
// result is JSON for navigator.credentials.create; the second is to be kept on
// the server with the session, and deleted when it is used: it works once.
func (p *Passkeys) BeginRegistration(acct PasskeyAccount, now time.Time) (forBrowser, keep []byte, err error) {
	a, err := open(acct)
	if err != nil {
		return nil, nil, err
	}
	options, data, err := p.lib.BeginRegistration(a, webauthn.WithExclusions(webauthn.Credentials(a.credentials).CredentialDescriptors()))
	return begun(options, data, actRegister, now, err)
}

// FinishRegistration checks the browser's JSON answer and gives the passkey to store.
func (p *Passkeys) FinishRegistration(acct PasskeyAccount, keep, answer []byte, now time.Time) (Passkey, error) {
	data, err := resume(keep, actRegister, now)
	if err != nil {
		return Passkey{}, err
	}
	a, err := open(acct)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return Passkey{}, refused(err)
	}
	c, err := p.lib.CreateCredential(a, data, parsed)
	if err != nil {
		return Passkey{}, refused(err)
	}
	for _, old := range a.credentials {
		if bytes.Equal(old.ID, c.ID) {
			return Passkey{}, fault.New(fault.Conflict, "This passkey is already on your account.")
		}
	}
	return stored(c)
}

// BeginLogin starts a second factor: the account is known, its passkeys are asked
// for. Results as in BeginRegistration, for navigator.credentials.get.
func (p *Passkeys) BeginLogin(acct PasskeyAccount, now time.Time) (forBrowser, keep []byte, err error) {
	a, err := open(acct)
	if err != nil {
		return nil, nil, err
	}
	options, data, err := p.lib.BeginLogin(a)
	return begun(options, data, actConfirm, now, err)
}

// FinishLogin checks the answer to BeginLogin and gives the passkey to store again.
func (p *Passkeys) FinishLogin(acct PasskeyAccount, keep, answer []byte, now time.Time) (Passkey, error) {
	data, err := resume(keep, actConfirm, now)
	if err != nil {
		return Passkey{}, err
	}
	a, err := open(acct)
	if err != nil {
		return Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return Passkey{}, refused(err)
	}
	c, err := p.lib.ValidateLogin(a, data, parsed)
	if err != nil {
		return Passkey{}, refused(err)
	}
	return used(c)
}

// BeginDiscoverable starts signing in with a passkey alone. The device must
// check that it is the person (fingerprint, face, PIN), so it counts as both
// factors.
func (p *Passkeys) BeginDiscoverable(now time.Time) (forBrowser, keep []byte, err error) {
	options, data, err := p.lib.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	return begun(options, data, actSignIn, now, err)
}

// FinishDiscoverable checks the answer to BeginDiscoverable. find gives the
// account with an id, and its passkeys; its error ends the sign-in.
func (p *Passkeys) FinishDiscoverable(find func(accountID string) (PasskeyAccount, error), keep, answer []byte, now time.Time) (PasskeyAccount, Passkey, error) {
	none := PasskeyAccount{}
	data, err := resume(keep, actSignIn, now)
	if err != nil {
		return none, Passkey{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return none, Passkey{}, refused(err)
	}
	var found account
	look := func(_, handle []byte) (webauthn.User, error) {
		acct, err := find(string(handle))
		if err != nil {
			return nil, err
		}
		found, err = open(acct)
		return found, err
	}
	_, c, err := p.lib.ValidatePasskeyLogin(look, data, parsed)
	if err != nil {
		return none, Passkey{}, refused(err)
	}
	key, err := used(c)
	return found.PasskeyAccount, key, err
}

// used refuses a key whose counter went back: there may be a copy of it.
func used(c *webauthn.Credential) (Passkey, error) {
	if c.Authenticator.CloneWarning {
		return Passkey{}, refused(errors.New("secret: the passkey's counter did not rise: there may be a copy of it"))
	}
	return stored(c)
}
