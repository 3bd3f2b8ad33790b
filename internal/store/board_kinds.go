package store

// OpenKinds counts by pathway the open records that a board shows to whoever asks.
// Of the query it takes only who that is and when.
func (tx *Tx) OpenKinds(q BoardQuery) (map[string]int, error) {
	out := map[string]int{}
	if len(q.Principals) == 0 {
		return out, nil
	}
	if tx.open != nil {
		s, err := tx.openState()
		if err != nil {
			return nil, err
		}
		a := askerOf(q.Principals, q.Worker, q.Now)
		for _, r := range s.rows {
			if r.shown(a) {
				out[r.rec.Pathway]++
			}
		}
		return out, nil
	}
	c, err := tx.boardConditions(BoardQuery{Principals: q.Principals, Worker: q.Worker, Now: q.Now, OpenOnly: true})
	if err != nil {
		return nil, err
	}
	type count struct {
		pathway string
		n       int
	}
	counts, err := queryAll(tx, func(row row) (count, error) {
		var n count
		return n, row.Scan(&n.pathway, &n.n)
	}, `select m.pathway, count(*) from (select r.pathway from record r`+c.where()+` limit `+c.arg(BoardCountLimit)+`) m group by m.pathway`, c.args...)
	for _, n := range counts {
		out[n.pathway] = n.n
	}
	return out, err
}
