// Package report counts work without telling of anybody: folders of a report's
// words and SQL are read and checked, run for some weeks and an authority, and
// their small numbers hidden.
//
// A report holds counts and, beside them, only words from closed lists: a week,
// an authority, a kind of agency. A value outside its list is never shown, so a
// query cannot bring out a name by mistake.
package report

import (
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
)

// Kinds of column.
const (
	// Week is the Monday a row's week begins with. A report that has it is run
	// once for each week; its query knows nothing of weeks.
	Week = "week"
	// Authority is an authority's id; empty where nobody knows yet whose it is.
	Authority = "authority"
	// AgencyKind is a kind of agency, such as police.
	AgencyKind = "agency_kind"
	// Choice is one of the words that the column itself lists.
	Choice = "choice"
	// Grade is one of the partnership's own grades of case audits; empty where none is
	// settled.
	Grade = "grade"
	// Count is a number of records, people or limits.
	Count = "count"
	// Percent is worked out from two counts, and hidden with either.
	Percent = "percent"
	// Days are how long something took of what the count Of counts: the middle one,
	// or the longest. They are hidden where that count is small.
	Days = "days"
)

// Report says what is counted and how.
type Report struct {
	Name  string `yaml:"report"`
	Title string `yaml:"title"`
	About string `yaml:"about"` // paragraphs, the first of them the question it answers
	// Work says why small numbers are shown, in a report that counts work on cases
	// nobody can tell from it, and not people. Without it they are hidden.
	Work    string   `yaml:"work"`
	Columns []Column `yaml:"columns"`
	SQL     string   `yaml:"-"`
}

// Column is one column of a report.
type Column struct {
	ID      string `yaml:"id"`
	Title   string `yaml:"title"`
	Kind    string `yaml:"kind"`
	Explain string `yaml:"explain"` // how the number is counted
	// Of is the count that this one is a part of, or that a percentage is taken
	// of. The parts of a whole add up to it.
	Of string `yaml:"of"`
	// Part is the count that a percentage shows as a share of Of.
	Part string `yaml:"part"`
	// Choices are the words that a choice can show, in the order of the rows.
	Choices []Words `yaml:"choices"`
}

// Words are how a value of a choice is shown.
type Words struct {
	Is    string `yaml:"is"`
	Label string `yaml:"label"`
}

// Number tells whether the column holds numbers.
func (c Column) Number() bool { return c.Kind == Count || c.Kind == Percent || c.Kind == Days }

// Heading is the column's title; a share is told from the count of that name.
func (c Column) Heading() string {
	if c.Kind == Percent {
		return c.Title + " (%)"
	}
	return c.Title
}

// Weekly tells whether there is a row for each week.
func (r *Report) Weekly() bool {
	return slices.ContainsFunc(r.Columns, func(c Column) bool { return c.Kind == Week })
}

// Wholes are the counts that are no part of another.
func (r *Report) Wholes() []Column {
	var out []Column
	for _, c := range r.Columns {
		if c.Kind == Count && c.Of == "" {
			out = append(out, c)
		}
	}
	return out
}

// CountsAs tells whether another report counts the same wholes, by their words: only
// then may the two be laid side by side. Where they differ, a share of one says nothing
// of the other, and the one taken from the other could tell of a small number.
func (r *Report) CountsAs(o *Report) bool {
	same := func(a, b Column) bool { return a.Title == b.Title && a.Explain == b.Explain }
	return r.Weekly() == o.Weekly() && slices.EqualFunc(r.Wholes(), o.Wholes(), same)
}

// column gives the place of a column; -1 when there is none.
func (r *Report) column(id string) int {
	return slices.IndexFunc(r.Columns, func(c Column) bool { return c.ID == id })
}

// selected are the columns that the query gives, in order.
func (r *Report) selected() []string {
	var out []string
	for _, c := range r.Columns {
		if c.Kind != Week && c.Kind != Percent {
			out = append(out, c.ID)
		}
	}
	return out
}

const (
	wordsFile = "report.yaml"
	queryFile = "query.sql"
)

// Load reads every folder of a file system as a report, by name. The error
// names the file and line of each fault and says what to mend.
func Load(fsys fs.FS) ([]*Report, error) {
	folders, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil, err
	}
	var all []*Report
	var faults []error
	for _, f := range folders {
		if !f.IsDir() {
			continue
		}
		r, wrong := load(fsys, f.Name())
		faults = append(faults, wrong...)
		all = append(all, r)
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return all, nil
}

