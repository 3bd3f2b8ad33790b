package crash

import (
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"frontdoor/test/live"
)

// disk is a small disk of its own: a file system in a file.
type disk struct {
	t           *testing.T
	dev, folder string
}

// newDisk makes a disk, or skips the test where none can be made: that takes
// Linux, the administrator and a loop device.
func newDisk(t *testing.T, megabytes int64) *disk {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("a disk of its own can only be made by the administrator (root)")
	}
	dir := t.TempDir()
	image := filepath.Join(dir, "image")
	f, err := os.Create(image)
	if err == nil {
		err = f.Truncate(megabytes << 20)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	d := &disk{t: t, folder: filepath.Join(dir, "disk")}
	try := func(line ...string) string {
		t.Helper()
		out, err := exec.Command(line[0], line[1:]...).CombinedOutput()
		if err != nil {
			t.Skipf("no disk can be made here: %s: %v %s", strings.Join(line, " "), err, out)
		}
		return strings.TrimSpace(string(out))
	}
	try("mkfs.ext4", "-q", "-m", "0", image)
	d.dev = try("losetup", "--find", "--show", image)
	t.Cleanup(func() { _ = exec.Command("losetup", "--detach", d.dev).Run() })
	if err := os.Mkdir(d.folder, 0o700); err != nil {
		t.Fatal(err)
	}
	try("mount", "-o", "errors=remount-ro", d.dev, d.folder)
	t.Cleanup(func() { _ = exec.Command("umount", "--lazy", d.folder).Run() })
	return d
}

// place is an empty place whose data is on the disk.
func (d *disk) place() live.Options {
	return live.Options{Data: filepath.Join(d.folder, "data"), Key: filepath.Join(filepath.Dir(d.folder), "key")}
}

// fill takes all the room there is but some, and gives what gives it back.
func (d *disk) fill(leave int64) (free func()) {
	d.t.Helper()
	path := filepath.Join(d.folder, "ballast")
	f, err := os.Create(path)
	if err != nil {
		d.t.Fatal(err)
	}
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.folder, &s); err != nil {
		d.t.Fatal(err)
	}
	err = syscall.ENOSPC
	for take := int64(s.Bavail)*s.Bsize - leave; err == syscall.ENOSPC && take > 0; take -= 16 << 10 {
		err = syscall.Fallocate(int(f.Fd()), 0, 0, take)
	}
	if err != nil && err != syscall.ENOSPC {
		d.t.Fatal(err)
	}
	_ = f.Close()
	return func() {
		if err := os.Remove(path); err != nil {
			d.t.Error(err)
		}
	}
}

// cut cuts the power: nothing that was not forced to the disk gets there any
// more (the ioctl by which file systems themselves are tested).
func (d *disk) cut() {
	d.t.Helper()
	f, err := os.Open(d.folder)
	if err != nil {
		d.t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	const shutdown = 0x8004587d // EXT4_IOC_SHUTDOWN
	flags := uint32(2)          // without flushing the journal
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), shutdown, uintptr(unsafe.Pointer(&flags))); e != 0 {
		d.t.Skipf("the power of a disk cannot be cut here: %v", e)
	}
}

// back gives the power back.
func (d *disk) back() {
	d.t.Helper()
	for _, line := range [][]string{{"umount", d.folder}, {"mount", "-o", "errors=remount-ro", d.dev, d.folder}} {
		if out, err := exec.Command(line[0], line[1:]...).CombinedOutput(); err != nil {
			d.t.Fatalf("%s: %v %s", strings.Join(line, " "), err, out)
		}
	}
}

// spoil makes the file system find an error in itself, as a failing disk does:
// it goes on read-only.
func (d *disk) spoil() {
	d.t.Helper()
	path := filepath.Join("/sys/fs/ext4", filepath.Base(d.dev), "trigger_fs_error")
	if err := os.WriteFile(path, []byte("a disk that fails\n"), 0); err != nil {
		d.t.Skipf("a disk cannot be made to fail here: %v", err)
	}
}

// cuts is how often the ordinary run cuts the power.
const cuts = 3

// What was acknowledged is there after a power cut: it was on the disk, not
// only in the memory of the machine, before the program said that it is saved.
func TestPowerCut(t *testing.T) {
	d := newDisk(t, 160)
	w := newWorldAt(t, d.place(), 7)
	for range cuts {
		w.round(func() {
			d.cut()
			w.s.Kill()
			d.back()
		})
		if t.Failed() {
			t.FailNow()
		}
	}
	tally := w.end()
	t.Logf("%d power cuts: %s", cuts, tally)
	if tally.acks < 20 {
		t.Errorf("hardly anything was done: %s", tally)
	}
}

// noRoom is what people read when nothing can be saved.
const noRoom = "The disk of the database is full or failing."

