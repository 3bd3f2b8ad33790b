package person

import (
	"strings"
	"testing"

	"frontdoor/internal/fault"
)

func TestNHSNumber(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"9434765919": "9434765919", "943 476 5919": "9434765919", " 943-476-5919 ": "9434765919", "401\u00a0023\u00a02137": "4010232137",
		"9876543321": "", "1234567890": "", "9434765035": "", "0000000000": "", "9999999999": "", "943476591": "", "94347659190": "", "": "", "94347659I9": "", "943 476 5991": "",
	} {
		got, err := NHSNumber(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("NHSNumber(%q) = %q, %v; want %q", typed, got, err, want)
		}
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: kind %v", typed, fault.KindOf(err))
			}
			if typed != "" && strings.Contains(err.Error(), strings.TrimSpace(typed)) {
				t.Errorf("%q: the sentence repeats the number", typed)
			}
		}
	}
	if got := FormatNHS("9434765919"); got != "943 476 5919" {
		t.Errorf("FormatNHS = %q", got)
	}
	// Any one wrong digit, and any two neighbours swapped, must be caught.
	good := "9434765919"
	for i := range good {
		for d := byte('0'); d <= '9'; d++ {
			if bad := good[:i] + string(d) + good[i+1:]; bad != good {
				if _, err := NHSNumber(bad); err == nil {
					t.Errorf("accepted %s", bad)
				}
			}
		}
		if i > 0 && good[i] != good[i-1] {
			bad := good[:i-1] + good[i:i+1] + good[i-1:i] + good[i+1:]
			if _, err := NHSNumber(bad); err == nil {
				t.Errorf("accepted %s", bad)
			}
		}
	}
}

func TestPupilNumber(t *testing.T) {
	t.Parallel()
	for _, good := range []string{"H801200001001", "a950000178301", "H243 278544154"} {
		if upn, temporary, err := PupilNumber(good); err != nil || temporary || len(upn) != 13 {
			t.Errorf("PupilNumber(%q) = %q %v %v", good, upn, temporary, err)
		}
	}
	// The same twelve digits with a letter at the end make a temporary number
	// with its own check letter.
	found := 0
	for _, c := range upnLetters {
		if upn, temporary, err := PupilNumber(string(c) + "80120000100A"); err == nil {
			found++
			if !temporary || upn[12] != 'A' {
				t.Errorf("%s: temporary %v", upn, temporary)
			}
		}
	}
	if found != 1 {
		t.Errorf("%d check letters fit one temporary number", found)
	}
	for _, bad := range []string{"", "J801200001001", "H80120000100", "I801200001001", "H8012A0001001", "H80120000100S", "8801200001001"} {
		if _, _, err := PupilNumber(bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func TestNewIdentifierKeepsWhatIsWrong(t *testing.T) {
	t.Parallel()
	id, err := NewIdentifier(NHS, " 943 476 5918 ", Source{By: "worker"})
	if err == nil || id.Valid || id.Value != "943 476 5918" || id.Source.By != "worker" {
		t.Errorf("got %+v, %v", id, err)
	}
	id, err = NewIdentifier(NHS, "943 476 5919", Source{})
	if err != nil || !id.Valid || id.Value != "9434765919" {
		t.Errorf("got %+v, %v", id, err)
	}
	if id, err = NewIdentifier(LAChild, "  ", Source{}); err == nil || id.Valid {
		t.Errorf("an empty reference was taken: %+v", id)
	}
}

func TestPhoneNumber(t *testing.T) {
	t.Parallel()
	for _, same := range []string{"01702 215007", "+44 1702 215007", "+44 (0)1702 215007", "(01702) 215-007", "0044 1702 215007", "01702 215007 ext 12"} {
		if got := PhoneNumber(same); got != "01702215007" {
			t.Errorf("PhoneNumber(%q) = %q", same, got)
		}
	}
	for _, none := range []string{"", "999", "no phone", "12345678901234567890"} {
		if got := PhoneNumber(none); got != "" {
			t.Errorf("PhoneNumber(%q) = %q", none, got)
		}
	}
	if a, b := PhoneNumber("+33 6 12 34 56 78"), PhoneNumber("06 12 34 56 78"); a == b || a == "" {
		t.Errorf("a number abroad is the same as one here: %q %q", a, b)
	}
}

func TestPostcode(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"ss26er": "SS2 6ER", " SS2  6ER ": "SS2 6ER", "SS17 9AB": "SS17 9AB", "sso 7lt": "SS0 7LT", "rm17 6sl": "RM17 6SL", "RMI7 6SL": "RM17 6SL",
		"E4 7QN": "E4 7QN", "W1A 1AA": "W1A 1AA", "EC1A 1BB": "EC1A 1BB", "M1 1AE": "M1 1AE", "gir 0aa": "GIR 0AA", "ZZ99 3VZ": "ZZ99 3VZ", "ss2-6er": "SS2 6ER", "SS2 OER": "SS2 0ER",
		"SS2 6CR": "", "QS2 6ER": "", "SI2 6ER": "", "SS2 6E": "", "SS266ERR": "", "": "", "S 6ER": "", "SSS 6ER": "", "Southend": "", "é": "", "SS2 6é": "",
	} {
		got, err := Postcode(typed)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Postcode(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
	for typed, want := range map[string]string{"ss2": "SS2|", "SS2 6": "SS2|SS2 6", "ss2 6er": "SS2|SS2 6", "SS": "", "2SS": "", "SS2 6E": ""} {
		out, sector, ok := PartPostcode(typed)
		if got := out + "|" + sector; ok != (want != "") || ok && got != want {
			t.Errorf("PartPostcode(%q) = %q %v", typed, got, ok)
		}
	}
	if m, ok := NotAPlace("zz99 3vz"); !ok || m != "No fixed address" {
		t.Errorf("NotAPlace = %q %v", m, ok)
	}
	if _, ok := NotAPlace("SS2 6ER"); ok {
		t.Error("a real postcode is not a stand-in")
	}
}

func FuzzPostcode(f *testing.F) {
	for _, s := range []string{"SS2 6ER", "sso7lt", "ZZ993VZ", "é", "GIR0AA", "SS2 6\x80R"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := Postcode(s)
		if err != nil {
			return
		}
		again, err := Postcode(got)
		if err != nil || again != got {
			t.Errorf("Postcode(%q) = %q, and that gives %q, %v", s, got, again, err)
		}
		if len(got) < 6 || len(got) > 8 || got[len(got)-4] != ' ' {
			t.Errorf("Postcode(%q) = %q", s, got)
		}
		if _, _, ok := PartPostcode(got); !ok {
			t.Errorf("%q is whole and not in parts", got)
		}
	})
}
