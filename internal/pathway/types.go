// Package pathway loads and checks pathway folders and answers, from a record's
// facts alone, which questions show, which answers are missing, which steps are
// open and why the others are not. It is pure: it reads no clock and no
// database.
//
// Truth has three values. A rule over an answer that is not there is unknown,
// and unknown never lets anything happen: the step is refused, the clock goes
// on, the page says which answer is missing.
package pathway

import (
	"cmp"
	"strconv"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
)

// Pathway is one folder, read and checked.
type Pathway struct {
	Name      string             `yaml:"pathway"` // the folder's name; never reused
	Version   int                `yaml:"version"`
	Title     string             `yaml:"title"`
	Summary   string             `yaml:"summary"`
	Owner     string             `yaml:"owner"`     // who keeps the folder right
	Reference string             `yaml:"reference"` // how references begin; "{authority}" gives the authority's own letters
	Law       map[string]Law     `yaml:"law"`
	Settings  map[string]Setting `yaml:"settings"`
	Groups    []Group            `yaml:"groups"`
	Pages     []Page             `yaml:"pages"`
	States    []State            `yaml:"states"`
	Steps     []Step             `yaml:"steps"`
	Clocks    []Clock            `yaml:"clocks"`
	Documents []Document         `yaml:"documents"`
	Copies    []Copy             `yaml:"copies"`
	NoCopies  []NoCopy           `yaml:"no_copies"` // who is given none, and why
	Exports   []Export           `yaml:"exports"`   // files for national databases
	Publish   *Publish           `yaml:"publish"`   // what everyone may read
	Source    *Source            `yaml:"source"`    // who it came from is sealed
	Leaves    *Leaves            `yaml:"leaves"`    // when anything of it may leave
	// Recommends are the rows that stand on the one list of recommendations.
	Recommends []Recommends `yaml:"recommends"`
	Redaction  *Redaction   `yaml:"redaction"` // what other records hold, given out block by block
	Roles      Roles        `yaml:"roles"`     // what the engine may know this record's answers as
	// Carry lists the questions that a record of this pathway starts with when
	// another record starts it; the parent's question of the same id fills each.
	Carry []string `yaml:"carry"`
	// CountsAsContact makes the record count towards "third contact in 12 months".
	CountsAsContact bool `yaml:"counts_as_contact"`

	// IsCheck marks records that are a question to an agency: the record that
	// started them counts how many were sent and answered.
	IsCheck bool `yaml:"check"`
	// About lets the sender of a record, or anyone who works on it, begin a
	// record of this pathway about it: "record", or empty.
	About string `yaml:"about"`
	// Offered is the heading under which people may begin a record of this
	// pathway by themselves: those for whom its first step is. Empty when nobody
	// may.
	Offered string `yaml:"offered"`
	// Follows names the pathways whose records may be carried on into one of
	// this, by whoever may act on them.
	Follows []string `yaml:"follows"`
	// Restricted lists the only roles that a record of this pathway may be given
	// to as a role. Whoever was not given it is never told that it is there.
	Restricted []string `yaml:"restricted"`
	// Across says who learns that another authority has a record about the same person.
	Across *Across `yaml:"known_across"`
	// AskFirst says who of those that work with the same people seeks advice before they contact them.
	AskFirst *AskFirst `yaml:"ask_first"`
	// Banners warn on every page, letter and copy; see banner.go.
	Banners []Banner `yaml:"banners"`
	// Shared names the files of pathways/_shared whose groups and pages it uses.
	Shared []string `yaml:"shared"`
	// WorkedOut are sums over the answers that pages show and nothing acts on.
	WorkedOut []Figure `yaml:"worked_out"`
	// Meetings are those to which people are invited.
	Meetings []Meeting `yaml:"meetings"`
	// Retention says how long closed records are kept: the first rule that holds.
	Retention []KeepRule `yaml:"retention"`

	// Filled by Load, not written in the folder.
	Hash string `yaml:"-"` // content hash of every file, and of the partnership's lists it uses
	// Files is every file of the folder at that hash, and under "partnership/"
	// the lists it borrows, so that FromFiles needs nothing else to show the
	// questions as they were.
	Files    map[string]string `yaml:"-"`
	Codes    map[string][]Code `yaml:"-"` // code lists by Question.Codes, as Load leaves it
	Messages map[string]string `yaml:"-"` // messages/*.md by name

	index
}

