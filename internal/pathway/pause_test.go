package pathway_test

import (
	"regexp"
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// A clock stands still only by a rule as strong as its own, where somebody says
// why, and not for ever.
func TestPausesAreChecked(t *testing.T) {
	t.Parallel()
	text := string(folder(t, "worry")["pathway.yaml"].Data)
	clock := regexp.MustCompile(`(?m)^  - \{ id: decide,.*law: decide.*$`).FindString(text)
	if clock == "" {
		t.Fatal("testdata/worry has no such clock:\n" + text[strings.Index(text, "clocks:"):])
	}
	for pauses, want := range map[string]string{
		"{ from: step.decide, until: [step.submit], law: decide }":  "",
		"{ from: step.decide, until: [step.submit], law: local }":   "rests on statutory_guidance and would stand still by local_procedure",
		"{ from: step.decide, until: [step.submit], law: nowhere }": "there is no law entry “nowhere”",
		"{ from: step.decide, until: [step.submit] }":               "by which rule it stands still",
		"{ from: step.decide, law: decide }":                        "for ever",
		"{ from: step.submit, until: [step.decide], law: decide }":  "nobody would know why",
		"{ from: step.decde, until: [step.submit], law: decide }":   "there is no step “decde”",
		"{ from: created, until: [step.submit], law: decide }":      "cannot stand still from or until “created”",
	} {
		p, faults := pathway.Load(folder(t, "worry", clock, strings.Replace(clock, "law: decide", "pauses: ["+pauses+"], law: decide", 1)), place())
		switch {
		case want == "" && p == nil:
			t.Errorf("%s: %v", pauses, faults)
		case want != "" && (p != nil || !strings.Contains(faults.Err().Error(), want)):
			t.Errorf("%s gives %v, want %q", pauses, faults, want)
		}
	}
}
