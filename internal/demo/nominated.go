package demo

import (
	"context"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
)

// nominate names who passes releases on in two agencies of the world. All other
// agencies have nobody, which the partnership's manager sees.
func nominate(ctx context.Context, desk *casework.Desk, workers map[string]agency.Worker, at time.Time) error {
	office := &bulletin.Desk{Desk: desk}
	manager := casework.ByWorker(workers["partnership"], &desk.Place.Register, at)
	for _, n := range []struct{ place, who string }{
		{store.PlaceNominated, "dsl"}, {store.PlaceNominated, "health"}, {store.PlaceStandIn, "health_visitor"},
	} {
		w := workers[n.who]
		if err := office.Nominate(ctx, manager, w.Agency, n.place, w.ID); err != nil {
			return err
		}
	}
	return nil
}
