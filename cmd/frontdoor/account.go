package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/agency"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

// operator is whoever runs the machine, in the audit log.
const operator = "operator"

func accountCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "account",
		Short: "Add, reset or disable an account",
		Long: `Add, reset or disable an account.

The first administrator is made here; administrators then add everyone else in
the program. Each command is written in the audit log as done by the operator.
The embedded database can be open in one program at a time, so stop the service
first; with PostgreSQL it may go on.`,
	}
	c.AddCommand(accountAdd(), accountReset(), accountDisable())
	return c
}

func invitationFlag(c *cobra.Command, base *string) {
	c.Flags().StringVar(base, "base-url", "http://localhost:8080", "the address people reach the service at, for the link")
}

func printInvitation(cmd *cobra.Command, base, token string) {
	fmt.Fprintf(cmd.OutOrStdout(), "%s/invitation/%s\n", strings.TrimSuffix(base, "/"), token)
	fmt.Fprintln(cmd.ErrOrStderr(), "Give them this link in a way you both trust. It works once, within 7 days.")
}

func accountAdd() *cobra.Command {
	var p place
	var w agency.Worker
	var team, role, base string
	c := &cobra.Command{
		Use:     "add --email ADDRESS --name NAME --team TEAM --role ROLE",
		Short:   "Add a worker and print their invitation link",
		Example: `  frontdoor account add --email sam@example.gov.uk --name "Sam Okoro" --team program_office --role administrator --base-url https://frontdoor.example`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			o, err := p.open(cmd.Context(), now, true)
			if err != nil {
				return err
			}
			defer o.close()
			reg := o.desk.Place.Register
			t, ok := reg.Team(team)
			if !ok {
				var names []string
				for _, t := range reg.Teams {
					names = append(names, t.ID)
				}
				return usage{fault.New(fault.Invalid, fmt.Sprintf("there is no team called %q; there are: %s", team, strings.Join(names, ", ")))}
			}
			if !slices.Contains(t.Roles, role) {
				return usage{fault.New(fault.Invalid, fmt.Sprintf("the team %s has no role called %q; it has: %s", team, role, strings.Join(t.Roles, ", ")))}
			}
			w.Agency, w.Memberships = t.Agency, []agency.Membership{{Team: team, Role: role}}
			_, token, err := o.gate.Add(cmd.Context(), operator, w, now)
			if err != nil {
				return err
			}
			printInvitation(cmd, base, token)
			return nil
		},
	}
	p.flags(c)
	f := c.Flags()
	f.StringVar(&w.Email, "email", "", "work email address, which they sign in with")
	f.StringVar(&w.Name, "name", "", "full name")
	f.StringVar(&w.JobTitle, "job", "", "job title")
	f.StringVar(&w.Phone, "phone", "", "work phone")
	f.StringVar(&team, "team", "", "team, by its id in agencies.yaml")
	f.StringVar(&role, "role", "", "role, by its id in agencies.yaml")
	invitationFlag(c, &base)
	return c
}

// workerOf finds who an email address belongs to.
func workerOf(ctx context.Context, o *opened, email string) (agency.Worker, error) {
	var w agency.Worker
	err := o.desk.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		w, err = tx.WorkerByEmail(email)
		return err
	})
	if errors.Is(err, store.ErrNone) {
		err = fault.New(fault.NotFound, "no worker has this email address")
	}
	return w, err
}

// onWorker runs an act on the worker whom the flags name.
func onWorker(p *place, email *string, act func(cmd *cobra.Command, o *opened, w agency.Worker, now time.Time) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		now := time.Now()
		o, err := p.open(cmd.Context(), now, true)
		if err != nil {
			return err
		}
		defer o.close()
		w, err := workerOf(cmd.Context(), o, *email)
		if err != nil {
			return err
		}
		return act(cmd, o, w, now)
	}
}

func accountReset() *cobra.Command {
	var p place
	var email, base string
	c := &cobra.Command{
		Use:   "reset --email ADDRESS",
		Short: "Take away password and second factors, and print a new invitation link",
		Args:  cobra.NoArgs,
		RunE: onWorker(&p, &email, func(cmd *cobra.Command, o *opened, w agency.Worker, now time.Time) error {
			if !w.LeftAt.IsZero() {
				return fault.New(fault.Conflict, "this worker has left; an account of someone who left is not reset")
			}
			token, err := o.gate.Reset(cmd.Context(), operator, w.ID, now)
			if err != nil {
				return err
			}
			printInvitation(cmd, base, token)
			return nil
		}),
	}
	p.flags(c)
	c.Flags().StringVar(&email, "email", "", "their work email address")
	invitationFlag(c, &base)
	return c
}

func accountDisable() *cobra.Command {
	var p place
	var email string
	c := &cobra.Command{
		Use:   "disable --email ADDRESS",
		Short: "Mark a worker as having left: everything they hold ends at once",
		Args:  cobra.NoArgs,
		RunE: onWorker(&p, &email, func(cmd *cobra.Command, o *opened, w agency.Worker, now time.Time) error {
			if err := o.gate.Left(cmd.Context(), operator, w.ID, now); err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), "Disabled. They are signed out and hold nothing.")
			return nil
		}),
	}
	p.flags(c)
	c.Flags().StringVar(&email, "email", "", "their work email address")
	return c
}
