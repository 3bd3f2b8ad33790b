package mash

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// knownView is what is held already about everyone on a record: the look that a
// decision needs.
type knownView struct {
	Frame   frame
	Heading string
	ID      string
	Count   string
	Explain string
	Pattern string
	People  []knownPerson
	Earlier parts.Timeline
	Areas   []areaView // other authorities that know of someone here
	AreaDo  string     // what to do then
	Why     string     // what is wrong with a reason that was sent
	// May is set for those who may say that two entries are one person.
	May bool
}

// areaView is another authority that has a record about someone who may be the same
// person, and whom to ring there.
type areaView struct{ Name, Is, Phone string }

type knownPerson struct {
	ID, Name, Role string
	Facts          []parts.SummaryRow
	Joined         []joinedView
	Candidates     []candidateView
}

// joinedView is an entry a worker has said is the same person.
type joinedView struct {
	Link, Name, Href, Why, When, By string
	Undone                          bool
	UndoneWhy                       string
	Reason                          parts.Input
}

// candidateView is an entry that may be the same person, beside this one.
type candidateView struct {
	ID, Name, Href, Band string
	Points               int
	For, Against         []string
	Compare              parts.Table
	Records              []parts.Link
	Why                  parts.Input
}

var knownPage = page[knownView]("known", "frame")

// manyContacts is from how many contacts in a year the page asks for the
// pattern they make. Each pathway says itself what a decision must hold.
const manyContacts = 3

func (d *door) known(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawKnown(w, r, a, http.StatusOK, nil)
}

