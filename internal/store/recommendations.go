package store

import "frontdoor/internal/record"

// RecordsOfPathway gives every record of a pathway, newest first.
func (tx *Tx) RecordsOfPathway(pathway string) ([]record.Record, error) {
	return queryAll(tx, scanRecord, `select `+recordColumns+` from record r where r.pathway = $1 order by r.created_at desc, r.id desc`, pathway)
}
