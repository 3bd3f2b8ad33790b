package guidance_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/guidance"
)

// What people are most likely to type leads to what they most likely want, in the
// texts that the program ships with.
func TestSearchOfTheShippedTexts(t *testing.T) {
	t.Parallel()
	lib := shipped(t)
	for question, want := range map[string]string{
		"neglect": "/manual/neglect", "lado": "/glossary#lado", "legal highs": "/glossary#psychoactive-substances", "legal high": "/glossary#psychoactive-substances",
		"safer sleep": "/services/", "graded care": "/glossary#graded-care-profile-2", "tutors": "/parents/tutors", "tutorz": "/parents/tutors", "marac": "/glossary#marac", "karma nirvana": "/services/",
		"oakwod place": "/services/", "neglect strategy 2016": "/documents#neglect-strategy-2016", "police protection protocol": "/documents#police-protection-protocol-2017",
		"thurrock edt": "/contacts#thurrock_edt", "kooth": "/services/", "strategy discussion": "/glossary#strategy-discussion",
	} {
		r := lib.Search(guidance.Search{Text: question, Today: november, Most: 4})
		if len(r.Found) == 0 || !slices.ContainsFunc(r.Found, func(f guidance.Found) bool { return strings.HasPrefix(f.Path, want) }) {
			var got []string
			for _, f := range r.Found {
				got = append(got, f.Path)
			}
			t.Errorf("%q: wanted %s among %q", question, want, got)
		}
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	news := func(day, expires string) string {
		return "---\ntitle: Water safety " + day + "\nsummary: x\nkind: news\nowner: x\nchecked: 2026-11-01\nexpires: " + expires + "\n---\nSwim near a lifeguard.\n"
	}
	section := "## Part %d {#part-%d}\n\nThe lifeguard speaks of part %d.\n\n"
	lib, faults := load(t, map[string]string{
		"news/2026-11-01-water.md": news("a", "2026-11-21"), "news/2026-11-02-water.md": news("b", "2026-11-22"),
		"pages/parents/water.md": strings.Replace(front, "owner", "sensitive: true\nowner", 1) + "\nFirst words.\n\n## At the sea {#sea}\n\nAsk the lifeguard.\n",
		"manual/manual.yaml":     "parts: [{key: a, title: A, chapters: [water]}]",
		"manual/water.md":        front + "\n" + fmt.Sprintf(strings.Repeat(section, 5), 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5),
		"synonyms.yaml":          "pool attendant: [lifeguard]\n",
	})
	if faults.Err() != nil {
		t.Fatal(faults)
	}
	r := lib.Search(guidance.Search{Text: "lifegaurd", Today: november})
	if r.Meant != "lifeguard" || r.Some || r.Kinds[guidance.FoundNews] != 1 || r.Kinds[guidance.FoundSection] != 3 || r.Kinds["parents"] != 1 || r.Total != 5 {
		t.Errorf("%+v", r)
	}
	for _, f := range r.Found {
		if f.Kind == "parents" && (!strings.HasPrefix(f.Path, "/page/") || !strings.HasSuffix(f.Path, "#sea") || f.Section != "At the sea") {
			t.Errorf("%+v", f)
		}
	}
	one := lib.Search(guidance.Search{Text: "pool attendant", Kind: guidance.FoundSection, Today: november, From: 1, Most: 1})
	if len(one.Found) != 1 || one.Total != 3 || one.Kinds[guidance.FoundNews] != 1 {
		t.Errorf("%+v", one)
	}
	if r := lib.Search(guidance.Search{Text: "lifeguard", Today: november, From: 1000, Most: 20}); len(r.Found) != 0 || r.Total != 5 {
		t.Errorf("%+v", r)
	}
}

func TestDocumentsAndUrgentTellWhatIsWrong(t *testing.T) {
	t.Parallel()
	const doc = "- {key: plan, title: Plan, kind: plan, year: 2026, owner: Us, says: What is to be done., state: current, held: false, source: x, checked: 2026-11-01}\n"
	const urgent = "- {key: fear, words: [afraid], title: You can get help, now: [Ring us now.], contacts: [childline]}\n"
	for name, c := range map[string]struct{ file, text, old, now, want string }{
		"document kind":     {"documents.yaml", doc, "kind: plan", "kind: play", `documents.yaml:1: The kind "play" is not known`},
		"document year":     {"documents.yaml", doc, "year: 2026", "year: 26", "Give the year"},
		"document state":    {"documents.yaml", doc, "state: current", "state: good", "current, being reviewed"},
		"document nowhere":  {"documents.yaml", doc, "held: false, ", "", "Say where plan is kept"},
		"document held":     {"documents.yaml", doc, "held: false", "held: false, url: 'https://a.example'", "Take held: false out"},
		"document twice":    {"documents.yaml", doc, doc, doc + doc, "documents.yaml:2: Give each document a key of its own"},
		"document file":     {"documents.yaml", doc, "held: false", "file: none.pdf", "There is no document none.pdf"},
		"document replaced": {"documents.yaml", doc, "state:", "replaced_by: none, state:", "no other document none"},
		"document about":    {"documents.yaml", doc, "state:", "about: 'page:parents/none', state:", "There is no page parents/none"},
		"document unknown":  {"documents.yaml", doc, "state:", "stat:", "There is no setting"},
		"urgent words":      {"urgent.yaml", urgent, "[afraid]", "[]", "words that people type"},
		"urgent nobody":     {"urgent.yaml", urgent, "[childline]", "[]", "whom to call"},
		"urgent hard":       {"urgent.yaml", urgent, "Ring us now.", "Immediate multidisciplinary intervention necessitates comprehensive telephonic notification", "The reading age"},
		"urgent number":     {"urgent.yaml", urgent, "Ring us now.", "Ring 0800 123 4567 now.", "Leave numbers to contacts"},
		"urgent page":       {"urgent.yaml", urgent, "contacts:", "page: 'page:young-people/none', contacts:", "There is no page young-people/none"},
		"service link":      {"pages/parents/a.md", front + "\n[x](service:none)", "none", "none", "pages/parents/a.md:9: There is no service none"},
	} {
		if !strings.Contains(c.text, c.old) {
			t.Fatalf("%s: no %q", name, c.old)
		}
		_, faults := load(t, map[string]string{c.file: strings.Replace(c.text, c.old, c.now, 1)})
		if faults.Err() == nil || !strings.Contains(faults.Error(), c.want) {
			t.Errorf("%s: want %q, got\n%v", name, c.want, faults)
		}
	}
	for file, text := range map[string]string{"documents.yaml": doc, "urgent.yaml": urgent} {
		if _, faults := load(t, map[string]string{file: text}); len(faults) > 0 {
			t.Error(faults)
		}
	}
}

// BenchmarkSearch asks the shipped texts what people ask, one word in six misspelt.
func BenchmarkSearch(b *testing.B) {
	lib := shipped(b)
	questions := []string{
		"neglect", "signs of neglect in a baby", "domestik abuse", "how do i make a referral", "safer sleep", "county lines", "lado", "nudes", "child protection conference", "what is a caf",
		"police protection 72 hours", "sarc", "legal highs", "wosried about a child",
	}
	lib.Search(guidance.Search{Text: "neglect", Today: november})
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		began := time.Now()
		lib.Search(guidance.Search{Text: questions[i%len(questions)], Today: november, Most: 20})
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
}
