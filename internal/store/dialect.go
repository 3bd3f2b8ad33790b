package store

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
)

// folderInUse is shown when a second process opens a data folder.
const folderInUse = "Another Frontdoor is using this data folder. Stop it first, or name another folder."

// dialect is one of the two engines. Everything that differs between them in
// a query is a helper in this file.
type dialect int

const (
	sqlite dialect = iota
	postgres
)

func (d dialect) String() string {
	if d == postgres {
		return "postgres"
	}
	return "sqlite"
}

// lockRow ends a select whose rows this transaction goes on to decide from:
// nobody else changes them until it ends. SQLite has one writer, so there it
// is empty.
func (tx *Tx) lockRow() string {
	if tx.dialect == postgres {
		return " for update"
	}
	return ""
}

// skipLocked is lockRow that passes over rows another transaction holds.
func (tx *Tx) skipLocked() string {
	if tx.dialect == postgres {
		return " for update skip locked"
	}
	return ""
}

// inList is the condition that a text column holds one of a []string
// argument: tx.inList("id", 2) reads it from $2.
func (tx *Tx) inList(column string, arg int) string {
	if tx.dialect == postgres {
		return fmt.Sprintf("%s = any($%d::text[])", column, arg)
	}
	return fmt.Sprintf("%s in (select value from json_each($%d))", column, arg)
}

// eachOf gives the parts of a document, as rows of key and value.
func (tx *Tx) eachOf(doc string) string {
	if tx.dialect == postgres {
		return "jsonb_each(" + doc + ")"
	}
	return "json_each(" + doc + ")"
}

// daysBetween gives the whole days from one instant to a later one.
func (tx *Tx) daysBetween(from, to string) string {
	if tx.dialect == postgres {
		return "floor(extract(epoch from (" + to + ")::timestamptz - (" + from + ")::timestamptz) / 86400)::bigint"
	}
	return "cast(julianday(" + to + ") - julianday(" + from + ") + 0.000001 as integer)"
}

// by names the index to read a table by, after its short name: "record r"+tx.by("i").
// SQLite, which is never told how much a table holds, takes the key of the table
// where an index that has all that is asked for is there too.
func (tx *Tx) by(index string) string {
	if tx.dialect == postgres {
		return ""
	}
	return " indexed by " + index
}

// jsonRows is a table of the items of a JSON array, with one text column
// named value: "from t, " + tx.jsonRows("t.doc->'teams'", "team") gives
// team.value. Write the names of the other tables before their columns: on
// SQLite this one has an id and a type too.
func (tx *Tx) jsonRows(array, as string) string {
	if tx.dialect == postgres {
		return fmt.Sprintf("jsonb_array_elements_text(%s) as %s(value)", array, as)
	}
	return fmt.Sprintf("json_each(%s) as %s", array, as)
}

// items is a table of the items of a []string argument, with one text column
// named value: "select i.value, $2 from " + tx.items(1, "i").
func (tx *Tx) items(arg int, as string) string {
	if tx.dialect == postgres {
		return fmt.Sprintf("unnest($%d::text[]) as %s(value)", arg, as)
	}
	return fmt.Sprintf("json_each($%d) as %s", arg, as)
}

// text is a query as the engine takes it.
func (d dialect) text(query string) string {
	if d == postgres {
		return query
	}
	if t, ok := numbered.Load(query); ok {
		return t.(string)
	}
	t := numberPlaceholders(query)
	numbered.Store(query, t)
	return t
}

// numbered holds every query of the program once rewritten. Queries are fixed
// texts, so it stays small.
var numbered sync.Map

// numberPlaceholders turns $n into ?n. SQLite reads $n as a name and numbers
// names as they first appear, so "$2 … $1" would silently bind the wrong way
// round; ?n is by position. Quoted text, names and comments stay as they are.
func numberPlaceholders(query string) string {
	var b strings.Builder
	for i := 0; i < len(query); {
		end := i + 1
		switch c := query[i]; {
		case c == '\'' || c == '"' || c == '`':
			// A doubled quote ends one stretch and starts the next.
			end = after(query, i+1, string(c))
		case c == '[':
			end = after(query, i+1, "]")
		case strings.HasPrefix(query[i:], "--"):
			end = after(query, i+2, "\n")
		case strings.HasPrefix(query[i:], "/*"):
			end = after(query, i+2, "*/")
		case nameChar(c):
			for end < len(query) && (nameChar(query[end]) || query[end] == '$') {
				end++
			}
		case c == '$':
			for end < len(query) && nameChar(query[end]) {
				end++
			}
			if number := query[i+1 : end]; number != "" && strings.Trim(number, "0123456789") == "" {
				b.WriteByte('?')
				i++
			}
		}
		b.WriteString(query[i:end])
		i = end
	}
	return b.String()
}

func after(s string, from int, mark string) int {
	if i := strings.Index(s[from:], mark); i >= 0 {
		return from + i + len(mark)
	}
	return len(s)
}

func nameChar(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func escapePath(path string) string { return (&url.URL{Path: path}).EscapedPath() }
