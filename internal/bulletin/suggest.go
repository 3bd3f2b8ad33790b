package bulletin

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// The states of a suggestion.
const (
	New       = "new"
	WithGroup = "group"
	Accepted  = "accepted"
	Declined  = "declined"
	InEdition = "edition"
	Published = "published"
)

// States are all of them with the words that staff see, in the order of the work.
var States = []Option{
	{New, "New"},
	{WithGroup, "Being looked at"},
	{Accepted, "Accepted"},
	{InEdition, "In an edition"},
	{Published, "Published"},
	{Declined, "Declined"},
}

// next is where a suggestion can go from each state.
var next = map[string][]string{
	New:       {WithGroup, Accepted, Declined},
	WithGroup: {WithGroup, Accepted, Declined},
	Accepted:  {WithGroup, InEdition, Published, Declined},
	InEdition: {Published, Accepted},
}

// outcomes are the states of which whoever suggested it is told; after the final
// ones there is nothing more to tell, and their address is forgotten.
var (
	outcomes = []string{Accepted, InEdition, Published, Declined}
	final    = []string{Published, Declined}
)

// Label is a state in words.
func Label(state string) string {
	i := slices.IndexFunc(States, func(o Option) bool { return o.Key == state })
	if i < 0 {
		return state
	}
	return States[i].Label
}

// Next gives the states that a suggestion can be moved to.
func Next(state string) []string { return next[state] }

// Final tells whether nothing more happens to a suggestion in a state.
func Final(state string) bool { return slices.Contains(final, state) }

const (
	suggestionKind     = "suggestion"
	suggestsFromSource = 5 // an hour, from somebody who is not signed in
	mostWords          = 3000
)

// Suggesting is a suggestion as it was typed.
type Suggesting struct {
	About, Section string // key of the page or chapter, and of its section; both empty for the site as a whole
	Words          string
	Email          string // where the answer goes; only from somebody not signed in
	Source         string // [secret.SourceKey] of the request
}

// contact is what is sealed of how to tell somebody the outcome.
type contact struct {
	Address string `json:"address"`
	Token   string `json:"token"`
}

// Suggest keeps a suggested change. It gives the token of the link by which
// whoever has it reads what came of it.
func (d *Desk) Suggest(ctx context.Context, by casework.By, in Suggesting) (token string, err error) {
	lib, err := d.Texts.At(ctx, by.Now)
	if err != nil {
		return "", err
	}
	if !Known(lib, in.About, in.Section) {
		return "", errNone
	}
	in.Words, in.Email = strings.TrimSpace(in.Words), strings.TrimSpace(in.Email)
	var wrong fault.Fields
	switch {
	case in.Words == "":
		wrong.Add("words", "Write what should change")
	case len([]rune(in.Words)) > mostWords:
		wrong.Add("words", "Keep it to %d characters", mostWords)
	}
	if by.Worker() != "" {
		in.Email = ""
	}
	if in.Email != "" {
		if _, ok := address(in.Email); !ok {
			wrong.Add("email", "Enter an email address, such as name@example.org, or leave it empty")
		}
	}
	if err := wrong.Err(); err != nil {
		return "", err
	}
	s := store.Suggestion{ID: store.NewID(by.Now), About: in.About, Section: in.Section, State: New, MadeAt: by.Now, ChangedAt: by.Now}
	if in.About == manual || strings.HasPrefix(in.About, manual+"/") {
		if e, ok := inForce(lib, by.Now); ok {
			s.Edition = e.Key
		}
	}
	if by.Worker() != "" {
		s.Author = string(by.Principal)
	}
	token, s.TokenHash = secret.NewToken()
	if s.Body, err = d.seal(suggestionKind, s.ID, "words", in.Words); err != nil {
		return "", err
	}
	if in.Email != "" {
		b, err := json.Marshal(contact{in.Email, token})
		if err != nil {
			return "", err
		}
		if s.Contact, err = d.seal(suggestionKind, s.ID, "contact", string(b)); err != nil {
			return "", err
		}
	}
	due, err := calendar.Default().Due(by.Now, d.length("suggestion_first", calendar.Length{N: 10, Unit: calendar.WorkingDays}), calendar.Options{})
	if err != nil {
		return "", err
	}
	s.Due = calendar.DateOf(due.At)
	if s.Reference, err = secret.Reference("SG", rand.Reader); err != nil {
		return "", err
	}
	err = d.DB.Write(ctx, func(tx *store.Tx) error {
		if by.Worker() == "" {
			if err := d.limit(tx, suggestionKind, in.Source, suggestsFromSource, by.Now); err != nil {
				return err
			}
		}
		if err := tx.AddSuggestion(s); err != nil {
			return err
		}
		return d.log(tx, by, audit.ActCreate, s.ID, map[string]string{"kind": suggestionKind})
	})
	return token, err
}

