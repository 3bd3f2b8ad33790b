package store

import (
	"context"
	"errors"
)

// Hasten lets the embedded engine go on without waiting for the disk, until
// steady is called: then all of it is written out, and every later change waits
// again. What was written meanwhile may be lost or torn when the power fails, so
// it is only for data that nobody has yet and that can be made again, such as
// the demonstration's. PostgreSQL keeps its own settings.
func (db *DB) Hasten(ctx context.Context) (steady func(context.Context) error, err error) {
	if db.dialect != sqlite {
		return func(context.Context) error { return nil }, nil
	}
	set := func(ctx context.Context, pragmas ...string) error {
		defer db.empty.alone()()
		c, err := db.write.Conn(ctx)
		if err != nil {
			return err
		}
		for _, p := range pragmas {
			if _, err := c.ExecContext(ctx, "pragma "+p); err != nil {
				return errors.Join(err, c.Close())
			}
		}
		return c.Close()
	}
	return func(ctx context.Context) error {
		return set(ctx, "synchronous = full", "wal_checkpoint(truncate)")
	}, set(ctx, "synchronous = off")
}
