package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
)

func whoToCallCommand() *cobra.Command {
	var ask contact.Ask
	var at, folder, caller, about, urgency string
	var asJSON bool
	c := &cobra.Command{
		Use:   "who-to-call --authority AREA",
		Short: "Say who to call now",
		Long: `Say who to call now, or at another time.

--authority is the area where the child lives, or "unknown".`,
		Example: `  frontdoor who-to-call --authority thurrock
  frontdoor who-to-call --authority thurrock --at 2026-12-25T11:00 --urgent soon
  frontdoor who-to-call --authority southend --about adult-in-trust --caller professional --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ask.At = time.Now()
			if at != "" {
				t, _, err := calendar.ParseTime(at)
				if err != nil {
					return usage{err}
				}
				ask.At = t
			}
			ask.Caller, ask.About, ask.Urgency = contact.Caller(caller), contact.About(about), contact.Urgency(urgency)
			place, err := loadPartnership(folder)
			if err != nil {
				return err
			}
			answer, err := place.Contacts.Decide(ask)
			if fault.KindOf(err) == fault.Invalid {
				return usage{err}
			}
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(answer)
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), answer.Text())
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&ask.Authority, "authority", "", "area where the child lives, such as thurrock, or unknown")
	f.StringVar(&ask.Found, "found", "", "area where the child is now, when that is another one")
	f.StringVar(&at, "at", "", "the time to answer for, such as 2026-12-25T11:00 (default: now)")
	f.StringVar(&about, "about", "", "child, adult-in-trust, death, transport, intelligence or early-help (default: child)")
	f.StringVar(&urgency, "urgent", "", "now, soon or wait (default: soon)")
	f.StringVar(&caller, "caller", "", "child, parent, public or professional (default: public)")
	f.BoolVar(&ask.Anonymous, "anonymous", false, "the caller does not want to give a name")
	f.BoolVar(&ask.HasSocialWorker, "has-social-worker", false, "the child has a social worker already")
	f.BoolVar(&ask.RiskAtHome, "risk-at-home", false, "about an adult in trust: a child may be at risk at home too")
	f.BoolVar(&asJSON, "json", false, "print the answer as JSON, as the API gives it")
	partnershipFlag(c, &folder)
	return c
}