// manual stands for the manual as a whole.
const manual = "manual"

// Known tells whether there is a text of a key, with a section, that something
// can be suggested about.
func Known(lib *guidance.Library, key, section string) bool {
	if key == "" || key == manual {
		return section == ""
	}
	p, ok := lib.Find(key)
	if !ok || section == "" {
		return ok
	}
	return slices.Contains(p.Text.Keys, section)
}

// inForce is the edition of the manual in force at an instant.
func inForce(lib *guidance.Library, now time.Time) (guidance.Edition, bool) {
	today := calendar.DateOf(now)
	for _, e := range lib.Manual.Editions {
		if !e.From.After(today) {
			return e, true
		}
	}
	return guidance.Edition{}, false
}

// Named is what a suggestion is about, as a reader knows it, and where it is.
func Named(lib *guidance.Library, key, section string) (title, href string) {
	switch key {
	case "":
		return "The site as a whole", ""
	case manual:
		return lib.Manual.Title, "/manual"
	}
	p, ok := lib.Find(key)
	if !ok {
		return key, ""
	}
	title, href = p.Title, p.Path()
	if s, ok := p.Section(section); ok {
		title += ": " + s.Title
	}
	if section != "" {
		href += "#" + section
	}
	return title, href
}

// Answer is what whoever suggested something may read of it.
type Answer struct {
	store.Suggestion
	Words string // to them; empty when there are none
}

// AnswerByToken reads a suggestion by the token of its link.
func (d *Desk) AnswerByToken(ctx context.Context, token string) (Answer, error) {
	var a Answer
	err := d.DB.Read(ctx, func(tx *store.Tx) error {
		s, err := tx.SuggestionByToken(secret.HashToken(token))
		if errors.Is(err, store.ErrNone) {
			return errNone
		}
		if err != nil {
			return err
		}
		a, err = d.answer(tx, s)
		return err
	})
	return a, err
}

func (d *Desk) answer(tx *store.Tx, s store.Suggestion) (Answer, error) {
	a := Answer{Suggestion: s}
	steps, err := tx.SuggestionSteps(s.ID)
	if err != nil {
		return a, err
	}
	for _, st := range slices.Backward(steps) {
		if st.State == s.State && slices.Contains(outcomes, st.State) && st.Note != "" {
			a.Words, err = d.note(st)
			break
		}
	}
	return a, err
}

func (d *Desk) note(st store.SuggestionStep) (string, error) {
	return d.open(suggestionKind, st.Suggestion, fmt.Sprint("note ", st.Seq), st.Note)
}

// OwnSuggestions are those of a worker.
func (d *Desk) OwnSuggestions(ctx context.Context, by casework.By) (out []Answer, err error) {
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Suggestions(store.SuggestionFilter{Author: string(by.Principal)})
		if err != nil {
			return err
		}
		for _, s := range list {
			a, err := d.answer(tx, s)
			if err != nil {
				return err
			}
			out = append(out, a)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b Answer) int { return b.MadeAt.Compare(a.MadeAt) })
	return out, err
}

