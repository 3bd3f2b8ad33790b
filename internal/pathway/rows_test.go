package pathway_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
)

// plans loads testdata/plan, with pairs of text to replace in one of its files.
func plans(t testing.TB, file string, replace ...string) (*pathway.Library, pathway.Faults) {
	t.Helper()
	out := fstest.MapFS{}
	dir := os.DirFS("testdata/plan")
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(dir, path)
		out[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(replace); i += 2 {
		text := string(out[file].Data)
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("%s has no %q to replace", file, replace[i])
		}
		out[file].Data = []byte(strings.Replace(text, replace[i], replace[i+1], 1))
	}
	return pathway.LoadAll(out, place())
}

func plan(t testing.TB) *pathway.Pathway {
	t.Helper()
	l, faults := plans(t, "")
	if l == nil {
		t.Fatal(faults)
	}
	p, _ := l.Get("plan")
	return p
}

func planFacts(p *pathway.Pathway, actor pathway.Actor, answers answer.Set) pathway.Facts {
	set := p.Fixed()
	set.Apply(answer.Set{"children": answer.List("r1"), "children/r1/given_names": answer.Text("Ann")})
	set.Apply(answers)
	return facts(set, "active", actor)
}

// What several pathways share stands in each as if it were written there, and what
// a pathway did not take is not missed.
func TestShared(t *testing.T) {
	t.Parallel()
	p := plan(t)
	page := p.Pages[0]
	if page.ID != "child" || page.Title != "Which child?" || page.Repeat != "children" || len(page.Questions) != 4 || page.Questions[3].ID != "nickname" {
		t.Errorf("the page used is %+v", page)
	}
	g, _ := p.Group("children")
	if g.Max != 2 || g.Min != 1 || g.Item != "child" || g.Person.Born != "born" || g.Person.Address != "" {
		t.Errorf("the group laid over is %+v %+v", g, g.Person)
	}
	if !slices.Equal(p.Carry, []string{"children", "given_names", "born"}) {
		t.Errorf("carries %v", p.Carry)
	}
	if q, _ := p.Question("sex"); len(p.CodesOf(q)) != 2 {
		t.Errorf("shared list: %v", p.CodesOf(q))
	}
	// A kept text needs nothing but itself.
	again, faults := pathway.FromFiles(p.Files, pathway.Place{})
	if again == nil || again.Hash != p.Hash || again.Pages[0].Title != "Which child?" {
		t.Fatalf("from the kept text: %v", faults)
	}
}

func TestAStepThatAddsARow(t *testing.T) {
	t.Parallel()
	p := plan(t)
	f := planFacts(p, worker, nil)
	open := func(f pathway.Facts) []string {
		var out []string
		for _, s := range p.StepsFor(f) {
			if s.Open {
				out = append(out, strings.TrimSuffix(s.Step.ID+"/"+s.Row, "/"))
			}
		}
		return out
	}
	if got := open(f); !slices.Equal(got, []string{"visit", "add_action"}) {
		t.Errorf("open are %v", got)
	}
	step, _ := p.Step("visit")
	f.Answers["visits"] = answer.List("r1", "r2")
	f.Row = "r2"
	asked := p.Ask(step, f)
	if len(asked) != 3 || asked[0].Key != "visits/r2/visit_at" || asked[0].Row != "r2" {
		t.Errorf("asks %+v", asked)
	}
	if _, err := p.Take("visit", f); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an empty row was added: %v", err)
	}
	f.Answers.Apply(answer.Set{"visits/r2/visit_at": answer.Text("2026-11-16T10:00"), "visits/r2/visit_seen": answer.Text("yes")})
	if asked = p.Ask(step, f); len(asked) != 4 || asked[2].Key != "visits/r2/visit_alone" || !asked[2].Required {
		t.Errorf("asks %+v", asked)
	}
	f.Answers.Apply(answer.Set{"visits/r2/visit_alone": answer.Text("no")})
	taking, err := p.Take("visit", f)
	if err != nil || taking.Row != "r2" || taking.Happened.Hour() != 10 {
		t.Errorf("%v: %+v", err, taking)
	}
	f.Answers["visits"] = answer.List("r1", "r2", "r3", "r4")
	if _, err := p.Take("visit", f); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a fourth was added: %v", err)
	}
	f.Row = "r9"
	if _, err := p.Take("visit", f); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a row that is not there: %v", err)
	}
}

