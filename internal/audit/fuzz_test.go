package audit

import (
	"bytes"
	"strings"
	"testing"
)

// FuzzParseEvent: what is read as an event is written back as the same bytes, so
// no two texts are the same event.
func FuzzParseEvent(f *testing.F) {
	b, err := event(4).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	for _, s := range []string{`{}`, `{"seq":1}`, `{"seq":1e0,"at":"2026-03-17T12:00:00.000000Z","actor":"a","act":"b"}`, `{"SEQ":1,"at":"2026-03-17T12:00:00.000000Z","actor":"a","act":"b"}`, strings.Repeat("[", 10000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEvent(b)
		if err != nil {
			return
		}
		again, err := e.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q became %q, %v", b, again, err)
		}
	})
}

func FuzzParseLink(f *testing.F) {
	f.Add(ChainStart("r").String())
	f.Add(strings.ToUpper(ChainStart("r").String()))
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLink(s)
		if err == nil && !strings.EqualFold(l.String(), s) {
			t.Fatalf("%q became %q", s, l)
		}
	})
}
