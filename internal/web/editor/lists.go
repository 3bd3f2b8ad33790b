package editor

import (
	"slices"

	"frontdoor/internal/contact"
	"frontdoor/internal/guidance"
	"frontdoor/internal/listing"
	"frontdoor/internal/services"
)

// roleWords say what each role of “Who to call” is for.
var roleWords = []listing.Option{
	{Value: string(contact.Emergency), Label: "Emergency: danger now"},
	{Value: string(contact.Police), Label: "Police, not an emergency"},
	{Value: string(contact.FrontDoor), Label: "Front door of an authority"},
	{Value: string(contact.OutOfHours), Label: "Out of hours, of an authority"},
	{Value: string(contact.LADO), Label: "Allegations about adults who work with children (LADO)"},
	{Value: string(contact.ChildDeath), Label: "Child death review"},
	{Value: string(contact.Transport), Label: "Police of the railways"},
	{Value: string(contact.Crime), Label: "What someone knows about a crime, without a name"},
	{Value: string(contact.Helpline), Label: "Helpline for adults worried about a child"},
	{Value: string(contact.ChildHelpline), Label: "Helpline for children"},
	{Value: string(contact.DomesticAbuse), Label: "Domestic abuse"},
	{Value: string(contact.SexualViolence), Label: "Care after sexual violence"},
	{Value: string(contact.SaferSleep), Label: "Safer sleep, and when a baby has died"},
	{Value: string(contact.Business), Label: "Office of the partnership"},
	{Value: string(contact.Support), Label: "Help and advice; the rules send nobody to it"},
}

const (
	numberWrong  = "Write each number in digits and spaces, such as 01375 652802 or 101 ext 180340"
	hoursWrong   = "Choose when it answers. With hours for each day, write them as 09:00-17:00, leave out the days it is closed, and say what holds on public holidays: closed, as usual, not known, or hours"
	checkedWrong = "Enter the day these facts were last checked, such as 2026-11-22, and say where they come from"
)

var (
	phoneFields = []listing.Field{{Key: "number", Label: "Number"}, {Key: "note", Label: "What to ask for or know (optional)"}}
	placeFields = []listing.Field{
		{Key: "name", Label: "Name of the place"},
		{Key: "street", Label: "Street"},
		{Key: "town", Label: "Town"},
		{Key: "county", Label: "County"},
		{Key: "postcode", Label: "Postcode"},
		{Key: "access", Label: "Getting in and round (optional)"},
	}
)

