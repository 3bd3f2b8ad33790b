// Package caseworktest sets up a desk with the partnership and pathways that
// ship with the program, for tests that act as its workers do.
package caseworktest

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/partnerships"
	"frontdoor/pathways"
)

// Start is when tests begin unless they say otherwise: a working Tuesday, 10:00
// in London.
var Start = time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC)

// Partnership reads the folder that ships with the program, once.
var Partnership = sync.OnceValue(func() *partnership.Partnership {
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		panic(err)
	}
	p, faults := partnership.Load(set)
	if p == nil {
		panic(faults)
	}
	return p
})

// Folder is the partnership's folder that ships with the program, with files laid
// over it.
func Folder(t testing.TB, over map[string]string) fs.FS {
	t.Helper()
	all, set := fstest.MapFS{}, Partnership().Folder
	err := fs.WalkDir(set, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(set, name)
		all[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range over {
		all[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return all
}

// Library reads the pathways that ship with the program, once.
var Library = sync.OnceValue(func() *pathway.Library {
	lib, faults := pathway.LoadAll(pathways.FS, Partnership().Place)
	if lib == nil {
		panic(faults)
	}
	return lib
})

// databases begin with the pathways' texts kept.
var databases = storetest.NewTemplate(func(ctx context.Context, db *store.DB) error {
	return New(db).KeepPathwayTexts(ctx, Start)
})

// New is a desk on any database, of which no text of a pathway need be kept.
func New(db *store.DB) *casework.Desk {
	sealer, err := seal.New([]byte("a key for tests, 32 bytes long.."))
	if err != nil {
		panic(err)
	}
	return &casework.Desk{DB: db, Place: Partnership(), Pathways: Library(), Sealer: sealer}
}

// Open gives a desk on a SQLite database of the test's own, without records.
func Open(t testing.TB) *casework.Desk {
	t.Helper()
	return New(databases.Open(t))
}

// Each runs a test once on each engine, at a desk on a database of its own.
func Each(t *testing.T, test func(t *testing.T, d *casework.Desk)) {
	t.Helper()
	databases.Each(t, func(t *testing.T, db *store.DB) { test(t, New(db)) })
}

// Desk is a desk on a database that is migrated and empty.
func Desk(t testing.TB, db *store.DB) *casework.Desk {
	t.Helper()
	d := New(db)
	if err := d.KeepPathwayTexts(t.Context(), Start); err != nil {
		t.Fatal(err)
	}
	return d
}

// Worker makes a worker who holds a role in the first team of an authority that
// has it. The name tells several of one role apart. With a kind of agency, the
// team is one of such an agency.
func Worker(t testing.TB, d *casework.Desk, name, role, authority, kind string) agency.Worker {
	t.Helper()
	reg := &d.Place.Register
	from := Start.AddDate(-5, 0, 0)
	w := agency.Worker{ID: store.NewID(from), Name: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.org"}
	for _, role := range strings.Split(role, "+") {
		i := slices.IndexFunc(reg.Teams, func(team agency.Team) bool {
			a, _ := reg.Agency(team.Agency)
			return slices.Contains(team.Roles, role) && slices.Contains(team.Authorities, authority) && (kind == "" || a.Kind == kind)
		})
		if i < 0 {
			t.Fatalf("no team of %s (%s) has the role %s", authority, kind, role)
		}
		w.Agency = reg.Teams[i].Agency
		w.Memberships = append(w.Memberships, agency.Membership{Team: reg.Teams[i].ID, Role: role, From: from})
	}
	err := d.DB.Write(t.Context(), func(tx *store.Tx) error {
		if have, err := tx.WorkerByEmail(w.Email); err == nil {
			w = have
			return nil
		}
		return tx.PutWorker(w)
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// People puts so many of one name into the index, as children of a record.
func People(t testing.TB, d *casework.Desk, rec, given, family string, n int, at time.Time) {
	t.Helper()
	if err := d.DB.Write(t.Context(), func(tx *store.Tx) error {
		for i := range n {
			p := person.Person{ID: store.NewID(at), Sex: person.UnknownSex, Names: []person.Name{{ID: store.NewID(at), Kind: person.Legal, Given: given, Family: family}}}
			if err := errors.Join(tx.PutPerson(p), tx.LinkPersonToRecord(rec, p.ID, "children", "many"+strconv.Itoa(i), "child")); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}
