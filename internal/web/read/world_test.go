package read_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store/storetest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// base is where the site of these tests is.
const base = "http://localhost:8080"

// tuesday is an ordinary day at noon, when every front door is open.
var tuesday = time.Date(2026, 12, 8, 12, 0, 0, 0, time.UTC)

// world is the whole site on an empty database, with a clock of its own.
type world struct {
	t    testing.TB
	site *site.Site
	desk *casework.Desk
	mu   sync.Mutex
	at   time.Time
}

func (w *world) now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

func (w *world) set(at time.Time) { w.mu.Lock(); defer w.mu.Unlock(); w.at = at }

// newWorld begins one with the partnership's folder and more files in it.
func newWorld(t testing.TB, more map[string]string) *world {
	t.Helper()
	place := caseworktest.Partnership()
	if len(more) > 0 {
		var faults pathway.Faults
		if place, faults = partnership.Load(caseworktest.Folder(t, more)); place == nil {
			t.Fatal(faults)
		}
	}
	key := []byte("the key of these tests, 32 bytes.")[:seal.KeySize]
	sealer, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	passwords, err := secret.NewPasswords(2)
	if err != nil {
		t.Fatal(err)
	}
	passkeys, err := secret.NewPasskeys("localhost", "Frontdoor", base)
	if err != nil {
		t.Fatal(err)
	}
	sign, err := audit.NewKey("frontdoor/test", key)
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t)
	w := &world{t: t, at: tuesday, desk: &casework.Desk{DB: db, Place: place, Pathways: caseworktest.Library(), Sealer: sealer}}
	w.site, err = site.New(site.Config{
		Desk: w.desk, Gate: &signin.Gate{DB: db, Sealer: sealer, Passwords: passwords, Passkeys: passkeys}, Sign: sign,
		Base: base, Now: w.now, Log: slog.New(slog.NewJSONHandler(io.Discard, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// get asks for an address, with headers in pairs.
func (w *world) get(path string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	r := httptest.NewRequest(http.MethodGet, base+path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	w.site.Handler().ServeHTTP(rec, r)
	return rec
}
