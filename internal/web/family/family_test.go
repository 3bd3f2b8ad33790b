package family_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web/family"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// world is two children of one mother: a conference decided a plan for one, and
// the other is a child in need.
type world struct {
	*roomtest.World
	chair, manager, worker, school, stranger agency.Worker
	assessment, plan, need                   record.Record
}

func (w *world) by(who agency.Worker) casework.By {
	return casework.ByWorker(who, &w.Desk.Place.Register, w.Now())
}

func (w *world) begin(who agency.Worker, pathway, step, parent string, answers answer.Set) record.Record {
	w.T.Helper()
	rec, err := w.Desk.Begin(w.T.Context(), w.by(who), pathway, casework.Beginning{Authority: "thurrock", Step: step, Parent: parent, Answers: answers})
	if err != nil {
		w.T.Fatal(err, fault.SafeText(err))
	}
	return rec
}

func (w *world) take(who agency.Worker, id, step string, answers map[string]any) {
	w.T.Helper()
	set := answer.Set{}
	for k, v := range answers {
		set[answer.Key(k)] = answer.One(v)
	}
	if _, err := w.Desk.TakeStep(w.T.Context(), w.by(who), id, step, 0, set); err != nil {
		w.T.Fatal(step, err, fault.SafeText(err))
	}
}

var (
	ria  = map[string]any{"given_names": "Ria", "family_name": "Sample", "unborn": "no", "born": "2016-06-01", "nhs_number": "9434765919", "home_address": map[string]any{"line1": "1 Sample Street", "town": "Grays", "postcode": "RM17 6SL"}, "home_disclosure": "never-print", "strat_decision": "s47_joint"}
	finn = map[string]any{"given_names": "Finn", "family_name": "Sample", "unborn": "no", "born": "2015-06-01", "home_address": map[string]any{"line1": "1 Sample Street", "town": "Grays"}, "home_disclosure": "open", "strat_decision": "s47_single"}
	mia  = map[string]any{"adult_given_names": "Mia", "adult_family_name": "Sample", "adult_relation": "mother", "adult_pr": "yes", "adult_in_household": "yes"}
)

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: roomtest.Open(t, caseworktest.Open(t), time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), mash.Register, family.Register)}
	worker := func(name, role, kind string) agency.Worker {
		return caseworktest.Worker(t, w.Desk, name, role, "thurrock", kind)
	}
	w.chair, w.manager = worker("Cora Chair", "conference_chair", ""), worker("Mona Manager", "social_care_manager", "")
	w.worker, w.school = worker("Sol Worker", "social_worker", ""), worker("Sam School", "school_lead", "")
	w.stranger = worker("Otto Other", "social_worker", "")
	w.assessment = w.begin(w.manager, "section_47", "begin", "", answer.Given(map[string]any{
		"children": []any{ria, finn}, "adults": []any{mia}, "s47_why_now": "strategy", "do_not_contact": "Do not ring the father’s phone.",
		"s47_from": "2026-11-28T10:00", "cause_words": "Bruises on both.", "concerns": []any{"physical"}, "strat_at": "2026-11-28T09:00",
	}))
	plan := answer.Given(map[string]any{"plan_from": "2026-11-30T10:00", "plan_kind": "initial", "children": []any{ria}, "adults": []any{mia}})
	plan["children/r1/cp_category"] = answer.Text("NEG")
	w.plan = w.begin(w.chair, "child_protection_plan", "begin", w.assessment.ID, plan)
	need := answer.Given(map[string]any{"cin_need": "N4", "need_words": "He is tired.", "agreed_by": "both", "agreed_words": "At home."})
	need["children"] = answer.List("r2")
	for q, v := range finn {
		need[answer.RowKey("children", "r2", q)] = answer.One(v)
	}
	w.need = w.begin(w.worker, "child_in_need_plan", "begin", w.assessment.ID, need)
	w.take(w.manager, w.plan.ID, "give", map[string]any{"plan_worker": w.worker.ID, "plan_worker_told": "yes"})
	w.Set(time.Date(2026, 12, 11, 16, 0, 0, 0, time.UTC))
	w.take(w.worker, w.plan.ID, "visit", map[string]any{
		"visits/new/visit_at": "2026-12-11T15:00", "visits/new/visit_seen": "yes", "visits/new/visit_alone": "yes", "visits/new/visit_room": "yes", "visits/new/visit_child": "I had breakfast.",
	})
	w.take(w.worker, w.plan.ID, "add_action", map[string]any{
		"actions/new/action_what": "Food bank", "actions/new/action_for": "There is food at home", "actions/new/action_by": "The school", "actions/new/action_worker": w.school.ID, "actions/new/action_due": "2026-12-18",
	})
	w.entry(w.worker, w.plan.ID, "call", "Mother rang. She has food now.")
	return w
}

func (w *world) entry(who agency.Worker, id, kind, text string) {
	w.T.Helper()
	w.Must(w.Desk.AddEntry(w.T.Context(), w.by(who), record.Entry{Record: id, Kind: kind, HappenedAt: w.Now(), Text: text}, ""))
}

