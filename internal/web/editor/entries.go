package editor

import (
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/fault"
	"frontdoor/internal/listing"
	"frontdoor/internal/pathway"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

var errNoList = fault.New(fault.NotFound, "There is no such list. Choose one from the page of texts.")

// open is a list as a worker has it before them: their draft of it, or the text in
// force.
type open struct {
	*listing.List
	n     *names
	draft publishing.Draft
	kept  bool   // there is a draft
	base  string // the text the draft began from
	moved bool   // another text came into force since
}

// list takes a list in hand.
func (d *desk) list(r *http.Request, a *room.Asker, key string) (*open, error) {
	n, err := d.names(r)
	if err != nil {
		return nil, err
	}
	contacts := d.Texts.Directory(a.By.Now)
	all := lists(n.lib, contacts)
	i := slices.IndexFunc(all, func(l *listing.List) bool { return l.Key == key })
	if i < 0 {
		return nil, errNoList
	}
	o := &open{List: all[i], n: n}
	live, there, err := d.Texts.Begin(r.Context(), o.File)
	if err != nil {
		return nil, err
	}
	if !there {
		return nil, errNoList
	}
	if o.draft, o.kept, err = d.Texts.Draft(r.Context(), by(r, a), o.File); err != nil {
		return nil, err
	}
	if !o.kept {
		o.draft = publishing.Draft{Name: o.File, Base: live.Change}
	}
	o.moved = live.Change != o.draft.Base
	hash := live.Hash
	if o.moved && o.draft.Base != "" {
		began, err := d.Texts.Change(r.Context(), a.By.Now, o.draft.Base)
		if err != nil {
			return nil, err
		}
		hash = began.Hash
	}
	b, err := d.Texts.Content(r.Context(), hash)
	if err != nil {
		return nil, err
	}
	o.base = string(b)
	if !o.kept {
		o.draft.Content = o.base
	}
	return o, nil
}

func listHref(key string) string { return "/texts/list" + query("list", key) }
func entryHref(key, id string) string {
	return "/texts/entry" + query("list", key, "entry", id)
}

type listView struct {
	Key, Title, One string
	Text, New       string
	Moved, Kept     bool
	Changed         int
	Table           parts.Table
	Why             parts.Textarea
}

var listPage = web.Page[listView]("editor/list", files, "templates/list.html")

// entries shows a list, with what the worker has changed in it.
func (d *desk) entries(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawList(w, r, a, http.StatusOK, r.URL.Query().Get("list"), nil)
}

func (d *desk) drawList(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, key string, wrong fault.Fields) error {
	o, err := d.list(r, a, key)
	if err != nil {
		return err
	}
	v := listView{
		Key: o.Key, Title: o.Title, One: o.One, Text: editHref(o.File), New: "/texts/entry" + query("list", o.Key), Moved: o.moved && o.kept, Kept: o.kept,
		Why: parts.Textarea{Field: parts.Field{
			Name: "why", Label: "What do you change, and why?", LabelSize: "m", Hint: "One or two sentences, for the person who looks at it and for the history.", Error: wrong.For("why"),
		}, Value: r.PostFormValue("why"), Rows: 2},
	}
	all, err := o.Entries(o.draft.Content)
	if errs, ok := problems(err); ok {
		wrong = append(wrong, errs...)
	} else if err != nil {
		return err
	}
	var changes []listing.Change
	if o.kept && err == nil {
		if changes, err = o.Changes(o.base, o.draft.Content); err != nil {
			return err
		}
	}
	v.Changed = len(changes)
	changed := func(id string) bool {
		return slices.ContainsFunc(changes, func(c listing.Change) bool { return c.ID == id })
	}
	v.Table = parts.Table{Head: []parts.Cell{{Text: "Entry"}, {Text: "Last checked"}, {Text: "Your draft"}}, Stack: true}
	row := func(id, name, checked, state string, gone bool) {
		cell := parts.Cell{Body: parts.Body{parts.Link{Text: name, Href: entryHref(o.Key, id)}}}
		if gone {
			cell = parts.Cell{Text: name}
		}
		v.Table.Rows = append(v.Table.Rows, []parts.Cell{cell, {Text: checked}, {Text: state}})
	}
	for _, e := range all {
		checked := e.Values.Get("checked")
		if checked != "" && e.Values.Get("confirmed") == "" {
			checked += ", not confirmed"
		}
		state := ""
		if changed(e.ID) {
			state = "Changed"
		}
		row(e.ID, o.name(e), checked, state, false)
	}
	for _, c := range changes {
		if c.ID != "" && c.After == "" {
			row(c.ID, c.ID, "", "Taken out", true)
		}
	}
	c := d.chrome(r, a, o.Title)
	c.Errors = wrong
	return listPage.Render(w, r, status, c, v)
}

// name is what an entry is called on a page.
func (o *open) name(e listing.Entry) string {
	if name := e.Values.Get(o.Name); name != "" {
		return name
	}
	return e.ID
}

// listDo asks for review of the worker's draft of a list, takes over what another
// has published since, or drops the draft.
func (d *desk) listDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	key, me := r.PostFormValue("list"), by(r, a)
	o, err := d.list(r, a, key)
	if err != nil {
		return err
	}
	if !o.kept {
		return room.See(w, r, listHref(key))
	}
	done := "kept"
	switch r.PostFormValue("do") {
	case "drop":
		done, err = "dropped", d.Texts.DropDraft(r.Context(), me, o.File)
	case "take":
		err = d.takeOver(r, a, o)
	default:
		var c publishing.Change
		c, err = d.ask(r, me, publishing.Proposal{Name: o.File, Content: []byte(o.draft.Content), Base: o.draft.Base, Why: strings.TrimSpace(r.PostFormValue("why"))})
		if err == nil {
			return room.See(w, r, changeHref(c.ID)+"?done=asked")
		}
	}
	if wrong, ok := problems(err); ok {
		var moved *publishing.Moved
		if errors.As(err, &moved) {
			wrong = fault.Fields{{Text: "The list has changed since you began. Take over the other change first"}}
		}
		for i := range wrong {
			if wrong[i].Key != "why" {
				wrong[i].Key = ""
			}
		}
		return d.drawList(w, r, a, http.StatusUnprocessableEntity, key, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, listHref(key)+"&done="+done)
}

// takeOver puts the worker's entries into the text that has come into force since.
func (d *desk) takeOver(r *http.Request, a *room.Asker, o *open) error {
	live, there, err := d.Texts.Begin(r.Context(), o.File)
	if err != nil || !there {
		return errors.Join(err, errNoList)
	}
	now, err := d.Texts.Content(r.Context(), live.Hash)
	if err != nil {
		return err
	}
	draft := o.draft
	if draft.Content, err = o.Merge(o.base, draft.Content, string(now)); err != nil {
		return err
	}
	draft.Base = live.Change
	_, err = d.Texts.SaveDraft(r.Context(), by(r, a), draft)
	return err
}

type entryView struct {
	Key, ID, Version, One, List string
	Named                       *parts.Input // what tells a new entry apart
	Fields                      parts.Body
	New                         bool
}

var entryPage = web.Page[entryView]("editor/entry", files, "templates/entry.html")

// entry is the form of one entry, or of a new one.
func (d *desk) entry(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	o, err := d.list(r, a, r.URL.Query().Get("list"))
	if err != nil {
		return err
	}
	id := r.URL.Query().Get("entry")
	if id == "" {
		return d.drawEntry(w, r, a, http.StatusOK, o, "", url.Values{}, nil)
	}
	all, err := o.Entries(o.draft.Content)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(e listing.Entry) bool { return e.ID == id })
	if i < 0 {
		return errNoText
	}
	return d.drawEntry(w, r, a, http.StatusOK, o, id, all[i].Values, nil)
}

