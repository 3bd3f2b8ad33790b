package mash_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// A records officer brings what is held, decides each block in pages, and makes both
// versions; each of them can be opened by those who act on the request alone.
func TestWhatGoesOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	social, officer := w.worker("Sal Worker", "social_worker", ""), w.worker("Rex Records", "records_officer", "")
	plan := w.began(social, "child_in_need_plan/tests/usual_road.yaml", "begin", nil)
	given := func(q string) answer.Answer {
		return plan.Answers[answer.RowKey("children", plan.Answers.Rows("children")[0], q)]
	}
	rec := w.began(social, "subject_access/tests/usual_road.yaml", "send", answer.Set{
		"received_on": answer.Text("2026-10-26"), "subjects/r1/subject_given": given("given_names"), "subjects/r1/subject_last": given("family_name"), "subjects/r1/subject_born": given("born"),
	})
	o, base := w.tab(officer), "/records/"+rec.ID
	o.get(base).want(t, http.StatusOK, "What goes out", base+"/redaction")
	w.tab(social).get(base+"/redaction").want(t, http.StatusNotFound)
	// Before it is taken on nothing is decided.
	o.get(base+"/redaction").want(t, http.StatusOK, plan.Reference).without(t, "Bring it<")
	o.post(base+"/redaction", url.Values{"which": {plan.ID}, "do": {"bring"}}).want(t, http.StatusConflict)
	w.take(officer, rec.ID, "take", answer.Set{"sa_officer": answer.Text(officer.ID), "sa_right": answer.Text("own"), "sa_authority_how": answer.Text("A passport."), "proof_needed": answer.Text("no"), "clock_from": answer.Text("2026-10-26"), "ack_on": answer.Text("2026-10-26")})
	o.get(base+"/redaction").want(t, http.StatusOK, plan.Reference, "Bring it")
	o.post(base+"/redaction", url.Values{"which": {""}}).want(t, http.StatusUnprocessableEntity, "Enter the reference")
	o.post(base+"/redaction", url.Values{"which": {"THK-9999-9999"}}).want(t, http.StatusUnprocessableEntity, "no record with that reference")
	o.post(base+"/redaction", url.Values{"which": {plan.ID}, "do": {"bring"}}).want(t, http.StatusSeeOther)
	o.get(base+"/versions").want(t, http.StatusOK, "not decided yet").without(t, "Make both versions<")
	at := base + "/redaction/" + plan.ID
	page := o.get(at).want(t, http.StatusOK, plan.Reference, "What is given of it?")
	form := url.Values{}
	for _, name := range []string{"block", "seen"} {
		for _, m := range regexp.MustCompile(`name="(`+name+`[^"]*)" value="([^"]*)"`).FindAllStringSubmatch(page.body, -1) {
			form.Add(m[1], m[2])
		}
	}
	for i := range form["block"] {
		n := "." + strconv.Itoa(i)
		form.Set("decision"+n, "withhold")
		form.Set("ground"+n, "third_party")
		form.Set("why"+n, "Not hers.")
	}
	form.Set("why.0", "")
	o.post(at, form).want(t, http.StatusUnprocessableEntity, "Say why that ground holds", `href="#why.0"`, "Not hers.")
	form.Set("why.0", "Not hers.")
	o.post(at, form).want(t, http.StatusSeeOther)
	preview := o.get(base+"/versions").want(t, http.StatusOK, "Every block is decided", "Something is held back here", "Make both versions").without(t, "Not hers.")
	o.post(base+"/versions", url.Values{"seen": {hidden(preview.body).Get("seen")}}).want(t, http.StatusSeeOther)
	made := o.get(base+"/versions?done=versions").want(t, http.StatusOK, "Versions made", "Both versions were made", "Rex Records")
	_, href, _ := strings.Cut(made.body, `href="`+base+`/versions/`)
	id, _, _ := strings.Cut(href, "/")
	if got := o.get(base + "/versions/" + id + "/pdf"); got.status != http.StatusOK || got.header.Get("Content-Type") != "application/pdf" {
		t.Errorf("status %d, %v", got.status, got.header)
	}
	w.tab(social).get(base+"/versions/"+id+"/pdf").want(t, http.StatusForbidden)
	o.get(base+"/versions/"+rec.ID+"/pdf").want(t, http.StatusNotFound)
	o.get(base+"/looked").want(t, http.StatusOK, "Decided what is given of a record", "Made both versions of what goes out")
	w.tab(social).get("/records/"+plan.ID+"/redaction").want(t, http.StatusNotFound)
}

