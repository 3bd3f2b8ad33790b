// Package hostile attacks the program as strangers, guests and insiders would:
// guessing at codes and passwords, sending files made to harm, and changing the
// database behind the program's back. Everything runs inside one process or on
// the loopback, and every loop ends by itself.
package hostile

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/person"
	"frontdoor/internal/publishing"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

var noon = caseworktest.Start

// must ends the test with an act that should have been possible.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// house is a small world with at least one row in every table, made by the acts
// of those who use the program.
type house struct {
	desk *casework.Desk
	gate *signin.Gate
	sign *audit.Key
	// record is one on which everything has happened.
	record record.Record
}

func gate(t testing.TB, d *casework.Desk) *signin.Gate {
	t.Helper()
	p, err := secret.NewPasswords(1)
	must(t, err)
	keys, err := secret.NewPasskeys("localhost", "Frontdoor", "http://localhost")
	must(t, err)
	return &signin.Gate{DB: d.DB, Sealer: d.Sealer, Passwords: p, Passkeys: keys}
}

func photo(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil))
	return b.Bytes()
}

// tidings are an issue of the newsletter, a suggestion and a release.
func tidings(t testing.TB, d *casework.Desk, by func(name, role string) casework.By) {
	t.Helper()
	ctx := context.Background()
	office := &bulletin.Desk{Desk: d, Texts: publishing.New(d.DB, d.Place), Site: "https://frontdoor.example"}
	manager, teacher := by("Paula Partnership", "partnership_manager"), by("Rita Referrer", "referrer")
	_, err := office.SaveIssue(ctx, manager, bulletin.Draft{Title: "Spring", Picks: []string{"manual/neglect"}, For: store.Choices{Audiences: []string{"parents"}, Topics: []string{"news"}}})
	must(t, err)
	_, err = office.Suggest(ctx, teacher, bulletin.Suggesting{About: "manual/neglect", Words: "Say it plainly."})
	must(t, err)
	list, _, err := office.Suggestions(ctx, manager, store.SuggestionFilter{})
	must(t, err)
	must(t, office.MoveSuggestion(ctx, manager, list[0].ID, bulletin.Move{To: bulletin.Accepted, Words: "We will."}))
	must(t, office.Nominate(ctx, manager, teacher.Viewer.Worker.Agency, store.PlaceNominated, teacher.Worker()))
	_, err = office.MarkPiece(ctx, manager, bulletin.Marked{About: "manual/neglect", Summary: "New words.", What: "The signs.", Effect: "Look for them."})
	must(t, err)
}

