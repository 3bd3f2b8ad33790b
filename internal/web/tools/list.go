package tools

import (
	"net/http"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type listView struct {
	Tools    parts.Table
	Mine     parts.Table
	Trained  parts.Table // whose training runs out, for those who answer for it
	Import   *parts.Button
	Training *parts.Link
}

var listPage = web.Page[listView]("tools/list", files, "templates/list.html")

func formHref(id string) string { return "/tools/forms/" + id }

func (d *desk) list(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	all, err := d.Desk.Tools(r.Context(), a.By)
	if err != nil {
		return err
	}
	v := listView{Tools: parts.Table{
		Caption: "Forms of others", CaptionSize: "m", Stack: true, RowHeaders: true,
		Head: []parts.Cell{{Text: "Form"}, {Text: "In use now"}, {Text: "Licence"}, {Text: "Can you score with it?"}},
	}}
	today := calendar.DateOf(web.Now(r))
	for i := range all {
		k := &all[i]
		if k.Form == nil {
			continue
		}
		v.Tools.Rows = append(v.Tools.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: title(k), Href: formHref(k.ID)}}},
			{Body: inUse(k)},
			{Body: licenceTag(k, today)},
			{Text: mine(k, today)},
		})
	}
	if v.Trained, err = d.trained(r, a); err != nil {
		return err
	}
	attended, names, err := d.Desk.Attendance(r.Context(), a.By, false)
	if err != nil {
		return err
	}
	v.Mine = attendance(attended, names, "What you attended", false)
	if d.may(a, powers.tools) {
		v.Import = &parts.Button{Text: "Import an edition", Href: "/tools/import", Variant: "secondary"}
	}
	if d.may(a, powers.training) {
		v.Training = &parts.Link{Text: "Who attended what", Href: "/tools/training"}
	}
	return listPage.Render(w, r, http.StatusOK, d.chrome(r, a, "Tools"), v)
}

func title(k *casework.ToolKept) string { return k.Form.Title }

func inUse(k *casework.ToolKept) parts.Body {
	for _, e := range k.Editions {
		if e.ID == k.InForce {
			return parts.Body{parts.Text("Edition " + e.Edition)}
		}
	}
	if k.Form.Practice {
		return parts.Body{parts.Tag{Text: tool.PracticeMark, Colour: "yellow"}}
	}
	return parts.Body{parts.Text("None yet")}
}

// licenceTag says how the licence of a form stands.
func licenceTag(k *casework.ToolKept, today calendar.Date) parts.Body {
	switch {
	case k.Form.Practice || !k.Form.Needs.Licence && len(k.Licences) == 0:
		return parts.Body{parts.Text("Not needed")}
	case len(k.Licences) == 0:
		return parts.Body{parts.Tag{Text: "None recorded", Colour: "red"}}
	}
	until := k.Licences[0].Until
	return ends("To ", until, today)
}

// ends is a last day, and that it is near or past.
func ends(before string, until, today calendar.Date) parts.Body {
	out := parts.Body{parts.Text(before + until.Short() + " ")}
	switch left := today.DaysTo(until); {
	case left < 0:
		return append(out, parts.Tag{Text: "Run out", Colour: "red"})
	case left <= casework.EndsSoon:
		return append(out, parts.Tag{Text: "Runs out soon", Colour: "orange"})
	}
	return out
}

// trained are those whose training for a form runs out, for whoever answers for it.
func (d *desk) trained(r *http.Request, a *room.Asker) (parts.Table, error) {
	t := parts.Table{
		Caption: "Whose training runs out", CaptionSize: "m", Stack: true, RowHeaders: true,
		Head: []parts.Cell{{Text: "Who"}, {Text: "Form"}, {Text: "Last day"}, {Text: "What keeps it alive"}},
	}
	list, err := d.Desk.Trained(r.Context(), a.By)
	for _, x := range list {
		t.Rows = append(t.Rows, []parts.Cell{{Text: x.Worker.Name}, {Text: x.Form.Title}, {Body: ends("", x.Until, calendar.DateOf(web.Now(r)))}, {Text: x.Form.Needs.Course + between + x.Form.Needs.Refresher}})
	}
	return t, err
}

