package journeys

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/contact"
	"frontdoor/internal/secret"
)

// A school's safeguarding lead refers two children on a phone. The session ends
// while she types: nothing is lost. She finishes at her desk.
func TestProfessionalOnAPhone(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	lead := w.worker("Asha Noor", "referrer", "school")
	b := w.tab("professional")
	b.Width(360)
	b.comeIn(lead)
	b.goTo("/refer")
	b.picture("start")
	b.press("Start now")
	b.at("/danger")
	b.next("danger", "no")
	b.pass("sender_kind", "professional")
	b.pass("where_known", "area")
	b.next("child_area", "thurrock")

	// The first child.
	b.next("children/r1/unborn", "no", "children/r1/given_names", "Bella", "children/r1/family_name", "Sample")
	b.press("Save and continue")
	b.failed("Date of birth")
	b.picture("no-birth")
	b.next("children/r1/born-day", "27", "children/r1/born-month", "3", "children/r1/born-year", "2017", "children/r1/born_estimated", "no")
	b.next("children/r1/home_address-line1", "1 Example Street", "children/r1/home_address-postcode", "RM17 6SL", "children/r1/home_disclosure", "open")
	b.next("children/r1/school", "Example Primary")
	b.pass("children/r1/sex", "F", "children/r1/ethnicity", "NOBT", "children/r1/religion-not_known", "1", "children/r1/religion-not_known_reason", "School does not hold it")
	b.pass("children/r1/first_language", "English", "children/r1/interpreter", "no")
	b.next("children/r1/disability", "NONE")
	b.fill("children/r1/nhs_number", "123 456 7890")
	b.press("Save and continue")
	b.failed("NHS number")
	b.next("children/r1/nhs_number", "")
	b.pass("children/r1/at_home_now", "no", "children/r1/where_now", "At school", "children/r1/with_now", "Her teacher")
	b.pass("children/r1/gp-not_known", "1", "children/r1/gp-not_known_reason", "School does not hold it", "children/r1/health_worker-not_known", "1", "children/r1/health_worker-not_known_reason", "School does not hold it")
	b.pass("children/r1/plans", "none", "children/r1/earlier_referrals", "none")
	b.next("children/r1/seen_alone", "yes", "children/r1/own_words", "I hide under the bed.")
	b.at("/list/children")
	b.says("Bella Sample", "Answered")

	// The second is not born yet.
	b.press("Add another child")
	b.at("/child_name/r2")
	b.pass("children/r2/unborn", "yes", "children/r2/family_name", "Sample")
	b.pass("children/r2/due_date-day", "1", "children/r2/due_date-month", "9", "children/r2/due_date-year", "2026")
	b.pass("children/r2/home_address-line1", "1 Example Street", "children/r2/home_address-postcode", "RM17 6SL", "children/r2/home_disclosure", "open")
	if strings.Contains(b.URL(), "/child_school/") {
		b.pass()
	}
	b.pass("children/r2/gp-not_known", "1", "children/r2/gp-not_known_reason", "School does not hold it", "children/r2/health_worker-not_known", "1", "children/r2/health_worker-not_known_reason", "School does not hold it")
	b.pass("children/r2/plans", "none", "children/r2/earlier_referrals", "none")
	b.at("/list/children")
	b.look("two-children")
	b.press("Continue")

	b.next("purpose", "concern", "urgency", "today")
	b.pass("known_at-day", "16", "known_at-month", "3", "known_at-year", "2026")
	b.next("verbal_first", "no")
	b.next("adults_known", "yes", "father_elsewhere", "none")
	b.at("/list/adults")
	b.press("Add an adult")
	b.next("adults/r1/adult_given_names", "Dana", "adults/r1/adult_family_name", "Sample")
	b.pass("adults/r1/adult_relation", "mother", "adults/r1/adult_pr", "yes", "adults/r1/adult_in_household", "yes")
	b.next("adults/r1/adult_safe", "not_known")
	b.next("adults/r1/adult_source", "no")
	b.at("/list/adults")
	b.press("Continue")

	// It is saved as she types.
	b.at("/worry")
	b.write("worry_facts", "On Monday Bella had not slept.")
	b.WaitText("[data-autosave-status]", "Saved 10:0")
	b.look("saved")

	// Her session ends. The page says so where she is, and keeps her words.
	w.endSessions(lead)
	b.write("worry_reported", "Bella says that he shouts.")
	b.Wait("dialog[open]")
	b.says("You have been signed out", "What you typed is still on this page")
	b.look("signed-out")
	if got := b.Eval("document.querySelector('[name=worry_reported]').value"); got != "Bella says that he shouts." {
		t.Errorf("the page lost what was typed: %q", got)
	}
	again := &tab{Page: b.Beside(), w: w, name: "professional-again"}
	again.comeIn(lead)
	b.mark("I have signed in")
	b.Click("[data-press]")
	b.WaitText("[data-autosave-status]", "Saved 10:0")
	b.look("saved-again")

	// At her desk the draft is where she left it, with every word.
	d := w.tab("professional-desk")
	d.comeIn(lead)
	d.goTo("/refer")
	d.says("Carry on with what you were writing", "Bella Sample")
	d.picture("carry-on")
	d.press("Worry about a child: Bella Sample")
	d.at("/worry")
	for name, want := range map[string]string{"worry_facts": "On Monday Bella had not slept.", "worry_reported": "Bella says that he shouts."} {
		if got := d.Eval("document.querySelector('[name=" + name + "]').value"); got != want {
			t.Errorf("%s came over as %q", name, got)
		}
	}
	d.next("worry_opinion", "We think that she lives with violence.")
	d.pass("concerns", "domestic_abuse")
	d.next("red_flags", "none")
	d.pass("injury", "no")
	d.at("/files")
	d.Upload("input[type=file]", w.file("note.txt", "What Bella drew."))
	d.press("Save and continue")
	d.next()
	d.next()
	d.pass("history", "Two talks with Mum this term.", "help_tried", "Breakfast club.")
	d.pass("indicators", "da_home")
	d.pass("level_proposed", "4", "level_reason", "What Bella says, and a baby on the way.")
	d.pass("adults/r1/adult_told", "no")
	d.next("parents_told", "no", "parents_not_told_why", "It could put Mum at risk.", "child_told", "yes")
	d.pass("consent", "not_asked")
	d.at("/consent")
	d.next("no_consent_reason", "b", "no_consent_why", "Dad reads her phone.")
	d.next()
	d.at("/referrer")
	if d.Eval("document.querySelector('[name=referrer_name]').value") != lead.Name {
		t.Error("her own name is not filled in")
	}
	d.picture("about-you")
	d.next("referrer_role", "Safeguarding lead", "referrer_source", "2A", "referrer_phone", "01632 960003", "dsl_copied", "yes")
	d.next("sender_email", lead.Email)
	d.at("/check")
	d.says("Bella", "This goes to MASH, Thurrock Council", "note.txt")
	d.picture("check")
	d.press("Send")
	d.at("/refer/sent/")
	d.says("We have it", "You should hear by")
	d.picture("receipt")
	reference := d.Text("#reference")
	d.goTo("/sent")
	d.says(reference, "We have what you sent", "Bella Sample")
	d.picture("sent")
	d.press(reference)
	d.says("What you sent", "I hide under the bed.")
	d.picture("what-happened")
	d.goTo("/refer")
	d.saysNot("Carry on with what you were writing")

	// On the phone the page it still shows is gone, and says why.
	if status := b.Open(b.URL()); status != http.StatusNotFound {
		t.Errorf("what was sent can still be written: status %d", status)
	}
	b.look("")
	b.says("may have been sent already")
	b.picture("sent-elsewhere")
}

