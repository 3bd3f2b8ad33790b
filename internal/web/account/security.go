package account

import (
	"cmp"
	"net/http"
	"strconv"

	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type sessionRow struct {
	ID, Device, Seen, Began string
	This                    bool
}

type securityView struct {
	About    parts.SummaryList
	Ways     parts.SummaryList
	Sessions []sessionRow
	Others   bool
}

var securityPage = page[securityView]("security")

func (a *rooms) securityPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	now := web.Now(r)
	acct, err := a.Gate.Account(r.Context(), who.Worker.ID)
	if err != nil {
		return err
	}
	list, err := a.Gate.Sessions(r.Context(), who.Worker.ID, now)
	if err != nil {
		return err
	}
	v := securityView{Others: len(list) > 1}
	for _, s := range list {
		v.Sessions = append(v.Sessions, sessionRow{s.ID, cmp.Or(s.Device, "A browser"), when(s.SeenAt), when(s.CreatedAt), s.ID == who.Session.ID})
	}
	v.About.Rows = []parts.SummaryRow{{Key: "Name", Value: who.Worker.Name}, {Key: "Email address", Value: who.Worker.Email}}
	for _, m := range who.Worker.Memberships {
		if m.Live(now) {
			v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: a.roleLabel(m.Role), Value: a.teamName(m.Team)})
		}
	}
	change := func(href, hidden string) []parts.Link {
		return []parts.Link{{Text: "Change", Hidden: hidden, Href: href}}
	}
	app := "Not set up"
	if len(acct.TOTPSecret) > 0 {
		app = "Set up"
	}
	v.Ways.Rows = []parts.SummaryRow{
		{Key: "Password", Value: "Set " + when(acct.PasswordAt), Actions: change("/account/password", "your password")},
		{Key: "App on your phone", Value: app, Actions: change("/account/second-factor", "your app")},
		{Key: "Passkeys", Value: count(len(passkeys(acct)), "passkey"), Actions: []parts.Link{{Text: "Add", Hidden: "a passkey", Href: "/account/second-factor"}}},
		{Key: "Recovery codes", Value: count(len(acct.RecoveryHashes), "code") + " left"},
	}
	c := a.staffChrome(r, who, "Your account")
	return securityPage.Render(w, r, http.StatusOK, c, v)
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "No " + what + "s"
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func (a *rooms) roleLabel(id string) string {
	if role, ok := a.Desk.Place.Register.Role(id); ok {
		return role.Label
	}
	return id
}

func (a *rooms) teamName(id string) string {
	if team, ok := a.Desk.Place.Register.Team(id); ok {
		return team.Name
	}
	return id
}

func (a *rooms) endSession(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	id := r.PostFormValue("id")
	// Whoever found the computer open must not shut its owner out elsewhere.
	if id != who.Session.ID && !who.Session.Recent(web.Now(r)) {
		return room.See(w, r, with("/account/again", "/account"))
	}
	if err := a.Gate.EndSession(r.Context(), who.Session, id, web.Now(r)); err != nil {
		return err
	}
	if id == who.Session.ID {
		a.setWorker(w, "")
		return room.See(w, r, "/sign-in")
	}
	return room.See(w, r, "/account?done=ended")
}

type passwordView struct {
	Old, New parts.PasswordInput
	Submit   parts.Button
}

var passwordPage = page[passwordView]("password")

func (a *rooms) passwordPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawPassword(w, r, who, nil)
}

func (a *rooms) drawPassword(w http.ResponseWriter, r *http.Request, who *room.Asker, wrong fault.Fields) error {
	c := a.StaffChrome(r, who, "Change your password")
	c.Errors, c.BackHref = wrong, "/account"
	return passwordPage.Render(w, r, status(wrong), c, passwordView{
		Old: parts.PasswordInput{Field: parts.Field{Name: "old", Label: "Password now", Error: wrong.For("old")}},
		New: newPassword(wrong), Submit: save("Change password"),
	})
}

func (a *rooms) password(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	err := a.Gate.ChangePassword(r.Context(), who.Session, who.Worker, r.PostFormValue("old"), r.PostFormValue("password"), room.Source(r), web.Now(r))
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawPassword(w, r, who, wrong)
	}
	return room.See(w, r, "/account?done=password")
}

type againView struct {
	Next        string
	Codes, Keys bool
	Code        parts.Input
	Submit      parts.Button
	Passkey     passkeyButton
}

var againPage = page[againView]("again")

// againPage asks for proof in place, before something grave.
func (a *rooms) againPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawAgain(w, r, who, nil)
}

func (a *rooms) drawAgain(w http.ResponseWriter, r *http.Request, who *room.Asker, wrong fault.Fields) error {
	acct, err := a.Gate.Account(r.Context(), who.Worker.ID)
	if err != nil {
		return err
	}
	next := room.Next(r, "/account")
	c := a.StaffChrome(r, who, "Check that it is you")
	c.Errors, c.BackHref = wrong, "/account"
	return againPage.Render(w, r, status(wrong), c, againView{
		Next: next, Codes: len(acct.TOTPSecret) > 0 || len(acct.RecoveryHashes) > 0, Keys: hasPasskeys(acct),
		Code: codeInput(len(acct.TOTPSecret) > 0, wrong), Submit: save("Continue"),
		Passkey: passkeyButton{"/sign-in/second/passkey", next, "Use a passkey"},
	})
}

func (a *rooms) again(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	token, err := a.Gate.Reauth(r.Context(), who.Session, r.PostFormValue("code"), room.Source(r), web.Now(r))
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawAgain(w, r, who, wrong)
	}
	a.setWorker(w, token)
	return room.See(w, r, room.Next(r, "/account"))
}

func (a *rooms) newRecovery(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	if !who.Session.Recent(web.Now(r)) {
		return room.See(w, r, with("/account/again", "/account"))
	}
	codes, err := a.Gate.NewRecoveryCodes(r.Context(), who.Session, web.Now(r))
	if err != nil {
		return err
	}
	if err := a.keepCodes(r, who.Session, codes); err != nil {
		return err
	}
	return room.See(w, r, with("/account/recovery", "/account"))
}

type actsView struct{ Acts parts.Table }

var actsPage = page[actsView]("acts")

// ownActs shows a worker what the log says that they did.
func (a *rooms) ownActs(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	var events []audit.Event
	var about map[string]string
	err := a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		if events, err = tx.AuditBy(string(who.By.Principal), 100, 0); err != nil {
			return err
		}
		// What was refused may be a record that they must not learn of here.
		for i := range events {
			if events[i].Act == audit.ActRefused || events[i].Act == casework.ActGlassRefused {
				events[i].Subject = ""
			}
		}
		about, err = a.subjects(tx, events)
		return err
	})
	if err != nil {
		return err
	}
	v := actsView{parts.Table{
		Caption: "What you did and looked at", CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "When"}, {Text: "What"}, {Text: "On"}},
	}}
	for _, e := range events {
		v.Acts.Rows = append(v.Acts.Rows, []parts.Cell{{Text: when(e.At)}, {Text: actWords(e)}, {Text: about[e.Subject]}})
	}
	c := a.StaffChrome(r, who, "What you did and looked at")
	c.BackHref = "/account"
	return actsPage.Render(w, r, http.StatusOK, c, v)
}
