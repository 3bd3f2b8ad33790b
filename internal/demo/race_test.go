//go:build race

package demo_test

// underRace is true under the race detector, where the embedded database is
// more than ten times slower and one whole world is enough.
const underRace = true