// person is the id of a child of a record.
func (w *world) person(rec record.Record, row string) string {
	w.T.Helper()
	id := ""
	w.Must(w.Desk.DB.Read(w.T.Context(), func(tx *store.Tx) error {
		on, err := tx.PeopleOf(rec.ID)
		for _, rp := range on {
			if rp.Group == "children" && rp.Row == row {
				id = rp.Person.ID
			}
		}
		return err
	}))
	if id == "" {
		w.T.Fatal("nobody there")
	}
	return id
}

func TestChildPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/people/" + w.person(w.plan, "r1")
	got := w.Get(w.Cookie(w.manager), path, http.StatusOK, "Ria Sample", "10 years old", "943 476 5919", "Never print, send or say this address.",
		"Before you contact anyone: Do not ring the father’s phone.", "Sol Worker", "They lead the plan.", "Mia Sample", "Has parental responsibility",
		w.plan.Reference, w.assessment.Reference, "Record a visit", "I had breakfast.", "Mother rang. She has food now.", "Action done: Food bank", "How this was worked out",
		"!"+w.need.Reference, "!<title>Ria")
	// Newest first.
	body := got.Body.String()
	if i, j := strings.Index(body, "Mother rang. She has food now."), strings.Index(body, "Began: Section 47"); i < 0 || j < i {
		t.Error("the call does not come before the beginning")
	}
	c := w.Cookie(w.manager)
	w.Get(c, path+"?kind=contacts", http.StatusOK, "Mother rang", "I had breakfast.", "2 events", "!Missed:")
	w.Get(c, path+"?kind=begun&record="+w.plan.ID, http.StatusOK, "1 event", "Began: Child protection plan")
	w.Get(c, path+"?kind=letters", http.StatusOK, "Nothing of this kind has happened")
	w.Get(c, path+"?kind=nothing", http.StatusNotFound)
	w.Get(c, path+"?record="+w.need.ID, http.StatusNotFound)
	// The school sees the plan that it has an action in, and nothing of the enquiry.
	w.Get(w.Cookie(w.school), path, http.StatusOK, w.plan.Reference, "!"+w.assessment.Reference, "!Bruises", "!Finn")
	w.Get(w.Cookie(w.stranger), path, http.StatusNotFound, "!Ria")
	w.Get(w.Cookie(w.stranger), path+"/family", http.StatusNotFound, "!Ria")
	// The brother's clocks and visits are his.
	w.Get(c, "/people/"+w.person(w.need, "r2"), http.StatusOK, "Finn Sample", w.need.Reference, "!"+w.plan.Reference, "!I had breakfast.")
}

func TestFamilyPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/people/" + w.person(w.plan, "r1") + "/family"
	w.Get(w.Cookie(w.manager), path, http.StatusOK, "Ria Sample", "Finn Sample", "Neglect", "<strong>Last seen:</strong> Friday 11 December 2026, 15:00",
		"To be seen:</strong> Child seen, though no time was set</p>", "Child protection plan", "Child in need plan", "Also about Finn Sample", "Mother", "On the same record, "+w.assessment.Reference)
	w.Get(w.Cookie(w.school), path, http.StatusOK, "Ria Sample", "!Finn", "No other child is recorded with them")
	online := answer.Set{}
	for _, row := range []string{"r1", "r2"} {
		for _, q := range []string{"online_people", "online_well", "online_worry", "online_adults"} {
			online[answer.RowKey("children", row, q)] = answer.Text("A cousin.")
		}
		online[answer.RowKey("children", row, "online_kinds")] = answer.List("none")
	}
	if _, err := w.Desk.Answer(t.Context(), w.by(w.manager), w.assessment.ID, 0, online, ""); err != nil {
		t.Fatal(err)
	}
	w.take(w.manager, w.assessment.ID, "propose", map[string]any{
		"s47_analysis": "It fits.", "fathers": "Spoken with.", "children/r1/not_seen_why": "Away.", "children/r2/not_seen_why": "Away.",
		"children/r1/s47_finding": "likely", "children/r1/s47_outcome": "conference", "children/r1/s47_reason": "He is hit often.",
		"children/r2/s47_finding": "not_likely", "children/r2/s47_outcome": "services", "children/r2/s47_reason": "He saw it.",
	})
	w.Get(w.Cookie(w.manager), path, http.StatusOK, "What was decided differently", "He is hit often.", "He saw it.", "No record says that a worker has seen this child")
}

