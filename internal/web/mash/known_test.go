package mash_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
)

// Whoever must look at what is known before a step may open the page it is on.
func TestWhoeverMustLookMayLook(t *testing.T) {
	t.Parallel()
	d := caseworktest.Open(t)
	for _, p := range d.Pathways.All() {
		for i := range p.Steps {
			s := &p.Steps[i]
			if !s.Looks() {
				continue
			}
			for _, id := range s.By {
				role, ok := d.Place.Register.Role(id)
				if ok && !slices.Contains(role.May, "people") {
					t.Errorf("%s: whoever takes %q as %s must look first and may not", p.Name, s.Label, id)
				}
			}
		}
	}
}

// accused is a report about a coach of a club, who is the same in each.
func (w *world) accused(authority string, more answer.Set) record.Record {
	w.T.Helper()
	set := answer.Set{
		"danger": answer.Text("no"), "al_who": answer.Text("public"), "al_want": answer.Text("report"), "al_authority": answer.Text(authority), "al_urgent": answer.Text("no"),
		"work_place": answer.Text("A school"), "work_sector": answer.Text("primary"), "work_teacher": answer.Text("yes"), "work_role": answer.Text("Teacher"), "work_basis": answer.Text("permanent"),
		"work_manager": answer.Text("Robin"), "al_elsewhere": answer.Text("no"), "al_own_children": answer.Text("no"), "al_before": answer.Text("no"),
		"al_words": answer.Text("He shouts."), "al_when": answer.Text("Today"), "al_from": answer.Text("seen"), "al_restraint": answer.Text("no"),
		"al_adult_knows": answer.Text("no"), "al_done": answer.List("nothing"), "accused": answer.List("r1"),
		"accused/r1/accused_given_names": answer.Text("Kim"), "accused/r1/accused_family_name": answer.Text("Quibble"), "accused/r1/accused_born": answer.Text("1980-05-05"),
	}
	set.Apply(more)
	rec, err := w.Desk.Begin(w.T.Context(), casework.ByVisitor("v-"+authority, w.Now()), "allegation", casework.Beginning{Authority: authority, Step: "send", Answers: set})
	if err != nil {
		w.T.Fatal(err)
	}
	return rec
}

// Another area's record about the same adult is there for the designated officer, as
// an area and a number, and for nobody else.
func TestWhatOtherAreasKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, rec := w.accused("essex", nil), w.accused("thurrock", nil)
	lado := w.worker("Ottilie Officer", "lado", "lado")
	b := w.tab(lado)
	got := b.get("/records/"+rec.ID+"/known").want(t, http.StatusOK, "Other areas have a record", "Essex County Council", "Ring the designated officer there")
	if strings.Contains(got.body, other.Reference) || strings.Contains(got.body, "Southend-on-Sea City Council</strong>") {
		t.Error("more was told than that there is one")
	}
	// A teacher is not named before a charge: it says so on every page.
	b.get("/records/"+rec.ID).want(t, http.StatusOK, "Nothing may be published that could lead the public to this teacher")
	essex := w.tab(caseworktest.Worker(t, w.Desk, "Essie Officer", "lado", "essex", "lado"))
	essex.get("/records/"+other.ID+"/looked").want(t, http.StatusOK, "Another area was told that there is a record here")
	plain := w.accused("southend", answer.Set{"work_teacher": answer.Text("no"), "accused/r1/accused_given_names": answer.Text("Somebody"), "accused/r1/accused_born": answer.Text("1999-01-01")})
	s := w.tab(caseworktest.Worker(t, w.Desk, "Sal Officer", "lado", "southend", "lado"))
	s.get("/records/"+plain.ID).want(t, http.StatusOK).without(t, "Nothing may be published")
	s.get("/records/"+plain.ID+"/known").want(t, http.StatusOK).without(t, "Other areas have a record")
}

// A social worker at the front door reads at the head of a referral that a family of
// which a MARAC is under way is not contacted before asking, and cannot go to it. An
// officer whose role is not named reads nothing.
func TestAFamilyOfAMaracIsNotContactedBeforeAsking(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec := w.referral(func(set answer.Set) {
		set["children/r1/given_names"], set["children/r1/family_name"], set["children/r1/born"] = answer.Text("Kit"), answer.Text("Sample"), answer.Text("2019-06-01")
	})
	social, officer := w.tab(w.worker("Sol Worker", "mash_social_worker", "")), w.tab(w.worker("Olu Officer", "mash_officer", ""))
	const words = "Seek advice before you ring, write to, visit or send anything"
	social.get("/records/"+rec.ID).want(t, http.StatusOK, rec.Reference).without(t, words)
	marac := w.began(w.worker("Hal Visitor", "health_practitioner", ""), "marac/tests/usual_road.yaml", "refer", nil)
	got := social.get("/records/"+rec.ID).want(t, http.StatusOK, words)
	if strings.Contains(got.body, marac.Reference) || strings.Contains(got.body, marac.ID) {
		t.Error("the page leads to the record")
	}
	social.get("/records/"+marac.ID).want(t, http.StatusNotFound)
	officer.get("/records/"+rec.ID).want(t, http.StatusOK, rec.Reference).without(t, words)
}
