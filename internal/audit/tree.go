package audit

import (
	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a SHA-256 hash of a leaf or a node of the tree.
type Hash = tlog.Hash

// HashReader reads stored hashes by their index. A store implements it with one
// query for all the indexes asked for.
type HashReader = tlog.HashReader

// LeafHash is the hash of an event's bytes (RFC 6962: a leading zero byte keeps
// a leaf from being passed off as a node).
func LeafHash(canonical []byte) Hash { return tlog.RecordHash(canonical) }

// Append gives the hashes to store for the event at place seq. They go at the
// indexes HashIndex(seq), HashIndex(seq)+1 and so on. At most log2(seq) hashes
// are read.
func Append(seq int64, leaf Hash, r HashReader) ([]Hash, error) {
	return tlog.StoredHashesForRecordHash(seq, leaf, r)
}

// HashIndex is the index of the first hash stored for the event at place seq,
// which is also the index of its leaf hash.
func HashIndex(seq int64) int64 { return tlog.StoredHashIndex(0, seq) }

// NodeIndex is the index of the nth node of a level of the tree, from 0.
func NodeIndex(level int, n int64) int64 { return tlog.StoredHashIndex(level, n) }

// HashCount is how many hashes are stored for the first n events.
func HashCount(n int64) int64 { return tlog.StoredHashCount(n) }

// TreeHash is the root over the first n events.
func TreeHash(n int64, r HashReader) (Hash, error) { return tlog.TreeHash(n, r) }

// Prove gives a proof that the event at place seq is in the log of size n. It
// can be handed to somebody outside together with the event and a checkpoint.
func Prove(n, seq int64, r HashReader) ([]Hash, error) { return tlog.ProveRecord(n, seq, r) }

// CheckRecord is nil when the proof shows that the leaf is at place seq of the
// log of size n with that root.
func CheckRecord(proof []Hash, n int64, root Hash, seq int64, leaf Hash) error {
	return tlog.CheckRecord(proof, n, root, seq, leaf)
}

// ProveConsistency gives a proof that the log of size n only adds to the log of
// size old.
func ProveConsistency(n, old int64, r HashReader) ([]Hash, error) { return tlog.ProveTree(n, old, r) }

// CheckConsistency is nil when the proof shows that the newer checkpoint only
// adds events to the older one.
func CheckConsistency(proof []Hash, newer, older Checkpoint) error {
	return tlog.CheckTree(proof, newer.Size, newer.Root, older.Size, older.Root)
}