func (d *door) drawKnown(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	if !a.May(d.House, "people") {
		return fault.New(fault.Forbidden, "Your role does not look people up. Ask the front door if you need to know more.")
	}
	k, v, err := d.Desk.Known(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	n := int(k.Count)
	view := knownView{
		Frame: d.frame(r, v, "known"), Heading: heading(v, "What is known"), ID: v.Record.ID, May: v.Decision.May("act"),
		Count: plural(n, "contact", "contacts") + " in the last 12 months, this one included",
		Explain: "Counted since " + calendar.DateOf(k.Since).Long() + ": every contact about these children, about entries someone has joined to them or that are likely to be them, " +
			"and about anyone at the same address. It counts records of other front doors, which you may not open, so the list below can be shorter. " +
			"It leaves out locked records that do not name you.",
	}
	for _, e := range k.Elsewhere {
		one := areaView{Name: e.Authority, Is: bandWords[e.Band], Phone: e.Phone}
		if a, ok := d.Desk.Place.Register.Authority(e.Authority); ok {
			one.Name = a.Name
		}
		view.Areas, view.AreaDo = append(view.Areas, one), v.Pathway.Across.Words
	}
	if n >= manyContacts {
		view.Pattern = "Read these together before you decide. Each may look small alone. The decision asks what pattern they make."
	}
	for _, kp := range k.People {
		view.People = append(view.People, d.knownPerson(v, kp, errs, r))
	}
	// The children of the record come first.
	slices.SortStableFunc(view.People, func(x, y knownPerson) int { return cmp.Compare(y.Role, x.Role) })
	view.Earlier.Items = d.earlier(k, v)
	view.Earlier.Level = 3
	return drawRecord(d, knownPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) knownPerson(v *casework.View, kp casework.KnownPerson, errs fault.Fields, r *http.Request) knownPerson {
	me := kp.On.Person
	out := knownPerson{ID: me.ID, Name: me.Called(), Role: capital(kp.On.Role)}
	out.Facts = []parts.SummaryRow{
		{Key: "Names", Value: me.NameWords()},
		{Key: "Born", Value: me.BirthWords()},
		{Key: "Numbers", Value: me.NumberWords()},
		{Key: "Address", Value: me.HomeWords(person.StaffWithNeed)},
	}
	for _, l := range kp.Links {
		other := l.A
		if other == me.ID {
			other = l.B
		}
		j := joinedView{
			Link: l.ID, Href: "/people/" + other, Name: "Another entry", Why: l.Why, When: calendar.Show(l.Source.At), By: v.Who(l.Source.By, d.Desk), Undone: l.Undone != nil, UndoneWhy: l.UndoneWhy,
			Reason: parts.Input{Field: parts.Field{Name: "why", ID: "undo-" + l.ID, Label: "Why are they not the same person?", Error: errs.For("undo-" + l.ID)}},
		}
		for _, p := range kp.Same {
			if p.ID == other {
				j.Name = p.Called()
			}
		}
		out.Joined = append(out.Joined, j)
	}
	for _, c := range kp.Candidates {
		out.Candidates = append(out.Candidates, d.candidate(me, c, errs))
	}
	return out
}

// bandWords say what a score means.
var bandWords = map[person.Band]string{person.Likely: "Likely the same person", person.Possible: "May be the same person", person.Unlikely: "Probably not the same person"}

func (d *door) candidate(me person.Person, c casework.Candidate, errs fault.Fields) candidateView {
	id := "link-" + me.ID + "-" + c.Person.ID
	out := candidateView{
		ID: c.Person.ID, Name: c.Person.Called(), Href: "/people/" + c.Person.ID, Band: bandWords[c.Score.Band], Points: c.Score.Points,
		Why: parts.Input{Field: parts.Field{Name: "why", ID: id, Label: "How do you know that they are the same person?", Error: errs.For(id)}},
	}
	for _, reason := range c.Score.Reasons {
		switch {
		case reason.Points > 0:
			out.For = append(out.For, reason.Text+" (+"+strconv.Itoa(reason.Points)+")")
		case reason.Points < 0:
			out.Against = append(out.Against, reason.Text+" (−"+strconv.Itoa(-reason.Points)+")")
		default:
			out.Against = append(out.Against, reason.Text)
		}
	}
	var rows [][]parts.Cell
	add := func(what, mine, theirs string) {
		if mine != "" || theirs != "" {
			rows = append(rows, []parts.Cell{{Text: what}, {Text: or(mine, "Not known")}, {Text: or(theirs, "Not known")}})
		}
	}
	add("Names", me.NameWords(), c.Person.NameWords())
	add("Born", me.BirthWords(), c.Person.BirthWords())
	add("Sex", me.Sex.Words(), c.Person.Sex.Words())
	add("Numbers", me.NumberWords(), c.Person.NumberWords())
	add("Address", me.HomeWords(person.StaffWithNeed), c.Person.HomeWords(person.List))
	out.Compare = parts.Table{
		Caption: "Side by side", RowHeaders: true, Stack: true, Head: []parts.Cell{{Text: "Fact"}, {Text: "On this record"}, {Text: "Already held"}},
		Rows: rows,
	}
	for _, pr := range c.Records {
		out.Records = append(out.Records, d.recordLink(pr))
	}
	return out
}

func (d *door) recordLink(pr store.PersonRecord) parts.Link {
	title := pr.Pathway
	if p, ok := d.Desk.Pathways.Get(pr.Pathway); ok {
		title = p.Title
	}
	return parts.Link{Text: pr.Reference, Href: "/records/" + pr.Record, Hidden: title}
}

// earlier puts all earlier work in one line of time, each with why it is there.
// What this record itself has started is on another page.
func (d *door) earlier(k *casework.Known, v *casework.View) []parts.TimelineItem {
	type found struct {
		pr           store.PersonRecord
		about, maybe []string
		near         bool
	}
	byID := map[string]*found{}
	get := func(pr store.PersonRecord) *found {
		if byID[pr.Record] == nil {
			byID[pr.Record] = &found{pr: pr}
		}
		return byID[pr.Record]
	}
	once := func(list []string, name string) []string {
		if slices.Contains(list, name) {
			return list
		}
		return append(list, name)
	}
	for _, kp := range k.People {
		name := kp.On.Person.Called()
		for _, pr := range kp.Records {
			f := get(pr)
			f.about = once(f.about, name)
		}
		for _, c := range kp.Candidates {
			for _, pr := range c.Records {
				f := get(pr)
				f.maybe = once(f.maybe, name)
			}
		}
	}
	for _, pr := range k.Address {
		get(pr).near = true
	}
	var list []*found
	for id, f := range byID {
		if !slices.ContainsFunc(v.Started, func(s casework.Related) bool { return s.Record.ID == id }) {
			list = append(list, f)
		}
	}
	slices.SortFunc(list, func(x, y *found) int {
		return cmp.Or(y.pr.CreatedAt.Compare(x.pr.CreatedAt), cmp.Compare(x.pr.Record, y.pr.Record))
	})
	var out []parts.TimelineItem
	for _, f := range list {
		title, state := d.titleAndState(f.pr)
		said := ". " + state + "."
		if len(f.about) > 0 {
			said += " About " + strings.Join(f.about, ", ") + "."
		}
		if len(f.maybe) > 0 {
			said += " It may be about " + strings.Join(f.maybe, ", ") + "."
		}
		if f.near {
			said += " Someone at the same address."
		}
		out = append(out, parts.TimelineItem{
			Title: title, When: calendar.Show(f.pr.CreatedAt), Machine: machine(f.pr.CreatedAt),
			Body: parts.Body{parts.HTML(`<p class="govuk-body">`), d.recordLink(f.pr), parts.Text(said), parts.HTML("</p>")},
		})
	}
	return out
}

// titleAndState say what kind of work a record is and where it stands.
func (d *door) titleAndState(pr store.PersonRecord) (title, state string) {
	title, state = pr.Pathway, pr.State
	if p, ok := d.Desk.Pathways.Get(pr.Pathway); ok {
		title = p.Title
		if s, ok := p.State(pr.State); ok {
			state = s.Label
		}
	}
	if !pr.ClosedAt.IsZero() {
		state += ", closed " + calendar.DateOf(pr.ClosedAt).Short()
	}
	return title, state
}

func (d *door) linkPerson(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.matchAct(w, r, a, "linked", "link-"+r.PostFormValue("a")+"-"+r.PostFormValue("b"), func(id, why string) error {
		return d.Desk.LinkPerson(r.Context(), a.By, id, r.PostForm.Get("a"), r.PostForm.Get("b"), why)
	})
}

func (d *door) unlinkPerson(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.matchAct(w, r, a, "unlinked", "undo-"+r.PostFormValue("link"), func(id, why string) error {
		return d.Desk.UnlinkPerson(r.Context(), a.By, id, r.PostForm.Get("link"), why)
	})
}

// matchAct does one act on two entries. A missing reason is said at the control
// it was missing from, of which the page has many.
func (d *door) matchAct(w http.ResponseWriter, r *http.Request, a *room.Asker, done, control string, act func(id, why string) error) error {
	id := r.PathValue("id")
	err := act(id, r.PostFormValue("why"))
	var errs fault.Fields
	switch {
	case err == nil:
		return room.See(w, r, "/records/"+id+"/known?done="+done)
	case asFields(err, &errs):
		return d.drawKnown(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: control, Text: errs[0].Text}})
	}
	return err
}
