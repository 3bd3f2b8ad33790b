package store

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/calendar"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
)

// BoardQuery asks for the records a worker may see. Empty fields choose all.
type BoardQuery struct {
	Principals []access.Principal // the worker's, from access.WorkerViewer; none sees nothing
	Worker     string             // for exclusions and for restrictions that name them
	Now        time.Time

	Pathways     []string
	States       []string
	Authority    string
	Rating       string
	Allocated    string // worker id
	NotAllocated bool
	Team         string
	Text         string // words of the names or the reference, each from its start
	Due          string // DueOverdue, DueToday, DueSoon
	OpenOnly     bool

	Sort          string   // SortDue (also when empty), SortReceived, SortRating, SortReference, SortUpdated
	Ratings       []string // the ratings in the order SortRating puts them; others come last
	Desc          bool
	Limit, Offset int

	// Checks names the pathways whose records are checks asked of agencies,
	// each with the states in which a check counts as answered.
	Checks map[string][]string
}

// What a board can be sorted by, and which limits it can be narrowed to.
const (
	SortDue       = "due" // the nearest limit of a running clock; records without one come last
	SortReceived  = "received"
	SortRating    = "rating"
	SortReference = "reference"
	SortUpdated   = "updated"

	DueOverdue = "overdue" // a limit has passed
	DueToday   = "today"   // a limit passes later today, in London
	DueSoon    = "soon"    // a limit passes after today and its warning time has come
)

// BoardRow is one record on a board.
type BoardRow struct {
	Record         record.Record // without its answers
	Names          string
	Clock          *record.Clock // the running one whose limit is nearest; nil when none runs
	AllocatedName  string
	Unread         int // messages to the front door that nobody there has opened
	OpenChecks     int // checks started from the record and not answered yet
	AnsweredChecks int
}

// BoardPage is one page of a board.
type BoardPage struct {
	Rows []BoardRow
	// Total is how many records match. ByState counts them by state, as if no
	// state had been chosen. When closed records are asked for too, counting
	// stops at BoardCountLimit.
	Total   int
	ByState map[string]int
}

// BoardCountLimit is where counting stops when closed records are asked for.
const BoardCountLimit = 500

// Board gives a page of the records that one of the principals may view or act
// on now, without those kept from the worker by an exclusion or a restriction:
// the same that [access.Decide] decides, for all records at once.
func (tx *Tx) Board(q BoardQuery) (BoardPage, error) {
	page := BoardPage{ByState: map[string]int{}}
	if len(q.Principals) == 0 {
		return page, nil
	}
	if q.OpenOnly && q.Text == "" && tx.open != nil {
		return page, tx.openPage(&page, q)
	}
	return page, tx.boardByQuery(&page, q)
}

// boardByQuery fills a page by asking the database for all of it.
func (tx *Tx) boardByQuery(page *BoardPage, q BoardQuery) error {
	c, err := tx.boardConditions(q)
	if err != nil {
		return err
	}
	var records []record.Record
	if q.OpenOnly {
		records, err = tx.openBoard(page, q, c)
	} else {
		records, err = tx.wholeBoard(page, q, c)
	}
	if err != nil || len(records) == 0 {
		return err
	}
	page.Rows = make([]BoardRow, len(records))
	for i, r := range records {
		page.Rows[i] = BoardRow{Record: r, Names: r.Names}
	}
	if err := tx.boardDetails(q, page.Rows); err != nil {
		return err
	}
	return tx.countUnread(page.Rows)
}

// openBoard counts the open records and gives those of the page. Each is tried
// once: they are few, and most of the work is whether the worker may know of it.
func (tx *Tx) openBoard(page *BoardPage, q BoardQuery, c conditions) ([]record.Record, error) {
	type found struct{ id, state string }
	all, err := queryAll(tx, func(row row) (found, error) {
		var f found
		return f, row.Scan(&f.id, &f.state)
	}, `select r.id, r.state from record r`+c.where()+` order by `+boardOrder(q, &c), c.args...)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, f := range all {
		page.ByState[f.state]++
		if len(q.States) == 0 || slices.Contains(q.States, f.state) {
			page.Total++
			ids = append(ids, f.id)
		}
	}
	from := min(max(q.Offset, 0), len(ids))
	ids = ids[from:min(from+orLimit(q.Limit), len(ids))]
	if len(ids) == 0 {
		return nil, nil
	}
	records, err := queryAll(tx, scanRecord, `select `+boardColumns+` from record r where `+tx.inList("r.id", 1), ids)
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	slices.SortFunc(records, func(a, b record.Record) int { return place[a.ID] - place[b.ID] })
	return records, err
}

