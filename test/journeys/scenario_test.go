package journeys

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web/webtest"
)

// Roads of the pathways, walked by everyone who takes a step in them: what a
// scenario gives as answers is filled into the pages as they are, from the page
// that begins a record to the last step, and every page on the way is looked at,
// wide and narrow.
func TestPathwaysInTheBrowser(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"common_assessment/tests/school_to_closure.yaml",
		"referral/tests/plan_and_review.yaml",
		"allegation/tests/usual_road.yaml",
		"child_death/tests/usual_road.yaml",
		"exploitation_assessment/tests/usual_road.yaml",
	} {
		name, _, _ := strings.Cut(file, "/")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRoad(t, name, caseworktest.Scene(t, file))
			r.walk()
			if name == "child_death" {
				// A child who has died grows no older.
				b := r.seat("cdop_coordinator")
				b.goTo("/records/" + r.root)
				b.says("died 24 Oct 2026")
				b.says("months old when they died, born")
			}
		})
	}
}

// road is one scenario on its way.
type road struct {
	*world
	s       caseworktest.Scenario
	name    string
	phone   bool // everyone has a phone
	root    string
	started map[string]string // pathway, and pathway/each → record
	tab     *tab
	sits    string // who sits at the tab
	since   time.Time
	seen    map[string]bool // pages that were looked at
}

func newRoad(t *testing.T, name string, s caseworktest.Scenario) *road {
	return &road{world: at(t, s.Acts[0].At), s: s, name: name, started: map[string]string{}, seen: map[string]bool{}}
}

// walk plays every act and holds what the scenario expects of the record’s state.
func (r *road) walk() {
	r.t.Helper()
	for i, a := range r.s.Acts {
		on := r.act(i, a)
		if got := r.read(on).State; a.Then.State != "" && got != a.Then.State {
			r.t.Fatalf("act %d, %s: state %s, want %s", i+1, a.Step, got, a.Then.State)
		}
		for _, want := range a.Then.Started {
			key := want.Pathway
			if want.Each != "" {
				key += "/" + want.Each
			}
			if id := r.started[key]; id == "" || r.read(id).State != want.State {
				r.t.Fatalf("act %d, %s: %s was not started in the state %s; there are %v", i+1, a.Step, key, want.State, r.started)
			}
		}
	}
	if rec := r.read(r.root); r.s.Expect.State != "" && rec.State != r.s.Expect.State {
		r.t.Errorf("it ends %s, want %s", rec.State, r.s.Expect.State)
	}
}

// look checks a page the first time that one of its kind is seen on this road.
func (r *road) look(b *tab, page string) {
	r.t.Helper()
	if !r.seen[page] {
		r.seen[page] = true
		b.look(strings.NewReplacer("/", "-", "#", "-").Replace(page))
		if r.phone {
			b.thumb()
		}
	}
}

// who is the worker that a scenario names, such as "researcher@police#other".
func (r *road) who(name string) agency.Worker {
	r.t.Helper()
	role, _, _ := strings.Cut(name, "#")
	role, where, _ := strings.Cut(role, "@")
	authority, kind := r.s.Authority, where
	if _, ok := r.desk.Place.Register.Authority(where); ok {
		authority, kind = where, ""
	}
	return caseworktest.Worker(r.t, r.desk, name, role, authority, kind)
}

func (r *road) by(who agency.Worker) casework.By {
	return casework.ByWorker(who, &r.desk.Place.Register, r.clock.Now())
}

// seat is the browser, with someone signed in for today. Everyone on a road sits
// down at the same one, as on a ward: a browser for each would cost more than all
// that is done in it.
func (r *road) seat(name string) *tab {
	r.t.Helper()
	if r.tab == nil {
		r.tab = &tab{Page: webtest.Browser(r.t), w: r.world, name: "pathways-" + r.name}
		r.tab.Width(webtest.Phone)
		if r.phone {
			r.tab.Touch()
		}
	}
	if now := r.clock.Now(); r.sits != name || now.Sub(r.since) > 5*time.Minute {
		r.tab.comeAs(r.who(name))
		r.sits, r.since = name, now
	}
	return r.tab
}

