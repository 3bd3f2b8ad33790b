package casework_test

import (
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
)

// A police officer works for three areas. Work that does not ask whose it is goes to
// the one in which the child lives, so that its night team learns of the child. Whoever
// works for one area keeps it there, wherever the child lives.
func TestWorkOfSeveralAreasGoesWhereTheChildLives(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		for _, c := range []struct{ role, postcode, want string }{
			{"police_officer", "RM17 6SL", "thurrock"},
			{"police_officer", "CM1 1QH", "essex"},
			{"police_officer", "SS2 6ER", "southend"},
			{"police_officer", "M1 1AA", "southend"}, // of none of them: the first, and the page says so
			{"social_worker", "SS2 6ER", "thurrock"},
		} {
			w := caseworktest.Worker(t, d, c.role+c.postcode, c.role, "thurrock", "")
			by := casework.ByWorker(w, &d.Place.Register, caseworktest.Start)
			draft, err := d.StartDraft(t.Context(), by, "missing_episode", answer.Given(map[string]any{
				"missing_from": "2026-03-17T08:00", "missing_place": "Home", "missing_police": "1", "missing_risk": "medium", "missing_words": "A blue coat.",
				"missing_signs": []any{"none"}, "missing_before": "first", "missing_care": "family",
				"children": []any{map[string]any{"given_names": "Jo", "family_name": "Sample", "unborn": "no", "born": "2012-03-01", "home_address": map[string]any{"line1": "1 Sample Street", "town": "X", "postcode": c.postcode}, "home_disclosure": "open"}},
			}))
			if err != nil {
				t.Fatal(err, fault.SafeText(err))
			}
			got, err := d.Send(t.Context(), by, draft.ID, "")
			if err != nil {
				t.Fatal(err, fault.SafeText(err))
			}
			if got.Record.Authority != c.want {
				t.Errorf("%s, %s: goes to %s, want %s", c.role, c.postcode, got.Record.Authority, c.want)
			}
		}
	})
}
