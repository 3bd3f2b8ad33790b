package journeys

import (
	"strings"
	"testing"

	"frontdoor/internal/bulletin"
	"frontdoor/internal/publishing"
)

// At ten past nine on Christmas night a parent finds, without script and on a
// phone, whom to ring, and a page that helps.
func TestParentOnChristmasNight(t *testing.T) {
	t.Parallel()
	const night = "01375 372468"
	w := at(t, "2026-12-25T21:10")
	b := w.tab("parent")
	b.NoScript()
	b.Width(320)
	b.goTo("/")
	b.says("999", "Thurrock", night)
	b.picture("home")
	b.press("I am a parent or carer")
	b.says(night)
	b.picture("parents")
	b.goTo("/search?q=my+husband+hits+me")
	b.says(night, "National Domestic Abuse Helpline")
	b.picture("search")
	b.goTo("/parents/safer-sleep-checklist")
	b.says(night)
	b.picture("checklist")
	for _, path := range []string{"/services", "/manual/neglect", "/news", "/newsletter", "/offline", "/thresholds"} {
		b.goTo(path)
		b.says(night)
	}
}

// A teacher is not sure how serious it is, chooses what she sees, and begins a
// referral with it.
func TestTeacherFromTheThresholdAidToAReferral(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	b := w.tab("aid")
	b.comeIn(w.worker("Asha Noor", "referrer", "school"))
	b.goTo("/thresholds")
	b.press("Continue")
	b.says("There is a problem")
	b.choose("age", "5-10")
	b.choose("where", "thurrock")
	b.choose("part", "child")
	b.choose("part", "parenting")
	b.press("Continue")
	b.says("a child aged 5 to 10")
	b.picture("signs")
	b.choose("sign", "treatment-missed")
	b.choose("sign", "disability-some-help")
	b.press("Show what to do next")
	b.says("Medicine or treatment is often missed", "It does not decide the level", "01375 652802")
	b.picture("next")
	b.press("Begin : Worry about a child")
	if !strings.Contains(b.URL(), "/refer/") {
		t.Fatalf("the referral did not begin: %s", b.URL())
	}
	draft := strings.Join(strings.Split(b.URL(), "/")[:5], "/")
	b.next("danger", "no")
	b.pass("sender_kind", "professional") // who sends it decides whether its signs are asked for
	b.Open(draft + "/indicators")
	words := b.Eval(`document.querySelector('textarea[name=indicators_words]')?.value ?? ''`)
	for _, sign := range []string{"Medicine or treatment is often missed", "the family needs some help with it"} {
		if !strings.Contains(words, sign) {
			t.Errorf("at %s the referral begins without what was chosen: %q lacks %q", b.URL(), words, sign)
		}
	}
	b.look("begun")
}

// An editor changes a chapter, a second person approves it and releases the
// edition, and the nominated person of an agency passes it on.
func TestAChapterIsChangedReleasedAndPassedOn(t *testing.T) {
	t.Parallel()
	w := at(t, "2027-03-16T10:00")
	texts := publishing.New(w.desk.DB, w.desk.Place)
	if err := texts.Ship(t.Context(), w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	ana, ben := w.worker("Ana Writer", "partnership_editor", ""), w.worker("Ben Second", "partnership_manager", "")
	lead := w.worker("Asha Noor", "referrer", "school")

	a := w.tab("editor")
	a.comeIn(ana)
	a.goTo("/texts")
	a.picture("desk")
	a.press("All texts")
	a.press("Neglect")
	a.WaitText("#preview", "Poverty is not neglect")
	a.Eval(`(() => { const e = document.querySelector('textarea[name=content]'); e.focus(); e.setSelectionRange(e.value.length, e.value.length); document.execCommand('insertText', false, '\n## The weekend {#weekend}\n\nAsk about the weekend too. [Here](javascript:alert(1))\n'); return '' })()`)
	a.WaitText("#preview", "Put right before it can be published")
	a.look("wrong")
	a.Eval(`(() => { const e = document.querySelector('textarea[name=content]'); e.value = e.value.replace(' [Here](javascript:alert(1))', ''); e.dispatchEvent(new Event('input', {bubbles: true})); return '' })()`)
	a.WaitText("[data-autosave-status]", "Saved")
	a.press("Ask for review")
	a.says("There is a problem")
	a.says("Ask about the weekend too.")
	a.write("why", "A review found that weekends are not asked about.")
	a.press("Ask for review")
	a.says("Sent for a second person", "You wrote this, so someone else must look at it")
	a.picture("asked")
	change := strings.TrimPrefix(strings.SplitN(a.URL(), "?", 2)[0], w.base)

	b := w.tab("second")
	b.comeIn(ben)
	b.goTo("/releases/nominations")
	b.picture("nominations")
	agency := lead.Agency
	b.goTo("/releases/nominations/" + agency)
	b.choose("nominated", lead.ID)
	b.press("Save")
	b.goTo(change)
	b.says("Ask about the weekend too.")
	b.picture("review")
	b.press("Approve for the next edition")
	b.goTo("/texts")
	b.press("Release an edition of the manual")
	b.press("Release the edition")
	b.says("There is a problem")
	b.picture("edition-wrong")
	b.write("title", "Procedures, March 2027")
	b.write("key", "2027-03")
	b.write("summary", "Weekends are asked about.")
	b.write("effect-neglect", "Ask about the weekend in every visit.")
	b.press("Release the edition")
	b.says("The edition is released")

	b.goTo("/manual/neglect")
	b.says("Procedures, March 2027", "Ask about the weekend too.")
	b.picture("in-force")
	b.goTo("/manual/neglect?on=2027-03-15")
	b.saysNot("Ask about the weekend too.")
	b.picture("past")
	b.goTo("/manual/changes")
	b.says("Ask about the weekend in every visit.")

	if err := (&bulletin.Desk{Desk: w.desk, Texts: texts, Site: w.base}).Run(t.Context(), w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	c := w.tab("nominated")
	c.comeIn(lead)
	c.goTo("/releases")
	c.press("Procedures, March 2027")
	c.says("Ask about the weekend in every visit.")
	c.picture("release")
	c.press("I have passed this on")
	c.says("There is a problem")
	c.write("note", "All staff meeting")
	c.press("I have passed this on")
	c.says("Passed on")
	b.goTo("/releases")
	b.press("Procedures, March 2027")
	b.says("Asha Noor", "Passed on in 1")
	b.picture("receipts")
}
