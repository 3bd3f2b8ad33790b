package store

import (
	"syscall"
	"time"
)

// tcpUserTimeout is TCP_USER_TIMEOUT of Linux, which syscall does not name.
const tcpUserTimeout = 0x12

// giveUpSending ends a connection when what was sent was not even received for a
// time: that of a server whose power was cut would else look alive for a quarter
// of an hour.
func giveUpSending(fd uintptr, after time.Duration) error {
	return syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, tcpUserTimeout, int(after.Milliseconds()))
}
