package mash

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// entriesView is the dated log of a record, and the form to add to it.
type entriesView struct {
	Frame   frame
	Heading string
	Once    string
	Log     parts.Timeline
	May     bool
	SaveTo  string
	Kind    parts.Radios
	Date    parts.DateInput
	Clock   parts.Input
	Text    parts.Textarea
	Guarded parts.Checkboxes
	Late    parts.Input
	Saved   parts.SaveStatus
}

var entriesPage = page[entriesView]("entries", "frame")

// entryKinds are what a worker may enter by hand, and entryWords every kind
// there is.
var (
	entryKinds = []parts.Choice{{Value: "call", Label: "Call"}, {Value: "visit", Label: "Visit"}, {Value: "meeting", Label: "Meeting"}, {Value: "note", Label: "Note"}}
	entryWords = map[string]string{
		"call": "Call", "visit": "Visit", "meeting": "Meeting", "note": "Note", "break_glass": "Opened although locked",
		casework.EmailConfirmed: "Email address confirmed", "system": "Noted by Frontdoor",
	}
)

// guardedWords mark what may inform the decision and go nowhere else.
const guardedWords = "For the decision only. It must not leave the front door."

// The drafts of what is written on a record outside its steps.
const (
	entryDraft   = "(entry)"
	messageDraft = "(message)"
)

// entryAsked are the entry form's questions, read the way every form is.
var entryAsked = []pathway.Asked{
	{Question: &pathway.Question{ID: "kind", Type: "radios"}, Key: "kind"},
	{Question: &pathway.Question{ID: "happened", Type: "datetime"}, Key: "happened"},
	{Question: &pathway.Question{ID: "text", Type: "textarea"}, Key: "text"},
	{Question: &pathway.Question{ID: "guarded", Type: "checkboxes"}, Key: "guarded"},
	{Question: &pathway.Question{ID: "late_reason", Type: "text"}, Key: "late_reason"},
}

func (d *door) entries(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	dr, err := d.noteDraft(r, a, entryDraft)
	if err != nil {
		return err
	}
	return d.drawEntries(w, r, a, dr.Answers, http.StatusOK, nil)
}

