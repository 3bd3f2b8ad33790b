package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// clocksView is every limit of a record, running or not, with its working.
type clocksView struct {
	Frame   frame
	Heading string
	Running []clockView
	Over    []clockView
}

// clockView is one limit and where it comes from.
type clockView struct {
	Label, Code string
	Left        parts.TimeLeft
	Rows        parts.SummaryList
	// NotConfirmed says that its length is a setting nobody local has confirmed.
	NotConfirmed *parts.NotConfirmed
}

var clocksPage = page[clocksView]("clocks", "frame")

func (d *door) clocks(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := clocksView{Frame: d.frame(r, v, "clocks"), Heading: heading(v, "Clocks")}
	list := slices.Clone(v.Clocks)
	slices.SortStableFunc(list, func(x, y record.Clock) int { return x.ActAt.Compare(y.ActAt) })
	for _, c := range list {
		one := d.clockView(r, v, c)
		if c.Open() {
			view.Running = append(view.Running, one)
		} else {
			view.Over = append(view.Over, one)
		}
	}
	return drawRecord(d, clocksPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

// lawKinds say what weight a source has.
var lawKinds = map[string]string{
	"statute": "Law", "statutory_guidance": "Statutory guidance", "local_procedure": "Local procedure", "common_practice": "Common practice",
}

func (d *door) clockView(r *http.Request, v *casework.View, c record.Clock) clockView {
	out := clockView{Label: clockTitle(v, c.Label, c.Clock, c.Row()), Code: c.Code, Left: d.TimeLeft(v.Pathway, c, v.Record.Authority, web.Now(r), false)}
	rows := []parts.SummaryRow{
		{Key: "How it was worked out", Value: c.Sum},
		{Key: "Runs from", Value: calendar.Show(c.StartedAt)},
		{Key: "Limit", Value: calendar.Show(c.DueAt)},
	}
	if !c.ActAt.Equal(c.DueAt) {
		rows = append(rows, parts.SummaryRow{Key: "Act by", Value: calendar.Show(c.ActAt)})
	}
	if !c.StoppedAt.IsZero() {
		by := ""
		if s, ok := v.Pathway.Step(c.StoppedBy); ok {
			by = ", by “" + s.Label + "”"
		}
		rows = append(rows, parts.SummaryRow{Key: "Stopped", Value: calendar.Show(c.StoppedAt) + by})
	}
	if law, ok := v.Pathway.Law[c.Law]; ok {
		rows = append(rows, parts.SummaryRow{Key: lawKinds[law.Kind], Value: law.Text}, source(law))
	}
	if def, ok := v.Pathway.Clock(c.Clock); ok && def.Setting != "" {
		if set, ok := v.Pathway.Settings[def.Setting]; ok {
			rows = append(rows, parts.SummaryRow{Key: "Length", Value: join(". ", set.Text+": "+set.Default, set.Source, checked(set.Checked))})
			if !set.Confirmed {
				out.NotConfirmed = &parts.NotConfirmed{Text: "This length is not confirmed locally"}
			}
		}
	}
	if def, ok := v.Pathway.Clock(c.Clock); ok && def.RollForward != "" {
		set := v.Pathway.Settings[strings.TrimPrefix(def.RollForward, "setting.")]
		rows = append(rows, parts.SummaryRow{Key: "Day that counts", Value: join(". ", set.Text+": "+set.Default, set.Source, checked(set.Checked))})
		if !set.Confirmed && out.NotConfirmed == nil {
			out.NotConfirmed = &parts.NotConfirmed{Text: "Which day counts when the last one is not a working day is not confirmed locally"}
		}
	}
	rows = append(rows, parts.SummaryRow{Key: "Calendar", Value: "Version " + c.Calendar})
	out.Rows = parts.SummaryList{Rows: rows}
	return out
}

// source says where a rule stands, since when somebody has compared it, and where
// to read it.
func source(law pathway.Law) parts.SummaryRow {
	row := parts.SummaryRow{Key: "Source", Value: strings.TrimSuffix(law.Source, ".") + ". " + checked(law.Checked)}
	if law.URL != "" {
		row.Actions = []parts.Link{{Text: "Read it", Href: law.URL, Hidden: law.Source}}
	}
	return row
}

func checked(iso string) string {
	if day, err := calendar.ParseDate(iso); err == nil {
		return "Checked on " + day.Long()
	}
	return "Nobody has checked this locally"
}
