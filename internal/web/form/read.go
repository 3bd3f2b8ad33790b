package form

import (
	"net/url"
	"slices"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// rounds is how often what was typed may itself make more questions show.
const rounds = 6

// Read takes the answers out of a form that was sent whole. Answering one
// question may make others show that are on the form too, so it looks again
// until nothing more does. What the form did not ask is left as it is.
func Read(p *pathway.Pathway, sent url.Values, have answer.Set, ask func(answer.Set) []pathway.Asked) answer.Set {
	marks := sent[MarkName]
	return read(p, sent, have, ask, func(a pathway.Asked) bool { return slices.Contains(marks, string(a.Key)) })
}

// ReadPart takes the answers out of some controls of a form, as saving while
// someone types sends them. Parts of an answer that were not sent stay as they
// are.
func ReadPart(p *pathway.Pathway, sent url.Values, have answer.Set, ask func(answer.Set) []pathway.Asked) answer.Set {
	sent = clone(sent)
	return read(p, sent, have, ask, func(a pathway.Asked) bool { return complete(a, have, sent) })
}

func read(p *pathway.Pathway, sent url.Values, have answer.Set, ask func(answer.Set) []pathway.Asked, was func(pathway.Asked) bool) answer.Set {
	changes := answer.Set{}
	for range rounds {
		now := have.Clone()
		now.Apply(changes)
		var asked []pathway.Asked
		for _, a := range ask(now) {
			if _, done := changes[a.Key]; !done && was(a) {
				asked = append(asked, a)
			}
		}
		if len(asked) == 0 {
			break
		}
		for k, v := range p.Read(asked, sent) {
			changes[k] = v
		}
	}
	return changes
}

func clone(v url.Values) url.Values {
	out := url.Values{}
	for k, x := range v {
		out[k] = slices.Clone(x)
	}
	return out
}

// complete says whether any control of a question was sent, and fills in those
// that were not from the answer there is.
func complete(a pathway.Asked, have answer.Set, sent url.Values) bool {
	key, v := string(a.Key), have[a.Key]
	rest := map[string]string{}
	switch a.Question.Type {
	case "date", "datetime":
		day, month, year, clock := "", "", "", ""
		if v.Text != "" {
			day, month, year, clock = pathway.DateParts(v.Text)
		}
		rest[key+"-day"], rest[key+"-month"], rest[key+"-year"] = day, month, year
		if a.Question.Type == "datetime" {
			rest[key+"-time"] = clock
		}
	case "address":
		for _, part := range answer.AddressParts {
			rest[key+"-"+part] = v.Parts[part]
		}
	default:
		rest[key] = v.Text
	}
	if a.Question.NotKnown {
		rest[key+"-not_known"], rest[key+"-not_known_reason"] = "", ""
		if v.NotKnown != "" {
			rest[key+"-not_known"] = "1"
			if v.NotKnown != pathway.NoReason {
				rest[key+"-not_known_reason"] = v.NotKnown
			}
		}
	}
	if a.Question.Other != "" {
		rest[key+"-other"] = have.Text(a.Key + "_other")
	}
	any := false
	for name := range rest {
		any = any || sent.Has(name)
	}
	if !any {
		return false
	}
	for name, value := range rest {
		if sent.Has(name) {
			continue
		}
		sent.Set(name, value)
		if name == key && len(v.List) > 0 {
			sent[name] = slices.Clone(v.List)
		}
	}
	return true
}

// Reveals finds the questions of a page that would show if one of its radios
// were answered in one way and no other, so that they can be drawn below that
// choice. What more than one choice would show is left to the server: it draws
// the page again. The second result is the questions to draw in order, without
// those that are drawn below a choice.
func Reveals(p *pathway.Pathway, have answer.Set, ask func(answer.Set) []pathway.Asked) (Revealed, []pathway.Asked) {
	asked := ask(have)
	out := Revealed{}
	below := map[answer.Key]bool{}
	for _, a := range asked {
		codes := a.Codes
		if len(codes) == 0 {
			codes = p.CodesOf(a.Question)
		}
		if below[a.Key] || !picksOne(a.Question.Type) || len(codes) > 8 {
			continue
		}
		seen := map[answer.Key]int{}
		shows := map[string][]pathway.Asked{}
		for _, c := range codes {
			would := have.Clone()
			would[a.Key] = answer.Text(c.Code)
			shows[c.Code] = ask(would)
			for _, x := range shows[c.Code] {
				seen[x.Key]++
			}
		}
		for code, list := range shows {
			for _, x := range list {
				if seen[x.Key] != 1 || x.Key == a.Key || below[x.Key] {
					continue
				}
				if out[a.Key] == nil {
					out[a.Key] = map[string][]pathway.Asked{}
				}
				out[a.Key][code] = append(out[a.Key][code], x)
				below[x.Key] = true
			}
		}
	}
	return out, slices.DeleteFunc(asked, func(a pathway.Asked) bool { return below[a.Key] })
}

func picksOne(kind string) bool {
	return kind == "radios" || kind == "yes_no" || kind == "yes_no_not_known"
}
