package store

import "time"

// The acts by which a record comes into a meeting about several, and out of it.
const (
	MeetingJoin  = "join"
	MeetingLeave = "leave"
)

// MeetingTogether is one time that a record came into a meeting that is held about
// several, or out of it. It is never changed: the newest of a record counts.
type MeetingTogether struct {
	ID      string
	Record  string
	Meeting string // id of the pathway's meeting
	Nth     int    // higher than any before it of the record’s, and of those held as one
	// Together is the same for all that are held as one.
	Together string
	Act      string
	By       string
	At       time.Time
}

const togetherColumns = `id, record, meeting, nth, together, act, author, made_at`

func scanTogether(row row) (MeetingTogether, error) {
	var m MeetingTogether
	return m, row.Scan(&m.ID, &m.Record, &m.Meeting, &m.Nth, &m.Together, &m.Act, &m.By, &m.At)
}

// AddMeetingTogether keeps that a record, which is locked, came in or went out.
func (tx *Tx) AddMeetingTogether(m MeetingTogether) error {
	tx.keep("meeting_together", m.ID)
	_, err := tx.Exec(`insert into meeting_together (`+togetherColumns+`)
		values ($1, $2, $3, (select coalesce(max(nth), 0) + 1 from meeting_together where record = $4 and meeting = $5 or together = $6), $7, $8, $9, $10)`,
		m.ID, m.Record, m.Meeting, m.Record, m.Meeting, m.Together, m.Together, m.Act, m.By, m.At)
	return err
}

// newestTogether holds of the row x that counts for its record and meeting.
func newestTogether(x string) string {
	return x + `.act = 'join' and not exists (select 1 from meeting_together n where n.record = ` + x + `.record and n.meeting = ` + x + `.meeting and n.nth > ` + x + `.nth)`
}

// MeetsTogether gives, of every meeting of a record that is held as one with
// others, the rows of all who are in it now, the record itself too, in the order
// in which they came.
func (tx *Tx) MeetsTogether(rec string) ([]MeetingTogether, error) {
	return queryAll(tx, scanTogether, `select `+togetherColumns+` from meeting_together m where `+newestTogether("m")+`
		and m.together in (select s.together from meeting_together s where s.record = $1 and `+newestTogether("s")+`) order by m.nth, m.id`, rec)
}
