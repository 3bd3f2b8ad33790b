package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
)

// Link is a revision's hash: over the link before it and the revision's own
// bytes. So a revision fixes all those before it.
type Link [sha256.Size]byte

// String is the link as 64 hex digits, as it is stored and logged.
func (l Link) String() string { return hex.EncodeToString(l[:]) }

// ParseLink reads what String wrote.
func ParseLink(s string) (Link, error) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(Link{}) {
		return Link{}, fmt.Errorf("audit: %q is not the hash of a revision", s)
	}
	return Link(b), nil
}

// ChainStart is what stands before a record's first revision. It holds the
// record's id, so that one record's revisions cannot be hung under another.
func ChainStart(recordID string) Link {
	return sha256.Sum256([]byte("frontdoor record chain v1\n" + recordID))
}

// ChainHash is the link of a revision with these bytes after prev.
func ChainHash(prev Link, canonical []byte) Link {
	h := sha256.New()
	h.Write([]byte("frontdoor revision v1\n"))
	h.Write(prev[:])
	h.Write(canonical)
	return Link(h.Sum(nil))
}

// RevisionDetail is the detail that the event of writing a revision carries, so
// that the log's tree covers the revision.
func RevisionDetail(number int64, link Link) map[string]string {
	return map[string]string{"revision": strconv.FormatInt(number, 10), "revision-hash": link.String()}
}

// Revision is one stored revision, as CheckChain looks at it.
type Revision struct {
	Number int64  // from 1, no gaps
	Bytes  []byte // exactly as hashed when it was written
	Hash   Link   // as stored beside it
	Logged string // "revision-hash" from the log's event of writing it; empty when not looked up
}

// CheckChain checks one record's revisions, in rising order of number, and
// names those that were changed, taken away, put in or rewritten. It cannot see
// that the newest revisions are gone unless want, the number of the newest one
// in the log, is given; 0 when not known.
func CheckChain(recordID string, revisions []Revision, want int64) []Problem {
	var rep Report
	prev, next := ChainStart(recordID), int64(1)
	sure := true // prev is what stood there when the next revision was written
	for _, r := range revisions {
		switch {
		case r.Number < next:
			rep.add(Inserted, r.Number, r.Number+1, -1, "Revision %d is there twice or out of order.", r.Number)
			continue
		case r.Number > next:
			rep.add(Missing, next, r.Number, -1, "Revisions %d to %d are missing.", next, r.Number-1)
			sure = false
		}
		if sure && ChainHash(prev, r.Bytes) != r.Hash {
			rep.add(Changed, r.Number, r.Number+1, -1, "Revision %d is not what was written, or does not follow the one before it.", r.Number)
		} else if r.Logged != "" && r.Logged != r.Hash.String() {
			rep.add(Rewritten, r.Number, r.Number+1, -1, "Revision %d was rewritten: the log holds another hash for it.", r.Number)
		}
		prev, next, sure = r.Hash, r.Number+1, true
	}
	if want >= next {
		rep.add(Missing, next, want+1, -1, "Revisions %d to %d are missing.", next, want)
	}
	return rep.Problems
}
