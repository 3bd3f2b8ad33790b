package account

import (
	"errors"
	"net/http"
	"slices"

	"frontdoor/internal/agency"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// Whoever looks after accounts sees who works where and nothing of any record.
// They give only the roles that their own role looks after, and never change
// their own account here, so nobody gives themselves sight of a child's record.

const workersShown = 200

type workersView struct {
	Text    parts.Input
	Team    parts.Select
	Role    parts.Select
	Left    parts.Checkboxes
	Search  parts.Button
	Add     parts.Button
	Workers parts.Table
	None    bool
	Full    bool
}

var workersPage = page[workersView]("workers")

// workersPage lists workers. A search is sent by POST: names are not for
// addresses.
func (a *rooms) workersPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	now := web.Now(r)
	left := r.PostFormValue("left") == "yes"
	q := store.WorkerFilter{Text: r.PostFormValue("text"), Role: r.PostFormValue("role"), Left: left, Now: now, Limit: workersShown + 1}
	team := r.PostFormValue("team")
	if team != "" {
		q.Teams = []string{team}
	}
	var list []agency.Worker
	err := a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		list, err = tx.Workers(q)
		return err
	})
	if err != nil {
		return err
	}
	v := workersView{
		Text:   parts.Input{Field: parts.Field{Name: "text", Label: "Name"}, Value: q.Text, Autocomplete: "off"},
		Team:   a.teamSelect(team, "Any team", ""),
		Role:   a.roleSelect(a.roleIDs(), q.Role, "Any role", ""),
		Left:   parts.Checkboxes{Field: parts.Field{Name: "left"}, Small: true, Items: []parts.Choice{{Value: "yes", Label: "Show those who have left", Checked: left}}},
		Search: parts.Button{Text: "Search", Variant: "secondary"},
		Add:    parts.Button{Text: "Add a worker", Href: "/workers/new"},
		None:   len(list) == 0, Full: len(list) > workersShown,
		Workers: parts.Table{
			Caption: "Workers", CaptionSize: "m", RowHeaders: true, Stack: true,
			Head: []parts.Cell{{Text: "Name"}, {Text: "Job"}, {Text: "Roles and teams"}},
		},
	}
	for _, x := range list[:min(len(list), workersShown)] {
		name := parts.Body{parts.Link{Text: x.Name, Href: "/workers/" + x.ID}}
		v.Workers.Rows = append(v.Workers.Rows, []parts.Cell{{Body: name}, {Text: x.JobTitle}, {Text: a.held(x, r)}})
	}
	c := a.StaffChrome(r, who, "Workers")
	return workersPage.Render(w, r, http.StatusOK, c, v)
}

func (a *rooms) held(x agency.Worker, r *http.Request) string {
	now := web.Now(r)
	if x.Left(now) {
		return "Left " + when(x.LeftAt)
	}
	text := ""
	for _, m := range x.Memberships {
		if m.Live(now) {
			if text != "" {
				text += "; "
			}
			text += a.roleLabel(m.Role) + ", " + a.teamName(m.Team)
		}
	}
	return text
}

func (a *rooms) teamSelect(value, first, wrong string) parts.Select {
	s := parts.Select{Field: parts.Field{Name: "team", Label: "Team", Error: wrong}, Value: value, Items: []parts.Option{{Value: "", Text: first}}}
	for _, t := range a.Desk.Place.Register.Teams {
		s.Items = append(s.Items, parts.Option{Value: t.ID, Text: t.Name})
	}
	return s
}

func (a *rooms) roleSelect(ids []string, value, first, wrong string) parts.Select {
	s := parts.Select{Field: parts.Field{Name: "role", Label: "Role", Error: wrong}, Value: value, Items: []parts.Option{{Value: "", Text: first}}}
	for _, id := range ids {
		s.Items = append(s.Items, parts.Option{Value: id, Text: a.roleLabel(id)})
	}
	return s
}

