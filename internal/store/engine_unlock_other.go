//go:build !linux

package store

// unlockFile is needed on Linux alone: elsewhere closing is all there is.
func unlockFile(uintptr) {}
