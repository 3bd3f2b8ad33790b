package journeys

import (
	"testing"

	"frontdoor/internal/answer"
)

// A police officer tells of two sisters on a Saturday night. The emergency duty
// team takes it, rates it red, says what it did, and hands it to the day team,
// which accepts it on Monday morning.
func TestNight(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-21T02:50")
	night := w.worker("Edda Night", "edt_worker", "")
	day := w.worker("Sol Worker", "mash_social_worker", "")
	answers := siblings()
	for k, a := range texts(map[answer.Key]string{
		"danger": "called", "police_log_number": "EP-1234", "urgency": "now", "known_at": "2026-03-21", "referrer_agency": "Essex Police", "referrer_role": "Constable",
	}) {
		answers[k] = a
	}
	rec := w.refer(w.worker("Perry Police", "referrer", ""), answers)
	page := "/records/" + rec.ID
	w.set("2026-03-21T03:00")

	b := w.tab("night").comeIn(night)
	b.back("/board")
	b.move("Out of hours")
	b.says("the front door is shut", "Monday 23 March 2026, 09:00", "Runs while the front door is shut (1)", rec.Reference, "Urgent")
	b.look("view")
	b.live("Take for the emergency duty team")
	b.says("Held by the emergency duty team")
	b.picture("taken")
	b.press("Rate the risk")
	b.nothingChosen()
	b.choose("rating", "red")
	b.write("rating_reason", "He is out of the house tonight and may come back.")
	b.press("Rate the risk")
	b.says("Red", "Red enquiry finished")

	// What is known is looked at before what was done is written down.
	b.goTo(page + "/known")
	b.back(page)
	b.press("Record what the emergency duty team did")
	b.nothingChosen()
	b.errors("Record what the emergency duty team did", "When?", "what is already known", "What was done?")
	b.picture("done-errors")
	b.write("edt_acted_at-day", "21")
	b.write("edt_acted_at-month", "3")
	b.write("edt_acted_at-year", "2026")
	b.write("edt_acted_at-time", "02:58")
	b.choose("edt_history", "looked")
	b.choose("edt_done", "advice")
	b.choose("edt_done", "police_visit")
	b.write("edt_words", "Police stay at the house until seven. The girls sleep at their aunt’s.")
	b.press("Record what the emergency duty team did")
	b.says("Police stay at the house until seven.")
	b.press("Hand to the day team")
	b.errors("Hand to the day team", "What must the day team know")
	b.write("day_note", "See the girls at school before three on Monday.")
	b.press("Hand to the day team")
	b.says("Handed to the day team")
	b.picture("handed")

	w.set("2026-03-23T09:00")
	d := w.tab("night-day").comeIn(day)
	d.goTo("/board?view=night")
	d.says(rec.Reference, "Handed to the day team", "Accept from the emergency duty team")
	d.picture("morning")
	d.live(rec.Reference)
	d.says("See the girls at school before three on Monday.", "Police stay at the house until seven.")
	d.press("Clocks")
	d.says("Day team accepts from the emergency duty team", "23 March 2026, 10:00", "How it was worked out", "not confirmed locally")
	d.picture("clocks")
	d.back(page)
	d.press("Accept from the emergency duty team")
	d.says("Rated")
	d.goTo(page + "/clocks")
	d.says("Met, missed or stopped")
	d.picture("accepted")
}
