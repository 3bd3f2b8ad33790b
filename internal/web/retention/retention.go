// Package retention is the room of those who decide how long closed records are
// kept: until when each must be kept and why, legal holds, and destruction, which
// takes two of them.
package retention

import (
	"embed"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

type archive struct{ *room.House }

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	a := archive{h}
	for pattern, fn := range map[string]room.StaffHandler{
		"GET /retention":                    a.list,
		"GET /retention/{id}":               a.one,
		"POST /retention/{id}/{act}":        a.act,
		"GET /retention/holds":              a.holds,
		"POST /retention/holds":             a.hold,
		"GET /retention/holds/{hold}/lift":  a.lifting,
		"POST /retention/holds/{hold}/lift": a.lift,
		"GET /retention/destroyed":          a.destroyed,
	} {
		mux.Handle(pattern, h.Staff(func(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
			if !h.Desk.MayKeep(who.By) {
				return errRole
			}
			return fn(w, r, who)
		}))
	}
	// Whoever could open the record may read that it was destroyed.
	mux.Handle("GET /retention/destroyed/{id}", h.Staff(a.stub))
}

var errRole = fault.New(fault.Forbidden, "Your role does not decide how long records are kept. Ask your manager if it should.")

const pageSize = 50

// said is what a page says after something was done.
var said = map[string]string{
	"longer":  "It is kept until the day you gave.",
	"propose": "Proposed. A second person must decide before anything is destroyed.",
	"approve": "Agreed. It is destroyed when the command for that is run next. Until then anyone here can stop it.",
	"stop":    "Stopped. The record stays, and somebody must decide about it again.",
	"hold":    "On hold. It cannot be destroyed until a second person lifts the hold.",
	"lifted":  "The hold was lifted.",
}

func (a archive) chrome(r *http.Request, who *room.Asker, title string, under ...parts.Link) web.Chrome {
	c := a.StaffChrome(r, who, title)
	c.Breadcrumbs = under
	if s := said[r.URL.Query().Get("done")]; s != "" && r.Method == http.MethodGet {
		c.Notice, c.NoticeDone = s, true
	}
	return c
}

var home = parts.Link{Text: "Retention", Href: "/retention"}

// nav leads between the three lists.
func nav(current string) parts.SubNavigation {
	n := parts.SubNavigation{Label: "Retention"}
	for _, l := range []parts.Link{{Text: "Closed records", Href: "/retention"}, {Text: "Legal holds", Href: "/retention/holds"}, {Text: "Destroyed", Href: "/retention/destroyed"}} {
		l.Current = l.Href == current
		n.Items = append(n.Items, l)
	}
	return n
}

type listView struct {
	Nav                       parts.SubNavigation
	State, Pathway, Authority parts.Select
	Reference                 parts.Input
	Show                      parts.Button
	Count                     string
	Table                     parts.Table
	None                      bool
	Pages                     parts.Pagination
}

var listPage = web.Page[listView]("retention/list", files, "templates/list.html")

// Filters of the list that are no state of a review.
const (
	undated = "undated"
	norule  = "norule"
	held    = "held"
)

var states = []parts.Option{
	{Value: "", Text: "Everything"},
	{Value: store.RetentionDue, Text: "Somebody must decide"},
	{Value: store.RetentionProposed, Text: "A second person must decide"},
	{Value: store.RetentionApproved, Text: "Is to be destroyed"},
	{Value: store.RetentionKept, Text: "Is kept"},
	{Value: undated, Text: "Nobody can say until when"},
	{Value: norule, Text: "Its pathway has no rule"},
	{Value: held, Text: "On legal hold"},
}

