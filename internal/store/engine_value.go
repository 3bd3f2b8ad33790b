package store

import (
	"crypto/rand"
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"frontdoor/internal/calendar"
)

const instantLayout = "2006-01-02T15:04:05.000000Z"

// FormatInstant is an instant as the database holds it: UTC, whole
// microseconds, always 27 characters, so that text order is time order.
func FormatInstant(t time.Time) string { return t.UTC().Format(instantLayout) }

// ParseInstant reads what FormatInstant wrote and nothing else.
func ParseInstant(s string) (time.Time, error) {
	t, err := time.Parse(instantLayout, s)
	// [time.Parse] reads more than was written: other lengths, a comma, signs among digits.
	if err == nil && !inForm(s, instantLayout) {
		err = errors.New("an instant in another form")
	}
	return t, err
}

// inForm tells whether a text has a digit wherever the layout has one, and else is the same.
func inForm(s, layout string) bool {
	if len(s) != len(layout) {
		return false
	}
	for i := range len(s) {
		if digit := layout[i] >= '0' && layout[i] <= '9'; digit && (s[i] < '0' || s[i] > '9') || !digit && s[i] != layout[i] {
			return false
		}
	}
	return true
}

// instant scans a stored instant, with null as the zero time.
type instant time.Time

func (i *instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = instant{}
		return nil
	case string:
		t, err := ParseInstant(v)
		*i = instant(t)
		return err
	}
	return fmt.Errorf("an instant stored as %T", src)
}

// date scans a stored date, with null as the zero date.
type date calendar.Date

func (d *date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = date{}
		return nil
	case string:
		parsed, err := calendar.ParseDate(v)
		*d = date(parsed)
		return err
	}
	return fmt.Errorf("a date stored as %T", src)
}

// JSON binds and scans a jsonb column as a Go value. PostgreSQL keeps the
// meaning of a document and not its bytes: what is hashed or signed must be a
// text or bytea column.
type JSON[T any] struct{ V T }

// Value is the document's text.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	return string(b), err
}

// Scan reads the document; null gives the zero value.
func (j *JSON[T]) Scan(src any) error {
	var zero T
	j.V = zero
	text, err := document(src)
	if err != nil || text == nil {
		return err
	}
	return json.Unmarshal(text, &j.V)
}

// document is the text of a document as a driver gives it; nil for a null.
func document(src any) ([]byte, error) {
	switch v := src.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	case int64, float64: // a document that is one number, on SQLite
		return fmt.Append(nil, v), nil
	}
	return nil, fmt.Errorf("a document stored as %T", src)
}

var ids struct {
	sync.Mutex
	millis  int64
	counter uint32
}

// NewID makes a new key: a UUID version 7 as text. Keys sort by the
// millisecond of now; those made one after another by this process in one
// millisecond sort in the order they were made.
func NewID(now time.Time) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	millis := now.UnixMilli()

	ids.Lock()
	if millis != ids.millis {
		// A start drawn by chance keeps two processes apart.
		ids.millis, ids.counter = millis, uint32(binary.BigEndian.Uint16(b[:2]))
	} else {
		ids.counter++
	}
	n := ids.counter
	ids.Unlock()

	binary.BigEndian.PutUint16(b[0:], uint16(millis>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(millis))
	// 26 bits of counter, around the version and the variant.
	binary.BigEndian.PutUint16(b[6:], 0x7000|uint16(n>>14)&0x0fff)
	binary.BigEndian.PutUint16(b[8:], 0x8000|uint16(n)&0x3fff)
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// randomText is 16 random hexadecimal digits.
func randomText() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return strconv.FormatUint(binary.BigEndian.Uint64(b[:])|1<<63, 16)
}
