package pathway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// hole is one {{…}} of a message.
type hole struct {
	space string // q, row, or empty for a word that the program fills in
	name  string
	line  int
}

var holeForm = regexp.MustCompile(`\{\{\s*(?:(q|row)\.)?([a-z][a-z0-9_]*)\s*\}\}`)

func holes(text string) []hole {
	var out []hole
	for _, m := range holeForm.FindAllStringSubmatchIndex(text, -1) {
		h := hole{name: text[m[4]:m[5]], line: 1 + strings.Count(text[:m[0]], "\n")}
		if m[2] >= 0 {
			h.space = text[m[2]:m[3]]
		}
		out = append(out, h)
	}
	return out
}

// Words gives the words besides answers that a message leaves for the program
// to fill in, such as "reference": Render needs each in extra.
func (p *Pathway) Words(message string) []string {
	var out []string
	for _, h := range holes(p.Messages[message]) {
		if h.space == "" && !slices.Contains(out, h.name) {
			out = append(out, h.name)
		}
	}
	return out
}

func (k *checker) documents() {
	p := k.p
	for i := range p.Documents {
		doc := &p.Documents[i]
		what := "the document “" + doc.ID + "”"
		k.needs(doc, doc.Title, what, "title")
		k.needs(doc, doc.To, what, "to")
		if doc.Row != "" {
			k.oneOf(&doc.Row, doc.Row, "group", keys(p.groups))
		}
		k.withhold(doc)
		for j := range doc.Allow {
			k.allowed(doc, &doc.Allow[j], what)
		}
		text, ok := k.message(&doc.Message, doc.Message)
		if !ok {
			continue
		}
		k.holes(doc, text)
		k.anonymous(doc, text, what)
	}
}

func (k *checker) withhold(doc *Document) {
	if in := k.p.questions[doc.Withhold]; in != nil && in.group != "" && in.group == doc.Row {
		return
	}
	k.anyQuestion(&doc.Withhold, doc.Withhold, "")
}

// allowed checks one line of an allow list. What is guarded or sealed can be on
// none: a letter leaves the hub.
func (k *checker) allowed(doc *Document, at *string, what string) {
	id := *at
	names := []string{id}
	if g := k.p.groups[id]; g != nil {
		names = g.Name
	} else if in := k.p.questions[id]; in == nil {
		k.d.fault(k.line(at), instead(id, append(keys(k.p.questions), keys(k.p.groups)...)), "there is no question “%s”", id)
		return
	} else if in.group != "" && in.group != doc.Row {
		k.d.fault(k.line(at), "Write row: "+in.group+" so that there is one document for each", "“%s” is asked of each %s and %s is not", id, k.p.item(in.group), what)
	}
	for _, n := range names {
		if in := k.p.questions[n]; in != nil && (in.q.Guarded || in.q.Sealed) {
			k.d.fault(k.line(at), "Take it off the list", "%s may show “%s”, which is sealed or must not leave the hub", what, n)
		}
	}
}

var looseHole = regexp.MustCompile(`\{\{[^}]*\}?\}?`)

func (k *checker) holes(doc *Document, text string) {
	file := "messages/" + doc.Message + ".md"
	fault := func(line int, text, do string) {
		k.d.faults.add(Fault{File: file, Line: line, Text: text, Do: do})
	}
	for _, at := range looseHole.FindAllStringIndex(text, -1) {
		if s := text[at[0]:at[1]]; !holeForm.MatchString(s) {
			fault(1+strings.Count(text[:at[0]], "\n"), "“"+s+"” cannot be filled in", "Write {{q.<question>}}, {{row.<question>}} or {{<word>}}")
		}
	}
	for _, h := range holes(text) {
		if h.space == "" {
			continue
		}
		in := k.p.questions[h.name]
		switch {
		case !slices.Contains(doc.Allow, h.name):
			fault(h.line, fmt.Sprintf("the document “%s” shows “%s”, which is not on its allow list", doc.ID, h.name), instead(h.name, doc.Allow))
		case in != nil && (h.space == "row") != (in.group != ""):
			fault(h.line, "“"+h.space+"."+h.name+"” is the wrong way to write it", "Write q. for a question asked once and row. for one asked of each row")
		}
	}
}
