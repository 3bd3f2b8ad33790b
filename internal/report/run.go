package report

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/store"
)

// timeout ends a run that would keep the database from other work.
const timeout = 20 * time.Second

// Params are what a reader may choose.
type Params struct {
	From, To  calendar.Date // London dates, both counted in
	Authority string        // empty for all of them
}

// LastWeeks are the last 28 days.
func LastWeeks(now time.Time) Params {
	today := calendar.DateOf(now)
	return Params{From: today.AddDays(-27), To: today}
}

// Whole widens the dates to whole weeks, Monday to Sunday. Reports are always
// run for whole weeks: two runs a day apart would tell of the day between them.
func (p Params) Whole() Params {
	back := (int(p.From.Weekday()) + 6) % 7 // days since Monday
	on := (7 - int(p.To.Weekday())) % 7     // days to Sunday
	p.From, p.To = p.From.AddDays(-back), p.To.AddDays(on)
	return p
}

// Check gives what is wrong with the dates, under the keys from and to.
func (p Params) Check() fault.Fields {
	var wrong fault.Fields
	switch {
	case p.To.Before(p.From):
		wrong.Add("to", "Enter a last day that is not before the first")
	case !p.To.Before(p.From.AddMonths(12)):
		wrong.Add("from", "Choose a year or less")
	}
	return wrong
}

// Cell is one value as it is shown.
type Cell struct {
	Text   string
	Hidden bool
}

// Table is a report that was run.
type Table struct {
	Report *Report
	Params Params // as they were run: whole weeks
	Rows   [][]Cell
}

// AnyHidden tells whether a number was hidden.
func (t *Table) AnyHidden() bool {
	return slices.ContainsFunc(t.Rows, func(row []Cell) bool {
		return slices.ContainsFunc(row, func(c Cell) bool { return c.Hidden })
	})
}

// Query is what a run for whole weeks asks of the database.
func Query(r *Report, p Params, now time.Time) store.ReportQuery {
	end := p.To.AddDays(1)
	q := store.ReportQuery{SQL: r.SQL, Authority: p.Authority, Now: now, Year: end.AddMonths(-12).Start()}
	between(&q, p.From, end)
	return q
}

// between sets the days that are counted. A year earlier is 52 weeks, so that
// whole weeks stand beside whole weeks.
func between(q *store.ReportQuery, from, end calendar.Date) {
	q.From, q.To = from.Start(), end.Start()
	q.BeforeFrom, q.BeforeTo = from.AddDays(-52*7).Start(), end.AddDays(-52*7).Start()
}

