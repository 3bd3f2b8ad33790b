package pathway_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
)

// decision is every answer for the step "decide": r1 gets help, r2 none.
func decision() answer.Set {
	return with(complete(), "rating", "amber", "parents_told", "yes",
		"children/r1/outcome", "s17", "children/r2/outcome", "nfa", "children/r2/outcome_why", "Safe now.")
}

func stepStates(states []pathway.StepState) string {
	var out []string
	for _, s := range states {
		mark := ""
		if s.Open {
			mark = "+"
		}
		out = append(out, s.Step.ID+mark)
	}
	return strings.Join(out, " ")
}

func TestStepsFor(t *testing.T) {
	t.Parallel()
	p := worry(t)
	tests := []struct {
		name  string
		f     pathway.Facts
		want  string
		first string
	}{
		{"author of a complete form", facts(complete(), "draft", author), "submit+", ""},
		{"a record about to begin", facts(complete(), "", author), "submit+", ""},
		{"author of an incomplete form", facts(answer.Set{"children": answer.List("r1")}, "draft", author), "submit", "Select yes or no for “Is a child in danger now?”."},
		{"someone else's draft", facts(complete(), "draft", worker), "", ""},
		{"received", facts(complete(), "received", worker), "screen+", ""},
		{"author once it is sent", facts(complete(), "received", author), "withdraw+", ""},
		{"manager before the outcome is asked", facts(with(complete(), "rating", "amber"), "looking", manager), "decide+", ""},
		{"checks open", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			f.Counts["open_checks"] = 1
			return f
		}(), "decide", "Wait for the agencies."},
		{"checks open and red", func() pathway.Facts {
			f := facts(with(complete(), "rating", "red"), "looking", manager)
			f.Counts["open_checks"] = 1
			return f
		}(), "decide+", ""},
		{"rating missing", func() pathway.Facts {
			f := facts(complete(), "looking", manager)
			f.Counts["open_checks"] = 1
			return f
		}(), "decide", "Answer “Rating” first."},
		{"count not there", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			delete(f.Counts, "open_checks")
			return f
		}(), "decide", "This cannot be worked out yet. Try again in a minute."},
		{"history not looked at", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			f.Counts["history_looked"] = 0
			return f
		}(), "decide", "Look at what is already known first."},
		{"same person", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			f.Taken["screen"] = pathway.Taken{By: "worker:w2", At: now}
			return f
		}(), "decide", "Someone else must do this: it may not be the person who did “Rate it”."},
		{"nobody knows who did it", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			f.Taken["screen"] = pathway.Taken{At: now}
			return f
		}(), "decide", "Someone else must do this: it may not be the person who did “Rate it”."},
		{"another person", func() pathway.Facts {
			f := facts(with(complete(), "rating", "amber"), "looking", manager)
			f.Taken["screen"] = pathway.Taken{By: "w1", At: now}
			return f
		}(), "decide+", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := p.StepsFor(tt.f)
			if stepStates(got) != tt.want {
				t.Fatalf("%s, want %s; %+v", stepStates(got), tt.want, got)
			}
			if tt.first != "" && got[0].Refused[0] != tt.first {
				t.Errorf("refused %q, want %q", got[0].Refused, tt.first)
			}
		})
	}
}

func TestStepsMissing(t *testing.T) {
	t.Parallel()
	p := worry(t)
	f := facts(complete(), "looking", manager)
	f.Counts["open_checks"] = 2
	if got := p.StepsFor(f)[0].Missing; !cmp.Equal(got, []answer.Key{"rating"}) {
		t.Errorf("missing %v", got)
	}
}

// A guard over what the step itself asks is decided when its form is filled in.
func TestGuardOverOwnAnswers(t *testing.T) {
	t.Parallel()
	p := worry(t, "q.parents_told || known(q.no_tell)", "known(q.happened_at)")
	f := facts(with(decision(), "happened_at", ""), "looking", manager)
	if got := p.StepsFor(f); !got[0].Open {
		t.Errorf("refused before it is asked: %v", got[0].Refused)
	}
	if _, err := p.Take("decide", f); err == nil || !strings.Contains(fault.SafeText(err), "Say why the parents") {
		t.Errorf("taken without the answer: %v", err)
	}
}

