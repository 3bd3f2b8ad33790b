package pathway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
)

// Bounds of a pathway file: many times what the largest needs, and small
// enough that no file, however its aliases are stacked, keeps the program busy.
const (
	maxFile  = 1 << 20
	maxNodes = 100_000
	maxDepth = 24
)

// decoder reads YAML into the pathway's types, refuses what it does not know,
// and remembers the line of everything it read.
type decoder struct {
	file   string
	faults *Faults
	lines  map[any]int // by pointer to what was read, or entry
	blocks map[*string]bool
	nodes  int
	over   bool
	shared []string // files whose nodes stand among those of the file, see sharedLine
}

// sharedLine is added to the lines of the first shared file, twice that to those
// of the second, and so on, so that one number says file and line.
const sharedLine = 1_000_000

// entry names one value of a map that was read.
type entry struct {
	of  any // pointer to the map
	key string
}

func newDecoder(file string, faults *Faults) *decoder {
	return &decoder{file: file, faults: faults, lines: map[any]int{}, blocks: map[*string]bool{}}
}

func (d *decoder) fault(line int, do, text string, args ...any) {
	file, line := d.at(line)
	d.faults.add(Fault{File: file, Line: line, Text: fmt.Sprintf(text, args...), Do: do})
}

// at gives the file and the line that a number stands for.
func (d *decoder) at(line int) (string, int) {
	if i := line / sharedLine; i > 0 && i <= len(d.shared) {
		return d.shared[i-1], line % sharedLine
	}
	return d.file, line
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)`)

// document parses one YAML document.
func (d *decoder) document(text string) (*yaml.Node, bool) {
	if len(text) > maxFile {
		d.fault(0, "Split it", "the file is larger than 1 MB")
		return nil, false
	}
	dec := yaml.NewDecoder(bytes.NewReader([]byte(text)))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		d.fault(0, "Write the pathway in it", "the file is empty")
		return nil, false
	}
	if err == nil {
		if err = dec.Decode(&more); err == nil {
			d.fault(more.Line, "Keep one document in the file", "a second document begins")
			return nil, false
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		line, words := 0, err.Error()
		if m := yamlLine.FindStringSubmatch(words); m != nil {
			line, _ = strconv.Atoi(m[1])
			words = m[2]
		}
		d.fault(line, "Check the spaces at the start of the line, and put text with a colon in quotes", "this is not YAML: %s", words)
		return nil, false
	}
	return doc.Content[0], true
}

func (d *decoder) decode(n *yaml.Node, v reflect.Value, what string, depth int) {
	if d.nodes++; d.nodes > maxNodes || depth > maxDepth {
		if !d.over {
			d.fault(n.Line, "Write it without so many aliases or levels", "the file is too deep or repeats too much")
		}
		d.over = true
		return
	}
	if n.Kind == yaml.AliasNode {
		d.decode(n.Alias, v, what, depth+1)
		return
	}
	if v.CanAddr() {
		d.lines[v.Addr().Interface()] = n.Line
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" {
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), what, depth+1)
	case reflect.Struct:
		d.structure(n, v, what, depth)
	case reflect.Slice:
		d.slice(n, v, what, depth)
	case reflect.Map:
		d.mapping(n, v, what, depth)
	default:
		d.scalar(n, v, what)
	}
}

func (d *decoder) structure(n *yaml.Node, v reflect.Value, what string, depth int) {
	// "to: decided" is short for "to: [{state: decided}]".
	if t, ok := v.Addr().Interface().(*Target); ok && n.Kind == yaml.ScalarNode {
		t.State = n.Value
		d.lines[&t.State] = n.Line
		return
	}
	// "within: 8 days" is short for "within: [{length: 8 days}]".
	if t, ok := v.Addr().Interface().(*Span); ok && n.Kind == yaml.ScalarNode {
		t.Text = n.Value
		d.lines[&t.Text] = n.Line
		return
	}
	if n.Kind != yaml.MappingNode {
		d.fault(n.Line, "Write its parts as “name: value”", "%s must have named parts", what)
		return
	}
	fields := fieldsOf(v.Type())
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content) && !d.over; i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		f, ok := fields[key.Value]
		switch {
		case !ok:
			d.fault(key.Line, instead(key.Value, slices.Collect(maps.Keys(fields))), "%s has no part called “%s”", what, key.Value)
		case seen[key.Value]:
			d.fault(key.Line, "Keep one", "“%s” is written twice", key.Value)
		default:
			seen[key.Value] = true
			d.decode(val, v.Field(f), "“"+key.Value+"”", depth+1)
		}
	}
}

func (d *decoder) slice(n *yaml.Node, v reflect.Value, what string, depth int) {
	items := n.Content
	if n.Kind == yaml.ScalarNode || (n.Kind == yaml.MappingNode && v.Type().Elem().Kind() == reflect.Struct) {
		items = []*yaml.Node{n} // one thing where a list may stand
	} else if n.Kind != yaml.SequenceNode {
		d.fault(n.Line, "Begin each line with “- ”", "%s must be a list", what)
		return
	}
	if d.nodes += len(items); d.nodes > maxNodes {
		d.nodes = maxNodes // the next item reports it
	}
	v.Set(reflect.MakeSlice(v.Type(), len(items), len(items)))
	for i, item := range items {
		if d.over {
			return
		}
		d.decode(item, v.Index(i), "an item of "+what, depth+1)
	}
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, what string, depth int) {
	if n.Kind != yaml.MappingNode {
		d.fault(n.Line, "Write each as “name: value”", "%s must be names with values", what)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for i := 0; i+1 < len(n.Content) && !d.over; i += 2 {
		key, val := n.Content[i], n.Content[i+1]
		k := reflect.ValueOf(key.Value)
		if v.MapIndex(k).IsValid() {
			d.fault(key.Line, "Keep one", "“%s” is written twice", key.Value)
			continue
		}
		item := reflect.New(v.Type().Elem()).Elem()
		d.decode(val, item, "“"+key.Value+"”", depth+1)
		v.SetMapIndex(k, item)
		d.lines[entry{v.Addr().Interface(), key.Value}] = val.Line
	}
}

func (d *decoder) scalar(n *yaml.Node, v reflect.Value, what string) {
	if n.Kind != yaml.ScalarNode {
		d.fault(n.Line, "Write one value", "%s must be a single value", what)
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.TrimSpace(n.Value))
		if s, ok := v.Addr().Interface().(*string); ok && n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
			d.blocks[s] = true
		}
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil {
			d.fault(n.Line, "Write it in figures", "%s must be a whole number", what)
			return
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		if n.Value != "true" && n.Value != "false" {
			d.fault(n.Line, "Write true or false", "%s must be true or false", what)
			return
		}
		v.SetBool(n.Value == "true")
	default:
		panic("pathway: cannot read into " + v.Type().String())
	}
}

// fieldsOf gives the fields of a struct by their YAML names.
func fieldsOf(t reflect.Type) map[string]int {
	if have, ok := fieldNames.Load(t); ok {
		return have.(map[string]int)
	}
	out := map[string]int{}
	for i := range t.NumField() {
		if tag := t.Field(i).Tag.Get("yaml"); tag != "" && tag != "-" {
			out[tag] = i
		}
	}
	fieldNames.Store(t, out)
	return out
}

// fieldNames holds what fieldsOf found, by type: each is asked for thousands of
// times while the folders load.
var fieldNames sync.Map
