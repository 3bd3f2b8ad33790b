package county

import (
	"context"
	"fmt"
	"maps"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
)

// shape says what one referral is like: who told the front door, about how many,
// what came of it and how far it has come.
type shape struct {
	authority        string
	children, adults int
	sender           string // "worker", "professional" without an account, "public"
	rating           string
	checks           []string // agencies that are asked
	outcome          string   // what is decided for the first child; the others get advice
	until            string   // the stage at which it stands; "closed" when all is done
}

// stages in their order.
var stages = []string{"received", "screened", "gathering", "ready", "decided", "passed", "working", "closed"}

// slot is when an act of a template happened: so many working days after the
// first, at a minute of the day in London.
type slot struct{ day, minute int }

// player plays one shape through the real acts of casework, on a quiet day, so
// that everything a referral leaves behind can be copied.
type player struct {
	desk    *casework.Desk
	workers map[post]agency.Worker
	s       shape
	n       int // which play, so that no two are about the same family
	day     calendar.Date
	cal     *calendar.Calendar
	now     time.Time
	slots   map[time.Time]slot
	root    record.Record
	err     error
}

// post is a role in a team.
type post struct{ team, role string }

// playDay is a Tuesday far from any holiday.
var playDay = calendar.NewDate(2024, 6, 11)

// play gives the record that the shape's referral became.
func (p *player) play(ctx context.Context) (string, error) {
	p.slots = map[time.Time]slot{}
	frontDoor := p.s.authority + "_front_door"
	officer, social, manager := post{frontDoor, "mash_officer"}, post{frontDoor, "mash_social_worker"}, post{frontDoor, "mash_manager"}

	p.at(0, 9, 30)
	p.begin(ctx)
	if p.s.until == "received" {
		return p.root.ID, p.err
	}
	p.at(0, 9, 50)
	p.open(ctx, social, p.root.ID)
	p.at(0, 10, 5)
	p.step(ctx, social, p.root.ID, "screen", answer.Set{"rating": answer.Text(p.s.rating), "rating_reason": answer.Text("x")})
	if p.s.sender != "public" {
		p.at(0, 10, 10)
		p.step(ctx, social, p.root.ID, "acknowledge", nil)
	}
	p.at(0, 10, 20)
	p.step(ctx, officer, p.root.ID, "allocate", answer.Set{"allocated_to": answer.Text(p.workers[social].ID)})
	if p.s.until == "screened" {
		return p.root.ID, p.err
	}
	if len(p.s.checks) > 0 {
		p.ask(ctx, officer)
		if p.s.until == "gathering" {
			return p.root.ID, p.err
		}
		p.at(0, 15, 40)
		p.step(ctx, officer, p.root.ID, "agencies_done", nil)
	} else {
		p.at(0, 11, 30)
		p.talk(ctx, officer)
	}
	if p.s.until == "ready" {
		return p.root.ID, p.err
	}
	p.at(1, 9, 40)
	p.known(ctx, manager)
	p.at(1, 10, 5)
	p.decide(ctx, manager)
	if p.s.outcome == "nfa" {
		p.at(1, 14, 0)
		second := manager
		second.role += " 2"
		p.known(ctx, second)
		p.step(ctx, second, p.root.ID, "confirm_nfa", answer.Set{"confirm_words": answer.Text("x")})
	}
	if p.s.until == "decided" {
		return p.root.ID, p.err
	}
	p.at(1, 15, 0)
	if p.s.sender == "public" {
		p.step(ctx, officer, p.root.ID, "close", answer.Set{
			"close_reason": answer.Text(p.closeReason()), "no_outcome_sent": answer.Text("x"),
		})
	} else {
		p.step(ctx, officer, p.root.ID, "send_outcome", answer.Set{
			"referrer_words": answer.Text("x"), "parents_letter": answer.Text("send"), "parents_words": answer.Text("x"), "child_told_how": answer.Text("x"),
		})
		p.at(1, 15, 30)
		p.message(ctx, officer)
		p.at(2, 9, 15)
		p.step(ctx, officer, p.root.ID, "close", answer.Set{"close_reason": answer.Text(p.closeReason())})
	}
	p.follow(ctx)
	return p.root.ID, p.err
}

