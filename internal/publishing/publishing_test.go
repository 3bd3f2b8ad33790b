package publishing_test

import (
	"errors"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/partnerships"
)

var start = time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC) // a Tuesday, in summer time

const (
	alcohol  = "guidance/pages/parents/alcohol.md"
	drink    = "guidance/pages/parents/drink.md"
	neglect  = "guidance/manual/neglect.md"
	roles    = "guidance/manual/roles.md"
	manual   = "guidance/manual/manual.yaml"
	contacts = "contacts.yaml"
)

const front = "---\ntitle: %\nsummary: A summary.\nowner: Partnership business team\nchecked: 2026-10-01\nreview: 2026-11-01\n---\n"

func page(title, body string) string { return strings.Replace(front, "%", title, 1) + body + "\n" }

// folder is a small partnership's folder: the shipped one with texts of its own.
func folder(t *testing.T, texts map[string]string) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	for _, name := range []string{"partnership.yaml", "agencies.yaml", "calendar.yaml", "contacts.yaml", "postcodes.yaml"} {
		data, err := fs.ReadFile(partnerships.FS, "set/"+name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = &fstest.MapFile{Data: data}
	}
	for name, text := range map[string]string{
		alcohol:                             page("Alcohol", "\n## Now {#now}\n\nDrink can harm. {contact:childline}"),
		"guidance/pages/parents/worried.md": page("Worried", "\nRead about [alcohol](page:parents/alcohol#now) and [neglect](manual:neglect#signs)."),
		neglect:                             page("Neglect", "\n## Signs {#signs}\n\nFirst words."),
		roles:                               page("Roles", "\n## Who {#who}\n\nAll of us."),
		manual:                              "# Comment kept.\ntitle: Procedures\nstanding: Ours\neditions:\n  - key: e1\n    title: First\n    from: 2026-01-01\n    summary: The first.\nparts:\n  - key: a\n    title: A\n    chapters: [roles, neglect]\n",
	} {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for name, text := range texts {
		if text == "" {
			delete(out, name)
			continue
		}
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

// whole is the shipped folder, read once.
var whole = sync.OnceValue(func() *partnership.Partnership {
	set, err := fs.Sub(partnerships.FS, "set")
	if err != nil {
		panic(err)
	}
	p, faults := partnership.Load(set)
	if p == nil {
		panic(faults)
	}
	return p
})

func place(fsys fs.FS) *partnership.Partnership {
	p := *whole()
	p.Folder = fsys
	return &p
}

// office is a partnership with those who write and publish.
type office struct {
	*publishing.Texts
	t      *testing.T
	db     *store.DB
	editor agency.Worker
	ann    agency.Worker // managers: write and publish
	bob    agency.Worker
}

func open(t *testing.T, db *store.DB, texts map[string]string) *office {
	t.Helper()
	p := place(folder(t, texts))
	o := &office{Texts: publishing.New(db, p), t: t, db: db}
	o.editor, o.ann, o.bob = o.worker("Eve", "partnership_editor"), o.worker("Ann", "partnership_manager"), o.worker("Bob", "partnership_manager")
	if err := o.Ship(t.Context(), start); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *office) worker(name, role string) agency.Worker {
	o.t.Helper()
	from := start.AddDate(-1, 0, 0)
	w := agency.Worker{
		ID: store.NewID(from), Name: name, Email: strings.ToLower(name) + "@example.org", Agency: "partnership",
		Memberships: []agency.Membership{{Team: "partnership_office", Role: role, From: from}},
	}
	err := o.db.Write(o.t.Context(), func(tx *store.Tx) error {
		have, err := tx.WorkerByEmail(w.Email)
		if err == nil {
			w = have
			return nil
		}
		return tx.PutWorker(w)
	})
	o.must(err)
	return w
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func by(w agency.Worker, at time.Time) publishing.By {
	return publishing.By{Worker: w, Now: at, Route: "POST /texts"}
}

// ask asks for a change that begins from what is newest.
func (o *office) ask(w agency.Worker, at time.Time, name, text string) string {
	o.t.Helper()
	f, _, err := o.Begin(o.t.Context(), name)
	o.must(err)
	c, err := o.Ask(o.t.Context(), by(w, at), publishing.Proposal{Name: name, Content: []byte(text), Base: f.Change, Why: "Because."})
	o.must(err)
	return c.ID
}

// text is a file as it was at an instant.
func (o *office) text(at time.Time, name string) string {
	o.t.Helper()
	f, ok, err := o.File(o.t.Context(), at, name)
	o.must(err)
	if !ok {
		return ""
	}
	b, err := o.Content(o.t.Context(), f.Hash)
	o.must(err)
	return string(b)
}

func (o *office) state(at time.Time, id string) publishing.State {
	o.t.Helper()
	c, err := o.Change(o.t.Context(), at, id)
	o.must(err)
	return c.State
}

func refused(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(fault.SafeText(err), words) {
		t.Errorf("want %v with %q, got %v: %v", kind, words, fault.KindOf(err), err)
	}
}

func TestATextIsInForceFromWhenItIsPublished(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		noon := start.Add(3 * time.Hour)
		id := o.ask(o.editor, noon, alcohol, page("Alcohol", "\n## Now {#now}\n\nNew words."))
		if o.state(noon, id) != publishing.Asked {
			t.Error("asked")
		}
		o.must(o.Publish(ctx, by(o.ann, noon.Add(time.Hour)), calendar.Date{}, id))
		for _, at := range []time.Time{start.AddDate(-5, 0, 0), noon.Add(time.Hour - 1000)} {
			if !strings.Contains(o.text(at, alcohol), "Drink can harm") {
				t.Errorf("at %v the old text is in force", at)
			}
		}
		lib, err := o.At(ctx, noon.Add(time.Hour))
		o.must(err)
		p, _ := lib.Find("parents/alcohol")
		if !strings.Contains(p.Text.Words(), "New words") {
			t.Error(p.Text.Words())
		}
		again, err := o.At(ctx, noon.Add(100*time.Hour))
		o.must(err)
		if again != lib {
			t.Error("the same files are not the same library")
		}
		h, err := o.History(ctx, noon.Add(2*time.Hour), alcohol)
		o.must(err)
		if len(h) != 2 || h[0].State != publishing.InForce || h[1].State != publishing.Past || h[1].Author != publishing.Program || h[0].Author != o.editor.ID {
			t.Errorf("history: %+v", h)
		}
		if len(h[0].Acts) != 3 || h[0].Acts[1].Act != "approved" || h[0].Acts[1].By != o.ann.ID {
			t.Errorf("acts: %+v", h[0].Acts)
		}
		c, err := o.Restore(ctx, by(o.editor, noon.Add(3*time.Hour)), h[1].ID, "It was better.")
		o.must(err)
		o.must(o.Publish(ctx, by(o.ann, noon.Add(4*time.Hour)), calendar.Date{}, c.ID))
		if !strings.Contains(o.text(noon.Add(5*time.Hour), alcohol), "Drink can harm") {
			t.Error("not restored")
		}
	})
}

func TestAScheduledTextComesIntoForceAtMidnightInLondon(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		// The clocks go back on 25 October: midnight is 23:00 UTC before, 00:00 after.
		for i, c := range []struct {
			day calendar.Date
			utc time.Time
		}{
			{calendar.NewDate(2026, 10, 25), time.Date(2026, 10, 24, 23, 0, 0, 0, time.UTC)},
			{calendar.NewDate(2026, 10, 26), time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)},
		} {
			words := []string{"One hour more.", "Back again."}[i]
			id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\n"+words))
			o.must(o.Publish(ctx, by(o.ann, start), c.day, id))
			if s := o.state(start, id); s != publishing.Scheduled {
				t.Errorf("state %s", s)
			}
			if strings.Contains(o.text(c.utc.Add(-time.Microsecond), alcohol), words) || !strings.Contains(o.text(c.utc, alcohol), words) {
				t.Errorf("%s does not come into force at %v", words, c.utc)
			}
			if s := o.state(c.utc, id); s != publishing.InForce {
				t.Errorf("state %s", s)
			}
		}
		// Nothing slips in before what is scheduled, and nothing is published backwards.
		id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nUrgent."))
		refused(t, o.Publish(ctx, by(o.ann, start), calendar.Date{}, id), fault.Conflict, "comes into force on Monday 26 October 2026")
		refused(t, o.Publish(ctx, by(o.ann, start), calendar.NewDate(2026, 10, 19), id), fault.Invalid, "Choose today or a later day")
		open, err := o.Open(ctx, start)
		o.must(err)
		if len(open) != 3 {
			t.Fatalf("open: %+v", open)
		}
		refused(t, o.Withdraw(ctx, by(o.ann, start), "", open[0].ID), fault.Conflict, "on top of this one")
		refused(t, o.Withdraw(ctx, by(o.editor, start), "", open[1].ID), fault.Forbidden, "Your role")
		o.must(o.Withdraw(ctx, by(o.ann, start), "Not yet.", open[1].ID))
		if o.state(start, open[1].ID) != publishing.Approved || strings.Contains(o.text(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), alcohol), "Back again") {
			t.Error("a publication that was taken back holds")
		}
		refused(t, o.Withdraw(ctx, by(o.ann, time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)), "", open[0].ID), fault.Conflict, "in force")
	})
}

