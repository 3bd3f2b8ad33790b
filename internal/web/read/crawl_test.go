package read_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// mostBytes is what a first visit may carry: the page, the style sheet and the
// script, compressed.
const mostBytes = 100_000

// leaving are addresses that pages lead to and that are not crawled: they begin
// something, or belong to those who sign in.
var leaving = regexp.MustCompile(`^/(sign-in|assets/)`)

// copies are files made of pages: nothing for a browser to show.
var copies = regexp.MustCompile(`(\.|/)(pdf|epub)(\?|$)`)

// crawled is one page that was found.
type crawled struct {
	path  string
	from  string
	doc   *html.Node
	ids   map[string]bool
	size  int
	plain string
}

// crawl follows every link of the public site from its first page, but for some
// addresses.
func crawl(t *testing.T, w *world, but ...*regexp.Regexp) map[string]*crawled {
	t.Helper()
	found := map[string]*crawled{}
	from := map[string]string{"/": "nowhere"}
	but = append(but, leaving)
	queue := []string{"/"}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		c := w.page(path, from[path])
		if c == nil {
			continue
		}
		found[path] = c
		for n := range c.doc.Descendants() {
			for _, to := range leads(n) {
				if to = pathOf(to); to != "" && from[to] == "" && !slices.ContainsFunc(but, func(r *regexp.Regexp) bool { return r.MatchString(to) }) {
					from[to] = path
					queue = append(queue, to)
				}
			}
		}
	}
	return found
}

// page reads one page.
func (w *world) page(path, from string) *crawled {
	w.t.Helper()
	res := w.get(path, "Accept-Encoding", "gzip").Result()
	if res.StatusCode != http.StatusOK {
		w.t.Errorf("%s, linked from %s, answers %d", path, from, res.StatusCode)
		return nil
	}
	if len(res.Cookies()) > 0 {
		w.t.Errorf("%s sets a cookie", path)
	}
	packed, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	body := packed
	if res.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(strings.NewReader(string(packed)))
		if err == nil {
			body, err = io.ReadAll(z)
		}
		if err != nil {
			w.t.Fatalf("%s: %v", path, err)
		}
	}
	c := &crawled{path: path, from: from, ids: map[string]bool{}, size: len(packed), plain: string(body)}
	if !strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		c.doc = &html.Node{Type: html.DocumentNode}
		return c
	}
	if c.doc, err = html.Parse(strings.NewReader(c.plain)); err != nil {
		w.t.Fatalf("%s: %v", path, err)
	}
	for n := range c.doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			if c.ids[id] {
				w.t.Errorf("%s: two elements have the id %s", path, id)
			}
			c.ids[id] = true
		}
	}
	return c
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// leads are the addresses an element leads to.
func leads(n *html.Node) []string {
	switch n.DataAtom {
	case atom.A:
		return []string{attr(n, "href")}
	case atom.Form:
		if attr(n, "method") != "post" {
			return []string{attr(n, "action")}
		}
	case atom.Link, atom.Script, atom.Img:
		return []string{attr(n, "href") + attr(n, "src")}
	}
	return nil
}

// pathOf is the path of an address of this site, with its question; nothing for
// others.
func pathOf(href string) string {
	if !strings.HasPrefix(href, "/") {
		return ""
	}
	path, _, _ := strings.Cut(href, "#")
	return path
}

// What every page of the public site must be.
func TestEveryPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	pages := crawl(t, w)
	if len(pages) < 150 {
		t.Errorf("only %d pages were found", len(pages))
	}
	assets := 0
	for _, name := range []string{"frontdoor.css", "frontdoor.js"} {
		at := regexp.MustCompile(`/assets/[0-9a-f]+/` + regexp.QuoteMeta(name)).FindString(pages["/"].plain)
		res := w.get(at, "Accept-Encoding", "gzip")
		if res.Header().Get("Content-Encoding") != "gzip" {
			t.Errorf("%s is sent as it is", at)
		}
		assets += res.Body.Len()
	}
	heaviest := 0
	for path, c := range pages {
		if c.doc.FirstChild == nil {
			continue // a feed
		}
		heaviest = max(heaviest, c.size+assets)
		for _, wrong := range faults(c, pages) {
			t.Errorf("%s: %s", path, wrong)
		}
	}
	t.Logf("%d pages, the heaviest first visit %d bytes (style and script %d)", len(pages), heaviest, assets)
	if heaviest > mostBytes {
		t.Errorf("a first visit carries %d bytes", heaviest)
	}
}

// What a browser's tab may not say of a page that must be hidden.
var telling = regexp.MustCompile(`(?i)abus|exploit|violen|rape|nude|sext|drug|alcohol|harm|hurt|safeguard.*worr|groom|stalk|traffick`)