func (a *rooms) roleIDs() []string {
	var out []string
	for _, role := range a.Desk.Place.Register.Roles {
		out = append(out, role.ID)
	}
	return out
}

// gives lists the roles that somebody may give and take.
func (a *rooms) gives(who *room.Asker) []string {
	var out []string
	for _, id := range who.Roles {
		if role, ok := a.Desk.Place.Register.Role(id); ok {
			out = append(out, role.Manages...)
		}
	}
	return out
}

// membership reads a team and a role from a form.
func (a *rooms) membership(r *http.Request, who *room.Asker, faults *fault.Fields) agency.Membership {
	m := agency.Membership{Team: r.PostFormValue("team"), Role: r.PostFormValue("role"), From: web.Now(r)}
	team, ok := a.Desk.Place.Register.Team(m.Team)
	if !ok {
		faults.Add("team", "Choose a team")
	}
	switch {
	case !slices.Contains(a.gives(who), m.Role):
		faults.Add("role", "Choose a role")
	case ok && !slices.Contains(team.Roles, m.Role):
		faults.Add("role", "This team has no such role. Choose another team or role")
	}
	return m
}

type newWorkerView struct {
	Name, Email, Job, Phone parts.Input
	Team, Role              parts.Select
	Submit                  parts.Button
}

var newWorkerPage = page[newWorkerView]("new-worker")

func (a *rooms) newWorkerPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawNewWorker(w, r, who, nil)
}

func (a *rooms) drawNewWorker(w http.ResponseWriter, r *http.Request, who *room.Asker, wrong fault.Fields) error {
	in := func(name, label, kind string) parts.Input {
		return parts.Input{Field: parts.Field{Name: name, Label: label, Error: wrong.For(name)}, Type: kind, Value: r.PostFormValue(name), Autocomplete: "off"}
	}
	c := a.StaffChrome(r, who, "Add a worker")
	c.Errors, c.BackHref = wrong, "/workers"
	return newWorkerPage.Render(w, r, status(wrong), c, newWorkerView{
		Name: in("name", "Full name", ""), Email: in("email", "Work email address", "email"), Job: in("job", "Job title (optional)", ""), Phone: in("phone", "Work phone (optional)", "tel"),
		Team:   a.teamSelect(r.PostFormValue("team"), "Choose a team", wrong.For("team")),
		Role:   a.roleSelect(a.gives(who), r.PostFormValue("role"), "Choose a role", wrong.For("role")),
		Submit: save("Add and make an invitation"),
	})
}

func (a *rooms) newWorker(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	var faults fault.Fields
	m := a.membership(r, who, &faults)
	if len(faults) > 0 {
		return a.drawNewWorker(w, r, who, faults)
	}
	team, _ := a.Desk.Place.Register.Team(m.Team)
	worker, token, err := a.Gate.Add(r.Context(), string(who.By.Principal), agency.Worker{
		Name: r.PostFormValue("name"), Email: r.PostFormValue("email"), JobTitle: r.PostFormValue("job"), Phone: r.PostFormValue("phone"),
		Agency: team.Agency, Memberships: []agency.Membership{m},
	}, web.Now(r))
	if err != nil {
		wrong, err := fields(err)
		if err != nil {
			return err
		}
		return a.drawNewWorker(w, r, who, wrong)
	}
	return a.drawInvited(w, r, who, worker, token)
}

type invitedView struct {
	ID, Name, Link string
	Copy           parts.CopyButton
}

var invitedPage = page[invitedView]("invited")

// drawInvited shows an invitation's link. It is kept as a hash, so this is the
// one time that it can be shown.
func (a *rooms) drawInvited(w http.ResponseWriter, r *http.Request, who *room.Asker, worker agency.Worker, token string) error {
	scheme := "http"
	if a.Front.TLS {
		scheme = "https"
	}
	c := a.StaffChrome(r, who, "Invitation")
	return invitedPage.Render(w, r, http.StatusOK, c, invitedView{
		ID: worker.ID, Name: worker.Name, Link: scheme + "://" + r.Host + "/invitation/" + token, Copy: parts.CopyButton{Text: "Copy the link", TargetID: "link"},
	})
}

