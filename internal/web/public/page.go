package public

import (
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/record"
	"frontdoor/internal/signin"
	"frontdoor/internal/upload"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type pageView struct {
	Action, Save, From string
	Caption, Heading   string // Heading is empty where the one question's label is the heading
	Body               template.HTML
	Fields             parts.Body
	Files              bool // the form carries files
	Once               string
	Status             parts.SaveStatus
	Public             bool
	Clause             *parts.Clause // what the manual says of this page
}

var questionPage = web.Page[pageView]("public/page", files, "templates/page.html")

type stopView struct{ Card parts.InterruptionCard }

var stopPage = web.Page[stopView]("public/stop", files, "templates/stop.html")

// page shows one page of a form, or one of the places beside its pages.
func (p *pub) page(w http.ResponseWriter, r *http.Request) error {
	wr, err := p.draft(r)
	if fault.KindOf(err) == fault.NotFound && signin.WorkerToken(r) == "" {
		return p.sentAlready(w, r, err)
	}
	if err != nil {
		return p.signIn(w, r, err)
	}
	page, row := r.PathValue("page"), r.PathValue("row")
	switch page {
	case atCheck:
		return p.check(w, r, wr, nil)
	case atCode:
		return p.code(w, r, wr)
	case atArea:
		return p.area(w, r, wr, nil)
	case atDrop:
		return p.dropAsk(w, r, wr)
	}
	shown, ok := wr.p.Page(wr.f, page, row)
	if !ok {
		return room.See(w, r, wr.after(page, row))
	}
	if r.URL.Query().Has("stop") && shown.Stopped {
		return p.stop(w, r, wr, shown)
	}
	return p.showPage(w, r, wr, shown, nil, r.URL.Query().Get("from"))
}

func (p *pub) showPage(w http.ResponseWriter, r *http.Request, wr *writing, shown pathway.Shown, errs fault.Fields, from string) error {
	have, err := p.Desk.DraftFiles(r.Context(), wr.by, wr.d.ID)
	if err != nil {
		return err
	}
	reveal, asked := form.Reveals(wr.p, wr.d.Answers, wr.ask(shown.Page.ID, shown.Row))
	heads := form.Heads(shown.Page.Title, shown.Page.Body, asked)
	v := pageView{
		Action: wr.href(shown.Page.ID, shown.Row), From: from, Caption: shown.Page.Section, Heading: shown.Page.Title, Body: prose.Words(shown.Page.Body),
		Save:   wr.base() + "/" + atSave + "?" + url.Values{"page": {shown.Page.ID}, "row": {shown.Row}}.Encode(),
		Fields: form.Fields(wr.p, asked, wr.d.Answers, errs, form.Options{Title: shown.Page.Title, Heading: heads, Reveal: reveal, Files: have}),
		Once:   room.Once(r),
		Status: parts.SaveStatus{Text: "Saved as you type."}, Public: wr.public(), Clause: p.Clause(r, shown.Page.Clause),
	}
	if heads {
		v.Heading = ""
	}
	if shown.Row != "" {
		v.Caption += ": " + wr.p.RowName(wr.f, shown.Page.Repeat, shown.Row)
	}
	for _, a := range shown.Questions {
		v.Files = v.Files || a.Question.Type == "files"
	}
	// The tab and the browser's history show only the section to someone who
	// looks over a shoulder.
	title := shown.Page.Title
	if wr.public() && shown.Page.Section != "" {
		title = shown.Page.Section
	}
	c := p.chrome(r, wr.asker, title)
	c.Errors = errs
	wr.back(&c, from, wr.before(shown.Page.ID, shown.Row))
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return questionPage.Render(w, r, status, c, v)
}

// stop interrupts: something must be done before the form.
func (p *pub) stop(w http.ResponseWriter, r *http.Request, wr *writing, shown pathway.Shown) error {
	title, rest, _ := strings.Cut(strings.TrimSpace(shown.Page.StopText), "\n")
	if !strings.HasPrefix(title, "#") {
		title, rest = "Stop", shown.Page.StopText
	}
	c := p.chrome(r, wr.asker, "Stop")
	c.BackHref = wr.href(shown.Page.ID, shown.Row)
	return stopPage.Render(w, r, http.StatusOK, c, stopView{Card: parts.InterruptionCard{
		Title: strings.TrimLeft(title, "# "), Body: parts.Body{parts.HTML(prose.Words(rest))},
		Actions: []parts.Button{{Text: "Go back to the question", Href: c.BackHref, Variant: "inverse"}},
		Links:   []parts.Link{{Text: "Who else to call", Href: "/contact"}},
	}})
}

// pageDo takes what was typed on a page: it is kept whatever is wrong with it.
func (p *pub) pageDo(w http.ResponseWriter, r *http.Request) error {
	wr, err := p.draft(r)
	if fault.KindOf(err) == fault.NotFound && r.PathValue("page") == atSend {
		return p.sentAlready(w, r, err)
	}
	if err != nil {
		r.Body = http.MaxBytesReader(w, r.Body, 2<<20)
		if parseErr := web.ReadForm(r); parseErr != nil {
			return parseErr
		}
		return p.signIn(w, r, err)
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	page, row := r.PathValue("page"), r.PathValue("row")
	switch page {
	case atSave:
		return p.save(w, r, wr)
	case atSend:
		return p.send(w, r, wr)
	case atArea:
		return p.areaDo(w, r, wr)
	case atDrop:
		return p.drop(w, r, wr)
	}
	if _, ok := wr.p.Page(wr.f, page, row); !ok {
		return room.See(w, r, wr.after(page, row))
	}
	ask := wr.ask(page, row)
	changes := form.Read(wr.p, r.PostForm, wr.d.Answers, ask)
	have, err := p.Desk.DraftFiles(r.Context(), wr.by, wr.d.ID)
	if err != nil {
		return err
	}
	add := func(by casework.By, name string, content []byte, guarded bool) (record.File, error) {
		return p.Desk.AddFile(r.Context(), by, wr.d.ID, "", name, content, guarded)
	}
	errs := takeFiles(r, wr.by, ask(wr.d.Answers), wr.d.Answers, have, changes, add)
	remove := r.PostForm.Get("remove-file")
	if remove != "" {
		if err := p.Desk.RemoveDraftFile(r.Context(), wr.by, wr.d.ID, remove); err != nil {
			return err
		}
		for k, v := range changes {
			v.List = slices.DeleteFunc(slices.Clone(v.List), func(id string) bool { return id == remove })
			if len(v.List) != len(changes[k].List) {
				changes[k] = v
			}
		}
	}
	open := p.settle(wr, page, changes)
	place := page
	if row != "" {
		place += "/" + row
	}
	if wr.d, err = p.Desk.SaveDraft(r.Context(), wr.by, wr.d.ID, changes, place); err != nil {
		return err
	}
	wr.f = p.Desk.DraftFacts(wr.by, wr.d)
	from := r.PostForm.Get("from")
	shown, ok := wr.p.Page(wr.f, page, row)
	switch do := r.PostForm.Get("do"); {
	case do == "later":
		return room.See(w, r, wr.base()+"/"+atCode+"?saved")
	case !ok:
		return room.See(w, r, wr.after(page, row))
	case len(errs) > 0:
		return p.showPage(w, r, wr, shown, errs, from)
	case do == "upload" || remove != "":
		return room.See(w, r, wr.href(page, row)+fromQuery(from))
	}
	var fresh []string
	for _, a := range shown.Questions {
		if !slices.Contains(r.PostForm[form.MarkName], string(a.Key)) {
			fresh = append(fresh, string(a.Key))
		}
	}
	for _, x := range wr.p.Check(shown.Questions, wr.d.Answers, web.Now(r)) {
		// What the form had not asked yet is asked first and judged after.
		if !slices.Contains(fresh, x.Key) {
			errs = append(errs, x)
		}
	}
	switch {
	case len(errs) > 0:
		return p.showPage(w, r, wr, shown, errs, from)
	case len(fresh) > 0:
		return room.See(w, r, wr.href(page, row)+fromQuery(from)+"#"+fresh[0])
	case shown.Stopped:
		return room.See(w, r, wr.href(page, row)+"?stop")
	case open:
		return room.See(w, r, wr.base()+"/"+atArea)
	case from == atCheck:
		return room.See(w, r, wr.base()+"/"+atCheck)
	}
	return room.See(w, r, wr.after(page, row))
}

// sentAlready answers a second press of the button that sends, and a step back
// from there: it was sent.
func (p *pub) sentAlready(w http.ResponseWriter, r *http.Request, cause error) error {
	a, err := p.who(r)
	if err != nil {
		return err
	}
	if a != nil {
		return room.See(w, r, "/sent")
	}
	rec, err := p.Gate.Receipt(r.Context(), signin.VisitorToken(r), web.Now(r))
	if err != nil && fault.KindOf(err) != fault.SignIn {
		return err
	}
	if rec == "" {
		return cause
	}
	return room.See(w, r, "/refer/sent/"+rec)
}

func fromQuery(from string) string {
	if from != atCheck {
		return ""
	}
	return "?from=" + atCheck
}

// takeFiles adds the files a form carries to the answers they belong to, each once
// however often the form is sent. Ids come from what was added before and never
// from the form.
func takeFiles(r *http.Request, by casework.By, asked []pathway.Asked, answers answer.Set, have []record.File, changes answer.Set, add func(by casework.By, name string, content []byte, guarded bool) (record.File, error)) fault.Fields {
	var errs fault.Fields
	for _, a := range asked {
		if a.Question.Type != "files" {
			continue
		}
		ids := kept(have, answers[a.Key].List)
		by.Once = room.OnceFor(r, string(a.Key))
		if r.MultipartForm != nil {
			for _, h := range r.MultipartForm.File[form.UploadName(a.Key)] {
				if h.Filename == "" && h.Size == 0 {
					continue
				}
				content, err := content(h.Open())
				if err == nil {
					var f record.File
					if f, err = add(by, h.Filename, content, a.Question.Guarded); err == nil {
						if !slices.Contains(ids, f.ID) {
							ids = append(ids, f.ID)
						}
						continue
					}
				}
				text := fault.SafeText(err)
				errs.Add(string(a.Key), "%s", text)
			}
		}
		changes[a.Key] = answer.Answer{List: ids, NotKnown: changes[a.Key].NotKnown}
	}
	return errs
}

func content(f io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, upload.MaxFile+1))
}

