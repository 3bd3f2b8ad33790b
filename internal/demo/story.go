package demo

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

//go:embed world
var world embed.FS

// story is one record of the world and everything that happened with it and what
// followed from it: a file of the folder "world".
type story struct {
	Shows     string         `yaml:"shows"` // what there is to see in it
	Authority string         `yaml:"authority"`
	Pathway   string         `yaml:"pathway"` // a referral when it does not say
	Form      string         `yaml:"form"`    // the usual answers it starts from, of usual.yaml
	Given     map[string]any `yaml:"given"`
	Files     []string       `yaml:"files"` // of those drawn by the program
	Acts      []act          `yaml:"acts"`

	name string
}

// act is one thing somebody did. It is a step, or one of the acts that have a
// field here. By is an account's id, or "sender" for someone without one.
type act struct {
	At       string           `yaml:"at"`
	By       string           `yaml:"by"`
	On       string           `yaml:"on"` // a record that was started: "agency_check/police", "follow_on/r1", "disagreement"
	Step     string           `yaml:"step"`
	Answers  map[string]any   `yaml:"answers"`
	Children []map[string]any `yaml:"children"` // answers for each child in turn
	Prepares bool             `yaml:"prepares"` // wrote the step's letters and asked a second person to check them
	Reads    string           `yaml:"reads"`    // the account that reads letters a second person must read; a manager of the front door when it does not say

	Rows map[string][]map[string]any `yaml:"rows"` // answers for each row of other groups in turn
	New  map[string]any              `yaml:"new"`  // answers about the row that the step adds or is about
	Row  string                      `yaml:"row"`  // of a step about one row: "invited/2", or the row's id

	Follow string         `yaml:"follow"` // carried the record on into one of this pathway
	Write  map[string]any `yaml:"write"`  // answers on the record's own pages, without a step

	Read     bool           `yaml:"read"`     // opened it
	Status   bool           `yaml:"status"`   // the sender looked at how it stands
	Message  string         `yaml:"message"`  // wrote to the other side
	Entry    *entry         `yaml:"entry"`    // wrote down a call or a visit
	Allocate string         `yaml:"allocate"` // gave it to an account
	Lock     *lock          `yaml:"lock"`     // restricted it
	Conflict string         `yaml:"conflict"` // kept an account away from it
	Same     *same          `yaml:"same"`     // joined two entries of the index
	Disagree map[string]any `yaml:"disagree"` // raised a disagreement

	Hold    string  `yaml:"hold"`    // kept it from being destroyed, and why
	Longer  *longer `yaml:"longer"`  // decided that it is kept longer
	Propose string  `yaml:"propose"` // proposed its destruction, and why
	Approve string  `yaml:"approve"` // agreed to that as the second person, and why
}

type longer struct {
	For string `yaml:"for"` // from then on: "in 52w"
	Why string `yaml:"why"`
}

type entry struct {
	Kind string `yaml:"kind"`
	Text string `yaml:"text"`
}

type lock struct {
	Kind   string   `yaml:"kind"`
	Reason string   `yaml:"reason"`
	Named  []string `yaml:"named"`
}

type same struct {
	With string `yaml:"with"` // the story whose first child is the same as this one's
	Why  string `yaml:"why"`
}

// event is one act at its time.
type event struct {
	at time.Time
	do func(context.Context) error
}

