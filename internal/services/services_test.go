package services_test

import (
	"encoding/json"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/partnership"
	"frontdoor/internal/services"
)

// numbers are the contacts the program ships with.
func numbers(t testing.TB) *contact.Directory {
	t.Helper()
	place, faults := partnership.Load(os.DirFS("../../partnerships/set"))
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	return place.Contacts
}

const head = `stale_after_days: 100
topics: [{key: talk, name: Someone to talk to, about: People who listen.}, {key: home, name: Home, about: Safe at home.}]
organizations: [{key: ours, name: Ours, about: A charity., url: https://ours.example}]
services:
`

const plain = `  - key: line
    name: The Line
    organization: ours
    about: Someone to talk to.
    for: [children]
    topics: [talk]
    areas: [everywhere]
    ages: {from: 11, to: 18}
    cost: Free
    languages: [English, Polish]
    phones: [{number: 01234 567890, note: ask for Pat}]
    text: "85555"
    email: help@ours.example
    url: https://ours.example/line
    hours: {mon: 09:00-17:00, tue: 09:00-17:00, sat: 10:00-12:00, holidays: closed}
    source: Its website
    checked: 2026-11-01
`

const haven = `  - key: haven
    name: Haven
    organization: ours
    about: A safe place to live.
    for: [adults]
    topics: [home]
    areas: [thurrock]
    url: https://ours.example/haven
    address: undisclosed
    source: Its website
    checked: 2026-06-01
    confirmed: true
`

const desk = `  - key: desk
    name: A desk
    organization: ours
    about: Come in and talk.
    for: [adults, parents]
    topics: [home, talk]
    areas: [thurrock, essex]
    url: https://ours.example/desk
    address: public
    locations: [{name: The Hall, street: 1 Sample Road, town: Grays, county: Essex, postcode: RM17 6ZZ, access: A ramp}]
    source: Its website
    checked: 2026-11-01
`

func load(t *testing.T, entries string) *services.Directory {
	t.Helper()
	d, faults := services.Load(head+entries, "services.yaml", numbers(t))
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return d
}

func keys(list []*services.Service) string {
	var out []string
	for _, s := range list {
		out = append(out, s.Key)
	}
	return strings.Join(out, " ")
}

func TestList(t *testing.T) {
	t.Parallel()
	d := load(t, plain+haven+desk+strings.NewReplacer("key: line", "key: gone", "The Line", "Gone").Replace(plain)+"    status: defunct\n")
	monday := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		f       services.Filter
		at      time.Time
		want    string
		unknown int
	}{
		{services.Filter{}, monday, "desk haven line", 0},
		{services.Filter{Who: services.Children}, monday, "line", 0},
		{services.Filter{What: "home"}, monday, "desk haven", 0},
		{services.Filter{Where: "thurrock"}, monday, "desk haven line", 0},
		{services.Filter{Where: "essex"}, monday, "desk line", 0},
		{services.Filter{Where: "southend", What: "home"}, monday, "", 0},
		{services.Filter{OpenNow: true}, monday, "line", 2},
		{services.Filter{OpenNow: true}, monday.Add(5 * time.Hour), "", 2},                         // 17:00 exactly
		{services.Filter{OpenNow: true}, monday.Add(5*time.Hour - time.Minute), "line", 2},         // 16:59
		{services.Filter{OpenNow: true}, time.Date(2026, 12, 28, 12, 0, 0, 0, time.UTC), "", 2},    // Boxing Day's holiday, a Monday
		{services.Filter{OpenNow: true}, time.Date(2026, 6, 15, 8, 30, 0, 0, time.UTC), "line", 2}, // 09:30 in summer time
		{services.Filter{OpenNow: true, Who: services.Professionals}, monday, "", 0},
	} {
		got, unknown := d.List(c.f, c.at)
		if keys(got) != c.want || unknown != c.unknown {
			t.Errorf("%+v at %v: %q and %d not known", c.f, c.at, keys(got), unknown)
		}
	}
	haven, _ := d.Find("haven")
	if d.Stale(haven, calendar.NewDate(2026, 9, 9)) || !d.Stale(haven, calendar.NewDate(2026, 9, 10)) {
		t.Error("an entry is marked when it has not been checked for more than 100 days")
	}
	if s, ok := d.At(strings.TrimPrefix(haven.Path(), "/services/")); !ok || s != haven || strings.Contains(haven.Path(), "haven") {
		t.Error(haven.Path())
	}
}

func TestLoadTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	contacts := numbers(t)
	swap := func(of, old, now string) string {
		if !strings.Contains(of, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(of, old, now, 1)
	}
	for name, c := range map[string]struct{ text, want string }{
		"misspelt":        {head + swap(plain, "cost:", "costs:"), "services.yaml:13: There is no setting"},
		"no days":         {swap(head, "stale_after_days: 100\n", "") + plain, "stale_after_days"},
		"same key":        {head + plain + plain, "services.yaml:22: Give each service a key of its own"},
		"no name":         {head + swap(plain, "name: The Line", "name: ''"), "services.yaml:6: The service needs a name"},
		"organization":    {head + swap(plain, "organization: ours", "organization: theirs"), `services.yaml:7: There is no organization "theirs"`},
		"topic":           {head + swap(plain, "topics: [talk]", "topics: [walk]"), `There is no topic "walk"`},
		"nobody":          {head + swap(plain, "for: [children]", "for: [kids]"), `"kids" is nobody`},
		"area":            {head + swap(plain, "[everywhere]", "[kent]"), `"kent" is not one`},
		"ages":            {head + swap(plain, "from: 11, to: 18", "from: 18, to: 11"), "the younger first"},
		"phone":           {head + swap(plain, "01234 567890", "01234-567890"), "in digits and spaces"},
		"url":             {head + swap(plain, "https://ours.example/line", "javascript:alert(1)"), "beginning with https"},
		"hours":           {head + swap(plain, "09:00-17:00", "17:00-09:00"), "services.yaml:19"},
		"unchecked":       {head + swap(plain, "    checked: 2026-11-01\n", ""), "compared"},
		"contact":         {head + swap(swap(swap(plain, `    text: "85555"`, "    contact: nobody"), "    source: Its website\n", ""), "    checked: 2026-11-01\n", ""), "no contact nobody"},
		"said twice":      {head + swap(plain, `    text: "85555"`, "    contact: childline"), "only there"},
		"unreachable":     {head + swap(haven, "    url: https://ours.example/haven\n", ""), "how to reach"},
		"loose place":     {head + swap(desk, "    address: public\n", ""), "whether the address may be known"},
		"no place":        {head + desk[:strings.Index(desk, "    locations")] + "    source: x\n    checked: 2026-11-01\n", "stands under locations"},
		"half a place":    {head + swap(desk, "RM17 6ZZ", "somewhere"), "town, county and postcode"},
		"told place":      {head + swap(desk, "address: public", "address: undisclosed"), "may not be in this file at all"},
		"told in words":   {head + swap(haven, "A safe place to live.", "A safe place at 12 Sample Street."), "may not be in this file at all"},
		"told postcode":   {head + swap(haven, "source: Its website", "source: A letter from RM176ZZ"), "may not be in this file at all"},
		"told in remark":  {head + swap(haven, "    source:", "    # near rm17 6zz\n    source:"), "services.yaml:13"},
		"told in contact": {head + haven[:strings.Index(haven, "    source")] + "    contact: thurrock_mash\n", "contacts.yaml has one"},
	} {
		d, faults := services.Load(c.text, "services.yaml", contacts)
		if !strings.Contains(faults.Error(), c.want) {
			t.Errorf("%s: want %q, got\n%v", name, c.want, faults)
		}
		if strings.HasPrefix(name, "told") && len(d.Services) > 0 {
			t.Errorf("%s: it is in the directory all the same", name)
		}
	}
}

// The list that the program ships with is right, and nothing whose place must not
// be known has one.
func TestShipped(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../partnerships/set/guidance/services.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, faults := services.Load(string(text), "services.yaml", numbers(t))
	if len(faults) > 0 {
		t.Error(faults)
	}
	hidden := 0
	for _, s := range d.Services {
		if s.Undisclosed {
			hidden++
		}
		if s.Undisclosed && (len(s.Locations) > 0 || s.Call.Address != "") {
			t.Errorf("%s has an address", s.Key)
		}
	}
	if hidden == 0 || len(d.Services) < 40 {
		t.Errorf("%d services, of which %d are undisclosed", len(d.Services), hidden)
	}
}

func TestAsk(t *testing.T) {
	t.Parallel()
	for _, q := range []string{"", "page=2&per_page=1", "minimum_age=11.5", "modified_after=2026-01-01", "modified_after=2026-01-01T10:00:00Z", "full=true", "day=MO", "day=monday", "start_time=09:00", "end_time=17:00:00", "postcode=x"} {
		v, _ := url.ParseQuery(q)
		if _, err := services.Ask(v); err != nil {
			t.Errorf("%s: %v", q, err)
		}
	}
	for _, q := range []string{"page=0", "page=x", "per_page=1000", "minimum_age=old", "maximum_age=-1", "modified_after=soon", "full=perhaps", "day=X", "start_time=9", "end_time=25:00"} {
		v, _ := url.ParseQuery(q)
		if _, err := services.Ask(v); err == nil {
			t.Errorf("%s is taken", q)
		}
	}
}

