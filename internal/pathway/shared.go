package pathway

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// sharedDir is the folder beside the pathways whose files several of them use,
// and the name under which the files they use are kept with each.
const sharedDir = "shared/"

// splice puts into a pathway's document what it uses of shared files: their
// groups, the pages it names with use:, and what they carry. A group or page of
// the pathway's own that has the same id says only what is different.
func (k *checker) splice(doc *yaml.Node) {
	names := child(doc, "shared")
	if names == nil {
		return
	}
	items := names.Content
	if names.Kind == yaml.ScalarNode {
		items = []*yaml.Node{names}
	}
	pages := map[string]*yaml.Node{}
	for _, n := range items {
		part := k.sharedFile(n)
		if part == nil {
			continue
		}
		for _, g := range list(part, "groups") {
			k.spliceGroup(doc, g)
		}
		for _, c := range list(part, "carry") {
			sequence(doc, "carry").Content = append(sequence(doc, "carry").Content, c)
		}
		for _, p := range list(part, "pages") {
			if id := child(p, "page"); id != nil {
				pages[id.Value] = p
			}
		}
	}
	for i, p := range list(doc, "pages") {
		use := child(p, "use")
		if use == nil {
			continue
		}
		if pages[use.Value] == nil {
			k.d.fault(use.Line, instead(use.Value, keys(pages)), "no shared file has a page “%s”", use.Value)
			return
		}
		sequence(doc, "pages").Content[i] = laid(pages[use.Value], p)
	}
}

// sharedFile parses one shared file; its lines are numbered apart.
func (k *checker) sharedFile(name *yaml.Node) *yaml.Node {
	file := sharedDir + name.Value + ".yaml"
	text, ok := k.sharedText(name.Value + ".yaml")
	if !ok {
		k.d.fault(name.Line, "Put it into the folder _shared", "there is no shared file “%s”", name.Value)
		return nil
	}
	k.p.Files[file] = text
	own := newDecoder("_"+file, k.d.faults)
	doc, ok := own.document(text)
	if !ok {
		return nil
	}
	k.d.shared = append(k.d.shared, "_"+file)
	number(doc, len(k.d.shared)*sharedLine)
	for i := 0; i+1 < len(doc.Content); i += 2 {
		if !slices.Contains([]string{"groups", "pages", "carry"}, doc.Content[i].Value) {
			k.d.fault(doc.Content[i].Line, "Keep groups, pages and carry", "a shared file cannot have “%s”", doc.Content[i].Value)
		}
	}
	return doc
}

// sharedText is a shared file as the folder has it now, or as a kept text had it.
func (k *checker) sharedText(name string) (string, bool) {
	if k.pinned {
		text, ok := k.p.Files[sharedDir+name]
		return text, ok
	}
	text, ok := k.place.Shared[name]
	return text, ok
}

func (k *checker) spliceGroup(doc, g *yaml.Node) {
	id := child(g, "id")
	groups := sequence(doc, "groups")
	for i, mine := range groups.Content {
		if own := child(mine, "id"); own != nil && id != nil && own.Value == id.Value {
			groups.Content[i] = laid(g, mine)
			return
		}
	}
	groups.Content = append(groups.Content, g)
}

// unused takes out what a shared file says of questions that the pathway does not
// ask, because it took only some of its pages.
func (k *checker) unused() {
	p := k.p
	shared := func(at any) bool { return k.line(at) >= sharedLine }
	p.Carry = k.asked(p.Carry)
	for i := range p.Groups {
		m := p.Groups[i].Person
		if m == nil {
			continue
		}
		for _, at := range m.questions() {
			if shared(at) && p.questions[*at] == nil {
				*at = ""
			}
		}
		m.Whereabouts = k.asked(m.Whereabouts)
	}
}

// asked is a list of questions and groups without those that a shared file names
// and the pathway does not have.
func (k *checker) asked(list []string) []string {
	kept := 0
	for i, id := range list {
		if k.line(&list[i]) < sharedLine || k.p.questions[id] != nil || k.p.groups[id] != nil {
			k.d.lines[&list[kept]], list[kept] = k.line(&list[i]), id
			kept++
		}
	}
	return list[:kept]
}

// laid is a mapping with the parts of another laid over it; questions are added
// to those there are.
func laid(under, over *yaml.Node) *yaml.Node {
	out := *under
	out.Content = slices.Clone(under.Content)
	for i := 0; i+1 < len(over.Content); i += 2 {
		name, value := over.Content[i], over.Content[i+1]
		at := -1
		for j := 0; j+1 < len(out.Content); j += 2 {
			if out.Content[j].Value == name.Value {
				at = j + 1
			}
		}
		switch {
		case name.Value == "use":
		case at < 0:
			out.Content = append(out.Content, name, value)
		case name.Value == "questions" && value.Kind == yaml.SequenceNode:
			both := *out.Content[at]
			both.Content = append(slices.Clone(both.Content), value.Content...)
			out.Content[at] = &both
		default:
			out.Content[at] = value
		}
	}
	return &out
}

// child is one part of a mapping; nil when it is not there.
func child(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// list is the items of a part that is a list.
func list(n *yaml.Node, name string) []*yaml.Node {
	if c := child(n, name); c != nil && c.Kind == yaml.SequenceNode {
		return c.Content
	}
	return nil
}

// sequence is a part that is a list, made when it is not there.
func sequence(n *yaml.Node, name string) *yaml.Node {
	if c := child(n, name); c != nil {
		return c
	}
	c := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: n.Line}
	n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: n.Line}, c)
	return c
}

// number adds to the lines of a node and of all in it. An alias is followed once
// only: what it stands for is numbered where it stands.
func number(n *yaml.Node, add int) {
	n.Line += add
	for _, c := range n.Content {
		number(c, add)
	}
}
