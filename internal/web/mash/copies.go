package mash

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// copiesView is what can be given on paper out of a record, what waits for a
// second person, and what was given to whom.
type copiesView struct {
	Frame   frame
	Heading string
	ID      string
	Offers  []copyOfferView
	Waiting []copyWaitingView
	Given   *parts.Table
	None    []noCopyView
}

// noCopyView says who is given nothing on paper, and why.
type noCopyView struct{ Who, Because string }

// copyOfferView is one copy that can be made, and for whom.
type copyOfferView struct {
	Title, Copy string
	To          *parts.Select
	Only        *parts.Select
	Why         string // when nobody can be given it
}

// copyWaitingView is a copy that a second person was asked to look at.
type copyWaitingView struct {
	ID, Title, For, By, When, Why string
	Mine                          bool
	Seen                          string
	Body                          template.HTML
	Checked, Agreed               string
	Declined                      *declinedView
	Changed                       string
	Href                          string
	Say                           verdictView
}

var copiesPage = page[copiesView]("copies", "frame")

// readerKinds say what a reader is to the record.
var readerKinds = map[string]string{"child": "child", "parent": "parent", "adult": "adult", "agency": "agency", "court": "court", "file": "file"}

// readersNone are kinds of reader as those to whom nothing is given.
func readersNone(kinds []string) string {
	words := map[string]string{"child": "the child", "parent": "the parents", "adult": "other adults", "agency": "agencies", "file": "a file"}
	var out []string
	for _, k := range kinds {
		out = append(out, words[k])
	}
	if last := len(out) - 1; last > 0 {
		return strings.Join(out[:last], ", ") + " and " + out[last]
	}
	return strings.Join(out, "")
}

func readerWithKind(name, kind string) string {
	if !pathway.FamilyReader(kind) {
		return name
	}
	return name + " (" + readerKinds[kind] + ")"
}

func (d *door) copies(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawCopies(w, r, a, "", nil, nil)
}

// drawCopies draws the page. Of is the copy that was wanted when something was
// not chosen; wrong what a second person said and could not be kept.
func (d *door) drawCopies(w http.ResponseWriter, r *http.Request, a *room.Asker, of string, errs fault.Fields, wrong *said) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := copiesView{Frame: d.frame(r, v, "copies"), Heading: heading(v, "Copies"), ID: v.Record.ID}
	offers, none, err := d.Desk.CopyOffers(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return err
	}
	for _, o := range offers {
		one := errs
		if o.Copy.ID != of {
			one = nil
		}
		view.Offers = append(view.Offers, offerView(o, r.URL.Query(), one))
	}
	for _, n := range none {
		view.None = append(view.None, noCopyView{Who: readersNone(n.To), Because: n.Because})
	}
	if view.Waiting, err = d.copiesWaiting(r, a, v, wrong); err != nil {
		return err
	}
	if view.Given, err = d.copiesGiven(r, a, v); err != nil {
		return err
	}
	status := wrong.status()
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return drawRecord(d, copiesPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) {
		for _, e := range errs {
			e.Key = controlID(e.Key, of)
			c.Errors = append(c.Errors, e)
		}
		wrong.chrome(c)
	})
}

func offerView(o casework.CopyOffer, typed url.Values, errs fault.Fields) copyOfferView {
	one := copyOfferView{Title: o.Copy.Title, Copy: o.Copy.ID}
	to := parts.Select{
		Field: parts.Field{Name: "to", ID: controlID("to", o.Copy.ID), Label: "Who is it for?", Error: errs.For("to")},
		Items: []parts.Option{{Value: "", Text: "Choose"}},
	}
	withheld := ""
	for _, x := range o.Readers {
		if x.Withheld != "" {
			withheld = x.Withheld
			continue
		}
		to.Items = append(to.Items, parts.Option{Value: x.ID(), Text: readerWithKind(x.Name, x.Kind)})
	}
	if len(to.Items) == 1 {
		one.Why = or(withheld, "Nobody on this record can be given it.")
		return one
	}
	if typed.Get("copy") == o.Copy.ID {
		to.Value = typed.Get("to")
	}
	if len(to.Items) == 2 { // there is nothing to choose
		to.Items = to.Items[1:]
	}
	one.To = &to
	if len(o.Decisions) > 0 {
		one.Only = &parts.Select{
			Field: parts.Field{Name: "only", ID: controlID("only", o.Copy.ID), Label: "How much of it?"},
			Items: []parts.Option{{Value: "", Text: "All that they may have"}},
		}
		for _, s := range o.Decisions {
			one.Only.Items = append(one.Only.Items, parts.Option{Value: s.ID, Text: "Only the decision “" + s.Label + "”"})
		}
		if typed.Get("copy") == o.Copy.ID {
			one.Only.Value = typed.Get("only")
		}
	}
	return one
}

