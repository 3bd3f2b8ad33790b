package parts

import (
	"html/template"
	"strconv"
	"strings"
)

// The parts that a board or a record has hundreds of are drawn here by hand:
// templates took a third of the time of both pages. What each writes is what its
// template writes, which a test compares for words that need escaping.

// pen writes markup. The first error stays.
type pen struct {
	strings.Builder
	err error
}

// words writes text so that it can be nothing else.
func (w *pen) words(s string) {
	if strings.ContainsAny(s, "\"'&<>\000") {
		template.HTMLEscape(w, []byte(s))
		return
	}
	w.WriteString(s)
}

// attr writes an attribute, unless it is empty. Only for attributes that carry
// no script, style or destination: see [pen.href].
func (w *pen) attr(name, value string) {
	if value != "" {
		w.all(` `, name, `="`)
		w.words(value)
		w.WriteByte('"')
	}
}

func (w *pen) all(pieces ...string) {
	for _, p := range pieces {
		w.WriteString(p)
	}
}

func (w *pen) number(name string, n int) {
	if n != 0 {
		w.attr(name, strconv.Itoa(n))
	}
}

func (w *pen) attrs(a Attrs) {
	if len(a) == 0 {
		return
	}
	h, err := a.HTML()
	w.WriteByte(' ')
	w.WriteString(string(h))
	w.fail(err)
}

func (w *pen) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// part writes a body, or the text where there is none.
func (w *pen) part(b Body, text string) {
	if len(b) == 0 {
		w.words(text)
		return
	}
	h, err := b.Render()
	w.WriteString(string(h))
	w.fail(err)
}

func (w *pen) html() (template.HTML, error) {
	if w.err != nil {
		return "", w.err
	}
	return template.HTML(w.String()), nil
}

// ownPath tells whether an address is a path of this site or a place on the
// page, of signs that need no encoding: all others go through a template, which
// knows what an address may be.
func ownPath(href string) bool {
	if href == "" || href[0] != '/' && href[0] != '#' || strings.HasPrefix(href, "//") {
		return false
	}
	for i := range len(href) {
		switch c := href[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9',
			c == '/', c == '#', c == '?', c == '=', c == '&', c == '-', c == '_', c == '.', c == '~':
		default:
			return false
		}
	}
	return true
}

func (l Link) byHand() (template.HTML, error) {
	var w pen
	w.link(l, "")
	return w.html()
}

// link writes a link whose Href is an ownPath; card is the title of the card it
// acts on, if any.
func (w *pen) link(l Link, card string) {
	w.WriteString(`<a class="govuk-link"`)
	w.attr("href", l.Href)
	if l.Current {
		w.WriteString(` aria-current="page"`)
	}
	w.attrs(l.Attributes)
	w.WriteByte('>')
	w.words(l.Text)
	if l.Hidden != "" || card != "" {
		w.WriteString(`<span class="govuk-visually-hidden">`)
		if l.Hidden != "" {
			w.WriteByte(' ')
			w.words(l.Hidden)
		}
		if card != "" {
			w.WriteString(" (")
			w.words(card)
			w.WriteByte(')')
		}
		w.WriteString(`</span>`)
	}
	w.WriteString(`</a>`)
}

// Lines are the rows of the table.
func (p Table) Lines() (template.HTML, error) {
	var w pen
	cells := 0
	for _, row := range p.Rows {
		cells += len(row)
	}
	w.Grow(200 * cells) // a board has 60 KB: growing to that by steps copies as much again
	for _, row := range p.Rows {
		w.WriteString(`<tr class="govuk-table__row">`)
		for i, c := range row {
			end := `</td>`
			if p.RowHeaders && i == 0 {
				w.WriteString(`<th scope="row" class="govuk-table__header`)
				end = `</th>`
			} else {
				w.WriteString(`<td class="govuk-table__cell`)
				if c.Numeric {
					w.WriteString(` govuk-table__cell--numeric`)
				}
			}
			if c.Classes != "" {
				w.WriteByte(' ')
				w.words(c.Classes)
			}
			w.WriteByte('"')
			if p.Stack && i < len(p.Head) && end == `</td>` {
				w.attr("data-label", p.Head[i].Text)
			}
			w.number("colspan", c.Colspan)
			w.number("rowspan", c.Rowspan)
			w.attr("data-sort-value", c.SortValue)
			w.attrs(c.Attributes)
			w.WriteByte('>')
			w.part(c.Body, c.Text)
			w.WriteString(end)
		}
		w.WriteString(`</tr>`)
	}
	return w.html()
}

