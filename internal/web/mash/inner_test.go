package mash

import (
	"context"
	"testing"
	"time"

	"frontdoor/internal/calendar"
)

// The last time the door was shut: over a night, a weekend and Easter.
func TestShutAround(t *testing.T) {
	t.Parallel()
	cal := calendar.Default()
	for at, want := range map[string][2]string{
		"2026-03-18T03:00": {"2026-03-17T16:30", "2026-03-18T09:00"},
		"2026-03-18T09:05": {"2026-03-17T16:30", "2026-03-18T09:00"},
		"2026-03-16T10:00": {"2026-03-13T16:30", "2026-03-16T09:00"},
		"2026-04-05T12:00": {"2026-04-02T16:30", "2026-04-07T09:00"},
	} {
		now, _, err := calendar.ParseTime(at)
		if err != nil {
			t.Fatal(err)
		}
		got := shutAround(cal, now)
		from, until := got.from.In(calendar.London).Format("2006-01-02T15:04"), got.until.In(calendar.London).Format("2006-01-02T15:04")
		if from != want[0] || until != want[1] {
			t.Errorf("at %s it was shut from %s until %s, want %v", at, from, until, want)
		}
	}
}

// Everyone who listens hears of one change, however many listen, and nobody
// asks the database once the last has gone.
func TestWatch(t *testing.T) {
	t.Parallel()
	marks := make(chan int64)
	polling := make(chan context.Context, 1)
	w := newWatch(func(ctx context.Context) (int64, error) {
		select {
		case polling <- ctx:
		default:
		}
		select {
		case m := <-marks:
			return m, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}, time.Millisecond)
	one, endOne := w.listen()
	two, endTwo := w.listen()
	hear := func(want int64) {
		t.Helper()
		for _, ch := range []<-chan int64{one, two} {
			if got := <-ch; got != want {
				t.Errorf("heard %d, want %d", got, want)
			}
		}
	}
	// The first look too: what changed between a page and the look is in it.
	marks <- 4
	hear(4)
	marks <- 4
	marks <- 5
	hear(5)
	endOne()
	marks <- 6
	if got := <-two; got != 6 {
		t.Errorf("heard %d", got)
	}
	endTwo()
	<-(<-polling).Done()
	if len(one) != 0 {
		t.Error("one that had gone was told")
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	show := func(before, after string) string {
		out := ""
		for _, p := range diff(before, after).Pieces {
			out += map[string]string{"in": "+", "out": "-", "": "="}[p.Change] + p.Text + "|"
		}
		return out
	}
	for _, c := range [][3]string{
		{"", "new", "+new|"},
		{"old", "", "-old|"},
		{"the cat sat", "the dog sat", "=the |-cat |+dog |=sat|"},
		{"same", "same", "=same|"},
		{"a a", "a a a", "=a |+a |=a|"},
	} {
		if got := show(c[0], c[1]); got != c[2] {
			t.Errorf("%q to %q: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
