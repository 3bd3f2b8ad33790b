package bulletin_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/post"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/partnerships"
)

// start is a Wednesday before Christmas, in the morning.
var start = time.Date(2026, 12, 16, 10, 0, 0, 0, time.UTC)

const (
	neglect = "guidance/manual/neglect.md"
	head    = "---\ntitle: %\nsummary: A summary.\nowner: Partnership business team\nchecked: 2026-10-01\nreview: 2027-11-01\n---\n"
)

func page(title, body string) string { return strings.Replace(head, "%", title, 1) + body + "\n" }

// folder is the shipped partnership with a few texts.
var folder = sync.OnceValue(func() fs.FS {
	out := fstest.MapFS{
		"guidance/pages/parents/alcohol.md": {Data: []byte(page("Alcohol", "\n## Now {#now}\n\nDrink can harm."))},
		neglect:                             {Data: []byte(page("Neglect", "\n## Signs {#signs}\n\nFirst words."))},
		"guidance/manual/manual.yaml":       {Data: []byte("title: Procedures\nstanding: Ours\neditions:\n  - key: e1\n    title: First\n    from: 2026-01-01\n    summary: The first.\nparts:\n  - key: a\n    title: A\n    chapters: [neglect]\n")},
	}
	data, err := fs.ReadFile(partnerships.FS, "set/contacts.yaml")
	if err != nil {
		panic(err)
	}
	out["contacts.yaml"] = &fstest.MapFile{Data: data}
	return out
})

// world is a desk on a real database, and the mails it sent.
type world struct {
	t   *testing.T
	now time.Time
	*bulletin.Desk
	mails []post.Mail
	// fail decides what becomes of a mail; nil takes all.
	fail func(m post.Mail) error
	mu   sync.Mutex
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	desk := caseworktest.Desk(t, db)
	place := *desk.Place
	place.Folder = folder()
	desk.Place = &place
	return &world{t: t, now: start, Desk: &bulletin.Desk{Desk: desk, Texts: publishing.New(db, &place), Site: "https://frontdoor.example"}}
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) refused(err error, kind fault.Kind, words string) {
	w.t.Helper()
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(fault.SafeText(err), words) {
		w.t.Errorf("got %v, want %s with %q", err, kind, words)
	}
}

// worker makes a worker of a team.
func (w *world) worker(name, team, role string) casework.By {
	w.t.Helper()
	t, ok := w.Place.Register.Team(team)
	if !ok {
		w.t.Fatalf("no team %s", team)
	}
	from := start.AddDate(-1, 0, 0)
	x := agency.Worker{
		ID: store.NewID(from), Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org", Agency: t.Agency,
		Memberships: []agency.Membership{{Team: team, Role: role, From: from}},
	}
	w.must(w.DB.Write(w.t.Context(), func(tx *store.Tx) error { return tx.PutWorker(x) }))
	return w.as(x)
}

func (w *world) as(x agency.Worker) casework.By {
	return casework.ByWorker(x, &w.Place.Register, w.now)
}

// at is the same worker at the present moment.
func (w *world) at(by casework.By) casework.By { return w.as(by.Viewer.Worker) }

func (w *world) anyone() casework.By { return bulletin.ByAnyone(w.now, "POST /newsletter") }

func (w *world) send(_ context.Context, m post.Mail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fail != nil {
		if err := w.fail(m); err != nil {
			return err
		}
	}
	w.mails = append(w.mails, m)
	return nil
}

// work does the background work that is due, and gives the mails it sent.
func (w *world) work() []post.Mail {
	w.t.Helper()
	w.mails = nil
	if !w.busy() {
		return nil
	}
	ctx, stop := context.WithCancel(w.t.Context())
	clock := func() time.Time { return w.now }
	done := make(chan error, 1)
	go func() {
		done <- w.DB.RunJobs(ctx, clock, map[string]store.Handler{
			casework.MailJob:  (&post.Post{Desk: w.Desk.Desk, Site: w.Site, Send: w.send, Now: clock}).Job(),
			bulletin.BatchJob: w.Batches(w.send, clock),
		})
	}()
	for w.busy() {
		time.Sleep(2 * time.Millisecond)
	}
	stop()
	w.must(<-done)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.mails
}

// busy tells whether there is background work to do now.
func (w *world) busy() bool {
	w.t.Helper()
	var c store.JobCounts
	w.must(w.DB.Read(w.t.Context(), func(tx *store.Tx) (err error) { c, err = tx.JobCounts(w.now); return err }))
	return c.Running > 0 || !c.Oldest.IsZero()
}

