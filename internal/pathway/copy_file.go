package pathway

import "slices"

// wholeFile adds to the copies for the file alone what none of their parts names and
// may leave: the file holds every decision, and nobody has to remember to list a new
// one. What is left out on purpose is in leaves_out, with why.
func (k *checker) wholeFile() {
	p := k.p
	for i := range p.Copies {
		c := &p.Copies[i]
		file := slices.Equal(c.To, []string{"file"})
		for _, id := range sortedKeys(c.LeavesOut) {
			at := k.d.lines[entry{&c.LeavesOut, id}]
			switch {
			case !file:
				k.d.fault(at, "Take leaves_out away", "the copy “%s” holds what its parts name, and nothing else", c.ID)
			case c.LeavesOut[id] == "":
				k.d.fault(at, "Say why", "it is not said why the copy “%s” leaves out “%s”", c.ID, id)
			case p.questions[id] == nil:
				k.d.fault(at, instead(id, keys(p.questions)), "there is no question “%s”", id)
			case slices.Contains(p.inParts(c), id):
				k.d.fault(at, "Keep one of them", "the copy “%s” shows “%s”, and leaves_out says that it does not", c.ID, id)
			}
		}
		if file {
			c.Parts = append(c.Parts, p.rest(c)...)
		}
	}
}

// inParts are the questions that the parts of a copy name.
func (p *Pathway) inParts(c *Copy) []string {
	var out []string
	for i := range c.Parts {
		m := copying{p: p}
		out = append(out, m.questions(&c.Parts[i])...)
	}
	return out
}

// rest are parts for what a copy for the file does not name: of each page, of each
// step as a decision, and of the rows of each group.
func (p *Pathway) rest(c *Copy) []CopyPart {
	named := p.inParts(c)
	var out, rows []CopyPart
	add := func(at *CopyPart, qs []Question) {
		for i := range qs {
			id := qs[i].ID
			in := p.questions[id]
			if in == nil || slices.Contains(named, id) || c.LeavesOut[id] != "" || in.q.Sealed || in.q.Guarded || in.q.Type == "files" || in.q.Type == "record" {
				continue
			}
			if g := in.group; g != "" {
				n := slices.IndexFunc(rows, func(r CopyPart) bool { return r.Group == g })
				if n < 0 {
					n = len(rows)
					rows = append(rows, CopyPart{Heading: p.groups[g].Title, Group: g, Show: slices.Clone(p.groups[g].Name)})
				}
				if !slices.Contains(rows[n].Show, id) {
					rows[n].Show = append(rows[n].Show, id)
				}
				continue
			}
			at.Show = append(at.Show, id)
		}
		if len(at.Show) > 0 {
			out = append(out, *at)
		}
	}
	for i := range p.Pages {
		heading := p.Pages[i].Section
		if heading == "" {
			heading = p.Pages[i].Title
		}
		add(&CopyPart{Heading: heading}, p.Pages[i].Questions)
	}
	for i := range p.Steps {
		add(&CopyPart{Heading: p.Steps[i].Label, Step: p.Steps[i].ID}, p.Steps[i].Ask)
	}
	return append(out, rows...)
}
