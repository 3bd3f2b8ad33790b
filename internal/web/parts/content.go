package parts

import (
	"html/template"
	"strconv"
)

// ErrorSummary lists what is wrong at the top of the page, each with a link to
// where. The page's layout makes one from Chrome.Errors.
type ErrorSummary struct {
	Title string
	// Text is a sentence under the title, where one is needed.
	Text string
	// Items link to the id of the control that is wrong.
	Items      []Link
	NoFocus    bool
	Classes    string
	Attributes Attrs
}

// Render draws the summary.
func (p ErrorSummary) Render() (template.HTML, error) { return draw("govuk/error-summary", p) }

// ErrorMessage is one sentence about one control.
type ErrorMessage struct{ ID, Text, Classes string }

// Render draws the message.
func (p ErrorMessage) Render() (template.HTML, error) { return draw("govuk/error-message", p) }

// SummaryList shows questions with their answers. With Card it is framed and titled.
type SummaryList struct {
	Rows       []SummaryRow
	Card       *Card
	Classes    string
	Attributes Attrs
}

// Card is the frame and title round a summary list.
type Card struct {
	Title string
	// Level is the heading's level; 2 when 0.
	Level   int
	Actions []Link
	Classes string
}

// HeadingLevel is Level, or 2.
func (c Card) HeadingLevel() int {
	if c.Level == 0 {
		return 2
	}
	return c.Level
}

// SummaryRow is one question and its answer.
type SummaryRow struct {
	Key string
	// Value is the answer in plain words; Body replaces it where it needs markup.
	Value   string
	Body    Body
	Actions []Link
	Classes string
}

// AnyActions says whether any row can be acted on, which sets the columns.
func (p SummaryList) AnyActions() bool {
	for _, r := range p.Rows {
		if len(r.Actions) > 0 {
			return true
		}
	}
	return false
}

// CardTitle is the card's title, or nothing.
func (p SummaryList) CardTitle() string {
	if p.Card == nil {
		return ""
	}
	return p.Card.Title
}

// Render draws the list.
func (p SummaryList) Render() (template.HTML, error) { return draw("govuk/summary-list", p) }

type actionLink struct {
	Link
	Card string
}

// In ties an action to the card it is on, so that what is read out says which.
func (l Link) In(card string) actionLink { return actionLink{Link: l, Card: card} }

// Tag is a short state in words. Colour is grey, green, teal, blue, purple,
// magenta, red, orange, yellow or empty; never the only sign of anything.
type Tag struct {
	Text       string
	Colour     string
	Classes    string
	Attributes Attrs
}

// Render draws the tag.
func (p Tag) Render() (template.HTML, error) { return p.byHand() }

// Table is rows of facts.
type Table struct {
	Caption string
	// CaptionSize is xl, l, m or s.
	CaptionSize string
	Head        []Cell
	Rows        [][]Cell
	// RowHeaders makes the first cell of each row its heading.
	RowHeaders bool
	// Stack turns each row into a block on a phone, with the column's name
	// before each value.
	Stack bool
	// Scroll gives a table too wide for a phone, such as one of figures, a box
	// of its own to scroll in. It needs a caption, which names the box.
	Scroll bool
	// Sortable lets people sort by the columns whose heading has Sort.
	Sortable   bool
	Classes    string
	Attributes Attrs
}

// Cell is one cell of a table.
type Cell struct {
	Text string
	// Body replaces Text where the cell needs markup.
	Body Body
	// Numeric lines figures up on the right.
	Numeric    bool
	Colspan    int
	Rowspan    int
	Classes    string
	Attributes Attrs
	// Sort, on a heading, is ascending, descending or none: how the column is sorted now.
	Sort string
	// SortValue, on a cell, is what it sorts by when its words do not sort rightly, such as a date.
	SortValue string
}

// Render draws the table.
func (p Table) Render() (template.HTML, error) { return draw("govuk/table", p) }

// Details hides more words behind a link.
type Details struct {
	Summary    string
	Text       string
	Body       Body
	Open       bool
	ID         string
	Classes    string
	Attributes Attrs
}

