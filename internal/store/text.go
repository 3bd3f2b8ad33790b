package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

// TextChange is one change of one file of a partnership's texts, as it was
// asked for.
type TextChange struct {
	ID      string
	Kind    string // write, remove or rename
	Name    string
	NewName string // of a rename
	Content string // hash of the bytes; empty for a removal
	Base    string // the change it began from
	Follows string // the change it takes up again
	Author  string
	Why     string
	At      time.Time
}

// TextAct is something done with a change.
type TextAct struct {
	Seq     int64 // given by AddTextAct
	Change  string
	Act     string
	Actor   string
	Why     string
	Edition string    // of the manual, when it was released with one
	From    time.Time // when it comes into force; zero for ever
	At      time.Time
}

// TextHash is the name by which bytes are kept.
func TextHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// LockTexts keeps others from changing texts until this transaction ends, and
// gives the number of the last act.
func (tx *Tx) LockTexts() (int64, error) {
	query := `select version from text_head where id = 1` + tx.lockRow()
	version, err := queryOne(tx, scanValue[int64], query)
	if !errors.Is(err, ErrNone) {
		return version, err
	}
	if _, err := tx.Exec(`insert into text_head (id, version) values (1, 0) on conflict (id) do nothing`); err != nil {
		return 0, err
	}
	return queryOne(tx, scanValue[int64], query)
}

// TextVersion is the number of the last act; 0 when there was none.
func (tx *Tx) TextVersion() (int64, error) {
	version, err := queryOne(tx, scanValue[int64], `select version from text_head where id = 1`)
	if errors.Is(err, ErrNone) {
		return 0, nil
	}
	return version, err
}

// AddTextContent keeps bytes and gives their hash.
func (tx *Tx) AddTextContent(b []byte) (string, error) {
	hash := TextHash(b)
	if b == nil {
		b = []byte{}
	}
	_, err := tx.Exec(`insert into text_content (hash, bytes) values ($1, $2) on conflict (hash) do nothing`, hash, b)
	return hash, err
}

// TextContent reads bytes by their hash.
func (tx *Tx) TextContent(hash string) ([]byte, error) {
	return queryOne(tx, scanValue[[]byte], `select bytes from text_content where hash = $1`, hash)
}

// TextContents reads several at once, by hash.
func (tx *Tx) TextContents(hashes []string) (map[string][]byte, error) {
	type content struct {
		hash  string
		bytes []byte
	}
	list, err := queryAll(tx, func(row row) (content, error) {
		var c content
		return c, row.Scan(&c.hash, &c.bytes)
	}, `select hash, bytes from text_content where `+tx.inList("hash", 1), hashes)
	out := make(map[string][]byte, len(list))
	for _, c := range list {
		out[c.hash] = c.bytes
	}
	return out, err
}

