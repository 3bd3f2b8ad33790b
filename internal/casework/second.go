package casework

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// actChecked is the act of a second person who looked at letters before they go.
// Its detail carries the hash of exactly what they saw, and what they said.
const actChecked = "check-letters"

// needsSecond tells whether letters must be checked by a second person: when
// someone on the record has an address or an identity that may not be told to
// everyone, a slip in a letter can kill. A letter that shows nothing of the record
// and was not marked needs nobody; nor does an unmarked one while nobody has said
// that there is anything to hide.
func (d *Desk) needsSecond(tx *store.Tx, l loaded, made []pathway.MadeDocument) (bool, error) {
	marked := slices.ContainsFunc(made, func(m pathway.MadeDocument) bool { return m.Document.Second })
	if !marked && !slices.ContainsFunc(made, func(m pathway.MadeDocument) bool { return len(m.Document.Allow) > 0 }) {
		return false, nil
	}
	f, err := d.flagsOf(tx, l)
	if err != nil || f.flagged() || marked && f.any() || !anonymousAmong(made) {
		return f.flagged() || marked && f.any(), err
	}
	previews, err := d.previews(tx, l, made)
	if err != nil {
		return false, err
	}
	told, err := d.tellsWho(tx, l, previews)
	return len(told) > 0, err
}

