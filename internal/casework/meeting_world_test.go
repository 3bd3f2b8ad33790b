package casework_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/post"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
)

const gatherText = `
pathway: gather
version: 1
title: Meetings
summary: x
owner: testers
reference: "{authority}"
law:
  l: { kind: local_procedure, text: x, source: x, checked: "2026-03-01" }
groups:
  - { id: children, item: child, title: Children, name: [given_names, family_name], person: { role: child, given_names: given_names, family_name: family_name, nhs_number: nhs_number, died: died_on } }
  - { id: invited, item: person, title: Invited, name: [who] }
  - { id: actions, item: action, title: Actions, name: [what] }
pages:
  - page: child
    title: Child
    repeat: children
    questions:
      - { id: given_names, type: text, label: Given }
      - { id: family_name, type: text, label: Family }
      - { id: nhs_number, type: nhs_number, label: NHS number }
      - { id: died_on, type: date, label: Died on }
  - page: words
    title: Words
    questions:
      - { id: words, type: textarea, label: Words }
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
  - id: arrange
    label: Set the day
    from: open
    by: [social_worker, social_care_manager]
    ask:
      - { id: meet_at, type: datetime, label: When, required: true }
      - { id: meet_place, type: text, label: Where, required: true }
      - { id: chair, type: worker, label: Chair }
  - id: invite
    label: Invite
    from: open
    by: [social_worker, social_care_manager]
    adds: invited
    ask:
      - { id: who, group: invited, type: text, label: Who, required: true }
      - { id: kind, group: invited, type: radios, codes: kind, label: Kind, required: true }
      - { id: worker, group: invited, type: worker, label: Worker }
      - { id: email, group: invited, type: email, label: Email, sealed: true }
      - { id: report_due, group: invited, type: date, label: Report by }
    grants:
      - { key: i, to: "worker:worker", may: [view, act], why: They are invited., if: known(row.worker) }
  - id: off_list
    label: Take them off
    from: open
    by: [social_worker, social_care_manager]
    row: invited
    ask:
      - { id: off_why, group: invited, type: text, label: Why, required: true }
  - id: reply
    label: Answer
    from: open
    by: ["worker:worker"]
    row: invited
    ask:
      - { id: reply, group: invited, type: radios, codes: reply, label: Do you come, required: true }
  - id: report
    label: My report is here
    from: open
    by: ["worker:worker"]
    row: invited
    ask:
      - { id: report_words, group: invited, type: textarea, label: Report, required: true }
  - id: attend
    label: Who is here
    from: open
    by: [social_care_manager]
    ask:
      - { id: came, group: invited, type: radios, codes: came, label: Came, required: true }
  - id: hold
    label: Held
    from: open
    by: [social_care_manager]
    ask:
      - { id: held_words, type: textarea, label: What, required: true }
  - { id: call_off, label: Call it off, from: open, by: [social_care_manager] }
  - id: agree
    label: Agree an action
    from: open
    by: [social_care_manager]
    adds: actions
    ask:
      - { id: what, group: actions, type: text, label: What, required: true }
      - { id: action_email, group: actions, type: email, label: Email }
      - { id: action_due, group: actions, type: date, label: By when, required: true }
  - { id: done, label: Done, from: open, by: [social_care_manager], row: actions }
  - { id: shut, label: Shut, from: open, to: shut, by: [social_care_manager] }
documents:
  - { id: minutes, title: Minutes, to: agency, message: minutes, row: invited, allow: [who, held_words] }
meetings:
  - id: talk
    title: The talk
    at: meet_at
    lasts: 2 hours
    place: meet_place
    chair: chair
    invited: invited
    worker: worker
    email: email
    role: kind
    family: row.kind == "family"
    only_if: '!taken.off_list'
    invite: [arrange, invite]
    held: [hold]
    off: [call_off]
    afresh: [reply, came]
    answer: [reply, report]
    reply: reply
    report_due: report_due
    report_here: report_words
    attendance: attend
    came: came
    quorum: { if: 'q.invited.filter(i, known(i.came) && i.came == "came").size() >= 2', explain: Two at least. }
    agenda: agenda
    actions: actions
    minutes: minutes
clocks:
  - { id: report, code: R, label: Report, each: invited, from: step.invite, until: [step.report, step.hold, state.shut], due: answer.report_due, law: l, owner: [social_care_manager, "worker:worker", "email:email"] }
  - { id: action, code: A, label: Action, each: actions, from: step.agree, until: [step.done, state.shut], due: answer.action_due, law: l, owner: [social_care_manager, "email:action_email"] }
`

var gatherFiles = map[string]string{
	"gather/codes/kind.csv":      "code,label,hint\nfamily,Family,\nagency,Agency,\n",
	"gather/codes/reply.csv":     "code,label,hint\ncoming,I come,\nnot,I cannot,\n",
	"gather/codes/came.csv":      "code,label,hint\ncame,Came,\nsorry,Apologies,\n",
	"gather/codes/agenda.csv":    "code,label,hint\nhello,Who is here,\nchild,The child’s view,\n",
	"gather/messages/minutes.md": "Dear {{row.who}}\n\n{{q.held_words}}",
}

// gathering is a desk with that pathway alone, and a record of it.
func gathering(t *testing.T, test func(t *testing.T, o office, rec record.Record)) {
	t.Helper()
	gatheringOf(t, gatherText, test)
}

