package store

import (
	"errors"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/audit"
)

// Audit adds an event to the log, in the transaction of the act itself. It
// fails when the event holds what the log must not, see [audit.Event].
//
// The log has one order, and whoever adds to it holds the row audit_head until
// the commit. So events wait until everything else of the transaction is done
// (flush): writers queue for the last moment only, and nobody who holds that
// row ever waits for another. Until then this transaction does not find them.
func (tx *Tx) Audit(e audit.Event) error { return tx.log(e, 0) }

// log is Audit for an event that also moves the mark of [Tx.Latest].
func (tx *Tx) log(e audit.Event, mark int64) error {
	e.At = e.At.Truncate(time.Microsecond)
	if _, err := e.Encode(); err != nil {
		return err
	}
	tx.unlogged, tx.mark = append(tx.unlogged, e), tx.mark+mark
	return nil
}

// flush writes what waits for the end of the transaction.
func (tx *Tx) flush() error {
	if err := tx.logKept(); err != nil {
		return err
	}
	if len(tx.unlogged) == 0 && tx.mark == 0 {
		return nil
	}
	size, err := tx.lockHead()
	if err != nil {
		return err
	}
	// Whoever else wants to commit waits from here on: so all lines go in one statement,
	// and all hashes in another.
	var lines, nodes [][]any
	known := hashReader{tx, map[int64]audit.Hash{}}
	for _, e := range tx.unlogged {
		e.Seq = size
		size++
		body, err := e.Encode()
		if err != nil {
			return err
		}
		hashes, err := audit.Append(e.Seq, audit.LeafHash(body), known)
		if err != nil {
			return err
		}
		lines = append(lines, []any{e.Seq, e.At, e.Actor, e.Act, e.Subject, string(body)})
		for i, h := range hashes {
			place := audit.HashIndex(e.Seq) + int64(i)
			known.added[place] = h
			nodes = append(nodes, []any{place, h[:]})
		}
	}
	if err := tx.insertAll(`audit (seq, happened_at, actor, act, subject, body)`, lines); err != nil {
		return err
	}
	if err := tx.insertAll(`audit_hash (place, hash)`, nodes); err != nil {
		return err
	}
	_, err = tx.Exec(`update audit_head set size = $1, mark = mark + $2 where id = 1`, size, tx.mark)
	tx.unlogged, tx.mark = nil, 0
	return err
}

// insertAll inserts rows, a few in each statement: the engines keep the texts of
// statements, so there are not to be many of them.
func (tx *Tx) insertAll(into string, rows [][]any) error {
	for part := range slices.Chunk(rows, 8) {
		var c conditions
		values := make([]string, len(part))
		for i, row := range part {
			marks := make([]string, len(row))
			for j, v := range row {
				marks[j] = c.arg(v)
			}
			values[i] = "(" + strings.Join(marks, ", ") + ")"
		}
		if _, err := tx.Exec(`insert into `+into+` values `+strings.Join(values, ", "), c.args...); err != nil {
			return err
		}
	}
	return nil
}

// lockHead gives the log's size and keeps others from adding to it until this
// transaction ends.
func (tx *Tx) lockHead() (int64, error) {
	query := `select size from audit_head where id = 1` + tx.lockRow()
	size, err := queryOne(tx, scanValue[int64], query)
	if !errors.Is(err, ErrNone) {
		return size, err
	}
	if _, err := tx.Exec(`insert into audit_head (id, size, mark) values (1, 0, 0) on conflict (id) do nothing`); err != nil {
		return 0, err
	}
	return queryOne(tx, scanValue[int64], query)
}

// moved notes that something changed that a live board shows.
func (tx *Tx) moved() error {
	tx.mark++
	return nil
}

// Latest is a mark that moves whenever a record, entry, message, clock, grant,
// restriction or exclusion changes, on whichever node. It moves in the order
// of commits, so a reader that saw a mark has seen everything up to it.
func (tx *Tx) Latest() (int64, error) {
	mark, err := queryOne(tx, scanValue[int64], `select mark from audit_head where id = 1`)
	if errors.Is(err, ErrNone) {
		return 0, nil
	}
	return mark, err
}

// AuditQuery chooses events of the log. Empty fields choose all; the times are
// from From up to but not at To. Before, when above 0, gives the page of events
// before that place.
type AuditQuery struct {
	Actor, Subject, Act string
	From, To            time.Time
	Limit               int
	Before              int64
}

// AuditSearch gives the chosen events, newest first. Those of [ActKept] are
// nobody's act, and are given only to whoever asks for them.
func (tx *Tx) AuditSearch(q AuditQuery) ([]audit.Event, error) {
	var c conditions
	if q.Actor != "" {
		c.add("actor = %s", q.Actor)
	}
	if q.Subject != "" {
		// The index holds events with a subject only.
		c.add("subject = %s and subject <> ''", q.Subject)
	}
	if q.Act != "" {
		c.add("act = %s", q.Act)
	} else {
		c.add("act <> %s", ActKept)
	}
	if !q.From.IsZero() {
		c.add("happened_at >= %s", q.From)
	}
	if !q.To.IsZero() {
		c.add("happened_at < %s", q.To)
	}
	if q.Before > 0 {
		c.add("seq < %s", q.Before)
	}
	query := `select body from audit` + c.where() + ` order by seq desc limit ` + c.arg(orLimit(q.Limit))
	return queryAll(tx, scanEvent, query, c.args...)
}

