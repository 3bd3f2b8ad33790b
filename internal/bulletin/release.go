package bulletin

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
)

// The kinds of release.
const (
	Edition = "edition" // of the manual
	Piece   = "piece"   // a text marked as one that must be passed on
)

// chasedFor is how long a release that nobody confirms is looked at.
const chasedFor = 400 * 24 * time.Hour

// breath is what lies between two reminders at least, also when the program was
// away for weeks and all are due at once.
const breath = 3 * 24 * time.Hour

// Marked is a piece that somebody marks as one that must be passed on.
type Marked struct {
	About                 string // key of the page or news
	Summary, What, Effect string
}

// MarkPiece makes a release of a text.
func (d *Desk) MarkPiece(ctx context.Context, by casework.By, in Marked) (store.Release, error) {
	var rel store.Release
	if !d.may(by, Power) {
		return rel, errRole
	}
	lib, err := d.Texts.At(ctx, by.Now)
	if err != nil {
		return rel, err
	}
	var wrong fault.Fields
	page, ok := lib.Find(strings.Trim(in.About, "/ "))
	if !ok {
		wrong.Add("about", "Enter the address of a page, chapter or piece of news, such as manual/neglect")
	}
	for _, f := range []struct{ key, label, text string }{
		{"summary", "what it is, in one sentence", in.Summary},
		{"what", "what changed", in.What},
		{"effect", "what people do differently from now on", in.Effect},
	} {
		if n := len([]rune(strings.TrimSpace(f.text))); n == 0 {
			wrong.Add(f.key, "%s", "Write "+f.label)
		} else if n > 1000 {
			wrong.Add(f.key, "Keep it to 1000 characters")
		}
	}
	if err := wrong.Err(); err != nil {
		return rel, err
	}
	rel = store.Release{
		ID: store.NewID(by.Now), Kind: Piece, Title: page.Title, Path: page.Path(), Summary: strings.TrimSpace(in.Summary), At: by.Now, Author: by.Worker(),
		Changes: []store.ReleaseChange{{What: strings.TrimSpace(in.What), Effect: strings.TrimSpace(in.Effect), Path: page.Path()}},
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error { return d.release(tx, by, rel) })
	return rel, err
}

// release keeps a release, unless it is there already, and tells every agency.
func (d *Desk) release(tx *store.Tx, by casework.By, rel store.Release) error {
	added, err := tx.AddRelease(rel)
	if err != nil || !added {
		return err
	}
	if err := d.log(tx, by, "release", rel.ID, map[string]string{"kind": rel.Kind}); err != nil {
		return err
	}
	return d.chase(tx, by, rel)
}

// Run is the job behind releases: it finds editions that were released since it
// last looked, tells those who are nominated, and chases those who have not
// confirmed. It may run at any time and as often as it likes.
func (d *Desk) Run(ctx context.Context, now time.Time) error {
	by := casework.BySystem(now)
	fresh, err := d.editions(ctx, now)
	if err != nil {
		return err
	}
	for _, e := range fresh {
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.release(tx, by, e) }); err != nil {
			return err
		}
	}
	var all []store.Release
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		all, err = tx.Releases(200)
		return err
	})
	if err != nil {
		return err
	}
	for _, rel := range all {
		if now.Sub(rel.At) > chasedFor || rel.Kind == Edition && !among(fresh, rel.ID) {
			continue
		}
		if err := d.DB.Write(ctx, func(tx *store.Tx) error { return d.chase(tx, by, rel) }); err != nil {
			return err
		}
	}
	return nil
}

// editions gives the editions of the manual that were released here. One that
// came with the program before anything was released is nobody's news.
func (d *Desk) editions(ctx context.Context, now time.Time) ([]store.Release, error) {
	first, err := d.Texts.Editions(ctx, time.Time{})
	if err != nil {
		return nil, err
	}
	all, err := d.Texts.Editions(ctx, now)
	if err != nil {
		return nil, err
	}
	var out []store.Release
	for _, e := range slices.Backward(all) {
		if slices.ContainsFunc(first, func(x guidance.Edition) bool { return x.Key == e.Key }) {
			continue
		}
		rel := store.Release{ID: e.Key, Kind: Edition, Title: e.Title, Path: "/manual?edition=" + e.Key, Summary: e.Summary, From: e.From, At: now}
		for _, c := range e.Changes {
			rel.Changes = append(rel.Changes, store.ReleaseChange{What: c.What, Effect: c.Effect, Path: "/manual/" + c.Chapter + "?edition=" + e.Key, Roles: c.Roles})
		}
		out = append(out, rel)
	}
	return out, nil
}

func among(list []store.Release, id string) bool {
	return slices.ContainsFunc(list, func(r store.Release) bool { return r.ID == id })
}

func none(err error) error {
	if errors.Is(err, store.ErrNone) {
		return errNone
	}
	return err
}

// ReleaseView is a release, and how it stands in the agencies that the reader may
// see: those in which they hold a place, or all.
type ReleaseView struct {
	store.Release
	Receipts []Receipt
	Own      []Receipt
	// TakenBack tells that the edition was released, and recalled before its day.
	TakenBack bool
}

// Releases gives the newest releases with how each stands for the reader.
func (d *Desk) Releases(ctx context.Context, by casework.By, limit int) ([]ReleaseView, error) {
	var out []ReleaseView
	there, err := d.editions(ctx, by.Now)
	if err != nil {
		return nil, err
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Releases(limit)
		if err != nil {
			return err
		}
		for _, rel := range list {
			v, err := d.view(tx, by, rel)
			if err != nil {
				return err
			}
			v.TakenBack = rel.Kind == Edition && !among(there, rel.ID)
			out = append(out, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if held, err := d.Holds(ctx, by); err != nil || !held && !d.may(by, Power) {
		return nil, errors.Join(err, errRole)
	}
	return out, nil
}

// Release reads one release. Whoever has no part in it is told the same as when
// there is none.
func (d *Desk) Release(ctx context.Context, by casework.By, id string) (ReleaseView, error) {
	var v ReleaseView
	there, err := d.editions(ctx, by.Now)
	if err != nil {
		return v, err
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		rel, err := tx.Release(id)
		if err != nil {
			return none(err)
		}
		v, err = d.view(tx, by, rel)
		v.TakenBack = rel.Kind == Edition && !among(there, rel.ID)
		return err
	})
	if err == nil && len(v.Own) == 0 && len(v.Receipts) == 0 {
		return v, errNone
	}
	return v, err
}

func (d *Desk) view(tx *store.Tx, by casework.By, rel store.Release) (ReleaseView, error) {
	v := ReleaseView{Release: rel}
	list, err := d.receipts(tx, rel.ID, by.Now)
	for _, r := range list {
		if r.Holders.include(by.Worker()) {
			v.Own = append(v.Own, r)
		}
	}
	if d.may(by, Power) {
		v.Receipts = list
	}
	return v, err
}

// Exported notes that the table of a release was taken away as a spreadsheet.
func (d *Desk) Exported(ctx context.Context, by casework.By, release string) error {
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		return d.log(tx, by, audit.ActExport, release, map[string]string{"kind": "release"})
	})
}

// Names gives the names of workers by id.
func (d *Desk) Names(ctx context.Context, ids []string) (names map[string]string, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		names, err = tx.WorkerTitles(ids)
		return err
	})
	return names, err
}

// Count is how many agencies confirmed a release, and how many there are.
func (v ReleaseView) Count() string {
	done := 0
	for _, r := range v.Receipts {
		if r.Done() {
			done++
		}
	}
	return fmt.Sprintf("%d of %d", done, len(v.Receipts))
}
