package deadline_test

import (
	"fmt"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/deadline"
)

// A plan of years, with 200 actions and 200 visits: what one more answer costs.
func BenchmarkAdvanceManyRows(b *testing.B) {
	t := &testing.T{}
	p := rowClocks(t, "id: action, each: actions, from: step.agree, until: [step.done], due: answer.act_due, if: row.big",
		"id: visit, from: [created, step.visit], until: [step.visit, state.shut], counts_if: row.seen, within: 10 working days")
	s := begin(t, p, "2026-05-05T10:00")
	for i := range 200 {
		s.onRow("agree", fmt.Sprintf("a%d", i), "2026-05-05T11:00", "act_due", "2026-05-08", "big", "yes")
		s.onRow("visit", fmt.Sprintf("v%d", i), "2026-05-05T11:00", "seen", "yes")
	}
	s.f.Answers["young"] = answer.Text("no")
	at := when(t, "2026-06-05T10:00")
	for b.Loop() {
		put, err := deadline.Advance(p, calendar.Default(), s.rows, deadline.Event{Kind: deadline.Answers, State: "open", At: at, Recorded: at}, s.f, func() string { return "x" })
		if err != nil || len(put) != 0 {
			b.Fatal(err, len(put))
		}
	}
}
