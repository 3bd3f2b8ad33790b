package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
)

// statements is a transaction, or what takes the place of one in a [DB.Look].
type statements interface {
	ExecContext(context.Context, string, ...any) (sql.Result, error)
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
	PrepareContext(context.Context, string) (*sql.Stmt, error)
}

// transaction is one of either engine. After a commit, a rollback does nothing.
type transaction interface {
	statements
	Commit() error
	Rollback() error
}

func (db *DB) begin(ctx context.Context, p pool, opts *sql.TxOptions) (transaction, error) {
	if db.dialect == postgres {
		return p.BeginTx(ctx, opts)
	}
	conn, err := p.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = conn.Raw(func(raw any) error {
		_, err := raw.(*liteConn).BeginTx(ctx, driver.TxOptions{ReadOnly: opts != nil && opts.ReadOnly})
		return err
	})
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return liteTx{conn}, nil
}

// liteTx is a transaction of the embedded engine. One of package sql starts a goroutine
// for itself and one for each query, which wait for the context to end; the engine
// looks at it by itself.
type liteTx struct{ *sql.Conn }

func (t liteTx) end(how func(*liteConn) error) error {
	err := t.Raw(func(raw any) error { return how(raw.(*liteConn)) })
	return errors.Join(err, t.Close())
}

func (t liteTx) Commit() error   { return t.end((*liteConn).Commit) }
func (t liteTx) Rollback() error { return t.end((*liteConn).Rollback) }

// unwatched is a context whose end only the embedded engine sees, not package sql.
type unwatched struct{ context.Context }

func (unwatched) Done() <-chan struct{} { return nil }

// newTx gives the queries of this package over a transaction.
func (db *DB) newTx(ctx context.Context, s statements) *Tx {
	tx := &Tx{ctx: ctx, asked: ctx, tx: s, dialect: db.dialect}
	if db.dialect == sqlite {
		tx.asked = unwatched{ctx}
	}
	return tx
}

// closeRows ends a query that was left before its end, as by a panic. There is one at
// most: its rows are read to the end before the next query.
func (tx *Tx) closeRows() {
	if tx.rows != nil {
		_ = tx.rows.Close()
	}
}
