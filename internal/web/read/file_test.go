package read_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/publishing"
)

// A picture and a document are there for everyone from the minute they are
// published, at the address that the page which shows them gives, and stay.
func TestPicturesAndDocumentsAreServed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	texts := publishing.New(w.desk.DB, w.desk.Place)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(texts.Ship(ctx, tuesday))
	ana := publishing.By{Worker: caseworktest.Worker(t, w.desk, "Ana Writer", "partnership_editor", "thurrock", ""), Now: tuesday, Route: "test"}
	ben := publishing.By{Worker: caseworktest.Worker(t, w.desk, "Ben Second", "partnership_manager", "thurrock", ""), Now: tuesday, Route: "test"}
	var dot bytes.Buffer
	must(png.Encode(&dot, image.NewGray(image.Rect(0, 0, 40, 20))))
	const name = "guidance/pages/parents/alcohol.md"
	live, _, err := texts.Begin(ctx, name)
	must(err)
	old, err := texts.Content(ctx, live.Hash)
	must(err)
	var ids []string
	for _, p := range []publishing.Proposal{
		{Name: "guidance/pictures/door.png", Content: dot.Bytes()},
		{Name: "guidance/documents/plan.pdf", Content: []byte("%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n")},
		{Name: name, Base: live.Change, Content: append(old, "\n![The door of our house](pictures/door.png)\n\n[Our plan](document:plan.pdf)\n"...)},
	} {
		p.Why = "To show it."
		c, err := texts.Ask(ctx, ana, p)
		must(err)
		ids = append(ids, c.ID)
	}
	change, err := texts.Change(ctx, tuesday, ids[0])
	must(err)
	has(t, w.get("/pictures/"+change.Hash+".png"), http.StatusNotFound)
	must(texts.Publish(ctx, ben, calendar.Date{}, ids...))

	page := ""
	for range 500 { // what another node publishes is seen within a second
		if page = w.get("/parents/alcohol").Body.String(); strings.Contains(page, "The door of our house") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	for _, want := range []struct{ at, kind, begins string }{
		{`src="(/pictures/[^"]+)"`, "image/png", "\x89PNG"},
		{`href="(/documents/[^"]+)"`, "application/pdf", "%PDF-"},
	} {
		m := regexp.MustCompile(want.at).FindStringSubmatch(page)
		if m == nil {
			t.Errorf("the page has no %s: %s", want.at, page)
			continue
		}
		res := w.get(m[1])
		has(t, res, http.StatusOK, want.begins)
		h := res.Header()
		if h.Get("Content-Type") != want.kind || h.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(h.Get("Cache-Control"), "immutable") || len(res.Result().Cookies()) > 0 {
			t.Errorf("%s: %v", m[1], h)
		}
		if h.Get("Content-Length") != strconv.Itoa(res.Body.Len()) {
			t.Errorf("%s says it has %s bytes and has %d", m[1], h.Get("Content-Length"), res.Body.Len())
		}
	}
	if !strings.Contains(page, `alt="The door of our house"`) {
		t.Error("the picture has no words")
	}
	has(t, w.get("/pictures/"+strings.Repeat("0", 64)+".png"), http.StatusNotFound)
}
