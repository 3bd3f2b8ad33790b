package tools

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type scoreView struct {
	head
	Title, About   string
	Where          string // "Part 2 of 5"
	Action, SaveTo string
	Based          int
	Clashes        []string
	Items          []scoreItem
	Saved          parts.SaveStatus
	Last           bool
}

// scoreItem is one item with its questions.
type scoreItem struct {
	Title string
	Lines []string // its hint and help, for those who may see them
	Body  parts.Body
}

var scorePage = web.Page[scoreView]("tools/score", files, "templates/score.html", "templates/head.html")

// part is the sub-area a page is about.
type part struct {
	*scoring
	area   *tool.Area
	sub    *tool.Subarea
	n, all int
	next   string // id of the sub-area after it
}

func (d *desk) part(r *http.Request, a *room.Asker) (*part, error) {
	s, err := d.opened(r, a, r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	p := &part{scoring: s}
	var ok bool
	if p.area, p.sub, ok = s.sheet.Form.Subarea(r.PathValue("subarea")); !ok {
		return nil, errNotThere
	}
	for i := range s.sheet.Form.Areas {
		for j := range s.sheet.Form.Areas[i].Subareas {
			p.all++
			sub := &s.sheet.Form.Areas[i].Subareas[j]
			if p.n > 0 && p.next == "" {
				p.next = sub.ID
			}
			if sub == p.sub {
				p.n = p.all
			}
		}
	}
	switch {
	case s.sheet.May.Refused != "":
		return nil, fault.New(fault.Forbidden, s.sheet.May.Refused)
	case !s.v.Decision.May("act"):
		return nil, fault.New(fault.Forbidden, "You can read this record and not change it.")
	case !s.open():
		return nil, fault.New(fault.Conflict, "Nothing can be scored from where the record stands. Look at its page for what comes first.")
	}
	return p, nil
}

// ask are the questions about all items of the part.
func (p *part) ask(set answer.Set) []pathway.Asked {
	f := p.f
	f.Answers = set
	var out []pathway.Asked
	for i := range p.sub.Items {
		for _, x := range p.asked(f, p.sub.Items[i].ID) {
			if !slices.Contains(p.v.Held, x.Key) {
				out = append(out, x)
			}
		}
	}
	return out
}

// draft is the name of what is being typed on the page.
func (p *part) draft() string { return "(score) " + p.g.ID + " " + p.sub.ID }

func (d *desk) score(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	p, err := d.part(r, a)
	if err != nil {
		return err
	}
	dr, err := d.typed(r, a, p)
	if err != nil {
		return err
	}
	based := p.v.Record.Revision
	if len(dr.Answers) > 0 {
		based = dr.Based
	}
	return d.drawScore(w, r, a, p, based, dr.Answers, nil, nil)
}

// typed is what was typed on the page and not saved yet; empty when nothing was.
func (d *desk) typed(r *http.Request, a *room.Asker, p *part) (record.Draft, error) {
	list, err := d.Desk.Drafts(r.Context(), a.By)
	if err != nil {
		return record.Draft{}, err
	}
	for _, dr := range list {
		if dr.Record == p.v.Record.ID && dr.Step == p.draft() {
			return d.Desk.Draft(r.Context(), a.By, dr.ID)
		}
	}
	return record.Draft{Answers: answer.Set{}}, nil
}

func (d *desk) drawScore(w http.ResponseWriter, r *http.Request, a *room.Asker, p *part, based int, typed answer.Set, clashes []string, f fault.Fields) error {
	have := p.f.Answers.Clone()
	have.Apply(typed)
	v := scoreView{
		head: p.head("Score"), Title: p.sub.Title, Where: p.area.Title + ", part " + itoa(p.n) + " of " + itoa(p.all),
		Action: p.base + "/score/" + p.sub.ID, SaveTo: p.base + "/score/" + p.sub.ID + "/save", Based: based, Clashes: clashes, Last: p.next == "",
	}
	if p.sheet.May.Wording {
		v.About = p.sub.About
	}
	facts := p.f
	facts.Answers = have
	for i := range p.sub.Items {
		it := &p.sub.Items[i]
		x := scoreItem{Title: p.v.Pathway.RowName(facts, p.g.ID, it.ID)}
		if p.sheet.May.Wording {
			if it.Name(true) != it.Number+" "+it.Text { // cut short in the heading
				x.Lines = append(x.Lines, it.Text)
			}
			for _, text := range []string{it.Hint, it.Help} {
				if text != "" {
					x.Lines = append(x.Lines, text)
				}
			}
		}
		var asked []pathway.Asked
		for _, q := range p.asked(facts, it.ID) {
			if slices.Contains(p.v.Held, q.Key) {
				continue
			}
			own := *q.Question
			own.Label += " (" + it.Number + ")" // each control of the page has a name of its own
			q.Question = &own
			asked = append(asked, q)
		}
		x.Body = form.Fields(p.v.Pathway, asked, have, f, form.Options{})
		v.Items = append(v.Items, x)
	}
	c := d.chrome(r, a, v.Heading, parts.Link{Text: p.v.Record.Reference, Href: "/records/" + p.v.Record.ID}, parts.Link{Text: "Scores", Href: p.base}, parts.Link{Text: "Score"})
	c.Errors = f
	return scorePage.Render(w, r, status(f), c, v)
}

func (d *desk) keepTyped(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	p, err := d.part(r, a)
	if err != nil {
		return err
	}
	return d.KeepTyped(w, r, a, p.v.Record.ID, p.draft(), func(kept answer.Set) answer.Set {
		have := p.f.Answers.Clone()
		have.Apply(kept)
		return form.ReadPart(p.v.Pathway, r.PostForm, have, p.ask)
	})
}

// scored writes what was answered about the part. Items that nobody graded yet may
// stay empty: the step that ends the scoring asks for them.
func (d *desk) scored(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	p, err := d.part(r, a)
	if err != nil {
		return err
	}
	based, _ := strconv.Atoi(r.PostFormValue("based"))
	changes := form.Read(p.v.Pathway, r.PostForm, p.f.Answers, p.ask)
	have := p.f.Answers.Clone()
	have.Apply(changes)
	asked := p.ask(have)
	errs := slices.DeleteFunc(p.v.Pathway.Check(asked, have, web.Now(r)), func(e fault.Field) bool {
		return have[answer.Key(strings.TrimSuffix(e.Key, "_other"))].Empty() && !p.graded(have, e.Key)
	})
	errs = p.byName(errs)
	if len(errs) > 0 {
		return d.drawScore(w, r, a, p, based, changes, nil, errs)
	}
	// The form sends the whole page. What its writer left as they saw it must not
	// undo what someone else has changed since.
	seen := p.f.Answers
	if based > 0 && based < p.v.Record.Revision {
		old, err := d.Desk.OpenAt(r.Context(), a.By, p.v.Record.ID, based)
		if err != nil {
			return err
		}
		seen = old.Answers
	}
	for k, x := range changes {
		if x.Equal(seen[k]) {
			delete(changes, k)
		}
	}
	_, err = d.Desk.Answer(r.Context(), a.By, p.v.Record.ID, based, changes, "")
	var clash *casework.Conflict
	if errors.As(err, &clash) {
		return d.drawScore(w, r, a, p, clash.Revision, changes, clashWords(clash), fault.Fields{{Text: "Someone else has changed some of these answers. What they wrote stands below; what you wrote is kept. Save again to put yours in its place"}})
	}
	if err != nil {
		return err
	}
	if dr, err := d.typed(r, a, p); err != nil {
		return err
	} else if dr.ID != "" {
		if err := d.Desk.DropDraft(r.Context(), a.By, dr.ID); err != nil {
			return err
		}
	}
	if r.PostFormValue("go") == "next" && p.next != "" {
		return room.See(w, r, p.base+"/score/"+p.next+"?done=scored")
	}
	return room.See(w, r, p.base+"?done=scored")
}

// graded tells whether the item that an answer is about has been graded.
func (p *part) graded(have answer.Set, key string) bool {
	_, row, _ := answer.Key(strings.TrimSuffix(key, "_other")).Split()
	q := p.v.Pathway.ItemQuestion(p.g.ID)
	return q != nil && !have[answer.RowKey(p.g.ID, row, q.ID)].Empty()
}

// byName ends each sentence with the number of its item.
func (p *part) byName(errs fault.Fields) fault.Fields {
	out := slices.Clone(errs)
	for i, e := range out {
		_, row, _ := answer.Key(strings.TrimSuffix(e.Key, "_other")).Split()
		it, ok := p.sheet.Form.Item(row)
		if !ok {
			continue
		}
		text := e.Text
		if j := strings.LastIndex(text, " for "+p.g.Item+" "); j >= 0 {
			text = text[:j]
		}
		out[i].Text = text + " for item " + it.Number
	}
	return out
}

func clashWords(c *casework.Conflict) []string {
	var out []string
	for _, x := range c.Fields {
		_, row, _ := x.Key.Split()
		out = append(out, x.Label+" of "+row+": they wrote “"+x.Theirs+"”, you wrote “"+x.Mine+"”")
	}
	return out
}
