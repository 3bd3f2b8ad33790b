package main

import (
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/demo"
	"frontdoor/internal/post"
	"frontdoor/internal/site"
)

func demoCommand() *cobra.Command {
	var s serving
	var now, scale string
	var fillOnly bool
	var seed uint64
	var options demo.Options
	c := &cobra.Command{
		Use:   "demo",
		Short: "Try the program with invented people",
		Long: `Try the program with invented people.

Everything is kept in a temporary folder and deleted at the end, unless --data
or --database says where to keep it. Open the address that is printed: it shows
an account of every role, with password and code, and a clock that can be put
forward.

With --scale there is besides the work of ten years of a whole county: a million
people, half a million records, five million revisions and ten million lines of
audit log, the same from the same --seed. That takes a quarter of an hour and 30
gigabytes, so say with --data where to keep it. Its key is then in the file
"demo.key" beside the data folder, unless --key says otherwise.`,
		Example: `  frontdoor demo
  frontdoor demo --now 2026-12-24T15:00 --records 2000
  frontdoor demo --scale county --data /srv/county --fill-only
  frontdoor serve --data /srv/county --key /srv/demo.key`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			people, err := peopleOf(scale)
			if err != nil {
				return usage{err}
			}
			clock := site.NewClock(time.Now, time.Time{})
			if now != "" {
				start, _, err := calendar.ParseTime(now)
				if err != nil {
					return usage{err}
				}
				clock = site.NewClock(time.Now, start)
			}
			base, err := baseOf(s.addr, false)
			if err != nil {
				return usage{err}
			}
			remove, kept, err := demoPlace(cmd, &s.place)
			if err != nil {
				return err
			}
			defer remove()
			ctx, out := cmd.Context(), cmd.OutOrStdout()
			options.Now = clock.Now()
			o, err := s.open(ctx, options.Now, true)
			if err != nil {
				return err
			}
			defer o.close()
			o.desk.Place.Demo = true
			if err := passkeysFor(o, base); err != nil {
				return err
			}
			if people > 0 {
				withCounty(&options, o, people, seed, cmd.ErrOrStderr())
			}
			fmt.Fprintln(out, "Inventing people and referrals ...")
			accounts, err := demo.Fill(ctx, o.desk, o.gate, options)
			if err != nil {
				return err
			}
			if fillOnly {
				fmt.Fprintf(out, "Done. The key is in %s.\n", s.key)
				return nil
			}
			d := &site.Demo{Outbox: &post.Outbox{}, Clock: clock}
			for _, a := range accounts {
				d.Accounts = append(d.Accounts, site.DemoAccount{
					Group: a.Group, Role: a.Role, Name: a.Name, Team: teamName(o, a.Team), What: a.What, Email: a.Email, Password: a.Password, Secret: a.TOTPSecret,
				})
			}
			log := slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
			slog.SetDefault(log)
			st, err := site.New(site.Config{
				Desk: o.desk, Gate: o.gate, Sign: o.sign, Base: base, Now: clock.Now, Log: log, Send: d.Outbox.Send, Demo: d,
			})
			if err != nil {
				return usage{err}
			}
			fmt.Fprintf(out, "\nOpen %s/demo to sign in as anyone with one press, to see codes and to set the clock.\nIt is %s there. Stop with Ctrl+C; everything is then %s.\n\n", base, calendar.Show(clock.Now()), kept)
			fmt.Fprintln(out, "To sign in by hand:")
			for _, a := range d.Accounts {
				fmt.Fprintf(out, "  %-32s %-40s %s\n", a.Role, a.Email, a.Password)
			}
			fmt.Fprintf(out, "Codes are shown at %s/demo\n", base)
			return s.listen(ctx, st, log)
		},
	}
	f := c.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&now, "now", "", "the time it is in the demonstration, such as 2026-12-24T15:00 (default: now)")
	f.IntVar(&options.People, "people", 0, "how many people the generated referrals are about")
	f.IntVar(&options.Records, "records", 60, "how many referrals to generate, besides the story's own")
	f.StringVar(&scale, "scale", "", `how much more there is: "county", "town" (a tenth of it) or a number of people`)
	f.Uint64Var(&seed, "seed", 1, "what the county is made from: the same number makes the same county")
	f.BoolVar(&fillOnly, "fill-only", false, "make the data and stop")
	f.StringVar(&s.data, "data", "", "folder to keep the demonstration in (default: a temporary one)")
	f.StringVar(&s.database, "database", "", "keep it in PostgreSQL instead: postgres://user@host/name")
	f.StringVar(&s.key, "key", "", "file that holds the key (default: demo.key beside the data folder, or in this folder for PostgreSQL)")
	partnershipFlag(c, &s.partnership)
	return c
}

func teamName(o *opened, id string) string {
	if t, ok := o.desk.Place.Register.Team(id); ok {
		return t.Name
	}
	return id
}
