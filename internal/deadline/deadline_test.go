package deadline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
)

// clocks is a pathway with the clocks given, over a rating, a time and a few
// steps.
func clocks(t *testing.T, lines ...string) *pathway.Pathway {
	t.Helper()
	return withClocks(t, `
pathway: worry
version: 1
title: Worry
reference: X
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-01-01" }
pages:
  - page: a
    title: A
    questions:
      - { id: rating, type: text, label: Rating }
      - { id: rang, type: datetime, label: When did you ring }
      - { id: day, type: date, label: Day it began }
states:
  - { id: new, label: New, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: send, label: Send, from: new, to: open, by: [w], grants: [{ key: k, to: "role:w", may: [view, act], why: w }] }
  - { id: meet, label: Meet, from: open, to: open, by: [w] }
  - { id: decide, label: Decide, from: open, to: open, by: [w] }
  - { id: close, label: Close, from: open, to: shut, by: [w] }
  - { id: reopen, label: Reopen, from: shut, to: open, by: [w] }
  - { id: tell, label: Tell, from: [open, shut], by: [w] }
clocks:
`, lines)
}

// withClocks ends the text of a pathway with its clocks.
func withClocks(t *testing.T, text string, lines []string) *pathway.Pathway {
	t.Helper()
	for i, l := range lines {
		text += fmt.Sprintf("  - { code: C%d, label: Clock %d, law: l, owner: [w], %s }\n", i, i, l)
	}
	p, faults := pathway.FromFiles(map[string]string{"pathway.yaml": text}, pathway.Place{})
	if p == nil {
		t.Fatal(faults)
	}
	return p
}

// story plays events on one record.
type story struct {
	t    *testing.T
	p    *pathway.Pathway
	f    pathway.Facts
	rows []record.Clock
	n    int
}

func begin(t *testing.T, p *pathway.Pathway, at string, pairs ...string) *story {
	t.Helper()
	s := &story{t: t, p: p, f: pathway.Facts{Answers: answer.Set{}, Taken: map[string]pathway.Taken{}, State: "new"}}
	s.answer(pairs)
	s.f.Created = when(t, at)
	s.play(deadline.Created, "send", "open", at, at)
	return s
}

