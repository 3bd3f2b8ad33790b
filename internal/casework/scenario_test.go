package casework_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/deadline"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/pathways"
)

type (
	scenario    = caseworktest.Scenario
	act         = caseworktest.Act
	expectation = caseworktest.Expectation
	clockWanted = caseworktest.ClockWanted
)

// Every pathway's own scenarios hold, through the real acts on both engines.
func TestScenarios(t *testing.T) {
	t.Parallel()
	files, err := fs.Glob(pathways.FS, "*/tests/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.Replace(file, "/tests/", "/", 1), ".yaml"), func(t *testing.T) {
			t.Parallel()
			s := caseworktest.Scene(t, file)
			caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
				play(t, d, s.Pathway, s)
			})
		})
	}
}

// player plays one scenario.
type player struct {
	t       *testing.T
	d       *casework.Desk
	s       scenario
	name    string
	root    record.Record
	started map[string]string // pathway/each → record id
	looked  map[string]bool
}

func play(t *testing.T, d *casework.Desk, name string, s scenario) *player {
	t.Helper()
	p := &player{t: t, d: d, s: s, name: name, started: map[string]string{}, looked: map[string]bool{}}
	var at time.Time
	for i, a := range s.Acts {
		where := fmt.Sprintf("act %d, %s", i+1, a.Step)
		var err error
		if at, _, err = calendar.ParseTime(a.At); err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		on := p.act(where, a, at)
		p.expect(where, a.Then, on, at)
	}
	p.expect("the end", s.Expect, p.root.ID, at)
	p.mailsSayNothing()
	// What was kept is read again row by row, which takes longer than the story on a
	// database server: there only at the end of each usual road.
	if strings.HasSuffix(t.Name(), "/postgres") && !strings.Contains(t.Name(), "/usual_road/") {
		return p
	}
	if _, diffs, err := d.Verify(t.Context(), "", nil); err != nil || len(diffs) > 0 {
		t.Errorf("verify: %v %v", diffs, err)
	}
	return p
}

// kinds of agency by which a scenario may name a researcher: "researcher@police".
func (p *player) by(who string, at time.Time) casework.By {
	name := who
	who, _, _ = strings.Cut(who, "#")
	role, where, _ := strings.Cut(who, "@")
	switch role {
	case "public", "professional":
		if p.root.ID != "" {
			return casework.ByCode(p.root.ID, at)
		}
		return casework.ByVisitor("visitor", at)
	}
	authority, kind := p.s.Authority, ""
	if _, ok := p.d.Place.Register.Authority(where); ok {
		authority = where
	} else {
		kind = where
	}
	w := caseworktest.Worker(p.t, p.d, name, role, authority, kind)
	return casework.ByWorker(w, &p.d.Place.Register, at)
}

