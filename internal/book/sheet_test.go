package book_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"frontdoor/internal/book"
	"frontdoor/internal/calendar"
	"frontdoor/internal/prose"
)

func sheet(text string) book.Sheet {
	return book.Sheet{
		Title: "What we found", Reference: "TH-7KQ4-M2XD", For: "Łucja محمد علي", Date: calendar.NewDate(2026, 3, 17),
		Publisher: "Anytown Safeguarding Children Partnership", Contact: "Ring us on 01632 960001.", Body: prose.Words(text),
	}
}

func sheetPDF(t testing.TB, s book.Sheet) []byte {
	t.Helper()
	b, err := book.PrintSheet(s)
	if err != nil {
		t.Fatal(err)
	}
	checkPDF(t, b)
	return b
}

// Screen readers get the structure, and every page says what it is of.
func TestASheetForItsReader(t *testing.T) {
	t.Parallel()
	s := sheet("Hello.\n\n## What we are worried about\n\n" + strings.Repeat("endless ", 1500) + "\n\n### More\n\n- one\n- two\n\n| When | What |\n| --- | --- |\n| Monday | " +
		strings.Repeat("seen ", 900) + " |\n| Then | " + strings.Repeat("x", 500) + " |\n\n> Kept apart")
	b := sheetPDF(t, s)
	if !bytes.Equal(b, sheetPDF(t, s)) {
		t.Error("the same sheet gave other bytes")
	}
	info := poppler(t, b, "pdfinfo")
	for _, want := range []string{"Tagged:          yes", "What we found. TH-7KQ4-M2XD", "Anytown"} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q: %s", want, info)
		}
	}
	for _, name := range []string{"Lucja", "Łucja"} {
		if strings.Contains(info, name) {
			t.Error("the file’s facts name its reader")
		}
	}
	if !bytes.Contains(b, []byte("/Lang (en-GB)")) || !bytes.Contains(b, []byte("/DisplayDocTitle true")) {
		t.Error("no language, or the title is not shown")
	}
	tree := strings.Fields(poppler(t, b, "pdfinfo", "-struct"))
	for _, want := range []string{"H1", "H2", "H3", "L", "LI", "Lbl", "LBody", "Table", "TR", "TH:", "/Scope", "TD", "BlockQuote", "Span"} {
		if !slices.Contains(tree, want) {
			t.Errorf("no %s in the structure", want)
		}
	}
	pages := strings.Split(strings.TrimSuffix(poppler(t, b, "pdftotext", "-layout"), "\f"), "\f")
	if len(pages) < 3 {
		t.Fatalf("%d pages", len(pages))
	}
	for i, page := range pages {
		for _, want := range []string{"TH-7KQ4-M2XD, 17 Mar 2026", "Anytown Safeguarding Children Partnership", "Ring us on 01632 960001.", "Page " + string(rune('1'+i)) + " of " + string(rune('0'+len(pages)))} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	}
	said := strings.Join(strings.Fields(norm.NFKC.String(strings.Join(pages, " "))), " ")
	for word, want := range map[string]int{"endless": 1500, "seen": 900} {
		if n := strings.Count(said, word); n != want {
			t.Errorf("%q is there %d times, want %d", word, n, want)
		}
	}
	if strings.Count(strings.ReplaceAll(said, " ", ""), "x") < 500 {
		t.Error("a word wider than its cell was lost")
	}
}

// Names print in their own letters where they can, joined and in order, and what
// cannot be printed says what it is.
func TestLettersOfOtherScripts(t *testing.T) {
	t.Parallel()
	text := norm.NFKC.String(poppler(t, sheetPDF(t, sheet("Ana محمد علي end. Łódź Žižek Ştefan Ngọc Đặng. Иван Γιώργος שלום Ղարիբ. 山田 and বাংলা and 👧🏽 end.")), "pdftotext", "-layout"))
	for _, want := range []string{"محمد علي", "Łódź Žižek Ştefan Ngọc Đặng.", "Иван Γιώργος", "שלום", "Ղարիբ", "[Han letters not printed]", "[Bengali letters not printed]", "[sign U+1F467 not printed]"} {
		if !strings.Contains(text, norm.NFKC.String(want)) {
			t.Errorf("no %q: %s", want, text)
		}
	}
	if got := book.Unprintable("Ana محمد Łódź 山田 বাংলা 👧\u200d"); !slices.Equal(got, []string{"Han letters", "Bengali letters", "sign U+1F467"}) {
		t.Errorf("%q", got)
	}
	if got := book.Unprintable("Plain “words”, £5 – naïve…\n\tŴyn \u00ad"); got != nil {
		t.Errorf("%q", got)
	}
}

// Whatever is written, what comes out is a PDF.
func FuzzSheet(f *testing.F) {
	for _, seed := range []string{"", "words", "## A\n\n- a\n  - b", "| a | b |\n|--|--|\n| محمد | |", strings.Repeat("> ", 30) + "deep", "\u202eلا\u0651إله 1\u0661 (علي)", "# \n## \n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1500 {
			t.Skip("longer texts only make the search slower")
		}
		s := sheet(text)
		s.For, s.Title = text, text
		b, err := book.PrintSheet(s)
		if err != nil {
			t.Fatal(err)
		}
		checkPDF(t, b)
	})
}
