// Package audit is the tamper-evident log of who read, searched for or did
// what, when and why.
//
// Every event has a place in the log, counted from 0, and one exact byte form.
// The bytes are leaves of the Merkle tree of RFC 6962, kept with
// golang.org/x/mod/sumdb/tlog. From time to time the root of the tree is signed
// as a checkpoint in the C2SP tlog-checkpoint form. A checkpoint that has left
// the building (printed, sent to the partnership's data protection officer)
// fixes everything before it: nobody can change, drop, add or move an event
// afterwards, not even somebody who owns the database, without VerifyAll naming it.
//
// Revisions of records are covered by the same tree. Each record's revisions
// hash-chain (see Link and CheckChain), and the event written with a revision
// carries that revision's number and hash in its detail (RevisionDetail). So a
// checkpoint over the log is also a checkpoint over every revision.
//
// This package holds no storage. A store writes the bytes that Encode gives and
// the hashes that Append gives, in the same transaction as the act itself.
package audit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"frontdoor/internal/fault"
)

// Acts that several parts of the program write. Others may be added by the
// package that does them: an act is a short code.
const (
	ActRead       = "read"
	ActSearch     = "search"
	ActList       = "list"
	ActCreate     = "create"
	ActSave       = "save"
	ActStep       = "step"
	ActExport     = "export"
	ActDownload   = "download"
	ActBreakGlass = "break-glass"
	ActRefused    = "refused"
	ActSignIn     = "sign-in"
	ActSignOut    = "sign-out"
	ActGrant      = "grant"
	ActSend       = "send"
)

// Actors that are not a worker and not the holder of a receipt code.
const (
	ActorPublic = "public" // somebody not signed in
	ActorSystem = "system" // the program itself, such as a clock running out
)

// CodeActor is the actor for whoever holds a receipt code: the id of the code's
// row, never the code itself.
func CodeActor(id string) string { return "code:" + id }

// Event is one thing that was done or looked at. It holds ids and codes only,
// never a name, an address or a word that somebody typed: the log can never
// be corrected or redacted, so nothing may enter it that might need to be.
type Event struct {
	Seq     int64     // place in the log, from 0, no gaps
	At      time.Time // kept to the microsecond, in UTC
	Actor   string    // worker id, CodeActor, ActorPublic or ActorSystem
	Act     string    // what was done, a code
	Subject string    // id of the record, person, file or account it was done to; may be empty
	// Purpose is why, as a code or a standard sentence. A reason somebody typed
	// (break-glass) is kept sealed with the record; only its kind is here.
	Purpose string
	Route   string            // the route's pattern, such as "GET /records/{id}", never the filled-in address
	Detail  map[string]string // further codes, numbers and hashes
}

const (
	maxID     = 200
	maxText   = 300
	maxDetail = 40

	timeForm = "2006-01-02T15:04:05.000000Z"
)

// isCode tells whether s is words of small letters and digits, the first of them
// a letter, with a point, hyphen or underscore between.
func isCode(s string) bool {
	gap := true // a letter or digit must follow
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', i > 0 && '0' <= c && c <= '9':
			gap = false
		case (c == '.' || c == '_' || c == '-') && !gap:
			gap = true
		default:
			return false
		}
	}
	return !gap
}

// isValue tells whether s has only the signs of codes, numbers and hashes.
func isValue(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte(" _.,:;/+=@#{}*<>()-", c) >= 0:
		default:
			return false
		}
	}
	return true
}

// wire fixes the order of the fields in the bytes. Changing it changes no old
// event, because old events are read back from their own bytes.
type wire struct {
	Seq     int64             `json:"seq"`
	At      string            `json:"at"`
	Actor   string            `json:"actor"`
	Act     string            `json:"act"`
	Subject string            `json:"subject,omitempty"`
	Purpose string            `json:"purpose,omitempty"`
	Route   string            `json:"route,omitempty"`
	Detail  map[string]string `json:"detail,omitempty"`
}

func (e Event) check() error {
	switch {
	case e.Seq < 0:
		return fmt.Errorf("audit: place %d is before the start of the log", e.Seq)
	case e.At.IsZero():
		return fmt.Errorf("audit: event %d has no time", e.Seq)
	case e.At.UTC().Year() < 1 || e.At.UTC().Year() > 9999:
		return fmt.Errorf("audit: event %d has a time that cannot be written", e.Seq)
	case e.Actor == "" || !oneLine(e.Actor, maxID):
		return fmt.Errorf("audit: event %d has no usable actor", e.Seq)
	case len(e.Act) > maxID || !isCode(e.Act):
		return fmt.Errorf("audit: event %d has an act that is not a code", e.Seq)
	case !oneLine(e.Subject, maxID):
		return fmt.Errorf("audit: event %d has a subject that is not an id", e.Seq)
	case !oneLine(e.Purpose, maxText):
		return fmt.Errorf("audit: event %d has a purpose that is not one short line", e.Seq)
	case !oneLine(e.Route, maxText) || strings.Contains(e.Route, "?"):
		return fmt.Errorf("audit: event %d has a route that is not a pattern", e.Seq)
	case len(e.Detail) > maxDetail:
		return fmt.Errorf("audit: event %d has too much detail", e.Seq)
	}
	for k, v := range e.Detail {
		if len(k) > maxID || !isCode(k) {
			return fmt.Errorf("audit: event %d has a detail whose key is not a code", e.Seq)
		}
		if len(v) > maxText || !isValue(v) {
			return fmt.Errorf("audit: event %d, detail %s: the value is not a code", e.Seq, k)
		}
	}
	return nil
}

func oneLine(s string, limit int) bool {
	return len(s) <= limit && utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

// Encode gives the one byte form of an event, to be stored exactly as it is.
// It fails when the event holds what the log must not: see Event.
func (e Event) Encode() ([]byte, error) {
	if err := e.check(); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "")
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	w := wire{e.Seq, e.At.UTC().Format(timeForm), e.Actor, e.Act, e.Subject, e.Purpose, e.Route, e.Detail}
	if err := enc.Encode(w); err != nil {
		return nil, fmt.Errorf("audit: encoding event %d: %w", e.Seq, err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// ParseEvent reads an event back from its bytes. Bytes that Encode would not
// have written are refused.
func ParseEvent(b []byte) (Event, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	var w wire
	if err := dec.Decode(&w); err != nil {
		return Event{}, fmt.Errorf("audit: not an event: %w", err)
	}
	at, err := time.Parse(timeForm, w.At)
	if err != nil {
		return Event{}, fmt.Errorf("audit: not an event: %w", err)
	}
	e := Event{w.Seq, at, w.Actor, w.Act, w.Subject, w.Purpose, w.Route, w.Detail}
	again, err := e.Encode()
	if err != nil {
		return Event{}, err
	}
	if !bytes.Equal(again, b) {
		return Event{}, fmt.Errorf("audit: event %d is not in its canonical form", w.Seq)
	}
	return e, nil
}