func (p *player) act(where string, a act, at time.Time) string {
	t := p.t
	if a.As != "" || p.root.ID == "" && a.On == "" {
		return p.begin(where, a, at)
	}
	on := p.root.ID
	who := a.By
	if a.On != "" {
		var ok bool
		if on, ok = p.started[a.On]; !ok {
			t.Fatalf("%s: %s was not started; there are %v", where, a.On, p.started)
		}
		if role, _, _ := strings.Cut(who, "#"); role == "researcher" {
			_, each, _ := strings.Cut(a.On, "/")
			who += "@" + each
		}
	}
	by := p.by(who, at)
	rec, err := p.read(on)
	if err != nil {
		t.Fatal(err)
	}
	pw, _ := p.d.Pathways.Get(rec.Pathway)
	if step, ok := pw.Step(a.Step); ok && len(step.Marks) > 0 && (a.Looked == nil || *a.Looked) {
		if key := string(by.Principal) + on; !p.looked[key] {
			if _, _, err := p.d.Known(t.Context(), by, on); err == nil {
				p.looked[key] = true
			}
		}
	}
	if a.Follow != "" {
		return p.follow(where, a, by, on)
	}
	if a.Meeting != "" {
		p.refused(where, a, p.meet(where, a, by, on))
		return on
	}
	if a.Write != nil {
		changes := answer.Given(a.Write)
		p.workers(pw, changes, at)
		_, err = p.d.Answer(t.Context(), by, on, rec.Revision, changes, "")
		p.refused(where, a, err)
		return on
	}
	changes := answer.Given(a.Answers)
	ref := a.Step
	if step, ok := pw.Step(a.Step); ok && step.Group() != "" {
		row := pathway.NewRow
		if step.Row != "" {
			row = caseworktest.RowOf(rec.Answers, step.Row, a.Row)
			ref += "/" + row
		}
		for q, v := range a.New {
			changes[answer.RowKey(step.Group(), row, q)] = answer.One(v)
		}
	} else if a.New != nil {
		t.Fatalf("%s: new: is for a step that adds a row or is about one", where)
	}
	for group, rows := range a.Rows {
		ids := rec.Answers.Rows(group)
		for i, row := range rows {
			for q, v := range row {
				changes[answer.RowKey(group, ids[i], q)] = answer.One(v)
			}
		}
	}
	p.workers(pw, changes, at)
	_, err = p.d.TakeStepWith(t.Context(), by, on, ref, rec.Revision, changes, p.others(where, a))
	waits := func(words string) bool { return strings.Contains(fault.SafeText(err), words) }
	if a.Refused == "" && (waits("A second person must check these letters") || waits("a second person must say so")) {
		p.second(where, a.By, by, on, ref, changes, at)
		_, err = p.d.TakeStep(t.Context(), by, on, ref, rec.Revision, changes)
	}
	p.refused(where, a, err)
	p.find(on)
	return on
}

// second has another person of the actor's role read letters that need it.
func (p *player) second(where, who string, by casework.By, on, ref string, changes answer.Set, at time.Time) {
	p.t.Helper()
	ctx := p.t.Context()
	dr, err := p.d.StepDraft(ctx, by, on, ref)
	if err == nil {
		_, err = p.d.SaveDraft(ctx, by, dr.ID, changes, "")
	}
	if err != nil {
		p.t.Fatalf("%s: %v", where, err)
	}
	other := p.by(who+"#reads-letters", at)
	waiting, err := p.d.LettersToCheck(ctx, other, on)
	for _, w := range waiting {
		if err == nil && w.Owner == by.Principal {
			err = p.d.CheckLetters(ctx, other, on, w.Step.ID, w.Owner, casework.LettersHash(w.Previews), casework.Verdict{Safe: true, Words: "Nothing in it tells where they are."})
		}
	}
	if err != nil {
		p.t.Fatalf("%s: second person: %v", where, err)
	}
}

// meet makes a meeting of a record one with those of others, or one by itself.
func (p *player) meet(where string, a act, by casework.By, on string) error {
	if slices.Equal(a.With, []string{"apart"}) {
		return p.d.MeetApart(p.t.Context(), by, on, a.Meeting)
	}
	var ids []string
	for _, name := range a.With {
		ids = append(ids, p.known(where, name))
	}
	return p.d.MeetTogether(p.t.Context(), by, on, a.Meeting, ids)
}

func (p *player) known(where, name string) string {
	id, ok := p.started[name]
	if !ok {
		p.t.Fatalf("%s: %s was not started; there are %v", where, name, p.started)
	}
	return id
}

// others are the answers about those who are on the lists of other records alone.
func (p *player) others(where string, a act) map[string]answer.Set {
	out := map[string]answer.Set{}
	for name, groups := range a.Others {
		id := p.known(where, name)
		rec, err := p.read(id)
		if err != nil {
			p.t.Fatal(err)
		}
		out[id] = answer.Set{}
		for group, rows := range groups {
			for i, row := range rows {
				for q, v := range row {
					out[id][answer.RowKey(group, rec.Answers.Rows(group)[i], q)] = answer.One(v)
				}
			}
		}
	}
	return out
}

