package pathway

import (
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Look is a record's facts, made ready for many questions about its clocks.
type Look struct {
	p *Pathway
	s *scene
}

// Look makes a record's facts ready. They must not be changed while it is used.
func (p *Pathway) Look(f Facts) *Look {
	p.begun(&f)
	return &Look{p, p.scene(&f)}
}

// Applies tells whether a clock runs for the record, or for one row of it, as it
// is; known is false while an answer that decides it is missing.
func (l *Look) Applies(c *Clock, row string) (applies, known bool) {
	t, _ := l.s.at(c.Each, row).truth(c.rule)
	return t == yes, t != unknown
}

// Span is the length of a clock that starts now; false while it is not known
// which of them it is.
func (l *Look) Span(c *Clock, row string) (Span, bool) {
	for i := range c.Within {
		switch t, _ := l.s.at(c.Each, row).truth(c.Within[i].rule); t {
		case yes:
			return c.Within[i], true
		case unknown:
			return Span{}, false
		}
	}
	return Span{}, false
}

// Counts tells whether a step, taken on a row of its own, can start or stop a
// clock.
func (l *Look) Counts(c *Clock, step, row string) bool {
	s := l.p.steps[step]
	if c.counts == nil || s == nil || s.Group() != c.countsOf {
		return true
	}
	t, _ := l.s.at(c.countsOf, row).truth(c.counts)
	return t == yes
}

// OfRow tells whether a step, taken on a row, is about a clock of a row: a step
// of another group, or of none, is about all of them.
func (p *Pathway) OfRow(c *Clock, row, step, taken string) bool {
	s := p.steps[step]
	return c.Each == "" || s == nil || s.Group() != c.Each || row == taken
}

// HasRows tells whether a step adds a row or is about one, or what was taken before
// the last time counts otherwise.
func (p *Pathway) HasRows() bool {
	return len(p.Meetings) > 0 || p.Pauses() || slices.ContainsFunc(p.Steps, func(s Step) bool { return s.Group() != "" })
}

// AppliesBy names the questions on which it depends whether a clock runs.
func (p *Pathway) AppliesBy(c *Clock) []string {
	if c.rule == nil {
		return nil
	}
	var out []string
	for _, id := range c.rule.reads() {
		if in := p.questions[id]; in != nil {
			out = append(out, in.q.Heading())
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// AnsweredTime is the moment an answer names, asked once or of a row: the start
// of the day for a date, which day says.
func (l *Look) AnsweredTime(question, row string) (at time.Time, day, ok bool) {
	in := l.p.questions[question]
	if in == nil {
		return time.Time{}, false, false
	}
	if in.group == "" {
		row = ""
	}
	a, ok := l.s.answer(in.group, row, question)
	if !ok {
		return time.Time{}, false, false
	}
	if d, err := calendar.ParseDate(a.Text); err == nil && in.q.Type == "date" {
		return d.Start(), true, true
	}
	at, _, err := calendar.ParseTime(a.Text)
	return at, false, err == nil
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
