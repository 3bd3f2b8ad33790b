package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

func dueCommand() *cobra.Command {
	var from, within, authority, folder string
	var o calendar.Options
	c := &cobra.Command{
		Use:   "due --from TIME --within LENGTH",
		Short: "Work out when something is due, and show the sum",
		Long: `Work out when something is due, and show the sum.

The first line is the due time (RFC 3339). The lines after it say how it was
worked out. Times without a zone are London time.

Lengths: "72 hours" (elapsed, day and night), "4 open hours" (only while the
front door is open), "15 working days", "8 days", "3 months".`,
		Example: `  frontdoor due --from 2026-03-17T10:00 --within "15 working days"
  frontdoor due --from 2026-10-23T22:30 --within "72 hours"
  frontdoor due --from 2026-11-30 --within "3 months" --hold-before`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || within == "" {
				return usage{fault.New(fault.Invalid, "say when it starts with --from and how long it may take with --within")}
			}
			start, twice, err := calendar.ParseTime(from)
			if err != nil {
				return usage{err}
			}
			length, err := calendar.ParseLength(within)
			if err != nil {
				return usage{err}
			}
			place, err := loadPartnership(folder)
			if err != nil {
				return err
			}
			if authority == "" {
				authority = place.Register.Authorities[0].ID
				if _, ok := place.Calendars["thurrock"]; ok {
					authority = "thurrock"
				}
			}
			cal, ok := place.Calendars[authority]
			if !ok {
				return usage{fault.New(fault.Invalid, "no authority is called "+authority+" here")}
			}
			due, err := cal.Due(start, length, o)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			fmt.Fprintln(out, due.At.In(calendar.London).Format(time.RFC3339))
			fmt.Fprintln(out, due.Sum)
			if twice {
				fmt.Fprintln(out, "The clocks went back that night, so this time came twice; the first was used.")
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "when it starts, such as 2026-03-17T10:00")
	f.StringVar(&within, "within", "", `how long it may take, such as "15 working days"`)
	f.BoolVar(&o.HoldBefore, "hold-before", false, "not later than the last working day on or before the limit")
	f.BoolVar(&o.RollForward, "roll-forward", false, "if the limit is not a working day, the next one")
	f.BoolVar(&o.CountStart, "count-start", false, "the day it starts is day 1, as for an emergency protection order")
	f.StringVar(&authority, "authority", "", "whose opening hours and local closures count (default: thurrock, or else the first one)")
	partnershipFlag(c, &folder)
	return c
}
