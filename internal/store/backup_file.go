package store

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"
	"github.com/tink-crypto/tink-go/v2/streamingaead/subtle"

	"frontdoor/internal/fault"
)

// A backup file is one line in clear, "frontdoor backup 1 <key id>", and then
// a stream: AES-256-GCM with HKDF in segments (Tink's streaming AEAD, with
// that line as its additional data), holding zstd, holding JSON values one a
// line. First a dumpHead; for each table a dumpTable, its rows as arrays, and
// a dumpEnd with their count and digest; last a dumpEnd with the count of
// tables.
const dumpMagic = "frontdoor backup 1 "

type (
	dumpHead struct {
		Made      string `json:"made"`
		Engine    string `json:"engine"`
		Migration int    `json:"migration"`
	}
	dumpTable struct {
		Table   string   `json:"table"`
		Columns []string `json:"columns"`
		Kinds   []string `json:"kinds"`
	}
	dumpEnd struct {
		Rows   *int   `json:"rows,omitempty"`
		Sum    string `json:"sha256,omitempty"`
		Tables *int   `json:"tables,omitempty"`
	}
)

const segmentSize = 64 << 10

func dumpCipher(key Key) (*subtle.AESGCMHKDF, error) {
	return subtle.NewAESGCMHKDF(key.Derive("backup"), "SHA256", 32, segmentSize, 0)
}

type dumpWriter struct {
	sealed io.WriteCloser
	packed *zstd.Encoder
	json   *json.Encoder
	cols   []column
	digest *digest
}

func newDumpWriter(f io.Writer, key Key) (*dumpWriter, error) {
	c, err := dumpCipher(key)
	if err != nil {
		return nil, err
	}
	head := dumpMagic + key.ID() + "\n"
	if _, err := io.WriteString(f, head); err != nil {
		return nil, err
	}
	w := &dumpWriter{}
	if w.sealed, err = c.NewEncryptingWriter(f, []byte(head)); err != nil {
		return nil, err
	}
	if w.packed, err = zstd.NewWriter(w.sealed, zstd.WithEncoderConcurrency(1)); err != nil {
		return nil, err
	}
	w.json = json.NewEncoder(w.packed)
	w.json.SetEscapeHTML(false)
	return w, nil
}

func (w *dumpWriter) begin(h dumpHead) error { return w.json.Encode(h) }

func (w *dumpWriter) table(name string, cols []column) error {
	t := dumpTable{Table: name}
	for _, c := range cols {
		t.Columns, t.Kinds = append(t.Columns, c.name), append(t.Kinds, c.kind)
	}
	w.cols, w.digest = cols, newDigest(cols)
	return w.json.Encode(t)
}

func (w *dumpWriter) row(values []any) error {
	if err := w.digest.add(values); err != nil {
		return err
	}
	out := make([]any, len(values))
	for i, v := range values {
		var err error
		if out[i], err = plain(w.cols[i].kind, v); err != nil {
			return fmt.Errorf("column %s: %w", w.cols[i].name, err)
		}
	}
	return w.json.Encode(out)
}

func (w *dumpWriter) endTable() error {
	return w.json.Encode(dumpEnd{Rows: &w.digest.rows, Sum: w.digest.sum()})
}

func (w *dumpWriter) end(tables int) error { return w.json.Encode(dumpEnd{Tables: &tables}) }

func (w *dumpWriter) close() error { return errors.Join(w.packed.Close(), w.sealed.Close()) }

// rawBytes is how bytes, and text that is not UTF-8, stand in a backup.
type rawBytes struct {
	Base64 string `json:"base64"`
}

