package tools_test

import (
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
	"frontdoor/internal/tool"
	"frontdoor/internal/web/webtest"
)

// take takes a step as the worker.
func (w *world) take(rec record.Record, step string, values ...string) {
	w.T.Helper()
	changes := answer.Set{}
	for i := 0; i+1 < len(values); i += 2 {
		changes[answer.Key(values[i])] = answer.Text(values[i+1])
	}
	if _, err := w.Desk.TakeStep(w.T.Context(), w.by(w.worker), rec.ID, step, 0, changes); err != nil {
		w.T.Fatal(err)
	}
}

// A child's care is scored, shared, judged and planned for, scored again three
// months later, and compared: every page as a desktop and the narrowest phone see
// it, and on paper.
func TestScoredTwiceAndComparedInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.licensed()
	w.Later(time.Second) // which of two licences of one instant is the newer, nobody can say
	if err := w.Desk.RecordLicence(t.Context(), w.by(w.keeper), "gcp2", licenceTo(w, calendar.NewDate(2028, 1, 1))); err != nil {
		t.Fatal(err)
	}
	rec := w.profile("no", "")
	w.write(rec, wellSaid...)
	server := w.Serve()
	p := webtest.Browser(t)
	as := func(cookie string) {
		p.Open(server + "/nowhere")
		p.Eval(`document.cookie = '` + cookie + `; path=/'; 'ok'`)
	}
	cookie := w.Cookie(w.worker)
	as(cookie.Name + "=" + cookie.Value)
	see := func(name, path string) {
		t.Helper()
		if status := p.Open(server + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("tools-" + name)
	}
	score := func(base, one, two string) {
		t.Helper()
		see("score", base+"/score/a1")
		p.Click(`input[name="scores/x1/gcp_grade"][value="` + one + `"]`)
		p.Fill(`[name="scores/x1/gcp_evidence"]`, "His coat does not close.")
		p.Click(`input[name="scores/x1/gcp_how"][value="seen"]`)
		p.Follow(`button[name="go"]`)
		p.Click(`input[name="scores/x2/gcp_grade"][value="` + two + `"]`)
		p.Fill(`[name="scores/x2/gcp_evidence"]`, "She fetched him at three.")
		p.Click(`input[name="scores/x2/gcp_how"][value="seen"]`)
		p.Follow(`.fd-sticky button[type="submit"]`)
		see("sheet", base)
	}
	base := "/records/" + rec.ID + "/tools/scores"
	score(base, "4", "2")
	w.take(rec, "visit", "visits/new/visit_at", "2026-03-17T09:00", "visits/new/visit_where", "Home", "visits/new/visit_there", "Jo", "visits/new/visit_seen", "yes", "visits/new/visit_words", "Warm.")
	w.take(rec, "finish")
	w.take(rec, "share", "share_on", "2026-03-17", "share_said", "Yes.")
	w.take(rec, "judge", "gcp_meaning", "Nights.", "gcp_judgement", "help", "gcp_judgement_why", "The coat.")
	w.take(rec, "add_target", "targets/new/target_item", "A1.1", "targets/new/target_now", "4", "targets/new/target_wanted", "2", "targets/new/target_look", "A coat.", "targets/new/target_help", "Her aunt.", "targets/new/target_due", "2026-05-01")
	w.take(rec, "plan", "plan_on", "2026-03-17", "plan_words", "A coat.")
	see("record", "/records/"+rec.ID)
	w.Set(calendar.NewDate(2026, 6, 15).At(10, 0, 0))
	cookie = w.Cookie(w.worker)
	as(cookie.Name + "=" + cookie.Value)
	w.take(rec, "score_again", "again_why", "Three months.")
	v, err := w.Desk.Open(t.Context(), w.by(w.worker), rec.ID)
	if err != nil || len(v.Started) != 1 {
		t.Fatal(v, err)
	}
	again := v.Started[0].Record
	w.take(again, "agree", "agree_on", "2026-06-15", "agree_words", "All.")
	w.write(again, wellSaid...)
	base = "/records/" + again.ID + "/tools/scores"
	score(base, "2", "3")
	see("compare", base+"/compare?with="+rec.ID)
	for _, words := range []string{"Better by 2", "Worse by 1", "1 better, 1 worse"} {
		p.WaitText("main", words)
	}
	p.PrintMedia(true)
	p.Shot("tools-compare-printed")
	p.PrintMedia(false)

	p.NoScript()
	see("list", "/tools")
	see("edition", "/tools/forms/gcp2/editions/"+v.Facts.Tools["scores"].Edition)
	practised := w.profile("yes", "")
	w.write(practised, wellSaid...)
	see("practice", "/records/"+practised.ID+"/tools/scores/score/breakfast")
	p.WaitText("main", tool.PracticeMark)

	keeper := w.Cookie(w.keeper)
	as(keeper.Name + "=" + keeper.Value)
	see("form", "/tools/forms/gcp2")
	see("training", "/tools/training")
	see("import", "/tools/import")
	p.Upload(`input[name="file"]`, fileOf(t, caseworktest.Form(t, `"first"`, `"second"`, "Secret words one", "Other words")))
	p.Follow(`main button[type="submit"]`)
	p.Check()
	p.Shot("tools-preview")
}