// AddTextChange keeps a change. The caller holds LockTexts.
func (tx *Tx) AddTextChange(c TextChange) error {
	tx.keep("text_change", c.ID)
	_, err := tx.Exec(`insert into text_change (id, kind, name, new_name, content, base, follows, author, why, made_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		c.ID, c.Kind, c.Name, c.NewName, orNull(c.Content), c.Base, c.Follows, c.Author, c.Why, c.At)
	return err
}

// AddTextAct keeps an act and gives it the next number. The caller holds
// LockTexts.
func (tx *Tx) AddTextAct(a TextAct) (int64, error) {
	tx.keep("text_act", a.Change)
	seq, err := queryOne(tx, scanValue[int64], `update text_head set version = version + 1 where id = 1 returning version`)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(`insert into text_act (seq, change, act, actor, why, edition, from_at, happened_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8)`, seq, a.Change, a.Act, a.Actor, a.Why, a.Edition, a.From, a.At)
	return seq, err
}

// TextActs gives the acts after a number, in order.
func (tx *Tx) TextActs(after int64) ([]TextAct, error) {
	return queryAll(tx, func(row row) (TextAct, error) {
		var a TextAct
		return a, row.Scan(&a.Seq, &a.Change, &a.Act, &a.Actor, &a.Why, &a.Edition, &a.From, &a.At)
	}, `select seq, change, act, actor, why, edition, from_at, happened_at from text_act where seq > $1 order by seq`, after)
}

// TextChanges gives the changes of which there are acts after a number, by id.
func (tx *Tx) TextChanges(after int64) ([]TextChange, error) {
	return queryAll(tx, func(row row) (TextChange, error) {
		var c TextChange
		return c, row.Scan(&c.ID, &c.Kind, &c.Name, &c.NewName, &c.Content, &c.Base, &c.Follows, &c.Author, &c.Why, &c.At)
	}, `select id, kind, name, new_name, coalesce(content, ''), base, follows, author, why, made_at from text_change
		where id in (select change from text_act where seq > $1) order by id`, after)
}

// TextDraft is a text that a worker is writing.
type TextDraft struct {
	Worker, Name, Content, Base string
	At                          time.Time
	Version                     int // 1 for the first save
}

func scanTextDraft(row row) (TextDraft, error) {
	var d TextDraft
	return d, row.Scan(&d.Worker, &d.Name, &d.Content, &d.Base, &d.At, &d.Version)
}

// PutTextDraft keeps what a worker writes. ErrStale when the version kept is not
// d.Version-1: it was saved from another page since.
func (tx *Tx) PutTextDraft(d TextDraft) error {
	query := `update text_draft set content = $3, base = $4, saved_at = $5, version = $6 where worker = $1 and name = $2 and version = $6 - 1`
	if d.Version == 1 {
		query = `insert into text_draft (worker, name, content, base, saved_at, version) values ($1, $2, $3, $4, $5, $6) on conflict (worker, name) do nothing`
	}
	n, err := tx.Exec(query, d.Worker, d.Name, d.Content, d.Base, d.At, d.Version)
	if err == nil && n == 0 {
		err = ErrStale
	}
	return err
}

// TextDraft reads a worker's draft of a file.
func (tx *Tx) TextDraft(worker, name string) (TextDraft, error) {
	return queryOne(tx, scanTextDraft, `select worker, name, content, base, saved_at, version from text_draft where worker = $1 and name = $2`, worker, name)
}

// TextDraftsOf gives a worker's drafts, last saved first.
func (tx *Tx) TextDraftsOf(worker string) ([]TextDraft, error) {
	return queryAll(tx, scanTextDraft, `select worker, name, content, base, saved_at, version from text_draft where worker = $1 order by saved_at desc, name`, worker)
}

// DropTextDraft removes a worker's draft of a file, if there is one.
func (tx *Tx) DropTextDraft(worker, name string) error {
	_, err := tx.Exec(`delete from text_draft where worker = $1 and name = $2`, worker, name)
	return err
}

// verifyTexts finds texts whose bytes are not those that their name says, and
// those that are not there. The names themselves are in rows that the log
// covers.
func (tx *Tx) verifyTexts() ([]KeptProblem, error) {
	var out []KeptProblem
	hashes, err := queryAll(tx, scanValue[string], `select hash from text_content order by hash`)
	if err != nil {
		return nil, err
	}
	for _, hash := range hashes {
		b, err := tx.TextContent(hash)
		if err != nil {
			return nil, err
		}
		if TextHash(b) != hash {
			out = append(out, KeptProblem{"text_content", hash, hash, "is not what was written: its bytes were changed"})
		}
	}
	gone, err := queryAll(tx, scanValue[string], `select distinct c.content from text_change c
		where c.content is not null and not exists (select 1 from text_content t where t.hash = c.content) order by c.content`)
	for _, hash := range gone {
		out = append(out, KeptProblem{"text_content", hash, hash, "is missing: a change of a text needs it"})
	}
	return out, err
}
