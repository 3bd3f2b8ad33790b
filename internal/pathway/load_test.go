package pathway_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/pathway"
)

func TestLoad(t *testing.T) {
	t.Parallel()
	p, faults := pathway.Load(folder(t, "worry"), place())
	if len(faults) != 0 {
		t.Fatal(faults)
	}
	if p.Start().ID != "draft" || p.Clocks[1].Length.String() != "4 hours" || p.Clocks[1].Setting != "red" {
		t.Errorf("start %v, red clock %v", p.Start(), p.Clocks[1])
	}
	if s, _ := p.Step("submit"); !cmp.Equal(s.From, []string{"draft"}) || s.To[0].State != "received" {
		t.Errorf("one word where a list may stand: from %v to %v", s.From, s.To)
	}
	if got := p.Codes["agency"][0].Extra["kind"]; got != "blue" {
		t.Errorf("further column: %q", got)
	}
	if w := p.Words("letter"); !cmp.Equal(w, []string{"reference"}) {
		t.Errorf("words of the letter: %v", w)
	}
}

// Each row changes the sound folder in one way and gives the line and words of
// the fault that must be found.
func TestFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, old, new, want string }{
		{"unknown part", "owner: testers", "ownr: testers", `has no part called “ownr”. Did you mean “owner”?`},
		{"part twice", "owner: testers", "owner: testers\nowner: others", `“owner” is written twice`},
		{"not YAML", "owner: testers", "owner: 'testers", `this is not YAML`},
		{"second document", "owner: testers", "owner: testers\n---\nversion: 2", `second document`},
		{"not a number", "version: 1", "version: one", `“version” must be a whole number`},
		{"not true or false", "sealed: true", "sealed: yes", `must be true or false`},
		{"not a list", "clocks:\n  -", "clocks: 5\nowner2:\n  -", `must have named parts`},
		{"question twice", "id: danger_done", "id: danger", `the id “danger” is used twice`},
		{"question like a group", "id: danger_done", "id: children", `the id “children” is used twice`},
		{"bad id", "id: danger_done", "id: Danger-Done", `“Danger-Done” cannot be an id`},
		{"word of CEL", "id: danger_done", "id: in", `“in” cannot be an id`},
		{"unknown type", "type: yes_no, label: \"Is", "type: yesno, label: \"Is", `there is no question type “yesno”. Did you mean “yes_no”?`},
		{"unknown code list", "codes: signs.csv", "codes: sings", `there is no code list codes/sings.csv. Did you mean “signs”?`},
		{"unknown partnership list", "partnership:ratings", "partnership:rating", `the partnership has no list “rating”. Did you mean “ratings”?`},
		{"codes on text", "type: textarea, label: Say more", "type: text, codes: agency, label: Say more", `has codes and is of type text`},
		{"unknown other", "other: other", "other: othr", `has no code “othr”. Did you mean “other”?`},
		{"unknown role", "by: [manager]", "by: [manger]", `there is no role “manger”. Did you mean “manager”?`},
		{"unknown state", "to: received", "to: recieved", `there is no state “recieved”. Did you mean “received”?`},
		{"unknown law", "law: decide,", "law: decied,", `there is no law entry “decied”. Did you mean “decide”?`},
		{"unknown setting", "setting.amber", "setting.ambr", `there is no setting “ambr”. Did you mean “amber”?`},
		{"no length", "within: 1 working day", "within: one day", `“one day” is not a length`},
		{"unknown step in until", "until: [step.screen, step.decide]", "until: [step.screan]", `there is no step “screan”. Did you mean “screen”?`},
		{"unknown grant end", "ends: [team]", "ends: [teem]", `no step makes a grant “teem”`},
		{"unknown message", "message: new", "message: neww", `there is no messages/neww.md`},
		{"unknown question in a map", "born: born", "born: birth", `there is no question “birth”`},
		{"guarded answer in a letter", "allow: [worry, children", "allow: [hunch, worry, children", `may show “hunch”, which is sealed or must not leave the hub`},
		{"sealed answer in a letter", "allow: [worry, children", "allow: [source, worry, children", `may show “source”`},
		{"guarded name in a letter", "label: First names,", "label: First names, guarded: true,", `may show “given_names”`},
		{"answer not allowed", "allow: [worry, children", "allow: [children", `shows “worry”, which is not on its allow list`},
		{"row answer in a letter", "allow: [worry, children", "allow: [born, worry, children", `“born” is asked of each child`},
		{"misspelt question", "urgent: \"q.danger", "urgent: \"q.dangr", `there is no “q.dangr”. Did you mean “danger”?`},
		{"misspelt field", "c.outcome == 's17'", "c.outcom == 's17'", `no row has a question “outcom”. Did you mean “outcome”?`},
		{"row question asked as one", "urgent: \"q.danger", "urgent: \"q.outcome == 'nfa'", `“outcome” is asked of each child. Write q.children.exists(c, c.outcome == …)`},
		{"misspelt code", "q.rating == 'red'\", law", "q.rating == 'redd'\", law", `compares “rating” with “redd”, which it can never be. Did you mean “red”?`},
		{"misspelt code in a list", "'hurt' in q.signs", "'hurts' in q.signs", `compares “signs” with “hurts”`},
		{"misspelt code of a row", "c.outcome == 's17'", "c.outcome == 's71'", `compares “outcome” with “s71”`},
		{"wrong kind", "show_if: q.danger,", "show_if: \"q.danger == 'yes'\",", `“==” does not go with bool and string`},
		{"wrong kind of a row", "c.outcome == 's17'", "c.born == 's17'", `“==” does not go with timestamp and string`},
		{"not a condition", "show_if: q.danger,", "show_if: q.agency,", `is not true or false`},
		{"has of one answer", "q.parents_told || known(q.no_tell)", "has(q.no_tell)", `Write known(q.no_tell)`},
		{"a later question", "show_if: \"'hurt' in q.signs\"", "show_if: \"q.source == 'x'\"", `reads “source”, which is asked later`},
		{"a step's question in the form", "show_if: \"'hurt' in q.signs\"", "show_if: \"q.rating == 'red'\"", `reads “rating”, which is not a question of the form`},
		{"too costly", "q.children.exists(c, c.outcome == 's17')", "q.children.exists(a, q.children.exists(b, q.children.exists(c, q.children.exists(d, q.children.exists(e, q.children.exists(f, q.children.exists(g, q.children.exists(h, a.school == h.school))))))))", `takes too long to work out`},
		{"unknown count", "count.open_checks", "count.open_check", `there is no “count.open_check”. Did you mean “open_checks”?`},
		{"unknown mark", "marks: [history_looked]", "marks: [history_look]", `there is no mark “history_look”`},
		{"unreachable state", "to: withdrawn", "to: decided", `no step ever leads to the state “withdrawn”`},
		{"unseen state", "    grants:\n      - { key: workers, to: \"role:social_worker\", may: [view, act], why: The front door decides. }\n      - { key: managers, to: \"role:manager\", may: [view, act], why: A manager decides. }\n      - { key: sender, to: author, may: [status], why: You sent it. }\n", "", `nobody can see a record in the state “received”`},
		{"step nobody can take", "- { key: managers, to: \"role:manager\", may: [view, act], why: A manager decides. }", "", `nobody can take the step “decide”`},
		{"clock that cannot stop", "until: [step.screen, step.decide]", "until: [step.submit]", `the clock “again” can never stop`},
		{"page that every form has", "page: you", "page: check", `“check” is the name of a page that every form has`},
		{"unknown kind of entry", "    to: withdrawn", "    to: withdrawn\n    entry: phone", `there is no kind of entry “phone”`},
		{"no start", "start: true", "start: false", `no state is the one in which records begin`},
		{"two starts", "board: New }", "board: New, start: true }", `two states have start: true`},
		{"guard without words", ", else: Decide for every child.", "", `has a guard without both parts`},
		{"unknown each", "each: checks", "each: chekcs", `“chekcs” is neither a group nor a checkboxes question`},
		{"rule on two lines", "urgent: \"q.danger || q.rating == 'red'\"", "urgent: |\n    q.danger ||\n    q.ratin == 'red'", `pathway.yaml:147: roles: urgent`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p, faults := pathway.Load(folder(t, "worry", tt.old, tt.new), place())
			if p != nil {
				t.Fatal("it loads")
			}
			if !strings.Contains(faults.Error(), tt.want) {
				t.Errorf("faults:\n%v\nwant %q", faults, tt.want)
			}
			for _, f := range faults {
				if f.File == "" || (f.Line == 0 && f.File == "pathway.yaml") {
					t.Errorf("no place given: %v", f)
				}
			}
		})
	}
}

