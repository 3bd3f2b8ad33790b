package store

import (
	"frontdoor/internal/record"
)

const fileColumns = `id, coalesce(record, ''), coalesce(draft, ''), name, type, size, sha256, scan, flags, added_at, author, guarded`

func scanFile(row row) (record.File, error) {
	var f record.File
	var flags JSON[[]string]
	err := row.Scan(&f.ID, &f.Record, &f.Draft, &f.Name, &f.Type, &f.Size, &f.SHA256, &f.Scan, &flags, &f.AddedAt, &f.By, &f.Guarded)
	f.Flags = orNil(flags.V)
	return f, err
}

// AddFile keeps a file of a record or of a draft, never of both, with its
// sealed content.
func (tx *Tx) AddFile(f record.File, sealed []byte) error {
	if f.Record != "" {
		tx.keep("file", f.ID)
	}
	if _, err := tx.Exec(`insert into file (id, record, draft, name, type, size, sha256, scan, flags, added_at, author, guarded)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		f.ID, orNull(f.Record), orNull(f.Draft), f.Name, f.Type, f.Size, f.SHA256, f.Scan,
		JSON[[]string]{orEmpty(f.Flags)}, f.AddedAt, f.By, f.Guarded); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into file_content (file, sealed) values ($1, $2)`, f.ID, sealed)
	return err
}

// File reads what is known of a file, without its content.
func (tx *Tx) File(id string) (record.File, error) {
	return queryOne(tx, scanFile, `select `+fileColumns+` from file where id = $1`, id)
}

// FileContent reads a file's sealed content.
func (tx *Tx) FileContent(id string) ([]byte, error) {
	return queryOne(tx, scanValue[[]byte], `select sealed from file_content where file = $1`, id)
}

// FilesOf gives a record's files in the order they were added.
func (tx *Tx) FilesOf(id string) ([]record.File, error) {
	return queryAll(tx, scanFile, `select `+fileColumns+` from file where record = $1 order by added_at, id`, id)
}

// FilesOfDraft gives a draft's files in the order they were added.
func (tx *Tx) FilesOfDraft(draft string) ([]record.File, error) {
	return queryAll(tx, scanFile, `select `+fileColumns+` from file where draft = $1 order by added_at, id`, draft)
}

// MoveFiles gives a draft's files to the record it became part of.
func (tx *Tx) MoveFiles(draft, id string) error {
	_, err := tx.keepAll("file", `update file set record = $2, draft = null where draft = $1 returning id`, draft, id)
	return err
}

// RemoveDraftFile takes a file off a draft. ErrNone when it belongs to a
// record by now: those stay.
func (tx *Tx) RemoveDraftFile(id string) error {
	return changed(tx.Exec(`delete from file where id = $1 and draft is not null and record is null`, id))
}
