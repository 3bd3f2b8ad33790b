// Package crash proves that nothing acknowledged is lost: the real program on
// its embedded database is killed, starved of room, set back in time and given a
// torn file, and everything it said it has is there afterwards.
package crash