// at moves the clock to a time of the nth working day.
func (p *player) at(day, hour, minute int) {
	d := p.day
	for range day {
		d = p.cal.NextWorkingDay(d)
	}
	p.now = d.At(hour, minute, 0).UTC()
	p.slots[p.now] = slot{day, hour*60 + minute}
}

func (p *player) by(who post) casework.By {
	by := casework.ByWorker(p.workers[who], &p.desk.Place.Register, p.now)
	by.Route = "POST /records/{id}/steps/{step}"
	return by
}

// did notes the first thing that went wrong; nothing is played after it.
func (p *player) did(what string, err error) {
	if err != nil && p.err == nil {
		p.err = fault.Wrap(fmt.Errorf("county: %+v: %s: %w: %s", p.s, what, err, fault.SafeText(err)), fault.Internal, "The county could not be made.")
	}
}

func (p *player) begin(ctx context.Context) {
	by := casework.ByVisitor("template", p.now)
	if p.s.sender == "worker" {
		by = p.by(post{p.s.authority + "_schools", "referrer"})
	}
	by.Route = "POST /write/{draft}/check"
	var err error
	p.root, err = p.desk.Begin(ctx, by, "referral", casework.Beginning{Authority: p.s.authority, Step: "submit", Answers: p.told()})
	p.did("submit", err)
}

func (p *player) open(ctx context.Context, who post, rec string) {
	if p.err != nil {
		return
	}
	by := p.by(who)
	by.Route = "GET /records/{id}"
	_, err := p.desk.Open(ctx, by, rec)
	p.did("open", err)
}

func (p *player) known(ctx context.Context, who post) {
	if p.err != nil {
		return
	}
	by := p.by(who)
	by.Route = "GET /records/{id}/known"
	_, _, err := p.desk.Known(ctx, by, p.root.ID)
	p.did("known", err)
}

func (p *player) step(ctx context.Context, who post, rec, step string, changes answer.Set) record.Record {
	if p.err != nil {
		return record.Record{}
	}
	got, err := p.desk.TakeStep(ctx, p.by(who), rec, step, 0, changes)
	p.did(step, err)
	if rec == p.root.ID && err == nil {
		p.root = got
	}
	return got
}

func (p *player) ask(ctx context.Context, officer post) {
	p.at(0, 10, 40)
	asked := answer.List(p.s.checks...)
	p.step(ctx, officer, p.root.ID, "ask_agencies", answer.Set{
		"agencies_asked": asked, "check_questions": answer.List("known", "worries", "attendance", "strengths"),
		"check_consent": answer.Text("agreed"), "check_consent_words": answer.Text("x"), "check_basis": answer.Text("consent"), "check_ring": answer.Text("x"),
	})
	if p.err != nil || p.s.until == "gathering" {
		return
	}
	for i, c := range p.startedBy(ctx, p.root.ID) {
		who := post{c.Team, "researcher"}
		p.at(0, 12+i, 10)
		p.open(ctx, who, c.ID)
		p.at(0, 12+i, 35)
		if i == 1 {
			p.step(ctx, who, c.ID, "say_not_known", nil)
		} else {
			p.step(ctx, who, c.ID, "give_detail", answer.Set{"detail_facts": answer.Text("x"), "detail_strengths": answer.Text("x")})
		}
		p.at(0, 15, 10+i)
		p.step(ctx, officer, c.ID, "read", nil)
	}
}

func (p *player) talk(ctx context.Context, who post) {
	p.step(ctx, who, p.root.ID, "conversation", answer.Set{
		"talk_with": answer.Text("x"), "talk_at": answer.Text(calendar.Wall(p.now.Add(-10 * time.Minute))), "talk_words": answer.Text("x"),
	})
}

func (p *player) closeReason() string {
	switch p.s.outcome {
	case "advice", "signpost", "nfa":
		return p.s.outcome
	}
	return "outcome"
}

