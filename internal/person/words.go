package person

import (
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
)

// NameWords are all names of a person in one line, each with what it is unless it
// is simply their name.
func (p Person) NameWords() string {
	var out []string
	for _, n := range p.Names {
		text := strings.TrimSpace(n.Given + " " + n.Family)
		if n.Kind != AsReferred && n.Kind != Legal && text != "" {
			text += " (" + strings.ReplaceAll(string(n.Kind), "-", " ") + ")"
		}
		if text != "" && !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return strings.Join(out, "; ")
}

// BirthWords are the dates of birth that sources gave, with how sure each is.
func (p Person) BirthWords() string {
	var out []string
	for _, b := range p.Births {
		text := b.Date.Long()
		switch b.Kind {
		case Estimated:
			text += " (a guess)"
		case Expected:
			text = "due " + text
		case Born:
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// NumberWords are the numbers that identify a person.
func (p Person) NumberWords() string {
	var out []string
	for _, i := range p.Identifiers {
		value := i.Value
		if i.Kind == NHS && len(value) == 10 {
			value = FormatNHS(value)
		}
		out = append(out, strings.ToUpper(string(i.Kind))+" "+value)
	}
	return strings.Join(out, "; ")
}

// HomeWords are a person's addresses as an audience may have them, each with its
// warning.
func (p Person) HomeWords(to AudienceKind) string {
	var out []string
	for _, h := range p.Addresses {
		s := h.Show(Audience{Kind: to})
		text := strings.Join(slices.DeleteFunc(append(slices.Clone(s.Lines), s.Postcode), func(l string) bool { return l == "" }), ", ")
		if s.Warning != "" {
			text += ". " + s.Warning
		}
		out = append(out, text)
	}
	return strings.Join(out, "; ")
}

// Words is the national code in words; empty when it is not known.
func (s Sex) Words() string {
	return map[Sex]string{Female: "Female", Male: "Male"}[s]
}

// Age is how old someone is on a day, in words: in days, weeks or months for the
// youngest, whose age changes what a worry means.
func Age(born, on calendar.Date) string {
	if on.Before(born) {
		return "not born yet"
	}
	old := func(n int, unit string) string {
		if n != 1 {
			unit += "s"
		}
		return strconv.Itoa(n) + " " + unit + " old"
	}
	months := (on.Year()-born.Year())*12 + int(on.Month()) - int(born.Month())
	if on.Day() < born.Day() {
		months--
	}
	switch days := born.DaysTo(on); {
	case days < 14:
		return old(days, "day")
	case months < 2:
		return old(days/7, "week")
	case months < 24:
		return old(months, "month")
	}
	return old(months/12, "year")
}
