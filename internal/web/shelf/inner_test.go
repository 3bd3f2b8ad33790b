package shelf

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"frontdoor/internal/book"
	"frontdoor/internal/guidance"
)

// A copy is made once for all who ask, few are kept, and one that could not be
// made is tried again.
func TestCopiesAreKept(t *testing.T) {
	t.Parallel()
	var c copies
	made := 0
	big := form{ending: "x", make: func(book.Copy) ([]byte, error) {
		made++ // one at a time: the race detector would say
		return make([]byte, maxHeld/4), nil
	}}
	of := func(n int) book.Copy {
		return book.Copy{Library: &guidance.Library{}, Edition: guidance.Edition{Key: fmt.Sprint(n)}}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := c.get(of(0), big); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	for n := range 10 {
		if _, err := c.get(of(n), big); err != nil {
			t.Fatal(err)
		}
	}
	if c.held > maxHeld || len(c.kept) != 4 || len(c.old) != 4 {
		t.Errorf("%d copies of %d bytes are kept", len(c.kept), c.held)
	}
	fails := true
	odd := form{ending: "y", make: func(book.Copy) ([]byte, error) {
		if fails {
			return nil, errors.New("no")
		}
		return []byte("y"), nil
	}}
	if _, err := c.get(of(0), odd); err == nil {
		t.Error("a copy that could not be made was given")
	}
	fails = false
	if m, err := c.get(of(0), odd); err != nil || string(m.bytes) != "y" {
		t.Error("it was not tried again")
	}
}
