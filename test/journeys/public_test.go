package journeys

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/post"
	"frontdoor/internal/record"
)

// A neighbour refers without script, comes back later with the reference and
// the code, writes to the front door and reads its answer. Nothing of what was
// sent is on any page they come back to.
func TestPublicWithoutScript(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	officer := w.worker("Omar Officer", "mash_officer", "")
	b := w.tab("public")
	b.NoScript()

	b.goTo("/")
	b.press("Tell us about a child")
	b.press("Start now")
	b.picture("code")
	code := b.Text("#your-code")
	b.press("Carry on")

	// Danger first: the form gets out of the way, and lets them come back.
	b.next("danger", "now")
	b.says("Ring 999 now", "press 55")
	b.picture("stop")
	b.press("Go back to the question")
	b.at("/danger")
	if !b.ticked("danger", "now") {
		t.Error("coming back from the stop page forgot the answer")
	}
	b.next("danger", "called")
	b.next("sender_kind", "family_public")
	b.at("/police_log")
	b.next("police_log_number", "EP-1234")
	b.next("where_known", "postcode")

	// An empty page says what is wrong, and keeps the place.
	b.press("Save and continue")
	b.failed("postcode")
	b.picture("no-postcode")
	b.next("child_postcode", "nowhere")
	b.failed("postcode")
	b.next("child_postcode", "RM17 6SL")

	b.at("/happening")
	b.press("Save and continue")
	b.failed("What have you seen or heard yourself?")
	b.picture("empty")
	b.next("public_saw", story, "public_told", "The lady at number 9 says it is every weekend.")
	b.pass("public_when", "Last night. It is still going on.")
	b.next("children/r1/given_names", "Marlow", "children/r1/family_name-not_known", "1", "children/r1/family_name-not_known_reason", "I only hear his first name")
	b.pass("children/r1/age_words", "about 4")
	b.next("children/r1/home_address-line1", "12 Example Street", "children/r1/home_address-postcode", "RM17 6SL")
	b.next("children/r1/school", "The nursery by the park")
	b.at("/list/children")
	b.says("Marlow", "Answered")
	b.picture("children")
	b.press("Continue")
	b.at("/lives_with")
	b.next("lives_with", "His mum and a man I do not know")
	b.next("how_know", "I live next door")
	b.picture("anonymous")
	b.next("stay_anonymous", "yes")
	b.at("/files")
	b.Upload("input[type=file]", w.file("window.txt", "He was at the window at 9 at night."))
	b.next()
	b.at("/do_not_contact")
	b.next()

	b.at("/check")
	b.says("Marlow", story, "window.txt", "This goes to MASH, Thurrock Council", "EP-1234")
	b.picture("check")
	b.change("About how old?")
	b.next("children/r1/age_words", "about 5")
	b.at("/check")
	b.says("about 5")
	b.saysNot("about 4")
	b.press("Send")
	b.at("/refer/sent/")
	b.says("We have it", code)
	b.saysNot("Marlow", story)
	b.picture("receipt")
	reference := b.Text("#reference")
	if b.Text("#your-code") != code {
		t.Error("the receipt has another code than the one kept from the start")
	}

	// Another day, another browser.
	w.set("2026-03-17T11:00")
	c := w.tab("public-back")
	c.NoScript()
	c.goTo("/status")
	c.press("Show me")
	c.failed("reference")
	c.picture("empty")
	wrong := "1111 1111 1111 1111"
	c.write("reference", reference)
	c.write("code", wrong)
	c.press("Show me")
	c.failed("code")
	c.picture("wrong-code")
	c.saysNot("Marlow", story)
	for range 6 {
		if strings.Contains(c.Text("main"), "Wait") {
			break
		}
		c.write("code", wrong)
		c.mark("Show me")
		c.Follow("[data-press]")
	}
	c.look("too-many")
	c.says("Wait")
	w.set("2026-03-17T12:30")
	c.write("reference", strings.ToLower(reference))
	c.write("code", code)
	c.press("Show me")
	c.at("/status/view")
	c.says("We have what you sent", reference)
	c.saysNot("Marlow", story, "window.txt", "number 9")
	c.picture("status")
	c.press("Send this message")
	c.failed("message")
	c.write("message", "The shouting has started again.")
	c.press("Send this message")
	c.says("Your message was sent", "The shouting has started again.")

	rec := w.record(officer, reference)
	if err := w.desk.SendMessage(t.Context(), w.as(officer), rec.ID, "Thank you. Ring 101 if you hear it now."); err != nil {
		t.Fatal(err)
	}
	w.set("2026-03-17T12:45")
	c.goTo("/status/view")
	c.says("Thank you. Ring 101 if you hear it now.")
	c.saysNot("Marlow", story)
	c.picture("answered")
	c.press("I have finished")
	c.goTo("/status/view")
	c.at("/status")
	c.saysNot(reference, "shouting")
}

