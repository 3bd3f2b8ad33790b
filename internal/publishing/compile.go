package publishing

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
)

// compiled is a tree, read and checked.
type compiled struct {
	lib      *guidance.Library
	contacts *contact.Directory
	faults   pathway.Faults
	texts    map[string]string // by the name of the file
}

// libraries is how many compiled trees are kept: the one in force, and some of
// other days that somebody reads.
const libraries = 8

// shelf keeps compiled trees by what is in them.
type shelf struct {
	mu    sync.Mutex
	slots []*slot // the last used last

	// The trees asked for of one version of the ledger, by how much of its line is
	// in force: found without folding it again.
	version int64
	known   map[int]string
	upTo    int
	last    *slot
}

type slot struct {
	identity string
	once     sync.Once
	compiled *compiled
	err      error
}

// slot gives the place of a tree, and makes one.
func (s *shelf) slot(identity string) *slot {
	found := &slot{identity: identity}
	for i, have := range s.slots {
		if have.identity == identity {
			found = have
			s.slots = append(s.slots[:i], s.slots[i+1:]...)
			break
		}
	}
	if len(s.slots) >= libraries {
		s.slots = s.slots[1:]
	}
	s.slots = append(s.slots, found)
	return found
}

// drop takes away a slot that could not be filled, so that it is tried again.
func (s *shelf) drop(bad *slot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == bad {
		s.last = nil
	}
	s.slots = slices.DeleteFunc(s.slots, func(have *slot) bool { return have == bad })
}

// compiledAt is what is in force at an instant.
func (t *Texts) compiledAt(ctx context.Context, at time.Time) (*compiled, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	line := l.upTo(at)
	return t.fill(ctx, l, t.libraries.of(l.version, line), tree{}, line)
}

// of gives the slot of what is in force by a part of the line.
func (s *shelf) of(version int64, line []event) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.version != version || s.known == nil {
		s.version, s.known, s.last = version, map[int]string{}, nil
	}
	if s.last != nil && s.upTo == len(line) {
		return s.last
	}
	identity, ok := s.known[len(line)]
	if !ok {
		identity = fold(line).identity()
		s.known[len(line)] = identity
	}
	s.upTo, s.last = len(line), s.slot(identity)
	return s.last
}

// kept is a tree that is or was in force, read once.
func (t *Texts) kept(ctx context.Context, l *ledger, tr tree) (*compiled, error) {
	t.libraries.mu.Lock()
	s := t.libraries.slot(tr.identity())
	t.libraries.mu.Unlock()
	return t.fill(ctx, l, s, tr, nil)
}

// fill reads the tree of a slot, which all who ask for it wait for.
func (t *Texts) fill(ctx context.Context, l *ledger, s *slot, tr tree, line []event) (*compiled, error) {
	s.once.Do(func() {
		if tr.files == nil {
			tr = fold(line)
		}
		// What many wait for does not end with the request of the first.
		s.compiled, s.err = t.compile(context.WithoutCancel(ctx), l, tr, nil)
		if s.err != nil {
			t.libraries.drop(s)
		}
	})
	return s.compiled, s.err
}

// compile reads a tree. With is content that is not kept yet, by hash.
func (t *Texts) compile(ctx context.Context, l *ledger, tr tree, with map[string][]byte) (*compiled, error) {
	texts, err := t.texts(ctx, l, tr, with)
	if err != nil {
		return nil, err
	}
	c := &compiled{texts: texts, contacts: t.place.Contacts}
	data := []byte(texts[contactsFile])
	if shipped, err := t.shipped(); err != nil || string(shipped[contactsFile]) != string(data) {
		// The whole folder is read, because its files speak of each other.
		place, faults := partnership.Load(laid{t.place.Folder, data})
		if place != nil {
			c.contacts = place.Contacts
		}
		for _, f := range faults {
			if f.File == contactsFile {
				c.faults = append(c.faults, f)
			}
		}
	}
	inside, moved := map[string]string{}, map[string]string{}
	for name, text := range texts {
		if short, ok := strings.CutPrefix(name, guidanceFolder); ok {
			inside[short] = text
		}
	}
	for old, now := range tr.moved {
		moved[strings.TrimPrefix(old, guidanceFolder)] = strings.TrimPrefix(now, guidanceFolder)
	}
	var faults pathway.Faults
	c.lib, faults = guidance.Read(inside, tr.kept(), guidance.Place{Contacts: c.contacts, Leads: t.leads, Moved: moved})
	for _, fn := range t.also {
		faults = append(faults, fn(c.lib, c.contacts)...)
	}
	for _, f := range faults {
		f.File = guidanceFolder + f.File
		c.faults = append(c.faults, f)
	}
	return c, nil
}

// laid is a partnership's folder with other contacts.
type laid struct {
	fs.FS
	contacts []byte
}

// ReadFile implements fs.ReadFileFS.
func (f laid) ReadFile(name string) ([]byte, error) {
	if name == contactsFile {
		return f.contacts, nil
	}
	return fs.ReadFile(f.FS, name)
}

// Checked is what is found of texts before they are published.
type Checked struct {
	// Faults are those that the change would bring. One that is no warning stops
	// it from being published.
	Faults pathway.Faults
	// Old were there before.
	Old pathway.Faults
	// Lib and Contacts are what readers would be given.
	Lib      *guidance.Library
	Contacts *contact.Directory
}

// Err is the refusal to publish, or nil.
func (c Checked) Err() error {
	if c.Faults.Err() == nil {
		return nil
	}
	return &Faulty{c.Faults}
}

// Faulty says that texts cannot be published as they are.
type Faulty struct{ Faults pathway.Faults }

// Error lists what is wrong.
func (f *Faulty) Error() string { return "publishing: " + f.Faults.Error() }

// Unwrap gives the sentence to show above the list.
func (f *Faulty) Unwrap() error {
	return fault.New(fault.Invalid, "This cannot be published yet. Mend what is listed first. Nothing is lost.")
}

// compare tells the faults of one tree that another had already from the others.
func compare(before, after pathway.Faults) (fresh, old pathway.Faults) {
	type key struct{ file, text string }
	had := map[key]int{}
	for _, f := range before {
		had[key{f.File, f.Text}]++
	}
	for _, f := range after {
		k := key{f.File, f.Text}
		if had[k] > 0 {
			had[k]--
			old = append(old, f)
			continue
		}
		fresh = append(fresh, f)
	}
	return fresh, old
}

// check compares a tree with what it was before some changes.
func (t *Texts) check(ctx context.Context, l *ledger, before, after tree, with map[string][]byte) (Checked, error) {
	was, err := t.kept(ctx, l, before)
	if err != nil {
		return Checked{}, err
	}
	is := was
	if after.identity() != before.identity() { // the same when a text is opened and not yet changed
		if is, err = t.compile(ctx, l, after, with); err != nil {
			return Checked{}, err
		}
	}
	numbers, err := t.numbersEver(ctx, l)
	if err != nil {
		return Checked{}, err
	}
	out := Checked{Lib: is.lib, Contacts: is.contacts}
	out.Faults, out.Old = compare(
		slices.Concat(was.faults, oldNumbers(numbers, was.texts)),
		slices.Concat(is.faults, oldNumbers(numbers, is.texts)))
	return out, nil
}
