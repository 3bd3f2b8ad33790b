package form

import (
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web/parts"
)

// SummaryOptions is what a summary of answers shows besides them.
type SummaryOptions struct {
	// Writer is set when the one who reads it wrote it: "Your name" is theirs.
	Writer bool
	// Change gives the address where a page is changed; nil for no links.
	Change func(page, row string) string
	// Source says when and by whom an answer was given; nil leaves it out.
	Source func(answer.Key) string
	// Held are sealed answers this reader may not see.
	Held []answer.Key
	// Names show files, workers, teams and records by their ids.
	Names map[string]string
	// Unanswered keeps rows for questions that nobody answered. The writer of a
	// form sees them; a reader is not shown a page of gaps.
	Unanswered bool
	// Level is the cards' heading level; 2 when 0.
	Level int
}

// Summary draws the answers to a pathway's pages as cards: one for each
// section, and for each row of a group one of its own.
func Summary(p *pathway.Pathway, f pathway.Facts, o SummaryOptions) parts.Body {
	var titles []string
	cards := map[string]*parts.SummaryList{}
	for _, shown := range p.Shown(f) {
		title := shown.Page.Section
		if title == "" {
			title = shown.Page.Title
		}
		if row, ok := ofTool(p, f, shown); ok {
			id := title + "\n" + shown.Page.Repeat
			if cards[id] == nil {
				cards[id] = &parts.SummaryList{Card: &parts.Card{Title: title + f.PracticeWords(shown.Page.Repeat), Level: o.Level}}
				titles = append(titles, id)
			}
			cards[id].Rows = append(cards[id].Rows, row...)
			continue
		}
		if shown.Row != "" {
			title += ": " + p.RowName(f, shown.Page.Repeat, shown.Row)
		}
		id := title + "\n" + shown.Row
		rows := o.rows(p, f, shown)
		if len(rows) == 0 {
			continue
		}
		if cards[id] == nil {
			cards[id] = &parts.SummaryList{Card: &parts.Card{Title: title, Level: o.Level}}
			titles = append(titles, id)
		}
		cards[id].Rows = append(cards[id].Rows, rows...)
	}
	out := make(parts.Body, len(titles))
	for i, id := range titles {
		out[i] = *cards[id]
	}
	return out
}

// ofTool is one line for an item of a form of others, with its answer alone: what
// was written beside it stands on the form's own pages. False for other rows.
func ofTool(p *pathway.Pathway, f pathway.Facts, shown pathway.Shown) ([]parts.SummaryRow, bool) {
	if g, ok := p.Group(shown.Page.Repeat); !ok || g.Tool() == "" {
		return nil, false
	}
	q := p.ItemQuestion(shown.Page.Repeat)
	for _, a := range shown.Questions {
		if q != nil && a.Question.ID == q.ID && !f.Answers[a.Key].Empty() {
			return []parts.SummaryRow{{Key: p.RowName(f, shown.Page.Repeat, shown.Row), Body: lines(p.LabelIn(a.Question, a.Key, f.Answers))}}, true
		}
	}
	return nil, true
}

func (o SummaryOptions) rows(p *pathway.Pathway, f pathway.Facts, shown pathway.Shown) []parts.SummaryRow {
	var out []parts.SummaryRow
	for _, a := range shown.Questions {
		held := slices.Contains(o.Held, a.Key)
		v := f.Answers[a.Key]
		if v.Empty() && !held && !o.Unanswered {
			continue
		}
		row := parts.SummaryRow{Key: a.Question.Heading()}
		if o.Writer && strings.HasPrefix(a.Question.Label, "Your ") {
			row.Key = a.Question.Label
		}
		if shown.Page.Title != "" && len(shown.Questions) == 1 && strings.HasPrefix(row.Key, "Choose ") {
			row.Key = shown.Page.Title // "Choose all that apply" says nothing by itself
		}
		switch {
		case held:
			row.Body = parts.Body{parts.Sealed{}}
		case v.Empty():
			row.Body = parts.Body{parts.HTML(`<span class="govuk-hint govuk-!-margin-bottom-0">Not answered</span>`)}
		default:
			row.Body = lines(o.words(p, f.Answers, a))
		}
		if o.Source != nil && !v.Empty() {
			if said := o.Source(a.Key); said != "" {
				row.Body = append(row.Body, parts.HTML(`<div class="govuk-hint govuk-!-margin-bottom-0 govuk-!-font-size-16">`), parts.Text(said), parts.HTML(`</div>`))
			}
		}
		if o.Change != nil {
			if href := o.Change(shown.Page.ID, shown.Row); href != "" {
				row.Actions = []parts.Link{{Text: "Change", Href: href + "#" + string(a.Key), Hidden: strings.ToLower(row.Key[:1]) + row.Key[1:]}}
			}
		}
		out = append(out, row)
	}
	return out
}

func (o SummaryOptions) words(p *pathway.Pathway, answers answer.Set, a pathway.Asked) string {
	v := answers[a.Key]
	if v.NotKnown == "" {
		name := func(id string) string {
			if n := o.Names[id]; n != "" {
				return n
			}
			return id
		}
		switch a.Question.Type {
		case "files":
			var names []string
			for _, id := range v.List {
				names = append(names, name(id))
			}
			return strings.Join(names, "\n")
		case "worker", "team", "record":
			return name(v.Text)
		}
	}
	return p.LabelIn(a.Question, a.Key, answers)
}

// lines keeps the line ends of what was typed.
func lines(words string) parts.Body {
	var out parts.Body
	for i, line := range strings.Split(words, "\n") {
		if i > 0 {
			out = append(out, parts.HTML("<br>"))
		}
		out = append(out, parts.Text(line))
	}
	return out
}

// Lines draws plain words with their line ends.
func Lines(words string) parts.Body { return lines(words) }
