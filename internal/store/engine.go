// Package store holds all SQL of the program, its two engines and its
// migrations.
//
// One portable SQL text serves both engines: SQLite in an encrypted file (the
// default) and PostgreSQL. Queries are methods on [Tx], so that several of
// them join in one transaction; a Tx comes from [DB.Write] or [DB.Read].
//
// Rules of the SQL here:
//
//   - Placeholders are $1..$n, in any order.
//   - Column types are text, bigint, boolean, bytea, double precision and
//     jsonb, and no others. Keys are text from [NewID].
//   - Instants are bound and scanned as time.Time and stored as fixed-width
//     UTC text, so text order is time order; dates as calendar.Date and ISO
//     text. The zero of either is stored as null.
//   - A []string argument is a list for [Tx.inList].
//   - A number or boolean taken out of a document (doc->>'n') is text on
//     PostgreSQL and a number on SQLite: cast it before comparing.
//   - The database never takes the time: now is an argument.
//   - A query's rows are read to the end before the next query of the same
//     transaction ([queryAll] does so); PostgreSQL has one stream a connection.
//   - Differences between engines go through the named helpers in dialect.go.
package store

import (
	"context"
	"crypto/tls"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/ncruces/go-sqlite3"
	"golang.org/x/sync/semaphore"

	"frontdoor/internal/fault"
)

// databaseFile is the name of the embedded database in its data folder.
const databaseFile = "frontdoor.db"

// encryptedBlock is how many bytes of a file are encrypted as one.
const encryptedBlock = 4096

// readers is how many connections read the embedded database side by side: more than a
// small machine has cores, so that a few people who search do not keep all others
// waiting for a connection.
const readers = 8

// memoryMost is how many bytes a connection to the embedded database may use. A
// statement that needs more fails. It is less than the 256 MiB that the engine's
// memory can grow to, which is never used to its end.
const memoryMost = 200 << 20

// DB is an open database on either engine. It is safe for use by many
// goroutines at once.
type DB struct {
	dialect dialect
	write   pool // on SQLite a single connection, for which line is the queue; on PostgreSQL the same pool as read
	read    pool
	empty   *emptier     // of the embedded engine's log; nil when this process does not write it
	unlock  func() error // gives the data folder back; nil on PostgreSQL

	open   openRecords
	shared sharing
	line   turns  // of those who write to the embedded engine
	group  *group // what they have saved and not committed; of whoever has the turn

	wake    chan struct{} // a job was enqueued by this process
	owner   string        // this process, as the holder of job leases
	mu      sync.Mutex
	running map[string]bool // ids of jobs whose handlers have not returned
}

// pool is connections, and the queue for them: whoever has waited longest is next.
// Package sql lets anyone of those who wait go first, so that on a busy day
// somebody waits many times as long as the others.
type pool struct {
	*sql.DB
	queue *semaphore.Weighted
}

func newPool(db *sql.DB) pool {
	most := int64(db.Stats().MaxOpenConnections)
	if most == 0 { // any number
		most = math.MaxInt64
	}
	return pool{db, semaphore.NewWeighted(most)}
}

func newDB(d dialect, write, read *sql.DB, unlock func() error) *DB {
	writers := newPool(write)
	readers := writers
	if read != write {
		readers = newPool(read)
	}
	return &DB{
		dialect: d, write: writers, read: readers, unlock: unlock,
		wake: make(chan struct{}, 1), owner: randomText(), running: map[string]bool{},
	}
}

// OpenEmbedded opens the encrypted SQLite database in a data folder, making
// both if they are not there. Every commit is on disk before it returns.
//
// The folder serves one process at a time: a second one is refused with
// fault.Conflict. A key that does not open the database gives fault.Invalid.
func OpenEmbedded(ctx context.Context, dir string, key Key) (_ *DB, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The data folder cannot be made. Check that the program may write there.")
	}
	unlock, err := lockFile(filepath.Join(dir, "frontdoor.lock"))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, unlock())
		}
	}()
	path, err := filepath.Abs(filepath.Join(dir, databaseFile))
	if err != nil {
		return nil, err
	}
	// Made here first so that no other account of the machine can read it.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The database file cannot be opened for writing. Check who owns the data folder.")
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	if err := dropTornEnd(path + "-wal"); err != nil {
		return nil, err
	}

	cache := newBlocks(cachedBlocks)
	empty := newEmptier()
	write := openSQLite(path, key, cache, empty.follow, "journal_mode = wal", "synchronous = full", "cache_size = -20000")
	write.SetMaxOpenConns(1)
	if err := write.PingContext(ctx); err != nil {
		err = errors.Join(mapError(err), write.Close())
		if errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT) {
			return nil, fault.Wrap(err, fault.Invalid, "The key does not open the database in the data folder. Start again with the key file that was made with it.")
		}
		return nil, err
	}
	read := openSQLite(path, key, cache, nil, "query_only = on", "cache_size = -1000")
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)
	db := newDB(sqlite, write, read, sync.OnceValue(unlock))
	empty.pool = openSQLite(path, key, cache, nil, "synchronous = full", "cache_size = -100")
	empty.pool.SetMaxOpenConns(1)
	empty.pool.SetMaxIdleConns(1)
	db.empty = empty
	go empty.run()
	return db, nil
}

