package store

import (
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the encrypting file layer
)

// fileLayer is the name under which the engine finds layer.
const fileLayer = "frontdoor"

func init() { vfs.Register(fileLayer, layer{vfs.Find("adiantum")}) }

// layer is what the engine does files with: the encrypting layer, and over the
// database and its log something that knows which connection has them open.
// Other files, such as those that sorting spills to, have the encrypting layer
// alone, which gives them a key that nobody keeps; what undoes one statement is an
// [aside].
type layer struct{ vfs.VFS }

// Open implements vfs.VFS.
func (l layer) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == "" {
		return l.OpenFilename(nil, flags)
	}
	return nil, flags, sqlite3.CANTOPEN
}

// OpenFilename implements vfs.VFSFilename.
func (l layer) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	if name == nil && flags&vfs.OPEN_SUBJOURNAL != 0 {
		return newAside(func() (vfs.File, error) {
			file, _, err := vfsutil.WrapOpenFilename(l.VFS, nil, flags)
			return file, err
		}), flags, nil
	}
	inner, flags, err := vfsutil.WrapOpenFilename(l.VFS, name, flags)
	if err != nil {
		return nil, flags, err
	}
	f := &file{File: inner}
	switch {
	case flags&vfs.OPEN_MAIN_DB != 0:
		if known, ok := opening.Load(name.URIParameter(filesParameter)); ok {
			f.of = known.(*openFiles)
		}
	case flags&vfs.OPEN_WAL != 0:
		if main, ok := vfsutil.UnwrapFile[*file](name.DatabaseFile()); ok {
			f.kind, f.of, f.keyed = fileLog, main.of, true
		}
	}
	if f.of == nil {
		return inner, flags, nil
	}
	if f.of.cache != nil {
		f.of.cache.opened(f.kind)
	}
	f.of.mu.Lock()
	f.of.all = append(f.of.all, f)
	f.of.mu.Unlock()
	return f, flags, nil
}

// openFiles are the database and the log as one connection has them open.
type openFiles struct {
	cache *blocks // shared with other connections; nil where another process may write
	mu    sync.Mutex
	all   []*file
}

// opening has the files of connections that are being opened, by the parameter of
// their name that says which: the engine gives a file layer nothing else to go by.
var (
	opening sync.Map
	opened  atomic.Uint64
)

const filesParameter = "files"

// name is the name of a database with the parameter by which its file is found to
// belong to these. done ends that.
func (o *openFiles) name(database string) (name string, done func()) {
	key := strconv.FormatUint(opened.Add(1), 10)
	opening.Store(key, o)
	return database + "&" + filesParameter + "=" + key, func() { opening.Delete(key) }
}

// sever closes the files, and gives their locks back, without asking the engine.
func (o *openFiles) sever() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []error
	for _, f := range o.all {
		if f.closed {
			continue
		}
		// The engine's memory stays mapped to the log's index, and as long as it
		// is, so would be the locks on that.
		if index, ok := vfsutil.WrapSharedMemory(f.File).(interface{ Fd() uintptr }); ok {
			unlockFile(index.Fd())
		}
		all = append(all, f.shut())
	}
	return errors.Join(all...)
}

// file is the database or its log, over the encrypting layer.
type file struct {
	vfs.File
	kind   int8
	of     *openFiles
	keyed  bool // it can be read
	closed bool // under of.mu
}

var (
	_ vfs.FileUnwrap       = (*file)(nil)
	_ vfs.FilePragma       = (*file)(nil)
	_ vfs.FileSharedMemory = (*file)(nil)
	_ vfs.FileLockState    = (*file)(nil)
	_ vfs.FileHasMoved     = (*file)(nil)
	_ vfs.FileOverwrite    = (*file)(nil)
	_ vfs.FileSync         = (*file)(nil)
	_ vfs.FileCheckpoint   = (*file)(nil)
	_ vfs.FileBusyHandler  = (*file)(nil)
	_ vfs.FileChunkSize    = (*file)(nil)
	_ vfs.FileSizeHint     = (*file)(nil)
)