// inOrder carries out events by their time, so that the audit log reads as it
// would have been written. Those of one moment keep their order.
func inOrder(ctx context.Context, events []event) error {
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		if err := e.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

func readStories() ([]story, map[string]map[string]any, error) {
	names, err := fs.Glob(world, "world/*.yaml")
	if err != nil {
		return nil, nil, err
	}
	var out []story
	usual := map[string]map[string]any{}
	for _, name := range names {
		body, err := world.ReadFile(name)
		if err != nil {
			return nil, nil, err
		}
		dec := yaml.NewDecoder(bytes.NewReader(body))
		dec.KnownFields(true)
		name = strings.TrimSuffix(strings.TrimPrefix(name, "world/"), ".yaml")
		if name == "usual" {
			err = dec.Decode(&usual)
		} else {
			s := story{name: name}
			err = dec.Decode(&s)
			out = append(out, s)
		}
		if err != nil {
			return nil, nil, fmt.Errorf("demo: %s: %w", name, err)
		}
	}
	return out, usual, nil
}

// teller tells one story through the acts of casework.
type teller struct {
	desk    *casework.Desk
	workers map[string]agency.Worker
	now     time.Time
	cal     *calendar.Calendar
	s       story
	given   map[string]any
	all     map[string]*teller // by the story's name

	root    string // the id of the record it begins with
	visitor string // the keyed hash of the sender's code, while it has no id
	started map[string]string
	opened  map[string]bool // by whom and which
}

// storyEvents lists every act of every story at its time.
func storyEvents(desk *casework.Desk, workers map[string]agency.Worker, stories []story, usual map[string]map[string]any, now time.Time) ([]event, error) {
	var events []event
	all := map[string]*teller{}
	for _, s := range stories {
		cal, ok := desk.Place.Calendars[s.Authority]
		if !ok {
			cal = calendar.Default()
		}
		t := &teller{
			desk: desk, workers: workers, now: now, cal: cal, s: s, all: all, started: map[string]string{}, opened: map[string]bool{},
			given: withUsual(s.Given, usual, s.Form),
		}
		all[s.name] = t
		var last time.Time
		for i, a := range s.Acts {
			at, err := moment(a.At, now, cal)
			if err != nil {
				return nil, t.wrong(i, err)
			}
			// Around midnight or a holiday two ways of saying when may cross: what
			// comes later in the story is then a minute later.
			if !at.After(last) {
				at = last.Add(time.Minute)
			}
			if at.After(now) {
				return nil, t.wrong(i, fmt.Errorf("it would happen after now, at %s", at))
			}
			last = at
			events = append(events, event{at, func(ctx context.Context) error { return t.wrong(i, t.act(ctx, a, at)) }})
		}
	}
	return events, nil
}

func (t *teller) wrong(i int, err error) error {
	if err == nil {
		return nil
	}
	a := t.s.Acts[i]
	return fault.Wrap(fmt.Errorf("demo: %s, act %d %s %s: %w: %s", t.s.name, i+1, a.By, a.Step, err, fault.SafeText(err)),
		fault.Internal, "The demonstration could not be made.")
}

// withUsual lays a story's answers over the usual ones of its form: each child
// over "child", each adult over "adult".
func withUsual(given map[string]any, usual map[string]map[string]any, form string) map[string]any {
	if form == "" {
		return given
	}
	out := maps.Clone(usual[form])
	maps.Copy(out, given)
	for group, one := range map[string]string{"children": "child", "adults": "adult"} {
		rows, _ := out[group].([]any)
		laid := make([]any, len(rows))
		for i, row := range rows {
			over := maps.Clone(usual[one])
			maps.Copy(over, row.(map[string]any))
			laid[i] = over
		}
		if len(laid) > 0 {
			out[group] = laid
		}
	}
	return out
}

func (t *teller) by(who string, at time.Time) (casework.By, error) {
	if who == "sender" {
		if t.root != "" {
			return casework.ByCode(t.root, at), nil
		}
		if t.visitor == "" {
			code, err := secret.NewReceiptCode()
			if err != nil {
				return casework.By{}, err
			}
			t.visitor = secret.ReceiptHash(t.desk.Sealer.LookupHash, code)
		}
		return casework.ByVisitor(t.visitor, at), nil
	}
	w, ok := t.workers[who]
	if !ok {
		return casework.By{}, fmt.Errorf("there is no account %q", who)
	}
	return casework.ByWorker(w, &t.desk.Place.Register, at), nil
}

func (t *teller) act(ctx context.Context, a act, at time.Time) error {
	by, err := t.by(a.By, at)
	if err != nil {
		return err
	}
	if t.root == "" {
		if err := t.begin(ctx, by, a, at); err != nil {
			return err
		}
		return t.find(ctx, t.root)
	}
	on := t.root
	if a.On != "" {
		var ok bool
		if on, ok = t.started[a.On]; !ok {
			return fmt.Errorf("%s was not started; there are %v", a.On, slices.Sorted(maps.Keys(t.started)))
		}
	}
	switch {
	case a.Read:
		_, err = t.desk.Open(ctx, by, on)
	case a.Status:
		_, err = t.desk.Status(ctx, by, on)
	case a.Message != "":
		if a.By != "sender" && a.By != "dsl" && a.By != "health_visitor" {
			if err := t.desk.ReadMessages(ctx, by, on); err != nil {
				return err
			}
		}
		err = t.desk.SendMessage(ctx, by, on, a.Message)
	case a.Entry != nil:
		err = t.desk.AddEntry(ctx, by, record.Entry{Record: on, Kind: a.Entry.Kind, HappenedAt: at.Add(-10 * time.Minute), Text: a.Entry.Text}, "")
	case a.Allocate != "":
		err = t.desk.Allocate(ctx, by, []string{on}, t.workers[a.Allocate].ID)
	case a.Lock != nil:
		var named []string
		for _, n := range a.Lock.Named {
			named = append(named, t.workers[n].ID)
		}
		err = t.desk.Restrict(ctx, by, on, a.Lock.Kind, a.Lock.Reason, named)
	case a.Conflict != "":
		err = t.desk.DeclareConflict(ctx, by, on, t.workers[a.Conflict].ID, "They know the family.")
	case a.Same != nil:
		err = t.join(ctx, by, *a.Same)
	case a.Disagree != nil:
		err = t.follow(ctx, by, on, "disagreement", a.Disagree)
	case a.Follow != "":
		err = t.follow(ctx, by, on, a.Follow, a.Answers)
	case a.Write != nil:
		err = t.write(ctx, by, on, a.Write)
	case a.Hold != "":
		err = t.desk.HoldRecord(ctx, by, on, a.Hold, false)
	case a.Longer != nil:
		var until calendar.Date
		if until, err = day(a.Longer.For, at, t.now, t.cal); err == nil {
			err = t.desk.KeepLonger(ctx, by, on, until, a.Longer.Why)
		}
	case a.Propose != "":
		err = t.desk.ProposeDestruction(ctx, by, on, a.Propose)
	case a.Approve != "":
		err = t.desk.ApproveDestruction(ctx, by, on, a.Approve)
	default:
		err = t.step(ctx, by, on, a)
	}
	if err != nil {
		return err
	}
	return t.find(ctx, on)
}

// begin writes the story's record as people do: a draft, its files, and off. What
// only another record begins is begun at once.
func (t *teller) begin(ctx context.Context, by casework.By, a act, at time.Time) error {
	name := cmp.Or(t.s.Pathway, "referral")
	p, ok := t.desk.Pathways.Get(name)
	if !ok {
		return fmt.Errorf("there is no pathway %q", name)
	}
	given, err := t.answers(p, t.given, at)
	if err != nil {
		return err
	}
	if _, asked := p.Question("received_at"); asked && t.given["came_by"] != nil {
		given["received_at"] = answer.Text(calendar.Wall(at.Add(-5 * time.Minute)))
	}
	if t.s.Pathway == "" && given.Text("child_area") == "" && given.Text("child_postcode") == "" {
		given["child_area"] = answer.Text(t.s.Authority)
	}
	if t.s.Pathway != "" && !t.desk.MayBegin(by, p) {
		r, err := t.desk.Begin(ctx, by, name, casework.Beginning{Authority: t.s.Authority, Step: a.Step, Answers: given})
		t.root = r.ID
		return err
	}
	draft, err := t.desk.StartDraft(ctx, by, name, answer.Set{})
	if err != nil {
		return err
	}
	if _, err := t.desk.SaveDraft(ctx, by, draft.ID, given, ""); err != nil {
		return err
	}
	var files []string
	for _, name := range t.s.Files {
		body, err := drawn(name)
		if err != nil {
			return err
		}
		f, err := t.desk.AddFile(ctx, by, draft.ID, "", name, body, false)
		if err != nil {
			return err
		}
		files = append(files, f.ID)
	}
	if len(files) > 0 {
		if _, err := t.desk.SaveDraft(ctx, by, draft.ID, answer.Set{"files": answer.List(files...)}, ""); err != nil {
			return err
		}
	}
	r, err := t.desk.Send(ctx, by, draft.ID, t.visitor)
	t.root = r.Record.ID
	return err
}

// read gives a record as it is, and its pathway.
func (t *teller) read(ctx context.Context, id string) (record.Record, *pathway.Pathway, error) {
	var rec record.Record
	err := t.desk.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(id)
		return err
	})
	p, _ := t.desk.Pathways.Get(rec.Pathway)
	return rec, p, err
}

