package person

import (
	"strings"

	"frontdoor/internal/fault"
)

// IdentifierKind says whose number an identifier is.
type IdentifierKind string

// The kinds of identifier.
const (
	NHS       IdentifierKind = "nhs"
	UPN       IdentifierKind = "upn"
	FormerUPN IdentifierKind = "former-upn"
	LAChild   IdentifierKind = "la-child" // an authority's own number for a child; Issuer is the authority
	Reference IdentifierKind = "reference"
)

// Identifier is a number or code someone gave for a person. Value is in its
// plain form when Valid, and as it was typed when not: a wrong number is kept,
// because it may be right on the next letter.
type Identifier struct {
	ID     string
	Kind   IdentifierKind
	Value  string
	Issuer string // who gave it out, where several do
	Valid  bool
	// Verified means checked against the body that gives the number out, not
	// only that its check digit is right.
	Verified bool
	Source   Source
}

// NewIdentifier checks a typed number. The identifier is always usable; the
// error, when there is one, is the sentence to show beside the answer.
func NewIdentifier(kind IdentifierKind, typed string, from Source) (Identifier, error) {
	id := Identifier{Kind: kind, Value: strings.TrimSpace(typed), Source: from}
	var err error
	plain := id.Value
	switch kind {
	case NHS:
		plain, err = NHSNumber(typed)
	case UPN, FormerUPN:
		plain, _, err = PupilNumber(typed)
	default:
		if plain == "" {
			err = fault.New(fault.Invalid, "Enter the number or reference.")
		}
	}
	if err != nil {
		return id, err
	}
	id.Value, id.Valid = plain, true
	return id, nil
}

// NHSNumber checks a typed NHS number and gives its ten digits. Spaces, dots
// and hyphens do not matter. The last digit checks the first nine (weights 10
// down to 2, modulus 11).
func NHSNumber(typed string) (string, error) {
	digits := make([]byte, 0, 10)
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			digits = append(digits, byte(r))
		case r == ' ' || r == '-' || r == '.' || r == '\u00a0' || r == '\u2009' || r == '\u2011' || r == '\u2013' || r == '\t':
		default:
			return "", fault.New(fault.Invalid, "An NHS number has digits only. Check it and type it again, or leave it blank.")
		}
	}
	if len(digits) == 0 {
		return "", fault.New(fault.Invalid, "Enter the NHS number, or leave it blank if you do not know it.")
	}
	if len(digits) != 10 {
		return "", fault.New(fault.Invalid, "An NHS number has 10 digits. Check that none is missing or added.")
	}
	sum, same := 0, true
	for i, d := range digits[:9] {
		sum += int(d-'0') * (10 - i)
		same = same && d == digits[9]
	}
	check := (11 - sum%11) % 11
	if same || check == 10 || check != int(digits[9]-'0') {
		return "", fault.New(fault.Invalid, "That is not an NHS number: two digits may be swapped or one may be wrong. Check it against a letter or the NHS App.")
	}
	return string(digits), nil
}

// FormatNHS shows ten digits in the usual groups of three, three and four.
func FormatNHS(ten string) string {
	if len(ten) != 10 {
		return ten
	}
	return ten[:3] + " " + ten[3:6] + " " + ten[6:]
}

// upnLetters are the check letters of a pupil number, in order of remainder.
const upnLetters = "ABCDEFGHJKLMNPQRTUVWXYZ"

// PupilNumber checks a typed unique pupil number (UPN): a check letter, the
// authority's three digits, eight digits, and a last character that is a digit,
// or a letter on a temporary number.
func PupilNumber(typed string) (upn string, temporary bool, err error) {
	upn = strings.ToUpper(strings.Join(strings.FieldsFunc(typed, func(r rune) bool { return r == ' ' || r == '-' || r == '\u00a0' }), ""))
	switch {
	case upn == "":
		return "", false, fault.New(fault.Invalid, "Enter the unique pupil number, or leave it blank if you do not know it.")
	case len(upn) != 13:
		return "", false, fault.New(fault.Invalid, "A unique pupil number has 13 characters: a letter, then 12 digits. Check that none is missing or added.")
	case strings.IndexByte(upnLetters, upn[0]) < 0:
		return "", false, fault.New(fault.Invalid, "A unique pupil number starts with a letter, and never I, O or S. Check the first character.")
	}
	sum := 0
	for i := 1; i < 13; i++ {
		value := int(upn[i]) - '0'
		if value < 0 || value > 9 {
			value = strings.IndexByte(upnLetters, upn[i])
			if i < 12 || value < 0 {
				return "", false, fault.New(fault.Invalid, "A unique pupil number is a letter and then 12 digits. Only a temporary one ends in a letter too, and never I, O or S.")
			}
			temporary = true
		}
		sum += value * (i + 1)
	}
	if upnLetters[sum%23] != upn[0] {
		return "", false, fault.New(fault.Invalid, "That is not a unique pupil number: its first letter does not fit its digits. Ask the school to read it again.")
	}
	return upn, temporary, nil
}

// PhoneNumber gives a typed number as digits in national form: "+44 (0)1702
// 215007" and "01702 215007" are the same. It is empty when there are too few
// or too many digits to be a number someone could ring. Words after it, such as
// an extension, are left out.
func PhoneNumber(typed string) string {
	t := strings.ToLower(typed)
	for _, cut := range []string{"ext", "x"} {
		if before, _, ok := strings.Cut(t, cut); ok {
			t = before
		}
	}
	t = strings.ReplaceAll(t, "(0)", "")
	var b strings.Builder
	for _, r := range t {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
		}
	}
	d := b.String()
	plus := strings.HasPrefix(strings.TrimSpace(t), "+")
	switch {
	case plus && strings.HasPrefix(d, "44"):
		d = "0" + strings.TrimLeft(d[2:], "0")
	case strings.HasPrefix(d, "0044"):
		d = "0" + strings.TrimLeft(d[4:], "0")
	case plus:
		d = "00" + d
	}
	if len(d) < 9 || len(d) > 17 {
		return ""
	}
	return d
}
