// Package secret makes and checks everything that lets somebody in: passwords,
// one-time codes, recovery codes, passkeys, session tokens, receipt codes and
// record references, and says how long to wait after failed attempts.
//
// It stores nothing. What it gives to store is hashed, except secrets that must
// be read again (the one-time code's), which the caller seals.
package secret

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"frontdoor/internal/fault"
)

// The cost of one password hash. 19 MiB is what bounds how many run at once.
const (
	argonTime    = 2
	argonMemory  = 19 * 1024 // KiB
	argonThreads = 1
	argonSalt    = 16
	argonHash    = 32
)

// MinPassword and MaxPassword bound a password's length in characters. The
// upper bound only keeps somebody from sending a book.
const (
	MinPassword = 12
	MaxPassword = 128
)

// Passwords hashes and checks passwords with argon2id, a few at a time: each
// takes 19 MiB, so a burst of sign-ins must queue rather than fill the memory.
type Passwords struct {
	places chan struct{}
	dummy  string
}

// NewPasswords lets that many hashes run at once; fewer than 1 means 1.
func NewPasswords(atOnce int) (*Passwords, error) {
	p := &Passwords{places: make(chan struct{}, max(1, atOnce))}
	var err error
	p.dummy, err = p.Hash(context.Background(), rand.Text())
	return p, err
}

// work computes a hash when there is a place for it. Waiting ends with the context.
func (p *Passwords) work(ctx context.Context, password string, salt []byte, t, m uint32, threads uint8, n uint32) ([]byte, error) {
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "Many people are signing in at this moment. Wait a few seconds and try again.")
	}
	return argon2.IDKey([]byte(norm.NFKC.String(password)), salt, t, m, threads, n), nil
}

// Hash gives a password's hash as a PHC string.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails: the program ends instead
	h, err := p.work(ctx, password, salt, argonTime, argonMemory, argonThreads, argonHash)
	if err != nil {
		return "", err
	}
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads, b64.EncodeToString(salt), b64.EncodeToString(h)), nil
}

// Check says whether the password belongs to the hash, and whether it should be
// hashed again because the cost has changed since. An empty hash, for an
// account that is not there or has no password, takes the same time and is
// never right, so that nobody learns which accounts there are.
func (p *Passwords) Check(ctx context.Context, phc, password string) (ok, rehash bool, err error) {
	known := phc != ""
	if !known {
		phc = p.dummy
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password, known = "", false
	}
	h, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	got, err := p.work(ctx, password, h.salt, h.time, h.memory, h.threads, uint32(len(h.sum)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(got, h.sum) == 1 && known
	current := h.time == argonTime && h.memory == argonMemory && h.threads == argonThreads && len(h.salt) == argonSalt && len(h.sum) == argonHash
	return ok, ok && !current, nil
}

type phcHash struct {
	time, memory uint32
	threads      uint8
	salt, sum    []byte
}

func parsePHC(s string) (phcHash, error) {
	var h phcHash
	bad := errors.New("secret: a stored password hash cannot be read")
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return h, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &h.memory, &h.time, &h.threads); err != nil {
		return h, bad
	}
	var err1, err2 error
	h.salt, err1 = base64.RawStdEncoding.DecodeString(parts[4])
	h.sum, err2 = base64.RawStdEncoding.DecodeString(parts[5])
	// The upper bounds keep a damaged row from stopping the program.
	if err1 != nil || err2 != nil || h.time < 1 || h.time > 20 || h.memory < 8 || h.memory > 256*1024 || h.threads < 1 || h.threads > 16 ||
		len(h.salt) < 8 || len(h.sum) < 16 || len(h.sum) > 128 {
		return h, bad
	}
	return h, nil
}

//go:embed common.txt
var commonText string

// common are words, names and runs of keys that people build passwords from.
// As no password is shorter than 12 characters, the well-known ones that are
// long enough are these, joined, doubled or padded with digits and signs.
var common = strings.Fields(commonText)

// CheckPassword says whether a new password may be used. own are words that
// somebody who knows the person or the service would try first: name, email
// address, the service's and the employer's names. There are no rules on kinds
// of character. The error is a fault.Fields entry for "password".
func CheckPassword(password string, own ...string) error {
	var f fault.Fields
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		f.Add("password", "Choose a password with at least %d characters. Three or four unrelated words are easy to remember.", MinPassword)
	case n > MaxPassword:
		f.Add("password", "Choose a password with at most %d characters.", MaxPassword)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		f.Add("password", "Use letters, digits, spaces and signs only.")
	case easy(password, own):
		f.Add("password", "This password is too easy to guess. Do not use common words with digits after them, or your own name. Try three or four unrelated words.")
	}
	return f.Err()
}