func (d *door) copiesWaiting(r *http.Request, a *room.Asker, v *casework.View, wrong *said) ([]copyWaitingView, error) {
	list, err := d.Desk.CopiesToCheck(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return nil, err
	}
	var out []copyWaitingView
	for _, c := range list {
		one := copyWaitingView{
			ID: c.ID, Mine: c.Mine, When: calendar.ShowShort(c.Asked), Why: c.Why, Changed: c.Changed, Title: c.Wanted.Copy, Href: previewHref(v.Record.ID, c.Wanted), Say: wrong.about(c.ID),
		}
		if c.Paper != nil {
			one.Title, one.For, one.Seen, one.Body = c.Paper.Title, readerWithKind(c.Paper.Reader.Name, c.Paper.Reader.Kind), c.Paper.Hash, prose.Words(c.Paper.Body)
		}
		if one.By, err = d.worker(r, string(c.Owner)); err != nil {
			return nil, err
		}
		if c.State.Agreed {
			one.Agreed = c.State.Words
			if one.Checked, err = d.worker(r, c.State.By); err != nil {
				return nil, err
			}
		}
		if one.Declined, err = d.declined(r, c.State); err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

func (d *door) copiesGiven(r *http.Request, a *room.Asker, v *casework.View) (*parts.Table, error) {
	list, names, err := d.Desk.CopiesGiven(r.Context(), a.By, v.Record.ID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	t := &parts.Table{
		Caption: "Copies given", CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "Copy"}, {Text: "For"}, {Text: "When"}, {Text: "By"}, {Text: "Looked at by"}},
	}
	for _, c := range slices.Backward(list) {
		t.Rows = append(t.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: c.Title, Href: "/records/" + v.Record.ID + "/copies/" + c.ID}}},
			{Text: readerWithKind(c.Who, c.Kind)},
			{Text: calendar.ShowShort(c.At)},
			{Text: or(names[c.By], d.Desk.Who(c.By))},
			{Text: or(names[c.CheckedBy], "Nobody had to")},
		})
	}
	return t, nil
}

// copyView is one copy as its reader would get it, or as they got it.
type copyView struct {
	Frame       frame
	Heading     string
	ID          string
	Title       string
	For         string
	Body        template.HTML
	PDF         string
	Back        string
	Carried     []parts.Hidden
	Left        []leftView
	Rest        *parts.Details // what was never among what they may have
	Unprintable []string
	Second      bool
	Checked     string
	Agreed      string
	Declined    *declinedView
	Asked       bool
	Own         bool // the reader agreed to it themselves
	Why         parts.Textarea
}

// leftView is what was left out for one reason.
type leftView struct {
	Why   string
	Names []string
}

var copyPreviewPage = page[copyView]("copy-preview", "frame")

func wantedIn(q url.Values) casework.Wanted {
	return casework.Wanted{Copy: q.Get("copy"), To: q.Get("to"), Only: q.Get("only")}
}

func query(w casework.Wanted) string {
	q := url.Values{"copy": {w.Copy}, "to": {w.To}}
	if w.Only != "" {
		q.Set("only", w.Only)
	}
	return q.Encode()
}

func previewHref(id string, w casework.Wanted) string {
	return "/records/" + id + "/copies/preview?" + query(w)
}

func (d *door) previewCopy(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	want := wantedIn(r.URL.Query())
	if want.To == "" {
		return d.drawCopies(w, r, a, want.Copy, fault.Fields{{Key: "to", Text: "Choose who it is for"}}, nil)
	}
	return d.drawCopy(w, r, a, want, "", nil)
}

