package store_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// hands is a clock that a test moves.
type hands struct{ at atomic.Int64 }

func clockAt(t time.Time) *hands {
	h := &hands{}
	h.at.Store(t.UnixMicro())
	return h
}

func (h *hands) now() time.Time          { return time.UnixMicro(h.at.Load()).UTC() }
func (h *hands) forward(d time.Duration) { h.at.Add(d.Microseconds()) }

func enqueue(t *testing.T, db *store.DB, jobs ...store.Job) {
	t.Helper()
	if err := db.Write(t.Context(), func(tx *store.Tx) error {
		for _, j := range jobs {
			if err := tx.Enqueue(now, j); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// run works jobs until stop is called, which returns when all are recorded.
func run(t *testing.T, db *store.DB, clock *hands, handlers map[string]store.Handler) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- db.RunJobs(ctx, clock.now, handlers) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func counts(t *testing.T, db *store.DB, at time.Time) (c store.JobCounts) {
	t.Helper()
	if err := db.Read(t.Context(), func(tx *store.Tx) (err error) {
		c, err = tx.JobCounts(at)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRolledBackJobNeverRuns(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		wrong := errors.New("wrong")
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			return errors.Join(tx.Enqueue(now, store.Job{Kind: "tell", Payload: "no"}), wrong)
		})
		if !errors.Is(err, wrong) {
			t.Fatal(err)
		}
		enqueue(t, db, store.Job{Kind: "tell", Payload: "yes"}, store.Job{Kind: "tell", Payload: "later", RunAt: now.Add(time.Hour)})
		said := make(chan string, 10)
		stop := run(t, db, clockAt(now), map[string]store.Handler{"tell": {Do: func(_ context.Context, w store.Work) error {
			var word string
			err := w.Payload(&word)
			said <- word
			return err
		}}})
		if got := <-said; got != "yes" {
			t.Errorf("said %q", got)
		}
		stop()
		if len(said) > 0 {
			t.Errorf("then said %q", <-said)
		}
		if got := list(t, db, `select cast(attempts as text) from job where kind = 'tell' order by run_at`); !slices.Equal(got, []string{"1", "0"}) {
			t.Errorf("attempts %q", got)
		}
	})
}

func TestJobEnqueuedWhileRunning(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		said := make(chan int)
		stop := run(t, db, clockAt(now), map[string]store.Handler{"tell": {Do: func(ctx context.Context, w store.Work) error {
			var n int
			err := w.Payload(&n)
			said <- n
			return err
		}}})
		defer stop()
		for i := range 5 {
			enqueue(t, db, store.Job{Kind: "tell", Payload: i})
			if got := <-said; got != i {
				t.Fatalf("said %d, want %d", got, i)
			}
		}
	})
}

func TestFailedJobIsTriedAgainAndGivenUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, store.Job{Kind: "tell", MaxAttempts: 2})
		clock := clockAt(now)
		attempts := make(chan int, 1)
		fail := map[string]store.Handler{"tell": {Do: func(_ context.Context, w store.Work) error {
			attempts <- w.Attempt
			if w.Attempt == 2 {
				panic("about Ffion")
			}
			return errors.New("about Ffion")
		}}}
		stop := run(t, db, clock, fail)
		<-attempts
		stop()
		if got := list(t, db, `select run_at || ' ' || last_error from job where kind = 'tell'`)[0]; got != store.FormatInstant(now.Add(5*time.Second))+" internal" {
			t.Errorf("after the first: %s", got)
		}
		if c := counts(t, db, now); c.Failed != 0 || c.Running != 0 {
			t.Errorf("after the first: %+v", c)
		}
		clock.forward(5 * time.Second)
		stop = run(t, db, clock, fail)
		if got := <-attempts; got != 2 {
			t.Errorf("attempt %d", got)
		}
		stop()
		if c := counts(t, db, clock.now()); c.Failed != 1 {
			t.Errorf("after the last: %+v", c)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			failed, err := tx.FailedJobs()
			if err != nil {
				return err
			}
			same(t, failed, []store.FailedJobs{{Kind: "tell", Count: 1, Since: clock.now(), Error: "internal"}})
			n, gone, err := tx.RetryFailedJobs(clock.now(), "tell")
			if n != 1 || gone != 0 {
				t.Errorf("retried %d, forgot %d", n, gone)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		done := make(chan bool)
		stop = run(t, db, clock, map[string]store.Handler{"tell": {Do: func(context.Context, store.Work) error { done <- true; return nil }}})
		<-done
		stop()
		if got := list(t, db, `select done_at from job where kind = 'tell' and failed_at is null and last_error is null`); len(got) != 1 {
			t.Error("not done in the end")
		}
	})
}

