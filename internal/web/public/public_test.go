package public_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/secret"
	"frontdoor/internal/web/webtest"
)

func TestPagesFitTheirTypes(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

func TestNeighbourTellsAndComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, code := neighbour(h)
	finish(r).says("Sam", "A small child cried", "This goes to MASH+, Southend-on-Sea City Council.")
	r.never("Still to answer")
	base := r.base()
	r.post(base + "/send")
	if !strings.HasPrefix(r.path, "/refer/sent/") {
		t.Fatalf("at %s: %s", r.path, r.text())
	}
	r.says("We have it", code, "What happens next").never("Sam", "cried")
	receipt := r.path
	if r.post(base + "/send"); r.path != receipt {
		t.Errorf("pressing the button twice led to %s", r.path)
	}
	reference := regexp.MustCompile(`id="reference">([^<]+)<`).FindStringSubmatch(r.body)[1]
	r.open("/status/view").says(reference, "We have what you sent").never("Sam", "cried", "Southend-on-Sea City")

	// Another device: both the reference and the code are needed.
	other := h.reader()
	other.open("/status").post("/status", "reference", reference, "code", "1234 5678 9012 3456")
	if other.code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code gave %d at %s", other.code, other.path)
	}
	other.open("/status/view").at("/status")
	other.post("/status", "reference", strings.ToLower(reference), "code", code).at("/status/view").says(reference)
	other.post("/status/message", "message", "There was shouting again tonight.").at("/status/view").says("Your message was sent", "There was shouting again tonight.", "You")
	other.post("/status/message", "message", "").says("Write your message")

	// The sender may ask to withdraw, and must say why.
	other.open("/status/step/withdraw").says("Why?")
	other.next().says("There is a problem")
	other.next("withdraw_reason", "I was wrong about it").at("/status/view").says("Done.")
	other.post("/status/leave").open("/status/view").at("/status")
}

// The answer to "Send" may be lost after the referral was saved. Pressing it
// again leads to the one receipt, and so does going back to the form.
func TestTheAnswerToSendingIsLost(t *testing.T) {
	t.Parallel()
	for _, again := range []string{"press", "go back"} {
		h := newHouse(t)
		r, code := neighbour(h)
		finish(r)
		base := r.base()
		parsed, err := secret.ParseReceiptCode(code)
		if err != nil {
			t.Fatal(err)
		}
		id := secret.ReceiptHash(h.Desk.Sealer.LookupHash, parsed)
		got, err := h.Desk.Send(t.Context(), casework.ByVisitor(id, h.Now()), strings.TrimPrefix(base, "/refer/"), id)
		if err != nil {
			t.Fatal(err)
		}
		if again == "press" {
			r.post(base + "/send")
		} else {
			r.open(base + "/check")
		}
		r.at("/refer/sent/"+got.Record.ID).says("We have it", got.Reference, code)
		r.open("/status/view").says(got.Reference)
	}
}

func TestFrontDoorAsksForMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, _ := neighbour(h)
	finish(r).post(r.base() + "/send")
	rec := r.sent()
	sw := caseworktest.Worker(t, h.Desk, "Jo Reed", "mash_social_worker", rec.Authority, "")
	by := casework.ByWorker(sw, &h.Desk.Place.Register, h.Now())
	if _, err := h.Desk.TakeStep(t.Context(), by, rec.ID, "ask_sender", rec.Revision, answer.Set{"return_words": answer.Text("Which flat is it? <b>")}); err != nil {
		t.Fatal(err)
	}
	if err := h.Desk.SendMessage(t.Context(), by, rec.ID, "Thank you for telling us."); err != nil {
		t.Fatal(err)
	}
	r.open("/status/view").says("Someone is looking at it", "Which flat is it?", "Thank you for telling us.", "Give what was asked for").never("Jo Reed")
	if strings.Contains(r.body, "<b>") {
		t.Error("what a worker typed is drawn as markup")
	}
	letter := regexp.MustCompile(`/status/letter/[^"]+`).FindString(r.body)
	r.open(letter).says("Which flat is it?", "Print this letter", letter+"/pdf")
	if r.open(letter + "/pdf"); !strings.HasPrefix(r.body, "%PDF-") {
		t.Error("the letter is no PDF")
	}

	// Files go with the answer; nothing typed is lost when something is missing.
	form := r.open("/status/step/give_information").body
	r.upload("/status/step/give_information", "more_files-upload", "door.txt", "The green door.", "upload").says("File 1")
	r.body = form // the answer was lost and the form is sent again
	r.upload("/status/step/give_information", "more_files-upload", "door.txt", "The green door.", "upload").says("File 1").never("File 2")
	r.next().says("There is a problem", "File 1")
	r.next("more_words", "The one with the green door.").at("/status/view").says("Done.")
	v, err := h.Desk.Open(t.Context(), by, rec.ID)
	if err != nil {
		t.Fatal(err)
	}
	if v.Record.State != "received" || v.Answers.Text("more_words") != "The one with the green door." || len(v.Files) != 1 || v.Files[0].ID != v.Answers["more_files"].List[0] {
		t.Errorf("the front door has %s, %q and %d files", v.Record.State, v.Answers.Text("more_words"), len(v.Files))
	}

	// Whoever holds the code may disagree, and sees that it was sent.
	r.open("/status/view").post("/status/about/disagreement")
	base := r.base()
	for range 4 {
		if strings.HasSuffix(r.path, "/check") {
			break
		}
		r.next(everyAnswer(r, r.h.library("disagreement"))...)
	}
	r.open(base + "/check").post(base + "/send")
	if !strings.HasPrefix(r.path, "/refer/sent/") {
		t.Fatalf("at %s: %s", r.path, r.text())
	}
	r.says("We have it").never("Your code")
	if got := r.sent(); got.Parent != rec.ID || got.Authority != rec.Authority {
		t.Errorf("the disagreement is about %q in %q", got.Parent, got.Authority)
	}
}

func TestNothingTypedIsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, code := neighbour(h)
	base := r.base()
	save := func(r *reader, page, row string, typed ...string) int {
		v := url.Values{}
		for i := 0; i < len(typed); i += 2 {
			v.Add(typed[i], typed[i+1])
		}
		req, _ := http.NewRequest("POST", h.URL+base+"/save?"+url.Values{"page": {page}, "row": {row}}.Encode(), strings.NewReader(v.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Accept", "application/json")
		res, err := r.Do(req)
		r.took(res, err)
		return r.code
	}
	if got := save(r, "happening", "", "public_saw", "He hid "); got != 200 || !strings.Contains(r.body, `"saved":"10:00"`) {
		t.Fatalf("autosave: %d %s", got, r.body)
	}
	// Each part of a date is kept by itself, real or not.
	save(r, "child_born", "r1", "children/r1/born-day", "31")
	save(r, "child_born", "r1", "children/r1/born-month", "2")
	save(r, "child_born", "r1", "children/r1/born-year", "2020")
	r.open(base + "/happening").says("He hid")
	r.open(base+"/child_born/r1").says(`value="31"`, `value="2020"`)
	r.next("children/r1/born-day", "31", "children/r1/born-month", "2", "children/r1/born-year", "2020").says("must be a real date", `value="31"`)

	// Another device comes back with the code alone.
	other := h.reader()
	other.open("/refer/return").post("/refer/return", "code", strings.ReplaceAll(code, " ", "")).at("/child_born/r1").says(`value="31"`)

	// The visit ends: the script hears so, and what is sent by hand is held.
	h.Later(3 * time.Hour)
	if got := save(r, "happening", "", "public_saw", "He hid again"); got != http.StatusUnauthorized || !strings.Contains(r.body, "error") {
		t.Errorf("autosave after the visit ended: %d %s", got, r.body)
	}
	r.post(base+"/happening", "asked", "public_saw", "asked", "public_told", "asked", "public_think", "public_saw", "He hid again").says("Nothing is lost", "He hid again")
	r.post("/refer/return", "code", code)
	r.post(base+"/happening", "asked", "public_saw", "asked", "public_told", "asked", "public_think", "public_saw", "He hid again").at("/happening_when")
	r.open(base + "/happening").says("He hid again")

	// Nobody else's draft opens.
	stranger, _ := neighbour(h)
	stranger.open(base + "/happening").never("He hid again")
	if stranger.code != http.StatusNotFound {
		t.Errorf("a stranger's browser got %d", stranger.code)
	}
}

func TestStopAndPlace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	r.open("/refer").post("/refer")
	base := r.base()
	r.open(base).next().says("There is a problem")
	if strings.Contains(r.body, " checked") {
		t.Error("something is chosen before anyone chose it")
	}
	r.next("danger", "now").says("Ring 999 now", "Go back to the question")
	r.open(base+"/danger").next("danger", "called").at("/who")
	r.next("sender_kind", "family_public").at("/police_log")
	r.next().at("/where")
	r.next("where_known", "postcode").at("/where_postcode")
	// Outside: it says whom to contact, and a child found here can still be told of.
	r.next("child_postcode", "M1 1AA").at("/area").says("not in our area", "999")
	r.next().says("Choose an area")
	r.next("area", "essex").at("/happening")
	// A border: it has to be asked.
	r.open(base+"/where_postcode").next("child_postcode", "SS2 4AA").at("/area").says("Southend", "Essex", "I am not sure")
	r.next("area", "essex").at("/happening")
	// A postcode that settles it wins over what was chosen before.
	r.open(base+"/where_postcode").next("child_postcode", "SS1 1AA").at("/happening")
	r.open(base + "/check").says("This goes to MASH+, Southend-on-Sea City Council.")
}

