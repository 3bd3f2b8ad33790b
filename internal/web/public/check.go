package public

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/deadline"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type checkView struct {
	Action  string
	Missing []gapGroup
	Refused []string
	Goes    string
	Summary parts.Body
	Lists   []parts.Link
	Public  bool
	Later   string
}

type gapGroup struct {
	Title string
	Links []parts.Link
}

var checkPage = web.Page[checkView]("public/check", files, "templates/check.html")

// check shows every answer before it is sent, and what is still missing.
func (p *pub) check(w http.ResponseWriter, r *http.Request, wr *writing, errs fault.Fields) error {
	sum, err := p.summaryOf(r, wr)
	if err != nil {
		return err
	}
	v := checkView{Action: wr.base() + "/" + atSend, Summary: sum, Public: wr.public(), Goes: p.goes(wr), Later: wr.base() + "/" + atCode + "?saved"}
	for _, g := range wr.p.Missing(wr.f) {
		title, href := "", wr.href(g.Page, g.Row)+"?"+url.Values{"from": {atCheck}}.Encode()+"#"+string(g.Key)
		for _, page := range wr.p.Pages {
			if page.ID == g.Page {
				title = page.Section
				if g.Row != "" {
					title += ": " + wr.p.RowName(wr.f, page.Repeat, g.Row)
				}
			}
		}
		if _, group := wr.p.Group(string(g.Key)); group {
			href = wr.listHref(string(g.Key)) + "?from=" + atCheck
		}
		i := slices.IndexFunc(v.Missing, func(x gapGroup) bool { return x.Title == title })
		if i < 0 {
			i = len(v.Missing)
			v.Missing = append(v.Missing, gapGroup{Title: title})
		}
		v.Missing[i].Links = append(v.Missing[i].Links, parts.Link{Text: g.Text, Href: href})
	}
	first, _ := wr.p.Beginning()
	for _, st := range wr.p.StepsFor(wr.f) {
		if st.Step != first {
			continue
		}
		// Until the questions are answered, the rules over them only repeat that.
		if len(v.Missing) == 0 {
			v.Refused = st.Refused
		}
	}
	for _, g := range wr.p.Groups {
		if b, ok := wr.groupBlock(g.ID); ok && wr.reaches(b) {
			v.Lists = append(v.Lists, parts.Link{Text: "Add or take out: " + strings.ToLower(g.Title[:1]) + g.Title[1:], Href: wr.listHref(g.ID) + "?from=" + atCheck})
		}
	}
	c := p.chrome(r, wr.asker, "Check your answers")
	c.Errors = errs
	c.BackHref = wr.before("", "")
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return checkPage.Render(w, r, status, c, v)
}

// reaches says whether the form asks about a group at all.
func (wr *writing) reaches(b block) bool {
	for _, s := range wr.p.Shown(wr.probe()) {
		if wr.block(s.Page.ID) == b {
			return true
		}
	}
	return false
}

// goes says which front door gets it, where a form is about a place.
func (p *pub) goes(wr *writing) string {
	name := func(id string) string {
		a, _ := p.Desk.Place.Register.Authority(id)
		return p.Desk.Place.Word(id, "front_door") + ", " + a.Name
	}
	if wr.p.Roles.Authority == "" && wr.p.Roles.Postcode == "" {
		if own, at := p.Desk.OwnPlaces(wr.by, wr.p, wr.d.Answers); len(own) > 1 && wr.d.Record == "" {
			a, _ := p.Desk.Place.Register.Authority(own[at])
			return "This is kept for " + a.Name + ". You work for several areas: if it is another, write the postcode where the child lives, or stays."
		}
		return ""
	}
	ids, certain := p.Desk.Authority(wr.p, wr.d.Answers)
	switch {
	case len(ids) > 0 && certain:
		return "This goes to " + name(ids[0]) + "."
	case len(ids) > 0:
		return "We are not sure which area this is. It goes to " + name(ids[0]) + ". If it is another area, they pass it on."
	}
	return "We do not know yet where the child lives. It goes to " + name(p.Desk.Place.Register.Authorities[0].ID) + ", who find out and pass it on."
}

// send turns what was written into a record.
func (p *pub) send(w http.ResponseWriter, r *http.Request, wr *writing) error {
	code, visitor := wr.visitor()
	if !visitor {
		code = ""
	}
	got, err := p.Desk.Send(r.Context(), wr.by, wr.d.ID, code)
	if errs, bad := problems(err); bad {
		for i := range errs {
			errs[i].Key = "" // what is wrong is on other pages; the list below leads there
		}
		return p.check(w, r, wr, errs)
	}
	if err != nil {
		return err
	}
	to := "/refer/sent/" + got.Record.ID
	if first, _ := wr.p.Beginning(); !wr.public() && wr.p.About == "" && slices.ContainsFunc(first.Grants, func(g pathway.Grant) bool { return g.To == "author" && slices.Contains(g.May, "view") }) {
		to = "/records/" + got.Record.ID // it is their own work from now on
	}
	if wr.public() && wr.gaveEmail() {
		to += "?confirm"
	}
	return room.See(w, r, to)
}

