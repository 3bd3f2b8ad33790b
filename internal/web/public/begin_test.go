package public_test

import (
	"net/url"
	"strings"
	"testing"

	"frontdoor/internal/casework/caseworktest"
)

// A worker begins work that is for them, with a few short pages, and is then on
// the record itself. A stranger is not asked to choose among it.
func TestBeginOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.worker(caseworktest.Worker(t, h.Desk, "Pat Officer", "police_officer", "thurrock", ""))
	r.open("/refer").says("See what else you can start")
	r.open("/begin").says("Police protection").never("Child in need plan")
	begin := func(r *reader) *reader {
		res, err := r.PostForm(h.URL+"/refer", url.Values{"pathway": {"police_protection"}})
		r.took(res, err)
		return r
	}
	begin(r).at("/taken").says("The 72 hours run from the moment")
	base := r.base()
	r.post(base+"/taken", "taken_at-day", "17", "taken_at-month", "3", "taken_at-year", "2026", "taken_at-time", "9:30", "taken_how", "removed",
		"found_place", "A park", "found_authority", "thurrock").at("/child/r1")
	r.open(base + "/child/r1").says("best guess")
	r.post(base+"/child/r1", "children/r1/given_names", "Jo", "children/r1/family_name", "Sample", "children/r1/born-day", "1", "children/r1/born-month", "3", "children/r1/born-year", "2012")
	r.open(base+"/grounds").post(base+"/grounds", "grounds", "alone", "grounds_words", "She was alone at night.")
	r.open(base+"/how").says("gives no power to enter").post(base+"/how", "entry", "let_in", "force_used", "no")
	r.open(base+"/place").post(base+"/place", "kept_kind", "refuge")
	r.open(base+"/officer").says("Pat Officer").post(base+"/officer", "officer_name", "Pat Officer", "officer_number", "1234", "officer_phone", "01375 000000")
	r.open(base + "/check").says("This goes to").never("Still to answer")
	r.post(base + "/send")
	if !strings.HasPrefix(r.path, "/records/") {
		t.Errorf("at %s: %s", r.path, r.text())
	}

	other := h.reader()
	other.open("/begin").says("Start something else").never("Police protection", "Child in need plan")
	begin(other).says("Choose what you want to tell us")
}
