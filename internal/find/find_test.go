package find

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// sample is a small library.
var sample = []Text{
	{Title: "Neglect", Summary: "When a child’s needs are not met.", Body: []string{"A child may be hungry or left alone. Write down what you see."}},
	{Title: "Psychoactive substances", Also: []string{"legal highs"}, Body: []string{"Drugs made to act like illegal ones. Selling them is a crime."}},
	{Title: "Domestic abuse", Body: []string{"Someone at home controls or hurts another. Children who live with abuse are victims too."}},
	{Title: "Team around the family", Body: []string{"People who help meet with the family. They agree a plan."}},
	{Title: "Self-harm", Body: []string{"Some young people hurt themselves when feelings are too strong."}},
	{Title: "The plan", Body: []string{"A plan says who protects the child. The child is heard. Child protection is for all of us."}},
	{Title: "Conference", Body: []string{"A child protection plan is made at a conference."}},
	{Title: "Café club", Body: []string{"Thursdays, for parents. José runs it. Sarah’s law is explained there."}},
}

var words = map[string][]string{
	"legal highs": {"psychoactive substances"}, "dv": {"domestic abuse"}, "taf": {"team around the family"},
	"at risk register": {"child protection plan"}, "form a": {"conference"},
}

func titles(a Answer) []string {
	var out []string
	for _, h := range a.Hits {
		out = append(out, sample[h.Text].Title)
	}
	return out
}

func TestFind(t *testing.T) {
	t.Parallel()
	ix := New(sample, words, "suicide")
	for _, c := range []struct {
		question, first, meant string
		some                   bool
	}{
		{question: "neglect", first: "Neglect"},
		{question: "NEGLECTED children", first: "Neglect", some: false},
		{question: "legal high", first: "Psychoactive substances"},
		{question: "dv", first: "Domestic abuse"},
		{question: "what is a TAF?", first: "Team around the family"},
		{question: "at-risk register", first: "Conference"},
		{question: "domestik abuze", first: "Domestic abuse", meant: "domestic abuse"},
		{question: "nelgect", first: "Neglect", meant: "neglect"},
		{question: "Self harm", first: "Self-harm"},
		{question: "selfharm", first: "Self-harm"},
		{question: "domesticabuse", first: "Domestic abuse", meant: "domestic abuse"},
		{question: "child protection plan", first: "Conference"},
		{question: "cafe jose", first: "Café club"},
		{question: "sarahs law", first: "Café club"},
		{question: "sarah's law", first: "Café club"},
		{question: "neglect xylophones", first: "Neglect", some: true},
		{question: "selling", first: "Psychoactive substances"},
		{question: "victim", first: "Domestic abuse"},
	} {
		a := ix.Find(c.question, nil)
		got := titles(a)
		if len(got) == 0 || got[0] != c.first || a.Meant != c.meant || a.Some != c.some {
			t.Errorf("%q: %q, meant %q, some %v", c.question, got, a.Meant, a.Some)
		}
	}
	for _, nothing := range []string{"", "   ", "the of and", "???", "zzzzqqq", "form", "suicide", "12345"} {
		if a := ix.Find(nothing, nil); len(a.Hits) > 0 && nothing != "form" || a.Meant != "" {
			t.Errorf("%q finds %q, meant %q", nothing, titles(a), a.Meant)
		}
	}
	if a := ix.Find("child", func(i int) bool { return i == 5 }); len(a.Hits) != 1 || a.Hits[0].Text != 5 {
		t.Error("what is kept out is found")
	}
	// A word that only a text kept out has is not met by others.
	if a := ix.Find("conference child", func(i int) bool { return i == 0 }); !a.Some || len(a.Hits) != 1 {
		t.Errorf("%+v", a)
	}
}

func TestStem(t *testing.T) {
	t.Parallel()
	for _, same := range []string{
		"abuse abused abusing abuses abusive", "refer refers referred referring referral referrals", "bully bullied bullying bullies",
		"exploit exploited exploitation", "child childs", "meeting meetings meet", "allegation allegations", "neglect neglected neglectful",
		"raise raised raising", "recognise recognised recognising", "safeguard safeguarding safeguarded", "plan plans planned planning",
	} {
		all := strings.Fields(same)
		for _, w := range all[1:] {
			if stem(w) != stem(all[0]) {
				t.Errorf("%s is %s and %s is %s", all[0], stem(all[0]), w, stem(w))
			}
		}
	}
	for _, apart := range []string{"policy police", "parent apparent", "s47 s17", "missing mission", "home homeless"} {
		a, b, _ := strings.Cut(apart, " ")
		if stem(a) == stem(b) {
			t.Errorf("%s and %s are both %s", a, b, stem(a))
		}
	}
}

func TestSlips(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want int
	}{{"abuse", "abuse", 0}, {"abuze", "abuse", 1}, {"abus", "abuse", 1}, {"abbuse", "abuse", 1}, {"bause", "abuse", 1}, {"suicde", "suicide", 1}, {"abc", "xyz", 3}} {
		if got := slips(c.a, c.b, 3); got != c.want {
			t.Errorf("%s %s: %d", c.a, c.b, got)
		}
	}
}

