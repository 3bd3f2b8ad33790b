package pathway_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// A rule compares with a whole number as the area has set it. Another setting is no
// number, and an area that writes something else is told.
func TestARuleReadsWhatTheAreaHasSet(t *testing.T) {
	t.Parallel()
	const text = `
pathway: ask
version: 1
title: Ask
reference: X
settings:
  many: { text: x, default: "3", source: x }
  long: { text: x, default: "3 days", source: x }
pages:
  - { page: p, title: P, questions: [{ id: times, type: number, label: Times, required: true }] }
states:
  - { id: new, label: New, start: true }
  - { id: shut, label: Shut, end: true }
steps:
  - { id: send, label: Send, from: new, to: shut, by: [w], allow_if: [{ if: "q.times >= setting.WHICH", else: Too few. }], grants: [{ key: k, to: "role:w", may: [view], why: w }] }
`
	for _, x := range []struct{ which, local, wrong string }{
		{"many", "", ""}, {"many", "5", ""}, {"long", "", "there is nothing called “setting.long”"}, {"lost", "", "there is nothing called “setting.lost”"}, {"many", "several", "Write a whole number"},
	} {
		place := pathway.Place{Roles: []string{"w"}}
		least := 3
		if x.local != "" {
			place.Settings = map[string]map[string]pathway.Setting{"ask": {"many": {Default: x.local, Source: "x"}}}
			_, _ = fmt.Sscan(x.local, &least)
		}
		p, faults := pathway.FromFiles(map[string]string{"pathway.yaml": strings.Replace(text, "WHICH", x.which, 1)}, place)
		if x.wrong != "" {
			if !strings.Contains(fmt.Sprint(faults), x.wrong) {
				t.Errorf("%+v gives %v", x, faults)
			}
			continue
		}
		if p == nil {
			t.Fatal(faults)
		}
		for times, want := range map[int]bool{least - 1: false, least: true} {
			f := pathway.Facts{State: "new", Now: time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC), Actor: pathway.Actor{Roles: []string{"w"}, Kind: "worker"}, Answers: answer.Set{"times": answer.Text(fmt.Sprint(times))}}
			if _, err := p.Take("send", f); (err == nil) != want {
				t.Errorf("%+v, %d times: %v", x, times, err)
			}
		}
	}
}
