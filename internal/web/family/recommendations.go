package family

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// recommendationsView is one list of what reviews, panels and audits said is to
// change.
type recommendationsView struct {
	Nav    parts.SubNavigation
	Counts parts.Table
	How    parts.Select
	Source parts.Select
	Show   parts.Button
	Table  parts.Table
	Empty  string
	Pages  *parts.Pagination
}

var recommendationsPage = page[recommendationsView]("recommendations")

// standings are how a recommendation stands, as the page says it. Implemented and
// embedded are two things: something that was done may not have become how people
// work.
var standings = []struct{ id, text string }{
	{pathway.RecommendationOpen, "Open"},
	{dueLate, "Open and late"},
	{pathway.RecommendationDone, "Implemented, not yet shown to be embedded"},
	{pathway.RecommendationNot, "Implemented, and found not to be embedded"},
	{pathway.RecommendationEmbedded, "Embedded"},
	{pathway.RecommendationGivenUp, "Not accepted, or given up"},
}

func standsAs(one casework.Recommendation, how string, today calendar.Date) bool {
	if how == dueLate {
		return one.Late(today)
	}
	return how == "" || one.State == how
}

func (d *hall) recommendations(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	q, today := r.URL.Query(), calendar.DateOf(web.Now(r))
	how, source := q.Get("how"), q.Get("source")
	if how != "" && !slices.ContainsFunc(standings, func(s struct{ id, text string }) bool { return s.id == how }) {
		return fault.New(fault.NotFound, "There is no such list of recommendations. Choose one from the page.")
	}
	found, err := d.Desk.Recommendations(r.Context(), a.By)
	if err != nil {
		return err
	}
	v := recommendationsView{
		Nav: listsNav("recommendations"), Show: parts.Button{Text: "Show", Variant: "secondary"},
		Counts: parts.Table{Caption: "How they stand", CaptionSize: "s", RowHeaders: true, Head: []parts.Cell{{Text: "How it stands"}, {Text: "How many"}}},
		How:    parts.Select{Field: parts.Field{Name: "how", ID: "how", Label: "How it stands"}, Items: []parts.Option{{Value: "", Text: "All"}}},
		Source: parts.Select{Field: parts.Field{Name: "source", ID: "source", Label: "Where it comes from"}, Items: []parts.Option{{Value: "", Text: "Everywhere"}}},
	}
	for _, s := range standings {
		n := 0
		for _, one := range found {
			if standsAs(one, s.id, today) {
				n++
			}
		}
		v.Counts.Rows = append(v.Counts.Rows, []parts.Cell{{Text: s.text}, {Text: strconv.Itoa(n)}})
		v.How.Items = append(v.How.Items, parts.Option{Value: s.id, Text: s.text, Selected: how == s.id})
	}
	var sources []string
	for _, one := range found {
		sources = once(sources, one.Source)
	}
	slices.Sort(sources)
	for _, s := range sources {
		v.Source.Items = append(v.Source.Items, parts.Option{Value: s, Text: s, Selected: source == s})
	}
	list := slices.DeleteFunc(slices.Clone(found), func(one casework.Recommendation) bool {
		return !standsAs(one, how, today) || source != "" && one.Source != source
	})
	if len(list) == 0 {
		v.Empty = "Nothing that you may see was recommended."
		if len(found) > 0 {
			v.Empty = "None of what is listed is like that. Choose something else."
		}
	}
	number, err := strconv.Atoi(q.Get("page"))
	if err != nil || number < 1 {
		number = 1
	}
	from := min((number-1)*actionsOnPage, len(list))
	v.Table = recommendationTable(list[from:min(from+actionsOnPage, len(list))], count(len(list), "recommendation", "recommendations"), today)
	v.Pages = pagesOf("/recommendations", url.Values{"how": {how}, "source": {source}}, number, (len(list)+actionsOnPage-1)/actionsOnPage)
	return recommendationsPage.Render(w, r, http.StatusOK, d.chrome(r, a, "Recommendations"), v)
}

func recommendationTable(list []casework.Recommendation, caption string, today calendar.Date) parts.Table {
	t := parts.Table{Caption: caption, CaptionSize: "s", Stack: true, RowHeaders: true, Classes: "app-actions"}
	t.Head = []parts.Cell{{Text: "What is to change"}, {Text: "From"}, {Text: "Who"}, {Text: "Due"}, {Text: "Implemented"}, {Text: "Embedded"}}
	for _, one := range list {
		what := one.What
		if one.Names {
			what = "Its words may name somebody. Ask whoever has the record."
		}
		from := parts.Body{parts.Text(one.Source)}
		if one.Record.ID != "" {
			from = append(from, parts.HTML("<br>"), parts.Link{Text: one.Record.Reference, Href: "/records/" + one.Record.ID, Hidden: " " + one.Pathway.Title})
		}
		who := one.Who
		if one.Agency != "" && one.Agency != one.Who {
			if who != "" {
				who += ", "
			}
			who += one.Agency
		}
		t.Rows = append(t.Rows, []parts.Cell{{Text: what}, {Body: from}, {Text: who}, dueOf(one, today), {Text: doneOf(one)}, {Text: embeddedOf(one)}})
	}
	return t
}

func dueOf(one casework.Recommendation, today calendar.Date) parts.Cell {
	switch {
	case one.Due.IsZero():
		return parts.Cell{Text: "No day"}
	case one.Late(today):
		return parts.Cell{Body: parts.Body{parts.Text(one.Due.Short()), parts.HTML("<br>"), parts.Tag{Text: "Late", Colour: "red"}}}
	}
	return parts.Cell{Text: one.Due.Short()}
}

func doneOf(one casework.Recommendation) string {
	switch {
	case one.State == pathway.RecommendationGivenUp:
		return "Not accepted, or given up"
	case one.Done.IsZero():
		return "Not yet"
	}
	return one.Done.Short()
}

func embeddedOf(one casework.Recommendation) string {
	switch one.State {
	case pathway.RecommendationEmbedded:
		return "Yes, seen " + one.Tested.Short()
	case pathway.RecommendationNot:
		return "No, seen " + one.Tested.Short()
	case pathway.RecommendationGivenUp:
		return ""
	}
	if !one.Test.IsZero() {
		return "To be looked at by " + one.Test.Short()
	}
	return "Nobody has looked yet"
}
