package casework_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

func TestMessagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		sender, worker := casework.ByCode(rec.ID, o.now), o.by("mash_officer")
		kind(t, o.SendMessage(t.Context(), sender, rec.ID, "  "), fault.Invalid)
		if err := o.SendMessage(t.Context(), sender, rec.ID, "He is out again"); err != nil {
			t.Fatal(err)
		}
		if page, err := o.Board(t.Context(), worker, store.BoardQuery{}); err != nil || len(page.Rows) != 1 || page.Rows[0].Unread != 1 {
			t.Errorf("board %+v, %v", page, err)
		}
		if err := o.ReadMessages(t.Context(), worker, rec.ID); err != nil {
			t.Fatal(err)
		}
		if err := o.SendMessage(t.Context(), o.later(time.Minute).by("mash_officer"), rec.ID, "Thank you, we have it"); err != nil {
			t.Fatal(err)
		}
		s, err := o.Status(t.Context(), sender, rec.ID)
		if err != nil || len(s.Messages) != 2 || s.Messages[0].Text != "He is out again" || s.Messages[1].Inward {
			t.Errorf("messages %+v, %v", s, err)
		}
		kind(t, o.SendMessage(t.Context(), o.by("referrer"), rec.ID, "hello"), fault.NotFound)
	})
}

// A form whose answer was lost on the way is sent again.
func TestAFormSentTwiceAddsOnce(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		officer, other := o.by("mash_officer"), o.later(time.Minute).by("mash_manager")
		officer.Once, other.Once = "a1", "a1"
		say := func(by casework.By, text string) {
			t.Helper()
			if err := o.SendMessage(t.Context(), by, rec.ID, text); err != nil {
				t.Fatal(err)
			}
			if err := o.AddEntry(t.Context(), by, record.Entry{Record: rec.ID, Kind: "call", Text: text, HappenedAt: o.now}, ""); err != nil {
				t.Fatal(err)
			}
		}
		say(officer, "We rang")
		say(officer, "We rang")
		officer.Now = officer.Now.Add(time.Minute)
		say(officer, "We rang")
		seen := func() *casework.View {
			v, err := o.Open(t.Context(), officer, rec.ID)
			if err != nil {
				t.Fatal(err)
			}
			return v
		}
		v := seen()
		if len(v.Messages) != 1 || len(v.Entries) != 1 {
			t.Errorf("%d messages and %d entries after one form was sent three times", len(v.Messages), len(v.Entries))
		}
		say(officer, "We rang twice")
		say(other, "We rang")
		officer.Once = "a2"
		say(officer, "We rang")
		v = seen()
		if len(v.Messages) != 4 || len(v.Entries) != 4 {
			t.Errorf("%d messages and %d entries, want other words, another person and another form kept", len(v.Messages), len(v.Entries))
		}
	})
}

func TestBackDatedEntryNeedsAReason(t *testing.T) {
	each(t, func(t *testing.T, o office) {
		rec := o.worry("Archie", "Sample", "")
		by := o.by("mash_officer")
		e := record.Entry{Record: rec.ID, Kind: "call", HappenedAt: o.now.Add(-25 * time.Hour), Text: "Rang the school"}
		kind(t, o.AddEntry(t.Context(), by, e, ""), fault.Invalid)
		if err := o.AddEntry(t.Context(), by, e, "I was off sick"); err != nil {
			t.Fatal(err)
		}
		e.HappenedAt = o.now.Add(time.Hour)
		kind(t, o.AddEntry(t.Context(), by, e, ""), fault.Invalid)
		v := o.open(by, rec.ID)
		if n := len(v.Entries); n != 1 || !strings.Contains(v.Entries[0].Text, "off sick") || v.Entries[0].RecordedAt.Equal(v.Entries[0].HappenedAt) {
			t.Errorf("entries %+v", v.Entries)
		}
	})
}