// follow carries a record on into one of another pathway, as a worker does from
// its page.
func (p *player) follow(where string, a act, by casework.By, on string) string {
	draft, err := p.d.StartAbout(p.t.Context(), by, on, a.Follow)
	if err == nil {
		changes := answer.Given(a.Answers)
		pw, _ := p.d.Pathways.Get(a.Follow)
		p.workers(pw, changes, by.Now)
		if _, err = p.d.SaveDraft(p.t.Context(), by, draft.ID, changes, ""); err == nil {
			var sent casework.Receipt
			if sent, err = p.d.Send(p.t.Context(), by, draft.ID, ""); err == nil {
				p.find(on)
				on = sent.Record.ID
			}
		}
	}
	p.refused(where, a, err)
	return on
}

// workers puts real workers where a scenario names one by their role, and records
// where it names one as on: does, or the first as “root”.
func (p *player) workers(pw *pathway.Pathway, changes answer.Set, at time.Time) {
	for k, a := range changes {
		_, _, id := k.Split()
		if q, ok := pw.Question(id); ok && q.Type == "worker" && a.Text != "" {
			changes[k] = answer.Text(p.by(a.Text, at).Worker())
		} else if ok && q.Type == "record" && a.Text == "root" {
			changes[k] = answer.Text(p.root.ID)
		} else if to, named := p.started[a.Text]; ok && q.Type == "record" && named {
			changes[k] = answer.Text(to)
		}
	}
}

func (p *player) refused(where string, a act, err error) {
	switch {
	case a.Refused != "" && err == nil:
		p.t.Fatalf("%s: was let through; should be refused with %q", where, a.Refused)
	case a.Refused != "" && !strings.Contains(fault.SafeText(err), a.Refused):
		p.t.Errorf("%s: refused with %q, should say %q", where, fault.SafeText(err), a.Refused)
	case a.Refused == "" && err != nil:
		p.t.Fatalf("%s: %v", where, err)
	}
}

func (p *player) begin(where string, a act, at time.Time) string {
	by := p.by(a.By, at)
	given := answer.Given(p.s.Given)
	given.Apply(answer.Given(a.Answers))
	rec, err := p.d.Begin(p.t.Context(), by, p.name, casework.Beginning{Authority: p.s.Authority, Team: p.s.Team, Each: p.s.Each, Step: a.Step, Answers: given})
	p.refused(where, a, err)
	if err != nil {
		return ""
	}
	p.find(rec.ID)
	if a.As != "" {
		p.started[a.As] = rec.ID
		return rec.ID
	}
	p.root = rec
	return rec.ID
}

func (p *player) read(id string) (record.Record, error) {
	var rec record.Record
	err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(id)
		return err
	})
	return rec, err
}

