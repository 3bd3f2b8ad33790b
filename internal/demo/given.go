package demo

import (
	"fmt"
	"strings"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/pathway"
)

// answers reads what a story says was answered, as the questions want it.
func (t *teller) answers(p *pathway.Pathway, given map[string]any, at time.Time) (answer.Set, error) {
	set := answer.Set{}
	for q, v := range given {
		rows, _ := v.([]any)
		if len(rows) == 0 {
			a, err := t.answer(p, q, v, at)
			if err != nil {
				return nil, err
			}
			set[answer.Key(q)] = a
			continue
		}
		if _, is := rows[0].(map[string]any); !is {
			set[answer.Key(q)] = answer.One(v)
			continue
		}
		var ids []string
		for i, row := range rows {
			id := fmt.Sprintf("r%d", i+1)
			ids = append(ids, id)
			for rq, rv := range row.(map[string]any) {
				a, err := t.answer(p, rq, rv, at)
				if err != nil {
					return nil, err
				}
				set[answer.RowKey(q, id, rq)] = a
			}
		}
		set[answer.Key(q)] = answer.List(ids...)
	}
	return set, nil
}

// answer reads one answer given at a time. Workers are told by their account and
// records by their story.
func (t *teller) answer(p *pathway.Pathway, id string, v any, at time.Time) (answer.Answer, error) {
	_, _, id = answer.Key(id).Split()
	q, ok := p.Question(strings.TrimSuffix(id, "_other"))
	if !ok {
		return answer.Answer{}, fmt.Errorf("%s has no question %q", p.Name, id)
	}
	text, is := v.(string)
	if !is {
		return answer.One(v), nil
	}
	switch q.Type {
	case "date":
		d, err := day(text, at, t.now, t.cal)
		return answer.Text(d.String()), err
	case "datetime":
		// What has happened was before it was told: only "on" is still to come then.
		text, ahead := strings.CutPrefix(text, "on ")
		then, err := moment(text, t.now, t.cal)
		if then.After(at) && !ahead {
			then = at
		}
		return answer.Text(calendar.Wall(then)), err
	case "worker":
		w, ok := t.workers[text]
		if !ok {
			return answer.Answer{}, fmt.Errorf("there is no account %q", text)
		}
		return answer.Text(w.ID), nil
	case "record":
		return answer.Text(t.all[text].root), nil
	}
	return answer.Text(strings.TrimSpace(text)), nil
}
