package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// settle is how long an open board waits after an event before it asks again, so
// that many changes at once draw it once. See assets/frontdoor.js.
const settle = 150 * time.Millisecond

// listen opens a board's stream of events, and calls changed for each until the
// context ends.
func (c *client) listen(ctx context.Context, cookie string, changed func()) error {
	r, err := c.build(ctx, &request{path: "/board/events?since=0", cookie: cookie})
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Del("Accept-Encoding")
	// Its own client: a stream outlasts any timeout.
	res, err := (&http.Client{Transport: c.http.Transport}).Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("a board’s events: status %d", res.StatusCode)
	}
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "data:") {
			changed()
		}
	}
	return nil
}

// board is an open board that draws itself again when something changes, and the
// records that somebody has sent and that are not on it yet.
type board struct {
	c      *client
	cookie string
	t      *times

	mu      sync.Mutex
	waiting map[string]time.Time // by record, when its sender was told that it is sent
	timer   *time.Timer
}

const toScreen = "live board, from a send to another’s screen"

// changed draws the board a moment after the last event of several.
func (b *board) changed(ctx context.Context) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.timer != nil {
		b.timer.Stop()
	}
	b.timer = time.AfterFunc(settle, func() { b.draw(ctx) })
}

func (b *board) draw(ctx context.Context) {
	got, err := b.c.do(ctx, &request{name: toScreen, path: "/board?kind=" + form + "&sort=received&desc=1", cookie: b.cookie, piece: "board", want: http.StatusOK}, false)
	if err != nil {
		return
	}
	text, err := got.text()
	if err != nil {
		return
	}
	now := time.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	for rec, at := range b.waiting {
		if strings.Contains(text, "/records/"+rec) {
			b.t.add(toScreen, now.Sub(at), nil)
			delete(b.waiting, rec)
		}
	}
}

// watch sends a referral about twice a second and measures how long each takes to
// come onto a board that a worker of that front door has open. It ends with the
// context, and what is not on the board five seconds later counts as an error.
func (d *day) watch(ctx context.Context, seed uint64, t *times) {
	listening, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	b := &board{c: d.c, cookie: d.staff[d.mine["thurrock"][0]], t: t, waiting: map[string]time.Time{}}
	go func() {
		if err := d.c.listen(listening, b.cookie, func() { b.changed(listening) }); err != nil && listening.Err() == nil {
			t.add(toScreen, 0, err)
		}
	}()
	r := rand.New(rand.NewPCG(seed, 3))
	for {
		select {
		case <-time.After(time.Duration(300+r.IntN(400)) * time.Millisecond):
		case <-ctx.Done():
			for range 50 {
				b.mu.Lock()
				left := len(b.waiting)
				b.mu.Unlock()
				if left == 0 {
					return
				}
				time.Sleep(100 * time.Millisecond)
			}
			b.mu.Lock()
			defer b.mu.Unlock()
			for range b.waiting {
				t.add(toScreen, 5*time.Second, fmt.Errorf("what was sent did not come onto the board"))
			}
			return
		}
		i, ok := take(&d.watched, d.thurrock)
		if !ok {
			continue
		}
		got, err := d.c.do(listening, d.send(i), false)
		if err != nil {
			t.add(toScreen, 0, err)
			continue
		}
		rec := got.header.Get("Location")
		rec, _, _ = strings.Cut(rec[strings.LastIndex(rec, "/")+1:], "?")
		b.mu.Lock()
		b.waiting[rec] = time.Now()
		b.mu.Unlock()
	}
}

// keepOpen holds boards open, as workers do all day.
func (d *day) keepOpen(ctx context.Context, n int) {
	for i := range n {
		go func() {
			for ctx.Err() == nil {
				_ = d.c.listen(ctx, d.staff[i%len(d.staff)], func() {})
				time.Sleep(100 * time.Millisecond)
			}
		}()
	}
}
