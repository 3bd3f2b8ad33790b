package casework

import (
	"context"
	"slices"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Preview is a document as its reader would get it, before anything is sent.
type Preview struct {
	Doc      *pathway.Document
	Row      string
	Title    string
	Body     string // Markdown
	Withheld string
	held     string       // what goes once somebody has said that no child has died
	Uses     []answer.Key // the answers it shows
}

// PreviewStep shows what a step would send, with the answers typed so far.
func (d *Desk) PreviewStep(ctx context.Context, by By, id, step string, changes answer.Set) ([]Preview, error) {
	var out []Preview
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		s, row, ok := stepOf(l.p, step)
		if !ok {
			return errNotThere
		}
		l.f.Row, changes = onRow(l.rec, s, row, changes)
		l.f.Answers.Apply(changes)
		taking, err := l.p.Take(s.ID, l.f)
		if err != nil {
			return err
		}
		if out, err = d.previews(tx, l, taking.Documents); err != nil {
			return err
		}
		return d.tellsNothing(tx, l, out)
	})
	return out, err
}

// family are the readers to whom nothing goes once a child has died.
var family = []string{"child", "parent", "parents", "family", "carer", "victim"}

// whyDied is said in place of whatever would have gone to the family.
const whyDied = "A child on this record has died. Nothing goes to the family from here: speak to whoever looks after them."

// previews makes each document from its allow-list alone.
func (d *Desk) previews(tx *store.Tx, l loaded, made []pathway.MadeDocument) ([]Preview, error) {
	a, _ := d.Place.Register.Authority(l.rec.Authority)
	extra := map[string]string{
		"reference": l.rec.Reference, "today": today(l.f.Now).Long(), "authority": a.Name, "front_door": d.Place.Word(l.rec.Authority, "front_door"),
		"phone": d.phone(l.rec.Authority, l.f.Now),
	}
	var out []Preview
	for _, m := range made {
		pv := Preview{Doc: m.Document, Row: m.Row, Title: m.Document.Title}
		if m.Row != "" {
			extra["row_name"] = l.p.RowName(l.f, m.Document.Row, m.Row)
		}
		if q := m.Document.Withhold; q != "" {
			k := answer.Key(q)
			if g := l.p.GroupOf(q); g != "" { // it is said of this row alone
				k = answer.RowKey(g, m.Row, q)
			}
			if question, ok := l.p.Question(q); ok {
				pv.Withheld = l.p.Label(question, l.f.Answers[k])
			}
		}
		if pv.Withheld == "" && slices.Contains(family, m.Document.To) {
			var err error
			if pv.Withheld, err = d.silence(tx, l.rec.ID); err != nil {
				return nil, err
			}
		}
		if pv.Withheld == "" || pv.Withheld == whyPerhaps {
			body, uses, err := l.p.Render(m.Document, m.Row, l.f, extra)
			switch {
			case err != nil:
				return nil, err
			case pv.Withheld == "":
				pv.Body, pv.Uses = body, uses
			default:
				pv.held = body
			}
		}
		out = append(out, pv)
	}
	return out, nil
}

// phone is the number of the front door itself, as a letter gives it: whoever
// reads it rings in the hours it is open, whatever the hour it was written.
func (d *Desk) phone(authority string, now time.Time) string {
	if cal := d.calendarFor(authority); !cal.IsOpen(now) {
		if opens, ok := cal.NextOpen(now); ok {
			now = opens
		}
	}
	a, err := d.Contacts(now).Decide(contact.Ask{Authority: authority, Caller: contact.Professional, About: contact.AboutChild, At: now})
	if err != nil {
		return ""
	}
	return a.Phone
}

// sendDocuments keeps each document as it went, and tells the sender of the
// record when one is for them.
func (d *Desk) sendDocuments(tx *store.Tx, by By, l *loaded, made []pathway.MadeDocument) error {
	previews, err := d.previews(tx, *l, made)
	if err != nil {
		return err
	}
	for _, pv := range previews {
		doc := record.Document{
			ID: store.NewID(by.Now), Record: l.rec.ID, Doc: pv.Doc.ID, Row: pv.Row, To: pv.Doc.To, Title: pv.Title,
			Withheld: pv.Withheld, SentAt: by.Now, By: string(by.Principal),
		}
		if doc.Body, err = d.sealText("document", doc.ID, pv.Body); err != nil {
			return err
		}
		if err := tx.AddDocument(doc); err != nil {
			return err
		}
		if err := d.log(tx, by, "send-document", l.rec.ID, map[string]string{"document": pv.Doc.ID, "to": pv.Doc.To}); err != nil {
			return err
		}
		if pv.held != "" {
			if err := d.hold(tx, by, l.rec.ID, store.HeldDocument, heldDocument{pv.Doc.ID, pv.Doc.Row, pv.Row, pv.Doc.To, pv.Title, pv.held}); err != nil {
				return err
			}
		}
		if pv.Doc.To == "referrer" && pv.Withheld == "" {
			if err := d.noticeAuthor(tx, by, *l, "outcome"); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d *Desk) documents(tx *store.Tx, rec string) ([]record.Document, error) {
	docs, err := tx.Documents(rec)
	for i := range docs {
		if docs[i].Body, err = d.openText("document", docs[i].ID, docs[i].Body); err != nil {
			return nil, err
		}
	}
	return docs, err
}

// OpenDocument gives one document as it was sent: to those who may view the
// record, or to the sender when it was made for them.
func (d *Desk) OpenDocument(ctx context.Context, by By, rec, id string) (record.Document, *pathway.Pathway, error) {
	var out record.Document
	var p *pathway.Pathway
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, false)
		if err != nil {
			return err
		}
		p = l.p
		docs, err := d.documents(tx, rec)
		if err != nil {
			return err
		}
		for _, doc := range docs {
			mine := doc.To == "referrer" && doc.Withheld == "" && l.dec.May("status")
			if doc.ID == id && (l.dec.May("view") || mine) {
				out = doc
				return d.log(tx, by, "read-document", rec, map[string]string{"document": doc.Doc})
			}
		}
		return fault.New(fault.NotFound, "This letter is not here, or is not yours to read.")
	})
	return out, p, err
}
