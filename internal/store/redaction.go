package store

import "time"

// Redaction is what somebody decided of one block of a record for a request, or of
// the record as a whole where it names no block.
type Redaction struct {
	ID       string
	Record   string // the request
	Source   string // the record the block stands in
	Block    string
	Hash     string // of the block as it was
	Decision string // bring, leave, give, redact, withhold
	Ground   string
	Words    string // sealed
	By       string
	At       time.Time
}

// AddRedaction keeps a decision. The request is locked by whoever decides.
func (tx *Tx) AddRedaction(r Redaction) error {
	tx.keep("redaction", r.ID)
	_, err := tx.Exec(`insert into redaction (id, record, nth, source, block, hash, decision, ground, words, author, made_at)
		select $1, $2, coalesce(max(nth), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 from redaction where record = $2`,
		r.ID, r.Record, r.Source, r.Block, r.Hash, r.Decision, r.Ground, r.Words, r.By, r.At)
	return err
}

// Redactions gives every decision of a request, oldest first.
func (tx *Tx) Redactions(rec string) ([]Redaction, error) {
	return queryAll(tx, func(row row) (Redaction, error) {
		var r Redaction
		return r, row.Scan(&r.ID, &r.Record, &r.Source, &r.Block, &r.Hash, &r.Decision, &r.Ground, &r.Words, &r.By, &r.At)
	}, `select id, record, source, block, hash, decision, ground, words, author, made_at from redaction where record = $1 order by nth`, rec)
}
