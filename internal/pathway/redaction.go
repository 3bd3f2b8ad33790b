package pathway

import (
	"slices"
	"strings"

	"frontdoor/internal/answer"
)

// Redaction lets what other records hold about the people of this one be given out
// block by block: each is given, given with words hidden, or held back on a ground.
// It becomes two files, the one that goes out and the whole one that stays.
type Redaction struct {
	Title string   `yaml:"title"` // of what goes out; it names nobody
	Words string   `yaml:"words"` // Markdown at its head
	About string   `yaml:"about"` // the group whose people the records are about
	By    []string `yaml:"by"`    // who looks for records and decides
	In    []string `yaml:"in"`    // the states in which that is done
	// Ground is the question whose codes are the grounds on which something is held
	// back.
	Ground string `yaml:"ground"`
}

// Grounds are the grounds on which something can be held back.
func (p *Pathway) Grounds() []Code {
	if q, ok := p.Question(p.Redaction.Ground); ok {
		return p.CodesOf(q)
	}
	return nil
}

// What is decided of a block.
const (
	BlockGive     = "give"
	BlockRedact   = "redact"
	BlockWithhold = "withhold"
)

// RedactedBlock is one piece of a record and what was decided of it.
type RedactedBlock struct {
	Title, Text string
	Decision    string
	Ground, Why string   // in words
	Hide        []string // words that are hidden in it
	Quiet       bool     // that it is held back is not said
}

// RedactedRecord is the pieces of one record.
type RedactedRecord struct {
	Title  string
	Blocks []RedactedBlock
}

// hiddenMark stands where words were.
const hiddenMark = "▇▇▇▇"

// Out is the text of a block as it goes out.
func (b RedactedBlock) Out() string {
	text := b.Text
	for _, h := range b.Hide {
		text = replaceFold(text, h, hiddenMark)
	}
	return text
}

// replaceFold is strings.ReplaceAll that does not look at capital letters.
func replaceFold(s, old, with string) string {
	low, want := []rune(strings.ToLower(s)), []rune(strings.ToLower(old))
	runes := []rune(s)
	if len(want) == 0 || len(low) != len(runes) {
		return strings.ReplaceAll(s, old, with)
	}
	var out strings.Builder
	for i := 0; i < len(runes); {
		if i+len(want) <= len(low) && slices.Equal(low[i:i+len(want)], want) {
			out.WriteString(with)
			i += len(want)
			continue
		}
		out.WriteRune(runes[i])
		i++
	}
	return out.String()
}

// Versions are the two files as Markdown: what goes out, and the whole with what was
// decided of each block and why.
func (x *Redaction) Versions(records []RedactedRecord) (out, whole string) {
	var o, w strings.Builder
	if x.Words != "" {
		o.WriteString(strings.TrimSpace(x.Words) + "\n\n")
	}
	w.WriteString("This is the whole of what was found, with what was decided of each part and why. It does not go out.\n\n")
	for _, r := range records {
		w.WriteString("## " + escape(r.Title) + "\n\n")
		var part strings.Builder
		for _, b := range r.Blocks {
			w.WriteString(lined(b.Title, b.Text))
			switch b.Decision {
			case BlockGive:
				part.WriteString(lined(b.Title, b.Text))
				w.WriteString("*Given.*\n\n")
			case BlockRedact:
				part.WriteString(lined(b.Title, b.Out()))
				part.WriteString("*Something is held back here: " + escape(b.Ground) + ".*\n\n")
				w.WriteString("*Given without “" + escape(strings.Join(b.Hide, "”, “")) + "”. " + escape(b.Ground+": "+b.Why) + "*\n\n")
			default:
				said := "Held back"
				if b.Quiet {
					said = "Held back, and that is not said"
				} else {
					part.WriteString("*Something is held back here: " + escape(b.Ground) + ".*\n\n")
				}
				w.WriteString("*" + said + ". " + escape(b.Ground+": "+b.Why) + "*\n\n")
			}
		}
		if part.Len() > 0 {
			o.WriteString("## " + escape(r.Title) + "\n\n" + part.String())
		}
	}
	return o.String(), w.String()
}

// Elsewhere gives the words that are hidden in one block and stand in another that
// is given.
func Elsewhere(records []RedactedRecord) []string {
	var hidden []string
	var given strings.Builder
	for _, r := range records {
		for _, b := range r.Blocks {
			for _, h := range b.Hide {
				if !slices.Contains(hidden, h) {
					hidden = append(hidden, h)
				}
			}
			if b.Decision != BlockWithhold {
				given.WriteString(strings.ToLower(b.Title + "\n" + b.Out() + "\n"))
			}
		}
	}
	return slices.DeleteFunc(hidden, func(h string) bool { return !strings.Contains(given.String(), strings.ToLower(h)) })
}

// Said is one answer of a record, where it stands and how it is called.
type Said struct {
	Key      answer.Key
	Question *Question
	Title    string
}

// AllSaid gives every answer of a record, in the order of its pages and steps.
func (p *Pathway) AllSaid(f Facts) []Said {
	var out []Said
	seen := map[answer.Key]bool{}
	add := func(group string, q *Question) {
		rows := []string{""}
		if group != "" {
			rows = f.Answers.Rows(group)
		}
		for _, row := range rows {
			key, title := keyOf(group, row, q.ID), q.Heading()
			if group != "" {
				title = p.RowName(f, group, row) + ": " + title
			}
			if !seen[key] && !f.Answers[key].Empty() {
				seen[key] = true
				out = append(out, Said{key, q, title})
			}
		}
	}
	for i := range p.Pages {
		for j := range p.Pages[i].Questions {
			add(p.Pages[i].Repeat, &p.Pages[i].Questions[j])
		}
	}
	for i := range p.Steps {
		for j := range p.Steps[i].Ask {
			add(p.Steps[i].Ask[j].Group, &p.Steps[i].Ask[j])
		}
	}
	return out
}

// redaction checks how what other records hold is given out.
func (k *checker) redaction() {
	x := k.p.Redaction
	if x == nil {
		return
	}
	const what = "redaction"
	k.needs(x, x.Title, what, "title")
	k.copyText(&x.Words, x.Words)
	if k.oneOf(firstLine(k, &x.About, x), x.About, "group", keys(k.p.groups)) && k.p.groups[x.About].Person == nil {
		k.d.fault(k.line(&x.About), "Name a group with person:", "“%s” are not people of the index", x.About)
	}
	if len(x.By) == 0 || len(x.In) == 0 {
		k.d.fault(k.line(x), "Write by: and in:", "redaction does not say who decides, and in which states")
	}
	k.roles(x, x.By)
	for i := range x.In {
		k.oneOf(&x.In[i], x.In[i], "state", keys(k.p.states))
	}
	in := k.p.questions[x.Ground]
	switch {
	case in == nil:
		k.d.fault(k.line(firstLine(k, &x.Ground, x)), "Write ground: <a question with codes>", "there is no question “%s”", x.Ground)
	case !slices.Contains(coded, in.q.Type):
		k.d.fault(k.line(&x.Ground), "Name a question with codes", "“%s” has no codes to choose a ground from", x.Ground)
	}
}
