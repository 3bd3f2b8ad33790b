package mash_test

import (
	"net/http"
	"testing"
	"time"

	"frontdoor/internal/answer"
)

// An action whose day has passed counts as red on every page of it, whatever colour
// was last given.
func TestAnActionThatIsOverdueSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC))
	office := w.worker("Olu Office", "partnership_officer", "")
	rec := w.began(office, "delivery_plan/tests/usual_road.yaml", "propose", answer.Set{"plan_start": answer.Text("2026-09-01"), "plan_due": answer.Text("2026-10-26"), "plan_authority": answer.Text("thurrock")})
	const words = "It counts as red, whatever colour was last given."
	w.tab(office).get("/records/"+rec.ID).want(t, http.StatusOK).without(t, words)
	w.Set(time.Date(2026, 10, 27, 0, 5, 0, 0, time.UTC))
	w.tab(office).get("/records/"+rec.ID).want(t, http.StatusOK, words)
	w.tab(office).get("/records/"+rec.ID+"/clocks").want(t, http.StatusOK, words)
}
