package store

import (
	"time"

	"frontdoor/internal/person"
)

// DiedQuestion is a child of the index who may be one who has died. While nobody
// has answered, nothing goes to the family of either.
type DiedQuestion struct {
	ID           string
	Dead, Person string // entries of the index
	At           time.Time
	Answers      []DiedAnswer // oldest first: the last counts
}

// DiedAnswer is what somebody said of one.
type DiedAnswer struct {
	ID, Question string
	Same         bool
	Why          string
	Joined       string // the join that says so, when it is the same child
	By           string
	At           time.Time
	Record       string // the record it was said on
}

// Open tells whether nobody has said yet.
func (q DiedQuestion) Open() bool { return len(q.Answers) == 0 }

// AskDied asks whether someone is a person who has died, once; false when it was
// asked before.
func (tx *Tx) AskDied(q DiedQuestion) (bool, error) {
	had, err := queryAll(tx, scanValue[string], `select id from died_question where dead = $1 and person = $2`, q.Dead, q.Person)
	if err != nil || len(had) > 0 {
		return false, err
	}
	tx.keep("died_question", q.ID)
	_, err = tx.Exec(`insert into died_question (id, dead, person, asked_at) values ($1, $2, $3, $4)`, q.ID, q.Dead, q.Person, q.At)
	return err == nil, err
}

// AnswerDied keeps an answer.
func (tx *Tx) AnswerDied(a DiedAnswer) error {
	tx.keep("died_answer", a.Question)
	_, err := tx.Exec(`insert into died_answer (id, question, same, why, joined, author, answered_at, source_record) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Question, a.Same, a.Why, orNull(a.Joined), a.By, a.At, orNull(a.Record))
	return err
}

// DiedQuestions gives what was asked of some people, as long as the other is still
// said to have died, with what was answered.
func (tx *Tx) DiedQuestions(people []string) ([]DiedQuestion, error) {
	if len(people) == 0 {
		return nil, nil
	}
	list, err := queryAll(tx, func(row row) (DiedQuestion, error) {
		var q DiedQuestion
		return q, row.Scan(&q.ID, &q.Dead, &q.Person, &q.At)
	}, `select q.id, q.dead, q.person, q.asked_at from died_question q join person p on p.id = q.dead
		where `+tx.inList("q.person", 1)+` and p.died is not null order by q.id`, people)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]string, len(list))
	at := map[string]int{}
	for i, q := range list {
		ids[i], at[q.ID] = q.ID, i
	}
	answers, err := queryAll(tx, func(row row) (DiedAnswer, error) {
		var a DiedAnswer
		return a, row.Scan(&a.ID, &a.Question, &a.Same, &a.Why, &a.Joined, &a.By, &a.At, &a.Record)
	}, `select id, question, same, why, coalesce(joined, ''), author, answered_at, coalesce(source_record, '') from died_answer
		where `+tx.inList("question", 1)+` order by id`, ids)
	for _, a := range answers {
		q := &list[at[a.Question]]
		q.Answers = append(q.Answers, a)
	}
	return list, err
}

// DeadByKeys gives those of the index who have died and share a key.
func (tx *Tx) DeadByKeys(keys []person.Key) ([]string, error) {
	values := make([]string, len(keys))
	for i, k := range keys {
		values[i] = keyText(k)
	}
	if len(values) == 0 {
		return nil, nil
	}
	return queryAll(tx, scanValue[string], `select p.id from person p where p.died is not null
		and exists (select 1 from person_key k where k.person = p.id and `+tx.inList("k.value", 1)+`) order by p.id`, values)
}

// HeldMessage is something that would have gone to the family. Body is sealed.
type HeldMessage struct {
	ID, Record, Kind, Body, By string
	At                         time.Time
}

// The kinds of what is held.
const (
	HeldDocument = "document"
	HeldMail     = "mail"
)

// HoldMessage keeps a message back.
func (tx *Tx) HoldMessage(h HeldMessage) error {
	tx.keep("held_message", h.ID)
	_, err := tx.Exec(`insert into held_message (id, record, kind, body, author, held_at) values ($1, $2, $3, $4, $5, $6)`,
		h.ID, h.Record, h.Kind, h.Body, h.By, h.At)
	return err
}

// HeldMessages gives what is still held on a record, oldest first.
func (tx *Tx) HeldMessages(rec string) ([]HeldMessage, error) {
	return queryAll(tx, func(row row) (HeldMessage, error) {
		var h HeldMessage
		return h, row.Scan(&h.ID, &h.Record, &h.Kind, &h.Body, &h.By, &h.At)
	}, `select h.id, h.record, h.kind, h.body, h.author, h.held_at from held_message h
		where h.record = $1 and not exists (select 1 from held_end e where e.held = h.id) order by h.id`, rec)
}

// EndHold says what became of a message: it was sent, or stays where it is.
func (tx *Tx) EndHold(id, act, by string, at time.Time) error {
	tx.keep("held_end", id)
	_, err := tx.Exec(`insert into held_end (held, act, author, happened_at) values ($1, $2, $3, $4)`, id, act, by, at)
	return err
}
