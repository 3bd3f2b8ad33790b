package store

import (
	"time"

	"frontdoor/internal/calendar"
)

// Suggestion is a change to the texts that somebody suggested, as its steps have
// made it.
type Suggestion struct {
	ID          string
	Reference   string
	About       string // key of the page or chapter
	Section     string // key of the section, if one was meant
	Edition     string // of the manual, that was in force then
	Body        string // sealed
	Author      string // principal of a worker; empty for anyone else
	Contact     string // sealed, empty when none was given or none is needed any more
	TokenHash   string // of the link by which the outcome is read
	State       string
	Assigned    string // principal: a team or a worker
	Due         calendar.Date
	PublishedIn string // the edition, or the day
	Seq         int    // of its last step
	MadeAt      time.Time
	ChangedAt   time.Time
}

// SuggestionStep is one step of a suggestion. It is never changed.
type SuggestionStep struct {
	Suggestion  string
	Seq         int
	At          time.Time
	Author      string
	State       string
	Assigned    string
	Due         calendar.Date
	PublishedIn string
	Note        string // sealed, or empty
}

const suggestionColumns = `id, reference, about, section, edition, body, author, contact, token_hash, state, assigned, due_date, published_in, seq, made_at, changed_at`

func scanSuggestion(row row) (Suggestion, error) {
	var s Suggestion
	return s, row.Scan(&s.ID, &s.Reference, &s.About, &s.Section, &s.Edition, &s.Body, &s.Author, &s.Contact, &s.TokenHash, &s.State, &s.Assigned,
		&s.Due, &s.PublishedIn, &s.Seq, &s.MadeAt, &s.ChangedAt)
}

// AddSuggestion keeps a new suggestion.
func (tx *Tx) AddSuggestion(s Suggestion) error {
	tx.keep("suggestion", s.ID)
	_, err := tx.Exec(`insert into suggestion (`+suggestionColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		s.ID, s.Reference, s.About, s.Section, s.Edition, s.Body, s.Author, s.Contact, s.TokenHash, s.State, s.Assigned, s.Due, s.PublishedIn, s.Seq, s.MadeAt, s.ChangedAt)
	return err
}

// AddSuggestionStep adds the next step of a suggestion and makes it what the
// step says. ErrStale when another step was taken first.
func (tx *Tx) AddSuggestionStep(s SuggestionStep, contact string) error {
	tx.keep("suggestion", s.Suggestion)
	if err := tx.keepSet("suggestion_step", "suggestion", s.Suggestion); err != nil {
		return err
	}
	n, err := tx.Exec(`update suggestion set state = $3, assigned = $4, due_date = $5, published_in = $6, seq = $2, changed_at = $7, contact = $8
		where id = $1 and seq = $2 - 1`, s.Suggestion, s.Seq, s.State, s.Assigned, s.Due, s.PublishedIn, s.At, contact)
	if err != nil {
		return err
	}
	if n == 0 {
		return ErrStale
	}
	_, err = tx.Exec(`insert into suggestion_step (suggestion, seq, happened_at, author, state, assigned, due_date, published_in, note)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, s.Suggestion, s.Seq, s.At, s.Author, s.State, s.Assigned, s.Due, s.PublishedIn, s.Note)
	return err
}

// Suggestion reads a suggestion.
func (tx *Tx) Suggestion(id string) (Suggestion, error) {
	return queryOne(tx, scanSuggestion, `select `+suggestionColumns+` from suggestion where id = $1`, id)
}

// SuggestionByToken reads the suggestion whose link this is.
func (tx *Tx) SuggestionByToken(hash string) (Suggestion, error) {
	return queryOne(tx, scanSuggestion, `select `+suggestionColumns+` from suggestion where token_hash = $1`, hash)
}

// SuggestionFilter chooses suggestions. Empty fields choose all.
type SuggestionFilter struct {
	State    string
	Assigned []string // principals, any of them
	About    string
	Author   string
	Overdue  calendar.Date // due before this day
	Limit    int
}

// Suggestions gives the chosen suggestions: those due first at the top, then
// those that came first.
func (tx *Tx) Suggestions(f SuggestionFilter) ([]Suggestion, error) {
	var c conditions
	if f.State != "" {
		c.add("state = %s", f.State)
	}
	if len(f.Assigned) > 0 {
		c.args = append(c.args, f.Assigned)
		c.parts = append(c.parts, tx.inList("assigned", len(c.args)))
	}
	if f.About != "" {
		c.add("about = %s", f.About)
	}
	if f.Author != "" {
		c.add("author = %s", f.Author)
	}
	if !f.Overdue.IsZero() {
		c.add("due_date < %s", f.Overdue)
	}
	query := `select ` + suggestionColumns + ` from suggestion` + c.where() + ` order by coalesce(due_date, '9999'), made_at, id limit ` + c.arg(orLimit(f.Limit))
	return queryAll(tx, scanSuggestion, query, c.args...)
}

// SuggestionCounts counts suggestions by state.
func (tx *Tx) SuggestionCounts() (map[string]int, error) {
	return tx.counts(`select state, count(*) from suggestion group by state`)
}

// counts gives what a query of a text and a number says.
func (tx *Tx) counts(query string, args ...any) (map[string]int, error) {
	out := map[string]int{}
	type counted struct {
		state string
		n     int
	}
	list, err := queryAll(tx, func(row row) (counted, error) {
		var c counted
		return c, row.Scan(&c.state, &c.n)
	}, query, args...)
	for _, c := range list {
		out[c.state] = c.n
	}
	return out, err
}

// SuggestionSteps gives the steps of a suggestion, first to last.
func (tx *Tx) SuggestionSteps(id string) ([]SuggestionStep, error) {
	return queryAll(tx, func(row row) (SuggestionStep, error) {
		var s SuggestionStep
		return s, row.Scan(&s.Suggestion, &s.Seq, &s.At, &s.Author, &s.State, &s.Assigned, &s.Due, &s.PublishedIn, &s.Note)
	}, `select suggestion, seq, happened_at, author, state, assigned, due_date, published_in, note from suggestion_step where suggestion = $1 order by seq`, id)
}
