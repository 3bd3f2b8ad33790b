package audit

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/mod/sumdb/note"
)

// Checkpoint says what the whole log was at a moment.
type Checkpoint struct {
	Origin string    // which log, such as "audit.frontdoor.example"; also the name of its key
	Size   int64     // how many events
	Root   Hash      // TreeHash(Size)
	At     time.Time // when it was signed, kept to the second, in UTC
}

// Key signs checkpoints.
type Key struct {
	origin string
	signer note.Signer
	public string
}

const minSeed = 32

// NewKey makes the signing key of a log from a secret of 32 bytes or more. The
// same secret and origin always give the same key. The origin has no spaces and
// no plus sign.
func NewKey(origin string, seed []byte) (*Key, error) {
	if !validOrigin(origin) {
		return nil, fmt.Errorf("audit: %q cannot be the name of a log", origin)
	}
	if len(seed) < minSeed {
		return nil, fmt.Errorf("audit: the secret for signing checkpoints is %d bytes; it must be %d or more", len(seed), minSeed)
	}
	// The secret may also be used for other things; deriving keeps the uses apart.
	own, err := hkdf.Key(sha256.New, seed, nil, "frontdoor audit checkpoint v1\n"+origin, ed25519.SeedSize)
	if err != nil {
		return nil, fmt.Errorf("audit: deriving the signing key: %w", err)
	}
	pub := ed25519.NewKeyFromSeed(own).Public().(ed25519.PublicKey)
	public, err := note.NewEd25519VerifierKey(origin, pub)
	if err != nil {
		return nil, fmt.Errorf("audit: making the public key: %w", err)
	}
	id := strings.SplitN(strings.TrimPrefix(public, origin+"+"), "+", 2)[0]
	const ed25519Note = 1 // the algorithm's number in a note key
	private := "PRIVATE+KEY+" + origin + "+" + id + "+" + base64.StdEncoding.EncodeToString(append([]byte{ed25519Note}, own...))
	signer, err := note.NewSigner(private)
	if err != nil {
		return nil, fmt.Errorf("audit: making the signing key: %w", err)
	}
	return &Key{origin: origin, signer: signer, public: public}, nil
}

// Public is the key to check checkpoints with. It is no secret: print it, send
// it with the checkpoints, keep it apart from the database.
func (k *Key) Public() string { return k.public }

// Sign gives a checkpoint over n events as a signed note.
func (k *Key) Sign(n int64, root Hash, now time.Time) ([]byte, error) {
	c := Checkpoint{Origin: k.origin, Size: n, Root: root, At: now}
	text, err := c.text()
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return nil, fmt.Errorf("audit: signing a checkpoint: %w", err)
	}
	return signed, nil
}

const atLine = "at "

func (c Checkpoint) text() (string, error) {
	if c.Size < 0 || !validOrigin(c.Origin) || c.At.IsZero() {
		return "", fmt.Errorf("audit: a checkpoint needs an origin, a size and a time")
	}
	return fmt.Sprintf("%s\n%d\n%s\n%s%s\n", c.Origin, c.Size, c.Root, atLine, c.At.UTC().Format(time.RFC3339)), nil
}

func validOrigin(s string) bool {
	return s != "" && len(s) <= maxID && strings.ToValidUTF8(s, "") == s &&
		!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == '+' })
}

// ParseCheckpoint reads the text of a checkpoint: the part of a signed note
// above the blank line, or the whole note. It does not look at signatures; use
// VerifyCheckpoint for anything that matters.
func ParseCheckpoint(b []byte) (Checkpoint, error) {
	bad := func(why string) (Checkpoint, error) {
		return Checkpoint{}, fmt.Errorf("audit: not a checkpoint: %s", why)
	}
	if len(b) > 1<<16 {
		return bad("it is too long")
	}
	text, _, _ := bytes.Cut(b, []byte("\n\n"))
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if len(lines) < 4 {
		return bad("it needs four lines: origin, size, root and time")
	}
	if !validOrigin(lines[0]) {
		return bad("the first line is not an origin")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return bad("the second line is not a size")
	}
	root, err := base64.StdEncoding.Strict().DecodeString(lines[2])
	if err != nil || len(root) != len(Hash{}) {
		return bad("the third line is not a root")
	}
	when, found := strings.CutPrefix(lines[3], atLine)
	at, err := time.Parse("2006-01-02T15:04:05Z", when)
	if !found || err != nil || at.Format(time.RFC3339) != when || at.IsZero() {
		return bad("the fourth line is not a time")
	}
	return Checkpoint{Origin: lines[0], Size: size, Root: Hash(root), At: at}, nil
}

// VerifyCheckpoint reads a signed checkpoint and checks that it was signed with
// the key whose public half is given, and names that key's log.
func VerifyCheckpoint(signed []byte, public string) (Checkpoint, error) {
	v, err := note.NewVerifier(public)
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: the public key cannot be read: %w", err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("audit: the checkpoint's signature does not hold: %w", err)
	}
	c, err := ParseCheckpoint([]byte(n.Text))
	if err != nil {
		return Checkpoint{}, err
	}
	if c.Origin != v.Name() {
		return Checkpoint{}, errors.New("audit: the checkpoint is of another log")
	}
	return c, nil
}
