package bulletin_test

import (
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// only is the one suggestion there is.
func (w *world) only(by casework.By) store.Suggestion {
	w.t.Helper()
	list, _, err := w.Suggestions(w.t.Context(), w.at(by), store.SuggestionFilter{})
	w.must(err)
	if len(list) != 1 {
		w.t.Fatalf("%+v", list)
	}
	return list[0]
}

func (w *world) move(by casework.By, m bulletin.Move) error {
	w.t.Helper()
	s := w.only(by)
	m.Seq = s.Seq
	return w.MoveSuggestion(w.t.Context(), w.at(by), s.ID, m)
}

func TestSomebodyNotSignedInIsToldAtEachOutcome(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
		token, err := w.Suggest(ctx, w.anyone(), bulletin.Suggesting{About: "manual/neglect", Section: "signs", Words: "Say what dirty means.", Email: "pat@example.org", Source: "a"})
		w.must(err)
		for _, words := range []string{"dirty", "pat@example.org", token} {
			for _, column := range []string{"body", "contact", "token_hash"} {
				if n := w.count("suggestion where " + column + " like '%" + words + "%'"); n != "0" {
					t.Errorf("%s holds %q", column, words)
				}
			}
		}
		s := w.only(editor)
		if s.Edition != "e1" || s.Due != calendar.NewDate(2027, 1, 4) { // ten working days, with Christmas, Boxing Day and New Year's Day
			t.Errorf("%+v", s)
		}
		if mails := w.work(); len(mails) != 0 {
			t.Errorf("%+v", mails)
		}
		w.must(w.move(editor, bulletin.Move{To: bulletin.WithGroup, Assigned: "team:partnership_office", Due: calendar.NewDate(2027, 1, 20), Words: "Among us only."}))
		if mails := w.work(); len(mails) != 0 {
			t.Errorf("told before there is an outcome: %+v", mails)
		}
		a, err := w.AnswerByToken(ctx, token)
		w.must(err)
		if a.State != bulletin.WithGroup || a.Words != "" {
			t.Errorf("staff's own words are shown: %+v", a)
		}
		for _, m := range []bulletin.Move{
			{To: bulletin.Accepted, Words: "You are right."}, {To: bulletin.InEdition, PublishedIn: "e2"}, {To: bulletin.Published},
		} {
			w.must(w.move(editor, m))
			mails := w.work()
			if len(mails) != 1 || mails[0].To != "pat@example.org" || !strings.Contains(mails[0].Text, "/suggest/answer/"+token+"\n") {
				t.Fatalf("%s: %+v", m.To, mails)
			}
			for _, words := range []string{"neglect", "dirty", "right", "pat@"} {
				if strings.Contains(strings.ToLower(mails[0].Subject+mails[0].Text), words) {
					t.Errorf("the mail says %q", words)
				}
			}
			if a, err = w.AnswerByToken(ctx, token); err != nil || a.State != m.To || a.Words != m.Words {
				t.Errorf("%+v %v", a, err)
			}
		}
		if s := w.only(editor); s.Contact != "" || s.PublishedIn != "e2" || !s.Due.IsZero() {
			t.Errorf("the address is kept, or the rest is not: %+v", s)
		}
		w.refused(w.move(editor, bulletin.Move{To: bulletin.New}), fault.Invalid, "Choose what to do next")
		opened, err := w.OpenSuggestion(ctx, w.at(editor), s.ID)
		w.must(err)
		if len(opened.Steps) != 4 || opened.Steps[0].Words != "Among us only." || opened.Words != "Say what dirty means." {
			t.Errorf("%+v", opened)
		}
		_, err = w.AnswerByToken(ctx, "nonsense")
		w.refused(err, fault.NotFound, "")
	})
}

func TestAWorkerIsToldInside(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
		teacher := w.worker("Tom Teacher", "thurrock_schools", "referrer")
		_, err := w.Suggest(ctx, teacher, bulletin.Suggesting{About: "parents/alcohol", Words: "Add a number.", Email: "other@example.org"})
		w.must(err)
		w.refused(w.move(editor, bulletin.Move{To: bulletin.Declined}), fault.Invalid, "Write why")
		w.must(w.move(editor, bulletin.Move{To: bulletin.Declined, Words: "The number changes with the hour."}))
		if mails := w.work(); len(mails) != 0 {
			t.Errorf("%+v", mails)
		}
		notices, err := w.Notices(ctx, w.at(teacher), 10)
		w.must(err)
		if len(notices) != 1 || notices[0].Message != "suggestion_answered" || notices[0].Record != "" {
			t.Errorf("%+v", notices)
		}
		own, err := w.OwnSuggestions(ctx, w.at(teacher))
		w.must(err)
		if len(own) != 1 || own[0].Words != "The number changes with the hour." {
			t.Errorf("%+v", own)
		}
		if other, err := w.OwnSuggestions(ctx, w.at(editor)); err != nil || len(other) != 0 {
			t.Errorf("%+v %v", other, err)
		}
		if problems, err := readKept(w); err != nil || len(problems) != 0 {
			t.Errorf("the log does not hold: %+v %v", problems, err)
		}
	})
}

