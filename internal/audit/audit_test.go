package audit

import (
	"bytes"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

var (
	noon = time.Date(2026, 3, 17, 12, 0, 0, 123456789, time.UTC)
	seed = bytes.Repeat([]byte{7}, 32)
)

func event(seq int64) Event {
	return Event{
		Seq: seq, At: noon.Add(time.Duration(seq) * time.Second), Actor: fmt.Sprintf("w-%d", seq%3), Act: ActRead,
		Subject: fmt.Sprintf("rec-%d", seq), Purpose: "allocated", Route: "GET /records/{id}",
		Detail: map[string]string{"revision": fmt.Sprint(seq), "part": "chronology"},
	}
}

// memory is a stored log that tests can tamper with.
type memory struct {
	rows   []Row
	hashes []Hash
}

func (m *memory) ReadHashes(at []int64) ([]Hash, error) {
	out := make([]Hash, len(at))
	for i, x := range at {
		if x < int64(len(m.hashes)) {
			out[i] = m.hashes[x]
		}
	}
	return out, nil
}

func (m *memory) all() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, r := range m.rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (m *memory) add(t testing.TB, e Event) {
	t.Helper()
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if HashIndex(e.Seq) != int64(len(m.hashes)) {
		t.Fatalf("hashes of %d start at %d, have %d", e.Seq, HashIndex(e.Seq), len(m.hashes))
	}
	h, err := Append(e.Seq, LeafHash(b), m)
	if err != nil {
		t.Fatal(err)
	}
	m.rows = append(m.rows, Row{e.Seq, b})
	m.hashes = append(m.hashes, h...)
}

func build(t testing.TB, n int64) *memory {
	t.Helper()
	m := &memory{}
	for i := range n {
		m.add(t, event(i))
	}
	return m
}

func key(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey("audit.example", seed)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func sign(t testing.TB, m *memory, n int64) []byte {
	t.Helper()
	root, err := TreeHash(n, m)
	if err != nil {
		t.Fatal(err)
	}
	b, err := key(t).Sign(n, root, noon)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func verify(t testing.TB, m *memory, size int64, points ...[]byte) Report {
	t.Helper()
	r, err := VerifyAll(Log{m.all(), size, m, points, key(t).Public()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func brief(r Report) string {
	var out []string
	for _, p := range r.Problems {
		s := fmt.Sprintf("%s %d", p.Kind, p.Seq)
		if p.End != p.Seq+1 {
			s += fmt.Sprintf("-%d", p.End-1)
		}
		if p.Kind == Moved {
			s += fmt.Sprintf(" was %d", p.Was)
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestEventBytes(t *testing.T) {
	t.Parallel()
	e := event(4)
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	want := `{"seq":4,"at":"2026-03-17T12:00:04.123456Z","actor":"w-1","act":"read","subject":"rec-4","purpose":"allocated","route":"GET /records/{id}","detail":{"part":"chronology","revision":"4"}}`
	if string(b) != want {
		t.Fatalf("bytes changed, so old logs would not verify:\n%s\n%s", b, want)
	}
	back, err := ParseEvent(b)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := back.Encode()
	if !bytes.Equal(again, b) {
		t.Fatal("not the same after a round trip")
	}
	for _, other := range []string{want + " ", strings.Replace(want, `"seq":4`, `"seq": 4`, 1), `{}`, `{"seq":1,"x":2}`, want + want, ""} {
		if _, err := ParseEvent([]byte(other)); err == nil {
			t.Errorf("accepted %q", other)
		}
	}
}

func TestEventRefusesWhatMustNotBeThere(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Event){
		"no time":         func(e *Event) { e.At = time.Time{} },
		"no actor":        func(e *Event) { e.Actor = "" },
		"negative":        func(e *Event) { e.Seq = -1 },
		"act is words":    func(e *Event) { e.Act = "Read it" },
		"query in route":  func(e *Event) { e.Route = "GET /search?q=someone" },
		"two lines":       func(e *Event) { e.Purpose = "a\nb" },
		"long purpose":    func(e *Event) { e.Purpose = strings.Repeat("a", 301) },
		"bad text":        func(e *Event) { e.Subject = "\xff" },
		"detail key":      func(e *Event) { e.Detail = map[string]string{"First Name": "x"} },
		"detail is prose": func(e *Event) { e.Detail = map[string]string{"note": "O’Brien"} },
	} {
		e := event(1)
		spoil(&e)
		if _, err := e.Encode(); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestVerifyUntouched(t *testing.T) {
	t.Parallel()
	for n := range int64(70) {
		m := build(t, n)
		r := verify(t, m, n, sign(t, m, n/2), sign(t, m, n))
		root, _ := TreeHash(n, m)
		if !r.OK() || r.Root != root || r.Covered != n {
			t.Fatalf("%d events: %s, covered %d", n, brief(r), r.Covered)
		}
	}
	m := build(t, 3000) // more hashes than one reading
	if r := verify(t, m, 3000, sign(t, m, 2999)); !r.OK() || r.Covered != 2999 {
		t.Fatal(brief(r), r.Covered)
	}
}

func TestVerifyNamesTheRow(t *testing.T) {
	t.Parallel()
	other := func(seq int64) []byte {
		e := event(seq)
		e.Actor = "somebody"
		b, _ := e.Encode()
		return b
	}
	for name, c := range map[string]struct {
		spoil func(m *memory)
		want  string
	}{
		"changed":       {func(m *memory) { m.rows[5].Bytes = other(5) }, "changed 5"},
		"one byte":      {func(m *memory) { m.rows[9].Bytes[20]++ }, "changed 9"},
		"first":         {func(m *memory) { m.rows[0].Bytes = other(0) }, "changed 0"},
		"last":          {func(m *memory) { m.rows[12].Bytes = other(12) }, "changed 12"},
		"deleted":       {func(m *memory) { m.rows = slices.Delete(m.rows, 4, 5) }, "missing 4"},
		"deleted last":  {func(m *memory) { m.rows = m.rows[:12] }, "missing 12"},
		"deleted three": {func(m *memory) { m.rows = slices.Delete(m.rows, 4, 7) }, "missing 4; missing 5; missing 6"},
		"swapped": {func(m *memory) {
			m.rows[3].Bytes, m.rows[7].Bytes = m.rows[7].Bytes, m.rows[3].Bytes
		}, "moved 3 was 7; moved 7 was 3"},
		"deleted and closed up": {func(m *memory) {
			m.rows = slices.Delete(m.rows, 10, 11)
			m.rows[10].Seq, m.rows[11].Seq = 10, 11
		}, "missing 10; moved 10 was 11; moved 11 was 12"},
		"inserted, rest moved up": {func(m *memory) {
			for i := 11; i < 13; i++ {
				m.rows[i].Seq++
			}
			m.rows = slices.Insert(m.rows, 11, Row{11, other(11)})
		}, "inserted 11; moved 12 was 11; moved 13 was 12"},
		"added at the end": {func(m *memory) { m.rows = append(m.rows, Row{13, other(13)}) }, "inserted 13"},
		"second copy":      {func(m *memory) { m.rows = slices.Insert(m.rows, 6, Row{5, m.rows[5].Bytes}) }, "inserted 5"},
		"copy over another": {func(m *memory) {
			m.rows[6].Bytes = m.rows[2].Bytes
		}, "missing 6; inserted 6"},
		"row and its hash": {func(m *memory) {
			m.rows[5].Bytes = other(5)
			m.hashes[HashIndex(5)] = LeafHash(other(5))
		}, "hash changed 4-5"},
		"a node":           {func(m *memory) { m.hashes[2][0]++ }, "hash changed 0-1; hash changed 0-3"},
		"hash gone":        {func(m *memory) { m.hashes[HashIndex(6)] = Hash{} }, "hash missing 6"},
		"node gone":        {func(m *memory) { m.hashes[2] = Hash{} }, "hash missing 0-1"},
		"hash, row spoilt": {func(m *memory) { m.hashes[HashIndex(6)] = Hash{}; m.rows[6].Bytes = other(6) }, "hash missing 6; hash changed 6-7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := build(t, 13)
			point := sign(t, m, 13)
			c.spoil(m)
			got := strings.Split(brief(verify(t, m, 13, point)), "; ")
			want := strings.Split(c.want, "; ")
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Fatalf("got %v, want %v", got, want)
			}
		})
	}
}

func TestCheckpointCatchesFullRewrite(t *testing.T) {
	t.Parallel()
	m := build(t, 20)
	early, mid, late := sign(t, m, 5), sign(t, m, 12), sign(t, m, 20)

	forged := &memory{}
	for i := range int64(20) {
		e := event(i)
		if i == 8 {
			e.Actor = "somebody"
		}
		forged.add(t, e)
	}
	r := verify(t, forged, 20, late, early, mid)
	if got := brief(r); got != "rewritten 5-11; rewritten 5-19" || r.Covered != 5 {
		t.Fatalf("%s; covered %d", got, r.Covered)
	}

	cut := build(t, 10)
	if got := brief(verify(t, cut, 10, early, mid)); got != "hash missing 10-11" {
		t.Fatal(got)
	}
	stranger, err := NewKey("audit.example", bytes.Repeat([]byte{8}, 32))
	if err != nil {
		t.Fatal(err)
	}
	root, _ := TreeHash(20, forged)
	fake, _ := stranger.Sign(20, root, noon)
	if r := verify(t, forged, 20, fake); len(r.Problems) != 1 || r.Problems[0].Kind != BadCheckpoint || r.Covered != 0 {
		t.Fatal(brief(r))
	}
}

// Any single harm to any log is seen, and names a place next to it.
func TestVerifyAnyHarm(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		n := rng.Int64N(60) + 2
		m := build(t, n)
		point := sign(t, m, n)
		at := rng.Int64N(n)
		switch rng.IntN(4) {
		case 0:
			b := slices.Clone(m.rows[at].Bytes)
			b[rng.IntN(len(b))] ^= byte(1 + rng.IntN(255))
			m.rows[at].Bytes = b
		case 1:
			m.rows = slices.Delete(m.rows, int(at), int(at)+1)
		case 2:
			m.rows = slices.Insert(m.rows, int(at), Row{at, m.rows[rng.Int64N(n)].Bytes})
		case 3:
			h := &m.hashes[HashIndex(at)]
			h[rng.IntN(32)] ^= byte(1 + rng.IntN(255))
		}
		r := verify(t, m, n, point)
		if !slices.ContainsFunc(r.Problems, func(p Problem) bool { return p.Seq <= at && at < p.End }) {
			t.Fatalf("%d events, harm at %d: %s", n, at, brief(r))
		}
	}
}

func TestProofs(t *testing.T) {
	t.Parallel()
	m := build(t, 33)
	point := func(n int64) Checkpoint {
		c, err := VerifyCheckpoint(sign(t, m, n), key(t).Public())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	now := point(33)
	for seq := range int64(33) {
		p, err := Prove(33, seq, m)
		if err != nil {
			t.Fatal(err)
		}
		if err := CheckRecord(p, 33, now.Root, seq, LeafHash(m.rows[seq].Bytes)); err != nil {
			t.Fatal(err)
		}
		if CheckRecord(p, 33, now.Root, seq, LeafHash([]byte("other"))) == nil {
			t.Fatal("proof holds for another event")
		}
	}
	for old := int64(1); old <= 33; old++ {
		p, err := ProveConsistency(33, old, m)
		if err != nil {
			t.Fatal(err)
		}
		before := point(old)
		if err := CheckConsistency(p, now, before); err != nil {
			t.Fatal(err)
		}
		before.Root[0]++
		if CheckConsistency(p, now, before) == nil {
			t.Fatal("consistent with another past")
		}
	}
}

func TestCheckpointText(t *testing.T) {
	t.Parallel()
	m := build(t, 3)
	signed := sign(t, m, 3)
	c, err := VerifyCheckpoint(signed, key(t).Public())
	if err != nil {
		t.Fatal(err)
	}
	if c.Size != 3 || c.Origin != "audit.example" || !c.At.Equal(noon.Truncate(time.Second)) {
		t.Fatalf("%+v", c)
	}
	for i := range signed {
		spoilt := slices.Clone(signed)
		spoilt[i] ^= 1
		if got, err := VerifyCheckpoint(spoilt, key(t).Public()); err == nil && got != c {
			t.Fatalf("byte %d changed and the checkpoint still holds: %q", i, spoilt)
		}
	}
	if again := key(t); again.Public() != key(t).Public() {
		t.Fatal("the same secret gives another key")
	}
	renamed, _ := NewKey("other.example", seed)
	if _, err := VerifyCheckpoint(signed, renamed.Public()); err == nil {
		t.Fatal("another log's key accepted")
	}
	for _, origin := range []string{"", "a b", "a+b", "a\nb"} {
		if _, err := NewKey(origin, seed); err == nil {
			t.Errorf("origin %q accepted", origin)
		}
	}
	if _, err := NewKey("x", seed[:31]); err == nil {
		t.Error("short secret accepted")
	}
	// An outside program with the published library alone can check it.
	v, err := note.NewVerifier(key(t).Public())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		t.Fatal(err)
	}
}

func TestVerifyReadFailure(t *testing.T) {
	t.Parallel()
	m := build(t, 3)
	broken := func(yield func(Row, error) bool) {
		if yield(m.rows[0], nil) {
			yield(Row{}, fmt.Errorf("disk"))
		}
	}
	if _, err := VerifyAll(Log{broken, 3, m, nil, key(t).Public()}); err == nil {
		t.Fatal("a log that cannot be read was passed")
	}
}

func FuzzParseCheckpoint(f *testing.F) {
	m := build(f, 3)
	f.Add(sign(f, m, 3))
	f.Add([]byte("a\n1\n" + Hash{}.String() + "\nat 2026-01-01T00:00:00Z\n"))
	f.Add([]byte("a\n-1\n\n\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := ParseCheckpoint(b)
		if err != nil {
			return
		}
		text, err := c.text()
		if err != nil {
			t.Fatalf("parsed %q but cannot write it: %v", b, err)
		}
		again, err := ParseCheckpoint([]byte(text))
		if err != nil || again != c {
			t.Fatalf("%+v became %+v: %v", c, again, err)
		}
	})
}

func chain(id string, n int64) []Revision {
	var out []Revision
	prev := ChainStart(id)
	for i := range n {
		b := fmt.Appendf(nil, "answers %d", i)
		prev = ChainHash(prev, b)
		out = append(out, Revision{i + 1, b, prev, prev.String()})
	}
	return out
}

func TestCheckChain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(r []Revision) []Revision
		want  string
	}{
		"untouched": {func(r []Revision) []Revision { return r }, ""},
		"changed":   {func(r []Revision) []Revision { r[2].Bytes = []byte("x"); return r }, "changed 3"},
		"deleted":   {func(r []Revision) []Revision { return slices.Delete(r, 1, 2) }, "missing 2"},
		"newest":    {func(r []Revision) []Revision { return r[:4] }, "missing 5-6"},
		"twice":     {func(r []Revision) []Revision { return slices.Insert(r, 2, r[1]) }, "inserted 2"},
		"swapped": {func(r []Revision) []Revision {
			r[1].Bytes, r[2].Bytes = r[2].Bytes, r[1].Bytes
			return r
		}, "changed 2; changed 3"},
		"rehashed to the end": {func(r []Revision) []Revision {
			r[3].Bytes = []byte("x")
			for i := 3; i < 6; i++ {
				r[i].Hash = ChainHash(r[i-1].Hash, r[i].Bytes)
			}
			return r
		}, "rewritten 4; rewritten 5; rewritten 6"},
		"another record's": {func(r []Revision) []Revision { return chain("other", 6) }, "changed 1"},
	} {
		if got := brief(Report{Problems: CheckChain("rec-1", c.spoil(chain("rec-1", 6)), 6)}); got != c.want {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
	l := ChainStart("x")
	if back, err := ParseLink(l.String()); err != nil || back != l {
		t.Error("a link does not survive its text")
	}
	e := event(0)
	e.Detail = RevisionDetail(3, l)
	if _, err := e.Encode(); err != nil {
		t.Error(err)
	}
}
