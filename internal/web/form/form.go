// Package form draws the questions of a pathway: the one renderer for every
// room. It draws what was typed and nothing that was not: no answer is ever
// chosen for anyone.
//
// Controls are named as pathway.Read expects. The id of a question's first
// control, or of the element round its controls, is the answer's key, which is
// what an error summary links to.
package form

import (
	"embed"
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/upload"
	"frontdoor/internal/web/parts"
)

//go:embed templates/*.html
var files embed.FS

var set = template.Must(parts.Templates().ParseFS(files, "templates/*.html"))

func draw(name string, data any) (template.HTML, error) {
	var out strings.Builder
	if err := set.ExecuteTemplate(&out, name, data); err != nil {
		return "", err
	}
	return template.HTML(out.String()), nil
}

// Options is what the renderer cannot know from the questions.
type Options struct {
	// Title is the page's own title. A question with the same words does not say
	// them twice.
	Title string
	// Heading makes the lone question's label the page's first-level heading;
	// see [Heads].
	Heading bool
	// Reveal are questions that show only once another is answered in one way,
	// drawn below that choice; see [Reveals].
	Reveal Revealed
	// Files are those added already, for questions of type files. Those of a
	// draft can be removed again.
	Files []record.File
	// Workers, Teams and Records are what may be chosen where a question asks
	// for one.
	Workers, Teams, Records []parts.Option
}

// Revealed holds, by question and by choice, what more that choice asks.
type Revealed map[answer.Key]map[string][]pathway.Asked

// Heads says whether the label of the one question on a page can be the page's
// heading.
func Heads(title, body string, asked []pathway.Asked) bool {
	return len(asked) == 1 && body == "" && asked[0].Question.Label == title
}

// drawer draws one form.
type drawer struct {
	p       *pathway.Pathway
	answers answer.Set
	errs    fault.Fields
	o       Options
	lone    bool
}

// Fields draws questions in order, with what was typed and what is wrong.
func Fields(p *pathway.Pathway, asked []pathway.Asked, answers answer.Set, errs fault.Fields, o Options) parts.Body {
	d := drawer{p: p, answers: answers, errs: errs, o: o, lone: len(asked) == 1}
	return d.questions(asked)
}

func (d drawer) questions(asked []pathway.Asked) parts.Body {
	var out parts.Body
	for _, a := range asked {
		out = append(out, d.question(a)...)
	}
	return out
}

// MarkName is the control that lists, by key, the questions a form asked. What
// is not ticked is not sent, so a form has to say what it asked.
const MarkName = "asked"

func (d drawer) question(a pathway.Asked) parts.Body {
	out := parts.Body{parts.Hidden{Name: MarkName, Value: string(a.Key)}, d.control(a)}
	if a.Question.NotKnown {
		out = append(out, d.notKnown(a))
	}
	return out
}

// field is what every control of a question has.
func (d drawer) field(a pathway.Asked) parts.Field {
	q := a.Question
	f := parts.Field{Name: string(a.Key), Label: q.Label, LabelSize: "s", Hint: q.Hint, Error: d.errs.For(string(a.Key))}
	// Where a rule decides whether an answer is needed, it may yet be.
	if !a.Required && q.RequireIf == "" {
		f.Label += " (optional)"
	}
	switch {
	case d.lone && d.o.Heading:
		f.LabelIsHeading, f.LabelSize, f.Label = true, "l", q.Label
	case q.Label == d.o.Title:
		f.LabelHidden = true
	}
	if q.NotKnown {
		f.GroupClasses = "govuk-!-margin-bottom-2"
	}
	return f
}

// quiet is controls whose legend the page's heading says already: it is there
// for screen readers alone. Hiding the legend itself would widen the page.
type quiet struct {
	Label, Described string
	Body             parts.Part
}

// Render draws the controls.
func (q quiet) Render() (template.HTML, error) { return draw("form/quiet", q) }

// choices are the types whose label is a legend.
var choices = []string{"scale", "date", "datetime", "yes_no", "yes_no_not_known", "radios", "select", "checkboxes", "address", "files"}

func (d drawer) control(a pathway.Asked) parts.Part {
	f := d.field(a)
	if !f.LabelHidden || !slices.Contains(choices, a.Question.Type) || len(d.codes(a)) > manyCodes && a.Question.Type == "select" {
		return d.draw(a, f)
	}
	out := quiet{Label: f.Label, Described: f.Described()}
	f.Label, f.LabelHidden = "", false
	out.Body = d.draw(a, f)
	return out
}