func TestASecondPersonPublishes(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	own := o.ask(o.ann, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nMine."))
	refused(t, o.Approve(ctx, by(o.ann, start), own), fault.Forbidden, "someone else must review")
	refused(t, o.Publish(ctx, by(o.ann, start), calendar.Date{}, own), fault.Forbidden, "someone else must review")
	refused(t, o.Publish(ctx, by(o.editor, start), calendar.Date{}, own), fault.Forbidden, "Your role")
	o.must(o.Approve(ctx, by(o.bob, start), own))
	refused(t, o.Publish(ctx, by(o.ann, start), calendar.Date{}, own), fault.Forbidden, "someone else")
	refused(t, o.Approve(ctx, by(o.bob, start), own), fault.Conflict, "no longer open")
	o.must(o.Publish(ctx, by(o.bob, start), calendar.Date{}, own))

	id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nMore."))
	refused(t, o.Decline(ctx, by(o.bob, start), " ", id), fault.Invalid, "reason")
	o.must(o.Decline(ctx, by(o.bob, start), "Say where to ring.", id))
	c, err := o.Change(ctx, start, id)
	o.must(err)
	if c.State != publishing.Declined || c.Acts[1].Why != "Say where to ring." {
		t.Errorf("%+v", c)
	}
	refused(t, o.Publish(ctx, by(o.bob, start), calendar.Date{}, id), fault.Conflict, "no longer open")
	mine := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nEven more."))
	o.must(o.Withdraw(ctx, by(o.editor, start), "", mine))
	_, err = o.Ask(ctx, by(o.worker("Zed", "auditor"), start), publishing.Proposal{Name: alcohol, Content: []byte("x"), Why: "y"})
	refused(t, err, fault.Forbidden, "Your role")
	_, err = o.Ask(ctx, by(o.editor, start), publishing.Proposal{Name: alcohol, Content: []byte("x"), Why: " "})
	refused(t, err, fault.Invalid, "what you changed")
}

func TestTwoWhoWriteAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		f, _, err := o.Begin(ctx, alcohol)
		o.must(err)
		one := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nOne."))
		two := o.ask(o.ann, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nTwo."))
		o.must(o.Publish(ctx, by(o.bob, start), calendar.Date{}, one))
		err = o.Publish(ctx, by(o.bob, start), calendar.Date{}, two)
		refused(t, err, fault.Conflict, "Someone else changed this text")
		var m *publishing.Moved
		if !errors.As(err, &m) || !strings.Contains(string(m.Mine), "Two.") || !strings.Contains(string(m.Live), "One.") || !strings.Contains(string(m.Began), "Drink can harm") || m.Newest.ID != one {
			t.Errorf("%+v", m)
		}
		c, err := o.Change(ctx, start, two)
		o.must(err)
		if !c.Superseded || c.State != publishing.Asked {
			t.Errorf("%+v", c)
		}
		_, err = o.Ask(ctx, by(o.ann, start), publishing.Proposal{Name: alcohol, Content: []byte("Three.\n"), Base: f.Change, Why: "x"})
		if !errors.As(err, &m) || string(m.Mine) != "Three.\n" {
			t.Errorf("%v", err)
		}

		d, err := o.SaveDraft(ctx, by(o.ann, start), publishing.Draft{Name: alcohol, Content: "half", Base: one})
		o.must(err)
		d.Content = "half a"
		later, err := o.SaveDraft(ctx, by(o.ann, start), d)
		o.must(err)
		_, err = o.SaveDraft(ctx, by(o.ann, start), d)
		refused(t, err, fault.Conflict, "another page or device")
		got, ok, err := o.Draft(ctx, by(o.ann, start), alcohol)
		o.must(err)
		if !ok || got.Content != "half a" || got.Version != later.Version {
			t.Errorf("%+v", got)
		}
		if _, ok, _ := o.Draft(ctx, by(o.bob, start), alcohol); ok {
			t.Error("someone sees another's draft")
		}
		o.ask(o.ann, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nHalf a page."))
		if _, ok, _ := o.Draft(ctx, by(o.ann, start), alcohol); ok {
			t.Error("the draft outlives what became of it")
		}
	})
}

