package account

import (
	"net/http"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/fault"
	"frontdoor/internal/seal"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type invitationView struct {
	Token, Name, Email string
	Password           parts.PasswordInput
	Submit             parts.Button
}

var invitationPage = page[invitationView]("invitation")

func (a *rooms) invitationPage(w http.ResponseWriter, r *http.Request) error {
	return a.drawInvitation(w, r, nil)
}

func (a *rooms) drawInvitation(w http.ResponseWriter, r *http.Request, wrong fault.Fields) error {
	token := r.PathValue("token")
	worker, err := a.Gate.Invited(r.Context(), token, web.Now(r))
	if err != nil {
		return err
	}
	c := a.plain("Set up your account")
	c.Errors = wrong
	return invitationPage.Render(w, r, status(wrong), c, invitationView{
		Token: token, Name: worker.Name, Email: worker.Email, Password: newPassword(wrong), Submit: save("Continue"),
	})
}

func newPassword(wrong fault.Fields) parts.PasswordInput {
	return parts.PasswordInput{Autocomplete: "new-password", Field: parts.Field{
		Name: "password", Label: "New password", Error: wrong.For("password"),
		Hint: "At least 12 characters. Three or four unrelated words are easy to remember. You can paste one from a password manager.",
	}}
}

func (a *rooms) invitation(w http.ResponseWriter, r *http.Request) error {
	token, _, err := a.Gate.Accept(r.Context(), r.PathValue("token"), r.PostFormValue("password"), room.Source(r), web.Now(r))
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawInvitation(w, r, wrong)
	}
	a.setWorker(w, token)
	return room.See(w, r, "/account/second-factor")
}

// enrolling is the session of someone who may set up a second factor: because
// they have none yet, or because they have just proved who they are.
func (a *rooms) enrolling(r *http.Request) (signin.Session, agency.Worker, error) {
	s, worker, err := a.Gate.Who(r.Context(), signin.WorkerToken(r), web.Now(r))
	switch {
	case err != nil:
		return s, worker, err
	case s.Full() && !s.Recent(web.Now(r)):
		return s, worker, fault.New(fault.Forbidden, "Prove again that it is you, then come back to this page. Go to Your account and choose to add a way to sign in.")
	case !s.Full() && !s.Enrolling():
		return s, worker, fault.New(fault.SignIn, "Finish signing in first.")
	}
	return s, worker, nil
}

// ready is enrolling for a page: whoever must prove again who they are is sent
// to do so.
func (a *rooms) ready(w http.ResponseWriter, r *http.Request) (s signin.Session, worker agency.Worker, away bool, err error) {
	s, worker, err = a.enrolling(r)
	if fault.KindOf(err) == fault.Forbidden {
		return s, worker, true, room.See(w, r, with("/account/again", r.URL.Path))
	}
	return s, worker, err != nil, err
}

type chooseView struct {
	First   bool
	App     parts.Button
	Passkey passkeyButton
}

var choosePage = page[chooseView]("second-factor")

func (a *rooms) choosePage(w http.ResponseWriter, r *http.Request) error {
	s, _, away, err := a.ready(w, r)
	if away {
		return err
	}
	next := room.Next(r, "")
	return choosePage.Render(w, r, http.StatusOK, a.plain("Choose a second way to prove who you are"), chooseView{
		First: !s.Full(), App: parts.Button{Text: "Use an app on my phone", Href: with("/account/second-factor/app", next)},
		Passkey: passkeyButton{"/account/second-factor/passkey", next, "Use a passkey"},
	})
}

type appView struct {
	Next, Secret string
	Code         parts.Input
	Submit       parts.Button
}

var appPage = page[appView]("app")

func (a *rooms) appPage(w http.ResponseWriter, r *http.Request) error {
	return a.drawApp(w, r, nil)
}

