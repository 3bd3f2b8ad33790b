package casework

import (
	"encoding/json"
	"slices"

	"frontdoor/internal/answer"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
)

// sealAnswers seals in place those changes whose questions are sealed.
func (d *Desk) sealAnswers(p *pathway.Pathway, rec string, changes answer.Set) error {
	for k, a := range changes {
		_, _, id := k.Split()
		q, ok := p.Question(id)
		if !ok || !q.Sealed || a.Empty() || seal.IsSealedText(a.Text) {
			continue
		}
		plain, err := json.Marshal(a)
		if err != nil {
			return err
		}
		text, err := d.Sealer.SealText(string(plain), seal.Binding{Kind: "answer", ID: rec, Field: string(k)})
		if err != nil {
			return err
		}
		changes[k] = answer.Text(text)
	}
	return nil
}

// openAnswer opens one answer, sealed or not.
func (d *Desk) openAnswer(p *pathway.Pathway, rec string, k answer.Key, a answer.Answer) (answer.Answer, error) {
	if !seal.IsSealedText(a.Text) {
		return a, nil
	}
	plain, err := d.Sealer.OpenText(a.Text, seal.Binding{Kind: "answer", ID: rec, Field: string(k)})
	if err != nil {
		return answer.Answer{}, fault.Wrap(err, fault.Internal, "A sealed answer could not be opened.")
	}
	var out answer.Answer
	return out, json.Unmarshal([]byte(plain), &out)
}

// openAll opens every sealed answer in place, for the program's own use.
func (d *Desk) openAll(p *pathway.Pathway, rec string, answers answer.Set) error {
	for k, a := range answers {
		o, err := d.openAnswer(p, rec, k, a)
		if err != nil {
			return err
		}
		answers[k] = o
	}
	return nil
}

// openFor opens the sealed answers that one of the roles may read and takes the
// others out. It says which were held back.
func (d *Desk) openFor(p *pathway.Pathway, rec string, roles []string, answers answer.Set) (held []answer.Key, err error) {
	for k, a := range answers {
		if !seal.IsSealedText(a.Text) {
			continue
		}
		_, _, id := k.Split()
		q, _ := p.Question(id)
		if q == nil || !slices.ContainsFunc(q.SealedTo, func(r string) bool { return slices.Contains(roles, r) }) {
			delete(answers, k)
			held = append(held, k)
			continue
		}
		if answers[k], err = d.openAnswer(p, rec, k, a); err != nil {
			return nil, err
		}
	}
	slices.Sort(held)
	return held, nil
}

func (d *Desk) sealSet(id string, s answer.Set) ([]byte, error) {
	plain, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	text, err := d.Sealer.SealText(string(plain), seal.Binding{Kind: "draft", ID: id})
	return []byte(text), err
}

func (d *Desk) openSet(id string, sealed []byte) (answer.Set, error) {
	plain, err := d.Sealer.OpenText(string(sealed), seal.Binding{Kind: "draft", ID: id})
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "What you were writing could not be read back.")
	}
	out := answer.Set{}
	return out, json.Unmarshal([]byte(plain), &out)
}

func (d *Desk) sealText(kind, id, text string) (string, error) {
	return d.Sealer.SealText(text, seal.Binding{Kind: kind, ID: id})
}

func (d *Desk) openText(kind, id, sealed string) (string, error) {
	plain, err := d.Sealer.OpenText(sealed, seal.Binding{Kind: kind, ID: id})
	if err != nil {
		return "", fault.Wrap(err, fault.Internal, "Something kept on this record could not be read back.")
	}
	return plain, nil
}