// Who has died stays as old as they were, also on the pages of those who know
// nothing of the review of the death, which is never named to them.
func TestADeadChildGrowsNoOlder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	health := caseworktest.Worker(t, w.Desk, "Hal Health", "health_practitioner", "thurrock", "")
	team := caseworktest.Worker(t, w.Desk, "Tess Team", "cdop_coordinator", "thurrock", "")
	given := answer.Given(caseworktest.Scene(t, "child_death/tests/usual_road.yaml").Given)
	given.Apply(answer.Given(map[string]any{"cd_authority": "thurrock", "aware_at": "2026-12-11T08:00"}))
	for q, v := range map[string]string{"given_names": "Ria", "family_name": "Sample", "born": "2016-06-01", "died_on": "2026-12-10", "nhs_number": "9434765919"} {
		given[answer.RowKey("children", "r1", q)] = answer.Text(v)
	}
	death := w.begin(health, "child_death", "send", "", given)
	w.Set(time.Date(2029, 6, 2, 9, 0, 0, 0, time.UTC))
	old := []string{"10 years old when they died", "Died on Thursday 10 December 2026", "!13 years old", "!12 years old"}
	w.Get(w.Cookie(team), "/people/"+w.person(death, "r1"), http.StatusOK, old...)
	w.Get(w.Cookie(team), "/people/"+w.person(death, "r1")+"/family", http.StatusOK, old...)
	old = append(old, "!"+death.Reference, "!Death of a child")
	c := w.Cookie(w.manager)
	w.Get(c, "/people/"+w.person(w.plan, "r1"), http.StatusOK, old...)
	// The head of her other records says it too.
	w.Get(c, "/records/"+w.plan.ID, http.StatusOK, "10 years old when they died", "died 10 Dec 2026", "!13 years old", "!"+death.Reference)
	// Her brother is alive, and grows.
	w.Get(c, "/people/"+w.person(w.plan, "r1")+"/family", http.StatusOK, "10 years old when they died", "!13 years old", "14 years old", "!"+death.Reference)
	w.Get(c, "/people/"+w.person(w.need, "r2"), http.StatusOK, "14 years old", "!Died on")
}

func TestActionsPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	school := w.Cookie(w.school)
	w.Get(school, "/actions", http.StatusOK, "My actions", "Food bank", w.plan.Reference, "Done, or not", "1 action")
	w.Get(school, "/actions?due=late", http.StatusOK, "None of what is listed is like that")
	w.Get(school, "/actions?due=week", http.StatusOK, "Food bank")
	w.Get(school, "/actions?whose=late", http.StatusOK, "No action of anybody else is late")
	w.Get(school, "/actions?whose=x", http.StatusNotFound)
	w.Get(w.Cookie(w.stranger), "/actions", http.StatusOK, "Nothing waits for you by name.", "!Food bank")
	w.Set(time.Date(2026, 12, 21, 9, 0, 0, 0, time.UTC))
	w.Get(w.Cookie(w.worker), "/actions", http.StatusOK, "1 action of somebody else is late on your records", "Child visited and seen")
	w.Get(w.Cookie(w.worker), "/actions?whose=late", http.StatusOK, "Food bank", "Sam School")
	w.Get(w.Cookie(w.chair), "/actions?whose=late", http.StatusOK, "Food bank")
	w.Get(w.Cookie(w.worker), "/actions?whose=done", http.StatusOK, "Done in the last four weeks")
	editor := caseworktest.Worker(t, w.Desk, "Edie Editor", "partnership_editor", "thurrock", "")
	w.Get(w.Cookie(editor), "/actions", http.StatusForbidden)
}

// Every page in every state, as a desktop and the narrowest phone see it.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 60 {
		w.entry(w.worker, w.plan.ID, "note", "Note "+strconv.Itoa(i)+" of a family in which much happens. averyveryverylongwordthatnobodywouldeverwritebutsomebodydoes")
	}
	w.Set(time.Date(2026, 12, 21, 9, 0, 0, 0, time.UTC))
	for i := range 6 {
		w.take(w.worker, w.plan.ID, "add_action", map[string]any{
			"actions/new/action_what": "Action " + strconv.Itoa(i), "actions/new/action_for": "x", "actions/new/action_by": "Sol", "actions/new/action_worker": w.worker.ID, "actions/new/action_due": "2026-12-2" + strconv.Itoa(i),
		})
	}
	base := w.Serve()
	p := webtest.Browser(t)
	p.Open(base + "/nowhere")
	as := func(who agency.Worker) {
		c := w.Cookie(who)
		p.As(c)
	}
	see := func(name, path string, status int) {
		t.Helper()
		if got := p.Open(base + path); got != status {
			t.Fatalf("%s: status %d", path, got)
		}
		p.Check()
		p.Shot("family-" + name)
	}
	child := "/people/" + w.person(w.plan, "r1")
	as(w.manager)
	see("child", child, http.StatusOK)
	see("child-letters", child+"?kind=letters", http.StatusOK)
	see("child-late", child+"?kind=limits&page=1", http.StatusOK)
	see("family", child+"/family", http.StatusOK)
	see("record", "/records/"+w.plan.ID, http.StatusOK)
	see("actions-team", "/actions?whose=team", http.StatusOK)
	see("actions-late", "/actions?whose=late", http.StatusOK)
	as(w.worker)
	see("actions", "/actions", http.StatusOK)
	see("actions-done", "/actions?whose=done", http.StatusOK)
	as(w.school)
	see("child-school", child, http.StatusOK)
	see("family-alone", child+"/family", http.StatusOK)
	as(w.stranger)
	see("actions-empty", "/actions", http.StatusOK)
	p.Allow("404")
	see("child-not-there", child, http.StatusNotFound)
}
