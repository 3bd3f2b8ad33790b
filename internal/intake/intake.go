// Package intake reads a partnership's own procedures, written in Word or in
// Markdown, and makes chapters of the manual out of them: each heading of the
// first level begins a chapter, and those below it become its sections, each
// with a key that stays.
//
// Nothing is taken over silently. What a chapter cannot hold, such as a picture
// without a description, is listed for whoever brings the text in.
package intake

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"frontdoor/internal/fault"
	"frontdoor/internal/prose"
)

// MaxFile is the largest file that is read, in bytes.
const MaxFile = 20 << 20

// Document is what a file held.
type Document struct {
	Chapters []Chapter
	// Notes say, as sentences, what was left out or changed.
	Notes []string
}

// Chapter is one chapter as a file of the manual holds it, without its front
// matter.
type Chapter struct {
	Title    string
	Key      string // made from the title
	Markdown string
	Sections int // headings of the second level
}

// Read reads a file by what it is: a Word document or Markdown. The name is
// what its owner called it; the chapter takes it when the text has no heading
// of the first level. With whole, the file is one chapter however many headings
// of the first level it has. Errors are of kind Invalid and say what to do.
func Read(name string, data []byte, whole bool) (Document, error) {
	switch {
	case len(data) > MaxFile:
		return Document{}, fault.New(fault.Invalid, fmt.Sprintf("The file is larger than %d MB. Take its pictures out, or bring it in as several files.", MaxFile>>20))
	case len(bytes.TrimSpace(data)) == 0:
		return Document{}, fault.New(fault.Invalid, "The file is empty. Choose the file that holds the text.")
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return word(name, data, whole)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0")):
		return Document{}, fault.New(fault.Invalid, "This is an old Word document, or one with a password. Open it in Word, take the password off, save it as “Word document (.docx)” and choose that.")
	case bytes.HasPrefix(data, []byte("%PDF")):
		return Document{}, fault.New(fault.Invalid, "This is a PDF. Its headings are lost in it. Choose the Word document that it was made from.")
	case !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0:
		return Document{}, fault.New(fault.Invalid, "This file is neither a Word document (.docx) nor text. If it is text, save it with the encoding UTF-8.")
	}
	return markdown(name, string(data), whole)
}

// block is one piece of a text, in order.
type block struct {
	level int    // of a heading, from 1; 0 for everything else
	text  string // Markdown; a heading's plain title
	key   string // of a heading that has one already
	whole bool   // the title of the whole text
}

// draft gathers blocks into chapters.
type draft struct {
	name   string
	whole  bool
	blocks []block
	notes  []string
}

func (d *draft) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(d.notes, s) {
		d.notes = append(d.notes, s)
	}
}

var (
	numbered = regexp.MustCompile(`^(?:(?:chapter|section|part|appendix)\s+)?(?:[0-9]{1,3}(?:\.[0-9]{1,3})*[.:)]?|[A-Z](?:\.[0-9]{1,3})+[.:)]?)[\s\x{00a0}]+(\S.*)$`)
	givenKey = regexp.MustCompile(`^(.*\S)\s*\{#([a-z][a-z0-9-]*)\}\s*$`)
)

// unnumbered takes the number off a heading: sections are found by their keys,
// and numbers would be wrong as soon as one is put in between.
func (d *draft) unnumbered(title string) string {
	if m := numbered.FindStringSubmatch(title); m != nil {
		d.note("Numbers were taken off the headings. Sections are found by name, so that a link to one holds when another is put in before it.")
		return m[1]
	}
	return title
}

// document makes the chapters. Headings of the first level begin one each; a
// text that has none is one chapter, named as the file is, and its headings move
// up or down so that the highest of them begin sections.
func (d *draft) document() (Document, error) {
	top := 0
	words := false
	for _, b := range d.blocks {
		words = words || b.text != ""
		if b.level > 0 && (top == 0 || b.level < top) {
			top = b.level
		}
	}
	if !words {
		return Document{}, fault.New(fault.Invalid, "There is no text in this file. Choose the file that holds the text.")
	}
	shift := 0
	if d.title() {
		shift = 1
	} else if top > 1 {
		shift = 2 - top
		d.note("The text has no heading of the first level. It was made into one chapter with the name of the file.")
	}
	var out Document
	var body strings.Builder
	var used map[string]bool
	open := func(title string) {
		used = map[string]bool{}
		out.Chapters = append(out.Chapters, Chapter{Title: title, Key: prose.Key(title)})
		body.Reset()
	}
	done := func() {
		if n := len(out.Chapters); n > 0 {
			out.Chapters[n-1].Markdown = strings.TrimSpace(body.String()) + "\n"
		}
	}
	for _, b := range d.blocks {
		level := b.level
		if level > 0 {
			level += shift
		}
		if level == 1 {
			done()
			open(d.unnumbered(b.text))
			continue
		}
		if len(out.Chapters) == 0 {
			open(fileTitle(d.name))
			if top == 1 {
				d.note("There is text before the first heading. It was made into a chapter with the name of the file.")
			} else if top == 0 {
				d.note("The text has no headings. In Word, give headings the style “Heading 1” for a chapter and “Heading 2” for a section.")
			}
		}
		at := &out.Chapters[len(out.Chapters)-1]
		if level == 0 {
			body.WriteString(b.text + "\n\n")
			continue
		}
		title := d.unnumbered(b.text)
		key := b.key
		if key == "" {
			key = prose.Key(title)
		}
		for i, base := 2, key; used[key]; i++ {
			key = fmt.Sprintf("%s-%d", base, i)
		}
		used[key] = true
		if level == 2 {
			at.Sections++
		}
		if level > 3 {
			d.note("Headings below the third level became headings of the third level.")
			level = 3
		}
		fmt.Fprintf(&body, "%s %s {#%s}\n\n", strings.Repeat("#", level), escape(title), key)
	}
	done()
	for i := range out.Chapters {
		same := 1
		for j := range i {
			if out.Chapters[j].Title == out.Chapters[i].Title {
				same++
			}
		}
		if same > 1 {
			out.Chapters[i].Key += fmt.Sprintf("-%d", same)
			d.note("Two chapters have the same title. Give one of them another before you publish them.")
		}
	}
	out.Notes = d.notes
	return out, nil
}

