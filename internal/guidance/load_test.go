package guidance_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
	"frontdoor/internal/pathway"
)

const front = `---
title: Alcohol
summary: Help if drink is a problem.
owner: Partnership business team
checked: 2026-11-01
review: 2027-11-01
---
`

// easy is enough running text for a measure, and easy to read.
const easy = "You can ask for help. It is free. No one will be cross with you. We will hear what you say. We can meet at your home or at school. You can bring a friend if you want to. You choose.\n"

func load(t *testing.T, files map[string]string) (*guidance.Library, pathway.Faults) {
	t.Helper()
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return guidance.Load(fsys, guidance.Place{Leads: func(path string) bool { return path == "/refer" }})
}

func TestLoadReadsAFolder(t *testing.T) {
	lib, faults := load(t, map[string]string{
		"topics.yaml":              "- {key: substances, title: Drink and drugs, audience: parents, summary: x}\n",
		"facts.yaml":               "age: {text: The age is 18, source: The Act, checked: 2026-01-02, confirmed: false}\n",
		"pages/parents/alcohol.md": strings.Replace(front, "owner", "topic: substances\nsensitive: true\nowner", 1) + "\n## Now {#now}\n\n" + easy + "\nFrom 2016-2019, on 2026-11-21, of 1234567890.\n\n[Chapter](manual:neglect#signs) [tell us](/refer) {fact:age}\n",
		"manual/manual.yaml":       "title: Procedures\nstanding: Ours\neditions: [{key: e1, title: First, from: 2026-12-01, summary: x}]\nparts: [{key: a, title: Part A, chapters: [neglect, roles]}]\n",
		"manual/roles.md":          front + "\n## Who {#who}\n\nAll of us.\n",
		"manual/neglect.md":        front + "\n## Signs {#signs}\n\nSome. [Alcohol](page:parents/alcohol#now)\n",
		"news/2026-11-21-new.md":   "---\ntitle: New\nsummary: x\nkind: news\nowner: x\nchecked: 2026-11-01\nexpires: 2026-12-01\n---\nWords.\n",
	})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	p, ok := lib.Find("parents/alcohol")
	if !ok || p.TabTitle() != "Help and advice" || !regexp.MustCompile(`^/page/[a-z2-7]{8}$`).MatchString(p.Path()) {
		t.Fatalf("page: %+v", p)
	}
	if got := string(p.Text.HTML()); !strings.Contains(got, `href="/manual/neglect#signs"`) || !strings.Contains(got, "The age is 18") || !strings.Contains(got, "last checked 2 Jan 2026, not confirmed locally") {
		t.Error(got)
	}
	if found, ok := lib.FindCode(strings.TrimPrefix(p.Path(), "/page/")); !ok || found != p {
		t.Error("a page is not found by its neutral address")
	}
	if n, _ := lib.Find("manual/neglect"); !strings.Contains(string(n.Text.HTML()), `href="`+p.Path()+`#now"`) {
		t.Error("a link to a sensitive page is not to its neutral address")
	}
	if lib.Chapters[0].Key != "manual/neglect" {
		t.Error("chapters stand in the order of the manual")
	}
	if n := lib.News[0]; n.Expired(calendar.NewDate(2026, 12, 1)) || !n.Expired(calendar.NewDate(2026, 12, 2)) {
		t.Error("news is shown to the end of its last day")
	}
}