func (w *world) count(table string) string {
	w.t.Helper()
	var out []string
	w.must(w.DB.Read(w.t.Context(), func(tx *store.Tx) (err error) {
		out, err = storetest.Texts(tx, `select cast(count(*) as text) from `+table)
		return err
	}))
	return out[0]
}

var both = store.Choices{Audiences: []string{"professionals", "parents"}, Topics: []string{"news", "manual"}}

// after gives what follows a mark in a text, up to the end of the line.
func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	line, _, _ := strings.Cut(rest, "\n")
	return strings.TrimSpace(line)
}

// subscribe asks and confirms, and gives the token of the link that leaves.
func (w *world) subscribe(email string, c store.Choices) string {
	w.t.Helper()
	w.must(w.AskNewsletter(w.t.Context(), w.anyone(), email, c, "from "+email))
	mails := w.work()
	if len(mails) != 1 || mails[0].To != email {
		w.t.Fatalf("%+v", mails)
	}
	leave, err := w.ConfirmNewsletter(w.t.Context(), w.anyone(), after(mails[0].Text, "/newsletter/confirm/"))
	w.must(err)
	return leave
}

func TestTheLinkThatConfirmsWorksOnceAndForSevenDays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.must(w.AskNewsletter(ctx, w.anyone(), " pat@example.org ", both, "a"))
		if n := w.count("newsletter_subscriber"); n != "0" {
			t.Errorf("%s get it before they confirm", n)
		}
		token := after(w.work()[0].Text, "/newsletter/confirm/")
		if n := w.count("job where cast(payload as text) like '%" + token + "%'"); n != "0" {
			t.Error("the token stands open among the background work")
		}
		for _, secret := range []string{token, "pat@example.org"} {
			for _, column := range []string{"sealed", "token_hash", "email_key"} {
				if n := w.count("newsletter_ask where " + column + " like '%" + secret + "%'"); n != "0" {
					t.Errorf("%s holds %q", column, secret)
				}
			}
		}
		_, err := w.ConfirmNewsletter(ctx, w.anyone(), token+"x")
		w.refused(err, fault.NotFound, "older than 7 days")
		if _, err := w.ConfirmNewsletter(ctx, w.anyone(), token); err != nil {
			t.Fatal(err)
		}
		_, err = w.ConfirmNewsletter(ctx, w.anyone(), token)
		w.refused(err, fault.NotFound, "has been used")

		w.must(w.AskNewsletter(ctx, w.anyone(), "late@example.org", both, "b"))
		late := after(w.work()[0].Text, "/newsletter/confirm/")
		w.now = start.Add(bulletin.ConfirmLasts)
		_, err = w.ConfirmNewsletter(ctx, w.anyone(), late)
		w.refused(err, fault.NotFound, "ask for it again")
		w.must(w.DropUnconfirmed(ctx, w.now))
		if n := w.count("newsletter_ask"); n != "0" {
			t.Errorf("%s who never confirmed are kept", n)
		}
	})
}

// Whoever asks learns nothing of who gets the newsletter, and changes nothing of
// what others get.
func TestTheSameForAnAddressThatGetsItAlready(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		w.must(w.AskNewsletter(ctx, w.anyone(), "pat@example.org", both, "a"))
		first := w.work()[0]
		leave, err := w.ConfirmNewsletter(ctx, w.anyone(), after(first.Text, "/newsletter/confirm/"))
		w.must(err)
		only := store.Choices{Audiences: []string{"parents"}, Topics: []string{"training"}}
		w.must(w.AskNewsletter(ctx, w.anyone(), "Pat@Example.org", only, "b"))
		again := w.work()[0]
		token := after(again.Text, "/newsletter/confirm/")
		if again.Subject != first.Subject || strings.Replace(again.Text, token, "x", 1) != strings.Replace(first.Text, after(first.Text, "/newsletter/confirm/"), "x", 1) {
			t.Errorf("the mails differ: %q and %q", first.Text, again.Text)
		}
		c, here, err := w.NewsletterChoices(ctx, leave)
		w.must(err)
		if !here || !slices.Equal(c.Topics, both.Topics) {
			t.Errorf("a stranger changed them: %+v", c)
		}
		same, err := w.ConfirmNewsletter(ctx, w.anyone(), token)
		w.must(err)
		c, _, _ = w.NewsletterChoices(ctx, leave)
		if same != leave || !slices.Equal(c.Topics, only.Topics) || w.count("newsletter_subscriber") != "1" {
			t.Errorf("%+v", c)
		}
	})
}

