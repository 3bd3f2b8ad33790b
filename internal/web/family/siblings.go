package family

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// familyView is the children of a family side by side, and the adults around them.
type familyView struct {
	Bar      parts.IdentityBar
	Nav      parts.SubNavigation
	Before   []before
	Died     string
	Children []siblingView
	Alone    bool
	Differ   *parts.Table
	Adults   parts.Table
	More     bool
}

// siblingView is one child as they are now.
type siblingView struct {
	Name, Href string
	Ages       []string
	Died       string
	Because    []string
	Seen       string // when a worker last saw the child
	SeenOn     *parts.Link
	Next       *limitView // when the child is to be seen
	Open       []standingView
	Limits     []limitView
	MoreLimits int
	Closed     []closedView
	MoreClosed int
}

// standingView is one open record of a child: where it stands and what counts on it.
type standingView struct {
	On     parts.Link
	Title  string
	State  string
	Worker string
	Facts  []parts.SummaryRow
	With   string // the other children it is about
}

type closedView struct {
	On    parts.Link
	Title string
	State string
}

var familyPage = page[familyView]("family", "person")

const (
	siblingLimits = 4 // limits shown of each child
	siblingClosed = 3 // closed records shown of each child
)

func (d *hall) family(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	f, err := d.Desk.Family(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	now := web.Now(r)
	v := familyView{
		Bar: d.bar(f.Of, now), Nav: personNav(f.Of.ID, "family", f.Of.Role), Died: died(f.Of), More: f.More,
		Alone: len(f.Children) < 2, Differ: d.differ(f), Adults: adults(f),
	}
	var on []casework.Seat
	for _, child := range f.Children {
		on = append(on, child.On...)
		v.Children = append(v.Children, d.sibling(f, child, now))
	}
	v.Before = d.before(on)
	chrome := d.chrome(r, a, "Family")
	chrome.Breadcrumbs = []parts.Link{{Text: "Person", Href: "/people/" + f.Of.ID}, {Text: "Family"}}
	return familyPage.Render(w, r, http.StatusOK, chrome, v)
}

func (d *hall) sibling(f *casework.Family, p *casework.Profile, now time.Time) siblingView {
	v := siblingView{Name: p.Name, Href: "/people/" + p.ID, Ages: ages(p, calendar.DateOf(now)), Died: died(p), Because: f.Because[p.ID]}
	d.seen(&v, p, now)
	v.Limits = d.limits(p.On, now)
	if len(v.Limits) > siblingLimits {
		v.Limits, v.MoreLimits = v.Limits[:siblingLimits], len(v.Limits)-siblingLimits
	}
	var done []string
	for _, s := range p.On {
		if slices.Contains(done, s.Record.ID) {
			continue
		}
		done = append(done, s.Record.ID)
		if !s.Record.ClosedAt.IsZero() {
			v.Closed = append(v.Closed, closedView{recordLink(s.Chronology), s.Pathway.Title, s.State().Label + ", " + calendar.DateOf(s.Record.ClosedAt).Short()})
			continue
		}
		one := standingView{On: recordLink(s.Chronology), Title: s.Pathway.Title, State: s.State().Label, Facts: d.standing(s, f.Names), With: also(f, p, s.Chronology)}
		if id := s.Record.Allocated; id != "" {
			one.Worker = d.who("worker:"+id, f.Names)
		}
		v.Open = append(v.Open, one)
	}
	if len(v.Closed) > siblingClosed {
		v.Closed, v.MoreClosed = v.Closed[:siblingClosed], len(v.Closed)-siblingClosed
	}
	return v
}

// also names the other children of the family that a record is about.
func also(f *casework.Family, me *casework.Profile, on *casework.Chronology) string {
	var names []string
	for _, p := range f.Children {
		if p != me && slices.ContainsFunc(p.On, func(s casework.Seat) bool { return s.Chronology == on }) {
			names = append(names, p.Name)
		}
	}
	return strings.Join(names, ", ")
}

// standing is what a pathway puts on the strip of its records, as it is about one
// child: the category of a plan, the rating.
func (d *hall) standing(s casework.Seat, names map[string]string) []parts.SummaryRow {
	var out []parts.SummaryRow
	byID := d.byID(s.Chronology, names)
	for _, id := range s.Pathway.Roles.Summary {
		q, ok := s.Pathway.Question(id)
		group := s.Pathway.GroupOf(id)
		if !ok || group != "" && group != s.Group {
			continue
		}
		k := s.Pathway.Key(id, s.Row)
		if slices.Contains(s.Held, k) {
			out = append(out, parts.SummaryRow{Key: called(q), Value: "Not shared with you"})
		} else if !s.Answers[k].Empty() {
			out = append(out, parts.SummaryRow{Key: called(q), Value: room.AnswerWords(s.Pathway, id, k, s.Answers, byID)})
		}
	}
	return out
}

// seen says when a child was last seen, and by when they are to be seen again, on
// the pathways whose records say so.
func (d *hall) seen(v *siblingView, p *casework.Profile, now time.Time) {
	var last time.Time
	var next time.Time
	asks := false
	for _, s := range p.On {
		_, group, step := s.Pathway.SeenBy()
		if step == nil {
			continue
		}
		asks = asks || s.Record.ClosedAt.IsZero()
		for _, rev := range s.Revisions {
			if rev.Step != step.ID || ofAnother(s, group, rev.Row) {
				continue
			}
			if at, ok := s.Pathway.SeenAt(s.Answers, step, rev.Row, rev.HappenedAt); ok && at.After(last) {
				link := recordLink(s.Chronology)
				last, v.SeenOn = at, &link
			}
		}
		for _, c := range s.Clocks {
			def, ok := s.Pathway.Clock(c.Clock)
			if !ok || !c.Open() || ofAnother(s, def.Each, c.Row()) || !slices.Contains(def.Until, "step."+step.ID) || !next.IsZero() && !c.DueAt.Before(next) {
				continue
			}
			next = c.DueAt
			v.Next = &limitView{Label: clockTitle(s, def, c), Left: d.TimeLeft(s.Pathway, c, s.Record.Authority, now, false), On: recordLink(s.Chronology)}
		}
	}
	switch {
	case !last.IsZero():
		v.Seen = calendar.Show(last)
	case asks:
		v.Seen = "No record says that a worker has seen this child"
	}
}

// differ is what was decided differently for children of the same record: each
// question that a step asks of each child, and whose answers are not the same.
func (d *hall) differ(f *casework.Family) *parts.Table {
	if len(f.Children) < 2 {
		return nil
	}
	t := &parts.Table{Caption: "What was decided differently", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Decision"}}}
	for _, p := range f.Children {
		t.Head = append(t.Head, parts.Cell{Text: p.Name})
	}
	var done []*casework.Chronology
	for _, p := range f.Children {
		for _, s := range p.On {
			if s.Role != "child" || slices.Contains(done, s.Chronology) {
				continue
			}
			done = append(done, s.Chronology)
			seats := make([]*casework.Seat, len(f.Children))
			n := 0
			for i, other := range f.Children {
				if j := slices.IndexFunc(other.On, func(o casework.Seat) bool { return o.Chronology == s.Chronology && o.Group == s.Group }); j >= 0 {
					seats[i] = &other.On[j]
					n++
				}
			}
			if n > 1 {
				t.Rows = append(t.Rows, d.decided(s, seats, f.Names)...)
			}
		}
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// decided are the rows of one record in the table of what differs.
func (d *hall) decided(s casework.Seat, seats []*casework.Seat, names map[string]string) [][]parts.Cell {
	var out [][]parts.Cell
	byID := d.byID(s.Chronology, names)
	for _, q := range perChild(s) {
		cells := []parts.Cell{{Body: parts.Body{parts.Text(called(q)), parts.HTML(`<br><span class="govuk-!-font-weight-regular">`), recordLink(s.Chronology), parts.HTML(`</span>`)}}}
		var texts []string
		held := false
		for _, seat := range seats {
			text := "Not on this record"
			if seat != nil {
				k := answer.RowKey(seat.Group, seat.Row, q.ID)
				held = held || slices.Contains(s.Held, k)
				text = cmp.Or(room.AnswerWords(s.Pathway, q.ID, k, s.Answers, byID), "Not answered")
				texts = once(texts, text)
			}
			cells = append(cells, parts.Cell{Text: text})
		}
		if len(texts) > 1 && !held {
			out = append(out, cells)
		}
	}
	return out
}

// perChild are the questions that a step asks of every child at once.
func perChild(s casework.Seat) []*pathway.Question {
	var out []*pathway.Question
	for i := range s.Pathway.Steps {
		if s.Pathway.Steps[i].Group() != "" {
			continue // about one child alone
		}
		for j := range s.Pathway.Steps[i].Ask {
			q := &s.Pathway.Steps[i].Ask[j]
			if q.Group == s.Group && !q.Guarded && !slices.ContainsFunc(out, func(x *pathway.Question) bool { return x.ID == q.ID }) {
				out = append(out, q)
			}
		}
	}
	return out
}

// adults are the parents, carers and others, with what each is to the children.
func adults(f *casework.Family) parts.Table {
	t := parts.Table{
		Caption: "Parents, carers and others", CaptionSize: "m", Stack: true, RowHeaders: true,
		Head: []parts.Cell{{Text: "Name"}, {Text: "What they are"}, {Text: "To"}, {Text: "Parental responsibility"}, {Text: "Lives with them"}, {Text: "On"}},
	}
	said := map[person.Answer]string{person.Yes: "Yes", person.No: "No", person.Unknown: "Not known"}
	for _, n := range f.Adults {
		var kin, to, pr, lives, refs []string
		for _, s := range n.On {
			kin, refs = once(kin, s.Relation), once(refs, s.Record.Reference)
			pr, lives = once(pr, said[s.Parental]), once(lives, said[s.Lives])
			for _, p := range f.Children {
				if slices.ContainsFunc(p.On, func(c casework.Seat) bool { return c.Chronology == s.Chronology }) {
					to = once(to, p.Name)
				}
			}
		}
		t.Rows = append(t.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: n.Name, Href: "/people/" + n.ID}}},
			{Text: cmp.Or(strings.Join(kin, "; "), "Not known")},
			{Text: strings.Join(to, ", ")},
			{Text: disagree(pr)},
			{Text: disagree(lives)},
			{Text: strings.Join(refs, ", ")},
		})
	}
	return t
}

// disagree says what records say, where they do not say the same.
func disagree(list []string) string {
	if len(list) > 1 {
		list = slices.DeleteFunc(list, func(s string) bool { return s == "Not known" })
	}
	if len(list) > 1 {
		return "Records differ: " + strings.ToLower(strings.Join(list, ", "))
	}
	return strings.Join(list, "")
}
