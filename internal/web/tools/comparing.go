package tools

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/tool"
	"frontdoor/internal/web"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type compareView struct {
	head
	Then, Now parts.Link
	Other     string // whose care the other one is of, when it is another's
	Editions  string
	Counts    string
	Worse     []string
	Still     bool // no item changed
	Results   parts.Table
	Areas     []parts.Table
	Evidence  []parts.Details
}

var comparePage = web.Page[compareView]("tools/compare", files, "templates/compare.html", "templates/head.html")

// compare sets two scorings of a child with one form side by side, the earlier
// first.
func (d *desk) compare(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	s, err := d.opened(r, a, r.PathValue("id"))
	if err != nil {
		return err
	}
	others, err := d.Desk.Scorings(r.Context(), a.By, s.v, s.g.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(others, func(o casework.Scoring) bool { return o.Record.ID == r.URL.Query().Get("with") })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no other scoring of this child with this form that you can open.")
	}
	ov, err := d.Desk.Open(r.Context(), a.By, others[i].Record.ID)
	if err != nil {
		return err
	}
	o, err := scoringOf(ov, others[i].Group)
	if err != nil {
		return err
	}
	then, now := o, s
	if !others[i].Earlier {
		then, now = s, o
	}
	v := compareView{head: now.head("Two scorings compared")}
	v.Record = parts.Link{Text: "Back to the scores", Href: s.base}
	v.Then = parts.Link{Text: then.v.Record.Reference + ", begun " + calendar.DateOf(then.sheet.Began).Short(), Href: then.base}
	v.Now = parts.Link{Text: now.v.Record.Reference + ", begun " + calendar.DateOf(now.sheet.Began).Short(), Href: now.base}
	if x, y := carer(then), carer(now); x != y {
		v.Other = "Earlier: the care given by " + cmp.Or(x, "someone who is not named") + ". Later: by " + cmp.Or(y, "someone who is not named") + ". A change can be one of carer."
	}
	if then.sheet.Edition != now.sheet.Edition {
		v.Editions = "The earlier was made with edition " + then.sheet.Form.Edition + ", the later with " + now.sheet.Form.Edition + ". Where an item was worded otherwise, it says so."
	}
	v.fill(then, now)
	c := d.chrome(r, a, v.Heading, parts.Link{Text: s.v.Record.Reference, Href: "/records/" + s.v.Record.ID}, parts.Link{Text: "Scores", Href: s.base}, parts.Link{Text: "Compared"})
	return comparePage.Render(w, r, http.StatusOK, c, v)
}

// carer is whose care was scored, where the record names one.
func carer(s *scoring) string {
	for _, g := range s.v.Pathway.Groups {
		if g.Person != nil && g.Person.Role == "adult" && g.Max == 1 {
			for _, row := range s.f.Answers.Rows(g.ID) {
				return s.v.Pathway.RowName(s.f, g.ID, row)
			}
		}
	}
	return ""
}

