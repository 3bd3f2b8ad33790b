package pathways_test

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/partnerships"
	"frontdoor/pathways"
)

var now = time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC)

var load = sync.OnceValues(func() (*pathway.Library, pathway.Faults) {
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		return nil, pathway.Faults{{File: "set", Text: err.Error()}}
	}
	p, faults := partnership.Load(set)
	if p == nil {
		return nil, faults
	}
	place := p.Place
	place.Now = now
	return pathway.LoadAll(pathways.FS, place)
})

func get(t *testing.T, name string) *pathway.Pathway {
	t.Helper()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	p, ok := library.Get(name)
	if !ok {
		t.Fatalf("there is no pathway %s", name)
	}
	return p
}

// Every folder loads into the partnership it ships with, and nothing one
// pathway starts of another is missing.
func TestFoldersLoad(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if faults.Err() != nil {
		t.Fatal(faults.Err())
	}
	for _, p := range library.All() {
		// A page that says "not confirmed locally" needs the source to say why.
		for id, s := range p.Settings {
			if s.Source == "" {
				t.Errorf("%s: the setting %s does not say where it comes from", p.Name, id)
			}
		}
		if p.Files["guidance.md"] == "" {
			t.Errorf("%s has no guidance", p.Name)
		}
		if len(slices.DeleteFunc(sortedFiles(p), func(f string) bool { return !strings.HasPrefix(f, "tests/") })) == 0 {
			t.Errorf("%s has no scenarios", p.Name)
		}
	}
}

