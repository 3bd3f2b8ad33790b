package deadline_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
)

// rowClocks is a pathway whose steps add visits and actions, with the clocks
// given.
func rowClocks(t *testing.T, lines ...string) *pathway.Pathway {
	t.Helper()
	return withClocks(t, `
pathway: plan
version: 1
title: Plan
reference: X
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-01-01" }
groups:
  - { id: visits, item: visit, title: Visits }
  - { id: actions, item: action, title: Actions }
pages:
  - page: a
    title: A
    questions:
      - { id: young, type: yes_no, label: Under one }
      - { id: meeting, type: datetime, label: Meeting }
      - { id: meeting_day, type: date, label: Day of the meeting }
states:
  - { id: new, label: New, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: send, label: Send, from: new, to: open, by: [w], grants: [{ key: k, to: "role:w", may: [view, act], why: w }] }
  - id: visit
    label: Visit
    from: open
    by: [w]
    adds: visits
    ask: [ { id: seen, group: visits, type: yes_no, label: Seen } ]
  - id: agree
    label: Agree an action
    from: open
    by: [w]
    adds: actions
    ask:
      - { id: act_due, group: actions, type: date, label: Due }
      - { id: big, group: actions, type: yes_no, label: Big }
  - { id: done, label: Done, from: open, by: [w], row: actions }
  - { id: hold, label: Hold, from: open, by: [w] }
  - { id: close, label: Close, from: open, to: shut, by: [w] }
clocks:
`, lines)
}

// onRow plays a step that adds a row or is about one.
func (s *story) onRow(step, row, at string, pairs ...string) {
	s.t.Helper()
	st, _ := s.p.Step(step)
	group := st.Group()
	if rows := s.f.Answers.Rows(group); !slices.Contains(rows, row) {
		s.f.Answers[answer.Key(group)] = answer.List(append(slices.Clone(rows), row)...)
	}
	for i := 0; i < len(pairs); i += 2 {
		s.f.Answers[answer.RowKey(group, row, pairs[i])] = answer.Text(pairs[i+1])
	}
	happened := when(s.t, at)
	s.f.Now, s.f.Row = happened, row
	s.f.Taken[step] = pathway.Taken{By: "w1", At: happened}
	s.f.Acts = append(s.f.Acts, pathway.Act{Step: step, Row: row, At: happened})
	s.advance(deadline.Event{Kind: deadline.Stepped, Step: step, Row: row, State: s.f.State, At: happened, Recorded: happened})
}

func (s *story) advance(ev deadline.Event) {
	s.t.Helper()
	put, err := deadline.Advance(s.p, calendar.Default(), s.rows, ev, s.f, func() string { s.n++; return fmt.Sprintf("c%d", s.n) })
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range put {
		if i := slices.IndexFunc(s.rows, func(r record.Clock) bool { return r.ID == c.ID }); i >= 0 {
			s.rows[i] = c
		} else {
			s.rows = append(s.rows, c)
		}
	}
}

// A clock a row: each starts when its row is added, is due when its own answer
// says, and stops by its own step.
func TestAClockForEachRow(t *testing.T) {
	t.Parallel()
	p := rowClocks(t, "id: action, each: actions, from: step.agree, until: [step.done], due: answer.act_due, if: row.big")
	s := begin(t, p, "2026-05-05T10:00")
	s.onRow("agree", "r1", "2026-05-05T11:00", "act_due", "2026-05-08", "big", "yes")
	s.onRow("agree", "r2", "2026-05-06T11:00", "act_due", "2026-05-12", "big", "yes")
	s.onRow("agree", "r3", "2026-05-06T12:00", "act_due", "2026-05-12", "big", "no")
	s.onRow("done", "r1", "2026-05-07T09:00")
	s.want("2026-05-09T10:00", "action/r1: 5 May 11:00 → 8 May 23:59, met", "action/r2: 6 May 11:00 → 12 May 23:59, on track")
	// The date is moved: the clock starts anew from when it did, and the old one
	// says why it stopped.
	s.f.Answers["actions/r2/act_due"] = answer.Text("2026-05-20")
	s.change("2026-05-11T09:00")
	s.want("2026-05-11T10:00", "action/r1: 5 May 11:00 → 8 May 23:59, met", "action/r2: 6 May 11:00 → 12 May 23:59, cancelled", "action/r2: 6 May 11:00 → 20 May 23:59, on track")
	if s.rows[1].Cancelled != "The day it is due was changed." || s.rows[1].Row() != "r2" {
		t.Errorf("%+v", s.rows[1])
	}
	// Moved after it ran out: what was missed stays missed.
	s.f.Answers["actions/r2/act_due"] = answer.Text("2026-06-30")
	s.change("2026-05-25T09:00")
	if got := deadline.StatusAt(s.rows[2], when(t, "2026-05-26T09:00")); got != record.Overdue {
		t.Errorf("missed and moved: %s", got)
	}
	// The record is closed, and a row is gone.
	s.f.Answers["actions"] = answer.List("r1", "r3")
	s.change("2026-05-26T09:00")
	if s.rows[3].Cancelled != "It is no longer on the record." {
		t.Errorf("%+v", s.rows[3])
	}
}

