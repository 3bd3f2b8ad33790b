package pathway

import (
	"slices"
	"strings"
)

var rights = []string{"view", "act", "status"}

func (k *checker) steps() {
	p := k.p
	grants := map[string]bool{}
	for i := range p.Steps {
		for _, g := range p.Steps[i].Grants {
			grants[g.Key] = true
		}
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		what := "the step “" + s.ID + "”"
		k.needs(s, s.Label, what, "label")
		for j := range s.From {
			k.oneOf(&s.From[j], s.From[j], "state", keys(p.states))
		}
		if len(s.From) == 0 {
			k.d.fault(k.line(s), "Write from: with the states it can be taken in", "%s can be taken in no state", what)
		}
		if len(s.By) == 0 {
			k.d.fault(k.line(s), "Write by: with the roles that may take it", "%s can be taken by nobody", what)
		}
		k.roles(&s.By, s.By, append(slices.Clone(builtIn), "worker:")...)
		k.stepRows(s, what)
		k.hearsEnd(s, what)
		for j := range s.To {
			k.oneOf(firstLine(k, &s.To[j].State, &s.To[j]), s.To[j].State, "state", keys(p.states))
			if s.To[j].If == "" && j < len(s.To)-1 {
				k.d.fault(k.line(&s.To[j]), "Put the state without a condition last", "%s never gets past “%s”", what, s.To[j].State)
			}
		}
		for j := range s.NotBy {
			k.oneOf(&s.NotBy[j], s.NotBy[j], "step", keys(p.steps))
		}
		for j := range s.AllowIf {
			g := &s.AllowIf[j]
			if g.If == "" || g.Else == "" {
				k.d.fault(k.line(g), "Write if: and else:, and let else say what to do", "%s has a guard without both parts", what)
			}
		}
		for j := range s.Marks {
			k.oneOf(&s.Marks[j], s.Marks[j], "mark", markNames)
		}
		for j := range s.Ends {
			if !grants[s.Ends[j]] {
				k.d.fault(k.line(&s.Ends[j]), instead(s.Ends[j], keys(grants)), "no step makes a grant “%s”", s.Ends[j])
			}
		}
		for j := range s.Afresh {
			k.oneOf(&s.Afresh[j], s.Afresh[j], "question", keys(p.questions))
		}
		for j := range s.Documents {
			k.oneOf(&s.Documents[j], s.Documents[j], "document", keys(p.documents))
		}
		k.stepQuestion(s, &s.Moves, s.Moves)
		k.stepQuestion(s, &s.Merges, s.Merges, "record")
		k.stepQuestion(s, &s.Allocates, s.Allocates, "worker")
		k.stepQuestion(s, &s.Team, s.Team, "team")
		k.stepQuestion(s, &s.Happened, s.Happened, "date", "datetime")
		if s.Entry != "" {
			k.oneOf(&s.Entry, s.Entry, "kind of entry", entryKinds)
		}
		k.grants(s, what)
		k.starts(s, what)
		k.takes(s, what)
		k.notices(s, what)
	}
}

// stepQuestion reports a question that a step names and is not there: one asked
// once, or of the group whose row the step adds or is about.
func (k *checker) stepQuestion(s *Step, at any, id string, types ...string) {
	group := ""
	if in := k.p.questions[id]; in != nil && in.group == s.Group() {
		group = in.group
	}
	k.anyQuestion(at, id, group, types...)
}

// stepRows checks the rows that a step adds or is about, and whom it names.
func (k *checker) stepRows(s *Step, what string) {
	if s.Adds != "" && s.Row != "" {
		k.d.fault(k.line(&s.Row), "Keep one", "%s adds a row and is about one", what)
	}
	for _, at := range []*string{&s.Adds, &s.Row} {
		if *at != "" {
			k.oneOf(at, *at, "group", keys(k.p.groups))
		}
	}
	if g := k.p.groups[s.Adds]; g != nil {
		switch {
		case g.Of != "":
			k.d.fault(k.line(&s.Adds), "Let it be about one: row: "+s.Adds, "%s adds to “%s”, whose rows are a list of codes", what, s.Adds)
		case g.Min > 0:
			k.d.fault(k.line(&s.Adds), "Take min: out of the group", "%s adds to “%s”, which must have rows before", what, s.Adds)
		case !slices.ContainsFunc(s.Ask, func(q Question) bool { return q.Group == s.Adds }):
			k.d.fault(k.line(s), "Write group: "+s.Adds+" on its questions", "%s adds an empty row", what)
		}
	}
	if s.Group() != "" && slices.Contains(s.From, k.p.start) {
		k.d.fault(k.line(s), "Begin with a step about the whole record", "%s is about a row and cannot be how records begin", what)
	}
	for j := range s.By {
		if id, ok := strings.CutPrefix(s.By[j], "worker:"); ok {
			k.stepQuestion(s, &s.By[j], id, "worker")
		}
	}
}

