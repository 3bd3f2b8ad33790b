// Package listing lets one entry of a list in a YAML text be changed by a form:
// a service that answers, a document of the library. Every other line of the
// text stays as it was, comments and all, so that a second person sees only what
// was changed.
package listing

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/fault"

	"go.yaml.in/yaml/v3"
)

// List is one kind of entry in one text.
type List struct {
	// Key is its part of an address.
	Key string
	// File is the text that holds it, and Path where in it: the name of a setting,
	// or nothing when the whole text is the list.
	File, Path string
	// ID is the field that tells entries apart and is never changed. Where it is
	// empty the list is a mapping, and the names in it tell them apart.
	ID string
	// Name is the field that a reader knows an entry by.
	Name string
	// Title is what the list is called, and One an entry.
	Title, One string
	Fields     []Field
}

// Entry is one entry as it stands in a text.
type Entry struct {
	ID string
	// Values are the fields as a form names them: rows as "phones.0.number".
	Values url.Values

	node     *yaml.Node
	from, to int // its lines, from 0; the last is not one of them
}

// text is a text taken apart.
type text struct {
	lines   []string
	entries []Entry
	indent  int // of the entries, in spaces
	end     int // the line after the last entry
}

var errUnreadable = fault.New(fault.Invalid, "The list cannot be read as it is written. Open its text and put right what is marked there.")

func (l *List) read(source string) (*text, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(source), &doc); err != nil {
		return nil, errUnreadable
	}
	t := &text{lines: strings.SplitAfter(source, "\n")}
	if last := len(t.lines) - 1; t.lines[last] == "" {
		t.lines = t.lines[:last]
	}
	if len(doc.Content) == 0 {
		return nil, errUnreadable
	}
	list, end := doc.Content[0], len(t.lines)
	if l.Path != "" {
		if list.Kind != yaml.MappingNode {
			return nil, errUnreadable
		}
		at := index(list, l.Path)
		if at < 0 {
			return nil, errUnreadable
		}
		if at+2 < len(list.Content) {
			end = list.Content[at+2].Line - 1
		}
		list = list.Content[at+1]
	}
	want := yaml.SequenceNode
	if l.ID == "" {
		want = yaml.MappingNode
	}
	if list.Kind != want || list.Style&yaml.FlowStyle != 0 || len(list.Content) == 0 {
		return nil, errUnreadable
	}
	step := 1
	if l.ID == "" {
		step = 2
	}
	for i := 0; i < len(list.Content); i += step {
		e := Entry{node: list.Content[i+step-1], from: list.Content[i].Line - 1}
		if e.node.Kind != yaml.MappingNode {
			return nil, errUnreadable
		}
		e.ID = list.Content[i].Value
		t.indent = list.Content[i].Column - 1
		if l.ID != "" {
			e.ID = scalar(e.node, l.ID)
			t.indent -= len("- ")
		}
		e.Values = values(l.Fields, e.node, "")
		t.entries = append(t.entries, e)
	}
	for i := range t.entries {
		next := end
		if i+1 < len(t.entries) {
			next = t.entries[i+1].from
		}
		for next > t.entries[i].from+1 && between(t.lines[next-1], t.indent) {
			next--
		}
		t.entries[i].to, t.end = next, next
	}
	return t, nil
}

// between tells whether a line stands between entries and belongs to none.
func between(line string, indent int) bool {
	trimmed := strings.TrimLeft(line, " ")
	return strings.TrimSpace(line) == "" || strings.HasPrefix(trimmed, "#") && len(line)-len(trimmed) <= indent
}

