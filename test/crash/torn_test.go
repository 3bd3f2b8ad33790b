package crash

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/test/live"
)

// block is what the encrypting layer writes at once: 4 KB, at multiples of it.
const block = 4096

// saves is how many saves the torn log holds.
const saves = 40

// history is a data folder that was killed with saves in its log, and how long
// the log was when each was acknowledged.
type history struct {
	o     live.Options
	code  string
	draft string
	words []string
	size  []int64
}

// written makes a history with one writer who saves in turn.
func written(t *testing.T) history {
	t.Helper()
	h := history{o: live.Place(t)}
	s := live.Start(t, h.o)
	c := live.NewClient(s.URL())
	d, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Answer(t.Context(), d, live.Neighbour(), "/happening"); err != nil {
		t.Fatal(err)
	}
	h.code, h.draft = d.Code, d.ID
	f := d.Page.Form("")
	for i := range saves {
		text := fmt.Sprintf("save %d.%s", i, strings.Repeat(" He cried again.", i%7*10))
		if err := c.Autosave(t.Context(), f, url.Values{"public_saw": {text}}); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(filepath.Join(h.o.Data, "frontdoor.db-wal"))
		if err != nil {
			t.Fatal(err)
		}
		h.words, h.size = append(h.words, text), append(h.size, info.Size())
	}
	s.Kill()
	// The log only grew: its beginning was not used again meanwhile.
	for i := range h.size[1:] {
		if h.size[i+1] < h.size[i] {
			t.Fatal("the log was emptied meanwhile: make fewer saves")
		}
	}
	return h
}

