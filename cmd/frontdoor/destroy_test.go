package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
)

// agreedLongAgo fills a data folder with one record that closed long ago and whose
// destruction two people have decided, makes a backup from before they did, and
// gives the record's id.
func agreedLongAgo(t *testing.T, p place, backup string) string {
	t.Helper()
	ctx := t.Context()
	then, now := time.Date(2012, 5, 8, 10, 0, 0, 0, time.UTC), time.Now()
	o, err := p.open(ctx, then, true)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	defer o.close()
	d := o.desk
	must(d.KeepPathwayTexts(ctx, then))
	by := func(name string, at time.Time) casework.By {
		w := agency.Worker{ID: name, Name: name + " Lado", Email: name + "@example.org", Agency: "southend_lado", Memberships: []agency.Membership{{Team: "southend_lado", Role: "lado", From: then.AddDate(-1, 0, 0)}}}
		must(d.DB.Write(ctx, func(tx *store.Tx) error { return tx.PutWorker(w) }))
		return casework.ByWorker(w, &d.Place.Register, at)
	}
	given := answer.Set{
		"danger": answer.Text("no"), "al_who": answer.Text("parent"), "al_want": answer.Text("advice"), "al_authority": answer.Text("southend"), "al_urgent": answer.Text("no"),
		"work_place": answer.Text("A dance club"), "work_sector": answer.Text("sport"), "work_role": answer.Text("Coach"), "work_basis": answer.Text("volunteer"),
		"work_manager": {NotKnown: "I do not know"}, "al_elsewhere": answer.Text("not_known"), "al_own_children": answer.Text("not_known"), "al_before": answer.Text("not_known"),
		"al_words": answer.Text("The coach shouted at the children."), "al_when": answer.Text("Last week"), "al_from": answer.Text("child"), "al_restraint": answer.Text("no"),
		"al_adult_knows": answer.Text("not_known"), "al_done": answer.List("nothing"),
		"accused": answer.List("r1"), "accused/r1/accused_given_names": answer.Text("Kim"), "accused/r1/accused_family_name": {NotKnown: "I do not know it"},
	}
	rec, err := d.Begin(ctx, casework.ByVisitor("v", then), "allegation", casework.Beginning{Authority: "southend", Step: "send", Answers: given})
	must(err)
	rec, err = d.TakeStep(ctx, by("ada", then), rec.ID, "take", rec.Revision, answer.Set{"lado_worker": answer.Text("ada"), "reply_words": answer.Text("Thank you for telling us.")})
	must(err)
	_, _, err = d.Known(ctx, by("ada", then), rec.ID)
	must(err)
	_, err = d.TakeStep(ctx, by("ada", then), rec.ID, "evaluate", rec.Revision, answer.Set{
		"al_contact": answer.Text("advice"), "al_pattern": answer.Text("Nothing."), "al_transferable": answer.Text("no"), "al_child_referral": answer.Text("not_needed"),
		"al_clear": answer.Text("no"), "al_decision": answer.Text("advice"), "al_decision_why": answer.Text("It is a matter for the club."), "al_advice": answer.Text("Speak to the club’s welfare officer."),
	})
	must(err)
	_, err = d.RunRetention(ctx, now)
	must(err)
	_, err = d.DB.Backup(ctx, backup, o.key, now)
	must(err)
	const why = "Its time is over and nothing speaks for keeping it."
	must(d.ProposeDestruction(ctx, by("ada", now), rec.ID, why))
	must(d.ApproveDestruction(ctx, by("bea", now), rec.ID, why))
	return rec.ID
}

func is(t *testing.T, p place, id string, want bool) {
	t.Helper()
	o, err := p.open(t.Context(), time.Now(), false)
	if err != nil {
		t.Fatal(err)
	}
	defer o.close()
	if err := o.desk.DB.Read(t.Context(), func(tx *store.Tx) error { _, err := tx.Record(id); return err }); (err == nil) != want {
		t.Errorf("the record is there: %v (%v), want %v", err == nil, err, want)
	}
}

func TestDestroy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := place{data: filepath.Join(dir, "data"), key: filepath.Join(dir, "key")}
	backup, list := filepath.Join(dir, "backup"), filepath.Join(dir, "backups", "destroyed.list")
	id := agreedLongAgo(t, p, backup)
	command := func(want int, args ...string) {
		t.Helper()
		if got := run(append(args, "--key", p.key)); got != want {
			t.Fatalf("%v: exit code %d, want %d", args, got, want)
		}
	}
	command(exitUsage, "destroy", "--data", p.data)
	// Where the list cannot be written, nothing goes.
	command(exitNo, "destroy", "--data", p.data, "--list", list)
	is(t, p, id, true)
	if err := os.Mkdir(filepath.Dir(list), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		command(0, "destroy", "--data", p.data, "--list", list)
		is(t, p, id, false)
		command(0, "verify", "--data", p.data)
	}
	// A backup from before brings it back, and the list takes it away.
	back := place{data: filepath.Join(dir, "back"), key: p.key}
	command(0, "restore", "--data", back.data, backup)
	is(t, back, id, true)
	command(0, "destroy", "--data", back.data, "--list", list)
	is(t, back, id, false)
	command(0, "verify", "--data", back.data)
}
