package hostile

import (
	"bufio"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// fuzzed is the whole site with a visitor who writes and a worker signed in.
type fuzzed struct {
	*site.Site
	visitor, worker *http.Cookie
	draft           string
}

func fuzzSite(f *testing.F) fuzzed {
	f.Helper()
	db := storetest.Open(f)
	d := caseworktest.Desk(f, db)
	g := gate(f, d)
	w := caseworktest.Worker(f, d, "Olly Officer", "mash_manager", "thurrock", "")
	out := fuzzed{Site: serve(f, d, g, io.Discard, func() time.Time { return noon })}
	_, id, token, err := g.NewVisitor(f.Context(), signin.Source{}, noon)
	must(f, err)
	out.visitor = signin.VisitorCookie(token, false)
	dr, err := d.StartDraft(f.Context(), casework.ByVisitor(id, noon), "referral", nil)
	must(f, err)
	out.draft = dr.ID
	must(f, db.Write(f.Context(), func(tx *store.Tx) error {
		return tx.PutSession(store.Session{ID: hashOf("a worker's token"), Worker: w.ID, CreatedAt: noon, SeenAt: noon, SecondAt: noon, ExpiresAt: noon.Add(time.Hour)})
	}))
	out.worker = signin.WorkerCookie("a worker's token", false)
	return out
}

func (s fuzzed) ask(t *testing.T, r *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code >= 500 && w.Code != http.StatusServiceUnavailable {
		t.Fatalf("%s %s: %d", r.Method, r.URL, w.Code)
	}
	for k, v := range w.Header() {
		if strings.ContainsAny(strings.Join(v, ""), "\r\n\x00") {
			t.Fatalf("%s: the header %s is %q", r.URL, k, v)
		}
	}
	if to := w.Header().Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`)) {
		t.Fatalf("%s: sends people to %q", r.URL, to)
	}
	return w
}

func request(method, path, query, body string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost/", strings.NewReader(body))
	r.URL = &url.URL{Scheme: "http", Host: "localhost", Path: path, RawQuery: query}
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// FuzzPages: no address, query, search or number of a live event makes a page
// fail, lead elsewhere or write a header of its own, for strangers and workers.
func FuzzPages(f *testing.F) {
	s := fuzzSite(f)
	for _, path := range []string{
		"/board", "/people", "/records/x", "/records/../x", "/status", "/contact", "/refer/" + s.draft, "/files/x", "/account/audit", "/events", "/board/events",
		"/insight", "/search", "/notices", "/confirm/a/b", "/invitation/x", "/api/who-to-call", "/sign-in", "/assets/../../etc/passwd", "//evil.example", "/%00", "/.",
	} {
		f.Add(path, "q=O%27Brien&sort=due&page=-1&since=99999999999999999999", "12")
		f.Add(path, "next=//evil.example&next=/\\evil&from=2026-13-40&state=%00&limit=1e9", "-1")
		f.Add(path, "text="+strings.Repeat("%25", 500), "\x00")
		f.Add(path, "\x00", "")
	}
	f.Fuzz(func(t *testing.T, path, query, event string) {
		if !strings.HasPrefix(path, "/") || len(path)+len(query) > 8000 {
			return
		}
		line := "GET " + request(http.MethodGet, path, query, "").RequestURI + " HTTP/1.1\r\nHost: localhost\r\n\r\n"
		if _, err := http.ReadRequest(bufio.NewReader(strings.NewReader(line))); err != nil {
			return // a line that the server refuses before any of this sees it
		}
		for _, cookie := range []*http.Cookie{nil, s.visitor, s.worker} {
			r := request(http.MethodGet, path, query, "")
			r.Header.Set("Last-Event-ID", event)
			if cookie != nil {
				r.AddCookie(cookie)
			}
			if strings.HasSuffix(path, "events") || strings.HasSuffix(path, "/live") { // a stream that would go on
				ctx, stop := timeout(t, 30*time.Millisecond)
				defer stop()
				r = r.WithContext(ctx)
			}
			s.ask(t, r)
		}
	})
}

// FuzzForms: no body of a form, of one part or of many, makes a page fail.
func FuzzForms(f *testing.F) {
	s := fuzzSite(f)
	for _, path := range []string{"/sign-in", "/status", "/refer", "/refer/return", "/refer/" + s.draft, "/refer/" + s.draft + "/send", "/board", "/sign-in/passkey", "/account/password", "/records/x/entries"} {
		f.Add(path, "application/x-www-form-urlencoded", "email=a&password=b&code=1&reference=TH&next=//evil.example")
		f.Add(path, "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"files-upload\"; filename=\"../\x00.svg\"\r\n\r\n<svg/>\r\n--x--\r\n")
		f.Add(path, "multipart/form-data", "x")
		f.Add(path, "application/json", `{"id":"AAAA","response":{}}`)
		f.Add(path, " ", "0")
		f.Add(path, "application/x-www-form-urlencoded", "a=1;b=2&%zz")
		f.Add(path, "application/x-www-form-urlencoded", strings.Repeat("a&", 20000))
	}
	f.Fuzz(func(t *testing.T, path, kind, body string) {
		if !strings.HasPrefix(path, "/") || len(path) > 4000 || strings.ContainsAny(kind, "\r\n") {
			return
		}
		for _, cookie := range []*http.Cookie{nil, s.visitor, s.worker} {
			r := request(http.MethodPost, path, "", body)
			r.Header.Set("Content-Type", kind)
			if cookie != nil {
				r.AddCookie(cookie)
			}
			s.ask(t, r)
		}
	})
}

// FuzzHosts: only the site's own name is answered, only forms of its own pages are
// taken, and what a proxy says of where somebody is from is an address or is
// left aside.
func FuzzHosts(f *testing.F) {
	const own = "frontdoor.example"
	d := caseworktest.Desk(f, storetest.Open(f))
	there, err := site.New(site.Config{Desk: d, Gate: gate(f, d), Base: "https://" + own, Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler)})
	must(f, err)
	s := fuzzed{Site: there}
	for _, h := range []string{own, "FRONTDOOR.example", "evil.example", own + ".evil.example", own + "@evil.example", own + ":80", "", "[::1]", "localhost", own + "\x00"} {
		f.Add(h, "https://"+h, "192.0.2.1")
		f.Add(own, "null", h+", ::1")
	}
	f.Fuzz(func(t *testing.T, host, origin, forwarded string) {
		r := request(http.MethodPost, "/status", "", "code=1")
		r.Host = host
		r.Header.Del("Sec-Fetch-Site")
		r.Header.Set("Origin", origin)
		r.Header.Set("X-Forwarded-For", forwarded)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.RemoteAddr = "127.0.0.1:9"
		w := s.ask(t, r)
		if !strings.EqualFold(host, own) && w.Code != http.StatusMisdirectedRequest {
			t.Fatalf("%q is answered: %d", host, w.Code)
		}
		// An empty origin is that of a program that is no browser.
		if u, err := url.Parse(origin); origin != "" && (err != nil || !strings.EqualFold(u.Host, own)) && w.Code != http.StatusForbidden && w.Code != http.StatusMisdirectedRequest {
			t.Fatalf("a form from %q is taken: %d", origin, w.Code)
		}
		if _, err := netip.ParseAddrPort(r.RemoteAddr); err != nil {
			t.Fatalf("%q makes the address %q", forwarded, r.RemoteAddr)
		}
	})
}
