package public

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/signin"
	"frontdoor/internal/upload"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"
)

// Names that follow a draft in an address and are not pages of a pathway.
const (
	atCheck = "check"
	atCode  = "code"
	atArea  = "area"
	atSave  = "save"
	atSend  = "send"
	atDrop  = "drop"
)

// uploads lets a route take files.
func uploads(h http.Handler) http.Handler {
	return web.Allow(upload.MaxTotal+(2<<20), 2*time.Minute, h)
}

// writing is one draft with who writes it.
type writing struct {
	by    casework.By
	asker *room.Asker // a signed-in worker, or nil
	d     record.Draft
	p     *pathway.Pathway
	f     pathway.Facts
}

// draft reads the draft in a request's address, for whoever in this browser it
// belongs to: a signed-in worker, someone who writes under a code, or someone
// who looks at what they sent and writes about that.
func (p *pub) draft(r *http.Request) (*writing, error) {
	var whos []*writing
	a, err := p.who(r)
	if err != nil {
		return nil, err
	}
	if a != nil {
		whos = append(whos, &writing{by: a.By, asker: a})
	}
	now, token := web.Now(r), signin.VisitorToken(r)
	id, err := p.Gate.Visitor(r.Context(), token, now)
	switch {
	case err == nil:
		by := casework.ByVisitor(id, now)
		by.Route = r.Pattern
		whos = append(whos, &writing{by: by})
	case fault.KindOf(err) != fault.SignIn:
		return nil, err
	}
	by, _, holderErr := p.Holder(r)
	switch {
	case holderErr == nil:
		whos = append(whos, &writing{by: by})
	case fault.KindOf(holderErr) != fault.SignIn:
		return nil, holderErr
	}
	if len(whos) == 0 {
		return nil, err
	}
	for _, w := range whos {
		w.d, err = p.Desk.Draft(r.Context(), w.by, r.PathValue("draft"))
		if err == nil {
			return w, p.complete(w)
		}
		if fault.KindOf(err) != fault.NotFound {
			return nil, err
		}
	}
	if signin.WorkerToken(r) != "" && whos[0].asker == nil {
		return nil, fault.New(fault.SignIn, "Sign in to carry on. What you typed is kept.")
	}
	return nil, err
}

func (p *pub) complete(w *writing) error {
	var ok bool
	if w.p, ok = p.Desk.Pathways.Get(w.d.Pathway); !ok {
		return fault.New(fault.NotFound, "This form is not used any more. Ring the front door: see “Who to call”.")
	}
	w.f = p.Desk.DraftFacts(w.by, w.d)
	return nil
}

// public says whether it is written without an account.
func (w *writing) public() bool { return w.asker == nil }

// visitor is the hash of the code of someone who writes under one.
func (w *writing) visitor() (string, bool) {
	return strings.CutPrefix(string(w.by.Principal), "visitor:")
}

func (w *writing) base() string { return "/refer/" + w.d.ID }

func (w *writing) href(page, row string) string {
	out := w.base() + "/" + page
	if row != "" {
		out += "/" + row
	}
	return out
}

func (w *writing) with(answers answer.Set) pathway.Facts {
	f := w.f
	f.Answers = answers
	if p := w.p.Roles.Authority; p != "" {
		f.Authority = answers.Text(answer.Key(p))
	}
	return f
}

// ask gives a page's questions as they show for some answers.
func (w *writing) ask(page, row string) func(answer.Set) []pathway.Asked {
	return func(answers answer.Set) []pathway.Asked {
		shown, _ := w.p.Page(w.with(answers), page, row)
		return shown.Questions
	}
}

// newRow stands for the first row of a group that has none yet.
const newRow = "new"

// probe is the facts with one row in every group that has none, to find where
// the form comes to that group.
func (w *writing) probe() pathway.Facts {
	f := w.f
	f.Answers = w.f.Answers.Clone()
	for _, g := range w.p.Groups {
		if len(f.Answers.Rows(g.ID)) == 0 {
			f.Answers[answer.Key(g.ID)] = answer.List(newRow)
		}
	}
	return f
}

// block is the pages of one group that follow each other, as places in the
// form. A group is listed, added to and taken from at its first block only.
type block struct {
	group       string
	first, last int
	main        bool
}

