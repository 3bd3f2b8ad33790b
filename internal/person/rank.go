package person

import (
	"slices"
	"strings"
)

// Hit is a person a search found, with why, the weightiest reason first.
type Hit struct {
	Person  Person
	Points  int
	Reasons []string
}

// Rank puts the people a search's keys found in order, the best first, and
// leaves out those the line says nothing for. Sealed people are never in it,
// nor is an address that must never be printed a reason.
func Rank(q Query, people []Person) []Hit {
	var hits []Hit
	for _, p := range people {
		if p.Sealed {
			continue
		}
		if h := rank(q, p); h.Points > 0 {
			hits = append(hits, h)
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int {
		if a.Points != b.Points {
			return b.Points - a.Points
		}
		if c := strings.Compare(Fold(a.Person.Called()), Fold(b.Person.Called())); c != 0 {
			return c
		}
		return strings.Compare(a.Person.ID, b.Person.ID)
	})
	return hits
}

func rank(q Query, p Person) Hit {
	var t tally
	for _, id := range p.Identifiers {
		switch {
		case !id.Valid:
		case id.Kind == NHS && id.Value == q.NHS:
			t.add(100, "NHS number")
		case (id.Kind == UPN || id.Kind == FormerUPN) && id.Value == q.UPN:
			t.add(100, "Unique pupil number")
		case id.Kind != NHS && id.Kind != UPN && slices.Contains(q.References, foldReference(id.Value)):
			t.add(90, "Reference")
		}
	}
	if q.Phone != "" && slices.ContainsFunc(p.Phones, func(ph Phone) bool { return PhoneNumber(ph.Number) == q.Phone }) {
		t.add(60, "Phone number")
	}
	if len(q.Born) > 0 {
		t.best(rankBirth(q, p))
	}
	rankPlace(q, p, &t)
	rankWords(q, p, &t)
	s := Hit{Person: p, Points: t.points}
	slices.SortStableFunc(t.reasons, func(a, b Reason) int { return b.Points - a.Points })
	for _, r := range t.reasons {
		if r.Points > 0 && !slices.Contains(s.Reasons, r.Text) {
			s.Reasons = append(s.Reasons, r.Text)
		}
	}
	return s
}

func (t *tally) best(r Reason) {
	if r.Points != 0 {
		t.add(r.Points, r.Text)
	}
}

func rankBirth(q Query, p Person) Reason {
	var best Reason
	known := false
	for _, b := range p.Births {
		if b.Date.IsZero() {
			continue
		}
		known = true
		for _, s := range q.Born {
			var r Reason
			what := "Date of birth"
			if b.Kind == Expected {
				what = "Expected delivery date"
			}
			other, swaps := swapDayMonth(b.Date)
			switch {
			case s.holds(b.Date) && s.exact() && !s.Second:
				r = Reason{40, what}
			case s.holds(b.Date) && s.exact(), swaps && s.exact() && other == s.From:
				r = Reason{30, what + ", day and month the other way round"}
			case s.holds(b.Date):
				r = Reason{15, "Born in the time you typed"}
			case s.exact() && Slips(s.From.String(), b.Date.String()) == 1:
				r = Reason{18, what + ", one figure different"}
			case b.Kind == Estimated && max(b.Date.DaysTo(s.From), s.To.DaysTo(b.Date)) <= 730:
				r = Reason{5, "Estimated date of birth is near"}
			}
			if r.Points > best.Points {
				best = r
			}
		}
	}
	if known && best.Points == 0 {
		return Reason{-25, "Born at another time"}
	}
	return best
}

func rankPlace(q Query, p Person, t *tally) {
	var best Reason
	compact := strings.ReplaceAll(q.Postcode, " ", "")
	area := strings.ReplaceAll(q.Area, " ", "")
	for _, a := range p.Addresses {
		pc := placePostcode(a)
		if pc == "" {
			continue
		}
		base, _ := building(a)
		var r Reason
		switch {
		case compact != "" && pc == compact && q.House != "" && base == pc+"|"+q.House:
			r = Reason{40, "Address"}
		case compact != "" && pc == compact:
			r = Reason{25, "Postcode"}
		// "SS1" is not the start of SS17: what follows the first part has three characters.
		case area != "" && strings.HasPrefix(pc, area) && (len(pc)-len(area) == 3 || strings.Contains(q.Area, " ")):
			r = Reason{8, "Postcode area"}
		}
		if r.Points > best.Points {
			best = r
		}
	}
	t.best(best)
}

// rankWords gives each word of the line to the part of the person it fits best.
func rankWords(q Query, p Person, t *tally) {
	if len(q.Words) == 0 {
		return
	}
	var names, streets []string
	for _, n := range ready(p) {
		for _, w := range slices.Concat(n.family, n.given) {
			if !slices.Contains(names, w) {
				names = append(names, w)
			}
		}
		// "Obrien" and "O Brien", "Marie Claire" and "Marieclaire".
		names = append(names, strings.Join(n.family, ""), strings.Join(n.given, ""))
	}
	for _, a := range p.Addresses {
		if a.matchable() {
			for _, l := range a.Lines {
				streets = append(streets, Tokens(l)...)
			}
		}
	}
	all := true
	for _, w := range q.Words {
		var best Reason
		for _, n := range names {
			if r := rankWord(w, n); r.Points > best.Points {
				best = r
			}
		}
		switch {
		case best.Points > 0:
			t.add(best.Points, best.Text)
		case slices.Contains(streets, w):
			t.add(8, "Address")
		default:
			all = false
			t.add(-15, "")
		}
	}
	if all {
		t.add(10, "")
	}
	t.reasons = slices.DeleteFunc(t.reasons, func(r Reason) bool { return r.Text == "" })
}

func rankWord(w, name string) Reason {
	switch {
	case name == "":
		return Reason{}
	case w == name:
		return Reason{20, "Name"}
	case sameGivenName(w, name):
		return Reason{16, "A form of the name"}
	case soundAlike(w, name):
		return Reason{14, "Name sounds alike"}
	case spelledAlike(w, name):
		return Reason{13, "Name is spelled nearly the same"}
	case len(w) >= 3 && strings.HasPrefix(name, w):
		return Reason{12, "Name begins so"}
	case len(w) >= 5 && len(name) >= 5 && sortedLetters(w) == sortedLetters(name):
		return Reason{10, "Name has the same letters"}
	}
	return Reason{}
}
