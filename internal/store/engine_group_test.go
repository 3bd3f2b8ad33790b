package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// crowded holds up everyone who writes until as many wait as there are functions to
// write with, in their order, and gives what became of each: an error, or what a
// function panicked with.
func crowded(t *testing.T, db *store.DB, ctxs map[int]context.Context, fns ...func(*store.Tx) error) []error {
	t.Helper()
	held, began := make(chan struct{}), make(chan struct{})
	begin := sync.OnceFunc(func() { close(began) }) // the first is run again with the others
	var all sync.WaitGroup
	all.Go(func() {
		if err := db.Write(t.Context(), func(*store.Tx) error {
			begin()
			<-held
			return nil
		}); err != nil {
			t.Error(err)
		}
	})
	<-began
	out := make([]error, len(fns))
	for i, fn := range fns {
		all.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					out[i] = fmt.Errorf("panic: %v", p)
				}
			}()
			ctx := t.Context()
			if c := ctxs[i]; c != nil {
				ctx = c
			}
			out[i] = db.Write(ctx, fn)
		})
		for db.Waiting() <= i {
			time.Sleep(time.Millisecond)
		}
	}
	close(held)
	all.Wait()
	return out
}

// makeTried makes a table to write to, and gives a function that adds a row.
func makeTried(t *testing.T, db *store.DB) func(id string) func(*store.Tx) error {
	t.Helper()
	execute(t, db, `create table parent (id text primary key)`)
	execute(t, db, `create table tried (id text primary key, parent text references parent (id) deferrable initially deferred)`)
	return func(id string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			_, err := tx.Exec(`insert into tried (id) values ($1)`, id)
			return err
		}
	}
}

// While many wait, a save is committed together with those behind it; whatever
// becomes of one of them, the others are saved, and nothing of it is.
func TestSavesThatWaitShareACommit(t *testing.T) {
	t.Parallel()
	db := storetest.OpenDir(t, t.TempDir())
	add := makeTried(t, db)
	var seen []string
	later, leaveLater := context.WithCancel(t.Context())
	early, leaveEarly := context.WithCancel(t.Context())
	out := crowded(
		t, db, map[int]context.Context{3: later, 7: early},
		add("a"),
		func(tx *store.Tx) error {
			leaveEarly()                               // g, who has not had a turn
			seen = list(t, db, `select id from tried`) // what is committed
			if err := add("b")(tx); err != nil {
				return err
			}
			return errors.New("not b")
		},
		add("c"),
		add("d"),
		func(tx *store.Tx) error {
			leaveLater() // d, who has
			if err := add("e")(tx); err != nil {
				return err
			}
			panic("not e")
		},
		add("f"), add("a"), add("g"), add("h"), add("i"), add("j"),
	)
	if len(seen) > 0 {
		t.Errorf("%q was committed by itself, while others waited", seen)
	}
	want := []string{"", "not b", "", "", "panic: not e", "", fault.Conflict.String(), fault.Unavailable.String(), "", "", ""}
	for i, err := range out {
		got := ""
		if err != nil {
			if got = err.Error(); i == 6 || i == 7 {
				got = fault.KindOf(err).String()
			}
		}
		if got != want[i] {
			t.Errorf("%d: %q, want %q", i, got, want[i])
		}
	}
	if got := list(t, db, `select id from tried order by id`); !slices.Equal(got, []string{"a", "c", "d", "f", "h", "i", "j"}) {
		t.Errorf("saved are %q", got)
	}
}

