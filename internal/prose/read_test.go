package prose_test

import (
	"html/template"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"frontdoor/internal/prose"
)

// place knows one page, one number and one picture.
var place = prose.Place{
	Link: func(target string) (string, bool, string) {
		switch {
		case target == "page:parents/alcohol":
			return "/parents/alcohol", false, ""
		case strings.HasPrefix(target, "https://"):
			return target, true, ""
		}
		return "", false, "There is no page at " + target + "."
	},
	Name: func(kind, key string) (template.HTML, string) {
		if kind == "contact" && key == "childline" {
			return `Childline, <a href="tel:08001111">0800 1111</a>`, ""
		}
		return "", "There is no " + kind + " " + key + "."
	},
	Picture: func(name string) (string, string) { return "/pictures/" + name, "" },
}

func TestReadMakesSectionsWithKeysThatLast(t *testing.T) {
	text, faults := prose.Read("Before any heading.\n\n## When to act {#act}\n\nNow.\n\n### At night\n\nStill now.\n\n## Who’s there\n\nUs.\n\n## Who’s there\n\nThem.", place)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	var got []string
	for _, s := range text.Sections {
		got = append(got, s.Key+"|"+s.Title+"|"+s.Text)
	}
	want := []string{"||Before any heading.", "act|When to act|Now.\nAt night\nStill now.", "whos-there|Who’s there|Us.", "whos-there-2|Who’s there|Them."}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("sections:\n%s", strings.Join(got, "\n"))
	}
	if !text.Sections[1].Given || text.Sections[2].Given {
		t.Error("a written key and one made from the title are told apart")
	}
	for _, want := range []string{`<h2 id="act" class="govuk-heading-m">When to act</h2>`, `<h3 id="at-night" class="govuk-heading-s">At night</h3>`, `<p class="govuk-body">Still now.</p>`} {
		if !strings.Contains(string(text.HTML()), want) {
			t.Errorf("no %s in\n%s", want, text.HTML())
		}
	}
}

func TestReadDrawsPartsOfItsOwn(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Ring {contact:childline} now.", `Ring Childline, <a href="tel:08001111">0800 1111</a> now.`},
		{"[Alcohol](page:parents/alcohol)", `<a href="/parents/alcohol" class="govuk-link">Alcohol</a>`},
		{"[More](https://example.org/a?b=1&c=2)", `<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer" class="govuk-link">More</a>`},
		{"> [!danger]\n> Ring 999.", `<div class="app-alert app-alert--danger"><p class="govuk-body">Ring 999.</p>`},
		{"> [!must]\n> Tell the police.", `font-weight-bold">The law says</p><p class="govuk-body">Tell the police.</p>`},
		{"> [!details] Why <this> matters\n> Because.", `details__summary-text">Why &lt;this&gt; matters</span>`},
		{"> said quietly", `<blockquote class="govuk-inset-text">`},
		{"- [ ] Ask **twice**\n- [ ] Go", `<li class="app-tick"><label class="app-tick__label"><input type="checkbox" class="app-tick__box" autocomplete="off"> <span>Ask <strong>twice</strong></span></label></li>`},
		{"| A | B |\n|---|---|\n| 1 | 2 |", `<th class="govuk-table__header">A</th>`},
		{"![A ladder](ladder.png)", `<img src="/pictures/ladder.png" alt="A ladder" loading="lazy">`},
	} {
		text, _ := prose.Read(c.in, place)
		if !strings.Contains(string(text.HTML()), c.want) {
			t.Errorf("%q gave\n%s", c.in, text.HTML())
		}
	}
}

func TestReadTellsWhatIsWrongByLine(t *testing.T) {
	for _, c := range []struct {
		in   string
		line int
		want string
	}{
		{"one\n\n# Two", 3, "only heading of the first level"},
		{"## A\n\n#### B", 3, "skips a level"},
		{"## A {#a}\n\n## B {#a}", 3, "Two headings have the key"},
		{"## A {#Not_Good}", 1, "small letters"},
		{"one\n\n<script>alert(1)</script>", 3, "HTML is not used"},
		{"one\ntwo <b>three</b>", 2, "HTML is not used"},
		{"a\n\n[x](javascript:alert(1))", 3, "no page at javascript"},
		{"[](page:parents/alcohol)", 1, "no words"},
		{"see https://example.org and <https://example.org>", 1, "[words](address)"},
		{"![](ladder.png)", 1, "no words for people who cannot see it"},
		{"ring {contact:nobody}", 1, "There is no contact nobody"},
		{"> [!loud]\n> x", 1, "not a kind of alert"},
		{"> [!note]", 1, "says nothing"},
		{"> [!details Why]\n> Because.", 1, "its kind alone in brackets"},
	} {
		text, faults := prose.Read(c.in, place)
		found := false
		for _, f := range faults {
			found = found || f.Line == c.line && strings.Contains(f.Text, c.want)
		}
		if !found {
			t.Errorf("%q: want line %d %q, got %v", c.in, c.line, c.want, faults)
		}
		for _, bad := range []string{"<script", "javascript:", "<b>"} {
			if strings.Contains(string(text.HTML()), bad) {
				t.Errorf("%q let %s through: %s", c.in, bad, text.HTML())
			}
		}
	}
}

func TestWordsSetsHeadingsBelowThePage(t *testing.T) {
	got := string(prose.Words("# One\n\n## Two\n\n- a"))
	for _, want := range []string{`<h2 class="govuk-heading-m">One</h2>`, `<h3 class="govuk-heading-s">Two</h3>`, `<ul class="govuk-list govuk-list--bullet">`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in %s", want, got)
		}
	}
}

func TestWordsOfAnyoneAreSafe(t *testing.T) {
	got := string(prose.Words("Some *words* & <script>x</script>\n\n- [two](javascript:x)\n\n[three](https://www.gov.uk)\n"))
	for _, want := range []string{"&amp;", `<a href="https://www.gov.uk" class="govuk-link">`} {
		if !strings.Contains(got, want) {
			t.Errorf("there is no %s in %s", want, got)
		}
	}
	if strings.Contains(got, "<script") || strings.Contains(got, "javascript:") {
		t.Errorf("it carries script: %s", got)
	}
}

// What a text may become, whoever wrote it.
var (
	elements   = strings.Fields("p h2 h3 h4 h5 h6 ul ol li a strong em code pre br hr blockquote div details summary span label input table thead tbody tr th td img")
	attributes = strings.Fields("class id href rel type autocomplete src alt loading align style start data-label")
)

func FuzzRead(f *testing.F) {
	for _, s := range []string{"## A {#a}\n\n> [!note]\n> x", "- [ ] a\n- [ ]", "{contact:childline}", "[a](javascript:b)", "<script>", "| a |\n|---|\n| <b> |", "> [!details] <x>\n> y", "![a](data:text/html,x)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		text, _ := prose.Read(in, place)
		z := html.NewTokenizer(strings.NewReader(string(text.HTML())))
		for z.Next() != html.ErrorToken {
			tok := z.Token()
			if tok.Type != html.StartTagToken && tok.Type != html.SelfClosingTagToken {
				continue
			}
			if !slices.Contains(elements, tok.Data) {
				t.Fatalf("%q made <%s>", in, tok.Data)
			}
			for _, a := range tok.Attr {
				if !slices.Contains(attributes, a.Key) {
					t.Fatalf("%q made %s", in, tok)
				}
				if (a.Key == "href" || a.Key == "src") && a.Val != "" && !strings.HasPrefix(a.Val, "/p") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "tel:") {
					t.Fatalf("%q leads to %s", in, a.Val)
				}
			}
		}
	})
}
