package mash_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// conference is one with a chair, a day and some who are invited: a manager, a
// school that has an account, a doctor who has none, and the mother.
type conference struct {
	*world
	rec            record.Record
	chair, manager agency.Worker
	school         agency.Worker
}

func newConference(t *testing.T) conference {
	t.Helper()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 19, 9, 0, 0, 0, time.UTC))
	c := conference{world: w, chair: w.worker("Chris Chair", "conference_chair", ""), manager: w.worker("Max Manager", "social_care_manager", ""), school: w.worker("Lee Lead", "school_lead", "")}
	c.rec = w.began(c.manager, "child_protection_conference/tests/meeting_moved.yaml", "begin", nil)
	w.take(c.chair, c.rec.ID, "give", answer.Set{"conf_chair": answer.Text(c.chair.ID), "chair_apart": answer.Text("yes")})
	for _, row := range []map[string]string{
		{"inv_kind": "social_care", "inv_name": "Max Manager", "inv_job": "Manager", "inv_worker": c.manager.ID},
		{"inv_kind": "school", "inv_name": "Lee Lead", "inv_job": "Safeguarding lead", "inv_worker": c.school.ID, "inv_report_by": "2026-10-16"},
		{"inv_kind": "health", "inv_name": "Kim Doctor", "inv_job": "Doctor", "inv_email": "kim@surgery.example", "inv_report_by": "2026-10-23"},
		{"inv_kind": "parent", "inv_name": "Lou Quillfeather", "inv_job": "Mother", "inv_how": "By hand"},
	} {
		set := answer.Set{}
		for q, v := range row {
			set[answer.Key("invited/new/"+q)] = answer.Text(v)
		}
		w.take(c.chair, c.rec.ID, "invite", set)
	}
	w.take(c.chair, c.rec.ID, "arrange", answer.Set{
		"conference_at": answer.Text("2026-10-26T10:00"), "conference_place": answer.Text("The civic offices"), "conference_needs": answer.Text("None."), "conference_minutes": answer.Text("120"),
	})
	return c
}

// Whoever is invited finds the meeting in a list of their own, and answers; the
// record shows the chair who was told, who answered and whose report is late.
func TestMeetingPages(t *testing.T) {
	t.Parallel()
	c := newConference(t)
	rows := c.read(c.rec.ID).Answers.Rows("invited")
	base := "/records/" + c.rec.ID
	lee := c.tab(c.school)
	mine := lee.get("/meetings").want(t, http.StatusOK, "Monday 26 October 2026", "10:00", c.rec.Reference, "The civic offices", "Was asked for by Friday 16 October 2026 and is not here", "Not given yet", base+"/steps/answer_invite?row="+rows[1])
	mine.without(t, "Quillfeather", "Jay")
	c.tab(c.chair).get("/meetings").want(t, http.StatusOK, "You chair it")
	c.tab(c.worker("Ola Other", "social_worker", "")).get("/meetings").want(t, http.StatusOK, "You are asked to no meeting")

	page := c.tab(c.chair).get(base+"/meetings").want(t, http.StatusOK, "Monday 26 October 2026, 10:00, until 12:00", "Nobody is noted as here yet", "A decision for each child", "Told on", "No worker or email address is given", "Late", "Asked for by 23 Oct 2026", "Who is here", "Cancel it")
	page.without(t, "kim@surgery.example")
	c.tab(c.worker("Ola Other", "social_worker", "")).get(base+"/meetings").want(t, http.StatusNotFound)

	// Half filled, it says what is missing; whole, the answer is seen by the chair.
	form := "/steps/answer_invite?row=" + rows[1]
	k := "invited/" + rows[1] + "/"
	asked := url.Values{"based": {"1"}, "asked": {k + "inv_reply", k + "inv_instead"}, k + "inv_reply": {"sending"}}
	lee.post(base+form, asked).want(t, http.StatusUnprocessableEntity, "Who comes instead")
	asked.Set(k+"inv_instead", "The head")
	if got := lee.post(base+form, asked); got.status != http.StatusSeeOther {
		t.Fatalf("status %d", got.status)
	}
	lee.get(base+"/steps/answer_invite?row="+rows[0]).want(t, http.StatusNotFound)
	c.tab(c.chair).get(base+"/meetings").want(t, http.StatusOK, "someone else comes instead")
	lee.get("/notices").want(t, http.StatusOK, "You are asked to a meeting.")
}

