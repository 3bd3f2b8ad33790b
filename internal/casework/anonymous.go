package casework

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// Told is a place in words that should name nobody, where they may name somebody.
type Told struct {
	What  string // “a name”
	Words string // what stands there
	Place string // with the words around it
}

// mark is what would say who somebody on a record is: words that follow each other,
// in small letters, or figures that do.
type mark struct {
	what   string
	words  []string
	digits string
	proper bool // told only where it is written with a capital letter
}

// alsoWords are names that are words as well. They are looked for with a capital
// letter only.
var alsoWords = strings.Fields("may will grace hope faith joy rose summer young april june august dawn eve art mark bill rich penny violet ruby daisy lily ivy olive jade amber baker cook hill wood woods field fields lane park parks day long short white black brown green gray grey king bishop banks moss stone price power rivers")

// noNames are words in the place of a name that name nobody.
var noNames = strings.Fields("baby unborn unknown not known none the and of dr doctor mr mrs ms miss sir nurse consultant manager worker social officer police hospital surgery gp health visitor school nursery team service services children child care clinic centre ward house home road street practice midwife teacher head court lead ambulance council mother father parent sister brother aunt uncle grandmother grandfather carer partner found be to a an in at for his her their with")

// marksOf gathers what would say who somebody on a record is: names, days of birth
// and death, addresses and numbers of everyone on it, of the entries they are joined
// to, of those who worked on it, and what stands in the questions it hides; and the
// same of the record that it was started from.
func (d *Desk) marksOf(tx *store.Tx, l loaded, hides []string) ([]mark, error) {
	var out []mark
	name := func(what, text string) { out = append(out, nameMarks(what, text)...) }
	people, err := tx.PeopleOf(l.rec.ID)
	if err != nil {
		return nil, err
	}
	for _, rp := range people {
		theirs, err := d.personMarks(tx, rp.Person)
		if err != nil {
			return nil, err
		}
		out = append(out, theirs...)
	}
	for _, k := range l.f.Answers.Keys() {
		_, _, id := k.Split()
		q, ok := l.p.Question(id)
		if !ok {
			continue
		}
		a, err := d.openAnswer(l.p, l.rec.ID, k, l.f.Answers[k])
		if err != nil {
			return nil, err
		}
		switch {
		case q.Fill == "worker.name":
			name("the name of a professional", a.Text)
		case q.Type == "phone":
			out = append(out, runMarks("a phone number", a.Text)...)
		case q.Type == "email" && a.Text != "":
			out = append(out, mark{what: "an email address", words: plainWords(a.Text)})
		case slices.Contains(hides, id):
			if all := plainWords(a.Text); len(all) > 1 {
				out = append(out, mark{what: "what “" + q.Heading() + "” says", words: all})
			}
			for w := range strings.FieldsFuncSeq(a.Text, notWord) {
				if r := []rune(w); len(r) > 2 && unicode.IsUpper(r[0]) {
					name("what “"+q.Heading()+"” says", w)
				}
			}
		}
	}
	if err := d.workerMarks(tx, l, name); err != nil || l.rec.Parent == "" {
		return out, err
	}
	// A record without names was started from one that has them.
	from, err := d.load(tx, BySystem(l.f.Now), l.rec.Parent, false)
	if errors.Is(err, errNotThere) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	theirs, err := d.marksOf(tx, from, from.p.HiddenOnPapers())
	return append(out, theirs...), err
}

// personMarks are what would say who somebody is: the names, days, addresses and
// numbers of theirs and of the entries they are joined to.
func (d *Desk) personMarks(tx *store.Tx, who person.Person) ([]mark, error) {
	same, err := samePeople(tx, who)
	var out []mark
	for _, p := range same {
		for _, n := range p.Names {
			out = append(out, nameMarks("a name", n.Given+" "+n.Family)...)
		}
		for _, b := range p.Births {
			out = append(out, dayMarks("a date of birth", b.Date)...)
		}
		out = append(out, dayMarks("a date of death", p.Died)...)
		for _, i := range p.Identifiers {
			out = append(out, runMarks("a number", i.Value)...)
		}
		for _, ph := range p.Phones {
			out = append(out, runMarks("a phone number", ph.Number)...)
		}
		for _, a := range p.Addresses {
			out = append(out, placeMarks(a)...)
		}
	}
	return out, err
}

func nameMarks(what, text string) []mark {
	var out []mark
	for _, w := range plainWords(text) {
		if len([]rune(w)) > 1 && !slices.Contains(noNames, w) && !isNumber(w) {
			out = append(out, mark{what: what, words: []string{w}, proper: slices.Contains(alsoWords, w)})
		}
	}
	return out
}

func runMarks(what, text string) []mark {
	if n := digits(text); len(n) >= 7 {
		return []mark{{what: what, digits: n}}
	}
	return nil
}

// workerMarks adds the names of those who worked on the record.
func (d *Desk) workerMarks(tx *store.Tx, l loaded, name func(what, text string)) error {
	revs, err := tx.Revisions(l.rec.ID)
	if err != nil {
		return err
	}
	var seen []string
	by := []string{string(access.ToWorker(l.rec.Allocated))}
	for _, r := range revs {
		by = append(by, r.By)
	}
	for _, by := range by {
		id, is := access.Principal(by).Worker()
		if !is || id == "" || slices.Contains(seen, id) {
			continue
		}
		seen = append(seen, id)
		if w, err := tx.Worker(id); err == nil {
			name("the name of a professional", w.Name)
		}
	}
	return nil
}