// AuditOf gives the events about a record, person, file or account, newest
// first.
func (tx *Tx) AuditOf(subject string, limit int, before int64) ([]audit.Event, error) {
	return tx.AuditSearch(AuditQuery{Subject: subject, Limit: limit, Before: before})
}

// AuditBy gives what someone did, newest first.
func (tx *Tx) AuditBy(actor string, limit int, before int64) ([]audit.Event, error) {
	return tx.AuditSearch(AuditQuery{Actor: actor, Limit: limit, Before: before})
}

// ActKnown is the audit act of looking at what is already known of the people on
// a record.
const ActKnown = "look-known"

// LookedKnown tells whether someone has looked at what is known of a record. The
// act stands in the text because an index holds these events only.
func (tx *Tx) LookedKnown(subject, actor string) (bool, error) {
	return queryOne(tx, scanValue[bool], `select exists (select 1 from audit
		where subject = $1 and actor = $2 and act = '`+ActKnown+`')`, subject, actor)
}

func scanEvent(row row) (audit.Event, error) {
	var body string
	if err := row.Scan(&body); err != nil {
		return audit.Event{}, err
	}
	return audit.ParseEvent([]byte(body))
}

// AuditSize is how many events the log has.
func (tx *Tx) AuditSize() (int64, error) {
	size, err := queryOne(tx, scanValue[int64], `select size from audit_head where id = 1`)
	if errors.Is(err, ErrNone) {
		return 0, nil
	}
	return size, err
}

// AuditRows gives every event as it is stored, in order of place. The
// transaction may be used while it runs.
func (tx *Tx) AuditRows() iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		const batch = 1000
		for from := int64(-1 << 62); ; {
			rows, err := queryAll(tx, func(row row) (audit.Row, error) {
				var r audit.Row
				return r, row.Scan(&r.Seq, &r.Bytes)
			}, `select seq, body from audit where seq >= $1 order by seq limit $2`, from, batch)
			if err != nil {
				yield(audit.Row{}, err)
				return
			}
			for _, r := range rows {
				if !yield(r, nil) {
					return
				}
				from = r.Seq + 1
			}
			if len(rows) < batch {
				return
			}
		}
	}
}

type hashReader struct {
	tx    *Tx
	added map[int64]audit.Hash // nodes that are not in the table yet
}

// HashReader reads the nodes of the log's tree. A node that is not there is
// the zero hash.
func (tx *Tx) HashReader() audit.HashReader { return hashReader{tx: tx} }

// ReadHashes implements tlog.HashReader.
func (r hashReader) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	out := make([]audit.Hash, len(indexes))
	at := make(map[int64][]int, len(indexes))
	var stored []int64
	for i, index := range indexes {
		if h, ok := r.added[index]; ok {
			out[i] = h
			continue
		}
		at[index] = append(at[index], i)
		stored = append(stored, index)
	}
	// In parts, because an engine takes only so many arguments.
	for part := range slices.Chunk(stored, 500) {
		var c conditions
		marks := make([]string, len(part))
		for i, index := range part {
			marks[i] = c.arg(index)
		}
		type node struct {
			place int64
			hash  []byte
		}
		nodes, err := queryAll(r.tx, func(row row) (node, error) {
			var n node
			return n, row.Scan(&n.place, &n.hash)
		}, `select place, hash from audit_hash where place in (`+strings.Join(marks, ", ")+`)`, c.args...)
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			if len(n.hash) != len(audit.Hash{}) {
				continue // as good as not there
			}
			for _, i := range at[n.place] {
				out[i] = audit.Hash(n.hash)
			}
		}
	}
	return out, nil
}

// LoggedRevisions gives, for each number of a record's revisions, the hash with
// which the log says it was written.
func (tx *Tx) LoggedRevisions(id string) (map[int64]string, error) {
	// The index holds events with a subject only.
	bodies, err := queryAll(tx, scanValue[string], `select body from audit where subject = $1 and subject <> '' and act = $2 order by seq`, id, ActRevision)
	out := map[int64]string{}
	for _, body := range bodies {
		// What cannot be read was changed, which the log's own check names.
		e, err := audit.ParseEvent([]byte(body))
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(e.Detail["revision"], 10, 64)
		if err != nil {
			continue
		}
		out[n] = e.Detail["revision-hash"]
	}
	return out, err
}

// LoggedWithoutRecord gives the ids of records of which the log says that they
// were written, and which are not there, though nobody destroyed them.
func (tx *Tx) LoggedWithoutRecord() ([]string, error) {
	return queryAll(tx, scanValue[string], `select distinct a.subject from audit a where a.act = $1
		and not exists (select 1 from record r where r.id = a.subject)
		and not exists (select 1 from destruction d join destruction_end e on e.destruction = d.id where d.record = a.subject and e.act = 'done')
		order by a.subject`, ActRevision)
}

// AddCheckpoint keeps a signed checkpoint of the log.
func (tx *Tx) AddCheckpoint(text string, at time.Time) error {
	c, err := audit.ParseCheckpoint([]byte(text))
	if err != nil {
		return err
	}
	tx.keep("checkpoint", FormatInstant(at))
	_, err = tx.Exec(`insert into checkpoint (size, made_at, body) values ($1, $2, $3)`, c.Size, at, text)
	return err
}

// Checkpoints gives the kept checkpoints, oldest first.
func (tx *Tx) Checkpoints() ([][]byte, error) {
	return queryAll(tx, scanValue[[]byte], `select body from checkpoint order by made_at, size`)
}
