package secret

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image/png"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"frontdoor/internal/fault"
)

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

func TestPasswordHash(t *testing.T) {
	t.Parallel()
	p, err := NewPasswords(2)
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	phc, err := p.Hash(ctx, "caf\u00e9 lamp otter")
	if err != nil || !strings.HasPrefix(phc, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Fatal(phc, err)
	}
	if again, _ := p.Hash(ctx, "caf\u00e9 lamp otter"); again == phc {
		t.Error("no salt")
	}
	for _, c := range []struct {
		phc, password string
		want          bool
	}{
		{phc, "caf\u00e9 lamp otter", true},
		{phc, "cafe\u0301 lamp otter", true}, // the same letters from another keyboard
		{phc, "caf\u00e9 lamp otteR", false},
		{phc, "", false},
		{phc, strings.Repeat("a", 1<<20), false},
		{"", "caf\u00e9 lamp otter", false},
		{"", "", false},
	} {
		ok, rehash, err := p.Check(ctx, c.phc, c.password)
		if err != nil || ok != c.want || rehash {
			t.Errorf("%q: %v, %v, %v", c.password, ok, rehash, err)
		}
	}
	if _, _, err := p.Check(ctx, "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA", "x"); err == nil {
		t.Error("a damaged row may take all memory")
	}
	for _, bad := range []string{"x", "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQ$AAAA", "$argon2id$v=19$m=64$x$y", "$$$$$"} {
		if _, _, err := p.Check(ctx, bad, "x"); err == nil {
			t.Errorf("%q read", bad)
		}
	}
}

