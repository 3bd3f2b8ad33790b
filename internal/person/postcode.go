package person

import (
	"strings"

	"frontdoor/internal/fault"
)

// Postcode checks a typed UK postcode and gives it in capitals with one space.
// A letter O typed for a nought, or I for a one, is put right where only a
// digit can stand.
func Postcode(typed string) (string, error) {
	c := compactPostcode(typed)
	switch {
	case c == "":
		return "", fault.New(fault.Invalid, "Enter a postcode, or choose “no fixed address” or “not known”.")
	case len(c) < 5 || len(c) > 7:
		return "", fault.New(fault.Invalid, "A full postcode has five to seven letters and numbers, like SS2 6ER. Check it and type it again.")
	}
	out, ok := outwardCode(c[:len(c)-3])
	in, ok2 := inwardCode(c[len(c)-3:], out == "ZZ99")
	if !ok || !ok2 {
		return "", fault.New(fault.Invalid, "That is not a UK postcode. Postcodes look like SS2 6ER. Check it and type it again.")
	}
	return out + " " + in, nil
}

// PartPostcode reads the first part of a postcode ("SS2"), with the first digit
// of the second part when it is there ("SS2 6"), as people type in a search.
func PartPostcode(typed string) (outward, sector string, ok bool) {
	if full, err := Postcode(typed); err == nil {
		outward, rest, _ := strings.Cut(full, " ")
		return outward, outward + " " + rest[:1], true
	}
	head, tail, spaced := strings.Cut(strings.TrimSpace(strings.ToUpper(typed)), " ")
	out, ok := outwardCode(head)
	if !ok {
		return "", "", false
	}
	tail = strings.TrimSpace(tail)
	switch {
	case !spaced || tail == "":
		return out, "", true
	case len(tail) == 1 && tail[0] >= '0' && tail[0] <= '9':
		return out, out + " " + tail, true
	}
	return "", "", false
}

// NotAPlace says what a stand-in postcode means. The NHS uses codes that begin
// ZZ99 for people with no address, or one abroad or not known; they say nothing
// about where anybody lives.
func NotAPlace(postcode string) (meaning string, standIn bool) {
	switch c := compactPostcode(postcode); {
	case c == "ZZ993VZ":
		return "No fixed address", true
	case c == "ZZ993WZ":
		return "Address not known", true
	case strings.HasPrefix(c, "ZZ99"):
		return "Not an address in England", true
	}
	return "", false
}

func compactPostcode(typed string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(typed) {
		switch {
		case r == ' ' || r == '-' || r == '.' || r == '\u00a0' || r == '\t':
		case b.Len() > 12:
			return b.String()
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// asDigits puts right the letters people type for digits.
var asDigits = strings.NewReplacer("O", "0", "I", "1")

func outwardCode(c string) (string, bool) {
	if goodOutward(c) {
		return c, true
	}
	// After two letters only a digit can come; after one, only when nothing follows.
	from := 2
	if len(c) == 2 {
		from = 1
	}
	if len(c) > from {
		if fixed := c[:from] + asDigits.Replace(c[from:]); goodOutward(fixed) {
			return fixed, true
		}
	}
	return "", false
}

// goodOutward accepts A9, A99, AA9, AA99, A9A, AA9A and GIR, with the letters
// that are in use in each place.
func goodOutward(c string) bool {
	if c == "GIR" {
		return true
	}
	i := 0
	for i < len(c) && isUpper(c[i]) {
		i++
	}
	if i < 1 || i > 2 || len(c)-i < 1 || len(c)-i > 2 {
		return false
	}
	if strings.IndexByte("QVX", c[0]) >= 0 || (i == 2 && strings.IndexByte("IJZ", c[1]) >= 0 && c[:2] != "ZZ") {
		return false
	}
	if !isDigit(c[i]) {
		return false
	}
	return len(c)-i == 1 || isDigit(c[i+1]) || isUpper(c[i+1])
}

// inwardCode accepts a digit and two of the letters in use; stand-in postcodes
// use letters real ones do not.
func inwardCode(c string, standIn bool) (string, bool) {
	c = asDigits.Replace(c[:1]) + c[1:]
	if !isDigit(c[0]) {
		return "", false
	}
	for _, b := range []byte(c[1:]) {
		if !isUpper(b) || !standIn && strings.IndexByte("CIKMOV", b) >= 0 {
			return "", false
		}
	}
	return c, true
}

func isUpper(b byte) bool { return b >= 'A' && b <= 'Z' }
func isDigit(b byte) bool { return b >= '0' && b <= '9' }
