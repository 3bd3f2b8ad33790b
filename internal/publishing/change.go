package publishing

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// Kind is what a change does with a file.
type Kind string

// The kinds of change.
const (
	Write  Kind = "write" // new words, or a new file
	Remove Kind = "remove"
	Rename Kind = "rename" // links to the old name lead to the new one
)

// State is how far a change has come.
type State string

// The states of a change.
const (
	Asked     State = "asked" // waits for a second person
	Approved  State = "approved"
	Declined  State = "declined"
	Withdrawn State = "withdrawn"
	Scheduled State = "scheduled" // comes into force on a later day
	InForce   State = "in force"
	Past      State = "past" // was in force
)

// The acts, as they are kept.
const (
	actAsked     = "asked"
	actApproved  = "approved"
	actDeclined  = "declined"
	actWithdrawn = "withdrawn"
	actPublished = "published"
	actCorrected = "corrected" // published at once within an edition of the manual
	actRecalled  = "recalled"  // taken back before its day
)

// Act is something done with a change.
type Act struct {
	Act     string
	By      string // a worker's id, or Program
	Why     string
	Edition string
	At      time.Time
	From    time.Time // of a publication: from when it holds; zero for ever
}

// Change is one change of one file, with what was done with it.
type Change struct {
	ID      string
	Kind    Kind
	Name    string
	NewName string // of a rename
	Hash    string // of its content; empty for a removal
	Base    string // the change that its writer began from
	Follows string // the change it takes up again
	Author  string // a worker's id, or Program
	Why     string
	Edition string // of the manual, when it was released with one
	At      time.Time
	State   State
	From    time.Time // when it comes or came into force
	Acts    []Act
	// Superseded says of an open change that its file has moved on since its
	// writer began: it cannot be published as it is.
	Superseded bool
}

// Manual tells whether the change is of the procedures manual, which changes by
// editions.
func (c Change) Manual() bool { return isManual(c.Name) }

func isManual(name string) bool { return strings.HasPrefix(name, manualFolder) }

// Corrected tells whether the change was published within an edition.
func (c Change) Corrected() bool {
	return slices.ContainsFunc(c.Acts, func(a Act) bool { return a.Act == actCorrected })
}

// state is how far a change has come at an instant. With the zero instant, all
// that is published is Scheduled.
func (e *entry) state(at time.Time, l *ledger) State {
	s := Asked
	for _, a := range e.acts {
		switch a.Act {
		case actApproved, actRecalled:
			s = Approved
		case actDeclined:
			s = Declined
		case actWithdrawn:
			s = Withdrawn
		case actPublished, actCorrected:
			s = Scheduled
		}
	}
	if p, ok := e.published(); s == Scheduled && ok && !p.From.After(at) && !at.IsZero() {
		s = InForce
		if last, ok := head(l.upTo(at), cmp.Or(e.NewName, e.Name)); ok && last.entry.ID != e.ID {
			s = Past
		}
	}
	return s
}

// open tells whether something may still be done with a change.
func (s State) open() bool { return s == Asked || s == Approved }

func (l *ledger) change(e *entry, at time.Time) Change {
	c := Change{
		ID: e.ID, Kind: Kind(e.Kind), Name: e.Name, NewName: e.NewName, Hash: e.Content, Base: e.Base, Follows: e.Follows,
		Author: e.Author, Why: e.Why, At: e.At, State: e.state(at, l),
	}
	for _, a := range e.acts {
		c.Acts = append(c.Acts, Act{Act: a.Act, By: a.Actor, Why: a.Why, Edition: a.Edition, At: a.At, From: a.From})
	}
	if p, ok := e.published(); ok {
		c.From, c.Edition = p.From, p.Edition
	}
	c.Superseded = c.State.open() && !l.current(e)
	return c
}

// current tells whether an open change begins from what is newest, or from
// another that waits before it.
func (l *ledger) current(e *entry) bool {
	if follows(l.line, e.Name, e.Base) {
		return true
	}
	base := l.changes[e.Base]
	return base != nil && base.state(time.Time{}, l) == Approved && l.current(base)
}

var errNoChange = fault.New(fault.NotFound, "There is no such change.")

// Change gives one change as it stands at an instant.
func (t *Texts) Change(ctx context.Context, at time.Time, id string) (Change, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return Change{}, err
	}
	e := l.changes[id]
	if e == nil {
		return Change{}, errNoChange
	}
	return l.change(e, at), nil
}

// Open gives the changes that wait: for a second person, to be published, or for
// their day. The oldest is first.
func (t *Texts) Open(ctx context.Context, at time.Time) ([]Change, error) {
	return t.choose(ctx, at, func(c Change) bool { return c.State.open() || c.State == Scheduled })
}

// Waiting gives the approved changes of the manual, for its next edition.
func (t *Texts) Waiting(ctx context.Context, at time.Time) ([]Change, error) {
	return t.choose(ctx, at, func(c Change) bool { return c.Manual() && c.State == Approved })
}

