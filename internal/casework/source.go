package casework

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// actRevealSource is how the audit log names that somebody was told whom a record
// came from.
const actRevealSource = "reveal-source"

// sourcePurpose keeps the keyed hash of a source apart from others.
const sourcePurpose = "source"

const sourceKind = "source:"

// toSource is the principal of whoever a record came from, where that is sealed. It
// names the record and nobody: two records of one person have nothing in common.
func toSource(rec string) access.Principal { return access.Principal(sourceKind + rec) }

// IsSource tells whether a principal is a sealed source.
func IsSource(principal string) bool { return strings.HasPrefix(principal, sourceKind) }

// seals tells whether a record that somebody begins will not name them: because its
// pathway says so, or because it follows a record whose source they are.
func (d *Desk) seals(tx *store.Tx, by By, l *loaded, author string) (bool, error) {
	if _, worker := access.Principal(author).Worker(); !worker || author != string(by.Principal) {
		return false, nil
	}
	if l.p.Source != nil {
		return true, nil
	}
	return d.isSource(tx, by, l.rec.Parent)
}

// keepSource seals who a record came from.
func (d *Desk) keepSource(tx *store.Tx, by By, rec string) error {
	who, err := d.sealText(sourcePurpose, rec, string(by.Principal))
	if err != nil {
		return err
	}
	return tx.AddSource(rec, d.Sealer.LookupHash(string(by.Principal), sourcePurpose), who)
}

// isSource tells whether whoever acts is the sealed source of a record. It looks also
// where there is none, so that a record kept from them takes as long as one that was
// never made.
func (d *Desk) isSource(tx *store.Tx, by By, rec string) (bool, error) {
	if by.Worker() == "" {
		return false, nil
	}
	lookup, _, err := tx.Source(rec)
	return err == nil && lookup != "" && slices.Contains(d.Sealer.LookupHashes(string(by.Principal), sourcePurpose), lookup), err
}

// as is whoever acts, as the record may name them.
func (l loaded) as(by By) By {
	if l.source {
		by.Principal = access.Principal(l.rec.Author)
	}
	return by
}

// asSources is whoever acts, with the records whose sealed source they are among
// what can be given to them. An empty id stands for all of them.
func (d *Desk) asSources(tx *store.Tx, by By, id string) (By, []string, error) {
	if by.Worker() == "" || len(by.Viewer.Principals) == 0 {
		return by, nil, nil
	}
	var ids []string
	if id != "" {
		is, err := d.isSource(tx, by, id)
		if err != nil || !is {
			return by, nil, err
		}
		ids = []string{id}
	} else {
		var err error
		if ids, err = tx.SourceOf(d.Sealer.LookupHashes(string(by.Principal), sourcePurpose)); err != nil || len(ids) == 0 {
			return by, nil, err
		}
	}
	by.Viewer.Principals = slices.Clone(by.Viewer.Principals)
	for _, id := range ids {
		by.Viewer.Principals = append(by.Viewer.Principals, toSource(id))
	}
	return by, ids, nil
}

// sentAsSource lists what a worker has sent as a sealed source, newest first.
func (d *Desk) sentAsSource(tx *store.Tx, by By, limit int) ([]record.Record, By, error) {
	by, ids, err := d.asSources(tx, by, "")
	if err != nil || len(ids) == 0 {
		return nil, by, err
	}
	list, err := tx.SentBySource(ids, limit)
	return list, by, err
}

func newestSent(list []record.Record, limit int) []record.Record {
	slices.SortStableFunc(list, func(a, b record.Record) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), strings.Compare(b.ID, a.ID))
	})
	if limit > 0 {
		list = list[:min(len(list), limit)]
	}
	return list
}

// MayRevealSource tells whether whoever looks at a record may be told whom it came
// from.
func (d *Desk) MayRevealSource(v *View) bool {
	return IsSource(v.Record.Author) && v.Decision.May(access.Act) && v.Pathway.Source != nil &&
		slices.ContainsFunc(v.Pathway.Source.SealedTo, func(r string) bool { return slices.Contains(v.Facts.Actor.Roles, r) })
}

// RevealSource tells one of the roles that the pathway names whom a record came
// from. That they were told, and why, stays on the record and in the audit log, of
// which the log never says who it was.
func (d *Desk) RevealSource(ctx context.Context, by By, id, why string) (string, error) {
	if strings.TrimSpace(why) == "" || len(why) > maxMessage {
		return "", fault.Fields{{Key: "why", Text: "Say in a few words why you must know"}}
	}
	var name string
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		l, err := d.load(tx, by, id, true)
		if err != nil {
			return err
		}
		if !IsSource(l.rec.Author) {
			return errNotThere
		}
		if !d.MayRevealSource(&View{Record: l.rec, Pathway: l.p, Facts: l.f, Decision: l.dec}) {
			return errForbidden
		}
		_, sealed, err := tx.Source(strings.TrimPrefix(l.rec.Author, sourceKind))
		if err != nil {
			return err
		}
		who, err := d.openText(sourcePurpose, strings.TrimPrefix(l.rec.Author, sourceKind), sealed)
		if err != nil {
			return err
		}
		names := map[string]string{}
		n := naming{}
		n.add(who)
		if err := n.read(tx, names); err != nil {
			return err
		}
		name = cmp.Or(names[who], d.Who(who))
		if err := d.addEntry(tx, l.as(by), record.Entry{Record: id, Kind: "system", HappenedAt: by.Now, Text: "Told whom this came from. Why: " + why, Guarded: true}); err != nil {
			return err
		}
		return d.log(tx, by, actRevealSource, id, nil)
	})
	return name, err
}
