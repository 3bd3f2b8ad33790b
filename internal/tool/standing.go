package tool

import (
	"strings"

	"frontdoor/internal/calendar"
)

// Licence is the right to use a form, as somebody entered it.
type Licence struct {
	Holder      string // who holds it: the partnership, or an agency
	Number      string
	Until       calendar.Date // the last day of it
	Accountable string        // worker who answers for it
	After       string        // what may be done once it has run out
}

// What may be done with scorings that were begun, once the licence has run out.
// Nobody can begin one then.
const (
	AfterRead   = "read"   // those who could read the wording still can
	AfterFinish = "finish" // and scorings begun before can be finished
	AfterNone   = "none"   // nobody reads the wording; numbers and grades stay
)

// Live tells whether a licence holds on a day.
func (l Licence) Live(on calendar.Date) bool { return !l.Until.IsZero() && !l.Until.Before(on) }

// Attended is one session of a course that somebody attended.
type Attended struct {
	Course, Session string
	On              calendar.Date
}

// Competence is whether somebody is trained to use a form.
type Competence struct {
	Live    bool
	Missing []string      // sessions that were not attended
	Lapsed  bool          // all were attended, and it has run out
	Until   calendar.Date // when it runs out; zero when it does not
}

// Competence works out from what somebody attended whether they are trained on a
// day. A form that names no sessions needs none.
func (p *Package) Competence(attended []Attended, on calendar.Date) Competence {
	n := p.Needs
	last := func(session string) calendar.Date {
		var out calendar.Date
		for _, a := range attended {
			if a.Course == n.Course && a.Session == session && !a.On.After(on) && a.On.After(out) {
				out = a.On
			}
		}
		return out
	}
	var c Competence
	var whole calendar.Date
	for _, s := range n.Sessions {
		at := last(s)
		if at.IsZero() {
			c.Missing = append(c.Missing, s)
		}
		if at.After(whole) {
			whole = at
		}
	}
	if len(c.Missing) > 0 {
		return c
	}
	c.Live = true
	if n.RefresherMonths == 0 || len(n.Sessions) == 0 {
		return c
	}
	if r := last(n.Refresher); r.After(whole) {
		whole = r
	}
	c.Until = whole.AddMonths(n.RefresherMonths)
	if c.Until.Before(on) {
		c.Live, c.Lapsed = false, true
	}
	return c
}

// Reader is who looks at a scoring, as far as their rights to the form go.
type Reader struct {
	Roles    []string
	Attended []Attended
}

// Standing is what somebody may do with an edition on a day.
type Standing struct {
	Wording bool // they may read the words
	// Refused says why they cannot score, and whom to ask; empty when they can.
	Refused string
	Competence
}

// Stand works out what somebody may do. began is the day a scoring was begun,
// zero for one that is about to begin. who names the person accountable for the
// licence, and how to reach them.
func (p *Package) Stand(r Reader, licence *Licence, who string, began, on calendar.Date) Standing {
	s := Standing{Wording: true, Competence: p.Competence(r.Attended, on)}
	if p.Practice {
		return s
	}
	var refused []string
	if !p.role(r.Roles) {
		s.Wording = false
		refused = append(refused, "Your role is not one of those that use "+p.Called()+".")
	}
	refused = append(refused, p.trained(&s)...)
	refused = append(refused, p.licensed(&s, licence, who, began, on)...)
	s.Refused = strings.Join(refused, " ")
	return s
}

func (p *Package) role(held []string) bool {
	if len(p.Wording.Roles) == 0 {
		return true
	}
	for _, have := range held {
		for _, may := range p.Wording.Roles {
			if have == may {
				return true
			}
		}
	}
	return false
}

// trained says what is missing of somebody's training.
func (p *Package) trained(s *Standing) []string {
	if s.Live {
		return nil
	}
	if p.Wording.Trained {
		s.Wording = false
	}
	const ask = " Ask your manager or the training officer."
	if s.Lapsed {
		return []string{"Your training for " + p.Called() + " ran out on " + s.Until.Long() + ": attend “" + p.Needs.Refresher + "”." + ask}
	}
	return []string{"There is no record that you attended " + quoted(s.Missing) + " of “" + p.Needs.Course + "”." + ask}
}

func quoted(list []string) string {
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = "“" + x + "”"
	}
	return strings.Join(out, " and ")
}

// licensed says what is wrong with the licence.
func (p *Package) licensed(s *Standing, l *Licence, who string, began, on calendar.Date) []string {
	if !p.Needs.Licence || l != nil && l.Live(on) {
		return nil
	}
	if l == nil {
		s.Wording = false
		return []string{"Nobody has recorded a licence for " + p.Called() + ". Ask whoever looks after the partnership’s tools."}
	}
	started := !began.IsZero() && !l.Until.Before(began)
	if l.After == AfterNone || !started {
		s.Wording = false
	}
	if l.After == AfterFinish && started {
		return nil
	}
	text := "The licence for " + p.Called() + " ran out on " + l.Until.Long() + ", so nobody can score with it until it is renewed."
	if who != "" {
		text += " Ask " + who + "."
	}
	return []string{text}
}
