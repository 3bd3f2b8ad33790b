package journeys

import (
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
)

// A form of others comes into force with its licence. A social worker may not score
// before both halves of the training were attended; then scores a carer, shares it,
// judges and plans, scores again three months later, and sees what became better.
func TestCareScoredTwiceAndCompared(t *testing.T) {
	t.Parallel()
	const who = "social_worker"
	s := caseworktest.Scenario{Authority: "thurrock", Acts: []caseworktest.Act{{At: "2026-03-17T10:00"}}, Given: map[string]any{
		"gcp_practice": "no", "gcp_why": "He comes to school hungry and cold.", "gcp_agreed": "yes", "gcp_agreed_on": "2026-03-16",
		"children": []any{map[string]any{"given_names": "Abi", "family_name": "Sample", "unborn": "no", "born": "2019-06-01"}},
		"adults":   []any{map[string]any{"adult_given_names": "Jo", "adult_family_name": "Sample", "adult_relation": "mother"}},
	}}
	r := newRoad(t, "graded_care_profile", s)
	manager := r.who("social_care_manager")

	// The keeper of tools imports the form with its licence.
	b := r.seat("partnership_manager")
	b.goTo("/tools/import")
	b.Upload("input[name=file]", r.file("form.json", string(caseworktest.Form(t))))
	b.Follow("main form button[type=submit]")
	b.says("2 areas, 2 items")
	b.look("import")
	b.put(answer.Set{
		"from": answer.Text("2026-03-17"), "holder": answer.Text("Thurrock Council"), "number": answer.Text("L-1"), "expires": answer.Text("2028-01-01"),
		"accountable": answer.Text(manager.Email), "after": answer.Text("read"),
	})
	b.press("Import this edition")
	b.saysNot("govuk-error-summary")

	// Nobody scores who was not taught.
	first := caseworktest.Act{At: "2026-03-17T10:10", By: who, Step: "begin"}
	b = r.seat(who)
	b.goTo("/tools")
	b.says("Nobody has recorded that you attended")
	b.goTo("/begin")
	b.Follow(`form:has(input[value="graded_care_profile"]) button`)
	if sent := r.tries(b, answer.Given(s.Given)); sent || !strings.Contains(b.Text("main"), "First half") {
		t.Fatalf("someone who was not taught may score, or is not told why not: %s", b.Text("main"))
	}
	b.look("not-taught")
	for _, session := range caseworktest.Sessions {
		b = r.seat("social_care_manager")
		b.goTo("/tools/training")
		b.put(answer.Set{"worker": answer.Text(r.who(who).ID), "on": answer.Text("2026-03-02"), "trainer": answer.Text("A trainer")})
		b.Eval(`(() => { for (const e of document.getElementsByName('session')) if (e.value.endsWith('` + session + `')) e.click(); return '' })()`)
		b.press("Record the attendance")
		b.says("The form — " + session)
	}

	play := func(a caseworktest.Act) {
		t.Helper()
		r.act(len(r.s.Acts), a)
	}
	said := map[string]any{
		"going_well": "Jo sings to Abi.", "carer_view": "It is hard in the mornings.", "child_view": "Mum is nice.",
		"children/r1/online_people": "Two cousins.", "children/r1/online_well": "She draws with them.", "children/r1/online_kinds": []any{"content"}, "children/r1/online_worry": "A film.", "children/r1/online_adults": "A tablet in the kitchen.",
	}
	scored := func(one, two string) map[string]any {
		return map[string]any{
			"scores/x1/gcp_grade": one, "scores/x1/gcp_evidence": "Her coat, on Monday.", "scores/x1/gcp_how": "seen",
			"scores/x2/gcp_grade": two, "scores/x2/gcp_evidence": "She fetched her at three.", "scores/x2/gcp_how": "seen",
		}
	}
	play(first)
	play(caseworktest.Act{At: "2026-03-18T10:00", By: who, Step: "visit", New: map[string]any{"visit_at": "2026-03-18T09:00", "visit_where": "Home", "visit_there": "Jo, Abi", "visit_seen": "yes", "visit_words": "Warm."}})
	play(caseworktest.Act{At: "2026-03-18T10:10", By: who, Write: said})
	play(caseworktest.Act{At: "2026-03-18T10:20", By: who, Write: scored("4", "2")})
	play(caseworktest.Act{At: "2026-03-18T10:30", By: who, Step: "finish"})
	play(caseworktest.Act{At: "2026-03-19T10:00", By: who, Step: "share", Answers: map[string]any{"share_on": "2026-03-19", "share_said": "The coat is too small."}})
	play(caseworktest.Act{At: "2026-03-19T10:10", By: who, Step: "judge", Answers: map[string]any{"gcp_meaning": "Jo works nights.", "gcp_judgement": "help", "gcp_judgement_why": "The coat."}})
	play(caseworktest.Act{At: "2026-03-19T10:20", By: who, Step: "add_target", New: map[string]any{"target_item": "A1.1", "target_now": "4", "target_wanted": "2", "target_look": "A coat.", "target_help": "Her aunt buys one.", "target_due": "2026-05-01"}})
	play(caseworktest.Act{At: "2026-03-19T10:30", By: who, Step: "plan", Answers: map[string]any{"plan_on": "2026-03-19", "plan_words": "My sister helps."}})
	play(caseworktest.Act{At: "2026-06-15T10:00", By: who, Step: "score_again", Answers: map[string]any{"again_why": "Three months have passed."}})

	const again = "graded_care_profile"
	play(caseworktest.Act{At: "2026-06-15T10:10", By: who, On: again, Step: "agree", Answers: map[string]any{"agree_on": "2026-06-15", "agree_words": "To look again."}})
	play(caseworktest.Act{At: "2026-06-15T10:20", By: who, On: again, Write: said})
	play(caseworktest.Act{At: "2026-06-15T10:30", By: who, On: again, Write: scored("2", "3")})
	b = r.seat(who)
	b.goTo("/records/" + r.started[again] + "/tools/scores")
	b.press("Compare with")
	b.says("1 better, 1 worse", "Better by 2", "Worse by 1")
	b.look("compared")
	if got := r.read(r.root).State; got != "again" {
		t.Errorf("the first profile is %s", got)
	}
}