// A professional without an account is asked for a work email, and is asked in
// a mail to confirm it. Their referral does not wait for that.
func TestProfessionalWithoutAnAccount(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	officer := w.worker("Omar Officer", "mash_officer", "")
	b := w.tab("no-account")
	b.goTo("/refer")
	b.press("Start now")
	code, err := secret.ParseReceiptCode(b.Text("#your-code"))
	if err != nil {
		t.Fatal(err)
	}
	b.press("Carry on")
	draft := strings.Split(b.URL(), "/")[4]
	by := casework.ByVisitor(secret.ReceiptHash(w.desk.Sealer.LookupHash, code), w.clock.Now())
	if _, err := w.desk.SaveDraft(t.Context(), by, draft, professional(), ""); err != nil {
		t.Fatal(err)
	}
	b.goTo("/refer/" + draft + "/check")
	b.says("Still to answer")
	b.picture("email-missing")
	b.Eval(`(document.querySelector('[href*="#sender_email"]').setAttribute('data-press', ''), '')`)
	b.Follow("[data-press]")
	b.look("")
	b.press("Save and continue")
	b.failed("email")
	b.fill("sender_email", "nurse at the surgery")
	b.press("Save and continue")
	b.failed("email")
	b.picture("email-wrong")
	b.next("sender_email", "nurse@surgery.example.org")
	b.at("/check")
	b.press("Send")
	b.says("We have sent an email to your work address")
	b.saysNot("Bella")
	b.picture("receipt")
	rec := w.record(officer, b.Text("#reference"))

	m := w.mail("nurse@surgery.example.org", "/confirm/")
	for _, word := range []string{"Bella", "Sample", "child", rec.Reference} {
		if strings.Contains(m.Subject+m.Text, word) {
			t.Errorf("the mail says %q", word)
		}
	}
	link := regexp.MustCompile(regexp.QuoteMeta(w.base) + `(/confirm/\S+)`).FindStringSubmatch(m.Text)
	if link == nil {
		t.Fatalf("no link in %q", m.Text)
	}
	// The mail is read on a phone that has never been here.
	c := w.tab("confirm")
	c.Width(360)
	c.goTo(link[1])
	c.picture("ask")
	confirmed := func() bool {
		v, err := w.desk.Open(t.Context(), w.as(officer), rec.ID)
		if err != nil {
			t.Fatal(err)
		}
		return v.Confirmed
	}
	if confirmed() {
		t.Error("opening the link alone confirmed the address")
	}
	c.press("Yes, this is my work email")
	c.says("We know now that your work email reaches you")
	c.picture("done")
	if !confirmed() {
		t.Error("the address is not confirmed")
	}
	c.Open(w.base + link[1] + "x")
	c.press("Yes, this is my work email")
	c.says("does not work any more")
	c.picture("wrong-link")
}

