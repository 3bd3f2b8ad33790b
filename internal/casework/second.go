package casework

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
)

// actChecked is the act of a second person who checked letters before they go.
// Its detail carries the hash of exactly what they saw.
const actChecked = "check-letters"

// needsSecond tells whether letters must be checked by a second person: when
// someone on the record has an address that may not be told to everyone, a slip
// in a letter can kill.
func needsSecond(f pathway.Facts, made []pathway.MadeDocument) bool {
	if f.Counts["flagged_addresses"] == 0 {
		return false
	}
	for _, m := range made {
		if m.Document.Second {
			return true
		}
	}
	return false
}

// LettersHash names exactly what would be sent, so that a check holds for these
// words and no others.
func LettersHash(previews []Preview) string {
	h := sha256.New()
	for _, pv := range previews {
		for _, part := range []string{pv.Doc.ID, pv.Row, pv.Title, pv.Withheld, pv.Body} {
			h.Write([]byte(part))
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// secondChecked refuses a step whose letters need a second person until someone
// else has checked them as they are.
func (d *Desk) secondChecked(tx *store.Tx, by By, l loaded, t pathway.Taking) error {
	if !needsSecond(l.f, t.Documents) {
		return nil
	}
	previews, err := d.previews(tx, l, t.Documents)
	if err != nil {
		return err
	}
	checked, err := d.checkedBy(tx, by, l.rec.ID, LettersHash(previews))
	if err != nil || checked != "" {
		return err
	}
	return fault.New(fault.Forbidden, "Someone on this record has an address that may not be told to everyone. A second person must check these letters first, exactly as they are. Ask a colleague: they find them under “Letters”.")
}

// checkedBy gives who, other than the one who acts, checked letters with a hash.
func (d *Desk) checkedBy(tx *store.Tx, by By, rec, hash string) (string, error) {
	events, err := tx.AuditSearch(store.AuditQuery{Subject: rec, Act: actChecked, Limit: 100})
	for _, e := range events {
		if e.Detail["letters"] == hash && e.Actor != string(by.Principal) {
			return e.Actor, err
		}
	}
	return "", err
}

// Letters are a step's letters as someone has prepared them.
type Letters struct {
	Step     *pathway.Step
	Owner    access.Principal // who prepared them
	Previews []Preview
	Checked  string // principal of the second person, if they have
	Mine     bool
}

// LettersToCheck lists the letters prepared on a record that a second person
// must check, for those who may act on it.
func (d *Desk) LettersToCheck(ctx context.Context, by By, id string) ([]Letters, error) {
	var out []Letters
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil || !l.dec.May(access.Act) {
			return err
		}
		out, err = d.lettersToCheck(tx, by, l)
		return err
	})
	return out, err
}

func (d *Desk) lettersToCheck(tx *store.Tx, by By, l loaded) ([]Letters, error) {
	drafts, err := tx.DraftsOn(l.rec.ID)
	if err != nil {
		return nil, err
	}
	var out []Letters
	for _, sd := range drafts {
		step, row, ok := stepOf(l.p, sd.Draft.Step)
		if !ok || len(step.Documents) == 0 {
			continue
		}
		answers, err := d.openSet(sd.Draft.ID, sd.Sealed)
		if err != nil {
			return nil, err
		}
		theirs := l
		theirs.f.Row, answers = onRow(l.rec, step, row, answers)
		theirs.f.Answers = overlay(l.f.Answers, answers)
		theirs.f.Actor.Roles = step.By
		theirs.f.Actor.ID = (By{Principal: access.Principal(sd.Draft.Owner)}).Worker()
		taking, err := l.p.Take(step.ID, theirs.f)
		if err != nil || !needsSecond(theirs.f, taking.Documents) {
			continue // Not finished yet, or free to go.
		}
		ls := Letters{Step: step, Owner: access.Principal(sd.Draft.Owner), Mine: sd.Draft.Owner == string(by.Principal)}
		if ls.Previews, err = d.previews(tx, theirs, taking.Documents); err != nil {
			return nil, err
		}
		if ls.Checked, err = d.checkedBy(tx, By{Principal: ls.Owner}, l.rec.ID, LettersHash(ls.Previews)); err != nil {
			return nil, err
		}
		out = append(out, ls)
	}
	return out, nil
}

// CheckLetters records that a second person has read a colleague's letters word
// for word and found them safe to send. Seen is the LettersHash of what they had
// before them: a letter changed since then is not checked.
func (d *Desk) CheckLetters(ctx context.Context, by By, id, step string, owner access.Principal, seen string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		if owner == by.Principal {
			return fault.New(fault.Forbidden, "Someone else must check the letters that you prepared.")
		}
		waiting, err := d.lettersToCheck(tx, by, l)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if w.Step.ID != step || w.Owner != owner || LettersHash(w.Previews) != seen {
				continue
			}
			if err := d.log(tx, by, actChecked, id, map[string]string{"step": step, "letters": seen}); err != nil {
				return err
			}
			return d.noticeTo(tx, by, l.rec, owner, "letters_checked")
		}
		return fault.New(fault.Conflict, "These letters have changed or gone since you opened them. Look at them again.")
	})
}

// AskForCheck tells those who work on a record that letters wait for a second
// person.
func (d *Desk) AskForCheck(ctx context.Context, by By, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		l.rec.Allocated = ""
		return d.noticeInward(tx, by, l, "check_letters")
	})
}
