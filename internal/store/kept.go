package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/audit"
)

// ActKept is the audit act by which the log holds what is kept beside the
// revisions. Each value of its detail is a line "table owner of hash": the rows
// of a table that belong to one owner, the record, person or worker they are
// about, and the hash of them as they were at the end of that transaction, or
// "none" when none was left. So the log's tree covers these rows, and whoever
// changes, takes away or puts in one behind the program's back is found out by
// [Tx.VerifyKept].
const ActKept = "kept"

// none is logged in place of a hash when no row of an owner is left.
const none = "none"

// keptTable is a table whose rows the log holds a hash of.
type keptTable struct {
	name string
	// owner is the column, indexed, whose rows are hashed together; of is the
	// record, person or worker they are about.
	owner, of string
	// columns in the order they are hashed: with "?" a boolean, with "{}" a
	// document. Adding one changes every hash, so a column that comes later gets
	// a table of its own or a new name in the log.
	columns string
	where   string // only these rows, if not all
}

// keptTables are all tables of which a row, if it were false, could show, hide
// or give away a child, or would let somebody in. What is left out, and why,
// stands in the test that changes every column of every row.
var keptTables = []keptTable{
	{name: "record", owner: "id", of: "id", columns: "id reference pathway version pathway_hash authority state revision rating allocated team author parent started_by each_of names urgent? demo? created_at updated_at closed_at next_due"},
	{name: "entry", owner: "id", of: "record", columns: "id record seq kind happened_at recorded_at author body guarded?"},
	{name: "message", owner: "id", of: "record", columns: "id record sent_at author inward? body"},
	{name: "document", owner: "id", of: "record", columns: "id record doc row_id recipient title body withheld sent_at author second"},
	{name: "letter_check", owner: "id", of: "record", columns: "id record seq act about owner hash words author made_at"},
	{name: "copy_given", owner: "id", of: "record", columns: "id record copy kind row_group row_id agency only_step title who body phone hash pdf_sha256 checked_by author given_at"},
	{name: "file", owner: "id", of: "record", columns: "id record name type size sha256 scan flags{} added_at author guarded? checked", where: "record is not null"},
	{name: "link", owner: "from_record", of: "from_record", columns: "from_record to_record kind linked_at"},
	{name: "clock", owner: "id", of: "record", columns: "id record clock code label started_at due_at act_at warn_at sum calendar law stopped_at stopped_by cancelled"},
	{name: "receipt_code", owner: "hash", of: "record", columns: "hash record made_at"},
	{name: "meeting_invite", owner: "id", of: "record", columns: "id record meeting nth row_id uid sequence act worker sealed starts_at ends_at mark author sent_at"},
	{name: "meeting_together", owner: "id", of: "record", columns: "id record meeting nth together act author made_at"},
	{name: "record_source", owner: "record", of: "record", columns: "record lookup who"},
	{name: "redaction", owner: "id", of: "record", columns: "id record nth source block hash decision ground words author made_at"},
	{name: "access_grant", owner: "id", of: "record", columns: "id record principal may_view? may_act? may_status? why line from_at until_at author"},
	{name: "restriction", owner: "id", of: "record", columns: "id record kind reason author made_at review_by lifted_at lifted_by"},
	{name: "restriction_named", owner: "restriction", of: "restriction", columns: "restriction worker"},
	{name: "exclusion", owner: "record", of: "record", columns: "record worker why made_at author"},
	{name: "record_person", owner: "record", of: "record", columns: "record person row_group row_id role"},
	{name: "person_version", owner: "person", of: "person", columns: "person version body{}"},
	{name: "person_relationship", owner: "id", of: "from_person", columns: "id from_person to_person kind parental_responsibility lives_with since_date until_date source_record source_at source_by"},
	{name: "same_as", owner: "id", of: "a", columns: "id a b why source_record source_at source_by undone_at undone_by undone_why"},
	{name: "died_question", owner: "id", of: "dead", columns: "id dead person asked_at"},
	{name: "died_answer", owner: "question", of: "question", columns: "id question same? why joined author answered_at source_record"},
	{name: "held_message", owner: "id", of: "record", columns: "id record kind body author held_at"},
	{name: "held_end", owner: "held", of: "held", columns: "held act author happened_at"},
	{name: "worker", owner: "id", of: "id", columns: "id name name_fold email email_fold job_title phone agency left_at"},
	{name: "membership", owner: "worker", of: "worker", columns: "worker place team role from_at until_at"},
	{name: "account", owner: "worker", of: "worker", columns: "worker password_hash totp_secret totp_step passkeys{} recovery_hashes{} disabled? created_at password_at must_enrol?"},
	{name: "invitation", owner: "id", of: "worker", columns: "id worker token_hash expires_at used_at"},
	{name: "pathway_text", owner: "hash", of: "hash", columns: "hash name version files{} kept_at"},
	{name: "text_change", owner: "id", of: "id", columns: "id kind name new_name content base follows author why made_at"},
	{name: "text_act", owner: "change", of: "change", columns: "seq change act actor why edition from_at happened_at"},
	{name: "newsletter_issue", owner: "id", of: "id", columns: "id number title intro picks{} choices{} revision made_at changed_by changed_at sent_by sent_at dropped_at"},
	{name: "suggestion", owner: "id", of: "id", columns: "id reference about section edition body author contact token_hash state assigned due_date published_in seq made_at changed_at"},
	{name: "suggestion_step", owner: "suggestion", of: "suggestion", columns: "suggestion seq happened_at author state assigned due_date published_in note"},
	{name: "release", owner: "id", of: "id", columns: "id kind title path summary changes{} from_date released_at author"},
	{name: "release_step", owner: "release", of: "release", columns: "release agency seq happened_at act worker teams{} note"},
	{name: "nomination", owner: "id", of: "agency", columns: "id agency place worker from_at until_at author ended_by"},
	{name: "retention", owner: "record", of: "record", columns: "record ruled? rule until_date longer_date keep_date sum source unconfirmed? basis state worked_at due_at"},
	{name: "retention_act", owner: "id", of: "record", columns: "id record nth act author reason until_date seen happened_at"},
	{name: "legal_hold", owner: "id", of: "id", columns: "id kind record person pathway authority reason author made_at lifted_at lifted_by lifted_why"},
	{name: "destruction", owner: "id", of: "record", columns: "id record reference pathway title authority begun_at closed_at rule keep_date proposed_by proposed_at proposed_why approved_by approved_at approved_why seen readers{}"},
	{name: "destruction_end", owner: "destruction", of: "destruction", columns: "destruction act author why rows_gone{} happened_at"},
	{name: "tool_edition", owner: "id", of: "id", columns: "id tool edition title holder practice? body sha256 from_date recorded_at author"},
	{name: "tool_licence", owner: "id", of: "id", columns: "id tool holder number until_date accountable after_end recorded_at author"},
	{name: "record_tool", owner: "record", of: "record", columns: "record row_group tool edition practice? began_at"},
	{name: "course_attended", owner: "id", of: "worker", columns: "id worker course session attended_date trainer recorded_at author"},
	{name: "course_undone", owner: "attended", of: "attended", columns: "attended why recorded_at author"},
	{name: "checkpoint", owner: "made_at", of: "made_at", columns: "size made_at body"},
}

