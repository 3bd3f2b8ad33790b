package crash

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdoor/test/live"
)

// A second program on the same data folder is refused at once, harms nothing,
// and may start the moment the first is gone, however that went.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	o := live.Place(t)
	first := live.Start(t, o)
	c := live.NewClient(first.URL())
	sent, err := c.Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	second := live.New(t, o)
	for _, start := range []func() (string, int){
		func() (string, int) {
			if err := second.Up(); err != nil {
				return err.Error(), 1
			}
			return "", 0
		},
		func() (string, int) { return live.Run(t, o, "migrate") },
		func() (string, int) {
			return live.Run(t, o, "account", "add", "--email", "a@example.org", "--name", "A Worker", "--team", "thurrock_front_door", "--role", "mash_officer")
		},
	} {
		began := time.Now()
		said, code := start()
		if code == 0 || !strings.Contains(said, "Another Frontdoor is using this data folder. Stop it first, or name another folder.") {
			t.Errorf("a second program ended with %d and said: %s", code, said)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("it took %s to say so", took)
		}
	}
	// A check and a backup may be made beside it.
	if said, code := live.Run(t, o, "verify"); code != 0 {
		t.Errorf("verify beside it ended with %d: %s", code, said)
	}
	other, err := live.NewClient(first.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Errorf("the first is harmed: %v", err)
	}
	first.Kill()
	if err := second.Up(); err != nil {
		t.Fatalf("the first was killed and the second does not start: %v", err)
	}
	for _, s := range []live.Sent{sent, other} {
		if _, err := live.NewClient(second.URL()).Status(t.Context(), s); err != nil {
			t.Error(err)
		}
	}
	if err := first.Up(); err == nil {
		t.Error("the first starts beside the second")
	}
}

// A data folder that cannot be written to is refused with a sentence.
func TestReadOnlyFolder(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		// Permissions do not hold the administrator: TestDiskTurnsReadOnly shows
		// the same there.
		t.Skip("permissions do not hold the administrator")
	}
	o := live.Place(t)
	s := live.Start(t, o)
	s.Stop()
	for _, path := range []string{filepath.Join(o.Data, "frontdoor.db"), filepath.Join(o.Data, "frontdoor.lock"), o.Data} {
		if err := os.Chmod(path, 0o500); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { _ = os.Chmod(o.Data, 0o700) })
	if err := s.Up(); err == nil {
		t.Error("it starts on a folder that cannot be written to")
	} else if !clear(err, "written", "writing") {
		t.Errorf("it says: %v", err)
	}
}

// A session and a used code are as they were after a kill: signing in is
// acknowledged like anything else.
func TestCodeUsedOnceOverAKill(t *testing.T) {
	t.Parallel()
	o := live.Place(t)
	accounts := live.Accounts(t, o, live.Person{Name: "Sol Worker", Role: "mash_social_worker"})
	s := live.Start(t, o)
	// The third sign-in uses a code of the half minute to come, which is good for
	// a minute more: long enough for the kill, so that only its having been used
	// can stand against it.
	var c *live.Client
	for range 3 {
		c = live.NewClient(s.URL())
		if err := c.SignIn(t.Context(), accounts[0]); err != nil {
			t.Fatal(err)
		}
	}
	s.Restart()
	if p, err := c.Get(t.Context(), "/board"); err != nil || p.Path() != "/board" {
		t.Errorf("a kill ended the session: %v", err)
	}
	if err := live.NewClient(s.URL()).SignIn(t.Context(), accounts[0].Again()); err == nil {
		t.Error("a code was taken twice, before and after a kill")
	}
}
