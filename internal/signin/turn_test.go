package signin

import (
	"context"
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
)

// A code of a receipt does not stand behind the passwords of everybody else at
// the same address, and two of them there take turns.
func TestCodesTakeTurnsAmongThemselves(t *testing.T) {
	t.Parallel()
	sealer, err := seal.New([]byte("the key of these tests, 32 bytes.")[:seal.KeySize])
	if err != nil {
		t.Fatal(err)
	}
	g := &Gate{Sealer: sealer}
	school := Source{Addr: "192.0.2.1"}
	signedIn, err := g.turn(t.Context(), "a teacher", school)
	if err != nil {
		t.Fatal(err)
	}
	defer signedIn()

	ended, end := context.WithCancel(t.Context())
	end()
	if _, err := g.turn(ended, "another teacher", school); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("two passwords at once: %v", err)
	}
	soon, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	first, err := g.turn(soon, receipts, school)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.turn(ended, receipts, school); err == nil {
		t.Error("two codes at once")
	}
	first()
	if second, err := g.turn(soon, receipts, school); err != nil {
		t.Error(err)
	} else {
		second()
	}
}