func faults(c *crawled, pages map[string]*crawled) []string {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	headings, level := 0, 0
	title, emergency, exit := "", "", false
	for n := range c.doc.Descendants() {
		switch n.DataAtom {
		case atom.Title:
			if n.Parent.DataAtom == atom.Head {
				title = text(n)
			}
		case atom.H1, atom.H2, atom.H3, atom.H4:
			l := int(n.Data[1] - '0')
			if l > level+1 {
				add("the heading %q skips a level", text(n))
			}
			level = l
			if l == 1 {
				headings++
			}
			if strings.TrimSpace(text(n)) == "" {
				add("a heading of level %d is empty", l)
			}
		case atom.Section:
			if strings.HasPrefix(attr(n, "class"), "fd-now") {
				emergency = text(n)
			}
		case atom.Div:
			exit = exit || strings.HasPrefix(attr(n, "class"), "govuk-exit-this-page")
		}
		for _, to := range leads(n) {
			if why := dead(c, pages, to); why != "" {
				add("the link %s (%q) %s", to, strings.TrimSpace(text(n)), why)
			}
		}
		for _, name := range []string{"aria-labelledby", "aria-describedby", "for"} {
			for _, id := range strings.Fields(attr(n, name)) {
				if !c.ids[id] {
					add("%s=%q names nothing", name, id)
				}
			}
		}
	}
	if headings != 1 {
		add("it has %d headings of the first level", headings)
	}
	if strings.TrimSpace(title) == "" || strings.HasPrefix(title, " - ") {
		add("it has no title")
	}
	if strings.HasPrefix(c.path, "/page/") || strings.HasPrefix(c.path, "/topics/young-people") || strings.HasPrefix(c.path, "/topics/parents") {
		own, _, _ := strings.Cut(title, " - ")
		if telling.MatchString(own) {
			add("the tab says %q", own)
		}
		if !exit {
			add("it has no way out at once")
		}
	}
	for _, must := range []string{"999", "01375 652802", "0345 603 7627"} {
		if !strings.Contains(emergency, must) {
			add("who to ring now lacks %s: %q", must, emergency)
		}
	}
	return append(out, misnested(c.plain)...)
}

// dead says why a link leads nowhere, or nothing.
func dead(c *crawled, pages map[string]*crawled, to string) string {
	u, err := url.Parse(to)
	switch {
	case err != nil:
		return "is no address"
	case to == "":
		return "is empty"
	case u.Scheme != "":
		if !slices.Contains([]string{"https", "tel", "sms", "mailto"}, u.Scheme) {
			return "leads by " + u.Scheme
		}
		return ""
	case u.Path == "" && u.RawQuery == "":
		if !c.ids[u.Fragment] {
			return "leads to nothing on this page"
		}
		return ""
	case leaving.MatchString(u.Path):
		return ""
	}
	target := pages[pathOf(to)]
	if target == nil {
		return "" // said already, with the status
	}
	if u.Fragment != "" && !target.ids[u.Fragment] {
		return "leads to a heading that is not there"
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

var void = []string{"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

// misnested reads the tags as they are written and as a browser takes them, and
// tells where the two differ: a tag not closed, closed out of order, or standing
// where HTML does not let it stand.
func misnested(page string) []string {
	var out, open, written []string
	z := html.NewTokenizer(strings.NewReader(page))
	svg := 0
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			seen := map[string]bool{}
			for _, a := range token.Attr {
				if seen[a.Key] {
					out = append(out, fmt.Sprintf("<%s> has %s twice", token.Data, a.Key))
				}
				seen[a.Key] = true
			}
			written = append(written, strings.Repeat(" ", len(open))+token.Data)
			if token.Data == "svg" {
				svg++
			}
			if slices.Contains(void, token.Data) || kind == html.SelfClosingTagToken && svg > 0 {
				continue
			}
			open = append(open, token.Data)
		case html.EndTagToken:
			if token.Data == "svg" {
				svg--
			}
			if len(open) == 0 || open[len(open)-1] != token.Data {
				return append(out, fmt.Sprintf("</%s> closes %v", token.Data, open))
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		out = append(out, fmt.Sprintf("%v are not closed", open))
	}
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return append(out, err.Error())
	}
	var taken []string
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode {
				taken = append(taken, strings.Repeat(" ", depth)+strings.ToLower(c.Data))
				walk(c, depth+1)
			}
		}
	}
	walk(doc, 0)
	for i := range written {
		if i >= len(taken) || written[i] != taken[i] {
			return append(out, fmt.Sprintf("a browser does not take element %d, %s, as it is written", i, strings.TrimSpace(written[i])))
		}
	}
	return out
}