func mine(k *casework.ToolKept, today calendar.Date) string {
	switch {
	case k.Mine.Refused != "":
		return "No. " + k.Mine.Refused
	case k.Form.Practice:
		return "For practice only"
	case !k.Mine.Until.IsZero() && today.DaysTo(k.Mine.Until) <= casework.EndsSoon:
		return "Yes, until " + k.Mine.Until.Short() + " only. Attend “" + k.Form.Needs.Refresher + "” before then."
	case !k.Mine.Until.IsZero():
		return "Yes, until " + k.Mine.Until.Short()
	}
	return "Yes"
}

type formView struct {
	Practice *parts.WarningText
	Heading  string
	About    parts.SummaryList
	Words    string
	Refused  string
	Editions parts.Table
	Licences parts.Table
	Licence  *licenceForm
	Action   string
}

// licenceForm is the form of a licence, with what was typed.
type licenceForm struct {
	Holder, Number, Accountable parts.Input
	Expires                     parts.DateInput
	After                       parts.Radios
	Go                          parts.Button
}

var formPage = web.Page[formView]("tools/form", files, "templates/form.html")

func (d *desk) form(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawForm(w, r, a, nil)
}

func (d *desk) drawForm(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	all, err := d.Desk.Tools(r.Context(), a.By)
	if err != nil {
		return err
	}
	var k *casework.ToolKept
	for i := range all {
		if all[i].ID == r.PathValue("tool") {
			k = &all[i]
		}
	}
	if k == nil || k.Form == nil {
		return errNotThere
	}
	v := formView{Practice: practice(k.Form), Heading: title(k), Words: k.Form.About, Refused: k.Mine.Refused, Action: formHref(k.ID) + "/licence"}
	row := func(key, value string) {
		if value != "" {
			v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: key, Value: value})
		}
	}
	row("Belongs to", k.Form.Holder)
	row("Copyright", k.Form.Copyright)
	for _, p := range k.Pathways {
		row("Used in", p.Title)
	}
	row("Records scored with it", itoa(k.Scored)+" (practice is not counted)")
	row("Can you score with it?", mine(k, calendar.DateOf(web.Now(r))))
	v.Editions = d.editions(k)
	v.Licences = licences(k)
	if d.may(a, powers.tools) && len(k.Editions) > 0 {
		v.Licence = newLicenceForm(r, f)
	}
	c := d.chrome(r, a, "Tool", parts.Link{Text: "Tools", Href: "/tools"})
	c.Errors = f
	return formPage.Render(w, r, status(f), c, v)
}

func (d *desk) editions(k *casework.ToolKept) parts.Table {
	t := parts.Table{Caption: "Editions", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Edition"}, {Text: "In force from"}, {Text: "Imported"}, {Text: "Wording"}}}
	for _, e := range k.Editions {
		name := e.Edition
		if e.ID == k.InForce {
			name += " (in force)"
		}
		who := k.Names[e.Author]
		if who == "" {
			who = d.Desk.Who(e.Author)
		}
		read := parts.Cell{Text: "Not shown to you"}
		if k.Mine.Wording {
			read = parts.Cell{Body: parts.Body{parts.Link{Text: "Read it", Href: formHref(k.ID) + "/editions/" + e.ID, Hidden: ": edition " + e.Edition}}}
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: name}, {Text: e.From.Short()}, {Text: calendar.DateOf(e.At).Short() + ", " + who}, read})
	}
	if _, _, ok := tool.PracticeOf(k.ID); ok {
		t.Rows = append(t.Rows, []parts.Cell{
			{Text: tool.PracticeMark},
			{Text: "–"},
			{Text: "Ships with the program"},
			{Body: parts.Body{parts.Link{Text: "Read it", Href: formHref(k.ID) + "/editions/practice", Hidden: ": practice example"}}},
		})
	}
	return t
}

