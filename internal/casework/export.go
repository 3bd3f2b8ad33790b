package casework

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Acts about files for national databases, as the audit log names them.
const (
	actPreviewExport = "preview-export"
	actAskExport     = "ask-check-export"
	actCheckExport   = "check-export"
	actMakeExport    = "make-export"
	actOpenExport    = "open-export"
)

// kindExport marks what was given as a file, among what was given of a record.
const kindExport = "export"

// ExportFile is what a file for a national database holds.
type ExportFile struct {
	Format         string               `json:"format"`
	FormatVersion  int                  `json:"format_version"`
	Export         string               `json:"export"`
	Pathway        string               `json:"pathway"`
	PathwayVersion int                  `json:"pathway_version"`
	PathwayText    string               `json:"pathway_text"`
	Receiver       string               `json:"receiver"`
	Reference      string               `json:"reference"`
	MadeAt         string               `json:"made_at"` // RFC 3339, UTC; empty before it is made
	Fields         []pathway.ExportLine `json:"fields"`
}

// JSON is the file as one object, see docs/exports.md.
func (x *ExportFile) JSON() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(x)
	return b.Bytes(), err
}

// exportColumns are the columns of the file as CSV.
var exportColumns = []string{"reference", "part", "edition", "form", "field", "row", "value", "words", "not_known", "left_out"}

// CSV is the file with a line for each field, see docs/exports.md.
func (x *ExportFile) CSV() ([]byte, error) {
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	out.UseCRLF = true
	rows := [][]string{exportColumns}
	for _, l := range x.Fields {
		rows = append(rows, []string{x.Reference, l.Part, l.Edition, fmt.Sprint(l.Form), l.Field, l.Row, Unrun(l.Value), Unrun(l.Words), Unrun(l.NotKnown), l.LeftOut})
	}
	err := out.WriteAll(rows)
	return b.Bytes(), err
}

// Unrun keeps a spreadsheet from running what somebody typed.
func Unrun(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

// ExportSheet is a file as it would be made now.
type ExportSheet struct {
	Export   *pathway.Export
	File     ExportFile
	Identity []pathway.ExportLine // by which a second person tells whom it is about
	Hash     string               // of exactly these fields
	State    CheckState
	Asked    *record.Check // who last asked for these fields to be looked at
	May      bool          // it is made by whoever looks at it
}

// Mine tells whether it was this person who asked for the second look.
func (s *ExportSheet) Mine(by By) bool {
	return s.Asked != nil && s.Asked.Owner == string(by.Principal)
}

func aboutExport(id string) string { return "export:" + id }

// exportFor finds an export that the one who acts may make or look at.
func (d *Desk) exportFor(l loaded, id string) (*pathway.Export, error) {
	if !l.dec.May(access.Act) {
		return nil, errForbidden
	}
	if why, kept := l.p.KeptIn(l.f); kept {
		return nil, fault.New(fault.Forbidden, why)
	}
	e, ok := d.listed(l).Export(id)
	if !ok {
		return nil, fault.New(fault.NotFound, "There is no such file of this record.")
	}
	return e, nil
}

// makes tells whether an export is for one of the roles in which the record was
// given to whoever acts.
func makes(l loaded, e *pathway.Export) bool {
	return slices.ContainsFunc(e.By, func(role string) bool { return slices.Contains(l.f.Actor.Roles, role) })
}

// ExportOffer is one file that can be made of a record. May says whether by whoever
// looks at it.
type ExportOffer struct {
	Export *pathway.Export
	May    bool
}

// ExportOffers lists the files that can be made of a record, for those who act on
// it.
func (d *Desk) ExportOffers(ctx context.Context, by By, id string) ([]ExportOffer, error) {
	var out []ExportOffer
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil || !l.dec.May(access.Act) {
			return err
		}
		p := d.listed(l)
		for i := range p.Exports {
			out = append(out, ExportOffer{&p.Exports[i], makes(l, &p.Exports[i])})
		}
		return nil
	})
	return out, err
}