// Law is where a duty or a length comes from.
type Law struct {
	Kind    string `yaml:"kind"` // statute, statutory_guidance, local_procedure, common_practice
	Text    string `yaml:"text"` // our own words
	Source  string `yaml:"source"`
	URL     string `yaml:"url"`     // where to read it: https, or a page of ours such as /manual/learning
	Checked string `yaml:"checked"` // ISO date, or empty when nobody has confirmed it
}

// Setting is something the partnership decides. Its value comes from
// partnership.yaml under the pathway's name; Default is used until then, and
// pages say that it is not confirmed locally.
type Setting struct {
	Text      string `yaml:"text"`
	Default   string `yaml:"default"`
	Confirmed bool   `yaml:"confirmed"`
	Source    string `yaml:"source"`
	Checked   string `yaml:"checked"`
}

// number is what a setting is in rules; beside days only whole numbers are there.
func (s Setting) number() (int64, bool) {
	n, err := strconv.ParseInt(s.Default, 10, 64)
	return n, err == nil
}

// noDay is a setting of a day that nobody has set, as of a law that is not in force
// yet: in rules it is later than any.
const noDay = "no day yet"

func (s Setting) day() (calendar.Date, bool) {
	if s.Default == noDay {
		return calendar.NewDate(9999, 12, 31), true
	}
	d, err := calendar.ParseDate(s.Default)
	return d, err == nil
}

// Group is a set of questions asked once for each row: each child, each adult.
type Group struct {
	ID    string `yaml:"id"`
	Item  string `yaml:"item"`  // "child"
	Title string `yaml:"title"` // "Children"
	Min   int    `yaml:"min"`
	Max   int    `yaml:"max"`
	// Name is the CEL-free list of questions whose answers name the row, in order.
	Name   []string   `yaml:"name"`
	Person *PersonMap `yaml:"person"` // rows become people in the index
	// Of names a code list: the rows are its codes, always and in order, and the
	// code's label names the row. Otherwise rows are added.
	Of string `yaml:"of"`
	// Practise, Gate, IfImported and Part are of groups whose rows are a tool's: see tool.go.
	Practise   string `yaml:"practise"`
	Gate       *Gate  `yaml:"gate"`
	IfImported bool   `yaml:"if_imported"`
	Part       bool   `yaml:"part"`
	// Columns are the questions that the table of its rows shows.
	Columns []string `yaml:"columns"`

	codes []Code // of Of
	tool  string // of Of: the form of others whose items are the rows
}

// Figure is something worked out from the answers, shown with its explanation.
// It informs a judgement and never decides: no rule and no letter can read it.
type Figure struct {
	ID      string `yaml:"id"`
	Label   string `yaml:"label"`
	Is      string `yaml:"is"`      // CEL: a number, a text, or true or false
	Explain string `yaml:"explain"` // how it is worked out, in words

	rule *rule
}

// PersonMap says which question holds which fact about a person.
type PersonMap struct {
	Role          string `yaml:"role"` // child, adult
	FamilyName    string `yaml:"family_name"`
	GivenNames    string `yaml:"given_names"`
	Aliases       string `yaml:"aliases"`
	Born          string `yaml:"born"`
	BornEstimated string `yaml:"born_estimated"`
	Due           string `yaml:"due"` // expected date of delivery
	Sex           string `yaml:"sex"`
	NHSNumber     string `yaml:"nhs_number"`
	UPN           string `yaml:"upn"`
	Address       string `yaml:"address"`
	AddressFlag   string `yaml:"address_flag"` // disclosure
	Phone         string `yaml:"phone"`
	Relation      string `yaml:"relation"` // to the children of the record
	Parental      string `yaml:"parental"` // holds parental responsibility
	InHousehold   string `yaml:"in_household"`
	Died          string `yaml:"died"`          // date of death: nothing goes to the family any more
	IdentityFlag  string `yaml:"identity_flag"` // yes when nobody outside may learn who they are
	// Whereabouts are questions whose answers tell where they can be found, such as
	// the school.
	Whereabouts []string `yaml:"whereabouts"`
}

