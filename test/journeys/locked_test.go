package journeys

import "testing"

// A manager locks a record, and it is gone for a social worker: from the board,
// its search, the people, by its reference and by its address. In an emergency
// they open it for an hour; the manager is told, and everyone can see who did.
func TestLocked(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	manager := w.worker("Mina Manager", "mash_manager", "")
	social := w.worker("Sol Worker", "mash_social_worker", "")
	rec := w.neighbour(0, "Archie", "Sample", "2019-06-01")
	page := "/records/" + rec.ID
	b := w.tab("locked").comeIn(social)
	b.goTo("/people")
	b.write("q", "Archie Sample")
	b.press("Search")
	b.says("Archie Sample", rec.Reference)
	b.picture("people-before")

	m := w.tab("locked-manager").comeIn(manager)
	m.goTo(page + "/access")
	m.says("Who can open it now", "The front door’s managers decide what happens")
	m.unfold("Lock this record to named people")
	m.errors("Lock it", "Choose why this record must be locked", "Say why")
	m.picture("lock-errors")
	m.choose("kind", "staff_or_relative")
	m.write("reason", "He is a colleague’s nephew.")
	m.press("Lock it")
	m.says("Locked. Only the people you named can open it now.", "This record is locked", "Locked by Mina Manager", "He is a colleague’s nephew.")
	m.picture("locked")

	b.goTo("/board")
	b.saysNot(rec.Reference, "Archie")
	b.write("text", "Archie")
	b.press("Find")
	b.says("Nothing matches")
	b.saysNot(rec.Reference)
	b.back("/people")
	b.write("q", "Archie Sample")
	b.press("Search")
	b.says("0 people")
	b.saysNot(rec.Reference)
	b.picture("people-after")
	b.shut("/r?ref=" + rec.Reference)
	b.shut(page)
	b.picture("gone")
	gone := b.Text("main")
	b.shut("/records/no-such-record")
	if none := b.Text("main"); none != gone {
		t.Errorf("a locked record can be told from none:\n%s\n%s", gone, none)
	}

	b.back("/board")
	b.press("Open a locked record in an emergency")
	b.errors("Open it for one hour", "Say why a child cannot wait")
	b.write("reason", "He is at the police station now and nobody named is on duty.")
	b.write("reference", "TH-0000-0000")
	b.press("Open it for one hour")
	b.holds("reason", "He is at the police station now and nobody named is on duty.")
	b.picture("glass-refused")
	b.write("reference", rec.Reference)
	b.press("Open it for one hour")
	b.says("Opened for one hour", "Archie Sample")
	b.picture("opened")

	m.goTo("/notices")
	m.says("Someone opened this locked record in an emergency.")
	m.picture("told")
	m.press("Open " + rec.Reference)
	m.says("Opened although locked", "nobody named is on duty")
	m.goTo(page + "/looked")
	m.says("Opened it in an emergency although locked", "Sol Worker")
	m.picture("looked")

	// An hour later it is closed again, without anyone doing anything.
	w.set("2026-03-17T10:55")
	b.comeIn(social)
	b.back(page)
	w.set("2026-03-17T11:05")
	b.shut(page)
	b.goTo("/board")
	b.saysNot(rec.Reference, "Archie")
}
