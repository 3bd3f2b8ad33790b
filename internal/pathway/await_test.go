package pathway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// Whoever the answers of a row name is told of its clock: through the step that
// stops it, or by name.
func TestWhoAnswersForAClock(t *testing.T) {
	t.Parallel()
	set := answer.Set{"actions": answer.List("r1", "r2"), "actions/r1/action_owner": answer.Text("w7"), "actions/r2/action_owner": answer.Text("worker:w8")}
	for name, owner := range map[string]string{"by the step": "owner: [social_worker], warn", "by name": `owner: ["worker:action_owner"], warn`} {
		l, faults := plans(t, "plan/pathway.yaml", "owner: [social_worker], warn", owner)
		if l == nil {
			t.Fatal(faults)
		}
		p, _ := l.Get("plan")
		c, _ := p.Clock("action/r1")
		if one, two := p.AnswerFor(c, set, "r1"), p.AnswerFor(c, set, "r2"); !slices.Equal(one, []string{"w7"}) || !slices.Equal(two, []string{"w8"}) {
			t.Errorf("%s: %v and %v", name, one, two)
		}
		if visit, _ := p.Clock("visit"); len(p.AnswerFor(visit, set, "")) != 0 {
			t.Errorf("%s: somebody is named for the visit", name)
		}
		if got := p.RowWords(pathway.Facts{Answers: answer.Set{"actions": answer.List("r1"), "actions/r1/action_what": answer.Text("Ring")}}, "actions", "r1"); got != "Ring" {
			t.Errorf("the row is called %q", got)
		}
	}
}

// Whether a child was seen is asked of a row; a visit at which nobody was is none.
func TestSeen(t *testing.T) {
	t.Parallel()
	l, faults := plans(t, "plan/pathway.yaml", "roles:\n  children: children", "roles:\n  children: children\n  seen: visit_seen")
	if l == nil {
		t.Fatal(faults)
	}
	p, _ := l.Get("plan")
	q, group, step := p.SeenBy()
	if q == nil || group != "visits" || step.ID != "visit" {
		t.Fatalf("seen by %v of %s in %v", q, group, step)
	}
	set := answer.Set{"visits": answer.List("r1"), "visits/r1/visit_seen": answer.Text("yes"), "visits/r1/visit_at": answer.Text("2026-11-16T15:00")}
	if at, ok := p.SeenAt(set, step, "r1", now); !ok || !at.Equal(time.Date(2026, 11, 16, 15, 0, 0, 0, time.UTC)) {
		t.Errorf("seen at %v, %v", at, ok)
	}
	set["visits/r1/visit_seen"] = answer.Text("no")
	if _, ok := p.SeenAt(set, step, "r1", now); ok {
		t.Error("seen without having been seen")
	}
	for seen, want := range map[string]string{"visit_sen": "Did you mean “visit_seen”?", "visit_at": "“visit_at” is a question of type"} {
		l, faults := plans(t, "plan/pathway.yaml", "roles:\n  children: children", "roles:\n  children: children\n  seen: "+seen)
		if l != nil || !strings.Contains(faults.Error(), want) {
			t.Errorf("seen: %s: %v", seen, faults)
		}
	}
	if l, faults := plans(t, "plan/pathway.yaml", "owner: [social_worker], warn", `owner: ["worker:action_what"], warn`); l != nil || !strings.Contains(faults.Error(), "“action_what” is a question of type text") {
		t.Errorf("a clock tells whoever %v", faults)
	}
}
