package attack

import (
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A second request hidden in the body of a first: whoever disagrees with a proxy
// about where a request ends answers both.
func TestHiddenRequests(t *testing.T) {
	t.Parallel()
	host := strings.TrimPrefix(target, "http://")
	hidden := "GET /hide HTTP/1.1\r\nHost: " + host + "\r\n\r\n"
	chunked := "0\r\n\r\n" + hidden
	for name, head := range map[string]string{
		"two lengths":             fmt.Sprintf("Content-Length: 0\r\nContent-Length: %d\r\n", len(hidden)),
		"a list of lengths":       "Content-Length: 0, 5\r\n",
		"a signed length":         "Content-Length: +0\r\n",
		"a negative length":       "Content-Length: -1\r\n",
		"a length in hexadecimal": "Content-Length: 0x0\r\n",
		"a space before the sign": "Content-Length : 0\r\n",
		"an unknown coding":       "Transfer-Encoding: xchunked\r\n",
		"two codings":             "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
		"a coding in disguise":    "Transfer-Encoding: \x0bchunked\r\n",
		"a coding twice":          "Transfer-Encoding: chunked, chunked\r\n",
		"a nul":                   "X-A: b\x00c\r\n",
		"a bare return":           "X-A: b\rTransfer-Encoding: chunked\r\n",
		"no name":                 ": x\r\n",
	} {
		got := raw(t, "POST /refer HTTP/1.1\r\nHost: "+host+"\r\n"+head+"\r\n"+chunked)
		if n := strings.Count(got, "HTTP/1.1 "); n != 1 || !strings.HasPrefix(got, "HTTP/1.1 400") && !strings.HasPrefix(got, "HTTP/1.1 501") {
			t.Errorf("%s: %d answers, the first %.40q", name, n, got)
		}
	}
	// A folded line is part of the header before it, never one of its own.
	if got := raw(t, "POST /sign-in HTTP/1.1\r\nHost: "+host+"\r\nX-A: b\r\n Content-Length: 3\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "+fmt.Sprint(len(hidden))+"\r\n\r\n"+hidden); strings.Count(got, "HTTP/1.1 ") != 1 {
		t.Errorf("a folded line: %d answers", strings.Count(got, "HTTP/1.1 "))
	}
	// With both, the length does not count and the coding does.
	for _, size := range []int{3, len(chunked)} {
		got := raw(t, fmt.Sprintf("POST /sign-in HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n", host, size))
		if n := strings.Count(got, "HTTP/1.1 "); n != 1 {
			t.Errorf("length %d beside a coding: %d answers", size, n)
		}
	}
	for name, chunk := range map[string]string{
		"a size that is none":  "zz\r\nabc\r\n0\r\n\r\n",
		"a size too large":     "fffffffffffffffff\r\nabc\r\n0\r\n\r\n",
		"a negative size":      "-3\r\nabc\r\n0\r\n\r\n",
		"no end after a chunk": "3\r\nabcd\r\n0\r\n\r\n",
	} {
		got := raw(t, "POST /sign-in HTTP/1.1\r\nHost: "+host+"\r\nContent-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"+chunk+hidden)
		if strings.Count(got, "HTTP/1.1 ") > 1 {
			t.Errorf("%s: the hidden request was answered", name)
		}
	}
}

// No name but the site's own is served, and none is believed.
func TestOtherNames(t *testing.T) {
	t.Parallel()
	c := browser()
	for _, host := range []string{"evil.example", "evil.example:80", "localhost.evil.example", "127.0.0.1.evil.example", "127.0.0.1@evil.example", ""} {
		got := raw(t, "GET /sign-in HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if !strings.HasPrefix(got, "HTTP/1.1 421") && !strings.HasPrefix(got, "HTTP/1.1 400") || strings.Contains(got, "evil") {
			t.Errorf("host %q: %.200q", host, got)
		}
	}
	for name, text := range map[string]string{
		"in the address": "GET http://evil.example/sign-in HTTP/1.1\r\nHost: " + strings.TrimPrefix(target, "http://") + "\r\nConnection: close\r\n\r\n",
		"two":            "GET /sign-in HTTP/1.1\r\nHost: evil.example\r\nHost: " + strings.TrimPrefix(target, "http://") + "\r\nConnection: close\r\n\r\n",
		"none":           "GET /sign-in HTTP/1.1\r\nConnection: close\r\n\r\n",
	} {
		if got := raw(t, text); !strings.HasPrefix(got, "HTTP/1.1 4") || strings.Contains(got, "evil") {
			t.Errorf("%s: %.200q", name, got)
		}
	}
	for _, path := range []string{"/", "/board", "/sign-in", "/refer", "/status", "/nowhere"} {
		r, body := send(t, c, http.MethodGet, path, nil,
			"X-Forwarded-Host", "evil.example", "X-Host", "evil.example", "X-Original-URL", "/workers", "X-Rewrite-URL", "/workers", "Forwarded", "host=evil.example", "X-Forwarded-Proto", "https")
		if strings.Contains(body+fmt.Sprint(r.Header), "evil.example") {
			t.Errorf("%s repeats a name it was told", path)
		}
		if want, _ := send(t, c, http.MethodGet, path, nil); want.StatusCode != r.StatusCode {
			t.Errorf("%s: status %d with headers that name another page, %d without", path, r.StatusCode, want.StatusCode)
		}
	}
}

func TestOtherMethods(t *testing.T) {
	t.Parallel()
	c := manager(t)
	for _, method := range []string{"TRACE", "TRACK", "CONNECT", "PUT", "PATCH", "DELETE", "PROPFIND", "OPTIONS", "JEFF"} {
		for _, path := range []string{"/board", "/people", "/sign-in", "/account", "/board/allocate"} {
			r, body := send(t, c, method, path, nil, "X-Secret", "repeated-by-trace")
			if r.StatusCode < 400 || strings.Contains(body, "repeated-by-trace") {
				t.Errorf("%s %s: %d", method, path, r.StatusCode)
			}
		}
	}
	// A GET that says it is something else is still a GET.
	for _, h := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		r, _ := send(t, c, http.MethodGet, "/sign-out?_method=POST", nil, h, "POST")
		if r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%s: %d", h, r.StatusCode)
		}
	}
	if r, _ := send(t, c, http.MethodGet, "/board", nil); r.StatusCode != http.StatusOK {
		t.Error("the session did not live through it:", r.StatusCode)
	}
}

