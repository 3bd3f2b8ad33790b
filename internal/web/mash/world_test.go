package mash_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web/family"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
	"frontdoor/pathways"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// world is the room on a real desk and database, with a clock that tests set.
type world struct{ *roomtest.World }

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{roomtest.Open(t, caseworktest.Open(t), caseworktest.Start, mash.Register, family.Register)}
}

// worker makes a worker, as caseworktest does.
func (w *world) worker(name, role, kind string) agency.Worker {
	w.T.Helper()
	return caseworktest.Worker(w.T, w.Desk, name, role, "thurrock", kind)
}

// tab is one worker's browser, without script.
type tab struct {
	w      *world
	cookie *http.Cookie
}

func (w *world) tab(who agency.Worker) *tab { return &tab{w, w.Cookie(who)} }

type answered struct {
	status   int
	body     string
	location string
	header   http.Header
}

func (b *tab) do(r *http.Request) answered {
	b.w.T.Helper()
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	rec := httptest.NewRecorder()
	b.w.Handler.ServeHTTP(rec, r)
	return answered{rec.Code, rec.Body.String(), rec.Header().Get("Location"), rec.Header()}
}

func (b *tab) get(path string) answered {
	b.w.T.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (b *tab) post(path string, form url.Values) answered {
	b.w.T.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (a answered) want(t *testing.T, status int, holds ...string) answered {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, words(a.body))
	}
	for _, h := range holds {
		if !strings.Contains(a.body, h) {
			t.Errorf("the page does not say %q: %s", h, words(a.body))
		}
	}
	return a
}

func (a answered) without(t *testing.T, list ...string) answered {
	t.Helper()
	for _, h := range list {
		if strings.Contains(a.body, h) {
			t.Errorf("the page says %q", h)
		}
	}
	return a
}

// words is a page's main part without its markup, for a failure's message.
func words(html string) string {
	if _, main, ok := strings.Cut(html, "<main"); ok {
		html = main
	}
	var out strings.Builder
	in := false
	for _, r := range html {
		switch {
		case r == '<':
			in = true
		case r == '>':
			in = false
			out.WriteByte(' ')
		case !in:
			out.WriteRune(r)
		}
	}
	text := strings.Join(strings.Fields(out.String()), " ")
	return text[:min(len(text), 3000)]
}

// given are the answers of one of a pathway's own scenarios.
func (w *world) given(file string) answer.Set {
	w.T.Helper()
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		w.T.Fatal(err)
	}
	var s struct {
		Given map[string]any `yaml:"given"`
	}
	if err := yaml.Unmarshal(body, &s); err != nil {
		w.T.Fatal(err)
	}
	return answer.Given(s.Given)
}

// referral is a professional's referral of two children to Thurrock.
func (w *world) referral(change func(answer.Set)) record.Record {
	w.T.Helper()
	set := w.given("referral/tests/usual_road.yaml")
	if change != nil {
		change(set)
	}
	rec, err := w.Desk.Begin(w.T.Context(), casework.ByVisitor("visitor", w.Now()), "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: set})
	if err != nil {
		w.T.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// take takes a step as a worker, outside the pages.
func (w *world) take(who agency.Worker, id, step string, changes answer.Set) record.Record {
	w.T.Helper()
	by := casework.ByWorker(who, &w.Desk.Place.Register, w.Now())
	rec, err := w.Desk.TakeStep(w.T.Context(), by, id, step, 0, changes)
	if err != nil {
		w.T.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// read is a record as it is now.
func (w *world) read(id string) record.Record {
	w.T.Helper()
	var rec record.Record
	if err := w.Desk.DB.Read(w.T.Context(), func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(id)
		return err
	}); err != nil {
		w.T.Fatal(err)
	}
	return rec
}