// gaveEmail says whether the sender is asked to confirm a work email.
func (wr *writing) gaveEmail() bool {
	for _, s := range wr.p.Shown(wr.f) {
		for _, a := range s.Questions {
			if a.Question.ID == wr.p.Roles.SenderEmail && wr.d.Answers.Text(a.Key) != "" {
				return true
			}
		}
	}
	return false
}

type receiptView struct {
	Reference, Sent, Code string
	Clocks                []clockLine
	Email, Worker         bool
	Contact               bool // it is a contact about a child, and not about one sent before
	About                 bool // it is about one sent before
	Front                 string
	Follow                string
}

// clockLine is one time by which the sender should hear.
type clockLine struct {
	Label string
	Left  parts.TimeLeft
}

var receiptPage = web.Page[receiptView]("public/receipt", files, "templates/receipt.html")

// receipt is what a sender keeps.
func (p *pub) receipt(w http.ResponseWriter, r *http.Request) error {
	a, err := p.who(r)
	if err != nil {
		return err
	}
	var by casework.By
	if a != nil {
		by = a.By
	} else if by, _, err = p.Holder(r); err != nil {
		if signin.WorkerToken(r) != "" || fault.KindOf(err) != fault.SignIn {
			return err
		}
		return room.See(w, r, "/status")
	}
	s, err := p.Desk.Status(r.Context(), by, r.PathValue("record"))
	if err != nil {
		return err
	}
	now := web.Now(r)
	v := receiptView{
		Reference: s.Record.Reference, Sent: calendar.Show(s.Record.CreatedAt), Clocks: clockLines(s.Clocks, now),
		Email: r.URL.Query().Has("confirm"), Worker: a != nil, Front: p.Desk.Place.Word(s.Record.Authority, "front_door"), Follow: "/status/view",
		Contact: s.Pathway.CountsAsContact, About: s.Pathway.About != "",
	}
	if a != nil {
		v.Follow = "/sent/" + s.Record.ID
	} else if _, own, err := p.Holder(r); err == nil && own == s.Record.ID {
		if v.Code, err = p.Gate.VisitorCode(r.Context(), signin.VisitorToken(r), now); err != nil {
			return err
		}
	}
	c := p.chrome(r, a, "Sent")
	c.PrintFoot = "Reference " + v.Reference + ". Keep this where nobody else reads it."
	return receiptPage.Render(w, r, http.StatusOK, c, v)
}

// clockLines are clocks as a sender reads them.
func clockLines(clocks []record.Clock, now time.Time) []clockLine {
	states := map[record.Status]string{
		record.OnTrack: "running", record.DueSoon: "soon", record.DueToday: "soon", record.Overdue: "overdue",
		record.Met: "met", record.MetLate: "late-met", record.Stood: "stopped",
	}
	var out []clockLine
	for _, c := range clocks {
		status := deadline.StatusAt(c, now)
		out = append(out, clockLine{Label: c.Label, Left: parts.TimeLeft{State: states[status], Text: hearBy(c, status, now), How: c.Sum}})
	}
	return out
}

// hearBy says to a sender what a clock means for them.
func hearBy(c record.Clock, status record.Status, now time.Time) string {
	at := c.ActAt
	if at.IsZero() {
		at = c.DueAt
	}
	by := at.In(calendar.London).Format("15:04") + " on " + calendar.DateOf(at).Long()
	switch {
	case status == record.Overdue && c.Open():
		return "You should have heard by " + by + ". Ring and ask."
	case c.Open():
		return "You should hear by " + by + "."
	}
	return deadline.Words(c, now)
}

type confirmView struct {
	Action string
	Done   bool
}

var confirmPage = web.Page[confirmView]("public/confirm", files, "templates/confirm.html")

// confirmPage asks for a press of a button: programs that look at links in mail
// open them, and must not confirm anything.
func (p *pub) confirmPage(w http.ResponseWriter, r *http.Request) error {
	return confirmPage.Render(w, r, http.StatusOK, p.chrome(r, p.asker(r), "Confirm your email"), confirmView{Action: r.URL.Path})
}

func (p *pub) confirm(w http.ResponseWriter, r *http.Request) error {
	by := casework.BySystem(web.Now(r))
	by.Route = r.Pattern
	if err := p.Desk.ConfirmEmail(r.Context(), by, r.PathValue("record"), r.PathValue("token")); err != nil {
		return err
	}
	return confirmPage.Render(w, r, http.StatusOK, p.chrome(r, p.asker(r), "Email confirmed"), confirmView{Done: true})
}
