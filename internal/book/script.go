package book

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusans"
	"github.com/go-fonts/dejavu/dejavusansbold"
	"github.com/go-fonts/liberation/liberationsansregular"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
)

// family of letters: the one the page is set in, or the wider one for those that
// it does not have.
const (
	plainFamily = "sans"
	wideFamily  = "wide"
)

// wideFaces are the typefaces of the wider family; it has no italics.
var wideFaces = []struct {
	style string
	data  []byte
}{{"", dejavusans.TTF}, {"B", dejavusansbold.TTF}, {"I", dejavusans.TTF}, {"BI", dejavusansbold.TTF}}

// has gives which letters a typeface has.
func has(data []byte) func(rune) bool {
	f, err := sfnt.Parse(data)
	if err != nil {
		panic("book: the embedded typeface cannot be read: " + err.Error())
	}
	list := make([]bool, 0x10000)
	var buf sfnt.Buffer
	for r := range list {
		glyph, err := f.GlyphIndex(&buf, rune(r))
		list[r] = err == nil && glyph != 0
	}
	return func(r rune) bool { return r >= ' ' && int(r) < len(list) && list[r] }
}

var (
	plainHas = sync.OnceValue(func() func(rune) bool { return has(liberationsansregular.TTF) })
	wideHas  = sync.OnceValue(func() func(rune) bool { return has(dejavusans.TTF) })
)

// shapeless are scripts whose letters the wider typeface could draw only one by
// one, which is not how they are written.
var shapeless = []*unicode.RangeTable{
	unicode.Bengali, unicode.Devanagari, unicode.Gujarati, unicode.Gurmukhi, unicode.Kannada, unicode.Khmer, unicode.Lao, unicode.Malayalam,
	unicode.Mongolian, unicode.Myanmar, unicode.Nko, unicode.Oriya, unicode.Sinhala, unicode.Syriac, unicode.Tamil, unicode.Telugu, unicode.Thaana, unicode.Thai, unicode.Tibetan,
}

// run is part of a text in one family of letters.
type run struct {
	text   string // as it is drawn
	read   string // as it is read, where that differs
	family string
	right  bool // reads from the right
}

// silent are marks that draw nothing: soft hyphens, joiners, directions.
func silent(r rune) bool {
	return r == '\u00ad' || r >= '\u200b' && r <= '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2060' && r <= '\u2069' || r == '\ufeff' ||
		r >= '\ufe00' && r <= '\ufe0f' || unicode.Is(unicode.Cc, r) && !unicode.IsSpace(r)
}

// unprintable tells whether a letter can be drawn by no typeface that is here.
func unprintable(r rune) bool {
	if unicode.IsSpace(r) || silent(r) || plainHas()(r) {
		return false
	}
	return unicode.IsOneOf(shapeless, r) || !wideHas()(r)
}