func (a *rooms) drawApp(w http.ResponseWriter, r *http.Request, wrong fault.Fields) error {
	s, worker, away, err := a.ready(w, r)
	if away {
		return err
	}
	one, err := a.Gate.BeginApp(r.Context(), s, worker, a.issuer(), web.Now(r))
	if err != nil {
		return err
	}
	c := a.plain("Set up your app")
	c.Errors, c.BackHref = wrong, "/account/second-factor"
	return appPage.Render(w, r, status(wrong), c, appView{
		Next: room.Next(r, ""), Secret: grouped(one.Secret), Submit: save("Continue"),
		Code: parts.Input{
			Field:        parts.Field{Name: "code", Label: "Six-digit code that the app shows now", Error: wrong.For("code")},
			Autocomplete: "one-time-code", InputMode: "numeric", Width: 10,
		},
	})
}

// issuer is the name an authenticator app shows.
func (a *rooms) issuer() string {
	if a.Desk.Place.Short != "" {
		return "Frontdoor " + a.Desk.Place.Short
	}
	return "Frontdoor"
}

func grouped(secret string) string {
	var b strings.Builder
	for i, c := range secret {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (a *rooms) qr(w http.ResponseWriter, r *http.Request) error {
	s, worker, err := a.enrolling(r)
	if err != nil {
		return err
	}
	one, err := a.Gate.BeginApp(r.Context(), s, worker, a.issuer(), web.Now(r))
	if err != nil {
		return err
	}
	b, err := one.QR(240)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = w.Write(b)
	return nil
}

func (a *rooms) app(w http.ResponseWriter, r *http.Request) error {
	s, worker, away, err := a.ready(w, r)
	if away {
		return err
	}
	token, codes, err := a.Gate.FinishApp(r.Context(), s, worker, r.PostFormValue("code"), web.Now(r))
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawApp(w, r, wrong)
	}
	next, err := a.enrolled(w, r, worker, token, codes)
	if err != nil {
		return err
	}
	return room.See(w, r, next)
}

// enrolled keeps the new session and says where to go: to the recovery codes
// when there are new ones.
func (a *rooms) enrolled(w http.ResponseWriter, r *http.Request, worker agency.Worker, token string, codes []string) (string, error) {
	a.passed(w, token, worker.ID)
	if codes == nil {
		return "/account", nil
	}
	s, _, err := a.Gate.Who(r.Context(), token, web.Now(r))
	if err != nil {
		return "", err
	}
	return with("/account/recovery", room.Next(r, "")), a.keepCodes(r, s, codes)
}

// codesKey is where a session keeps recovery codes, sealed, from when they are
// made until their owner says that they are kept: the page can be reloaded.
const codesKey = "recovery"

func codesBinding(worker string) seal.Binding {
	return seal.Binding{Kind: "account", ID: worker, Field: "recovery codes to show"}
}

func (a *rooms) keepCodes(r *http.Request, s signin.Session, codes []string) error {
	sealed, err := a.Gate.Sealer.SealText(strings.Join(codes, "\n"), codesBinding(s.Worker))
	if err != nil {
		return err
	}
	if s.Data == nil {
		s.Data = map[string]string{}
	}
	s.Data[codesKey] = sealed
	return a.Gate.DB.Write(r.Context(), func(tx *store.Tx) error { return tx.PutSession(s.Session) })
}

type recoveryView struct {
	Next   string
	Codes  []string
	Print  parts.PrintButton
	Submit parts.Button
}

var recoveryPage = page[recoveryView]("recovery")

func (a *rooms) recoveryPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	sealed := who.Session.Data[codesKey]
	if sealed == "" {
		return room.See(w, r, "/account")
	}
	codes, err := a.Gate.Sealer.OpenText(sealed, codesBinding(who.Worker.ID))
	if err != nil {
		return err
	}
	c := a.plain("Keep your recovery codes")
	return recoveryPage.Render(w, r, http.StatusOK, c, recoveryView{
		Next: room.Next(r, ""), Codes: strings.Split(codes, "\n"), Print: parts.PrintButton{Text: "Print the codes"}, Submit: save("I have kept them"),
	})
}

func (a *rooms) recoveryKept(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	delete(who.Session.Data, codesKey)
	if err := a.Gate.DB.Write(r.Context(), func(tx *store.Tx) error { return tx.PutSession(who.Session.Session) }); err != nil {
		return err
	}
	return a.arrive(w, r, who.Worker)
}