func (d *door) drawEntries(w http.ResponseWriter, r *http.Request, a *room.Asker, typed answer.Set, status int, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	day, month, year, clock := pathway.DateParts(typed.Text("happened"))
	view := entriesView{
		Frame: d.frame(r, v, "entries"), Heading: heading(v, "Entries"), Once: room.Once(r), May: v.Decision.May("act"), SaveTo: r.URL.Path + "/save",
		Kind: parts.Radios{Field: parts.Field{Name: "kind", ID: "kind", Label: "What was it?", Error: errs.For("kind")}, Items: entryKinds, Value: typed.Text("kind"), Inline: true, Small: true},
		Date: parts.DateInput{
			Field: parts.Field{Name: "happened", ID: "happened", Label: "When did it happen?", Hint: "Leave the date and the time empty if it is now.", Error: errs.For("happened")},
			Day:   day, Month: month, Year: year,
		},
		Clock:   parts.Input{Field: parts.Field{Name: "happened-time", ID: "happened-time", Label: "Time", Hint: "For example, 14:30"}, Value: clock, Width: 5},
		Text:    parts.Textarea{Field: parts.Field{Name: "text", ID: "text", Label: "What happened?", Hint: "Keep what was seen or said apart from what you think.", Error: errs.For("text")}, Value: typed.Text("text"), Rows: 6, Autosize: true, Spellcheck: "true"},
		Guarded: parts.Checkboxes{Field: parts.Field{Name: "guarded", ID: "guarded", Label: "May it leave the front door?", Error: errs.For("guarded")}, Items: []parts.Choice{{Value: "yes", Label: guardedWords, Hint: "No letter, no other team and no later record gets it."}}, Values: typed["guarded"].List, Small: true},
		Late:    parts.Input{Field: parts.Field{Name: "late_reason", ID: "late_reason", Label: "If it was more than a day ago, why is it written now?", Error: errs.For("late_reason")}, Value: typed.Text("late_reason")},
	}
	list := slices.Clone(v.Entries)
	slices.SortStableFunc(list, func(x, y record.Entry) int { return y.HappenedAt.Compare(x.HappenedAt) })
	for _, e := range list {
		view.Log.Items = append(view.Log.Items, d.entryItem(v, e))
	}
	return drawRecord(d, entriesPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) entryItem(v *casework.View, e record.Entry) parts.TimelineItem {
	title := entryWords[e.Kind]
	if title == "" {
		title = capital(strings.ReplaceAll(e.Kind, "_", " "))
	}
	item := parts.TimelineItem{Title: title, By: v.Who(e.By, d.Desk), When: calendar.Show(e.HappenedAt), Machine: machine(e.HappenedAt)}
	if e.Guarded {
		item.Body = append(item.Body, parts.WarningText{Text: guardedWords})
	}
	item.Body = append(item.Body, form.Lines(e.Text)...)
	if e.RecordedAt.Sub(e.HappenedAt) > time.Hour {
		item.Body = append(item.Body, parts.HTML(`<p class="govuk-body-s govuk-!-margin-top-2">`), parts.Text("Written on "+calendar.Show(e.RecordedAt)), parts.HTML(`</p>`))
	}
	return item
}

func (d *door) addEntry(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	var none pathway.Pathway
	typed := none.Read(entryAsked, r.PostForm)
	e := record.Entry{Record: r.PathValue("id"), Kind: typed.Text("kind"), Text: typed.Text("text"), HappenedAt: web.Now(r), Guarded: len(typed["guarded"].List) > 0}
	var errs fault.Fields
	if !slices.ContainsFunc(entryKinds, func(c parts.Choice) bool { return c.Value == e.Kind }) {
		errs.Add("kind", "Choose what it was")
	}
	if text := typed.Text("happened"); text != "" {
		at, _, err := calendar.ParseTime(text)
		if err != nil {
			errs.Add("happened", "Enter a real date and time, or leave both empty if it is now")
		}
		e.HappenedAt = at
	}
	if len(errs) == 0 {
		a.By.Once = r.PostForm.Get(room.OnceName)
		err := d.Desk.AddEntry(r.Context(), a.By, e, typed.Text("late_reason"))
		if err == nil {
			if err := d.dropNote(r, a, entryDraft); err != nil {
				return err
			}
			return room.See(w, r, "/records/"+e.Record+"/entries?done=entry")
		}
		if !asFields(err, &errs) {
			return err
		}
	} else if e.Text == "" {
		errs.Add("text", "Write what happened")
	}
	return d.drawEntries(w, r, a, typed, http.StatusUnprocessableEntity, errs)
}

func (d *door) saveEntry(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.saveNote(w, r, a, entryDraft, entryAsked)
}

// noteDraft gives what the worker was writing on a record outside its steps.
func (d *door) noteDraft(r *http.Request, a *room.Asker, kind string) (record.Draft, error) {
	list, err := d.Desk.Drafts(r.Context(), a.By)
	if err != nil {
		return record.Draft{}, err
	}
	for _, dr := range list {
		if dr.Record == r.PathValue("id") && dr.Step == kind {
			return d.Desk.Draft(r.Context(), a.By, dr.ID)
		}
	}
	return record.Draft{Answers: answer.Set{}}, nil
}

func (d *door) dropNote(r *http.Request, a *room.Asker, kind string) error {
	dr, err := d.noteDraft(r, a, kind)
	if err != nil || dr.ID == "" {
		return err
	}
	return d.Desk.DropDraft(r.Context(), a.By, dr.ID)
}

// saveNote keeps what is being typed, as the page sends it.
func (d *door) saveNote(w http.ResponseWriter, r *http.Request, a *room.Asker, kind string, asked []pathway.Asked) error {
	return d.KeepTyped(w, r, a, r.PathValue("id"), kind, func(kept answer.Set) answer.Set {
		return form.ReadPart(&pathway.Pathway{}, r.PostForm, kept, func(answer.Set) []pathway.Asked { return asked })
	})
}
