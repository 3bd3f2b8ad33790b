package public

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/record"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type statusFormView struct {
	Reference, Code parts.Input
}

var statusFormPage = web.Page[statusFormView]("public/status-form", files, "templates/status-form.html")

// statusForm asks for the reference and the code on a receipt.
func (p *pub) statusForm(w http.ResponseWriter, r *http.Request) error {
	return p.statusFormWith(w, r, nil)
}

func (p *pub) statusFormWith(w http.ResponseWriter, r *http.Request, errs fault.Fields) error {
	c := p.chrome(r, nil, "Check what happened")
	c.Errors = errs
	v := statusFormView{Code: codeInput(errs), Reference: parts.Input{
		Field: parts.Field{Name: "reference", Label: "Your reference", LabelSize: "m", Hint: "It is on your receipt, like TH-7KQ4-M2XD.", Error: errs.For("reference")},
		Value: r.PostFormValue("reference"), Width: 20, Autocapitalize: "characters", Spellcheck: "false", Autocomplete: "off",
	}}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return statusFormPage.Render(w, r, status, c, v)
}

func (p *pub) statusOpen(w http.ResponseWriter, r *http.Request) error {
	var errs fault.Fields
	reference, code := strings.TrimSpace(r.PostFormValue("reference")), strings.TrimSpace(r.PostFormValue("code"))
	if reference == "" {
		errs.Add("reference", "Enter your reference, like TH-7KQ4-M2XD")
	}
	if code == "" {
		errs.Add("code", "Enter your code. It has 16 figures")
	}
	if len(errs) > 0 {
		return p.statusFormWith(w, r, errs)
	}
	token, _, err := p.Gate.ComeBack(r.Context(), code, reference, room.Source(r), web.Now(r))
	if errs, bad := problems(err); bad {
		for i := range errs {
			if errs[i].Key == "" {
				errs[i].Key = "code"
			}
		}
		return p.statusFormWith(w, r, errs)
	}
	if err != nil {
		return err
	}
	http.SetCookie(w, signin.VisitorCookie(token, p.Front.TLS))
	return room.See(w, r, "/status/view")
}

// sender is whoever sent a record and now looks at it: by their code, or signed
// in.
type sender struct {
	by    casework.By
	asker *room.Asker
	rec   string
	base  string // where their pages about it are
}

func (s sender) home() string {
	if s.asker == nil {
		return "/status/view"
	}
	return s.base
}

func (p *pub) sender(r *http.Request) (sender, error) {
	if rec := r.PathValue("record"); rec != "" {
		a, err := p.Asker(r)
		if err != nil {
			return sender{}, err
		}
		return sender{by: a.By, asker: a, rec: rec, base: "/sent/" + rec}, nil
	}
	by, rec, err := p.Holder(r)
	return sender{by: by, rec: rec, base: "/status"}, err
}

type statusView struct {
	Reference, Front, State string
	Public                  bool
	Timeline                parts.Timeline
	Clocks                  []clockLine
	Letters                 []letterView
	Messages                parts.Messages
	Message                 parts.Textarea
	MessageAction, Once     string
	Steps, More             []parts.Button // what is waited for, and what else can be done
	Abouts                  []aboutLine
	Decided                 bool
	Answers                 parts.Body
	Base                    string
}

type letterView struct {
	Title, Sent, Href string
	Body              template.HTML
}

type aboutLine struct{ Action, Title string }

var statusPage = web.Page[statusView]("public/status", files, "templates/status.html")

// stages are what a sender is told, by the word pathways use.
var stages = map[string][2]string{
	"received": {"We have what you sent", "It is with the front door. Someone will read it."},
	"looking":  {"Someone is looking at it", "They may ask other people what they know, and decide what to do."},
	"decided":  {"It has been decided what to do", ""},
	"closed":   {"This is finished", ""},
}

// status is what the sender of a record may see of it.
func (p *pub) status(w http.ResponseWriter, r *http.Request) error {
	return p.statusWith(w, r, nil)
}

