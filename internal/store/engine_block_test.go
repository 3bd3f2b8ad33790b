package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ncruces/go-sqlite3/vfs"

	"frontdoor/internal/fault"
)

// failing is a file of the encrypting layer that can be told to fail.
type failing struct {
	vfs.File
	fail bool
}

var errDisk = errors.New("the disk fails")

func (f *failing) WriteAt(p []byte, off int64) (int, error) {
	if !f.fail {
		return f.File.WriteAt(p, off)
	}
	// As when the power goes: part of it may be there.
	garbage := make([]byte, len(p))
	_, _ = f.File.WriteAt(garbage, off)
	return 0, errDisk
}

// Whatever is read, written and cut off through the cache is what the same does
// without it, also with few blocks kept and with writes that fail.
func TestBlocksAreTheFile(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		const flags = vfs.OPEN_TEMP_DB | vfs.OPEN_READWRITE | vfs.OPEN_CREATE | vfs.OPEN_DELETEONCLOSE
		var files [2]*failing
		for i := range files {
			f, _, err := vfs.Find("adiantum").Open("", flags)
			if err != nil {
				t.Fatal(err)
			}
			files[i] = &failing{File: f}
		}
		cache := newBlocks([]int{1, 200, 5000}[seed%3])
		kind := int8(seed % 2)
		cache.opened(kind)
		through := &file{File: files[0], kind: kind, keyed: true, of: &openFiles{cache: cache}}
		var next int64
		for step := range 400 {
			// Never past the end: what stands in a hole depends on the key.
			off := r.Int64N(min(60*encryptedBlock, size(t, files[1])+1))
			n := 1 + r.IntN(3*encryptedBlock)
			switch r.IntN(3) {
			case 0: // as the log is written
				off = min(next, size(t, files[1]))
			case 1: // as the database is
				off, n = off/encryptedBlock*encryptedBlock, encryptedBlock
			}
			a, b := make([]byte, n), make([]byte, n)
			switch r.IntN(12) {
			case 0:
				if err := errors.Join(through.Truncate(off), files[1].Truncate(off)); err != nil {
					t.Fatal(err)
				}
			case 1:
				if err := through.Sync(0); err != nil {
					t.Fatal(err)
				}
				for _, f := range files {
					f.fail = true
				}
				_, err1 := through.WriteAt(a[:1], off/encryptedBlock*encryptedBlock)
				if kind == fileLog && err1 == nil { // it says so when it is wanted on the disk
					err1 = through.Sync(0)
				}
				if !errors.Is(err1, errDisk) {
					t.Fatalf("seed %d step %d: %v", seed, step, err1)
				}
				for _, f := range files {
					f.fail = false
				}
				// The layer below writes the whole block from zeros. Of the log, what
				// could not be written is kept, and tried again.
				want := make([]byte, encryptedBlock)
				if kind == fileLog {
					want = want[:1]
				}
				if _, err := files[1].WriteAt(want, off/encryptedBlock*encryptedBlock); err != nil {
					t.Fatal(err)
				}
			case 2, 3, 4, 5:
				for i := range a {
					a[i] = byte(r.Uint32())
				}
				n1, err1 := through.WriteAt(a, off)
				n2, err2 := files[1].WriteAt(a, off)
				if n1 != n2 || err1 != nil || err2 != nil {
					t.Fatalf("seed %d step %d: wrote %d %v, want %d %v", seed, step, n1, err1, n2, err2)
				}
				next = off + int64(n)
			default:
				n1, err1 := through.ReadAt(a, off)
				n2, err2 := files[1].ReadAt(b, off)
				if n1 != n2 || !bytes.Equal(a, b) || (err1 == io.EOF) != (err2 == io.EOF) {
					t.Fatalf("seed %d step %d: read %d %v, want %d %v", seed, step, n1, err1, n2, err2)
				}
			}
			if r.IntN(3) > 0 {
				continue // size puts on the disk what waits
			}
			if s1, s2 := size(t, through), size(t, files[1]); s1 != s2 {
				t.Fatalf("seed %d step %d: size %d, want %d", seed, step, s1, s2)
			}
		}
		if err := errors.Join(through.Close(), files[1].Close()); err != nil {
			t.Error(err)
		}
		for i := range cache.shards {
			if len(cache.shards[i].at) > 0 {
				t.Error("a closed file is remembered")
			}
		}
	}
}

// counting is a file that counts how often it is written to and read.
type counting struct {
	vfs.File
	writes, reads int
}

func (f *counting) WriteAt(p []byte, off int64) (int, error) {
	f.writes++
	return f.File.WriteAt(p, off)
}

func (f *counting) ReadAt(p []byte, off int64) (int, error) {
	f.reads++
	return f.File.ReadAt(p, off)
}

