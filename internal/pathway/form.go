package pathway

import (
	"cmp"
	"slices"

	"frontdoor/internal/answer"
)

// Shown is one page as it is to be shown, once for each row when it repeats.
type Shown struct {
	Page      *Page
	Row       string // row the page is about
	Questions []Asked
	Stopped   bool // the interruption is shown instead of going on
}

// Asked is one question that shows, under the key its answer has.
type Asked struct {
	Question *Question
	Key      answer.Key
	Row      string
	Required bool // true only when it is known to be
	Codes    []Code
}

// Gap is something that keeps the form from being complete.
type Gap struct {
	Page string
	Row  string
	Key  answer.Key
	Text string // what to do
}

// Shown gives the pages that show, in order; a page that repeats comes once for
// each row. A page whose condition cannot be worked out yet does not show.
func (p *Pathway) Shown(f Facts) []Shown {
	s := p.scene(&f)
	var out []Shown
	// Pages of one group that follow each other are asked row by row, so that
	// everything about one child is asked before the next.
	for i := 0; i < len(p.Pages); {
		j := i + 1
		for j < len(p.Pages) && p.Pages[i].Repeat != "" && p.Pages[j].Repeat == p.Pages[i].Repeat {
			j++
		}
		for _, at := range s.over(p.Pages[i].Repeat) {
			for n := i; n < j; n++ {
				if shown, ok := at.page(&p.Pages[n]); ok {
					out = append(out, shown)
				}
			}
		}
		i = j
	}
	return out
}

func (s *scene) page(page *Page) (Shown, bool) {
	if t, _ := s.truth(page.show); t != yes {
		return Shown{}, false
	}
	out := Shown{Page: page}
	if page.Repeat != "" {
		out.Row = s.row
	}
	for i := range page.Questions {
		if a, ok := s.ask(&page.Questions[i], page.Repeat); ok {
			out.Questions = append(out.Questions, a)
		}
	}
	if len(page.Questions) > 0 && len(out.Questions) == 0 {
		return Shown{}, false
	}
	if page.stop != nil {
		t, _ := s.truth(page.stop)
		out.Stopped = t == yes
	}
	return out, true
}

func (s *scene) ask(q *Question, group string) (Asked, bool) {
	if t, _ := s.truth(q.show); t != yes {
		return Asked{}, false
	}
	a := Asked{Question: q, Key: keyOf(group, s.row, q.ID), Required: q.Required, Codes: inForce(s.p.questions[q.ID].codes, s.f.Created, s.f.Now)}
	if q.Type == toolType {
		if a.Question = ofItem(q, s.f.Tools[group], s.row); a.Question == nil {
			return Asked{}, false
		}
		a.Codes = a.Question.codes
	}
	if group != "" {
		a.Row = s.row
	}
	if q.require != nil {
		t, _ := s.truth(q.require)
		a.Required = t == yes
	}
	return a, true
}

// Page gives one page as it is to be shown; false when it does not show.
func (p *Pathway) Page(f Facts, page, row string) (Shown, bool) {
	i := slices.IndexFunc(p.Pages, func(x Page) bool { return x.ID == page })
	if i < 0 {
		return Shown{}, false
	}
	group := p.Pages[i].Repeat
	if (group == "") != (row == "") || (group != "" && !slices.Contains(f.Answers.Rows(group), row)) {
		return Shown{}, false
	}
	return p.scene(&f).at(group, row).page(&p.Pages[i])
}

// Next gives the page that follows one; the first when page is empty. It works
// too from a page that no longer shows.
func (p *Pathway) Next(f Facts, page, row string) (Shown, bool) {
	for _, s := range p.Shown(f) {
		if page == "" || p.compare(f, s, page, row) > 0 {
			return s, true
		}
	}
	return Shown{}, false
}

// Before gives the page before one; the last when page is empty.
func (p *Pathway) Before(f Facts, page, row string) (Shown, bool) {
	for _, s := range slices.Backward(p.Shown(f)) {
		if page == "" || p.compare(f, s, page, row) < 0 {
			return s, true
		}
	}
	return Shown{}, false
}

// compare tells whether a page comes before or after a place in the form.
func (p *Pathway) compare(f Facts, s Shown, page, row string) int {
	a := slices.IndexFunc(p.Pages, func(x Page) bool { return x.ID == s.Page.ID })
	b := slices.IndexFunc(p.Pages, func(x Page) bool { return x.ID == page })
	if b >= 0 && s.Row != "" && row != "" && p.block(a) == p.block(b) {
		rows := f.Answers.Rows(s.Page.Repeat)
		if c := cmp.Compare(slices.Index(rows, s.Row), slices.Index(rows, row)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a, b)
}

// block is the first of the pages of one group that follow each other.
func (p *Pathway) block(i int) int {
	for i > 0 && p.Pages[i].Repeat != "" && p.Pages[i-1].Repeat == p.Pages[i].Repeat {
		i--
	}
	return i
}

// Missing gives everything that keeps the whole form from being complete:
// required answers that are not there, answers that cannot be right, groups
// with too few rows. It is in the order of the form.
func (p *Pathway) Missing(f Facts) []Gap {
	var out []Gap
	counted := map[string]bool{}
	shown := p.Shown(f)
	for i := range p.Pages {
		page := &p.Pages[i]
		if g := p.groups[page.Repeat]; g != nil && !counted[g.ID] {
			counted[g.ID] = true
			if n := len(f.Answers.Rows(g.ID)); n < g.Min || (g.Max > 0 && n > g.Max) {
				out = append(out, Gap{Page: page.ID, Key: answer.Key(g.ID), Text: rowsText(g, n)})
			}
		}
		for _, s := range shown {
			if s.Page != page {
				continue
			}
			for _, fault := range p.Check(s.Questions, f.Answers, f.Now) {
				out = append(out, Gap{Page: page.ID, Row: s.Row, Key: answer.Key(fault.Key), Text: fault.Text})
			}
		}
	}
	return out
}
