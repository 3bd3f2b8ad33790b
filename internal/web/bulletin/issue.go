package bulletin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/bulletin"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type issuesView struct {
	Nav         parts.SubNavigation
	Subscribers int
	Add         *parts.Button
	Drafts      parts.Table
	Sent        parts.Table
}

type writeView struct {
	Nav              parts.SubNavigation
	Heading          string
	Action           string
	Revision         parts.Hidden
	Title            parts.Input
	Intro            parts.Textarea
	Audience, Topics parts.Checkboxes
	Offered          parts.Checkboxes
	AnyOffered       bool
	Add              parts.Input
	Save             parts.Button
	Preview          string
	Drop             *parts.Button
	DropAction       string
}

type previewView struct {
	Nav           parts.SubNavigation
	Heading       string
	About         parts.SummaryList
	Subject, Text string
	Page          issueView
	Edit          string
	Send          *parts.Button
	SendAction    string
	Revision      parts.Hidden
	WhyNot        string
}

var (
	issuesPage  = web.Page[issuesView]("bulletin/issues", files, "templates/issues.html")
	writePage   = web.Page[writeView]("bulletin/write", files, "templates/write.html")
	previewPage = web.Page[previewView]("bulletin/preview", files, "templates/preview.html")
)

const fresh = "new" // in the place of an issue's id

func (o *office) issues(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	drafts, sent, subscribers, err := o.desk.Issues(r.Context(), a.By)
	if err != nil {
		return err
	}
	var ids []string
	for _, i := range slices.Concat(drafts, sent) {
		ids = append(ids, i.ChangedBy, i.SentBy)
	}
	names, err := o.desk.Names(r.Context(), ids)
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "Newsletter")
	v := issuesView{Nav: nav, Subscribers: subscribers}
	if a.May(o.House, publishing.PowerWrite) {
		v.Add = &parts.Button{Text: "Write an issue", Href: "/newsletter/write/" + fresh}
	}
	v.Drafts = parts.Table{Caption: "Being written", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Issue"}, {Text: "Last changed"}, {Text: "By"}}}
	for _, i := range drafts {
		v.Drafts.Rows = append(v.Drafts.Rows, []parts.Cell{{Body: parts.Body{parts.Link{Text: i.Title, Href: "/newsletter/write/" + i.ID + "/preview"}}}, {Text: day(i.ChangedAt)}, {Text: names[i.ChangedBy]}})
	}
	v.Sent = parts.Table{Caption: "Sent", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Issue"}, {Text: "Sent"}, {Text: "By"}}}
	for _, i := range sent {
		v.Sent.Rows = append(v.Sent.Rows, []parts.Cell{{Body: parts.Body{parts.Link{Text: i.Title, Href: "/newsletter/write/" + i.ID + "/preview"}}}, {Text: day(i.SentAt)}, {Text: names[i.SentBy]}})
	}
	return issuesPage.Render(w, r, http.StatusOK, c, v)
}

func (o *office) issuePage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !a.May(o.House, publishing.PowerWrite) {
		return errRole
	}
	d := bulletin.Draft{}
	if id := r.PathValue("issue"); id != fresh {
		i, _, err := o.desk.Issue(r.Context(), a.By, id)
		if err != nil {
			return err
		}
		if !i.SentAt.IsZero() {
			return room.See(w, r, "/newsletter/write/"+id+"/preview")
		}
		d = bulletin.Draft{ID: i.ID, Revision: i.Revision, Title: i.Title, Intro: i.Intro, For: i.Choices}
		for _, p := range i.Picks {
			d.Picks = append(d.Picks, p.Key)
		}
	}
	return o.drawIssue(w, r, a, d, "", nil)
}

var errRole = fault.New(fault.Forbidden, "Your role does not let you do this. Ask your manager if it should.")

