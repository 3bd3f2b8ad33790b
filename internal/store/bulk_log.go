package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/audit"
)

// bulkKeep is a table of which the log holds hashes, with where each column that
// is hashed stands in a row of [bulkColumns].
type bulkKeep struct {
	keptTable
	owner, of int
	place     []int
	document  []bool
}

var bulkKept = func() map[string]bulkKeep {
	out := map[string]bulkKeep{}
	for _, k := range keptTables {
		columns, ok := bulkColumns[k.name]
		if !ok {
			continue
		}
		b := bulkKeep{keptTable: k, owner: slices.Index(columns, k.owner), of: slices.Index(columns, k.of)}
		for c := range strings.FieldsSeq(k.columns) {
			b.place = append(b.place, slices.Index(columns, strings.TrimRight(c, "?{}")))
			b.document = append(b.document, strings.HasSuffix(c, "{}"))
		}
		out[k.name] = b
	}
	return out
}()

// keep hashes a row as it will be read back, for [Bulk.Kept].
func (b *Bulk) keep(k bulkKeep, row []any) error {
	values := make([]any, len(k.place))
	for i, at := range k.place {
		switch v := row[at].(type) {
		case nil:
			values[i] = &sql.NullString{}
		case string:
			values[i] = &sql.NullString{Valid: true, String: v}
			if k.document[i] {
				doc := &JSON[any]{}
				if err := doc.Scan(v); err != nil {
					return err
				}
				values[i] = doc
			}
		case int64:
			values[i] = &sql.NullString{Valid: true, String: strconv.FormatInt(v, 10)}
		case bool:
			values[i] = &sql.NullBool{Valid: true, Bool: v}
		default:
			return fmt.Errorf("store: a value of type %T in %s", v, k.name)
		}
	}
	bytes, err := keptBytes(values)
	if err != nil {
		return err
	}
	owner, of := row[k.owner].(string), row[k.of].(string)
	key := keptOf{k.name, owner, of}
	b.kept[key] = append(b.kept[key], keptRow{owner: owner, of: of, bytes: bytes})
	return nil
}

// Kept gives the events that hold the hashes of all rows kept since the last
// time, for [Bulk.Event]. Rows of one owner belong into one of these times.
func (b *Bulk) Kept(at time.Time) []audit.Event {
	keys := make([]keptOf, 0, len(b.kept))
	for k := range b.kept {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y keptOf) int {
		return cmp.Or(strings.Compare(x.table, y.table), strings.Compare(x.owner, y.owner))
	})
	lines := make([]string, len(keys))
	for i, k := range keys {
		lines[i] = keptLine(k.table, k.owner, k.of, bulkKept[k.table].hash(b.kept[k]))
	}
	clear(b.kept)
	return keptEvents(at, lines)
}

// bulkNodes holds the nodes of the log's tree that wait for a neighbour: as many
// as the log's size has bits.
type bulkNodes struct {
	have map[int64]audit.Hash
	read []int64
}

// begin reads the nodes that the tree of a log goes on from.
func (n *bulkNodes) begin(tx *Tx, size int64) error {
	if size == 0 {
		return nil
	}
	// Two events on, every node that waits has been asked for or stands apart.
	for level, at := 0, size; at > 0; level, at = level+1, at>>1 {
		if at&1 == 0 {
			continue
		}
		index := audit.NodeIndex(level, at-1)
		hashes, err := tx.HashReader().ReadHashes([]int64{index})
		if err != nil {
			return err
		}
		n.have[index] = hashes[0]
	}
	return nil
}

// ReadHashes implements audit.HashReader.
func (n *bulkNodes) ReadHashes(indexes []int64) ([]audit.Hash, error) {
	out := make([]audit.Hash, len(indexes))
	for i, index := range indexes {
		h, ok := n.have[index]
		if !ok {
			return nil, fmt.Errorf("store: node %d of the log is not at hand", index)
		}
		out[i] = h
		n.read = append(n.read, index)
	}
	return out, nil
}

func (n *bulkNodes) append(seq int64, leaf audit.Hash) ([]audit.Hash, error) {
	n.read = n.read[:0]
	hashes, err := audit.Append(seq, leaf, n)
	if err != nil {
		return nil, err
	}
	for _, index := range n.read {
		delete(n.have, index)
	}
	n.have[audit.HashIndex(seq)+int64(len(hashes)-1)] = hashes[len(hashes)-1]
	return hashes, nil
}
