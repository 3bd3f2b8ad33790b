package mash

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// boardRows is how many records one page of the board holds: two screens.
const boardRows = 40

// countedNotices is how many new notices a board counts. Whoever has more has not
// looked for days, and counting them all took a third of the time of a board.
const countedNotices = 20

// boardView is the board of one kind of work.
type boardView struct {
	Heading string
	Kinds   parts.SubNavigation
	Others  []parts.Link // kinds of which nothing is open
	Stages  []parts.Link
	Filter  parts.Filter
	// Found is said above the rows; Live is empty where the rows stay as they are.
	Found   string
	Live    string
	Empty   string
	Rows    parts.MultiSelect
	Give    parts.Select
	GiveNow parts.Button
	Query   string
	Pages   *parts.Pagination
	Notices string
	Words   parts.Input
	Ref     parts.Search
	Glass   bool
}

var boardPage = page[boardView]("board")

// asked is what a board was asked to show.
type asked struct {
	q     url.Values
	kind  *pathway.Pathway
	kinds []*pathway.Pathway
	stage string
	page  int
	text  string
}

// kinds are the pathways in which one of the worker's roles takes a step, the
// one with most of them first, and those kept from all but a few roles of which
// one is theirs: a lawyer is asked by name there.
func (d *door) kinds(a *room.Asker) []*pathway.Pathway {
	var out []*pathway.Pathway
	n := map[string]int{}
	for _, p := range d.Desk.Pathways.All() {
		for i := range p.Steps {
			if slices.ContainsFunc(p.Steps[i].By, func(by string) bool { return slices.Contains(a.Roles, by) }) {
				n[p.Name]++
			}
		}
		if n[p.Name] > 0 || slices.ContainsFunc(p.Restricted, func(role string) bool { return slices.Contains(a.Roles, role) }) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(x, y *pathway.Pathway) int { return n[y.Name] - n[x.Name] })
	return out
}

func (d *door) asked(a *room.Asker, q url.Values) asked {
	as := asked{q: q, kinds: d.kinds(a), stage: q.Get("stage")}
	// Whoever was given one record by name may have no role in its pathway.
	if p, ok := d.Desk.Pathways.Get(q.Get("kind")); ok && len(a.By.Viewer.Principals) > 0 && !slices.Contains(as.kinds, p) {
		as.kinds = append(as.kinds, p)
	}
	for _, p := range as.kinds {
		if as.kind == nil || p.Name == q.Get("kind") {
			as.kind = p
		}
	}
	if as.kind != nil {
		if names, _ := stages(as.kind); !slices.Contains(names, as.stage) {
			as.stage = ""
		}
	}
	as.page, _ = strconv.Atoi(q.Get("page"))
	as.page = max(as.page, 1)
	return as
}

// stages are the columns of a pathway's board in the order of its states, with
// the states of each.
func stages(p *pathway.Pathway) (names []string, states map[string][]string) {
	states = map[string][]string{}
	for _, s := range p.States {
		if s.Board == "" {
			continue
		}
		if !slices.Contains(names, s.Board) {
			names = append(names, s.Board)
		}
		states[s.Board] = append(states[s.Board], s.ID)
	}
	return names, states
}

// answeredStates are the states in which each pathway's checks count as answered.
func (d *door) answeredStates() map[string][]string {
	out := map[string][]string{}
	for _, p := range d.Desk.Pathways.All() {
		if !p.IsCheck {
			continue
		}
		for _, s := range p.States {
			if s.Answered {
				out[p.Name] = append(out[p.Name], s.ID)
			}
		}
	}
	return out
}

func (d *door) boardQuery(as asked) store.BoardQuery {
	q := store.BoardQuery{
		Pathways: []string{as.kind.Name}, Authority: as.q.Get("authority"), Rating: as.q.Get("rating"), Due: as.q.Get("due"),
		Text: as.text, OpenOnly: as.q.Get("closed") == "", Sort: as.q.Get("sort"), Desc: as.q.Get("desc") != "",
		Limit: boardRows, Offset: (as.page - 1) * boardRows, Checks: d.answeredStates(),
	}
	if as.text != "" {
		q.Limit = 100
	}
	for _, b := range d.Desk.Place.Ratings {
		q.Ratings = append(q.Ratings, b.ID)
	}
	switch who := as.q.Get("who"); who {
	case "":
	case "nobody":
		q.NotAllocated = true
	default:
		q.Allocated = who
	}
	if as.stage != "" {
		_, states := stages(as.kind)
		q.States = states[as.stage]
	} else if q.OpenOnly {
		for _, s := range as.kind.States {
			if s.Board != "" {
				q.States = append(q.States, s.ID)
			}
		}
	}
	return q
}

