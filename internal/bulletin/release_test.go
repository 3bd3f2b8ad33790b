package bulletin_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

const schools = "thurrock_schools"

// staff are those of a world of releases.
type staff struct{ manager, second, editor, head, deputy, boss, teacher casework.By }

func (w *world) staff() staff {
	w.t.Helper()
	return staff{
		manager: w.worker("Ann Manager", "partnership_office", "partnership_manager"), second: w.worker("Bob Manager", "partnership_office", "partnership_manager"),
		editor: w.worker("Eve Editor", "partnership_office", "partnership_editor"),
		head:   w.worker("Hope Head", schools, "referrer"), deputy: w.worker("Dan Deputy", schools, "referrer"),
		boss: w.worker("Bella Boss", schools, "referrer"), teacher: w.worker("Tom Teacher", schools, "referrer"),
	}
}

func (w *world) nominate(by casework.By, place string, who casework.By) {
	w.t.Helper()
	w.must(w.Nominate(w.t.Context(), w.at(by), schools, place, who.Worker()))
}

// receipt is how the newest release stands in the schools of Thurrock.
func (w *world) receipt(by casework.By) bulletin.Receipt {
	w.t.Helper()
	list, err := w.Releases(w.t.Context(), w.at(by), 1)
	w.must(err)
	if len(list) != 1 {
		w.t.Fatalf("%+v", list)
	}
	i := slices.IndexFunc(list[0].Receipts, func(r bulletin.Receipt) bool { return r.Agency.ID == schools })
	return list[0].Receipts[i]
}

// day runs the job of releases at 10:00 on a day, and gives to whom it wrote what.
func (w *world) day(d calendar.Date) string {
	w.t.Helper()
	w.now = d.At(10, 0, 0)
	w.must(w.Run(w.t.Context(), w.now))
	w.must(w.Run(w.t.Context(), w.now.Add(time.Minute))) // twice is as once
	w.now = w.now.Add(time.Hour)
	var out []string
	for _, m := range w.work() {
		to, _, _ := strings.Cut(m.To, "@")
		first, _, _ := strings.Cut(m.Subject, ":")
		out = append(out, to+" "+first)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestAnEditionIsChasedUntilItIsPassedOn(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		s := w.staff()
		w.must(w.Texts.Ship(ctx, start.AddDate(0, 0, -30)))
		w.nominate(s.manager, store.PlaceNominated, s.head)
		w.nominate(s.manager, store.PlaceStandIn, s.deputy)
		w.nominate(s.manager, store.PlaceLead, s.boss)
		december := func(d int) calendar.Date { return calendar.NewDate(2026, 12, d) }
		if got := w.day(december(16)); got != "" {
			t.Errorf("what came with the program is chased: %s", got)
		}
		w.edition(s.editor, s.manager, "e2", calendar.NewDate(2027, 2, 1))
		// Friday 18 December: told. A week later is Christmas Day, then Boxing Day, a
		// Sunday and the day in its place; the first day at work is Tuesday 29 December.
		if got := w.day(december(18)); got != "hope.head There is something to pass on" {
			t.Errorf("told: %q", got)
		}
		for d := 19; d <= 28; d++ {
			if got := w.day(december(d)); got != "" {
				t.Errorf("%d December: %q", d, got)
			}
		}
		if got := w.day(december(29)); got != "dan.deputy Reminder, hope.head Reminder" {
			t.Errorf("first reminder: %q", got)
		}
		w.now = december(30).At(22, 0, 0) // shut
		w.must(w.Run(ctx, w.now))
		for d := 30; d <= 34; d++ { // 14 days are over on New Year's Day, a Friday
			if got := w.day(december(d)); got != "" {
				t.Errorf("%d December: %q", d, got)
			}
		}
		if got := w.day(december(35)); got != "dan.deputy Reminder, hope.head Reminder" { // Monday 4 January
			t.Errorf("second reminder: %q", got)
		}
		if got := w.day(december(38)); got != "" {
			t.Errorf("too soon: %q", got)
		}
		if r := w.receipt(s.manager); r.Chased != 2 || r.Late() {
			t.Errorf("%+v", r)
		}
		if got := w.day(december(39)); got != "bella.boss Your agency has not passed something on yet" {
			t.Errorf("the lead: %q", got)
		}
		if got := w.day(december(60)); got != "" {
			t.Errorf("after the lead: %q", got)
		}
		if r := w.receipt(s.manager); !r.Late() || r.Told != s.head.Worker() {
			t.Errorf("%+v", r)
		}

		w.refused(w.Confirm(ctx, w.at(s.teacher), "e2", bulletin.Confirming{Agency: schools, Note: "All"}), fault.NotFound, "")
		w.refused(w.Confirm(ctx, w.at(s.head), "e2", bulletin.Confirming{Agency: "essex_police", Note: "All"}), fault.NotFound, "")
		w.refused(w.Confirm(ctx, w.at(s.deputy), "e2", bulletin.Confirming{Agency: schools, Teams: []string{"essex_police"}}), fault.Invalid, "Choose the teams")
		w.must(w.Confirm(ctx, w.at(s.deputy), "e2", bulletin.Confirming{Agency: schools, Teams: []string{schools}, Note: "Governors"}))
		w.must(w.Confirm(ctx, w.at(s.head), "e2", bulletin.Confirming{Agency: schools, Note: "Again"})) // a second press is no second receipt
		r := w.receipt(s.manager)
		if !r.Done() || r.Confirmed.Worker != s.deputy.Worker() || r.Confirmed.Note != "Governors" || !slices.Equal(r.Confirmed.Teams, []string{schools}) {
			t.Errorf("%+v", r)
		}
		list, err := w.Releases(ctx, w.at(s.head), 10)
		w.must(err)
		if len(list) != 1 || len(list[0].Own) != 1 || len(list[0].Receipts) != 0 || list[0].Changes[0].Effect != "Look for them." || list[0].From != calendar.NewDate(2027, 2, 1) {
			t.Errorf("%+v", list)
		}
		if n := w.count("release"); n != "1" {
			t.Errorf("%s releases", n)
		}
		if problems, err := readKept(w); err != nil || len(problems) != 0 {
			t.Errorf("the log does not hold: %+v %v", problems, err)
		}
	})
}

