// Package fault gives every error three parts: a kind that decides what the
// program does next, a sentence that is safe to show to anyone, and a cause
// that only goes to the log.
//
// The sentence says what to do. It never holds a name, an address, a number
// someone typed, or anything from a record.
package fault

import (
	"errors"
	"fmt"
	"strings"
)

// Kind sorts errors by what should happen next.
type Kind int

const (
	// Internal is anything the program did not expect. It is the kind of
	// every error that has none.
	Internal Kind = iota
	// Invalid means what was sent cannot be accepted as it is.
	Invalid
	// NotFound means there is nothing there, or nothing this person may know of.
	NotFound
	// Forbidden means the person is known and may not do this.
	Forbidden
	// Conflict means someone else changed the same thing first.
	Conflict
	// SignIn means the person must sign in, or sign in again, first.
	SignIn
	// TooMany means too many attempts; wait and try again.
	TooMany
	// Unavailable means a thing the program needs is away; trying again may work.
	Unavailable
)

var kindNames = [...]string{"internal", "invalid", "not found", "forbidden", "conflict", "sign in", "too many", "unavailable"}

// String is the kind's name as logs and metrics show it.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(kindNames) {
		return kindNames[Internal]
	}
	return kindNames[k]
}

// Error is an error with a kind, a safe sentence and a cause.
type Error struct {
	Kind  Kind
	Safe  string
	Cause error
}

// New makes an error of a kind with the sentence to show.
func New(kind Kind, safe string) *Error { return &Error{Kind: kind, Safe: safe} }

// Wrap gives a cause a kind and a sentence to show. A nil cause gives nil.
func Wrap(cause error, kind Kind, safe string) error {
	if cause == nil {
		return nil
	}
	return &Error{Kind: kind, Safe: safe, Cause: cause}
}

// Error is for logs: the sentence, then the cause.
func (e *Error) Error() string {
	if e.Cause == nil {
		return e.Safe
	}
	return e.Safe + ": " + e.Cause.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// KindOf finds the kind of an error; Internal when it has none.
func KindOf(err error) Kind {
	var f Fields
	if errors.As(err, &f) {
		return Invalid
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// SafeText is what may be shown of an error. An unexpected error shows only
// that something went wrong.
func SafeText(err error) string {
	var f Fields
	if errors.As(err, &f) {
		return f.Error()
	}
	var e *Error
	if errors.As(err, &e) && e.Safe != "" {
		return e.Safe
	}
	return "Something went wrong on our side. Try again in a minute."
}

// Field is one thing wrong with one answer: which, and what to do.
type Field struct {
	Key  string // the answer's key, as the form names it
	Text string // the sentence to show beside it
}

// Fields is everything wrong with a form, in the order of the page.
type Fields []Field

// Error joins the sentences.
func (f Fields) Error() string {
	parts := make([]string, len(f))
	for i, x := range f {
		parts[i] = x.Text
	}
	return strings.Join(parts, " ")
}

// Add appends a fault on an answer.
func (f *Fields) Add(key, text string, args ...any) {
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	*f = append(*f, Field{Key: key, Text: text})
}

// For gives the sentence for one answer, or nothing.
func (f Fields) For(key string) string {
	for _, x := range f {
		if x.Key == key {
			return x.Text
		}
	}
	return ""
}

// Err gives the faults as an error, or nil when there are none.
func (f Fields) Err() error {
	if len(f) == 0 {
		return nil
	}
	return f
}
