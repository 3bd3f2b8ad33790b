package retention_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/retention"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

const filedText = `
pathway: filed
version: 1
title: Filed work
owner: testers
reference: "{authority}"
law:
  l: { kind: local_procedure, text: x, source: Our own schedule, checked: "2026-03-01" }
settings:
  short: { text: x, default: 6 months, source: x }
  grown: { text: x, default: 25 years, source: x }
retention:
  - { if: 'q.grown', words: Work with a child, law: l, keep: [{ for: setting.grown, from: born }] }
  - { words: Nothing was found, law: l, keep: [{ for: setting.short, from: closed }] }
groups:
  - { id: children, item: child, title: Children, name: [given_names], person: { role: child, given_names: given_names, family_name: family_name, born: born } }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Name }
      - { id: family_name, type: text, label: Last name }
      - { id: born, type: date, label: Date of birth, not_known: true }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants: [{ key: a, to: author, may: [view, act], why: They began it. }]
  - { id: shut, label: Shut, from: open, to: shut, by: [author], ask: [{ id: grown, type: yes_no, label: Grown }] }
roles: { children: children }
`

type world struct{ *roomtest.World }

func newWorld(t *testing.T) *world {
	t.Helper()
	d := caseworktest.Open(t)
	unruled, after, _ := strings.Cut(strings.Replace(filedText, "pathway: filed", "pathway: unruled", 1), "retention:\n")
	_, after, _ = strings.Cut(after, "groups:\n")
	lib, faults := pathway.LoadAll(fstest.MapFS{
		"filed/pathway.yaml": {Data: []byte(filedText)}, "unruled/pathway.yaml": {Data: []byte(unruled + "groups:\n" + after)},
	}, caseworktest.Partnership().Place)
	if lib == nil {
		t.Fatal(faults)
	}
	d.Pathways = lib
	if err := d.KeepPathwayTexts(t.Context(), caseworktest.Start); err != nil {
		t.Fatal(err)
	}
	return &world{roomtest.Open(t, d, caseworktest.Start, retention.Register, mash.Register)}
}

func (w *world) by(role string) casework.By {
	return casework.ByWorker(caseworktest.Worker(w.T, w.Desk, strings.ReplaceAll(role, "_", " "), strings.TrimSuffix(role, "#2"), "thurrock", ""), &w.Desk.Place.Register, w.Now())
}

func (w *world) cookie(role string) *http.Cookie {
	return w.Cookie(caseworktest.Worker(w.T, w.Desk, strings.ReplaceAll(role, "_", " "), role, "thurrock", ""))
}

// file makes a record about one child and closes it.
func (w *world) file(name, grown, born string) record.Record {
	w.T.Helper()
	by := w.by("social_worker")
	given := answer.Set{"children": answer.List("r1"), "children/r1/given_names": answer.Text("Archie"), "children/r1/family_name": answer.Text("Sample")}
	if born != "" {
		given["children/r1/born"] = answer.Text(born)
	}
	rec, err := w.Desk.Begin(w.T.Context(), by, name, casework.Beginning{Authority: "thurrock", Step: "begin", Answers: given})
	w.Must(err)
	if grown == "" {
		return rec
	}
	rec, err = w.Desk.TakeStep(w.T.Context(), by, rec.ID, "shut", rec.Revision, answer.Set{"grown": answer.Text(grown)})
	w.Must(err)
	return rec
}

func (w *world) over() {
	w.T.Helper()
	w.Later(200 * 24 * time.Hour)
	_, err := w.Desk.RunRetention(w.T.Context(), w.Now())
	w.Must(err)
}

const because = "Its time is over and nothing speaks for keeping it."

func TestWhoMayCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.file("filed", "no", "")
	paths := []string{"/retention", "/retention/holds", "/retention/destroyed", "/retention/" + rec.ID}
	for role, status := range map[string]int{"records_officer": 200, "records_manager": 200, "social_worker": 403, "mash_manager": 403, "auditor": 403, "administrator": 403} {
		c := w.cookie(role)
		for _, path := range paths {
			w.Get(c, path, status, "!Archie", "!Sample,")
		}
		w.Get(c, "/retention/destroyed/"+rec.ID, http.StatusNotFound)
	}
	for _, path := range paths {
		w.Get(nil, path, http.StatusUnauthorized)
	}
	w.Post(w.cookie("mash_manager"), "/retention/"+rec.ID+"/propose", url.Values{"reason": {because}}, http.StatusForbidden)
	w.Get(w.cookie("records_officer"), "/retention/none", http.StatusNotFound)
	w.Get(w.cookie("records_officer"), "/retention", 200, `aria-current`, "Retention", rec.Reference)
}

func TestEveryDateIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	born, unborn, unruled, open := w.file("filed", "yes", "2016-02-29"), w.file("filed", "yes", ""), w.file("unruled", "no", ""), w.file("filed", "", "")
	officer := w.cookie("records_officer")
	w.Get(officer, "/retention/"+born.ID, 200, "Friday 1 March 2041, that day included", "25 years after the birth of the child on Monday 29 February 2016 ends on Friday 1 March 2041.",
		"Our own schedule. Not confirmed locally", "It must be kept up to and including", "!Propose that it is destroyed", "Work with a child: 25 years from birth (not confirmed locally).")
	w.Get(officer, "/retention/"+unborn.ID, 200, "“Date of birth” is not known. It is kept until somebody decides.", "Decide on a date first")
	w.Get(officer, "/retention/"+unruled.ID, 200, "No rule of its own: kept until somebody decides", "nothing of it is ever destroyed")
	w.Get(officer, "/retention/"+open.ID, 200, "It is open, so it is kept.", "!Keep it longer")
	w.Get(officer, "/retention", 200, "3 closed records", "1 Mar 2041", "Until somebody decides", "No rule of its own")
	w.Get(officer, "/retention?state=undated", 200, unborn.Reference, "!"+born.Reference)
	w.Get(officer, "/retention?state=norule", 200, unruled.Reference, "!"+born.Reference)
	w.Get(officer, "/retention?pathway=unruled", 200, unruled.Reference, "!"+born.Reference)
	w.Get(officer, "/retention?reference="+strings.ToLower(born.Reference), 200, "1 closed record", born.Reference)
	w.Get(officer, "/retention?reference=nonsense", http.StatusUnprocessableEntity, "Check the reference")
	w.Get(officer, "/retention?state=held", 200, "There is none.")
}

func TestTheWholeRoad(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.file("filed", "no", "2016-05-04")
	w.over()
	officer, manager, worker := w.cookie("records_officer"), w.cookie("records_manager"), w.cookie("social_worker")
	at := "/retention/" + rec.ID
	w.Get(officer, "/notices", 200, "The time of some records is over", `href="/retention"`)
	w.Get(officer, "/retention?state=due", 200, rec.Reference, "Decide")
	w.Get(officer, at, 200, "Propose that it is destroyed", "1 person, on no other record")

	// What is wrong is said beside the field, and nothing typed is lost.
	w.Post(officer, at+"/propose", url.Values{"reason": {"short"}}, http.StatusUnprocessableEntity, "Say why, in a sentence that names nobody", ">short</textarea>", `href="#propose-reason"`)
	w.Post(officer, at+"/longer", url.Values{"until": {"2020-01-01"}, "reason": {because}}, http.StatusUnprocessableEntity, "Enter a date after today", because)
	w.Post(officer, at+"/hold", url.Values{"reason": {because}}, http.StatusUnprocessableEntity, "Select what the hold is on")
	w.Post(officer, at+"/else", url.Values{"reason": {because}}, http.StatusNotFound)

	w.Post(officer, at+"/propose", url.Values{"reason": {because}}, http.StatusSeeOther)
	w.Get(officer, at+"?done=propose", 200, "A second person must decide before anything is destroyed", "You proposed it, so a second person must decide.", "!Agree that it is destroyed", "Stop it", because)
	w.Post(officer, at+"/approve", url.Values{"reason": {because}, "sure": {"yes"}}, http.StatusUnprocessableEntity, "a second person must decide")

	w.Post(manager, at+"/hold", url.Values{"on": {"people"}, "reason": {"A court has asked for the papers."}}, http.StatusSeeOther)
	w.Get(manager, at, 200, "A legal hold stands on it", "A court has asked for the papers.", "!Agree that it is destroyed")
	w.Post(manager, at+"/approve", url.Values{"reason": {because}, "sure": {"yes"}}, http.StatusUnprocessableEntity, "A legal hold stands on it")
	w.Get(manager, "/retention/holds", 200, "A second person can", "!/lift")
	page := w.Get(officer, "/retention/holds", 200, "Every record about one person", "Record "+rec.Reference).Body.String()
	for _, part := range strings.Split(page, `href="/retention/holds/`)[1:] {
		lift := "/retention/holds/" + part[:strings.Index(part, `"`)]
		w.Get(manager, lift, http.StatusNotFound)
		w.Get(officer, lift, 200, "A court has asked for the papers.")
		w.Post(officer, lift, url.Values{"reason": {"no"}}, http.StatusUnprocessableEntity, "Say why")
		w.Post(officer, lift, url.Values{"reason": {"The court has finished with them."}}, http.StatusSeeOther)
	}
	w.Get(officer, "/retention/holds?done=lifted", 200, "No hold stands.", "The court has finished with them.")

	w.Get(manager, at, 200, "Agree that it is destroyed")
	w.Post(manager, at+"/approve", url.Values{"reason": {because}}, http.StatusUnprocessableEntity, "Tick the box if you are sure", because)
	w.Post(manager, at+"/approve", url.Values{"reason": {because}, "sure": {"yes"}}, http.StatusSeeOther)
	w.Get(manager, at, 200, "To be destroyed", "Stop it")
	w.Get(worker, "/records/"+rec.ID, 200, "Archie")
	_, err := w.Desk.Destroy(t.Context(), w.Now(), nil)
	w.Must(err)

	// Whoever could open it reads what is left; others find nothing.
	stub := "/retention/destroyed/" + rec.ID
	for _, path := range []string{"/records/" + rec.ID, "/records/" + rec.ID + "/history"} {
		if got := w.Get(worker, path, http.StatusSeeOther); got.Header().Get("Location") != stub {
			t.Errorf("%s leads to %q", path, got.Header().Get("Location"))
		}
		w.Get(w.cookie("mash_manager"), path, http.StatusNotFound)
	}
	if got := w.Get(worker, "/r?ref="+rec.Reference, http.StatusSeeOther); got.Header().Get("Location") != "/records/"+rec.ID {
		t.Errorf("its reference leads to %q", got.Header().Get("Location"))
	}
	w.Get(w.cookie("mash_manager"), "/r?ref="+rec.Reference, http.StatusNotFound)
	for _, c := range []*http.Cookie{worker, officer} {
		w.Get(c, stub, 200, rec.Reference+" was destroyed", "records officer", "records manager", because, "!Archie", "!2016")
	}
	w.Get(w.cookie("mash_manager"), stub, http.StatusNotFound)
	w.Get(officer, at, http.StatusNotFound)
	w.Get(officer, "/retention/destroyed", 200, "1 record was destroyed", rec.Reference, `href="`+stub+`"`)
	w.Get(officer, "/retention", 200, "There is none.")
}

