package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// myMeetingsView is every meeting that the worker is asked to come to.
type myMeetingsView struct{ Days []meetingDay }

// meetingDay is one day with its meetings.
type meetingDay struct {
	Title    string
	Meetings []myMeetingView
}

type myMeetingView struct {
	Title, When, Machine string
	Record               parts.Link
	Rows                 []parts.SummaryRow
	Do                   []parts.Link
	Changed, Late        bool
}

var myMeetingsPage = page[myMeetingsView]("mymeetings")

func (d *door) myMeetings(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := d.Desk.MyMeetings(r.Context(), a.By)
	if err != nil {
		return err
	}
	now := web.Now(r)
	var view myMeetingsView
	for _, m := range list {
		day := calendar.DateOf(m.Starts).Long()
		if calendar.DateOf(m.Starts) == calendar.DateOf(now) {
			day = "Today, " + day
		}
		if n := len(view.Days); n == 0 || view.Days[n-1].Title != day {
			view.Days = append(view.Days, meetingDay{Title: day})
		}
		last := &view.Days[len(view.Days)-1]
		last.Meetings = append(last.Meetings, d.myMeeting(m, calendar.DateOf(now)))
	}
	return myMeetingsPage.Render(w, r, http.StatusOK, d.chrome(r, a, "Meetings"), view)
}

