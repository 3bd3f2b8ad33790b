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
		return errors.Join(err, undone)
	}))
}
