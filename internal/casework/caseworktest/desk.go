// Package caseworktest sets up a desk with the partnership and pathways that
// ship with the program, for tests that act as its workers do.
package caseworktest

import (
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/partnership"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
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

// Library reads the pathways that ship with the program, once.
var Library = sync.OnceValue(func() *pathway.Library {
	lib, faults := pathway.LoadAll(pathways.FS, Partnership().Place)
	if lib == nil {
		panic(faults)
	}
	return lib
})

// Desk is a desk on a database that is migrated and empty.
func Desk(t testing.TB, db *store.DB) *casework.Desk {
	t.Helper()
	sealer, err := seal.New([]byte("a key for tests, 32 bytes long.."))
	if err != nil {
		t.Fatal(err)
	}
	d := &casework.Desk{DB: db, Place: Partnership(), Pathways: Library(), Sealer: sealer}
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
	i := slices.IndexFunc(reg.Teams, func(team agency.Team) bool {
		a, _ := reg.Agency(team.Agency)
		return slices.Contains(team.Roles, role) && slices.Contains(team.Authorities, authority) && (kind == "" || a.Kind == kind)
	})
	if i < 0 {
		t.Fatalf("no team of %s (%s) has the role %s", authority, kind, role)
	}
	team := reg.Teams[i]
	from := Start.AddDate(-1, 0, 0)
	w := agency.Worker{
		ID: store.NewID(from), Name: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@example.org", Agency: team.Agency,
		Memberships: []agency.Membership{{Team: team.ID, Role: role, From: from}},
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
