package casework_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
	"frontdoor/internal/store"
)

// Every copy of every pathway can be made of a record that went its usual road, for
// everyone it is for, and holds nothing that is sealed, guarded or must not be
// told. FRONTDOOR_SHEETS names a folder to keep the PDFs in, to look at.
func TestCopiesOfEveryPathway(t *testing.T) {
	t.Parallel()
	for _, p := range caseworktest.Library().All() {
		if len(p.Copies) == 0 {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			d := caseworktest.Open(t)
			s := caseworktest.Scene(t, p.Name+"/tests/usual_road.yaml")
			pl := &player{t: t, d: d, s: s, name: s.Pathway, started: map[string]string{}, looked: map[string]bool{}}
			var at time.Time
			for _, a := range pl.s.Acts {
				var err error
				if at, _, err = calendar.ParseTime(a.At); err != nil {
					t.Fatal(err)
				}
				pl.act(a.Step, a, at)
			}
			rec, on := pl.root.ID, "" // or the record of it that the story’s own one started
			if s.Pathway != p.Name {
				rec, on = pl.started[p.Name], p.Name
			}
			copiesOf(t, pl, rec, on, at)
		})
	}
}

// The court is given what its list names and no more: not the lawyer’s advice, not why it
// was asked, and no address that is not open. While there is one, a second person reads
// it first.
func TestThePackForTheCourt(t *testing.T) {
	t.Parallel()
	d := caseworktest.Open(t)
	s := caseworktest.Scene(t, "pre_proceedings/tests/usual_road.yaml")
	pl := &player{t: t, d: d, s: s, name: s.Pathway, started: map[string]string{}, looked: map[string]bool{}}
	var at time.Time
	for _, a := range s.Acts {
		at, _, _ = calendar.ParseTime(a.At)
		pl.act(a.Step, a, at)
		if a.Step == "meet" && a.Refused == "" {
			break
		}
	}
	rec, by := pl.root.ID, pl.by("social_care_manager", at)
	pack := casework.Wanted{Copy: "court", To: "court"}
	before, err := d.PreviewCopy(t.Context(), by, rec, pack)
	if err != nil || before.Second {
		t.Fatalf("%v: it waits for a second person while every address is open: %v", err, before)
	}
	for _, want := range []string{"She is hungry and alone", "Ria", "Jo"} {
		if !strings.Contains(before.Body, want) {
			t.Errorf("the pack does not hold %q", want)
		}
	}
	for _, never := range []string{"The threshold is met", "Nothing has changed since May", "1 Sample Street", "L. Example"} {
		if strings.Contains(before.Body, never) {
			t.Errorf("the pack holds %q", never)
		}
	}
	now, err := pl.read(rec)
	if err == nil {
		_, err = d.Answer(t.Context(), by, rec, now.Revision, answer.Set{"children/r1/home_disclosure": answer.Text("never-print")}, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	after, err := d.PreviewCopy(t.Context(), by, rec, pack)
	if err != nil || !after.Second {
		t.Fatalf("%v: with an address that nobody may know it waits for nobody", err)
	}
	if _, err := d.GiveCopy(t.Context(), by, rec, pack, after.Hash); err == nil {
		t.Error("it was given before a second person had read it")
	}
}

func copiesOf(t *testing.T, pl *player, rec, on string, at time.Time) {
	t.Helper()
	var by casework.By
	var offers []casework.CopyOffer
	for _, a := range pl.s.Acts {
		if where, _, _ := strings.Cut(a.On, "/"); where != on {
			continue
		}
		by = pl.by(a.By, at)
		var err error
		if offers, _, err = pl.d.CopyOffers(t.Context(), by, rec); err == nil && len(offers) > 0 {
			break
		}
	}
	never := neverIn(t, pl, rec)
	agency, made := map[string]bool{}, 0
	name := on
	if name == "" {
		name = pl.root.Pathway
	}
	p, _ := pl.d.Pathways.Get(name)
	for _, o := range offers {
		// A child has parents also where the record lists nobody who is one.
		if p.UnlistedParents() && slices.Contains(o.Copy.To, "parent") && !slices.ContainsFunc(o.Readers, func(r casework.Reader) bool { return r.Kind == "parent" && r.Name == "A parent" }) {
			t.Errorf("%s cannot be given to a parent", o.Copy.ID)
		}
		for _, r := range o.Readers {
			if r.Kind == "agency" && agency[o.Copy.ID] { // one stands for all
				continue
			}
			paper, err := pl.d.PreviewCopy(t.Context(), by, rec, casework.Wanted{Copy: o.Copy.ID, To: r.ID()})
			if fault.KindOf(err) == fault.Conflict {
				continue // nothing was written for them
			}
			if err != nil {
				t.Fatalf("%s for %s: %v", o.Copy.ID, r.ID(), err)
			}
			agency[o.Copy.ID] = agency[o.Copy.ID] || r.Kind == "agency"
			made++
			for what, words := range never {
				if words != "" && strings.Contains(paper.Body, words) {
					t.Errorf("%s for %s holds %s", o.Copy.ID, r.ID(), what)
				}
			}
			if dir := os.Getenv("FRONTDOOR_SHEETS"); dir != "" {
				pdf, err := pl.d.PreviewPDF(t.Context(), by, rec, paper.Wanted)
				if err != nil {
					t.Fatal(err)
				}
				name := strings.ReplaceAll(pl.name+"-"+o.Copy.ID+"-"+r.ID(), "/", "-") + ".pdf"
				if err := os.WriteFile(filepath.Join(dir, name), pdf, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if made == 0 {
		t.Error("none could be made")
	}
}

// neverIn are the answers of a record that no copy may hold, by what they are.
func neverIn(t *testing.T, pl *player, rec string) map[string]string {
	t.Helper()
	out := map[string]string{}
	p, _ := pl.d.Pathways.Get(pl.root.Pathway)
	given := answer.Given(pl.s.Given)
	for k, a := range given {
		_, _, id := k.Split()
		if q, ok := p.Question(id); ok && (q.Sealed || q.Guarded) && len(a.Text) > 3 {
			out[string(k)] = a.Text
		}
	}
	err := pl.d.DB.Read(t.Context(), func(tx *store.Tx) error {
		people, err := tx.PeopleOf(rec)
		for _, rp := range people {
			for _, a := range rp.Person.Addresses {
				if a.Disclosure != person.Open && len(a.Lines) > 0 {
					out["an address"] = a.Lines[0]
				}
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
