package intake

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/fault"
	"frontdoor/internal/prose"
)

const head = `<?xml version="1.0" encoding="UTF-8"?>`

// docxOf packs a body as Word does, with the styles and lists that it needs.
func docxOf(t testing.TB, body string, more map[string]string) []byte {
	t.Helper()
	const ns = ` xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	files := map[string]string{
		"_rels/.rels": head + `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/styles.xml": head + `<w:styles` + ns + `>
			<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>
			<w:style w:styleId="K1"><w:name w:val="heading 1"/></w:style>
			<w:style w:styleId="K2"><w:name w:val="heading 2"/></w:style>
			<w:style w:styleId="K4"><w:name w:val="heading 4"/></w:style>
			<w:style w:styleId="OurSection"><w:name w:val="SET section"/><w:basedOn w:val="K2"/></w:style>
			<w:style w:styleId="Deep"><w:name w:val="Deep"/><w:pPr><w:outlineLvl w:val="2"/></w:pPr></w:style>
			<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style></w:styles>`,
		"word/numbering.xml": head + `<w:numbering` + ns + `>
			<w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
			<w:abstractNum w:abstractNumId="8"><w:lvl w:ilvl="0"><w:numFmt w:val="decimal"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="bullet"/></w:lvl></w:abstractNum>
			<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="8"/></w:num></w:numbering>`,
		"word/_rels/document.xml.rels": head + `<Relationships>
			<Relationship Id="l1" Type="x/hyperlink" Target="https://example.org/a(b)"/>
			<Relationship Id="l2" Type="x/hyperlink" Target="javascript:alert(1)"/></Relationships>`,
		"word/footnotes.xml": head + `<w:footnotes` + ns + `><w:footnote w:id="1"><w:p><w:r><w:t>Section 47.</w:t></w:r></w:p></w:footnote></w:footnotes>`,
		"word/document.xml":  head + `<w:document` + ns + `><w:body>` + body + `</w:body></w:document>`,
	}
	for name, text := range more {
		files[name] = text
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for name, text := range files {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func p(style, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:pStyle w:val="%s"/></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, style, text)
}

func item(num, level, text string) string {
	return fmt.Sprintf(`<w:p><w:pPr><w:numPr><w:ilvl w:val="%s"/><w:numId w:val="%s"/></w:numPr></w:pPr><w:r><w:t>%s</w:t></w:r></w:p>`, level, num, text)
}

func TestWordBecomesChaptersAndSections(t *testing.T) {
	t.Parallel()
	body := p("Titel", "Our procedures") + p("TOC1", "1 Neglect .... 3") +
		p("K1", "1. Neglect") + `<w:p><w:r><w:t xml:space="preserve">Care that </w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>fails</w:t></w:r><w:r><w:t>.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>` +
		p("OurSection", "1.1 What you may see") + item("1", "0", "Hunger") + item("1", "0", "1. Cold") +
		p("Deep", "Teenagers") + item("2", "0", "Ask") + item("2", "1", "and listen") +
		p("OurSection", "What you may see") + p("K4", "Small print") +
		`<w:p><w:hyperlink r:id="l1"><w:r><w:t>The law</w:t></w:r></w:hyperlink><w:r><w:t xml:space="preserve"> and </w:t></w:r><w:hyperlink r:id="l2"><w:r><w:t>a trap</w:t></w:r></w:hyperlink></w:p>` +
		`<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Need</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Sign</w:t></w:r></w:p></w:tc></w:tr>
		<w:tr><w:tc><w:p><w:r><w:t>Food</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Hunger</w:t></w:r></w:p><w:p><w:r><w:t>a|b</w:t></w:r></w:p></w:tc></w:tr></w:tbl>` +
		`<w:p><w:ins><w:r><w:t>New words.</w:t></w:r></w:ins><w:del><w:r><w:delText>Old words.</w:delText></w:r></w:del></w:p>` +
		p("K1", "2. Allegations") + `<w:p><w:r><w:t># not a heading *nor this* [x](y)</w:t></w:r></w:p>`
	got, err := Read("procedures.docx", docxOf(t, body, map[string]string{"word/comments.xml": "<c/>"}), false)
	if err != nil {
		t.Fatal(err)
	}
	want := []Chapter{
		{Title: "Neglect", Key: "neglect", Sections: 2, Markdown: `Care that **fails**. (Section 47.)

## What you may see {#what-you-may-see}

- Hunger
- 1\. Cold

### Teenagers {#teenagers}

1. Ask
    - and listen

## What you may see {#what-you-may-see-2}

### Small print {#small-print}

[The law](https://example.org/a%28b%29) and a trap

| Need | Sign |
| --- | --- |
| Food | Hunger; a\|b |

New words.
`},
		{Title: "Allegations", Key: "allegations", Markdown: "\\# not a heading \\*nor this\\* \\[x\\](y)\n"},
	}
	if diff := cmp.Diff(want, got.Chapters); diff != "" {
		t.Error(diff)
	}
	notes := strings.Join(got.Notes, "\n")
	for _, say := range []string{"Comments", "Numbers", "tracked", "https://", "Footnotes", "third level", "title of the whole"} {
		if !strings.Contains(notes, say) {
			t.Errorf("the notes do not speak of %q:\n%s", say, notes)
		}
	}
	for _, c := range got.Chapters {
		place := prose.Place{Link: func(to string) (string, bool, string) { return to, true, "" }}
		if _, wrong := prose.Read(c.Markdown, place); len(wrong) > 0 {
			t.Errorf("%s cannot be published as it is: %v", c.Title, wrong)
		}
	}
}

