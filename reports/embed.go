// Package reports holds the reports that the program ships with: what each
// counts, in words and in SQL.
package reports

import "embed"

// FS has one folder for each report, by its name.
//
//go:embed */report.yaml */query.sql
var FS embed.FS