// questions are all the questions that it names.
func (m *PersonMap) questions() []*string {
	return []*string{
		&m.FamilyName, &m.GivenNames, &m.Aliases, &m.Born, &m.BornEstimated, &m.Due, &m.Sex, &m.NHSNumber, &m.UPN,
		&m.Address, &m.AddressFlag, &m.Phone, &m.Relation, &m.Parental, &m.InHousehold, &m.Died, &m.IdentityFlag,
	}
}

// Page is one thing to answer at a time.
type Page struct {
	ID        string     `yaml:"page"`
	Title     string     `yaml:"title"`
	Section   string     `yaml:"section"` // heading on the check-answers page and the record
	Body      string     `yaml:"body"`    // Markdown shown above the questions
	Repeat    string     `yaml:"repeat"`  // group: the page is asked for each row
	ShowIf    string     `yaml:"show_if"`
	Stop      string     `yaml:"stop"`      // CEL: true shows the interruption instead of going on
	StopText  string     `yaml:"stop_text"` // Markdown of the interruption
	Clause    string     `yaml:"clause"`    // section of the manual to read beside the form, as neglect#signs
	Questions []Question `yaml:"questions"`

	show, stop *rule
}

// Question is one question. Its id is never reused for another meaning.
type Question struct {
	ID        string `yaml:"id"`
	Type      string `yaml:"type"` // see Types
	Label     string `yaml:"label"`
	Short     string `yaml:"short"` // how the answer is called in a summary; Label when empty
	Hint      string `yaml:"hint"`
	Required  bool   `yaml:"required"`
	RequireIf string `yaml:"require_if"`
	ShowIf    string `yaml:"show_if"`
	// NotKnown lets a required question be answered "not known" with a reason.
	NotKnown     bool   `yaml:"not_known"`
	Codes        string `yaml:"codes"` // codes/<file>.csv, or "partnership:<list>"
	Other        string `yaml:"other"` // code whose choice asks for words
	Min          string `yaml:"min"`   // number, date, "now" or "today"; or length of a list
	Max          string `yaml:"max"`
	Width        int    `yaml:"width"`
	MaxChars     int    `yaml:"max_chars"`
	Autocomplete string `yaml:"autocomplete"` // HTML token, when the answer is about the person typing
	// Sealed answers are encrypted at rest and shown only to SealedTo.
	Sealed   bool     `yaml:"sealed"`
	SealedTo []string `yaml:"sealed_to"`
	// Guarded answers inform the decision and never leave the hub.
	Guarded bool   `yaml:"guarded"`
	Group   string `yaml:"group"` // in a step's ask: asked for each row of the group
	// Fill names a fact that answers the question before it is asked:
	// "worker.name", "worker.agency", "parent.<question>", "place.authority".
	Fill string `yaml:"fill"`
	// Missing is the sentence shown when a required question is not answered;
	// one is made from the label when empty.
	Missing string `yaml:"missing"`

	show, require *rule
	codes         []Code // of an item of a tool, in place of those of the question
}

// Types are the question types the one renderer draws.
var Types = []string{
	"text", "textarea", "email", "phone", "number", "scale",
	"date", "datetime", "yes_no", "yes_no_not_known", "radios", "checkboxes", "select",
	"address", "postcode", "nhs_number", "upn", "files", "worker", "team", "record",
}

