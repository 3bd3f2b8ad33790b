package record

import "time"

// What became of a letter or copy that a second person was to look at.
const (
	CheckAsked    = "asked"
	CheckAgreed   = "agreed"
	CheckDeclined = "declined"
)

// Check is one line of what was asked of a second person, and answered.
type Check struct {
	ID     string
	Record string
	Act    string
	About  string // the step, or the copy and its reader
	Owner  string // principal of whoever prepared it
	Hash   string // of exactly what was to be looked at
	Words  string // why; sealed at rest
	By     string // principal
	At     time.Time
}

// Copy is what was given on paper out of a record to one reader.
type Copy struct {
	ID         string
	Record     string
	Copy       string // the pathway's name for it
	Kind       string // child, parent, adult, agency, file
	Group, Row string // of the person on the record
	Agency     string // id of the agency
	Only       string // step, when it is of one decision alone
	Title      string
	Who        string // the reader's name then; sealed at rest
	Body       string // Markdown; sealed at rest
	Phone      string // printed for questions
	Hash       string // of its words
	PDF        string // SHA-256 of the bytes
	CheckedBy  string // principal of the second person, if one was needed
	By         string
	At         time.Time
}
