package book_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"frontdoor/internal/book"
	"frontdoor/internal/calendar"
	"frontdoor/internal/guidance"
)

// shipped is the manual of the partnership's folder.
func shipped(t testing.TB) *guidance.Library {
	t.Helper()
	lib, _ := guidance.Load(os.DirFS("../../partnerships/set/guidance"), guidance.Place{})
	if len(lib.Chapters) < 20 {
		t.Fatalf("only %d chapters", len(lib.Chapters))
	}
	return lib
}

// written is a manual of one chapter with this text.
func written(t testing.TB, text string) *guidance.Library {
	t.Helper()
	lib, _ := guidance.Load(fstest.MapFS{
		"manual/manual.yaml": {Data: []byte("title: Procedures\nstanding: Ours\neditions: [{key: e1, title: First edition, from: 2026-12-01, summary: x}]\nparts: [{key: a, title: Part A, chapters: [neglect]}]\n")},
		"manual/neglect.md":  {Data: []byte("---\ntitle: Neglect\nsummary: What it is.\nowner: Group\nchecked: 2026-11-01\nreview: 2027-11-01\nsources: [{text: The Act, url: https://example.org/act}]\n---\n\n" + text)},
	}, guidance.Place{})
	return lib
}

func copyOf(lib *guidance.Library, chapter string) book.Copy {
	c := book.Copy{Library: lib, Publisher: "Anytown Safeguarding Children Partnership", Base: "https://frontdoor.example"}
	c.Edition, _ = book.EditionOn(lib.Manual, calendar.NewDate(2026, 12, 24))
	if chapter != "" {
		c.Chapter, _ = lib.Find("manual/" + chapter)
	}
	return c
}

func pdf(t testing.TB, c book.Copy) []byte {
	t.Helper()
	b, err := book.PDF(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// poppler runs one of its programs over a PDF, and skips the test without it.
func poppler(t *testing.T, pdf []byte, program string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("no %s on this machine, which nothing else needs: install poppler-utils", program)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, file)
	if program == "pdftotext" {
		args = append(args, "-")
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("Error")) {
		t.Fatalf("%s: %v: %s", program, err, out)
	}
	return string(out)
}

// checkPDF fails unless what a PDF says of where its objects are is so.
func checkPDF(t testing.TB, b []byte) {
	t.Helper()
	m := regexp.MustCompile(`startxref\s+(\d+)\s+%%EOF\s*$`).FindSubmatch(b)
	if !bytes.HasPrefix(b, []byte("%PDF-")) || m == nil {
		t.Fatal("this is no PDF")
	}
	at, _ := strconv.Atoi(string(m[1]))
	lines := strings.Split(string(b[at:]), "\n")
	if lines[0] != "xref" {
		t.Fatalf("there is no table at %d", at)
	}
	for i, l := range lines[3:] {
		if !strings.HasSuffix(l, " n ") {
			break
		}
		from, _ := strconv.Atoi(l[:10])
		if want := strconv.Itoa(i+1) + " 0 obj"; from >= len(b) || !bytes.HasPrefix(b[from:], []byte(want)) {
			t.Fatalf("object %d is not at %d", i+1, from)
		}
	}
}

func TestTheManualInPrint(t *testing.T) {
	t.Parallel()
	c := copyOf(shipped(t), "")
	b := pdf(t, c)
	checkPDF(t, b)
	text := poppler(t, b, "pdftotext", "-layout")
	pages := strings.Split(strings.TrimSuffix(text, "\f"), "\f")
	for i, page := range pages {
		for _, want := range []string{
			"Starting text, November 2026. In force from Sunday 22 November 2026.", "Page " + strconv.Itoa(i+1) + " of " + strconv.Itoa(len(pages)),
			"Is this copy current? " + c.Check(),
		} {
			if !strings.Contains(page, want) {
				t.Errorf("page %d does not say %q", i+1, want)
			}
		}
	}
	// The contents lead to the page on which the chapter is.
	m := regexp.MustCompile(`Section 47 enquiries +(\d+)\n`).FindStringSubmatch(pages[0])
	if m == nil {
		t.Fatal(pages[0])
	}
	if n, _ := strconv.Atoi(m[1]); n < 2 || n > len(pages) || !strings.Contains(pages[n-1], "The council must make enquiries") {
		t.Errorf("the chapter is not on page %s", m[1])
	}
	for _, want := range []string{"It is not the SET Procedures", "“not confirmed”", "• ", "The law says", "Children Act 1989, section 47(1)", "has no tags"} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("there is no %q", want)
		}
	}
	outline := poppler(t, b, "pdftohtml", "-xml", "-i", "-stdout", "-enc", "UTF-8")
	for _, want := range []string{">Part A: core procedures</item>", ">Section 47 enquiries</item>", ">Every child in the house</item>"} {
		if !strings.Contains(outline, want) {
			t.Errorf("there is no bookmark %s", want)
		}
	}
	info := poppler(t, b, "pdfinfo")
	for _, want := range []string{"SET Procedures", "Anytown Safeguarding Children Partnership", "A4"} {
		if !strings.Contains(info, want) {
			t.Errorf("no %q: %s", want, info)
		}
	}
}

