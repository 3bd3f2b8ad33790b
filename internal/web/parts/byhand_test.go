package parts

import (
	"html/template"
	"strings"
	"testing"
)

// What is drawn by hand is what the template of the same part draws, also for
// words that would be markup. A template writes a plus sign as a number and
// leaves a space where attributes would be; both mean the same.
func TestDrawnByHandIsWhatTheTemplateDraws(t *testing.T) {
	t.Parallel()
	const bad = `<b title="x'y">&amp; "quoted" + more</b>`
	same := func(name string, got template.HTML, err error, template string, data any) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		want, err := draw(template, data)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := alike(string(got)), alike(string(want)); a != b {
			t.Errorf("%s:\n%s\nthe template:\n%s", name, a, b)
		}
	}
	attrs := Attrs{{"data-x", bad}}
	for _, l := range []Link{
		{Text: bad, Href: "/records/1?a=b&c=d#e", Hidden: bad, Current: true, Attributes: attrs},
		{Text: "x", Href: "/x"},
		{Text: "x", Href: "javascript:alert(1)"},
		{Text: "x", Href: "//elsewhere.example/"},
		{Text: "x", Href: `/a"onclick="b`},
		{Text: "x", Href: "/a b%20c'é"},
		{Text: bad},
	} {
		h, err := l.Render()
		same("link "+l.Href, h, err, "fd/link", l)
		var w pen
		w.action(l, bad)
		h, err = w.html()
		if !l.Current {
			same("action "+l.Href, h, err, "govuk/action", l.In(bad))
		}
	}
	for _, p := range []Tag{{Text: bad, Colour: "red", Classes: bad, Attributes: attrs}, {Text: "x"}} {
		h, err := p.Render()
		same("tag", h, err, "govuk/tag", p)
	}
	for _, state := range []string{"met", "late-met", "overdue", "soon", "stopped", "running", bad} {
		for _, c := range []TimeLeft{{State: state, Text: bad}, {State: state, Text: "x", Due: bad, Machine: bad}, {State: state, Due: "x"}} {
			h, err := c.Render()
			same("time left "+state, h, err, "fd/time-left", c)
		}
	}
	h, err := P(bad).Render()
	same("paragraph", h, err, "fd/p", P(bad))
	box := selectBox{ID: bad, Name: bad, Value: bad, Label: bad, On: true}
	h, err = box.byHand()
	same("select box", h, err, "moj/select-box", box)
}

func TestRowsDrawnByHandAreEscaped(t *testing.T) {
	t.Parallel()
	const bad = `<script>"'&`
	cell := Cell{Text: bad, Classes: bad, SortValue: bad, Attributes: Attrs{{"data-x", bad}}, Colspan: 2, Numeric: true}
	table, err := Table{Caption: bad, Head: []Cell{{Text: bad}, {Text: bad}}, Rows: [][]Cell{{cell, cell}}, Stack: true, RowHeaders: true}.Render()
	if err != nil {
		t.Fatal(err)
	}
	list, err := SummaryList{Rows: []SummaryRow{{Key: bad, Value: bad, Classes: bad, Actions: []Link{{Text: bad, Href: "/x", Hidden: bad}, {Text: bad, Href: bad}}}}}.Render()
	if err != nil {
		t.Fatal(err)
	}
	options, err := Select{Items: []Option{{Value: bad, Text: bad}}, Value: bad}.Render()
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range []template.HTML{table, list, options} {
		if s := string(h); strings.Contains(s, "<script") || strings.Contains(s, `"'`) {
			t.Errorf("not escaped: %s", s)
		}
	}
	for _, a := range []Attrs{{{"onclick", "x"}}, {{"style", "x"}}, {{"href", "x"}}} {
		if _, err := (Table{Rows: [][]Cell{{{Text: "x", Attributes: a}}}}).Lines(); err == nil {
			t.Errorf("attribute %q was written", a[0].Name)
		}
	}
}

func alike(s string) string {
	return strings.NewReplacer("&#43;", "+", " >", ">", "  ", " ").Replace(s)
}
