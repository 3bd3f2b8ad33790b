package casework

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// whyPerhaps is said in place of whatever would have gone to the family while
// nobody has said whether a child is one who has died.
const whyPerhaps = "A child on this record may be one who has died. It waits until somebody has said whether that is so."

// noticeDied tells that somebody must look whether a child is one who has died.
const noticeDied = "may_have_died"

// MayHaveDied is a child of a record who may be one who has died. It names neither
// the record that says so nor anything that stands on it but the day.
type MayHaveDied struct {
	Question string
	On       store.RecordPerson
	Died     calendar.Date
	Score    person.Score
	Answers  []store.DiedAnswer // oldest first: the last counts
}

// Open tells whether nobody has said yet.
func (m MayHaveDied) Open() bool { return len(m.Answers) == 0 }

// silence is why nothing goes to the family of a record's children: because one
// has died, on this record or any other, or may be one who has. Empty when something
// may. It looks at records that the one who acts may not know of, because a letter
// to a child who has died must go out from none.
func (d *Desk) silence(tx *store.Tx, rec string) (string, error) {
	people, err := tx.PeopleOf(rec)
	if err != nil {
		return "", err
	}
	each, err := sameOfEach(tx, childrenOf(people))
	if err != nil {
		return "", err
	}
	var ids []string
	for _, child := range each {
		if !child.died().IsZero() {
			return whyDied, nil
		}
		ids = append(ids, child.ids()...)
	}
	asked, err := tx.DiedQuestions(ids)
	if err != nil {
		return "", err
	}
	if slices.ContainsFunc(asked, store.DiedQuestion.Open) { // of one who is joined already nothing is open
		return whyPerhaps, nil
	}
	return "", nil
}

