package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
)

// Tx is one transaction. Queries of the program are methods on it. A Tx
// belongs to one goroutine and ends with the function it was given to.
type Tx struct {
	ctx      context.Context
	asked    context.Context // what statements are given of it
	tx       statements
	rows     *sql.Rows // of the last query
	dialect  dialect
	enqueued bool                         // a job waits for the commit
	unlogged []audit.Event                // what flush adds to the log, last of all
	kept     map[string]map[string]string // owners by table with whose they are, see keep
	mark     int64                        // how far flush moves the mark of Latest
	open     *openRecords                 // what boards share; nil where this transaction writes
	turn     int64                        // how often they had been brought up to date when this began
}

type tracing struct{}

// Traced gives a context in which every statement is told to fn before it runs,
// without its arguments: for tests of what two requests do alike.
func Traced(ctx context.Context, fn func(statement string)) context.Context {
	return context.WithValue(ctx, tracing{}, fn)
}

func (tx *Tx) trace(query string) {
	if fn, ok := tx.ctx.Value(tracing{}).(func(string)); ok {
		fn(query)
	}
}

// Exec runs a statement and gives the number of rows it changed. Without
// arguments the text may hold several statements.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	tx.trace(query)
	args, err := tx.dialect.args(args)
	if err != nil {
		return 0, err
	}
	result, err := tx.tx.ExecContext(tx.asked, tx.dialect.text(query), args...)
	if err != nil {
		return 0, mapError(err)
	}
	n, err := result.RowsAffected()
	return n, mapError(err)
}

// Query runs a query. Close the rows, or read them to the end, before the
// next query of the same transaction.
func (tx *Tx) Query(query string, args ...any) (*Rows, error) {
	tx.trace(query)
	args, err := tx.dialect.args(args)
	if err != nil {
		return nil, err
	}
	rows, err := tx.tx.QueryContext(tx.asked, tx.dialect.text(query), args...)
	if err != nil {
		return nil, mapError(err)
	}
	tx.rows = rows
	return &Rows{rows}, nil
}

// QueryRow runs a query whose first row is wanted. Its Scan gives ErrNone
// when there is none.
func (tx *Tx) QueryRow(query string, args ...any) *Row {
	rows, err := tx.Query(query, args...)
	return &Row{rows, err}
}

// Rows is the result of a query.
type Rows struct{ rows *sql.Rows }

// Next moves to the next row.
func (r *Rows) Next() bool { return r.rows.Next() }

// Err gives the error that ended the rows early, if any.
func (r *Rows) Err() error { return mapError(r.rows.Err()) }

// Close ends the rows.
func (r *Rows) Close() error { return mapError(r.rows.Close()) }

// Scan reads the row. A *time.Time takes an instant and a *calendar.Date a
// date, with null as their zero.
func (r *Rows) Scan(dest ...any) error {
	wrapped := make([]any, len(dest))
	for i, d := range dest {
		switch v := d.(type) {
		case *time.Time:
			d = (*instant)(v)
		case *calendar.Date:
			d = (*date)(v)
		}
		wrapped[i] = d
	}
	return mapError(r.rows.Scan(wrapped...))
}

// Row is the result of QueryRow.
type Row struct {
	rows *Rows
	err  error
}

// Scan reads the row, or gives ErrNone.
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer func() { _ = r.rows.Close() }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNone
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// row is what a scan function reads from: one row of either a Row or Rows.
type row interface{ Scan(dest ...any) error }

// queryAll runs a query and scans every row.
func queryAll[T any](tx *Tx, scan func(row) (T, error), query string, args ...any) ([]T, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// queryOne runs a query and scans its first row; ErrNone when there is none.
func queryOne[T any](tx *Tx, scan func(row) (T, error), query string, args ...any) (T, error) {
	return scan(tx.QueryRow(query, args...))
}

// scanValue is the scan function of a query with a single column.
func scanValue[T any](r row) (T, error) {
	var v T
	return v, r.Scan(&v)
}

// args turns arguments into what the engine takes: instants and dates into
// text, nil bytes into null and lists of text into what [Tx.inList] reads.
func (d dialect) args(in []any) ([]any, error) {
	out := make([]any, len(in))
	for i, a := range in {
		switch v := a.(type) {
		case time.Time:
			if a = nil; !v.IsZero() {
				a = FormatInstant(v)
			}
		case calendar.Date:
			if a = nil; !v.IsZero() {
				a = v.String()
			}
		case []byte:
			if v == nil { // SQLite would keep no bytes instead of nothing
				a = nil
			}
		case []string:
			if v == nil {
				v = []string{}
			}
			if a = v; d == sqlite {
				b, err := json.Marshal(v)
				if err != nil {
					return nil, fmt.Errorf("list argument %d: %w", i+1, err)
				}
				a = string(b)
			}
		}
		out[i] = a
	}
	return out, nil
}