func (d *door) board(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if err := seesCases(a); err != nil {
		return err
	}
	if r.URL.Query().Get("view") == "night" {
		return d.night(w, r, a)
	}
	return d.drawBoard(w, r, a, r.URL.Query(), "", nil, http.StatusOK, nil)
}

// boardSearch looks for names. They come in the body of the request: an address
// is kept in histories and logs.
func (d *door) boardSearch(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if err := seesCases(a); err != nil {
		return err
	}
	return d.drawBoard(w, r, a, backTo(r), strings.TrimSpace(r.PostForm.Get("text")), nil, http.StatusOK, nil)
}

// backTo is the query of the board a form was sent from.
func backTo(r *http.Request) url.Values {
	q, err := url.ParseQuery(r.PostForm.Get("query"))
	if err != nil {
		return url.Values{}
	}
	return q
}

func (d *door) drawBoard(w http.ResponseWriter, r *http.Request, a *room.Asker, q url.Values, text string, ticked []string, status int, errs fault.Fields) error {
	as := d.asked(a, q)
	if as.kind == nil {
		return errCases
	}
	as.text = text
	now := web.Now(r)
	// Before the rows are read, so that nothing falls between.
	mark, err := d.Desk.Latest(r.Context())
	if err != nil {
		return err
	}
	found, err := d.Desk.Board(r.Context(), a.By, d.boardQuery(as))
	if err != nil {
		return err
	}
	var staff []agency.Worker
	var open map[string]int
	var told []store.Notice
	if err := d.Desk.DB.View(r.Context(), func(ctx context.Context) (err error) {
		if staff, err = d.colleagues(ctx, a, now); err != nil || r.Header.Get("X-Fragment") != "" {
			return err // a board drawn again shows none of the others
		}
		if open, err = d.Desk.OpenKinds(ctx, a.By); err != nil {
			return err
		}
		told, err = d.Desk.Notices(ctx, a.By, countedNotices+1)
		return err
	}); err != nil {
		return err
	}
	if found.Total == 0 && r.Method == http.MethodGet && q.Get("kind") == "" && !filtered(as) {
		if other := d.kindWithWork(as, open); other != "" {
			return room.See(w, r, "/board?kind="+other)
		}
	}
	v := boardView{
		Heading: "Board", Query: q.Encode(), Glass: a.May(d.House, "break_glass"),
		Give:    parts.Select{Field: parts.Field{Name: "to", ID: "to", Label: "Give the ticked records to", Error: errs.For("to")}, Items: workerOptions(staff, "Choose a worker")},
		GiveNow: parts.Button{Text: "Give", Variant: "secondary", Once: true},
		Words:   parts.Input{Field: parts.Field{Name: "text", ID: "text", Label: "Find on this board", Hint: "Names or a reference, or how they begin"}, Value: text, Spellcheck: "false"},
		Ref:     parts.Search{Field: parts.Field{Name: "ref", ID: "ref", Label: "Open by reference"}, Action: "/r", Button: "Open"},
		Notices: "Notices",
	}
	if text == "" {
		v.Live = listenFrom(mark)
	}
	switch n := len(told); {
	case n > countedNotices:
		v.Notices = "Notices (more than " + strconv.Itoa(countedNotices) + " new)"
	case n > 0:
		v.Notices = "Notices (" + strconv.Itoa(n) + " new)"
	}
	v.kinds(d, as, open)
	v.Kinds.Items = append(v.Kinds.Items, parts.Link{Text: "Out of hours", Href: "/board?view=night"})
	v.Kinds.Label = "Kinds of work"
	v.stages(as, found)
	v.Filter = d.boardFilter(a, as, staff)
	v.rows(d, a, as, found, ticked, now)
	c := d.chrome(r, a, "Board")
	c.Wide, c.Errors = true, errs
	return boardPage.Render(w, r, status, c, v)
}

// kindWithWork is another kind of work in which something waits for the worker:
// an empty board must not hide a child who is on the next one.
func (d *door) kindWithWork(as asked, open map[string]int) string {
	for _, p := range slices.Concat(as.kinds, d.Desk.Pathways.All()) {
		if p != as.kind && open[p.Name] > 0 {
			return p.Name
		}
	}
	return ""
}

