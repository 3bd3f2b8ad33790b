package form

import (
	"bytes"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// classes are the design system's names for what Markdown makes. Headings
// start below the page's own.
type classes struct{}

// Transform puts the classes on every element.
func (classes) Transform(doc *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if !in {
			return ast.WalkContinue, nil
		}
		class := ""
		switch n := n.(type) {
		case *ast.Paragraph:
			class = "govuk-body"
		case *ast.Heading:
			n.Level = min(n.Level+1, 6)
			if n.Level < 3 {
				n.Level = 2
			}
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
		}
		if class != "" {
			n.SetAttributeString("class", []byte(class))
		}
		return ast.WalkContinue, nil
	})
}

// Markup written as HTML is left out, and so are links that run script: that is
// how goldmark works unless told otherwise. Pictures are never loaded: the
// pages' policy refuses them.
var markdown = goldmark.New(goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(classes{}, 100))))

// Prose draws the Markdown of a pathway's folder or a letter. It is safe for
// words that someone typed.
func Prose(words string) template.HTML {
	var out bytes.Buffer
	if err := markdown.Convert([]byte(words), &out); err != nil {
		return template.HTML(template.HTMLEscapeString(words))
	}
	return template.HTML(out.String())
}
