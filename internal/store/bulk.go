package store

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
)

// Bulk is the door through which an empty database is filled with a made-up
// world too large for the ordinary way of a transaction for each act. What goes
// through it is chained, logged and indexed as [Tx.CreateRecord],
// [Tx.SaveRevision], [Tx.Audit] and [Tx.PutPerson] do, so that nothing later
// can tell the difference. It belongs to one goroutine.
type Bulk struct {
	ctx    context.Context
	out    chan<- bulkRows
	wait   map[string][][]any
	size   int64
	mark   int64
	nodes  bulkNodes
	kept   map[keptOf][]keptRow
	failed error
}

// keptOf is one owner of rows in a table of which the log holds a hash.
type keptOf struct{ table, owner, of string }

// bulkRows are rows of one table, each in the order of its columns.
type bulkRows struct {
	table string
	rows  [][]any
}

// bulkLoad is how one engine takes rows by the hundred thousand.
type bulkLoad interface {
	write(table string, columns []string, rows [][]any) error
	// finish brings back everything that was put aside and keeps the rows.
	finish(head []any) error
	// drop leaves the database as it was, as far as the engine can.
	drop()
}

// bulkColumns are the tables that can be filled, with their columns in the order
// in which Bulk gives them.
var bulkColumns = map[string][]string{
	"record": strings.Fields(`id reference pathway version pathway_hash authority state revision rating allocated team author parent
		started_by each_of names urgent demo created_at updated_at closed_at next_due answers`),
	"record_word":         strings.Fields(`word record`),
	"revision":            strings.Fields(`record seq recorded_at happened_at author kind step from_state to_state body hash`),
	"link":                strings.Fields(`from_record to_record kind linked_at`),
	"clock":               strings.Fields(`id record clock code label started_at due_at act_at warn_at sum calendar law stopped_at stopped_by cancelled told`),
	"entry":               strings.Fields(`id record seq kind happened_at recorded_at author body guarded`),
	"message":             strings.Fields(`id record sent_at author inward body`),
	"message_read":        strings.Fields(`message read_at`),
	"document":            strings.Fields(`id record doc row_id recipient title body withheld sent_at author second`),
	"receipt_code":        strings.Fields(`hash record made_at`),
	"access_grant":        strings.Fields(`id record principal may_view may_act may_status why line from_at until_at author`),
	"notice":              strings.Fields(`id principal record message made_at`),
	"notice_read":         strings.Fields(`notice worker read_at`),
	"person":              strings.Fields(`id version died sex gender ethnicity first_language interpreter babies sealed`),
	"person_version":      strings.Fields(`person version body`),
	"person_name":         strings.Fields(`person place id kind family given from_date until_date source_record source_at source_by`),
	"person_birth":        strings.Fields(`person place id kind date source_record source_at source_by`),
	"person_identifier":   strings.Fields(`person place id kind value issuer valid verified source_record source_at source_by`),
	"person_address":      strings.Fields(`person place id kind lines postcode uprn from_date until_date disclosure withheld_from source_record source_at source_by`),
	"person_phone":        strings.Fields(`person place id number safe use_when source_record source_at source_by`),
	"person_relationship": strings.Fields(`id from_person to_person kind parental_responsibility lives_with since_date until_date source_record source_at source_by`),
	"person_key":          strings.Fields(`value person`),
	"person_outline":      strings.Fields(`person body`),
	"same_as":             strings.Fields(`id a b why source_record source_at source_by undone_at undone_by undone_why`),
	"record_person":       strings.Fields(`record person row_group row_id role`),
	"audit":               strings.Fields(`seq happened_at actor act subject body`),
	"audit_hash":          strings.Fields(`place hash`),
}

// bulkBatch is how many rows of a table travel together.
const bulkBatch = 1000

