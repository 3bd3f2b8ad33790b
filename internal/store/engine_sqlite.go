package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/ncruces/go-sqlite3"

	"frontdoor/internal/fault"
)

// statementsKept is how many prepared statements a connection to SQLite keeps
// for the next time. A day's work uses fewer; reports and rare choices on a
// board pass through.
const statementsKept = 300

// liteConnector opens connections to one SQLite file for database/sql. The
// driver that comes with the engine prepares every statement anew, which took
// a quarter of the time of an act; these connections keep them.
type liteConnector struct {
	name  string
	cache *blocks
	setup func(*sqlite3.Conn) error
}

// Connect implements driver.Connector.
func (l *liteConnector) Connect(ctx context.Context) (_ driver.Conn, err error) {
	c := &liteConn{idle: map[string]*liteStmt{}, files: &openFiles{cache: l.cache}}
	name, done := c.files.name(l.name)
	defer done()
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	defer c.guard(&err)
	if c.raw, err = sqlite3.OpenContext(ctx, name); err == nil {
		err = l.setup(c.raw)
	}
	return c, err
}

// Driver implements driver.Connector.
func (l *liteConnector) Driver() driver.Driver { return l }

// Open implements driver.Driver, which database/sql never calls here.
func (l *liteConnector) Open(string) (driver.Conn, error) { return l.Connect(context.Background()) }

// liteConn is one connection. database/sql uses it from one goroutine at a time.
type liteConn struct {
	raw    *sqlite3.Conn
	idle   map[string]*liteStmt // prepared and not in use, by text
	tick   uint64
	files  *openFiles
	begun  bool  // a transaction that was not committed or rolled back
	broken error // why the connection is of no more use
	lost   bool  // nobody knows what state the engine is in
}

// liteStmt is a prepared statement. While it is in use it is not among the idle
// ones, so the same text inside itself is prepared a second time.
type liteStmt struct {
	*sqlite3.Stmt
	conn    *liteConn
	text    string
	columns []string
	row     []any
	used    uint64
}

var (
	_ driver.QueryerContext    = (*liteConn)(nil)
	_ driver.ExecerContext     = (*liteConn)(nil)
	_ driver.ConnBeginTx       = (*liteConn)(nil)
	_ driver.NamedValueChecker = (*liteConn)(nil)
	_ driver.Validator         = (*liteConn)(nil)
)

// guard is deferred by whatever calls the engine. The engine panics when it has no
// memory left, and should it have a fault: both become an error, and the connection
// is used no more. Without that a request would end with the database locked for
// everyone after it.
func (c *liteConn) guard(err *error) {
	p := recover()
	if p == nil {
		return
	}
	// What the driver says when SQLite gave up a statement in good order.
	if cause, ok := p.(error); ok && cause.Error() == "sqlite3: out of memory" {
		c.broken = fmt.Errorf("store: %w", sqlite3.NOMEM)
	} else {
		c.lost = true
		what := "panic" // its own words may hold what someone typed; only the runtime's are safe
		if e, ok := p.(runtime.Error); ok {
			what = e.Error()
		}
		c.broken = fault.Wrap(fmt.Errorf("store: the engine failed: %s\n%s", what, debug.Stack()), fault.Unavailable, brokenText)
	}
	*err = c.broken
}

// during lets a context end what the connection does until the function it
// gives is called.
func (c *liteConn) during(ctx context.Context) func() {
	if u, ok := ctx.(unwatched); ok {
		ctx = u.Context
	}
	old := c.raw.SetInterrupt(ctx)
	return func() { c.raw.SetInterrupt(old) }
}

// prepare gives a statement that is not in use. SQLite itself compiles a kept
// one again when the schema has changed.
func (c *liteConn) prepare(text string) (*liteStmt, error) {
	c.tick++
	if s, ok := c.idle[text]; ok {
		delete(c.idle, text)
		s.used = c.tick
		return s, nil
	}
	raw, tail, err := c.raw.Prepare(text)
	if err != nil {
		return nil, err
	}
	if raw == nil || strings.TrimSpace(tail) != "" {
		return nil, errors.Join(errors.New("store: not one statement"), raw.Close())
	}
	return &liteStmt{Stmt: raw, conn: c, text: text, used: c.tick}, nil
}