func TestWhatIsHardToPrint(t *testing.T) {
	t.Parallel()
	row := strings.TrimSpace(strings.Repeat("endless ", 3000))
	text := "## Odd {#odd}\n\nŁódź Žižek Ştefan Ŵyn ’ “ ” – • → £ é … ≤ € naïve. " + strings.Repeat("x", 400) + "\n\n" +
		"Her name: محمد علي and 山田 and 👧 end.\n\n" +
		"| Who | What |\n| --- | --- |\n| Police | " + row + " |\n| Last | Row |\n\n" +
		"- [ ] Tick\n- One\n  - Two\n    1. Three\n\n> [!danger]\n> " + strings.Repeat("alarm ", 900) + "\n\n> [!details] More\n> - Within\n\n[x](https://example.org/a) [form](/refer) [own](#odd)\n"
	c := copyOf(written(t, text), "neglect")
	b := pdf(t, c)
	checkPDF(t, b)
	if !bytes.Equal(b, pdf(t, c)) {
		t.Error("the same copy gave other bytes")
	}
	said := strings.Join(strings.Fields(poppler(t, b, "pdftotext", "-layout")), " ")
	for _, want := range []string{"Łódź Žižek Ştefan Ŵyn ’ “ ” – • → £ é … ≤ € naïve.", "Her name: [read this on the site]", "end.", "Last Row", "Three", "Within"} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q", want)
		}
	}
	if n := strings.Count(said, "endless"); n != 3000 {
		t.Errorf("%d words of the row were printed", n)
	}
	if n := strings.Count(said, "alarm"); n != 900 {
		t.Errorf("%d words of the alert were printed", n)
	}
	if n := strings.Count(said, "Who What"); n < 3 {
		t.Errorf("the head of the table was printed %d times", n)
	}
	if strings.Count(strings.ReplaceAll(said, " ", ""), "x") < 400 {
		t.Error("a word wider than the page was lost")
	}
}

// Whatever is written, what comes out is a PDF and a book.
func FuzzPDF(f *testing.F) {
	for _, seed := range []string{
		"", "words", "## A {#a}\n\n- a\n  - b\n\n> [!must]\n> x", "| a | b |\n|--|--|\n| " + strings.Repeat("w ", 50) + " | |",
		strings.Repeat("> ", 60) + "deep", strings.Repeat("- ", 40) + "deep", "\u202e\u200d\u0000\ufffd\ud7ff", "999999999. x\n", "## " + strings.Repeat("t", 300),
		"[a](#b) ![p](x.png) <b>x</b> `c`\n\n    code\n\n***\n", "|a|\n|-|\n|" + strings.Repeat("y", 500) + "|",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 2000 {
			t.Skip("longer texts only make the search slower")
		}
		c := copyOf(written(t, text), "neglect")
		if c.Chapter == nil {
			t.Skip("the text was refused: there is no chapter to print")
		}
		checkPDF(t, pdf(t, c))
		checkBook(t, epub(t, c))
	})
}
