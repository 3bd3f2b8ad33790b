package secret

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/fault"
)

var fuzzNow = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

func FuzzReceiptCode(f *testing.F) {
	for _, s := range []string{"1234 5678 9012 3456", "1234567890123456", "１２３４ 5678", "1234-5678\u20119012\u00a03456", "", strings.Repeat("9", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := ParseReceiptCode(typed)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || code != "" {
				t.Fatalf("%q, %v", code, err)
			}
			return
		}
		if len(code) != 19 || strings.Trim(code, "0123456789 ") != "" {
			t.Fatalf("%q became %q", typed, code)
		}
		if again, err := ParseReceiptCode(code); err != nil || again != code {
			t.Fatalf("%q became %q, %v", code, again, err)
		}
	})
}

func FuzzReference(f *testing.F) {
	r, err := Reference("TH", zeros{})
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{r, strings.ToLower(r), "TH-7KQ4-M2XD", "TH 7KQ4 M2XD", "--", "ſſ-7KQ4-M2XD", strings.Repeat("A", 5000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		ref, err := ParseReference(typed)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid || ref != "" {
				t.Fatalf("%q, %v", ref, err)
			}
			return
		}
		if len(ref) < 12 || len(ref) > 14 || strings.Trim(ref, capitals+"0123456789-") != "" {
			t.Fatalf("%q became %q", typed, ref)
		}
		if again, err := ParseReference(ref); err != nil || again != ref {
			t.Fatalf("%q became %q, %v", ref, again, err)
		}
	})
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// FuzzOneTime: no code but the three of the moment is right, whatever is typed,
// and none that was used.
func FuzzOneTime(f *testing.F) {
	const shared = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
	step := fuzzNow.Unix() / oneTimePeriod
	for _, s := range []string{"000000", "123456", "١٢٣٤٥٦", "12 34 56", "", "-1", strings.Repeat("0", 5000)} {
		f.Add(s, int64(0))
	}
	f.Fuzz(func(t *testing.T, typed string, last int64) {
		at, ok := CheckOneTime(shared, typed, fuzzNow, last)
		if !ok {
			return
		}
		if at <= last || at < step-1 || at > step+1 {
			t.Fatalf("%q is right at step %d, now is %d, last was %d", typed, at, step, last)
		}
		if _, again := CheckOneTime(shared, typed, fuzzNow, at); again {
			if next, _ := CheckOneTime(shared, typed, fuzzNow, at); next <= at {
				t.Fatalf("%q is right twice", typed)
			}
		}
	})
}

// FuzzPasswordHash: a stored hash that was changed never makes the program take
// more memory than its bound allows.
func FuzzPasswordHash(f *testing.F) {
	for _, s := range []string{"$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=4294967295,t=1,p=1$AA$AA", "$$$$$", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, phc string) {
		h, err := parsePHC(phc)
		if err == nil && (h.memory > 256*1024 || h.time > 20 || h.time < 1 || h.threads < 1 || len(h.salt) < 8 || len(h.sum) < 16) {
			t.Fatalf("%q is taken as %+v", phc, h)
		}
	})
}

// FuzzPasskeyAnswer: what a browser answers never registers or signs in anybody
// without a signature, and is never our fault.
func FuzzPasskeyAnswer(f *testing.F) {
	p, err := NewPasskeys("frontdoor.example", "Frontdoor", "https://frontdoor.example")
	if err != nil {
		f.Fatal(err)
	}
	acct := PasskeyAccount{ID: "w1", Name: "sam@example.org", Shown: "Sam"}
	_, registering, err := p.BeginRegistration(acct, fuzzNow)
	if err != nil {
		f.Fatal(err)
	}
	_, alone, err := p.BeginDiscoverable(fuzzNow)
	if err != nil {
		f.Fatal(err)
	}
	const attested = `{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0","attestationObject":"o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVgl"}}`
	const asserted = `{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0","authenticatorData":"AAAA","signature":"AAAA","userHandle":"dzE"}}`
	for _, s := range []string{attested, asserted, "{}", "[]", "null", `{"id":"` + strings.Repeat("A", 10000) + `"}`, strings.Repeat("[", 10000)} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, answer []byte) {
		if k, err := p.FinishRegistration(acct, registering, answer, fuzzNow); err == nil {
			t.Fatalf("registered %+v", k)
		} else if fault.KindOf(err) == fault.Internal {
			t.Fatalf("our own fault: %v", err)
		}
		find := func(string) (PasskeyAccount, error) { return acct, nil }
		if _, _, err := p.FinishDiscoverable(find, alone, answer, fuzzNow); err == nil {
			t.Fatal("signed in")
		} else if fault.KindOf(err) == fault.Internal {
			t.Fatalf("our own fault: %v", err)
		}
	})
}

func FuzzSourceKey(f *testing.F) {
	for _, s := range []string{"192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1", "fe80::1%eth0", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		key := SourceKey(a)
		if key == "" || strings.Contains(key, "%") || len(key) > 45 {
			t.Fatalf("%q became %q", s, key)
		}
		if b := a.Unmap(); SourceKey(b) != key {
			t.Fatalf("%q and %q are two sources", a, b)
		}
	})
}
