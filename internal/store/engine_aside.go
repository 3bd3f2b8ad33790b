package store

import (
	"io"
	"sync"

	"github.com/ncruces/go-sqlite3/vfs"
)

// asideMost is up to how many bytes of an aside are kept in memory.
const asideMost = 8 << 20

// aside is what the engine puts pages into that a statement changes, to undo that
// statement alone. It is read only when one fails. A transaction of many rows
// writes more than the engine itself would keep in memory, and through the
// encrypting layer that was a seventh of sending a referral. What is more than asideMost goes
// to an encrypted file without a name, as what sorting spills does.
type aside struct {
	buf  []byte
	file vfs.File // in place of buf, once it is too much
	make func() (vfs.File, error)
}

// asides keeps one buffer for the next transaction.
var asides = sync.Pool{New: func() any { return new([]byte) }}

func newAside(file func() (vfs.File, error)) *aside {
	return &aside{buf: (*asides.Get().(*[]byte))[:0], make: file}
}

// ReadAt implements io.ReaderAt.
func (a *aside) ReadAt(p []byte, off int64) (int, error) {
	if a.file != nil {
		return a.file.ReadAt(p, off)
	}
	if off >= int64(len(a.buf)) {
		return 0, io.EOF
	}
	n := copy(p, a.buf[off:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements io.WriterAt.
func (a *aside) WriteAt(p []byte, off int64) (int, error) {
	end := off + int64(len(p))
	if a.file == nil && end > asideMost {
		if err := a.spill(); err != nil {
			return 0, err
		}
	}
	if a.file != nil {
		return a.file.WriteAt(p, off)
	}
	if had := int64(len(a.buf)); end > had {
		if end > int64(cap(a.buf)) {
			a.buf = append(make([]byte, 0, max(end, min(2*int64(cap(a.buf)), asideMost), 1<<16)), a.buf...)
		}
		if a.buf = a.buf[:end]; off > had {
			clear(a.buf[had:off])
		}
	}
	return copy(a.buf[off:], p), nil
}

func (a *aside) spill() error {
	file, err := a.make()
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(a.buf, 0); err != nil {
		_ = file.Close()
		return err
	}
	a.file = file
	a.drop()
	return nil
}

// drop gives the buffer back, empty.
func (a *aside) drop() {
	buf := a.buf
	a.buf = nil
	if cap(buf) <= 1<<20 {
		clear(buf[:cap(buf)]) // nothing of anyone stays in memory for it
		asides.Put(&buf)
	}
}

// Close implements io.Closer.
func (a *aside) Close() error {
	if a.file != nil {
		return a.file.Close()
	}
	a.drop()
	return nil
}

// Truncate implements vfs.File.
func (a *aside) Truncate(size int64) error {
	if a.file != nil {
		return a.file.Truncate(size)
	}
	if size < int64(len(a.buf)) {
		a.buf = a.buf[:size]
	}
	return nil
}

// Size implements vfs.File.
func (a *aside) Size() (int64, error) {
	if a.file != nil {
		return a.file.Size()
	}
	return int64(len(a.buf)), nil
}

// Nobody else has the file, and nothing of it outlasts the transaction.

func (a *aside) Sync(vfs.SyncFlag) error                         { return nil }
func (a *aside) Lock(vfs.LockLevel) error                        { return nil }
func (a *aside) Unlock(vfs.LockLevel) error                      { return nil }
func (a *aside) CheckReservedLock() (bool, error)                { return false, nil }
func (a *aside) SectorSize() int                                 { return encryptedBlock }
func (a *aside) DeviceCharacteristics() vfs.DeviceCharacteristic { return 0 }
