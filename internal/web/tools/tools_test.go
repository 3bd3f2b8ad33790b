package tools_test

import (
	"bytes"
	"encoding/base64"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
	"frontdoor/internal/tool"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/tools"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room beside that of records, with a social worker, their manager and
// whoever looks after the partnership's tools.
type world struct {
	*roomtest.World
	worker, manager, keeper agency.Worker
}

func newWorld(t *testing.T) *world {
	t.Helper()
	d := caseworktest.Open(t)
	w := &world{World: roomtest.Open(t, d, caseworktest.Start, tools.Register, mash.Register)}
	w.worker = caseworktest.Worker(t, d, "Sam Scorer", "social_worker", "thurrock", "")
	w.manager = caseworktest.Worker(t, d, "Mo Manager", "social_care_manager", "thurrock", "")
	w.keeper = caseworktest.Worker(t, d, "Kit Keeper", "partnership_manager", "thurrock", "")
	return w
}

type answered struct {
	t              testing.TB
	status         int
	body, location string
}

func (w *world) do(who agency.Worker, r *http.Request) answered {
	r.AddCookie(w.Cookie(who))
	rec := httptest.NewRecorder()
	w.Handler.ServeHTTP(rec, r)
	return answered{w.T, rec.Code, rec.Body.String(), rec.Header().Get("Location")}
}

func (w *world) get(who agency.Worker, path string) answered {
	return w.do(who, httptest.NewRequest(http.MethodGet, path, nil))
}

func (w *world) post(who agency.Worker, path string, form url.Values) answered {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(who, r)
}

// upload sends the form with a file, and other values.
func (w *world) upload(who agency.Worker, path string, file []byte, values map[string]string) answered {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	if file != nil {
		part, _ := m.CreateFormFile("file", "tool.json")
		_, _ = part.Write(file)
	}
	for k, v := range values {
		_ = m.WriteField(k, v)
	}
	_ = m.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return w.do(who, r)
}

func (a answered) want(status int, holds ...string) answered {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	for _, h := range holds {
		if !strings.Contains(a.body, h) {
			a.t.Errorf("the page does not say %q: %s", h, a.body)
		}
	}
	return a
}

func (a answered) without(list ...string) {
	a.t.Helper()
	for _, h := range list {
		if strings.Contains(a.body, h) {
			a.t.Errorf("the page says %q", h)
		}
	}
}

func (a answered) goes(to string) {
	a.t.Helper()
	if a.status != http.StatusSeeOther || a.location != to {
		a.t.Fatalf("status %d to %q, want to go to %q: %s", a.status, a.location, to, a.body)
	}
}

func (w *world) by(who agency.Worker) casework.By {
	return casework.ByWorker(who, &w.Desk.Place.Register, w.Now())
}

// profile begins a profile of care, about the child of another one when parent is
// given.
func (w *world) profile(practice, parent string) record.Record {
	w.T.Helper()
	rec, err := w.Desk.Begin(w.T.Context(), w.by(w.worker), "graded_care_profile", casework.Beginning{Authority: "thurrock", Step: "begin", Parent: parent, Answers: answer.Given(map[string]any{
		"gcp_practice": practice, "gcp_why": "He is cold.", "gcp_agreed": "yes", "gcp_agreed_on": "2026-03-17",
		"children": []any{map[string]any{"given_names": "Abi", "family_name": "Sample", "unborn": "no", "born": "2019-06-01"}},
		"adults":   []any{map[string]any{"adult_given_names": "Jo", "adult_family_name": "Sample", "adult_relation": "mother"}},
	})})
	if err != nil {
		w.T.Fatal(err)
	}
	return rec
}

func (w *world) write(rec record.Record, values ...string) {
	w.T.Helper()
	changes := answer.Set{}
	for i := 0; i+1 < len(values); i += 2 {
		changes[answer.Key(values[i])] = answer.Text(values[i+1])
		if strings.HasSuffix(values[i], "_kinds") {
			changes[answer.Key(values[i])] = answer.List(values[i+1])
		}
	}
	if _, err := w.Desk.Answer(w.T.Context(), w.by(w.worker), rec.ID, 0, changes, ""); err != nil {
		w.T.Fatal(err)
	}
}

// licensed imports the form and trains the worker.
func (w *world) licensed() {
	w.T.Helper()
	caseworktest.Import(w.T, w.Desk, caseworktest.Form(w.T), w.manager, calendar.NewDate(2026, 5, 1), tool.AfterRead, w.Now())
	caseworktest.Train(w.T, w.Desk, w.worker, calendar.NewDate(2026, 3, 2), w.Now())
}

var wellSaid = []string{
	"going_well", "She sings.", "carer_view", "Hard.", "child_view", "Nice.",
	"children/r1/online_people", "Two cousins.", "children/r1/online_well", "Songs.", "children/r1/online_kinds", "none", "children/r1/online_worry", "Nothing.", "children/r1/online_adults", "A tablet.",
}

func TestImportedInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.worker, "/tools/import").want(http.StatusForbidden, "does not look after")
	w.upload(w.worker, "/tools/import", caseworktest.Form(t), nil).want(http.StatusForbidden)
	w.get(w.keeper, "/tools").want(http.StatusOK, "Practice example, not the tool", "Import an edition")
	w.get(w.keeper, "/tools/import").want(http.StatusOK, "The file")
	w.upload(w.keeper, "/tools/import", nil, nil).want(http.StatusUnprocessableEntity, "Choose the file")
	w.upload(w.keeper, "/tools/import", []byte(`{"format":"frontdoor-tool/1","<script>":1}`), nil).
		want(http.StatusUnprocessableEntity, "cannot be imported", "(a key)</code>: the key is not known").without("<script>:", "&lt;script&gt;")
	w.upload(w.keeper, "/tools/import", bytes.Repeat([]byte("x"), tool.MaxBytes+9), nil).want(http.StatusUnprocessableEntity, "more than 1048576 bytes")
	_, example, _ := tool.PracticeOf("gcp2")
	w.upload(w.keeper, "/tools/import", example, nil).want(http.StatusUnprocessableEntity, "practice example")

	file := caseworktest.Form(t)
	w.upload(w.keeper, "/tools/import", file, nil).want(http.StatusOK, "A form of others", "2 areas, 2 items", "First half", "There was no edition before").without("Secret words")
	packed := base64.StdEncoding.EncodeToString(file)
	fields := map[string]string{"package": packed, "from-day": "17", "from-month": "3", "from-year": "2026", "holder": "<b>Council</b>"}
	w.upload(w.keeper, "/tools/import", nil, fields).want(http.StatusUnprocessableEntity, "Enter the licence’s number", "&lt;b&gt;Council&lt;/b&gt;")
	for k, v := range map[string]string{"number": "L-1", "expires-day": "1", "expires-month": "5", "expires-year": "2026", "accountable": w.manager.Email, "after": "read"} {
		fields[k] = v
	}
	w.upload(w.keeper, "/tools/import", nil, fields).goes("/tools/forms/gcp2?done=imported")
	w.get(w.keeper, "/tools/forms/gcp2?done=imported").want(http.StatusOK, "The edition was imported", "first (in force)", "Mo Manager", "&lt;b&gt;Council&lt;/b&gt;", "© Its holder").without("Secret")
	w.get(w.worker, "/tools").want(http.StatusOK, "Runs out soon", "There is no record that you attended “First half” and “Second half”")
	w.get(w.worker, "/tools/forms/gcp2").want(http.StatusOK, "Not shown to you").without("Record a new")
	w.get(w.worker, "/tools/forms/nothing").want(http.StatusNotFound)
	w.post(w.worker, "/tools/forms/gcp2/licence", url.Values{"holder": {"Me"}}).want(http.StatusForbidden)
	w.post(w.keeper, "/tools/forms/gcp2/licence", url.Values{"holder": {"Council"}}).want(http.StatusUnprocessableEntity, "Enter the licence’s number", `value="Council"`)
	w.post(w.keeper, "/tools/forms/gcp2/licence", url.Values{
		"holder": {"Council"}, "number": {"L-2"}, "expires-day": {"1"}, "expires-month": {"5"}, "expires-year": {"2027"}, "accountable": {w.manager.Email}, "after": {"finish"},
	}).goes("/tools/forms/gcp2?done=licence")

	next := caseworktest.Form(t, `"first"`, `"second"`, "Secret words one", "Secret words new")
	w.upload(w.keeper, "/tools/import", next, nil).want(http.StatusOK, "The edition in force now is first", "Other words or answers", "Leave this empty to keep")
}

func TestTrainingInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.get(w.manager, "/tools/training").want(http.StatusOK, "No form that asks for training")
	caseworktest.Import(t, w.Desk, caseworktest.Form(t), w.manager, calendar.NewDate(2030, 1, 1), tool.AfterRead, w.Now())
	w.get(w.worker, "/tools/training").want(http.StatusForbidden, "does not record training")
	w.post(w.worker, "/tools/training", url.Values{"worker": {w.worker.ID}}).want(http.StatusForbidden)
	w.get(w.manager, "/tools/training").want(http.StatusOK, "The form — First half", "Sam Scorer").without("Mo Manager</option>")
	form := url.Values{"worker": {w.worker.ID}, "session": {"The form — Third half"}, "on-day": {"2"}, "on-month": {"3"}, "on-year": {"2026"}, "trainer": {"<i>Tessa</i>"}}
	w.post(w.manager, "/tools/training", form).want(http.StatusUnprocessableEntity, "Choose the session")
	for _, s := range caseworktest.Sessions {
		form.Set("session", "The form — "+s)
		w.post(w.manager, "/tools/training", form).goes("/tools/training?done=attended")
	}
	w.get(w.manager, "/tools/training").want(http.StatusOK, "&lt;i&gt;Tessa&lt;/i&gt;", "Sam Scorer: First half, 2 Mar 2026")
	w.get(w.worker, "/tools").want(http.StatusOK, "What you attended", "The form — First half").without("There is no record")
	w.get(w.worker, "/tools/forms/gcp2").want(http.StatusOK, "Read it")
	mine, _, err := w.Desk.Attendance(t.Context(), w.by(w.worker), false)
	if err != nil {
		t.Fatal(err)
	}
	w.post(w.manager, "/tools/training/undo", url.Values{"which": {mine[0].ID}}).want(http.StatusUnprocessableEntity, "Say in a few words")
	w.post(w.manager, "/tools/training/undo", url.Values{"which": {mine[0].ID}, "why": {"Another day"}}).goes("/tools/training?done=undone")
	w.get(w.worker, "/tools").want(http.StatusOK, "Does not count: Another day", "There is no record that you attended")
}

