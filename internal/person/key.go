package person

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
)

// The kinds of key. People who share a key of any of the first kinds are worth
// comparing; the last two are for the search box only.
const (
	KeyNumber    = "number"     // a valid NHS or pupil number, or another body's reference
	KeyBirth     = "birth"      // the birth date
	KeySwapped   = "swapped"    // the birth date, the same with day and month either way round
	KeySounds    = "sounds"     // how family and given name sound, in either order
	KeySoundYear = "sound-year" // how a family name sounds, and the birth year
	KeyNames     = "names"      // all the names, folded, in any order
	KeyLetters   = "letters"    // the letters of family and given name, in any order
	KeyAddress   = "address"    // postcode and house number
	KeyPhone     = "phone"
	KeyMother    = "mother" // the person recorded as mother
	KeyPostcode  = "postcode"
	KeySound     = "sound" // how one name sounds
)

// Key is a short value to index a person by. It may hold part of a name or a
// number: guard it as the person's record is guarded.
type Key struct{ Kind, Value string }

// Broad says that many people share keys like this one, so it serves a search
// that shows the first few, and never a match of one person with the index.
func (k Key) Broad() bool {
	switch k.Kind {
	case KeySound, KeyPostcode:
		return true
	case KeyBirth:
		// 1 January is what people write when they do not know.
		return strings.HasSuffix(k.Value, "-01-01")
	}
	return false
}

// Weight is how much it counts that two people share a key of this kind, or several,
// when more share some with somebody than can be compared. Measured on a county's
// people: of the twelve best, as many are among the fifty that weigh most as among
// the eighty who share most keys, whichever (docs/performance.md).
func (k Key) Weight() int {
	switch k.Kind {
	case KeyNumber:
		return 30 // more than all else
	case KeyBirth, KeyPhone:
		return 5
	case KeyAddress, KeySoundYear:
		return 4
	case KeySounds:
		return 3
	case KeyNames:
		return 2
	case KeyLetters, KeyMother:
		return 1
	}
	return 0 // shared with another of these
}

// Keys gives the keys to index a person by, sorted, each once. Two people who
// may be one share at least one that is not broad. A sealed person has none,
// and an address that must never be printed gives none.
func Keys(p Person) []Key {
	if p.Sealed {
		return nil
	}
	k := keySet{}
	k.addNumbers(p)
	var years []int
	for _, b := range p.Births {
		if b.Date.IsZero() || b.Kind == Expected {
			continue
		}
		k.addBirth(b.Date)
		years = append(years, b.Date.Year())
	}
	for _, n := range p.Names {
		family, given := familyTokens(n), givenTokens(n)
		k.addNames(family, given)
		for _, f := range family {
			for _, y := range years {
				k.add(KeySoundYear, soundYear(f, y))
			}
		}
		for _, w := range slices.Concat(family, given) {
			for _, s := range soundsOf(w) {
				k.add(KeySound, s)
			}
		}
	}
	for _, a := range p.Addresses {
		if base, _ := building(a); base != "" {
			k.add(KeyAddress, base)
		}
		k.add(KeyPostcode, placePostcode(a))
	}
	for _, ph := range p.Phones {
		k.add(KeyPhone, PhoneNumber(ph.Number))
	}
	for _, m := range p.Mothers() {
		k.add(KeyMother, m)
	}
	return k.sorted()
}

// MatchKeys is the keys to look up when asking who else in the index a person
// may be: those of [Keys] that few people share.
func MatchKeys(p Person) []Key {
	return slices.DeleteFunc(Keys(p), Key.Broad)
}

// NumberKeys is the keys of [Keys] that a number of a person's own gives.
func NumberKeys(p Person) []Key {
	if p.Sealed {
		return nil
	}
	k := keySet{}
	k.addNumbers(p)
	return k.sorted()
}

type keySet map[Key]struct{}

func (s keySet) add(kind, value string) {
	if value != "" {
		s[Key{kind, value}] = struct{}{}
	}
}

func (s keySet) addNumbers(p Person) {
	for _, id := range p.Identifiers {
		if id.Valid {
			s.add(KeyNumber, numberKey(id.Kind, id.Value))
		}
	}
}

func (s keySet) addBirth(d calendar.Date) {
	s.add(KeyBirth, d.String())
	if other, ok := swapDayMonth(d); ok {
		if other.Before(d) {
			d = other
		}
		s.add(KeySwapped, d.String())
	}
}

func (s keySet) addNames(family, given []string) {
	all := slices.Concat(family, given)
	if len(all) > 1 {
		s.add(KeyNames, sortedJoin(all))
	}
	if len(given) == 0 {
		return
	}
	for _, f := range family {
		for _, gs := range soundsOf(given[0]) {
			s.add(KeySounds, sortedJoin([]string{Sound(f), gs}))
		}
		s.add(KeyLetters, sortedJoin([]string{sortedLetters(f), sortedLetters(given[0])}))
	}
}

func (s keySet) sorted() []Key {
	keys := make([]Key, 0, len(s))
	for k := range s {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b Key) int {
		if c := strings.Compare(a.Kind, b.Kind); c != 0 {
			return c
		}
		return strings.Compare(a.Value, b.Value)
	})
	return keys
}

// soundsOf is how a word sounds, and the given names it may be a form of.
func soundsOf(word string) []string {
	out := []string{Sound(word)}
	for _, v := range variants()[word] {
		out = append(out, "="+v)
	}
	return out
}

func soundYear(family string, year int) string { return fmt.Sprintf("%s %d", Sound(family), year) }

// numberKey keeps NHS and pupil numbers apart from other bodies' references; a
// former pupil number is sought with the present ones.
func numberKey(kind IdentifierKind, value string) string {
	switch kind {
	case NHS:
		return "nhs:" + value
	case UPN, FormerUPN:
		return "upn:" + value
	}
	return "ref:" + foldReference(value)
}

// foldReference lets a reference be typed with or without its hyphens, slashes
// and capitals.
func foldReference(s string) string { return strings.Join(Tokens(s), "") }

func sortedJoin(words []string) string {
	words = slices.Clone(words)
	slices.Sort(words)
	return strings.Join(words, " ")
}

func sortedLetters(word string) string {
	r := []rune(word)
	slices.Sort(r)
	return string(r)
}

// swapDayMonth reads a date the other way round, when that is another date.
func swapDayMonth(d calendar.Date) (calendar.Date, bool) {
	if d.Day() > 12 || d.Day() == int(d.Month()) {
		return calendar.Date{}, false
	}
	return calendar.NewDate(d.Year(), time.Month(d.Day()), int(d.Month())), true
}
