package pathway

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"frontdoor/internal/answer"
)

// NoReason stands where the reason should be when someone ticked "not known"
// and gave none.
const NoReason = "-"

// Read takes what was typed out of a form, as it was typed but for white
// space. A date comes from <key>-day, -month and -year and is kept even when
// it is not a real one (see DateParts); a date with a time has <key>-time as
// well; an address comes from <key>-line1 and so on; "not known" from
// <key>-not_known and <key>-not_known_reason; the words for "other" from
// <key>-other, kept under <key>_other. A question that the form leaves empty
// gives an empty answer, so that applying the set takes an old one away.
func (p *Pathway) Read(asked []Asked, form url.Values) answer.Set {
	out := answer.Set{}
	for _, a := range asked {
		key := string(a.Key)
		v := readOne(a.Question, key, form)
		if a.Question.NotKnown && form.Get(key+"-not_known") != "" {
			v.NotKnown = oneLine(form.Get(key + "-not_known_reason"))
			if v.NotKnown == "" {
				v.NotKnown = NoReason
			}
		}
		out[a.Key] = v
		if a.Question.Other != "" {
			out[a.Key+"_other"] = answer.Text(lines(form.Get(key + "-other")))
		}
	}
	return out
}

func readOne(q *Question, key string, form url.Values) answer.Answer {
	switch q.Type {
	case "textarea":
		return answer.Text(lines(form.Get(key)))
	case "checkboxes", "files":
		var list []string
		for _, v := range form[key] {
			if v = oneLine(v); v != "" && !slices.Contains(list, v) {
				list = append(list, v)
			}
		}
		return answer.Answer{List: list}
	case "address":
		parts := map[string]string{}
		for _, p := range answer.AddressParts {
			if v := oneLine(form.Get(key + "-" + p)); v != "" {
				parts[p] = v
			}
		}
		if len(parts) == 0 {
			return answer.Answer{}
		}
		return answer.Answer{Parts: parts}
	case "date":
		if !hasDate(key, form) {
			return answer.Text(oneLine(form.Get(key)))
		}
		return answer.Text(readDate(key, form))
	case "datetime":
		clock := readTime(form.Get(key + "-time"))
		if !hasDate(key, form) && !form.Has(key+"-time") {
			return answer.Text(oneLine(form.Get(key)))
		}
		if d := readDate(key, form); d != "" || clock != "" {
			return answer.Text(d + "T" + clock)
		}
		return answer.Answer{}
	default:
		return answer.Text(oneLine(form.Get(key)))
	}
}

func hasDate(key string, form url.Values) bool {
	return form.Has(key+"-day") || form.Has(key+"-month") || form.Has(key+"-year")
}

// readDate joins the three parts to year-month-day, with figures in two places
// where they fit.
func readDate(key string, form url.Values) string {
	day, month, year := oneLine(form.Get(key+"-day")), oneLine(form.Get(key+"-month")), oneLine(form.Get(key+"-year"))
	if day == "" && month == "" && year == "" {
		return ""
	}
	if m := monthNumber(month); m > 0 {
		month = strconv.Itoa(m)
	}
	part := func(s string) string {
		if len(s) == 1 && s[0] >= '0' && s[0] <= '9' {
			return "0" + s
		}
		return marks.Replace(s)
	}
	return marks.Replace(year) + "-" + part(month) + "-" + part(day)
}

// marks changes what would be taken for the marks between the parts of a date.
var marks = strings.NewReplacer("-", "‐", "T", "t")

func monthNumber(s string) int {
	s = strings.ToLower(strings.TrimSuffix(s, "."))
	for m := time.January; m <= time.December; m++ {
		if name := strings.ToLower(m.String()); s == name || s == name[:3] || (s == "sept" && m == time.September) {
			return int(m)
		}
	}
	return 0
}

// DateParts takes a kept date apart again, as it was typed, real or not. A
// date-time gives its time too.
func DateParts(text string) (day, month, year, clock string) {
	date, clock, _ := strings.Cut(text, "T")
	parts := strings.SplitN(date, "-", 3)
	for len(parts) < 3 {
		parts = append(parts, "")
	}
	if len(parts[1]) == 2 {
		parts[1] = strings.TrimPrefix(parts[1], "0")
	}
	if len(parts[2]) == 2 {
		parts[2] = strings.TrimPrefix(parts[2], "0")
	}
	return parts[2], parts[1], parts[0], clock
}

var timeForms = []string{"15:04", "15.04", "1504", "3:04pm", "3.04pm", "3pm", "15:04:05"}

// readTime writes a time of day as 24 hours; what it cannot read stays as it
// was typed.
func readTime(s string) string {
	s = oneLine(s)
	tight := strings.ToLower(strings.ReplaceAll(s, " ", ""))
	switch tight {
	case "noon", "midday", "12noon":
		return "12:00"
	case "midnight":
		return "00:00"
	}
	if len(tight) == 4 && tight[1] == ':' {
		tight = "0" + tight
	}
	for _, f := range timeForms {
		if t, err := time.Parse(f, tight); err == nil {
			return t.Format("15:04")
		}
	}
	return s
}

// oneLine trims and joins white space, and drops what nobody can type.
func oneLine(s string) string {
	return strings.Join(strings.Fields(printable(s)), " ")
}

// lines keeps line ends and drops white space at the ends of lines.
func lines(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	all := strings.Split(printable(s), "\n")
	for i := range all {
		all[i] = strings.TrimRightFunc(all[i], unicode.IsSpace)
	}
	return strings.Trim(strings.Join(all, "\n"), "\n")
}

// printable drops control characters, which no keyboard types and which could
// break a page, a log or a letter.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if (unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r') || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
