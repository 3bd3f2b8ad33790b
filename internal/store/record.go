package store

import (
	"errors"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
)

// ErrStale means that what is being saved was made from an older state than
// the one now kept. Nothing was changed: read again and decide again.
var ErrStale = fault.New(fault.Conflict, "Someone else saved this at the same time. What you typed is kept. Open it again to see what changed.")

// ActRevision is the audit act of writing a revision. Its detail carries the
// revision's number and hash, so that the log's tree covers every revision.
const ActRevision = "revision"

// recordColumns reads a record r as scanRecord takes it. Whether it is
// restricted is read from the restrictions themselves, so it cannot be wrong.
const recordColumns = `r.id, r.reference, r.pathway, r.version, r.pathway_hash, r.authority, r.state, r.revision,
	r.answers, r.rating, coalesce(r.allocated, ''), r.team, r.author, coalesce(r.parent, ''), r.started_by, r.each_of,
	r.names, r.urgent, r.demo, r.created_at, r.updated_at, r.closed_at,
	exists (select 1 from restriction x where x.record = r.id and x.lifted_at is null)`

func scanRecord(row row) (record.Record, error) {
	var r record.Record
	var answers JSON[answer.Set]
	err := row.Scan(&r.ID, &r.Reference, &r.Pathway, &r.Version, &r.Hash, &r.Authority, &r.State, &r.Revision,
		&answers, &r.Rating, &r.Allocated, &r.Team, &r.Author, &r.Parent, &r.StartedBy, &r.Each,
		&r.Names, &r.Urgent, &r.Demo, &r.CreatedAt, &r.UpdatedAt, &r.ClosedAt, &r.Restricted)
	if r.Answers = answers.V; r.Answers == nil {
		r.Answers = answer.Set{}
	}
	return r, err
}

// CreateRecord keeps a new record with its first revision, which it chains to
// the record's id ([audit.ChainStart]), and logs the revision. The pathway's text must have been kept before
// ([Tx.PutPathwayText]). Whether it is restricted is not taken from r: add the
// restriction.
func (tx *Tx) CreateRecord(r record.Record, rev record.Revision) error {
	if rev.Seq != 1 || r.Revision != 1 || rev.Record != r.ID {
		return errors.New("store: a record begins with its revision 1")
	}
	tx.keep("record", r.ID)
	if _, err := tx.Exec(`insert into record (id, reference, pathway, version, pathway_hash, authority, state, revision,
			answers, rating, allocated, team, author, parent, started_by, each_of, names, urgent, demo, created_at, updated_at, closed_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
		r.ID, r.Reference, r.Pathway, r.Version, r.Hash, r.Authority, r.State, r.Revision,
		JSON[answer.Set]{r.Answers.Clone()}, r.Rating, orNull(r.Allocated), r.Team, r.Author, orNull(r.Parent), r.StartedBy, r.Each,
		r.Names, r.Urgent, r.Demo, r.CreatedAt, r.UpdatedAt, r.ClosedAt); err != nil {
		return err
	}
	if err := tx.putWords(r); err != nil {
		return err
	}
	return tx.addRevision(rev, "")
}

// LockRecord reads a record and keeps everyone else from changing it until
// this transaction ends.
func (tx *Tx) LockRecord(id string) (record.Record, error) {
	return queryOne(tx, scanRecord, `select `+recordColumns+` from record r where r.id = $1`+tx.lockRow(), id)
}

// SaveRevision chains a revision to the one before it ([audit.ChainHash]), keeps
// and logs it, and brings the current view to r. ErrStale when the record has moved on since
// the revision rev.Seq-1.
//
// What was fixed when the record began (its reference, pathway, author,
// parent) is not taken from r.
func (tx *Tx) SaveRevision(r record.Record, rev record.Revision) error {
	if r.Revision != rev.Seq || rev.Record != r.ID {
		return errors.New("store: a record is saved with its own latest revision")
	}
	var names, reference string
	if err := tx.QueryRow(`select names, reference from record where id = $1`+tx.lockRow(), r.ID).Scan(&names, &reference); err != nil {
		return err
	}
	tx.keep("record", r.ID)
	n, err := tx.Exec(`update record set authority = $3, state = $4, revision = $5, answers = $6, rating = $7, allocated = $8,
			team = $9, names = $10, urgent = $11, updated_at = $12, closed_at = $13
		where id = $1 and revision = $2`,
		r.ID, rev.Seq-1, r.Authority, r.State, r.Revision, JSON[answer.Set]{r.Answers.Clone()}, r.Rating, orNull(r.Allocated),
		r.Team, r.Names, r.Urgent, r.UpdatedAt, r.ClosedAt)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrStale
	}
	if names != r.Names {
		if _, err := tx.Exec(`delete from record_word where record = $1`, r.ID); err != nil {
			return err
		}
		r.Reference = reference
		if err := tx.putWords(r); err != nil {
			return err
		}
	}
	prev, err := queryOne(tx, scanValue[string], `select hash from revision where record = $1 and seq = $2`, r.ID, rev.Seq-1)
	if err != nil {
		return err
	}
	return tx.addRevision(rev, prev)
}

// addRevision chains, keeps and logs a revision; prev is the hash of the one
// before, empty for the first.
func (tx *Tx) addRevision(rev record.Revision, prev string) error {
	before := audit.ChainStart(rev.Record)
	if prev != "" {
		var err error
		if before, err = audit.ParseLink(prev); err != nil {
			return err
		}
	}
	rev.Prev = prev
	body := rev.Bytes()
	link := audit.ChainHash(before, body)
	if _, err := tx.Exec(`insert into revision (record, seq, recorded_at, happened_at, author, kind, step, from_state, to_state, body, hash)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		rev.Record, rev.Seq, rev.RecordedAt, rev.HappenedAt, rev.By, rev.Kind, rev.Step, rev.From, rev.To, string(body), link.String()); err != nil {
		return err
	}
	return tx.log(revisionEvent(rev, link), 1)
}

