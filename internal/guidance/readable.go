package guidance

import (
	"math"
	"strings"
	"unicode"
)

// Measure says how hard a text is to read: the automated readability index of
// Smith and Senter (Automated Readability Index, AMRL-TR-66-220, Aerospace
// Medical Research Laboratories, 1967),
//
//	4.71 × letters per word + 0.5 × words per sentence − 21.43
//
// which gives a school grade of the United States. A child reads at grade g at
// the age of g + 5 by the end of the school year.
type Measure struct {
	Letters, Words, Sentences int
}

// Age is the reading age in years, rounded up to a tenth, and 5 at least; 0 of
// a text too short to measure (under 30 words).
func (m Measure) Age() float64 {
	if m.Words < 30 || m.Sentences == 0 {
		return 0
	}
	grade := 4.71*float64(m.Letters)/float64(m.Words) + 0.5*float64(m.Words)/float64(m.Sentences) - 21.43
	return math.Max(5, math.Ceil(10*(grade+5)-1e-9)/10)
}

// measure counts running text, one paragraph or list item each. A paragraph
// ends a sentence even where it has no full stop.
func measure(paragraphs []string) Measure {
	var m Measure
	for _, p := range paragraphs {
		words := 0
		ends := false
		for _, w := range strings.Fields(p) {
			letters := 0
			for _, r := range w {
				if unicode.IsLetter(r) || unicode.IsDigit(r) {
					letters++
				}
			}
			if letters == 0 {
				continue
			}
			words++
			m.Letters += letters
			last := strings.TrimRight(w, `"'”’)`)
			ends = strings.HasSuffix(last, ".") || strings.HasSuffix(last, "?") || strings.HasSuffix(last, "!") || strings.HasSuffix(last, ":")
			if ends {
				m.Sentences++
			}
		}
		m.Words += words
		if words > 0 && !ends {
			m.Sentences++
		}
	}
	return m
}
