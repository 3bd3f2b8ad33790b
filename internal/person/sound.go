package person

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

// Sound is a short key of how a folded word is said, the same for spellings
// that English ears and registrars confuse: smith and smyth, katherine and
// catherine, mohammed and muhammad, stephen and steven. It keeps consonants and
// whether the word starts with a vowel. A word in another script is its own key.
func Sound(word string) string {
	for i := 0; i < len(word); i++ {
		if word[i] < 'a' || word[i] > 'z' {
			return word
		}
	}
	if strings.HasPrefix(word, "mac") && len(word) > 5 {
		word = "mc" + word[3:]
	}
	word = trimStart(word)
	var k []byte
	put := func(b byte) {
		if len(k) == 0 || k[len(k)-1] != b {
			k = append(k, b)
		}
	}
	at := func(i int) byte {
		if i < 0 || i >= len(word) {
			return 0
		}
		return word[i]
	}
	doubled := false
	for i := 0; i < len(word); i++ {
		c, next, prev := word[i], at(i+1), at(i-1)
		if c == prev && !vowel(c) && !doubled {
			doubled = true
			continue
		}
		doubled = false
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			if i == 0 {
				if c == 'y' && vowel(next) {
					k = append(k, 'Y')
				} else {
					k = append(k, 'A')
				}
			} else {
				// A vowel parts two like consonants: mimi is not mi.
				k = append(k, '-')
			}
		case 'b':
			if !(prev == 'm' && next == 0) {
				put('B')
			}
		case 'c':
			switch {
			case next == 'h' && (at(i+2) == 'r' || at(i+2) == 'l'):
				put('K')
				i++
			case next == 'h', next == 'z':
				put('X')
				i++
			case next == 'e' || next == 'i' || next == 'y':
				put('S')
			case next == 'k' || next == 'q':
			default:
				put('K')
			}
		case 'd':
			switch {
			case next == 'g' && at(i+2) == 'e', next == 'j':
			case next == 't' && i+2 == len(word):
			default:
				put('D')
			}
		case 'f', 'v':
			put('F')
		case 'g':
			switch {
			case next == 'h' && i > 0 && vowel(prev):
				i++
			case next == 'h':
				put('G')
				i++
			case prev == 'd' && next == 'e':
				put('J')
			case i == 0 && (next == 'e' || next == 'i' || next == 'y'):
				put('J')
			default:
				put('G')
			}
		case 'h':
			if i == 0 {
				k = append(k, 'H')
			}
		case 'p':
			switch {
			case next == 'h':
				put('F')
				i++
			case prev == 'm' && (next == 's' || next == 't'):
			default:
				put('P')
			}
		case 'q':
			put('K')
		case 's':
			switch {
			case next == 'c' && at(i+2) == 'h':
				put('X')
				i += 2
			case next == 'h' || next == 'z':
				put('X')
				i++
			case next == 'c' && (at(i+2) == 'e' || at(i+2) == 'i'):
				put('S')
				i++
			default:
				put('S')
			}
		case 't':
			switch {
			case next == 'c' && at(i+2) == 'h':
				put('X')
				i += 2
			case next == 'z':
				put('S')
				i++
			case next == 'h':
				put('T')
				i++
			default:
				put('T')
			}
		case 'w':
			if i == 0 {
				put('W')
			} else if vowel(next) {
				put('F')
			}
		case 'x':
			put('K')
			put('S')
		case 'z':
			put('S')
		default:
			put(c - 'a' + 'A')
		}
	}
	out := make([]byte, 0, 6)
	for _, b := range k {
		if b != '-' && len(out) < 6 {
			out = append(out, b)
		}
	}
	return string(out)
}

// trimStart drops letters written and not said at the start of a word.
func trimStart(w string) string {
	if len(w) < 3 {
		return w
	}
	switch w[:2] {
	case "kn", "gn", "pn", "wr", "ps":
		return w[1:]
	case "wh":
		return "w" + w[2:]
	case "rh":
		return "r" + w[2:]
	}
	if w[0] == 'x' {
		return "s" + w[1:]
	}
	return w
}

func vowel(b byte) bool {
	switch b {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

//go:embed variants.txt
var variantsText string

// variants gives, for a folded given name, the names it may stand for. Each is
// the first word of a line of variants.txt. A short name may stand for several.
var variants = sync.OnceValue(func() map[string][]string {
	m := map[string][]string{}
	for line := range strings.Lines(variantsText) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		for _, w := range words {
			if !slices.Contains(m[w], words[0]) {
				m[w] = append(m[w], words[0])
			}
		}
	}
	return m
})

// sameGivenName says whether two folded given names are forms of one name, such
// as Liz and Elizabeth or Mohammed and Muhammad.
func sameGivenName(a, b string) bool {
	names := variants()
	for _, x := range names[a] {
		if slices.Contains(names[b], x) {
			return true
		}
	}
	return false
}
