package journeys

import (
	"fmt"
	"maps"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
)

// texts are answers that are each one text or one choice.
func texts(list map[answer.Key]string) answer.Set {
	out := answer.Set{}
	for k, text := range list {
		out[k] = answer.Text(text)
	}
	return out
}

// child is a child of school age as a professional tells of them.
func child(row, given, family, born string) answer.Set {
	out := answer.Set{}
	for q, a := range texts(map[answer.Key]string{
		"given_names": given, "family_name": family, "unborn": "no", "born": born, "born_estimated": "no", "home_disclosure": "open",
		"school": "Example Primary", "sex": "F", "ethnicity": "NOBT", "first_language": "English", "interpreter": "no", "at_home_now": "no",
		"where_now": "At school", "with_now": "Her teacher", "earlier_referrals": "none", "seen_alone": "yes",
		"own_words": "He shouts and then Mum cries. I hide under the bed.",
	}) {
		out[answer.RowKey("children", row, string(q))] = a
	}
	for _, q := range []string{"religion", "gp", "health_worker"} {
		out[answer.RowKey("children", row, q)] = answer.Answer{NotKnown: "School does not hold it"}
	}
	out[answer.RowKey("children", row, "home_address")] = answer.Answer{Parts: map[string]string{"line1": "1 Example Street", "town": "Grays", "postcode": "RM17 6SL"}}
	out[answer.RowKey("children", row, "disability")] = answer.List("NONE")
	out[answer.RowKey("children", row, "plans")] = answer.List("none")
	return out
}

// siblings are a school's referral of two sisters, Bella and Cara Sample, who
// live with violence.
func siblings() answer.Set {
	out := texts(map[answer.Key]string{
		"danger": "no", "sender_kind": "professional", "where_known": "area", "child_area": "thurrock", "purpose": "concern", "urgency": "today",
		"known_at": "2026-03-16", "verbal_first": "no", "adults_known": "yes", "father_elsewhere": "none",
		"adults/r1/adult_given_names": "Dana", "adults/r1/adult_family_name": "Sample", "adults/r1/adult_relation": "mother", "adults/r1/adult_pr": "yes",
		"adults/r1/adult_in_household": "yes", "adults/r1/adult_phone": "01632 960002", "adults/r1/adult_safe": "yes", "adults/r1/adult_source": "no", "adults/r1/adult_told": "no",
		"worry_facts": "On Monday Bella came in without having slept and would not go home.", "worry_reported": "Bella told her teacher what is written under her own words.",
		"worry_opinion": "We think that she lives with violence between her parents.", "injury": "no", "history": "Two talks with Mum this term about Bella being tired.",
		"help_tried": "Breakfast club. She came for two weeks.", "level_proposed": "4", "level_reason": "What Bella says.", "parents_told": "no",
		"parents_not_told_why": "Telling them could put Mum and Bella at risk.", "child_told": "yes", "consent": "not_asked", "no_consent_reason": "b", "no_consent_why": "Dad reads Mum’s phone.",
		"referrer_name": "Cleo Example", "referrer_role": "Designated safeguarding lead", "referrer_agency": "Example Primary", "referrer_source": "2A",
		"referrer_phone": "01632 960003", "sender_email": "dsl@example.org", "dsl_copied": "yes",
	})
	out["children"], out["adults"] = answer.List("r1", "r2"), answer.List("r1")
	out["concerns"], out["red_flags"] = answer.List("domestic_abuse", "emotional"), answer.List("none")
	maps.Copy(out, child("r1", "Bella", "Sample", "2017-05-03"))
	maps.Copy(out, child("r2", "Cara", "Sample", "2020-11-20"))
	return out
}

// refer sends a referral as a signed-in professional does.
func (w *world) refer(who agency.Worker, answers answer.Set) record.Record {
	w.t.Helper()
	dr, err := w.desk.StartDraft(w.t.Context(), w.as(who), "referral", answers)
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	sent, err := w.desk.Send(w.t.Context(), w.as(who), dr.ID, "")
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	return sent.Record
}