func TestScoredPartByPart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.licensed()
	rec := w.profile("no", "")
	base := "/records/" + rec.ID + "/tools/scores"
	w.get(w.worker, "/records/"+rec.ID).want(http.StatusOK, base, "Scores: score, read or compare").without(tool.PracticeMark)
	w.get(w.worker, base+"/score/a1").want(http.StatusConflict, "what comes first") // not before what is going well
	w.write(rec, wellSaid...)
	w.get(w.worker, base).want(http.StatusOK, "A1.1 Secret words one &lt;b&gt;bold&lt;/b&gt;", "Abi Sample", "Jo Sample", "© Its holder", base+"/score/a1").without("<b>bold")
	w.get(w.worker, base+"/score/a1").want(http.StatusOK, "Secret hint", "Secret meaning one", "Area A, part 1 of 2", "Save and go on")
	form := url.Values{"based": {"2"}, "asked": {"scores/x1/gcp_grade", "scores/x1/gcp_evidence", "scores/x1/gcp_how"}, "scores/x1/gcp_grade": {"4"}, "scores/x1/gcp_evidence": {""}, "go": {"next"}}
	w.post(w.worker, base+"/score/a1", form).want(http.StatusUnprocessableEntity, "for item A1.1", `value="4" checked`)
	form.Set("scores/x1/gcp_grade", "nine")
	w.post(w.worker, base+"/score/a1", form).want(http.StatusUnprocessableEntity)
	form.Set("scores/x1/gcp_grade", "4")
	form.Set("scores/x1/gcp_evidence", "<script>alert(1)</script>")
	form.Set("scores/x1/gcp_how", "seen")
	w.post(w.worker, base+"/score/a1/save", url.Values{"scores/x1/gcp_evidence": {"Half a sen"}}).want(http.StatusOK, `"saved"`)
	w.get(w.worker, base+"/score/a1").want(http.StatusOK, "Half a sen")
	w.post(w.worker, base+"/score/a1", form).goes(base + "/score/b1?done=scored")
	w.get(w.worker, base+"/score/a1").want(http.StatusOK, "&lt;script&gt;alert(1)").without("Half a sen", "<script>alert")
	w.get(w.worker, base).want(http.StatusOK, "Grade of the area: Area A", "Grade Four", "The highest of its items. It comes from item A1.1.", "&lt;script&gt;alert(1)", "decides nothing")
	w.post(w.worker, base+"/score/b1", url.Values{"based": {"3"}, "asked": {"scores/x2/gcp_grade"}}).goes(base + "?done=scored") // nothing yet
	w.get(w.worker, base+"/score/no").want(http.StatusNotFound)
	w.get(w.worker, "/records/"+rec.ID+"/tools/children").want(http.StatusNotFound)
	w.get(w.worker, "/records/"+rec.ID).want(http.StatusOK, "Secret words one", "Four")

	// The manager, who is not trained, reads grades and evidence and no word of the form.
	w.get(w.manager, base).want(http.StatusOK, "Item A1.1", "You see the numbers of the items", "You cannot score this", "There is no record", "&lt;script&gt;alert").without("Secret", base+"/score/")
	w.get(w.manager, base+"/score/a1").want(http.StatusForbidden, "There is no record that you attended").without("Secret")
	w.post(w.manager, base+"/score/a1", form).want(http.StatusForbidden)
	w.get(w.manager, "/records/"+rec.ID).want(http.StatusOK, "Item A1.1").without("Secret")
	w.get(w.manager, "/records/"+rec.ID+"/history").want(http.StatusOK).without("Secret")
	w.get(w.manager, "/records/"+rec.ID+"/edit/score?row=x1").want(http.StatusOK).without("Secret")
	w.get(w.keeper, base).want(http.StatusNotFound)

	// The licence runs out: the worker still reads, and cannot go on.
	w.Set(calendar.NewDate(2026, 5, 2).At(10, 0, 0))
	w.get(w.worker, base).want(http.StatusOK, "Secret words one", "The licence for The form ran out on Friday 1 May 2026", "Ask Mo Manager").without(base + "/score/")
	w.post(w.worker, base+"/score/a1", form).want(http.StatusForbidden, "ran out")
}

func TestTwoScoringsCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.licensed()
	first := w.profile("no", "")
	w.write(first, append(wellSaid, "scores/x1/gcp_grade", "4", "scores/x1/gcp_evidence", "His coat does not close.", "scores/x1/gcp_how", "seen", "scores/x2/gcp_grade", "2")...)
	w.Set(calendar.NewDate(2026, 4, 27).At(10, 0, 0))
	if _, err := w.Desk.ImportTool(t.Context(), casework.BySystem(w.Now()), caseworktest.Form(t, `"first"`, `"second"`, "Secret words two", "Secret words otherwise"), calendar.DateOf(w.Now()), casework.LicenceGiven{}); err != nil {
		t.Fatal(err)
	}
	second := w.profile("no", first.ID)
	w.write(second, append(wellSaid, "scores/x1/gcp_grade", "2", "scores/x2/gcp_grade", "5")...)
	base := "/records/" + second.ID + "/tools/scores"
	w.get(w.worker, base).want(http.StatusOK, "Compare with "+first.Reference, base+"/compare?with="+first.ID)
	page := w.get(w.worker, base+"/compare?with="+first.ID).want(http.StatusOK, "Better by 2", "Worse by 3. The item was worded otherwise then", "1 better, 1 worse, 0 the same",
		"Worse than then: talk to your manager", "B1.1 Secret words otherwise: from Two to Five", "made with edition first", "His coat does not close.")
	// From the earlier one the same two stand in the same order.
	other := w.get(w.worker, "/records/"+first.ID+"/tools/scores/compare?with="+second.ID).want(http.StatusOK, "Better by 2", "1 better, 1 worse")
	if strings.Count(page.body, "Better by") != strings.Count(other.body, "Better by") {
		t.Error("the comparison depends on where one comes from")
	}
	w.get(w.manager, base+"/compare?with="+first.ID).want(http.StatusOK, "Better by 2", "Item A1.1").without("Secret")
	w.get(w.worker, base+"/compare?with="+second.ID).want(http.StatusNotFound)
	w.get(w.worker, base+"/compare?with=nobody").want(http.StatusNotFound)
	practised := w.profile("yes", first.ID)
	w.get(w.worker, base+"/compare?with="+practised.ID).want(http.StatusNotFound)
}

func TestPracticeIsMarkedEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.profile("no", "") // nothing is imported: the practice example stands in its place
	w.write(rec, append(wellSaid, "scores/porridge_there/gcp_grade", "3", "scores/porridge_there/gcp_evidence", "Seen.", "scores/porridge_there/gcp_how", "seen")...)
	base := "/records/" + rec.ID
	for _, path := range []string{base, base + "/history", base + "/steps/visit", base + "/tools/scores", base + "/tools/scores/score/breakfast", "/board?kind=graded_care_profile", "/tools", "/tools/forms/gcp2", "/tools/forms/gcp2/editions/practice"} {
		w.get(w.worker, path).want(http.StatusOK, tool.PracticeMark)
	}
}

func licenceTo(w *world, until calendar.Date) casework.LicenceGiven {
	return casework.LicenceGiven{Holder: "Council", Number: "L-2", Accountable: w.manager.ID, Until: until, After: tool.AfterRead}
}

// fileOf writes a file to upload.
func fileOf(t *testing.T, body []byte) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "tool.json")
	if err := os.WriteFile(name, body, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// Whoever was trained, and whoever looks after training, see that it runs out before it
// does.
func TestTrainingThatRunsOutIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	caseworktest.Import(t, w.Desk, caseworktest.Form(t, `"refresher": "", "refresher_months": 0`, `"refresher": "Short refresher", "refresher_months": 12`), w.keeper, calendar.NewDate(2028, 3, 31), tool.AfterRead, caseworktest.Start)
	caseworktest.Train(t, w.Desk, w.worker, calendar.NewDate(2025, 4, 1), caseworktest.Start)
	w.get(w.worker, "/tools").want(200, "Yes, until 1 Apr 2026 only. Attend “Short refresher” before then.").without("Whose training runs out")
	w.get(w.manager, "/tools").want(200, "Whose training runs out", "Sam Scorer", "1 Apr 2026", "Runs out soon", "Short refresher")
	w.get(w.keeper, "/tools").want(200, "Whose training runs out", "Sam Scorer")
}