// Bulk fills a database that holds no record yet. While fn runs, nobody else may
// use the database, and on the embedded engine nothing is safe until Bulk
// returns: when it fails or the machine stops, delete the data folder and start
// again. A database with records is refused with fault.Conflict.
func (db *DB) Bulk(ctx context.Context, fn func(*Bulk) error) (err error) {
	b := &Bulk{wait: map[string][][]any{}, kept: map[keptOf][]keptRow{}, nodes: bulkNodes{have: map[int64]audit.Hash{}}}
	err = db.Read(ctx, func(tx *Tx) error {
		return tx.AllRecordIDs(func(string) error {
			return fault.New(fault.Conflict, "This database already holds records. Only an empty one can be filled at once.")
		})
	})
	if err != nil {
		return err
	}
	// The few events there are already, and the hashes that the tree goes on from.
	err = db.Write(ctx, func(tx *Tx) error {
		if b.size, err = tx.lockHead(); err != nil {
			return err
		}
		return b.nodes.begin(tx, b.size)
	})
	if err != nil {
		return err
	}
	if db.dialect == sqlite {
		// Another connection, though idle, would keep the file in its journal.
		db.read.SetMaxIdleConns(0)
		defer db.read.SetMaxIdleConns(readers)
		defer db.empty.alone()()
	}
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return mapError(err)
	}
	defer func() { err = errors.Join(err, mapError(conn.Close())) }()
	return conn.Raw(func(raw any) error {
		var load bulkLoad
		var err error
		if db.dialect == sqlite {
			load, err = newSQLiteLoad(raw)
		} else {
			load, err = newPostgresLoad(ctx, raw)
		}
		if err != nil {
			return mapError(err)
		}
		if err := b.run(ctx, load, fn); err != nil {
			load.drop()
			return mapError(err)
		}
		return nil
	})
}

// run makes rows on one goroutine and writes them on this one.
func (b *Bulk) run(ctx context.Context, load bulkLoad, fn func(*Bulk) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	out := make(chan bulkRows, 32)
	b.ctx, b.out = ctx, out
	made := make(chan error, 1)
	go func() {
		defer close(out)
		err := fn(b)
		if err == nil {
			err = b.flush()
		}
		made <- err
	}()
	var wrong error
	for batch := range out {
		if wrong == nil {
			if wrong = load.write(batch.table, bulkColumns[batch.table], batch.rows); wrong != nil {
				wrong = fmt.Errorf("store: filling %s: %w", batch.table, wrong)
				stop()
			}
		}
	}
	if err := errors.Join(wrong, <-made); err != nil {
		return err
	}
	return load.finish([]any{b.size, b.mark})
}

func (b *Bulk) flush() error {
	for table, rows := range b.wait {
		b.send(table, rows)
	}
	clear(b.wait)
	return b.failed
}

func (b *Bulk) send(table string, rows [][]any) {
	if b.failed != nil || len(rows) == 0 {
		return
	}
	select {
	case b.out <- bulkRows{table, rows}:
	case <-b.ctx.Done():
		b.failed = b.ctx.Err()
	}
}

// put keeps one row. Instants, dates and documents become what the engines hold.
func (b *Bulk) put(table string, row ...any) {
	for i, v := range row {
		switch v := v.(type) {
		case time.Time:
			if row[i] = nil; !v.IsZero() {
				row[i] = FormatInstant(v)
			}
		case calendar.Date:
			if row[i] = nil; !v.IsZero() {
				row[i] = v.String()
			}
		case driver.Valuer:
			text, err := v.Value()
			if err != nil {
				b.failed = errors.Join(b.failed, err)
			}
			row[i] = text
		case int:
			row[i] = int64(v)
		}
	}
	if k, ok := bulkKept[table]; ok {
		b.failed = errors.Join(b.failed, b.keep(k, row))
	}
	rows := append(b.wait[table], row)
	if len(rows) == bulkBatch {
		b.send(table, rows)
		rows = make([][]any, 0, bulkBatch)
	}
	b.wait[table] = rows
}

