package casework_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/store"
)

const tipText = `
pathway: tip
version: 1
title: Something for the police
summary: x
owner: testers
reference: "{authority}"
offered: Police
restricted: [police_intelligence]
source: { sealed_to: [police_intelligence] }
pages:
  - page: what
    title: What
    questions:
      - { id: words, type: textarea, label: What, required: true }
states:
  - { id: begun, label: Begun, start: true }
  - { id: sent, label: Sent, sender: received, board: Work }
  - { id: shut, label: Shut, end: true, sender: closed }
steps:
  - id: begin
    label: Send
    from: begun
    to: sent
    by: [social_worker]
    grants:
      - { key: a, to: author, may: [status], why: They told us. }
      - { key: p, to: "role:police_intelligence", may: [view, act], why: They handle it. }
  - id: receive
    label: Receive
    from: sent
    by: [police_intelligence]
    notices: [{ to: author, message: got }]
  - { id: shut, label: Shut, from: sent, to: shut, by: [police_intelligence] }
`

// Whoever told is in no row and no line of the log by name, sees what they sent and
// hears of it, and is told to a handler alone, who leaves a line.
func TestASealedSource(t *testing.T) {
	made(t, map[string]string{"tip/pathway.yaml": tipText, "tip/messages/got.md": "There is news."}, func(t *testing.T, o office) {
		sender := o.by("social_worker")
		dr, err := o.StartDraft(t.Context(), sender, "tip", answer.Set{"words": answer.Text("A grey car")})
		if err != nil {
			t.Fatal(err)
		}
		r, err := o.Send(t.Context(), sender, dr.ID, "")
		if err != nil {
			t.Fatal(err)
		}
		id := r.Record.ID
		police := o.by("police_intelligence")
		if _, err := o.TakeStep(t.Context(), police, id, "receive", 0, nil); err != nil {
			t.Fatal(err)
		}
		// The sender.
		s, err := o.Status(t.Context(), sender, id)
		if err != nil || !s.Mine || s.Answers.Text("words") != "A grey car" {
			t.Fatalf("the sender reads %+v, %v", s, err)
		}
		if err := o.SendMessage(t.Context(), sender, id, "It came again."); err != nil {
			t.Fatal(err)
		}
		if list, err := o.Sent(t.Context(), sender, 10); err != nil || len(list) != 1 || list[0].ID != id {
			t.Errorf("the sender has sent %v, %v", list, err)
		}
		if rec, err := o.Lookup(t.Context(), sender, r.Reference); err != nil || rec.ID != id {
			t.Errorf("by its reference the sender finds %q, %v", rec.ID, err)
		}
		told, err := o.Notices(t.Context(), sender, 10)
		if err != nil || len(told) != 1 {
			t.Fatalf("the sender is told %v, %v", told, err)
		}
		if err := o.ReadNotice(t.Context(), sender, told[0].ID); err != nil {
			t.Fatal(err)
		}
		if told, err = o.Notices(t.Context(), sender, 10); err != nil || len(told) != 0 {
			t.Errorf("after reading the sender is told %v, %v", told, err)
		}
		other := o.by("social_worker#2")
		if _, err := o.Status(t.Context(), other, id); err == nil {
			t.Error("another worker reads it")
		}
		if list, err := o.Sent(t.Context(), other, 10); err != nil || len(list) != 0 {
			t.Errorf("another worker has sent %v, %v", list, err)
		}
		// Everyone else.
		v, err := o.Open(t.Context(), police, id)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Who(v.Record.Author, o.Desk); got != "the source of this report" {
			t.Errorf("it came from %q", got)
		}
		never := sender.Worker()
		read := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := o.DB.Read(t.Context(), fn); err != nil {
				t.Fatal(err)
			}
		}
		read(func(tx *store.Tx) error {
			seen, err := tx.AuditOf(id, 100, 0)
			for _, e := range seen {
				if strings.Contains(e.Actor, never) {
					t.Errorf("the log says who: %+v", e)
				}
			}
			if len(seen) < 5 || err != nil {
				t.Errorf("%d lines, %v", len(seen), err)
			}
			mine, err := tx.AuditBy(string(sender.Principal), 100, 0)
			for _, e := range mine {
				t.Errorf("a search for what the sender did finds %+v", e)
			}
			if err != nil {
				return err
			}
			revs, err := tx.Revisions(id)
			grants, _, _, err2 := tx.AccessRows(id)
			messages, err3 := tx.Messages(id)
			rec, err4 := tx.Record(id)
			for _, e := range []error{err, err2, err3, err4} {
				if e != nil {
					return e
				}
			}
			rows, err := json.Marshal([]any{revs, grants, messages, rec})
			if strings.Contains(string(rows), never) {
				t.Errorf("the rows say %s", rows)
			}
			return err
		})
		// A lawful reveal.
		if _, err := o.RevealSource(t.Context(), sender, id, "To know"); err == nil {
			t.Error("the sender is told who it was by the handlers’ way")
		}
		if _, err := o.RevealSource(t.Context(), police, id, " "); err == nil {
			t.Error("no reason was asked for")
		}
		name, err := o.RevealSource(t.Context(), police, id, "A life is at risk")
		if err != nil || name != sender.Viewer.Worker.Name && !strings.HasPrefix(name, sender.Viewer.Worker.Name) {
			t.Errorf("the handler is told %q, %v", name, err)
		}
		read(func(tx *store.Tx) error {
			seen, err := tx.AuditOf(id, 100, 0)
			if !slices.ContainsFunc(seen, func(e audit.Event) bool { return e.Act == "reveal-source" && e.Actor == string(police.Principal) }) {
				t.Errorf("the log does not say that somebody was told: %v", seen)
			}
			return err
		})
		if _, diffs, err := o.Verify(t.Context(), "", nil); err != nil || len(diffs) > 0 {
			t.Errorf("verify: %v %v", diffs, err)
		}
	})
}
