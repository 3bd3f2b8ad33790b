package storetest

import "syscall"

// memory is a folder that is kept in memory, with room enough for the databases
// of many tests at once; "" where there is none.
func memory() string {
	const dir, enough = "/dev/shm", 1 << 30 // bytes
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil || s.Bavail*uint64(s.Bsize) < enough {
		return ""
	}
	return dir
}
