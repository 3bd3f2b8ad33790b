package store_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/answer"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

const mash = access.Principal("team:mash")

func grant(r record.Record, to access.Principal, may ...access.Right) access.Grant {
	return access.Grant{ID: store.NewID(morning), Record: r.ID, To: to, May: may, Why: "The team decides on it.", Key: "line", From: morning, By: "pathway"}
}

func granted(t testing.TB, db *store.DB, g ...access.Grant) {
	t.Helper()
	write(t, db, func(tx *store.Tx) error { return tx.AddGrants(g) })
}

func board(t testing.TB, db *store.DB, q store.BoardQuery) store.BoardPage {
	t.Helper()
	if q.Now.IsZero() {
		q.Now = morning.Add(time.Hour)
	}
	if q.Principals == nil {
		q.Principals = []access.Principal{mash, access.ToWorker(q.Worker)}
	}
	return read(t, db, func(tx *store.Tx) (store.BoardPage, error) { return tx.Board(q) })
}

func references(p store.BoardPage) []string {
	out := []string{}
	for _, r := range p.Rows {
		out = append(out, r.Record.Reference)
	}
	return out
}

func aClock(r record.Record, due time.Time) record.Clock {
	return record.Clock{
		ID: store.NewID(morning), Record: r.ID, Clock: "decide", Code: "REF.DECIDE", Label: "Decide", StartedAt: morning,
		DueAt: due, ActAt: due, WarnAt: due.Add(-24 * time.Hour), Sum: "one working day", Calendar: "2026", Law: "wt2023",
	}
}

// The board and access.Decide must give the same answer about every record.
func TestTheBoardShowsWhatAccessAllows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		me, other := aWorker(t, db, "Ada Okafor"), aWorker(t, db, "Ben Cole")
		now := morning.Add(time.Hour)
		restriction := func(r record.Record, named ...string) func(tx *store.Tx) error {
			return func(tx *store.Tx) error {
				return tx.AddRestriction(access.Restriction{ID: store.NewID(morning), Record: r.ID, Kind: "adoption", Reason: "sealed", By: other.ID, At: morning, ReviewBy: now, Named: named})
			}
		}
		cases := []struct {
			ref   string
			shown bool
			rows  func(r record.Record) func(tx *store.Tx) error
		}{
			{"A-VIEW", true, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{grant(r, mash, access.View)}) }
			}},
			{"B-ACT-BY-NAME", true, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					return tx.AddGrants([]access.Grant{grant(r, access.ToWorker(me.ID), access.Act)})
				}
			}},
			{"C-STATUS-ONLY", false, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{grant(r, mash, access.Status)}) }
			}},
			{"D-OTHER-TEAM", false, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					return tx.AddGrants([]access.Grant{grant(r, "team:police", access.View)})
				}
			}},
			{"E-ENDED", false, func(r record.Record) func(*store.Tx) error {
				g := grant(r, mash, access.View)
				g.Until = now
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{g}) }
			}},
			// Made by a clock that was ahead and has been put right.
			{"FA-AHEAD", true, func(r record.Record) func(*store.Tx) error {
				g := grant(r, mash, access.View)
				g.From = now.Add(24 * time.Hour)
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{g}) }
			}},
			{"F-NOT-YET", false, func(r record.Record) func(*store.Tx) error {
				g := grant(r, mash, access.View)
				g.From, g.Until = now.Add(time.Microsecond), now.Add(time.Hour)
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{g}) }
			}},
			{"G-ENDS-LATER", true, func(r record.Record) func(*store.Tx) error {
				g := grant(r, mash, access.View)
				g.Until = now.Add(time.Microsecond)
				return func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{g}) }
			}},
			{"H-EXCLUDED", false, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View, access.Act)}); err != nil {
						return err
					}
					return tx.AddExclusion(access.Exclusion{Record: r.ID, Worker: me.ID, Why: "a relative", At: morning, By: other.ID})
				}
			}},
			{"I-OTHER-EXCLUDED", true, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View)}); err != nil {
						return err
					}
					return tx.AddExclusion(access.Exclusion{Record: r.ID, Worker: other.ID, Why: "a relative", At: morning, By: me.ID})
				}
			}},
			{"J-RESTRICTED", false, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View)}); err != nil {
						return err
					}
					return restriction(r, other.ID)(tx)
				}
			}},
			{"K-NAMED", true, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View)}); err != nil {
						return err
					}
					return restriction(r, other.ID, me.ID)(tx)
				}
			}},
			{"L-NAMED-IN-ONE-OF-TWO", false, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View)}); err != nil {
						return err
					}
					if err := restriction(r, me.ID)(tx); err != nil {
						return err
					}
					return restriction(r, other.ID)(tx)
				}
			}},
			{"M-LIFTED", true, func(r record.Record) func(*store.Tx) error {
				return func(tx *store.Tx) error {
					if err := tx.AddGrants([]access.Grant{grant(r, mash, access.View)}); err != nil {
						return err
					}
					if err := restriction(r)(tx); err != nil {
						return err
					}
					list, err := tx.RestrictionsOf(r.ID)
					if err != nil {
						return err
					}
					return tx.LiftRestriction(list[0].ID, other.ID, now)
				}
			}},
			{"N-NAMED-BUT-NO-GRANT", false, func(r record.Record) func(*store.Tx) error { return restriction(r, me.ID) }},
		}
		var want []string
		viewer := access.Viewer{Worker: me, Principals: []access.Principal{mash, access.ToWorker(me.ID)}, Now: now}
		for _, c := range cases {
			r := created(t, db, c.ref)
			write(t, db, c.rows(r))
			if c.shown {
				want = append(want, c.ref)
			}
			decided := read(t, db, func(tx *store.Tx) (access.Decision, error) {
				g, x, e, err := tx.AccessRows(r.ID)
				return access.Decide(viewer, g, x, e), err
			})
			if shown := decided.May(access.View) || decided.May(access.Act); shown != c.shown {
				t.Errorf("%s: access decides %v, want %v", c.ref, shown, c.shown)
			}
			for glass := range 2 { // and when it is opened in an emergency
				if glass == 1 {
					g := grant(r, access.ToWorker(me.ID), access.View)
					g.Key, g.Until = access.BreakGlass, now.Add(time.Hour)
					granted(t, db, g)
				}
				decided := read(t, db, func(tx *store.Tx) (access.Decision, error) {
					g, x, e, err := tx.AccessRows(r.ID)
					return access.Decide(viewer, g, x, e), err
				})
				may := read(t, db, func(tx *store.Tx) (map[string]bool, error) {
					return tx.MayView(viewer.Principals, me.ID, now, []string{r.ID, "nothing"})
				})
				if may[r.ID] != decided.May(access.View) || may["nothing"] {
					t.Errorf("%s, opened in an emergency %d: %v may be viewed; access decides %v", c.ref, glass, may, decided.May(access.View))
				}
			}
			write(t, db, func(tx *store.Tx) error { return tx.EndGrants(r.ID, []string{access.BreakGlass}, morning) })
		}
		for _, openOnly := range []bool{true, false} {
			p := board(t, db, store.BoardQuery{Worker: me.ID, Sort: store.SortReference, OpenOnly: openOnly})
			same(t, references(p), want)
			if p.Total != len(want) || p.ByState["new"] != len(want) {
				t.Errorf("the counts tell of records that are not shown: %d, %v", p.Total, p.ByState)
			}
		}
		none := board(t, db, store.BoardQuery{Worker: me.ID, Principals: []access.Principal{}})
		same(t, none, store.BoardPage{ByState: map[string]int{}})
	})
}

