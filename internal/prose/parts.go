package prose

import (
	"html/template"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// name is {kind:key}, something whose words are kept elsewhere.
type name struct {
	ast.BaseInline
	kind, key string
	html      template.HTML
}

var nameKind = ast.NewNodeKind("Name")

func (n *name) Kind() ast.NodeKind            { return nameKind }
func (n *name) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

var nameRule = regexp.MustCompile(`^\{([a-z]+):([a-z0-9_./-]+)\}`)

// names parses {kind:key}.
type names struct{}

func (names) Trigger() []byte { return []byte{'{'} }

func (names) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	m := nameRule.FindSubmatch(line)
	if m == nil {
		return nil
	}
	block.Advance(len(m[0]))
	return &name{kind: string(m[1]), key: string(m[2])}
}

// alert is a quotation that begins with [!kind].
type alert struct {
	ast.BaseBlock
	kind, title string
}

var alertKind = ast.NewNodeKind("Alert")

func (n *alert) Kind() ast.NodeKind            { return alertKind }
func (n *alert) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// The kinds of alert. Details folds away under its title; say is something to
// say aloud; must is law and should is guidance.
var alertKinds = map[string]string{"danger": "", "note": "", "must": "The law says", "should": "Guidance says", "say": "", "details": "More about this"}

var alertRule = regexp.MustCompile(`^\[!([a-z]+)\][ \t]*(.*)`)

func (r *reader) alert(q *ast.Blockquote) {
	first, ok := q.FirstChild().(*ast.Paragraph)
	if !ok || first.Lines().Len() == 0 {
		return
	}
	line := first.Lines().At(0)
	marker := strings.TrimSpace(string(line.Value(r.source)))
	m := alertRule.FindStringSubmatch(marker)
	if m == nil {
		if strings.HasPrefix(marker, "[!") {
			r.fault(q, "An alert begins with its kind alone in brackets, as > [!details], and then its title if it has one.")
		}
		return
	}
	title, known := alertKinds[m[1]]
	if !known {
		r.fault(q, "[!%s] is not a kind of alert. Use danger, note, must, should, say or details.", m[1])
		return
	}
	if m[2] != "" {
		title = m[2]
	}
	a := &alert{kind: m[1], title: title}
	// The marker's own line goes: everything up to the first break.
	for c := first.FirstChild(); c != nil; {
		next := c.NextSibling()
		t, isText := c.(*ast.Text)
		first.RemoveChild(first, c)
		if isText && (t.SoftLineBreak() || t.HardLineBreak()) {
			break
		}
		c = next
	}
	if !first.HasChildren() {
		q.RemoveChild(q, first)
	}
	for c := q.FirstChild(); c != nil; {
		next := c.NextSibling()
		a.AppendChild(a, c)
		c = next
	}
	if !a.HasChildren() {
		r.fault(q, "This alert says nothing. Write its words on the lines under [!%s], each beginning with >.", m[1])
	}
	q.Parent().ReplaceChild(q.Parent(), q, a)
}

// tickBox is the words of a list item that begins with [ ], with their box.
type tickBox struct {
	ast.BaseInline
}

var tickKind = ast.NewNodeKind("TickBox")

func (n *tickBox) Kind() ast.NodeKind            { return tickKind }
func (n *tickBox) Dump(source []byte, level int) { ast.DumpHelper(n, source, level, nil, nil) }

// tick turns "- [ ] words" into something to tick. Nothing keeps what is
// ticked.
func (r *reader) tick(item *ast.ListItem) {
	block := item.FirstChild()
	if block == nil || block.Lines().Len() == 0 {
		return
	}
	line := block.Lines().At(0)
	if !strings.HasPrefix(string(line.Value(r.source)), "[ ] ") {
		return
	}
	// "[ ] " was parsed as text, in one piece or several.
	drop := len("[ ] ")
	for c := block.FirstChild(); c != nil && drop > 0; {
		t, ok := c.(*ast.Text)
		if !ok {
			return
		}
		next := c.NextSibling()
		if n := t.Segment.Len(); n <= drop {
			drop -= n
			block.RemoveChild(block, c)
		} else {
			t.Segment = t.Segment.WithStart(t.Segment.Start + drop)
			drop = 0
		}
		c = next
	}
	box := &tickBox{}
	for c := block.FirstChild(); c != nil; {
		next := c.NextSibling()
		box.AppendChild(box, c)
		c = next
	}
	block.AppendChild(block, box)
	item.SetAttributeString("class", []byte("app-tick"))
	if list := item.Parent(); list != nil {
		list.SetAttributeString("class", []byte("govuk-list app-ticks"))
	}
}

// drawing renders the parts above.
type drawing struct{}

func (drawing) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(nameKind, func(w util.BufWriter, _ []byte, n ast.Node, in bool) (ast.WalkStatus, error) {
		if in {
			_, _ = w.WriteString(string(n.(*name).html))
		}
		return ast.WalkSkipChildren, nil
	})
	reg.Register(tickKind, func(w util.BufWriter, _ []byte, _ ast.Node, in bool) (ast.WalkStatus, error) {
		if in {
			_, _ = w.WriteString(`<label class="app-tick__label"><input type="checkbox" class="app-tick__box" autocomplete="off"> <span>`)
		} else {
			_, _ = w.WriteString("</span></label>")
		}
		return ast.WalkContinue, nil
	})
	reg.Register(alertKind, drawAlert)
}

func drawAlert(w util.BufWriter, _ []byte, node ast.Node, in bool) (ast.WalkStatus, error) {
	n := node.(*alert)
	title := template.HTMLEscapeString(n.title)
	open, end := `<div class="govuk-inset-text">`, "</div>\n"
	switch n.kind {
	case "danger":
		open, end = `<div class="app-alert app-alert--danger">`, "</div>\n"
	case "must", "should":
		open = `<div class="govuk-inset-text app-` + n.kind + `">`
	case "say":
		open, end = `<div class="app-say">`, "</div>\n"
	case "details":
		if in {
			_, _ = w.WriteString(`<details class="govuk-details"><summary class="govuk-details__summary"><span class="govuk-details__summary-text">` +
				title + `</span></summary><div class="govuk-details__text">`)
		} else {
			_, _ = w.WriteString("</div></details>\n")
		}
		return ast.WalkContinue, nil
	}
	if !in {
		_, _ = w.WriteString(end)
		return ast.WalkContinue, nil
	}
	_, _ = w.WriteString(open)
	if title != "" {
		_, _ = w.WriteString(`<p class="govuk-body govuk-!-font-weight-bold">` + title + `</p>`)
	}
	return ast.WalkContinue, nil
}
