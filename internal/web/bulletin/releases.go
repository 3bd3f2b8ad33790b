package bulletin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type releasesView struct {
	Nav  parts.SubNavigation
	Own  []ownRelease
	Any  bool // the reader is nominated in an agency
	Mark *parts.Button
	All  parts.Table
}

type ownRelease struct {
	Link            parts.Link
	Agency, Summary string
	When            string
	Tag             parts.Tag
}

type releaseView struct {
	Nav      parts.SubNavigation
	Heading  string
	About    parts.SummaryList
	Changes  []changeView
	Own      []ownReceipt
	Agencies parts.Table
	Count    string
	CSV      *parts.Button
}

type changeView struct {
	What, Effect, Roles string
	Link                *parts.Link
}

type ownReceipt struct {
	Agency  string
	Done    string // who passed it on and when, once it is done
	To      string
	Hidden  parts.Hidden
	Teams   parts.Checkboxes
	Note    parts.Input
	Confirm parts.Button
}

var (
	releasesPage = web.Page[releasesView]("bulletin/releases", files, "templates/releases.html")
	releasePage  = web.Page[releaseView]("bulletin/release", files, "templates/release.html")
)

func releaseHref(id string) string { return "/releases/" + id }

func (o *office) releases(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := o.desk.Releases(r.Context(), a.By, 100)
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "Releases")
	v := releasesView{Nav: nav}
	if v.Any, err = o.desk.Holds(r.Context(), a.By); err != nil {
		return err
	}
	v.All = parts.Table{Caption: "All releases", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Release"}, {Text: "Released"}, {Text: "In force from"}, {Text: "Passed on"}, {Text: "Chased to the end"}, {Text: "Nobody nominated"}}}
	for _, rel := range list {
		if rel.TakenBack {
			rel.Own = nil
			rel.Title += " (taken back)"
		}
		link := parts.Link{Text: rel.Title, Href: releaseHref(rel.ID)}
		for _, x := range rel.Own {
			v.Own = append(v.Own, ownRelease{link, x.Agency.Name, rel.Summary, day(rel.At), receiptTag(x)})
		}
		late, unnamed := 0, 0
		for _, x := range rel.Receipts {
			if x.Late() {
				late++
			}
			if x.Unnamed() {
				unnamed++
			}
		}
		from := "–"
		if !rel.From.IsZero() {
			from = rel.From.Short()
		}
		v.All.Rows = append(v.All.Rows, []parts.Cell{{Body: parts.Body{link}}, {Text: day(rel.At)}, {Text: from}, {Text: rel.Count()}, {Text: strconv.Itoa(late)}, {Text: strconv.Itoa(unnamed)}})
	}
	if a.May(o.House, bulletin.Power) {
		v.Mark = &parts.Button{Text: "Mark a page that must be passed on", Href: "/releases/new", Variant: "secondary"}
	} else {
		v.All.Rows = nil
	}
	return releasesPage.Render(w, r, http.StatusOK, c, v)
}

func receiptTag(x bulletin.Receipt) parts.Tag {
	switch {
	case x.Done():
		return parts.Tag{Text: "Passed on", Colour: "green"}
	case x.Late():
		return parts.Tag{Text: "Chased to the end", Colour: "red"}
	case x.Unnamed():
		return parts.Tag{Text: "Nobody nominated", Colour: "red"}
	case x.Chased > 0:
		return parts.Tag{Text: "Reminded", Colour: "yellow"}
	case x.Told == "":
		return parts.Tag{Text: "Not told yet", Colour: "grey"}
	}
	return parts.Tag{Text: "Told", Colour: "blue"}
}

func (o *office) release(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return o.drawRelease(w, r, a, nil)
}

