package casework

import (
	"context"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// authorCode stands for "whoever holds this record's receipt code" until the
// record has an id.
const authorCode = "code:"

// Receipt is what a sender keeps: the reference, and the code they return with
// when they have no account.
type Receipt struct {
	Record    record.Record
	Reference string
	Clocks    []record.Clock
}

// StartDraft begins writing on a pathway. Facts the program already holds about
// the one who writes are filled in.
func (d *Desk) StartDraft(ctx context.Context, by By, name string, known answer.Set) (record.Draft, error) {
	p, ok := d.Pathways.Get(name)
	if !ok {
		return record.Draft{}, errNotThere
	}
	known = known.Clone()
	known.Apply(p.Fixed())
	dr := record.Draft{
		ID: store.NewID(by.Now), Owner: string(by.Principal), Pathway: p.Name, Answers: known,
		CreatedAt: by.Now, UpdatedAt: by.Now, Version: 1,
	}
	if w := by.Viewer.Worker; w.ID != "" {
		d.fillFromWorker(p, w.Name, w.Email, w.Phone, w.JobTitle, w.Agency, dr.Answers)
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		if err := d.mayBeginTools(tx, by, p); err != nil {
			return err
		}
		if err := tx.PutPathwayText(p.Hash, p.Name, p.Version, p.Files, by.Now); err != nil {
			return err
		}
		return d.putDraft(tx, dr)
	})
	return dr, err
}

// StartAbout begins writing a record about another one, such as a disagreement
// with what was decided, or one into which it is carried on. Someone who may see
// the record starts with what the pathway carries over; its sender, who may not,
// starts with nothing of it.
func (d *Desk) StartAbout(ctx context.Context, by By, id, name string) (record.Draft, error) {
	p, ok := d.Pathways.Get(name)
	if !ok || p.About != "record" && len(p.Follows) == 0 {
		return record.Draft{}, errNotThere
	}
	dr := record.Draft{
		ID: store.NewID(by.Now), Owner: string(by.Principal), Pathway: p.Name, Record: id, Answers: p.Fixed(),
		CreatedAt: by.Now, UpdatedAt: by.Now, Version: 1,
	}
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		if p.About != "record" && !mayFollow(by, p, l) {
			return errForbidden
		}
		if err := d.mayBeginTools(tx, by, p); err != nil {
			return err
		}
		if have, _, err := tx.DraftFor(dr.Owner, id, ""); err == nil && have.Pathway == p.Name {
			dr = have
			return nil
		}
		if l.dec.May(access.View) {
			known, err := d.known(p, l)
			if err != nil {
				return err
			}
			for k := range known { // files come with the record itself: see about
				_, _, id := k.Split()
				if q, ok := p.Question(id); ok && q.Type == "files" {
					delete(known, k)
				}
			}
			dr.Answers.Apply(known)
		}
		if w := by.Viewer.Worker; w.ID != "" {
			d.fillFromWorker(p, w.Name, w.Email, w.Phone, w.JobTitle, w.Agency, dr.Answers)
		}
		return d.putDraft(tx, dr)
	})
	return dr, err
}

func (d *Desk) fillFromWorker(p *pathway.Pathway, name, email, phone, job, agencyID string, into answer.Set) {
	a, _ := d.Place.Register.Agency(agencyID)
	known := map[string]string{
		"worker.name": name, "worker.email": email, "worker.phone": phone, "worker.job": job, "worker.agency": a.Name,
	}
	for _, page := range p.Pages {
		for _, q := range page.Questions {
			if v := known[q.Fill]; v != "" {
				into[answer.Key(q.ID)] = answer.Text(v)
			}
		}
	}
}

func (d *Desk) putDraft(tx *store.Tx, dr record.Draft) error {
	sealed, err := d.sealSet(dr.ID, dr.Answers)
	if err != nil {
		return err
	}
	return tx.PutDraft(dr, sealed)
}

// SaveDraft keeps what was just typed. Two devices may write at once: each
// answer stands alone, the last one typed wins for its own key only.
func (d *Desk) SaveDraft(ctx context.Context, by By, id string, changes answer.Set, place string) (record.Draft, error) {
	var out record.Draft
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		dr, err := d.ownDraft(tx, by, id, tx.LockDraft)
		if err != nil {
			return err
		}
		dr.Answers.Apply(changes)
		if place != "" {
			dr.Place = place
		}
		dr.Version++
		dr.UpdatedAt = by.Now
		out = dr
		return d.putDraft(tx, dr)
	})
	return out, err
}

