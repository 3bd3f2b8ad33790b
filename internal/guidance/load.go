package guidance

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/contact"
	"frontdoor/internal/pathway"
	"frontdoor/internal/prose"
	"frontdoor/internal/services"
)

// Place is what the texts may speak of besides each other.
type Place struct {
	Contacts *contact.Directory
	// Leads tells whether there is something at an address of the program, such
	// as /refer. Without it any will do.
	Leads func(path string) bool
	// Moved are files that have another name now, by the old one. Links that
	// name the old one lead to the new one.
	Moved map[string]string
}

// MaxReadingAge is the reading age, in years, that public pages are kept to.
const MaxReadingAge = 9

// loader collects everything wrong with a folder.
type loader struct {
	place  Place
	lib    *Library
	faults pathway.Faults
	links  map[*Page][]prose.Link
	at     map[*Page]int // the line on which a page's body begins
}

// Load reads a guidance folder whose files are at the root of fsys. The faults
// name file and line; those that are no warning stop a text from being
// published, but the library is given all the same, so that the rest of it
// can be read and the text be mended.
func Load(fsys fs.FS, place Place) (*Library, pathway.Faults) {
	texts, kept := map[string]string{}, map[string]string{}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return nil // a partnership that has written nothing yet
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err == nil && IsText(name) {
			texts[name] = string(data)
		} else if err == nil {
			sum := sha256.Sum256(data)
			kept[name] = hex.EncodeToString(sum[:])
		}
		return err
	})
	lib, faults := Read(texts, kept, place)
	if err != nil {
		faults = append(faults, pathway.Fault{Text: fmt.Sprintf("The folder cannot be read. %s", err)})
	}
	return lib, faults
}

// IsText tells whether a file holds words, and is no picture or document.
func IsText(name string) bool {
	return strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".yaml")
}

// Read is Load of files in memory: the texts, and the SHA-256, in hexadecimal, of
// every picture and document.
func Read(texts, kept map[string]string, place Place) (*Library, pathway.Faults) {
	l := &loader{
		place: place, links: map[*Page][]prose.Link{}, at: map[*Page]int{},
		lib: &Library{
			Facts: map[string]Fact{}, Synonyms: map[string][]string{}, byKey: map[string]*Page{}, byCode: map[string]*Page{},
			files: texts, kept: kept, moved: map[string]string{},
		},
	}
	for old, now := range place.Moved {
		if from, to := keyOf(old), keyOf(now); from != "" && to != "" {
			l.lib.moved[from] = to
		}
	}
	l.data()
	// What describes each page is read first, because a link is drawn with the
	// address of the page that it leads to.
	var read []*Page
	for _, name := range l.lib.Files() {
		if strings.HasSuffix(name, ".md") {
			if p := l.page(name); p != nil {
				read = append(read, p)
			}
		}
	}
	for _, p := range read {
		l.text(p)
	}
	l.manual()
	l.check()
	slices.SortFunc(l.lib.Pages, func(a, b *Page) int {
		return cmp.Or(cmp.Compare(a.Audience, b.Audience), cmp.Compare(l.topicOrder(a), l.topicOrder(b)), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Title, b.Title))
	})
	slices.SortFunc(l.lib.News, func(a, b *Page) int { return cmp.Compare(b.Key, a.Key) })
	slices.SortStableFunc(l.faults, func(a, b pathway.Fault) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return l.lib, l.faults
}

func (l *loader) add(file string, line int, format string, args ...any) {
	l.faults = append(l.faults, pathway.Fault{File: file, Line: line, Text: fmt.Sprintf(format, args...)})
}

// note keeps what is wrong with a file's YAML.
func (l *loader) note(err error) {
	file, line, sentence := calendar.Located(err)
	l.add(file, line, "%s", sentence)
}

// The files that are not pages.
const (
	topicsFile   = "topics.yaml"
	factsFile    = "facts.yaml"
	glossaryFile = "glossary.yaml"
	synonymsFile = "synonyms.yaml"
	manualFile   = "manual/manual.yaml"
)

