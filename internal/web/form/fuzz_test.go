package form_test

import (
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/internal/web/form"
)

// FuzzRead: whatever is sent as a form, only answers to questions that were asked
// come out of it, under their own keys, and in text that can be kept.
func FuzzRead(f *testing.F) {
	p, ok := caseworktest.Library().Get("referral")
	if !ok {
		f.Fatal("there is no such pathway")
	}
	for _, s := range []string{
		"danger=no&sender_kind=family_public&" + form.MarkName + "=danger&" + form.MarkName + "=sender_kind",
		"children=r1&children/r1/born-day=31&children/r1/born-month=2&children/r1/born-year=2019&" + form.MarkName + "=children/r1/born",
		"children/../../x=1&" + form.MarkName + "=children/../../x", "danger=\x00&danger=yes&" + form.MarkName + "=danger", "%zz=1", strings.Repeat("a=b&", 3000),
		form.MarkName + "=public_saw&public_saw=" + url.QueryEscape(strings.Repeat("é\u202e", 20000)),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		sent, err := url.ParseQuery(body)
		if err != nil {
			return
		}
		asked := map[answer.Key]bool{}
		ask := func(have answer.Set) []pathway.Asked {
			var out []pathway.Asked
			for _, shown := range p.Shown(pathway.Facts{Answers: have, Now: caseworktest.Start, Taken: map[string]pathway.Taken{}, Actor: pathway.Actor{Kind: "public", Author: true}}) {
				for _, a := range shown.Questions {
					asked[a.Key], asked[a.Key+"_other"] = true, true
					out = append(out, a)
				}
			}
			return out
		}
		for _, read := range []func(*pathway.Pathway, url.Values, answer.Set, func(answer.Set) []pathway.Asked) answer.Set{form.Read, form.ReadPart} {
			for k, a := range read(p, sent, answer.Set{}, ask) {
				if !asked[k] {
					t.Fatalf("%q was never asked", k)
				}
				for _, s := range append(append([]string{a.Text, a.NotKnown}, a.List...), values(a.Parts)...) {
					if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
						t.Fatalf("%s is %q", k, s)
					}
				}
			}
		}
	})
}

func values(parts map[string]string) []string {
	var out []string
	for _, v := range parts {
		out = append(out, v)
	}
	return out
}
