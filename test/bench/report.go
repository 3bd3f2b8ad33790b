package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"strings"
	"time"
)

// Yard is another program measured in the same run, for scale.
type Yard struct {
	Yardsticks []YardLine `json:"yardsticks"`
}

// YardLine is one request to another program: at the offered rate, and how many
// a second it does.
type YardLine struct {
	Rate
	Open Spread `json:"open"`
}

// yardsticks measures addresses of other programs: the same generator, the same
// rate, one kind of request at a time.
func yardsticks(ctx context.Context, list string, o options) error {
	var out Yard
	for item := range strings.SplitSeq(list, ",") {
		name, address, ok := strings.Cut(item, "=")
		if !ok {
			return fmt.Errorf("a yardstick is name=url, and this is %q", item)
		}
		address, create := strings.CutPrefix(address, "create:")
		if !create {
			address = strings.TrimPrefix(address, "get:")
		}
		at, err := url.Parse(address)
		if err != nil {
			return err
		}
		c := newClient(at.Scheme + "://" + at.Host)
		q := &request{name: name, path: at.RequestURI(), want: http.StatusOK}
		if create {
			q.form = url.Values{"reference": {"TH-7KQ4-M2XD"}, "authority": {"thurrock"}, "state": {"received"}, "names": {"Ottoline Bramelton"}, "answers": {strings.Repeat(sentences[0], 8)}}
		}
		t := newTimes()
		offer(ctx, arrivals(o.seed, o.rate, o.window, []float64{1}), func(ctx context.Context, _ int, due time.Time) { c.play(ctx, q, due, t, 1) })
		line := YardLine{Rate: Rate{Name: name}, Open: t.spreads([]string{name})[0]}
		do := func(ctx context.Context, _ time.Time) bool {
			_, err := c.do(ctx, q, false)
			t.add(name, 0, err)
			return true
		}
		line.One, line.Sixteen = saturate(ctx, 1, o.alone, do), saturate(ctx, 16, o.alone, do)
		line.Errors = t.errors[name]
		t.say()
		out.Yardsticks = append(out.Yardsticks, line)
	}
	return writeJSON(o.out, out)
}

// report is every result that was read from the files.
type report struct {
	runs  []Run
	yards []YardLine
}

func writeReport(w io.Writer, files []string) error {
	var r report
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var one struct {
			Run
			Yard
		}
		if err := json.Unmarshal(b, &one); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if one.Engine != "" {
			r.runs = append(r.runs, one.Run)
		}
		r.yards = append(r.yards, one.Yardsticks...)
	}
	_, err := io.WriteString(w, r.markdown())
	return err
}