// Written gives what one worker asked for, the newest first.
func (t *Texts) Written(ctx context.Context, at time.Time, worker string) ([]Change, error) {
	list, err := t.choose(ctx, at, func(c Change) bool { return c.Author == worker })
	slices.Reverse(list)
	return list, err
}

func (t *Texts) choose(ctx context.Context, at time.Time, want func(Change) bool) ([]Change, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, e := range l.order {
		if c := l.change(e, at); want(c) {
			out = append(out, c)
		}
	}
	return out, nil
}

// History gives every change of a file, the newest first, also of the names it
// had before.
func (t *Texts) History(ctx context.Context, at time.Time, name string) ([]Change, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return nil, err
	}
	var out []Change
	for _, e := range slices.Backward(l.order) {
		if !e.touches(name) {
			continue
		}
		c := l.change(e, at)
		out = append(out, c)
		if c.Kind == Rename && c.NewName == name && (c.State == InForce || c.State == Past || c.State == Scheduled) {
			name = c.Name
		}
	}
	return out, nil
}

// Moved says that a file has changed since a writer began. It holds all three
// texts, so that nothing is lost: what they wrote, what is newest now, and what
// they began from.
type Moved struct {
	Name              string
	Newest            Change
	Mine, Live, Began []byte
}

// Error names the file.
func (m *Moved) Error() string { return "publishing: " + m.Name + " has moved on" }

// Unwrap gives the sentence to show above both texts.
func (m *Moved) Unwrap() error {
	return fault.New(fault.Conflict, "Someone else changed this text after you began. Compare both, take over what should stay, and ask again from the newest text.")
}

// moved gathers the texts of a conflict.
func (t *Texts) moved(ctx context.Context, l *ledger, at time.Time, name, base string, mine []byte) error {
	m := &Moved{Name: name, Mine: mine}
	n, _ := l.newest(name)
	if e := l.changes[n.change]; e != nil {
		m.Newest = l.change(e, at)
	}
	var err error
	read := func(hash string) []byte {
		if hash == "" || err != nil {
			return nil
		}
		var b []byte
		b, err = t.Content(ctx, hash)
		return b
	}
	m.Live = read(n.hash)
	if e := l.changes[base]; e != nil {
		m.Began = read(e.Content)
	}
	if err != nil {
		return err
	}
	return m
}

// Draft is a text that a worker is writing. It is theirs alone, and not part of
// anything yet.
type Draft struct {
	Name, Content string
	Base          string // the change they began from; empty for a new file
	At            time.Time
	Version       int
}

// Draft gives a worker's own draft of a file.
func (t *Texts) Draft(ctx context.Context, by By, name string) (Draft, bool, error) {
	list, err := t.Drafts(ctx, by)
	for _, d := range list {
		if d.Name == name {
			return d, true, nil
		}
	}
	return Draft{}, false, err
}

// Drafts gives a worker's own drafts, last saved first.
func (t *Texts) Drafts(ctx context.Context, by By) ([]Draft, error) {
	if err := t.may(by, PowerWrite); err != nil {
		return nil, err
	}
	var out []Draft
	err := t.db.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.TextDraftsOf(by.Worker.ID)
		for _, d := range list {
			out = append(out, Draft{d.Name, d.Content, d.Base, d.At, d.Version})
		}
		return err
	})
	return out, err
}

// SaveDraft keeps what a worker is writing: d.Version is that of the draft as
// they opened it, 0 for a new one. It gives the draft with its new version, and
// fault.Conflict when it was saved from another page since.
func (t *Texts) SaveDraft(ctx context.Context, by By, d Draft) (Draft, error) {
	if err := t.may(by, PowerWrite); err != nil {
		return d, err
	}
	if text := nameText(d.Name); text != "" {
		return d, fault.Fields{{Key: "name", Text: text}}
	}
	if len(d.Content) > MaxText {
		return d, errLongText
	}
	d.Version++
	d.At = by.Now
	err := t.db.Write(ctx, func(tx *store.Tx) error {
		return tx.PutTextDraft(store.TextDraft{Worker: by.Worker.ID, Name: d.Name, Content: d.Content, Base: d.Base, At: d.At, Version: d.Version})
	})
	if fault.KindOf(err) == fault.Conflict {
		return d, fault.Wrap(err, fault.Conflict, "This draft was saved from another page or device since you opened it. Copy what you wrote, open the draft again and add it there.")
	}
	return d, err
}

// DropDraft removes a worker's draft of a file.
func (t *Texts) DropDraft(ctx context.Context, by By, name string) error {
	if err := t.may(by, PowerWrite); err != nil {
		return err
	}
	return t.db.Write(ctx, func(tx *store.Tx) error { return tx.DropTextDraft(by.Worker.ID, name) })
}