// Run counts, for whole weeks, on one unchanging view of the database. A run
// that takes too long or has too many rows is refused with what to do. Whether
// the reader may see the authority is for the caller to decide.
func Run(ctx context.Context, db *store.DB, place *partnership.Partnership, r *Report, p Params, now time.Time) (*Table, error) {
	if wrong := p.Check(); len(wrong) > 0 {
		return nil, wrong
	}
	p = p.Whole()
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	end := p.To.AddDays(1)
	q := Query(r, p, now)
	t := &Table{Report: r, Params: p}
	err := db.Read(ctx, func(tx *store.Tx) error {
		if !r.Weekly() {
			return t.add(tx, place, q, "")
		}
		for week := p.From; week.Before(end); week = week.AddDays(7) {
			between(&q, week, week.AddDays(7))
			if err := t.add(tx, place, q, week.Short()); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, context.DeadlineExceeded) {
		err = fault.Wrap(err, fault.Unavailable, "This report took too long. Choose fewer weeks.")
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// add runs the query once and adds its rows, in the order of their words.
func (t *Table) add(tx *store.Tx, in *partnership.Partnership, q store.ReportQuery, week string) error {
	got, err := tx.Report(q)
	if err != nil {
		return err
	}
	if want := t.Report.selected(); !slices.Equal(got.Columns, want) {
		return t.broken("its query gives " + strings.Join(got.Columns, ", ") + " instead of " + strings.Join(want, ", "))
	}
	var lines []line
	for _, values := range got.Rows {
		l, err := t.line(in, values, week)
		if err != nil {
			return err
		}
		lines = append(lines, l)
	}
	t.together(lines)
	rows := make([][]Cell, 0, len(lines))
	for _, l := range lines {
		t.show(l)
		rows = append(rows, l.cells)
	}
	slices.SortStableFunc(rows, func(a, b []Cell) int {
		for i, c := range t.Report.Columns {
			if !c.Number() {
				if n := cmp.Or(cmp.Compare(c.place(in, a[i].Text), c.place(in, b[i].Text)), cmp.Compare(a[i].Text, b[i].Text)); n != 0 {
					return n
				}
			}
		}
		return 0
	})
	t.Rows = append(t.Rows, rows...)
	return nil
}

func (t *Table) broken(why string) error {
	return fault.Wrap(errors.New("report "+t.Report.Name+": "+why), fault.Internal, "This report is broken. Tell whoever runs this system.")
}

// line is one row before its numbers are shown.
type line struct {
	cells   []Cell
	numbers []int
	marks   []mark
}

// line puts one row of the query into words and marks what is small.
func (t *Table) line(in *partnership.Partnership, values []string, week string) (line, error) {
	columns := t.Report.Columns
	row := make([]Cell, len(columns))
	numbers := make([]int, len(columns))
	for i, c := range columns {
		if c.Kind == Week {
			row[i].Text = week
			continue
		}
		if c.Kind == Percent {
			continue
		}
		value := values[0]
		values = values[1:]
		if !c.Number() {
			row[i].Text = words(in, c, value)
			continue
		}
		if c.Kind == Days && value == "" { // nothing that it could be the days of
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return line{}, t.broken("column " + c.ID + " is not a count")
		}
		numbers[i] = n
	}
	marks := make([]mark, len(columns))
	for i, c := range columns {
		if c.Kind != Count || c.Of != "" {
			continue
		}
		var places, parts []int
		sum := 0
		for j, part := range columns {
			if part.Kind == Count && part.Of == c.ID {
				places, parts, sum = append(places, j), append(parts, numbers[j]), sum+numbers[j]
			}
		}
		if len(parts) > 0 && sum != numbers[i] {
			return line{}, t.broken("the parts of " + c.ID + " do not add up to it")
		}
		if t.Report.Work != "" {
			continue
		}
		whole, of := hide(numbers[i], parts)
		marks[i] = whole
		for k, j := range places {
			marks[j] = of[k]
		}
	}
	return line{row, numbers, marks}, nil
}

// together hides what rows would tell of each other. Rows that differ only in a
// choice count the same whole: where one must hide it, all of them hide it with
// its parts.
func (t *Table) together(lines []line) {
	columns := t.Report.Columns
	alike := func(a, b line) bool {
		for i, c := range columns {
			if !c.Number() && c.Kind != Choice && a.cells[i] != b.cells[i] {
				return false
			}
		}
		return true
	}
	for i, c := range columns {
		for _, a := range lines {
			if c.Kind != Count || c.Of != "" || a.marks[i] != hidden {
				continue
			}
			for _, b := range lines {
				if b.numbers[i] != a.numbers[i] || !alike(a, b) {
					continue
				}
				b.marks[i] = hidden
				for j, part := range columns {
					if part.Of == c.ID && b.marks[j] == plain && b.numbers[j] > 0 {
						b.marks[j] = hidden
					}
				}
			}
		}
	}
}

// show writes the numbers of a row, as they are marked.
func (t *Table) show(l line) {
	row, numbers, marks := l.cells, l.numbers, l.marks
	for i, c := range t.Report.Columns {
		switch c.Kind {
		case Count:
			row[i] = Cell{Text: [...]string{strconv.Itoa(numbers[i]), "fewer than " + strconv.Itoa(Threshold), "hidden"}[marks[i]], Hidden: marks[i] != plain}
		case Days:
			switch of := numbers[t.Report.column(c.Of)]; {
			case of == 0:
				row[i].Text = "none"
			case small(of):
				row[i] = Cell{Text: "hidden", Hidden: true}
			default:
				row[i].Text = strconv.Itoa(numbers[i])
			}
		case Percent:
			part, of := t.Report.column(c.Part), t.Report.column(c.Of)
			switch {
			case marks[part] != plain || marks[of] != plain:
				row[i] = Cell{Text: "hidden", Hidden: true}
			case numbers[of] == 0:
				row[i].Text = "none"
			default:
				row[i].Text = percent(numbers[part], numbers[of])
			}
		}
	}
}

// percent is rounded to whole numbers, but only all is 100% and only none is 0%.
func percent(part, of int) string {
	n := (200*part + of) / (2 * of)
	switch {
	case n == 100 && part < of:
		n = 99
	case n == 0 && part > 0:
		n = 1
	}
	return strconv.Itoa(n) + "%"
}

// place is where a label stands among the choices of a column, or among grades: what is
// none of them comes after the worst.
func (c Column) place(in *partnership.Partnership, label string) int {
	if c.Kind == Grade {
		if i := slices.IndexFunc(in.Grades, func(b partnership.Band) bool { return b.Label == label }); i >= 0 {
			return i
		}
		return len(in.Grades)
	}
	return slices.IndexFunc(c.Choices, func(w Words) bool { return w.Label == label })
}

// words are what a value from a closed list is called. A value that is not in
// its list is never shown.
func words(in *partnership.Partnership, c Column, value string) string {
	const other = "No longer listed"
	switch kind := c.Kind; {
	case kind == Choice:
		if i := slices.IndexFunc(c.Choices, func(w Words) bool { return w.Is == value }); i >= 0 {
			return c.Choices[i].Label
		}
	case kind == Authority && value == "":
		return "Not known yet"
	case kind == Authority:
		if a, ok := in.Register.Authority(value); ok {
			return a.Name
		}
	case kind == Grade && value == "":
		return "Not settled"
	case kind == Grade:
		if i := slices.IndexFunc(in.Grades, func(b partnership.Band) bool { return b.ID == value }); i >= 0 {
			return in.Grades[i].Label
		}
	case slices.ContainsFunc(in.Register.Agencies, func(a agency.Agency) bool { return a.Kind == value }):
		text := strings.ReplaceAll(value, "_", " ")
		return strings.ToUpper(text[:1]) + text[1:]
	}
	return other
}

// CSV writes the table as it is shown, with what is hidden hidden.
func (t *Table) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	var head []string
	for _, c := range t.Report.Columns {
		head = append(head, c.Heading())
	}
	if err := out.Write(head); err != nil {
		return err
	}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = c.Text
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