func gatheringOf(t *testing.T, text string, test func(t *testing.T, o office, rec record.Record)) {
	t.Helper()
	files := maps.Clone(gatherFiles)
	files["gather/pathway.yaml"] = text
	made(t, files, func(t *testing.T, o office) {
		rec, err := o.Begin(t.Context(), o.by("social_worker"), "gather", casework.Beginning{Authority: "thurrock", Step: "begin", Answers: answer.Set{
			"children": answer.List("r1"), "children/r1/given_names": answer.Text("Archibald"), "children/r1/family_name": answer.Text("Quillfeather"),
			"words": answer.Text("Bruised at Wimbledon Terrace."),
		}})
		if err != nil {
			t.Fatal(err)
		}
		test(t, o, rec)
	})
}

func (o office) take(who, rec, step string, changes answer.Set) record.Record {
	o.t.Helper()
	out, err := o.TakeStep(o.t.Context(), o.by(who), rec, step, 0, changes)
	if err != nil {
		o.t.Fatalf("%s: %v %s", step, err, fault.SafeText(err))
	}
	return out
}

func (o office) arrange(rec, at string) {
	o.t.Helper()
	o.take("social_care_manager", rec, "arrange", answer.Set{"meet_at": answer.Text(at), "meet_place": answer.Text("Quillfeather House"), "chair": answer.Answer{}})
}

// add invites someone, and gives their row.
func (o office) add(who, rec string, row answer.Set) string {
	o.t.Helper()
	set := answer.Set{"invited/new/who": answer.Text("Zebediah Ogglethorpe"), "invited/new/kind": answer.Text("agency")}
	for k, a := range row {
		set[answer.Key("invited/new/"+string(k))] = a
	}
	rows := o.take(who, rec, "invite", set).Answers.Rows("invited")
	return rows[len(rows)-1]
}

func (o office) workerNamed(name, role string) agency.Worker {
	return caseworktest.Worker(o.t, o.Desk, name, role, "thurrock", "")
}

// mails are those queued since the last call, as they go out.
func (o office) mails() []post.Mail {
	o.t.Helper()
	var all []post.Mail
	queued := queuedMails(o.t, o.Desk)
	if err := o.DB.Write(o.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(`update job set done_at = $1 where kind = 'mail' and done_at is null`, o.now)
		return err
	}); err != nil {
		o.t.Fatal(err)
	}
	p := &post.Post{Desk: o.Desk, Site: "https://frontdoor.example", Now: func() time.Time { return o.now }, Send: func(_ context.Context, m post.Mail) error {
		all = append(all, m)
		return nil
	}}
	for _, m := range queued {
		if err := p.Deliver(o.t.Context(), m); err != nil {
			o.t.Fatal(err)
		}
	}
	return all
}

// said is a mail in one line.
func said(list []post.Mail) []string {
	out := []string{}
	for _, m := range list {
		if m.Event == nil {
			out = append(out, m.To+": "+m.Subject)
			continue
		}
		act := "request"
		if m.Event.Cancel {
			act = "cancel"
		}
		out = append(out, fmt.Sprintf("%s %s %d %s", m.To, act, m.Event.Sequence, m.Event.Starts.Format("2006-01-02T15:04Z")))
	}
	slices.Sort(out)
	return out
}

func (o office) wants(what string, list []post.Mail, want ...string) {
	o.t.Helper()
	slices.Sort(want)
	if got := said(list); !slices.Equal(got, want) {
		o.t.Errorf("%s:\n got %q\nwant %q", what, got, want)
	}
}

// queuedMails are those that wait to be sent, the oldest first.
func queuedMails(t *testing.T, d *casework.Desk) []casework.Mail {
	t.Helper()
	var out []casework.Mail
	err := d.DB.Read(t.Context(), func(tx *store.Tx) error {
		last := ""
		for {
			var text string
			err := tx.QueryRow(`select id, cast(payload as text) from job where kind = 'mail' and done_at is null and id > $1 order by id limit 1`, last).Scan(&last, &text)
			if errors.Is(err, sql.ErrNoRows) || errors.Is(err, store.ErrNone) {
				return nil
			}
			var m casework.Mail
			if err := errors.Join(err, json.Unmarshal([]byte(text), &m)); err != nil {
				return err
			}
			out = append(out, m)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// mailGiven is all that the text of a mail may be given, and the form of each: no
// word that anybody typed has it.
var mailGiven = map[string]*regexp.Regexp{
	"uid": regexp.MustCompile(`^[0-9a-f]{32}$`), "sequence": regexp.MustCompile(`^[0-9]+$`), "method": regexp.MustCompile(`^(REQUEST|CANCEL)$`),
	"starts": regexp.MustCompile(`^\d{8}T\d{6}Z$`), "ends": regexp.MustCompile(`^\d{8}T\d{6}Z$`), "phone": regexp.MustCompile(`^[0-9 ]+$`), "outside": regexp.MustCompile(`^yes$`),
	"token": regexp.MustCompile(`^[A-Za-z0-9_=-]+$`), "record": regexp.MustCompile(`^[0-9a-f-]{36}$`),
}

// mailsSayNothing holds, whatever the story: every mail can be written, and its text
// was given nothing that came from a record but a meeting's time.
func (p *player) mailsSayNothing() {
	t := p.t
	t.Helper()
	out := &post.Post{Desk: p.d, Site: "https://frontdoor.example", Now: time.Now, Send: func(context.Context, post.Mail) error { return nil }}
	for _, m := range queuedMails(t, p.d) {
		vars, err := p.d.MailVars(m)
		if err != nil {
			t.Fatal(err)
		}
		for k, v := range vars {
			if form := mailGiven[k]; form == nil || !form.MatchString(v) {
				t.Errorf("the mail %q is given %s = %q", m.Template, k, v)
			}
		}
		if err := out.Deliver(t.Context(), m); err != nil {
			t.Errorf("the mail %q cannot be written: %v", m.Template, err)
		}
	}
}
