// Package insight is the room of those who look at how the work goes: reports
// of counts, which tell of nobody.
package insight

import (
	"bytes"
	"embed"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/report"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
	"frontdoor/reports"
)

//go:embed templates/*.html
var files embed.FS

// power is what a role needs to see any report.
const power = "reports"

// shipped are the reports of the program. They are checked when it starts.
var shipped = func() []*report.Report {
	all, err := report.Load(reports.FS)
	if err != nil {
		panic(err)
	}
	return all
}()

type gallery struct{ *room.House }

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	g := gallery{h}
	for pattern, fn := range map[string]room.StaffHandler{
		"GET /reports": g.list, "GET /reports/{name}": g.page, "GET /reports/{name}/csv": g.csv,
	} {
		mux.Handle(pattern, h.Staff(func(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
			if !a.May(h, power) {
				return errRole
			}
			return fn(w, r, a)
		}))
	}
}

var (
	errRole   = fault.New(fault.Forbidden, "Your role does not see reports. Ask your manager if it should.")
	errReport = fault.New(fault.NotFound, "There is no such report. Choose one from the list of reports.")
	errCover  = fault.New(fault.Forbidden, "You can see reports of the authorities your team covers, and not this one.")
)

type listView struct {
	Reports []listed
}

type listed struct {
	Link  parts.Link
	About string
}

type reportView struct {
	Title     string
	About     []string
	Name      string
	From, To  parts.Input
	Authority parts.Select
	Show      parts.Button
	Ran       bool
	Weeks     string
	Table     parts.Table
	None      bool
	Hidden    bool
	Counted   parts.SummaryList
	Wholes    string       // what it counts, in words
	Beside    []parts.Link // the reports that count the same
	Save      parts.Button
	Print     parts.PrintButton
}

var (
	listPage   = web.Page[listView]("insight/list", files, "templates/list.html")
	reportPage = web.Page[reportView]("insight/report", files, "templates/report.html")
)

func (g gallery) list(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	var v listView
	for _, rep := range shipped {
		v.Reports = append(v.Reports, listed{parts.Link{Text: rep.Title, Href: "/reports/" + rep.Name}, paragraphs(rep)[0]})
	}
	return listPage.Render(w, r, http.StatusOK, g.StaffChrome(r, a, "Reports"), v)
}

// covers are the authorities of the teams in which the worker may see reports,
// in the order of the register.
func (g gallery) covers(a *room.Asker) []agency.Authority {
	reg := &g.Desk.Place.Register
	var ids []string
	for _, m := range a.Worker.Memberships {
		role, _ := reg.Role(m.Role)
		if team, ok := reg.Team(m.Team); ok && m.Live(a.By.Now) && slices.Contains(role.May, power) {
			ids = append(ids, team.Authorities...)
		}
	}
	var out []agency.Authority
	for _, one := range reg.Authorities {
		if slices.Contains(ids, one.ID) {
			out = append(out, one)
		}
	}
	return out
}

// asked is one request for a report: what was chosen, as typed and as read.
type asked struct {
	report   *report.Report
	params   report.Params
	covers   []agency.Authority
	from, to string
	wrong    fault.Fields
}

func (g gallery) ask(r *http.Request, a *room.Asker) (asked, error) {
	i := slices.IndexFunc(shipped, func(rep *report.Report) bool { return rep.Name == r.PathValue("name") })
	if i < 0 {
		return asked{}, errReport
	}
	q := asked{report: shipped[i], params: report.LastWeeks(web.Now(r)), covers: g.covers(a)}
	every := len(q.covers) == len(g.Desk.Place.Register.Authorities)
	query := r.URL.Query()
	if !every && len(q.covers) > 0 {
		q.params.Authority = q.covers[0].ID
	}
	if query.Has("authority") {
		q.params.Authority = query.Get("authority")
	}
	may := slices.ContainsFunc(q.covers, func(one agency.Authority) bool { return one.ID == q.params.Authority })
	if !may && (q.params.Authority != "" || !every) {
		return asked{}, errCover
	}
	q.from, q.to = q.params.From.String(), q.params.To.String()
	day := func(name string, typed *string, into *calendar.Date) {
		if !query.Has(name) {
			return
		}
		*typed = strings.TrimSpace(query.Get(name))
		d, err := calendar.ParseDate(*typed)
		if err != nil {
			q.wrong.Add(name, "Enter a date, such as 2026-03-17")
			return
		}
		*into = d
	}
	day("from", &q.from, &q.params.From)
	day("to", &q.to, &q.params.To)
	if len(q.wrong) == 0 {
		q.wrong = q.params.Check()
	}
	return q, nil
}

