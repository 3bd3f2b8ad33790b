package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// arrival is one request to offer: when, counted from the start, and of which kind.
type arrival struct {
	at   time.Duration
	kind int
}

// arrivals draws the requests of a window: a Poisson process of so many a second,
// each of a kind with the likelihood of its share. The same seed gives the same.
func arrivals(seed uint64, perSecond float64, window time.Duration, shares []float64) []arrival {
	r := rand.New(rand.NewPCG(seed, 1))
	total := 0.0
	for _, s := range shares {
		total += s
	}
	var out []arrival
	for at := 0.0; ; {
		at += r.ExpFloat64() / perSecond
		if at >= window.Seconds() {
			return out
		}
		pick, kind := r.Float64()*total, 0
		for ; kind < len(shares)-1 && pick >= shares[kind]; kind++ {
			pick -= shares[kind]
		}
		out = append(out, arrival{time.Duration(at * float64(time.Second)), kind})
	}
}

// offer starts every arrival at its time whether or not earlier ones have come
// back, and waits for all of them. do is told the time its request was due, from
// which its latency counts. The answer is how late the latest was started: when
// that is not small, the machine was too busy to offer the load.
func offer(ctx context.Context, list []arrival, do func(ctx context.Context, kind int, due time.Time)) time.Duration {
	start := time.Now().Add(10 * time.Millisecond)
	var late time.Duration
	var wg sync.WaitGroup
	for _, a := range list {
		due := start.Add(a.at)
		if wait := time.Until(due); wait > 0 {
			select {
			case <-ctx.Done():
				wg.Wait()
				return late
			case <-time.After(wait):
			}
		}
		late = max(late, time.Since(due))
		wg.Go(func() { do(ctx, a.kind, due) })
	}
	wg.Wait()
	return late
}

// saturate keeps so many workers busy for a time, each starting its next request
// when the last came back, and gives how many were done a second. do says false
// when there is nothing left to do; the rate is then over the time until that.
func saturate(ctx context.Context, workers int, window time.Duration, do func(ctx context.Context, start time.Time) bool) float64 {
	start := time.Now()
	end := start.Add(window)
	var done atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for ctx.Err() == nil {
				now := time.Now()
				if !now.Before(end) || !do(ctx, now) {
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(start).Seconds()
}
