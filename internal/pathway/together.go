package pathway

import (
	"slices"
	"strings"

	"frontdoor/internal/answer"
)

// MeetsIn tells whether a meeting can be set or held from a state.
func (p *Pathway) MeetsIn(m *Meeting, state string) bool {
	if st := p.states[state]; st == nil || st.End {
		return false
	}
	return slices.ContainsFunc(slices.Concat(m.Invite, m.Held), func(id string) bool { return slices.Contains(p.steps[id].From, state) })
}

// SetsTogether is the step that sets the time of a meeting for every record it is
// about; nil where each record has meetings of its own alone.
func (p *Pathway) SetsTogether(m *Meeting) *Step {
	for _, id := range m.Together {
		s := p.steps[id]
		if s != nil && slices.Contains(m.Invite, id) && s.Group() == "" && slices.ContainsFunc(s.Ask, func(q Question) bool { return q.ID == m.At }) {
			return s
		}
	}
	return nil
}

// TakenTogether is the meeting for which a step is taken on every record that the
// meeting is about; nil when there is none.
func (p *Pathway) TakenTogether(step string) *Meeting {
	i := slices.IndexFunc(p.Meetings, func(m Meeting) bool { return slices.Contains(m.Together, step) })
	if i < 0 {
		return nil
	}
	return &p.Meetings[i]
}

// Over tells whether the last meeting of its kind was held or called off and no
// other has begun.
func (m *Meeting) Over(f Facts) bool {
	_, _, over := m.occasion(f.Acts)
	return over
}

// Guest is somebody on the list of a record's meeting, as far as it tells who they
// are. Email is what the record holds, opened by the one who asks.
type Guest struct{ Row, Worker, Email, Name, Role string }

// Guest gives who a row of a meeting's list stands for, without the address.
func (p *Pathway) Guest(m *Meeting, f Facts, row string) Guest {
	at := func(q string) string {
		if q == "" {
			return ""
		}
		return f.Answers.Text(answer.RowKey(m.Invited, row, q))
	}
	g := Guest{Row: row, Worker: bare(at(m.Worker)), Role: at(m.Role)}
	if named := p.groups[m.Invited].Name; len(named) > 0 && at(named[0]) != "" {
		g.Name = p.RowName(f, m.Invited, row)
	}
	return g
}

// Same tells whether two records’ lists name one person: by the account they use,
// by the address, or, where a list has neither, by the same name and the same part.
func (g Guest) Same(o Guest) bool {
	switch {
	case g.Worker != "" && o.Worker != "":
		return g.Worker == o.Worker
	case g.Email != "" && o.Email != "":
		return strings.EqualFold(strings.TrimSpace(g.Email), strings.TrimSpace(o.Email))
	}
	return g.Row != "" && o.Row != "" && g.Name != "" && strings.EqualFold(g.Name, o.Name) && g.Role == o.Role
}

// together checks the steps that are taken on every record at once.
func (k *checker) together(m *Meeting, what string) {
	p := k.p
	for j := range m.Together {
		line := &m.Together[j]
		if !k.oneOf(line, *line, "step", keys(p.steps)) {
			continue
		}
		s := p.steps[*line]
		switch {
		case !slices.Contains(slices.Concat(m.Invite, m.Off, m.Answer, []string{m.Attendance}), s.ID):
			k.d.fault(k.line(line), "Name steps of invite:, off:, attendance: or answer:. What is decided, is decided for each record", "“%s” is not about %s as a whole", s.ID, what)
		case s.Adds != "" || s.Row != "" && s.Row != m.Invited:
			k.d.fault(k.line(line), "Take it out", "“%s” is about one record’s own rows and cannot be taken on every record at once", s.ID)
		case len(s.To) > 0 && !slices.Contains(m.Invite, s.ID):
			k.d.fault(k.line(line), "Call the meeting off by a step without to:", "“%s” would move every other record that the meeting is about", s.ID)
		case len(s.Documents) > 0 || len(s.Starts) > 0 || s.Entry != "":
			k.d.fault(k.line(line), "Take documents:, starts: and entry: out, or take the step out of together:", "“%s” makes more of one record than the meeting", s.ID)
		case slices.ContainsFunc(s.Ask, func(q Question) bool {
			in := p.questions[q.ID]
			return in != nil && (in.q.Sealed || in.q.Type == "files" || in.q.Type == "record")
		}):
			k.d.fault(k.line(line), "Ask what is sealed, files and other records in a step of one record", "the answers of “%s” cannot be written on every record", s.ID)
		}
	}
	if len(m.Together) > 0 && p.SetsTogether(m) == nil {
		k.d.fault(k.line(m), "Put the step of invite: that asks "+m.At+" into together:", "nothing sets the time of %s for every record", what)
	}
}
