package store

import (
	"context"
	"database/sql"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
)

// After how many more pages of the embedded engine's log they are moved into the
// database by the emptier, and how many it may hold before whoever saves moves the
// rest, so that it begins again. It does that by itself only when nobody saved, or
// read what was before, while it was emptied; otherwise what is left is moved a little
// later. A page that many saves change is moved once for all of them.
const (
	logLong    = 1000
	logLongest = 16_000
	logAgain   = time.Second
)

// emptier moves what the log of the embedded engine holds into the database, on a
// connection and a goroutine of its own. The engine would let whoever's save made
// the log long wait for that, and everyone behind them.
type emptier struct {
	pool    *sql.DB
	mu      sync.Mutex   // held while the log is emptied, or must not be
	pages   atomic.Int64 // in the log
	moved   atomic.Int64 // of these, from its beginning, into the database
	due     chan struct{}
	ended   context.Context
	end     context.CancelFunc
	stopped chan struct{}
}

func newEmptier() *emptier {
	e := &emptier{due: make(chan struct{}, 1), stopped: make(chan struct{})}
	e.ended, e.end = context.WithCancel(context.Background())
	return e
}

// follow has a connection that writes say when the log has become long.
func (e *emptier) follow(c *sqlite3.Conn) {
	c.WALHook(func(c *sqlite3.Conn, schema string, pages int) error {
		e.pages.Store(int64(pages))
		if int64(pages) < e.moved.Load() { // it began again
			e.moved.Store(0)
		}
		if pages >= logLongest {
			// As the engine does by itself: when it cannot now, it will after another save.
			_, _, _ = c.WALCheckpoint(schema, sqlite3.CHECKPOINT_PASSIVE)
		} else if int64(pages)-e.moved.Load() >= logLong {
			select {
			case e.due <- struct{}{}:
			default:
			}
		}
		return nil
	})
}

// run empties the log whenever it is long, until the database is closed.
func (e *emptier) run() {
	defer close(e.stopped)
	var again <-chan time.Time
	for {
		select {
		case <-e.ended.Done():
			return
		case <-e.due:
		case <-again:
		}
		again = nil
		e.mu.Lock()
		if !e.empty() {
			again = time.After(logAgain)
		}
		e.mu.Unlock()
	}
}

// empty moves what the log holds, and then the little that was saved meanwhile, and
// says whether all of it is moved: then the log begins again with the next save.
func (e *emptier) empty() bool {
	for range 2 {
		var busy, pages, moved int64
		// What fails, such as on a full disk, is tried again.
		if err := e.pool.QueryRowContext(context.Background(), `pragma wal_checkpoint(passive)`).Scan(&busy, &pages, &moved); err != nil {
			return false
		}
		if e.moved.Store(moved); moved >= e.pages.Load() {
			return true
		}
	}
	return false
}

// alone keeps the emptier away until the function it gives is called. There may be
// none.
func (e *emptier) alone() func() {
	if e == nil {
		return func() {}
	}
	e.mu.Lock()
	// Another connection, though idle, would keep the file in its journal.
	e.pool.SetMaxIdleConns(0)
	return func() {
		e.pool.SetMaxIdleConns(1)
		e.mu.Unlock()
	}
}

func (e *emptier) close() error {
	if e == nil {
		return nil
	}
	e.end()
	<-e.stopped
	return e.pool.Close()
}