// dropTornEnd takes a part of a block off the end of a log that was cut short. The
// log is encrypted a block at a time, so a part says nothing; and with it there,
// the whole log would be refused.
func dropTornEnd(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size()%encryptedBlock == 0 {
		return nil
	}
	if err == nil {
		err = os.Truncate(path, info.Size()/encryptedBlock*encryptedBlock)
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The database's log cannot be written to. Check who owns the data folder.")
	}
	return nil
}

// OpenEmbeddedToRead opens the database of a data folder beside the program that
// serves it, for a backup or a check. It changes nothing: every write fails.
// A folder without a database gives fault.NotFound.
func OpenEmbeddedToRead(ctx context.Context, dir string, key Key) (*DB, error) {
	path, err := filepath.Abs(filepath.Join(dir, databaseFile))
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "There is no database in the data folder. Check its name.")
	}
	read := openSQLite(path, key, nil, nil, "query_only = on", "cache_size = -8000")
	if err := read.PingContext(ctx); err != nil {
		err = errors.Join(mapError(err), read.Close())
		if errors.Is(err, sqlite3.NOTADB) || errors.Is(err, sqlite3.CORRUPT) {
			return nil, fault.Wrap(err, fault.Invalid, "The key does not open the database in the data folder. Start again with the key file that was made with it.")
		}
		return nil, err
	}
	return newDB(sqlite, read, read, func() error { return nil }), nil
}

// openSQLite opens a pool. The key is set on each connection and is never
// part of the name of the database, which may appear in errors. The cache is that
// of all connections of this process, or nil when another may write; begun, unless
// it is nil, is shown each connection before it is used.
func openSQLite(path string, key Key, cache *blocks, begun func(*sqlite3.Conn), pragmas ...string) *sql.DB {
	setup := append([]string{
		// The order matters: the key, then the wait for locks, then the rest.
		fmt.Sprintf("hexkey = '%x'", key.Derive("database")),
		"busy_timeout = 10000",
		// What sorting spills goes to files, which the encrypting layer encrypts
		// with a key that nobody keeps. In memory a report would use it all up.
		"temp_store = file",
		fmt.Sprintf("soft_heap_limit = %d", memoryMost/2), // from here the engine keeps less
		fmt.Sprintf("hard_heap_limit = %d", memoryMost),
		"foreign_keys = on",
		"recursive_triggers = on", // so that "insert or replace" meets the append-only triggers
		"trusted_schema = off",
	}, pragmas...)
	name := "file:" + escapePath(path) + "?vfs=" + fileLayer
	return sql.OpenDB(&liteConnector{name, cache, func(c *sqlite3.Conn) error {
		for _, p := range setup {
			if err := c.Exec("pragma " + p); err != nil {
				return err
			}
		}
		if begun != nil {
			begun(c)
		}
		// Reading the schema is what proves the key.
		return c.Exec("select count(*) from sqlite_schema")
	}})
}

// connectTimeout is how long one server of a PostgreSQL URL may take to let us in
// before the next is tried, unless the URL says otherwise.
const connectTimeout = 5 * time.Second

// dialer connects to PostgreSQL. A server that went without a word, as one whose
// power was cut does, is given up within about 15 seconds.
var dialer = &net.Dialer{
	KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 3 * time.Second, Count: 3},
	Control: func(network, _ string, c syscall.RawConn) error {
		if !strings.HasPrefix(network, "tcp") {
			return nil
		}
		var err error
		controlErr := c.Control(func(fd uintptr) { err = giveUpSending(fd, 15*time.Second) })
		return errors.Join(controlErr, err)
	},
}

