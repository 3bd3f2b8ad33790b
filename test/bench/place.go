package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/partnerships"
	"frontdoor/pathways"
)

// place says where the data to measure is: a data folder, or a database of
// PostgreSQL, with its key.
type place struct{ data, database, key string }

func (p place) engine() string {
	if p.database != "" {
		return "PostgreSQL"
	}
	return "SQLite"
}

// flags name the place to the program.
func (p place) flags() []string {
	if p.database != "" {
		return []string{"--database", p.database, "--key", p.key}
	}
	return []string{"--data", p.data, "--key", p.key}
}

func (p place) openDB(ctx context.Context) (*store.DB, store.Key, error) {
	apart := p.data
	if p.database != "" {
		apart = p.key + ".none"
	}
	key, err := store.LoadOrCreateKey(p.key, apart)
	if err != nil {
		return nil, key, err
	}
	if p.database != "" {
		db, err := store.OpenPostgres(ctx, p.database)
		return db, key, err
	}
	db, err := store.OpenEmbedded(ctx, p.data, key)
	return db, key, err
}

// opened is the program's own desk and gate on the data, to make ready what the
// requests need before the service starts.
type opened struct {
	desk *casework.Desk
	gate *signin.Gate
}

func (p place) open(ctx context.Context, now time.Time) (*opened, error) {
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		return nil, err
	}
	folder, faults := partnership.Load(set)
	if folder == nil {
		return nil, faults
	}
	folder.Place.Now = now
	lib, faults := pathway.LoadAll(pathways.FS, folder.Place)
	if lib == nil {
		return nil, faults
	}
	db, key, err := p.openDB(ctx)
	if err != nil {
		return nil, err
	}
	o, err := func() (*opened, error) {
		if err := db.Migrate(ctx, now); err != nil {
			return nil, err
		}
		sealer, err := seal.New(key.Derive("seal"))
		if err != nil {
			return nil, err
		}
		passwords, err := secret.NewPasswords(runtime.NumCPU())
		if err != nil {
			return nil, err
		}
		desk := &casework.Desk{DB: db, Place: folder, Pathways: lib, Sealer: sealer}
		return &opened{desk, &signin.Gate{DB: db, Sealer: sealer, Passwords: passwords}}, desk.KeepPathwayTexts(ctx, now)
	}()
	if err != nil {
		_ = db.Close()
		return nil, err
	}
	return o, nil
}

// size is how large the database is, in bytes.
func (p place) size(ctx context.Context) (int64, error) {
	var n int64
	if p.database == "" {
		files, err := filepath.Glob(filepath.Join(p.data, "*"))
		for _, f := range files {
			if info, statErr := os.Stat(f); statErr == nil {
				n += info.Size()
			}
		}
		return n, err
	}
	db, _, err := p.openDB(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = db.Close() }()
	return n, db.Read(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`select pg_database_size(current_database())`).Scan(&n)
	})
}
