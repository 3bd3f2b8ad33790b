package pathway

import "slices"

// AskFirst says who, of those that work with the same people on other records, is
// told to seek advice before they contact anybody: that, and no word of the record.
type AskFirst struct {
	To    []string `yaml:"to"`    // the roles that are told
	While []string `yaml:"while"` // the states in which they are
	Words string   `yaml:"words"`
}

// Tells tells whether somebody with these roles is told while a record is in a state.
func (x *AskFirst) Tells(roles []string, state string) bool {
	return x.MayTell(roles) && slices.Contains(x.While, state)
}

// MayTell tells whether somebody with these roles is ever told.
func (x *AskFirst) MayTell(roles []string) bool {
	return x != nil && slices.ContainsFunc(roles, func(r string) bool { return slices.Contains(x.To, r) })
}

// askFirst checks who is told to ask first.
func (k *checker) askFirst() {
	x := k.p.AskFirst
	if x == nil {
		return
	}
	at := k.line(x)
	if x.Words == "" || len(x.To) == 0 || len(x.While) == 0 {
		k.d.fault(at, "Write to: with roles, while: with states, and words:", "ask_first does not say who is told what, and when")
	}
	k.roles(&x.To, x.To)
	for _, s := range x.While {
		if st, ok := k.p.State(s); !ok {
			k.d.fault(at, "Name a state", "ask_first: there is no state “%s”", s)
		} else if st.End {
			k.d.fault(at, "Name a state of an open record", "ask_first: records in the state “%s” are closed, and nobody asks there", s)
		}
	}
}
