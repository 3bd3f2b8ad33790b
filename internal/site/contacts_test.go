package site_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// A number that the partnership publishes is the one that people are given, also
// by a node that did not publish it.
func TestPeopleAreGivenTheNumberThatIsPublished(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t)
	c := config(t, db)
	s := start(t, c)
	const ask = "/api/who-to-call?authority=thurrock&caller=professional&urgent=false"
	if w := get(s, ask); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "01375 652802") {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	ctx := t.Context()
	texts := publishing.New(db, c.Desk.Place)
	worker := func(name string) publishing.By {
		from := noon.AddDate(-1, 0, 0)
		w := agency.Worker{
			ID: store.NewID(from), Name: name, Email: name + "@example.org", Agency: "partnership",
			Memberships: []agency.Membership{{Team: "partnership_office", Role: "partnership_manager", From: from}},
		}
		if err := db.Write(ctx, func(tx *store.Tx) error { return tx.PutWorker(w) }); err != nil {
			t.Fatal(err)
		}
		return publishing.By{Worker: w, Now: noon, Route: "POST /texts"}
	}
	if err := texts.Ship(ctx, noon); err != nil {
		t.Fatal(err)
	}
	f, _, err := texts.Begin(ctx, "contacts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	b, err := texts.Content(ctx, f.Hash)
	if err != nil {
		t.Fatal(err)
	}
	change, err := texts.Ask(ctx, worker("ann"), publishing.Proposal{
		Name: f.Name, Base: f.Change, Why: "The number has changed.",
		Content: []byte(strings.ReplaceAll(string(b), "01375 652802", "01375 000000")),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := texts.Publish(ctx, worker("bob"), calendar.Date{}, change.ID); err != nil {
		t.Fatal(err)
	}
	for range 500 {
		if strings.Contains(get(s, ask).Body.String(), "01375 000000") && strings.Contains(get(s, "/contact").Body.String(), "01375 000000") {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("the old number is still given: %s", get(s, ask).Body)
}