// kinds are the links that choose a kind of work: in front those of which a record
// is open, with how many there are.
func (v *boardView) kinds(d *door, as asked, open map[string]int) {
	for _, p := range d.Desk.Pathways.All() {
		if open[p.Name] > 0 && !slices.Contains(as.kinds, p) {
			as.kinds = append(as.kinds, p)
		}
	}
	for _, p := range as.kinds {
		l := parts.Link{Text: p.Title, Href: "/board?kind=" + p.Name, Current: p == as.kind}
		if n := open[p.Name]; n > 0 {
			l.Text += " (" + strconv.Itoa(n) + ")"
		}
		if open[p.Name] > 0 || p == as.kind {
			v.Kinds.Items = append(v.Kinds.Items, l)
		} else {
			v.Others = append(v.Others, l)
		}
	}
}

// stages are the links that choose a stage, each with how many there are.
func (v *boardView) stages(as asked, found store.BoardPage) {
	names, states := stages(as.kind)
	all := 0
	for _, name := range names {
		n := 0
		for _, s := range states[name] {
			n += found.ByState[s]
		}
		all += n
		v.Stages = append(v.Stages, parts.Link{Text: name + " (" + strconv.Itoa(n) + ")", Href: "/board" + with(as.q, "stage", name), Current: as.stage == name})
	}
	v.Stages = append([]parts.Link{{Text: "All open (" + strconv.Itoa(all) + ")", Href: "/board" + with(as.q, "stage", ""), Current: as.stage == ""}}, v.Stages...)
}

// rows are the records, or the words for why there are none.
func (v *boardView) rows(d *door, a *room.Asker, as asked, found store.BoardPage, ticked []string, now time.Time) {
	v.Found = plural(found.Total, "record", "records")
	if as.q.Get("closed") != "" && found.Total >= store.BoardCountLimit {
		v.Found = "More than " + strconv.Itoa(store.BoardCountLimit-1) + " records"
	}
	if as.text != "" {
		v.Found += " with those words"
		if found.Total > len(found.Rows) {
			v.Found += ". The first " + strconv.Itoa(len(found.Rows)) + " are shown: add a word to find fewer"
		}
	}
	if len(found.Rows) == 0 {
		v.Empty = "There is nothing here."
		if filtered(as) {
			v.Empty = "Nothing matches. Take off a filter to see more."
		}
		return
	}
	v.Rows = parts.MultiSelect{ID: "rec", Name: "record", Ticked: ticked}
	v.Rows.Table = parts.Table{Caption: as.kind.Title, CaptionSize: "m", Stack: true, Head: boardHead(as)}
	for _, row := range found.Rows {
		v.Rows.Values = append(v.Rows.Values, row.Record.ID)
		v.Rows.Labels = append(v.Rows.Labels, row.Record.Reference)
		v.Rows.Table.Rows = append(v.Rows.Table.Rows, d.boardRow(a, row, now, rates(as.kind)))
	}
	if pages := (found.Total + boardRows - 1) / boardRows; pages > 1 && as.text == "" {
		href := func(n int) string {
			q := with(as.q, "page", "")
			if q == "" {
				return "/board?page=" + strconv.Itoa(n)
			}
			return "/board" + q + "&page=" + strconv.Itoa(n)
		}
		p := parts.Pagination{Pages: parts.Pages(as.page, pages, href), Label: "Pages of the board"}
		if as.page > 1 {
			p.Previous = href(as.page - 1)
		}
		if as.page < pages {
			p.Next = href(as.page + 1)
		}
		v.Pages = &p
	}
}

func filtered(as asked) bool {
	for _, k := range []string{"stage", "rating", "who", "due", "authority"} {
		if as.q.Get(k) != "" {
			return true
		}
	}
	return as.text != ""
}

// boardHead are the columns; those the server can sort by are links.
func boardHead(as asked) []parts.Cell {
	sorted := as.q.Get("sort")
	if sorted == "" {
		sorted = store.SortDue
	}
	col := func(text, by string) parts.Cell {
		c := parts.Cell{Text: text, Sort: "none"}
		q := with(as.q, "sort", by)
		if sorted == by {
			c.Sort = "ascending"
			if as.q.Get("desc") != "" {
				c.Sort = "descending"
				q = strings.Replace(q, "&desc=1", "", 1)
				q = strings.Replace(q, "desc=1&", "", 1)
			} else {
				q += "&desc=1"
			}
		} else {
			q = strings.Replace(strings.Replace(q, "&desc=1", "", 1), "desc=1&", "", 1)
		}
		c.Body = parts.Body{parts.Link{Text: text, Href: "/board" + q, Hidden: "(sort)"}}
		return c
	}
	head := []parts.Cell{col("Reference", store.SortReference), {Text: about(as.kind)}, {Text: "Stage"}}
	if rates(as.kind) {
		head = append(head, col("Rating", store.SortRating))
	}
	return append(head, col("Time left", store.SortDue), col("Came in", store.SortReceived), parts.Cell{Text: "Worker and answers"}, parts.Cell{Text: "To do"})
}

