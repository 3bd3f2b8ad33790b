package book_test

import (
	"strings"
	"testing"

	"frontdoor/internal/book"
	"frontdoor/internal/guidance"
)

func chapter(t testing.TB, text string) *guidance.Page {
	t.Helper()
	p, ok := written(t, text).Find("manual/neglect")
	if !ok {
		t.Fatal("no chapter")
	}
	return p
}

// shown writes a comparison in one line: =same -gone +new for words.
func shown(all []book.SectionChange) string {
	var b strings.Builder
	for _, s := range all {
		if s.Key == "" && s.State == book.Same {
			continue
		}
		b.WriteString(s.Key + ":" + string(s.State))
		if s.Moved {
			b.WriteString("*")
		}
		if s.Was != "" {
			b.WriteString("(" + s.Was + ")")
		}
		for _, bl := range s.Blocks {
			if bl.State == book.Same {
				b.WriteString(" _")
				continue
			}
			b.WriteString(" ")
			for _, p := range bl.Parts {
				b.WriteString(map[book.State]string{book.Same: "", book.Gone: "[-", book.New: "[+"}[p.State] + p.Text)
				if p.State != book.Same {
					b.WriteString("]")
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestCompare(t *testing.T) {
	t.Parallel()
	a := "## One {#one}\n\nThe council decides within one working day of the contact.\n\nSecond stays.\n"
	b := "## Two {#two}\n\n- Ask the child.\n- Write it down.\n\n| Who | What |\n| --- | --- |\n| Police | Ask |\n"
	for name, c := range map[string]struct{ was, now, want string }{
		"same":    {a + "\n" + b, a + "\n" + b, "one:same _ _\ntwo:same _ _ _ _\n"},
		"word":    {a, strings.Replace(a, "one working day", "24 hours", 1), "one:changed The council decides within [-one working day][+24 hours] of the contact. _\n"},
		"moved":   {a + "\n" + b, b + "\n" + a, "two:moved* _ _ _ _\none:same _ _\n"},
		"new":     {a, a + "\n" + b, "one:same _ _\ntwo:new [+• Ask the child.] [+• Write it down.] [+Who | What] [+Police | Ask]\n"},
		"gone":    {a + "\n" + b, b, "one:gone [-The council decides within one working day of the contact.] [-Second stays.]\ntwo:same _ _ _ _\n"},
		"last":    {a + "\n" + b, a, "one:same _ _\ntwo:gone [-• Ask the child.] [-• Write it down.] [-Who | What] [-Police | Ask]\n"},
		"renamed": {a, strings.Replace(a, "## One", "## First", 1), "one:changed(One) _ _\n"},
		"row":     {b, strings.Replace(b, "| Ask |", "| Listen |", 1), "two:changed _ _ _ Police | [-Ask][+Listen]\n"},
		"another": {a, strings.Replace(a, "Second stays.", "Tell nobody else about this.", 1), "one:changed _ [-Second stays.] [+Tell nobody else about this.]\n"},
	} {
		if got := shown(book.Compare(chapter(t, c.was), chapter(t, c.now))); got != c.want && !(name == "moved" && got == "two:same _ _ _ _\none:moved* _ _\n") {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, c.want)
		}
	}
	if got := shown(book.Compare(nil, chapter(t, a))); !strings.HasPrefix(got, ":new [+Neglect] [+What it is.]\none:new") {
		t.Error(got)
	}
	if got := shown(book.Compare(chapter(t, a), nil)); !strings.HasPrefix(got, ":gone [-Neglect]") {
		t.Error(got)
	}
}

// Whatever the texts, the parts put together are both of them.
func FuzzCompare(f *testing.F) {
	f.Add("## One {#one}\n\nThe old words of it.\n\n## Two {#two}\n\nx", "## Two {#two}\n\nThe new words of it.\n\n- a\n")
	f.Add("## A {#a}\n\nwords ’quoted’ 12", "## A {#a}\n\n| a | b |\n|--|--|\n| x | y |")
	f.Fuzz(func(t *testing.T, was, now string) {
		if len(was)+len(now) > 4000 {
			t.Skip("longer texts only make the search slower")
		}
		a, b := chapter(t, was), chapter(t, now)
		var left, right []string
		for _, s := range book.Compare(a, b) {
			for _, bl := range s.Blocks {
				var l, r string
				for _, p := range bl.Parts {
					if p.State != book.New {
						l += p.Text
					}
					if p.State != book.Gone {
						r += p.Text
					}
				}
				left, right = append(left, l), append(right, r)
			}
		}
		for text, from := range map[string]*guidance.Page{strings.Join(left, " "): a, strings.Join(right, " "): b} {
			want := counted(strings.Join(texts(from), " "))
			for word, n := range counted(text) {
				if want[word] != n {
					t.Fatalf("%q stands %d times, want %d", word, n, want[word])
				}
				delete(want, word)
			}
			if len(want) > 0 {
				t.Fatalf("%v is missing", want)
			}
		}
	})
}

// texts are all words of a chapter, as a comparison with nothing says them.
func texts(p *guidance.Page) []string {
	var out []string
	for _, s := range book.Compare(nil, p) {
		for _, b := range s.Blocks {
			for _, one := range b.Parts {
				out = append(out, one.Text)
			}
		}
	}
	return out
}

func counted(text string) map[string]int {
	out := map[string]int{}
	for _, w := range strings.Fields(text) {
		out[w]++
	}
	return out
}
