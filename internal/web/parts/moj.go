package parts

import (
	"html/template"
	"strings"
)

// Badge is a small label in capitals. Colour is purple, bright-purple, red,
// green, blue, black, grey or empty.
type Badge struct{ Text, Colour string }

// Render draws the badge.
func (p Badge) Render() (template.HTML, error) { return draw("moj/badge", p) }

// Filter narrows a list: what is chosen now, and the form to choose with.
type Filter struct {
	Title string
	// Action is where the form goes, by GET. Never filter by a person's name here.
	Action string
	// Selected are the filters now on, each a link that takes it off.
	Selected []FilterGroup
	// ClearHref takes all of them off.
	ClearHref string
	Body      Body
	Button    string
}

// FilterGroup is the filters of one kind now on.
type FilterGroup struct {
	Heading string
	Items   []Link
}

// Render draws the filter.
func (p Filter) Render() (template.HTML, error) { return draw("moj/filter", p) }

// IdentityBar says whose record this is, on every page of it.
type IdentityBar struct {
	Title string
	// Facts are short things beside the name: date of birth, number.
	Facts   []string
	Tags    []Tag
	Actions []Button
}

// Render draws the bar.
func (p IdentityBar) Render() (template.HTML, error) { return draw("moj/identity-bar", p) }

// SubNavigation moves between the pages of one record.
type SubNavigation struct {
	Label string
	Items []Link
}

// Render draws the navigation.
func (p SubNavigation) Render() (template.HTML, error) { return draw("moj/sub-navigation", p) }

// SideNavigation is a column of links, in sections where they have titles.
type SideNavigation struct {
	Label    string
	Sections []SideSection
	// Level is the titles' heading level; 2 when 0.
	Level int
}

// SideSection is some of the links under a title, which may be empty.
type SideSection struct {
	Title string
	Items []Link
}

// HeadingLevel is Level, or 2.
func (p SideNavigation) HeadingLevel() int {
	if p.Level == 0 {
		return 2
	}
	return p.Level
}

// Render draws the navigation.
func (p SideNavigation) Render() (template.HTML, error) { return draw("moj/side-navigation", p) }

// Timeline is what happened, newest or oldest first as given.
type Timeline struct {
	// Level is the titles' heading level; 2 when 0.
	Level int
	Items []TimelineItem
}

// TimelineItem is one happening. Machine is its time as the time element wants
// it (2026-03-17T09:30:00Z); When is that time as people read it.
type TimelineItem struct {
	Title, By, When, Machine string
	Text                     string
	Body                     Body
	ID                       string
}

type timelineRow struct {
	TimelineItem
	Level int
}

// Rows gives the items with their heading level.
func (p Timeline) Rows() []timelineRow {
	out := make([]timelineRow, len(p.Items))
	for i, item := range p.Items {
		out[i] = timelineRow{TimelineItem: item, Level: p.Level}
		if p.Level == 0 {
			out[i].Level = 2
		}
	}
	return out
}

// Render draws the timeline.
func (p Timeline) Render() (template.HTML, error) { return draw("moj/timeline", p) }

// Messages is a conversation.
type Messages struct {
	ID, Label string
	Items     []Message
}

// Message is one turn of it. Date starts a new day where it differs from the
// one before.
type Message struct {
	ID, Sender, Text    string
	Date, Time, Machine string
	Sent                bool // written by the reader's own side
}

// Side is the class for who wrote it.
func (m Message) Side() string {
	if m.Sent {
		return "sent"
	}
	return "received"
}

type messageRow struct {
	Message
	NewDay bool
}

// Rows gives the messages with where each day starts.
func (p Messages) Rows() []messageRow {
	out := make([]messageRow, len(p.Items))
	for i, m := range p.Items {
		out[i] = messageRow{Message: m, NewDay: m.Date != "" && (i == 0 || p.Items[i-1].Date != m.Date)}
	}
	return out
}

// Render draws the messages.
func (p Messages) Render() (template.HTML, error) { return draw("moj/messages", p) }

// Alert says what is true now, and stays. Kind is information, success,
// warning or error; information when empty. The words must carry the meaning.
type Alert struct {
	Kind string
	// Title is read out as the alert's name, and shown as a heading with Heading.
	Title       string
	Heading     bool
	Text        string
	Body        Body
	Dismissible bool
}

// Variant is Kind, or information.
func (p Alert) Variant() string {
	if p.Kind == "" {
		return "information"
	}
	return p.Kind
}

// HasContent says whether there is more than the title.
func (p Alert) HasContent() bool { return p.Text != "" || len(p.Body) > 0 }

// Render draws the alert.
func (p Alert) Render() (template.HTML, error) { return draw("moj/alert", p) }

// TicketPanel is facts to keep or print: a reference, a time, a place. Colour
// is red, green, blue, orange, purple or empty.
type TicketPanel struct{ Sections []TicketSection }

// TicketSection is one block of the panel.
type TicketSection struct {
	Colour string
	Body   Body
}

// Render draws the panel.
func (p TicketPanel) Render() (template.HTML, error) { return draw("moj/ticket-panel", p) }

// InterruptionCard stops someone to make sure of one thing.
type InterruptionCard struct {
	Title   string
	Body    Body
	Actions []Button
	Links   []Link
}

// Render draws the card.
func (p InterruptionCard) Render() (template.HTML, error) { return draw("moj/interruption-card", p) }

// PageHeader is a page's heading with what can be done from it.
type PageHeader struct {
	Title string
	// Caption is said above the title.
	Caption string
	Actions []Button
}

// Render draws the header.
func (p PageHeader) Render() (template.HTML, error) { return draw("moj/page-header-actions", p) }

// MultiSelect is a table whose rows can be ticked and acted on together. Put it
// inside a form with the buttons.
type MultiSelect struct {
	// ID begins the ids and must be the only one on the page.
	ID string
	// Name is what the ticks send.
	Name  string
	Table Table
	// Values and Labels are each row's value and, for screen readers, what it is.
	Values, Labels []string
	// Ticked are the values ticked already.
	Ticked []string
}

// Full is the table with a column of ticks before the others.
func (p MultiSelect) Full() (Table, error) {
	t := p.Table
	t.Classes = strings.TrimSpace(t.Classes + " fd-select")
	t.Head = append([]Cell{{Body: Body{HTML(`<span class="govuk-visually-hidden fd-no-js">Select</span>`)}, Classes: "fd-select__cell", Attributes: Attrs{{"id", p.ID + "-select-all"}}}}, t.Head...)
	t.Rows = make([][]Cell, len(p.Table.Rows))
	for i, row := range p.Table.Rows {
		box := selectBox{ID: p.ID + "-" + p.Values[i], Name: p.Name, Value: p.Values[i], Label: p.Labels[i]}
		for _, v := range p.Ticked {
			box.On = box.On || v == box.Value
		}
		h, err := box.byHand()
		if err != nil {
			return Table{}, err
		}
		t.Rows[i] = append([]Cell{{Body: Body{HTML(h)}, Classes: "fd-select__cell"}}, row...)
	}
	return t, nil
}

type selectBox struct {
	ID, Name, Value, Label string
	On                     bool
}

// Render draws the table.
func (p MultiSelect) Render() (template.HTML, error) { return draw("moj/multi-select", p) }