func TestAStepAboutARow(t *testing.T) {
	t.Parallel()
	p := plan(t)
	owner := pathway.Actor{ID: "w7", Kind: "worker", Acting: true}
	rows := answer.Set{
		"actions": answer.List("r1", "r2"), "actions/r1/action_what": answer.Text("Ring"), "actions/r1/action_owner": answer.Text("w7"),
		"actions/r2/action_what": answer.Text("Write"), "actions/r2/action_done": answer.Text("2026-11-01T10:00"),
	}
	before := func(a pathway.Actor) pathway.Facts {
		f := planFacts(p, a, rows)
		f.Acts = []pathway.Act{{Step: "add_action", Row: "r1"}, {Step: "add_action", Row: "r2"}, {Step: "done", Row: "r2"}}
		f.Taken["done"] = pathway.Taken{}
		return f
	}
	steps := func(a pathway.Actor) (out []string) {
		for _, s := range p.StepsFor(before(a)) {
			if s.Step.ID == "done" {
				out = append(out, s.Row+map[bool]string{true: " open", false: " " + strings.Join(s.Refused, "")}[s.Open])
			}
		}
		return out
	}
	if got := steps(manager); !slices.Equal(got, []string{"r1 open", "r2 This is done already."}) {
		t.Errorf("the manager: %v", got)
	}
	if got := steps(owner); !slices.Equal(got, []string{"r1 open"}) {
		t.Errorf("the owner: %v", got)
	}
	outside := owner
	outside.Acting = false
	if got := steps(outside); got != nil {
		t.Errorf("someone named who was not given the record: %v", got)
	}
	f := before(owner)
	f.Row = "r2"
	if _, err := p.Take("done", f); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("another's action: %v", err)
	}
	f.Row = "r1"
	if _, err := p.Take("done", f); fault.KindOf(err) != fault.Invalid {
		t.Errorf("not answered: %v", err)
	}
	f.Answers["actions/r1/action_done"] = answer.Text("2026-11-16T10:00")
	if _, err := p.Take("done", f); err != nil {
		t.Errorf("not taken: %v", err)
	}
	f = before(manager)
	f.Row = "r2"
	if _, err := p.Take("done", f); !strings.Contains(fault.SafeText(err), "This is done already") {
		t.Errorf("taken twice: %v", err)
	}
}

// Grants and notices go to whom the row names, and to nobody else.
func TestWhomARowNames(t *testing.T) {
	t.Parallel()
	p := plan(t)
	f := planFacts(p, worker, answer.Set{"actions": answer.List("r1"), "actions/r1/action_what": answer.Text("Ring"), "actions/r1/action_due": answer.Text("2026-12-01")})
	f.Row = "r1"
	taking, err := p.Take("add_action", f)
	if err != nil || len(taking.Grants) != 0 || taking.Notices[0].To != "" {
		t.Fatalf("%v: %+v", err, taking)
	}
	f.Answers["actions/r1/action_owner"] = answer.Text("w7")
	taking, err = p.Take("add_action", f)
	if err != nil || len(taking.Grants) != 1 || taking.Grants[0].To != "worker:w7" || taking.Notices[0].To != "worker:w7" {
		t.Fatalf("%v: %+v", err, taking)
	}
}

func TestRowsThatAreCodes(t *testing.T) {
	t.Parallel()
	p := plan(t)
	f := planFacts(p, manager, answer.Set{"summary_words": answer.Text("Well."), "standards/lead/grade": answer.Text("met")})
	if got := f.Answers.Rows("standards"); !slices.Equal(got, []string{"lead", "train"}) || p.RowName(f, "standards", "lead") != "Leadership" {
		t.Errorf("rows %v", got)
	}
	value := func(id string) string {
		for _, w := range p.WorkedOutNow(f) {
			if w.ID == id && w.Known {
				return w.Value
			}
		}
		return "?"
	}
	if got := value("met") + value("total") + value("any_late"); got != "1?No" {
		t.Errorf("worked out %s", got)
	}
	f.Answers.Apply(answer.Set{"standards/lead/points": answer.Text("2"), "standards/train/points": answer.Text("3"), "standards/train/grade": answer.Text("missed")})
	if got := value("met") + value("total") + value("any_late"); got != "15Yes" {
		t.Errorf("worked out %s", got)
	}
	// Closing waits for the actions, the form and what was started.
	f.Started = map[string][]string{"asked": {"begun"}}
	if _, err := p.Take("end", f); !strings.Contains(fault.SafeText(err), "Wait for what was asked") {
		t.Errorf("ended: %v", err)
	}
	f.Started["asked"] = []string{"given"}
	f.Answers["actions"] = answer.List("r1")
	if _, err := p.Take("end", f); !strings.Contains(fault.SafeText(err), "Complete every action") {
		t.Errorf("ended: %v", err)
	}
	delete(f.Answers, "actions")
	if _, err := p.Take("end", f); err != nil {
		t.Errorf("not ended: %v", err)
	}
}

