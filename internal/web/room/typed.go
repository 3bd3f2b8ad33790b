package room

import (
	"net/http"

	"frontdoor/internal/answer"
)

// KeepTyped saves what is being typed in a form of a record, as the page's script
// sends it, in the worker's own draft of it. Read takes the draft as it was and
// gives what the page changes.
func (h *House) KeepTyped(w http.ResponseWriter, r *http.Request, a *Asker, record, draft string, read func(kept answer.Set) answer.Set) error {
	d, err := h.Desk.StepDraft(r.Context(), a.By, record, draft)
	if err != nil {
		return err
	}
	if _, err := h.Desk.SaveDraft(r.Context(), a.By, d.ID, read(d.Answers), ""); err != nil {
		return err
	}
	return Saved(w, r)
}