// However a transaction goes to the log, each of its blocks is encrypted once. When
// the engine says it is committed all of it is in the file, as another process may
// read it: also the rest of its last page, which comes after the disk was waited for.
func TestLogBlockIsWrittenOnce(t *testing.T) {
	t.Parallel()
	inner, _, err := vfs.Find("adiantum").Open("", vfs.OPEN_TEMP_DB|vfs.OPEN_READWRITE|vfs.OPEN_CREATE|vfs.OPEN_DELETEONCLOSE)
	if err != nil {
		t.Fatal(err)
	}
	count := &counting{File: inner}
	cache := newBlocks(64)
	cache.opened(fileLog)
	log := &file{File: count, kind: fileLog, keyed: true, of: &openFiles{cache: cache}}
	var all []byte
	add := func(n int) {
		part := bytes.Repeat([]byte{byte(len(all)) | 1}, n)
		if _, err := log.WriteAt(part, int64(len(all))); err != nil {
			t.Fatal(err)
		}
		all = append(all, part...)
	}
	add(logHeader)
	for commit := range 40 {
		count.writes, count.reads = 0, 0
		before := len(all)
		for range commit%3 + 4 {
			add(24)
			add(encryptedBlock)
		}
		// One more page, of which the disk is waited for where a block ends.
		first := min(24, encryptedBlock-len(all)%encryptedBlock)
		add(first)
		rest := encryptedBlock - len(all)%encryptedBlock
		if first == 24 && rest < encryptedBlock {
			add(rest)
		}
		if err := log.Sync(vfs.SYNC_NORMAL); err != nil {
			t.Fatal(err)
		}
		if blocks := len(all)/encryptedBlock - before/encryptedBlock; len(all)%encryptedBlock != 0 || count.writes != blocks || count.reads > 0 {
			t.Errorf("commit %d: %d blocks were written %d times and read %d times", commit, blocks, count.writes, count.reads)
		}
		for (len(all)-logHeader)%logPage != 0 {
			in := (len(all) - logHeader) % logPage
			if in < 24 {
				add(24 - in)
			} else {
				add(logPage - in)
			}
		}
		got := make([]byte, len(all))
		if _, err := inner.ReadAt(got, 0); err != nil || !bytes.Equal(got, all) {
			t.Errorf("commit %d: it is not in the file (%v)", commit, err)
		}
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

func size(t *testing.T, f vfs.File) int64 {
	t.Helper()
	n, err := f.Size()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// One writer and many readers through one small cache, while the log is emptied
// and begun again: every reader sees whole transactions only, and what is on disk
// in the end is what everyone saw.
func TestBlocksUnderLoad(t *testing.T) {
	t.Parallel()
	for _, kept := range []int{64, cachedBlocks} {
		t.Run(fmt.Sprint(kept), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			key, err := NewKey(bytes.Repeat([]byte{7}, 32))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, databaseFile)
			cache := newBlocks(kept)
			write := openSQLite(path, key, cache, nil, "journal_mode = wal", "synchronous = normal", "wal_autocheckpoint = 50", "journal_size_limit = 0", "cache_size = 20")
			write.SetMaxOpenConns(1)
			read := openSQLite(path, key, cache, nil, "query_only = on", "cache_size = 20")
			read.SetMaxOpenConns(4)
			db := newDB(sqlite, write, read, nil)
			do := func(query string, args ...any) error {
				return db.Write(t.Context(), func(tx *Tx) error { _, err := tx.Exec(query, args...); return err })
			}
			const accounts = 300
			if err := errors.Join(do(`create table account (id bigint primary key, amount bigint not null, note text not null)`),
				do(`with recursive n (i) as (select 1 union all select i + 1 from n where i < $1) insert into account select i, 100, hex(randomblob(600)) from n`, accounts)); err != nil {
				t.Fatal(err)
			}
			var done atomic.Bool
			var all sync.WaitGroup
			for range 4 {
				all.Go(func() {
					for !done.Load() {
						err := db.Read(context.Background(), func(tx *Tx) error {
							for range 2 {
								var sum, n int64
								if err := tx.QueryRow(`select sum(amount), count(*) from account where length(note) = 1200`).Scan(&sum, &n); err != nil {
									return err
								}
								if sum != accounts*100 || n != accounts {
									return fmt.Errorf("%d in %d accounts", sum, n)
								}
							}
							return nil
						})
						if err != nil {
							t.Error(err)
							return
						}
					}
				})
			}
			r := rand.New(rand.NewPCG(uint64(kept), 2))
			for i := range 60 {
				err := db.Write(t.Context(), func(tx *Tx) error {
					for range 1 + r.IntN(20) {
						a, b, n := 1+r.IntN(accounts), 1+r.IntN(accounts), r.IntN(50)
						if _, err := tx.Exec(`update account set amount = amount - $2, note = hex(randomblob(600)) where id = $1`, a, n); err != nil {
							return err
						}
						if _, err := tx.Exec(`update account set amount = amount + $2, note = hex(randomblob(600)) where id = $1`, b, n); err != nil {
							return err
						}
					}
					if i%5 == 0 {
						return fault.New(fault.Invalid, "and take it all back")
					}
					return nil
				})
				if err != nil && fault.KindOf(err) != fault.Invalid {
					t.Fatal(err)
				}
			}
			done.Store(true)
			all.Wait()
			seen := dump(t, read)
			if err := db.Close(); err != nil {
				t.Error(err)
			}
			plain := openSQLite(path, key, nil, nil)
			if after := dump(t, plain); after != seen {
				t.Error("the file is not what was seen")
			}
			var word string
			if err := plain.QueryRow(`pragma integrity_check`).Scan(&word); err != nil || word != "ok" {
				t.Error(word, err)
			}
			if err := plain.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func dump(t *testing.T, pool *sql.DB) string {
	t.Helper()
	var all string
	if err := pool.QueryRow(`select group_concat(id || ' ' || amount || ' ' || note, ',') from (select * from account order by id)`).Scan(&all); err != nil {
		t.Fatal(err)
	}
	return all
}