// neighbour is what a neighbour told the front door some days ago.
func (w *world) neighbour(days int, given, family, born string) record.Record {
	w.t.Helper()
	answers := texts(map[answer.Key]string{
		"danger": "no", "sender_kind": "family_public", "where_known": "area", "child_area": "thurrock", "public_saw": "There was shouting, and she stood outside on her own.",
		"public_when": "Most evenings", "children/r1/given_names": given, "children/r1/family_name": family, "children/r1/born": born,
		"lives_with": "Her mum and a man", "how_know": "I live next door", "stay_anonymous": "yes",
	})
	answers["children"] = answer.List("r1")
	by := casework.ByVisitor("visitor", w.clock.Now().AddDate(0, 0, -days))
	rec, err := w.desk.Begin(w.t.Context(), by, "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: answers})
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// take takes a step as a worker, outside the pages.
func (w *world) take(who agency.Worker, id, step string, changes answer.Set) record.Record {
	w.t.Helper()
	rec, err := w.desk.TakeStep(w.t.Context(), w.as(who), id, step, 0, changes)
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

// comeIn signs in as signIn does, and looks at no page on the way: the journey
// of signing in does.
func (b *tab) comeIn(who agency.Worker) *tab {
	b.w.t.Helper()
	b.Open(b.w.base + "/sign-in")
	b.write("email", who.Email)
	b.write("password", password)
	b.move("Continue")
	b.write("code", b.w.code())
	b.move("Sign in")
	return b
}

// errors presses a button that the form refuses, and wants these words in the
// summary of what is wrong.
func (b *tab) errors(words string, wrong ...string) {
	b.w.t.Helper()
	b.press(words)
	summary := ""
	if b.Has(".govuk-error-summary") {
		summary = b.Text(".govuk-error-summary")
	}
	for _, w := range wrong {
		if !strings.Contains(summary, w) {
			b.w.t.Fatalf("%s: the error summary does not say %q: %q\n%s", b.URL(), w, summary, b.Text("main"))
		}
	}
}

// nothingChosen fails the journey when any radio or checkbox of the main part
// is ticked before anyone has chosen.
func (b *tab) nothingChosen() {
	b.w.t.Helper()
	if ticked := b.Eval(`[...document.querySelectorAll('main input:checked')].map(e => e.name + '=' + e.value).join(', ')`); ticked != "" {
		b.w.t.Fatalf("%s: chosen for the worker: %s", b.URL(), ticked)
	}
}

// unfold opens a fold of the page by its words.
func (b *tab) unfold(words string) {
	b.w.t.Helper()
	b.mark(words)
	b.Click("[data-press]")
}

// back goes to a page that has been looked at, to go on from there.
func (b *tab) back(path string) {
	b.w.t.Helper()
	if status := b.Open(b.w.base + path); status >= 400 {
		b.w.t.Fatalf("%s: status %d: %s", path, status, b.Text("main"))
	}
}

// shut goes to a page that the worker may not have, and checks how that is said.
func (b *tab) shut(path string) {
	b.w.t.Helper()
	if status := b.Open(b.w.base + path); status != 404 {
		b.w.t.Fatalf("%s: status %d, want 404: %s", path, status, b.Text("main"))
	}
	b.look("")
}

// holds fails the journey when a control does not hold these words.
func (b *tab) holds(name, words string) {
	b.w.t.Helper()
	if got := b.Eval(fmt.Sprintf(`document.querySelector('[name=%q]').value`, name)); got != words {
		b.w.t.Fatalf("%s: %s holds %q, want %q", b.URL(), name, got, words)
	}
}

// move presses as press does, where the page it leads to has been looked at.
func (b *tab) move(words string) {
	b.w.t.Helper()
	b.mark(words)
	b.Follow("[data-press]")
}

// live presses a link or button in a piece of the page that updates itself. The
// piece may be swapped at any moment, so it is found and pressed in one go.
func (b *tab) live(words string) {
	b.w.t.Helper()
	b.Eval(`document.querySelectorAll('[data-press]').forEach(e => e.removeAttribute('data-press')); ''`)
	found := b.Eval(fmt.Sprintf(`(() => {
		const said = e => e.textContent.replace(/\s+/g, ' ').trim()
		const all = () => [...document.querySelectorAll('[data-live] a, [data-live] button')]
		const find = () => all().find(e => said(e).startsWith(%q))
		if (!find()) return 'there are: ' + all().map(said).join(' | ')
		const press = document.createElement('button')
		press.textContent = 'press'
		press.setAttribute('data-press', '')
		press.addEventListener('click', () => find().click())
		document.body.prepend(press)
		return ''
	})()`, words))
	if found != "" {
		b.w.t.Fatalf("%s: nothing to press says %q; %s\n%s", b.URL(), words, found, b.Text("main"))
	}
	b.Follow("[data-press]")
	b.look("")
}
