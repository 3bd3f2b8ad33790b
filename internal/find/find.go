// Package find finds texts by their words: best first, with other words for the
// same thing, with a misspelt word taken for the nearest one that the texts
// have, and with what was found marked.
//
// An [Index] is made from texts once and does not change. Nothing that is asked
// of it is kept.
package find

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Text is one thing to find.
type Text struct {
	Title   string   // counts most
	Also    []string // other names for it, that are not shown
	Summary string
	Body    []string // in parts, so that the one that answers best can be told
}

// How much a word counts for by where it stands. A title is short, and what is
// in it is what the text is about.
const (
	inTitle   = 6
	inAlso    = 5
	inSummary = 2
	inBody    = 1
)

// The two numbers of BM25 (Robertson and Zaragoza, The probabilistic relevance
// framework: BM25 and beyond, 2009), as usual.
const (
	k1 = 1.2
	b  = 0.75
)

// beside is what words that stand side by side as they were typed add, by the
// rarer one's worth.
const beside = 1.5

// instead is what another word for the same thing is worth.
const instead = 0.8

// posting is that a word stands in a text.
type posting struct {
	text   int32
	weight float32
	at, n  int32 // its places, in Index.places
}

// Index is texts made ready to be found.
type Index struct {
	terms    map[string][]posting
	stems    map[string]string // of the words of all texts
	places   []int32
	length   []float32 // of each text against the average
	parts    [][]int32 // where the parts of each text's body begin, as places are counted
	synonyms map[string][][]string
	longest  int // words of the longest synonym
	spelling spelling
}

// New makes an index. Synonyms say for what people type, in small letters, which
// words are written; known are more words that are spelt right.
func New(texts []Text, synonyms map[string][]string, known ...string) *Index {
	ix := &Index{terms: map[string][]posting{}, stems: map[string]string{}, synonyms: map[string][][]string{}, length: make([]float32, len(texts)), parts: make([][]int32, len(texts))}
	times := map[string]int{}
	total := 0.0
	remember := func(w string) string {
		s, ok := ix.stems[w]
		if !ok {
			s = stem(w)
			ix.stems[w] = s
		}
		return s
	}
	for i, t := range texts {
		ix.length[i] = float32(ix.add(int32(i), t, times, remember))
		total += float64(ix.length[i])
	}
	for i := range ix.length {
		ix.length[i] /= float32(math.Max(1, total/float64(len(texts))))
	}
	for typed, written := range synonyms {
		key := parts(typed)
		if len(key) == 0 {
			continue
		}
		for _, phrase := range written {
			if said := content(phrase); len(said) > 0 {
				name := strings.Join(key, " ")
				ix.synonyms[name] = append(ix.synonyms[name], said)
			}
		}
		ix.longest = max(ix.longest, len(key))
		known = append(known, typed)
	}
	for _, k := range known {
		for _, w := range split(k) {
			times[w.text] += 2
		}
	}
	ix.spelling = newSpelling(times)
	return ix
}

// add puts one text in and gives how long it is.
func (ix *Index) add(id int32, t Text, times map[string]int, stem func(string) string) int {
	type stands struct {
		term   string
		at     int32
		weight float32
	}
	var all []stands
	base := int32(0)
	field := func(s string, weight float32) {
		end := int32(0)
		for _, w := range splitWith(s, stem, nil) {
			if w.stop {
				continue
			}
			all = append(all, stands{w.stem, base + int32(w.at), weight})
			end = max(end, int32(w.at)+1)
			times[w.text]++
		}
		base += end + 1 // words of two fields never stand side by side
	}
	field(t.Title, inTitle)
	for _, s := range t.Also {
		field(s, inAlso)
	}
	field(t.Summary, inSummary)
	for _, part := range t.Body {
		ix.parts[id] = append(ix.parts[id], base)
		field(part, inBody)
	}
	slices.SortFunc(all, func(x, y stands) int { return cmp.Or(strings.Compare(x.term, y.term), cmp.Compare(x.at, y.at)) })
	for i := 0; i < len(all); {
		p := posting{text: id, at: int32(len(ix.places))}
		term := all[i].term
		for ; i < len(all) && all[i].term == term; i++ {
			p.weight += all[i].weight
			p.n++
			ix.places = append(ix.places, all[i].at)
		}
		ix.terms[term] = append(ix.terms[term], p)
	}
	return len(all)
}

// parts are all words of a phrase, compared by their stems.
func parts(s string) []string {
	var out []string
	for _, w := range split(s) {
		if !w.joined {
			out = append(out, w.stem)
		}
	}
	return out
}

// content are the words of a phrase that carry meaning.
func content(s string) []string {
	var out []string
	for _, w := range split(s) {
		if !w.joined && !w.stop {
			out = append(out, w.stem)
		}
	}
	return out
}

// Hit is a text that was found.
type Hit struct {
	Text  int // its number among those the index was made from
	Score float64
}

// Answer is what was found.
type Answer struct {
	Hits []Hit // best first
	// Some is set when no text has all that was asked for: these have a part.
	Some bool
	// Meant is the question as it was understood, when a word of it was taken for
	// another; empty when it was not.
	Meant string

	marks [][]string
	ix    *Index
}

