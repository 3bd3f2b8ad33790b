package threshold_test

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/guidance"
	"frontdoor/internal/threshold"
	"frontdoor/partnerships"
)

const small = `edition: "7"
from: 2026-11-22
source: Ours
standing: Only a help to think.
checked: 2026-11-22
confirmed: false
ages:
  - {id: unborn, label: Not born yet, about: a baby who is not born yet}
  - {id: 5-10, label: 5 to 10, about: a child aged 5 to 10}
domains:
  - {id: child, label: The child, hint: Health., areas: [{id: health, label: Health}, {id: learning, label: Learning}]}
  - {id: home, label: The home, hint: Housing., areas: [{id: housing, label: Housing}]}
levels:
  - {level: "1", do: [Carry on.], family: [Carry on.]}
  - {level: "4", call: child, begin: true, do: [Ring.], family: [Ring.], links: [{text: Call today, to: "manual:recognising#call"}]}
signs:
  - {id: burnt, level: "4", area: health, ages: [5-10], text: Has a burn}
  - {id: well, level: "1", area: health, ages: [5-10], text: Is well}
  - {id: damp, level: "1", area: housing, text: The home is damp}
  - {id: cold, level: "4", area: housing, text: There is no home}
`

func load(t *testing.T, text string) *threshold.Thresholds {
	t.Helper()
	got, faults := threshold.Load(text, "thresholds.yaml", []string{"1", "4"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return got
}

func ids(groups []threshold.Group) string {
	var out []string
	for _, g := range groups {
		for _, s := range g.Signs {
			out = append(out, g.Area.ID+"/"+s.ID)
		}
	}
	return strings.Join(out, " ")
}

func TestSignsShowByDomainAndAge(t *testing.T) {
	t.Parallel()
	l := load(t, small)
	for _, c := range []struct {
		domains []string
		age     string
		want    string
	}{
		{[]string{"child"}, "5-10", "health/well health/burnt"}, // what goes well comes first
		{[]string{"home", "child"}, "5-10", "health/well health/burnt housing/damp housing/cold"},
		{[]string{"child", "home"}, "unborn", "housing/damp housing/cold"},
		{[]string{"child"}, "unborn", ""},
		{[]string{"nothing"}, "5-10", ""},
		{[]string{"child"}, "", "health/well health/burnt"},
	} {
		if got := ids(l.Of(c.domains, c.age)); got != c.want {
			t.Errorf("%v at %q: %q, want %q", c.domains, c.age, got, c.want)
		}
	}
}

func TestWhatWasChosenIsSortedAndNeverCounted(t *testing.T) {
	t.Parallel()
	l := load(t, small)
	got, unknown := l.Match([]string{"damp", "burnt", "cold", "made-up"}, "5-10")
	if unknown != 1 {
		t.Errorf("%d unknown, want 1", unknown)
	}
	if len(got) != 2 || got[0].Level.Level != "4" || got[1].Level.Level != "1" {
		t.Fatalf("levels: %+v", got)
	}
	if c := got[0].Chosen; len(c) != 2 || c[0].Sign.ID != "burnt" || c[0].Domain.ID != "child" || c[0].Area.Label != "Health" || c[1].Sign.ID != "cold" {
		t.Errorf("at level 4: %+v", c)
	}
	// A sign that is about another age does not count, even when it is sent.
	if got, unknown := l.Match([]string{"burnt"}, "unborn"); len(got) != 0 || unknown != 1 {
		t.Errorf("%+v, %d unknown", got, unknown)
	}
	want := "Chosen from the list of signs for a child aged 5 to 10 (edition 7):\n\nThe child\n- Has a burn\n\nThe home\n- The home is damp\n- There is no home"
	if words := l.Words(got, "5-10"); words != want {
		t.Errorf("words:\n%s\nwant:\n%s", words, want)
	}
	if l.Highest() != "4" {
		t.Errorf("highest: %s", l.Highest())
	}
}

func TestFaultsNameFileAndLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ from, to, want string }{
		"misspelt setting": {"standing:", "standin:", "thresholds.yaml:4: There is no setting called"},
		"not YAML":         {"ages:", "ages: [", "thresholds.yaml"},
		"no edition":       {`edition: "7"`, `edition: ""`, "thresholds.yaml:1: Say which edition"},
		"no source":        {"source: Ours", `source: ""`, "thresholds.yaml:3: Say under source"},
		"no date checked":  {"checked: 2026-11-22\n", "", "Say under checked"},
		"bad date":         {"from: 2026-11-22", "from: soon", "thresholds.yaml: The file cannot be read"},
		"another level":    {`{id: burnt, level: "4"`, `{id: burnt, level: "9"`, `thresholds.yaml:17: There is no level "9" for the sign "burnt"`},
		"lost area":        {"well, level: \"1\", area: health", "well, level: \"1\", area: helth", `thresholds.yaml:18: There is no area "helth"`},
		"lost age":         {"burnt, level: \"4\", area: health, ages: [5-10]", "burnt, level: \"4\", area: health, ages: [5-11]", `thresholds.yaml:17: There is no age "5-11"`},
		"sign twice":       {"id: cold", "id: damp", `thresholds.yaml:20: The sign "damp" is there twice`},
		"bad id":           {"id: cold", "id: Cold One", "thresholds.yaml:20: Give the sign an id"},
		"no text":          {"text: There is no home", `text: ""`, `thresholds.yaml:20: The sign "cold" has no text`},
		"long text":        {"There is no home", strings.Repeat("home ", 40), "Put the rest under hint"},
		"levels differ":    {`{level: "1", do`, `{level: "2", do`, "thresholds.yaml:13: The levels here are 2, 4, and those of partnership.yaml are 1, 4"},
		"no call":          {"call: child, ", "", "thresholds.yaml:15: The highest level says whom to ring"},
		"odd call":         {"call: child", "call: mother", "thresholds.yaml:15: Write call: child"},
		"nothing to do":    {"do: [Carry on.], ", "", "thresholds.yaml:14: Say under do"},
		"empty level":      {"  - {id: well, level: \"1\", area: health, ages: [5-10], text: Is well}\n  - {id: damp, level: \"1\", area: housing, text: The home is damp}\n", "", `thresholds.yaml:14: No sign stands at the level "1"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(small, c.from, c.to, 1)
			if text == small {
				t.Fatalf("the test changes nothing: %q", c.from)
			}
			_, faults := threshold.Load(text, "thresholds.yaml", []string{"1", "4"})
			if faults.Err() == nil || !strings.Contains(faults.Error(), c.want) {
				t.Errorf("want %q, got\n%v", c.want, faults)
			}
		})
	}
}

func TestLinksLeadToPages(t *testing.T) {
	t.Parallel()
	read := func(text string) (*threshold.Thresholds, string) {
		lib, _ := guidance.Load(fstest.MapFS{
			"thresholds.yaml":       {Data: []byte(text)},
			"manual/recognising.md": {Data: []byte("---\ntitle: Recognising\nsummary: x\nowner: x\nchecked: 2026-11-01\nreview: 2027-11-01\n---\n\n## Call today {#call}\n\nRing.\n")},
		}, guidance.Place{})
		l, faults := threshold.Of(lib, []string{"1", "4"})
		return l, faults.Error()
	}
	l, faults := read(small)
	if faults != "" || l.Levels[1].Links[0].Href != "/manual/recognising#call" {
		t.Errorf("%s: %+v", faults, l.Levels[1].Links)
	}
	for _, to := range []string{"manual:nothing", "https://example.org", "//example.org", "javascript:x"} {
		if _, faults = read(strings.Replace(small, "manual:recognising#call", to, 1)); !strings.Contains(faults, "leads nowhere") {
			t.Errorf("%s: %q", to, faults)
		}
	}
	if l, faults := threshold.Of(&guidance.Library{}, nil); l != nil || len(faults) > 0 {
		t.Error("a partnership without a list has none")
	}
}

// What ships is whole: every domain has something to choose at every age, and
// every level has signs of most domains.
func TestWhatShips(t *testing.T) {
	t.Parallel()
	texts, err := fs.Sub(partnerships.FS, "set/guidance")
	if err != nil {
		t.Fatal(err)
	}
	lib, _ := guidance.Load(texts, guidance.Place{})
	l, faults := threshold.Of(lib, []string{"1", "2", "3", "4"})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	if n := len(l.Signs); n < 120 {
		t.Errorf("%d signs", n)
	}
	if l.Confirmed {
		t.Error("the signs that ship were confirmed by nobody")
	}
	for _, d := range l.Domains {
		for _, a := range l.Ages {
			groups, levels := l.Of([]string{d.ID}, a.ID), map[string]bool{}
			for _, g := range groups {
				for _, s := range g.Signs {
					levels[s.Level] = true
				}
			}
			if len(groups) == 0 || !levels["4"] && !levels["3"] {
				t.Errorf("%s at %s: %d groups, levels %v", d.ID, a.ID, len(groups), levels)
			}
		}
	}
}
