package tool

import (
	"embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed practice/*.json
var practiceFiles embed.FS

//go:embed schema.json
var schema []byte

// Schema is the JSON Schema of a package, for those who write one.
func Schema() []byte { return slices.Clone(schema) }

// PracticeMark is said wherever a practice example is shown or was used.
const PracticeMark = "Practice example, not the tool"

// PracticeWarning stands at the head of every page on which a practice example is
// shown, filled in or read.
const PracticeWarning = PracticeMark + ". It is in words of our own and was never validated. Nothing that it works out counts."

// example is one practice example with its bytes.
type example struct {
	pkg  *Package
	body []byte
}

var examples = sync.OnceValue(func() map[string]example {
	out := map[string]example{}
	files, err := practiceFiles.ReadDir("practice")
	if err != nil {
		panic(err)
	}
	for _, f := range files {
		body, err := practiceFiles.ReadFile("practice/" + f.Name())
		if err != nil {
			panic(err)
		}
		p, faults := Parse(body)
		if p == nil {
			panic(f.Name() + ": " + faults.Error())
		}
		p.Practice = true
		out[strings.TrimSuffix(f.Name(), ".json")] = example{p, body}
	}
	return out
})

// PracticeOf gives the practice example that ships in place of a form, and its
// file.
func PracticeOf(id string) (*Package, []byte, bool) {
	e, ok := examples()[id]
	return e.pkg, e.body, ok
}

// Known are the forms that have a practice example.
func Known() []string { return slices.Sorted(maps.Keys(examples())) }