func when(t *testing.T, s string) time.Time {
	t.Helper()
	at, _, err := calendar.ParseTime(s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func (s *story) answer(pairs []string) {
	for i := 0; i < len(pairs); i += 2 {
		s.f.Answers.Apply(answer.Set{answer.Key(pairs[i]): answer.Text(pairs[i+1])})
	}
}

func (s *story) play(kind, step, state, at, recorded string) {
	s.t.Helper()
	happened := when(s.t, at)
	s.f.Now = when(s.t, recorded)
	if step != "" {
		s.f.Taken[step] = pathway.Taken{By: "w1", At: happened}
	}
	s.f.State = state
	put, err := deadline.Advance(s.p, calendar.Default(), s.rows, deadline.Event{Kind: kind, Step: step, State: state, At: happened, Recorded: s.f.Now}, s.f,
		func() string { s.n++; return fmt.Sprintf("c%d", s.n) })
	if err != nil {
		s.t.Fatal(err)
	}
	before := len(s.rows)
	for _, c := range put {
		if i := slices.IndexFunc(s.rows, func(r record.Clock) bool { return r.ID == c.ID }); i >= 0 {
			s.rows[i] = c
		} else {
			s.rows = append(s.rows, c)
		}
	}
	if len(s.rows) < before {
		s.t.Error("a clock was taken away")
	}
}

func (s *story) step(id, state, at string, pairs ...string) {
	s.t.Helper()
	s.answer(pairs)
	s.play(deadline.Stepped, id, state, at, at)
}

func (s *story) change(at string, pairs ...string) {
	s.t.Helper()
	s.answer(pairs)
	s.play(deadline.Answers, "", s.f.State, at, at)
}

// want compares "clock: start → due, status" of each row at a moment.
func (s *story) want(now string, want ...string) {
	s.t.Helper()
	show := func(t time.Time) string { return t.In(calendar.London).Format("2 Jan 15:04") }
	var got []string
	for _, r := range s.rows {
		got = append(got, fmt.Sprintf("%s: %s → %s, %s", r.Clock, show(r.StartedAt), show(r.DueAt), deadline.StatusAt(r, when(s.t, now))))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("\n got %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}

const decideIn = "id: decide, from: created, until: [step.decide], within: "

func TestDue(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, within, at, want string }{
		{"ordinary", "1 working day", "2026-04-01T15:10", "1 Apr 15:10 → 2 Apr 23:59"},
		{"over Easter", "1 working day", "2026-04-02T16:10", "2 Apr 16:10 → 7 Apr 23:59"},
		{"hours run on Good Friday", "24 hours", "2026-04-02T16:10", "2 Apr 16:10 → 3 Apr 16:10"},
		{"weekend", "1 working day", "2026-01-03T02:00", "3 Jan 02:00 → 5 Jan 23:59"},
		{"clocks go back", "72 hours", "2026-10-23T22:30", "23 Oct 22:30 → 26 Oct 21:30"},
		{"clocks go forward", "72 hours", "2026-03-27T20:00", "27 Mar 20:00 → 30 Mar 21:00"},
		{"while the door is open", "4 open hours", "2026-12-17T15:00", "17 Dec 15:00 → 18 Dec 11:30"},
		{"held before a weekend", "3 months, hold_before: true", "2026-11-30T10:00", "30 Nov 10:00 → 26 Feb 23:59"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := begin(t, clocks(t, decideIn+tt.within), tt.at)
			s.want(tt.at, "decide: "+tt.want+", "+string(deadline.StatusAt(s.rows[0], when(t, tt.at))))
			if c := s.rows[0]; c.Sum == "" || c.Calendar != calendar.Default().Version() || c.Law != "l" || c.Code != "C0" {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, decideIn+"10 working days, warn: 2 working days"), "2026-03-17T10:00")
	for now, want := range map[string]record.Status{
		"2026-03-17T10:00": record.OnTrack,
		"2026-03-27T08:59": record.OnTrack,
		"2026-03-27T09:00": record.DueSoon, // two working days before Tuesday 31 March
		"2026-03-30T23:59": record.DueSoon,
		"2026-03-31T00:00": record.DueToday,
		"2026-03-31T23:59": record.DueToday,
		"2026-04-01T00:00": record.Overdue,
	} {
		if got := deadline.StatusAt(s.rows[0], when(t, now)); got != want {
			t.Errorf("at %s: %s, want %s", now, got, want)
		}
	}
	if got := deadline.Words(s.rows[0], when(t, "2026-03-18T10:00")); got != "Due Tuesday 31 March 2026, by 16:30" {
		t.Errorf("words: %q", got)
	}
}

func TestWarn(t *testing.T) {
	t.Parallel()
	tests := []struct{ within, at, want string }{
		{"10 hours", "2026-03-17T10:00", "17 Mar 18:00"}, // a fifth of it left
		{"24 hours, warn: 6 hours", "2026-03-17T10:00", "18 Mar 04:00"},
		{"4 hours, warn: 6 hours", "2026-03-17T10:00", "17 Mar 10:00"}, // never before the start
		{"4 open hours, warn: 2 open hours", "2026-12-17T15:00", "18 Dec 09:30"},
		{"3 months, warn: 7 days", "2026-03-17T10:00", "10 Jun 09:00"},
		{"5 working days, warn: 1 working day", "2026-03-31T10:00", "8 Apr 09:00"},
	}
	for _, tt := range tests {
		s := begin(t, clocks(t, decideIn+tt.within), tt.at)
		if got := s.rows[0].WarnAt.In(calendar.London).Format("2 Jan 15:04"); got != tt.want {
			t.Errorf("%s: warns %s, want %s", tt.within, got, tt.want)
		}
	}
}

// A change of rating keeps the time of receipt.
func TestRatingChange(t *testing.T) {
	t.Parallel()
	p := clocks(
		t,
		"id: red, from: created, until: [step.decide], within: 4 hours, if: \"q.rating == 'red'\"",
		"id: amber, from: created, until: [step.decide], within: 24 hours, if: \"q.rating == 'amber'\"",
	)
	s := begin(t, p, "2026-03-17T10:00")
	s.want("2026-03-17T10:00") // not rated: neither is known to apply
	s.change("2026-03-17T10:30", "rating", "red")
	s.want("2026-03-17T10:30", "red: 17 Mar 10:00 → 17 Mar 14:00, due today")
	s.change("2026-03-17T11:00", "rating", "amber")
	s.want("2026-03-17T11:00", "red: 17 Mar 10:00 → 17 Mar 14:00, cancelled", "amber: 17 Mar 10:00 → 18 Mar 10:00, on track")
	if got := s.rows[0].Cancelled; got != "It no longer applies, by the answer to “Rating”." {
		t.Errorf("reason %q", got)
	}
	s.change("2026-03-17T12:00", "rating", "red")
	s.step("decide", "open", "2026-03-17T13:00")
	s.want("2026-03-20T11:00",
		"red: 17 Mar 10:00 → 17 Mar 14:00, cancelled", "amber: 17 Mar 10:00 → 18 Mar 10:00, cancelled", "red: 17 Mar 10:00 → 17 Mar 14:00, met")
	s.change("2026-03-17T15:00", "rating", "amber") // decided already: nothing to wait for
	if len(s.rows) != 3 {
		t.Errorf("%d clocks", len(s.rows))
	}
}

// A clock that ran out and then no longer applied was missed all the same.
func TestMissedStaysMissed(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, decideIn+"4 hours, if: \"q.rating == 'red'\""), "2026-03-17T10:00", "rating", "red")
	s.change("2026-03-17T14:01", "rating", "amber")
	s.want("2026-03-19T10:00", "decide: 17 Mar 10:00 → 17 Mar 14:00, overdue")
	if got := s.rows[0].Cancelled; !strings.HasSuffix(got, "It had run out by then.") {
		t.Errorf("reason %q", got)
	}
	if s.rows[0].Open() {
		t.Error("it still runs")
	}
}

func TestUnknownGoesOn(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, decideIn+"4 hours, if: \"q.rating == 'red'\""), "2026-03-17T10:00", "rating", "red")
	s.change("2026-03-17T11:00", "rating", "")
	s.want("2026-03-17T11:00", "decide: 17 Mar 10:00 → 17 Mar 14:00, due today")
}

// A stop that was recorded late counts from when it happened.
func TestLateRecordedStop(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, decideIn+"1 working day"), "2026-03-17T10:00")
	s.play(deadline.Stepped, "decide", "open", "2026-03-18T16:00", "2026-03-20T09:00")
	s.want("2026-03-20T09:00", "decide: 17 Mar 10:00 → 18 Mar 23:59, met")

	s = begin(t, clocks(t, decideIn+"1 working day"), "2026-03-17T10:00")
	s.step("decide", "open", "2026-03-19T00:00")
	s.want("2026-03-20T09:00", "decide: 17 Mar 10:00 → 18 Mar 23:59, met late")
	if c := s.rows[0]; c.StoppedBy != "decide" || !strings.HasPrefix(deadline.Words(c, when(t, "2026-03-20T09:00")), "Met late, on Thursday 19 March 2026") {
		t.Errorf("%+v", c)
	}
}