func TestANewVersionOfTheProgram(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		o := open(t, db, nil)
		ctx := t.Context()
		id := o.ask(o.editor, start, alcohol, page("Alcohol", "\n## Now {#now}\n\nOurs."))
		o.must(o.Publish(ctx, by(o.ann, start), calendar.Date{}, id))
		o.must(o.Ship(ctx, start.Add(time.Hour))) // the same files: nothing new
		open1, err := o.Open(ctx, start.Add(time.Hour))
		o.must(err)
		if len(open1) != 0 {
			t.Fatalf("%+v", open1)
		}

		upgrade := start.Add(24 * time.Hour)
		newer := publishing.New(db, place(folder(t, map[string]string{
			alcohol:                             page("Alcohol", "\n## Now {#now}\n\nShipped anew."),
			"guidance/pages/parents/worried.md": page("Worried", "\nNew and shorter."),
			"guidance/pages/parents/new.md":     page("New", "\nNew page."),
			roles:                               page("Roles", "\n## Who {#who}\n\nAll of us, still."),
		})))
		o.must(newer.Ship(ctx, upgrade))
		o.Texts = newer
		if !strings.Contains(o.text(upgrade, alcohol), "Ours.") {
			t.Error("the partnership's own text was overwritten")
		}
		if !strings.Contains(o.text(upgrade, "guidance/pages/parents/worried.md"), "shorter") || strings.Contains(o.text(upgrade.Add(-1000), "guidance/pages/parents/worried.md"), "shorter") {
			t.Error("an untouched file follows the program from its day")
		}
		if o.text(upgrade.Add(-1000), "guidance/pages/parents/new.md") != "" || o.text(upgrade, "guidance/pages/parents/new.md") == "" {
			t.Error("new file")
		}
		waits, err := o.Open(ctx, upgrade)
		o.must(err)
		if len(waits) != 1 || waits[0].Author != publishing.Program || waits[0].Name != alcohol || !strings.Contains(waits[0].Why, "new version of the program") {
			t.Fatalf("%+v", waits)
		}
		o.must(o.Publish(ctx, by(o.ann, upgrade), calendar.Date{}, waits[0].ID))
		if !strings.Contains(o.text(upgrade, alcohol), "Shipped anew.") {
			t.Error("not taken over")
		}

		// Gone with the next version.
		last := publishing.New(db, place(folder(t, map[string]string{alcohol: page("Alcohol", "\n## Now {#now}\n\nShipped anew."), "guidance/pages/parents/worried.md": ""})))
		o.must(last.Ship(ctx, upgrade.Add(time.Hour)))
		o.Texts = last
		if o.text(upgrade.Add(time.Hour), "guidance/pages/parents/worried.md") != "" || o.text(upgrade, "guidance/pages/parents/worried.md") == "" {
			t.Error("a file that is no longer shipped")
		}
	})
}