// A disk without room: what was saved is safe, people are told in a sentence
// that nothing more can be, and it goes on by itself when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 24)
	o := d.place()
	accounts := live.Accounts(t, o, live.Person{Name: "Sol Worker", Role: "mash_social_worker"})
	s := live.Start(t, o)
	public, social := live.NewClient(s.URL()), live.NewClient(s.URL())
	before, err := public.Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	if err := social.SignIn(t.Context(), accounts[0]); err != nil {
		t.Fatal(err)
	}
	page, err := social.Get(t.Context(), "/records/"+before.Record+"/entries")
	if err != nil {
		t.Fatal(err)
	}
	dr, err := live.NewClient(s.URL()).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	free := d.fill(64 << 10)
	var kept []string
	full := false
	for i := range 400 {
		text := strings.Repeat("word ", 200) + string(rune('a'+i%26)) + time.Duration(i).String()
		p, err := social.Submit(t.Context(), page.Form("/entries"), url.Values{"kind": {"call"}, "text": {text}})
		if p.Accepted() {
			kept = append(kept, text)
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, s.Log())
		}
		if p.Status == http.StatusServiceUnavailable {
			full = true
			if !p.Says(noRoom) {
				t.Errorf("with a full disk the page says: %s", p.Text())
			}
			break
		}
		if p.Status != http.StatusOK {
			t.Fatalf("%d %s", p.Status, p.Text())
		}
	}
	if !full {
		t.Fatal("the disk was never full")
	}
	// Public pages that save nothing are there, and who writes is told.
	if p, err := live.NewClient(s.URL()).Get(t.Context(), "/contact"); err != nil || p.Status != http.StatusOK || !p.Says("999") {
		t.Errorf("who to call is not there on a full disk: %v", err)
	}
	// Something as small as a new referral may still find a place; then it fills that.
	for i := range 500 {
		p, err := live.NewClient(s.URL()).Post(t.Context(), "/refer", url.Values{"pathway": {"referral"}})
		if err == nil && p.Status == http.StatusOK && i < 499 {
			continue
		}
		if err != nil || p.Status != http.StatusServiceUnavailable || !p.Says(noRoom) {
			t.Errorf("a referral begun on a full disk: %v %d %s", err, p.Status, p.Text())
		}
		break
	}
	if p, err := public.Next(t.Context(), dr.Page, live.Neighbour()); err != nil || p.Accepted() {
		t.Errorf("an answer was said to be saved on a full disk, or the program died: %v", err)
	}

	free()
	again := live.NewClient(s.URL())
	after, err := again.Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatalf("with room again, without a restart: %v", err)
	}
	s.Restart()
	for _, sent := range []live.Sent{before, after} {
		if _, err := live.NewClient(s.URL()).Status(t.Context(), sent); err != nil {
			t.Error(err)
		}
	}
	p, err := social.Get(t.Context(), "/records/"+before.Record+"/entries")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range kept {
		if n := strings.Count(p.Text(), text); n != 1 {
			t.Errorf("an entry acknowledged before the disk was full is there %d times", n)
		}
	}
	s.Stop()
	if said, code := live.Run(t, o, "verify"); code != 0 {
		t.Errorf("verify ended with %d: %s", code, said)
	}

	// It starts on a full disk, or says why not; and then starts with room.
	free = d.fill(0)
	switch err := s.Up(); {
	case err == nil:
		if p, err := live.NewClient(s.URL()).Get(t.Context(), "/contact"); err != nil || p.Status != http.StatusOK {
			t.Errorf("started on a full disk: %v", err)
		}
	case !strings.Contains(err.Error(), noRoom):
		t.Errorf("it does not start on a full disk and says: %v", err)
	}
	free()
	s.Restart()
	if _, err := live.NewClient(s.URL()).Status(t.Context(), before); err != nil {
		t.Error(err)
	}
}

// A disk that turns read-only while the program runs: nothing is lost, and
// people are told.
func TestDiskTurnsReadOnly(t *testing.T) {
	t.Parallel()
	d := newDisk(t, 24)
	o := d.place()
	s := live.Start(t, o)
	c := live.NewClient(s.URL())
	sent, err := c.Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	dr, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d.spoil()
	p, err := c.Next(t.Context(), dr.Page, live.Neighbour())
	if err != nil {
		t.Fatalf("it died: %v\n%s", err, s.Log())
	}
	if p.Accepted() || p.Status != http.StatusServiceUnavailable || !p.Says("Tell the people who run this service") {
		t.Errorf("on a read-only disk: %d %s", p.Status, p.Text())
	}
	if p, err := live.NewClient(s.URL()).Get(t.Context(), "/contact"); err != nil || p.Status != http.StatusOK {
		t.Errorf("who to call is not there on a read-only disk: %v", err)
	}
	// It does not start there either, and says why.
	s.Kill()
	if err := s.Up(); err == nil {
		t.Error("it starts on a read-only disk")
	} else if !clear(err, "written", "writing", "failing") {
		t.Errorf("on a read-only disk it says: %v", err)
	}
	d.back()
	if err := s.Up(); err != nil {
		t.Fatal(err)
	}
	if _, err := live.NewClient(s.URL()).Status(t.Context(), sent); err != nil {
		t.Error(err)
	}
	if p, err := c.Get(t.Context(), "/refer/"+dr.ID); err != nil || p.Status != http.StatusOK {
		t.Errorf("the draft is lost: %v", err)
	}
	s.Stop()
	if said, code := live.Run(t, o, "verify"); code != 0 {
		t.Errorf("verify ended with %d: %s", code, said)
	}
}

// clear says whether what a program said as it ended is one line for a person,
// with one of some words.
func clear(err error, words ...string) bool {
	for _, w := range words {
		if strings.Contains(err.Error(), w) && !strings.Contains(err.Error(), "goroutine ") {
			return true
		}
	}
	return false
}
