package mash_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// mother is the mother of the children under another name, and flagged whether her
// address must be told to nobody.
func mother(flagged bool) func(answer.Set) {
	return func(s answer.Set) {
		s["strengths"] = answer.Text("She gets them to school each day.")
		s["adults/r1/adult_given_names"], s["adults/r1/adult_family_name"] = answer.Text("Żaneta"), answer.Text("محمد")
		s["adults/r2/adult_disclosure"] = answer.Text("open")
		if flagged {
			s["adults/r1/adult_in_household"] = answer.Text("no")
			s["adults/r1/adult_address"] = answer.Answer{Parts: map[string]string{"line1": "1 Hidden House", "postcode": "RM17 6SL"}}
			s["adults/r1/adult_disclosure"] = answer.Text("never-print")
		}
	}
}

var hiddenValue = regexp.MustCompile(`name="(copy|to|only|seen|asked|step|owner)" value="([^"]*)"`)

// hidden are the hidden values of the last form of a page.
func hidden(body string) url.Values {
	out := url.Values{}
	for _, m := range hiddenValue.FindAllStringSubmatch(body, -1) {
		out.Set(m[1], m[2])
	}
	return out
}

func previewOf(rec record.Record) string {
	return "/records/" + rec.ID + "/copies/preview?copy=family&to=parent%2Fadults%2Fr1"
}

func TestACopyIsSeenAndGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(func(s answer.Set) {
		mother(false)(s)
		for _, row := range s.Rows("children") {
			s[answer.RowKey("children", row, "home_disclosure")] = answer.Text("open")
		}
		s[answer.RowKey("children", "r1", "immigration")] = answer.Text("not_known")
	})
	b := w.tab(w.worker("Sol Worker", "mash_social_worker", ""))
	base := "/records/" + rec.ID + "/copies"
	b.get(base).want(t, http.StatusOK, "About your child, from the front door", "Żaneta", "No copy of this record has been given to anyone", "Who is given no copy", "Nothing is given to other adults.")
	b.get(base+"/preview?copy=family").want(t, http.StatusUnprocessableEntity, "Choose who it is for", `href="#to-family"`)
	b.get(base+"/preview?copy=family&to=parent%2Fadults%2Fa9").want(t, http.StatusConflict)
	b.get(base+"/preview?copy=none&to=file").want(t, http.StatusNotFound)
	page := b.get(previewOf(rec)).want(t, http.StatusOK, "This is what they get, and nothing else", "She gets them to school each day", "What is left out, and why", "Sealed", "I have read it: give it")
	if _, left, _ := strings.Cut(page.body, "What is left out, and why"); strings.Contains(left, "Example Primary") {
		t.Error("what was left out is shown")
	}
	pdf := b.get(strings.Replace(previewOf(rec), "/preview?", "/preview/pdf?", 1)).want(t, http.StatusOK)
	if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Disposition") != `attachment; filename="to-look-at.pdf"` {
		t.Errorf("%v", pdf.header)
	}
	form := hidden(page.body)
	form.Set("do", "give")
	// Another worker corrects something in between.
	w.take(w.worker("Tam Worker", "mash_social_worker", ""), rec.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("x")})
	given := b.post(base, form).want(t, http.StatusSeeOther)
	at, _, _ := strings.Cut(given.location, "?")
	b.get(given.location).want(t, http.StatusOK, "Kept on the record as given", "The PDF is the very file that was given", "She gets them to school each day")
	file := b.get(at+"/pdf").want(t, http.StatusOK)
	if file.header.Get("Content-Disposition") != `attachment; filename="copy-`+rec.Reference+`.pdf"` || file.header.Get("Cache-Control") != "no-store" || file.body != b.get(at+"/pdf").body {
		t.Errorf("%v", file.header)
	}
	b.get(base).want(t, http.StatusOK, "Copies given", "Nobody had to")
	b.get("/records/"+rec.ID+"/looked").want(t, http.StatusOK, "Gave a copy", "Opened a copy that was given", "Looked at a copy before it is given")

	// Those who may not see the record learn nothing of its copies.
	for name, other := range map[string]*tab{
		"researcher": w.tab(w.worker("Ron Researcher", "researcher", "police")), "administrator": w.tab(w.worker("Adi Admin", "administrator", "")), "nobody": {w: w},
	} {
		for _, path := range []string{base, previewOf(rec), strings.Replace(previewOf(rec), "/preview?", "/preview/pdf?", 1), at, at + "/pdf"} {
			if got := other.get(path).without(t, "Żaneta", "She gets them"); got.status < 400 {
				t.Errorf("%s opens %s: %d", name, path, got.status)
			}
		}
		for _, path := range []string{"", "/check"} {
			if got := other.post(base+path, form); got.status < 400 {
				t.Errorf("%s may post to %s: %d", name, path, got.status)
			}
		}
	}
}

func TestACopyWaitsForASecondPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(mother(true))
	worker, manager := w.tab(w.worker("Sol Worker", "mash_social_worker", "")), w.tab(w.worker("Mina Manager", "mash_manager", ""))
	base := "/records/" + rec.ID + "/copies"
	page := worker.get(previewOf(rec)).want(t, http.StatusOK, "A second person must look at this copy before it is given", "Ask a colleague to look at it").without(t, "1 Hidden House")
	form := hidden(page.body)
	form.Set("do", "give")
	worker.post(base, form).want(t, http.StatusForbidden, "A second person must look at this copy first")
	form.Set("do", "ask")
	worker.post(base, form).want(t, http.StatusUnprocessableEntity, "Say in a few words what it is given for", `href="#why"`)
	form.Set("why", "She asked for her copy")
	worker.post(base, form).want(t, http.StatusSeeOther)
	worker.get(base).want(t, http.StatusOK, "Waiting for a second person", "Someone else must look at it")
	manager.get("/notices").want(t, http.StatusOK, "A copy waits for a second person to look at it.")
	seen := manager.get(base).want(t, http.StatusOK, "She asked for her copy", "They would get this:", "Is it safe to go exactly as it is?")
	say := hidden(seen.body)
	manager.post(base+"/check", say).want(t, http.StatusUnprocessableEntity, "Choose whether it is safe to go")
	say.Set("safe", "no")
	manager.post(base+"/check", say).want(t, http.StatusUnprocessableEntity, "Say what must be changed", `href="#words-`)
	say.Set("words", "The school gives it away")
	manager.post(base+"/check", say).want(t, http.StatusSeeOther)
	worker.get("/notices").want(t, http.StatusOK, "A colleague has looked at your copy and sent it back.")
	worker.get(base).want(t, http.StatusOK, "sent it back", "The school gives it away")
	worker.get(previewOf(rec)).want(t, http.StatusOK, "The school gives it away")
	worker.post(base, form).want(t, http.StatusSeeOther)
	say = hidden(manager.get(base).want(t, http.StatusOK).body)
	say.Set("safe", "yes")
	say.Set("words", "No place is in it")
	worker.post(base+"/check", say).want(t, http.StatusForbidden)
	manager.post(base+"/check", say).want(t, http.StatusSeeOther)
	manager.get(previewOf(rec)).want(t, http.StatusOK, "You have found this copy safe yourself")
	form = hidden(worker.get(previewOf(rec)).want(t, http.StatusOK, "has read this copy, exactly as it is").body)
	form.Set("do", "give")
	worker.post(base, form).want(t, http.StatusSeeOther)
	worker.get(base).want(t, http.StatusOK, "Mina Manager").without(t, "Waiting for a second person")
}

// A letter is kept as a PDF under a name that tells nothing.
func TestALetterAsAPDF(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(nil)
	worker := w.worker("Sol Worker", "mash_social_worker", "")
	w.take(worker, rec.ID, "acknowledge", answer.Set{"ack_words": answer.Text("We have it.")})
	b := w.tab(worker)
	list := b.get("/records/"+rec.ID+"/letters").want(t, http.StatusOK, "We have your referral")
	_, href, _ := strings.Cut(list.body, `href="/records/`+rec.ID+`/letters/`)
	id, _, _ := strings.Cut(href, `"`)
	path := "/records/" + rec.ID + "/letters/" + id
	b.get(path).want(t, http.StatusOK, path+"/pdf")
	pdf := b.get(path+"/pdf").want(t, http.StatusOK)
	if !strings.HasPrefix(pdf.body, "%PDF-") || pdf.header.Get("Content-Disposition") != `attachment; filename="letter-`+rec.Reference+`.pdf"` || pdf.body != b.get(path+"/pdf").body {
		t.Errorf("%v", pdf.header)
	}
	if got := w.tab(w.worker("Ron Researcher", "researcher", "police")).get(path + "/pdf"); got.status != http.StatusNotFound {
		t.Errorf("a researcher gets %d", got.status)
	}
}

