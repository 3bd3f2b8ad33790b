package pathway

import "testing"

// Labels that say the same in other words are alike; those of something else are not.
func TestAlike(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"When was the child seen?", "When were the children seen?", true},
		{"Reported on", "When was it reported?", true},
		{"Closed", "Closing", true},
		{"Told on", "told on", true},
		{"Waiting", "Refused", false},
		{"Is it safe?", "Is he ill?", false},
	} {
		if got := alike(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
