package pathway_test

import (
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

const hears = `steps:
  - id: over
    label: Something has ended
    from: [looking]
    by: [system]
    adds: ends
    hears_end: { what: end_what, how: end_how, at: end_at }
    ask:
      - { id: end_what, group: ends, type: text, label: What }
      - { id: end_how, group: ends, type: text, label: How }
      - { id: end_at, group: ends, type: datetime, label: When }
`

// A step that hears of an end is the program’s own, and has somewhere to write it.
func TestFaultsOfHearingAnEnd(t *testing.T) {
	t.Parallel()
	groups := []string{"groups:\n", "groups:\n  - { id: ends, item: end, title: Ends }\n"}
	if _, faults := library(t, append([]string{"steps:\n", hears}, groups...), nil); faults != nil && strings.Contains(faults.Error(), "hears") {
		t.Errorf("as it should be: %v", faults)
	}
	for want, edit := range map[string][2]string{
		"not for the program alone":        {"by: [system]", "by: [manager, system]"},
		"where it hears of an end, has no": {", at: end_at }", " }"},
		"is a question of type datetime":   {"how: end_how", "how: end_at"},
		"is not asked of the group “ends”": {"what: end_what", "what: danger"},
	} {
		if l, faults := library(t, append([]string{"steps:\n", strings.Replace(hears, edit[0], edit[1], 1)}, groups...), nil); l != nil || !strings.Contains(faults.Error(), want) {
			t.Errorf("want %q, have:\n%v", want, faults)
		}
	}
	if l, faults := library(t, []string{"roles:\n", "roles:\n  ended: decision_words\n"}, nil); l != nil || !strings.Contains(faults.Error(), "decision_words") {
		t.Errorf("a reason that nothing asks: %v", faults)
	}
}

// Only the step that ends a record says how it ended.
func TestEndedBy(t *testing.T) {
	t.Parallel()
	p := worry(t)
	s, _ := p.Step("decide")
	if got := p.EndedBy(pathway.Taking{Step: s, From: "looking", To: "decided"}, facts(complete(), "decided", manager)); got != "Decided" {
		t.Errorf("ended %q", got)
	}
	for _, to := range []string{"looking", ""} {
		if got := p.EndedBy(pathway.Taking{Step: s, From: "received", To: to}, facts(complete(), "looking", manager)); got != "" {
			t.Errorf("to %q: ended %q", to, got)
		}
	}
	if got := p.EndedBy(pathway.Taking{Step: s, From: "decided", To: "decided"}, facts(complete(), "decided", manager)); got != "" {
		t.Errorf("it had ended: %q", got)
	}
}
