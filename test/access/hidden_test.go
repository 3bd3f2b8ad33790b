package access

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
)

// nothingShows takes what everyone sees of lists, counts, searches and notices,
// and of a record about the same children. Then a locked record is made, joined to
// the same child, with messages, files, clocks that run out and notices. Whoever
// may not know of it must see the very same as before.
func (w *walk) nothingShows() {
	t := w.t
	w.warm()
	before := w.shown(nil)
	secret := w.secret()
	after := w.shown(secret)
	for key, was := range before {
		if is := after[key]; is != was {
			t.Errorf("%s: a locked record shows:\n%s", key, differ(is, was))
		}
	}
	for _, s := range w.watchers() {
		for _, path := range []string{
			"/account/acts", "/records/" + w.targets["plain"].ID + "/looked", "/records/" + w.targets["plain"].ID + "/history", "/notices",
			// Reports count every record, as docs/access-table.md says, and name none.
			"/reports/decisions" + weeks, "/reports/repeat_contacts" + weeks, "/reports/agency_answers/csv" + weeks, "/reports/feedback/csv" + weeks,
		} {
			a := w.send(request{method: http.MethodGet, path: path}, w.cookies[s.ID])
			for _, trace := range []string{secret.ID, secret.Reference, secret.Child, secret.File, secret.Lock} {
				if strings.Contains(a.body, trace) {
					t.Errorf("%s, %s: names the locked record by %s", s.ID, path, trace)
				}
			}
		}
	}
	w.pagesWereSeen(before)
	w.events()
}

const weeks = "?from=2026-03-01&to=2026-03-22&authority=" + home

// watchers are those who are signed in and may not know of the locked record,
// shared out between the engines as the walk is.
func (w *world) watchers() []*someone {
	var out []*someone
	for i, s := range w.rules.People {
		if s.Role == "" || s.Locked != "nothing" || s.Role == "auditor" || s.is("excluded") && s.is("named") {
			continue
		}
		if full || i%watchersShare == engines[w.desk.DB.Engine()] {
			out = append(out, s)
		}
	}
	return out
}

// warm does what changes something the first time it is looked at: messages are
// marked as read, and clocks that have run out are told of once.
func (w *world) warm() {
	_, err := w.desk.TellClocks(w.t.Context(), w.now.Add(96*time.Hour))
	w.must(err)
	for _, s := range w.rules.People {
		if s.Role != "" {
			w.send(request{method: http.MethodGet, path: "/records/" + w.targets["plain"].ID + "/messages"}, w.cookies[s.ID])
		}
	}
}

// shown is what everyone who may not know of the locked record sees where it
// could show.
func (w *world) shown(secret *target) map[string]string {
	if secret == nil {
		secret = nowhere
	}
	plain := w.targets["plain"]
	get := func(path string) request { return request{method: http.MethodGet, path: path} }
	find := func(path, name, words string) request {
		return request{method: http.MethodPost, path: path, body: url.Values{name: {words}}.Encode()}
	}
	asked := []request{
		get("/board"), get("/board?closed=1&sort=rating"), get("/board?view=night"), get("/board?kind=referral&who=nobody&due=overdue"),
		find("/board", "text", "Sample"), find("/board", "text", "Bella"), find("/board", "text", secret.Reference),
		get("/notices"), get("/sent"), get("/refer"), get("/r?ref=" + secret.Reference),
		find("/people", "q", "Bella Sample"), find("/people", "q", "RM17 6SL"), find("/people", "q", "01632 960002"), find("/people", "q", secret.Reference),
		get("/people/" + plain.Child), get("/people/" + plain.Child + "/family"), get("/actions"), get("/meetings"),
		get("/records/" + plain.ID), get("/records/" + plain.ID + "/known"), get("/records/" + plain.ID + "/work"), get("/records/" + plain.ID + "/access"),
		get("/records/" + plain.ID + "/clocks"), get("/records/" + plain.ID + "/steps/decide"), get("/records/" + plain.ID + "/steps/merge"),
	}
	out := map[string]string{}
	for _, s := range w.watchers() {
		for i, q := range asked {
			a := w.send(q, w.cookies[s.ID])
			key := fmt.Sprintf("%s, %s %s, %d", s.ID, q.method, q.path, i)
			out[strings.ReplaceAll(key, secret.Reference, "(reference)")] = a.same(secret)
		}
	}
	return out
}

