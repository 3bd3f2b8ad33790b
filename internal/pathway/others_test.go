package pathway_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
)

const decides = `      - { if: "q.parents_told || known(q.no_tell)"`

// Rules ask where other records stand about all the children, or about one of them.
func TestOthers(t *testing.T) {
	t.Parallel()
	p := worry(t, decides, `      - { if: '!others.worry.exists(s, s == "looking")', else: "Another is being looked at." }
      - { if: '!q.children.exists(c, c.outcome == "s17" && others_of(c, "worry").exists(s, s == "received"))', else: "This child has another." }
`+decides)
	answers := with(complete(), "children/r1/outcome", "s17", "children/r2/outcome", "nfa", "children/r2/outcome_why", "Well.", "parents_told", "yes")
	for name, tt := range map[string]struct {
		all, first []string
		unread     bool
		want       string
	}{
		"one that has only come": {all: []string{"received"}},
		"one that goes on":       {all: []string{"received", "looking"}, want: "Another is being looked at"},
		"one of this child":      {first: []string{"received"}, want: "This child has another"},
		"one that ended":         {first: []string{"decided"}},
		"what could not be read": {unread: true, want: "."},
	} {
		f := facts(answers, "looking", manager)
		f.Others = func(_, group, row string) (out []pathway.Other, ok bool) {
			if group != "children" {
				t.Errorf("%s: asked about %s", name, group)
			}
			for _, state := range map[string][]string{"": tt.all, "r1": tt.first}[row] {
				out = append(out, pathway.Other{State: state})
			}
			return out, !tt.unread
		}
		if _, err := p.Take("decide", f); tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(fault.SafeText(err), tt.want)) {
			t.Errorf("%s: %q, want %q", name, fault.SafeText(err), tt.want)
		}
	}
}

// Rules ask when those that are closed were closed.
func TestOthersEnded(t *testing.T) {
	t.Parallel()
	p := worry(t, decides, `      - { if: '!others_ended.worry.exists(e, age_on(e, today) < 2)', else: "Another ended a short time ago." }
      - { if: '!q.children.exists(c, c.outcome == "s17" && others_ended_of(c, "worry").exists(e, age_on(e, today) < 3))', else: "This child had another." }
`+decides)
	answers := with(complete(), "children/r1/outcome", "s17", "children/r2/outcome", "nfa", "children/r2/outcome_why", "Well.", "parents_told", "yes")
	f := facts(answers, "looking", manager)
	days := func(years, days int) time.Time { return f.Now.AddDate(-years, 0, days) }
	for name, tt := range map[string]struct {
		all, first []time.Time
		unread     bool
		want       string
	}{
		"one that is open":         {all: []time.Time{{}}},
		"two years ago":            {all: []time.Time{days(2, 0)}},
		"a day less":               {all: []time.Time{days(5, 0), days(2, 1)}, want: "Another ended a short time ago"},
		"of another child":         {all: []time.Time{days(3, 1)}},
		"of this child, in time":   {first: []time.Time{days(3, 0)}},
		"of this child, too early": {first: []time.Time{days(3, 1)}, want: "This child had another"},
		"what could not be read":   {unread: true, want: "."},
	} {
		f.Others = func(_, _, row string) (out []pathway.Other, ok bool) {
			for _, at := range map[string][]time.Time{"": tt.all, "r1": tt.first}[row] {
				out = append(out, pathway.Other{State: "decided", Ended: at})
			}
			return out, !tt.unread
		}
		if _, err := p.Take("decide", f); tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(fault.SafeText(err), tt.want)) {
			t.Errorf("%s: %q, want %q", name, fault.SafeText(err), tt.want)
		}
	}
	for want, rule := range map[string]string{
		"a rule asks for other records of the pathway “wory”": "!others_ended.wory.exists(e, e > now)",
		"the pathway “werry”":                                 `!q.children.exists(c, others_ended_of(c, "werry").exists(e, e > now))`,
	} {
		if l, faults := library(t, []string{decides, "      - { if: '" + rule + "', else: No. }\n" + decides}, nil); l != nil || !strings.Contains(faults.Error(), want) {
			t.Errorf("want %q, have:\n%v", want, faults)
		}
	}
}

// A step takes another on other records, and only some rows go with what it starts.
func TestTakesAndRows(t *testing.T) {
	t.Parallel()
	withdraw := "    from: [received, looking]\n    to: withdrawn\n    by: [author]\n"
	edits := []string{
		withdraw, strings.Replace(withdraw, "[author]", "[author, system]", 1),
		"    ends: [team]\n", `    ends: [team]
    takes:
      - { pathway: worry, each: children, if: 'row.outcome == "s17"', step: withdraw }
    starts:
      - { pathway: worry, step: submit, rows: { children: 'row.outcome == "s17"' } }
`,
	}
	p := worry(t, edits...)
	answers := with(complete(), "children/r1/outcome", "nfa", "children/r1/outcome_why", "Well.", "children/r2/outcome", "s17", "parents_told", "yes")
	got, err := p.Take("decide", facts(answers, "looking", manager))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Takes) != 1 || got.Takes[0].Row != "r2" || got.Takes[0].Group != "children" || got.Takes[0].Step != "withdraw" {
		t.Errorf("takes %+v", got.Takes)
	}
	if len(got.Starts) != 1 || !maps.EqualFunc(got.Starts[0].Rows, map[string][]string{"children": {"r2"}}, slices.Equal) {
		t.Errorf("starts %+v", got.Starts)
	}
	for want, wrong := range map[string][]string{
		"is not for the program to take":                             {edits[1], withdraw},
		"the pathway “worry” has no step “withdrew”":                 {"step: withdraw }", "step: withdrew }"},
		"begins a record":                                            {"step: withdraw }", "step: submit }"},
		"there is no pathway “worri”":                                {"{ pathway: worry, each", "{ pathway: worri, each"},
		"does not ask “danger”":                                      {"step: withdraw }", "step: withdraw, answers: { danger: q.danger } }"},
		"there is no group “childern”":                               {"each: children, if", "each: childern, if"},
		"there is no group “childrens”":                              {"rows: { children:", "rows: { childrens:"},
		"a rule asks for other records of the pathway “wory”":        {decides, "      - { if: '!others.wory.exists(s, s == \"looking\")', else: No. }\n" + decides},
		"in the state “seen”, which there is not":                    {decides, "      - { if: '!others.worry.exists(s, s in [\"looking\", \"seen\"])', else: No. }\n" + decides},
		"a guard of the step “decide” compares a role with “sistem”": {decides, "      - { if: '!(\"sistem\" in actor.roles)', else: No. }\n" + decides},
	} {
		if l, faults := library(t, slices.Concat(edits, wrong), nil); l != nil || !strings.Contains(faults.Error(), want) {
			t.Errorf("want %q, have:\n%v", want, faults)
		}
	}
}