// principals are whom a suggestion can be assigned to so that this worker has it.
func principals(by casework.By) []string {
	out := []string{string(by.Principal)}
	for _, m := range by.Viewer.Worker.Memberships {
		if m.Live(by.Now) {
			out = append(out, string(access.ToTeam(m.Team)))
		}
	}
	return out
}

// Triage tells whether a worker keeps the desk of suggestions. Others see those
// that were given to them or their team.
func (d *Desk) Triage(by casework.By) bool { return d.may(by, publishing.PowerWrite) }

// Suggestions gives the chosen suggestions that a worker may see, and how many
// there are in each state.
func (d *Desk) Suggestions(ctx context.Context, by casework.By, f store.SuggestionFilter) (list []store.Suggestion, counts map[string]int, err error) {
	if !d.Triage(by) {
		f.Assigned = principals(by)
	}
	err = d.DB.Read(ctx, func(tx *store.Tx) error {
		var err error
		if list, err = tx.Suggestions(f); err != nil || !d.Triage(by) {
			return err
		}
		counts, err = tx.SuggestionCounts()
		return err
	})
	if err == nil && !d.Triage(by) && len(list) == 0 {
		return nil, nil, errRole
	}
	return list, counts, err
}

// Suggestion is one suggestion, opened.
type Suggestion struct {
	store.Suggestion
	Words string
	Email bool // an address was given and is still kept
	Steps []Step
	// Decides tells whether the reader may move it, not only add a note.
	Decides bool
}

// Step is one step, opened.
type Step struct {
	store.SuggestionStep
	Words string
}

// OpenSuggestion reads a suggestion for those who look after it, and notes that
// they did.
func (d *Desk) OpenSuggestion(ctx context.Context, by casework.By, id string) (Suggestion, error) {
	var out Suggestion
	err := d.DB.Write(ctx, func(tx *store.Tx) error {
		s, err := d.suggestion(tx, by, id)
		if err != nil {
			return err
		}
		out = Suggestion{Suggestion: s, Email: s.Contact != "", Decides: d.Triage(by)}
		if out.Words, err = d.open(suggestionKind, s.ID, "words", s.Body); err != nil {
			return err
		}
		steps, err := tx.SuggestionSteps(id)
		if err != nil {
			return err
		}
		for _, st := range steps {
			one := Step{SuggestionStep: st}
			if one.Words, err = d.note(st); err != nil {
				return err
			}
			out.Steps = append(out.Steps, one)
		}
		return d.log(tx, by, audit.ActRead, s.ID, map[string]string{"kind": suggestionKind})
	})
	return out, err
}

// suggestion reads one that a worker may see. Others are told the same as when
// there is none.
func (d *Desk) suggestion(tx *store.Tx, by casework.By, id string) (store.Suggestion, error) {
	s, err := tx.Suggestion(id)
	if errors.Is(err, store.ErrNone) || err == nil && !d.Triage(by) && (s.Assigned == "" || !slices.Contains(principals(by), s.Assigned)) {
		return s, errNone
	}
	return s, err
}

// Move is what is done with a suggestion next.
type Move struct {
	Seq         int    // of the step that was seen last
	To          string // a state; empty to add a note only
	Assigned    string // team:… or worker:…
	Due         calendar.Date
	PublishedIn string // the edition it is in
	Words       string // at an outcome, to whoever suggested it; otherwise among staff
}