func (k keptTable) selects(where string) string {
	if k.where != "" {
		where += " and " + k.where
	}
	columns := strings.NewReplacer("?", "", "{}", "", " ", ", ").Replace(k.columns)
	return `select ` + k.owner + `, ` + k.of + `, ` + columns + ` from ` + k.name + ` where ` + where
}

// keptRow is one row as it is hashed.
type keptRow struct {
	owner, of string
	bytes     []byte
}

// scan reads a row into one byte form that is the same on both engines and can
// be read in one way only.
func (k keptTable) scan(r row) (keptRow, error) {
	var out keptRow
	columns := strings.Fields(k.columns)
	values, into := make([]any, len(columns)), []any{&out.owner, &out.of}
	unlike := false
	for i, c := range columns {
		var v sql.Scanner
		switch {
		case strings.HasSuffix(c, "?"):
			v = new(sql.NullBool)
		case strings.HasSuffix(c, "{}"):
			v = new(JSON[any])
		default:
			v = new(sql.NullString)
		}
		values[i] = v
		into = append(into, scanFunc(func(src any) error {
			unlike = unlike || v.Scan(src) != nil
			return nil
		}))
	}
	if err := r.Scan(into...); err != nil {
		return out, err
	}
	if unlike { // no value the program writes: a form that no row of its own has
		out.bytes = []byte{2}
		return out, nil
	}
	var err error
	out.bytes, err = keptBytes(values)
	return out, err
}

type scanFunc func(src any) error

// Scan implements sql.Scanner.
func (f scanFunc) Scan(src any) error { return f(src) }

// keptBytes is the one byte form of a row's values: *sql.NullBool,
// *sql.NullString and *JSON[any].
func keptBytes(values []any) ([]byte, error) {
	var out []byte
	for _, v := range values {
		var text string
		given := true
		switch v := v.(type) {
		case *sql.NullBool:
			given, text = v.Valid, fmt.Sprint(v.Bool)
		case *sql.NullString:
			given, text = v.Valid, v.String
		case *JSON[any]:
			b, err := json.Marshal(v.V)
			if err != nil {
				return nil, err
			}
			text = string(b)
		}
		if !given {
			out = append(out, 0)
			continue
		}
		out = append(binary.BigEndian.AppendUint64(append(out, 1), uint64(len(text))), text...)
	}
	return out, nil
}

