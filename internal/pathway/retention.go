package pathway

import (
	"fmt"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// KeepRule says how long closed records are kept for which it is the first that
// holds.
type KeepRule struct {
	If    string `yaml:"if"`    // CEL over answers and state; empty on the last rule
	Words string `yaml:"words"` // which records these are, as a screen says it
	Law   string `yaml:"law"`   // an entry of law
	// Keep are lengths from days, of which the latest end counts. Without any,
	// the records are kept until somebody decides.
	Keep []KeepFor `yaml:"keep"`

	rule *rule
}

// KeepFor is one length from one day.
type KeepFor struct {
	For  string `yaml:"for"`  // years or months, or "setting.<name>"
	From string `yaml:"from"` // closed, born, died, or answer.<date question>

	months   int
	setting  string
	question string // that holds the day; empty when it is the day it closed
}

// Kept is until when a closed record is kept, and how that comes about.
type Kept struct {
	// Ruled is false when the pathway says nowhere how long its records are kept:
	// then nothing of it is ever destroyed.
	Ruled bool
	Rule  string // the rule's words
	// Until is the last day on which it must be kept; zero when that cannot be
	// said, and then it is kept until somebody decides.
	Until calendar.Date
	Sum   string // how that comes about; it can hold a date of birth
	Law   Law
	// Unconfirmed is set when a length is a setting that nobody has confirmed
	// locally.
	Unconfirmed bool
}

// NoKeepRule is what is said of records of a pathway without a rule.
const NoKeepRule = "No rule of its own: kept until somebody decides"

// keepForms says how a length is written.
const keepForms = "Write years or months, such as 25 years, or setting.<name>"

// keepMonths reads "25 years" or "18 months".
func keepMonths(s string) (int, bool) {
	number, unit, ok := strings.Cut(strings.TrimSpace(s), " ")
	n, err := strconv.Atoi(number)
	if !ok || err != nil || n < 1 || n > 1500 {
		return 0, false
	}
	switch strings.TrimSpace(unit) {
	case "year", "years":
		return n * 12, n <= 125
	case "month", "months":
		return n, true
	}
	return 0, false
}

// keeping checks how long closed records are kept, and compiles the rules when
// the questions are sound.
func (k *checker) keeping(sound bool) {
	p := k.p
	if len(p.Retention) == 0 {
		k.warn(k.line(&p.Name), "Write retention: with a rule", "nothing says how long closed records are kept, so they are kept until somebody decides")
		return
	}
	for i := range p.Retention {
		r := &p.Retention[i]
		what := fmt.Sprintf("rule %d of retention", i+1)
		k.needs(r, r.Words, what, "words")
		law, ok := p.Law[r.Law]
		if r.Law == "" {
			k.d.fault(k.line(r), "Write law: with an entry of law:", "%s does not say where its length comes from", what)
		} else if !ok {
			k.d.fault(k.line(&r.Law), instead(r.Law, keys(p.Law)), "there is no law entry “%s”", r.Law)
		}
		last := i == len(p.Retention)-1
		if r.If == "" && !last {
			k.d.fault(k.line(r), "Put the rule without a condition last", "%s holds for every record, so the rules after it never do", what)
		}
		if r.If != "" && last {
			k.d.fault(k.line(&r.If), "Add a last rule without if:", "there are records for which no rule of retention holds")
		}
		for j := range r.Keep {
			k.keepFor(&r.Keep[j], r, what, ok && (law.Kind == "statute" || law.Kind == "statutory_guidance"))
		}
		if sound {
			r.rule = k.boolean(&r.If, "", "the condition of "+what)
		}
	}
}

// keepFor checks one length. In law it is what it is; anything else somebody
// here decides, so it is a setting.
func (k *checker) keepFor(f *KeepFor, of *KeepRule, what string, inLaw bool) {
	p := k.p
	text := f.For
	if id, is := strings.CutPrefix(text, "setting."); is {
		s, have := p.Settings[id]
		if !have {
			k.d.fault(k.line(&f.For), instead(id, keys(p.Settings)), "there is no setting “%s”", id)
			return
		}
		f.setting, text = id, s.Default
	} else if !inLaw {
		k.d.fault(k.line(firstLine(k, &f.For, of)), "Make it a setting, with its source", "%s: “%s” is in no law, so each area decides it", what, text)
	}
	var ok bool
	if f.months, ok = keepMonths(text); !ok {
		line := k.line(firstLine(k, &f.For, of))
		if f.setting != "" {
			k.outside(line, keepForms, "%s: the setting “%s” is “%s”, which is not a length", what, f.setting, text)
		} else {
			k.d.fault(line, keepForms, "%s: “%s” is not a length", what, text)
		}
	}
	at := firstLine(k, &f.From, of)
	switch kind, id, _ := strings.Cut(f.From, "."); {
	case f.From == "closed":
	case f.From == "born" || f.From == "died":
		f.question = k.ofPerson(f.From)
		if f.question == "" {
			k.d.fault(k.line(at), "Write answer.<date question>", "%s counts from when someone %s, and no question of the group that names the record is that", what, map[string]string{"born": "was born", "died": "died"}[f.From])
		}
	case kind == "answer":
		f.question = id
		group := ""
		if in := p.questions[id]; in != nil {
			group = in.group
		}
		k.anyQuestion(at, id, group, "date", "datetime")
	default:
		k.d.fault(k.line(at), "Write closed, born, died or answer.<date question>", "%s cannot count from “%s”", what, f.From)
	}
	if in := p.questions[f.question]; in != nil && in.q.Sealed {
		k.d.fault(k.line(at), "Count from another day", "%s counts from a day that is sealed: “%s” is sealed, and the sum would tell it", what, f.question)
	}
}

// ofPerson is the question that says when those who name the record were born,
// or died.
func (k *checker) ofPerson(fact string) string {
	g := k.p.groups[k.p.Roles.Children]
	if g == nil || g.Person == nil {
		return ""
	}
	if fact == "died" {
		return g.Person.Died
	}
	return g.Person.Born
}

// Keep works out until when a record that closed on a day is kept. An unknown
// condition or day never shortens anything: then nobody can say, and it is kept.
func (p *Pathway) Keep(f Facts, closed calendar.Date) Kept {
	if len(p.Retention) == 0 {
		return Kept{Sum: NoKeepRule + "."}
	}
	p.begun(&f)
	s := p.scene(&f)
	for i := range p.Retention {
		r := &p.Retention[i]
		switch held, missing := s.truth(r.rule); held {
		case no:
			continue
		case unknown:
			out := Kept{Ruled: true, Rule: r.Words, Law: p.Law[r.Law]}
			out.Sum = "It cannot be said whether this rule holds: “" + r.Words + "” It is kept until somebody decides."
			if len(missing) > 0 {
				out.Sum = p.notAnswered(missing[0]) + " So it cannot be said whether this rule holds: “" + r.Words + "” It is kept until somebody decides."
			}
			return out
		case yes:
			return s.keep(r, closed)
		}
	}
	return Kept{Ruled: true, Sum: "No rule holds. It is kept until somebody decides."}
}

func (s *scene) keep(r *KeepRule, closed calendar.Date) Kept {
	out := Kept{Ruled: true, Rule: r.Words, Law: s.p.Law[r.Law]}
	var sums []string
	for i := range r.Keep {
		f := &r.Keep[i]
		if set, ok := s.p.Settings[f.setting]; ok && !set.Confirmed {
			out.Unconfirmed = true
		}
		from, what, sure := closed, "it closed", true
		if f.question != "" {
			from, what, sure = s.keepFrom(f)
		}
		if !sure {
			out.Until, out.Sum = calendar.Date{}, what+" It is kept until somebody decides."
			return out
		}
		end := later(from, f.months)
		sums = append(sums, keepWords(f.months)+" after "+what+" on "+from.Long()+" ends on "+end.Long())
		if end.After(out.Until) {
			out.Until = end
		}
	}
	switch len(sums) {
	case 0:
		out.Sum = "Kept until somebody decides."
	case 1:
		out.Sum = upperFirst(sums[0]) + "."
	default:
		out.Sum = upperFirst(strings.Join(sums, "; ")) + ". The latest counts."
	}
	return out
}

// keepFrom is the day that a question holds, of rows the latest, and what
// happened on it. When any is not known, it says so and is not sure.
func (s *scene) keepFrom(f *KeepFor) (day calendar.Date, what string, sure bool) {
	in := s.p.questions[f.question]
	name := in.q.Heading()
	what = "“" + name + "”"
	switch {
	case in.group == "":
	case f.From == "born":
		what = "the birth of the " + lowerFirst(s.p.item(in.group))
	case f.From == "died":
		what = "the death of the " + lowerFirst(s.p.item(in.group))
	}
	rows := []string{""}
	if in.group != "" {
		if rows = s.f.Answers.Rows(in.group); len(rows) == 0 {
			return day, "Nobody is named whose “" + name + "” it could count from.", false
		}
	}
	for _, row := range rows {
		a, ok := s.answer(in.group, row, f.question)
		d, read := dayOf(in.q.Type, a)
		if !ok || !read {
			return day, s.p.notAnswered(string(keyOf(in.group, row, f.question))), false
		}
		if d.After(day) {
			day = d
		}
	}
	if len(rows) > 1 && f.From == "born" {
		what = "the birth of the youngest " + lowerFirst(s.p.item(in.group))
	} else if len(rows) > 1 {
		what += " (the latest of " + strconv.Itoa(len(rows)) + ")"
	}
	return day, what, true
}

func dayOf(questionType string, a answer.Answer) (calendar.Date, bool) {
	if questionType == "datetime" {
		t, _, err := calendar.ParseTime(a.Text)
		return calendar.DateOf(t), err == nil
	}
	d, err := calendar.ParseDate(a.Text)
	return d, err == nil && !d.IsZero()
}

// notAnswered says which answer is missing.
func (p *Pathway) notAnswered(key string) string {
	_, _, id := answer.Key(key).Split()
	if in := p.questions[id]; in != nil {
		return "“" + in.q.Heading() + "” is not known."
	}
	return "Something that the rule asks is not known."
}

// later is the day so many months after another. Where the month has no such day
// it is the first of the next, so that nothing is kept a day too short: whoever
// was born on 29 February is 25 on 1 March.
func later(d calendar.Date, months int) calendar.Date {
	end := d.AddMonths(months)
	if end.Day() < d.Day() {
		end = end.AddDays(1)
	}
	return end
}

func keepWords(months int) string {
	n, unit := months, "month"
	if months%12 == 0 {
		n, unit = months/12, "year"
	}
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// KeepBasis is everything that the lengths of a pathway depend on beside the
// record: when it changes, dates are worked out anew.
func (p *Pathway) KeepBasis() string {
	parts := []string{p.Hash}
	for _, id := range sortedKeys(p.Settings) {
		parts = append(parts, id+"="+p.Settings[id].Default)
	}
	return hashOf(map[string]string{"keep": strings.Join(parts, "\n")})[:32]
}

// KeepRules are the rules in words, each with its lengths, for those who look
// after them.
func (p *Pathway) KeepRules() []string {
	var out []string
	for i := range p.Retention {
		r := &p.Retention[i]
		var lengths []string
		for j := range r.Keep {
			f := &r.Keep[j]
			from := f.From
			if id, ok := strings.CutPrefix(from, "answer."); ok && p.questions[id] != nil {
				from = "“" + p.questions[id].q.Label + "”"
			}
			said := keepWords(f.months) + " from " + map[string]string{"closed": "when it closed", "born": "birth", "died": "death"}[f.From]
			if f.question != "" && f.From != "born" && f.From != "died" {
				said = keepWords(f.months) + " from " + from
			}
			if set, ok := p.Settings[f.setting]; ok && !set.Confirmed {
				said += " (not confirmed locally)"
			}
			lengths = append(lengths, said)
		}
		words := "until somebody decides"
		if len(lengths) > 0 {
			words = strings.Join(lengths, ", or ")
			if len(lengths) > 1 {
				words += ", whichever ends last"
			}
		}
		out = append(out, strings.TrimSuffix(r.Words, ".")+": "+words+".")
	}
	return out
}