// tries answers the pages of something new and sends it, and tells whether it went.
func (r *road) tries(b *tab, answers answer.Set) bool {
	r.t.Helper()
	for range 40 {
		at := b.URL()
		switch {
		case strings.Contains(at, "/check"):
			if b.Has("main form") {
				b.Follow("main form button")
			}
			return strings.Contains(b.URL(), "/records/")
		case strings.Contains(at, "/list/"):
			b.Follow("main form button:not([name])")
		default:
			if !b.Has("main form[data-autosave]") {
				return false
			}
			b.put(answers)
			b.Follow("main form[data-autosave] button:not([name])")
		}
	}
	return false
}

// score answers the items of a form of others, page by page.
func (r *road) score(b *tab, rec record.Record, group string, answers answer.Set) {
	r.t.Helper()
	sheet := "/records/" + rec.ID + "/tools/" + group
	b.Open(r.base + sheet)
	r.look(b, rec.Pathway+"/sheet")
	links := strings.Fields(b.Eval(`[...new Set([...document.querySelectorAll('main a[href*="/score/"]')].map(e => e.getAttribute('href')))].join(' ')`))
	if len(links) == 0 {
		r.t.Fatalf("%s: there is nothing to score: %s", sheet, b.Text("main"))
	}
	for _, link := range links {
		b.Open(r.base + link)
		r.look(b, rec.Pathway+"/score")
		b.put(answers)
		b.Follow("main .fd-sticky button:not([name])")
		if b.Has(".govuk-error-summary") {
			r.t.Fatalf("%s: %s", link, b.Text("main"))
		}
	}
}