func build(t testing.TB, db *store.DB) house {
	t.Helper()
	ctx := context.Background()
	d := caseworktest.New(db)
	must(t, d.KeepPathwayTexts(ctx, noon))
	sign, err := audit.NewKey("audit.example", bytes.Repeat([]byte{3}, 32))
	must(t, err)
	h := house{desk: d, gate: gate(t, d), sign: sign}
	must(t, publishing.New(db, d.Place).Ship(ctx, noon))
	now := noon
	by := func(name, role string) casework.By {
		return casework.ByWorker(caseworktest.Worker(t, d, name, role, "thurrock", ""), &d.Place.Register, now)
	}

	tidings(t, d, by)

	// Someone is invited and comes, someone else has not come yet.
	w := by("Mina Manager", "mash_manager").Viewer.Worker
	w.Email, w.Name = "iris@example.org", "Iris Invited"
	w, token, err := h.gate.Add(ctx, "operator", w, now)
	must(t, err)
	src := signin.Source{Addr: "192.0.2.1", Device: "Firefox"}
	_, s, err := h.gate.Accept(ctx, token, "velvet drum otter lamp", src, now)
	must(t, err)
	_ = s
	w.Email = "late@example.org"
	_, _, err = h.gate.Add(ctx, "operator", w, now)
	must(t, err)

	// A neighbour writes, adds a photo and sends.
	for _, given := range []string{"Archie", "Archie"} {
		code, id, _, err := h.gate.NewVisitor(ctx, src, now)
		must(t, err)
		_ = code
		public := casework.ByVisitor(id, now)
		dr, err := d.StartDraft(ctx, public, "referral", answer.Set{
			"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"),
			"child_area": answer.Text("thurrock"), "public_saw": answer.Text("He was outside on his own in the dark."),
			"public_when": answer.Text("Most evenings"), "children": answer.List("r1"), "children/r1/given_names": answer.Text(given),
			"children/r1/family_name": answer.Text("Sample"), "children/r1/born": answer.Text("2019-04-05"), "lives_with": answer.Text("His mum"),
			"how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
		})
		must(t, err)
		for range 2 {
			_, err = d.AddFile(ctx, public, dr.ID, "", "what I saw.jpg", photo(t), false)
			must(t, err)
		}
		receipt, err := d.Send(ctx, public, dr.ID, id)
		must(t, err)
		h.record = receipt.Record
		now = now.Add(time.Minute)
	}
	manager, officer, second := by("Mina Manager", "mash_manager"), by("Olly Officer", "mash_officer"), by("Nell Other", "mash_manager")
	id := h.record.ID
	take := func(who casework.By, step string, changes answer.Set) {
		t.Helper()
		who.Now = now
		v, err := d.Open(ctx, who, id)
		must(t, err)
		_, err = d.TakeStep(ctx, who, id, step, v.Record.Revision, changes)
		must(t, err)
		now = now.Add(time.Minute)
	}
	revision := func(who casework.By) int {
		v, err := d.Open(ctx, who, id)
		must(t, err)
		return v.Record.Revision
	}
	_, err = d.Answer(ctx, officer, id, revision(officer), answer.Set{
		"children/r1/home_address":    {Parts: map[string]string{"line1": "1 Hidden House", "postcode": "RM17 6SL"}},
		"children/r1/home_disclosure": answer.Text(string(person.NeverPrint)),
		"children/r1/nhs_number":      answer.Text("943 476 5919"),
		"adults":                      answer.List("a1"), "adults/a1/adult_given_names": answer.Text("Dana"), "adults/a1/adult_family_name": answer.Text("Sample"),
		"adults/a1/adult_relation": answer.Text("mother"), "adults/a1/adult_pr": answer.Text("yes"), "adults/a1/adult_in_household": answer.Text("no"),
		"adults/a1/adult_phone": answer.Text("01632 960001"),
	}, "")
	must(t, err)
	take(manager, "screen", answer.Set{"rating": answer.Text("green"), "rating_reason": answer.Text("No harm seen")})
	k, _, err := d.Known(ctx, manager, id)
	must(t, err)
	for _, p := range k.People {
		for _, c := range p.Candidates {
			must(t, d.LinkPerson(ctx, manager, id, p.On.Person.ID, c.Person.ID, "Same mother and school"))
		}
	}
	take(manager, "decide", answer.Set{
		"decision_consent": answer.Text("not_needed"), "decision_consent_words": answer.Text("Nothing is decided that needs it"),
		"children/r1/outcome": answer.Text("advice"), "children/r1/level_decided": answer.Text("1"), "children/r1/rationale": answer.Text("The family centre sees them"),
	})
	letters := answer.Set{
		"referrer_words": answer.Text("Thank you. Someone is helping."), "parents_letter": answer.Text("send"),
		"parents_words": answer.Text("We have spoken with the family centre."), "child_told_how": answer.Text("Not told: too young"),
	}
	dr, err := d.StepDraft(ctx, officer, id, "send_outcome")
	must(t, err)
	_, err = d.SaveDraft(ctx, officer, dr.ID, letters, "")
	must(t, err)
	waiting, err := d.LettersToCheck(ctx, manager, id)
	must(t, err)
	must(t, d.CheckLetters(ctx, manager, id, "send_outcome", officer.Principal, casework.LettersHash(waiting[0].Previews), casework.Verdict{Safe: true, Words: "No place is in it."}))
	take(officer, "send_outcome", letters)

	sender := casework.ByCode(id, now)
	for _, text := range []string{"He is out again", "And again"} {
		must(t, d.SendMessage(ctx, sender, id, text))
		must(t, d.AddEntry(ctx, officer, record.Entry{Record: id, Kind: "call", HappenedAt: officer.Now, Text: text}, ""))
	}
	must(t, d.ReadMessages(ctx, officer, id))
	must(t, d.GiveAccess(ctx, manager, id, second.Worker(), "Covers on Friday", false))
	must(t, d.DeclareConflict(ctx, manager, id, by("Col League", "mash_social_worker").Worker(), "A neighbour"))
	must(t, d.Restrict(ctx, manager, id, "staff_or_relative", "A colleague’s nephew", []string{second.Worker(), officer.Worker()}))
	_, err = d.StartDraft(ctx, officer, "referral", nil)
	must(t, err)
	must(t, db.Write(ctx, func(tx *store.Tx) error {
		return tx.AddLink(record.Link{From: id, To: h.first(t, tx), Kind: "about", At: now})
	}))
	filed(t, d, id, now)
	givenOut(t, d, id, officer.Worker(), now)
	// A wrong code, so that there are attempts.
	_, _, err = h.gate.ComeBack(ctx, "0000 0000 0000 0000", "", src, now)
	if err == nil {
		t.Fatal("a code of zeros came in")
	}
	h.checkpoint(t, now)
	// After the last checkpoint the log goes on.
	must(t, d.AddEntry(ctx, officer, record.Entry{Record: id, Kind: "note", HappenedAt: officer.Now, Text: "After the last checkpoint"}, ""))
	return h
}

func (h house) first(t testing.TB, tx *store.Tx) string {
	t.Helper()
	var ids []string
	must(t, tx.AllRecordIDs(func(id string) error {
		ids = append(ids, id)
		return nil
	}))
	return ids[slices.IndexFunc(ids, func(id string) bool { return id != h.record.ID })]
}

// checkpoint signs the log as the program's own job does, and gives the copy
// that leaves the building.
func (h house) checkpoint(t testing.TB, now time.Time) []byte {
	t.Helper()
	var text []byte
	must(t, h.desk.DB.Write(context.Background(), func(tx *store.Tx) error {
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		root, err := audit.TreeHash(size, tx.HashReader())
		if err != nil {
			return err
		}
		if text, err = h.sign.Sign(size, root, now); err != nil {
			return err
		}
		return tx.AddCheckpoint(string(text), now)
	}))
	return text
}

// verify gives every difference, one a line.
func (h house) verify(t testing.TB, kept ...[]byte) []string {
	t.Helper()
	_, found, err := h.desk.Verify(context.Background(), h.sign.Public(), kept)
	if err != nil {
		return []string{"verify failed: " + err.Error()}
	}
	var out []string
	for _, d := range found {
		out = append(out, d.What+": "+d.Text)
	}
	return out
}

func hashOf(token string) string { return secret.HashToken(token) }

func timeout(t testing.TB, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(context.Background(), d)
}