// entryKinds are the kinds of entry a step may leave on a record.
var entryKinds = []string{"call", "visit", "meeting", "note"}

// State is where a record stands.
type State struct {
	ID     string `yaml:"id"`
	Label  string `yaml:"label"`
	Sender string `yaml:"sender"` // what the sender's status page says: received, looking, decided, closed
	Start  bool   `yaml:"start"`
	End    bool   `yaml:"end"`
	Board  string `yaml:"board"` // column of the board; empty keeps it off
	// Answered marks the states of a check in which the agency has answered.
	Answered bool `yaml:"answered"`
}

// Step is a named act by a role that may move a record.
type Step struct {
	ID        string     `yaml:"id"`
	Label     string     `yaml:"label"`
	Body      string     `yaml:"body"` // Markdown shown above its questions
	From      []string   `yaml:"from"`
	To        []Target   `yaml:"to"`        // first whose condition holds; empty keeps the state
	By        []string   `yaml:"by"`        // roles; "author" is the sender, "system" is a job, "worker:<question>" whom that answer names
	Adds      string     `yaml:"adds"`      // group that gets a new row, of which its questions are asked
	Row       string     `yaml:"row"`       // group of which it is taken on one row
	Qualified bool       `yaml:"qualified"` // shows on the page that it needs a qualified decision-maker
	NotBy     []string   `yaml:"not_by"`    // steps whose last actor may not take this one
	Ask       []Question `yaml:"ask"`
	AllowIf   []Guard    `yaml:"allow_if"`
	Grants    []Grant    `yaml:"grants"`
	Ends      []string   `yaml:"ends"`   // keys of grants that end
	Afresh    []string   `yaml:"afresh"` // questions whose answers count no more once it is taken, unless it asks them itself
	Starts    []Start    `yaml:"starts"`
	Takes     []TakeOn   `yaml:"takes"`     // steps that it takes on other records
	HearsEnd  *HearsEnd  `yaml:"hears_end"` // taken by the program when a record begun from this one ends
	Documents []string   `yaml:"documents"` // made, previewed and sent in this step
	Notices   []Notice   `yaml:"notices"`
	Entry     string     `yaml:"entry"` // kind of entry the step adds, with the step's text answer
	// Moves names the question that holds the authority the record moves to.
	Moves string `yaml:"moves"`
	// Merges names the question that holds the record this one joins.
	Merges string `yaml:"merges"`
	// Team names the question that holds the team the record goes to.
	Team string `yaml:"team"`
	// Allocates names the question that holds the worker who gets the record.
	Allocates string `yaml:"allocates"`
	// Happened names the question that holds when it was so, if not now.
	Happened string `yaml:"happened"`
	Primary  bool   `yaml:"primary"` // drawn as the main button of its state
	Clause   string `yaml:"clause"`  // as a page's
	// Marks are facts the engine must find recorded for this visit before the
	// step: "history_looked" is set when the actor opened what is already known.
	Marks []string `yaml:"marks"`
	// Complete refuses the step while a required question of the form is
	// missing. A step that the author takes from the start state always does.
	Complete bool `yaml:"complete"`
}

// Group is the group whose row the step adds or is about; empty when it is about
// the record.
func (s *Step) Group() string { return cmp.Or(s.Adds, s.Row) }

// Target is a state a step leads to when its condition holds.
type Target struct {
	If    string `yaml:"if"`
	State string `yaml:"state"`

	rule *rule
}

// Guard refuses a step unless its rule is true; Else says what to do.
type Guard struct {
	If   string `yaml:"if"`
	Else string `yaml:"else"`

	rule *rule
}

// Grant is a line that gives someone the record when a step is taken.
type Grant struct {
	Key string   `yaml:"key"`
	To  string   `yaml:"to"` // role:<r>, team:<question or id>, worker:<question>, author, parent:<role>, each
	May []string `yaml:"may"`
	Why string   `yaml:"why"`
	If  string   `yaml:"if"`

	rule *rule
}