// Render draws the details.
func (p Details) Render() (template.HTML, error) { return draw("govuk/details", p) }

// InsetText sets words apart from the text round them.
type InsetText struct {
	Text       string
	Body       Body
	ID         string
	Classes    string
	Attributes Attrs
}

// Render draws the inset.
func (p InsetText) Render() (template.HTML, error) { return draw("govuk/inset-text", p) }

// WarningText is for what could go badly wrong.
type WarningText struct {
	Text       string
	Body       Body
	Classes    string
	Attributes Attrs
}

// Render draws the warning.
func (p WarningText) Render() (template.HTML, error) { return draw("govuk/warning-text", p) }

// Panel confirms that something was sent. It holds the page's first-level heading.
type Panel struct {
	Title      string
	Text       string
	Body       Body
	Level      int
	Classes    string
	Attributes Attrs
}

// HeadingLevel is Level, or 1.
func (p Panel) HeadingLevel() int {
	if p.Level == 0 {
		return 1
	}
	return p.Level
}

// Render draws the panel.
func (p Panel) Render() (template.HTML, error) { return draw("govuk/panel", p) }

// NotificationBanner says what just happened.
type NotificationBanner struct {
	Title      string
	Text       string
	Body       Body
	Success    bool
	TitleID    string
	NoFocus    bool
	Classes    string
	Attributes Attrs
}

// Heading is the title, or the usual one.
func (p NotificationBanner) Heading() string {
	switch {
	case p.Title != "":
		return p.Title
	case p.Success:
		return "Success"
	}
	return "Important"
}

// Render draws the banner.
func (p NotificationBanner) Render() (template.HTML, error) {
	return draw("govuk/notification-banner", p)
}

// Pagination moves through pages of a list. With no Pages it is previous and
// next alone, each with a label.
type Pagination struct {
	Previous, Next           string
	PreviousText, NextText   string
	PreviousLabel, NextLabel string
	Pages                    []PageLink
	Label                    string
	Classes                  string
	Attributes               Attrs
}

// PageLink is one numbered page; Gap stands for those left out.
type PageLink struct {
	Number  int
	Href    string
	Current bool
	Gap     bool
}

// Block says whether this is previous and next alone.
func (p Pagination) Block() bool { return len(p.Pages) == 0 && (p.Previous != "" || p.Next != "") }

// Pages gives the links for page current of total, with gaps: the first, the
// last and those beside the current.
func Pages(current, total int, href func(page int) string) []PageLink {
	var out []PageLink
	for n := 1; n <= total; n++ {
		if n == 1 || n == total || (n >= current-1 && n <= current+1) {
			out = append(out, PageLink{Number: n, Href: href(n), Current: n == current})
		} else if len(out) > 0 && !out[len(out)-1].Gap {
			out = append(out, PageLink{Gap: true})
		}
	}
	return out
}

// Render draws the pagination.
func (p Pagination) Render() (template.HTML, error) { return draw("govuk/pagination", p) }

// Breadcrumbs show where a page sits.
type Breadcrumbs struct {
	Items           []Link
	Label           string
	CollapseOnPhone bool
	Classes         string
	Attributes      Attrs
}

// Render draws the breadcrumbs.
func (p Breadcrumbs) Render() (template.HTML, error) { return draw("govuk/breadcrumbs", p) }

// BackLink goes to the page before.
type BackLink struct {
	Href       string
	Text       string
	Classes    string
	Attributes Attrs
}

// Render draws the link.
func (p BackLink) Render() (template.HTML, error) { return draw("govuk/back-link", p) }

// SkipLink lets keyboard users pass the header.
type SkipLink struct {
	Href       string
	Text       string
	Classes    string
	Attributes Attrs
}

// Render draws the link.
func (p SkipLink) Render() (template.HTML, error) { return draw("govuk/skip-link", p) }

// ExitThisPage takes someone who is watched away at once. Only on public pages.
type ExitThisPage struct {
	// Href is where to; a harmless page of another site.
	Href       string
	Text       string
	ID         string
	Classes    string
	Attributes Attrs
}

// Render draws the button.
func (p ExitThisPage) Render() (template.HTML, error) { return draw("govuk/exit-this-page", p) }

