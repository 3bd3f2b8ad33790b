package store

import (
	"time"

	"frontdoor/internal/calendar"
)

// ToolEdition is one edition of a form of others, as it was imported, or the
// practice example in its place. It is never changed.
type ToolEdition struct {
	ID       string
	Tool     string
	Edition  string
	Title    string
	Holder   string
	Practice bool
	Body     string // the file
	SHA256   string
	From     calendar.Date // scorings begun from this day on are made with it
	At       time.Time     // when it was imported
	Author   string        // principal
}

const toolEditionColumns = `id, tool, edition, title, holder, practice, body, sha256, from_date, recorded_at, author`

func scanToolEdition(r row) (ToolEdition, error) {
	var e ToolEdition
	return e, r.Scan(&e.ID, &e.Tool, &e.Edition, &e.Title, &e.Holder, &e.Practice, &e.Body, &e.SHA256, &e.From, &e.At, &e.Author)
}

// AddToolEdition keeps an edition and says whether it is new: a practice example
// has one id for as long as it is the same.
func (tx *Tx) AddToolEdition(e ToolEdition) (bool, error) {
	n, err := tx.Exec(`insert into tool_edition (`+toolEditionColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (id) do nothing`,
		e.ID, e.Tool, e.Edition, e.Title, e.Holder, e.Practice, e.Body, e.SHA256, e.From, e.At, e.Author)
	if n == 1 {
		tx.keep("tool_edition", e.ID)
	}
	return n == 1, err
}

// ToolEdition reads an edition; ErrNone when there is none.
func (tx *Tx) ToolEdition(id string) (ToolEdition, error) {
	return queryOne(tx, scanToolEdition, `select `+toolEditionColumns+` from tool_edition where id = $1`, id)
}

// ToolEditions gives all imported editions, by form and the newest first. Practice
// examples are not among them.
func (tx *Tx) ToolEditions() ([]ToolEdition, error) {
	return queryAll(tx, scanToolEdition, `select `+toolEditionColumns+` from tool_edition where practice = $1 order by tool, from_date desc, recorded_at desc, id desc`, false)
}

// ToolInForce gives the edition of a form that is in force on a day; ErrNone when
// none is.
func (tx *Tx) ToolInForce(tool string, on calendar.Date) (ToolEdition, error) {
	return queryOne(tx, scanToolEdition, `select `+toolEditionColumns+` from tool_edition
		where tool = $1 and practice = $2 and from_date <= $3 order by from_date desc, recorded_at desc, id desc limit 1`, tool, false, on)
}

// ToolLicence is the right to use a form, as it was recorded. It is never changed:
// the latest counts.
type ToolLicence struct {
	ID          string
	Tool        string
	Holder      string
	Number      string
	Until       calendar.Date
	Accountable string // worker
	After       string // what may be done when it has run out: read, finish or none
	At          time.Time
	Author      string // principal
}

const toolLicenceColumns = `id, tool, holder, number, until_date, accountable, after_end, recorded_at, author`

func scanToolLicence(r row) (ToolLicence, error) {
	var l ToolLicence
	return l, r.Scan(&l.ID, &l.Tool, &l.Holder, &l.Number, &l.Until, &l.Accountable, &l.After, &l.At, &l.Author)
}

// AddToolLicence keeps a licence.
func (tx *Tx) AddToolLicence(l ToolLicence) error {
	tx.keep("tool_licence", l.ID)
	_, err := tx.Exec(`insert into tool_licence (`+toolLicenceColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		l.ID, l.Tool, l.Holder, l.Number, l.Until, l.Accountable, l.After, l.At, l.Author)
	return err
}

// ToolLicences gives the licences of a form, or of all when tool is empty, the
// latest first.
func (tx *Tx) ToolLicences(tool string) ([]ToolLicence, error) {
	return queryAll(tx, scanToolLicence, `select `+toolLicenceColumns+` from tool_licence where $1 = '' or tool = $1 order by recorded_at desc, id desc`, tool)
}

// TellTool notes that something was told of a licence, and says whether it is the
// first time.
func (tx *Tx) TellTool(licence, what string, at time.Time) (bool, error) {
	n, err := tx.Exec(`insert into tool_told (licence, what, told_at) values ($1, $2, $3) on conflict (licence, what) do nothing`, licence, what, at)
	return n == 1, err
}

// TellCourse notes that somebody was told of the day on which their training for a form
// runs out, and says whether it is the first time.
func (tx *Tx) TellCourse(worker, tool string, until calendar.Date, what string, at time.Time) (bool, error) {
	n, err := tx.Exec(`insert into course_told (worker, tool, until_date, what, told_at) values ($1, $2, $3, $4, $5) on conflict (worker, tool, until_date, what) do nothing`, worker, tool, until, what, at)
	return n == 1, err
}

// RecordTool says with which edition the rows of a group of a record are scored.
type RecordTool struct {
	Record   string
	Group    string
	Tool     string
	Edition  string // id
	Practice bool   // made with the practice example: it counts for nothing
	Began    time.Time
}

const recordToolColumns = `record, row_group, tool, edition, practice, began_at`

func scanRecordTool(r row) (RecordTool, error) {
	var t RecordTool
	return t, r.Scan(&t.Record, &t.Group, &t.Tool, &t.Edition, &t.Practice, &t.Began)
}

// AddRecordTool pins a record to an edition. The transaction holds the record, or
// has just made it.
func (tx *Tx) AddRecordTool(t RecordTool) error {
	tx.keep("record_tool", t.Record)
	_, err := tx.Exec(`insert into record_tool (`+recordToolColumns+`) values ($1, $2, $3, $4, $5, $6)`, t.Record, t.Group, t.Tool, t.Edition, t.Practice, t.Began)
	return err
}

// RecordTools gives what some records are scored with.
func (tx *Tx) RecordTools(records []string) ([]RecordTool, error) {
	return queryAll(tx, scanRecordTool, `select `+recordToolColumns+` from record_tool where `+tx.inList("record", 1)+` order by began_at, record, row_group`, records)
}

// Scorings counts the records that are scored with each form, without those made
// with a practice example.
func (tx *Tx) Scorings() (map[string]int, error) {
	type counted struct {
		tool string
		n    int
	}
	rows, err := queryAll(tx, func(r row) (counted, error) {
		var c counted
		return c, r.Scan(&c.tool, &c.n)
	}, `select tool, count(distinct record) from record_tool where practice = $1 group by tool`, false)
	out := map[string]int{}
	for _, c := range rows {
		out[c.tool] = c.n
	}
	return out, err
}

// CourseAttended is one session of a course that a worker attended. It is never
// changed; one entered by mistake is undone.
type CourseAttended struct {
	ID      string
	Worker  string
	Course  string
	Session string
	On      calendar.Date
	Trainer string // who taught it, in words
	At      time.Time
	Author  string // principal
	Undone  string // why it does not count; empty when it does
}

// AddCourseAttended keeps an attendance.
func (tx *Tx) AddCourseAttended(a CourseAttended) error {
	tx.keep("course_attended", a.ID)
	_, err := tx.Exec(`insert into course_attended (id, worker, course, session, attended_date, trainer, recorded_at, author) values ($1, $2, $3, $4, $5, $6, $7, $8)`,
		a.ID, a.Worker, a.Course, a.Session, a.On, a.Trainer, a.At, a.Author)
	return err
}

// UndoCourseAttended takes back an attendance that was entered by mistake, and says
// whether it stood until then.
func (tx *Tx) UndoCourseAttended(id, why, author string, at time.Time) (bool, error) {
	n, err := tx.Exec(`insert into course_undone (attended, why, recorded_at, author) values ($1, $2, $3, $4) on conflict (attended) do nothing`, id, why, at, author)
	if n == 1 {
		tx.keep("course_undone", id)
	}
	return n == 1, err
}

// CoursesAttended gives what a worker attended, or everybody when worker is empty,
// the newest first.
func (tx *Tx) CoursesAttended(worker string) ([]CourseAttended, error) {
	return queryAll(tx, func(r row) (CourseAttended, error) {
		var a CourseAttended
		return a, r.Scan(&a.ID, &a.Worker, &a.Course, &a.Session, &a.On, &a.Trainer, &a.At, &a.Author, &a.Undone)
	}, `select a.id, a.worker, a.course, a.session, a.attended_date, a.trainer, a.recorded_at, a.author, coalesce(u.why, '')
		from course_attended a left join course_undone u on u.attended = a.id
		where $1 = '' or a.worker = $1 order by a.attended_date desc, a.recorded_at desc, a.id desc`, worker)
}
