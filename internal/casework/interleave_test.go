package casework_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// save is one thing that one of several workers does on one record.
type save struct {
	Who   int    // which worker
	Kind  string // look, answer, same, draft, step or entry
	Key   int    // which question
	Value string // unlike that of any other save
}

func (s save) String() string {
	return fmt.Sprintf("worker %d: %s %d %s", s.Who, s.Kind, s.Key, s.Value)
}

// asked are the questions that the workers write over each other.
var asked = []answer.Key{"public_when", "lives_with", "how_know", "children/r1/given_names"}

// saves makes a script for some workers from a seed: different answers, the same
// answer, a step in between, drafts, and looks, between which what a worker has
// before them grows old.
func saves(seed uint64, workers, n int) []save {
	r := rand.New(rand.NewPCG(seed, 1))
	var out []save
	for i := range n {
		s := save{Who: r.IntN(workers), Key: r.IntN(len(asked)), Value: "said " + strconv.Itoa(i)}
		switch k := r.IntN(20); {
		case k < 5:
			s.Kind = "look"
		case k < 12:
			s.Kind = "answer"
		case k < 14:
			s.Kind = "same"
		case k < 16:
			s.Kind = "draft"
		case k < 18:
			s.Kind = "step"
		default:
			s.Kind = "entry"
		}
		out = append(out, s)
	}
	return out
}

// told is what one worker was told of one of their saves.
type told struct {
	save
	ok      bool
	clashes []casework.Clash
}

// worker is one worker at their screen: what they have before them, and what they
// were told.
type worker struct {
	by    casework.By
	based int
	draft map[answer.Key]string
	told  []told
}

// do does one save as a worker. What it gives is a failure of the program, not a
// refusal.
func (o office) do(w *worker, rec string, s save) error {
	ctx := o.t.Context()
	value := s.Value
	if s.Kind == "same" {
		value = "said by everyone"
	}
	key := asked[s.Key]
	t := told{save: s}
	t.Value = value
	var err error
	switch s.Kind {
	case "look":
		v, err := o.Open(ctx, w.by, rec)
		if err != nil {
			return err
		}
		w.based = v.Record.Revision
		return nil
	case "draft":
		d, err := o.StepDraft(ctx, w.by, rec, "conversation")
		if err != nil {
			return err
		}
		w.draft[key] = value
		_, err = o.SaveDraft(ctx, w.by, d.ID, answer.Set{key: answer.Text(value)}, "")
		return err
	case "entry":
		err = o.AddEntry(ctx, w.by, record.Entry{Record: rec, Kind: "note", HappenedAt: o.now, Text: value}, "")
	case "step":
		key = "talk_words"
		_, err = o.TakeStep(ctx, w.by, rec, "conversation", w.based, answer.Set{
			"talk_with": answer.Text("The school"), "talk_at": answer.Text("2026-03-17T09:00"), key: answer.Text(value),
		})
		if err == nil {
			w.draft = map[answer.Key]string{} // The step takes its draft with it.
		}
	default:
		_, err = o.Answer(ctx, w.by, rec, w.based, answer.Set{key: answer.Text(value)}, "")
	}
	var c *casework.Conflict
	switch {
	case err == nil:
		t.ok = true
	case errors.As(err, &c):
		t.clashes = c.Fields
		if c.Revision <= w.based {
			return fmt.Errorf("%v: a conflict gives revision %d to go on from, and they had %d", s, c.Revision, w.based)
		}
		w.based = c.Revision
	default:
		return fmt.Errorf("%v: %w: %s", s, err, fault.SafeText(err))
	}
	w.told = append(w.told, t)
	return nil
}

