// Package person is the index of people: who a child, a carer or another adult
// is, by every name, birth date, number, address and relationship anyone has
// given, each with where it came from.
//
// It folds and compares names, checks identifiers, says how alike two people
// are and why, reads a line typed into the search box, decides what an address
// shows to whom, and says which authority a postcode lies in. It is pure: it
// holds no database and knows no clock.
//
// Nobody is ever compared with everybody. [Keys] gives each person a few short
// keys to be indexed; only people who share a key are worth a [Match].
package person

import (
	"strings"
	"time"

	"frontdoor/internal/calendar"
)

// Source says where a fact about a person came from.
type Source struct {
	Record string    // the record it was given on; empty when entered in the index itself
	At     time.Time // when it was entered, UTC
	By     string    // the worker or agency that gave it
}

// NameKind says what a name is to the person.
type NameKind string

// The kinds of name.
const (
	Legal      NameKind = "legal"
	KnownAs    NameKind = "known-as"
	Previous   NameKind = "previous"
	Alias      NameKind = "alias"
	AsReferred NameKind = "as-referred" // as a referrer wrote it, not yet checked
)

// Name is one name of a person. Given holds every given name in the order
// written. A zero From or Until means not known.
type Name struct {
	ID            string
	Kind          NameKind
	Family, Given string
	From, Until   calendar.Date
	Source        Source
}

// BirthKind says how sure a birth date is.
type BirthKind string

// The kinds of birth date.
const (
	Born      BirthKind = "born"
	Estimated BirthKind = "estimated" // a date someone judged, as for a young person whose age is disputed
	Expected  BirthKind = "expected"  // the expected delivery date of an unborn child
)

// Birth is a birth date as one source gave it. A person may have several when
// sources disagree.
type Birth struct {
	ID     string
	Kind   BirthKind
	Date   calendar.Date
	Source Source
}

// Sex is the code used in the national returns. An unborn child is Unknown.
type Sex string

// The codes for sex.
const (
	Female     Sex = "F"
	Male       Sex = "M"
	UnknownSex Sex = "U"
)

// Answer is yes, no or unknown. The empty answer is unknown.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

// AddressKind says what an address is to the person.
type AddressKind string

// The kinds of address.
const (
	Home            AddressKind = "home"
	PreviousAddress AddressKind = "previous"
	ContactSafe     AddressKind = "contact-safe" // where post and visits are safe
	Placement       AddressKind = "placement"
)

// Address is one address of a person. UPRN is the property's national
// reference, up to 12 digits, when known.
type Address struct {
	ID          string
	Kind        AddressKind
	Lines       []string
	Postcode    string
	UPRN        string
	From, Until calendar.Date
	Disclosure  Disclosure
	// From whom it is confidential, as ids of people, when Disclosure is ConfidentialFromNamed.
	WithheldFrom []string
	Source       Source
}

// Phone is a number, and whether it is safe to ring it.
type Phone struct {
	ID     string
	Number string
	Safe   Answer
	When   string // when and how to use it, in words
	Source Source
}

// RelationshipKind says what From is to To: "mother" means From is To's mother.
type RelationshipKind string

// The kinds of relationship.
const (
	Mother           RelationshipKind = "mother"
	Father           RelationshipKind = "father"
	Parent           RelationshipKind = "parent"
	StepParent       RelationshipKind = "step-parent"
	Grandparent      RelationshipKind = "grandparent"
	Sibling          RelationshipKind = "sibling"
	HalfSibling      RelationshipKind = "half-sibling"
	OtherRelative    RelationshipKind = "other-relative"
	FosterCarer      RelationshipKind = "foster-carer"
	SpecialGuardian  RelationshipKind = "special-guardian"
	OtherCarer       RelationshipKind = "carer"
	Partner          RelationshipKind = "partner" // of To, or of To's parent
	OtherInHousehold RelationshipKind = "other-in-household"
	OtherPerson      RelationshipKind = "other"
)

// Relationship joins two people of the index.
type Relationship struct {
	ID                     string
	From, To               string
	Kind                   RelationshipKind
	ParentalResponsibility Answer
	LivesWith              Answer
	Since, Until           calendar.Date
	Source                 Source
}

// Person is someone in the index.
type Person struct {
	ID            string
	Names         []Name
	Births        []Birth
	Died          calendar.Date
	Sex           Sex
	Gender        string // code: 00 not known, 01, 02, 09 self-described
	Ethnicity     string // the national return's code; NOBT until the family says
	FirstLanguage string
	Interpreter   Answer
	Identifiers   []Identifier
	Addresses     []Address
	Phones        []Phone
	Relationships []Relationship
	Babies        int // how many babies are expected, for an unborn child's entry; 0 not known
	// Sealed is an identity closed by adoption, gender recognition or witness
	// protection. It has no keys, matches nobody and no search finds it; the
	// few who hold the link reach it by id.
	Sealed bool
}

// Unborn says whether all that is known of the birth is when it is expected.
func (p Person) Unborn() bool {
	expected := false
	for _, b := range p.Births {
		if b.Kind != Expected {
			return false
		}
		expected = true
	}
	return expected
}

// nameOrder is which name to call someone by when there are several.
var nameOrder = map[NameKind]int{KnownAs: 1, Legal: 2, AsReferred: 3, Alias: 4, Previous: 5}

// Called is the name to show for a person: the name they go by, then the legal
// name, then whatever else is known. An unborn child without a name is "Unborn
// baby" with the family name if there is one.
func (p Person) Called() string {
	var best Name
	rank := 99
	for _, n := range p.Names {
		r, ok := nameOrder[n.Kind]
		if !ok {
			r = 98
		}
		if n.Until != (calendar.Date{}) {
			r += 10
		}
		if r < rank && n.Family+n.Given != "" {
			best, rank = n, r
		}
	}
	given, family := strings.TrimSpace(best.Given), strings.TrimSpace(best.Family)
	switch {
	case p.Unborn() && len(givenTokens(best)) == 0:
		return strings.TrimSpace("Unborn baby " + family)
	case given+family == "":
		return "Name not known"
	}
	return strings.TrimSpace(given + " " + family)
}

// Mothers gives the ids of the people recorded as the person's mother.
func (p Person) Mothers() []string {
	var ids []string
	for _, r := range p.Relationships {
		if r.Kind == Mother && r.To == p.ID && r.From != "" {
			ids = append(ids, r.From)
		}
	}
	return ids
}