func TestTheBoardIsNarrowedAndSorted(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		me := aWorker(t, db, "Ada Okafor")
		at := func(h int) time.Time { return morning.Add(time.Duration(h) * time.Hour) }
		a := created(t, db, "TH-7KQ4-M2XD", func(r *record.Record) {
			r.Names, r.Rating, r.State, r.CreatedAt, r.UpdatedAt = "Zoë O'Brien, Anne-Marie Smith", "green", "new", at(0), at(9)
		})
		b := created(t, db, "TH-B", func(r *record.Record) {
			r.Names, r.Rating, r.State, r.Team, r.Allocated, r.CreatedAt, r.UpdatedAt = "Sam Smithson", "red", "screened", "mash", me.ID, at(1), at(8)
		})
		c := created(t, db, "SO-C", func(r *record.Record) {
			r.Rating, r.Authority, r.Pathway, r.CreatedAt, r.UpdatedAt = "amber", "southend", "early_help", at(2), at(7)
		})
		d := created(t, db, "TH-D", func(r *record.Record) { r.ClosedAt, r.State, r.CreatedAt, r.UpdatedAt = at(3), "closed", at(3), at(6) })
		for _, r := range []record.Record{a, b, c, d} {
			granted(t, db, grant(r, mash, access.View))
		}
		stopped := aClock(c, at(-50))
		stopped.StoppedAt, stopped.StoppedBy = at(0), "decide"
		cancelled := aClock(c, at(-49))
		cancelled.Cancelled = "It was a duplicate."
		nearest := aClock(b, at(-1))
		write(t, db, func(tx *store.Tx) error {
			return tx.PutClocks([]record.Clock{stopped, cancelled, aClock(a, at(15)), aClock(b, at(100)), nearest, aClock(a, at(30))})
		})
		tests := []struct {
			name string
			q    store.BoardQuery
			want []string
		}{
			{"nearest limit first, none last, then as made", store.BoardQuery{OpenOnly: true}, []string{"TH-B", "TH-7KQ4-M2XD", "SO-C"}},
			{"furthest limit first, none last", store.BoardQuery{OpenOnly: true, Desc: true}, []string{"TH-7KQ4-M2XD", "TH-B", "SO-C"}},
			{"received", store.BoardQuery{Sort: store.SortReceived, Desc: true}, []string{"TH-D", "SO-C", "TH-B", "TH-7KQ4-M2XD"}},
			{"updated", store.BoardQuery{Sort: store.SortUpdated}, []string{"TH-D", "SO-C", "TH-B", "TH-7KQ4-M2XD"}},
			{"rating in the order given", store.BoardQuery{Sort: store.SortRating, Ratings: []string{"red", "amber", "green"}}, []string{"TH-B", "SO-C", "TH-7KQ4-M2XD", "TH-D"}},
			{"pathway", store.BoardQuery{Pathways: []string{"early_help", "other"}}, []string{"SO-C"}},
			{"states", store.BoardQuery{Sort: store.SortReference, States: []string{"screened", "closed"}}, []string{"TH-B", "TH-D"}},
			{"authority", store.BoardQuery{Authority: "southend"}, []string{"SO-C"}},
			{"rating", store.BoardQuery{Rating: "red"}, []string{"TH-B"}},
			{"team", store.BoardQuery{Team: "mash"}, []string{"TH-B"}},
			{"allocated", store.BoardQuery{Allocated: me.ID}, []string{"TH-B"}},
			{"not allocated", store.BoardQuery{NotAllocated: true, OpenOnly: true, Sort: store.SortReference}, []string{"SO-C", "TH-7KQ4-M2XD"}},
			{"overdue", store.BoardQuery{Due: store.DueOverdue}, []string{"TH-B"}},
			{"due today, until midnight in London", store.BoardQuery{Due: store.DueToday, Now: at(1)}, []string{}},
			{"due soon", store.BoardQuery{Due: store.DueSoon, Now: at(7)}, []string{"TH-7KQ4-M2XD"}},
			{"due today", store.BoardQuery{Due: store.DueToday, Now: at(15)}, []string{"TH-7KQ4-M2XD"}},
			{"accents and apostrophes", store.BoardQuery{Text: "zoe OBRIEN"}, []string{"TH-7KQ4-M2XD"}},
			{"from the start of a word", store.BoardQuery{Text: "smith", Sort: store.SortReference}, []string{"TH-7KQ4-M2XD", "TH-B"}},
			{"every word", store.BoardQuery{Text: "smith anne"}, []string{"TH-7KQ4-M2XD"}},
			{"not inside a word", store.BoardQuery{Text: "mithson"}, []string{}},
			{"the reference", store.BoardQuery{Text: "th-7kq4-m2xd"}, []string{"TH-7KQ4-M2XD"}},
			{"the reference without hyphens", store.BoardQuery{Text: "7KQ4M2"}, []string{"TH-7KQ4-M2XD"}},
			{"signs", store.BoardQuery{Text: "%"}, []string{}},
			{"an injected quote", store.BoardQuery{Text: "' or 1=1 --"}, []string{}},
			{"a page", store.BoardQuery{Sort: store.SortReference, Limit: 2, Offset: 1}, []string{"TH-7KQ4-M2XD", "TH-B"}},
		}
		for _, tt := range tests {
			if got := references(board(t, db, tt.q)); !slices.Equal(got, tt.want) {
				t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
			}
		}
		p := board(t, db, store.BoardQuery{States: []string{"new"}, Limit: 1})
		same(t, p.ByState, map[string]int{"new": 2, "screened": 1, "closed": 1})
		if p.Total != 2 {
			t.Errorf("total %d, want 2", p.Total)
		}
		row := board(t, db, store.BoardQuery{Rating: "red"}).Rows[0]
		same(t, row.Clock, &nearest)
		bare := b
		bare.Answers = answer.Set{}
		same(t, row.Record, bare)
		if row.AllocatedName != "Ada Okafor" || row.Names != "Sam Smithson" {
			t.Errorf("row %+v", row)
		}
	})
}