func TestLoadTellsWhatIsWrong(t *testing.T) {
	page := func(body string) map[string]string {
		return map[string]string{"pages/parents/alcohol.md": front + body}
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"no front":      {map[string]string{"pages/parents/a.md": "Words"}, "pages/parents/a.md:1: The file begins with a line ---"},
		"misspelt key":  {map[string]string{"pages/parents/a.md": strings.Replace(front, "summary", "sumary", 1)}, "pages/parents/a.md:3: There is no setting called"},
		"no summary":    {map[string]string{"pages/parents/a.md": strings.Replace(front, "summary: Help if drink is a problem.", "", 1)}, "needs a summary"},
		"bad name":      {map[string]string{"pages/parents/A b.md": front}, "small letters"},
		"dead page":     {page("\nok\n\n[x](page:parents/none)"), "pages/parents/alcohol.md:11: There is no page parents/none."},
		"dead heading":  {page("\n[x](page:parents/alcohol#none)"), "pages/parents/alcohol.md:9"},
		"dead anchor":   {page("\n[x](#none)"), "no heading #none"},
		"dead route":    {page("\n[x](/nowhere?a=1)"), "nothing at /nowhere"},
		"script":        {page("\n[x](javascript:alert(1))"), "leads nowhere that is known"},
		"plain http":    {page("\n[x](http://example.org)"), "leads nowhere that is known"},
		"other scheme":  {page("\n[x](//example.org)"), "leads nowhere that is known"},
		"phone":         {page("\nok\nRing 01375 652802 now."), "pages/parents/alcohol.md:10: The number 01375 652802"},
		"hard":          {page("\n" + strings.Repeat("Multi-agency safeguarding arrangements necessitate comprehensive interprofessional communication regarding vulnerability. ", 5)), "The reading age is"},
		"no such fact":  {page("\n{fact:age}"), "There is no fact age"},
		"topic":         {map[string]string{"pages/parents/a.md": strings.Replace(front, "owner", "topic: none\nowner", 1)}, "no topic"},
		"loose chapter": {map[string]string{"manual/a.md": front}, "stands in no part"},
		"no key":        {map[string]string{"manual/a.md": front + "\n## Signs\n\nx", "manual/manual.yaml": "parts: [{key: a, title: A, chapters: [a]}]"}, "has a key that stays"},
		"taken address": {map[string]string{"manual/copy.md": front, "manual/manual.yaml": "parts: [{key: a, title: A, chapters: [copy]}]"}, "cannot have this address"},
		"lost chapter":  {map[string]string{"manual/manual.yaml": "parts: [{key: a, title: A, chapters: [a]}]"}, "no chapter manual/a.md"},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := load(t, c.files)
			if faults.Err() == nil || !strings.Contains(faults.Error(), c.want) {
				t.Errorf("want %q, got\n%v", c.want, faults)
			}
		})
	}
}

func TestAHardPublicPageMaySayWhy(t *testing.T) {
	hard := strings.Repeat("Multi-agency safeguarding arrangements necessitate comprehensive interprofessional communication regarding vulnerability. ", 5)
	_, faults := load(t, map[string]string{"pages/parents/a.md": strings.Replace(front, "owner", "readable: It quotes the Act\nowner", 1) + hard})
	if len(faults) > 0 {
		t.Error(faults)
	}
}

func TestAge(t *testing.T) {
	for _, c := range []struct {
		m    guidance.Measure
		want float64
	}{
		{guidance.Measure{Letters: 100, Words: 29, Sentences: 3}, 0},
		{guidance.Measure{Letters: 100, Words: 30, Sentences: 10}, 5},    // 4.71×3.33 + 0.5×3 − 21.43 < 0
		{guidance.Measure{Letters: 420, Words: 100, Sentences: 10}, 8.4}, // 19.782 + 5 − 21.43 = 3.352
		{guidance.Measure{Letters: 500, Words: 100, Sentences: 5}, 17.2}, // 23.55 + 10 − 21.43 = 12.12
	} {
		if got := c.m.Age(); got != c.want {
			t.Errorf("%+v: %v, want %v", c.m, got, c.want)
		}
	}
}