// askWhoDied asks, of someone just put into the index, who else there may be the
// same child when one of them has died. Nobody is joined to anybody; whoever works
// on a record of the one who is not known to have died is told to look.
func (d *Desk) askWhoDied(tx *store.Tx, by By, p person.Person) error {
	keys := person.MatchKeys(p)
	find := tx.DeadByKeys
	if !p.Died.IsZero() {
		find = func(keys []person.Key) ([]string, error) { return tx.IDsByKeys(keys, mostCompared) }
	}
	ids, err := find(keys)
	if ids = without(ids, p.ID); err != nil || len(ids) == 0 {
		return err
	}
	same, err := samePeople(tx, p)
	if err != nil {
		return err
	}
	found, err := tx.PeopleToMatch(ids)
	if err != nil {
		return err
	}
	for _, other := range found {
		dead, live := p, other
		if p.Died.IsZero() {
			dead, live = other, p
		}
		if dead.Died.IsZero() || !live.Died.IsZero() || slices.ContainsFunc(same, func(s person.Person) bool { return s.ID == other.ID }) || !person.MayBe(dead, live) {
			continue
		}
		fresh, err := tx.AskDied(store.DiedQuestion{ID: store.NewID(by.Now), Dead: dead.ID, Person: live.ID, At: by.Now})
		if err != nil {
			return err
		}
		if fresh {
			if err := d.tellMayHaveDied(tx, by, live.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// tellMayHaveDied tells whoever works on an open record about a child that
// somebody must look.
func (d *Desk) tellMayHaveDied(tx *store.Tx, by By, child string) error {
	recs, err := tx.RecordsOf([]string{child})
	if err != nil {
		return err
	}
	for _, pr := range recs {
		if pr.Role != roleChild || !pr.ClosedAt.IsZero() {
			continue
		}
		rec, err := tx.Record(pr.Record)
		if err != nil {
			return err
		}
		if err := d.tellToLook(tx, by, rec); err != nil {
			return err
		}
	}
	return nil
}

// tellBegun tells whoever was given a record that begins about a child who may have
// died: while its people went into the index nobody had it.
func (d *Desk) tellBegun(tx *store.Tx, by By, l loaded) error {
	if why, err := d.silence(tx, l.rec.ID); err != nil || why != whyPerhaps {
		return err
	}
	return d.tellToLook(tx, by, l.rec)
}

// tellToLook tells also whoever set it off.
func (d *Desk) tellToLook(tx *store.Tx, by By, rec record.Record) error {
	return d.noticeInward(tx, By{Now: by.Now, Principal: "system", Kind: "system"}, loaded{rec: rec}, noticeDied)
}

// mayHaveDied gives what was asked of the children of a record, and what was
// answered. Each says who the children are, see [sameOfEach].
func mayHaveDied(tx *store.Tx, children []store.RecordPerson, each []same) ([]MayHaveDied, error) {
	var all []string
	for _, child := range each {
		all = append(all, child.ids()...)
	}
	asked, err := tx.DiedQuestions(all)
	if err != nil {
		return nil, err
	}
	var out []MayHaveDied
	for i, rp := range children {
		ids := each[i].ids()
		for _, q := range asked {
			if !slices.Contains(ids, q.Person) || q.Open() && slices.Contains(ids, q.Dead) {
				continue // of another, or joined in another way
			}
			pair, err := tx.PeopleToMatch([]string{q.Dead, q.Person})
			if err != nil {
				return nil, err
			}
			if len(pair) == 2 {
				out = append(out, MayHaveDied{q.ID, rp, pair[0].Died, person.Match(pair[1], pair[0], person.Context{}), q.Answers})
			}
		}
	}
	return out, nil
}

// SayWhetherDied says whether a child of a record is one who has died. It is the
// same child: the two are joined, and nothing goes to the family from any record.
// It is another: what was held goes, and the reason is kept. Either can be said
// again in another way.
func (d *Desk) SayWhetherDied(ctx context.Context, by By, rec, question string, same bool, why string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, rec, true)
		if err != nil {
			return err
		}
		if !l.dec.May(access.Act) {
			return errForbidden
		}
		children := childrenOf(l.people)
		each, err := sameOfEach(tx, children)
		if err != nil {
			return err
		}
		all, err := mayHaveDied(tx, children, each)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(m MayHaveDied) bool { return m.Question == question })
		if at < 0 {
			return errNotThere
		}
		if why = strings.TrimSpace(why); why == "" {
			return fault.Fields{{Key: "why", Text: "Say how you know"}}
		}
		var last store.DiedAnswer
		if n := len(all[at].Answers); n > 0 {
			last = all[at].Answers[n-1]
		}
		a := store.DiedAnswer{ID: store.NewID(by.Now), Question: question, Same: same, Why: why, By: string(by.Principal), At: by.Now, Record: rec}
		q, err := d.diedQuestion(tx, question, all[at].On.Person)
		if err != nil {
			return err
		}
		if last.Joined != "" {
			if err := d.unjoin(tx, by, last.Joined, why); err != nil {
				return err
			}
		}
		if same {
			a.Joined = store.NewID(by.Now)
			if err := tx.AddSameAs(person.SameAs{ID: a.Joined, A: q.Person, B: q.Dead, Why: why, Source: person.Source{Record: rec, At: by.Now, By: string(by.Principal)}}); err != nil {
				return err
			}
		}
		if err := tx.AnswerDied(a); err != nil {
			return err
		}
		if err := d.log(tx, by, "say-whether-died", rec, map[string]string{"question": question, "same": map[bool]string{true: "yes", false: "no"}[same]}); err != nil {
			return err
		}
		return d.letGoOf(tx, by, q.Person)
	})
}

// diedQuestion reads one question asked of someone or of an entry joined to them.
func (d *Desk) diedQuestion(tx *store.Tx, id string, of person.Person) (store.DiedQuestion, error) {
	same, err := samePeople(tx, of)
	if err != nil {
		return store.DiedQuestion{}, err
	}
	asked, err := tx.DiedQuestions(same.ids())
	if i := slices.IndexFunc(asked, func(q store.DiedQuestion) bool { return q.ID == id }); err == nil && i >= 0 {
		return asked[i], nil
	}
	if err == nil {
		err = errNotThere
	}
	return store.DiedQuestion{}, err
}

// unjoin takes back the join that an earlier answer made, when nobody has yet.
func (d *Desk) unjoin(tx *store.Tx, by By, join, why string) error {
	err := tx.UndoSameAs(join, string(by.Principal), why, by.Now)
	if err == store.ErrNone {
		return nil
	}
	return err
}

// letGoOf looks again at what is held on every record about a child.
func (d *Desk) letGoOf(tx *store.Tx, by By, child string) error {
	p, err := tx.Person(child)
	if err != nil {
		return err
	}
	same, err := samePeople(tx, p)
	if err != nil {
		return err
	}
	recs, err := tx.RecordsOf(same.ids())
	if err != nil {
		return err
	}
	var done []string
	for _, pr := range recs {
		if slices.Contains(done, pr.Record) {
			continue
		}
		done = append(done, pr.Record)
		if err := d.letGo(tx, by, pr.Record); err != nil {
			return err
		}
	}
	return nil
}

