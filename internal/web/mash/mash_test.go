package mash_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/web/webtest"
)

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// tabs are the pages of a record.
var tabs = []string{"", "/known", "/work", "/clocks", "/entries", "/messages", "/files", "/letters", "/access", "/looked", "/history"}

func TestEveryPageOfARecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	b := w.tab(w.worker("Mina Manager", "mash_manager", ""))
	for _, tab := range tabs {
		got := b.get("/records/"+rec.ID+tab).want(t, http.StatusOK, rec.Reference, "Bella Sample, 8 years old", "due 1 Sep 2026")
		if title, _, _ := strings.Cut(got.body, "</title>"); strings.Contains(title, "Sample") {
			t.Errorf("the title of %q names a person", tab)
		}
	}
	b.get("/board").want(t, http.StatusOK, rec.Reference, "Bella Sample", "New (1)", "1 working day left")
	b.get("/board?view=night").want(t, http.StatusOK, "Out of hours", rec.Reference)
	b.get("/notices").want(t, http.StatusOK)
	b.get("/people").want(t, http.StatusOK)
	b.get("/break-glass").want(t, http.StatusOK)
	if got := b.get("/r?ref="+rec.Reference).want(t, http.StatusSeeOther); got.location != "/records/"+rec.ID {
		t.Errorf("the reference led to %s", got.location)
	}
}

// Nobody without a grant learns that a record exists, by any route.
func TestNobodyElseSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	elsewhere := w.tab(caseworktest.Worker(t, w.Desk, "Esme Elsewhere", "mash_manager", "essex", ""))
	researcher := w.tab(w.worker("Rae Researcher", "researcher", "police"))
	administrator := w.tab(w.worker("Ada Administrator", "administrator", ""))
	nobody := &tab{w: w}
	var paths []string
	for _, tab := range tabs {
		paths = append(paths, "/records/"+rec.ID+tab)
	}
	paths = append(paths, "/records/"+rec.ID+"?at=1", "/records/"+rec.ID+"/steps/acknowledge", "/records/"+rec.ID+"/edit/danger", "/r?ref="+rec.Reference)
	leaks := []string{"Sample", "Bella", "RM17"}
	for _, path := range paths {
		for name, b := range map[string]*tab{"elsewhere": elsewhere, "researcher": researcher, "administrator": administrator} {
			got := b.get(path)
			if got.status != http.StatusNotFound && got.status != http.StatusForbidden {
				t.Errorf("%s opens %s: %d", name, path, got.status)
			}
			got.without(t, leaks...)
		}
		if got := nobody.get(path); got.status != http.StatusUnauthorized {
			t.Errorf("someone not signed in gets %d from %s", got.status, path)
		}
	}
	posts := []string{
		"/steps/acknowledge", "/steps/acknowledge/save", "/entries", "/entries/save", "/messages", "/access/give", "/access/restrict", "/access/conflict",
		"/known/link", "/known/unlink", "/edit/danger", "/edit/danger/save", "/files",
	}
	for _, path := range posts {
		form := url.Values{"text": {"x"}, "kind": {"note"}, "message": {"x"}, "why": {"x"}, "reason": {"long enough reason"}, "worker": {"x"}, "based": {"1"}}
		for name, b := range map[string]*tab{"elsewhere": elsewhere, "researcher": researcher} {
			got := b.post("/records/"+rec.ID+path, form)
			if got.status < 400 {
				t.Errorf("%s may post to %s: %d %s", name, path, got.status, got.location)
			}
			got.without(t, leaks...)
		}
	}
	if after := w.read(rec.ID); after.Revision != rec.Revision {
		t.Error("someone without a grant changed the record")
	}
	for name, b := range map[string]*tab{"elsewhere": elsewhere, "researcher": researcher} {
		b.get("/board").want(t, http.StatusOK).without(t, append(leaks, rec.Reference)...)
		b.get("/board?view=night").want(t, http.StatusOK).without(t, append(leaks, rec.Reference)...)
		_ = name
	}
	administrator.get("/board").want(t, http.StatusForbidden)
	administrator.get("/board/events").want(t, http.StatusForbidden)
	researcher.get("/people").want(t, http.StatusForbidden)
	researcher.get("/break-glass").want(t, http.StatusForbidden)
	researcher.post("/people", url.Values{"q": {"sample"}}).want(t, http.StatusForbidden).without(t, leaks[1:]...)
	elsewhere.post("/people", url.Values{"q": {"bella"}}).want(t, http.StatusOK, "0 people").without(t, "RM17", "Sample")
}

