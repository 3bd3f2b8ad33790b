package partnership_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/partnerships"
)

func set(t *testing.T) fstest.MapFS {
	t.Helper()
	sub, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		t.Fatal(err)
	}
	out := fstest.MapFS{}
	for _, name := range []string{"partnership.yaml", "agencies.yaml", "calendar.yaml", "contacts.yaml", "postcodes.yaml"} {
		data, err := fs.ReadFile(sub, name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	return out
}

func TestSetLoads(t *testing.T) {
	t.Parallel()
	p, faults := partnership.Load(set(t))
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	if p.Demo {
		t.Error("the shipped folder must not be a demonstration")
	}
	if got := p.Word("thurrock", "early_help"); got != "PASS" {
		t.Errorf("Thurrock calls early help %q, want PASS", got)
	}
	if got := p.Word("essex", "early_help"); got != "early help" {
		t.Errorf("Essex has no word of its own: %q, want the partnership’s", got)
	}
	if p.Letters("southend") == p.Letters("essex") {
		t.Error("references of two authorities begin alike")
	}
	place := p.Place
	for _, list := range []string{"authorities", "agencies", "teams", "roles", "levels", "ratings", "audit_grades"} {
		if len(place.Lists[list]) == 0 {
			t.Errorf("pathways get no list of %s", list)
		}
	}
	if got := place.Settings["referral"]["rag_red"]; got.Default == "" || got.Confirmed {
		t.Errorf("the red band is %+v, want a length that nobody has confirmed", got)
	}
}

// A partnership grades case audits on its own scale.
func TestOwnGrades(t *testing.T) {
	t.Parallel()
	files := set(t)
	files["partnership.yaml"].Data = append(files["partnership.yaml"].Data, "\naudit_grades: [{ id: a, label: Outstanding }, { id: b, label: Inadequate, hint: Act today }]\naudit_grades_source: Our audit group\n"...)
	p, faults := partnership.Load(files)
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	var got []string
	for _, c := range p.Place.Lists["audit_grades"] {
		got = append(got, c.Code+" "+c.Label+" "+c.Hint)
	}
	if want := []string{"a Outstanding ", "b Inadequate Act today"}; !slices.Equal(got, want) {
		t.Errorf("the grades are %q, want %q", got, want)
	}
}

// Every request a pathway can make must have somewhere to land, in each
// authority.
func TestEveryRequestHasATeam(t *testing.T) {
	t.Parallel()
	p, faults := partnership.Load(set(t))
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	for _, a := range p.Register.Authorities {
		for _, kind := range []string{"police", "health", "education", "housing", "probation", "youth_justice", "adult_social_care"} {
			if n := len(p.Register.TeamsFor(kind, "researcher", a.ID)); n != 1 {
				t.Errorf("%s: %d teams answer for %s, want 1", a.ID, n, kind)
			}
		}
		for _, role := range []string{"mash_officer", "mash_social_worker", "mash_manager", "edt_worker", "early_help_worker", "social_care_manager"} {
			if n := len(p.Register.TeamsFor("council", role, a.ID)); n != 1 {
				t.Errorf("%s: %d council teams have %s, want 1", a.ID, n, role)
			}
		}
		if n := len(p.Register.TeamsFor("lado", "social_care_manager", a.ID)); n != 1 {
			t.Errorf("%s: %d teams answer for the LADO, want 1", a.ID, n)
		}
	}
	if admin, _ := p.Register.Role("administrator"); admin.Cases {
		t.Error("the administrator must never see a case")
	}
}

func TestFaultsNameFileAndLine(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, file, old, new, want string }{
		{"misspelt key", "partnership.yaml", "short: SET", "shrot: SET", "partnership.yaml:8"},
		{"unknown role in a team", "agencies.yaml", "roles: [partnership_manager, partnership_editor, auditor]", "roles: [partnership_manger, partnership_editor, auditor]", `no role called "partnership_manger"`},
		{"same letters", "partnership.yaml", "letters: ES", "letters: TH", "have the same letters"},
		{"unknown authority", "partnership.yaml", "  essex:\n", "  sussex:\n", `no authority called "sussex"`},
		{"word nobody declared", "partnership.yaml", "      early_help: PASS", "      erly_help: PASS", `no word called "erly_help"`},
		{"confirmed without a date", "partnership.yaml", `levels_confirmed: false`, `levels_confirmed: true`, "when this was confirmed"},
		{"grades from nowhere", "partnership.yaml", "ratings:\n", "audit_grades: [{ id: \"1\", label: Outstanding }]\nratings:\n", "where the grades come from"},
		{"grade twice", "partnership.yaml", "ratings:\n", "audit_grades_source: Ours\naudit_grades: [{ id: \"1\", label: Good }, { id: \"1\", label: Poor }]\nratings:\n", "there twice"},
		{"date that is none", "partnership.yaml", "checked: 2021-06-30", "checked: 2021-06-31", "check that the day exists"},
		{"role that sees no cases breaks glass", "agencies.yaml", "cases: false, may: [reports, settings, texts, texts_publish, releases, tools, training]", "cases: false, may: [break_glass]", "sees no cases"},
		{"team twice", "agencies.yaml", "id: thurrock_edt,", "id: thurrock_front_door,", "there twice"},
		{"no hours for an authority", "calendar.yaml", "  essex:\n", "  sussex:\n", "essex"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := set(t)
			was := string(files[c.file].Data)
			now := strings.Replace(was, c.old, c.new, 1)
			if now == was {
				t.Fatalf("%q is not in %s", c.old, c.file)
			}
			files[c.file] = &fstest.MapFile{Data: []byte(now)}
			p, faults := partnership.Load(files)
			if p != nil || !strings.Contains(faults.Error(), c.want) {
				t.Fatalf("got %v, want a fault with %q", faults, c.want)
			}
			if !slices.ContainsFunc(faults, func(f pathway.Fault) bool { return f.File != "" }) {
				t.Errorf("no fault names its file: %v", faults)
			}
		})
	}
}

func TestMissingFile(t *testing.T) {
	t.Parallel()
	files := set(t)
	delete(files, "postcodes.yaml")
	p, faults := partnership.Load(files)
	if p != nil || len(faults) != 1 || faults[0].File != "postcodes.yaml" {
		t.Fatalf("got %v, want one fault about postcodes.yaml", faults)
	}
}
