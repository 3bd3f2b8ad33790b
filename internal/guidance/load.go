package guidance

import (
	"cmp"
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
)

// Place is what the texts may speak of besides each other.
type Place struct {
	Contacts *contact.Directory
	// Routes are the addresses of the program that a page may lead to, such as
	// /refer.
	Routes []string
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
	l := &loader{
		place: place, links: map[*Page][]prose.Link{}, at: map[*Page]int{},
		lib: &Library{Facts: map[string]Fact{}, Synonyms: map[string][]string{}, byKey: map[string]*Page{}, files: map[string]string{}},
	}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) && name == "." {
			return nil // a partnership that has written nothing yet
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(fsys, name)
		if err == nil && (strings.HasSuffix(name, ".md") || strings.HasSuffix(name, ".yaml")) {
			l.lib.files[name] = string(data)
		}
		return err
	})
	if err != nil {
		l.add("", 0, "The folder cannot be read. %s", err)
		return l.lib, l.faults
	}
	l.data()
	for _, name := range l.lib.Files() {
		if strings.HasSuffix(name, ".md") {
			l.page(name)
		}
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

func (l *loader) yaml(name string, into any) {
	text, ok := l.lib.files[name]
	if !ok {
		return
	}
	if _, err := calendar.ReadYAML([]byte(text), name, into); err != nil {
		l.note(err)
	}
}

var (
	pageFile    = regexp.MustCompile(`^pages/(professionals|parents|young-people|about)/([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)
	chapterFile = regexp.MustCompile(`^manual/([a-z0-9]+(?:-[a-z0-9]+)*)\.md$`)
	newsFile    = regexp.MustCompile(`^news/(\d{4}-\d{2}-\d{2}-[a-z0-9-]+)\.md$`)
)

// page reads one file. Its links are checked when all are read.
func (l *loader) page(name string) {
	p := &Page{File: name}
	switch {
	case pageFile.MatchString(name):
		m := pageFile.FindStringSubmatch(name)
		p.Audience, p.Key = Audience(m[1]), m[1]+"/"+m[2]
	case chapterFile.MatchString(name):
		p.Audience, p.Key = Professionals, "manual/"+chapterFile.FindStringSubmatch(name)[1]
	case newsFile.MatchString(name):
		p.Audience, p.Key = About, "news/"+newsFile.FindStringSubmatch(name)[1]
	default:
		l.add(name, 0, "A text is kept in pages/AUDIENCE, manual or news, in a file of small letters, digits and hyphens that ends in .md.")
		return
	}
	head, body, line, ok := cut(l.lib.files[name])
	if !ok {
		l.add(name, 1, "The file begins with a line ---, then its title and the rest of what describes it, then another line ---.")
		return
	}
	if _, err := calendar.ReadYAML([]byte("\n"+head), name, &p.Front); err != nil {
		l.note(err)
		return
	}
	p.Body = body
	l.at[p] = line
	text, faults := prose.Read(body, prose.Place{Link: l.link, Name: l.name})
	p.Text, p.Measure = text, measure(text.Sentences)
	for _, f := range faults {
		l.add(name, line+f.Line-1, "%s", f.Text)
	}
	l.links[p] = text.Links
	l.lib.byKey[p.Key] = p
	switch {
	case strings.HasPrefix(p.Key, "manual/"):
		l.lib.Chapters = append(l.lib.Chapters, p)
	case strings.HasPrefix(p.Key, "news/"):
		l.lib.News = append(l.lib.News, p)
	default:
		l.lib.Pages = append(l.lib.Pages, p)
	}
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
	case "page":
		return "/" + rest, false, ""
	case "manual":
		return "/manual/" + rest, false, ""
	case "contact":
		return "/contacts#" + rest, false, ""
	case "service":
		return "/services/" + rest, false, ""
	case "https":
		return target, true, ""
	}
	if strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//") || strings.HasPrefix(target, "#") {
		return target, false, ""
	}
	return "", false, fmt.Sprintf("This link leads nowhere that is known: %s. Write page:parents/alcohol, manual:neglect, contact:childline, an address of this site such as /refer, or a whole address that begins with https://.", target)
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
