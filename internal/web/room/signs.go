package room

import (
	"slices"

	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
)

// TakesSigns are the pathways that say which of their questions take what was
// chosen from the list of signs, and that this person may begin: a signed-in
// worker, or anyone when it is nil.
func (h *House) TakesSigns(a *Asker) []*pathway.Pathway {
	by := casework.By{Kind: "public"}
	if a != nil {
		by = a.By
	}
	return slices.DeleteFunc(h.Desk.Pathways.All(), func(p *pathway.Pathway) bool {
		first, ok := p.Beginning()
		told := ok && p.CountsAsContact && slices.Contains(first.By, "author")
		return p.About != "" || len(p.Roles.Indicators) == 0 || !told && !h.Desk.MayBegin(by, p)
	})
}