func (w *writing) block(page string) block {
	i := slices.IndexFunc(w.p.Pages, func(x pathway.Page) bool { return x.ID == page })
	if i < 0 || w.p.Pages[i].Repeat == "" {
		return block{}
	}
	b := block{group: w.p.Pages[i].Repeat, first: i, last: i}
	for b.first > 0 && w.p.Pages[b.first-1].Repeat == b.group {
		b.first--
	}
	for b.last+1 < len(w.p.Pages) && w.p.Pages[b.last+1].Repeat == b.group {
		b.last++
	}
	g, _ := w.p.Group(b.group)
	// Rows that are a list of codes are not listed: nobody adds or takes any.
	b.main = g != nil && !g.Listed() && slices.IndexFunc(w.p.Pages, func(x pathway.Page) bool { return x.Repeat == b.group }) == b.first
	return b
}

// groupBlock is the block where a group is listed.
func (w *writing) groupBlock(group string) (block, bool) {
	i := slices.IndexFunc(w.p.Pages, func(x pathway.Page) bool { return x.Repeat == group })
	if i < 0 {
		return block{}, false
	}
	return w.block(w.p.Pages[i].ID), true
}

func (w *writing) listHref(group string) string { return w.base() + "/list/" + group }

// after is where to go from a page; from the start when page is empty.
func (w *writing) after(page, row string) string {
	f := w.probe()
	here := w.block(page)
	next, ok := w.p.Next(f, page, row)
	if here.main {
		if ok && w.block(next.Page.ID) == here && next.Row == row {
			return w.href(next.Page.ID, row)
		}
		return w.listHref(here.group)
	}
	return w.forward(f, next, ok)
}

// forward skips what is about rows that are not there.
func (w *writing) forward(f pathway.Facts, next pathway.Shown, ok bool) string {
	for ok {
		b := w.block(next.Page.ID)
		switch {
		case b.main && (next.Row == newRow || len(w.f.Answers.Row(b.group, next.Row)) > 0):
			return w.listHref(b.group)
		case next.Row != newRow:
			return w.href(next.Page.ID, next.Row)
		}
		next, ok = w.p.Next(f, next.Page.ID, next.Row)
	}
	return w.base() + "/" + atCheck
}

// afterList is where to go from a group's list.
func (w *writing) afterList(group string) string {
	b, ok := w.groupBlock(group)
	if !ok {
		return w.base() + "/" + atCheck
	}
	f := w.probe()
	rows := f.Answers.Rows(group)
	next, ok := w.p.Next(f, w.p.Pages[b.last].ID, rows[len(rows)-1])
	return w.forward(f, next, ok)
}

// before is the page before one, for the link back; empty at the start.
func (w *writing) before(page, row string) string {
	f := w.probe()
	here := w.block(page)
	prev, ok := w.p.Before(f, page, row)
	if here.main {
		if ok && w.block(prev.Page.ID) == here && prev.Row == row {
			return w.href(prev.Page.ID, row)
		}
		if rows := f.Answers.Rows(here.group); len(rows) > 1 {
			return w.listHref(here.group)
		}
	}
	return w.backward(f, prev, ok)
}

func (w *writing) beforeList(group string) string {
	b, ok := w.groupBlock(group)
	if !ok {
		return ""
	}
	f := w.probe()
	prev, ok := w.p.Before(f, w.p.Pages[b.first].ID, f.Answers.Rows(group)[0])
	return w.backward(f, prev, ok)
}

func (w *writing) backward(f pathway.Facts, prev pathway.Shown, ok bool) string {
	for ok {
		switch b := w.block(prev.Page.ID); {
		case b.main:
			return w.listHref(b.group)
		case prev.Row != newRow:
			return w.href(prev.Page.ID, prev.Row)
		}
		prev, ok = w.p.Before(f, prev.Page.ID, prev.Row)
	}
	return ""
}

// back is the link back from a page that was reached from the check page.
func (w *writing) back(c *web.Chrome, from, to string) {
	c.BackHref = to
	switch {
	case from == atCheck:
		c.BackHref = w.base() + "/" + atCheck
	case to == "":
		c.BackHref = "/refer"
	}
}
