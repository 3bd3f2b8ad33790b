package pathway

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Duty is a limit that the field knows, as the field says it, and the clocks that
// hold it here.
type Duty struct {
	Words   string
	Usual   string
	Clocks  []string // <pathway>/<code>: every clock of that code
	Instead string   // without clocks, or beside them: where it is held
}

// ReadDuties reads them from a table with the columns duty, usual, clocks, words.
func ReadDuties(r io.Reader) ([]Duty, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []Duty
	for _, row := range rows[min(1, len(rows)):] {
		out = append(out, Duty{Words: row[0], Usual: row[1], Clocks: strings.Fields(row[2]), Instead: row[3]})
	}
	return out, nil
}

// DutyClock is a clock that holds a duty.
type DutyClock struct {
	Pathway *Pathway
	Clock   *Clock
}

// ClocksOf are the clocks that hold a duty, and those of its names that no clock has.
func (l *Library) ClocksOf(d Duty) (list []DutyClock, missing []string) {
	for _, name := range d.Clocks {
		at, code, _ := strings.Cut(name, "/")
		n := len(list)
		if p, ok := l.Get(at); ok {
			for i := range p.Clocks {
				if p.Clocks[i].Code == code {
					list = append(list, DutyClock{p, &p.Clocks[i]})
				}
			}
		}
		if len(list) == n {
			missing = append(missing, name)
		}
	}
	return list, missing
}

// DutyList writes the duties as a part of the page of clocks. Told gives the story
// in which a clock runs over a day that is no working day or a change of the clocks.
func (l *Library) DutyList(duties []Duty, told func(DutyClock) string) string {
	var b strings.Builder
	b.WriteString("\n## Limits that the field knows, and where each is held\n\n" +
		"Each line is one limit, with what is usual in the field, and the clocks that hold it. The story is one in which it runs over a weekend, a bank\n" +
		"holiday or a night when the clocks change.\n\n" +
		"| limit | usual | kind of work | clock | length here | source | set locally | story |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, d := range duties {
		list, _ := l.ClocksOf(d)
		if d.Instead != "" {
			b.WriteString("| " + strings.Join(cells(d.Words, d.Usual, d.Instead, "", "", "", "", ""), " | ") + " |\n")
		}
		for _, c := range list {
			p := c.Pathway
			setting := p.settingWords(c.Clock)
			if setting == "" {
				setting = "no: " + fixedWords(p, c.Clock)
			}
			row := cells(d.Words, d.Usual, p.Title, c.Clock.Code+": "+c.Clock.Label, p.lengthWords(c.Clock), lawWords[p.Law[c.Clock.Law].Kind], setting, told(c))
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	}
	return b.String()
}

// fixedWords say why a partnership does not set a clock's length.
func fixedWords(p *Pathway, c *Clock) string {
	switch kind := p.Law[c.Law].Kind; {
	case c.Due != "" && c.Ahead.IsZero():
		return "the day is agreed or ordered each time"
	case slices.Contains([]string{"statute", "statutory_guidance"}, kind):
		return "the law says so"
	default:
		return fmt.Sprintf("as the source says, %s", strings.ToLower(lawWords[kind]))
	}
}