// Draft reads back what was typed.
func (d *Desk) Draft(ctx context.Context, by By, id string) (record.Draft, error) {
	var out record.Draft
	err := d.DB.Look(ctx, func(tx *store.Tx) error {
		var err error
		out, err = d.ownDraft(tx, by, id, tx.Draft)
		return err
	})
	return out, err
}

func (d *Desk) ownDraft(tx *store.Tx, by By, id string, read func(string) (record.Draft, []byte, error)) (record.Draft, error) {
	dr, sealed, err := read(id)
	if errors.Is(err, store.ErrNone) || err == nil && dr.Owner != string(by.Principal) {
		return dr, fault.New(fault.NotFound, "We cannot find what you were writing. It may have been sent already, or been kept under another code.")
	}
	if err != nil {
		return dr, err
	}
	dr.Answers, err = d.openSet(dr.ID, sealed)
	return dr, err
}

// Drafts lists what someone has begun and not sent, newest first.
func (d *Desk) Drafts(ctx context.Context, by By) ([]record.Draft, error) {
	var out []record.Draft
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		out, err = tx.DraftsOf(string(by.Principal))
		return err
	})
	return out, err
}

// DropDraft throws away what was typed because its owner asked for that.
func (d *Desk) DropDraft(ctx context.Context, by By, id string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := d.ownDraft(tx, by, id, tx.Draft); err != nil {
			return err
		}
		if err := d.log(tx, by, "drop-draft", id, nil); err != nil {
			return err
		}
		return tx.DropDraft(id)
	})
}

// StepDraft gives the draft of a step's form on a record, begun if it was not.
func (d *Desk) StepDraft(ctx context.Context, by By, id, step string) (record.Draft, error) {
	var out record.Draft
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, false)
		if err != nil {
			return err
		}
		dr, sealed, err := tx.DraftFor(string(by.Principal), id, step)
		if err == nil {
			dr.Answers, err = d.openSet(dr.ID, sealed)
			out = dr
			return err
		}
		if !errors.Is(err, store.ErrNone) {
			return err
		}
		out = record.Draft{
			ID: store.NewID(by.Now), Owner: string(by.Principal), Pathway: l.p.Name, Record: id, Step: step,
			Based: l.rec.Revision, Answers: answer.Set{}, CreatedAt: by.Now, UpdatedAt: by.Now, Version: 1,
		}
		return d.putDraft(tx, out)
	})
	return out, err
}

// DraftFacts are the facts of something still being written.
func (d *Desk) DraftFacts(by By, dr record.Draft) pathway.Facts {
	return pathway.Facts{
		Answers: dr.Answers, Now: by.Now, Authority: dr.Answers.Text("authority"), Taken: map[string]pathway.Taken{},
		Counts: noCounts(),
		Actor:  pathway.Actor{ID: by.Worker(), Kind: by.Kind, Author: true, Roles: append([]string{"author", by.Kind}, by.Viewer.Worker.Roles(by.Now)...)},
	}
}

// Authority works out which front door a draft goes to. Several candidates
// mean the writer must say; none means the place is outside the partnership.
func (d *Desk) Authority(p *pathway.Pathway, answers answer.Set) (ids []string, certain bool) {
	if id := answers.Text(answer.Key(p.Roles.Authority)); p.Roles.Authority != "" && id != "" {
		if _, ok := d.Place.Register.Authority(id); ok {
			return []string{id}, true
		}
	}
	if a, ok := answers[answer.Key(p.Roles.Postcode)]; ok && p.Roles.Postcode != "" {
		code := a.Text
		if code == "" {
			code = a.Parts["postcode"]
		}
		if code != "" {
			return d.Place.Areas.For(code)
		}
	}
	return nil, false
}

