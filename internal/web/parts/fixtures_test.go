package parts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// casesKept is how many published cases the parts are checked against. It goes
// up when a part offers more, and down only on purpose.
const casesKept = 442

func TestFixturesAreAllHere(t *testing.T) {
	t.Parallel()
	if os.Getenv("TRIM_FIXTURES") != "" {
		t.Skip("the cases are being trimmed, after which there are fewer or more of them than casesKept")
	}
	names, err := filepath.Glob("testdata/fixtures/*.json")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var all []fixture
		if err := json.Unmarshal(raw, &all); err != nil {
			t.Fatal(err)
		}
		n += len(all)
	}
	if n != casesKept {
		t.Errorf("%d published cases are kept, not %d", n, casesKept)
	}
}

type fixture struct {
	Name    string          `json:"name"`
	Options json.RawMessage `json:"options"`
	HTML    string          `json:"html"`
}

// TestFixtures draws the design system's published cases, for the options the
// parts offer, and compares the HTML. With TRIM_FIXTURES set it first drops the
// cases whose options they do not offer from the kept copy.
func TestFixtures(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob("testdata/fixtures/*.json")
	if err != nil || len(names) != len(adapters) {
		t.Fatalf("%d files of cases for %d parts: %v", len(names), len(adapters), err)
	}
	for _, file := range names {
		part := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			adapt := adapters[part]
			if adapt == nil {
				t.Fatalf("no part for these cases")
			}
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var all []fixture
			if err := json.Unmarshal(raw, &all); err != nil {
				t.Fatal(err)
			}
			var kept []fixture
			for _, f := range all {
				p, ok := adapt(f.Options)
				if !ok {
					if os.Getenv("TRIM_FIXTURES") == "" {
						t.Errorf("%s: the part does not offer these options", f.Name)
					}
					continue
				}
				kept = append(kept, f)
				t.Run(f.Name, func(t *testing.T) {
					got, err := p.Render()
					if err != nil {
						t.Fatal(err)
					}
					if d := cmp.Diff(normal(t, f.HTML), normal(t, string(got))); d != "" {
						t.Errorf("(-published +ours)\n%s\n%s", f.Options, d)
					}
				})
			}
			if len(kept) == 0 {
				t.Error("no case is checked")
			}
			if os.Getenv("TRIM_FIXTURES") != "" {
				var out bytes.Buffer
				e := json.NewEncoder(&out)
				e.SetEscapeHTML(false)
				e.SetIndent("", " ")
				if err := e.Encode(kept); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// normal gives HTML as lines: one an element, attribute names and classes in
// order, white space folded.
func normal(t *testing.T, s string) []string {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(s), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	var walk func(n *html.Node, depth int)
	walk = func(n *html.Node, depth int) {
		pad := strings.Repeat("  ", depth)
		switch n.Type {
		case html.TextNode:
			if words := strings.Join(strings.Fields(n.Data), " "); words != "" {
				out = append(out, pad+words)
			}
		case html.ElementNode:
			var attrs []string
			for _, a := range n.Attr {
				v := strings.Join(strings.Fields(a.Val), " ")
				if a.Key == "class" {
					words := strings.Fields(a.Val)
					sort.Strings(words)
					v = strings.Join(words, " ")
					if v == "" {
						continue
					}
				}
				attrs = append(attrs, fmt.Sprintf("%s=%q", a.Key, v))
			}
			sort.Strings(attrs)
			out = append(out, pad+"<"+strings.Join(append([]string{n.Data}, attrs...), " ")+">")
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, depth+1)
		}
	}
	for _, n := range nodes {
		walk(n, 0)
	}
	return out
}

// str is a string that a case may give as a number.
type str string

func (s *str) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, (*string)(s))
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*s = str(n)
	return nil
}

type attrs map[string]str

