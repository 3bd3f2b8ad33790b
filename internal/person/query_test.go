package person

import (
	"slices"
	"strings"
	"testing"
)

func (q Query) summary() string {
	var parts []string
	add := func(name, v string) {
		if v != "" {
			parts = append(parts, name+"="+v)
		}
	}
	add("words", strings.Join(q.Words, ","))
	for _, s := range q.Born {
		switch {
		case s.exact() && s.Second:
			add("or", s.From.String())
		case s.exact():
			add("born", s.From.String())
		default:
			add("born", s.From.String()+".."+s.To.String())
		}
	}
	add("nhs", q.NHS)
	add("upn", q.UPN)
	add("postcode", q.Postcode)
	add("area", q.Area)
	add("house", q.House)
	add("phone", q.Phone)
	add("ref", strings.Join(q.References, ","))
	return strings.Join(parts, " ")
}

func TestParseQuery(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"smith john":                         "words=smith,john",
		"John O'Brien-Smith":                 "words=john,obrien,smith",
		"Zoë Hart 03/04/2019":                "words=zoe,hart born=2019-04-03 or=2019-03-04",
		"hart 3.4.19":                        "words=hart born=2019-04-03 or=2019-03-04",
		"hart 24/03/2019":                    "words=hart born=2019-03-24",
		"hart 03/24/2019":                    "words=hart born=2019-03-24",
		"hart 05/05/2019":                    "words=hart born=2019-05-05",
		"hart 2019-03-24":                    "words=hart born=2019-03-24",
		"hart 24032019":                      "words=hart born=2019-03-24",
		"hart 24 March 2019":                 "words=hart born=2019-03-24",
		"hart 24th of mar 2019":              "words=hart born=2019-03-24",
		"hart 24-Mar-2019":                   "words=hart born=2019-03-24",
		"hart March 24th, 2019":              "words=hart born=2019-03-24",
		"hart march 2019":                    "words=hart born=2019-03-01..2019-03-31",
		"hart 03/2019":                       "words=hart born=2019-03-01..2019-03-31",
		"hart 2019":                          "words=hart born=2019-01-01..2019-12-31",
		"hart 24/03/85":                      "words=hart born=1985-03-24",
		"hart 24/03/27":                      "words=hart born=2027-03-24",
		"hart age 7":                         "words=hart born=2018-11-22..2019-11-21",
		"hart aged 7":                        "words=hart born=2018-11-22..2019-11-21",
		"hart 7 years old":                   "words=hart born=2018-11-22..2019-11-21",
		"hart 7yo":                           "words=hart born=2018-11-22..2019-11-21",
		"hart 6 months old":                  "words=hart born=2026-04-22..2026-05-21",
		"April Hart":                         "words=april,hart",
		"dob 24/03/2019 surname hart":        "words=hart born=2019-03-24",
		"943 476 5919":                       "nhs=9434765919",
		"NHS: 9434765919 hart":               "words=hart nhs=9434765919",
		"h801200001001":                      "upn=H801200001001",
		"SS2 6ER":                            "postcode=SS2 6ER",
		"12 high street ss26er":              "words=high,street postcode=SS2 6ER house=12",
		"hart sso 7lt":                       "words=hart postcode=SS0 7LT",
		"hart ss2":                           "words=hart area=SS2",
		"hart SS2 6":                         "words=hart area=SS2 6",
		"01702 215007":                       "phone=01702215007",
		"01702 12 11 10":                     "phone=01702121110",
		"+44 7700 900123":                    "phone=07700900123",
		"07700900123 hart":                   "words=hart phone=07700900123",
		"FD-2026-000123":                     "ref=fd2026000123",
		"883/123456":                         "ref=883123456",
		"123456":                             "ref=123456",
		"олена":                              "words=олена",
		"hart 31/02/2019":                    "words=hart",
		"age 7":                              "born=2018-11-22..2019-11-21",
		"ss2":                                "area=SS2",
		"flat 2, 12 high street":             "words=high,street house=12",
		"":                                   "",
		"   ":                                "",
		"\xff\xfe":                           "",
		"'; drop table people; --":           "words=drop,table,people",
		strings.Repeat("hart ", 100) + "zzz": "words=hart",
	} {
		q := ParseQuery(line, today)
		got := q.summary()
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", line, got, want)
		}
		if usable := len(q.Keys()) > 0; usable == slices.ContainsFunc(q.Notes, func(n string) bool { return strings.Contains(n, " a name") }) {
			t.Errorf("%q: %d keys, notes %v", line, len(q.Keys()), q.Notes)
		}
	}
	if q := ParseQuery("hart 31/02/2019", today); len(q.Born) != 0 || len(q.Notes) != 1 {
		t.Errorf("a day that does not exist: %+v", q)
	}
	if q := ParseQuery("943 476 5918 hart", today); q.NHS != "" || len(q.Notes) != 1 || strings.Contains(q.Notes[0], "943") {
		t.Errorf("a wrong NHS number: %+v", q)
	}
}

func TestRank(t *testing.T) {
	t.Parallel()
	phoned := child("c", "Ann", "Boland", "1988-02-03")
	phoned.Phones = []Phone{{Number: "+44 7700 900123"}}
	people := []Person{
		child("a", "Elizabeth", "Hart", "2019-04-03", home()).with(nhs("9434765919")),
		child("b", "Oliver", "Hart", "2019-04-03", home()),
		phoned,
		child("d", "Mohammed Ali", "Rahimi", "2015-12-24"),
		child("e", "", "Petrenko", "due 2027-01-09"),
		child("f", "Hartley", "Smith", "2011-06-06"),
	}
	ix := indexOf(people)
	for line, want := range map[string]string{
		"liz hart":                  "a",
		"HART, LIZZIE":              "a",
		"elizabth hart":             "a",
		"hart 04/03/2019 oliver":    "b",
		"9434765919":                "a",
		"ollie hart age 7":          "b",
		"07700 900123":              "c",
		"rahimi muhammad":           "d",
		"ali rahimi":                "d",
		"rahimy 2015":               "d",
		"petrenko":                  "e",
		"liz 12 high street ss26er": "a",
		"bolland":                   "c",
	} {
		q := ParseQuery(line, today)
		hits := Rank(q, ix.find(people, q.Keys(), 100))
		if len(hits) == 0 || hits[0].Person.ID != want || len(hits[0].Reasons) == 0 {
			t.Errorf("%q: %v; want %s first", line, hits, want)
		}
	}
	if hits := Rank(ParseQuery("zzyzx", today), people); len(hits) != 0 {
		t.Errorf("found %v for nothing", hits)
	}
	if hits := Rank(ParseQuery("hart", today), people); len(hits) != 3 || hits[2].Person.ID != "f" {
		t.Errorf("hart: %v", hits)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, s := range []string{"hart 03/04/2019", "FD-2026-000123", "+44 (0)1702 215007", "SS2 6ER", "age 7", "31/02/2019", "é\xff", "00/00/00", "9999-99-99", "0 0 0000"} {
		f.Add(s)
	}
	people := sample(20, newRand())
	f.Fuzz(func(t *testing.T, line string) {
		q := ParseQuery(line, today)
		for _, s := range q.Born {
			if s.From.IsZero() || s.To.Before(s.From) {
				t.Errorf("%q: born %v", line, s)
			}
		}
		for _, k := range q.Keys() {
			if k.Kind == "" || k.Value == "" {
				t.Errorf("%q: an empty key", line)
			}
		}
		if len(q.Words) > maxQuery {
			t.Errorf("%d words", len(q.Words))
		}
		Rank(q, people)
	})
}
