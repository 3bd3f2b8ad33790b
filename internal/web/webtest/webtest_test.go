package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMain(m *testing.M) { Main(m) }

// noted is a test that notes what fails it and goes on.
type noted struct {
	testing.TB
	said []string
}

func (n *noted) Errorf(format string, args ...any) {
	n.said = append(n.said, fmt.Sprintf(format, args...))
}

// What a page can get wrong is found, at the width and in the way it shows.
func TestWhatIsWrongIsFound(t *testing.T) {
	t.Parallel()
	pages := map[string]struct{ style, main, want string }{
		"/good":      {"", "", ""},
		"/wide":      {"p { color: #ddd } @media (max-width: 600px) { p { color: #000 } }", "", "color-contrast"},
		"/narrow":    {"p { color: #ddd } @media (min-width: 600px) { p { color: #000 } }", "", "color-contrast"},
		"/only-wide": {"@media (max-width: 600px) { .x { display: none } }", `<div class="x"><img src="/none"></div>`, "image-alt"},
		"/broad":     {".x { width: 900px }", `<div class="x">Words</div>`, "wider than the screen"},
		"/covered":   {".x { position: fixed; inset: 0 0 auto; height: 60vh; background: #fff }", `<div class="x">Words</div>`, "stays in sight takes"},
		"/hidden":    {".x { position: fixed; inset: 0 0 auto; height: 45px; background: #fff } main p { height: 3000px }", `<div class="x">Words</div><a href="/top">A link</a><p>Words</p><a href="/end">The end</a>`, "focus is hidden on A."},
		"/cut":       {".x { height: 1em; overflow: hidden }", `<div class="x">Words<br>and more</div>`, "words are cut off in DIV.x"},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := pages[r.URL.Path]
		fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta name="viewport" content="width=device-width"><title>A page</title>
			<style>body { background: #fff; margin: 0 } a { display: inline-block; padding: 6px } %s</style></head><body><main><h1>A page</h1><p>Words</p>%s</main></body></html>`, c.style, c.main)
	}))
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	for path, c := range pages {
		n := &noted{TB: t}
		p := Browser(n)
		p.Open(server.URL + path)
		p.Check()
		p.Zoom()
		p.Clear()
		if said := strings.Join(n.said, "\n"); c.want == "" && said != "" || !strings.Contains(said, c.want) {
			t.Errorf("%s: want %q, found %q", path, c.want, said)
		}
	}
}
