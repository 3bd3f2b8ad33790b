package casework

import (
	"context"
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
// each record, the audit log against its tree and signed checkpoints, and that
// every sealed thing still opens. It gives every difference; none means that
// nothing was changed behind the program's back. Public is the key checkpoints
// are signed with; kept are checkpoints held outside the database.
func (d *Desk) Verify(ctx context.Context, public string, kept [][]byte) (records int, out []Difference, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		logged, err := tx.LoggedRevisions()
		if err != nil {
			return err
		}
		err = tx.AllRecordIDs(func(id string) error {
			records++
			found, err := d.verifyRecord(tx, id, logged[id])
			out = append(out, found...)
			delete(logged, id)
			return err
		})
		if err != nil {
			return err
		}
		for id := range logged {
			out = append(out, Difference{"record " + id, "The audit log says that this record was written, and it is not there."})
		}
		found, err := d.verifyAudit(tx, public, kept)
		out = append(out, found...)
		return err
	})
	return records, out, err
}

func (d *Desk) verifyRecord(tx *store.Tx, id string, logged map[int64]string) ([]Difference, error) {
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
	files, err := d.files(tx, rec.ID)
	note("A file's name", err)
	for _, f := range files {
		sealed, err := tx.FileContent(f.ID)
		if err == nil {
			_, err = d.Sealer.Open(sealed, fileBinding(f.ID))
		}
		note("A file", err)
	}
	return out
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