// Lines are the rows of the list.
func (p SummaryList) Lines() (template.HTML, error) {
	var w pen
	any, card := p.AnyActions(), p.CardTitle()
	for _, r := range p.Rows {
		w.WriteString(`<div class="govuk-summary-list__row`)
		if any && len(r.Actions) == 0 {
			w.WriteString(` govuk-summary-list__row--no-actions`)
		}
		if r.Classes != "" {
			w.WriteByte(' ')
			w.words(r.Classes)
		}
		w.WriteString(`"><dt class="govuk-summary-list__key">`)
		w.words(r.Key)
		w.WriteString("</dt>\n" + `<dd class="govuk-summary-list__value">`)
		w.part(r.Body, r.Value)
		w.WriteString(`</dd>`)
		switch len(r.Actions) {
		case 0:
		case 1:
			w.WriteString(`<dd class="govuk-summary-list__actions">`)
			w.action(r.Actions[0], card)
			w.WriteString(`</dd>`)
		default:
			w.WriteString(`<dd class="govuk-summary-list__actions"><ul class="govuk-summary-list__actions-list">`)
			for _, a := range r.Actions {
				w.WriteString(`<li class="govuk-summary-list__actions-list-item">`)
				w.action(a, card)
				w.WriteString(`</li>`)
			}
			w.WriteString(`</ul></dd>`)
		}
		w.WriteString(`</div>`)
	}
	return w.html()
}

func (w *pen) action(l Link, card string) {
	if ownPath(l.Href) && !l.Current {
		w.link(l, card)
		return
	}
	h, err := draw("govuk/action", l.In(card))
	w.WriteString(string(h))
	w.fail(err)
}

func (p Tag) byHand() (template.HTML, error) {
	var w pen
	w.WriteString(`<strong class="govuk-tag`)
	if p.Colour != "" {
		w.WriteString(` govuk-tag--`)
		w.words(p.Colour)
	}
	if p.Classes != "" {
		w.WriteByte(' ')
		w.words(p.Classes)
	}
	w.WriteByte('"')
	w.attrs(p.Attributes)
	w.WriteByte('>')
	w.words(p.Text)
	w.WriteString(`</strong>`)
	return w.html()
}

func (p selectBox) byHand() (template.HTML, error) {
	var w pen
	w.WriteString(`<div class="govuk-checkboxes__item govuk-checkboxes--small moj-multi-select__checkbox"><input type="checkbox" class="govuk-checkboxes__input"`)
	w.attr("id", p.ID)
	w.attr("name", p.Name)
	w.attr("value", p.Value)
	if p.On {
		w.WriteString(` checked`)
	}
	w.WriteString(`><label class="govuk-label govuk-checkboxes__label"`)
	w.attr("for", p.ID)
	w.WriteString(`><span class="govuk-visually-hidden">Select `)
	w.words(p.Label)
	w.WriteString(`</span></label></div>`)
	return w.html()
}

// Options are the lines of the select.
func (p Select) Options() (template.HTML, error) {
	var w pen
	for _, o := range p.Items {
		w.WriteString(`<option value="`)
		w.words(o.Value)
		w.WriteByte('"')
		if o.Selected || p.Value != "" && p.Value == o.Value {
			w.WriteString(` selected`)
		}
		if o.Disabled {
			w.WriteString(` disabled`)
		}
		w.WriteByte('>')
		w.words(o.Text)
		w.WriteString(`</option>`)
	}
	return w.html()
}

// timeShapes are the shapes of [TimeLeft] by state; any other has a clock face.
var timeShapes = map[string]string{
	"met":      `<path fill="none" stroke="currentColor" stroke-width="3" d="m3 10 5 5 9-11"/>`,
	"late-met": `<path fill="none" stroke="currentColor" stroke-width="3" d="m3 10 5 5 9-11"/>`,
	"overdue":  `<path fill="currentColor" d="M6 1h8l5 5v8l-5 5H6l-5-5V6zm3 4v6h2V5zm0 8v2h2v-2z"/>`,
	"soon":     `<path fill="currentColor" d="M10 1 19.5 18H.5zm-1 6v5h2V7zm0 6v2h2v-2z"/>`,
	"stopped":  `<path fill="none" stroke="currentColor" stroke-width="3" d="M4 10h12"/>`,
}

// Icon is the shape of how the clock stands.
func (p TimeLeft) Icon() template.HTML {
	shape := timeShapes[p.State]
	if shape == "" {
		shape = `<circle cx="10" cy="10" r="8" fill="none" stroke="currentColor" stroke-width="2"/><path fill="none" stroke="currentColor" stroke-width="2" d="M10 5v5l3 3"/>`
	}
	return template.HTML(`<svg class="fd-time__icon" aria-hidden="true" focusable="false" viewBox="0 0 20 20" width="18" height="18">` + shape + `</svg>`)
}

// byHand draws the clock without how it was worked out.
func (p TimeLeft) byHand() (template.HTML, error) {
	var w pen
	w.WriteString(`<span class="fd-time fd-time--`)
	w.words(p.State)
	w.all(`">`, string(p.Icon()), `<span class="fd-time__words">`)
	w.words(p.Text)
	if p.Due != "" {
		w.WriteString(` <span class="fd-time__due"><time`)
		w.attr("datetime", p.Machine)
		w.WriteByte('>')
		w.words(p.Due)
		w.WriteString(`</time></span>`)
	}
	w.WriteString(`</span></span>`)
	return w.html()
}
