package tool

import (
	"fmt"
	"maps"
	"slices"
)

// The directions of a change between two scorings.
const (
	Better  = "better"
	Worse   = "worse"
	Same    = "same"
	Changed = "changed" // from or to an answer that stands outside the order
	Open    = "open"    // not scored both times, or not in both editions
)

// Change is one item scored twice.
type Change struct {
	Item      *Item // of the later edition, or of the earlier when the later has none
	Area      string
	Then, Now string // the answers' labels; empty when not scored
	Direction string
	Words     string // the change in words
	// Reworded says that the item's words are not the same in both editions.
	Reworded bool
}

// Compare sets two scorings with one form side by side, item by item, in the order
// of the later edition.
func Compare(then, now *Package, before, after map[string]string) []Change {
	var out []Change
	for _, it := range now.order {
		area, _ := now.Place(it)
		c := Change{Item: it, Area: area.Title}
		old, had := then.items[it.ID]
		if !had {
			c.Direction, c.Words = Open, "Not in the earlier edition"
			c.Now = now.label(it, after)
			out = append(out, c)
			continue
		}
		c.Reworded = !sameWords(then, now, old, it)
		c.Then, c.Now = then.label(old, before), now.label(it, after)
		c.change(then.answer(old, before), now.answer(it, after), now.scale[it.Scale].Kind)
		out = append(out, c)
	}
	for _, it := range then.order {
		if _, still := now.items[it.ID]; !still {
			area, _ := then.Place(it)
			out = append(out, Change{Item: it, Area: area.Title, Then: then.label(it, before), Direction: Open, Words: "Not in the later edition"})
		}
	}
	return out
}

func (c *Change) change(was, is Answer, kind string) {
	switch {
	case kind == Words:
		c.Direction, c.Words = Changed, "Read both"
		if c.Then == c.Now {
			c.Direction, c.Words = Same, "The same words"
		}
	case c.Then == "" && c.Now == "":
		c.Direction, c.Words = Open, "Not scored"
	case c.Then == "":
		c.Direction, c.Words = Open, "Not scored then"
	case c.Now == "":
		c.Direction, c.Words = Open, "Not scored yet"
	case was.Code == is.Code:
		c.Direction, c.Words = Same, "No change"
	case was.Rank == 0 || is.Rank == 0:
		c.Direction, c.Words = Changed, "Changed: not on the same scale"
	case is.Rank < was.Rank:
		c.Direction, c.Words = Better, fmt.Sprintf("Better by %d", was.Rank-is.Rank)
	case is.Rank > was.Rank:
		c.Direction, c.Words = Worse, fmt.Sprintf("Worse by %d", is.Rank-was.Rank)
	default:
		c.Direction, c.Words = Same, "No change"
	}
}

func (p *Package) answer(it *Item, answers map[string]string) Answer {
	a, _ := p.scale[it.Scale].Answer(answers[it.ID])
	return a
}

// label is what was answered, in words.
func (p *Package) label(it *Item, answers map[string]string) string {
	if p.scale[it.Scale].Kind == Words {
		return answers[it.ID]
	}
	if a, ok := p.scale[it.Scale].Answer(answers[it.ID]); ok {
		return a.Label
	}
	return answers[it.ID]
}

func sameWords(a, b *Package, x, y *Item) bool {
	return x.Text == y.Text && x.Hint == y.Hint && x.Help == y.Help && maps.Equal(x.Means, y.Means) &&
		slices.Equal(a.scale[x.Scale].Answers, b.scale[y.Scale].Answers)
}

// Difference is one thing in which an edition differs from the one before.
type Difference struct {
	What string // "New item", "Item taken away", …
	Item string // number of the item; empty for the whole form
}

// Differences are what a new edition changes: items added, taken away, reworded
// or moved, and the rules round them. What they say is not repeated.
func Differences(old, next *Package) []Difference {
	var out []Difference
	add := func(what, item string) { out = append(out, Difference{what, item}) }
	for _, it := range next.order {
		was, had := old.items[it.ID]
		switch {
		case !had:
			add("New item", it.Number)
			continue
		case !sameWords(old, next, was, it):
			add("Other words or answers", it.Number)
		}
		_, a := old.Place(was)
		_, b := next.Place(it)
		if a.ID != b.ID || was.Number != it.Number {
			add("In another place", it.Number)
		}
	}
	for _, it := range old.order {
		if _, still := next.items[it.ID]; !still {
			add("Taken away", it.Number)
		}
	}
	whole := func(same bool, what string) {
		if !same {
			add(what, "")
		}
	}
	whole(old.Title == next.Title && old.Holder == next.Holder && old.Copyright == next.Copyright, "Another title, holder or copyright line")
	whole(slices.Equal(old.Wording.Roles, next.Wording.Roles) && old.Wording.Trained == next.Wording.Trained, "Others may see the wording")
	whole(old.Needs.Licence == next.Needs.Licence && old.Needs.Course == next.Needs.Course && slices.Equal(old.Needs.Sessions, next.Needs.Sessions) &&
		old.Needs.Refresher == next.Needs.Refresher && old.Needs.RefresherMonths == next.Needs.RefresherMonths, "Another licence or training is needed")
	whole(slices.EqualFunc(old.Results, next.Results, func(a, b Result) bool {
		return a.ID == b.ID && a.Label == b.Label && a.Of == b.Of && a.Rule == b.Rule && a.Explain == b.Explain &&
			slices.Equal(a.Codes, b.Codes) && slices.Equal(a.Bands, b.Bands)
	}), "Something else is worked out")
	return out
}
