package store

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

func foldEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// Account is how a worker signs in.
type Account struct {
	Worker         string
	PasswordHash   string
	TOTPSecret     []byte          // sealed; nil when none is set up
	TOTPStep       int64           // the last time step used, so that a code works once
	Passkeys       json.RawMessage // a JSON array; nil is none
	RecoveryHashes []string        // of the recovery codes not yet used
	Disabled       bool
	CreatedAt      time.Time
	PasswordAt     time.Time // when the password was set
	MustEnrol      bool      // must set up a second factor before anything else
}

// PutAccount keeps an account, new or changed.
func (tx *Tx) PutAccount(a Account) error {
	if len(a.Passkeys) == 0 {
		a.Passkeys = json.RawMessage("[]")
	}
	var secret any // null when there is none
	if len(a.TOTPSecret) > 0 {
		secret = a.TOTPSecret
	}
	tx.keep("account", a.Worker)
	_, err := tx.Exec(`insert into account (worker, password_hash, totp_secret, totp_step, passkeys, recovery_hashes, disabled, created_at, password_at, must_enrol)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (worker) do update set password_hash = excluded.password_hash, totp_secret = excluded.totp_secret,
			totp_step = excluded.totp_step, passkeys = excluded.passkeys, recovery_hashes = excluded.recovery_hashes,
			disabled = excluded.disabled, password_at = excluded.password_at, must_enrol = excluded.must_enrol`,
		a.Worker, a.PasswordHash, secret, a.TOTPStep, JSON[json.RawMessage]{a.Passkeys}, JSON[[]string]{orEmpty(a.RecoveryHashes)},
		a.Disabled, a.CreatedAt, a.PasswordAt, a.MustEnrol)
	return err
}

// Account reads a worker's account.
func (tx *Tx) Account(worker string) (Account, error) { return tx.account(worker, "") }

// LockAccount is Account for a transaction that goes on to use up a code: of
// two at once, the second waits for the first.
func (tx *Tx) LockAccount(worker string) (Account, error) { return tx.account(worker, tx.lockRow()) }

func (tx *Tx) account(worker, lock string) (Account, error) {
	return queryOne(tx, func(row row) (Account, error) {
		var a Account
		var passkeys JSON[json.RawMessage]
		var recovery JSON[[]string]
		err := row.Scan(&a.Worker, &a.PasswordHash, &a.TOTPSecret, &a.TOTPStep, &passkeys, &recovery, &a.Disabled, &a.CreatedAt, &a.PasswordAt, &a.MustEnrol)
		if err != nil {
			return a, err
		}
		a.RecoveryHashes = recovery.V
		// PostgreSQL puts spaces in.
		var b bytes.Buffer
		err = json.Compact(&b, passkeys.V)
		a.Passkeys = b.Bytes()
		return a, err
	}, `select worker, password_hash, totp_secret, totp_step, passkeys, recovery_hashes, disabled, created_at, password_at, must_enrol
		from account where worker = $1`+lock, worker)
}

// Invitation lets a worker set up their account once.
type Invitation struct {
	ID        string
	Worker    string
	TokenHash string
	ExpiresAt time.Time
	UsedAt    time.Time
}

// AddInvitation keeps an invitation.
func (tx *Tx) AddInvitation(i Invitation) error {
	tx.keep("invitation", i.ID)
	_, err := tx.Exec(`insert into invitation (id, worker, token_hash, expires_at, used_at) values ($1, $2, $3, $4, $5)`,
		i.ID, i.Worker, i.TokenHash, i.ExpiresAt, i.UsedAt)
	return err
}

// EndInvitations ends a worker's invitations that were not used.
func (tx *Tx) EndInvitations(worker string, at time.Time) error {
	_, err := tx.keepAll("invitation", `update invitation set expires_at = $2 where worker = $1 and used_at is null and expires_at > $2 returning id`, worker, at)
	return err
}

// InvitationByHash reads an invitation, used and expired ones too.
func (tx *Tx) InvitationByHash(hash string) (Invitation, error) {
	return queryOne(tx, func(row row) (Invitation, error) {
		var i Invitation
		return i, row.Scan(&i.ID, &i.Worker, &i.TokenHash, &i.ExpiresAt, &i.UsedAt)
	}, `select id, worker, token_hash, expires_at, used_at from invitation where token_hash = $1`, hash)
}

