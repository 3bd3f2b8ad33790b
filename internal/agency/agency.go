// Package agency says who works for whom: authorities, agencies, teams, workers
// and the roles they hold. A role is what a pathway's steps are granted to; a
// team is where the work lands.
package agency

import (
	"slices"
	"time"
)

// Authority is a local authority that runs its own front door.
type Authority struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

// Agency is an organisation that works with children: a council service, a
// police force, a school, an NHS trust.
type Agency struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
	// Kind is the sort of agency a request is addressed to: police, health,
	// education, housing, probation, council, school, voluntary, partnership.
	Kind string `yaml:"kind"`
}

// Role is what a worker may be in a team. Its id is the word pathways use.
type Role struct {
	ID    string `yaml:"id"`
	Label string `yaml:"label"`
	// Cases tells whether the role may ever see what is in a record. A role
	// without it (system administrator) is refused before any grant is read.
	Cases bool `yaml:"cases"`
	// Manages lists the roles whose work and accounts this role looks after.
	Manages []string `yaml:"manages"`
	// May lists the program-wide powers of the role, none of which opens a
	// record: accounts, audit, reports, people, settings, restrict, break_glass, texts,
	// texts_publish, retention, retention_own.
	May []string `yaml:"may"`
}

// Team is a group of workers of one agency covering one or more authorities.
type Team struct {
	ID          string   `yaml:"id"`
	Name        string   `yaml:"name"`
	Agency      string   `yaml:"agency"`
	Authorities []string `yaml:"authorities"`
	Roles       []string `yaml:"roles"`
	// Hours is "open" for a team that works while its front door is open and
	// "always" for one that is there day and night.
	Hours string `yaml:"hours"`
	// Email is the team's own mailbox for neutral notices, never for content.
	Email string `yaml:"email"`
}

// Membership is a worker's role in a team for a time. Until is the zero time
// while it lasts.
type Membership struct {
	Team  string
	Role  string
	From  time.Time
	Until time.Time
}

// Live tells whether the membership holds at a moment.
func (m Membership) Live(now time.Time) bool {
	return !now.Before(m.From) && (m.Until.IsZero() || now.Before(m.Until))
}

// Worker is a person who signs in. Someone who has left holds nothing.
type Worker struct {
	ID          string
	Name        string
	Email       string
	JobTitle    string
	Phone       string
	Agency      string
	Memberships []Membership
	LeftAt      time.Time
}

// Left tells whether the worker no longer works here at a moment.
func (w Worker) Left(now time.Time) bool { return !w.LeftAt.IsZero() && !now.Before(w.LeftAt) }

// Roles gives the roles the worker holds at a moment, each once.
func (w Worker) Roles(now time.Time) []string {
	var out []string
	if w.Left(now) {
		return nil
	}
	for _, m := range w.Memberships {
		if m.Live(now) && !slices.Contains(out, m.Role) {
			out = append(out, m.Role)
		}
	}
	return out
}

// Holds tells whether the worker has a role at a moment.
func (w Worker) Holds(role string, now time.Time) bool {
	return slices.Contains(w.Roles(now), role)
}

// Register is everything the partnership says about who works where.
type Register struct {
	Authorities []Authority `yaml:"authorities"`
	Agencies    []Agency    `yaml:"agencies"`
	Roles       []Role      `yaml:"roles"`
	Teams       []Team      `yaml:"teams"`
}

// Authority finds an authority by id.
func (r *Register) Authority(id string) (Authority, bool) {
	return find(r.Authorities, func(a Authority) bool { return a.ID == id })
}

// Agency finds an agency by id.
func (r *Register) Agency(id string) (Agency, bool) {
	return find(r.Agencies, func(a Agency) bool { return a.ID == id })
}

// Role finds a role by id.
func (r *Register) Role(id string) (Role, bool) {
	return find(r.Roles, func(a Role) bool { return a.ID == id })
}

// Team finds a team by id.
func (r *Register) Team(id string) (Team, bool) {
	return find(r.Teams, func(a Team) bool { return a.ID == id })
}

// TeamsFor gives the teams of agencies of a kind that hold a role and cover an
// authority: whom a request to "police" in Thurrock goes to.
func (r *Register) TeamsFor(kind, role, authority string) []Team {
	var out []Team
	for _, t := range r.Teams {
		a, ok := r.Agency(t.Agency)
		if ok && a.Kind == kind && slices.Contains(t.Roles, role) && slices.Contains(t.Authorities, authority) {
			out = append(out, t)
		}
	}
	return out
}

func find[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}
