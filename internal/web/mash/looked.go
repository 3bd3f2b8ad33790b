package mash

import (
	"net/http"
	"slices"
	"strings"

	"frontdoor/internal/access"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// lookedView says who read or acted on a record.
type lookedView struct {
	Frame   frame
	Heading string
	Events  parts.Table
	Most    bool
}

var lookedPage = page[lookedView]("looked", "frame")

// mostLooked is how many of the latest looks one page shows.
const mostLooked = 300

// actWords say what was done, for those acts whose code is not plain.
var actWords = map[string]string{
	"read": "Opened the record", "look-known": "Looked at what is known", "tell-across": "Another area was told that there is a record here", "tell-ask-first": "Was told to seek advice before contact, on another record about the same people", "read-status": "Opened the sender’s page", "open-file": "Opened a file",
	"read-document": "Read a letter", "send-document": "Made a letter", "send-message": "Wrote a message", "add-entry": "Added an entry",
	"add-file": "Added a file", "restrict": "Locked it", "change-restriction": "Changed who may open it", "keep-restriction": "Left it locked", "lift-restriction": "Lifted the lock",
	"break-glass": "Opened it in an emergency although locked. The reason is under Entries", "declare-conflict": "Declared a conflict of interest", "give-access": "Gave access",
	"end-access": "Ended access", "link-person": "Joined two entries of one person", "unlink-person": "Undid a join of two people", "send": "Sent it",
	"invite":         "Told people of a meeting",
	"check-letters":  "Read letters as a second person",
	"check-copy":     "Looked at a copy as a second person",
	"ask-check-copy": "Asked a second person to look at a copy",
	"preview-copy":   "Looked at a copy before it is given",
	"give-copy":      "Gave a copy",
	"open-copy":      "Opened a copy that was given",
	"preview-export": "Looked at a file for a national database before it is made", "ask-check-export": "Asked for a second look at a file for a national database",
	"check-export": "Looked at a file for a national database as a second person", "make-export": "Made a file for a national database",
	"open-export":      "Took a file for a national database",
	"find-for-request": "Looked for records for somebody who asks", "read-for-request": "Read it for somebody who asks", "bring-to-request": "Brought to a request for records", "leave-from-request": "Taken off a request for records",
	"decide-block": "Decided what is given of a record", "give-rest": "Gave together all that was left of a record", "make-versions": "Made both versions of what goes out", "open-version": "Opened a version of what goes out", "reveal-source": "Was told whom it came from",
	"revision": "Changed the record",
	"refused":  "Tried to open it or to do something with it, and was kept out",
}

func (d *door) looked(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	events, v, err := d.Desk.WhoLooked(r.Context(), a.By, r.PathValue("id"), mostLooked)
	if err != nil {
		return err
	}
	view := lookedView{Frame: d.frame(r, v, "looked"), Heading: heading(v, "Who has looked"), Most: len(events) == mostLooked}
	view.Events = parts.Table{
		Caption: "Every look and every act, newest first", CaptionSize: "m", Stack: true,
		Head: []parts.Cell{{Text: "When"}, {Text: "Who"}, {Text: "What"}},
	}
	// Most pages ask nobody why, and a column of that says nothing.
	why := slices.ContainsFunc(events, func(e audit.Event) bool { return e.Purpose != "" })
	if why {
		view.Events.Head = append(view.Events.Head, parts.Cell{Text: "Why"})
	}
	for _, e := range events {
		what := actWords[e.Act]
		if what == "" {
			what = capital(strings.ReplaceAll(e.Act, "-", " "))
			if s, ok := v.Pathway.Step(e.Detail["step"]); ok {
				what = "Took the step “" + s.Label + "”"
			}
		}
		row := []parts.Cell{{Text: calendar.ShowShort(e.At)}, {Text: capital(v.Who(actor(e.Actor), d.Desk))}, {Text: what}}
		if why {
			row = append(row, parts.Cell{Text: or(e.Purpose, "Not asked")})
		}
		view.Events.Rows = append(view.Events.Rows, row)
	}
	return drawRecord(d, lookedPage, w, r, a, v, http.StatusOK, view.Heading, view, nil)
}

// actor is the principal of an event; older events name workers by id alone.
func actor(s string) string {
	if s != "" && !strings.Contains(s, ":") && s != "system" && s != "pathway" && s != "public" {
		return string(access.ToWorker(s))
	}
	return s
}
