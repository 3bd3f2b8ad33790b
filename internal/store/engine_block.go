package store

import (
	"io"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3/vfs"
)

// cachedBlocks is how many blocks of an open database and its log are kept in
// memory as they are before encryption: 16 MiB. More of them leave the collector too
// little room below the limit of what the program may use.
const cachedBlocks = 4096

// blocks are decrypted blocks of one database and its log, shared by all its
// connections. After each write every reader lets go of all the pages it has, and
// would read and decrypt each of them again.
//
// A block is read, changed and written under the lock of its shard, so that what
// is kept is always what is in the file. It holds only as long as nobody else
// writes to the files, which the lock on the data folder sees to.
type blocks struct {
	most   int // blocks kept of each shard
	shards []blockShard
	last   logEnd
	mu     sync.Mutex
	open   [2]int // files by kind
}

// The kinds of files of which blocks are kept.
const (
	fileMain = iota
	fileLog
)

// blockKey is a kind of file and the place of a block in it, in blocks.
type blockKey struct {
	kind  int8
	block int64
}

type blockShard struct {
	mu    sync.Mutex
	at    map[blockKey]int
	slots []blockSlot
	hand  int // where to look next for one to give up
}

type blockSlot struct {
	key  blockKey
	data *[encryptedBlock]byte
	held bool // it is that of key
	used bool // since the hand last passed
}

// logEnd is the block of the log that was written to last. A page goes to the log
// with a few bytes before it, so it falls into two blocks, and written as it comes
// each block would be encrypted and written three times. So it waits here until
// another block is written to, or somebody wants it on the disk.
type logEnd struct {
	mu    sync.Mutex
	at    atomic.Int64 // which block, or noBlock
	data  [encryptedBlock]byte
	known int  // so many bytes of data, from its start; the rest is as in the file
	waits bool // it is not in the file yet
	// ended tells that the log was put on the disk since a page was begun. What comes
	// then belongs to a page that the engine writes twice, so that the next transaction
	// begins in a block of its own. Everyone is told of it as soon as it is written, also
	// who reads from another process, so it does not wait.
	ended bool
}

const (
	noBlock   = -1
	logHeader = 32        // bytes of the log before its first page
	logPage   = 24 + 4096 // of a page and what comes before it, in the log
)

// mostShards is so many that readers seldom wait for one another's blocks, which are
// read from the disk under a shard's lock.
const mostShards = 512

func newBlocks(most int) *blocks {
	n := min(most, mostShards)
	b := &blocks{most: most / n, shards: make([]blockShard, n)}
	b.last.at.Store(noBlock)
	return b
}

func (b *blocks) shard(key blockKey) *blockShard {
	h := uint64(key.block)*2 + uint64(key.kind)
	place, _ := bits.Mul64(h*0x9E3779B97F4A7C15, uint64(len(b.shards)))
	return &b.shards[place]
}

// find gives a block that is kept, or nil.
func (s *blockShard) find(key blockKey) *[encryptedBlock]byte {
	i, ok := s.at[key]
	if !ok {
		return nil
	}
	s.slots[i].used = true
	return s.slots[i].data
}

// take gives room for a block that is not kept yet, in the place of one that was
// not used lately when there are as many as may be.
func (s *blockShard) take(key blockKey, most int) *[encryptedBlock]byte {
	if s.at == nil {
		s.at = map[blockKey]int{}
	}
	if len(s.slots) < most {
		s.slots = append(s.slots, blockSlot{data: new([encryptedBlock]byte)})
		s.hand = len(s.slots) - 1
	}
	for {
		slot := &s.slots[s.hand]
		if i := s.hand; !slot.held || !slot.used {
			if slot.held {
				delete(s.at, slot.key)
			}
			slot.key, slot.held, slot.used = key, true, false
			s.at[key] = i
			s.hand = (i + 1) % len(s.slots)
			return slot.data
		}
		slot.used = false
		s.hand = (s.hand + 1) % len(s.slots)
	}
}

func (s *blockShard) drop(key blockKey) {
	if i, ok := s.at[key]; ok {
		s.slots[i].held = false
		delete(s.at, key)
	}
}

// dropFrom forgets what is kept of a file from a block on. Nothing is read or
// written meanwhile.
func (b *blocks) dropFrom(kind int8, first int64) {
	for i := range b.shards {
		s := &b.shards[i]
		for key := range s.at {
			if key.kind == kind && key.block >= first {
				s.drop(key)
			}
		}
	}
}

func (b *blocks) lockAll() {
	for i := range b.shards {
		b.shards[i].mu.Lock()
	}
}

func (b *blocks) unlockAll() {
	for i := range b.shards {
		b.shards[i].mu.Unlock()
	}
}

func (b *blocks) opened(kind int8) {
	b.mu.Lock()
	b.open[kind]++
	b.mu.Unlock()
}

// closed forgets a file that nobody has open any more: it may be taken away, and
// another put in its place.
func (b *blocks) closed(kind int8) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[kind]--; b.open[kind] == 0 {
		if kind == fileLog {
			b.last.mu.Lock()
			b.last.waits = false
			b.last.at.Store(noBlock)
			b.last.mu.Unlock()
		}
		b.lockAll()
		b.dropFrom(kind, 0)
		b.unlockAll()
	}
}