// title takes the title of the whole text out of the blocks when there are
// headings of the first level besides it, and tells whether those become
// sections of one chapter of that title.
func (d *draft) title() bool {
	firsts := 0
	for _, b := range d.blocks {
		if b.level == 1 {
			firsts++
		}
	}
	i := slices.IndexFunc(d.blocks, func(b block) bool { return b.whole })
	if firsts < 2 {
		return false
	}
	if i >= 0 {
		d.name = d.blocks[i].text
		d.blocks = slices.Delete(d.blocks, i, i+1)
		if !d.whole {
			d.note("The title of the whole text was left out. Each heading of the first level became a chapter.")
		}
	}
	return d.whole
}

// fileTitle is a title out of a file's name.
func fileTitle(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.TrimSuffix(name, path.Ext(name))
	name = strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == ' ' }), " ")
	if name == "" {
		return "Untitled"
	}
	return name
}

// markdown reads Markdown as it was written. Only its headings are looked at.
func markdown(name, text string, whole bool) (Document, error) {
	d := &draft{name: name, whole: whole}
	text = strings.TrimPrefix(strings.ReplaceAll(text, "\r\n", "\n"), "\ufeff")
	if rest, ok := strings.CutPrefix(text, "---\n"); ok {
		if _, after, ok := strings.Cut(rest, "\n---\n"); ok {
			text = after
			d.note("The lines between --- at the top were left out. Give the title, the owner and the dates when you check the chapter.")
		}
	}
	var para []string
	flush := func() {
		if s := strings.Trim(strings.Join(para, "\n"), "\n"); s != "" {
			d.blocks = append(d.blocks, block{text: s})
		}
		para = nil
	}
	fence := ""
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case fence != "":
			if strings.HasPrefix(trimmed, fence) {
				fence = ""
			}
		case strings.HasPrefix(trimmed, "```"), strings.HasPrefix(trimmed, "~~~"):
			fence = trimmed[:3]
		case len(line)-len(trimmed) < 4 && headingLevel(trimmed) > 0:
			flush()
			level := headingLevel(trimmed)
			title := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(trimmed[level:]), "#"))
			b := block{level: level, text: title}
			if m := givenKey.FindStringSubmatch(title); m != nil {
				b.text, b.key = m[1], m[2]
			}
			if b.text = plainTitle(b.text); b.text != "" {
				d.blocks = append(d.blocks, b)
			}
			continue
		case underline(trimmed) > 0 && len(para) > 0 && strings.TrimSpace(para[len(para)-1]) != "" && onlyLine(para):
			title := strings.TrimSpace(para[len(para)-1])
			para = para[:len(para)-1]
			flush()
			if title = plainTitle(title); title != "" {
				d.blocks = append(d.blocks, block{level: underline(trimmed), text: title})
			}
			continue
		}
		para = append(para, line)
	}
	flush()
	return d.document()
}

// onlyLine tells whether the last of some lines stands alone, as a heading that
// is underlined does.
func onlyLine(lines []string) bool {
	last := lines[len(lines)-1]
	return (len(lines) == 1 || strings.TrimSpace(lines[len(lines)-2]) == "") && !strings.ContainsAny(last[:1], "|>-*+ \t")
}

func headingLevel(line string) int {
	n := len(line) - len(strings.TrimLeft(line, "#"))
	if n == 0 || n > 6 || n < len(line) && line[n] != ' ' && line[n] != '\t' {
		return 0
	}
	return n
}

func underline(line string) int {
	line = strings.TrimRight(line, " ")
	switch {
	case len(line) >= 3 && strings.Trim(line, "=") == "":
		return 1
	case len(line) >= 3 && strings.Trim(line, "-") == "":
		return 2
	}
	return 0
}

// plainTitle is a heading's words without the marks of bold and italic, which a
// title does not have.
func plainTitle(s string) string {
	return strings.TrimSpace(strings.NewReplacer("**", "", "__", "", "`", "", `\`, "").Replace(s))
}

var special = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, "{", `\{`, "}", `\}`, "|", `\|`, "&", "&amp;")

// escape makes words of Markdown that mean nothing but themselves.
func escape(s string) string { return special.Replace(s) }

// start escapes what would mean something at the beginning of a line.
func start(s string) string {
	switch {
	case s == "":
	case strings.ContainsAny(s[:1], "#>+-=~"):
		return `\` + s
	case s[0] >= '0' && s[0] <= '9':
		digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
		if rest := s[digits:]; strings.HasPrefix(rest, ".") || strings.HasPrefix(rest, ")") {
			return s[:digits] + `\` + rest
		}
	}
	return s
}