// exportSheet works out a file as it would be made now.
func (d *Desk) exportSheet(tx *store.Tx, by By, l loaded, e *pathway.Export) (*ExportSheet, error) {
	flags, err := d.flagsOf(tx, l)
	if err != nil {
		return nil, err
	}
	toAgency := pathway.CopyFor{Kind: "agency"}
	own := pathway.ExportSource{Text: l.p, Facts: l.f, Keep: flags.keep(l.p, toAgency)}
	started := map[string][]pathway.ExportSource{}
	for _, s := range l.started {
		if !slices.ContainsFunc(e.Parts, func(x pathway.ExportPart) bool { return x.Of == s.Pathway }) {
			continue
		}
		other, err := d.load(tx, by, s.ID, false)
		if err != nil {
			return nil, err
		}
		if !other.dec.May(access.View) {
			return nil, fault.New(fault.Forbidden, "A part of this file stands in another record, "+other.rec.Reference+", that you may not read. Ask whoever may to make the file.")
		}
		theirs, err := d.flagsOf(tx, other)
		if err != nil {
			return nil, err
		}
		keep := theirs.keep(other.p, toAgency)
		started[s.Pathway] = append(started[s.Pathway], pathway.ExportSource{Text: other.p, Facts: other.f, Keep: func(key answer.Key, q *pathway.Question, words string) string {
			if flags.tells(words, "") {
				return leftHolds
			}
			return keep(key, q, words)
		}})
	}
	p := d.listed(l)
	now := func(name string) *pathway.Pathway { other, _ := d.Pathways.Get(name); return other }
	out := &ExportSheet{Export: e, May: makes(l, e), File: ExportFile{
		Format: "frontdoor-export", FormatVersion: 1, Export: e.ID, Pathway: l.rec.Pathway, PathwayVersion: p.Version, PathwayText: l.rec.Hash,
		Receiver: e.Receiver, Reference: l.rec.Reference, Fields: p.MakeExport(e, own, started, now),
	}}
	if len(out.File.Fields) == 0 {
		return nil, fault.New(fault.Conflict, "There is nothing on the record yet that this file may hold.")
	}
	who := pathway.Export{Parts: []pathway.ExportPart{{Part: "identity"}}}
	for _, id := range e.Identity {
		who.Parts[0].Fields = append(who.Parts[0].Fields, pathway.ExportField{Name: id, From: id})
	}
	out.Identity = p.MakeExport(&who, own, nil, now)
	body, err := out.File.JSON()
	if err != nil {
		return nil, err
	}
	s := sha256.Sum256(body)
	out.Hash = hex.EncodeToString(s[:])
	list, err := tx.LetterChecks(l.rec.ID)
	if err != nil {
		return nil, err
	}
	for i, c := range list {
		if c.Act == record.CheckAsked && c.About == aboutExport(e.ID) && c.Hash == out.Hash {
			out.Asked = &list[i]
		}
	}
	if out.Asked != nil {
		if out.Asked.Words, err = d.openText("letter check", out.Asked.ID, out.Asked.Words); err != nil {
			return nil, err
		}
	}
	out.State, err = d.stateIn(list, aboutExport(e.ID), out.Hash)
	return out, err
}

// PreviewExport shows a file exactly as it would be made. It is a reading of the
// record, and logged as one.
func (d *Desk) PreviewExport(ctx context.Context, by By, id, export string) (*ExportSheet, error) {
	var out *ExportSheet
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		e, err := d.exportFor(l, export)
		if err != nil {
			return err
		}
		out, err = d.exportSheet(tx, by, l, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, actPreviewExport, id, map[string]string{"export": export})
}

// exportAct runs an act about a file that is still what whoever acts had before
// them.
func (d *Desk) exportAct(ctx context.Context, by By, id, export, seen string, act func(tx *store.Tx, l loaded, s *ExportSheet) error) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		e, err := d.exportFor(l, export)
		if err != nil {
			return err
		}
		s, err := d.exportSheet(tx, by, l, e)
		if err != nil {
			return err
		}
		if s.Hash != seen {
			return fault.New(fault.Conflict, "The record has changed since you looked. Look at the file again.")
		}
		return act(tx, l, s)
	})
}

var errNotYours = fault.New(fault.Forbidden, "Your role does not make this file. Ask whoever does.")

// AskForExportCheck asks those who work on a record to make sure that a file is
// about the right child. Why is what it is made for.
func (d *Desk) AskForExportCheck(ctx context.Context, by By, id, export, seen, why string) error {
	return d.exportAct(ctx, by, id, export, seen, func(tx *store.Tx, l loaded, s *ExportSheet) error {
		if !makes(l, s.Export) {
			return errNotYours
		}
		if strings.TrimSpace(why) == "" || len(why) > maxMessage {
			return fault.Fields{{Key: "why", Text: "Say in a few words what it is made for"}}
		}
		if err := d.keepCheck(tx, by, record.Check{Record: id, Act: record.CheckAsked, About: aboutExport(export), Owner: string(by.Principal), Hash: seen, Words: why}); err != nil {
			return err
		}
		if err := d.log(tx, by, actAskExport, id, map[string]string{"export": export, "fields": seen}); err != nil {
			return err
		}
		return d.tellCheckers(tx, by, l, "check_export")
	})
}