// Nothing is true of all children while there are none.
func TestNoRows(t *testing.T) {
	t.Parallel()
	p := worry(t)
	s := decision()
	s.Apply(answer.Set{"children": {}})
	got := p.StepsFor(facts(s, "looking", manager))
	if got[0].Open || got[0].Refused[0] != "Add at least one child first." {
		t.Errorf("%+v", got[0])
	}
	if _, err := p.Take("decide", facts(s, "looking", manager)); err == nil {
		t.Error("taken with no children")
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	p := worry(t)
	step, _ := p.Step("decide")
	var got []string
	for _, a := range p.Ask(step, facts(decision(), "looking", manager)) {
		got = append(got, string(a.Key))
	}
	want := []string{"children/r1/outcome", "children/r2/outcome", "children/r2/outcome_why", "happened_at", "parents_told"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestTake(t *testing.T) {
	t.Parallel()
	p := worry(t)
	got, err := p.Take("decide", facts(with(decision(), "happened_at", "2026-11-16T09:00"), "looking", manager))
	if err != nil {
		t.Fatal(err)
	}
	if got.From != "looking" || got.To != "decided" || !slices.Equal(got.Ends, []string{"team"}) {
		t.Errorf("%+v", got)
	}
	if want := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC); !got.Happened.Equal(want) {
		t.Errorf("happened %v", got.Happened)
	}
	var docs []string
	for _, d := range got.Documents {
		docs = append(docs, d.Document.ID+d.Row)
	}
	if !slices.Equal(docs, []string{"letter", "outcomer1"}) {
		t.Errorf("documents %v", docs)
	}

	got, err = p.Take("submit", facts(complete(), "", author))
	if err != nil || got.From != "draft" || got.To != "received" || len(got.Grants) != 3 || got.Grants[2].To != "author" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestTakeStarts(t *testing.T) {
	t.Parallel()
	p := worry(t)
	s := with(complete(), "rating", "red", "team", "t7")
	s["checks"] = answer.List("police", "school")
	got, err := p.Take("screen", facts(s, "received", worker))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Grants) != 1 || got.Grants[0].To != "team:t7" {
		t.Errorf("grants %+v", got.Grants)
	}
	if len(got.Starts) != 2 {
		t.Fatalf("starts %+v", got.Starts)
	}
	first, second := got.Starts[0], got.Starts[1]
	if first.Each != "police" || second.Each != "school" || first.Team != "police/researcher" || first.Step != "screen" {
		t.Errorf("first %+v, second %+v", first, second)
	}
	want := answer.Set{"about": answer.Text("She is thin."), "urgent": answer.Text("yes"), "agency_asked": answer.Text("police")}
	if d := cmp.Diff(want, first.Answers); d != "" {
		t.Error(d)
	}
	s.Apply(answer.Set{"checks": {}, "team": {}})
	if got, err = p.Take("screen", facts(s, "received", worker)); err != nil || len(got.Starts) != 0 || len(got.Grants) != 0 {
		t.Errorf("with none chosen: %+v, %v", got, err)
	}
}

func TestTakeRefused(t *testing.T) {
	t.Parallel()
	p := worry(t)
	tests := []struct {
		name  string
		step  string
		f     pathway.Facts
		kind  fault.Kind
		words string
	}{
		{"no such step", "none", facts(decision(), "looking", manager), fault.NotFound, "no such step"},
		{"another role", "decide", facts(decision(), "looking", worker), fault.Forbidden, "“Decide” is not for your role."},
		{"moved on", "decide", facts(decision(), "decided", manager), fault.Conflict, "is now “Decided”"},
		{"own answer missing", "decide", facts(with(decision(), "parents_told", ""), "looking", manager), fault.Invalid, "Select yes or no for “Have the parents been told?”"},
		{"one of two rows missing", "decide", facts(with(decision(), "children/r2/outcome", ""), "looking", manager), fault.Invalid, "Select the child’s outcome for child 2"},
		{"guard false", "decide", facts(with(decision(), "parents_told", "no"), "looking", manager), fault.Invalid, "Say why the parents are not told."},
		{"form incomplete", "submit", facts(with(complete(), "worry", ""), "draft", author), fault.Invalid, "Enter an answer for “What are you worried about?”"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, err := p.Take(tt.step, tt.f)
			if err == nil {
				t.Fatalf("taken: %+v", got)
			}
			if fault.KindOf(err) != tt.kind || !strings.Contains(fault.SafeText(err), tt.words) {
				t.Errorf("%v: %q, want %q", fault.KindOf(err), fault.SafeText(err), tt.words)
			}
		})
	}
}

// What is not known never lets a step go on.
func TestUnknownRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, step, key string }{
		{"grant", "if: known(q.team)", "if: \"q.team == 't7'\"", "screen", "team"},
		{"grant to a team nobody chose", ", if: known(q.team)", "", "screen", "team"},
		{"start", "        each: checks\n        team: each/researcher\n        answers: { about: q.worry, urgent: \"q.rating == 'red'\", agency_asked: each }", "        if: \"q.sign_note == 'x'\"", "screen", "sign_note"},
		{"target", "to: withdrawn", "to: [{ if: \"q.no_tell == 'x'\", state: looking }, { state: withdrawn }]", "withdraw", "no_tell"},
		{"document", "if: \"row.outcome == 's17'\"", "if: \"row.nhs == 'x'\"", "decide", "children/r1/nhs"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := worry(t, tt.old, tt.new)
			s, actor, state := decision(), manager, "looking"
			switch tt.step {
			case "screen":
				actor = worker
			case "withdraw":
				actor = author
			}
			_, err := p.Take(tt.step, facts(s, state, actor))
			fields, ok := err.(fault.Fields)
			if !ok || fields.For(tt.key) == "" {
				t.Errorf("%v", err)
			}
		})
	}
}

