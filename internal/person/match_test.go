package person

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
)

var today = calendar.NewDate(2026, time.November, 21)

func date(s string) calendar.Date {
	if s == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// child makes a person; born may be empty, or "due 2026-12-01".
func child(id, given, family, born string, at ...Address) Person {
	p := Person{ID: id, Names: []Name{{Kind: Legal, Given: given, Family: family}}, Addresses: at}
	kind := Born
	if rest, ok := strings.CutPrefix(born, "due "); ok {
		kind, born = Expected, rest
	}
	if born != "" {
		p.Births = []Birth{{Kind: kind, Date: date(born)}}
	}
	return p
}

func (p Person) with(change func(*Person)) Person {
	p.Identifiers = slices.Clone(p.Identifiers)
	change(&p)
	return p
}

func nhs(number string) func(*Person) {
	return func(p *Person) {
		id, err := NewIdentifier(NHS, number, Source{})
		if err != nil {
			panic(err)
		}
		p.Identifiers = append(p.Identifiers, id)
	}
}

func motherIs(id string) func(*Person) {
	return func(p *Person) {
		p.Relationships = append(slices.Clone(p.Relationships), Relationship{From: id, To: p.ID, Kind: Mother})
	}
}

func home() Address {
	return Address{Kind: Home, Lines: []string{"12 High Street"}, Postcode: "SS2 6ER", Disclosure: Ask}
}

func has(s Score, text string) bool {
	return slices.ContainsFunc(s.Reasons, func(r Reason) bool { return strings.Contains(r.Text, text) })
}

func TestMatch(t *testing.T) {
	t.Parallel()
	const n1, n2 = "9434765919", "4010232137"
	for _, c := range []struct {
		what string
		a, b Person
		band Band
		why  string
	}{
		{"same name and birthday", child("a", "Olga", "Petrenko", "2015-03-24"), child("b", "Olga", "Petrenko", "2015-03-24"), Likely, "Same date of birth"},
		{"a common name needs more", child("a", "Oliver", "Smith", "2015-03-24"), child("b", "Oliver", "Smith", "2015-03-24"), Possible, "common"},
		{"a common name and a home", child("a", "Oliver", "Smith", "2015-03-24", home()), child("b", "Oliver", "Smith", "2015-03-24", home()), Likely, "Same address"},
		{"family name alike", child("a", "Katherine", "Smith", "2015-03-24"), child("b", "Catherine", "Smyth", "2015-03-24"), Possible, "Family name sounds alike: Smith / Smyth"},
		{"day and month swapped", child("a", "Olga", "Petrenko", "2015-03-04"), child("b", "Olga", "Petrenko", "2015-04-03"), Possible, "Day and month of birth swapped"},
		{"names the other way round", child("a", "Van Minh", "Nguyen", "2015-03-24"), child("b", "Nguyen", "Van Minh", "2015-03-24"), Possible, "other way round"},
		{"no birthday", child("a", "Olga", "Petrenko", ""), child("b", "Olga", "Petrenko", "2015-04-03"), Possible, "Same given name"},
		{"another birthday", child("a", "Olga", "Petrenko", "2009-11-30"), child("b", "Olga", "Petrenko", "2015-04-03"), Unlikely, "Different dates of birth"},
		{"father and son", child("a", "James", "Petrenko", "1985-11-30", home()), child("b", "James", "Petrenko", "2015-04-03", home()), Unlikely, "more than 10 years"},
		{"1 January is a guess", child("a", "Olga", "Petrenko", "2009-01-01"), child("b", "Olga", "Petrenko", "2009-01-01"), Possible, "may be a guess"},
		{"married name, birth name kept", child("a", "Olga", "Petrenko", "1990-04-03").with(func(p *Person) { p.Names = append(p.Names, Name{Kind: Previous, Given: "Olga", Family: "Hart"}) }), child("b", "Olga", "Hart", "1990-04-03"), Likely, "Same family name"},
		{"double-barrelled", child("a", "Olga", "Petrenko-Hart", "2015-03-24", home()), child("b", "Olga", "Hart", "2015-03-24", home()), Likely, "Part of the family name"},
		{"spellings of Mohammed", child("a", "Mohammed", "Rahimi", "2015-03-24", home()), child("b", "Muhammad", "Rahimi", "2015-03-24", home()), Likely, "Spellings of the same"},
		{"brothers all called Mohammed", child("a", "Mohammed Ali", "Rahimi", "2015-03-24", home()), child("b", "Mohammed Hassan", "Rahimi", "2015-03-24", home()), Possible, "twins"},

		{"same NHS number", child("a", "Baby", "Petrenko", "2015-03-24").with(nhs(n1)), child("b", "Olga", "Petrenko", "2015-03-24").with(nhs(n1)), Likely, "Same NHS number"},
		{"same NHS number, nothing else agrees", child("a", "Olga", "Petrenko", "2015-03-24").with(nhs(n1)), child("b", "Jack", "Boland", "2009-11-30").with(nhs(n1)), Possible, "whose number"},
		{"a twin's number on the form", child("a", "Olga", "Petrenko", "2015-03-24", home()).with(nhs(n1)), child("b", "Jack", "Petrenko", "2015-03-24", home()).with(nhs(n1)), Possible, "wrong form"},
		{"different NHS numbers", child("a", "Olga", "Petrenko", "2015-03-24", home()).with(nhs(n1)), child("b", "Olga", "Petrenko", "2015-03-24", home()).with(nhs(n2)), Possible, "Different NHS numbers"},

		{"twins", child("a", "Olga", "Petrenko", "2015-03-24", home()).with(motherIs("m")), child("b", "Jack", "Petrenko", "2015-03-24", home()).with(motherIs("m")), Unlikely, "Twins?"},
		{"twins whose day and month were swapped", child("a", "Olga", "Petrenko", "2015-03-04", home()), child("b", "Jack", "Petrenko", "2015-04-03", home()), Unlikely, "Twins?"},
		{"twins with names alike", child("a", "Amelia", "Petrenko", "2015-03-24", home()), child("b", "Emilia", "Petrenko", "2015-03-24", home()), Possible, "twins"},
		{"twins with names alike and numbers", child("a", "Amelia", "Petrenko", "2015-03-24", home()).with(nhs(n1)), child("b", "Emilia", "Petrenko", "2015-03-24", home()).with(nhs(n2)), Unlikely, "Twins?"},
		{"siblings", child("a", "Olga", "Petrenko", "2015-03-24", home()).with(motherIs("m")), child("b", "Jack", "Petrenko", "2012-08-02", home()).with(motherIs("m")), Unlikely, "Different given names"},
		{"siblings, one birthday not known", child("a", "Olga", "Petrenko", "", home()).with(motherIs("m")), child("b", "Jack", "Petrenko", "2012-08-02", home()).with(motherIs("m")), Unlikely, "Different given names"},

		{"unborn and born, same mother and home", child("a", "", "Petrenko", "due 2026-05-01", home()).with(motherIs("m")), child("b", "Olga", "Petrenko", "2026-04-24", home()).with(motherIs("m")), Likely, "Born about when"},
		{"unborn twins", child("a", "", "Petrenko", "due 2026-05-01", home()).with(motherIs("m")).with(func(p *Person) { p.Babies = 2 }), child("b", "Olga", "Petrenko", "2026-04-24", home()).with(motherIs("m")), Possible, "person to decide"},
		{"unborn and born, same home only", child("a", "Baby", "Petrenko", "due 2026-05-01", home()), child("b", "Olga", "Petrenko", "2026-04-24", home()), Possible, "Same address"},
		{"unborn and born, no tie", child("a", "Unborn", "Petrenko", "due 2026-05-01"), child("b", "Olga", "Petrenko", "2026-04-24"), Unlikely, "Nothing ties"},
		{"unborn and elder sibling", child("a", "", "Petrenko", "due 2026-05-01", home()).with(motherIs("m")), child("b", "Olga", "Petrenko", "2024-04-24", home()).with(motherIs("m")), Unlikely, "Not born near"},
		{"unborn entered twice", child("a", "Unborn baby", "Petrenko", "due 2026-05-01", home()).with(motherIs("m")), child("b", "", "Petrenko", "due 2026-05-09", home()).with(motherIs("m")), Likely, "8 days apart"},

		{"nothing known", Person{ID: "a"}, Person{ID: "b"}, Unlikely, ""},
		{"placeholders are not names", child("a", "Unknown", "Unknown", ""), child("b", "Unknown", "Unknown", ""), Unlikely, ""},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			got := Match(c.a, c.b, Context{})
			if got.Band != c.band || c.why != "" && !has(got, c.why) {
				t.Errorf("got %d %s %v; want %s because %q", got.Points, got.Band, got.Reasons, c.band, c.why)
			}
			sum := 0
			for _, r := range got.Reasons {
				sum += r.Points
			}
			if max(0, min(100, sum)) != got.Points {
				t.Errorf("reasons add up to %d, not %d: %v", sum, got.Points, got.Reasons)
			}
			if got.Band != Unlikely && !shareKey(c.a, c.b) {
				t.Error("worth a look, and no key would bring them together")
			}
		})
	}
}

