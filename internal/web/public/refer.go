package public

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type startView struct {
	Worker bool
	Other  bool // there is something else to begin
	// Carry is what was begun in this browser, or by this worker, and not sent.
	Carry   []draftLine
	Kinds   []parts.Choice // when there is more than one thing to begin
	Pathway string
	Which   parts.Radios
}

type draftLine struct{ Href, Title, Names, Changed, Drop string }

var startPage = web.Page[startView]("public/start", files, "templates/start.html", "templates/danger.html")

// start explains what there is to do before anything is typed.
func (p *pub) start(w http.ResponseWriter, r *http.Request) error { return p.startWith(w, r, nil) }

func (p *pub) startWith(w http.ResponseWriter, r *http.Request, errs fault.Fields) error {
	a := p.asker(r)
	c := p.chrome(r, a, "Before you start")
	c.Errors = errs
	v := startView{Worker: a != nil}
	kinds := p.told()
	v.Other = len(p.others(a)) > 0
	if len(kinds) == 0 {
		return fault.New(fault.Unavailable, "There is no form to fill in just now. Ring the front door: see “Who to call”.")
	}
	v.Pathway = kinds[0].Name
	if len(kinds) > 1 {
		v.Pathway = ""
		v.Which = parts.Radios{Field: parts.Field{Name: "pathway", Label: "What do you want to tell us?", LabelSize: "m", Error: errs.For("pathway")}}
		for _, k := range kinds {
			v.Which.Items = append(v.Which.Items, parts.Choice{Value: k.Name, Label: k.Title, Hint: k.Summary})
		}
	}
	by := casework.By{}
	if a != nil {
		by = a.By
	} else if id, err := p.Gate.Visitor(r.Context(), signin.VisitorToken(r), web.Now(r)); err == nil {
		by = casework.ByVisitor(id, web.Now(r))
	}
	if by.Principal != "" {
		var err error
		if v.Carry, err = p.drafts(r, by, a != nil); err != nil {
			return err
		}
	}
	if r.URL.Query().Has("saved") {
		c.Notice, c.NoticeDone = "What you wrote is saved.", true
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return startPage.Render(w, r, status, c, v)
}

func (p *pub) drafts(r *http.Request, by casework.By, names bool) ([]draftLine, error) {
	list, err := p.Desk.Drafts(r.Context(), by)
	if err != nil {
		return nil, err
	}
	var out []draftLine
	for _, d := range list {
		k, ok := p.Desk.Pathways.Get(d.Pathway)
		if !ok || d.Step != "" {
			continue
		}
		line := draftLine{Href: "/refer/" + d.ID, Title: k.Title, Changed: calendar.Show(d.UpdatedAt), Drop: "/refer/" + d.ID + "/" + atDrop}
		if names && len(out) < 20 {
			if full, err := p.Desk.Draft(r.Context(), by, d.ID); err == nil {
				f := p.Desk.DraftFacts(by, full)
				var who []string
				for _, row := range full.Answers.Rows(k.Roles.Children) {
					who = append(who, k.RowName(f, k.Roles.Children, row))
				}
				line.Names = strings.Join(who, ", ")
			}
		}
		out = append(out, line)
	}
	return out, nil
}

// begin starts a draft. Someone without an account gets their code first.
func (p *pub) begin(w http.ResponseWriter, r *http.Request) error {
	a, err := p.who(r)
	if err != nil {
		return err
	}
	kinds, name := append(p.told(), p.others(a)...), r.PostFormValue("pathway")
	i := slices.IndexFunc(kinds, func(k *pathway.Pathway) bool { return k.Name == name })
	if i < 0 {
		return p.startWith(w, r, fault.Fields{{Key: "pathway", Text: "Choose what you want to tell us"}})
	}
	known := answer.Set{}
	for _, g := range kinds[i].Groups {
		if g.Min > 0 {
			known[answer.Key(g.ID)] = answer.List("r1")
		}
	}
	known.Apply(signs(kinds[i], r.PostFormValue(sawName)))
	if a != nil {
		d, err := p.Desk.StartDraft(r.Context(), a.By, name, known)
		if err != nil {
			return err
		}
		return room.See(w, r, "/refer/"+d.ID)
	}
	now := web.Now(r)
	_, id, token, err := p.Gate.NewVisitor(r.Context(), room.Source(r), now)
	if err != nil {
		return err
	}
	by := casework.ByVisitor(id, now)
	by.Route = r.Pattern
	d, err := p.Desk.StartDraft(r.Context(), by, name, known)
	if err != nil {
		return err
	}
	http.SetCookie(w, signin.VisitorCookie(token, p.Front.TLS))
	return room.See(w, r, "/refer/"+d.ID+"/"+atCode)
}

// sawName is the control that carries, in words, what was chosen from the list of
// signs before the form was begun.
const sawName = "saw"

// signs are the answers that a form begins with when signs were chosen before it:
// the words stand where the pathway says, as its writer's own, to be changed.
func signs(k *pathway.Pathway, saw string) answer.Set {
	out := answer.Set{}
	for _, id := range k.Roles.Indicators {
		if q, ok := k.Question(id); ok && saw != "" {
			out.Apply(k.Read([]pathway.Asked{{Question: q, Key: answer.Key(id)}}, url.Values{id: {saw}}))
		}
	}
	return out
}

// resume goes to where the writer last was.
func (p *pub) resume(w http.ResponseWriter, r *http.Request) error {
	wr, err := p.draft(r)
	if fault.KindOf(err) == fault.NotFound && signin.WorkerToken(r) == "" {
		return p.sentAlready(w, r, err)
	}
	if err != nil {
		return p.signIn(w, r, err)
	}
	page, row, _ := strings.Cut(wr.d.Place, "/")
	if _, ok := wr.p.Page(wr.f, page, row); ok {
		return room.See(w, r, wr.href(page, row))
	}
	return room.See(w, r, wr.after("", ""))
}

type codeView struct {
	Code string
	On   string
	// Receipt says that the code is the one of a record already sent.
	Receipt bool
}

var codePage = web.Page[codeView]("public/code", files, "templates/code.html")

// code shows the code to come back with.
func (p *pub) code(w http.ResponseWriter, r *http.Request, wr *writing) error {
	if !wr.public() {
		return room.See(w, r, "/refer?saved")
	}
	c := p.chrome(r, nil, "Your code")
	v := codeView{On: wr.base()}
	if r.URL.Query().Has("saved") {
		c.Notice, c.NoticeDone = "What you wrote is saved.", true
	}
	if _, ok := wr.visitor(); !ok {
		v.Receipt = true
		return codePage.Render(w, r, http.StatusOK, c, v)
	}
	var err error
	if v.Code, err = p.Gate.VisitorCode(r.Context(), signin.VisitorToken(r), web.Now(r)); err != nil {
		return p.signIn(w, r, err)
	}
	return codePage.Render(w, r, http.StatusOK, c, v)
}

type returnView struct {
	Code parts.Input
	Next string
}

var returnPage = web.Page[returnView]("public/return", files, "templates/return.html")

func (p *pub) returnPage(w http.ResponseWriter, r *http.Request) error {
	return p.returnWith(w, r, nil)
}

func (p *pub) returnWith(w http.ResponseWriter, r *http.Request, errs fault.Fields) error {
	c := p.chrome(r, nil, "Carry on")
	c.Errors, c.BackHref = errs, "/refer"
	v := returnView{Code: codeInput(errs), Next: draftPath(r)}
	if v.Next != "" && len(errs) == 0 {
		c.Notice = "It was quiet for a long time, so we signed you out. What you typed is kept."
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return returnPage.Render(w, r, status, c, v)
}

func codeInput(errs fault.Fields) parts.Input {
	return parts.Input{
		Field:     parts.Field{Name: "code", Label: "Your code", LabelSize: "m", Hint: "It has 16 figures, like 1234 5678 9012 3456.", Error: errs.For("code")},
		InputMode: "numeric", Width: 20, Spellcheck: "false", Autocomplete: "off",
	}
}

// draftPath is where to go on, when it is a place in the form.
func draftPath(r *http.Request) string {
	if next := room.Next(r, ""); strings.HasPrefix(next, "/refer/") {
		return next
	}
	return ""
}

// comeBack opens what was being written, for whoever types its code.
func (p *pub) comeBack(w http.ResponseWriter, r *http.Request) error {
	now := web.Now(r)
	token, _, err := p.Gate.ComeBack(r.Context(), r.PostFormValue("code"), "", room.Source(r), now)
	if errs, bad := problems(err); bad {
		for i := range errs {
			errs[i].Key = "code"
			if fault.KindOf(err) == fault.Invalid && strings.Contains(errs[i].Text, "reference") {
				errs[i].Text = "We cannot find anything with that code. Check it. If you have sent it already, use “Check what happened”."
			}
		}
		return p.returnWith(w, r, errs)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, signin.VisitorCookie(token, p.Front.TLS))
	if next := draftPath(r); next != "" {
		return room.See(w, r, next)
	}
	id, err := p.Gate.Visitor(r.Context(), token, now)
	if err != nil {
		return err
	}
	list, err := p.Desk.Drafts(r.Context(), casework.ByVisitor(id, now))
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return room.See(w, r, "/status")
	}
	return room.See(w, r, "/refer/"+list[0].ID)
}

// leave forgets this browser.
func (p *pub) leave(w http.ResponseWriter, r *http.Request) error {
	if token := signin.VisitorToken(r); token != "" {
		if err := p.Gate.Leave(r.Context(), token, web.Now(r)); err != nil {
			return err
		}
	}
	http.SetCookie(w, signin.VisitorCookie("", p.Front.TLS))
	// What the browser kept of the pages goes too: others use this computer.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return room.See(w, r, "/")
}

type dropView struct{ Action, Keep string }

var dropPage = web.Page[dropView]("public/drop", files, "templates/drop.html")

// dropAsk makes sure before anything typed is thrown away.
func (p *pub) dropAsk(w http.ResponseWriter, r *http.Request, wr *writing) error {
	c := p.chrome(r, wr.asker, "Throw this away?")
	c.BackHref = "/refer"
	return dropPage.Render(w, r, http.StatusOK, c, dropView{Action: wr.base() + "/" + atDrop, Keep: wr.base()})
}

func (p *pub) drop(w http.ResponseWriter, r *http.Request, wr *writing) error {
	if err := p.Desk.DropDraft(r.Context(), wr.by, wr.d.ID); err != nil {
		return err
	}
	return room.See(w, r, "/refer")
}

type areaView struct {
	Action, Change, Said string
	Which                parts.Radios
	Outside              bool
}

var areaPage = web.Page[areaView]("public/area", files, "templates/area.html")

// places are the front doors a postcode alone may belong to.
func (p *pub) places(wr *writing) (ids []string, certain bool) {
	answers := wr.d.Answers.Clone()
	delete(answers, answer.Key(wr.p.Roles.Authority))
	return p.Desk.Authority(wr.p, answers)
}

// wherePage is the page that asks the postcode.
func (wr *writing) wherePage() string {
	for _, page := range wr.p.Pages {
		for _, q := range page.Questions {
			if q.ID == wr.p.Roles.Postcode {
				return page.ID
			}
		}
	}
	return ""
}

// area asks which front door it is, when the postcode does not settle that, and
// says whom to contact when it is not one of ours.
func (p *pub) area(w http.ResponseWriter, r *http.Request, wr *writing, errs fault.Fields) error {
	if wr.p.Roles.Authority == "" || wr.wherePage() == "" {
		return room.See(w, r, wr.base())
	}
	ids, certain := p.places(wr)
	if certain && len(ids) == 1 {
		return room.See(w, r, wr.after(wr.wherePage(), ""))
	}
	code := wr.d.Answers[answer.Key(wr.p.Roles.Postcode)]
	text := code.Text
	if text == "" {
		text = code.Parts["postcode"]
	}
	c := p.chrome(r, wr.asker, "Which area")
	c.Errors = errs
	c.BackHref = wr.href(wr.wherePage(), "")
	v := areaView{Action: wr.base() + "/" + atArea, Change: c.BackHref, Said: p.Desk.Place.Areas.Explain(text), Outside: len(ids) == 0}
	v.Which = parts.Radios{Field: parts.Field{Name: "area", Label: "Which council area does the child live in?", LabelSize: "m", Error: errs.For("area")}, Value: wr.d.Answers.Text(answer.Key(wr.p.Roles.Authority))}
	if v.Outside {
		v.Which.Label = "Is the child in one of these areas now?"
		v.Which.Hint = "If a child is found here, we act here."
	}
	list := slices.Clone(ids)
	for _, a := range p.Desk.Place.Register.Authorities {
		if !slices.Contains(list, a.ID) {
			list = append(list, a.ID)
		}
	}
	for _, id := range list {
		if a, ok := p.Desk.Place.Register.Authority(id); ok {
			v.Which.Items = append(v.Which.Items, parts.Choice{Value: id, Label: a.Name})
		}
	}
	if !v.Outside {
		v.Which.Items = append(v.Which.Items, parts.Choice{Divider: "or"}, parts.Choice{Value: "unsure", Label: "I am not sure"})
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return areaPage.Render(w, r, status, c, v)
}

func (p *pub) areaDo(w http.ResponseWriter, r *http.Request, wr *writing) error {
	choice := r.PostFormValue("area")
	if _, ok := p.Desk.Place.Register.Authority(choice); !ok && choice != "unsure" {
		return p.area(w, r, wr, fault.Fields{{Key: "area", Text: "Choose an area"}})
	}
	if choice == "unsure" {
		choice = ""
	}
	d, err := p.Desk.SaveDraft(r.Context(), wr.by, wr.d.ID, answer.Set{answer.Key(wr.p.Roles.Authority): answer.Text(choice)}, "")
	if err != nil {
		return err
	}
	wr.d, wr.f = d, p.Desk.DraftFacts(wr.by, d)
	return room.See(w, r, wr.after(wr.wherePage(), ""))
}

// settle keeps an area that was chosen before from overruling a postcode typed
// since. It says whether the postcode leaves the area open.
func (p *pub) settle(wr *writing, page string, changes answer.Set) (open bool) {
	code, area := answer.Key(wr.p.Roles.Postcode), answer.Key(wr.p.Roles.Authority)
	if code == "" || area == "" || page != wr.wherePage() {
		return false
	}
	fresh, sent := changes[code]
	changed := sent && !fresh.Equal(wr.d.Answers[code])
	after := *wr
	after.d.Answers = wr.d.Answers.Clone()
	after.d.Answers.Apply(changes)
	ids, certain := p.places(&after)
	if changed || certain && len(ids) == 1 {
		changes[area] = answer.Answer{}
	}
	return !(certain && len(ids) == 1) && (changed || wr.d.Answers[area].Empty())
}

// summaryOf shows a draft's answers to the one who writes them.
func (p *pub) summaryOf(r *http.Request, wr *writing) (parts.Body, error) {
	names, err := p.fileNames(r, wr)
	if err != nil {
		return nil, err
	}
	return form.Summary(wr.p, wr.f, form.SummaryOptions{
		Writer:     true,
		Unanswered: true, Names: names,
		Change: func(page, row string) string {
			return wr.href(page, row) + "?" + url.Values{"from": {atCheck}}.Encode()
		},
	}), nil
}

func (p *pub) fileNames(r *http.Request, wr *writing) (map[string]string, error) {
	list, err := p.Desk.DraftFiles(r.Context(), wr.by, wr.d.ID)
	names := map[string]string{}
	for _, f := range list {
		names[f.ID] = f.Name
	}
	return names, err
}

func kept(list []record.File, ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		return !slices.ContainsFunc(list, func(f record.File) bool { return f.ID == id })
	})
}
