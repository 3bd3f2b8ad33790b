package store

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/ncruces/go-sqlite3"

	"frontdoor/internal/fault"
)

var (
	// ErrExists means a row with the same unique values is there already.
	ErrExists = fault.New(fault.Conflict, "This has been saved already.")
	// ErrNone means no row was found.
	ErrNone = fault.New(fault.NotFound, "There is nothing here.")
	// ErrAppendOnly means a statement tried to change or remove a row that
	// is kept for ever.
	ErrAppendOnly = errors.New("the table is append only")

	// errRunAgain marks a transaction that PostgreSQL ended for the sake of
	// another and that may simply be run again.
	errRunAgain = errors.New("ended for another transaction")
)

const (
	awayText = "The database cannot be reached. Try again in a minute."
	fullText = "The database has no room left, so nothing can be saved. Tell the people who run this service."
	lockText = "The database cannot be written to. Tell the people who run this service."
	// The driver says no more of a full disk than of one that fails.
	diskText = "The disk of the database is full or failing. Tell the people who run this service."
	// One question that is too big, not the machine's memory: see memoryMost.
	memoryText = "This is more than can be worked out at once. Ask for less, such as a shorter time."
	brokenText = "The database failed while it did this, and nothing of it was saved. Try again. If it fails again, tell the people who run this service."
)

// mapError gives an engine's error the program's meaning. Errors that are
// mapped already, or are not an engine's, come back as they are.
func mapError(err error) error {
	var lite sqlite3.ExtendedErrorCode // what each of the driver's error types can be read as
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return ErrNone
	case errors.As(err, &lite):
		return mapSQLite(lite, err)
	case errors.As(err, &pg):
		return mapPostgres(pg)
	case errors.As(err, &connect), errors.As(err, &network),
		errors.Is(err, driver.ErrBadConn), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF),
		errors.Is(err, sql.ErrConnDone), pgconn.SafeToRetry(err):
		return away(err)
	}
	return err
}

func away(err error) error {
	if fault.KindOf(err) == fault.Unavailable {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, awayText)
}

func mapSQLite(code sqlite3.ExtendedErrorCode, err error) error {
	switch code {
	case sqlite3.CONSTRAINT_UNIQUE, sqlite3.CONSTRAINT_PRIMARYKEY:
		return fmt.Errorf("%w: %w", ErrExists, err)
	case sqlite3.CONSTRAINT_TRIGGER:
		return fmt.Errorf("%w: %w", ErrAppendOnly, err)
	}
	switch code.Code() {
	case sqlite3.FULL:
		return fault.Wrap(err, fault.Unavailable, fullText)
	case sqlite3.READONLY, sqlite3.PERM, sqlite3.CANTOPEN:
		return fault.Wrap(err, fault.Unavailable, lockText)
	case sqlite3.IOERR:
		return fault.Wrap(err, fault.Unavailable, diskText)
	case sqlite3.NOMEM:
		return fault.Wrap(err, fault.Unavailable, memoryText)
	case sqlite3.BUSY, sqlite3.LOCKED:
		return away(err)
	}
	return err
}

func mapPostgres(pg *pgconn.PgError) error {
	// The server's detail, and its message about a value it could not read,
	// repeat what was typed. Neither may reach a log.
	message := pg.Message
	if strings.HasPrefix(pg.Code, "22") {
		message = "a value of the wrong form"
	}
	err := fmt.Errorf("postgres %s: %s (table %q, column %q, constraint %q)", pg.Code, message, pg.TableName, pg.ColumnName, pg.ConstraintName)
	switch pg.Code {
	case "23505":
		return fmt.Errorf("%w: %w", ErrExists, err)
	case "23001":
		return fmt.Errorf("%w: %w", ErrAppendOnly, err)
	case "40001", "40P01":
		return fmt.Errorf("%w: %w", errRunAgain, err)
	case "53100":
		return fault.Wrap(err, fault.Unavailable, fullText)
	case "25006", "42501":
		return fault.Wrap(err, fault.Unavailable, lockText)
	}
	for _, class := range []string{"08", "28", "3D", "53", "57", "58"} {
		if strings.HasPrefix(pg.Code, class) {
			return fault.Wrap(err, fault.Unavailable, awayText)
		}
	}
	return err
}