func TestAPageThatMovedAndAPictureAreFound(t *testing.T) {
	lib, faults := guidance.Read(map[string]string{
		"pages/parents/drink.md": strings.Replace(front, "owner", "sensitive: true\nowner", 1) + "\n## Now {#now}\n\n![A door](pictures/door.png) [Plan](document:plan.pdf)\n",
		"pages/parents/talk.md":  front + "\n[Drink](page:parents/alcohol#now)\n",
		"manual/manual.yaml":     "parts: [{key: a, title: A, chapters: [old]}]\n",
		"manual/new.md":          front,
	}, map[string]string{"pictures/door.png": "aa", "documents/plan.pdf": "bb"}, guidance.Place{Moved: map[string]string{
		"pages/parents/alcohol.md": "pages/parents/drink.md", "manual/old.md": "manual/new.md",
	}})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	drink, _ := lib.Find("parents/drink")
	talk, _ := lib.Find("parents/talk")
	if !strings.Contains(string(talk.Text.HTML()), `href="`+drink.Path()+`#now"`) {
		t.Error(talk.Text.HTML())
	}
	if html := string(drink.Text.HTML()); !strings.Contains(html, `src="/pictures/aa.png"`) || !strings.Contains(html, `href="/documents/bb.pdf"`) {
		t.Error(html)
	}
	if to, ok := lib.Redirect("/parents/alcohol"); !ok || to != drink.Path() {
		t.Errorf("%q, %v", to, ok)
	}
	if _, ok := lib.Redirect("/parents/drink"); ok {
		t.Error("a page that never moved is elsewhere")
	}
	if len(lib.Chapters) != 1 || lib.Chapters[0].Key != "manual/new" {
		t.Errorf("%+v", lib.Chapters)
	}
	_, faults = guidance.Read(map[string]string{"pages/parents/talk.md": front + "\n![A door](pictures/door.png) [Plan](document:plan.pdf) ![](https://example.org/x.png)\n"}, nil, guidance.Place{})
	for _, want := range []string{"There is no picture pictures/door.png", "There is no document plan.pdf", "There is no picture https://example.org/x.png", "no words for people who cannot see it"} {
		if !strings.Contains(faults.Error(), want) {
			t.Errorf("want %q in\n%v", want, faults)
		}
	}
}

// A text that was read before is used again, and drawn anew when what it leads to
// or speaks of has become another.
func TestATextIsReadAgainWhenWhatItSpeaksOfChanged(t *testing.T) {
	t.Parallel()
	page := func(title, body string) string {
		return "---\ntitle: " + title + "\nsummary: What it is.\nowner: Group\nchecked: 2026-11-01\nreview: 2027-05-01\ntopic: t\nsources: [{text: The Act}]\n---\n\n" + body
	}
	files := map[string]string{
		"topics.yaml":                "- {key: t, title: T, audience: professionals, summary: S.}\n",
		"facts.yaml":                 "reach: {text: Nine in ten, source: A survey, checked: 2021-06-30}\n",
		"pages/professionals/one.md": page("One", "See [the other](page:professionals/two). {fact:reach} ![A door](pictures/door.png)\n"),
		"pages/professionals/two.md": page("Two", "Words.\n"),
	}
	kept := map[string]string{"pictures/door.png": strings.Repeat("a", 64)}
	drawn := func(place guidance.Place) (string, *guidance.Page, pathway.Faults) {
		lib, faults := guidance.Read(files, kept, place)
		p, _ := lib.Find("professionals/one")
		return string(p.Text.HTML()), p, faults
	}
	first, was, faults := drawn(guidance.Place{})
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	again, is, _ := drawn(guidance.Place{})
	if again != first || is.Text != was.Text {
		t.Error("the same text was read twice")
	}
	kept["pictures/door.png"] = strings.Repeat("b", 64)
	files["facts.yaml"] = strings.Replace(files["facts.yaml"], "Nine", "Eight", 1)
	if third, _, _ := drawn(guidance.Place{}); third == first || !strings.Contains(third, strings.Repeat("b", 64)) || !strings.Contains(third, "Eight in ten") {
		t.Errorf("it is drawn as it was: %s", third)
	}
	files["pages/professionals/three.md"] = files["pages/professionals/two.md"]
	delete(files, "pages/professionals/two.md")
	moved, _, _ := drawn(guidance.Place{Moved: map[string]string{"pages/professionals/two.md": "pages/professionals/three.md"}})
	if !strings.Contains(moved, "/professionals/three") {
		t.Errorf("the link leads to where the page was: %s", moved)
	}
	if _, _, faults := drawn(guidance.Place{}); len(faults) == 0 {
		t.Error("a link to a page that is gone is no fault, because the text was read before")
	}
}
