package pathway

import (
	"slices"
	"strings"

	"frontdoor/internal/calendar"
)

const lengthForms = "Write hours, open hours, working days, days, weeks or months, such as 15 working days"

func (k *checker) clocks() {
	p := k.p
	seen := map[string]bool{}
	for i := range p.Clocks {
		c := &p.Clocks[i]
		what := "the clock “" + c.ID + "”"
		if k.id(c.ID, &c.ID, "a clock", seen[c.ID]) {
			seen[c.ID] = true
		}
		k.needs(c, c.Label, what, "label")
		k.needs(c, c.Code, what, "code")
		if c.Each != "" {
			k.oneOf(&c.Each, c.Each, "group", keys(p.groups))
		}
		k.clockFrom(c, what)
		k.clockUntil(c, what)
		for j := range c.Again {
			id, ok := strings.CutPrefix(c.Again[j], "step.")
			if !ok {
				k.d.fault(k.line(&c.Again[j]), "Write step.<step>", "%s cannot run on after “%s”", what, c.Again[j])
				continue
			}
			k.oneOf(&c.Again[j], id, "step", keys(p.steps))
		}
		k.lengths(c, what)
		k.clockDue(c, what)
		k.pauses(c, what)
		if c.Law == "" {
			k.d.fault(k.line(c), "Write law: with an entry of law:", "%s does not say where its length comes from", what)
		} else if _, ok := p.Law[c.Law]; !ok {
			k.d.fault(k.line(&c.Law), instead(c.Law, keys(p.Law)), "there is no law entry “%s”", c.Law)
		}
		if len(c.Owner) == 0 {
			k.d.fault(k.line(c), "Write owner: with the roles that are told", "nobody is told when %s runs out", what)
		}
		k.roles(&c.Owner, slices.DeleteFunc(slices.Clone(c.Owner), isMailed), "author", "allocated", "team", "worker:")
		for j := range c.Owner {
			if kind, id, ok := strings.Cut(c.Owner[j], ":"); ok {
				k.clockWorker(&c.Owner[j], id, c, strings.TrimPrefix(kind, "work_"))
			}
		}
	}
}

func (k *checker) clockFrom(c *Clock, what string) {
	if len(c.From) == 0 {
		k.d.fault(k.line(c), "Write created, step.<step> or answer.<question>", "%s cannot start from “”", what)
	}
	for j := range c.From {
		at := &c.From[j]
		kind, id, ok := strings.Cut(*at, ".")
		switch {
		case *at == "created":
		case ok && kind == "step":
			k.oneOf(at, id, "step", keys(k.p.steps))
		case ok && kind == "answer":
			k.clockQuestion(at, id, c)
		default:
			k.d.fault(k.line(firstLine(k, at, c)), "Write created, step.<step> or answer.<question>", "%s cannot start from “%s”", what, *at)
		}
	}
}

// clockQuestion checks a date that a clock reads: of its row, or asked once.
func (k *checker) clockQuestion(at *string, id string, c *Clock) {
	group := ""
	if in := k.p.questions[id]; in != nil && in.group == c.Each {
		group = c.Each
	}
	k.anyQuestion(at, id, group, "date", "datetime")
}

// reminded warns of an address in a row to which no clock of the row and no meeting
// sends anything: whoever gave it waits for a mail that never comes.
func (k *checker) reminded() {
	p := k.p
	for _, id := range sortedKeys(p.questions) {
		in := p.questions[id]
		if in.q.Type != "email" || in.group == "" {
			continue
		}
		mailed := slices.ContainsFunc(p.Meetings, func(m Meeting) bool { return m.Email == id }) ||
			slices.ContainsFunc(p.Clocks, func(c Clock) bool {
				return slices.ContainsFunc(mailedBy, func(by string) bool { return slices.Contains(c.Owner, by+":"+id) })
			})
		if !mailed {
			k.warn(k.line(in.q), "Name it in the owner: of a clock as work_email:"+id+", or as email:"+id+" where it may be the family’s", "nothing is ever sent to the address “%s”", id)
		}
	}
}

// isMailed tells whether an owner of a clock is an address that an answer gives.
func isMailed(owner string) bool {
	kind, _, is := strings.Cut(owner, ":")
	return is && slices.Contains(mailedBy, kind)
}

// clockWorker checks a worker or an address that a clock tells: named in its
// row, or once.
func (k *checker) clockWorker(at *string, id string, c *Clock, kind string) {
	group := ""
	if in := k.p.questions[id]; in != nil && in.group == c.Each {
		group = c.Each
	}
	k.anyQuestion(at, id, group, kind)
}

func (k *checker) clockUntil(c *Clock, what string) {
	if len(c.Until) == 0 {
		k.d.fault(k.line(c), "Write until: with the step or state that stops it", "%s can never stop", what)
	}
	for j := range c.Until {
		kind, id, _ := strings.Cut(c.Until[j], ".")
		switch kind {
		case "step":
			k.oneOf(&c.Until[j], id, "step", keys(k.p.steps))
		case "state":
			k.oneOf(&c.Until[j], id, "state", keys(k.p.states))
		default:
			k.d.fault(k.line(&c.Until[j]), "Write step.<step> or state.<state>", "%s cannot stop at “%s”", what, c.Until[j])
		}
	}
}

