package mash

import (
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/prose"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// redactionView lists the records that may be about the people of a request.
type redactionView struct {
	Frame   frame
	Heading string
	ID      string
	May     bool // what goes out is decided now, by the reader
	Found   []bringableView
	Which   parts.Input
}

type bringableView struct {
	ID, Title, Reference, Facts, Left, Href string
	Brought                                 bool
}

var redactionPage = page[redactionView]("redaction", "frame")

// mayRedact tells whether the reader decides, now, what goes out.
func mayRedact(v *casework.View) bool {
	x := v.Pathway.Redaction
	return x != nil && v.Decision.May(access.Act) && slices.Contains(x.In, v.Record.State) &&
		slices.ContainsFunc(x.By, func(role string) bool { return slices.Contains(v.Facts.Actor.Roles, role) })
}

func (d *door) redaction(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawRedaction(w, r, a, http.StatusOK, "", nil)
}

func (d *door) drawRedaction(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, which string, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	list, err := d.Desk.Redacting(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return err
	}
	view := redactionView{
		Frame: d.frame(r, v, "redaction"), Heading: heading(v, "What goes out"), ID: v.Record.ID, May: mayRedact(v),
		Which: parts.Input{Field: parts.Field{Name: "which", ID: "which", Label: "Another record’s reference", Hint: "One that you may open, and that is not on the list.", Error: errs.For("which")}, Value: which},
	}
	for _, f := range list {
		view.Found = append(view.Found, bringableView{
			ID: f.Record, Title: f.Title, Reference: f.Reference, Brought: f.Brought, Href: "/records/" + v.Record.ID + "/redaction/" + f.Record,
			Facts: join(". ", f.State, "Begun "+f.Begun.In(calendar.London).Format("2 January 2006"), alikeWords(f.Band)),
			Left:  undecided(f.Undecided),
		})
	}
	return drawRecord(d, redactionPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func alikeWords(b person.Band) string {
	if b == "" {
		return "The same person"
	}
	return "Perhaps the same person: compare before you bring it"
}

func undecided(n int) string {
	if n == 0 {
		return "Every block is decided."
	}
	return plural(n, "block is", "blocks are") + " not decided yet."
}

// bring says that a record is looked at for a request, or is not any more.
func (d *door) bring(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, which := r.PathValue("id"), strings.TrimSpace(r.PostFormValue("which"))
	if which == "" {
		return d.drawRedaction(w, r, a, http.StatusUnprocessableEntity, "", fault.Fields{{Key: "which", Text: "Enter the reference"}})
	}
	err := d.Desk.BringRecord(r.Context(), a.By, id, which, r.PostFormValue("do") != "leave")
	if fault.KindOf(err) == fault.NotFound && r.PostFormValue("do") == "" {
		return d.drawRedaction(w, r, a, http.StatusUnprocessableEntity, which, fault.Fields{{Key: "which", Text: "There is no record with that reference that you may bring"}})
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/redaction")
}

// blocksView is the blocks of one record, each with what is given of it.
type blocksView struct {
	Frame                  frame
	Heading, Action, Title string
	Reference              string
	May                    bool
	Rest                   string // what is said of those that can be given together
	Blocks                 []blockView
}

type blockView struct {
	N                      int
	Key, Hash, Title, Shut string
	Flag, Decided          string
	Alone, Text            string
	Decision               parts.Radios
	Hide, Why              parts.Textarea
	Ground                 parts.Select
	Quiet                  parts.Checkboxes
}

var blocksPage = page[blocksView]("redaction-blocks", "frame")

func (d *door) blocks(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawBlocks(w, r, a, http.StatusOK, nil, nil)
}

func (d *door) drawBlocks(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, typed map[string]casework.BlockDecision, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	sheet, err := d.Desk.RequestBlocks(r.Context(), a.By, v.Record.ID, r.PathValue("source"))
	if err != nil {
		return err
	}
	view := blocksView{
		Frame: d.frame(r, v, "redaction"), Heading: heading(v, "Block by block"), Action: "/records/" + v.Record.ID + "/redaction/" + sheet.Source.ID,
		Title: sheet.Title, Reference: sheet.Source.Reference, May: mayRedact(v),
	}
	grounds := map[string]string{}
	for _, c := range sheet.Grounds {
		grounds[c.Code] = c.Label
	}
	if give, alone, _ := sheet.Rest(); len(give) > 0 {
		view.Rest = restWords(len(give), alone)
	}
	for i, b := range sheet.Blocks {
		said := casework.BlockDecision{}
		if b.Decided != nil && !b.Changed {
			said = *b.Decided
		}
		if t, ok := typed[b.Key]; ok {
			said = t
		}
		one := d.blockView(i, b, said, sheet.Grounds, errs)
		if b.Decided != nil {
			one.Decided = decidedWords(*b.Decided, grounds)
			if b.Changed {
				one.Decided = "It has changed since it was decided: decide it anew. Before: " + one.Decided
			}
		}
		view.Blocks = append(view.Blocks, one)
	}
	return drawRecord(d, blocksPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func (d *door) blockView(i int, b casework.Block, said casework.BlockDecision, grounds []pathway.Code, errs fault.Fields) blockView {
	n := strconv.Itoa(i)
	field := func(part, label, hint string) parts.Field {
		key := part + "." + n
		return parts.Field{Name: key, ID: key, Label: label, Hint: hint, Error: errs.For(key)}
	}
	out := blockView{N: i + 1, Key: b.Key, Hash: b.Hash, Title: b.Title, Shut: b.Shut, Flag: b.Flag, Text: b.Text}
	if b.Decided == nil && b.Shut == "" && b.Flag == "" {
		out.Alone = b.Alone
	}
	out.Decision = parts.Radios{Field: field("decision", "What is given of it?", ""), Value: said.Decision, Items: []parts.Choice{{Value: pathway.BlockWithhold, Label: "Hold it back"}}}
	if b.Shut == "" {
		redact := parts.Choice{Value: pathway.BlockRedact, Label: "Give it without some words"}
		if out.Decision.Items = append(out.Decision.Items, redact); b.Flag == "" {
			out.Decision.Items = append([]parts.Choice{{Value: pathway.BlockGive, Label: "Give it"}}, out.Decision.Items...)
		}
	}
	out.Hide = parts.Textarea{Field: field("hide", "Words that are hidden", "Each on a line, as they stand in the block."), Value: strings.Join(said.Hide, "\n"), Rows: 2, Autosize: true}
	out.Ground = parts.Select{Field: field("ground", "Ground", ""), Value: said.Ground, Items: []parts.Option{{Value: "", Text: "Choose"}}}
	for _, c := range grounds {
		out.Ground.Items = append(out.Ground.Items, parts.Option{Value: c.Code, Text: c.Label})
	}
	out.Why = parts.Textarea{Field: field("why", "Why does that ground hold here?", "It stays in the whole version."), Value: said.Why, Rows: 2, Autosize: true, Spellcheck: "true"}
	out.Quiet = parts.Checkboxes{Field: parts.Field{Name: "quiet." + n, ID: "quiet." + n}, Small: true, Items: []parts.Choice{{Value: "yes", Label: "Do not say that something is held back here: saying so would do harm"}}}
	if said.Quiet {
		out.Quiet.Values = []string{"yes"}
	}
	return out
}

func decidedWords(b casework.BlockDecision, grounds map[string]string) string {
	switch b.Decision {
	case pathway.BlockGive:
		return "It is given."
	case pathway.BlockRedact:
		return "It is given without “" + strings.Join(b.Hide, "”, “") + "”. " + grounds[b.Ground] + ": " + b.Why
	}
	if b.Quiet {
		return "It is held back, and that is not said. " + grounds[b.Ground] + ": " + b.Why
	}
	return "It is held back. " + grounds[b.Ground] + ": " + b.Why
}

// decideBlocks keeps what is given of the blocks that something was chosen for.
func (d *door) decideBlocks(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, source := r.PathValue("id"), r.PathValue("source")
	said, seen := map[string]casework.BlockDecision{}, map[string]string{}
	for i, key := range r.PostForm["block"] {
		n := "." + strconv.Itoa(i)
		decision := r.PostForm.Get("decision" + n)
		if decision == "" {
			continue
		}
		said[key] = casework.BlockDecision{
			Decision: decision, Ground: r.PostForm.Get("ground" + n), Why: r.PostForm.Get("why" + n), Quiet: r.PostForm.Get("quiet"+n) != "",
			Hide: strings.FieldsFunc(r.PostForm.Get("hide"+n), func(c rune) bool { return c == '\n' || c == '\r' }),
		}
		seen[key] = r.PostForm.Get("seen" + n)
	}
	err := d.Desk.DecideBlocks(r.Context(), a.By, id, source, said, seen)
	var errs fault.Fields
	if asFields(err, &errs) {
		return d.drawBlocks(w, r, a, http.StatusUnprocessableEntity, said, errs)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/redaction?done=answered")
}

// restWords says how many blocks can be given together, and how many cannot.
func restWords(give, alone int) string {
	out := plural(give, "block that is", "blocks that are") + " not decided can be given together."
	if alone > 0 {
		out += " " + plural(alone, "other is", "others are") + " weighed one by one."
	}
	return out
}

// restView is the blocks that are given together, in full, so that they are read
// first.
type restView struct {
	Frame                  frame
	Heading, Action, Back  string
	Title, Reference, Rest string
	Blocks                 []casework.Block
	Seen, Give             string
	Sure                   parts.Checkboxes
}

var restPage = page[restView]("redaction-rest", "frame")

func (d *door) rest(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawRest(w, r, a, http.StatusOK, nil)
}

func (d *door) drawRest(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	sheet, err := d.Desk.RequestBlocks(r.Context(), a.By, v.Record.ID, r.PathValue("source"))
	if err != nil {
		return err
	}
	give, alone, seen := sheet.Rest()
	back := "/records/" + v.Record.ID + "/redaction/" + sheet.Source.ID
	view := restView{
		Frame: d.frame(r, v, "redaction"), Heading: heading(v, "Give all that is left"), Action: back + "/rest", Back: back,
		Title: sheet.Title, Reference: sheet.Source.Reference, Rest: restWords(len(give), alone),
	}
	if mayRedact(v) && len(give) > 0 {
		view.Blocks, view.Seen = give, seen
		view.Give = "Give " + plural(len(give), "block", "blocks")
		view.Sure = parts.Checkboxes{
			Field: parts.Field{Name: "sure", ID: "sure", Error: errs.For("sure")},
			Items: []parts.Choice{{Value: "yes", Label: "I have read them all. Nothing in them is about somebody else or says where anyone is, and nothing in them does harm."}},
		}
	}
	return drawRecord(d, restPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

// giveRest gives the blocks that are left, once whoever gives them says that they
// have read them.
func (d *door) giveRest(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id, source := r.PathValue("id"), r.PathValue("source")
	if r.PostFormValue("sure") != "yes" {
		return d.drawRest(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "sure", Text: "Read them, and say that you have"}})
	}
	if err := d.Desk.GiveRest(r.Context(), a.By, id, source, r.PostFormValue("seen")); err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/redaction?done=answered")
}

// versionsView is what would go out now, and what was made.
type versionsView struct {
	Frame       frame
	Heading, ID string
	May         bool
	Records     int
	Left, Seen  string
	Elsewhere   []string
	Out         template.HTML
	Made        *parts.Table
}

var versionsPage = page[versionsView]("redaction-versions", "frame")

func (d *door) versions(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	now, err := d.Desk.PreviewVersions(r.Context(), a.By, v.Record.ID)
	if err != nil {
		return err
	}
	view := versionsView{
		Frame: d.frame(r, v, "redaction"), Heading: heading(v, "Both versions"), ID: v.Record.ID, May: mayRedact(v), Records: len(now.Records),
		Left: undecided(now.Undecided), Elsewhere: now.Elsewhere, Out: prose.Words(now.Out),
	}
	if now.Undecided == 0 && len(now.Records) > 0 {
		view.Seen = now.Hash
	}
	if len(now.Made) > 0 {
		view.Made = &parts.Table{Caption: "Versions made", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Version"}, {Text: "When"}, {Text: "By"}, {Text: "The file’s own number (SHA-256)"}}}
	}
	for _, c := range slices.Backward(now.Made) {
		view.Made.Rows = append(view.Made.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: c.Title + ", " + calendar.ShowShort(c.At) + " (PDF)", Href: "/records/" + v.Record.ID + "/versions/" + c.ID + "/pdf"}}},
			{Text: calendar.ShowShort(c.At)},
			{Text: or(now.Names[c.By], d.Desk.Who(c.By))},
			{Text: c.PDF},
		})
	}
	return drawRecord(d, versionsPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

func (d *door) makeVersions(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	if err := d.Desk.MakeVersions(r.Context(), a.By, id, r.PostFormValue("seen")); err != nil {
		return err
	}
	return room.See(w, r, "/records/"+id+"/versions?done=versions")
}

func (d *door) versionPDF(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	pdf, c, err := d.Desk.OpenVersion(r.Context(), a.By, r.PathValue("id"), r.PathValue("version"))
	if err != nil {
		return err
	}
	room.SendPDF(w, "version-"+c.Copy, pdf)
	return nil
}
