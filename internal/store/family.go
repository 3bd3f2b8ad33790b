package store

import (
	"encoding/json"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/record"
)

// Reads of several records at once, by their ids: a child's page has dozens.

// RecordHeads gives some records without their answers, in no order.
func (tx *Tx) RecordHeads(ids []string) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+boardColumns+` from record r where `+tx.inList("r.id", 1), ids)
}

// RecordsByID reads the current view of several records, in no order.
func (tx *Tx) RecordsByID(ids []string) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r where `+tx.inList("r.id", 1), ids)
}

// RevisionsOf gives the revisions of several records, those of each in order.
func (tx *Tx) RevisionsOf(ids []string) ([]record.Revision, error) {
	return queryAll(tx, scanRevision, `select body, hash from revision where `+tx.inList("record", 1)+` order by record, seq`, ids)
}

func scanRevision(row row) (record.Revision, error) {
	var r record.Revision
	var body, hash string
	if err := row.Scan(&body, &hash); err != nil {
		return r, err
	}
	err := json.Unmarshal([]byte(body), &r)
	r.Hash = hash
	return r, err
}

// EntriesOf gives the entries of several records, their texts sealed.
func (tx *Tx) EntriesOf(ids []string) ([]record.Entry, error) {
	return queryAll(tx, scanEntry, `select `+entryColumns+` from entry where `+tx.inList("record", 1)+` order by record, seq`, ids)
}

// MessagesOf gives the messages of several records, their texts sealed.
func (tx *Tx) MessagesOf(ids []string) ([]record.Message, error) {
	return queryAll(tx, scanMessage, messageQuery+tx.inList("m.record", 1)+` order by m.sent_at, m.id`, ids)
}

// FilesOn gives the files of several records in the order they were added.
func (tx *Tx) FilesOn(ids []string) ([]record.File, error) {
	return queryAll(tx, scanFile, `select `+fileColumns+` from file where `+tx.inList("record", 1)+` order by added_at, id`, ids)
}

// DocumentsOf gives the documents of several records, their bodies sealed.
func (tx *Tx) DocumentsOf(ids []string) ([]record.Document, error) {
	return queryAll(tx, scanDocument, `select `+documentColumns+` from document where `+tx.inList("record", 1)+` order by id`, ids)
}

// Standing is who of the index a row of a record is about.
type Standing struct{ Record, Person, Group, Row, Role string }

// StandingOn gives whom several records are about.
func (tx *Tx) StandingOn(ids []string) ([]Standing, error) {
	return queryAll(tx, func(row row) (Standing, error) {
		var s Standing
		return s, row.Scan(&s.Record, &s.Person, &s.Group, &s.Row, &s.Role)
	}, `select record, person, row_group, row_id, role from record_person where `+tx.inList("record", 1)+`
		order by record, row_group, row_id, person`, ids)
}

// WorkersByID reads several workers with their memberships, by name.
func (tx *Tx) WorkersByID(ids []string) ([]agency.Worker, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return tx.workers(`select `+workerColumns+` from worker w where `+tx.inList("w.id", 1)+` order by w.name_fold, w.id`, ids)
}

// StepsBy gives the steps that someone took since a moment, newest first. The log
// tells on which records: it is in the order of each actor, and revisions are in
// that of each record.
func (tx *Tx) StepsBy(principal string, since time.Time, limit int) ([]record.Revision, error) {
	ids, err := queryAll(tx, scanValue[string], `select distinct a.subject from audit a where a.actor = $1 and a.act = $2
		and a.seq >= (select min(b.seq) from audit b where b.happened_at >= $3)`, principal, ActRevision, since)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return queryAll(tx, scanRevision, `select body, hash from revision where `+tx.inList("record", 1)+` and author = $2 and step <> ''
		and recorded_at >= $3 order by recorded_at desc, record, seq desc limit $4`, ids, principal, since, orLimit(limit))
}
