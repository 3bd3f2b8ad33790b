package pathway_test

import (
	"fmt"
	"strings"
	"testing"

	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
)

// Whether a limit on a day that is not a working day moves on is for a setting to
// say, in one of two ways, and only of a limit that has a day.
func TestRollForwardIsASetting(t *testing.T) {
	t.Parallel()
	const text = `
pathway: ask
version: 1
title: Ask
reference: X
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-01-01" }
settings:
  last: { text: x, default: "SAID", source: x }
states:
  - { id: new, label: New, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: send, label: Send, from: new, to: open, by: [w], grants: [{ key: k, to: "role:w", may: [view, act], why: w }] }
  - { id: close, label: Close, from: open, to: shut, by: [w], allow_if: [{ if: "now <= due.CLOCK", else: Too late. }] }
clocks:
  - { id: c, code: C, label: C, from: created, until: [step.close], within: LONG, roll_forward: FROM, law: l, owner: [w] }
`
	for _, x := range []struct{ said, long, from, clock, wrong, due string }{
		{"the next working day", "1 month", "setting.last", "c", "", "2027-03-01"},
		{"the day itself", "1 month", "setting.last", "c", "", "2027-02-28"},
		{"sometimes", "1 month", "setting.last", "c", "Write “the next working day” or “the day itself”", ""},
		{"the day itself", "1 month", "setting.lost", "c", "there is no setting “setting.lost”", ""},
		{"the day itself", "72 hours", "setting.last", "c", "no day to move on from", ""},
		{"the day itself", "1 month", "setting.last", "d", "there is no “due.d”", ""},
	} {
		whole := strings.NewReplacer("SAID", x.said, "LONG", x.long, "FROM", x.from, "CLOCK", x.clock).Replace(text)
		p, faults := pathway.FromFiles(map[string]string{"pathway.yaml": whole}, pathway.Place{Roles: []string{"w"}})
		if x.wrong != "" {
			if !strings.Contains(fmt.Sprint(faults), x.wrong) {
				t.Errorf("%+v gives %v", x, faults)
			}
			continue
		}
		if p == nil {
			t.Fatal(faults)
		}
		begun := calendar.NewDate(2027, 1, 31).At(12, 0, 0)
		rows, err := deadline.Advance(p, calendar.Default(), nil, deadline.Event{Kind: deadline.Created, Step: "send", State: "open", At: begun, Recorded: begun}, pathway.Facts{Created: begun}, func() string { return "1" })
		if err != nil || len(rows) != 1 || calendar.DateOf(rows[0].DueAt).String() != x.due {
			t.Errorf("%+v: %+v, %v", x, rows, err)
		}
	}
}
