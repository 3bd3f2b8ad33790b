package book

// A table's cells keep this much room on every side.
const cellRoom = 1.6

// table draws a table as a part of the text.
func (p *printer) table(b block) { p.tag("Table", func() { p.tableOf(b) }) }

// tableOf draws a table as wide as the text. Its head is repeated on every page,
// and a row taller than a page goes on over the next.
func (p *printer) tableOf(b block) {
	columns := 0
	for _, r := range b.rows {
		columns = max(columns, len(r.cells))
	}
	if columns == 0 {
		return
	}
	size := bodyType - 0.5
	wide := p.columns(b.rows, columns, size)
	high := size * point * lineHigh
	var head []row
	rest := b.rows
	for len(rest) > 1 && rest[0].head {
		head, rest = append(head, rest[0]), rest[1:]
	}
	// A head taller than half a page would leave no room for what is under it.
	tall := 0.0
	for _, r := range head {
		tall += float64(deepest(p.cells(r, wide, size)))*high + 2*cellRoom
	}
	if tall > (bottom-top)/2 {
		head, rest = nil, b.rows
	}
	again := func() {
		p.page()
		p.besides(func() {
			for _, r := range head {
				p.row(r, wide, size, nil)
			}
		})
	}
	p.need(tall + 2*high + 2*cellRoom)
	p.SetDrawColor(177, 180, 182)
	for _, r := range head {
		p.row(r, wide, size, nil)
	}
	for _, r := range rest {
		p.row(r, wide, size, again)
	}
	p.space(3.5)
}

// cells breaks a row's words into lines.
func (p *printer) cells(r row, wide []float64, size float64) [][]line {
	out := make([][]line, len(r.cells))
	for i, c := range r.cells {
		out[i] = p.broken(c, size, wide[i]-2*cellRoom)
	}
	return out
}

func deepest(cells [][]line) int {
	deep := 1
	for _, c := range cells {
		deep = max(deep, len(c))
	}
	return deep
}

// row draws one row and the line under it. When it does not fit it is begun on
// the next page, or parted if no page could hold it; again begins a page.
func (p *printer) row(r row, wide []float64, size float64, again func()) {
	cells := p.cells(r, wide, size)
	if p.tags == nil || p.aside {
		p.lines(cells, wide, size, again, nil)
		return
	}
	p.tag("TR", func() {
		of := make([]*element, len(cells))
		for i := range cells {
			role, scope := "TD", ""
			if r.head {
				role, scope = "TH", "Column"
			}
			p.tag(role, func() { p.tags.now.scope, of[i] = scope, p.tags.now })
		}
		p.lines(cells, wide, size, again, of)
	})
}

// lines draws the lines of a row's cells, each as a part of its cell.
func (p *printer) lines(cells [][]line, wide []float64, size float64, again func(), of []*element) {
	high := size * point * lineHigh
	deep := deepest(cells)
	tall := float64(deep)*high + 2*cellRoom
	if again != nil && p.y+tall > bottom && (tall <= (bottom-top)/2 || p.y+3*high+2*cellRoom > bottom) {
		again()
	}
	for from := 0; from < deep; {
		fits := deep - from
		if again != nil {
			fits = min(fits, max(1, int((bottom-p.y-2*cellRoom)/high)))
		}
		part := float64(fits)*high + 2*cellRoom
		p.drawBars(part)
		x := p.left
		for i, c := range cells {
			for j := from; j < min(from+fits, len(c)); j++ {
				p.inCell(of, i, func() { p.drawLine(c[j], x+cellRoom, p.y+cellRoom+float64(j-from)*high, size) })
			}
			x += wide[i]
		}
		p.y += part
		from += fits
		p.SetDrawColor(177, 180, 182)
		p.SetLineWidth(0.25)
		p.Line(p.left, p.y, p.right, p.y)
		if from < deep {
			again()
		}
	}
}

func (p *printer) inCell(of []*element, i int, draw func()) {
	if of == nil {
		draw()
		return
	}
	was := p.tags.now
	p.tags.now = of[i]
	draw()
	p.tags.now = was
}

// columns shares the width out: each column gets what its longest word needs,
// and the rest goes where there are most words.
func (p *printer) columns(rows []row, n int, size float64) []float64 {
	room := p.right - p.left
	least, wish := make([]float64, n), make([]float64, n)
	for _, r := range rows {
		for i, c := range r.cells {
			for _, l := range p.broken(c, size, 1e6) {
				wish[i] = max(wish[i], l.wide+2*cellRoom)
				word := 0.0
				for _, w := range l.pieces {
					if w.space {
						word = 0
					}
					word += w.wide
					least[i] = max(least[i], word+2*cellRoom)
				}
			}
		}
	}
	share := room / float64(n)
	spare, wanted := room, 0.0
	for i := range n {
		// A word too long for a fair share is cut, not given the page.
		least[i] = min(max(least[i], 2*cellRoom+4), share)
		wish[i] = max(wish[i], least[i])
		spare -= least[i]
		wanted += wish[i] - least[i]
	}
	out := make([]float64, n)
	for i := range n {
		out[i] = least[i]
		if wanted > 0 {
			out[i] += spare * (wish[i] - least[i]) / wanted
		} else {
			out[i] += spare / float64(n)
		}
	}
	return out
}