func (a archive) list(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	asked := r.URL.Query()
	page := pageOf(r)
	q := store.RetentionQuery{Pathway: asked.Get("pathway"), Authority: asked.Get("authority"), Limit: pageSize, Offset: (page - 1) * pageSize}
	switch state := asked.Get("state"); state {
	case undated:
		q.Undated = true
	case norule:
		q.NoRule = true
	case held:
		q.Held = true
	default:
		q.State = state
	}
	var wrong fault.Fields
	if typed := strings.TrimSpace(asked.Get("reference")); typed != "" {
		ref, err := secret.ParseReference(typed)
		if err != nil {
			wrong.Add("reference", "Check the reference: it does not look right")
		}
		q.Reference = ref
	}
	v := listView{
		Nav:       nav("/retention"),
		State:     parts.Select{Field: parts.Field{Name: "state", Label: "How it stands"}, Value: asked.Get("state"), Items: states},
		Pathway:   parts.Select{Field: parts.Field{Name: "pathway", Label: "Kind of work"}, Value: q.Pathway, Items: []parts.Option{{Value: "", Text: "All"}}},
		Authority: parts.Select{Field: parts.Field{Name: "authority", Label: "Authority"}, Value: q.Authority, Items: []parts.Option{{Value: "", Text: "All"}}},
		Reference: parts.Input{Field: parts.Field{Name: "reference", Label: "Reference", Error: wrong.For("reference")}, Value: asked.Get("reference"), Width: 20, Autocomplete: "off"},
		Show:      parts.Button{Text: "Show", Variant: "secondary"},
	}
	c := a.chrome(r, who, "How long closed records are kept")
	c.Wide = true
	list, err := a.Desk.Retentions(r.Context(), who.By, q)
	if err != nil {
		return err
	}
	for _, name := range list.Pathways {
		v.Pathway.Items = append(v.Pathway.Items, parts.Option{Value: name, Text: a.title(name)})
	}
	for _, id := range list.Authorities {
		v.Authority.Items = append(v.Authority.Items, parts.Option{Value: id, Text: a.authority(id)})
	}
	if c.Errors = wrong; len(wrong) > 0 {
		v.None = true
		return listPage.Render(w, r, http.StatusUnprocessableEntity, c, v)
	}
	v.Count, v.None = plural(list.Total, "closed record", "closed records"), len(list.Rows) == 0
	v.Table = parts.Table{Caption: v.Count, CaptionSize: "s", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Reference"}, {Text: "Kind of work"}, {Text: "Authority"}, {Text: "Closed"}, {Text: "Kept until"}, {Text: "How it stands"}}}
	for _, row := range list.Rows {
		tags := parts.Body{stateTag(row.Retention, web.Now(r))}
		if row.Held {
			tags = append(tags, parts.Text(" "), parts.Tag{Text: "On hold", Colour: "purple"})
		}
		v.Table.Rows = append(v.Table.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: row.Reference, Href: "/retention/" + row.Record}}},
			{Text: a.title(row.Pathway)},
			{Text: a.authority(row.Authority)},
			{Text: calendar.DateOf(row.ClosedAt).Short()},
			{Text: keptUntil(row.Retention)},
			{Body: tags},
		})
	}
	if pages := (list.Total + pageSize - 1) / pageSize; pages > 1 {
		v.Pages = pagination("/retention?", asked, page, pages)
	}
	return listPage.Render(w, r, http.StatusOK, c, v)
}

func with(q url.Values, page int) string {
	out := url.Values{}
	for _, k := range []string{"state", "pathway", "authority", "reference"} {
		if q.Get(k) != "" {
			out.Set(k, q.Get(k))
		}
	}
	out.Set("page", strconv.Itoa(page))
	return out.Encode()
}

func pageOf(r *http.Request) int {
	page, _ := strconv.Atoi(r.URL.Query().Get("page"))
	return min(max(page, 1), 10_000)
}

func pagination(path string, asked url.Values, page, pages int) parts.Pagination {
	href := func(n int) string { return path + with(asked, n) }
	p := parts.Pagination{Label: "Pages of the list", Pages: parts.Pages(page, pages, href)}
	if page > 1 {
		p.Previous = href(page - 1)
	}
	if page < pages {
		p.Next = href(page + 1)
	}
	return p
}

// keptUntil says until when, or that nobody can say.
func keptUntil(k store.Retention) string {
	switch {
	case !k.Keep().IsZero():
		return k.Keep().Short()
	case !k.Ruled:
		return pathway.NoKeepRule
	}
	return "Until somebody decides"
}

func stateTag(k store.Retention, now time.Time) parts.Tag {
	switch k.State {
	case store.RetentionDue:
		return parts.Tag{Text: "Decide", Colour: "yellow"}
	case store.RetentionProposed:
		return parts.Tag{Text: "Proposed", Colour: "orange"}
	case store.RetentionApproved:
		return parts.Tag{Text: "To be destroyed", Colour: "red"}
	}
	if !k.Keep().IsZero() && k.Keep().Before(calendar.DateOf(now)) && k.Ruled {
		return parts.Tag{Text: "Decide", Colour: "yellow"}
	}
	return parts.Tag{Text: "Kept", Colour: "green"}
}

func (a archive) title(name string) string {
	if p, ok := a.Desk.Pathways.Get(name); ok {
		return p.Title
	}
	return name
}

func (a archive) authority(id string) string {
	one, _ := a.Desk.Place.Register.Authority(id)
	return one.Name
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// wrong takes what is wrong with a form out of an error, under the ids of one of
// several forms on a page. What has happened meanwhile is said at the top.
func wrong(err error, form string) (fault.Fields, bool) {
	var f fault.Fields
	if errors.As(err, &f) {
		var out fault.Fields
		for _, x := range f {
			out = append(out, fault.Field{Key: form + "-" + x.Key, Text: x.Text})
		}
		return out, true
	}
	if k := fault.KindOf(err); k == fault.Conflict || k == fault.Forbidden {
		return fault.Fields{{Text: fault.SafeText(err)}}, true
	}
	return nil, false
}

func typed(r *http.Request, name string) string {
	return strings.TrimSpace(strings.ReplaceAll(r.PostFormValue(name), "\r\n", "\n"))
}
