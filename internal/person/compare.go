package person

import (
	"slices"
	"strings"
)

// likeness says how two names, or two parts of a name, agree.
type likeness int

const (
	missing   likeness = iota // one is not known: says nothing
	different                 // both known, nothing alike
	initial                   // one is only the other's first letter
	partly                    // some words the same, others not
	alike                     // sounds or is spelled alike
	form                      // forms of one given name
	same
)

// spoken is a name made ready to compare.
type spoken struct {
	Name
	family, given []string
}

func ready(p Person) []spoken {
	out := make([]spoken, 0, len(p.Names))
	for _, n := range p.Names {
		s := spoken{n, familyTokens(n), givenTokens(n)}
		if len(s.family)+len(s.given) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// nameMatch is how two people's names agree, by the pair of names that agrees best.
type nameMatch struct {
	family, given likeness
	sure          bool // the given names are the same, or spellings of one that sound the same
	points        int
	reasons       []Reason
}

func matchNames(a, b []spoken, common map[string]bool) nameMatch {
	var best nameMatch
	found := false
	for _, x := range a {
		for _, y := range b {
			m := matchPair(x, y, common)
			if !found || m.points > best.points || m.points == best.points && reasonText(m.reasons) < reasonText(best.reasons) {
				best, found = m, true
			}
		}
	}
	return best
}

func reasonText(rs []Reason) string {
	var b strings.Builder
	for _, r := range rs {
		b.WriteString(r.Text)
	}
	return b.String()
}

func matchPair(x, y spoken, common map[string]bool) nameMatch {
	straight := matchStraight(x, y, common)
	if straight.family == same && straight.given == same || len(x.family)*len(x.given)*len(y.family)*len(y.given) == 0 {
		return straight
	}
	// Names are given the other way round in much of the world, and on many forms.
	turned := y
	turned.family, turned.given = y.given, y.family
	turned.Family, turned.Given = y.Given, y.Family
	crossed := matchStraight(x, turned, common)
	if crossed.family < partly || crossed.given < partly || crossed.points-4 <= straight.points {
		return straight
	}
	crossed.reasons = append(crossed.reasons, Reason{-4, "Family and given names are the other way round"})
	crossed.points -= 4
	return crossed
}

func matchStraight(x, y spoken, common map[string]bool) nameMatch {
	var m nameMatch
	var r Reason
	m.family, r = matchFamily(x, y, common)
	m.add(r)
	m.given, m.sure, r = matchGiven(x, y, common)
	m.add(r)
	return m
}

func (m *nameMatch) add(r Reason) {
	if r.Text != "" {
		m.points += r.Points
		m.reasons = append(m.reasons, r)
	}
}

// particles are words of a family name that many unrelated families share.
var particles = setOf("de da do dos das del della di du la le van von der den ten al el bin bint ibn ben abu st y e")

// honorifics are family names that tell a religion or a sex more than a family.
var honorifics = setOf("singh kaur begum bibi khatun khatoon akhtar akter bano")

func matchFamily(x, y spoken, common map[string]bool) (likeness, Reason) {
	a, b := x.family, y.family
	if len(a) == 0 || len(b) == 0 {
		return missing, Reason{}
	}
	if slices.Equal(a, b) || strings.Join(a, "") == strings.Join(b, "") {
		switch w := a[len(a)-1]; {
		case len(a) == 1 && honorifics[w]:
			return same, Reason{8, "Same family name, one that many families have"}
		case len(a) == 1 && common[w]:
			return same, Reason{16, "Same family name, a common one"}
		}
		return same, Reason{22, "Same family name"}
	}
	for _, w := range a {
		if !particles[w] && !honorifics[w] && slices.Contains(b, w) {
			return partly, Reason{15, "Part of the family name is the same: " + pair(x.Family, y.Family)}
		}
	}
	// Whole names first, then the main words: the last of each, or any in a double-barrelled name.
	best := different
	for _, v := range a {
		for _, w := range b {
			if particles[v] || particles[w] {
				continue
			}
			if soundAlike(v, w) {
				return alike, Reason{14, "Family name sounds alike: " + pair(x.Family, y.Family)}
			}
			if spelledAlike(v, w) {
				best = alike
			}
		}
	}
	if best == alike || shared(Trigrams(x.Family), Trigrams(y.Family)) > 0.6 {
		return alike, Reason{13, "Family name is spelled nearly the same: " + pair(x.Family, y.Family)}
	}
	return different, Reason{-12, "Different family names"}
}

func matchGiven(x, y spoken, common map[string]bool) (l likeness, sure bool, r Reason) {
	a, b := x.given, y.given
	if len(a) == 0 || len(b) == 0 {
		return missing, false, Reason{}
	}
	full := 24
	if common[a[0]] || slices.Contains(variants()[a[0]], "mohammed") {
		full = 20
	}
	p := func() string { return pair(x.Given, y.Given) }
	switch {
	case slices.Equal(a, b) || strings.Join(a, "") == strings.Join(b, ""):
		return same, true, Reason{full, "Same given name"}
	case a[0] == b[0]:
		// Many boys in one family may be called Mohammed, and told apart by the next name.
		oneShort := len(a) == 1 || len(b) == 1
		if oneShort && !slices.Contains(variants()[a[0]], "mohammed") || !oneShort && agreeAfterFirst(a, b) {
			return same, true, Reason{full - 2, "Same first given name"}
		}
		return partly, false, Reason{12, "Same first given name, the rest differ: " + p()}
	case sameGivenName(a[0], b[0]):
		if len(a) > 1 && len(b) > 1 && !agreeAfterFirst(a, b) {
			return partly, false, Reason{10, "Forms of the same first name, the rest differ: " + p()}
		}
		if Sound(a[0]) == Sound(b[0]) {
			return form, len(a) == len(b), Reason{full - 3, "Spellings of the same given name: " + p()}
		}
		return form, false, Reason{18, "Forms of the same given name: " + p()}
	case slices.Contains(b, a[0]) || slices.Contains(a, b[0]):
		return partly, false, Reason{13, "Part of the given names is the same: " + p()}
	case len(a[0]) == 1 && strings.HasPrefix(b[0], a[0]) || len(b[0]) == 1 && strings.HasPrefix(a[0], b[0]):
		return initial, false, Reason{6, "Same initial"}
	case soundAlike(a[0], b[0]):
		return alike, false, Reason{15, "Given name sounds alike: " + p()}
	case spelledAlike(a[0], b[0]):
		return alike, false, Reason{15, "Given name is spelled nearly the same: " + p()}
	case min(len(a[0]), len(b[0])) >= 4 && (strings.HasPrefix(a[0], b[0]) || strings.HasPrefix(b[0], a[0])):
		return alike, false, Reason{12, "One given name begins like the other: " + p()}
	}
	return different, false, Reason{-25, "Different given names"}
}

// agreeAfterFirst says whether middle names agree as far as both are given,
// counting an initial as agreeing with its name.
func agreeAfterFirst(a, b []string) bool {
	for i := 1; i < len(a) && i < len(b); i++ {
		v, w := a[i], b[i]
		if v != w && !(len(v) == 1 && strings.HasPrefix(w, v)) && !(len(w) == 1 && strings.HasPrefix(v, w)) {
			return false
		}
	}
	return true
}

// soundAlike says whether two words sound alike and also look it: a short
// sound key alone joins too many names.
func soundAlike(a, b string) bool {
	s := Sound(a)
	if len(s) < 2 || s != Sound(b) {
		return false
	}
	return Slips(a, b)*2 <= max(len(a), len(b))
}

// pair shows two names in a settled order, so that which came first changes nothing.
func pair(a, b string) string {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if b < a {
		a, b = b, a
	}
	return a + " / " + b
}

// commonNames are family names so usual here that sharing one says less.
// Counts from the index itself are better: see [Context].
var commonNames = setOf(`smith jones taylor brown williams wilson johnson davies robinson wright thompson evans walker
	white roberts green hall wood jackson clarke clark harris lewis cooper turner hill ward khan ali ahmed hussain patel
	begum shah malik iqbal islam rahman miah uddin hassan mohammed muhammad mohamed kaur singh nguyen oliver george harry
	jack noah muhammad olivia amelia isla ava lily sarah john david james`)
