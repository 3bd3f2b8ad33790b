package find

import (
	"cmp"
	"math/bits"
	"slices"
)

// spelling knows the words that somebody wrote.
type spelling struct {
	times  map[string]int
	byLong map[int][]spelt
}

type spelt struct {
	word    string
	letters uint32 // which it has
	times   int
}

func newSpelling(times map[string]int) spelling {
	s := spelling{times: times, byLong: map[int][]spelt{}}
	for w, n := range times {
		s.byLong[len(w)] = append(s.byLong[len(w)], spelt{w, letters(w), n})
	}
	for _, list := range s.byLong {
		slices.SortFunc(list, func(a, b spelt) int { return cmp.Compare(a.word, b.word) })
	}
	return s
}

func letters(w string) uint32 {
	var set uint32
	for i := range len(w) {
		if c := w[i]; c >= 'a' && c <= 'z' {
			set |= 1 << (c - 'a')
		}
	}
	return set
}

// nearest is the known word that an unknown one was most likely meant to be:
// one slip away, or two in a long word. Two known words written as one are told
// apart. Empty when nothing is near, and for what has digits.
func (s spelling) nearest(w string) string {
	for i := range len(w) {
		if w[i] >= '0' && w[i] <= '9' {
			return ""
		}
	}
	if len(w) < 4 {
		return ""
	}
	if near := s.within(w, 1); near != "" {
		return near
	}
	if two := s.two(w); two != "" {
		return two
	}
	if len(w) >= 7 {
		return s.within(w, 2)
	}
	return ""
}

// within is the best known word with at most so many slips.
func (s spelling) within(w string, most int) string {
	mask := letters(w)
	var best spelt
	bestCost := most + 1
	for long := len(w) - most; long <= len(w)+most; long++ {
		for _, c := range s.byLong[long] {
			if bits.OnesCount32(mask^c.letters) > 2*most || long < 3 {
				continue
			}
			cost := slips(w, c.word, most)
			if cost > most {
				continue
			}
			better := cmp.Or(
				cmp.Compare(cost, bestCost),
				cmp.Compare(b2i(c.word[0] != w[0]), b2i(best.word != "" && best.word[0] != w[0])),
				cmp.Compare(best.times, c.times),
			)
			if best.word == "" || better < 0 {
				best, bestCost = c, cost
			}
		}
	}
	return best.word
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// two is two known words for one that has no space between them.
func (s spelling) two(w string) string {
	best, times := "", 0
	for i := 3; i+3 <= len(w); i++ {
		if n := min(s.times[w[:i]], s.times[w[i:]]); n > times {
			best, times = w[:i]+" "+w[i:], n
		}
	}
	return best
}

// slips counts letters left out, put in, changed, or swapped with the next, or
// gives more than most.
func slips(a, b string, most int) int {
	if len(a) > longestWord || len(b) > longestWord {
		return most + 1
	}
	var rows [3][longestWord + 1]int
	before2, before, now := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		before[j] = j
	}
	for i := 1; i <= len(a); i++ {
		now[0] = i
		least := i
		for j := 1; j <= len(b); j++ {
			cost := b2i(a[i-1] != b[j-1])
			now[j] = min(before[j]+1, now[j-1]+1, before[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				now[j] = min(now[j], before2[j-2]+1)
			}
			least = min(least, now[j])
		}
		if least > most {
			return most + 1
		}
		before2, before, now = before, now, before2
	}
	return before[len(b)]
}
