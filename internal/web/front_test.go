package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/web"
)

// house is a front with the routes the tests below ask for.
func house(t *testing.T) (*web.Front, http.Handler, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	f := newFront(log)
	mux := http.NewServeMux()
	fail := func(pattern string, err error) {
		mux.Handle(pattern, f.Handle(func(http.ResponseWriter, *http.Request) error { return err }))
	}
	fail("GET /record/{id}", fault.Wrap(errors.New("row 7 is gone"), fault.NotFound, "There is no such record."))
	fail("/boom", errors.New("disk is on fire"))
	fail("GET /forbidden", fault.New(fault.Forbidden, "Only the front door team can do this."))
	fail("GET /conflict", fault.New(fault.Conflict, "Someone saved this first."))
	fail("/busy", context.DeadlineExceeded)
	fail("GET /many", fault.New(fault.TooMany, "Wait a minute, then try again."))
	fail("GET /private", fault.New(fault.SignIn, "Sign in first."))
	fail("GET /away", fault.New(fault.Unavailable, "The file checker is away."))
	mux.Handle("GET /panic", f.Handle(func(http.ResponseWriter, *http.Request) error {
		panic("Jane Smith, 4 High Street")
	}))
	mux.Handle("GET /late", f.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		_, _ = io.WriteString(w, strings.Repeat("x", 4096))
		return errors.New("too late to say")
	}))
	read := f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return err
		}
		if _, has := r.Context().Deadline(); !has {
			w.Header().Set("X-No-Deadline", "1")
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
	mux.Handle("POST /form", read)
	mux.Handle("POST /typed", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if err := web.ReadForm(r); err != nil {
			return err
		}
		_, err := fmt.Fprintf(w, "%s %d", r.PostForm.Get("text"), len(r.PostForm))
		return err
	}))
	mux.Handle("POST /upload", web.Allow(3<<20, time.Minute, read))
	mux.Handle("POST /stream", web.Allow(10, 0, read))
	mux.Handle("GET /page", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return galleryPage.Render(w, r, http.StatusOK, staffChrome(), gallery())
	}))
	return f, f.Wrap(mux), log
}

func do(h http.Handler, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestErrorsBecomePagesByKind(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	for _, c := range []struct {
		path   string
		status int
		says   string
	}{
		{"/record/7", 404, "There is no such record."},
		{"/nowhere", 404, "Page not found"},
		{"/forbidden", 403, "Only the front door team can do this."},
		{"/conflict", 409, "See the page as it is now"},
		{"/many", 429, "Wait a minute"},
		{"/private", 401, `href="/sign-in"`},
		{"/busy", 503, "Try again in a minute"},
		{"/away", 503, "The file checker is away."},
		{"/boom", 500, "Try again in a minute"},
		{"/panic", 500, "Try again in a minute"},
	} {
		w := do(h, http.MethodGet, c.path, "")
		if w.Code != c.status {
			t.Errorf("%s: status %d, want %d", c.path, w.Code, c.status)
		}
		if !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s does not say %q", c.path, c.says)
		}
		if strings.Contains(w.Body.String(), "row 7") || strings.Contains(w.Body.String(), "fire") || strings.Contains(w.Body.String(), "Jane") {
			t.Errorf("%s shows its cause", c.path)
		}
		if c.status >= 500 && !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
			t.Errorf("%s does not give its reference", c.path)
		}
	}
	if w := do(h, http.MethodDelete, "/page", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" || !strings.Contains(w.Body.String(), "<h1") {
		t.Errorf("wrong method: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// Whether a form was saved is not known when the answer is an error of ours, and
// the page says how to send it again.
func TestErrorAfterSendingSaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	const again = "Keep this page open"
	for path, status := range map[string]int{"/busy": 503, "/boom": 500} {
		sent := do(h, http.MethodPost, path, "a=b")
		if sent.Code != status || !strings.Contains(sent.Body.String(), again) {
			t.Errorf("%s: %d, says what to do: %t", path, sent.Code, strings.Contains(sent.Body.String(), again))
		}
		if read := do(h, http.MethodGet, path, ""); strings.Contains(read.Body.String(), again) {
			t.Errorf("%s: says so to someone who only reads", path)
		}
		if got := sent.Header().Get("Retry-After"); (status == 503) != (got == "60") {
			t.Errorf("%s: Retry-After %q", path, got)
		}
		if script := do(h, http.MethodPost, path, "a=b", "Accept", "application/json"); strings.Contains(script.Body.String(), again) {
			t.Errorf("%s: says so to script", path)
		}
	}
}

func TestSilenceIsNotAYes(t *testing.T) {
	t.Parallel()
	f := newFront(&bytes.Buffer{})
	mux := http.NewServeMux()
	mux.Handle("POST /save", f.Handle(func(_ http.ResponseWriter, r *http.Request) error { return r.Context().Err() }))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	w := httptest.NewRecorder()
	f.Wrap(mux).ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, "/save", nil))
	if w.Code < 400 {
		t.Errorf("what was not saved is answered with %d", w.Code)
	}
}