func (o *office) drawRelease(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	rel, err := o.desk.Release(r.Context(), a.By, r.PathValue("release"))
	if err != nil {
		return err
	}
	rows := o.rows(rel)
	c, nav := o.staff(r, a, "Release")
	c.Breadcrumbs = []parts.Link{{Text: "Releases", Href: "/releases"}}
	c.Errors, c.Wide = f, len(rel.Receipts) > 0
	v := releaseView{Nav: nav, Heading: rel.Title, Count: rel.Count()}
	row := func(key string, body parts.Part) {
		v.About.Rows = append(v.About.Rows, parts.SummaryRow{Key: key, Body: parts.Body{body}})
	}
	if rel.TakenBack {
		rel.Own = nil
		row("Taken back", parts.Text("It was taken back before its day. There is nothing to pass on."))
	}
	row("Released", parts.Text(day(rel.At)))
	if !rel.From.IsZero() {
		row("In force from", parts.Text(rel.From.Long()))
	}
	row("In short", parts.Text(rel.Summary))
	row("Read it", parts.Link{Text: rel.Title, Href: rel.Path})
	for _, ch := range rel.Changes {
		one := changeView{What: ch.What, Effect: ch.Effect, Roles: o.roles(ch.Roles)}
		if ch.Path != "" {
			one.Link = &parts.Link{Text: "Read this part", Href: ch.Path, Hidden: ch.What}
		}
		v.Changes = append(v.Changes, one)
	}
	for _, x := range rel.Own {
		one := ownReceipt{
			Agency: x.Agency.Name, Hidden: parts.Hidden{Name: "agency", Value: x.Agency.ID},
			Note:    parts.Input{Field: parts.Field{Name: "note", ID: "note-" + x.Agency.ID, Label: "Others you passed it on to", Hint: "Teams or groups. Name no person.", Error: f.For("note")}, Value: r.PostFormValue("note"), Autocomplete: "off"},
			Confirm: parts.Button{Text: "I have passed this on", Once: true},
		}
		if x.Done() {
			one.Done, one.To = o.confirmed(x), o.to(x)
		}
		one.Teams = parts.Checkboxes{Field: parts.Field{Name: "team", ID: "team-" + x.Agency.ID, Label: "Which teams did you pass it on to?", Error: f.For("team")}, Values: r.PostForm["team"]}
		for _, t := range o.desk.TeamsOf(x.Agency.ID) {
			one.Teams.Items = append(one.Teams.Items, parts.Choice{Value: t.ID, Label: t.Name})
		}
		v.Own = append(v.Own, one)
	}
	if len(rel.Receipts) > 0 {
		v.CSV = &parts.Button{Text: "Save as a spreadsheet (CSV)", Href: "/releases/csv/" + rel.ID, Variant: "secondary"}
		v.Agencies = parts.Table{Caption: "By agency", CaptionSize: "m", Stack: true, RowHeaders: true}
		for _, h := range agencyHead {
			v.Agencies.Head = append(v.Agencies.Head, parts.Cell{Text: h})
		}
		for i, y := range rows {
			cells := []parts.Cell{{Text: y.Agency}, {Body: parts.Body{receiptTag(rel.Receipts[i])}}}
			for _, text := range y.cells()[2:] {
				cells = append(cells, parts.Cell{Text: text})
			}
			v.Agencies.Rows = append(v.Agencies.Rows, cells)
		}
	}
	return releasePage.Render(w, r, status(f), c, v)
}

func (o *office) roles(ids []string) string {
	var out []string
	for _, id := range ids {
		if role, ok := o.Desk.Place.Register.Role(id); ok {
			out = append(out, role.Label)
		}
	}
	return strings.Join(out, ", ")
}

// agencyRow is how a release stands in an agency, as the manager's table and its
// spreadsheet show it.
type agencyRow struct {
	Agency, State, Nominated, StandIn, Told, Chased, Lead, Confirmed, To string
}

var agencyHead = []string{"Agency", "State", "Nominated", "Stand-in", "Told", "Reminded", "Lead told", "Passed on", "To whom"}

func (a agencyRow) cells() []string {
	return []string{a.Agency, a.State, a.Nominated, a.StandIn, a.Told, a.Chased, a.Lead, a.Confirmed, a.To}
}

func (o *office) rows(rel bulletin.ReleaseView) []agencyRow {
	var out []agencyRow
	for _, x := range rel.Receipts {
		out = append(out, agencyRow{
			Agency: x.Agency.Name, State: receiptTag(x).Text, Nominated: named(x.Holders.Nominated, "Nobody"), StandIn: named(x.Holders.StandIn, "Nobody"),
			Told: day(x.ToldAt), Chased: reminded(x), Lead: leadTold(x), Confirmed: o.confirmed(x), To: o.to(x),
		})
	}
	return out
}

func reminded(x bulletin.Receipt) string {
	switch x.Chased {
	case 0:
		return "–"
	case 1:
		return "Once, " + day(x.ChasedAt)
	}
	return strconv.Itoa(x.Chased) + " times, last " + day(x.ChasedAt)
}