func (d *desk) drawEntry(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, o *open, id string, form url.Values, wrong fault.Fields) error {
	v := entryView{Key: o.Key, ID: id, Version: strconv.Itoa(o.draft.Version), One: o.One, List: listHref(o.Key), New: id == ""}
	title := "New " + o.One
	if v.New {
		v.Named = &parts.Input{Field: parts.Field{
			Name: "id", Label: "Short name", LabelSize: "s", Hint: "Texts lead to the entry by it, so it never changes. Small letters and digits, with _ or - between words, unless it is a word of the glossary.", Error: wrong.For("id"),
		}, Value: form.Get("id"), Width: 30}
	} else {
		title = form.Get(o.Name)
		if title == "" {
			title = id
		}
	}
	for _, f := range o.Fields {
		v.Fields = append(v.Fields, control(f, f.Key, form, wrong.For(f.Key), "s"))
	}
	c := d.chrome(r, a, title, parts.Link{Text: o.Title, Href: v.List})
	c.Errors = wrong
	return entryPage.Render(w, r, status, c, v)
}

// control is the part of a form that asks a field.
func control(f listing.Field, name string, form url.Values, wrong, size string) parts.Part {
	about := parts.Field{Name: name, Label: f.Label, LabelSize: size, Hint: f.Hint, Error: wrong}
	one := form.Get(name)
	switch f.Kind {
	case listing.Text:
		return parts.Textarea{Field: about, Value: one, Rows: 3}
	case listing.Lines:
		return parts.Textarea{Field: about, Value: strings.Join(form[name], "\n"), Rows: 3}
	case listing.Choice:
		return parts.Select{Field: about, Items: options(f.Options, one), Value: one}
	case listing.Choices:
		out := parts.Checkboxes{Field: about, Values: form[name], Small: true}
		for _, o := range f.Options {
			out.Items = append(out.Items, parts.Choice{Value: o.Value, Label: o.Label})
		}
		return out
	case listing.Yes, listing.No:
		about.Label, about.LabelSize = "", ""
		return parts.Checkboxes{Field: about, Values: form[name], Items: []parts.Choice{{Value: "yes", Label: f.Label}}, Small: true}
	case listing.Day:
		return parts.Input{Field: about, Type: "date", Value: one}
	case listing.Number:
		return parts.Input{Field: about, Value: one, InputMode: "numeric", Width: 5}
	case listing.Hours:
		days := parts.Body{}
		for _, day := range listing.Days {
			days = append(days, parts.Input{Field: parts.Field{Name: name + "." + day.Value, Label: day.Label}, Value: form.Get(name + "." + day.Value), Width: 20})
		}
		out := parts.Radios{Field: about, Value: one}
		for _, o := range f.Options {
			choice := parts.Choice{Value: o.Value, Label: o.Label}
			if o.Value == listing.ByDay {
				choice.Conditional = days
			}
			out.Items = append(out.Items, choice)
		}
		return out
	case listing.Group:
		return group(f, name, form, wrong, f.Label)
	case listing.Rows:
		var rows parts.Body
		n := listing.RowsIn(form, name)
		for i := range n + 1 {
			legend := f.Label + ": " + strconv.Itoa(i+1)
			if i == n && n > 0 {
				legend = f.Label + ": one more (optional)"
			}
			if i > 0 {
				wrong = ""
			}
			rows = append(rows, group(f, name+"."+strconv.Itoa(i), form, wrong, legend))
		}
		return rows
	}
	return parts.Input{Field: about, Value: one}
}

