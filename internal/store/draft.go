package store

import (
	"errors"
	"time"

	"frontdoor/internal/record"
)

const draftColumns = `id, owner, pathway, coalesce(record, ''), step, based, place, created_at, updated_at, version`

func scanDraft(row row) (record.Draft, error) {
	var d record.Draft
	return d, row.Scan(&d.ID, &d.Owner, &d.Pathway, &d.Record, &d.Step, &d.Based, &d.Place, &d.CreatedAt, &d.UpdatedAt, &d.Version)
}

// PutDraft keeps a draft with its sealed answers; d.Answers is not stored. The
// first version is 1. ErrStale when the version kept is not d.Version-1: the
// same draft was saved from another page or device. ErrExists when the owner
// has another draft of the same form.
func (tx *Tx) PutDraft(d record.Draft, sealed []byte) error {
	if d.Version == 1 {
		n, err := tx.Exec(`insert into draft (id, owner, pathway, record, step, based, sealed, place, created_at, updated_at, version)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1) on conflict (id) do nothing`,
			d.ID, d.Owner, d.Pathway, orNull(d.Record), d.Step, d.Based, sealed, d.Place, d.CreatedAt, d.UpdatedAt)
		if err == nil && n == 0 {
			err = ErrStale
		}
		return err
	}
	n, err := tx.Exec(`update draft set based = $4, sealed = $5, place = $6, updated_at = $7, version = $8
		where id = $1 and owner = $2 and version = $3`,
		d.ID, d.Owner, d.Version-1, d.Based, sealed, d.Place, d.UpdatedAt, d.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// Draft reads a draft, without answers, and its sealed answers.
func (tx *Tx) Draft(id string) (record.Draft, []byte, error) {
	return tx.draft(`id = $1`, id)
}

// DraftFor reads an owner's draft of one form of a record; step is empty for
// changing answers.
func (tx *Tx) DraftFor(owner, id, step string) (record.Draft, []byte, error) {
	return tx.draft(`owner = $1 and record = $2 and step = $3`, owner, id, step)
}

// LockDraft is Draft for a transaction that goes on to save it: of two saves at
// once, the second waits and then adds to what the first kept.
func (tx *Tx) LockDraft(id string) (record.Draft, []byte, error) {
	return tx.draft(`id = $1`+tx.lockRow(), id)
}

func (tx *Tx) draft(where string, args ...any) (record.Draft, []byte, error) {
	d, err := queryOne(tx, scanSealedDraft, `select `+draftColumns+`, sealed from draft where `+where, args...)
	return d.Draft, d.Sealed, err
}

// SealedDraft is a draft with its answers still sealed.
type SealedDraft struct {
	Draft  record.Draft
	Sealed []byte
}

func scanSealedDraft(row row) (SealedDraft, error) {
	var s SealedDraft
	d := &s.Draft
	return s, row.Scan(&d.ID, &d.Owner, &d.Pathway, &d.Record, &d.Step, &d.Based, &d.Place, &d.CreatedAt, &d.UpdatedAt, &d.Version, &s.Sealed)
}

// DraftsOn gives the drafts of steps on a record, whoever writes them.
func (tx *Tx) DraftsOn(id string) ([]SealedDraft, error) {
	return queryAll(tx, scanSealedDraft, `select `+draftColumns+`, sealed from draft where record = $1 and step <> '' order by id`, id)
}

// DraftsOf gives an owner's drafts without their answers, last changed first.
func (tx *Tx) DraftsOf(owner string) ([]record.Draft, error) {
	return queryAll(tx, scanDraft, `select `+draftColumns+` from draft where owner = $1 order by updated_at desc, id desc`, owner)
}

// DropDraft removes a draft and the files that are still only its own.
func (tx *Tx) DropDraft(id string) error {
	if _, err := tx.Exec(`delete from file where draft = $1 and record is null`, id); err != nil {
		return err
	}
	return changed(tx.Exec(`delete from draft where id = $1`, id))
}

// DropDraftFor removes an owner's draft of one form of a record, if there is
// one.
func (tx *Tx) DropDraftFor(owner, id, step string) error {
	draft, err := queryOne(tx, scanValue[string], `select id from draft where owner = $1 and record = $2 and step = $3`, owner, id, step)
	if errors.Is(err, ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	return tx.DropDraft(draft)
}

// OldDrafts gives the ids of drafts last changed before a moment, oldest first.
func (tx *Tx) OldDrafts(before time.Time) ([]string, error) {
	return queryAll(tx, scanValue[string], `select id from draft where updated_at < $1 order by updated_at, id`, before)
}

// AddCode keeps the hash of a receipt code that opens a record's status page.
func (tx *Tx) AddCode(id, hash string, at time.Time) error {
	tx.keep("receipt_code", hash)
	_, err := tx.Exec(`insert into receipt_code (hash, record, made_at) values ($1, $2, $3)`, hash, id, at)
	return err
}

// CodeHolder gives the record that a receipt code opens.
func (tx *Tx) CodeHolder(hash string) (string, error) {
	return queryOne(tx, scanValue[string], `select record from receipt_code where hash = $1`, hash)
}
