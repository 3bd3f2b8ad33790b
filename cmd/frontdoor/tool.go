package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/tool"
)

func toolCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "tool",
		Short: "Forms that belong to others: import, list, check and seal them",
	}
	c.AddCommand(toolImportCommand(), toolListCommand(), toolCheckCommand(), toolSealCommand(), toolSchemaCommand())
	return c
}

// readPackage reads a file, and no more of it than a package may have.
func readPackage(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "The file cannot be opened.")
	}
	defer func() { _ = f.Close() }()
	body, err := io.ReadAll(io.LimitReader(f, tool.MaxBytes+1))
	return body, fault.Wrap(err, fault.Invalid, "The file cannot be read.")
}

// listFaults prints what is wrong with a package and ends with “no”.
func listFaults(w io.Writer, err error) error {
	var faults tool.Faults
	if !errors.As(err, &faults) {
		return err
	}
	fmt.Fprintln(w, faults.Error())
	return silent{exitNo}
}

func toolImportCommand() *cobra.Command {
	var p place
	var holder, number, expires, accountable, after, from string
	c := &cobra.Command{
		Use:   "import FILE",
		Short: "Import an edition of a form, with the licence to use it",
		Long: `Import an edition of a form that belongs to somebody else, with the licence to
use it. The file is JSON, as docs/how-to/tool-package.md says. Stop an embedded
service first, or import in the browser under “Tools”.

Records begun from its first day on are scored with it. Records that were begun
before keep their own edition.`,
		Example: `  frontdoor tool import gcp2.json --data /var/lib/frontdoor --licence-holder "Thurrock Council" \
    --licence-number L-2031 --licence-expires 2028-03-31 --accountable neglect.lead@thurrock.example`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := readPackage(args[0])
			if err != nil {
				return err
			}
			now := time.Now()
			given := casework.LicenceGiven{Holder: holder, Number: number, Accountable: accountable, After: after}
			first := calendar.DateOf(now)
			for _, d := range []struct {
				text string
				into *calendar.Date
			}{{expires, &given.Until}, {from, &first}} {
				if d.text == "" {
					continue
				}
				if *d.into, err = calendar.ParseDate(d.text); err != nil {
					return usage{err}
				}
			}
			o, err := p.open(cmd.Context(), now, false)
			if err != nil {
				return err
			}
			defer o.close()
			e, err := o.desk.ImportTool(cmd.Context(), casework.BySystem(now), body, first, given)
			if err != nil {
				return listFaults(cmd.ErrOrStderr(), err)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s, edition %s, in force from %s\n", e.Tool, e.Edition, e.From)
			return err
		},
	}
	p.flags(c)
	f := c.Flags()
	f.StringVar(&holder, "licence-holder", "", "who holds the licence")
	f.StringVar(&number, "licence-number", "", "its number")
	f.StringVar(&expires, "licence-expires", "", "its last day, such as 2028-03-31")
	f.StringVar(&accountable, "accountable", "", "work email address of the worker accountable for it")
	f.StringVar(&after, "after", tool.AfterRead, "what may be done with begun scorings once it has run out: read, finish or none")
	f.StringVar(&from, "from", "", "the first day it is in force (default: today)")
	return c
}

func toolListCommand() *cobra.Command {
	var p place
	c := &cobra.Command{
		Use:   "list",
		Short: "List forms, their editions and licences",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			now := time.Now()
			p.toRead = true
			o, err := p.open(cmd.Context(), now, false)
			if err != nil {
				return err
			}
			defer o.close()
			all, err := o.desk.Tools(cmd.Context(), casework.BySystem(now))
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
			fmt.Fprintln(w, "FORM\tEDITION\tFROM\tSTATE\tLICENCE TO\tACCOUNTABLE\tRECORDS")
			for _, k := range all {
				until, who := "-", "-"
				if len(k.Licences) > 0 {
					until, who = k.Licences[0].Until.String(), k.Names["worker:"+k.Licences[0].Accountable]
				}
				if len(k.Editions) == 0 {
					fmt.Fprintf(w, "%s\t-\t-\t%s\t%s\t%s\t%d\n", k.ID, tool.PracticeMark, until, who, k.Scored)
				}
				for _, e := range k.Editions {
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%d\n", k.ID, e.Edition, e.From, state(k, e, now), until, who, k.Scored)
				}
			}
			return w.Flush()
		},
	}
	p.flags(c)
	return c
}

func state(k casework.ToolKept, e store.ToolEdition, now time.Time) string {
	switch {
	case e.ID == k.InForce:
		return "in force"
	case e.From.After(calendar.DateOf(now)):
		return "to come"
	}
	return "earlier"
}

func toolCheckCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "check FILE",
		Short: "Say what is wrong with a package, and where",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := readPackage(args[0])
			if err != nil {
				return err
			}
			p, faults := tool.Parse(body)
			if p == nil {
				return listFaults(cmd.OutOrStdout(), faults)
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s, edition %s: %d areas, %d items. No faults.\n", p.ID, p.Edition, len(p.Areas), len(p.Items()))
			return err
		},
	}
}

func toolSealCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "seal FILE",
		Short: "Print a package with its right checksum",
		Long:  "Print a package with its right checksum. Write sha256: and 64 zeros where it goes.",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			body, err := readPackage(args[0])
			if err != nil {
				return err
			}
			out, err := tool.Seal(body)
			if err != nil {
				return listFaults(cmd.ErrOrStderr(), err)
			}
			_, err = cmd.OutOrStdout().Write(out)
			return err
		},
	}
}

func toolSchemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of a package",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := cmd.OutOrStdout().Write(tool.Schema())
			return err
		},
	}
}