// While a record is being begun only what is asked then shows.
func TestPagesForLater(t *testing.T) {
	t.Parallel()
	p := plan(t)
	f := planFacts(p, worker, nil)
	f.State = ""
	for _, s := range p.Shown(f) {
		if s.Page.ID != "child" {
			t.Errorf("%s shows while it is begun", s.Page.ID)
		}
	}
	f.State = "active"
	if n := len(p.Shown(f)); n != 4 { // child, later, and one for each standard
		t.Errorf("%d pages show", n)
	}
	if !p.ForBeginner(worker) || p.ForBeginner(manager) {
		t.Error("begun by the wrong one")
	}
}

func TestRowFaults(t *testing.T) {
	t.Parallel()
	const main = "plan/pathway.yaml"
	for _, x := range []struct{ name, file, old, new, want string }{
		{"no such group", main, "adds: visits", "adds: visit", "plan/pathway.yaml:58: there is no group “visit”"},
		{"both", main, "    row: actions\n", "    row: actions\n    adds: visits\n", "adds a row and is about one"},
		{"fixed", main, "adds: visits", "adds: standards", "whose rows are a list of codes"},
		{"empty row", main, "adds: actions", "adds: visits", "adds an empty row"},
		{"min", main, "id: visits, item: visit", "id: visits, min: 1, item: visit", "which must have rows before"},
		{"first", main, "from: [active]\n    by: [social_worker]\n    adds: visits", "from: [begun]\n    by: [social_worker]\n    adds: visits", "cannot be how records begin"},
		{"by question", main, `"worker:action_owner"]`, `"worker:action_what"]`, "“action_what” is a question of type text"},
		{"happened of a row", main, "happened: visit_at", "happened: action_done", "is asked of each action"},
		{"row rule", main, "!taken.done\"", "!known(row.visit_at)\"", "there is no “known.row.visit_at”"},
		{"clock each", main, "each: actions,", "each: action,", "there is no group “action”"},
		{"clock of a row never stops", main, "until: [step.done, state.ended], due", "until: [step.add_action], due", "can never stop"},
		{"counts_if without a row", main, "from: [step.begin, step.visit], until: [step.visit, state.ended], counts_if", "from: [step.begin], until: [state.ended], counts_if", "no row to ask"},
		{"two limits", main, "due: answer.action_due,", "due: answer.action_due, within: 3 days,", "both a length and a date"},
		{"before nothing", main, "due: answer.action_due, before", "within: 3 days, before", "comes before nothing"},
		{"due of words", main, "due: answer.action_due,", "due: answer.action_what,", "“action_what” is a question of type text"},
		{"open hours back", main, "before: 1 working day", "before: 1 open hour", "cannot be counted back in open hours"},
		{"spans", main, "length: 5 working days }, {", "length: 5 working days }, { length: 3 days }, {", "never gets past “3 days”"},
		{"no such warning", main, "warn: [3 days, 1 days]", "warn: [3 days, soon]", "“soon” is not a length"},
		{"restricted", main, `to: "role:manager", may: [view, act]`, `to: "role:social_worker", may: [view, act]`, "which the pathway is restricted from"},
		{"worked out of a rule", main, "explain: \"How many are met.\"", "explain: \"\"", "has no explain"},
		{"worked out list", main, "is: \"sum(q.standards.map(s, s.points))\"", "is: \"q.standards.map(s, s.points)\"", "neither a number nor a word"},
		{"column", main, "columns: [visit_at]", "columns: [action_what]", "is not asked of the group “visits”"},
		{"follows", main, "follows: [asked]", "follows: [askd]", "Did you mean “asked”?"},
		{"started", main, "started.asked.all", "started.other.all", "of the pathway “other”, which is not there"},
		{"fill of another type", "asked/pathway.yaml", "id: asked_words, type: textarea", "id: asked_words, type: number", "is of type textarea there and number"},
		{"fill of what is guarded", "asked/pathway.yaml", "id: asked_words, type: textarea,", "id: asked_words, type: textarea, guarded: true,", "must not leave that record"},
		{"no shared file", main, "shared: [children]", "shared: [childs]", "no shared file “childs”"},
		{"no shared page", main, "use: child,", "use: chld,", "Did you mean “child”?"},
		{"no shared list", "_shared/children.yaml", "shared:sex", "shared:sx", "_shared/children.yaml:17: no list “sx” is shared"},
		{"fault in a shared file", "_shared/children.yaml", "type: date, label: \"Date of birth\"", "type: day, label: \"Date of birth\"", "_shared/children.yaml:16: there is no question type “day”"},
		{"shared file too rich", "_shared/children.yaml", "carry: [", "states: []\ncarry: [", "a shared file cannot have “states”"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			l, faults := plans(t, x.file, x.old, x.new)
			if l != nil || !strings.Contains(faults.Error(), x.want) {
				t.Errorf("want %q, got\n%s", x.want, faults.Error())
			}
		})
	}
}
