package find

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// word is one word of a text: where it stands, in bytes, and how it is
// compared. at counts the words that carry meaning.
type word struct {
	from, to int
	text     string // small letters, no accents or apostrophes
	stem     string
	at       int
	stop     bool // says nothing on its own
	joined   bool // both halves of a word with a hyphen, at the second
}

// A text longer than this is no question.
const longestWord = 60

// split takes a text apart.
func split(s string) []word { return splitWith(s, stem, nil) }

// splitWith does, with a stem that may remember what it has worked out. Words that
// begin with a byte that only does not have are passed over; nil has all.
func splitWith(s string, stem func(string) string, only *[256]bool) []word {
	var out []word
	if only == nil {
		out = make([]word, 0, len(s)/6+1)
	}
	at := 0
	add := func(from, to int) {
		if only != nil && !only[s[from]] && (from == 0 || s[from-1] != '-') && (to == len(s) || s[to] != '-') {
			return
		}
		text := fold(s[from:to])
		if text == "" || len(text) > longestWord {
			return
		}
		w := word{from: from, to: to, text: text, stem: stem(text), at: at, stop: stops[text]}
		if !w.stop {
			at++
		}
		if n := len(out); n > 0 && out[n-1].to+1 == from && s[from-1] == '-' {
			before := out[n-1]
			out = append(out, w)
			if both := before.text + text; len(both) <= longestWord {
				out = append(out, word{from: before.from, to: to, text: both, stem: stem(both), at: w.at, joined: true})
			}
			return
		}
		out = append(out, w)
	}
	from := -1
	for i, r := range s {
		inside := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r)
		if r == '\'' || r == '’' {
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			inside = from >= 0 && unicode.IsLetter(next)
		}
		switch {
		case inside && from < 0:
			from = i
		case !inside && from >= 0:
			add(from, i)
			from = -1
		}
	}
	if from >= 0 {
		add(from, len(s))
	}
	return out
}

// fold makes words alike that differ only in capitals, accents or apostrophes.
func fold(s string) string {
	plain := true
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || c == '\'' || c >= 'A' && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '\'' || r == '’' || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// stops are the words that are in every text and ask for none.
var stops = func() map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(`a an and are as at be been being but by can could did do does for from had has have he her him his how i if im in
		into is it its just me my no not of on or our she should so than that the their them then there they this to us was we were what when where
		which who why will with would you your`) {
		all[w] = true
	}
	return all
}()