// heldDocument is a letter that is held.
type heldDocument struct {
	Doc, Group, Row, To, Title, Body string
}

// heldMail is a mail that is held.
type heldMail struct {
	To, Template string
	Vars         map[string]string
}

// hold keeps back what would have gone to the family.
func (d *Desk) hold(tx *store.Tx, by By, rec, kind string, what any) error {
	b, err := json.Marshal(what)
	if err != nil {
		return err
	}
	h := store.HeldMessage{ID: store.NewID(by.Now), Record: rec, Kind: kind, By: string(by.Principal), At: by.Now}
	if h.Body, err = d.sealText("held message", h.ID, string(b)); err != nil {
		return err
	}
	if err := tx.HoldMessage(h); err != nil {
		return err
	}
	return d.log(tx, by, "hold-message", rec, map[string]string{"kind": kind})
}

// mailFamily queues a mail to an address that may be the family's, holds it, or
// sends nothing, as it stands with the children of the record.
func (d *Desk) mailFamily(tx *store.Tx, by By, rec, to, template string, vars map[string]string) error {
	switch why, err := d.silence(tx, rec); {
	case err != nil || why == whyDied:
		return err
	case why != "":
		return d.hold(tx, by, rec, store.HeldMail, heldMail{to, template, vars})
	}
	return d.QueueMail(tx, by, to, template, vars)
}

// letGo sends what a record holds when nothing stands against it any more, and
// gives up what can never go. What must be read by a second person now, because
// something may not be told any more, stays unsent and says so.
func (d *Desk) letGo(tx *store.Tx, by By, rec string) error {
	why, err := d.silence(tx, rec)
	if err != nil || why == whyPerhaps {
		return err
	}
	held, err := tx.HeldMessages(rec)
	if err != nil {
		return err
	}
	l, err := d.load(tx, BySystem(by.Now), rec, false)
	if err != nil {
		return err
	}
	var mailed []string
	for _, h := range held {
		act := "kept"
		if why == "" {
			if act, err = d.sendHeld(tx, by, &l, h, &mailed); err != nil {
				return err
			}
		}
		if err := tx.EndHold(h.ID, act, string(by.Principal), by.Now); err != nil {
			return err
		}
	}
	if why != "" {
		return nil
	}
	return d.meet(tx, by, &l) // whoever of the family was not asked while it waited
}

// sendHeld sends one thing that was held and gives what became of it.
func (d *Desk) sendHeld(tx *store.Tx, by By, l *loaded, h store.HeldMessage, mailed *[]string) (string, error) {
	text, err := d.openText("held message", h.ID, h.Body)
	if err != nil {
		return "", err
	}
	if h.Kind == store.HeldMail {
		var m heldMail
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return "", err
		}
		if once := m.Template + "\n" + m.To; slices.Contains(*mailed, once) {
			return "kept", nil // one is enough
		} else {
			*mailed = append(*mailed, once)
		}
		return "sent", d.QueueMail(tx, by, m.To, m.Template, m.Vars)
	}
	var m heldDocument
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return "", err
	}
	doc := record.Document{
		ID: store.NewID(by.Now), Record: l.rec.ID, Doc: m.Doc, Row: m.Row, To: m.To, Title: m.Title, SentAt: by.Now, By: h.By,
	}
	flags, err := d.flagsOf(tx, *l)
	if err != nil {
		return "", err
	}
	act := "sent"
	if flags.tells(m.Body, m.Group+"/"+m.Row) {
		act, m.Body = "kept", ""
		doc.Withheld = "It holds something that may not be told any more. Write it anew."
	}
	if doc.Body, err = d.sealText("document", doc.ID, m.Body); err != nil {
		return "", err
	}
	if err := tx.AddDocument(doc); err != nil {
		return "", err
	}
	if err := d.log(tx, by, "send-document", l.rec.ID, map[string]string{"document": m.Doc, "to": m.To}); err != nil {
		return "", err
	}
	if m.To == "referrer" && act == "sent" {
		return act, d.noticeAuthor(tx, by, *l, "outcome")
	}
	return act, nil
}

// senderAddress is where a mail to the sender of a record goes.
func (d *Desk) senderAddress(l loaded) (string, error) {
	k := answer.Key(l.p.Roles.SenderEmail)
	a, err := d.openAnswer(l.p, l.rec.ID, k, l.rec.Answers[k])
	return a.Text, err
}