// From the beginning or the last visit at which the child was seen, whichever is
// later; another visit moves nothing.
func TestAClockThatStartsAgain(t *testing.T) {
	t.Parallel()
	p := rowClocks(t, "id: visit, from: [created, step.visit], until: [step.visit, state.shut], counts_if: row.seen, within: 10 working days")
	s := begin(t, p, "2026-03-23T10:00")
	s.want("2026-03-23T10:00", "visit: 23 Mar 10:00 → 8 Apr 23:59, on track") // over Easter
	s.onRow("visit", "v1", "2026-03-30T10:00", "seen", "no")
	s.want("2026-03-30T10:00", "visit: 23 Mar 10:00 → 8 Apr 23:59, on track")
	s.onRow("visit", "v2", "2026-04-09T10:00", "seen", "yes")
	s.want("2026-04-09T10:00", "visit: 23 Mar 10:00 → 8 Apr 23:59, met late", "visit: 9 Apr 10:00 → 23 Apr 23:59, on track")
	s.onRow("visit", "v3", "2026-04-10T10:00", "seen", "no")
	s.step("hold", "open", "2026-04-11T10:00")
	if len(s.rows) != 2 {
		t.Errorf("a visit that does not count, or a step that is not about it, started a clock: %v", s.rows)
	}
	s.step("close", "shut", "2026-04-20T10:00")
	s.want("2026-04-20T10:00", "visit: 23 Mar 10:00 → 8 Apr 23:59, met late", "visit: 9 Apr 10:00 → 23 Apr 23:59, met")
}

func TestLimitsCountedBack(t *testing.T) {
	t.Parallel()
	p := rowClocks(t,
		"id: papers, from: step.hold, until: [step.close], due: answer.meeting, before: 5 working days",
		"id: family, from: step.hold, until: [step.close], due: answer.meeting, before: 48 hours, warn: [24 hours, 2 hours]",
		"id: day, from: step.hold, until: [step.close], due: answer.meeting_day")
	s := begin(t, p, "2026-10-01T10:00")
	s.step("hold", "open", "2026-10-05T10:00")
	s.want("2026-10-05T10:00") // nobody has said when the meeting is
	s.change("2026-10-06T10:00", "meeting", "2026-10-26T09:00", "meeting_day", "2026-10-26")
	s.want("2026-10-06T10:00", "papers: 5 Oct 10:00 → 19 Oct 23:59, on track", "family: 5 Oct 10:00 → 24 Oct 10:00, on track", "day: 5 Oct 10:00 → 26 Oct 23:59, on track")
	c := s.rows[1]
	if !c.WarnAt.Equal(when(t, "2026-10-23T10:00")) || len(c.More) != 1 || !c.More[0].Equal(when(t, "2026-10-24T08:00")) {
		t.Errorf("warned at %v and %v", c.WarnAt, c.More)
	}
	// Put off: the old limit is over, the new one counts.
	s.change("2026-10-07T10:00", "meeting", "2026-11-02T09:00")
	s.want("2026-10-07T10:00", "papers: 5 Oct 10:00 → 19 Oct 23:59, cancelled", "family: 5 Oct 10:00 → 24 Oct 10:00, cancelled", "day: 5 Oct 10:00 → 26 Oct 23:59, on track",
		"papers: 5 Oct 10:00 → 26 Oct 23:59, on track", "family: 5 Oct 10:00 → 31 Oct 09:00, on track")
}

func TestALengthByTheAnswers(t *testing.T) {
	t.Parallel()
	p := rowClocks(t, "id: v, from: created, until: [step.close], within: [ { if: q.young, length: 5 working days }, { length: 2 weeks } ]")
	s := begin(t, p, "2026-06-01T10:00")
	if len(s.rows) != 0 {
		t.Error("it started while it was not known which length it has")
	}
	s.change("2026-06-02T10:00", "young", "yes")
	s.want("2026-06-02T10:00", "v: 1 Jun 10:00 → 8 Jun 23:59, on track")
	s.change("2026-06-03T10:00", "young", "no") // a birthday does not move what was started
	s.want("2026-06-03T10:00", "v: 1 Jun 10:00 → 8 Jun 23:59, on track")
	other := begin(t, p, "2026-06-01T10:00", "young", "no")
	other.want("2026-06-01T10:00", "v: 1 Jun 10:00 → 15 Jun 23:59, on track")
}

// 72 real hours of police protection, with a warning at 24, 48, 60 and 70.
func TestSeveralWarnings(t *testing.T) {
	t.Parallel()
	p := rowClocks(t, "id: hours, from: created, until: [step.close], within: 72 hours, warn: [2 hours, 48 hours, 12 hours, 24 hours]")
	s := begin(t, p, "2026-10-23T22:30")
	at := append([]time.Time{s.rows[0].WarnAt}, s.rows[0].More...)
	for i, hours := range []int{24, 48, 60, 70} {
		if want := s.rows[0].StartedAt.Add(time.Duration(hours) * time.Hour); !at[i].Equal(want) {
			t.Errorf("warning %d is %v, want %v", i, at[i], want)
		}
	}
}
