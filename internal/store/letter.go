package store

import "frontdoor/internal/record"

// AddLetterCheck keeps that a second person was asked, agreed or declined. Its
// words arrive sealed. Whoever adds one holds the record, so that each takes the
// next place on it.
func (tx *Tx) AddLetterCheck(c record.Check) error {
	last, err := queryOne(tx, scanValue[int], `select coalesce(max(seq), 0) from letter_check where record = $1`, c.Record)
	if err != nil {
		return err
	}
	tx.keep("letter_check", c.ID)
	_, err = tx.Exec(`insert into letter_check (id, record, seq, act, about, owner, hash, words, author, made_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.ID, c.Record, last+1, c.Act, c.About, c.Owner, c.Hash, c.Words, c.By, c.At)
	return err
}

// LetterChecks gives those of a record, oldest first, their words sealed.
func (tx *Tx) LetterChecks(id string) ([]record.Check, error) {
	return queryAll(tx, func(row row) (record.Check, error) {
		var c record.Check
		return c, row.Scan(&c.ID, &c.Record, &c.Act, &c.About, &c.Owner, &c.Hash, &c.Words, &c.By, &c.At)
	}, `select id, record, act, about, owner, hash, words, author, made_at from letter_check where record = $1 order by seq`, id)
}

// AddCopy keeps what was given to someone. Its body and their name arrive sealed.
func (tx *Tx) AddCopy(c record.Copy) error {
	tx.keep("copy_given", c.ID)
	_, err := tx.Exec(`insert into copy_given (id, record, copy, kind, row_group, row_id, agency, only_step, title, who, body, phone, hash, pdf_sha256, checked_by, author, given_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
		c.ID, c.Record, c.Copy, c.Kind, c.Group, c.Row, c.Agency, c.Only, c.Title, c.Who, c.Body, c.Phone, c.Hash, c.PDF, c.CheckedBy, c.By, c.At)
	return err
}

// Copies gives what was given out of a record, oldest first, bodies and names
// sealed.
func (tx *Tx) Copies(id string) ([]record.Copy, error) {
	return queryAll(tx, func(row row) (record.Copy, error) {
		var c record.Copy
		return c, row.Scan(&c.ID, &c.Record, &c.Copy, &c.Kind, &c.Group, &c.Row, &c.Agency, &c.Only, &c.Title, &c.Who, &c.Body, &c.Phone, &c.Hash, &c.PDF, &c.CheckedBy, &c.By, &c.At)
	}, `select id, record, copy, kind, row_group, row_id, agency, only_step, title, who, body, phone, hash, pdf_sha256, checked_by, author, given_at
		from copy_given where record = $1 order by given_at, id`, id)
}