func TestTheBoardCountsMessagesAndChecks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		granted(t, db, grant(r, mash, access.View))
		for i, state := range []string{"sent", "answered", "sent"} {
			created(t, db, fmt.Sprint("CH-", i), func(c *record.Record) {
				c.Parent, c.Pathway, c.State = r.ID, "agency_check", state
				if i == 2 {
					c.ClosedAt = morning
				}
			})
		}
		created(t, db, "XX-1", func(c *record.Record) { c.Parent, c.Pathway = r.ID, "referral" })
		write(t, db, func(tx *store.Tx) error {
			for i, inward := range []bool{true, true, false} {
				m := record.Message{ID: store.NewID(morning), Record: r.ID, At: morning.Add(time.Duration(i)), Inward: inward, Text: "sealed"}
				if err := tx.AddMessage(m); err != nil {
					return err
				}
			}
			return nil
		})
		q := store.BoardQuery{Checks: map[string][]string{"agency_check": {"answered"}}}
		row := board(t, db, q).Rows[0]
		if row.Unread != 2 || row.OpenChecks != 1 || row.AnsweredChecks != 2 {
			t.Errorf("unread %d, open %d, answered %d; want 2, 1, 2", row.Unread, row.OpenChecks, row.AnsweredChecks)
		}
		write(t, db, func(tx *store.Tx) error { return tx.MarkMessagesRead(r.ID, true, morning.Add(time.Hour)) })
		if row := board(t, db, q).Rows[0]; row.Unread != 0 {
			t.Errorf("unread %d after reading, want 0", row.Unread)
		}
	})
}