func (t *text) find(id string) (Entry, bool) {
	i := slices.IndexFunc(t.entries, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return t.entries[i], true
}

// raw is an entry's lines, or nothing where there is none.
func (t *text) raw(id string) string {
	e, ok := t.find(id)
	if !ok {
		return ""
	}
	return strings.Join(t.lines[e.from:e.to], "")
}

// splice gives the text with other lines in the place of some.
func (t *text) splice(from, to int, with string) string {
	return strings.Join(t.lines[:from], "") + with + strings.Join(t.lines[to:], "")
}

// Entries reads the list. The error says that the text cannot be read.
func (l *List) Entries(source string) ([]Entry, error) {
	t, err := l.read(source)
	if err != nil {
		return nil, err
	}
	return t.entries, nil
}

// Set gives the text with an entry as a form has it. A value that the form leaves
// as it was, and a setting that the form does not know, stay as they are written.
func (l *List) Set(source, id string, form url.Values) (string, error) {
	t, err := l.read(source)
	if err != nil {
		return "", err
	}
	e, ok := t.find(id)
	if !ok {
		return "", fault.New(fault.Conflict, "This entry is no longer in the list. Someone has taken it out.")
	}
	was := slices.Clone(e.node.Content)
	fill(l.Fields, e.node, form, "", l.ID)
	if e.node.Style&yaml.FlowStyle == 0 && slices.Contains(e.node.Content, was[0]) {
		return t.settings(e, was)
	}
	if slices.Equal(was, e.node.Content) {
		return source, nil
	}
	written, err := l.write(id, e.node, t.indent)
	return t.splice(e.from, e.to, written), err
}

// settings gives the text with the settings of an entry that changed in the place
// of those they were. Each begins a line.
func (t *text) settings(e Entry, was []*yaml.Node) (string, error) {
	now, indent := e.node.Content, was[0].Column-1
	var b strings.Builder
	b.WriteString(strings.Join(t.lines[:was[0].Line-1], ""))
	write := func(key, value *yaml.Node) (string, error) {
		return encoded(&yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{plain("!!str", key.Value), value}}, indent)
	}
	for i := 0; i < len(was); i += 2 {
		from, to := was[i].Line-1, e.to
		if i+2 < len(was) {
			to = was[i+2].Line - 1
		}
		body := to // what comes after it are comments before the next
		for body > from+1 && between(t.lines[body-1], len(t.lines[body-1])) {
			body--
		}
		at := slices.Index(now, was[i])
		switch {
		case at < 0:
		case now[at+1] == was[i+1]:
			b.WriteString(strings.Join(t.lines[from:body], ""))
		default:
			line, err := write(now[at], now[at+1])
			if err != nil {
				return "", err
			}
			b.WriteString(t.lines[from][:indent] + line[indent:]) // the dash of the entry, if it is there
		}
		b.WriteString(strings.Join(t.lines[body:to], ""))
	}
	for i := 0; i < len(now); i += 2 {
		if slices.Contains(was, now[i]) {
			continue
		}
		line, err := write(now[i], now[i+1])
		if err != nil {
			return "", err
		}
		b.WriteString(line)
	}
	b.WriteString(strings.Join(t.lines[e.to:], ""))
	return b.String(), nil
}

// Add gives the text with one more entry at the end of the list.
func (l *List) Add(source, id string, form url.Values) (string, error) {
	t, err := l.read(source)
	if err != nil {
		return "", err
	}
	if _, taken := t.find(id); taken {
		return "", fault.Fields{{Key: l.idField(), Text: "Another entry has this name already. Enter another"}}
	}
	last := t.entries[len(t.entries)-1]
	node := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: last.node.Style & yaml.FlowStyle}
	if l.ID != "" {
		put(node, l.ID, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: id})
	}
	fill(l.Fields, node, form, "", l.ID)
	written, err := l.write(id, node, t.indent)
	if err != nil {
		return "", err
	}
	if t.end > 0 && !strings.HasSuffix(t.lines[t.end-1], "\n") {
		written = "\n" + written
	}
	if n := len(t.entries); n > 1 && slices.ContainsFunc(t.lines[t.entries[n-2].to:last.from], func(line string) bool { return strings.TrimSpace(line) == "" }) {
		written = "\n" + written
	}
	return t.splice(t.end, t.end, written), nil
}

// idField is the field a form asks for the name of a new entry with.
func (l *List) idField() string {
	if l.ID == "" {
		return "key"
	}
	return l.ID
}

// Remove gives the text without an entry.
func (l *List) Remove(source, id string) (string, error) {
	t, err := l.read(source)
	if err != nil {
		return "", err
	}
	e, ok := t.find(id)
	if !ok {
		return source, nil
	}
	if len(t.entries) == 1 {
		return "", fault.New(fault.Invalid, "This is the only entry. Add another before you take it out.")
	}
	to := e.to
	for to < len(t.lines) && strings.TrimSpace(t.lines[to]) == "" && e.from > 0 && strings.TrimSpace(t.lines[e.from-1]) == "" {
		to++
	}
	return t.splice(e.from, to, ""), nil
}