// Find gives the texts that answer a question and that keep lets through, or all
// when it is nil.
func (ix *Index) Find(question string, keep func(text int) bool) Answer {
	q := ix.read(question)
	a := Answer{Meant: q.meant, marks: q.marks(), ix: ix}
	if len(q.groups) == 0 {
		return a
	}
	n := len(ix.length)
	score, count := make([]float32, n), make([]uint8, n)
	best := make([]float32, n) // of one group
	var touched []int32
	for _, g := range q.groups {
		for _, way := range g {
			ix.weigh(way, func(text int32, s float32) {
				if best[text] == 0 {
					touched = append(touched, text)
				}
				best[text] = max(best[text], s)
			})
		}
		for _, text := range touched {
			score[text] += best[text]
			count[text]++
			best[text] = 0
		}
		touched = touched[:0]
	}
	for i := 1; i < len(q.typed); i++ {
		pair := q.typed[i-1 : i+1]
		worth := float32(beside * min(ix.rare(pair[0]), ix.rare(pair[1])))
		ix.phrase(pair, func(text int32) { score[text] += worth })
	}
	all := uint8(len(q.groups))
	most := uint8(0)
	for i := range n {
		if count[i] > most && (keep == nil || keep(i)) {
			most = count[i]
		}
	}
	a.Some = most < all
	for i := range n {
		if most > 0 && count[i] == most && (keep == nil || keep(i)) {
			a.Hits = append(a.Hits, Hit{i, float64(score[i])})
		}
	}
	a.Some = a.Some && len(a.Hits) > 0
	slices.SortFunc(a.Hits, func(x, y Hit) int { return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(x.Text, y.Text)) })
	return a
}

// Part gives which part of a text's body has most of what was asked for, and how
// much of it; -1 when it is in none.
func (a Answer) Part(text int) (part int, worth float64) {
	starts := a.ix.parts[text]
	if len(starts) == 0 {
		return -1, 0
	}
	worths := make([]float64, len(starts))
	last := make([]int, len(starts)) // the mark that was counted last, so that each is counted once
	for m, mark := range a.marks {
		a.ix.stands(mark, int32(text), func(at int32) {
			i, found := slices.BinarySearch(starts, at)
			if !found {
				i--
			}
			if i >= 0 && last[i] != m+1 {
				last[i] = m + 1
				for _, term := range mark {
					worths[i] += a.ix.rare(term)
				}
			}
		})
	}
	part = -1
	for i, w := range worths {
		if w > worth {
			part, worth = i, w
		}
	}
	return part, worth
}

// stands tells the places of a text at which words stand side by side.
func (ix *Index) stands(words []string, text int32, tell func(at int32)) {
	here := make([][]int32, len(words))
	for i, term := range words {
		list := ix.terms[term]
		n, ok := slices.BinarySearchFunc(list, text, func(p posting, text int32) int { return cmp.Compare(p.text, text) })
		if !ok {
			return
		}
		here[i] = ix.places[list[n].at : list[n].at+list[n].n]
	}
places:
	for _, at := range here[0] {
		for i, other := range here[1:] {
			if _, ok := slices.BinarySearch(other, at+int32(i)+1); !ok {
				continue places
			}
		}
		tell(at)
	}
}

// rare is what a word is worth: more, the fewer texts have it.
func (ix *Index) rare(term string) float64 {
	n := float64(len(ix.terms[term]))
	return math.Log(1 + (float64(len(ix.length))-n+0.5)/(n+0.5))
}

// counts is how much a posting counts for, before its word's worth.
func (ix *Index) counts(p posting) float32 {
	return p.weight * (k1 + 1) / (p.weight + k1*(1-b+b*ix.length[p.text]))
}

// stem is the stem of a word, worked out before if any text has it.
func (ix *Index) stem(w string) string {
	if s, ok := ix.stems[w]; ok {
		return s
	}
	return stem(w)
}

// weigh tells the texts that have a way of saying something.
func (ix *Index) weigh(w way, tell func(text int32, score float32)) {
	if len(w.words) == 1 {
		worth := w.worth * float32(ix.rare(w.words[0]))
		for _, p := range ix.terms[w.words[0]] {
			tell(p.text, worth*ix.counts(p))
		}
		return
	}
	rare := make([]float32, len(w.words))
	for i, term := range w.words {
		rare[i] = float32(ix.rare(term))
	}
	sum := func(text int32) (total float32) {
		for j, term := range w.words {
			list := ix.terms[term]
			i, ok := slices.BinarySearchFunc(list, text, func(p posting, text int32) int { return cmp.Compare(p.text, text) })
			if !ok {
				return 0
			}
			total += rare[j] * ix.counts(list[i])
		}
		return total
	}
	if w.together {
		ix.phrase(w.words, func(text int32) { tell(text, w.worth*sum(text)) })
		return
	}
	for _, p := range ix.terms[w.words[0]] {
		if s := sum(p.text); s > 0 {
			tell(p.text, w.worth*s)
		}
	}
}

// phrase tells the texts in which words stand side by side.
func (ix *Index) phrase(words []string, tell func(text int32)) {
	first := ix.terms[words[0]]
	rest := make([][]posting, len(words)-1)
	for i, term := range words[1:] {
		rest[i] = ix.terms[term]
	}
	here := make([]posting, len(rest))
texts:
	for _, p := range first {
		for i := range rest {
			for len(rest[i]) > 0 && rest[i][0].text < p.text {
				rest[i] = rest[i][1:]
			}
			if len(rest[i]) == 0 {
				return
			}
			if rest[i][0].text > p.text {
				continue texts
			}
			here[i] = rest[i][0]
		}
	places:
		for _, at := range ix.places[p.at : p.at+p.n] {
			for i, other := range here {
				if _, ok := slices.BinarySearch(ix.places[other.at:other.at+other.n], at+int32(i)+1); !ok {
					continue places
				}
			}
			tell(p.text)
			continue texts
		}
	}
}
