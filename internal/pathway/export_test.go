package pathway_test

import (
	"strings"
	"testing"

	"frontdoor/internal/pathway"
)

// What may not leave a record, or cannot stand in a file, is refused before the
// program starts.
func TestListsOfExportsAreChecked(t *testing.T) {
	t.Parallel()
	const good = "  - { id: n, title: x, receiver: y, words: z, by: [social_worker], identity: [given_names], parts: [ { part: a, edition: e, fields: [ { name: w, from: worry } ] } ] }"
	if p, faults := pathway.Load(folder(t, "worry", "\nroles:", "\nexports:\n"+good+"\nroles:"), place()); p == nil {
		t.Fatal(faults)
	}
	for _, c := range []struct{ is, becomes, want string }{
		{"from: worry", "from: source", "would hold “source”, which is sealed"},
		{"from: worry", "from: hunch", "would hold “hunch”, which is sealed"},
		{"from: worry", "from: wory", "there is no question “wory”"},
		{"from: worry", "from: worry.postcode", "is not a part of an address"},
		{"name: w,", "name: W,", "“W”"},
		{"fields: [", "fields: [ { name: w, from: danger },", "is used twice"},
		{"by: [social_worker]", "by: [researcher]", "who is never given a record"},
		{"by: [social_worker], ", "", "is made by nobody"},
		{"identity: [given_names], ", "", "nobody could tell"},
		{"receiver: y, ", "", "has no receiver"},
		{"words: z, ", "", "has no words"},
		{"words: z", "words: \"{{q.source}}\"", "cannot be filled in"},
		{"edition: e, ", "", "has no edition"},
		{"edition: e", "edition: answer.worri", "the edition of “a” is read from “worri”"},
		{"edition: e", "edition: e, step: dezide", "there is no step “dezide”"},
		{"edition: e", "edition: e, of: referral", "nothing starts one"},
	} {
		if !strings.Contains(good, c.is) {
			t.Fatal(c.is)
		}
		p, faults := pathway.Load(folder(t, "worry", "\nroles:", "\nexports:\n"+strings.Replace(good, c.is, c.becomes, 1)+"\nroles:"), place())
		if p != nil || !strings.Contains(faults.Err().Error(), c.want) {
			t.Errorf("%s for %s gives %v, want %q", c.becomes, c.is, faults, c.want)
		}
	}
}
