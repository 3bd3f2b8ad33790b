package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/store"
)

// Rate is how often something can be done a second, by one worker and by sixteen.
type Rate struct {
	Name    string  `json:"name"`
	One     float64 `json:"one_worker_per_second"`
	Sixteen float64 `json:"sixteen_workers_per_second"`
	// CPU is the program's processor time for one, in milliseconds, asked by one
	// worker. It hardly depends on what else the machine does.
	CPU float64 `json:"cpu_ms,omitempty"`
	// Errors is how many of them failed.
	Errors int `json:"errors"`
	// Dry says that there was nothing left to do before the time was over.
	Dry bool `json:"dry,omitempty"`
}

// oneSend sends one referral in a database of its own and gives what that wrote.
func oneSend(ctx context.Context, dir string, now time.Time) (*tape, error) {
	p := place{data: filepath.Join(dir, "rows"), key: filepath.Join(dir, "rows.key")}
	o, err := p.open(ctx, now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.desk.DB.Close() }()
	w := &preparer{opened: o, ctx: ctx, now: now, earlier: now, r: rand.New(rand.NewPCG(1, 1)), people: []known{{given: "Ottoline", family: "Bramelton"}}}
	w.p, _ = o.desk.Pathways.Get(form)
	_, id, _, err := w.visitor(now)
	if err != nil {
		return nil, err
	}
	by := casework.ByVisitor(id, now)
	dr, err := w.desk.StartDraft(ctx, by, form, w.told("thurrock"))
	if err != nil {
		return nil, err
	}
	before, order, err := contents(ctx, o.desk.DB)
	if err != nil {
		return nil, err
	}
	if _, err := w.desk.Send(ctx, by, dr.ID, id); err != nil {
		return nil, err
	}
	after, _, err := contents(ctx, o.desk.DB)
	if err != nil {
		return nil, err
	}
	return newTape(ctx, o.desk.DB, before, after, order)
}

// rawLimits is what the engine itself does, opened as the program opens it and
// asked through the same driver: nothing but rows with a key and some bytes.
func rawLimits(ctx context.Context, p place, sent *tape, window time.Duration) (out []Rate, err error) {
	db, _, err := p.openDB(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	err = db.Write(ctx, func(tx *store.Tx) error {
		_, err := tx.Exec(`create table bench_row (id text primary key, body text not null)`)
		return err
	})
	if err != nil {
		return nil, err
	}
	body := strings.Repeat("a worry about a child, in words. ", 4096)
	var n, failed atomic.Int64
	count := func(err error) {
		if err != nil && failed.Add(1) == 1 {
			say("the engine alone: %v", err)
		}
	}
	write := func(sizes []int) func(context.Context, time.Time) bool {
		return func(ctx context.Context, _ time.Time) bool {
			count(db.Write(ctx, func(tx *store.Tx) error {
				for _, size := range sizes {
					// The keys are spread as the program's own are: by time.
					if _, err := tx.Exec(`insert into bench_row (id, body) values ($1, $2)`, fmt.Sprintf("%012d", n.Add(1)), body[:min(size, 65536)]); err != nil {
						return err
					}
				}
				return nil
			}))
			return true
		}
	}
	add := func(name string, do func(context.Context, time.Time) bool) {
		failed.Store(0)
		one := saturate(ctx, 1, window, do)
		out = append(out, Rate{Name: name, One: one, Sixteen: saturate(ctx, 16, window, do), Errors: int(failed.Load())})
	}
	total := 0
	for _, s := range sent.sizes {
		total += s
	}
	add(rawOneRow, write([]int{200}))
	add(fmt.Sprintf("%s: %d rows, %d bytes", rawAsMany, len(sent.sizes), total), write(sent.sizes))
	rows := n.Load()
	add("point read of one row", func(ctx context.Context, _ time.Time) bool {
		count(db.Read(ctx, func(tx *store.Tx) error {
			var b string
			return tx.QueryRow(`select body from bench_row where id = $1`, fmt.Sprintf("%012d", 1+rand.Int64N(rows))).Scan(&b)
		}))
		return true
	})
	return out, nil
}

// rawSame is how often the engine commits the rows of one sent referral to the tables
// that they belong to, among the data that are measured: with every index, reference
// and trigger there is, and nothing of the program.
func rawSame(ctx context.Context, p place, sent *tape, window time.Duration) (Rate, error) {
	db, _, err := p.openDB(ctx)
	if err != nil {
		return Rate{}, err
	}
	defer func() { _ = db.Close() }()
	if err := sent.begin(ctx, db); err != nil {
		return Rate{}, err
	}
	var failed atomic.Int64
	do := func(ctx context.Context, now time.Time) bool {
		if err := db.Write(ctx, func(tx *store.Tx) error { return sent.play(tx, now) }); err != nil && failed.Add(1) == 1 {
			say("the rows of one sent referral: %v", err)
		}
		return true
	}
	one := saturate(ctx, 1, window, do)
	return Rate{Name: fmt.Sprintf("%s: %d rows", rawOneSend, sent.count), One: one, Sixteen: saturate(ctx, 16, window, do), Errors: int(failed.Load())}, nil
}

const (
	rawOneRow  = "durable commit of one row"
	rawAsMany  = "durable commit of as many rows as one sent referral writes, to a table of a key and some text"
	rawOneSend = "durable commit of what one sent referral adds, to its own tables"
)