func licences(k *casework.ToolKept) parts.Table {
	t := parts.Table{Caption: "Licences, the latest first", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Holder"}, {Text: "Number"}, {Text: "To"}, {Text: "Accountable"}, {Text: "Once it has run out"}}}
	for _, l := range k.Licences {
		t.Rows = append(t.Rows, []parts.Cell{{Text: l.Holder}, {Text: l.Number}, {Text: l.Until.Short()}, {Text: k.Names["worker:"+l.Accountable]}, {Text: afterWords[l.After]}})
	}
	return t
}

// afterWords say what may be done with scorings that were begun, once the licence
// has run out.
var afterWords = map[string]string{
	tool.AfterRead:   "Scorings that were begun can be read as before, and not gone on with",
	tool.AfterFinish: "Scorings that were begun can be read and finished",
	tool.AfterNone:   "Nobody reads the wording; numbers and answers stay",
}

func newLicenceForm(r *http.Request, f fault.Fields) *licenceForm {
	input := func(name, label, hint string) parts.Input {
		return parts.Input{Field: parts.Field{Name: name, Label: label, LabelSize: "s", Hint: hint, Error: f.For(name)}, Value: r.PostFormValue(name), Width: 30}
	}
	after := parts.Radios{
		Field: parts.Field{Name: "after", Label: "What may be done once it has run out?", LabelSize: "s", Hint: "Nobody can begin a scoring then. What the licence says of those that were begun decides.", Error: f.For("after")},
		Value: r.PostFormValue("after"),
	}
	if after.Value == "" {
		after.Value = tool.AfterRead
	}
	for _, x := range []string{tool.AfterRead, tool.AfterFinish, tool.AfterNone} {
		after.Items = append(after.Items, parts.Choice{Value: x, Label: afterWords[x]})
	}
	return &licenceForm{
		Holder:      input("holder", "Who holds the licence?", ""),
		Number:      input("number", "Number of the licence", ""),
		Expires:     dateInput(r, "expires", "Last day of the licence", "For example, 31 3 2028.", f),
		Accountable: input("accountable", "Work email address of the person accountable for it", "They are told before it runs out."),
		After:       after, Go: parts.Button{Text: "Record the licence", Once: true},
	}
}

func givenLicence(r *http.Request) casework.LicenceGiven {
	return casework.LicenceGiven{
		Holder: r.PostFormValue("holder"), Number: r.PostFormValue("number"), Accountable: r.PostFormValue("accountable"),
		After: r.PostFormValue("after"), Until: day(r, "expires"),
	}
}

func (d *desk) licence(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	err := d.Desk.RecordLicence(r.Context(), a.By, r.PathValue("tool"), givenLicence(r))
	if f, ok := wrong(err); ok {
		return d.drawForm(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, formHref(r.PathValue("tool"))+"?done=licence")
}

type editionView struct {
	Practice *parts.WarningText
	Heading  string
	About    parts.SummaryList
	Areas    []areaWords
}

// areaWords are the words of an area, for those who may see them.
type areaWords struct {
	Title, About string
	Tables       []parts.Table
}

var editionPage = web.Page[editionView]("tools/edition", files, "templates/edition.html")

func (d *desk) edition(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	p, err := d.Desk.ToolEdition(r.Context(), a.By, r.PathValue("tool"), r.PathValue("edition"))
	if err != nil {
		return err
	}
	v := editionView{Practice: practice(p), Heading: p.Title + ": edition " + p.Edition}
	v.About.Rows = []parts.SummaryRow{{Key: "Belongs to", Value: p.Holder}, {Key: "Copyright", Value: p.Copyright}}
	for i := range p.Areas {
		area := &p.Areas[i]
		x := areaWords{Title: area.Title, About: area.About}
		for j := range area.Subareas {
			x.Tables = append(x.Tables, words(p, &area.Subareas[j]))
		}
		v.Areas = append(v.Areas, x)
	}
	return editionPage.Render(w, r, http.StatusOK, d.chrome(r, a, "Wording of a tool", parts.Link{Text: "Tools", Href: "/tools"}, parts.Link{Text: p.Called(), Href: formHref(p.ID)}), v)
}

func words(p *tool.Package, s *tool.Subarea) parts.Table {
	t := parts.Table{Caption: s.Title, CaptionSize: "s", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Item"}, {Text: "Words"}, {Text: "Answers"}}}
	for i := range s.Items {
		it := &s.Items[i]
		text := parts.Body{parts.Text(it.Text)}
		for _, more := range []string{it.Hint, it.Help} {
			if more != "" {
				text = append(text, parts.HTML(`<br><span class="govuk-hint">`), parts.Text(more), parts.HTML(`</span>`))
			}
		}
		var answers parts.Body
		scale := p.Scale(it)
		for n, x := range scale.Answers {
			if n > 0 {
				answers = append(answers, parts.HTML("<br>"))
			}
			answers = append(answers, parts.HTML("<strong>"), parts.Text(x.Label), parts.HTML("</strong>"))
			if means := p.Means(it, x); means != "" {
				answers = append(answers, parts.Text(" "+means))
			}
		}
		if scale.Kind == tool.Words {
			answers = parts.Body{parts.Text("In words")}
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: it.Number}, {Body: text}, {Body: answers}})
	}
	return t
}
