package county

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

// staff are the workers of the county by what they do.
type staff struct {
	now    time.Time
	posts  map[post][]string // ids of workers
	played map[string]post   // of the workers of the templates
}

// heads is how many workers hold each role in a team.
var heads = map[string]int{
	"mash_officer": 9, "mash_social_worker": 12, "mash_manager": 5, "edt_worker": 4, "researcher": 3, "early_help_worker": 7, "social_care_manager": 6,
	"referrer": 2,
}

// AddStaff adds the county's workers to those of the demonstration, as an
// administrator adds them. None of them has a password.
func AddStaff(ctx context.Context, desk *casework.Desk, gate *signin.Gate, seed uint64, at time.Time) error {
	r := rand.New(rand.NewPCG(seed, 2))
	n := newNames(r)
	count := 0
	for _, t := range desk.Place.Register.Teams {
		for _, role := range t.Roles {
			heads := max(2, heads[role])
			if role == "referrer" && strings.HasSuffix(t.ID, "_schools") {
				heads = 12
			}
			for range heads {
				count++
				community, sex := n.community(), weighted(r, []string{"F", "M"}, []int{3, 1})
				_, _, err := gate.Add(ctx, "system", agency.Worker{
					Name:  n.given(community, sex, 1965+r.IntN(35)) + " " + n.family[community].pick(r),
					Email: fmt.Sprintf("county%d@example.org", count), JobTitle: roleTitle(desk, role), Agency: t.Agency,
					Memberships: []agency.Membership{{Team: t.ID, Role: role}},
				}, at)
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func roleTitle(desk *casework.Desk, role string) string {
	r, _ := desk.Place.Register.Role(role)
	return r.Label
}

// readStaff finds who there is for each post.
func readStaff(ctx context.Context, desk *casework.Desk, played map[post]agency.Worker, now time.Time) (*staff, error) {
	s := &staff{now: now, posts: map[post][]string{}, played: map[string]post{}}
	err := desk.DB.Read(ctx, func(tx *store.Tx) error {
		list, err := tx.Workers(store.WorkerFilter{})
		// By their address, because ids differ from one database to the next.
		slices.SortFunc(list, func(a, b agency.Worker) int { return strings.Compare(a.Email, b.Email) })
		for _, w := range list {
			for _, m := range w.Memberships {
				p := post{m.Team, m.Role}
				s.posts[p] = append(s.posts[p], w.ID)
			}
		}
		return err
	})
	for p, w := range played {
		s.played[w.ID] = p
		held := p
		held.role, _, _ = strings.Cut(p.role, " ")
		if len(s.posts[held]) < 2 && err == nil {
			err = fault.New(fault.Invalid, "The county needs at least two workers with the role "+held.role+" in the team "+held.team+".")
		}
	}
	return s, err
}

// of picks somebody who holds a post.
func (s *staff) of(r *rand.Rand, team, role string) string {
	list := s.posts[post{team, role}]
	return list[r.IntN(len(list))]
}

// instead picks who does what a worker of a template did. A second manager is
// never the first.
func (s *staff) instead(r *rand.Rand, old string) string {
	p := s.played[old]
	role, second, _ := strings.Cut(p.role, " ")
	list := s.posts[post{p.team, role}]
	if role == "mash_manager" {
		if half := len(list) / 2; second != "" {
			list = list[:half]
		} else {
			list = list[half:]
		}
	}
	return list[r.IntN(len(list))]
}
