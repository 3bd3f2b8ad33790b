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
		k.roles(&s.By, s.By, builtIn...)
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
		for j := range s.Documents {
			k.oneOf(&s.Documents[j], s.Documents[j], "document", keys(p.documents))
		}
		k.anyQuestion(&s.Moves, s.Moves, "")
		k.anyQuestion(&s.Merges, s.Merges, "", "record")
		k.anyQuestion(&s.Allocates, s.Allocates, "", "worker")
		k.anyQuestion(&s.Team, s.Team, "", "team")
		k.anyQuestion(&s.Happened, s.Happened, "", "date", "datetime")
		if s.Entry != "" {
			k.oneOf(&s.Entry, s.Entry, "kind of entry", entryKinds)
		}
		k.grants(s, what)
		k.starts(s, what)
		k.notices(s, what)
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
		case kind == "team" && rest != "":
			if in := k.p.questions[rest]; in != nil && in.q.Type != "team" {
				k.anyQuestion(line, rest, "", "team")
			}
		case kind == "worker" && rest != "":
			k.anyQuestion(line, rest, "", "worker")
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
			switch {
			case isRole:
				k.roles(&n.To, []string{role})
			case !slices.Contains([]string{"team", "author", "allocated"}, to):
				k.d.fault(k.line(&n.To), "Write role:<role>, team, author or allocated", "%s cannot tell “%s”", what, to)
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
