package find

import (
	"slices"
	"strings"
)

// A question is read to here.
const (
	maxQuestion = 200 // bytes
	maxGroups   = 12
)

// way is one way of saying something.
type way struct {
	words    []string
	worth    float32
	together bool // the words stand side by side
}

// question is what was asked, in groups of which each has to be met.
type question struct {
	groups [][]way
	typed  []string // the words that carry meaning
	meant  string
}

// read takes a question apart: a word that no text has is taken for the nearest
// one, and what people type for other words brings those too.
func (ix *Index) read(s string) question {
	words, meant := ix.mend(s)
	q := question{meant: meant}
	for i := 0; i < len(words) && len(q.groups) < maxGroups; {
		n, written := ix.synonym(words[i:])
		var said []string
		for _, w := range words[i : i+max(n, 1)] {
			if !w.stop {
				said = append(said, w.stem)
			}
		}
		i += max(n, 1)
		if len(said) == 0 && n == 0 {
			continue
		}
		var g []way
		if len(said) > 0 {
			g = append(g, way{words: said, worth: 1})
			q.typed = append(q.typed, said...)
		}
		for _, other := range written {
			g = append(g, way{words: other, worth: instead, together: true})
		}
		q.groups = append(q.groups, g)
	}
	return q
}

// synonym gives how many words from here make the longest phrase that stands
// for others, and those.
func (ix *Index) synonym(words []word) (int, [][]string) {
	for n := min(ix.longest, len(words)); n > 0; n-- {
		key := make([]string, n)
		for i := range key {
			key[i] = words[i].stem
		}
		if written, ok := ix.synonyms[strings.Join(key, " ")]; ok {
			return n, written
		}
	}
	return 0, nil
}

// mend takes words that nobody wrote for the nearest that somebody did. meant
// is the whole question as understood, if that is not as it was typed.
func (ix *Index) mend(s string) (words []word, meant string) {
	s = clip(s)
	typed := slices.DeleteFunc(split(s), func(w word) bool { return w.joined })
	known := func(w word) bool { return w.stop || len(ix.terms[w.stem]) > 0 || ix.spelling.times[w.text] > 0 }
	var said strings.Builder
	changed, from := false, 0
	for _, w := range typed {
		if known(w) {
			continue
		}
		if other := ix.spelling.nearest(w.text); other != "" {
			said.WriteString(s[from:w.from] + other)
			from, changed = w.to, true
		}
	}
	if !changed {
		return typed, ""
	}
	said.WriteString(s[from:])
	meant = strings.Join(strings.Fields(said.String()), " ")
	return slices.DeleteFunc(split(meant), func(w word) bool { return w.joined }), meant
}

// clip keeps a question to what can be read of it.
func clip(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), maxQuestion)], "")
}

// marks are the phrases to mark in what is shown.
func (q question) marks() [][]string {
	var out [][]string
	for _, g := range q.groups {
		for _, w := range g {
			if w.together {
				out = append(out, w.words)
				continue
			}
			for _, one := range w.words {
				out = append(out, []string{one})
			}
		}
	}
	return out
}

// Phrases are sets of phrases by number, to see which of them a question holds.
type Phrases struct {
	by      map[string][]int
	longest int
}

// NewPhrases makes the sets ready.
func NewPhrases(sets [][]string) *Phrases {
	p := &Phrases{by: map[string][]int{}}
	for i, set := range sets {
		for _, phrase := range set {
			if key := parts(phrase); len(key) > 0 {
				name := strings.Join(key, " ")
				p.by[name] = append(p.by[name], i)
				p.longest = max(p.longest, len(key))
			}
		}
	}
	return p
}

// In gives the numbers of the sets of which a phrase stands in the question, as
// it was typed or as the index understands it, in order.
func (p *Phrases) In(ix *Index, question string) []int {
	var out []int
	look := func(words []string) {
		for i := range words {
			for n := 1; n <= p.longest && i+n <= len(words); n++ {
				out = append(out, p.by[strings.Join(words[i:i+n], " ")]...)
			}
		}
	}
	look(parts(clip(question)))
	if words, meant := ix.mend(question); meant != "" {
		stems := make([]string, len(words))
		for i, w := range words {
			stems[i] = w.stem
		}
		look(stems)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
