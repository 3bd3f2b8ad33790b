package post

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"mime/quotedprintable"
	"net/textproto"
	"regexp"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Event is a meeting as a calendar gets it. Nothing in it comes from a record but
// the time: it is always called “Meeting”.
type Event struct {
	UID      string
	Sequence int
	Cancel   bool
	Starts   time.Time
	Ends     time.Time
	// Where says where to find out the place; the place itself never leaves.
	Where string
}

// calendarForm is how an instant is given to a mail (casework queues it so).
const calendarForm = "20060102T150405Z"

// phoneForm is what a text may be given as a number to ring: the front door's own.
var phoneForm = regexp.MustCompile(`^\+?[0-9][0-9 ()-]{1,30}$`)

// event reads a meeting out of what a queued mail is given, leaving what its text
// needs; nil when the mail is about none.
func event(vars map[string]string) (*Event, error) {
	if vars["uid"] == "" {
		return nil, nil
	}
	bad := fault.New(fault.Invalid, "A queued mail about a meeting cannot be read.")
	e := Event{UID: vars["uid"], Cancel: vars["method"] == "CANCEL"}
	var err error
	if e.Sequence, err = strconv.Atoi(vars["sequence"]); err != nil || e.Sequence < 0 || !token.MatchString(e.UID) {
		return nil, bad
	}
	if e.Starts, err = time.Parse(calendarForm, vars["starts"]); err != nil {
		return nil, bad
	}
	if e.Ends, err = time.Parse(calendarForm, vars["ends"]); err != nil || !e.Ends.After(e.Starts) {
		return nil, bad
	}
	return &e, nil
}

// when says a meeting's time as people in London read it.
func (e *Event) when() string {
	minutes := int(e.Ends.Sub(e.Starts).Minutes())
	last := strconv.Itoa(minutes) + " minutes"
	switch {
	case minutes == 60:
		last = "1 hour"
	case minutes%60 == 0:
		last = strconv.Itoa(minutes/60) + " hours"
	}
	return calendar.Show(e.Starts) + " (about " + last + ")"
}

// Calendar writes the event as RFC 5545 has it, for one reader: nobody else who
// is invited stands in it. The times are in UTC, which the night the clocks
// change does not touch.
func (e *Event) Calendar(organiser, to string, at time.Time) []byte {
	c := ics.NewCalendarFor("Frontdoor")
	method, status := ics.MethodRequest, ics.ObjectStatusConfirmed
	if e.Cancel {
		method, status = ics.MethodCancel, ics.ObjectStatusCancelled
	}
	c.SetMethod(method)
	c.SetCalscale("GREGORIAN")
	_, domain, _ := strings.Cut(organiser, "@")
	v := c.AddEvent(e.UID + "@" + domain)
	v.SetSequence(e.Sequence)
	v.SetDtStampTime(at)
	v.SetStartAt(e.Starts)
	v.SetEndAt(e.Ends)
	v.SetStatus(status)
	v.SetSummary("Meeting")
	v.SetDescription(e.Where)
	v.SetLocation(e.Where)
	v.SetClass(ics.ClassificationPrivate)
	v.SetOrganizer("mailto:" + organiser)
	v.AddAttendee("mailto:"+to, ics.ParticipationStatusNeedsAction, ics.ParticipationRoleReqParticipant, ics.WithRSVP(false))
	return []byte(c.Serialize(ics.WithNewLineWindows))
}

// fill gives a text what it needs to know of a meeting.
func (e *Event) fill(data map[string]string) {
	data["When"] = e.when()
	ring := "ring " + data["Phone"]
	if data["Phone"] == "" {
		ring = "ring whoever asked you"
	}
	e.Where = "Sign in to read where: " + data["Site"] + "/meetings, or " + ring + "."
	if data["Outside"] != "" {
		e.Where = strings.ToUpper(ring[:1]) + ring[1:] + " to hear where."
	}
}

// mime writes a mail of several parts: its words, and the meeting both as
// something that a calendar shows at once (RFC 6047) and as a file.
func (e *Event) mime(m Mail, organiser string) (contentType string, body []byte, err error) {
	file := e.Calendar(organiser, m.To, m.At)
	method := "REQUEST"
	if e.Cancel {
		method = "CANCEL"
	}
	var inner bytes.Buffer
	alt := multipart.NewWriter(&inner)
	if err := part(alt, "text/plain; charset=utf-8", "", []byte(strings.ReplaceAll(m.Text, "\n", "\r\n"))); err != nil {
		return "", nil, err
	}
	if err := part(alt, "text/calendar; charset=utf-8; method="+method, "", file); err != nil {
		return "", nil, err
	}
	if err := alt.Close(); err != nil {
		return "", nil, err
	}
	var all bytes.Buffer
	mixed := multipart.NewWriter(&all)
	w, err := mixed.CreatePart(textproto.MIMEHeader{"Content-Type": {"multipart/alternative; boundary=" + alt.Boundary()}})
	if err != nil {
		return "", nil, err
	}
	if _, err := w.Write(inner.Bytes()); err != nil {
		return "", nil, err
	}
	if err := part(mixed, "application/ics; name=meeting.ics", "attachment; filename=meeting.ics", file); err != nil {
		return "", nil, err
	}
	if err := mixed.Close(); err != nil {
		return "", nil, err
	}
	return "multipart/mixed; boundary=" + mixed.Boundary(), all.Bytes(), nil
}

func part(into *multipart.Writer, contentType, disposition string, body []byte) error {
	h := textproto.MIMEHeader{"Content-Type": {contentType}, "Content-Transfer-Encoding": {"quoted-printable"}}
	if disposition != "" {
		h.Set("Content-Disposition", disposition)
	}
	w, err := into.CreatePart(h)
	if err != nil {
		return err
	}
	q := quotedprintable.NewWriter(w)
	q.Binary = contentType != "" && !strings.HasPrefix(contentType, "text/")
	if _, err := q.Write(body); err != nil {
		return err
	}
	return q.Close()
}

// messageID is the same for every sending of one sequence of a meeting, so that a
// mail that was sent twice after a crash arrives once.
func (e *Event) messageID(domain string) string {
	return fmt.Sprintf("%s.%d@%s", e.UID, e.Sequence, domain)
}
