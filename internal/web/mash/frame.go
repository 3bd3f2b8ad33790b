package mash

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// frame stands above every page of a record: whose it is, how long there is,
// what not to do, and where its other pages are.
type frame struct {
	ID       string
	Bar      parts.IdentityBar
	Children []childLine
	Called   string // what those whom it is about are: of an allegation they are adults
	Facts    []parts.SummaryRow
	Clock    *parts.TimeLeft
	ClockFor string
	Also     []limitLine // the next of the other limits that run
	// NotContact is always seen: ringing the wrong number can hurt someone.
	NotContact string
	Banners    []string // what the pathway warns of while it holds
	AskFirst   []string // what other records about the same people ask before anybody is contacted
	Locked     string
	MayDied    bool // somebody must say whether a child is one who has died
	AskedDied  bool // it was said
	Source     bool // whom it came from is sealed, and may be told to the reader
	Nav        parts.SubNavigation
}

// Heading is a page's own heading under the frame: what it is of which record.
// It names nobody, so that it can be the title too.
func heading(v *casework.View, what string) string { return what + ": " + v.Record.Reference }

// frame makes the frame of a record for one of its pages.
func (d *door) frame(r *http.Request, v *casework.View, tab string) frame {
	now := web.Now(r)
	rec, p := v.Record, v.Pathway
	f := frame{ID: rec.ID, Bar: parts.IdentityBar{Title: rec.Reference, Facts: []string{p.Title}}}
	if a, ok := d.Desk.Place.Register.Authority(rec.Authority); ok {
		f.Bar.Facts = append(f.Bar.Facts, a.Name)
	}
	if s, ok := p.State(rec.State); ok {
		f.Bar.Tags = append(f.Bar.Tags, parts.Tag{Text: s.Label, Colour: "blue", Classes: "govuk-!-text-align-left"})
	}
	// An earlier version shows how it was rated then.
	then := v.Facts
	then.Answers = v.Answers
	if tag, ok := d.ratingTag(v.Answers.Text(answer.Key(p.Roles.Rating))); ok {
		f.Bar.Tags = append(f.Bar.Tags, tag)
	}
	if p.Urgent(then) {
		f.Bar.Tags = append(f.Bar.Tags, parts.Tag{Text: "Urgent", Colour: "red"})
	}
	if v.Facts.PracticeMark() != "" {
		f.Bar.Tags = append(f.Bar.Tags, parts.Tag{Text: tool.PracticeMark, Colour: "yellow"})
	}
	for _, title := range p.PracticeParts(v.Facts) {
		f.Bar.Tags = append(f.Bar.Tags, parts.Tag{Text: title + ": " + tool.PracticeMark, Colour: "yellow"})
	}
	if len(openLocks(v)) > 0 {
		f.Locked = "This record is locked. Only the people named on it can open it."
		f.Bar.Tags = append(f.Bar.Tags, parts.Tag{Text: "Locked", Colour: "purple"})
	}
	f.Children, f.Called = childLines(v, calendar.DateOf(now)), about(p)
	for _, id := range p.Roles.Summary {
		if q, ok := p.Question(id); ok && !v.Answers[answer.Key(id)].Empty() {
			f.Facts = append(f.Facts, parts.SummaryRow{Key: strings.TrimSuffix(q.Heading(), "?"), Value: p.LabelIn(q, answer.Key(id), v.Answers)})
		}
	}
	who := "Nobody yet"
	if rec.Allocated != "" {
		who = v.Who(string(access.ToWorker(rec.Allocated)), d.Desk)
	}
	f.Facts = append(f.Facts, parts.SummaryRow{Key: "Worker", Value: who})
	if c, ok := deadline.Nearest(v.Clocks); ok {
		left := d.TimeLeft(p, c, rec.Authority, now, false)
		f.Clock, f.ClockFor = &left, clockTitle(v, c.Label, c.Clock, c.Row())
		for _, other := range othersRunning(v.Clocks, c) {
			f.Also = append(f.Also, limitLine{clockTitle(v, other.Label, other.Clock, other.Row()), d.TimeLeft(p, other, rec.Authority, now, false)})
		}
	}
	if q, ok := p.Question(p.Roles.NotContact); ok {
		f.NotContact = p.LabelIn(q, answer.Key(q.ID), v.Answers)
		if slices.Contains(v.Held, answer.Key(q.ID)) {
			f.NotContact = "There are limits on how this family may be contacted, and you may not see them. Ask before you ring, write or visit."
		}
	}
	f.Banners, f.AskFirst = p.BannersOf(v.Facts), v.AskFirst.Words
	for _, m := range v.MayHaveDied {
		f.MayDied, f.AskedDied = f.MayDied || m.Open(), true
	}
	f.Source = d.Desk.MayRevealSource(v)
	f.Nav = d.recordNav(v, tab)
	return f
}

