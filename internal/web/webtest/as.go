package webtest

import (
	"net/http"
	"strings"
)

// As gives the page that is open a cookie, such as a session's, so that what is
// opened next from the same place is opened as whoever it belongs to.
func (p *Page) As(c *http.Cookie) {
	p.t.Helper()
	// Chromium keeps a cookie some time after it is set, so that a page opened at once
	// may go without it. To read it is to wait until it is there.
	if kept := p.Eval(`document.cookie = '` + c.Name + `=` + c.Value + `; path=/'; document.cookie`); !strings.Contains(kept, c.Value) {
		p.t.Fatalf("the cookie %s was not kept", c.Name)
	}
}

// Says reports an error for each of the words that the page does not show.
func (p *Page) Says(words ...string) {
	p.t.Helper()
	text := p.Text("body")
	for _, w := range words {
		if !strings.Contains(text, w) {
			p.t.Errorf("%s does not say %q: %s", p.URL(), w, text)
		}
	}
}

// Look checks the page that is open, and that it says the words, and takes a
// picture of it under the name.
func (p *Page) Look(name string, says ...string) {
	p.t.Helper()
	p.Says(says...)
	p.Axe()
	p.Fits()
	p.Shot(name)
}
