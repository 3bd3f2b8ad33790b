package tool

import (
	"fmt"
	"slices"
	"strings"
)

// Worked is one result as it stands. It informs a judgement and decides nothing.
type Worked struct {
	Result *Result
	Of     string // id of the sub-area or area; empty for the whole form
	Title  string // of the sub-area or area
	Value  string // in words; empty while nothing is scored
	Rank   int    // of Worst: the rank of the answer; 0 when there is none
	// How says how it came about, in words.
	How string
	// Left is how many items it is worked out from are not scored yet.
	Left int
}

// Work works out every result from the answers, by item. named says how items are
// called.
func (p *Package) Work(answers map[string]string, wording bool) []Worked {
	var out []Worked
	for i := range p.Results {
		r := &p.Results[i]
		switch r.Of {
		case OfTool:
			out = append(out, p.work(r, "", "", p.order, answers, wording))
		case OfArea:
			for a := range p.Areas {
				out = append(out, p.work(r, p.Areas[a].ID, p.Areas[a].Title, p.within(a, -1), answers, wording))
			}
		case OfSubarea:
			for a := range p.Areas {
				for s := range p.Areas[a].Subareas {
					sub := &p.Areas[a].Subareas[s]
					out = append(out, p.work(r, sub.ID, sub.Title, p.within(a, s), answers, wording))
				}
			}
		}
	}
	return out
}

// within are the items of an area, or of one of its sub-areas.
func (p *Package) within(area, subarea int) []*Item {
	return slices.DeleteFunc(slices.Clone(p.order), func(i *Item) bool {
		return i.area != area || subarea >= 0 && i.subarea != subarea
	})
}

func (p *Package) work(r *Result, of, title string, items []*Item, answers map[string]string, wording bool) Worked {
	w := Worked{Result: r, Of: of, Title: title}
	counted := 0
	var worst []string
	var label string
	for _, it := range items {
		s := p.scale[it.Scale]
		if s.Kind != Choice {
			continue
		}
		counted++
		a, ok := s.Answer(answers[it.ID])
		if !ok {
			w.Left++
			continue
		}
		switch {
		case r.Rule == Count:
			if slices.Contains(r.Codes, a.Code) {
				w.Rank++
			}
		case a.Rank > w.Rank:
			w.Rank, label, worst = a.Rank, s.Label+" "+a.Label, []string{it.Number}
		case a.Rank == w.Rank && a.Rank > 0:
			worst = append(worst, it.Number)
		}
	}
	if r.Rule == Count {
		n := w.Rank
		w.Rank = 0
		if w.Left < counted {
			w.Value = fmt.Sprintf("%d of %d", n, counted)
			if band := r.band(n); band != "" {
				w.Value += ": " + band
			}
		}
		w.How = r.Explain
	} else {
		w.Value = label
		w.How = r.Explain
		if len(worst) > 0 {
			w.How += " It comes from " + itemList(worst) + "."
		}
	}
	if w.Left > 0 {
		w.How += fmt.Sprintf(" %d of %d are not scored yet.", w.Left, counted)
	}
	return w
}

func (r *Result) band(n int) string {
	label := ""
	for _, b := range r.Bands {
		if n >= b.From {
			label = b.Label
		}
	}
	return label
}

func itemList(numbers []string) string {
	if len(numbers) == 1 {
		return "item " + numbers[0]
	}
	last := len(numbers) - 1
	return "items " + strings.Join(numbers[:last], ", ") + " and " + numbers[last]
}