func TestPasswordRehash(t *testing.T) {
	t.Parallel()
	p, err := NewPasswords(1)
	if err != nil {
		t.Fatal(err)
	}
	cheap, err := p.work(t.Context(), "x", []byte("0123456789abcdef"), 1, 64, 1, 32)
	if err != nil {
		t.Fatal(err)
	}
	old := "$argon2id$v=19$m=64,t=1,p=1$MDEyMzQ1Njc4OWFiY2RlZg$" + strings.TrimRight(b64std(cheap), "=")
	if ok, rehash, err := p.Check(t.Context(), old, "x"); !ok || !rehash || err != nil {
		t.Error(ok, rehash, err)
	}
	if ok, rehash, _ := p.Check(t.Context(), old, "y"); ok || rehash {
		t.Error("a wrong password asks to be hashed again")
	}
	p.places <- struct{}{} // somebody else is hashing
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := p.Check(ctx, old, "x"); fault.KindOf(err) != fault.Unavailable || !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	own := []string{"Priya Raman", "p.raman@southend.example", "Frontdoor"}
	for _, good := range []string{"otter lamp velvet drum", "x9$Kq2!vLp7zWm", "correct horse battery staple", "jekyllwombatpier", "Πράσινο μήλο εδώ"} {
		if err := CheckPassword(good, own...); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
	for _, bad := range []string{
		"", "short", "elevenchars", "password1234", "Password123!", "P@ssw0rd2026!!", "passwordpassword", "qwertyuiop12", "1234567890123", "aaaaaaaaaaaa",
		"Summer2026!!", "Christmas2025", "iloveyou12345", "Liverpool1892!", "abcabcabcabc", "priyaraman2026", "Raman-Priya-99", "southend!raman", "frontdoor2026",
		// Long ones that lead the lists of what has leaked: walks over the keys, something
		// short twice, and the same few words.
		"1q2w3e4r5t6y", "q1w2e3r4t5y6u7i8", "qazxswedcvfr", "zaq1xsw2cde3", "1qazxsw23edcvfr4", "qweasdzxc123", "123qweasdzxc", "zxcasdqwe123", "123qwe456rty",
		"qwertyytrewq", "gfhjkmgfhjkm", "x9$Kq2x9$Kq2", "leavemealone", "sonyericsson", "finalfantasy", "justinbieber", "needforspeed", "counterstrike", "playstation3",
		"ingodwetrust", "minecraft123", "peanutbutter", "christopher1", "4815162342lost", "159753456852", "whosyourdaddy", "fucktheworld",
		"letmein letmein", "ababababababab", strings.Repeat("ab cd ef gh ", 11), "otter lamp\nvelvet", "otter lamp velvet\xff",
	} {
		err := CheckPassword(bad, own...)
		var f fault.Fields
		if !errors.As(err, &f) || f.For("password") == "" {
			t.Errorf("%q: %v", bad, err)
		}
		if bad != "" && err != nil && strings.Contains(err.Error(), bad) {
			t.Errorf("the sentence repeats the password")
		}
	}
	if err := CheckPassword("qzjxwkvmpgyb"); err != nil {
		t.Error("exactly 12:", err)
	}
}

func TestOneTime(t *testing.T) {
	t.Parallel()
	o, err := NewOneTime("Frontdoor", "worker")
	if err != nil {
		t.Fatal(err)
	}
	b, err := o.QR(200)
	if err != nil {
		t.Fatal(err)
	}
	if img, err := png.Decode(bytes.NewReader(b)); err != nil || img.Bounds().Dx() != 200 {
		t.Error(err)
	}
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(o.Secret, at)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	now := noon.Add(10 * time.Second)
	step, ok := CheckOneTime(o.Secret, code(now), now, 0)
	if !ok || step != now.Unix()/30 {
		t.Fatal(step, ok)
	}
	if _, ok := CheckOneTime(o.Secret, code(now), now, step); ok {
		t.Error("the same code twice")
	}
	if _, ok := CheckOneTime(o.Secret, code(now.Add(-30*time.Second)), now, step); ok {
		t.Error("an older code after a newer one")
	}
	if s, ok := CheckOneTime(o.Secret, code(now.Add(30*time.Second)), now.Add(30*time.Second), step); !ok || s != step+1 {
		t.Error("the next code")
	}
	for off, want := range map[int]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		c := code(now.Add(time.Duration(off) * 30 * time.Second))
		if _, ok := CheckOneTime(o.Secret, c[:3]+" "+c[3:], now, 0); ok != want {
			t.Errorf("%d periods off: %v", off, ok)
		}
	}
	for _, bad := range []string{"", "12345", "1234567", "abcdef", code(now) + "0"} {
		if _, ok := CheckOneTime(o.Secret, bad, now, 0); ok {
			t.Errorf("%q", bad)
		}
	}
	if _, ok := CheckOneTime("", code(now), now, 0); ok {
		t.Error("no secret")
	}
}

func fakeHash(value, purpose string) string { return purpose + "|" + value }

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	codes, err := NewRecoveryCodes()
	if err != nil || len(codes) != RecoveryCodes {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, c := range codes {
		h := RecoveryHash(fakeHash, "a1", c)
		if seen[h] || len(c) != 14 {
			t.Error(c)
		}
		seen[h] = true
		for _, typed := range []string{strings.ToLower(c), strings.ReplaceAll(c, "-", ""), " " + strings.ReplaceAll(c, "-", " "), strings.NewReplacer("0", "o", "1", "l").Replace(c)} {
			if RecoveryHash(fakeHash, "a1", typed) != h {
				t.Errorf("%q is not %q", typed, c)
			}
		}
		if RecoveryHash(fakeHash, "a2", c) == h {
			t.Error("works on another account")
		}
	}
}