// group asks the fields of a row or a group. What is wrong with it stands at the
// first, where the list of errors leads.
func group(f listing.Field, name string, form url.Values, wrong, legend string) parts.Part {
	var body parts.Body
	for i, inner := range f.Fields {
		said := ""
		if i == 0 {
			said = wrong
		}
		c := control(inner, name+"."+inner.Key, form, said, "")
		if in, ok := c.(parts.Input); ok && said != "" {
			in.ID = f.Key
			c = in
		}
		body = append(body, c)
	}
	return parts.Fieldset{Legend: legend, LegendSize: "s", Body: body}
}

func options(from []listing.Option, value string) []parts.Option {
	var out []parts.Option
	if !slices.ContainsFunc(from, func(o listing.Option) bool { return o.Value == value }) {
		out = append(out, parts.Option{Value: value, Text: value}) // what stands there, or nothing chosen yet
	}
	for _, o := range from {
		out = append(out, parts.Option{Value: o.Value, Text: o.Label})
	}
	return out
}

var shortName = regexp.MustCompile(`^[a-z][a-z0-9]*([_-][a-z0-9]+)*$`)

// entryDo puts an entry into the worker's draft of the list.
func (d *desk) entryDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	o, err := d.list(r, a, r.PostFormValue("list"))
	if err != nil {
		return err
	}
	id := r.PostFormValue("entry")
	fail := func(wrong fault.Fields) error {
		return d.drawEntry(w, r, a, http.StatusUnprocessableEntity, o, id, r.PostForm, wrong)
	}
	draft := o.draft
	draft.Version, _ = strconv.Atoi(r.PostFormValue("version")) // 0 when it is no number: then it was not kept before
	known := id
	switch {
	case r.PostFormValue("do") == "remove":
		draft.Content, err = o.Remove(draft.Content, id)
	case id != "":
		draft.Content, err = o.Set(draft.Content, id, r.PostForm)
	default:
		known = strings.TrimSpace(r.PostFormValue("id"))
		if known == "" || o.ID != o.Name && !shortName.MatchString(known) {
			return fail(fault.Fields{{Key: "id", Text: "Enter a short name, such as family_hub"}})
		}
		draft.Content, err = o.Add(draft.Content, known, r.PostForm)
	}
	if wrong, ok := problems(err); ok {
		return fail(wrong)
	}
	if err != nil {
		return err
	}
	checked, err := d.Texts.Check(r.Context(), a.By.Now, publishing.Proposal{Name: o.File, Content: []byte(draft.Content), Base: draft.Base})
	if wrong, ok := problems(err); ok {
		return fail(wrong)
	}
	if err != nil {
		return err
	}
	if wrong := o.wrong(checked.Faults, draft.Content, known); len(wrong) > 0 {
		return fail(wrong)
	}
	if _, err = d.Texts.SaveDraft(r.Context(), by(r, a), draft); err != nil {
		if wrong, ok := problems(err); ok {
			return fail(wrong)
		}
		return err
	}
	return room.See(w, r, listHref(o.Key)+"&done=kept")
}

// wrong are the faults of a list, each at the field it speaks of.
func (o *open) wrong(faults pathway.Faults, content, id string) fault.Fields {
	var out fault.Fields
	for _, f := range faults {
		if f.Warning {
			continue
		}
		at, key, ok := o.FieldAt(content, f.Line)
		i := slices.IndexFunc(o.Fields, func(one listing.Field) bool { return one.Key == key })
		switch {
		case f.File != o.File || !ok || at != id:
			out = append(out, fault.Field{Text: faultWords(f)})
		case key == o.ID && key != "":
			out = append(out, fault.Field{Key: "id", Text: f.Text})
		case i < 0:
			out = append(out, fault.Field{Text: f.Text})
		case o.Fields[i].Wrong != "":
			out = append(out, fault.Field{Key: key, Text: o.Fields[i].Wrong})
		default:
			out = append(out, fault.Field{Key: key, Text: f.Text})
		}
	}
	return out
}