func TestBoardFilters(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.referral(nil)
	second := w.referral(func(s answer.Set) {
		s[answer.RowKey("children", "r1", "given_names")] = answer.Text("Corin")
		s[answer.RowKey("children", "r1", "family_name")] = answer.Text("Example")
	})
	worker := w.worker("Sol Worker", "mash_social_worker", "")
	b := w.tab(worker)
	w.take(worker, second.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A real worry.")})
	for query, want := range map[string][2]bool{
		"":                              {true, true},
		"stage=New":                     {true, false},
		"stage=Rated":                   {false, true},
		"rating=amber":                  {false, true},
		"rating=red":                    {false, false},
		"who=nobody":                    {true, true},
		"who=" + worker.ID:              {false, false},
		"due=overdue":                   {false, false},
		"sort=reference&desc=1":         {true, true},
		"authority=essex":               {false, false},
		"kind=agency_check":             {false, false},
		"stage=Rated&rating=amber&due=": {false, true},
	} {
		got := b.get("/board?"+query).want(t, http.StatusOK)
		if strings.Contains(got.body, first.Reference) != want[0] || strings.Contains(got.body, second.Reference) != want[1] {
			t.Errorf("/board?%s: %s", query, words(got.body))
		}
	}
	b.post("/board", url.Values{"text": {"cori"}}).want(t, http.StatusOK, second.Reference, "1 record with those words").without(t, first.Reference)

	// Giving records to a worker: nothing ticked, nobody chosen, then both.
	b.post("/board/allocate", url.Values{"to": {worker.ID}}).want(t, http.StatusUnprocessableEntity, "Tick the records to give")
	b.post("/board/allocate", url.Values{"record": {first.ID}}).want(t, http.StatusUnprocessableEntity, "Choose the worker")
	got := b.post("/board/allocate", url.Values{"record": {first.ID, second.ID}, "to": {worker.ID}, "query": {"stage=New"}}).want(t, http.StatusSeeOther)
	b.get(got.location).want(t, http.StatusOK, "Given to the worker you chose", "Sol Worker (you)")
	b.get("/board?who="+worker.ID).want(t, http.StatusOK, first.Reference, second.Reference)
}

func TestStepForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	b := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	path := "/records/" + rec.ID + "/steps/screen"
	got := b.get(path).want(t, http.StatusOK, "Rate the risk", "A child may be in danger, or may soon be")
	if strings.Contains(got.body, " checked") {
		t.Error("something is chosen before anyone chose it")
	}
	// What is typed is kept, and is there again from another device.
	b.post(path+"/save", url.Values{"rating_reason": {"Half a sentence"}}).want(t, http.StatusOK, `"saved"`)
	b.get(path).want(t, http.StatusOK, "Half a sentence")
	form := url.Values{"based": {"1"}, "asked": {"rating", "rating_reason"}, "rating_reason": {"She said so herself."}}
	b.post(path, form).want(t, http.StatusUnprocessableEntity, "There is a problem", "She said so herself.")
	form.Set("rating", "red")
	if got := b.post(path, form).want(t, http.StatusSeeOther); got.location != "/records/"+rec.ID+"?done=step" {
		t.Errorf("went to %s", got.location)
	}
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "Red", "She said so herself.", "Rated", "Sol Worker")
	b.get("/records/"+rec.ID+"/clocks").want(t, http.StatusOK, "Red enquiry finished", "This length is not confirmed locally")
	b.get("/records/"+rec.ID+"/history").want(t, http.StatusOK, "Rate the risk")
	b.get("/records/"+rec.ID+"?at=1").want(t, http.StatusOK, "This is version 1").without(t, "She said so herself.", "What you can do")
	// Its draft has gone with it, and the step is refused the second time, in words.
	b.get(path).want(t, http.StatusNotFound)
}