// comeAs signs a worker in for today without the sign-in page, which has a journey
// of its own.
func (b *tab) comeAs(who agency.Worker) {
	b.w.t.Helper()
	token, hash := secret.NewToken()
	now := b.w.clock.Now()
	session := store.Session{ID: hash, Worker: who.ID, CreatedAt: now, SeenAt: now, SecondAt: now, ExpiresAt: now.Add(12 * time.Hour)}
	if err := b.w.desk.DB.Write(b.w.t.Context(), func(tx *store.Tx) error { return tx.PutSession(session) }); err != nil {
		b.w.t.Fatal(err)
	}
	b.Open(b.w.base + "/healthz")
	c := signin.WorkerCookie(token, false)
	b.As(c)
}

func (r *road) read(id string) record.Record {
	r.t.Helper()
	var rec record.Record
	err := r.desk.DB.Read(r.t.Context(), func(tx *store.Tx) (err error) {
		rec, err = tx.Record(id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec
}

// found notes the records that a record has started, and theirs.
func (r *road) found(id string) {
	r.t.Helper()
	var kids []record.Record
	err := r.desk.DB.Read(r.t.Context(), func(tx *store.Tx) (err error) {
		kids, err = tx.RecordsStartedBy(id)
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, k := range kids {
		r.started[k.Pathway], r.started[k.Pathway+"/"+k.Each] = k.ID, k.ID
		r.found(k.ID)
	}
}

// people puts real workers where answers name one by their role.
func (r *road) people(p *pathway.Pathway, answers answer.Set) answer.Set {
	for k, a := range answers {
		_, _, id := k.Split()
		if q, ok := p.Question(id); ok && q.Type == "worker" && a.Text != "" {
			answers[k] = answer.Text(r.who(a.Text).ID)
		}
	}
	return answers
}

// act plays one act, and gives the record it was on.
func (r *road) act(i int, a caseworktest.Act) string {
	r.t.Helper()
	if now, _, err := calendar.ParseTime(a.At); err != nil {
		r.t.Fatal(err)
	} else if now.After(r.clock.Now()) {
		r.set(a.At)
	}
	if r.root == "" {
		r.root = r.begin(a)
		r.found(r.root)
		return r.root
	}
	on := r.root
	if a.On != "" {
		if on = r.started[a.On]; on == "" {
			r.t.Fatalf("act %d: %s was not started; there are %v", i+1, a.On, r.started)
		}
		if role, _, _ := strings.Cut(a.By, "#"); role == "researcher" {
			_, each, _ := strings.Cut(a.On, "/")
			a.By += "@" + each
		}
	}
	rec := r.read(on)
	p, _ := r.desk.Pathways.Get(rec.Pathway)
	switch {
	case a.Follow != "":
		if id := r.follow(i, a, rec); id != "" {
			r.found(on)
			return id
		}
	case a.Write != nil:
		r.write(i, a, rec, r.people(p, answer.Given(a.Write)))
	default:
		r.step(i, a, rec, p)
	}
	r.found(on)
	return on
}

// begin begins the first record: from the list of what a worker may begin, or, of
// what anyone may, from its own page.
func (r *road) begin(a caseworktest.Act) string {
	r.t.Helper()
	p, _ := r.desk.Pathways.Get(r.name)
	given := answer.Given(r.s.Given)
	given.Apply(answer.Given(a.Answers))
	r.people(p, given)
	b := r.seat(a.By)
	b.Open(r.base + "/begin")
	r.look(b, "begin")
	if start := `form:has(input[value="` + r.name + `"]) button`; b.Has(start) {
		b.Follow(start)
		return r.fill(b, p, given)
	}
	b.Open(r.base + "/refer")
	r.look(b, "refer")
	b.mark("Start now")
	b.Follow("[data-press]")
	return r.fill(b, p, given)
}

// follow carries a record on into one of another pathway, from its page, and gives
// the record that came of it.
func (r *road) follow(i int, a caseworktest.Act, rec record.Record) string {
	r.t.Helper()
	q, _ := r.desk.Pathways.Get(a.Follow)
	b := r.seat(a.By)
	b.Open(r.base + "/records/" + rec.ID)
	r.look(b, rec.Pathway+"/"+rec.State)
	onward := `form[action$="/onward/` + a.Follow + `"] button`
	if a.Refused != "" {
		if b.Has(onward) {
			r.t.Errorf("act %d: %s may be carried on into %s", i+1, rec.Pathway, a.Follow)
		}
		return ""
	}
	b.Follow(onward)
	return r.fill(b, q, r.people(q, answer.Given(a.Answers)))
}

// step takes a step by its page.
func (r *road) step(i int, a caseworktest.Act, rec record.Record, p *pathway.Pathway) {
	r.t.Helper()
	step, ok := p.Step(a.Step)
	if !ok {
		r.t.Fatalf("act %d: no step %s", i+1, a.Step)
	}
	page := "/records/" + rec.ID + "/steps/" + a.Step
	ref, kind := a.Step, p.Name+"/"+a.Step
	answers := answer.Given(a.Answers)
	if step.Group() != "" {
		row := pathway.NewRow
		if step.Row != "" {
			row = caseworktest.RowOf(rec.Answers, step.Row, a.Row)
			page += "?row=" + row
			ref += "/" + row
		}
		for q, v := range a.New {
			answers[answer.RowKey(step.Group(), row, q)] = answer.One(v)
		}
	}
	for group, rows := range a.Rows {
		ids := rec.Answers.Rows(group)
		for n, row := range rows {
			for q, v := range row {
				answers[answer.RowKey(group, ids[n], q)] = answer.One(v)
			}
		}
	}
	r.people(p, answers)
	b := r.seat(a.By)
	if len(step.Marks) > 0 && (a.Looked == nil || *a.Looked) {
		b.Open(r.base + "/records/" + rec.ID + "/known")
		r.look(b, p.Name+"/known")
	}
	if status := b.Open(r.base + page); status >= 400 {
		if a.Refused == "" {
			r.t.Fatalf("act %d, %s: status %d: %s", i+1, a.Step, status, b.Text("main"))
		}
		return // nobody is shown a step that is not theirs
	}
	if !b.Has(stepButton) {
		// A step of a button alone, or one that waits for something.
		r.look(b, kind+"/waits")
		if a.Refused == "" {
			r.t.Fatalf("act %d, %s by %s: it cannot be taken: %s", i+1, a.Step, a.By, b.Text("main"))
		}
		r.refused(i, a, b, step)
		return
	}
	r.look(b, kind)
	for range 4 { // some answers bring more questions
		b.put(answers)
		before := b.URL()
		b.Follow(stepButton)
		if b.URL() != before || !b.Has(stepButton) || b.Has(".govuk-error-summary") {
			break
		}
		r.look(b, kind+"/more")
	}
	if a.Refused != "" {
		r.look(b, kind+"/refused")
		r.refused(i, a, b, step)
		return
	}
	if b.Has("form[action$='/letters/ask']") {
		r.look(b, kind+"/letters-wait")
		r.second(rec.ID, ref, a.By, answers)
		b.Open(r.base + page)
		b.put(answers)
		b.Follow(stepButton)
	}
	if b.Has("input[name=confirmed]") {
		r.look(b, kind+"/letters")
		b.Follow("form:has(input[name=confirmed]) button[type=submit]")
	}
	now := r.read(rec.ID)
	if now.Revision == rec.Revision {
		r.t.Fatalf("act %d, %s by %s: it was not taken: %s\n%s", i+1, a.Step, a.By, b.URL(), b.Text("main"))
	}
	if strings.Contains(b.URL(), "/records/") {
		r.look(b, p.Name+"/"+now.State)
	}
}

// stepButton is what takes a step, among the buttons of its form.
const stepButton = "main form[data-autosave] .fd-sticky button:not([name])"

// refused reads on the page why a step is refused, and on the record’s own page
// where it is the step itself that waits. A question’s own fault cannot be read
// while the step waits for something else: then the page says what that is.
func (r *road) refused(i int, a caseworktest.Act, b *tab, step *pathway.Step) {
	r.t.Helper()
	want := strings.ToLower(strings.TrimSuffix(a.Refused, "."))
	waits := !b.Has(stepButton)
	if waits && !slices.ContainsFunc(step.AllowIf, func(x pathway.Guard) bool { return strings.Contains(strings.ToLower(x.Else), want) }) {
		want = "this cannot be done yet"
	}
	says := func(where string) {
		if text := b.Text("main"); !strings.Contains(strings.ToLower(text), want) {
			r.t.Fatalf("act %d, %s: %s does not say %q: %s", i+1, a.Step, where, want, text)
		}
	}
	says("the page")
	if waits && step.Group() == "" && want != "this cannot be done yet" {
		b.mark("Back to the record")
		b.Follow("[data-press]")
		says("the record")
	}
}

// second has another of the same role read letters that need it.
func (r *road) second(id, ref, who string, answers answer.Set) {
	r.t.Helper()
	ctx := r.t.Context()
	by := r.by(r.who(who))
	dr, err := r.desk.StepDraft(ctx, by, id, ref)
	if err == nil {
		_, err = r.desk.SaveDraft(ctx, by, dr.ID, answers, "")
	}
	other := r.by(r.who(who + "#reads-letters"))
	var waiting []casework.Letters
	if err == nil {
		waiting, err = r.desk.LettersToCheck(ctx, other, id)
	}
	for _, w := range waiting {
		if err == nil && w.Owner == by.Principal {
			err = r.desk.CheckLetters(ctx, other, id, w.Step.ID, w.Owner, casework.LettersHash(w.Previews), casework.Verdict{Safe: true, Words: "Nothing in it tells where they are."})
		}
	}
	if err != nil {
		r.t.Fatalf("second person: %v", fault.SafeText(err))
	}
}

// write answers the record’s own pages, one after the other.
func (r *road) write(i int, a caseworktest.Act, rec record.Record, answers answer.Set) {
	r.t.Helper()
	p, _ := r.desk.Pathways.Get(rec.Pathway)
	b := r.seat(a.By)
	wrote := map[answer.Key]bool{}
	for n := range p.Pages {
		page := &p.Pages[n]
		rows := []string{""}
		if page.Repeat != "" {
			rows = rec.Answers.Rows(page.Repeat)
		}
		for _, row := range rows {
			here := answer.Set{}
			for j := range page.Questions {
				k := answer.Key(page.Questions[j].ID)
				if row != "" {
					k = answer.RowKey(page.Repeat, row, string(k))
				}
				if x, ok := answers[k]; ok && !wrote[k] {
					wrote[k] = true
					if !x.Equal(rec.Answers[k]) {
						here[k] = x
					}
				}
			}
			if len(here) > 0 && page.Questions[0].Type != "tool" {
				r.writePage(i, b, rec, page.ID, row, here)
			}
		}
		if page.Questions[0].Type == "tool" && slices.ContainsFunc(answers.Keys(), func(k answer.Key) bool { return strings.HasPrefix(string(k), page.Repeat+"/") }) {
			r.score(b, rec, page.Repeat, answers)
		}
	}
	for k := range answers {
		if group, _, _ := k.Split(); !wrote[k] && (group != "" || len(rec.Answers.Rows(string(k))) == 0) {
			r.t.Fatalf("act %d: no page of %s asks %s", i+1, rec.Pathway, k)
		}
	}
}

func (r *road) writePage(i int, b *tab, rec record.Record, page, row string, answers answer.Set) {
	r.t.Helper()
	href := "/records/" + rec.ID + "/edit/" + page
	if row != "" {
		href += "?row=" + row
	}
	if status := b.Open(r.base + href); status >= 400 {
		r.t.Fatalf("act %d, %s: status %d: %s", i+1, href, status, b.Text("main"))
	}
	r.look(b, rec.Pathway+"/edit-"+page)
	for range 4 {
		b.put(answers)
		if b.Has("[name=reason]") {
			b.Fill("[name=reason]", "It was not known before.")
		}
		b.Follow(stepButton)
		if !strings.Contains(b.URL(), "/edit/"+page) {
			return
		}
	}
	r.t.Fatalf("act %d, %s: it was not saved: %s", i+1, href, b.Text("main"))
}