func (d *door) myMeeting(m casework.MyMeeting, today calendar.Date) myMeetingView {
	base := "/records/" + m.Record.ID
	one := myMeetingView{
		Title: m.Title, When: calendar.Show(m.Starts), Machine: machine(m.Starts), Changed: m.Changed,
		Record: parts.Link{Text: m.Record.Reference, Href: base + "/meetings", Hidden: ": agenda and who comes"},
	}
	row := func(key, value string) {
		if value != "" {
			one.Rows = append(one.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	row("Until", calendar.Show(m.Ends))
	row("Where", m.Place)
	if len(m.With) > 0 {
		row("Also about", strings.Join(references(m.With), ", "))
	}
	switch {
	case m.Row == "":
		row("Your part", "You chair it")
	case m.ReportIn:
		row("Your report", "Is here")
	case !m.ReportDue.IsZero():
		if one.Late = m.ReportDue.Before(today); one.Late {
			row("Your report", "Was asked for by "+m.ReportDue.Long()+" and is not here")
		} else {
			row("Your report", "Is asked for by "+m.ReportDue.Long())
		}
	}
	if m.Row != "" {
		row("Your answer", or(m.Reply, "Not given yet"))
	}
	for _, s := range m.Answer {
		one.Do = append(one.Do, parts.Link{Text: s.Step.Label, Href: stepHref(m.Record.ID, s), Hidden: ": " + m.Record.Reference})
	}
	return one
}

func references(list []record.Record) []string {
	var out []string
	for _, rec := range list {
		out = append(out, rec.Reference)
	}
	return out
}

// meetingsView is the meetings of one record.
type meetingsView struct {
	Frame    frame
	Heading  string
	Meetings []meetingView
}

type meetingView struct {
	ID, Title string
	Facts     parts.SummaryList
	Do        []stepLink
	Together  *togetherView
	Quorum    *quorumView
	Agenda    []pathway.Code
	Invited   *parts.Table
	Actions   *parts.Table
	Minutes   *parts.Table
	Past      []parts.Details
}

type stepLink struct {
	Label, Href string
	Main        bool
}

// quorumView says whether enough people are there, and what is enough.
type quorumView struct {
	Says, Explain string
}

var meetingsPage = page[meetingsView]("meetings", "frame")

func (d *door) meetings(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	if len(v.Pathway.Meetings) == 0 {
		return errNotWork
	}
	list, err := d.Desk.MeetingsOf(r.Context(), a.By, v)
	if err != nil {
		return err
	}
	view := meetingsView{Frame: d.frame(r, v, "meetings"), Heading: heading(v, "Meetings")}
	for _, m := range list {
		view.Meetings = append(view.Meetings, d.meeting(r, v, m))
	}
	return drawRecord(d, meetingsPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

func (d *door) meeting(r *http.Request, v *casework.View, m casework.Meeting) meetingView {
	def, p := m.Meeting, v.Pathway
	out := meetingView{ID: "meeting-" + def.ID, Title: def.Title, Quorum: quorumOf(p, def, v.Facts), Agenda: p.AgendaLines(def, v.Facts)}
	row := func(key, value string) {
		if value != "" {
			out.Facts.Rows = append(out.Facts.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	when := "No day is set"
	if m.Open && !m.At.IsZero() {
		when = calendar.Show(m.At) + ", until " + calendar.Show(m.Ends)
		if calendar.DateOf(m.At) == calendar.DateOf(m.Ends) {
			when = calendar.Show(m.At) + ", until " + m.Ends.In(calendar.London).Format("15:04")
		}
	}
	row("When", when)
	if m.Open {
		row("Where", m.Place)
	}
	if def.Chair != "" {
		row("Chair", or(words(v, def.Chair, answer.Key(def.Chair), d.names(v)), "Nobody yet"))
	}
	if len(m.Past) > 0 {
		row("Before", plural(len(m.Past), "meeting", "meetings")+", below")
	}
	for _, s := range v.Steps {
		main := s.Step.ID == def.Attendance
		if s.Row == "" && s.Open && (main || slices.Contains(slices.Concat(def.Invite, def.Held, def.Off), s.Step.ID) || s.Step.Adds == def.Actions && def.Actions != "") {
			out.Do = append(out.Do, stepLink{s.Step.Label, stepHref(v.Record.ID, s), main})
		}
	}
	out.Together = d.togetherOf(v, m)
	out.Invited = d.invitedTable(r, v, m)
	if g, ok := p.Group(def.Actions); ok {
		if rows := v.Answers.Rows(g.ID); len(rows) > 0 {
			t := d.groupRows(v, g, rows, true).Table
			out.Actions = &t
		}
	}
	out.Minutes = d.minutesTable(v, m)
	for _, past := range m.Past {
		out.Past = append(out.Past, d.pastMeeting(v, def, past))
	}
	return out
}

// quorumOf says whether enough people are there; nil when the pathway does not
// say what is enough.
func quorumOf(p *pathway.Pathway, m *pathway.Meeting, f pathway.Facts) *quorumView {
	if m == nil || m.Quorum == nil {
		return nil
	}
	out := quorumView{Says: "Not enough people are here", Explain: m.Quorum.Explain}
	if m.Came != "" && !slices.ContainsFunc(f.Answers.Rows(m.Invited), func(row string) bool { return !f.Answers[answer.RowKey(m.Invited, row, m.Came)].Empty() }) {
		out.Says = "Nobody is noted as here yet. This is how many are enough"
		return &out
	}
	if enough, known := p.Enough(m, f); !known {
		out.Says = "Not known yet whether enough people are here: say of everyone whether they came"
	} else if enough {
		out.Says = "Enough people are here"
	}
	return &out
}

func (d *door) invitedTable(r *http.Request, v *casework.View, m casework.Meeting) *parts.Table {
	def := m.Meeting
	rows := v.Answers.Rows(def.Invited)
	if len(rows) == 0 {
		return nil
	}
	names := d.names(v)
	say := func(q, row string) string {
		if k := answer.RowKey(def.Invited, row, q); q != "" && !v.Answers[k].Empty() {
			return words(v, q, k, names)
		}
		return ""
	}
	t := &parts.Table{Caption: "Who is invited", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Who"}, {Text: "Told"}}}
	for _, c := range []struct{ has, text string }{{def.Reply, "Answer"}, {def.ReportDue, "Report"}, {def.Came, "Came"}} {
		if c.has != "" {
			t.Head = append(t.Head, parts.Cell{Text: c.text})
		}
	}
	can := slices.ContainsFunc(v.Steps, func(s pathway.StepState) bool { return s.Step.Row == def.Invited && s.Open })
	if can {
		t.Head = append(t.Head, parts.Cell{Text: "What you can do"})
	}
	for _, row := range rows {
		who := rowTitle(v, def.Invited, row)
		if role := say(def.Role, row); role != "" && !strings.Contains(who, role) {
			who += ", " + role
		}
		line := []parts.Cell{{Text: who}, {Text: d.toldWords(m, row)}}
		if def.Reply != "" {
			line = append(line, parts.Cell{Text: or(say(def.Reply, row), "–")})
		}
		if def.ReportDue != "" {
			line = append(line, reportCell(v, def, row, calendar.DateOf(web.Now(r))))
		}
		if def.Came != "" {
			line = append(line, parts.Cell{Text: or(say(def.Came, row), "–")})
		}
		if can {
			line = append(line, rowSteps(v, def.Invited, row))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}

// toldWords say whether someone was told of the meeting as it now is, and if not,
// what to do.
func (d *door) toldWords(m casework.Meeting, row string) string {
	told, was := m.Told[row]
	i := slices.IndexFunc(m.Invited, func(w pathway.Invited) bool { return w.Row == row })
	switch {
	case was && told.Act == store.MeetingCancel && told.Sealed == "":
		return "Nothing is mailed to the family now. Speak to them."
	case was && told.Act == store.MeetingCancel:
		return "Told on " + calendar.ShowShort(told.At) + " that they are not asked"
	case was && told.Sequence > 0:
		return "Told of the change on " + calendar.ShowShort(told.At)
	case was:
		return "Told on " + calendar.ShowShort(told.At)
	case i < 0:
		return "Not invited by the program"
	case m.Invited[i].Worker == "" && m.Invited[i].Email == "":
		return "No worker or email address is given: tell them yourself"
	case !m.Open || m.At.IsZero():
		return "Not yet: no day is set"
	}
	return "Nothing was sent: they may not open this record, the day is past, or a child has died. Tell them yourself."
}

// reportCell says whether a report was asked for, and whether it is here.
func reportCell(v *casework.View, m *pathway.Meeting, row string, today calendar.Date) parts.Cell {
	due, err := calendar.ParseDate(strings.Split(v.Answers.Text(answer.RowKey(m.Invited, row, m.ReportDue)), "T")[0])
	here := m.ReportHere != "" && !v.Answers[answer.RowKey(m.Invited, row, m.ReportHere)].Empty()
	switch {
	case here:
		return parts.Cell{Text: "Here"}
	case err != nil || due.IsZero():
		return parts.Cell{Text: "None asked for"}
	case due.Before(today):
		return parts.Cell{Body: parts.Body{parts.Tag{Text: "Late", Colour: "red"}, parts.Text(" asked for by " + due.Short())}}
	}
	return parts.Cell{Text: "Asked for by " + due.Short()}
}

// minutesTable says who has got a copy of what was written of the meeting.
func (d *door) minutesTable(v *casework.View, m casework.Meeting) *parts.Table {
	t := &parts.Table{
		Caption: "Copies made", CaptionSize: "m", Stack: true, RowHeaders: true,
		Head: []parts.Cell{{Text: "For"}, {Text: "What"}, {Text: "When"}},
	}
	sent := slices.Clone(v.Sent)
	slices.SortStableFunc(sent, func(a, b record.Document) int { return b.SentAt.Compare(a.SentAt) })
	for _, doc := range sent {
		if !slices.Contains(m.Meeting.Minutes, doc.Doc) {
			continue
		}
		what := parts.Cell{Body: parts.Body{parts.Link{Text: doc.Title, Href: "/records/" + v.Record.ID + "/letters/" + doc.ID, Hidden: ", for " + rowTitle(v, m.Meeting.Invited, doc.Row)}}}
		if doc.Withheld != "" {
			what = parts.Cell{Text: doc.Title + ". Not sent: " + doc.Withheld}
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: rowTitle(v, m.Meeting.Invited, doc.Row)}, what, {Text: calendar.ShowShort(doc.SentAt)}})
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

// pastMeeting is who came to one that is over, as it was noted then.
func (d *door) pastMeeting(v *casework.View, m *pathway.Meeting, past casework.PastMeeting) parts.Details {
	then := *v
	then.Answers, then.Facts.Answers = past.Answers, past.Answers
	title := "Held: "
	if !past.Held {
		title = "Not held: "
	}
	list := parts.SummaryList{}
	names := d.names(v)
	for _, row := range past.Answers.Rows(m.Invited) {
		k := answer.RowKey(m.Invited, row, m.Came)
		came := "Not noted"
		if m.Came != "" && !past.Answers[k].Empty() {
			came = words(&then, m.Came, k, names)
		}
		list.Rows = append(list.Rows, parts.SummaryRow{Key: rowTitle(&then, m.Invited, row), Value: came})
	}
	body := parts.Body{list}
	if len(list.Rows) == 0 {
		body = parts.Body{parts.HTML(`<p class="govuk-body">`), parts.Text("Nobody was on the list of those invited."), parts.HTML(`</p>`)}
	}
	return parts.Details{Summary: title + calendar.Show(past.At), Body: body}
}

// attendeeHint says beside a name, on the page that takes the attendance, what
// the chair needs to know of them.
func attendeeHint(v *casework.View, m *pathway.Meeting, row string, names map[string]string, today calendar.Date) string {
	say := func(q string) string {
		if k := answer.RowKey(m.Invited, row, q); q != "" && !v.Answers[k].Empty() {
			return words(v, q, k, names)
		}
		return ""
	}
	var out []string
	if role := say(m.Role); role != "" && !strings.Contains(rowTitle(v, m.Invited, row), role) {
		out = append(out, role)
	}
	if reply := say(m.Reply); reply != "" {
		out = append(out, "invitation answered: "+reply)
	}
	if m.ReportDue != "" {
		switch cell := reportCell(v, m, row, today); {
		case cell.Text == "None asked for":
		case cell.Text != "":
			out = append(out, "Report: "+strings.ToLower(cell.Text))
		default:
			out = append(out, "Report late")
		}
	}
	return capital(strings.Join(out, ". "))
}
