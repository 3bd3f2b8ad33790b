package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"frontdoor/internal/fault"
)

// Job is background work to enqueue.
type Job struct {
	Kind    string // which handler does it
	Payload any    // becomes JSON; ids only, never what someone typed
	// RunAt is the earliest instant it runs; zero means at once.
	RunAt time.Time
	// UniqueKey, when not empty, makes Enqueue do nothing while a job of the
	// same key is waiting or running.
	UniqueKey string
	// MaxAttempts is how often it is tried before it counts as failed; zero
	// means 20, which at the longest waits is most of a day.
	MaxAttempts int
}

const (
	defaultAttempts = 20
	longestWait     = time.Hour
	// skew is how far the clocks of two nodes may be apart.
	skew = 5 * time.Minute
	// keepDone is how long finished jobs are kept for a look back.
	keepDone = 30 * 24 * time.Hour
)

// ErrLeaseLost means the job was given to another worker because this one
// took longer than its lease.
var ErrLeaseLost = errors.New("the job's lease has run out")

// Enqueue adds a job. It runs after this transaction commits, and never if it
// does not.
func (tx *Tx) Enqueue(now time.Time, j Job) error {
	if j.Kind == "" {
		return errors.New("a job without a kind")
	}
	if j.RunAt.IsZero() {
		j.RunAt = now
	}
	if j.MaxAttempts == 0 {
		j.MaxAttempts = defaultAttempts
	}
	if j.Payload == nil {
		j.Payload = struct{}{}
	}
	var key any
	if j.UniqueKey != "" {
		key = j.UniqueKey
	}
	_, err := tx.Exec(`insert into job (id, kind, payload, unique_key, enqueued_at, run_at, attempts, max_attempts)
		values ($1, $2, $3, $4, $5, $6, 0, $7)
		on conflict (unique_key) where done_at is null and failed_at is null do nothing`,
		NewID(now), j.Kind, JSON[any]{j.Payload}, key, now, j.RunAt, j.MaxAttempts)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	tx.enqueued = true
	return nil
}

// Work is a job in the hands of a worker.
type Work struct {
	ID       string
	Kind     string
	Attempt  int // 1 for the first
	payload  json.RawMessage
	last     bool // no attempt is left after this one
	owner    string
	now      func() time.Time
	every    time.Duration
	finished *bool
}

// Payload reads what was enqueued into a value.
func (w Work) Payload(into any) error { return json.Unmarshal(w.payload, into) }

// Finish marks the job done in the handler's own transaction, so that what it
// did and the fact that it is done are saved together or not at all. It gives
// ErrLeaseLost when another worker has the job by now; the handler returns
// that and its transaction leaves nothing behind. A handler that does not
// call it is marked done when it returns nil, and so may be run again after a
// crash in between.
func (w Work) Finish(tx *Tx) error {
	now := w.now()
	n, err := tx.Exec(`update job set done_at = $1, lease_owner = null, leased_until = null, last_error = null
		where id = $2 and lease_owner = $3 and attempts = $4 and done_at is null`, now, w.ID, w.owner, w.Attempt)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrLeaseLost
	}
	if err := tx.enqueueNext(now, w.Kind, w.every); err != nil {
		return err
	}
	*w.finished = true
	return nil
}

// enqueueNext adds the next run of a periodic job; there is never more than
// one.
func (tx *Tx) enqueueNext(now time.Time, kind string, every time.Duration) error {
	if every <= 0 {
		return nil
	}
	return tx.Enqueue(now, Job{Kind: kind, UniqueKey: "every " + kind, RunAt: now.Truncate(every).Add(every)})
}

// release gives a job back after a failed attempt: for a later attempt, or as
// failed for good.
func (tx *Tx) release(w Work, cause error, stopped bool) error {
	now := w.now()
	var failed, runAt time.Time
	attempts := w.Attempt
	switch {
	case stopped: // the program is stopping: the attempt does not count
		attempts, runAt = attempts-1, now
	case w.last:
		failed, runAt = now, now
	default:
		runAt = now.Add(backoff(w.Attempt))
	}
	_, err := tx.Exec(`update job set attempts = $1, run_at = $2, failed_at = $3, last_error = $4,
			lease_owner = null, leased_until = null
		where id = $5 and lease_owner = $6 and attempts = $7 and done_at is null`,
		attempts, runAt, failed, fault.KindOf(cause).String(), w.ID, w.owner, w.Attempt)
	if err != nil || failed.IsZero() {
		return err
	}
	return tx.enqueueNext(now, w.Kind, w.every)
}

// backoff is how long a job waits after a failed attempt: 5 seconds, doubled
// each time, up to an hour.
func backoff(attempt int) time.Duration {
	return min(5*time.Second<<min(attempt-1, 20), longestWait)
}

// sweep marks as failed the jobs whose worker died on their last attempt.
func (tx *Tx) sweep(now time.Time, running []string, handlers map[string]Handler) error {
	dead, err := queryAll(tx, scanValue[string], `update job set failed_at = $1, last_error = 'lease lost', lease_owner = null, leased_until = null
		where done_at is null and failed_at is null and leased_until <= $1 and attempts >= max_attempts
		and `+tx.inList("kind", 2)+` and not (`+tx.inList("id", 3)+`) returning kind`,
		now, slices.Sorted(maps.Keys(handlers)), running)
	if err != nil {
		return err
	}
	for _, kind := range dead {
		if err := tx.enqueueNext(now, kind, handlers[kind].Every); err != nil {
			return err
		}
	}
	return nil
}

