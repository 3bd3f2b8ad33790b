// Package pathways holds the pathway folders that the program ships with: the
// national law and guidance of each kind of work, and no local facts.
package pathways

import "embed"

// FS has one folder for each pathway, by its name.
//
//go:embed all:*
var FS embed.FS
