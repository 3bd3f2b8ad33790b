package demo

import (
	"context"
	"time"

	"frontdoor/internal/casework"
)

// retentionEvents are what the program does by itself each night: it asks for a
// review of every closed record whose time is over, and destroys what two people
// agreed to destroy. The stories' old contacts come to their end within the last
// weeks, so that all that can be decided about them is seen.
func retentionEvents(desk *casework.Desk, now time.Time) []event {
	var events []event
	for _, ago := range []int{30, 6} {
		at := now.AddDate(0, 0, -ago)
		events = append(events, event{at, func(ctx context.Context) error {
			if _, err := desk.RunRetention(ctx, at); err != nil {
				return err
			}
			_, err := desk.Destroy(ctx, at, nil)
			return err
		}})
	}
	return events
}
