package web_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/assets"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestPagesFitTheirTypes(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// desk is a small service to point a browser at.
type desk struct {
	*httptest.Server
	mu      sync.Mutex
	saves   []url.Values
	refuse  int // the status saving answers with, when not 0
	waiting int
	events  chan struct{}
}

func (d *desk) set(f func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	f()
}

func (d *desk) saved() []url.Values {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]url.Values(nil), d.saves...)
}

func newFront(log io.Writer) *web.Front {
	return &web.Front{
		Log: slog.New(slog.NewJSONHandler(log, nil)), Metrics: web.NewMetrics(), Now: func() time.Time { return time.Date(2026, 3, 17, 14, 2, 0, 0, time.UTC) },
		Chrome: func(*http.Request) web.Chrome { return web.Chrome{Site: site} },
	}
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	d := &desk{events: make(chan struct{}, 4), waiting: 3}
	f := newFront(io.Discard)
	mux := http.NewServeMux()
	mux.Handle("GET "+assets.Prefix, assets.Handler())
	mux.Handle("GET /staff", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		v := gallery()
		d.set(func() { v.Waiting = d.waiting })
		return galleryPage.Render(w, r, http.StatusOK, staffChrome(), v)
	}))
	mux.Handle("GET /public", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return galleryPage.Render(w, r, http.StatusOK, publicChrome(), gallery())
	}))
	mux.Handle("GET /stop", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return stopPage.Render(w, r, http.StatusOK, publicChrome(), stopView{Card: parts.InterruptionCard{
			Title: "Is the child in danger now?", Body: parts.Body{parts.P("Call 999 first. Then come back to this form.")},
			Actions: []parts.Button{{Text: "I have called 999", Href: "/on", Variant: "inverse"}}, Links: []parts.Link{{Text: "The child is not in danger now", Href: "/on"}},
		}})
	}))
	mux.Handle("POST /save", f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if err := r.ParseForm(); err != nil {
			return err
		}
		var status int
		d.set(func() {
			d.saves = append(d.saves, r.PostForm)
			status = d.refuse
		})
		switch status {
		case http.StatusUnauthorized:
			return fault.New(fault.SignIn, "Sign in again.")
		case http.StatusConflict:
			return fault.New(fault.Conflict, "Someone else changed this answer at 14:01.")
		}
		w.Header().Set("Content-Type", "application/json")
		_, err := io.WriteString(w, `{"saved":"14:02","values":{"base":"8"}}`)
		return err
	}))
	mux.Handle("GET /events", web.Allow(0, 0, f.Handle(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "text/event-stream")
		flush := http.NewResponseController(w)
		fmt.Fprint(w, ": hello\n\n")
		if err := flush.Flush(); err != nil {
			return err
		}
		for {
			select {
			case <-r.Context().Done():
				return nil
			case <-d.events:
				fmt.Fprint(w, "data: changed\n\n")
				if err := flush.Flush(); err != nil {
					return err
				}
			}
		}
	})))
	mux.Handle("GET /missing", f.Handle(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "There is no such contact, or you may not see it.")
	}))
	d.Server = httptest.NewServer(f.Wrap(mux))
	t.Cleanup(func() { d.CloseClientConnections(); d.Close() })
	return d
}

type stopView struct{ Card parts.InterruptionCard }

var stopPage = web.Page[stopView]("stop", galleryFiles, "testdata/stop.html")

func TestEveryPartInTheBrowser(t *testing.T) {
	d := newDesk(t)
	for _, name := range []string{"staff", "public", "stop", "missing"} {
		p := webtest.Browser(t)
		p.Open(d.URL + "/" + name)
		p.Check()
		p.Shot("parts-" + name)
	}
}

func TestPrinted(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	p.PrintMedia(true)
	if p.Seen(".fd-header") || p.Seen(".govuk-button") || !p.Seen(".fd-print-foot") {
		t.Error("the printed page has the screen's furniture, or lacks its last line")
	}
	p.Shot("parts-printed")
}

