package bulletin

import (
	"html/template"
	"net/http"
	"sync"
	"time"

	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// shown keeps what is published for a minute, so that many readers cost no more
// than one.
type shown struct {
	sync.Mutex
	at   time.Time
	list map[string]publishedList
}

type publishedList struct {
	*pathway.Pathway
	items []pathway.Published
}

func (o *office) list(r *http.Request) (publishedList, error) {
	id, now := r.PathValue("id"), web.Now(r)
	o.shown.Lock()
	defer o.shown.Unlock()
	if age := now.Sub(o.shown.at); age < 0 || age >= time.Minute {
		o.shown.at, o.shown.list = now, map[string]publishedList{}
	}
	if l, ok := o.shown.list[id]; ok {
		return l, nil
	}
	p, items, err := o.Desk.Published(r.Context(), now, id)
	if err != nil {
		return publishedList{}, err
	}
	l := publishedList{p, items}
	o.shown.list[id] = l
	return l, nil
}

type publishedView struct {
	Title string
	Words template.HTML
	Items []parts.SummaryList
	Table string
}

var publishedPage = web.Page[publishedView]("bulletin/published", files, "templates/published.html")

// published shows everyone what was agreed to be published of a kind of record.
func (o *office) published(w http.ResponseWriter, r *http.Request) error {
	l, err := o.list(r)
	if err != nil {
		return err
	}
	v := publishedView{Title: l.Publish.Title, Words: prose.Words(l.Publish.Words), Table: "/published/" + l.Publish.ID + "/csv"}
	columns := l.Publish.Columns(l.Pathway)[1:]
	for _, item := range l.items {
		s := parts.SummaryList{Card: &parts.Card{Title: item.Heading}}
		for i, words := range item.Answers {
			if words != "" {
				s.Rows = append(s.Rows, parts.SummaryRow{Key: columns[i], Value: words})
			}
		}
		v.Items = append(v.Items, s)
	}
	return publishedPage.Render(w, r, http.StatusOK, o.chrome(r, l.Publish.Title), v)
}

// publishedTable is the same as a table for a spreadsheet.
func (o *office) publishedTable(w http.ResponseWriter, r *http.Request) error {
	l, err := o.list(r)
	if err != nil {
		return err
	}
	table := [][]string{l.Publish.Columns(l.Pathway)}
	for _, item := range l.items {
		table = append(table, append([]string{item.Heading}, item.Answers...))
	}
	return room.SendTable(w, l.Publish.ID+".csv", table)
}