// Questions that show because of an answer are asked before the step is taken,
// also where no script runs.
func TestStepAsksMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	manager := w.worker("Mina Manager", "mash_manager", "")
	w.take(manager, rec.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A real worry.")})
	b := w.tab(manager)
	path := "/records/" + rec.ID + "/steps/decide"
	b.get(path).want(t, http.StatusOK, "Look at what is already known first.", "/known")
	b.get("/records/"+rec.ID+"/known").want(t, http.StatusOK, "1 contact in the last 12 months")
	got := b.get(path).want(t, http.StatusOK, "Bella Sample", "Unborn baby", "What happens for this child?")
	_ = got
	form := url.Values{
		"based": {"2"}, "decision_consent": {"not_needed"}, "decision_consent_words": {"Not needed for what is decided."},
		"asked": {"decision_consent", "decision_consent_words"},
	}
	for _, row := range []string{"r1", "r2"} {
		for q, v := range map[string]string{"outcome": "s17", "level_decided": "4", "rationale": "It is needed."} {
			k := string(answer.RowKey("children", row, q))
			form.Set(k, v)
			form.Add("asked", k)
		}
	}
	b.post(path, form).want(t, http.StatusUnprocessableEntity, "What does the next team need to know?")
	for _, row := range []string{"r1", "r2"} {
		for _, q := range []string{"handover_words", "level_differs"} {
			k := string(answer.RowKey("children", row, q))
			form.Set(k, "What the next team needs.")
			form.Add("asked", k)
		}
	}
	b.post(path, form).want(t, http.StatusSeeOther)
	b.get("/records/"+rec.ID+"/work").want(t, http.StatusOK, "Work that follows")
	// Letters are shown before they go.
	send := "/records/" + rec.ID + "/steps/send_outcome"
	say := url.Values{
		"asked": {"referrer_words", "parents_letter", "parents_not_told", "child_told_how"}, "based": {strconv.Itoa(w.read(rec.ID).Revision)},
		"referrer_words": {"An assessment begins."}, "parents_letter": {"not_send"}, "parents_not_told": {"It could put the child at risk."}, "child_told_how": {"By her teacher."},
	}
	b.post(send, say).want(t, http.StatusOK, "Nothing has been sent yet", "The sender will see:", "An assessment begins.", `name="confirmed" value="yes"`)
	if w.read(rec.ID).State == "outcome_sent" {
		t.Fatal("the letters went before they were seen")
	}
	say.Set("confirmed", "yes")
	b.post(send, say).want(t, http.StatusSeeOther)
	list := b.get("/records/"+rec.ID+"/letters").want(t, http.StatusOK, "What was decided")
	_, href, _ := strings.Cut(list.body, `href="/records/`+rec.ID+`/letters/`)
	id, _, _ := strings.Cut(href, `"`)
	b.get("/records/"+rec.ID+"/letters/"+id).want(t, http.StatusOK, "An assessment begins.", "Print this letter")
}

// Two people who correct the same answer are shown both; those who correct
// different ones are not.
func TestConflict(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	mine := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	theirs := w.tab(w.worker("Tam Worker", "mash_social_worker", ""))
	path := "/records/" + rec.ID + "/edit/child_school?row=r1"
	key := "children/r1/school"
	page := mine.get(path).want(t, http.StatusOK, "Example Primary")
	if !strings.Contains(page.body, `name="`+key+`"`) {
		t.Fatal(words(page.body))
	}
	form := func(school, reason string) url.Values {
		return url.Values{"based": {"1"}, "asked": {key}, key: {school}, "reason": {reason}}
	}
	mine.post(path, form("First School", "")).want(t, http.StatusUnprocessableEntity, "Say why this is changed", "First School")
	theirs.post(path, form("Second School", "They moved")).want(t, http.StatusSeeOther)
	mine.post(path, form("First School", "I rang them")).want(t, http.StatusConflict, "First School", "Second School", "Tam Worker", "Which is right?")
	// Not choosing asks again; nothing is written.
	again := form("First School", "I rang them")
	again.Set("resolved", "2")
	again.Set("clash", key)
	mine.post(path, again).want(t, http.StatusConflict, "Choose which answer to keep")
	again.Set("keep-"+key, "theirs")
	mine.post(path, again).want(t, http.StatusSeeOther)
	if got := w.read(rec.ID); got.Answers.Text(answer.Key(key)) != "Second School" || got.Revision != 2 {
		t.Errorf("kept %q at revision %d", got.Answers.Text(answer.Key(key)), got.Revision)
	}
	again.Set("keep-"+key, "mine")
	mine.post(path, again).want(t, http.StatusSeeOther)
	if got := w.read(rec.ID).Answers.Text(answer.Key(key)); got != "First School" {
		t.Errorf("kept %q", got)
	}
	mine.get("/records/"+rec.ID+"/history").want(t, http.StatusOK, "Corrected", "I rang them", "Second School", "They moved")
	// A page that was open since before, with this answer as it stood then, does
	// not undo what was corrected since.
	old := form("Example Primary", "Nothing really")
	theirs.post(path, old).want(t, http.StatusSeeOther)
	if got := w.read(rec.ID).Answers.Text(answer.Key(key)); got != "First School" {
		t.Errorf("an old page undid a correction: %q", got)
	}
}

