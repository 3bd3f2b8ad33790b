package person

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// letters that do not come apart into a plain letter and an accent.
var plainLetters = strings.NewReplacer(
	"ł", "l", "ø", "o", "đ", "d", "ð", "d", "þ", "th", "ß", "ss", "æ", "ae", "œ", "oe", "ı", "i", "ħ", "h", "ŋ", "ng", "ə", "e",
)

// Fold brings a name to the form names are compared in: lower case, no accents,
// no apostrophes, hyphens as spaces, and O', Mc and Mac joined to the name that
// follows. "Ó Brien", "O'Brien" and "o’brien" all give "obrien".
func Fold(name string) string {
	tokens := Tokens(name)
	return strings.Join(tokens, " ")
}

// Tokens is the words of a folded name, in the order written.
func Tokens(name string) []string {
	plain := true
	for i := 0; i < len(name); i++ {
		if name[i] >= 0x80 {
			plain = false
			break
		}
	}
	s := strings.ToLower(name)
	if !plain {
		s = plainLetters.Replace(norm.NFKD.String(s))
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), r == '\'', r == '’', r == '‘', r == '`', r == '´', r == 'ʼ', r == 'ʹ', r == '\u2032':
		default:
			b.WriteByte(' ')
		}
	}
	words := strings.Fields(b.String())
	out := words[:0]
	for i := 0; i < len(words); i++ {
		w := words[i]
		if (w == "o" || w == "mc" || w == "mac") && i+1 < len(words) && len(words[i+1]) > 2 {
			i++
			w += words[i]
		}
		out = append(out, w)
	}
	return out
}

// Trigrams is the set of three-letter pieces of a folded name, each word padded
// as "  smith ", sorted. Names that share most of them are spelled alike.
func Trigrams(name string) []string {
	var set []string
	for _, w := range Tokens(name) {
		r := []rune("  " + w + " ")
		for i := 0; i+3 <= len(r); i++ {
			set = append(set, string(r[i:i+3]))
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// shared is how much two trigram sets have in common, 0 to 1.
func shared(a, b []string) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	both := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			both, i, j = both+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return 2 * float64(both) / float64(len(a)+len(b))
}

// Slips counts the slips of the finger between two words: a letter missed,
// added, changed, or swapped with its neighbour.
func Slips(a, b string) int {
	if a == b {
		return 0
	}
	x, y := []rune(a), []rune(b)
	before, last, now := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		now[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			now[j] = min(last[j]+1, now[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				now[j] = min(now[j], before[j-2]+1)
			}
		}
		before, last, now = last, now, before
	}
	return last[len(y)]
}

// spelledAlike says whether two words are one or two slips apart, for their length.
func spelledAlike(a, b string) bool {
	short := min(len(a), len(b))
	if short < 4 {
		return false
	}
	if d := max(len(a), len(b)) - short; d > 2 {
		return false
	}
	n := Slips(a, b)
	return n == 1 || n == 2 && short >= 7
}

// Words that stand where a name should be. The first kind is enough alone; the
// second means nothing beside the first.
var (
	standIns = setOf("baby infant unborn unknown newborn female male boy girl twin triplet nk tbc tba na notknown unnamed foetus fetus child anon anonymous none")
	fillers  = setOf("of not known given name one two three first second a b c i ii iii 1 2 3 yet the n k")
)

func setOf(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// meaningful drops a name that only holds a place: "Baby", "Unborn twin 2",
// "Infant of Sarah", "Not known". others are words that add nothing beside a
// stand-in, such as the family name in "Baby Smith".
func meaningful(tokens, others []string) []string {
	standIn := len(tokens) == 2 && tokens[0] == "not" && tokens[1] == "known"
	for i, t := range tokens {
		switch {
		case standIns[t]:
			standIn = true
			if i+1 < len(tokens) && tokens[i+1] == "of" {
				return nil
			}
		case fillers[t], slices.Contains(others, t):
		default:
			return tokens
		}
	}
	if standIn {
		return nil
	}
	return tokens
}

func familyTokens(n Name) []string { return meaningful(Tokens(n.Family), nil) }

func givenTokens(n Name) []string { return meaningful(Tokens(n.Given), Tokens(n.Family)) }