func load(fsys fs.FS, folder string) (*Report, []error) {
	r := &Report{}
	file := path.Join(folder, wordsFile)
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, []error{fault.Wrap(err, fault.Invalid, file+" cannot be read. Each report has one.")}
	}
	y, err := calendar.ReadYAML(text, file, r)
	if err != nil {
		return nil, []error{err}
	}
	faults := checkWords(r, folder, y)
	file = path.Join(folder, queryFile)
	if text, err = fs.ReadFile(fsys, file); err != nil {
		return nil, append(faults, fault.Wrap(err, fault.Invalid, file+" cannot be read. Each report has one."))
	}
	r.SQL = string(text)
	if said := checkSQL(r.SQL); said != "" {
		faults = append(faults, fault.New(fault.Invalid, file+": "+said))
	}
	return r, faults
}

var idForm = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func checkWords(r *Report, folder string, y *calendar.YAML) []error {
	var faults []error
	wrong := func(sentence string, at ...any) { faults = append(faults, y.Fault(sentence, at...)) }
	if r.Name != folder {
		wrong("The report is named “"+r.Name+"” and its folder “"+folder+"”. Give both the same name.", "report")
	}
	if r.Title == "" {
		wrong("Give the report a title.", "title")
	}
	if strings.TrimSpace(r.About) == "" {
		wrong("Say in “about” which question the report answers and what is counted.", "about")
	}
	counts := 0
	for i, c := range r.Columns {
		wrong := func(sentence string) { wrong("Column “"+c.ID+"”: "+sentence, "columns", i) }
		if !idForm.MatchString(c.ID) || r.column(c.ID) != i {
			wrong("an id is lower-case letters, digits and “_”, and is given once.")
		}
		if c.Title == "" || c.Explain == "" {
			wrong("give it a title, and say in “explain” how it is counted.")
		}
		of, part := r.column(c.Of), r.column(c.Part)
		whole := of >= 0 && r.Columns[of].Kind == Count && r.Columns[of].Of == ""
		switch c.Kind {
		case Week, Authority, AgencyKind, Choice, Grade:
			if c.Of != "" || c.Part != "" {
				wrong("only numbers are a part of something.")
			}
			if c.Kind == Week && i != 0 {
				wrong("the week is the first column.")
			}
		case Count:
			counts++
			if c.Part != "" || c.Of != "" && !whole {
				wrong("“of” names a count that is a whole; a count has no “part”.")
			}
		case Days:
			if of < 0 || of > i || r.Columns[of].Kind != Count || c.Part != "" {
				wrong("“of” names the count before it of which these are the days.")
			}
		case Percent:
			if !whole || part < 0 || r.Columns[part].Kind != Count || r.Columns[part].Of != c.Of {
				wrong("“of” names a count that is a whole, and “part” one of its parts.")
			}
		default:
			wrong("the kind is " + strings.Join([]string{Week, Authority, AgencyKind, Choice, Grade, Count, Percent, Days}, ", ") + ".")
		}
		if (c.Kind == Choice) != (len(c.Choices) > 0) || slices.ContainsFunc(c.Choices, func(w Words) bool { return w.Is == "" || w.Label == "" }) {
			wrong("a choice, and nothing else, has “choices”, each with “is” and “label”.")
		}
	}
	if counts == 0 {
		wrong("A report has at least one column of kind count.", "columns")
	}
	return faults
}

var (
	comment = regexp.MustCompile(`--[^\n]*|(?s:/\*.*?\*/)`)
	sqlText = regexp.MustCompile(`'[^']*'`)
	startOf = regexp.MustCompile(`(?i)^(select|with)\s`)
)

// checkSQL says what is wrong with a query before any database has seen it.
func checkSQL(query string) string {
	bare := sqlText.ReplaceAllString(comment.ReplaceAllString(query, " "), "''")
	switch {
	case !startOf.MatchString(strings.TrimSpace(bare)):
		return "A report is a single select. Begin with “select”, or with “with”."
	case strings.ContainsAny(bare, ";$"):
		return "A report is a single select without “;”, and reads its bounds from the table period, not from “$1”."
	}
	for _, column := range []string{"period.from_at", "period.to_at", "period.authority"} {
		if !strings.Contains(bare, column) {
			return "Nothing reads " + column + ". A report keeps to the weeks and the authority that were chosen."
		}
	}
	return ""
}
