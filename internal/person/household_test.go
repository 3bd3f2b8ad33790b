package person

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestSameHousehold(t *testing.T) {
	t.Parallel()
	at := func(postcode string, lines ...string) Address {
		return Address{Lines: lines, Postcode: postcode, Disclosure: Ask}
	}
	for _, c := range []struct {
		a, b          Address
		same, certain bool
	}{
		{at("SS2 6ER", "12 High Street"), at("ss26er", "12, High St"), true, true},
		{at("SS2 6ER", "12 High Street"), at("SS2 6ER", "14 High Street"), false, true},
		{at("SS2 6ER", "Flat 3", "12 High Street"), at("SS2 6ER", "Flat 3, 12 High Street"), true, true},
		{at("SS2 6ER", "Flat 3", "12 High Street"), at("SS2 6ER", "Flat 4", "12 High Street"), false, true},
		{at("SS2 6ER", "Flat 3", "12 High Street"), at("SS2 6ER", "12 High Street"), true, false},
		{at("SS2 6ER", "Rose Cottage", "Church Lane"), at("SS2 6ER", "ROSE COTTAGE"), true, true},
		{at("ZZ99 3VZ", "12 High Street"), at("ZZ99 3VZ", "12 High Street"), false, false},
		{at("", "12 High Street"), at("", "12 High Street"), false, false},
		{at("SS2 6ER"), at("SS2 6ER"), false, false},
		{Address{UPRN: "0123", Postcode: "SS2 6ER", Lines: []string{"1 A"}}, Address{UPRN: "123"}, true, true},
		{Address{UPRN: "124", Postcode: "SS2 6ER", Lines: []string{"1 A"}}, Address{UPRN: "123", Postcode: "SS2 6ER", Lines: []string{"1 A"}}, false, true},
	} {
		same, certain := SameHousehold(c.a, c.b)
		back, _ := SameHousehold(c.b, c.a)
		if same != c.same || certain != c.certain || back != same {
			t.Errorf("%v %v: %v %v (and back %v)", c.a.Lines, c.b.Lines, same, certain, back)
		}
		if same && certain && c.a.UPRN == "" && Household(c.a) != Household(c.b) {
			t.Errorf("one home, two keys: %q %q", Household(c.a), Household(c.b))
		}
	}
}

func TestClusters(t *testing.T) {
	t.Parallel()
	links := []SameAs{{A: "d", B: "c"}, {A: "b", B: "c"}, {A: "x", B: "y", Undone: &Source{By: "w"}}, {A: "p", B: "q"}, {A: "a", B: "b", Undone: &Source{By: "w"}}, {A: "", B: "d"}}
	for range 20 {
		rand.Shuffle(len(links), func(i, j int) { links[i], links[j] = links[j], links[i] })
		got := Clusters(links)
		if len(got) != 5 || got["d"] != "b" || got["c"] != "b" || got["b"] != "b" || got["q"] != "p" || got["x"] != "" || got["a"] != "" {
			t.Fatalf("got %v", got)
		}
		if m := Members(got, "c"); !slices.Equal(m, []string{"b", "c", "d"}) {
			t.Errorf("members %v", m)
		}
		if m := Members(got, "alone"); !slices.Equal(m, []string{"alone"}) {
			t.Errorf("members %v", m)
		}
	}
	// Undoing the link in the middle of a chain parts the two ends; linking again joins them.
	chain := []SameAs{{A: "1", B: "2"}, {A: "2", B: "3", Undone: &Source{}}, {A: "3", B: "4"}}
	if got := Clusters(chain); got["4"] != "3" || got["2"] != "1" {
		t.Errorf("undone: %v", got)
	}
	if got := Clusters(append(chain, SameAs{A: "3", B: "2"})); got["4"] != "1" {
		t.Errorf("linked again: %v", got)
	}
}

func TestAreas(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../partnerships/set/postcodes.yaml")
	if err != nil {
		t.Fatal(err)
	}
	areas, err := LoadAreas(data)
	if err != nil {
		t.Fatal(err)
	}
	for pc, want := range map[string]struct {
		in      string
		certain bool
		say     string
	}{
		"SS0 7LT":  {"southend", true, "Southend-on-Sea"},
		"ss9 1aa":  {"southend essex", false, "Choose one"},
		"SS3 0AA":  {"southend essex", false, "Great Wakering"},
		"SS17 0AA": {"thurrock essex", false, "Fobbing"},
		"RM17 6SL": {"thurrock", true, "Thurrock Council"},
		"RM15 4AA": {"thurrock", false, "Havering"},
		"RM14 3AA": {"thurrock essex", false, "Bulphan"},
		"RM14":     {"thurrock essex", false, "Havering"},
		"CM1 1AA":  {"essex", true, "Essex County Council"},
		"SS7 2AA":  {"essex", false, "Hadleigh"},
		"SS7 1AA":  {"essex", true, "Essex"},
		"SS7":      {"essex", false, "Essex"},
		"CM13":     {"essex thurrock", false, "Thurrock"},
		"RM13 8AA": {"", false, "Contact London Borough of Havering"},
		"M1 1AE":   {"", false, "Contact the council where the child lives"},
		"SS99 1AA": {"", false, "PO boxes"},
		"ZZ99 3VZ": {"", false, "No fixed address"},
		"nonsense": {"", false, "not a UK postcode"},
		"":         {"", false, "not a UK postcode"},
	} {
		in, certain := areas.For(pc)
		if got := strings.Join(in, " "); got != want.in || certain != want.certain {
			t.Errorf("For(%q) = %q %v; want %q %v", pc, got, certain, want.in, want.certain)
		}
		if said := areas.Explain(pc); !strings.Contains(said, want.say) {
			t.Errorf("Explain(%q) = %q; want %q in it", pc, said, want.say)
		}
	}
	// Whatever is certain is so for one authority only, and everything says it is not confirmed.
	for code, p := range areas.parts {
		in, certain := areas.For(code)
		if certain && (len(in) != 1 || len(p.Neighbours) > 0) {
			t.Errorf("%s: certain of %v", code, in)
		}
		if !strings.Contains(areas.Explain(code), "Not confirmed locally") {
			t.Errorf("%s does not say it is unconfirmed", code)
		}
	}
	in, _ := areas.For("SS0 7LT")
	in[0] = "changed"
	if again, _ := areas.For("SS0 7LT"); again[0] != "southend" {
		t.Error("an answer can change the list")
	}
}

func TestLoadAreasRefuses(t *testing.T) {
	t.Parallel()
	const head = "checked: 2026-11-21\nauthorities: {a: A, b: B}\nneighbours: {n: N}\nparts:\n"
	for _, bad := range []string{
		"- {code: SS1, in: [c]}", "- {code: SS1, neighbours: [a]}", "- {code: SS1}", "- {code: SS1, in: [a, b], whole: true}",
		"- {code: SS1, in: [a], neighbours: [n], whole: true}", "- {code: ss1, in: [a]}", "- {code: nowhere, in: [a]}",
		"- {code: SS1, in: [a]}\n- {code: SS1, in: [b]}", "- {code: SS1, inn: [a]}",
	} {
		if _, err := LoadAreas([]byte(head + bad)); err == nil {
			t.Errorf("accepted %s", bad)
		}
	}
	if _, err := LoadAreas([]byte(head + "- {code: SS1, in: [a]}")); err != nil {
		t.Error(err)
	}
	if _, err := LoadAreas(nil); err == nil {
		t.Error("accepted a file that does not say when it was checked")
	}
}
