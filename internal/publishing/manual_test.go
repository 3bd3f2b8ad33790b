package publishing_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func TestChangesOfAChapterThatWaitTogether(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	chapter := func(words string) string { return page("Neglect", "\n## Signs {#signs}\n\n"+words) }
	first := o.ask(o.editor, start, neglect, chapter("Second words."))
	o.must(o.Approve(ctx, by(o.ann, start), first))
	live, _, err := o.File(ctx, start, neglect)
	o.must(err)
	// Whoever opens it next begins from what waits.
	next, _, err := o.Begin(ctx, neglect)
	o.must(err)
	if next.Change != first {
		t.Fatal("a second writer would undo the first")
	}
	second := o.ask(o.editor, start, neglect, chapter("Third words."))
	// One who began from the text in force may not be approved beside it.
	c, err := o.Ask(ctx, by(o.editor, start), publishing.Proposal{Name: neglect, Content: []byte(chapter("Urgent words.")), Base: live.Change, Why: "A wrong number."})
	o.must(err)
	var m *publishing.Moved
	if err := o.Approve(ctx, by(o.ann, start), c.ID); !errors.As(err, &m) || m.Newest.ID != first {
		t.Errorf("%v", err)
	}
	o.must(o.Approve(ctx, by(o.ann, start), second))
	ed := guidance.Edition{Key: "e2", Title: "Second", From: calendar.DateOf(start), Summary: "New words.", Changes: []guidance.Change{{Chapter: "neglect", What: "x", Effect: "y"}}}
	o.must(o.Release(ctx, by(o.ann, start), ed))
	if !strings.Contains(o.text(start, neglect), "Third words.") {
		t.Error("not all that waited came into force")
	}
	if now, _ := o.Change(ctx, start, c.ID); !now.Superseded {
		t.Error("what was overtaken is not said to be")
	}
}

func TestAnUrgentCorrectionGoesBeforeWhatWaits(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	chapter := func(words string) string { return page("Neglect", "\n## Signs {#signs}\n\n"+words) }
	waits := o.ask(o.editor, start, neglect, chapter("For the next edition."))
	o.must(o.Approve(ctx, by(o.ann, start), waits))
	live, _, err := o.File(ctx, start, neglect)
	o.must(err)
	c, err := o.Ask(ctx, by(o.editor, start), publishing.Proposal{Name: neglect, Content: []byte(chapter("Mended.")), Base: live.Change, Why: "A wrong word."})
	o.must(err)
	o.must(o.Correct(ctx, by(o.ann, start), "A word was wrong.", c.ID))
	if !strings.Contains(o.text(start, neglect), "Mended.") {
		t.Error("not corrected")
	}
	ed := guidance.Edition{Key: "e2", Title: "Second", From: calendar.DateOf(start), Summary: "New words.", Changes: []guidance.Change{{Chapter: "neglect", What: "x", Effect: "y"}}}
	refused(t, o.Release(ctx, by(o.ann, start), ed), fault.Invalid, "No approved change") // it would undo the correction
	if now, _ := o.Change(ctx, start, waits); !now.Superseded {
		t.Error("what was overtaken is not said to be")
	}
}

func TestChaptersComeAndGoWithAnEdition(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	order := o.ask(o.editor, start, manual, strings.Replace(o.text(start, manual), "[roles, neglect]", "[roles, neglect-of-children, missing]", 1))
	missing := o.ask(o.editor, start, "guidance/manual/missing.md", page("Missing", "\n## First {#first}\n\nRing."))
	f, _, err := o.Begin(ctx, neglect)
	o.must(err)
	moved, err := o.Ask(ctx, by(o.editor, start), publishing.Proposal{Kind: publishing.Rename, Name: neglect, NewName: "guidance/manual/neglect-of-children.md", Base: f.Change, Why: "Plainer."})
	o.must(err)
	o.must(o.Approve(ctx, by(o.ann, start), order, missing, moved.ID))
	checked, err := o.CheckChanges(ctx, start, missing) // with what it is released with
	o.must(err)
	if len(checked.Faults) > 0 {
		t.Errorf("%v", checked.Faults)
	}
	day := calendar.NewDate(2026, 11, 2)
	ed := guidance.Edition{Key: "e2", Title: "Second", From: day, Summary: "A new chapter.", Changes: []guidance.Change{
		{Chapter: "missing", What: "New.", Effect: "Read it."}, {Chapter: "neglect-of-children", What: "A new name.", Effect: "None."},
	}}
	o.must(o.Release(ctx, by(o.ann, start), ed))
	then := day.Start().Add(time.Hour)
	lib, err := o.At(ctx, then)
	o.must(err)
	if len(lib.Chapters) != 3 || lib.Manual.Editions[0].Key != "e2" || lib.Manual.Editions[0].Replaces != "e1" {
		t.Fatalf("%+v", lib.Manual)
	}
	changes, err := o.Between(ctx, "e1", "e2", then)
	o.must(err)
	if len(changes) != 2 || changes[0].Chapter != "neglect-of-children" || changes[0].Before == nil || changes[0].After == nil || changes[1].Before != nil {
		t.Errorf("%+v", changes)
	}
	if _, err := o.Between(ctx, "e2", "e1", then); fault.KindOf(err) != fault.Invalid {
		t.Errorf("%v", err)
	}
	if to, ok, _ := o.Redirect(ctx, then, "/manual/neglect"); !ok || to != "/manual/neglect-of-children" {
		t.Error(to)
	}
	for key, day := range map[string]calendar.Date{"neglect": calendar.NewDate(2026, 11, 2), "neglect-of-children": calendar.NewDate(2026, 11, 1)} {
		r, err := o.Read(ctx, day.String(), then)
		o.must(err)
		if p, err := o.Chapter(ctx, r.Lib, key, then); err != nil || p.Title != "Neglect" {
			t.Errorf("%s on %v: %v", key, day, err)
		}
	}
	r, err := o.Read(ctx, "2026-11-01", then)
	o.must(err)
	if _, err := o.Chapter(ctx, r.Lib, "missing", then); fault.KindOf(err) != fault.NotFound {
		t.Errorf("%v", err)
	}
}

