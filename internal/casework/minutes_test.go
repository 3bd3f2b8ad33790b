package casework_test

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/pathways"
)

// minutesSent plays the stories of a pathway that send the minutes of a meeting, and
// gives what was made in them.
func minutesSent(t *testing.T, p *pathway.Pathway, m *pathway.Meeting) (out []record.Document, body []string) {
	t.Helper()
	var by []string
	for _, s := range p.Steps {
		if slices.ContainsFunc(s.Documents, func(id string) bool { return slices.Contains(m.Minutes, id) }) {
			by = append(by, s.ID)
		}
	}
	files, err := fs.Glob(pathways.FS, p.Name+"/tests/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		s := caseworktest.Scene(t, file)
		on := p.Name // a record that is only ever started by another
		if s.Pathway == p.Name {
			on = ""
		}
		if !slices.ContainsFunc(s.Acts, func(a act) bool { return slices.Contains(by, a.Step) && a.On == on && a.Refused == "" }) {
			continue
		}
		pl := &player{t: t, d: caseworktest.Open(t), s: s, name: s.Pathway, started: map[string]string{}, looked: map[string]bool{}}
		for _, a := range s.Acts {
			at, _, err := calendar.ParseTime(a.At)
			if err != nil {
				t.Fatal(err)
			}
			pl.act(a.Step, a, at)
		}
		id := pl.root.ID
		if on != "" {
			id = pl.started[on]
		}
		var docs []record.Document
		if err := pl.d.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
			docs, err = tx.Documents(id)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		for _, doc := range docs {
			if !slices.Contains(m.Minutes, doc.Doc) {
				continue
			}
			opened, _, err := pl.d.OpenDocument(t.Context(), pl.by(s.Acts[len(s.Acts)-1].By, time.Now()), id, doc.ID)
			if err == nil {
				doc.Body = opened.Body
			}
			out, body = append(out, doc), append(body, doc.Body)
		}
	}
	return out, body
}

// Minutes are made for each who was at a meeting, in a paper of their own, in every
// pathway that has meetings.
func TestMinutesAreMadeForEachOfAMeeting(t *testing.T) {
	t.Parallel()
	for _, p := range caseworktest.Library().All() {
		for i := range p.Meetings {
			m := &p.Meetings[i]
			if len(m.Minutes) == 0 {
				continue
			}
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				docs, _ := minutesSent(t, p, m)
				rows := map[string]bool{}
				for _, doc := range docs {
					if doc.Row == "" {
						t.Errorf("%s is made for nobody of those invited", doc.Doc)
					}
					rows[doc.Doc+" "+doc.Row] = true
				}
				if len(rows) == 0 {
					t.Error("no story sends the minutes to anybody")
				}
			})
		}
	}
}

// Whoever must be given no copy is given none, and it is written why: it is said of
// them alone, in the list of those who are invited.
func TestACopyIsWithheldFromTheOneOfWhomItIsSaid(t *testing.T) {
	t.Parallel()
	p, _ := caseworktest.Library().Get("child_protection_conference")
	docs, _ := minutesSent(t, p, &p.Meetings[0])
	kept := 0
	for _, doc := range docs {
		if strings.HasPrefix(doc.Doc, "decision_family") || doc.Doc == "minutes_to_family" {
			if doc.Withheld != "" {
				kept++
				if doc.Body != "" {
					t.Errorf("%s is withheld and holds %q", doc.Doc, doc.Body)
				}
			}
		}
	}
	if kept == 0 {
		t.Error("the father, to whom the court order forbids it, was sent a copy")
	}
}
