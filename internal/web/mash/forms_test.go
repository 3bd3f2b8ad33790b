package mash_test

import (
	"net/http"
	"testing"

	"frontdoor/internal/answer"
)

// A step that asks the items of a practice example says so at its head and at each
// item, and so do the record and its copy for the file.
func TestPracticePartIsMarked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	health := w.worker("Hal Health", "health_practitioner", "")
	rec := w.began(health, "domestic_abuse/tests/usual_road.yaml", "begin", nil)
	b, base := w.tab(health), "/records/"+rec.ID
	b.get(base+"/steps/checklist").want(t, http.StatusOK, "Practice example, not the tool. It is in words of our own", "Practice risk checklist, edition practice-2", "1 How afraid they are (practice example)", "How many were answered yes?")
	set := answer.Set{"check_at": answer.Text("2026-03-17T09:30"), "check_tool": answer.Text("here"), "check_ticks": answer.Text("1")}
	for _, row := range rec.Answers.Rows("dash") {
		set[answer.RowKey("dash", row, "dash_answer")] = answer.Text("no")
	}
	set[answer.RowKey("dash", "neck", "dash_answer")] = answer.Text("yes")
	w.take(health, rec.ID, "checklist", set)
	b.get(base).want(t, http.StatusOK, "The checklist: Practice example, not the tool")
	b.get(base+"/tools/dash").without(t, "Nothing can be scored")
	b.get(base+"/copies/preview?copy=file&to=file").want(t, http.StatusOK, "3 Breath and neck (practice example)", "Yes")
}
