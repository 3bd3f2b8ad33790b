package pathway

import "slices"

// namesSomebody are the types of questions whose answers say who somebody is.
var namesSomebody = []string{"address", "postcode", "phone", "email", "nhs_number", "upn", "worker", "team", "record", "files"}

// anonymous checks a document that must name nobody: its list holds nothing that
// says who somebody is, and what the program fills in does not lead to the record.
func (k *checker) anonymous(doc *Document, text, what string) {
	if !doc.Anonymous {
		if len(doc.Hides) > 0 {
			k.d.fault(k.line(&doc.Hides[0]), "Write anonymous: true, or take hides away", "%s names what must not be told and is not anonymous", what)
		}
		return
	}
	if doc.Row != "" && !k.p.asksToMeeting(doc.Row) {
		k.d.fault(k.line(&doc.Row), "Take row away, or make it for each who was asked to a meeting", "%s names nobody and would be named by its row", what)
	}
	for i := range doc.Hides {
		if k.p.questions[doc.Hides[i]] == nil { // asked once, or of each row of a group
			k.d.fault(k.line(&doc.Hides[i]), instead(doc.Hides[i], keys(k.p.questions)), "there is no question “%s”", doc.Hides[i])
		}
	}
	for i, id := range doc.Allow {
		in := k.p.questions[id]
		switch {
		case k.p.groups[id] != nil || k.saysWho(id):
			k.d.fault(k.line(&doc.Allow[i]), "Take it off the list, and ask in words that name nobody", "%s may show “%s”, which says who somebody is", what, id)
		case in != nil && slices.Contains(namesSomebody, in.q.Type):
			k.d.fault(k.line(&doc.Allow[i]), "Take it off the list", "%s may show “%s”, which is of type %s", what, id, in.q.Type)
		case slices.Contains(doc.Hides, id):
			k.d.fault(k.line(&doc.Allow[i]), "Take it off one of the lists", "%s may show “%s”, which it hides", what, id)
		}
	}
	for _, h := range holes(text) {
		if h.space == "" && slices.Contains([]string{"reference", "row_name", "authority", "front_door", "phone"}, h.name) {
			k.d.faults.add(Fault{File: "messages/" + doc.Message + ".md", Line: h.line, Text: "{{" + h.name + "}} would lead to the record, and " + what + " names nobody", Do: "Take it out"})
		}
	}
}

// asksToMeeting tells whether the rows of a group are those who are asked to a
// meeting, and not people whom the record is about.
func (p *Pathway) asksToMeeting(group string) bool {
	g := p.groups[group]
	return g != nil && g.Person == nil && slices.ContainsFunc(p.Meetings, func(m Meeting) bool { return m.Invited == group })
}

// saysWho tells whether a question is one of those that name a row or a person.
func (k *checker) saysWho(id string) bool {
	for i := range k.p.Groups {
		g := &k.p.Groups[i]
		if g.Of == "" && slices.Contains(g.Name, id) {
			return true
		}
		if m := g.Person; m != nil && slices.Contains([]string{m.GivenNames, m.FamilyName, m.Aliases, m.Born, m.Due, m.NHSNumber, m.UPN, m.Address, m.Phone, m.Died}, id) {
			return true
		}
	}
	return false
}

// HiddenOnPapers are the questions whose answers no paper without names may hold.
func (p *Pathway) HiddenOnPapers() []string {
	var out []string
	for i := range p.Documents {
		out = append(out, p.Documents[i].Hides...)
	}
	return out
}
