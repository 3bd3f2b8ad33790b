package signin

import (
	"context"
	"sync"

	"frontdoor/internal/fault"
)

// turns lets the attempts of one source be looked at one after the other. Many
// sent at the same moment would otherwise all be let through before the first of
// them is counted as wrong. Its zero value works. Each node of the program has
// its own, so that of n nodes n attempts may meet.
type turns struct {
	mu   sync.Mutex
	held map[string]*turn
}

type turn struct {
	free    chan struct{} // holds one token while nobody has the turn
	waiting int           // how many have it or wait for it
}

// maxWaiting is how many attempts of one source wait for their turn: a school
// may be behind one address, and one attempt takes a twentieth of a second.
const maxWaiting = 50

// take waits for the turn of a key; done gives it back.
func (t *turns) take(ctx context.Context, key string) (done func(), err error) {
	t.mu.Lock()
	if t.held == nil {
		t.held = map[string]*turn{}
	}
	k := t.held[key]
	if k == nil {
		k = &turn{free: make(chan struct{}, 1)}
		k.free <- struct{}{}
		t.held[key] = k
	}
	if k.waiting >= maxWaiting {
		t.mu.Unlock()
		return nil, fault.New(fault.TooMany, "That was tried too many times. Wait one minute, then try again.")
	}
	k.waiting++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if k.waiting--; k.waiting == 0 {
			delete(t.held, key)
		}
	}
	select {
	case <-k.free:
		return func() {
			k.free <- struct{}{}
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "Many people are signing in at this moment. Wait a few seconds and try again.")
	}
}
