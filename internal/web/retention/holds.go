package retention

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type holdsView struct {
	Nav                parts.SubNavigation
	Stand, Lifted      parts.Table
	None               bool
	Pathway, Authority parts.Select
	Reason             parts.Textarea
	Place              parts.Button
}

type liftView struct {
	Hold   parts.SummaryList
	Action string
	Reason parts.Textarea
	Lift   parts.Button
}

type destroyedView struct {
	Nav   parts.SubNavigation
	Table parts.Table
	None  bool
	Pages parts.Pagination
}

type stubView struct {
	Reference string
	Summary   parts.SummaryList
}

var (
	holdsPage     = web.Page[holdsView]("retention/holds", files, "templates/holds.html")
	liftPage      = web.Page[liftView]("retention/lift", files, "templates/lift.html")
	destroyedPage = web.Page[destroyedView]("retention/destroyed", files, "templates/destroyed.html")
	stubPage      = web.Page[stubView]("retention/stub", files, "templates/stub.html")
)

func (a archive) holds(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawHolds(w, r, who, nil)
}

func (a archive) drawHolds(w http.ResponseWriter, r *http.Request, who *room.Asker, f fault.Fields) error {
	list, err := a.Desk.Holds(r.Context(), who.By)
	if err != nil {
		return err
	}
	choices, err := a.Desk.Retentions(r.Context(), who.By, store.RetentionQuery{Limit: 1})
	if err != nil {
		return err
	}
	v := holdsView{
		Nav:       nav("/retention/holds"),
		Pathway:   parts.Select{Field: parts.Field{Name: "pathway", Label: "Kind of work"}, Value: typed(r, "pathway"), Items: []parts.Option{{Value: "", Text: "Every kind"}}},
		Authority: parts.Select{Field: parts.Field{Name: "authority", Label: "Authority"}, Value: typed(r, "authority"), Items: []parts.Option{{Value: "", Text: "All"}}},
		Reason:    parts.Textarea{Field: parts.Field{Name: "reason", ID: "hold-reason", Label: "Which inquiry, and why?", Hint: "Name nobody whom records are about.", Error: f.For("hold-reason")}, Value: typed(r, "reason"), Rows: 3, MaxLength: 1000},
		Place:     parts.Button{Text: "Place the hold", Once: true},
	}
	for _, name := range choices.Pathways {
		v.Pathway.Items = append(v.Pathway.Items, parts.Option{Value: name, Text: a.title(name)})
	}
	for _, id := range choices.Authorities {
		v.Authority.Items = append(v.Authority.Items, parts.Option{Value: id, Text: a.authority(id)})
	}
	v.Stand = parts.Table{Caption: "Holds that stand", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "On"}, {Text: "Why"}, {Text: "Placed"}, {Text: "Lift"}}}
	v.Lifted = parts.Table{Caption: "Holds that were lifted", CaptionSize: "m", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "On"}, {Text: "Why"}, {Text: "Placed"}, {Text: "Lifted"}}}
	for _, h := range list {
		on, placed := parts.Cell{Text: h.On}, parts.Cell{Text: h.Who + ", " + calendar.Show(h.At)}
		if h.Record != "" {
			on = parts.Cell{Body: parts.Body{parts.Link{Text: h.On, Href: "/retention/" + h.Record}}}
		}
		if !h.LiftedAt.IsZero() {
			v.Lifted.Rows = append(v.Lifted.Rows, []parts.Cell{on, {Text: h.Why}, placed, {Text: h.LiftedFor + " " + h.LiftedWho + ", " + calendar.Show(h.LiftedAt)}})
			continue
		}
		lift := parts.Cell{Text: "A second person can"}
		if h.MayLift {
			lift = parts.Cell{Body: parts.Body{parts.Link{Text: "Lift", Hidden: " the hold on: " + h.On, Href: "/retention/holds/" + h.ID + "/lift"}}}
		}
		v.Stand.Rows = append(v.Stand.Rows, []parts.Cell{on, {Text: h.Why}, placed, lift})
	}
	v.None = len(v.Stand.Rows) == 0
	c := a.chrome(r, who, "Legal holds", home)
	c.Wide = true
	code := http.StatusOK
	if c.Errors = f; len(f) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return holdsPage.Render(w, r, code, c, v)
}

