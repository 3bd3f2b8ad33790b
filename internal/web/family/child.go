package family

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// childView is one person through every record that the reader may see.
type childView struct {
	Bar parts.IdentityBar
	Nav parts.SubNavigation
	// Before says what to know before anyone is rung or written to.
	Before []before
	Died   string
	Limits []limitView
	Rest   []limitView // those after the first few
	Meet   []meetView
	With   []withView
	None   string // said where nobody works with them
	Facts  []factView
	Same   []sameView
	Around []aroundView
	Table  parts.Table
	More   string
	Filter filterView
	Found  string
	Log    parts.Timeline
	Empty  string
	Pages  *parts.Pagination
}

type before struct {
	Words string
	On    parts.Link
}

// limitView is one clock that runs, and the record it is on.
type limitView struct {
	Label string
	Left  parts.TimeLeft
	On    parts.Link
	Kind  string
}

// meetView is a meeting to come.
type meetView struct {
	Title, When, Place string
	On                 parts.Link
}

// withView is someone who works with a child now.
type withView struct {
	Name, Reach string
	Does        []string
	On          []parts.Link
}

// factView is one thing known of someone, each way it was given, and by which
// records.
type factView struct {
	Key    string
	Values []valueView
}

type valueView struct {
	Text, Warning string
	Held          bool
	From          string
}

// sameView is an entry that workers have said is this person, or once did.
type sameView struct {
	Name, Href, Why, By, When string
	Undone                    string
}

type aroundView struct {
	Name, Href string
	Lines      []string
	On         string
}

var childPage = page[childView]("child", "person")

// firstLimits is how many limits are shown before the others are behind a link.
const firstLimits = 6