func TestWithoutScript(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.NoScript()
	p.Open(d.URL + "/public")
	for _, shown := range []string{"#why", "#manual-content-1", "#list", ".govuk-exit-this-page a"} {
		if !p.Seen(shown) {
			t.Errorf("%s cannot be seen without script", shown)
		}
	}
	if p.Seen("[data-copy]") || p.Seen("[data-print]") {
		t.Error("buttons that need script are shown without it")
	}
	p.Width(webtest.Narrow)
	p.Fits()
}

func TestErrorsLeadToTheirAnswers(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	if got, want := p.Title(), "Error: Every part - Anytown Safeguarding Children Partnership"; got != want {
		t.Errorf("title %q, want %q", got, want)
	}
	p.Click(`.govuk-error-summary a[href="#born"]`)
	if got := p.Eval(`document.activeElement.id`); got != "born-day" {
		t.Errorf("the date's error leads to %q", got)
	}
	p.Click(`#safe-2`)
	if !p.Seen("#why") {
		t.Error("choosing No does not ask why")
	}
}

func TestAutosaveSendsWhatChanged(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	p.Keys("#notes", "She said")
	p.WaitText("[data-autosave-status]", "Saved 14:02")
	p.Click("#who")
	p.WaitText("[data-autosave-status]", "Saved 14:02")
	p.Eval(`new Promise(done => { const look = () => document.querySelector('[name=base]').value === '8' ? done('') : setTimeout(look, 10); look() })`)
	waitFor(t, func() bool { return len(d.saved()) >= 2 })
	first, last := d.saved()[0], d.saved()[len(d.saved())-1]
	if first.Get("notes") != "She said" || first.Get("base") != "7" || first.Has("who") {
		t.Errorf("first save sent %v", first)
	}
	if last.Get("who") != "mother" || last.Get("base") != "8" || last.Has("notes") {
		t.Errorf("last save sent %v", last)
	}
	p.Click("#who")
	waitFor(t, func() bool { return len(d.saved()) >= 3 })
	if got := d.saved()[2]; !got.Has("who") || got.Get("who") != "" {
		t.Errorf("unticking sent %v", got)
	}
}

func TestAutosaveSaysWhenNotSavedAndTriesAgain(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	p.Offline(true)
	p.Keys("#notes", "Bruise")
	p.WaitText("[data-autosave-status]", "Not saved. You are offline")
	if n := len(d.saved()); n != 0 {
		t.Fatalf("%d saves while offline", n)
	}
	p.Offline(false)
	p.WaitText("[data-autosave-status]", "Saved 14:02")
	if got := d.saved()[0].Get("notes"); got != "Bruise" {
		t.Errorf("saved %q", got)
	}
	d.set(func() { d.refuse = http.StatusConflict })
	p.Keys("#notes", " on arm")
	p.WaitText("[data-autosave-status]", "Not saved. Someone else changed this answer at 14:01.")
}

func TestSignInAgainKeepsThePage(t *testing.T) {
	d := newDesk(t)
	d.set(func() { d.refuse = http.StatusUnauthorized })
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	p.Keys("#notes", "Kept")
	p.Wait("dialog[open]")
	p.Axe()
	p.Shot("parts-signed-out")
	if got := p.Eval(`document.querySelector('dialog a').getAttribute('href')`); got != "/sign-in" {
		t.Errorf("sign in goes to %q", got)
	}
	d.set(func() { d.refuse = 0 })
	p.Click("dialog button")
	p.WaitText("[data-autosave-status]", "Saved 14:02")
	if got := p.Eval(`document.querySelector('#notes').value`); got != "Kept" {
		t.Errorf("the page holds %q", got)
	}
}

func TestLiveBoardSwapsAndKeepsFocus(t *testing.T) {
	d := newDesk(t)
	p := webtest.Browser(t)
	p.Open(d.URL + "/staff")
	p.Eval(`document.querySelector('#first').focus(), ''`)
	d.set(func() { d.waiting = 4 })
	d.events <- struct{}{}
	p.WaitText("#count", "4")
	if got := p.Eval(`document.activeElement.id`); got != "first" {
		t.Errorf("after the swap the focus is on %q", got)
	}
}

// waitFor waits on the browser, bounded only so that a failure ends.
func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for range 1500 {
		if done() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("it never happened")
}