// find notes the records that a record has started, by pathway and each.
func (p *player) find(id string) {
	var deeper []string
	defer func() {
		for _, kid := range deeper {
			p.find(kid)
		}
	}()
	err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) error {
		kids, err := tx.RecordsStartedBy(id)
		for _, k := range kids {
			p.started[k.Pathway+"/"+k.Each] = k.ID
			p.started[k.Pathway] = k.ID
			if !slices.Contains(deeper, k.ID) {
				deeper = append(deeper, k.ID)
			}
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *player) expect(where string, e expectation, id string, at time.Time) {
	t := p.t
	t.Helper()
	if id == "" {
		return
	}
	rec, err := p.read(id)
	if err != nil {
		t.Fatal(err)
	}
	if e.State != "" && rec.State != e.State {
		t.Errorf("%s: state %s, want %s", where, rec.State, e.State)
	}
	p.expectClocks(where, e.Clocks, rec, at)
	p.expectInvites(where, e.Invites, rec)
	p.expectTold(where, e, rec, at)
	p.expectKept(where, e.Kept, rec)
	for group, want := range e.Rows {
		if got := len(rec.Answers.Rows(group)); got != want {
			t.Errorf("%s: %d rows of %s, want %d", where, got, group, want)
		}
	}
	for key, want := range e.Answers {
		if group, row, q := answer.Key(key).Split(); row != "" { // “actions/1/action_what” is of the first row
			key = string(answer.RowKey(group, caseworktest.RowOf(rec.Answers, group, row), q))
		}
		a := rec.Answers[answer.Key(key)]
		if got := a.Text + strings.Join(a.List, " "); got != want {
			t.Errorf("%s: %s is %q, want %q", where, key, got, want)
		}
	}
	for _, want := range e.Started {
		key := want.Pathway
		if want.Each != "" {
			key += "/" + want.Each
		}
		kid, ok := p.started[key]
		if !ok {
			t.Errorf("%s: %s was not started; there are %v", where, key, p.started)
			continue
		}
		if r, err := p.read(kid); err != nil || want.State != "" && r.State != want.State {
			t.Errorf("%s: %s is %s, want %s (%v)", where, key, r.State, want.State, err)
		}
	}
	for who, want := range e.Can {
		if got := p.can(who, id, at); !slices.Equal(got, sorted(want)) {
			t.Errorf("%s: %s can %v, want %v", where, who, got, want)
		}
	}
	for who, want := range e.AskFirst {
		if v, err := p.d.Open(t.Context(), p.by(who, at), id); err != nil || len(v.AskFirst.Words) > 0 != want {
			t.Errorf("%s: %s is told to ask first: %v, want %v (%v)", where, who, !want, want, err)
		}
	}
	for who, want := range e.Warned {
		v, err := p.d.Open(t.Context(), p.by(who, at), id)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		got := v.Pathway.BannersOf(v.Facts)
		if !slices.EqualFunc(got, want, strings.Contains) {
			t.Errorf("%s: %s is warned %q, want %q", where, who, got, want)
		}
	}
	for who, want := range e.OpenSteps {
		var open []string
		v, err := p.d.Open(t.Context(), p.by(p.researcher(who, id), at), id)
		if err == nil {
			for _, s := range v.Steps {
				if s.Open {
					open = append(open, s.Step.ID)
				}
			}
		}
		for _, w := range want {
			if !slices.Contains(open, w) {
				t.Errorf("%s: %s cannot take %s; open are %v", where, who, w, open)
			}
		}
		if len(want) == 0 && len(open) > 0 {
			t.Errorf("%s: %s can take %v, should be none", where, who, open)
		}
	}
}

func (p *player) expectKept(where, want string, rec record.Record) {
	p.t.Helper()
	if want == "" {
		return
	}
	got := "open"
	err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) error {
		r, err := tx.Retention(rec.ID)
		if errors.Is(err, store.ErrNone) {
			return nil
		}
		if got = "undecided"; err == nil && !r.Keep().IsZero() {
			got = r.Keep().String()
		}
		return err
	})
	if err != nil || got != want {
		p.t.Errorf("%s: kept until %s, want %s (%v)", where, got, want, err)
	}
}

// researcher adds the agency of a started record to a bare "researcher".
func (p *player) researcher(who, id string) string {
	for key, kid := range p.started {
		if _, each, ok := strings.Cut(key, "/"); ok && each != "" && kid == id && who == "researcher" {
			return who + "@" + each
		}
	}
	return who
}

