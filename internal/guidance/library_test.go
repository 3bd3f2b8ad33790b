package guidance_test

import (
	"io/fs"
	"os"
	"testing"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
)

// shipped are the texts that the program ships with.
func shipped(t testing.TB) *guidance.Library {
	t.Helper()
	folder := os.DirFS("../../partnerships/set")
	place, faults := partnership.Load(folder)
	if err := faults.Err(); err != nil {
		t.Fatal(err)
	}
	texts, err := fs.Sub(folder, "guidance")
	if err != nil {
		t.Fatal(err)
	}
	lib, faults := guidance.Load(texts, guidance.Place{Contacts: place.Contacts})
	for _, f := range faults {
		t.Log(f)
	}
	if faults.Err() != nil {
		t.Error("the shipped texts have faults")
	}
	return lib
}

var november = calendar.NewDate(2026, 11, 22)
