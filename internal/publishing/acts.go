package publishing

import (
	"context"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// plan is what an act writes, all of it or nothing.
type plan struct {
	contents [][]byte
	changes  []store.TextChange
	acts     []store.TextAct
	events   []audit.Event
	also     func(tx *store.Tx) error
}

// act adds one act on a change, with its line in the audit log.
func (p *plan) act(by By, c store.TextChange, act, why, edition string, from time.Time) {
	p.acts = append(p.acts, store.TextAct{Change: c.ID, Act: act, Actor: by.Worker.ID, Why: why, Edition: edition, From: from, At: by.Now})
	detail := map[string]string{"change": c.ID, "kind": c.Kind}
	if edition != "" {
		detail["edition"] = edition
	}
	if !from.IsZero() {
		detail["from"] = store.FormatInstant(from)
	}
	p.events = append(p.events, audit.Event{
		At: by.Now, Actor: "worker:" + by.Worker.ID, Act: "text-" + act, Subject: c.Name, Route: by.Route, Detail: detail,
	})
}

// write keeps a plan that was made from a version of the ledger. It tells when
// somebody was faster, and nothing was written.
func (t *Texts) write(ctx context.Context, version int64, p *plan) (again bool, err error) {
	err = t.db.Write(ctx, func(tx *store.Tx) error {
		again = false
		now, err := tx.LockTexts()
		if err != nil {
			return err
		}
		if now != version {
			again = true
			return nil
		}
		for _, b := range p.contents {
			if _, err := tx.AddTextContent(b); err != nil {
				return err
			}
		}
		for _, c := range p.changes {
			if err := tx.AddTextChange(c); err != nil {
				return err
			}
		}
		for _, a := range p.acts {
			if _, err := tx.AddTextAct(a); err != nil {
				return err
			}
		}
		for _, e := range p.events {
			if err := tx.Audit(e); err != nil {
				return err
			}
		}
		if p.also != nil {
			return p.also(tx)
		}
		return nil
	})
	t.fresh.Store(false)
	return again, err
}

// do decides on what is known now and writes what was decided. Checks take time,
// so they are made outside the transaction, and again when another act came first.
func (t *Texts) do(ctx context.Context, by By, decide func(l *ledger, p *plan) error) error {
	for range 5 {
		t.fresh.Store(false)
		l, err := t.ledger(ctx)
		if err != nil {
			return err
		}
		if l.version == 0 {
			if err := t.Ship(ctx, by.Now); err != nil {
				return err
			}
			continue
		}
		var p plan
		if err := decide(l, &p); err != nil {
			return err
		}
		again, err := t.write(ctx, l.version, &p)
		if err != nil || !again {
			return err
		}
	}
	return fault.New(fault.Unavailable, "Several people published at the same moment. Try again.")
}

// find gives changes by their ids, each once, in the order they were asked for.
func (l *ledger) find(ids []string) ([]*entry, error) {
	for _, id := range ids {
		if l.changes[id] == nil {
			return nil, errNoChange
		}
	}
	var out []*entry
	for _, e := range l.order {
		if slices.Contains(ids, e.ID) {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Invalid, "Choose at least one change.")
	}
	return out, nil
}

var (
	errOwn    = fault.New(fault.Forbidden, "You wrote this change, so someone else must review and publish it.")
	errClosed = fault.New(fault.Conflict, "This change is no longer open. Look at its history to see what was done with it.")
	errNoWhy  = fault.Fields{{Key: "why", Text: "Give the reason in a sentence. Whoever wrote it will read it."}}
)

// Approve lets changes through. The one who wrote a change cannot.
func (t *Texts) Approve(ctx context.Context, by By, ids ...string) error {
	if err := t.may(by, PowerPublish); err != nil {
		return err
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		entries, err := l.find(ids)
		if err != nil {
			return err
		}
		approved := map[string]string{} // by name, the last of these
		for _, e := range entries {
			now, _ := l.newest(e.Name)
			next := now.change == e.Base || l.waiting(e.Name) == nil && follows(l.line, e.Name, e.Base)
			switch {
			case e.state(by.Now, l) != Asked:
				return errClosed
			case e.Author == by.Worker.ID:
				return errOwn
			case !next && (e.Base == "" || approved[e.Name] != e.Base):
				return t.movedOn(ctx, l, by.Now, e)
			}
			approved[e.Name] = e.ID
			p.act(by, e.TextChange, actApproved, "", "", time.Time{})
		}
		return nil
	})
}

