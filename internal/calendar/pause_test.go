package calendar

import (
	"strings"
	"testing"
)

// What is counted in hours is added to the minute, also over many days: the sum
// must come to the time that is due.
func TestStandingStillIsCountedToTheMinute(t *testing.T) {
	t.Parallel()
	c := Default()
	was := Due{At: at(t, "2026-06-04T12:00"), Act: at(t, "2026-06-04T12:00"), Unit: Hours, Sum: "72 hours"}
	got := c.Still(was, at(t, "2026-06-02T09:00"), at(t, "2026-06-07T12:10"))
	if want := at(t, "2026-06-09T15:10"); !got.At.Equal(want) || !strings.Contains(got.Sum, "so 123 hours 10 minutes more") {
		t.Errorf("due %s, want %s: %s", Show(got.At), Show(want), got.Sum)
	}
}
