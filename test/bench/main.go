// Command bench measures the whole program under the load of a working day: the
// real binary, over HTTP, with real sessions and forms, on prepared data. How it
// measures and what it found is in docs/performance.md; scripts/bench.sh runs it.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Run is everything measured of one engine on data of one size.
type Run struct {
	Engine string    `json:"engine"`
	Scale  string    `json:"scale"`
	At     time.Time `json:"at"`
	// Rate is how many requests a second were offered, beside those that follow
	// from others, and Seconds for how long.
	Rate    float64 `json:"offered_per_second"`
	Seconds float64 `json:"seconds"`
	// Late is how late the generator itself was at worst, in milliseconds.
	Late   float64  `json:"generator_late_ms"`
	Mix    []Spread `json:"mix"`
	Shares []Share  `json:"shares"`
	// CPU is processor time per second of the window, of the program and of the
	// generator: 2 is both cores.
	ServerCPU    float64  `json:"server_cpu"`
	GeneratorCPU float64  `json:"generator_cpu"`
	Saturation   []Rate   `json:"saturation"`
	Raw          []Rate   `json:"raw"`
	Starts       []int    `json:"start_ms"`
	Idle         float64  `json:"idle_mb"`
	Peak         float64  `json:"peak_mb"`
	Database     float64  `json:"database_mb"`
	Weights      []Weight `json:"weights"`
	Faults       []string `json:"faults,omitempty"`
}

// Share is how much of the load one kind of request is, in hundredths.
type Share struct {
	Name  string  `json:"name"`
	Share float64 `json:"share"`
}

type options struct {
	place
	bin, work, scale, out, profile, only string
	rate                                 float64
	window, warm, alone                  time.Duration
	seed                                 uint64
	boards                               int
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.StringVar(&o.data, "data", "", "the data folder to measure; it is changed")
	f.StringVar(&o.database, "database", "", "the PostgreSQL database to measure instead; it is changed")
	f.StringVar(&o.key, "key", "", "its key file")
	f.StringVar(&o.bin, "bin", "bin/frontdoor", "the program")
	f.StringVar(&o.work, "work", os.TempDir(), "folder for logs and scratch data")
	f.StringVar(&o.scale, "scale", "demo", "what the data is called in the results")
	f.StringVar(&o.out, "out", "", "file for the results, as JSON")
	f.StringVar(&o.profile, "profile", "", "folder for profiles of the mix; -bin must be built with testdata/profile.go laid over it, as scripts/bench.sh does")
	f.StringVar(&o.only, "only", "mix,saturation,raw,same", "what to measure; same leaves rows in the data that no program would")
	f.Float64Var(&o.rate, "rate", 200, "requests to offer a second")
	f.DurationVar(&o.window, "window", 15*time.Second, "for how long")
	f.DurationVar(&o.warm, "warm", 3*time.Second, "how long to offer the same load before")
	f.DurationVar(&o.alone, "alone", 2*time.Second, "for how long each request is measured at saturation")
	f.Uint64Var(&o.seed, "seed", 1, "what the arrivals and the data made ready are drawn from")
	f.IntVar(&o.boards, "boards", 20, "how many boards are open and listen")
	yard := f.String("yardstick", "", "only measure other addresses: name=url, with create: before the url to send a form to it; several with commas")
	report := f.Bool("report", false, "only write the results in the files named as Markdown")
	if err := f.Parse(args); err != nil {
		return err
	}
	switch {
	case *report:
		return writeReport(os.Stdout, f.Args())
	case *yard != "":
		return yardsticks(ctx, *yard, o)
	case o.key == "" || (o.data == "") == (o.database == ""):
		return fmt.Errorf("give -key and one of -data and -database")
	}
	r, err := measure(ctx, o)
	if err != nil {
		return err
	}
	return writeJSON(o.out, r)
}

