package report

// Threshold is the least number above nothing that a report shows. Fewer people
// than that could be known by those who know them.
const Threshold = 5

// mark is how a number is shown.
type mark int

const (
	plain  mark = iota // as it is
	few                // at least one and below the threshold; in a row of few, perhaps none
	hidden             // at or above the threshold, and would tell what a small one beside it is
)

func small(n int) bool { return n > 0 && n < Threshold }

// hide marks a whole and the parts that add up to it, so that no small number
// can be worked out from what is shown beside it.
//
// A whole that is small hides everything of its row. Otherwise a small part
// hides itself. While what is left would tell one of them, the next smallest
// number is hidden too, and the whole last of all. Nothing at all is shown as 0:
// it is about nobody.
func hide(whole int, parts []int) (mark, []mark) {
	marks := make([]mark, len(parts))
	if small(whole) {
		for i := range marks {
			marks[i] = few
		}
		return few, marks
	}
	for i, n := range parts {
		if small(n) {
			marks[i] = few
		}
	}
	for told(whole, parts, marks) {
		next := -1
		for i, n := range parts {
			if marks[i] == plain && n >= Threshold && (next < 0 || n < parts[next]) {
				next = i
			}
		}
		if next < 0 {
			return hidden, marks
		}
		marks[next] = hidden
	}
	return plain, marks
}

// told tells whether a hidden small part has only one value that it can have,
// for someone who knows the whole, the parts shown, and that the others are
// small or are not.
func told(whole int, parts []int, marks []mark) bool {
	low, high, left := 0, 0, whole // left is what the hidden parts add up to
	bounds := func(i int) (int, int) {
		if marks[i] == few {
			return 1, Threshold - 1
		}
		return Threshold, whole
	}
	for i, n := range parts {
		if marks[i] == plain {
			left -= n
			continue
		}
		l, h := bounds(i)
		low, high = low+l, high+h
	}
	for i := range parts {
		if marks[i] != few {
			continue
		}
		l, h := bounds(i)
		if max(l, left-(high-h)) == min(h, left-(low-l)) {
			return true
		}
	}
	return false
}