func TestTooMuch(t *testing.T) {
	t.Parallel()
	c := browser()
	if got := raw(t, "GET / HTTP/1.1\r\nHost: "+strings.TrimPrefix(target, "http://")+"\r\nX-A: "+strings.Repeat("a", 200<<10)+"\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 431") {
		t.Errorf("a header of 200 KB: %.40q", got)
	}
	if got := raw(t, "GET /"+strings.Repeat("a", 200<<10)+" HTTP/1.1\r\nHost: "+strings.TrimPrefix(target, "http://")+"\r\n\r\n"); !strings.HasPrefix(got, "HTTP/1.1 4") {
		t.Errorf("an address of 200 KB: %.40q", got)
	}
	if r, _ := send(t, c, http.MethodPost, "/sign-in", url.Values{"email": {strings.Repeat("a", 3<<20)}}); r.StatusCode < 400 || r.StatusCode >= 500 {
		t.Error("a form of 3 MB:", r.StatusCode)
	}
	many := url.Values{}
	for i := range 40000 {
		many.Set(fmt.Sprintf("p%d", i), "1")
	}
	for _, path := range []string{"/sign-in", "/status", "/refer"} {
		if r, _ := send(t, c, http.MethodPost, path, many); r.StatusCode >= 500 {
			t.Errorf("%s with 40,000 fields: %d", path, r.StatusCode)
		}
	}
	deep := "/refer" + strings.Repeat("/x", 4000)
	if r, _ := send(t, c, http.MethodGet, deep, nil); r.StatusCode >= 500 {
		t.Error("a deep address:", r.StatusCode)
	}
	for _, bad := range []string{"%", "%zz", "a=%00&b=\x7f", "email=" + url.QueryEscape("\xff\xfe"), ";;;=&&&"} {
		r, err := http.NewRequest(http.MethodPost, target+"/sign-in", strings.NewReader(bad))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode >= 500 {
			t.Errorf("a form of %q: %d", bad, answer.StatusCode)
		}
	}
}

