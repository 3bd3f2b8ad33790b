package journeys

import (
	"encoding/json"
	"strconv"
	"strings"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

// fill answers the pages of something new one after the other, adds whom the
// answers name, sends it, and gives the record that came of it.
func (r *road) fill(b *tab, p *pathway.Pathway, answers answer.Set) string {
	r.t.Helper()
	for range 300 {
		at := b.URL()
		_, place, _ := strings.Cut(strings.TrimPrefix(at, r.base+"/refer/"), "/")
		place = strings.TrimRight(strings.FieldsFunc(place, func(c rune) bool { return c == '?' || c == '#' })[0], "/")
		kind, rest, _ := strings.Cut(place, "/")
		switch {
		case kind == "list":
			r.look(b, p.Name+"/list-"+rest)
			if have, _ := strconv.Atoi(b.Eval(`String(document.querySelectorAll('main .govuk-summary-list__row').length)`)); have < len(answers.Rows(rest)) {
				b.Follow("#add")
			} else {
				b.Follow("main form button:not([name])")
			}
		case kind == "check":
			r.look(b, p.Name+"/check")
			if !b.Has("main form") {
				r.t.Fatalf("%s cannot be sent: %s", p.Name, b.Text("main"))
			}
			b.Follow("main form button")
			end := strings.Split(strings.Split(b.URL(), "?")[0], "/")
			if b.Has(".govuk-error-summary") || !strings.Contains(b.URL(), "/records/") && !strings.Contains(b.URL(), "/sent/") {
				r.t.Fatalf("%s was not sent: %s", p.Name, b.Text("main"))
			}
			if strings.Contains(b.URL(), "/sent/") {
				r.look(b, p.Name+"/sent")
			}
			return end[len(end)-1]
		default:
			r.look(b, p.Name+"/"+kind)
			b.put(answers)
			b.Follow("main form[data-autosave] button:not([name])")
			if b.URL() == at && b.Has(".govuk-error-summary") {
				r.t.Fatalf("%s, %s: %s", p.Name, place, b.Text("main"))
			}
		}
	}
	r.t.Fatalf("%s has no end: %s", p.Name, b.URL())
	return ""
}

// put fills in what the page asks and the answers say.
func (b *tab) put(answers answer.Set) {
	b.w.t.Helper()
	form := map[string][]string{}
	for key, a := range answers {
		k := string(key)
		switch {
		case len(a.Parts) > 0:
			for part, v := range a.Parts {
				form[k+"-"+part] = []string{v}
			}
		case a.NotKnown != "":
			form[k+"-not_known"], form[k+"-not_known_reason"] = []string{"1"}, []string{a.NotKnown}
		case len(a.List) > 0:
			form[k] = a.List
		default:
			form[k] = []string{a.Text}
			day, month, year, clock := pathway.DateParts(a.Text)
			form[k+"-day"], form[k+"-month"], form[k+"-year"], form[k+"-time"] = []string{day}, []string{month}, []string{year}, []string{clock}
			if text, ok := strings.CutSuffix(k, "_other"); ok {
				form[text+"-other"] = []string{a.Text}
			}
		}
	}
	in, err := json.Marshal(form)
	if err != nil {
		b.w.t.Fatal(err)
	}
	b.Eval(`(() => {
		const form = ` + string(in) + `
		for (const [name, values] of Object.entries(form)) for (const e of document.getElementsByName(name)) {
			if (e.type === 'hidden') continue
			if (e.type === 'radio' || e.type === 'checkbox') {
				if (values.includes(e.value) !== e.checked && (e.type === 'checkbox' || !e.checked)) e.click()
			} else {
				e.value = values[0]
				e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true}))
			}
		}
		return ''
	})()`)
}
