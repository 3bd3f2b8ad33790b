package county

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/secret"
)

// family is one made-up household of which the front door hears.
type family struct {
	authority string
	community int
	children  []member
	adults    []member
	home      home
	school    string
	left      int       // how many more times it is told of
	next      time.Time // when it is told of next
	// known are the entries of its children in the index from last time, for a
	// worker who joins them.
	known []string
}

type member struct {
	given, family, sex, nhs, relation, phone string
	born                                     calendar.Date
}

type home struct{ line1, town, postcode string }

// households makes families.
type households struct {
	r     *rand.Rand
	names *names
}

func newHouseholds(seed uint64) *households {
	r := rand.New(rand.NewPCG(seed, 1))
	return &households{r: r, names: newNames(r)}
}

// family makes the household of a first contact at a time.
func (h *households) family(at time.Time) *family {
	r := h.r
	f := &family{community: h.names.community()}
	f.authority = weighted(r, []string{"essex", "southend", "thurrock"}, []int{74, 14, 12})
	f.home = h.home(f.authority)
	f.school = schools[r.IntN(len(schools))]
	c := communities[f.community]
	surname := h.names.family[f.community].pick(r)
	today := calendar.DateOf(at)

	n := 1 + weighted(r, []int{0, 1, 2, 3, 4}, []int{42, 34, 15, 6, 3})
	age := r.IntN(17 * 365)
	mother := today.AddDays(-age - 365*(17+r.IntN(20))).Year()
	for i := range n {
		m := member{sex: "F", family: surname}
		if r.IntN(100) < 51 {
			m.sex = "M"
		}
		switch {
		case i == 0:
			m.born = today.AddDays(-age)
		case r.IntN(60) == 0: // twins
			m.born = f.children[i-1].born
		default:
			m.born = f.children[i-1].born.AddDays(330 + int(r.ExpFloat64()*600))
			if m.born.After(today) {
				m.born = f.children[0].born.AddDays(-330 - int(r.ExpFloat64()*600))
			}
		}
		for range 5 {
			if m.given = h.names.given(f.community, m.sex, m.born.Year()); !named(f.children, m.given) {
				break
			}
		}
		// A half or step brother or sister has another father's name.
		if i > 0 && r.IntN(7) == 0 {
			m.family = h.names.family[f.community].pick(r)
		}
		m.nhs = h.nhs()
		f.children = append(f.children, m)
	}
	her := member{sex: "F", family: surname, relation: "mother", given: h.names.given(f.community, "F", mother), phone: h.phone()}
	her.born = calendar.NewDate(mother, time.Month(1+r.IntN(12)), 1+r.IntN(28))
	if c.patronymic || r.IntN(4) == 0 {
		her.family = h.names.family[f.community].pick(r)
	}
	him := member{sex: "M", family: surname, relation: "father", phone: h.phone()}
	him.born = her.born.AddDays(-r.IntN(8*365) + 700)
	him.given = h.names.given(f.community, "M", him.born.Year())
	if r.IntN(4) == 0 {
		him.relation, him.family = "step-parent", h.names.family[f.community].pick(r)
	}
	f.adults = []member{her, him}
	// Most families are heard of once; three in ten come back.
	if r.IntN(10) < 3 {
		f.left = 1 + min(8, int(r.ExpFloat64()*1.3))
	}
	return f
}

func named(list []member, given string) bool {
	for _, m := range list {
		if m.given == given {
			return true
		}
	}
	return false
}

