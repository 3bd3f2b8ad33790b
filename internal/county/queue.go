package county

import (
	"container/heap"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/store"
)

// event keeps an event until everything before it is known.
func (g *maker) event(e audit.Event) {
	g.order++
	heap.Push(&g.later, waiting{e, g.order})
}

// log writes the events before a time.
func (g *maker) log(b *store.Bulk, until time.Time) error {
	for len(g.later) > 0 && g.later[0].At.Before(until) {
		if err := b.Event(heap.Pop(&g.later).(waiting).Event); err != nil {
			return err
		}
	}
	return nil
}

type waiting struct {
	audit.Event
	order int64
}

// events that wait, the first on top.
type events []waiting

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	if c := q[i].At.Compare(q[j].At); c != 0 {
		return c < 0
	}
	return q[i].order < q[j].order
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(waiting)) }
func (q *events) Pop() any {
	old := *q
	x := old[len(old)-1]
	old[len(old)-1] = waiting{}
	*q = old[:len(old)-1]
	return x
}

// families that come back, the next on top.
type families []*family

func (q families) Len() int           { return len(q) }
func (q families) Less(i, j int) bool { return q[i].next.Before(q[j].next) }
func (q families) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *families) Push(x any)        { *q = append(*q, x.(*family)) }
func (q *families) Pop() any {
	old := *q
	x := old[len(old)-1]
	old[len(old)-1] = nil
	*q = old[:len(old)-1]
	return x
}
