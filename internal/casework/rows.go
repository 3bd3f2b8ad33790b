package casework

import (
	"crypto/rand"
	"encoding/hex"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// stepOf finds the step, and the row it is about, that a name such as
// "complete/r3" stands for.
func stepOf(p *pathway.Pathway, ref string) (*pathway.Step, string, bool) {
	id, row, _ := strings.Cut(ref, "/")
	s, ok := p.Step(id)
	return s, row, ok
}

// onRow gives the row that a step adds or is about, and its answers under their
// final keys: a new row gets its id here, while the record is locked.
func onRow(rec record.Record, s *pathway.Step, row string, changes answer.Set) (string, answer.Set) {
	if s.Adds == "" {
		return row, changes
	}
	row = newRow()
	out := answer.Set{answer.Key(s.Adds): answer.List(append(slices.Clone(rec.Answers.Rows(s.Adds)), row)...)}
	for k, a := range changes {
		switch group, r, q := k.Split(); {
		case group == s.Adds && r == pathway.NewRow:
			out[answer.RowKey(group, row, q)] = a
		case string(k) != s.Adds:
			out[k] = a
		}
	}
	return row, out
}

// newRow makes the id of a row that nobody has used.
func newRow() string {
	b := make([]byte, 6)
	_, _ = rand.Read(b) // never fails: the program ends instead
	return "r" + hex.EncodeToString(b)
}

// acts are all steps taken on a record, each with the row it was about.
func acts(tx *store.Tx, id string) ([]pathway.Act, error) {
	revs, err := tx.Revisions(id)
	var out []pathway.Act
	for _, r := range revs {
		if r.Step != "" {
			out = append(out, pathway.Act{Step: r.Step, Row: r.Row, At: r.HappenedAt})
		}
	}
	return out, err
}
