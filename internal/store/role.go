package store

import (
	"context"

	"frontdoor/internal/fault"
)

// LetUse gives a PostgreSQL account what serving needs and no more. It reads and
// adds rows everywhere, changes and deletes them where that is part of the work,
// and never in the tables that are kept for ever. As it does not own the tables
// it cannot switch off their triggers or change their shape either.
//
// Call it as the owner of the tables, after every migration: new tables are open
// to nobody else. An account that may act as the owner is refused with
// fault.Invalid.
func (db *DB) LetUse(ctx context.Context, account string) error {
	if db.dialect != postgres {
		return fault.New(fault.Invalid, "Only PostgreSQL has accounts. The embedded database belongs to whoever holds its key.")
	}
	known, err := loadMigrations(migrationFiles, db.dialect)
	if err != nil {
		return err
	}
	var forever []string
	for _, m := range known {
		forever = append(forever, m.forever...)
	}
	return db.Write(ctx, func(tx *Tx) error {
		// Membership is true of oneself and, of every account, for a superuser.
		owner, err := queryAll(tx, scanValue[bool], `select pg_has_role(r.oid, c.relowner, 'member') from pg_roles r, pg_class c
			where r.rolname = $1 and c.oid = 'migration'::regclass`, account)
		if err != nil {
			return err
		}
		if len(owner) == 0 {
			return fault.New(fault.Invalid, "PostgreSQL has no account of that name. Make it first, with: create role frontdoor login")
		}
		if owner[0] {
			return fault.New(fault.Invalid, "That account may act as the owner of the tables, so nothing could be kept from it. Name one that is neither their owner nor a superuser.")
		}
		schema, err := queryOne(tx, scanValue[string], `select current_schema()::text`)
		if err != nil {
			return err
		}
		to, in := quoteName(account), quoteName(schema)
		statements := []string{
			"revoke all on all tables in schema " + in + " from " + to,
			"grant usage on schema " + in + " to " + to,
			"grant select, insert, update, delete on all tables in schema " + in + " to " + to,
			"revoke insert, update, delete on migration from " + to,
		}
		for _, table := range forever {
			statements = append(statements, "revoke update, delete on "+quoteName(table)+" from "+to)
		}
		for _, s := range statements {
			if _, err := tx.Exec(s); err != nil {
				return err
			}
		}
		return nil
	})
}

// nothingToMigrate tells whether the database has every migration. It makes sure
// first that this account may use all tables there are, and, when some are still
// to be made, that it could make them.
func (db *DB) nothingToMigrate(ctx context.Context) (bool, error) {
	err := db.Read(ctx, func(tx *Tx) error {
		closed, err := queryOne(tx, scanValue[int], `select count(*) from pg_class where relkind = 'r' and relnamespace = current_schema()::regnamespace
			and not has_table_privilege(oid, case when relname = 'migration' then 'select' else 'insert' end)`)
		if err == nil && closed > 0 {
			err = fault.New(fault.Invalid, "This database account may not use every table. Run as the owner of the tables: frontdoor migrate --serve-as")
		}
		return err
	})
	if err != nil {
		return false, err
	}
	state, err := db.MigrationState(ctx)
	if err != nil || len(state.Pending) == 0 {
		return err == nil, err
	}
	return false, db.Read(ctx, func(tx *Tx) error {
		may, err := queryOne(tx, scanValue[bool], `select coalesce(has_schema_privilege(current_schema(), 'create'), false)
			and coalesce(pg_has_role((select relowner from pg_class where oid = to_regclass('migration')), 'member'), true)`)
		if err == nil && !may {
			err = fault.New(fault.Invalid, "The database is of an older version, and this account may not change its shape. Make a backup, then run as the owner of the tables: frontdoor migrate --serve-as")
		}
		return err
	})
}
