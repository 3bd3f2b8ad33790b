package pathway_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
	"frontdoor/internal/tool"
)

// scored is a small pathway that is scored with a form, in a step.
const scored = `
pathway: scored
version: 1
title: Scored
summary: Scored
reference: SC
groups:
  - { id: scores, item: item, title: Scores, of: "tool:dash" }
pages:
  - page: start
    title: Start
    questions:
      - { id: why, type: text, label: Why, required: true }
      - { id: only_practice, type: yes_no, label: "Only for practice?" }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, sender: looking }
  - { id: done, label: Done, sender: closed, end: true }
steps:
  - id: begin
    label: Begin
    from: [begun]
    to: open
    by: [social_worker]
    grants: [ { key: w, to: "role:social_worker", may: [view, act], why: Work. } ]
  - id: score
    label: Score
    from: [open]
    to: done
    by: [social_worker]
    ask:
      - { id: score_answer, group: scores, type: tool, label: Answer, required: true }
      - { id: score_words, group: scores, type: textarea, label: Words, show_if: 'known(row.score_answer) && row.score_answer == "yes"' }
worked_out:
  - { id: yes, label: Yes, is: 'q.scores.filter(x, known(x.score_answer) && x.score_answer == "yes").size()', explain: Counted. }
`

func loadScored(replace ...string) (*pathway.Pathway, pathway.Faults) {
	return pathway.Load(fstest.MapFS{"pathway.yaml": {Data: []byte(strings.NewReplacer(replace...).Replace(scored))}}, place())
}

func TestWhatIsWrongWithATool(t *testing.T) {
	t.Parallel()
	if p, faults := loadScored(); p == nil {
		t.Fatal(faults)
	}
	for name, c := range map[string]struct {
		replace []string
		want    string
	}{
		"no such form":      {[]string{"tool:dash", "tool:dahs"}, "no practice example ships for the tool “dahs”. Did you mean “dash”?"},
		"no question":       {[]string{"type: tool", "type: text"}, "has 0 questions of type tool"},
		"carried":           {[]string{"reference: SC", "reference: SC\ncarry: [scores]"}, "the rows of a tool cannot be carried"},
		"practise of what":  {[]string{`of: "tool:dash"`, `of: "tool:dash", practise: why`}, "“why” is a question of type text"},
		"practise of none":  {[]string{`of: "tool:dash"`, `max: 3, practise: only_practice`}, "is not of a tool"},
		"asked of no items": {[]string{"id: why, type: text", "id: why, type: tool"}, "“why” is of type tool and not of a tool’s items"},
		"least and most":    {[]string{`of: "tool:dash"`, `of: "tool:dash", max: 9`}, "is a list of codes"},
		"adds":              {[]string{"    to: done\n", "    to: done\n    adds: scores\n"}, "adds to “scores”, whose rows are a list"},
	} {
		p, faults := loadScored(c.replace...)
		if p != nil || !strings.Contains(faults.Err().Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, faults, c.want)
		}
	}
	if p, faults := loadScored(`of: "tool:dash"`, `of: "tool:of_ours", if_imported: true`); p == nil {
		t.Errorf("a form that is only there when imported needs no example: %v", faults)
	}
}

func TestAStepThatScores(t *testing.T) {
	t.Parallel()
	form, _, _ := tool.PracticeOf("dash")
	own := *form
	own.Practice = false
	answers := answer.Set{"why": answer.Text("x"), "scores": answer.List("fear", "worse")}
	for _, c := range []struct {
		replace []string
		may     tool.Standing
		asked   int
		hint    string
		refused string
	}{
		{nil, tool.Standing{Wording: true}, 2, "How afraid they are\nThey say that they or a child could be killed or badly hurt.", ""},
		{nil, tool.Standing{}, 2, "", ""},
		{nil, tool.Standing{Refused: "You are not trained."}, 0, "", "You are not trained."},
		{[]string{`"tool:dash"`, `"tool:dash", if_imported: true`}, tool.Standing{Refused: "You are not trained."}, 0, "", ""},
	} {
		p, faults := loadScored(c.replace...)
		if p == nil {
			t.Fatal(faults)
		}
		f := facts(answers, "open", worker)
		f.Tools = map[string]*pathway.Sheet{"scores": {Form: &own, May: c.may}}
		step, _ := p.Step("score")
		asked := p.Ask(step, f)
		if len(asked) != c.asked {
			t.Errorf("%+v: asked %d", c.may, len(asked))
		}
		for _, a := range asked {
			if a.Question.Type != "radios" || len(a.Codes) != 3 {
				t.Errorf("%+v", a)
			}
		}
		if got := p.RowHint(f, "scores", "fear"); got != c.hint {
			t.Errorf("the hint is %q, want %q", got, c.hint)
		}
		states := p.StepsFor(f)
		if got := strings.Join(states[0].Refused, " "); got != c.refused {
			t.Errorf("refused with %q, want %q", got, c.refused)
		}
	}
	p, _ := loadScored()
	f := facts(with(answers, "scores/fear/score_answer", "maybe", "scores/worse/score_answer", "no"), "open", worker)
	f.Tools = map[string]*pathway.Sheet{"scores": {Form: form, May: tool.Standing{Wording: true}}}
	if _, err := p.Take("score", f); err == nil {
		t.Error("an answer that the item does not have was taken")
	}
	f.Answers["scores/fear/score_answer"] = answer.Text("yes")
	if _, err := p.Take("score", f); err != nil {
		t.Error(err)
	}
	if w := p.WorkedOutNow(f); w[0].Value != "1" {
		t.Errorf("%+v", w)
	}
	if r := p.ToolResults(f, "scores"); len(r) != 2 || r[0].Value != "1 of 17" || !strings.HasSuffix(r[0].Label, "(Practice example, not the tool)") {
		t.Errorf("%+v", r)
	}
	if got := p.RowName(f, "scores", "fear"); got != "1 How afraid they are (practice example)" {
		t.Errorf("%q", got)
	}
	delete(f.Tools, "scores")
	if got := p.RowName(f, "scores", "fear"); got != "Item fear" {
		t.Errorf("%q", got)
	}
}
