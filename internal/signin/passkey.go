package signin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// passkeyAccount is an account as passkeys need it.
func passkeyAccount(w agency.Worker, a store.Account) (secret.PasskeyAccount, error) {
	out := secret.PasskeyAccount{ID: w.ID, Name: w.Email, Shown: w.Name}
	if len(a.Passkeys) == 0 {
		return out, nil
	}
	return out, json.Unmarshal(a.Passkeys, &out.Passkeys)
}

// keepPasskey adds a passkey to an account, or puts it in the place of itself.
func keepPasskey(a *store.Account, k secret.Passkey) error {
	var all []secret.Passkey
	if len(a.Passkeys) > 0 {
		if err := json.Unmarshal(a.Passkeys, &all); err != nil {
			return err
		}
	}
	for i := range all {
		if all[i].ID == k.ID {
			all[i] = k
			k.ID = ""
			break
		}
	}
	if k.ID != "" {
		all = append(all, k)
	}
	var err error
	a.Passkeys, err = json.Marshal(all)
	return err
}

func (g *Gate) passkeyOf(ctx context.Context, s Session) (secret.PasskeyAccount, error) {
	var out secret.PasskeyAccount
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		w, err := tx.Worker(s.Worker)
		if err != nil {
			return err
		}
		a, err := tx.Account(s.Worker)
		if err != nil {
			return err
		}
		out, err = passkeyAccount(w, a)
		return err
	})
	return out, err
}

// keep stores what a ceremony needs to finish, with the session; take gives it
// back once.
func (g *Gate) keep(ctx context.Context, s Session, what []byte) error {
	sealed, err := g.Sealer.SealText(string(what), seal.Binding{Kind: "session", ID: s.ID, Field: "ceremony"})
	if err != nil {
		return err
	}
	s.Data["ceremony"] = sealed
	return g.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(s.Session) })
}

func (g *Gate) takeCeremony(ctx context.Context, s *Session) ([]byte, error) {
	var kept string
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		row, err := tx.Session(s.ID)
		if err != nil {
			return err
		}
		kept = row.Data["ceremony"]
		delete(row.Data, "ceremony")
		s.Session = row
		return tx.PutSession(row)
	})
	if err != nil || kept == "" {
		return nil, fault.New(fault.SignIn, "That took too long. Start again.")
	}
	text, err := g.Sealer.OpenText(kept, seal.Binding{Kind: "session", ID: s.ID, Field: "ceremony"})
	return []byte(text), err
}

// resume takes back what a ceremony began with, and whose it is.
func (g *Gate) resume(ctx context.Context, s *Session) ([]byte, secret.PasskeyAccount, error) {
	kept, err := g.takeCeremony(ctx, s)
	if err != nil {
		return nil, secret.PasskeyAccount{}, err
	}
	acct, err := g.passkeyOf(ctx, *s)
	return kept, acct, err
}

// BeginAddPasskey starts adding a passkey; the answer is for the browser.
func (g *Gate) BeginAddPasskey(ctx context.Context, s Session, now time.Time) ([]byte, error) {
	acct, err := g.passkeyOf(ctx, s)
	if err != nil {
		return nil, err
	}
	options, kept, err := g.Passkeys.BeginRegistration(acct, now)
	if err != nil {
		return nil, err
	}
	return options, g.keep(ctx, s, kept)
}

// FinishAddPasskey keeps the passkey. A first second factor completes the
// sign-in and gives recovery codes, shown once.
func (g *Gate) FinishAddPasskey(ctx context.Context, s Session, answer []byte, now time.Time) (token string, recovery []string, err error) {
	kept, acct, err := g.resume(ctx, &s)
	if err != nil {
		return "", nil, err
	}
	key, err := g.Passkeys.FinishRegistration(acct, kept, answer, now)
	if err != nil {
		return "", nil, err
	}
	var bad error
	token, recovery, err = g.enrolled(ctx, s, "set-up-passkey", now, func(a *store.Account) { bad = keepPasskey(a, key) })
	return token, recovery, errors.Join(err, bad)
}

