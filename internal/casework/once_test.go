package casework_test

import (
	"sync"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

// A form with a file is sent again when its answer was lost on the way: the file is
// kept once, on a record and on a draft.
func TestAFileSentTwiceIsKeptOnce(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		officer := o.by("mash_officer")
		dr, err := o.StartDraft(t.Context(), officer, "referral", answer.Set{})
		if err != nil {
			t.Fatal(err)
		}
		for _, on := range []struct{ draft, rec string }{{"", rec.ID}, {dr.ID, ""}} {
			add := func(by casework.By, name, content string, guarded bool) string {
				t.Helper()
				f, err := o.AddFile(t.Context(), by, on.draft, on.rec, name, []byte(content), guarded)
				if err != nil {
					t.Fatal(err)
				}
				if f.Name != name || f.Size != int64(len(content)) {
					t.Errorf("it was kept as %q of %d bytes", f.Name, f.Size)
				}
				return f.ID
			}
			many := func(want int, why string) {
				t.Helper()
				if n := len(o.filesOn(on.draft, on.rec)); n != want {
					t.Errorf("draft %q, record %q: %d files, want %d: %s", on.draft, on.rec, n, want, why)
				}
			}
			by := officer
			by.Once = "a1"
			first := add(by, "door.txt", "The green door.", false)
			by.Now = by.Now.Add(time.Minute)
			if again := add(by, "door.txt", "The green door.", false); again != first {
				t.Errorf("the second sending is another file: %s and %s", first, again)
			}
			many(1, "the same form was sent again")
			add(by, "door.txt", "The red door.", false)
			add(by, "gate.txt", "The green door.", false)
			add(by, "door.txt", "The green door.", true)
			by.Once = "a2"
			add(by, "door.txt", "The green door.", false)
			by.Once = ""
			add(by, "door.txt", "The green door.", false)
			many(6, "another file, another name, another secrecy, another form and a form without a mark are kept")
			if on.draft == "" {
				other := o.by("mash_manager")
				other.Once = "a1"
				add(other, "door.txt", "The green door.", false)
				many(7, "another person's is kept")
			}
		}
		// What was taken back can be sent again.
		by := officer
		by.Once = "a3"
		f, err := o.AddFile(t.Context(), by, dr.ID, "", "back.txt", []byte("Taken back."), false)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.RemoveDraftFile(t.Context(), by, dr.ID, f.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := o.AddFile(t.Context(), by, dr.ID, "", "back.txt", []byte("Taken back."), false); err != nil {
			t.Fatal(err)
		}
		if n := len(o.filesOn(dr.ID, "")); n != 7 {
			t.Errorf("%d files on the draft, want 7", n)
		}
	})
}

// One form is sent from two tabs at the same moment: what it adds is kept once, and
// both are told that it is kept.
func TestAFormSentTwiceAtOnceAddsOnce(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		by := o.by("mash_officer")
		dr, err := o.StartDraft(t.Context(), by, "referral", answer.Set{})
		if err != nil {
			t.Fatal(err)
		}
		ctx := t.Context()
		file := func(draft, rec string) func(casework.By) error {
			return func(by casework.By) error {
				_, err := o.AddFile(ctx, by, draft, rec, "door.txt", []byte("The green door."), false)
				return err
			}
		}
		for round, mark := range []string{"b1", "b2", "b3", "b4", "b5"} {
			by.Once = mark
			for what, add := range map[string]func(casework.By) error{
				"message": func(by casework.By) error { return o.SendMessage(ctx, by, rec.ID, "We rang") },
				"entry": func(by casework.By) error {
					return o.AddEntry(ctx, by, record.Entry{Record: rec.ID, Kind: "call", Text: "We rang", HappenedAt: o.now}, "")
				},
				"file of a record": file("", rec.ID),
				"file of a draft":  file(dr.ID, ""),
			} {
				var all sync.WaitGroup
				start := make(chan struct{})
				errs := make([]error, 4)
				for i := range errs {
					all.Go(func() {
						<-start
						errs[i] = add(by)
					})
				}
				close(start)
				all.Wait()
				for _, err := range errs {
					if err != nil {
						t.Errorf("%s: one of four tabs was told %v", what, err)
					}
				}
			}
			v := o.open(by, rec.ID)
			if want := round + 1; len(v.Messages) != want || len(v.Entries) != want || len(v.Files) != want || len(o.filesOn(dr.ID, "")) != want {
				t.Fatalf("%d messages, %d entries, %d and %d files after %d forms", len(v.Messages), len(v.Entries), len(v.Files), len(o.filesOn(dr.ID, "")), want)
			}
		}
	})
}

// filesOn are the files of a draft or a record.
func (o office) filesOn(draft, rec string) []record.File {
	o.t.Helper()
	var out []record.File
	err := o.DB.Read(o.t.Context(), func(tx *store.Tx) (err error) {
		if draft != "" {
			out, err = tx.FilesOfDraft(draft)
		} else {
			out, err = tx.FilesOf(rec)
		}
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}
