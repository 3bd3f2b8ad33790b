package contact

import (
	"slices"
	"time"

	"frontdoor/internal/fault"
)

// Caller is who is asking.
type Caller string

// The callers. An empty one is a member of the public.
const (
	Child        Caller = "child"        // asking for themselves
	Parent       Caller = "parent"       // or another carer
	Public       Caller = "public"       // a neighbour, a relative, anyone
	Professional Caller = "professional" // anyone who works or volunteers with children or families
)

// About is what the call is about.
type About string

// What calls are about. An empty one is a worry about a child.
const (
	AboutChild        About = "child"
	AboutAdult        About = "adult-in-trust" // an adult who works or volunteers with children
	AboutDeath        About = "death"
	AboutTransport    About = "transport" // on a train or at a station
	AboutIntelligence About = "intelligence"
	AboutEarlyHelp    About = "early-help" // help or advice only
)

// Urgency is how long it can wait.
type Urgency string

// The urgencies. An empty one is Soon: what cannot wait is the safe guess.
const (
	Now  Urgency = "now"  // danger now, an injury that needs treatment now, or a crime in progress
	Soon Urgency = "soon" // cannot wait until the office opens
	Wait Urgency = "wait" // can wait until the office opens
)

// UnknownArea is the authority of a person who does not know where the child
// lives, or whose child lives somewhere else.
const UnknownArea = "unknown"

// Ask is the question. It holds nothing that names anyone, and is not stored.
type Ask struct {
	// Authority is the id of the area where the child lives, or UnknownArea.
	Authority string
	// Found is the area where the child is now, when that is another one. In an
	// emergency that area acts (Children Act 1989 s47(1): lives, or is found).
	Found   string
	Caller  Caller
	About   About
	Urgency Urgency
	// Anonymous: the caller does not want to give a name.
	Anonymous bool
	// HasSocialWorker: the child has a social worker already.
	HasSocialWorker bool
	// RiskAtHome: in a worry about an adult who works with children, a child
	// may be at risk at home too.
	RiskAtHome bool
	// At is when they are asking.
	At time.Time
}

// check fills what was left empty with the usual, and finds faults by the names
// a form would use.
func (a *Ask) check(d *Directory) error {
	var faults fault.Fields
	if a.Caller == "" {
		a.Caller = Public
	}
	if a.About == "" {
		a.About = AboutChild
	}
	if a.Urgency == "" {
		a.Urgency = Soon
	}
	if !slices.Contains([]Caller{Child, Parent, Public, Professional}, a.Caller) {
		faults.Add("caller", "Choose who is asking: child, parent, public or professional.")
	}
	if !slices.Contains([]About{AboutChild, AboutAdult, AboutDeath, AboutTransport, AboutIntelligence, AboutEarlyHelp}, a.About) {
		faults.Add("about", "Choose what it is about: child, adult-in-trust, death, transport, intelligence or early-help.")
	}
	if !slices.Contains([]Urgency{Now, Soon, Wait}, a.Urgency) {
		faults.Add("urgency", "Choose how urgent it is: now, soon or wait.")
	}
	// Nobody in danger, on a train or who wants no name is held up by a question
	// about the area.
	needless := a.Urgency == Now || a.About == AboutTransport || a.About == AboutIntelligence || a.Anonymous
	if a.Authority == "" && needless {
		a.Authority = UnknownArea
	}
	if a.Authority != UnknownArea && !d.hasAuthority(a.Authority) {
		faults.Add("authority", "Choose the area where the child lives, or say that you do not know.")
	}
	if a.Found == "" || a.Found == UnknownArea {
		a.Found = a.Authority
	} else if !d.hasAuthority(a.Found) {
		faults.Add("found", "Choose the area where the child is now, or leave it empty.")
	}
	if a.At.IsZero() {
		faults.Add("at", "Give the date and time.")
	}
	return faults.Err()
}