type workerView struct {
	ID      string
	About   parts.SummaryList
	Own     bool // of whoever looks, or of a role they do not look after
	Left    bool
	Held    parts.Checkboxes
	HasHeld bool
	Team    parts.Select
	Role    parts.Select
	Submit  parts.Button
	Reset   parts.Button
	Leave   parts.Button
}

var workerPage = page[workerView]("worker")

// worker reads the worker of the address, and whether who may change them.
func (a *rooms) worker(r *http.Request, who *room.Asker) (x agency.Worker, may bool, err error) {
	err = a.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var err error
		x, err = tx.Worker(r.PathValue("id"))
		return err
	})
	if errors.Is(err, store.ErrNone) {
		return x, false, fault.New(fault.NotFound, "There is no such worker.")
	}
	gives := a.gives(who)
	others := slices.ContainsFunc(x.Roles(web.Now(r)), func(role string) bool { return !slices.Contains(gives, role) })
	return x, err == nil && x.ID != who.Worker.ID && !others, err
}

var errNotYours = fault.New(fault.Forbidden, "You cannot change your own account here, nor that of someone whose role yours does not look after. Whoever runs the program can, with the command “frontdoor account”.")

func (a *rooms) workerPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawWorker(w, r, who, nil)
}

func (a *rooms) drawWorker(w http.ResponseWriter, r *http.Request, who *room.Asker, wrong fault.Fields) error {
	now := web.Now(r)
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	acct, err := a.Gate.Account(r.Context(), x.ID)
	if err != nil && !errors.Is(err, store.ErrNone) {
		return err
	}
	state := "Can sign in"
	left := x.Left(now)
	switch {
	case left:
		state = "Left " + when(x.LeftAt)
	case acct.Worker == "":
		state = "Has no account"
	case acct.Disabled:
		state = "Cannot sign in"
	case acct.PasswordHash == "":
		state = "Invited, has not set a password yet"
	case acct.MustEnrol:
		state = "Has a password, has not set up a second factor yet"
	}
	agencyName := x.Agency
	if g, ok := a.Desk.Place.Register.Agency(x.Agency); ok {
		agencyName = g.Name
	}
	v := workerView{
		ID: x.ID, Own: !may, Left: left,
		About: parts.SummaryList{Rows: []parts.SummaryRow{
			{Key: "Email address", Value: x.Email},
			{Key: "Job", Value: x.JobTitle},
			{Key: "Phone", Value: x.Phone},
			{Key: "Agency", Value: agencyName},
			{Key: "Roles and teams", Value: a.held(x, r)},
			{Key: "Account", Value: state},
		}},
		Held: parts.Checkboxes{Field: parts.Field{Name: "keep", Label: "Roles and teams to keep", LabelSize: "s", Hint: "Untick one to end it now."}, Small: true},
		Team: a.teamSelect(r.PostFormValue("team"), "None", wrong.For("team")), Role: a.roleSelect(a.gives(who), r.PostFormValue("role"), "None", wrong.For("role")),
		Submit: save("Save roles and teams"),
		Reset:  parts.Button{Text: "Reset the account", Href: "/workers/" + x.ID + "/reset", Variant: "secondary"},
		Leave:  parts.Button{Text: "Mark as left", Href: "/workers/" + x.ID + "/left", Variant: "warning"},
	}
	for _, m := range x.Memberships {
		if m.Live(now) {
			key := m.Team + " " + m.Role
			v.Held.Items = append(v.Held.Items, parts.Choice{Value: key, Label: a.roleLabel(m.Role) + ", " + a.teamName(m.Team)})
			v.Held.Values = append(v.Held.Values, key)
		}
	}
	v.HasHeld = len(v.Held.Items) > 0
	c := a.staffChrome(r, who, "Worker")
	c.Errors, c.BackHref = wrong, "/workers"
	v.About.Rows = append([]parts.SummaryRow{{Key: "Name", Value: x.Name}}, v.About.Rows...)
	return workerPage.Render(w, r, status(wrong), c, v)
}

