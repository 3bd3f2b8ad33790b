package editor_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"frontdoor/internal/listing"
)

// entryForm is the form of an entry as a browser would send it back.
func (p *person) entryForm(list *listing.List, key, id string) url.Values {
	p.T.Helper()
	page := p.get("/texts/entry?"+url.Values{"list": {key}, "entry": {id}}.Encode(), http.StatusOK)
	all, err := list.Entries(p.textNow(list.File))
	if err != nil {
		p.T.Fatal(err)
	}
	for _, e := range all {
		if e.ID != id {
			continue
		}
		e.Values.Set("list", key)
		e.Values.Set("entry", id)
		e.Values.Set("version", versionOf(page))
		return e.Values
	}
	p.T.Fatalf("no %s in %s", id, list.File)
	return nil
}

// textNow is a text as readers have it.
func (w *world) textNow(name string) string {
	w.T.Helper()
	f, _, err := w.House.Texts.Begin(w.T.Context(), name)
	if err != nil {
		w.T.Fatal(err)
	}
	b, err := w.House.Texts.Content(w.T.Context(), f.Hash)
	if err != nil {
		w.T.Fatal(err)
	}
	return string(b)
}

func versionOf(page string) string {
	_, after, _ := strings.Cut(page, `name="version" value="`)
	version, _, _ := strings.Cut(after, `"`)
	return version
}

var contactsList = &listing.List{
	File: "contacts.yaml", Path: "services", ID: "id",
	Fields: []listing.Field{
		{Key: "name"},
		{Key: "role"},
		{Key: "authority"},
		{Key: "phones", Kind: listing.Rows, Fields: []listing.Field{{Key: "number"}, {Key: "note"}}},
		{Key: "text"},
		{Key: "email"},
		{Key: "web"},
		{Key: "address"},
		{Key: "for"},
		{Key: "note"},
		{Key: "hours", Kind: listing.Hours},
		{Key: "source"},
		{Key: "checked"},
		{Key: "confirmed", Kind: listing.Yes},
	},
}

// A number is changed by a form, looked at by a second person and given to
// everyone who asks whom to call.
func TestANumberIsChangedByAForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.person("Ana Writer", "partnership_editor"), w.person("Ben Second", "partnership_manager")
	ana.get("/texts", http.StatusOK, "Services directory", "/texts/list?list=contacts")
	ana.get("/texts/list?list=contacts", http.StatusOK, "Thurrock MASH", "2021-06-30, not confirmed", "!Your draft</h2>")
	ana.get("/texts/entry?list=contacts&entry=thurrock_mash", http.StatusOK, "01375 652802", "Civic Offices", "never changes")
	ana.get("/texts/entry?list=contacts&entry=nobody", http.StatusNotFound)
	ana.get("/texts/list?list=nothing", http.StatusNotFound)

	f := ana.entryForm(contactsList, "contacts", "thurrock_mash")
	f.Set("phones.0.number", "01375 nine")
	ana.post("/texts/entry", http.StatusUnprocessableEntity, f, "Write each number in digits", "01375 nine", `href="#phones"`)
	f.Set("phones.0.number", "01375 000111")
	f.Set("checked", "some day")
	ana.post("/texts/entry", http.StatusUnprocessableEntity, f, `href="#checked"`, "01375 000111")
	f.Set("checked", "2026-11-22")
	f.Set("confirmed", "yes")
	if to := ana.post("/texts/entry", http.StatusSeeOther, f); !strings.Contains(to, "done=kept") {
		t.Errorf("led to %s", to)
	}
	ana.get("/texts/list?list=contacts", http.StatusOK, "1 thing is other than what readers see", "Changed")
	ana.post("/texts/list", http.StatusUnprocessableEntity, url.Values{"list": {"contacts"}, "do": {"ask"}}, `href="#why"`)
	// The same form again, from a page that is older than the draft.
	ana.post("/texts/entry", http.StatusUnprocessableEntity, f)

	// Someone else publishes another entry of the list in between.
	g := ben.entryForm(contactsList, "contacts", "police")
	g.Set("note", "Ask for the duty sergeant.")
	ben.post("/texts/entry", http.StatusSeeOther, g)
	change, _, _ := strings.Cut(ben.post("/texts/list", http.StatusSeeOther, url.Values{"list": {"contacts"}, "do": {"ask"}, "why": {"As agreed with them."}}), "?")
	w.person("Cy Third", "partnership_manager").post(change, http.StatusSeeOther, url.Values{"do": {"publish"}})
	ana.get("/texts/list?list=contacts", http.StatusOK, "came into force after you began")
	ana.post("/texts/list", http.StatusUnprocessableEntity, url.Values{"list": {"contacts"}, "do": {"ask"}, "why": {"Their new number."}}, "Take over the other change first")
	ana.post("/texts/list", http.StatusSeeOther, url.Values{"list": {"contacts"}, "do": {"take"}})
	change, _, _ = strings.Cut(ana.post("/texts/list", http.StatusSeeOther, url.Values{"list": {"contacts"}, "do": {"ask"}, "why": {"Their new number."}}), "?")
	ben.get(change, http.StatusOK, "Thurrock MASH", "000111", "<ins>", "!duty sergeant")
	ben.post(change, http.StatusSeeOther, url.Values{"do": {"publish"}})
	d := w.House.Texts.Directory(w.Now())
	if s, ok := d.Find("thurrock_mash"); !ok || s.Phone().Number != "01375 000111" || !s.Confirmed {
		t.Errorf("everyone is given %+v", s.Phone())
	}
	if s, ok := d.Find("police"); !ok || s.Note != "Ask for the duty sergeant." {
		t.Errorf("the other change is gone: %q", s.Note)
	}
	if text := w.textNow("contacts.yaml"); !strings.Contains(text, "# Who to call. Every number") {
		t.Error("the comments of the text are gone")
	}
}

func TestEntriesAreAddedAndTakenOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.person("Ana Writer", "partnership_editor")
	ana.get("/texts/entry?list=glossary", http.StatusOK, "Add a word")
	add := url.Values{"list": {"glossary"}, "version": {"0"}, "id": {""}, "meaning": {"A test."}}
	ana.post("/texts/entry", http.StatusUnprocessableEntity, add, `href="#id"`, "A test.")
	add.Set("id", "Zebra crossing")
	ana.post("/texts/entry", http.StatusSeeOther, add)
	page := ana.get("/texts/entry?list=glossary&entry="+url.QueryEscape("Zebra crossing"), http.StatusOK, "A test.")
	add.Set("version", versionOf(page))
	ana.post("/texts/entry", http.StatusUnprocessableEntity, add, "Another entry has this name already")
	ana.post("/texts/entry", http.StatusSeeOther, url.Values{"list": {"glossary"}, "entry": {"Zebra crossing"}, "version": {versionOf(page)}, "do": {"remove"}})
	ana.get("/texts/list?list=glossary", http.StatusOK, "0 things are other", "!Zebra crossing")
	ana.post("/texts/list", http.StatusSeeOther, url.Values{"list": {"glossary"}, "do": {"drop"}})
	// A service that the rules need cannot be taken out.
	f := ana.entryForm(contactsList, "contacts", "thurrock_mash")
	f.Set("do", "remove")
	ana.post("/texts/entry", http.StatusUnprocessableEntity, f, "front_door")
	// Nor is a refuge's address published by a slip of the form.
	bad := url.Values{
		"list": {"services"}, "version": {"0"}, "id": {"safe-house"}, "name": {"A safe house"}, "organization": {"refuge"}, "about": {"Somewhere safe."},
		"for": {"adults"}, "topics": {"domestic-abuse"}, "areas": {"thurrock"}, "phones.0.number": {"01375 000222"}, "hours": {"not known"},
		"address": {"undisclosed"}, "locations.0.name": {"House"}, "locations.0.street": {"1 High Street"}, "locations.0.postcode": {"RM17 6SL"},
		"source": {"They told us"}, "checked": {"2026-11-22"},
	}
	ana.post("/texts/entry", http.StatusUnprocessableEntity, bad, "1 High Street", "must not be known may stand nowhere")
	bad.Del("locations.0.name")
	bad.Del("locations.0.street")
	bad.Del("locations.0.postcode")
	ana.post("/texts/entry", http.StatusSeeOther, bad)
}

func TestWhoChangesLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.person("Mo Manager", "mash_manager")
	for _, list := range []string{"contacts", "services", "documents", "glossary", "facts"} {
		p.get("/texts/list?list="+list, http.StatusForbidden)
		p.get("/texts/entry?list="+list, http.StatusForbidden)
		w.person("E "+list, "partnership_editor").get("/texts/entry?list="+list, http.StatusOK)
	}
	p.post("/texts/entry", http.StatusForbidden, url.Values{"list": {"contacts"}})
	p.post("/texts/list", http.StatusForbidden, url.Values{"list": {"contacts"}, "do": {"drop"}})
}

// The forms in a real browser, on the narrowest phone, with what is wrong.
func TestListsInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	server := w.Serve()
	s := w.person("Ana Writer", "partnership_editor").sit(server)
	s.open("/texts/list?list=services", "services", "Who to call", "COMPASS")
	s.open("/texts/entry?list=services", "service-new", "Add a service")
	s.open("/texts/entry?list=contacts&entry=thurrock_mash", "contact", "Change a number")
	s.Fill(`[name="phones.0.number"]`, "nine")
	s.Follow(`button[value="keep"]`)
	s.look("contact-wrong", "There is a problem", "Write each number in digits")
	s.Fill(`[name="phones.0.number"]`, "01375 000111")
	s.Follow(`button[value="keep"]`)
	s.look("contacts-drafted", "1 thing is other than what readers see")
}