// save keeps what is typed, as it is typed: any of the controls of one page.
func (p *pub) save(w http.ResponseWriter, r *http.Request, wr *writing) error {
	page, row := r.URL.Query().Get("page"), r.URL.Query().Get("row")
	if _, ok := wr.p.Page(wr.f, page, row); !ok {
		return fault.New(fault.Invalid, "This page is not asked any more. Reload it.")
	}
	changes := form.ReadPart(wr.p, r.PostForm, wr.d.Answers, wr.ask(page, row))
	for k := range changes {
		if _, _, id := k.Split(); isFiles(wr.p, id) {
			delete(changes, k)
		}
	}
	p.settle(wr, page, changes)
	place := page
	if row != "" {
		place += "/" + row
	}
	if _, err := p.Desk.SaveDraft(r.Context(), wr.by, wr.d.ID, changes, place); err != nil {
		return err
	}
	return room.Saved(w, r)
}

func isFiles(p *pathway.Pathway, question string) bool {
	q, ok := p.Question(question)
	return ok && q.Type == "files"
}

type listView struct {
	Action, From  string
	Title, Item   string
	Rows          []listRow
	Add, Continue bool
	AddText       string
	Removing      *listRow
}

type listRow struct {
	ID, Name, Change, Remove string
	Gaps                     bool // something about them is still to answer
}

