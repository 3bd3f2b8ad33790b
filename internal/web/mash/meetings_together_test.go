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
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// plan is the protection plan of one child of the conference, in a worker's hands.
func (c conference) plan(worker agency.Worker, name string) record.Record {
	c.T.Helper()
	set := c.given("child_protection_plan/tests/core_group_meets.yaml")
	row := set.Rows("children")[0]
	set[answer.Key("children")] = answer.List(name)
	for k, a := range set {
		if g, r, q := k.Split(); g == "children" && r == row {
			set[answer.RowKey("children", name, q)] = a
			delete(set, k)
		}
	}
	set[answer.RowKey("children", name, "given_names")] = answer.Text(strings.ToUpper(name[:1]) + name[1:])
	rec, err := c.Desk.Begin(c.T.Context(), casework.ByWorker(c.chair, &c.Desk.Place.Register, c.Now()), "child_protection_plan", casework.Beginning{Authority: "thurrock", Step: "begin", Parent: c.rec.ID, Answers: set})
	if err != nil {
		c.T.Fatal(err, fault.SafeText(err))
	}
	c.take(c.manager, rec.ID, "give", answer.Set{"plan_worker": answer.Text(worker.ID), "plan_worker_told": answer.Text("yes")})
	return rec
}

// A worker makes the core groups of two children one; each record shows it, and
// who came is noted on one page.
func TestMeetingAboutTwoPages(t *testing.T) {
	t.Parallel()
	c := newConference(t)
	worker := c.worker("Sam Worker", "social_worker", "")
	ria, tim := c.plan(worker, "ria"), c.plan(worker, "tim")
	member := func(rec record.Record, row map[string]string) string {
		set := answer.Set{}
		for q, v := range row {
			set[answer.Key("core/new/"+q)] = answer.Text(v)
		}
		rows := c.take(worker, rec.ID, "add_member", set).Answers.Rows("core")
		return rows[len(rows)-1]
	}
	lee := map[string]string{"core_kind": "school", "core_name": "Lee Lead", "core_job": "Safeguarding lead", "core_does": "Breakfast", "core_worker": c.school.ID}
	one := member(ria, lee)
	lou := map[string]string{"core_kind": "mother", "core_name": "Lou Quillfeather", "core_job": "Mother", "core_does": "Keeps them safe"}
	two, both := member(ria, lou), member(tim, lou)
	only := member(tim, map[string]string{"core_kind": "health", "core_name": "Kim Visitor", "core_job": "Health visitor", "core_does": "Weighs him", "core_email": "kim@clinic.example"})

	sam, base := c.tab(worker), "/records/"+ria.ID+"/meetings"
	sam.get(base).want(t, http.StatusOK, "This record alone.", base+"/core/together", "Someone is told of the plan: ") // whom each limit is about
	// The school is in one core group: nothing offers it the other, nor does it go there.
	c.tab(c.school).get(base).want(t, http.StatusOK).without(t, "Also about", tim.Reference)
	if got := c.tab(c.school).get(base + "/core/together"); got.status == http.StatusOK {
		t.Error("someone who sets no meetings may make them one")
	}
	c.tab(c.worker("Ola Other", "social_worker", "")).get(base+"/core/together").want(t, http.StatusNotFound)
	sam.get(base+"/core/together").want(t, http.StatusOK, tim.Reference, "Tim").without(t, `value="`+ria.ID+`"`)
	sam.post(base+"/core/together", url.Values{}).want(t, http.StatusUnprocessableEntity, "Choose a record")
	sam.post(base+"/core/together", url.Values{"record": {c.rec.ID}}).want(t, http.StatusUnprocessableEntity, "Choose records of brothers and sisters")
	sam.post(base+"/core/together", url.Values{"record": {tim.ID}}).want(t, http.StatusSeeOther)
	c.take(worker, ria.ID, "set_meeting", answer.Set{"core_meet_at": answer.Text("2026-10-23T09:30"), "core_meet_place": answer.Text("The school")})
	sam.get(base+"?done=together").want(t, http.StatusOK, "It is one meeting now", tim.Reference, "Friday 23 October 2026", "Kim Visitor", "Hold this one by itself")
	sam.get("/records/"+tim.ID+"/meetings").want(t, http.StatusOK, ria.Reference, "Friday 23 October 2026, 09:30", "Told on")
	sam.get("/meetings").want(t, http.StatusOK, "Also about", tim.Reference)
	c.tab(c.school).get(base).want(t, http.StatusOK, "A record that you may not open").without(t, tim.Reference, "Tim", "Kim Visitor")
	c.tab(c.school).get("/meetings").want(t, http.StatusOK, ria.Reference).without(t, tim.Reference)

	c.Set(time.Date(2026, 10, 23, 9, 0, 0, 0, time.UTC))
	sam = c.tab(worker)
	form := "/records/" + ria.ID + "/steps/who_came"
	page := sam.get(form).want(t, http.StatusOK, "Lee Lead", "Lou Quillfeather", "Kim Visitor", "Asked for "+tim.Reference)
	if n := strings.Count(page.body, `name="core/`+both+`/`); n > 0 {
		t.Error("the mother is asked for twice")
	}
	typed := url.Values{"based": {"1"}}
	for _, row := range []string{one, two, only} {
		typed.Add("asked", "core/"+row+"/core_came")
		typed.Add("asked", "core/"+row+"/core_stand_in")
	}
	typed.Set("core/"+one+"/core_came", "came")
	typed.Set("core/"+two+"/core_came", "came")
	sam.post(form, typed).want(t, http.StatusUnprocessableEntity, "There is a problem", "Say whether they are here")
	typed.Set("core/"+only+"/core_came", "came")
	sam.post(form+"/save", typed).want(t, http.StatusOK)
	if n := strings.Count(sam.get(form).want(t, http.StatusOK).body, "checked"); n != 3 {
		t.Errorf("%d are kept, of 3", n)
	}
	sam.post(form, typed).want(t, http.StatusSeeOther)
	for rec, rows := range map[string][]string{ria.ID: {one, two}, tim.ID: {both, only}} {
		for _, row := range rows {
			if got := c.read(rec).Answers.Text(answer.RowKey("core", row, "core_came")); got != "came" {
				t.Errorf("%s of %s: %q", row, rec, got)
			}
		}
	}
	sam.post("/records/"+tim.ID+"/meetings/core/apart", url.Values{}).want(t, http.StatusSeeOther)
	sam.get(base).want(t, http.StatusOK, "This record alone.")
}

