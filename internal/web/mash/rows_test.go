package mash_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
)

// began begins a record of a pathway with the answers of one of its scenarios.
func (w *world) began(who agency.Worker, file, step string, more answer.Set) record.Record {
	w.T.Helper()
	name, _, _ := strings.Cut(file, "/")
	set := w.given(file)
	set.Apply(more)
	rec, err := w.Desk.Begin(w.T.Context(), casework.ByWorker(who, &w.Desk.Place.Register, w.Now()), name, casework.Beginning{Authority: "thurrock", Step: step, Answers: set})
	if err != nil {
		w.T.Fatal(err)
	}
	return rec
}

// Who must be told stands in a table from the first minute, each with what can be
// done and by when; what is added stands in another, newest first.
func TestRowsOfARecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 23, 22, 0, 0, 0, time.UTC))
	officer, inspector := w.worker("Pat Officer", "police_officer", ""), w.worker("Iris Inspector", "designated_officer", "")
	rec := w.began(officer, "police_protection/tests/usual_road.yaml", "take", nil)
	base := "/records/" + rec.ID
	o, i := w.tab(officer), w.tab(inspector)

	page := o.get(base).want(t, http.StatusOK, "Who must be told", "Whoever the child lived with", base+"/steps/tell?row=child", "Due", "Told, or not")
	page.without(t, "Take this on as designated officer", "Someone is missing</h2><ul class=\"govuk-list\"><li class=\"govuk-!-margin-bottom-2\"><a class=\"govuk-link\" href=\""+base+"/edit/must")

	// The form of one row asks of that row alone, and says what it is about.
	form := o.get(base+"/steps/tell?row=child").want(t, http.StatusOK, "The child", "Find out what the child wishes", `name="must_tell/child/told_is"`, `action="`+base+"/steps/tell?row=child\"")
	form.without(t, "must_tell/parent/")
	o.get(base+"/steps/tell").want(t, http.StatusNotFound)
	o.get(base+"/steps/tell?row=nobody").want(t, http.StatusNotFound)
	yes := url.Values{
		"based": {"1"}, "asked": {"must_tell/child/told_is", "must_tell/child/told_at", "must_tell/child/told_who", "must_tell/child/told_said", "must_tell/child/told_why_not"},
		"must_tell/child/told_is": {"yes"}, "must_tell/child/told_at-day": {"23"}, "must_tell/child/told_at-month": {"10"}, "must_tell/child/told_at-year": {"2026"},
		"must_tell/child/told_at-time": {"22:40"}, "must_tell/child/told_who": {"Ava, by me"},
	}
	half := url.Values{"based": yes["based"], "asked": yes["asked"], "must_tell/child/told_is": {"yes"}}
	o.post(base+"/steps/tell?row=child", half).want(t, http.StatusUnprocessableEntity, "There is a problem", "must_tell/child/told_who")
	o.post(base+"/steps/tell/save?row=child", url.Values{"must_tell/child/told_who": {"Ava and Leo"}}).want(t, http.StatusOK)
	o.get(base+"/steps/tell?row=child").want(t, http.StatusOK, "Ava and Leo")
	o.get(base+"/steps/tell?row=parent").want(t, http.StatusOK).without(t, "Ava and Leo")
	if got := o.post(base+"/steps/tell?row=child", yes); got.status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", got.status, words(got.body))
	}
	o.get(base).want(t, http.StatusOK, "Ava, by me", "Everything recorded: who must be told", "Met on")

	// Another is the designated officer, who adds a review.
	w.take(inspector, rec.ID, "accept", answer.Set{"do_at": answer.Text("2026-10-23T22:50"), "do_name": answer.Text("Iris Inspector"), "do_again": answer.Text("no"), "do_rank": answer.Text("1"), "do_first": answer.Text("x")})
	i.get(base+"/steps/look").want(t, http.StatusOK, `name="looks/new/look_words"`, "Review 1")
	look := func(at, words string) url.Values {
		return url.Values{
			"based": {"1"}, "asked": {"looks/new/look_at", "looks/new/look_still", "looks/new/look_words", "looks/new/look_child", "looks/new/look_contact", "looks/new/look_siblings"},
			"looks/new/look_at-day": {"23"}, "looks/new/look_at-month": {"10"}, "looks/new/look_at-year": {"2026"}, "looks/new/look_at-time": {at},
			"looks/new/look_still": {"yes"}, "looks/new/look_words": {words}, "looks/new/look_child": {"Asleep"}, "looks/new/look_contact": {"None"}, "looks/new/look_siblings": {"yes"},
		}
	}
	for at, words := range map[string]string{"22:52": "The first look", "22:55": "The second look"} {
		if got := i.post(base+"/steps/look", look(at, words)); got.status != http.StatusSeeOther {
			t.Fatalf("status %d", got.status)
		}
	}
	body := i.get(base).want(t, http.StatusOK, "Reviews by the designated officer").body
	if first, second := strings.Index(body, "The first look"), strings.Index(body, "The second look"); first < second {
		t.Error("the older row comes first")
	}
	i.get(base+"/clocks").want(t, http.StatusOK, "Someone is told: A parent", "72 hours of police protection", `href="https://www.legislation.gov.uk/ukpga/1989/41/section/46"`)
	i.get(base+"/history").want(t, http.StatusOK)
	o.get(base+"/steps/look").want(t, http.StatusNotFound)
}

