package journeys

import (
	"encoding/json"
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

// Roads of the pathways, walked by everyone who takes a step in them, each at a
// browser of their own: what a scenario gives as answers is filled into the pages
// as they are, and every page on the way is looked at, wide and narrow.
func TestPathwaysInTheBrowser(t *testing.T) {
	t.Parallel()
	for _, file := range []string{
		"common_assessment/tests/stepped_up.yaml",
		"police_protection/tests/usual_road.yaml",
		"allegation/tests/usual_road.yaml",
		"exploitation_assessment/tests/usual_road.yaml",
	} {
		name, _, _ := strings.Cut(file, "/")
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := caseworktest.Scene(t, file)
			w := at(t, s.Acts[0].At)
			r := &road{world: w, s: s, name: name, started: map[string]string{}, seats: map[string]*tab{}}
			for i, a := range s.Acts {
				r.act(i, a)
			}
			if rec := r.read(r.root); s.Expect.State != "" && rec.State != s.Expect.State {
				t.Errorf("it ends %s, want %s", rec.State, s.Expect.State)
			}
		})
	}
}

// road is one scenario on its way.
type road struct {
	*world
	s       caseworktest.Scenario
	name    string
	root    string
	started map[string]string // pathway, and pathway/each → record
	seats   map[string]*tab
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

// seat is the browser of someone, signed in for today.
func (r *road) seat(name string) *tab {
	r.t.Helper()
	b := r.seats[name]
	if b == nil {
		b = &tab{Page: webtest.Browser(r.t), w: r.world, name: "pathways-" + r.name}
		r.seats[name] = b
		b.Open(r.base + "/healthz")
	}
	token, hash := secret.NewToken()
	now := r.clock.Now()
	session := store.Session{ID: hash, Worker: r.who(name).ID, CreatedAt: now, SeenAt: now, SecondAt: now, ExpiresAt: now.Add(12 * time.Hour)}
	if err := r.desk.DB.Write(r.t.Context(), func(tx *store.Tx) error { return tx.PutSession(session) }); err != nil {
		r.t.Fatal(err)
	}
	c := signin.WorkerCookie(token, false)
	b.Eval(`document.cookie = '` + c.Name + `=` + c.Value + `; path=/'; 'ok'`)
	return b
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

func (r *road) act(i int, a caseworktest.Act) {
	r.t.Helper()
	if now, _, err := calendar.ParseTime(a.At); err != nil {
		r.t.Fatal(err)
	} else if now.After(r.clock.Now()) {
		r.set(a.At)
	}
	ctx := r.t.Context()
	if r.root == "" {
		p, _ := r.desk.Pathways.Get(r.name)
		given := answer.Given(r.s.Given)
		given.Apply(answer.Given(a.Answers))
		by := casework.ByVisitor("visitor", r.clock.Now())
		if role, _, _ := strings.Cut(a.By, "@"); role != "public" && role != "professional" {
			by = r.by(r.who(a.By))
		}
		rec, err := r.desk.Begin(ctx, by, r.name, casework.Beginning{
			Authority: r.s.Authority, Team: r.s.Team, Each: r.s.Each, Step: a.Step, Answers: r.people(p, given),
		})
		if err != nil {
			r.t.Fatalf("act %d: %v", i+1, err)
		}
		r.root = rec.ID
		r.found(rec.ID)
		return
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
	by := r.by(r.who(a.By))
	switch {
	case a.Follow != "":
		q, _ := r.desk.Pathways.Get(a.Follow)
		draft, err := r.desk.StartAbout(ctx, by, on, a.Follow)
		if err == nil {
			if _, err = r.desk.SaveDraft(ctx, by, draft.ID, r.people(q, answer.Given(a.Answers)), ""); err == nil {
				_, err = r.desk.Send(ctx, by, draft.ID, "")
			}
		}
		if err != nil && a.Refused == "" {
			r.t.Fatalf("act %d, %s: %v", i+1, a.Follow, err)
		}
	case a.Write != nil:
		if _, err := r.desk.Answer(ctx, by, on, rec.Revision, r.people(p, answer.Given(a.Write)), ""); (err == nil) != (a.Refused == "") {
			r.t.Fatalf("act %d: %v", i+1, err)
		}
	default:
		r.step(i, a, rec, p)
	}
	r.found(on)
}

// step takes a step by its page.
func (r *road) step(i int, a caseworktest.Act, rec record.Record, p *pathway.Pathway) {
	r.t.Helper()
	step, ok := p.Step(a.Step)
	if !ok {
		r.t.Fatalf("act %d: no step %s", i+1, a.Step)
	}
	page := "/records/" + rec.ID + "/steps/" + a.Step
	ref := a.Step
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
	}
	if status := b.Open(r.base + page); status >= 400 {
		if a.Refused == "" {
			r.t.Fatalf("act %d, %s: status %d: %s", i+1, a.Step, status, b.Text("main"))
		}
		return
	}
	b.Check()
	if a.Refused != "" {
		r.refused(i, a, b, answers)
		return
	}
	for range 4 { // some answers bring more questions
		if !b.put(answers) || !b.Has("main form[data-autosave] button") {
			break
		}
		before := b.URL()
		b.Follow("main form[data-autosave] button[type=submit]")
		if b.URL() != before || !b.Has("main form[data-autosave]") {
			break
		}
		if b.Has(".govuk-error-summary") {
			break
		}
	}
	b.Check()
	if b.Has("form[action$='/letters/ask']") {
		r.second(rec.ID, ref, a.By, answers)
		b.Open(r.base + page)
		b.put(answers)
		b.Follow("main form[data-autosave] button[type=submit]")
	}
	if b.Has("input[name=confirmed]") {
		b.Follow("form:has(input[name=confirmed]) button[type=submit]")
		b.Check()
	}
	if r.read(rec.ID).Revision == rec.Revision {
		r.t.Fatalf("act %d, %s by %s: it was not taken: %s\n%s", i+1, a.Step, a.By, b.URL(), b.Text("main"))
	}
}

// refused sends a step that is refused, and reads why.
func (r *road) refused(i int, a caseworktest.Act, b *tab, answers answer.Set) {
	r.t.Helper()
	if b.Has("main form[data-autosave] button") {
		b.put(answers)
		b.Follow("main form[data-autosave] button[type=submit]")
		b.Check()
	}
	if text := b.Text("body"); !strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSuffix(a.Refused, "."))) {
		r.t.Errorf("act %d, %s: the page does not say %q: %s", i+1, a.Step, a.Refused, b.Text("main"))
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

// put fills in what the page asks, and tells whether it asks anything that is
// answered.
func (b *tab) put(answers answer.Set) bool {
	b.w.t.Helper()
	form := map[string][]string{}
	for key, a := range answers {
		k := string(key)
		switch {
		case len(a.Parts) > 0:
			for part, v := range a.Parts {
				form[k+"-"+part] = []string{v}
			}
		case a.NotKnown != "":
			form[k+"-not_known"], form[k+"-not_known_reason"] = []string{"yes"}, []string{a.NotKnown}
		case len(a.List) > 0:
			form[k] = a.List
		default:
			form[k] = []string{a.Text}
			day, month, year, clock := pathway.DateParts(a.Text)
			form[k+"-day"], form[k+"-month"], form[k+"-year"], form[k+"-time"] = []string{day}, []string{month}, []string{year}, []string{clock}
			if text, ok := strings.CutSuffix(k, "_other"); ok {
				form[text+"-other"] = []string{a.Text}
			}
		}
	}
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	in, err := json.Marshal(form)
	if err != nil {
		b.w.t.Fatal(err)
	}
	return b.Eval(`(() => {
		const form = `+string(in)+`
		let done = 0
		for (const [name, values] of Object.entries(form)) for (const e of document.getElementsByName(name)) {
			if (e.type === 'hidden') continue
			if (e.type === 'radio' || e.type === 'checkbox') {
				if (values.includes(e.value) || e.type === 'checkbox' && values[0] === 'yes' && name.endsWith('-not_known')) { if (!e.checked) e.click(); done++ }
				else if (e.type === 'checkbox' && e.checked) e.click()
			} else {
				e.value = values[0]
				e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}))
				done++
			}
		}
		return done > 0 || !document.querySelector('main form[data-autosave] [name=asked]') ? 'yes' : ''
	})()`) == "yes"
}
