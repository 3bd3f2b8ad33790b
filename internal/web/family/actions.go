package family

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// actionsView is one list of what waits for a worker.
type actionsView struct {
	Heading string
	Intro   string
	Nav     parts.SubNavigation
	Whose   string
	Late    string // how many of others' are late on the worker's records
	When    parts.Select
	Record  parts.Select
	Team    *parts.Select
	Show    parts.Button
	Found   string
	Table   parts.Table
	Empty   string
	More    string
	Pages   *parts.Pagination
}

var actionsPage = page[actionsView]("actions")

// lists are whose actions can be asked for.
var lists = []struct{ id, text, heading, intro, empty string }{
	{casework.ActionsMine, "Mine", "My actions", "What waits for you by name, on every record, late first.", "Nothing waits for you by name."},
	{casework.ActionsTeam, "For my team", "For my team", "Limits that somebody with your role must meet, where nobody has been named who can.", "Nothing waits for your team that nobody has been named for."},
	{casework.ActionsLate, "Late on my records", "Late actions on my records", "Actions of others that are late, on records that you have, began or answer for.", "No action of anybody else is late on your records."},
	{casework.ActionsDone, "Done", "Done in the last four weeks", "What you did, newest first.", "You have done nothing in the last four weeks that something waited for."},
}

// The choices of when.
const (
	dueLate = "late"
	dueWeek = "week"
)

// actionsOnPage is how many actions one page shows.
const actionsOnPage = 50

var errList = fault.New(fault.NotFound, "There is no such list of actions. Choose one from the page.")

func (d *hall) actions(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q, now := r.URL.Query(), web.Now(r)
	whose := cmp.Or(q.Get("whose"), casework.ActionsMine)
	i := slices.IndexFunc(lists, func(l struct{ id, text, heading, intro, empty string }) bool { return l.id == whose })
	if i < 0 || !slices.Contains([]string{"", dueLate, dueWeek}, q.Get("due")) {
		return errList
	}
	found, err := d.Desk.Actions(r.Context(), a.By, whose)
	if err != nil {
		return err
	}
	v := actionsView{Heading: lists[i].heading, Intro: lists[i].intro, Whose: whose, Nav: listsNav(whose), Show: parts.Button{Text: "Show", Variant: "secondary"}}
	if whose == casework.ActionsMine {
		late, err := d.Desk.Actions(r.Context(), a.By, casework.ActionsLate)
		if err != nil {
			return err
		}
		if n := len(late.List); n > 0 {
			v.Late = count(n, "action of somebody else is late", "actions of others are late") + " on your records"
		}
	}
	d.choices(&v, found, q)
	list := slices.DeleteFunc(slices.Clone(found.List), func(one casework.Action) bool { return !wanted(one, q, now) })
	v.Found = count(len(list), "action", "actions")
	if len(list) == 0 {
		v.Empty = lists[i].empty
		if len(found.List) > 0 {
			v.Empty = "None of what is listed is like that. Choose something else."
		}
	}
	if found.More {
		v.More = "There are more records than this list looks through. Those whose limits come first are here; the board has all."
	}
	number, err := strconv.Atoi(q.Get("page"))
	if err != nil || number < 1 {
		number = 1
	}
	from := min((number-1)*actionsOnPage, len(list))
	d.actionTable(&v, list[from:min(from+actionsOnPage, len(list))], found, now)
	v.Pages = pagesOf("/actions", q, number, (len(list)+actionsOnPage-1)/actionsOnPage)
	return actionsPage.Render(w, r, http.StatusOK, d.chrome(r, a, lists[i].heading), v)
}

// listsNav leads from each list to the others.
func listsNav(current string) parts.SubNavigation {
	out := parts.SubNavigation{Label: "Lists of actions"}
	for _, l := range lists {
		out.Items = append(out.Items, parts.Link{Text: l.text, Href: "/actions?whose=" + l.id, Current: l.id == current})
	}
	out.Items = append(out.Items, parts.Link{Text: "Recommendations", Href: "/recommendations", Current: current == "recommendations"})
	return out
}

// wanted tells whether an action is among those chosen.
func wanted(one casework.Action, q url.Values, now time.Time) bool {
	if of := q.Get("record"); of != "" && one.In.Record.ID != of {
		return false
	}
	if team := q.Get("team"); team != "" && one.In.Record.Team != team {
		return false
	}
	switch q.Get("due") {
	case dueLate:
		return one.Late(now)
	case dueWeek:
		return one.Clock != nil && !calendar.DateOf(now).AddDays(7).Before(calendar.DateOf(one.Due()))
	}
	return true
}

