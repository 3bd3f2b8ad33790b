package report

import "testing"

// shape is what a reader sees of a row.
func shape(whole int, parts []int) string {
	w, marks := hide(whole, parts)
	show := func(n int, m mark) string {
		switch m {
		case few:
			return "<5 "
		case hidden:
			return "hidden "
		}
		return string(rune('0'+n/10)) + string(rune('0'+n%10)) + " "
	}
	out := show(whole, w)
	for i, n := range parts {
		out += show(n, marks[i])
	}
	return out
}

// Whoever knows what the words mean and that parts add up to their whole finds
// at least two numbers that each hidden small one can be. The numbers are tried
// one by one, not with the sums of the code.
func TestHiddenNumbersCannotBeWorkedOut(t *testing.T) {
	t.Parallel()
	const most = 12
	var rows [][]int
	for a := range most {
		rows = append(rows, []int{a}, []int{0, a})
		for b := range most {
			rows = append(rows, []int{a, b})
			for c := range most {
				rows = append(rows, []int{a, b, c})
			}
		}
	}
	for _, parts := range rows {
		whole := 0
		for _, n := range parts {
			whole += n
		}
		w, marks := hide(whole, parts)
		check := func(n int, m mark) {
			if m == plain && small(n) || m == hidden && n < Threshold {
				t.Errorf("%v: %d is marked %d", parts, n, m)
			}
		}
		check(whole, w)
		could := make([]map[int]bool, len(parts))
		for i, n := range parts {
			could[i] = map[int]bool{}
			if w != few {
				check(n, marks[i])
			}
		}
		// Every row that fits what is shown.
		other := make([]int, len(parts))
		var try func(i, sum int)
		try = func(i, sum int) {
			if i == len(parts) {
				switch {
				case w == plain && sum != whole, w == few && !small(sum), w == hidden && sum < Threshold:
					return
				}
				for j, n := range other {
					could[j][n] = true
				}
				return
			}
			low, high := parts[i], parts[i]
			switch marks[i] {
			case few:
				low, high = 1, Threshold-1
				if w == few {
					low = 0
				}
			case hidden:
				low, high = Threshold, 3*most
			}
			for n := low; n <= high; n++ {
				other[i] = n
				try(i+1, sum+n)
			}
		}
		try(0, 0)
		for i, n := range parts {
			if !could[i][n] {
				t.Fatalf("%v is shown as %q, which it does not fit", parts, shape(whole, parts))
			}
			if marks[i] == few && len(could[i]) < 2 {
				t.Errorf("%v is shown as %q, and part %d can only be %d", parts, shape(whole, parts), i, n)
			}
		}
	}
}

func TestHide(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		parts []int
		want  string
	}{
		{[]int{20, 0, 0}, "20 20 00 00 "},
		{[]int{5, 6}, "11 05 06 "},
		{[]int{19, 1, 0}, "20 hidden <5 00 "},            // not 20 − 19
		{[]int{20, 9, 1}, "30 20 hidden <5 "},            // the next smallest
		{[]int{17, 2, 1}, "20 17 <5 <5 "},                // one and two, or two and one
		{[]int{18, 1, 1}, "20 hidden <5 <5 "},            // two small ones of which neither can be more
		{[]int{5, 1}, "hidden hidden <5 "},               // 6 is five or more and one
		{[]int{4, 4}, "hidden <5 <5 "},                   // 8 is the most that two small ones can be
		{[]int{2, 0}, "<5 <5 <5 "},                       // a small row tells nothing
		{[]int{0, 0}, "00 00 00 "},                       // nobody
		{[]int{1, 1, 1, 1, 1}, "hidden <5 <5 <5 <5 <5 "}, // five small ones of a whole of five
	} {
		whole := 0
		for _, n := range c.parts {
			whole += n
		}
		if got := shape(whole, c.parts); got != c.want {
			t.Errorf("%v: %q, want %q", c.parts, got, c.want)
		}
	}
}
