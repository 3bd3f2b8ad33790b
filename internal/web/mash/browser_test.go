package mash_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/web/webtest"
)

// Every page, as a desktop and the narrowest phone see it: readable by everyone
// and no wider than the screen. A board hears of a change made elsewhere.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	worker, manager := w.worker("Sol Worker", "mash_social_worker", ""), w.worker("Mina Manager", "mash_manager", "")
	w.Set(caseworktest.Start.Add(-20 * time.Hour))
	late := w.referral(func(s answer.Set) { s[answer.RowKey("children", "r1", "given_names")] = answer.Text("Billa") })
	w.take(worker, late.ID, "screen", answer.Set{"rating": answer.Text("red"), "rating_reason": answer.Text("He may come home tonight.")})
	w.Set(caseworktest.Start.Add(-3 * time.Hour))
	rec := w.referral(func(s answer.Set) {
		s[answer.RowKey("children", "r1", "home_disclosure")] = answer.Text("never-print")
		s["do_not_contact"] = answer.Text("Do not ring the father’s phone.")
	})
	w.Set(caseworktest.Start)
	w.take(worker, rec.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A child lives with violence.")})
	w.take(manager, rec.ID, "ask_agencies", answer.Set{
		"agencies_asked": answer.List("police", "health"), "check_questions": answer.List("known"), "check_consent": answer.Text("agreed"),
		"check_consent_words": answer.Text("Mother, today"), "check_basis": answer.Text("ca1989_47"), "check_ring": answer.Text("Mina"),
	})
	w.referral(func(s answer.Set) { s[answer.RowKey("children", "r1", "given_names")] = answer.Text("Corin") })
	b := w.tab(manager)
	b.post("/records/"+rec.ID+"/entries", map[string][]string{"kind": {"call"}, "text": {"Mother rang.\nShe is at her sister’s."}, "guarded": {"yes"}})
	b.post("/records/"+rec.ID+"/messages", map[string][]string{"message": {"Thank you. We have it."}})

	server := w.Serve()
	p := webtest.Browser(t)
	p.Open(server + "/nowhere")
	p.As(b.cookie)
	see := func(name, path string) {
		t.Helper()
		if status := p.Open(server + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("mash-" + name)
	}
	see("board", "/board")
	see("night", "/board?view=night")
	see("notices", "/notices")
	base := "/records/" + rec.ID
	for _, tab := range tabs {
		see("record"+strings.ReplaceAll(tab, "/", "-"), base+tab)
	}
	see("past", base+"?at=1")
	see("decide", base+"/steps/decide")
	see("ask", base+"/steps/ask_agencies")
	see("edit", base+"/edit/child_born?row=r1")
	see("people", "/people")
	caseworktest.People(t, w.Desk, rec.ID, "Dorin", "Sample", 55, w.Now())
	p.Fill("#q", "Dorin Sample")
	p.Follow("main button[type=submit]")
	p.Says("The closest 50 people on records you may see", "There may be more. Add a date of birth")
	p.Check()
	p.Shot("mash-people-more")
	see("glass", "/break-glass")

	p.Open(server + "/board")
	p.Wait("#board[data-live]")
	w.take(worker, rec.ID, "rerate", answer.Set{"rating": answer.Text("red"), "rating_reason": answer.Text("Something changed.")})
	p.WaitText("[data-live-status]", "Updated")
	p.WaitText("#board", "Red")
}

// Rows that steps add or are about, as a desktop and a phone see them.
func TestRowsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 23, 22, 0, 0, 0, time.UTC))
	officer, inspector := w.worker("Pat Officer", "police_officer", ""), w.worker("Iris Inspector", "designated_officer", "")
	rec := w.began(officer, "police_protection/tests/usual_road.yaml", "take", nil)
	w.take(officer, rec.ID, "tell/child", answer.Set{
		"must_tell/child/told_is": answer.Text("yes"), "must_tell/child/told_at": answer.Text("2026-10-23T22:40"),
		"must_tell/child/told_who": answer.Text("Ava and Leo, by me"), "must_tell/child/told_said": answer.Text("Ava wants her aunt."),
	})
	w.take(inspector, rec.ID, "accept", answer.Set{"do_at": answer.Text("2026-10-23T22:50"), "do_name": answer.Text("Iris Inspector"), "do_again": answer.Text("no"), "do_rank": answer.Text("1"), "do_first": answer.Text("x")})
	server := w.Serve()
	p := webtest.Browser(t)
	p.Open(server + "/nowhere")
	cookie := w.Cookie(inspector)
	p.As(cookie)
	for name, path := range map[string]string{"rows": "", "row": "/steps/tell?row=parent", "look": "/steps/look"} {
		if status := p.Open(server + "/records/" + rec.ID + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("mash-" + name)
	}
}
