// Package signin is the gate: accounts by invitation, passwords with a second
// factor, sessions that can be seen and ended, and the receipt codes of people
// without an account. What is wrong is never said more exactly than a stranger
// may know, and takes the same time to say.
package signin

import (
	"context"
	"crypto/hmac"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// How long things last.
const (
	// Idle is how long a worker's session lasts without a request. What they
	// were typing is kept; they sign in again and carry on.
	Idle = 30 * time.Minute
	// Longest is how long a worker's session lasts at all: a long shift.
	Longest = 13 * time.Hour
	// VisitorIdle is how long a browser remembers what someone without an
	// account was writing or looking at. The code brings them back after that.
	VisitorIdle = 2 * time.Hour
	// InvitationLasts is how long an invitation can be used.
	InvitationLasts = 7 * 24 * time.Hour
	// DeviceLasts is how long a browser is known as one its owner has used.
	DeviceLasts = 90 * 24 * time.Hour
	// Fresh is how recently someone must have proved who they are before a
	// grave act: a new password, a new second factor.
	Fresh = 10 * time.Minute
)

// Gate lets people in.
type Gate struct {
	DB        *store.DB
	Sealer    *seal.Sealer
	Passwords *secret.Passwords
	Passkeys  *secret.Passkeys
	// Words are the service's and agencies' own words, which no password may be
	// made of.
	Words []string

	turns turns
}

// Source is where an attempt comes from.
type Source struct {
	Addr   string // secret.SourceKey of the address; kept only as a keyed hash
	Device string // what the browser says it is, in a few words
	Known  string // the device token it holds, if any
}

// Session is one browser's session.
type Session struct {
	store.Session
}

// Full tells whether the second factor has been given, or set up.
func (s Session) Full() bool { return !s.SecondAt.IsZero() }

// Enrolling tells whether a second factor must be set up before anything else.
func (s Session) Enrolling() bool { return s.Data["enrol"] == "yes" }

// Recent tells whether the one at the keyboard proved lately who they are.
func (s Session) Recent(now time.Time) bool {
	return now.Sub(s.SecondAt) < Fresh || now.Sub(s.ReauthAt) < Fresh
}

const (
	workerCookie  = "frontdoor"
	visitorCookie = "frontdoor_return"
	deviceCookie  = "frontdoor_device"
)

// WorkerToken is the session token a request carries.
func WorkerToken(r *http.Request) string { return token(r, workerCookie) }

// VisitorToken is the token of someone without an account.
func VisitorToken(r *http.Request) string { return token(r, visitorCookie) }

// DeviceToken is what a known browser carries.
func DeviceToken(r *http.Request) string { return token(r, deviceCookie) }

func token(r *http.Request, name string) string {
	for _, prefix := range []string{"__Host-", ""} {
		if c, err := r.Cookie(prefix + name); err == nil {
			return c.Value
		}
	}
	return ""
}

// cookie is as strict as cookies get: this host only, never to script, never
// from another site.
func cookie(name, value string, secure bool, age time.Duration) *http.Cookie {
	c := &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: secure, MaxAge: int(age / time.Second)}
	if secure {
		c.Name = "__Host-" + name
	}
	if value == "" {
		c.MaxAge = -1
	}
	return c
}

// WorkerCookie carries a worker's session; an empty token takes it away.
func WorkerCookie(token string, secure bool) *http.Cookie {
	c := cookie(workerCookie, token, secure, 0)
	return c
}

// VisitorCookie carries a visitor's.
func VisitorCookie(token string, secure bool) *http.Cookie {
	return cookie(visitorCookie, token, secure, 0)
}

// DeviceCookie marks a browser as one its owner has used.
func DeviceCookie(token string, secure bool) *http.Cookie {
	return cookie(deviceCookie, token, secure, DeviceLasts)
}

var errSignIn = fault.New(fault.SignIn, "Sign in to carry on. What you typed is kept.")

// wrong is the one answer to a wrong address, password or code.
var wrong = fault.Fields{{Key: "password", Text: "Check your email address and password. One of them is not right."}}

func (g *Gate) log(tx *store.Tx, now time.Time, actor, act, subject string, detail map[string]string) error {
	return tx.Audit(audit.Event{At: now, Actor: actor, Act: act, Subject: subject, Detail: detail})
}

