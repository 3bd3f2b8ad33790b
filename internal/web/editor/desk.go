package editor

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/prose"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type startView struct {
	Open    []openRow
	Drafts  parts.Table
	Any     bool // drafts
	Waiting int
	Release parts.Button
	May     bool
	Due     parts.Table
	DueAny  bool
	DueMore int
	Ahead   int
	Lists   []parts.Link
}

// openRow is a change that waits for somebody.
type openRow struct {
	Title, Href, Facts, Why string
	Tag                     parts.Tag
	Moved                   bool
}

var startPage = web.Page[startView]("editor/start", files, "templates/start.html")

// reviewAhead is how many days before its review date a page is listed.
const reviewAhead = 30

// listedDue is how many pages to check again are listed at once.
const listedDue = 15

func (d *desk) start(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	n, err := d.names(r)
	if err != nil {
		return err
	}
	v := startView{May: a.May(d.House, publishing.PowerPublish), Ahead: reviewAhead}
	open, err := d.Texts.Open(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	for _, c := range open {
		v.Open = append(v.Open, row(n, c))
		if c.State == publishing.Approved {
			v.Waiting++
		}
	}
	if v.Waiting > 0 && v.May {
		v.Release = parts.Button{Text: "Release an edition of the manual", Href: "/texts/edition"}
	}
	drafts, err := d.Texts.Drafts(r.Context(), by(r, a))
	if err != nil {
		return err
	}
	v.Drafts = parts.Table{Head: []parts.Cell{{Text: "Text"}, {Text: "Last kept"}}, Stack: true}
	for _, one := range drafts {
		v.Drafts.Rows = append(v.Drafts.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: n.file(one.Name), Href: editHref(one.Name)}}}, {Text: calendar.Show(one.At)},
		})
	}
	v.Any = len(drafts) > 0
	due, err := d.Texts.Due(r.Context(), a.By.Now, reviewAhead)
	if err != nil {
		return err
	}
	v.Due = parts.Table{Head: []parts.Cell{{Text: "Text"}, {Text: "Looked after by"}, {Text: "To check by"}}, Stack: true}
	for i, one := range due {
		if i == listedDue {
			v.DueMore = len(due) - i
			break
		}
		when := one.Page.Review.Long()
		if one.Past {
			when += " (past)"
		}
		v.Due.Rows = append(v.Due.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: one.Page.Title, Href: editHref("guidance/" + one.Page.File)}}}, {Text: one.Page.Owner}, {Text: when},
		})
	}
	v.DueAny = len(due) > 0
	for _, l := range lists(n.lib, d.Texts.Directory(a.By.Now)) {
		v.Lists = append(v.Lists, parts.Link{Text: l.Title, Href: listHref(l.Key)})
	}
	return startPage.Render(w, r, http.StatusOK, d.chrome(r, a, "Texts"), v)
}

func row(n *names, c publishing.Change) openRow {
	words, colour := stateWords(c)
	return openRow{
		Title: n.file(c.Name), Href: changeHref(c.ID), Why: c.Why, Moved: c.Superseded, Tag: parts.Tag{Text: words, Colour: colour},
		Facts: n.person(c.Author) + " on " + calendar.Show(c.At) + ": " + kindWords(c),
	}
}

type filesView struct {
	Find    parts.Input
	Show    parts.Button
	Folders []folder
	Found   string
}

type folder struct {
	Title string
	Table parts.Table
}

var filesPage = web.Page[filesView]("editor/files", files, "templates/files.html")

// folders are the places of texts, in the order they are listed.
var folders = []struct{ Prefix, Title string }{
	{"guidance/manual/", "The manual"},
	{"guidance/pages/young-people/", "Pages for children and young people"},
	{"guidance/pages/parents/", "Pages for parents and carers"},
	{"guidance/pages/professionals/", "Pages for professionals"},
	{"guidance/pages/about/", "Pages about the service"},
	{"guidance/news/", "News, campaigns and events"},
	{"guidance/pictures/", "Pictures"},
	{"guidance/documents/", "Documents"},
	{"", "Lists that pages use"},
}