// again changes a family as time does before it is told of once more.
func (h *households) again(f *family) {
	r := h.r
	if r.IntN(4) == 0 {
		f.home = h.home(f.authority)
		f.school = schools[r.IntN(len(schools))]
	}
	if r.IntN(12) == 0 { // she married, or took her own name back
		f.adults[0].family = h.names.family[f.community].pick(r)
		if r.IntN(2) == 0 {
			for i := range f.children {
				f.children[i].family = f.adults[0].family
			}
		}
	}
	if r.IntN(5) == 0 {
		f.adults[0].phone = h.phone()
	}
	if r.IntN(8) == 0 {
		f.adults[1] = member{sex: "M", relation: "partner", family: h.names.family[f.community].pick(r), born: f.adults[1].born.AddDays(900), phone: h.phone()}
		f.adults[1].given = h.names.given(f.community, "M", f.adults[1].born.Year())
	}
}

func (h *households) phone() string { return fmt.Sprintf("07700 9%05d", h.r.IntN(100000)) }

// nhs is a number with a right check digit, of the range kept for tests.
func (h *households) nhs() string {
	for {
		d := fmt.Sprintf("999%06d", h.r.IntN(1e6))
		for last := '0'; last <= '9'; last++ {
			if ten, err := person.NHSNumber(d + string(last)); err == nil {
				return person.FormatNHS(ten)
			}
		}
	}
}

func (h *households) home(authority string) home {
	r := h.r
	place := strings.Split(places[authority][r.IntN(len(places[authority]))], ":")
	out := strings.Fields(place[1])
	line := fmt.Sprintf("%d %s %s", 1+int(r.ExpFloat64()*45), streetNames[r.IntN(len(streetNames))], streetKinds[r.IntN(len(streetKinds))])
	if r.IntN(7) == 0 {
		line = fmt.Sprintf("Flat %d, %s", 1+r.IntN(40), line)
	}
	const inward = "ABDEFGHJLNPQRSTUWXYZ"
	return home{line, place[0], fmt.Sprintf("%s %d%c%c", out[r.IntN(len(out))], r.IntN(10), inward[r.IntN(20)], inward[r.IntN(20)])}
}

func weighted[T any](r *rand.Rand, of []T, weights []int) T {
	total := 0
	for _, w := range weights {
		total += w
	}
	x := r.IntN(total)
	for i, w := range weights {
		if x -= w; x < 0 {
			return of[i]
		}
	}
	return of[0]
}

// told is what is said of a family in one contact: answers that take the place
// of a template's, for as many children and adults as it has.
func (h *households) told(f *family, s shape, first bool) answer.Set {
	r := h.r
	set := answer.Set{}
	spelt := func(name string) string {
		if r.IntN(12) == 0 || !first && r.IntN(5) == 0 {
			return misspelt(r, name)
		}
		return name
	}
	at := answer.Answer{Parts: map[string]string{"line1": f.home.line1, "town": f.home.town, "postcode": f.home.postcode}}
	surname := spelt(f.children[0].family)
	for i := range s.children {
		c, row := f.children[i], fmt.Sprintf("r%d", i+1)
		family := c.family
		if family == f.children[0].family {
			family = surname
		}
		put := func(q, text string) { set[answer.RowKey("children", row, q)] = answer.Text(text) }
		put("given_names", spelt(c.given))
		put("family_name", family)
		born := c.born
		if r.IntN(25) == 0 {
			born = born.AddDays([]int{-1, 1, 10, -365, 365}[r.IntN(5)])
		}
		put("born", born.String())
		put("sex", c.sex)
		put("school", f.school)
		set[answer.RowKey("children", row, "home_address")] = at
		if r.IntN(3) == 0 {
			put("nhs_number", c.nhs)
		}
	}
	for i := range s.adults {
		a, row := f.adults[i], fmt.Sprintf("r%d", i+1)
		put := func(q, text string) { set[answer.RowKey("adults", row, q)] = answer.Text(text) }
		put("adult_given_names", spelt(a.given))
		put("adult_family_name", a.family)
		put("adult_relation", a.relation)
		put("adult_phone", a.phone)
	}
	her := f.adults[0].given + " " + f.adults[0].family
	for q, text := range map[string]string{
		"consent_by": her + ", by phone", "public_name": h.names.given(0, "F", 1980) + " " + h.names.family[0].pick(r), "public_phone": h.phone(),
		"referrer_name": h.names.given(0, "F", 1985) + " " + h.names.family[0].pick(r), "referrer_agency": f.school,
		"check_consent_words": her + " agreed by phone.", "decision_consent_words": her + " was asked by phone and agreed.",
		"sender_email": fmt.Sprintf("sender%d@example.org", r.IntN(100000)),
	} {
		set[answer.Key(q)] = answer.Text(text)
	}
	set["concerns"] = answer.List(weighted(r, concerns, []int{30, 28, 18, 20, 10, 5, 4, 3, 3, 6}))
	return set
}