// past gathers the failures that bear on an attempt.
func (g *Gate) past(tx *store.Tx, account string, src Source, now time.Time) (secret.Past, keys, error) {
	k := g.keysFor(account, src)
	p := secret.Past{KnownDevice: k.known}
	since := now.Add(-secret.Window)
	var err error
	read := func(kind, key string) []time.Time {
		var times []time.Time
		if err == nil {
			times, err = tx.AttemptsSince(kind, key, since)
		}
		return times
	}
	if account == receipts {
		p.Source, p.Global = read(receipts, k.source), read("account", k.account)
	} else {
		p.Pair, p.Source, p.Account = read("pair", k.pair), read("source", k.source), read("account", k.account)
	}
	return p, k, err
}

// receipts stands for all receipt codes where an account is counted.
const receipts = "receipts"

type keys struct {
	pair, account, source string
	known                 bool
}

func (g *Gate) keysFor(account string, src Source) keys {
	k := keys{known: g.knows(account, src.Known)}
	from := src.Addr
	if k.known {
		from = src.Known
	}
	k.pair = g.Sealer.LookupHash(account+"\n"+from, "attempt pair")
	k.account = g.Sealer.LookupHash(account, "attempt account")
	k.source = g.Sealer.LookupHash(src.Addr, "attempt source")
	return k
}

// failed counts a failure where each limit looks.
func (g *Gate) failed(tx *store.Tx, k keys, now time.Time) error {
	if err := tx.AddAttempt(store.Attempt{Kind: "pair", Key: k.pair, At: now}); err != nil {
		return err
	}
	if k.known {
		return nil
	}
	if err := tx.AddAttempt(store.Attempt{Kind: "account", Key: k.account, At: now}); err != nil {
		return err
	}
	return tx.AddAttempt(store.Attempt{Kind: "source", Key: k.source, At: now})
}

// NewDevice makes the token by which a browser is known as its owner's.
func (g *Gate) NewDevice(worker string) string {
	id, _ := secret.NewToken()
	return id + "." + g.Sealer.LookupHash(worker+"\n"+id, "device")
}

func (g *Gate) knows(worker, token string) bool {
	id, mac, ok := strings.Cut(token, ".")
	return ok && worker != "" && hmac.Equal([]byte(mac), []byte(g.Sealer.LookupHash(worker+"\n"+id, "device")))
}

// Password is the first half of signing in. It gives a session that can do
// nothing but take the second half.
func (g *Gate) Password(ctx context.Context, email, password string, src Source, now time.Time) (token string, s Session, err error) {
	var w agency.Worker
	var a store.Account
	email = strings.TrimSpace(email)
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if w, err = tx.WorkerByEmail(email); err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		// Asked for nobody too, so that it is the same work.
		if a, err = tx.Account(w.ID); errors.Is(err, store.ErrNone) {
			err = nil
		}
		return err
	})
	if err != nil {
		return "", s, err
	}
	account := w.ID
	if account == "" {
		account = "unknown\n" + strings.ToLower(email)
	}
	done, err := g.turn(ctx, account, src)
	if err != nil {
		return "", s, err
	}
	defer done()
	if err := g.allowed(ctx, account, src, now); err != nil {
		return "", s, err
	}
	ok, rehash, err := g.Passwords.Check(ctx, a.PasswordHash, password)
	if err != nil {
		return "", s, err
	}
	if !ok || a.Disabled || w.ID == "" || w.Left(now) {
		return "", s, g.refuse(ctx, account, src, now, wrong)
	}
	fresh := ""
	if rehash {
		if fresh, err = g.Passwords.Hash(ctx, password); err != nil {
			return "", s, err
		}
	}
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		if fresh != "" {
			a, err := tx.LockAccount(w.ID)
			if err != nil {
				return err
			}
			a.PasswordHash = fresh
			if err := tx.PutAccount(a); err != nil {
				return err
			}
		}
		enrol := ""
		if !hasSecond(a) {
			enrol = "yes"
		}
		token, s, err = g.begin(tx, w.ID, src, now, enrol)
		return err
	})
	return token, s, err
}

func hasSecond(a store.Account) bool {
	return len(a.TOTPSecret) > 0 || len(a.Passkeys) > 2
}

// turn waits until no other attempt from the same device or source is under way.
// Codes of receipts wait for one another alone: a parent beside a school's staff
// who are signing in does not stand behind their passwords, which are slow.
func (g *Gate) turn(ctx context.Context, account string, src Source) (done func(), err error) {
	k := g.keysFor(account, src)
	if k.known || account == receipts {
		return g.turns.take(ctx, k.pair)
	}
	return g.turns.take(ctx, k.source)
}

