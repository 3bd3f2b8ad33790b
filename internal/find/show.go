package find

import (
	"strings"
	"unicode/utf8"
)

// Piece is a piece of a text as it is shown; Mark is set on what was asked for.
type Piece struct {
	Text string
	Mark bool
}

// Mark parts a text into pieces, those that were asked for marked.
func (a Answer) Mark(s string) []Piece {
	return a.cut(s, 0, len(s), a.spans(s))
}

// Excerpt is the part of a text, of about so many bytes, that has most of what
// was asked for; its beginning when it has nothing of it.
func (a Answer) Excerpt(s string, about int) []Piece {
	s = strings.Join(strings.Fields(s), " ")
	spans := a.spans(s)
	if len(s) <= about {
		return a.cut(s, 0, len(s), spans)
	}
	best, bestScore := 0, 0
	for i, sp := range spans {
		different, score := map[int]bool{}, 0
		for _, other := range spans[i:] {
			if other.to > sp.from+about {
				break
			}
			if !different[other.mark] {
				different[other.mark] = true
				score += 10
			}
			score++
		}
		if score > bestScore {
			best, bestScore = sp.from, score
		}
	}
	// Begin a little before the first mark, at the beginning of a sentence if one
	// is near.
	from := 0
	if best > about/4 {
		from = best - about/4
		if i := strings.LastIndex(s[:best], ". "); i >= 0 && i+2 >= best-about/2 {
			from = i + 2
		} else if i := strings.IndexByte(s[from:best], ' '); i >= 0 {
			from += i + 1
		} else {
			from = best
		}
	}
	to := len(s)
	if from+about < len(s) {
		to = from + about
		if i := strings.LastIndexByte(s[from:to], ' '); i > 0 {
			to = from + i
		}
		for to > from && !utf8.RuneStart(s[to]) {
			to--
		}
	}
	out := a.cut(s, from, to, spans)
	if from > 0 {
		out = append([]Piece{{Text: "… "}}, out...)
	}
	if to < len(s) {
		out = append(out, Piece{Text: " …"})
	}
	return out
}

type span struct{ from, to, mark int }

// spans are where the marks stand, in order and none inside another.
func (a Answer) spans(s string) []span {
	var out []span
	longest := 1
	for _, mark := range a.marks {
		longest = max(longest, len(mark))
	}
	plain := make([]word, 0, longest+1) // the last few, to see which stand side by side
	for _, w := range splitWith(s, a.ix.stem, a.begin()) {
		switch {
		case w.joined:
			for m, mark := range a.marks {
				if len(mark) == 1 && mark[0] == w.stem {
					out = add(out, span{w.from, w.to, m})
				}
			}
		case !w.stop:
			if plain = append(plain, w); len(plain) > longest {
				plain = plain[:copy(plain, plain[1:])]
			}
			for m, mark := range a.marks {
				if n := len(plain) - len(mark); n >= 0 && same(plain[n:], mark) {
					out = add(out, span{plain[n].from, w.to, m})
				}
			}
		}
	}
	return out
}

// begin tells with which bytes a word may begin that is marked: the beginning of a
// word is that of its stem. It is nil when all words have to be looked at, to see
// which stand side by side.
func (a Answer) begin() *[256]bool {
	var out [256]bool
	for _, mark := range a.marks {
		if len(mark) > 1 {
			return nil
		}
		first := mark[0][0]
		out[first] = true
		if first >= 'a' && first <= 'z' {
			out[first-'a'+'A'] = true
		}
	}
	for b := utf8.RuneSelf; b < len(out); b++ {
		out[b] = true
	}
	return &out
}

// add keeps the spans apart: a longer one takes the place of those it covers.
func add(spans []span, s span) []span {
	for len(spans) > 0 && spans[len(spans)-1].from >= s.from && spans[len(spans)-1].to <= s.to {
		spans = spans[:len(spans)-1]
	}
	if len(spans) > 0 && spans[len(spans)-1].to > s.from {
		return spans
	}
	return append(spans, s)
}

func same(words []word, stems []string) bool {
	for i, w := range words {
		if w.stem != stems[i] {
			return false
		}
	}
	return true
}

func (a Answer) cut(s string, from, to int, spans []span) []Piece {
	var out []Piece
	at := from
	for _, sp := range spans {
		if sp.from < at || sp.to > to {
			continue
		}
		if sp.from > at {
			out = append(out, Piece{Text: s[at:sp.from]})
		}
		out = append(out, Piece{Text: s[sp.from:sp.to], Mark: true})
		at = sp.to
	}
	if at < to {
		out = append(out, Piece{Text: s[at:to]})
	}
	return out
}