func TestFaultLine(t *testing.T) {
	t.Parallel()
	fsys := folder(t, "worry", "'hurt' in q.signs", "'hurt' in q.sings")
	line := 1 + strings.Count(strings.SplitN(string(fsys["pathway.yaml"].Data), "q.sings", 2)[0], "\n")
	_, faults := pathway.Load(fsys, place())
	if len(faults) != 1 || faults[0].Line != line {
		t.Errorf("line %d: %v", line, faults)
	}
}

func TestMessageFaults(t *testing.T) {
	t.Parallel()
	tests := []struct{ file, text, want string }{
		{"messages/new.md", "New\n\n{{q.worry}}", "messages/new.md:3: a notice goes out with no personal data"},
		{"messages/new.md", "{{row.given_names}}", "names the answer “row.given_names”"},
		{"messages/letter.md", "a\n{{q.worri}}", "messages/letter.md:2: the document “letter” shows “worri”, which is not on its allow list. Did you mean “worry”?"},
		{"messages/letter.md", "{{ q.worry", "cannot be filled in"},
		{"messages/letter.md", "{{q.worry.x}}", "cannot be filled in"},
		{"messages/outcome.md", "{{q.given_names}}", "is the wrong way to write it"},
		{"codes/agency.csv", "code,label\npolice,Police\npolice,Again\n", "codes/agency.csv:3: the code “police” is there twice"},
		{"codes/agency.csv", "kode,label\n", "codes/agency.csv:1: the first line does not name the columns"},
		{"codes/agency.csv", "code,label\npolice,\n", "the code “police” has no label"},
		{"codes/agency.csv", "code,label\nschool,School, or college,x,y\n", "more columns"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			fsys := folder(t, "worry")
			fsys[tt.file] = &fstest.MapFile{Data: []byte(tt.text)}
			if _, faults := pathway.Load(fsys, place()); !strings.Contains(faults.Error(), tt.want) {
				t.Errorf("faults:\n%v\nwant %q", faults, tt.want)
			}
		})
	}
}

