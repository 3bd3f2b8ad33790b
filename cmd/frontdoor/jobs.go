package main

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

func jobsCommand() *cobra.Command {
	var p place
	var retry string
	c := &cobra.Command{
		Use:   "jobs",
		Short: "List background work that was given up, and try it again",
		Long: `List background work that was given up, and try it again.

Mails and other work in the background are tried for most of a day and then given
up. When the cause is mended, --retry has the work of one kind tried again. Stop an
embedded service before that.

The command ends with 1 while anything is given up.`,
		Example: `  frontdoor jobs --data /var/lib/frontdoor
  frontdoor jobs --data /var/lib/frontdoor --retry mail`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			p.toRead = retry == ""
			d, err := p.openDatabase(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = d.db.Close() }()
			if err := migrated(cmd.Context(), d.db); err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if retry != "" {
				var again, forgotten int64
				err := d.db.Write(cmd.Context(), func(tx *store.Tx) error {
					var err error
					again, forgotten, err = tx.RetryFailedJobs(now, retry)
					return err
				})
				if err != nil {
					return err
				}
				if again+forgotten == 0 {
					return fault.New(fault.Invalid, "No work of the kind "+retry+" was given up. See: frontdoor jobs")
				}
				fmt.Fprintf(out, "%d to be tried again, %d dropped because the same work waits already\n", again, forgotten)
				return nil
			}
			var failed []store.FailedJobs
			err = d.db.Read(cmd.Context(), func(tx *store.Tx) error {
				var err error
				failed, err = tx.FailedJobs()
				return err
			})
			if err != nil {
				return err
			}
			if len(failed) == 0 {
				fmt.Fprintln(out, "Nothing was given up")
				return nil
			}
			table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "KIND\tHOW MANY\tSINCE\tLAST FAULT")
			for _, f := range failed {
				fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", f.Kind, f.Count, calendar.Show(f.Since), f.Error)
			}
			if err := table.Flush(); err != nil {
				return err
			}
			return silent{exitNo}
		},
	}
	p.flags(c)
	c.Flags().StringVar(&retry, "retry", "", "the kind of work to try again")
	return c
}
