package bulletin

import (
	"encoding/xml"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"frontdoor/internal/bulletin"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type newsletterView struct {
	Email            parts.Input
	Audience, Topics parts.Checkboxes
	Submit           parts.Button
}

type sayView struct {
	Heading string
	Lines   []string
	Action  string // of the form, when there is a button
	Button  parts.Button
	Links   []parts.Link
}

var (
	newsletterPage = web.Page[newsletterView]("bulletin/newsletter", files, "templates/newsletter.html")
	sayPage        = web.Page[sayView]("bulletin/say", files, "templates/say.html")
)

func (o *office) newsletter(w http.ResponseWriter, r *http.Request) error {
	if r.URL.Query().Has("sent") {
		return sayPage.Render(w, r, http.StatusOK, o.chrome(r, "Look in your email"), sayView{
			Heading: "Look in your email",
			Lines: []string{
				"We sent a message to the address you gave. Open it and follow the link. Until you do, we send no newsletter.",
				"The link works for 7 days. If no message comes, look in the junk folder, and check that you typed the address right. You can ask 3 times a day.",
			},
			Links: []parts.Link{{Text: "Ask again", Href: "/newsletter"}, {Text: "Read past newsletters", Href: "/newsletter/issues"}},
		})
	}
	return o.drawNewsletter(w, r, nil)
}

func (o *office) drawNewsletter(w http.ResponseWriter, r *http.Request, f fault.Fields) error {
	c := o.chrome(r, "Newsletter")
	c.Errors = f
	return newsletterPage.Render(w, r, status(f), c, newsletterView{
		Email: parts.Input{
			Field: parts.Field{Name: "email", Label: "Your email address", Hint: "We use it for the newsletter and for nothing else.", Error: f.For("email")},
			Type:  "email", Value: r.PostFormValue("email"), Autocomplete: "email", Spellcheck: "false",
		},
		Audience: boxes("audience", "Who is it for?", "Choose all that fit.", bulletin.Audiences, r.PostForm["audience"], f),
		Topics:   boxes("topic", "What do you want to hear about?", "Choose all that fit.", bulletin.Topics, r.PostForm["topic"], f),
		Submit:   parts.Button{Text: "Ask for the newsletter", Once: true},
	})
}

func (o *office) ask(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	err := o.desk.AskNewsletter(r.Context(), bulletin.ByAnyone(web.Now(r), r.Pattern), r.PostFormValue("email"), sentChoices(r), room.Source(r).Addr)
	if f, bad := wrong(err); bad {
		return o.drawNewsletter(w, r, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/newsletter?sent")
}

func (o *office) confirmPage(w http.ResponseWriter, r *http.Request) error {
	return sayPage.Render(w, r, http.StatusOK, o.chrome(r, "Confirm"), sayView{
		Heading: "Get the newsletter at this address?",
		Lines:   []string{"Press the button to say yes. If you did not ask for it, close this page: then you get nothing."},
		Action:  "/newsletter/confirm/" + r.PathValue("token"), Button: parts.Button{Text: "Yes, send me the newsletter", Once: true},
	})
}

func (o *office) confirm(w http.ResponseWriter, r *http.Request) error {
	leave, err := o.desk.ConfirmNewsletter(r.Context(), bulletin.ByAnyone(web.Now(r), r.Pattern), r.PathValue("token"))
	if fault.KindOf(err) == fault.NotFound {
		return sayPage.Render(w, r, http.StatusNotFound, o.chrome(r, "This link does not work"), sayView{
			Heading: "This link does not work", Lines: []string{fault.SafeText(err)}, Links: []parts.Link{{Text: "Ask for the newsletter", Href: "/newsletter"}},
		})
	}
	if err != nil {
		return err
	}
	return sayPage.Render(w, r, http.StatusOK, o.chrome(r, "You will get the newsletter"), sayView{
		Heading: "You will get the newsletter",
		Lines:   []string{"Thank you. Each newsletter has a link at its end to leave. We do not look at whether you open it."},
		Links:   []parts.Link{{Text: "Change what you get, or leave", Href: "/newsletter/leave/" + leave}, {Text: "Read past newsletters", Href: "/newsletter/issues"}},
	})
}

type leaveView struct {
	Action, Change   string
	Here             bool // they get it now
	Audience, Topics parts.Checkboxes
	Leave, Save      parts.Button
}

var leavePage = web.Page[leaveView]("bulletin/leave", files, "templates/leave.html")

func (o *office) leavePage(w http.ResponseWriter, r *http.Request) error {
	have, here, err := o.desk.NewsletterChoices(r.Context(), r.PathValue("token"))
	if err != nil {
		return err
	}
	return o.drawLeave(w, r, have, here, nil)
}

func (o *office) drawLeave(w http.ResponseWriter, r *http.Request, have store.Choices, here bool, f fault.Fields) error {
	c := o.chrome(r, "Leave the newsletter")
	c.Errors = f
	if r.URL.Query().Has("saved") && here {
		c.Notice, c.NoticeDone = "Your choices are saved.", true
	}
	return leavePage.Render(w, r, status(f), c, leaveView{
		Action: "/newsletter/leave/" + r.PathValue("token"), Change: "/newsletter/choices/" + r.PathValue("token"), Here: here,
		Audience: boxes("audience", "Who is it for?", "", bulletin.Audiences, have.Audiences, f),
		Topics:   boxes("topic", "What do you want to hear about?", "", bulletin.Topics, have.Topics, f),
		Leave:    parts.Button{Text: "Leave the newsletter", Once: true}, Save: parts.Button{Text: "Save my choices", Variant: "secondary"},
	})
}

// leave is also what a mail program does by itself at one press (RFC 8058): there
// is no session, and no other page to go to.
func (o *office) leave(w http.ResponseWriter, r *http.Request) error {
	if err := o.desk.LeaveNewsletter(r.Context(), bulletin.ByAnyone(web.Now(r), r.Pattern), r.PathValue("token")); err != nil {
		return err
	}
	return sayPage.Render(w, r, http.StatusOK, o.chrome(r, "You have left"), sayView{
		Heading: "You have left the newsletter", Lines: []string{"You will get no more of it. We have deleted your address."},
		Links: []parts.Link{{Text: "Ask for it again", Href: "/newsletter"}},
	})
}

func (o *office) choices(w http.ResponseWriter, r *http.Request) error {
	if err := web.ReadForm(r); err != nil {
		return err
	}
	err := o.desk.ChangeNewsletter(r.Context(), bulletin.ByAnyone(web.Now(r), r.Pattern), r.PathValue("token"), sentChoices(r))
	if f, bad := wrong(err); bad {
		return o.drawLeave(w, r, sentChoices(r), true, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/newsletter/leave/"+r.PathValue("token")+"?saved")
}

type pastView struct {
	Issues []pastLink
}

type pastLink struct {
	Link parts.Link
	When string
}

type issueView struct {
	Title, When string
	Intro       template.HTML
	Picks       []pickView
}

type pickView struct {
	Title, About, Href string
}

var (
	pastPage      = web.Page[pastView]("bulletin/past", files, "templates/past.html")
	pastIssuePage = web.Page[issueView]("bulletin/issue", files, "templates/issue.html")
)

func issueHref(i store.NewsletterIssue) string { return "/newsletter/issues/" + strconv.Itoa(i.Number) }

func (o *office) past(w http.ResponseWriter, r *http.Request) error {
	list, err := o.desk.Past(r.Context(), 200)
	if err != nil {
		return err
	}
	var v pastView
	for _, i := range list {
		v.Issues = append(v.Issues, pastLink{parts.Link{Text: i.Title, Href: issueHref(i)}, day(i.SentAt)})
	}
	return pastPage.Render(w, r, http.StatusOK, o.chrome(r, "Past newsletters"), v)
}

func (o *office) pastIssue(w http.ResponseWriter, r *http.Request) error {
	n, _ := strconv.Atoi(r.PathValue("number"))
	i, err := o.desk.PastIssue(r.Context(), n)
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	c := o.chrome(r, "Newsletter, "+day(i.SentAt))
	c.Breadcrumbs = []parts.Link{{Text: "Past newsletters", Href: "/newsletter/issues"}}
	return pastIssuePage.Render(w, r, http.StatusOK, c, viewOf(lib, i))
}

func viewOf(lib *guidance.Library, i store.NewsletterIssue) issueView {
	v := issueView{Title: i.Title, When: day(i.SentAt), Intro: bulletin.Intro(lib, i)}
	for _, p := range i.Picks {
		href, _ := bulletin.Address(lib, p)
		v.Picks = append(v.Picks, pickView{p.Title, p.About, href})
	}
	return v
}

type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Author  string      `xml:"author>name"`
	Links   []feedLink  `xml:"link"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	Title   string   `xml:"title"`
	ID      string   `xml:"id"`
	Updated string   `xml:"updated"`
	Link    feedLink `xml:"link"`
	Content struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	} `xml:"content"`
}

func (o *office) atom(w http.ResponseWriter, r *http.Request) error {
	list, err := o.desk.Past(r.Context(), 20)
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	base := o.desk.Site
	f := feed{
		Title: "Newsletter: " + o.Site.Name, ID: base + "/newsletter/issues", Author: o.Site.Name, Updated: time.Unix(0, 0).UTC().Format(time.RFC3339),
		Links: []feedLink{{Rel: "self", Href: base + "/newsletter.atom"}, {Href: base + "/newsletter/issues"}},
	}
	for n, i := range list {
		at := i.SentAt.UTC().Format(time.RFC3339)
		if n == 0 {
			f.Updated = at
		}
		e := feedEntry{Title: i.Title, ID: base + issueHref(i), Updated: at, Link: feedLink{Href: base + issueHref(i)}}
		e.Content.Type, e.Content.Text = "html", string(bulletin.Intro(lib, i))
		f.Entries = append(f.Entries, e)
	}
	out, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/atom+xml; charset=utf-8")
	_, _ = w.Write(append([]byte(xml.Header), out...))
	return nil
}