// OpenPostgres opens a PostgreSQL database from its URL. Where the URL names
// several servers, the one that takes writes is used. The database must be
// encoded in UTF-8 and sort text by its bytes, so that both engines give every
// list in the same order; another is refused with fault.Invalid.
func OpenPostgres(ctx context.Context, url string) (*DB, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		// The cause may repeat the URL with its password.
		return nil, fault.New(fault.Invalid, "The database URL cannot be read. Write it as postgres://account:password@server:5432/database.")
	}
	if !sure(config) {
		return nil, fault.New(fault.Invalid, "The way to the database is not safe: children's names would travel in the open, or to a server that has not proved who it is. Add sslmode=verify-full to its URL, and sslrootcert with your authority's certificate. Only a server on this machine needs none.")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	config.DialFunc = dialer.DialContext
	if config.ValidateConnect == nil && slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool {
		return f.Host != config.Host || f.Port != config.Port
	}) {
		config.ValidateConnect = pgconn.ValidateConnectTargetSessionAttrsReadWrite
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "frontdoor"
	}
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(20)
	// All of them are kept for a while: to connect anew costs more than most pages.
	pool.SetMaxIdleConns(20)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	var encoding string
	var byBytes bool
	err = pool.QueryRowContext(ctx, `select current_setting('server_encoding'), 'B' < 'a' and 'a-c' < 'ab' and 'z' < 'é'`).Scan(&encoding, &byBytes)
	if err == nil && (encoding != "UTF8" || !byBytes) {
		err = fault.New(fault.Invalid, "The database must be made with: create database frontdoor template template0 encoding 'UTF8' locale 'C.UTF-8'")
	}
	if err != nil {
		return nil, errors.Join(mapError(err), pool.Close())
	}
	return newDB(postgres, pool, pool, nil), nil
}

// sure tells whether every server that may be connected to is on this machine or
// must prove with a certificate, over TLS, that it is the one named.
func sure(config *pgx.ConnConfig) bool {
	ok := func(host string, t *tls.Config) bool {
		if strings.HasPrefix(host, "/") || host == "localhost" {
			return true
		}
		if ip, err := netip.ParseAddr(host); err == nil && ip.Unmap().IsLoopback() {
			return true
		}
		return t != nil && !t.InsecureSkipVerify
	}
	return ok(config.Host, config.TLSConfig) && !slices.ContainsFunc(config.Fallbacks, func(f *pgconn.FallbackConfig) bool { return !ok(f.Host, f.TLSConfig) })
}

// Close ends every connection and gives the data folder back. Closing twice
// does nothing more.
func (db *DB) Close() error {
	err := errors.Join(db.empty.close(), db.write.Close())
	if db.read != db.write {
		err = errors.Join(db.read.Close(), err)
	}
	if db.unlock != nil {
		err = errors.Join(err, db.unlock())
	}
	return err
}

// Ping says whether the database answers: nil or fault.Unavailable.
func (db *DB) Ping(ctx context.Context) error { return mapError(db.read.PingContext(ctx)) }

// Engine names the engine, for the status page and logs: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.dialect.String() }

// writeAttempts bounds how often one Write is tried when PostgreSQL ends it
// because of another transaction.
const writeAttempts = 5

// Write runs fn in one transaction that commits when fn returns nil and
// leaves nothing behind when it does not.
//
// On SQLite writes run one at a time, and share a commit while many wait, each as if
// it had its own. On PostgreSQL they run side by side at read committed: whoever decides
// from a row locks it first ([Tx.lockRow]). fn may be run again, up to five times, after a
// deadlock or because others could not be committed, so it must not keep anything from a
// failed run. Never call Write inside Write: the inner one waits for the outer for ever.
// Pass the Tx on instead. Nor hold what another fn waits for.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	if db.viewed(ctx) != nil {
		return errViewed
	}
	var err error
	for i := range writeAttempts {
		var enqueued bool
		if db.dialect == sqlite {
			enqueued, err = db.inGroup(ctx, i > 0, fn)
		} else {
			enqueued, err = db.inTx(ctx, db.write, nil, fn)
		}
		if err == nil {
			if enqueued {
				db.wakeJobs()
			}
			return nil
		}
		if !errors.Is(err, errRunAgain) {
			return err
		}
	}
	return fault.Wrap(err, fault.Unavailable, "Several people saved at the same moment. Try again.")
}

// sharing is what waits to be written in one transaction.
type sharing struct {
	mu      sync.Mutex
	waiting []sharer
	busy    bool // somebody writes what waits
}

type sharer struct {
	ctx  context.Context
	fn   func(*Tx) error
	done chan error // holds one
}

// WriteShared is [DB.Write] for what changes nothing but the log, as every reader of
// a record does: whoever comes while others of them wait shares their commit, and
// so one wait for the disk and, on PostgreSQL, one connection. A fn that fails is left out
// and the others are run again, on both engines; one that panics does so for its caller.
func (db *DB) WriteShared(ctx context.Context, fn func(*Tx) error) error {
	if db.viewed(ctx) != nil {
		return errViewed
	}
	var panicked any
	w, s := sharer{ctx, func(tx *Tx) (err error) {
		defer func() {
			if panicked = recover(); panicked != nil {
				err = errors.New("store: a function that was to write panicked")
			}
		}()
		return fn(tx)
	}, make(chan error, 1)}, &db.shared
	s.mu.Lock()
	s.waiting = append(s.waiting, w)
	first := !s.busy
	s.busy = true
	s.mu.Unlock()
	if first {
		go db.writeWaiting()
	}
	select {
	case err := <-w.done:
		if panicked != nil {
			panic(panicked)
		}
		return err
	case <-ctx.Done():
		return fault.Wrap(ctx.Err(), fault.Unavailable, "This was stopped before it finished. Try again.")
	}
}