var (
	unleet = strings.NewReplacer("@", "a", "4", "a", "3", "e", "1", "i", "!", "i", "0", "o", "5", "s", "$", "s", "7", "t")
	year   = regexp.MustCompile(`(19|20)[0-9]{2}`)
	word   = regexp.MustCompile(`[\p{L}\p{N}]+`)
)

// easy takes out everything guessable and looks at how much is left.
func easy(password string, own []string) bool {
	password = strings.ToLower(norm.NFKC.String(password))
	words := common
	for _, o := range own {
		for _, w := range word.FindAllString(strings.ToLower(norm.NFKC.String(o)), -1) {
			if utf8.RuneCountInString(w) >= 3 {
				words = append(words[:len(words):len(words)], w)
			}
		}
	}
	r := []rune(password)
	if half := len(r) / 2; half < MinPassword && slices.Equal(r[:half], r[len(r)-half:]) {
		return true // the same short thing twice
	}
	for _, form := range []string{password, unleet.Replace(password), walks(password)} {
		if len(leftover(form, words)) < 6 {
			return true
		}
	}
	return false
}

var keyboard = [][]rune{[]rune("1234567890-="), []rune("qwertyuiop[]"), []rune("asdfghjkl;'"), []rune("zxcvbnm,./")}

// walks takes out five characters or more that a finger finds one beside the
// other, in the same column of keys or the next: "1q2w3e", "zaq12wsx", "z1x2c3".
func walks(s string) string {
	column := map[rune]int{}
	for _, keys := range keyboard {
		for place, r := range keys {
			column[r] = place
		}
	}
	beside := func(a, b rune) bool {
		x, ok := column[a]
		y, too := column[b]
		return ok && too && x-y >= -1 && x-y <= 1
	}
	r := []rune(s)
	var out []rune
	for i := 0; i < len(r); {
		n := 1
		for i+n < len(r) && beside(r[i+n-1], r[i+n]) {
			n++
		}
		if n < 5 {
			out = append(out, r[i:i+n]...)
		} else {
			out = append(out, 0)
		}
		i += n
	}
	return string(out)
}

// leftover is what is left of a password without common words, years, runs such
// as "1234" and "aaaa", and repeats of the same character.
func leftover(s string, words []string) []rune {
	s = year.ReplaceAllString(s, "\x00")
	// Longest first, or a short word would break up a longer one.
	for _, w := range sortedByLength(words) {
		s = strings.ReplaceAll(s, w, "\x00")
	}
	var out []rune
	seen := map[rune]bool{}
	r := []rune(s)
	for i := 0; i < len(r); {
		n := 1
		if i+1 < len(r) {
			if step := r[i+1] - r[i]; step >= -1 && step <= 1 {
				for i+n < len(r) && r[i+n]-r[i+n-1] == step {
					n++
				}
			}
		}
		if n < 3 {
			n = 1
			if r[i] != 0 && !unicode.IsSpace(r[i]) && !seen[r[i]] {
				seen[r[i]] = true
				out = append(out, r[i])
			}
		}
		i += n
	}
	return out
}