func (g *Gate) allowed(ctx context.Context, account string, src Source, now time.Time) error {
	return g.DB.Read(ctx, func(tx *store.Tx) error {
		p, _, err := g.past(tx, account, src, now)
		if err != nil {
			return err
		}
		return secret.SignIn(p, now).Err()
	})
}

// refuse counts a failure, logs it without saying whose, and gives the answer.
func (g *Gate) refuse(ctx context.Context, account string, src Source, now time.Time, answer error) error {
	err := g.DB.Write(ctx, func(tx *store.Tx) error {
		p, k, err := g.past(tx, account, src, now)
		if err != nil {
			return err
		}
		if err := g.failed(tx, k, now); err != nil {
			return err
		}
		detail := map[string]string{}
		if d := secret.SignIn(p, now); d.Pressure {
			detail["pressure"] = "yes"
		}
		subject := account
		if strings.HasPrefix(account, "unknown") {
			subject = ""
		}
		return g.log(tx, now, audit.ActorPublic, "sign-in-refused", subject, detail)
	})
	if err != nil {
		return err
	}
	return answer
}

func (g *Gate) begin(tx *store.Tx, worker string, src Source, now time.Time, enrol string) (string, Session, error) {
	token, hash := secret.NewToken()
	s := Session{store.Session{ID: hash, Worker: worker, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(Longest), Device: src.Device, Data: map[string]string{}}}
	if enrol != "" {
		s.Data["enrol"] = enrol
	}
	return token, s, tx.PutSession(s.Session)
}

// Who is the worker behind a session token.
func (g *Gate) Who(ctx context.Context, token string, now time.Time) (Session, agency.Worker, error) {
	var s Session
	var w agency.Worker
	if token == "" {
		return s, w, errSignIn
	}
	err := g.DB.Look(ctx, func(tx *store.Tx) error {
		var err error
		if s, err = live(tx, token, Idle, now); err != nil {
			return err
		}
		if s.Worker == "" {
			return errSignIn
		}
		if w, err = tx.Worker(s.Worker); errors.Is(err, store.ErrNone) {
			return errSignIn
		}
		return err
	})
	if err != nil {
		return s, w, err
	}
	if w.Left(now) {
		return s, w, errSignIn
	}
	return s, w, nil
}

// Seen notes that someone was here, at most once a minute, so that the session
// goes on. A page that fetches by itself is nobody: it must not be noted.
func (g *Gate) Seen(ctx context.Context, s Session, now time.Time) error {
	if now.Sub(s.SeenAt) < time.Minute {
		return nil
	}
	s.SeenAt = now
	err := g.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutSession(s.Session) })
	if errors.Is(err, store.ErrStale) {
		return errSignIn
	}
	return err
}

func live(tx *store.Tx, token string, idle time.Duration, now time.Time) (Session, error) {
	row, err := tx.Session(secret.HashToken(token))
	if errors.Is(err, store.ErrNone) {
		return Session{}, errSignIn
	}
	if err != nil {
		return Session{}, err
	}
	// One seen in the future was seen by a clock that has been put right since.
	if !row.EndedAt.IsZero() || !now.Before(row.ExpiresAt) || now.Sub(row.SeenAt).Abs() > idle {
		return Session{}, errSignIn
	}
	return Session{row}, nil
}

// rotate gives a session a new token once more is known of who holds it, so
// that a token seen before is worth nothing.
func (g *Gate) rotate(tx *store.Tx, s Session, now time.Time) (string, Session, error) {
	if err := tx.EndSession(s.ID, now); err != nil {
		return "", s, err
	}
	token, hash := secret.NewToken()
	s.ID, s.SeenAt = hash, now
	return token, s, tx.PutSession(s.Session)
}

// pass completes a sign-in.
func (g *Gate) pass(tx *store.Tx, s Session, how string, now time.Time) (string, Session, error) {
	s.SecondAt = now
	delete(s.Data, "enrol")
	delete(s.Data, "ceremony")
	token, s, err := g.rotate(tx, s, now)
	if err != nil {
		return "", s, err
	}
	return token, s, g.log(tx, now, "worker:"+s.Worker, audit.ActSignIn, s.Worker, map[string]string{"with": how})
}