func TestAnInquiryHoldsEverything(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.file("filed", "no", "")
	officer := w.cookie("records_officer")
	w.Post(officer, "/retention/holds", url.Values{"pathway": {""}, "authority": {""}, "reason": {"A national inquiry."}}, http.StatusUnprocessableEntity, "You can hold only records that you look after", "A national inquiry.")
	w.Post(officer, "/retention/holds", url.Values{"pathway": {""}, "authority": {"thurrock"}, "reason": {"A national inquiry."}}, http.StatusSeeOther)
	later := w.file("filed", "no", "")
	w.Get(officer, "/retention/holds", 200, "Every record of Thurrock Council", "A national inquiry.")
	w.Get(officer, "/retention?state=held", 200, "2 closed records", later.Reference, "On hold")
}

// Whoever reads a record reads on its own page until when it is kept, and why.
func TestTheRecordSaysUntilWhen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	open, born, nobody, unruled := w.file("filed", "", "2015-05-05"), w.file("filed", "yes", "2015-05-05"), w.file("filed", "yes", ""), w.file("unruled", "no", "")
	author, keeper := w.cookie("social_worker"), w.cookie("records_officer")
	card := func(rec record.Record, holds ...string) {
		t.Helper()
		w.Get(author, "/records/"+rec.ID, 200, append(holds, "How long it is kept", `href="#kept"`)...)
	}
	card(open, "Not yet known, because it is open.", "Work with a child: 25 years from birth (not confirmed locally).", "Nothing was found: 6 months from when it closed (not confirmed locally).", "None. Nothing is destroyed without two people deciding it.")
	card(born, "Saturday 5 May 2040, that day included", "Work with a child", "25 years after", "5 May 2015", "Our own schedule. Not confirmed locally: somebody here must decide it.")
	card(nobody, "Not yet known. ", "It is kept until somebody decides.")
	card(unruled, "Not yet known, because its pathway has no rule of its own.")
	if body := w.Get(author, "/records/"+born.ID, 200).Body.String(); strings.Contains(body, "Decide on keeping it") {
		t.Error("somebody who does not decide is led there")
	}

	// A hold is told to whoever reads the record, its reason only to those who decide.
	w.Must(w.Desk.HoldRecord(t.Context(), w.by("records_officer"), born.ID, "The inquiry of Judge Sample.", false))
	card(born, "Yes: on this record. While a hold stands")
	if body := w.Get(author, "/records/"+born.ID, 200).Body.String(); strings.Contains(body, "Judge Sample") {
		t.Error("the reason of a hold is told")
	}
	w.Get(keeper, "/records/"+born.ID, 404)
	w.Get(keeper, "/retention/"+born.ID, 200, "Judge Sample")
	w.Must(w.Desk.KeepLonger(t.Context(), w.by("records_officer"), nobody.ID, calendar.NewDate(2060, 1, 2), "A brother is looked after."))
	card(nobody, "Friday 2 January 2060, that day included", "Somebody decided to keep it until Friday 2 January 2060.")
	w.over()
	short := w.file("filed", "no", "")
	w.over()
	author = w.cookie("social_worker")
	card(short, "The day has passed. Somebody is asked to decide.")
}