func TestScriptGetsErrorsAsJSON(t *testing.T) {
	t.Parallel()
	f, h, _ := house(t)
	f.SignIn = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/sign-in", http.StatusSeeOther) }
	w := do(h, http.MethodGet, "/private", "", "Accept", "application/json")
	var got map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 401 || got["error"] != "Sign in first." {
		t.Errorf("%d %s %v", w.Code, w.Body, err)
	}
	if w := do(h, http.MethodGet, "/private", ""); w.Code != http.StatusSeeOther {
		t.Errorf("a person is not sent to sign in: %d", w.Code)
	}
}

func TestLogHoldsNoPathsQueriesOrAddresses(t *testing.T) {
	t.Parallel()
	_, h, log := house(t)
	r := httptest.NewRequest(http.MethodGet, "/record/0192f000-aaaa?q=Smith", nil)
	r.RemoteAddr = "203.0.113.9:4711"
	r.Header.Set("X-Forwarded-For", "203.0.113.10")
	h.ServeHTTP(httptest.NewRecorder(), r)
	do(h, http.MethodGet, "/nowhere/Jones", "")
	do(h, "SMITH", "/page", "")
	do(h, http.MethodGet, "/panic", "")
	text := log.String()
	for _, secret := range []string{"0192f000", "Smith", "SMITH", "203.0.113", "Jones", "Jane"} {
		if strings.Contains(text, secret) {
			t.Errorf("the log holds %q:\n%s", secret, text)
		}
	}
	for _, want := range []string{`"route":"GET /record/{id}"`, `"status":404`, "row 7 is gone", `"route":"(none)"`} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
}

func TestGuardsOnEveryAnswer(t *testing.T) {
	t.Parallel()
	f, h, _ := house(t)
	f.TLS = true
	for _, path := range []string{"/page", "/nowhere", "/panic", "/form"} {
		head := do(h, http.MethodGet, path, "").Header()
		csp := head.Get("Content-Security-Policy")
		if !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") || strings.Contains(csp, "data:") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
			"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
		} {
			if got := head.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
}

func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	if w := do(h, http.MethodPost, "/form", "a=1", "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
		t.Errorf("cross-site: %d", w.Code)
	}
	if w := do(h, http.MethodPost, "/form", "a=1", "Sec-Fetch-Site", "same-origin"); w.Code != 204 {
		t.Errorf("same-origin: %d", w.Code)
	}
}

func TestBodiesAreLimitedByRoute(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	at := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		path, body string
		status     int
	}{
		{"/form", at, 204},
		{"/form", at + "x", 413},
		{"/upload", at + "x", 204},
		{"/upload", at + at + at + "x", 413},
		{"/stream", "0123456789", 204},
		{"/stream", "0123456789x", 413},
	} {
		if w := do(h, http.MethodPost, c.path, c.body); w.Code != c.status {
			t.Errorf("%s with %d bytes: %d, want %d", c.path, len(c.body), w.Code, c.status)
		}
	}
	if do(h, http.MethodPost, "/form", "").Header().Get("X-No-Deadline") != "" {
		t.Error("an ordinary route has no deadline")
	}
	if do(h, http.MethodPost, "/stream", "").Header().Get("X-No-Deadline") == "" {
		t.Error("a stream has a deadline")
	}
}

