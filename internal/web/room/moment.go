package room

import (
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/web"
)

// Moment is what is the same for everyone from one instant until the next
// change: who answers, which services are open, and what day it is.
type Moment struct {
	// From and Until bound it: From is in it, Until is not.
	From, Until time.Time
	// Contacts are who can be called, as they stand in it.
	Contacts *contact.Directory
	// Emergency is who to ring for each area.
	Emergency web.Emergency
}

// Moment is the one that now is in. It is the same until something changes, so
// that what was made for it can be kept by it.
func (h *House) Moment(now time.Time) *Moment {
	directory := h.Desk.Contacts(now)
	if m := h.moment.Load(); m != nil && m.Contacts == directory && !now.Before(m.From) && now.Before(m.Until) {
		return m
	}
	m := &Moment{From: now, Until: calendar.DateOf(now).AddDays(1).Start(), Contacts: directory}
	for _, s := range directory.Services(contact.Any) {
		status := directory.Status(s, now)
		for _, change := range []*time.Time{status.Until, status.Opens} {
			if change != nil && change.Before(m.Until) {
				m.Until = *change
			}
		}
	}
	for _, a := range directory.Authorities() {
		// Only a question that is not complete is refused, and this one is.
		who, err := directory.Decide(contact.Ask{Authority: a.ID, Urgency: contact.Soon, At: now})
		if err != nil {
			continue
		}
		m.Emergency.Lines = append(m.Emergency.Lines, web.EmergencyLine{
			Area: a.Name, Name: who.Name, Number: who.Phone, Tel: contact.Tel(who.Phone), When: until(who.Option, now),
		})
	}
	h.moment.Store(m)
	return m
}

// until says in a few words how long a service answers: "until 16:30", "until
// Monday 09:00".
func until(o contact.Option, now time.Time) string {
	if o.OpenUntil == nil {
		return ""
	}
	day := calendar.DateOf(*o.OpenUntil)
	text := o.OpenUntil.In(calendar.London).Format("15:04")
	if day != calendar.DateOf(now) {
		text = day.Weekday().String() + " " + text
	}
	return "until " + text
}
