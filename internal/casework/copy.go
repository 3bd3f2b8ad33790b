package casework

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/book"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Acts about what is given on paper, as the audit log names them.
const (
	actPreviewCopy = "preview-copy"
	actGiveCopy    = "give-copy"
	actOpenCopy    = "open-copy"
)

// Wanted names a copy that someone wants to give: which, to whom, and whether of
// one decision alone.
type Wanted struct {
	Copy string
	To   string // as Reader.ID has it
	Only string // a step; empty for all that the copy may hold
}

func (w Wanted) about() string { return "copy:" + w.Copy + "|" + w.To + "|" + w.Only }

func wantedIn(about string) (Wanted, bool) {
	rest, is := strings.CutPrefix(about, "copy:")
	part := strings.Split(rest, "|")
	if !is || len(part) != 3 {
		return Wanted{}, false
	}
	return Wanted{part[0], part[1], part[2]}, true
}

// Reader is someone whom a copy can be for.
type Reader struct {
	pathway.CopyFor
	Agency string
	Name   string
	// Withheld is why nothing can be given to them.
	Withheld string
}

// ID names the reader within the record; it holds no name.
func (r Reader) ID() string {
	switch {
	case r.Agency != "":
		return r.Kind + "/" + r.Agency
	case r.Row != "":
		return r.Kind + "/" + r.Group + "/" + r.Row
	}
	return r.Kind
}

// CopyOffer is one copy that can be made of a record, and for whom.
type CopyOffer struct {
	Copy      *pathway.Copy
	Readers   []Reader
	Decisions []*pathway.Step
}

// Paper is a copy as its reader would get it, before it is given.
type Paper struct {
	Wanted
	Reader Reader
	Title  string
	Body   string // Markdown
	Used   []answer.Key
	Left   []pathway.LeftOut
	// Unprintable names what of the words cannot be printed.
	Unprintable []string
	Hash        string // of exactly this
	Phone       string
	// Second says that a second person must look at it first.
	Second bool
	State  CheckState
}

// CheckState is what a second person said of exactly these words.
type CheckState struct {
	Asked, Agreed, Declined bool
	By                      string // principal of whoever answered
	Words                   string // what they wrote
	At                      time.Time
}

// listed is the pathway whose lists of copies hold for a record: as it is now,
// for a list that was put right holds for old records too.
func (d *Desk) listed(l loaded) *pathway.Pathway {
	if p, ok := d.Pathways.Get(l.rec.Pathway); ok {
		return p
	}
	return l.p
}

// readers are all whom copies of a record can be for.
func (d *Desk) readers(tx *store.Tx, l loaded) ([]Reader, error) {
	withheld, err := d.silence(tx, l.rec.ID)
	if err != nil {
		return nil, err
	}
	var out []Reader
	for i := range l.p.Groups {
		g := &l.p.Groups[i]
		if g.Person == nil {
			continue
		}
		for _, row := range l.f.Answers.Rows(g.ID) {
			kind := g.Person.Role
			if kind == "adult" && g.Person.Parental != "" && l.f.Answers.Text(answer.RowKey(g.ID, row, g.Person.Parental)) == "yes" {
				kind = "parent"
			}
			r := Reader{CopyFor: pathway.CopyFor{Kind: kind, Group: g.ID, Row: row}, Name: kindWords[kind], Withheld: withheld}
			if !slices.ContainsFunc(g.Name, func(id string) bool { q, ok := l.p.Question(id); return ok && (q.Sealed || q.Guarded) }) {
				r.Name = l.p.RowName(l.f, g.ID, row)
			}
			out = append(out, r)
		}
	}
	if l.p.UnlistedParents() {
		out = append(out, Reader{CopyFor: pathway.CopyFor{Kind: "parent"}, Name: "A parent", Withheld: withheld})
	}
	for _, a := range d.Place.Register.Agencies {
		if d.covers(a.ID, l.rec.Authority) {
			out = append(out, Reader{CopyFor: pathway.CopyFor{Kind: "agency"}, Agency: a.ID, Name: a.Name})
		}
	}
	out = append(out, Reader{CopyFor: pathway.CopyFor{Kind: "court"}, Name: "The court"})
	return append(out, Reader{CopyFor: pathway.CopyFor{Kind: "file"}, Name: "The file"}), nil
}

