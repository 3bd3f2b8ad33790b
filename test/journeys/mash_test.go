package journeys

import (
	"testing"

	"frontdoor/internal/answer"
)

// A referral of two sisters goes the whole way through the front door: it comes
// in on the open board, an earlier contact is matched, three agencies answer,
// each child gets a decision of her own, a second person agrees, and everyone is
// told what is theirs.
func TestMashDecides(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	social := w.worker("Sol Worker", "mash_social_worker", "")
	manager := w.worker("Mina Manager", "mash_manager", "")
	second := w.worker("Noor Second", "mash_manager", "")
	school := w.worker("Cleo Example", "referrer", "")
	before := w.neighbour(40, "Bela", "Sampel", "2017-03-05")

	// The board is open when it comes in, and shows it without being asked.
	b := w.tab("mash").enter(social)
	b.goTo("/board")
	b.says(before.Reference)
	rec := w.refer(school, siblings())
	page := "/records/" + rec.ID
	b.WaitText("#board", rec.Reference)
	b.look("board")
	b.press(rec.Reference)
	b.says("Bella Sample", "Cara Sample", "8 years old", "Rate the risk")
	b.look("record")

	b.press("What is known")
	b.says("Bela Sampel", "For:", before.Reference, "Day and month of birth swapped")
	b.look("known")
	b.unfold("Say that they are the same person")
	b.errors("They are the same person", "Say how you know")
	b.write("why", "Same street and the same school. The day and month were swapped.")
	b.press("They are the same person")
	b.says("The same person as Bela Sampel", "The day and month were swapped")
	b.look("linked")

	// Rating: nothing is chosen, and nothing goes without a choice.
	b.goTo(page)
	b.press("Rate the risk")
	b.nothingChosen()
	b.write("rating_reason", "A child lives with violence and is at school until three.")
	b.errors("Rate the risk", "Select the rating")
	b.look("rating-missing")
	if got := b.Eval(`document.querySelector('[name=rating_reason]').value`); got != "A child lives with violence and is at school until three." {
		t.Errorf("what was typed was lost: %q", got)
	}
	b.choose("rating", "amber")
	b.press("Rate the risk")
	b.says("Amber")

	// Nobody is asked without agreement until a manager has signed for that.
	m := w.tab("mash-manager").enter(manager)
	m.goTo(page)
	m.press("Decide to ask without agreement")
	m.nothingChosen()
	m.errors("Decide to ask without agreement", "What in law")
	m.choose("dispense_basis", "ca1989_17_27")
	m.write("dispense_reason", "Asking could put the mother and the girls at risk.")
	for _, agency := range []string{"police", "health", "education"} {
		m.choose("dispense_scope", agency)
	}
	m.look("dispense")
	m.press("Decide to ask without agreement")

	// One act asks three agencies.
	b.goTo(page)
	b.press("Ask agencies")
	b.nothingChosen()
	for _, agency := range []string{"police", "health", "education"} {
		b.choose("agencies_asked", agency)
	}
	b.choose("check_questions", "known")
	b.choose("check_questions", "worries")
	b.write("check_people", "Dana Sample")
	b.choose("check_consent", "dispensed")
	b.choose("check_basis", "ca1989_17_27")
	b.look("ask")
	b.press("Ask agencies")
	b.says("Checks and follow-on (3 open)")

	// Each agency sees its own request and nothing else, and answers in two clicks.
	police := w.tab("mash-police").enter(w.worker("Perry Police", "researcher", "police"))
	police.goTo("/board")
	police.saysNot(rec.Reference)
	police.look("board")
	police.press("Known to us")
	police.goTo("/board")
	police.Follow("#board tbody a")
	police.look("request")
	police.press("Give what you know")
	police.write("detail_facts", "Two calls to the home in February.")
	police.write("guarded_words", "A person who must not be named told us more.")
	police.errors("Give what you know", "")
	police.look("guarded-why")
	police.write("guarded_why", "The family would know who it was.")
	police.press("Give what you know")

	health := w.tab("mash-health").enter(w.worker("Hana Health", "researcher", "health"))
	health.goTo("/board")
	health.press("Not known to us")
	education := w.tab("mash-education").enter(w.worker("Edi School", "researcher", "education"))
	education.goTo("/board")
	education.press("We need to talk")

	// The front door sees who has answered what, and what may go no further.
	b.goTo("/board")
	b.says("2 of 3 agencies answered")
	b.goTo(page + "/work")
	b.says("Not known", "Wants to talk", "Answered")
	b.look("answers")
	b.Follow(`tbody tr:has(td) a`)
	b.look("")
	b.goTo(page)
	b.press("Enough is known to decide")
	b.errors("Enough is known to decide", "")
	b.write("ready_without", "Education is rung this afternoon. What police know is enough.")
	b.press("Enough is known to decide")
	b.says("Ready to decide")

	// The decision needs a look at what is known, and chooses nothing itself.
	m.goTo(page)
	m.says("Look at what is already known")
	m.press("Look at what is already known")
	m.goTo(page)
	m.press("Decide")
	m.nothingChosen()
	m.look("decide")
	m.choose("children/r1/outcome", "s17")
	m.choose("children/r1/level_decided", "4")
	m.write("children/r1/rationale", "Bella lives with violence and tells of it.")
	m.errors("Decide", "")
	m.look("decide-half")
	m.choose("children/r2/outcome", "nfa")
	m.choose("children/r2/level_decided", "1")
	m.write("children/r2/rationale", "Cara lives with her grandmother and is safe there.")
	m.write("children/r1/handover_words", "See Bella alone, at school.")
	m.choose("decision_consent", "not_safe")
	m.write("decision_consent_words", "Nobody was asked, because it could put the mother at risk.")
	m.write("unanswered", "Police and health have answered.")
	m.press("Decide")
	if m.Has("[name='children/r2/level_differs']") {
		m.look("decide-more")
		m.write("children/r2/level_differs", "Cara does not live there.")
		m.press("Decide")
	}
	m.says("Waiting for a second person")
	m.look("waiting")
	m.saysNot("/steps/confirm_nfa\"")

	s := w.tab("mash-second").enter(second)
	s.goTo(page + "/known")
	s.goTo(page)
	s.press("Agree to no further action")
	s.errors("Agree to no further action", "")
	s.write("confirm_words", "I read what is known and rang the grandmother’s social worker.")
	s.press("Agree to no further action")
	s.says("Decided")

	// What follows for Bella is there with what was known, its source and date.
	s.goTo(page + "/work")
	s.says("Work that follows")
	s.look("follow-on")

	// Each reader's letter is seen before it goes.
	b.goTo(page)
	b.press("Tell people the outcome")
	b.nothingChosen()
	b.write("referrer_words", "A social worker will see Bella at school.")
	b.choose("parents_letter", "not_send")
	b.write("parents_not_told", "It could put the mother at risk.")
	b.write("child_told_how", "The social worker tells Bella at school.")
	b.press("Go on: see each letter")
	b.says("The sender will see:", "Bella Sample", "The parents will not be sent this")
	b.saysNot("must not be named", "Two calls to the home")
	b.look("letters")
	b.press("Tell people the outcome")
	b.says("Outcome sent")
	b.goTo(page + "/letters")
	b.look("sent")

	b.goTo(page + "/history")
	b.says("Rate the risk", "Decide", "Agree to no further action")
	b.look("history")
	b.goTo(page + "?at=1")
	b.says("This is version 1")
	b.saysNot("Nobody was asked, because")
	b.look("version")
	b.goTo(page + "/looked")
	b.says("Mina Manager", "Noor Second", "Looked at what is known")
	b.look("looked")
}