func TestAWholeFileCanBeOneChapter(t *testing.T) {
	t.Parallel()
	data := docxOf(t, p("Titel", "Neglect strategy")+p("K1", "Why")+p("", "Words.")+p("K1", "How")+p("", "More."), nil)
	got, err := Read("x.docx", data, true)
	if err != nil {
		t.Fatal(err)
	}
	want := []Chapter{{Title: "Neglect strategy", Key: "neglect-strategy", Sections: 2, Markdown: "## Why {#why}\n\nWords.\n\n## How {#how}\n\nMore.\n"}}
	if diff := cmp.Diff(want, got.Chapters); diff != "" {
		t.Error(diff)
	}
}

func TestMarkdownBecomesChapters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text  string
		whole bool
		want  []Chapter
	}{
		"headings": {
			text: "---\ntitle: x\n---\n# First\n\nWords.\n\n## A part {#a}\n\n- one\n\n# Second\n\nWords\n=====\n",
			want: []Chapter{
				{Title: "First", Key: "first", Sections: 1, Markdown: "Words.\n\n## A part {#a}\n\n- one\n"},
				{Title: "Second", Key: "second", Markdown: "\n"},
				{Title: "Words", Key: "words", Markdown: "\n"},
			},
		},
		"none of the first level": {
			text: "Begin.\n\n### Deep\n\nMore.\n\n#### Deeper\n",
			want: []Chapter{{Title: "our text", Key: "our-text", Sections: 1, Markdown: "Begin.\n\n## Deep {#deep}\n\nMore.\n\n### Deeper {#deeper}\n"}},
		},
		"a heading in code is none": {
			text: "# A\n\n```\n# no\n```\n",
			want: []Chapter{{Title: "A", Key: "a", Markdown: "```\n# no\n```\n"}},
		},
		"one chapter of all": {
			text: "# A\n\nx\n\n# B\n\ny\n", whole: true,
			want: []Chapter{{Title: "our text", Key: "our-text", Sections: 2, Markdown: "## A {#a}\n\nx\n\n## B {#b}\n\ny\n"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Read("our_text.md", []byte(c.text), c.whole)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got.Chapters); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatCannotBeReadIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	bomb := docxOf(t, p("", strings.Repeat("0", maxPart+100)), nil)
	if len(bomb) > 1<<20 {
		t.Fatalf("the bomb is no bomb: %d bytes", len(bomb))
	}
	for name, c := range map[string]struct {
		data []byte
		say  string
	}{
		"nothing":            {nil, "empty"},
		"50 MB":              {make([]byte, 50<<20), "larger than 20 MB"},
		"a zip bomb":         {bomb, "unpacks to far more"},
		"a zip of something": {docxOf(t, "", nil)[:60], "cannot be read as a Word document"},
		"an old document":    {[]byte("\xd0\xcf\x11\xe0aaaa"), "old Word document"},
		"a PDF":              {[]byte("%PDF-1.7"), "PDF"},
		"a picture":          {[]byte("\x89PNG\x00\xff"), "neither"},
		"no words":           {docxOf(t, "", nil), "no text"},
		"only marks":         {[]byte("\n# \n"), "no text"},
		"no end":             {docxOf(t, "<w:p>", nil), "cannot be read as a Word document"},
		"deep":               {docxOf(t, strings.Repeat("<w:sdt>", 5000)+strings.Repeat("</w:sdt>", 5000), nil), "cannot be read"},
	} {
		_, err := Read("x", c.data, false)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.SafeText(err), c.say) {
			t.Errorf("%s: %v, want a refusal that says %q", name, err, c.say)
		}
	}
}

// What a real word processor writes is read as well as what the tests pack.
func TestReadsWhatAWordProcessorWrites(t *testing.T) {
	t.Parallel()
	pandoc, err := exec.LookPath("pandoc")
	if err != nil {
		t.Skip("pandoc is not on this machine, which nothing else needs: install pandoc")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "in.md"), []byte("# Neglect\n\nCare *fails*.\n\n## Signs\n\n- Cold\n- [Law](https://example.org/)\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(pandoc, filepath.Join(dir, "in.md"), "-o", filepath.Join(dir, "out.docx")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "out.docx"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read("out.docx", data, false)
	if err != nil {
		t.Fatal(err)
	}
	want := []Chapter{{Title: "Neglect", Key: "neglect", Sections: 1, Markdown: "Care *fails*.\n\n## Signs {#signs}\n\n- Cold\n- [Law](https://example.org/)\n"}}
	if diff := cmp.Diff(want, got.Chapters); diff != "" {
		t.Error(diff)
	}
}

// FuzzRead feeds anything as a Word document or Markdown: it may be refused, and
// what is read has a chapter with a key and no heading without one.
func FuzzRead(f *testing.F) {
	f.Add("a.md", []byte("# A\n\n## B\n\ntext"), true)
	f.Add("a.docx", docxOf(f, p("K1", "A")+p("K2", "B")+item("1", "0", "C"), nil), false)
	f.Fuzz(func(t *testing.T, name string, data []byte, whole bool) {
		doc, err := Read(name, data, whole)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if len(doc.Chapters) == 0 {
			t.Fatal("nothing was read, and nothing was said")
		}
		for _, c := range doc.Chapters {
			if c.Key == "" || c.Title == "" {
				t.Fatalf("a chapter without a name: %+v", c)
			}
		}
	})
}