func (p *pub) statusWith(w http.ResponseWriter, r *http.Request, errs fault.Fields) error {
	who, err := p.sender(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	s, err := p.Desk.Status(r.Context(), who.by, who.rec)
	if err != nil {
		return err
	}
	now := web.Now(r)
	v := statusView{
		Reference: s.Record.Reference, Front: p.Desk.Place.Word(s.Record.Authority, "front_door"), State: stages[s.State.Sender][0], Public: who.asker == nil,
		Clocks: clockLines(s.Clocks, now), Letters: letters(s.Sent, who.base), MessageAction: who.base + "/message", Once: room.Once(r),
		Messages: messages(s.Messages, p.Desk.Place.Word(s.Record.Authority, "front_door")), Decided: s.Disagree, Base: who.base,
		Message: parts.Textarea{Field: parts.Field{Name: "message", Label: "Write to the front door", LabelSize: "s", Hint: "Do not wait for an answer here if a child is in danger. Ring 999.", Error: errs.For("message")}, Value: r.PostFormValue("message"), Autosize: true, Spellcheck: "true"},
	}
	for i, st := range slices.Backward(s.Stages) {
		words := stages[st.Name]
		item := parts.TimelineItem{Title: words[0], When: calendar.Show(st.At), Machine: st.At.UTC().Format(time.RFC3339)}
		if i == len(s.Stages)-1 {
			item.Text = words[1]
		}
		v.Timeline.Items = append(v.Timeline.Items, item)
	}
	v.Timeline.Level = 3
	for _, st := range s.Steps {
		if st.Step.Group() != "" {
			continue // about one row: on the record alone
		}
		if !st.Open {
			continue
		}
		b := parts.Button{Text: st.Step.Label, Href: who.base + "/step/" + st.Step.ID}
		if st.Step.Primary {
			v.Steps = append(v.Steps, b)
			continue
		}
		b.Variant = "secondary"
		v.More = append(v.More, b)
	}
	for _, k := range p.abouts(s.Pathway) {
		v.Abouts = append(v.Abouts, aboutLine{Action: who.base + "/about/" + k.Name, Title: k.Title})
	}
	if len(s.Answers) > 0 {
		d := record.Draft{Pathway: s.Record.Pathway, Answers: s.Answers}
		names := map[string]string{}
		for k, a := range s.Answers {
			if _, _, id := k.Split(); isFiles(s.Pathway, id) {
				for i, id := range a.List {
					names[id] = fmt.Sprintf("File %d", i+1)
				}
			}
		}
		v.Answers = form.Summary(s.Pathway, p.Desk.DraftFacts(who.by, d), form.SummaryOptions{Writer: true, Names: names, Level: 3})
	}
	c := p.chrome(r, who.asker, "What happened")
	if who.asker != nil {
		c.BackHref, c.BackText = "/sent", "All you have sent"
	}
	c.Errors = errs
	switch {
	case r.URL.Query().Has("said"):
		c.Notice, c.NoticeDone = "Your message was sent.", true
	case r.URL.Query().Has("done"):
		c.Notice, c.NoticeDone = "Done. The front door can see it.", true
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return statusPage.Render(w, r, status, c, v)
}

// abouts are the pathways a sender may begin about a record of another.
func (p *pub) abouts(of *pathway.Pathway) []*pathway.Pathway {
	if of.About != "" {
		return nil
	}
	return slices.DeleteFunc(p.Desk.Pathways.All(), func(k *pathway.Pathway) bool {
		first, ok := k.Beginning()
		return !ok || k.About != "record" || !slices.Contains(first.By, "author")
	})
}

// letters are shown the newest first.
func letters(docs []record.Document, base string) []letterView {
	var out []letterView
	for _, d := range slices.Backward(docs) {
		out = append(out, letterView{Title: d.Title, Sent: calendar.Show(d.SentAt), Href: base + "/letter/" + d.ID, Body: prose.Words(d.Body)})
	}
	return out
}

func messages(list []record.Message, front string) parts.Messages {
	out := parts.Messages{Label: "Messages"}
	for _, m := range list {
		x := parts.Message{
			ID: m.ID, Sender: front, Text: m.Text, Date: calendar.DateOf(m.At).Long(), Time: m.At.In(calendar.London).Format("15:04"),
			Machine: m.At.UTC().Format(time.RFC3339), Sent: m.Inward,
		}
		if m.Inward {
			x.Sender = "You"
		}
		out.Items = append(out.Items, x)
	}
	return out
}

func (p *pub) message(w http.ResponseWriter, r *http.Request) error {
	who, err := p.sender(r)
	if parseErr := web.ReadForm(r); parseErr != nil {
		return parseErr
	}
	if err != nil {
		return p.signIn(w, r, err)
	}
	who.by.Once = r.PostForm.Get(room.OnceName)
	err = p.Desk.SendMessage(r.Context(), who.by, who.rec, r.PostForm.Get("message"))
	if errs, bad := problems(err); bad {
		return p.statusWith(w, r, errs)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, who.home()+"?said")
}

type oneLetterView struct {
	Letter letterView
}

var letterPage = web.Page[oneLetterView]("public/letter", files, "templates/letter.html")

// letter shows one letter alone, to print.
func (p *pub) letter(w http.ResponseWriter, r *http.Request) error {
	who, err := p.sender(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	d, _, err := p.Desk.OpenDocument(r.Context(), who.by, who.rec, r.PathValue("document"))
	if err != nil {
		return err
	}
	c := p.chrome(r, who.asker, "Letter")
	c.BackHref = who.home()
	c.PrintFoot = "Keep this where nobody else reads it."
	return letterPage.Render(w, r, http.StatusOK, c, oneLetterView{Letter: letters([]record.Document{d}, who.base)[0]})
}

// letterPDF is one letter as a file; its name tells nobody anything.
func (p *pub) letterPDF(w http.ResponseWriter, r *http.Request) error {
	who, err := p.sender(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	pdf, rec, err := p.Desk.LetterPDF(r.Context(), who.by, who.rec, r.PathValue("document"))
	if err != nil {
		return err
	}
	room.SendPDF(w, "letter-"+rec.Reference, pdf)
	return nil
}

type stepView struct {
	Action, Save, Cancel string
	Title                string
	Body                 template.HTML
	Fields               parts.Body
	Files, Public        bool
	Once                 string
	Button               string
	Status               parts.SaveStatus
	Clause               *parts.Clause
}

var stepPage = web.Page[stepView]("public/step", files, "templates/step.html")

// stepOf is a step the sender may take, with what they typed for it.
type stepOf struct {
	sender
	s  *casework.Status
	st *pathway.Step
	d  record.Draft
}

func (p *pub) stepOf(r *http.Request) (*stepOf, error) {
	who, err := p.sender(r)
	if err != nil {
		return nil, err
	}
	x := &stepOf{sender: who}
	if x.s, err = p.Desk.Status(r.Context(), who.by, who.rec); err != nil {
		return nil, err
	}
	for _, st := range x.s.Steps {
		if st.Step.ID == r.PathValue("step") && st.Step.Group() == "" && st.Open {
			x.st = st.Step
		}
	}
	if x.st == nil {
		return nil, fault.New(fault.Conflict, "This cannot be done any more. Go back to see how things stand now.")
	}
	x.d, err = p.Desk.StepDraft(r.Context(), who.by, who.rec, x.st.ID)
	return x, err
}

func (x *stepOf) ask(p *pub) func(answer.Set) []pathway.Asked {
	return func(answers answer.Set) []pathway.Asked {
		d := x.d
		d.Answers = answers
		f := p.Desk.DraftFacts(x.by, d)
		f.State, f.Authority = x.s.Record.State, x.s.Record.Authority
		return x.s.Pathway.Ask(x.st, f)
	}
}

func (p *pub) step(w http.ResponseWriter, r *http.Request) error {
	x, err := p.stepOf(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	return p.showStep(w, r, x, nil)
}

func (p *pub) showStep(w http.ResponseWriter, r *http.Request, x *stepOf, errs fault.Fields) error {
	path := x.base + "/step/" + x.st.ID
	reveal, asked := form.Reveals(x.s.Pathway, x.d.Answers, x.ask(p))
	v := stepView{
		Action: path, Save: path + "/save", Cancel: x.home(), Title: x.st.Label, Body: prose.Words(x.st.Body), Button: "Send", Public: x.asker == nil, Once: room.Once(r),
		Fields: form.Fields(x.s.Pathway, asked, x.d.Answers, errs, form.Options{Title: x.st.Label, Reveal: reveal}),
		Status: parts.SaveStatus{Text: "Saved as you type."}, Clause: p.Clause(r, x.st.Clause),
	}
	for _, a := range asked {
		v.Files = v.Files || a.Question.Type == "files"
	}
	c := p.chrome(r, x.asker, x.st.Label)
	c.Errors, c.BackHref = errs, x.home()
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return stepPage.Render(w, r, status, c, v)
}

// stepDo takes the step. Files go to the record itself as they are added: the
// front door has them even if the rest is never sent.
func (p *pub) stepDo(w http.ResponseWriter, r *http.Request) error {
	x, err := p.stepOf(r)
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
	ask := x.ask(p)
	changes := form.Read(x.s.Pathway, r.PostForm, x.d.Answers, ask)
	var have []record.File
	for _, a := range ask(x.d.Answers) {
		if a.Question.Type == "files" {
			for _, id := range x.d.Answers[a.Key].List {
				have = append(have, record.File{ID: id})
			}
		}
	}
	errs := takeFiles(r, x.by, ask(x.d.Answers), x.d.Answers, have, changes, func(by casework.By, name string, content []byte, guarded bool) (record.File, error) {
		return p.Desk.AddFile(r.Context(), by, "", x.rec, name, content, guarded)
	})
	if x.d, err = p.Desk.SaveDraft(r.Context(), x.by, x.d.ID, changes, ""); err != nil {
		return err
	}
	if r.PostForm.Get("do") == "upload" && len(errs) == 0 {
		return room.See(w, r, x.base+"/step/"+x.st.ID)
	}
	asked := ask(x.d.Answers)
	errs = append(errs, x.s.Pathway.Check(asked, x.d.Answers, web.Now(r))...)
	if len(errs) > 0 {
		return p.showStep(w, r, x, errs)
	}
	answers := answer.Set{}
	for _, a := range asked {
		for _, k := range []answer.Key{a.Key, a.Key + "_other"} {
			if v, ok := x.d.Answers[k]; ok {
				answers[k] = v
			}
		}
	}
	_, err = p.Desk.TakeStep(r.Context(), x.by, x.rec, x.st.ID, x.d.Based, answers)
	if errs, bad := problems(err); bad {
		return p.showStep(w, r, x, errs)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, x.home()+"?done")
}

func (p *pub) stepSave(w http.ResponseWriter, r *http.Request) error {
	x, err := p.stepOf(r)
	if err != nil {
		return err
	}
	if err := web.ReadForm(r); err != nil {
		return err
	}
	changes := form.ReadPart(x.s.Pathway, r.PostForm, x.d.Answers, x.ask(p))
	for k := range changes {
		if _, _, id := k.Split(); isFiles(x.s.Pathway, id) {
			delete(changes, k)
		}
	}
	if _, err := p.Desk.SaveDraft(r.Context(), x.by, x.d.ID, changes, ""); err != nil {
		return err
	}
	return room.Saved(w, r)
}

// about begins writing about a record that was sent, such as a disagreement.
func (p *pub) about(w http.ResponseWriter, r *http.Request) error {
	who, err := p.sender(r)
	if err != nil {
		return p.signIn(w, r, err)
	}
	d, err := p.Desk.StartAbout(r.Context(), who.by, who.rec, r.PathValue("pathway"))
	if err != nil {
		return err
	}
	return room.See(w, r, "/refer/"+d.ID)
}

type sentView struct{ Table parts.Table }

var sentPage = web.Page[sentView]("public/sent", files, "templates/sent.html")

// sent lists what became of what a worker sent.
func (p *pub) sent(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := p.Desk.Sent(r.Context(), a.By, 200)
	if err != nil {
		return err
	}
	v := sentView{Table: parts.Table{
		Caption: "What you have sent, the newest first", CaptionSize: "m", Stack: true, RowHeaders: true,
		Head: []parts.Cell{{Text: "Reference"}, {Text: "About"}, {Text: "Sent"}, {Text: "Where it is"}},
	}}
	for _, rec := range list {
		state := ""
		k, ok := p.Desk.Pathways.At(rec.Hash)
		if !ok {
			k, ok = p.Desk.Pathways.Get(rec.Pathway)
		}
		if ok {
			if st, ok := k.State(rec.State); ok {
				state = stages[st.Sender][0]
			}
		}
		about := rec.Names
		if about == "" && ok {
			about = k.Title
		}
		v.Table.Rows = append(v.Table.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: rec.Reference, Href: "/sent/" + rec.ID}}}, {Text: about}, {Text: calendar.Show(rec.CreatedAt)}, {Text: state},
		})
	}
	return sentPage.Render(w, r, http.StatusOK, p.StaffChrome(r, a, "My referrals"), v)
}
