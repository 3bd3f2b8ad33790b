package casework

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/audit"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// RetentionList is a page of the closed records that somebody looks after.
type RetentionList struct {
	Rows  []store.RetentionRow
	Total int
	// Authorities and Pathways are those to choose from.
	Authorities, Pathways []string
}

// Retentions lists closed records with until when each is kept. Who asks, when, and
// how many there were goes into the audit log.
func (d *Desk) Retentions(ctx context.Context, by By, q store.RetentionQuery) (*RetentionList, error) {
	q.Scopes, q.Worker, q.Now = d.retentionScopes(by), by.Worker(), by.Now
	if len(q.Scopes) == 0 {
		return nil, errForbidden
	}
	out := &RetentionList{}
	for _, s := range q.Scopes {
		out.Authorities = append(out.Authorities, s.Authorities...)
		out.Pathways = append(out.Pathways, s.Pathways...)
	}
	slices.Sort(out.Authorities)
	slices.Sort(out.Pathways)
	out.Authorities, out.Pathways = slices.Compact(out.Authorities), slices.Compact(out.Pathways)
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if q.HeldWhom, err = tx.HeldPeople(); err != nil {
			return err
		}
		out.Rows, out.Total, err = tx.Retentions(q)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, audit.ActList, "retention", map[string]string{"hits": itoa(out.Total)})
}

// RetentionCase is one record as its review shows it: everything but what the
// record says.
type RetentionCase struct {
	Record    record.Record // without its answers and names
	Title     string
	State     string // where the record stands, in words
	Authority string
	Kept      store.Retention // without a record when it is open
	Rules     []string        // all rules of the pathway, in words
	Holds     []HoldShown
	Acts      []RetentionActShown
	Destroys  *store.Destruction // approved and not carried out yet
	// Why are the sentences that say why it cannot be destroyed; none when it can
	// be proposed, or approved.
	Why []string
	// MayPropose and the others are what this worker can do now; WhyNot says what
	// keeps this very worker from it.
	MayPropose, MayApprove, MayStop bool
	WhyNot                          string
	MayOpen                         bool           // the record itself, under a grant
	Over                            bool           // its time is over
	Holding                         map[string]int // how much there is of what
	Leave                           int            // people whom no other record is about
	Stay                            int            // people on other records too
}

// RetentionActShown is one decision with its reason opened.
type RetentionActShown struct {
	store.RetentionAct
	Who, Why string
}

// HoldShown is one hold with its reason opened.
type HoldShown struct {
	store.Hold
	Who, Why, LiftedWho, LiftedFor string
	On                             string // what it is on, in words that name nobody
	MayLift                        bool
}

// RetentionOf shows the review of one record to whoever decides on its keeping, and
// leaves a line in the audit log.
func (d *Desk) RetentionOf(ctx context.Context, by By, id string) (*RetentionCase, error) {
	out := &RetentionCase{}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		rec, err := d.keeper(tx, by, id, false)
		if err != nil {
			return err
		}
		return d.retentionCase(tx, by, rec, out)
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, "read-retention", id, nil)
}

func (d *Desk) retentionCase(tx *store.Tx, by By, rec record.Record, out *RetentionCase) error {
	p, err := d.pathway(tx, rec.Hash)
	if err != nil {
		return err
	}
	out.Record, out.Title = rec, p.Title
	out.Record.Answers, out.Record.Names = nil, ""
	if s, ok := p.State(rec.State); ok {
		out.State = s.Label
	}
	a, _ := d.Place.Register.Authority(rec.Authority)
	out.Authority = a.Name
	if now, ok := d.Pathways.Get(rec.Pathway); ok {
		out.Rules = now.KeepRules()
	}
	if out.Kept, err = tx.Retention(rec.ID); err != nil && !errors.Is(err, store.ErrNone) {
		return err
	}
	out.Over = out.Kept.Record != "" && over(out.Kept, by.Now)
	holds, err := tx.HoldsOn(rec.ID)
	if err != nil {
		return err
	}
	acts, err := tx.RetentionActs(rec.ID)
	if err != nil {
		return err
	}
	var who naming
	names := map[string]string{}
	for _, a := range acts {
		who.add(a.By)
	}
	for _, h := range holds {
		who.add(h.By)
	}
	if err := who.read(tx, names); err != nil {
		return err
	}
	scopes := d.retentionScopes(by)
	for _, h := range holds {
		shown := d.holdShown(h, by, names)
		if !d.holdIsTheirs(scopes, h) { // its reason belongs to records they may not know of
			shown.Who, shown.Why = "someone who looks after other records", "Ask the partnership’s records managers."
		}
		out.Holds = append(out.Holds, shown)
	}
	for _, a := range acts {
		why, err := d.retentionReason(a)
		if err != nil {
			return err
		}
		out.Acts = append(out.Acts, RetentionActShown{a, d.named(names, a.By), why})
	}
	if dest, err := tx.DestructionOf(rec.ID); err == nil {
		out.Destroys = &dest
	} else if !errors.Is(err, store.ErrNone) {
		return err
	}
	if out.Why, err = d.whyKept(tx, rec, out.Kept, by.Now); err != nil {
		return err
	}
	dec, err := d.access(tx, by, rec.ID)
	if err != nil {
		return err
	}
	out.MayOpen = dec.May(access.View)
	if out.Leave, out.Stay, out.Holding, err = tx.Holding(rec.ID); err != nil {
		return err
	}
	return d.retentionMay(tx, by, out, acts)
}

