package aid_test

import (
	"strings"
	"testing"

	"frontdoor/internal/web/webtest"
)

// Every state of the aid can be read by everyone, on the narrowest phone too, from
// the first choice to a form that begins with what was chosen.
func TestEveryPageInTheBrowser(t *testing.T) {
	h := newHouse(t)
	p := webtest.Browser(t)
	look := func(name, title string) {
		t.Helper()
		if !strings.HasPrefix(p.Title(), title) {
			t.Errorf("%s: the title is %s", name, p.Title())
		}
		p.Check()
		p.Shot("aid-" + name)
	}
	const on = "main form[action='/thresholds/signs'] button"
	p.Open(h.URL + "/thresholds")
	look("start", "Levels of need")
	p.Follow(on)
	look("start-errors", "Error: Levels of need")
	for _, choice := range []string{"as", "age-3", "where", "part", "part-2", "part-5"} {
		p.Click("#" + choice)
	}
	p.Follow(on)
	look("signs", "Levels of need")
	p.Follow("main form[action='/thresholds/next'] button")
	look("signs-error", "Error: Levels of need")
	for _, sign := range []string{"absent-or-late", "copes", "hurt-by-adult", "missing-once", "illness-made-up"} {
		p.Click("input[value='" + sign + "']")
	}
	p.Follow("main form[action='/thresholds/next'] button")
	look("next", "What to do next")
	if p.Has("main [aria-labelledby=level-0] a[href^='tel:01375']") == false {
		t.Error("there is no number to ring at the highest level")
	}
	p.PrintMedia(true)
	p.Shot("aid-print")
	p.PrintMedia(false)
	p.Follow("main form[action='/refer'] button")
	base := strings.TrimSuffix(p.URL(), "/code")
	p.Open(base + "/danger")
	p.Click("#danger-3")
	p.Follow("main form button[type=submit]:not([name])")
	p.Click("input[value=professional]")
	p.Follow("main form button[type=submit]:not([name])")
	p.Open(base + "/indicators")
	look("form", "Level of need")
	p.Open(base + "/red_flags")
	p.Click(".app-clause summary")
	look("clause", "The worry")

	p.Open(h.URL + "/thresholds/all")
	look("all", "All signs")
	p.NoScript()
	p.Open(h.URL + "/thresholds")
	p.Check()
}