// choices are the ways to narrow the list.
func (d *hall) choices(v *actionsView, found *casework.Actions, q url.Values) {
	v.When = parts.Select{Field: parts.Field{Name: "due", ID: "due", Label: "Due"}, Items: []parts.Option{
		{Value: "", Text: "Any time"}, {Value: dueLate, Text: "Late", Selected: q.Get("due") == dueLate}, {Value: dueWeek, Text: "Late, or in the next 7 days", Selected: q.Get("due") == dueWeek},
	}}
	v.Record = parts.Select{Field: parts.Field{Name: "record", ID: "record", Label: "Record"}, Items: []parts.Option{{Value: "", Text: "Every record"}}}
	team := parts.Select{Field: parts.Field{Name: "team", ID: "team", Label: "Team"}, Items: []parts.Option{{Value: "", Text: "Every team"}}}
	add := func(s *parts.Select, value, text, chosen string) {
		if value != "" && !slices.ContainsFunc(s.Items, func(o parts.Option) bool { return o.Value == value }) {
			s.Items = append(s.Items, parts.Option{Value: value, Text: text, Selected: value == chosen})
		}
	}
	for _, one := range found.List {
		rec := one.In.Record
		add(&v.Record, rec.ID, rec.Reference+", "+one.In.Pathway.Title, q.Get("record"))
		if t, ok := d.Desk.Place.Register.Team(rec.Team); ok {
			add(&team, t.ID, t.Name, q.Get("team"))
		}
	}
	if len(team.Items) > 2 {
		v.Team = &team
	}
}

func (d *hall) actionTable(v *actionsView, list []casework.Action, found *casework.Actions, now time.Time) {
	t := parts.Table{Caption: v.Found, CaptionSize: "s", Stack: true, RowHeaders: true, Classes: "app-actions"}
	t.Head = []parts.Cell{{Text: "What"}, {Text: "Due"}, {Text: "Record"}, {Text: "What you can do"}}
	switch v.Whose {
	case casework.ActionsLate:
		t.Head[3].Text = "Whose"
	case casework.ActionsDone:
		t.Head[1].Text, t.Head = "Done", t.Head[:3]
	}
	for _, one := range list {
		what := parts.Body{parts.Text(one.What)}
		if one.Row != "" && one.Clock != nil {
			what = append(what, parts.HTML(`<br><span class="govuk-body-s govuk-!-font-weight-regular">`), parts.Text(one.Clock.Label), parts.HTML(`</span>`))
		}
		on := parts.Body{recordLink(one.In), parts.HTML(`<br><span class="govuk-body-s">`), parts.Text(one.In.Pathway.Title)}
		if one.In.Record.Names != "" {
			on = append(on, parts.HTML("<br>"), parts.Text(one.In.Record.Names))
		}
		on = append(on, parts.HTML(`</span>`))
		line := []parts.Cell{{Body: what}, d.dueCell(v.Whose, one, now), {Body: on}}
		switch v.Whose {
		case casework.ActionsLate:
			line = append(line, d.whoseCell(one, found))
		case casework.ActionsDone:
		default:
			line = append(line, stepCell(one))
		}
		t.Rows = append(t.Rows, line)
	}
	v.Table = t
}

func (d *hall) dueCell(whose string, one casework.Action, now time.Time) parts.Cell {
	if whose == casework.ActionsDone {
		text := calendar.ShowShort(one.DoneAt)
		if one.Clock != nil && one.Clock.StoppedAt.After(one.Clock.DueAt) {
			text += ". It was due " + calendar.ShowShort(one.Clock.DueAt)
		}
		return parts.Cell{Text: text}
	}
	if one.Clock == nil {
		return parts.Cell{Text: "No limit"}
	}
	return parts.Cell{Body: parts.Body{d.TimeLeft(one.In.Pathway, *one.Clock, one.In.Record.Authority, now, true)}}
}

// whoseCell names who is to do it: the workers whom it was given to, or those the
// row names in words.
func (d *hall) whoseCell(one casework.Action, found *casework.Actions) parts.Cell {
	var names []string
	for _, id := range one.Who {
		names = once(names, d.who("worker:"+id, found.Names))
	}
	var body parts.Body
	for i, n := range names {
		if i > 0 {
			body = append(body, parts.HTML("<br>"))
		}
		body = append(body, parts.Text(n))
	}
	if len(names) == 0 {
		body = parts.Body{parts.Text("Nobody who uses this program: see the record")}
	}
	return parts.Cell{Body: body}
}

func stepCell(one casework.Action) parts.Cell {
	href := "/records/" + one.In.Record.ID
	if one.Step == nil || one.Step.Row != "" && one.Step.Row != one.Group { // of a row that is not known here
		return parts.Cell{Body: parts.Body{parts.Link{Text: "Open the record", Href: href, Hidden: " for: " + one.What}}}
	}
	if len(one.Step.Ask) == 0 && len(one.Step.Documents) == 0 { // a button on the record
		return parts.Cell{Body: parts.Body{parts.Link{Text: one.Step.Label, Href: href, Hidden: ": " + one.What}}}
	}
	href += "/steps/" + one.Step.ID
	if one.Step.Row != "" {
		href += "?row=" + url.QueryEscape(one.Row)
	}
	return parts.Cell{Body: parts.Body{parts.Link{Text: one.Step.Label, Href: href, Hidden: ": " + one.What}}}
}

// pagesOf leads to the other pages of a list; nil when there is one.
func pagesOf(path string, q url.Values, page, pages int) *parts.Pagination {
	if pages < 2 {
		return nil
	}
	href := func(n int) string {
		next := url.Values{}
		for k, v := range q {
			next[k] = v
		}
		next.Set("page", strconv.Itoa(n))
		return path + "?" + next.Encode()
	}
	out := &parts.Pagination{Pages: parts.Pages(page, pages, href)}
	if page > 1 {
		out.Previous = href(page - 1)
	}
	if page < pages {
		out.Next = href(page + 1)
	}
	return out
}
