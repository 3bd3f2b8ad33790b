package hostile

import (
	"context"
	"errors"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
)

// givenOut puts into the small world what comes of letters, meetings and tools: a copy
// on paper, an invitation, a tool with its licence and a record made with it, and
// two attendances of which one was taken back.
func givenOut(t testing.TB, d *casework.Desk, rec, worker string, now time.Time) {
	t.Helper()
	day := calendar.NewDate(2032, 3, 17)
	sealed := func(kind, id string) string {
		text, err := d.Sealer.SealText("Somebody", seal.Binding{Kind: kind, ID: id})
		must(t, err)
		return text
	}
	must(t, d.DB.Write(context.Background(), func(tx *store.Tx) error {
		_, err := tx.AddToolEdition(store.ToolEdition{ID: "te", Tool: "gcp2", Edition: "first", Title: "A form", Holder: "Its holder", Body: "{}", SHA256: "00", From: day, At: now, Author: "worker:a"})
		err = errors.Join(err,
			tx.AddCopy(record.Copy{
				ID: "cg", Record: rec, Copy: "file", Kind: "file", Group: "children", Row: "r1", Agency: "x", Only: "decide", Title: "For the file", Who: sealed("copy reader", "cg"), Body: sealed("copy", "cg"),
				Phone: "01632 960001", Hash: "00", PDF: "00", CheckedBy: "worker:b", By: "worker:a", At: now,
			}),
			tx.AddMeetingInvite(store.MeetingInvite{
				ID: "mi", Record: rec, Meeting: "meeting", Nth: 1, Row: "r1", UID: "u1", Act: store.MeetingRequest, Worker: worker, Sealed: sealed("meeting invite", "mi"),
				Starts: now, Ends: now.Add(time.Hour), Mark: "m", By: "worker:a", At: now,
			}),
			tx.AddMeetingTogether(store.MeetingTogether{ID: "mt", Record: rec, Meeting: "meeting", Together: "t", Act: store.MeetingJoin, By: "worker:a", At: now}),
			tx.AddToolLicence(store.ToolLicence{ID: "tl", Tool: "gcp2", Holder: "Ours", Number: "7", Until: day, Accountable: worker, After: "read", At: now, Author: "worker:a"}),
			tx.AddRecordTool(store.RecordTool{Record: rec, Group: "scores", Tool: "gcp2", Edition: "te", Began: now}),
			tx.AddCourseAttended(store.CourseAttended{ID: "c1", Worker: worker, Course: "gcp2", Session: "one", On: day, Trainer: "Terry", At: now, Author: "worker:a"}),
			tx.AddCourseAttended(store.CourseAttended{ID: "c2", Worker: worker, Course: "gcp2", Session: "two", On: day, Trainer: "Terry", At: now, Author: "worker:a"}),
		)
		_, undone := tx.UndoCourseAttended("c2", "Someone else", "worker:a", now)
		return errors.Join(err, undone, mayHaveDied(tx, rec, sealed, now))
	}))
}

// mayHaveDied is a child who may be one who has died, and what waits because of it;
// and a record whose sender is sealed, looked at for somebody who asks what is held.
func mayHaveDied(tx *store.Tx, rec string, sealed func(kind, id string) string, now time.Time) error {
	people, err := tx.PeopleOf(rec)
	if err != nil {
		return err
	}
	_, asked := tx.AskDied(store.DiedQuestion{ID: "dq", Dead: people[0].Person.ID, Person: people[1].Person.ID, At: now})
	return errors.Join(
		asked,
		tx.AnswerDied(store.DiedAnswer{ID: "da", Question: "dq", Why: sealed("died answer", "da"), By: "worker:a", At: now, Record: rec}),
		tx.HoldMessage(store.HeldMessage{ID: "hm", Record: rec, Kind: store.HeldMail, Body: sealed("held message", "hm"), By: "worker:a", At: now}),
		tx.EndHold("hm", "sent", "worker:a", now),
		tx.AddSource(rec, "00", sealed("source", rec)),
		tx.AddRedaction(store.Redaction{ID: "rd", Record: rec, Source: rec, Block: "answer:words", Hash: "00", Decision: "redact", Ground: "other", Words: sealed("redaction", "rd"), By: "worker:a", At: now}),
	)
}