func (a attrs) list() Attrs {
	var out Attrs
	for k, v := range a {
		out = append(out, Attr{k, string(v)})
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

type words struct {
	Text str    `json:"text"`
	HTML string `json:"html"`
}

func (w *words) body() Body {
	if w == nil || w.HTML == "" {
		return nil
	}
	return Body{HTML(w.HTML)}
}

type label struct {
	Text          str    `json:"text"`
	Classes       string `json:"classes"`
	IsPageHeading bool   `json:"isPageHeading"`
}

type fieldOptions struct {
	ID           string `json:"id"`
	IDPrefix     string `json:"idPrefix"`
	Name         string `json:"name"`
	Label        *label `json:"label"`
	Hint         *words `json:"hint"`
	ErrorMessage *words `json:"errorMessage"`
	Classes      string `json:"classes"`
	DescribedBy  string `json:"describedBy"`
	Attributes   attrs  `json:"attributes"`
	FormGroup    *struct {
		Classes string `json:"classes"`
	} `json:"formGroup"`
	Fieldset *struct {
		Legend      *label `json:"legend"`
		DescribedBy string `json:"describedBy"`
	} `json:"fieldset"`
}

func size(classes, prefix string) (string, bool) {
	if classes == "" {
		return "", true
	}
	s, ok := strings.CutPrefix(classes, prefix)
	return s, ok && len(s) <= 2 && !strings.Contains(s, " ")
}

func (o fieldOptions) field() (Field, bool) {
	f := Field{ID: o.ID, Name: o.Name, Classes: o.Classes, DescribedBy: o.DescribedBy, Attributes: o.Attributes.list()}
	if o.IDPrefix != "" {
		f.ID = o.IDPrefix
	}
	ok := true
	if o.Label != nil {
		f.Label, f.LabelIsHeading = string(o.Label.Text), o.Label.IsPageHeading
		f.LabelSize, ok = size(o.Label.Classes, "govuk-label--")
	}
	if o.Fieldset != nil {
		if o.Fieldset.Legend == nil {
			return f, false
		}
		f.Label, f.LabelIsHeading, f.DescribedBy = string(o.Fieldset.Legend.Text), o.Fieldset.Legend.IsPageHeading, o.Fieldset.DescribedBy
		f.LabelSize, ok = size(o.Fieldset.Legend.Classes, "govuk-fieldset__legend--")
	}
	if o.Hint != nil {
		f.Hint, f.HintHTML = string(o.Hint.Text), "" // Markup in hints is the page's own.
		ok = ok && o.Hint.HTML == ""
	}
	if o.ErrorMessage != nil {
		f.Error = string(o.ErrorMessage.Text)
		ok = ok && o.ErrorMessage.HTML == ""
	}
	if o.FormGroup != nil {
		f.GroupClasses = o.FormGroup.Classes
	}
	return f, ok
}

func strict(raw json.RawMessage, into any) bool {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	return d.Decode(into) == nil
}

type choiceOptions struct {
	Value       str    `json:"value"`
	Text        str    `json:"text"`
	HTML        string `json:"html"`
	ID          string `json:"id"`
	Name        string `json:"name"`
	Hint        *words `json:"hint"`
	Divider     string `json:"divider"`
	Checked     *bool  `json:"checked"`
	Disabled    bool   `json:"disabled"`
	Behaviour   string `json:"behaviour"`
	Attributes  attrs  `json:"attributes"`
	Conditional *words `json:"conditional"`
}

func choices(in []*choiceOptions) ([]Choice, bool) {
	var out []Choice
	for _, c := range in {
		if c == nil || c.Conditional != nil && c.Conditional.Text != "" || c.Checked != nil && !*c.Checked {
			return nil, false
		}
		d := Choice{
			Value: string(c.Value), Label: string(c.Text), ID: c.ID, Name: c.Name, Divider: c.Divider,
			Checked: c.Checked != nil, Disabled: c.Disabled, Exclusive: c.Behaviour == "exclusive",
			Attributes: c.Attributes.list(), Conditional: c.Conditional.body(),
		}
		if c.HTML != "" {
			d.Body = Body{HTML(c.HTML)}
		}
		if c.Hint != nil {
			d.Hint = string(c.Hint.Text)
			if c.Hint.HTML != "" {
				return nil, false
			}
		}
		out = append(out, d)
	}
	return out, true
}

type itemOptions struct {
	Text               str    `json:"text"`
	HTML               string `json:"html"`
	Href               string `json:"href"`
	VisuallyHiddenText string `json:"visuallyHiddenText"`
	Current            bool   `json:"current"`
	Attributes         attrs  `json:"attributes"`
}

func links(in []itemOptions) ([]Link, bool) {
	var out []Link
	for _, i := range in {
		if i.HTML != "" {
			return nil, false
		}
		out = append(out, Link{Text: string(i.Text), Href: i.Href, Hidden: i.VisuallyHiddenText, Current: i.Current, Attributes: i.Attributes.list()})
	}
	return out, true
}