func (o *office) drawIssue(w http.ResponseWriter, r *http.Request, a *room.Asker, d bulletin.Draft, more string, f fault.Fields) error {
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	offer, err := o.desk.Offer(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	id, title := d.ID, "Change an issue"
	if id == "" {
		id, title = fresh, "Write an issue"
	}
	c, nav := o.staff(r, a, title)
	c.Errors = f
	c.Breadcrumbs = []parts.Link{{Text: "Newsletter", Href: "/newsletter/write"}}
	v := writeView{
		Nav: nav, Heading: title, Action: "/newsletter/write/" + id, Revision: parts.Hidden{Name: "revision", Value: strconv.Itoa(d.Revision)},
		Title: parts.Input{Field: parts.Field{Name: "title", Label: "Title", Hint: "It stands in the mail and on the site, not in the mail’s subject.", Error: f.For("title")}, Value: d.Title, Autocomplete: "off"},
		Intro: parts.Textarea{
			Field: parts.Field{Name: "intro", Label: "Introduction", Hint: "Markdown. Link to pages with page:parents/alcohol and to chapters with manual:neglect. Name no child and no family.", Error: f.For("intro")},
			Value: d.Intro, Rows: 10,
		},
		Audience: boxes("audience", "Who it is for", "", bulletin.Audiences, d.For.Audiences, f),
		Topics:   boxes("topic", "What is in it", "It goes to those who chose any of these.", bulletin.Topics, d.For.Topics, f),
		Add:      parts.Input{Field: parts.Field{Name: "more", Label: "Add another page", Hint: "Its address, such as parents/alcohol or manual/neglect", Error: f.For("pick")}, Value: more, Autocomplete: "off"},
		Save:     parts.Button{Text: "Save and see it as a mail"},
	}
	v.Offered = parts.Checkboxes{Field: parts.Field{Name: "pick", Label: "What to tell people about", Hint: "News, chapters and pages that changed since the last issue, and what you added."}, Values: d.Picks, Small: true}
	for _, key := range d.Picks {
		if !slices.ContainsFunc(offer, func(p store.Pick) bool { return p.Key == key }) {
			p := store.Pick{Key: key, Title: key}
			if page, ok := lib.Find(key); ok {
				p.Title = page.Title
			}
			offer = append(offer, p)
		}
	}
	for _, p := range offer {
		v.Offered.Items = append(v.Offered.Items, parts.Choice{Value: p.Key, Label: p.Title, Hint: p.Key})
	}
	v.AnyOffered = len(offer) > 0
	if d.ID != "" {
		v.Preview = "/newsletter/write/" + d.ID + "/preview"
		v.Drop, v.DropAction = &parts.Button{Text: "Throw this issue away", Variant: "warning"}, "/newsletter/write/"+d.ID+"/drop"
	}
	return writePage.Render(w, r, status(f), c, v)
}

func (o *office) saveIssue(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	revision, _ := strconv.Atoi(r.PostFormValue("revision"))
	d := bulletin.Draft{
		ID: r.PathValue("issue"), Revision: revision, Title: r.PostFormValue("title"), Intro: strings.ReplaceAll(r.PostFormValue("intro"), "\r\n", "\n"),
		Picks: r.PostForm["pick"], For: sentChoices(r),
	}
	if d.ID == fresh {
		d.ID = ""
	}
	more := strings.Trim(strings.TrimSpace(r.PostFormValue("more")), "/")
	all := d
	if more != "" {
		all.Picks = append(slices.Clone(d.Picks), more)
	}
	i, err := o.desk.SaveIssue(r.Context(), a.By, all)
	if f, bad := wrong(err); bad {
		for n := range f {
			if f[n].Key == "pick" {
				f[n].Key = "more"
			}
		}
		return o.drawIssue(w, r, a, d, more, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/newsletter/write/"+i.ID+"/preview")
}

func (o *office) preview(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return o.drawPreview(w, r, a, nil)
}

func (o *office) drawPreview(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	i, mails, err := o.desk.Issue(r.Context(), a.By, r.PathValue("issue"))
	if err != nil {
		return err
	}
	lib, err := o.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return err
	}
	names, err := o.desk.Names(r.Context(), []string{i.ChangedBy, i.SentBy})
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "An issue of the newsletter")
	c.Breadcrumbs = []parts.Link{{Text: "Newsletter", Href: "/newsletter/write"}}
	c.Errors = f
	v := previewView{Nav: nav, Heading: i.Title, Page: viewOf(lib, i), Revision: parts.Hidden{Name: "revision", Value: strconv.Itoa(i.Revision)}}
	v.Subject, v.Text = o.desk.MailText(lib, i, "(each reader’s own link)")
	row := func(key, value string) { v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: key, Value: value}) }
	row("For", labels(bulletin.Audiences, i.Choices.Audiences))
	row("In it", labels(bulletin.Topics, i.Choices.Topics))
	row("Last changed", names[i.ChangedBy]+", "+day(i.ChangedAt))
	switch {
	case !i.SentAt.IsZero():
		row("Sent", names[i.SentBy]+", "+day(i.SentAt))
		row("Mails", mailCounts(mails))
		row("Not known", "How many came back later, and how many were opened. We do not track readers.")
	case !a.May(o.House, publishing.PowerPublish):
		v.WhyNot = "A second person who may publish reads this and sends it."
	case i.ChangedBy == a.Worker.ID:
		v.WhyNot = "You changed this last, so a second person must read it and send it."
	default:
		v.Send, v.SendAction = &parts.Button{Text: "Send to everyone who wants it", Once: true}, "/newsletter/write/"+i.ID+"/send"
	}
	if i.SentAt.IsZero() && a.May(o.House, publishing.PowerWrite) {
		v.Edit = "/newsletter/write/" + i.ID
	}
	return previewPage.Render(w, r, status(f), c, v)
}

func labels(options []bulletin.Option, keys []string) string {
	var out []string
	for _, x := range options {
		if slices.Contains(keys, x.Key) {
			out = append(out, x.Label)
		}
	}
	if len(out) == 0 {
		return "Not chosen yet"
	}
	return strings.Join(out, "; ")
}

// mailCounts says how the mails of an issue stand.
func mailCounts(n map[string]int) string {
	out := []string{strconv.Itoa(n[store.DeliverySent]) + " taken by the mail server"}
	for _, s := range []struct{ state, words string }{
		{store.DeliveryWaiting, "waiting"},
		{store.DeliveryRefused, "refused: no such address"},
		{store.DeliveryTaken, "being sent, or broken off and not sent again"},
		{store.DeliveryLeft, "left before it was sent"},
	} {
		if n[s.state] > 0 {
			out = append(out, strconv.Itoa(n[s.state])+" "+s.words)
		}
	}
	return strings.Join(out, "; ")
}

func (o *office) sendIssue(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	revision, _ := strconv.Atoi(r.PostFormValue("revision"))
	i, err := o.desk.SendIssue(r.Context(), a.By, r.PathValue("issue"), revision)
	if f, bad := wrong(err); bad {
		for n := range f {
			f[n].Key = "" // what is missing is on the page where it is written
		}
		return o.drawPreview(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/newsletter/write/"+i.ID+"/preview")
}

func (o *office) dropIssue(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	revision, _ := strconv.Atoi(r.PostFormValue("revision"))
	if err := o.desk.DropIssue(r.Context(), a.By, r.PathValue("issue"), revision); err != nil {
		return err
	}
	return room.See(w, r, "/newsletter/write")
}
