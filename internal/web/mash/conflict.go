package mash

import (
	"net/http"
	"slices"
	"strconv"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// conflictView shows two people's answers side by side and asks which to keep.
type conflictView struct {
	Frame   frame
	Heading string
	Action  string
	Carried []parts.Hidden
	Clashes []clashView
	Back    string
}

type clashView struct {
	Label, Mine, Theirs, By, When string
	Keep                          parts.Radios
}

var conflictPage = page[conflictView]("conflict", "frame")

// keepName is the control that says which of two answers to keep.
func keepName(key string) string { return "keep-" + key }

// keep applies the choices made between two answers. Where the other's was
// chosen, theirs stands. It gives the questions nobody has chosen for yet.
func keep(r *http.Request, theirs, changes answer.Set) (unchosen []string) {
	for _, key := range r.PostForm["clash"] {
		switch r.PostForm.Get(keepName(key)) {
		case "mine":
		case "theirs":
			changes[answer.Key(key)] = theirs[answer.Key(key)]
		default:
			unchosen = append(unchosen, key)
		}
	}
	return unchosen
}

func (d *door) drawConflict(w http.ResponseWriter, r *http.Request, a *room.Asker, v *casework.View, what string, based int, clash *casework.Conflict, unchosen []string) error {
	view := conflictView{
		Frame: d.frame(r, v, "-"), Heading: "Two people answered: " + v.Record.Reference, Action: r.URL.Path, Back: "/records/" + v.Record.ID,
		Carried: carried(r, "based", "resolved", "clash", "do"),
	}
	if r.URL.RawQuery != "" {
		view.Action += "?" + r.URL.RawQuery
	}
	view.Carried = append(
		view.Carried,
		parts.Hidden{Name: "based", Value: strconv.Itoa(based)},
		parts.Hidden{Name: "resolved", Value: strconv.Itoa(clash.Revision)},
	)
	var errs fault.Fields
	for _, c := range clash.Fields {
		key := string(c.Key)
		one := clashView{
			Label: c.Label, Mine: or(c.Mine, "Nothing"), Theirs: or(c.Theirs, "Nothing"), By: v.Who(string(c.By), d.Desk), When: calendar.Show(c.At),
			Keep: parts.Radios{
				Field: parts.Field{Name: keepName(key), ID: keepName(key), Label: "Which is right?"}, Value: r.PostForm.Get(keepName(key)),
				Items: []parts.Choice{{Value: "mine", Label: "Yours"}, {Value: "theirs", Label: "Theirs"}},
			},
		}
		if slices.Contains(unchosen, key) {
			one.Keep.Error = "Choose which answer to keep for “" + c.Label + "”"
			errs.Add(keepName(key), "%s", one.Keep.Error)
		}
		view.Carried = append(view.Carried, parts.Hidden{Name: "clash", Value: key})
		view.Clashes = append(view.Clashes, one)
	}
	return drawRecord(d, conflictPage, w, r, a, v, http.StatusConflict, what+": "+v.Record.Reference, view, func(c *web.Chrome) { c.Errors = errs })
}
