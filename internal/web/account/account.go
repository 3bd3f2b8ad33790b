// Package account holds the pages of signing in and of looking after accounts:
// sign-in with its second factor, setting up an account from an invitation, a
// worker's own security page, the administrator's list of workers, and the
// audit log for those who look after it.
//
// Every page works without script. Script adds passkeys.
package account

import (
	"embed"
	"net/http"
	"slices"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html passkey.js
var files embed.FS

// rooms is what the handlers of this package work with.
type rooms struct {
	*room.House
	mux room.Mux
}

// Register adds the room's routes. The mux is also asked, when a session runs
// out, which pages there are to come back to.
func Register(mux room.Mux, h *room.House) {
	a := &rooms{House: h, mux: mux}
	public := func(pattern string, fn web.Handler) { mux.Handle(pattern, h.Public(fn)) }
	staff := func(pattern string, fn room.StaffHandler) { mux.Handle(pattern, h.Staff(fn)) }

	public("GET /sign-in", a.signInPage)
	public("POST /sign-in", a.signIn)
	public("GET /sign-in/second", a.secondPage)
	public("POST /sign-in/second", a.second)
	public("POST /sign-out", a.signOut)
	public("GET /invitation/{token}", a.invitationPage)
	public("POST /invitation/{token}", a.invitation)
	public("GET /account/passkey.js", a.script)
	public("POST /sign-in/passkey/begin", a.aloneBegin)
	public("POST /sign-in/passkey/finish", a.aloneFinish)
	public("POST /sign-in/second/passkey/begin", a.secondBegin)
	public("POST /sign-in/second/passkey/finish", a.secondFinish)

	public("GET /account/second-factor", a.choosePage)
	public("GET /account/second-factor/app", a.appPage)
	public("POST /account/second-factor/app", a.app)
	public("GET /account/second-factor/qr.png", a.qr)
	public("POST /account/second-factor/passkey/begin", a.addBegin)
	public("POST /account/second-factor/passkey/finish", a.addFinish)

	staff("GET /account", a.securityPage)
	staff("GET /account/again", a.againPage)
	staff("POST /account/again", a.again)
	staff("GET /account/password", a.passwordPage)
	staff("POST /account/password", a.password)
	staff("POST /account/sessions", a.endSession)
	staff("POST /account/recovery", a.newRecovery)
	staff("GET /account/recovery", a.recoveryPage)
	staff("POST /account/recovery/kept", a.recoveryKept)
	staff("GET /account/acts", a.ownActs)

	staff("GET /workers", a.may("accounts", a.workersPage))
	staff("POST /workers", a.may("accounts", a.workersPage))
	staff("GET /workers/new", a.may("accounts", a.newWorkerPage))
	staff("POST /workers/new", a.may("accounts", a.newWorker))
	staff("GET /workers/{id}", a.may("accounts", a.workerPage))
	staff("POST /workers/{id}", a.may("accounts", a.setRoles))
	staff("GET /workers/{id}/reset", a.may("accounts", a.resetPage))
	staff("POST /workers/{id}/reset", a.may("accounts", a.reset))
	staff("GET /workers/{id}/left", a.may("accounts", a.leftPage))
	staff("POST /workers/{id}/left", a.may("accounts", a.left))

	staff("GET /audit", a.may("audit", a.auditPage))
	staff("POST /audit", a.may("audit", a.auditPage))
	staff("GET /audit/checkpoint", a.may("audit", a.checkpoint))
}

// may lets only those in whose roles have a power.
func (a *rooms) may(power string, fn room.StaffHandler) room.StaffHandler {
	return func(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
		if who.May(a.House, power) {
			return fn(w, r, who)
		}
		return fault.New(fault.Forbidden, "Your role does not let you see this. Ask your administrator if it should.")
	}
}

func (a *rooms) log(r *http.Request, who *room.Asker, act, subject string, detail map[string]string) error {
	return a.Desk.DB.Write(r.Context(), func(tx *store.Tx) error {
		return tx.Audit(audit.Event{
			At: web.Now(r), Actor: string(who.By.Principal), Act: act, Subject: subject, Route: r.Pattern, Detail: detail,
		})
	})
}

func page[V any](name string) *web.PageT[V] {
	return web.Page[V]("account/"+name, files, "templates/"+name+".html", "templates/bits.html")
}

func (a *rooms) setWorker(w http.ResponseWriter, token string) {
	http.SetCookie(w, signin.WorkerCookie(token, a.Front.TLS))
}

// passed marks the browser as signed in, and as one its owner has used.
func (a *rooms) passed(w http.ResponseWriter, token, worker string) {
	a.setWorker(w, token)
	http.SetCookie(w, signin.DeviceCookie(a.Gate.NewDevice(worker), a.Front.TLS))
}

// landing is where a worker begins when they came from nowhere.
func (a *rooms) landing(w agency.Worker, now time.Time) string {
	reg := &a.Desk.Place.Register
	has := func(power string) bool {
		return slices.ContainsFunc(w.Roles(now), func(id string) bool {
			role, ok := reg.Role(id)
			return ok && slices.Contains(role.May, power)
		})
	}
	cases := slices.ContainsFunc(w.Roles(now), func(id string) bool { role, ok := reg.Role(id); return ok && role.Cases })
	switch {
	case has("accounts"):
		return "/workers"
	case has("audit"):
		return "/audit"
	case cases && a.Works(w, now):
		return "/board"
	case has("retention"):
		return "/retention"
	case has("reports"):
		return "/reports"
	case has("texts"):
		return "/texts"
	}
	return "/account"
}

// arrive sends someone who has just signed in on to where they were going.
func (a *rooms) arrive(w http.ResponseWriter, r *http.Request, worker agency.Worker) error {
	return room.See(w, r, room.Next(r, a.landing(worker, web.Now(r))))
}

// plain frames the steps of getting in: nothing on them leads elsewhere.
func (a *rooms) plain(title string) web.Chrome {
	return web.Chrome{Site: a.Site, Title: title, Staff: true}
}

// done are what pages say after something was done, by the word in their
// address.
var done = map[string]string{
	"password": "Your password was changed. You are signed out everywhere else.",
	"ended":    "Signed out there.",
	"roles":    "Roles and teams were changed.",
	"left":     "Marked as left. They are signed out and can no longer sign in.",
}

func (a *rooms) staffChrome(r *http.Request, who *room.Asker, title string) web.Chrome {
	c := a.StaffChrome(r, who, title)
	c.Notice = done[r.URL.Query().Get("done")]
	c.NoticeDone = c.Notice != ""
	return c
}

func when(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return calendar.Show(t)
}

// fields splits off what is wrong with a form, which is shown on the form, from
// every other error.
func fields(err error) (fault.Fields, error) {
	if f, ok := err.(fault.Fields); ok {
		return f, nil
	}
	return nil, err
}

// again draws a form once more with what is wrong with it.
func status(f fault.Fields) int {
	if len(f) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func save(text string) parts.Button { return parts.Button{Text: text, Once: true} }
