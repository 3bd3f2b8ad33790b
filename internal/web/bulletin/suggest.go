package bulletin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type suggestView struct {
	About   parts.Link
	To      parts.Hidden
	Warning parts.WarningText
	Words   parts.Textarea
	Email   *parts.Input
	Submit  parts.Button
}

type answerView struct {
	About           parts.Link
	Heading         string
	Reference, When string
	State           parts.Tag
	Says            string
	Words           string
	Keep            bool
}

type mineView struct {
	Own []mineRow
}

type mineRow struct {
	About           parts.Link
	Reference, When string
	State           parts.Tag
	Says, Words     string
}

var (
	suggestPage = web.Page[suggestView]("bulletin/suggest", files, "templates/suggest.html")
	answerPage  = web.Page[answerView]("bulletin/answer", files, "templates/answer.html")
	minePage    = web.Page[mineView]("bulletin/mine", files, "templates/mine.html")
)

// target reads what a link to the form names: manual/neglect#signs, manual:neglect,
// page:parents/alcohol, or the address of a page that is not named in addresses.
func target(lib *guidance.Library, to string) (key, section string) {
	to = strings.TrimPrefix(strings.Trim(strings.TrimSpace(to), "/"), "page:")
	if rest, ok := strings.CutPrefix(to, "manual:"); ok {
		to = "manual/" + rest
	}
	key, section, _ = strings.Cut(to, "#")
	if code, ok := strings.CutPrefix(key, "page/"); ok {
		if p, ok := lib.FindCode(code); ok {
			key = p.Key
		}
	}
	return key, section
}

func (o *office) suggestPage(w http.ResponseWriter, r *http.Request) error {
	return o.drawSuggest(w, r, r.URL.Query().Get("to"), nil)
}

func (o *office) drawSuggest(w http.ResponseWriter, r *http.Request, to string, f fault.Fields) error {
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	key, section := target(lib, to)
	if !bulletin.Known(lib, key, section) {
		section = "" // it was there when the link was made
	}
	title, href := bulletin.Named(lib, key, section)
	if !bulletin.Known(lib, key, "") {
		return fault.New(fault.NotFound, "There is no such page to suggest a change to. Open the page and follow its link.")
	}
	c := o.chrome(r, "Suggest a change")
	c.Errors = f
	v := suggestView{
		About: parts.Link{Text: title, Href: href}, To: parts.Hidden{Name: "to", Value: to},
		Warning: parts.WarningText{Text: "Do not write about a child or a family here. Nobody reads this as a worry. If a child is in danger now, call 999."},
		Words:   parts.Textarea{Field: parts.Field{Name: "words", Label: "What should change?", Hint: "Say what is wrong, missing or hard to understand.", Error: f.For("words")}, Value: r.PostFormValue("words"), Rows: 8, MaxLength: 3000},
		Submit:  parts.Button{Text: "Send", Once: true},
	}
	if o.asker(r) == nil {
		v.Email = &parts.Input{
			Field: parts.Field{Name: "email", Label: "Your email address (optional)", Hint: "Give it if you want to hear what came of it. We use it for nothing else.", Error: f.For("email")},
			Type:  "email", Value: r.PostFormValue("email"), Autocomplete: "email", Spellcheck: "false",
		}
	}
	return suggestPage.Render(w, r, status(f), c, v)
}