// Send turns a draft into a record: the worry has reached the front door. Code
// is the keyed hash of the receipt code of someone without an account.
func (d *Desk) Send(ctx context.Context, by By, id, code string) (Receipt, error) {
	var out Receipt
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		dr, err := d.ownDraft(tx, by, id, tx.LockDraft)
		if err != nil {
			return err
		}
		p, ok := d.Pathways.Get(dr.Pathway)
		if !ok {
			return errNotThere
		}
		dr.Answers = relevant(p, d.DraftFacts(by, dr))
		authority := d.authorityOrFirst(by, p, dr.Answers)
		author := string(by.Principal)
		if by.Worker() == "" {
			author = authorCode
		}
		first, ok := p.Beginning()
		if !ok {
			return fault.New(fault.Internal, "This form cannot be sent. Ring the front door instead.")
		}
		if dr.Record != "" {
			if authority, author, err = d.about(tx, by, p, &dr, author); err != nil {
				return err
			}
		}
		l, err := d.begin(tx, by, p, Beginning{Authority: authority, Step: first.ID, Answers: dr.Answers, Author: author, Parent: dr.Record})
		if err != nil {
			return err
		}
		if code != "" {
			if err := tx.AddCode(l.rec.ID, code, by.Now); err != nil {
				return err
			}
		}
		if err := tx.MoveFiles(dr.ID, l.rec.ID); err != nil {
			return err
		}
		if err := d.confirmEmail(tx, by, l); err != nil {
			return err
		}
		if err := d.log(tx, by, "send", l.rec.ID, map[string]string{"pathway": p.Name}); err != nil {
			return err
		}
		if out.Clocks, err = tx.Clocks(l.rec.ID); err != nil {
			return err
		}
		out.Record, out.Reference = l.rec, l.rec.Reference
		return tx.DropDraft(dr.ID)
	})
	return out, err
}

// relevant keeps the answers to questions that show: what was typed before a
// change of mind hid its question is not sent.
func relevant(p *pathway.Pathway, f pathway.Facts) answer.Set {
	out := answer.Set{}
	keep := func(k answer.Key) {
		if a, ok := f.Answers[k]; ok && !a.Empty() {
			out[k] = a
		}
	}
	for _, g := range p.Groups {
		keep(answer.Key(g.ID))
	}
	for _, shown := range p.Shown(f) {
		for _, asked := range shown.Questions {
			keep(asked.Key)
			keep(asked.Key + "_other")
		}
	}
	return out
}

// about completes a record about another with what only the program may carry
// over, and gives its authority and its author: whoever holds the code of the
// first holds that of the second.
func (d *Desk) about(tx *store.Tx, by By, p *pathway.Pathway, dr *record.Draft, author string) (string, string, error) {
	l, err := d.load(tx, by, dr.Record, false)
	if err != nil {
		return "", "", err
	}
	if p.About != "record" && !mayFollow(by, p, l) {
		return "", "", errForbidden
	}
	known, err := d.known(p, l)
	if err != nil {
		return "", "", err
	}
	known.Apply(dr.Answers)
	dr.Answers = known
	if by.Worker() == "" {
		author = string(by.Principal)
	}
	// Where the form itself asks whose it is, what was answered counts.
	if p.Roles.Authority != "" {
		if ids, certain := d.Authority(p, dr.Answers); certain && len(ids) == 1 {
			return ids[0], author, nil
		}
	}
	return l.rec.Authority, author, nil
}

// authorityOrFirst chooses a front door when nobody knows where the child
// lives. A worry is never turned away for want of a postcode: it goes to a real
// front door, which passes it on by name if it is another's. Work that does not
// ask whose it is is that of the worker's own place.
func (d *Desk) authorityOrFirst(by By, p *pathway.Pathway, answers answer.Set) string {
	ids, _ := d.Authority(p, answers)
	for _, id := range ids {
		if _, ok := d.Place.Register.Authority(id); ok {
			return id
		}
	}
	if own, at := d.OwnPlaces(by, p, answers); len(own) > 0 {
		return own[at]
	}
	return d.Place.Register.Authorities[0].ID
}