// Second is the second half of signing in by a code: six digits from the app,
// or a recovery code.
func (g *Gate) Second(ctx context.Context, token, code string, src Source, now time.Time) (string, Session, error) {
	var s Session
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		s, err = live(tx, token, Idle, now)
		return err
	})
	if err != nil {
		return "", s, err
	}
	// One code of an account at a time, wherever from: all count together.
	done, err := g.turns.take(ctx, "second\n"+s.Worker)
	if err != nil {
		return "", s, err
	}
	defer done()
	if err := g.allowed(ctx, s.Worker, src, now); err != nil {
		return "", s, err
	}
	k, app := g.keysFor(s.Worker, src), false
	err = g.DB.Read(ctx, func(tx *store.Tx) error {
		wrong, err := tx.AttemptsSince("second", k.account, now.Add(-secret.Window))
		app = secret.Second(wrong, k.known, now)
		return err
	})
	if err != nil {
		return "", s, err
	}
	next, right := "", false
	err = g.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(s.Worker)
		if err != nil {
			return err
		}
		how := ""
		if how, err = g.useCode(&a, code, app, now); err != nil {
			return err
		}
		if how == "" {
			if k.known || !app {
				return nil
			}
			return tx.AddAttempt(store.Attempt{Kind: "second", Key: k.account, At: now})
		}
		if err := tx.PutAccount(a); err != nil {
			return err
		}
		right = true
		next, s, err = g.pass(tx, s, how, now)
		return err
	})
	if err != nil {
		return "", s, err
	}
	if !right && !app {
		return "", s, g.refuse(ctx, s.Worker, src, now, errCodes)
	}
	if !right {
		return "", s, g.refuse(ctx, s.Worker, src, now, fault.Fields{{Key: "code", Text: "That code is not right, or was used already. Wait for the next one and try again."}})
	}
	return next, s, nil
}

var errCodes = fault.Fields{{Key: "code", Text: "Too many wrong codes were typed for this account. Use a recovery code or a passkey, or a device you have signed in on before, or wait an hour. Someone may know your password: change it when you are in"}}

// useCode checks a typed code against an account and uses it up. An empty
// answer means that it is wrong. Without app, only a recovery code counts.
func (g *Gate) useCode(a *store.Account, code string, app bool, now time.Time) (string, error) {
	if app && len(a.TOTPSecret) > 0 {
		shared, err := g.Sealer.Open(a.TOTPSecret, totpBinding(a.Worker))
		if err != nil {
			return "", fault.Wrap(err, fault.Internal, "Your second factor could not be read. Ask your administrator to reset your account.")
		}
		if step, ok := secret.CheckOneTime(string(shared), code, now, a.TOTPStep); ok {
			a.TOTPStep = step
			return "app", nil
		}
	}
	hash := secret.RecoveryHash(g.Sealer.LookupHash, a.Worker, code)
	if i := slices.Index(a.RecoveryHashes, hash); i >= 0 {
		a.RecoveryHashes = slices.Delete(a.RecoveryHashes, i, i+1)
		return "recovery", nil
	}
	return "", nil
}

func totpBinding(worker string) seal.Binding {
	return seal.Binding{Kind: "account", ID: worker, Field: "totp"}
}

// SignOut ends a session.
func (g *Gate) SignOut(ctx context.Context, token string, now time.Time) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		s, err := live(tx, token, Longest, now)
		if err != nil {
			return nil // It has ended already.
		}
		if err := tx.EndSession(s.ID, now); err != nil {
			return err
		}
		return g.log(tx, now, "worker:"+s.Worker, audit.ActSignOut, s.Worker, nil)
	})
}

// Sessions lists a worker's sessions.
func (g *Gate) Sessions(ctx context.Context, worker string, now time.Time) ([]Session, error) {
	var out []Session
	err := g.DB.Read(ctx, func(tx *store.Tx) error {
		rows, err := tx.SessionsOf(worker)
		for _, row := range rows {
			if now.Before(row.ExpiresAt) && now.Sub(row.SeenAt) <= Idle && !row.SecondAt.IsZero() {
				out = append(out, Session{row})
			}
		}
		return err
	})
	return out, err
}

// EndSession ends one of a worker's own sessions, or all but the one in use
// when id is empty.
func (g *Gate) EndSession(ctx context.Context, mine Session, id string, now time.Time) error {
	return g.DB.Write(ctx, func(tx *store.Tx) error {
		if id == "" {
			if err := tx.EndSessionsOf(mine.Worker, now, mine.ID); err != nil {
				return err
			}
		} else {
			row, err := tx.Session(id)
			if err != nil || row.Worker != mine.Worker {
				return fault.New(fault.NotFound, "That session has ended already.")
			}
			if err := tx.EndSession(id, now); err != nil {
				return err
			}
		}
		return g.log(tx, now, "worker:"+mine.Worker, "end-session", mine.Worker, nil)
	})
}