// limitLine is a limit that runs besides the one to act on first.
type limitLine struct {
	Label string
	Left  parts.TimeLeft
}

// othersRunning are the first of each other limit that runs, three at most: one
// that is soon must not hide the one that matters most.
func othersRunning(clocks []record.Clock, first record.Clock) []record.Clock {
	open := slices.DeleteFunc(slices.Clone(clocks), func(c record.Clock) bool { return !c.Open() })
	slices.SortStableFunc(open, func(a, b record.Clock) int { return a.ActAt.Compare(b.ActAt) })
	seen := []string{first.Clock}
	var out []record.Clock
	for _, c := range open {
		if !slices.Contains(seen, c.Clock) && len(out) < 3 {
			seen, out = append(seen, c.Clock), append(out, c)
		}
	}
	return out
}

func openLocks(v *casework.View) []access.Restriction {
	var out []access.Restriction
	for _, l := range v.Locks {
		if l.LiftedAt.IsZero() {
			out = append(out, l)
		}
	}
	return out
}

// tabs are the pages of a record, in the order people need them.
var tabs = []struct{ id, text string }{
	{"", "Answers"},
	{"known", "What is known"},
	{"work", "Checks and follow-on"},
	{"meetings", "Meetings"},
	{"clocks", "Clocks"},
	{"entries", "Entries"},
	{"messages", "Messages"},
	{"files", "Files"},
	{"letters", "Letters"},
	{"copies", "Copies"},
	{"exports", "Exports"},
	{"redaction", "What goes out"},
	{"access", "Who can see this"},
	{"looked", "Who has looked"},
	{"history", "History"},
}

func (d *door) recordNav(v *casework.View, tab string) parts.SubNavigation {
	nav := parts.SubNavigation{Label: "Pages of this record"}
	open := 0
	for _, s := range v.Started {
		if s.Clock != nil {
			open++
		}
	}
	unread := 0
	for _, m := range v.Messages {
		if m.Inward && m.ReadAt.IsZero() {
			unread++
		}
	}
	counts := map[string]int{"work": open, "messages": unread, "files": len(v.Files), "entries": len(v.Entries), "letters": len(v.Sent)}
	notes := map[string]string{"work": " open", "messages": " unread"}
	for _, t := range tabs {
		if t.id == "known" && !d.looksPeopleUp(v) || t.id == "meetings" && len(v.Pathway.Meetings) == 0 || t.id == "exports" && !d.exported(v) || t.id == "redaction" && (v.Pathway.Redaction == nil || !v.Decision.May(access.Act)) {
			continue
		}
		href := "/records/" + v.Record.ID
		if t.id != "" {
			href += "/" + t.id
		}
		text := t.text
		if n := counts[t.id]; n > 0 {
			text += " (" + strconv.Itoa(n) + notes[t.id] + ")"
		}
		nav.Items = append(nav.Items, parts.Link{Text: text, Href: href, Current: t.id == tab})
	}
	return nav
}