func (a archive) hold(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	err := a.Desk.HoldAll(r.Context(), who.By, typed(r, "pathway"), typed(r, "authority"), typed(r, "reason"))
	if f, bad := wrong(err, "hold"); bad {
		return a.drawHolds(w, r, who, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/retention/holds?done=hold")
}

func (a archive) lifting(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	return a.drawLift(w, r, who, nil)
}

func (a archive) drawLift(w http.ResponseWriter, r *http.Request, who *room.Asker, f fault.Fields) error {
	list, err := a.Desk.Holds(r.Context(), who.By)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(h casework.HoldShown) bool { return h.ID == r.PathValue("hold") && h.MayLift })
	if i < 0 {
		return fault.New(fault.NotFound, "There is no hold here that you can lift. Whoever placed one cannot lift it.")
	}
	h := list[i]
	v := liftView{
		Action: "/retention/holds/" + h.ID + "/lift",
		Hold: parts.SummaryList{Rows: []parts.SummaryRow{
			{Key: "On", Value: h.On}, {Key: "Why", Value: h.Why}, {Key: "Placed", Value: h.Who + ", " + calendar.Show(h.At)},
		}},
		Reason: parts.Textarea{Field: parts.Field{Name: "reason", ID: "lift-reason", Label: "Why is the reason gone?", Hint: "Name nobody.", Error: f.For("lift-reason")}, Value: typed(r, "reason"), Rows: 3, MaxLength: 1000},
		Lift:   parts.Button{Text: "Lift the hold", Once: true},
	}
	c := a.chrome(r, who, "Lift a hold", home, parts.Link{Text: "Legal holds", Href: "/retention/holds"})
	code := http.StatusOK
	if c.Errors = f; len(f) > 0 {
		code = http.StatusUnprocessableEntity
	}
	return liftPage.Render(w, r, code, c, v)
}

func (a archive) lift(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	err := a.Desk.LiftHold(r.Context(), who.By, r.PathValue("hold"), typed(r, "reason"))
	if f, bad := wrong(err, "lift"); bad && fault.KindOf(err) != fault.Forbidden {
		return a.drawLift(w, r, who, f)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, "/retention/holds?done=lifted")
}

func (a archive) destroyed(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	page := pageOf(r)
	list, total, err := a.Desk.Stubs(r.Context(), who.By, pageSize, (page-1)*pageSize)
	if err != nil {
		return err
	}
	v := destroyedView{Nav: nav("/retention/destroyed"), None: len(list) == 0}
	v.Table = parts.Table{Caption: plural(total, "record was destroyed", "records were destroyed"), CaptionSize: "s", Stack: true, RowHeaders: true, Head: []parts.Cell{{Text: "Reference"}, {Text: "Kind of work"}, {Text: "Authority"}, {Text: "Destroyed"}}}
	for _, s := range list {
		v.Table.Rows = append(v.Table.Rows, []parts.Cell{
			{Body: parts.Body{parts.Link{Text: s.Reference, Href: "/retention/destroyed/" + s.Record}}}, {Text: s.Title}, {Text: s.Place}, {Text: calendar.DateOf(s.EndAt).Short()},
		})
	}
	if pages := (total + pageSize - 1) / pageSize; pages > 1 {
		v.Pages = pagination("/retention/destroyed?", nil, page, pages)
	}
	c := a.chrome(r, who, "Destroyed records", home)
	c.Wide = true
	return destroyedPage.Render(w, r, http.StatusOK, c, v)
}

func (a archive) stub(w http.ResponseWriter, r *http.Request, who *room.Asker) error {
	s, err := a.Desk.Stub(r.Context(), who.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	rule := s.Rule
	if !s.Keep.IsZero() {
		rule = strings.TrimSuffix(rule, ".") + ". It had to be kept until " + s.Keep.Long() + "."
	}
	v := stubView{Reference: s.Reference, Summary: parts.SummaryList{Rows: []parts.SummaryRow{
		{Key: "Kind of work", Value: s.Title},
		{Key: "Authority", Value: s.Place},
		{Key: "Begun", Value: calendar.Show(s.BegunAt)},
		{Key: "Closed", Value: calendar.Show(s.ClosedAt)},
		{Key: "Rule", Value: rule},
		{Key: "Proposed by", Value: s.Proposer + ", " + calendar.Show(s.ProposedAt)},
		{Key: "Why", Value: s.WhyProposed},
		{Key: "Agreed by", Value: s.Approver + ", " + calendar.Show(s.ApprovedAt)},
		{Key: "Why they agreed", Value: s.WhyApproved},
		{Key: "Destroyed", Value: calendar.Show(s.EndAt)},
	}}}
	return stubPage.Render(w, r, http.StatusOK, a.chrome(r, who, "A record that was destroyed"), v)
}
