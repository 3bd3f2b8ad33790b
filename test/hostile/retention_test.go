package hostile

import (
	"context"
	"errors"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
)

// filed puts into the small world what is decided about keeping records: dates, a
// hold, a decision, and two destructions of which one was called off.
func filed(t testing.TB, d *casework.Desk, rec string, now time.Time) {
	t.Helper()
	day := calendar.NewDate(2032, 3, 17)
	sealed := func(kind, id string) string {
		text, err := d.Sealer.SealText("Its time is over.", seal.Binding{Kind: kind, ID: id})
		must(t, err)
		return text
	}
	gone := func(id, record string) store.Destruction {
		return store.Destruction{
			ID: id, Record: record, Reference: "TH-" + id, Pathway: "referral", Title: "Referral", Authority: "thurrock", BegunAt: now, ClosedAt: now, Rule: "Nothing more",
			Keep: day, ProposedBy: "worker:a", ProposedAt: now, Proposed: sealed("destruction proposed", id), ApprovedBy: "worker:b", ApprovedAt: now,
			Approved: sealed("destruction approved", id), Seen: "x", Readers: store.Readers{To: []string{"team:t"}},
		}
	}
	must(t, d.DB.Write(context.Background(), func(tx *store.Tx) error {
		return errors.Join(
			tx.PutRetention(store.Retention{Record: rec, Ruled: true, Rule: "Work", Until: day, Longer: day, Sum: "6 years", Source: "Ours", Basis: "b", State: store.RetentionDue, WorkedAt: now, DueAt: now}),
			tx.AddRetentionAct(store.RetentionAct{ID: "ra", Record: rec, Act: store.KeptLonger, By: "worker:a", Reason: "sealed", Until: day, Seen: "x", At: now}),
			tx.AddHold(store.Hold{ID: "lh", Kind: store.HoldAll, Pathway: "referral", Authority: "thurrock", Reason: "sealed", By: "worker:a", At: now}),
			tx.AddHold(store.Hold{ID: "lr", Kind: store.HoldRecord, Record: rec, Reason: "sealed", By: "worker:a", At: now}),
			tx.LiftHold("lr", "worker:b", "sealed", now),
			tx.AddDestruction(gone("d1", "gone")),
			tx.AddDestruction(gone("d2", rec)),
			tx.EndDestruction("d1", store.DestructionDone, "system", "", map[string]int64{"record": 1}, now),
			tx.EndDestruction("d2", store.DestructionStopped, "worker:a", "", nil, now),
		)
	}))
}
