package store

import (
	"errors"
	"strconv"
	"strings"
)

// conditions gathers the conditions of a query and their arguments.
type conditions struct {
	parts []string
	args  []any
}

// arg adds an argument and gives its placeholder.
func (c *conditions) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

// add adds a condition; %s in it is the placeholder of v.
func (c *conditions) add(part string, v any) {
	c.parts = append(c.parts, strings.ReplaceAll(part, "%s", c.arg(v)))
}

// in adds the condition that a text column holds one of a list, or nothing
// when the list is empty.
func (c *conditions) in(tx *Tx, column string, list []string) {
	if len(list) > 0 {
		c.arg(list)
		c.parts = append(c.parts, tx.inList(column, len(c.args)))
	}
}

// where is the whole where clause, or nothing.
func (c *conditions) where() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " where " + strings.Join(c.parts, " and ")
}

// orLimit is the length of a page when the caller named none.
func orLimit(limit int) int {
	if limit <= 0 {
		return 50
	}
	return limit
}

// orNull binds a reference to another row, with null for none.
func orNull(id string) any {
	if id == "" {
		return nil
	}
	return id
}

// orEmpty keeps a list without items from becoming JSON null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// orNil gives back no list for one that was kept without items.
func orNil[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// changed turns a statement that was to change a row and found none into
// ErrNone.
func changed(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrNone
	}
	return err
}

// GetMeta reads a setting of the program itself; empty when it was never set.
func (tx *Tx) GetMeta(key string) (string, error) {
	v, err := queryOne(tx, scanValue[string], `select value from meta where key = $1`, key)
	if errors.Is(err, ErrNone) {
		return "", nil
	}
	return v, err
}

// SetMeta keeps a setting of the program itself.
func (tx *Tx) SetMeta(key, value string) error {
	_, err := tx.Exec(`insert into meta (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value`, key, value)
	return err
}
