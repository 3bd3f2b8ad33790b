package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// FuzzBackup: a file that is not a whole, unchanged backup is refused, and
// nothing of it reaches a database.
func FuzzBackup(f *testing.F) {
	key, err := NewKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	db, err := OpenEmbedded(context.Background(), filepath.Join(dir, "data"), key)
	if err != nil {
		f.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	now := time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)
	if err := db.Migrate(context.Background(), now); err != nil {
		f.Fatal(err)
	}
	whole := filepath.Join(dir, "whole")
	if _, err := db.Backup(context.Background(), whole, key, now); err != nil {
		f.Fatal(err)
	}
	good, err := os.ReadFile(whole)
	if err != nil {
		f.Fatal(err)
	}
	refused := func(t *testing.T, b []byte) {
		t.Helper()
		file := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if info, err := CheckBackup(context.Background(), file, key); err == nil {
			t.Fatalf("another file is taken for a backup: %+v", info)
		}
	}
	if _, err := CheckBackup(context.Background(), whole, key); err != nil {
		f.Fatal(err)
	}
	// The backup itself is no seed: each process that tries makes one of its own, and no two are alike.
	for _, b := range [][]byte{nil, []byte(dumpMagic), []byte(dumpMagic + key.ID() + "\n"), append([]byte(dumpMagic+key.ID()+"\n"), bytes.Repeat([]byte{0xff}, 4096)...)} {
		f.Add(b, 0, uint(0), byte(0))
	}
	for _, at := range []uint{0, uint(len(dumpMagic)), uint(len(good) / 2), uint(len(good) - 1)} {
		f.Add([]byte("x"), 0, at, byte(1))
		f.Add([]byte(nil), 1, at, byte(0))
	}
	f.Add([]byte("x"), 0, uint(len(good)), byte(0))
	f.Fuzz(func(t *testing.T, b []byte, gone int, at uint, flip byte) {
		refused(t, b)
		// The real one with something put in, something taken out and something changed.
		from := int(at % uint(len(good)+1))
		end := from + min(max(gone, 0), len(good)-from)
		changed := slices.Concat(good[:from], b, good[end:])
		if from < len(changed) {
			changed[from] ^= flip
		}
		if !bytes.Equal(changed, good) {
			refused(t, changed)
		}
	})
}

func FuzzInstant(f *testing.F) {
	for _, s := range []string{"2026-03-17T12:00:00.000000Z", "2026-03-17T12:00:00Z", "2026-03-17T12:00:00,000000Z", "2026-03-17T12:00:00.+00000Z", "10000-01-01T00:00:00.000000Z", "-001-01-01T00:00:00.000000Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := ParseInstant(s)
		if err == nil && FormatInstant(at) != s {
			t.Fatalf("%q became %q", s, FormatInstant(at))
		}
	})
}

// FuzzKeptRow: no two rows have the same bytes, whatever is in them, and so not the
// same hash.
func FuzzKeptRow(f *testing.F) {
	f.Add("a", "b", "ab", "")
	f.Add("", "\x00", "\x01\x00", "")
	k := keptTable{name: "t", owner: "id", of: "id", columns: "a b"}
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		one, err1 := k.scan(values{"o", "o", a, b})
		two, err2 := k.scan(values{"o", "o", c, d})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if bytes.Equal(one.bytes, two.bytes) != (a == c && b == d) {
			t.Fatalf("%q %q and %q %q", a, b, c, d)
		}
		if len(k.hash([]keptRow{one, two})) != 43 || k.hash([]keptRow{one, two}) != k.hash([]keptRow{two, one}) {
			t.Fatal("the order in which rows are read matters")
		}
	})
}

// values is a row of texts.
type values []string

func (v values) Scan(dest ...any) error {
	for i, d := range dest {
		switch d := d.(type) {
		case *string:
			*d = v[i]
		case interface{ Scan(any) error }:
			if err := d.Scan(v[i]); err != nil {
				return err
			}
		}
	}
	return nil
}