func (d drawer) draw(a pathway.Asked, f parts.Field) parts.Part {
	q, v := a.Question, d.answers[a.Key]
	input := parts.Input{Field: f, Value: v.Text, Width: width(q.Width), Autocomplete: q.Autocomplete}
	switch q.Type {
	case "textarea":
		t := parts.Textarea{Field: f, Value: v.Text, Rows: 5, MaxLength: q.MaxChars, Threshold: 50, Autosize: true, Spellcheck: "true", Autocomplete: q.Autocomplete}
		if q.MaxChars >= 6000 {
			t.Rows = 8
		}
		return t
	case "email":
		input.Type, input.Spellcheck, input.Autocapitalize = "email", "false", "none"
	case "phone":
		input.Type, input.Width = "tel", 20
	case "number":
		input.InputMode, input.Width, input.Spellcheck = "numeric", orNumber(input.Width, 5), "false"
	case "postcode":
		input.Width, input.Autocapitalize, input.Spellcheck = 10, "characters", "false"
	case "nhs_number":
		input.Width, input.InputMode, input.Spellcheck = 20, "numeric", "false"
	case "upn":
		input.Width, input.Autocapitalize, input.Spellcheck = 20, "characters", "false"
	case "scale":
		r := parts.Radios{Field: f, Value: v.Text, Inline: true}
		low, high := limits(q)
		for n := low; n <= high; n++ {
			s := strconv.Itoa(n)
			r.Items = append(r.Items, parts.Choice{Value: s, Label: s})
		}
		return r
	case "date":
		return d.date(f, q, v)
	case "datetime":
		return d.dateTime(f, v)
	case "yes_no", "yes_no_not_known", "radios":
		return d.radios(a, f, v)
	case "select":
		if len(d.codes(a)) <= manyCodes {
			return d.radios(a, f, v)
		}
		return d.sel(f, v, d.codeOptions(a))
	case "checkboxes":
		return d.checkboxes(a, f, v)
	case "address":
		return d.address(f, q, v)
	case "files":
		return d.files(f, v)
	case "worker":
		return d.sel(f, v, d.o.Workers)
	case "team":
		return d.sel(f, v, d.o.Teams)
	case "record":
		return d.sel(f, v, d.o.Records)
	}
	return input
}

// manyCodes is how many choices are still easier to read as radios than as a
// list to open.
const manyCodes = 12

func (d drawer) codes(a pathway.Asked) []pathway.Code {
	if len(a.Codes) > 0 {
		return a.Codes
	}
	return d.p.CodesOf(a.Question)
}

func (d drawer) codeOptions(a pathway.Asked) []parts.Option {
	var out []parts.Option
	for _, c := range d.codes(a) {
		out = append(out, parts.Option{Value: c.Code, Text: c.Label})
	}
	return out
}

// sel is a list to open, with nothing chosen.
func (d drawer) sel(f parts.Field, v answer.Answer, options []parts.Option) parts.Part {
	items := options
	if len(options) == 0 || options[0].Value != "" {
		items = append([]parts.Option{{Value: "", Text: "Choose one"}}, options...)
	}
	return parts.Select{Field: f, Items: items, Value: v.Text}
}

func (d drawer) radios(a pathway.Asked, f parts.Field, v answer.Answer) parts.Part {
	r := parts.Radios{Field: f, Value: v.Text, Inline: a.Question.Type != "radios" && a.Question.Type != "select"}
	for _, c := range d.codes(a) {
		item := parts.Choice{Value: c.Code, Label: c.Label, Hint: c.Hint, Conditional: d.more(a, c.Code)}
		r.Inline = r.Inline && len(item.Conditional) == 0
		r.Items = append(r.Items, item)
	}
	return r
}

func (d drawer) checkboxes(a pathway.Asked, f parts.Field, v answer.Answer) parts.Part {
	c := parts.Checkboxes{Field: f, Values: v.List}
	if c.Hint == "" && len(d.codes(a)) > 1 {
		c.Hint = "Choose all that apply."
		if strings.HasPrefix(a.Question.Label, "Choose") {
			c.Hint = ""
		}
	}
	codes := d.codes(a)
	var none []parts.Choice
	for _, code := range codes {
		item := parts.Choice{Value: code.Code, Label: code.Label, Hint: code.Hint, Conditional: d.more(a, code.Code)}
		if code.Code == "none" || code.Extra["exclusive"] == "yes" {
			item.Exclusive = true
			none = append(none, item)
			continue
		}
		c.Items = append(c.Items, item)
	}
	if len(none) > 0 {
		c.Items = append(append(c.Items, parts.Choice{Divider: "or"}), none...)
	}
	return c
}

// more is what one choice asks besides: the words for "other", and questions
// that show only with it.
func (d drawer) more(a pathway.Asked, code string) parts.Body {
	var out parts.Body
	if a.Question.Other != "" && code == a.Question.Other {
		key := string(a.Key) + "_other"
		out = append(out, parts.Input{
			Field: parts.Field{Name: string(a.Key) + "-other", ID: key, Label: "Say what in your own words", Error: d.errs.For(key)},
			Value: d.answers.Text(answer.Key(key)),
		})
	}
	in := d
	in.lone = false
	return append(out, in.questions(d.o.Reveal[a.Key][code])...)
}

