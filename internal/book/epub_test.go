package book_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"image"
	"image/png"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/book"
	"frontdoor/internal/guidance"
)

// opened are the files of a book by name, in their order.
func opened(t testing.TB, epub []byte) ([]*zip.File, map[string][]byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(epub), int64(len(epub)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return z.File, files
}

// checkBook fails unless a book is what EPUB asks: the type first and not
// packed, every file named and there, everything well formed, and every link
// within it leading to a place.
func checkBook(t testing.TB, epub []byte) map[string][]byte {
	t.Helper()
	order, files := opened(t, epub)
	if order[0].Name != "mimetype" || order[0].Method != zip.Store || string(files["mimetype"]) != "application/epub+zip" {
		t.Errorf("the first file is %s, %d: %s", order[0].Name, order[0].Method, files["mimetype"])
	}
	type place struct{ from, to string }
	var links []place
	ids := map[string]bool{}
	listed := []string{"mimetype", "META-INF/container.xml", "EPUB/book.opf"}
	for name, data := range files {
		if !strings.HasSuffix(name, "l") && !strings.HasSuffix(name, ".opf") {
			continue
		}
		seen := map[string]bool{}
		dec := xml.NewDecoder(bytes.NewReader(data))
		for {
			token, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
				break
			}
			e, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			for _, a := range e.Attr {
				switch a.Name.Local {
				case "id":
					if seen[a.Value] {
						t.Errorf("%s: two places are called %s", name, a.Value)
					}
					seen[a.Value], ids[name+"#"+a.Value] = true, true
				case "href", "src":
					links = append(links, place{name, a.Value})
					if e.Name.Local == "item" {
						listed = append(listed, "EPUB/"+a.Value)
					}
				}
			}
		}
	}
	for _, l := range links {
		u, err := url.Parse(l.to)
		if err != nil {
			t.Errorf("%s: %s: %v", l.from, l.to, err)
			continue
		}
		if u.Scheme != "" {
			continue
		}
		to := l.from
		if u.Path != "" {
			to = path.Join("EPUB", u.Path)
		}
		if _, ok := files[to]; !ok || u.Fragment != "" && !ids[to+"#"+u.Fragment] {
			t.Errorf("%s: %s leads nowhere", l.from, l.to)
		}
	}
	for name := range files {
		if !slices.Contains(listed, name) {
			t.Errorf("%s is not in the book's list", name)
		}
	}
	return files
}

func epub(t testing.TB, c book.Copy) []byte {
	t.Helper()
	b, err := book.EPUB(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestTheManualAsABook(t *testing.T) {
	t.Parallel()
	c := copyOf(shipped(t), "")
	b := epub(t, c)
	files := checkBook(t, b)
	for name, want := range map[string][]string{
		"EPUB/cover.xhtml":     {"SET Procedures", "Starting text, November 2026", "Sunday 22 November 2026", "edition=2026-11", "It is not the SET Procedures"},
		"EPUB/nav.xhtml":       {"Part A: core procedures", `href="enquiries.xhtml#duty"`},
		"EPUB/enquiries.xhtml": {"<h1>Section 47 enquiries</h1>", `id="duty"`, "The law says", `href="unborn-babies.xhtml"`, "<td>Social worker</td>"},
	} {
		for _, w := range want {
			if !strings.Contains(string(files[name]), w) {
				t.Errorf("%s does not say %q", name, w)
			}
		}
	}
	if !bytes.Equal(b, epub(t, c)) {
		t.Error("the same copy gave other bytes")
	}
}

func TestABookOfOddText(t *testing.T) {
	t.Parallel()
	c := copyOf(written(t, "## <b>Signs</b> & \"more\" {#signs}\n\n- [ ] Tick\n\n> [!details] More & more\n> Words \x01 < > ]]> ☃\n\n[x](https://example.org/?a=1&b=2) [in](#signs) [own](manual:neglect#signs) [form](/refer)\n\n<script>x</script>\n\n```\ncode & <x>\n```\n"), "")
	body := string(checkBook(t, epub(t, c))["EPUB/neglect.xhtml"])
	for _, want := range []string{"☐", "More &amp; more", `href="https://example.org/?a=1&amp;b=2"`, `href="#signs"`, `href="https://frontdoor.example/refer"`, "code &amp; &lt;x&gt;"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %q in %s", want, body)
		}
	}
	if strings.Contains(body, "<script") || strings.Contains(body, "\x01") {
		t.Error(body)
	}
}

// A picture is in the book and in print with its words; one that cannot be
// opened leaves them.
func TestPictures(t *testing.T) {
	t.Parallel()
	var dots bytes.Buffer
	if err := png.Encode(&dots, image.NewNRGBA(image.Rect(0, 0, 900, 300))); err != nil {
		t.Fatal(err)
	}
	lib, _ := guidance.Read(map[string]string{
		"manual/manual.yaml": "title: Procedures\neditions: [{key: e1, title: First, from: 2026-12-01, summary: x}]\nparts: [{key: a, title: Part A, chapters: [neglect]}]\n",
		"manual/neglect.md":  "---\ntitle: Neglect\nsummary: x\nowner: x\nchecked: 2026-11-01\nreview: 2027-11-01\n---\n\n## Signs {#signs}\n\nLook. ![A map of the steps](pictures/map.png)\n\n![Lost](pictures/lost.png)\n",
	}, map[string]string{"pictures/map.png": "aaaa", "pictures/lost.png": "bbbb"}, guidance.Place{})
	c := copyOf(lib, "")
	c.Picture = func(src string) ([]byte, bool) {
		return dots.Bytes(), src == "/pictures/aaaa.png"
	}
	files := checkBook(t, epub(t, c))
	if body := string(files["EPUB/neglect.xhtml"]); files["EPUB/pictures/aaaa.png"] == nil || !strings.Contains(body, `<img src="pictures/aaaa.png" alt="A map of the steps"/>`) || !strings.Contains(body, "[Picture: Lost]") {
		t.Error(body)
	}
	b := pdf(t, c)
	checkPDF(t, b)
	if !bytes.Contains(b, []byte("/Subtype /Image")) {
		t.Error("the picture was not printed")
	}
	if text := poppler(t, b, "pdftotext"); !strings.Contains(text, "Picture: A map of the steps") || !strings.Contains(text, "[Picture: Lost]") {
		t.Error(text)
	}
}
