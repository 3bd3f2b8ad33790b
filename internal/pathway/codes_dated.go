package pathway

import (
	"slices"
	"time"

	"frontdoor/internal/calendar"
)

// The columns of a list that say from and until which day a code is in force: an
// edition of a national form, say.
const (
	codeFrom  = "from"
	codeUntil = "until"
)

// datedCode checks the days of a code.
func datedCode(c Code) string {
	from, until, err := c.days()
	switch {
	case err != nil:
		return "“" + c.Code + "” has a day that cannot be read"
	case !until.IsZero() && until.Before(from):
		return "“" + c.Code + "” ends before it begins"
	}
	return ""
}

func (c Code) days() (from, until calendar.Date, err error) {
	if text := c.Extra[codeFrom]; text != "" {
		if from, err = calendar.ParseDate(text); err != nil {
			return from, until, err
		}
	}
	if text := c.Extra[codeUntil]; text != "" {
		until, err = calendar.ParseDate(text)
	}
	return from, until, err
}

// inForce gives the codes of a list that were in force at some time since a record
// began: what it was begun with may be finished, and what is not yet in force is not
// chosen. A record that is about to begin began now.
func inForce(codes []Code, created, now time.Time) []Code {
	dated := func(c Code) bool { return c.Extra[codeFrom] != "" || c.Extra[codeUntil] != "" }
	if !slices.ContainsFunc(codes, dated) {
		return codes
	}
	if created.IsZero() || created.After(now) {
		created = now
	}
	first, last := calendar.DateOf(created), calendar.DateOf(now)
	return slices.DeleteFunc(slices.Clone(codes), func(c Code) bool {
		from, until, err := c.days()
		return err == nil && (!from.IsZero() && from.After(last) || !until.IsZero() && until.Before(first))
	})
}
