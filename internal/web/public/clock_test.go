package public

import (
	"testing"
	"time"

	"frontdoor/internal/record"
)

func TestWhatAClockTellsTheSender(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		x, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	// In force after the clocks went forward: 16:30 in London is 15:30 in UTC.
	c := record.Clock{Label: "A decision", DueAt: at("2026-04-07T22:59:59Z"), ActAt: at("2026-04-07T15:30:00Z"), WarnAt: at("2026-04-07T08:00:00Z"), Sum: "1 working day"}
	stopped := c
	stopped.StoppedAt = at("2026-04-02T11:00:00Z")
	for _, x := range []struct {
		clock      record.Clock
		now        string
		state, say string
	}{
		{c, "2026-04-02T15:10:00Z", "running", "You should hear by 16:30 on Tuesday 7 April 2026."},
		{c, "2026-04-07T08:30:00Z", "soon", "You should hear by 16:30 on Tuesday 7 April 2026."},
		{c, "2026-04-08T08:30:00Z", "overdue", "You should have heard by 16:30 on Tuesday 7 April 2026. Ring and ask."},
		{stopped, "2026-04-08T08:30:00Z", "met", "Met on Thursday 2 April 2026, 12:00"},
	} {
		got := clockLines([]record.Clock{x.clock}, at(x.now))[0]
		if got.Left.State != x.state || got.Left.Text != x.say || got.Left.How != "1 working day" || got.Label != "A decision" {
			t.Errorf("at %s: %+v", x.now, got)
		}
	}
}
