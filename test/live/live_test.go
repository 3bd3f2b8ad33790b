package live_test

import (
	"strings"
	"testing"

	"frontdoor/test/live"
)

// The program starts from nothing, people use it as they do, it is killed, and
// goes on where it was.
func TestUse(t *testing.T) {
	t.Parallel()
	o := live.Place(t)
	accounts := live.Accounts(t, o,
		live.Person{Name: "Sol Worker", Role: "mash_social_worker"},
		live.Person{Name: "Asha Noor", Role: "referrer", Kind: "school"})
	s := live.Start(t, o)

	public := live.NewClient(s.URL())
	sent, err := public.Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	school := live.NewClient(s.URL())
	if err := school.SignIn(t.Context(), accounts[1]); err != nil {
		t.Fatal(err)
	}
	theirs, err := school.Refer(t.Context(), live.Professional())
	if err != nil {
		t.Fatal(err)
	}
	social := live.NewClient(s.URL())
	if err := social.SignIn(t.Context(), accounts[0]); err != nil {
		t.Fatal(err)
	}
	board, err := social.Get(t.Context(), "/board")
	if err != nil || !board.Says(sent.Reference, theirs.Reference) {
		t.Errorf("the board does not show what was sent: %v\n%s", err, board.Text())
	}

	s.Restart()
	if p, err := live.NewClient(s.URL()).Status(t.Context(), sent); err != nil || !p.Says("We have what you sent") {
		t.Errorf("after a kill: %v", err)
	}
	if p, err := social.AddFile(t.Context(), sent.Record, "note.txt", []byte("What was seen.")); err != nil || !p.Says("note.txt") {
		t.Errorf("a file: %v\n%s", err, p.Text())
	}
	if p, err := social.AddEntry(t.Context(), sent.Record, "call", "Rang the school."); err != nil || !p.Says("Rang the school.") {
		t.Errorf("an entry: %v", err)
	}
	s.Stop()
	if !strings.Contains(s.Log(), `"stopped"`) {
		t.Error("it did not end as it should")
	}
	if said, code := live.Run(t, o, "verify"); code != 0 || !strings.Contains(said, "2 records") {
		t.Errorf("verify ended with %d: %s", code, said)
	}
}
