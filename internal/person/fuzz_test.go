package person

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzNumbers: a number that is taken is in its plain form and is taken again.
func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"943 476 5919", "9434765919", "A123456789012", "a 1234-5678", "٩٤٣٤٧٦٥٩١٩", "01632 960001", "+44 (0)1632 960001", "0044004400000", "", strings.Repeat("1", 5000), "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		if n, err := NHSNumber(typed); err == nil {
			if len(n) != 10 || strings.Trim(n, "0123456789") != "" {
				t.Fatalf("%q became %q", typed, n)
			}
			if again, err := NHSNumber(n); err != nil || again != n {
				t.Fatalf("%q became %q, %v", n, again, err)
			}
		}
		if n, _, err := PupilNumber(typed); err == nil {
			if again, _, err := PupilNumber(n); err != nil || again != n || len(n) != 13 {
				t.Fatalf("%q became %q, %v", n, again, err)
			}
		}
		n := PhoneNumber(typed)
		if again := PhoneNumber(n); again != n {
			t.Fatalf("telephone %q became %q", n, again)
		}
	})
}

// FuzzFold: what names are found by holds letters and digits only, is found by
// itself, and does not grow beyond what was typed.
func FuzzFold(f *testing.F) {
	for _, s := range []string{"O’Brien-Smith", "Zoë", "ﷺ", "İstanbul", "ß", "a\u0300\u0300\u0300", "\u202eevil", strings.Repeat("ﷺ ", 500), "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		tokens := Tokens(name)
		size := 0
		for _, w := range tokens {
			size += len(w)
			if w == "" || !utf8.ValidString(w) || strings.ContainsFunc(w, func(r rune) bool {
				return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
			}) {
				t.Fatalf("%q has the word %q", name, w)
			}
			if again := Tokens(w); len(again) != 1 || again[0] != w {
				t.Fatalf("%q folds again to %q", w, again)
			}
		}
		// One sign of Arabic stands for a whole phrase of 18 letters.
		if size > 40*len(name)+40 {
			t.Fatalf("%d bytes became %d", len(name), size)
		}
		p := Person{ID: "p", Names: []Name{{Family: name, Given: name}}}
		for _, k := range Keys(p) {
			if k.Value == "" || strings.ContainsAny(k.Value, "\x00\n%_") {
				t.Fatalf("%q has the key %q", name, k.Value)
			}
		}
	})
}
