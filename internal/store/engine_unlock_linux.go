package store

import "syscall"

// openFileLock is F_OFD_SETLK of Linux, which syscall does not name: the engine's
// locks belong to the open file, not to the process.
const openFileLock = 37

// unlockFile gives back every lock that an open file holds. A file that is not
// open holds none.
func unlockFile(fd uintptr) {
	_ = syscall.FcntlFlock(fd, openFileLock, &syscall.Flock_t{Type: syscall.F_UNLCK})
}
