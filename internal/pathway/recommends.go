package pathway

import (
	"slices"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Recommends says which rows of a group are recommendations: what was learned
// somewhere and is to change. They stand on one list with those of every other
// pathway. That something was done is one thing, and that it has become how people
// work another.
type Recommends struct {
	Source string `yaml:"source"` // where such a recommendation comes from, in words
	Group  string `yaml:"group"`
	If     string `yaml:"if"` // about a row: whether it is one at all
	// What is to change, who answers for it, and by when. Without What it is how the
	// row is called.
	What   string `yaml:"what"`
	Who    string `yaml:"who"`
	Agency string `yaml:"agency"`
	Due    string `yaml:"due"`
	// Done is the day on which it was done, GivenUp a rule: it was refused or given up.
	Done    string `yaml:"done"`
	GivenUp string `yaml:"given_up"`
	// Test is the day by which somebody looks whether it is embedded, Tested the day
	// they did, and Embedded a rule: it is.
	Test     string `yaml:"test"`
	Tested   string `yaml:"tested"`
	Embedded string `yaml:"embedded"`
	// Readers are roles that read what is to change, who answers for it and how it
	// stands also of records that they may not see.
	Readers []string `yaml:"readers"`

	rule, givenUp, embedded *rule
}

// How a recommendation stands.
const (
	RecommendationOpen     = "open"
	RecommendationDone     = "done"     // implemented, and nobody has shown yet that it is embedded
	RecommendationEmbedded = "embedded" // shown to be how people work
	RecommendationNot      = "not"      // implemented, and looked at, and not how people work
	RecommendationGivenUp  = "given_up"
)

// Recommendation is one row of a record that is a recommendation.
type Recommendation struct {
	Source, Row, State      string
	What, Who, Agency       string
	Due, Done, Test, Tested calendar.Date // zero where there is none
	Readers                 []string
}

// Recommendations gives those of a record.
func (p *Pathway) Recommendations(f Facts) []Recommendation {
	var out []Recommendation
	for i := range p.Recommends {
		x := &p.Recommends[i]
		for _, row := range f.Answers.Rows(x.Group) {
			out = p.recommendation(out, x, &f, row)
		}
	}
	return out
}

func (p *Pathway) recommendation(out []Recommendation, x *Recommends, f *Facts, row string) []Recommendation {
	s := p.scene(f).at(x.Group, row)
	holds := func(r *rule) bool {
		if r == nil {
			return false
		}
		t, _ := s.truth(r)
		return t == yes
	}
	if x.rule != nil && !holds(x.rule) {
		return out
	}
	get := func(id string) (answer.Answer, *Question) {
		key := answer.RowKey(x.Group, row, id)
		in := p.questions[id]
		if in == nil || s.hidden[key] || f.Answers[key].NotKnown != "" {
			return answer.Answer{}, nil
		}
		return f.Answers[key], in.q
	}
	words := func(id string) string {
		if a, q := get(id); q != nil && !a.Empty() {
			return p.LabelIn(q, answer.RowKey(x.Group, row, id), f.Answers)
		}
		return ""
	}
	day := func(id string) calendar.Date {
		a, q := get(id)
		if q == nil {
			return calendar.Date{}
		}
		d, _ := dayOf(q.Type, a)
		return d
	}
	one := Recommendation{
		Source: x.Source, Row: row, Readers: x.Readers, State: RecommendationOpen,
		What: words(x.What), Who: words(x.Who), Agency: words(x.Agency),
		Due: day(x.Due), Done: day(x.Done), Test: day(x.Test), Tested: day(x.Tested),
	}
	if g := p.groups[x.Group]; one.What == "" {
		one.What = p.RowName(*f, x.Group, row)
	} else if g.Of != "" {
		one.What = p.RowName(*f, x.Group, row) + ": " + one.What
	}
	switch {
	case holds(x.givenUp):
		one.State = RecommendationGivenUp
	case holds(x.embedded):
		one.State = RecommendationEmbedded
	case !one.Done.IsZero() && !one.Tested.IsZero():
		one.State = RecommendationNot
	case !one.Done.IsZero():
		one.State = RecommendationDone
	}
	return append(out, one)
}

// recommends checks what a pathway says of its recommendations.
func (k *checker) recommends() {
	for i := range k.p.Recommends {
		x := &k.p.Recommends[i]
		const what = "an item of “recommends”"
		k.needs(x, x.Source, what, "source")
		k.needs(x, x.Group, what, "group")
		k.needs(x, x.Due, what, "due")
		k.needs(x, x.Done, what, "done")
		if k.p.groups[x.Group] == nil {
			k.oneOf(&x.Group, x.Group, "group", keys(k.p.groups))
			continue
		}
		for _, at := range []*string{&x.What, &x.Who, &x.Agency, &x.Due, &x.Done, &x.Test, &x.Tested} {
			var types []string
			if slices.Contains([]*string{&x.Due, &x.Done, &x.Test, &x.Tested}, at) {
				types = []string{"date", "datetime"}
			}
			k.anyQuestion(at, *at, x.Group, types...)
			switch in := k.p.questions[*at]; {
			case *at == "" || in == nil:
			case closed(in.q):
				k.d.fault(k.line(at), "Take it out", "“%s” would stand on the list of recommendations, and is sealed or must not leave the record", *at)
			case slices.Contains(namesSomebody, in.q.Type):
				k.d.fault(k.line(at), "Name a question with words", "“%s” is a question of type %s, which does not stand on the list of recommendations", *at, in.q.Type)
			}
		}
		if (x.Embedded == "") != (x.Tested == "") {
			k.d.fault(k.line(x), "Write both or neither", "embedded: says that somebody looked, and tested: when")
		}
		for j := range x.Readers {
			k.oneOf(&x.Readers[j], x.Readers[j], "role", k.place.Roles)
		}
	}
}

// recommendRules compiles the rules of recommendations.
func (k *checker) recommendRules() {
	for i := range k.p.Recommends {
		x := &k.p.Recommends[i]
		if k.p.groups[x.Group] == nil {
			continue
		}
		x.rule = k.boolean(&x.If, x.Group, "whether a row is a recommendation")
		x.givenUp = k.boolean(&x.GivenUp, x.Group, "whether a recommendation was given up")
		x.embedded = k.boolean(&x.Embedded, x.Group, "whether a recommendation is embedded")
	}
}