// Start begins another record.
type Start struct {
	Pathway string `yaml:"pathway"`
	If      string `yaml:"if"`
	// Each names a checkboxes question (one record per choice) or a group (one
	// per row). Inside the start, "each" is the choice or row id.
	Each string `yaml:"each"`
	// Rows say, by group, which rows go along: those of which the rule holds.
	Rows    map[string]string `yaml:"rows"`
	Team    string            `yaml:"team"`    // "kind:<agency kind>/<role>", "each/<role>", "team:<id>", or a question
	Answers map[string]string `yaml:"answers"` // question of the new record: CEL over this one
	Step    string            `yaml:"step"`    // step of the new record taken at once

	rule    *rule
	answers map[string]*rule
	rows    map[string]*rule
}

// Clock is a deadline a pathway runs.
type Clock struct {
	ID    string   `yaml:"id"`
	Code  string   `yaml:"code"`
	Label string   `yaml:"label"`
	Each  string   `yaml:"each"`  // group: one clock for each row
	From  []string `yaml:"from"`  // created, step.<id>, answer.<question>; the latest of them
	Until []string `yaml:"until"` // step.<id>, state.<id>
	// Again are step.<id> that undo what stopped it: it runs on from where it began,
	// with the limit it had.
	Again []string `yaml:"again"`
	// Within is how long it runs: the first whose condition holds when it starts.
	Within []Span `yaml:"within"`
	// Due names the date question that holds the limit itself, in place of
	// Within; Before is a length that the limit comes before it.
	Due    string `yaml:"due"` // answer.<question>
	Before string `yaml:"before"`
	If     string `yaml:"if"`
	// CountsIf is a rule about a row: a step that adds it or is about it starts
	// or stops the clock only while the rule holds of the row.
	CountsIf   string   `yaml:"counts_if"`
	Warn       []string `yaml:"warn"` // lengths before due; a fifth of the time when empty
	Law        string   `yaml:"law"`
	Owner      []string `yaml:"owner"` // told when it warns and runs out: roles, or worker:, email: and work_email:<question>
	HoldBefore bool     `yaml:"hold_before"`
	// RollForward is the setting that says whether a limit that is not a working
	// day moves on to the next one.
	RollForward string `yaml:"roll_forward"` // setting.<name>
	Rolls       bool   `yaml:"-"`            // RollForward, read
	Nights      bool   `yaml:"nights"`       // runs when the front door is shut: the emergency duty team owns it then

	// Pauses are the times for which it stands still.
	Pauses []Pause `yaml:"pauses"`
	// Sender is what whoever sent the record is told of the clock, such as "You
	// hear what was decided". Without it they do not see the clock.
	Sender  string            `yaml:"sender"`
	Length  calendar.Length   `yaml:"-"` // of the first span
	Setting string            `yaml:"-"` // of the first span
	Ahead   calendar.Length   `yaml:"-"` // Before, read
	Early   []calendar.Length `yaml:"-"` // Warn, read

	rule, counts *rule
	countsOf     string // group that counts reads a row of
}

// Span is a length of a clock, which may depend on the answers.
type Span struct {
	If      string          `yaml:"if"`
	Text    string          `yaml:"length"` // a length, or "setting.<name>"
	Length  calendar.Length `yaml:"-"`      // Text, read; the partnership's value when it is a setting
	Setting string          `yaml:"-"`      // its setting's name, if it has one

	rule *rule
}

// Document is a letter or message made for one reader from an allow-list.
type Document struct {
	ID      string   `yaml:"id"`
	Title   string   `yaml:"title"`
	To      string   `yaml:"to"`      // referrer, parents, …
	Message string   `yaml:"message"` // messages/<name>.md
	Allow   []string `yaml:"allow"`   // the only questions whose answers it may show
	Row     string   `yaml:"row"`     // group: one document for each row
	If      string   `yaml:"if"`
	// Withhold names the question that holds the reason when it is not sent.
	Withhold string `yaml:"withhold"`
	// Second makes a second person check it when anyone in the record has an
	// address that may not be told to everyone.
	Second bool `yaml:"second"`
	// Anonymous makes it one that must name nobody: its words are compared with
	// everything on the record that says who somebody is, and with the answers to Hides.
	Anonymous bool     `yaml:"anonymous"`
	Hides     []string `yaml:"hides"`

	rule *rule
}

