package pathway

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// Rules may ask where the other records about the same people stand. The word
// others.<pathway> gives the states of those about the children of the record, or,
// in a rule about a row of people, about that one; others_of(c, "<pathway>") gives
// them for one row of several. others_ended.<pathway> and others_ended_of give the
// days on which those of them that are closed were closed. Which records there are is
// for the database to say, and what is kept from the one who acts is not among them.

const (
	othersOf      = "others_of"
	othersEndedOf = "others_ended_of"
)

// Other is another record about the same people, as far as rules may read it.
type Other struct {
	State string
	Ended time.Time // zero while it is open
}

var (
	othersForm   = regexp.MustCompile(`\bothers(?:_ended)?\.([a-z][a-z0-9_]*)`)
	othersOfForm = regexp.MustCompile(`\bothers(?:_ended)?_of\(\s*\w+\s*,\s*"([a-z][a-z0-9_]*)"\s*\)`)
	othersStates = regexp.MustCompile(`(?:\bothers\.([a-z][a-z0-9_]*)|\bothers_of\(\s*\w+\s*,\s*"([a-z][a-z0-9_]*)"\s*\))\.(?:exists|all)\(\s*\w+\s*,\s*\w+\s*(?:in\s*\[([^\]]*)\]|[!=]=\s*("[^"]*"))`)
)

// othersNames are the pathways whose records about the same people the folder's
// rules ask for by name.
func othersNames(p *Pathway) []string { return namedBy(othersForm, p) }

func namedBy(form *regexp.Regexp, p *Pathway) []string {
	var out []string
	if !asksOthers(p) {
		return nil
	}
	for line := range strings.Lines(p.Files["pathway.yaml"]) {
		if !strings.Contains(line, "others") { // a search by pattern through all of it takes long
			continue
		}
		for _, m := range form.FindAllStringSubmatch(line, -1) {
			if !slices.Contains(out, m[1]) {
				out = append(out, m[1])
			}
		}
	}
	return out
}

// asksOthers tells whether the folder can ask for other records at all: a search by
// pattern takes long, and most do not.
func asksOthers(p *Pathway) bool {
	text := p.Files["pathway.yaml"]
	return strings.Contains(text, "others.") || strings.Contains(text, "others_")
}

// othersOptions are the words of rules for other records about the same people.
func othersOptions(p *Pathway) []cel.EnvOption {
	var out []cel.EnvOption
	for _, n := range othersNames(p) {
		out = append(out, cel.Variable("others."+n, cel.ListType(cel.StringType)), cel.Variable("others_ended."+n, cel.ListType(cel.TimestampType)))
	}
	text := p.Files["pathway.yaml"]
	for function, one := range map[string]struct {
		gives *cel.Type
		of    func([]Other) any
	}{
		othersOf:      {cel.StringType, func(all []Other) any { return states(all) }},
		othersEndedOf: {cel.TimestampType, func(all []Other) any { return ends(all) }},
	} {
		if !strings.Contains(text, function+"(") {
			continue
		}
		for _, g := range p.Groups {
			if g.Person == nil {
				continue
			}
			out = append(out, cel.Function(function, cel.Overload(function+"_"+g.ID,
				[]*cel.Type{cel.ObjectType("row." + g.ID), cel.StringType}, cel.ListType(one.gives),
				cel.BinaryBinding(func(row, name ref.Val) ref.Val {
					r, ok := row.(*rowValue)
					if !ok {
						return types.NewErr("%s takes a row of people", function)
					}
					all, ok := r.s.f.others(string(name.(types.String)), r.group, r.row)
					if !ok {
						return types.NewErr("the other records could not be read")
					}
					return types.DefaultTypeAdapter.NativeToValue(one.of(all))
				}))))
		}
	}
	return out
}

// states are where the records stand.
func states(all []Other) []string {
	out := []string{}
	for _, o := range all {
		out = append(out, o.State)
	}
	return out
}

// ends are the days on which those that are closed were closed.
func ends(all []Other) []time.Time {
	out := []time.Time{}
	for _, o := range all {
		if !o.Ended.IsZero() {
			out = append(out, o.Ended)
		}
	}
	return out
}

// others are the other records of a pathway about the people of a group, or of one
// row of it; false when they cannot be known.
func (f *Facts) others(name, group, row string) ([]Other, bool) {
	if f.Others == nil {
		return nil, true
	}
	return f.Others(name, group, row)
}

// othersHere is what others.<pathway> and others_ended.<pathway> rest on in a scene:
// the row in hand where it is a person, and else the children of the record.
func (s *scene) othersHere(name string) ([]Other, bool) {
	group, row := s.p.Roles.Children, ""
	if g := s.p.groups[s.group]; s.row != "" && g != nil && g.Person != nil {
		group, row = s.group, s.row
	}
	return s.f.others(name, group, row)
}

// othersCost is how much asking for others may cost a rule: few records are about
// one person and of one kind.
func othersCost(function string) *cost.CallEstimate {
	if function != othersOf && function != othersEndedOf {
		return nil
	}
	return cost.NewCallEstimate(cost.Estimate{Min: 1, Max: 10}, &cost.SizeEstimate{Max: 20})
}

// othersCheck reports a rule that asks for records of a pathway, or for a state of
// theirs, that there is not.
func (l *Library) othersCheck(p *Pathway, fault func(at any, do, text string, args ...any)) {
	for _, form := range []*regexp.Regexp{othersForm, othersOfForm} {
		for _, name := range namedBy(form, p) {
			if _, ok := l.Get(name); !ok {
				fault(&p.Steps, instead(name, keys(l.byName)), "a rule asks for other records of the pathway “%s”, which is not there", name)
			}
		}
	}
	if len(othersNames(p)) == 0 && len(namedBy(othersOfForm, p)) == 0 {
		return
	}
	for _, m := range othersStates.FindAllStringSubmatch(p.Files["pathway.yaml"], -1) {
		other, ok := l.Get(m[1] + m[2])
		if !ok {
			continue
		}
		for _, word := range strings.Split(m[3]+m[4], ",") {
			state := strings.Trim(strings.TrimSpace(word), `"`)
			if _, ok := other.states[state]; !ok && state != "" {
				fault(&p.Steps, instead(state, keys(other.states)), "a rule asks whether a record of “%s” is in the state “%s”, which there is not", other.Name, state)
			}
		}
	}
}
