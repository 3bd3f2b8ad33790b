package mash

import (
	"net/http"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// noticesView is what the worker has been told and has not read.
type noticesView struct {
	Notices []noticeView
}

type noticeView struct {
	ID, Href, Reference, Text, When, Machine string // ID is several, apart by spaces, when it was told several Times
	Times                                    int
}

var noticesPage = page[noticesView]("notices")

// noticeWords are the program's own neutral sentences; the others are named by
// the pathway's steps, and stand in its messages.
var noticeWords = map[string]string{
	"allocated":     "This was given to you.",
	"message_in":    "The sender wrote to the front door.",
	"message_out":   "The front door wrote to you.",
	"outcome":       "The outcome is there to read.",
	"clock_warn":    "A limit is about to run out.",
	"clock_overdue": "A limit has run out.",
	"action_late":   "Something that was agreed in a meeting is late.",
	"glass_broken":  "Someone opened this locked record in an emergency.",
	"known_across":  "Another area has a record about someone who may be the same person. Open what is known.",
	"may_have_died": "Something about a child must be looked at before anything goes to the family.",
	"lock_review":   "Somebody must see whether this record must stay locked.",

	"suggestion_answered": "There is an answer to something you suggested.",
	"suggestion_given":    "A suggested change was given to you.",
	"tool_licence":        "A licence for a tool runs out soon, or has run out.",
	"tool_training":       "Your training for a tool runs out soon, or has run out.",
	"tool_training_of":    "Somebody’s training for a tool that you answer for runs out soon, or has run out.",
	"release_new":         "There is something new for your agency to pass on.",
	"release_reminder":    "Something waits to be passed on in your agency.",
	"release_lead":        "Nobody in your agency has said that something was passed on.",

	"meeting_asked":   "You are asked to a meeting.",
	"meeting_changed": "A meeting has changed its time or its place.",
	"meeting_off":     "A meeting is off, or you need not come to it.",

	"retention_due": "The time of some records is over. Somebody must decide about each.",

	"check_letters":   "Letters wait for a second person to read them.",
	"letters_checked": "A colleague has read your letters. You can send them.",

	"letters_agreed":   "A colleague has read your letters. You can send them.",
	"letters_declined": "A colleague has read your letters and sent them back.",
	"check_copies":     "A copy waits for a second person to look at it.",
	"check_export":     "A file waits for a second person to see that it is about the right child.",
	"export_agreed":    "A colleague has looked at your file. You can make it.",
	"export_declined":  "A colleague has looked at your file and sent it back.",
	"copy_agreed":      "A colleague has looked at your copy. You can give it.",
	"copy_declined":    "A colleague has looked at your copy and sent it back.",
}

// noticePages are the notices that one page of a record is about. Why a lock was
// opened stands in an entry.
var noticePages = map[string]string{
	"meeting_asked": "/meetings", "meeting_changed": "/meetings", "meeting_off": "/meetings",
	"check_letters": "/letters", "letters_checked": "/letters", "letters_agreed": "/letters", "letters_declined": "/letters", "check_copies": "/copies", "copy_agreed": "/copies", "copy_declined": "/copies", "check_export": "/exports", "export_agreed": "/exports", "export_declined": "/exports", "message_in": "/messages", "glass_broken": "/entries",
	"clock_warn": "/clocks", "clock_overdue": "/clocks", "action_late": "/meetings", "lock_review": "/access", "may_have_died": "/died", "known_across": "/known",
}

// noticePlaces are where the notices lead that are about no record.
var noticePlaces = map[string]string{
	"suggestion_answered": "/suggest/mine", "suggestion_given": "/suggestions",
	"retention_due": "/retention", "release_new": "/releases", "release_reminder": "/releases", "release_lead": "/releases", "tool_licence": "/tools", "tool_training": "/tools", "tool_training_of": "/tools",
}

const mostNotices = 100

func (d *door) notices(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	list, err := d.Desk.Notices(r.Context(), a.By, mostNotices)
	if err != nil {
		return err
	}
	recs := map[string]record.Record{}
	err = d.Desk.DB.Read(r.Context(), func(tx *store.Tx) error {
		var ids []string
		for _, n := range list {
			if n.Record != "" {
				ids = append(ids, n.Record)
			}
		}
		heads, err := tx.RecordHeads(ids)
		for _, rec := range heads {
			recs[rec.ID] = rec
		}
		return err
	})
	if err != nil {
		return err
	}
	var view noticesView
	for _, n := range list {
		rec := recs[n.Record]
		one := noticeView{ID: n.ID, Reference: rec.Reference, Text: noticeWords[n.Message], When: calendar.Show(n.At), Machine: machine(n.At)}
		if p := d.pathwayOf(rec); one.Text == "" && p != nil {
			one.Text = p.Messages[n.Message]
		}
		one.Text = or(one.Text, "There is something to see.")
		one.Href = noticePlaces[n.Message]
		if rec.ID != "" {
			one.Href = "/records/" + rec.ID + noticePages[n.Message]
			if rec.Author == string(a.By.Principal) || casework.IsSource(string(n.To)) {
				one.Href = "/sent/" + rec.ID
			}
		}
		// Many limits of one record run out in one night: they are one line.
		if i := len(view.Notices) - 1; i >= 0 && one.Text == view.Notices[i].Text && one.Href == view.Notices[i].Href && one.Href != "" {
			view.Notices[i].Times++
			view.Notices[i].ID += " " + one.ID
			continue
		}
		one.Times = 1
		view.Notices = append(view.Notices, one)
	}
	c := d.chrome(r, a, "Notices")
	c.Breadcrumbs = []parts.Link{{Text: "Board", Href: "/board"}, {Text: "Notices"}}
	return noticesPage.Render(w, r, http.StatusOK, c, view)
}

// readNotices marks one notice as read, or all that were on the page.
func (d *door) readNotices(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	ids := r.PostForm["all"]
	if one := r.PostForm.Get("one"); one != "" {
		ids = []string{one}
	}
	for _, id := range strings.Fields(strings.Join(ids, " ")) {
		if err := d.Desk.ReadNotice(r.Context(), a.By, id); err != nil {
			return err
		}
	}
	return room.See(w, r, "/notices?done=read")
}