func (d *desk) files(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	n, err := d.names(r)
	if err != nil {
		return err
	}
	all, err := d.Texts.Files(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	find := strings.ToLower(strings.TrimSpace(r.URL.Query().Get("find")))
	v := filesView{
		Find: parts.Input{Field: parts.Field{Name: "find", Label: "Words in the title or the address"}, Value: find},
		Show: parts.Button{Text: "Find", Variant: "secondary"},
	}
	count := 0
	for i, f := range folders {
		t := parts.Table{Caption: f.Title, CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Text"}, {Text: "Last changed"}, {Text: "History"}}}
		for _, one := range all {
			title := n.file(one.Name)
			if folderOf(one.Name) != i || find != "" && !strings.Contains(strings.ToLower(title+" "+one.Name), find) {
				continue
			}
			count++
			since := "As it came with the program"
			if one.Author != publishing.Program && one.Author != "" {
				since = calendar.Show(one.Since) + ", " + n.person(one.Author)
			}
			t.Rows = append(t.Rows, []parts.Cell{
				{Body: parts.Body{parts.Link{Text: title, Href: editHref(one.Name)}}},
				{Text: since},
				{Body: parts.Body{parts.Link{Text: "History", Hidden: "of " + title, Href: historyHref(one.Name)}}},
			})
		}
		if len(t.Rows) > 0 {
			v.Folders = append(v.Folders, folder{f.Title, t})
		}
	}
	if find != "" && count == 0 {
		v.Found = "No text has these words in its title or address. To search what the texts say, use the search of the site."
	}
	return filesPage.Render(w, r, http.StatusOK, d.chrome(r, a, "All texts"), v)
}

func folderOf(name string) int {
	return slices.IndexFunc(folders, func(f struct{ Prefix, Title string }) bool { return strings.HasPrefix(name, f.Prefix) })
}

type newView struct {
	Kind    parts.Radios
	Title   parts.Input
	Address parts.Input
	Go      parts.Button
}

var newPage = web.Page[newView]("editor/new", files, "templates/new.html")

// newKinds are the texts that can be begun: where their file goes.
var newKinds = []struct{ Value, Label, Folder string }{
	{"young-people", "A page for children and young people", "guidance/pages/young-people/"},
	{"parents", "A page for parents and carers", "guidance/pages/parents/"},
	{"professionals", "A page for professionals", "guidance/pages/professionals/"},
	{"about", "A page about the service", "guidance/pages/about/"},
	{"news", "News, a campaign or an event", "guidance/news/"},
	{"manual", "A chapter of the manual", "guidance/manual/"},
}

func (d *desk) newForm(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawNew(w, r, a, http.StatusOK, nil)
}

func (d *desk) drawNew(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, wrong fault.Fields) error {
	v := newView{
		Kind:    parts.Radios{Field: parts.Field{Name: "kind", Label: "What do you want to write?", LabelSize: "m", Error: wrong.For("kind")}, Value: r.PostFormValue("kind")},
		Title:   parts.Input{Field: parts.Field{Name: "title", Label: "Title", LabelSize: "m", Hint: "As readers see it. You can change it later.", Error: wrong.For("title")}, Value: r.PostFormValue("title")},
		Address: parts.Input{Field: parts.Field{Name: "address", Label: "Last part of the address (optional)", LabelSize: "m", Hint: "Small letters and hyphens. It is made from the title when you leave it empty, and stays when the title changes.", Error: wrong.For("address")}, Value: r.PostFormValue("address"), Width: 20},
		Go:      parts.Button{Text: "Begin"},
	}
	for _, k := range newKinds {
		v.Kind.Items = append(v.Kind.Items, parts.Choice{Value: k.Value, Label: k.Label})
	}
	c := d.chrome(r, a, "New text")
	c.Errors = wrong
	return newPage.Render(w, r, status, c, v)
}

func (d *desk) newDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	var wrong fault.Fields
	i := slices.IndexFunc(newKinds, func(k struct{ Value, Label, Folder string }) bool { return k.Value == r.PostFormValue("kind") })
	if i < 0 {
		wrong.Add("kind", "Choose what you want to write")
	}
	title := strings.TrimSpace(r.PostFormValue("title"))
	if title == "" {
		wrong.Add("title", "Enter a title")
	}
	address := strings.TrimSpace(r.PostFormValue("address"))
	if address == "" {
		address = prose.Key(title)
	} else if address != prose.Key(address) {
		wrong.Add("address", "Use small letters, numbers and hyphens, and begin with a letter")
	}
	if len(wrong) > 0 {
		return d.drawNew(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	today := calendar.DateOf(a.By.Now)
	if newKinds[i].Value == "news" {
		address = today.String() + "-" + address
	}
	name := newKinds[i].Folder + address + ".md"
	if _, there, err := d.Texts.File(r.Context(), a.By.Now, name); err != nil {
		return err
	} else if there {
		return d.drawNew(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "address", Text: "There is a text at this address already. Enter another address, or change that text"}})
	}
	_, has, err := d.Texts.Draft(r.Context(), by(r, a), name)
	if err != nil {
		return err
	}
	if !has {
		if _, err := d.Texts.SaveDraft(r.Context(), by(r, a), publishing.Draft{Name: name, Content: beginning(newKinds[i].Value, title, today), At: a.By.Now}); err != nil {
			return err
		}
	}
	return room.See(w, r, editHref(name))
}

// beginning is what a new text starts with: what its head needs, to fill in.
func beginning(kind, title string, today calendar.Date) string {
	lines := []string{"---", "title: " + quoted(title), `summary: ""`}
	switch kind {
	case "news":
		lines = append(lines, "kind: news", "expires: "+today.AddDays(60).String())
	case "young-people", "parents", "professionals":
		lines = append(lines, "topic: ")
	}
	lines = append(lines, `owner: "Partnership business team"`, "sources:", `  - {text: ""}`, "checked: "+today.String(), "review: "+today.AddDays(365).String(), "---", "", "## ", "")
	return strings.Join(lines, "\n")
}

// quoted is a title as YAML reads it, whatever is in it.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// address is where a text is read, or empty for lists and files.
func address(lib *guidance.Library, name string) string {
	if p := page(lib, name); p != nil {
		return p.Path()
	}
	return ""
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}