// putRight gives a time at hand to jobs whose time is further off than it can
// be: a clock that was ahead, and has been put right, gave it to them. They would
// wait until that time comes.
func (tx *Tx) putRight(now time.Time, running []string, handlers map[string]Handler) error {
	for _, kind := range slices.Sorted(maps.Keys(handlers)) {
		h := handlers[kind]
		_, err := tx.Exec(`update job set run_at = $1, enqueued_at = $1
			where kind = $2 and done_at is null and failed_at is null and leased_until is null
			and (enqueued_at > $3 or run_at > $4 and (attempts > 0 or unique_key = 'every ' || kind))`,
			now, kind, now.Add(skew), now.Add(max(h.Every, longestWait)+skew))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(`update job set leased_until = $1 where kind = $2 and done_at is null and failed_at is null
			and leased_until > $3 and not (`+tx.inList("id", 4)+`)`, now, kind, now.Add(h.lease()+skew), running); err != nil {
			return err
		}
	}
	return nil
}

// claim leases jobs that are due, oldest first, to this process. Those that
// this process is still running are passed over even if their lease has run
// out.
func (tx *Tx) claim(now time.Time, owner string, running []string, handlers map[string]Handler, limit int) ([]Work, error) {
	leases := map[time.Duration][]string{}
	claimed, err := queryAll(tx, func(r row) (Work, error) {
		var w Work
		var most int
		payload := JSON[json.RawMessage]{}
		err := r.Scan(&w.ID, &w.Kind, &payload, &w.Attempt, &most)
		w.Attempt++
		w.payload, w.last, w.owner = payload.V, w.Attempt >= most, owner
		lease := handlers[w.Kind].lease()
		leases[lease] = append(leases[lease], w.ID)
		return w, err
	}, `select id, kind, payload, attempts, max_attempts from job
		where done_at is null and failed_at is null and run_at <= $1 and attempts < max_attempts
		and (leased_until is null or leased_until <= $1)
		and `+tx.inList("kind", 2)+` and not (`+tx.inList("id", 3)+`)
		order by run_at, id limit $4`+tx.skipLocked(),
		now, slices.Sorted(maps.Keys(handlers)), running, limit)
	if err != nil {
		return nil, err
	}
	for lease, ids := range leases {
		if _, err := tx.Exec("update job set attempts = attempts + 1, lease_owner = $1, leased_until = $2 where "+tx.inList("id", 3),
			owner, now.Add(lease), ids); err != nil {
			return nil, err
		}
	}
	return claimed, nil
}

// JobCounts is the state of background work, for the status page and alarms.
type JobCounts struct {
	Waiting int       // to be run, now or later
	Running int       // in a worker's hands
	Failed  int       // given up; a person must look
	Oldest  time.Time // when the longest overdue of the waiting was due; zero when none is
}

// JobCounts counts background work.
func (tx *Tx) JobCounts(now time.Time) (JobCounts, error) {
	var c JobCounts
	err := tx.QueryRow(`select count(*) filter (where failed_at is null and (leased_until is null or leased_until <= $1)),
			count(*) filter (where failed_at is null and leased_until > $1),
			count(*) filter (where failed_at is not null),
			min(run_at) filter (where failed_at is null and run_at <= $1 and (leased_until is null or leased_until <= $1))
		from job where done_at is null`, now).Scan(&c.Waiting, &c.Running, &c.Failed, &c.Oldest)
	return c, err
}

// FailedJobs are the jobs of a kind that were given up.
type FailedJobs struct {
	Kind  string
	Count int
	Since time.Time // when the first of them was given up
	Error string    // the kind of fault that ended the last of them
}

// FailedJobs gives the jobs that were given up, by kind.
func (tx *Tx) FailedJobs() ([]FailedJobs, error) {
	return queryAll(tx, func(row row) (FailedJobs, error) {
		var f FailedJobs
		return f, row.Scan(&f.Kind, &f.Count, &f.Since, &f.Error)
	}, `select kind, count(*), min(failed_at), (select coalesce(l.last_error, '') from job l
			where l.kind = job.kind and l.failed_at is not null order by l.failed_at desc, l.id desc limit 1)
		from job where failed_at is not null group by kind order by kind`)
}

// RetryFailedJobs gives every failed job of a kind a new set of attempts and
// tells how many there were. One whose work a later job does is forgotten: the
// next run of what is done every day, for one.
func (tx *Tx) RetryFailedJobs(now time.Time, kind string) (retried, forgotten int64, err error) {
	forgotten, err = tx.Exec(`delete from job where failed_at is not null and kind = $1 and exists (
		select 1 from job other where other.unique_key = job.unique_key and other.id <> job.id and other.done_at is null
			and (other.failed_at is null or other.id > job.id))`, kind)
	if err != nil {
		return 0, 0, err
	}
	retried, err = tx.Exec(`update job set failed_at = null, attempts = 0, run_at = $1 where failed_at is not null and kind = $2`, now, kind)
	tx.enqueued = tx.enqueued || retried > 0
	return retried, forgotten, err
}
