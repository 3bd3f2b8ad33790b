// Package privacy looks for personal data and secrets where neither may be: logs,
// measurements, addresses of pages, titles, names of files, mails, queued work
// and what the program says when it dies. It does so with the real program and
// the demonstration's world, all of whose names and words are known.
package privacy

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unicode"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/demo"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/test/live"
)

const root = "../.."

// needles are the names, addresses, numbers and words of a world.
type needles map[string]string // where each is from

// common are words of names that are ordinary English, or stand in the program's
// own words.
var common = []string{"School", "Primary", "Story", "Street", "Example", "Road", "House", "Mother", "Father", "Index", "Chapter", "Margin", "Notebook", "Legend", "Fable", "Saga", "Pretend", "Sample", "May", "Hope", "Grace", "Young", "Unborn", "Baby", "Not", "The"}

func (n needles) add(where, text string) {
	text = strings.TrimSpace(text)
	// A code of the pathway, a date or a choice is no personal data by itself.
	if len(text) < 4 || strings.HasPrefix(text, "$") || codeLike.MatchString(text) || slices.Contains(common, text) {
		return
	}
	n[text] = where
}

var codeLike = regexp.MustCompile(`^[a-z0-9_./+-]+$|^[0-9A-Z]{1,4}$|^-?\d+[dwym].*$|^open .*$`)

func (n needles) take(where string, v any) {
	switch v := v.(type) {
	case string:
		n.add(where, v)
	case []any:
		for _, x := range v {
			n.take(where, x)
		}
	case map[string]any:
		for k, x := range v {
			switch k {
			case "at", "by", "on", "step", "kind", "form", "shows", "authority", "role", "town", "school", "county":
				continue
			}
			n.take(where+"."+k, x)
		}
	}
}

// ofTheDemonstration are all strings of the files that it is made from.
func ofTheDemonstration(t *testing.T) needles {
	t.Helper()
	n := needles{}
	files, err := filepath.Glob(root + "/internal/demo/world/*.yaml")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d files of the demonstration: %v", len(files), err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc map[string]any
		if err := yaml.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{"given", "acts"} {
			n.take(filepath.Base(file)+" "+part, doc[part])
		}
	}
	return n
}

// heap is one place where nothing personal may be.
type heap struct {
	name string
	text string
}

var wordEdge = func(r byte) bool { return !unicode.IsLetter(rune(r)) && !unicode.IsDigit(rune(r)) }

