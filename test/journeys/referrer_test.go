package journeys

import (
	"strings"
	"testing"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
)

// decided is the front door's work on a referral about one child, from the
// rating to the letters, told in words that only some may read.
func (w *world) decided(rec record.Record, social, manager, officer agency.Worker) {
	w.t.Helper()
	w.takes(social, rec, "2026-03-17T10:20", "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A child who is at school until three.")})
	w.takes(social, rec, "2026-03-17T10:30", "acknowledge", answer.Set{})
	w.set("2026-03-17T13:55")
	if _, _, err := w.desk.Known(w.t.Context(), w.as(manager), rec.ID); err != nil {
		w.t.Fatal(err)
	}
	decision := answer.Set{
		"children/r1/outcome": answer.Text("s17"), "children/r1/level_decided": answer.Text("3"), "children/r1/rationale": answer.Text(reasons),
		"children/r1/level_differs": answer.Text("She is safe at her nan’s for now."), "children/r1/handover_words": answer.Text("See her alone, at school."),
		"decision_consent": answer.Text("not_safe"), "decision_consent_words": answer.Text("Nobody was asked."),
	}
	w.takes(manager, rec, "2026-03-17T14:00", "decide", decision)
	w.takes(officer, rec, "2026-03-17T15:00", "send_outcome", answer.Set{
		"referrer_words": answer.Text(told), "parents_letter": answer.Text("not_send"), "parents_not_told": answer.Text("It could put Mum at risk."),
		"child_told_how": answer.Text("The social worker tells her at school."),
	})
}

const (
	reasons = "The police told us of two calls to the home."
	told    = "A social worker will look at what is needed."
)

// A school reads what was decided and why, does not agree and says so. A
// manager of the front door sees it.
func TestReferrerDisagrees(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	lead := w.worker("Asha Noor", "referrer", "school")
	social, manager, officer := w.worker("Sol Worker", "mash_social_worker", ""), w.worker("Mo Manager", "mash_manager", ""), w.worker("Omar Officer", "mash_officer", "")
	answers := professional()
	answers["sender_email"] = answer.Text(lead.Email)
	d, err := w.desk.StartDraft(t.Context(), w.as(lead), "referral", answers)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.desk.Send(t.Context(), w.as(lead), d.ID, "")
	if err != nil {
		t.Fatal(err)
	}
	w.decided(got.Record, social, manager, officer)

	w.set("2026-03-18T09:00")
	b := w.tab("referrer")
	b.comeIn(lead)
	b.goTo("/sent")
	b.says(got.Reference, "It has been decided what to do")
	b.press(got.Reference)
	b.says("What was decided", "Social work assessment (section 17)", "She is safe at her nan’s for now.", told, "If you do not agree", "say so")
	b.saysNot(reasons, "See her alone", "Nobody was asked", "put Mum at risk.</p>")
	b.picture("outcome")
	b.press("Print this letter")
	b.says("Social work assessment")
	b.picture("letter")
	b.press("Back")

	b.press("Say that you do not agree")
	b.at("/unsafe")
	b.press("Save and continue")
	b.failed("unsafe now")
	b.next("disagree_unsafe", "no")
	b.press("Save and continue")
	b.failed("disagree")
	b.picture("disagree-empty")
	b.next("disagree_about", "The level.", "disagree_why", "She goes home on Friday.", "disagree_want", "A strategy discussion.")
	for range 6 {
		if strings.HasSuffix(b.URL(), "/check") {
			break
		}
		b.mark("Continue")
		if strings.Contains(b.URL(), "/child/") {
			b.mark("Save and continue")
		}
		b.Follow("[data-press]")
		b.look("")
	}
	b.at("/check")
	b.says("She goes home on Friday.")
	b.picture("disagree-check")
	b.press("Send")
	b.at("/refer/sent/")
	b.says("We have it")
	b.picture("disagree-receipt")
	reference := b.Text("#reference")
	b.goTo("/sent")
	b.says(reference, got.Reference)
	b.press(reference)
	b.says("She goes home on Friday.")
	b.picture("disagreement")

	m := w.tab("referrer-manager")
	m.signIn(manager)
	m.goTo("/board")
	m.press("Disagreement about a decision")
	m.says(reference)
	m.press(reference)
	m.says("She goes home on Friday.", "A strategy discussion.")
	m.picture("sees-it")
}

// What is told to a neighbour holds nothing about the family: not a name, not
// an outcome, not a reason that nobody chose to tell them.
func TestReferrerOfThePublicLearnsLittle(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	social, manager, officer := w.worker("Sol Worker", "mash_social_worker", ""), w.worker("Mo Manager", "mash_manager", ""), w.worker("Omar Officer", "mash_officer", "")
	code, err := secret.NewReceiptCode()
	if err != nil {
		t.Fatal(err)
	}
	id := secret.ReceiptHash(w.desk.Sealer.LookupHash, code)
	by := casework.ByVisitor(id, w.clock.Now())
	d, err := w.desk.StartDraft(t.Context(), by, "referral", answer.Set{
		"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text("thurrock"),
		"public_saw": answer.Text(story), "children": answer.List("r1"), "children/r1/given_names": answer.Text("Marlow"), "children/r1/family_name": answer.Text("Sample"),
		"lives_with": answer.Text("His mum"), "how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.desk.Send(t.Context(), by, d.ID, id)
	if err != nil {
		t.Fatal(err)
	}
	w.decided(got.Record, social, manager, officer)

	w.set("2026-03-18T09:00")
	b := w.tab("referrer-public")
	b.Width(360)
	b.goTo("/status")
	b.write("reference", got.Reference)
	b.write("code", code)
	b.press("Show me")
	b.says("It has been decided what to do", "We looked into what you told us.", told, "We cannot tell you more about a family.")
	secrets := []string{"Marlow", "Sample", story, reasons, "section 17", "Social work assessment", "Level", "See her alone", "Nobody was asked", "His mum"}
	b.saysNot(secrets...)
	b.picture("outcome")
	b.press("Print this letter")
	b.saysNot(secrets...)
	b.press("Back")
	b.press("Say that you do not agree")
	b.at("/unsafe")
	b.next("disagree_unsafe", "yes")
	b.at("/disagreement")
	b.saysNot(secrets...)
}