func (o *office) suggest(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	key, section := target(lib, r.PostFormValue("to"))
	if !bulletin.Known(lib, key, section) {
		section = ""
	}
	token, err := o.desk.Suggest(r.Context(), o.by(r), bulletin.Suggesting{
		About: key, Section: section, Words: strings.ReplaceAll(r.PostFormValue("words"), "\r\n", "\n"), Email: r.PostFormValue("email"), Source: room.Source(r).Addr,
	})
	if f, bad := wrong(err); bad {
		return o.drawSuggest(w, r, r.PostFormValue("to"), f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/suggest/answer/"+token)
}

// says tells whoever suggested something how it stands.
func says(s store.Suggestion) string {
	switch s.State {
	case bulletin.New:
		return "We have it. Somebody will read it and decide what to do."
	case bulletin.WithGroup:
		return "Somebody who knows the subject is looking at it."
	case bulletin.Accepted:
		return "We agree, and will change the text."
	case bulletin.InEdition:
		return "It will be in this edition: " + s.PublishedIn + "."
	case bulletin.Published:
		return "The text has been changed. Thank you."
	}
	return "We have decided not to make this change."
}

func stateTag(state string) parts.Tag {
	colour := map[string]string{bulletin.New: "blue", bulletin.WithGroup: "yellow", bulletin.Declined: "grey"}[state]
	if colour == "" {
		colour = "green"
	}
	return parts.Tag{Text: bulletin.Label(state), Colour: colour}
}

func (o *office) answer(w http.ResponseWriter, r *http.Request) error {
	a, err := o.desk.AnswerByToken(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	title, href := bulletin.Named(lib, a.About, a.Section)
	v := answerView{
		About: parts.Link{Text: title, Href: href}, Heading: "Your suggestion", Reference: a.Reference, When: day(a.MadeAt),
		State: stateTag(a.State), Says: says(a.Suggestion), Words: a.Words, Keep: !bulletin.Final(a.State),
	}
	return answerPage.Render(w, r, http.StatusOK, o.chrome(r, "Your suggestion"), v)
}

func (o *office) mine(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := o.desk.OwnSuggestions(r.Context(), a.By)
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	var v mineView
	for _, s := range list {
		title, href := bulletin.Named(lib, s.About, s.Section)
		v.Own = append(v.Own, mineRow{parts.Link{Text: title, Href: href}, s.Reference, day(s.MadeAt), stateTag(s.State), says(s.Suggestion), s.Words})
	}
	return minePage.Render(w, r, http.StatusOK, o.StaffChrome(r, a, "Your suggestions"), v)
}

type suggestionsView struct {
	Nav      parts.SubNavigation
	Triage   bool
	Counts   []parts.Link
	State    parts.Select
	Assigned parts.Select
	Overdue  parts.Checkboxes
	Show     parts.Button
	List     parts.Table
	None     bool
}

type suggestionView struct {
	Nav      parts.SubNavigation
	Heading  string
	About    parts.SummaryList
	Words    string
	Steps    parts.Timeline
	Action   string
	Seq      parts.Hidden
	Move     parts.Radios
	Moves    bool
	Note     parts.Textarea
	Assigned parts.Select
	Due      parts.Input
	Edition  parts.Input
	Save     parts.Button
}

var (
	suggestionsPage = web.Page[suggestionsView]("bulletin/suggestions", files, "templates/suggestions.html")
	suggestionPage  = web.Page[suggestionView]("bulletin/suggestion", files, "templates/suggestion.html")
)

// mostSuggestions is how many are listed at once.
const mostSuggestions = 200

func (o *office) suggestions(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q := r.URL.Query()
	f := store.SuggestionFilter{State: q.Get("state"), Limit: mostSuggestions}
	if to := q.Get("assigned"); to != "" {
		f.Assigned = []string{to}
	}
	today := calendar.DateOf(web.Now(r))
	if q.Get("overdue") == "yes" {
		f.Overdue = today
	}
	list, counts, err := o.desk.Suggestions(r.Context(), a.By, f)
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "Suggestions")
	v := suggestionsView{Nav: nav, Triage: o.desk.Triage(a.By), None: len(list) == 0, Show: parts.Button{Text: "Show", Variant: "secondary"}}
	names, err := o.assignedNames(r, list)
	if err != nil {
		return err
	}
	if v.Triage {
		v.State = parts.Select{Field: parts.Field{Name: "state", Label: "State"}, Value: f.State, Items: []parts.Option{{Value: "", Text: "Any"}}}
		for _, s := range bulletin.States {
			v.State.Items = append(v.State.Items, parts.Option{Value: s.Key, Text: s.Label})
			v.Counts = append(v.Counts, parts.Link{Text: s.Label + ": " + strconv.Itoa(counts[s.Key]), Href: "/suggestions?state=" + s.Key})
		}
		if v.Assigned, err = o.assignSelect(r, a, q.Get("assigned"), "Anyone", ""); err != nil {
			return err
		}
		v.Overdue = parts.Checkboxes{Field: parts.Field{Name: "overdue"}, Small: true, Items: []parts.Choice{{Value: "yes", Label: "Only those whose day is past", Checked: q.Get("overdue") == "yes"}}}
	}
	v.List = parts.Table{
		Caption: strconv.Itoa(len(list)) + " shown", CaptionSize: "s", Stack: true,
		Head: []parts.Cell{{Text: "Reference"}, {Text: "About"}, {Text: "State"}, {Text: "With"}, {Text: "Answer by"}},
	}
	for _, s := range list {
		title, _ := bulletin.Named(lib, s.About, s.Section)
		due := parts.Cell{Text: "–"}
		if !s.Due.IsZero() {
			due.Text = s.Due.Short()
			if s.Due.Before(today) {
				due = parts.Cell{Body: parts.Body{parts.Text(s.Due.Short() + " "), parts.Tag{Text: "Late", Colour: "red"}}}
			}
		}
		v.List.Rows = append(v.List.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: s.Reference, Href: "/suggestions/" + s.ID}}}, {Text: title}, {Body: parts.Body{stateTag(s.State)}}, {Text: names[s.Assigned]}, due,
		})
	}
	return suggestionsPage.Render(w, r, http.StatusOK, c, v)
}