// LettersHash names exactly what would be sent, so that a check holds for these
// words and no others.
func LettersHash(previews []Preview) string {
	h := sha256.New()
	for _, pv := range previews {
		for _, part := range []string{pv.Doc.ID, pv.Row, pv.Title, pv.Withheld, pv.Body + pv.held} {
			h.Write([]byte(part))
			h.Write([]byte{0})
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// secondChecked refuses a step whose letters need a second person until someone
// else has checked them as they are.
func (d *Desk) secondChecked(tx *store.Tx, by By, l loaded, t pathway.Taking) error {
	needs, err := d.needsSecond(tx, l, t.Documents)
	if err != nil || !needs {
		return err
	}
	previews, err := d.previews(tx, l, t.Documents)
	if err != nil {
		return err
	}
	if err := d.tellsNothing(tx, l, previews); err != nil {
		return err
	}
	state, err := d.checkState(tx, l.rec.ID, aboutStep(t.Step.ID), LettersHash(previews))
	if err != nil || state.Agreed && state.By != string(by.Principal) {
		return err
	}
	if told, err := d.tellsWho(tx, l, previews); err != nil || len(told) > 0 {
		return cmp.Or(err, namesNobody(told))
	}
	return fault.New(fault.Forbidden, "Someone on this record has an address or an identity that may not be told to everyone. A second person must check these letters first, exactly as they are. Ask a colleague: they find them under “Letters”.")
}

// tellsNothing refuses letters that hold an address, a number or a name that may
// not be told, whoever wrote it into them and whoever has read them.
func (d *Desk) tellsNothing(tx *store.Tx, l loaded, previews []Preview) error {
	f, err := d.flagsOf(tx, l)
	if err != nil {
		return err
	}
	for _, pv := range previews {
		if f.tells(pv.Body+pv.held, pv.Doc.Row+"/"+pv.Row) {
			return fault.New(fault.Invalid, "The letter “"+pv.Title+"” holds an address, a phone number or a name that may not be told. Take it out.")
		}
	}
	return nil
}

func aboutStep(id string) string { return "step:" + id }

// checkState is what was last asked and answered about exactly these words.
func (d *Desk) checkState(tx *store.Tx, rec, about, hash string) (CheckState, error) {
	list, err := tx.LetterChecks(rec)
	if err != nil {
		return CheckState{}, err
	}
	return d.stateIn(list, about, hash)
}

// stateIn is checkState in a list that was read already. Whoever looked last
// decides: words that were declined once can be asked about again, and changed
// words have not been looked at.
func (d *Desk) stateIn(list []record.Check, about, hash string) (CheckState, error) {
	var s CheckState
	var last record.Check
	for _, c := range list {
		if c.About != about || c.Hash != hash {
			continue
		}
		if c.Act == record.CheckAsked {
			s.Asked = true
			if s.Declined { // asked again, for another look
				s.Declined, last = false, record.Check{}
			}
			continue
		}
		s.Agreed, s.Declined, s.By, s.At, last = c.Act == record.CheckAgreed, c.Act == record.CheckDeclined, c.By, c.At, c
	}
	if last.ID == "" {
		return s, nil
	}
	var err error
	s.Words, err = d.openText("letter check", last.ID, last.Words)
	return s, err
}

// keepCheck keeps one line of what was asked of a second person, or answered.
func (d *Desk) keepCheck(tx *store.Tx, by By, c record.Check) error {
	c.ID, c.By, c.At = store.NewID(by.Now), string(by.Principal), by.Now
	var err error
	if c.Words, err = d.sealText("letter check", c.ID, strings.TrimSpace(c.Words)); err != nil {
		return err
	}
	return tx.AddLetterCheck(c)
}

// Verdict is what a second person says of letters or a copy, and why.
type Verdict struct {
	Safe  bool
	Words string
}

// act is how the log of checks names the verdict; refused without words.
func (v Verdict) act() (string, error) {
	words := strings.TrimSpace(v.Words)
	switch {
	case len(words) > maxMessage:
		return "", fault.Fields{{Key: "words", Text: "This is too long. Say it shorter"}}
	case words == "" && v.Safe:
		return "", fault.Fields{{Key: "words", Text: "Say what you looked for and why it is safe"}}
	case words == "":
		return "", fault.Fields{{Key: "words", Text: "Say what must be changed"}}
	case v.Safe:
		return record.CheckAgreed, nil
	}
	return record.CheckDeclined, nil
}

// Letters are a step's letters as someone has prepared them.
type Letters struct {
	Step     *pathway.Step
	Owner    access.Principal // who prepared them
	Previews []Preview
	Names    []Told // where letters that must name nobody may name somebody
	Checked  string // principal of the second person, if they found them safe
	State    CheckState
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
		if err != nil {
			continue // Not finished yet.
		}
		if needs, err := d.needsSecond(tx, theirs, taking.Documents); err != nil || !needs {
			if err != nil {
				return nil, err
			}
			continue // Free to go.
		}
		ls := Letters{Step: step, Owner: access.Principal(sd.Draft.Owner), Mine: sd.Draft.Owner == string(by.Principal)}
		if ls.Previews, err = d.previews(tx, theirs, taking.Documents); err != nil {
			return nil, err
		}
		if ls.Names, err = d.tellsWho(tx, theirs, ls.Previews); err != nil {
			return nil, err
		}
		if ls.State, err = d.checkState(tx, l.rec.ID, aboutStep(step.ID), LettersHash(ls.Previews)); err != nil {
			return nil, err
		}
		if ls.State.Agreed && ls.State.By != string(ls.Owner) {
			ls.Checked = ls.State.By
		}
		out = append(out, ls)
	}
	return out, nil
}

// CheckLetters records what a second person who has read a colleague's letters
// word for word says of them. Seen is the LettersHash of what they had before
// them: a letter changed since then is not checked.
func (d *Desk) CheckLetters(ctx context.Context, by By, id, step string, owner access.Principal, seen string, v Verdict) error {
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
		act, err := v.act()
		if err != nil {
			return err
		}
		waiting, err := d.lettersToCheck(tx, by, l)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if w.Step.ID != step || w.Owner != owner || LettersHash(w.Previews) != seen {
				continue
			}
			if w.Checked != "" && v.Safe {
				return nil // a colleague was a moment earlier
			}
			if err := d.keepCheck(tx, by, record.Check{Record: id, Act: act, About: aboutStep(step), Owner: string(owner), Hash: seen, Words: v.Words}); err != nil {
				return err
			}
			if err := d.log(tx, by, actChecked, id, map[string]string{"step": step, "letters": seen, "said": act}); err != nil {
				return err
			}
			return d.noticeTo(tx, by, l.rec, owner, "letters_"+act)
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
		return d.tellCheckers(tx, by, l, "check_letters")
	})
}

// tellCheckers tells everyone who may act on a record, not only whoever has it.
func (d *Desk) tellCheckers(tx *store.Tx, by By, l loaded, message string) error {
	l.rec.Allocated = ""
	return d.noticeInward(tx, by, l, message)
}

// AskForCopyCheck asks those who work on a record to look at a copy before it is
// given. Why is what it is given for; seen the hash of what the one who asks had
// before them.
func (d *Desk) AskForCopyCheck(ctx context.Context, by By, id string, w Wanted, seen, why string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		if strings.TrimSpace(why) == "" || len(why) > maxMessage {
			return fault.Fields{{Key: "why", Text: "Say in a few words what it is given for"}}
		}
		paper, err := d.paper(tx, by, l, w)
		if err != nil {
			return err
		}
		if paper.Hash != seen {
			return errChanged
		}
		if err := d.keepCheck(tx, by, record.Check{Record: id, Act: record.CheckAsked, About: w.about(), Owner: string(by.Principal), Hash: seen, Words: why}); err != nil {
			return err
		}
		if err := d.log(tx, by, "ask-check-copy", id, copyDetail(w)); err != nil {
			return err
		}
		return d.tellCheckers(tx, by, l, "check_copies")
	})
}

