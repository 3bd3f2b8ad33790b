package audit

import (
	"cmp"
	"fmt"
	"iter"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Kind is what is wrong with a row, a hash or a checkpoint.
type Kind string

const (
	Changed       Kind = "changed"        // the row's bytes are not those that were written
	Missing       Kind = "missing"        // an event that was written is not there
	Inserted      Kind = "inserted"       // a row that was never written at this place
	Moved         Kind = "moved"          // a real event that stands at another place
	HashChanged   Kind = "hash changed"   // stored hashes disagree with each other
	HashMissing   Kind = "hash missing"   // a stored hash is gone, or they end before a checkpoint does
	BadCheckpoint Kind = "bad checkpoint" // a checkpoint is not signed with the log's key
	Rewritten     Kind = "rewritten"      // rows and hashes agree, and a signed checkpoint says otherwise
)

// Problem is one thing wrong, with the places it concerns. For a revision
// chain the places are revision numbers.
type Problem struct {
	Kind Kind
	Seq  int64 // first place concerned
	End  int64 // one after the last place concerned; Seq+1 for a single row
	Was  int64 // where a moved event belongs; otherwise -1
	Text string
}

// Row is one stored event: the place its row claims and the stored bytes.
type Row struct {
	Seq   int64
	Bytes []byte
}

// Log is everything VerifyAll looks at.
type Log struct {
	Rows        iter.Seq2[Row, error] // every stored row, in rising order of Seq
	Size        int64                 // how many events there are stored hashes for
	Hashes      HashReader            // gives the zero Hash for an index that is not there
	Checkpoints [][]byte              // signed; above all those kept outside the database
	Public      string                // the public key that checkpoints are signed with
}

// Report is what VerifyAll found.
type Report struct {
	Size     int64 // events that the hashes speak of
	Root     Hash  // root over them
	Covered  int64 // events fixed by a good checkpoint; later ones are held only by the hashes
	Problems []Problem
}

// OK says whether nothing is wrong.
func (r Report) OK() bool { return len(r.Problems) == 0 }

func (r *Report) add(kind Kind, seq, end, was int64, format string, args ...any) {
	r.Problems = append(r.Problems, Problem{kind, seq, end, was, fmt.Sprintf(format, args...)})
}

// misfit is a row that does not match the hash of its place.
type misfit struct {
	seq  int64
	leaf Hash
	was  int64 // place its own bytes name, if the hash there confirms it; else -1
}

// VerifyAll compares every row with its hash, every hash with those below it and
// every root with the checkpoints, and names each row that was changed, taken
// away, put in or moved. Memory grows with what is wrong, not with the log. An
// error means the log could not be read, which says nothing of what is in it.
//
// Somebody who rewrites rows and all hashes is caught by a checkpoint; then the
// report names the stretch between the last checkpoint that agrees and the
// first that does not. Without a checkpoint kept elsewhere, that goes unseen.
func VerifyAll(l Log) (Report, error) {
	rep := Report{Size: l.Size}
	points := l.checkpoints(&rep)
	next, stop := iter.Pull2(l.Rows)
	defer stop()
	read := hashStream{r: l.Hashes, left: HashCount(l.Size)}

	row, err, more := next()
	var misfits []misfit
	unmatched := map[int64]bool{} // places whose own event has not been seen
	note := func() error {
		was, leaf := int64(-1), LeafHash(row.Bytes)
		if e, perr := ParseEvent(row.Bytes); perr == nil && e.Seq < l.Size {
			h, rerr := readOne(l.Hashes, HashIndex(e.Seq))
			if rerr != nil {
				return rerr
			}
			if h == leaf {
				was = e.Seq
			}
		}
		misfits = append(misfits, misfit{row.Seq, leaf, was})
		return nil
	}

	var stack []Hash // one complete subtree for each bit of the place
	agreed := int64(0)
	points = rep.compare(points, 0, nil, &agreed)
	for p := range l.Size {
		leaf, rerr := read.next()
		if rerr != nil {
			return rep, rerr
		}
		for more && err == nil && row.Seq < p {
			if err := note(); err != nil {
				return rep, err
			}
			row, err, more = next()
		}
		if err != nil {
			return rep, fmt.Errorf("audit: reading events: %w", err)
		}
		if leaf == (Hash{}) {
			rep.add(HashMissing, p, p+1, -1, "The stored hash of event %d is missing.", p)
			if more && row.Seq == p {
				leaf = LeafHash(row.Bytes) // the hashes above it, or a checkpoint, will tell
			}
		}
		switch {
		case !more || row.Seq > p:
			unmatched[p] = true
		case LeafHash(row.Bytes) == leaf:
			row, err, more = next()
		default:
			unmatched[p] = true
			if err := note(); err != nil {
				return rep, err
			}
			row, err, more = next()
		}

		stack = append(stack, leaf)
		for level, n := 1, p; n&1 == 1; level, n = level+1, n>>1 {
			node, rerr := read.next()
			if rerr != nil {
				return rep, rerr
			}
			k := len(stack)
			first := p + 1 - int64(1)<<level
			switch sum := tlog.NodeHash(stack[k-2], stack[k-1]); node {
			case sum:
			case Hash{}:
				node = sum
				rep.add(HashMissing, first, p+1, -1, "A stored hash over events %d to %d is missing.", first, p)
			default:
				rep.add(HashChanged, first, p+1, -1, "The stored hashes over events %d to %d do not fit together: a hash was changed, and perhaps an event with it.", first, p)
			}
			stack = append(stack[:k-2], node)
		}
		points = rep.compare(points, p+1, stack, &agreed)
	}
	rep.Root = rootOf(stack)
	for ; more && err == nil; row, err, more = next() {
		if err := note(); err != nil {
			return rep, err
		}
	}
	if err != nil {
		return rep, fmt.Errorf("audit: reading events: %w", err)
	}
	for _, c := range points {
		rep.add(HashMissing, l.Size, c.Size, -1, "The checkpoint of %s holds %d events and only %d have hashes: the end of the log was cut off.", c.At.Format("2 January 2006 15:04 MST"), c.Size, l.Size)
	}
	rep.name(misfits, unmatched)
	slices.SortStableFunc(rep.Problems, func(a, b Problem) int { return cmp.Compare(a.Seq, b.Seq) })
	return rep, nil
}

// name sorts what does not match into changed, missing, inserted and moved.
func (r *Report) name(misfits []misfit, unmatched map[int64]bool) {
	found := map[int64]bool{}   // events that stand elsewhere
	changed := map[int64]bool{} // places with a row that is taken for the changed event
	for i, m := range misfits {
		if m.was >= 0 && unmatched[m.was] && !found[m.was] {
			found[m.was] = true
			r.add(Moved, m.seq, m.seq+1, m.was, "The row at place %d is event %d, moved.", m.seq, m.was)
			misfits[i].was = -2
		}
	}
	for _, m := range misfits {
		switch {
		case m.was == -2:
		case m.was >= 0:
			r.add(Inserted, m.seq, m.seq+1, m.was, "The row at place %d is a second copy of event %d.", m.seq, m.was)
		case unmatched[m.seq] && !found[m.seq] && !changed[m.seq]:
			changed[m.seq] = true
			r.add(Changed, m.seq, m.seq+1, -1, "Event %d was changed after it was written.", m.seq)
		default:
			r.add(Inserted, m.seq, m.seq+1, -1, "The row at place %d was never written by this log: it was put in.", m.seq)
		}
	}
	for p := range unmatched {
		if !found[p] && !changed[p] {
			r.add(Missing, p, p+1, -1, "Event %d is missing.", p)
		}
	}
}

// checkpoints opens what was handed in, smallest first.
func (l Log) checkpoints(rep *Report) []Checkpoint {
	var out []Checkpoint
	for i, signed := range l.Checkpoints {
		c, err := VerifyCheckpoint(signed, l.Public)
		if err != nil {
			rep.add(BadCheckpoint, 0, 0, -1, "Checkpoint number %d cannot be relied on: %v.", i+1, err)
			continue
		}
		out = append(out, c)
	}
	slices.SortStableFunc(out, func(a, b Checkpoint) int { return cmp.Compare(a.Size, b.Size) })
	return out
}

// compare takes the checkpoints of size n off the front and holds them against
// the root of the stored hashes.
func (r *Report) compare(points []Checkpoint, n int64, stack []Hash, agreed *int64) []Checkpoint {
	for len(points) > 0 && points[0].Size == n {
		c := points[0]
		points = points[1:]
		if rootOf(stack) == c.Root {
			*agreed, r.Covered = n, n
			continue
		}
		r.add(Rewritten, *agreed, n, -1, "The checkpoint of %s was signed over other events than are stored: something among events %d to %d was rewritten together with its hashes.", c.At.Format("2 January 2006 15:04 MST"), *agreed, n-1)
	}
	return points
}

// rootOf folds the complete subtrees into the root, right to left.
func rootOf(stack []Hash) Hash {
	if len(stack) == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := stack[len(stack)-1]
	for i := len(stack) - 2; i >= 0; i-- {
		h = tlog.NodeHash(stack[i], h)
	}
	return h
}

// hashStream reads all stored hashes from the first on, many at a time.
type hashStream struct {
	r    HashReader
	at   int64
	left int64
	buf  []Hash
}

func (s *hashStream) next() (Hash, error) {
	if len(s.buf) == 0 {
		n := min(s.left, 1024)
		indexes := make([]int64, n)
		for i := range indexes {
			indexes[i] = s.at + int64(i)
		}
		got, err := s.r.ReadHashes(indexes)
		if err != nil {
			return Hash{}, fmt.Errorf("audit: reading hashes from %d: %w", s.at, err)
		}
		if int64(len(got)) != n || n == 0 {
			return Hash{}, fmt.Errorf("audit: asked for %d hashes from %d, got %d", n, s.at, len(got))
		}
		s.at, s.left, s.buf = s.at+n, s.left-n, got
	}
	h := s.buf[0]
	s.buf = s.buf[1:]
	return h, nil
}

func readOne(r HashReader, index int64) (Hash, error) {
	got, err := r.ReadHashes([]int64{index})
	if err != nil {
		return Hash{}, fmt.Errorf("audit: reading hash %d: %w", index, err)
	}
	if len(got) != 1 {
		return Hash{}, fmt.Errorf("audit: asked for one hash, got %d", len(got))
	}
	return got[0], nil
}