// story is what the neighbour saw.
const story = "A small boy stood at the window crying and a man shouted at him."

// picture keeps a picture of a page that was checked as it came.
func (b *tab) picture(name string) {
	b.w.t.Helper()
	b.taken++
	b.Shot(fmt.Sprintf("%s-%02d-%s", b.name, b.taken, name))
}

// next answers the questions of a form's page, named in pairs, and goes on.
func (b *tab) next(answers ...string) {
	b.w.t.Helper()
	b.fill(answers...)
	b.press("Save and continue")
}

// fill answers the questions of a page: a choice is made, anything else is
// typed.
func (b *tab) fill(answers ...string) {
	b.w.t.Helper()
	for i := 0; i+1 < len(answers); i += 2 {
		name, value := answers[i], answers[i+1]
		if b.Has(fmt.Sprintf("select[name=%[1]q], [name=%[1]q]:is([type=radio],[type=checkbox])", name)) {
			b.choose(name, value)
			continue
		}
		b.write(name, value)
	}
}

// at fails the journey unless the page's path holds the words.
func (b *tab) at(path string) {
	b.w.t.Helper()
	if !strings.Contains(b.URL(), path) {
		b.w.t.Fatalf("at %s, not %s:\n%s", b.URL(), path, b.Text("main"))
	}
}

// ticked says whether a choice is made on the page.
func (b *tab) ticked(name, value string) bool {
	b.w.t.Helper()
	return b.Has(fmt.Sprintf("[name=%q][value=%q]:checked", name, value))
}

// failed fails the journey unless the page says what is wrong, in its title, at
// its top and beside a question, and leads from the top to the control.
func (b *tab) failed(words string) {
	b.w.t.Helper()
	if !strings.HasPrefix(b.Title(), "Error: ") {
		b.w.t.Errorf("%s: the title does not say that something is wrong: %s", b.URL(), b.Title())
	}
	if !b.Has(".govuk-error-summary") {
		b.w.t.Fatalf("%s does not say that anything is wrong:\n%s", b.URL(), b.Text("main"))
	}
	if said := b.Text(".govuk-error-summary"); !strings.Contains(strings.ToLower(said), strings.ToLower(words)) {
		b.w.t.Errorf("%s says %q, not %q", b.URL(), said, words)
	}
	if lost := b.Eval(`[...document.querySelectorAll('.govuk-error-summary a')].filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1)))).map(a => a.hash).join(' ')`); lost != "" {
		b.w.t.Errorf("%s: the summary of errors leads nowhere: %s", b.URL(), lost)
	}
}

// change follows the link on the check page that changes the answer to a
// question.
func (b *tab) change(question string) {
	b.w.t.Helper()
	found := b.Eval(fmt.Sprintf(`(() => {
		document.querySelectorAll('[data-press]').forEach(e => e.removeAttribute('data-press'))
		const row = [...document.querySelectorAll('.govuk-summary-list__row')].find(e => e.innerText.includes(%q))
		const a = row && row.querySelector('a')
		if (a) a.setAttribute('data-press', '')
		return a ? '' : 'none'
	})()`, question))
	if found != "" {
		b.w.t.Fatalf("%s: no link changes %q", b.URL(), question)
	}
	b.Follow("[data-press]")
	b.look("")
}

// file makes a file to send.
func (w *world) file(name, content string) string {
	w.t.Helper()
	path := filepath.Join(w.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// as is a worker who acts now.
func (w *world) as(who agency.Worker) casework.By {
	return casework.ByWorker(who, &w.desk.Place.Register, w.clock.Now())
}

// record finds what a worker is told the reference of.
func (w *world) record(who agency.Worker, reference string) record.Record {
	w.t.Helper()
	rec, err := w.desk.Lookup(w.t.Context(), w.as(who), reference)
	if err != nil {
		w.t.Fatal(err)
	}
	return rec
}

// takes is a worker's step on a record, at a London time.
func (w *world) takes(who agency.Worker, rec record.Record, london, step string, answers answer.Set) {
	w.t.Helper()
	w.set(london)
	v, err := w.desk.Open(w.t.Context(), w.as(who), rec.ID)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.desk.TakeStep(w.t.Context(), w.as(who), rec.ID, step, v.Record.Revision, answers); err != nil {
		w.t.Fatalf("%s: %v", step, err)
	}
}

// mail sends the mails that wait, and gives the newest to an address that says
// something.
func (w *world) mail(to, says string) post.Mail {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	done := make(chan error, 1)
	go func() { done <- w.site.Run(ctx) }()
	defer func() {
		stop()
		<-done
	}()
	for until := time.Now().Add(30 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		for _, m := range w.outbox.All() {
			if m.To == to && strings.Contains(m.Text, says) {
				return m
			}
		}
	}
	w.t.Fatalf("no mail to %s that says %q", to, says)
	return post.Mail{}
}