// length reads one length, which may be a setting's; at points at its text.
func (k *checker) length(at *string, of any, what string) (l calendar.Length, setting string, ok bool) {
	text := *at
	if id, is := strings.CutPrefix(text, "setting."); is {
		s, have := k.p.Settings[id]
		if !have {
			k.d.fault(k.line(at), instead(id, keys(k.p.Settings)), "there is no setting “%s”", id)
			return l, "", false
		}
		setting, text = id, s.Default
	}
	l, err := calendar.ParseLength(text)
	if err == nil {
		return l, setting, true
	}
	line := k.line(firstLine(k, at, of))
	if setting != "" {
		k.outside(line, lengthForms, "%s: the setting “%s” is “%s”, which is not a length", what, setting, text)
	} else {
		k.d.fault(line, lengthForms, "%s: “%s” is not a length", what, text)
	}
	return l, setting, false
}

func (k *checker) lengths(c *Clock, what string) {
	for i := range c.Within {
		s := &c.Within[i]
		var ok bool
		if s.Length, s.Setting, ok = k.length(&s.Text, firstLine(k, s, c), what); !ok {
			continue
		}
		if s.If == "" && i < len(c.Within)-1 {
			k.d.fault(k.line(s), "Put the length without a condition last", "%s never gets past “%s”", what, s.Text)
		}
		if c.HoldBefore && s.Length.Unit != calendar.Days && s.Length.Unit != calendar.Months {
			k.d.fault(k.line(&c.HoldBefore), "Take it out", "%s runs in %s, so there is no day to move back from", what, s.Length.Unit)
		}
	}
	k.rolls(c, what)
	if len(c.Within) > 0 {
		c.Length, c.Setting = c.Within[0].Length, c.Within[0].Setting
	} else if c.Due == "" {
		k.d.fault(k.line(c), lengthForms, "%s: “” is not a length", what)
	}
	for i := range c.Warn {
		if l, _, ok := k.length(&c.Warn[i], c, what); ok {
			c.Early = append(c.Early, l)
		}
	}
}

// What the setting of a clock that may roll forward can say.
const (
	rollsOn    = "the next working day"
	rollsNever = "the day itself"
)

// rolls reads whether a limit that is not a working day moves on to the next.
func (k *checker) rolls(c *Clock, what string) {
	if c.RollForward == "" {
		return
	}
	id, is := strings.CutPrefix(c.RollForward, "setting.")
	s, have := k.p.Settings[id]
	switch {
	case !is || !have:
		k.d.fault(k.line(&c.RollForward), instead(id, keys(k.p.Settings)), "%s: there is no setting “%s”", what, c.RollForward)
	case s.Default != rollsOn && s.Default != rollsNever:
		k.outside(k.line(&c.RollForward), "Write “"+rollsOn+"” or “"+rollsNever+"”", "%s: the setting “%s” is “%s”", what, id, s.Default)
	case c.HoldBefore || slices.ContainsFunc(c.Within, func(s Span) bool { return !s.Length.Unit.CountsDays() }):
		k.d.fault(k.line(&c.RollForward), "Take it out", "%s is held before its limit or runs in hours, so there is no day to move on from", what)
	}
	c.Rolls = s.Default == rollsOn
}

func (k *checker) clockDue(c *Clock, what string) {
	if c.Due == "" {
		if c.Before != "" {
			k.d.fault(k.line(&c.Before), "Write due: answer.<question>", "%s comes before nothing", what)
		}
		return
	}
	if len(c.Within) > 0 {
		k.d.fault(k.line(&c.Due), "Keep one of them", "%s has both a length and a date as its limit", what)
	}
	id, ok := strings.CutPrefix(c.Due, "answer.")
	if !ok {
		k.d.fault(k.line(&c.Due), "Write answer.<question>", "%s cannot be due at “%s”", what, c.Due)
	} else {
		k.clockQuestion(&c.Due, id, c)
	}
	if c.Before != "" {
		var setting string
		if c.Ahead, setting, ok = k.length(&c.Before, c, what); ok {
			c.Setting = setting
		}
		if c.Ahead.Unit == calendar.OpenHours {
			k.d.fault(k.line(&c.Before), "Write hours, working days, days, weeks or months", "%s cannot be counted back in open hours", what)
		}
	}
}

// clockRules compiles the rules of the clocks.
func (k *checker) clockRules() {
	for i := range k.p.Clocks {
		c := &k.p.Clocks[i]
		what := "the clock “" + c.ID + "”"
		c.rule = k.boolean(&c.If, c.Each, "the condition of "+what)
		for j := range c.Within {
			c.Within[j].rule = k.boolean(&c.Within[j].If, c.Each, "the condition of a length of "+what)
		}
		if c.CountsIf == "" {
			continue
		}
		var groups []string
		for _, at := range slices.Concat(c.From, c.Until) {
			if id, ok := strings.CutPrefix(at, "step."); ok && k.p.steps[id] != nil {
				if g := k.p.steps[id].Group(); g != "" && !slices.Contains(groups, g) {
					groups = append(groups, g)
				}
			}
		}
		if len(groups) != 1 {
			k.d.fault(k.line(&c.CountsIf), "Let the steps of its from: and until: add or be about rows of one group", "%s has a rule about a row, and no row to ask", what)
			continue
		}
		c.countsOf = groups[0]
		c.counts = k.boolean(&c.CountsIf, c.countsOf, "counts_if of "+what)
	}
}