// One who cannot be committed, or makes the engine undo everything, fails alone.
func TestOneSaveThatUndoesOthers(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"cannot be committed": `insert into tried (id, parent) values ('orphan', 'nobody')`,
		"undoes everything":   `insert or rollback into parent (id) values ('there')`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := storetest.OpenDir(t, t.TempDir())
			add := makeTried(t, db)
			execute(t, db, `insert into parent (id) values ('there')`)
			bad := func(tx *store.Tx) error {
				_, err := tx.Exec(query)
				return err
			}
			badly := func(tx *store.Tx) error {
				_, _ = tx.Exec(query) // and goes on as if nothing had been
				return add("z")(tx)
			}
			out := crowded(t, db, nil, add("a"), add("b"), bad, add("c"), badly, add("d"), add("e"), add("f"), add("g"), add("h"))
			for i, err := range out {
				if want := i == 2 || i == 4; (err != nil) != want {
					t.Errorf("%d: %v", i, err)
				}
			}
			// Here the bad one is the first of those who share a commit.
			out = crowded(t, db, nil, add("i"), add("j"), add("k"), add("l"), add("m"), add("n"), add("o"),
				badly, add("p"), add("q"), add("r"), add("s"), add("t"), add("u"))
			for i, err := range out {
				if want := i == 7; (err != nil) != want {
					t.Errorf("%d: %v", i, err)
				}
			}
			if got := strings.Join(list(t, db, `select id from tried order by id`), ""); got != "abcdefghijklmnopqrstu" {
				t.Errorf("saved are %q", got)
			}
			if got := list(t, db, `pragma foreign_key_check`); len(got) > 0 {
				t.Errorf("%q has no parent", got)
			}
		})
	}
}

// Whoever is told that their save is done has it, once, and nobody else, in whatever order
// many come, fail, panic, go away and make the engine undo everything.
func TestSavesTogetherKeepTheirWord(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		db := storetest.OpenDir(t, t.TempDir())
		makeTried(t, db)
		execute(t, db, `insert into parent (id) values ('there')`)
		execute(t, db, `create table counted (n bigint not null)`)
		execute(t, db, `insert into counted values (0)`)
		var mu sync.Mutex
		done := []string{}
		var all sync.WaitGroup
		for w := range 24 {
			r := rand.New(rand.NewPCG(seed, uint64(w)))
			all.Go(func() {
				for i := range 40 {
					id := fmt.Sprintf("%02d %02d", w, i)
					what, wait := r.IntN(12), time.Duration(r.IntN(3000))*time.Microsecond
					ctx, cancel := context.WithCancel(t.Context())
					if what == 0 {
						time.AfterFunc(wait, cancel)
					}
					err := func() (err error) {
						defer func() {
							if p := recover(); p != nil {
								err = errors.New("panicked")
							}
						}()
						return db.Write(ctx, func(tx *store.Tx) error {
							if _, err := tx.Exec(`insert into tried (id) values ($1)`, id); err != nil {
								return err
							}
							if _, err := tx.Exec(`update counted set n = n + 1`); err != nil {
								return err
							}
							switch what {
							case 1:
								return errors.New("no")
							case 2:
								panic("no")
							case 3:
								_, err := tx.Exec(`insert or rollback into parent (id) values ('there')`)
								return err
							case 4:
								_, err := tx.Exec(`insert into tried (id, parent) values ($1, 'nobody')`, "x"+id)
								return err
							}
							return nil
						})
					}()
					cancel()
					switch {
					case what >= 1 && what <= 4 && err == nil:
						t.Errorf("%s was saved, though it could not be (%d)", id, what)
					case what > 4 && err != nil:
						t.Errorf("%s: %v", id, err)
					case err == nil:
						mu.Lock()
						done = append(done, id)
						mu.Unlock()
					}
				}
			})
		}
		all.Wait()
		slices.Sort(done)
		got := list(t, db, `select id from tried order by id`)
		if !slices.Equal(got, done) {
			t.Errorf("seed %d: told of %d, saved are %d", seed, len(done), len(got))
		}
		if n := list(t, db, `select cast(n as text) from counted`); n[0] != fmt.Sprint(len(done)) {
			t.Errorf("seed %d: %s counted, want %d", seed, n[0], len(done))
		}
	}
}