func TestRowsOfAGroup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r, _ := neighbour(h)
	base := r.base()
	r.open(base + "/list/children").says("Child 1").never("Take out")
	r.next("do", "add").at("/child_name/r2")
	r.next("children/r2/given_names", "Kim", "children/r2/family_name", "Reed").at("/child_born/r2")
	r.open(base+"/list/children").says("Kim Reed", "Take out")
	r.open(base + "/list/children?remove=r2").says("Take out Kim Reed?")
	r.next().at("/list/children").never("Kim")
	r.open(base+"/check").never("Kim").says("Still to answer", "Children: Child 1")
}

func TestProfessionalWithoutAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	r.open("/refer").post("/refer")
	base := r.base()
	r.open(base).next("danger", "no")
	r.next("sender_kind", "professional").at("/where").next("where_known", "area").at("/where_area")
	r.next("child_area", "thurrock").at("/child_name/r1")
	// What a choice alone shows is on the page below it and only counts with it.
	r.open(base + "/verbal").says("When did you ring?")
	r.next("verbal_first", "yes").says("There is a problem")
	r.open(base+"/verbal").next("verbal_first", "no", "verbal_to", "left over").at("/adults_known")
	// What several choices show comes when one of them is chosen.
	r.open(base + "/consent").never("Why are you sending it without agreement?")
	r.next("consent", "refused").at("/consent").says("Why are you sending it without agreement?")
	// Nobody is listed until somebody is added.
	r.open(base+"/adults_known").next("adults_known", "yes", "father_elsewhere", "none").at("/list/adults").says("You have not added anyone yet")
	r.next("do", "add").at("/adult_name/r1")
	r.open(base + "/check").says("Still to answer")
	r.post(base + "/send").says("There is a problem")

	// Files work without script.
	form := r.open(base + "/files").body
	r.upload(base+"/files", "files-upload", "note.txt", "A note of what was seen.", "upload").at("/files").says("note.txt", "Remove")
	// The answer was lost and the form is sent again.
	r.body = form
	r.upload(base+"/files", "files-upload", "note.txt", "A note of what was seen.", "upload").at("/files").says("note.txt", "Remove")
	if n := strings.Count(r.body, `name="remove-file"`); n != 1 {
		t.Errorf("a file that was sent twice is there %d times", n)
	}
	r.upload(base+"/files", "files-upload", "run.exe", "MZ\x90\x00", "upload").says("There is a problem", "note.txt")
	id := regexp.MustCompile(`name="remove-file" value="([^"]+)"`).FindStringSubmatch(r.body)[1]
	r.next("remove-file", id).at("/files").never("note.txt")
}

// A professional with no account can fill in every page, send it and confirm
// their work email by a button that a program reading their mail does not press.
func TestProfessionalSendsAndConfirms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	r.open("/refer").post("/refer")
	base := r.base()
	r.open(base)
	p := h.library("referral")
	own := []string{"danger", "no", "sender_kind", "professional", "where_known", "area", "child_area", "thurrock", "adults_known", "yes", "unborn", "no", "red_flags", "none", "indicators", ""}
	visited := map[string]int{}
	for !strings.HasSuffix(r.path, "/check") {
		if visited[r.path]++; visited[r.path] > 3 {
			t.Fatalf("the form goes round at %s: %s", r.path, r.text())
		}
		switch {
		case !strings.Contains(r.path, "/list/"):
			r.next(everyAnswer(r, p, own...)...)
		case strings.Contains(r.body, "You have not added anyone yet"):
			r.next("do", "add")
		default:
			r.next()
		}
		if r.code == http.StatusUnprocessableEntity {
			t.Fatalf("at %s: %s", r.path, r.text())
		}
	}
	if len(visited) < 25 {
		t.Errorf("only %d pages", len(visited))
	}
	r.never("Still to answer")
	r.post(base+"/send").says("We have it", "We have sent an email to your work address")
	rec := r.sent()
	link := "/confirm/" + rec.ID + "/" + h.Desk.EmailToken(rec.ID, "asha@example.org")
	sw := casework.ByWorker(caseworktest.Worker(t, h.Desk, "Jo Reed", "mash_social_worker", "thurrock", ""), &h.Desk.Place.Register, h.Now())
	confirmed := func() bool {
		v, err := h.Desk.Open(t.Context(), sw, rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		return v.Confirmed
	}
	other := h.reader()
	other.open(link).says("Is this your work email?").never("asha@example.org")
	if confirmed() {
		t.Error("looking at the link confirmed it")
	}
	other.post(link).says("reaches you")
	if !confirmed() {
		t.Error("the button did not confirm it")
	}
}

func TestWorkerSeesWhatBecameOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	w := caseworktest.Worker(t, h.Desk, "Asha Noor", "referrer", "thurrock", "")
	r := h.worker(w)
	r.open("/refer").says("Asha Noor").never("Exit this page")
	r.post("/refer").at("/danger")
	base := r.base()
	r.next("danger", "no").at("/who")
	r.next("sender_kind", "family_public").at("/where")
	r.open("/refer").says("Carry on with what you were writing")
	r.open(base+"/where").next("where_known", "area").next("child_area", "thurrock").at("/happening")
	finish(r)
	r.post(base + "/send")
	if !strings.HasPrefix(r.path, "/refer/sent/") {
		t.Fatalf("at %s: %s", r.path, r.text())
	}
	r.never("Your code")
	rec := strings.TrimPrefix(r.path, "/refer/sent/")
	r.open("/sent").says("Sam", "We have what you sent")
	r.open("/sent/"+rec).says("What you sent", "A small child cried")
	r.post("/sent/"+rec+"/message", "message", "Anything yet?").at("/sent/" + rec).says("Anything yet?")
	r.post("/sent/" + rec + "/about/disagreement")
	if !strings.HasPrefix(r.path, "/refer/") {
		t.Errorf("disagreeing led to %s: %s", r.path, r.text())
	}

	other := h.worker(caseworktest.Worker(t, h.Desk, "Ben Ode", "referrer", "thurrock", ""))
	other.open("/sent/" + rec)
	if other.code != http.StatusNotFound {
		t.Errorf("another worker got %d", other.code)
	}
	h.Later(2 * time.Hour)
	if r.open("/sent").at("/sign-in"); !strings.Contains(r.path, "next=%2Fsent") {
		t.Errorf("after time out: %s", r.path)
	}
}

func TestWhoToCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader()
	r.open("/contact").says("999", "Where does the child live?")
	r.open("/contact?urgent=soon").says("There is a problem", "Choose the area where the child lives")
	r.open("/contact?urgent=soon&where=thurrock&who=public&about=child").says("01375 652802", "tel:01375652802", "Not confirmed locally", "Last checked", "Have ready, if you can")
	u, _ := url.Parse(h.URL)
	if got := r.Jar.Cookies(u); len(got) != 0 {
		t.Errorf("finding out who to call left cookies: %v", got)
	}
	for _, x := range []struct{ query, status, holds string }{
		{"authority=thurrock&at=2026-04-02T16:29:59&about=child&urgent=false", "200", `"phone":"01375 652802"`},
		{"authority=thurrock&at=2026-04-02T16:30&about=child&urgent=false", "200", `"phone":"01375 372468"`},
		{"authority=thurrock&at=2026-04-02T16:30&about=child&urgent=true", "200", `"phone":"999"`},
		{"authority=thurrock&at=2026-04-03&about=child", "200", `"service":"thurrock_edt"`},
		{"authority=kent&about=child", "422", `"authority"`},
		{"authority=thurrock&at=yesterday", "422", `"at"`},
		{"authority=thurrock&urgent=very", "422", `"urgent"`},
		{"authority=thurrock&about=tax", "422", `"about"`},
		{"authority=thurrock&name=x", "422", `"query"`},
		{"", "422", `"authority"`},
	} {
		r.open("/api/who-to-call?" + x.query)
		if fmt.Sprint(r.code) != x.status || !strings.Contains(r.body, x.holds) {
			t.Errorf("%s: %d %s", x.query, r.code, r.body)
		}
	}
	for _, path := range []string{"/hide", "/accessibility", "/privacy", "/cookies", "/refer/return", "/status", "/confirm/x/y"} {
		if r.open(path); r.code != 200 {
			t.Errorf("%s: %d", path, r.code)
		}
	}
	r.open("/confirm/x/y").post("/confirm/x/y")
	if r.code != http.StatusNotFound {
		t.Errorf("a made-up link to confirm gave %d", r.code)
	}
}
