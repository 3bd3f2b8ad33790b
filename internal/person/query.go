package person

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Span is the dates of birth a search allows, both ends included.
type Span struct {
	From, To calendar.Date
	Second   bool // a second way to read what was typed: 4 March for 03/04
}

func (s Span) exact() bool { return s.From == s.To }

func (s Span) holds(d calendar.Date) bool { return !d.Before(s.From) && !d.After(s.To) }

// Query is what a line typed into the search box asks for.
type Query struct {
	Words      []string // parts of names or of a street, folded
	Born       []Span   // any one of these
	NHS, UPN   string
	Postcode   string   // full
	Area       string   // the first part of a postcode, or more: "SS2", "SS2 6"
	House      string   // a house number, when there is a postcode or a street
	Phone      string   // in national form
	References []string // folded
	// Notes are sentences to show above the results: what was not understood
	// and what to do about it.
	Notes []string
}

// maxQuery is the longest line read, in characters; the rest is left out.
const maxQuery = 200

var (
	reUPN      = regexp.MustCompile(`\b[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]\b`)
	reTen      = regexp.MustCompile(`\b[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}\b`)
	rePhone    = regexp.MustCompile(`(?:\+|\b00)44[ -]?(?:\(0\))?[ -]?[0-9](?:[ -]?[0-9]){8,9}\b|\(?\b0[0-9]{2,4}\)?(?:[ -]?[0-9]){6,8}\b`)
	rePostcode = regexp.MustCompile(`\b([A-Z]{1,2}[0-9O][0-9A-Z]?) *([0-9O][ABD-HJLNP-UW-Z]{2})\b`)
	rePart     = regexp.MustCompile(`\b([A-Z]{1,2}[0-9][0-9A-Z]?)(?: ([0-9]))?(?:$| |,)`)
	reISO      = regexp.MustCompile(`\b((?:19|20)[0-9]{2})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})\b`)
	reNumbers  = regexp.MustCompile(`\b([0-9]{1,2})(?:[-/.]| )([0-9]{1,2})(?:[-/.]| )([0-9]{4}|[0-9]{2})\b`)
	reSolid    = regexp.MustCompile(`\b([0-3][0-9])([01][0-9])((?:19|20)[0-9]{2})\b`)
	reDayMonth = regexp.MustCompile(`\b([0-9]{1,2})(?:ST|ND|RD|TH)?[- ]+(?:OF +)?` + monthNames + `[-,. ]+([0-9]{4}|[0-9]{2})\b`)
	reMonthDay = regexp.MustCompile(`\b` + monthNames + `\.? +([0-9]{1,2})(?:ST|ND|RD|TH)?,? +([0-9]{4})\b`)
	reMonth    = regexp.MustCompile(`\b` + monthNames + `[-,. ]+((?:19|20)[0-9]{2})\b`)
	reMonthNo  = regexp.MustCompile(`\b(0?[1-9]|1[0-2])/((?:19|20)[0-9]{2})\b`)
	reYear     = regexp.MustCompile(`\b((?:19|20)[0-9]{2})\b`)
	reAge      = regexp.MustCompile(`\b(?:AGED?|AGE:) *([0-9]{1,3})\b|\b([0-9]{1,3}) *(?:YEARS?(?: *-?OLD)?|YRS?(?: OLD)?|Y/?O)\b`)
	reMonths   = regexp.MustCompile(`\b(?:AGED? +)?([0-9]{1,2}) *(?:MONTHS?|MTHS?)(?: OLD)?\b`)
	reRef      = regexp.MustCompile(`\b[A-Z]{1,6}[-/]?[0-9]{2,}(?:[-/][0-9A-Z]+)*\b|\b[0-9]+(?:[-/][0-9A-Z]+)+\b|\b[0-9]{4,}\b`)
	// References with hyphens are taken before dates, which may look like their middle.
	reRefFirst  = regexp.MustCompile(`\b[A-Z]{1,6}[-/][0-9]{2,}(?:[-/][0-9A-Z]+)*\b|\b[0-9]{4}[-/][0-9]{4,}\b`)
	reMonthName = regexp.MustCompile(`^` + monthNames + `$`)
	reFlat      = regexp.MustCompile(`\b(?:FLAT|APARTMENT|APT|UNIT|ROOM) +[0-9]{1,4}[A-Z]?\b`)
	reHouse     = regexp.MustCompile(`\b([0-9]{1,4}[A-Z]?)\b`)
)