// When a nominated person leaves, that shows, the stand-in is told, and so is
// whoever comes after.
func TestSomebodyNominatedLeaves(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		s := w.staff()
		w.nominate(s.manager, store.PlaceNominated, s.head)
		rel, err := w.MarkPiece(ctx, w.at(s.manager), bulletin.Marked{About: "parents/alcohol", Summary: "New words.", What: "A number.", Effect: "Give it."})
		w.must(err)
		if got := w.work(); len(got) != 1 || got[0].To != "hope.head@example.org" {
			t.Fatalf("%+v", got)
		}
		w.must(db.Write(ctx, func(tx *store.Tx) error { return tx.MarkLeft(s.head.Worker(), w.now) }))
		if got := w.day(calendar.NewDate(2026, 12, 17)); got != "" {
			t.Errorf("%q", got)
		}
		if r := w.receipt(s.manager); !r.Unnamed() || r.Done() {
			t.Errorf("it is not seen that nobody is there: %+v", r)
		}
		all, err := w.Nominations(ctx, w.at(s.manager))
		w.must(err)
		for _, x := range all {
			if gone := x.Agency.ID == schools; slices.Contains(x.Gone, store.PlaceNominated) != gone || x.Nominated.ID != "" {
				t.Errorf("%+v", x)
			}
		}
		w.nominate(s.manager, store.PlaceStandIn, s.deputy)
		if got := w.day(calendar.NewDate(2026, 12, 18)); got != "dan.deputy There is something to pass on" {
			t.Errorf("%q", got)
		}
		w.nominate(s.manager, store.PlaceNominated, s.teacher)
		if got := w.day(calendar.NewDate(2026, 12, 21)); got != "tom.teacher There is something to pass on" {
			t.Errorf("%q", got)
		}
		if r := w.receipt(s.manager); r.Unnamed() || r.Chased != 0 || r.Told != s.teacher.Worker() {
			t.Errorf("%+v", r)
		}
		w.refused(w.Confirm(ctx, w.at(s.head), rel.ID, bulletin.Confirming{Agency: schools, Note: "All"}), fault.NotFound, "")
		if held, err := w.Holds(ctx, w.at(s.teacher)); err != nil || !held {
			t.Errorf("%v %v", held, err)
		}
	})
}

