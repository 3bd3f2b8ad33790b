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

// Proposal is a change that somebody asks for.
type Proposal struct {
	Kind    Kind   // Write when empty
	Name    string // as in a partnership's folder
	NewName string // of a rename
	// Content is the new text, picture or document. A rename without it keeps
	// the text.
	Content []byte
	// Base is the change that its writer began from; empty for a new file.
	Base    string
	Why     string
	Follows string // the declined or withdrawn change it takes up again
}

const longestWhy = 500

// Ask makes a change and asks a second person for its review. The writer's draft
// of the file is done with then. fault.Fields name what is wrong with the form;
// a *[Moved] says that someone else was faster.
func (t *Texts) Ask(ctx context.Context, by By, p Proposal) (Change, error) {
	return t.ask(ctx, by, p, t.ready)
}

// ask is Ask with what makes the content ready to be kept.
func (t *Texts) ask(ctx context.Context, by By, p Proposal, ready func(context.Context, Proposal) ([]byte, error)) (Change, error) {
	if err := t.may(by, PowerWrite); err != nil {
		return Change{}, err
	}
	p.Why = strings.TrimSpace(p.Why)
	var wrong fault.Fields
	if p.Why == "" {
		wrong.Add("why", "Say in a sentence what you changed and why. It stays in the history.")
	} else if len(p.Why) > longestWhy {
		wrong.Add("why", "Say it in %d characters or fewer.", longestWhy)
	}
	if text := nameText(p.Name); text != "" {
		wrong.Add("name", "%s", text)
	}
	if err := wrong.Err(); err != nil {
		return Change{}, err
	}
	var err error
	if p.Content, err = ready(ctx, p); err != nil {
		return Change{}, err
	}
	var c store.TextChange
	err = t.do(ctx, by, func(l *ledger, pl *plan) error {
		if c, err = t.propose(ctx, l, by.Now, p); err != nil {
			return err
		}
		c.Author = by.Worker.ID
		if p.Content != nil {
			pl.contents = append(pl.contents, p.Content)
		}
		pl.changes = append(pl.changes, c)
		pl.act(by, c, actAsked, "", "", time.Time{})
		pl.also = func(tx *store.Tx) error { return tx.DropTextDraft(by.Worker.ID, c.Name) }
		return nil
	})
	if err != nil {
		return Change{}, err
	}
	return t.Change(ctx, by.Now, c.ID)
}

// propose turns a proposal into a change, or says why it cannot be.
func (t *Texts) propose(ctx context.Context, l *ledger, at time.Time, p Proposal) (store.TextChange, error) {
	p.Kind = cmp.Or(p.Kind, Write)
	c := store.TextChange{
		ID: store.NewID(at), Kind: string(p.Kind), Name: p.Name, NewName: p.NewName, Base: p.Base, Follows: p.Follows, Why: p.Why, At: at,
	}
	if p.Content != nil {
		c.Content = store.TextHash(p.Content)
	}
	if l.changes[p.Follows] == nil {
		c.Follows = ""
	}
	now, there := l.newest(p.Name)
	if now.change != p.Base && !follows(l.line, p.Name, p.Base) {
		return c, t.moved(ctx, l, at, p.Name, p.Base, p.Content)
	}
	switch p.Kind {
	case Write:
		if there && now.hash == c.Content {
			return c, fault.Fields{{Key: "content", Text: "Nothing is different from the text as it stands. Change it first."}}
		}
	case Remove:
		switch {
		case !there:
			return c, fault.Fields{{Key: "name", Text: "There is no such file, so it cannot be removed."}}
		case strings.HasSuffix(p.Name, ".yaml"):
			return c, fault.Fields{{Key: "name", Text: "The program needs this file. Change what is in it instead of removing it."}}
		}
		c.Content = ""
	case Rename:
		if !there {
			return c, fault.Fields{{Key: "name", Text: "There is no such file, so it cannot be given another name."}}
		}
		if err := renameFault(l, p.Name, p.NewName); err != nil {
			return c, err
		}
		if p.Content == nil {
			c.Content = now.hash
		}
	default:
		return c, fault.Fields{{Key: "kind", Text: "Choose to write, remove or rename."}}
	}
	if p.Kind != Rename {
		c.NewName = ""
	}
	return c, nil
}

// Check tells what is wrong with proposals, laid together over what is newest,
// and what readers would see. Nothing is kept.
func (t *Texts) Check(ctx context.Context, at time.Time, proposals ...Proposal) (Checked, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return Checked{}, err
	}
	before := l.treeAt(at)
	after := before.clone()
	with := map[string][]byte{}
	manual := false
	for _, p := range proposals {
		manual = manual || isManual(p.Name)
	}
	if manual {
		for _, e := range l.order { // an edition brings them together
			if isManual(e.Name) && e.state(at, l) == Approved && l.current(e) {
				after.apply(e.TextChange, at)
			}
		}
	}
	for _, p := range proposals {
		c := store.TextChange{Kind: string(cmp.Or(p.Kind, Write)), Name: p.Name, NewName: p.NewName}
		switch {
		case p.Content != nil:
			c.Content = store.TextHash(p.Content)
			with[c.Content] = p.Content
		case p.Kind == Rename:
			c.Content = after.files[p.Name].hash
		}
		after.apply(c, at)
	}
	return t.check(ctx, l, before, after, with)
}

// CheckChanges is Check of changes that were asked for.
func (t *Texts) CheckChanges(ctx context.Context, at time.Time, ids ...string) (Checked, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return Checked{}, err
	}
	before := l.treeAt(at)
	after := before.clone()
	entries, err := l.find(ids)
	if err != nil {
		return Checked{}, err
	}
	if slices.ContainsFunc(entries, func(e *entry) bool { return isManual(e.Name) }) {
		for _, e := range l.order {
			if isManual(e.Name) && e.state(at, l) == Approved && l.current(e) && !slices.Contains(entries, e) {
				after.apply(e.TextChange, at)
			}
		}
	}
	for _, e := range entries {
		after.apply(e.TextChange, at)
	}
	return t.check(ctx, l, before, after, nil)
}

// Restore asks for review of an old text as a new change.
func (t *Texts) Restore(ctx context.Context, by By, id, why string) (Change, error) {
	l, err := t.ledger(ctx)
	if err != nil {
		return Change{}, err
	}
	e := l.changes[id]
	if e == nil {
		return Change{}, errNoChange
	}
	hash := e.Content
	if base := l.changes[e.Base]; hash == "" && base != nil {
		hash = base.Content
	}
	content, err := t.Content(ctx, hash)
	if err != nil {
		return Change{}, err
	}
	name := cmp.Or(e.NewName, e.Name)
	if now, ok := l.treeAt(by.Now).moved[name]; ok {
		name = now
	}
	newest, _ := l.newest(name)
	asItWas := func(_ context.Context, p Proposal) ([]byte, error) { return p.Content, nil }
	return t.ask(ctx, by, Proposal{Name: name, Content: content, Base: newest.change, Why: why}, asItWas)
}
