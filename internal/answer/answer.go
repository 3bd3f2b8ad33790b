// Package answer holds what was answered to a pathway's questions: one value
// under one key. It is the common word of drafts, revisions, rules and pages.
package answer

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Key names one answer: "happened" for a question asked once,
// "children/r1/family_name" for one asked about a row of a group. The key of a
// group itself ("children") holds its row ids in order.
type Key string

// RowKey is the key of a question about one row of a group.
func RowKey(group, row, question string) Key {
	return Key(group + "/" + row + "/" + question)
}

// Split gives the group, row and question of a key; group and row are empty
// for a question asked once.
func (k Key) Split() (group, row, question string) {
	parts := strings.SplitN(string(k), "/", 3)
	if len(parts) == 3 {
		return parts[0], parts[1], parts[2]
	}
	return "", "", string(k)
}

// Answer is one answer as it was given. Which part is used depends on the
// question's type: Text for words, codes, dates (ISO), London date-times
// ("2026-03-17T10:00"), numbers and yes/no/not_known; List for several codes,
// file ids or row ids; Parts for an address. NotKnown holds the reason when the
// person said that they do not know.
type Answer struct {
	Text     string            `json:"t,omitempty"`
	List     []string          `json:"l,omitempty"`
	Parts    map[string]string `json:"p,omitempty"`
	NotKnown string            `json:"nk,omitempty"`
}

// Address parts, in the order they are written.
var AddressParts = []string{"line1", "line2", "town", "county", "postcode"}

// Text makes a one-value answer.
func Text(s string) Answer { return Answer{Text: s} }

// List makes an answer of several values.
func List(s ...string) Answer { return Answer{List: s} }

// Empty tells whether nothing was answered.
func (a Answer) Empty() bool {
	if a.NotKnown != "" || strings.TrimSpace(a.Text) != "" || len(a.List) > 0 {
		return false
	}
	for _, v := range a.Parts {
		if strings.TrimSpace(v) != "" {
			return false
		}
	}
	return true
}

// Equal compares two answers.
func (a Answer) Equal(b Answer) bool {
	return a.Text == b.Text && a.NotKnown == b.NotKnown && slices.Equal(a.List, b.List) && maps.Equal(a.Parts, b.Parts)
}

// Set is answers by key.
type Set map[Key]Answer

// Clone copies the set; the answers are shared.
func (s Set) Clone() Set {
	if s == nil {
		return Set{}
	}
	return maps.Clone(s)
}

// Text gives the one value under a key.
func (s Set) Text(k Key) string { return s[k].Text }

// Rows gives the row ids of a group in order.
func (s Set) Rows(group string) []string { return s[Key(group)].List }

// RowNamed gives the id of a row of a group that is named by its number,
// "actions/2" or "2", or by its id.
func (s Set) RowNamed(group, named string) string {
	named = strings.TrimPrefix(named, group+"/")
	rows := s.Rows(group)
	if n, err := strconv.Atoi(named); err == nil && n >= 1 && n <= len(rows) && !slices.Contains(rows, named) {
		return rows[n-1]
	}
	return named
}

// Row gives the answers about one row, by question.
func (s Set) Row(group, row string) Set {
	out := Set{}
	for k, v := range s {
		if g, r, q := k.Split(); g == group && r == row {
			out[Key(q)] = v
		}
	}
	return out
}

// Apply writes changes over the set; an empty answer takes the key away.
func (s Set) Apply(changes Set) {
	for k, v := range changes {
		if v.Empty() {
			delete(s, k)
			continue
		}
		s[k] = v
	}
}

// Diff gives the changes that turn s into t.
func (s Set) Diff(t Set) Set {
	out := Set{}
	for k, v := range t {
		if !v.Equal(s[k]) {
			out[k] = v
		}
	}
	for k := range s {
		if _, ok := t[k]; !ok {
			out[k] = Answer{}
		}
	}
	return out
}

// Keys gives the keys in order.
func (s Set) Keys() []Key { return slices.Sorted(maps.Keys(s)) }
