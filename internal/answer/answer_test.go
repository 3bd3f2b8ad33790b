package answer_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"frontdoor/internal/answer"
)

func TestGiven(t *testing.T) {
	t.Parallel()
	got := answer.Given(map[string]any{
		"danger": "no", "level": 4, "signs": []any{"hurt", "afraid"}, "gp": map[string]any{"not_known": "Nobody asked"},
		"home":     map[string]any{"line1": "1 Example Street", "postcode": "RM17 6SL"},
		"children": []any{map[string]any{"name": "Bella"}, map[string]any{"name": "Cara", "signs": []any{"hurt"}}},
		"adults":   []any{},
	})
	want := answer.Set{
		"danger": answer.Text("no"), "level": answer.Text("4"), "signs": answer.List("hurt", "afraid"), "gp": {NotKnown: "Nobody asked"},
		"home":             {Parts: map[string]string{"line1": "1 Example Street", "postcode": "RM17 6SL"}},
		"children":         answer.List("r1", "r2"),
		"children/r1/name": answer.Text("Bella"), "children/r2/name": answer.Text("Cara"), "children/r2/signs": answer.List("hurt"),
		"adults": {List: []string{}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// What a difference says is what turns the one into the other, and nothing is
// empty in what comes out.
func TestDiffAndApply(t *testing.T) {
	t.Parallel()
	from := answer.Set{"a": answer.Text("1"), "b": answer.Text("2"), "c": answer.List("x")}
	to := answer.Set{"a": answer.Text("1"), "b": answer.Text("3"), "d": {NotKnown: "why"}}
	diff := from.Diff(to)
	if len(diff) != 3 || !diff["c"].Empty() {
		t.Errorf("diff %v", diff)
	}
	got := from.Clone()
	got.Apply(diff)
	if d := cmp.Diff(to, got); d != "" {
		t.Error(d)
	}
	if _, changed := from["d"]; changed || len(from) != 3 {
		t.Error("the set it came from was changed")
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	for _, a := range []answer.Answer{{}, answer.Text(" \n"), {Parts: map[string]string{"line1": " "}}, {List: []string{}}} {
		if !a.Empty() {
			t.Errorf("%+v is not empty", a)
		}
	}
	for _, a := range []answer.Answer{answer.Text("0"), answer.List("x"), {NotKnown: "why"}, {Parts: map[string]string{"town": "Grays"}}} {
		if a.Empty() {
			t.Errorf("%+v is empty", a)
		}
	}
}