func (t *teller) step(ctx context.Context, by casework.By, on string, a act) error {
	rec, p, err := t.read(ctx, on)
	if err != nil {
		return err
	}
	step, ok := p.Step(a.Step)
	if !ok {
		return fmt.Errorf("%s has no step %q", rec.Pathway, a.Step)
	}
	changes, err := t.answers(p, a.Answers, by.Now)
	if err != nil {
		return err
	}
	ref, row := a.Step, pathway.NewRow
	if step.Row != "" {
		row = rec.Answers.RowNamed(step.Row, a.Row)
		ref += "/" + row
	}
	rows := maps.Clone(a.Rows)
	if rows == nil {
		rows = map[string][]map[string]any{}
	}
	if a.Children != nil {
		rows["children"] = a.Children
	}
	given := map[string]any{}
	for q, v := range a.New {
		given[string(answer.RowKey(step.Group(), row, q))] = v
	}
	for group, list := range rows {
		ids := rec.Answers.Rows(group)
		for i, one := range list {
			for q, v := range one {
				given[string(answer.RowKey(group, ids[i], q))] = v
			}
		}
	}
	about, err := t.answers(p, given, by.Now)
	if err != nil {
		return err
	}
	changes.Apply(about)
	// A worker opens the record the first time, and what is known already where
	// the decision needs it.
	seen := string(by.Principal) + " " + on
	switch {
	case len(step.Marks) > 0:
		_, _, err = t.desk.Known(ctx, by, on)
	case by.Worker() != "" && !t.opened[seen]:
		_, err = t.desk.Open(ctx, by, on)
	}
	if err != nil {
		return err
	}
	t.opened[seen] = true
	if a.Prepares {
		return t.prepare(ctx, by, on, ref, changes)
	}
	_, err = t.desk.TakeStep(ctx, by, on, ref, rec.Revision, changes)
	if err == nil || len(step.Documents) == 0 || fault.KindOf(err) != fault.Forbidden {
		return err
	}
	// Something about someone must not be known: a manager reads the letters first.
	if err := t.readBySecond(ctx, by, on, ref, changes, a.Reads); err != nil {
		return err
	}
	_, err = t.desk.TakeStep(ctx, by, on, ref, rec.Revision, changes)
	return err
}

