package pathway

import (
	"cmp"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/person"
)

// maxChars is the most characters a question takes.
func maxChars(q *Question) int {
	if q.MaxChars > 0 {
		return q.MaxChars
	}
	if q.Type == "textarea" {
		return 20_000
	}
	return 300
}

// Check finds what is wrong with the answers to some questions: those that are
// required and not there, and those that cannot be right. Each sentence says
// what to do and holds nothing that was typed.
func (p *Pathway) Check(asked []Asked, answers answer.Set, now time.Time) fault.Fields {
	var out fault.Fields
	rows := map[string][]string{} // of each group, when questions about several are asked together
	for _, a := range asked {
		g, r, _ := a.Key.Split()
		if r != "" && !slices.Contains(rows[g], r) {
			rows[g] = append(rows[g], r)
		}
	}
	for _, a := range asked {
		text, key := p.checkOne(a, answers, now)
		if text == "" {
			continue
		}
		if g, r, _ := a.Key.Split(); len(rows[g]) > 1 {
			text += fmt.Sprintf(" for %s %d", lowerFirst(p.item(g)), slices.Index(rows[g], r)+1)
		}
		out.Add(string(key), "%s", text)
	}
	return out
}

func (p *Pathway) checkOne(a Asked, answers answer.Set, now time.Time) (string, answer.Key) {
	q, v := a.Question, answers[a.Key]
	if v.NotKnown != "" {
		rest := v
		rest.NotKnown = ""
		switch {
		case !q.NotKnown:
			return p.missingText(q), a.Key
		case !rest.Empty():
			return subjectOf(q) + ": give an answer or say that it is not known, not both", a.Key
		case v.NotKnown == NoReason:
			return subjectOf(q) + ": say why it is not known", a.Key
		case utf8.RuneCountInString(v.NotKnown) > 1000:
			return subjectOf(q) + ": say in 1,000 characters or fewer why it is not known", a.Key
		}
		return "", a.Key
	}
	if v.Empty() {
		if a.Required {
			return p.missingText(q), a.Key
		}
		return "", a.Key
	}
	if text := p.wrong(q, v, now); text != "" {
		return text, a.Key
	}
	if all := p.CodesOf(q); v.Text != "" && hasCode(all, v.Text) && !hasCode(a.Codes, v.Text) && len(a.Codes) > 0 {
		return subjectOf(q) + ": choose one that is in force", a.Key
	}
	if q.Other != "" && (v.Text == q.Other || slices.Contains(v.List, q.Other)) {
		key := a.Key + "_other"
		switch words := answers[key]; {
		case words.Empty():
			return "Enter what “other” is for “" + strings.TrimSuffix(q.Label, ".") + "”", key
		case utf8.RuneCountInString(words.Text) > 1000:
			return "What “other” is must be 1,000 characters or fewer", key
		}
	}
	return "", a.Key
}

// wrong says what to do about an answer that cannot be right.
func (p *Pathway) wrong(q *Question, v answer.Answer, now time.Time) string {
	list := q.Type == "checkboxes" || q.Type == "files"
	switch {
	case q.Type == "address" && (v.Text != "" || len(v.List) > 0),
		list && (v.Text != "" || len(v.Parts) > 0),
		q.Type != "address" && !list && (len(v.List) > 0 || len(v.Parts) > 0):
		return p.missingText(q) // an answer of another shape, which no form of ours sends
	}
	name := subjectOf(q)
	switch q.Type {
	case "text", "textarea":
		return tooLong(q, v.Text)
	case "email":
		return cmp.Or(tooLong(q, v.Text), checkEmail(name, v.Text))
	case "phone":
		return checkPhone(name, v.Text)
	case "number", "scale":
		return checkNumber(q, name, v.Text)
	case "date":
		return checkDate(q, name, v.Text, now)
	case "datetime":
		return checkDateTime(q, name, v.Text, now)
	case "yes_no", "yes_no_not_known", "radios", "select":
		if !hasCode(p.CodesOf(q), v.Text) {
			return p.missingText(q)
		}
	case "checkboxes":
		if slices.ContainsFunc(v.List, func(c string) bool { return !hasCode(p.CodesOf(q), c) }) {
			return p.missingText(q)
		}
		return checkCount(q, len(v.List), "Select")
	case "files":
		return cmp.Or(checkIDs(p, q, v.List), checkCount(q, len(v.List), "Add"))
	case "worker", "team", "record":
		return checkIDs(p, q, []string{v.Text})
	case "address":
		return checkAddress(name, v.Parts)
	case "postcode":
		if _, err := person.Postcode(v.Text); err != nil {
			return name + " must be a full UK postcode, like SS2 6ER"
		}
	case "nhs_number":
		if _, err := person.NHSNumber(v.Text); err != nil {
			return stop(fault.SafeText(err))
		}
	case "upn":
		if _, _, err := person.PupilNumber(v.Text); err != nil {
			return stop(fault.SafeText(err))
		}
	}
	return ""
}

// stop takes the full stop off a sentence that stands alone, as the others do.
func stop(s string) string {
	if strings.Count(s, ".") == 1 {
		return strings.TrimSuffix(s, ".")
	}
	return s
}

func hasCode(codes []Code, code string) bool {
	return slices.ContainsFunc(codes, func(c Code) bool { return c.Code == code })
}

func tooLong(q *Question, text string) string {
	if utf8.RuneCountInString(text) > maxChars(q) {
		return fmt.Sprintf("%s must be %s characters or fewer", subjectOf(q), thousands(maxChars(q)))
	}
	return ""
}

