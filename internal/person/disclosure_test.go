package person

import (
	"slices"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	t.Parallel()
	child, father := []string{"child"}, []string{"child", "father"}
	for _, c := range []struct {
		flag  Disclosure
		to    Audience
		shown bool
	}{
		{Open, Audience{StaffWithNeed, nil}, true},
		{Open, Audience{FamilyPage, nil}, true},
		{Open, Audience{Document, nil}, true},
		{Open, Audience{List, nil}, true},
		{Open, Audience{"", nil}, false},
		{Open, Audience{"press", nil}, false},
		{ConfidentialFromNamed, Audience{StaffWithNeed, nil}, true},
		{ConfidentialFromNamed, Audience{FamilyPage, child}, true},
		{ConfidentialFromNamed, Audience{FamilyPage, nil}, false},
		{ConfidentialFromNamed, Audience{FamilyPage, father}, false},
		{ConfidentialFromNamed, Audience{Document, child}, true},
		{ConfidentialFromNamed, Audience{Document, father}, false},
		{ConfidentialFromNamed, Audience{Document, nil}, false},
		{ConfidentialFromNamed, Audience{List, child}, false},
		{ConfidentialFromFamily, Audience{StaffWithNeed, nil}, true},
		{ConfidentialFromFamily, Audience{FamilyPage, child}, false},
		{ConfidentialFromFamily, Audience{Document, child}, false},
		{ConfidentialFromFamily, Audience{List, nil}, false},
		{NeverPrint, Audience{StaffWithNeed, nil}, true},
		{NeverPrint, Audience{FamilyPage, child}, false},
		{NeverPrint, Audience{Document, child}, false},
		{NeverPrint, Audience{List, nil}, false},
		{Ask, Audience{StaffWithNeed, nil}, true},
		{Ask, Audience{FamilyPage, child}, false},
		{Ask, Audience{Document, child}, false},
		{Ask, Audience{List, nil}, false},
		{"", Audience{StaffWithNeed, nil}, true},
		{"", Audience{Document, child}, false},
		{"opne", Audience{Document, child}, false},
	} {
		a := Address{Lines: []string{"12 High Street"}, Postcode: "SS2 6ER", Disclosure: c.flag, WithheldFrom: []string{"father"}}
		got := a.Show(c.to)
		if got.Withheld == c.shown {
			t.Errorf("%q to %v: withheld %v", c.flag, c.to, got.Withheld)
		}
		if all := strings.Join(got.Lines, " ") + got.Postcode + got.Warning; got.Withheld && (strings.Contains(all, "High") || strings.Contains(all, "SS2") || all != Withheld) {
			t.Errorf("%q to %v: shows %q", c.flag, c.to, all)
		}
		if c.to.Kind == StaffWithNeed && (got.Warning == "") != (c.flag == Open) {
			t.Errorf("%q: warning %q", c.flag, got.Warning)
		}
	}
	// With nobody named yet, it is confidential from everybody.
	if a := (Address{Lines: []string{"x"}, Disclosure: ConfidentialFromNamed}); !a.Show(Audience{Document, child}).Withheld {
		t.Error("shown though nobody has been named")
	}
	// What is shown is a copy.
	a := Address{Lines: []string{"12 High Street"}, Disclosure: Open}
	a.Show(Audience{Kind: List}).Lines[0] = "changed"
	if a.Lines[0] != "12 High Street" {
		t.Error("showing an address lets it be changed")
	}
}

func TestARefugeIsNeverUsedToFindOrMatch(t *testing.T) {
	t.Parallel()
	refuge := Address{Lines: []string{"1 Hidden Road"}, Postcode: "SS2 6ER", UPRN: "100", Disclosure: NeverPrint}
	a := child("a", "Ann", "Ashby", "2015-03-04", refuge)
	b := child("b", "Bea", "Boland", "2012-01-09", refuge)
	if ks := Keys(a); slices.ContainsFunc(ks, func(k Key) bool { return k.Kind == KeyAddress || k.Kind == KeyPostcode }) {
		t.Errorf("keys %v", ks)
	}
	for _, r := range Match(a, b, Context{}).Reasons {
		if strings.Contains(strings.ToLower(r.Text), "address") || strings.Contains(r.Text, "ostcode") {
			t.Errorf("reason %q", r.Text)
		}
	}
	for _, line := range []string{"SS2 6ER", "1 Hidden Road SS2 6ER", "hidden"} {
		if hits := Rank(ParseQuery(line, today), []Person{a}); len(hits) > 0 {
			t.Errorf("%q found someone in a refuge: %v", line, hits[0].Reasons)
		}
	}
	if same, _ := SameHousehold(refuge, refuge); same {
		t.Error("two people in a refuge are not a household to join")
	}
	if Household(refuge) != "" {
		t.Error("a refuge has a household key")
	}
}