// The pages on which that is done, in a browser.
func TestMeetingAboutTwoInABrowser(t *testing.T) {
	t.Parallel()
	c := newConference(t)
	worker := c.worker("Sam Worker", "social_worker", "")
	ria, tim := c.plan(worker, "ria"), c.plan(worker, "tim")
	for rec, name := range map[string]string{ria.ID: "Lou Quillfeather", tim.ID: "Kim Visitor"} {
		c.take(worker, rec, "add_member", answer.Set{
			"core/new/core_kind": answer.Text("health"), "core/new/core_name": answer.Text(name), "core/new/core_job": answer.Text("Health visitor"), "core/new/core_does": answer.Text("Weighs him"),
		})
	}
	server := c.Serve()
	p := webtest.Browser(t)
	p.Open(server + "/nowhere")
	p.As(c.tab(worker).cookie)
	base := server + "/records/" + ria.ID
	p.Open(base + "/meetings/core/together")
	p.Check()
	p.Shot("mash-together")
	p.Follow("main form button[type=submit]")
	p.WaitText("main", "Choose a record")
	p.Check()
	p.Click("main form input[type=checkbox]")
	p.Follow("main form button[type=submit]")
	p.WaitText("body", "It is one meeting now")
	p.Check()
	c.take(worker, ria.ID, "set_meeting", answer.Set{"core_meet_at": answer.Text("2026-10-23T09:30"), "core_meet_place": answer.Text("The school")})
	c.Set(time.Date(2026, 10, 23, 9, 0, 0, 0, time.UTC))
	p.As(c.tab(worker).cookie)
	p.Open(base + "/meetings")
	p.Check()
	p.Shot("mash-together-meetings")
	p.Open(base + "/steps/who_came")
	p.WaitText("main", "Kim Visitor")
	p.Check()
	p.Shot("mash-together-came")
}
