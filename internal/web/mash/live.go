package mash

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/web/room"
)

// How long a stream of events lasts before the browser must ask again, so that
// someone who was signed out stops hearing; and how often it shows that it is
// alive.
const (
	streamLasts = 10 * time.Minute
	heartbeat   = 15 * time.Second
	// afresh is how often a board is drawn again although nothing changed: the
	// time left on its clocks has.
	afresh = time.Minute
)

// watch looks whether anything has changed, once for everyone who listens: one
// question a second to the database, however many boards are open, and none
// when there are none.
type watch struct {
	latest func(context.Context) (int64, error)
	every  time.Duration

	mu        sync.Mutex
	listeners map[chan int64]struct{}
	stop      context.CancelFunc
}

func newWatch(latest func(context.Context) (int64, error), every time.Duration) *watch {
	return &watch{latest: latest, every: every, listeners: map[chan int64]struct{}{}}
}

// listen gives a channel on which the mark comes as it is first seen and whenever
// it moves, and what ends it. Who reads the mark after listening misses nothing.
func (w *watch) listen() (<-chan int64, func()) {
	ch := make(chan int64, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.listeners[ch] = struct{}{}
	if w.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w.stop = cancel
		go w.poll(ctx)
	}
	return ch, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.listeners, ch)
		if len(w.listeners) == 0 && w.stop != nil {
			w.stop()
			w.stop = nil
		}
	}
}

func (w *watch) poll(ctx context.Context) {
	tick := time.NewTicker(w.every)
	defer tick.Stop()
	last, known := int64(0), false
	for {
		// A database that is away for a moment is asked again at the next tick.
		if mark, err := w.latest(ctx); err == nil {
			// The first is told as well: it may have moved since a listener read it.
			if !known || mark != last {
				w.tell(mark)
			}
			last, known = mark, true
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (w *watch) tell(mark int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for ch := range w.listeners {
		select {
		case <-ch: // it has not read the last one yet; this one says as much
		default:
		}
		ch <- mark // has room: it is sent to under the lock only
	}
}

// events tells a board that something has changed. It never says what: the
// board asks again, and gets what its worker may see.
func (d *door) events(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if err := seesCases(a); err != nil {
		return err
	}
	out := http.NewResponseController(w)
	if err := out.SetWriteDeadline(time.Time{}); err != nil {
		return fault.Wrap(err, fault.Unavailable, "This page cannot update itself here. Refresh it to see changes.")
	}
	ch, end := d.watch.listen()
	defer end()
	// What changed between the page and now is told at once.
	mark, err := d.Desk.Latest(r.Context())
	if err != nil {
		return err
	}
	had := or(r.Header.Get("Last-Event-ID"), r.URL.Query().Get("since"))
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no")
	w.WriteHeader(http.StatusOK)
	send := func(text string) bool {
		if _, err := fmt.Fprint(w, text); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	changed := func(mark int64) bool { return send(fmt.Sprintf("id: %d\ndata: changed\n\n", mark)) }
	beat, fresh, over := time.NewTicker(heartbeat), time.NewTicker(afresh), time.NewTimer(streamLasts)
	defer beat.Stop()
	defer fresh.Stop()
	defer over.Stop()
	ok := send("retry: 3000\n\n")
	if ok && had != strconv.FormatInt(mark, 10) {
		ok = changed(mark)
	}
	for ok {
		select {
		case <-r.Context().Done():
			return nil
		case <-over.C:
			return nil
		case <-beat.C:
			ok = send(": here\n\n")
		case <-fresh.C:
			ok = send("data: time\n\n")
		case m := <-ch:
			if m != mark {
				mark, ok = m, changed(m)
			}
		}
	}
	return nil
}

// listenFrom is where a page listens for changes since it was drawn.
func listenFrom(mark int64) string { return "/board/events?since=" + strconv.FormatInt(mark, 10) }