func (p *player) can(who, id string, at time.Time) []string {
	by := p.by(p.researcher(who, id), at)
	var out []string
	err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) error {
		grants, restrictions, exclusions, err := tx.AccessRows(id)
		dec := access.Decide(by.Viewer, grants, restrictions, exclusions)
		for _, r := range []access.Right{access.Act, access.Status, access.View} {
			if dec.May(r) {
				out = append(out, string(r))
			}
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	if len(out) == 0 { // its sealed source is in no row that could be read here
		if s, err := p.d.Status(p.t.Context(), by, id); err == nil && s.Mine {
			out = append(out, string(access.Status))
		}
	}
	return sorted(out)
}

func sorted(list []string) []string {
	out := slices.Clone(list)
	slices.Sort(out)
	return out
}

func (p *player) expectClocks(where string, wanted map[string]clockWanted, rec record.Record, at time.Time) {
	t, id := p.t, rec.ID
	var clocks []record.Clock
	err := p.d.DB.Read(context.Background(), func(tx *store.Tx) error {
		var err error
		clocks, err = tx.Clocks(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range wanted {
		i := -1
		if clock, row, ok := strings.Cut(name, "/"); ok {
			if pw, _ := p.d.Pathways.Get(rec.Pathway); pw != nil {
				if def, ok := pw.Clock(clock); ok {
					name = clock + "/" + caseworktest.RowOf(rec.Answers, def.Each, row)
				}
			}
		}
		for j, c := range clocks {
			if c.Clock == name && (i < 0 || clocks[i].Cancelled != "" || c.StartedAt.After(clocks[i].StartedAt) ||
				c.StartedAt.Equal(clocks[i].StartedAt) && c.Cancelled == "" && !clocks[i].Open() && (c.Open() || c.StoppedAt.After(clocks[i].StoppedAt))) {
				i = j // the latest; one that runs on again has the start of the one before
			}
		}
		if want.None {
			if i >= 0 {
				t.Errorf("%s: clock %s runs, should not", where, name)
			}
			continue
		}
		if i < 0 {
			t.Errorf("%s: clock %s does not run", where, name)
			continue
		}
		if want.Due != "" {
			due := clocks[i].DueAt.In(calendar.London)
			if got, short := due.Format("2006-01-02T15:04"), due.Format("2006-01-02"); want.Due != got && want.Due != short {
				t.Errorf("%s: clock %s is due %s, want %s (%s)", where, name, got, want.Due, clocks[i].Sum)
			}
		}
		if want.Status != "" {
			if got := string(deadline.StatusAt(clocks[i], at)); got != want.Status {
				t.Errorf("%s: clock %s is %s, want %s", where, name, got, want.Status)
			}
		}
	}
}

// expectInvites looks at what people were last told of a meeting.
func (p *player) expectInvites(where string, wanted map[string]string, rec record.Record) {
	if len(wanted) == 0 {
		return
	}
	var sent []store.MeetingInvite
	if err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) error {
		var err error
		sent, err = tx.MeetingInvites(rec.ID)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	for name, want := range wanted {
		row, got := "", "none"
		if group, _, of := strings.Cut(name, "/"); of {
			row = caseworktest.RowOf(rec.Answers, group, name)
		}
		var last time.Time
		for _, m := range sent {
			if m.Row == row && !m.At.Before(last) {
				got, last = fmt.Sprintf("%s %d %s", m.Act, m.Sequence, m.Starts.In(calendar.London).Format("2006-01-02T15:04")), m.At
			}
		}
		if got != want {
			p.t.Errorf("%s: %s was told %q, want %q", where, name, got, want)
		}
	}
}

// expectTold looks at which notices and letters went.
func (p *player) expectTold(where string, e expectation, rec record.Record, at time.Time) {
	for who, want := range e.Told {
		all, err := p.d.Notices(p.t.Context(), p.by(p.researcher(who, rec.ID), at), 200)
		if err != nil {
			p.t.Fatal(err)
		}
		var got []string
		for _, n := range all {
			if n.Record == rec.ID {
				got = append(got, n.Message)
			}
		}
		for _, w := range want {
			if !slices.Contains(got, w) {
				p.t.Errorf("%s: %s was told %v, want %s too", where, who, got, w)
			}
		}
		if len(want) == 0 && len(got) > 0 {
			p.t.Errorf("%s: %s was told %v, want nothing", where, who, got)
		}
	}
	if len(e.Letters) == 0 {
		return
	}
	var sent []record.Document
	if err := p.d.DB.Read(p.t.Context(), func(tx *store.Tx) (err error) {
		sent, err = tx.Documents(rec.ID)
		return err
	}); err != nil {
		p.t.Fatal(err)
	}
	for doc, want := range e.Letters {
		got := 0
		for _, d := range sent {
			if d.Doc == doc && d.Withheld == "" {
				got++
			}
		}
		if got != want {
			p.t.Errorf("%s: %d of the letter %s went, want %d", where, got, doc, want)
		}
	}
}
