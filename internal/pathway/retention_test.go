package pathway_test

import (
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
)

// shippedRule is what the folder says before it is changed.
const shippedRule = "retention:\n  - { words: Everything, law: decide, keep: [{ for: 6 years, from: closed }] }\n"

const keepRules = `retention:
  - { if: "q.children.exists(c, c.outcome == 's17')", words: Work with a child., law: decide, keep: [{ for: 25 years, from: born }, { for: 6 years, from: closed }] }
  - { if: "state == 'withdrawn'", words: Taken back., law: local, keep: { for: setting.keep_short, from: closed } }
  - { words: Everything else., law: local }
`

func keeping(t *testing.T, rules string) *pathway.Pathway {
	t.Helper()
	p, faults := pathway.Load(folder(t, "worry",
		"  amber: {", "  keep_short: { text: How long, default: \"18 months\", source: Here }\n  amber: {", shippedRule, rules), place())
	if p == nil {
		t.Fatal(faults)
	}
	return p
}

func child(f *pathway.Facts, row, born, outcome string) {
	f.Answers["children"] = answer.List(append(f.Answers.Rows("children"), row)...)
	f.Answers[answer.RowKey("children", row, "outcome")] = answer.Text(outcome)
	if born != "" {
		f.Answers[answer.RowKey("children", row, "born")] = answer.Text(born)
	}
}

func TestKeepIsTheFirstRuleThatHolds(t *testing.T) {
	t.Parallel()
	p := keeping(t, keepRules)
	closed := calendar.NewDate(2026, 3, 17)
	for _, tt := range []struct {
		name  string
		state string
		born  []string
		until string
		said  string
	}{
		{"the youngest child", "decided", []string{"2010-05-04", "2016-05-04"}, "2041-05-04", "25 years after the birth of the youngest child"},
		{"born on a leap day", "decided", []string{"2016-02-29"}, "2041-03-01", "ends on Friday 1 March 2041"},
		{"long grown up: the other length is later", "decided", []string{"2000-01-01"}, "2032-03-17", "The latest counts."},
		{"date of birth not known", "decided", []string{"2010-05-04", ""}, "", "until somebody decides"},
		{"nobody is named: the condition is not known", "withdrawn", nil, "", "cannot be said whether this rule holds"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := pathway.Facts{Answers: answer.Set{}, State: tt.state, Now: now}
			for i, b := range tt.born {
				child(&f, string(rune('a'+i)), b, "s17")
			}
			k := p.Keep(f, closed)
			if !k.Ruled || k.Until.String() != tt.until || !strings.Contains(k.Sum, tt.said) {
				t.Errorf("%+v", k)
			}
		})
	}
	f := pathway.Facts{Answers: answer.Set{}, State: "withdrawn", Now: now}
	child(&f, "a", "2016-01-01", "nfa")
	if k := p.Keep(f, closed); k.Until.String() != "2027-09-17" || !k.Unconfirmed || k.Rule != "Taken back." {
		t.Errorf("by state: %+v", k)
	}
	f.State = "decided"
	if k := p.Keep(f, closed); !k.Until.IsZero() || k.Rule != "Everything else." {
		t.Errorf("a rule without a length: %+v", k)
	}
	// A month without such a day keeps it a day longer, never shorter.
	f.State = "withdrawn"
	if k := p.Keep(f, calendar.NewDate(2026, 8, 31)); k.Until.String() != "2028-03-01" {
		t.Errorf("from the 31st: %s", k.Until)
	}
}

func TestNoRuleKeepsForEver(t *testing.T) {
	t.Parallel()
	p, faults := pathway.Load(folder(t, "worry", shippedRule, ""), place())
	if p == nil {
		t.Fatal(faults)
	}
	if len(faults) != 1 || !faults[0].Warning || !strings.Contains(faults[0].Text, "nothing says how long closed records are kept") {
		t.Errorf("faults: %v", faults)
	}
	if k := p.Keep(pathway.Facts{Answers: answer.Set{}, State: "decided", Now: now}, calendar.NewDate(1990, 1, 1)); k.Ruled || !k.Until.IsZero() || !strings.HasPrefix(k.Sum, pathway.NoKeepRule) {
		t.Errorf("%+v", k)
	}
}

func TestFaultsOfRetention(t *testing.T) {
	t.Parallel()
	whole := `  - { words: Everything, law: decide, keep: [{ for: 6 years, from: closed }] }`
	for _, tt := range []struct{ name, rules, want string }{
		{"no last rule", `  - { if: "state == 'decided'", words: A, law: decide, keep: [{ for: 6 years, from: closed }] }`, "there are records for which no rule of retention holds"},
		{"nothing after all", whole + "\n" + whole, "the rules after it never do"},
		{"in no law", strings.Replace(whole, "law: decide", "law: local", 1), "“6 years” is in no law, so each area decides it"},
		{"no length", strings.Replace(whole, "6 years", "some years", 1), "“some years” is not a length"},
		{"in days", strings.Replace(whole, "6 years", "90 days", 1), "“90 days” is not a length"},
		{"unknown setting", strings.Replace(whole, "6 years", "setting.kep", 1), "there is no setting “kep”"},
		{"unknown law", strings.Replace(whole, "law: decide", "law: decied", 1), "there is no law entry “decied”. Did you mean “decide”?"},
		{"no words", strings.Replace(whole, "words: Everything, ", "", 1), "rule 1 of retention has no words"},
		{"unknown day", strings.Replace(whole, "from: closed", "from: answer.boorn", 1), "there is no question “boorn”. Did you mean “born”?"},
		{"not a day", strings.Replace(whole, "from: closed", "from: answer.worry", 1), "“worry” is a question of type textarea"},
		{"nobody dies here", strings.Replace(whole, "from: closed", "from: died", 1), "no question of the group that names the record is that"},
		{"from nowhere", strings.Replace(whole, "from: closed", "from: decided", 1), "cannot count from “decided”"},
		{"misspelt", `  - { if: "q.ratin == 'red'", words: A, law: decide, keep: [{ for: 6 years, from: closed }] }` + "\n" + whole, "there is no “q.ratin”. Did you mean “rating”?"},
		{"sealed", strings.Replace(whole, "from: closed", "from: answer.born", 1), "“born” is sealed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			change := []string{whole, tt.rules}
			if tt.name == "sealed" {
				change = append(change, "id: born, type: date,", "id: born, sealed: true, type: date,")
			}
			p, faults := pathway.Load(folder(t, "worry", change...), place())
			if p != nil || !strings.Contains(faults.Error(), tt.want) {
				t.Errorf("faults:\n%v\nwant %q", faults, tt.want)
			}
		})
	}
}