// UseInvitation uses an invitation up; ErrStale when it was used already or
// has expired.
func (tx *Tx) UseInvitation(id string, at time.Time) error {
	tx.keep("invitation", id)
	n, err := tx.Exec(`update invitation set used_at = $2 where id = $1 and used_at is null and expires_at > $2`, id, at)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Session is one browser's: a worker's, or the visit of someone who writes or looks
// under a receipt code.
type Session struct {
	ID        string // hash of what the browser holds
	Worker    string // empty for a receipt code's
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	EndedAt   time.Time
	Device    string
	SecondAt  time.Time // when the second factor was given
	ReauthAt  time.Time // when they last proved again who they are
	Data      map[string]string
}

const sessionColumns = `id, coalesce(worker, ''), created_at, seen_at, expires_at, ended_at, device, second_at, reauth_at, data`

func scanSession(row row) (Session, error) {
	var s Session
	var data JSON[map[string]string]
	err := row.Scan(&s.ID, &s.Worker, &s.CreatedAt, &s.SeenAt, &s.ExpiresAt, &s.EndedAt, &s.Device, &s.SecondAt, &s.ReauthAt, &data)
	s.Data = data.V
	return s, err
}

// PutSession keeps a session, new or changed. ErrStale when it has been ended
// in the meantime: an ended session never comes back.
func (tx *Tx) PutSession(s Session) error {
	if s.Data == nil {
		s.Data = map[string]string{}
	}
	n, err := tx.Exec(`insert into session (id, worker, created_at, seen_at, expires_at, ended_at, device, second_at, reauth_at, data)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (id) do update set worker = excluded.worker, seen_at = excluded.seen_at,
			expires_at = excluded.expires_at, ended_at = excluded.ended_at, device = excluded.device,
			second_at = excluded.second_at, reauth_at = excluded.reauth_at, data = excluded.data
		where session.ended_at is null`,
		s.ID, orNull(s.Worker), s.CreatedAt, s.SeenAt, s.ExpiresAt, s.EndedAt, s.Device, s.SecondAt, s.ReauthAt,
		JSON[map[string]string]{s.Data})
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Session reads a session, ended and expired ones too.
func (tx *Tx) Session(hash string) (Session, error) {
	return queryOne(tx, scanSession, `select `+sessionColumns+` from session where id = $1`, hash)
}

// SessionsOf gives a worker's sessions that were not ended, last seen first.
func (tx *Tx) SessionsOf(worker string) ([]Session, error) {
	return queryAll(tx, scanSession, `select `+sessionColumns+` from session
		where worker = $1 and ended_at is null order by seen_at desc, id`, worker)
}

// EndSession ends a session, if it has not ended already.
func (tx *Tx) EndSession(hash string, at time.Time) error {
	_, err := tx.Exec(`update session set ended_at = $2 where id = $1 and ended_at is null`, hash, at)
	return err
}

// EndSessionsOf ends all of a worker's sessions but one; except may be empty.
func (tx *Tx) EndSessionsOf(worker string, at time.Time, except string) error {
	_, err := tx.Exec(`update session set ended_at = $2 where worker = $1 and ended_at is null and id <> $3`, worker, at, except)
	return err
}

// Attempt is one try at a password, a code or a receipt code.
type Attempt struct {
	Kind string // what was tried
	Key  string // whose or from where, hashed where it could name someone
	At   time.Time
	OK   bool
}

// AddAttempt keeps an attempt.
func (tx *Tx) AddAttempt(a Attempt) error {
	_, err := tx.Exec(`insert into attempt (id, kind, subject, made_at, ok) values ($1, $2, $3, $4, $5)`, NewID(a.At), a.Kind, a.Key, a.At, a.OK)
	return err
}

// mostAttempts is how many attempts are ever looked at: more than any limit, so
// that whoever guesses a million times does not make each guess a million times
// as much work.
const mostAttempts = 128

// AttemptsSince gives the times of failed attempts of a kind by a key since a
// moment, oldest first: the newest 128 of them.
func (tx *Tx) AttemptsSince(kind, key string, since time.Time) ([]time.Time, error) {
	out, err := queryAll(tx, scanValue[time.Time], `select made_at from attempt
		where kind = $1 and subject = $2 and made_at >= $3 and not ok order by made_at desc limit $4`, kind, key, since, mostAttempts)
	slices.Reverse(out)
	return out, err
}

// PruneSessions forgets sessions that ended or ran out before a moment. What was
// done in them stays in the log.
func (tx *Tx) PruneSessions(before time.Time) error {
	_, err := tx.Exec(`delete from session where ended_at < $1 or expires_at < $1`, before)
	return err
}

// PruneAttempts forgets attempts made before a moment.
func (tx *Tx) PruneAttempts(before time.Time) error {
	_, err := tx.Exec(`delete from attempt where made_at < $1`, before)
	return err
}