// find gives what of a world is in a heap, as whole words.
func (n needles) find(h heap) []string {
	var out []string
	// As they are, as JSON writes them, and as addresses do.
	texts := []string{h.text}
	if u, err := url.QueryUnescape(h.text); err == nil && u != h.text {
		texts = append(texts, u)
	}
	for needle, where := range n {
		quoted, _ := json.Marshal(needle)
		for _, form := range []string{needle, strings.Trim(string(quoted), `"`), url.QueryEscape(needle), url.PathEscape(needle)} {
			for _, text := range texts {
				at := strings.Index(text, form)
				if at < 0 {
					continue
				}
				end := at + len(form)
				if (at == 0 || wordEdge(text[at-1])) && (end == len(text) || wordEdge(text[end])) {
					out = append(out, fmt.Sprintf("%q (%s)", form, where))
				}
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (n needles) none(t *testing.T, heaps ...heap) {
	t.Helper()
	for _, h := range heaps {
		if found := n.find(h); len(found) > 0 {
			t.Errorf("in %s: %s", h.name, strings.Join(found[:min(len(found), 12)], ", "))
		}
		if h.text == "" {
			t.Errorf("there is no %s, so nothing was looked through", h.name)
		}
	}
}

// A search that cannot find is no proof.
func TestTheSearchFinds(t *testing.T) {
	t.Parallel()
	n := ofTheDemonstration(t)
	if len(n) < 500 {
		t.Errorf("only %d words and names are looked for", len(n))
	}
	for _, text := range []string{`"cause":"for Toby Exemplar"`, `/people?q=Exemplar%2C+Toby`, `tel 07700 900103.`, `/x/22%20Example%20Street`} {
		if len(n.find(heap{"a test", text})) == 0 {
			t.Errorf("nothing is found in %q", text)
		}
	}
	if found := n.find(heap{"a test", `{"level":"INFO","msg":"request","route":"GET /records/{id}","status":200}`}); len(found) > 0 {
		t.Errorf("found %v where there is nothing", found)
	}
}

// seen gathers what a walk meets.
type seen struct {
	addresses, titles, dispositions strings.Builder
	pages                           int
	notKept                         []string
}

func (s *seen) note(p *live.Page) {
	for _, h := range p.Hops {
		s.addresses.WriteString(h.Path + "\n")
	}
	for _, l := range p.Links() {
		s.addresses.WriteString(l.Href + "\n")
	}
	for _, f := range p.Forms() {
		s.addresses.WriteString(f.Action + "\n")
	}
	s.titles.WriteString(p.Title() + "\n")
	s.dispositions.WriteString(p.Header.Get("Content-Disposition") + "\n")
	s.pages++
	if p.Status == http.StatusOK && !strings.Contains(p.Header.Get("Cache-Control"), "no-store") && !published(p) {
		s.notKept = append(s.notKept, p.URL.Path)
	}
}

// published tells a text that is the same for everyone and out in the world, in a
// frame that names nobody: a browser may keep it.
func published(p *live.Page) bool {
	path := p.URL.Path
	site := path == "/" || slices.ContainsFunc([]string{
		"/young-people", "/parents", "/professionals", "/about", "/manual", "/topics", "/glossary", "/news", "/sitemap", "/page/", "/pictures/", "/documents/", "/api/oruk",
	}, func(start string) bool {
		return strings.HasPrefix(path, start) && !strings.HasPrefix(path, "/newsletter")
	})
	return site && !strings.Contains(string(p.Body), "/sign-out")
}

// least keeps the walk from going to the same kind of page for ever: each pattern
// of an address is visited this often by each person.
const least = 4

var idLike = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}|\b(r|a)[0-9]+\b`)

// walk goes over every kind of page that someone's links lead to.
func walk(ctx context.Context, t *testing.T, c *live.Client, s *seen, starts ...string) {
	t.Helper()
	visits, done := map[string]int{}, map[string]bool{}
	queue := starts
	for len(queue) > 0 && s.pages < 2500 && ctx.Err() == nil {
		path := queue[0]
		queue = queue[1:]
		u, err := url.Parse(path)
		if err != nil || u.Host != "" || done[path] {
			continue
		}
		done[path] = true
		kind := idLike.ReplaceAllString(u.Path, "#") + "?" + strings.Join(slices.Sorted(func(yield func(string) bool) {
			for k := range u.Query() {
				if !yield(k) {
					return
				}
			}
		}), "&")
		if visits[kind]++; visits[kind] > least || strings.HasPrefix(u.Path, "/demo/sign-in") || strings.HasSuffix(u.Path, "/events") || strings.HasPrefix(u.Path, "/assets") {
			continue
		}
		p, err := c.Get(ctx, path)
		if err != nil {
			if ctx.Err() == nil {
				t.Errorf("%s: %v", path, err)
			}
			return
		}
		if p.Status >= 500 {
			t.Errorf("%s: %d", idLike.ReplaceAllString(path, "#"), p.Status)
		}
		s.note(p)
		for _, l := range p.Links() {
			to, err := p.URL.Parse(l.Href)
			if err == nil && to.Host == p.URL.Host {
				queue = append(queue, to.RequestURI())
			}
		}
	}
}

// The whole demonstration, as the real program: everybody in it walks over every
// kind of page, searches for people by name, and a stranger sends a referral.
// Nothing of it is in the log, in any address, title, name of a file or mail, and
// every page with somebody on it says that it must not be kept. When the process
// is told to die, what it prints of itself holds nothing either.
func TestADemonstrationLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	n := ofTheDemonstration(t)
	for k, list := range map[string]url.Values{"the neighbour's": live.Neighbour(), "the school's": live.Professional()} {
		for q, v := range list {
			n.take(k+" "+q, strings.Join(v, " "))
		}
	}
	server := live.Start(t, live.Options{Command: "demo", Args: []string{"--records", "0"}})
	s := &seen{}
	public := live.NewClient(server.URL())
	sent, err := public.Refer(ctx, live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	n["code "+sent.Code] = "the code of a referral"
	n[sent.Code], n[strings.ReplaceAll(sent.Code, " ", "")] = "the code of a referral", "the code of a referral"
	p, err := public.Status(ctx, sent)
	if err != nil {
		t.Fatal(err)
	}
	s.note(p)
	walk(ctx, t, public, s, "/", "/refer", "/status", p.URL.RequestURI())

	list, err := public.Get(ctx, "/demo")
	if err != nil {
		t.Fatal(err)
	}
	people := 0
	for _, f := range list.Forms() {
		email := f.Values.Get("email")
		if email == "" {
			continue
		}
		people++
		n[email] = "a worker"
		c := live.NewClient(server.URL())
		defer c.Close()
		p, err := c.Submit(ctx, f, nil)
		if err != nil {
			t.Fatal(err)
		}
		s.note(p)
		// Searches carry names, so they are sent in the body.
		for _, path := range []string{"/people", "/board"} {
			p, err := c.Get(ctx, path)
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range p.Forms() {
				values := url.Values{}
				for _, name := range form.Names {
					if name == "q" || name == "text" || name == "name" || name == "who" {
						values.Set(name, "Toby Exemplar")
					}
				}
				if len(values) == 0 {
					continue
				}
				p, err := c.Submit(ctx, form, values)
				if err != nil {
					t.Fatal(err)
				}
				s.note(p)
			}
		}
		walk(ctx, t, c, s, "/board", "/people", "/sent", "/notices", "/reports", "/audit", "/workers", "/account", "/refer")
	}
	if people < 15 || s.pages < 300 {
		t.Errorf("%d people saw %d pages: this is no walk", people, s.pages)
	}
	outbox, err := public.Get(ctx, "/demo/outbox")
	if err != nil {
		t.Fatal(err)
	}
	// The receiver of a mail is on that page; the mail itself must not say who.
	mails := regexp.MustCompile(`\S+@\S+`).ReplaceAllString(outbox.Text(), "") + "\n."

	before := len(server.Log())
	if err := syscall.Kill(server.Pid(), syscall.SIGQUIT); err != nil {
		t.Fatal(err)
	}
	select {
	case <-server.Ended():
	case <-time.After(30 * time.Second):
		t.Fatal("the program outlives SIGQUIT")
	}
	log := server.Log()
	if !strings.Contains(log[before:], "goroutine ") {
		t.Errorf("it left no trace of where it was: %.300s", log[before:])
	}
	t.Logf("%d people, %d pages, %d KB of log, %d names and words looked for", people, s.pages, len(log)>>10, len(n))
	// The demonstration greets whoever starts it with its accounts: that is no log.
	said := regexp.MustCompile(`(?m)^  .*`+regexp.QuoteMeta(demo.Password)+`$`).ReplaceAllString(log[:before], "")
	n.none(t, heap{"the log", said}, heap{"what it prints when it dies", log[before:]}, heap{"addresses", s.addresses.String()},
		heap{"titles", s.titles.String()}, heap{"names of files", s.dispositions.String()}, heap{"mails", mails})
	for _, path := range s.notKept {
		t.Errorf("%s may be kept by a browser", path)
	}
}

// The service itself: what was typed, sent, added and mistyped by a school is not
// in its log or its measurements, nor in clear in what waits to be done.
func TestAServiceLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	o := live.Place(t)
	accounts := live.Accounts(t, o, live.Person{Name: "Quentin Worksworth", Role: "mash_social_worker"})
	server := live.Start(t, o)
	n := needles{"Quentin": "a worker", "Worksworth": "a worker", accounts[0].Email: "a worker", live.Password: "a password", accounts[0].Secret: "an app's key"}
	told := live.Professional()
	told.Set("referrer_agency", "Quince Tree Primary")
	for q, v := range told {
		n.take("the school's "+q, strings.Join(v, " "))
	}
	school := live.NewClient(server.URL())
	sent, err := school.Refer(ctx, told)
	if err != nil {
		t.Fatal(err)
	}
	n[sent.Code], n[strings.ReplaceAll(sent.Code, " ", "")] = "the code", "the code"
	c := live.NewClient(server.URL())
	if err := c.SignIn(ctx, accounts[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddFile(ctx, sent.Record, "Bella bruises.txt", []byte("What was seen.")); err != nil {
		t.Fatal(err)
	}
	if _, err := c.AddEntry(ctx, sent.Record, "call", "Rang Xanthippe Zephyrine."); err != nil {
		t.Fatal(err)
	}
	n["Bella bruises"], n["bruises"], n["Xanthippe"], n["Zephyrine"], n["What was seen"] = "a file", "a file", "an entry", "an entry", "a file"
	// What goes wrong is logged, and must not say what was typed.
	wrong := live.NewClient(server.URL())
	for _, path := range []string{"/records/Xanthippe", "/people?q=Zephyrine", "/files/bruises", "/Xanthippe/Zephyrine?bruises", "/confirm/Xanthippe/" + sent.Code} {
		for _, who := range []*live.Client{wrong, c} {
			if _, err := who.Get(ctx, path); err != nil {
				t.Fatal(err)
			}
			if _, err := who.Post(ctx, path, url.Values{"Xanthippe": {"Zephyrine"}, "code": {sent.Code}, "email": {"Xanthippe"}, "password": {live.Password + "x"}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := wrong.Post(ctx, "/sign-in", url.Values{"email": {accounts[0].Email}, "password": {"Zephyrine"}}); err != nil {
		t.Fatal(err)
	}
	metrics, err := http.Get(server.MetricsURL())
	if err != nil {
		t.Fatal(err)
	}
	measured, err := io.ReadAll(metrics.Body)
	_ = metrics.Body.Close()
	if err != nil {
		t.Fatal(err)
	}
	server.Stop()
	jobs, attempts := "", ""
	live.Open(t, o, true, func(p *live.Opened) {
		err := p.Desk.DB.Read(ctx, func(tx *store.Tx) error {
			rows, err := tx.Query(`select payload, coalesce(unique_key, ''), coalesce(last_error, '') from job`)
			if err != nil {
				return err
			}
			for rows.Next() {
				var a, b, c string
				if err := rows.Scan(&a, &b, &c); err != nil {
					return err
				}
				jobs += a + " " + b + " " + c + "\n"
			}
			if err := rows.Err(); err != nil {
				return err
			}
			rows, err = tx.Query(`select kind, subject from attempt union all select act, body from audit`)
			if err != nil {
				return err
			}
			for rows.Next() {
				var a, b string
				if err := rows.Scan(&a, &b); err != nil {
					return err
				}
				attempts += a + " " + b + "\n"
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	n.none(t, heap{"the log", server.Log()}, heap{"the measurements", string(measured)}, heap{"queued work", jobs}, heap{"the audit log and attempts", attempts})
	// The database file itself holds nothing in clear, nor does anything beside it.
	_ = filepath.WalkDir(o.Data, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, needle := range []string{"Xanthippe", "Bella", "Worksworth", accounts[0].Email} {
			if bytes.Contains(b, []byte(needle)) {
				t.Errorf("%s holds %q in clear", filepath.Base(path), needle)
			}
		}
		return nil
	})
}

// A page that fails in the middle with somebody's name in hand says nothing of
// them, in the log or to the reader.
func TestAPanicSaysNothing(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	front := &web.Front{Log: slog.New(slog.NewJSONHandler(&log, nil)), Metrics: web.NewMetrics(), Now: func() time.Time { return time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC) }}
	mux := http.NewServeMux()
	for name, value := range map[string]any{
		"text": "Toby Exemplar of 22 Example Street", "error": fmt.Errorf("child %s", "Toby Exemplar"), "struct": struct{ Name string }{"Toby Exemplar"},
	} {
		mux.Handle("GET /"+name, front.Handle(func(http.ResponseWriter, *http.Request) error { panic(value) }))
	}
	mux.Handle("GET /index", front.Handle(func(_ http.ResponseWriter, r *http.Request) error {
		names := map[string][]string{"Toby Exemplar": nil}
		_ = names["Toby Exemplar"][len(r.URL.RawQuery)]
		return nil
	}))
	h := front.Wrap(mux)
	for _, path := range []string{"/text", "/error", "/struct", "/index?Toby+Exemplar"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "Toby") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if !strings.Contains(log.String(), `"panic"`) || strings.Contains(log.String(), "Toby") || strings.Contains(log.String(), "Example Street") {
		t.Errorf("the log: %.2000s", log.String())
	}
}

// secretLike are the forms of keys and tokens that must not be in the repository.
// A text without any of a form's marks, in small letters, is not searched for it:
// that takes far longer.
var secretLike = []struct {
	what  string
	marks []string
	form  *regexp.Regexp
}{
	{"a private key", []string{"private key-----"}, regexp.MustCompile(`-----BEGIN [A-Z ]*PRIVATE KEY-----\s*[A-Za-z0-9+/=]{40}`)},
	{"a signing key", []string{"private+key+"}, regexp.MustCompile(`PRIVATE\+KEY\+[^+"\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]{40}`)},
	{"an AWS key", []string{"akia", "asia"}, regexp.MustCompile(`\b(AKIA|ASIA)[0-9A-Z]{16}\b`)},
	{"a GitHub token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, regexp.MustCompile(`\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{60}`)},
	{"a GitLab token", []string{"glpat-"}, regexp.MustCompile(`\bglpat-[A-Za-z0-9_-]{20}`)},
	{"a Slack token", []string{"xox"}, regexp.MustCompile(`\bxox[abprs]-[A-Za-z0-9-]{20}`)},
	{"a Google key", []string{"aiza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}\b`)},
	{"a token of a session", []string{".eyj"}, regexp.MustCompile(`\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}`)},
	{"a password in an URL", []string{"://"}, regexp.MustCompile(`[a-z]+://[^\s/:@"'<>{}$]+:[^\s/:@"'<>{}$]{6,}@[a-z0-9.-]+\.[a-z]{2,}`)},
	{"a key file", []string{"frontdoor-key"}, regexp.MustCompile(`(?m)^frontdoor-key-v?1? [A-Za-z0-9+/=]{40}`)},
	{"an unseal or API key", []string{"api", "secret", "access"}, regexp.MustCompile(`(?i)\b(api[_-]?key|secret[_-]?key|access[_-]?token)["']?\s*[:=]\s*["'][A-Za-z0-9+/_-]{24,}["']`)},
	{"a bearer token", []string{"bearer"}, regexp.MustCompile(`(?i)authorization:\s*bearer\s+[A-Za-z0-9._-]{24,}`)},
	{"a certificate's store", []string{"\x02\x01\x03"}, regexp.MustCompile(`\x30\x82..\x02\x01\x03\x30\x82`)},
}

func TestNoSecretsInTheRepository(t *testing.T) {
	t.Parallel()
	files := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			switch d.Name() {
			case ".git", "bin", "node_modules", "screens":
				return fs.SkipDir
			}
			return nil
		}
		info, err := d.Info()
		if err != nil || info.Size() > 4<<20 || !d.Type().IsRegular() {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return nil // somebody's temporary file
		}
		files++
		small := bytes.ToLower(b)
		for _, s := range secretLike {
			if !slices.ContainsFunc(s.marks, func(mark string) bool { return bytes.Contains(small, []byte(mark)) }) {
				continue
			}
			if m := s.form.Find(b); m != nil {
				t.Errorf("%s holds %s: %.60q", path, s.what, m)
			}
		}
		if strings.HasSuffix(path, ".pem") || strings.HasSuffix(path, ".key") || strings.HasSuffix(path, ".fdb") || strings.HasSuffix(path, ".db") {
			if !strings.Contains(path, "testdata") {
				t.Errorf("%s does not belong in the repository", path)
			}
		}
		return nil
	})
	if err != nil || files < 200 {
		t.Errorf("%d files were looked through: %v", files, err)
	}
	sample := "-----BEGIN EC PRIVATE KEY-----\n" + strings.Repeat("Aa1+", 12)
	if s := secretLike[0]; !s.form.MatchString(sample) || !strings.Contains(strings.ToLower(sample), s.marks[0]) {
		t.Error("the search would not find a private key")
	}
}