// The attendance is one page for everyone. It is kept as it is typed, also when
// somebody else is invited at the door, and says whether enough came.
func TestAttendancePage(t *testing.T) {
	t.Parallel()
	c := newConference(t)
	c.Set(time.Date(2026, 10, 26, 10, 5, 0, 0, time.UTC))
	base := "/records/" + c.rec.ID
	chair := c.tab(c.chair)
	form := base + "/steps/who_came"
	page := chair.get(form).want(t, http.StatusOK, "Max Manager", "Lee Lead", "Kim Doctor", "Lou Quillfeather", "Report late", "Nobody is noted as here yet", "Keep, and look again")
	page.without(t, `value="came" checked`)
	c.tab(c.school).get(form).want(t, http.StatusNotFound)

	rows := c.read(c.rec.ID).Answers.Rows("invited")
	typed := url.Values{"based": {"1"}}
	note := func(row, came string) {
		typed.Add("asked", "invited/"+row+"/inv_came")
		typed.Add("asked", "invited/"+row+"/inv_stand_in")
		if came != "" {
			typed.Set("invited/"+row+"/inv_came", came)
		}
	}
	note(rows[0], "came")
	note(rows[1], "came")
	note(rows[2], "came")
	note(rows[3], "")
	// What is typed is kept, without anybody pressing anything.
	chair.post(base+"/steps/who_came/save", typed).want(t, http.StatusOK)
	chair.get(form).want(t, http.StatusOK, "Enough people are here")
	// Without script there is a button for it.
	typed.Set("do", "keep")
	chair.post(form, typed).want(t, http.StatusOK, "Enough people are here").without(t, "There is a problem")
	typed.Del("do")
	chair.post(form, typed).want(t, http.StatusUnprocessableEntity, "There is a problem", "Lou Quillfeather")
	// Somebody nobody expected.
	c.take(c.chair, c.rec.ID, "invite", answer.Set{"invited/new/inv_kind": answer.Text("police"), "invited/new/inv_name": answer.Text("Pat Constable"), "invited/new/inv_job": answer.Text("Officer"), "invited/new/inv_how": answer.Text("At the door")})
	rows = c.read(c.rec.ID).Answers.Rows("invited")
	if got := strings.Count(chair.get(form).want(t, http.StatusOK, "Pat Constable").body, "checked"); got != 3 {
		t.Errorf("%d are noted, of 3", got)
	}
	note(rows[4], "came")
	typed.Set("invited/"+rows[3]+"/inv_came", "sorry")
	if got := chair.post(form, typed); got.status != http.StatusSeeOther {
		t.Fatalf("status %d: %s", got.status, words(got.body))
	}
	// Taken again, to put one right, the others stay as they were.
	if got := strings.Count(chair.get(form).body, "checked"); got != 5 {
		t.Errorf("%d are noted, of 5", got)
	}
	chair.get(base+"/meetings").want(t, http.StatusOK, "Enough people are here", "Apologies")
}

// The meeting's pages in a browser: on a phone, on a desk, and printed.
func TestMeetingsInABrowser(t *testing.T) {
	t.Parallel()
	c := newConference(t)
	rows := c.read(c.rec.ID).Answers.Rows("invited")
	k := answer.RowKey("invited", rows[1], "inv_reply")
	c.take(c.school, c.rec.ID, "answer_invite/"+rows[1], answer.Set{k: answer.Text("coming")})
	c.Set(time.Date(2026, 10, 26, 9, 55, 0, 0, time.UTC))
	server := c.Serve()
	p := webtest.Browser(t)
	as := func(who agency.Worker) {
		cookie := c.Cookie(who)
		p.Open(server + "/nowhere")
		p.As(cookie)
	}
	see := func(name, path string) {
		t.Helper()
		if status := p.Open(server + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("mash-" + name)
	}
	as(c.school)
	see("mymeetings", "/meetings")
	as(c.chair)
	see("meetings", "/records/"+c.rec.ID+"/meetings")
	see("attendance", "/records/"+c.rec.ID+"/steps/who_came")
}
