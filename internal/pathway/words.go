package pathway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Heading is how the answer is called where it stands by itself: in a summary, a
// table, a list.
func (q *Question) Heading() string { return cmp.Or(q.Short, q.Label) }

// called is how a question is spoken of in a sentence: its label, when that is a
// name and not a question or an order. Empty when it is not. Its short name heads a
// column and seldom makes a sentence: “the review’s changed”.
func called(q *Question) string {
	label := strings.TrimSuffix(strings.TrimSpace(q.Label), ".")
	if strings.ContainsAny(label, "?!:(") || utf8.RuneCountInString(label) > 60 {
		return ""
	}
	words := strings.Fields(strings.ToLower(label))
	for i := range words {
		words[i] = strings.Trim(words[i], ",;")
	}
	switch {
	case len(words) == 0 || slices.Contains(nameless, words[0]) || slices.Contains(open, words[len(words)-1]):
		return ""
	case len(words) > 1 && slices.Contains(orders, words[0]) && words[1] != "of" && words[1] != "and":
		return ""
	}
	return label
}

// quoted is the question itself, for a sentence that cannot call it by a name: its
// short name where it is too long to be read twice.
func quoted(q *Question) string {
	words := q.Label
	if utf8.RuneCountInString(words) > 120 && q.Short != "" {
		words = q.Short
	}
	return "“" + strings.TrimSuffix(strings.TrimSpace(words), ".") + "”"
}

// orders are words with which a label tells people to do something.
var orders = []string{
	"tell", "give", "describe", "say", "explain", "list", "add", "choose", "select", "enter", "upload",
	"record", "write", "tick", "confirm", "i",
}

// nameless are words with which no name begins, and open those with which none ends.
var nameless = []string{
	"if", "to", "for", "in", "on", "by", "at", "from", "until", "since", "with", "without", "as", "because", "anything", "anyone", "whom",
	"is", "are", "was", "were", "do", "does", "did", "has", "have", "had", "can", "could", "may", "must", "should", "will", "no", "not",
	"who", "what", "when", "where", "why", "how", "which", "about", "found", "seen", "done",
}

var open = []string{"to", "for", "in", "on", "by", "at", "from", "until", "since", "with", "of"}

// determiners begin a name that needs no "the" before it.
var determiners = []string{"the", "a", "an", "your", "their", "his", "her", "its", "any", "all", "other", "whether", "if", "each", "every", "this", "that", "another"}

// lowerFirst makes the start of a name fit inside a sentence; “NHS number” and
// “ViSOR reference” stay as they are.
func lowerFirst(s string) string {
	r := []rune(s)
	first, _, _ := strings.Cut(s, " ")
	if len(r) == 0 || strings.ContainsFunc(first[utf8.RuneLen(r[0]):], unicode.IsUpper) {
		return s
	}
	r[0] = unicode.ToLower(r[0])
	return string(r)
}