func FuzzAsk(f *testing.F) {
	for _, q := range []string{"page=2", "day=é", "start_time=\xff", "minimum_age=NaN", "maximum_age=1e999", "text=%00"} {
		f.Add(q)
	}
	d, _ := services.Load(head+plain+haven+desk, "services.yaml", numbers(f))
	feed := services.Feed{Directory: d, Partnership: "set", Name: "Ours", Today: calendar.NewDate(2026, 11, 22)}
	f.Fuzz(func(t *testing.T, q string) {
		v, err := url.ParseQuery(q)
		if err != nil {
			return
		}
		a, err := services.Ask(v)
		if err != nil {
			return
		}
		p := feed.Services(a, nil)
		if p.Size != len(p.Contents) || p.Size > p.TotalItems {
			t.Fatalf("%+v", p)
		}
		if _, err := json.Marshal(p); err != nil {
			t.Fatal(err)
		}
	})
}

func TestFeed(t *testing.T) {
	t.Parallel()
	d := load(t, plain+haven+desk)
	feed := services.Feed{Directory: d, Partnership: "set", Name: "Ours", Today: calendar.NewDate(2026, 11, 22)}
	names := func(q string, found ...string) string {
		t.Helper()
		v, err := url.ParseQuery(q)
		if err != nil {
			t.Fatal(err)
		}
		a, err := services.Ask(v)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, s := range feed.Services(a, found).Contents {
			out = append(out, s.Name)
		}
		return strings.Join(out, ", ")
	}
	term := feed.Terms()[1]
	if term.Name != "Home" {
		t.Fatal(term)
	}
	for q, want := range map[string]string{
		"": "A desk, Haven, The Line", "per_page=2&page=2": "The Line", "page=9": "", "minimum_age=11": "The Line", "minimum_age=12": "", "maximum_age=18": "The Line", "maximum_age=17": "",
		"modified_after=2026-10-01": "A desk, The Line", "taxonomy_term_id=" + term.ID: "A desk, Haven", "taxonomy_id=" + term.TaxonomyID: "A desk, Haven, The Line",
		"taxonomy_term_id=none": "", "day=SA": "The Line", "day=SU": "", "day=MO&start_time=09:30": "", "day=MO&start_time=09:00&end_time=17:00": "The Line",
	} {
		if got := names(q); got != want {
			t.Errorf("%s: %s", q, got)
		}
	}
	if got := names("text=talk", "line", "desk"); got != "The Line, A desk" {
		t.Errorf("in the order found: %s", got)
	}
	if got := names("search=nothing"); got != "" {
		t.Error(got)
	}
	a, _ := services.Ask(url.Values{})
	line := feed.Services(a, nil).Contents[2]
	full, ok := feed.Service(line.ID)
	if !ok || len(full.Phones) != 2 || full.Phones[0].Number != "01234 567890" || len(full.Schedules) != 2 || full.Schedules[0].ByDay != "MO,TU" || full.Schedules[0].OpensAt != "09:00" || *full.Costs[0].Amount != 0 || len(full.Languages) != 2 {
		t.Errorf("%+v", full)
	}
	if full.Alert != "The service has not confirmed these facts." {
		t.Error(full.Alert)
	}
	for _, s := range feed.Services(a, nil).Contents {
		if s.Name == "Haven" && (s.Alert != "These facts were last checked on Monday 1 June 2026, more than 100 days ago.") {
			t.Error(s.Alert)
		}
	}
	at := feed.AtLocations(a, nil)
	if len(at.Contents) != 1 || at.Contents[0].Location.Addresses[0].PostalCode != "RM17 6ZZ" {
		t.Errorf("%+v", at)
	}
	if one, ok := feed.AtLocation(at.Contents[0].ID); !ok || one.Service.Name != "A desk" {
		t.Error("a place is not found by its id")
	}
	if _, ok := feed.Service("none"); ok {
		t.Error("something is found by no id")
	}
	other := feed
	other.Partnership = "another"
	if slices.ContainsFunc(other.Services(a, nil).Contents, func(s services.ServiceJSON) bool { return s.ID == line.ID }) {
		t.Error("two partnerships give the same id")
	}
}