// covers tells whether an agency works in an authority.
func (d *Desk) covers(id, authority string) bool {
	return slices.ContainsFunc(d.Place.Register.Teams, func(t agency.Team) bool {
		return t.Agency == id && slices.Contains(t.Authorities, authority)
	})
}

// CopyOffers lists what can be given out of a record and to whom, for those who
// act on it, and to whom nothing of it is given.
func (d *Desk) CopyOffers(ctx context.Context, by By, id string) ([]CopyOffer, []pathway.NoCopy, error) {
	var out []CopyOffer
	var none []pathway.NoCopy
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil || !l.dec.May(access.Act) {
			return err
		}
		all, err := d.readers(tx, l)
		if err != nil {
			return err
		}
		p := d.listed(l)
		for i := range p.Copies {
			c := &p.Copies[i]
			o := CopyOffer{Copy: c}
			for _, r := range all {
				if slices.Contains(c.To, r.Kind) {
					o.Readers = append(o.Readers, r)
				}
			}
			for _, s := range c.Decisions(l.f) {
				if step, ok := l.p.Step(s); ok {
					o.Decisions = append(o.Decisions, step)
				}
			}
			out = append(out, o)
		}
		none = p.NoCopies
		return nil
	})
	return out, none, err
}

// paper makes a copy as it would be now.
func (d *Desk) paper(tx *store.Tx, by By, l loaded, w Wanted) (*Paper, error) {
	if why, kept := l.p.KeptIn(l.f); kept {
		return nil, fault.New(fault.Forbidden, why)
	}
	p := d.listed(l)
	c, ok := p.Copy(w.Copy)
	if !ok {
		return nil, fault.New(fault.NotFound, "There is no such copy of this record.")
	}
	all, err := d.readers(tx, l)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(all, func(r Reader) bool { return r.ID() == w.To && slices.Contains(c.To, r.Kind) })
	if i < 0 {
		return nil, fault.New(fault.Conflict, "Whoever this was for is not on the record any more, or may not be given it. Choose again.")
	}
	out := &Paper{Wanted: w, Reader: all[i], Title: c.Title, Phone: d.phone(l.rec.Authority, l.f.Now)}
	if out.Reader.Withheld != "" {
		return nil, fault.New(fault.Forbidden, out.Reader.Withheld)
	}
	if w.Only != "" {
		if !slices.Contains(c.Decisions(l.f), w.Only) {
			return nil, fault.New(fault.Conflict, "That decision is not on the record any more. Choose again.")
		}
		step, _ := l.p.Step(w.Only)
		out.Title = c.Title + ": " + lowerStart(step.Label)
	}
	f, err := d.flagsOf(tx, l)
	if err != nil {
		return nil, err
	}
	words, err := d.wordsOf(tx, l)
	if err != nil {
		return nil, err
	}
	made := p.MakeCopy(c, pathway.CopySource{
		Text: l.p, Facts: l.f, For: out.Reader.CopyFor, Only: w.Only, Words: words, Keep: f.keep(l.p, out.Reader.CopyFor),
	})
	if len(made.Used) == 0 {
		return nil, fault.New(fault.Conflict, "There is nothing on the record yet that this copy may hold for them.")
	}
	out.Body, out.Used, out.Left = made.Body, made.Used, made.Left
	// A reader whose own name must not be told is not named on paper.
	if f.hidden[out.Reader.Group+"/"+out.Reader.Row] || f.tells(out.Reader.Name, out.Reader.Group+"/"+out.Reader.Row) {
		out.Reader.Name = kindWords[out.Reader.Kind]
	}
	out.Unprintable = book.Unprintable(out.Reader.Name + out.Title + out.Body)
	out.Second = out.Reader.Kind != "file" && f.any()
	sum := sha256.Sum256([]byte(strings.Join([]string{w.Copy, w.To, w.Only, out.Title, out.Reader.Name, out.Body}, "\x00")))
	out.Hash = hex.EncodeToString(sum[:])
	out.State, err = d.checkState(tx, l.rec.ID, w.about(), out.Hash)
	return out, err
}

// kindWords stand for a name that is not printed.
var kindWords = map[string]string{"child": "The child", "parent": "The parent", "adult": "The adult"}

func lowerStart(s string) string {
	if len(s) > 1 && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}