// A child lives where nobody may be told. Letters about her go only after a
// second person has read them exactly as they are.
func TestMashLetters(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	social := w.worker("Sol Worker", "mash_social_worker", "")
	manager := w.worker("Mina Manager", "mash_manager", "")
	answers := siblings()
	answers["children/r1/home_disclosure"] = answer.Text("never-print")
	rec := w.refer(w.worker("Cleo Example", "referrer", ""), answers)
	page := "/records/" + rec.ID
	w.take(social, rec.ID, "screen", texts(map[answer.Key]string{"rating": "amber", "rating_reason": "A child lives with violence."}))
	if _, _, err := w.desk.Known(t.Context(), w.by(manager), rec.ID); err != nil {
		t.Fatal(err)
	}
	w.take(manager, rec.ID, "decide", texts(map[answer.Key]string{
		"children/r1/outcome": "s17", "children/r1/level_decided": "4", "children/r1/rationale": "She lives with violence.", "children/r1/handover_words": "See her alone.",
		"children/r2/outcome": "s17", "children/r2/level_decided": "4", "children/r2/rationale": "She lives with violence.", "children/r2/handover_words": "See her alone.",
		"decision_consent": "not_safe", "decision_consent_words": "It could put the mother at risk.",
	}))

	b := w.tab("mash-letters").enter(social)
	b.back(page + "/steps/send_outcome")
	b.write("referrer_words", "A social worker will see both girls at 4 Example Close.")
	b.choose("parents_letter", "not_send")
	b.write("parents_not_told", "It could put the mother at risk.")
	b.write("child_told_how", "The social worker tells them at school.")
	b.press("Go on: see each letter")
	b.says("A second person must read these letters before they can go")
	if b.Has("main form[action$=send_outcome]") {
		t.Error("letters that nobody has checked can be sent")
	}
	b.look("second-needed")
	b.press("Ask a colleague to check")
	b.says("Your colleagues have been asked", "Someone else must read these")

	// The colleague is told, and reads every letter.
	m := w.tab("mash-letters-colleague").enter(manager)
	m.goTo("/notices")
	m.says("Letters wait for a second person to read them.")
	m.look("told")
	m.press("Open " + rec.Reference)
	m.says("Prepared by Sol Worker", "4 Example Close", "I have read them and they are safe to send")
	m.look("waiting")

	// The writer takes the address out while the colleague has the page open: what
	// was read is no longer what would go.
	b.back(page + "/steps/send_outcome")
	b.write("referrer_words", "A social worker will see both girls at school.")
	b.press("Go on: see each letter")
	m.mark("I have read them")
	m.Follow("[data-press]")
	m.says("These letters have changed or gone since you opened them")
	m.look("changed")
	m.back(page + "/letters")
	m.says("A social worker will see both girls at school.")
	m.saysNot("4 Example Close")
	m.press("I have read them")
	m.says("Noted that you have read the letters", "Mina Manager has read them and found them safe to send.")

	b.goTo("/notices")
	b.says("A colleague has read your letters. You can send them.")
	b.press("Open " + rec.Reference)
	b.says("Mina Manager has read them and found them safe to send.")
	b.look("checked")
	b.press("Go on to send them")
	b.holds("referrer_words", "A social worker will see both girls at school.")
	b.press("Go on: see each letter")
	b.says("Mina Manager has read these letters, exactly as they are, and found them safe to send.")
	b.look("may-go")
	b.press("Tell people the outcome")
	b.says("Outcome sent")
	b.back(page + "/looked")
	b.says("Read letters as a second person and found them safe")
}