// secret is a locked record about the children of "plain".
func (w *world) secret() *target {
	w.t.Helper()
	ctx := w.t.Context()
	rec, err := w.desk.Begin(ctx, casework.ByVisitor("visitor secret", w.now), "referral", casework.Beginning{Authority: home, Step: "submit", Answers: given(w.t, "referral/tests/usual_road.yaml")})
	w.must(err)
	x := &target{ID: rec.ID, Reference: rec.Reference}
	_, err = w.desk.TakeStep(ctx, w.by("named"), rec.ID, "screen", 0, answer.Given(map[string]any{"rating": "red", "rating_reason": "A child lives with violence."}))
	w.must(err)
	w.must(w.desk.SendMessage(ctx, casework.ByCode(rec.ID, w.now), rec.ID, "Is there news?"))
	w.must(w.desk.AddEntry(ctx, w.by("named"), record.Entry{Record: rec.ID, Kind: "call", HappenedAt: w.now, Text: "Rang the school."}, ""))
	var picture bytes.Buffer
	w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	f, err := w.desk.AddFile(ctx, w.by("named"), "", rec.ID, "drawing.png", picture.Bytes(), false)
	w.must(err)
	x.File = f.ID
	w.fill(x)
	w.must(w.desk.LinkPerson(ctx, w.by("manager"), rec.ID, x.Child, w.targets["plain"].Child, "Same child"))
	w.must(w.desk.Restrict(ctx, w.by("manager"), rec.ID, "high_profile", "The press asks", []string{w.workers["named"].ID}))
	w.fill(x)
	_, err = w.desk.TellClocks(ctx, w.now.Add(96*time.Hour))
	w.must(err)
	// Someone who keeps trying leaves lines in the log, and learns nothing by them.
	for _, s := range w.watchers() {
		w.send(request{method: http.MethodGet, path: "/records/" + x.ID}, w.cookies[s.ID])
		w.send(request{method: http.MethodGet, path: "/r?ref=" + x.Reference}, w.cookies[s.ID])
	}
	return x
}

// pagesWereSeen makes sure that the walk saw what it compares: pages, not refusals.
func (w *world) pagesWereSeen(shown map[string]string) {
	open := 0
	for _, text := range shown {
		if strings.HasPrefix(text, "200") {
			open++
		}
	}
	if open < len(shown)/4 {
		w.t.Errorf("only %d of %d pages were seen at all", open, len(shown))
	}
	w.t.Logf("%d pages, searches and counts of people who may not know of a locked record are the same with it and without, %d of them open to them", len(shown), open)
}

var eventLine = regexp.MustCompile(`^(retry: \d+|id: \d+|data: (changed|time)|: here|)$`)

// events checks that a live event says that something has changed somewhere, and
// nothing else: to whoever may see the record and to whoever may not.
func (w *world) events() {
	server := httptest.NewServer(w.site.Handler())
	defer server.Close()
	for _, who := range []string{"officer", "named", "essex-officer"} {
		r, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, strings.Replace(server.URL, "127.0.0.1", "localhost", 1)+"/board/events?since=0", nil)
		w.must(err)
		r.AddCookie(w.cookies[who])
		res, err := http.DefaultClient.Do(r)
		w.must(err)
		lines := bufio.NewScanner(res.Body)
		for n := 0; n < 5 && lines.Scan(); n++ {
			if !eventLine.MatchString(lines.Text()) {
				w.t.Errorf("%s hears %q", who, lines.Text())
			}
		}
		_ = res.Body.Close()
	}
}