func TestNobodyCanFloodAStranger(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		for i := range 8 { // from ever new sources, and nothing says that no more is sent
			w.must(w.AskNewsletter(ctx, w.anyone(), "victim@example.org", both, string(rune('a'+i))))
		}
		if n := len(w.work()); n != 3 {
			t.Errorf("%d mails to one address", n)
		}
		var err error
		sent := 0
		for i := range 20 {
			if err = w.AskNewsletter(ctx, w.anyone(), "v"+string(rune('a'+i))+"@example.org", both, "one"); err != nil {
				break
			}
			sent++
		}
		w.refused(err, fault.TooMany, "Wait an hour")
		if n := len(w.work()); n != sent || n != 10 {
			t.Errorf("%d mails from one source", n)
		}
		w.now = start.Add(61 * time.Minute)
		w.must(w.AskNewsletter(ctx, w.anyone(), "later@example.org", both, "one"))
	})
}

func TestAskingSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	for _, email := range []string{"", "pat", "pat@", "Pat <pat@example.org>", "pat@host", "a@example.org\r\nBcc: b@example.org"} {
		w.refused(w.AskNewsletter(t.Context(), w.anyone(), email, both, "a"), fault.Invalid, "Enter an email address")
	}
	w.refused(w.AskNewsletter(t.Context(), w.anyone(), "pat@example.org", store.Choices{Audiences: []string{"nobody"}}, "a"), fault.Invalid, "Choose who the newsletter is for")
}

func TestLeavingForgets(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		leave := w.subscribe("pat@example.org", both)
		w.must(w.ChangeNewsletter(ctx, w.anyone(), leave, store.Choices{Audiences: []string{"parents"}, Topics: []string{"news"}}))
		w.refused(w.ChangeNewsletter(ctx, w.anyone(), leave, store.Choices{}), fault.Invalid, "Choose")
		w.must(w.AskNewsletter(ctx, w.anyone(), "pat@example.org", both, "c"))
		w.must(w.LeaveNewsletter(ctx, w.anyone(), leave))
		w.must(w.LeaveNewsletter(ctx, w.anyone(), leave)) // and says the same again
		w.must(w.LeaveNewsletter(ctx, w.anyone(), "nonsense"))
		if a, b := w.count("newsletter_subscriber"), w.count("newsletter_ask"); a != "0" || b != "0" {
			t.Errorf("kept: %s and %s", a, b)
		}
		if _, here, _ := w.NewsletterChoices(ctx, leave); here {
			t.Error("still there")
		}
	})
}

// issue is one that somebody wrote.
func (w *world) issue(by casework.By) store.NewsletterIssue {
	w.t.Helper()
	i, err := w.SaveIssue(w.t.Context(), w.at(by), bulletin.Draft{
		Title: "Winter news", Intro: "Read about [neglect](manual:neglect#signs) and **ring** us.", Picks: []string{"parents/alcohol"}, For: both,
	})
	w.must(err)
	return i
}