func TestEntriesMessagesAccess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	manager := w.worker("Mina Manager", "mash_manager", "")
	other := w.worker("Sol Worker", "mash_social_worker", "")
	b, c := w.tab(manager), w.tab(other)
	base := "/records/" + rec.ID
	b.post(base+"/entries/save", url.Values{"text": {"Begun and not finished"}}).want(t, http.StatusOK)
	b.get(base+"/entries").want(t, http.StatusOK, "Begun and not finished")
	b.post(base+"/entries", url.Values{"text": {"She rang back."}}).want(t, http.StatusUnprocessableEntity, "Choose what it was", "She rang back.")
	b.post(base+"/entries", url.Values{"kind": {"call"}, "text": {"She rang back."}, "guarded": {"yes"}}).want(t, http.StatusSeeOther)
	b.get(base+"/entries").want(t, http.StatusOK, "She rang back.", "It must not leave the front door", "by Mina Manager").without(t, "Begun and not finished")
	old := url.Values{"kind": {"visit"}, "text": {"I went."}, "happened-day": {"1"}, "happened-month": {"3"}, "happened-year": {"2026"}, "happened-time": {"10:00"}}
	b.post(base+"/entries", old).want(t, http.StatusUnprocessableEntity, "Say why it is being written now")
	b.post(base+"/messages", url.Values{"message": {""}}).want(t, http.StatusUnprocessableEntity, "Write your message")
	mark := regexp.MustCompile(`name="once" value="([^"]+)"`).FindStringSubmatch(b.get(base + "/messages").body)
	if mark == nil {
		t.Fatal("the form has no mark")
	}
	for range 2 { // the answer was lost on the way
		b.post(base+"/messages", url.Values{"message": {"Thank you."}, "once": mark[1:]}).want(t, http.StatusSeeOther)
	}
	if got := strings.Count(b.get(base+"/messages").want(t, http.StatusOK, "Thank you.").body, "Thank you."); got != 1 {
		t.Errorf("sent twice, the message is there %d times", got)
	}

	// Locked to its manager, the record is gone for the other worker, on every page.
	c.get(base).want(t, http.StatusOK)
	c.post(base+"/access/restrict", url.Values{"kind": {"adoption"}, "reason": {"x"}}).want(t, http.StatusForbidden)
	b.post(base+"/access/restrict", url.Values{"kind": {"adoption"}}).want(t, http.StatusUnprocessableEntity, "Say why, for whoever reviews this")
	b.post(base+"/access/restrict", url.Values{"kind": {"adoption"}, "reason": {"A placement is near."}}).want(t, http.StatusSeeOther)
	for _, tab := range tabs {
		c.get(base+tab).want(t, http.StatusNotFound).without(t, "Sample")
	}
	c.get("/board").want(t, http.StatusOK).without(t, rec.Reference)
	b.get(base+"/access").want(t, http.StatusOK, "A placement is near.", "Locked")
	c.post("/break-glass", url.Values{"reference": {rec.Reference}, "reason": {"short"}}).want(t, http.StatusUnprocessableEntity, "cannot wait")
	c.post("/break-glass", url.Values{"reference": {rec.Reference}, "reason": {"The child is at the police station now"}}).want(t, http.StatusSeeOther)
	c.get(base).want(t, http.StatusOK, "Bella Sample")
	b.get("/notices").want(t, http.StatusOK, "Someone opened this locked record in an emergency.")
	b.get(base+"/looked").want(t, http.StatusOK, "Opened it in an emergency although locked")

	// A declared conflict takes the record away at once.
	b.post(base+"/access/conflict", url.Values{"why": {""}}).want(t, http.StatusUnprocessableEntity, "Say what the conflict is")
	b.post(base+"/access/conflict", url.Values{"why": {"A relative"}}).want(t, http.StatusSeeOther)
	b.get(base).want(t, http.StatusNotFound)
}

