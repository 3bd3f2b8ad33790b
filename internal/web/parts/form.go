package parts

import (
	"html/template"
	"strconv"
	"strings"
)

// Field is what every form control has: its name, its words and what is wrong
// with it.
type Field struct {
	// Name is the name the form sends.
	Name string
	// ID is the element's id; the name when empty. An error summary links to it.
	ID    string
	Label string
	// LabelSize is xl, l, m or s; ordinary text when empty.
	LabelSize string
	// LabelIsHeading makes the label the page's one first-level heading.
	LabelIsHeading bool
	// LabelHidden keeps the label for screen readers only.
	LabelHidden bool
	Hint        string
	// HintHTML replaces Hint where the help needs a link.
	HintHTML template.HTML
	// Error is the sentence saying what to do; empty when all is well.
	Error string
	// DescribedBy is the id of something else on the page that explains this.
	DescribedBy string
	// Classes are added to the control; GroupClasses to what surrounds it.
	Classes, GroupClasses string
	Attributes            Attrs
}

// ControlID is the id of the control, or of the first of its choices.
func (f Field) ControlID() string {
	if f.ID != "" {
		return f.ID
	}
	return f.Name
}

// HintID is the id of the hint.
func (f Field) HintID() string { return f.ControlID() + "-hint" }

// ErrorID is the id of the error message.
func (f Field) ErrorID() string { return f.ControlID() + "-error" }

// HasHint says whether there is a hint to show.
func (f Field) HasHint() bool { return f.Hint != "" || f.HintHTML != "" }

// Described lists the ids of what explains this control, for aria-describedby.
func (f Field) Described() string {
	var ids []string
	if f.DescribedBy != "" {
		ids = append(ids, f.DescribedBy)
	}
	if f.HasHint() {
		ids = append(ids, f.HintID())
	}
	if f.Error != "" {
		ids = append(ids, f.ErrorID())
	}
	return strings.Join(ids, " ")
}

// Input is a single-line box.
type Input struct {
	Field
	// Type is text when empty; also email, tel, url, search, time, hidden is Hidden.
	Type  string
	Value string
	// InputMode is the phone keyboard to offer: numeric, tel, email, decimal.
	InputMode      string
	Autocomplete   string
	Autocapitalize string
	// Spellcheck is "true", "false" or empty to leave it to the browser.
	Spellcheck     string
	Pattern        string
	Prefix, Suffix string
	// Width is the room for that many characters: 2, 3, 4, 5, 10, 20 or 30; all there is when 0.
	Width    int
	Disabled bool
}

// Render draws the input.
func (p Input) Render() (template.HTML, error) { return draw("govuk/input", p) }

// PasswordInput is a box for a password, with a button to show what was typed.
type PasswordInput struct {
	Field
	// Autocomplete is current-password when empty; new-password when setting one.
	Autocomplete string
}

// Render draws the password input.
func (p PasswordInput) Render() (template.HTML, error) { return draw("govuk/password-input", p) }

// Hidden is a value the form carries along unseen.
type Hidden struct{ Name, Value string }

// Render draws the hidden input.
func (p Hidden) Render() (template.HTML, error) { return draw("fd/hidden", p) }

// Textarea is a box for several lines. With MaxLength or MaxWords it counts
// down what is left; it never stops someone typing.
type Textarea struct {
	Field
	Value string
	// Rows is 5 when 0.
	Rows         int
	MaxLength    int
	MaxWords     int
	Threshold    int // percentage of the limit at which the count appears
	Autocomplete string
	Spellcheck   string
	// Autosize lets the box grow with what is typed.
	Autosize bool
	Disabled bool
}

// Counts says whether the box shows a count.
func (p Textarea) Counts() bool { return p.MaxLength > 0 || p.MaxWords > 0 }

// CountType is words or characters.
func (p Textarea) CountType() string {
	if p.MaxWords > 0 {
		return "words"
	}
	return ""
}

// Limit says how much may be written, in words.
func (p Textarea) Limit() string {
	if p.MaxWords > 0 {
		return "You can enter up to " + strconv.Itoa(p.MaxWords) + " words"
	}
	return "You can enter up to " + strconv.Itoa(p.MaxLength) + " characters"
}

// RowCount is Rows, or 5.
func (p Textarea) RowCount() int {
	if p.Rows == 0 {
		return 5
	}
	return p.Rows
}

