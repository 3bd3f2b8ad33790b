package mash

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// historyView is every change ever made to a record.
type historyView struct {
	Frame    frame
	Heading  string
	Versions []versionView
}

// versionView is one change: who, when, why, and what it was before and after.
type versionView struct {
	Seq                   int
	What, By, When, Later string
	Machine               string
	Reason                string
	Href                  string
	Changes               []changeView
	// Manual is what the manual said of it, in the version then in force.
	Manual []parts.Link
}

type changeView struct {
	Label string
	Diff  parts.Diff
}

var historyPage = page[historyView]("history", "frame")

// kindWords say what kind of change a revision is.
var kindWords = map[string]string{
	record.Created: "Began", record.Answered: "Answers changed", record.Corrected: "Corrected", record.Allocated: "Given to a worker", record.Moved: "Moved to another authority",
}

func (d *door) history(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	revs, v, err := d.Desk.Revisions(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := historyView{Frame: d.frame(r, v, "history"), Heading: heading(v, "History")}
	names := d.names(v)
	before := answer.Set{}
	for _, rev := range revs {
		one := versionView{
			Seq: rev.Seq, By: v.Who(rev.By, d.Desk), When: calendar.Show(rev.RecordedAt), Machine: machine(rev.RecordedAt), Reason: rev.Reason,
			Href: "/records/" + v.Record.ID + "?at=" + strconv.Itoa(rev.Seq), What: kindWords[rev.Kind],
		}
		if s, ok := v.Pathway.Step(rev.Step); ok {
			one.What = s.Label
		}
		if s, ok := v.Pathway.State(rev.To); ok && rev.From != rev.To {
			one.What = or(one.What, "Moved") + ": now “" + s.Label + "”"
		}
		if rev.Allocated != "" {
			one.What = join(". ", one.What, "Worker: "+v.Who(string(access.ToWorker(rev.Allocated)), d.Desk))
		}
		if gap := rev.RecordedAt.Sub(rev.HappenedAt); gap.Minutes() >= 1 {
			one.Later = "It happened on " + calendar.Show(rev.HappenedAt)
		}
		after := before.Clone()
		after.Apply(rev.Changes)
		for _, k := range rev.Changes.Keys() {
			if c, ok := d.change(v, k, before, after, names); ok {
				one.Changes = append(one.Changes, c)
			}
		}
		for _, ref := range clauses(v.Pathway, rev) {
			if link, ok := d.Cited(r.Context(), ref, rev.RecordedAt); ok {
				one.Manual = append(one.Manual, link)
			}
		}
		before = after
		view.Versions = append([]versionView{one}, view.Versions...)
	}
	return drawRecord(d, historyPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

// clauses are the sections of the manual that a revision went by: that of its step,
// and those of the pages it answers.
func clauses(p *pathway.Pathway, rev record.Revision) []string {
	var out []string
	add := func(ref string) {
		if ref != "" && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	if s, ok := p.Step(rev.Step); ok {
		add(s.Clause)
	}
	for i := range p.Pages {
		for k, a := range rev.Changes {
			_, _, id := k.Split()
			if !a.Empty() && slices.ContainsFunc(p.Pages[i].Questions, func(q pathway.Question) bool { return q.ID == id }) {
				add(p.Pages[i].Clause)
			}
		}
	}
	return out
}

// change shows one answer before and after; rows of groups have none to show.
func (d *door) change(v *casework.View, k answer.Key, before, after answer.Set, names map[string]string) (changeView, bool) {
	_, row, id := k.Split()
	q, ok := v.Pathway.Question(id)
	if !ok {
		return changeView{}, false
	}
	label := q.Heading()
	if row != "" {
		f := v.Facts
		f.Answers = after
		group, _, _ := k.Split()
		label = v.Pathway.RowName(f, group, row) + ": " + label
	}
	text := func(set answer.Set) string {
		if set[k].Empty() {
			return ""
		}
		if seal.IsSealedText(set[k].Text) {
			return "Not shared with you"
		}
		past := *v
		past.Answers = set
		return words(&past, id, k, names)
	}
	return changeView{Label: label, Diff: diff(text(before), text(after))}, true
}

// diff says what was taken out and put in, with the words at both ends that
// stayed.
func diff(before, after string) parts.Diff {
	if before == "" || after == "" {
		var out parts.Diff
		if before != "" {
			out.Pieces = append(out.Pieces, parts.DiffPiece{Text: before, Change: "out"})
		}
		if after != "" {
			out.Pieces = append(out.Pieces, parts.DiffPiece{Text: after, Change: "in"})
		}
		return out
	}
	x, y := strings.SplitAfter(before, " "), strings.SplitAfter(after, " ")
	head := 0
	for head < len(x) && head < len(y) && x[head] == y[head] {
		head++
	}
	tail := 0
	for tail < len(x)-head && tail < len(y)-head && x[len(x)-1-tail] == y[len(y)-1-tail] {
		tail++
	}
	var out parts.Diff
	add := func(list []string, change string) {
		if text := strings.Join(list, ""); text != "" {
			out.Pieces = append(out.Pieces, parts.DiffPiece{Text: text, Change: change})
		}
	}
	add(x[:head], "")
	add(x[head:len(x)-tail], "out")
	add(y[head:len(y)-tail], "in")
	add(x[len(x)-tail:], "")
	return out
}
