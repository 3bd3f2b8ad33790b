package signin

import (
	"context"
	"errors"
	"net/mail"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

func codeBinding(id string) seal.Binding { return seal.Binding{Kind: "visit", ID: id, Field: "code"} }

// Add makes a worker with an account and an invitation to set it up. The token
// goes to the worker by a way their manager trusts; it is stored as a hash.
func (g *Gate) Add(ctx context.Context, by string, w agency.Worker, now time.Time) (agency.Worker, string, error) {
	var faults fault.Fields
	if strings.TrimSpace(w.Name) == "" {
		faults.Add("name", "Enter the worker’s name")
	}
	if a, err := mail.ParseAddress(w.Email); err != nil || a.Address != strings.TrimSpace(w.Email) {
		faults.Add("email", "Enter a work email address, like name@example.gov.uk")
	}
	if len(w.Memberships) == 0 {
		faults.Add("team", "Choose a team and a role")
	}
	if err := faults.Err(); err != nil {
		return w, "", err
	}
	w.ID, w.Email = store.NewID(now), strings.TrimSpace(w.Email)
	for i := range w.Memberships {
		w.Memberships[i].From = now
	}
	var token string
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.WorkerByEmail(w.Email); err == nil {
			return fault.Fields{{Key: "email", Text: "Someone with this email address has an account already"}}
		} else if !errors.Is(err, store.ErrNone) {
			return err
		}
		if err := tx.PutWorker(w); err != nil {
			return err
		}
		if err := tx.PutAccount(store.Account{Worker: w.ID, CreatedAt: now, MustEnrol: true}); err != nil {
			return err
		}
		var err error
		if token, err = invite(tx, w.ID, now); err != nil {
			return err
		}
		return g.log(tx, now, by, "add-account", w.ID, nil)
	})
	return w, token, err
}

// invite makes an invitation. One that was made before and not used opens nothing
// from here on.
func invite(tx *store.Tx, worker string, now time.Time) (string, error) {
	if err := tx.EndInvitations(worker, now); err != nil {
		return "", err
	}
	token, hash := secret.NewToken()
	return token, tx.AddInvitation(store.Invitation{ID: store.NewID(now), Worker: worker, TokenHash: hash, ExpiresAt: now.Add(InvitationLasts)})
}

// Reset takes a worker's password and second factors away, ends their sessions
// and gives a new invitation: for a lost phone or a forgotten password.
func (g *Gate) Reset(ctx context.Context, by, worker string, now time.Time) (string, error) {
	var token string
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(worker)
		if errors.Is(err, store.ErrNone) {
			return fault.New(fault.NotFound, "There is no account for this worker.")
		}
		if err != nil {
			return err
		}
		a.PasswordHash, a.TOTPSecret, a.Passkeys, a.RecoveryHashes, a.MustEnrol, a.Disabled = "", nil, nil, nil, true, false
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(worker, now, ""); err != nil {
			return err
		}
		if token, err = invite(tx, worker, now); err != nil {
			return err
		}
		return g.log(tx, now, by, "reset-account", worker, nil)
	})
	return token, err
}

// Left takes everything from a worker at once: sessions, roles, access.
func (g *Gate) Left(ctx context.Context, by, worker string, now time.Time) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(worker)
		if errors.Is(err, store.ErrNone) {
			return fault.New(fault.NotFound, "There is no account for this worker.")
		}
		if err != nil {
			return err
		}
		a.Disabled = true
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		if err := tx.MarkLeft(worker, now); err != nil {
			return err
		}
		return g.log(tx, now, by, "disable-account", worker, nil)
	})
}

// SetRoles replaces the teams and roles a worker holds from now on.
func (g *Gate) SetRoles(ctx context.Context, by, worker string, list []agency.Membership, now time.Time) error {
	if len(list) == 0 {
		return fault.Fields{{Key: "team", Text: "Choose a team and a role, or mark the worker as having left"}}
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetMemberships(worker, list); err != nil {
			return err
		}
		return g.log(tx, now, by, "set-roles", worker, nil)
	})
}