// Described adds the count's id before the others.
func (p Textarea) Described() string {
	if p.Counts() {
		return strings.TrimSpace(p.ControlID() + "-info " + p.Field.Described())
	}
	return p.Field.Described()
}

// Render draws the textarea.
func (p Textarea) Render() (template.HTML, error) { return draw("govuk/textarea", p) }

// Choice is one radio button or checkbox.
type Choice struct {
	Value string
	// Label is the words beside it; Body replaces them where they need markup.
	Label string
	Body  Body
	Hint  string
	ID    string
	// Name replaces the group's name; checkboxes only.
	Name     string
	Checked  bool
	Disabled bool
	// Divider, when set, is a word such as "or" between choices, and nothing else counts.
	Divider string
	// Conditional is what more to ask when this is chosen.
	Conditional Body
	// Exclusive is for "none of these": ticking it clears the others.
	Exclusive  bool
	Attributes Attrs
}

// Option is a drawn choice: its own words with its place in the group.
type chosen struct {
	Choice
	ItemID, ItemName, Described string
	On                          bool
}

// HintID is the id of the choice's own hint.
func (c chosen) HintID() string { return c.ItemID + "-item-hint" }

// ConditionalID is the id of what is revealed.
func (c chosen) ConditionalID() string { return "conditional-" + c.ItemID }

func place(f Field, items []Choice, on func(Choice) bool) []chosen {
	out := make([]chosen, len(items))
	for i, c := range items {
		d := chosen{Choice: c, ItemID: c.ID, ItemName: c.Name, On: c.Checked || on(c)}
		if d.ItemID == "" {
			d.ItemID = f.ControlID()
			if i > 0 {
				d.ItemID += "-" + strconv.Itoa(i+1)
			}
		}
		if d.ItemName == "" {
			d.ItemName = f.Name
		}
		if f.Label == "" && c.Divider == "" {
			d.Described = f.Described()
		}
		if c.Hint != "" {
			d.Described = strings.TrimSpace(d.Described + " " + d.HintID())
		}
		out[i] = d
	}
	return out
}

// Radios asks for one choice. With no label there is no fieldset: use that
// only inside one.
type Radios struct {
	Field
	Items []Choice
	// Value is the chosen value. Leave it empty unless it was really chosen:
	// nothing is picked for anyone.
	Value  string
	Inline bool
	Small  bool
}

// Drawn gives the choices with their ids and whether each is chosen.
func (p Radios) Drawn() []chosen {
	out := place(p.Field, p.Items, func(c Choice) bool { return p.Value != "" && c.Value == p.Value })
	for i := range out {
		// Radios take their description from the fieldset alone.
		out[i].Described = ""
		if out[i].Hint != "" {
			out[i].Described = out[i].HintID()
		}
	}
	return out
}

// Render draws the radios.
func (p Radios) Render() (template.HTML, error) { return draw("govuk/radios", p) }

// Checkboxes asks for any number of choices.
type Checkboxes struct {
	Field
	Items  []Choice
	Values []string
	Small  bool
}

// Drawn gives the choices with their ids and whether each is ticked.
func (p Checkboxes) Drawn() []chosen {
	return place(p.Field, p.Items, func(c Choice) bool {
		for _, v := range p.Values {
			if v == c.Value {
				return true
			}
		}
		return false
	})
}

// Render draws the checkboxes.
func (p Checkboxes) Render() (template.HTML, error) { return draw("govuk/checkboxes", p) }

// DateInput asks for a date in three boxes, named Name-day, Name-month and
// Name-year.
type DateInput struct {
	Field
	Day, Month, Year string
	// Birthday lets the browser offer the person's own date of birth. Only
	// for a form people fill in about themselves.
	Birthday bool
	// BadDay, BadMonth and BadYear mark which box is wrong; all three when none is set.
	BadDay, BadMonth, BadYear bool
}

type dateBox struct {
	ID, Name, Label, Value, Autocomplete string
	Width                                int
	Bad                                  bool
}

// Boxes gives the three boxes.
func (p DateInput) Boxes() []dateBox {
	prefix := ""
	if p.Name != "" {
		prefix = p.Name + "-"
	}
	all := p.Error != "" && !p.BadDay && !p.BadMonth && !p.BadYear
	box := func(part, label, value string, width int, bad bool) dateBox {
		b := dateBox{ID: p.ControlID() + "-" + part, Name: prefix + part, Label: label, Value: value, Width: width, Bad: all || bad}
		if p.Birthday {
			b.Autocomplete = "bday-" + part
		}
		return b
	}
	return []dateBox{
		box("day", "Day", p.Day, 2, p.BadDay),
		box("month", "Month", p.Month, 2, p.BadMonth),
		box("year", "Year", p.Year, 4, p.BadYear),
	}
}

