package store

import (
	"time"

	"frontdoor/internal/record"
)

// AddEntry keeps an entry. Its text arrives sealed. A Seq of 0 takes the next
// place on the record.
func (tx *Tx) AddEntry(e record.Entry) error {
	if e.Seq == 0 {
		// Held so that two entries cannot take one place.
		if _, err := queryOne(tx, scanValue[string], `select id from record where id = $1`+tx.lockRow(), e.Record); err != nil {
			return err
		}
		last, err := queryOne(tx, scanValue[int], `select coalesce(max(seq), 0) from entry where record = $1`, e.Record)
		if err != nil {
			return err
		}
		e.Seq = last + 1
	}
	tx.keep("entry", e.ID)
	if _, err := tx.Exec(`insert into entry (id, record, seq, kind, happened_at, recorded_at, author, body, guarded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.Record, e.Seq, e.Kind, e.HappenedAt, e.RecordedAt, e.By, e.Text, e.Guarded); err != nil {
		return err
	}
	return tx.moved()
}

// Entries gives a record's entries in order, their texts sealed.
func (tx *Tx) Entries(id string) ([]record.Entry, error) {
	return queryAll(tx, scanEntry, `select `+entryColumns+` from entry where record = $1 order by seq`, id)
}

const entryColumns = `id, record, seq, kind, happened_at, recorded_at, author, body, guarded`

func scanEntry(row row) (record.Entry, error) {
	var e record.Entry
	return e, row.Scan(&e.ID, &e.Record, &e.Seq, &e.Kind, &e.HappenedAt, &e.RecordedAt, &e.By, &e.Text, &e.Guarded)
}

// AddMessage keeps a message. Its text arrives sealed.
func (tx *Tx) AddMessage(m record.Message) error {
	tx.keep("message", m.ID)
	if _, err := tx.Exec(`insert into message (id, record, sent_at, author, inward, body) values ($1, $2, $3, $4, $5, $6)`,
		m.ID, m.Record, m.At, m.By, m.Inward, m.Text); err != nil {
		return err
	}
	if !m.ReadAt.IsZero() {
		if _, err := tx.Exec(`insert into message_read (message, read_at) values ($1, $2)`, m.ID, m.ReadAt); err != nil {
			return err
		}
	}
	return tx.moved()
}

// Messages gives a record's messages, oldest first, their texts sealed.
func (tx *Tx) Messages(id string) ([]record.Message, error) {
	return queryAll(tx, scanMessage, messageQuery+`m.record = $1 order by m.sent_at, m.id`, id)
}

const messageQuery = `select m.id, m.record, m.sent_at, m.author, m.inward, m.body, d.read_at
	from message m left join message_read d on d.message = m.id where `

func scanMessage(row row) (record.Message, error) {
	var m record.Message
	return m, row.Scan(&m.ID, &m.Record, &m.At, &m.By, &m.Inward, &m.Text, &m.ReadAt)
}

// MarkMessagesRead notes when the other side first opened a record's messages
// of one direction: inward ones are those to the front door.
func (tx *Tx) MarkMessagesRead(id string, inward bool, at time.Time) error {
	n, err := tx.Exec(`insert into message_read (message, read_at)
		select m.id, $3 from message m where m.record = $1 and m.inward = $2
			and not exists (select 1 from message_read d where d.message = m.id)
		on conflict (message) do nothing`, id, inward, at)
	if err != nil || n == 0 {
		return err
	}
	return tx.moved()
}

// AddDocument keeps a document as it was sent or withheld. Its body arrives
// sealed.
func (tx *Tx) AddDocument(d record.Document) error {
	tx.keep("document", d.ID)
	_, err := tx.Exec(`insert into document (id, record, doc, row_id, recipient, title, body, withheld, sent_at, author, second)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		d.ID, d.Record, d.Doc, d.Row, d.To, d.Title, d.Body, d.Withheld, d.SentAt, d.By, d.Second)
	return err
}

// Documents gives a record's documents in the order they were made, their
// bodies sealed.
func (tx *Tx) Documents(id string) ([]record.Document, error) {
	return queryAll(tx, scanDocument, `select `+documentColumns+` from document where record = $1 order by id`, id)
}

const documentColumns = `id, record, doc, row_id, recipient, title, body, withheld, sent_at, author, second`

func scanDocument(row row) (record.Document, error) {
	var d record.Document
	return d, row.Scan(&d.ID, &d.Record, &d.Doc, &d.Row, &d.To, &d.Title, &d.Body, &d.Withheld, &d.SentAt, &d.By, &d.Second)
}
