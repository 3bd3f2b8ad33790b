package web_test

import (
	"embed"
	"strings"

	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

//go:embed testdata/*.html
var galleryFiles embed.FS

type section struct {
	ID, Title string
	Body      parts.Body
}

type galleryView struct {
	Identity parts.IdentityBar
	Sections []section
	Status   parts.SaveStatus
	Notes    parts.Textarea
	Boxes    parts.Checkboxes
	Buttons  parts.ButtonGroup
	Waiting  int
}

var galleryPage = web.Page[galleryView]("gallery", galleryFiles, "testdata/gallery.html")

var site = &web.Site{
	Name:       "Anytown Safeguarding Children Partnership",
	Footer:     []parts.Link{{Text: "Accessibility", Href: "/accessibility"}, {Text: "Privacy", Href: "/privacy"}, {Text: "How to leave no trace", Href: "/hide"}},
	FooterText: "If a child is in danger now, call 999.",
	ExitHref:   "https://www.bbc.co.uk/weather",
	SignInHref: "/sign-in", SignOutHref: "/sign-out",
}

var galleryErrors = fault.Fields{
	{Key: "postcode", Text: "Enter a postcode, like SS2 6ER"},
	{Key: "born", Text: "Enter a date of birth that is not in the future"},
	{Key: "safe", Text: "Choose whether it is safe to write to the family"},
}

func staffChrome() web.Chrome {
	return web.Chrome{
		Site: site, Title: "Every part", Worker: "Sam Okoro", Team: "Front door team", Staff: true,
		Nav:         []parts.Link{{Text: "Board", Href: "/board", Current: true}, {Text: "My work", Href: "/mine"}, {Text: "Find", Href: "/find"}, {Text: "Guidance", Href: "/guidance"}},
		Breadcrumbs: []parts.Link{{Text: "Home", Href: "/"}, {Text: "Every part"}},
		Notice:      "The contact was sent to the front door.", NoticeDone: true,
		Errors:    galleryErrors,
		PrintFoot: "Official-sensitive. Printed by Sam Okoro at 14:02 on 17 March 2026. Keep it locked away; shred it after.",
	}
}

func publicChrome() web.Chrome {
	return web.Chrome{
		Site: site, Title: "Every part", ExitThisPage: true, BackHref: "/before",
		Nav: []parts.Link{{Text: "Worried about a child", Href: "/worried", Current: true}, {Text: "For young people", Href: "/young"}, {Text: "For parents", Href: "/parents"}},
	}
}

func gallery() galleryView {
	change := []parts.Link{{Text: "Change", Href: "/change", Hidden: "this answer"}}
	clockTable := parts.Table{
		Caption: "Waiting now", CaptionSize: "m", Stack: true, Sortable: true,
		Head: []parts.Cell{{Text: "Reference", Sort: "none"}, {Text: "Came in", Sort: "descending"}, {Text: "Ages"}, {Text: "Time left", Sort: "none"}},
		Rows: [][]parts.Cell{
			{{Body: parts.Body{parts.Link{Text: "FD-2026-0142", Href: "/r/1"}}}, {Text: "Tue 17 March, 09:30", SortValue: "1"}, {Text: "4, 7"}, {Body: parts.Body{parts.TimeLeft{State: "overdue", Text: "Overdue by 1 hour", Due: "Tue 17 March, 13:30"}}, SortValue: "-1"}},
			{{Body: parts.Body{parts.Link{Text: "FD-2026-0143", Href: "/r/2"}}}, {Text: "Tue 17 March, 10:05", SortValue: "2"}, {Text: "15"}, {Body: parts.Body{parts.TimeLeft{State: "soon", Text: "40 minutes left"}}, SortValue: "40"}},
			{{Body: parts.Body{parts.Link{Text: "FD-2026-0144", Href: "/r/3"}}}, {Text: "Tue 17 March, 11:20", SortValue: "3"}, {Text: "Unborn"}, {Body: parts.Body{parts.TimeLeft{State: "running", Text: "2 hours left"}}, SortValue: "120"}},
		},
	}
	plain := clockTable
	plain.Caption, plain.Sortable = "Choose some", false
	plain.Head = append([]parts.Cell(nil), clockTable.Head...)
	for i := range plain.Head {
		plain.Head[i].Sort = ""
	}
	return galleryView{
		Identity: parts.IdentityBar{
			Title: "FD-2026-0142", Facts: []string{"2 children", "Southend"}, Tags: []parts.Tag{{Text: "Restricted", Colour: "red"}},
			Actions: []parts.Button{{Text: "Add a note", Href: "/note", Variant: "secondary"}},
		},
		Status:  parts.SaveStatus{Text: "Saved as you type"},
		Notes:   parts.Textarea{Field: parts.Field{Name: "notes", Label: "What happened", Hint: "In your own words"}, MaxWords: 500, Autosize: true, Spellcheck: "true"},
		Boxes:   parts.Checkboxes{Field: parts.Field{Name: "who", Label: "Who was there"}, Items: []parts.Choice{{Value: "mother", Label: "Mother"}, {Value: "father", Label: "Father"}}},
		Buttons: parts.ButtonGroup{Sticky: true, Buttons: []parts.Button{{Text: "Save and continue", Once: true}}, Links: []parts.Link{{Text: "Save and come back later", Href: "/later"}}},
		Waiting: 3,
		Sections: []section{
			{"words", "Words", parts.Body{
				parts.P("A paragraph of ordinary words."),
				parts.List{Items: []string{"One thing", "Another thing"}},
				parts.InsetText{Text: "Set apart."},
				parts.WarningText{Text: "Call 999 if a child is in danger now."},
				parts.Details{Summary: "Why we ask this", Text: "So that the right person rings you back."},
				parts.Tag{Text: "In progress", Colour: "blue"},
				parts.Text(" "),
				parts.Badge{Text: "Urgent", Colour: "red"},
				parts.Text(" "),
				parts.Sealed{},
				parts.Text(" "),
				parts.NotConfirmed{},
				parts.HTML("<p class=\"govuk-body\">"),
				parts.Diff{Pieces: []parts.DiffPiece{{Text: "Seen at school on "}, {Text: "Monday", Change: "out"}, {Text: "Tuesday", Change: "in"}, {Text: " by the class teacher."}}},
				parts.HTML("</p>"),
			}},
			{"clocks", "Clocks", parts.Body{
				parts.HTML(`<p class="govuk-body">`),
				parts.TimeLeft{State: "met", Text: "Done in time"},
				parts.HTML(`</p><p class="govuk-body">`),
				parts.TimeLeft{State: "late-met", Text: "Done 2 hours late"},
				parts.HTML(`</p><p class="govuk-body">`),
				parts.TimeLeft{State: "stopped", Text: "Not needed any more"},
				parts.HTML(`</p>`),
				parts.TimeLeft{State: "running", Text: "15 working days", Due: "Thursday 9 April", How: "15 working days from Tuesday 17 March: skips Good Friday 3 April and Easter Monday 6 April."},
			}},
			{"questions", "Questions", parts.Body{
				parts.Input{Field: parts.Field{Name: "postcode", Label: "Postcode", Error: galleryErrors[0].Text}, Width: 10, Autocomplete: "postal-code", Autocapitalize: "characters", Spellcheck: "false"},
				parts.Input{Field: parts.Field{Name: "cost", Label: "Cost"}, Prefix: "£", Suffix: "a week", Width: 5, InputMode: "decimal"},
				parts.PasswordInput{Field: parts.Field{Name: "password", Label: "Password"}},
				parts.DateInput{Field: parts.Field{Name: "born", Label: "Date of birth", Hint: "For example, 31 3 2019", Error: galleryErrors[1].Text}, Day: "31", Month: "3", Year: "2099", BadYear: true},
				parts.Radios{Field: parts.Field{Name: "safe", Label: "Is it safe to write to the family?", LabelSize: "m", Error: galleryErrors[2].Text}, Items: []parts.Choice{
					{Value: "yes", Label: "Yes"},
					{Value: "no", Label: "No", Conditional: parts.Body{parts.Textarea{Field: parts.Field{Name: "why", Label: "Why not"}, Rows: 3}}},
					{Divider: "or"},
					{Value: "unknown", Label: "I do not know", Hint: "You can still send this"},
				}},
				parts.Checkboxes{Field: parts.Field{Name: "worry", Label: "What worries you", Hint: "Choose all that fit"}, Values: []string{"hurt"}, Items: []parts.Choice{
					{Value: "hurt", Label: "The child has been hurt", Hint: "Or you think so"}, {Value: "alone", Label: "The child is left alone"}, {Divider: "or"}, {Value: "none", Label: "None of these", Exclusive: true},
				}},
				parts.Select{Field: parts.Field{Name: "school", Label: "School"}, Items: []parts.Option{{Text: "Choose one"}, {Value: "1", Text: "First Primary"}, {Value: "2", Text: "Second High"}}},
				parts.FileUpload{Field: parts.Field{Name: "file", Label: "Add a file", Hint: "Up to 10 MB"}, Drop: true, MaxBytes: 10_000_000},
				parts.Fieldset{Legend: "Where the child lives", LegendSize: "m", Body: parts.Body{parts.Input{Field: parts.Field{Name: "line1", Label: "First line"}}, parts.Input{Field: parts.Field{Name: "town", Label: "Town"}, Width: 20}}},
				parts.AddAnother{ID: "children", Name: "child", ItemLabel: "Child", Items: []parts.AddAnotherItem{
					{Body: parts.Body{parts.Input{Field: parts.Field{Name: "child.0.name", Label: "Name", Attributes: parts.Attrs{{Name: "data-name", Value: "child.%index%.name"}, {Name: "data-id", Value: "child.%index%.name"}, {Name: "data-label", Value: "true"}}}}}},
					{Body: parts.Body{parts.Input{Field: parts.Field{Name: "child.1.name", Label: "Name", Attributes: parts.Attrs{{Name: "data-name", Value: "child.%index%.name"}, {Name: "data-id", Value: "child.%index%.name"}, {Name: "data-label", Value: "true"}}}}}},
				}},
				parts.Search{Field: parts.Field{Name: "q", Label: "Search the manual"}, Action: "/manual"},
				parts.Button{Text: "Start now", Href: "/start", Start: true},
				parts.Button{Text: "Close this record", Variant: "warning", Type: "button"},
			}},
			{"facts", "Facts", parts.Body{
				parts.SummaryList{Card: &parts.Card{Title: "The child", Level: 3, Actions: []parts.Link{{Text: "See all", Href: "/all"}}}, Rows: []parts.SummaryRow{
					{Key: "Lives with", Value: "Mother and two brothers", Actions: change},
					{Key: "School", Value: "A very long name that goes on and on so that it wraps on a small screen and nothing is pushed off the side", Actions: append(change, parts.Link{Text: "History", Href: "/h", Hidden: "of this answer"})},
					{Key: "Address", Body: parts.Body{parts.Sealed{Why: "Address withheld"}}},
				}},
				clockTable,
				parts.MultiSelect{ID: "pick", Name: "pick", Values: []string{"1", "2", "3"}, Labels: []string{"FD-2026-0142", "FD-2026-0143", "FD-2026-0144"}, Table: plain},
				parts.Table{Caption: "Contacts by month", RowHeaders: true, Scroll: true, Head: []parts.Cell{{Text: "Month"}, {Text: "Contacts", Numeric: true}, {Text: "Referrals", Numeric: true}}, Rows: [][]parts.Cell{{{Text: "January"}, {Text: "214", Numeric: true}, {Text: "87", Numeric: true}}, {{Text: "February"}, {Text: "198", Numeric: true}, {Text: "fewer than 5", Numeric: true}}}},
				parts.TaskList{Items: []parts.Task{
					{Title: "The children", Href: "/t/1", Status: "Completed"},
					{Title: "What worries you", Href: "/t/2", Hint: "About 5 minutes", Tag: &parts.Tag{Text: "Incomplete", Colour: "blue"}},
					{Title: "Send", Status: "Cannot start yet", CannotStart: true},
				}},
				parts.Tabs{Title: "Family tree", Items: []parts.Tab{{ID: "drawing", Label: "Drawing", Text: "The drawing."}, {ID: "list", Label: "List", Text: "The same as a list."}}},
				parts.Accordion{ID: "manual", Level: 3, Items: []parts.AccordionItem{{Heading: "Before you start", Text: "Read this."}, {Heading: "After", Summary: "What comes next", Text: "And this."}}},
				parts.Timeline{Level: 3, Items: []parts.TimelineItem{{Title: "Contact made", By: "a school", When: "17 March 2026 at 09:30", Machine: "2026-03-17T09:30:00Z", Text: "By telephone."}, {Title: "Passed to the front door", By: "Sam Okoro", When: "17 March 2026 at 09:55", Text: "With the call's notes."}}},
				parts.Messages{Label: "Messages with the school", Items: []parts.Message{{Sender: "Sam Okoro", Date: "17 March 2026", Time: "09:55", Text: "Is the child in school today?", Sent: true}, {Sender: "The school", Date: "17 March 2026", Time: "10:10", Text: "Yes, and safe with us until 15:15."}}},
				parts.Pagination{Previous: "?page=3", Next: "?page=5", Pages: parts.Pages(4, 9, func(int) string { return "?page" })},
			}},
			{"states", "States", parts.Body{
				parts.Alert{Kind: "error", Title: "Overdue", Heading: true, Text: "The first visit was due yesterday."},
				parts.Alert{Kind: "warning", Title: "Address withheld", Text: "Do not tell anyone where this child lives."},
				parts.Alert{Title: "Seen before", Text: "There are two earlier contacts about this child.", Dismissible: true},
				parts.Alert{Kind: "success", Title: "Checked", Text: "Every agency has answered."},
				parts.Panel{Title: "Sent", Text: "Your reference is FD-2026-0142", Level: 3},
				parts.TicketPanel{Sections: []parts.TicketSection{{Colour: "blue", Body: parts.Body{parts.Heading{Level: 3, Text: "Your reference", Size: "s"}, parts.HTML(`<p class="govuk-body" id="reference">FD-2026-0142</p>`), parts.CopyButton{Text: "Copy the reference", TargetID: "reference"}}}}},
				parts.PrintButton{},
			}},
			{"moves", "Moving about", parts.Body{
				parts.SubNavigation{Label: "This record", Items: []parts.Link{{Text: "Summary", Href: "/s", Current: true}, {Text: "Chronology", Href: "/c"}, {Text: "People", Href: "/p"}}},
				parts.SideNavigation{Label: "The manual", Level: 3, Sections: []parts.SideSection{{Title: "First steps", Items: []parts.Link{{Text: "Who to call", Href: "/w", Current: true}, {Text: "What to say", Href: "/x"}}}}},
				parts.Filter{
					Title: "Filter the board", Action: "/board", ClearHref: "/board",
					Selected: []parts.FilterGroup{{Heading: "Area", Items: []parts.Link{{Text: "Southend", Href: "/board"}}}},
					Body:     parts.Body{parts.Checkboxes{Field: parts.Field{Name: "area", Label: "Area", LabelSize: "s"}, Small: true, Items: []parts.Choice{{Value: "southend", Label: "Southend"}, {Value: "essex", Label: "Essex"}}}},
				},
				parts.PageHeader{Title: strings.Repeat("Board ", 2), Actions: []parts.Button{{Text: "New contact", Href: "/new", Variant: "secondary"}}},
			}},
		},
	}
}