func leadTold(x bulletin.Receipt) string {
	switch {
	case x.LeadAt.IsZero():
		return "–"
	case x.Holders.Lead.ID == "":
		return day(x.LeadAt) + ": no lead is named"
	}
	return day(x.LeadAt) + ", " + x.Holders.Lead.Name
}

func (o *office) confirmed(x bulletin.Receipt) string {
	if !x.Done() {
		return "–"
	}
	return day(x.Confirmed.At)
}

func (o *office) to(x bulletin.Receipt) string {
	var out []string
	for _, id := range x.Confirmed.Teams {
		if t, ok := o.Desk.Place.Register.Team(id); ok {
			out = append(out, t.Name)
		}
	}
	if x.Confirmed.Note != "" {
		out = append(out, x.Confirmed.Note)
	}
	if len(out) == 0 {
		return "–"
	}
	return strings.Join(out, "; ")
}

func named(w agency.Worker, otherwise string) string {
	if w.ID == "" {
		return otherwise
	}
	return w.Name
}

func (o *office) passedOn(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	agencyID := r.PostFormValue("agency")
	err := o.desk.Confirm(r.Context(), a.By, r.PathValue("release"), bulletin.Confirming{Agency: agencyID, Teams: r.PostForm["team"], Note: r.PostFormValue("note")})
	if f, bad := wrong(err); bad {
		return o.drawRelease(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, releaseHref(r.PathValue("release")))
}

func (o *office) csv(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	rel, err := o.desk.Release(r.Context(), a.By, r.PathValue("release"))
	if err != nil {
		return err
	}
	if len(rel.Receipts) == 0 {
		return errRole
	}
	rows := o.rows(rel)
	if err := o.desk.Exported(r.Context(), a.By, rel.ID); err != nil {
		return err
	}
	table := [][]string{agencyHead}
	for _, y := range rows {
		table = append(table, y.cells())
	}
	return room.SendTable(w, "release-"+calendar.DateOf(rel.At).String()+".csv", table)
}

type markView struct {
	Nav                          parts.SubNavigation
	About, Summary, What, Effect parts.Part
	Submit                       parts.Button
}

var markPage = web.Page[markView]("bulletin/mark", files, "templates/mark.html")

func (o *office) markPage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	if !a.May(o.House, bulletin.Power) {
		return errRole
	}
	return o.drawMark(w, r, a, nil)
}

func (o *office) drawMark(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	c, nav := o.staff(r, a, "Mark a page that must be passed on")
	c.Errors = f
	c.Breadcrumbs = []parts.Link{{Text: "Releases", Href: "/releases"}}
	area := func(name, label string) parts.Part {
		return parts.Textarea{Field: parts.Field{Name: name, Label: label, Error: f.For(name)}, Value: r.PostFormValue(name), Rows: 3}
	}
	return markPage.Render(w, r, status(f), c, markView{
		Nav: nav,
		About: parts.Input{
			Field: parts.Field{Name: "about", Label: "Page, chapter or piece of news", Hint: "Its address, such as manual/neglect. An edition of the manual is passed on by itself.", Error: f.For("about")},
			Value: r.FormValue("about"), Autocomplete: "off",
		},
		Summary: area("summary", "What it is, in one sentence"), What: area("what", "What changed"), Effect: area("effect", "What people do differently from now on"),
		Submit: parts.Button{Text: "Tell every agency", Once: true},
	})
}

func (o *office) mark(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	rel, err := o.desk.MarkPiece(r.Context(), a.By, bulletin.Marked{About: r.PostFormValue("about"), Summary: r.PostFormValue("summary"), What: r.PostFormValue("what"), Effect: r.PostFormValue("effect")})
	if f, bad := wrong(err); bad {
		return o.drawMark(w, r, a, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, releaseHref(rel.ID))
}

type nominationsView struct {
	Nav  parts.SubNavigation
	List parts.Table
}

type nominateView struct {
	Nav    parts.SubNavigation
	Agency string
	Action string
	Places []parts.Select
	None   bool
	Save   parts.Button
}

var (
	nominationsPage = web.Page[nominationsView]("bulletin/nominations", files, "templates/nominations.html")
	nominatePage    = web.Page[nominateView]("bulletin/nominate", files, "templates/nominate.html")
)

func (o *office) nominations(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := o.desk.Nominations(r.Context(), a.By)
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "Nominated people")
	v := nominationsView{Nav: nav, List: parts.Table{Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Agency"}, {Text: "Nominated"}, {Text: "Stand-in"}, {Text: "Lead"}}}}
	for _, x := range list {
		v.List.Rows = append(v.List.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: x.Agency.Name, Href: "/releases/nominations/" + x.Agency.ID}}},
			o.holder(x, store.PlaceNominated, x.Nominated), o.holder(x, store.PlaceStandIn, x.StandIn), o.holder(x, store.PlaceLead, x.Lead),
		})
	}
	return nominationsPage.Render(w, r, http.StatusOK, c, v)
}