// rates tells whether records of a kind have a rating.
func rates(p *pathway.Pathway) bool { return p.Roles.Rating != "" }

// boardRow is one record as a line of the board, with its rating or not.
func (d *door) boardRow(a *room.Asker, row store.BoardRow, now time.Time, rated bool) []parts.Cell {
	rec := row.Record
	p := d.pathwayOf(rec)
	ref := parts.Body{parts.Link{Text: rec.Reference, Href: "/records/" + rec.ID}}
	const under = parts.HTML(`<span class="govuk-!-display-block govuk-!-margin-top-1">`)
	if rec.Urgent {
		ref = append(ref, under, parts.Tag{Text: "Urgent", Colour: "red"}, parts.HTML(`</span>`))
	}
	if rec.Restricted {
		ref = append(ref, under, parts.Tag{Text: "Locked", Colour: "purple"}, parts.HTML(`</span>`))
	}
	names := row.Names
	if names == "" {
		names = "No names given"
	}
	state, worker := rec.State, "Nobody"
	if s, ok := p.State(rec.State); ok {
		state = s.Label
	}
	if row.AllocatedName != "" {
		worker = row.AllocatedName
	}
	if rec.Allocated != "" && rec.Allocated == a.Worker.ID {
		worker += " (you)"
	}
	due := parts.Cell{Text: "No limit runs"}
	if row.Clock != nil {
		due = parts.Cell{Body: parts.Body{d.TimeLeft(p, *row.Clock, rec.Authority, now, false), parts.HTML(`<span class="govuk-visually-hidden">, `), parts.Text(row.Clock.Label), parts.HTML(`</span>`)}}
	}
	line := []parts.Cell{{Body: ref}, {Text: names}, {Text: state}}
	if rated {
		rating := parts.Cell{Text: "Not rated"}
		if tag, ok := d.ratingTag(rec.Rating); ok {
			rating = parts.Cell{Body: parts.Body{tag}}
		}
		line = append(line, rating)
	}
	return append(line,
		due,
		parts.Cell{Text: calendar.ShowNear(rec.CreatedAt, now)},
		parts.Cell{Body: append(parts.Body{parts.P(worker)}, answersCell(row)...)},
		parts.Cell{Body: d.quick(a, rec, p)},
	)
}

func answersCell(row store.BoardRow) parts.Body {
	var lines []string
	if n := row.OpenChecks + row.AnsweredChecks; n > 0 {
		lines = append(lines, strconv.Itoa(row.AnsweredChecks)+" of "+plural(n, "agency", "agencies")+" answered")
	}
	if row.Unread > 0 {
		lines = append(lines, plural(row.Unread, "unread message", "unread messages"))
	}
	if len(lines) == 0 {
		return nil
	}
	return parts.Body{parts.Text(strings.Join(lines, ", "))}
}

// quick are the steps from a state that are for the worker's roles, the main
// ones first: a button where nothing is asked, a link to its form otherwise. Where
// there are only others, the record's page tells them.
// Whether each is really open is decided when it is taken.
func (d *door) quick(a *room.Asker, rec record.Record, p *pathway.Pathway) parts.Body {
	const most = 4
	var body parts.Body
	n, others := 0, false
	add := func(primary bool) {
		for i := range p.Steps {
			s := &p.Steps[i]
			mine := slices.ContainsFunc(s.By, func(by string) bool { return slices.Contains(a.Roles, by) })
			if !mine || !slices.Contains(s.From, rec.State) {
				continue
			}
			others = true
			if n >= most {
				continue
			}
			direct := len(s.Ask) == 0 && len(s.Documents) == 0
			if s.Primary != primary || !primary && !direct {
				continue
			}
			n++
			if direct {
				body = append(body, stepButton{Text: s.Label, Action: "/records/" + rec.ID + "/steps/" + s.ID, Based: rec.Revision})
			} else {
				body = append(body, parts.HTML(`<span class="govuk-!-display-block govuk-!-margin-bottom-2">`), parts.Link{Text: s.Label, Href: "/records/" + rec.ID + "/steps/" + s.ID}, parts.HTML(`</span>`))
			}
		}
	}
	add(true)
	add(false)
	switch {
	case len(body) > 0:
		return body
	case others:
		return parts.Body{parts.Link{Text: "See what you can do", Href: "/records/" + rec.ID, Hidden: "on " + rec.Reference}}
	}
	return parts.Body{parts.Text("Nothing for your role")}
}

