package deadline_test

import (
	"strings"
	"testing"

	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
)

func pausing(t *testing.T, line string) *pathway.Pathway {
	t.Helper()
	return withClocks(t, `
pathway: worry
version: 1
title: Worry
reference: X
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-01-01" }
states:
  - { id: new, label: New, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: send, label: Send, from: new, to: open, by: [w], grants: [{ key: k, to: "role:w", may: [view, act], why: w }] }
  - { id: ask, label: Ask, from: open, by: [w], ask: [ { id: ask_why, type: text, label: Why, required: true } ] }
  - { id: hear, label: Hear, from: open, by: [w] }
  - { id: close, label: Close, from: open, to: shut, by: [w] }
clocks:
`, []string{"id: c, from: created, until: [step.close], pauses: [ { from: step.ask, until: [step.hear], law: l } ], " + line})
}

// acted plays a step as the record's history holds it.
func (s *story) acted(id, state, at string) {
	s.t.Helper()
	s.f.Acts = append(s.f.Acts, pathway.Act{Step: id, At: when(s.t, at)})
	s.step(id, state, at)
}

// last is the newest of the clock's rows.
func (s *story) last() record.Clock { return s.rows[len(s.rows)-1] }

// A limit moves by as much as the clock stood still, in its own unit, over nights,
// holidays and clock changes.
func TestAClockStandsStill(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ line, begun, ask, hear, before, after string }{
		"hours over the night the clocks go back": {"within: 72 hours", "2026-10-23T12:00", "2026-10-24T12:00", "2026-10-25T12:00", "2026-10-26T11:00", "2026-10-27T12:00"},
		"days":                                {"within: 10 days", "2026-12-21T12:00", "2026-12-23T18:00", "2026-12-29T09:00", "2026-12-31T23:59", "2027-01-06T23:59"},
		"months":                              {"within: 1 month", "2027-01-31T12:00", "2027-02-10T12:00", "2027-02-12T12:00", "2027-02-28T23:59", "2027-03-02T23:59"},
		"working days over Easter":            {"within: 5 working days", "2026-03-31T12:00", "2026-04-02T12:00", "2026-04-08T12:00", "2026-04-09T23:59", "2026-04-13T23:59"},
		"the same day":                        {"within: 5 working days", "2026-03-31T12:00", "2026-04-01T09:00", "2026-04-01T17:00", "2026-04-09T23:59", "2026-04-09T23:59"},
		"a weekend, in working days, is none": {"within: 5 working days", "2026-06-01T12:00", "2026-06-05T18:00", "2026-06-07T12:00", "2026-06-08T23:59", "2026-06-08T23:59"},
	} {
		p := pausing(t, c.line)
		s := begin(t, p, c.begun)
		shown := func() string { return s.last().DueAt.In(calendar.London).Format("2006-01-02T15:04") }
		if got := shown(); got != c.before {
			t.Errorf("%s: due %s at first, want %s", name, got, c.before)
		}
		s.acted("ask", "open", c.ask)
		if got := s.last(); got.Open() || deadline.StatusAt(got, when(t, c.hear)) != record.Stood || !strings.HasPrefix(deadline.Words(got, when(t, c.hear)), "Stands still since ") {
			t.Errorf("%s: it runs while it should stand still: %+v", name, got)
		}
		// An answer that changes meanwhile starts nothing.
		s.play(deadline.Answers, "", "open", c.hear, c.hear)
		if len(s.rows) != 1 {
			t.Errorf("%s: %d clocks while it stands still", name, len(s.rows))
		}
		s.acted("hear", "open", c.hear)
		if got := shown(); got != c.after || !s.last().Open() || len(s.rows) != 2 {
			t.Errorf("%s: due %s afterwards, want %s: %s", name, got, c.after, s.last().Sum)
		}
		if sum := s.last().Sum; !strings.Contains(sum, "it stood still from ") {
			t.Errorf("%s: the sum does not say so: %s", name, sum)
		}
	}
}

// What a clock waits for can come while it stands still, and one that has run out
// does not stand still any more.
func TestAClockThatStandsStillEnds(t *testing.T) {
	t.Parallel()
	s := begin(t, pausing(t, "within: 5 days"), "2026-06-01T12:00")
	s.acted("ask", "open", "2026-06-03T12:00")
	s.acted("close", "shut", "2026-06-20T12:00")
	if got := s.last(); len(s.rows) != 2 || deadline.StatusAt(got, when(t, "2026-07-01T12:00")) != record.Met || got.DueAt.In(calendar.London).Format("2006-01-02") != "2026-06-23" {
		t.Errorf("it was met while it stood still: %+v", s.rows)
	}

	s = begin(t, pausing(t, "within: 5 days"), "2026-06-01T12:00")
	s.acted("ask", "open", "2026-06-08T12:00")
	s.acted("hear", "open", "2026-06-20T12:00")
	if got := s.last(); len(s.rows) != 1 || !got.Open() || deadline.StatusAt(got, when(t, "2026-06-20T12:00")) != record.Overdue {
		t.Errorf("a missed limit was taken away: %+v", s.rows)
	}
	s.acted("close", "shut", "2026-06-21T12:00")
	if got := s.last(); deadline.StatusAt(got, when(t, "2026-07-01T12:00")) != record.MetLate {
		t.Errorf("%+v", got)
	}
}
