package mash

import (
	"net/http"
	"strings"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// workView is every record that this one started, or came from.
type workView struct {
	Frame   frame
	Heading string
	Parent  *parts.Link
	Checks  *parts.Table
	Others  *parts.Table
	None    bool
}

var workPage = page[workView]("work", "frame")

func (d *door) work(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := workView{Frame: d.frame(r, v, "work"), Heading: heading(v, "Checks and follow-on"), None: len(v.Started) == 0}
	if v.Parent != nil && v.Parent.May {
		view.Parent = &parts.Link{Text: v.Parent.Title + " " + v.Parent.Record.Reference, Href: "/records/" + v.Parent.Record.ID}
	}
	var checks, others []casework.Related
	for _, s := range v.Started {
		if p := d.pathwayOf(s.Record); p != nil && p.IsCheck {
			checks = append(checks, s)
		} else {
			others = append(others, s)
		}
	}
	view.Checks = d.relatedTable(r, "Agencies asked", checks)
	view.Others = d.relatedTable(r, "Work that follows", others)
	return drawRecord(d, workPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

func (d *door) relatedTable(r *http.Request, caption string, list []casework.Related) *parts.Table {
	if len(list) == 0 {
		return nil
	}
	now := web.Now(r)
	t := &parts.Table{
		Caption: caption, CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "Reference"}, {Text: "With"}, {Text: "Stands at"}, {Text: "Time left"}, {Text: "Began"}},
	}
	for _, s := range list {
		ref := parts.Cell{Text: s.Record.Reference + " (you cannot open this)"}
		if s.May {
			ref = parts.Cell{Body: parts.Body{parts.Link{Text: s.Record.Reference, Href: "/records/" + s.Record.ID, Hidden: s.Title}}}
		}
		team, _ := d.Desk.Place.Register.Team(s.Record.Team)
		left := parts.Cell{Text: "No limit runs"}
		if p := d.pathwayOf(s.Record); s.Clock != nil && p != nil {
			left = parts.Cell{Body: parts.Body{d.TimeLeft(p, *s.Clock, s.Record.Authority, now, false)}}
		}
		state := s.State.Label
		if s.State.Answered && !strings.Contains(strings.ToLower(state), "answered") {
			state += " (answered)"
		}
		t.Rows = append(t.Rows, []parts.Cell{ref, {Text: teamName(team, s.Title)}, {Text: state}, left, {Text: calendar.ShowShort(s.Record.CreatedAt)}})
	}
	return t
}

func teamName(t agency.Team, otherwise string) string {
	if t.Name != "" {
		return t.Name
	}
	return otherwise
}
