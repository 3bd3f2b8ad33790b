package casework

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// destroying is set while rows are gone of which the file still holds the bytes.
const destroying = "destroying"

// Destroyed is what became of one destruction.
type Destroyed struct {
	store.Destruction
	// Lapsed says why the record was left as it is; empty when it is gone.
	Lapsed string
	// Again is set when a backup had brought the record back.
	Again bool
}

// Destroy carries out every destruction that two people have decided and nobody
// has stopped, each in a transaction of its own: a record is there with everything,
// or is gone with everything. What has changed since the approval lapses. list, when
// there is one, is what [Desk.DestroyedList] gave before a backup was restored:
// what it holds is destroyed again without anybody being asked.
//
// It needs the rights of the owner of the tables. It may be stopped at any moment
// and run again.
func (d *Desk) Destroy(ctx context.Context, now time.Time, list []byte) ([]Destroyed, error) {
	carried, err := d.openDestroyed(list)
	if err != nil {
		return nil, err
	}
	var waiting []store.Destruction
	pending := ""
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		if err := tx.MayDestroy(); err != nil {
			return err
		}
		var err error
		if waiting, err = tx.DestructionsWaiting(); err != nil {
			return err
		}
		pending, err = tx.GetMeta(destroying)
		return err
	})
	if err != nil {
		return nil, err
	}
	var out []Destroyed
	for _, c := range carried {
		done, err := d.destroyAgain(ctx, now, c)
		if err != nil {
			return out, err
		}
		if done {
			out = append(out, Destroyed{Destruction: c, Again: true})
		}
	}
	for _, w := range waiting {
		if slices.ContainsFunc(carried, func(c store.Destruction) bool { return c.ID == w.ID }) {
			continue
		}
		one, err := d.destroyOne(ctx, now, w.ID)
		if err != nil {
			return out, err
		}
		if one != nil {
			out = append(out, *one)
		}
	}
	if pending == "" && !slices.ContainsFunc(out, func(o Destroyed) bool { return o.Lapsed == "" }) {
		return out, nil
	}
	if err := d.DB.Compact(ctx); err != nil {
		return out, err
	}
	return out, d.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(destroying, "") })
}

// destroyOne carries out one destruction, or finds that it must not be.
func (d *Desk) destroyOne(ctx context.Context, now time.Time, id string) (*Destroyed, error) {
	by := BySystem(now)
	var out *Destroyed
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		out = nil
		dest, err := tx.Destruction(id)
		if err != nil {
			return err
		}
		rec, err := tx.LockRecord(dest.Record)
		if err != nil {
			return err
		}
		// Read again under the lock: it may have been stopped, or done, just now.
		if dest, err = tx.Destruction(id); err != nil || dest.End != "" {
			return err
		}
		out = &Destroyed{Destruction: dest}
		r, err := tx.Retention(rec.ID)
		if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		why, err := d.whyKept(tx, rec, r, now)
		if err != nil {
			return err
		}
		seen, err := tx.Seen(rec.ID)
		if err != nil {
			return err
		}
		if len(why) == 0 && (seen != dest.Seen || r.State != store.RetentionApproved) {
			why = []string{"Something on it has changed since its destruction was approved."}
		}
		if len(why) > 0 {
			out.Lapsed = why[0]
			if r.Record != "" {
				r.State = store.RetentionDue
				if !over(r, now) {
					r.State = store.RetentionKept
				}
				if err := tx.PutRetention(r); err != nil {
					return err
				}
			}
			return d.lapse(tx, by, rec.ID, store.DestructHasLapsed, "", out.Lapsed)
		}
		out.Rows, err = d.erase(tx, by, dest)
		return err
	})
	return out, err
}

