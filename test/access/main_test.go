package access

import (
	"os"
	"testing"
)

// The databases of these tests are on memory where there is such a folder: every
// refusal is a line in the log, and each waits for the disk.
func TestMain(m *testing.M) {
	if dir, err := os.MkdirTemp("/dev/shm", "frontdoor-access-"); err == nil {
		_ = os.Setenv("TMPDIR", dir)
		code := m.Run()
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}
	os.Exit(m.Run())
}
