package pathway_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/pathway"
)

var now = time.Date(2026, 11, 17, 10, 0, 0, 0, time.UTC)

func place() pathway.Place {
	return pathway.Place{
		Roles: []string{"social_worker", "manager", "researcher"},
		Lists: map[string][]pathway.Code{"ratings": {{Code: "red", Label: "Red"}, {Code: "amber", Label: "Amber"}, {Code: "green", Label: "Green"}}},
		Now:   now,
	}
}

// folder is the files of a pathway of testdata, with pairs of text to replace
// in pathway.yaml.
func folder(t testing.TB, name string, replace ...string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	dir := os.DirFS("testdata/" + name)
	err := fs.WalkDir(dir, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(dir, path)
		out[path] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(out["pathway.yaml"].Data)
	for i := 0; i < len(replace); i += 2 {
		if !strings.Contains(text, replace[i]) {
			t.Fatalf("testdata/%s has no %q to replace", name, replace[i])
		}
		text = strings.Replace(text, replace[i], replace[i+1], 1)
	}
	out["pathway.yaml"].Data = []byte(text)
	return out
}

func worry(t testing.TB, replace ...string) *pathway.Pathway {
	t.Helper()
	p, faults := pathway.Load(folder(t, "worry", replace...), place())
	if p == nil {
		t.Fatalf("the pathway does not load:\n%v", faults)
	}
	return p
}

// complete is every answer the form of testdata/worry needs, for two children.
func complete() answer.Set {
	s := answer.Set{
		"danger": answer.Text("no"), "agency": answer.Text("police"), "rang": answer.Text("no"),
		"children": answer.List("r1", "r2"), "worry": answer.Text("She is thin."),
	}
	for _, r := range []string{"r1", "r2"} {
		s[answer.RowKey("children", r, "given_names")] = answer.Text("Ann" + r)
		s[answer.RowKey("children", r, "family_name")] = answer.Text("Other")
		s[answer.RowKey("children", r, "born")] = answer.Text("2014-03-27")
		s[answer.RowKey("children", r, "school")] = answer.Text("Hill School")
	}
	return s
}

func with(s answer.Set, pairs ...string) answer.Set {
	s = s.Clone()
	for i := 0; i < len(pairs); i += 2 {
		s.Apply(answer.Set{answer.Key(pairs[i]): answer.Text(pairs[i+1])})
	}
	return s
}

func facts(s answer.Set, state string, actor pathway.Actor) pathway.Facts {
	return pathway.Facts{
		Answers: s, State: state, Now: now, Actor: actor, Authority: "thurrock",
		Taken: map[string]pathway.Taken{}, Counts: map[string]int64{"open_checks": 0, "history_looked": 1},
	}
}

var (
	author  = pathway.Actor{Kind: "professional", Author: true}
	worker  = pathway.Actor{ID: "w1", Kind: "worker", Roles: []string{"social_worker"}}
	manager = pathway.Actor{ID: "w2", Kind: "worker", Roles: []string{"manager"}}
)
