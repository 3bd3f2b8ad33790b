package mash_test

import (
	"net/http"
	"net/url"
	"regexp"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// Whoever works on a record is asked whether a child is one who has died, and until
// they have said nothing goes to the family.
func TestWhetherAChildHasDied(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	died, rec := w.perhapsDied()
	b, page := w.tab(w.worker("Mia Manager", "mash_manager", "")), "/records/"+rec.ID+"/died"
	b.get("/notices").want(t, http.StatusOK, "Something about a child must be looked at before anything goes to the family")
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "A child here may be one who has died", `href="`+page+`"`)
	seen := b.get(page).want(t, http.StatusOK, "Is this the child who died?", "What agrees").without(t, died.Reference)
	found := regexp.MustCompile(`name="question" value="([^"]+)"`).FindStringSubmatch(seen.body)
	if found == nil {
		t.Fatal("nothing is asked")
	}
	question := found[1]
	b.post(page, url.Values{"question": {question}, "why": {"x"}}).want(t, http.StatusUnprocessableEntity, "Say whether it is the same child")
	b.post(page, url.Values{"question": {question}, "same": {"no"}}).want(t, http.StatusUnprocessableEntity, "Say how you know")
	b.post(page, url.Values{"question": {question}, "same": {"no"}, "why": {"I saw her today"}}).want(t, http.StatusSeeOther)
	b.get(page).want(t, http.StatusOK, "Not the same child, said by Mia Manager", "I saw her today", "Say it anew")
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "What was said about that").without(t, "A child here may be one who has died")
	b.post(page, url.Values{"question": {question}, "same": {"yes"}, "why": {"It was her sister whom I saw"}}).want(t, http.StatusSeeOther)
	w.tab(w.worker("Otto Other", "lado", "")).get(page).want(t, http.StatusNotFound)
}

// perhapsDied is the record of a child's death, and a referral about a child of the
// same name and birthday without a number.
func (w *world) perhapsDied() (died, rec record.Record) {
	w.T.Helper()
	w.Set(w.Now().AddDate(0, 3, 0))
	died = w.death()
	rec = w.referral(func(set answer.Set) {
		row := set.Rows("children")[0]
		for _, q := range []string{"given_names", "family_name", "born"} {
			set[answer.RowKey("children", row, q)] = died.Answers[answer.RowKey("children", died.Answers.Rows("children")[0], q)]
		}
		delete(set, answer.RowKey("children", row, "nhs_number"))
	})
	return died, rec
}

// What must be asked of a child, and what other areas know of an adult, can be read
// and answered by everyone.
func TestWhoItMayBeInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, rec := w.perhapsDied()
	w.accused("essex", nil)
	about := w.accused("thurrock", nil)
	server, p := w.Serve(), webtest.Browser(t)
	p.Open(server + "/nowhere")
	see := func(name, path string) {
		t.Helper()
		if status := p.Open(server + path); status != http.StatusOK {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("who-" + name)
	}
	p.As(w.Cookie(w.worker("Mia Manager", "mash_manager", "")))
	see("record", "/records/"+rec.ID)
	see("died", "/records/"+rec.ID+"/died")
	p.Follow("main form button")
	p.Check()
	p.Shot("who-died-fault")
	p.Click("input[name=same][value=no]")
	p.Fill("[name=why]", "I saw her today")
	p.Follow("main form button")
	see("died-said", "/records/"+rec.ID+"/died")
	p.As(w.Cookie(w.worker("Ottilie Officer", "lado", "lado")))
	see("elsewhere", "/records/"+about.ID+"/known")
	see("banner", "/records/"+about.ID)
}