// plain is a database value as JSON can hold it, the same from both engines.
func plain(kind string, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	switch kind {
	case "text", "jsonb":
		var s string
		switch v := v.(type) {
		case string:
			s = v
		case []byte:
			s = string(v)
		case int64, float64: // a document that is one number, on SQLite
			s = fmt.Sprint(v)
		default:
			return nil, fmt.Errorf("%s stored as %T", kind, v)
		}
		if !utf8.ValidString(s) {
			return rawBytes{base64.StdEncoding.EncodeToString([]byte(s))}, nil
		}
		return s, nil
	case "bigint":
		if n, ok := v.(int64); ok {
			return n, nil
		}
	case "boolean":
		switch b := v.(type) {
		case bool:
			return b, nil
		case int64: // on SQLite
			return b != 0, nil
		}
	case "double precision":
		switch n := v.(type) {
		case float64:
			return n, nil
		case int64: // SQLite keeps whole numbers so
			return float64(n), nil
		}
	case "bytea":
		if b, ok := v.([]byte); ok {
			return rawBytes{base64.StdEncoding.EncodeToString(b)}, nil
		}
	}
	return nil, fmt.Errorf("%s stored as %T", kind, v)
}

// unplain is the database value of what plain made and JSON decoded.
func unplain(kind string, v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, nil
	case json.Number:
		if kind == "bigint" {
			return v.Int64()
		}
		return v.Float64()
	case map[string]any:
		s, _ := v["base64"].(string)
		b, err := base64.StdEncoding.DecodeString(s)
		if kind != "bytea" {
			return string(b), err
		}
		return b, err
	}
	return nil, fmt.Errorf("a %T in place of %s", v, kind)
}

// digest sums up a table's rows so that the sum is the same on both engines,
// although PostgreSQL writes documents in its own way.
type digest struct {
	cols []column
	rows int
	hash hash.Hash
}

func newDigest(cols []column) *digest { return &digest{cols: cols, hash: sha256.New()} }

func (d *digest) add(values []any) error {
	out := make([]any, len(values))
	for i, v := range values {
		p, err := plain(d.cols[i].kind, v)
		if err != nil {
			return fmt.Errorf("column %s: %w", d.cols[i].name, err)
		}
		if s, ok := p.(string); ok && d.cols[i].kind == "jsonb" {
			if p, err = canonical(s); err != nil {
				return fmt.Errorf("column %s: %w", d.cols[i].name, err)
			}
		}
		out[i] = p
	}
	b, err := json.Marshal(out)
	if err != nil {
		return err
	}
	d.rows++
	d.hash.Write(append(b, '\n'))
	return nil
}

func (d *digest) sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }

// canonical is a document with its numbers written in one way; encoding it
// sorts the keys.
func canonical(document string) (any, error) {
	dec := json.NewDecoder(strings.NewReader(document))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return oneWay(v), nil
}

func oneWay(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		if f, err := v.Float64(); err == nil {
			if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				return int64(f)
			}
			return strconv.FormatFloat(f, 'g', -1, 64)
		}
		return "number" // beyond what any engine here calculates with
	case []any:
		for i := range v {
			v[i] = oneWay(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = oneWay(v[k])
		}
	}
	return v
}

// dumpVisitor is told what a backup holds, in order.
type dumpVisitor struct {
	// table begins a table and gives what is done with each of its rows.
	table func(dumpTable) (func(values []any) error, error)
	// end is told, after a table's rows, their count and digest; may be nil.
	end func(t dumpTable, rows int, sum string) error
}

var errDamaged = fault.New(fault.Invalid, "The backup is damaged: it was changed, or part of it is missing. Use another one.")

