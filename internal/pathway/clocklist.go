package pathway

import (
	"fmt"
	"strings"
)

// ClockList writes every clock of every pathway as a Markdown page: how long it
// runs, from what to what, where that comes from, and whether the partnership has
// confirmed it.
func (l *Library) ClockList() string {
	var b strings.Builder
	b.WriteString(`# Clocks

Every clock of every pathway, written from the folders: change them there, and then
run ` + "`go test ./pathways -run TestClocks -update`" + `. Lengths that a partnership sets are
those of the folder that ships with the program.
`)
	for _, p := range l.All() {
		if len(p.Clocks) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n\n| code | clock | length | from | until | source | set locally |\n| --- | --- | --- | --- | --- | --- | --- |\n", p.Title)
		for i := range p.Clocks {
			c := &p.Clocks[i]
			label := c.Label
			if c.Each != "" {
				label += " (each " + p.item(c.Each) + ")"
			}
			law := p.Law[c.Law]
			checked := "nobody has checked it"
			if law.Checked != "" {
				checked = "checked " + law.Checked
			}
			row := cells(
				c.Code, label, p.lengthWords(c), p.eventsWords(c.From), p.eventsWords(c.Until)+p.againWords(c)+p.pauseWords(c),
				lawWords[law.Kind]+". "+law.linked()+" ("+checked+")", p.settingWords(c),
			)
			b.WriteString("| " + strings.Join(row, " | ") + " |\n")
		}
	}
	return b.String()
}

// linked is the source in Markdown, with its address.
func (l Law) linked() string {
	source := strings.TrimSuffix(l.Source, ".")
	if l.URL == "" {
		return source
	}
	return "[" + source + "](" + l.URL + ")"
}

// cells are texts as they can stand in a Markdown table.
func cells(list ...string) []string {
	for i := range list {
		list[i] = strings.ReplaceAll(strings.Join(strings.Fields(list[i]), " "), "|", "\\|")
	}
	return list
}

var lawWords = map[string]string{
	"statute": "Law", "statutory_guidance": "Statutory guidance", "local_procedure": "Local procedure", "common_practice": "Common practice",
}

func (p *Pathway) lengthWords(c *Clock) string {
	if c.Due != "" {
		if c.Ahead.IsZero() {
			return "when " + p.eventsWords([]string{c.Due}) + " says"
		}
		return c.Ahead.String() + " before " + p.eventsWords([]string{c.Due})
	}
	var out []string
	for i := range c.Within {
		s := &c.Within[i]
		words := s.Length.String()
		if s.If != "" {
			words += " if `" + strings.Join(strings.Fields(s.If), " ") + "`"
		} else if i > 0 {
			words += " otherwise"
		}
		out = append(out, words)
	}
	words := strings.Join(out, ", ")
	if c.HoldBefore {
		words += ", and not later than the last working day before"
	}
	if c.Rolls {
		words += ", or the next working day after"
	}
	if c.If != "" {
		words += "; only if `" + strings.Join(strings.Fields(c.If), " ") + "`"
	}
	return words
}

func (p *Pathway) eventsWords(events []string) string {
	var out []string
	for _, e := range events {
		kind, id, _ := strings.Cut(e, ".")
		switch kind {
		case "created":
			out = append(out, "it begins")
		case "step":
			out = append(out, "step “"+p.steps[id].Label+"”")
		case "state":
			out = append(out, "state “"+p.states[id].Label+"”")
		case "answer":
			out = append(out, "answer “"+p.questions[id].q.Heading()+"”")
		}
	}
	return strings.Join(out, "; ")
}

func (p *Pathway) againWords(c *Clock) string {
	if len(c.Again) == 0 {
		return ""
	}
	return ". It runs on, with the limit it had, after " + p.eventsWords(c.Again)
}

func (p *Pathway) pauseWords(c *Clock) string {
	out := ""
	for _, s := range c.Pauses {
		out += ". It stands still from " + p.eventsWords([]string{s.From}) + " until " + p.eventsWords(s.Until)
	}
	return out
}

func (p *Pathway) settingWords(c *Clock) string {
	names := []string{}
	for i := range c.Within {
		names = append(names, c.Within[i].Setting)
	}
	if len(names) == 0 {
		names = append(names, c.Setting)
	}
	names = append(names, strings.TrimPrefix(c.RollForward, "setting."))
	var out []string
	for _, n := range names {
		s, ok := p.Settings[n]
		switch {
		case !ok:
		case s.Confirmed:
			out = append(out, "`"+n+"`, confirmed")
		default:
			out = append(out, "`"+n+"`, not confirmed")
		}
	}
	return strings.Join(out, "; ")
}
