package editor

import (
	"fmt"
	"html/template"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/intake"
	"frontdoor/internal/prose"
	"frontdoor/internal/publishing"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

type uploadView struct {
	File  parts.FileUpload
	Name  parts.Input
	Why   parts.Textarea
	Go    parts.Button
	Have  parts.Table
	Any   bool
	Limit string
}

var uploadPage = web.Page[uploadView]("editor/upload", files, "templates/upload.html")

func (d *desk) upload(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawUpload(w, r, a, http.StatusOK, nil)
}

func (d *desk) drawUpload(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, wrong fault.Fields) error {
	all, err := d.Texts.Files(r.Context(), a.By.Now)
	if err != nil {
		return err
	}
	v := uploadView{
		File: parts.FileUpload{Field: parts.Field{Name: "file", Label: "Picture or PDF", LabelSize: "m", Hint: "A picture: PNG, JPEG, WebP or GIF, up to 2 MB. A document: PDF, up to 20 MB.", Error: wrong.For("file")}, Accept: ".png,.jpg,.jpeg,.webp,.gif,.pdf"},
		Name: parts.Input{Field: parts.Field{Name: "name", Label: "Name to use in texts (optional)", LabelSize: "m", Hint: "Small letters, numbers and hyphens. Made from the name of the file when you leave it empty. The name of one that is there already replaces it.", Error: wrong.For("name")}, Value: r.PostFormValue("name"), Width: 20},
		Why:  parts.Textarea{Field: parts.Field{Name: "why", Label: "What is it for, and who may use it?", LabelSize: "m", Hint: "Say where it comes from. A picture of a person needs their consent.", Error: wrong.For("why")}, Value: r.PostFormValue("why"), Rows: 2},
		Go:   parts.Button{Text: "Ask for review", Once: true},
		Have: parts.Table{Caption: "In use now", CaptionSize: "m", Stack: true, Head: []parts.Cell{{Text: "Name"}, {Text: "Write in a text"}}},
	}
	for _, f := range all {
		short := strings.TrimPrefix(f.Name, "guidance/")
		switch {
		case strings.HasPrefix(short, "pictures/"):
			v.Have.Rows = append(v.Have.Rows, []parts.Cell{{Body: parts.Body{parts.Link{Text: path.Base(short), Href: historyHref(f.Name)}}}, {Text: "![what it shows](" + short + ")"}})
		case strings.HasPrefix(short, "documents/"):
			v.Have.Rows = append(v.Have.Rows, []parts.Cell{{Body: parts.Body{parts.Link{Text: path.Base(short), Href: historyHref(f.Name)}}}, {Text: "[words](document:" + path.Base(short) + ")"}})
		}
	}
	v.Any = len(v.Have.Rows) > 0
	c := d.chrome(r, a, "Add a picture or a PDF")
	c.Errors = wrong
	return uploadPage.Render(w, r, status, c, v)
}

// sent is the one file of a form: its name and what is in it.
func sent(r *http.Request, name string) (string, []byte, error) {
	f, h, err := r.FormFile(name)
	if err != nil {
		return "", nil, nil
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(f)
	return h.Filename, b, err
}

func (d *desk) uploadDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	called, data, err := sent(r, "file")
	if wrong, ok := problems(err); ok {
		return d.drawUpload(w, r, a, http.StatusUnprocessableEntity, fault.Fields{{Key: "file", Text: wrong[0].Text}})
	}
	if err != nil {
		return err
	}
	var wrong fault.Fields
	if called == "" {
		wrong.Add("file", "Choose a picture or a PDF")
	}
	why := strings.TrimSpace(r.PostFormValue("why"))
	if why == "" {
		wrong.Add("why", "Say what it is for")
	}
	ext := strings.ToLower(path.Ext(called))
	if ext == ".jpeg" {
		ext = ".jpg"
	}
	base := strings.TrimSpace(r.PostFormValue("name"))
	if base == "" {
		base = strings.TrimSuffix(path.Base(strings.ReplaceAll(called, `\`, "/")), path.Ext(called))
	}
	folder := "guidance/pictures/"
	if ext == ".pdf" {
		folder = "guidance/documents/"
	}
	if len(wrong) > 0 {
		return d.drawUpload(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	name := folder + prose.Key(strings.TrimSuffix(base, path.Ext(called))) + ext
	live, _, err := d.Texts.Begin(r.Context(), name)
	if err != nil {
		return err
	}
	c, err := d.Texts.Ask(r.Context(), by(r, a), publishing.Proposal{Name: name, Content: data, Base: live.Change, Why: why})
	if wrong, ok := problems(err); ok {
		for i := range wrong {
			if wrong[i].Key != "why" {
				wrong[i].Key = "file"
			}
		}
		return d.drawUpload(w, r, a, http.StatusUnprocessableEntity, wrong)
	}
	if err != nil {
		return err
	}
	return room.See(w, r, changeHref(c.ID)+"?done=uploaded")
}

type intakeView struct {
	File     parts.FileUpload
	Whole    parts.Radios
	Go       parts.Button
	Read     bool
	Notes    []string
	Chapters []intakeChapter
	Keep     parts.Button
}

type intakeChapter struct {
	Number, Title, Facts string
	HTML                 template.HTML
	Wrong                []string
	TitleInput           parts.Input
	Where                parts.Select
	Content              parts.Textarea
}

var intakePage = web.Page[intakeView]("editor/import", files, "templates/import.html")

func (d *desk) intake(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawIntake(w, r, a, http.StatusOK, intakeView{}, nil)
}

func (d *desk) drawIntake(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, v intakeView, wrong fault.Fields) error {
	v.File = parts.FileUpload{Field: parts.Field{Name: "file", Label: "Word document (.docx) or Markdown", LabelSize: "m", Hint: "Up to 20 MB. Nothing is published: you see first what would become of it.", Error: wrong.For("file")}, Accept: ".docx,.md,.markdown,.txt"}
	v.Whole = parts.Radios{Field: parts.Field{Name: "whole", Label: "What is a chapter?", LabelSize: "m"}, Value: r.PostFormValue("whole"), Items: []parts.Choice{
		{Value: "no", Label: "Each heading of the first level begins one"}, {Value: "yes", Label: "The whole file is one chapter"},
	}}
	if v.Whole.Value == "" {
		v.Whole.Value = "no"
	}
	v.Go, v.Keep = parts.Button{Text: "See what becomes of it"}, parts.Button{Text: "Keep as my drafts", Once: true}
	c := d.chrome(r, a, "Bring in a document")
	c.Errors = wrong
	return intakePage.Render(w, r, status, c, v)
}

func (d *desk) intakeDo(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	called, data, err := sent(r, "file")
	var doc intake.Document
	if err == nil && called == "" {
		err = fault.New(fault.Invalid, "Choose a Word document or a Markdown file")
	}
	if err == nil {
		doc, err = intake.Read(called, data, r.PostFormValue("whole") == "yes")
	}
	if wrong, ok := problems(err); ok {
		return d.drawIntake(w, r, a, http.StatusUnprocessableEntity, intakeView{}, fault.Fields{{Key: "file", Text: wrong[0].Text}})
	}
	if err != nil {
		return err
	}
	lib, err := d.library(r)
	if err != nil {
		return err
	}
	v := intakeView{Read: true, Notes: doc.Notes}
	for i, c := range doc.Chapters {
		where := "new"
		if p, ok := lib.Find("manual/" + c.Key); ok {
			where = strings.TrimSuffix(path.Base(p.File), ".md")
		}
		v.Chapters = append(v.Chapters, d.chapter(lib, i, c.Title, where, c.Markdown, nil))
	}
	return d.drawIntake(w, r, a, http.StatusOK, v, nil)
}

// reading is how a chapter is shown before it is one: where its links lead and
// which contacts it names is checked when it is written on as a draft.
var reading = prose.Place{
	Link: func(to string) (string, bool, string) {
		outside := strings.HasPrefix(to, "https://")
		if !outside {
			to = "#"
		}
		return to, outside, ""
	},
	Name: func(_, key string) (template.HTML, string) { return template.HTML(template.HTMLEscapeString(key)), "" },
}

// chapter is one chapter of a document that was read, to look at before it is
// kept.
func (d *desk) chapter(lib *guidance.Library, i int, title, where, content string, wrong fault.Fields) intakeChapter {
	num := fmt.Sprint(i)
	text, faults := prose.Read(content, reading)
	c := intakeChapter{
		Number: num, Title: title, HTML: text.HTML(), Facts: many(sections(text), "section") + ", " + many(len(strings.Fields(text.Words())), "word"),
		TitleInput: parts.Input{Field: parts.Field{Name: "title-" + num, Label: "Title", Error: wrong.For("title-" + num)}, Value: title},
		Where:      parts.Select{Field: parts.Field{Name: "where-" + num, Label: "Where it goes", Error: wrong.For("where-" + num)}, Value: where},
		Content:    parts.Textarea{Field: parts.Field{Name: "content-" + num, Label: "Its text as Markdown", Error: wrong.For("content-" + num)}, Value: content, Rows: 12},
	}
	for _, f := range faults {
		c.Wrong = append(c.Wrong, fmt.Sprintf("Line %d: %s", f.Line, f.Text))
	}
	c.Where.Items = []parts.Option{{Value: "leave", Text: "Leave it out"}, {Value: "new", Text: "A new chapter"}}
	for _, p := range lib.Chapters {
		c.Where.Items = append(c.Where.Items, parts.Option{Value: strings.TrimSuffix(path.Base(p.File), ".md"), Text: "In place of: " + p.Title})
	}
	return c
}

func many(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func sections(t *prose.Text) int {
	n := 0
	for _, s := range t.Sections {
		if s.Title != "" {
			n++
		}
	}
	return n
}

// intakeKeep keeps the chapters as drafts of whoever brought them in.
func (d *desk) intakeKeep(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	lib, err := d.library(r)
	if err != nil {
		return err
	}
	type chosen struct{ name, base, content string }
	var all []chosen
	var wrong fault.Fields
	v := intakeView{Read: true}
	_ = r.PostFormValue("content-0") // reads the form
	for i := 0; r.PostForm.Has(fmt.Sprintf("content-%d", i)); i++ {
		num := fmt.Sprint(i)
		title, where := strings.TrimSpace(r.PostFormValue("title-"+num)), r.PostFormValue("where-"+num)
		content := strings.ReplaceAll(r.PostFormValue("content-"+num), "\r\n", "\n")
		if where != "leave" {
			one, bad, err := d.place(r, a, lib, title, where, content)
			if err != nil {
				return err
			}
			if bad == "" && slices.ContainsFunc(all, func(x chosen) bool { return x.name == one.Name }) {
				bad = "Two chapters would go to one place. Choose another for one of them"
			}
			if bad != "" {
				wrong.Add("where-"+num, "%s", bad)
			}
			all = append(all, chosen{one.Name, one.Base, one.Content})
		}
		v.Chapters = append(v.Chapters, d.chapter(lib, i, title, where, content, nil))
	}
	if len(all) == 0 && len(wrong) == 0 {
		wrong.Add("", "Choose where at least one chapter goes")
	}
	if len(wrong) > 0 {
		for i := range v.Chapters {
			v.Chapters[i].Where.Error = wrong.For("where-" + v.Chapters[i].Number)
		}
		return d.drawIntake(w, r, a, http.StatusUnprocessableEntity, v, wrong)
	}
	for _, c := range all {
		if _, err := d.Texts.SaveDraft(r.Context(), by(r, a), publishing.Draft{Name: c.name, Base: c.base, Content: c.content, At: a.By.Now}); err != nil {
			return err
		}
	}
	return room.See(w, r, "/texts?done=imported")
}

// place makes the draft of one chapter: the file it goes to, with the head that
// the file has, or a new one; bad says why it cannot go there.
func (d *desk) place(r *http.Request, a *room.Asker, lib *guidance.Library, title, where, content string) (_ publishing.Draft, bad string, err error) {
	if title == "" {
		return publishing.Draft{}, "Enter a title for this chapter first", nil
	}
	key := where
	if where == "new" {
		key = prose.Key(title)
	}
	name := "guidance/manual/" + key + ".md"
	live, there, err := d.Texts.Begin(r.Context(), name)
	if err != nil {
		return publishing.Draft{}, "", err
	}
	if where == "new" && there {
		return publishing.Draft{Name: name}, "There is a chapter of this name. Choose to put this in its place, or give it another title", nil
	}
	if where != "new" && !there {
		return publishing.Draft{Name: name}, "That chapter is not there any more. Choose another place", nil
	}
	if _, has, err := d.Texts.Draft(r.Context(), by(r, a), name); err != nil || has {
		return publishing.Draft{Name: name}, "You have a draft of this chapter. Ask for its review or drop it first, so that nothing you typed is lost", err
	}
	head := beginning("manual", title, calendar.DateOf(a.By.Now))
	head = head[:strings.LastIndex(head, "---")+4]
	if there {
		old, _ := lib.File(strings.TrimPrefix(name, "guidance/"))
		if i := strings.Index(old, "\n---\n"); strings.HasPrefix(old, "---\n") && i > 0 {
			head = old[:i+5]
		}
		if p := page(lib, name); p != nil && p.Text != nil {
			content = keepKeys(content, p.Text.Sections)
		}
	}
	return publishing.Draft{Name: name, Base: live.Change, Content: strings.TrimRight(head, "\n") + "\n\n" + content}, "", nil
}

// keepKeys gives sections that have the title of one there already its key, so
// that links to it hold.
func keepKeys(content string, have []prose.Section) string {
	out := strings.Split(content, "\n")
	for i, line := range out {
		title, rest, ok := strings.Cut(line, " {#")
		if !ok || !strings.HasPrefix(title, "## ") {
			continue
		}
		for _, s := range have {
			if strings.EqualFold(s.Title, strings.TrimPrefix(title, "## ")) && !strings.Contains(content, "{#"+s.Key+"}") {
				_, after, _ := strings.Cut(rest, "}")
				out[i] = title + " {#" + s.Key + "}" + after
			}
		}
	}
	return strings.Join(out, "\n")
}
