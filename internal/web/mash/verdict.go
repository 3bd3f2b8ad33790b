package mash

import (
	"net/http"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
)

// said is what a second person said of letters or a copy, and could not be kept.
type said struct {
	of          string // what it is about
	safe, words string
	errs        fault.Fields
}

// verdictView is what a second person is asked.
type verdictView struct {
	Safe  parts.Radios
	Words parts.Textarea
}

// declinedView says who sent letters or a copy back, and why.
type declinedView struct{ By, When, Words string }

// saidIn reads what a second person said; it has faults when they did not say
// whether it is safe.
func saidIn(r *http.Request, of string) (casework.Verdict, *said) {
	s := &said{of: of, safe: r.PostForm.Get("safe"), words: r.PostForm.Get("words")}
	if s.safe != "yes" && s.safe != "no" {
		s.errs.Add("safe", "Choose whether it is safe to go")
	}
	return casework.Verdict{Safe: s.safe == "yes", Words: s.words}, s
}

// doneWord is the word for the page's notice once it was kept.
func (s *said) doneWord() string {
	if s.safe == "yes" {
		return "checked"
	}
	return "sent-back"
}

// wrong takes the faults of an error; false when it is about something else.
func (s *said) wrong(err error) bool {
	var found fault.Fields
	if !asFields(err, &found) {
		return false
	}
	s.errs = append(s.errs, found...)
	return true
}

func (s *said) status() int {
	if s == nil || len(s.errs) == 0 {
		return http.StatusOK
	}
	return http.StatusUnprocessableEntity
}

// chrome names the faults at the head of the page, each with the control it is
// about.
func (s *said) chrome(c *web.Chrome) {
	if s == nil {
		return
	}
	for _, e := range s.errs {
		e.Key = controlID(e.Key, s.of)
		c.Errors = append(c.Errors, e)
	}
}

// about asks for the verdict on one thing, with what was typed about it before.
func (s *said) about(of string) verdictView {
	if s == nil || s.of != of {
		s = &said{}
	}
	return verdictView{
		Safe: parts.Radios{
			Field: parts.Field{Name: "safe", ID: controlID("safe", of), Label: "Is it safe to go exactly as it is?", Error: s.errs.For("safe")},
			Items: []parts.Choice{{Value: "yes", Label: "Yes, it is safe"}, {Value: "no", Label: "No, send it back"}}, Value: s.safe, Small: true,
		},
		Words: parts.Textarea{
			Field: parts.Field{
				Name: "words", ID: controlID("words", of), Label: "Why?", Error: s.errs.For("words"),
				Hint: "What you looked for, or what must be changed. It is kept. Do not write the address or the name itself.",
			},
			Value: s.words, Rows: 3, Autosize: true, Spellcheck: "true",
		},
	}
}

// controlID is the id of a control about one of several things on a page.
func controlID(name, of string) string {
	return name + "-" + strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, of)
}

func (d *door) declined(r *http.Request, s casework.CheckState) (*declinedView, error) {
	if !s.Declined {
		return nil, nil
	}
	by, err := d.worker(r, s.By)
	return &declinedView{By: by, When: calendar.ShowShort(s.At), Words: s.Words}, err
}
