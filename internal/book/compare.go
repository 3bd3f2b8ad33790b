package book

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/sergi/go-diff/diffmatchpatch"

	"frontdoor/internal/guidance"
)

// State says what became of a section.
type State string

// What can become of a section. Moved says that it stands elsewhere among the
// others, with the same words.
const (
	Same    State = "same"
	Changed State = "changed"
	Moved   State = "moved"
	New     State = "new"
	Gone    State = "gone"
)

// SectionChange is one section of two texts of a chapter, known by its key.
type SectionChange struct {
	Key, Title string
	// Was is the earlier title, where it is another.
	Was    string
	State  State
	Moved  bool // stands elsewhere among the others, whatever its State
	Blocks []BlockChange
}

// BlockChange is one paragraph, list item or table row. Its parts together are
// both texts: without those that are New the earlier, without those that are
// Gone the later.
type BlockChange struct {
	State State // Same, Changed, New or Gone
	Parts []Part
}

// Part is a run of words that is in both texts, in the later or in the earlier.
type Part struct {
	Text  string
	State State // Same, New or Gone
}

// patience bounds the search for the smallest difference between two texts that
// have little in common. What is found by then is right, and longer.
const patience = 500 * time.Millisecond

// Compare gives the sections of two texts of a chapter in the order of the later,
// with those that are gone where they stood. Either text may be nil.
func Compare(before, after *guidance.Page) []SectionChange {
	was, now := sections(before), sections(after)
	at := func(in []section, key string) int {
		return slices.IndexFunc(in, func(s section) bool { return s.key == key })
	}
	stay := inOrder(was, now)
	var out []SectionChange
	done := 0 // how many of the earlier sections stand before what comes next
	gone := func(upTo int) {
		for ; done < upTo; done++ {
			if s := &was[done]; at(now, s.key) < 0 {
				out = append(out, compareSections(s, nil))
			}
		}
	}
	for i := range now {
		s := &now[i]
		from := at(was, s.key)
		if from < 0 {
			out = append(out, compareSections(nil, s))
			continue
		}
		c := compareSections(&was[from], s)
		if stay[s.key] {
			gone(from)
		} else {
			c.Moved = true
			if c.State == Same {
				c.State = Moved
			}
		}
		out = append(out, c)
	}
	gone(len(was))
	return out
}

type section struct {
	key, title string
	blocks     []string
}

// sections are a chapter's sections with their words, one string for each
// paragraph, list item and table row. What the chapter says before its first
// heading has no key.
func sections(p *guidance.Page) []section {
	if p == nil {
		return nil
	}
	out := []section{{blocks: []string{p.Title, p.Summary}}}
	for _, s := range p.Text.Sections {
		one := section{key: s.Key, title: s.Title}
		all := blocks(s.HTML)
		if len(all) > 0 && all[0].kind == heading && s.Title != "" {
			all = all[1:]
		}
		one.blocks = appendWords(nil, all, "")
		if s.Key == "" {
			out[0].blocks = append(out[0].blocks, one.blocks...)
		} else {
			out = append(out, one)
		}
	}
	return out
}

// appendWords adds the words of blocks, each with the mark that shows what it is.
func appendWords(to []string, all []block, mark string) []string {
	for _, b := range all {
		switch b.kind {
		case paragraph, heading:
			to = append(to, mark+words(b.spans))
		case item:
			from := len(to)
			to = appendWords(to, b.kids, "")
			if len(to) > from {
				to[from] = "• " + to[from]
			}
		case picture:
			to = append(to, "Picture: "+words(b.spans))
		case table:
			for _, r := range b.rows {
				var cells []string
				for _, c := range r.cells {
					cells = append(cells, words(c))
				}
				to = append(to, strings.Join(cells, " | "))
			}
		default:
			to = appendWords(to, b.kids, mark)
		}
	}
	return to
}