// professional is all that a school answers about one child, but for its email.
func professional() answer.Set {
	no := answer.Text("no")
	child := answer.Set{
		"unborn": no, "given_names": answer.Text("Bella"), "family_name": answer.Text("Sample"), "born": answer.Text("2017-03-27"), "born_estimated": no,
		"home_address":    {Parts: map[string]string{"line1": "1 Example Street", "town": "Grays", "postcode": "RM17 6SL"}},
		"home_disclosure": answer.Text("open"), "school": answer.Text("Example Primary"), "sex": answer.Text("F"), "ethnicity": answer.Text("NOBT"),
		"religion": {NotKnown: "Nobody has asked"}, "first_language": answer.Text("English"), "interpreter": no, "disability": answer.List("NONE"),
		"at_home_now": no, "where_now": answer.Text("At school"), "with_now": answer.Text("Her teacher"), "gp": {NotKnown: "School does not hold it"},
		"health_worker": {NotKnown: "School does not hold it"}, "plans": answer.List("none"), "earlier_referrals": answer.Text("none"),
		"seen_alone": answer.Text("yes"), "own_words": answer.Text("I hide under the bed."),
	}
	all := answer.Set{
		"danger": no, "sender_kind": answer.Text("professional"), "where_known": answer.Text("area"), "child_area": answer.Text("thurrock"),
		"children": answer.List("r1"), "purpose": answer.Text("concern"), "urgency": answer.Text("today"), "known_at": answer.Text("2026-03-16"), "verbal_first": no,
		"adults_known": no, "no_adult_reason": answer.Text("She will not say."), "father_elsewhere": answer.Text("not_known"),
		"worry_facts": answer.Text("On Monday Bella had not slept."), "worry_reported": answer.Text("Bella says that he shouts."),
		"worry_opinion": answer.Text("We think that she lives with violence."), "concerns": answer.List("domestic_abuse"), "red_flags": answer.List("none"),
		"injury": no, "history": answer.Text("Two talks with Mum this term."), "help_tried": answer.Text("Breakfast club."), "level_proposed": answer.Text("4"),
		"level_reason": answer.Text("What Bella says."), "parents_told": no, "parents_not_told_why": answer.Text("It could put Mum at risk."),
		"child_told": answer.Text("yes"), "consent": answer.Text("not_asked"), "no_consent_reason": answer.Text("b"), "no_consent_why": answer.Text("Dad reads her phone."),
		"referrer_name": answer.Text("C. Example"), "referrer_role": answer.Text("Safeguarding lead"), "referrer_agency": answer.Text("Example Primary"),
		"referrer_source": answer.Text("2A"), "referrer_phone": answer.Text("01632 960003"), "dsl_copied": answer.Text("yes"),
	}
	for k, v := range child {
		all[answer.RowKey("children", "r1", string(k))] = v
	}
	return maps.Clone(all)
}