func (d *door) drawCopy(w http.ResponseWriter, r *http.Request, a *room.Asker, want casework.Wanted, why string, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	paper, err := d.Desk.PreviewCopy(r.Context(), a.By, v.Record.ID, want)
	if err != nil {
		return err
	}
	view := copyView{
		Frame: d.frame(r, v, "copies"), Heading: "Check the copy: " + v.Record.Reference, ID: v.Record.ID, Title: paper.Title,
		For: readerWithKind(paper.Reader.Name, paper.Reader.Kind), Body: prose.Words(paper.Body), Back: "/records/" + v.Record.ID + "/copies",
		PDF: "/records/" + v.Record.ID + "/copies/preview/pdf?" + query(want), Unprintable: paper.Unprintable, Second: paper.Second,
		Carried: []parts.Hidden{{Name: "copy", Value: want.Copy}, {Name: "to", Value: want.To}, {Name: "only", Value: want.Only}, {Name: "seen", Value: paper.Hash}},
		Left:    leftOut(v, paper.Left), Asked: paper.State.Asked,
		Why: parts.Textarea{
			Field: parts.Field{Name: "why", ID: "why", Label: "What is it given for, and how does it reach them?", Hint: "Whoever looks at it reads this.", Error: errs.For("why")},
			Value: why, Rows: 3, Autosize: true, Spellcheck: "true",
		},
	}
	if n := len(view.Left) - 1; n >= 0 && view.Left[n].Why == pathway.LeftUnnamed {
		list := view.Left[n].Names
		view.Left = view.Left[:n]
		view.Rest = &parts.Details{Summary: plural(len(list), "other question is", "other questions are") + " not among what they may have", Body: parts.Body{parts.List{Items: list}}}
	}
	if paper.State.Agreed {
		view.Own = paper.State.By == string(a.By.Principal)
		view.Agreed = paper.State.Words
		if view.Checked, err = d.worker(r, paper.State.By); err != nil {
			return err
		}
	}
	if view.Declined, err = d.declined(r, paper.State); err != nil {
		return err
	}
	status := http.StatusOK
	if len(errs) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return drawRecord(d, copyPreviewPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

// leftOut gathers what was left out by why, and names it without its words.
func leftOut(v *casework.View, list []pathway.LeftOut) []leftView {
	var out []leftView
	rows := map[string][]string{} // by why and question
	for _, l := range list {
		i := slices.IndexFunc(out, func(x leftView) bool { return x.Why == l.Why })
		if i < 0 {
			i = len(out)
			out = append(out, leftView{Why: l.Why})
		}
		name := strings.TrimSuffix(l.Label, "?")
		if !slices.Contains(out[i].Names, name) {
			out[i].Names = append(out[i].Names, name)
		}
		if group, row, _ := l.Key.Split(); row != "" {
			if g, ok := v.Pathway.Group(group); ok {
				if n := slices.Index(v.Facts.Answers.Rows(group), row); n >= 0 {
					rows[l.Why+name] = append(rows[l.Why+name], g.Item+" "+itoa(n+1))
				}
			}
		}
	}
	for i, one := range out {
		for j, name := range one.Names {
			if of := rows[one.Why+name]; len(of) > 0 {
				out[i].Names[j] += " (" + strings.Join(of, ", ") + ")"
			}
		}
	}
	// Those that a rule of safety left out come first, the long list last.
	slices.SortStableFunc(out, func(x, y leftView) int { return rank(x.Why) - rank(y.Why) })
	return out
}

func rank(why string) int {
	switch why {
	case pathway.LeftUnnamed:
		return 2
	case pathway.LeftStale, pathway.LeftFile:
		return 1
	}
	return 0
}

func (d *door) previewCopyPDF(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	pdf, err := d.Desk.PreviewPDF(r.Context(), a.By, r.PathValue("id"), wantedIn(r.URL.Query()))
	if err != nil {
		return err
	}
	room.SendPDF(w, "to-look-at", pdf)
	return nil
}

// giveCopy keeps that a copy is given, or asks a second person to look at it.
func (d *door) giveCopy(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, want, seen := r.PathValue("id"), wantedIn(r.PostForm), r.PostForm.Get("seen")
	if r.PostForm.Get("do") == "ask" {
		why := r.PostForm.Get("why")
		err := d.Desk.AskForCopyCheck(r.Context(), a.By, id, want, seen, why)
		var errs fault.Fields
		if asFields(err, &errs) {
			return d.drawCopy(w, r, a, want, why, errs)
		}
		if err != nil {
			return err
		}
		return room.See(w, r, "/records/"+id+"/copies?done=asked-copy")
	}
	given, err := d.Desk.GiveCopy(r.Context(), a.By, id, want, seen)
	if err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/copies/"+given.ID+"?done=given-copy")
}

func (d *door) checkCopy(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, asked := r.PathValue("id"), r.PostForm.Get("asked")
	verdict, s := saidIn(r, asked)
	if len(s.errs) > 0 {
		return d.drawCopies(w, r, a, "", nil, s)
	}
	if err := d.Desk.CheckCopy(r.Context(), a.By, id, asked, r.PostForm.Get("seen"), verdict); err != nil {
		if s.wrong(err) {
			return d.drawCopies(w, r, a, "", nil, s)
		}
		return err
	}
	return room.See(w, r, "/records/"+id+"/copies?done="+s.doneWord())
}

// givenCopyView is a copy as it was given.
type givenCopyView struct {
	Title, Facts, PDF, Sum string
	Same                   bool
	Body                   template.HTML
}

var givenCopyPage = page[givenCopyView]("copy")

func (d *door) givenCopy(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	c, err := d.Desk.OpenCopy(r.Context(), a.By, id, r.PathValue("copy"))
	if err != nil {
		return err
	}
	chrome := d.chrome(r, a, "Copy that was given")
	chrome.BackHref, chrome.BackText = "/records/"+id+"/copies", "Back to the copies"
	return givenCopyPage.Render(w, r, http.StatusOK, chrome, givenCopyView{
		Title: c.Title, Facts: "Given on " + calendar.Show(c.At) + ". For: " + readerWithKind(c.Who, c.Kind), PDF: "/records/" + id + "/copies/" + c.ID + "/pdf", Sum: c.PDF, Same: c.Same, Body: prose.Words(c.Body),
	})
}

func (d *door) givenCopyPDF(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	c, err := d.Desk.OpenCopy(r.Context(), a.By, id, r.PathValue("copy"))
	if err != nil {
		return err
	}
	room.SendPDF(w, "copy-"+c.Reference, c.Bytes)
	return nil
}