// CopyToCheck is a copy that someone asked a second person to look at.
type CopyToCheck struct {
	ID      string // of the asking
	Wanted  Wanted
	Owner   access.Principal
	Mine    bool
	Why     string // what it is given for
	Asked   time.Time
	Paper   *Paper     // as it is now; nil when it cannot be made any more
	State   CheckState // of what was asked about
	Changed string     // why what was asked about is not what it would be now
}

// CopiesToCheck lists the copies of a record that wait for a second person, or
// for whoever asked to act on the answer, and names of who is in it.
func (d *Desk) CopiesToCheck(ctx context.Context, by By, id string) ([]CopyToCheck, error) {
	var out []CopyToCheck
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil || !l.dec.May(access.Act) {
			return err
		}
		out, err = d.copiesToCheck(tx, by, l)
		return err
	})
	return out, err
}

func (d *Desk) copiesToCheck(tx *store.Tx, by By, l loaded) ([]CopyToCheck, error) {
	list, err := tx.LetterChecks(l.rec.ID)
	if err != nil {
		return nil, err
	}
	given, err := tx.Copies(l.rec.ID)
	if err != nil {
		return nil, err
	}
	var out []CopyToCheck
	for i, c := range list {
		w, is := wantedIn(c.About)
		again := func(x record.Check) bool {
			return x.Act == record.CheckAsked && x.About == c.About && x.Owner == c.Owner
		}
		done := func(g record.Copy) bool {
			return !g.At.Before(c.At) && Wanted{g.Copy, givenTo(g), g.Only} == w
		}
		if !is || c.Act != record.CheckAsked || slices.ContainsFunc(list[i+1:], again) || slices.ContainsFunc(given, done) {
			continue
		}
		one := CopyToCheck{ID: c.ID, Wanted: w, Owner: access.Principal(c.Owner), Mine: c.Owner == string(by.Principal), Asked: c.At}
		if one.Why, err = d.openText("letter check", c.ID, c.Words); err != nil {
			return nil, err
		}
		if one.State, err = d.stateIn(list, c.About, c.Hash); err != nil {
			return nil, err
		}
		paper, err := d.paper(tx, by, l, w)
		switch {
		case err != nil && fault.KindOf(err) == fault.Internal:
			return nil, err
		case err != nil:
			one.Changed = fault.SafeText(err)
		case paper.Hash != c.Hash:
			one.Changed = "The record has changed since this was asked. It must be asked again."
			one.Paper = paper
		default:
			one.Paper = paper
		}
		out = append(out, one)
	}
	return out, nil
}

func givenTo(c record.Copy) string {
	return Reader{CopyFor: pathway.CopyFor{Kind: c.Kind, Group: c.Group, Row: c.Row}, Agency: c.Agency}.ID()
}

// CheckCopy records what a second person says of a copy that they have read word
// for word. Seen is the hash of what they had before them.
func (d *Desk) CheckCopy(ctx context.Context, by By, id, asked, seen string, v Verdict) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		act, err := v.act()
		if err != nil {
			return err
		}
		waiting, err := d.copiesToCheck(tx, by, l)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(waiting, func(c CopyToCheck) bool { return c.ID == asked })
		if i < 0 {
			return fault.New(fault.Conflict, "This copy was given or asked about again since you opened it. Look at it again.")
		}
		w := waiting[i]
		switch {
		case w.Mine:
			return fault.New(fault.Forbidden, "Someone else must look at the copy that you prepared.")
		case w.Changed != "" || w.Paper == nil || w.Paper.Hash != seen:
			return errChanged
		case w.State.Agreed && v.Safe:
			return nil // a colleague was a moment earlier
		}
		if err := d.keepCheck(tx, by, record.Check{Record: id, Act: act, About: w.Wanted.about(), Owner: string(w.Owner), Hash: seen, Words: v.Words}); err != nil {
			return err
		}
		detail := copyDetail(w.Wanted)
		detail["said"] = act
		if err := d.log(tx, by, "check-copy", id, detail); err != nil {
			return err
		}
		return d.noticeTo(tx, by, l.rec, w.Owner, "copy_"+act)
	})
}