// Record keeps a record as it stands after its revisions, which are chained here:
// their Prev and Hash are filled in, so that the events of writing them can be
// given with [Bulk.Event] and [RevisionEvent] when their time comes. clocks are
// all of the record's clocks.
func (b *Bulk) Record(r record.Record, revs []record.Revision, clocks []record.Clock) error {
	var next time.Time
	for _, c := range clocks {
		if c.Open() && (next.IsZero() || c.DueAt.Before(next)) {
			next = c.DueAt
		}
	}
	answers, err := json.Marshal(r.Answers)
	if err != nil {
		return err
	}
	b.put("record", r.ID, r.Reference, r.Pathway, r.Version, r.Hash, r.Authority, r.State, r.Revision, r.Rating, orNull(r.Allocated),
		r.Team, r.Author, orNull(r.Parent), r.StartedBy, r.Each, r.Names, r.Urgent, r.Demo, r.CreatedAt, r.UpdatedAt, r.ClosedAt, next, string(answers))
	for _, w := range recordWords(r) {
		b.put("record_word", w, r.ID)
	}
	link, prev := audit.ChainStart(r.ID), ""
	for i := range revs {
		v := &revs[i]
		v.Prev = prev
		body := v.Bytes()
		link = audit.ChainHash(link, body)
		v.Hash = link.String()
		prev = v.Hash
		b.put("revision", v.Record, v.Seq, v.RecordedAt, v.HappenedAt, v.By, v.Kind, v.Step, v.From, v.To, string(body), v.Hash)
	}
	for _, c := range clocks {
		b.put("clock", c.ID, c.Record, c.Clock, c.Code, c.Label, c.StartedAt, c.DueAt, c.ActAt, c.WarnAt, c.Sum, c.Calendar, c.Law,
			c.StoppedAt, c.StoppedBy, c.Cancelled, told(c, r.UpdatedAt))
	}
	return b.failed
}

// told is how far people were told of a clock that was looked at last at a time.
func told(c record.Clock, last time.Time) string {
	if !c.Open() {
		last = c.StoppedAt
	}
	switch {
	case !last.Before(c.ActAt):
		return ToldOverdue
	case !last.Before(c.WarnAt):
		return ToldWarn
	}
	return ""
}

// RevisionEvent is the event of writing a revision that has its hash.
func RevisionEvent(v record.Revision) (audit.Event, error) {
	link, err := audit.ParseLink(v.Hash)
	return revisionEvent(v, link), err
}

// Event adds an event at the end of the log. Give events in the order of their
// times.
func (b *Bulk) Event(e audit.Event) error {
	if e.Act == ActRevision {
		b.mark++
	}
	e.At, e.Seq = e.At.Truncate(time.Microsecond), b.size
	body, err := e.Encode()
	if err != nil {
		return err
	}
	hashes, err := b.nodes.append(e.Seq, audit.LeafHash(body))
	if err != nil {
		return err
	}
	b.put("audit", e.Seq, e.At, e.Actor, e.Act, e.Subject, string(body))
	for i, h := range hashes {
		b.put("audit_hash", audit.HashIndex(e.Seq)+int64(i), h[:])
	}
	b.size++
	return b.failed
}

// Size is how many events the log has so far.
func (b *Bulk) Size() int64 { return b.size }

// People keeps the people whom one record names for the first time, each with
// its relationships to the others and its keys.
func (b *Bulk) People(people []person.Person) error {
	all := map[string][]person.Relationship{}
	for _, p := range people {
		for _, r := range p.Relationships {
			all[r.From] = append(all[r.From], r)
			all[r.To] = append(all[r.To], r)
			b.put("person_relationship", r.ID, r.From, r.To, string(r.Kind), string(r.ParentalResponsibility), string(r.LivesWith),
				r.Since, r.Until, orNull(r.Source.Record), r.Source.At, r.Source.By)
		}
	}
	for _, p := range people {
		b.person(p)
		// A mother is one of her child's keys, whoever was entered first.
		p.Relationships = all[p.ID]
		b.put("person_outline", p.ID, personText{p.Outline()})
		for _, k := range person.Keys(p) {
			b.put("person_key", keyText(k), p.ID)
		}
	}
	return b.failed
}

