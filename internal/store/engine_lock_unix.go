//go:build unix

package store

import (
	"errors"
	"os"
	"syscall"

	"frontdoor/internal/fault"
)

// lockFile takes a lock that ends with the process however it ends.
func lockFile(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "The data folder cannot be written to. Check who owns it.")
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.Wrap(err, fault.Conflict, folderInUse)
		}
		return nil, fault.Wrap(err, fault.Unavailable, "The data folder cannot be locked. Keep it on a disk of this machine.")
	}
	return f.Close, nil
}