func TestReceiptCode(t *testing.T) {
	t.Parallel()
	c, err := NewReceiptCode()
	if err != nil || len(c) != 19 {
		t.Fatal(c, err)
	}
	for _, typed := range []string{c, strings.ReplaceAll(c, " ", ""), strings.ReplaceAll(c, " ", "-"), "  " + c + " "} {
		if got, err := ParseReceiptCode(typed); err != nil || got != c {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, bad := range []string{"", c[:18], c + "1", "1234 5678 9012 345x", "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦"} {
		if _, err := ParseReceiptCode(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if groupReceipt(fmt.Sprintf("%016d", 7)) != "0000 0000 0000 0007" {
		t.Error("leading noughts are lost")
	}
}

func TestReference(t *testing.T) {
	t.Parallel()
	for _, prefix := range []string{"TH", "SOS", "ESSX", "io"} {
		for range 200 {
			ref, err := Reference(prefix, rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			p := strings.ToUpper(prefix)
			body := strings.ReplaceAll(ref[len(p)+1:], "-", "")
			for _, typed := range []string{
				ref, strings.ToLower(ref), strings.ReplaceAll(ref, "-", ""), " " + strings.ReplaceAll(ref, "-", " "), ref[:len(p)] + strings.NewReplacer("0", "O", "1", "I").Replace(ref[len(p):]),
				ref[:len(p)] + strings.NewReplacer("0", "o", "1", "l").Replace(ref[len(p):]),
			} {
				if got, err := ParseReference(typed); err != nil || got != ref {
					t.Fatalf("%q: %q, %v", typed, got, err)
				}
			}
			for i := range body {
				for _, l := range letters {
					if byte(l) == body[i] {
						continue
					}
					if _, err := ParseReference(p + body[:i] + string(l) + body[i+1:]); err == nil {
						t.Fatalf("%s with %c at %d is taken", ref, l, i)
					}
				}
				if i > 0 && body[i] != body[i-1] {
					if _, err := ParseReference(p + body[:i-1] + body[i:i+1] + body[i-1:i] + body[i+1:]); err == nil {
						t.Fatalf("%s with %d and %d swapped is taken", ref, i-1, i)
					}
				}
			}
		}
	}
	for _, bad := range []string{"", "T", "TOOLONG", "T1", "T-H"} {
		if _, err := Reference(bad, rand.Reader); err == nil {
			t.Errorf("prefix %q", bad)
		}
	}
	for _, bad := range []string{"", "TH", "TH-7KQ4", "TH-VVVV-VVVV", strings.Repeat("A", 1000)} {
		if _, err := ParseReference(bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, err := Reference("TH", strings.NewReader("")); err == nil {
		t.Error("made without random bytes")
	}
}

func TestToken(t *testing.T) {
	t.Parallel()
	a, ha := NewToken()
	b, hb := NewToken()
	if a == b || ha == hb || len(a) != 43 || HashToken(a) != ha || strings.Contains(ha, a) {
		t.Error(a, ha)
	}
}

func ago(now time.Time, n int, each time.Duration) []time.Time {
	var out []time.Time
	for i := range n {
		out = append(out, now.Add(-time.Duration(i)*each))
	}
	return out
}

func TestSignInWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		p    Past
		want time.Duration
	}{
		"first":                 {Past{}, 0},
		"four wrong":            {Past{Pair: ago(noon, 4, 0)}, 0},
		"five wrong":            {Past{Pair: ago(noon, 5, 0)}, 5 * time.Second},
		"six wrong":             {Past{Pair: ago(noon, 6, 0)}, 10 * time.Second},
		"hundred wrong":         {Past{Pair: ago(noon, 100, 0)}, 15 * time.Minute},
		"an hour ago":           {Past{Pair: ago(noon.Add(-time.Hour), 100, 0)}, 0},
		"five, known device":    {Past{Pair: ago(noon, 5, 0), KnownDevice: true}, 5 * time.Second},
		"clock ahead":           {Past{Pair: ago(noon.Add(4*time.Minute), 5, 0)}, 5 * time.Second},
		"clock put right":       {Past{Pair: ago(noon.Add(24*time.Hour), 50, 0)}, 0},
		"account pressed, new":  {Past{Account: ago(noon, 5000, 0)}, 0},
		"account pressed, once": {Past{Account: ago(noon, 30, 0), Pair: ago(noon, 1, 0)}, 0},
		"account pressed, two":  {Past{Account: ago(noon, 30, 0), Pair: ago(noon, 2, 0)}, 30 * time.Second},
		"not quite pressed":     {Past{Account: ago(noon, 29, 0), Pair: ago(noon, 2, 0)}, 0},
		"owner's own device":    {Past{Account: ago(noon, 5000, 0), Source: ago(noon, 5000, 0), KnownDevice: true}, 0},
		"busy source":           {Past{Source: ago(noon, 29, 0)}, 0},
		"bad source":            {Past{Source: ago(noon, 30, 0)}, 10 * time.Second},
	} {
		d := SignIn(c.p, noon)
		if d.Wait != c.want || d.Allowed() != (c.want == 0) || (d.Err() == nil) != d.Allowed() {
			t.Errorf("%s: %v, want %v", name, d.Wait, c.want)
		}
		if !d.Allowed() && fault.KindOf(d.Err()) != fault.TooMany {
			t.Errorf("%s: %v", name, d.Err())
		}
	}
}

// Whoever waits as told is let try, whatever happened before.
func TestEveryWaitEnds(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 5, 30, 100, 3000} {
		f := ago(noon, n, time.Second)
		for name, decide := range map[string]func(time.Time) Decision{
			"pair":    func(now time.Time) Decision { return SignIn(Past{Pair: f}, now) },
			"source":  func(now time.Time) Decision { return SignIn(Past{Source: f}, now) },
			"pressed": func(now time.Time) Decision { return SignIn(Past{Pair: f, Account: f}, now) },
			"receipt": func(now time.Time) Decision { return Receipt(Past{Source: f, Global: f}, now) },
		} {
			d := decide(noon)
			if d.Wait > Window {
				t.Errorf("%s: %v", name, d.Wait)
			}
			if later := decide(noon.Add(d.Wait)); !later.Allowed() {
				t.Errorf("%s after %d: waited %v and must wait %v more", name, n, d.Wait, later.Wait)
			}
		}
	}
}

// guesses is how many receipt codes one source can try in a day if it tries
// again as soon as it may, while global is full or not.
func guesses(full bool) int {
	var mine []time.Time
	for now := noon; now.Before(noon.Add(24 * time.Hour)); {
		p := Past{Source: mine}
		if full {
			p.Global = ago(now, receiptPressure, 0)
		}
		d := Receipt(p, now)
		if d.Allowed() {
			mine = append(mine, now)
			now = now.Add(time.Second)
			continue
		}
		now = now.Add(d.Wait)
	}
	return len(mine)
}

func TestReceiptGuessing(t *testing.T) {
	t.Parallel()
	if n := guesses(true); n > 4*24+1 {
		t.Errorf("%d guesses a day under pressure; the doc comment says at most 4 an hour", n)
	}
	if n := guesses(false); n > 300 {
		t.Errorf("%d guesses a day", n)
	}
	everyone := ago(noon, 1_000_000, 0)
	if d := Receipt(Past{Global: everyone}, noon); !d.Allowed() || !d.Pressure {
		t.Errorf("a million guesses by others shut out somebody with a code: %+v", d)
	}
	if d := Receipt(Past{Global: ago(noon, receiptPressure, 0), Source: ago(noon, 1, 0)}, noon); d.Wait != 5*time.Minute {
		t.Errorf("%v", d.Wait)
	}
	if d := Receipt(Past{Global: ago(noon, receiptPressure-1, 0), Source: ago(noon, 4, 0)}, noon); !d.Allowed() || d.Pressure {
		t.Errorf("%+v", d)
	}
}

func TestSourceKey(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"192.0.2.7":               "192.0.2.7",
		"::ffff:192.0.2.7":        "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":    "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::%eth": "2001:db8:1:2::/64",
	} {
		if got := SourceKey(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
}

func b64std(b []byte) string {
	return strings.TrimRight(strings.NewReplacer("-", "+", "_", "/").Replace(b64.EncodeToString(b)), "=")
}

func TestCommonWordsAreUsable(t *testing.T) {
	t.Parallel()
	for _, w := range common {
		if len(w) < 2 || strings.ToLower(w) != w {
			t.Errorf("%q never matches", w)
		}
	}
	if len(slices.Compact(slices.Sorted(slices.Values(common)))) < 250 {
		t.Error("the list is too short")
	}
}