// exported tells whether files for others can be made of a record by now, and
// the reader works on it.
func (d *door) exported(v *casework.View) bool {
	p, ok := d.Desk.Pathways.Get(v.Record.Pathway)
	return ok && len(p.Exports) > 0 && v.Decision.May(access.Act)
}

// looksPeopleUp tells whether the page of what is known is for any of the roles
// in which the record was given to the reader. Those to whom it was given to
// read alone are told when they ask.
func (d *door) looksPeopleUp(v *casework.View) bool {
	roles := v.Facts.Actor.Roles
	return len(roles) == 0 || slices.ContainsFunc(roles, func(id string) bool {
		role, ok := d.Desk.Place.Register.Role(id)
		return ok && slices.Contains(role.May, "people")
	})
}

// childLine is one child of a record, and where everything about them is.
type childLine struct{ Text, Href string }

// childLines name the children of a record with their ages on a day.
func childLines(v *casework.View, on calendar.Date) []childLine {
	p := v.Pathway
	g, ok := p.Group(p.Roles.Children)
	if !ok {
		return nil
	}
	f := v.Facts
	f.Answers = v.Answers
	var out []childLine
	for _, row := range v.Answers.Rows(g.ID) {
		line, href := p.RowName(f, g.ID, row), ""
		var died calendar.Date
		for _, rp := range v.People {
			if rp.Group == g.ID && rp.Row == row {
				href, died = "/people/"+rp.Person.ID, v.Died[rp.Person.ID]
			}
		}
		if g.Person != nil {
			at := func(q string) string { return v.Answers.Text(answer.RowKey(g.ID, row, q)) }
			born, err := calendar.ParseDate(at(g.Person.Born))
			due, dueErr := calendar.ParseDate(at(g.Person.Due))
			if own, err := calendar.ParseDate(at(g.Person.Died)); err == nil {
				died = own
			}
			switch {
			case err == nil && !died.IsZero():
				line += ", " + person.Age(born, died) + " when they died, born " + born.Short() + ", died " + died.Short()
			case !died.IsZero():
				line += ", died " + died.Short()
			case err == nil:
				line += ", " + person.Age(born, on)
				if at(g.Person.BornEstimated) == "yes" {
					line += " (a guess)"
				}
				line += ", born " + born.Short()
			case dueErr == nil:
				line = "Unborn baby, " + line + ", due " + due.Short()
			default:
				line += ", age not known"
			}
		}
		out = append(out, childLine{line, href})
	}
	return out
}

// draw renders a record's page.
func drawRecord[V any](d *door, p *web.PageT[V], w http.ResponseWriter, r *http.Request, a *room.Asker, v *casework.View, status int, title string, view V, change func(*web.Chrome)) error {
	c := d.chrome(r, a, title)
	c.Wide = true
	c.Breadcrumbs = []parts.Link{{Text: "Board", Href: "/board"}, {Text: v.Record.Reference}}
	if v.Parent != nil && v.Parent.May {
		c.Breadcrumbs = []parts.Link{{Text: "Board", Href: "/board"}, {Text: v.Parent.Record.Reference, Href: "/records/" + v.Parent.Record.ID}, {Text: v.Record.Reference}}
	}
	if change != nil {
		change(&c)
	}
	return p.Render(w, r, status, c, view)
}

// machine is an instant as the time element wants it.
func machine(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// join makes a line of what is there.
func join(sep string, list ...string) string {
	return strings.Join(slices.DeleteFunc(list, func(s string) bool { return s == "" }), sep)
}

// accessWorker is the worker's id in a principal that is one.
func accessWorker(principal string) (string, bool) { return access.Principal(principal).Worker() }

// about is what a pathway calls those whom its records are about: mostly children.
func about(p *pathway.Pathway) string {
	if g, ok := p.Group(p.Roles.Children); ok && g.Title != "" {
		return g.Title
	}
	return "Children"
}