// pass answers a page and goes on to one that is checked elsewhere.
func (b *tab) pass(answers ...string) {
	b.w.t.Helper()
	b.fill(answers...)
	b.mark("Save and continue")
	b.Follow("[data-press]")
}

// On Christmas night and at the minute the front door opens and shuts, the page
// and the interface for programs name whoever answers then.
func TestContact(t *testing.T) {
	t.Parallel()
	const day, night = "01375 652802", "01375 372468"
	w := at(t, "2026-12-25T21:10")
	b := w.tab("contact")
	b.goTo("/contact")
	b.picture("ask")
	b.press("Show who to call")
	b.failed("how soon")
	b.choose("urgent", "soon")
	b.press("Show who to call")
	b.failed("where")
	b.picture("error")
	if !b.ticked("urgent", "soon") {
		t.Error("an error forgot what was chosen")
	}
	ask := func() {
		t.Helper()
		b.choose("urgent", "soon")
		b.choose("where", "thurrock")
		b.choose("who", "public")
		b.choose("about", "child")
		b.press("Show who to call")
	}
	first := func(number string) {
		t.Helper()
		if text := b.Text("[aria-labelledby=first]"); !strings.Contains(text, number) {
			t.Errorf("at %s the first number is not %s: %s", calendar.Show(w.clock.Now()), number, text)
		}
	}
	ask()
	first(night)
	b.says("Thurrock Emergency Duty Team", "Hours:", "Friday 25 December 2026, 21:1", "Not confirmed locally")
	b.picture("christmas")

	// The first working day after Christmas is Tuesday the 29th.
	for _, at := range []struct{ london, number string }{
		{"2026-12-28T10:00", night},
		{"2026-12-29T08:58", night},
		{"2026-12-29T09:00", day},
		{"2026-12-29T16:28", day},
		{"2026-12-29T16:30", night},
	} {
		w.set(at.london)
		b.Open(b.URL())
		first(at.number)
	}
	b.look("shut")
	b.press("Ask again")
	b.choose("urgent", "now")
	b.press("Show who to call")
	b.says("999")
	b.look("danger")

	get := func(query url.Values) (int, contact.Answer, map[string]any) {
		t.Helper()
		res, err := http.Get(w.base + "/api/who-to-call?" + query.Encode())
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var raw json.RawMessage
		var got contact.Answer
		all := map[string]any{}
		if err := json.NewDecoder(res.Body).Decode(&raw); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		if res.StatusCode == http.StatusOK {
			if err := json.Unmarshal(raw, &got); err != nil {
				t.Fatal(err)
			}
		}
		return res.StatusCode, got, all
	}
	for _, x := range []struct{ at, number string }{
		{"2026-12-25T21:10", night},
		{"2026-12-29T08:59:59Z", night},
		{"2026-12-29T09:00:00Z", day},
		{"2026-12-29T16:29:59Z", day},
		{"2026-12-29T16:30:00Z", night},
		{"2027-06-01T08:00:00Z", day}, // 9:00 in London in summer
	} {
		code, got, _ := get(url.Values{"authority": {"thurrock"}, "at": {x.at}})
		if code != http.StatusOK || got.Phone != x.number || got.InHours != (x.number == day) {
			t.Errorf("at %s: %d, %s, open %v", x.at, code, got.Phone, got.InHours)
		}
	}
	if code, got, _ := get(url.Values{"authority": {"essex"}, "urgent": {"true"}}); code != http.StatusOK || got.Phone != "999" {
		t.Errorf("in danger: %d, %s", code, got.Phone)
	}
	code, _, all := get(url.Values{"authority": {"thurrock"}, "at": {"at night"}})
	if fields, _ := all["fields"].(map[string]any); code != http.StatusUnprocessableEntity || fields["at"] == nil {
		t.Errorf("a time that is none: %d %v", code, all)
	}
}
