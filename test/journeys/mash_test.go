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
	school := w.worker("Cleo Example", "referrer", "")
	before := w.neighbour(40, "Bela", "Sampel", "2017-03-05")

	// The board is open when it comes in, and shows it without being asked.
	b := w.tab("mash").comeIn(social)
	b.back("/board")
	b.says(before.Reference)
	rec := w.refer(school, siblings())
	page := "/records/" + rec.ID
	b.WaitText("#board", rec.Reference)
	b.look("board")
	b.live(rec.Reference)
	b.says("Bella Sample, 8 years old", "Cara Sample, 5 years old", "Rate the risk", "Cleo Example")
	b.picture("record")

	b.move("What is known")
	b.says("1 contact in the last 12 months", "May be the same person: Bela Sampel", "Day and month of birth swapped", "sounds alike", before.Reference)
	b.look("known")
	b.unfold("Say that they are the same person")
	b.errors("They are the same person", "Say how you know that they are the same person")
	b.write("why", "Same street and the same school. The day and month were swapped.")
	b.press("They are the same person")
	b.says("2 contacts in the last 12 months", "The same person as Bela Sampel", "The day and month were swapped", "About Bella Sample")
	b.picture("linked")

	// Rating: nothing is chosen, nothing goes without a choice, nothing is lost.
	b.back(page)
	b.press("Rate the risk")
	b.nothingChosen()
	b.write("rating_reason", "A child lives with violence and is at school until three.")
	b.errors("Rate the risk", "Select the rating")
	b.holds("rating_reason", "A child lives with violence and is at school until three.")
	b.picture("rating-missing")
	b.choose("rating", "amber")
	b.move("Rate the risk")
	b.says("Rated", "Amber")

	// Nobody is asked without agreement until a manager has signed for that.
	m := w.tab("mash-manager").comeIn(manager)
	m.back(page)
	m.press("Decide to ask without agreement")
	m.nothingChosen()
	m.errors("Decide to ask without agreement", "What in law lets you?", "Why is it needed for these children?", "Which agencies may be asked?")
	m.choose("dispense_basis", "ca1989_17_27")
	m.write("dispense_reason", "Asking could put the mother and the girls at risk.")
	asked := []string{"police", "health", "education"}
	for _, agency := range asked {
		m.choose("dispense_scope", agency)
	}
	m.move("Decide to ask without agreement")

	// One act asks three agencies.
	b.back(page)
	b.press("Ask agencies")
	b.nothingChosen()
	for _, agency := range asked {
		b.choose("agencies_asked", agency)
	}
	b.choose("check_questions", "known")
	b.choose("check_questions", "worries")
	b.write("check_people", "Dana Sample")
	b.choose("check_consent", "dispensed")
	b.choose("check_basis", "ca1989_17_27")
	b.picture("ask")
	b.move("Ask agencies")
	b.says("Asking agencies", "Checks and follow-on (3 open)")

	// Each agency sees its own request and nothing else, and answers in two clicks.
	police := w.tab("mash-police").comeIn(w.worker("Perry Police", "researcher", "police"))
	police.back("/board")
	police.says("Bella Sample, Cara Sample", "1 record")
	police.saysNot(rec.Reference)
	police.look("board")
	police.live("Known to us")
	police.says("Known, detail to follow")
	police.saysNot("I hide under the bed", "dsl@example.org")
	police.picture("request")
	police.shut(page)
	police.back("/board")
	police.live("Give what you know")
	police.write("detail_facts", "Two calls to the home in February.")
	police.write("guarded_words", "A person who must not be named told us more.")
	police.press("Give what you know")
	police.says("There is more to answer because of what you chose")
	police.holds("guarded_words", "A person who must not be named told us more.")
	police.picture("guarded-why")
	police.write("guarded_why", "The family would know who it was.")
	police.move("Give what you know")
	police.says("Answered")

	health := w.tab("mash-health").comeIn(w.worker("Hana Health", "researcher", "health"))
	health.back("/board")
	health.live("Not known to us")
	education := w.tab("mash-education").comeIn(w.worker("Edi School", "researcher", "education"))
	education.back("/board")
	education.live("We need to talk")

	// The front door sees who has answered what, and what may go no further.
	b.back("/board")
	b.says("2 of 3 agencies answered")
	b.goTo(page + "/work")
	b.says("Not known (answered)", "Wants to talk", "Answered")
	b.picture("answers")
	b.back(page)
	b.press("Enough is known to decide")
	b.errors("Enough is known to decide", "Some agencies have not answered. Why not wait?")
	b.press("Essex Police at the Thurrock front door: Answered")
	b.says("Two calls to the home in February.", "For the decision only. It must not leave the front door.", "A person who must not be named told us more.")
	b.picture("guarded")
	b.back(page + "/steps/agencies_done")
	b.write("ready_without", "Education is rung this afternoon. What police know is enough.")
	b.move("Enough is known to decide")
	b.says("Ready to decide")

	// The decision needs a look at what is known, and chooses nothing itself.
	m.back(page)
	m.move("Look at what is already known")
	m.back(page)
	m.press("Decide")
	m.nothingChosen()
	m.picture("decide")
	m.choose("children/r1/outcome", "s17")
	m.choose("children/r1/level_decided", "4")
	m.write("children/r1/rationale", "Bella lives with violence and tells of it.")
	m.errors("Decide", "Select an answer for “What happens for this child?” for Cara Sample", "Select an answer for “Has the family agreed to what you have decided?”", "Why can you decide now?")
	m.says("What does the next team need to know?") // it comes with Bella’s outcome, and is no mistake before it was seen
	m.holds("children/r1/rationale", "Bella lives with violence and tells of it.")
	m.picture("decide-half")
	m.choose("children/r2/outcome", "nfa")
	m.choose("children/r2/level_decided", "1")
	m.write("children/r2/rationale", "Cara lives with her grandmother and is safe there.")
	m.write("children/r1/handover_words", "See Bella alone, at school.")
	m.choose("decision_consent", "not_safe")
	m.write("decision_consent_words", "Nobody was asked, because it could put the mother at risk.")
	m.write("unanswered", "Police and health have answered.")
	m.press("Decide")
	m.says("There is more to answer because of what you chose")
	m.write("children/r2/level_differs", "Cara does not live there.")
	m.move("Decide")

	// One of the two is no further action: the record waits for a second person,
	// who is not the one who decided.
	m.says("Waiting for a second person")
	m.saysNot(page + "/steps/confirm_nfa")
	m.look("waiting")
	m.Open(w.base + page + "/steps/confirm_nfa")
	if m.Has("main [name=confirm_words]") {
		t.Error("the manager who decided can confirm their own decision")
	}
	m.look("not-second")
	s := w.tab("mash-second").comeIn(w.worker("Noor Second", "mash_manager", ""))
	s.back(page)
	s.move("Look at what is already known")
	s.back(page)
	s.press("Agree to no further action")
	s.errors("Agree to no further action", "What did you look at")
	s.write("confirm_words", "I read what is known and rang the grandmother’s social worker.")
	s.move("Agree to no further action")
	s.says("Decided")

	// What follows for Bella is with social care, with what was known, from where
	// and from when, and without what was for the decision only.
	care := w.tab("mash-care").comeIn(w.worker("Cam Care", "social_care_manager", "council"))
	care.back("/board")
	care.saysNot(rec.Reference)
	care.live("TH-")
	care.says("Bella Sample", "See Bella alone, at school.", "from "+rec.Reference, "17 Mar 2026")
	care.saysNot("must not be named", "Cara lives with her grandmother")
	care.picture("follow-on")

	// Each reader's letter is seen before it goes.
	b.back(page)
	b.press("Tell people the outcome")
	b.nothingChosen()
	b.write("referrer_words", "A social worker will see Bella at school.")
	b.choose("parents_letter", "not_send")
	b.write("parents_not_told", "It could put the mother at risk.")
	b.write("child_told_how", "The social worker tells Bella at school.")
	b.move("Go on: see each letter")
	b.says("The sender will see:", "Your referral about Bella Sample", "Your referral about Cara Sample", "The parents will not be sent this")
	b.saysNot("must not be named", "Two calls to the home", "grandmother")
	b.look("letters")
	b.move("Tell people the outcome")
	b.says("Outcome sent")
	b.goTo(page + "/letters")
	b.says("What was decided", "Not sent: It could put the mother at risk.")
	b.picture("sent")

	b.back(page + "/history")
	b.says("Rate the risk", "Decide", "Agree to no further action", "Mina Manager", "Noor Second")
	b.look("history")
	b.back(page + "?at=1")
	b.says("This is version 1 as it was", "I hide under the bed")
	b.saysNot("Nobody was asked, because", "Amber")
	b.look("version")
	b.back(page + "/looked")
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
	if _, _, err := w.desk.Known(t.Context(), w.as(manager), rec.ID); err != nil {
		t.Fatal(err)
	}
	w.take(manager, rec.ID, "decide", texts(map[answer.Key]string{
		"children/r1/outcome": "s17", "children/r1/level_decided": "4", "children/r1/rationale": "She lives with violence.", "children/r1/handover_words": "See her alone.",
		"children/r2/outcome": "s17", "children/r2/level_decided": "4", "children/r2/rationale": "She lives with violence.", "children/r2/handover_words": "See her alone.",
		"decision_consent": "not_safe", "decision_consent_words": "It could put the mother at risk.",
	}))

	b := w.tab("mash-letters").comeIn(social)
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
	b.picture("second-needed")
	b.press("Ask a colleague to check")
	b.says("Your colleagues have been asked", "Someone else must read these")

	// The colleague is told, and reads every letter.
	m := w.tab("mash-letters-colleague").comeIn(manager)
	m.goTo("/notices")
	m.says("Letters wait for a second person to read them.")
	m.picture("told")
	m.press("Open " + rec.Reference)
	m.says("Prepared by Sol Worker", "4 Example Close", "Is it safe to go exactly as it is?")
	m.picture("waiting")

	// The writer takes the address out while the colleague has the page open: what
	// was read is no longer what would go.
	b.back(page + "/steps/send_outcome")
	b.write("referrer_words", "A social worker will see both girls at school.")
	b.press("Go on: see each letter")
	say := func() {
		m.choose("safe", "yes")
		m.write("words", "No place and no school is in them.")
		m.mark("Keep what you say")
		m.Follow("[data-press]")
	}
	say()
	m.says("These letters have changed or gone since you opened them")
	m.look("changed")
	m.back(page + "/letters")
	m.says("A social worker will see both girls at school.")
	m.saysNot("4 Example Close")
	say()
	m.says("Noted that you have read it and found it safe.", "Mina Manager has read them and found them safe to send.")

	b.goTo("/notices")
	b.says("A colleague has read your letters. You can send them.")
	b.press("Open " + rec.Reference)
	b.says("Mina Manager has read them and found them safe to send.")
	b.picture("checked")
	b.press("Go on to send them")
	b.holds("referrer_words", "A social worker will see both girls at school.")
	b.press("Go on: see each letter")
	b.says("Mina Manager has read these letters, exactly as they are, and found them safe to send.")
	b.picture("may-go")
	b.press("Tell people the outcome")
	b.says("Outcome sent")
	b.back(page + "/looked")
	b.says("Read letters as a second person")
}
