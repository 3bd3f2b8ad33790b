package shelf_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web/webtest"
)

// served is the world's site at an address that stays its own while it is shut.
type served struct {
	t      *testing.T
	at     string
	server *httptest.Server
}

func (s *served) open(h http.Handler) {
	s.t.Helper()
	listener, err := net.Listen("tcp", s.at)
	if err != nil {
		s.t.Fatal(err)
	}
	s.at = listener.Addr().String()
	s.server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}}
	s.server.Start()
}

func (s *served) shut() {
	s.server.CloseClientConnections()
	s.server.Close()
}

// Someone keeps a copy on their device, reads it where the site cannot be
// reached, and is told that it was superseded as soon as it can be.
func TestReadWithoutAConnection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	site := &served{t: t, at: "127.0.0.1:0"}
	site.open(w.Handler)
	t.Cleanup(func() { site.server.Close() })
	base := "http://" + site.at
	p := webtest.Browser(t)

	// Nothing is on the device before it is asked for.
	p.Open(base + "/manual/roles")
	p.Open(base + "/offline")
	p.WaitText("[data-offline-status]", "Nothing is kept.")
	nothing := `(async () => (await caches.keys()).length + ' ' + (await navigator.serviceWorker.getRegistrations()).length)()`
	if got := p.Eval(nothing); got != "0 0" {
		t.Fatalf("before anything was asked for there is %s on the device", got)
	}
	if p.Seen("[data-offline-do=update]") || p.Seen("[data-offline-do=drop]") {
		t.Error("what is not kept can be removed")
	}
	p.Check()
	p.Click("[data-offline-do=keep]")
	p.WaitText("[data-offline-status]", "Kept: a copy of Tuesday 17 March 2026")
	p.WaitText("[data-offline-status]", "Second edition. In force from Tuesday 10 March 2026.")

	site.shut()
	p.Open(base + "/manual/neglect")
	p.WaitText(".app-kept", "You are not connected. This is a copy of Tuesday 17 March 2026")
	p.WaitText(".app-kept", "days old. Second edition. In force from Tuesday 10 March 2026.")
	p.WaitText("#content", "Look at the child.")
	p.Check()
	p.Shot("offline-chapter")
	p.Follow(`a[href="/contacts"]`)
	p.WaitText("#content", "At all other times ring Thurrock Emergency Duty Team on 01375 372468.")
	p.Open(base + "/parents/sleep")
	p.WaitText("#content", "In a clear cot")
	// What is not kept says so, and what is nobody else's business is not touched.
	p.Open(base + "/manual/neglect?edition=2025-09")
	p.WaitText("#content", "This device keeps a copy of these pages. Others need a connection.")
	if p.Eval(`fetch('/board').then(() => 'answered', () => 'no')`) != "no" {
		t.Error("a page for workers was answered")
	}

	// A new edition is released while the device is away.
	w.Set(w.Now().Add(time.Hour))
	w.publish("guidance/manual/neglect.md", page("Neglect", "## Signs {#signs}\n\nLook at the child, and listen.\n"), &guidance.Edition{
		Key: "2026-04", Title: "Third edition", From: calendar.NewDate(2026, 4, 1), Summary: "Listening.",
		Changes: []guidance.Change{{Chapter: "neglect", What: "Listening is new", Effect: "Listen"}},
	})
	w.Set(time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC))
	p.Open(base + "/manual")
	p.WaitText(".app-kept", "You are not connected.")
	site.open(w.Handler)
	p.Open(base + "/manual/neglect")
	p.WaitText(".app-kept-news", "The manual on this device, a copy of Tuesday 17 March 2026, has been superseded. In force now: Third edition.")
	p.WaitText("#content", "Look at the child, and listen.")
	p.Axe()

	// The copy has brought itself up to date.
	site.shut()
	p.Open(base + "/manual")
	p.WaitText(".app-kept", "This is a copy of Wednesday 1 April 2026")
	if got := p.Eval(`caches.match('/manual/neglect').then((r) => r.text())`); !strings.Contains(got, "Look at the child, and listen.") {
		t.Error("the copy holds the older text")
	}
	site.open(w.Handler)
	p.Open(base + "/offline")
	p.WaitText("[data-offline-status]", "Kept: a copy of Wednesday 1 April 2026")
	p.Click("[data-offline-do=drop]")
	p.WaitText("[data-offline-status]", "Removed. Nothing is kept.")
	if got := p.Eval(nothing); got != "0 0" {
		t.Errorf("after it was removed there is %s on the device", got)
	}
}

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, texts(t, firstManual))
	w.Set(w.Now().Add(time.Hour))
	w.publish("guidance/manual/neglect.md", page("Neglect", "## Then {#then}\n\n- [ ] Write it down the same day\n\n| Who | What |\n| --- | --- |\n| Police | Ask |\n\n## Signs and words {#signs}\n\nLook at the child, and listen. [Roles](manual:roles#who) {contact:thurrock_mash}\n"), &guidance.Edition{
		Key: "2026-04", Title: "Third edition", From: calendar.NewDate(2026, 4, 1), Summary: "Listening.",
		Changes: []guidance.Change{{Chapter: "neglect", What: "Listening is new", Effect: "Listen", Roles: []string{"edt_worker"}}},
	})
	w.Set(time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC))
	server := w.Serve()
	p := webtest.Browser(t)
	for name, path := range map[string]string{
		"copy-replaced": "/manual/copy?edition=2026-03&chapter=neglect", "copy-current": "/manual/copy?edition=2026-04",
		"compare": "/manual/compare?from=2025-09", "compare-chapter": "/manual/neglect/compare", "changes": "/manual/changes",
	} {
		if status := p.Open(server + path); status != 200 {
			t.Errorf("%s: %d", path, status)
		}
		p.Check()
		p.Shot(name)
	}
	p.NoScript()
	p.Open(server + "/offline")
	if !strings.Contains(p.Text("#content noscript"), "Download the manual as a PDF instead") || p.Seen("[data-offline-do=keep]") {
		t.Error("without script the page does not say what to do instead")
	}
}