// hash is over all rows of one owner, in the order of their bytes.
func (k keptTable) hash(rows []keptRow) string {
	if len(rows) == 0 {
		return none
	}
	slices.SortFunc(rows, func(a, b keptRow) int { return bytes.Compare(a.bytes, b.bytes) })
	h := sha256.New()
	fmt.Fprintf(h, "frontdoor kept rows v1\n%s\n", k.name)
	for _, r := range rows {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(r.bytes))))
		h.Write(r.bytes)
	}
	return base64.RawStdEncoding.EncodeToString(h.Sum(nil))
}

// keep notes owners whose rows in a table this transaction changes, so that
// flush logs what they became. Whoever changes rows of one owner side by side
// with others holds a lock on that owner.
func (tx *Tx) keep(table string, owners ...string) {
	for _, o := range owners {
		tx.keepOf(table, o, o)
	}
}

// keepOf is keep for rows that may all go: of is whose they were.
func (tx *Tx) keepOf(table, owner, of string) {
	if tx.kept == nil {
		tx.kept = map[string]map[string]string{}
	}
	if tx.kept[table] == nil {
		tx.kept[table] = map[string]string{}
	}
	tx.kept[table][owner] = of
}

// keepAll is keep for the owners that a statement says it changed, with
// "returning", and gives how many rows there were.
func (tx *Tx) keepAll(table, query string, args ...any) (int64, error) {
	owners, err := queryAll(tx, scanValue[string], query, args...)
	tx.keep(table, owners...)
	return int64(len(owners)), err
}

// keepSet is keep for a table where one owner has many rows: it also holds the
// owner's own row, so that nobody changes others of them at the same time.
func (tx *Tx) keepSet(table, of, owner string) error {
	tx.keep(table, owner)
	if tx.lockRow() == "" {
		return nil
	}
	_, err := queryOne(tx, scanValue[string], `select id from `+of+` where id = $1`+tx.lockRow(), owner)
	if errors.Is(err, ErrNone) {
		return nil // the foreign key will say so
	}
	return err
}

// logKept puts what was noted into the events that wait for the end.
func (tx *Tx) logKept() error {
	if len(tx.kept) == 0 {
		return nil
	}
	var lines []string
	for _, k := range keptTables {
		touched := slices.Sorted(maps.Keys(tx.kept[k.name]))
		if len(touched) == 0 {
			continue
		}
		rows, err := queryAll(tx, k.scan, k.selects(tx.inList(k.owner, 1)), touched)
		if err != nil {
			return err
		}
		byOwner := map[string][]keptRow{}
		for _, r := range rows {
			byOwner[r.owner] = append(byOwner[r.owner], r)
		}
		for _, owner := range touched {
			of := tx.kept[k.name][owner]
			if rows := byOwner[owner]; len(rows) > 0 {
				of = rows[0].of
			}
			lines = append(lines, keptLine(k.name, owner, of, k.hash(byOwner[owner])))
		}
	}
	at, err := tx.eventTime()
	if err != nil {
		return err
	}
	for _, e := range keptEvents(at, lines) {
		if err := tx.log(e, 0); err != nil {
			return err
		}
	}
	tx.kept = nil
	return nil
}

// keptLine is how an event names the rows of one owner.
func keptLine(table, owner, of, hash string) string {
	return table + " " + owner + " " + of + " " + hash
}

// keptEvents are the events that hold some lines, each as many as an event's
// detail may.
func keptEvents(at time.Time, lines []string) []audit.Event {
	var out []audit.Event
	for part := range slices.Chunk(lines, 40) {
		detail := map[string]string{}
		for i, line := range part {
			detail[fmt.Sprintf("row.%02d", i)] = line
		}
		out = append(out, audit.Event{At: at, Actor: audit.ActorSystem, Act: ActKept, Detail: detail})
	}
	return out
}

// eventTime is the moment of the act being logged; where a change has no act of
// its own, that of the act before it, or of the making of the database.
func (tx *Tx) eventTime() (time.Time, error) {
	if n := len(tx.unlogged); n > 0 {
		return tx.unlogged[n-1].At, nil
	}
	at, err := queryOne(tx, scanValue[time.Time], `select happened_at from audit order by seq desc limit 1`)
	if errors.Is(err, ErrNone) {
		at, err = queryOne(tx, scanValue[time.Time], `select max(applied_at) from migration`)
	}
	return at, err
}

