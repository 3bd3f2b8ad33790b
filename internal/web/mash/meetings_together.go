package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// togetherView is the records that a meeting is about besides the one shown.
type togetherView struct {
	May  bool // the reader may add some, or take this one out
	Add  string
	Out  string // where this record is taken out
	With []withView
	// Guests are those who come and are on none of the lists but another’s.
	Guests *parts.Table
}

// withView is one of them; without a link it is one that the reader may not open.
type withView struct {
	Link      parts.Link
	Says, Out string
	Reference string
}

// togetherOf shows which records a meeting is about; nil where it can be about no
// other.
func (d *door) togetherOf(v *casework.View, m casework.Meeting) *togetherView {
	def := m.Meeting
	if v.Pathway.SetsTogether(def) == nil {
		return nil
	}
	out := &togetherView{May: d.Desk.MayMeetTogether(v.Pathway, v.Facts, def), Add: "/records/" + v.Record.ID + "/meetings/" + def.ID + "/together"}
	if len(m.With) > 0 {
		out.Out = "/records/" + v.Record.ID + "/meetings/" + def.ID + "/apart"
	} else if !out.May {
		return nil
	}
	guests := &parts.Table{Caption: "Who else comes, asked for another child", CaptionSize: "s", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Who"}, {Text: "Asked for"}, {Text: "Came"}}}
	for _, c := range m.With {
		if !c.May {
			out.With = append(out.With, withView{Says: "A record that you may not open"})
			continue
		}
		one := withView{Reference: c.Record.Reference, Link: parts.Link{Text: called(c.Chronology), Href: "/records/" + c.Record.ID + "/meetings"}}
		switch {
		case c.Going && !c.Gathering.At.IsZero():
			one.Says = calendar.Show(c.Gathering.At)
		case c.Going:
			one.Says = "No day is set"
		default:
			one.Says = "Its last meeting is noted"
		}
		if !c.State().End && c.Act {
			one.Out = "/records/" + c.Record.ID + "/meetings/" + def.ID + "/apart"
		}
		out.With = append(out.With, one)
		other, ok := c.Pathway.FindMeeting(def.ID)
		if !ok {
			continue
		}
		for _, row := range c.Only {
			name := c.Pathway.RowName(c.Read(), other.Invited, row)
			came := "–"
			if q, ok := c.Pathway.Question(other.Came); ok {
				if k := answer.RowKey(other.Invited, row, q.ID); !c.Answers[k].Empty() {
					came = c.Pathway.LabelIn(q, k, c.Answers)
				}
			}
			guests.Rows = append(guests.Rows, []parts.Cell{{Text: name}, {Text: c.Record.Reference}, {Text: came}})
		}
	}
	if len(guests.Rows) > 0 {
		out.Guests = guests
	}
	return out
}

// joinView is the form that makes a meeting one with those of other records.
type joinView struct {
	Frame   frame
	Heading string
	Title   string
	Action  string
	Back    string
	Choose  *parts.Checkboxes
}

var joinPage = page[joinView]("together", "frame")

func (d *door) meetTogether(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawJoin(w, r, a, http.StatusOK, nil)
}

func (d *door) drawJoin(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	def, ok := v.Pathway.FindMeeting(r.PathValue("meeting"))
	if !ok || v.Pathway.SetsTogether(def) == nil {
		return errNotWork
	}
	kin, err := d.Desk.Kin(r.Context(), a.By, v, def.ID)
	if err != nil {
		return err
	}
	view := joinView{Frame: d.frame(r, v, "meetings"), Heading: heading(v, "One meeting for brothers and sisters"), Title: def.Title, Back: "/records/" + v.Record.ID + "/meetings"}
	view.Action = view.Back + "/" + def.ID + "/together"
	if len(kin) > 0 {
		view.Choose = &parts.Checkboxes{Field: parts.Field{Name: "record", Label: "Which records is it also about?", LabelSize: "m", Error: errs.For("record")}, Values: r.PostForm["record"]}
		for _, c := range kin {
			view.Choose.Items = append(view.Choose.Items, parts.Choice{Value: c.Record.ID, Label: called(c), Hint: c.State().Label})
		}
	}
	return drawRecord(d, joinPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) joinMeeting(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, chosen := r.PathValue("id"), r.PostForm["record"]
	var errs fault.Fields
	if len(chosen) == 0 {
		errs.Add("record", "Choose a record")
		return d.drawJoin(w, r, a, http.StatusUnprocessableEntity, errs)
	}
	if err := d.Desk.MeetTogether(r.Context(), a.By, id, r.PathValue("meeting"), chosen); err != nil {
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		errs.Add("record", "%s", fault.SafeText(err))
		return d.drawJoin(w, r, a, http.StatusUnprocessableEntity, errs)
	}
	return room.See(w, r, "/records/"+id+"/meetings?done=together")
}

func (d *door) partMeeting(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	if err := d.Desk.MeetApart(r.Context(), a.By, id, r.PathValue("meeting")); err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/meetings?done=apart")
}

// alsoAsked are the parts of a step's form that are about those who are on the
// lists of other records of the same meeting alone.
func (d *door) alsoAsked(r *http.Request, a *room.Asker, fl *filling) ([]*filling, error) {
	views, only, err := d.Desk.Also(r.Context(), a.By, fl.v, fl.step.ID)
	if err != nil {
		return nil, err
	}
	var out []*filling
	for i, v := range views {
		m := v.Pathway.AttendedIn(fl.step.ID)
		if m == nil {
			continue
		}
		step, _ := v.Pathway.Step(fl.step.ID)
		one := &filling{v: v, step: step, base: v.Facts.Answers.Clone()}
		for k := range v.Pathway.Anew(step.ID, v.Facts) {
			delete(one.base, k)
		}
		one.ask = func(set answer.Set) []pathway.Asked {
			f := v.Facts
			f.Answers = set
			return slices.DeleteFunc(v.Pathway.Ask(step, f), func(x pathway.Asked) bool {
				group, row, _ := x.Key.Split()
				return group != m.Invited || !slices.Contains(only[i], row)
			})
		}
		out = append(out, one)
	}
	return out, nil
}

// readAlso reads what was sent about them, by record.
func (fl *filling) readAlso(r *http.Request) map[string]answer.Set {
	out := map[string]answer.Set{}
	for _, o := range fl.also {
		out[o.v.Record.ID] = form.Read(o.v.Pathway, r.PostForm, o.base, o.ask)
	}
	return out
}

// wrongAlso says what is wrong in it.
func (fl *filling) wrongAlso(r *http.Request, changes answer.Set) fault.Fields {
	var out fault.Fields
	for _, o := range fl.also {
		have := o.over(changes)
		out = append(out, byName(o.v, have, o.v.Pathway.Check(o.ask(have), have, web.Now(r)))...)
	}
	return out
}

// alsoSections draws them, each person with which record asked them.
func (d *door) alsoSections(r *http.Request, also []*filling, typed answer.Set, errs fault.Fields) []sectionView {
	var out []sectionView
	for _, fl := range also {
		p, have := fl.v.Pathway, fl.over(typed)
		reveal, asked := form.Reveals(p, have, fl.ask)
		f := fl.v.Facts
		f.Answers = have
		m := p.AttendedIn(fl.step.ID)
		for i := 0; i < len(asked); {
			j := i + 1
			for j < len(asked) && asked[j].Row == asked[i].Row {
				j++
			}
			hint := attendeeHint(fl.v, m, asked[i].Row, d.names(fl.v), calendar.DateOf(web.Now(r)))
			out = append(out, sectionView{
				Title: p.RowName(f, m.Invited, asked[i].Row), Hint: strings.TrimPrefix(hint+". Asked for "+fl.v.Record.Reference+".", ". "),
				Body: form.Fields(p, asked[i:j], have, errs, form.Options{Reveal: reveal}),
			})
			i = j
		}
	}
	return out
}

// called is how a companion stands in a list: whom its record is about and its
// reference.
func called(c *casework.Chronology) string {
	return strings.TrimPrefix(c.Record.Names+", "+c.Record.Reference, ", ")
}