// revisionEvent is the event of writing a revision whose hash is link.
func revisionEvent(rev record.Revision, link audit.Link) audit.Event {
	return audit.Event{
		At: rev.RecordedAt, Actor: rev.By, Act: ActRevision, Subject: rev.Record,
		Detail: audit.RevisionDetail(int64(rev.Seq), link),
	}
}

// putWords keeps what a record is found by on a board.
func (tx *Tx) putWords(r record.Record) error {
	_, err := tx.Exec(`insert into record_word (word, record) select w.value, $2 from `+tx.items(1, "w"), recordWords(r), r.ID)
	return err
}

// recordWords are the words a record is found by, each once.
func recordWords(r record.Record) []string {
	words := person.Tokens(r.Names)
	reference := person.Tokens(r.Reference)
	for i := range reference {
		// "TH-7KQ4-M2XD" is found by each part, by the whole without hyphens
		// and by the whole without its first letters.
		words = append(words, reference[i], strings.Join(reference[i:], ""))
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// Record reads the current view of a record.
func (tx *Tx) Record(id string) (record.Record, error) {
	return queryOne(tx, scanRecord, `select `+recordColumns+` from record r where r.id = $1`, id)
}

// RecordByReference reads a record by what people call it on the phone, in the
// form in which it was given out.
func (tx *Tx) RecordByReference(reference string) (record.Record, error) {
	return queryOne(tx, scanRecord, `select `+recordColumns+` from record r where r.reference = $1`, reference)
}

// RecordsStartedBy gives the records that a record's steps started, oldest first.
func (tx *Tx) RecordsStartedBy(parent string) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r where r.parent = $1 order by r.created_at, r.id`, parent)
}

// RecordsAfter gives the records of a pathway on which a step was ever taken, oldest
// first.
func (tx *Tx) RecordsAfter(pathway, step string) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r
		where r.pathway = $1 and r.id in (select record from revision where step = $2) order by r.created_at, r.id`, pathway, step)
}

// SentBy gives, leaving out what a step of another record started, the records that someone sent, newest first.
func (tx *Tx) SentBy(author access.Principal, limit int) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r
		where r.author = $1 and r.started_by = '' order by r.created_at desc, r.id desc limit $2`, string(author), limit)
}

// AllRecordIDs gives every record's id to fn, in order, until fn fails. fn may
// use the transaction.
func (tx *Tx) AllRecordIDs(fn func(id string) error) error {
	for after := ""; ; {
		ids, err := queryAll(tx, scanValue[string], `select id from record where id > $1 order by id limit 500`, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		for _, id := range ids {
			if err := fn(id); err != nil {
				return err
			}
		}
		after = ids[len(ids)-1]
	}
}

// Revisions gives a record's revisions in order.
func (tx *Tx) Revisions(id string) ([]record.Revision, error) {
	return queryAll(tx, scanRevision, `select body, hash from revision where record = $1 order by seq`, id)
}

// StoredRevisions gives a record's revisions exactly as they are stored, in
// order, for [audit.CheckChain]. Logged is left empty: see
// [Tx.LoggedRevisions].
func (tx *Tx) StoredRevisions(id string) ([]audit.Revision, error) {
	return queryAll(tx, func(row row) (audit.Revision, error) {
		var r audit.Revision
		var hash string
		if err := row.Scan(&r.Number, &r.Bytes, &hash); err != nil {
			return r, err
		}
		var err error
		r.Hash, err = audit.ParseLink(hash)
		return r, err
	}, `select seq, body, hash from revision where record = $1 order by seq`, id)
}

// CountRevisions is how many revisions all records have.
func (tx *Tx) CountRevisions() (int, error) {
	return queryOne(tx, scanValue[int], `select count(*) from revision`)
}

// StepTaken is the last time a step was taken on a record.
type StepTaken struct {
	Step string
	By   string    // principal
	At   time.Time // when it happened
}

// StepsTaken gives each step that was taken on a record, with its last time.
func (tx *Tx) StepsTaken(id string) ([]StepTaken, error) {
	all, err := queryAll(tx, func(row row) (StepTaken, error) {
		var s StepTaken
		return s, row.Scan(&s.Step, &s.By, &s.At)
	}, `select step, author, happened_at from revision where record = $1 and step <> '' order by seq`, id)
	last := map[string]int{}
	for i, s := range all {
		last[s.Step] = i
	}
	out := make([]StepTaken, 0, len(last))
	for i, s := range all {
		if last[s.Step] == i {
			out = append(out, s)
		}
	}
	return out, err
}

// AddLink ties two records together. ErrExists when they are tied in this way
// already.
func (tx *Tx) AddLink(l record.Link) error {
	if err := tx.keepSet("link", "record", l.From); err != nil {
		return err
	}
	_, err := tx.Exec(`insert into link (from_record, to_record, kind, linked_at) values ($1, $2, $3, $4)`, l.From, l.To, l.Kind, l.At)
	return err
}

// Links gives a record's ties in both directions, oldest first.
func (tx *Tx) Links(id string) ([]record.Link, error) {
	return queryAll(tx, func(row row) (record.Link, error) {
		var l record.Link
		return l, row.Scan(&l.From, &l.To, &l.Kind, &l.At)
	}, `select from_record, to_record, kind, linked_at from link where from_record = $1 or to_record = $1
		order by linked_at, from_record, to_record, kind`, id)
}
