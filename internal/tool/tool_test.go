package tool_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"frontdoor/internal/calendar"
	"frontdoor/internal/tool"
)

// sealed is a small package of a made-up form, with some of its text replaced.
func sealed(t *testing.T, replace ...string) []byte {
	t.Helper()
	out, err := tool.Seal(plain(replace...))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const small = `{
 "format": "frontdoor-tool/1", "id": "ladder", "edition": "1", "title": "Ladder", "holder": "A holder", "copyright": "© A holder",
 "wording": { "roles": ["social_worker"], "trained": true },
 "needs": { "licence": true, "course": "Ladders", "sessions": ["Up", "Down"], "refresher": "Again", "refresher_months": 24 },
 "scales": [
  { "id": "rung", "kind": "choice", "label": "Rung", "answers": [
   { "code": "1", "label": "1", "means": "High", "rank": 1 }, { "code": "2", "label": "2", "means": "Middle", "rank": 2 },
   { "code": "3", "label": "3", "means": "Low", "rank": 3 }, { "code": "na", "label": "No ladder" } ] },
  { "id": "words", "kind": "text", "label": "In words" } ],
 "areas": [ { "id": "a", "title": "Area", "subareas": [
  { "id": "s1", "title": "First", "items": [
   { "id": "i1", "number": "1", "text": "Item one", "scale": "rung" }, { "id": "i2", "number": "2", "text": "Item two", "scale": "rung" } ] },
  { "id": "s2", "title": "Second", "items": [ { "id": "i3", "number": "3", "text": "Item three", "scale": "words" } ] } ] } ],
 "results": [ { "id": "worst", "label": "Rung", "of": "area", "rule": "worst", "explain": "The lowest." },
  { "id": "low", "label": "Low", "of": "tool", "rule": "count", "codes": ["3"], "bands": [ { "from": 0, "label": "few" }, { "from": 2, "label": "many" } ], "explain": "How many." } ],
 "checksum": "sha256:0000000000000000000000000000000000000000000000000000000000000000" }`

func plain(replace ...string) []byte { return []byte(strings.NewReplacer(replace...).Replace(small)) }

func parsed(t *testing.T, replace ...string) *tool.Package {
	t.Helper()
	p, faults := tool.Parse(sealed(t, replace...))
	if p == nil {
		t.Fatal(faults)
	}
	return p
}

func TestAHostilePackageIsNamedWhereItIsWrong(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	var many strings.Builder
	for range 300 {
		many.WriteString(`{ "id": "i9", "number": "9", "text": "x", "scale": "rung" },`)
	}
	for name, c := range map[string]struct {
		body []byte
		want string
	}{
		"nothing":              {nil, "not JSON"},
		"no object":            {[]byte(`[]`), "must be an object"},
		"half":                 {plain()[:400], "not JSON from byte"},
		"something after":      {append(sealed(t), []byte(`{}`)...), "after the end"},
		"not UTF-8":            {append(sealed(t), 0xff), "not UTF-8"},
		"huge":                 {bytes.Repeat([]byte(" "), tool.MaxBytes+1), "more than 1048576 bytes"},
		"deep, of its own":     {[]byte(deep), "nested more than"},
		"deep, where it hides": {plain(`"title": "Ladder"`, `"title": `+deep), "title"},
		"a key twice":          {plain(`"edition": "1"`, `"edition": "1", "edition": "2"`), "edition: the key is there twice"},
		"unknown key":          {plain(`"holder": "A`, `"script": "x", "holder": "A`), "script: the key is not known"},
		"key of other kind":    {plain(`"holder": "A`, `"<b>": "x", "holder": "A`), "(a key): the key is not known"},
		"wrong type":           {plain(`"Item one"`, `7`), "areas[0].subareas[0].items[0].text: this must be text and is a number"},
		"list for text":        {plain(`"Item one"`, `["x"]`), "areas[0].subareas[0].items[0].text: this must be text and is a list"},
		"text for list":        {plain(`["social_worker"]`, `"x"`), "wording.roles: this must be a list and is text"},
		"rank of a half":       {plain(`"rank": 3`, `"rank": 2.5`), "answers[2].rank: this must be a whole number"},
		"null":                 {plain(`"Item one"`, `null`), "items[0].text: null"},
		"the same id":          {plain(`"id": "i2"`, `"id": "i1"`), "areas[0].subareas[0].items[1].id: the id “i1” is there twice"},
		"the same number":      {plain(`"number": "2"`, `"number": "1"`), "items[1].number: the number “1” is there twice"},
		"the same code":        {plain(`"code": "2"`, `"code": "1"`), "scales[0].answers[1].code: the code “1” is there twice"},
		"id that is a path":    {plain(`"id": "i2"`, `"id": "../i"`), "items[1].id: use small letters"},
		"no such scale":        {plain(`"text": "Item two", "scale": "rung"`, `"text": "Item two", "scale": "no"`), "items[1].scale: name one of the scales"},
		"means of no answer":   {plain(`"text": "Item two", `, `"text": "Item two", "means": { "9": "x" }, `), "items[1].means.9: the scale has no such answer"},
		"count of no answer":   {plain(`"codes": ["3"]`, `"codes": ["8"]`), "results[1].codes[0]: no scale"},
		"hidden character":     {plain(`"Item one"`, "\"Item\u202eone\""), "items[0].text: there is a character that cannot be seen (U+202E)"},
		"too many items":       {plain(`{ "id": "i2"`, many.String()+`{ "id": "i2"`), "there can be 200 at most"},
		"long text":            {plain(`Item one`, strings.Repeat("x", 2001)), "items[0].text: there can be 2000 characters"},
		"changed on its way":   {bytes.Replace(sealed(t), []byte("Item one"), []byte("Item won"), 1), "checksum: the file is not as it was"},
		"bands that go down":   {plain(`"from": 2`, `"from": 0`), "results[1].bands[1].from: each band"},
		"trained in nothing":   {plain(`["Up", "Down"]`, `[]`), "needs.sessions: name the sessions"},
	} {
		p, faults := tool.Parse(c.body)
		if p != nil || !strings.Contains(faults.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, faults, c.want)
		}
		if len(faults) > 25 {
			t.Errorf("%s: %d faults", name, len(faults))
		}
	}
}