func (t *teller) readBySecond(ctx context.Context, by casework.By, on, step string, changes answer.Set, who string) error {
	if err := t.prepare(ctx, by, on, step, changes); err != nil {
		return err
	}
	manager, err := t.by(cmp.Or(who, "manager"), by.Now)
	if err == nil && manager.Principal == by.Principal {
		manager, err = t.by("second_manager", by.Now) // nobody reads their own
	}
	if err != nil {
		return err
	}
	waiting, err := t.desk.LettersToCheck(ctx, manager, on)
	if err != nil {
		return err
	}
	safe := casework.Verdict{Safe: true, Words: "No address, school or place is in them."}
	for _, w := range waiting {
		if w.Owner == by.Principal && w.Step.ID == step {
			return t.desk.CheckLetters(ctx, manager, on, step, w.Owner, casework.LettersHash(w.Previews), safe)
		}
	}
	return fmt.Errorf("no letters of %q wait for a second person", step)
}

func (t *teller) prepare(ctx context.Context, by casework.By, on, step string, changes answer.Set) error {
	draft, err := t.desk.StepDraft(ctx, by, on, step)
	if err != nil {
		return err
	}
	if _, err := t.desk.SaveDraft(ctx, by, draft.ID, changes, ""); err != nil {
		return err
	}
	return t.desk.AskForCheck(ctx, by, on)
}

// follow carries a record on into one of another pathway, or raises what is about
// it.
func (t *teller) follow(ctx context.Context, by casework.By, on, name string, given map[string]any) error {
	p, ok := t.desk.Pathways.Get(name)
	if !ok {
		return fmt.Errorf("there is no pathway %q", name)
	}
	answers, err := t.answers(p, given, by.Now)
	if err != nil {
		return err
	}
	draft, err := t.desk.StartAbout(ctx, by, on, name)
	if err != nil {
		return err
	}
	if _, err := t.desk.SaveDraft(ctx, by, draft.ID, answers, ""); err != nil {
		return err
	}
	_, err = t.desk.Send(ctx, by, draft.ID, "")
	return err
}

// write answers questions on a record's own pages.
func (t *teller) write(ctx context.Context, by casework.By, on string, given map[string]any) error {
	rec, p, err := t.read(ctx, on)
	if err != nil {
		return err
	}
	answers, err := t.answers(p, given, by.Now)
	if err != nil {
		return err
	}
	_, err = t.desk.Answer(ctx, by, on, rec.Revision, answers, "")
	return err
}

// join says that the first child of this story is that of another.
func (t *teller) join(ctx context.Context, by casework.By, s same) error {
	other, ok := t.all[s.With]
	if !ok {
		return fmt.Errorf("there is no story %q", s.With)
	}
	var mine, theirs string
	err := t.desk.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if mine, err = firstChild(tx, t.root); err != nil {
			return err
		}
		theirs, err = firstChild(tx, other.root)
		return err
	})
	if err != nil {
		return err
	}
	return t.desk.LinkPerson(ctx, by, t.root, mine, theirs, s.Why)
}

func firstChild(tx *store.Tx, rec string) (string, error) {
	on, err := tx.PeopleOf(rec)
	if err != nil {
		return "", err
	}
	for _, rp := range on {
		if rp.Group == "children" && rp.Row == "r1" {
			return rp.Person.ID, nil
		}
	}
	return "", fmt.Errorf("record %s has no first child", rec)
}

// find notes the records that a record has started. A second one of a pathway is
// called by its number: "child_death_report", then "child_death_report/2".
func (t *teller) find(ctx context.Context, id string) error {
	return t.desk.DB.Read(ctx, func(tx *store.Tx) error {
		kids, err := tx.RecordsStartedBy(id)
		for _, k := range kids {
			name := strings.TrimSuffix(k.Pathway+"/"+k.Each, "/")
			for n := 2; t.started[name] != "" && t.started[name] != k.ID; n++ {
				name = fmt.Sprintf("%s/%d", k.Pathway, n)
			}
			t.started[name] = k.ID
		}
		return err
	})
}
