package tools

import (
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"strconv"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type importView struct {
	// Faults are what is wrong with the file, each with its place.
	Faults []tool.Fault
	File   parts.FileUpload
	Check  parts.Button

	// What follows is there once a file was read.
	Read     bool
	About    parts.SummaryList
	Before   string
	Changes  parts.Table
	Warnings []string
	Package  parts.Hidden
	From     parts.DateInput
	Licence  *licenceForm
	Optional bool // there is a live licence already
	Go       parts.Button
}

var importPage = web.Page[importView]("tools/import", files, "templates/import.html")

func itoa(n int) string { return strconv.Itoa(n) }

var errTools = fault.New(fault.Forbidden, "Your role does not look after the partnership’s tools. Ask a partnership manager.")

func (d *desk) importPage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !d.may(a, powers.tools) {
		return errTools
	}
	return d.drawImport(w, r, a, importView{}, nil)
}

func (d *desk) drawImport(w http.ResponseWriter, r *http.Request, a *room.Asker, v importView, f fault.Fields) error {
	v.File = parts.FileUpload{Field: parts.Field{Name: "file", Label: "The file", LabelSize: "m", Hint: "JSON, up to 1 MB, as its holder sent it.", Error: f.For("file")}, Accept: ".json,application/json"}
	v.Check = parts.Button{Text: "Read the file", Once: true}
	c := d.chrome(r, a, "Import a tool", parts.Link{Text: "Tools", Href: "/tools"})
	c.Errors = f
	code := status(f)
	if len(v.Faults) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return importPage.Render(w, r, code, c, v)
}

// importDo reads the file, shows what it would do, and imports it when that was
// seen: the file goes with the second form, so that nothing is kept before.
func (d *desk) importDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !d.may(a, powers.tools) {
		return errTools
	}
	body, seen, err := given(r)
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return d.drawImport(w, r, a, importView{}, fault.Fields{{Key: "file", Text: "Choose the file"}})
	}
	preview, err := d.Desk.PreviewTool(r.Context(), a.By, body)
	var faults tool.Faults
	if errors.As(err, &faults) {
		return d.drawImport(w, r, a, importView{Faults: faults}, fault.Fields{{Key: "file", Text: "The file cannot be imported. What is wrong stands below"}})
	}
	if err != nil {
		return err
	}
	if seen {
		e, err := d.Desk.ImportTool(r.Context(), a.By, body, day(r, "from"), givenLicence(r))
		if err == nil {
			return room.See(w, r, formHref(e.Tool)+"?done=imported")
		}
		f, ok := wrong(err)
		if !ok {
			return err
		}
		return d.drawPreview(w, r, a, body, preview, f)
	}
	return d.drawPreview(w, r, a, body, preview, nil)
}

// given is the file of the first form, or what the second one sends of it.
func given(r *http.Request) (body []byte, seen bool, err error) {
	if text := r.PostFormValue("package"); text != "" {
		body, err = base64.StdEncoding.DecodeString(text)
		return body, true, fault.Wrap(err, fault.Invalid, "What was sent could not be read. Choose the file again.")
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return nil, false, nil
	}
	defer func() { _ = f.Close() }()
	body, err = io.ReadAll(io.LimitReader(f, tool.MaxBytes+1))
	return body, false, err
}

func (d *desk) drawPreview(w http.ResponseWriter, r *http.Request, a *room.Asker, body []byte, p *casework.ToolPreview, f fault.Fields) error {
	form := p.Form
	v := importView{Read: true, Warnings: p.Warnings, Package: parts.Hidden{Name: "package", Value: base64.StdEncoding.EncodeToString(body)}, Go: parts.Button{Text: "Import this edition", Once: true}}
	row := func(key, value string) { v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: key, Value: value}) }
	row("Form", form.Title)
	row("Edition", form.Edition)
	row("Belongs to", form.Holder)
	row("Copyright", form.Copyright)
	row("Areas and items", itoa(len(form.Areas))+" areas, "+itoa(len(form.Items()))+" items")
	roles := "Every role"
	if len(form.Wording.Roles) > 0 {
		roles = ""
		for i, id := range form.Wording.Roles {
			role, _ := d.Desk.Place.Register.Role(id)
			if i > 0 {
				roles += ", "
			}
			roles += role.Label
		}
	}
	if form.Wording.Trained {
		roles += ", if trained"
	}
	row("Who may see the wording", roles)
	for _, s := range form.Needs.Sessions {
		row("Session to attend", s)
	}
	v.Before = "There was no edition before. From its first day it takes the place of the practice example."
	if p.Before.ID != "" {
		v.Before = "The edition in force now is " + p.Before.Edition + ". Records that were begun with it keep it."
	}
	v.Changes = parts.Table{Caption: "What differs from the edition in force", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "What"}, {Text: "Item"}}}
	for _, x := range p.Differences {
		item := x.Item
		if item == "" {
			item = "The whole form"
		}
		v.Changes.Rows = append(v.Changes.Rows, []parts.Cell{{Text: x.What}, {Text: item}})
	}
	v.From = dateInput(r, "from", "In force from", "Scorings begun on that day or later are made with it.", f)
	if v.From.Day+v.From.Month+v.From.Year == "" {
		today := calendar.DateOf(web.Now(r))
		v.From.Day, v.From.Month, v.From.Year = itoa(today.Day()), itoa(int(today.Month())), itoa(today.Year())
	}
	v.Licence = newLicenceForm(r, f)
	all, err := d.Desk.Tools(r.Context(), a.By)
	if err != nil {
		return err
	}
	for i := range all {
		if all[i].ID == form.ID && len(all[i].Licences) > 0 {
			v.Optional = !all[i].Licences[0].Until.Before(calendar.DateOf(web.Now(r)))
		}
	}
	v.Optional = v.Optional || !form.Needs.Licence
	return d.drawImport(w, r, a, v, f)
}
