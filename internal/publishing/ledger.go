package publishing

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
)

// ledger is every change and act, as of one version. It does not change.
type ledger struct {
	version int64
	changes map[string]*entry
	order   []*entry // by their first act
	line    []event  // what was published and not recalled, in the order it comes into force
}

type entry struct {
	store.TextChange
	acts []store.TextAct
}

// event is one change coming into force.
type event struct {
	entry   *entry
	from    time.Time
	seq     int64
	edition string
}

// node is one file in a tree.
type node struct {
	hash, change, author string
	since                time.Time
}

// tree is the files in force at one instant.
type tree struct {
	files map[string]node
	moved map[string]string // old names of files, and the names they have now
}

// ledger gives what is known, which is at most a second old.
func (t *Texts) ledger(ctx context.Context) (*ledger, error) {
	if l := t.known.Load(); l != nil && t.fresh.Load() {
		return l, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.known.Load()
	if l != nil && t.fresh.Load() {
		return l, nil
	}
	next := l
	err := t.db.Read(ctx, func(tx *store.Tx) (err error) {
		next, err = t.read(tx, l)
		return err
	})
	if err != nil {
		if l != nil {
			return l, nil // better what was in force a moment ago than nothing
		}
		return nil, err
	}
	t.known.Store(next)
	t.fresh.Store(true)
	time.AfterFunc(time.Second, func() { t.fresh.Store(false) })
	return next, nil
}

// read brings a ledger up to what the database holds.
func (t *Texts) read(tx *store.Tx, l *ledger) (*ledger, error) {
	version, err := tx.TextVersion()
	if err != nil || l != nil && l.version == version {
		return l, err
	}
	if version == 0 {
		return t.unkept()
	}
	next := &ledger{version: version, changes: map[string]*entry{}}
	var since int64
	if l != nil && l.version > 0 && l.version < version {
		since = l.version
		maps.Copy(next.changes, l.changes)
		next.order = slices.Clone(l.order)
	}
	changes, err := tx.TextChanges(since)
	if err != nil {
		return nil, err
	}
	acts, err := tx.TextActs(since)
	if err != nil {
		return nil, err
	}
	fresh := map[string]*entry{}
	for _, c := range changes {
		e := &entry{TextChange: c}
		if had := next.changes[c.ID]; had != nil {
			e.acts = slices.Clone(had.acts)
			next.order[slices.Index(next.order, had)] = e
		}
		fresh[c.ID], next.changes[c.ID] = e, e
	}
	for _, a := range acts {
		e := fresh[a.Change]
		if len(e.acts) == 0 {
			next.order = append(next.order, e)
		}
		e.acts = append(e.acts, a)
	}
	for _, e := range next.order {
		if a, ok := e.published(); ok {
			next.line = append(next.line, event{e, a.From, a.Seq, a.Edition})
		}
	}
	slices.SortFunc(next.line, byForce)
	return next, nil
}

func byForce(a, b event) int {
	if c := a.from.Compare(b.from); c != 0 {
		return c
	}
	return int(a.seq - b.seq)
}

// unkept is the ledger of a database that holds no texts yet: the files of the
// folder, since ever.
func (t *Texts) unkept() (*ledger, error) {
	files, err := t.shipped()
	if err != nil {
		return nil, err
	}
	l := &ledger{changes: map[string]*entry{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		e := &entry{TextChange: store.TextChange{Kind: string(Write), Name: name, Content: store.TextHash(files[name]), Author: Program}}
		l.line = append(l.line, event{entry: e})
	}
	return l, nil
}

// published is the act by which a change comes into force, if it was not recalled.
func (e *entry) published() (store.TextAct, bool) {
	for _, a := range slices.Backward(e.acts) {
		switch a.Act {
		case actPublished, actCorrected:
			return a, true
		case actRecalled:
			return a, false
		}
	}
	return store.TextAct{}, false
}

// upTo is how much of the line is in force at an instant.
func (l *ledger) upTo(at time.Time) []event {
	i, _ := slices.BinarySearchFunc(l.line, at, func(e event, at time.Time) int {
		if e.from.After(at) {
			return 1
		}
		return -1
	})
	return l.line[:i]
}

func (l *ledger) treeAt(at time.Time) tree { return fold(l.upTo(at)) }

func fold(line []event) tree {
	t := tree{map[string]node{}, map[string]string{}}
	for _, e := range line {
		t.apply(e.entry.TextChange, e.from)
	}
	return t
}

// apply lays a change over the tree.
func (t *tree) apply(c store.TextChange, from time.Time) {
	n := node{c.Content, c.ID, c.Author, from}
	switch Kind(c.Kind) {
	case Write:
		t.files[c.Name] = n
		delete(t.moved, c.Name)
	case Remove:
		delete(t.files, c.Name)
	case Rename:
		delete(t.files, c.Name)
		t.files[c.NewName] = n
		for old, now := range t.moved {
			if now == c.Name {
				t.moved[old] = c.NewName
			}
		}
		t.moved[c.Name] = c.NewName
		delete(t.moved, c.NewName)
	}
}

func (t tree) names() []string { return slices.Sorted(maps.Keys(t.files)) }

// clone is a tree to lay changes over.
func (t tree) clone() tree { return tree{maps.Clone(t.files), maps.Clone(t.moved)} }

// identity is the same for the same files under the same names.
func (t tree) identity() string {
	h := sha256.New()
	for _, name := range t.names() {
		fmt.Fprintf(h, "%s %s\n", t.files[name].hash, name)
	}
	for _, old := range slices.Sorted(maps.Keys(t.moved)) {
		fmt.Fprintf(h, "%s > %s\n", old, t.moved[old])
	}
	return string(h.Sum(nil))
}

// texts are the names of the files with words, and kept the hashes of pictures
// and documents by their name in the guidance folder.
func (t tree) kept() map[string]string {
	out := map[string]string{}
	for name, n := range t.files {
		if inside, ok := strings.CutPrefix(name, guidanceFolder); ok && !guidance.IsText(name) {
			out[inside] = n.hash
		}
	}
	return out
}

// touches tells whether a change is of a file of a name.
func (e *entry) touches(name string) bool { return e.Name == name || e.NewName == name && name != "" }

// head is the last change of a file in the line, also one that is not in force
// yet.
func head(line []event, name string) (event, bool) {
	for _, e := range slices.Backward(line) {
		if e.entry.touches(name) {
			return e, true
		}
	}
	return event{}, false
}

// follows tells whether a change that began from base begins from the head of
// the line: nothing was published in between.
func follows(line []event, name, base string) bool {
	e, ok := head(line, name)
	if !ok {
		return base == ""
	}
	return e.entry.ID == base || base == "" && e.entry.ends(name)
}

// ends tells whether there is no file of a name after the change.
func (e *entry) ends(name string) bool {
	return Kind(e.Kind) == Remove || Kind(e.Kind) == Rename && e.Name == name
}

// newest is the newest text of a file: what is approved and waits, or the head.
func (l *ledger) newest(name string) (node, bool) {
	at := func(e *entry, from time.Time) (node, bool) {
		return node{e.Content, e.ID, e.Author, from}, !e.ends(name)
	}
	if e := l.waiting(name); e != nil {
		return at(e, time.Time{})
	}
	if e, ok := head(l.line, name); ok {
		return at(e.entry, e.from)
	}
	return node{}, false
}

// waiting is the last approved change of a file that waits to be published and
// is not overtaken.
func (l *ledger) waiting(name string) *entry {
	var last *entry
	for _, e := range l.order {
		if !e.touches(name) || e.state(time.Time{}, l) != Approved {
			continue
		}
		if follows(l.line, name, e.Base) || last != nil && e.Base == last.ID {
			last = e
		}
	}
	return last
}

// servedAs is the name of a picture or document that has a hash, and is or was
// in force.
func (l *ledger) servedAs(at time.Time, hash string) string {
	for _, e := range slices.Backward(l.upTo(at)) {
		name := e.entry.Name
		if e.entry.NewName != "" {
			name = e.entry.NewName
		}
		if e.entry.Content == hash && (strings.HasPrefix(name, picturesFolder) || strings.HasPrefix(name, documentsFolder)) {
			return name
		}
	}
	return ""
}

// texts reads the words of a tree. With is what is not kept yet, by hash.
func (t *Texts) texts(ctx context.Context, l *ledger, tr tree, with map[string][]byte) (map[string]string, error) {
	var need []string
	for name, n := range tr.files {
		if _, have := with[n.hash]; !have && guidance.IsText(name) {
			need = append(need, n.hash)
		}
	}
	contents := map[string][]byte{}
	if l.version == 0 {
		files, err := t.shipped()
		if err != nil {
			return nil, err
		}
		for _, b := range files {
			contents[store.TextHash(b)] = b
		}
	} else if len(need) > 0 {
		err := t.db.Read(ctx, func(tx *store.Tx) (err error) {
			contents, err = tx.TextContents(need)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	maps.Copy(contents, with)
	out := map[string]string{}
	for name, n := range tr.files {
		if !guidance.IsText(name) {
			continue
		}
		b, ok := contents[n.hash]
		if !ok {
			return nil, fmt.Errorf("publishing: the text of %s is not there: %w", name, io.ErrUnexpectedEOF)
		}
		out[name] = string(b)
	}
	return out, nil
}
