package access_test

import (
	"testing"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
)

var now = time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC)

var register = agency.Register{
	Authorities: []agency.Authority{{ID: "here"}, {ID: "there"}},
	Roles:       []agency.Role{{ID: "officer", Cases: true}, {ID: "manager", Cases: true}, {ID: "admin"}},
	Teams: []agency.Team{
		{ID: "hub", Authorities: []string{"here"}, Roles: []string{"officer", "manager"}},
		{ID: "far", Authorities: []string{"there"}, Roles: []string{"officer", "manager"}},
		{ID: "it", Authorities: []string{"here"}, Roles: []string{"admin"}},
	},
}

func worker(id, team, role string) agency.Worker {
	return agency.Worker{ID: id, Memberships: []agency.Membership{{Team: team, Role: role, From: now.Add(-time.Hour)}}}
}

func viewer(w agency.Worker) access.Viewer { return access.WorkerViewer(w, &register, now) }

func grant(to access.Principal, may ...access.Right) access.Grant {
	return access.Grant{To: to, May: may, Why: "because", From: now.Add(-time.Minute)}
}

func TestDecide(t *testing.T) {
	t.Parallel()
	me := viewer(worker("me", "hub", "officer"))
	left := worker("me", "hub", "officer")
	left.LeftAt = now
	moved := worker("me", "hub", "officer")
	moved.Memberships[0].Until = now
	ended := grant(access.ToRole("officer", "here"), access.View)
	ended.Until = now
	future := grant(access.ToRole("officer", "here"), access.View)
	future.From, future.Until = now.Add(time.Second), now.Add(time.Hour)
	ahead := grant(access.ToRole("officer", "here"), access.View)
	ahead.From = now.Add(24 * time.Hour)
	glass := grant(access.ToWorker("me"), access.View)
	glass.Key = access.BreakGlass
	lock := []access.Restriction{{Named: []string{"other"}}}
	lifted := []access.Restriction{{Named: []string{"other"}, LiftedAt: now}}
	role := grant(access.ToRole("officer", "here"), access.View, access.Act)

	for _, c := range []struct {
		name         string
		viewer       access.Viewer
		grants       []access.Grant
		locks        []access.Restriction
		out          []access.Exclusion
		view, act    bool
		status, lock bool
	}{
		{name: "nothing granted", viewer: me},
		{name: "by role in the authority", viewer: me, grants: []access.Grant{role}, view: true, act: true},
		{name: "the same role elsewhere", viewer: viewer(worker("me", "far", "officer")), grants: []access.Grant{role}},
		{name: "another role here", viewer: viewer(worker("me", "hub", "manager")), grants: []access.Grant{role}},
		{name: "by team", viewer: me, grants: []access.Grant{grant(access.ToTeam("hub"), access.View)}, view: true},
		{name: "by name", viewer: me, grants: []access.Grant{grant(access.ToWorker("me"), access.View)}, view: true},
		{name: "ended", viewer: me, grants: []access.Grant{ended}},
		{name: "not begun", viewer: me, grants: []access.Grant{future}},
		{name: "made by a clock that was ahead", viewer: me, grants: []access.Grant{ahead}, view: true},
		{name: "a leaver", viewer: viewer(left), grants: []access.Grant{role, grant(access.ToWorker("me"), access.View)}},
		{name: "moved out of the team", viewer: viewer(moved), grants: []access.Grant{role, grant(access.ToWorker("me"), access.View)}},
		{name: "a role that never sees cases", viewer: viewer(worker("me", "it", "admin")), grants: []access.Grant{grant(access.ToWorker("me"), access.View), grant(access.ToTeam("it"), access.View)}},
		{name: "locked and not named", viewer: me, grants: []access.Grant{role}, locks: lock, lock: true},
		{name: "locked without any grant says nothing", viewer: me, locks: lock},
		{name: "locked and named", viewer: viewer(worker("other", "hub", "officer")), grants: []access.Grant{role}, locks: lock, view: true, act: true},
		{name: "named is not granted", viewer: viewer(worker("other", "far", "officer")), grants: []access.Grant{role}, locks: lock},
		{name: "the lock was lifted", viewer: me, grants: []access.Grant{role}, locks: lifted, view: true, act: true},
		{name: "two locks, named on one", viewer: viewer(worker("other", "hub", "officer")), grants: []access.Grant{role}, locks: append(lock, access.Restriction{Named: []string{"third"}}), lock: true},
		{name: "glass broken", viewer: me, grants: []access.Grant{role, glass}, locks: lock, view: true, act: true},
		{name: "excluded, whatever else", viewer: me, grants: []access.Grant{role, grant(access.ToWorker("me"), access.View)}, out: []access.Exclusion{{Worker: "me"}}},
		{name: "excluded, though glass was broken", viewer: me, grants: []access.Grant{role, glass}, locks: lock, out: []access.Exclusion{{Worker: "me"}}},
		{name: "somebody else excluded", viewer: me, grants: []access.Grant{role}, out: []access.Exclusion{{Worker: "other"}}, view: true, act: true},
		{name: "the sender by code", viewer: access.CodeViewer("r1", now), grants: []access.Grant{grant(access.ToCode("r1"), access.Status)}, status: true},
		{name: "the sender of another", viewer: access.CodeViewer("r2", now), grants: []access.Grant{grant(access.ToCode("r1"), access.Status)}},
		{name: "the sender of a locked record", viewer: access.CodeViewer("r1", now), grants: []access.Grant{grant(access.ToCode("r1"), access.Status)}, locks: lock, status: true, lock: true},
		{name: "nobody", viewer: access.Viewer{Now: now}, grants: []access.Grant{role, grant("", access.View)}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := access.Decide(c.viewer, c.grants, c.locks, c.out)
			if d.May(access.View) != c.view || d.May(access.Act) != c.act || d.May(access.Status) != c.status || d.Restricted != c.lock {
				t.Errorf("view %v act %v status %v restricted %v", d.May(access.View), d.May(access.Act), d.May(access.Status), d.Restricted)
			}
			if d.Any() != (c.view || c.act || c.status) {
				t.Errorf("any %v", d.Any())
			}
			if d.Any() && len(d.Because) == 0 && !c.lock {
				t.Error("no reason given")
			}
		})
	}
}

func TestActingAs(t *testing.T) {
	t.Parallel()
	both := worker("me", "hub", "officer")
	both.Memberships = append(both.Memberships, agency.Membership{Team: "far", Role: "manager", From: now.Add(-time.Hour)})
	v := viewer(both)
	d := access.Decide(v, []access.Grant{grant(access.ToRole("officer", "here"), access.View, access.Act)}, nil, nil)
	if !d.ActingAs(v, "officer", &register) {
		t.Error("not acting in the role the record was given to")
	}
	if d.ActingAs(v, "manager", &register) {
		t.Error("acting as a manager here by being one elsewhere")
	}
	view := access.Decide(v, []access.Grant{grant(access.ToRole("manager", "there"), access.View)}, nil, nil)
	if view.ActingAs(v, "manager", &register) {
		t.Error("acting on a record that may only be viewed")
	}
}
