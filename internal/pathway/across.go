package pathway

import "slices"

// Across says who may learn that a front door of another authority has a record of
// the pathway about someone who may be the same person: that there is one and whom
// to ring, and nothing of what stands on it. Nobody else learns that.
type Across struct {
	Group string   `yaml:"group"` // whose rows are people: about whom it is told
	To    []string `yaml:"to"`    // the roles that may learn it, when they may act on the record
	Words string   `yaml:"words"` // what to do then
	// Ring is what the other authority is rung about, as a meeting's.
	Ring string `yaml:"ring"`
}

// MayLearn tells whether the actor of the facts may learn that another authority
// knows of someone.
func (x *Across) MayLearn(a Actor) bool {
	return x != nil && slices.ContainsFunc(a.Roles, func(r string) bool { return slices.Contains(x.To, r) })
}

// Looks tells whether a step is one before which somebody has looked at what is
// known of the people of a record.
func (s *Step) Looks() bool { return slices.Contains(s.Marks, "history_looked") }

// across checks who learns of records elsewhere.
func (k *checker) across() {
	x := k.p.Across
	if x == nil {
		return
	}
	at := k.line(x)
	if g := k.p.groups[x.Group]; g == nil || g.Person == nil {
		k.d.fault(at, "Name a group that has person:", "known_across is about “%s”, whose rows are not people", x.Group)
	}
	if x.Words == "" {
		k.d.fault(at, "Write words:", "known_across does not say what to do")
	}
	k.oneOf(&x.Ring, x.Ring, "thing to ring about", ringWords)
	if len(x.To) == 0 {
		k.d.fault(at, "Write to: with a role", "known_across tells nobody")
	}
	k.roles(&x.To, x.To)
	for _, r := range x.To {
		if len(k.p.Restricted) > 0 && !slices.Contains(k.p.Restricted, r) {
			k.d.fault(at, "Name a role of restricted:", "known_across tells “%s”, who may not know of records of this pathway", r)
		}
	}
	if !slices.ContainsFunc(k.p.Steps, func(s Step) bool { return s.Looks() }) {
		k.d.fault(at, "Add marks: [history_looked] to a step", "known_across, and no step waits until somebody has looked")
	}
}
