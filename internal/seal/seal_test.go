package seal

import (
	"bytes"
	"crypto/rand"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"frontdoor/internal/fault"
)

func secret(t testing.TB) []byte {
	t.Helper()
	b := make([]byte, KeySize)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}

func sealer(t testing.TB, keys ...[]byte) *Sealer {
	t.Helper()
	s, err := New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var where = Binding{"record", "rec-1", "address"}

func TestSealOpens(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret(t))
	for _, value := range [][]byte{{}, []byte("12 Any Street"), bytes.Repeat([]byte("x"), 1<<20)} {
		a, err := s.Seal(value, where)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := s.Seal(value, where)
		if bytes.Equal(a, b) {
			t.Error("the same value sealed twice gives the same bytes")
		}
		if len(value) > 0 && bytes.Contains(a, value) {
			t.Error("the value can be read in the sealed bytes")
		}
		got, err := s.Open(a, where)
		if err != nil || !bytes.Equal(got, value) {
			t.Fatalf("got %d bytes, %v", len(got), err)
		}
	}
}

func TestWrongPlaceDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret(t))
	sealed, _ := s.Seal([]byte("refuge"), where)
	for _, b := range []Binding{
		{"record", "rec-2", "address"},
		{"record", "rec-1", "phone"},
		{"person", "rec-1", "address"},
		{"record", "rec-1a", "ddress"},
		{"recordr", "ec-1", "address"},
		{"record", "rec-1address", ""},
	} {
		_, err := s.Open(sealed, b)
		if err == nil {
			t.Errorf("opened as %v", b)
		}
		if strings.Contains(fault.SafeText(err), "rec-") {
			t.Error("the sentence shown holds an id")
		}
	}
	for _, b := range []Binding{{"", "x", "y"}, {"x", "", "y"}} {
		if _, err := s.Seal(nil, b); err == nil {
			t.Errorf("sealed without a place: %v", b)
		}
	}
}

func TestAnyChangeIsSeen(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret(t))
	sealed, _ := s.Seal([]byte("address"), where)
	for i := range sealed {
		spoilt := slices.Clone(sealed)
		spoilt[i] ^= 1
		if _, err := s.Open(spoilt, where); err == nil {
			t.Errorf("byte %d changed and it opened", i)
		}
		if _, err := s.Open(sealed[:i], where); err == nil {
			t.Errorf("cut to %d bytes and it opened", i)
		}
	}
}

func TestChangingKeys(t *testing.T) {
	t.Parallel()
	old, fresh := secret(t), secret(t)
	before := sealer(t, old)
	sealed, _ := before.Seal([]byte("kept"), where)
	text, _ := before.SealText("kept", where)

	during := sealer(t, fresh, old)
	if got, err := during.Open(sealed, where); err != nil || string(got) != "kept" {
		t.Fatal(err)
	}
	if got, err := during.OpenText(text, where); err != nil || got != "kept" {
		t.Fatal(err)
	}
	again, _ := during.SealText("kept", where)
	after := sealer(t, fresh)
	if got, err := after.OpenText(again, where); err != nil || got != "kept" {
		t.Fatal(err)
	}
	if _, err := after.Open(sealed, where); err == nil {
		t.Error("opened without the key")
	}

	hash := before.LookupHash("a@example.org", "email")
	if !slices.Contains(during.LookupHashes("a@example.org", "email"), hash) {
		t.Error("cannot be found any more while keys are changed")
	}
	if during.LookupHash("a@example.org", "email") == hash {
		t.Error("the newest key does not hash")
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret(t))
	back := func(value, kind, id, field string) bool {
		b := Binding{"k" + kind, "i" + id, field}
		text, err := s.SealText(value, b)
		if err != nil || !IsSealedText(text) || strings.ContainsAny(text, "+/= \n") {
			return false
		}
		got, err := s.OpenText(text, b)
		return err == nil && got == value
	}
	if err := quick.Check(back, nil); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "plain", textPrefix, textPrefix + "!", "sealed2.AAAA"} {
		if _, err := s.OpenText(text, where); err == nil {
			t.Errorf("opened %q", text)
		}
	}
}

func TestLookupHash(t *testing.T) {
	t.Parallel()
	s := sealer(t, secret(t))
	seen := map[string]bool{}
	for _, x := range [][2]string{{"a", "email"}, {"b", "email"}, {"a", "code"}, {"emaila", ""}, {"", "emaila"}, {"laa", "emai"}} {
		h := s.LookupHash(x[0], x[1])
		if seen[h] || h != s.LookupHash(x[0], x[1]) {
			t.Errorf("%v: not one hash of its own", x)
		}
		seen[h] = true
	}
	if sealer(t, secret(t)).LookupHash("a", "email") == s.LookupHash("a", "email") {
		t.Error("the hash does not depend on the key")
	}
}

func TestBadKeys(t *testing.T) {
	t.Parallel()
	k := secret(t)
	for name, keys := range map[string][][]byte{
		"none": {}, "short": {k[:31]}, "long": {append(slices.Clone(k), 1)}, "twice": {k, k}, "zero": {make([]byte, KeySize)},
	} {
		if _, err := New(keys...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