// run notes in the log that a report was asked for, and counts.
func (g gallery) run(r *http.Request, a *room.Asker, q asked, act string) (*report.Table, error) {
	p := q.params.Whole()
	err := g.Desk.DB.Write(r.Context(), func(tx *store.Tx) error {
		return tx.Audit(audit.Event{
			At: web.Now(r), Actor: string(a.By.Principal), Act: act, Subject: "report:" + q.report.Name, Route: r.Pattern,
			Detail: map[string]string{"from": p.From.String(), "to": p.To.String(), "authority": p.Authority},
		})
	})
	if err != nil {
		return nil, err
	}
	return report.Run(r.Context(), g.Desk.DB, g.Desk.Place, q.report, q.params, web.Now(r))
}

func (g gallery) page(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q, err := g.ask(r, a)
	if err != nil {
		return err
	}
	v := reportView{
		Title: q.report.Title, Name: q.report.Name, About: paragraphs(q.report),
		From:      parts.Input{Field: parts.Field{Name: "from", Label: "From", Error: q.wrong.For("from")}, Type: "date", Value: q.from},
		To:        parts.Input{Field: parts.Field{Name: "to", Label: "Up to and including", Error: q.wrong.For("to")}, Type: "date", Value: q.to},
		Authority: parts.Select{Field: parts.Field{Name: "authority", Label: "Authority"}, Value: q.params.Authority},
		Show:      parts.Button{Text: "Show", Variant: "secondary"},
		Print:     parts.PrintButton{Text: "Print this report"},
	}
	if len(q.covers) == len(g.Desk.Place.Register.Authorities) {
		v.Authority.Items = append(v.Authority.Items, parts.Option{Value: "", Text: "All"})
	}
	for _, one := range q.covers {
		v.Authority.Items = append(v.Authority.Items, parts.Option{Value: one.ID, Text: one.Name})
	}
	for _, c := range q.report.Columns {
		v.Counted.Rows = append(v.Counted.Rows, parts.SummaryRow{Key: c.Heading(), Value: c.Explain})
	}
	v.Wholes, v.Beside = beside(q.report)
	c := g.StaffChrome(r, a, q.report.Title)
	c.Breadcrumbs = []parts.Link{{Text: "Reports", Href: "/reports"}}
	c.Errors, c.Wide = q.wrong, true
	c.PrintFoot = "Printed by " + a.Worker.Name + " on " + calendar.Show(web.Now(r)) + "."
	if len(q.wrong) > 0 {
		return reportPage.Render(w, r, http.StatusUnprocessableEntity, c, v)
	}
	t, err := g.run(r, a, q, audit.ActList)
	if err != nil {
		return err
	}
	v.Ran, v.None, v.Hidden, v.Weeks = true, len(t.Rows) == 0, t.AnyHidden(), weeks(t.Params)
	v.Table = table(t, v.Weeks)
	choice := url.Values{"from": {t.Params.From.String()}, "to": {t.Params.To.String()}, "authority": {t.Params.Authority}}
	v.Save = parts.Button{Text: "Save as a spreadsheet (CSV)", Href: "/reports/" + q.report.Name + "/csv?" + choice.Encode(), Variant: "secondary"}
	return reportPage.Render(w, r, http.StatusOK, c, v)
}

func (g gallery) csv(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q, err := g.ask(r, a)
	if err != nil {
		return err
	}
	if err := q.wrong.Err(); err != nil {
		return err
	}
	t, err := g.run(r, a, q, audit.ActExport)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := t.CSV(&out); err != nil {
		return err
	}
	room.SendFile(w, q.report.Name+"-"+t.Params.From.String()+"-"+t.Params.To.String()+".csv", "text/csv; charset=utf-8", out.Bytes())
	return nil
}

// table draws a report; on a phone each row becomes a list.
func table(t *report.Table, weeks string) parts.Table {
	out := parts.Table{Caption: weeks, CaptionSize: "s", Stack: true, RowHeaders: true}
	for _, c := range t.Report.Columns {
		out.Head = append(out.Head, parts.Cell{Text: c.Heading(), Numeric: c.Number()})
	}
	for _, row := range t.Rows {
		var cells []parts.Cell
		for i, c := range row {
			cells = append(cells, parts.Cell{Text: c.Text, Numeric: t.Report.Columns[i].Number()})
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}

// beside says what a report counts, and which others count the same.
func beside(r *report.Report) (wholes string, same []parts.Link) {
	var words []string
	for _, c := range r.Wholes() {
		words = append(words, "“"+c.Title+"”")
	}
	for _, o := range shipped {
		if o != r && r.CountsAs(o) {
			same = append(same, parts.Link{Text: o.Title, Href: "/reports/" + o.Name})
		}
	}
	return strings.Join(words, " and "), same
}

func weeks(p report.Params) string {
	return "Whole weeks from " + p.From.Long() + " to " + p.To.Long()
}

func paragraphs(r *report.Report) []string {
	var out []string
	for _, p := range strings.Split(strings.TrimSpace(r.About), "\n\n") {
		out = append(out, strings.Join(strings.Fields(p), " "))
	}
	if r.Work != "" {
		out = append(out, r.Work)
	}
	return out
}