func TestWaysOutOfTheFolder(t *testing.T) {
	t.Parallel()
	host := strings.TrimPrefix(target, "http://")
	for _, path := range []string{
		"/assets/../../../../etc/passwd", "/assets/%2e%2e/%2e%2e/%2e%2e/etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd",
		"/assets/..%252f..%252fetc/passwd", `/assets/..\..\..\etc\passwd`, "/assets/..%5c..%5cetc%5cpasswd", "/assets/%c0%ae%c0%ae/etc/passwd",
		"/assets/x/..;/..;/etc/passwd", "/assets/x%00.css", "//etc/passwd", "/./././etc/passwd", "/.git/config", "/.env", "/assets/", "/assets",
		"/assets/vendor.css/", "/debug/pprof/", "/metrics", "/server-status", "/data/frontdoor.db", "/files/../../key", "/files/..%2f..%2fkey",
		"/reports/..%2f..%2fembed.go", "/reports/%2e%2e/csv", "/invitation/..%2f..%2fworkers",
	} {
		got := raw(t, "GET "+path+" HTTP/1.1\r\nHost: "+host+"\r\nConnection: close\r\n\r\n")
		if strings.HasPrefix(got, "HTTP/1.1 200") || strings.HasPrefix(got, "HTTP/1.1 5") || strings.Contains(got, "root:") {
			t.Errorf("%s: %.60q", path, got)
		}
		if _, to, found := strings.Cut(got, "\r\nLocation: "); found && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
			t.Errorf("%s leads away: %.80q", path, to)
		}
	}
}

// Many overlapping ranges once made servers send a file a thousand times.
func TestManyRanges(t *testing.T) {
	t.Parallel()
	c := browser()
	ranges := "bytes=0-"
	for i := range 1000 {
		ranges += fmt.Sprintf(",%d-", i)
	}
	for _, path := range []string{"/", "/contact", "/sign-in", "/account/passkey.js"} {
		plain, want := send(t, c, http.MethodGet, path, nil)
		r, got := send(t, c, http.MethodGet, path, nil, "Range", ranges)
		if r.StatusCode != plain.StatusCode && r.StatusCode != http.StatusRequestedRangeNotSatisfiable || len(got) > len(want)+4096 {
			t.Errorf("%s: %d, %d bytes instead of %d", path, r.StatusCode, len(got), len(want))
		}
	}
}

func TestHeadersCannotBeAdded(t *testing.T) {
	t.Parallel()
	c := manager(t)
	bad := "/board\r\nSet-Cookie: evil=1\r\nX-Evil: 1"
	for _, path := range []string{
		"/sign-in?next=" + url.QueryEscape(bad), "/sign-in/second?next=" + url.QueryEscape(bad), "/account/again?next=" + url.QueryEscape(bad),
		"/r?ref=" + url.QueryEscape(bad), "/board?kind=" + url.QueryEscape(bad), "/account?done=" + url.QueryEscape(bad), "/%0d%0aX-Evil:%201", "//%0d%0aX-Evil:1/..",
	} {
		r, _ := send(t, c, http.MethodGet, path, nil)
		if r.Header.Get("X-Evil") != "" || strings.Contains(fmt.Sprint(r.Header["Set-Cookie"]), "evil") || strings.ContainsAny(r.Header.Get("Location"), "\r\n") {
			t.Errorf("%s: %v", path, r.Header)
		}
	}
}

func TestRedirectsStayHere(t *testing.T) {
	t.Parallel()
	c := manager(t)
	stranger := browser()
	for _, next := range []string{
		"https://evil.example", "//evil.example", "///evil.example", `/\evil.example`, `\\evil.example`, "/%2fevil.example/", "/%5cevil.example", "javascript:alert(1)",
		"data:text/html,x", "http:evil.example", "/\t/evil.example", "/\n/evil.example", " //evil.example", "/.//evil.example", "/..//evil.example", "https:/evil.example", "evil.example", "?x=//evil.example",
		"//evil.example%2f@127.0.0.1", "/x/..//evil.example", "/\u3000/evil.example", "/；/evil.example",
	} {
		for _, page := range []string{"/sign-in", "/sign-in/second", "/account/again", "/account/second-factor", "/refer/return", "/status"} {
			for _, who := range []*http.Client{c, stranger} {
				r, body := send(t, who, http.MethodGet, page+"?next="+url.QueryEscape(next), nil)
				if to := r.Header.Get("Location"); to != "" && away(t, to) {
					t.Errorf("%s with %q leads to %q", page, next, to)
				}
				for _, attr := range []string{`href="`, `action="`, `value="`, `data-next="`} {
					for rest := body; ; {
						_, after, found := strings.Cut(rest, attr)
						if !found {
							break
						}
						var v string
						v, rest, _ = strings.Cut(after, `"`)
						if strings.Contains(v, "evil.example") && away(t, strings.NewReplacer("&amp;", "&", "&#43;", "+").Replace(v)) {
							t.Errorf("%s with %q holds %s%s", page, next, attr, v)
						}
					}
				}
			}
		}
	}
}