var listPage = web.Page[listView]("public/list", files, "templates/list.html")

// list shows the rows of a group: each child, each adult.
func (p *pub) list(w http.ResponseWriter, r *http.Request) error {
	wr, err := p.draft(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	return p.showList(w, r, wr, nil)
}

func (p *pub) showList(w http.ResponseWriter, r *http.Request, wr *writing, errs fault.Fields) error {
	g, ok := wr.p.Group(r.PathValue("group"))
	b, at := wr.groupBlock(r.PathValue("group"))
	if !ok || !at {
		return fault.New(fault.NotFound, "There is no such page in this form.")
	}
	from := r.FormValue("from")
	rows := wr.d.Answers.Rows(g.ID)
	v := listView{Action: wr.listHref(g.ID), From: from, Title: g.Title, Item: g.Item, Add: g.Max == 0 || len(rows) < g.Max, AddText: "Add another " + g.Item}
	if len(rows) == 0 {
		v.AddText = "Add " + article(g.Item) + " " + g.Item
	}
	gaps := map[string]bool{}
	for _, gap := range wr.p.Missing(wr.f) {
		gaps[gap.Row] = true
	}
	for _, row := range rows {
		x := listRow{Gaps: gaps[row], ID: row, Name: wr.p.RowName(wr.f, g.ID, row), Change: wr.href(wr.p.Pages[b.first].ID, row) + fromQuery(from), Remove: wr.listHref(g.ID) + "?remove=" + url.QueryEscape(row)}
		if len(rows) <= g.Min {
			x.Remove = ""
		}
		v.Rows = append(v.Rows, x)
		if r.URL.Query().Get("remove") == row && x.Remove != "" {
			v.Removing = &x
		}
	}
	c := p.chrome(r, wr.asker, g.Title)
	c.Errors = errs
	wr.back(&c, from, wr.beforeList(g.ID))
	if v.Removing != nil {
		c.BackHref = v.Action
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return listPage.Render(w, r, status, c, v)
}

func article(item string) string {
	if item != "" && strings.ContainsRune("aeiou", rune(item[0])) {
		return "an"
	}
	return "a"
}

func (p *pub) listDo(w http.ResponseWriter, r *http.Request) error {
	wr, err := p.draft(r)
	if err != nil {
		if parseErr := web.ReadForm(r); parseErr != nil {
			return parseErr
		}
		return p.signIn(w, r, err)
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	g, ok := wr.p.Group(r.PathValue("group"))
	b, at := wr.groupBlock(r.PathValue("group"))
	if !ok || !at {
		return fault.New(fault.NotFound, "There is no such page in this form.")
	}
	rows := slices.Clone(wr.d.Answers.Rows(g.ID))
	from := r.PostForm.Get("from")
	if row := r.PostForm.Get("remove"); row != "" {
		if i := slices.Index(rows, row); i >= 0 && len(rows) > g.Min {
			changes := answer.Set{answer.Key(g.ID): {List: slices.Delete(rows, i, i+1)}}
			for q := range wr.d.Answers.Row(g.ID, row) {
				changes[answer.RowKey(g.ID, row, string(q))] = answer.Answer{}
			}
			if _, err := p.Desk.SaveDraft(r.Context(), wr.by, wr.d.ID, changes, ""); err != nil {
				return err
			}
		}
		return room.See(w, r, wr.listHref(g.ID)+fromQuery(from))
	}
	if r.PostForm.Get("do") == "add" {
		if g.Max > 0 && len(rows) >= g.Max {
			return p.showList(w, r, wr, fault.Fields{{Text: "You cannot add more here. Write the others in your own words where you say what has happened."}})
		}
		row := freshRow(rows)
		changes := answer.Set{answer.Key(g.ID): {List: append(rows, row)}}
		if _, err := p.Desk.SaveDraft(r.Context(), wr.by, wr.d.ID, changes, ""); err != nil {
			return err
		}
		return room.See(w, r, wr.href(wr.p.Pages[b.first].ID, row))
	}
	if len(rows) < g.Min {
		return p.showList(w, r, wr, fault.Fields{{Key: "add", Text: "Add at least one " + g.Item}})
	}
	if from == atCheck {
		return room.See(w, r, wr.base()+"/"+atCheck)
	}
	return room.See(w, r, wr.afterList(g.ID))
}

// freshRow is an id no row has.
func freshRow(rows []string) string {
	for n := len(rows) + 1; ; n++ {
		if id := "r" + strconv.Itoa(n); !slices.Contains(rows, id) {
			return id
		}
	}
}