// write is an entry as the list writes it.
func (l *List) write(id string, node *yaml.Node, indent int) (string, error) {
	bare(node)
	whole := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: []*yaml.Node{node}}
	if l.ID == "" {
		whole = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
		put(whole, id, node)
	}
	return encoded(whole, indent)
}

// encoded is a node as YAML, set in by some spaces.
func encoded(node *yaml.Node, indent int) (string, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(node); err != nil {
		return "", fmt.Errorf("listing: %w", err)
	}
	var b strings.Builder
	for line := range strings.Lines(out.String()) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(strings.Repeat(" ", indent))
		}
		b.WriteString(line)
	}
	return b.String(), nil
}

// bare takes off the comments before and after an entry: their lines are outside
// it and stay where they are.
func bare(node *yaml.Node) {
	node.HeadComment, node.FootComment = "", ""
	if n := len(node.Content); n > 0 {
		node.Content[0].HeadComment = ""
		node.Content[n-2].FootComment, node.Content[n-1].FootComment = "", ""
	}
}

// FieldAt tells which field of which entry stands on a line of the text, counted
// from 1.
func (l *List) FieldAt(source string, line int) (id, field string, ok bool) {
	t, err := l.read(source)
	if err != nil {
		return "", "", false
	}
	for _, e := range t.entries {
		if line-1 < e.from || line-1 >= e.to {
			continue
		}
		for i := 0; i < len(e.node.Content); i += 2 {
			if key := e.node.Content[i]; key.Line <= line {
				field = key.Value
			}
		}
		if e.node.Style&yaml.FlowStyle != 0 {
			field = ""
		}
		return e.ID, field, true
	}
	return "", "", false
}

// Change is an entry that differs between two texts, as each has it written. It
// is empty where there is none. The change without an ID is of the rest of the
// text.
type Change struct{ ID, Before, After string }

// Changes are what differs between two texts: entries in the order of the second,
// then those that it no longer has, then the rest.
func (l *List) Changes(before, after string) ([]Change, error) {
	b, err := l.read(before)
	if err != nil {
		return nil, err
	}
	a, err := l.read(after)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, e := range a.entries {
		if was, now := b.raw(e.ID), a.raw(e.ID); was != now {
			out = append(out, Change{e.ID, was, now})
		}
	}
	for _, e := range b.entries {
		if _, there := a.find(e.ID); !there {
			out = append(out, Change{e.ID, b.raw(e.ID), ""})
		}
	}
	if was, now := b.rest(), a.rest(); was != now {
		out = append(out, Change{"", was, now})
	}
	return out, nil
}

// Merge takes over into theirs what mine changed since base. It is refused, with
// what to do, when both changed the same entry or when mine changed more of the
// text than its entries.
func (l *List) Merge(base, mine, theirs string) (string, error) {
	changes, err := l.Changes(base, mine)
	if err != nil {
		return "", err
	}
	out := theirs
	for _, c := range changes {
		t, err := l.read(out)
		if err != nil {
			return "", err
		}
		other := t.raw(c.ID)
		switch {
		case c.ID == "":
			return "", fault.New(fault.Conflict, "Your draft changed more of the text than its entries. Open the text and take over the other change there.")
		case other == c.After:
		case other != c.Before:
			return "", fault.New(fault.Conflict, "Someone else has changed the same entry. Open the text and take over the other change there.")
		case c.Before == "":
			out = t.splice(t.end, t.end, "\n"+c.After)
		case c.After == "":
			if out, err = l.Remove(out, c.ID); err != nil {
				return "", err
			}
		default:
			e, _ := t.find(c.ID)
			out = t.splice(e.from, e.to, c.After)
		}
	}
	return out, nil
}

// rest is all of the text but its entries and empty lines.
func (t *text) rest() string {
	var b strings.Builder
	keep := func(lines []string) {
		for _, line := range lines {
			if strings.TrimSpace(line) != "" {
				b.WriteString(line)
			}
		}
	}
	at := 0
	for _, e := range t.entries {
		keep(t.lines[at:e.from])
		at = e.to
	}
	keep(t.lines[at:])
	return b.String()
}

// NameIn is what a reader knows a changed entry by.
func (l *List) NameIn(c Change) string {
	lines := c.After
	if lines == "" {
		lines = c.Before
	}
	if l.Path != "" {
		lines = l.Path + ":\n" + lines
	}
	if t, err := l.read(lines); err == nil {
		if name := scalar(t.entries[0].node, l.Name); name != "" {
			return name
		}
	}
	return c.ID
}