func (t *Texts) movedOn(ctx context.Context, l *ledger, at time.Time, e *entry) error {
	var mine []byte
	if e.Content != "" {
		var err error
		if mine, err = t.Content(ctx, e.Content); err != nil {
			return err
		}
	}
	return t.moved(ctx, l, at, e.Name, e.Base, mine)
}

// Decline refuses changes, with the reason. Their text stays in the history.
func (t *Texts) Decline(ctx context.Context, by By, why string, ids ...string) error {
	if err := t.may(by, PowerPublish); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > longestWhy {
		return errNoWhy
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		entries, err := l.find(ids)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !e.state(by.Now, l).open() {
				return errClosed
			}
			p.act(by, e.TextChange, actDeclined, why, "", time.Time{})
		}
		return nil
	})
}

// Withdraw takes changes back: those that wait, by their writer or by someone
// who publishes; and those whose day has not come, by someone who publishes.
// These are approved again then, with all others of their edition.
func (t *Texts) Withdraw(ctx context.Context, by By, why string, ids ...string) error {
	if err := t.may(by, PowerWrite); err != nil {
		return err
	}
	publisher := t.may(by, PowerPublish)
	if why = strings.TrimSpace(why); len(why) > longestWhy {
		return errNoWhy
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		entries, err := l.find(ids)
		if err != nil {
			return err
		}
		for _, e := range l.order { // an edition goes as a whole
			if pub, ok := e.published(); ok && pub.Edition != "" && e.state(by.Now, l) == Scheduled && !slices.Contains(entries, e) &&
				slices.ContainsFunc(entries, func(o *entry) bool { a, ok := o.published(); return ok && a.Edition == pub.Edition }) {
				entries = append(entries, e)
			}
		}
		for _, e := range entries {
			switch s := e.state(by.Now, l); {
			case s.open() && (e.Author == by.Worker.ID || publisher == nil):
				p.act(by, e.TextChange, actWithdrawn, why, "", time.Time{})
			case s.open() || s == Scheduled && publisher != nil:
				return publisher
			case s == Scheduled:
				for _, later := range l.line {
					if later.entry.Base == e.ID && !slices.Contains(entries, later.entry) {
						return fault.New(fault.Conflict, "A later change was published on top of this one. Take that back first.")
					}
				}
				p.act(by, e.TextChange, actRecalled, why, "", time.Time{})
				if e.acts[0].Act != actAsked { // the program made it for the edition
					p.act(by, e.TextChange, actWithdrawn, why, "", time.Time{})
				}
			case s == InForce || s == Past:
				return fault.New(fault.Conflict, "This text is or was in force, so it stays in the history. To undo it, restore the text before it.")
			default:
				return errClosed
			}
		}
		return nil
	})
}

// Publish brings changes into force together: now with no day, or at 00:00 in
// London on a later one. What was only asked is approved by it. The one who
// wrote a change cannot. A *[Faulty] lists what must be mended, and a *[Moved]
// gives the texts when someone else was faster.
func (t *Texts) Publish(ctx context.Context, by By, day calendar.Date, ids ...string) error {
	if err := t.may(by, PowerPublish); err != nil {
		return err
	}
	from, err := begins(day, by.Now)
	if err != nil {
		return err
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		entries, err := l.find(ids)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if isManual(e.Name) {
				return fault.New(fault.Invalid, "Changes of the manual are approved and come into force with an edition. Release one, or publish this as a correction within the edition.")
			}
		}
		return t.publish(ctx, l, p, publication{by: by, act: actPublished, from: from, entries: entries})
	})
}