func (o *office) holder(x bulletin.AgencyHolders, place string, w agency.Worker) parts.Cell {
	switch {
	case w.ID != "":
		return parts.Cell{Text: w.Name}
	case slices.Contains(x.Gone, place):
		return parts.Cell{Body: parts.Body{parts.Tag{Text: "Has left: nobody", Colour: "red"}}}
	case place == store.PlaceNominated:
		return parts.Cell{Body: parts.Body{parts.Tag{Text: "Nobody", Colour: "red"}}}
	}
	return parts.Cell{Text: "Nobody"}
}

func (o *office) nominatePage(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return o.drawNominate(w, r, a, nil)
}

func (o *office) drawNominate(w http.ResponseWriter, r *http.Request, a *room.Asker, f fault.Fields) error {
	all, err := o.desk.Nominations(r.Context(), a.By)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(x bulletin.AgencyHolders) bool { return x.Agency.ID == r.PathValue("agency") })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no such agency.")
	}
	x := all[i]
	workers, err := o.desk.Candidates(r.Context(), a.By, x.Agency.ID)
	if err != nil {
		return err
	}
	c, nav := o.staff(r, a, "Who passes releases on")
	c.Errors = f
	c.Breadcrumbs = []parts.Link{{Text: "Nominated people", Href: "/releases/nominations"}}
	v := nominateView{Nav: nav, Agency: x.Agency.Name, Action: "/releases/nominations/" + x.Agency.ID, None: len(workers) == 0, Save: parts.Button{Text: "Save"}}
	have := map[string]string{store.PlaceNominated: x.Nominated.ID, store.PlaceStandIn: x.StandIn.ID, store.PlaceLead: x.Lead.ID}
	hints := map[string]string{
		store.PlaceNominated: "They are told of each release and confirm that it was passed on.",
		store.PlaceStandIn:   "They are told when there is no nominated person, and are reminded too.",
		store.PlaceLead:      "They are told when nobody has confirmed after the reminders.",
	}
	for _, p := range bulletin.Places {
		s := parts.Select{Field: parts.Field{Name: p.Key, Label: p.Label, Hint: hints[p.Key], Error: f.For(p.Key)}, Value: have[p.Key], Items: []parts.Option{{Value: "", Text: "Nobody"}}}
		if r.PostForm.Has(p.Key) {
			s.Value = r.PostForm.Get(p.Key)
		}
		for _, w := range workers {
			text := w.Name
			if w.JobTitle != "" {
				text += ", " + w.JobTitle
			}
			s.Items = append(s.Items, parts.Option{Value: w.ID, Text: text})
		}
		v.Places = append(v.Places, s)
	}
	return nominatePage.Render(w, r, status(f), c, v)
}

func (o *office) nominate(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	all, err := o.desk.Nominations(r.Context(), a.By)
	if err != nil {
		return err
	}
	for _, x := range all {
		if x.Agency.ID != r.PathValue("agency") {
			continue
		}
		have := map[string]string{store.PlaceNominated: x.Nominated.ID, store.PlaceStandIn: x.StandIn.ID, store.PlaceLead: x.Lead.ID}
		for _, p := range bulletin.Places {
			to := r.PostFormValue(p.Key)
			if to == have[p.Key] && !slices.Contains(x.Gone, p.Key) {
				continue
			}
			err := o.desk.Nominate(r.Context(), a.By, x.Agency.ID, p.Key, to)
			if f, bad := wrong(err); bad {
				return o.drawNominate(w, r, a, f)
			}
			if err != nil {
				return err
			}
		}
		return room.See(w, r, "/releases/nominations")
	}
	return fault.New(fault.NotFound, "There is no such agency.")
}