func TestLawCheckedIsAWarning(t *testing.T) {
	t.Parallel()
	for _, checked := range []string{"", "2025-11-16"} {
		p, faults := pathway.Load(folder(t, "worry", "2026-06-01", checked), place())
		if p == nil || len(faults) != 1 || !faults[0].Warning || faults[0].Line != 9 || faults.Err() != nil {
			t.Errorf("checked %q: %v", checked, faults)
		}
	}
	if _, faults := pathway.Load(folder(t, "worry", "2026-06-01", "2025-11-17"), place()); len(faults) != 0 {
		t.Errorf("checked twelve months ago to the day: %v", faults)
	}
}

// National law and guidance says where it can be read.
func TestLawHasAnAddress(t *testing.T) {
	t.Parallel()
	for was, want := range map[string]string{`url: "https://www.gov.uk/", `: "does not say where it can be read", `"https://www.gov.uk/"`: "is no address"} {
		instead := ""
		if strings.HasPrefix(was, `"`) {
			instead = "www.gov.uk"
		}
		_, faults := pathway.Load(folder(t, "worry", was, instead), place())
		if len(faults) != 1 || faults[0].Warning != (instead == "") || faults[0].Line != 9 || !strings.Contains(faults.Error(), want) {
			t.Errorf("%q: %v", instead, faults)
		}
	}
}

