package publishing

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/pathway"
	"frontdoor/internal/store"
)

// shortest is how many digits a number has that is looked for in texts. 999, 101
// and their like are numbers of many other things.
const shortest = 5

// numbersIn are the telephone numbers of a contacts.yaml, whatever else it says.
func numbersIn(contacts []byte) []string {
	var in struct {
		Services []struct {
			Phones []struct {
				Number string `yaml:"number"`
			} `yaml:"phones"`
			Text string
		}
	}
	if yaml.Unmarshal(contacts, &in) != nil {
		return nil
	}
	var out []string
	add := func(number string) {
		number, _, _ = strings.Cut(number, " ext ")
		if digits := strings.ReplaceAll(number, " ", ""); len(digits) >= shortest {
			out = append(out, digits)
		}
	}
	for _, s := range in.Services {
		add(s.Text)
		for _, p := range s.Phones {
			add(p.Number)
		}
	}
	return out
}

// numbersEver are the numbers that contacts.yaml has or once had.
func (t *Texts) numbersEver(ctx context.Context, l *ledger) (map[string]bool, error) {
	out := map[string]bool{}
	add := func(contacts []byte) {
		for _, n := range numbersIn(contacts) {
			out[n] = true
		}
	}
	if files, err := t.shipped(); err == nil {
		add(files[contactsFile])
	}
	var hashes []string
	for _, e := range l.line {
		if e.entry.ID != "" && e.entry.Name == contactsFile && e.entry.Content != "" {
			hashes = append(hashes, e.entry.Content)
		}
	}
	if len(hashes) == 0 {
		return out, nil
	}
	return out, t.db.Read(ctx, func(tx *store.Tx) error {
		contents, err := tx.TextContents(hashes)
		for _, b := range contents {
			add(b)
		}
		return err
	})
}

var numberLike = regexp.MustCompile(`\b\d(?:[ -]?\d){4,}\b`)

// oldNumbers finds numbers in texts that contacts.yaml had and has no more.
func oldNumbers(ever map[string]bool, texts map[string]string) pathway.Faults {
	now := numbersIn([]byte(texts[contactsFile]))
	old := maps.Clone(ever)
	for _, n := range now {
		delete(old, n)
	}
	if len(old) == 0 {
		return nil
	}
	var out pathway.Faults
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		if name == contactsFile {
			continue
		}
		for i, line := range strings.Split(texts[name], "\n") {
			for _, m := range numberLike.FindAllString(line, -1) {
				if old[strings.NewReplacer(" ", "", "-", "").Replace(m)] {
					out = append(out, pathway.Fault{File: name, Line: i + 1, Text: fmt.Sprintf("The number %s is no longer in contacts.yaml.", m), Do: "Write {contact:key}, or the number that holds now"})
				}
			}
		}
	}
	return out
}