// Unprintable names what of a text cannot be printed, each once: the script of
// words, or the number of a sign.
func Unprintable(text string) []string {
	var out []string
	for _, r := range norm.NFC.String(text) {
		if unprintable(r) {
			if name := glyphName(r); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

func glyphName(r rune) string {
	for name, table := range unicode.Scripts {
		if name != "Common" && name != "Inherited" && unicode.Is(table, r) {
			return strings.ReplaceAll(name, "_", " ") + " letters"
		}
	}
	return fmt.Sprintf("sign U+%04X", r)
}

// runs parts a text by the family that has its letters. In the place of what
// none has stands its name.
func runs(text string) []run {
	var out []run
	var now []rune
	family := plainFamily
	end := func() {
		if len(now) > 0 {
			one := run{text: string(now), family: family}
			if one.right = slices.ContainsFunc(now, fromRight); one.right {
				one.read = one.text
				one.text = visual(one.text)
			}
			out = append(out, one)
		}
		now = nil
	}
	gone := ""
	for _, r := range norm.NFC.String(text) {
		switch {
		case silent(r):
			continue
		case unicode.IsSpace(r) && r != '\u00a0':
			r = ' '
		case unprintable(r):
			if name := glyphName(r); name != gone {
				end()
				family, gone = plainFamily, name
				out = append(out, run{text: "[" + strings.ReplaceAll(name, " ", "\u00a0") + "\u00a0not\u00a0printed]", family: plainFamily})
			}
			continue
		}
		gone = ""
		in := plainFamily
		if r != ' ' && (fromRight(r) || !plainHas()(r)) || unicode.Is(unicode.Mn, r) && family == wideFamily {
			in = wideFamily
		}
		if in != family || len(now) > 0 && r != ' ' && !unicode.Is(unicode.Mn, r) && fromRight(r) != fromRight(now[len(now)-1]) {
			end()
			family = in
		}
		now = append(now, r)
	}
	end()
	return out
}

// needsWide tells whether a text has letters of the wider family: it is large, and
// seldom needed.
func needsWide(texts ...string) bool {
	for _, t := range texts {
		for _, r := range runs(t) {
			if r.family == wideFamily {
				return true
			}
		}
	}
	return false
}

// fromRight tells whether a letter is written from right to left.
func fromRight(r rune) bool {
	return unicode.In(r, unicode.Arabic, unicode.Hebrew) && !unicode.IsDigit(r)
}

// visual puts a word that reads from the right into the order in which its
// letters stand, joined as they are written.
func visual(word string) string {
	shaped := joined([]rune(word))
	// A mark stays after the letter it stands on.
	var out []rune
	for end := len(shaped); end > 0; {
		from := end - 1
		for from > 0 && unicode.Is(unicode.Mn, shaped[from]) {
			from--
		}
		out = append(out, shaped[from:end]...)
		end = from
	}
	return string(out)
}

// forms of a letter: alone, at the end, at the beginning, in the middle. Those
// that do not join on have two.
var forms = sync.OnceValue(func() map[rune][]rune {
	out := map[rune][]rune{}
	add := func(from, to rune) {
		for r := from; r <= to; r++ {
			if base := []rune(norm.NFKC.String(string(r))); len(base) == 1 && base[0] != r {
				out[base[0]] = append(out[base[0]], r)
			}
		}
	}
	add(0xfe80, 0xfef4)
	add(0xfb50, 0xfbb1)
	add(0xfbd3, 0xfbe7)
	add(0xfbfc, 0xfbff)
	for base, list := range out {
		if len(list) != 2 && len(list) != 4 {
			delete(out, base)
		}
	}
	return out
})

// ties are lam with the alefs, alone and at the end.
var ties = map[rune][2]rune{0x0622: {0xfef5, 0xfef6}, 0x0623: {0xfef7, 0xfef8}, 0x0625: {0xfef9, 0xfefa}, 0x0627: {0xfefb, 0xfefc}}

const (
	lam     = 0x0644
	tatweel = 0x0640
)

// joined puts the letters of a word into the forms in which they join.
func joined(word []rune) []rune {
	table := forms()
	on := func(r rune) bool { return r == tatweel || len(table[r]) == 4 } // joins to what follows
	to := func(r rune) bool { return r == tatweel || len(table[r]) >= 2 } // joins to what was before
	next := func(i int) (rune, int) {
		for j := i + 1; j < len(word); j++ {
			if !unicode.Is(unicode.Mn, word[j]) {
				return word[j], j
			}
		}
		return 0, -1
	}
	var out []rune
	before := false // what was before joins on
	for i := 0; i < len(word); i++ {
		r := word[i]
		if unicode.Is(unicode.Mn, r) {
			out = append(out, r)
			continue
		}
		after, at := next(i)
		if tie, is := ties[after]; r == lam && is && at == i+1 {
			if before {
				out = append(out, tie[1])
			} else {
				out = append(out, tie[0])
			}
			before = false
			i = at
			continue
		}
		list := table[r]
		ends, begins := before && to(r), on(r) && at >= 0 && to(after)
		switch {
		case len(list) == 4 && ends && begins:
			r = list[3]
		case len(list) == 4 && begins:
			r = list[2]
		case len(list) >= 2 && ends:
			r = list[1]
		case len(list) >= 2:
			r = list[0]
		}
		out = append(out, r)
		before = on(word[i])
	}
	return out
}

// asWritten gives the order in which the words of a line stand, and before which
// there is a space: of a name that reads from the right the first word is on the
// right.
func asWritten(pieces []piece) (order []int, gaps []bool) {
	order, gaps = make([]int, len(pieces)), make([]bool, len(pieces))
	for i := range pieces {
		order[i], gaps[i] = i, pieces[i].space
	}
	number := func(w piece) bool {
		return !strings.ContainsFunc(w.text, func(r rune) bool { return !unicode.IsDigit(r) && !unicode.IsPunct(r) })
	}
	for i := 0; i < len(pieces); i++ {
		if !pieces[i].right {
			continue
		}
		end := i + 1
		for j := i + 1; j < len(pieces) && (pieces[j].right || number(pieces[j])); j++ {
			if pieces[j].right {
				end = j + 1
			}
		}
		slices.Reverse(order[i:end])
		// What stood after a space stands before one now; the first keeps its own.
		slices.Reverse(gaps[i+1 : end])
		i = end - 1
	}
	return order, gaps
}
