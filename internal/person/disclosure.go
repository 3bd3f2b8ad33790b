package person

import "slices"

// Disclosure says who may learn an address. The empty value, and any value not
// listed here, is read as Ask.
type Disclosure string

// The disclosure flags, from the most guarded to the least.
const (
	NeverPrint             Disclosure = "never-print" // a refuge or a protected witness: on no paper, in no message
	ConfidentialFromFamily Disclosure = "confidential-from-family"
	ConfidentialFromNamed  Disclosure = "confidential-from-named"
	Ask                    Disclosure = "ask" // nobody has decided yet: withheld until someone does
	Open                   Disclosure = "open"
)

// AudienceKind says where an address would appear.
type AudienceKind string

// The audiences.
const (
	// StaffWithNeed is one record's page, open to a worker who may see it.
	StaffWithNeed AudienceKind = "staff"
	// FamilyPage is anything a family member reads on screen.
	FamilyPage AudienceKind = "family"
	// Document is anything that leaves: a letter, plan, report, message, export
	// or calendar invitation.
	Document AudienceKind = "document"
	// List is any page about several people, on which eyes pass over many
	// addresses nobody asked for.
	List AudienceKind = "list"
)

// Audience is who would learn an address. People holds the ids of everyone in
// the index who will read the page or be sent the document; empty means not
// known, which is read as anybody.
type Audience struct {
	Kind   AudienceKind
	People []string
}

// Withheld is what stands in an address's place. It is the same for every
// reason, so that it never gives away that there is a refuge or a risk.
const Withheld = "Address withheld"

// Shown is what an audience gets of an address.
type Shown struct {
	Withheld bool
	Lines    []string // the address's lines, or the words in their place
	Postcode string   // empty when withheld: a postcode can name one house
	Warning  string   // for staff: what not to do with it
}

// Show decides what an audience sees of an address. It withholds unless a rule
// allows it: an unknown flag, an unknown audience and unknown readers all
// withhold. Staff with need always see it, with a warning where there is one.
func (a Address) Show(to Audience) Shown {
	open := Shown{Lines: slices.Clone(a.Lines), Postcode: a.Postcode}
	closed := Shown{Withheld: true, Lines: []string{Withheld}}
	switch to.Kind {
	case StaffWithNeed:
		open.Warning = a.Warning()
		return open
	case FamilyPage, Document, List:
	default:
		return closed
	}
	switch a.Disclosure {
	case Open:
		return open
	case ConfidentialFromNamed:
		// Nobody named yet, or readers not known, could be the very person.
		if to.Kind == List || len(a.WithheldFrom) == 0 || len(to.People) == 0 {
			return closed
		}
		for _, id := range to.People {
			if slices.Contains(a.WithheldFrom, id) {
				return closed
			}
		}
		return open
	}
	return closed
}

// Warning is the sentence staff see beside an address, or nothing when it is open.
func (a Address) Warning() string {
	switch a.Disclosure {
	case Open:
		return ""
	case NeverPrint:
		return "Never print, send or say this address. Anyone who learns it could put someone in danger."
	case ConfidentialFromFamily:
		return "Confidential from all of the family. Do not say it or send it to any of them."
	case ConfidentialFromNamed:
		return "Confidential from named people. Check who before you say it or send it."
	}
	return "Nobody has decided who may learn this address. Treat it as confidential and ask the person it belongs to."
}

// matchable says whether an address may be used to find or compare people. One
// that must never be printed is not: that two people share a refuge is itself
// something to keep.
func (a Address) matchable() bool { return a.Disclosure != NeverPrint }