// away tells whether a browser on the site that follows an address leaves it.
// Browsers take \ for / and leave tabs and ends of lines out.
func away(t *testing.T, to string) bool {
	t.Helper()
	to = strings.TrimSpace(strings.NewReplacer("\t", "", "\r", "", "\n", "", `\`, "/").Replace(to))
	here, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	u, err := here.Parse(to)
	return err != nil || u.Host != here.Host || u.Scheme != here.Scheme
}

// Every form is refused when another site sent it, signed in or not.
func TestFormsFromElsewhere(t *testing.T) {
	t.Parallel()
	c := manager(t)
	list := routes(t, http.MethodPost)
	if len(list) < 50 {
		t.Errorf("only %d routes take a form", len(list))
	}
	for _, path := range list {
		for _, from := range [][]string{
			{"Origin", "https://evil.example", "Sec-Fetch-Site", "cross-site"},
			{"Origin", "https://evil.example"},
			{"Origin", "null"},
			{"Sec-Fetch-Site", "same-site"},
		} {
			r, _ := send(t, c, http.MethodPost, path, url.Values{"reason": {"x"}, "next": {"/"}}, from...)
			if r.StatusCode != http.StatusForbidden {
				t.Errorf("POST %s with %v: %d", path, from, r.StatusCode)
			}
		}
	}
	if r, _ := send(t, c, http.MethodGet, "/board", nil); r.StatusCode != http.StatusOK {
		t.Error("the session did not live through it:", r.StatusCode)
	}
}

// Whatever the answer, it cannot be framed, kept, guessed at or read elsewhere.
func TestHeadersOnEveryAnswer(t *testing.T) {
	t.Parallel()
	c := manager(t)
	paths := append(routes(t, http.MethodGet), "/nowhere", "/%ff", "/assets/nothing.css")
	check := func(name string, r *http.Response) {
		h := r.Header
		csp := h.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(csp, want) && !strings.Contains(csp, "sandbox") {
				t.Errorf("%s: policy without %s", name, want)
			}
		}
		if strings.Contains(csp, "unsafe") || strings.Contains(csp, "*") {
			t.Errorf("%s: policy %s", name, csp)
		}
		for k, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if h.Get(k) != want {
				t.Errorf("%s: %s is %q", name, k, h.Get(k))
			}
		}
		if !strings.Contains(h.Get("Cache-Control"), "no-store") && !strings.HasPrefix(r.Request.URL.Path, "/assets/") && r.Request.URL.Path != "/account/passkey.js" {
			t.Errorf("%s may be kept: %q", name, h.Get("Cache-Control"))
		}
		if h.Get("Access-Control-Allow-Origin") != "" || h.Get("Server") != "" || h.Get("X-Powered-By") != "" {
			t.Errorf("%s: %v", name, h)
		}
		if kind := h.Get("Content-Type"); r.ContentLength != 0 && r.StatusCode != http.StatusSeeOther {
			if strings.HasPrefix(kind, "text/") && !strings.Contains(kind, "charset=utf-8") || kind == "" {
				t.Errorf("%s: Content-Type %q", name, kind)
			}
		}
		for _, k := range r.Cookies() {
			if !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Domain != "" {
				t.Errorf("%s: cookie %v", name, k.Name)
			}
		}
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "/events") {
			continue // A stream does not end.
		}
		r, _ := send(t, c, http.MethodGet, path, nil)
		check("GET "+path, r)
		if r.StatusCode >= 500 {
			t.Errorf("GET %s: %d", path, r.StatusCode)
		}
	}
	r, _ := send(t, c, http.MethodDelete, "/board", nil)
	check("another method", r)
	r, _ = send(t, c, http.MethodPost, "/people", url.Values{"q": {"x"}}, "Origin", "https://evil.example")
	check("another site's form", r)
	r, _ = send(t, c, http.MethodPost, "/sign-in", url.Values{"email": {strings.Repeat("a", 3<<20)}})
	check("too large", r)
	r, _ = send(t, c, http.MethodGet, "/sign-in", nil, "Host", "evil.example")
	check("another name", r)
}

// A stranger's page is not told apart from nothing: no page of a worker answers
// someone who is not signed in, and no token of a half sign-in opens one.
func TestTokensOfStrangers(t *testing.T) {
	t.Parallel()
	c := browser()
	visit, _ := send(t, c, http.MethodPost, "/refer", url.Values{"pathway": {"referral"}})
	token := ""
	for _, k := range visit.Cookies() {
		token = k.Value
	}
	if token == "" {
		t.Fatal("no visit began:", visit.StatusCode)
	}
	half, _ := send(t, browser(), http.MethodPost, "/sign-in", url.Values{"email": {"auditor@example.org"}, "password": {"kettle umbrella 88 hedgehog"}})
	halfToken := ""
	for _, k := range half.Cookies() {
		halfToken = k.Value
	}
	if halfToken == "" {
		t.Fatal("no half sign-in:", half.StatusCode)
	}
	long := strings.Repeat("A", 40<<10)
	for name, cookie := range map[string]string{
		"a visitor's": "frontdoor=" + token, "a half sign-in's": "frontdoor=" + halfToken, "none": "frontdoor=", "a long one": "frontdoor=" + long,
		"quotes": `frontdoor="'; drop table session; --"`, "nothing": "",
	} {
		for _, path := range []string{"/board", "/people", "/account", "/workers", "/audit", "/reports", "/notices", "/sent", "/break-glass", "/account/acts", "/audit/checkpoint"} {
			r, body := send(t, browser(), http.MethodGet, path, nil, "Cookie", cookie)
			if r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(r.Header.Get("Location"), "/sign-in") || len(body) > 300 {
				t.Errorf("%s with %s: %d to %q", path, name, r.StatusCode, r.Header.Get("Location"))
			}
		}
		for _, path := range []string{"/account/second-factor", "/account/second-factor/app", "/account/second-factor/qr.png"} {
			if r, _ := send(t, browser(), http.MethodGet, path, nil, "Cookie", cookie); r.StatusCode == http.StatusOK || r.StatusCode >= 500 {
				t.Errorf("%s with %s: %d", path, name, r.StatusCode)
			}
		}
		for _, path := range []string{"/sign-in/second", "/sign-in/second/passkey/begin", "/sign-in/second/passkey/finish", "/sign-in/passkey/finish", "/account/second-factor/app"} {
			if r, _ := send(t, browser(), http.MethodPost, path, url.Values{"code": {"123456"}}, "Cookie", cookie); r.StatusCode >= 500 || r.StatusCode == http.StatusSeeOther {
				t.Errorf("POST %s with %s: %d to %q", path, name, r.StatusCode, r.Header.Get("Location"))
			}
		}
	}
	// What the browser kept goes with the session.
	for _, path := range []string{"/sign-out", "/refer/leave", "/status/leave"} {
		r, _ := send(t, browser(), http.MethodPost, path, url.Values{}, "Cookie", "frontdoor=x; frontdoor_return="+token)
		if len(r.Cookies()) != 1 || r.Cookies()[0].MaxAge >= 0 || !strings.Contains(r.Header.Get("Clear-Site-Data"), "cache") {
			t.Errorf("%s: %v, %q", path, r.Cookies(), r.Header.Get("Clear-Site-Data"))
		}
	}
}

// Over HTTPS: what is old or plain is refused, cookies belong to this host alone,
// and cookies that another host or a plain page may have put there do not count.
func TestOverTLS(t *testing.T) {
	t.Parallel()
	base, c, config := secured(t)
	r, _ := send(t, c, http.MethodGet, base+"/sign-in", nil)
	if r.Header.Get("Strict-Transport-Security") != "max-age=63072000; includeSubDomains" {
		t.Error("HSTS:", r.Header.Get("Strict-Transport-Security"))
	}
	r, _ = send(t, c, http.MethodGet, base+"/sign-in", nil, "Host", "evil.example")
	if r.StatusCode != http.StatusMisdirectedRequest || r.Header.Get("Strict-Transport-Security") == "" {
		t.Error("another name:", r.StatusCode, r.Header.Get("Strict-Transport-Security"))
	}
	r, _ = send(t, c, http.MethodPost, base+"/refer", url.Values{"pathway": {"referral"}})
	token := ""
	for _, k := range r.Cookies() {
		token = k.Value
		if k.Name != "__Host-frontdoor_return" || !k.Secure || !k.HttpOnly || k.SameSite != http.SameSiteStrictMode || k.Path != "/" || k.Domain != "" {
			t.Errorf("cookie %v", k)
		}
	}
	to := base + r.Header.Get("Location")
	if r, _ := send(t, c, http.MethodGet, to, nil, "Cookie", "__Host-frontdoor_return="+token); r.StatusCode != http.StatusOK {
		t.Fatal("the visitor's own page:", r.StatusCode)
	}
	if r, _ := send(t, c, http.MethodGet, to, nil, "Cookie", "frontdoor_return="+token); r.StatusCode == http.StatusOK {
		t.Error("a cookie that any host beside this one can set opened a visit")
	}
	addr := strings.Replace(strings.TrimPrefix(base, "https://"), "localhost", "127.0.0.1", 1)
	for name, change := range map[string]func(*tls.Config){
		"TLS 1.1": func(c *tls.Config) { c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11 },
		"a cipher without proof": func(c *tls.Config) {
			c.MaxVersion = tls.VersionTLS12
			c.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA}
		},
	} {
		old := config.Clone()
		change(old)
		if conn, err := tls.Dial("tcp", addr, old); err == nil {
			_ = conn.Close()
			t.Error(name, "is spoken")
		}
	}
	if conn, err := net.Dial("tcp", addr); err != nil {
		t.Error(err)
	} else {
		_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
		_, _ = io.WriteString(conn, "GET /sign-in HTTP/1.1\r\nHost: "+addr+"\r\n\r\n")
		b, _ := io.ReadAll(conn)
		if strings.Contains(string(b), "200 OK") {
			t.Error("plain HTTP is answered on the port for HTTPS")
		}
		_ = conn.Close()
	}
	resets(t, addr, config, c, base)
}

// resets opens streams and takes them back at once, as fast as it can; others
// must be served meanwhile and afterwards.
func resets(t *testing.T, addr string, config *tls.Config, c *http.Client, base string) {
	h2 := config.Clone()
	h2.NextProtos = []string{"h2"}
	conn, err := tls.Dial("tcp", addr, h2)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { _, _ = io.Copy(io.Discard, conn) }()
	_, err = io.WriteString(conn, http2.ClientPreface)
	if err != nil {
		t.Fatal(err)
	}
	frames := http2.NewFramer(conn, nil)
	if err := frames.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	var head strings.Builder
	enc := hpack.NewEncoder(&head)
	for stream := uint32(1); stream < 2*4000; stream += 2 {
		head.Reset()
		for _, f := range []hpack.HeaderField{{Name: ":method", Value: "GET"}, {Name: ":scheme", Value: "https"}, {Name: ":authority", Value: addr}, {Name: ":path", Value: "/sign-in"}} {
			_ = enc.WriteField(f)
		}
		if frames.WriteHeaders(http2.HeadersFrameParam{StreamID: stream, BlockFragment: []byte(head.String()), EndStream: true, EndHeaders: true}) != nil ||
			frames.WriteRSTStream(stream, http2.ErrCodeCancel) != nil {
			break // It was told to go away.
		}
	}
	if r, _ := send(t, c, http.MethodGet, base+"/sign-in", nil); r.StatusCode != http.StatusOK {
		t.Error("after streams were reset:", r.StatusCode)
	}
}

// Clients that send a header a byte at a time hold a connection each, and no
// more: others are served, and the slow ones are cut off.
func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	if !outside {
		t.Skip("takes real time; run by make attack")
	}
	var conns []net.Conn
	for range 200 {
		c, err := net.Dial("tcp", strings.TrimPrefix(target, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Close() }()
		_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n")
		conns = append(conns, c)
	}
	c := browser()
	for second := range 14 {
		for _, s := range conns {
			_, _ = fmt.Fprintf(s, "X-%d: a\r\n", second)
		}
		if r, _ := send(t, c, http.MethodGet, "/sign-in", nil); r.StatusCode != http.StatusOK {
			t.Fatal("nobody else is served:", r.StatusCode)
		}
		time.Sleep(time.Second)
	}
	for i, s := range conns {
		_ = s.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.ReadAll(s); err != nil && strings.Contains(err.Error(), "timeout") {
			t.Fatalf("connection %d is still open", i)
		}
	}
}