// erase takes the record of a destruction out of the database and says so.
func (d *Desk) erase(tx *store.Tx, by By, dest store.Destruction) (map[string]int64, error) {
	rows, err := tx.Destroy(dest.Record)
	if err != nil {
		return nil, err
	}
	if err := tx.EndDestruction(dest.ID, store.DestructionDone, string(by.Principal), "", rows, by.Now); err != nil {
		return nil, err
	}
	if err := tx.SetMeta(destroying, dest.ID); err != nil {
		return nil, err
	}
	return rows, d.log(tx, by, "destroyed", dest.Record, map[string]string{
		"destruction": dest.ID, "proposed-by": dest.ProposedBy, "approved-by": dest.ApprovedBy,
	})
}

// destroyAgain carries out a destruction that was carried out before and that the
// database, restored from an older backup, does not know of.
func (d *Desk) destroyAgain(ctx context.Context, now time.Time, c store.Destruction) (bool, error) {
	by, again := BySystem(now), false
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		again = false
		have, err := tx.Destruction(c.ID)
		if errors.Is(err, store.ErrNone) {
			if err := tx.AddDestruction(c); err != nil {
				return err
			}
			if err := d.log(tx, by, "destruction-carried", c.Record, map[string]string{"destruction": c.ID}); err != nil {
				return err
			}
			have = c
			have.End = ""
		} else if err != nil {
			return err
		}
		switch have.End {
		case store.DestructionDone:
			return nil
		case "":
		default:
			return fault.New(fault.Conflict, "The list of destructions says of "+c.Reference+" what this database does not. Ask for help before you go on.")
		}
		// A backup from between may hold another that nobody carried out.
		if other, err := tx.DestructionOf(c.Record); err == nil && other.ID != c.ID && other.End == "" {
			if err := tx.EndDestruction(other.ID, store.DestructionLapsed, string(by.Principal), "", nil, now); err != nil {
				return err
			}
		} else if err != nil && !errors.Is(err, store.ErrNone) {
			return err
		}
		again = true
		_, err = tx.LockRecord(c.Record)
		if errors.Is(err, store.ErrNone) {
			return tx.EndDestruction(c.ID, store.DestructionDone, string(by.Principal), "", nil, now)
		}
		if err != nil {
			return err
		}
		_, err = d.erase(tx, by, c)
		return err
	})
	return again, err
}

// destroyedFile is the list of destructions as it is carried outside the database.
type destroyedFile struct {
	Made         time.Time           `json:"made"`
	Destructions []store.Destruction `json:"destructions"`
}

// DestroyedList gives every destruction that was carried out, sealed, to be kept
// outside the database: a backup that is older than one of them still holds its
// record.
func (d *Desk) DestroyedList(ctx context.Context, now time.Time) ([]byte, error) {
	f := destroyedFile{Made: now}
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		f.Destructions, err = tx.DestructionsDone()
		return err
	})
	if err != nil {
		return nil, err
	}
	b, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	text, err := d.sealText("destroyed", "list", string(b))
	return []byte(text + "\n"), err
}

func (d *Desk) openDestroyed(list []byte) ([]store.Destruction, error) {
	if len(list) == 0 {
		return nil, nil
	}
	n := len(list)
	if list[n-1] == '\n' {
		n--
	}
	text, err := d.openText("destroyed", "list", string(list[:n]))
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The list of destructions cannot be opened with this key, or was changed. Give the list that belongs to this database.")
	}
	var f destroyedFile
	return f.Destructions, json.Unmarshal([]byte(text), &f)
}

// Stub is all that is left of a record that was destroyed.
type Stub struct {
	store.Destruction
	Place              string // authority, in words
	Proposer, Approver string
	WhyProposed        string
	WhyApproved        string
}

// Stub shows what is left of a destroyed record to those who could open it, and to
// those who decide on the keeping of such records. To everyone else there is
// nothing, as for an id that never was.
func (d *Desk) Stub(ctx context.Context, by By, id string) (*Stub, error) {
	var out *Stub
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		dest, err := tx.DestructionOf(id)
		if errors.Is(err, store.ErrNone) || err == nil && (dest.End != store.DestructionDone || !d.mayReadStub(by, dest)) {
			return errNotThere
		}
		if err != nil {
			return err
		}
		out, err = d.stub(tx, dest)
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, d.logOnly(ctx, by, "read-stub", id, nil)
}