// writeWaiting writes what waits until nothing does.
func (db *DB) writeWaiting() {
	s := &db.shared
	for {
		s.mu.Lock()
		together := slices.DeleteFunc(s.waiting, func(w sharer) bool { return w.ctx.Err() != nil })
		s.waiting = nil
		s.busy = len(together) > 0
		s.mu.Unlock()
		if len(together) == 0 {
			return
		}
		// Of nobody's context: whoever leaves ends it for nobody else.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(together[0].ctx), sharedTimeout)
		for len(together) > 0 {
			failed := -1
			err := db.Write(ctx, func(tx *Tx) error {
				failed = -1
				for i, w := range together {
					if err := w.fn(tx); err != nil {
						failed = i
						return err
					}
				}
				return nil
			})
			if failed >= 0 && fault.KindOf(err) != fault.Unavailable {
				together[failed].done <- err
				together = slices.Delete(together, failed, failed+1)
				continue
			}
			for _, w := range together {
				w.done <- err
			}
			break
		}
		cancel()
	}
}

// sharedTimeout is how long a shared transaction may take: as long as a request.
const sharedTimeout = 20 * time.Second

// Read runs fn on one unchanging view of the database. Nothing can be
// written in it.
func (db *DB) Read(ctx context.Context, fn func(*Tx) error) error {
	if tx := db.viewed(ctx); tx != nil {
		return fn(tx)
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if db.dialect == postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	_, err := db.inTx(ctx, db.read, opts, fn)
	return err
}

// View runs fn with a context in which every [DB.Read] sees one and the same view: a page
// that reads several things begins one transaction for all of them. It must not go on in
// another goroutine. Whatever would write in it fails: if many views waited for a
// connection to write with, each would wait for the others to end.
func (db *DB) View(ctx context.Context, fn func(context.Context) error) error {
	return db.Read(ctx, func(tx *Tx) error { return fn(context.WithValue(ctx, viewing{db}, tx)) })
}

type viewing struct{ db *DB }

// viewed is the transaction of the view that a context is of, or nil.
func (db *DB) viewed(ctx context.Context) *Tx {
	tx, _ := ctx.Value(viewing{db}).(*Tx)
	return tx
}

var errViewed = fault.New(fault.Internal, "A page that only shows something tried to change it.")

// Look is Read without one view: each query sees what was committed when it began. It is
// for what needs no more, such as who asks, and for a query that is the only one: on
// PostgreSQL to begin a view and to end it is as much work again as such queries are.
func (db *DB) Look(ctx context.Context, fn func(*Tx) error) error {
	if db.dialect != postgres || db.viewed(ctx) != nil {
		return db.Read(ctx, fn)
	}
	return db.read.turn(ctx, func() error { return fn(db.newTx(ctx, apart{db.read.DB})) })
}

// apart is queries outside a transaction.
type apart struct{ *sql.DB }

func (apart) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, errors.New("store: nothing can be written by a look")
}

// turn runs fn when those who came before have had their turn.
func (p pool) turn(ctx context.Context, fn func() error) error {
	if err := p.queue.Acquire(ctx, 1); err != nil {
		return stopped(ctx, err)
	}
	defer p.queue.Release(1)
	return stopped(ctx, fn())
}

// stopped is an error, said to be that of the context when that has ended.
func stopped(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	return fault.Wrap(errors.Join(ctx.Err(), err), fault.Unavailable, "This was stopped before it finished. Try again.")
}

func (db *DB) inTx(ctx context.Context, p pool, opts *sql.TxOptions, fn func(*Tx) error) (enqueued bool, err error) {
	err = p.turn(ctx, func() error {
		turn := db.open.turns.Load()
		begun, err := db.begin(ctx, p, opts)
		if err != nil {
			return mapError(err)
		}
		tx := db.newTx(ctx, begun)
		defer func() { // also when fn panics
			tx.closeRows()
			_ = begun.Rollback()
		}()
		if opts != nil && opts.ReadOnly { // what this transaction itself changed nobody else may see
			tx.open, tx.turn = &db.open, turn
		}
		if err := fn(tx); err != nil {
			return err
		}
		if err := tx.flush(); err != nil {
			return err
		}
		enqueued = tx.enqueued
		tx.closeRows()
		return mapError(begun.Commit())
	})
	return enqueued, err
}