// inOrder tells which sections of both texts kept their order: the longest run
// of them that did.
func inOrder(was, now []section) map[string]bool {
	best := make([][]int, len(was)+1)
	for i := range best {
		best[i] = make([]int, len(now)+1)
	}
	for i := len(was) - 1; i >= 0; i-- {
		for j := len(now) - 1; j >= 0; j-- {
			if was[i].key == now[j].key {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	stay := map[string]bool{}
	for i, j := 0, 0; i < len(was) && j < len(now); {
		switch {
		case was[i].key == now[j].key:
			stay[was[i].key] = true
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return stay
}

func compareSections(was, now *section) SectionChange {
	if now == nil {
		return SectionChange{Key: was.key, Title: was.title, State: Gone, Blocks: all(was.blocks, Gone)}
	}
	c := SectionChange{Key: now.key, Title: now.title, State: Same}
	if was == nil {
		c.State, c.Blocks = New, all(now.blocks, New)
		return c
	}
	if was.title != now.title {
		c.Was, c.State = was.title, Changed
	}
	c.Blocks = compareBlocks(was.blocks, now.blocks)
	if slices.ContainsFunc(c.Blocks, func(b BlockChange) bool { return b.State != Same }) {
		c.State = Changed
	}
	return c
}

func all(texts []string, state State) []BlockChange {
	var out []BlockChange
	for _, t := range texts {
		out = append(out, BlockChange{state, []Part{{t, state}}})
	}
	return out
}

// compareBlocks pairs the blocks that are the same, and of what stands between
// them those that were rewritten.
func compareBlocks(was, now []string) []BlockChange {
	var out []BlockChange
	var gone, made []string
	settle := func() {
		for len(gone) > 0 && len(made) > 0 {
			parts, alike := compareWords(gone[0], made[0])
			switch {
			case alike:
				out = append(out, BlockChange{Changed, parts})
				gone, made = gone[1:], made[1:]
			case len(gone) >= len(made):
				out, gone = append(out, all(gone[:1], Gone)...), gone[1:]
			default:
				out, made = append(out, all(made[:1], New)...), made[1:]
			}
		}
		out = append(out, all(gone, Gone)...)
		out = append(out, all(made, New)...)
		gone, made = nil, nil
	}
	for _, p := range compareLists(was, now) {
		switch p.op {
		case diffmatchpatch.DiffEqual:
			settle()
			out = append(out, all(p.items, Same)...)
		case diffmatchpatch.DiffDelete:
			gone = append(gone, p.items...)
		case diffmatchpatch.DiffInsert:
			made = append(made, p.items...)
		}
	}
	settle()
	return out
}

// compareWords gives the words of both texts, and whether they have a third of
// their words in common: less, and they are two texts.
func compareWords(was, now string) ([]Part, bool) {
	var out []Part
	same, total := 0, 0
	for _, p := range compareLists(wordsOf(was), wordsOf(now)) {
		state := map[diffmatchpatch.Operation]State{diffmatchpatch.DiffEqual: Same, diffmatchpatch.DiffDelete: Gone, diffmatchpatch.DiffInsert: New}[p.op]
		for _, w := range p.items {
			if strings.TrimSpace(w) == "" {
				continue
			}
			total++
			if state == Same {
				same += 2
				total++
			}
		}
		out = append(out, Part{strings.Join(p.items, ""), state})
	}
	return out, 3*same >= total
}

// wordsOf cuts a text into words, spaces and marks; put together they are the
// text.
func wordsOf(s string) []string {
	var out []string
	from := 0
	class := func(r rune) int {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) || r == '’' || r == '\'':
			return 1
		case unicode.IsSpace(r):
			return 2
		}
		return 3
	}
	last := 0
	for i, r := range s {
		now := class(r)
		if i > from && (now != last || now == 3) {
			out = append(out, s[from:i])
			from = i
		}
		last = now
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

type listPart struct {
	op    diffmatchpatch.Operation
	items []string
}

// compareLists compares two lists of strings: each string is written as one
// letter, and the letters are compared.
func compareLists(was, now []string) []listPart {
	number := map[string]rune{}
	var texts []string
	letters := func(list []string) []rune {
		out := make([]rune, len(list))
		for i, s := range list {
			n, ok := number[s]
			if !ok {
				n = rune(len(texts))
				number[s] = n
				texts = append(texts, s)
			}
			out[i] = letterOf(n)
		}
		return out
	}
	d := diffmatchpatch.New()
	d.DiffTimeout = patience
	diffs := d.DiffCleanupSemantic(d.DiffMainRunes(letters(was), letters(now), false))
	var out []listPart
	for _, one := range diffs {
		p := listPart{op: one.Type}
		for _, r := range one.Text {
			p.items = append(p.items, texts[numberOf(r)])
		}
		out = append(out, p)
	}
	return out
}

// A letter for each number, past the surrogates, which no text may hold. There
// are a million; a text with more different words is cut off by the limits on
// what may be published.
const surrogates = 0x800

func letterOf(n rune) rune {
	n++ // no letter is nought
	if n >= 0xD800 {
		n += surrogates
	}
	return min(n, unicode.MaxRune)
}

func numberOf(r rune) int {
	if r >= 0xE000 {
		r -= surrogates
	}
	return int(r) - 1
}