func TestWordsFollowTheNames(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1", func(r *record.Record) { r.Names = "Old Name" })
		granted(t, db, grant(r, mash, access.View))
		saved, rev := next(r, morning.Add(time.Hour), "screened")
		saved.Names = "New Name"
		write(t, db, func(tx *store.Tx) error { return tx.SaveRevision(saved, rev) })
		for text, want := range map[string]int{"old": 0, "new": 1, "th1": 1} {
			if p := board(t, db, store.BoardQuery{Text: text}); p.Total != want {
				t.Errorf("%q finds %d, want %d", text, p.Total, want)
			}
		}
	})
}

func TestTheMarkMovesWithEveryChangeABoardShows(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := created(t, db, "TH-1")
		w := aWorker(t, db, "Ada Okafor")
		mark := func() int64 { return read(t, db, (*store.Tx).Latest) }
		saved, rev := next(r, morning.Add(time.Hour), "screened")
		g := grant(r, mash, access.View)
		c := aClock(r, morning)
		res := access.Restriction{ID: store.NewID(morning), Record: r.ID, Kind: "adoption", By: w.ID, At: morning}
		acts := []struct {
			name string
			fn   func(*store.Tx) error
		}{
			{"a record", func(tx *store.Tx) error { return create(tx, aRecord("TH-2")) }},
			{"a revision", func(tx *store.Tx) error { return tx.SaveRevision(saved, rev) }},
			{"an entry", func(tx *store.Tx) error {
				return tx.AddEntry(record.Entry{ID: store.NewID(morning), Record: r.ID, Kind: "note", HappenedAt: morning, RecordedAt: morning})
			}},
			{"a message", func(tx *store.Tx) error {
				return tx.AddMessage(record.Message{ID: store.NewID(morning), Record: r.ID, At: morning, Inward: true})
			}},
			{"a message read", func(tx *store.Tx) error { return tx.MarkMessagesRead(r.ID, true, morning) }},
			{"a clock", func(tx *store.Tx) error { return tx.PutClocks([]record.Clock{c}) }},
			{"a grant", func(tx *store.Tx) error { return tx.AddGrants([]access.Grant{g}) }},
			{"a grant's end", func(tx *store.Tx) error { return tx.EndGrant(g.ID, morning) }},
			{"a restriction", func(tx *store.Tx) error { return tx.AddRestriction(res) }},
			{"a restriction lifted", func(tx *store.Tx) error { return tx.LiftRestriction(res.ID, w.ID, morning) }},
			{"an exclusion", func(tx *store.Tx) error {
				return tx.AddExclusion(access.Exclusion{Record: r.ID, Worker: w.ID, At: morning})
			}},
			{"an exclusion dropped", func(tx *store.Tx) error { return tx.DropExclusion(r.ID, w.ID) }},
		}
		for _, a := range acts {
			before := mark()
			write(t, db, a.fn)
			if mark() <= before {
				t.Errorf("the mark did not move with %s", a.name)
			}
		}
		before := mark()
		write(t, db, func(tx *store.Tx) error { return tx.MarkMessagesRead(r.ID, true, morning) })
		if mark() != before {
			t.Error("the mark moved although nothing changed")
		}
	})
}