// fill sets every item side by side.
func (v *compareView) fill(then, now *scoring) {
	before, after := then.v.Pathway.Scores(then.g.ID, then.f.Answers), now.v.Pathway.Scores(now.g.ID, now.f.Answers)
	changes := tool.Compare(then.sheet.Form, now.sheet.Form, before, after)
	counts := map[string]int{}
	for _, c := range changes {
		counts[c.Direction]++
	}
	v.Counts = itoa(counts[tool.Better]) + " better, " + itoa(counts[tool.Worse]) + " worse, " + itoa(counts[tool.Same]) + " the same, " +
		itoa(counts[tool.Changed]+counts[tool.Open]) + " that cannot be compared"
	v.Still = counts[tool.Better]+counts[tool.Worse]+counts[tool.Changed] == 0 && counts[tool.Same] > 0
	area := ""
	for _, c := range changes {
		name := nameIn(c.Item, then, now)
		if c.Direction == tool.Worse {
			v.Worse = append(v.Worse, name+": from "+c.Then+" to "+c.Now)
		}
		if c.Area != area || len(v.Areas) == 0 {
			area = c.Area
			v.Areas = append(v.Areas, parts.Table{Caption: area, CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Item"}, {Text: "Then"}, {Text: "Now"}, {Text: "Change"}}})
		}
		words := c.Words
		if c.Reworded {
			words += ". The item was worded otherwise then"
		}
		t := &v.Areas[len(v.Areas)-1]
		t.Rows = append(t.Rows, []parts.Cell{{Text: name}, {Text: cmp.Or(shown(then, c.Item.ID), "–")}, {Text: cmp.Or(shown(now, c.Item.ID), "–")}, {Body: changeTag(c.Direction, words)}})
		if body := evidence(c.Item.ID, then, now); len(body) > 0 {
			v.Evidence = append(v.Evidence, parts.Details{Summary: "What shows it: " + name, Body: body})
		}
	}
	v.Results = resultsTable(then, now, before, after)
}

func nameIn(it *tool.Item, then, now *scoring) string {
	for _, s := range []*scoring{now, then} {
		if _, ok := s.sheet.Form.Item(it.ID); ok {
			return s.v.Pathway.RowName(s.f, s.g.ID, it.ID)
		}
	}
	return it.Number
}

// shown is an item's answer as this reader may see it.
func shown(s *scoring, item string) string {
	q := s.v.Pathway.ItemQuestion(s.g.ID)
	if q == nil {
		return ""
	}
	k := answer.RowKey(s.g.ID, item, q.ID)
	if slices.Contains(s.v.Held, k) {
		return "Not shown to you"
	}
	own, _ := s.v.Pathway.QuestionAt(s.f, k)
	if s.f.Answers[k].Empty() {
		return ""
	}
	return s.v.Pathway.LabelIn(own, k, s.f.Answers)
}

var changeColours = map[string]string{tool.Better: "green", tool.Worse: "red", tool.Same: "grey", tool.Changed: "blue", tool.Open: "yellow"}

func changeTag(direction, words string) parts.Body {
	return parts.Body{parts.Tag{Text: words, Colour: changeColours[direction], Classes: "app-tool-change"}}
}

// evidence is what was written beside the answers, both times.
func evidence(item string, then, now *scoring) parts.Body {
	var out parts.Body
	for _, x := range []struct {
		when string
		s    *scoring
	}{{"Then", then}, {"Now", now}} {
		score := x.s.v.Pathway.ItemQuestion(x.s.g.ID)
		for _, q := range x.s.questions() {
			k := answer.RowKey(x.s.g.ID, item, q.ID)
			if q == score || score != nil && q.ID == score.ID || x.s.f.Answers[k].Empty() || slices.Contains(x.s.v.Held, k) {
				continue
			}
			out = append(out, parts.HTML(`<p class="govuk-body"><strong>`), parts.Text(x.when+": "+strings.TrimSuffix(q.Heading(), "?")), parts.HTML(`</strong><br>`))
			out = append(out, form.Lines(x.s.v.Pathway.LabelIn(q, k, x.s.f.Answers))...)
			out = append(out, parts.HTML(`</p>`))
		}
	}
	return out
}

// resultsTable sets what was worked out both times side by side.
func resultsTable(then, now *scoring, before, after map[string]string) parts.Table {
	t := parts.Table{Caption: "Worked out from the answers", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "What"}, {Text: "Then"}, {Text: "Now"}}}
	old := then.sheet.Form.Work(before, then.sheet.May.Wording)
	for _, x := range now.sheet.Form.Work(after, now.sheet.May.Wording) {
		label := x.Result.Label
		if x.Title != "" {
			label += ": " + x.Title
		}
		was := "–"
		if i := slices.IndexFunc(old, func(o tool.Worked) bool { return o.Result.ID == x.Result.ID && o.Of == x.Of }); i >= 0 {
			was = cmp.Or(old[i].Value, "–")
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: label}, {Text: was}, {Text: cmp.Or(x.Value, "–")}})
	}
	return t
}