var levels = map[string]string{"nfa": "1", "advice": "1", "signpost": "2", "early_help": "3", "s17": "4"}

func (p *player) decide(ctx context.Context, manager post) {
	set := answer.Set{"decision_consent": answer.Text("agreed"), "decision_consent_words": answer.Text("x")}
	for i, row := range p.root.Answers.Rows("children") {
		outcome := p.s.outcome
		if i > 0 && outcome != "nfa" {
			outcome = "advice"
		}
		level := levels[outcome]
		put := func(q, text string) { set[answer.RowKey("children", row, q)] = answer.Text(text) }
		put("outcome", outcome)
		put("level_decided", level)
		put("rationale", "x")
		if proposed := p.root.Answers.Text("level_proposed"); proposed != level {
			put("level_differs", "x")
		}
		if outcome == "early_help" || outcome == "s17" {
			put("handover_words", "x")
		}
	}
	p.step(ctx, manager, p.root.ID, "decide", set)
}

func (p *player) message(ctx context.Context, officer post) {
	if p.err != nil || p.s.sender != "worker" {
		return
	}
	by := p.by(post{p.s.authority + "_schools", "referrer"})
	by.Route = "POST /sent/{id}/messages"
	p.did("message", p.desk.SendMessage(ctx, by, p.root.ID, "x"))
	p.now = p.now.Add(20 * time.Minute)
	p.slots[p.now] = slot{1, 15*60 + 50}
	by = p.by(officer)
	by.Route = "POST /records/{id}/messages"
	p.did("read messages", p.desk.ReadMessages(ctx, by, p.root.ID))
	p.did("answer", p.desk.SendMessage(ctx, by, p.root.ID, "x"))
}

// follow is what the next team does with what was passed on.
func (p *player) follow(ctx context.Context) {
	if p.err != nil || p.s.until == "passed" {
		return
	}
	for _, f := range p.startedBy(ctx, p.root.ID) {
		if f.Pathway != "follow_on" {
			continue
		}
		who := post{p.s.authority + "_social_care", "social_care_manager"}
		if f.Answers.Text("work") == "early_help" {
			who = post{p.s.authority + "_early_help", "early_help_worker"}
		}
		p.at(2, 11, 0)
		p.step(ctx, who, f.ID, "accept", answer.Set{"work_worker": answer.Text(p.workers[who].ID)})
		p.at(3, 16, 0)
		p.step(ctx, who, f.ID, "start", answer.Set{"started_at": answer.Text(calendar.Wall(p.now.Add(-30 * time.Minute))), "child_seen": answer.Text("yes")})
		p.at(6, 14, 0)
		p.step(ctx, who, f.ID, "talk", answer.Set{
			"talk_at": answer.Text(calendar.Wall(p.now.Add(-time.Hour))), "talk_with": answer.Text("x"), "talk_words": answer.Text("x"),
		})
		if p.s.until == "working" {
			continue
		}
		p.at(31, 15, 0)
		p.step(ctx, who, f.ID, "finish", answer.Set{
			"finished_at": answer.Text(calendar.Wall(p.now.Add(-2 * time.Hour))), "finish_reason": answer.Text("no_more"), "finish_words": answer.Text("x"),
		})
	}
}

func (p *player) startedBy(ctx context.Context, rec string) []record.Record {
	if p.err != nil {
		return nil
	}
	list, err := startedBy(ctx, p.desk.DB, rec)
	p.did("what was started", err)
	return list
}