// release ends the use of a statement and keeps it for the next time.
func (s *liteStmt) release() error {
	err := errors.Join(s.Reset(), s.ClearBindings())
	c := s.conn
	if _, twice := c.idle[s.text]; err != nil || twice {
		return errors.Join(err, s.Stmt.Close())
	}
	if len(c.idle) >= statementsKept {
		oldest := s
		for _, other := range c.idle {
			if other.used < oldest.used {
				oldest = other
			}
		}
		if oldest == s {
			return s.Stmt.Close()
		}
		delete(c.idle, oldest.text)
		if err := oldest.Stmt.Close(); err != nil {
			return err
		}
	}
	clear(s.row) // nothing of anyone stays in memory for it
	c.idle[s.text] = s
	return nil
}

func (s *liteStmt) released() (err error) {
	defer s.conn.guard(&err)
	return s.release()
}

func (s *liteStmt) bind(args []driver.NamedValue) error {
	if want := s.BindCount(); want != len(args) {
		return fmt.Errorf("store: a statement with %d arguments got %d", want, len(args))
	}
	for _, arg := range args {
		var err error
		switch v := arg.Value.(type) {
		case nil: // every argument is null until it is bound
		case string:
			err = s.BindText(arg.Ordinal, v)
		case int64:
			err = s.BindInt64(arg.Ordinal, v)
		case bool:
			err = s.BindBool(arg.Ordinal, v)
		case []byte:
			err = s.BindBlob(arg.Ordinal, v)
		case float64:
			err = s.BindFloat(arg.Ordinal, v)
		default:
			err = fmt.Errorf("store: an argument of type %T", v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ExecContext implements driver.ExecerContext. Without arguments the text may
// hold several statements, and is not kept.
func (c *liteConn) ExecContext(ctx context.Context, text string, args []driver.NamedValue) (_ driver.Result, err error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	defer c.guard(&err)
	defer c.during(ctx)()
	if len(args) == 0 {
		err := c.raw.Exec(text)
		return driver.RowsAffected(c.raw.Changes()), err
	}
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if err = s.bind(args); err == nil {
		err = s.Exec()
	}
	changes := c.raw.Changes()
	if err := errors.Join(err, s.release()); err != nil {
		return nil, err
	}
	return driver.RowsAffected(changes), nil
}

// usable tells why no statement may run. After some errors, such as a full disk, the
// engine has ended the transaction, and what came after it would be saved by itself.
func (c *liteConn) usable() error {
	if c.broken == nil && c.begun && c.raw.GetAutocommit() {
		return errEnded
	}
	return c.broken
}

var errEnded = errors.New("store: the engine has ended the transaction")

// QueryContext implements driver.QueryerContext.
func (c *liteConn) QueryContext(ctx context.Context, text string, args []driver.NamedValue) (_ driver.Rows, err error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	defer c.guard(&err)
	defer c.during(ctx)()
	s, err := c.prepare(text)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		return nil, errors.Join(err, s.release())
	}
	if n := s.ColumnCount(); n != len(s.columns) {
		s.columns, s.row = make([]string, n), make([]any, n)
		for i := range s.columns {
			s.columns[i] = s.ColumnName(i)
		}
	}
	return &liteRows{s, ctx}, nil
}

// CheckNamedValue implements driver.NamedValueChecker: what SQLite takes passes,
// the rest goes the ordinary way.
func (c *liteConn) CheckNamedValue(arg *driver.NamedValue) error {
	switch v := arg.Value.(type) {
	case nil, string, int64, bool, []byte, float64:
		return nil
	case int:
		arg.Value = int64(v)
		return nil
	}
	return driver.ErrSkip
}

// BeginTx implements driver.ConnBeginTx. A transaction that writes takes its
// place at once, so that it never has to be run again.
func (c *liteConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if opts.Isolation != 0 {
		return nil, errors.New("store: SQLite has one isolation")
	}
	defer c.during(ctx)()
	begin := "begin immediate"
	if opts.ReadOnly { // on a connection that cannot write anyway
		begin = "begin"
	}
	if err := c.run(begin); err != nil {
		return nil, err
	}
	c.begun = true
	return c, nil
}

// Commit implements driver.Tx.
func (c *liteConn) Commit() error {
	err := c.run("commit")
	c.begun = false
	if err != nil && !c.idleNow() {
		err = errors.Join(err, c.Rollback())
	}
	return err
}

// Rollback implements driver.Tx. It happens even when the context has ended.
func (c *liteConn) Rollback() error {
	defer c.during(context.Background())()
	c.begun = false
	if c.idleNow() {
		return nil // the engine has done it already, as when the disk is full
	}
	return c.run("rollback")
}

// idleNow tells whether the connection is in no transaction. Of a broken one
// closing ends it.
func (c *liteConn) idleNow() bool { return c.broken != nil || c.raw.GetAutocommit() }

func (c *liteConn) run(text string) (err error) {
	if c.broken != nil {
		return c.broken
	}
	defer c.guard(&err)
	s, err := c.prepare(text)
	if err != nil {
		return err
	}
	return errors.Join(s.Exec(), s.release())
}

// IsValid implements driver.Validator: a connection that is still inside a
// transaction, or broken, is not used again.
func (c *liteConn) IsValid() bool { return c.broken == nil && c.raw.GetAutocommit() }

// Close implements driver.Conn. Of a connection that nobody knows the state of,
// the files are closed and nothing more, as when the program is killed: what
// was not committed is gone, and nothing holds anyone up.
func (c *liteConn) Close() error {
	clear(c.idle)
	var all []error
	if c.raw != nil && !c.lost {
		for _, s := range slices.Collect(c.raw.Stmts()) {
			all = append(all, c.closing(s))
		}
		if c.broken != nil {
			all = nil // a statement says again what it said before
		}
	}
	if c.raw != nil && !c.lost {
		err := c.closing(c.raw)
		all, c.lost = append(all, err), err != nil
	}
	if c.lost {
		all = append(all, c.files.sever())
	}
	return errors.Join(all...)
}

func (c *liteConn) closing(part io.Closer) (err error) {
	defer c.guard(&err)
	return part.Close()
}

// Prepare implements driver.Conn. What is kept is the connection's affair, so
// this only remembers the text.
func (c *liteConn) Prepare(text string) (driver.Stmt, error) { return liteText{c, text}, nil }

// Begin implements driver.Conn.
func (c *liteConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// liteText is a statement that database/sql was asked to prepare.
type liteText struct {
	conn *liteConn
	text string
}

var (
	_ driver.StmtExecContext  = liteText{}
	_ driver.StmtQueryContext = liteText{}
)

// ExecContext implements driver.StmtExecContext.
func (t liteText) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return t.conn.ExecContext(ctx, t.text, args)
}

// QueryContext implements driver.StmtQueryContext.
func (t liteText) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return t.conn.QueryContext(ctx, t.text, args)
}

// Exec implements driver.Stmt, which database/sql never calls here.
func (t liteText) Exec([]driver.Value) (driver.Result, error) { return nil, errNoContext }

// Query implements driver.Stmt, which database/sql never calls here.
func (t liteText) Query([]driver.Value) (driver.Rows, error) { return nil, errNoContext }

// NumInput implements driver.Stmt: arguments are counted when they are bound.
func (t liteText) NumInput() int { return -1 }

// Close implements driver.Stmt.
func (t liteText) Close() error { return nil }

var errNoContext = errors.New("store: a statement without a context")

// liteRows are the rows of a query that is being read.
type liteRows struct {
	*liteStmt
	ctx context.Context
}

// Columns implements driver.Rows.
func (r *liteRows) Columns() []string { return r.columns }

// Next implements driver.Rows. Text comes as string, booleans as 0 and 1.
func (r *liteRows) Next(into []driver.Value) (err error) {
	if r.conn.broken != nil {
		return r.conn.broken
	}
	defer r.conn.guard(&err)
	defer r.conn.during(r.ctx)()
	if !r.Step() {
		if err := r.Err(); err != nil {
			return err
		}
		return io.EOF
	}
	clear(r.row) // so that no row's bytes are written over by the next
	if err := r.Stmt.Columns(r.row...); err != nil {
		return err
	}
	for i, v := range r.row {
		into[i] = v
	}
	return nil
}

// Close implements driver.Rows.
func (r *liteRows) Close() error {
	if r.liteStmt == nil {
		return nil
	}
	s := r.liteStmt
	r.liteStmt = nil
	if s.conn.broken != nil {
		return nil // it was said already
	}
	return s.released()
}