// assignedNames are the names of the teams and workers that suggestions are with.
func (o *office) assignedNames(r *http.Request, list []store.Suggestion) (map[string]string, error) {
	out := map[string]string{"": "–"}
	var ids []string
	for _, s := range list {
		if id, ok := access.Principal(s.Assigned).Worker(); ok {
			ids = append(ids, id)
		} else if t, ok := o.Desk.Place.Register.Team(strings.TrimPrefix(s.Assigned, "team:")); ok {
			out[s.Assigned] = t.Name
		}
	}
	names, err := o.desk.Names(r.Context(), ids)
	for id, name := range names {
		out[string(access.ToWorker(id))] = name
	}
	return out, err
}

// assignSelect offers the partnership's own teams and workers, then every team.
func (o *office) assignSelect(r *http.Request, a *room.Asker, value, first, wrong string) (parts.Select, error) {
	s := parts.Select{Field: parts.Field{Name: "assigned", Label: "Working group or worker", Error: wrong}, Value: value, Items: []parts.Option{{Value: "", Text: first}}}
	reg := &o.Desk.Place.Register
	own := func(id string) bool { x, _ := reg.Agency(id); return x.Kind == "partnership" }
	teams := slices.Clone(reg.Teams)
	slices.SortStableFunc(teams, func(x, y agency.Team) int {
		switch {
		case own(x.Agency) == own(y.Agency):
			return 0
		case own(x.Agency):
			return -1
		}
		return 1
	})
	for _, t := range teams {
		s.Items = append(s.Items, parts.Option{Value: string(access.ToTeam(t.ID)), Text: t.Name})
	}
	return s, o.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		for _, x := range reg.Agencies {
			if x.Kind != "partnership" {
				continue
			}
			list, err := tx.Workers(store.WorkerFilter{Agency: x.ID, Now: a.By.Now})
			if err != nil {
				return err
			}
			for _, w := range list {
				s.Items = append(s.Items, parts.Option{Value: string(access.ToWorker(w.ID)), Text: w.Name})
			}
		}
		return nil
	})
}

func (o *office) suggestion(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return o.drawSuggestion(w, r, a, nil)
}

// verbs are what each move is called.
var verbs = map[string]string{
	bulletin.WithGroup: "Give it to a working group or a worker", bulletin.Accepted: "Accept it", bulletin.Declined: "Decline it",
	bulletin.InEdition: "It is in an edition", bulletin.Published: "It is published",
}

