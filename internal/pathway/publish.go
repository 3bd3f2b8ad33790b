package pathway

import (
	"regexp"
	"slices"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Publish says which answers of a record everyone may read once somebody has
// agreed to them as they stand. What it does not name cannot get out, and what is
// written later stays inside until it is agreed to as well.
type Publish struct {
	ID    string `yaml:"id"` // the page's address
	Title string `yaml:"title"`
	Words string `yaml:"words"` // Markdown, above the list
	// Step is the one by which somebody agrees to exactly these answers.
	Step string `yaml:"step"`
	// If must hold of the record as it was agreed to and as it is now: once it
	// does not, nothing of the record is shown any more.
	If      string   `yaml:"if"`
	From    string   `yaml:"from"`    // a date: nothing is shown before it
	Heading string   `yaml:"heading"` // the question whose answer stands above the others
	Show    []string `yaml:"show"`

	rule *rule
}

// Published is what everyone may read of one record: what stands above it, and an
// answer for each of the columns, empty where there is none.
type Published struct {
	Heading string
	Answers []string
}

// Columns are how the answers that are published are called, the heading first.
func (x *Publish) Columns(p *Pathway) []string {
	out := []string{p.questions[x.Heading].q.Heading()}
	for _, id := range x.Show {
		out = append(out, p.questions[id].q.Heading())
	}
	return out
}

var addressForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// MakePublished gives what may be read of a record on the day of its facts. Agreed
// are the answers as they were when somebody last agreed to them.
func (p *Pathway) MakePublished(now Facts, agreed answer.Set) (Published, bool) {
	x := p.Publish
	then := now
	then.Answers = agreed
	s := p.scene(&then)
	if !p.holds(x.rule, &now) || !p.holds(x.rule, &then) {
		return Published{}, false
	}
	if from, read := dayOf("date", agreed[answer.Key(x.From)]); !read || from.After(calendar.DateOf(now.Now)) {
		return Published{}, false
	}
	words := func(id string) string {
		key := answer.Key(id)
		if a := agreed[key]; a.Empty() || a.NotKnown != "" || s.hidden[key] {
			return ""
		}
		return p.LabelIn(p.questions[id].q, key, agreed)
	}
	out := Published{Heading: words(x.Heading)}
	for _, id := range x.Show {
		out.Answers = append(out.Answers, words(id))
	}
	return out, out.Heading != ""
}

// publish checks what everyone may read.
func (k *checker) publish() {
	x := k.p.Publish
	if x == nil {
		return
	}
	const what = "what is published"
	if !addressForm.MatchString(x.ID) {
		k.d.fault(k.line(firstLine(k, &x.ID, x)), "Write small letters and figures, with - between words", "“%s” cannot be the address of what is published", x.ID)
	}
	k.needs(x, x.Title, what, "title")
	k.needs(x, x.Words, what, "words")
	k.copyText(&x.Words, x.Words)
	k.oneOf(&x.Step, x.Step, "step", keys(k.p.steps))
	k.needs(x, x.If, what, "if")
	k.anyQuestion(&x.From, x.From, "", "date")
	k.needs(x, x.Heading, what, "heading")
	k.needs(x, x.From, what, "from")
	k.open(&x.Heading)
	for i := range x.Show {
		k.open(&x.Show[i])
	}
}

// open checks that everyone may read the answers to a question.
func (k *checker) open(at *string) {
	k.anyQuestion(at, *at, "")
	in := k.p.questions[*at]
	switch {
	case in == nil:
	case closed(in.q):
		k.d.fault(k.line(at), "Take it off the list", "“%s” would be published, and is sealed or must not leave the record", *at)
	case slices.Contains(unexported, in.q.Type) || in.q.Type == "address":
		k.d.fault(k.line(at), "Take it off the list", "“%s” is a question of type %s, which is never published", *at, in.q.Type)
	}
}
