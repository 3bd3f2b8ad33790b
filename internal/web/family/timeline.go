package family

import (
	"net/url"
	"slices"
	"time"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/deadline"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/web/form"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// filterView chooses what the timeline shows.
type filterView struct {
	Action string
	Kind   parts.Select
	Record parts.Select
	Show   parts.Button
	Clear  bool
}

// What can be on a timeline.
const (
	ofBegun     = "begun"
	ofSteps     = "steps"
	ofDecisions = "decisions"
	ofContacts  = "contacts"
	ofLetters   = "letters"
	ofFiles     = "files"
	ofLimits    = "limits"
	ofAnswers   = "answers"
)

// kinds are the choices of the filter, in the order people need them.
var kinds = []struct{ id, text string }{
	{"", "Everything that happened"},
	{ofDecisions, "Decisions"},
	{ofSteps, "Steps and decisions"},
	{ofContacts, "Calls, visits, meetings and notes"},
	{ofLetters, "Letters and messages"},
	{ofFiles, "Files"},
	{ofLimits, "Limits met and missed"},
	{ofBegun, "Records begun"},
	{ofAnswers, "Answers changed or put right"},
}

// shows tells whether a choice of the filter shows something of a kind.
func shows(chosen, kind string) bool {
	switch chosen {
	case "":
		return kind != ofAnswers
	case ofSteps:
		return kind == ofSteps || kind == ofDecisions
	}
	return chosen == kind
}

// event is one thing that happened on one record.
type event struct {
	at   time.Time // when it was so
	kind string
	also string // of another kind too: a step that records a meeting or a visit
	on   *casework.Chronology
	item parts.TimelineItem
	more parts.Body
}

// onPage is how many events one page shows.
const onPage = 50

// timeline puts everything that happened into one line of time, newest first.
func (d *hall) timeline(v *childView, c *casework.Child, q url.Values, page int) error {
	kind, of := q.Get("kind"), q.Get("record")
	if !slices.ContainsFunc(kinds, func(k struct{ id, text string }) bool { return k.id == kind }) {
		return errFilter
	}
	if of != "" && !slices.ContainsFunc(c.On, func(s casework.Seat) bool { return s.Record.ID == of }) {
		return errFilter
	}
	var all []event
	var read []*casework.Chronology
	for _, s := range c.On {
		if slices.Contains(read, s.Chronology) || of != "" && s.Record.ID != of {
			continue
		}
		read = append(read, s.Chronology)
		for _, e := range d.events(c, s) {
			if shows(kind, e.kind) || e.also != "" && shows(kind, e.also) {
				all = append(all, e)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b event) int { return b.at.Compare(a.at) })
	v.Filter = filter(c, kind, of)
	v.Found = count(len(all), "event", "events")
	from := min((page-1)*onPage, len(all))
	for _, e := range all[from:min(from+onPage, len(all))] {
		v.Log.Items = append(v.Log.Items, e.drawn())
	}
	v.Log.Level = 3
	if len(all) == 0 {
		v.Empty = "Nothing of this kind has happened on the records you may see."
	}
	v.Pages = pagesOf("/people/"+c.ID, q, page, (len(all)+onPage-1)/onPage)
	return nil
}

func filter(c *casework.Child, kind, of string) filterView {
	f := filterView{
		Action: "/people/" + c.ID + "#timeline", Clear: kind != "" || of != "",
		Kind:   parts.Select{Field: parts.Field{Name: "kind", ID: "kind", Label: "Show"}},
		Record: parts.Select{Field: parts.Field{Name: "record", ID: "record", Label: "Of"}, Items: []parts.Option{{Value: "", Text: "Every record"}}},
		Show:   parts.Button{Text: "Show", Variant: "secondary"},
	}
	for _, k := range kinds {
		f.Kind.Items = append(f.Kind.Items, parts.Option{Value: k.id, Text: k.text, Selected: k.id == kind})
	}
	var done []string
	for _, s := range c.On {
		if !slices.Contains(done, s.Record.ID) {
			done = append(done, s.Record.ID)
			f.Record.Items = append(f.Record.Items, parts.Option{Value: s.Record.ID, Text: s.Record.Reference + ", " + s.Pathway.Title, Selected: s.Record.ID == of})
		}
	}
	return f
}

// drawn is an event as the timeline shows it, with the record it was on.
func (e event) drawn() parts.TimelineItem {
	item := e.item
	item.When, item.Machine = calendar.Show(e.at), machine(e.at)
	body := parts.Body{parts.HTML(`<p class="govuk-body-s govuk-!-margin-bottom-1">`), parts.Link{Text: e.on.Record.Reference, Href: "/records/" + e.on.Record.ID}, parts.Text(" " + e.on.Pathway.Title), parts.HTML(`</p>`)}
	item.Body = append(body, e.more...)
	return item
}

// words are a paragraph of an event.
func words(text string) parts.Body {
	if text == "" {
		return nil
	}
	return append(append(parts.Body{parts.HTML(`<div class="app-happened">`)}, form.Lines(text)...), parts.HTML(`</div>`))
}

// guarded marks what may inform the decision and go nowhere else.
var guarded = parts.Body{parts.HTML(`<p class="govuk-body-s govuk-!-margin-bottom-1"><strong>For the decision only. It must not leave the front door.</strong></p>`)}

// events are what happened on one record, in no order.
func (d *hall) events(c *casework.Child, s casework.Seat) []event {
	var out []event
	add := func(at time.Time, kind, title, by string, more parts.Body) {
		out = append(out, event{at: at, kind: kind, on: s.Chronology, item: parts.TimelineItem{Title: title, By: by}, more: more})
	}
	for _, rev := range s.Revisions {
		if e, ok := d.revised(c, s, rev); ok {
			out = append(out, e)
		}
	}
	for _, e := range s.Entries {
		var more parts.Body
		if e.Guarded {
			more = append(more, guarded...)
		}
		add(e.HappenedAt, ofContacts, entryWords[e.Kind], d.who(e.By, c.Names), append(append(more, words(e.Text)...), later(e.HappenedAt, e.RecordedAt)...))
	}
	for _, m := range s.Messages {
		title := "Message to the sender"
		if m.Inward {
			title = "Message from the sender"
		}
		add(m.At, ofLetters, title, d.who(m.By, c.Names), words(m.Text))
	}
	for _, doc := range s.Sent {
		if ofAnother(s, s.Group, docRow(s, doc)) {
			continue
		}
		title, more := "Letter sent: "+doc.Title, words("For: "+doc.To)
		if doc.Withheld != "" {
			title, more = "Letter not sent: "+doc.Title, append(more, words("Why: "+doc.Withheld)...)
		} else {
			more = append(more, parts.HTML(`<p class="govuk-body-s">`), parts.Link{Text: "Read it", Href: "/records/" + s.Record.ID + "/letters/" + doc.ID, Hidden: ": " + doc.Title}, parts.HTML(`</p>`))
		}
		add(doc.SentAt, ofLetters, title, d.who(doc.By, c.Names), more)
	}
	for _, f := range s.Files {
		var more parts.Body
		if f.Guarded {
			more = append(more, guarded...)
		}
		more = append(more, parts.HTML(`<p class="govuk-body-s fd-break">`), parts.Link{Text: f.Name, Href: "/files/" + f.ID}, parts.HTML(`</p>`))
		add(f.AddedAt, ofFiles, "File added", d.who(f.By, c.Names), more)
	}
	for _, k := range s.Clocks {
		def, ok := s.Pathway.Clock(k.Clock)
		if !ok || ofAnother(s, def.Each, k.Row()) {
			continue
		}
		title := clockTitle(s, def, k)
		switch deadline.StatusAt(k, s.Facts.Now) {
		case record.Met:
			add(k.StoppedAt, ofLimits, "Met in time: "+title, "", words("It was due "+calendar.Show(k.DueAt)+"."))
		case record.MetLate:
			add(k.StoppedAt, ofLimits, "Met late: "+title, "", words("It was due "+calendar.Show(k.DueAt)+"."))
		case record.Overdue:
			add(k.DueAt, ofLimits, "Missed: "+title, "", words(k.Sum))
		case record.OnTrack, record.DueSoon, record.DueToday, record.Stood:
		}
	}
	return out
}

// docRow is the row of children that a letter is about, if it is about one.
func docRow(s casework.Seat, doc record.Document) string {
	if def, ok := s.Pathway.Document(doc.Doc); ok && def.Row == s.Group {
		return doc.Row
	}
	return ""
}

// later says that something was recorded well after it was so.
func later(happened, recorded time.Time) parts.Body {
	if gap := recorded.Sub(happened); gap < time.Minute {
		return nil
	}
	return parts.Body{parts.HTML(`<p class="govuk-body-s govuk-hint govuk-!-margin-bottom-1">`), parts.Text("Recorded on " + calendar.Show(recorded)), parts.HTML(`</p>`)}
}

// entryWords are the kinds of entry.
var entryWords = map[string]string{
	"call": "Call", "visit": "Visit", "meeting": "Meeting", "note": "Note", "break_glass": "Opened although locked",
	casework.EmailConfirmed: "Email address confirmed", "system": "Noted by Frontdoor",
}

// revised is one change of a record: that it began, a step, or answers.
func (d *hall) revised(c *casework.Child, s casework.Seat, rev record.Revision) (event, bool) {
	e := event{at: rev.HappenedAt, on: s.Chronology, item: parts.TimelineItem{By: d.who(rev.By, c.Names)}}
	step, stepped := s.Pathway.Step(rev.Step)
	if stepped && ofAnother(s, step.Group(), rev.Row) {
		return e, false
	}
	switch rev.Kind {
	case record.Created:
		e.kind, e.item.Title = ofBegun, "Began: "+s.Pathway.Title
	case record.Answered:
		e.kind, e.item.Title = ofAnswers, "Answers changed"
	case record.Corrected:
		e.kind, e.item.Title = ofAnswers, "Corrected"
	case record.Allocated:
		e.kind, e.item.Title = ofSteps, "Given to a worker"
	case record.Moved:
		e.kind, e.item.Title = ofSteps, "Moved to another authority"
	default:
		e.kind, e.item.Title = ofSteps, "Step taken"
	}
	if stepped && rev.Kind != record.Created {
		e.item.Title = step.Label
		if step.Group() != "" && rev.Row != "" {
			e.item.Title += ": " + s.Pathway.RowWords(s.Read(), step.Group(), rev.Row)
		}
	}
	if st, ok := s.Pathway.State(rev.To); ok && rev.From != rev.To && rev.Kind != record.Created {
		e.more = append(e.more, words("Now: "+st.Label)...)
		if st.End {
			e.kind = ofDecisions
		}
	}
	if stepped && rev.Kind != record.Created && step.Qualified {
		e.kind = ofDecisions
	}
	if stepped && met(s, step.ID) {
		e.also = ofContacts
	}
	if rev.Allocated != "" {
		e.more = append(e.more, words("Worker: "+d.who("worker:"+rev.Allocated, c.Names))...)
	}
	if rev.Reason != "" {
		e.more = append(e.more, words("Why: "+rev.Reason)...)
	}
	e.more = append(e.more, later(rev.HappenedAt, rev.RecordedAt)...)
	if rev.Kind != record.Created {
		e.more = append(e.more, d.written(c, s, rev)...)
	}
	return e, true
}

// met tells whether a step records that people met, or were to: a meeting, or a
// visit at which the child is seen or not.
func met(s casework.Seat, step string) bool {
	_, _, seen := s.Pathway.SeenBy()
	return seen != nil && seen.ID == step || slices.ContainsFunc(s.Pathway.Meetings, func(m pathway.Meeting) bool {
		return slices.Contains(m.Held, step) || slices.Contains(m.Off, step)
	})
}

// written is what was answered in a change, as far as it is about this person, for
// whoever asks to read it.
func (d *hall) written(c *casework.Child, s casework.Seat, rev record.Revision) parts.Body {
	names := d.byID(s.Chronology, c.Names)
	after := s.Answers.Clone()
	after.Apply(rev.Changes)
	var list parts.SummaryList
	for _, k := range s.Pathway.InOrder(rev.Changes) {
		group, row, id := k.Split()
		q, ok := s.Pathway.Question(id)
		if !ok || ofAnother(s, group, row) || rev.Changes[k].Empty() {
			continue
		}
		line := parts.SummaryRow{Key: called(q)}
		if row != "" && group != s.Group && row != rev.Row {
			line.Key = s.Pathway.RowWords(s.Read(), group, row) + ": " + line.Key
		}
		if q.Guarded {
			line.Body = append(line.Body, guarded...)
		}
		line.Body = append(line.Body, form.Lines(room.AnswerWords(s.Pathway, id, k, after, names))...)
		list.Rows = append(list.Rows, line)
	}
	if len(list.Rows) == 0 {
		return nil
	}
	return parts.Body{parts.Details{Summary: "What was written", Body: parts.Body{list}}}
}