func TestARenamedPageIsFound(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	f, _, err := o.Begin(ctx, alcohol)
	o.must(err)
	rename := func(from, to, base string) (publishing.Change, error) {
		return o.Ask(ctx, by(o.editor, start), publishing.Proposal{Kind: publishing.Rename, Name: from, NewName: to, Base: base, Why: "Plainer."})
	}
	for to, words := range map[string]string{
		"guidance/pages/parents/worried.md":  "already",
		"guidance/manual/alcohol.md":         "another kind",
		"guidance/pages/parents/Bad Name.md": "small letters",
	} {
		_, err := rename(alcohol, to, f.Change)
		refused(t, err, fault.Invalid, words)
	}
	_, err = rename(manual, "guidance/manual/other.yaml", "")
	if err == nil {
		t.Error("manual.yaml was given another name")
	}
	c, err := rename(alcohol, drink, f.Change)
	o.must(err)
	o.must(o.Publish(ctx, by(o.ann, start), calendar.Date{}, c.ID))
	lib, err := o.At(ctx, start)
	o.must(err)
	w, _ := lib.Find("parents/worried")
	if got := string(w.Text.HTML()); !strings.Contains(got, `href="/parents/drink#now"`) {
		t.Error(got)
	}
	to, ok, err := o.Redirect(ctx, start, "/parents/alcohol")
	o.must(err)
	if !ok || to != "/parents/drink" {
		t.Errorf("%q %v", to, ok)
	}
	if _, ok, _ := o.Redirect(ctx, start.Add(-1000), "/parents/alcohol"); ok {
		t.Error("a page is elsewhere before it moved")
	}
	// Again, and back: no address leads in a circle.
	c, err = rename(drink, "guidance/pages/parents/third.md", c.ID)
	o.must(err)
	o.must(o.Publish(ctx, by(o.ann, start.Add(time.Hour)), calendar.Date{}, c.ID))
	if to, _, _ := o.Redirect(ctx, start.Add(time.Hour), "/parents/alcohol"); to != "/parents/third" {
		t.Error(to)
	}
	h, err := o.History(ctx, start.Add(time.Hour), "guidance/pages/parents/third.md")
	o.must(err)
	if len(h) != 3 {
		t.Errorf("%+v", h)
	}
	c, err = rename("guidance/pages/parents/third.md", alcohol, c.ID)
	o.must(err)
	o.must(o.Publish(ctx, by(o.ann, start.Add(2*time.Hour)), calendar.Date{}, c.ID))
	if to, ok, _ := o.Redirect(ctx, start.Add(2*time.Hour), "/parents/alcohol"); ok {
		t.Error("leads to itself:", to)
	}
	if to, _, _ := o.Redirect(ctx, start.Add(2*time.Hour), "/parents/drink"); to != "/parents/alcohol" {
		t.Error(to)
	}
	// A chapter: the order of the manual follows.
	n, _, err := o.Begin(ctx, neglect)
	o.must(err)
	c, err = rename(neglect, "guidance/manual/children-neglected.md", n.Change)
	o.must(err)
	o.must(o.Correct(ctx, by(o.ann, start.Add(3*time.Hour)), "Its name was too short.", c.ID))
	lib, err = o.At(ctx, start.Add(3*time.Hour))
	o.must(err)
	if len(lib.Chapters) != 2 || lib.Chapters[1].Key != "manual/children-neglected" {
		t.Errorf("%+v", lib.Chapters)
	}
}

