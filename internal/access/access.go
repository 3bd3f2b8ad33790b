// Package access decides who may see or do what with a record, and says why.
// It is pure: grants, restrictions and exclusions are rows that casework writes
// and the store reads; the decision is made here and nowhere else.
//
// Deny unless a live grant says otherwise. A restriction takes away from
// everyone it does not name. An exclusion takes away from one worker whatever
// else they hold.
package access

import (
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
)

// Principal is someone a grant can be made to: a worker, a team, a role in an
// authority, or the holder of a receipt code.
type Principal string

// ToWorker is the principal of one worker.
func ToWorker(id string) Principal { return Principal("worker:" + id) }

// ToTeam is the principal of everyone now in a team.
func ToTeam(id string) Principal { return Principal("team:" + id) }

// ToRole is the principal of everyone who holds a role in an authority.
func ToRole(role, authority string) Principal { return Principal("role:" + role + "@" + authority) }

// ToCode is the principal of whoever holds the receipt code of a record.
func ToCode(record string) Principal { return Principal("code:" + record) }

// Worker gives the worker's id when the principal is one, and nothing otherwise.
func (p Principal) Worker() (string, bool) {
	id, is := strings.CutPrefix(string(p), "worker:")
	if !is {
		return "", false
	}
	return id, true
}

// Right is one thing a grant allows.
type Right string

const (
	// View is reading the record: answers, entries, files, history.
	View Right = "view"
	// Act is taking the steps that the pathway gives to the holder's role.
	Act Right = "act"
	// Status is the sender's view: stage, outcome, messages, and what they
	// themselves sent.
	Status Right = "status"
)

// BreakGlass is the key of a grant that opens a locked record in an emergency.
const BreakGlass = "break_glass"

// Grant lets a principal do something with one record for a time.
type Grant struct {
	ID     string
	Record string
	To     Principal
	May    []Right
	// Why is a sentence for the "who can see this" page.
	Why string
	// Key names the line of the pathway that made the grant, so that a later
	// step can end it. Grants made by hand have none.
	Key   string
	From  time.Time
	Until time.Time // zero while it lasts
	By    string    // who made it: worker id or "pathway"
}

// Live tells whether the grant holds at a moment. One without an end holds from
// when it was made, even where the clock was ahead then and has been put right
// since: what came in meanwhile must not be hidden until that time comes.
func (g Grant) Live(now time.Time) bool {
	return g.Until.IsZero() || !now.Before(g.From) && now.Before(g.Until)
}

// Restriction locks a record to the workers it names.
type Restriction struct {
	ID       string
	Record   string
	Kind     string // staff_or_relative, adoption, high_profile, serious_review, high_risk
	Reason   string
	By       string
	At       time.Time
	ReviewBy time.Time
	LiftedAt time.Time
	LiftedBy string
	Named    []string // worker ids
}

// Exclusion keeps one worker away from one record: they or a relative are in
// it, or they declared a conflict of interest.
type Exclusion struct {
	Record string
	Worker string
	Why    string
	At     time.Time
	By     string
}

// Viewer is who is asking, now.
type Viewer struct {
	Worker     agency.Worker
	Principals []Principal
	Code       string // record id whose receipt code was shown, if any
	Now        time.Time
	cases      bool
}

// WorkerViewer makes the viewer for a signed-in worker. A worker none of whose
// roles may see cases has no principals, so no grant can reach them.
func WorkerViewer(w agency.Worker, reg *agency.Register, now time.Time) Viewer {
	v := Viewer{Worker: w, Now: now}
	if w.Left(now) {
		return v
	}
	for _, m := range w.Memberships {
		role, ok := reg.Role(m.Role)
		if !m.Live(now) || !ok || !role.Cases {
			continue
		}
		team, ok := reg.Team(m.Team)
		if !ok {
			continue
		}
		v.cases = true
		v.add(ToTeam(m.Team))
		for _, a := range team.Authorities {
			v.add(ToRole(m.Role, a))
		}
	}
	if v.cases {
		v.add(ToWorker(w.ID))
	}
	return v
}

// CodeViewer makes the viewer for someone who gave a record's receipt code.
func CodeViewer(record string, now time.Time) Viewer {
	return Viewer{Code: record, Principals: []Principal{ToCode(record)}, Now: now}
}

func (v *Viewer) add(p Principal) {
	if !slices.Contains(v.Principals, p) {
		v.Principals = append(v.Principals, p)
	}
}

// Decision says what the viewer may do with one record and why.
type Decision struct {
	may     map[Right]bool
	acting  []Principal
	Because []string
	// Restricted is set when a restriction, not the lack of a grant, is what
	// keeps the viewer out: break-glass may be offered.
	Restricted bool
	// Broken is set when the viewer passes a lock only because they opened the
	// record in an emergency.
	Broken bool
}

// May tells whether a right is held.
func (d Decision) May(r Right) bool { return d.may[r] }

// Any tells whether the viewer may know that the record exists.
func (d Decision) Any() bool { return len(d.may) > 0 }

// ActingAs tells whether the right to act was granted to the viewer in a role:
// by name, through a team in which they hold it, or through the role itself.
func (d Decision) ActingAs(v Viewer, role string, reg *agency.Register) bool {
	for _, p := range d.acting {
		for _, m := range v.Worker.Memberships {
			if m.Role != role || !m.Live(v.Now) {
				continue
			}
			if p == ToWorker(v.Worker.ID) || p == ToTeam(m.Team) {
				return true
			}
			team, _ := reg.Team(m.Team)
			for _, a := range team.Authorities {
				if p == ToRole(role, a) {
					return true
				}
			}
		}
	}
	return false
}

// Decide reads the rows of one record for one viewer.
func Decide(v Viewer, grants []Grant, restrictions []Restriction, exclusions []Exclusion) Decision {
	var d Decision
	for _, x := range exclusions {
		if x.Worker == v.Worker.ID && v.Worker.ID != "" {
			return d
		}
	}
	may, broken := map[Right]bool{}, false
	for _, g := range grants {
		if !g.Live(v.Now) || !slices.Contains(v.Principals, g.To) {
			continue
		}
		broken = broken || g.Key == BreakGlass
		for _, r := range g.May {
			may[r] = true
			if r == Act {
				d.acting = append(d.acting, g.To)
			}
		}
		d.Because = append(d.Because, g.Why)
	}
	for _, r := range restrictions {
		if !r.LiftedAt.IsZero() || slices.Contains(r.Named, v.Worker.ID) {
			continue
		}
		if broken {
			d.Broken = true
			continue
		}
		// The sender keeps sight of what they sent and its outcome.
		status := may[Status] && v.Code != ""
		d = Decision{Restricted: len(may) > 0}
		if status {
			d.may = map[Right]bool{Status: true}
		}
		return d
	}
	if len(may) > 0 {
		d.may = may
	}
	return d
}