func TestAliasesAreBounded(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("pathway: bomb\nversion: 1\ncarry: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	b.WriteString("groups:\n  - name: &l0 [x,x,x,x,x,x,x,x,x,x]\n    id: g\n")
	b.WriteString("pages:\n  - &p0\n    page: p\n    questions: &q0 [")
	b.WriteString(strings.Repeat("{id: a, type: text, label: x},", 900))
	b.WriteString("]\n")
	for range 900 {
		b.WriteString("  - *p0\n")
	}
	begin := time.Now()
	_, faults := pathway.FromFiles(map[string]string{"pathway.yaml": b.String()}, place())
	if !strings.Contains(faults.Error(), "too deep or repeats too much") {
		t.Errorf("%d faults in %v", len(faults), time.Since(begin))
	}
	_, faults = pathway.FromFiles(map[string]string{"pathway.yaml": "pages: &a\n  - questions: *a\n"}, place())
	if faults.Err() == nil {
		t.Error("a list inside itself is accepted")
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	at := place()
	at.Settings = map[string]map[string]pathway.Setting{"worry": {"red": {Default: "2 hours", Confirmed: true, Source: "Board"}}}
	p, faults := pathway.Load(folder(t, "worry"), at)
	if p == nil {
		t.Fatal(faults)
	}
	s := p.Settings["red"]
	if p.Clocks[1].Length.String() != "2 hours" || !s.Confirmed || s.Source != "Board" || s.Text == "" {
		t.Errorf("length %v, setting %+v", p.Clocks[1].Length, s)
	}
	at.Settings["worry"]["rad"] = pathway.Setting{Default: "1 hours"}
	if _, faults := pathway.Load(folder(t, "worry"), at); !strings.Contains(faults.Error(), "Did you mean “red”?") {
		t.Errorf("a setting that is not there: %v", faults)
	}
}

func TestHashAndFromFiles(t *testing.T) {
	t.Parallel()
	p := worry(t)
	if again := worry(t); again.Hash != p.Hash || p.Hash == "" {
		t.Errorf("hashes %q and %q", p.Hash, again.Hash)
	}
	if other := worry(t, "owner: testers", "owner: others"); other.Hash == p.Hash {
		t.Error("another text has the same hash")
	}

	// In 2041 the roles have gone and the list of ratings has changed.
	later := pathway.Place{
		Roles: []string{"nobody"},
		Lists: map[string][]pathway.Code{"ratings": {{Code: "blue", Label: "Blue"}}},
		Now:   now.AddDate(15, 0, 0),
	}
	old, faults := pathway.FromFiles(p.Files, later)
	if old == nil {
		t.Fatalf("the kept text cannot be read:\n%v", faults)
	}
	if old.Hash != p.Hash {
		t.Errorf("hash %s, was %s", old.Hash, p.Hash)
	}
	if got := old.Codes["partnership:ratings"]; !cmp.Equal(got, p.Codes["partnership:ratings"]) {
		t.Errorf("ratings %v", got)
	}
	q, _ := old.Question("rating")
	if got := old.CodesOf(q)[0].Label; got != "Red" {
		t.Errorf("label %q", got)
	}

	lists := place()
	lists.Lists["ratings"][0].Label = "Rouge"
	if changed, _ := pathway.Load(folder(t, "worry"), lists); changed.Hash == p.Hash {
		t.Error("a changed list leaves the hash the same")
	}
}

func library(t testing.TB, worryEdits, checkEdits []string) (*pathway.Library, pathway.Faults) {
	t.Helper()
	all := fstest.MapFS{}
	for name, edits := range map[string][]string{"worry": worryEdits, "check": checkEdits} {
		for f, data := range folder(t, name, edits...) {
			all[name+"/"+f] = data
		}
	}
	all["README.md"] = &fstest.MapFile{Data: []byte("not a pathway")}
	return pathway.LoadAll(all, place())
}

func TestLoadAll(t *testing.T) {
	t.Parallel()
	l, faults := library(t, nil, nil)
	if l == nil {
		t.Fatal(faults)
	}
	if all := l.All(); len(all) != 2 || all[0].Name != "check" || all[1].Name != "worry" {
		t.Errorf("all: %v", all)
	}
	p, _ := l.Get("worry")
	if at, ok := l.At(p.Hash); !ok || at != p {
		t.Error("the current version is not found by its hash")
	}
	old := worry(t, "version: 1", "version: 9")
	l.Pin(old)
	if at, ok := l.At(old.Hash); !ok || at.Version != 9 {
		t.Error("a pinned version is not found")
	}
	if _, ok := l.At("none"); ok {
		t.Error("a hash nobody pinned is found")
	}
}

func TestLoadAllFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		worry, check []string
		want         string
	}{
		{[]string{"pathway: check", "pathway: chek"}, nil, "worry/pathway.yaml:89: there is no pathway “chek”. Did you mean “check”?"},
		{[]string{"step: send", "step: sendd"}, nil, "the pathway “check” has no step “sendd”"},
		{[]string{"step: send", "step: reply"}, nil, "the step “reply” of “check” cannot be the first"},
		{[]string{"about: q.worry", "abuot: q.worry"}, nil, "the pathway “check” has no question “abuot”. Did you mean “about”?"},
		{[]string{"about: q.worry", "about: q.danger"}, nil, "“about” of “check” is of type textarea"},
		{nil, []string{"id: worry, type: textarea", "id: worry, type: yes_no"}, "carries the answer “worry”"},
		{[]string{"about: q.worry", "about: q.hunch"}, nil, "would be given the answer “hunch”, which must not leave this record"},
		{nil, []string{"pathway: check", "pathway: cheque"}, "the folder is “check” and the pathway in it “cheque”"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			t.Parallel()
			if l, faults := library(t, tt.worry, tt.check); l != nil || !strings.Contains(faults.Error(), tt.want) {
				t.Errorf("faults:\n%v\nwant %q", faults, tt.want)
			}
		})
	}
}

