package mash

import (
	"slices"

	"frontdoor/internal/pathway"
	"frontdoor/internal/tool"
	"frontdoor/internal/web/parts"
)

// formNote says of a form of others whose items a page asks that it is a practice
// example, or whose it is.
type formNote struct {
	Practice  *parts.WarningText
	Copyright string
	Refused   string // why this reader is not asked its items
}

// formNotes are those of the forms whose items a step asks.
func formNotes(fl *filling) []formNote {
	var out []formNote
	for _, g := range fl.v.Pathway.ToolGroups() {
		sheet := fl.v.Facts.Tools[g.ID]
		if sheet == nil || !slices.ContainsFunc(fl.step.Ask, func(q pathway.Question) bool { return q.Group == g.ID }) {
			continue
		}
		n := formNote{Copyright: sheet.Form.Title + ", edition " + sheet.Form.Edition + ". " + sheet.Form.Copyright, Refused: sheet.May.Refused}
		if sheet.Form.Practice {
			n.Practice = &parts.WarningText{Text: tool.PracticeWarning}
		}
		out = append(out, n)
	}
	return out
}
