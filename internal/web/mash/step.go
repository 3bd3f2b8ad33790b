package mash

import (
	"errors"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// stepPageView is the form of one step.
type stepPageView struct {
	Frame     frame
	Heading   string
	ID        string
	Action    string
	SaveTo    string
	Based     int
	Once      string
	Body      template.HTML
	Qualified bool
	Clause    *parts.Clause
	Refused   []string
	Look      bool       // what is known must be looked at first
	More      bool       // more questions came of the answers
	Forms     []formNote // of others, of which it asks items
	Sections  []sectionView
	WorkedOut *parts.SummaryList
	Attend    bool // who came, of everyone at once
	Quorum    *quorumView
	Teams     *parts.Table
	Letters   bool
	Button    string
	Saved     parts.SaveStatus
	Multipart bool
	Beside    []parts.Link
	Contacts  string
}

// sectionView is the questions asked once, or those about one child.
type sectionView struct {
	Title, Hint string
	Body        parts.Body
}

var stepPage = page[stepPageView]("step", "frame")

// filling is one step's form being filled in on one record.
type filling struct {
	v     *casework.View
	step  *pathway.Step
	state pathway.StepState
	row   string // the row the step adds or is about
	// base is what the record says without the step's own answers: a step that
	// is taken again begins with nothing chosen.
	base answer.Set
	ask  func(answer.Set) []pathway.Asked
	// also are the same step on other records that a meeting is about: who is on
	// their lists alone.
	also []*filling
}

func (d *door) filling(r *http.Request, a *room.Asker) (*filling, error) {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	id := r.PathValue("step")
	row := r.URL.Query().Get("row")
	i := slices.IndexFunc(v.Steps, func(s pathway.StepState) bool { return s.Step.ID == id && s.Row == row })
	if i < 0 {
		return nil, errNoStep
	}
	fl := &filling{v: v, step: v.Steps[i].Step, state: v.Steps[i], row: row, base: v.Facts.Answers.Clone()}
	if g := fl.step.Adds; g != "" {
		fl.row = pathway.NewRow
		fl.base[answer.Key(g)] = answer.List(append(slices.Clone(fl.base.Rows(g)), fl.row)...)
	}
	for k := range v.Pathway.Anew(id, v.Facts) {
		delete(fl.base, k)
	}
	for j := range fl.step.Ask {
		q := &fl.step.Ask[j]
		if v.Pathway.AttendedIn(id) != nil {
			break // one more at the door must not cost what was noted of the others
		}
		delete(fl.base, answer.Key(q.ID))
		delete(fl.base, answer.Key(q.ID+"_other"))
		rows := v.Facts.Answers.Rows(q.Group)
		if fl.row != "" && q.Group == fl.step.Group() {
			rows = []string{fl.row}
		}
		for _, row := range rows {
			delete(fl.base, answer.RowKey(q.Group, row, q.ID))
			delete(fl.base, answer.RowKey(q.Group, row, q.ID+"_other"))
		}
	}
	fl.ask = func(set answer.Set) []pathway.Asked {
		f := v.Facts
		f.Answers, f.Row = set, fl.row
		return v.Pathway.Ask(fl.step, f)
	}
	if v.Pathway.AttendedIn(id) != nil {
		if fl.also, err = d.alsoAsked(r, a, fl); err != nil {
			return nil, err
		}
	}
	return fl, nil
}

// ref names the step, and the row it is about, as casework does.
func (fl *filling) ref() string {
	if fl.state.Row != "" {
		return fl.step.ID + "/" + fl.state.Row
	}
	return fl.step.ID
}

// action is where the form of the step is sent, and with "/save" where what is
// being typed is kept.
func (fl *filling) action(end string) string {
	href := "/records/" + fl.v.Record.ID + "/steps/" + fl.step.ID + end
	if fl.state.Row != "" {
		href += "?row=" + fl.state.Row
	}
	return href
}

// over is the record with some answers written over it.
func (fl *filling) over(changes answer.Set) answer.Set {
	out := fl.base.Clone()
	out.Apply(changes)
	return out
}

// fill answers what the program knows of the one who fills in the form and
// nobody has typed yet.
func (fl *filling) fill(a *room.Asker, answers answer.Set) {
	known := map[string]string{
		"worker.name": a.Worker.Name, "worker.email": a.Worker.Email, "worker.phone": a.Worker.Phone, "worker.job": a.Worker.JobTitle,
		"place.authority": fl.v.Record.Authority,
	}
	for i := range fl.step.Ask {
		q := &fl.step.Ask[i]
		k := answer.Key(q.ID)
		if text := known[q.Fill]; text != "" && q.Group == "" && answers[k].Empty() {
			answers[k] = answer.Text(text)
		}
	}
}

func (d *door) step(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	fl, err := d.filling(r, a)
	if err != nil {
		return err
	}
	based, typed := fl.v.Record.Revision, answer.Set{}
	if fl.state.Open && len(fl.step.Ask) > 0 {
		dr, err := d.Desk.StepDraft(r.Context(), a.By, fl.v.Record.ID, fl.ref())
		if err != nil {
			return err
		}
		if typed = dr.Answers; len(typed) > 0 {
			based = dr.Based
		}
	}
	fl.fill(a, typed)
	return d.drawStep(w, r, a, fl, based, typed, false, http.StatusOK, nil)
}

func (d *door) drawStep(w http.ResponseWriter, r *http.Request, a *room.Asker, fl *filling, based int, typed answer.Set, more bool, status int, errs fault.Fields) error {
	v, p := fl.v, fl.v.Pathway
	view := stepPageView{
		Frame: d.frame(r, v, "-"), Heading: fl.step.Label + ": " + v.Record.Reference, ID: v.Record.ID,
		Action: fl.action(""), Based: based, Once: room.Once(r), Qualified: fl.step.Qualified, Clause: d.Clause(r, fl.step.Clause),
		Letters: len(fl.step.Documents) > 0, More: more, Button: fl.step.Label,
	}
	view.SaveTo = fl.action("/save")
	if fl.step.Body != "" {
		view.Body = prose.Words(fl.step.Body)
	}
	if view.Letters {
		view.Button = "Go on: see each letter"
	}
	if !fl.state.Open {
		view.Refused = fl.state.Refused
		view.Look = len(fl.step.Marks) > 0
		return drawRecord(d, stepPage, w, r, a, v, status, view.Heading, view, nil)
	}
	o, err := d.formOptions(r, a, fl)
	if err != nil {
		return err
	}
	have := fl.over(typed)
	errs = byName(v, have, errs)
	reveal, asked := form.Reveals(p, have, fl.ask)
	o.Reveal = reveal
	f := v.Facts
	f.Answers = have
	for i := 0; i < len(asked); {
		j := i + 1
		for j < len(asked) && asked[j].Row == asked[i].Row {
			j++
		}
		s := sectionView{Body: form.Fields(p, asked[i:j], have, errs, o)}
		if asked[i].Row != "" {
			group, _, _ := asked[i].Key.Split()
			s.Title = p.RowName(f, group, asked[i].Row)
			s.Hint = p.RowHint(f, group, asked[i].Row)
			if m := p.AttendedIn(fl.step.ID); m != nil && group == m.Invited {
				s.Hint = attendeeHint(v, m, asked[i].Row, d.names(v), calendar.DateOf(web.Now(r)))
			}
		}
		view.Sections = append(view.Sections, s)
		i = j
	}
	view.Sections = append(view.Sections, d.alsoSections(r, fl.also, typed, errs)...)
	view.WorkedOut, view.Forms = workedOut(p, f), formNotes(fl)
	if m := p.AttendedIn(fl.step.ID); m != nil {
		view.Attend, view.Quorum, view.Button = true, quorumOf(p, m, f), "Everyone is noted"
		if view.Quorum != nil {
			view.WorkedOut = nil // it says the same
		}
	}
	view.Beside = d.beside(v, a)
	if a.May(d.House, "people") {
		if n, _ := v.Facts.Count("contacts_12m"); n > 1 {
			view.Contacts = plural(int(n), "contact", "contacts") + " in the last 12 months"
		}
	}
	view.Multipart = slices.ContainsFunc(fl.step.Ask, func(q pathway.Question) bool { return q.Type == "files" })
	view.Teams = d.teamsAsked(fl)
	return drawRecord(d, stepPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

// byName says in each fault whose answer it is by their name: two children told
// apart by a number are soon mixed up.
func byName(v *casework.View, have answer.Set, errs fault.Fields) fault.Fields {
	f := v.Facts
	f.Answers = have
	out := slices.Clone(errs)
	for i, e := range out {
		group, row, _ := answer.Key(e.Key).Split()
		g, ok := v.Pathway.Group(group)
		if !ok || row == "" {
			continue
		}
		if text, is := strings.CutSuffix(e.Text, " for "+g.Item+" "+itoa(slices.Index(have.Rows(group), row)+1)); is {
			out[i].Text = text + " for " + v.Pathway.RowName(f, group, row)
		}
	}
	return out
}

// beside are the pages to read while a step's form is filled in: each agency's
// own answer among them.
func (d *door) beside(v *casework.View, a *room.Asker) []parts.Link {
	base := "/records/" + v.Record.ID
	out := []parts.Link{{Text: "What was sent", Href: base}}
	if a.May(d.House, "people") {
		out = append(out, parts.Link{Text: "What is already known", Href: base + "/known"})
	}
	for _, s := range v.Started {
		if p := d.pathwayOf(s.Record); s.May && p != nil && p.IsCheck {
			team, _ := d.Desk.Place.Register.Team(s.Record.Team)
			out = append(out, parts.Link{Text: teamName(team, s.Title) + ": " + s.State.Label, Href: "/records/" + s.Record.ID})
		}
	}
	return out
}

// formOptions are the workers, teams and records that a step may choose from.
func (d *door) formOptions(r *http.Request, a *room.Asker, fl *filling) (form.Options, error) {
	o := form.Options{Files: fl.v.Files}
	asks := func(kind string) bool {
		return slices.ContainsFunc(fl.step.Ask, func(q pathway.Question) bool { return q.Type == kind })
	}
	if asks("worker") {
		staff, err := d.around(r.Context(), fl.v.Record.Authority, web.Now(r))
		if err != nil {
			return o, err
		}
		o.Workers = workerOptions(staff, "Choose a worker")
	}
	if asks("team") {
		for _, t := range d.Desk.Place.Register.Teams {
			o.Teams = append(o.Teams, parts.Option{Value: t.ID, Text: t.Name})
		}
	}
	if asks("record") {
		found, err := d.Desk.Board(r.Context(), a.By, store.BoardQuery{Sort: store.SortUpdated, Desc: true, OpenOnly: true, Limit: 200})
		if err != nil {
			return o, err
		}
		for _, row := range found.Rows {
			if row.Record.ID == fl.v.Record.ID {
				continue
			}
			title := ""
			if p := d.pathwayOf(row.Record); p != nil {
				title = p.Title
			}
			o.Records = append(o.Records, parts.Option{Value: row.Record.ID, Text: join(", ", row.Record.Reference, row.Names, title)})
		}
	}
	return o, nil
}

// teamsAsked shows which team each choice goes to, where a step starts one
// record for each choice.
func (d *door) teamsAsked(fl *filling) *parts.Table {
	for i := range fl.step.Starts {
		st := &fl.step.Starts[i]
		role, ok := strings.CutPrefix(st.Team, "each/")
		q, isQuestion := fl.v.Pathway.Question(st.Each)
		if !ok || !isQuestion {
			continue
		}
		t := &parts.Table{Caption: "Where each request goes", CaptionSize: "s", Head: []parts.Cell{{Text: q.Heading()}, {Text: "Team"}}, RowHeaders: true, Stack: true}
		for _, c := range fl.v.Pathway.CodesOf(q) {
			team := "No team is set up here. Ask your administrator to add one."
			if list := d.Desk.Place.Register.TeamsFor(c.Code, role, fl.v.Record.Authority); len(list) > 0 {
				team = list[0].Name
			}
			t.Rows = append(t.Rows, []parts.Cell{{Text: c.Label}, {Text: team}})
		}
		return t
	}
	return nil
}

// saveStep keeps what is being typed in a step's form.
func (d *door) saveStep(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	fl, err := d.filling(r, a)
	if err != nil {
		return err
	}
	return d.KeepTyped(w, r, a, fl.v.Record.ID, fl.ref(), func(kept answer.Set) answer.Set {
		out := form.ReadPart(fl.v.Pathway, r.PostForm, fl.over(kept), fl.ask)
		for _, o := range fl.also {
			out.Apply(form.ReadPart(o.v.Pathway, r.PostForm, o.over(kept), o.ask))
		}
		return out
	})
}

// takeStep reads the form, shows what is wrong or the letters it would send,
// and takes the step.
func (d *door) takeStep(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	fl, err := d.filling(r, a)
	if err != nil {
		return err
	}
	based, resolved := revisions(r)
	changes := form.Read(fl.v.Pathway, r.PostForm, fl.base, fl.ask)
	var errs fault.Fields
	if err := d.addStepFiles(r, a, fl, changes, &errs); err != nil {
		return err
	}
	unchosen := keep(r, fl.v.Facts.Answers, changes)
	own, with := changes.Clone(), fl.readAlso(r)
	for _, theirs := range with {
		changes.Apply(theirs)
	}
	if len(unchosen) == 0 && resolved > 0 {
		based = resolved
	}
	if len(fl.step.Ask) > 0 && fl.state.Open {
		// What was typed is kept whatever happens next.
		dr, err := d.Desk.StepDraft(r.Context(), a.By, fl.v.Record.ID, fl.ref())
		if err != nil {
			return err
		}
		if _, err := d.Desk.SaveDraft(r.Context(), a.By, dr.ID, changes, ""); err != nil {
			return err
		}
	}
	have := fl.over(changes)
	asked := fl.ask(have)
	for _, o := range fl.also {
		asked = append(asked, o.ask(o.over(changes))...)
	}
	if do := r.PostForm.Get("do"); do == "upload" || do == "keep" || r.PostForm.Has("remove-file") {
		return d.drawStep(w, r, a, fl, based, changes, false, http.StatusOK, errs)
	}
	// What an answer brought is asked below, and nobody has left it out yet.
	var unseen []string
	for _, x := range asked {
		if !slices.Contains(r.PostForm[form.MarkName], string(x.Key)) {
			unseen = append(unseen, string(x.Key))
		}
	}
	more := len(unseen) > 0
	wrong := append(fl.v.Pathway.Check(fl.ask(have), have, web.Now(r)), fl.wrongAlso(r, changes)...)
	errs = append(errs, slices.DeleteFunc(wrong, func(e fault.Field) bool { return slices.Contains(unseen, e.Key) })...)
	if len(errs) > 0 || more {
		return d.drawStep(w, r, a, fl, based, changes, more, http.StatusUnprocessableEntity, errs)
	}
	if len(fl.step.Documents) > 0 {
		previews, err := d.Desk.PreviewStep(r.Context(), a.By, fl.v.Record.ID, fl.ref(), changes)
		if err != nil {
			return d.refusedStep(w, r, a, fl, based, changes, unchosen, err)
		}
		second, err := d.second(r, a, fl, previews)
		if err != nil {
			return err
		}
		// Letters that still wait for a second person do not go, whatever was pressed.
		if len(previews) > 0 && (r.PostForm.Get("confirmed") != "yes" || second != nil && second.By == "") {
			return d.drawPreview(w, r, a, fl, based, previews, second)
		}
	}
	if _, err := d.Desk.TakeStepWith(r.Context(), a.By, fl.v.Record.ID, fl.ref(), based, own, with); err != nil {
		return d.refusedStep(w, r, a, fl, based, changes, unchosen, err)
	}
	return room.See(w, r, d.after(r, a, fl.v.Record)+"?done=step")
}

// after is where to go once a step was taken: the record, or the board when the
// step took it out of the worker's hands.
func (d *door) after(r *http.Request, a *room.Asker, rec record.Record) string {
	if _, err := d.Desk.Lookup(r.Context(), a.By, rec.Reference); err != nil {
		return "/board"
	}
	return "/records/" + rec.ID
}

// revisions are the revision a form began from, and the one its writer saw when
// they chose between two answers.
func revisions(r *http.Request) (based, resolved int) {
	based, _ = strconv.Atoi(r.PostForm.Get("based"))
	resolved, _ = strconv.Atoi(r.PostForm.Get("resolved"))
	return based, resolved
}

// refusedStep shows why a step was not taken.
func (d *door) refusedStep(w http.ResponseWriter, r *http.Request, a *room.Asker, fl *filling, based int, changes answer.Set, unchosen []string, err error) error {
	var clash *casework.Conflict
	if errors.As(err, &clash) {
		return d.drawConflict(w, r, a, fl.v, fl.step.Label, based, clash, unchosen)
	}
	var errs fault.Fields
	if !asFields(err, &errs) {
		if fault.KindOf(err) != fault.Invalid || len(fl.step.Ask) == 0 {
			return err
		}
		errs.Add("", "%s", fault.SafeText(err))
	}
	return d.drawStep(w, r, a, fl, based, changes, false, http.StatusUnprocessableEntity, errs)
}

// addStepFiles keeps the files that came with a step's form on the record and
// puts them into its answers.
func (d *door) addStepFiles(r *http.Request, a *room.Asker, fl *filling, changes answer.Set, errs *fault.Fields) error {
	for k := range changes {
		_, _, id := k.Split()
		q, ok := fl.v.Pathway.Question(id)
		if !ok || q.Type != "files" {
			continue
		}
		name := form.UploadName(k)
		var found fault.Fields
		added, err := d.keepFiles(r, a, fl.v.Record.ID, name, q.Guarded, &found)
		if err != nil {
			return err
		}
		list := slices.Clone(changes[k].List)
		for _, f := range added {
			if !slices.Contains(list, f.ID) {
				list = append(list, f.ID)
			}
			if !slices.ContainsFunc(fl.v.Files, func(h record.File) bool { return h.ID == f.ID }) {
				fl.v.Files = append(fl.v.Files, f)
			}
		}
		changes[k] = answer.Answer{List: list, NotKnown: changes[k].NotKnown}
		for _, x := range found {
			errs.Add(string(k), "%s", x.Text)
		}
	}
	return nil
}

// carried are the values of a form that go along unseen to its next page.
func carried(r *http.Request, except ...string) []parts.Hidden {
	var names []string
	for name := range r.PostForm {
		if !slices.Contains(except, name) && !strings.HasPrefix(name, "keep-") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var out []parts.Hidden
	for _, name := range names {
		for _, value := range r.PostForm[name] {
			out = append(out, parts.Hidden{Name: name, Value: value})
		}
	}
	return out
}
