package family_test

import (
	"net/http"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/record"
	"frontdoor/internal/web/webtest"
)

// What the review of a death found is to change stands on one list: with its record
// for the team that reviews, without it for the partnership, and for nobody else.
func TestRecommendationsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	death, team, officer := w.recommended()
	w.Get(w.Cookie(team), "/recommendations", http.StatusOK, "Sleep is asked about", "Tell the Sample family", death.Reference, "Late", "To be looked at by 30 Sep 2027", "Child death review", "2 recommendations")
	w.Get(w.Cookie(team), "/recommendations?how=late", http.StatusOK, "Sleep is asked about", "!Tell the Sample", "1 recommendation")
	w.Get(w.Cookie(team), "/recommendations?how=embedded", http.StatusOK, "None of what is listed is like that")
	w.Get(w.Cookie(team), "/recommendations?how=x", http.StatusNotFound)
	w.Get(w.Cookie(officer), "/recommendations", http.StatusOK, "Sleep is asked about", "Its words may name somebody", "!Tell the Sample", "!"+death.Reference)
	w.Get(w.Cookie(w.manager), "/recommendations", http.StatusOK, "Nothing that you may see was recommended", "!Sleep is asked about")
}

// recommended is a review of a death that has found two things to change, with those
// who review and somebody of the partnership.
func (w *world) recommended() (death record.Record, team, officer agency.Worker) {
	w.T.Helper()
	health := caseworktest.Worker(w.T, w.Desk, "Hal Health", "health_practitioner", "thurrock", "")
	team = caseworktest.Worker(w.T, w.Desk, "Tess Team", "cdop_coordinator", "thurrock", "")
	officer = caseworktest.Worker(w.T, w.Desk, "Olga Officer", "partnership_officer", "thurrock", "")
	given := answer.Given(caseworktest.Scene(w.T, "child_death/tests/usual_road.yaml").Given)
	given.Apply(answer.Given(map[string]any{"cd_authority": "thurrock", "aware_at": "2026-12-11T08:00"}))
	for q, v := range map[string]string{"born": "2016-06-01", "died_on": "2026-12-10"} {
		given[answer.RowKey("children", "r1", q)] = answer.Text(v)
	}
	w.Set(time.Date(2026, 12, 11, 9, 0, 0, 0, time.UTC))
	death = w.begin(health, "child_death", "send", "", given)
	if _, _, err := w.Desk.Known(w.T.Context(), w.by(team), death.ID); err != nil {
		w.T.Fatal(err)
	}
	w.take(team, death.ID, "take", map[string]any{"first_one": "yes", "stop_letters": "yes"})
	for what, due := range map[string]string{"Sleep is asked about at each visit": "2026-12-20", "Tell the Sample family’s nursery": "2027-02-01"} {
		w.take(team, death.ID, "add_learning", map[string]any{
			"learning/new/learning_what": what, "learning/new/learning_why": "It was not.", "learning/new/learning_by": "Health visitors", "learning/new/learning_due": due, "learning/new/learning_test_on": "2027-09-30",
		})
	}
	w.Set(time.Date(2027, 1, 5, 9, 0, 0, 0, time.UTC))
	return death, team, officer
}

func TestRecommendationsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, team, officer := w.recommended()
	base, p := w.Serve(), webtest.Browser(t)
	p.Open(base + "/nowhere")
	see := func(name, path string) {
		t.Helper()
		if got := p.Open(base + path); got != http.StatusOK {
			t.Fatalf("%s: status %d", path, got)
		}
		p.Check()
		p.Shot("recommendations-" + name)
	}
	p.As(w.Cookie(team))
	see("team", "/recommendations")
	see("none", "/recommendations?how=embedded")
	p.As(w.Cookie(officer))
	see("partnership", "/recommendations")
}