func TestStepTakenAgain(t *testing.T) {
	t.Parallel()
	// From one step until another: the old clock stays beside the fresh one.
	s := begin(t, clocks(t, "id: act, from: step.meet, until: [step.decide], within: 24 hours"), "2026-03-17T10:00")
	s.step("meet", "open", "2026-03-17T11:00")
	s.step("meet", "open", "2026-03-17T12:00")
	s.want("2026-03-17T12:00", "act: 17 Mar 11:00 → 18 Mar 11:00, on track", "act: 17 Mar 12:00 → 18 Mar 12:00, on track")
	s.change("2026-03-17T12:30", "rating", "red")
	s.step("decide", "open", "2026-03-17T13:00")
	s.want("2026-03-17T13:00", "act: 17 Mar 11:00 → 18 Mar 11:00, met", "act: 17 Mar 12:00 → 18 Mar 12:00, met")
	s.change("2026-03-17T14:00", "rating", "amber")
	if len(s.rows) != 2 {
		t.Errorf("%d clocks", len(s.rows))
	}

	// From a step until the same step, as for reviews: each stops the last.
	s = begin(t, clocks(t, "id: review, from: step.meet, until: [step.meet], within: 24 hours"), "2026-03-17T10:00")
	s.step("meet", "open", "2026-03-17T11:00")
	s.step("meet", "open", "2026-03-18T12:00")
	s.want("2026-03-18T12:00", "review: 17 Mar 11:00 → 18 Mar 11:00, met late", "review: 18 Mar 12:00 → 19 Mar 12:00, on track")
}

func TestStepLateRecorded(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, "id: act, from: step.meet, until: [step.decide], within: 24 hours"), "2026-03-17T10:00")
	s.play(deadline.Stepped, "meet", "open", "2026-03-17T11:00", "2026-03-17T15:00")
	s.change("2026-03-17T16:00", "rating", "red")
	s.want("2026-03-17T16:00", "act: 17 Mar 11:00 → 18 Mar 11:00, on track")
}

func TestFromAnswer(t *testing.T) {
	t.Parallel()
	write := "id: write, from: answer.rang, until: [step.send], within: 48 hours"
	// The form that says when the call was is also what confirms it.
	s := begin(t, clocks(t, write), "2026-03-19T10:00", "rang", "2026-03-17T09:00")
	s.want("2026-03-19T10:00", "write: 17 Mar 09:00 → 19 Mar 09:00, met late")
	s = begin(t, clocks(t, write), "2026-03-17T10:00", "rang", "2026-03-17T09:00")
	s.want("2026-03-19T10:00", "write: 17 Mar 09:00 → 19 Mar 09:00, met")

	// A corrected time starts it anew; the old one says why it ended.
	s = begin(t, clocks(t, "id: act, from: answer.day, until: [step.decide], within: 10 days"), "2026-03-17T10:00", "day", "2026-03-10")
	s.change("2026-03-17T11:00", "day", "2026-03-12")
	s.want("2026-03-17T11:00", "act: 10 Mar 00:00 → 20 Mar 23:59, cancelled", "act: 12 Mar 00:00 → 22 Mar 23:59, on track")
	s.change("2026-03-17T12:00", "rating", "red")
	if len(s.rows) != 2 {
		t.Errorf("%d clocks", len(s.rows))
	}
}