func shareKey(a, b Person) bool {
	of := MatchKeys(b)
	return slices.ContainsFunc(MatchKeys(a), func(k Key) bool { return slices.Contains(of, k) })
}

func TestMothersEnteredTwice(t *testing.T) {
	t.Parallel()
	a := child("a", "", "Petrenko", "due 2026-05-01").with(motherIs("m1"))
	b := child("b", "Olga", "Petrenko", "2026-04-24").with(motherIs("m2"))
	if s := Match(a, b, Context{}); s.Band != Unlikely {
		t.Errorf("different mothers: %v", s)
	}
	if s := Match(a, b, Context{SameAs: Clusters([]SameAs{{A: "m1", B: "m2"}})}); s.Band != Likely {
		t.Errorf("one mother, linked: %v", s)
	}
}

func TestSealedIsNowhere(t *testing.T) {
	t.Parallel()
	a := child("a", "Olga", "Petrenko", "2015-03-24", home()).with(nhs("9434765919"))
	sealed := a
	sealed.ID, sealed.Sealed = "s", true
	if Keys(sealed) != nil {
		t.Error("a sealed person has keys")
	}
	if s := Match(a, sealed, Context{}); s.Points != 0 || s.Reasons != nil || s.Band != Unlikely {
		t.Errorf("a sealed person matched: %v", s)
	}
	if hits := Rank(ParseQuery("Olga Petrenko 943 476 5919", today), []Person{sealed}); len(hits) != 0 {
		t.Error("a search found a sealed person")
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"O'Brien", "o’brien", "O Brien", "Ó Brien", "OBRIEN"},
		{"McDonald", "Mc Donald", "MCDONALD"},
		{"Zoë", "zoe", "ZOE\u0308"},
		{"Anne-Marie", "anne marie", "ANNE  MARIE"},
		{"Łukasz", "lukasz"},
		{"Nguyễn", "nguyen"},
		{"Strauß", "strauss"},
	} {
		for _, s := range same {
			if Fold(s) != Fold(same[0]) {
				t.Errorf("Fold(%q) = %q, Fold(%q) = %q", s, Fold(s), same[0], Fold(same[0]))
			}
		}
	}
	if Fold("Олена") == "" || Sound("олена") == "" {
		t.Error("a name in another script is lost")
	}
	for _, nobody := range []string{"Baby", "Unborn", "UNBORN BABY", "Infant of Sarah", "Twin 2", "Baby Petrenko", "not known", "Baby girl"} {
		if g := givenTokens(Name{Given: nobody, Family: "Petrenko"}); len(g) != 0 {
			t.Errorf("%q is read as a name: %v", nobody, g)
		}
	}
	for _, real := range []string{"Will", "Jo", "A", "Ali", "Given", "One"} {
		if g := givenTokens(Name{Given: real, Family: "Petrenko"}); len(g) == 0 {
			t.Errorf("%q is not read as a name", real)
		}
	}
}

