//go:build !race

package access

// share is among how many parts the combinations are shared out, of which each
// engine walks one; watchersShare the same of those who watch.
const share, watchersShare = 2, 2