func upperFirst(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// the puts "the" before a name, or "the child’s" for a question about a row.
func (p *Pathway) the(q *Question) string {
	name := lowerFirst(called(q))
	first, _, _ := strings.Cut(name, " ")
	if slices.Contains(determiners, first) {
		return name
	}
	if g := p.groups[p.GroupOf(q.ID)]; g != nil && !strings.ContainsAny(first, "’'") && !strings.Contains(strings.ToLower(name), strings.ToLower(g.Item)) {
		return "the " + possessive(lowerFirst(g.Item)) + " " + name
	}
	return "the " + name
}

func possessive(s string) string {
	if strings.HasSuffix(s, "s") {
		return s + "’"
	}
	return s + "’s"
}

// missingText says what to do about a question that must be answered.
func (p *Pathway) missingText(q *Question) string {
	if q.Missing != "" {
		return strings.TrimSuffix(q.Missing, ".")
	}
	name := called(q)
	switch q.Type {
	case "yes_no":
		return "Select yes or no for " + quoted(q)
	case "yes_no_not_known":
		return "Select yes, no or not known for " + quoted(q)
	case "checkboxes":
		return "Select at least one answer for " + quoted(q)
	case "radios", "select", "scale", "worker", "team", "record", toolType:
		if name == "" {
			return "Select an answer for " + quoted(q)
		}
		return "Select " + p.the(q)
	case "files":
		return "Add at least one file for " + quoted(q)
	}
	if name == "" {
		return "Enter an answer for " + quoted(q)
	}
	return "Enter " + p.the(q)
}

// subjectOf begins a sentence about what was answered.
func subjectOf(q *Question) string {
	if name := called(q); name != "" {
		return upperFirst(name)
	}
	switch q.Type {
	case "date":
		return "The date"
	case "datetime":
		return "The date and time"
	case "number", "scale":
		return "The number"
	}
	return "Your answer to " + quoted(q)
}

// answerFirst says which answer a step waits for.
func (p *Pathway) answerFirst(key string) string {
	if word, ok := strings.CutPrefix(key, "@"); ok {
		switch word {
		case "authority":
			return "Choose the authority first."
		case "count.history_looked":
			return "Look at what is already known first."
		}
		if strings.HasPrefix(word, "due.") {
			return "No limit runs that this could be compared with."
		}
		return "This cannot be worked out yet. Try again in a minute."
	}
	if g := p.groups[key]; g != nil {
		return rowsText(g, 0) + " first."
	}
	_, _, id := answer.Key(key).Split()
	if in := p.questions[id]; in != nil {
		return "Answer “" + in.q.Heading() + "” first."
	}
	return "Answer what is missing first."
}

func rowsText(g *Group, have int) string {
	item := lowerFirst(g.Item)
	switch {
	case have < g.Min && g.Min == 1:
		return "Add at least one " + item
	case have < g.Min:
		return fmt.Sprintf("Add at least %d under “%s”", g.Min, g.Title)
	}
	return fmt.Sprintf("Remove some under “%s”: there can be %d at most", g.Title, g.Max)
}

// Label is an answer in words: codes by their labels, dates in full, yes or no,
// an address on one line. It is plain text, to be escaped where it is shown.
func (p *Pathway) Label(q *Question, a answer.Answer) string {
	if a.NotKnown != "" {
		if a.NotKnown == NoReason {
			return "Not known"
		}
		return "Not known: " + a.NotKnown
	}
	switch q.Type {
	case "date":
		if d, err := calendar.ParseDate(a.Text); err == nil {
			return d.Long()
		}
	case "datetime":
		if t, _, err := calendar.ParseTime(a.Text); err == nil {
			return calendar.Show(t)
		}
	case "address":
		var parts []string
		for _, k := range answer.AddressParts {
			if v := strings.TrimSpace(a.Parts[k]); v != "" {
				parts = append(parts, v)
			}
		}
		return strings.Join(parts, ", ")
	}
	codes := p.CodesOf(q)
	label := func(code string) string {
		for _, c := range codes {
			if c.Code == code {
				return c.Label
			}
		}
		return code
	}
	if len(a.List) > 0 {
		out := make([]string, len(a.List))
		for i, c := range a.List {
			out[i] = label(c)
		}
		return strings.Join(out, ", ")
	}
	return label(a.Text)
}

// LabelIn is Label of a question's answer in a set, with the words that were
// given for "other".
func (p *Pathway) LabelIn(q *Question, key answer.Key, set answer.Set) string {
	a := set[key]
	out := p.Label(q, a)
	if q.Other == "" || (a.Text != q.Other && !slices.Contains(a.List, q.Other)) {
		return out
	}
	if words := set.Text(key + "_other"); words != "" {
		return out + ": " + words
	}
	return out
}

// RowName names a row by its answers, such as the child's name, or by its
// number, "Child 2", when they are not there yet.
func (p *Pathway) RowName(f Facts, group, row string) string {
	g := p.groups[group]
	if g == nil {
		return ""
	}
	if g.tool != "" {
		return f.itemName(g, row, true)
	}
	for _, c := range g.codes {
		if c.Code == row {
			return c.Label
		}
	}
	var parts []string
	for _, id := range g.Name {
		a := f.Answers[answer.RowKey(group, row, id)]
		if in := p.questions[id]; in != nil && !a.Empty() && a.NotKnown == "" {
			parts = append(parts, p.Label(in.q, a))
		}
	}
	if m := g.Person; m != nil && m.Due != "" {
		named := f.Answers[answer.RowKey(group, row, m.GivenNames)]
		due := f.Answers[answer.RowKey(group, row, m.Due)]
		if !due.Empty() && due.NotKnown == "" && (named.Empty() || named.NotKnown != "") {
			parts = append([]string{"Unborn baby"}, parts...)
		}
	}
	switch {
	case len(parts) > 0 && g.Person != nil:
		return strings.Join(parts, " ")
	case len(parts) > 0:
		return strings.Join(parts, ", ") // such as a name and a job
	}
	return fmt.Sprintf("%s %d", upperFirst(g.Item), slices.Index(f.Answers.Rows(group), row)+1)
}

// Rating is the record's rating and its label; false when there is none yet.
func (p *Pathway) Rating(f Facts) (Code, bool) {
	in := p.questions[p.Roles.Rating]
	if in == nil {
		return Code{}, false
	}
	text := f.Answers.Text(answer.Key(p.Roles.Rating))
	for _, c := range in.codes {
		if c.Code == text {
			return c, true
		}
	}
	return Code{}, false
}

// Urgent tells whether the record belongs on top of the board.
func (p *Pathway) Urgent(f Facts) bool {
	return p.holds(p.Roles.urgent, &f)
}

func (p *Pathway) holds(r *rule, f *Facts) bool {
	if r == nil {
		return false
	}
	t, _ := p.scene(f).truth(r)
	return t == yes
}