// lists are the lists that are changed by forms. Their choices are those of the
// texts in force.
func lists(lib *guidance.Library, contacts *contact.Directory) []*listing.List {
	var authorities, topics, organizations, answering, kinds []listing.Option
	for _, a := range contacts.Authorities() {
		authorities = append(authorities, listing.Option{Value: a.ID, Label: a.Name})
	}
	for _, t := range lib.Services.Topics {
		topics = append(topics, listing.Option{Value: t.Key, Label: t.Name})
	}
	for _, s := range lib.Services.Services {
		one := listing.Option{Value: s.Organization.Key, Label: s.Organization.Name}
		if !slices.Contains(organizations, one) {
			organizations = append(organizations, one)
		}
	}
	answering = append(answering, listing.Option{Label: "None: its numbers stand here"})
	for _, s := range contacts.Services(contact.Any) {
		answering = append(answering, listing.Option{Value: s.ID, Label: s.Name})
	}
	for _, k := range guidance.DocumentKinds {
		kinds = append(kinds, listing.Option{Value: string(k.Key), Label: k.Name})
	}
	var who []listing.Option
	for _, a := range services.Audiences {
		who = append(who, listing.Option{Value: string(a.Key), Label: a.Name})
	}
	hours := []listing.Option{{Value: "always", Label: "Any time"}, {Value: listing.ByDay, Label: "Hours for each day"}, {Value: "not known", Label: "Not known"}}
	doorHours := []listing.Option{
		{Value: "always", Label: "Any time"},
		{Value: "front_door", Label: "When the front door of its authority is open"},
		{Value: "out_of_hours", Label: "Whenever the front door of its authority is closed"},
		{Value: listing.ByDay, Label: "Hours for each day"},
		{Value: "not known", Label: "Not known"},
	}
	source := listing.Field{Key: "source", Label: "Where do these facts come from?"}
	checked := listing.Field{Key: "checked", Label: "Last checked on", Kind: listing.Day, Hint: "The day someone last compared this entry with its source, such as 2026-11-22.", Wrong: checkedWrong}
	confirmed := listing.Field{Key: "confirmed", Label: "The service itself has confirmed this entry", Kind: listing.Yes}
	return []*listing.List{
		{
			Key: "contacts", File: "contacts.yaml", Path: "services", ID: "id", Name: "name", Title: "Who to call", One: "number",
			Fields: []listing.Field{
				{Key: "name", Label: "Name"},
				{Key: "role", Label: "What is it for in the rules?", Kind: listing.Choice, Options: roleWords, Hint: "Decides when people are sent to it."},
				{Key: "authority", Label: "Whose is it?", Kind: listing.Choice, Options: append([]listing.Option{{Value: contact.Any, Label: "All of them"}}, authorities...)},
				{Key: "phones", Label: "Phone numbers", Kind: listing.Rows, Fields: phoneFields, Wrong: numberWrong},
				{Key: "text", Label: "Number for text messages (optional)"},
				{Key: "email", Label: "Email address (optional)"},
				{Key: "web", Label: "Web address (optional)"},
				{Key: "address", Label: "Address (optional)", Hint: "Never of a refuge, or of any place that must not be known."},
				{Key: "for", Label: "What is it for?", Kind: listing.Text, Hint: "As a page says it."},
				{Key: "note", Label: "Note (optional)", Kind: listing.Text},
				{Key: "hours", Label: "When does it answer?", Kind: listing.Hours, Options: doorHours, Wrong: hoursWrong},
				source, checked, confirmed,
			},
		},
		{
			Key: "services", File: "guidance/services.yaml", Path: "services", ID: "key", Name: "name", Title: "Services directory", One: "service",
			Fields: []listing.Field{
				{Key: "name", Label: "Name"},
				{Key: "organization", Label: "Who runs it?", Kind: listing.Choice, Options: organizations, Wrong: "Choose who runs it. Add a new organization in the text of the list first"},
				{Key: "about", Label: "What does it do?", Kind: listing.Text, Hint: "A sentence or two."},
				{Key: "for", Label: "Who is it for?", Kind: listing.Choices, Options: who, Wrong: "Choose at least one in each of: who it is for, what it helps with, and where"},
				{Key: "topics", Label: "What does it help with?", Kind: listing.Choices, Options: topics},
				{Key: "areas", Label: "Where?", Kind: listing.Choices, Options: append([]listing.Option{{Value: services.Everywhere, Label: "All of England"}}, authorities...)},
				{Key: "ages", Label: "Ages", Kind: listing.Group, Fields: []listing.Field{{Key: "from", Label: "From age (optional)", Kind: listing.Number}, {Key: "to", Label: "To age (optional)", Kind: listing.Number}}, Wrong: "Give ages in whole years, the younger first"},
				{Key: "eligibility", Label: "Who may use it? (optional)", Kind: listing.Text},
				{Key: "cost", Label: "Cost (optional)", Hint: "Free, or what it costs."},
				{Key: "languages", Label: "Languages (optional)", Kind: listing.Lines, Hint: "One on each line."},
				{Key: "access", Label: "What makes it easier to use? (optional)", Kind: listing.Lines, Hint: "One on each line."},
				{Key: "contact", Label: "Its entry in “Who to call”", Kind: listing.Choice, Options: answering, Hint: "If it has one, its numbers, hours, source and date stand there, and the fields below stay empty.", Wrong: "Its numbers, hours, source, date and confirmation stand in “Who to call”. Empty those fields here, or choose none"},
				{Key: "phones", Label: "Phone numbers", Kind: listing.Rows, Fields: phoneFields, Wrong: numberWrong},
				{Key: "text", Label: "Number for text messages (optional)"},
				{Key: "email", Label: "Email address (optional)"},
				{Key: "hours", Label: "When does it answer?", Kind: listing.Hours, Options: hours, Wrong: hoursWrong},
				{Key: "url", Label: "Web address (optional)", Hint: "The whole address, beginning with https://"},
				{Key: "address", Label: "May its address be known?", Kind: listing.Choice, Options: []listing.Option{
					{Label: "It has no place that people go to"}, {Value: "public", Label: "Yes: the address may be published"}, {Value: "undisclosed", Label: "No: the address must not be known"},
				}, Hint: "For a refuge the answer is no, and no part of the address may stand anywhere in this entry.", Wrong: "An address that may be known needs a place below. One that must not be known may stand nowhere in this entry"},
				{Key: "locations", Label: "Places", Kind: listing.Rows, Fields: placeFields, Wrong: "Give each place a name, street, town, county and postcode, and say above that the address may be published"},
				{Key: "status", Label: "Is it running?", Kind: listing.Choice, Options: []listing.Option{{Label: "Yes"}, {Value: string(services.Pausing), Label: "Closed for a time"}, {Value: string(services.Ended), Label: "It has ended"}}},
				{Key: "alert", Label: "What to know before anything else (optional)", Kind: listing.Text},
				source, checked, confirmed,
			},
		},
		{
			Key: "documents", File: "guidance/documents.yaml", ID: "key", Name: "title", Title: "Documents library", One: "document",
			Fields: []listing.Field{
				{Key: "title", Label: "Title"},
				{Key: "kind", Label: "What sort of document is it?", Kind: listing.Choice, Options: kinds},
				{Key: "year", Label: "Year", Kind: listing.Number},
				{Key: "edition", Label: "Edition (optional)"},
				{Key: "owner", Label: "Whose is it?"},
				{Key: "says", Label: "What is in it?", Kind: listing.Text, Hint: "Two sentences of our own."},
				{Key: "state", Label: "Can it be relied on?", Kind: listing.Choice, Options: []listing.Option{
					{Value: string(guidance.Current), Label: "It is the current one"},
					{Value: string(guidance.Reviewing), Label: "It is being reviewed"},
					{Value: string(guidance.History), Label: "It is history"},
					{Value: string(guidance.NotKnown), Label: "Not known"},
				}},
				{Key: "replaced_by", Label: "Key of the document that took its place (optional)"},
				{Key: "file", Label: "File kept here (optional)", Hint: "Its name among the documents, such as strategy-2026.pdf. Add the file first, with “Add a picture or a PDF”."},
				{Key: "url", Label: "Web address where it is kept (optional)"},
				{Key: "held", Label: "We do not have the file yet", Kind: listing.No},
				{Key: "ask", Label: "Whom to ask for it (optional)", Kind: listing.Choice, Options: append([]listing.Option{{Label: "Nobody"}}, answering[1:]...)},
				{Key: "about", Label: "Page about it (optional)", Hint: "Such as page:professionals/procedures"},
				source, checked, confirmed,
			},
		},
		{
			Key: "glossary", File: "guidance/glossary.yaml", ID: "term", Name: "term", Title: "Glossary", One: "word",
			Fields: []listing.Field{
				{Key: "also", Label: "Other names and shortenings (optional)", Kind: listing.Lines, Hint: "One on each line."},
				{Key: "meaning", Label: "What does it mean?", Kind: listing.Text, Hint: "In plain words of our own."},
			},
		},
		{
			Key: "facts", File: "guidance/facts.yaml", Name: "text", Title: "Dated facts", One: "fact",
			Fields: []listing.Field{{Key: "text", Label: "The fact", Kind: listing.Text, Hint: "One sentence, without a full stop."}, source, checked, {Key: "confirmed", Label: "Someone here has confirmed it", Kind: listing.Yes}},
		},
	}
}