func (d *hall) child(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q := r.URL.Query()
	pageNumber, err := strconv.Atoi(q.Get("page"))
	if err != nil || pageNumber < 1 {
		pageNumber = 1
	}
	c, err := d.Desk.Child(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	now := web.Now(r)
	v := childView{
		Bar: d.bar(&c.Profile, now), Nav: personNav(c.ID, "", c.Role), Before: d.before(c.On), Died: died(&c.Profile),
		With: d.with(c, now), Facts: facts(c.On), Same: d.same(c), Around: around(c.Around), Table: d.table(c),
	}
	v.Limits, v.Meet = d.limits(c.On, now), meetings(c.On, now)
	if len(v.Limits) > firstLimits {
		v.Limits, v.Rest = v.Limits[:firstLimits], v.Limits[firstLimits:]
	}
	if len(v.With) == 0 {
		v.None = "Nobody is named on a record that is open and that you may see. Ring the front door if you need to know who to talk to."
	}
	if c.More {
		v.More = "Older records are not on this page. Open them from the ones that are."
	}
	if err := d.timeline(&v, c, q, pageNumber); err != nil {
		return err
	}
	chrome := d.chrome(r, a, "Person")
	if a.May(d.House, "people") {
		chrome.Breadcrumbs = []parts.Link{{Text: "People", Href: "/people"}, {Text: "Person"}}
	}
	return childPage.Render(w, r, http.StatusOK, chrome, v)
}

func personNav(id, tab, role string) parts.SubNavigation {
	name := "This person"
	if role == "child" {
		name = "This child"
	}
	return parts.SubNavigation{Label: "Pages about this person", Items: []parts.Link{
		{Text: name, Href: "/people/" + id, Current: tab == ""},
		{Text: "Family side by side", Href: "/people/" + id + "/family", Current: tab == "family"},
	}}
}

// bar says who it is, as the newest record that knows says it.
func (d *hall) bar(p *casework.Profile, now time.Time) parts.IdentityBar {
	b := parts.IdentityBar{Title: p.Name}
	b.Facts = ages(p, calendar.DateOf(now))
	if !slices.ContainsFunc(p.On, func(s casework.Seat) bool { return s.Role == "child" }) {
		b.Tags = append(b.Tags, parts.Tag{Text: "Adult", Colour: "grey"})
	}
	if slices.ContainsFunc(p.On, func(s casework.Seat) bool { return s.Record.ClosedAt.IsZero() && s.Pathway.Urgent(s.Read()) }) {
		b.Tags = append(b.Tags, parts.Tag{Text: "Urgent", Colour: "red"})
	}
	if slices.ContainsFunc(p.On, func(s casework.Seat) bool { return s.Record.Restricted }) {
		b.Tags = append(b.Tags, parts.Tag{Text: "On a locked record", Colour: "purple"})
	}
	return b
}

// ages are how old someone is, or was when they died, and when they were born, as
// records differ.
func ages(p *casework.Profile, today calendar.Date) []string {
	old := func(born calendar.Date) string { return capital(person.Age(born, today)) }
	if !p.Died.IsZero() {
		old = func(born calendar.Date) string { return capital(person.Age(born, p.Died)) + " when they died" }
	}
	var out []string
	for _, s := range p.On {
		for _, b := range s.Person.Births {
			switch b.Kind {
			case person.Expected:
				if s.Person.Unborn() {
					out = once(out, "Due "+b.Date.Short())
				}
			case person.Estimated:
				out = once(out, old(b.Date)+" (a guess), born "+b.Date.Short())
			case person.Born:
				out = once(out, old(b.Date)+", born "+b.Date.Short())
			}
		}
	}
	return out
}

func died(p *casework.Profile) string {
	if p.Died.IsZero() {
		return ""
	}
	return "Died on " + p.Died.Long() + ". No letter goes to the family by itself."
}

// before is what each open record says of how the family may be contacted.
func (d *hall) before(on []casework.Seat) []before {
	var out []before
	for _, s := range on {
		q, ok := s.Pathway.Question(s.Pathway.Roles.NotContact)
		if !ok || !s.Record.ClosedAt.IsZero() {
			continue
		}
		k := s.Pathway.Key(q.ID, s.Row)
		words := s.Pathway.LabelIn(q, k, s.Answers)
		if slices.Contains(s.Held, k) {
			words = "There are limits on how this family may be contacted, and you may not see them. Ask before you ring, write or visit."
		}
		if words != "" && !slices.ContainsFunc(out, func(b before) bool { return b.Words == words }) {
			out = append(out, before{words, recordLink(s.Chronology)})
		}
	}
	return out
}

// ofAnother tells whether a row is about another child of the same record.
func ofAnother(s casework.Seat, group, row string) bool {
	return row != "" && group == s.Group && row != s.Row
}

// limits are the clocks that run for someone, soonest first.
func (d *hall) limits(on []casework.Seat, now time.Time) []limitView {
	type found struct {
		record.Clock
		limitView
	}
	var list []found
	for _, s := range on {
		for _, c := range s.Clocks {
			def, ok := s.Pathway.Clock(c.Clock)
			if !ok || !c.Open() || ofAnother(s, def.Each, c.Row()) || slices.ContainsFunc(list, func(f found) bool { return f.ID == c.ID }) {
				continue
			}
			list = append(list, found{c, limitView{
				Label: clockTitle(s, def, c), Left: d.TimeLeft(s.Pathway, c, s.Record.Authority, now, true), On: recordLink(s.Chronology), Kind: s.Pathway.Title,
			}})
		}
	}
	slices.SortStableFunc(list, func(a, b found) int { return a.ActAt.Compare(b.ActAt) })
	out := make([]limitView, len(list))
	for i, f := range list {
		out[i] = f.limitView
	}
	return out
}

// meetings are those to come about someone, soonest first.
func meetings(on []casework.Seat, now time.Time) []meetView {
	type found struct {
		at time.Time
		meetView
	}
	var list []found
	var done []*casework.Chronology
	for _, s := range on {
		if slices.Contains(done, s.Chronology) {
			continue
		}
		done = append(done, s.Chronology)
		for _, g := range s.Pathway.Gatherings(s.Read()) {
			if g.Open && g.At.After(now) {
				list = append(list, found{g.At, meetView{g.Meeting.Title, calendar.Show(g.At), g.Place, recordLink(s.Chronology)}})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b found) int { return a.at.Compare(b.at) })
	out := make([]meetView, len(list))
	for i, f := range list {
		out[i] = f.meetView
	}
	return out
}

// clockTitle names a clock, and the row it is about where that is not the person.
func clockTitle(s casework.Seat, def *pathway.Clock, clock record.Clock) string {
	if clock.Row() == "" || def.Each == s.Group {
		return clock.Label
	}
	return clock.Label + ": " + s.Pathway.RowWords(s.Read(), def.Each, clock.Row())
}

// with are those who work with someone now: who has each open record, and whom it
// was given to by name, each with why.
func (d *hall) with(c *casework.Child, now time.Time) []withView {
	var out []withView
	var ids []string
	add := func(id, does string, on *casework.Chronology) {
		w, ok := c.Workers[id]
		if !ok || w.Left(now) {
			return
		}
		i := slices.Index(ids, id)
		if i < 0 {
			agency, _ := d.Desk.Place.Register.Agency(w.Agency)
			ids, out = append(ids, id), append(out, withView{
				Name: w.Name, Reach: strings.Join(slices.DeleteFunc([]string{w.JobTitle, agency.Name, w.Phone}, func(s string) bool { return s == "" }), ", "),
			})
			i = len(out) - 1
		}
		out[i].Does = once(out[i].Does, does)
		if link := recordLink(on); !slices.ContainsFunc(out[i].On, func(l parts.Link) bool { return l.Href == link.Href }) {
			out[i].On = append(out[i].On, link)
		}
	}
	var open []*casework.Chronology
	for _, s := range c.On {
		if s.Record.ClosedAt.IsZero() && !slices.Contains(open, s.Chronology) {
			open = append(open, s.Chronology)
		}
	}
	for _, on := range open {
		add(on.Record.Allocated, "Has the record.", on)
	}
	for _, on := range open {
		for _, g := range on.Grants {
			id, ok := g.To.Worker()
			if ok && g.Key != access.BreakGlass && g.Live(now) && (slices.Contains(g.May, access.View) || slices.Contains(g.May, access.Act)) {
				add(id, g.Why, on)
			}
		}
	}
	for _, on := range open {
		if t, ok := d.Desk.Place.Register.Team(on.Record.Team); ok && on.Record.Allocated == "" {
			out = append(out, withView{Name: t.Name, Does: []string{"The record lies with this team."}, On: []parts.Link{recordLink(on)}})
		}
	}
	return out
}

// facts are what records say of someone, each way it was said.
func facts(on []casework.Seat) []factView {
	var out []factView
	add := func(key string, v valueView, s casework.Seat) {
		if v.Text == "" && !v.Held {
			return
		}
		i := slices.IndexFunc(out, func(f factView) bool { return f.Key == key })
		if i < 0 {
			out = append(out, factView{Key: key})
			i = len(out) - 1
		}
		j := slices.IndexFunc(out[i].Values, func(x valueView) bool { return x.Text == v.Text && x.Held == v.Held && x.Warning == v.Warning })
		if j < 0 {
			out[i].Values = append(out[i].Values, v)
			j = len(out[i].Values) - 1
		}
		if from := &out[i].Values[j].From; !strings.Contains(*from, s.Record.Reference) {
			*from = strings.TrimPrefix(*from+", "+s.Record.Reference, ", ")
		}
	}
	for _, s := range on {
		g, ok := s.Pathway.Group(s.Group)
		if !ok || g.Person == nil {
			continue
		}
		p, m := s.Person, g.Person
		held := func(key string, questions ...string) bool {
			if slices.ContainsFunc(questions, s.HeldFact) {
				add(key, valueView{Held: true}, s)
				return true
			}
			return false
		}
		add("Names", valueView{Text: p.NameWords()}, s)
		held("Names", m.GivenNames, m.FamilyName, m.Aliases)
		add("Born", valueView{Text: p.BirthWords()}, s)
		held("Born", m.Born, m.Due)
		add("Sex", valueView{Text: p.Sex.Words()}, s)
		add("Numbers", valueView{Text: p.NumberWords()}, s)
		held("Numbers", m.NHSNumber, m.UPN)
		// An address whose flag the reader may not see is not shown without it.
		if !held("Addresses", m.Address, m.AddressFlag) {
			for _, h := range p.Addresses {
				shown := h.Show(person.Audience{Kind: person.StaffWithNeed})
				add("Addresses", valueView{Text: strings.Join(slices.DeleteFunc(append(slices.Clone(shown.Lines), shown.Postcode), func(l string) bool { return l == "" }), ", "), Warning: shown.Warning}, s)
			}
		}
		if !held("Phone", m.Phone) {
			for _, ph := range p.Phones {
				add("Phone", valueView{Text: ph.Number, Warning: "Nobody has said here whether it is safe to ring. Read the record first."}, s)
			}
		}
	}
	return out
}

// same are the entries that workers have joined to this one, and those once joined.
func (d *hall) same(c *casework.Child) []sameView {
	var out []sameView
	for _, l := range c.Links {
		other := l.A
		if other == c.ID {
			other = l.B
		}
		v := sameView{Name: "Another entry", Href: "/people/" + other, Why: l.Why, By: d.who(l.Source.By, c.Names), When: calendar.Show(l.Source.At)}
		for _, s := range c.On {
			if s.Person.ID == other {
				v.Name = s.Person.Called()
				break
			}
		}
		if l.Undone != nil {
			v.Undone = l.UndoneWhy
		}
		out = append(out, v)
	}
	return out
}

// around are the others on the same records, with what each is to the children.
func around(list []casework.Neighbour) []aroundView {
	var out []aroundView
	for _, n := range list {
		v := aroundView{Name: n.Name, Href: "/people/" + n.ID}
		var refs, lines []string
		for _, s := range n.On {
			refs = once(refs, s.Record.Reference)
			lines = once(lines, s.Relation)
			lines = once(lines, map[person.Answer]string{person.Yes: "Has parental responsibility", person.No: "No parental responsibility"}[s.Parental])
			lines = once(lines, map[person.Answer]string{person.Yes: "Lives with the children", person.No: "Does not live with the children"}[s.Lives])
		}
		if n.Role == "child" {
			lines = append([]string{"Child on the same record"}, lines...)
		}
		v.Lines, v.On = lines, strings.Join(refs, ", ")
		out = append(out, v)
	}
	return out
}

// table is every record, newest first.
func (d *hall) table(c *casework.Child) parts.Table {
	t := parts.Table{
		Caption: "Records you may see", CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "Reference"}, {Text: "Kind"}, {Text: "As"}, {Text: "Stands at"}, {Text: "Began"}},
	}
	var done []string
	for _, s := range c.On {
		if slices.Contains(done, s.Record.ID+s.Role) {
			continue
		}
		done = append(done, s.Record.ID+s.Role)
		state := s.State().Label
		if !s.Record.ClosedAt.IsZero() {
			state += ", closed " + calendar.DateOf(s.Record.ClosedAt).Short()
		}
		t.Rows = append(t.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: s.Record.Reference, Href: "/records/" + s.Record.ID}}},
			{Text: s.Pathway.Title},
			{Text: capital(s.Role)},
			{Text: state},
			{Text: calendar.DateOf(s.Record.CreatedAt).Short()},
		})
	}
	return t
}

var errFilter = fault.New(fault.NotFound, "There is no such part of this person’s records. Choose one from the list.")
