// Package frontdoor_test holds the rules of the house: which package may import
// which, and habits that a reader would otherwise have to remember.
package frontdoor_test

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// floors lists what each package may import of ours. A package that is not
// here fails the test: decide where it stands before it grows.
var floors = map[string][]string{
	"pathways":             {},
	"partnerships":         {},
	"reports":              {},
	"internal/fault":       {},
	"internal/prose":       {},
	"internal/answer":      {},
	"internal/calendar":    {"fault"},
	"internal/agency":      {},
	"internal/person":      {"calendar", "fault"},
	"internal/contact":     {"calendar", "fault"},
	"internal/pathway":     {"answer", "calendar", "fault", "person", "tool"},
	"internal/tool":        {"calendar"},
	"internal/find":        {},
	"internal/guidance":    {"calendar", "contact", "find", "pathway", "prose", "services"},
	"internal/record":      {"answer"},
	"internal/deadline":    {"answer", "calendar", "fault", "pathway", "record"},
	"internal/access":      {"agency"},
	"internal/audit":       {"fault"},
	"internal/seal":        {"fault"},
	"internal/secret":      {"fault"},
	"internal/upload":      {"fault"},
	"internal/partnership": {"agency", "calendar", "contact", "fault", "pathway", "person"},
	"internal/store":       {"access", "agency", "answer", "audit", "calendar", "fault", "person", "record"},
	"internal/signin":      {"agency", "audit", "fault", "seal", "secret", "store"},
	"internal/report":      {"agency", "calendar", "fault", "partnership", "store"},
	"internal/casework": {
		"access", "agency", "answer", "audit", "book", "calendar", "contact", "deadline", "fault", "partnership", "pathway", "person",
		"prose", "record", "seal", "secret", "store", "tool", "upload",
	},
	"internal/publishing":              {"agency", "audit", "calendar", "contact", "fault", "guidance", "partnership", "pathway", "prose", "seal", "store", "upload"},
	"internal/bulletin":                {"access", "agency", "audit", "calendar", "casework", "fault", "guidance", "post", "prose", "publishing", "seal", "secret", "store"},
	"internal/book":                    {"calendar", "fault", "guidance", "prose"},
	"internal/intake":                  {"fault", "guidance", "prose"},
	"internal/services":                {"calendar", "contact", "fault", "pathway"},
	"internal/threshold":               {"calendar", "guidance", "pathway"},
	"internal/listing":                 {"fault"},
	"internal/linkcheck":               {"guidance", "publishing", "store"},
	"internal/post":                    {"calendar", "casework", "fault", "store"},
	"internal/demo":                    {"*"},
	"internal/web":                     {"fault", "web/assets", "web/parts"},
	"internal/web/assets":              {},
	"internal/web/parts":               {"fault"},
	"internal/web/form":                {"answer", "calendar", "fault", "pathway", "record", "person", "upload", "web", "web/parts"},
	"internal/web/room":                {"agency", "answer", "calendar", "casework", "contact", "deadline", "fault", "guidance", "pathway", "publishing", "record", "secret", "signin", "web", "web/parts"},
	"internal/site":                    {"*"},
	"cmd/frontdoor":                    {"*"},
	"internal/web/webtest":             {"*"},
	"internal/web/roomtest":            {"*"},
	"internal/store/storetest":         {"*"},
	"internal/casework/caseworktest":   {"*"},
	"internal/county":                  {"*"},
	"test/journeys":                    {"*"},
	"test/live":                        {"*"},
	"test/access":                      {"*"},
	"test/upgrade":                     {"*"},
	"test/cluster":                     {"*"},
	"test/crash":                       {"*"},
	"test/privacy":                     {"*"},
	"test/hostile":                     {"*"},
	"test/bench":                       {"*"},
	"test/attack":                      {"*"},
	"internal/store/storetest/pgserve": {"*"},
}

// rooms may use everything below them and never each other.
var rooms = []string{
	"internal/web/public", "internal/web/mash", "internal/web/account", "internal/web/insight",
	"internal/web/read", "internal/web/directory", "internal/web/aid", "internal/web/editor", "internal/web/bulletin",
	"internal/web/shelf", "internal/web/tools", "internal/web/retention", "internal/web/family",
}

type listed struct {
	ImportPath string
	Imports    []string
	Doc        string
	GoFiles    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Doc,GoFiles", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportsPointDown(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "frontdoor/")
		if len(p.GoFiles) == 0 {
			continue
		}
		allowed, known := floors[name]
		room := slices.Contains(rooms, name)
		if !known && !room {
			t.Errorf("%s stands on no floor: add it to floors, or to rooms", name)
			continue
		}
		if slices.Contains(allowed, "*") {
			continue
		}
		for _, i := range p.Imports {
			ours, is := strings.CutPrefix(i, "frontdoor/")
			if !is {
				continue
			}
			short := strings.TrimPrefix(ours, "internal/")
			switch {
			case room && (slices.Contains(rooms, ours) || short == "site" || short == "demo"):
				t.Errorf("%s imports %s: rooms do not know each other", name, ours)
			case !room && !slices.Contains(allowed, short):
				t.Errorf("%s may not import %s", name, ours)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

// sources calls fn with every Go file that is not a test.
func sources(t *testing.T, fn func(path string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "bin" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		fn(path, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Time is given, never taken: everything below cmd is told what time it is, so
// that a test, the demonstration and an auditor can all ask "what then?".
func TestTimeIsGiven(t *testing.T) {
	t.Parallel()
	sources(t, func(path string, file *ast.File) {
		if strings.HasPrefix(path, "cmd/") || strings.HasPrefix(path, "test/") || strings.HasPrefix(path, "internal/web/webtest/") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && (s.Sel.Name == "Now" || s.Sel.Name == "Since" || s.Sel.Name == "Until") {
				t.Errorf("%s takes the time itself with time.%s", path, s.Sel.Name)
			}
			return true
		})
	})
}

// No Go names a pathway: what a pathway is lives in its folder alone.
func TestNoGoNamesAPathway(t *testing.T) {
	t.Parallel()
	folders, err := os.ReadDir("pathways")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range folders {
		if f.IsDir() && !strings.HasPrefix(f.Name(), "_") { // what pathways share is none
			names = append(names, f.Name())
		}
	}
	sources(t, func(path string, file *ast.File) {
		if strings.HasPrefix(path, "internal/demo/") || strings.HasPrefix(path, "internal/county/") || strings.HasPrefix(path, "test/") || strings.Contains(path, "test/") {
			return
		}
		if strings.HasPrefix(path, "internal/contact/") {
			return // its words are what a call is about; it knows no pathways, as floors holds
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil && slices.Contains(names, s) {
				t.Errorf("%s names the pathway %q", path, s)
			}
			return true
		})
	})
}

// The module replaces nothing: what is built here is what others build.
func TestNothingIsReplaced(t *testing.T) {
	t.Parallel()
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(mod), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "replace ") {
			t.Errorf("go.mod: %s", line)
		}
	}
}

// Each direct dependency has its line in docs/dependencies.md.
func TestDependenciesAreExplained(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "mod", "edit", "-json").Output()
	if err != nil {
		t.Fatalf("go mod edit: %v", err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range mod.Require {
		if !r.Indirect && !bytes.Contains(page, []byte("`"+r.Path+"`")) {
			t.Errorf("docs/dependencies.md does not say why %s", r.Path)
		}
	}
}
