package pathway

import (
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Applies tells whether a clock runs for the record as it is; known is false
// while an answer that decides it is missing.
func (p *Pathway) Applies(c *Clock, f Facts) (applies, known bool) {
	if c.rule == nil {
		return true, true
	}
	p.begun(&f)
	t, _ := p.scene(&f).truth(c.rule)
	return t == yes, t != unknown
}

// AppliesBy names the questions on which it depends whether a clock runs.
func (p *Pathway) AppliesBy(c *Clock) []string {
	if c.rule == nil {
		return nil
	}
	var out []string
	for _, id := range c.rule.reads() {
		if in := p.questions[id]; in != nil {
			name := in.q.Label
			if in.q.Short != "" {
				name = in.q.Short
			}
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AnsweredTime is the moment an answer names: the start of the day for a date.
func (p *Pathway) AnsweredTime(question string, f Facts) (time.Time, bool) {
	in := p.questions[question]
	if in == nil {
		return time.Time{}, false
	}
	a, ok := p.scene(&f).answer("", "", question)
	if !ok {
		return time.Time{}, false
	}
	if d, err := calendar.ParseDate(a.Text); err == nil && in.q.Type == "date" {
		return d.Start(), true
	}
	t, _, err := calendar.ParseTime(a.Text)
	return t, err == nil
}

// Over tells whether a clock has nothing left to wait for in a state: the
// record is at an end from which no step that stops the clock can be taken.
func (p *Pathway) Over(c *Clock, state string) bool {
	s := p.states[state]
	if s == nil || !s.End {
		return false
	}
	return !slices.ContainsFunc(c.Until, func(u string) bool {
		step := p.steps[strings.TrimPrefix(u, "step.")]
		return step != nil && strings.HasPrefix(u, "step.") && slices.Contains(step.From, state)
	})
}

// Key is the key of a question's answer about a row; row is empty for a
// question asked once.
func (p *Pathway) Key(question, row string) answer.Key {
	return keyOf(p.GroupOf(question), row, question)
}