func (a *rooms) setRoles(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	now := web.Now(r)
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	if !may || !x.LeftAt.IsZero() {
		return errNotYours
	}
	var faults fault.Fields
	list := x.Memberships
	live := 0
	for i, m := range list {
		if !m.Live(now) {
			continue
		}
		if slices.Contains(r.PostForm["keep"], m.Team+" "+m.Role) {
			live++
		} else {
			list[i].Until = now
		}
	}
	if r.PostFormValue("team") != "" || r.PostFormValue("role") != "" {
		m := a.membership(r, who, &faults)
		if !slices.ContainsFunc(list, func(have agency.Membership) bool { return have.Team == m.Team && have.Role == m.Role && have.Live(now) }) {
			list = append(list, m)
		}
		live++
	}
	if live == 0 && len(faults) == 0 {
		faults.Add("team", "Choose a team and a role, or mark the worker as having left")
	}
	if len(faults) > 0 {
		return a.drawWorker(w, r, who, faults)
	}
	if err := a.Gate.SetRoles(r.Context(), string(who.By.Principal), x.ID, list, now); err != nil {
		return err
	}
	return room.See(w, r, "/workers/"+x.ID+"?done=roles")
}

type confirmView struct {
	Heading, Action, Name string
	Lines                 []string
	Submit                parts.Button
	Back                  string
}

var confirmPage = page[confirmView]("confirm")

func (a *rooms) drawConfirm(w http.ResponseWriter, r *http.Request, who *room.Asker, v confirmView) error {
	c := a.StaffChrome(r, who, v.Heading)
	c.BackHref = v.Back
	return confirmPage.Render(w, r, http.StatusOK, c, v)
}

func (a *rooms) resetPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	return a.drawConfirm(w, r, who, confirmView{
		Heading: "Reset the account", Name: x.Name, Back: "/workers/" + x.ID, Action: "/workers/" + x.ID + "/reset", Submit: save("Reset the account"),
		Lines: []string{
			"Speak to this person first, in person or on a number you already have for them. Someone may be pretending to be them.",
			"Their password, app, passkeys and recovery codes stop working now, and they are signed out everywhere. You get a link for them to set up the account again.",
			"The audit log says that you did this.",
		},
	})
}

func (a *rooms) reset(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	if !may || !x.LeftAt.IsZero() {
		return errNotYours
	}
	token, err := a.Gate.Reset(r.Context(), string(who.By.Principal), x.ID, web.Now(r))
	if err != nil {
		return err
	}
	return a.drawInvited(w, r, who, x, token)
}

func (a *rooms) leftPage(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	return a.drawConfirm(w, r, who, confirmView{
		Heading: "Mark as left", Name: x.Name, Back: "/workers/" + x.ID, Action: "/workers/" + x.ID + "/left",
		Submit: parts.Button{Text: "Mark as left", Variant: "warning", Once: true},
		Lines: []string{
			"They are signed out everywhere now, and can no longer sign in or see anything.",
			"What they wrote stays, under their name. Work that was theirs alone waits for their manager to give it to someone else.",
		},
	})
}

func (a *rooms) left(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	x, may, err := a.worker(r, who)
	if err != nil {
		return err
	}
	if !may {
		return errNotYours
	}
	if err := a.Gate.Left(r.Context(), string(who.By.Principal), x.ID, web.Now(r)); err != nil {
		return err
	}
	return room.See(w, r, "/workers/"+x.ID+"?done=left")
}