func isNumber(w string) bool {
	_, err := strconv.Atoi(w)
	return err == nil
}

func notWord(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// dayMarks are the ways in which a day is written. The month alone is not one.
func dayMarks(what string, d calendar.Date) []mark {
	if d.IsZero() {
		return nil
	}
	day, month, year := strconv.Itoa(d.Day()), strings.ToLower(d.Month().String()), strconv.Itoa(d.Year())
	two := func(n int) string { return string(rune('0'+n/10)) + string(rune('0'+n%10)) }
	var out []mark
	add := func(words ...string) { out = append(out, mark{what: what, words: words}) }
	for _, m := range []string{month, month[:3]} {
		for _, n := range []string{day, two(d.Day()), day + ordinal(d.Day())} {
			add(n, m)
			add(n, "of", m)
			add(m, n)
			add(m, "the", n)
		}
	}
	for _, n := range []string{day, two(d.Day())} {
		for _, m := range []string{strconv.Itoa(int(d.Month())), two(int(d.Month()))} {
			add(n, m, year)
			add(n, m, year[2:])
			add(year, m, n)
		}
	}
	return out
}

func ordinal(n int) string {
	switch {
	case n%10 == 1 && n != 11:
		return "st"
	case n%10 == 2 && n != 12:
		return "nd"
	case n%10 == 3 && n != 13:
		return "rd"
	}
	return "th"
}

// placeMarks are the postcode, however it is spaced, and each line of an address.
func placeMarks(a person.Address) []mark {
	var out []mark
	if code := plainWords(a.Postcode); len(code) > 0 {
		out = append(out, mark{what: "a postcode", words: code}, mark{what: "a postcode", words: []string{strings.Join(code, "")}})
	}
	for _, line := range a.Lines {
		all := plainWords(line)
		if len(all) > 0 && isNumber(all[0]) && len(all) > 1 {
			out = append(out, mark{what: "an address", words: all[1:]}) // the street alone tells enough
			continue
		}
		if len(all) > 1 || len(all) == 1 && len(all[0]) > 3 && !slices.Contains(noNames, all[0]) {
			out = append(out, mark{what: "an address", words: all, proper: true})
		}
	}
	return out
}

// toldIn finds the marks in a text, each once, in the order of the text.
func toldIn(text string, marks []mark) []Told {
	type word struct {
		small      string
		start, end int
		capital    bool
	}
	var all []word
	start := -1
	for i, r := range text + " " {
		switch {
		case !notWord(r) && start < 0:
			start = i
		case notWord(r) && start >= 0:
			w := text[start:i]
			all = append(all, word{strings.ToLower(w), start, i, unicode.IsUpper([]rune(w)[0])})
			start = -1
		}
	}
	var out []Told
	add := func(what string, from, to int) {
		t := Told{What: what, Words: text[from:to], Place: around(text, from, to)}
		if !slices.ContainsFunc(out, func(o Told) bool { return strings.EqualFold(o.Words, t.Words) }) {
			out = append(out, t)
		}
	}
	for i := range all {
		best := 0
		what := ""
		for _, m := range marks {
			n := len(m.words)
			if n == 0 || n <= best || i+n > len(all) || m.proper && !all[i].capital {
				continue
			}
			if slices.EqualFunc(all[i:i+n], m.words, func(w word, s string) bool { return w.small == s }) {
				best, what = n, m.what
			}
		}
		if best > 0 {
			add(what, all[i].start, all[i+best-1].end)
		}
	}
	plain := digits(text)
	for _, m := range marks {
		if m.digits != "" && strings.Contains(plain, m.digits) && !slices.ContainsFunc(out, func(o Told) bool { return o.Words == m.digits }) {
			out = append(out, Told{What: m.what, Words: m.digits, Place: m.digits})
		}
	}
	return out
}

// around is a place in a text with some words before and after it.
func around(text string, from, to int) string {
	const near = 30
	a, b := max(0, from-near), min(len(text), to+near)
	for a > 0 && text[a-1] != ' ' && text[a-1] != '\n' {
		a--
	}
	for b < len(text) && text[b] != ' ' && text[b] != '\n' {
		b++
	}
	return strings.Join(strings.Fields(text[a:b]), " ")
}

// tellsWho finds where letters that must name nobody may name somebody.
func (d *Desk) tellsWho(tx *store.Tx, l loaded, previews []Preview) ([]Told, error) {
	var out []Told
	for _, pv := range previews {
		if !pv.Doc.Anonymous {
			continue
		}
		marks, err := d.marksOf(tx, l, pv.Doc.Hides)
		if err != nil {
			return nil, err
		}
		out = append(out, toldIn(pv.Body+pv.held, marks)...)
	}
	return out, nil
}

func anonymousAmong(made []pathway.MadeDocument) bool {
	return slices.ContainsFunc(made, func(m pathway.MadeDocument) bool { return m.Document.Anonymous })
}

// namesNobody refuses letters that must name nobody and may, until they are mended
// or someone else has read them exactly as they are.
func namesNobody(told []Told) error {
	var b strings.Builder
	b.WriteString("These words stand on the record and could say who this is: ")
	for i, t := range told {
		switch {
		case i == 8:
			b.WriteString("; and others")
		case i > 8:
			continue
		case i > 0:
			b.WriteString("; ")
		}
		if i < 8 {
			b.WriteString("“" + t.Words + "”, " + t.What + ", in “" + t.Place + "”")
		}
	}
	b.WriteString(". Take them out. If they are about nobody, a second person must say so: ask a colleague to read it under “Letters”.")
	return fault.New(fault.Forbidden, b.String())
}
