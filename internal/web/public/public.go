// Package public is the room for people who are not at work on a record: who to
// call now, telling us about a child, and finding out what happened to what was
// told. Workers who refer use the same pages.
//
// Nothing here names a pathway. What can be begun from the start page is every
// pathway that its author sends and that counts as a contact; what can be begun
// about a record already sent is every pathway that says it is about a record.
package public

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

// pub is the room.
type pub struct{ *room.House }

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	p := &pub{h}
	on := func(pattern string, fn web.Handler) { mux.Handle(pattern, h.Public(fn)) }

	on("GET /contact", p.contact)
	on("GET /api/who-to-call", p.whoToCall)

	on("GET /refer", p.start)
	on("POST /refer", p.begin)
	on("GET /refer/return", p.returnPage)
	on("POST /refer/return", p.comeBack)
	on("POST /refer/leave", p.leave)
	on("GET /refer/sent/{record}", p.receipt)
	on("GET /refer/{draft}", p.resume)
	on("GET /refer/{draft}/{page}", p.page)
	on("GET /refer/{draft}/{page}/{row}", p.page)
	on("GET /refer/{draft}/list/{group}", p.list)
	on("POST /refer/{draft}/list/{group}", p.listDo)
	// Files come with a page's answers: more bytes and more time than other forms.
	mux.Handle("POST /refer/{draft}/{page}", uploads(h.Public(p.pageDo)))
	mux.Handle("POST /refer/{draft}/{page}/{row}", uploads(h.Public(p.pageDo)))

	on("GET /confirm/{record}/{token}", p.confirmPage)
	on("POST /confirm/{record}/{token}", p.confirm)

	on("GET /status", p.statusForm)
	on("POST /status", p.statusOpen)
	on("POST /status/leave", p.leave)
	for _, at := range []string{"/status", "/sent/{record}"} {
		view := at
		if at == "/status" {
			view = "/status/view"
		}
		on("GET "+view, p.status)
		on("POST "+at+"/message", p.message)
		on("GET "+at+"/letter/{document}", p.letter)
		on("GET "+at+"/letter/{document}/pdf", p.letterPDF)
		on("GET "+at+"/step/{step}", p.step)
		on("POST "+at+"/step/{step}/save", p.stepSave)
		mux.Handle("POST "+at+"/step/{step}", uploads(h.Public(p.stepDo)))
		on("POST "+at+"/about/{pathway}", p.about)
	}
	on("GET /begin", p.beginOther)
	mux.Handle("GET /sent", h.Staff(p.sent))

	on("GET /hide", p.hide)
	on("GET /accessibility", p.accessibility)
	on("GET /privacy", p.privacy)
	on("GET /cookies", p.cookies)
}

// chrome frames a page: for a signed-in worker as their other pages are, and
// for everyone else with the way out at once.
func (p *pub) chrome(r *http.Request, a *room.Asker, title string) web.Chrome {
	if a != nil {
		return p.StaffChrome(r, a, title)
	}
	return p.PublicChrome(r, title, true)
}

// asker is the signed-in worker, or nil: also when nobody can tell, for pages
// that are the same for everyone but for their frame.
func (p *pub) asker(r *http.Request) *room.Asker {
	a, _ := p.who(r)
	return a
}

// who is the signed-in worker, or nil for anyone else. An error is that it cannot
// be told now: nobody is taken for a stranger because the database is away.
func (p *pub) who(r *http.Request) (*room.Asker, error) {
	if signin.WorkerToken(r) == "" {
		return nil, nil
	}
	a, err := p.Asker(r)
	if fault.KindOf(err) == fault.SignIn {
		return nil, nil
	}
	return a, err
}

// problems takes the faults of a form out of an error; false when it is another
// kind of error.
func problems(err error) (fault.Fields, bool) {
	var fields fault.Fields
	if errors.As(err, &fields) {
		return fields, true
	}
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.TooMany || kind == fault.Conflict {
		return fault.Fields{{Text: fault.SafeText(err)}}, true
	}
	return nil, false
}

// held is a page for someone whose visit ended while they typed: what they
// sent is on it, to send again once they are back.
type heldView struct {
	Action, SignIn, SignInText string
	Values                     []heldValue
	Worker                     bool
}

type heldValue struct{ Name, Value string }

var heldPage = web.Page[heldView]("public/held", files, "templates/held.html")

// signIn answers someone who is not known in this browser any more. What they
// were reading they are brought back to; what they were sending stays on a page
// of its own until they can send it.
func (p *pub) signIn(w http.ResponseWriter, r *http.Request, cause error) error {
	if fault.KindOf(cause) != fault.SignIn || strings.HasPrefix(r.Header.Get("Accept"), "application/json") {
		return cause
	}
	worker := signin.WorkerToken(r) != ""
	// The gate sends workers to sign in and back here, with what they typed. It
	// does not carry forms that hold files.
	if worker && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data") {
		return cause
	}
	back := "/refer/return?next=" + url.QueryEscape(r.URL.Path)
	if strings.HasPrefix(r.URL.Path, "/status") {
		back = "/status"
	}
	if r.Method == http.MethodGet {
		return room.See(w, r, back)
	}
	v := heldView{Action: r.URL.Path, SignIn: back, SignInText: "Type your code (opens a new tab)", Worker: worker}
	if worker {
		v.SignIn, v.SignInText = p.Site.SignInHref, "Sign in again (opens a new tab)"
	}
	names := make([]string, 0, len(r.PostForm))
	for name := range r.PostForm {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range r.PostForm[name] {
			v.Values = append(v.Values, heldValue{name, value})
		}
	}
	return heldPage.Render(w, r, http.StatusUnauthorized, p.PublicChrome(r, "You have been signed out", !worker), v)
}
