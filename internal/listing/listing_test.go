package listing_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"frontdoor/internal/fault"
	"frontdoor/internal/listing"
)

const contacts = `# Who to call.
authorities:
  - {id: thurrock, name: Thurrock}

services:
  # Everywhere
  - id: police
    name: Police
    phones: [{number: "999"}] # nothing else
    hours: always
    extra: kept as it is
    checked: 2021-06-30
    confirmed: false

  # Thurrock
  - id: mash
    name: "The MASH"
    # ring first
    phones: [{number: 01375 652802, note: ask for duty}]
    for: [adults, children]
    hours: {mon: 09:00-17:00, holidays: closed}
    checked: 2021-06-30

# The end.
tail: 1
`

var list = &listing.List{
	Key: "contacts", File: "contacts.yaml", Path: "services", ID: "id", Name: "name",
	Fields: []listing.Field{
		{Key: "name"},
		{Key: "phones", Kind: listing.Rows, Fields: []listing.Field{{Key: "number"}, {Key: "note"}}},
		{Key: "email"},
		{Key: "for", Kind: listing.Choices},
		{Key: "about", Kind: listing.Text},
		{Key: "ages", Kind: listing.Group, Fields: []listing.Field{{Key: "from", Kind: listing.Number}, {Key: "to", Kind: listing.Number}}},
		{Key: "also", Kind: listing.Lines},
		{Key: "hours", Kind: listing.Hours},
		{Key: "checked", Kind: listing.Day},
		{Key: "held", Kind: listing.No},
		{Key: "confirmed", Kind: listing.Yes},
	},
}

func entry(t *testing.T, source, id string) url.Values {
	t.Helper()
	all, err := list.Entries(source)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		if e.ID == id {
			return e.Values
		}
	}
	t.Fatalf("there is no %s", id)
	return nil
}

