package account

import (
	"net/http"

	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type passkeyButton struct{ Path, Next, Text string }

type signInView struct {
	// Kept is what was being sent when the session ran out; see keepForm.
	Next, Kept string
	// Waiting says that there is such a thing.
	Waiting  bool
	Email    parts.Input
	Password parts.PasswordInput
	Submit   parts.Button
	Passkey  passkeyButton
}

var signInPage = page[signInView]("sign-in")

func (a *rooms) signInPage(w http.ResponseWriter, r *http.Request) error {
	now := web.Now(r)
	if s, worker, err := a.Gate.Who(r.Context(), signin.WorkerToken(r), now); err == nil && s.Full() {
		return a.arrive(w, r, worker)
	}
	return a.drawSignIn(w, r, http.StatusOK, room.Next(r, ""), "", "", nil)
}

func (a *rooms) drawSignIn(w http.ResponseWriter, r *http.Request, code int, next, kept, email string, wrong fault.Fields) error {
	c := a.PublicChrome(r, "Sign in", false)
	c.Errors = wrong
	return signInPage.Render(w, r, code, c, signInView{
		Next: next, Kept: kept, Waiting: kept != "",
		Email: parts.Input{
			Field: parts.Field{Name: "email", Label: "Work email address"}, Type: "email", Value: email,
			Autocomplete: "username", Spellcheck: "false", Autocapitalize: "none",
		},
		Password: parts.PasswordInput{Field: parts.Field{Name: "password", Label: "Password", Error: wrong.For("password")}},
		Submit:   save("Continue"),
		Passkey:  passkeyButton{"/sign-in/passkey", next, "Sign in with a passkey"},
	})
}

func (a *rooms) signIn(w http.ResponseWriter, r *http.Request) error {
	now := web.Now(r)
	email, kept, next := r.PostFormValue("email"), r.PostFormValue("kept"), room.Next(r, "")
	token, s, err := a.Gate.Password(r.Context(), email, r.PostFormValue("password"), room.Source(r), now)
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawSignIn(w, r, status(wrong), next, kept, email, wrong)
	}
	a.setWorker(w, token)
	switch {
	case s.Enrolling():
		return room.See(w, r, with("/account/second-factor", next))
	case kept != "":
		// The words someone typed travel with the form, not in an address.
		return a.drawSecond(w, r, http.StatusOK, s.Worker, next, kept, nil)
	}
	return room.See(w, r, with("/sign-in/second", next))
}

type secondView struct {
	Next, Kept string
	// Codes is whether this worker can type a code; Keys whether they have a
	// passkey.
	Codes, Keys bool
	Code        parts.Input
	Submit      parts.Button
	Passkey     passkeyButton
}

var secondPage = page[secondView]("second")

// half is the session of someone who has given a password at least.
func (a *rooms) half(r *http.Request) (signin.Session, error) {
	s, _, err := a.Gate.Who(r.Context(), signin.WorkerToken(r), web.Now(r))
	return s, err
}

func (a *rooms) secondPage(w http.ResponseWriter, r *http.Request) error {
	s, err := a.half(r)
	if err != nil {
		return err
	}
	if s.Full() {
		return room.See(w, r, room.Next(r, "/account"))
	}
	return a.drawSecond(w, r, http.StatusOK, s.Worker, room.Next(r, ""), "", nil)
}

func (a *rooms) drawSecond(w http.ResponseWriter, r *http.Request, code int, worker, next, kept string, wrong fault.Fields) error {
	acct, err := a.Gate.Account(r.Context(), worker)
	if err != nil {
		return err
	}
	c := a.plain("Check that it is you")
	c.Errors, c.BackHref = wrong, with("/sign-in", next)
	return secondPage.Render(w, r, code, c, secondView{
		Next: next, Kept: kept, Codes: len(acct.TOTPSecret) > 0 || len(acct.RecoveryHashes) > 0, Keys: hasPasskeys(acct),
		Code:    codeInput(len(acct.TOTPSecret) > 0, wrong),
		Submit:  save("Sign in"),
		Passkey: passkeyButton{"/sign-in/second/passkey", next, "Use a passkey"},
	})
}

func codeInput(app bool, wrong fault.Fields) parts.Input {
	label := "Six-digit code from your app, or a recovery code"
	if !app {
		label = "Recovery code"
	}
	return parts.Input{
		Field:        parts.Field{Name: "code", Label: label, Error: wrong.For("code"), Hint: "Each code works once."},
		Autocomplete: "one-time-code", Spellcheck: "false", Autocapitalize: "characters", Width: 20,
	}
}

func (a *rooms) second(w http.ResponseWriter, r *http.Request) error {
	now := web.Now(r)
	s, err := a.half(r)
	if err != nil {
		return err
	}
	if s.Full() {
		return room.See(w, r, room.Next(r, "/account"))
	}
	token, s, err := a.Gate.Second(r.Context(), signin.WorkerToken(r), r.PostFormValue("code"), room.Source(r), now)
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawSecond(w, r, status(wrong), s.Worker, room.Next(r, ""), r.PostFormValue("kept"), wrong)
	}
	a.passed(w, token, s.Worker)
	if form, ok := a.keptForm(r.PostFormValue("kept"), s.Worker); ok {
		return a.drawReplay(w, r, form)
	}
	_, worker, err := a.Gate.Who(r.Context(), token, now)
	if err != nil {
		return err
	}
	return a.arrive(w, r, worker)
}

func (a *rooms) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := a.Gate.SignOut(r.Context(), signin.WorkerToken(r), web.Now(r)); err != nil {
		return err
	}
	a.setWorker(w, "")
	// What the browser kept of the pages goes too; nothing else of this site is
	// worth keeping on a shared computer.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	return room.See(w, r, "/sign-in")
}