func TestASecondPersonSends(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		ctx := t.Context()
		editor, manager, other := w.worker("Eve Editor", "partnership_office", "partnership_editor"), w.worker("Ann Manager", "partnership_office", "partnership_manager"), w.worker("Olga Officer", "thurrock_front_door", "mash_officer")
		leave := w.subscribe("pat@example.org", both)
		w.subscribe("trainer@example.org", store.Choices{Audiences: []string{"parents"}, Topics: []string{"training"}})

		_, err := w.SaveIssue(ctx, other, bulletin.Draft{Title: "x"})
		w.refused(err, fault.Forbidden, "Your role")
		_, err = w.SaveIssue(ctx, editor, bulletin.Draft{Intro: "[x](javascript:alert(1))", Picks: []string{"nowhere"}})
		w.refused(err, fault.Invalid, "Give the issue a title")
		w.refused(err, fault.Invalid, "leads nowhere")
		w.refused(err, fault.Invalid, "There is no page nowhere")

		i := w.issue(manager)
		_, err = w.SendIssue(ctx, editor, i.ID, i.Revision)
		w.refused(err, fault.Forbidden, "Your role")
		_, err = w.SendIssue(ctx, manager, i.ID, i.Revision)
		w.refused(err, fault.Forbidden, "second person")
		i = w.issue(editor)
		_, err = w.SendIssue(ctx, manager, i.ID, i.Revision+1)
		w.refused(err, fault.Conflict, "Somebody else changed")
		sent, err := w.SendIssue(ctx, manager, i.ID, i.Revision)
		w.must(err)
		if sent.Number != 1 {
			t.Errorf("number %d", sent.Number)
		}
		_, err = w.SendIssue(ctx, manager, i.ID, sent.Revision)
		w.refused(err, fault.Conflict, "has been sent")
		_, err = w.SaveIssue(ctx, editor, bulletin.Draft{ID: i.ID, Revision: sent.Revision, Title: "Other"})
		w.refused(err, fault.Conflict, "has been sent")

		mails := w.work()
		if len(mails) != 1 || mails[0].To != "pat@example.org" {
			t.Fatalf("%+v", mails)
		}
		m := mails[0]
		link := "https://frontdoor.example/newsletter/leave/" + leave
		for _, words := range []string{"Winter news\n===", "neglect (https://frontdoor.example/manual/neglect#signs)", "and ring us", "* Alcohol\n  A summary.\n  https://frontdoor.example/parents/alcohol", link} {
			if !strings.Contains(m.Text, words) {
				t.Errorf("the mail lacks %q: %s", words, m.Text)
			}
		}
		if m.Leave != link || m.Subject != "Newsletter, December 2026" || strings.Contains(m.Text, "pat@") {
			t.Errorf("%+v", m)
		}
		past, err := w.Past(ctx, 10)
		w.must(err)
		if len(past) != 1 || past[0].Title != "Winter news" {
			t.Errorf("%+v", past)
		}
		if n := len(w.work()); n != 0 {
			t.Errorf("%d mails more", n)
		}
	})
}

// The program dies at the worst moment of a batch: a mail has gone and nothing
// says so. Everyone else gets theirs, and nobody gets one twice.
func TestACrashInTheMiddleSendsNothingTwice(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		editor, manager := w.worker("Eve Editor", "partnership_office", "partnership_editor"), w.worker("Ann Manager", "partnership_office", "partnership_manager")
		const readers = 120 // three batches
		w.must(db.Write(t.Context(), func(tx *store.Tx) error {
			for i := range readers {
				id := store.NewID(w.now)
				s, err := w.SealedSubscriber(id, "r"+strings.Repeat("x", i)+"@example.org", "token"+id)
				if err != nil {
					return err
				}
				s.Choices, s.ConfirmedAt, s.ChangedAt = both, w.now, w.now
				if err := tx.PutSubscriber(s); err != nil {
					return err
				}
			}
			return nil
		}))
		i := w.issue(editor)
		_, err := w.SendIssue(t.Context(), manager, i.ID, i.Revision)
		w.must(err)
		got := map[string]int{}
		n := 0
		w.fail = func(m post.Mail) error {
			n++
			got[m.To]++
			switch n {
			case 20:
				panic("the program dies after the mail server said yes")
			case 40:
				got[m.To]--
				return fault.New(fault.Unavailable, "The mail server cannot be reached.")
			case 60:
				return fault.Wrap(post.ErrRefused, fault.Unavailable, "There is no such address.")
			}
			return nil
		}
		w.work()
		for range 6 {
			w.now = w.now.Add(time.Hour) // what failed is tried again
			w.work()
		}
		for to, times := range got {
			if times != 1 {
				t.Errorf("%s got it %d times", to, times)
			}
		}
		if len(got) != readers {
			t.Errorf("%d of %d got it", len(got), readers)
		}
		_, mails, err := w.Issue(t.Context(), w.at(manager), i.ID)
		w.must(err)
		want := map[string]int{store.DeliverySent: readers - 2, store.DeliveryTaken: 1, store.DeliveryRefused: 1}
		for state, n := range want {
			if mails[state] != n {
				t.Errorf("%s: %d, want %d", state, mails[state], n)
			}
		}
	})
}

