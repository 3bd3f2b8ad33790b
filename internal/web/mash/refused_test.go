package mash_test

import (
	"net/http"
	"testing"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/store"
)

// Whoever tries to open what is not theirs is told nothing, and those who look
// after the record learn who tried.
func TestBeingKeptOutIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	curious := caseworktest.Worker(t, w.Desk, "Esme Elsewhere", "mash_manager", "essex", "")
	b := w.tab(curious)
	for _, id := range []string{rec.ID, "00000000-0000-7000-8000-000000000000"} {
		if got := b.get("/records/" + id); got.status != http.StatusNotFound {
			t.Errorf("%d", got.status)
		}
	}
	var events []audit.Event
	err := w.Desk.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
		events, err = tx.AuditSearch(store.AuditQuery{Act: audit.ActRefused, Limit: 10})
		return err
	})
	if err != nil || len(events) != 2 {
		t.Fatalf("%v %v", events, err)
	}
	for i, subject := range []string{"", rec.ID} { // newest first
		if e := events[i]; e.Actor != "worker:"+curious.ID || e.Subject != subject || e.Route != "GET /records/{id}" {
			t.Errorf("%+v", e)
		}
	}
	w.tab(w.worker("Olive Officer", "mash_officer", "")).get("/records/"+rec.ID+"/looked").want(t, http.StatusOK, "Esme Elsewhere", "kept out")
}
