package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
)

const planText = `
pathway: plan
version: 1
title: An action
summary: x
owner: testers
reference: "{authority}"
offered: Work
pages:
  - page: inside
    title: Inside
    questions:
      - { id: inside, type: text, label: Inside }
      - { id: quiet, type: yes_no, label: Quiet }
  - page: outside
    title: Outside
    questions:
      - { id: head, type: text, label: What, required: true }
      - { id: words, type: textarea, label: What was done so far, short: So far }
states:
  - { id: begun, label: Begun, start: true }
  - { id: open, label: Open, board: Work }
  - { id: shut, label: Shut, end: true }
steps:
  - id: begin
    label: Begin
    from: begun
    to: open
    by: [social_worker]
    grants:
      - { key: a, to: author, may: [view, act], why: They began it. }
      - { key: m, to: "role:social_care_manager", may: [view, act], why: They look after it. }
  - id: approve
    label: Agree
    from: [open, shut]
    by: [social_care_manager]
    ask:
      - { id: yes_to_it, type: yes_no, label: May it be published, required: true }
      - { id: from_day, type: date, label: From which day, required: true }
  - { id: shut, label: Shut, from: open, to: shut, by: [social_care_manager] }
publish:
  id: our-plan
  title: Our plan
  words: What we do.
  step: approve
  if: q.yes_to_it && !(known(q.quiet) && q.quiet)
  from: from_day
  heading: head
  show: [words]
`

// Everyone reads what somebody agreed to, as they agreed to it, from the day that
// was said, and no longer than it may be read.
func TestWhatIsPublished(t *testing.T) {
	made(t, map[string]string{"plan/pathway.yaml": planText}, func(t *testing.T, o office) {
		rec, err := o.Begin(t.Context(), o.by("social_worker"), "plan", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Set{
			"inside": answer.Text("Nobody's business"), "head": answer.Text("We train"), "words": answer.Text("Half"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		read := func() (out []string) {
			t.Helper()
			_, list, err := o.Published(t.Context(), o.now, "our-plan")
			if err != nil {
				t.Fatal(err)
			}
			for _, one := range list {
				out = append(out, one.Heading+": "+strings.Join(one.Answers, ", "))
			}
			return out
		}
		is := func(when string, want ...string) {
			t.Helper()
			if got := read(); !slices.Equal(got, want) {
				t.Errorf("%s everyone reads %q, want %q", when, got, want)
			}
		}
		agree := func(yes, day string) {
			t.Helper()
			if _, err := o.TakeStep(t.Context(), o.by("social_care_manager"), rec.ID, "approve", 0, answer.Set{"yes_to_it": answer.Text(yes), "from_day": answer.Text(day)}); err != nil {
				t.Fatal(err)
			}
		}
		write := func(key answer.Key, words string) {
			t.Helper()
			if _, err := o.Answer(t.Context(), o.by("social_worker"), rec.ID, 0, answer.Set{key: answer.Text(words)}, "It has changed"); err != nil {
				t.Fatal(err)
			}
		}
		is("before anyone agreed")
		tomorrow := o.now.Add(24 * time.Hour).Format("2006-01-02")
		agree("yes", tomorrow)
		is("the day before")
		o = o.later(24 * time.Hour)
		is("from that day", "We train: Half")
		write("words", "All of them, and Mia of Mill Lane")
		is("after new words that nobody agreed to", "We train: Half")
		agree("yes", tomorrow)
		is("once they are agreed to", "We train: All of them, and Mia of Mill Lane")
		agree("no", tomorrow)
		is("after a no")
		agree("yes", tomorrow)
		write("quiet", "yes")
		is("once it must stay inside")
		write("quiet", "no")
		if _, err := o.TakeStep(t.Context(), o.by("social_care_manager"), rec.ID, "shut", 0, nil); err != nil {
			t.Fatal(err)
		}
		is("when the work has ended", "We train: All of them, and Mia of Mill Lane")
		_, _, err = o.Published(t.Context(), o.now, "plan")
		kind(t, err, fault.NotFound)
	})
}