// When the work ends, clocks that nothing can stop any more end with a reason,
// and run again from the same time when it is opened again.
func TestEndAndReopen(t *testing.T) {
	t.Parallel()
	p := clocks(t, decideIn+"5 days", "id: tell, from: step.close, until: [step.tell], within: 1 working day")
	s := begin(t, p, "2026-03-17T10:00")
	s.step("close", "shut", "2026-03-18T10:00")
	s.want("2026-03-18T10:00", "decide: 17 Mar 10:00 → 22 Mar 23:59, cancelled", "tell: 18 Mar 10:00 → 19 Mar 23:59, on track")
	s.change("2026-03-18T11:00", "rating", "red")
	s.step("reopen", "open", "2026-03-18T12:00")
	s.want("2026-03-18T12:00",
		"decide: 17 Mar 10:00 → 22 Mar 23:59, cancelled", "tell: 18 Mar 10:00 → 19 Mar 23:59, on track", "decide: 17 Mar 10:00 → 22 Mar 23:59, on track")
}

// What was ended by mistake runs on with the limit it had, also when the end had
// stopped it; and not when what it waits for was done meanwhile.
func TestRunsOn(t *testing.T) {
	t.Parallel()
	p := clocks(t, "id: held, from: created, until: [state.shut, step.decide], again: [step.reopen], within: 72 hours")
	s := begin(t, p, "2026-10-23T22:30")
	s.step("close", "shut", "2026-10-24T10:00")
	s.step("reopen", "open", "2026-10-24T11:00")
	s.want("2026-10-24T11:00", "held: 23 Oct 22:30 → 26 Oct 21:30, met", "held: 23 Oct 22:30 → 26 Oct 21:30, on track")
	s.step("meet", "open", "2026-10-24T11:30")
	s.step("decide", "open", "2026-10-24T12:00")
	s.step("close", "shut", "2026-10-24T13:00")
	s.step("reopen", "open", "2026-10-28T11:00")
	s.want("2026-10-28T11:00", "held: 23 Oct 22:30 → 26 Oct 21:30, met", "held: 23 Oct 22:30 → 26 Oct 21:30, met")
}

func TestUntilState(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, "id: shut, from: created, until: [state.shut], within: 1 working day"), "2026-03-17T10:00")
	s.step("close", "shut", "2026-03-18T10:00")
	s.want("2026-03-18T10:00", "shut: 17 Mar 10:00 → 18 Mar 23:59, met")
}

func TestNearest(t *testing.T) {
	t.Parallel()
	if _, ok := deadline.Nearest(nil); ok {
		t.Error("a clock where there is none")
	}
	s := begin(t, clocks(t, decideIn+"5 days", "id: soon, from: created, until: [step.meet], within: 2 hours"), "2026-03-17T10:00")
	if c, _ := deadline.Nearest(s.rows); c.Clock != "soon" {
		t.Errorf("nearest is %s", c.Clock)
	}
	s.step("meet", "open", "2026-03-17T11:00")
	if c, _ := deadline.Nearest(s.rows); c.Clock != "decide" {
		t.Errorf("nearest is %s", c.Clock)
	}
}

// A clock must not be left out because nobody said when the record began.
func TestCreatedNotGiven(t *testing.T) {
	t.Parallel()
	p := clocks(t, decideIn+"5 days, if: \"q.rating == 'red'\"")
	f := pathway.Facts{Answers: answer.Set{"rating": answer.Text("red")}, State: "open", Now: when(t, "2026-03-17T10:00")}
	ev := deadline.Event{Kind: deadline.Answers, State: "open", At: f.Now, Recorded: f.Now}
	if put, err := deadline.Advance(p, calendar.Default(), nil, ev, f, func() string { return "c" }); err == nil {
		t.Errorf("no fault, and %d clocks", len(put))
	}
}

// When the facts do not say, another clock of the record does.
func TestCreatedFromAnotherClock(t *testing.T) {
	t.Parallel()
	s := begin(t, clocks(t, decideIn+"5 days", "id: red, from: created, until: [step.decide], within: 4 hours, if: \"q.rating == 'red'\""), "2026-03-17T10:00")
	s.f.Created = time.Time{}
	s.change("2026-03-17T12:00", "rating", "red")
	s.want("2026-03-17T12:00", "decide: 17 Mar 10:00 → 22 Mar 23:59, on track", "red: 17 Mar 10:00 → 17 Mar 14:00, due today")
}
