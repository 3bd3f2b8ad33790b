package person

import (
	"fmt"
	"slices"

	"frontdoor/internal/calendar"
)

// Band is what a score means to the worker who reads it. No band joins two
// people: a worker always decides.
type Band string

// The bands.
const (
	Likely   Band = "likely"
	Possible Band = "possible"
	Unlikely Band = "unlikely"
)

// Where the bands begin, in points.
const (
	LikelyFrom   = 75
	PossibleFrom = 45
)

// Reason is one thing that counts for or against, and how much. A score's
// reasons add up to its points, kept between 0 and 100.
type Reason struct {
	Points int
	Text   string
}

// Score says how sure it is that two entries of the index are one person.
type Score struct {
	Points  int // 0 to 100
	Band    Band
	Reasons []Reason // the weightiest first
}

// Context is what is known beyond the two people.
type Context struct {
	// SameAs is the groups from [Clusters], so that a mother entered twice counts as one.
	SameAs map[string]string
	// Common holds folded names that many people in the index share. Nil uses
	// a short list of names usual in England.
	Common map[string]bool
}

// Match compares two people and explains itself. It gives the same answer
// whichever comes first. It errs towards asking a person: twins, siblings, and
// two people with different NHS numbers are never called likely.
func Match(a, b Person, ctx Context) Score {
	if a.Sealed || b.Sealed {
		return Score{Band: Unlikely}
	}
	if ctx.Common == nil {
		ctx.Common = commonNames
	}
	var t tally
	nhs := sharedNumber(a, b, NHS)
	upn := sharedNumber(a, b, UPN)
	names := matchNames(ready(a), ready(b), ctx.Common)
	birth := matchBirths(a, b)
	home := matchHomes(a, b)
	mother := matchMothers(a, b, ctx)

	switch nhs {
	case agree:
		t.add(60, "Same NHS number")
	case disagree:
		t.add(-25, "Different NHS numbers")
	}
	switch upn {
	case agree:
		t.add(50, "Same unique pupil number")
	case disagree:
		t.add(-15, "Different unique pupil numbers")
	}
	if sharedReference(a, b) {
		t.add(40, "Same reference number from the same body")
	}
	t.reasons = append(t.reasons, names.reasons...)
	t.points += names.points
	if birth.reason.Text != "" {
		t.add(birth.reason.Points, birth.reason.Text)
	}
	if home.Text != "" {
		t.add(home.Points, home.Text)
	}
	if sharedPhone(a, b) {
		t.add(8, "Same phone number")
	}
	switch mother {
	case agree:
		points := 10
		if birth.unborn {
			points = 30
		}
		t.add(points, "Same mother")
	case disagree:
		t.add(-15, "Different mothers recorded")
	}
	if (a.Sex == Male && b.Sex == Female) || (a.Sex == Female && b.Sex == Male) {
		t.add(-15, "Different sex recorded")
	}
	t.guard(a, b, nhs, upn, names, birth, home, mother)
	return t.score()
}

// Outline is what [Match] and [MayBe] read of somebody, and nothing else: no sources,
// and no address that must never be printed.
func (p Person) Outline() Person {
	out := Person{ID: p.ID, Died: p.Died, Sealed: p.Sealed}
	if p.Sealed {
		return out
	}
	out.Sex, out.Babies = p.Sex, p.Babies
	for _, n := range p.Names {
		out.Names = append(out.Names, Name{Family: n.Family, Given: n.Given})
	}
	for _, b := range p.Births {
		out.Births = append(out.Births, Birth{Kind: b.Kind, Date: b.Date})
	}
	for _, id := range p.Identifiers {
		if id.Valid {
			out.Identifiers = append(out.Identifiers, Identifier{Kind: id.Kind, Value: id.Value, Issuer: id.Issuer, Valid: true})
		}
	}
	for _, a := range p.Addresses {
		if a.matchable() {
			out.Addresses = append(out.Addresses, Address{Kind: a.Kind, Lines: a.Lines, Postcode: a.Postcode, UPRN: a.UPRN, Until: a.Until})
		}
	}
	for _, ph := range p.Phones {
		out.Phones = append(out.Phones, Phone{Number: ph.Number})
	}
	for _, m := range p.Mothers() {
		out.Relationships = append(out.Relationships, Relationship{From: m, To: p.ID, Kind: Mother})
	}
	return out
}

type tally struct {
	points  int
	reasons []Reason
}

func (t *tally) add(points int, text string) {
	t.points += points
	t.reasons = append(t.reasons, Reason{points, text})
}

// noMoreThan brings the points down to a limit and says why.
func (t *tally) noMoreThan(limit int, text string) {
	if t.points > limit {
		t.add(limit-t.points, text)
	}
}