// ServiceNavigation is the bar of links under the header.
type ServiceNavigation struct {
	ServiceName, ServiceHref string
	Items                    []Link
	Label                    string
	ID                       string
	Classes                  string
	Attributes               Attrs
}

// Collapses says whether a phone folds the links behind a menu button.
func (p ServiceNavigation) Collapses() bool { return len(p.Items) > 1 }

// Render draws the navigation.
func (p ServiceNavigation) Render() (template.HTML, error) {
	return draw("govuk/service-navigation", p)
}

// Header is the bar with the partnership's own name.
type Header struct {
	Name, Href string
	Classes    string
	Attributes Attrs
	// Full stretches it across a wide board.
	Full bool
}

// Render draws the header.
func (p Header) Render() (template.HTML, error) { return draw("govuk/generic-header", p) }

// Footer is the end of every page.
type Footer struct {
	Links []Link
	Text  string
	Full  bool
}

// Render draws the footer.
func (p Footer) Render() (template.HTML, error) { return draw("govuk/footer", p) }

// TaskList is what there is to do and how far each thing is.
type TaskList struct {
	// IDPrefix begins the ids; task-list when empty.
	IDPrefix   string
	Items      []Task
	Classes    string
	Attributes Attrs
}

// Task is one thing to do. Tag is its state where it is not done; Status its
// state in plain words where it is, or cannot be started.
type Task struct {
	Title, Href, Hint string
	Tag               *Tag
	Status            string
	CannotStart       bool
	Classes           string
}

// Prefix is IDPrefix, or the usual one.
func (p TaskList) Prefix() string {
	if p.IDPrefix == "" {
		return "task-list"
	}
	return p.IDPrefix
}

type taskRow struct {
	Task
	Prefix string
	Number int
}

// Rows gives the tasks numbered.
func (p TaskList) Rows() []taskRow {
	out := make([]taskRow, len(p.Items))
	for i, t := range p.Items {
		out[i] = taskRow{Task: t, Prefix: p.Prefix(), Number: i + 1}
	}
	return out
}

// Render draws the list.
func (p TaskList) Render() (template.HTML, error) { return draw("govuk/task-list", p) }

// Tabs show one of several short pieces at a time. Never for steps.
type Tabs struct {
	ID, Title string
	// IDPrefix begins the ids of tabs that have none.
	IDPrefix   string
	Items      []Tab
	Classes    string
	Attributes Attrs
}

// Tab is one of the pieces.
type Tab struct {
	ID, Label, Text string
	Body            Body
	Attributes      Attrs
}

type tabRow struct {
	Tab
	PanelID string
	First   bool
}

// Rows gives the tabs with their ids.
func (p Tabs) Rows() []tabRow {
	out := make([]tabRow, len(p.Items))
	for i, t := range p.Items {
		out[i] = tabRow{Tab: t, PanelID: t.ID, First: i == 0}
		if t.ID == "" {
			out[i].PanelID = p.IDPrefix + "-" + strconv.Itoa(i+1)
		}
	}
	return out
}

// Render draws the tabs.
func (p Tabs) Render() (template.HTML, error) { return draw("govuk/tabs", p) }

// Accordion folds sections away under their headings.
type Accordion struct {
	ID    string
	Items []AccordionItem
	// Level is the headings' level; 2 when 0.
	Level      int
	Classes    string
	Attributes Attrs
}

// AccordionItem is one section.
type AccordionItem struct {
	Heading, Summary, Text string
	Body                   Body
	Expanded               bool
}

type accordionRow struct {
	AccordionItem
	ID            string
	Level, Number int
}

// Rows gives the sections numbered.
func (p Accordion) Rows() []accordionRow {
	out := make([]accordionRow, len(p.Items))
	for i, item := range p.Items {
		out[i] = accordionRow{AccordionItem: item, ID: p.ID, Level: p.Level, Number: i + 1}
		if p.Level == 0 {
			out[i].Level = 2
		}
	}
	return out
}

// Render draws the accordion.
func (p Accordion) Render() (template.HTML, error) { return draw("govuk/accordion", p) }