const monthNames = `(JAN|JANUARY|FEB|FEBRUARY|MAR|MARCH|APR|APRIL|MAY|JUN|JUNE|JUL|JULY|AUG|AUGUST|SEP|SEPT|SEPTEMBER|OCT|OCTOBER|NOV|NOVEMBER|DEC|DECEMBER)`

// emptyWords are typed around the facts and say nothing themselves.
var emptyWords = setOf("dob born birth date nhs upn number no tel phone mobile ref reference postcode name called surname forename mr mrs miss ms mx dr and age aged years old child mother father due edd expected")

// ParseQuery reads a line typed into the search box: names in any order, a birth
// date in the ways people write one, a month or year of birth, an age, an NHS
// or pupil number, a postcode or part of one, a phone number, a reference.
// A date of figures that can be read two ways is read both ways. today turns an
// age into birth dates. It never fails; what it cannot read it says in Notes.
func ParseQuery(text string, today calendar.Date) Query {
	if r := []rune(text); len(r) > maxQuery {
		text = string(r[:maxQuery])
	}
	var q Query
	// Accents stay for the names; the patterns only look at plain letters.
	rest := strings.ToUpper(strings.Join(strings.Fields(strings.ToValidUTF8(text, " ")), " "))
	take := func(re *regexp.Regexp, use func(m []string) bool) {
		rest = re.ReplaceAllStringFunc(rest, func(hit string) string {
			if use(re.FindStringSubmatch(hit)) {
				return " | "
			}
			return hit
		})
	}
	take(reUPN, func(m []string) bool {
		upn, _, err := PupilNumber(m[0])
		if err != nil {
			q.note(err)
			return true
		}
		q.UPN = upn
		return true
	})
	take(reRefFirst, func(m []string) bool {
		if reMonthName.MatchString(strings.TrimRight(m[0], "-/0123456789")) {
			return false
		}
		q.References = append(q.References, foldReference(m[0]))
		return true
	})
	take(rePhone, func(m []string) bool {
		q.Phone = PhoneNumber(m[0])
		if n, err := NHSNumber(m[0]); err == nil {
			q.NHS = n
		}
		return q.Phone != ""
	})
	q.dates(take, today)
	take(reTen, func(m []string) bool {
		n, err := NHSNumber(m[0])
		if err != nil {
			q.note(err)
			return false
		}
		q.NHS = n
		return true
	})
	take(rePostcode, func(m []string) bool {
		pc, err := Postcode(m[0])
		if err == nil {
			q.Postcode = pc
		}
		return err == nil
	})
	take(rePart, func(m []string) bool {
		out, sector, ok := PartPostcode(strings.TrimRight(m[0], " ,"))
		if !ok || q.Postcode != "" {
			return false
		}
		q.Area = out
		if sector != "" {
			q.Area = sector
		}
		return true
	})
	take(reRef, func(m []string) bool {
		q.References = append(q.References, foldReference(m[0]))
		return true
	})
	take(reFlat, func([]string) bool { return true })
	take(reHouse, func(m []string) bool {
		if q.House == "" {
			q.House = strings.ToLower(m[1])
		}
		return true
	})
	for _, w := range Tokens(rest) {
		if !emptyWords[w] && !slices.Contains(q.Words, w) && !isNumber(w) {
			q.Words = append(q.Words, w)
		}
	}
	switch enough := len(q.Keys()) > 0; {
	case enough:
	case len(q.Born) > 0 || q.Area != "":
		q.Notes = append(q.Notes, "Add a name: that alone would list too many people.")
	default:
		q.Notes = append(q.Notes, "Type a name, a date of birth, a full postcode, a phone number, an NHS number or a reference.")
	}
	return q
}