var errInvitation = fault.New(fault.NotFound, "This invitation has been used or has run out. Ask whoever invited you for a new one.")

// Invited is the worker an invitation is for.
func (g *Gate) Invited(ctx context.Context, token string, now time.Time) (agency.Worker, error) {
	var w agency.Worker
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		i, err := tx.InvitationByHash(secret.HashToken(token))
		if errors.Is(err, store.ErrNone) || err == nil && (!i.UsedAt.IsZero() || !now.Before(i.ExpiresAt)) {
			return errInvitation
		}
		if err != nil {
			return err
		}
		w, err = tx.Worker(i.Worker)
		return err
	})
	return w, err
}

// Accept uses an invitation up: the password is set, and the session that
// follows must set up a second factor.
func (g *Gate) Accept(ctx context.Context, token, password string, src Source, now time.Time) (string, Session, error) {
	var s Session
	w, err := g.Invited(ctx, token, now)
	if err != nil {
		return "", s, err
	}
	hash, err := g.newPassword(ctx, w, password)
	if err != nil {
		return "", s, err
	}
	next := ""
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		i, err := tx.InvitationByHash(secret.HashToken(token))
		if err != nil {
			return errInvitation
		}
		if err := tx.UseInvitation(i.ID, now); err != nil {
			return errInvitation
		}
		a, err := tx.LockAccount(w.ID)
		if err != nil {
			return err
		}
		a.PasswordHash, a.PasswordAt = hash, now
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		if next, s, err = g.begin(tx, w.ID, src, now, "yes"); err != nil {
			return err
		}
		return g.log(tx, now, "worker:"+w.ID, "accept-invitation", w.ID, nil)
	})
	return next, s, err
}

func (g *Gate) newPassword(ctx context.Context, w agency.Worker, password string) (string, error) {
	if err := secret.CheckPassword(password, append([]string{w.Name, w.Email, w.JobTitle}, g.Words...)...); err != nil {
		return "", err
	}
	return g.Passwords.Hash(ctx, password)
}

// ChangePassword sets a new password for someone who knows the old one, and
// ends their other sessions.
func (g *Gate) ChangePassword(ctx context.Context, mine Session, w agency.Worker, old, password string, src Source, now time.Time) error {
	done, err := g.turn(ctx, w.ID, src)
	if err != nil {
		return err
	}
	defer done()
	if err := g.allowed(ctx, w.ID, src, now); err != nil {
		return err
	}
	var a store.Account
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		a, err = tx.Account(w.ID)
		return err
	})
	if err != nil {
		return err
	}
	ok, _, err := g.Passwords.Check(ctx, a.PasswordHash, old)
	if err != nil {
		return err
	}
	if !ok {
		return g.refuse(ctx, w.ID, src, now, fault.Fields{{Key: "old", Text: "This is not your password now"}})
	}
	hash, err := g.newPassword(ctx, w, password)
	if err != nil {
		return err
	}
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(w.ID)
		if err != nil {
			return err
		}
		a.PasswordHash, a.PasswordAt = hash, now
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		if err := tx.EndSessionsOf(w.ID, now, mine.ID); err != nil {
			return err
		}
		return g.log(tx, now, "worker:"+w.ID, "change-password", w.ID, nil)
	})
}

// BeginApp makes the secret an authenticator app is set up with, kept in the
// session until a first code proves that the app has it.
func (g *Gate) BeginApp(ctx context.Context, s Session, w agency.Worker, issuer string, now time.Time) (secret.OneTime, error) {
	if sealed := s.Data["app"]; sealed != "" {
		if text, err := g.Sealer.OpenText(sealed, totpBinding(w.ID)); err == nil {
			shared, url, _ := strings.Cut(text, "\n")
			return secret.OneTime{Secret: shared, URL: url}, nil
		}
	}
	o, err := secret.NewOneTime(issuer, w.Email)
	if err != nil {
		return o, err
	}
	if s.Data["app"], err = g.Sealer.SealText(o.Secret+"\n"+o.URL, totpBinding(w.ID)); err != nil {
		return o, err
	}
	return o, g.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(s.Session) })
}

