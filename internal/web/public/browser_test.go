package public_test

import (
	"net/url"
	"strings"
	"testing"

	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/web/webtest"
)

// lend gives a browser the cookies of a reader, as if it had come this far
// itself.
func (r *reader) lend(p *webtest.Page) {
	r.t.Helper()
	p.Open(r.h.URL + "/cookies")
	u, _ := url.Parse(r.h.URL)
	for _, c := range r.Jar.Cookies(u) {
		p.Eval(`(document.cookie = "` + c.Name + `=` + c.Value + `; path=/; SameSite=Strict", "")`)
	}
}

// Every state of the room can be read by everyone, and on the narrowest phone.
func TestEveryPageInTheBrowser(t *testing.T) {
	h := newHouse(t)
	p := webtest.Browser(t)
	look := func(name, path string) {
		t.Helper()
		if status := p.Open(h.URL + path); status >= 500 {
			t.Errorf("%s: %d", path, status)
		}
		p.Check()
		p.Shot("public-" + name)
	}
	for name, path := range map[string]string{
		"contact": "/contact", "contact-error": "/contact?urgent=soon", "contact-answer": "/contact?urgent=soon&where=thurrock&who=public&about=child",
		"contact-danger": "/contact?urgent=now&where=essex&who=child", "start": "/refer", "return": "/refer/return", "status-form": "/status",
		"hide": "/hide", "accessibility": "/accessibility", "privacy": "/privacy", "cookies": "/cookies", "confirm": "/confirm/x/y",
	} {
		look(name, path)
	}

	r, _ := neighbour(h)
	r.lend(p)
	base := r.base()
	look("code", base+"/code")
	look("question-radios", base+"/danger")
	look("question-words", base+"/happening")
	look("question-child", base+"/child_name/r1")
	look("question-date", base+"/child_born/r1")
	look("question-address", base+"/child_home/r1")
	look("question-files", base+"/files")
	look("list", base+"/list/children")
	look("check-missing", base+"/check")
	look("drop", base+"/drop")
	p.Open(h.URL + base + "/happening_when")
	p.Open(h.URL + base + "/public_contact")
	p.Follow("main form button[type=submit]:not([name])")
	if !strings.HasPrefix(p.Title(), "Error: ") {
		t.Errorf("the title does not say that there is an error: %s", p.Title())
	}
	p.Check()
	p.Shot("public-question-error")
	r.open(base+"/where_postcode").next("child_postcode", "M1 1AA")
	look("area-outside", base+"/area")
	r.open(base+"/where_postcode").next("child_postcode", "SS2 4AA")
	look("area-border", base+"/area")
	r.next("area", "southend")
	r.open(base+"/danger").next("danger", "now")
	look("stop", base+"/danger?stop")
	r.open(base+"/danger").next("danger", "no")
	r.open(base + "/happening")
	finish(r)
	look("check", base+"/check")
	r.post(base + "/send")
	look("receipt", r.path)
	r.open("/status/view").post("/status/message", "message", "There was shouting again.")
	look("status", "/status/view")
	look("step", "/status/step/withdraw")

	w := h.worker(caseworktest.Worker(t, h.Desk, "Asha Noor", "referrer", "thurrock", ""))
	q := webtest.Browser(t)
	w.open("/refer").post("/refer").next("danger", "no")
	base = w.base()
	w.next("sender_kind", "professional").next("where_known", "area").next("child_area", "thurrock")
	w.lend(q)
	for _, page := range []string{"child_identity/r1", "child_plans/r1", "child_now/r1", "verbal", "adults_known", "worry", "concerns", "injury", "strengths", "consent", "referrer", "check"} {
		q.Open(h.URL + base + "/" + page)
		q.Check()
		q.Shot("public-work-" + strings.ReplaceAll(page, "/", "-"))
	}
	q.Open(h.URL + base + "/verbal")
	if q.Seen("#verbal_to") {
		t.Error("a question shows before the answer that asks it")
	}
	q.Click("#verbal_first")
	q.WaitText("[data-autosave-status]", "Saved 10:00")
	if !q.Seen("#verbal_to") || !q.Seen("#verbal_at-day") {
		t.Error("yes does not show what more it asks")
	}
	q.Check()
	q.Shot("public-work-verbal-yes")
	w.open(base+"/adults_known").next("adults_known", "yes", "father_elsewhere", "none").next("do", "add")
	q.Open(h.URL + base + "/adult_relation/r1")
	q.Click("#adults\\/r1\\/adult_relation-not_known")
	q.WaitText("[data-autosave-status]", "Saved 10:00")
	q.Check()
	q.Shot("public-work-adult")
	for _, path := range []string{"/refer", "/sent"} {
		q.Open(h.URL + path)
		q.Check()
		q.Shot("public-work" + strings.ReplaceAll(path, "/", "-"))
	}
}

// Without script every question is on the page and every button works.
func TestWithoutScript(t *testing.T) {
	h := newHouse(t)
	r, _ := neighbour(h)
	p := webtest.Browser(t)
	r.lend(p)
	p.NoScript()
	p.Width(webtest.Narrow)
	p.Open(h.URL + r.base() + "/happening")
	if !p.Seen("#public_saw-not_known_reason") || p.Seen("[data-print]") {
		t.Error("without script, what needs it is shown or what does not is hidden")
	}
	p.Fits()
	p.Keys("#public_saw", "He cried")
	p.Follow("main form button[type=submit]:not([name])")
	if !strings.HasSuffix(p.URL(), "/happening_when") {
		t.Errorf("at %s", p.URL())
	}
}

// What is typed is kept within seconds, and a choice shows what more it asks.
func TestTypingIsSaved(t *testing.T) {
	h := newHouse(t)
	r, _ := neighbour(h)
	base := r.base()
	p := webtest.Browser(t)
	r.lend(p)
	p.Open(h.URL + base + "/happening")
	p.Keys("#public_saw", "He cried")
	p.WaitText("[data-autosave-status]", "Saved 10:00")
	r.open(base + "/happening").says("He cried")
	p.Click("#public_told-not_known, #public_saw-not_known")
	p.WaitText("[data-autosave-status]", "Saved")
	if !p.Seen("#public_saw-not_known_reason") {
		t.Error("“I do not know” does not ask why")
	}
}