// Render draws the date input.
func (p DateInput) Render() (template.HTML, error) { return draw("govuk/date-input", p) }

// Select is a drop-down list. Prefer radios: this is for long, familiar lists.
type Select struct {
	Field
	Items    []Option
	Value    string
	Disabled bool
}

// Option is one line of a Select. Value is sent; Text is seen.
type Option struct {
	Value, Text string
	Selected    bool
	Disabled    bool
}

// Render draws the select.
func (p Select) Render() (template.HTML, error) { return draw("govuk/select", p) }

// FileUpload asks for files.
type FileUpload struct {
	Field
	// Accept lists the kinds of file to offer, as the accept attribute does.
	Accept   string
	Multiple bool
	// MaxBytes lets the browser say a file is too big before it is sent. The
	// server still checks.
	MaxBytes int64
	// Drop gives a place to drag files to.
	Drop     bool
	Disabled bool
}

// Render draws the file upload.
func (p FileUpload) Render() (template.HTML, error) { return draw("govuk/file-upload", p) }

// Fieldset groups questions under one legend.
type Fieldset struct {
	Legend string
	// LegendSize is xl, l, m or s.
	LegendSize      string
	LegendIsHeading bool
	DescribedBy     string
	Role            string
	Classes         string
	Body            Body
	Attributes      Attrs
}

// Render draws the fieldset.
func (p Fieldset) Render() (template.HTML, error) { return draw("govuk/fieldset", p) }

// Button is a button, or a link that looks like one when Href is set.
type Button struct {
	Text string
	Href string
	// Type is submit when empty.
	Type        string
	Name, Value string
	// Variant is secondary, warning, inverse or empty.
	Variant string
	// Start is the arrow button that begins a journey.
	Start bool
	// Once stops a second click sending the form twice.
	Once       bool
	Disabled   bool
	ID         string
	Classes    string
	Attributes Attrs
}

// Render draws the button.
func (p Button) Render() (template.HTML, error) { return draw("govuk/button", p) }

// ButtonGroup is buttons and links side by side. Sticky keeps them at the foot
// of a phone's screen.
type ButtonGroup struct {
	Buttons []Button
	Links   []Link
	Sticky  bool
}

// Render draws the group.
func (p ButtonGroup) Render() (template.HTML, error) { return draw("fd/button-group", p) }

// AddAnother repeats a group of questions, such as one for each child. Without
// script its buttons send the form, named Name+"-add" and Name+"-remove" (with
// the item's place from 0), for the server to draw again.
type AddAnother struct {
	ID string
	// Name begins the buttons' names.
	Name string
	// ItemLabel is what one of them is: "Child".
	ItemLabel string
	// Items are the questions of each. A control that is to be numbered again
	// when one is removed carries data-name and data-id with %index%.
	Items []AddAnotherItem
}

// AddAnotherItem is one of the repeated groups.
type AddAnotherItem struct {
	Body  Body
	Error string
}

type addAnotherRow struct {
	AddAnotherItem
	Index, Number  int
	Label, ErrorID string
	Name           string
	CanRemove      bool
}

// Lower is the label as it stands inside a sentence.
func (r addAnotherRow) Lower() string { return strings.ToLower(r.Label) }

// Rows gives the items numbered.
func (p AddAnother) Rows() []addAnotherRow {
	out := make([]addAnotherRow, len(p.Items))
	for i, item := range p.Items {
		out[i] = addAnotherRow{
			AddAnotherItem: item, Index: i, Number: i + 1, Label: p.ItemLabel, Name: p.Name,
			ErrorID: p.ID + strconv.Itoa(i+1) + "-error", CanRemove: len(p.Items) > 1,
		}
	}
	return out
}

// Lower is the label as it stands inside a sentence.
func (p AddAnother) Lower() string { return strings.ToLower(p.ItemLabel) }

// Render draws the groups.
func (p AddAnother) Render() (template.HTML, error) { return draw("moj/add-another", p) }

// Search is one box with a button, sent by GET. The words searched for must
// not be a person's name: those go by POST.
type Search struct {
	Field
	Action string
	Value  string
	Button string
}

// Render draws the search box.
func (p Search) Render() (template.HTML, error) { return draw("fd/search", p) }