// play has a record and workers do a script, one after the other or all at once,
// and gives what of it was lost.
func (o office) play(script []save, workers int, atOnce bool) error {
	rec := o.worry("Archie", "Sample", "")
	all := make([]*worker, workers)
	for i := range all {
		all[i] = &worker{by: o.by("mash_officer#" + strconv.Itoa(i)), based: 1, draft: map[answer.Key]string{}}
	}
	if atOnce {
		errs := make([]error, workers)
		var wg sync.WaitGroup
		for i, w := range all {
			wg.Go(func() {
				for _, s := range script {
					if s.Who == i && errs[i] == nil {
						errs[i] = o.do(w, rec.ID, s)
					}
				}
			})
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
	} else {
		for _, s := range script {
			if err := o.do(all[s.Who], rec.ID, s); err != nil {
				return err
			}
		}
	}
	return o.lost(rec.ID, all)
}

// lost compares what every worker was told with what is kept.
func (o office) lost(id string, all []*worker) error {
	ctx := o.t.Context()
	var revs []record.Revision
	var now record.Record
	err := o.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if revs, err = tx.Revisions(id); err != nil {
			return err
		}
		now, err = tx.Record(id)
		return err
	})
	if err != nil {
		return err
	}
	v, err := o.Open(ctx, all[0].by, id)
	if err != nil {
		return err
	}
	for i, r := range revs {
		if r.Seq != i+1 {
			return fmt.Errorf("revision %d stands in place %d", r.Seq, i+1)
		}
	}
	if folded := record.Fold(now, revs); !maps.EqualFunc(folded.Answers, now.Answers, answer.Answer.Equal) {
		return fmt.Errorf("the view is not what the revisions make: %v and %v", now.Answers, folded.Answers)
	}
	for i, w := range all {
		for _, t := range w.told {
			key := asked[t.Key]
			if t.Kind == "step" {
				key = "talk_words"
			}
			by := func(r record.Revision) bool {
				return r.By == string(w.by.Principal) && r.Changes[key].Text == t.Value
			}
			switch {
			case t.Kind == "entry":
				if !slices.ContainsFunc(v.Entries, func(e record.Entry) bool { return e.Text == t.Value }) {
					return fmt.Errorf("%v: the entry is gone", t.save)
				}
			case t.ok && t.Kind == "same":
				// Saved by whoever was first; for the others it was so already.
				if !slices.ContainsFunc(revs, func(r record.Revision) bool { return r.Changes[key].Text == t.Value }) {
					return fmt.Errorf("%v: was accepted and nobody’s revision holds it", t.save)
				}
			case t.ok:
				if !slices.ContainsFunc(revs, by) {
					return fmt.Errorf("%v: was accepted and is in no revision of theirs", t.save)
				}
			default:
				if slices.ContainsFunc(revs, by) && t.Kind != "same" {
					return fmt.Errorf("%v: was refused and saved", t.save)
				}
				if err := shown(t, key, revs); err != nil {
					return err
				}
			}
		}
		for key, value := range w.draft {
			d, err := o.StepDraft(ctx, w.by, id, "conversation")
			if err != nil || d.Answers.Text(key) != value {
				return fmt.Errorf("worker %d: the draft of %s says %q and not %q (%v)", i, key, d.Answers.Text(key), value, err)
			}
		}
	}
	return nil
}

// shown checks that a worker who was refused was shown both values: their own,
// and one that somebody else had saved.
func shown(t told, key answer.Key, revs []record.Revision) error {
	i := slices.IndexFunc(t.clashes, func(c casework.Clash) bool { return c.Key == key })
	if i < 0 {
		return fmt.Errorf("%v: was refused and not shown why: %v", t.save, t.clashes)
	}
	c := t.clashes[i]
	if c.Mine != t.Value {
		return fmt.Errorf("%v: was shown %q as their own", t.save, c.Mine)
	}
	if !slices.ContainsFunc(revs, func(r record.Revision) bool { return r.By == string(c.By) && r.Changes[key].Text == c.Theirs }) {
		return fmt.Errorf("%v: was shown %q, which nobody saved", t.save, c.Theirs)
	}
	return nil
}

// shrink takes saves away from a script for as long as it still fails.
func shrink(script []save, fails func([]save) error) []save {
	for size := len(script) / 2; size > 0; size /= 2 {
		for at := 0; at+size <= len(script); {
			shorter := slices.Concat(script[:at], script[at+size:])
			if fails(shorter) != nil {
				script = shorter
			} else {
				at += size
			}
		}
	}
	return script
}

// However the saves of two or three workers on one record fall among each other,
// each that was accepted is kept and each that was refused was shown to its
// author with both values. FRONTDOOR_INTERLEAVE is how many scripts are made in
// each way; a failure names the seed.
func TestAnyInterleavingLosesNoAnswer(t *testing.T) {
	t.Parallel()
	scripts := 6
	if n, err := strconv.Atoi(os.Getenv("FRONTDOOR_INTERLEAVE")); err == nil {
		scripts = n
	}
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		o := office{d, t, caseworktest.Start}
		for i := range scripts * 2 {
			seed, atOnce := uint64(i), i%2 == 1
			workers := 2 + i/2%2
			script := saves(seed, workers, 18)
			err := o.play(script, workers, atOnce)
			if err == nil {
				continue
			}
			least := script
			if !atOnce {
				least = shrink(script, func(s []save) error { return o.play(s, workers, false) })
			}
			var lines []string
			for _, s := range least {
				lines = append(lines, s.String())
			}
			t.Fatalf("seed %d, at once %v: %v\n%s", seed, atOnce, err, strings.Join(lines, "\n"))
		}
	})
}
