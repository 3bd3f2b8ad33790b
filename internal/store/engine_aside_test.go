package store

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/ncruces/go-sqlite3/vfs"
)

// plainFile is a file in memory, in place of an encrypted one.
type plainFile struct {
	vfs.File
	bytes  []byte
	closed bool
}

func (f *plainFile) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(f.bytes).ReadAt(p, off)
}

func (f *plainFile) WriteAt(p []byte, off int64) (int, error) {
	if end := int(off) + len(p); end > len(f.bytes) {
		f.bytes = append(f.bytes, make([]byte, end-len(f.bytes))...)
	}
	return copy(f.bytes[off:], p), nil
}

func (f *plainFile) Truncate(size int64) error {
	f.bytes = f.bytes[:size]
	return nil
}

func (f *plainFile) Size() (int64, error) { return int64(len(f.bytes)), nil }

func (f *plainFile) Close() error {
	f.closed = true
	return nil
}

// What is put aside reads back as from a file, in memory and when it was too much
// for that.
func TestAside(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, most := range []int64{1 << 20, asideMost + 1<<20} {
		below := &plainFile{}
		made := 0
		a := newAside(func() (vfs.File, error) { made++; return below, nil })
		want := []byte{}
		for range 400 {
			off := r.Int64N(most)
			part := bytes.Repeat([]byte{byte(1 + r.IntN(255))}, 1+r.IntN(5000))
			if n, err := a.WriteAt(part, off); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
			if end := int(off) + len(part); end > len(want) {
				want = append(want, make([]byte, end-len(want))...)
			}
			copy(want[off:], part)
			if r.IntN(50) == 0 {
				size := r.Int64N(int64(len(want)))
				if err := a.Truncate(size); err != nil {
					t.Fatal(err)
				}
				want = want[:size]
			}
		}
		got := make([]byte, len(want))
		if n, err := a.ReadAt(got, 0); n != len(want) || err != nil || !bytes.Equal(got, want) {
			t.Error("not what was written", n, err)
		}
		if n, err := a.ReadAt(make([]byte, 10), int64(len(want))-4); n != 4 || !errors.Is(err, io.EOF) {
			t.Error("past the end", n, err)
		}
		if size, err := a.Size(); size != int64(len(want)) || err != nil {
			t.Error(size, err)
		}
		if (made > 0) != (most > asideMost) {
			t.Errorf("%d files made for %d bytes", made, len(want))
		}
		if err := a.Close(); err != nil || below.closed != (made > 0) {
			t.Error(err, below.closed)
		}
		if next := newAside(nil); bytes.ContainsFunc(next.buf[:cap(next.buf)], func(c rune) bool { return c != 0 }) {
			t.Error("what one transaction put aside is there for the next")
		}
	}
}

// No room for the file: the statement fails, and nothing is lost silently.
func TestAsideWithoutRoom(t *testing.T) {
	t.Parallel()
	full := errors.New("full")
	a := newAside(func() (vfs.File, error) { return nil, full })
	if _, err := a.WriteAt([]byte("x"), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := a.WriteAt([]byte("y"), asideMost); !errors.Is(err, full) {
		t.Error(err)
	}
	if err := a.Close(); err != nil {
		t.Error(err)
	}
}