// A step may ask again what was asked before.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	again := "      - { id: no_tell, type: text"
	p := worry(t, again, "      - { id: rating }\n"+again)
	s, _ := p.Step("decide")
	got := s.Ask[4]
	if got.ID != "rating" || got.Type != "radios" || got.Label != "Rating" || !got.Required || got.Codes != "partnership:ratings" {
		t.Errorf("asked again: %+v", got)
	}
	// By its id alone it is shown and required as it was there.
	p = worry(t, again, "      - { id: danger_done }\n"+again)
	s, _ = p.Step("decide")
	if got := s.Ask[4]; got.ShowIf != "q.danger" || got.RequireIf != "q.danger" {
		t.Errorf("asked again: shown if %q, required if %q", got.ShowIf, got.RequireIf)
	}
	p = worry(t, again, "      - { id: danger_done, label: What was done }\n"+again)
	s, _ = p.Step("decide")
	if got := s.Ask[4]; got.ShowIf+got.RequireIf != "" {
		t.Errorf("asked again with its own label: shown if %q, required if %q", got.ShowIf, got.RequireIf)
	}
	_, faults := pathway.Load(folder(t, "worry", again, "      - { id: rating, type: text, label: Another }\n"+again), place())
	if !strings.Contains(faults.Error(), "the id “rating” is used for two different questions") {
		t.Errorf("another question of the same id: %v", faults)
	}
}

func BenchmarkLoadAll20(b *testing.B) {
	all := fstest.MapFS{}
	for i := range 20 {
		name := fmt.Sprintf("worry%d", i)
		for f, data := range folder(b, "worry", "pathway: worry", "pathway: "+name, "pathway: check", "pathway: worry0", "answers: { about: q.worry, urgent: \"q.rating == 'red'\", agency_asked: each }", "", "step: send", "step: submit") {
			all[name+"/"+f] = data
		}
	}
	for b.Loop() {
		if l, faults := pathway.LoadAll(all, place()); l == nil {
			b.Fatal(faults)
		}
	}
}

// A law entry is compared with its source every 12 months: until the day itself
// nothing is said, and after it a warning.
func TestLawThatNobodyHasCheckedForAYear(t *testing.T) {
	t.Parallel()
	for now, want := range map[string]bool{"2027-06-01": false, "2027-06-02": true} {
		at, _ := time.Parse(time.DateOnly, now)
		where := place()
		where.Now = at.Add(12 * time.Hour)
		p, faults := pathway.Load(folder(t, "worry"), where)
		if p == nil {
			t.Fatal(faults)
		}
		told := slices.ContainsFunc(faults, func(f pathway.Fault) bool {
			return f.Warning && strings.Contains(f.Text, "nobody has checked the law entry “decide” for 12 months") && f.Line > 0
		})
		if told != want {
			t.Errorf("on %s: %v", now, faults)
		}
	}
}

// A law entry without a date says where it stands, with what it is compared and which
// field is dated.
func TestLawThatNobodyHasCompared(t *testing.T) {
	t.Parallel()
	p, faults := pathway.Load(folder(t, "worry", `url: "https://www.gov.uk/", checked: "2026-06-01"`, `url: "https://www.gov.uk/", checked: ""`), place())
	if p == nil {
		t.Fatal(faults)
	}
	i := slices.IndexFunc(faults, func(f pathway.Fault) bool { return f.Warning && strings.Contains(f.Text, "the law entry “decide”") })
	if i < 0 {
		t.Fatalf("nothing is said: %v", faults)
	}
	said := faults[i].String()
	for _, want := range []string{"pathway.yaml:", "under law:", "“" + p.Law["decide"].Source + "”", `checked: "2026-11-21"`, "your area has its own rule"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q does not say %q", said, want)
		}
	}
}
