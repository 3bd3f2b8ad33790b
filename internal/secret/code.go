package secret

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"

	"frontdoor/internal/fault"
)

func sortedByLength(words []string) []string {
	out := slices.Clone(words)
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return out
}

// KeyedHash is a hash that needs a key, such as seal's LookupHash.
type KeyedHash func(value, purpose string) string

// letters are easy to tell apart when read, said and written: no I, L, O, U or
// V. There are 31, a prime, so that one check letter catches every single wrong
// letter and every two that changed places.
const letters = "0123456789ABCDEFGHJKMNPQRSTWXYZ"

// pick gives n letters, each as likely as any other.
func pickLetters(n int, r io.Reader) (string, error) {
	b := make([]byte, n)
	for i := range b {
		x, err := rand.Int(r, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", fmt.Errorf("secret: reading random bytes: %w", err)
		}
		b[i] = letters[x.Int64()]
	}
	return string(b), nil
}

// plain brings what somebody typed to the letters: upper case, look-alikes
// turned into what they stand for, everything else left out.
func plain(s string) string {
	return onlyRunes(strings.NewReplacer("O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s)),
		func(r rune) bool { return strings.ContainsRune(letters, r) })
}

// RecoveryCodes is how many recovery codes somebody gets at once.
const RecoveryCodes = 10

// NewRecoveryCodes makes codes to print and keep, such as "7KQ4-M2XD-9RTB". Each
// works once, in place of a second factor. Store RecoveryHash of each.
func NewRecoveryCodes() ([]string, error) {
	out := make([]string, RecoveryCodes)
	for i := range out {
		c, err := pickLetters(12, rand.Reader)
		if err != nil {
			return nil, err
		}
		out[i] = c[:4] + "-" + c[4:8] + "-" + c[8:]
	}
	return out, nil
}

// RecoveryHash is what is stored of an account's recovery code and looked up
// when one is typed, in any case and spacing.
func RecoveryHash(h KeyedHash, accountID, typed string) string {
	return h(plain(typed), "recovery code\n"+accountID)
}

// NewReceiptCode makes the 16 digits by which somebody without an account comes
// back to what they sent, as "1234 5678 9012 3456". See Receipt for why 16
// digits are enough.
func NewReceiptCode() (string, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(1e16))
	if err != nil {
		return "", fmt.Errorf("secret: reading random bytes: %w", err)
	}
	return groupReceipt(fmt.Sprintf("%016d", n)), nil
}

func groupReceipt(d string) string { return d[:4] + " " + d[4:8] + " " + d[8:12] + " " + d[12:] }

// ParseReceiptCode reads a receipt code as typed, with any spaces and dashes.
func ParseReceiptCode(typed string) (string, error) {
	d := onlyRunes(typed, func(r rune) bool { return !strings.ContainsRune(" -\t\u00a0\u2010\u2011\u2013.", r) })
	if len(d) != 16 || strings.Trim(d, "0123456789") != "" {
		return "", fault.Fields{{Key: "code", Text: "Type all 16 digits of the code, as on your receipt."}}
	}
	return groupReceipt(d), nil
}

// ReceiptHash is what is stored of a receipt code (as NewReceiptCode or
// ParseReceiptCode gave it) and looked up. Without the key a stolen table would
// give up all codes in hours.
func ReceiptHash(h KeyedHash, code string) string { return h(code, "receipt code") }

// Reference makes the name a record goes by on the telephone and in messages:
// a prefix of two to four letters, seven random letters and a check letter,
// such as "TH-7KQ4-M2XD". It is no secret and opens nothing.
func Reference(prefix string, r io.Reader) (string, error) {
	prefix = strings.ToUpper(prefix)
	if len(prefix) < 2 || len(prefix) > 4 || strings.Trim(prefix, capitals) != "" {
		return "", fmt.Errorf("secret: %q cannot be the prefix of references", prefix)
	}
	body, err := pickLetters(7, r)
	if err != nil {
		return "", err
	}
	return formReference(prefix, body+string(checkLetter(prefix, body))), nil
}

const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

func formReference(prefix, body string) string { return prefix + "-" + body[:4] + "-" + body[4:] }

// checkLetter weighs each letter by its place; 31 is prime and longer than any
// reference, so no weight is 0 and no two are the same.
func checkLetter(prefix, body string) byte {
	sum := 0
	for i, c := range prefix {
		sum += (i + 1) * strings.IndexRune(capitals, c)
	}
	for i, c := range body {
		sum += (i + 5) * strings.IndexRune(letters, c)
	}
	// The check letter itself has weight 1, so trading places with the last
	// letter (weight 11) is seen too.
	n := len(letters)
	return letters[(n-sum%n)%n]
}

// ParseReference reads a reference as typed: any case, with or without spaces
// and dashes, with O for 0 and I or L for 1. A mistyped one is refused with a
// sentence, so that nobody works on the wrong record.
func ParseReference(typed string) (string, error) {
	s := onlyRunes(strings.ToUpper(typed), func(r rune) bool { return r < 0x80 && strings.ContainsRune(capitals+"0123456789", r) })
	if len(s) >= 10 && len(s) <= 12 {
		prefix := strings.NewReplacer("0", "O", "1", "I").Replace(s[:len(s)-8])
		body := plain(s[len(s)-8:])
		if len(body) == 8 && strings.Trim(prefix, capitals) == "" && checkLetter(prefix, body[:7]) == body[7] {
			return formReference(prefix, body), nil
		}
	}
	return "", fault.Fields{{Key: "reference", Text: "This reference is not right. Check each letter and digit. It looks like TH-7KQ4-M2XD."}}
}

// NewToken makes a session token of 32 random bytes and the hash to store. The
// token itself goes into the cookie and nowhere else.
func NewToken() (token, hash string) {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails: the program ends instead
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, HashToken(token)
}

// HashToken is what is stored of a token and looked up. A token has 256 random
// bits, so the hash needs no key.
func HashToken(token string) string {
	h := sha256.Sum256([]byte("frontdoor token v1\n" + token))
	return hex.EncodeToString(h[:])
}
