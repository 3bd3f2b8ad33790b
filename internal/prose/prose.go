// Package prose turns Markdown into the HTML of the design system: the short
// words of pathways and letters ([Words]), and whole pages of guidance with
// their sections, links, alerts and lists to tick ([Read]).
//
// What comes out is safe whatever goes in. HTML in the text is never passed on,
// a link leads only where the place it is read for says it may, and no picture
// is loaded that the place does not have.
package prose

import (
	"bytes"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// classes are the design system's names for what Markdown makes.
type classes struct{}

// Transform puts the classes on every element.
func (classes) Transform(doc *ast.Document, r text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		class := ""
		switch n := n.(type) {
		case *ast.Paragraph:
			class = "govuk-body"
		case *ast.Heading:
			class = "govuk-heading-m"
			if n.Level > 2 {
				class = "govuk-heading-s"
			}
		case *ast.List:
			class = "govuk-list govuk-list--bullet"
			if n.IsOrdered() {
				class = "govuk-list govuk-list--number"
			}
		case *ast.Link, *ast.AutoLink:
			class = "govuk-link"
		case *ast.Blockquote:
			class = "govuk-inset-text"
		case *east.Table:
			class = "govuk-table fd-table-stack"
		case *east.TableHeader, *east.TableRow:
			class = "govuk-table__row"
		case *east.TableCell:
			class = "govuk-table__cell"
			if n.Parent().Kind() == east.KindTableHeader {
				class = "govuk-table__header"
			} else if label := plain(column(n), r.Source()); label != "" {
				// On a phone each row is a block, and each value says what it is.
				n.SetAttributeString("data-label", []byte(label))
			}
		}
		if _, set := n.AttributeString("class"); class != "" && !set {
			n.SetAttributeString("class", []byte(class))
		}
		return ast.WalkContinue, nil
	})
}

// column is the heading of a table's cell.
func column(cell *east.TableCell) ast.Node {
	at := 0
	for c := cell.PreviousSibling(); c != nil; c = c.PreviousSibling() {
		at++
	}
	h := cell.Parent().Parent().FirstChild().FirstChild()
	for ; at > 0; at-- {
		h = h.NextSibling()
	}
	return h
}

// lower sets headings below the page's own.
type lower struct{}

// Transform moves every heading down.
func (lower) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && in {
			h.Level = min(h.Level+1, 6)
		}
		return ast.WalkContinue, nil
	})
}

// Markup written as HTML is left out, and so are links that run script: that is
// how goldmark works unless told otherwise. Pictures are never loaded: the
// pages' policy refuses them.
var words = goldmark.New(goldmark.WithExtensions(extension.Table), goldmark.WithParserOptions(parser.WithASTTransformers(
	util.Prioritized(lower{}, 90), util.Prioritized(classes{}, 100))))

// Words draws the Markdown of a pathway's folder or a letter. It is safe for
// words that someone typed.
func Words(markdown string) template.HTML {
	var out bytes.Buffer
	if err := words.Convert([]byte(markdown), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(markdown))
	}
	return template.HTML(out.String())
}