// Close implements io.Closer.
func (f *file) Close() error {
	f.of.mu.Lock()
	defer f.of.mu.Unlock()
	return f.shut()
}

func (f *file) shut() error {
	f.closed = true
	err := errors.Join(f.flush(), f.File.Close())
	if f.of.cache != nil {
		f.of.cache.closed(f.kind)
	}
	return err
}

// ReadAt implements io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	cache := f.of.cache
	if cache == nil || !f.keyed {
		return f.File.ReadAt(p, off)
	}
	return each(p, off, func(part []byte, off int64) (int, error) {
		if f.kind == fileLog {
			return cache.readLog(f.File, part, off)
		}
		return cache.read(f.kind, f.File, part, off)
	})
}

// WriteAt implements io.WriterAt.
func (f *file) WriteAt(p []byte, off int64) (int, error) {
	cache := f.of.cache
	if cache == nil || !f.keyed {
		return f.File.WriteAt(p, off)
	}
	return each(p, off, func(part []byte, off int64) (int, error) {
		if f.kind == fileLog {
			return cache.writeLog(f.File, part, off)
		}
		return cache.write(f.kind, f.File, part, off)
	})
}

// flush writes to the file what of the log waits in memory.
func (f *file) flush() error {
	if f.of.cache == nil || f.kind != fileLog {
		return nil
	}
	return f.of.cache.flush(f.File)
}

// Sync implements vfs.File.
func (f *file) Sync(flags vfs.SyncFlag) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Sync(flags)
}

// Size implements vfs.File.
func (f *file) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

// Truncate implements vfs.File. The layer below cuts after a whole block.
func (f *file) Truncate(size int64) error {
	cache := f.of.cache
	if cache == nil {
		return f.File.Truncate(size)
	}
	if f.kind == fileLog {
		if err := cache.endLog(f.File); err != nil {
			return err
		}
	}
	cache.lockAll()
	defer cache.unlockAll()
	cache.dropFrom(f.kind, (size+encryptedBlock-1)/encryptedBlock)
	return f.File.Truncate(size)
}

// Unwrap implements vfs.FileUnwrap: by it the encrypting layer finds the key for
// the log.
func (f *file) Unwrap() vfs.File { return f.File }

// DeviceCharacteristics implements vfs.File. Batches that are undone as one are
// not passed on.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.File.DeviceCharacteristics() &^ vfs.IOCAP_BATCH_ATOMIC
}

// Pragma implements vfs.FilePragma, by which the encrypting layer is told the key.
func (f *file) Pragma(name, value string) (string, error) {
	answer, err := vfsutil.WrapPragma(f.File, name, value)
	f.keyed = f.keyed || name == "hexkey" && err == nil
	return answer, err
}

// What else the engine may ask of a file goes to the encrypting layer.

func (f *file) SharedMemory() vfs.SharedMemory  { return vfsutil.WrapSharedMemory(f.File) }
func (f *file) LockState() vfs.LockLevel        { return vfsutil.WrapLockState(f.File) }
func (f *file) HasMoved() (bool, error)         { return vfsutil.WrapHasMoved(f.File) }
func (f *file) Overwrite() error                { return vfsutil.WrapOverwrite(f.File) }
func (f *file) SyncSuper(super string) error    { return vfsutil.WrapSyncSuper(f.File, super) }
func (f *file) CommitPhaseTwo() error           { return vfsutil.WrapCommitPhaseTwo(f.File) }
func (f *file) CheckpointStart()                { vfsutil.WrapCheckpointStart(f.File) }
func (f *file) CheckpointDone()                 { vfsutil.WrapCheckpointDone(f.File) }
func (f *file) BusyHandler(handler func() bool) { vfsutil.WrapBusyHandler(f.File, handler) }
func (f *file) ChunkSize(size int)              { vfsutil.WrapChunkSize(f.File, size) }
func (f *file) SizeHint(size int64) error       { return vfsutil.WrapSizeHint(f.File, size) }