// CheckExport records whether a second person found that a file is about the right
// child.
func (d *Desk) CheckExport(ctx context.Context, by By, id, export, seen string, v Verdict) error {
	return d.exportAct(ctx, by, id, export, seen, func(tx *store.Tx, l loaded, s *ExportSheet) error {
		switch {
		case s.Asked == nil:
			return fault.New(fault.Conflict, "Nobody has asked for this file to be looked at. It must be asked for again.")
		case s.Mine(by):
			return fault.New(fault.Forbidden, "Someone else must look at the file that you prepared.")
		}
		act, err := v.act()
		if err != nil {
			if strings.TrimSpace(v.Words) == "" && v.Safe {
				err = fault.Fields{{Key: "words", Text: "Say what you compared it with"}}
			}
			return err
		}
		if s.State.Agreed && v.Safe {
			return nil // a colleague was a moment earlier
		}
		if err := d.keepCheck(tx, by, record.Check{Record: id, Act: act, About: aboutExport(export), Owner: s.Asked.Owner, Hash: seen, Words: v.Words}); err != nil {
			return err
		}
		if err := d.log(tx, by, actCheckExport, id, map[string]string{"export": export, "fields": seen, "said": act}); err != nil {
			return err
		}
		return d.noticeTo(tx, by, l.rec, access.Principal(s.Asked.Owner), "export_"+act)
	})
}

// MakeExport makes a file and keeps it, as it is at this moment: exactly what the
// one who makes it had before them and a second person has found to be about the
// right child.
func (d *Desk) MakeExport(ctx context.Context, by By, id, export, seen string) (record.Copy, error) {
	var out record.Copy
	err := d.exportAct(ctx, by, id, export, seen, func(tx *store.Tx, l loaded, s *ExportSheet) error {
		if !makes(l, s.Export) {
			return errNotYours
		}
		if !s.State.Agreed || s.State.By == string(by.Principal) {
			return fault.New(fault.Forbidden, "A second person must first make sure that this file is about the right child.")
		}
		s.File.MadeAt = by.Now.UTC().Format(time.RFC3339)
		body, err := s.File.JSON()
		if err != nil {
			return err
		}
		out = record.Copy{
			ID: store.NewID(by.Now), Record: id, Copy: export, Kind: kindExport, Title: s.Export.Title, Who: s.Export.Receiver, Body: string(body), Hash: seen, PDF: sum(body),
			CheckedBy: s.State.By, By: string(by.Principal), At: by.Now,
		}
		if err := d.keepCopy(tx, out); err != nil {
			return err
		}
		return d.log(tx, by, actMakeExport, id, map[string]string{"export": export, "fields": seen, "sha256": out.PDF})
	})
	return out, err
}

// ExportsMade lists the files made of a record and the names of who made and
// checked them, for those who act on it.
func (d *Desk) ExportsMade(ctx context.Context, by By, id string) ([]record.Copy, map[string]string, error) {
	list, names, err := d.given(ctx, by, id, access.Act)
	return slices.DeleteFunc(list, func(c record.Copy) bool { return c.Kind != kindExport }), names, err
}

// OpenExport gives a file as it was made, as "json" or "csv", to those who make
// such files.
func (d *Desk) OpenExport(ctx context.Context, by By, rec, id, format string) ([]byte, record.Copy, error) {
	var body []byte
	var out record.Copy
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		if format != "json" && format != "csv" {
			return fault.New(fault.NotFound, "There is no such form of this file.")
		}
		if out, err = d.keptCopy(tx, rec, id, true); err != nil {
			return err
		}
		if e, ok := d.listed(l).Export(out.Copy); !ok || !makes(l, e) {
			return errNotYours
		}
		body = []byte(out.Body)
		if sum(body) != out.PDF {
			return fault.New(fault.Internal, "This file is not what was kept. Tell whoever looks after the program.")
		}
		if format == "csv" {
			var x ExportFile
			if err := json.Unmarshal(body, &x); err != nil {
				return fault.Wrap(err, fault.Internal, "This file cannot be read.")
			}
			body, err = x.CSV()
		}
		return err
	})
	if err != nil {
		return nil, record.Copy{}, err
	}
	return body, out, d.logOnly(ctx, by, actOpenExport, rec, map[string]string{"export": out.Copy, "id": id, "format": format})
}