// ratingColours are the design system's tag colours that ratings may be named after.
var ratingColours = []string{"red", "orange", "yellow", "green", "blue", "purple", "grey"}

// ratingTag shows a rating in its own word, with a colour that only helps.
func (d *door) ratingTag(id string) (parts.Tag, bool) {
	for i, b := range d.Desk.Place.Ratings {
		if b.ID != id {
			continue
		}
		colour := "orange"
		if slices.Contains(ratingColours, b.ID) {
			colour = b.ID
		} else if i == 0 {
			colour = "red"
		}
		return parts.Tag{Text: b.Label, Colour: colour}, true
	}
	return parts.Tag{}, false
}

func (d *door) boardFilter(a *room.Asker, as asked, staff []agency.Worker) parts.Filter {
	f := parts.Filter{Title: "Filter", Action: "/board", ClearHref: "/board?kind=" + as.kind.Name, Button: "Apply"}
	f.Body = parts.Body{parts.Hidden{Name: "kind", Value: as.kind.Name}}
	if as.stage != "" {
		f.Body = append(f.Body, parts.Hidden{Name: "stage", Value: as.stage})
	}
	choose := func(name, label string, items []parts.Option) {
		if len(items) < 2 {
			return
		}
		value := as.q.Get(name)
		f.Body = append(f.Body, parts.Select{Field: parts.Field{Name: name, ID: "filter-" + name, Label: label}, Items: items, Value: value})
		for _, o := range items {
			if value != "" && o.Value == value {
				f.Selected = append(f.Selected, parts.FilterGroup{Heading: label, Items: []parts.Link{{Text: o.Text, Href: "/board" + with(as.q, name, "")}}})
			}
		}
	}
	ratings := []parts.Option{{Text: "Any"}}
	for _, b := range d.Desk.Place.Ratings {
		ratings = append(ratings, parts.Option{Value: b.ID, Text: b.Label})
	}
	who := []parts.Option{{Text: "Anyone"}, {Value: a.Worker.ID, Text: "Me"}, {Value: "nobody", Text: "Nobody yet"}}
	for _, w := range staff {
		if w.ID != a.Worker.ID {
			who = append(who, parts.Option{Value: w.ID, Text: w.Name})
		}
	}
	choose("who", "Worker", who)
	choose("due", "Time left", []parts.Option{{Text: "Any"}, {Value: store.DueOverdue, Text: "Overdue"}, {Value: store.DueToday, Text: "Due today"}, {Value: store.DueSoon, Text: "Due soon"}})
	if rates(as.kind) {
		choose("rating", "Rating", ratings)
	}
	if covers := d.covers(a); len(covers) > 2 {
		choose("authority", "Authority", covers)
	}
	choose("closed", "Closed records", []parts.Option{{Text: "Leave out"}, {Value: "1", Text: "Show as well"}})
	return f
}

// covers are the authorities of the worker's teams, as options.
func (d *door) covers(a *room.Asker) []parts.Option {
	out := []parts.Option{{Text: "All"}}
	reg := &d.Desk.Place.Register
	for _, auth := range reg.Authorities {
		if slices.ContainsFunc(a.Worker.Memberships, func(m agency.Membership) bool {
			t, _ := reg.Team(m.Team)
			return m.Live(a.By.Now) && slices.Contains(t.Authorities, auth.ID)
		}) {
			out = append(out, parts.Option{Value: auth.ID, Text: auth.Name})
		}
	}
	return out
}

func (d *door) allocate(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	ids, to := r.PostForm["record"], r.PostForm.Get("to")
	var errs fault.Fields
	if len(ids) == 0 {
		errs.Add("board", "Tick the records to give")
	}
	if to == "" {
		errs.Add("to", "Choose the worker to give them to")
	}
	if len(errs) == 0 {
		err := d.Desk.Allocate(r.Context(), a.By, ids, to)
		switch {
		case err == nil:
			q := backTo(r)
			q.Set("done", "allocated")
			return room.See(w, r, "/board?"+q.Encode())
		case fault.KindOf(err) == fault.Invalid:
			errs.Add("to", "%s", fault.SafeText(err))
		default:
			return err
		}
	}
	return d.drawBoard(w, r, a, backTo(r), "", ids, http.StatusUnprocessableEntity, errs)
}

// lookup opens a record by the reference someone reads out.
func (d *door) lookup(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	rec, err := d.Desk.Lookup(r.Context(), a.By, r.URL.Query().Get("ref"))
	if err != nil {
		return err
	}
	return room.See(w, r, "/records/"+rec.ID)
}
