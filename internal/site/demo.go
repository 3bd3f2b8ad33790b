package site

import (
	"embed"
	"net/http"
	"strings"
	"sync"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/post"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"

	"github.com/pquerna/otp/totp"
)

//go:embed templates/*.html
var files embed.FS

// DemoAccount is someone to sign in as in the demonstration. The first of each group
// has its heading.
type DemoAccount struct{ Group, Role, Name, Team, What, Email, Password, Secret string }

// Demo is what only the demonstration has: its accounts, whose passwords and
// codes are shown to anyone, a clock that can be set, and an outbox.
type Demo struct {
	Accounts []DemoAccount
	Outbox   *post.Outbox
	Clock    *Clock
}

// Clock is a clock that can be set forward. It goes on from there at the pace of
// the real one.
type Clock struct {
	mu    sync.Mutex
	real  func() time.Time
	ahead time.Duration
}

// NewClock starts a clock at a time; at the real one when start is zero.
func NewClock(real func() time.Time, start time.Time) *Clock {
	c := &Clock{real: real}
	if !start.IsZero() {
		c.ahead = start.Sub(real())
	}
	return c
}

// Now is what the clock shows, in UTC.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real().Add(c.ahead).UTC()
}

// Set puts the clock forward. It cannot go back: what was recorded stays before
// what comes after it.
func (c *Clock) Set(to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	ahead := to.Sub(c.real())
	if ahead < c.ahead {
		return fault.Fields{{Key: "to", Text: "Enter a time that is later than the clock shows now. To go back, start the demonstration again"}}
	}
	c.ahead = ahead
	return nil
}

func (d *Demo) register(mux room.Mux, h *room.House) {
	p := &demoPages{d, h}
	mux.Handle("GET /demo", h.Public(p.people))
	mux.Handle("POST /demo/sign-in", h.Public(p.signIn))
	mux.Handle("GET /demo/clock", h.Public(p.clock))
	mux.Handle("POST /demo/clock", h.Public(p.setClock))
	mux.Handle("GET /demo/outbox", h.Public(p.outbox))
}

type demoPages struct {
	*Demo
	*room.House
}

type demoPerson struct {
	DemoAccount
	Index int
	Code  string
}

type demoView struct {
	Clock  string
	Groups []demoGroup
}

type demoGroup struct {
	Title  string
	People []demoPerson
}

var demoPage = web.Page[demoView]("site/demo", files, "templates/demo.html")

func (p *demoPages) people(w http.ResponseWriter, r *http.Request) error {
	now := web.Now(r)
	v := demoView{Clock: calendar.Show(now)}
	for i, a := range p.Accounts {
		code, err := totp.GenerateCode(a.Secret, now)
		if err != nil {
			return err
		}
		if len(v.Groups) == 0 || a.Group != "" {
			v.Groups = append(v.Groups, demoGroup{Title: a.Group})
		}
		g := &v.Groups[len(v.Groups)-1]
		g.People = append(g.People, demoPerson{a, i, code[:3] + " " + code[3:]})
	}
	return demoPage.Render(w, r, http.StatusOK, p.PublicChrome(r, "Sign in as anyone", false), v)
}

// signIn signs in as one of the made-up workers, through the same gate as
// everyone.
func (p *demoPages) signIn(w http.ResponseWriter, r *http.Request) error {
	now, email := web.Now(r), r.PostFormValue("email")
	for _, a := range p.Accounts {
		if a.Email != email {
			continue
		}
		src := room.Source(r)
		half, s, err := p.Gate.Password(r.Context(), a.Email, a.Password, src, now)
		if err != nil {
			return err
		}
		token, err := p.code(r, half, s.Worker, a, src, now)
		if err != nil {
			return err
		}
		http.SetCookie(w, signin.WorkerCookie(token, p.Front.TLS))
		http.SetCookie(w, signin.DeviceCookie(p.Gate.NewDevice(s.Worker), p.Front.TLS))
		// The sign-in page sends on whoever is signed in to where they begin.
		return room.See(w, r, "/sign-in")
	}
	return fault.New(fault.NotFound, "There is no such person in the demonstration.")
}

// code gives the second factor. A code works once, so someone who is signed in
// twice in half a minute needs the next one.
func (p *demoPages) code(r *http.Request, half, worker string, a DemoAccount, src signin.Source, now time.Time) (string, error) {
	acct, err := p.Gate.Account(r.Context(), worker)
	if err != nil {
		return "", err
	}
	at := now
	for range 3 {
		if at.Unix()/30 > acct.TOTPStep {
			break
		}
		at = at.Add(30 * time.Second)
	}
	code, err := totp.GenerateCode(a.Secret, at)
	if err != nil {
		return "", err
	}
	token, _, err := p.Gate.Second(r.Context(), half, code, src, now)
	if fault.KindOf(err) == fault.Invalid {
		return "", fault.New(fault.TooMany, "This person was signed in several times just now. Wait half a minute and try again.")
	}
	return token, err
}

type clockView struct {
	Now    string
	To     parts.Input
	Submit parts.Button
	Quick  []quickTime
}

type quickTime struct{ Text, To string }

var clockPage = web.Page[clockView]("site/clock", files, "templates/clock.html")

const clockForm = "2006-01-02T15:04"

func (p *demoPages) clock(w http.ResponseWriter, r *http.Request) error {
	return p.drawClock(w, r, http.StatusOK, nil)
}

func (p *demoPages) drawClock(w http.ResponseWriter, r *http.Request, status int, wrong fault.Fields) error {
	now := p.Clock.Now()
	local := func(d time.Duration) string { return now.Add(d).In(calendar.London).Format(clockForm) }
	value := local(0)
	if typed := r.PostFormValue("to"); typed != "" {
		value = typed
	}
	c := p.PublicChrome(r, "Set the clock", false)
	c.Errors, c.BackHref = wrong, "/demo"
	v := clockView{
		Now:    calendar.Show(now),
		To:     parts.Input{Field: parts.Field{Name: "to", Label: "New time, in London", Error: wrong.For("to")}, Type: "datetime-local", Value: value},
		Submit: parts.Button{Text: "Set the clock"},
		Quick:  []quickTime{{"One hour on", local(time.Hour)}, {"Four hours on", local(4 * time.Hour)}, {"A day on", local(24 * time.Hour)}, {"A week on", local(7 * 24 * time.Hour)}},
	}
	return clockPage.Render(w, r, status, c, v)
}

func (p *demoPages) setClock(w http.ResponseWriter, r *http.Request) error {
	to, _, err := calendar.ParseTime(strings.TrimSpace(r.PostFormValue("to")))
	if err == nil {
		err = p.Clock.Set(to)
	} else {
		err = fault.Fields{{Key: "to", Text: "Enter a time, such as 2026-03-17T10:00"}}
	}
	if wrong, ok := err.(fault.Fields); ok {
		return p.drawClock(w, r, http.StatusUnprocessableEntity, wrong)
	}
	return room.See(w, r, "/demo/clock")
}

type outboxView struct{ Mails []post.Mail }

// When is shown beside each mail.
func (outboxView) When(m post.Mail) string { return calendar.Show(m.At) }

var outboxPage = web.Page[outboxView]("site/outbox", files, "templates/outbox.html")

func (p *demoPages) outbox(w http.ResponseWriter, r *http.Request) error {
	c := p.PublicChrome(r, "Mail that would have been sent", false)
	c.BackHref = "/demo"
	return outboxPage.Render(w, r, http.StatusOK, c, outboxView{p.Outbox.All()})
}