// data reads what pages speak of. A file that is not there holds nothing.
func (l *loader) data() {
	l.yaml(topicsFile, &l.lib.Topics)
	l.yaml(factsFile, &l.lib.Facts)
	l.yaml(glossaryFile, &l.lib.Terms)
	l.yaml(synonymsFile, &l.lib.Synonyms)
	l.yaml(manualFile, &l.lib.Manual)
	l.lib.Services = &services.Directory{}
	if text, ok := l.lib.files[servicesFile]; ok {
		d, faults := services.Load(text, servicesFile, l.place.Contacts)
		l.lib.Services = d
		l.faults = append(l.faults, faults...)
	}
	l.lib.contacts = l.place.Contacts
	for key, f := range l.lib.Facts {
		if strings.TrimSpace(f.Text) == "" || f.Source == "" || f.Checked.IsZero() {
			l.add(factsFile, 0, "The fact %s needs text, source and checked.", key)
		}
	}
	for i, t := range l.lib.Topics {
		if t.Key == "" || t.Title == "" || !slices.Contains(Audiences, t.Audience) {
			l.add(topicsFile, 0, "Topic %d needs key, title and audience.", i+1)
		}
	}
	slices.SortFunc(l.lib.Terms, func(a, b Term) int { return cmp.Compare(strings.ToLower(a.Term), strings.ToLower(b.Term)) })
}

// yaml reads one of them, and gives it to name lines by; nil when it is not there
// or cannot be read.
func (l *loader) yaml(name string, into any) *calendar.YAML {
	text, ok := l.lib.files[name]
	if !ok {
		return nil
	}
	y, err := calendar.ReadYAML([]byte(text), name, into)
	if err != nil {
		l.note(err)
		return nil
	}
	return y
}