// KeptProblem is what [Tx.VerifyKept] finds wrong.
type KeptProblem struct {
	Table string
	Owner string // key of the row, or of what the rows belong to
	Of    string // id of the record, person or worker they are about
	Text  string
}

// short is enough of a hash to tell two apart, in a form of which a county's ten
// years fit in memory. Nobody can make two alike: each check has a seed of its own.
type short uint64

func shortener() func(parts ...string) short {
	seed := maphash.MakeSeed()
	return func(parts ...string) short { return short(maphash.String(seed, strings.Join(parts, " "))) }
}

// VerifyKept compares every row of the tables that the log covers with the last
// hash the log holds of it, and names each that was changed, put in or taken
// away. It relies on the log, which [audit.VerifyAll] checks.
func (tx *Tx) VerifyKept() ([]KeptProblem, error) {
	logged, shorten := map[short]short{}, shortener()
	gone := shorten(none)
	var out []KeptProblem
	destroyed, err := tx.destroyedRecords()
	if err != nil {
		return nil, err
	}
	forever, err := foreverTables(tx.dialect)
	if err != nil {
		return nil, err
	}
	err = tx.keptLines(func(table, owner, of, hash string) {
		logged[shorten(table, owner)] = shorten(hash)
		if hash == none && slices.Contains(forever, table) && !destroyed[of] {
			out = append(out, KeptProblem{table, owner, of, "was taken away, and nobody decided that it be destroyed"})
		}
	})
	if err != nil {
		return nil, err
	}
	for _, k := range keptTables {
		check := func(rows []keptRow) {
			if len(rows) == 0 {
				return
			}
			owner := rows[0].owner
			key := shorten(k.name, owner)
			want, ok := logged[key]
			delete(logged, key)
			switch {
			case ok && want == shorten(k.hash(rows)):
			case !ok:
				out = append(out, KeptProblem{k.name, owner, rows[0].of, "was put in: the log does not know it"})
			case want == gone:
				out = append(out, KeptProblem{k.name, owner, rows[0].of, "was put back: the log says that it was taken away"})
			default:
				out = append(out, KeptProblem{k.name, owner, rows[0].of, "is not what was written: rows were changed, taken away or put in"})
			}
		}
		const batch = 500
		for after, first := "", true; ; first = false {
			where := k.owner + ` > $1`
			if first {
				where = k.owner + ` >= $1`
			}
			owners, err := queryAll(tx, scanValue[string], `select distinct `+k.owner+` from `+k.name+` where `+where+` order by `+k.owner+` limit `+fmt.Sprint(batch), after)
			if err != nil {
				return nil, err
			}
			if len(owners) == 0 {
				break
			}
			rows, err := queryAll(tx, k.scan, k.selects(tx.inList(k.owner, 1))+` order by `+k.owner, owners)
			if err != nil {
				return nil, fmt.Errorf("store: reading %s: %w", k.name, err)
			}
			for len(rows) > 0 {
				n := slices.IndexFunc(rows, func(r keptRow) bool { return r.owner != rows[0].owner })
				if n < 0 {
					n = len(rows)
				}
				check(rows[:n])
				rows = rows[n:]
			}
			after = owners[len(owners)-1]
		}
	}
	texts, err := tx.verifyTexts()
	if err != nil {
		return nil, err
	}
	out = append(out, texts...)
	maps.DeleteFunc(logged, func(_, hash short) bool { return hash == gone })
	if len(logged) == 0 {
		return out, nil
	}
	err = tx.keptLines(func(table, owner, of, _ string) {
		key := shorten(table, owner)
		if _, left := logged[key]; left {
			delete(logged, key)
			out = append(out, KeptProblem{table, owner, of, "is missing: the log says that it was written"})
		}
	})
	return out, err
}

// keptLines gives every line of every event of what was kept, oldest first.
func (tx *Tx) keptLines(fn func(table, owner, of, hash string)) error {
	for after := int64(-1); ; {
		type stored struct {
			seq  int64
			body string
		}
		list, err := queryAll(tx, func(row row) (stored, error) {
			var s stored
			return s, row.Scan(&s.seq, &s.body)
		}, `select seq, body from audit where act = $1 and seq > $2 order by seq limit 1000`, ActKept, after)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, s := range list {
			after = s.seq
			e, err := audit.ParseEvent([]byte(s.body))
			if err != nil {
				continue // the log's own check names it
			}
			for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
				if part := strings.Split(e.Detail[key], " "); len(part) == 4 {
					fn(part[0], part[1], part[2], part[3])
				}
			}
		}
	}
}
