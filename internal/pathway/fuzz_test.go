package pathway_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"unicode"
	"unicode/utf8"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// Whatever stands in the file, reading it ends with a pathway or with faults.
func FuzzLoad(f *testing.F) {
	for _, name := range []string{"worry", "check"} {
		f.Add(string(folder(f, name)["pathway.yaml"].Data))
	}
	f.Add("pages: &a\n- questions: *a\n")
	f.Add("{")
	f.Add("groups: [{id: x, name: &n [a, *n]}]")
	files := folder(f, "worry")
	f.Fuzz(func(t *testing.T, text string) {
		changed := fstest.MapFS{}
		for k, v := range files {
			changed[k] = v
		}
		changed["pathway.yaml"] = &fstest.MapFile{Data: []byte(text)}
		p, faults := pathway.Load(changed, place())
		if (p == nil) == (faults.Err() == nil) {
			t.Fatalf("a pathway: %v, faults: %v", p != nil, faults)
		}
		if p == nil {
			return
		}
		facts := facts(complete(), p.Start().ID, author)
		p.Shown(facts)
		p.StepsFor(facts)
		p.Missing(facts)
	})
}

// A rule, whatever it says, is refused or can be worked out without harm.
func FuzzRule(f *testing.F) {
	for _, rule := range []string{
		"q.danger", "q.rating == 'red' && taken.screen", "q.children.exists(c, c.born < now)", "known(q.rang_at)",
		"age_on(now, today) > working_days(now, today)", "q.children.map(c, c.school).size() > 1", "1/0 == 1", "q.worry.matches('(a+)+$')",
	} {
		f.Add(rule)
	}
	f.Fuzz(func(t *testing.T, rule string) {
		quoted := "urgent: " + quote(rule)
		p, faults := pathway.Load(folder(t, "worry", "urgent: \"q.danger || q.rating == 'red'\"", quoted), place())
		if p == nil {
			if len(faults) == 0 {
				t.Fatal("refused without a fault")
			}
			return
		}
		p.Urgent(facts(complete(), "received", worker))
		p.Urgent(facts(answer.Set{}, "received", worker))
	})
}

func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range strings.ToValidUTF8(s, "") {
		if r < 0x20 || r == '"' || r == '\\' || r > 0x7e {
			fmt.Fprintf(&b, "\\U%08x", r)
			continue
		}
		b.WriteRune(r)
	}
	b.WriteByte('"')
	return b.String()
}

// What was typed is kept but for white space, checking it never fails, and no
// sentence repeats it.
func FuzzReadAndCheck(f *testing.F) {
	f.Add("Ann", "7", "3", "2014", "10:30")
	f.Add("  two\r\nlines ", "45", "Octember", "26", "half past")
	f.Add("<b>\x00\xff", "-1", "1-2", "20-26", "1:2-3T")
	p := worry(f)
	s := with(complete(), "rang", "yes")
	ff := facts(s, "draft", author)
	var all []pathway.Asked
	for _, shown := range p.Shown(ff) {
		all = append(all, shown.Questions...)
	}
	f.Fuzz(func(t *testing.T, text, day, month, year, clock string) {
		form := url.Values{}
		for _, a := range all {
			k := string(a.Key)
			for part, v := range map[string]string{"": text, "-day": day, "-month": month, "-year": year, "-time": clock, "-other": text, "-line1": text} {
				form.Set(k+part, v)
			}
		}
		got := p.Read(all, form)
		for _, a := range all {
			v, ok := got[a.Key]
			if !ok {
				t.Fatalf("%s is left out", a.Key)
			}
			switch a.Question.Type {
			case "text", "textarea", "radios", "yes_no", "nhs_number":
				if squeeze(v.Text) != squeeze(text) {
					t.Errorf("%s: typed %q, kept %q", a.Key, text, v.Text)
				}
			case "date":
				d, m, y, _ := pathway.DateParts(v.Text)
				same(t, day, d)
				same(t, year, y)
				if !strings.ContainsFunc(month, unicode.IsLetter) {
					same(t, month, m)
				}
			}
			if again := p.Read([]pathway.Asked{a}, form)[a.Key]; !again.Equal(v) {
				t.Errorf("%s: read twice, %v and %v", a.Key, v, again)
			}
		}
		for _, x := range p.Check(all, got, now) {
			if typed := strings.TrimSpace(text); utf8.RuneCountInString(typed) > 15 && strings.Contains(x.Text, typed) {
				t.Errorf("the sentence %q repeats what was typed", x.Text)
			}
		}
		for _, a := range all {
			p.Label(a.Question, got[a.Key])
		}
	})
}

// same compares a part of a date that was typed with the one kept.
func same(t *testing.T, typed, kept string) {
	t.Helper()
	typed, kept = squeeze(strings.NewReplacer("-", "‐", "T", "t").Replace(typed)), squeeze(kept)
	if typed != kept && strings.TrimLeft(typed, "0") != strings.TrimLeft(kept, "0") {
		t.Errorf("typed %q, kept %q", typed, kept)
	}
}

// squeeze leaves the characters that can be seen.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// long is a pathway of 150 questions, each of which shows by the one before.
func long(b *testing.B) (*pathway.Pathway, pathway.Facts) {
	b.Helper()
	var y strings.Builder
	y.WriteString("pathway: long\nversion: 1\ntitle: Long\nreference: X\nstates:\n  - { id: a, label: A, start: true }\n  - { id: b, label: B, end: true }\nsteps:\n")
	for i := range 30 {
		fmt.Fprintf(&y, "  - { id: s%d, label: S, from: a, to: b, by: [social_worker], allow_if: [{ if: \"q.x%d == 'y' && known(q.x%d)\", else: No. }], grants: [{ key: k, to: \"role:manager\", may: [view], why: W. }] }\n", i, i, i+100)
	}
	y.WriteString("pages:\n")
	set := answer.Set{}
	for i := range 150 {
		if i%5 == 0 {
			fmt.Fprintf(&y, "  - page: p%d\n    title: P\n    questions:\n", i)
		}
		fmt.Fprintf(&y, "      - { id: x%d, type: text, label: Question %d", i, i)
		if i > 0 {
			fmt.Fprintf(&y, ", show_if: \"q.x%d == 'y' || q.x%d == 'z'\", require_if: \"q.x%d == 'y'\"", i-1, max(0, i-2), i-1)
		}
		y.WriteString(" }\n")
		set[answer.Key(fmt.Sprintf("x%d", i))] = answer.Text("y")
	}
	p, faults := pathway.FromFiles(map[string]string{"pathway.yaml": y.String()}, place())
	if p == nil {
		b.Fatal(faults)
	}
	return p, facts(set, "a", worker)
}

func BenchmarkShownAndSteps(b *testing.B) {
	p, f := long(b)
	if n := len(p.Shown(f)); n != 30 {
		b.Fatalf("%d pages", n)
	}
	for b.Loop() {
		p.Shown(f)
		p.StepsFor(f)
	}
}
