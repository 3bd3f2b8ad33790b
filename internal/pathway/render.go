package pathway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
)

// notGiven stands in a document for an answer that is not there.
const notGiven = "not given"

// Render fills in a document's text, which is Markdown, and gives the keys of
// the answers it shows. Only answers on the document's allow list are shown,
// whatever the text says, and never one that is sealed or guarded. Answers go
// in as plain words: nothing in them is taken for Markdown or HTML. extra holds
// the words that the program fills in (see Words); they are plain words too.
func (p *Pathway) Render(doc *Document, row string, f Facts, extra map[string]string) (text string, used []answer.Key, err error) {
	source, ok := p.Messages[doc.Message]
	if !ok {
		return "", nil, fmt.Errorf("pathway %s: no message %q", p.Name, doc.Message)
	}
	if (doc.Row == "") != (row == "") || (row != "" && !slices.Contains(f.Answers.Rows(doc.Row), row)) {
		return "", nil, fault.New(fault.Invalid, "Choose who the document is about.")
	}
	s := p.scene(&f).at(doc.Row, row)
	var out strings.Builder
	out.WriteString(p.bannerHead(f))
	end := 0
	for _, at := range holeForm.FindAllStringIndex(source, -1) {
		out.WriteString(source[end:at[0]])
		end = at[1]
		h := holes(source[at[0]:end])[0]
		words, ok := extra[h.name]
		if h.space == "" && !ok {
			return "", nil, fmt.Errorf("pathway %s: message %q needs the word %q", p.Name, doc.Message, h.name)
		}
		if h.space != "" {
			var keys []answer.Key
			if words, keys, err = s.shown(doc, h); err != nil {
				return "", nil, err
			}
			for _, k := range keys {
				if !slices.Contains(used, k) {
					used = append(used, k)
				}
			}
		}
		out.WriteString(indent(escape(words), source[:at[0]]))
	}
	out.WriteString(source[end:])
	return out.String(), used, nil
}

var (
	lineStart = regexp.MustCompile(`^[ \t>]*`)
	listMark  = regexp.MustCompile(`^(?:[-*+]|\d{1,9}[.)])[ \t]+`)
)

// indent keeps an answer of several lines inside the quotation or list item it
// was put in, and on one line in a heading or a table: otherwise its second
// paragraph would read as the letter's own words.
func indent(words, before string) string {
	line := before[strings.LastIndexByte(before, '\n')+1:]
	lead := lineStart.FindString(line)
	rest := line[len(lead):]
	if strings.HasPrefix(rest, "#") || strings.HasPrefix(rest, "|") {
		return strings.Join(strings.Fields(words), " ")
	}
	return strings.ReplaceAll(words, "\n", "\n"+lead+strings.Repeat(" ", len(listMark.FindString(rest))))
}

// shown is the answer a hole stands for, and its keys.
func (s *scene) shown(doc *Document, h hole) (string, []answer.Key, error) {
	p := s.p
	refused := fmt.Errorf("pathway %s: document %q may not show %q", p.Name, doc.ID, h.name)
	if !slices.Contains(doc.Allow, h.name) {
		return "", nil, refused
	}
	if g := p.groups[h.name]; g != nil && h.space == "q" {
		var names []string
		var used []answer.Key
		for _, row := range s.f.Answers.Rows(g.ID) {
			names = append(names, p.RowName(*s.f, g.ID, row))
			for _, id := range g.Name {
				if in := p.questions[id]; in == nil || in.q.Sealed || in.q.Guarded {
					return "", nil, refused
				}
				used = append(used, answer.RowKey(g.ID, row, id))
			}
		}
		return strings.Join(names, ", "), used, nil
	}
	in := p.questions[h.name]
	if in == nil || in.q.Sealed || in.q.Guarded || (h.space == "row") != (in.group != "") || (in.group != "" && in.group != doc.Row) {
		return "", nil, refused
	}
	key := keyOf(in.group, s.row, h.name)
	if a := s.f.Answers[key]; a.Empty() || s.hidden[key] {
		return notGiven, nil, nil
	}
	return p.LabelIn(in.q, key, s.f.Answers), []answer.Key{key}, nil
}

// escape writes words so that Markdown shows them as they are. Line ends stay
// line ends; marks that turn the direction of text are dropped.
func escape(s string) string {
	var b strings.Builder
	start := true
	for _, r := range strings.ReplaceAll(strings.TrimSpace(s), "\r\n", "\n") {
		switch {
		case r == '\n':
			if start {
				b.WriteString("\n") // an empty line: a new paragraph
			} else {
				b.WriteString("  \n") // a line end that Markdown keeps
			}
			start = true
			continue
		case unicode.IsControl(r) && r != '\t', r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			continue
		case unicode.IsSpace(r):
			if start {
				continue // an indent would make it code
			}
			b.WriteByte(' ')
			continue
		case r < 0x80 && (unicode.IsPunct(r) || unicode.IsSymbol(r)):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
		start = false
	}
	return b.String()
}
