package mash

import (
	"html/template"
	"net/http"
	"strconv"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// exportsView is the files for national databases that can be made of a record,
// and those that were made.
type exportsView struct {
	Frame   frame
	Heading string
	Offers  []exportOfferView
	Made    *parts.Table
}

type exportOfferView struct {
	Title, Receiver, Href string
	May                   bool
	Words                 template.HTML
}

var exportsPage = page[exportsView]("exports", "frame")

func (d *door) exports(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	offers, err := d.Desk.ExportOffers(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return err
	}
	if len(offers) == 0 {
		return errNotWork
	}
	view := exportsView{Frame: d.frame(r, v, "exports"), Heading: heading(v, "Exports")}
	base := "/records/" + v.Record.ID + "/exports/"
	for _, o := range offers {
		view.Offers = append(view.Offers, exportOfferView{
			Title: o.Export.Title, Receiver: o.Export.Receiver, Href: base + o.Export.ID, May: o.May, Words: prose.Words(o.Export.Words),
		})
	}
	made, names, err := d.Desk.ExportsMade(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return err
	}
	if len(made) > 0 {
		view.Made = &parts.Table{
			Caption: "Files made", CaptionSize: "m", Stack: true,
			Head: []parts.Cell{{Text: "File"}, {Text: "When"}, {Text: "By"}, {Text: "Right child, says"}, {Text: "JSON"}, {Text: "CSV"}},
		}
	}
	for _, c := range made {
		view.Made.Rows = append(view.Made.Rows, []parts.Cell{
			{Text: c.Title},
			{Text: calendar.ShowShort(c.At)},
			{Text: or(names[c.By], d.Desk.Who(c.By))},
			{Text: or(names[c.CheckedBy], d.Desk.Who(c.CheckedBy))},
			{Body: parts.Body{parts.Link{Text: "JSON file of " + calendar.ShowShort(c.At), Href: base + "made/" + c.ID + "/json"}}},
			{Body: parts.Body{parts.Link{Text: "CSV file of " + calendar.ShowShort(c.At), Href: base + "made/" + c.ID + "/csv"}}},
		})
	}
	return drawRecord(d, exportsPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

// exportView is one file as it would be made now.
type exportView struct {
	Frame    frame
	Heading  string
	Action   string
	Back     string
	Words    template.HTML
	Seen     string
	Identity parts.SummaryList
	Parts    []parts.Table
	Left     []leftView
	May      bool   // their role makes the file
	By, When string // who asked for the second look
	Mine     bool
	For      string // what it is made for
	Checked  string
	Agreed   string
	Declined *declinedView
	Own      bool // the reader agreed to it themselves
	Why      parts.Textarea
	Say      *verdictView
}

var exportPage = page[exportView]("export", "frame")

func (d *door) export(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawExport(w, r, a, "", nil, nil)
}

// drawExport draws a file before it is made. Why is what was typed as its reason,
// wrong what a second person said and could not be kept.
func (d *door) drawExport(w http.ResponseWriter, r *http.Request, a *room.Asker, why string, errs fault.Fields, wrong *said) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	id := r.PathValue("export")
	sheet, err := d.Desk.PreviewExport(r.Context(), a.By, v.Record.ID, id)
	if err != nil {
		return err
	}
	back := "/records/" + v.Record.ID + "/exports"
	view := exportView{
		Frame: d.frame(r, v, "exports"), Heading: heading(v, sheet.Export.Title), May: sheet.May, Action: back + "/" + id, Back: back, Words: prose.Words(sheet.Export.Words), Seen: sheet.Hash,
		Why: parts.Textarea{
			Field: parts.Field{Name: "why", ID: "why", Label: "What is it made for?", Hint: "Whoever looks at it reads this.", Error: errs.For("why")},
			Value: why, Rows: 3, Autosize: true, Spellcheck: "true",
		},
	}
	for _, l := range sheet.Identity {
		view.Identity.Rows = append(view.Identity.Rows, parts.SummaryRow{Key: strings.TrimSuffix(l.Label, "?"), Value: exportWords(l)})
	}
	view.Parts, view.Left = exportTables(sheet.File.Fields)
	if sheet.Asked != nil {
		view.Mine, view.For, view.When = sheet.Mine(a.By), sheet.Asked.Words, calendar.ShowShort(sheet.Asked.At)
		if view.By, err = d.worker(r, sheet.Asked.Owner); err != nil {
			return err
		}
		if !view.Mine && !sheet.State.Agreed {
			view.Say = wrong.aboutExport(id)
		}
	}
	if sheet.State.Agreed {
		view.Own, view.Agreed = sheet.State.By == string(a.By.Principal), sheet.State.Words
		if view.Checked, err = d.worker(r, sheet.State.By); err != nil {
			return err
		}
	}
	if view.Declined, err = d.declined(r, sheet.State); err != nil {
		return err
	}
	status := wrong.status()
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return drawRecord(d, exportPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) {
		c.Errors = append(c.Errors, errs...)
		wrong.chrome(c)
	})
}

// aboutExport asks whether a file is about the right child.
func (s *said) aboutExport(of string) *verdictView {
	v := s.about(of)
	v.Safe.Label = "Is this the right child, and is every name, date and number right?"
	v.Safe.Items = []parts.Choice{{Value: "yes", Label: "Yes"}, {Value: "no", Label: "No, send it back"}}
	v.Words.Label, v.Words.Hint = "What did you compare it with, or what is wrong?", "A paper or a system outside this record, such as the hospital’s notice of the death. It is kept."
	return &v
}

func exportWords(l pathway.ExportLine) string {
	switch {
	case l.LeftOut != "":
		return "Left out: " + l.LeftOut
	case l.NotKnown != "":
		return "Not known: " + l.NotKnown
	}
	return or(l.Words, "Not answered")
}

// exportTables are the fields of a file by part, and what was left out of them.
func exportTables(lines []pathway.ExportLine) ([]parts.Table, []leftView) {
	var out []parts.Table
	var left []leftView
	last := ""
	for _, l := range lines {
		name := capital(strings.ReplaceAll(l.Part, "_", " "))
		if l.Form > 1 {
			name += " " + strconv.Itoa(l.Form)
		}
		name += ". Edition: " + l.Edition
		if name != last {
			last = name
			out = append(out, parts.Table{Caption: name, CaptionSize: "s", Stack: true, Head: []parts.Cell{{Text: "Field"}, {Text: "Question"}, {Text: "Row"}, {Text: "In the file"}}})
		}
		t := &out[len(out)-1]
		t.Rows = append(t.Rows, []parts.Cell{{Text: l.Field}, {Text: l.Label}, {Text: or(l.Row, "–")}, {Text: exportWords(l)}})
		if l.LeftOut == "" {
			continue
		}
		if n := len(left) - 1; n < 0 || left[n].Why != l.LeftOut {
			left = append(left, leftView{Why: l.LeftOut})
		}
		left[len(left)-1].Names = append(left[len(left)-1].Names, l.Label)
	}
	return out, left
}

// exportActed asks for a second look at a file, keeps what was said of it, or makes it.
func (d *door) exportActed(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, export, seen := r.PathValue("id"), r.PathValue("export"), r.PostForm.Get("seen")
	at := "/records/" + id + "/exports"
	switch r.PostForm.Get("do") {
	case "ask":
		why := r.PostForm.Get("why")
		err := d.Desk.AskForExportCheck(r.Context(), a.By, id, export, seen, why)
		var errs fault.Fields
		if asFields(err, &errs) {
			return d.drawExport(w, r, a, why, errs, nil)
		}
		if err != nil {
			return err
		}
		return room.See(w, r, at+"/"+export+"?done=asked-export")
	case "check":
		verdict, s := saidIn(r, export)
		if len(s.errs) > 0 {
			s.errs[0].Text = "Choose whether it is the right child"
			return d.drawExport(w, r, a, "", nil, s)
		}
		if err := d.Desk.CheckExport(r.Context(), a.By, id, export, seen, verdict); err != nil {
			if s.wrong(err) {
				return d.drawExport(w, r, a, "", nil, s)
			}
			return err
		}
		return room.See(w, r, at+"?done="+s.doneWord()+"-export")
	}
	if _, err := d.Desk.MakeExport(r.Context(), a.By, id, export, seen); err != nil {
		return err
	}
	return room.See(w, r, at+"?done=made-export")
}

func (d *door) exportFile(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	format := r.PathValue("format")
	body, c, err := d.Desk.OpenExport(r.Context(), a.By, r.PathValue("id"), r.PathValue("made"), format)
	if err != nil {
		return err
	}
	kind := map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8"}[format]
	room.SendFile(w, c.Copy+"-"+c.At.UTC().Format("20060102-1504")+"."+format, kind, body)
	return nil
}
