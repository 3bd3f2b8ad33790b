package publishing

import (
	"context"
	"slices"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
)

// DuePage is a page whose next review has come or is near.
type DuePage struct {
	Page *guidance.Page
	Past bool // its day has passed
}

// Due gives the pages and chapters that are to be checked again within some days,
// the longest overdue first.
func (t *Texts) Due(ctx context.Context, now time.Time, ahead int) ([]DuePage, error) {
	lib, err := t.At(ctx, now)
	if err != nil {
		return nil, err
	}
	today := calendar.DateOf(now)
	var out []DuePage
	for _, p := range slices.Concat(lib.Pages, lib.Chapters) {
		if !p.Review.IsZero() && !p.Review.After(today.AddDays(ahead)) {
			out = append(out, DuePage{p, p.Due(today)})
		}
	}
	slices.SortStableFunc(out, func(a, b DuePage) int { return a.Page.Review.Compare(b.Page.Review) })
	return out, nil
}

// toldMeta is the name under which the last day is kept that reviews were told of.
const toldMeta = "texts due told"

// RemindDue mails those who write texts when pages fall due for review that they
// were not told of: once for each day, and on Mondays as long as any is overdue.
func (t *Texts) RemindDue(ctx context.Context, now time.Time) error {
	if t.Mail == nil {
		return nil
	}
	due, err := t.Due(ctx, now, 0)
	if err != nil || len(due) == 0 {
		return err
	}
	today := calendar.DateOf(now)
	return t.db.Write(ctx, func(tx *store.Tx) error {
		told, err := tx.GetMeta(toldMeta)
		if err != nil || told == today.String() {
			return err
		}
		fresh := slices.ContainsFunc(due, func(d DuePage) bool { return d.Page.Review.String() > told })
		if !fresh && today.Weekday() != time.Monday {
			return nil
		}
		if err := tx.SetMeta(toldMeta, today.String()); err != nil {
			return err
		}
		list, err := t.writers(tx, now)
		if err != nil {
			return err
		}
		for _, w := range list {
			if err := t.Mail(tx, now, w.Email, "texts_due"); err != nil {
				return err
			}
		}
		return nil
	})
}

// writers are those who write texts, each once.
func (t *Texts) writers(tx *store.Tx, now time.Time) ([]agency.Worker, error) {
	var out []agency.Worker
	for _, role := range t.place.Register.Roles {
		if !slices.Contains(role.May, PowerWrite) {
			continue
		}
		list, err := tx.Workers(store.WorkerFilter{Role: role.ID, Now: now})
		if err != nil {
			return nil, err
		}
		for _, w := range list {
			if w.Email != "" && !slices.ContainsFunc(out, func(o agency.Worker) bool { return o.ID == w.ID }) {
				out = append(out, w)
			}
		}
	}
	return out, nil
}
