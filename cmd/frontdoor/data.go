package main

import (
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

func migrateCommand() *cobra.Command {
	var p place
	var serveAs string
	c := &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to this version's shape",
		Long: `Bring the database to this version's shape.

Make a backup first. "serve" does the same when it starts, unless its PostgreSQL
account does not own the tables. That is the safer way: run this as the owner, and
with --serve-as let another account use the tables. That account can read and add,
but never change or delete what is kept for ever, nor switch off what keeps it.`,
		Example: `  frontdoor migrate --database postgres://frontdoor_owner@db/frontdoor --key /etc/frontdoor/key --serve-as frontdoor`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := p.open(cmd.Context(), time.Now(), true)
			if err != nil {
				return err
			}
			defer o.close()
			state, err := o.desk.DB.MigrationState(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The database is up to date: %d migrations\n", state.Applied)
			if serveAs == "" {
				return nil
			}
			if err := o.desk.DB.LetUse(cmd.Context(), serveAs); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "The account %s may use it, and may not change what is kept for ever\n", serveAs)
			return nil
		},
	}
	p.flags(c)
	c.Flags().StringVar(&serveAs, "serve-as", "", "let this PostgreSQL account serve, without the rights of the owner")
	return c
}

func backupCommand() *cobra.Command {
	var p place
	c := &cobra.Command{
		Use:   "backup FILE",
		Short: "Write everything to one encrypted file",
		Long: `Write everything to one encrypted file.

The file holds every record, file, account and line of the audit log at one
moment. It is read back and checked before the command ends. It opens with the
same key as the database, which is not in it: keep a copy of the key elsewhere.
It can be made while the service runs. The service can also make its own, every
day: frontdoor serve --backups FOLDER. A file that is there already is left as it
is.`,
		Example: `  frontdoor backup --data /var/lib/frontdoor /srv/backup/frontdoor-2026-03-17.fdb`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p.toRead = true
			d, err := p.openDatabase(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = d.db.Close() }()
			if err := migrated(cmd.Context(), d.db); err != nil {
				return err
			}
			info, err := d.db.Backup(cmd.Context(), args[0], d.key, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %d rows of %d tables, key %s, checked\n", args[0], info.Rows, info.Tables, d.key.ID())
			return nil
		},
	}
	p.flags(c)
	return c
}

func restoreCommand() *cobra.Command {
	var p place
	c := &cobra.Command{
		Use:   "restore FILE",
		Short: "Fill an empty database from a backup",
		Long: `Fill an empty database from a backup.

The backup may come from either kind of database. A database that holds
anything is left as it is: restore into a new data folder or a new PostgreSQL
database. Put the key file back first.`,
		Example: `  frontdoor restore --data /var/lib/frontdoor-new --key /etc/frontdoor/key /srv/backup/frontdoor-2026-03-17.fdb`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); err != nil {
				return fault.Wrap(err, fault.Invalid, "The backup file cannot be read.")
			}
			d, err := p.openDatabase(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = d.db.Close() }()
			info, err := store.Restore(cmd.Context(), args[0], d.key, d.db, time.Now())
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "Restored %d rows of %d tables from the backup made %s\n", info.Rows, info.Tables, calendar.Show(info.Made))
			return nil
		},
	}
	p.flags(c)
	return c
}

func verifyCommand() *cobra.Command {
	var p place
	var kept []string
	c := &cobra.Command{
		Use:   "verify",
		Short: "Prove that nothing was changed behind the program's back",
		Long: `Prove that nothing was changed behind the program's back.

Every record is rebuilt from its revisions, every chain and the audit log are
checked against their signed checkpoints, and everything sealed is opened. Give
checkpoints that were kept outside the database with --checkpoint: they show
what was changed by someone who could also change the checkpoints in it.

Each difference is printed on a line of its own and the command ends with 1.`,
		Example: `  frontdoor verify --data /var/lib/frontdoor --checkpoint checkpoint-2026-03-17-0900.txt`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var points [][]byte
			for _, file := range kept {
				b, err := os.ReadFile(file)
				if err != nil {
					return fault.Wrap(err, fault.Invalid, "The checkpoint file cannot be read.")
				}
				points = append(points, b)
			}
			p.toRead = true
			o, err := p.open(cmd.Context(), time.Now(), false)
			if err != nil {
				return err
			}
			defer o.close()
			records, differences, err := o.desk.Verify(cmd.Context(), o.sign.Public(), points)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			for _, d := range differences {
				fmt.Fprintf(out, "%s: %s\n", d.What, d.Text)
			}
			if len(differences) > 0 {
				fmt.Fprintf(out, "%d records; differences: %d\n", records, len(differences))
				return silent{exitNo}
			}
			revisions := 0
			err = o.desk.DB.Read(cmd.Context(), func(tx *store.Tx) error {
				var err error
				revisions, err = tx.CountRevisions()
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(out, "%d records, %d revisions: nothing differs\n", records, revisions)
			return nil
		},
	}
	p.flags(c)
	c.Flags().StringArrayVar(&kept, "checkpoint", nil, "a checkpoint kept outside the database (may be given more than once)")
	return c
}
