package web

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// buckets are the upper bounds, in seconds, of the histogram of times.
var buckets = [...]float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20}

type seen struct {
	route  string
	status int
}

type times struct {
	within [len(buckets)]int64
	count  int64
	sum    float64
}

// Metrics counts answers by route and status and how long they took, and shows
// them as Prometheus reads them. Routes are patterns, so no address of a record
// is ever a label.
type Metrics struct {
	mu      sync.Mutex
	answers map[seen]int64
	took    map[string]*times
	open    atomic.Int64
	// More adds other parts' measurements to what is shown.
	More []func(io.Writer)
}

// NewMetrics gives empty counts.
func NewMetrics() *Metrics {
	return &Metrics{answers: map[seen]int64{}, took: map[string]*times{}}
}

func (m *Metrics) begin() func() {
	m.open.Add(1)
	return func() { m.open.Add(-1) }
}

func (m *Metrics) observe(route string, status int, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers[seen{route, status}]++
	t := m.took[route]
	if t == nil {
		t = &times{}
		m.took[route] = t
	}
	s := d.Seconds()
	for i, b := range buckets {
		if s <= b {
			t.within[i]++
		}
	}
	t.count++
	t.sum += s
}

// Write shows the counts in the Prometheus text format.
func (m *Metrics) Write(w io.Writer) {
	m.mu.Lock()
	var out strings.Builder
	out.WriteString("# HELP frontdoor_http_requests_total Answers by route and status.\n# TYPE frontdoor_http_requests_total counter\n")
	keys := make([]seen, 0, len(m.answers))
	for k := range m.answers {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b seen) int {
		if c := strings.Compare(a.route, b.route); c != 0 {
			return c
		}
		return a.status - b.status
	})
	for _, k := range keys {
		fmt.Fprintf(&out, "frontdoor_http_requests_total{route=%s,status=\"%d\"} %d\n", quote(k.route), k.status, m.answers[k])
	}
	out.WriteString("# HELP frontdoor_http_request_seconds Time to answer, by route.\n# TYPE frontdoor_http_request_seconds histogram\n")
	routes := make([]string, 0, len(m.took))
	for r := range m.took {
		routes = append(routes, r)
	}
	slices.Sort(routes)
	for _, r := range routes {
		t := m.took[r]
		for i, b := range buckets {
			fmt.Fprintf(&out, "frontdoor_http_request_seconds_bucket{route=%s,le=\"%s\"} %d\n", quote(r), strconv.FormatFloat(b, 'g', -1, 64), t.within[i])
		}
		fmt.Fprintf(&out, "frontdoor_http_request_seconds_bucket{route=%s,le=\"+Inf\"} %d\n", quote(r), t.count)
		fmt.Fprintf(&out, "frontdoor_http_request_seconds_sum{route=%s} %g\n", quote(r), t.sum)
		fmt.Fprintf(&out, "frontdoor_http_request_seconds_count{route=%s} %d\n", quote(r), t.count)
	}
	m.mu.Unlock()
	fmt.Fprintf(&out, "# HELP frontdoor_http_open Requests being answered now.\n# TYPE frontdoor_http_open gauge\nfrontdoor_http_open %d\n", m.open.Load())
	_, _ = io.WriteString(w, out.String())
	for _, more := range m.More {
		more(w)
	}
}

// Handler shows the counts. Serve it where only the operators reach it.
func (m *Metrics) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.Write(w)
	})
}

func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}