// Of failed jobs of one key the newest is tried again, and none where one waits
// already.
func TestFailedJobsOfOneKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		give := func(kind, key string, failed bool) {
			t.Helper()
			enqueue(t, db, store.Job{Kind: kind, UniqueKey: key})
			if failed {
				execute(t, db, `update job set failed_at = $1 where kind = $2 and failed_at is null`, now, kind)
			}
		}
		give("twice", "a", true)
		give("twice", "a", true)
		give("waits", "b", true)
		give("waits", "b", false)
		retry := func(kind string, want, forgotten int64) {
			t.Helper()
			write(t, db, func(tx *store.Tx) error {
				n, gone, err := tx.RetryFailedJobs(now, kind)
				if n != want || gone != forgotten {
					t.Errorf("%s: retried %d and forgot %d, want %d and %d", kind, n, gone, want, forgotten)
				}
				return err
			})
		}
		retry("twice", 1, 1)
		retry("waits", 0, 1)
		if c := counts(t, db, now); c.Waiting != 2 || c.Failed != 0 {
			t.Errorf("%+v", c)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for attempt, want := range map[int]time.Duration{1: 5 * time.Second, 2: 10 * time.Second, 5: 80 * time.Second, 10: 2560 * time.Second, 11: time.Hour, 1000: time.Hour} {
		if got := store.Backoff(attempt); got != want {
			t.Errorf("after attempt %d: %v, want %v", attempt, got, want)
		}
	}
}

func TestUniqueJob(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, store.Job{Kind: "a", UniqueKey: "k"}, store.Job{Kind: "a", UniqueKey: "k"}, store.Job{Kind: "a", UniqueKey: "other"}, store.Job{Kind: "a"}, store.Job{Kind: "a"})
		if c := counts(t, db, now); c.Waiting != 4 || !c.Oldest.Equal(now) {
			t.Errorf("%+v", c)
		}
		execute(t, db, `update job set done_at = $1`, now)
		enqueue(t, db, store.Job{Kind: "a", UniqueKey: "k"})
		if c := counts(t, db, now); c.Waiting != 1 {
			t.Errorf("a done job keeps its key: %+v", c)
		}
	})
}

func TestPeriodicJob(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		clock := clockAt(now) // 19:50:36
		ran := make(chan int, 1)
		handlers := map[string]store.Handler{"sweep": {Every: time.Hour, Do: func(_ context.Context, w store.Work) error {
			ran <- w.Attempt
			return nil
		}}}
		next := func(want string) {
			t.Helper()
			if got := list(t, db, `select substr(run_at, 12, 8) from job where kind = 'sweep' and done_at is null`); !slices.Equal(got, []string{want}) {
				t.Errorf("next runs at %q, want %s", got, want)
			}
		}
		started := make(chan bool)
		handlers["start"] = store.Handler{Do: func(context.Context, store.Work) error { started <- true; return nil }}
		for range 2 { // the second start adds nothing
			enqueue(t, db, store.Job{Kind: "start"})
			stop := run(t, db, clock, handlers)
			<-started
			stop()
		}
		next("20:00:00")
		clock.forward(10 * time.Minute)
		stop := run(t, db, clock, handlers)
		<-ran
		stop()
		next("21:00:00")
		clock.forward(48 * time.Hour) // as if the program had been off: one run, not forty-eight
		stop = run(t, db, clock, handlers)
		<-ran
		stop()
		next("21:00:00")
	})
}

// TestNoJobRunsTwice has many claim at once, from two nodes where the engine
// allows them.
func TestNoJobRunsTwice(t *testing.T) {
	t.Parallel()
	claim := func(t *testing.T, nodes ...*store.DB) {
		const jobs = 120
		all := make([]store.Job, jobs)
		for i := range all {
			all[i] = store.Job{Kind: "a"}
		}
		enqueue(t, nodes[0], all...)
		var mu sync.Mutex
		got := map[string]int{}
		var workers sync.WaitGroup
		for i := range 6 {
			workers.Go(func() {
				for {
					claimed, err := nodes[i%len(nodes)].Claim(t.Context(), clockAt(now).now, map[string]store.Handler{"a": {}}, 3)
					if err != nil {
						t.Error(err)
					}
					if len(claimed) == 0 {
						return
					}
					mu.Lock()
					for _, w := range claimed {
						got[w.ID]++
					}
					mu.Unlock()
				}
			})
		}
		workers.Wait()
		for id, n := range got {
			if n > 1 {
				t.Errorf("job %s was given out %d times", id, n)
			}
		}
		// On PostgreSQL a claim may pass over rows another is looking at and
		// come back empty; what is left is for the next look.
		rest, err := nodes[0].Claim(t.Context(), clockAt(now).now, map[string]store.Handler{"a": {}}, jobs)
		if err != nil || len(got)+len(rest) != jobs {
			t.Errorf("%d and %d of %d jobs were given out, %v", len(got), len(rest), jobs, err)
		}
	}
	t.Run("sqlite", func(t *testing.T) { claim(t, storetest.Open(t)) })
	t.Run("postgres", func(t *testing.T) {
		db, url := storetest.OpenPostgres(t)
		other, err := store.OpenPostgres(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = other.Close() }()
		claim(t, db, other)
	})
}