var concerns = []string{"neglect", "domestic_abuse", "emotional", "parent_mental", "parent_substance", "young_carer", "missing", "physical", "cce", "self_harm"}

// receiptCode is a code that a sender keeps, as [secret.NewReceiptCode] makes
// them but from the seed, so that a measurement can come back with it.
func receiptCode(r *rand.Rand) string {
	d := fmt.Sprintf("%016d", r.Int64N(1e16))
	code, err := secret.ParseReceiptCode(d)
	if err != nil {
		panic(err) // sixteen digits always are one
	}
	return code
}

// Towns with the first parts of their postcodes. The second parts are drawn by
// chance and the streets are made up.
var places = map[string][]string{
	"southend": {"Southend-on-Sea:SS1 SS2", "Westcliff-on-Sea:SS0", "Leigh-on-Sea:SS9", "Shoeburyness:SS3", "Thorpe Bay:SS1", "Eastwood:SS9", "Prittlewell:SS2"},
	"thurrock": {
		"Grays:RM16 RM17", "Tilbury:RM18", "South Ockendon:RM15", "Stanford-le-Hope:SS17", "Purfleet-on-Thames:RM19", "Chafford Hundred:RM16",
		"Corringham:SS17", "West Thurrock:RM20", "Aveley:RM15",
	},
	"essex": {
		"Basildon:SS13 SS14 SS15 SS16", "Chelmsford:CM1 CM2", "Colchester:CO1 CO2 CO3 CO4", "Harlow:CM17 CM18 CM19 CM20", "Clacton-on-Sea:CO15 CO16",
		"Brentwood:CM14 CM15", "Braintree:CM7", "Witham:CM8", "Canvey Island:SS8", "Benfleet:SS7", "Rayleigh:SS6", "Wickford:SS11 SS12", "Billericay:CM12",
		"Maldon:CM9", "Harwich:CO12", "Halstead:CO9", "Loughton:IG10", "Epping:CM16", "Saffron Walden:CB10 CB11", "Rochford:SS4", "Walton-on-the-Naze:CO14",
	},
}

var (
	streetNames = strings.Fields(`Example Fable Chapter Margin Prologue Stanza Verse Legend Parable Saga Index Preface Ballad Sonnet Lyric Epilogue Footnote
		Quill Inkwell Parchment Vellum Folio Quarto Octavo Colophon Rubric Glossary Appendix Errata Gazette Almanac Ledger Chronicle Annal Memoir Diary
		Letter Postscript Riddle Proverb Rhyme Limerick Refrain Canto Epic Romance Comedy Pageant Masque Harlequin`)
	streetKinds = strings.Fields(`Road Road Road Street Street Avenue Avenue Close Close Lane Drive Way Court Gardens Crescent Grove Place Walk Terrace Green`)
	schools     = strings.Split(`Storybook Primary School|Chapter Road Junior School|Fable Green Infants|Legend High School|Saga Academy|Parable Park School|
Inkwell Church of England Primary|Margin Lane Nursery|Prologue Secondary School|Stanza Hill Primary|Verse Street School|Quill Community College|none`, "|")
)

func init() {
	for i := range schools {
		schools[i] = strings.TrimSpace(schools[i])
	}
}
