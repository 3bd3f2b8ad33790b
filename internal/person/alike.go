package person

import (
	"slices"

	"frontdoor/internal/calendar"
)

// MayBe tells whether two entries could be about one person closely enough that
// whatever must not reach one must not reach the other before somebody has looked:
// they have the same names, in any order, and the same date of birth, or are likely
// to be the same. Nobody is joined by it.
func MayBe(a, b Person) bool {
	if a.Sealed || b.Sealed {
		return false
	}
	return sameNames(a, b) && sameBirth(a, b) || Match(a, b, Context{}).Band == Likely
}

func sameNames(a, b Person) bool {
	for _, x := range a.Names {
		mine := sortedJoin(slices.Concat(familyTokens(x), givenTokens(x)))
		for _, y := range b.Names {
			if mine != "" && mine == sortedJoin(slices.Concat(familyTokens(y), givenTokens(y))) {
				return true
			}
		}
	}
	return false
}

func sameBirth(a, b Person) bool {
	days := func(p Person) []calendar.Date {
		var out []calendar.Date
		for _, one := range p.Births {
			if one.Kind != Expected && !one.Date.IsZero() {
				out = append(out, one.Date)
			}
		}
		return out
	}
	theirs := days(b)
	return slices.ContainsFunc(days(a), func(d calendar.Date) bool { return slices.Contains(theirs, d) })
}