// read reads part of one block.
func (b *blocks) read(kind int8, f vfs.File, p []byte, off int64) (n int, err error) {
	key, from := blockKey{kind, off / encryptedBlock}, int(off%encryptedBlock)
	s := b.shard(key)
	s.mu.Lock()
	data := s.find(key)
	right := data != nil
	defer func() {
		if !right { // also when the layer below panics
			s.drop(key)
		}
		s.mu.Unlock()
	}()
	if right {
		return copy(p, data[from:]), nil
	}
	data = s.take(key, b.most)
	got, err := f.ReadAt(data[:], off-int64(from))
	right = got == encryptedBlock
	return copy(p, data[min(from, got):got]), err
}

// write writes part of one block, or all of it.
func (b *blocks) write(kind int8, f vfs.File, p []byte, off int64) (n int, err error) {
	key, from := blockKey{kind, off / encryptedBlock}, int(off%encryptedBlock)
	s := b.shard(key)
	s.mu.Lock()
	right := false
	defer func() {
		if !right { // what is in the file is not known
			s.drop(key)
		}
		s.mu.Unlock()
	}()
	data := s.find(key)
	if data == nil {
		data = s.take(key, b.most)
		if len(p) < encryptedBlock {
			got, err := f.ReadAt(data[:], off-int64(from))
			switch {
			case got == encryptedBlock:
			case err == io.EOF:
				clear(data[:]) // as the layer below fills up the last block of a file
			default:
				return 0, err
			}
		}
	}
	copy(data[from:], p)
	got, err := f.WriteAt(data[:], off-int64(from))
	if right = got == encryptedBlock && err == nil; !right {
		return 0, err
	}
	return len(p), nil
}

// readLog reads part of one block of the log, which may not be in the file yet.
func (b *blocks) readLog(f vfs.File, p []byte, off int64) (int, error) {
	e := &b.last
	if block, from := off/encryptedBlock, int(off%encryptedBlock); e.at.Load() == block {
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.at.Load() == block {
			if from+len(p) > e.known {
				if err := b.complete(f); err != nil {
					return 0, err
				}
			}
			return copy(p, e.data[from:]), nil
		}
	}
	return b.read(fileLog, f, p, off)
}

// writeLog writes part of one block of the log, at the latest with the next flush,
// and at once what ends a transaction after that. An error may be that of writing what
// waited before.
func (b *blocks) writeLog(f vfs.File, p []byte, off int64) (int, error) {
	block, from := off/encryptedBlock, int(off%encryptedBlock)
	e := &b.last
	e.mu.Lock()
	defer e.mu.Unlock()
	if (off-logHeader)%logPage == 0 {
		e.ended = false
	}
	if e.at.Load() != block {
		if err := b.writeLast(f); err != nil {
			return 0, err
		}
		e.known = 0
		e.at.Store(block)
	}
	if from > e.known {
		if err := b.complete(f); err != nil {
			if !e.waits {
				e.at.Store(noBlock)
			}
			return 0, err
		}
	}
	e.known = max(e.known, from+copy(e.data[from:], p))
	e.waits = true
	if e.ended {
		if err := b.writeLast(f); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// flush writes what waits to the log's file.
func (b *blocks) flush(f vfs.File) error {
	b.last.mu.Lock()
	defer b.last.mu.Unlock()
	b.last.ended = true
	return b.writeLast(f)
}

// endLog writes what waits and forgets it, before the log is cut.
func (b *blocks) endLog(f vfs.File) error {
	b.last.mu.Lock()
	defer b.last.mu.Unlock()
	if err := b.writeLast(f); err != nil {
		return err
	}
	b.last.at.Store(noBlock)
	return nil
}

// writeLast is flush under the lock. What could not be written waits on.
func (b *blocks) writeLast(f vfs.File) error {
	e := &b.last
	if !e.waits {
		return nil
	}
	if err := b.complete(f); err != nil {
		return err
	}
	n, err := b.write(fileLog, f, e.data[:], e.at.Load()*encryptedBlock)
	if err == nil && n < encryptedBlock {
		err = io.ErrShortWrite
	}
	e.waits = err != nil
	return err
}

// complete reads the rest of the last block of the log from the file. Past the end of
// that are zeros, with which the layer below fills up the last block of a file.
func (b *blocks) complete(f vfs.File) error {
	e := &b.last
	if e.known == encryptedBlock {
		return nil
	}
	rest := e.data[e.known:]
	n, err := b.read(fileLog, f, rest, e.at.Load()*encryptedBlock+int64(e.known))
	switch {
	case n == len(rest):
	case err == io.EOF:
		clear(rest)
	default:
		return err
	}
	e.known = encryptedBlock
	return nil
}

// each calls do for the part of p in each block, until one falls short.
func each(p []byte, off int64, do func(part []byte, off int64) (int, error)) (n int, err error) {
	for n < len(p) {
		at := off + int64(n)
		part := p[n:min(len(p), n+encryptedBlock-int(at%encryptedBlock))]
		m, err := do(part, at)
		n += m
		if m < len(part) || err != nil {
			return n, err
		}
	}
	return n, nil
}