// FinishApp keeps the app as second factor once it gives a right code. A first
// second factor completes the sign-in and gives recovery codes, shown once.
func (g *Gate) FinishApp(ctx context.Context, s Session, w agency.Worker, code string, now time.Time) (token string, recovery []string, err error) {
	text, err := g.Sealer.OpenText(s.Data["app"], totpBinding(w.ID))
	if err != nil {
		return "", nil, fault.New(fault.Invalid, "Start again: this page was open too long.")
	}
	shared, _, _ := strings.Cut(text, "\n")
	step, ok := secret.CheckOneTime(shared, code, now, 0)
	if !ok {
		return "", nil, fault.Fields{{Key: "code", Text: "That code is not right. Check that your phone shows the right time, and type the newest code"}}
	}
	sealed, err := g.Sealer.Seal([]byte(shared), totpBinding(w.ID))
	if err != nil {
		return "", nil, err
	}
	return g.enrolled(ctx, s, "set-up-app", now, func(a *store.Account) { a.TOTPSecret, a.TOTPStep = sealed, step })
}

// enrolled keeps a new second factor and completes the sign-in.
func (g *Gate) enrolled(ctx context.Context, s Session, act string, now time.Time, change func(*store.Account)) (token string, recovery []string, err error) {
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(s.Worker)
		if err != nil {
			return err
		}
		first := !hasSecond(a)
		if !first && !s.Full() {
			return errSignIn
		}
		change(&a)
		a.MustEnrol = false
		if first {
			if recovery, err = g.newRecovery(&a); err != nil {
				return err
			}
		}
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		delete(s.Data, "app")
		if err := g.log(tx, now, "worker:"+s.Worker, act, s.Worker, nil); err != nil {
			return err
		}
		token, _, err = g.pass(tx, s, act, now)
		return err
	})
	return token, recovery, err
}

func (g *Gate) newRecovery(a *store.Account) ([]string, error) {
	codes, err := secret.NewRecoveryCodes()
	if err != nil {
		return nil, err
	}
	a.RecoveryHashes = nil
	for _, c := range codes {
		a.RecoveryHashes = append(a.RecoveryHashes, secret.RecoveryHash(g.Sealer.LookupHash, a.Worker, c))
	}
	return codes, nil
}

// NewRecoveryCodes replaces a worker's recovery codes; the old ones stop
// working.
func (g *Gate) NewRecoveryCodes(ctx context.Context, s Session, now time.Time) ([]string, error) {
	var codes []string
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(s.Worker)
		if err != nil {
			return err
		}
		if codes, err = g.newRecovery(&a); err != nil {
			return err
		}
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		return g.log(tx, now, "worker:"+s.Worker, "new-recovery-codes", s.Worker, nil)
	})
	return codes, err
}

// Account reads how a worker signs in.
func (g *Gate) Account(ctx context.Context, worker string) (store.Account, error) {
	var a store.Account
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		a, err = tx.Account(worker)
		return err
	})
	return a, err
}

// Reauth proves again, in place, who is at the keyboard: before a grave act. The
// session goes on under a new token.
func (g *Gate) Reauth(ctx context.Context, s Session, code string, src Source, now time.Time) (string, error) {
	done, err := g.turn(ctx, s.Worker, src)
	if err != nil {
		return "", err
	}
	defer done()
	if err := g.allowed(ctx, s.Worker, src, now); err != nil {
		return "", err
	}
	next, right := "", false
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(s.Worker)
		if err != nil {
			return err
		}
		how, err := g.useCode(&a, code, true, now)
		if err != nil || how == "" {
			return err
		}
		right = true
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		s.ReauthAt = now
		if next, _, err = g.rotate(tx, s, now); err != nil {
			return err
		}
		return g.log(tx, now, "worker:"+s.Worker, "prove-again", s.Worker, map[string]string{"with": how})
	})
	if err == nil && !right {
		err = g.refuse(ctx, s.Worker, src, now, fault.Fields{{Key: "code", Text: "That code is not right, or was used already. Wait for the next one and try again."}})
	}
	return next, err
}