// wholeBoard counts as far as is said and reads the page in the order of an index.
func (tx *Tx) wholeBoard(page *BoardPage, q BoardQuery, c conditions) ([]record.Record, error) {
	if err := tx.boardCounts(page, q, c); err != nil || page.Total == 0 {
		return nil, err
	}
	c.in(tx, "r.state", q.States)
	return queryAll(tx, scanRecord, `select `+boardColumns+` from record r`+c.where()+` order by `+boardOrder(q, &c)+
		` limit `+c.arg(orLimit(q.Limit))+` offset `+c.arg(max(q.Offset, 0)), c.args...)
}

// boardColumns are recordColumns without the answers, which no board shows and
// which are most of a record.
var boardColumns = strings.Replace(recordColumns, "r.answers", "null", 1)

// fewGrants is up to how many grants a board starts from. Holders of more are
// shown their board by going through the records in order, and trying each.
const fewGrants = 2000

// boardConditions is everything but the choice of states.
func (tx *Tx) boardConditions(q BoardQuery) (conditions, error) {
	var c conditions
	principals := texts(q.Principals)
	few := false
	if q.OpenOnly {
		c.parts = append(c.parts, "r.closed_at is null")
	} else {
		n, err := queryOne(tx, scanValue[int], `select count(*) from (select 1 from access_grant where `+tx.inList("principal", 1)+` limit $2) n`,
			principals, fewGrants+1)
		if err != nil {
			return c, err
		}
		few = n <= fewGrants
	}
	now, worker := c.arg(q.Now), c.arg(q.Worker)
	c.arg(principals)
	live := tx.inList("g.principal", len(c.args)) + ` and (g.may_view or g.may_act)
		and ` + liveGrant("g", now)
	c.in(tx, "r.pathway", q.Pathways)
	for _, f := range []struct{ column, value string }{
		{"r.authority", q.Authority}, {"r.rating", q.Rating}, {"r.allocated", q.Allocated}, {"r.team", q.Team},
	} {
		if f.value != "" {
			c.add(f.column+" = %s", f.value)
		}
	}
	if q.NotAllocated {
		c.parts = append(c.parts, "r.allocated is null")
	}
	const most = 6 // words; more narrow nothing down
	words := person.Tokens(q.Text)
	words = words[:min(len(words), most)]
	slices.SortStableFunc(words, func(a, b string) int { return len(b) - len(a) })
	for i, w := range words {
		word := `d.word >= ` + c.arg(w) + ` and d.word <= ` + c.arg(w+"\U0010FFFF")
		if i == 0 && !q.OpenOnly && !few { // start from the longest word, the rarest
			in := `select d.record from record_word d where ` + word
			if len(words) == 1 { // a common name alone: the newest, and some that begin so
				in = `select n.record from (select d.record from record_word d where d.word = ` + c.arg(w) + ` order by d.record desc limit 1000) n
					union all select m.record from (` + in + ` limit 500) m`
			}
			c.parts = append(c.parts, `r.id in (`+in+`)`)
		} else {
			c.parts = append(c.parts, `(select d.word from record_word d where d.record = r.id and `+word+` limit 1) is not null`)
		}
	}
	if len(words) == 0 && strings.TrimSpace(q.Text) != "" {
		c.parts = append(c.parts, "1 = 0") // signs only: nothing is called that
	}
	today := calendar.DateOf(q.Now).End()
	clock := func(when string) {
		c.parts = append(c.parts, `exists (select 1 from clock c where c.record = r.id and `+clockOpen+` and `+when+`)`)
	}
	switch q.Due {
	case DueOverdue:
		clock(`c.due_at < ` + now)
	case DueToday:
		clock(`c.due_at >= ` + now + ` and c.due_at <= ` + c.arg(today))
	case DueSoon:
		clock(`c.warn_at <= ` + now + ` and c.due_at > ` + c.arg(today))
	}
	// Last of all: conditions are tried in this order, and these take longest.
	if few {
		c.parts = append(c.parts, `r.id in (select g.record from access_grant g where `+live+`)`)
	} else {
		// Not "exists": PostgreSQL would read every grant first and join.
		c.parts = append(c.parts, `(select 1 from access_grant g where g.record = r.id and `+live+` limit 1) is not null`)
	}
	c.parts = append(c.parts,
		`not exists (select 1 from exclusion x where x.record = r.id and x.worker = `+worker+`)`,
		`not exists (select 1 from restriction x where x.record = r.id and x.lifted_at is null
			and not exists (select 1 from restriction_named n where n.restriction = x.id and n.worker = `+worker+`))`)
	return c, nil
}

