// Package access walks every route of the program as everyone who uses it, and
// as those who must not, and compares what happens with rules.yaml, which people
// wrote and people can read.
//
//	go test ./test/access            compares
//	go test ./test/access -update    writes docs/access-table.md
package access

import (
	"bytes"
	_ "embed"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/site"
	"frontdoor/internal/web/room"
)

//go:embed rules.yaml
var rulesText []byte

// rules are what rules.yaml says.
type rules struct {
	Levels map[string]level    `yaml:"levels"`
	Roles  map[string][]string `yaml:"roles"`
	Groups []*group            `yaml:"groups"`
	People []*someone          `yaml:"people"`

	groupOf map[string]*group
}

// level is what somebody may have with one record.
type level struct {
	Holds []string `yaml:"holds"`
	Means string   `yaml:"means"`
}

// group is some routes that the same people may come to.
type group struct {
	ID     string   `yaml:"id"`
	Room   string   `yaml:"room"`
	Who    string   `yaml:"who"` // anyone, worker, code, draft or record
	Of     string   `yaml:"of"`  // the group whose level is needed, when it is not the group itself
	Needs  string   `yaml:"needs"`
	Place  string   `yaml:"place"` // a relation that lets in, whatever the role
	Never  string   `yaml:"never"`
	Means  string   `yaml:"means"`
	Routes []string `yaml:"routes"`
}

// someone is who a route is walked as.
type someone struct {
	ID        string   `yaml:"id"`
	Who       string   `yaml:"who"`
	Role      string   `yaml:"role"`
	Authority string   `yaml:"authority"`
	Kind      string   `yaml:"kind"`
	Code      bool     `yaml:"code"`
	Relations []string `yaml:"relations"`
	Plain     string   `yaml:"plain"`
	Locked    string   `yaml:"locked"`
	Check     string   `yaml:"check"`
	Follow    string   `yaml:"follow"`
	Draft     string   `yaml:"draft"`
	Why       string   `yaml:"why"`
}

func (s *someone) is(relation string) bool { return slices.Contains(s.Relations, relation) }

// out tells whether someone must sign in, whatever they ask for.
func (s *someone) out() bool { return s.Plain == "sign-in" }

var columns = []string{"plain", "locked", "check", "follow", "draft"}

func (s *someone) level(column string) string {
	return map[string]string{"plain": s.Plain, "locked": s.Locked, "check": s.Check, "follow": s.Follow, "draft": s.Draft}[column]
}

func readRules(t testing.TB) *rules {
	t.Helper()
	var r rules
	dec := yaml.NewDecoder(bytes.NewReader(rulesText))
	dec.KnownFields(true)
	if err := dec.Decode(&r); err != nil {
		t.Fatal(err)
	}
	r.groupOf = map[string]*group{}
	for _, g := range r.Groups {
		for _, route := range g.Routes {
			if r.groupOf[route] != nil {
				t.Errorf("%s stands in two groups", route)
			}
			r.groupOf[route] = g
		}
	}
	for _, p := range r.People {
		for _, c := range columns {
			if _, ok := r.Levels[p.level(c)]; !ok {
				t.Errorf("%s has the level %q with %s, which there is not", p.ID, p.level(c), c)
			}
		}
	}
	return &r
}

// power tells whether someone's role has a power.
func (r *rules) power(s *someone, power string) bool {
	return power == "" || slices.Contains(r.Roles[s.Role], power)
}

// may tells whether someone may come to a route of a group, with the record or
// draft of a column where it has one.
func (r *rules) may(s *someone, g *group, column string) bool {
	switch g.Who {
	case "anyone":
		return true
	case "worker":
		holds := g.Place != "" && s.is(g.Place)
		return !s.out() && !s.Code && (holds || (g.Place == "" || g.Needs != "") && r.power(s, g.Needs))
	case "code":
		return s.Code
	}
	if g.Never == "glass" && s.is("glass") && column == "locked" {
		return false
	}
	of := g.ID
	if g.Of != "" {
		of = g.Of
	}
	return slices.Contains(r.Levels[s.level(column)].Holds, of) && r.power(s, g.Needs)
}

// Every route of the program says who may come, and stands in rules.yaml. A
// route that is added any other way fails here.
func everyRouteIsGuarded(t *testing.T, r *rules, routes []site.Route) {
	seen := map[string]bool{}
	for _, route := range routes {
		seen[route.Pattern] = true
		g := r.groupOf[route.Pattern]
		switch {
		case route.Who == "":
			t.Errorf("%s says not who may come: make it with House.Public or House.Staff", route.Pattern)
		case g == nil:
			t.Errorf("%s stands in no group of rules.yaml: say there who may come", route.Pattern)
		case g.Who == "worker" && route.Who != room.Worker:
			t.Errorf("%s is for workers and lets %s in", route.Pattern, route.Who)
		case !strings.HasPrefix(route.Pattern, "GET ") && !strings.HasPrefix(route.Pattern, "POST "):
			t.Errorf("%s names no method, or one that forms have not", route.Pattern)
		}
	}
	for route := range r.groupOf {
		if !seen[route] {
			t.Errorf("%s is in rules.yaml and not in the program", route)
		}
	}
}