func (k *checker) grants(s *Step, what string) {
	for i := range s.Grants {
		g := &s.Grants[i]
		if g.Key == "" || g.Why == "" || len(g.May) == 0 {
			k.d.fault(k.line(g), "Write key:, to:, may: and why:", "%s makes a grant without all its parts", what)
		}
		for j := range g.May {
			k.oneOf(&g.May[j], g.May[j], "right", rights)
		}
		kind, rest, colon := strings.Cut(g.To, ":")
		line := firstLine(k, &g.To, g)
		switch {
		case kind == "role" && rest != "", kind == "parent" && rest != "":
			k.roles(line, []string{rest})
			if len(k.p.Restricted) > 0 && !slices.Contains(k.p.Restricted, rest) {
				k.d.fault(k.line(line), "Give it to a team or a named worker, or put the role into restricted:", "%s gives the record to the role “%s”, which the pathway is restricted from", what, rest)
			}
		case kind == "team" && rest != "":
			if in := k.p.questions[rest]; in != nil && in.q.Type != "team" {
				k.stepQuestion(s, line, rest, "team")
			}
		case kind == "worker" && rest != "":
			k.stepQuestion(s, line, rest, "worker")
		case kind == "ended" && slices.Contains(s.Ends, rest):
		case !colon && (kind == "author" || kind == "each"):
		default:
			k.d.fault(k.line(line), "Write role:<role>, team:<question or id>, worker:<question>, parent:<role>, author or each", "%s cannot give the record to “%s”", what, g.To)
		}
	}
}

func (k *checker) starts(s *Step, what string) {
	for i := range s.Starts {
		st := &s.Starts[i]
		k.needs(st, st.Pathway, what+", where it starts a record,", "pathway")
		if st.Each != "" && k.p.groups[st.Each] == nil {
			in := k.p.questions[st.Each]
			if in == nil || in.group != "" || in.q.Type != "checkboxes" {
				have := keys(k.p.groups)
				for id, in := range k.p.questions {
					if in.q.Type == "checkboxes" && in.group == "" {
						have = append(have, id)
					}
				}
				k.d.fault(k.line(&st.Each), instead(st.Each, have), "“%s” is neither a group nor a checkboxes question asked once", st.Each)
			}
		}
		if kind, rest, ok := strings.Cut(st.Team, ":"); ok {
			if !slices.Contains([]string{"kind", "team"}, kind) || rest == "" {
				k.d.fault(k.line(&st.Team), "Write kind:<agency kind>/<role>, each/<role>, team:<id> or a question", "%s cannot give the new record to “%s”", what, st.Team)
			}
			if _, role, ok := strings.Cut(rest, "/"); ok && kind == "kind" {
				k.roles(&st.Team, []string{role})
			}
		} else if role, ok := strings.CutPrefix(st.Team, "each/"); ok {
			k.roles(&st.Team, []string{role})
			if st.Each == "" {
				k.d.fault(k.line(&st.Team), "Write each: with the question or group", "%s starts one record only, so there is no “each”", what)
			}
		} else {
			k.anyQuestion(&st.Team, st.Team, "", "team")
		}
	}
}

func (k *checker) notices(s *Step, what string) {
	for i := range s.Notices {
		n := &s.Notices[i]
		for _, to := range n.To {
			role, isRole := strings.CutPrefix(to, "role:")
			kind, id, _ := strings.Cut(to, ":")
			switch {
			case isRole:
				k.roles(&n.To, []string{role})
			case (kind == "worker" || kind == "team") && k.p.questions[id] != nil:
				k.stepQuestion(s, &n.To, id, kind)
			case kind == "ended" && id != "":
				if !slices.Contains(s.Ends, id) {
					k.d.fault(k.line(&n.To), "Name a grant of its ends:", "%s tells those who held “%s”, which it does not end", what, id)
				}
			case !slices.Contains([]string{"team", "author", "allocated"}, to):
				k.d.fault(k.line(&n.To), "Write role:<role>, worker:<question>, team:<question>, ended:<grant>, team, author or allocated", "%s cannot tell “%s”", what, to)
			}
		}
		if len(n.To) == 0 {
			k.d.fault(k.line(n), "Write to:", "%s has a notice to nobody", what)
		}
		text, ok := k.message(&n.Message, n.Message)
		if !ok {
			continue
		}
		for _, h := range holes(text) {
			if h.space != "" {
				k.d.faults.add(Fault{
					File: "messages/" + n.Message + ".md", Line: h.line,
					Text: "a notice goes out with no personal data and this one names the answer “" + h.space + "." + h.name + "”", Do: "Take it out and let the link lead to it",
				})
			}
		}
	}
}
