package room

import (
	"cmp"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// AnswerWords is an answer in words; the files, workers and teams that answers
// hold by id by their names.
func AnswerWords(p *pathway.Pathway, question string, k answer.Key, answers answer.Set, names map[string]string) string {
	q, ok := p.Question(question)
	if !ok {
		return answers.Text(k)
	}
	a := answers[k]
	switch q.Type {
	case "files":
		list := make([]string, len(a.List))
		for i, id := range a.List {
			list[i] = cmp.Or(names[id], "A file")
		}
		return strings.Join(list, ", ")
	case "worker", "team", "record":
		return cmp.Or(names[a.Text], a.Text)
	}
	return p.LabelIn(q, k, answers)
}
