package store

import (
	"context"
	"database/sql"
	"sync"

	"github.com/ncruces/go-sqlite3"
)

// How many pages the embedded engine's log may hold before they are moved into the
// database: logLong by the emptier, and logLongest by whoever saves, should the
// emptier not keep up.
const (
	logLong    = 1000
	logLongest = 16_000
)

// emptier moves what the log of the embedded engine holds into the database, on a
// connection and a goroutine of its own. The engine would let whoever's save made
// the log long wait for that, and everyone behind them.
type emptier struct {
	pool    *sql.DB
	mu      sync.Mutex // held while the log is emptied, or must not be
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
		if pages >= logLongest {
			// As the engine does by itself: when it cannot now, it will after another save.
			_, _, _ = c.WALCheckpoint(schema, sqlite3.CHECKPOINT_PASSIVE)
		} else if pages >= logLong {
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
	for {
		select {
		case <-e.ended.Done():
			return
		case <-e.due:
		}
		e.mu.Lock()
		// What fails, such as on a full disk, is tried again after the next save.
		_, _ = e.pool.ExecContext(context.Background(), `pragma wal_checkpoint(passive)`)
		e.mu.Unlock()
	}
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
