package demo

import (
	"context"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

// toolEvents import a made-up form where the world's workers would use one of
// others: with a licence that ends soon, and with workers of whom some attended
// all of its course and one only the half.
func toolEvents(desk *casework.Desk, workers map[string]agency.Worker, now time.Time) []event {
	day := func(ago int) time.Time { return now.AddDate(0, 0, -ago) }
	by := func(who string, at time.Time) casework.By {
		return casework.ByWorker(workers[who], &desk.Place.Register, at)
	}
	events := []event{{day(230), func(ctx context.Context) error {
		body, err := world.ReadFile("world/profile.json")
		if err == nil {
			body, err = tool.Seal(body)
		}
		if err != nil {
			return err
		}
		_, err = desk.ImportTool(ctx, by("partnership", day(230)), body, calendar.DateOf(day(230)), casework.LicenceGiven{
			Holder: "Thurrock Council", Number: "Made up, 1", Accountable: workers["service_manager"].ID, Until: calendar.DateOf(now).AddDays(45),
		})
		return err
	}}}
	for _, a := range []struct {
		who, session string
		ago          int
	}{
		{"caseworker", "First half-day", 220},
		{"early_help", "First half-day", 220},
		{"health_visitor", "First half-day", 220},
		{"caseworker", "Second half-day", 213},
		{"health_visitor", "Second half-day", 213},
	} {
		events = append(events, event{day(a.ago), func(ctx context.Context) error {
			return desk.Attend(ctx, by("social_care", day(a.ago)), store.CourseAttended{
				Worker: workers[a.who].ID, Course: "Profile of care", Session: a.session, On: calendar.DateOf(day(a.ago)), Trainer: "A trainer of the partnership",
			})
		}})
	}
	return events
}
