// Package bulletin is the room of what the partnership tells people and what they
// tell it: the newsletter and its issues, suggested changes to the texts, and
// releases that each agency passes on.
package bulletin

import (
	"embed"
	"errors"
	"net/http"
	"time"

	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

type office struct {
	*room.House
	desk  *bulletin.Desk
	shown shown
}

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	o := &office{House: h, desk: &bulletin.Desk{Desk: h.Desk, Texts: h.Texts, Site: h.Site.Base}}
	h.Nominated = o.desk.Holds
	public := func(pattern string, fn web.Handler) { mux.Handle(pattern, h.Public(fn)) }
	staff := func(pattern string, fn room.StaffHandler) { mux.Handle(pattern, h.Staff(fn)) }

	public("GET /newsletter", o.newsletter)
	public("POST /newsletter", o.ask)
	public("GET /newsletter/confirm/{token}", o.confirmPage)
	public("POST /newsletter/confirm/{token}", o.confirm)
	public("GET /newsletter/leave/{token}", o.leavePage)
	public("POST /newsletter/leave/{token}", o.leave)
	public("POST /newsletter/choices/{token}", o.choices)
	public("GET /newsletter/issues", o.past)
	public("GET /newsletter/issues/{number}", o.pastIssue)
	public("GET /newsletter.atom", o.atom)

	staff("GET /newsletter/write", o.issues)
	staff("GET /newsletter/write/{issue}", o.issuePage)
	staff("POST /newsletter/write/{issue}", o.saveIssue)
	staff("GET /newsletter/write/{issue}/preview", o.preview)
	staff("POST /newsletter/write/{issue}/send", o.sendIssue)
	staff("POST /newsletter/write/{issue}/drop", o.dropIssue)

	public("GET /published/{id}", o.published)
	public("GET /published/{id}/csv", o.publishedTable)

	public("GET /suggest", o.suggestPage)
	public("POST /suggest", o.suggest)
	public("GET /suggest/answer/{token}", o.answer)
	staff("GET /suggest/mine", o.mine)
	staff("GET /suggestions", o.suggestions)
	staff("GET /suggestions/{suggestion}", o.suggestion)
	staff("POST /suggestions/{suggestion}", o.moveSuggestion)

	staff("GET /releases", o.releases)
	staff("GET /releases/new", o.markPage)
	staff("POST /releases/new", o.mark)
	staff("GET /releases/nominations", o.nominations)
	staff("GET /releases/nominations/{agency}", o.nominatePage)
	staff("POST /releases/nominations/{agency}", o.nominate)
	staff("GET /releases/{release}", o.release)
	staff("POST /releases/{release}", o.passedOn)
	staff("GET /releases/csv/{release}", o.csv)
}

// chrome frames a page for anyone; a signed-in worker keeps their own menu.
func (o *office) chrome(r *http.Request, title string) web.Chrome {
	if a := o.asker(r); a != nil {
		return o.StaffChrome(r, a, title)
	}
	return o.PublicChrome(r, title, true)
}

// asker is the signed-in worker of a public page, or nil.
func (o *office) asker(r *http.Request) *room.Asker {
	if signin.WorkerToken(r) == "" {
		return nil
	}
	a, err := o.Asker(r)
	if err != nil {
		return nil
	}
	return a
}

// by is who acts on a public page.
func (o *office) by(r *http.Request) casework.By {
	if a := o.asker(r); a != nil {
		return a.By
	}
	return bulletin.ByAnyone(web.Now(r), r.Pattern)
}

// staff frames one of the pages for those who write, with the others beside it.
func (o *office) staff(r *http.Request, a *room.Asker, title string) (web.Chrome, parts.SubNavigation) {
	nav := parts.SubNavigation{Label: "Texts and releases"}
	add := func(text, href string) {
		nav.Items = append(nav.Items, parts.Link{Text: text, Href: href, Current: r.URL.Path == href})
	}
	if a.May(o.House, publishing.PowerWrite) {
		add("Suggestions", "/suggestions")
	}
	if a.May(o.House, publishing.PowerWrite) || a.May(o.House, publishing.PowerPublish) {
		add("Newsletter", "/newsletter/write")
	}
	if a.May(o.House, bulletin.Power) {
		add("Releases", "/releases")
		add("Nominated people", "/releases/nominations")
	}
	return o.StaffChrome(r, a, title), nav
}

// wrong takes the faults of a form out of an error; false when it is another kind
// of error.
func wrong(err error) (fault.Fields, bool) {
	var f fault.Fields
	if errors.As(err, &f) {
		return f, true
	}
	if kind := fault.KindOf(err); kind == fault.TooMany || kind == fault.Conflict {
		return fault.Fields{{Text: fault.SafeText(err)}}, true
	}
	return nil, false
}

// status of a form that is drawn again.
func status(f fault.Fields) int {
	if len(f) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func boxes(name, label, hint string, options []bulletin.Option, on []string, f fault.Fields) parts.Checkboxes {
	c := parts.Checkboxes{Field: parts.Field{Name: name, Label: label, Hint: hint, Error: f.For(name)}, Values: on}
	for _, x := range options {
		c.Items = append(c.Items, parts.Choice{Value: x.Key, Label: x.Label})
	}
	return c
}

func sentChoices(r *http.Request) store.Choices {
	return store.Choices{Audiences: r.PostForm["audience"], Topics: r.PostForm["topic"]}
}

// day is the London date of an instant, or a dash when there is none.
func day(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return calendar.DateOf(t).Short()
}
