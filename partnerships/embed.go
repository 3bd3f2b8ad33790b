// Package partnerships holds the folders of local facts that the program ships
// with, one for each partnership.
package partnerships

import "embed"

// FS has one folder for each partnership, by its name.
//
//go:embed all:*
var FS embed.FS