// A table says whom each row is about, also where a step asks of people who were
// known before.
func TestRowsOfPeopleAreNamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 12, 21, 10, 0, 0, 0, time.UTC))
	manager := w.worker("Mona Manager", "social_care_manager", "")
	rec := w.began(manager, "child_protection_conference/tests/usual_road.yaml", "begin", nil)
	page := w.tab(manager).get("/records/"+rec.ID).want(t, http.StatusOK, "Advocate offered")
	for _, row := range rec.Answers.Rows("children") {
		name := rec.Answers.Text(answer.RowKey("children", row, "given_names")) + " " + rec.Answers.Text(answer.RowKey("children", row, "family_name"))
		if !strings.Contains(page.body, `<th scope="row" class="govuk-table__header">`+name) {
			t.Errorf("no row of the table is headed %s", name)
		}
	}
}

// A record is carried on from its page by whoever may, and figures stand beside
// what they are worked out from.
func TestCarryOnAndFigures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	officer, manager := w.worker("Pat Officer", "police_officer", ""), w.worker("Max Manager", "social_care_manager", "")
	rec := w.began(officer, "police_protection/tests/usual_road.yaml", "take", nil)
	m := w.tab(manager)
	onward := "/records/" + rec.ID + "/onward/child_in_need_plan"
	m.get("/records/"+rec.ID).want(t, http.StatusOK, "Carry on from here", onward)
	if got := m.post(onward, nil); got.status != http.StatusSeeOther || !strings.HasPrefix(got.location, "/refer/") {
		t.Fatalf("status %d to %q", got.status, got.location)
	}
	w.tab(officer).get("/records/"+rec.ID).want(t, http.StatusOK).without(t, onward)
	w.tab(officer).post(onward, nil).want(t, http.StatusForbidden)
	m.post("/records/"+rec.ID+"/onward/referral", nil).want(t, http.StatusNotFound)

	social := w.worker("Sal Worker", "social_worker", "")
	plan := w.began(social, "child_in_need_plan/tests/usual_road.yaml", "begin", nil)
	s := w.tab(social)
	s.get("/records/"+plan.ID).want(t, http.StatusOK, "Worked out from the answers", "Counted from the visits above.")
	s.get("/records/"+plan.ID+"/steps/visit").want(t, http.StatusOK, "Visits at which the child was seen alone", `name="visits/new/visit_seen"`)
}

// Whoever answers page after page is led on by one press: to the next that nobody
// has answered yet, past those that somebody has.
func TestOnToTheNextPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 3, 4, 10, 0, 0, 0, time.UTC))
	worker, manager := w.worker("Sol Worker", "social_worker", ""), w.worker("Mona Manager", "social_care_manager", "")
	rec := w.began(worker, "child_assessment/tests/usual_road.yaml", "begin", nil)
	base, m := "/records/"+rec.ID, w.tab(manager)
	said := answer.Set{}
	for _, row := range rec.Answers.Rows("children") {
		for _, q := range []string{"online_people", "online_well", "online_worry", "online_adults"} {
			said[answer.RowKey("children", row, q)] = answer.Text("His cousin.")
		}
		said[answer.RowKey("children", row, "online_kinds")] = answer.List("none")
	}
	if _, err := w.Desk.Answer(t.Context(), casework.ByWorker(manager, &w.Desk.Place.Register, w.Now()), rec.ID, 0, said, ""); err != nil {
		t.Fatal(err)
	}
	answer := func(page, on string, pairs ...string) string {
		t.Helper()
		form := url.Values{"based": {"1"}, "go": {on}}
		for i := 0; i < len(pairs); i += 2 {
			form.Add("asked", pairs[i])
			form.Set(pairs[i], pairs[i+1])
		}
		got := m.post(base+"/edit/"+page, form)
		if got.status != http.StatusSeeOther {
			t.Fatalf("%s: status %d: %s", page, got.status, words(got.body))
		}
		return got.location
	}
	m.get(base+"/edit/domains").want(t, http.StatusOK, "Save, and answer the next page")
	m.post(base+"/edit/domains", url.Values{"based": {"1"}, "go": {"next"}, "asked": {"development", "parenting", "environment", "outside"}, "development": {"His cousin."}}).want(t, http.StatusUnprocessableEntity, "There is a problem", "His cousin.", "Save, and answer the next page")
	if got, want := answer("factors", "", "factors", "4B", "cin_need", "N3"), base+"?done=answered"; got != want {
		t.Errorf("saving alone leads to %s, want %s", got, want)
	}
	if got, want := answer("domains", "next", "development", "a", "parenting", "b", "environment", "c", "outside", "d"), base+"/edit/meaning"; got != want {
		t.Errorf("leads on to %s, want %s", got, want)
	}
	if got, want := answer("meaning", "next", "strengths", "a", "assess_worries", "b", "assess_unsure", "c", "needs", "d", "assess_meaning", "e"), base+"?done=answered"; got != want {
		t.Errorf("after the last page it leads to %s, want %s", got, want)
	}
}