func TestTheSchemaHoldsWhatIsRead(t *testing.T) {
	t.Parallel()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(tool.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("https://tool.example/schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("https://tool.example/schema.json")
	if err != nil {
		t.Fatal(err)
	}
	bodies := [][]byte{sealed(t)}
	for _, id := range tool.Known() {
		_, body, _ := tool.PracticeOf(id)
		bodies = append(bodies, body)
	}
	for _, body := range bodies {
		var v any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(v); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range [][]byte{plain(`"holder": "A`, `"script": "x", "holder": "A`), plain(`"Item one"`, `7`), plain(`"id": "i2"`, `"id": "../i"`)} {
		var v any
		if err := json.Unmarshal(bad, &v); err != nil {
			t.Fatal(err)
		}
		if s.Validate(v) == nil {
			t.Errorf("the schema takes %s", bad)
		}
	}
}

func TestPracticeExamples(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"gcp2", "dash", "exploitation", "signs_of_safety"} {
		p, _, ok := tool.PracticeOf(id)
		if !ok || !p.Practice || p.ID != id || p.Needs.Licence || !strings.HasPrefix(p.Title, "Practice") {
			t.Errorf("%s: %+v", id, p)
		}
	}
}

func TestNothingWorkedOutAverages(t *testing.T) {
	t.Parallel()
	p := parsed(t)
	work := func(answers map[string]string) []tool.Worked { return p.Work(answers, true) }
	if w := work(nil); w[0].Value != "" || w[1].Value != "" || w[0].Left != 2 {
		t.Errorf("of nothing: %+v", w)
	}
	w := work(map[string]string{"i1": "1", "i2": "3", "i3": "words"})
	if w[0].Value != "Rung 3" || !strings.Contains(w[0].How, "The lowest. It comes from item 2.") || w[1].Value != "1 of 2: few" {
		t.Errorf("%+v", w)
	}
	w = work(map[string]string{"i1": "na", "i2": "gone"})
	if w[0].Value != "" || w[0].Left != 1 || w[1].Value != "0 of 2: few" {
		t.Errorf("outside the order: %+v", w)
	}
	w = work(map[string]string{"i1": "3", "i2": "3"})
	if !strings.Contains(w[0].How, "items 1 and 2") || w[1].Value != "2 of 2: many" {
		t.Errorf("both: %+v", w)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	old := parsed(t)
	next := parsed(t, `"edition": "1"`, `"edition": "2"`, `"Item two"`, `"Another item two"`, `{ "id": "i3", "number": "3", "text": "Item three"`, `{ "id": "i4", "number": "4", "text": "Item four"`)
	got := tool.Compare(old, next, map[string]string{"i1": "3", "i2": "1", "i3": "x"}, map[string]string{"i1": "1", "i2": "3"})
	want := []string{"better Better by 2", "worse Worse by 2", "open Not in the earlier edition", "open Not in the later edition"}
	for i, c := range got {
		if s := c.Direction + " " + c.Words; i >= len(want) || s != want[i] {
			t.Errorf("%d: %s", i, s)
		}
	}
	if got[0].Reworded || !got[1].Reworded || got[0].Then != "3" || got[0].Now != "1" {
		t.Errorf("%+v", got[:2])
	}
	for _, c := range []struct{ was, is, words string }{{"1", "1", "No change"}, {"1", "na", "Changed: not on the same scale"}, {"", "2", "Not scored then"}, {"2", "", "Not scored yet"}, {"", "", "Not scored"}} {
		if got := tool.Compare(old, old, map[string]string{"i1": c.was}, map[string]string{"i1": c.is})[0].Words; got != c.words {
			t.Errorf("%q to %q: %s", c.was, c.is, got)
		}
	}
	var says []string
	for _, d := range tool.Differences(old, next) {
		says = append(says, d.What+" "+d.Item)
	}
	if !slices.Equal(says, []string{"Other words or answers 2", "New item 4", "Taken away 3"}) {
		t.Errorf("%v", says)
	}
}

func TestWhoMayScore(t *testing.T) {
	t.Parallel()
	p := parsed(t)
	on := calendar.NewDate(2027, 3, 1)
	both := []tool.Attended{{Course: "Ladders", Session: "Up", On: on.AddDays(-400)}, {Course: "Ladders", Session: "Down", On: on.AddDays(-390)}}
	live := &tool.Licence{Until: on, After: tool.AfterRead}
	ended := func(after string) *tool.Licence { return &tool.Licence{Until: on.AddDays(-1), After: after} }
	worker := []string{"social_worker"}
	for name, c := range map[string]struct {
		roles   []string
		had     []tool.Attended
		licence *tool.Licence
		began   calendar.Date
		wording bool
		refused string
	}{
		"may":                                   {worker, both, live, calendar.Date{}, true, ""},
		"wrong role":                            {[]string{"referrer"}, both, live, calendar.Date{}, false, "Your role is not one"},
		"one half":                              {worker, both[:1], live, calendar.Date{}, false, "There is no record that you attended “Down” of “Ladders”. Ask your manager"},
		"neither":                               {worker, nil, live, calendar.Date{}, false, "“Up” and “Down”"},
		"attended tomorrow":                     {worker, []tool.Attended{both[0], {Course: "Ladders", Session: "Down", On: on.AddDays(1)}}, live, calendar.Date{}, false, "“Down”"},
		"another course":                        {worker, []tool.Attended{both[0], {Course: "Steps", Session: "Down", On: on.AddDays(-1)}}, live, calendar.Date{}, false, "“Down”"},
		"run out":                               {worker, []tool.Attended{{"Ladders", "Up", on.AddDays(-800)}, {"Ladders", "Down", on.AddDays(-799)}}, live, calendar.Date{}, false, "ran out on"},
		"refreshed":                             {worker, []tool.Attended{{"Ladders", "Up", on.AddDays(-800)}, {"Ladders", "Down", on.AddDays(-799)}, {"Ladders", "Again", on.AddDays(-3)}}, live, calendar.Date{}, true, ""},
		"no licence":                            {worker, both, nil, calendar.Date{}, false, "Nobody has recorded a licence"},
		"ended, about to begin":                 {worker, both, ended(tool.AfterFinish), calendar.Date{}, false, "ran out on Sunday 28 February 2027, so nobody can score with it until it is renewed. Ask Ada."},
		"ended, begun, to read":                 {worker, both, ended(tool.AfterRead), on.AddDays(-9), true, "ran out"},
		"ended, begun, to finish":               {worker, both, ended(tool.AfterFinish), on.AddDays(-9), true, ""},
		"ended, begun, nothing":                 {worker, both, ended(tool.AfterNone), on.AddDays(-9), false, "ran out"},
		"ended, begun after":                    {worker, both, ended(tool.AfterFinish), on, false, "ran out"},
		"ended, begun, to finish, not trained":  {worker, both[:1], ended(tool.AfterFinish), on.AddDays(-9), false, "“Down”"},
		"ended, begun, to read, but never role": {[]string{"referrer"}, both, ended(tool.AfterRead), on.AddDays(-9), false, "Your role"},
	} {
		s := p.Stand(tool.Reader{Roles: c.roles, Attended: c.had}, c.licence, "Ada", c.began, on)
		if s.Wording != c.wording || c.refused == "" && s.Refused != "" || !strings.Contains(s.Refused, c.refused) {
			t.Errorf("%s: %v %q", name, s.Wording, s.Refused)
		}
	}
	example, _, _ := tool.PracticeOf("gcp2")
	if s := example.Stand(tool.Reader{}, nil, "", calendar.Date{}, on); s.Refused != "" || !s.Wording {
		t.Errorf("practice: %+v", s)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	for _, id := range tool.Known() {
		_, body, _ := tool.PracticeOf(id)
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, faults := tool.Parse(body)
		if (p == nil) == (len(faults) == 0) {
			t.Fatalf("%v with %v", p, faults)
		}
		if p == nil {
			return
		}
		answers := map[string]string{}
		for _, it := range p.Items() {
			if s := p.Scale(it); len(s.Answers) > 0 {
				answers[it.ID] = s.Answers[0].Code
			}
		}
		p.Work(answers, true)
		for _, c := range tool.Compare(p, p, answers, answers) {
			if c.Direction != tool.Same && c.Direction != tool.Open {
				t.Fatalf("%+v differs from itself", c)
			}
		}
		if len(tool.Differences(p, p)) > 0 {
			t.Fatal("a package differs from itself")
		}
	})
}
