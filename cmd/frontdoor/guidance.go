package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
)

func guidanceCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "guidance",
		Short: "Write the pages, the manual and the contacts as files",
	}
	c.AddCommand(guidanceExportCommand())
	return c
}

func guidanceExportCommand() *cobra.Command {
	var p place
	var to, at string
	c := &cobra.Command{
		Use:   "export --to FOLDER",
		Short: "Write what is published into a folder",
		Long: `Write what is published into a folder, in the form of a partnership's folder.

Pages, manual, services, pictures, documents and contacts are written as they
are in force now, or at another time. The rest of the partnership's folder goes
along, so that "check --partnership" can read it and "serve --partnership" start
with it. It can be done while the service runs. The folder must be new or empty:
nothing is overwritten.`,
		Example: `  frontdoor guidance export --data /var/lib/frontdoor --to ./our-area
  frontdoor guidance export --data /var/lib/frontdoor --to ./as-it-was --at 2026-12-31`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if to == "" {
				return usage{fault.New(fault.Invalid, "name the folder to write with --to")}
			}
			now := time.Now()
			when := now
			if at != "" {
				t, _, err := calendar.ParseTime(at)
				if err != nil {
					return usage{err}
				}
				when = t
			}
			p.toRead = true
			o, err := p.open(cmd.Context(), now, false)
			if err != nil {
				return err
			}
			defer o.close()
			n, err := publishing.New(o.desk.DB, o.desk.Place).Export(cmd.Context(), when, to)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: %d files, as in force %s\n", to, n, calendar.Show(when))
			return err
		},
	}
	p.flags(c)
	c.Flags().StringVar(&to, "to", "", "the folder to write, new or empty")
	c.Flags().StringVar(&at, "at", "", "the time to write it as of, such as 2026-12-31 (default: now)")
	return c
}
