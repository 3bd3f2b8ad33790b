// Package mash is the room of the people who work on records: the board, the
// record with everything kept about it, its steps, who may see it and who has
// looked, and the index of people.
//
// It names no pathway, state or question: what a page shows comes from the
// pathway's own text.
package mash

import (
	"context"
	"embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/upload"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

//go:embed templates/*.html
var files embed.FS

// door is the front door's room: the house, and who watches its boards.
type door struct {
	*room.House
	watch *watch
}

// Register gives the room's pages their routes.
func Register(mux room.Mux, h *room.House) {
	d := &door{House: h, watch: newWatch(h.Desk.Latest, time.Second)}
	staff := func(pattern string, fn room.StaffHandler) { mux.Handle(pattern, h.Staff(fn)) }
	// Several photographs on a bad line take longer than a page does.
	large := func(pattern string, fn room.StaffHandler) {
		mux.Handle(pattern, web.Allow(upload.MaxTotal+1<<20, 3*time.Minute, h.Staff(fn)))
	}

	staff("GET /board", d.board)
	staff("POST /board", d.boardSearch)
	staff("POST /board/allocate", d.allocate)
	mux.Handle("GET /board/events", web.Allow(0, 0, h.Staff(d.events)))
	staff("GET /notices", d.notices)
	staff("POST /notices", d.readNotices)
	staff("GET /r", d.lookup)
	staff("GET /meetings", d.myMeetings)

	staff("GET /records/{id}", d.record)
	staff("POST /records/{id}/onward/{pathway}", d.onward)
	staff("GET /records/{id}/known", d.known)
	staff("POST /records/{id}/known/link", d.linkPerson)
	staff("POST /records/{id}/known/unlink", d.unlinkPerson)
	staff("GET /records/{id}/died", d.died)
	staff("POST /records/{id}/died", d.sayDied)
	staff("GET /records/{id}/work", d.work)
	staff("GET /records/{id}/clocks", d.clocks)
	staff("GET /records/{id}/meetings", d.meetings)
	staff("GET /records/{id}/meetings/{meeting}/together", d.meetTogether)
	staff("POST /records/{id}/meetings/{meeting}/together", d.joinMeeting)
	staff("POST /records/{id}/meetings/{meeting}/apart", d.partMeeting)
	staff("GET /records/{id}/entries", d.entries)
	staff("POST /records/{id}/entries", d.addEntry)
	staff("POST /records/{id}/entries/save", d.saveEntry)
	staff("GET /records/{id}/messages", d.messages)
	staff("POST /records/{id}/messages", d.sendMessage)
	staff("POST /records/{id}/messages/save", d.saveMessage)
	staff("GET /records/{id}/files", d.fileList)
	large("POST /records/{id}/files", d.addFiles)
	mux.Handle("GET /files/{id}", web.Allow(0, 3*time.Minute, h.Staff(d.openFile)))
	staff("GET /records/{id}/letters", d.letters)
	staff("GET /records/{id}/letters/{doc}", d.letter)
	staff("GET /records/{id}/letters/{doc}/pdf", d.letterPDF)
	staff("POST /records/{id}/letters/ask", d.askForCheck)
	staff("POST /records/{id}/letters/check", d.checkLetters)
	staff("GET /records/{id}/copies", d.copies)
	staff("POST /records/{id}/copies", d.giveCopy)
	staff("POST /records/{id}/copies/check", d.checkCopy)
	staff("GET /records/{id}/copies/preview", d.previewCopy)
	staff("GET /records/{id}/copies/preview/pdf", d.previewCopyPDF)
	staff("GET /records/{id}/copies/{copy}", d.givenCopy)
	staff("GET /records/{id}/copies/{copy}/pdf", d.givenCopyPDF)
	staff("GET /records/{id}/exports", d.exports)
	staff("GET /records/{id}/exports/{export}", d.export)
	staff("POST /records/{id}/exports/{export}", d.exportActed)
	staff("GET /records/{id}/exports/made/{made}/{format}", d.exportFile)
	staff("GET /records/{id}/redaction", d.redaction)
	staff("POST /records/{id}/redaction", d.bring)
	staff("GET /records/{id}/redaction/{source}", d.blocks)
	large("POST /records/{id}/redaction/{source}", d.decideBlocks)
	staff("GET /records/{id}/redaction/{source}/rest", d.rest)
	staff("POST /records/{id}/redaction/{source}/rest", d.giveRest)
	staff("GET /records/{id}/versions", d.versions)
	staff("POST /records/{id}/versions", d.makeVersions)
	staff("GET /records/{id}/versions/{version}/pdf", d.versionPDF)
	staff("GET /records/{id}/source", d.askSource)
	staff("POST /records/{id}/source", d.revealSource)
	staff("GET /records/{id}/access", d.access)
	staff("POST /records/{id}/access/{act}", d.changeAccess)
	staff("GET /records/{id}/looked", d.looked)
	staff("GET /records/{id}/history", d.history)

	staff("GET /records/{id}/steps/{step}", d.step)
	large("POST /records/{id}/steps/{step}", d.takeStep)
	staff("POST /records/{id}/steps/{step}/save", d.saveStep)
	large("POST /records/{id}/steps/{step}/preview", d.takeStep)
	staff("GET /records/{id}/edit/{page}", d.edit)
	staff("POST /records/{id}/edit/{page}", d.correct)
	staff("POST /records/{id}/edit/{page}/save", d.saveEdit)

	staff("GET /people", d.people)
	staff("POST /people", d.findPeople)
	staff("GET /break-glass", d.glass)
	staff("POST /break-glass", d.breakGlass)
}

// page makes a page of this room; a record's page has the record's frame.
func page[V any](name string, extra ...string) *web.PageT[V] {
	list := []string{"templates/" + name + ".html"}
	for _, e := range extra {
		list = append(list, "templates/"+e+".html")
	}
	return web.Page[V]("mash/"+name, files, list...)
}

// saidDone is what a page says after something was done, by the word in its
// address.
var saidDone = map[string]string{
	"step":      "Done. The record has moved on.",
	"allocated": "Given to the worker you chose. They have been told.",
	"entry":     "Your entry was added.",
	"message":   "Your message was sent.",
	"files":     "Added.",
	"answered":  "Saved.",
	"corrected": "Corrected. What it said before is kept under History.",
	"together":  "It is one meeting now. Those for whom the time changed are told.",
	"apart":     "It is held by itself again. Those who come to both are asked to each.",
	"same":      "Nothing was different, so nothing was changed.",
	"linked":    "Noted that they are the same person. You can undo it.",
	"unlinked":  "Undone. That they were once joined is kept.",
	"given":     "They can now open this record.",
	"ended":     "Their access has ended.",
	"locked":    "Locked. Only the people you named can open it now.",
	"named":     "The people who can open it were changed.",
	"lifted":    "The lock was lifted.",
	"kept-lock": "Noted that it stays locked.",
	"opened":    "Opened for one hour. Whoever locked it has been told. Everything you read is logged.",
	"conflict":  "That is noted, and you can no longer open the record.",
	"kept-away": "That is noted. They can no longer open the record.",
	"asked":     "Your colleagues have been asked to read these letters. What you wrote is kept.",
	"checked":   "Noted that you have read it and found it safe. Whoever prepared it has been told.",
	"read":      "Marked as read.",

	"sent-back":  "Sent back with what you wrote. Whoever prepared it has been told.",
	"asked-copy": "Your colleagues have been asked to look at the copy. It has not been given to anyone.",
	"given-copy": "Kept on the record as given. Print it or keep it from here.",

	"asked-export":     "Your colleagues have been asked to look at the file. It has not been made.",
	"checked-export":   "Noted that it is the right child. Whoever prepared it has been told.",
	"sent-back-export": "Sent back with what you wrote. Whoever prepared it has been told.",
	"versions":         "Both versions were made and are kept here. Nothing was sent.",
	"made-export":      "The file was made. Take it from the list below and enter it by hand: nothing was sent.",
}

// chrome frames a page and says what was just done.
func (d *door) chrome(r *http.Request, a *room.Asker, title string) web.Chrome {
	c := d.StaffChrome(r, a, title)
	if said := saidDone[r.URL.Query().Get("done")]; said != "" && r.Method == http.MethodGet {
		c.Notice, c.NoticeDone = said, true
	}
	c.PrintFoot = "Official-sensitive. Printed by " + a.Worker.Name + " on " + calendar.Show(web.Now(r)) + ". Keep it locked away and shred it after use."
	return c
}

var (
	errCases   = fault.New(fault.Forbidden, "Your role does not see records. Ask your manager if it should.")
	errNoStep  = fault.New(fault.NotFound, "There is no such step from where this record stands. Go back to the record.")
	errNoPage  = fault.New(fault.NotFound, "There is no such page of questions on this record.")
	errNotWork = fault.New(fault.NotFound, "There is nothing here that you can open. Check the reference, or ask whoever sent you.")
)

// seesCases refuses those none of whose roles ever sees a record.
func seesCases(a *room.Asker) error {
	if len(a.By.Viewer.Principals) == 0 {
		return errCases
	}
	return nil
}

// pathwayOf is the pathway a record was made on, at its own text where that is
// loaded, else as it is now: enough for the words of a list.
func (d *door) pathwayOf(rec record.Record) *pathway.Pathway {
	if p, ok := d.Desk.Pathways.At(rec.Hash); ok {
		return p
	}
	p, _ := d.Desk.Pathways.Get(rec.Pathway)
	return p
}

// colleagues are the workers now in the teams of the one who asks, by name.
func (d *door) colleagues(ctx context.Context, a *room.Asker, now time.Time) ([]agency.Worker, error) {
	var teams []string
	for _, m := range a.Worker.Memberships {
		if m.Live(now) && !slices.Contains(teams, m.Team) {
			teams = append(teams, m.Team)
		}
	}
	return d.workers(ctx, now, teams, func(agency.Worker) bool { return true })
}

// around are the workers who see records and cover an authority.
func (d *door) around(ctx context.Context, authority string, now time.Time) ([]agency.Worker, error) {
	reg := &d.Desk.Place.Register
	var teams []string
	for _, t := range reg.Teams {
		if slices.Contains(t.Authorities, authority) {
			teams = append(teams, t.ID)
		}
	}
	return d.workers(ctx, now, teams, func(w agency.Worker) bool {
		return slices.ContainsFunc(w.Memberships, func(m agency.Membership) bool {
			role, _ := reg.Role(m.Role)
			return m.Live(now) && role.Cases && slices.Contains(teams, m.Team)
		})
	})
}

// workers are those now in any of some teams that keep leaves, by name.
func (d *door) workers(ctx context.Context, now time.Time, teams []string, keep func(agency.Worker) bool) ([]agency.Worker, error) {
	if len(teams) == 0 {
		return nil, nil
	}
	var out []agency.Worker
	err := d.Desk.DB.Read(ctx, func(tx *store.Tx) error {
		all, err := tx.Workers(store.WorkerFilter{Teams: teams, Now: now})
		for _, w := range all {
			if keep(w) {
				out = append(out, w)
			}
		}
		return err
	})
	return out, err
}

func workerOptions(list []agency.Worker, none string) []parts.Option {
	out := []parts.Option{{Value: "", Text: none}}
	for _, w := range list {
		text := w.Name
		if w.JobTitle != "" {
			text += ", " + w.JobTitle
		}
		out = append(out, parts.Option{Value: w.ID, Text: text})
	}
	return out
}

// asFields takes the faults of single answers out of an error; false when it is
// about something else.
func asFields(err error, into *fault.Fields) bool {
	var fields fault.Fields
	if !errors.As(err, &fields) {
		return false
	}
	*into = append(*into, fields...)
	return true
}

// capital starts a sentence.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// plural counts things in words: "1 child", "2 children".
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return itoa(n) + " " + many
}

// with gives a query with one value changed; an empty value takes it away. The
// page number never survives a change.
func with(q url.Values, key, value string) string {
	out := url.Values{}
	for k, v := range q {
		if k != "page" && k != "done" {
			out[k] = v
		}
	}
	if value == "" {
		out.Del(key)
	} else {
		out.Set(key, value)
	}
	if len(out) == 0 {
		return ""
	}
	return "?" + out.Encode()
}
