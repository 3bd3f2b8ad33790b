package site

import (
	"fmt"
	"strings"

	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/pathway"
	"frontdoor/internal/threshold"
	"frontdoor/internal/web/aid"
)

// checkTexts finds what the program itself needs of the texts: a list of signs
// that can be used, and every section of the manual that a form opens beside it.
func (s *Site) checkTexts(lib *guidance.Library, _ *contact.Directory) pathway.Faults {
	_, faults := threshold.Of(lib, aid.Levels(s.Desk.Place))
	for _, p := range s.Desk.Pathways.All() {
		for _, c := range p.Clauses() {
			page, _, ok := lib.Linked("manual:" + c)
			if ok {
				_, key, _ := strings.Cut(c, "#")
				_, ok = page.Section(key)
			}
			if !ok {
				faults = append(faults, pathway.Fault{File: "manual", Text: fmt.Sprintf("The manual has no section %s, which the form “%s” opens beside it. Keep the section, with its key.", c, p.Title)})
			}
		}
	}
	return faults
}