// The program was away for a month: what is due is not sent all at once.
func TestRemindersAreSpaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	s := w.staff()
	w.nominate(s.manager, store.PlaceNominated, s.head)
	_, err := w.MarkPiece(t.Context(), w.at(s.manager), bulletin.Marked{About: "parents/alcohol", Summary: "New words.", What: "A number.", Effect: "Give it."})
	w.must(err)
	w.work()
	if got := w.day(calendar.NewDate(2027, 1, 25)); got != "hope.head Reminder" {
		t.Errorf("%q", got)
	}
	if got := w.day(calendar.NewDate(2027, 1, 26)); got != "" {
		t.Errorf("%q", got)
	}
	if got := w.day(calendar.NewDate(2027, 1, 29)); got != "hope.head Reminder" {
		t.Errorf("%q", got)
	}
}

func TestWhoReleasesAndNominates(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	ctx := t.Context()
	s := w.staff()
	officer := w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
	for _, by := range []casework.By{officer, s.teacher} {
		w.refused(w.Nominate(ctx, by, schools, store.PlaceNominated, s.teacher.Worker()), fault.Forbidden, "Your role")
		_, err := w.Nominations(ctx, by)
		w.refused(err, fault.Forbidden, "Your role")
		_, err = w.MarkPiece(ctx, by, bulletin.Marked{})
		w.refused(err, fault.Forbidden, "Your role")
		_, err = w.Releases(ctx, by, 10)
		w.refused(err, fault.Forbidden, "Your role")
	}
	w.refused(w.Nominate(ctx, s.editor, schools, store.PlaceNominated, officer.Worker()), fault.Invalid, "works for this agency")
	w.refused(w.Nominate(ctx, s.editor, schools, store.PlaceNominated, "nobody"), fault.Invalid, "works for this agency")
	w.refused(w.Nominate(ctx, s.editor, "nowhere", store.PlaceNominated, ""), fault.NotFound, "")
	_, err := w.MarkPiece(ctx, s.editor, bulletin.Marked{About: "nowhere", What: "x", Effect: "x"})
	w.refused(err, fault.Invalid, "Enter the address of a page")
	w.refused(err, fault.Invalid, "Write what it is, in one sentence")
	rel, err := w.MarkPiece(ctx, s.editor, bulletin.Marked{About: "/manual/neglect", Summary: "x", What: "x", Effect: "x"})
	w.must(err)
	// Whoever has no part in a release is told the same as when there is none.
	_, err = w.Release(ctx, s.teacher, rel.ID)
	w.refused(err, fault.NotFound, "nothing here")
	_, err = w.Release(ctx, s.editor, "nothing")
	w.refused(err, fault.NotFound, "")
	// Every agency without anyone says so.
	list, err := w.Releases(ctx, w.at(s.editor), 10)
	w.must(err)
	for _, r := range list[0].Receipts {
		if !r.Unnamed() {
			t.Errorf("%+v", r)
		}
	}
}

// An edition that is recalled before its day is not chased any more.
func TestARecalledEditionIsNotChased(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	ctx := t.Context()
	s := w.staff()
	w.must(w.Texts.Ship(ctx, start.AddDate(0, 0, -30)))
	w.nominate(s.manager, store.PlaceNominated, s.head)
	w.edition(s.editor, s.manager, "e2", calendar.NewDate(2027, 2, 1))
	if got := w.day(calendar.NewDate(2026, 12, 16)); got == "" {
		t.Fatal("nobody was told")
	}
	open, err := w.Texts.Open(ctx, w.now)
	w.must(err)
	var ids []string
	for _, c := range open {
		ids = append(ids, c.ID)
	}
	w.must(w.Texts.Withdraw(ctx, w.texts(s.second), "A mistake.", ids[0]))
	if got := w.day(calendar.NewDate(2027, 1, 12)); got != "" {
		t.Errorf("%q", got)
	}
	v, err := w.Release(ctx, w.at(s.head), "e2")
	w.must(err)
	if !v.TakenBack {
		t.Error("it is not said that it was taken back")
	}
}
