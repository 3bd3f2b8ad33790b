// Package bulletin is how the partnership tells people of what is new, and how
// people tell the partnership what should change: the newsletter by email,
// suggested changes to the texts, and releases that each agency passes on and
// confirms. Each act is one transaction with a line in the audit log.
package bulletin

import (
	"net/mail"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// Power is what a role needs to release pieces, to say who is nominated, and to
// see which agencies have not passed a release on. The newsletter and the desk of
// suggestions take [publishing.PowerWrite]; a newsletter is sent by somebody with
// [publishing.PowerPublish].
const Power = "releases"

// Desk is where these acts happen.
type Desk struct {
	*casework.Desk
	Texts *publishing.Texts
	// Site is the address of the service, without a slash at the end.
	Site string
}

var (
	errRole = fault.New(fault.Forbidden, "Your role does not let you do this. Ask your manager if it should.")
	errNone = fault.New(fault.NotFound, "There is nothing here that you can open. It may have moved.")
)

// ByAnyone is somebody who is not signed in.
func ByAnyone(now time.Time, route string) casework.By {
	return casework.By{Viewer: access.Viewer{Now: now}, Principal: audit.ActorPublic, Kind: "public", Now: now, Route: route}
}

func (d *Desk) may(by casework.By, power string) bool { return by.May(power, &d.Place.Register) }

func (d *Desk) log(tx *store.Tx, by casework.By, act, subject string, detail map[string]string) error {
	return tx.Audit(audit.Event{At: by.Now, Actor: string(by.Principal), Act: act, Subject: subject, Route: by.Route, Detail: detail})
}

func (d *Desk) seal(kind, id, field, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	return d.Sealer.SealText(text, seal.Binding{Kind: kind, ID: id, Field: field})
}

func (d *Desk) open(kind, id, field, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	return d.Sealer.OpenText(sealed, seal.Binding{Kind: kind, ID: id, Field: field})
}

// limit counts a request from a source and refuses it when there were most within
// the hour. The source is [secret.SourceKey]; only a keyed hash of it is kept.
func (d *Desk) limit(tx *store.Tx, kind, source string, most int, now time.Time) error {
	key := d.Sealer.LookupHash(source, "attempt "+kind)
	made, err := tx.AttemptsSince(kind, key, now.Add(-secret.Window))
	if err != nil {
		return err
	}
	if len(made) >= most {
		return fault.New(fault.TooMany, "This was sent too many times from here. Wait an hour, then try again. If a child is in danger now, do not wait: call 999.")
	}
	return tx.AddAttempt(store.Attempt{Kind: kind, Key: key, At: now})
}

// address reads an email address as typed.
func address(typed string) (string, bool) {
	typed = strings.TrimSpace(typed)
	a, err := mail.ParseAddress(typed)
	if err != nil || a.Name != "" || a.Address != typed || len(typed) > 254 || !strings.Contains(typed[strings.LastIndex(typed, "@")+1:], ".") {
		return "", false
	}
	return typed, true
}

// tell gives a worker a notice inside. It goes by a neutral mail too when that is
// asked for, and when their role gets no notices.
func (d *Desk) tell(tx *store.Tx, by casework.By, w agency.Worker, message, template string, vars map[string]string, mailed bool) error {
	if err := tx.AddNotice(store.Notice{ID: store.NewID(by.Now), To: access.ToWorker(w.ID), Message: message, At: by.Now}); err != nil {
		return err
	}
	if !mailed && len(access.WorkerViewer(w, &d.Place.Register, by.Now).Principals) > 0 {
		return nil
	}
	return d.QueueMail(tx, by, w.Email, template, vars)
}

// here tells whether a worker has not left.
func here(w agency.Worker, now time.Time) bool {
	return w.ID != "" && !w.Left(now)
}

// length is a length the partnership has set for this part of the program.
func (d *Desk) length(name string, otherwise calendar.Length) calendar.Length {
	if s, ok := d.Place.Settings["bulletin"][name]; ok {
		if l, err := calendar.ParseLength(s.Default); err == nil {
			return l
		}
	}
	return otherwise
}

// calendarOf is the calendar of an agency: that of the first authority that one
// of its teams covers.
func (d *Desk) calendarOf(agencyID string) *calendar.Calendar {
	for _, t := range d.Place.Register.Teams {
		if t.Agency == agencyID && len(t.Authorities) > 0 {
			if c, ok := d.Place.Calendars[t.Authorities[0]]; ok {
				return c
			}
		}
	}
	return calendar.Default()
}

// chosen keeps of what was sent the values that there are, in their order.
func chosen(sent []string, there []Option) []string {
	var out []string
	for _, o := range there {
		if slices.Contains(sent, o.Key) {
			out = append(out, o.Key)
		}
	}
	return out
}

// Option is something that can be chosen, and its words.
type Option struct{ Key, Label string }
