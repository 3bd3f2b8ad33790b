package pathways_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/pathways"
)

// Every clock of every folder runs, in a scenario that says to the day when it is
// due, over a Saturday, a Sunday, a bank holiday or a night when the clocks
// change. There is no clock for which that cannot be told: one of an hour begins
// on a Saturday night, when a working day would not.
func TestEveryClockRunsOverAWeekendAHolidayOrAClockChange(t *testing.T) {
	t.Parallel()
	library, faults := load()
	if library == nil {
		t.Fatal(faults.Err())
	}
	told, said := storiesOver(t, library)
	for _, p := range library.All() {
		for _, c := range p.Clocks {
			if name := p.Name + "/" + c.ID; told[name] == "" {
				t.Errorf("%s (%s, “%s”) runs over no weekend, holiday or clock change in any scenario; elsewhere it ran %v", name, c.Code, c.Label, said[name])
			}
		}
	}
}

// storiesOver gives by clock, "<pathway>/<id>", the first scenario in which it runs over a
// day that does not count; and of the others from when to when it ran.
func storiesOver(t *testing.T, library *pathway.Library) (told map[string]string, said map[string][]string) {
	t.Helper()
	files, err := fs.Glob(pathways.FS, "*/tests/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	told, said = map[string]string{}, map[string][]string{}
	for _, file := range files {
		s := story{Scenario: caseworktest.Scene(t, file), library: library}
		s.tell(func(p *pathway.Pathway, clock string, from, to time.Time) {
			name := p.Name + "/" + clock
			switch {
			case !runsOver(from, to):
				said[name] = append(said[name], fmt.Sprintf("%s: %s to %s", file, calendar.ShowShort(from), calendar.ShowShort(to)))
			case told[name] == "":
				told[name] = strings.TrimSuffix(file, ".yaml")
			}
		})
	}
	return told, said
}

// runsOver says whether some of a day that is no working day, or a change of the
// clocks, lies between two instants.
func runsOver(from, to time.Time) bool {
	if !from.Before(to) {
		return false
	}
	_, a := from.In(calendar.London).Zone()
	_, b := to.In(calendar.London).Zone()
	if a != b {
		return true
	}
	days := calendar.Default()
	for d := calendar.DateOf(from); !d.After(calendar.DateOf(to)); d = d.AddDays(1) {
		if !days.IsWorkingDay(d) {
			return true
		}
	}
	return false
}

// story reads of a scenario from when to when its clocks run. Where a beginning
// can be read in two ways it takes the later, so that it never finds a weekend
// that was not there.
type story struct {
	caseworktest.Scenario
	library *pathway.Library
}

// tell calls found for each clock whose limit the scenario gives.
func (s *story) tell(found func(p *pathway.Pathway, clock string, from, to time.Time)) {
	end := len(s.Acts) - 1
	for i, a := range s.Acts {
		on := s.on(a)
		if a.Follow != "" {
			on = a.Follow
		}
		if a.Refused == "" {
			s.look(on, i, a.Then, found)
		}
	}
	s.look(s.Pathway, end, s.Expect, found)
}

func (s *story) on(a caseworktest.Act) string {
	if a.On == "" {
		return s.Pathway
	}
	name, _, _ := strings.Cut(a.On, "/")
	return name
}

func (s *story) look(on string, last int, e caseworktest.Expectation, found func(p *pathway.Pathway, clock string, from, to time.Time)) {
	p, ok := s.library.Get(on)
	if !ok {
		return
	}
	for name, want := range e.Clocks {
		id, row, _ := strings.Cut(name, "/")
		clock, ok := p.Clock(id)
		if !ok || want.Due == "" {
			continue
		}
		due, _, err := calendar.ParseTime(want.Due)
		if err != nil {
			continue
		}
		if !strings.Contains(want.Due, "T") {
			due = calendar.DateOf(due).End()
		}
		if clock.Before != "" {
			// It counts back from the answer to the limit.
			if at, ok := s.answered(clock.Due, last, due, true); ok {
				found(p, id, due, at)
			}
			continue
		}
		var from time.Time
		for _, f := range clock.From {
			if at, ok := s.began(p, clock, f, row, last, due); ok && at.After(from) {
				from = at
			}
		}
		if !from.IsZero() {
			found(p, id, from, due)
		}
	}
}

// began is when a beginning of the clock was, at the latest, by the act.
func (s *story) began(p *pathway.Pathway, clock *pathway.Clock, from, row string, last int, due time.Time) (time.Time, bool) {
	kind, id, _ := strings.Cut(from, ".")
	switch kind {
	case "created":
		return s.created(p.Name, last)
	case "answer":
		return s.answered(id, last, due, false)
	}
	var at time.Time
	step, ok := p.Step(id)
	if !ok {
		return at, false
	}
	n := 0 // how many rows of the clock's group were added
	for _, a := range s.Acts[:last+1] {
		taken, ok := p.Step(a.Step)
		if s.on(a) != p.Name || !ok || a.Refused != "" {
			continue
		}
		if clock.Each != "" && taken.Adds == clock.Each {
			n++
		}
		if a.Step != id {
			continue
		}
		if clock.Each != "" && step.Adds == clock.Each && row != strconv.Itoa(n) {
			continue
		}
		if clock.Each != "" && step.Row == clock.Each && !strings.HasSuffix("/"+a.Row, "/"+row) {
			continue
		}
		at = moment(a.At)
	}
	return at, !at.IsZero()
}

// created is when the record of the pathway was begun: the first act, the act that
// carries it on, or the step that starts it.
func (s *story) created(name string, last int) (time.Time, bool) {
	if name == s.Pathway {
		return moment(s.Acts[0].At), true
	}
	for _, a := range s.Acts[:last+1] {
		p, ok := s.library.Get(s.on(a))
		if !ok || a.Refused != "" {
			continue
		}
		step, ok := p.Step(a.Step)
		if a.Follow == name || ok && slices.ContainsFunc(step.Starts, func(st pathway.Start) bool { return st.Pathway == name }) {
			return moment(a.At), true
		}
	}
	return time.Time{}, false
}

// answered is the latest answer to a date question before the limit, or the first
// one after it.
func (s *story) answered(question string, last int, due time.Time, after bool) (time.Time, bool) {
	question = strings.TrimPrefix(question, "answer.")
	var best time.Time
	take := func(values map[string]any) {
		for key, v := range answer.Given(values) {
			_, _, id := key.Split()
			if id != question || v.Text == "" {
				continue
			}
			at := moment(v.Text)
			switch {
			case at.IsZero() || at.After(due) != after:
			case best.IsZero() || after && at.Before(best) || !after && at.After(best):
				best = at
			}
		}
	}
	stands := func(e caseworktest.Expectation) { // what another record handed on
		for key, text := range e.Answers {
			take(map[string]any{key: text})
		}
	}
	take(s.Given)
	if last == len(s.Acts)-1 {
		stands(s.Expect)
	}
	for _, a := range s.Acts[:last+1] {
		stands(a.Then)
		take(a.Answers)
		take(a.New)
		take(a.Write)
		for _, rows := range a.Rows {
			for _, row := range rows {
				take(row)
			}
		}
	}
	return best, !best.IsZero()
}

func moment(text string) time.Time {
	at, _, err := calendar.ParseTime(text)
	if err != nil {
		return time.Time{}
	}
	return at
}
