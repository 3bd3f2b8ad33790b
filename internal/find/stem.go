package find

import "strings"

// stem takes the ending off a word, so that abuse, abused and abusing are one:
// the steps of M. F. Porter, An algorithm for suffix stripping, Program 14
// (1980), and at the end a double letter made single, so that refer and referral
// meet too. Words with digits and very short ones stay as they are.
func stem(s string) string {
	if len(s) < 3 {
		return s
	}
	if one, ok := irregular[s]; ok {
		s = one
	}
	for i := range len(s) {
		if s[i] < 'a' || s[i] > 'z' {
			return s
		}
	}
	p := porter(s)
	p.plurals()
	p.pastAndPresent()
	if p.ends("y") && p.upTo(1).vowel() {
		p = p[:len(p)-1] + "i"
	}
	p.replace(0, longer)
	p.replace(0, shorter)
	p.drop()
	if p.ends("e") {
		if m := p.upTo(1).measure(); m > 1 || m == 1 && !p.upTo(1).shape() {
			p = p[:len(p)-1]
		}
	}
	if n := len(p); n > 2 && p[n-1] == p[n-2] && !p.isVowel(n-1) && p[n-1] != 's' {
		p = p[:n-1]
	}
	return string(p)
}

// irregular are the plurals that no ending tells, of words people search for.
var irregular = map[string]string{"children": "child", "childrens": "child", "men": "man", "mens": "man", "women": "woman", "womens": "woman"}

type porter string

func (p porter) ends(with string) bool { return strings.HasSuffix(string(p), with) }

// upTo is the word without its last n letters.
func (p porter) upTo(n int) porter { return p[:len(p)-n] }

func (p porter) isVowel(i int) bool {
	switch p[i] {
	case 'a', 'e', 'i', 'o', 'u':
		return true
	case 'y':
		return i > 0 && !p.isVowel(i-1)
	}
	return false
}

func (p porter) vowel() bool {
	for i := range len(p) {
		if p.isVowel(i) {
			return true
		}
	}
	return false
}

// measure counts how often a vowel is followed by a consonant.
func (p porter) measure() int {
	m := 0
	for i := 1; i < len(p); i++ {
		if p.isVowel(i-1) && !p.isVowel(i) {
			m++
		}
	}
	return m
}

// shape is consonant, vowel, consonant at the end, the last not w, x or y.
func (p porter) shape() bool {
	n := len(p)
	return n >= 3 && !p.isVowel(n-1) && p.isVowel(n-2) && !p.isVowel(n-3) && !strings.ContainsRune("wxy", rune(p[n-1]))
}

func (p *porter) plurals() {
	switch {
	case p.ends("sses"), p.ends("ies"):
		*p = p.upTo(2)
	case p.ends("ss"):
	case p.ends("s"):
		*p = p.upTo(1)
	}
}

func (p *porter) pastAndPresent() {
	switch {
	case p.ends("eed"):
		if p.upTo(3).measure() > 0 {
			*p = p.upTo(1)
		}
		return
	case p.ends("ed") && p.upTo(2).vowel():
		*p = p.upTo(2)
	case p.ends("ing") && p.upTo(3).vowel():
		*p = p.upTo(3)
	default:
		return
	}
	n := len(*p)
	switch {
	case p.ends("at"), p.ends("bl"), p.ends("iz"), p.ends("is") && n > 3:
		*p += "e"
	case n > 1 && (*p)[n-1] == (*p)[n-2] && !p.isVowel(n-1) && !strings.ContainsRune("lsz", rune((*p)[n-1])):
		*p = p.upTo(1)
	case p.measure() == 1 && p.shape():
		*p += "e"
	}
}

// Endings and what takes their place when a whole syllable stands before them.
var (
	longer = [][2]string{
		{"ational", "ate"},
		{"tional", "tion"},
		{"enci", "ence"},
		{"anci", "ance"},
		{"izer", "ize"},
		{"iser", "ise"},
		{"abli", "able"},
		{"alli", "al"},
		{"entli", "ent"},
		{"eli", "e"},
		{"ousli", "ous"},
		{"ization", "ize"},
		{"isation", "ise"},
		{"ation", "ate"},
		{"ator", "ate"},
		{"alism", "al"},
		{"iveness", "ive"},
		{"fulness", "ful"},
		{"ousness", "ous"},
		{"aliti", "al"},
		{"iviti", "ive"},
		{"biliti", "ble"},
	}
	shorter = [][2]string{{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"alise", "al"}, {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""}, {"ness", ""}}
	last    = []string{
		"ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ise", "ion", "al", "er", "ic", "ou",
	}
)

func (p *porter) replace(over int, endings [][2]string) {
	for _, e := range endings {
		if p.ends(e[0]) {
			if p.upTo(len(e[0])).measure() > over {
				*p = p.upTo(len(e[0])) + porter(e[1])
			}
			return
		}
	}
}

func (p *porter) drop() {
	for _, e := range last {
		if !p.ends(e) {
			continue
		}
		rest := p.upTo(len(e))
		if rest.measure() > 1 && (e != "ion" || rest.ends("s") || rest.ends("t")) {
			*p = rest
		}
		return
	}
}