func (q *Query) note(err error) {
	if s := fault.SafeText(err); !slices.Contains(q.Notes, s) {
		q.Notes = append(q.Notes, s)
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }

// dates takes birth dates and ages out of the line, the most exact first.
func (q *Query) dates(take func(*regexp.Regexp, func([]string) bool), today calendar.Date) {
	take(reISO, func(m []string) bool { return q.day(m[1], m[2], m[3], false) })
	take(reNumbers, func(m []string) bool {
		y := fullYear(m[3], today)
		first := q.day(y, m[2], m[1], false)
		second := m[1] != m[2] && q.day(y, m[1], m[2], first)
		if figures := strings.ContainsAny(m[0], "/.-"); figures && !first && !second {
			q.note(fault.New(fault.Invalid, "There is no such date. Check the day, the month and the year."))
			return true
		}
		return first || second
	})
	take(reSolid, func(m []string) bool { return q.day(m[3], m[2], m[1], false) })
	take(reDayMonth, func(m []string) bool { return q.day(fullYear(m[3], today), monthNumber(m[2]), m[1], false) })
	take(reMonthDay, func(m []string) bool { return q.day(m[3], monthNumber(m[1]), m[2], false) })
	take(reMonth, func(m []string) bool { return q.month(m[2], monthNumber(m[1])) })
	take(reMonthNo, func(m []string) bool { return q.month(m[2], m[1]) })
	take(reMonths, func(m []string) bool {
		n, _ := strconv.Atoi(m[1])
		q.Born = append(q.Born, Span{From: today.AddMonths(-n - 1).AddDays(1), To: today.AddMonths(-n)})
		return true
	})
	take(reAge, func(m []string) bool {
		n, err := strconv.Atoi(m[1] + m[2])
		if err != nil || n > 120 {
			return false
		}
		q.Born = append(q.Born, Span{From: today.AddMonths(-12*n - 12).AddDays(1), To: today.AddMonths(-12 * n)})
		return true
	})
	take(reYear, func(m []string) bool {
		y, _ := strconv.Atoi(m[1])
		q.Born = append(q.Born, Span{From: calendar.NewDate(y, time.January, 1), To: calendar.NewDate(y, time.December, 31)})
		return true
	})
}

// day adds an exact date if there is one of those figures.
func (q *Query) day(y, m, d string, second bool) bool {
	date, err := calendar.ParseDate(fmt.Sprintf("%04s-%02s-%02s", y, m, d))
	if err != nil {
		return false
	}
	q.Born = append(q.Born, Span{From: date, To: date, Second: second})
	return true
}

func (q *Query) month(y, m string) bool {
	first, err := calendar.ParseDate(fmt.Sprintf("%04s-%02s-01", y, m))
	if err != nil {
		return false
	}
	q.Born = append(q.Born, Span{From: first, To: first.AddMonths(1).AddDays(-1)})
	return true
}

func monthNumber(name string) string {
	at := strings.Index("JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", name[:3])
	return strconv.Itoa(at/3 + 1)
}

// fullYear puts the century before two figures: this one unless that is more
// than a year ahead, which is as far as an expected delivery date can be.
func fullYear(y string, today calendar.Date) string {
	if len(y) != 2 {
		return y
	}
	n, _ := strconv.Atoi(y)
	century := today.Year() / 100 * 100
	if century+n <= today.Year()+1 {
		return strconv.Itoa(century + n)
	}
	return strconv.Itoa(century - 100 + n)
}

// Keys gives the keys to look people up by, the narrowest first. Read them in
// order and stop at a few hundred people: the broad ones come last, and are
// only worth reading when the others found little.
func (q Query) Keys() []Key {
	var keys []Key
	add := func(kind, value string) {
		if k := (Key{kind, value}); value != "" && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	if q.NHS != "" {
		add(KeyNumber, "nhs:"+q.NHS)
	}
	if q.UPN != "" {
		add(KeyNumber, "upn:"+q.UPN)
	}
	for _, r := range q.References {
		add(KeyNumber, "ref:"+r)
	}
	add(KeyPhone, q.Phone)
	compact := strings.ReplaceAll(q.Postcode, " ", "")
	if compact != "" && q.House != "" {
		add(KeyAddress, compact+"|"+q.House)
	}
	words := q.Words[:min(len(q.Words), 6)]
	if len(words) > 1 {
		add(KeyNames, sortedJoin(words))
		for i, v := range words {
			for _, w := range words[i+1:] {
				for _, s := range soundsOf(v) {
					add(KeySounds, sortedJoin([]string{s, Sound(w)}))
				}
				for _, s := range soundsOf(w) {
					add(KeySounds, sortedJoin([]string{s, Sound(v)}))
				}
				add(KeyLetters, sortedJoin([]string{sortedLetters(v), sortedLetters(w)}))
			}
		}
	}
	for _, s := range q.Born {
		if s.exact() && !s.Second {
			add(KeyBirth, s.From.String())
			both := keySet{}
			both.addBirth(s.From)
			for _, k := range both.sorted() {
				add(k.Kind, k.Value)
			}
		}
		for _, w := range words {
			for y := s.From.Year(); y <= min(s.To.Year(), s.From.Year()+1); y++ {
				add(KeySoundYear, soundYear(w, y))
			}
		}
	}
	add(KeyPostcode, compact)
	for _, w := range words {
		for _, s := range soundsOf(w) {
			add(KeySound, s)
		}
	}
	return keys
}
