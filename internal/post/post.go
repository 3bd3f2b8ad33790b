// Package post sends the mails that acts have queued. Every mail is one of a
// few neutral texts kept beside this file: it may say that there is something
// to see and where, and never what it is about or who. The address is opened
// from its seal only to send, and is in no log and no error.
package post

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"text/template"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
)

//go:embed text/*.txt
var files embed.FS

var texts = template.Must(template.New("").Option("missingkey=error").ParseFS(files, "text/*.txt"))

// Mail is one mail, ready to go.
type Mail struct {
	To, Subject, Text string
	At                time.Time
	// Leave is the address at which the reader of a list takes themselves off it,
	// by one press in their mail program; empty when it is no list.
	Leave string
	// Event is the meeting that the mail is about; nil when it is about none.
	Event *Event
}

// Post writes queued mails and hands them to Send.
type Post struct {
	Desk *casework.Desk
	// Site is the address of the service, without a slash at the end.
	Site string
	// Send delivers one mail. It may be called again for the same mail after a
	// crash. Its error must not name the address.
	Send func(ctx context.Context, m Mail) error
	Now  func() time.Time
}

// Job is what does the jobs of kind casework.MailJob.
func (p *Post) Job() store.Handler {
	return store.Handler{Lease: 2 * time.Minute, Do: func(ctx context.Context, w store.Work) error {
		var queued casework.Mail
		if err := w.Payload(&queued); err != nil {
			return fmt.Errorf("post: a queued mail cannot be read: %w", err)
		}
		return p.Deliver(ctx, queued)
	}}
}

// Deliver writes one queued mail and hands it to Send.
func (p *Post) Deliver(ctx context.Context, queued casework.Mail) error {
	m, err := p.write(queued)
	if err != nil {
		return err
	}
	return p.Send(ctx, m)
}

// token is what a text may be given: letters and digits of ids and tokens.
var token = regexp.MustCompile(`^[A-Za-z0-9_=-]{1,200}$`)

func (p *Post) write(queued casework.Mail) (Mail, error) {
	m := Mail{At: p.Now()}
	typed, err := p.Desk.MailTo(queued)
	if err != nil {
		return m, err
	}
	to, err := mail.ParseAddress(typed)
	if err != nil {
		return m, fault.New(fault.Invalid, "The address of a queued mail is not an address.")
	}
	m.To = to.Address
	vars, err := p.Desk.MailVars(queued)
	if err != nil {
		return m, err
	}
	if m.Event, err = event(vars); err != nil {
		return m, err
	}
	m.Subject, m.Text, err = write(queued.Template, p.Site, vars, m.Event)
	return m, err
}

// Write gives the subject and words of one of the texts.
func Write(name, site string, vars map[string]string) (subject, text string, err error) {
	return write(name, site, vars, nil)
}

func write(name, site string, vars map[string]string, about *Event) (subject, text string, err error) {
	t := texts.Lookup(name + ".txt")
	if t == nil {
		return "", "", fmt.Errorf("post: there is no text %q", name)
	}
	data := map[string]string{"Site": strings.TrimSuffix(site, "/"), "Phone": "", "Outside": "", "When": ""}
	for k, v := range vars {
		if k == "phone" {
			if phoneForm.MatchString(v) { // a mail with no number is better than none
				data["Phone"] = v
			}
			continue
		}
		if !token.MatchString(v) || k == "" {
			return "", "", fmt.Errorf("post: what the text %q is given as %q is not a token", name, k)
		}
		data[strings.ToUpper(k[:1])+k[1:]] = v
	}
	if about != nil {
		about.fill(data)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", "", fmt.Errorf("post: writing %q: %w", name, err)
	}
	head, text, found := strings.Cut(b.String(), "\n\n")
	subject, ok := strings.CutPrefix(head, "Subject: ")
	if !found || !ok || strings.Contains(subject, "\n") {
		return "", "", errors.New("post: the text " + name + " must begin with one line “Subject:” and an empty line")
	}
	return subject, text, nil
}

// Names are the texts there are.
func Names() []string {
	entries, err := fs.Glob(files, "text/*.txt")
	if err != nil {
		panic(err) // only for a bad pattern
	}
	for i, e := range entries {
		entries[i] = strings.TrimSuffix(strings.TrimPrefix(e, "text/"), ".txt")
	}
	return entries
}

// Outbox keeps mails in memory instead of sending them, the newest first, for
// the demonstration.
type Outbox struct {
	mu    sync.Mutex
	mails []Mail
}

const outboxKeeps = 200

// Send keeps the mail.
func (o *Outbox) Send(_ context.Context, m Mail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mails = append([]Mail{m}, o.mails...)
	o.mails = o.mails[:min(len(o.mails), outboxKeeps)]
	return nil
}

// All gives the kept mails, newest first.
func (o *Outbox) All() []Mail {
	o.mu.Lock()
	defer o.mu.Unlock()
	return append([]Mail(nil), o.mails...)
}

// Lines are the paragraphs of a mail, for showing it on a page.
func (m Mail) Lines() []string { return strings.Split(strings.TrimSpace(m.Text), "\n\n") }
