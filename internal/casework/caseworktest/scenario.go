package caseworktest

import (
	"bytes"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/answer"
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
}

// Act is one thing somebody does.
type Act struct {
	At      string                      `yaml:"at"`
	By      string                      `yaml:"by"`
	Step    string                      `yaml:"step"`
	On      string                      `yaml:"on"`
	Follow  string                      `yaml:"follow"` // a pathway that the record is carried on into
	Row     string                      `yaml:"row"`    // of a step about one row: "actions/1" or the row's id
	New     map[string]any              `yaml:"new"`    // answers about the row that the step adds or is about
	Write   map[string]any              `yaml:"write"`  // answers on the record's own pages, without a step
	Refused string                      `yaml:"refused"`
	Looked  *bool                       `yaml:"looked"`
	Answers map[string]any              `yaml:"answers"`
	Rows    map[string][]map[string]any `yaml:"rows"`
	Then    Expectation                 `yaml:"then"`
}

// Expectation is how things stand then.
type Expectation struct {
	State     string                 `yaml:"state"`
	Clocks    map[string]ClockWanted `yaml:"clocks"`
	Can       map[string][]string    `yaml:"can"`
	Started   []StartWanted          `yaml:"started"`
	OpenSteps map[string][]string    `yaml:"open_steps"`
	Rows      map[string]int         `yaml:"rows"` // of a group: how many there are
	// Invites say by row, "invited/2", or "chair", what they were last told of the
	// record's meeting: "request 1 2026-10-26T10:00", "cancel 2 …", or "none".
	Invites map[string]string `yaml:"invites"`
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
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	var s Scenario
	dec := yaml.NewDecoder(bytes.NewReader(body))
	dec.KnownFields(true)
	if err := dec.Decode(&s); err != nil {
		t.Fatal(err)
	}
	return s
}

// RowOf gives the id of a row that a scenario names by its number, "actions/2" or
// "2", or by its id.
func RowOf(answers answer.Set, group, named string) string {
	named = strings.TrimPrefix(named, group+"/")
	rows := answers.Rows(group)
	if n, err := strconv.Atoi(named); err == nil && n >= 1 && n <= len(rows) && !slices.Contains(rows, named) {
		return rows[n-1]
	}
	return named
}
