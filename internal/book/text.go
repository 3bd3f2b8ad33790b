package book

import "strings"

// CompareText compares two texts line by line: the lists of a partnership, and
// the head of a page, which readers do not see as prose.
func CompareText(before, after string) []BlockChange {
	return compareBlocks(textLines(before), textLines(after))
}

func textLines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(s, "\n"), "\n")
}
