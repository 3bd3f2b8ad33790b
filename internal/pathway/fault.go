package pathway

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdoor/internal/person"
)

// Fault is one thing wrong with a pathway folder, in words for the person who
// keeps the folder.
type Fault struct {
	File string
	Line int // 0 when the fault is with the whole file
	Text string
	Do   string
	// Warning marks something to look into that does not stop the program,
	// such as a law entry that nobody has checked for a year.
	Warning bool
}

// String is "file:line: text. Do."
func (f Fault) String() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Warning {
		b.WriteString("warning: ")
	}
	b.WriteString(strings.TrimSuffix(f.Text, "."))
	b.WriteString(".")
	if f.Do != "" {
		b.WriteString(" " + f.Do)
		if !strings.HasSuffix(f.Do, "?") && !strings.HasSuffix(f.Do, ".") {
			b.WriteString(".")
		}
	}
	return b.String()
}

// Faults is everything wrong with a folder, by file and line.
type Faults []Fault

// Error writes one fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, x := range f {
		lines[i] = x.String()
	}
	return strings.Join(lines, "\n")
}

// Err gives the faults that stop the program as an error, or nil when there
// are none but warnings.
func (f Faults) Err() error {
	var hard Faults
	for _, x := range f {
		if !x.Warning {
			hard = append(hard, x)
		}
	}
	if hard == nil {
		return nil
	}
	return hard
}

func (f Faults) sorted() Faults {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return f
}

// maxFaults keeps a hopeless file from filling the screen.
const maxFaults = 200

func (f *Faults) add(x Fault) {
	if len(*f) < maxFaults {
		*f = append(*f, x)
	}
}

// instead says what to write in place of a wrong word.
func instead(word string, have []string) string {
	if s := nearest(word, have); s != "" {
		return "Did you mean “" + s + "”?"
	}
	if len(have) == 0 {
		return "None is declared"
	}
	have = slices.Sorted(slices.Values(have))
	have = slices.Compact(have)
	if len(have) > 12 {
		return "There are " + strings.Join(have[:12], ", ") + " and others"
	}
	return "There are only: " + strings.Join(have, ", ")
}

// nearest is the word that a misspelt one probably stands for, or nothing.
func nearest(word string, have []string) string {
	best, limit := "", max(1, len(word)/3)+1
	for _, h := range slices.Sorted(slices.Values(have)) {
		if d := person.Slips(word, h); d < limit {
			best, limit = h, d
		}
	}
	return best
}
