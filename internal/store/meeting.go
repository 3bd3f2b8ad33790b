package store

import "time"

// The acts of an invitation.
const (
	MeetingRequest = "request" // they are asked to come
	MeetingCancel  = "cancel"  // it is off, or they are no longer asked
)

// MeetingInvite is one time that someone was told of a meeting. It is never
// changed: what is newer has the next sequence of the same uid.
type MeetingInvite struct {
	ID      string
	Record  string
	Meeting string // id of the pathway's meeting
	Nth     int    // which of the record's meetings of that kind
	Row     string // of the group of those who are invited; empty for the chair
	UID     string // what a calendar knows it by: chance, so that it tells nothing
	// Sequence is 0 for the first of a uid (RFC 5545, 3.8.7.4).
	Sequence int
	Act      string
	Worker   string // when they use the program
	Sealed   string // the address it went to; empty when none did
	Starts   time.Time
	Ends     time.Time
	Mark     string // the same while the place is
	By       string
	At       time.Time
}

const meetingColumns = `id, record, meeting, nth, row_id, uid, sequence, act, coalesce(worker, ''), sealed, starts_at, ends_at, mark, author, sent_at`

func scanMeetingInvite(row row) (MeetingInvite, error) {
	var m MeetingInvite
	return m, row.Scan(&m.ID, &m.Record, &m.Meeting, &m.Nth, &m.Row, &m.UID, &m.Sequence, &m.Act, &m.Worker, &m.Sealed,
		&m.Starts, &m.Ends, &m.Mark, &m.By, &m.At)
}

// AddMeetingInvite keeps that someone was told. ErrExists when the same sequence
// was sent before.
func (tx *Tx) AddMeetingInvite(m MeetingInvite) error {
	tx.keep("meeting_invite", m.ID)
	_, err := tx.Exec(`insert into meeting_invite (id, record, meeting, nth, row_id, uid, sequence, act, worker, sealed, starts_at, ends_at, mark, author, sent_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		m.ID, m.Record, m.Meeting, m.Nth, m.Row, m.UID, m.Sequence, m.Act, orNull(m.Worker), m.Sealed, m.Starts, m.Ends, m.Mark, m.By, m.At)
	return err
}

// MeetingInvites gives the newest of each invitation of a record, in the order
// in which they were first sent.
func (tx *Tx) MeetingInvites(rec string) ([]MeetingInvite, error) {
	return queryAll(tx, scanMeetingInvite, `select `+meetingColumns+` from meeting_invite m where record = $1
		and not exists (select 1 from meeting_invite n where n.uid = m.uid and n.sequence > m.sequence) order by nth, uid`, rec)
}

// MeetingsOf gives the newest of each invitation of a worker to a meeting that
// ends after an instant, the soonest first. Those that were called off are not
// among them.
func (tx *Tx) MeetingsOf(worker string, after time.Time, limit int) ([]MeetingInvite, error) {
	return queryAll(tx, scanMeetingInvite, `select `+meetingColumns+` from meeting_invite m where worker = $1 and ends_at > $2 and act = 'request'
		and not exists (select 1 from meeting_invite n where n.uid = m.uid and n.sequence > m.sequence) order by starts_at, id limit $3`, worker, after, orLimit(limit))
}