func TestSound(t *testing.T) {
	t.Parallel()
	for _, group := range []string{
		"mohammed muhammad mohamed mohammad muhammed mohamad", "katherine catherine katharine kathryn", "smith smyth smythe",
		"stephen steven", "philip phillip filip", "geoffrey jeffrey", "hussain hussein husain", "thompson thomson tomson",
		"macdonald mcdonald", "leigh lee", "shaun shawn", "ashleigh ashley", "clark clarke", "wright right", "nowak novak",
		"ahmed ahmad", "isaac izaak", "knight night", "anthony antony", "schmidt schmitt", "zoe zoey", "hughes hughs",
	} {
		words := strings.Fields(group)
		for _, w := range words {
			if Sound(w) != Sound(words[0]) {
				t.Errorf("%s sounds %s, %s sounds %s", w, Sound(w), words[0], Sound(words[0]))
			}
		}
	}
	for _, apart := range []string{"oliver harry", "smith jones", "amelia isla", "khan kaur", "mimi mia", "dan dana-d"} {
		a, b, _ := strings.Cut(apart, " ")
		if Sound(a) == Sound(b) {
			t.Errorf("%s and %s both sound %s", a, b, Sound(a))
		}
	}
	for _, forms := range []string{"liz elizabeth", "bill william", "alfie alfred", "sean shaun", "maisie margaret", "bobby robert", "olena elena", "kasia katarzyna"} {
		a, b, _ := strings.Cut(forms, " ")
		if !sameGivenName(a, b) {
			t.Errorf("%s and %s are not forms of one name", a, b)
		}
	}
	for _, apart := range []string{"liam william", "isla isabella", "leo lewis", "jack harry", "mia amelia"} {
		a, b, _ := strings.Cut(apart, " ")
		if sameGivenName(a, b) {
			t.Errorf("%s and %s could be twins", a, b)
		}
	}
}