func readKept(w *world) (p []store.KeptProblem, err error) {
	err = w.DB.Read(w.t.Context(), func(tx *store.Tx) error { p, err = tx.VerifyKept(); return err })
	return p, err
}

func TestWhoSeesSuggestions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		editor := w.worker("Eve Editor", "partnership_office", "partnership_editor")
		nurse, officer := w.worker("Nora Nurse", "thurrock_health", "researcher"), w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
		_, err := w.Suggest(ctx, w.anyone(), bulletin.Suggesting{Words: "Larger letters.", Source: "a"})
		w.must(err)
		s := w.only(editor)
		_, _, err = w.Suggestions(ctx, nurse, store.SuggestionFilter{})
		w.refused(err, fault.Forbidden, "Your role")
		_, err = w.OpenSuggestion(ctx, nurse, s.ID)
		w.refused(err, fault.NotFound, "")
		_, err = w.OpenSuggestion(ctx, editor, "nothing")
		w.refused(err, fault.NotFound, "")

		group := bulletin.Move{To: bulletin.WithGroup, Assigned: string(access.ToWorker(nurse.Worker())), Due: calendar.NewDate(2027, 1, 20)}
		w.refused(w.move(editor, bulletin.Move{To: bulletin.WithGroup}), fault.Invalid, "Choose a working group or a worker")
		w.refused(w.move(editor, bulletin.Move{To: bulletin.WithGroup, Assigned: "team:nobody", Due: calendar.NewDate(2020, 1, 1)}), fault.Invalid, "not past")
		w.must(w.move(editor, group))
		notices, err := w.Notices(ctx, nurse, 10)
		w.must(err)
		if len(notices) != 1 || notices[0].Message != "suggestion_given" {
			t.Errorf("%+v", notices)
		}
		opened, err := w.OpenSuggestion(ctx, nurse, s.ID)
		w.must(err)
		if opened.Decides {
			t.Error("whoever is asked may decide")
		}
		w.refused(w.MoveSuggestion(ctx, nurse, s.ID, bulletin.Move{Seq: 1, To: bulletin.Accepted}), fault.Forbidden, "Your role")
		w.refused(w.MoveSuggestion(ctx, nurse, s.ID, bulletin.Move{Seq: 1}), fault.Invalid, "Write a note")
		w.must(w.MoveSuggestion(ctx, nurse, s.ID, bulletin.Move{Seq: 1, Words: "I would do it."}))
		w.refused(w.MoveSuggestion(ctx, editor, s.ID, bulletin.Move{Seq: 1, To: bulletin.Accepted}), fault.Conflict, "Somebody else changed")
		_, err = w.OpenSuggestion(ctx, officer, s.ID)
		w.refused(err, fault.NotFound, "")

		late, counts, err := w.Suggestions(ctx, editor, store.SuggestionFilter{Overdue: calendar.NewDate(2027, 1, 21), State: bulletin.WithGroup, Assigned: []string{group.Assigned}})
		w.must(err)
		if len(late) != 1 || counts[bulletin.WithGroup] != 1 {
			t.Errorf("%+v %v", late, counts)
		}
		none, _, err := w.Suggestions(ctx, editor, store.SuggestionFilter{Overdue: calendar.NewDate(2027, 1, 20)})
		w.must(err)
		if len(none) != 0 {
			t.Errorf("%+v", none)
		}
	})
}

func TestASuggestionSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	ctx := t.Context()
	suggest := func(in bulletin.Suggesting) error {
		in.Source = "a"
		_, err := w.Suggest(ctx, w.anyone(), in)
		return err
	}
	w.refused(suggest(bulletin.Suggesting{About: "manual/nothing", Words: "x"}), fault.NotFound, "")
	w.refused(suggest(bulletin.Suggesting{About: "manual/neglect", Section: "nothing", Words: "x"}), fault.NotFound, "")
	w.refused(suggest(bulletin.Suggesting{Words: "  ", Email: "pat"}), fault.Invalid, "Write what should change")
	w.refused(suggest(bulletin.Suggesting{Words: strings.Repeat("x", 3001)}), fault.Invalid, "3000")
	for range 5 {
		w.must(suggest(bulletin.Suggesting{Words: "x"}))
	}
	w.refused(suggest(bulletin.Suggesting{Words: "x"}), fault.TooMany, "Wait an hour")
	w.now = start.Add(time.Hour + time.Minute)
	w.must(suggest(bulletin.Suggesting{Words: "x"}))
}