// copied copies a place, so that the copy can be spoilt.
func (h history) copied(t *testing.T) live.Options {
	t.Helper()
	o := live.Place(t)
	if err := os.CopyFS(o.Data, os.DirFS(h.o.Data)); err != nil {
		t.Fatal(err)
	}
	key, err := os.ReadFile(h.o.Key)
	if err == nil {
		err = os.WriteFile(o.Key, key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// last is the number of the save that a place holds, having opened and checked
// it whole; -1 for none.
func (h history) last(t *testing.T, o live.Options) int {
	t.Helper()
	at := -1
	live.Open(t, o, false, func(p *live.Opened) {
		_, diffs, err := p.Desk.Verify(t.Context(), p.Sign.Public(), nil)
		if err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", err, diffs)
		}
		code, err := secret.ParseReceiptCode(h.code)
		if err != nil {
			t.Fatal(err)
		}
		by := casework.ByVisitor(secret.ReceiptHash(p.Desk.Sealer.LookupHash, code), time.Now())
		var dr record.Draft
		if dr, err = p.Desk.Draft(t.Context(), by, h.draft); err != nil {
			return // it was begun in the part that is gone
		}
		text := dr.Answers.Text(answer.Key("public_saw"))
		for i, w := range h.words {
			if w == text {
				at = i
			}
		}
		if text != "" && at < 0 {
			t.Errorf("the draft holds what was never saved: %q", text)
		}
		// And it can be written to.
		if _, err := p.Desk.SaveDraft(t.Context(), by, h.draft, answer.Set{"public_saw": answer.Text("after")}, ""); err != nil {
			t.Errorf("what was recovered cannot be written to: %v", err)
		}
		l := look{Opened: p, t: t}
		l.whole()
		l.sound()
	})
	return at
}

// A log whose end never reached the disk, or reached it as rubbish, gives
// everything that was whole before that, in order, and nothing torn.
func TestTornLog(t *testing.T) {
	t.Parallel()
	h := written(t)
	end := h.size[saves-1]
	rand := rand.New(rand.NewPCG(3, 4))
	rubbish := make([]byte, block)
	for i := range rubbish {
		rubbish[i] = byte(rand.Uint32())
	}
	spoil := map[string]func(f *os.File, at int64) error{
		"cut": func(f *os.File, at int64) error { return f.Truncate(at) },
		"rubbish": func(f *os.File, at int64) error {
			_, err := f.WriteAt(rubbish, at)
			return err
		},
		"nothing": func(f *os.File, at int64) error {
			_, err := f.WriteAt(make([]byte, block), at)
			return err
		},
		"a bit": func(f *os.File, at int64) error {
			one := make([]byte, 1)
			if _, err := f.ReadAt(one, at); err != nil {
				return err
			}
			one[0] ^= 4
			_, err := f.WriteAt(one, at)
			return err
		},
	}
	tried := 0
	for how, do := range spoil {
		for i := range 12 {
			// Near the end, where a write is torn; and anywhere.
			at := end - 1 - rand.Int64N(20*block)
			if i%3 == 0 {
				at = rand.Int64N(end)
			}
			o := h.copied(t)
			f, err := os.OpenFile(filepath.Join(o.Data, "frontdoor.db-wal"), os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			if err := do(f, at); err != nil {
				t.Fatal(err)
			}
			_ = f.Close()
			// A block that is spoilt in part cannot be read at all.
			whole := at / block * block
			must := -1
			for n, size := range h.size {
				if size <= whole {
					must = n
				}
			}
			if got := h.last(t, o); got < must {
				t.Errorf("%s at %d of %d: save %d was whole before that, and the last there is is %d", how, at, end, must, got)
			}
			tried++
		}
	}
	// Unspoilt, every save is there.
	if got := h.last(t, h.copied(t)); got != saves-1 {
		t.Errorf("the last save that was acknowledged is %d, and %d is there", saves-1, got)
	}
	t.Logf("%d torn logs of %d KB", tried, end>>10)
}

// A power cut while the log is being carried over into the database leaves its
// pages old, new or torn. The log has them all.
func TestTornCheckpoint(t *testing.T) {
	t.Parallel()
	h := written(t)
	before, err := os.ReadFile(filepath.Join(h.o.Data, "frontdoor.db"))
	if err != nil {
		t.Fatal(err)
	}
	carried := h.copied(t)
	live.Open(t, carried, false, func(*live.Opened) {}) // closing carries all over
	after, err := os.ReadFile(filepath.Join(carried.Data, "frontdoor.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(carried.Data, "frontdoor.db-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("the log was not carried over: %v", err)
	}
	rand := rand.New(rand.NewPCG(5, 6))
	for try := range 12 {
		mixed := append([]byte{}, before...)
		mixed = append(mixed, make([]byte, max(0, len(after)-len(before)))...)
		changed := 0
		for at := 0; at < len(after); at += block {
			if at < len(before) && string(before[at:at+block]) == string(after[at:at+block]) {
				continue
			}
			changed++
			switch rand.IntN(3) {
			case 0:
				copy(mixed[at:at+block], after[at:at+block])
			case 1:
				copy(mixed[at:at+block/2], after[at:at+block/2]) // torn in the middle
			}
		}
		if changed < 3 {
			t.Fatalf("only %d pages differ", changed)
		}
		o := h.copied(t)
		if err := os.WriteFile(filepath.Join(o.Data, "frontdoor.db"), mixed, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := h.last(t, o); got != saves-1 {
			t.Errorf("try %d: the last save is %d, and %d is there", try, saves-1, got)
		}
	}
}

// The real program starts on a torn log and goes on.
func TestStartsOnATornLog(t *testing.T) {
	t.Parallel()
	h := written(t)
	o := h.copied(t)
	wal := filepath.Join(o.Data, "frontdoor.db-wal")
	if err := os.Truncate(wal, h.size[saves-1]-block-17); err != nil {
		t.Fatal(err)
	}
	s := live.Start(t, o)
	sent, err := live.NewClient(s.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	s.Restart()
	if _, err := live.NewClient(s.URL()).Status(t.Context(), sent); err != nil {
		t.Error(err)
	}
	if said, code := live.Run(t, o, "verify"); code != 0 {
		t.Errorf("verify ended with %d: %s", code, said)
	}
}