// What is left is given in one press, by an officer who says that they have read it,
// as a form that needs no script.
func TestGiveAllThatIsLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	social, officer := w.worker("Sal Worker", "social_worker", ""), w.worker("Rex Records", "records_officer", "")
	rec, plan := w.asked(social, officer)
	o, base := w.tab(officer), "/records/"+rec.ID
	at := base + "/redaction/" + plan.ID
	o.get(at+"/rest").want(t, http.StatusNotFound)
	o.post(base+"/redaction", url.Values{"which": {plan.ID}, "do": {"bring"}}).want(t, http.StatusSeeOther)
	o.get(at).want(t, http.StatusOK, "can be given together", "weighed one by one", at+"/rest", "It is about somebody else, or names them")
	page := o.get(at+"/rest").want(t, http.StatusOK, "Give all that is left", "I have read them all", "can be given together")
	seen := url.Values{"seen": {hidden(page.body).Get("seen")}}
	o.post(at+"/rest", seen).want(t, http.StatusUnprocessableEntity, "Read them, and say that you have", `href="#sure"`)
	o.get(base+"/versions").want(t, http.StatusOK).without(t, "Every block is decided")
	w.tab(social).post(at+"/rest", url.Values{"sure": {"yes"}, "seen": seen["seen"]}).want(t, http.StatusForbidden)
	o.post(at+"/rest", url.Values{"sure": {"yes"}, "seen": {"x"}}).want(t, http.StatusConflict, "changed since you looked")
	o.post(at+"/rest", url.Values{"sure": {"yes"}, "seen": seen["seen"]}).want(t, http.StatusSeeOther)
	o.get(at).want(t, http.StatusOK, "It is given.").without(t, "can be given together")
	o.get(at+"/rest").want(t, http.StatusOK, "Nothing is left that can be given together").without(t, "I have read them all")
	o.get(base+"/looked").want(t, http.StatusOK, "Gave together all that was left of a record")
}

// asked makes a plan for a child and a request for what is held about them, taken on.
func (w *world) asked(social, officer agency.Worker) (rec, plan record.Record) {
	w.T.Helper()
	plan = w.began(social, "child_in_need_plan/tests/usual_road.yaml", "begin", answer.Set{
		"adults": answer.List("a1"), "adults/a1/adult_given_names": answer.Text("Marion"), "adults/a1/adult_family_name": answer.Text("Other"), "adults/a1/adult_relation": answer.Text("mother"),
		"adults/a1/adult_pr": answer.Text("yes"), "adults/a1/adult_in_household": answer.Text("yes"), "adults/a1/adult_safe": answer.Text("yes"),
	})
	given := func(q string) answer.Answer {
		return plan.Answers[answer.RowKey("children", plan.Answers.Rows("children")[0], q)]
	}
	rec = w.began(social, "subject_access/tests/usual_road.yaml", "send", answer.Set{
		"received_on": answer.Text("2026-10-26"), "subjects/r1/subject_given": given("given_names"), "subjects/r1/subject_last": given("family_name"), "subjects/r1/subject_born": given("born"),
	})
	w.take(officer, rec.ID, "take", answer.Set{"sa_officer": answer.Text(officer.ID), "sa_right": answer.Text("own"), "sa_authority_how": answer.Text("A passport."), "proof_needed": answer.Text("no"), "clock_from": answer.Text("2026-10-26"), "ack_on": answer.Text("2026-10-26")})
	return rec, plan
}

// Whom a report came from is told to a handler who says why, and to nobody else.
func TestWhomItCameFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	sender, police := w.worker("Sal Worker", "social_worker", ""), w.worker("Pia Police", "police_intelligence", "")
	rec := w.began(sender, "intelligence/tests/usual_road.yaml", "send", nil)
	p, at := w.tab(police), "/records/"+rec.ID+"/source"
	p.get("/records/"+rec.ID).want(t, http.StatusOK, "Whom it came from is sealed", at).without(t, "Begun by Sal Worker")
	p.get("/records/"+rec.ID+"/history").want(t, http.StatusOK, "the source of this report").without(t, "by Sal Worker")
	p.get(at).want(t, http.StatusOK, "Why must you know?").without(t, "<strong>Sal Worker")
	p.post(at, url.Values{"why": {" "}}).want(t, http.StatusUnprocessableEntity, "Say in a few words why you must know")
	p.post(at, url.Values{"why": {"A life is at risk"}}).want(t, http.StatusOK, "<strong>Sal Worker")
	p.get("/records/"+rec.ID+"/looked").want(t, http.StatusOK, "Was told whom it came from").without(t, "Sal Worker")
	s := w.tab(sender)
	s.get(at).want(t, http.StatusNotFound)
	s.post(at, url.Values{"why": {"x"}}).want(t, http.StatusForbidden)
}

// The pages of what goes out hold for everyone who reads them, wide and narrow.
func TestWhatGoesOutInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	social, officer := w.worker("Sal Worker", "social_worker", ""), w.worker("Rex Records", "records_officer", "")
	rec, plan := w.asked(social, officer)
	base := "/records/" + rec.ID
	w.tab(officer).post(base+"/redaction", url.Values{"which": {plan.ID}, "do": {"bring"}}).want(t, http.StatusSeeOther)
	told := w.began(social, "intelligence/tests/usual_road.yaml", "send", nil)
	server := w.Serve()
	p := webtest.Browser(t)
	as := func(who agency.Worker) {
		c := w.Cookie(who)
		p.Open(server + "/nowhere")
		p.Eval(`document.cookie = '` + c.Name + "=" + c.Value + `; path=/'; 'ok'`)
	}
	see := func(name, path string) {
		t.Helper()
		if status := p.Open(server + path); status != http.StatusOK {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("redaction-" + name)
	}
	as(officer)
	see("records", base+"/redaction")
	see("blocks", base+"/redaction/"+plan.ID)
	see("rest", base+"/redaction/"+plan.ID+"/rest")
	see("versions", base+"/versions")
	as(w.worker("Pia Police", "police_intelligence", ""))
	see("source", "/records/"+told.ID+"/source")
}