func sortedFiles(p *pathway.Pathway) []string {
	var out []string
	for f := range p.Files {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}

func facts(given map[string]string) pathway.Facts {
	set := answer.Set{}
	for k, v := range given {
		set[answer.Key(k)] = answer.Text(v)
	}
	set["children"] = answer.List("r1")
	return pathway.Facts{Answers: set, Now: now, State: "begun", Actor: pathway.Actor{Kind: "public", Author: true}}
}

func pages(p *pathway.Pathway, f pathway.Facts) (ids, questions []string) {
	for _, s := range p.Shown(f) {
		ids = append(ids, s.Page.ID)
		for _, q := range s.Questions {
			questions = append(questions, q.Question.ID)
		}
	}
	return ids, questions
}

// A form must never stand between a child in danger and the police.
func TestDangerComesFirstAndStops(t *testing.T) {
	t.Parallel()
	p := get(t, "referral")
	first, ok := p.Next(facts(nil), "", "")
	if !ok || first.Page.ID != "danger" {
		t.Fatalf("the form begins with %q, want danger", first.Page.ID)
	}
	for code, stopped := range map[string]bool{"now": true, "called": false, "no": false} {
		page, _ := p.Page(facts(map[string]string{"danger": code}), "danger", "")
		if page.Stopped != stopped {
			t.Errorf("danger %q: stopped is %v, want %v", code, page.Stopped, stopped)
		}
	}
	if !strings.Contains(first.Page.StopText, "999") {
		t.Error("the interruption does not say 999")
	}
}

// The public's road is short, and asks nothing a neighbour cannot know.
func TestThePublicIsAskedLittle(t *testing.T) {
	t.Parallel()
	p := get(t, "referral")
	for _, kind := range []string{"child", "parent", "family_public"} {
		ids, questions := pages(p, facts(map[string]string{"danger": "no", "sender_kind": kind, "where_known": "area", "stay_anonymous": "no"}))
		if len(ids) > 16 {
			t.Errorf("%s is asked %d pages: %v", kind, len(ids), ids)
		}
		for _, q := range []string{"nhs_number", "ethnicity", "level_proposed", "consent", "adult_pr", "referrer_name", "received_at"} {
			if slices.Contains(questions, q) {
				t.Errorf("%s is asked %s", kind, q)
			}
		}
	}
}

func TestOnlyTheFamilyAndThePublicMayStayAnonymous(t *testing.T) {
	t.Parallel()
	p := get(t, "referral")
	for kind, may := range map[string]bool{"child": false, "parent": false, "family_public": true, "professional": false} {
		_, questions := pages(p, facts(map[string]string{"danger": "no", "sender_kind": kind}))
		if slices.Contains(questions, "stay_anonymous") != may {
			t.Errorf("%s: may stay anonymous is %v, want %v", kind, !may, may)
		}
	}
	// Someone who chose to stay anonymous and then said that it is their job is
	// not anonymous any more.
	_, questions := pages(p, facts(map[string]string{"danger": "no", "sender_kind": "professional", "stay_anonymous": "yes"}))
	for _, q := range []string{"referrer_name", "sender_email"} {
		if !slices.Contains(questions, q) {
			t.Errorf("a professional who chose to stay anonymous before is not asked %s", q)
		}
	}
}

// Nothing on the decision is chosen beforehand, and what is asked once more
// depends only on the record.
func TestThirdContactNeedsThePattern(t *testing.T) {
	t.Parallel()
	p := get(t, "referral")
	step, _ := p.Step("decide")
	for count, want := range map[int64]bool{2: false, 3: true} {
		f := facts(map[string]string{"danger": "no", "sender_kind": "parent"})
		f.Counts = map[string]int64{"contacts_12m": count, "open_checks": 0}
		var asked bool
		for _, a := range p.Ask(step, f) {
			if a.Question.ID == "pattern" {
				asked = a.Required
			}
		}
		if asked != want {
			t.Errorf("%d contacts: the pattern is asked for: %v, want %v", count, asked, want)
		}
	}
}

// An agency that is asked learns who the children are and what is asked. It
// learns nothing of the worry, the sender or the other adults.
func TestAnAgencyGetsOnlyWhatItIsAsked(t *testing.T) {
	t.Parallel()
	referral, check := get(t, "referral"), get(t, "agency_check")
	allowed := []string{"children", "given_names", "family_name", "aliases", "unborn", "born", "due_date", "home_address", "home_disclosure"}
	for _, id := range check.Carry {
		if !slices.Contains(allowed, id) {
			t.Errorf("an agency is given %s", id)
		}
	}
	step, _ := referral.Step("ask_agencies")
	for id, rule := range step.Starts[0].Answers {
		if !slices.Contains([]string{"each", "q." + id}, rule) {
			t.Errorf("%s of the request comes from %s", id, rule)
		}
	}
}

// What is sealed or for the decision only never goes on to the next team, and
// stands in no letter.
func TestSealedAndGuardedAnswersStay(t *testing.T) {
	t.Parallel()
	library, _ := load()
	for _, from := range library.All() {
		secret := func(id string) bool {
			q, ok := from.Question(id)
			return ok && (q.Sealed || q.Guarded)
		}
		for _, to := range library.All() {
			for _, id := range to.Carry {
				if secret(id) {
					t.Errorf("%s gives %s on to %s", from.Name, id, to.Name)
				}
			}
		}
		for _, d := range from.Documents {
			if slices.ContainsFunc(d.Allow, secret) {
				t.Errorf("the letter %s of %s may show what is secret", d.ID, from.Name)
			}
		}
	}
}

// The parents' letter never shows who told, and the public's shows no child.
func TestLettersShowOnlyTheirReadersPart(t *testing.T) {
	t.Parallel()
	p := get(t, "referral")
	f := facts(map[string]string{
		"danger": "no", "sender_kind": "family_public", "public_name": "Nosy Neighbour", "public_saw": "Shouting", "how_know": "Next door",
		"referrer_words": "We looked into it.", "parents_letter": "send", "parents_words": "A worker will ring you.",
	})
	f.Answers["children/r1/given_names"] = answer.Text("Archie")
	f.Answers["children/r1/outcome"] = answer.Text("advice")
	extra := map[string]string{"reference": "TH-1", "front_door": "MASH", "authority": "Thurrock Council", "phone": "01632 960004"}
	for id, never := range map[string][]string{
		"outcome_parents": {"Nosy", "Shouting", "Next door", "We looked into it"},
		"outcome_public":  {"Archie", "A worker will ring you", "advice"},
	} {
		doc, _ := p.Document(id)
		row := ""
		if doc.Row != "" {
			row = "r1"
		}
		text, _, err := p.Render(doc, row, f, extra)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range never {
			if strings.Contains(text, word) {
				t.Errorf("%s shows %q", id, word)
			}
		}
	}
	doc, _ := p.Document("outcome_parents")
	if text, _, _ := p.Render(doc, "r1", f, extra); !strings.Contains(text, "Archie") || !strings.Contains(text, "A worker will ring you") {
		t.Errorf("the parents’ letter leaves out what it is for: %s", text)
	}
}

func TestARowIsCalledByNameAndJob(t *testing.T) {
	t.Parallel()
	plan, death := get(t, "child_protection_plan"), get(t, "child_death")
	for _, c := range []struct {
		p           *pathway.Pathway
		group, want string
		given       answer.Set
	}{
		{plan, "core", "Bart Saga, Health visitor", answer.Set{"core/r1/core_name": answer.Text("Bart Saga"), "core/r1/core_job": answer.Text("Health visitor")}},
		{plan, "core", "Bart Saga", answer.Set{"core/r1/core_name": answer.Text("Bart Saga")}},
		{plan, "children", "Bella Sample", answer.Set{"children/r1/given_names": answer.Text("Bella"), "children/r1/family_name": answer.Text("Sample")}},
		{death, "family", "Bella Sample", answer.Set{"family/r1/family_given": answer.Text("Bella"), "family/r1/family_last": answer.Text("Sample")}},
	} {
		if got := c.p.RowName(pathway.Facts{Answers: c.given}, c.group, "r1"); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
