package store

import (
	"context"
	"sync"
)

// group is saves of several people that the embedded engine commits together: they
// share the wait for the disk, and a page that each of them changes is written once.
type group struct {
	tx    transaction
	alone bool          // nobody may join
	saves int           // in it so far
	ended chan struct{} // closed when it is on the disk, or will never be
	err   error         // why it is not; to be read when it has ended
}

const (
	// crowd is how many must wait behind a save for it to stay uncommitted until the
	// next of them has saved too. With fewer, whoever has saved is not kept waiting.
	crowd = 4
	// groupMost is how many saves share a commit, so that the first never waits long.
	groupMost = 8
)

// inGroup runs fn in its turn. Where it was together with others and they could not
// be committed, for whatever reason, it gives errRunAgain.
func (db *DB) inGroup(ctx context.Context, alone bool, fn func(*Tx) error) (enqueued bool, err error) {
	if err := db.line.take(ctx, db.leave); err != nil {
		return false, stopped(ctx, err)
	}
	g, enqueued, err := db.save(ctx, alone, fn)
	if g == nil {
		return false, stopped(ctx, err)
	}
	<-g.ended
	switch {
	case err == nil:
		return enqueued, g.err
	case g.err != nil: // it may have failed because of what others saved
		return false, errRunAgain
	default:
		return false, stopped(ctx, err)
	}
}

// save runs fn in the turn that was taken, and ends the turn. It gives the group whose
// end is to be waited for, or nil when there was nobody else and fn failed.
func (db *DB) save(ctx context.Context, alone bool, fn func(*Tx) error) (_ *group, enqueued bool, err error) {
	defer db.leave()
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	g, first, err := db.join(ctx, alone)
	if err != nil {
		return g, false, err
	}
	if !first { // to stop a statement halfway, the engine would undo what others saved
		ctx = context.WithoutCancel(ctx)
	}
	tx, saved := db.newTx(ctx, g.tx), false
	defer func() { // also when fn panics
		if tx.closeRows(); !saved {
			db.undo(ctx, first)
		}
	}()
	if err = fn(tx); err == nil {
		err = tx.flush()
	}
	if saved = err == nil; saved {
		g.saves++
	} else if first {
		return nil, false, err
	}
	return g, tx.enqueued, err
}

// join gives the group to save in, and whether this is the first of it, or nil when none
// can be begun.
func (db *DB) join(ctx context.Context, alone bool) (_ *group, first bool, err error) {
	if g := db.group; g != nil && !alone {
		if _, err = g.tx.ExecContext(context.WithoutCancel(ctx), "savepoint one"); err != nil {
			db.lose()
		}
		return g, false, err
	}
	if db.group != nil {
		db.commit()
	}
	tx, err := db.begin(ctx, db.write, nil)
	if err != nil {
		return nil, true, mapError(err)
	}
	db.group = &group{tx: tx, alone: alone, ended: make(chan struct{})}
	return db.group, true, nil
}

// undo takes back what was saved in this turn; where the engine cannot, all of the group.
func (db *DB) undo(ctx context.Context, first bool) {
	if !first {
		if _, err := db.group.tx.ExecContext(ctx, "rollback to one"); err == nil {
			return
		}
	}
	db.lose()
}

// leave ends a turn, and with it the group unless enough others wait to join.
func (db *DB) leave() {
	if g := db.group; g != nil && (g.alone || g.saves >= groupMost || db.line.behind() < crowd) {
		db.commit()
	}
	db.line.give()
}

// commit ends the group with all that was saved in it.
func (db *DB) commit() {
	g := db.group
	err := mapError(g.tx.Commit())
	if err != nil && g.saves > 1 { // it may be one of them alone that cannot be
		err = errRunAgain
	}
	db.end(err)
}

// lose ends the group without any of it.
func (db *DB) lose() {
	_ = db.group.tx.Rollback() // it may have ended already
	db.end(errRunAgain)
}

func (db *DB) end(err error) {
	g := db.group
	db.group = nil
	g.err = err
	close(g.ended)
}

// turns lets one go after the other, in the order in which they come.
type turns struct {
	mu      sync.Mutex
	taken   bool
	waiting []chan struct{}
}

// take waits for a turn, which must be given on. Where the context ends before that,
// the turn is taken all the same when it comes, and instead is called in it.
func (t *turns) take(ctx context.Context, instead func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	if !t.taken {
		t.taken = true
		t.mu.Unlock()
		return nil
	}
	mine := make(chan struct{})
	t.waiting = append(t.waiting, mine)
	t.mu.Unlock()
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		go func() {
			<-mine
			instead()
		}()
		return ctx.Err()
	}
}

// give ends a turn: whoever has waited longest is next.
func (t *turns) give() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.waiting) == 0 {
		t.taken = false
		return
	}
	close(t.waiting[0])
	t.waiting = t.waiting[1:]
}

// behind is how many wait for a turn.
func (t *turns) behind() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.waiting)
}