// retentionMay says what this very worker can do.
func (d *Desk) retentionMay(tx *store.Tx, by By, out *RetentionCase, acts []store.RetentionAct) error {
	id := out.Record.ID
	subject, err := d.isSubject(tx, by, id)
	if err != nil {
		return err
	}
	state := out.Kept.State
	out.MayStop = state == store.RetentionProposed || state == store.RetentionApproved
	if state == store.RetentionProposed {
		seen, err := tx.Seen(id)
		if err != nil {
			return err
		}
		proposed := lastProposal(acts)
		if proposed.Seen != seen {
			out.Why = append(out.Why, "Something on it has changed since its destruction was proposed. It must be looked at and proposed again.")
		}
		switch {
		case proposed.By == string(by.Principal):
			out.WhyNot = "You proposed it, so a second person must decide."
		case subject:
			out.WhyNot = whySubject
		default:
			out.MayApprove = len(out.Why) == 0
		}
		return nil
	}
	if subject {
		out.WhyNot = whySubject
	}
	out.MayPropose = state == store.RetentionDue && len(out.Why) == 0 && !subject
	if state == store.RetentionKept && out.Over && !subject && len(out.Why) == 0 {
		out.MayPropose = true // the job has not come by yet
	}
	return nil
}

const whySubject = "Someone with your name is on this record. If it is you or a relative of yours, you decide nothing about it. Either way, somebody else must."

func lastProposal(acts []store.RetentionAct) store.RetentionAct {
	for i := len(acts) - 1; i >= 0; i-- {
		if acts[i].Act == store.DestructProposed {
			return acts[i]
		}
	}
	return store.RetentionAct{}
}

// isSubject tells whether a worker may be among the people a record is about: they
// have the name of one of them. Better one colleague too many is asked.
func (d *Desk) isSubject(tx *store.Tx, by By, id string) (bool, error) {
	mine := person.Tokens(by.Viewer.Worker.Name)
	slices.Sort(mine)
	people, err := tx.PeopleOf(id)
	for _, rp := range people {
		for _, n := range rp.Person.Names {
			theirs := person.Tokens(n.Given + " " + n.Family)
			slices.Sort(theirs)
			if len(mine) > 1 && slices.Equal(mine, theirs) {
				return true, err
			}
		}
	}
	return false, err
}

// whyKept says why a record cannot be destroyed; nothing when it can.
func (d *Desk) whyKept(tx *store.Tx, rec record.Record, r store.Retention, now time.Time) ([]string, error) {
	var why []string
	switch {
	case rec.ClosedAt.IsZero():
		return []string{"It is open."}, nil
	case r.Record == "":
		why = append(why, "Until when it is kept has not been worked out yet. That happens each night.")
	case !r.Ruled:
		why = append(why, "Its pathway has no rule of its own, so nothing of it is ever destroyed.")
	case r.Keep().IsZero():
		why = append(why, "Nobody can say until when it must be kept. Decide on a date first, under “Keep it longer”.")
	case !over(r, now):
		why = append(why, "It must be kept up to and including "+r.Keep().Long()+".")
	}
	holds, err := tx.HoldsOn(rec.ID)
	if err != nil {
		return nil, err
	}
	if len(holds) > 0 {
		why = append(why, fmt.Sprintf("A legal hold stands on it (%s).", holdOn(holds[0])))
	}
	open, err := tx.OpenBeside(rec.ID)
	if err != nil {
		return nil, err
	}
	if open {
		why = append(why, "Work that it came from, or that came from it, is still open.")
	}
	return why, nil
}

func holdOn(h store.Hold) string {
	switch h.Kind {
	case store.HoldRecord:
		return "on this record"
	case store.HoldPerson:
		return "on every record about someone it is about"
	}
	return "on all records of its kind"
}

// named is who a principal is, from names that were read.
func (d *Desk) named(names map[string]string, principal string) string {
	if n := names[principal]; n != "" {
		return n
	}
	return d.Who(principal)
}

func (d *Desk) retentionReason(a store.RetentionAct) (string, error) {
	if a.Reason == "" {
		if a.Act == store.DestructHasLapsed {
			return "The record or its rule was changed.", nil
		}
		return "", nil
	}
	return d.openText("retention", a.ID, a.Reason)
}

// reason checks what somebody gave as their reason.
func reason(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	switch {
	case len([]rune(typed)) < 10:
		return "", fault.Fields{{Key: "reason", Text: "Say why, in a sentence that names nobody"}}
	case len([]rune(typed)) > 1000:
		return "", fault.Fields{{Key: "reason", Text: "Say why in at most 1,000 characters"}}
	}
	return typed, nil
}
