package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/upload"
	"frontdoor/partnerships"
	"frontdoor/pathways"
)

// place says where the program's data and its partnership's folder are.
type place struct {
	// toRead opens the embedded database beside the program that serves it.
	toRead      bool
	data        string
	database    string
	key         string
	partnership string
	clamd       string
}

func partnershipFlag(c *cobra.Command, folder *string) {
	c.Flags().StringVar(folder, "partnership", "", "the partnership's folder (default: the one built in, Southend, Essex and Thurrock)")
}

func (p *place) flags(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&p.data, "data", "data", "folder of the embedded, encrypted database")
	f.StringVar(&p.database, "database", "", "use PostgreSQL instead: postgres://user@host/name")
	f.StringVar(&p.key, "key", "", "file that holds the key, outside the data folder (default: in your configuration folder)")
	partnershipFlag(c, &p.partnership)
}

// loadPartnership reads the partnership's folder, and every fault in it.
func loadPartnership(folder string) (*partnership.Partnership, error) {
	p, faults := partnership.Load(partnershipFS(folder))
	if p == nil {
		return nil, faults
	}
	return p, nil
}

func partnershipFS(folder string) fs.FS {
	if folder != "" {
		return os.DirFS(folder)
	}
	shipped, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		panic(err) // only for a name that is not a path
	}
	return shipped
}

// loadFolders reads the partnership and every pathway.
func loadFolders(folder string, now time.Time) (*partnership.Partnership, *pathway.Library, error) {
	p, err := loadPartnership(folder)
	if err != nil {
		return nil, nil, err
	}
	p.Place.Now = now
	lib, faults := pathway.LoadAll(pathways.FS, p.Place)
	if lib == nil {
		return nil, nil, faults
	}
	return p, lib, nil
}

// opened is everything a command needs to work on the records.
type opened struct {
	desk *casework.Desk
	gate *signin.Gate
	key  store.Key
	sign *audit.Key
	// Where the key is, and whether it was made just now, to tell the operator.
	keyPath string
	newKey  bool
}

func (o *opened) close() { _ = o.desk.DB.Close() }

// open opens the database that the flags name, with its key, and brings it to
// this version's shape when migrate is set; otherwise it must have it already.
func (p *place) open(ctx context.Context, now time.Time, migrate bool) (_ *opened, err error) {
	folder, lib, err := loadFolders(p.partnership, now)
	if err != nil {
		return nil, err
	}
	d, err := p.openDatabase(ctx)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			_ = d.db.Close()
		}
	}()
	if migrate {
		err = d.db.Migrate(ctx, now)
	} else {
		err = migrated(ctx, d.db)
	}
	if err != nil {
		return nil, err
	}
	if err := d.sameKey(ctx); err != nil {
		return nil, err
	}
	o := &opened{key: d.key, keyPath: d.keyPath, newKey: d.newKey}
	if o.sign, err = audit.NewKey("frontdoor/"+d.key.ID(), d.key.Derive("audit checkpoint")); err != nil {
		return nil, err
	}
	sealer, err := seal.New(d.key.Derive("seal"))
	if err != nil {
		return nil, err
	}
	passwords, err := secret.NewPasswords(runtime.NumCPU())
	if err != nil {
		return nil, err
	}
	o.desk = &casework.Desk{DB: d.db, Place: folder, Pathways: lib, Sealer: sealer}
	if p.clamd != "" {
		o.desk.Scanner = &upload.Scanner{Addr: p.clamd}
	}
	o.gate = &signin.Gate{DB: d.db, Sealer: sealer, Passwords: passwords, Words: guessable(folder)}
	return o, nil
}

// guessable are the words of the place itself, of which no password may be made.
func guessable(p *partnership.Partnership) []string {
	words := []string{"frontdoor", "safeguarding", p.Name, p.Short}
	for _, a := range p.Register.Authorities {
		words = append(words, a.Name)
	}
	return words
}

func migrated(ctx context.Context, db *store.DB) error {
	state, err := db.MigrationState(ctx)
	if err == nil && len(state.Pending) > 0 {
		err = fault.New(fault.Invalid, "The database is of an older version. Make a backup, then run: frontdoor migrate")
	}
	return err
}

// database is an open database with the key that its contents are sealed with.
type database struct {
	toRead  bool // opened beside the program that serves it: nothing is written
	db      *store.DB
	key     store.Key
	keyPath string
	newKey  bool
}

func (p *place) openDatabase(ctx context.Context) (database, error) {
	d := database{keyPath: p.key, toRead: p.toRead}
	base := p.data
	if p.database != "" {
		base = "postgres"
	}
	var err error
	if d.keyPath == "" {
		if d.keyPath, err = store.DefaultKeyPath(base); err != nil {
			return d, err
		}
	}
	data := p.data
	if p.database != "" {
		// There is no data folder that the key must stay out of.
		data = d.keyPath + ".none"
	}
	_, statErr := os.Stat(d.keyPath)
	if d.key, err = store.LoadOrCreateKey(d.keyPath, data); err != nil {
		return d, err
	}
	d.newKey = errors.Is(statErr, fs.ErrNotExist)
	if p.database != "" {
		d.db, err = store.OpenPostgres(ctx, p.database)
		return d, err
	}
	if p.toRead {
		d.db, err = store.OpenEmbeddedToRead(ctx, p.data, d.key)
		return d, err
	}
	if err := os.MkdirAll(p.data, 0o700); err != nil {
		return d, fault.Wrap(err, fault.Unavailable, "the data folder "+filepath.Clean(p.data)+" cannot be made; choose another with --data")
	}
	d.db, err = store.OpenEmbedded(ctx, p.data, d.key)
	return d, err
}

const keyMeta = "key id"

// sameKey makes sure that what is sealed in the database can be opened with this
// key: PostgreSQL itself would open with any.
func (d database) sameKey(ctx context.Context) error {
	id := ""
	err := d.db.Read(ctx, func(tx *store.Tx) error {
		var err error
		id, err = tx.GetMeta(keyMeta)
		return err
	})
	switch {
	case err != nil:
		return err
	case id == "" && !d.toRead:
		return d.db.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(keyMeta, d.key.ID()) })
	case id != "" && id != d.key.ID():
		return fault.New(fault.Invalid, "This database was made with another key ("+id+"). Name its key file with --key.")
	}
	return nil
}