// wordsOf puts answers that name a worker or a team into words.
func (d *Desk) wordsOf(tx *store.Tx, l loaded) (func(*pathway.Question, answer.Answer) string, error) {
	var who naming
	for k, a := range l.f.Answers {
		_, _, id := k.Split()
		if q, ok := l.p.Question(id); ok && q.Type == "worker" {
			who.add("worker:" + a.Text)
		}
	}
	names := map[string]string{}
	if err := who.read(tx, names); err != nil {
		return nil, err
	}
	return func(q *pathway.Question, a answer.Answer) string {
		if q.Type == "worker" {
			return cmp.Or(names["worker:"+a.Text], "Someone who is no longer listed")
		}
		if t, ok := d.Place.Register.Team(a.Text); ok {
			return t.Name
		}
		return "A team that is no longer listed"
	}, nil
}

// PreviewCopy shows a copy exactly as its reader would get it, and what was left
// out. It is a reading of the record, and logged as one.
func (d *Desk) PreviewCopy(ctx context.Context, by By, id string, w Wanted) (*Paper, error) {
	var out *Paper
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		out, err = d.paper(tx, by, l, w)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, actPreviewCopy, id, copyDetail(w))
}

func copyDetail(w Wanted) map[string]string {
	out := map[string]string{"copy": w.Copy, "to": w.To}
	if w.Only != "" {
		out["only"] = w.Only
	}
	return out
}

// GiveCopy keeps that a copy is given, as it is at this moment: exactly what the
// one who gives it had before them, and nothing that a second person must still
// look at.
func (d *Desk) GiveCopy(ctx context.Context, by By, id string, w Wanted, seen string) (record.Copy, error) {
	var out record.Copy
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		paper, err := d.paper(tx, by, l, w)
		if err != nil {
			return err
		}
		if paper.Hash != seen {
			return errChanged
		}
		if paper.Second && (!paper.State.Agreed || paper.State.By == string(by.Principal)) {
			return fault.New(fault.Forbidden, "Something about someone on this record must not be known. A second person must look at this copy first, exactly as it is.")
		}
		out = record.Copy{
			ID: store.NewID(by.Now), Record: id, Copy: w.Copy, Kind: paper.Reader.Kind, Group: paper.Reader.Group, Row: paper.Reader.Row, Agency: paper.Reader.Agency,
			Only: w.Only, Title: paper.Title, Who: paper.Reader.Name, Body: paper.Body, Phone: paper.Phone, Hash: paper.Hash, By: string(by.Principal), At: by.Now,
		}
		if paper.Second {
			out.CheckedBy = paper.State.By
		}
		pdf, err := d.printed(l.rec, out, "")
		if err != nil {
			return err
		}
		out.PDF = sum(pdf)
		if err := d.keepCopy(tx, out); err != nil {
			return err
		}
		detail := copyDetail(w)
		detail["pdf"] = out.PDF
		return d.log(tx, by, actGiveCopy, id, detail)
	})
	return out, err
}

var errChanged = fault.New(fault.Conflict, "The record has changed since you looked. Look at the copy again before you give it.")

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// printed is a copy as a PDF; mark stands on every page of one that is not given
// yet.
func (d *Desk) printed(rec record.Record, c record.Copy, mark string) ([]byte, error) {
	return book.PrintSheet(book.Sheet{
		Title: c.Title, Reference: rec.Reference, For: c.Who, Date: calendar.DateOf(c.At), Publisher: d.Place.Name,
		Contact: d.contact(rec, c.Phone), Mark: mark, Body: prose.Words(c.Body),
	})
}

// contact says whom a reader can ask.
func (d *Desk) contact(rec record.Record, phone string) string {
	front := d.Place.Word(rec.Authority, "front_door")
	if phone == "" {
		return "Ask " + front + " and give the reference " + rec.Reference + "."
	}
	return "Ring " + front + " on " + phone + " and give the reference " + rec.Reference + "."
}

// PreviewPDF prints a copy that is not given yet, to look at: every page says so.
func (d *Desk) PreviewPDF(ctx context.Context, by By, id string, w Wanted) ([]byte, error) {
	paper, err := d.PreviewCopy(ctx, by, id, w)
	if err != nil {
		return nil, err
	}
	var rec record.Record
	if err := d.DB.Read(ctx, func(tx *store.Tx) error {
		rec, err = tx.Record(id)
		return err
	}); err != nil {
		return nil, err
	}
	return d.printed(rec, record.Copy{Title: paper.Title, Who: paper.Reader.Name, Body: paper.Body, Phone: paper.Phone, At: by.Now}, "To look at only. Not given to anyone yet.")
}

