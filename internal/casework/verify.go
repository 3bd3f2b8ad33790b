package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"frontdoor/internal/audit"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// Difference is one thing that does not agree with what was written.
type Difference struct {
	What string // "record TH-…", "audit log"
	Text string
}

// Verify rebuilds every current view from its revisions and checks the chain of
// each record, the audit log against its tree and signed checkpoints, every row
// beside them against the hash that the log holds of it, and that every sealed
// thing still opens. It gives every difference; none means that
// nothing was changed behind the program's back. Public is the key checkpoints
// are signed with; kept are checkpoints held outside the database.
func (d *Desk) Verify(ctx context.Context, public string, kept [][]byte) (records int, out []Difference, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		err := tx.AllRecordIDs(func(id string) error {
			records++
			found, err := d.verifyRecord(tx, id)
			if err != nil {
				if ctx.Err() != nil {
					return err
				}
				found = []Difference{{"record " + id, "It cannot be read: something in it was changed."}}
			}
			out = append(out, found...)
			return nil
		})
		if err != nil {
			return err
		}
		gone, err := tx.LoggedWithoutRecord()
		if err != nil {
			return err
		}
		for _, id := range gone {
			out = append(out, Difference{"record " + id, "The audit log says that this record was written, and it is not there."})
		}
		left, err := d.verifyDestroyed(tx)
		if err != nil {
			return err
		}
		out = append(out, left...)
		found, err := d.verifyAudit(tx, public, kept)
		if err != nil {
			return err
		}
		out = append(out, found...)
		found, err = verifyKept(tx)
		out = append(out, found...)
		return err
	})
	return records, out, err
}

func (d *Desk) verifyRecord(tx *store.Tx, id string) ([]Difference, error) {
	var out []Difference
	rec, err := tx.Record(id)
	if err != nil {
		return nil, err
	}
	differ := func(format string, args ...any) {
		out = append(out, Difference{"record " + rec.Reference, fmt.Sprintf(format, args...)})
	}
	stored, err := tx.StoredRevisions(id)
	if err != nil {
		return nil, err
	}
	logged, err := tx.LoggedRevisions(id)
	if err != nil {
		return nil, err
	}
	var want int64
	for n := range logged {
		want = max(want, n)
	}
	for i := range stored {
		stored[i].Logged = logged[stored[i].Number]
	}
	for _, p := range audit.CheckChain(id, stored, want) {
		differ("%s", p.Text)
	}
	revs, err := tx.Revisions(id)
	if err != nil {
		differ("A revision cannot be read: %v", err)
		return out, nil
	}
	folded := record.Fold(rec, revs)
	if diff := rec.Answers.Diff(folded.Answers); len(diff) > 0 {
		keys := make([]string, 0, len(diff))
		for _, k := range diff.Keys() {
			keys = append(keys, string(k))
		}
		differ("The current view does not follow from the revisions: answers %s.", strings.Join(keys, ", "))
	}
	for _, c := range []struct{ name, view, built string }{
		{"state", rec.State, folded.State},
		{"authority", rec.Authority, folded.Authority},
		{"allocated worker", rec.Allocated, folded.Allocated},
		{"team", rec.Team, folded.Team},
		{"number of revisions", itoa(rec.Revision), itoa(folded.Revision)},
	} {
		if c.view != c.built {
			differ("The current view says %s %q; the revisions say %q.", c.name, c.view, c.built)
		}
	}
	p, err := d.pathway(tx, rec.Hash)
	if err != nil {
		differ("The pathway text it was made with is not there or was changed.")
		return out, nil
	}
	if p.Name != rec.Pathway {
		differ("It is filed under the pathway %q and was made on %q.", rec.Pathway, p.Name)
	}
	return append(out, d.verifySealed(tx, rec)...), nil
}

// verifySealed opens everything sealed on a record: what was changed behind the
// program's back does not open.
func (d *Desk) verifySealed(tx *store.Tx, rec record.Record) []Difference {
	var out []Difference
	note := func(what string, err error) {
		if err != nil {
			out = append(out, Difference{"record " + rec.Reference, what + " cannot be opened: it was changed or its key is missing."})
		}
	}
	_, err := d.entries(tx, rec.ID)
	note("An entry", err)
	_, err = d.messages(tx, rec.ID)
	note("A message", err)
	_, err = d.documents(tx, rec.ID)
	note("A letter", err)
	_, err = d.copies(tx, rec.ID)
	note("A copy that was given", err)
	note("What was said of a letter", d.checksOpen(tx, rec.ID))
	files, err := d.files(tx, rec.ID)
	note("A file's name", err)
	for _, f := range files {
		sealed, err := tx.FileContent(f.ID)
		var content []byte
		if err == nil {
			content, err = d.Sealer.Open(sealed, fileBinding(f.ID))
		}
		note("A file", err)
		if sum := sha256.Sum256(content); err == nil && (hex.EncodeToString(sum[:]) != f.SHA256 || int64(len(content)) != f.Size) {
			out = append(out, Difference{"record " + rec.Reference, "The content of the file " + f.ID + " is not what was added."})
		}
	}
	return out
}

func (d *Desk) checksOpen(tx *store.Tx, rec string) error {
	list, err := tx.LetterChecks(rec)
	for _, c := range list {
		if _, e := d.openText("letter check", c.ID, c.Words); e != nil {
			err = e
		}
	}
	return err
}

// verifyKept checks the rows kept beside the revisions against the hashes that
// the log holds of them, and what is kept twice against itself.
func verifyKept(tx *store.Tx) ([]Difference, error) {
	found, err := tx.VerifyKept()
	if err != nil {
		return nil, err
	}
	copies, err := tx.VerifyCopies()
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, p := range append(found, copies...) {
		what := "the table " + p.Table
		if rec, err := tx.Record(p.Of); err == nil {
			what = "record " + rec.Reference
		} else if p.Of != "" && p.Of != p.Owner {
			what += ", of " + p.Of
		}
		out = append(out, Difference{what, "The row " + p.Owner + " of the table " + p.Table + " " + p.Text + "."})
	}
	return out, nil
}

func (d *Desk) verifyAudit(tx *store.Tx, public string, kept [][]byte) ([]Difference, error) {
	size, err := tx.AuditSize()
	if err != nil {
		return nil, err
	}
	points, err := tx.Checkpoints()
	if err != nil {
		return nil, err
	}
	rep, err := audit.VerifyAll(audit.Log{
		Rows: tx.AuditRows(), Size: size, Hashes: tx.HashReader(), Checkpoints: append(points, kept...), Public: public,
	})
	if err != nil {
		return nil, err
	}
	var out []Difference
	for _, p := range rep.Problems {
		out = append(out, Difference{"audit log", p.Text})
	}
	return out, nil
}