// MoveSuggestion takes the next step with a suggestion. At each outcome whoever
// suggested it is told.
func (d *Desk) MoveSuggestion(ctx context.Context, by casework.By, id string, m Move) error {
	m.Words, m.PublishedIn = strings.TrimSpace(m.Words), strings.TrimSpace(m.PublishedIn)
	return d.DB.Write(ctx, func(tx *store.Tx) error {
		s, err := d.suggestion(tx, by, id)
		if err != nil {
			return err
		}
		if m.To != "" && !d.Triage(by) {
			return errRole
		}
		if s.Seq != m.Seq {
			return errStale
		}
		var to agency.Worker
		wrong, err := d.moved(tx, by, s, &m, &to)
		if err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		st := store.SuggestionStep{
			Suggestion: id, Seq: s.Seq + 1, At: by.Now, Author: string(by.Principal), State: s.State, Assigned: s.Assigned, Due: s.Due, PublishedIn: s.PublishedIn,
		}
		switch {
		case m.To == WithGroup:
			st.State, st.Assigned, st.Due = m.To, m.Assigned, m.Due
		case m.To != "":
			st.State = m.To
			if m.PublishedIn != "" && (m.To == InEdition || m.To == Published) {
				st.PublishedIn = m.PublishedIn
			}
			if Final(m.To) {
				st.Due = calendar.Date{}
			}
		}
		if st.Note, err = d.seal(suggestionKind, id, fmt.Sprint("note ", st.Seq), m.Words); err != nil {
			return err
		}
		kept := s.Contact
		if Final(st.State) {
			kept = ""
		}
		if err := tx.AddSuggestionStep(st, kept); err != nil {
			return stale(err)
		}
		if slices.Contains(outcomes, m.To) {
			if err := d.tellSuggester(tx, by, s); err != nil {
				return err
			}
		}
		if m.To == WithGroup && to.ID != "" && to.ID != by.Worker() {
			if err := d.tell(tx, by, to, "suggestion_given", "news_inside", nil, false); err != nil {
				return err
			}
		}
		return d.log(tx, by, audit.ActStep, id, map[string]string{"kind": suggestionKind, "state": st.State, "seq": fmt.Sprint(st.Seq)})
	})
}

// moved says what is wrong with a move.
func (d *Desk) moved(tx *store.Tx, by casework.By, s store.Suggestion, m *Move, to *agency.Worker) (fault.Fields, error) {
	var wrong fault.Fields
	if len([]rune(m.Words)) > mostWords {
		wrong.Add("note", "Keep it to %d characters", mostWords)
	}
	if m.To == "" {
		if m.Words == "" {
			wrong.Add("note", "Write a note, or choose what to do")
		}
		return wrong, nil
	}
	if !slices.Contains(next[s.State], m.To) {
		wrong.Add("state", "Choose what to do next")
		return wrong, nil
	}
	switch m.To {
	case WithGroup:
		kind, who, _ := strings.Cut(m.Assigned, ":")
		_, team := d.Place.Register.Team(who)
		if kind == "worker" {
			w, err := tx.Worker(who)
			if err != nil && !errors.Is(err, store.ErrNone) {
				return nil, err
			}
			*to = w
		}
		if kind == "team" && !team || kind == "worker" && !here(*to, by.Now) || kind != "team" && kind != "worker" {
			wrong.Add("assigned", "Choose a working group or a worker")
		}
		if m.Due.IsZero() {
			wrong.Add("due", "Enter the day by which they answer, such as 2026-03-17")
		} else if m.Due.Before(calendar.DateOf(by.Now)) {
			wrong.Add("due", "Enter a day that is not past")
		}
	case Declined:
		if m.Words == "" {
			wrong.Add("note", "Write why. Whoever suggested it reads this")
		}
	case InEdition:
		if m.PublishedIn == "" || len(m.PublishedIn) > 60 {
			wrong.Add("edition", "Enter the edition it is in")
		}
	}
	return wrong, nil
}

// tellSuggester tells whoever suggested something that there is an answer: a
// worker inside, anyone else by a mail that says nothing more.
func (d *Desk) tellSuggester(tx *store.Tx, by casework.By, s store.Suggestion) error {
	if id, ok := access.Principal(s.Author).Worker(); ok {
		w, err := tx.Worker(id)
		if err != nil || !here(w, by.Now) || id == by.Worker() {
			return err
		}
		return d.tell(tx, by, w, "suggestion_answered", "news_inside", nil, false)
	}
	if s.Contact == "" {
		return nil
	}
	text, err := d.open(suggestionKind, s.ID, "contact", s.Contact)
	if err != nil {
		return err
	}
	var c contact
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return err
	}
	return d.QueueMail(tx, by, c.Address, "suggestion", map[string]string{"token": c.Token})
}