// TestLostLease has a slow worker find that its job was given to another:
// nothing it did is kept.
func TestLostLease(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		execute(t, db, `create table tried (id text primary key)`)
		enqueue(t, db, store.Job{Kind: "a"})
		clock, handlers := clockAt(now), map[string]store.Handler{"a": {Lease: time.Minute}}
		claim := func() []store.Work {
			t.Helper()
			claimed, err := db.Claim(t.Context(), clock.now, handlers, 5)
			if err != nil {
				t.Fatal(err)
			}
			return claimed
		}
		slow := claim()[0]
		clock.forward(2 * time.Minute)
		if again := claim(); len(again) > 0 {
			t.Error("given out again while this process still runs it")
		}
		db.Forget(slow)
		clock.forward(-90 * time.Second)
		if again := claim(); len(again) > 0 {
			t.Error("given out again before the lease ran out")
		}
		clock.forward(90 * time.Second)
		second := claim()[0]
		if second.ID != slow.ID || second.Attempt != 2 {
			t.Fatalf("got %+v", second)
		}
		work := func(w store.Work) error {
			return db.Write(t.Context(), func(tx *store.Tx) error {
				if _, err := tx.Exec(`insert into tried values ($1)`, store.NewID(now)); err != nil {
					return err
				}
				return w.Finish(tx)
			})
		}
		if err := work(slow); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("the slow one: %v", err)
		}
		if err := work(second); err != nil {
			t.Error(err)
		}
		if err := work(second); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("finished twice: %v", err)
		}
		if got := list(t, db, `select id from tried`); len(got) != 1 {
			t.Errorf("%d were kept", len(got))
		}
	})
}

func TestStopWaitsForRunningJobs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, store.Job{Kind: "a"})
		started, release := make(chan bool), make(chan bool)
		stop := run(t, db, clockAt(now), map[string]store.Handler{"a": {Do: func(ctx context.Context, _ store.Work) error {
			started <- true
			<-release
			return ctx.Err()
		}}})
		<-started
		stopped := make(chan bool)
		go func() { stop(); close(stopped) }()
		enqueue(t, db, store.Job{Kind: "a"}) // may or may not be seen; must not be lost
		close(release)
		for waiting := true; waiting; {
			select {
			case <-started: // the second one was taken before the stop
			case <-stopped:
				waiting = false
			}
		}
		c := counts(t, db, now)
		done := len(list(t, db, `select id from job where kind = 'a' and done_at is not null`))
		if c.Running != 0 || done == 0 || c.Failed != 0 {
			t.Errorf("%+v and %d done", c, done)
		}
	})
}

// TestJobThatKillsItsWorker is given up after its last attempt, although no
// worker ever lived to say that it failed.
func TestJobThatKillsItsWorker(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, store.Job{Kind: "a", MaxAttempts: 2})
		clock, handlers := clockAt(now), map[string]store.Handler{"a": {}}
		for _, want := range []int{1, 1, 0} {
			claimed, err := db.Claim(t.Context(), clock.now, handlers, 5)
			if err != nil || len(claimed) != want {
				t.Fatalf("%+v, %v", claimed, err)
			}
			for _, w := range claimed {
				db.Forget(w)
			}
			clock.forward(6 * time.Minute)
		}
		if c := counts(t, db, clock.now()); c.Failed != 1 || c.Waiting != 0 {
			t.Errorf("%+v", c)
		}
	})
}