// told is what the sender says, with a placeholder wherever each family has its
// own words.
func (p *player) told() answer.Set {
	yesterday := calendar.DateOf(p.now).AddDays(-1).String()
	home := map[string]any{"line1": fmt.Sprint(p.n, " Example Street"), "town": "Example", "postcode": "SS1 1AA"}
	rows := func(n int, row map[string]any) []any {
		out := make([]any, n)
		for i := range out {
			one := maps.Clone(row)
			for q, v := range row {
				switch {
				case strings.HasSuffix(q, "family_name"):
					one[q] = letters(p.n)
				case strings.HasSuffix(q, "given_names"):
					one[q] = letters(100*p.n + 10*len(q) + i)
				case strings.HasSuffix(q, "_phone"):
					one[q] = fmt.Sprintf("07700 9%05d", 10*p.n+i)
				case q == "born" && v != nil:
					one[q] = calendar.NewDate(2012, 2, 3).AddDays(7*p.n + 97*i).String()
				}
			}
			out[i] = one
		}
		return out
	}
	if p.s.sender == "public" {
		return answer.Given(map[string]any{
			"danger": "no", "sender_kind": "family_public", "where_known": "area", "child_area": p.s.authority,
			"public_saw": "x", "public_when": "x", "lives_with": "x", "how_know": "x", "stay_anonymous": "no", "public_name": "x", "public_phone": "07700 900101",
			"children": rows(p.s.children, map[string]any{"given_names": "x", "family_name": "x", "born": "2015-03-04", "home_address": home}),
		})
	}
	set := map[string]any{
		"danger": "no", "sender_kind": "professional", "where_known": "area", "child_area": p.s.authority, "purpose": "concern", "urgency": "days",
		"known_at": yesterday, "verbal_first": "no", "adults_known": "yes", "father_elsewhere": "not_known",
		"worry_facts": "x", "worry_opinion": "x", "worry_reported": map[string]any{"not_known": "Nobody has told us more"},
		"concerns": []any{"neglect"}, "red_flags": []any{"none"}, "injury": "no",
		"history": "x", "strengths": "x", "needs": "x", "development": "x", "parenting": "x", "environment": "x",
		"help_tried": map[string]any{"not_known": "We do not know of any"}, "parents_told": "yes", "child_told": "not_known",
		"consent": "verbal", "consent_by": "x", "consent_scope": "That the front door may ask the school, health and other services.",
		"level_proposed": "2", "level_reason": "x",
		"referrer_name": "x", "referrer_role": "Safeguarding lead", "referrer_agency": "x", "referrer_source": "2A", "referrer_phone": "01632 960199",
		"sender_email": "sender@example.org", "dsl_copied": "yes",
		"children": rows(p.s.children, map[string]any{
			"unborn": "no", "given_names": "x", "family_name": "x", "born": "2015-03-04", "born_estimated": "no", "home_address": home, "home_disclosure": "open",
			"school": "x", "sex": "U", "nhs_number": "943 476 5919", "ethnicity": "NOBT", "religion": map[string]any{"not_known": "Nobody has asked"},
			"first_language": "English", "interpreter": "no", "disability": []any{"NONE"}, "at_home_now": "yes", "with_now": map[string]any{"not_known": "Not known at this moment"},
			"gp": map[string]any{"not_known": "The sender does not hold it"}, "health_worker": map[string]any{"not_known": "The sender does not hold it"},
			"plans": []any{"none"}, "earlier_referrals": map[string]any{"not_known": "The sender does not know"}, "seen_alone": "not_known",
			"own_words": map[string]any{"not_known": "Nobody has spoken with the child alone yet"},
		}),
		"adults": rows(p.s.adults, map[string]any{
			"adult_given_names": "x", "adult_family_name": "x", "adult_relation": "mother", "adult_pr": "yes", "adult_in_household": "yes", "adult_safe": "yes",
			"adult_source": "no", "adult_told": "yes", "adult_told_on": yesterday, "adult_phone": "07700 900102", "adult_safe_how": "Any time.",
		}),
	}
	if p.s.adults == 0 {
		delete(set, "adults")
		set["adults_known"], set["no_adult_reason"] = "no", "They are not on our list."
	}
	return answer.Given(set)
}

// letters is a number as a made-up word.
func letters(n int) string {
	out := []byte("Q")
	for ; n > 0; n /= 20 {
		out = append(out, "bcdfghjklmnprstvwxyz"[n%20], "aeiou"[n%5])
	}
	return string(out)
}
