package post

import (
	"io"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
)

// FuzzMail: whatever somebody typed as an address, and whatever the words, a mail
// has one receiver and the headers that the program gave it, and no more.
func FuzzMail(f *testing.F) {
	for _, s := range []string{"a@example.org", "a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "<a@example.org> b", "\"a\nb\"@example.org", "=?utf-8?q?=0d=0aBcc:?=@example.org", "a@example.org\x00", "\x00a@example.org", "\xac @example.org", strings.Repeat("a", 5000) + "@example.org"} {
		f.Add(s, "Subject", "Text\n.\nmore")
	}
	f.Add("a@example.org", "x\r\nBcc: b@example.org", "\r\n.\r\nMAIL FROM:<x>")
	from, err := mail.ParseAddress("Frontdoor <no-reply@example.org>")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, to, subject, text string) {
		at := time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)
		b, err := (SMTP{}).message(from, Mail{To: to, Subject: subject, Text: text, At: at})
		if err != nil {
			return
		}
		m, err := mail.ReadMessage(strings.NewReader(string(b)))
		if err != nil {
			t.Fatalf("to %q: %v in %q", to, err, b)
		}
		if len(m.Header) != 9 {
			t.Fatalf("to %q, about %q: %d headers: %q", to, subject, len(m.Header), b)
		}
		for k, v := range m.Header {
			if len(v) != 1 {
				t.Fatalf("%s is there %d times", k, len(v))
			}
		}
		if list, err := m.Header.AddressList("To"); err == nil && (len(list) != 1 || list[0].Address != to) {
			t.Fatalf("to %q became %v", to, list)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		if err != nil {
			t.Fatal(err)
		}
		plain := func(s string) string { return strings.NewReplacer("\r", "", "\n", "").Replace(s) }
		if plain(string(body)) != plain(text) {
			t.Fatalf("%q became %q", text, body)
		}
	})
}