// The pages of copies, as a desktop and a phone see them, with their faults.
func TestCopiesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(mother(true))
	worker, manager := w.worker("Sol Worker", "mash_social_worker", ""), w.worker("Mina Manager", "mash_manager", "")
	b, m := w.tab(worker), w.tab(manager)
	base := "/records/" + rec.ID + "/copies"
	server := w.Serve()
	p := webtest.Browser(t)
	as := func(who *tab) {
		p.Open(server + "/nowhere")
		p.As(who.cookie)
	}
	see := func(name, path string, want int) {
		t.Helper()
		if status := p.Open(server + path); status != want {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("mash-copies-" + name)
	}
	as(b)
	see("none", base, http.StatusOK)
	p.Allow("422")
	see("nobody", base+"/preview?copy=family", http.StatusUnprocessableEntity)
	see("preview", previewOf(rec), http.StatusOK)
	p.Follow("main button") // without saying what it is for
	p.Check()
	p.Shot("mash-copies-ask-fault")
	p.Fill("#why", "She asked for her copy")
	p.Follow("main button")
	see("waiting", base, http.StatusOK)
	as(m)
	see("to-check", base, http.StatusOK)
	p.Follow(`form[action$="/copies/check"] button`)
	p.Check()
	p.Shot("mash-copies-check-fault")
	say := hidden(m.get(base).body)
	say.Set("safe", "no")
	say.Set("words", "The school gives it away.")
	m.post(base+"/check", say).want(t, http.StatusSeeOther)
	as(b)
	see("declined", previewOf(rec), http.StatusOK)
	form := hidden(b.get(previewOf(rec)).body)
	form.Set("do", "ask")
	form.Set("why", "She asked for her copy")
	b.post(base, form).want(t, http.StatusSeeOther)
	say = hidden(m.get(base).body)
	say.Set("safe", "yes")
	say.Set("words", "No place is in it.")
	m.post(base+"/check", say).want(t, http.StatusSeeOther)
	see("agreed", base, http.StatusOK)
	see("give", previewOf(rec), http.StatusOK)
	p.Follow("main button")
	p.Check()
	p.Shot("mash-copies-given")
	see("list", base, http.StatusOK)
}

// Letters that a second person sends back go to whoever prepared them with the
// words, and those they find safe can go. As a desktop and a phone see it.
func TestLettersAreSentBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(mother(true))
	worker, manager := w.worker("Sol Worker", "mash_social_worker", ""), w.worker("Mina Manager", "mash_manager", "")
	b, m := w.tab(worker), w.tab(manager)
	w.take(manager, rec.ID, "screen", answer.Set{"rating": answer.Text("amber"), "rating_reason": answer.Text("A real worry.")})
	m.get("/records/"+rec.ID+"/known").want(t, http.StatusOK)
	decided := answer.Set{"decision_consent": answer.Text("not_needed"), "decision_consent_words": answer.Text("Not needed.")}
	for _, row := range []string{"r1", "r2"} {
		for q, v := range map[string]string{"outcome": "s17", "level_decided": "4", "rationale": "It is needed.", "handover_words": "See her."} {
			decided[answer.RowKey("children", row, q)] = answer.Text(v)
		}
	}
	w.take(manager, rec.ID, "decide", decided)
	send, letters := "/records/"+rec.ID+"/steps/send_outcome", "/records/"+rec.ID+"/letters"
	say := url.Values{
		"asked": {"referrer_words", "parents_letter", "parents_not_told", "child_told_how"}, "based": {"3"},
		"referrer_words": {"She lives at 1 Hidden House now."}, "parents_letter": {"not_send"}, "parents_not_told": {"It could put the child at risk."}, "child_told_how": {"By her teacher."},
	}
	b.post(send, say).want(t, http.StatusUnprocessableEntity, "holds an address, a phone number or a name that may not be told")
	say.Set("referrer_words", "An assessment begins.")
	b.post(send, say).want(t, http.StatusOK, "A second person must read these letters before they can go")
	server := w.Serve()
	p := webtest.Browser(t)
	p.Open(server + "/nowhere")
	p.As(m.cookie)
	p.Allow("422")
	p.Open(server + letters)
	p.Check()
	p.Follow(`form[action$="/letters/check"] button`)
	p.Check()
	p.Shot("mash-letters-fault")
	verdict := hidden(m.get(letters).want(t, http.StatusOK, "Is it safe to go exactly as it is?").body)
	verdict.Set("safe", "no")
	verdict.Set("words", "Do not say which team.")
	m.post(letters+"/check", verdict).want(t, http.StatusSeeOther)
	b.get("/notices").want(t, http.StatusOK, "A colleague has read your letters and sent them back.")
	b.get(letters).want(t, http.StatusOK, "Mina Manager sent them back", "Do not say which team.")
	say.Set("confirmed", "yes")
	b.post(send, say).want(t, http.StatusOK, "A second person must read these letters before they can go")
	verdict.Set("safe", "yes")
	verdict.Set("words", "No place is in them.")
	m.post(letters+"/check", verdict).want(t, http.StatusSeeOther)
	b.post(send, say).want(t, http.StatusSeeOther)
}