func TestAnEditionIsReleased(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		n := o.ask(o.editor, start, neglect, page("Neglect", "\n## Signs {#signs}\n\nSecond words."))
		refused(t, o.Publish(ctx, by(o.ann, start), calendar.Date{}, n), fault.Invalid, "come into force with an edition")
		ed := guidance.Edition{Key: "e2", Title: "Second: with a colon", From: calendar.NewDate(2026, 12, 1), Summary: "New words."}
		refused(t, o.Release(ctx, by(o.ann, start), ed), fault.Invalid, "No approved change")
		o.must(o.Approve(ctx, by(o.ann, start), n))
		own := o.ask(o.ann, start, roles, page("Roles", "\n## Who {#who}\n\nEach of us."))
		o.must(o.Approve(ctx, by(o.bob, start), own))
		waiting, err := o.Waiting(ctx, start)
		o.must(err)
		if len(waiting) != 2 {
			t.Fatalf("%+v", waiting)
		}
		refused(t, o.Release(ctx, by(o.bob, start), ed), fault.Invalid, "Say what changed in this chapter")
		ed.Changes = []guidance.Change{{Chapter: "neglect", What: "The words.", Effect: "Use them.", Roles: []string{"school"}}, {Chapter: "roles", What: "Each.", Effect: "None."}}
		refused(t, o.Release(ctx, by(o.ann, start), ed), fault.Forbidden, "someone else")
		o.must(o.Release(ctx, by(o.bob, start), ed))

		first := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
		if e, _, _ := o.EditionAt(ctx, first.Add(-1000)); e.Key != "e1" {
			t.Errorf("%+v", e)
		}
		e, ok, err := o.EditionAt(ctx, first)
		o.must(err)
		if !ok || e.Key != "e2" || e.Replaces != "e1" || e.Title != ed.Title || e.Changes[0].Roles[0] != "school" {
			t.Errorf("%+v", e)
		}
		if text := o.text(first, manual); !strings.HasPrefix(text, "# Comment kept.\n") || strings.Count(text, "key: e1") != 1 {
			t.Error(text)
		}
		all, err := o.Editions(ctx, start)
		o.must(err)
		if len(all) != 2 {
			t.Errorf("a released edition is not known: %+v", all)
		}
		if all, _ := o.Editions(ctx, start.Add(-time.Hour)); len(all) != 1 {
			t.Errorf("an edition is known before its release: %+v", all)
		}

		later := first.Add(48 * time.Hour)
		fix := o.ask(o.editor, later, neglect, page("Neglect", "\n## Signs {#signs}\n\nSecond words, mended."))
		refused(t, o.Correct(ctx, by(o.ann, later), "", fix), fault.Invalid, "what was wrong")
		o.must(o.Correct(ctx, by(o.ann, later), "A word was missing.", fix))
		list, err := o.Corrections(ctx, "e2", later)
		o.must(err)
		if len(list) != 1 || list[0].ID != fix || list[0].Acts[2].Why != "A word was missing." {
			t.Errorf("%+v", list)
		}
		for _, c := range []struct {
			day            calendar.Date
			words, edition string
		}{
			{calendar.NewDate(2026, 11, 30), "First words.", "e1"},
			{calendar.NewDate(2026, 12, 1), "Second words.", "e2"},
			{calendar.NewDate(2026, 12, 3), "Second words, mended.", "e2"},
			{calendar.NewDate(2030, 1, 1), "Second words, mended.", "e2"},
		} {
			got, err := o.Read(ctx, c.day.String(), later)
			o.must(err)
			p, err := o.Chapter(ctx, got.Lib, "neglect", later)
			o.must(err)
			if !strings.Contains(p.Text.Words(), c.words) || got.Edition.Key != c.edition {
				t.Errorf("%v: %s, %s", c.day, p.Text.Words(), got.Edition.Key)
			}
		}
		if got, err := o.Read(ctx, "2025-12-31", later); err != nil || got.HasEdition {
			t.Errorf("before the first edition: %+v, %v", got.Edition, err)
		}
		lib, _, err := o.EditionLibrary(ctx, "e1", later)
		o.must(err)
		if p, _ := lib.Find("manual/neglect"); !strings.Contains(p.Text.Words(), "First words.") {
			t.Error("a past edition is not as it was")
		}
		changes, err := o.Between(ctx, "e1", "e2", later)
		o.must(err)
		if len(changes) != 2 || changes[0].Chapter != "roles" || changes[1].Words[0].Effect != "Use them." || changes[1].Before == nil || !strings.Contains(changes[1].After.Text.Words(), "mended") {
			t.Errorf("%+v", changes)
		}
	})
}