// TestStoppedJobGoesBack: an attempt cut short by the end of the program does
// not count.
func TestStoppedJobGoesBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		enqueue(t, db, store.Job{Kind: "a", MaxAttempts: 1})
		handlers := map[string]store.Handler{"a": {}}
		for range 3 {
			claimed, err := db.Claim(t.Context(), clockAt(now).now, handlers, 5)
			if err != nil || len(claimed) != 1 || claimed[0].Attempt != 1 {
				t.Fatalf("%+v, %v", claimed, err)
			}
			if err := db.GiveBack(t.Context(), claimed[0]); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestJobAfterCrash kills a process in the middle of a job and has another do
// it again, on the same database, when the lease has run out.
func TestJobAfterCrash(t *testing.T) {
	t.Parallel()
	crash := func(t *testing.T, where string, open func() *store.DB) {
		db := open()
		enqueue(t, db, store.Job{Kind: "a", MaxAttempts: 2})
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		child := childExit(t, "TestCrashingChild", where)
		if child != 9 {
			t.Fatalf("the child ended with %d", child)
		}
		db = open()
		defer func() { _ = db.Close() }()
		if c := counts(t, db, now); c.Running != 1 || c.Waiting != 1 { // the other is the daily tidying
			t.Fatalf("after the crash: %+v", c)
		}
		clock := clockAt(now)
		clock.forward(6 * time.Minute)
		attempt := make(chan int, 1)
		stop := run(t, db, clock, map[string]store.Handler{"a": {Do: func(_ context.Context, w store.Work) error { attempt <- w.Attempt; return nil }}})
		if got := <-attempt; got != 2 {
			t.Errorf("attempt %d", got)
		}
		stop()
		if got := list(t, db, `select done_at from job where kind = 'a' and done_at is not null`); len(got) != 1 {
			t.Error("not done")
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		dir := t.TempDir()
		db := storetest.OpenDir(t, dir)
		if err := errors.Join(db.Migrate(t.Context(), now), db.Close()); err != nil {
			t.Fatal(err)
		}
		crash(t, dir, func() *store.DB { return mustOpen(t, dir) })
	})
	t.Run("postgres", func(t *testing.T) {
		_, url := storetest.OpenPostgres(t)
		crash(t, url, func() *store.DB { return mustOpen(t, url) })
	})
}

// TestCrashingChild is the process that TestJobAfterCrash starts.
func TestCrashingChild(t *testing.T) {
	where := os.Getenv("FRONTDOOR_TEST_CHILD")
	if where == "" {
		t.Skip("only as the child of TestJobAfterCrash")
	}
	db := mustOpen(t, where)
	run(t, db, clockAt(now), map[string]store.Handler{"a": {Do: func(context.Context, store.Work) error {
		os.Exit(9)
		return nil
	}}})
	select {}
}

func mustOpen(t *testing.T, where string) *store.DB {
	t.Helper()
	var db *store.DB
	var err error
	if strings.HasPrefix(where, "postgres://") {
		db, err = store.OpenPostgres(context.Background(), where)
	} else {
		db, err = store.OpenEmbedded(context.Background(), where, storetest.Key)
	}
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// childExit runs one test of this binary as another process and gives its exit code.
func childExit(t *testing.T, test, where string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+test+"$")
	cmd.Env = append(os.Environ(), "FRONTDOOR_TEST_CHILD="+where)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		t.Fatalf("the child ended with %v: %s", err, out)
	}
	if exit.ExitCode() != 9 {
		t.Logf("%s", out)
	}
	return exit.ExitCode()
}

func BenchmarkJobs(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			db := storetest.Open(b)
			if engine == "postgres" {
				db, _ = storetest.OpenPostgres(b)
			}
			ctx := b.Context()
			b.Run("enqueue", func(b *testing.B) {
				for b.Loop() {
					if err := db.Write(ctx, func(tx *store.Tx) error { return tx.Enqueue(now, store.Job{Kind: "a"}) }); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
			})
			b.Run("work", func(b *testing.B) {
				if err := db.Write(ctx, func(tx *store.Tx) error {
					if _, err := tx.Exec(`delete from job`); err != nil {
						return err
					}
					for range b.N {
						if err := tx.Enqueue(now, store.Job{Kind: "a"}); err != nil {
							return err
						}
					}
					return nil
				}); err != nil {
					b.Fatal(err)
				}
				var left atomic.Int64
				left.Store(int64(b.N))
				all := make(chan bool)
				running, cancel := context.WithCancel(ctx)
				done := make(chan error)
				b.ResetTimer()
				go func() {
					done <- db.RunJobs(running, clockAt(now).now, map[string]store.Handler{"a": {Do: func(context.Context, store.Work) error {
						if left.Add(-1) == 0 {
							close(all)
						}
						return nil
					}}})
				}()
				<-all
				cancel()
				if err := <-done; err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
			})
		})
	}
}
