package live

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

// Password is the password of every account that Accounts makes.
const Password = "seven quiet lanterns 42"

// shared is what the authenticator app of each of them holds.
const shared = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// Person is someone to give an account to: a role in the first team of an
// authority that has it; see caseworktest.Worker.
type Person struct {
	Name, Role string
	Authority  string // empty is "thurrock"
	Kind       string // of agency, where several have the role
}

// Account is someone who can sign in.
type Account struct {
	agency.Worker
	Password, Secret string

	mu    sync.Mutex
	last  int64 // the step of the code used last: each works once
	stuck bool  // shows that code whatever the time
}

// NewAccount is an account that exists already, such as one of the
// demonstration's.
func NewAccount(email, password, secret string) *Account {
	return &Account{Worker: agency.Worker{Email: email}, Password: password, Secret: secret}
}

// Again is the same account with an app that goes on showing the code used last,
// whatever the time.
func (a *Account) Again() *Account {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &Account{Worker: a.Worker, Password: a.Password, Secret: a.Secret, last: a.last, stuck: true}
}

// period is how long a code shows.
const period = 30 * time.Second

// Code is what the authenticator app shows, and was not used yet. As the
// program takes the code before and after as well, three sign-ins of one
// account need no wait; a fourth waits up to half a minute.
func (a *Account) Code(ctx context.Context) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	step := max(time.Now().Unix()/int64(period/time.Second)-1, a.last+1)
	if a.stuck {
		step = a.last
	}
	from := time.Unix((step-1)*int64(period/time.Second), 0)
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(time.Until(from)):
	}
	a.last = step
	return totp.GenerateCode(a.Secret, time.Unix(step*int64(period/time.Second), 0))
}

// passwords hashes the one password once a process.
var passwords = sync.OnceValues(func() (string, error) {
	p, err := secret.NewPasswords(1)
	if err != nil {
		return "", err
	}
	return p.Hash(context.Background(), Password)
})

// Accounts gives people accounts at a place that is not being served (or in a
// PostgreSQL database, which may be). Who has one already keeps it.
func Accounts(tb testing.TB, o Options, people ...Person) []*Account {
	tb.Helper()
	hash, err := passwords()
	if err != nil {
		tb.Fatal(err)
	}
	at := time.Now().UTC().AddDate(0, -1, 0)
	var out []*Account
	Open(tb, o, false, func(p *Opened) {
		for _, who := range people {
			if who.Authority == "" {
				who.Authority = "thurrock"
			}
			w := caseworktest.Worker(tb, p.Desk, who.Name, who.Role, who.Authority, who.Kind)
			sealed, err := p.Desk.Sealer.Seal([]byte(shared), seal.Binding{Kind: "account", ID: w.ID, Field: "totp"})
			if err != nil {
				tb.Fatal(err)
			}
			err = p.Desk.DB.Write(tb.Context(), func(tx *store.Tx) error {
				if _, err := tx.Account(w.ID); !errors.Is(err, store.ErrNone) {
					return err
				}
				return tx.PutAccount(store.Account{Worker: w.ID, PasswordHash: hash, TOTPSecret: sealed, CreatedAt: at, PasswordAt: at})
			})
			if err != nil {
				tb.Fatal(err)
			}
			out = append(out, &Account{Worker: w, Password: Password, Secret: shared})
		}
	})
	return out
}

// Opened is a place opened by the test itself, with the program's own packages.
type Opened struct {
	Key  store.Key
	Desk *casework.Desk
	Gate *signin.Gate
	Sign *audit.Key
}

// Open opens a place for the length of a function. To read is beside the program
// that serves it; otherwise it must not be running, unless it is PostgreSQL.
func Open(tb testing.TB, o Options, toRead bool, do func(*Opened)) {
	tb.Helper()
	p, err := open(tb.Context(), o, toRead)
	if err != nil {
		tb.Fatalf("opening %s: %v", o.Data, err)
	}
	defer func() { _ = p.Desk.DB.Close() }()
	do(p)
}

func open(ctx context.Context, o Options, toRead bool) (*Opened, error) {
	data := o.Data
	if o.Database != "" {
		data = o.Key + ".none"
	}
	key, err := store.LoadOrCreateKey(o.Key, data)
	if err != nil {
		return nil, err
	}
	var db *store.DB
	switch {
	case o.Database != "":
		db, err = store.OpenPostgres(ctx, o.Database)
	case toRead:
		db, err = store.OpenEmbeddedToRead(ctx, o.Data, key)
	default:
		db, err = store.OpenEmbedded(ctx, o.Data, key)
	}
	if err != nil {
		return nil, err
	}
	p, err := put(ctx, db, key, toRead)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return p, nil
}

func put(ctx context.Context, db *store.DB, key store.Key, toRead bool) (*Opened, error) {
	if !toRead {
		if err := db.Migrate(ctx, time.Now().UTC()); err != nil {
			return nil, err
		}
	}
	sealer, err := seal.New(key.Derive("seal"))
	if err != nil {
		return nil, err
	}
	sign, err := audit.NewKey("frontdoor/"+key.ID(), key.Derive("audit checkpoint"))
	if err != nil {
		return nil, err
	}
	if caseworktest.Library() == nil {
		return nil, fault.New(fault.Invalid, "the pathways cannot be read")
	}
	desk := &casework.Desk{DB: db, Place: caseworktest.Partnership(), Pathways: caseworktest.Library(), Sealer: sealer}
	return &Opened{Key: key, Desk: desk, Gate: &signin.Gate{DB: db, Sealer: sealer}, Sign: sign}, nil
}
