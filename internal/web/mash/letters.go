package mash

import (
	"html/template"
	"net/http"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/prose"
	"frontdoor/internal/record"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// lettersView lists what was sent from a record, and what was not and why.
type lettersView struct {
	Frame   frame
	Heading string
	ID      string
	Waiting []waitingView
	Letters *parts.Table
}

var lettersPage = page[lettersView]("letters", "frame", "lettercards")

// readerWords say who a letter is for.
var readerWords = map[string]string{"referrer": "the sender", "parents": "the parents", "child": "the child"}

func reader(to string) string { return or(readerWords[to], to) }

func (d *door) letters(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawLetters(w, r, a, nil)
}

// drawLetters draws the page; wrong is what a second person said of letters and
// could not be kept.
func (d *door) drawLetters(w http.ResponseWriter, r *http.Request, a *room.Asker, wrong *said) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := lettersView{Frame: d.frame(r, v, "letters"), Heading: heading(v, "Letters"), ID: v.Record.ID}
	if view.Waiting, err = d.waiting(r, a, v, wrong); err != nil {
		return err
	}
	if len(v.Sent) > 0 {
		view.Letters = &parts.Table{
			Caption: "Letters and messages made from this record", CaptionSize: "m", Stack: true,
			Head: []parts.Cell{{Text: "Letter"}, {Text: "For"}, {Text: "About"}, {Text: "When"}, {Text: "By"}},
		}
	}
	for _, doc := range v.Sent {
		title := parts.Cell{Body: parts.Body{parts.Link{Text: doc.Title, Href: "/records/" + v.Record.ID + "/letters/" + doc.ID}}}
		if doc.Withheld != "" {
			title = parts.Cell{Text: doc.Title + ". Not sent: " + doc.Withheld}
		}
		about := "Everyone"
		if doc.Row != "" {
			f := v.Facts
			f.Answers = v.Answers
			if def, ok := v.Pathway.Document(doc.Doc); ok {
				about = v.Pathway.RowName(f, def.Row, doc.Row)
			}
		}
		view.Letters.Rows = append(view.Letters.Rows, []parts.Cell{
			title, {Text: capital(reader(doc.To))}, {Text: about}, {Text: calendar.ShowShort(doc.SentAt)}, {Text: v.Who(doc.By, d.Desk)},
		})
	}
	return drawRecord(d, lettersPage, w, r, a, v, wrong.status(), view.Heading, view, wrong.chrome)
}

// letterView is one letter as it went, to read or print.
type letterView struct {
	Title string
	Facts string
	Body  template.HTML
	Print parts.PrintButton
	PDF   string
}

var letterPage = page[letterView]("letter")

func (d *door) letter(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	doc, _, err := d.Desk.OpenDocument(r.Context(), a.By, id, r.PathValue("doc"))
	if err != nil {
		return err
	}
	if doc.Withheld != "" {
		return fault.New(fault.NotFound, "This letter was not sent. The reason is on the record's page of letters.")
	}
	c := d.chrome(r, a, "Letter")
	c.BackHref, c.BackText = "/records/"+id+"/letters", "Back to the letters"
	view := d.letterView(doc)
	view.PDF = "/records/" + id + "/letters/" + doc.ID + "/pdf"
	return letterPage.Render(w, r, http.StatusOK, c, view)
}

// letterPDF is one letter as a file; its name tells nobody anything.
func (d *door) letterPDF(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	pdf, rec, err := d.Desk.LetterPDF(r.Context(), a.By, r.PathValue("id"), r.PathValue("doc"))
	if err != nil {
		return err
	}
	room.SendPDF(w, "letter-"+rec.Reference, pdf)
	return nil
}

func (d *door) letterView(doc record.Document) letterView {
	return letterView{Title: doc.Title, Facts: "Sent to " + reader(doc.To) + " on " + calendar.Show(doc.SentAt), Body: prose.Words(doc.Body), Print: parts.PrintButton{Text: "Print this letter"}}
}
