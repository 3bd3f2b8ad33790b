package store

import (
	"errors"
	"syscall"

	"frontdoor/internal/fault"
)

// lockFile takes a lock that ends with the process however it ends: the file
// is opened so that nobody else can open it.
func lockFile(path string) (unlock func() error, err error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	const share = 0
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ|syscall.GENERIC_WRITE, share, nil, syscall.OPEN_ALWAYS, syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		const sharingViolation = syscall.Errno(32)
		if errors.Is(err, sharingViolation) {
			return nil, fault.Wrap(err, fault.Conflict, folderInUse)
		}
		return nil, fault.Wrap(err, fault.Unavailable, "The data folder cannot be written to. Check who owns it.")
	}
	return func() error { return syscall.CloseHandle(h) }, nil
}