func TestKeepsItsStateWhenNoTargetHolds(t *testing.T) {
	t.Parallel()
	p := worry(t, "c.outcome == 's17')\", state: decided", "c.outcome == 'nfa') && q.danger\", state: decided")
	got, err := p.Take("decide", facts(decision(), "looking", manager))
	if err != nil || got.To != "looking" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	p := worry(t)
	letter, _ := p.Document("letter")
	s := with(complete(), "agency", "other", "agency_other", "[A club](http://bad.example)",
		"worry", "# Not a heading\n1. <script>alert(1)</script>\n\n    *Not* `code` {{q.source}} www.bad.example &amp;\u202e", "source", "SECRET")
	text, used, err := p.Render(letter, "", facts(s, "looking", manager), map[string]string{"reference": "TH-1"})
	if err != nil {
		t.Fatal(err)
	}
	want := `# TH\-1

You told us about Annr1 Other\, Annr2 Other:

> \# Not a heading  
> 1\. \<script\>alert\(1\)\<\/script\>  
> 
> \*Not\* \` + "`code\\`" + ` \{\{q\.source\}\} www\.bad\.example \&amp\;

Your agency: Other\: \[A club\]\(http\:\/\/bad\.example\)
`
	if d := cmp.Diff(want, text); d != "" {
		t.Error(d)
	}
	wantUsed := []answer.Key{
		"children/r1/given_names", "children/r1/family_name", "children/r2/given_names", "children/r2/family_name", "worry", "agency",
	}
	if d := cmp.Diff(wantUsed, used); d != "" {
		t.Error(d)
	}
	if _, _, err := p.Render(letter, "", facts(s, "looking", manager), nil); err == nil {
		t.Error("a word that nobody gave is left out")
	}

	outcome, _ := p.Document("outcome")
	f := facts(decision(), "looking", manager)
	text, used, err = p.Render(outcome, "r1", f, nil)
	if err != nil || text != "We will help Annr1: Assessment.\n" || len(used) != 2 {
		t.Errorf("%q, %v, %v", text, used, err)
	}
	if _, _, err := p.Render(outcome, "r9", f, nil); err == nil {
		t.Error("a letter about a row that is not there")
	}
	if _, _, err := p.Render(outcome, "", f, nil); err == nil {
		t.Error("a letter about no row")
	}
	delete(f.Answers, "children/r1/outcome")
	if text, _, _ = p.Render(outcome, "r1", f, nil); text != "We will help Annr1: not given.\n" {
		t.Errorf("without the answer: %q", text)
	}
}

// A document made by hand that asks for more than its list is refused too.
func TestRenderOnlyAllowed(t *testing.T) {
	t.Parallel()
	p := worry(t)
	letter, _ := p.Document("letter")
	forged := *letter
	forged.Allow = []string{"children", "agency"}
	if _, _, err := p.Render(&forged, "", facts(complete(), "looking", manager), map[string]string{"reference": "x"}); err == nil {
		t.Error("an answer that is not allowed is shown")
	}
}

func TestClockQuestions(t *testing.T) {
	t.Parallel()
	p := worry(t)
	red := &p.Clocks[1]
	for rating, want := range map[string][2]bool{"": {false, false}, "red": {true, true}, "amber": {false, true}} {
		applies, known := p.Look(facts(with(complete(), "rating", rating), "looking", worker)).Applies(red, "")
		if applies != want[0] || known != want[1] {
			t.Errorf("rating %q: applies %v, known %v", rating, applies, known)
		}
	}
	if got := p.AppliesBy(red); !slices.Equal(got, []string{"Rating"}) {
		t.Errorf("applies by %v", got)
	}
	if p.Over(red, "looking") || !p.Over(red, "withdrawn") {
		t.Error("over in the wrong state")
	}
}