// An edition that comes into force in the middle of a day leaves the text of the
// morning to be read as it was, and of the day the text at its end.
func TestAnEditionOfTheSameDay(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	n := o.ask(o.editor, start, neglect, page("Neglect", "\n## Signs {#signs}\n\nSecond words."))
	o.must(o.Approve(ctx, by(o.ann, start), n))
	noon := start.Add(3 * time.Hour)
	today := calendar.DateOf(noon)
	o.must(o.Release(ctx, by(o.ann, noon), guidance.Edition{
		Key: "e2", Title: "Second", From: today, Summary: "New words.", Changes: []guidance.Change{{Chapter: "neglect", What: "x", Effect: "y"}},
	}))
	for _, now := range []time.Time{noon.Add(time.Hour), noon.Add(90 * 24 * time.Hour)} {
		for on, want := range map[string][2]string{
			publishing.On(noon.Add(-time.Microsecond)): {"First words.", "e1"},
			publishing.On(noon):                        {"Second words.", "e2"},
			"2026-10-20T10:00:00+01:00":                {"First words.", "e1"},
			today.String():                             {"Second words.", "e2"},
			today.AddDays(-1).String():                 {"First words.", "e1"},
		} {
			r, err := o.Read(ctx, on, now)
			o.must(err)
			p, err := o.Chapter(ctx, r.Lib, "neglect", now)
			o.must(err)
			if !strings.Contains(p.Text.Words(), want[0]) || r.Edition.Key != want[1] || r.Exact != strings.Contains(on, "T") {
				t.Errorf("on %s: %s, %s", on, p.Text.Words(), r.Edition.Key)
			}
		}
		for chapter, want := range map[string]int{"neglect": 1, "roles": 0, "": 1} {
			r, err := o.Read(ctx, today.String(), now)
			o.must(err)
			if turns, err := o.Turns(ctx, r.At, chapter); err != nil || len(turns) != want || want == 1 && !turns[0].Equal(noon) {
				t.Errorf("%q turned at %v, %v", chapter, turns, err)
			}
		}
	}
	if turns, err := o.Turns(ctx, noon.Add(24*time.Hour), ""); err != nil || len(turns) != 0 {
		t.Errorf("the day after it turned at %v, %v", turns, err)
	}
	_, err := o.Read(ctx, "yesterday", noon)
	refused(t, err, fault.Invalid, "Write the date")
}

func TestAnEditionIsTakenBackAsAWhole(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	n := o.ask(o.editor, start, neglect, page("Neglect", "\n## Signs {#signs}\n\nSecond words."))
	r := o.ask(o.editor, start, roles, page("Roles", "\n## Who {#who}\n\nEach of us."))
	o.must(o.Approve(ctx, by(o.ann, start), n, r))
	ed := guidance.Edition{
		Key: "e2", Title: "Second", From: calendar.NewDate(2026, 12, 1), Summary: "New words.",
		Changes: []guidance.Change{{Chapter: "neglect", What: "x", Effect: "y"}, {Chapter: "roles", What: "x", Effect: "y"}},
	}
	o.must(o.Release(ctx, by(o.ann, start), ed))
	o.must(o.Withdraw(ctx, by(o.bob, start), "The board has not agreed.", r))
	then := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	if !strings.Contains(o.text(then, neglect), "First words.") || strings.Contains(o.text(then, manual), "e2") || o.state(start, n) != publishing.Approved {
		t.Error("a part of the edition is left")
	}
	o.must(o.Release(ctx, by(o.ann, start), ed)) // and again
	if !strings.Contains(o.text(then, neglect), "Second words.") || strings.Count(o.text(then, manual), "key: e2") != 1 {
		t.Error("not released again")
	}
	h, err := o.History(ctx, start, manual)
	o.must(err)
	if !slices.ContainsFunc(h, func(c publishing.Change) bool { return c.State == publishing.Withdrawn }) {
		t.Error("the history forgets")
	}
}
