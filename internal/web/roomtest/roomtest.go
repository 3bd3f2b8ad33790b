// Package roomtest builds a house of one room, or a few, on a real desk and
// database with a clock that tests set, and asks it for pages as a worker's or a
// stranger's browser does.
package roomtest

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/publishing"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// World is a house with its clock.
type World struct {
	T       testing.TB
	Desk    *casework.Desk
	House   *room.House
	Mux     *http.ServeMux
	Handler http.Handler

	mu sync.Mutex
	at time.Time
}

// Open builds a house of these rooms round a desk. What a room needs beside, its
// test sets in House before the first request.
func Open(t testing.TB, desk *casework.Desk, at time.Time, rooms ...func(room.Mux, *room.House)) *World {
	t.Helper()
	w := &World{T: t, Desk: desk, Mux: http.NewServeMux(), at: at}
	w.House = &room.House{
		Desk: desk, Gate: &signin.Gate{DB: desk.DB, Sealer: desk.Sealer}, Texts: publishing.New(desk.DB, desk.Place), Routes: w.Mux,
		Site: &web.Site{
			Name: "Anytown Safeguarding Children Partnership", Base: "https://frontdoor.example", Home: "/", SignInHref: "/sign-in", SignOutHref: "/sign-out",
			ExitHref: "https://www.bbc.co.uk/weather", Footer: []parts.Link{{Text: "Accessibility", Href: "/accessibility"}}, FooterText: "If a child is in danger now, call 999.",
		},
	}
	w.House.Front = &web.Front{
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: web.NewMetrics(), Now: w.Now,
		Chrome: func(*http.Request) web.Chrome { return web.Chrome{Site: w.House.Site} },
	}
	w.Mux.Handle("GET "+assets.Prefix, assets.Handler())
	for _, register := range rooms {
		register(w.Mux, w.House)
	}
	w.Handler = w.House.Front.Wrap(w.Mux)
	return w
}

// Now is what the clock shows.
func (w *World) Now() time.Time { w.mu.Lock(); defer w.mu.Unlock(); return w.at }

// Set sets the clock.
func (w *World) Set(at time.Time) { w.mu.Lock(); defer w.mu.Unlock(); w.at = at }

// Later moves the clock on.
func (w *World) Later(d time.Duration) { w.mu.Lock(); defer w.mu.Unlock(); w.at = w.at.Add(d) }

// Serve puts the house where a browser can reach it, and gives its address.
func (w *World) Serve() string {
	s := httptest.NewServer(w.Handler)
	w.T.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.URL
}

// Must fails the test for an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Cookie is a session in which the worker has given their second factor.
func (w *World) Cookie(who agency.Worker) *http.Cookie {
	w.T.Helper()
	token, hash := secret.NewToken()
	now := w.Now()
	s := store.Session{ID: hash, Worker: who.ID, CreatedAt: now, SeenAt: now, SecondAt: now, ExpiresAt: now.Add(13 * time.Hour)}
	w.Must(w.Desk.DB.Write(w.T.Context(), func(tx *store.Tx) error { return tx.PutSession(s) }))
	return signin.WorkerCookie(token, false)
}

// Get opens an address with a worker's cookie, or nil, and checks its status and
// what is and is not on the page; a word to be missed begins with "!". Where
// lines break makes no difference.
func (w *World) Get(c *http.Cookie, path string, status int, holds ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	return w.Do(c, httptest.NewRequest(http.MethodGet, path, nil), status, holds...)
}

// Post sends a form, and checks what comes as Get does.
func (w *World) Post(c *http.Cookie, path string, form url.Values, status int, holds ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.Do(c, r, status, holds...)
}

// Do sends a request, and checks what comes as Get does. A cookie may be set by
// no answer: where one is, ask Handler.
func (w *World) Do(c *http.Cookie, r *http.Request, status int, holds ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	if c != nil {
		r.AddCookie(c)
	}
	if r.Method == http.MethodPost {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	got := httptest.NewRecorder()
	w.Handler.ServeHTTP(got, r)
	if got.Code != status {
		w.T.Fatalf("%s %s: status %d, want %d: %s", r.Method, r.URL, got.Code, status, got.Body)
	}
	if got.Header().Get("Set-Cookie") != "" {
		w.T.Errorf("%s %s sets a cookie", r.Method, r.URL)
	}
	body := flat(got.Body.String())
	for _, h := range holds {
		word, not := strings.CutPrefix(h, "!")
		if strings.Contains(body, flat(word)) == not {
			w.T.Errorf("%s %s: wanted %q: %s", r.Method, r.URL, h, body)
		}
	}
	return got
}

// flat is a text with one space wherever there is some.
func flat(text string) string {
	var out strings.Builder
	for i, r := range text {
		if !strings.ContainsRune(" \n\t\r", r) {
			out.WriteRune(r)
		} else if i == 0 || !strings.ContainsRune(" \n\t\r", rune(text[i-1])) {
			out.WriteByte(' ')
		}
	}
	return out.String()
}
