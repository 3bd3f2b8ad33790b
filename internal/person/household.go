package person

import (
	"slices"
	"strings"
)

// Household is a key for the home at an address: the same for everyone who
// lives there however the lines were typed. It is empty when the address does
// not say which home it is, is a stand-in postcode, or must never be printed.
func Household(a Address) string {
	base, flat := building(a)
	if base == "" {
		return ""
	}
	return base + "|" + flat
}

// SameHousehold says whether two addresses are one home, and whether that is
// certain. It is not certain when only one of them names a flat.
func SameHousehold(a, b Address) (same, certain bool) {
	if !a.matchable() || !b.matchable() {
		return false, true
	}
	if u, v := plainUPRN(a.UPRN), plainUPRN(b.UPRN); u != "" && v != "" {
		return u == v, true
	}
	baseA, flatA := building(a)
	baseB, flatB := building(b)
	switch {
	case baseA == "" || baseB == "":
		return false, false
	case baseA != baseB:
		return false, true
	case flatA != flatB && (flatA == "" || flatB == ""):
		return true, false
	}
	return flatA == flatB, true
}

func plainUPRN(s string) string {
	s = strings.TrimLeft(strings.TrimSpace(s), "0")
	if len(s) == 0 || len(s) > 12 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	return s
}

var flatWords = setOf("flat apartment apt unit room bedsit studio maisonette")

// building gives the postcode with the house number (or, without one, the first
// line), and the flat.
func building(a Address) (base, flat string) {
	pc := placePostcode(a)
	if pc == "" {
		return "", ""
	}
	number := ""
	for i, line := range a.Lines {
		if i > 2 || number != "" {
			break
		}
		words := Tokens(line)
		for j := 0; j < len(words); j++ {
			w := words[j]
			switch {
			case flatWords[w] && j+1 < len(words):
				j++
				flat = words[j]
			case isDigit(w[0]) && number == "":
				number = w
			}
		}
	}
	if number == "" {
		for _, line := range a.Lines {
			if number = Fold(line); number != "" {
				break
			}
		}
	}
	if number == "" {
		return "", ""
	}
	return pc + "|" + number, flat
}

// placePostcode is the postcode when it says where someone lives and may be
// used to find them.
func placePostcode(a Address) string {
	if !a.matchable() {
		return ""
	}
	pc, err := Postcode(a.Postcode)
	if err != nil {
		return ""
	}
	if _, standIn := NotAPlace(pc); standIn {
		return ""
	}
	return strings.ReplaceAll(pc, " ", "")
}

// SameAs says that two entries of the index are one person. It joins; it never
// merges: each entry keeps its own facts, so a wrong link is undone by one act
// and nothing has to be taken apart.
type SameAs struct {
	ID        string
	A, B      string
	Why       string
	Source    Source
	Undone    *Source // who undid it and when; nil while it stands
	UndoneWhy string
}

// Clusters gives, for every person in a link that stands, the id that stands
// for the whole group: its smallest. It does not depend on the order of the
// links, and an undone link counts for nothing. A person in no link is not in
// the map and stands for themselves.
func Clusters(links []SameAs) map[string]string {
	up := map[string]string{}
	var top func(string) string
	top = func(id string) string {
		parent, ok := up[id]
		if !ok {
			up[id] = id
			return id
		}
		if parent == id {
			return id
		}
		root := top(parent)
		up[id] = root
		return root
	}
	for _, l := range links {
		if l.Undone != nil || l.A == "" || l.B == "" {
			continue
		}
		if a, b := top(l.A), top(l.B); a < b {
			up[b] = a
		} else {
			up[a] = b
		}
	}
	for id := range up {
		up[id] = top(id)
	}
	return up
}

// Members gives everyone in the same group as a person, the person included,
// in order.
func Members(clusters map[string]string, id string) []string {
	root, ok := clusters[id]
	if !ok {
		return []string{id}
	}
	var all []string
	for member, r := range clusters {
		if r == root {
			all = append(all, member)
		}
	}
	slices.Sort(all)
	return all
}