// keepCopy keeps what is given, with its reader and its words sealed.
func (d *Desk) keepCopy(tx *store.Tx, c record.Copy) (err error) {
	if c.Who, err = d.sealText("copy reader", c.ID, c.Who); err != nil {
		return err
	}
	if c.Body, err = d.sealText("copy", c.ID, c.Body); err != nil {
		return err
	}
	return tx.AddCopy(c)
}

// copies are those given out of a record, opened.
func (d *Desk) copies(tx *store.Tx, rec string) ([]record.Copy, error) {
	list, err := tx.Copies(rec)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].Who, err = d.openText("copy reader", list[i].ID, list[i].Who); err != nil {
			return nil, err
		}
		if list[i].Body, err = d.openText("copy", list[i].ID, list[i].Body); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// CopiesGiven lists what was given to whom out of a record, and the names of who
// gave and checked it, for those who may view it.
func (d *Desk) CopiesGiven(ctx context.Context, by By, id string) ([]record.Copy, map[string]string, error) {
	list, names, err := d.given(ctx, by, id, access.View)
	return slices.DeleteFunc(list, func(c record.Copy) bool { return c.Kind == kindExport || c.Kind == kindRedaction }), names, err
}

// given lists what was given out of a record, on paper or as a file, for those who
// have a right to it.
func (d *Desk) given(ctx context.Context, by By, id string, need access.Right) ([]record.Copy, map[string]string, error) {
	var list []record.Copy
	names := map[string]string{}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if !l.dec.May(need) {
			return errNotThere
		}
		if list, err = d.copies(tx, id); err != nil {
			return err
		}
		var who naming
		for _, c := range list {
			who.add(c.By)
			who.add(c.CheckedBy)
		}
		return who.read(tx, names)
	})
	return list, names, err
}

// Given is a copy as it was given. Same tells whether the bytes are the very ones
// of then: the words always are, and a later program may set them otherwise.
type Given struct {
	record.Copy
	Reference string // of the record
	Bytes     []byte // of the PDF
	Same      bool
}

// keptCopy finds what was given of a record: a copy for a reader, or a file.
func (d *Desk) keptCopy(tx *store.Tx, rec, id string, file bool) (record.Copy, error) {
	list, err := d.copies(tx, rec)
	if err != nil {
		return record.Copy{}, err
	}
	i := slices.IndexFunc(list, func(c record.Copy) bool { return c.ID == id && (c.Kind == kindExport) == file })
	if i < 0 {
		return record.Copy{}, fault.New(fault.NotFound, "This copy is not here.")
	}
	return list[i], nil
}

// OpenCopy gives a copy as it was given, to those who may view the record.
func (d *Desk) OpenCopy(ctx context.Context, by By, rec, id string) (Given, error) {
	var out Given
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.View) {
			return errNotThere
		}
		if out.Copy, err = d.keptCopy(tx, rec, id, false); err != nil {
			return err
		}
		out.Reference = l.rec.Reference
		out.Bytes, err = d.printed(l.rec, out.Copy, "")
		out.Same = sum(out.Bytes) == out.PDF
		return err
	})
	if err != nil {
		return Given{}, err
	}
	return out, d.logOnly(ctx, by, actOpenCopy, rec, map[string]string{"copy": out.Copy.Copy, "id": id})
}

// LetterPDF is a letter as a PDF for whom it was written: made from the words that
// were kept, so that they are the same bytes each time.
func (d *Desk) LetterPDF(ctx context.Context, by By, rec, id string) ([]byte, record.Record, error) {
	doc, _, err := d.OpenDocument(ctx, by, rec, id)
	if err != nil {
		return nil, record.Record{}, err
	}
	if doc.Withheld != "" {
		return nil, record.Record{}, fault.New(fault.NotFound, "This letter was not sent. The reason is on the record's page of letters.")
	}
	var r record.Record
	if err := d.DB.Read(ctx, func(tx *store.Tx) error {
		r, err = tx.Record(rec)
		if errors.Is(err, store.ErrNone) {
			return errNotThere
		}
		return err
	}); err != nil {
		return nil, r, err
	}
	pdf, err := book.PrintSheet(book.Sheet{
		Title: doc.Title, Reference: r.Reference, Date: calendar.DateOf(doc.SentAt), Publisher: d.Place.Name,
		Contact: d.contact(r, d.phone(r.Authority, doc.SentAt)), Body: prose.Words(doc.Body),
	})
	return pdf, r, err
}