var (
	pageFile    = regexp.MustCompile(`^pages/(professionals|parents|young-people|about)/([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)
	chapterFile = regexp.MustCompile(`^manual/([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)
	newsFile    = regexp.MustCompile(`^news/(\d{4}-\d{2}-\d{2}-[a-z0-9-]+)\.md$`)
)

// keyOf is the key of the page that a file holds; empty when no page is kept in
// a file of such a name.
func keyOf(file string) string {
	for _, form := range []*regexp.Regexp{pageFile, chapterFile, newsFile} {
		if form.MatchString(file) {
			return strings.TrimSuffix(strings.TrimPrefix(file, "pages/"), ".md")
		}
	}
	return ""
}

// page reads what describes one page. Its text waits for all pages.
func (l *loader) page(name string) *Page {
	p := &Page{File: name, Key: keyOf(name)}
	switch first, _, _ := strings.Cut(p.Key, "/"); first {
	case "manual":
		p.Audience = Professionals
	case "news":
		p.Audience = About
	case "":
		l.add(name, 0, "A text is kept in pages/AUDIENCE, manual or news, in a file of small letters, digits and hyphens that ends in .md.")
		return nil
	default:
		p.Audience = Audience(first)
	}
	head, body, line, ok := cut(l.lib.files[name])
	if !ok {
		l.add(name, 1, "The file begins with a line ---, then its title and the rest of what describes it, then another line ---.")
		return nil
	}
	if p.Front, ok = readHeads.find(head); !ok {
		if _, err := calendar.ReadYAML([]byte("\n"+head), name, &p.Front); err != nil {
			l.note(err)
			return nil
		}
		readHeads.keep(head, p.Front)
	}
	p.Body = body
	l.at[p] = line
	l.lib.byKey[p.Key] = p
	if p.Sensitive {
		if other, taken := l.lib.byCode[code(p.Key)]; taken {
			l.add(name, 1, "The address made for this page is that of %s. Give the file another name.", other.File)
		}
		l.lib.byCode[code(p.Key)] = p
	}
	switch {
	case strings.HasPrefix(p.Key, "manual/"):
		l.lib.Chapters = append(l.lib.Chapters, p)
	case strings.HasPrefix(p.Key, "news/"):
		l.lib.News = append(l.lib.News, p)
	default:
		l.lib.Pages = append(l.lib.Pages, p)
	}
	return p
}

// text reads the words of a page. Where its links lead is checked when all are
// read.
func (l *loader) text(p *Page) {
	t := l.prose(p.Body)
	p.Text, p.Measure = t.text, t.measure
	for _, f := range t.faults {
		l.add(p.File, l.at[p]+f.Line-1, "%s", f.Text)
	}
	l.links[p] = t.text.Links
}

// cut parts what describes a page from its text, and says on which line the
// text begins.
func cut(file string) (head, body string, line int, ok bool) {
	file = strings.TrimPrefix(strings.ReplaceAll(file, "\r\n", "\n"), "\ufeff")
	rest, found := strings.CutPrefix(file, "---\n")
	if !found {
		return "", "", 0, false
	}
	head, body, found = strings.Cut(rest, "\n---\n")
	if !found {
		return "", "", 0, false
	}
	return head, body, strings.Count(head, "\n") + 4, true
}

// link turns what a link names into an address. That there is something at it
// is checked when all pages are read.
func (l *loader) link(target string) (string, bool, string) {
	kind, rest, _ := strings.Cut(target, ":")
	switch kind {
	case "page", "manual":
		if _, href, ok := l.lib.Linked(target); ok {
			return href, false, ""
		}
		return "/" + rest, false, "" // said when all are read
	case "contact":
		return "/contacts#" + rest, false, ""
	case "service":
		if s, ok := l.lib.Services.Find(rest); ok {
			return s.Path(), false, ""
		}
		return "/services/" + rest, false, "" // said when all are read
	case "document":
		href, ok := l.lib.Kept("documents/" + rest)
		if !ok {
			return "", false, fmt.Sprintf("There is no document %s.", rest)
		}
		return href, false, ""
	case "https":
		return target, true, ""
	}
	if strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//") || strings.HasPrefix(target, "#") {
		return target, false, ""
	}
	return "", false, fmt.Sprintf("This link leads nowhere that is known: %s. Write page:parents/alcohol, manual:neglect, contact:childline, an address of this site such as /refer, or a whole address that begins with https://.", target)
}

// picture turns the name of a picture into its address.
func (l *loader) picture(name string) (string, string) {
	if src, ok := l.lib.Kept(name); ok && strings.HasPrefix(name, "pictures/") {
		return src, ""
	}
	return "", fmt.Sprintf("There is no picture %s here. Add it first, and write its name as pictures/name.png.", name)
}

// name turns {contact:key} and {fact:key} into words.
func (l *loader) name(kind, key string) (template.HTML, string) {
	switch kind {
	case "contact":
		s, ok := contact.Service{}, false
		if l.place.Contacts != nil {
			s, ok = l.place.Contacts.Find(key)
		}
		if !ok {
			return "", fmt.Sprintf("There is no contact %s in contacts.yaml.", key)
		}
		out := `<span class="app-contact">` + escaped(s.Name)
		for i, p := range s.Phones {
			out += template.HTML([]string{", ", " or "}[min(i, 1)]) +
				`<a class="govuk-link" href="tel:` + escaped(contact.Tel(p.Number)) + `">` + escaped(p.Number) + `</a>`
		}
		return out + `</span>`, ""
	case "fact":
		f, ok := l.lib.Facts[key]
		if !ok {
			return "", fmt.Sprintf("There is no fact %s in facts.yaml.", key)
		}
		note := "last checked " + f.Checked.Short()
		if !f.Confirmed {
			note += ", not confirmed locally"
		}
		return `<span class="app-fact">` + escaped(f.Text) + ` <span class="app-fact__checked">(` + escaped(note) + `)</span></span>`, ""
	}
	return "", fmt.Sprintf("{%s:%s} stands for nothing. Use {contact:key} or {fact:key}.", kind, key)
}

// manual puts the chapters into their order.
func (l *loader) manual() {
	var order []string
	for _, part := range l.lib.Manual.Parts {
		for i, c := range part.Chapters {
			if p, ok := l.lib.page("manual/" + c); ok {
				part.Chapters[i] = path.Base(p.Key)
			}
		}
		if !keyRule.MatchString(part.Key) || part.Title == "" {
			l.add(manualFile, 0, "Each part needs a key of small letters, digits and hyphens, and a title.")
		}
		for _, c := range part.Chapters {
			if _, ok := l.lib.byKey["manual/"+c]; !ok {
				l.add(manualFile, 0, "There is no chapter manual/%s.md.", c)
			}
			if slices.Contains(order, c) {
				l.add(manualFile, 0, "The chapter %s stands in the manual twice.", c)
			}
			order = append(order, c)
		}
	}
	for _, p := range l.lib.Chapters {
		if !slices.Contains(order, path.Base(p.Key)) {
			l.add(p.File, 0, "This chapter stands in no part of manual.yaml.")
		}
	}
	slices.SortFunc(l.lib.Chapters, func(a, b *Page) int {
		return cmp.Compare(slices.Index(order, path.Base(a.Key)), slices.Index(order, path.Base(b.Key)))
	})
	slices.SortStableFunc(l.lib.Manual.Editions, func(a, b Edition) int { return b.From.Compare(a.From) })
	for i, e := range l.lib.Manual.Editions {
		if !keyRule.MatchString(e.Key) || e.Title == "" || e.From.IsZero() {
			l.add(manualFile, 0, "Edition %d needs key, title and from.", i+1)
		}
		for _, c := range e.Changes {
			if c.What == "" || c.Effect == "" {
				l.add(manualFile, 0, "Each change of the edition %s says what changed and what that means in practice.", e.Key)
			}
		}
	}
}

var keyRule = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

func (l *loader) topicOrder(p *Page) int {
	return slices.IndexFunc(l.lib.Topics, func(t Topic) bool { return t.Key == p.Topic && t.Audience == p.Audience })
}