// WasDestroyed tells whether a record was destroyed that somebody could open.
func (d *Desk) WasDestroyed(ctx context.Context, by By, id string) bool {
	was := false
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		dest, err := tx.DestructionOf(id)
		was = err == nil && dest.End == store.DestructionDone && d.mayReadStub(by, dest)
		return err
	})
	return err == nil && was
}

func (d *Desk) stub(tx *store.Tx, dest store.Destruction) (*Stub, error) {
	var who naming
	names := map[string]string{}
	who.add(dest.ProposedBy)
	who.add(dest.ApprovedBy)
	if err := who.read(tx, names); err != nil {
		return nil, err
	}
	a, _ := d.Place.Register.Authority(dest.Authority)
	return &Stub{
		Destruction: dest, Place: a.Name, Proposer: d.named(names, dest.ProposedBy), Approver: d.named(names, dest.ApprovedBy),
		WhyProposed: d.opened("destruction proposed", dest.ID, dest.Proposed), WhyApproved: d.opened("destruction approved", dest.ID, dest.Approved),
	}, nil
}

func (d *Desk) mayReadStub(by By, dest store.Destruction) bool {
	worker := by.Worker()
	if worker == "" || slices.Contains(dest.Readers.Never, worker) || len(by.Viewer.Principals) == 0 {
		return false
	}
	if dest.Readers.Lock && !slices.Contains(dest.Readers.Named, worker) {
		return false
	}
	return slices.ContainsFunc(by.Viewer.Principals, func(p access.Principal) bool { return slices.Contains(dest.Readers.To, string(p)) }) ||
		d.inScope(d.retentionScopes(by), dest.Pathway, dest.Authority)
}

// Stubs lists what was destroyed of the records that somebody looks after, newest
// first.
func (d *Desk) Stubs(ctx context.Context, by By, limit, offset int) ([]Stub, int, error) {
	scopes := d.retentionScopes(by)
	if len(scopes) == 0 {
		return nil, 0, errForbidden
	}
	var out []Stub
	total := 0
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		list, n, err := tx.DestructionsOf(scopes, limit, offset)
		if err != nil {
			return err
		}
		total = n
		for _, dest := range list {
			if !d.mayReadStub(by, dest) {
				continue // they were kept from it while it was there
			}
			s, err := d.stub(tx, dest)
			if err != nil {
				return err
			}
			out = append(out, *s)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return out, total, d.logOnly(ctx, by, "list", "destroyed", map[string]string{"hits": itoa(total)})
}

// verifyDestroyed looks for records that were destroyed and are there again, and
// opens the reasons that are kept of each.
func (d *Desk) verifyDestroyed(tx *store.Tx) ([]Difference, error) {
	done, err := tx.DestructionsDone()
	if err != nil {
		// The row itself is named among those that the log holds a hash of.
		return []Difference{{"the table destruction", "What was destroyed cannot be read: something in it was changed."}}, nil
	}
	var out []Difference
	for _, dest := range done {
		what := "record " + dest.Reference
		switch _, err := tx.Record(dest.Record); {
		case err == nil:
			out = append(out, Difference{what, "It was destroyed, and it is there again."})
		case !errors.Is(err, store.ErrNone):
			return nil, err
		}
		for kind, sealed := range map[string]string{"destruction proposed": dest.Proposed, "destruction approved": dest.Approved} {
			if _, err := d.openText(kind, dest.ID, sealed); err != nil {
				out = append(out, Difference{what, "A reason for its destruction cannot be opened: it was changed or its key is missing."})
			}
		}
	}
	return out, nil
}