// OwnPlaces are the authorities for which a worker works, of work that does not ask
// whose it is, and which of them it is: of a worker for several, such as the police,
// the one in which the child lives, as far as an address tells.
func (d *Desk) OwnPlaces(by By, p *pathway.Pathway, answers answer.Set) (own []string, at int) {
	if p.Roles.Postcode != "" || p.Roles.Authority != "" {
		return nil, 0
	}
	for _, m := range by.Viewer.Worker.Memberships {
		if team, ok := d.Place.Register.Team(m.Team); ok && m.Live(by.Now) {
			for _, a := range team.Authorities {
				if !slices.Contains(own, a) {
					own = append(own, a)
				}
			}
		}
	}
	if len(own) < 2 {
		return own, 0
	}
	for i := range p.Groups {
		g := &p.Groups[i]
		if g.Person == nil || g.Person.Address == "" {
			continue
		}
		for _, row := range answers.Rows(g.ID) {
			ids, _ := d.Place.Areas.For(answers[answer.RowKey(g.ID, row, g.Person.Address)].Parts["postcode"])
			for _, id := range ids {
				if at := slices.Index(own, id); at >= 0 {
					return own, at
				}
			}
		}
	}
	return own, 0
}

// confirmEmail asks a professional without an account to confirm their work
// email. The referral does not wait for it.
func (d *Desk) confirmEmail(tx *store.Tx, by By, l loaded) error {
	q := l.p.Roles.SenderEmail
	if by.Kind == "worker" || q == "" {
		return nil
	}
	email := l.f.Answers.Text(answer.Key(q))
	if opened, err := d.openAnswer(l.p, l.rec.ID, answer.Key(q), answer.Text(email)); err == nil {
		email = opened.Text
	}
	if email == "" {
		return nil
	}
	// Whoever tells of a child who has died may be one of the family.
	return d.mailFamily(tx, by, l.rec.ID, email, "confirm_email", map[string]string{"token": d.EmailToken(l.rec.ID, email), "record": l.rec.ID})
}

// EmailToken proves that someone read a mail sent to the sender of a record.
func (d *Desk) EmailToken(rec, email string) string {
	return d.Sealer.LookupHash(rec+"\n"+email, "confirm email")[:32]
}

// ConfirmEmail records that the sender's work email reaches them.
func (d *Desk) ConfirmEmail(ctx context.Context, by By, rec, token string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, BySystem(by.Now), rec, true)
		if err != nil {
			return fault.New(fault.NotFound, "This link does not work any more. What you sent has still been received.")
		}
		k := answer.Key(l.p.Roles.SenderEmail)
		a, err := d.openAnswer(l.p, rec, k, l.rec.Answers[k])
		if err != nil || a.Text == "" || d.EmailToken(rec, a.Text) != token {
			return fault.New(fault.NotFound, "This link does not work any more. What you sent has still been received.")
		}
		entries, err := tx.Entries(rec)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if e.Kind == EmailConfirmed {
				return nil
			}
		}
		return d.addEntry(tx, BySystem(by.Now), record.Entry{
			Record: rec, Kind: EmailConfirmed, HappenedAt: by.Now, Text: "The sender confirmed their work email address.",
		})
	})
}

// EmailConfirmed is the kind of the entry made when a sender confirms their email.
const EmailConfirmed = "email_confirmed"

// DraftRetention is how long something begun and not sent is kept.
const DraftRetention = 28 * 24 * time.Hour

// DropOldDrafts throws away drafts nobody has touched for DraftRetention.
func (d *Desk) DropOldDrafts(ctx context.Context, now time.Time) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		ids, err := tx.OldDrafts(now.Add(-DraftRetention))
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := d.log(tx, BySystem(now), "drop-old-draft", id, nil); err != nil {
				return err
			}
			if err := tx.DropDraft(id); err != nil {
				return err
			}
		}
		return nil
	})
}

// Sent lists what a worker has sent and may still know of, newest first.
func (d *Desk) Sent(ctx context.Context, by By, limit int) ([]record.Record, error) {
	var out []record.Record
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if out, err = tx.SentBy(access.Principal(by.Principal), limit); err != nil {
			return err
		}
		own, by, err := d.sentAsSource(tx, by, limit)
		if err != nil {
			return err
		}
		out = newestSent(append(out, own...), limit)
		kept, err := d.keptOf(tx, by, out)
		out = slices.DeleteFunc(out, func(rec record.Record) bool { return slices.Contains(kept, rec.ID) })
		return err
	})
	return out, err
}