// A browser sends all of a form before it shows an answer, and shows an error of
// its own when the line is cut before that.
func TestWhoSendsTooMuchReadsOurSentence(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	line, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	const size = 50 << 20
	if _, err := fmt.Fprintf(line, "POST /upload HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", server.Listener.Addr(), size); err != nil {
		t.Fatal(err)
	}
	if _, err := line.Write(make([]byte, size)); err != nil {
		t.Fatalf("the line was cut while it was sent: %v", err)
	}
	res, err := http.ReadResponse(bufio.NewReader(line), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != http.StatusRequestEntityTooLarge || !strings.Contains(string(body), "too big to send") {
		t.Errorf("%d, %v: %.300s", res.StatusCode, err, body)
	}
}

func TestAFormThatBreaksOffIsNotOurError(t *testing.T) {
	t.Parallel()
	_, h, log := house(t)
	for _, path := range []string{"/form", "/typed"} {
		r := httptest.NewRequest("POST", path, io.MultiReader(strings.NewReader("text=half"), iotest.ErrReader(io.ErrUnexpectedEOF)))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), "did not arrive whole") {
			t.Errorf("%s: %d: %s", path, w.Code, w.Body)
		}
	}
	if strings.Contains(log.String(), "ERROR") {
		t.Errorf("a stranger rings the alarm: %s", log)
	}
}

func TestFormsAreReadWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	_, h, log := house(t)
	const typed, parts = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
	for _, c := range []struct {
		kind, body string
		status     int
		says       string
	}{
		{typed, "text=seen&more=1", 200, "seen 2"},
		{parts, "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nseen\r\n--x--\r\n", 200, "seen 1"},
		{"text/plain", "text=seen", 200, " 0"},
		{typed, "text=seen&more=%zz", 422, "could not be read"},
		{typed, "text=seen;more=1", 422, "could not be read"},
		{typed, strings.Repeat("text&", 20_000), 422, "could not be read"},
		{" ", "text=seen", 422, "could not be read"},
		{parts, "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nseen", 422, "could not be read"},
		{"multipart/form-data", "text=seen", 422, "could not be read"},
		{typed, "text=" + strings.Repeat("x", 1<<20), 413, "what you typed is still there"},
	} {
		if w := do(h, http.MethodPost, "/typed", c.body, "Content-Type", c.kind); w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s, %.40q: %d %s", c.kind, c.body, w.Code, w.Body)
		}
	}
	if strings.Contains(log.String(), "ERROR") {
		t.Errorf("a stranger rings the alarm: %s", log)
	}
}

func TestAnAnswerBegunIsNotMixedWithAnErrorPage(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	if body := do(h, http.MethodGet, "/late", "").Body.String(); strings.Contains(body, "<html") {
		t.Error("an error page follows the beginning of another answer")
	}
}

func TestPagesAreCompressedAndPiecesAreSmall(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	whole := do(h, http.MethodGet, "/page", "")
	packed := do(h, http.MethodGet, "/page", "", "Accept-Encoding", "gzip")
	if packed.Header().Get("Content-Encoding") != "gzip" || packed.Body.Len()*3 > whole.Body.Len() {
		t.Errorf("%d bytes packed of %d", packed.Body.Len(), whole.Body.Len())
	}
	piece := do(h, http.MethodGet, "/page", "", "X-Fragment", "board").Body.String()
	if !strings.HasPrefix(piece, `<div id="board"`) || strings.Contains(piece, "<html") {
		t.Errorf("piece: %.200s", piece)
	}
	if got := do(h, http.MethodGet, "/page", "", "X-Fragment", "nothing").Body.Len(); got != whole.Body.Len() {
		t.Errorf("an unknown piece gives %d bytes, not the whole page's %d", got, whole.Body.Len())
	}
}

func TestMetricsCountByRoute(t *testing.T) {
	t.Parallel()
	f, h, _ := house(t)
	do(h, http.MethodGet, "/record/1", "")
	do(h, http.MethodGet, "/record/2", "")
	w := httptest.NewRecorder()
	f.Metrics.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	for _, want := range []string{
		`frontdoor_http_requests_total{route="GET /record/{id}",status="404"} 2`,
		`frontdoor_http_request_seconds_bucket{route="GET /record/{id}",le="+Inf"} 2`,
		"frontdoor_http_open 0",
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("lacks %q in\n%s", want, w.Body)
		}
	}
}

func TestTypedWordsAreEscaped(t *testing.T) {
	t.Parallel()
	_, h, _ := house(t)
	if strings.Contains(do(h, http.MethodGet, "/page", "").Body.String(), "ZgotmplZ") {
		t.Error("a template puts something where it is not safe")
	}
}

func BenchmarkPage(b *testing.B) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	v, c := gallery(), staffChrome()
	for b.Loop() {
		if err := galleryPage.Render(httptest.NewRecorder(), r, http.StatusOK, c, v); err != nil {
			b.Fatal(err)
		}
	}
}