func (r report) markdown() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("Machine: %s, %s/%s, %d cores, %s.", machine(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
	for _, run := range r.runs {
		p("\n### %s, %s data (%s)\n", run.Engine, run.Scale, run.At.Format("2 January 2006, 15:04 UTC"))
		p("%.0f requests a second offered for %.0f s. The generator was never more than %.1f ms late. The program used %.2f cores, the generator %.2f.\n", run.Rate, run.Seconds, run.Late, run.ServerCPU, run.GeneratorCPU)
		p("| Request | Count | Failed | p50 ms | p90 ms | p99 ms | Most ms |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
		for _, s := range run.Mix {
			p("| %s | %d | %d | %.1f | %.1f | %.1f | %.1f |", s.Name, s.Count, s.Errors, s.P50, s.P90, s.P99, s.Max)
		}
		p("\n| One thing alone, at saturation | 1 worker, a second | 16 workers, a second | Processor ms each | Failed |\n| --- | ---: | ---: | ---: | ---: |")
		for _, s := range append(append([]Rate{}, run.Saturation...), run.Raw...) {
			name, each := s.Name, ""
			if s.CPU > 0 {
				each = fmt.Sprintf("%.1f", s.CPU)
			}
			for _, raw := range run.Raw {
				if raw.Name == name {
					name = "engine: " + name
				}
			}
			p("| %s | %.0f | %.0f | %s | %d |", name, s.One, s.Sixteen, each, s.Errors)
		}
		if one, sixteen, ok := run.sendRatio(); ok {
			p("\nSending a referral reaches %.2f (1 worker) and %.2f (16 workers) of the rate at which the engine commits the same rows durably.", one, sixteen)
		}
		p("\nStart %v ms. %.0f MB idle, %.0f MB at most. Database %.0f MB.\n", run.Starts, run.Idle, run.Peak, run.Database)
		p("| Page | Later visit, bytes | First visit, bytes | Files |\n| --- | ---: | ---: | ---: |")
		for _, x := range run.Weights {
			p("| %s | %d | %d | %d |", x.Name, x.Page, x.First, x.Files)
		}
	}
	r.growth(p)
	if len(r.yards) > 0 {
		p("\n### Other programs, for scale\n\n| Request | p50 ms | p99 ms | 1 worker, a second | 16 workers, a second | Failed |\n| --- | ---: | ---: | ---: | ---: | ---: |")
		for _, y := range r.yards {
			p("| %s | %.1f | %.1f | %.0f | %.0f | %d |", y.Name, y.Open.P50, y.Open.P99, y.One, y.Sixteen, y.Errors)
		}
	}
	r.aims(p)
	return b.String()
}

// sendRatio is how near sending a referral comes to the engine's own rate.
func (r Run) sendRatio() (one, sixteen float64, ok bool) {
	var send, raw Rate
	for _, s := range r.Saturation {
		if s.Name == "sending a referral" {
			send = s
		}
	}
	for _, s := range r.Raw {
		if strings.HasPrefix(s.Name, rawOneSend) {
			raw = s
		}
	}
	if raw.One == 0 || raw.Sixteen == 0 || send.One == 0 {
		return 0, 0, false
	}
	return send.One / raw.One, send.Sixteen / raw.Sixteen, true
}

// growth compares the same engine on town and county data.
func (r report) growth(p func(string, ...any)) {
	for _, town := range r.runs {
		for _, county := range r.runs {
			if town.Scale != "town" || county.Scale != "county" || town.Engine != county.Engine {
				continue
			}
			p("\n### Growth from town to county, %s\n\n| Request | p50, times | p99, times |\n| --- | ---: | ---: |", town.Engine)
			for _, s := range town.Mix {
				for _, l := range county.Mix {
					if s.Name == l.Name && s.P50 > 0 && s.P99 > 0 {
						p("| %s | %.2f | %.2f |", s.Name, l.P50/s.P50, l.P99/s.P99)
					}
				}
			}
		}
	}
}

const (
	pageAim, sendAim   = 25, 50 // milliseconds, p99
	startAim           = 1000   // milliseconds
	idleAim, loadAim   = 150, 300
	firstAim, laterAim = 100_000, 20_000 // bytes
	sendRatioAim       = 0.5
)

// aims says of each aim whether it was met, and where it was not.
func (r report) aims(p func(string, ...any)) {
	p("\n### Aims\n\n| Aim | Engine and data | Met | Where not |\n| --- | --- | --- | --- |")
	line := func(aim string, run Run, not []string) {
		met := "yes"
		if len(not) > 0 {
			met = "no"
		}
		p("| %s | %s, %s | %s | %s |", aim, run.Engine, run.Scale, met, strings.Join(not, "; "))
	}
	for _, run := range r.runs {
		var pages, send, weight []string
		for _, s := range run.Mix {
			over := fmt.Sprintf("%s %.1f ms", s.Name, s.P99)
			switch {
			case s.Name == toScreen || s.Name == "all requests" || s.Name == "signing in: password":
				// The last is slow on purpose: what it costs here it costs whoever guesses.
			case s.Name == "sending a referral":
				if s.P99 > sendAim {
					send = append(send, over)
				}
			case s.P99 > pageAim:
				pages = append(pages, over)
			}
			if s.Errors > 0 {
				pages = append(pages, fmt.Sprintf("%s: %d failed", s.Name, s.Errors))
			}
		}
		line("every page p99 25 ms or less", run, pages)
		line("sending a referral p99 50 ms or less", run, send)
		one, sixteen, ok := run.sendRatio()
		if ok {
			line("sending at half the engine’s rate or more", run, unless(min(one, sixteen) >= sendRatioAim, fmt.Sprintf("%.2f and %.2f", one, sixteen)))
		}
		slow := 0
		for _, s := range run.Starts {
			slow = max(slow, s)
		}
		line("start under 1 s", run, unless(slow < startAim, fmt.Sprintf("%d ms", slow)))
		line("under 150 MB idle", run, unless(run.Idle < idleAim, fmt.Sprintf("%.0f MB", run.Idle)))
		line("under 300 MB under load", run, unless(run.Peak < loadAim, fmt.Sprintf("%.0f MB", run.Peak)))
		for _, x := range run.Weights {
			if x.First >= firstAim {
				weight = append(weight, fmt.Sprintf("%s %d first", x.Name, x.First))
			}
			if x.Page >= laterAim {
				weight = append(weight, fmt.Sprintf("%s %d later", x.Name, x.Page))
			}
		}
		line("first visit under 100 KB, later pages under 20 KB", run, weight)
	}
}

func unless(met bool, why string) []string {
	if met {
		return nil
	}
	return []string{why}
}

// machine is the processor, as it names itself.
func machine() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	_, rest, ok := strings.Cut(string(b), "model name")
	if !ok {
		return "unknown processor"
	}
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimLeft(line, "\t :")
}
