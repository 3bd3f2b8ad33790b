package parts

import (
	"strings"
	"testing"
)

func TestAttrsRefuseWhatCarriesScriptOrPlace(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"onclick", "style", "href", "formaction", "x y", `a"b`, "", "ONCLICK"} {
		if got, err := (Attrs{{name, "x"}}).HTML(); err == nil {
			t.Errorf("%q gave %s", name, got)
		}
	}
	got, err := Attrs{{"data-name", `"><script>`}, {"autocomplete", "off"}}.HTML()
	if want := ` data-name="&#34;&gt;&lt;script&gt;" autocomplete="off"`; err != nil || string(got) != want {
		t.Errorf("%s %v, want %s", got, err, want)
	}
}

func TestPartsEscapeWhatWasTyped(t *testing.T) {
	t.Parallel()
	const typed = `<script>alert(1)</script>"'`
	for _, p := range []Part{
		Text(typed), P(typed),
		Link{Text: typed, Href: "javascript:alert(1)"},
		Input{Field: Field{Name: "a", Label: typed, Hint: typed, Error: typed}, Value: typed},
		Textarea{Field: Field{Name: "a", Label: typed}, Value: typed},
		Radios{Field: Field{Name: "a", Label: typed}, Items: []Choice{{Value: typed, Label: typed, Hint: typed}}, Value: typed},
		SummaryList{Rows: []SummaryRow{{Key: typed, Value: typed}}},
		Table{Caption: typed, Head: []Cell{{Text: typed}}, Rows: [][]Cell{{{Text: typed, SortValue: typed}}}, Stack: true},
		Timeline{Items: []TimelineItem{{Title: typed, Text: typed, By: typed}}},
		Diff{Pieces: []DiffPiece{{Text: typed, Change: "in"}}},
	} {
		got, err := p.Render()
		if err != nil {
			t.Fatalf("%T: %v", p, err)
		}
		if strings.Contains(string(got), "<script") || strings.Contains(string(got), "javascript:") {
			t.Errorf("%T: %s", p, got)
		}
	}
}

func TestNothingIsChosenForAnyone(t *testing.T) {
	t.Parallel()
	got, err := Body{
		Radios{Field: Field{Name: "a", Label: "A"}, Items: []Choice{{Label: "No value"}, {Value: "x", Label: "X"}}},
		Select{Field: Field{Name: "b", Label: "B"}, Items: []Option{{Text: "Choose one"}, {Value: "x", Text: "X"}}},
	}.Render()
	if err != nil || strings.Contains(string(got), "checked") || strings.Contains(string(got), "selected") {
		t.Errorf("%s %v", got, err)
	}
}

func TestPagesLeavesGaps(t *testing.T) {
	t.Parallel()
	shape := func(current, total int) string {
		var out strings.Builder
		for _, p := range Pages(current, total, func(int) string { return "" }) {
			switch {
			case p.Gap:
				out.WriteString("-")
			case p.Current:
				out.WriteString("*")
			default:
				out.WriteString("o")
			}
		}
		return out.String()
	}
	for _, c := range []struct {
		current, total int
		want           string
	}{{1, 1, "*"}, {1, 5, "*o-o"}, {3, 5, "oo*oo"}, {5, 9, "o-o*o-o"}, {9, 9, "o-o*"}, {1, 0, ""}} {
		if got := shape(c.current, c.total); got != c.want {
			t.Errorf("page %d of %d: %s, want %s", c.current, c.total, got, c.want)
		}
	}
}
