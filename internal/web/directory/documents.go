package directory

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

type documentsView struct {
	Kind, Year, State parts.Select
	Asked             bool
	Count             string
	Documents         []documentView
}

type documentView struct {
	*guidance.Document
	Standing parts.Tag
	Checked  string
	Href     string // where it can be read; empty when it is not held
	Outside  string // the name of the site where it is kept
	Ask      *card
	Replaced *parts.Link
	About    *parts.Link
}

var documentsPage = web.Page[documentsView]("directory/documents", files, "templates/documents.html", "templates/bits.html")

// stateNames say how far a document can be relied on.
var stateNames = []struct {
	Key          guidance.DocumentState
	Name, Colour string
}{
	{guidance.Current, "Current", "green"}, {guidance.Reviewing, "Being reviewed", "blue"}, {guidance.NotKnown, "Not known if current", "yellow"}, {guidance.History, "Kept as history", "grey"},
}

// documents is the documents library.
func (d *dir) documents(w http.ResponseWriter, r *http.Request) error {
	lib, err := d.texts(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := documentsView{
		Asked: len(q) > 0,
		Kind:  parts.Select{Field: parts.Field{Name: "kind", Label: "Kind"}, Value: q.Get("kind"), Items: []parts.Option{{Text: "All"}}},
		Year:  parts.Select{Field: parts.Field{Name: "year", Label: "Year"}, Value: q.Get("year"), Items: []parts.Option{{Text: "All"}}},
		State: parts.Select{Field: parts.Field{Name: "state", Label: "Can it be relied on?"}, Value: q.Get("state"), Items: []parts.Option{{Text: "All"}}},
	}
	have := func(is func(*guidance.Document) bool) bool { return slices.ContainsFunc(lib.Documents, is) }
	for _, k := range guidance.DocumentKinds {
		if have(func(doc *guidance.Document) bool { return doc.Kind == k.Key }) {
			v.Kind.Items = append(v.Kind.Items, parts.Option{Value: string(k.Key), Text: k.Name})
		}
	}
	for _, s := range stateNames {
		if have(func(doc *guidance.Document) bool { return doc.State == s.Key }) {
			v.State.Items = append(v.State.Items, parts.Option{Value: string(s.Key), Text: s.Name})
		}
	}
	for _, doc := range lib.Documents {
		if year := strconv.Itoa(doc.Year); v.Year.Items[len(v.Year.Items)-1].Value != year {
			v.Year.Items = append(v.Year.Items, parts.Option{Value: year, Text: year})
		}
		if (v.Kind.Value == "" || v.Kind.Value == string(doc.Kind)) && (v.Year.Value == "" || v.Year.Value == strconv.Itoa(doc.Year)) && (v.State.Value == "" || v.State.Value == string(doc.State)) {
			v.Documents = append(v.Documents, document(lib, doc, d.Moment(web.Now(r)).Contacts))
		}
	}
	v.Count = count(len(v.Documents), "document", "documents")
	return documentsPage.Render(w, r, http.StatusOK, d.chrome(r, "Documents", true), v)
}

func document(lib *guidance.Library, doc *guidance.Document, directory *contact.Directory) documentView {
	v := documentView{Document: doc, Checked: doc.Checked.Long(), Href: doc.URL}
	for _, s := range stateNames {
		if s.Key == doc.State {
			v.Standing = parts.Tag{Text: s.Name, Colour: s.Colour}
		}
	}
	if doc.File != "" {
		v.Href, _ = lib.Kept("documents/" + doc.File)
	} else if u, err := url.Parse(doc.URL); err == nil {
		v.Outside = u.Host
	}
	if s, ok := directory.Find(doc.Ask); ok && v.Href == "" && (len(s.Phones) > 0 || s.Email != "") {
		v.Ask = &card{Name: s.Name, Email: s.Email, Phones: numbers(s.Phones)}
	}
	for _, other := range lib.Documents {
		if other.Key == doc.Replaced {
			v.Replaced = &parts.Link{Text: other.Title, Href: other.Path()}
		}
	}
	if p, href, ok := lib.Linked(doc.About); ok {
		v.About = &parts.Link{Text: p.Title, Href: href}
	}
	return v
}
