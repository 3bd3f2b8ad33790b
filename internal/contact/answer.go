package contact

import (
	"fmt"
	"strings"
	"time"

	"frontdoor/internal/calendar"
)

// Option is a service that can be called, and when to call it.
type Option struct {
	Service   string        `json:"service"` // its id
	Name      string        `json:"name"`
	Phone     string        `json:"phone,omitempty"`
	PhoneNote string        `json:"phone_note,omitempty"`
	TextTo    string        `json:"text,omitempty"`
	Email     string        `json:"email,omitempty"`
	Web       string        `json:"web,omitempty"`
	Why       string        `json:"why,omitempty"` // when to use this one; empty on the first
	Hours     string        `json:"hours"`         // in words
	OpenUntil *time.Time    `json:"open_until"`    // nil when it never closes, is closed now, or is not known
	OpensAt   *time.Time    `json:"opens_at,omitempty"`
	Checked   calendar.Date `json:"checked"`
	Confirmed bool          `json:"confirmed"`
}

// Answer is who to call now. Its JSON form is what `frontdoor who-to-call`
// prints for programs; [Answer.Text] is what it prints for people.
type Answer struct {
	Option
	// Rule is the row of the decision table that matched, 1 to 10; 0 when the
	// area is not known and no row can be used.
	Rule      int       `json:"rule"`
	Because   string    `json:"because"` // the rule in words
	HaveReady []string  `json:"have_ready"`
	Next      string    `json:"next"` // what happens next
	Also      []Option  `json:"also"`
	InHours   bool      `json:"in_hours"` // the front door of the area is open
	AskedAt   time.Time `json:"asked_at"`
}

// Option makes a service into something to call at t; why says when to use it.
func (d *Directory) Option(s Service, why string, t time.Time) Option {
	st := d.Status(s, t)
	o := Option{
		Service: s.ID, Name: s.Name, Phone: s.Phone().Number, PhoneNote: s.Phone().Note, TextTo: s.TextTo,
		Email: s.Email, Web: s.Web, Why: why, Hours: d.HoursText(s), OpenUntil: st.Until, OpensAt: st.Opens,
		Checked: s.Checked, Confirmed: s.Confirmed,
	}
	// Who to call depends on the hours as much as on the number: the answer is
	// only as good as the worse known of the two.
	if c := d.calendars[s.Authority]; c != nil && (s.Hours.kind == frontDoor || s.Hours.kind == outOfHours) {
		_, checked, confirmed := c.HoursChecked()
		o.Confirmed = o.Confirmed && confirmed
		if !checked.IsZero() && checked.Before(o.Checked) {
			o.Checked = checked
		}
	}
	return o
}

// How says how to reach it, in a few words: "01375 652802", or "text 61016 or
// ring 0800 40 50 40".
func (o Option) How() string {
	var ways []string
	if o.TextTo != "" {
		ways = append(ways, "text "+o.TextTo)
	}
	if o.Phone != "" {
		ways = append(ways, "ring "+o.Phone)
	}
	if o.Phone == "" && o.Email != "" {
		ways = append(ways, "email "+o.Email)
	}
	if len(ways) == 0 && o.Web != "" {
		ways = append(ways, "see "+o.Web)
	}
	return strings.Join(ways, " or ")
}

// When says whether it answers now, in a sentence.
func (o Option) When() string {
	switch {
	case o.OpenUntil != nil:
		return "It is open until " + calendar.Show(*o.OpenUntil) + "."
	case o.OpensAt != nil:
		return "It is closed now. It opens " + calendar.Show(*o.OpensAt) + "."
	default:
		return o.Hours + "."
	}
}

// LastChecked says how far the number and hours can be trusted.
func (o Option) LastChecked() string {
	text := "Last checked " + o.Checked.Long() + "."
	if !o.Confirmed {
		text += " Not confirmed locally."
	}
	return text
}

// Text is the whole answer for a person to read on a plain screen.
func (a Answer) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", a.Name, a.How())
	if a.PhoneNote != "" {
		fmt.Fprintf(&b, " (%s)", a.PhoneNote)
	}
	fmt.Fprintf(&b, "\n%s\n\nWhy: %s\n", a.When(), a.Because)
	if len(a.HaveReady) > 0 {
		b.WriteString("\nHave ready, if you can:\n")
		for _, line := range a.HaveReady {
			fmt.Fprintf(&b, "  - %s\n", line)
		}
	}
	fmt.Fprintf(&b, "\nWhat happens next: %s\n", a.Next)
	if len(a.Also) > 0 {
		b.WriteString("\nAlso:\n")
		for _, o := range a.Also {
			fmt.Fprintf(&b, "  - %s: %s. %s\n", o.Name, o.How(), o.Why)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", a.LastChecked())
	return b.String()
}

// SMS is the answer short enough for one text message: 160 characters. It does
// not say what the call is about, in case someone else reads it.
func (a Answer) SMS() string {
	text := a.Name + ": " + a.How() + "."
	switch {
	case a.OpenUntil != nil:
		text += " Until " + calendar.ShowShort(*a.OpenUntil) + "."
	case a.OpensAt != nil:
		text += " From " + calendar.ShowShort(*a.OpensAt) + "."
	}
	if a.Rule != 1 {
		text += " Danger now: 999."
	}
	return text
}
