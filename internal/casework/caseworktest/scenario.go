package caseworktest

import (
	"bytes"
	"cmp"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/pathways"
)

// Scenario is one file of a pathway's tests folder.
type Scenario struct {
	Scenario  string         `yaml:"scenario"`
	About     string         `yaml:"about"`
	Authority string         `yaml:"authority"`
	Each      string         `yaml:"each"`
	Team      string         `yaml:"team"`
	Given     map[string]any `yaml:"given"`
	Acts      []Act          `yaml:"acts"`
	Expect    Expectation    `yaml:"expect"`
	// Like names another scenario, of the folder or as "child_death/usual_road", whose
	// beginning this one has: its authority, team and answers, over which given lays
	// its own, and the first of its acts, without what they expect. Days moves all of
	// that by some days.
	Like  string `yaml:"like"`
	First string `yaml:"first"` // how many acts: a number, or "all"
	Days  int    `yaml:"days"`
	// Pathway is the one that the first act begins.
	Pathway string `yaml:"-"`
}

// Act is one thing somebody does.
type Act struct {
	At     string         `yaml:"at"`
	By     string         `yaml:"by"`
	Step   string         `yaml:"step"`
	On     string         `yaml:"on"`
	Follow string         `yaml:"follow"` // a pathway that the record is carried on into
	As     string         `yaml:"as"`     // begins another record with what is given, to which on: may say this name
	Row    string         `yaml:"row"`    // of a step about one row: "actions/1" or the row's id
	New    map[string]any `yaml:"new"`    // answers about the row that the step adds or is about
	Write  map[string]any `yaml:"write"`  // answers on the record's own pages, without a step
	// Meeting makes a meeting of the record one with those of the records in With, or
	// with "apart" in place of them, one by itself again. Others are, by record, the
	// answers of a step about people who are on the list of that record alone.
	Meeting string                                 `yaml:"meeting"`
	With    []string                               `yaml:"with"`
	Others  map[string]map[string][]map[string]any `yaml:"others"`
	Refused string                                 `yaml:"refused"`
	Looked  *bool                                  `yaml:"looked"`
	Answers map[string]any                         `yaml:"answers"`
	Rows    map[string][]map[string]any            `yaml:"rows"`
	Then    Expectation                            `yaml:"then"`
}

// Expectation is how things stand then.
type Expectation struct {
	State     string                 `yaml:"state"`
	Clocks    map[string]ClockWanted `yaml:"clocks"`
	Can       map[string][]string    `yaml:"can"`
	Started   []StartWanted          `yaml:"started"`
	OpenSteps map[string][]string    `yaml:"open_steps"`
	Rows      map[string]int         `yaml:"rows"` // of a group: how many there are
	// Answers are answers as they stand, by key: carried over, filled in or given.
	Answers map[string]string `yaml:"answers"`
	// Invites say by row, "invited/2", or "chair", what they were last told of the
	// record's meeting: "request 1 2026-10-26T10:00", "cancel 2 …", or "none".
	Invites map[string]string `yaml:"invites"`
	// Told are, by who, notices they have about the record; none when the list is empty.
	Told map[string][]string `yaml:"told"`
	// AskFirst are, by who, whether they are told on this record to seek advice before
	// they contact anybody.
	AskFirst map[string]bool `yaml:"ask_first"`
	// Warned are, by who, words of the warnings that stand on the record for them, in
	// their order; none when the list is empty.
	Warned map[string][]string `yaml:"warned"`
	// Letters are, by document, how many of it went.
	Letters map[string]int `yaml:"letters"`
	// Kept is the last day on which a closed record is kept: "undecided" when nobody
	// can say, "open" while it is not closed.
	Kept string `yaml:"kept"`
}

// StartWanted is a record that was started.
type StartWanted struct {
	Pathway string `yaml:"pathway"`
	Each    string `yaml:"each"`
	State   string `yaml:"state"`
}

// ClockWanted is "none" or {due, status}.
type ClockWanted struct {
	None   bool   `yaml:"-"`
	Due    string `yaml:"due"`
	Status string `yaml:"status"`
}

// UnmarshalYAML reads either.
func (c *ClockWanted) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode && n.Value == "none" {
		c.None = true
		return nil
	}
	type plain ClockWanted
	return n.Decode((*plain)(c))
}

// Scene reads a scenario of a pathway, such as "referral/tests/usual_road.yaml".
func Scene(t testing.TB, file string) Scenario {
	t.Helper()
	s := scene(t, file, 0)
	if s.Like == "" {
		return s
	}
	like := s.Like
	if !strings.Contains(like, "/") {
		like = s.Pathway + "/" + like
	}
	folder, name, _ := strings.Cut(like, "/")
	base := scene(t, folder+"/tests/"+name+".yaml", s.Days)
	if base.Like != "" {
		t.Fatalf("%s is like %s, which is like another", file, s.Like)
	}
	n := len(base.Acts)
	if s.First != "all" {
		var err error
		if n, err = strconv.Atoi(cmp.Or(s.First, "0")); err != nil || n > len(base.Acts) {
			t.Fatalf("%s: first is %q, and %s has %d acts", file, s.First, s.Like, len(base.Acts))
		}
	}
	for i := range base.Acts[:n] {
		base.Acts[i].Then = Expectation{}
	}
	for k, v := range s.Given {
		if v == nil {
			delete(base.Given, k)
		} else {
			base.Given[k] = v
		}
	}
	s.Pathway, s.Authority, s.Team, s.Each = folder, cmp.Or(s.Authority, base.Authority), cmp.Or(s.Team, base.Team), cmp.Or(s.Each, base.Each)
	s.Given, s.Acts = base.Given, slices.Concat(base.Acts[:n], s.Acts)
	return s
}

// scene reads one file, all of its dates some days later.
func scene(t testing.TB, file string, days int) Scenario {
	t.Helper()
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	if days != 0 {
		body = isoDate.ReplaceAllFunc(body, func(b []byte) []byte {
			d, err := calendar.ParseDate(string(b))
			if err != nil {
				return b
			}
			return []byte(d.AddDays(days).String())
		})
	}
	var s Scenario
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	s.Pathway, _, _ = strings.Cut(file, "/")
	return s
}

var isoDate = regexp.MustCompile(`\b20\d\d-\d\d-\d\d`)

// RowOf gives the id of a row that a scenario names by its number, "actions/2" or
// "2", or by its id.
func RowOf(answers answer.Set, group, named string) string { return answers.RowNamed(group, named) }
