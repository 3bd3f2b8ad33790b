package post_test

import (
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/post"
)

func meeting() *post.Event {
	return &post.Event{
		UID: "5f1c", Sequence: 2, Starts: time.Date(2026, 10, 26, 10, 0, 0, 0, time.UTC), Ends: time.Date(2026, 10, 26, 12, 0, 0, 0, time.UTC),
		Where: "Sign in to read where: https://frontdoor.example/meetings, or ring 01375 000000; then, ask.",
	}
}

// pieces are the parts of a mail that is not one itself, by their type.
func pieces(t *testing.T, kind string, body io.Reader, into map[string]string) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		b, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		into[kind] = string(b)
		return
	}
	r := multipart.NewReader(body, params["boundary"])
	for {
		p, err := r.NextRawPart()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		var from io.Reader = p
		if p.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			from = quotedprintable.NewReader(p)
		}
		pieces(t, p.Header.Get("Content-Type"), from, into)
	}
}

// A mail about a meeting has its words, the meeting as a calendar shows it at once,
// and the same as a file; twice the same sequence is twice the same message.
func TestSendsAMeeting(t *testing.T) {
	t.Parallel()
	s := &server{}
	out := post.SMTP{Addr: s.start(t, nil), From: "Frontdoor <no-reply@frontdoor.example>"}
	m := news()
	m.Event = meeting()
	for range 2 {
		if err := out.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []string
	for _, got := range s.got {
		msg, err := mail.ReadMessage(strings.NewReader(got))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, msg.Header.Get("Message-ID"))
		all := map[string]string{}
		pieces(t, msg.Header.Get("Content-Type"), msg.Body, all)
		shown, file := all["text/calendar; charset=utf-8; method=REQUEST"], all["application/ics; name=meeting.ics"]
		if shown == "" || shown != file || !strings.Contains(all["text/plain; charset=utf-8"], "There is news") {
			t.Fatalf("parts: %q", all)
		}
	}
	if ids[0] != "<5f1c.2@frontdoor.example>" || ids[0] != ids[1] {
		t.Errorf("ids %q", ids)
	}
}

// The calendar file is as RFC 5545 has it: every line ends in CR LF and has at
// most 75 octets, and commas and semicolons in words are escaped.
func TestCalendarFile(t *testing.T) {
	t.Parallel()
	e := meeting()
	at := time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)
	text := string(e.Calendar("no-reply@frontdoor.example", strings.Repeat("a", 90)+"@school.example", at))
	for line := range strings.SplitSeq(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsAny(line, "\r\n") {
			t.Errorf("line of %d octets: %q", len(line), line)
		}
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n ", ""), "\r\n")
	for _, want := range []string{
		"BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REQUEST", "UID:5f1c@frontdoor.example", "SEQUENCE:2", "DTSTAMP:20261001T080000Z",
		"DTSTART:20261026T100000Z", "DTEND:20261026T120000Z", "SUMMARY:Meeting", "STATUS:CONFIRMED", "CLASS:PRIVATE", "ORGANIZER:mailto:no-reply@frontdoor.example",
		`LOCATION:Sign in to read where: https://frontdoor.example/meetings\, or ring 01375 000000\; then\, ask.`, "END:VCALENDAR",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("no line %q in\n%s", want, text)
		}
	}
	e.Cancel = true
	if off := string(e.Calendar("a@b.example", "c@d.example", at)); !strings.Contains(off, "METHOD:CANCEL\r\n") || !strings.Contains(off, "STATUS:CANCELLED\r\n") {
		t.Errorf("called off: %s", off)
	}
}