func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func checkEmail(name, text string) string {
	at, err := mail.ParseAddress(text)
	_, domain, _ := strings.Cut(text, "@")
	if err != nil || at.Address != text || !strings.Contains(strings.Trim(domain, "."), ".") {
		return name + " must be an email address, like name@example.com"
	}
	return ""
}

// checkPhone only asks for enough figures: people ring from everywhere and
// write "ask for Sam" after the number.
func checkPhone(name, text string) string {
	figures := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			figures++
		}
	}
	if figures < 6 || figures > 20 || utf8.RuneCountInString(text) > 100 {
		return name + " must be a phone number, like 01632 960 001 or +44 808 157 0192"
	}
	return ""
}

func checkNumber(q *Question, name, text string) string {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return name + " must be a whole number, like 3"
	}
	low, errLow := strconv.Atoi(q.Min)
	high, errHigh := strconv.Atoi(q.Max)
	switch {
	case errLow == nil && errHigh == nil && (n < low || n > high):
		return fmt.Sprintf("%s must be between %d and %d", name, low, high)
	case errLow == nil && n < low:
		return fmt.Sprintf("%s must be %d or more", name, low)
	case errHigh == nil && n > high:
		return fmt.Sprintf("%s must be %d or fewer", name, high)
	}
	return ""
}

func checkCount(q *Question, n int, verb string) string {
	low, errLow := strconv.Atoi(q.Min)
	high, errHigh := strconv.Atoi(q.Max)
	label := "“" + strings.TrimSuffix(q.Label, ".") + "”"
	switch {
	case errLow == nil && n < low:
		return fmt.Sprintf("%s at least %d for %s", verb, low, label)
	case errHigh == nil && n > high:
		return fmt.Sprintf("%s %d or fewer for %s", verb, high, label)
	}
	return ""
}

func checkIDs(p *Pathway, q *Question, ids []string) string {
	for _, id := range ids {
		if id == "" || len(id) > 100 || strings.ContainsAny(id, " \t\n/\\") {
			return p.missingText(q)
		}
	}
	return ""
}

func checkAddress(name string, parts map[string]string) string {
	for k, v := range parts {
		if !slices.Contains(answer.AddressParts, k) || utf8.RuneCountInString(v) > 200 {
			return name + ": each line must be 200 characters or fewer"
		}
	}
	if pc := parts["postcode"]; pc != "" {
		if _, err := person.Postcode(pc); err != nil {
			return name + " must have a full UK postcode, like SS2 6ER, or none"
		}
	}
	return ""
}

// realDate says which part of a date is missing or cannot be.
func realDate(name, text string) (calendar.Date, string) {
	day, month, year, _ := DateParts(text)
	var lacks []string
	for _, p := range []struct{ value, word string }{{day, "a day"}, {month, "a month"}, {year, "a year"}} {
		if p.value == "" {
			lacks = append(lacks, p.word)
		}
	}
	if len(lacks) > 0 && len(lacks) < 3 {
		return calendar.Date{}, name + " must include " + strings.Join(lacks, " and ")
	}
	if _, err := strconv.Atoi(year); err == nil && len(year) != 4 {
		return calendar.Date{}, name + ": the year must have 4 figures, like 2014"
	}
	date, _, _ := strings.Cut(text, "T")
	d, err := calendar.ParseDate(date)
	if err != nil || d.IsZero() {
		return calendar.Date{}, name + " must be a real date, like 27 3 2014"
	}
	return d, ""
}

func checkDate(q *Question, name, text string, now time.Time) string {
	d, wrong := realDate(name, text)
	if wrong != "" || strings.Contains(text, "T") {
		return cmp.Or(wrong, name+" must be a real date, like 27 3 2014")
	}
	today := calendar.DateOf(now)
	if q.Min == "today" || q.Min == "now" {
		if d.Before(today) {
			return name + " must be today or in the future"
		}
	} else if least, err := calendar.ParseDate(q.Min); err == nil && q.Min != "" && d.Before(least) {
		return name + " must be on or after " + least.Long()
	}
	if q.Max == "today" || q.Max == "now" {
		if d.After(today) {
			return name + " must be today or in the past"
		}
	} else if most, err := calendar.ParseDate(q.Max); err == nil && q.Max != "" && d.After(most) {
		return name + " must be on or before " + most.Long()
	}
	return ""
}

func checkDateTime(q *Question, name, text string, now time.Time) string {
	d, wrong := realDate(name, text)
	if wrong != "" {
		return wrong
	}
	_, _, _, clock := DateParts(text)
	if clock == "" {
		return name + " must include a time, like 14:30"
	}
	if _, err := time.Parse("15:04", clock); err != nil {
		return name + " must have a real time, like 14:30"
	}
	t, _, err := calendar.ParseTime(text)
	if err != nil {
		return name + " must be a time that happened: the clocks went forward that night"
	}
	today := calendar.DateOf(now)
	switch {
	case q.Max == "now" && t.After(now):
		return name + " must be in the past"
	case q.Max == "today" && d.After(today):
		return name + " must be today or in the past"
	case q.Min == "now" && t.Before(now):
		return name + " must be in the future"
	case q.Min == "today" && d.Before(today):
		return name + " must be today or in the future"
	}
	if least, err := calendar.ParseDate(q.Min); err == nil && q.Min != "" && d.Before(least) {
		return name + " must be on or after " + least.Long()
	}
	if most, err := calendar.ParseDate(q.Max); err == nil && q.Max != "" && d.After(most) {
		return name + " must be on or before " + most.Long()
	}
	return ""
}
