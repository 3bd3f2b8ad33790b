package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// Handler does the jobs of one kind. A job may be given to it more than once,
// so doing it twice must be harmless, or [Work.Finish] must be called in the
// transaction that does it.
type Handler struct {
	// Do does one job. Its context ends before the lease does.
	Do func(ctx context.Context, w Work) error
	// Every, when not zero, makes the job run by itself at each whole
	// multiple of this time, on one node of the cluster.
	Every time.Duration
	// Lease is how long a worker may take before the job is given to
	// another; zero means 5 minutes.
	Lease time.Duration
}

func (h Handler) lease() time.Duration {
	if h.Lease == 0 {
		return 5 * time.Minute
	}
	return h.Lease
}

const (
	workers   = 8
	pollEvery = time.Second // for jobs of other nodes, and those whose time comes
	// rightEvery is how often times that a wrong clock gave are put right; at once
	// when the clock is seen to go back.
	rightEvery = time.Minute
	stopGrace  = 10 * time.Second // how long running jobs may go on when the program stops
	pruneKind  = "job.prune"
)

func (db *DB) wakeJobs() {
	select {
	case db.wake <- struct{}{}:
	default: // a wake is on its way already
	}
}

// RunJobs does jobs until the context ends, then waits for those it is doing:
// up to ten seconds, after which their contexts end as well and they go back
// in the queue. Jobs enqueued by this process start at once; those of other
// processes, and those whose time has come, within a second.
//
// A job never runs twice at the same time as long as leases outlast handlers,
// which each handler's context sees to. A failed attempt is tried again
// later: after 5 seconds, then twice that, up to an hour. The table keeps the
// kind of the last error only; the cause goes to the log.
func (db *DB) RunJobs(ctx context.Context, clock func() time.Time, handlers map[string]Handler) error {
	handlers = maps.Clone(handlers)
	handlers[pruneKind] = Handler{Every: 24 * time.Hour, Do: func(ctx context.Context, w Work) error {
		return db.Write(ctx, func(tx *Tx) error {
			if _, err := tx.Exec("delete from job where done_at < $1", clock().Add(-keepDone)); err != nil {
				return err
			}
			return w.Finish(tx)
		})
	}}
	if err := db.Write(ctx, func(tx *Tx) error {
		for _, kind := range slices.Sorted(maps.Keys(handlers)) {
			if err := tx.enqueueNext(clock(), kind, handlers[kind].Every); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}

	// Jobs outlive ctx by the grace.
	jobs, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(stopGrace, stop) })()

	free := make(chan struct{}, workers) // one token a worker at rest
	for range workers {
		free <- struct{}{}
	}
	var doing sync.WaitGroup
	defer doing.Wait()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	var right time.Time // when times were last put right
	for sweep := true; ; {
		rest := 0
		for more := true; more; {
			select {
			case <-free:
				rest++
			default:
				more = false
			}
		}
		now := clock()
		since := now.Sub(right)
		due := sweep && (since < 0 || since >= rightEvery)
		claimed, err := db.claimJobs(ctx, clock, handlers, rest, sweep, due)
		if err == nil && due {
			right = now
		}
		if err != nil && ctx.Err() == nil {
			slog.ErrorContext(ctx, "jobs cannot be read", "error", err)
		}
		for _, w := range claimed {
			doing.Go(func() {
				defer func() { free <- struct{}{} }()
				db.do(jobs, w, handlers[w.Kind])
			})
		}
		for range rest - len(claimed) {
			free <- struct{}{}
		}
		sweep = false
		if len(claimed) == rest {
			// There may be more. A short wait lets several workers come to
			// rest, so that one claim serves them all.
			select {
			case <-ctx.Done():
				return nil
			case token := <-free:
				free <- token
				time.Sleep(time.Millisecond)
			}
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-db.wake:
		case <-poll.C:
			sweep = true
		}
	}
}

// claimJobs leases up to a number of due jobs and notes them as running. A
// sweep also gives up on those that died on their last attempt; right puts times
// right that a wrong clock gave.
func (db *DB) claimJobs(ctx context.Context, clock func() time.Time, handlers map[string]Handler, limit int, sweep, right bool) ([]Work, error) {
	db.mu.Lock()
	running := slices.Collect(maps.Keys(db.running))
	db.mu.Unlock()
	var claimed []Work
	err := db.Write(ctx, func(tx *Tx) error {
		now := clock()
		if right {
			if err := tx.putRight(now, running, handlers); err != nil {
				return err
			}
		}
		if sweep {
			if err := tx.sweep(now, running, handlers); err != nil {
				return err
			}
		}
		var err error
		claimed, err = tx.claim(now, db.owner, running, handlers, limit)
		return err
	})
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	for i := range claimed {
		w := &claimed[i]
		w.now, w.every, w.finished = clock, handlers[w.Kind].Every, new(bool)
		db.running[w.ID] = true
	}
	return claimed, nil
}

// do runs one job and records how it ended.
func (db *DB) do(jobs context.Context, w Work, h Handler) {
	defer func() {
		db.mu.Lock()
		delete(db.running, w.ID)
		db.mu.Unlock()
	}()
	// The handler ends before its lease does, with room to record it.
	ctx, cancel := context.WithTimeout(jobs, h.lease()*9/10)
	err := call(ctx, w, h)
	cancel()
	if *w.finished && err == nil {
		return
	}
	stopped := jobs.Err() != nil
	end := context.WithoutCancel(jobs)
	if err == nil {
		err = db.Write(end, w.Finish)
		if err == nil {
			return
		}
	}
	slog.ErrorContext(end, "job failed", "kind", w.Kind, "job", w.ID, "attempt", w.Attempt, "given up", w.last, "error", err)
	if errors.Is(err, ErrLeaseLost) {
		return
	}
	if err := db.Write(end, func(tx *Tx) error { return tx.release(w, err, stopped) }); err != nil {
		slog.ErrorContext(end, "job not given back; it runs again when its lease has run out", "kind", w.Kind, "job", w.ID, "error", err)
	}
}

// call runs the handler and turns a panic into an error.
func call(ctx context.Context, w Work, h Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			slog.ErrorContext(ctx, "job panicked", "kind", w.Kind, "job", w.ID, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic of type %T", p)
		}
	}()
	return h.Do(ctx, w)
}
