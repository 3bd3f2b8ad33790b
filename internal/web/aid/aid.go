// Package aid is the room of the threshold aid: choose what you see in a child's
// life, and read at which level of need each sign stands, why, and what to do
// next.
//
// It decides nothing: signs are never counted and no level comes out. Nothing is
// kept, and what is chosen travels in the body of a form and never in an address.
package aid

import (
	"embed"
	"net/http"
	"slices"
	"sync/atomic"

	"frontdoor/internal/contact"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/signin"
	"frontdoor/internal/threshold"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

// helper is the room.
type helper struct {
	*room.House
	kept atomic.Pointer[reading]
}

// reading is a list that was read, and the texts it was read from.
type reading struct {
	lib  *guidance.Library
	list *threshold.Thresholds
}

// Register adds the room's routes.
func Register(mux room.Mux, h *room.House) {
	x := &helper{House: h}
	on := func(pattern string, fn web.Handler) { mux.Handle(pattern, h.Public(fn)) }
	on("GET /thresholds", x.start)
	on("POST /thresholds", x.again)
	on("POST /thresholds/signs", x.signs)
	on("POST /thresholds/next", x.next)
	on("GET /thresholds/all", x.all)
	// Someone who opens these by their address has sent nothing to show.
	on("GET /thresholds/signs", x.back)
	on("GET /thresholds/next", x.back)
}

func (x *helper) back(w http.ResponseWriter, r *http.Request) error {
	return room.See(w, r, "/thresholds")
}

// Levels are the ids of a partnership's levels of need, the lowest first.
func Levels(place *partnership.Partnership) []string {
	var out []string
	for _, l := range place.Levels {
		out = append(out, l.ID)
	}
	return out
}

// list is the list in force. It is read again only when a text has changed.
func (x *helper) list(r *http.Request) (*threshold.Thresholds, error) {
	lib, err := x.Texts.At(r.Context(), web.Now(r))
	if err != nil {
		return nil, err
	}
	have := x.kept.Load()
	if have == nil || have.lib != lib {
		t, _ := threshold.Of(lib, Levels(x.Desk.Place))
		have = &reading{lib, t}
		x.kept.Store(have)
	}
	if have.list == nil {
		return nil, fault.New(fault.NotFound, "There is no list of signs here. Ring the front door for advice: see “Who to call”.")
	}
	return have.list, nil
}

// asker is the signed-in worker, or nil: the pages are the same for everyone but
// for their frame and one question.
func (x *helper) asker(r *http.Request) *room.Asker {
	if signin.WorkerToken(r) == "" {
		return nil
	}
	a, _ := x.Asker(r)
	return a
}

func (x *helper) chrome(r *http.Request, a *room.Asker, title string) web.Chrome {
	if a != nil {
		return x.StaffChrome(r, a, title)
	}
	return x.PublicChrome(r, title, true)
}

// What the forms call what is chosen.
const (
	asName    = "as"
	ageName   = "age"
	whereName = "where"
	partName  = "part"
	signName  = "sign"
)

// Who looks at the list.
const (
	professional = "professional"
	family       = "family"
)

// choices are what was chosen so far.
type choices struct {
	As, Age, Where string
	Parts, Signs   []string
}

func read(r *http.Request, a *room.Asker) (choices, error) {
	if err := web.ReadForm(r); err != nil {
		return choices{}, err
	}
	f := r.PostForm
	c := choices{As: f.Get(asName), Age: f.Get(ageName), Where: f.Get(whereName), Parts: f[partName], Signs: f[signName]}
	if a != nil {
		c.As = professional
	}
	return c, nil
}

// check finds what is missing of the first page.
func (c choices) check(t *threshold.Thresholds, d *contact.Directory) fault.Fields {
	var errs fault.Fields
	if c.As != professional && c.As != family {
		errs.Add(asName, "Choose which of these you are")
	}
	if _, ok := t.Age(c.Age); !ok {
		errs.Add(ageName, "Choose how old the child is")
	}
	if c.Where != contact.UnknownArea && !slices.ContainsFunc(d.Authorities(), func(a contact.Authority) bool { return a.ID == c.Where }) {
		errs.Add(whereName, "Choose where the child lives, or that you are not sure")
	}
	if !slices.ContainsFunc(t.Domains, func(d threshold.Domain) bool { return slices.Contains(c.Parts, d.ID) }) {
		errs.Add(partName, "Choose at least one side of the child’s life")
	}
	return errs
}

// carry are the choices as the next form takes them along.
func (c choices) carry(signs bool) []parts.Hidden {
	out := []parts.Hidden{{Name: asName, Value: c.As}, {Name: ageName, Value: c.Age}, {Name: whereName, Value: c.Where}}
	for _, p := range c.Parts {
		out = append(out, parts.Hidden{Name: partName, Value: p})
	}
	if signs {
		for _, s := range c.Signs {
			out = append(out, parts.Hidden{Name: signName, Value: s})
		}
	}
	return out
}

func status(errs fault.Fields) int {
	if len(errs) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// edition is which list this is and whose words it is.
type edition struct {
	Name, From, Checked, Standing, Source string
	Confirmed                             bool
}

func editionOf(t *threshold.Thresholds) edition {
	return edition{Name: t.Edition, From: t.From.Long(), Checked: t.Checked.Long(), Standing: t.Standing, Source: t.Source, Confirmed: t.Confirmed}
}

type startView struct {
	As, Age, Where parts.Radios
	Parts          parts.Checkboxes
	Worker         bool
	Hidden         []parts.Hidden
	Edition        edition
}

var startPage = web.Page[startView]("aid/start", files, "templates/start.html", "templates/bits.html")

func (x *helper) start(w http.ResponseWriter, r *http.Request) error {
	return x.startWith(w, r, choices{}, nil)
}

// again shows the first page with what was chosen on it.
func (x *helper) again(w http.ResponseWriter, r *http.Request) error {
	c, err := read(r, x.asker(r))
	if err != nil {
		return err
	}
	return x.startWith(w, r, c, nil)
}

func (x *helper) startWith(w http.ResponseWriter, r *http.Request, c choices, errs fault.Fields) error {
	t, err := x.list(r)
	if err != nil {
		return err
	}
	a := x.asker(r)
	v := startView{Worker: a != nil, Edition: editionOf(t)}
	field := func(name, label, hint string) parts.Field {
		return parts.Field{Name: name, Label: label, LabelSize: "m", Hint: hint, Error: errs.For(name)}
	}
	v.As = parts.Radios{Field: field(asName, "Who are you?", ""), Value: c.As, Items: []parts.Choice{
		{Value: professional, Label: "I work or volunteer with children or families"},
		{Value: family, Label: "I am a parent, a carer, a relative or someone else"},
	}}
	v.Age = parts.Radios{Field: field(ageName, "How old is the child?", "If there are several children, look at one at a time."), Value: c.Age}
	for _, age := range t.Ages {
		v.Age.Items = append(v.Age.Items, parts.Choice{Value: age.ID, Label: age.Label})
	}
	v.Where = parts.Radios{Field: field(whereName, "Where does the child live?", "So that we can show you who answers the phone there now."), Value: c.Where}
	for _, place := range x.Moment(web.Now(r)).Contacts.Authorities() {
		v.Where.Items = append(v.Where.Items, parts.Choice{Value: place.ID, Label: place.Name})
	}
	v.Where.Items = append(v.Where.Items, parts.Choice{Value: contact.UnknownArea, Label: "I am not sure, or somewhere else"})
	v.Parts = parts.Checkboxes{Field: field(partName, "Which sides of the child’s life do you want to look at?", "Choose all that apply. Choosing more takes longer."), Values: c.Parts}
	for _, d := range t.Domains {
		v.Parts.Items = append(v.Parts.Items, parts.Choice{Value: d.ID, Label: d.Label, Hint: d.Hint})
	}
	// What was chosen on the second page stays chosen when the first is changed.
	for _, s := range c.Signs {
		v.Hidden = append(v.Hidden, parts.Hidden{Name: signName, Value: s})
	}
	chrome := x.chrome(r, a, "Levels of need")
	chrome.Errors = errs
	return startPage.Render(w, r, status(errs), chrome, v)
}

type signsView struct {
	About   string
	Hidden  []parts.Hidden
	Again   []parts.Hidden // back to the first page, with everything chosen so far
	Domains []domainView
}

type domainView struct {
	ID, Label string
	Areas     []parts.Checkboxes
}

var signsPage = web.Page[signsView]("aid/signs", files, "templates/signs.html", "templates/bits.html")

// signs shows what can be chosen for an age and sides of a child's life.
func (x *helper) signs(w http.ResponseWriter, r *http.Request) error {
	t, err := x.list(r)
	if err != nil {
		return err
	}
	c, err := read(r, x.asker(r))
	if err != nil {
		return err
	}
	if errs := c.check(t, x.Moment(web.Now(r)).Contacts); len(errs) > 0 {
		return x.startWith(w, r, c, errs)
	}
	return x.signsWith(w, r, t, c, nil)
}

func (x *helper) signsWith(w http.ResponseWriter, r *http.Request, t *threshold.Thresholds, c choices, errs fault.Fields) error {
	age, _ := t.Age(c.Age)
	v := signsView{About: age.About, Hidden: c.carry(false), Again: c.carry(true)}
	for _, g := range t.Of(c.Parts, c.Age) {
		if n := len(v.Domains); n == 0 || v.Domains[n-1].ID != g.Domain.ID {
			v.Domains = append(v.Domains, domainView{ID: g.Domain.ID, Label: g.Domain.Label})
		}
		d := &v.Domains[len(v.Domains)-1]
		box := parts.Checkboxes{Field: parts.Field{Name: signName, ID: signName + "-" + g.Area.ID, Label: g.Area.Label, LabelSize: "s"}, Values: c.Signs}
		if len(v.Domains) == 1 && len(d.Areas) == 0 {
			// The first is where the list of errors leads.
			box.ID, box.Error = signName, errs.For(signName)
		}
		for _, s := range g.Signs {
			box.Items = append(box.Items, parts.Choice{Value: s.ID, Label: s.Text})
		}
		d.Areas = append(d.Areas, box)
	}
	chrome := x.chrome(r, x.asker(r), "Levels of need")
	chrome.Errors, chrome.BackHref = errs, "/thresholds"
	return signsPage.Render(w, r, status(errs), chrome, v)
}