func show(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		if p.Mark {
			b.WriteString("[" + p.Text + "]")
		} else {
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	ix := New(sample, words)
	if got, want := show(ix.Find("abuse victims", nil).Mark(sample[2].Body[0])), "Someone at home controls or hurts another. Children who live with [abuse] are [victims] too."; got != want {
		t.Error(got)
	}
	if got := show(ix.Find("selfharm", nil).Mark("Self-harm and self harm")); got != "[Self-harm] and self harm" {
		t.Error(got)
	}
	// Words of another name are marked only side by side.
	if got := show(ix.Find("dv", nil).Mark("Abuse. Domestic abuse and domestic work")); got != "Abuse. [Domestic abuse] and domestic work" {
		t.Error(got)
	}
	long := strings.Repeat("Nothing to see in this sentence. ", 30) + "Here is the abuse and here are the victims. " + strings.Repeat("Nothing more of it follows here. ", 30)
	got := show(ix.Find("abuse victims", nil).Excerpt(long, 200))
	if !strings.HasPrefix(got, "… ") || !strings.HasSuffix(got, " …") || !strings.Contains(got, "Here is the [abuse] and here are the [victims].") || len(got) > 230 {
		t.Errorf("%d: %s", len(got), got)
	}
	if got := show(ix.Find("nothing of it", nil).Excerpt("é"+strings.Repeat("é", 300), 101)); !strings.HasSuffix(got, "é …") {
		t.Error(got)
	}
}

func TestPart(t *testing.T) {
	t.Parallel()
	ix := New([]Text{{Title: "Sleep", Body: []string{"Where to sleep.", "A baby sleeps on its back. Safer sleep is simple.", "Ask the baby's nurse."}}, {Title: "Sleep"}}, map[string][]string{"cot death": {"safer sleep"}})
	for question, want := range map[string]int{"sleep": 0, "baby sleep": 1, "nurse": 2, "cot death": 1, "back nurse": 1} {
		if got, worth := ix.Find(question, nil).Part(0); got != want || worth <= 0 {
			t.Errorf("%q is in part %d", question, got)
		}
	}
	if got, _ := ix.Find("sleep", nil).Part(1); got != -1 {
		t.Error("a text without a body has a part")
	}
	if got, _ := ix.Find("nothing", nil).Part(0); got != -1 {
		t.Error("a part is found that has nothing of it")
	}
}

func TestPhrases(t *testing.T) {
	t.Parallel()
	ix := New(sample, words, "kill myself", "suicide")
	p := NewPhrases([][]string{{"kill myself", "suicide"}, {"hit me", "hits me"}})
	for question, want := range map[string][]int{
		"I want to kill myself": {0}, "KILL MYSELF": {0}, "killing myself": {0}, "suicde": {0}, "how to kill time": nil, "my dad hits me": {1},
		"hit it": nil, "he hit me and I want to kill myself": {0, 1}, "": nil,
	} {
		if got := p.In(ix, question); !slices.Equal(got, want) {
			t.Errorf("%q: %v", question, got)
		}
	}
}

func FuzzFind(f *testing.F) {
	ix := New(sample, words, "kill myself")
	p := NewPhrases([][]string{{"kill myself"}})
	for _, s := range []string{"neglect", "at risk register", "self-harm", "’’'s", "a-b-c", "\xff\xfe", "É́", strings.Repeat("x", 500), "domestik-abuze"} {
		f.Add(s, "A text about self-harm, neglect and abuse.")
	}
	f.Fuzz(func(t *testing.T, question, text string) {
		a := ix.Find(question, nil)
		p.In(ix, question)
		for _, h := range a.Hits {
			if h.Text < 0 || h.Text >= len(sample) {
				t.Fatal("no such text")
			}
		}
		var whole strings.Builder
		for _, piece := range a.Mark(text) {
			whole.WriteString(piece.Text)
		}
		if whole.String() != text {
			t.Fatalf("marking %q lost something: %q", text, whole.String())
		}
		for _, piece := range a.Excerpt(text, 40) {
			if len(piece.Text) > 60+len(text) {
				t.Fatal("an excerpt is longer than its text")
			}
		}
	})
}

// made is n sections of a few hundred words, drawn as words are in English: few
// very often and many seldom.
func made(n int) []Text {
	r := rand.New(rand.NewPCG(1, 2))
	z := rand.NewZipf(r, 1.1, 2, 5999)
	word := func() string { return name(z.Uint64()) }
	texts := make([]Text, n)
	for i := range texts {
		var body []string
		for range 150 + r.IntN(250) {
			body = append(body, word())
		}
		texts[i] = Text{Title: word() + " " + word() + " " + word(), Summary: strings.Join(body[:20], " "), Body: []string{strings.Join(body, " ")}}
	}
	return texts
}

func name(n uint64) string {
	var b []byte
	for n += 26; n > 0; n /= 26 {
		b = append(b, byte('a'+n%26))
	}
	return string(b)
}

// BenchmarkFind asks 2,000 sections for two or three words each time: common
// ones, and one in four misspelt.
func BenchmarkFind(b *testing.B) {
	texts := made(2000)
	ix := New(texts, words)
	r := rand.New(rand.NewPCG(3, 4))
	var questions []string
	for i := range 400 {
		from := strings.Fields(texts[r.IntN(len(texts))].Body[0])
		var q []string
		for range 2 + r.IntN(2) {
			q = append(q, from[r.IntN(len(from))])
		}
		if i%4 == 0 {
			q[0] += "qz"
		}
		questions = append(questions, strings.Join(q, " "))
	}
	b.ReportAllocs()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		a := ix.Find(questions[i%len(questions)], nil)
		for _, h := range a.Hits[:min(20, len(a.Hits))] {
			a.Excerpt(texts[h.Text].Body[0], 240)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkNew(b *testing.B) {
	texts := made(2000)
	b.ReportAllocs()
	for b.Loop() {
		New(texts, words)
	}
}