// settle brings the points between two limits, and says why even when they
// already were.
func (t *tally) settle(least, most int, text string) {
	t.add(max(least, min(most, t.points))-t.points, text)
}

// guard keeps the score below where it could mislead.
func (t *tally) guard(a, b Person, nhs, upn verdict, names nameMatch, birth birthMatch, home Reason, mother verdict) {
	near := home.Points > 6 || mother == agree
	numbered := nhs == agree || upn == agree
	switch {
	case nhs == agree && names.given == different && birth.sameDay:
		t.noMoreThan(60, "One number, one birthday, two given names: a twin’s number may be on the wrong form. Check it")
	case nhs == agree && birth.apart && (names.given == different || names.family == different):
		t.settle(PossibleFrom, 60, "The NHS number agrees but the name and birth date do not. Check whose number it is")
	case birth.unborn && birth.apart:
		t.noMoreThan(20, "The dates are too far apart for one pregnancy")
	case birth.unborn && !near:
		t.noMoreThan(PossibleFrom-1, "Nothing ties the expected baby to this home or mother")
	case birth.unborn && (mother != agree || a.Babies > 1 || b.Babies > 1):
		t.noMoreThan(LikelyFrom-1, "An expected baby needs a person to decide")
	case birth.sameDay && names.given == different && !numbered:
		t.noMoreThan(30, "Twins? Same birthday and different given names")
	case (birth.sameDay || birth.slip) && near && !names.sure && names.given != missing && !numbered:
		if nhs == disagree {
			t.noMoreThan(30, "Twins? Same birthday and home, different NHS numbers")
		} else {
			t.noMoreThan(LikelyFrom-1, "Could be twins with names that are alike")
		}
	case names.given == different && !numbered:
		t.noMoreThan(PossibleFrom-1, "Could be brothers, sisters or others of one household")
	}
	if nhs == disagree {
		t.noMoreThan(LikelyFrom-5, "Two different NHS numbers need a person to decide")
	}
}

func (t *tally) score() Score {
	s := Score{Points: max(0, min(100, t.points)), Band: Unlikely}
	switch {
	case s.Points >= LikelyFrom:
		s.Band = Likely
	case s.Points >= PossibleFrom:
		s.Band = Possible
	}
	s.Reasons = t.reasons
	slices.SortStableFunc(s.Reasons, func(x, y Reason) int { return weight(y) - weight(x) })
	return s
}

func weight(r Reason) int { return max(r.Points, -r.Points) }

// verdict is what a fact says when each side may not have it.
type verdict int

const (
	silent verdict = iota
	agree
	disagree
)

// sharedNumber compares valid numbers of a kind. A temporary pupil number, or a
// former one, may agree but never disagrees: children are given new ones.
func sharedNumber(a, b Person, kind IdentifierKind) verdict {
	out := silent
	for _, x := range a.Identifiers {
		for _, y := range b.Identifiers {
			if !x.Valid || !y.Valid || !sameKind(x.Kind, kind) || !sameKind(y.Kind, kind) {
				continue
			}
			if x.Value == y.Value {
				return agree
			}
			if x.Kind == kind && y.Kind == kind && (kind == NHS || permanent(x.Value) && permanent(y.Value)) {
				out = disagree
			}
		}
	}
	return out
}

func sameKind(k, want IdentifierKind) bool { return k == want || k == FormerUPN && want == UPN }

func permanent(upn string) bool { return len(upn) == 13 && isDigit(upn[12]) }

func sharedReference(a, b Person) bool {
	for _, x := range a.Identifiers {
		if !x.Valid || x.Kind == NHS || x.Kind == UPN || x.Kind == FormerUPN {
			continue
		}
		for _, y := range b.Identifiers {
			if y.Valid && x.Kind == y.Kind && x.Issuer == y.Issuer && foldReference(x.Value) == foldReference(y.Value) {
				return true
			}
		}
	}
	return false
}

func sharedPhone(a, b Person) bool {
	for _, x := range a.Phones {
		n := PhoneNumber(x.Number)
		for _, y := range b.Phones {
			if n != "" && n == PhoneNumber(y.Number) {
				return true
			}
		}
	}
	return false
}

func matchMothers(a, b Person, ctx Context) verdict {
	same := func(id string) string {
		if root, ok := ctx.SameAs[id]; ok {
			return root
		}
		return id
	}
	out := silent
	for _, x := range a.Mothers() {
		for _, y := range b.Mothers() {
			if same(x) == same(y) {
				return agree
			}
			out = disagree
		}
	}
	return out
}

