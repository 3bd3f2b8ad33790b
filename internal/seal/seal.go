// Package seal keeps bytes unreadable outside the program: sealed answers,
// addresses that must not be disclosed, uploaded files, second-factor secrets.
//
// Sealing is XChaCha20-Poly1305 from Tink. Every sealed value is bound to where
// it belongs (see Binding): a value copied onto another record, or another
// field of the same record, does not open. Nonces are 24 random bytes, so one
// key may seal any number of values a partnership will ever have.
//
// Keys are never used as they are: one key for sealing and one for lookup
// hashes are derived from each with HKDF.
package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"

	"frontdoor/internal/fault"
)

// KeySize is the length in bytes of a key given to New.
const KeySize = 32

// Binding says where a sealed value belongs. It is not secret and not stored
// with the value: whoever opens it must know it.
type Binding struct {
	Kind  string // what it is part of: "record", "person", "file", "account"
	ID    string // the id of that
	Field string // which answer or column
}

// Sealer seals with its newest key and opens with any of them. It may be used
// from several goroutines at once.
type Sealer struct {
	keys []key // newest first
}

type key struct {
	id     [idSize]byte
	box    *subtle.XChaCha20Poly1305
	lookup []byte
}

const (
	version  = 1
	idSize   = 4
	headSize = 1 + idSize

	textPrefix = "sealed1."
)

var encoding = base64.RawURLEncoding.Strict()

// New makes a sealer. The first key seals. Older keys follow and only open.
func New(keys ...[]byte) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no key given")
	}
	s := &Sealer{}
	for i, secret := range keys {
		if len(secret) != KeySize {
			return nil, fmt.Errorf("seal: key %d is %d bytes; it must be %d", i+1, len(secret), KeySize)
		}
		if bytes.Count(secret, secret[:1]) == KeySize {
			return nil, fmt.Errorf("seal: key %d is the same byte %d times over; make one from random bytes", i+1, KeySize)
		}
		k, err := newKey(secret)
		if err != nil {
			return nil, err
		}
		if s.find(k.id[:]) != nil {
			return nil, fmt.Errorf("seal: key %d is given twice", i+1)
		}
		s.keys = append(s.keys, k)
	}
	return s, nil
}

func newKey(secret []byte) (key, error) {
	var k key
	derive := func(use string, n int) ([]byte, error) {
		return hkdf.Key(sha256.New, secret, nil, "frontdoor seal v1 "+use, n)
	}
	id, err := derive("key id", idSize)
	if err != nil {
		return k, fmt.Errorf("seal: deriving the key's id: %w", err)
	}
	k.id = [idSize]byte(id)
	sealing, err := derive("xchacha20poly1305", KeySize)
	if err != nil {
		return k, fmt.Errorf("seal: deriving the sealing key: %w", err)
	}
	if k.box, err = subtle.NewXChaCha20Poly1305(sealing); err != nil {
		return k, fmt.Errorf("seal: making the cipher: %w", err)
	}
	if k.lookup, err = derive("lookup hmac", KeySize); err != nil {
		return k, fmt.Errorf("seal: deriving the lookup key: %w", err)
	}
	return k, nil
}

func (s *Sealer) find(id []byte) *key {
	for i := range s.keys {
		if bytes.Equal(s.keys[i].id[:], id) {
			return &s.keys[i]
		}
	}
	return nil
}

// associated is the header and the binding with the length of each part in
// front of it, so that no two bindings give the same bytes.
func associated(head []byte, b Binding) ([]byte, error) {
	if b.Kind == "" || b.ID == "" {
		return nil, errors.New("seal: a value must be bound to a kind and an id")
	}
	out := bytes.Clone(head)
	for _, part := range []string{b.Kind, b.ID, b.Field} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(part)))
		out = append(out, part...)
	}
	return out, nil
}

// Seal gives the value sealed and bound. Sealing the same value twice gives
// different bytes.
func (s *Sealer) Seal(value []byte, b Binding) ([]byte, error) {
	k := s.keys[0]
	head := append([]byte{version}, k.id[:]...)
	ad, err := associated(head, b)
	if err != nil {
		return nil, err
	}
	sealed, err := k.box.Encrypt(value, ad)
	if err != nil {
		return nil, fmt.Errorf("seal: sealing: %w", err)
	}
	return append(head, sealed...), nil
}

const unopened = "A sealed part of this cannot be opened here. Nothing is lost. Tell the people who look after the system."

// Open gives back the value. It fails when the value was changed, belongs
// elsewhere, or was sealed with a key this sealer does not have.
func (s *Sealer) Open(sealed []byte, b Binding) ([]byte, error) {
	fail := func(cause string) ([]byte, error) {
		return nil, fault.Wrap(errors.New("seal: "+cause), fault.Internal, unopened)
	}
	if len(sealed) < headSize || sealed[0] != version {
		return fail("not a sealed value")
	}
	k := s.find(sealed[1:headSize])
	if k == nil {
		return fail(fmt.Sprintf("sealed with key %x, which is not among the keys given", sealed[1:headSize]))
	}
	ad, err := associated(sealed[:headSize], b)
	if err != nil {
		return nil, err
	}
	value, err := k.box.Decrypt(sealed[headSize:], ad)
	if err != nil {
		return fail(fmt.Sprintf("a value for %s, field %q, was changed or belongs elsewhere", b.Kind, b.Field))
	}
	return value, nil
}

// SealText is Seal for text, in a form for a text column or JSON.
func (s *Sealer) SealText(value string, b Binding) (string, error) {
	sealed, err := s.Seal([]byte(value), b)
	if err != nil {
		return "", err
	}
	return textPrefix + encoding.EncodeToString(sealed), nil
}

// OpenText opens what SealText gave.
func (s *Sealer) OpenText(text string, b Binding) (string, error) {
	value, err := s.Open(decode(text), b)
	return string(value), err
}

// IsSealedText says whether the text looks like one that SealText gave. Text
// that somebody typed can look so too: only a column's meaning decides.
func IsSealedText(text string) bool { return decode(text) != nil }

func decode(text string) []byte {
	body, found := strings.CutPrefix(text, textPrefix)
	if !found {
		return nil
	}
	sealed, err := encoding.DecodeString(body)
	if err != nil {
		return nil
	}
	return sealed
}

// LookupHash is a keyed hash by which a secret value (an email address, a
// receipt code, an NHS number) can be found without being stored. The purpose
// keeps hashes of the same value in different columns apart. Bring the value
// to one form first: case and spaces count.
func (s *Sealer) LookupHash(value, purpose string) string {
	return s.keys[0].hash(value, purpose)
}

// LookupHashes is LookupHash under each key, newest first. Search for all of
// them while keys are being changed.
func (s *Sealer) LookupHashes(value, purpose string) []string {
	out := make([]string, len(s.keys))
	for i, k := range s.keys {
		out[i] = k.hash(value, purpose)
	}
	return out
}

func (k key) hash(value, purpose string) string {
	h := hmac.New(sha256.New, k.lookup)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(purpose))))
	h.Write([]byte(purpose))
	h.Write([]byte(value))
	return encoding.EncodeToString(h.Sum(nil))
}