// A researcher sees their own agency's request and answers it in two clicks.
func TestResearcher(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	manager := w.worker("Mina Manager", "mash_manager", "")
	w.take(manager, rec.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A real worry.")})
	w.tab(manager).get("/records/"+rec.ID+"/steps/ask_agencies").want(t, http.StatusOK, "Where each request goes", "Essex Police at the Thurrock front door")
	w.take(manager, rec.ID, "ask_agencies", answer.Set{
		"agencies_asked": answer.List("police", "health"), "check_questions": answer.List("known"), "check_consent": answer.Text("agreed"),
		"check_consent_words": answer.Text("Mother, today"), "check_basis": answer.Text("ca1989_47"), "check_ring": answer.Text("Mina"),
	})
	police := w.tab(w.worker("Rae Researcher", "researcher", "police"))
	board := police.get("/board").want(t, http.StatusOK, "Bella Sample", "To answer (1)", "Known to us", "1 record").without(t, rec.Reference)
	_, href, _ := strings.Cut(board.body, `href="/records/`)
	id, _, _ := strings.Cut(href, `"`)
	police.get("/records/"+id).want(t, http.StatusOK, "Known to us").without(t, "He shouts and then Mum cries", "/records/"+id+"/known")
	police.get("/records/"+id+"/known").want(t, http.StatusForbidden)
	police.post("/records/"+id+"/steps/say_known", url.Values{"based": {"1"}}).want(t, http.StatusSeeOther)
	police.get("/records/"+id).want(t, http.StatusOK, "Known, detail to follow")
	w.tab(manager).get("/records/"+rec.ID+"/work").want(t, http.StatusOK, "Known, detail to follow", "Waiting for an answer")
	w.tab(manager).get("/board").want(t, http.StatusOK, "0 of 2 agencies answered")
}

// A brother whom the sender left out is added page by page and is in the index.
func TestAddChild(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	b := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "Add a child", "/edit/child_name?row=new")
	page := b.get("/records/"+rec.ID+"/edit/child_name?row=new").want(t, http.StatusOK, "Add a child")
	_, action, _ := strings.Cut(page.body, `action="/records/`+rec.ID)
	action, _, _ = strings.Cut(action, `"`)
	_, row, _ := strings.Cut(action, "row=")
	key := func(q string) string { return string(answer.RowKey("children", row, q)) }
	form := url.Values{"based": {"1"}, "reason": {"A brother was left out"}, "asked": {key("unborn"), key("given_names"), key("family_name"), key("aliases")}}
	form.Set(key("unborn"), "no")
	form.Set(key("given_names"), "Finn")
	b.post("/records/"+rec.ID+action, form).want(t, http.StatusUnprocessableEntity, "Finn")
	form.Set(key("family_name"), "Sample")
	got := b.post("/records/"+rec.ID+action, form).want(t, http.StatusSeeOther)
	if want := "/records/" + rec.ID + "/edit/child_born?row=" + row; got.location != want {
		t.Errorf("went to %s, want %s", got.location, want)
	}
	b.get(got.location).want(t, http.StatusOK, "Answer “Children”")
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "Finn Sample, age not known", "Bella Sample")
	b.post("/people", url.Values{"q": {"Finn"}}).want(t, http.StatusOK, "Finn Sample", rec.Reference)
}

