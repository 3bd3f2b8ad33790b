package pathways_test

import (
	"encoding/csv"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"frontdoor/pathways"
)

// censusSet is a code set of the children in need census, as it was in the year
// 2025 to 2026, and where its codes come from here.
type censusSet struct {
	name  string
	codes string
	lists []string // files that together hold the codes
	known []string // codes that follow from other answers, so nobody is asked
	out   []string // codes that are left out on purpose
	words string   // how ours differ, and why
}

var census = []censusSet{
	{
		name: "Sex", codes: "M F U", lists: []string{"_shared/codes/sex.csv"},
		words: "A child who is not born yet is `U` in the return.",
	},
	{
		name: "Ethnicity", codes: "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT",
		lists: []string{"_shared/codes/ethnicity.csv"},
	},
	{
		name: "Disability", codes: "NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA", lists: []string{"_shared/codes/disability.csv"},
		words: "`NONE` cannot be chosen with another.",
	},
	{
		name: "Referral source", codes: "1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10",
		lists: []string{"referral/codes/referral_source.csv", "referral/codes/public_source.csv"}, known: []string{"1C", "9"},
		words: "A professional says it of their agency. A parent who sends it is `1A`, a child `1C`, and whoever stays anonymous `9`. For anyone else of the public the social worker chooses it when they rate the risk.",
	},
	{name: "Primary need", codes: "N1 N2 N3 N4 N5 N6 N7 N8 N9 N0", lists: []string{"_shared/codes/cin_need.csv"}},
	{
		name: "Reason for closure", codes: "RC1 RC2 RC3 RC4 RC5 RC6 RC7 RC8 RC9", lists: []string{"_shared/codes/cin_closure.csv"},
		words: "Chosen when a child in need plan ends. An assessment that ends with nothing further is `RC8`, and with early help `RC9`.",
	},
	{
		name: "Category of abuse", codes: "NEG PHY SAB EMO MUL", lists: []string{"_shared/codes/cp_category.csv"},
		words: "With `MUL` it is also asked which, from the other four.",
	},
	{
		name: "Assessment factors", codes: "1A 1B 1C 2A 2B 2C 3A 3B 3C 4A 4B 4C 5A 5B 5C 6A 6B 6C 7A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A 14A 15A 16A 17A 18A 18B 18C 19A 19B 19C 20 21 22A 23A 24A",
		lists: []string{"_shared/codes/census_factors.csv"}, out: []string{"18A", "19A"},
		words: "`18A` and `19A` were withdrawn in 2021: whether a child or an adult did it is asked. `21` cannot be chosen with another.",
	},
}

// The lists that the yearly return is made from hold its codes, and the copies of
// them that older folders have are the same.
func TestCensusCodes(t *testing.T) {
	t.Parallel()
	for _, s := range census {
		have := slices.Clone(s.known)
		for _, list := range s.lists {
			have = append(have, codesOf(t, list)...)
		}
		for _, code := range strings.Fields(s.codes) {
			if slices.Contains(have, code) == slices.Contains(s.out, code) {
				t.Errorf("%s: the code %s is in the lists: %v, left out: %v", s.name, code, slices.Contains(have, code), slices.Contains(s.out, code))
			}
		}
		for _, code := range have {
			if !slices.Contains(strings.Fields(s.codes), code) {
				t.Errorf("%s: the census has no code %s", s.name, code)
			}
		}
	}
	for _, list := range []string{"sex", "ethnicity", "disability"} {
		for _, folder := range []string{"referral", "follow_on"} {
			a, b := codesOf(t, "_shared/codes/"+list+".csv"), codesOf(t, folder+"/codes/"+list+".csv")
			if !slices.Equal(a, b) {
				t.Errorf("%s of %s is %v, and %v for the others", list, folder, b, a)
			}
		}
	}
}

func codesOf(t *testing.T, file string) []string {
	t.Helper()
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(body))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows[1:] {
		out = append(out, r[0])
	}
	return out
}

// censusPage is the comparison as docs/exports.md has it.
func censusPage() string {
	var b strings.Builder
	b.WriteString(`
## Codes of the children in need census

The lists are those of the return for 2025 to 2026, so that nothing is typed twice. The program makes no file for the census.

| code set | list | left out | how it differs |
| --- | --- | --- | --- |
`)
	for _, s := range census {
		lists := make([]string, len(s.lists))
		for i, l := range s.lists {
			lists[i] = "`pathways/" + l + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", s.name, strings.Join(lists, ", "), strings.Join(s.out, ", "), s.words)
	}
	b.WriteString("| Why there is no pupil number | none | UN1 to UN7 | Not asked. The words of these codes were not confirmed, and some follow from the child’s age and from what was decided. Whoever makes the return adds them. |\n")
	return b.String()
}