func writeJSON(file string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	if file == "" {
		_, err = os.Stdout.Write(append(b, '\n'))
		return err
	}
	return os.WriteFile(file, append(b, '\n'), 0o600)
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

func measure(ctx context.Context, o options) (*Run, error) {
	does := func(what string) bool { return slices.Contains(strings.Split(o.only, ","), what) }
	r := &Run{Engine: o.engine(), Scale: o.scale, At: time.Now().UTC().Truncate(time.Second), Rate: o.rate, Seconds: o.window.Seconds()}
	if err := os.MkdirAll(o.work, 0o700); err != nil {
		return nil, err
	}
	seconds := (o.window + o.warm).Seconds()
	n := amounts{
		watched: int(seconds*3) + 20, sends: int(seconds*o.rate*0.02) + 50, drafts: 300,
		decisions: int(seconds*o.rate*0.015) + 100, signIns: int(seconds*o.rate*0.01) + 50, codes: 100,
	}
	if does("saturation") {
		n.sends += int(o.alone.Seconds() * 1000)
		n.decisions += int(o.alone.Seconds() * 300)
		n.signIns += int(o.alone.Seconds() * 120)
	}
	bytes, err := o.size(ctx)
	if err != nil {
		return nil, err
	}
	r.Database = float64(bytes) / 1e6
	say("making ready %d referrals to send, %d records to decide, %d people to sign in", n.watched+n.sends, n.decisions, n.signIns)
	w, err := prepare(ctx, o.place, n, o.seed, time.Now())
	if err != nil {
		return nil, err
	}
	var s *server
	for i := range 3 {
		if s != nil {
			s.stop()
		}
		if s, err = startServer(ctx, o.bin, o.place, filepath.Join(o.work, fmt.Sprintf("server-%d.log", i)), "BENCH_PROFILE="+o.profile); err != nil {
			return nil, err
		}
		r.Starts = append(r.Starts, int(s.start.Milliseconds()))
	}
	defer s.stop()
	time.Sleep(2 * time.Second)
	r.Idle, _ = s.memory()
	say("started in %v ms; %.0f MB idle", r.Starts, r.Idle)
	d, err := newDay(ctx, newClient(s.url), w)
	if err != nil {
		return nil, err
	}
	if r.Weights, err = d.weights(ctx); err != nil {
		return nil, err
	}
	// A page of guidance as it travels, for another server to serve.
	if page, err := d.c.do(ctx, &request{path: guidancePage, want: http.StatusOK}, false); err != nil {
		return nil, err
	} else if err := os.WriteFile(filepath.Join(o.work, "page.gz"), page.body, 0o600); err != nil {
		return nil, err
	}
	open, shut := context.WithCancel(ctx)
	d.keepOpen(open, o.boards)
	if does("mix") {
		if err := d.mix(ctx, o, s, r); err != nil {
			shut()
			return nil, err
		}
	}
	shut()
	if does("saturation") {
		if err := d.saturation(ctx, o, s, r); err != nil {
			return nil, err
		}
	}
	_, r.Peak = s.memory()
	s.stop()
	if !does("raw") && !does("same") {
		return r, nil
	}
	sent, err := oneSend(ctx, o.work, r.At)
	if err != nil {
		return nil, err
	}
	say("the engine alone")
	if does("raw") {
		scratch := o.place
		if scratch.database == "" {
			scratch = place{data: filepath.Join(o.work, "raw"), key: filepath.Join(o.work, "raw.key")}
		}
		if r.Raw, err = rawLimits(ctx, scratch, sent, o.alone); err != nil {
			return nil, err
		}
	}
	if does("same") {
		same, err := rawSame(ctx, o.place, sent, o.alone)
		if err != nil {
			return nil, err
		}
		r.Raw = append(r.Raw, same)
	}
	return r, nil
}

// mix offers the load of a working day, first to warm up and then to measure.
func (d *day) mix(ctx context.Context, o options, s *server, r *Run) error {
	var shares []float64
	for _, op := range d.ops {
		shares = append(shares, op.share)
		r.Shares = append(r.Shares, Share{op.name, op.share})
	}
	var t *times
	do := func(ctx context.Context, kind int, due time.Time) {
		q := d.ops[kind].next()
		if q == nil {
			t.add(d.ops[kind].name, 0, fmt.Errorf("nothing was left of %q: too little was made ready", d.ops[kind].name))
			return
		}
		d.c.play(ctx, q, due, t, uint64(d.ops[kind].used.Load()))
	}
	t = newTimes()
	say("warming up")
	offer(ctx, arrivals(o.seed+1000, o.rate, o.warm, shares), do)
	t.say()
	t = newTimes()
	say("offering %.0f requests a second for %v", o.rate, o.window)
	end, err := s.profile(o.profile, "mix")
	if err != nil {
		return err
	}
	watching, stop := context.WithCancel(ctx)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		d.watch(watching, o.seed, t)
	}()
	server, mine, began := cpu(s.cmd.Process.Pid), cpu(os.Getpid()), time.Now()
	r.Late = ms(offer(ctx, arrivals(o.seed, o.rate, o.window, shares), do))
	took := time.Since(began).Seconds()
	r.ServerCPU, r.GeneratorCPU = (cpu(s.cmd.Process.Pid)-server)/took, (cpu(os.Getpid())-mine)/took
	stop()
	<-watched
	end()
	r.Mix = append(t.spreads(d.kinds()), t.spreads([]string{toScreen})[:1]...)
	r.Faults = append(r.Faults, t.say()...)
	return ctx.Err()
}

// say prints what went wrong first of each kind.
func (t *times) say() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var out []string
	for name, err := range t.first {
		out = append(out, fmt.Sprintf("%s: %d of %d failed; the first: %v", name, t.errors[name], len(t.took[name]), err))
	}
	slices.Sort(out)
	for _, line := range out {
		say("%s", line)
	}
	return out
}

// saturation measures how much of one thing can be done when nothing else is,
// with what follows from it.
func (d *day) saturation(ctx context.Context, o options, s *server, r *Run) error {
	for _, op := range d.ops {
		if !op.alone {
			continue
		}
		t := newTimes()
		one := Rate{Name: op.name}
		do := func(ctx context.Context, _ time.Time) bool {
			q := op.next()
			if q == nil {
				one.Dry = true
				return false
			}
			q.next = nil
			_, err := d.c.do(ctx, q, false)
			t.add(op.name, 0, err)
			return true
		}
		end, err := s.profile(o.profile, op.name)
		if err != nil {
			return err
		}
		before := cpu(s.cmd.Process.Pid)
		one.One = saturate(ctx, 1, o.alone, do)
		if n := t.count(op.name); n > 0 {
			one.CPU = math.Round((cpu(s.cmd.Process.Pid)-before)/float64(n)*1e5) / 100
		}
		end()
		one.Sixteen = saturate(ctx, 16, o.alone, do)
		one.Errors = t.errors[op.name]
		r.Saturation = append(r.Saturation, one)
		r.Faults = append(r.Faults, t.say()...)
		say("%s alone: %.0f a second by one, %.0f by sixteen, %.1f ms of processor each", op.name, one.One, one.Sixteen, one.CPU)
	}
	return ctx.Err()
}
