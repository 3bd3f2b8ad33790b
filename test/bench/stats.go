package main

import (
	"math"
	"slices"
	"sync"
	"time"
)

// Spread is how long requests of one kind took, in milliseconds.
type Spread struct {
	Name   string  `json:"name"`
	Count  int     `json:"count"`
	Errors int     `json:"errors"`
	P50    float64 `json:"p50_ms"`
	P90    float64 `json:"p90_ms"`
	P99    float64 `json:"p99_ms"`
	Max    float64 `json:"max_ms"`
}

// times gathers how long requests took, by kind. It is safe for many goroutines.
type times struct {
	mu     sync.Mutex
	took   map[string][]time.Duration
	errors map[string]int
	first  map[string]error
}

func newTimes() *times {
	return &times{took: map[string][]time.Duration{}, errors: map[string]int{}, first: map[string]error{}}
}

// add notes one request. One that failed counts as an error, and its time counts
// too: a quick refusal must not make the others look slow, nor a slow one vanish.
func (t *times) add(name string, took time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took[name] = append(t.took[name], took)
	if err != nil {
		t.errors[name]++
		if t.first[name] == nil {
			t.first[name] = err
		}
	}
}

func (t *times) count(name string) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.took[name])
}

// spreads gives one line a kind, in the order of names, then a line for all of
// them together.
func (t *times) spreads(names []string) []Spread {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []Spread
	all := Spread{Name: "all requests"}
	var every []time.Duration
	for _, name := range names {
		if len(t.took[name]) == 0 {
			continue
		}
		out = append(out, spreadOf(name, t.took[name], t.errors[name]))
		every = append(every, t.took[name]...)
		all.Errors += t.errors[name]
	}
	if len(every) == 0 {
		return out
	}
	return append(out, spreadOf(all.Name, every, all.Errors))
}

func spreadOf(name string, took []time.Duration, errors int) Spread {
	sorted := slices.Sorted(slices.Values(took))
	return Spread{
		Name: name, Count: len(sorted), Errors: errors,
		P50: ms(rank(sorted, 0.50)), P90: ms(rank(sorted, 0.90)), P99: ms(rank(sorted, 0.99)), Max: ms(rank(sorted, 1)),
	}
}

// rank is the smallest of the sorted times that at least the share p of them do
// not exceed: a time that was really measured, never one between two.
func rank(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	i := int(math.Ceil(p*float64(len(sorted)))) - 1
	return sorted[min(max(i, 0), len(sorted)-1)]
}

func ms(d time.Duration) float64 { return math.Round(float64(d.Microseconds())/10) / 100 }
