package casework

import (
	"context"
	"errors"
	"slices"

	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// kindRedaction marks the versions made for a request, among what was given of a
// record; their Copy is VersionOut or VersionWhole.
const (
	kindRedaction = "redaction"
	VersionOut    = "out"
	VersionWhole  = "whole"
)

// Versions are the two files of a request as they would be made now.
type Versions struct {
	Out, Whole string // Markdown
	Hash       string // of exactly both
	Undecided  int
	Records    []string
	Elsewhere  []string // words that are hidden in one block and stand in another
	Made       []record.Copy
	Names      map[string]string
}

func (d *Desk) versions(tx *store.Tx, by By, l loaded) (*Versions, error) {
	rows, err := tx.Redactions(l.rec.ID)
	if err != nil {
		return nil, err
	}
	about, err := d.candidates(tx, l)
	if err != nil {
		return nil, err
	}
	grounds := map[string]string{}
	for _, c := range l.p.Grounds() {
		grounds[c.Code] = c.Label
	}
	v := &Versions{Names: map[string]string{}}
	var all []pathway.RedactedRecord
	for _, id := range brought(rows) {
		other, err := d.forRequest(tx, by, about, id)
		if errors.Is(err, errNotThere) {
			return nil, fault.New(fault.Conflict, "A record that was brought to this request may not be read for it any more. Take it off, and say so in the search.")
		}
		if err != nil {
			return nil, err
		}
		blocks, err := d.blocks(tx, by, other, rows)
		if err != nil {
			return nil, err
		}
		flags, err := d.flagsOf(tx, other)
		if err != nil {
			return nil, err
		}
		one := pathway.RedactedRecord{Title: other.p.Title + " " + other.rec.Reference}
		for _, b := range blocks {
			if b.Decided == nil || b.Changed {
				v.Undecided++
				continue
			}
			rb := pathway.RedactedBlock{
				Title: b.Title, Text: b.Text, Decision: b.Decided.Decision, Ground: grounds[b.Decided.Ground], Why: b.Decided.Why, Hide: b.Decided.Hide, Quiet: b.Decided.Quiet,
			}
			if rb.Decision != pathway.BlockWithhold && flags.tells(rb.Title+"\n"+rb.Out(), "") {
				v.Undecided++ // something in it became such that it must not be told
				continue
			}
			one.Blocks = append(one.Blocks, rb)
		}
		all = append(all, one)
		v.Records = append(v.Records, id)
	}
	v.Out, v.Whole = l.p.Redaction.Versions(all)
	v.Elsewhere = pathway.Elsewhere(all)
	v.Hash = sum([]byte(v.Out + "\x00" + v.Whole))
	list, err := d.copies(tx, l.rec.ID)
	if err != nil {
		return nil, err
	}
	var who naming
	for _, c := range list {
		if c.Kind == kindRedaction {
			v.Made = append(v.Made, c)
			who.add(c.By)
		}
	}
	return v, who.read(tx, v.Names)
}

// PreviewVersions shows both versions as they would be made now, and those that were.
// It is a reading of every record that was brought, and logged as one of each.
func (d *Desk) PreviewVersions(ctx context.Context, by By, id string) (*Versions, error) {
	var v *Versions
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, false)
		if err != nil {
			return err
		}
		v, err = d.versions(tx, by, l)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, d.logRequest(ctx, by, actReadFor, id, v.Records)
}

// MakeVersions makes both versions and keeps them: exactly what whoever makes them
// had before them, with every block decided.
func (d *Desk) MakeVersions(ctx context.Context, by By, id, seen string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, true)
		if err != nil {
			return err
		}
		v, err := d.versions(tx, by, l)
		switch {
		case err != nil:
			return err
		case len(v.Records) == 0:
			return fault.New(fault.Conflict, "No record was brought to this request yet.")
		case v.Undecided > 0:
			return fault.New(fault.Conflict, "Decide every block first. Some are not decided, or have changed since.")
		case v.Hash != seen:
			return errChanged
		}
		for _, kind := range []string{VersionOut, VersionWhole} {
			c := record.Copy{
				ID: store.NewID(by.Now), Record: id, Copy: kind, Kind: kindRedaction, Title: l.p.Redaction.Title, Who: "The person who asked",
				Body: v.Out, Phone: d.phone(l.rec.Authority, by.Now), Hash: v.Hash, By: string(by.Principal), At: by.Now,
			}
			if kind == VersionWhole {
				c.Title, c.Who, c.Body = c.Title+": the whole version", "The file", v.Whole
			}
			pdf, err := d.versionPDF(l.rec, c)
			if err != nil {
				return err
			}
			c.PDF = sum(pdf)
			if err := d.keepCopy(tx, c); err != nil {
				return err
			}
			if err := d.log(tx, by, actMakeVersions, id, map[string]string{"version": kind, "pdf": c.PDF}); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *Desk) versionPDF(rec record.Record, c record.Copy) ([]byte, error) {
	mark := ""
	if c.Copy == VersionWhole {
		mark = "Whole version. It does not go out."
	}
	return d.printed(rec, c, mark)
}

// OpenVersion gives a version as a PDF to those who act on the request. Each opening
// is in the log, with the very bytes.
func (d *Desk) OpenVersion(ctx context.Context, by By, id, version string) ([]byte, record.Copy, error) {
	var pdf []byte
	var c record.Copy
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.requestFor(tx, by, id, false)
		if err != nil {
			return err
		}
		list, err := d.copies(tx, id)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(c record.Copy) bool { return c.ID == version && c.Kind == kindRedaction })
		if i < 0 {
			return errNotThere
		}
		c = list[i]
		pdf, err = d.versionPDF(l.rec, c)
		return err
	})
	if err != nil {
		return nil, c, err
	}
	return pdf, c, d.logOnly(ctx, by, actOpenVersion, id, map[string]string{"version": c.Copy, "id": version, "pdf": sum(pdf)})
}
