// Package record holds one piece of work on a pathway: the record, its
// immutable revisions, its dated entries, and everything else that is kept
// about it. A record is its revisions; every other view of it is derived from
// them and can be rebuilt.
package record

import (
	"encoding/json"
	"strings"
	"time"

	"frontdoor/internal/answer"
)

// Record is the current view of one piece of work.
type Record struct {
	ID         string
	Reference  string // what people say on the phone: "TH-7KQ4-M2XD"
	Pathway    string
	Version    int    // the pathway's version when the record was made
	Hash       string // the content hash of the pathway's folder then
	Authority  string // whose front door has it
	State      string
	Revision   int // number of the latest revision, from 1
	Answers    answer.Set
	Rating     string // the answer the pathway names as its rating
	Names      string // whom it is about, as a board shows them
	Urgent     bool   // a child may be at risk of harm now
	Allocated  string // worker id
	Team       string // team id the work lies with, if one team has it
	Author     string // principal of the sender: "worker:…", "code:…"
	Parent     string // record this one was started from
	StartedBy  string // step of the parent that started it
	Each       string // the choice or row it was started for, if one of several
	CreatedAt  time.Time
	UpdatedAt  time.Time
	ClosedAt   time.Time // zero while open
	Restricted bool
	Demo       bool
}

// Kind of a revision.
const (
	Created   = "created"   // the record began, with what was known
	Answered  = "answered"  // answers were changed
	Stepped   = "stepped"   // a step was taken
	Corrected = "corrected" // an earlier answer was wrong; the reason says why
	Allocated = "allocated" // the work was given to a worker
	Moved     = "moved"     // another authority accepted it
)

// Revision is one immutable change to a record.
type Revision struct {
	Record     string     `json:"record"`
	Seq        int        `json:"seq"`   // from 1, no gaps
	Based      int        `json:"based"` // the revision the author had before them
	RecordedAt time.Time  `json:"recorded_at"`
	HappenedAt time.Time  `json:"happened_at"` // when it was so; RecordedAt when it is the same act
	By         string     `json:"by"`          // principal
	Role       string     `json:"role,omitempty"`
	Kind       string     `json:"kind"`
	Step       string     `json:"step,omitempty"`
	Row        string     `json:"row,omitempty"` // the row the step added or was about
	From       string     `json:"from,omitempty"`
	To         string     `json:"to,omitempty"`
	Changes    answer.Set `json:"changes,omitempty"`
	Reason     string     `json:"reason,omitempty"`
	Authority  string     `json:"authority,omitempty"` // set when the record moves
	Allocated  string     `json:"allocated,omitempty"`
	Team       string     `json:"team,omitempty"`
	Prev       string     `json:"prev"` // hash of the revision before; empty for the first
	Hash       string     `json:"-"`
}

// Bytes is the canonical form that is kept and hashed into the record's chain
// (see audit.ChainHash).
func (r Revision) Bytes() []byte {
	r.RecordedAt = r.RecordedAt.UTC().Truncate(time.Microsecond)
	r.HappenedAt = r.HappenedAt.UTC().Truncate(time.Microsecond)
	b, err := json.Marshal(r)
	if err != nil { // only strings, numbers and times: cannot fail
		panic(err)
	}
	return b
}

// Fold rebuilds the current view from a record's revisions in order. It trusts
// nothing of the view it is given but the facts fixed at creation.
func Fold(base Record, revs []Revision) Record {
	base.Answers = answer.Set{}
	base.Revision, base.State, base.Allocated, base.Team = 0, "", "", ""
	for _, r := range revs {
		base.Revision = r.Seq
		base.Answers.Apply(r.Changes)
		if r.To != "" {
			base.State = r.To
		}
		if r.Authority != "" {
			base.Authority = r.Authority
		}
		if r.Allocated != "" {
			base.Allocated = r.Allocated
		}
		if r.Team != "" {
			base.Team = r.Team
		}
		base.UpdatedAt = r.RecordedAt
	}
	return base
}

// Entry is something dated on a record: a call, a visit, a note. Its text is
// sealed at rest.
type Entry struct {
	ID         string
	Record     string
	Seq        int    // order on the record
	Kind       string // call, visit, meeting, note, system
	HappenedAt time.Time
	RecordedAt time.Time
	By         string
	Text       string
	// Guarded marks something that may inform the decision and must not leave
	// the hub: no output, letter or next record ever carries it.
	Guarded bool
}

// Clock is one deadline as it was started on a record.
type Clock struct {
	ID        string
	Record    string
	Clock     string // the pathway's name for it: "decide", or "action/r3" for that of one row
	Code      string // "REF.DECIDE"
	Label     string
	StartedAt time.Time
	DueAt     time.Time // the limit; end of the day for working days
	ActAt     time.Time // the working deadline that day: 16:30 for working days
	WarnAt    time.Time
	More      []time.Time // further warnings after WarnAt; only when it starts
	Sum       string      // the sum in words
	Calendar  string      // version of the calendar that made it
	Law       string      // key of the pathway's law entry
	StoppedAt time.Time   // when the stopping fact happened
	StoppedBy string      // step
	Cancelled string      // reason, when it no longer applies
}

// Row gives the row that the clock is about; empty when it is about the record.
func (c Clock) Row() string {
	_, row, _ := strings.Cut(c.Clock, "/")
	return row
}

// Open tells whether the clock still runs.
func (c Clock) Open() bool { return c.StoppedAt.IsZero() && c.Cancelled == "" }

// Status of a clock at a moment, in the words of the domain: "on track", "due
// soon", "due today", "overdue", "met", "met late", "cancelled".
type Status string

// The states of a clock.
const (
	OnTrack  Status = "on track"
	DueSoon  Status = "due soon"
	DueToday Status = "due today"
	Overdue  Status = "overdue"
	Met      Status = "met"
	MetLate  Status = "met late"
	Stood    Status = "cancelled"
)

// Message is one message between the sender and the front door. Its text is
// sealed at rest.
type Message struct {
	ID     string
	Record string
	At     time.Time
	By     string // principal
	Inward bool   // from the sender to the front door
	Text   string
	ReadAt time.Time // when the other side first opened it
}

// File is a photograph or document on a record. The content is sealed and kept
// apart.
type File struct {
	ID      string
	Record  string // empty while it belongs only to a draft
	Draft   string
	Name    string // as its owner called it; sealed at rest
	Type    string
	Size    int64
	SHA256  string
	Scan    string // clean, infected, unscanned
	Flags   []string
	AddedAt time.Time
	By      string
	Guarded bool
}

// Document is one letter or message made from a record for one reader: the text
// as it was sent, to whom and how.
type Document struct {
	ID       string
	Record   string
	Doc      string // the pathway's name for it
	Row      string // row it is about, when there is one per child
	To       string // referrer, parents, …
	Title    string
	Body     string // sealed at rest
	Withheld string // the reason, when it was decided not to send
	SentAt   time.Time
	By       string
	Second   string // worker who checked it
}

// Link ties two records together.
type Link struct {
	From string
	To   string
	Kind string // started, merged_into, about
	At   time.Time
}

// Draft is what someone has typed and not yet sent or saved. Sealed at rest.
type Draft struct {
	ID        string
	Owner     string // principal
	Pathway   string
	Record    string // empty for a record not yet begun
	Step      string // the step whose form this is, if any
	Based     int    // the record's revision when it was begun
	Answers   answer.Set
	Place     string // page the owner was last on
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int
}