func set(t *testing.T, source, id string, with func(url.Values)) string {
	t.Helper()
	v := entry(t, source, id)
	with(v)
	out, err := list.Set(source, id, v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReads(t *testing.T) {
	t.Parallel()
	v := entry(t, contacts, "mash")
	want := url.Values{
		"name": {"The MASH"}, "phones.0.number": {"01375 652802"}, "phones.0.note": {"ask for duty"}, "for": {"adults", "children"},
		"hours": {listing.ByDay}, "hours.mon": {"09:00-17:00"}, "hours.holidays": {"closed"}, "checked": {"2021-06-30"},
	}
	if v.Encode() != want.Encode() {
		t.Errorf("read %v, want %v", v, want)
	}
}

// What the form sends back as it came changes no letter of the text.
func TestSameAnswersSameText(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"police", "mash"} {
		if got := set(t, contacts, id, func(v url.Values) { v["for"] = reversed(v["for"]) }); got != contacts {
			t.Errorf("%s:\n%s", id, got)
		}
	}
}

func reversed(in []string) []string {
	var out []string
	for _, s := range in {
		out = append([]string{s}, out...)
	}
	return out
}

// Only the lines of what was changed are other lines.
func TestSet(t *testing.T) {
	t.Parallel()
	got := set(t, contacts, "mash", func(v url.Values) {
		v.Set("name", "Thurrock: the #1 door")
		v.Set("email", "a@b.example")
		v.Set("phones.1.number", "101")
		v.Set("about", "One.\r\n  Two.")
		v.Set("ages.to", "17")
		v.Set("also", "hub\n\n MASH+ \n")
		v.Set("hours", "front_door")
		v.Set("checked", "2026-11-22")
		v.Set("held", "yes")
		v.Set("confirmed", "yes")
	})
	want := strings.Replace(contacts, `    name: "The MASH"
    # ring first
    phones: [{number: 01375 652802, note: ask for duty}]
    for: [adults, children]
    hours: {mon: 09:00-17:00, holidays: closed}
    checked: 2021-06-30
`, `    name: 'Thurrock: the #1 door'
    # ring first
    phones: [{number: 01375 652802, note: ask for duty}, {number: "101"}]
    for: [adults, children]
    hours: front_door
    checked: 2026-11-22
    email: a@b.example
    about: One. Two.
    ages: {to: 17}
    also: [hub, MASH+]
    held: false
    confirmed: true
`, 1)
	if got != want {
		t.Errorf("got:\n%s", got)
	}
	got = set(t, contacts, "police", func(v url.Values) { v.Del("phones.0.number"); v.Set("checked", "last year") })
	if strings.Contains(got, "999") || !strings.Contains(got, "checked: last year\n") || !strings.Contains(got, "extra: kept as it is\n") || !strings.Contains(got, "confirmed: false\n\n  # Thurrock\n") {
		t.Errorf("got:\n%s", got)
	}
	if _, err := list.Set(contacts, "gone", nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an entry that is gone: %v", err)
	}
}

func TestAddAndRemove(t *testing.T) {
	t.Parallel()
	added, err := list.Add(contacts, "new", url.Values{"name": {"New"}, "hours": {"always"}})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(added, "checked: 2021-06-30\n\n  - id: new\n    name: New\n    hours: always\n\n# The end.\n") {
		t.Errorf("added:\n%s", added)
	}
	if changes, err := list.Changes(contacts, added); err != nil || len(changes) != 1 || changes[0] != (listing.Change{ID: "new", After: "  - id: new\n    name: New\n    hours: always\n"}) {
		t.Errorf("changes %v, %v", changes, err)
	}
	if _, err := list.Add(contacts, "mash", nil); err == nil {
		t.Error("two entries of one name")
	}
	if back, err := list.Remove(added, "new"); err != nil || back != contacts {
		t.Errorf("%v:\n%s", err, back)
	}
	if less, err := list.Remove(contacts, "police"); err != nil || strings.Contains(less, "999") || !strings.Contains(less, "  # Thurrock\n  - id: mash") {
		t.Errorf("%v:\n%s", err, less)
	}
}

func TestFieldAt(t *testing.T) {
	t.Parallel()
	for line, want := range map[int]string{7: "police id", 9: "police phones", 13: "police confirmed", 17: "mash name", 22: "mash checked"} {
		id, field, ok := list.FieldAt(contacts, line)
		if id+" "+field != want || !ok {
			t.Errorf("line %d: %s %s, want %s", line, id, field, want)
		}
	}
	if _, _, ok := list.FieldAt(contacts, 3); ok {
		t.Error("line 3 is of no entry")
	}
}

// Two people change two entries; one of them takes the other's over.
func TestMerge(t *testing.T) {
	t.Parallel()
	mine := set(t, contacts, "mash", func(v url.Values) { v.Set("name", "Mine") })
	mine, err := list.Add(mine, "new", url.Values{"name": {"New"}})
	if err != nil {
		t.Fatal(err)
	}
	theirs := set(t, contacts, "police", func(v url.Values) { v.Set("name", "Theirs") })
	got, err := list.Merge(contacts, mine, theirs)
	if err != nil || !strings.Contains(got, "name: Mine") || !strings.Contains(got, "name: Theirs") || !strings.Contains(got, "id: new\n    name: New\n\n# The end.") {
		t.Errorf("%v:\n%s", err, got)
	}
	theirs = set(t, contacts, "mash", func(v url.Values) { v.Set("name", "Theirs") })
	if _, err := list.Merge(contacts, mine, theirs); fault.KindOf(err) != fault.Conflict {
		t.Errorf("both changed one: %v", err)
	}
	if _, err := list.Merge(contacts, strings.Replace(mine, "tail: 1", "tail: 2", 1), contacts); fault.KindOf(err) != fault.Conflict {
		t.Errorf("more than entries: %v", err)
	}
	less, err := list.Remove(contacts, "police")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := list.Merge(contacts, less, theirs); err != nil || strings.Contains(got, "999") || !strings.Contains(got, "Theirs") {
		t.Errorf("taken out: %v:\n%s", err, got)
	}
}

// A list that is a mapping, and one whose entries stand on one line.
func TestOtherShapes(t *testing.T) {
	t.Parallel()
	facts := &listing.List{File: "facts.yaml", Name: "text", Fields: []listing.Field{{Key: "text", Kind: listing.Text}, {Key: "checked", Kind: listing.Day}}}
	source := "# Facts.\none: {text: \"First\", checked: 2021-06-30}\ntwo: {text: Second, checked: 2021-06-30}\n"
	got, err := facts.Set(source, "two", url.Values{"text": {"Second: again"}, "checked": {"2021-06-30"}})
	if want := strings.Replace(source, "text: Second", "text: 'Second: again'", 1); err != nil || got != want {
		t.Errorf("%v:\n%s", err, got)
	}
	if got, err := facts.Add(source, "three", url.Values{"text": {"Third"}}); err != nil || got != source+"three: {text: Third}\n" {
		t.Errorf("%v:\n%s", err, got)
	}
	if _, err := facts.Entries("- [a\n"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a text that cannot be read: %v", err)
	}
}

// The partnership's own lists come back as they are.
func TestPartnership(t *testing.T) {
	t.Parallel()
	for file, l := range map[string]*listing.List{
		"contacts.yaml":           {Path: "services", ID: "id", Fields: []listing.Field{{Key: "for", Kind: listing.Text}, list.Fields[0], list.Fields[1], list.Fields[7]}},
		"guidance/services.yaml":  {Path: "services", ID: "key", Fields: list.Fields},
		"guidance/documents.yaml": {ID: "key", Fields: list.Fields},
		"guidance/glossary.yaml":  {ID: "term", Fields: list.Fields},
		"guidance/facts.yaml":     {Fields: list.Fields},
	} {
		b, err := os.ReadFile("../../partnerships/set/" + file)
		if err != nil {
			t.Fatal(err)
		}
		source := string(b)
		all, err := l.Entries(source)
		if err != nil || len(all) < 10 {
			t.Fatalf("%s: %d entries, %v", file, len(all), err)
		}
		for _, e := range []listing.Entry{all[0], all[len(all)/2], all[len(all)-1]} {
			got, err := l.Set(source, e.ID, e.Values)
			if err != nil || got != source {
				t.Errorf("%s: %s is not the same: %v", file, e.ID, err)
			}
		}
	}
}
