package public_test

import "testing"

// A professional can read what the manual says beside the page they fill in, and
// others are not shown it.
func TestTheManualBesideAPage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, _ := neighbour(h)
	r.never("Procedure for this page")
	base := r.base()
	r.open(base+"/who").next("sender_kind", "professional")
	r.open(base+"/red_flags").says("Procedure for this page", "Call today", `href="/manual/recognising#call" target="_blank"`, "Open it in the manual")
	r.open(base + "/purpose").says("How to refer")
}
