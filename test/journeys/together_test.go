package journeys

import "testing"

// Two workers correct one record at once. Where they answered the same question
// the second sees both answers and chooses; where they answered different ones,
// both are kept without a word.
func TestTogether(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	rec := w.neighbour(0, "Archie", "Sample", "2019-06-01")
	page := "/records/" + rec.ID
	edit := page + "/edit/happening"
	a := w.tab("together-first").comeIn(w.worker("Ana First", "mash_officer", ""))
	b := w.tab("together-second").comeIn(w.worker("Ben Second", "mash_social_worker", ""))

	a.goTo(edit)
	b.back(edit)
	a.write("public_saw", "He stood outside on his own until ten.")
	a.errors("Save the correction", "Say why this is changed")
	a.holds("public_saw", "He stood outside on his own until ten.")
	a.picture("no-reason")
	a.write("reason", "The neighbour rang.")
	a.press("Save the correction")
	a.says("Corrected", "He stood outside on his own until ten.", "Ana First")

	// The second began from what the first had not yet changed.
	b.write("public_saw", "He stood outside in his socks.")
	b.write("reason", "The neighbour wrote.")
	b.press("Save the correction")
	b.says("Someone else answered while you were writing", "He stood outside in his socks.", "He stood outside on his own until ten.", "Ana First")
	b.nothingChosen()
	b.picture("both")
	b.errors("Keep what I chose", "Choose which answer to keep")
	b.picture("not-chosen")
	a.back(page)
	a.says("He stood outside on his own until ten.")
	a.saysNot("in his socks")
	b.choose("keep-public_saw", "mine")
	b.press("Keep what I chose")
	b.says("Corrected", "He stood outside in his socks.")

	// What is kept while someone types still began where it began: coming back to
	// it does not hide that another has saved since.
	when := page + "/edit/happening_when"
	b.back(when)
	b.write("public_when", "On school nights.")
	b.WaitText("[data-autosave-status]", "Saved")
	a.back(when)
	a.write("public_when", "Every night.")
	a.write("reason", "The neighbour rang.")
	a.press("Save the correction")
	b.back(when)
	b.holds("public_when", "On school nights.")
	b.write("reason", "The neighbour wrote.")
	b.press("Save the correction")
	b.says("Someone else answered while you were writing", "Every night.")
	b.choose("keep-public_when", "theirs")
	b.press("Keep what I chose")
	b.says("Every night.")
	b.saysNot("On school nights.")

	// Different questions of one page are both kept.
	a.back(edit)
	b.back(edit)
	a.write("public_told", "The shop says that he came for bread.")
	a.write("reason", "The neighbour rang.")
	a.press("Save the correction")
	b.write("public_think", "Nobody is in after school.")
	b.write("reason", "The neighbour wrote.")
	b.press("Save the correction")
	b.says("Corrected", "He stood outside in his socks.", "The shop says that he came for bread.", "Nobody is in after school.")
	b.picture("merged")

	b.goTo(page + "/history")
	b.says("The neighbour rang.", "The neighbour wrote.", "There was shouting, and she stood outside on her own.")
	b.Eval(`document.querySelectorAll('details[id^=changes]').forEach(e => { e.open = true }); ''`)
	b.look("history")
}