func TestWhatIsWrongStopsAPublication(t *testing.T) {
	t.Parallel()
	o := open(t, storetest.Open(t), nil)
	ctx := t.Context()
	hard := strings.Repeat("Multi-agency safeguarding arrangements necessitate comprehensive interprofessional communication regarding vulnerability. ", 5)
	at := start
	for name, c := range map[string]struct{ body, want string }{
		"script link":  {"[x](javascript:alert(1))", "leads nowhere that is known"},
		"script":       {"<script>alert(1)</script>", "HTML is not used here"},
		"dead link":    {"[x](page:parents/none)", "There is no page parents/none"},
		"no picture":   {"![A door](pictures/door.png)", "There is no picture pictures/door.png"},
		"reading age":  {hard, "The reading age is"},
		"typed number": {"Ring 01375 652802 now.", "would grow old here"},
		"dead heading": {"## Other {#other}", "There is no heading #now on the page parents/alcohol"},
	} {
		body := "\n## Now {#now}\n\n" + c.body
		if name == "dead heading" {
			body = "\n" + c.body
		}
		id := o.ask(o.editor, at, alcohol, page("Alcohol", body)) // it is kept all the same
		err := o.Publish(ctx, by(o.ann, at), calendar.Date{}, id)
		refused(t, err, fault.Invalid, "Mend what is listed first")
		var f *publishing.Faulty
		if !errors.As(err, &f) || !strings.Contains(f.Faults.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
		checked, err := o.CheckChanges(ctx, at, id)
		o.must(err)
		if p, ok := checked.Lib.Find("parents/alcohol"); !ok || strings.Contains(strings.ToLower(string(p.Text.HTML())), "script") || !strings.Contains(checked.Faults.Error(), c.want) {
			t.Errorf("%s: the preview is not safe or not there", name)
		}
		o.must(o.Withdraw(ctx, by(o.editor, at), "", id))
	}

	f, _, err := o.Begin(ctx, alcohol)
	o.must(err)
	c, err := o.Ask(ctx, by(o.editor, at), publishing.Proposal{Kind: publishing.Remove, Name: alcohol, Base: f.Change, Why: "Old."})
	o.must(err)
	err = o.Publish(ctx, by(o.ann, at), calendar.Date{}, c.ID)
	var faulty *publishing.Faulty
	if !errors.As(err, &faulty) || faulty.Faults[0].File != "guidance/pages/parents/worried.md" {
		t.Errorf("the page that links to it is not named: %v", err)
	}
	w := o.ask(o.editor, at, "guidance/pages/parents/worried.md", page("Worried", "\nRead [this](manual:neglect#signs)."))
	o.must(o.Publish(ctx, by(o.ann, at), calendar.Date{}, c.ID, w)) // both at once
	if o.text(at, alcohol) != "" {
		t.Error("it is still there")
	}

	for name, text := range map[string][]byte{"50 MB": make([]byte, 50<<20), "no text": []byte("\xff\xfe\x00"), "nothing": nil} {
		_, err := o.Ask(ctx, by(o.editor, at), publishing.Proposal{Name: drink, Content: text, Why: "New."})
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = o.Ask(ctx, by(o.editor, at), publishing.Proposal{Name: drink, Content: make([]byte, 50<<20), Why: "New."})
	refused(t, err, fault.Invalid, "larger than 1 MB")
}