// BeginPasskey starts the second half of signing in by a passkey.
func (g *Gate) BeginPasskey(ctx context.Context, token string, now time.Time) ([]byte, error) {
	s, err := g.half(ctx, token, now)
	if err != nil {
		return nil, err
	}
	acct, err := g.passkeyOf(ctx, s)
	if err != nil {
		return nil, err
	}
	if len(acct.Passkeys) == 0 {
		return nil, fault.New(fault.Invalid, "There is no passkey on this account. Use a code instead.")
	}
	options, kept, err := g.Passkeys.BeginLogin(acct, now)
	if err != nil {
		return nil, err
	}
	return options, g.keep(ctx, s, kept)
}

func (g *Gate) half(ctx context.Context, token string, now time.Time) (Session, error) {
	var s Session
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		s, err = live(tx, token, Idle, now)
		return err
	})
	return s, err
}

// FinishPasskey completes a sign-in by a passkey after the password.
func (g *Gate) FinishPasskey(ctx context.Context, token string, answer []byte, now time.Time) (string, Session, error) {
	s, err := g.half(ctx, token, now)
	if err != nil {
		return "", s, err
	}
	kept, acct, err := g.resume(ctx, &s)
	if err != nil {
		return "", s, err
	}
	key, err := g.Passkeys.FinishLogin(acct, kept, answer, now)
	if err != nil {
		return "", s, g.refusePasskey(ctx, s.Worker, now, err)
	}
	return g.passed(ctx, s, key, now)
}

// refusePasskey logs that a passkey was not accepted. It is not counted against
// anyone: there is nothing to guess.
func (g *Gate) refusePasskey(ctx context.Context, worker string, now time.Time, answer error) error {
	if fault.KindOf(answer) != fault.SignIn {
		return answer
	}
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		return g.log(tx, now, audit.ActorPublic, "sign-in-refused", worker, map[string]string{"with": "passkey"})
	})
	return cmp.Or(err, answer)
}

func (g *Gate) passed(ctx context.Context, s Session, key secret.Passkey, now time.Time) (string, Session, error) {
	next := ""
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(s.Worker)
		if err != nil {
			return err
		}
		if a.Disabled {
			return errSignIn
		}
		if err := keepPasskey(&a, key); err != nil {
			return err
		}
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		next, s, err = g.pass(tx, s, "passkey", now)
		return err
	})
	return next, s, err
}

// BeginPasskeyAlone starts signing in with a passkey and nothing else: the
// device checks the person, so it is both factors. The token is for the browser
// until the ceremony ends.
func (g *Gate) BeginPasskeyAlone(ctx context.Context, src Source, now time.Time) (options []byte, token string, err error) {
	options, kept, err := g.Passkeys.BeginDiscoverable(now)
	if err != nil {
		return nil, "", err
	}
	if token, err = g.visit(ctx, map[string]string{}, src, now); err != nil {
		return nil, "", err
	}
	s, err := g.half(ctx, token, now)
	if err != nil {
		return nil, "", err
	}
	return options, token, g.keep(ctx, s, kept)
}

// FinishPasskeyAlone signs in whoever the passkey belongs to.
func (g *Gate) FinishPasskeyAlone(ctx context.Context, token string, answer []byte, src Source, now time.Time) (string, Session, error) {
	s, err := g.half(ctx, token, now)
	if err != nil {
		return "", s, err
	}
	kept, err := g.takeCeremony(ctx, &s)
	if err != nil {
		return "", s, err
	}
	find := func(id string) (secret.PasskeyAccount, error) {
		var out secret.PasskeyAccount
		err := g.DB.Read(ctx, func(tx *store.Tx) error {
			w, err := tx.Worker(id)
			if err != nil {
				return err
			}
			a, err := tx.Account(id)
			if err != nil {
				return err
			}
			if a.Disabled || w.Left(now) {
				return store.ErrNone
			}
			out, err = passkeyAccount(w, a)
			return err
		})
		return out, err
	}
	acct, key, err := g.Passkeys.FinishDiscoverable(find, kept, answer, now)
	if err != nil {
		return "", s, g.refusePasskey(ctx, "", now, err)
	}
	s.Worker, s.ExpiresAt, s.Device = acct.ID, now.Add(Longest), src.Device
	return g.passed(ctx, s, key, now)
}
