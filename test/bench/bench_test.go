package main

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"
)

func TestRankIsATimeThatWasMeasured(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1)*time.Millisecond)
	}
	for _, c := range []struct {
		of   []time.Duration
		p    float64
		want time.Duration
	}{
		{hundred, 0.50, 50 * time.Millisecond},
		{hundred, 0.99, 99 * time.Millisecond},
		{hundred, 1, 100 * time.Millisecond},
		{hundred[:3], 0.50, 2 * time.Millisecond},
		{hundred[:3], 0.99, 3 * time.Millisecond}, // of few, the worst
		{hundred[:1], 0.01, time.Millisecond},
		{nil, 0.99, 0},
	} {
		if got := rank(c.of, c.p); got != c.want {
			t.Errorf("rank of %d at %g is %v, want %v", len(c.of), c.p, got, c.want)
		}
	}
}

// A failed request is counted as failed and its time with the others.
func TestSpreadsCountFailures(t *testing.T) {
	t.Parallel()
	times := newTimes()
	times.add("board", 3*time.Millisecond, nil)
	times.add("board", time.Millisecond, errors.New("refused"))
	times.add("home", 2*time.Millisecond, nil)
	got := times.spreads([]string{"home", "nothing", "board"})
	want := []Spread{
		{Name: "home", Count: 1, P50: 2, P90: 2, P99: 2, Max: 2},
		{Name: "board", Count: 2, Errors: 1, P50: 1, P90: 3, P99: 3, Max: 3},
		{Name: "all requests", Count: 3, Errors: 1, P50: 2, P90: 3, P99: 3, Max: 3},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestArrivals(t *testing.T) {
	t.Parallel()
	const rate, window = 200.0, 100 * time.Second
	shares := []float64{70, 29, 1}
	list := arrivals(7, rate, window, shares)
	if again := arrivals(7, rate, window, shares); !slices.Equal(list, again) {
		t.Error("the same seed gave other arrivals")
	}
	if slices.Equal(list, arrivals(8, rate, window, shares)) {
		t.Error("another seed gave the same arrivals")
	}
	// A Poisson process: 20,000 with a standard deviation of 141, and gaps whose
	// deviation is their mean.
	if n := len(list); n < 19300 || n > 20700 {
		t.Errorf("%d arrivals", n)
	}
	count := make([]int, len(shares))
	var sum, squares, last float64
	for i, a := range list {
		count[a.kind]++
		if a.at >= window || i > 0 && a.at < list[i-1].at {
			t.Fatalf("arrival %d at %v", i, a.at)
		}
		gap := a.at.Seconds() - last
		last = a.at.Seconds()
		sum += gap
		squares += gap * gap
	}
	mean := sum / float64(len(list))
	if deviation := math.Sqrt(squares/float64(len(list)) - mean*mean); math.Abs(deviation/mean-1) > 0.05 {
		t.Errorf("gaps have mean %g and deviation %g", mean, deviation)
	}
	for kind, share := range shares {
		got, want := float64(count[kind])/float64(len(list))*100, share
		if math.Abs(got-want) > 0.3+want/50 {
			t.Errorf("kind %d is %.2f of a hundred, want %g", kind, got, want)
		}
	}
}

// Requests begin although none has come back, and each is told when it was due,
// not when it began.
func TestOfferDoesNotWait(t *testing.T) {
	t.Parallel()
	list := []arrival{{0, 0}, {0, 1}, {time.Millisecond, 2}}
	all := make(chan struct{})
	var mu sync.Mutex
	var due []time.Time
	offer(t.Context(), list, func(_ context.Context, kind int, at time.Time) {
		mu.Lock()
		due = append(due, at)
		if len(due) == len(list) {
			close(all)
		}
		mu.Unlock()
		<-all // none ends before all have begun
	})
	slices.SortFunc(due, time.Time.Compare)
	if len(due) != 3 || !due[0].Equal(due[1]) || due[2].Sub(due[0]) != time.Millisecond {
		t.Errorf("due at %v", due)
	}
}

func TestSaturateEndsWhenNothingIsLeft(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	left := 5
	rate := saturate(t.Context(), 3, time.Minute, func(context.Context, time.Time) bool {
		mu.Lock()
		defer mu.Unlock()
		left--
		return left >= 0
	})
	if left >= 0 || rate <= 0 {
		t.Errorf("left %d, rate %g", left, rate)
	}
}

func TestFormOf(t *testing.T) {
	t.Parallel()
	got, ok := formOf(`<form action="/search"><input name=q value=no></form>
		<form action="/refer/x/why" method=post><input type=hidden name=asked value=a><input type=hidden name=asked value="b">
		<input type=radio name=r value=1><input type=radio name=r value=2 checked><input type=file name=f>
		<textarea name=t>words &amp; more</textarea></form>`, "/why")
	if !ok || len(got) != 3 || !slices.Equal(got["asked"], []string{"a", "b"}) || got.Get("r") != "2" || got.Get("t") != "words & more" {
		t.Errorf("%v %v", got, ok)
	}
	if _, ok := formOf(`<form action="/search"></form>`, "/why"); ok {
		t.Error("found a form that is not there")
	}
}

func TestLoaded(t *testing.T) {
	t.Parallel()
	got := loaded(`<link rel="stylesheet" href="/a.css"><link rel=icon href="/i.svg"><link rel=canonical href="/x"><script src="/s.js" defer></script>
		<script src="/s.js"></script><img src="https://elsewhere.example/p.png"><a href="/board">`)
	if !slices.Equal(got, []string{"/a.css", "/i.svg", "/s.js"}) {
		t.Errorf("%v", got)
	}
}