func (o *office) drawSuggestion(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	s, err := o.desk.OpenSuggestion(r.Context(), a.By, r.PathValue("suggestion"))
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	ids := []string{}
	worker := func(p string) string { id, _ := access.Principal(p).Worker(); return id }
	for _, st := range s.Steps {
		ids = append(ids, worker(st.Author), worker(st.Assigned))
	}
	names, err := o.desk.Names(r.Context(), append(ids, worker(s.Author)))
	if err != nil {
		return err
	}
	with, err := o.assignedNames(r, []store.Suggestion{s.Suggestion})
	if err != nil {
		return err
	}
	title, href := bulletin.Named(lib, s.About, s.Section)
	c, nav := o.staff(r, a, "Suggestion "+s.Reference)
	c.Errors = f
	c.Breadcrumbs = []parts.Link{{Text: "Suggestions", Href: "/suggestions"}}
	v := suggestionView{Nav: nav, Heading: "Suggestion " + s.Reference, Words: s.Words, Action: "/suggestions/" + s.ID, Seq: parts.Hidden{Name: "seq", Value: strconv.Itoa(s.Seq)}, Save: parts.Button{Text: "Save", Once: true}}
	row := func(key, value string) { v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: key, Value: value}) }
	if href == "" {
		row("About", title)
	} else {
		v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: "About", Body: parts.Body{parts.Link{Text: title, Href: href}}})
	}
	if s.Edition != "" {
		row("Edition in force then", s.Edition)
	}
	from := "Somebody not signed in, who gave no address"
	switch {
	case s.Author != "":
		from = names[worker(s.Author)]
	case s.Email:
		from = "Somebody not signed in, who is told by mail"
	case bulletin.Final(s.State):
		from = "Somebody not signed in"
	}
	row("From", from+", "+day(s.MadeAt))
	v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: "State", Body: parts.Body{stateTag(s.State)}})
	row("With", with[s.Assigned])
	if !s.Due.IsZero() {
		row("Answer by", s.Due.Long())
	}
	for _, st := range slices.Backward(s.Steps) {
		text := st.Words
		if st.State == bulletin.InEdition && st.PublishedIn != "" {
			text = strings.TrimSpace("Edition " + st.PublishedIn + ". " + text)
		}
		v.Steps.Items = append(v.Steps.Items, parts.TimelineItem{
			Title: bulletin.Label(st.State), By: names[worker(st.Author)], When: calendar.Show(st.At), Machine: st.At.UTC().Format("2006-01-02T15:04:05Z"), Text: text,
		})
	}
	typed := r.PostFormValue
	v.Note = parts.Textarea{Field: parts.Field{Name: "note", Label: "Words", Hint: "When you accept, decline or publish, whoever suggested it reads this. A note without a decision stays among staff.", Error: f.For("note")}, Value: typed("note"), Rows: 4}
	v.Moves = s.Decides && len(bulletin.Next(s.State)) > 0
	if v.Moves {
		v.Move = parts.Radios{Field: parts.Field{Name: "state", Label: "What to do", Error: f.For("state")}, Value: typed("state")}
		for _, to := range bulletin.Next(s.State) {
			v.Move.Items = append(v.Move.Items, parts.Choice{Value: to, Label: verbs[to]})
		}
		v.Move.Items = append(v.Move.Items, parts.Choice{Value: "note", Label: "Only add a note"})
		if v.Assigned, err = o.assignSelect(r, a, or(typed("assigned"), s.Assigned), "Choose", f.For("assigned")); err != nil {
			return err
		}
		v.Due = parts.Input{Field: parts.Field{Name: "due", Label: "Answer by, when you give it to somebody", Error: f.For("due")}, Type: "date", Value: or(typed("due"), s.Due.String())}
		v.Edition = parts.Input{Field: parts.Field{Name: "edition", Label: "Edition, when it is in one", Error: f.For("edition")}, Value: or(typed("edition"), s.PublishedIn), Width: 20}
	}
	return suggestionPage.Render(w, r, status(f), c, v)
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (o *office) moveSuggestion(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	seq, _ := strconv.Atoi(r.PostFormValue("seq"))
	m := bulletin.Move{
		Seq: seq, To: r.PostFormValue("state"), Assigned: r.PostFormValue("assigned"), PublishedIn: r.PostFormValue("edition"),
		Words: strings.ReplaceAll(r.PostFormValue("note"), "\r\n", "\n"),
	}
	if m.To == "note" {
		m.To = ""
	}
	if due, err := calendar.ParseDate(strings.TrimSpace(r.PostFormValue("due"))); err == nil {
		m.Due = due
	}
	err := o.desk.MoveSuggestion(r.Context(), a.By, r.PathValue("suggestion"), m)
	if f, bad := wrong(err); bad {
		return o.drawSuggestion(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/suggestions/"+r.PathValue("suggestion"))
}