func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	b := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	mark := ""
	send := func(name, content string) answered {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		_ = form.WriteField("once", mark)
		part, err := form.CreateFormFile("files", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(content))
		_ = form.Close()
		r := httptest.NewRequest(http.MethodPost, "/records/"+rec.ID+"/files", &body)
		r.Header.Set("Content-Type", form.FormDataContentType())
		return b.do(r)
	}
	_, once, _ := strings.Cut(b.get("/records/"+rec.ID+"/files").body, `name="once" value="`)
	if mark, _, _ = strings.Cut(once, `"`); mark == "" {
		t.Fatal("the form has no mark")
	}
	send("notes.txt", "What the school wrote.").want(t, http.StatusSeeOther)
	// The answer was lost and the form is sent again.
	send("notes.txt", "What the school wrote.").want(t, http.StatusSeeOther)
	if body := b.get("/records/" + rec.ID + "/files").body; strings.Count(body, "notes.txt") != 1 {
		t.Errorf("a file that was sent twice is there %d times", strings.Count(body, "notes.txt"))
	}
	send("run.exe", "MZ\x90\x00\x03").want(t, http.StatusUnprocessableEntity, "There is a problem")
	page := b.get("/records/"+rec.ID+"/files").want(t, http.StatusOK, "notes.txt", "Not checked for viruses")
	_, href, _ := strings.Cut(page.body, `href="/files/`)
	id, _, _ := strings.Cut(href, `"`)
	file := b.get("/files/"+id).want(t, http.StatusOK, "What the school wrote.")
	if !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") || !strings.Contains(file.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("the file goes out as %v", file.header)
	}
	w.tab(caseworktest.Worker(t, w.Desk, "Esme Elsewhere", "mash_manager", "essex", "")).get("/files/"+id).want(t, http.StatusNotFound)
}

// Two entries that look like one child are joined by a worker who says why, and
// taken apart again.
func TestKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := w.referral(nil), w.referral(nil)
	b := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	base := "/records/" + second.ID + "/known"
	page := b.get(base).want(t, http.StatusOK, "2 contacts in the last 12 months", first.Reference, "Same date of birth", "Likely the same person")
	_, form, _ := strings.Cut(page.body, `action="`+base+`/link"`)
	_, a, _ := strings.Cut(form, `name="a" value="`)
	a, _, _ = strings.Cut(a, `"`)
	_, other, _ := strings.Cut(form, `name="b" value="`)
	other, _, _ = strings.Cut(other, `"`)
	b.post(base+"/link", url.Values{"a": {a}, "b": {other}}).want(t, http.StatusUnprocessableEntity, "Say how you know")
	b.post(base+"/link", url.Values{"a": {a}, "b": {other}, "why": {"Same mother and birthday"}}).want(t, http.StatusSeeOther)
	page = b.get(base).want(t, http.StatusOK, "The same person as", "Same mother and birthday")
	b.get("/people/"+a).want(t, http.StatusOK, first.Reference, second.Reference, "Said to be the same person")
	_, link, _ := strings.Cut(page.body, `name="link" value="`)
	link, _, _ = strings.Cut(link, `"`)
	b.post(base+"/unlink", url.Values{"link": {link}, "why": {"Twins"}}).want(t, http.StatusSeeOther)
	b.get(base).want(t, http.StatusOK, "Was once joined to", "Undone: Twins")
}

// At three in the morning the emergency duty worker sees what came in since the
// front door shut, takes it from the list, and in the morning hands it over.
func TestNight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	day := w.referral(nil)
	w.Set(time.Date(2026, 3, 18, 2, 0, 0, 0, time.UTC))
	rec := w.referral(func(s answer.Set) { s[answer.RowKey("children", "r1", "given_names")] = answer.Text("Nia") })
	w.Set(w.Now().Add(time.Hour))
	night := w.tab(w.worker("Ned Night", "edt_worker", ""))
	take := "/records/" + rec.ID + "/steps/edt_take"
	night.get("/board?view=night").want(t, http.StatusOK, "the front door is shut", "opens Wednesday 18 March 2026, 09:00", rec.Reference, "Nia Sample", `formaction="`+take+`"`, day.Reference)
	night.post(take, url.Values{"based": {"1"}}).want(t, http.StatusSeeOther)
	night.get("/records/"+rec.ID).want(t, http.StatusOK, "Held by the emergency duty team", "Hand to the day team")
	hand := "/records/" + rec.ID + "/steps/hand_to_day"
	night.post(hand, url.Values{"based": {"2"}, "asked": {"day_note"}, "day_note": {"Ring the school first."}}).want(t, http.StatusSeeOther)
	w.Set(time.Date(2026, 3, 18, 9, 5, 0, 0, time.UTC))
	morning := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	morning.get("/board?view=night").want(t, http.StatusOK, "the front door is open", rec.Reference, "Accept from the emergency duty team")
	morning.post("/records/"+rec.ID+"/steps/accept_day", url.Values{"based": {"3"}}).want(t, http.StatusSeeOther)
	morning.get("/records/"+rec.ID).want(t, http.StatusOK, "New", "Ring the school first.")
}