// readDump reads a backup from beginning to end.
func readDump(file string, key Key, visit dumpVisitor) (info BackupInfo, err error) {
	f, err := os.Open(file)
	if err != nil {
		return info, fault.Wrap(err, fault.Invalid, "The backup file cannot be opened. Check its name and who may read it.")
	}
	defer func() { _ = f.Close() }()
	in := bufio.NewReader(f)
	head, err := in.ReadString('\n')
	id, ok := strings.CutPrefix(head, dumpMagic)
	if id = strings.TrimSuffix(id, "\n"); err != nil || !ok {
		return info, fault.New(fault.Invalid, "This file is not a backup that this Frontdoor can read.")
	}
	if id != key.ID() {
		return info, fault.New(fault.Invalid, fmt.Sprintf("The backup was made with another key: %.12q. This key is %q.", id, key.ID()))
	}
	c, err := dumpCipher(key)
	if err != nil {
		return info, err
	}
	opened, err := c.NewDecryptingReader(in, []byte(head))
	if err != nil {
		return info, damaged(err)
	}
	unpacked, err := zstd.NewReader(opened, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(1<<30))
	if err != nil {
		return info, damaged(err)
	}
	defer unpacked.Close()
	dec := json.NewDecoder(unpacked)
	dec.UseNumber()
	return readTables(dec, visit)
}

func damaged(err error) error { return fmt.Errorf("%w: %w", errDamaged, err) }

func readTables(dec *json.Decoder, visit dumpVisitor) (info BackupInfo, err error) {
	var h dumpHead
	if err := dec.Decode(&h); err != nil {
		return info, damaged(err)
	}
	if info.Made, err = ParseInstant(h.Made); err != nil {
		return info, damaged(err)
	}
	info.Engine, info.Migration = h.Engine, h.Migration

	var t dumpTable
	var insert func([]any) error
	var sum *digest
	for {
		var line json.RawMessage
		if err := dec.Decode(&line); err != nil {
			return info, damaged(err)
		}
		if line[0] == '[' {
			if insert == nil {
				return info, damaged(errors.New("a row outside a table"))
			}
			values, err := rowOf(line, t)
			if err != nil {
				return info, damaged(err)
			}
			if err := sum.add(values); err != nil {
				return info, damaged(err)
			}
			if err := insert(values); err != nil {
				return info, fmt.Errorf("table %s: %w", t.Table, err)
			}
			continue
		}
		var both struct {
			dumpTable
			dumpEnd
		}
		if err := json.Unmarshal(line, &both); err != nil {
			return info, damaged(err)
		}
		switch {
		case both.Tables != nil:
			// The last segment's seal and the end of the compressed data
			// are proved by reaching the end.
			if _, err := dec.Token(); !errors.Is(err, io.EOF) || insert != nil || *both.Tables != info.Tables {
				return info, damaged(errors.Join(err, errors.New("the end is not as it should be")))
			}
			return info, nil
		case both.Rows != nil:
			if insert == nil || *both.Rows != sum.rows || both.Sum != sum.sum() {
				return info, damaged(fmt.Errorf("table %s is not what was written", t.Table))
			}
			if visit.end != nil {
				if err := visit.end(t, sum.rows, both.Sum); err != nil {
					return info, fmt.Errorf("table %s: %w", t.Table, err)
				}
			}
			info.Tables, info.Rows, insert = info.Tables+1, info.Rows+sum.rows, nil
		default:
			t = both.dumpTable
			if insert != nil || t.Table == "" || len(t.Columns) != len(t.Kinds) {
				return info, damaged(errors.New("a table begins where none can"))
			}
			cols := make([]column, len(t.Columns))
			for i := range cols {
				cols[i] = column{name: t.Columns[i], kind: t.Kinds[i]}
			}
			sum = newDigest(cols)
			if insert, err = visit.table(t); err != nil {
				return info, err
			}
		}
	}
}

// rowOf decodes one row of a table.
func rowOf(line []byte, t dumpTable) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var values []any
	if err := dec.Decode(&values); err != nil {
		return nil, err
	}
	if len(values) != len(t.Kinds) {
		return nil, fmt.Errorf("a row of %d values in a table of %d columns", len(values), len(t.Kinds))
	}
	for i, v := range values {
		var err error
		if values[i], err = unplain(t.Kinds[i], v); err != nil {
			return nil, err
		}
	}
	return values, nil
}
