package pathway

import (
	"slices"
	"strings"

	"frontdoor/internal/calendar"
)

// Pause is a time for which a clock stands still, because a rule says so: from the
// step that begins it until one of the steps that end it.
type Pause struct {
	From  string   `yaml:"from"`  // step.<step>, which asks why
	Until []string `yaml:"until"` // step.<step>
	Law   string   `yaml:"law"`   // an entry of law: by which rule it stands still
}

// Pauses tells whether any clock can stand still.
func (p *Pathway) Pauses() bool {
	return slices.ContainsFunc(p.Clocks, func(c Clock) bool { return len(c.Pauses) > 0 })
}

// lawRank is how much a kind of rule weighs: a pause needs a rule as strong as
// the clock's own.
var lawRank = map[string]int{"statute": 2, "statutory_guidance": 1}

func (k *checker) pauses(c *Clock, what string) {
	for i := range c.Pauses {
		s := &c.Pauses[i]
		if c.Due != "" || c.HoldBefore || c.Each != "" || slices.ContainsFunc(c.Within, func(w Span) bool { return w.Length.Unit == calendar.OpenHours }) {
			k.d.fault(k.line(s), "Let it stop, and another begin", "%s has a limit that an answer gives, that is held before a day, that runs in open hours or that is of a row, and cannot stand still", what)
		}
		from := k.pauseStep(firstLine(k, &s.From, s), s.From, what)
		if len(s.Until) == 0 {
			k.d.fault(k.line(s), "Write until: with the step that ends it", "%s would stand still for ever", what)
		}
		for j := range s.Until {
			k.pauseStep(&s.Until[j], s.Until[j], what)
		}
		if from != nil && !slices.ContainsFunc(from.Ask, func(q Question) bool {
			return q.Required && slices.Contains([]string{"text", "textarea", "radios"}, q.Type)
		}) {
			k.d.fault(k.line(&s.From), "Ask there why, with required: true", "%s would stand still and nobody would know why", what)
		}
		law, ok := k.p.Law[s.Law]
		switch own := k.p.Law[c.Law]; {
		case s.Law == "":
			k.d.fault(k.line(s), "Write law: with the rule by which it stands still", "%s does not say by which rule it stands still", what)
		case !ok:
			k.d.fault(k.line(&s.Law), instead(s.Law, keys(k.p.Law)), "there is no law entry “%s”", s.Law)
		case lawRank[law.Kind] < lawRank[own.Kind]:
			k.d.fault(k.line(&s.Law), "Name a rule that is as strong, or let it run", "%s rests on %s and would stand still by %s", what, own.Kind, law.Kind)
		}
	}
}

func (k *checker) pauseStep(at any, event, what string) *Step {
	id, is := strings.CutPrefix(event, "step.")
	if !is {
		k.d.fault(k.line(at), "Write step.<step>", "%s cannot stand still from or until “%s”", what, event)
		return nil
	}
	k.oneOf(at, id, "step", keys(k.p.steps))
	return k.p.steps[id]
}