// matchHomes weighs addresses. Sharing a home is weak evidence of being one
// person, so no address can carry a score; a site or a hostel is shared by many.
func matchHomes(a, b Person) Reason {
	var best Reason
	for _, x := range a.Addresses {
		for _, y := range b.Addresses {
			r := Reason{}
			same, certain := SameHousehold(x, y)
			now := x.Until.IsZero() && y.Until.IsZero() && x.Kind != PreviousAddress && y.Kind != PreviousAddress
			switch {
			case same && certain && now:
				r = Reason{15, "Same address"}
			case same && certain:
				r = Reason{10, "Same address at some time"}
			case same:
				r = Reason{9, "Same building, flat not clear"}
			case placePostcode(x) != "" && placePostcode(x) == placePostcode(y):
				r = Reason{6, "Same postcode"}
			}
			if r.Points > best.Points {
				best = r
			}
		}
	}
	return best
}

// birthMatch is how birth dates agree, by the pair that agrees best.
type birthMatch struct {
	reason  Reason
	sameDay bool // one birthday, whichever way round it was written
	slip    bool // one birthday but for a digit
	apart   bool // too far apart to be a slip
	unborn  bool // one or both are expected dates
}

func matchBirths(a, b Person) birthMatch {
	var best birthMatch
	found := false
	for _, x := range a.Births {
		for _, y := range b.Births {
			if x.Date.IsZero() || y.Date.IsZero() {
				continue
			}
			m := matchBirth(x, y)
			if !found || m.reason.Points > best.reason.Points || m.reason.Points == best.reason.Points && m.reason.Text < best.reason.Text {
				best, found = m, true
			}
		}
	}
	best.unborn = a.Unborn() || b.Unborn()
	return best
}

func matchBirth(x, y Birth) birthMatch {
	if x.Kind == Expected || y.Kind == Expected {
		return matchExpected(x, y)
	}
	d, e := x.Date, y.Date
	vague := x.Kind == Estimated || y.Kind == Estimated
	_, swapped := swapDayMonth(d)
	years := max(d.Year()-e.Year(), e.Year()-d.Year())
	switch {
	case d == e && (vague || d.Day() == 1 && d.Month() == 1):
		return birthMatch{reason: Reason{15, "Same date of birth, but one that may be a guess"}, sameDay: true}
	case d == e:
		return birthMatch{reason: Reason{35, "Same date of birth"}, sameDay: true}
	case swapped && d.Year() == e.Year() && d.Day() == int(e.Month()) && int(d.Month()) == e.Day():
		return birthMatch{reason: Reason{24, "Day and month of birth swapped"}, sameDay: true}
	case vague && years <= 2:
		return birthMatch{reason: Reason{6, "Birth dates close, one of them estimated"}}
	case Slips(d.String(), e.String()) == 1:
		return birthMatch{reason: Reason{16, "Dates of birth differ by one slip: " + shortPair(d, e)}, slip: true}
	case d.Year() == e.Year() && d.Month() == e.Month():
		return birthMatch{reason: Reason{4, "Born in the same month of the same year"}}
	case years > 10:
		return birthMatch{reason: Reason{-40, "Born more than 10 years apart"}, apart: true}
	case vague:
		return birthMatch{reason: Reason{-12, "Different birth dates, one of them estimated"}, apart: true}
	}
	return birthMatch{reason: Reason{-25, "Different dates of birth"}, apart: true}
}

// How far a birth may fall from its expected date, in days: 17 weeks early, the
// edge of survival, to 30 days late, as the children in need census allows.
const (
	earliestBirth = 119
	latestBirth   = 30
)

func matchExpected(x, y Birth) birthMatch {
	if x.Kind == Expected && y.Kind == Expected {
		gap := x.Date.DaysTo(y.Date)
		switch gap = max(gap, -gap); {
		case gap == 0:
			return birthMatch{reason: Reason{28, "Same expected delivery date"}}
		case gap <= 28:
			return birthMatch{reason: Reason{22, fmt.Sprintf("Expected delivery dates %d days apart", gap)}}
		}
		return birthMatch{reason: Reason{-40, "Expected delivery dates more than four weeks apart"}, apart: true}
	}
	due, born := x.Date, y.Date
	if y.Kind == Expected {
		due, born = y.Date, x.Date
	}
	switch late := due.DaysTo(born); {
	case late >= -35 && late <= latestBirth:
		return birthMatch{reason: Reason{25, "Born about when the baby was due"}}
	case late >= -earliestBirth && late < 0:
		return birthMatch{reason: Reason{12, "Born before the baby was due, as an early baby would be"}}
	}
	return birthMatch{reason: Reason{-40, "Not born near when the baby was due"}, apart: true}
}

func shortPair(d, e calendar.Date) string {
	if e.Before(d) {
		d, e = e, d
	}
	return d.Short() + " / " + e.Short()
}