// Notice tells someone, with no personal data, that there is something to see.
type Notice struct {
	To      []string `yaml:"to"` // role:<r>, team, author, allocated, worker:<question>, team:<question>
	Message string   `yaml:"message"`
	If      string   `yaml:"if"`

	rule *rule
}

// Roles name the questions that mean something to every page.
type Roles struct {
	Rating      string   `yaml:"rating"`
	Urgent      string   `yaml:"urgent"`   // CEL: true puts it on top of the board
	Children    string   `yaml:"children"` // group
	Summary     []string `yaml:"summary"`  // questions on the identity strip
	SenderEmail string   `yaml:"sender_email"`
	Postcode    string   `yaml:"postcode"`    // question that decides the authority
	Authority   string   `yaml:"authority"`   // question that holds the authority when asked
	NotContact  string   `yaml:"not_contact"` // do-not-contact instructions, shown wherever someone might ring
	// Indicators are the questions that take, as words, what someone chose from
	// the list of signs at each level of need. Of several, those that show count.
	Indicators []string `yaml:"indicators"`
	// Seen is the yes or no, asked by a step about a row, whether the child was seen.
	Seen string `yaml:"seen"`
	// Ended is the choice, asked once by steps that end the record, of why it ends.
	Ended string `yaml:"ended"`

	urgent *rule
}

// Code is one line of a code list.
type Code struct {
	Code  string
	Label string
	Hint  string
	Extra map[string]string // further columns
}

// Facts are everything rules may read about one record at one moment.
type Facts struct {
	Answers answer.Set
	State   string // empty for a record that is about to begin
	Now     time.Time
	Created time.Time // when the record began, as it happened; clocks that start late still run from then
	Actor   Actor
	Taken   map[string]Taken // by step, the last time it was taken
	// Acts are all steps that were taken, in order; kept only for pathways whose
	// steps add rows or are about one.
	Acts []Act
	// Started are the states of the records that this one started, by pathway.
	Started map[string][]string
	// Others gives the other records of a pathway about the people of a group, or about
	// the one of a row where it is named; see others.go.
	Others func(pathway, group, row string) ([]Other, bool)
	// Counts are numbers that only the database knows: contacts_12m,
	// open_checks, answered_checks, unread_messages, history_looked, and of the same
	// pathway same_person, same_person_new; see across.go.
	Counts map[string]int64
	// Later works out those that take long, each when something asks for it;
	// false when it cannot be known.
	Later map[string]func() (int64, bool)
	// Due gives the limit of the clock of that id, as it stands now; false when none
	// runs or ran.
	Due func(clock string) (time.Time, bool)
	// Tools are the forms of others that score the rows of groups, by group, as far
	// as the actor may see them.
	Tools     map[string]*Sheet
	Row       string // row that the step in hand adds or is about
	Each      string
	Authority string
}

// Count gives one of the numbers that only the database knows.
func (f *Facts) Count(name string) (int64, bool) {
	if n, ok := f.Counts[name]; ok {
		return n, true
	}
	if later := f.Later[name]; later != nil {
		return later()
	}
	return 0, false
}

// Actor is who wants to act.
type Actor struct {
	ID     string // worker id, empty for the public
	Roles  []string
	Kind   string // worker, professional, public, system
	Author bool   // they sent this record
	Acting bool   // they were given the record to act on, in whatever role
}

// Taken is the last time a step was taken.
type Taken struct {
	By string    // worker id
	At time.Time // when it happened, which can be before it was recorded
}

// Act is one taking of a step.
type Act struct {
	Step, Row string
	At        time.Time // when it happened
}
