package threshold

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/pathway"
)

// File is the list's name among the texts of a partnership.
const File = "thresholds.yaml"

// Of reads the list that is among some texts, with its links. Levels are the ids
// of the partnership's levels of need, the lowest first. The list is nil when the
// texts have none, or one that cannot be read.
func Of(lib *guidance.Library, levels []string) (*Thresholds, pathway.Faults) {
	text, ok := lib.File(File)
	if !ok {
		return nil, nil
	}
	t, faults := Load(text, File, levels)
	if t == nil {
		return nil, faults
	}
	for i := range t.Levels {
		for j := range t.Levels[i].Links {
			k := &t.Levels[i].Links[j]
			if _, href, ok := lib.Linked(k.To); ok {
				k.Href = href
			} else if strings.HasPrefix(k.To, "/") && !strings.HasPrefix(k.To, "//") {
				k.Href = k.To
			} else {
				faults = append(faults, pathway.Fault{File: File, Text: fmt.Sprintf("The link %q of the level %s leads nowhere. Write page:professionals/caf, manual:referral#how or an address of this site such as /contact.", k.Text, t.Levels[i].Level)})
			}
		}
	}
	return t, faults
}

// maxText is how many characters a sign may have: it is read beside a box to tick.
const maxText = 140

var idRule = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Load reads a list. Levels are the ids of the partnership's levels of need, the
// lowest first; nil when they are not known. The faults name file and line. The
// list is nil when it cannot be read at all.
func Load(text, file string, levels []string) (*Thresholds, pathway.Faults) {
	t := &Thresholds{}
	l := loader{t: t, file: file}
	var err error
	if l.yaml, err = calendar.ReadYAML([]byte(text), file, t); err != nil {
		l.note(err)
		return nil, l.faults
	}
	l.head()
	l.ages()
	l.domains()
	l.levels(levels)
	l.signs()
	return t, l.faults
}

type loader struct {
	t      *Thresholds
	file   string
	yaml   *calendar.YAML
	faults pathway.Faults
}

func (l *loader) note(err error) {
	_, line, sentence := calendar.Located(err)
	l.faults = append(l.faults, pathway.Fault{File: l.file, Line: line, Text: sentence})
}

func (l *loader) wrong(path []any, sentence string, args ...any) {
	l.note(l.yaml.Fault(fmt.Sprintf(sentence, args...), path...))
}

func at(path ...any) []any { return path }

func (l *loader) head() {
	t := l.t
	if strings.TrimSpace(t.Edition) == "" || t.From.IsZero() {
		l.wrong(at("edition"), "Say which edition this is, and under from the day from which it is used.")
	}
	if t.Source == "" || t.Standing == "" {
		l.wrong(at("source"), "Say under source where the signs come from, and under standing whose words they are and what decides.")
	}
	if t.Checked.IsZero() {
		l.wrong(at("checked"), "Say under checked the day on which the list was last compared with its source, as 2026-11-22.")
	}
}

// once checks an id: in the right form, and not there before.
func (l *loader) once(path []any, what, id string, seen map[string]bool) {
	switch {
	case !idRule.MatchString(id):
		l.wrong(path, "Give the %s an id of small letters, digits and hyphens, and not %q.", what, id)
	case seen[id]:
		l.wrong(path, "The %s %q is there twice. Keep one, or give the other another id.", what, id)
	}
	seen[id] = true
}

func (l *loader) ages() {
	seen := map[string]bool{}
	for i, a := range l.t.Ages {
		l.once(at("ages", i), "age", a.ID, seen)
		if a.Label == "" || a.About == "" {
			l.wrong(at("ages", i), "An age needs label and about, such as “a child aged 5 to 10”.")
		}
	}
	if len(seen) == 0 {
		l.wrong(at("ages"), "List at least one age under ages.")
	}
}

func (l *loader) domains() {
	domains, areas := map[string]bool{}, map[string]bool{}
	for i, d := range l.t.Domains {
		l.once(at("domains", i), "domain", d.ID, domains)
		if d.Label == "" || d.Hint == "" {
			l.wrong(at("domains", i), "A domain needs label and hint: what it is about, in a few plain words.")
		}
		for j, a := range d.Areas {
			l.once(at("domains", i, "areas", j), "area", a.ID, areas)
			if a.Label == "" {
				l.wrong(at("domains", i, "areas", j), "An area needs a label.")
			}
		}
		if len(d.Areas) == 0 {
			l.wrong(at("domains", i), "The domain %q has no areas.", d.ID)
		}
	}
	if len(domains) == 0 {
		l.wrong(at("domains"), "List at least one domain under domains.")
	}
}

func (l *loader) levels(want []string) {
	var have []string
	for i, v := range l.t.Levels {
		have = append(have, v.Level)
		if !slices.Contains([]string{"", CallChild, CallEarlyHelp}, v.Call) {
			l.wrong(at("levels", i, "call"), "Write call: %s or call: %s, or leave it out.", CallChild, CallEarlyHelp)
		}
		if len(v.Do) == 0 || len(v.Family) == 0 {
			l.wrong(at("levels", i), "Say under do what a professional does next at this level, and under family what a parent or carer can do.")
		}
		for j, k := range v.Links {
			if k.Text == "" || k.To == "" {
				l.wrong(at("levels", i, "links", j), "A link has text, and under to where it leads.")
			}
		}
	}
	if want != nil && !slices.Equal(have, want) {
		l.wrong(at("levels"), "The levels here are %s, and those of partnership.yaml are %s. List the same, the lowest first.", list(have), list(want))
	}
	if n := len(l.t.Levels); n > 0 && l.t.Levels[n-1].Call != CallChild {
		l.wrong(at("levels", n-1), "The highest level says whom to ring: write call: %s.", CallChild)
	}
}

func list(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	return strings.Join(ids, ", ")
}

func (l *loader) signs() {
	seen, used := map[string]bool{}, map[string]bool{}
	for i, s := range l.t.Signs {
		path := at("signs", i)
		l.once(path, "sign", s.ID, seen)
		if l.t.order(s.Level) < 0 {
			l.wrong(path, "There is no level %q for the sign %q.", s.Level, s.ID)
		}
		if d, _ := l.t.place(s.Area); d.ID == "" {
			l.wrong(path, "There is no area %q for the sign %q.", s.Area, s.ID)
		}
		for _, a := range s.Ages {
			if _, ok := l.t.Age(a); !ok {
				l.wrong(path, "There is no age %q for the sign %q.", a, s.ID)
			}
		}
		switch n := len([]rune(s.Text)); {
		case n == 0:
			l.wrong(path, "The sign %q has no text.", s.ID)
		case n > maxText:
			l.wrong(path, "The sign %q has %d characters and may have %d. Put the rest under hint.", s.ID, n, maxText)
		}
		used[s.Level] = true
	}
	for i, v := range l.t.Levels {
		if !used[v.Level] {
			l.wrong(at("levels", i), "No sign stands at the level %q.", v.Level)
		}
	}
}