// Correct publishes changes of the manual at once, within the edition in force.
func (t *Texts) Correct(ctx context.Context, by By, why string, ids ...string) error {
	if err := t.may(by, PowerPublish); err != nil {
		return err
	}
	if why = strings.TrimSpace(why); why == "" || len(why) > longestWhy {
		return fault.Fields{{Key: "why", Text: "Say in a sentence what was wrong. Readers of the manual see it."}}
	}
	return t.do(ctx, by, func(l *ledger, p *plan) error {
		entries, err := l.find(ids)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !isManual(e.Name) {
				return fault.New(fault.Invalid, "Only the manual is corrected within an edition. Publish this change as it is.")
			}
		}
		return t.publish(ctx, l, p, publication{by: by, act: actCorrected, from: by.Now, why: why, entries: entries})
	})
}

// begins is the instant at which what is published for a day comes into force.
func begins(day calendar.Date, now time.Time) (time.Time, error) {
	switch today := calendar.DateOf(now); {
	case day.IsZero() || day == today:
		return now, nil
	case day.Before(today):
		return now, fault.Fields{{Key: "from", Text: "Choose today or a later day. What was in force on a day that is past cannot be changed."}}
	}
	return day.Start().UTC(), nil
}

// publication is what comes into force together.
type publication struct {
	by      By
	act     string
	from    time.Time
	edition string
	why     string
	entries []*entry
	// made is a change that the program made for this: the manual's list of
	// editions. It has no reviewer of its own.
	made    *entry
	content []byte
}

// publish checks a publication and plans it.
func (t *Texts) publish(ctx context.Context, l *ledger, p *plan, pub publication) error {
	line := slices.Clone(l.line)
	add := func(e *entry) {
		line = append(line, event{e, pub.from, l.version + int64(len(line)) + 1, pub.edition})
	}
	for _, e := range pub.entries {
		s := e.state(pub.by.Now, l)
		switch {
		case !s.open():
			return errClosed
		case e.Author == pub.by.Worker.ID:
			return errOwn
		case !follows(line, e.Name, e.Base):
			return t.movedOn(ctx, l, pub.by.Now, e)
		}
		for _, name := range []string{e.Name, e.NewName} {
			if last, ok := head(line, name); ok && last.from.After(pub.from) {
				return fault.New(fault.Conflict, "A change of this file comes into force on "+calendar.DateOf(last.from).Long()+". Choose that day or a later one, or take that change back first.")
			}
		}
		if Kind(e.Kind) == Rename {
			if last, ok := head(line, e.NewName); ok && !last.entry.ends(e.NewName) {
				return fault.New(fault.Conflict, "There is a file with the new name by now. Choose another name.")
			}
		}
		if s == Asked {
			p.act(pub.by, e.TextChange, actApproved, "", "", time.Time{})
		}
		p.act(pub.by, e.TextChange, pub.act, pub.why, pub.edition, pub.from)
		add(e)
	}
	with := map[string][]byte{}
	if pub.made != nil {
		p.contents = append(p.contents, pub.content)
		p.changes = append(p.changes, pub.made.TextChange)
		p.act(pub.by, pub.made.TextChange, pub.act, pub.why, pub.edition, pub.from)
		with[pub.made.Content] = pub.content
		add(pub.made)
	}
	slices.SortFunc(line, byForce)
	after := &ledger{line: line}
	// Looked at when it comes into force, and at each day on which something
	// else does.
	days := []time.Time{pub.from}
	for _, e := range l.line {
		if e.from.After(days[len(days)-1]) {
			days = append(days, e.from)
		}
	}
	for _, day := range days {
		checked, err := t.check(ctx, l, l.treeAt(day), after.treeAt(day), with)
		if err != nil {
			return err
		}
		if err := checked.Err(); err != nil {
			return err
		}
	}
	return nil
}