// The run is stopped between mails; what was sent counts as sent.
func TestStoppingInTheMiddleIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	editor, manager := w.worker("Eve Editor", "partnership_office", "partnership_editor"), w.worker("Ann Manager", "partnership_office", "partnership_manager")
	leave := ""
	for _, name := range []string{"a", "b", "c", "d"} {
		leave = w.subscribe(name+"@example.org", both)
	}
	i := w.issue(editor)
	_, err := w.SendIssue(t.Context(), manager, i.ID, i.Revision)
	w.must(err)
	w.must(w.LeaveNewsletter(t.Context(), w.anyone(), leave)) // before it was their turn
	ctx, stop := context.WithCancel(t.Context())
	got := []string{}
	send := func(ctx context.Context, m post.Mail) error {
		got = append(got, m.To)
		if len(got) == 2 {
			stop()
		}
		return nil
	}
	h := w.Batches(send, func() time.Time { return w.now })
	once := func(ctx context.Context) {
		finished := make(chan struct{})
		run, end := context.WithCancel(t.Context())
		go func() {
			defer close(finished)
			_ = w.DB.RunJobs(run, func() time.Time { return w.now }, map[string]store.Handler{bulletin.BatchJob: {Do: func(_ context.Context, x store.Work) error {
				defer end()
				return h.Do(ctx, x)
			}}})
		}()
		<-finished
	}
	once(ctx)
	if len(got) != 2 {
		t.Fatalf("sent %v", got)
	}
	w.now = w.now.Add(time.Hour)
	once(t.Context())
	slices.Sort(got)
	if !slices.Equal(got, []string{"a@example.org", "b@example.org", "c@example.org"}) {
		t.Errorf("%v", got)
	}
	_, mails, err := w.Issue(t.Context(), w.at(manager), i.ID)
	w.must(err)
	if mails[store.DeliverySent] != 3 || mails[store.DeliveryLeft] != 1 {
		t.Errorf("%v", mails)
	}
}

// What changed since the last issue is offered by itself.
func TestWhatChangedIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.Open(t))
	ctx := t.Context()
	editor, manager := w.worker("Eve Editor", "partnership_office", "partnership_editor"), w.worker("Ann Manager", "partnership_office", "partnership_manager")
	w.must(w.Texts.Ship(ctx, start.AddDate(0, 0, -100)))
	if offer, err := w.Offer(ctx, w.now); err != nil || len(offer) != 0 {
		t.Errorf("%+v %v", offer, err)
	}
	w.publish(editor, manager, "guidance/pages/parents/alcohol.md", page("Alcohol", "\n## Now {#now}\n\nDrink can hurt you."))
	w.now = w.now.Add(time.Hour)
	offer, err := w.Offer(ctx, w.now)
	if err != nil || len(offer) != 1 || offer[0].Key != "parents/alcohol" {
		t.Errorf("%+v %v", offer, err)
	}
	i := w.issue(editor)
	_, err = w.SendIssue(ctx, w.at(manager), i.ID, i.Revision)
	w.must(err)
	w.now = w.now.Add(time.Hour)
	if offer, err := w.Offer(ctx, w.now); err != nil || len(offer) != 0 {
		t.Errorf("it is offered again: %+v %v", offer, err)
	}
}

// publish changes a text through the acts of publishing.
func (w *world) publish(editor, manager casework.By, name, text string) {
	w.t.Helper()
	ctx := w.t.Context()
	id := w.ask(editor, name, text)
	w.must(w.Texts.Publish(ctx, publishing.By{Worker: manager.Viewer.Worker, Now: w.now, Route: "r"}, calendar.Date{}, id))
}

func (w *world) ask(editor casework.By, name, text string) string {
	w.t.Helper()
	f, _, err := w.Texts.Begin(w.t.Context(), name)
	w.must(err)
	c, err := w.Texts.Ask(w.t.Context(), publishing.By{Worker: editor.Viewer.Worker, Now: w.now, Route: "r"}, publishing.Proposal{Name: name, Content: []byte(text), Base: f.Change, Why: "Because."})
	w.must(err)
	return c.ID
}

// edition releases a change of the manual.
func (w *world) edition(editor, manager casework.By, key string, from calendar.Date) {
	w.t.Helper()
	ctx := w.t.Context()
	id := w.ask(editor, neglect, page("Neglect", "\n## Signs {#signs}\n\nWords of "+key+"."))
	by := publishing.By{Worker: manager.Viewer.Worker, Now: w.now, Route: "r"}
	w.must(w.Texts.Approve(ctx, by, id))
	w.must(w.Texts.Release(ctx, by, guidance.Edition{
		Key: key, Title: "Edition " + key, From: from, Summary: "New words.", Changes: []guidance.Change{{Chapter: "neglect", What: "The signs.", Effect: "Look for them.", Roles: []string{"referrer"}}},
	}))
}

func (w *world) texts(by casework.By) publishing.By {
	return publishing.By{Worker: by.Viewer.Worker, Now: w.now, Route: "r"}
}
