package listing

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Kind is how a field is asked and written.
type Kind int

// The kinds of fields.
const (
	Line    Kind = iota // one line
	Text                // some sentences
	Lines               // a list of texts, one a line
	Choice              // one of Options
	Choices             // some of Options
	Yes                 // true, or left out
	No                  // false, or left out
	Day                 // a date, as 2026-11-22
	Number              // a whole number
	Rows                // a list of which each has Fields
	Group               // some Fields under one name
	Hours               // opening hours: a word, or the days and the holidays
)

// Option is one answer of a choice.
type Option struct{ Value, Label string }

// Field is one setting of an entry.
type Field struct {
	Key, Label, Hint string
	Kind             Kind
	Options          []Option
	Fields           []Field // of Rows and Group
	// Wrong is what a form says in the place of a fault that speaks of how the text
	// is written.
	Wrong string
}

// Days are the days of opening hours, as they are written and as they are read;
// the last is for public holidays.
var Days = []Option{
	{"mon", "Monday"},
	{"tue", "Tuesday"},
	{"wed", "Wednesday"},
	{"thu", "Thursday"},
	{"fri", "Friday"},
	{"sat", "Saturday"},
	{"sun", "Sunday"},
	{"holidays", "Public holidays"},
}

// ByDay is the answer to opening hours that are given for each day.
const ByDay = "days"

func index(node *yaml.Node, key string) int {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == key {
			return i
		}
	}
	return -1
}

func child(node *yaml.Node, key string) *yaml.Node {
	if i := index(node, key); i >= 0 {
		return node.Content[i+1]
	}
	return nil
}

func scalar(node *yaml.Node, key string) string {
	if c := child(node, key); c != nil {
		return c.Value
	}
	return ""
}

// put sets a key of a mapping, or takes it away.
func put(node *yaml.Node, key string, value *yaml.Node) {
	i := index(node, key)
	switch {
	case i < 0 && value == nil:
	case i < 0:
		node.Content = append(node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	case value == nil:
		node.Content = append(node.Content[:i], node.Content[i+2:]...)
	default:
		value.LineComment = node.Content[i+1].LineComment
		node.Content[i+1] = value
	}
}

// values are the fields of a mapping as a form names them.
func values(fields []Field, node *yaml.Node, prefix string) url.Values {
	out := url.Values{}
	for _, f := range fields {
		if c := child(node, f.Key); c != nil {
			f.read(out, c, prefix+f.Key)
		}
	}
	return out
}

func (f Field) read(out url.Values, node *yaml.Node, name string) {
	switch f.Kind {
	case Lines, Choices:
		for _, one := range node.Content {
			out.Add(name, one.Value)
		}
	case Rows:
		for i, row := range node.Content {
			merge(out, values(f.Fields, row, name+"."+strconv.Itoa(i)+"."))
		}
	case Group:
		merge(out, values(f.Fields, node, name+"."))
	case Hours:
		if node.Kind != yaml.MappingNode {
			out.Set(name, node.Value)
			return
		}
		out.Set(name, ByDay)
		for i := 0; i+1 < len(node.Content); i += 2 {
			out.Set(name+"."+node.Content[i].Value, node.Content[i+1].Value)
		}
	case Yes, No:
		if (node.Value == "true") == (f.Kind == Yes) {
			out.Set(name, "yes")
		}
	default:
		out.Set(name, strings.TrimSpace(node.Value))
	}
}

func merge(into, from url.Values) {
	for name, all := range from {
		into[name] = all
	}
}

// fill writes the fields of a form into a mapping. What says the same as before is
// left as it is written.
func fill(fields []Field, node *yaml.Node, form url.Values, prefix, id string) {
	for _, f := range fields {
		if f.Key == id && prefix == "" {
			continue
		}
		name := prefix + f.Key
		value := f.node(form, name)
		if old := child(node, f.Key); old != nil && value != nil && same(f, old, value, name) {
			continue
		}
		// Where the text says that something is not so, it goes on saying it.
		if f.Kind == Yes && value == nil && child(node, f.Key) != nil {
			value = plain("!!bool", "false")
		}
		put(node, f.Key, value)
	}
}

func same(f Field, a, b *yaml.Node, name string) bool {
	before, after := url.Values{}, url.Values{}
	f.read(before, a, name)
	f.read(after, b, name)
	if f.Kind == Choices { // a form gives them in the order it offers them
		slices.Sort(before[name])
		slices.Sort(after[name])
	}
	return before.Encode() == after.Encode()
}

// node is what a form says of a field; nil when it says nothing.
func (f Field) node(form url.Values, name string) *yaml.Node {
	one := strings.TrimSpace(form.Get(name))
	switch f.Kind {
	case Lines, Choices:
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for _, v := range form[name] {
			for line := range strings.Lines(v) {
				if line = strings.TrimSpace(line); line != "" {
					list.Content = append(list.Content, plain("!!str", line))
				}
			}
		}
		if len(list.Content) > 0 {
			return list
		}
		return nil
	case Rows:
		list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
		for i := range RowsIn(form, name) {
			row := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
			fill(f.Fields, row, form, name+"."+strconv.Itoa(i)+".", "")
			if len(row.Content) > 0 {
				list.Content = append(list.Content, row)
			}
		}
		if len(list.Content) > 0 {
			return list
		}
		return nil
	case Group:
		group := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
		fill(f.Fields, group, form, name+".", "")
		if len(group.Content) > 0 {
			return group
		}
		return nil
	case Hours:
		if one != ByDay {
			return words(one)
		}
		days := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: yaml.FlowStyle}
		for _, d := range Days {
			put(days, d.Value, words(strings.TrimSpace(form.Get(name+"."+d.Value))))
		}
		return days
	case Yes, No:
		if one == "" {
			return nil
		}
		return plain("!!bool", strconv.FormatBool(f.Kind == Yes))
	case Day:
		return typed("!!timestamp", one)
	case Number:
		return typed("!!int", one)
	case Text:
		return words(strings.Join(strings.Fields(one), " "))
	}
	return words(one)
}

// RowsIn counts the rows that a form has of a field, up to the last with anything
// in it.
func RowsIn(form url.Values, name string) int {
	n := 0
	for key, said := range form {
		rest, ok := strings.CutPrefix(key, name+".")
		if !ok || strings.TrimSpace(strings.Join(said, "")) == "" {
			continue
		}
		number, _, _ := strings.Cut(rest, ".")
		if i, err := strconv.Atoi(number); err == nil && i >= n && i < maxRows {
			n = i + 1
		}
	}
	return n
}

// maxRows bounds the rows that a form may send.
const maxRows = 50

func plain(tag, value string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: value}
}

func words(value string) *yaml.Node {
	if value == "" {
		return nil
	}
	return plain("!!str", value)
}

// typed writes a date or a number as such. What is neither is written as text, so
// that the list's own check says what is wrong with it.
func typed(tag, value string) *yaml.Node {
	if value == "" {
		return nil
	}
	var got yaml.Node
	if err := yaml.Unmarshal([]byte(value), &got); err == nil && len(got.Content) == 1 && got.Content[0].ShortTag() == tag {
		return plain(tag, value)
	}
	return plain("!!str", value)
}