func (d drawer) notKnown(a pathway.Asked) parts.Part {
	v, key := d.answers[a.Key], string(a.Key)
	reason := v.NotKnown
	if reason == pathway.NoReason {
		reason = ""
	}
	item := parts.Choice{
		Value: "1", Checked: v.NotKnown != "",
		Body: parts.Body{parts.HTML(`I do not know<span class="govuk-visually-hidden">: ` + template.HTMLEscapeString(a.Question.Label) + `</span>`)},
		Conditional: parts.Body{parts.Input{
			Field: parts.Field{Name: key + "-not_known_reason", Label: "Why is it not known? A few words are enough"},
			Value: reason,
		}},
	}
	return parts.Checkboxes{Field: parts.Field{Name: key + "-not_known"}, Items: []parts.Choice{item}, Small: true}
}

func (d drawer) date(f parts.Field, q *pathway.Question, v answer.Answer) parts.DateInput {
	in := parts.DateInput{Field: f, Birthday: q.Autocomplete == "bday"}
	in.Day, in.Month, in.Year, _ = pathway.DateParts(v.Text)
	if v.Text == "" {
		in.Day, in.Month, in.Year = "", "", ""
	}
	return in
}

// group is several controls under one legend, or under the page's own.
type group struct {
	parts.Field
	Body parts.Body
}

// Render draws the group.
func (g group) Render() (template.HTML, error) { return draw("form/group", g) }

func (d drawer) dateTime(f parts.Field, v answer.Answer) parts.Part {
	var in parts.DateInput
	clock := ""
	if v.Text != "" {
		in.Day, in.Month, in.Year, clock = pathway.DateParts(v.Text)
	}
	in.Field = parts.Field{Name: f.Name}
	return group{Field: f, Body: parts.Body{in, parts.Input{
		Field: parts.Field{Name: f.Name + "-time", Label: "Time", Hint: "For example, 14:30."}, Value: clock, Width: 5, Spellcheck: "false",
	}}}
}

var addressLabels = map[string]string{
	"line1": "Address line 1", "line2": "Address line 2 (optional)", "town": "Town or city",
	"county": "County (optional)", "postcode": "Postcode",
}

func (d drawer) address(f parts.Field, q *pathway.Question, v answer.Answer) parts.Part {
	g := group{Field: f}
	own := map[string]string{}
	if q.Autocomplete != "" {
		own = map[string]string{"line1": "address-line1", "line2": "address-line2", "town": "address-level2", "postcode": "postal-code"}
	}
	for i, part := range answer.AddressParts {
		in := parts.Input{Field: parts.Field{Name: f.Name + "-" + part, Label: addressLabels[part]}, Value: v.Parts[part], Autocomplete: own[part]}
		if i == 0 {
			in.ID = f.Name
		}
		switch part {
		case "town", "county":
			in.Width = 20
		case "postcode":
			in.Width, in.Autocapitalize, in.Spellcheck = 10, "characters", "false"
		}
		g.Body = append(g.Body, in)
	}
	return g
}

type listedFile struct {
	ID, Name, Size string
	Remove         bool
}

type fileList struct {
	parts.Field
	Have   []listedFile
	Upload parts.FileUpload
}

// Render draws the files with the control to add more.
func (l fileList) Render() (template.HTML, error) { return draw("form/files", l) }

// UploadName is the control that carries the new files of a question.
func UploadName(k answer.Key) string { return string(k) + "-upload" }

const accept = ".jpg,.jpeg,.png,.heic,.heif,.webp,.gif,.pdf,.docx,.xlsx,.doc,.mp3,.m4a,.mp4,.m4v,.mov,.txt"

func (d drawer) files(f parts.Field, v answer.Answer) parts.Part {
	l := fileList{Field: f}
	for n, id := range v.List {
		have := listedFile{ID: id, Name: fmt.Sprintf("File %d", n+1)}
		if i := slices.IndexFunc(d.o.Files, func(x record.File) bool { return x.ID == id }); i >= 0 {
			have.Name, have.Size, have.Remove = d.o.Files[i].Name, size(d.o.Files[i].Size), d.o.Files[i].Draft != ""
		}
		l.Have = append(l.Have, have)
	}
	l.Upload = parts.FileUpload{
		Field: parts.Field{
			Name: UploadName(answer.Key(f.Name)), ID: f.Name, Label: "Choose files",
			Hint: fmt.Sprintf("Photos, PDF, Word, Excel, plain text or short recordings. Each can be up to %d MB. You can add %d.", upload.MaxFile>>20, upload.MaxFiles),
		},
		Accept: accept, Multiple: true, MaxBytes: upload.MaxFile,
	}
	// The group explains itself; the control's own id is the question's.
	l.ID = f.Name + "-files"
	return l
}

func size(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", max(1, n>>10))
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// limits are the ends of a scale, which a pathway does not load without.
func limits(q *pathway.Question) (low, high int) {
	low, _ = strconv.Atoi(q.Min)
	high, _ = strconv.Atoi(q.Max)
	return low, high
}

func orNumber(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// width is the nearest width the design system has that holds n characters.
func width(n int) int {
	if n <= 0 {
		return 0
	}
	for _, w := range []int{2, 3, 4, 5, 10, 20, 30} {
		if n <= w {
			return w
		}
	}
	return 0
}
