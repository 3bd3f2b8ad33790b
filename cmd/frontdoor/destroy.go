package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
)

func destroyCommand() *cobra.Command {
	var p place
	var list string
	c := &cobra.Command{
		Use:   "destroy --list FILE",
		Short: "Carry out the destructions that two people have decided",
		Long: `Carry out the destructions that two people have decided.

Every record goes whole or not at all. One that has changed since it was approved,
or on which a legal hold was placed, stays, and its approval lapses. What is left
says that there was a record, who decided and why, and names nobody.

FILE is the list of all destructions, sealed with the key. It is read first and
written last. Keep it where the backups are: after a backup was restored that still
holds a record on the list, this command destroys it again, and asks nobody.

The embedded database serves one program at a time: stop the service first. With
PostgreSQL run this as the owner of the tables, as for "migrate"; the service goes
on. It may be stopped at any moment, and run again.`,
		Example: `  frontdoor destroy --data /var/lib/frontdoor --key /etc/frontdoor/key --list /var/backups/frontdoor/destroyed.list`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if list == "" {
				return usage{fault.New(fault.Invalid, "say with --list where the list of destructions is kept, or is to be")}
			}
			o, err := p.open(cmd.Context(), time.Now(), false)
			if err != nil {
				return err
			}
			defer o.close()
			return destroy(cmd.Context(), o.desk, list, cmd.OutOrStdout())
		},
	}
	p.flags(c)
	c.Flags().StringVar(&list, "list", "", "the list of destructions, kept outside the database")
	return c
}

// destroy carries out what is on a list and what waits, and writes the list anew.
func destroy(ctx context.Context, desk *casework.Desk, list string, out io.Writer) error {
	carried, err := os.ReadFile(list)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Invalid, "The list of destructions cannot be read.")
	}
	// Found out before anything goes: the list must be written afterwards.
	if err := writeWhole(list+".new", carried); err != nil {
		return err
	}
	done, err := desk.Destroy(ctx, time.Now(), carried)
	lapsed := 0
	for _, d := range done {
		switch {
		case d.Lapsed != "":
			lapsed++
			fmt.Fprintf(out, "%s: not destroyed. %s\n", d.Reference, d.Lapsed)
		case d.Again:
			fmt.Fprintf(out, "%s: destroyed again, as a backup had brought it back\n", d.Reference)
		default:
			fmt.Fprintf(out, "%s: destroyed\n", d.Reference)
		}
	}
	if err != nil {
		return err
	}
	text, err := desk.DestroyedList(ctx, time.Now())
	if err != nil {
		return err
	}
	if err := writeWhole(list+".new", text); err != nil {
		return err
	}
	if err := os.Rename(list+".new", list); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The list of destructions could not be written. Run the command again.")
	}
	fmt.Fprintf(out, "destroyed: %d; not destroyed: %d\n", len(done)-lapsed, lapsed)
	return nil
}

// writeWhole writes a file that is on the disk when it returns.
func writeWhole(file string, content []byte) error {
	refused := func(err error) error {
		return fault.Wrap(err, fault.Unavailable, "The list of destructions cannot be written in "+filepath.Dir(file)+". Check that the folder is there and who may write to it.")
	}
	f, err := os.OpenFile(file, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return refused(err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return refused(err)
	}
	return nil
}