func (tx *Tx) boardCounts(page *BoardPage, q BoardQuery, c conditions) error {
	matching := `select r.state from record r` + c.where() + ` limit ` + c.arg(BoardCountLimit)
	type count struct {
		state string
		n     int
	}
	counts, err := queryAll(tx, func(row row) (count, error) {
		var n count
		return n, row.Scan(&n.state, &n.n)
	}, `select m.state, count(*) from (`+matching+`) m group by m.state`, c.args...)
	chosen := map[string]bool{}
	for _, s := range q.States {
		chosen[s] = true
	}
	for _, n := range counts {
		page.ByState[n.state] = n.n
		if len(q.States) == 0 || chosen[n.state] {
			page.Total += n.n
		}
	}
	return err
}

func boardOrder(q BoardQuery, c *conditions) string {
	direction := ""
	if q.Desc {
		direction = " desc"
	}
	// An index is read in order only when nulls are not spoken of for columns
	// that have none.
	key, nulls := `r.next_due`, ` nulls last`
	switch q.Sort {
	case SortReceived:
		key, nulls = `r.created_at`, ``
	case SortReference:
		key, nulls = `r.reference`, ``
	case SortUpdated:
		key, nulls = `r.updated_at`, ``
	case SortRating:
		var b strings.Builder
		b.WriteString(`case r.rating`)
		for i, rating := range q.Ratings {
			b.WriteString(` when ` + c.arg(rating) + ` then ` + strconv.Itoa(i))
		}
		if key = b.String() + ` end`; len(q.Ratings) == 0 {
			key = `r.rating`
		}
	}
	return key + direction + nulls + `, r.id` + direction
}

// boardDetails fills in what stands beside each record of a page.
func (tx *Tx) boardDetails(q BoardQuery, rows []BoardRow) error {
	at, ids := rowsByID(rows)
	clocks, err := queryAll(tx, scanClock, `select `+clockColumns+` from clock c where `+tx.inList("c.record", 1)+` and `+clockOpen+`
		order by c.record, c.due_at, c.id`, ids) // in the order of the index of open ones
	if err != nil {
		return err
	}
	for _, clock := range clocks {
		if row := at[clock.Record]; row.Clock == nil {
			row.Clock = &clock
		}
	}
	type named struct{ id, name string }
	names, err := queryAll(tx, func(row row) (named, error) {
		var n named
		return n, row.Scan(&n.id, &n.name)
	}, `select r.id, w.name from record r join worker w on w.id = r.allocated where `+tx.inList("r.id", 1), ids)
	if err != nil {
		return err
	}
	for _, n := range names {
		at[n.id].AllocatedName = n.name
	}
	if len(q.Checks) == 0 {
		return nil
	}
	type started struct{ parent, pathway, state string }
	checks, err := queryAll(tx, func(row row) (started, error) {
		var s started
		return s, row.Scan(&s.parent, &s.pathway, &s.state)
	}, `select r.parent, r.pathway, case when r.closed_at is null then r.state else '' end from record r where `+tx.inList("r.parent", 1), ids)
	for _, s := range checks {
		q.countCheck(at[s.parent], s.pathway, s.state)
	}
	return err
}

// countCheck counts a record that was started from that of a row, when it is a
// check. One that is closed has no state.
func (q BoardQuery) countCheck(row *BoardRow, pathway, state string) {
	answered, isCheck := q.Checks[pathway]
	switch {
	case !isCheck:
	case state == "" || slices.Contains(answered, state):
		row.AnsweredChecks++
	default:
		row.OpenChecks++
	}
}

// countUnread fills in the messages not read. The audit log does not tell of them.
func (tx *Tx) countUnread(rows []BoardRow) error {
	if len(rows) == 0 {
		return nil
	}
	at, ids := rowsByID(rows)
	unread, err := queryAll(tx, scanValue[string], `select m.record from message m where `+tx.inList("m.record", 1)+` and m.inward
		and not exists (select 1 from message_read d where d.message = m.id)`, ids)
	for _, id := range unread {
		at[id].Unread++
	}
	return err
}

func rowsByID(rows []BoardRow) (at map[string]*BoardRow, ids []string) {
	at = make(map[string]*BoardRow, len(rows))
	for i := range rows {
		at[rows[i].Record.ID] = &rows[i]
		ids = append(ids, rows[i].Record.ID)
	}
	return at, ids
}