func TestCalled(t *testing.T) {
	t.Parallel()
	p := child("a", "Elizabeth", "Hart", "")
	if got := p.Called(); got != "Elizabeth Hart" {
		t.Error(got)
	}
	p.Names = append(p.Names, Name{Kind: KnownAs, Given: "Liz", Family: "Hart"}, Name{Kind: Previous, Given: "E", Family: "Old"})
	if got := p.Called(); got != "Liz Hart" {
		t.Error(got)
	}
	p.Names[1].Until = today
	if got := p.Called(); got != "Elizabeth Hart" {
		t.Error(got)
	}
	if got := child("a", "Unborn", "Hart", "due 2026-12-01").Called(); got != "Unborn baby Hart" {
		t.Error(got)
	}
	if got := (Person{}).Called(); got != "Name not known" {
		t.Error(got)
	}
}

// TestOutlineIsAllThatIsCompared compares people of whom much is known with each
// other, and what is kept of them to compare: it must come to the same, word for word.
func TestOutlineIsAllThatIsCompared(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	day := func() calendar.Date { return calendar.NewDate(2019+r.IntN(2), time.Month(1+r.IntN(3)), 1+r.IntN(4)) }
	some := func() int { return r.IntN(3) }
	from := Source{Record: "rec", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), By: "worker:w"}
	people := make([]Person, 120)
	for i := range people {
		p := Person{
			ID: fmt.Sprintf("p%d", i), Sex: Sex(pick("F", "M", "U")), Gender: "01", Ethnicity: "WBRI", FirstLanguage: "eng", Interpreter: No,
			Babies: some(), Sealed: r.IntN(20) == 0,
		}
		if r.IntN(6) == 0 {
			p.Died = day()
		}
		for n := range 1 + some() {
			p.Names = append(p.Names, Name{
				ID: fmt.Sprintf("n%d", n), Kind: NameKind(pick("legal", "known-as", "as-referred")), Family: pick("Ashby", "Ashbie", "Smith", ""),
				Given: pick("Kate", "Katherine", "Ann Kate", "Tom", "T", ""), From: day(), Source: from,
			})
		}
		for range some() {
			p.Births = append(p.Births, Birth{ID: "b", Kind: BirthKind(pick("born", "estimated", "expected")), Date: day(), Source: from})
		}
		for range some() {
			p.Identifiers = append(p.Identifiers, Identifier{
				ID: "i", Kind: IdentifierKind(pick(string(NHS), string(UPN), string(FormerUPN), "other")),
				Value: pick("9434765919", "9434765870", "A-12/b", "a12b", "H801200001001"), Issuer: pick("x", "y"), Valid: r.IntN(3) > 0, Verified: true, Source: from,
			})
		}
		for range some() {
			p.Addresses = append(p.Addresses, Address{
				ID: "a", Kind: AddressKind(pick("home", "previous", "placement")), Lines: []string{pick("1 Sample Road", "Flat 2, 1 Sample Road", "The Barn")},
				Postcode: pick("SS1 2AB", "SS1 2AD"), UPRN: pick("", "1000123"), From: day(), Disclosure: Disclosure(pick("open", "ask", "never-print", "")),
				WithheldFrom: []string{"q"}, Source: from,
			})
			if r.IntN(3) == 0 {
				p.Addresses[len(p.Addresses)-1].Until = day()
			}
		}
		for range some() {
			p.Phones = append(p.Phones, Phone{ID: "t", Number: pick("07700 900123", "+44 7700 900123", "01632 960001"), Safe: No, When: "after six", Source: from})
		}
		for _, kind := range []RelationshipKind{Mother, Father} {
			for range some() {
				p.Relationships = append(p.Relationships, Relationship{ID: "r", From: pick("m1", "m2", "m3"), To: p.ID, Kind: kind, LivesWith: Yes, Source: from})
			}
		}
		people[i] = p
	}
	links := Context{SameAs: Clusters([]SameAs{{A: "m1", B: "m2"}})}
	bands := map[Band]int{}
	for _, a := range people {
		for _, b := range people {
			whole, kept := Match(a, b, links), Match(a.Outline(), b.Outline(), links)
			if !reflect.DeepEqual(whole, kept) {
				t.Fatalf("%+v\nand %+v\ncompare as %+v\nand by what is kept as %+v", a, b, whole, kept)
			}
			if MayBe(a, b) != MayBe(a.Outline(), b.Outline()) {
				t.Fatalf("%+v\nand %+v\nmay be one: %v, but not by what is kept", a, b, MayBe(a, b))
			}
			bands[whole.Band]++
		}
		if o := a.Outline(); o.Died != a.Died || o.Sealed != a.Sealed {
			t.Errorf("of %s it is not kept whether they died or are sealed", a.ID)
		}
	}
	for _, band := range []Band{Likely, Possible, Unlikely} {
		if bands[band] < 50 {
			t.Errorf("only %d pairs are %s, which shows little", bands[band], band)
		}
	}
}

func TestOutlineLeavesOutWhatMustNotBePrinted(t *testing.T) {
	t.Parallel()
	at := home()
	at.Disclosure = NeverPrint
	p := child("a", "Kate", "Ashby", "2019-01-02", at)
	if o := p.Outline(); len(o.Addresses) > 0 {
		t.Errorf("it holds %v", o.Addresses)
	}
	p.Sealed = true
	if o := p.Outline(); len(o.Names) > 0 || len(o.Births) > 0 {
		t.Errorf("of a sealed identity it holds %v", o)
	}
}