func (b *Bulk) person(p person.Person) {
	b.put("person", p.ID, 1, p.Died, string(p.Sex), p.Gender, p.Ethnicity, p.FirstLanguage, string(p.Interpreter), p.Babies, p.Sealed)
	b.put("person_version", p.ID, 1, JSON[person.Person]{p})
	for i, n := range p.Names {
		b.put("person_name", p.ID, i, n.ID, string(n.Kind), n.Family, n.Given, n.From, n.Until, orNull(n.Source.Record), n.Source.At, n.Source.By)
	}
	for i, n := range p.Births {
		b.put("person_birth", p.ID, i, n.ID, string(n.Kind), n.Date, orNull(n.Source.Record), n.Source.At, n.Source.By)
	}
	for i, n := range p.Identifiers {
		b.put("person_identifier", p.ID, i, n.ID, string(n.Kind), n.Value, n.Issuer, n.Valid, n.Verified, orNull(n.Source.Record), n.Source.At, n.Source.By)
	}
	for i, n := range p.Addresses {
		b.put("person_address", p.ID, i, n.ID, string(n.Kind), JSON[[]string]{orEmpty(n.Lines)}, n.Postcode, n.UPRN, n.From, n.Until,
			string(n.Disclosure), JSON[[]string]{orEmpty(n.WithheldFrom)}, orNull(n.Source.Record), n.Source.At, n.Source.By)
	}
	for i, n := range p.Phones {
		b.put("person_phone", p.ID, i, n.ID, n.Number, string(n.Safe), n.When, orNull(n.Source.Record), n.Source.At, n.Source.By)
	}
}

// Beside is what else is kept about a record. Texts arrive sealed.
type Beside struct {
	Links     []record.Link
	Grants    []access.Grant
	Entries   []record.Entry
	Messages  []record.Message
	Documents []record.Document
	Notices   []Notice
	Read      []NoticeRead
	People    []RecordPerson // only their ids are read
	Same      []person.SameAs
}

// NoticeRead is a notice that a worker has read.
type NoticeRead struct {
	Notice, Worker string
	At             time.Time
}

// Beside keeps what belongs to a record besides its revisions.
func (b *Bulk) Beside(rec string, x Beside) error {
	for _, l := range x.Links {
		b.put("link", l.From, l.To, l.Kind, l.At)
	}
	for _, g := range x.Grants {
		b.put("access_grant", g.ID, g.Record, string(g.To), slices.Contains(g.May, access.View), slices.Contains(g.May, access.Act),
			slices.Contains(g.May, access.Status), g.Why, g.Key, g.From, g.Until, g.By)
	}
	for _, e := range x.Entries {
		b.put("entry", e.ID, e.Record, e.Seq, e.Kind, e.HappenedAt, e.RecordedAt, e.By, e.Text, e.Guarded)
	}
	for _, m := range x.Messages {
		b.put("message", m.ID, m.Record, m.At, m.By, m.Inward, m.Text)
		if !m.ReadAt.IsZero() {
			b.put("message_read", m.ID, m.ReadAt)
		}
	}
	for _, d := range x.Documents {
		b.put("document", d.ID, d.Record, d.Doc, d.Row, d.To, d.Title, d.Body, d.Withheld, d.SentAt, d.By, d.Second)
	}
	for _, n := range x.Notices {
		b.put("notice", n.ID, string(n.To), orNull(n.Record), n.Message, n.At)
	}
	for _, n := range x.Read {
		b.put("notice_read", n.Notice, n.Worker, n.At)
	}
	for _, p := range x.People {
		b.put("record_person", rec, p.Person.ID, p.Group, p.Row, p.Role)
	}
	for _, s := range x.Same {
		b.put("same_as", s.ID, s.A, s.B, s.Why, orNull(s.Source.Record), s.Source.At, s.Source.By, nil, "", "")
	}
	b.mark += int64(len(x.Grants) + len(x.Entries) + len(x.Messages))
	return b.failed
}

// Code keeps the hash of the receipt code that opens a record's status page.
func (b *Bulk) Code(rec, hash string, at time.Time) { b.put("receipt_code", hash, rec, at) }

// NoticesAbout gives every notice about a record, oldest first.
func (tx *Tx) NoticesAbout(rec string) ([]Notice, error) {
	return queryAll(tx, func(row row) (Notice, error) {
		var n Notice
		var to string
		err := row.Scan(&n.ID, &to, &n.Record, &n.Message, &n.At)
		n.To = access.Principal(to)
		return n, err
	}, `select id, principal, record, message, made_at from notice where record = $1 order by made_at, id`, rec)
}
