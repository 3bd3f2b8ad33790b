package main

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/pathway"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
)

const (
	form     = "referral" // the pathway that is measured
	password = "kettle umbrella 88 hedgehog"
	// bigRevisions is how many revisions the large record has.
	bigRevisions = 500
)

// authorities are the front doors that share the load.
var authorities = []string{"thurrock", "essex", "southend"}

// amounts say how much to make ready, so that the load never runs dry.
type amounts struct{ watched, sends, drafts, decisions, signIns, codes int }

// account is someone who can sign in.
type account struct {
	worker    agency.Worker
	authority string
	totp      string
}

// draft is something being written: by a visitor with a cookie, or by a worker.
type draft struct {
	id, cookie string
	referrer   int // which referrer writes it, when there is no cookie
	page       string
	field      string
}

// due is a record that its manager can decide now.
type due struct {
	id       string
	manager  int
	revision int
	children int
}

// receipt is what someone without an account was given.
type receipt struct{ reference, code, record string }

// ready is everything the requests need.
type ready struct {
	officers, managers, referrers, signers []account
	sends, drafts                          []draft
	decisions                              []due
	receipts                               []receipt
	big                                    string
	records                                map[string][]string // by authority, records its front door works on
	searches                               []string
	thurrock                               int // how many of those ready to send, the first, are Thurrock's
}

// preparer makes things ready through the program's own desk.
type preparer struct {
	*opened
	ctx     context.Context
	now     time.Time
	earlier time.Time // a working morning before now, for what is in hand already
	r       *rand.Rand
	p       *pathway.Pathway
	people  []known
	hash    string
}

// known is somebody in the index, to be written about again.
type known struct{ given, family, authority, record string }

func prepare(ctx context.Context, p place, n amounts, seed uint64, now time.Time) (*ready, error) {
	o, err := p.open(ctx, now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = o.desk.DB.Close() }()
	w := &preparer{opened: o, ctx: ctx, now: now, r: rand.New(rand.NewPCG(seed, 2))}
	day := calendar.DateOf(now).AddDays(-1)
	for cal := calendar.Default(); !cal.IsWorkingDay(day); {
		day = day.AddDays(-1)
	}
	w.earlier = day.At(10, 0, 0).UTC()
	w.p, _ = o.desk.Pathways.Get(form)
	if w.hash, err = o.gate.Passwords.Hash(ctx, password); err != nil {
		return nil, err
	}
	out := &ready{records: map[string][]string{}}
	for _, step := range []struct {
		what string
		make func(*ready, amounts) error
	}{
		{"what an earlier run left", w.putAway},
		{"limits told", w.caughtUp},
		{"people picked", w.sample},
		{"accounts", w.accounts},
		{"drafts", w.writing},
		{"records to decide", w.deciding},
		{"receipts", w.receipts},
		{"the large record", w.large},
	} {
		began := time.Now()
		if err := step.make(out, n); err != nil {
			return nil, err
		}
		say("  %s: %.1f s", step.what, time.Since(began).Seconds())
	}
	return out, nil
}

// putAway closes what an earlier run on the same data left open, and lets its
// workers go: boards would grow from run to run. It goes straight to the rows, as the
// data are good for nothing but this.
func (w *preparer) putAway(*ready, amounts) error {
	return w.desk.DB.Write(w.ctx, func(tx *store.Tx) error {
		const ours = `closed_at is null and not demo`
		for _, change := range []string{
			`update clock set stopped_at = $1 where stopped_at is null and cancelled = '' and record in (select id from record where ` + ours + `)`,
			`update record set closed_at = $1, next_due = null where ` + ours,
			`update worker set left_at = $1 where left_at is null and email like 'bench.%'`,
		} {
			if _, err := tx.Exec(change, w.now); err != nil {
				return err
			}
		}
		return nil
	})
}

// caughtUp tells whose limits ran out since the data was made, which the service
// would do all at once in its first minutes and never again.
func (w *preparer) caughtUp(*ready, amounts) error {
	for {
		told, err := w.desk.TellClocks(w.ctx, w.now)
		if err != nil || told == 0 {
			return err
		}
	}
}

// sample picks people and records: half spread over the whole of the data, half
// the newest, which people work on.
func (w *preparer) sample(out *ready, _ amounts) error {
	const probes, each = 20, 30
	err := w.desk.DB.Read(w.ctx, func(tx *store.Tx) error {
		if state, err := tx.GetMeta("demo"); err != nil || state != "filled" {
			return cmp.Or(err, fmt.Errorf("the data is not a finished demonstration (%q): make it with frontdoor demo --fill-only, and never measure on real records", state))
		}
		total := 0
		if err := tx.QueryRow(`select count(*) from record where pathway = $1`, form).Scan(&total); err != nil {
			return err
		}
		for i := range probes {
			offset := total * 2 * i / probes
			if i >= probes/2 {
				offset = max(0, total-(probes-i)*each)
			}
			rows, err := tx.Query(`select r.id, r.authority, n.given, n.family
				from (select id, authority from record where pathway = $1 order by created_at, id limit $2 offset $3) r
				join record_person rp on rp.record = r.id join person_name n on n.person = rp.person and n.place = 0`, form, each, offset)
			if err != nil {
				return err
			}
			for rows.Next() {
				var k known
				if err := rows.Scan(&k.record, &k.authority, &k.given, &k.family); err != nil {
					_ = rows.Close()
					return err
				}
				if k.given != "" && k.family != "" {
					w.people = append(w.people, k)
				}
			}
			if err := rows.Close(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(w.people) == 0 {
		return fmt.Errorf("the data holds nobody: make it with the demonstration or the county generator")
	}
	for _, k := range w.people {
		if !slices.Contains(out.records[k.authority], k.record) {
			out.records[k.authority] = append(out.records[k.authority], k.record)
		}
		if len([]rune(k.family)) > 3 {
			out.searches = append(out.searches, k.given+" "+misspell(k.family, w.r))
		}
	}
	return nil
}

// misspell gives a name with one mistake, as somebody writes it who heard it.
func misspell(name string, r *rand.Rand) string {
	for _, swap := range [][2]string{{"ph", "f"}, {"ck", "k"}, {"y", "i"}, {"ee", "ea"}, {"tt", "t"}, {"ll", "l"}, {"ie", "ei"}} {
		if strings.Contains(name, swap[0]) {
			return strings.Replace(name, swap[0], swap[1], 1)
		}
	}
	letters := []rune(name)
	i := 1 + r.IntN(len(letters)-2)
	letters[i], letters[i+1] = letters[i+1], letters[i]
	return string(letters)
}

// accounts makes workers of every role that is needed. The many who sign in
// again and again are of a team that no board lists.
func (w *preparer) accounts(out *ready, n amounts) error {
	add := func(into *[]account, count int, role, authority, team string) error {
		for range count {
			a, err := w.account(role, authority, team)
			if err != nil {
				return err
			}
			*into = append(*into, a)
		}
		return nil
	}
	for _, authority := range authorities {
		door := authority + "_front_door"
		if err := add(&out.officers, 8, "mash_social_worker", authority, door); err != nil {
			return err
		}
		if err := add(&out.managers, 3, "mash_manager", authority, door); err != nil {
			return err
		}
		if err := add(&out.referrers, 4, "referrer", authority, authority+"_schools"); err != nil {
			return err
		}
	}
	return add(&out.signers, n.signIns, "referrer", "thurrock", "thurrock_schools")
}

func (w *preparer) account(role, authority, teamID string) (account, error) {
	team, ok := w.desk.Place.Register.Team(teamID)
	if !ok {
		return account{}, fmt.Errorf("the partnership has no team %s", teamID)
	}
	given, family := w.name()
	id, _ := secret.NewToken()
	one, err := secret.NewOneTime("bench", "bench")
	if err != nil {
		return account{}, err
	}
	worker, _, err := w.gate.Add(w.ctx, "system", agency.Worker{
		Name: given + " " + family, Email: "bench." + strings.ToLower(id[:16]) + "@example.org", Agency: team.Agency, JobTitle: "Worker",
		Memberships: []agency.Membership{{Team: team.ID, Role: role}},
	}, w.earlier)
	if err != nil {
		return account{}, err
	}
	sealed, err := w.gate.Sealer.Seal([]byte(one.Secret), seal.Binding{Kind: "account", ID: worker.ID, Field: "totp"})
	if err != nil {
		return account{}, err
	}
	return account{worker, authority, one.Secret}, w.gate.DB.Write(w.ctx, func(tx *store.Tx) error {
		return tx.PutAccount(store.Account{Worker: worker.ID, PasswordHash: w.hash, PasswordAt: w.earlier, TOTPSecret: sealed, CreatedAt: w.earlier})
	})
}

// name is somebody's: names as they are spread in the data, put together anew.
func (w *preparer) name() (given, family string) {
	return w.people[w.r.IntN(len(w.people))].given, w.people[w.r.IntN(len(w.people))].family
}

var sentences = []string{
	"The children came without coats and without breakfast again this week, and the younger one was crying when nobody had come by four.",
	"I heard shouting late in the evening, and a child who cried for a long time. It is the third time this month that I have heard it.",
	"Mum is very tired and says that she cannot cope at the moment. She has nobody near by, and the baby is not sleeping.",
	"The flat is cold and there is little to eat towards the end of the month. The older one fetches the younger ones from school.",
}

// told is a worry by somebody without an account.
func (w *preparer) told(authority string) answer.Set {
	given := map[string]any{
		"danger": "no", "where_known": "area", "child_area": authority, "sender_kind": "family_public",
		"public_saw": sentences[w.r.IntN(len(sentences))], "lives_with": "Their mum and dad.", "how_know": "I live near by.", "stay_anonymous": "yes",
		"children": w.children(nil),
	}
	return answer.Given(given)
}

func (w *preparer) children(more map[string]any) []any {
	_, family := w.name()
	street := fmt.Sprintf("%d %s Road", 1+w.r.IntN(180), family)
	code := fmt.Sprintf("RM16 9%c%c", "ABDEFGHJLN"[w.r.IntN(10)], "PQRSTUWXYZ"[w.r.IntN(10)])
	var rows []any
	for range 1 + w.r.IntN(3) {
		given, _ := w.name()
		born := calendar.DateOf(w.now).AddDays(-400 - w.r.IntN(16*365))
		row := map[string]any{
			"given_names": given, "family_name": family, "born": born.String(), "sex": []string{"F", "M"}[w.r.IntN(2)],
			"home_address": map[string]any{"line1": street, "postcode": code},
		}
		for k, v := range more {
			row[k] = v
		}
		rows = append(rows, row)
	}
	return rows
}

// referred is what a professional sends: everything the long form asks.
func (w *preparer) referred(authority string) answer.Set {
	unknown := func(why string) map[string]any { return map[string]any{"not_known": why} }
	return answer.Given(map[string]any{
		"danger": "no", "sender_kind": "professional", "where_known": "area", "child_area": authority, "purpose": "concern", "urgency": "days",
		"known_at": calendar.DateOf(w.earlier).String(), "verbal_first": "no", "adults_known": "no", "no_adult_reason": "They are not on our list.",
		"father_elsewhere": "not_known", "worry_reported": unknown("Nobody has told us more"), "red_flags": []any{"none"}, "injury": "no",
		"history": unknown("We hold nothing earlier"), "help_tried": unknown("We do not know of any"), "parents_told": "yes", "child_told": "not_known",
		"consent": "verbal", "consent_by": "The mother, by phone", "consent_scope": "That the front door may ask the school, health and other services.",
		"referrer_name": "A made-up professional", "referrer_role": "Safeguarding lead", "referrer_agency": "An example agency", "referrer_source": "2A",
		"referrer_phone": "01632 960199", "sender_email": "sender@example.org", "dsl_copied": "yes",
		"worry_facts": sentences[w.r.IntN(len(sentences))], "worry_opinion": "The family may need help.", "concerns": []any{"neglect"},
		"level_proposed": "2", "level_reason": "What was seen.",
		"children": w.children(map[string]any{
			"unborn": "no", "born_estimated": "no", "home_disclosure": "open", "school": unknown("Not known to the sender"), "ethnicity": "NOBT",
			"religion": unknown("Nobody has asked"), "first_language": "English", "interpreter": "no", "disability": []any{"NONE"},
			"at_home_now": "not_known", "with_now": unknown("Not known at this moment"), "gp": unknown("The sender does not hold it"),
			"health_worker": unknown("The sender does not hold it"), "plans": []any{"none"}, "earlier_referrals": unknown("The sender does not know"),
			"seen_alone": "not_known", "own_words": unknown("Nobody has spoken with the child alone yet"),
		}),
	})
}

// writing makes drafts: those that can be sent as they are, and those that are
// being typed. Half are by visitors, half by professionals who are signed in.
func (w *preparer) writing(out *ready, n amounts) error {
	for i := range n.watched + n.sends + n.drafts {
		// All of one front door come first, for a board to watch.
		authority := authorities[w.r.IntN(len(authorities))]
		if i < n.watched {
			authority, out.thurrock = "thurrock", i+1
		}
		d, err := w.draft(out, authority, i%2 == 0)
		if err != nil {
			return err
		}
		if i < n.watched+n.sends {
			out.sends = append(out.sends, d)
		} else {
			out.drafts = append(out.drafts, d)
		}
	}
	return nil
}

func (w *preparer) draft(out *ready, authority string, public bool) (draft, error) {
	if public {
		_, id, token, err := w.visitor(w.now)
		if err != nil {
			return draft{}, err
		}
		d := draft{cookie: "frontdoor_return=" + token, field: "public_saw"}
		return w.start(d, casework.ByVisitor(id, w.now), w.told(authority))
	}
	d := draft{referrer: w.r.IntN(len(out.referrers)), field: "worry_facts"}
	return w.start(d, casework.ByWorker(out.referrers[d.referrer].worker, &w.desk.Place.Register, w.now), w.referred(authority))
}

func (w *preparer) visitor(at time.Time) (code, id, token string, err error) {
	return w.gate.NewVisitor(w.ctx, signin.Source{Addr: "127.0.0.1", Device: "A browser"}, at)
}

func (w *preparer) start(d draft, by casework.By, answers answer.Set) (draft, error) {
	dr, err := w.desk.StartDraft(w.ctx, by, form, answers)
	if err != nil {
		return d, err
	}
	d.id, d.page = dr.ID, w.pageOf(d.field)
	if gaps := w.p.Missing(w.desk.DraftFacts(by, dr)); len(gaps) > 0 {
		return d, fmt.Errorf("what is ready to send lacks answers: %v", gaps)
	}
	return d, nil
}

// pageOf is the page of the form that asks a question.
func (w *preparer) pageOf(question string) string {
	for _, page := range w.p.Pages {
		for _, q := range page.Questions {
			if q.ID == question {
				return page.ID
			}
		}
	}
	return ""
}

// deciding makes records that were rated and looked into and now wait for a
// manager to decide.
func (w *preparer) deciding(out *ready, n amounts) error {
	reg := &w.desk.Place.Register
	for i := range n.decisions {
		m := i % len(out.managers)
		boss := out.managers[m]
		rec, children, err := w.begin(boss.authority, w.earlier)
		if err != nil {
			return err
		}
		social := casework.ByWorker(out.officers[slices.IndexFunc(out.officers, func(a account) bool { return a.authority == boss.authority })].worker, reg, w.earlier.Add(40*time.Minute))
		took, err := w.desk.TakeStep(w.ctx, social, rec, "screen", 1, answer.Set{"rating": answer.Text("green"), "rating_reason": answer.Text("What is told fits this rating.")})
		if err != nil {
			return fmt.Errorf("rating: %w", err)
		}
		if _, _, err := w.desk.Known(w.ctx, casework.ByWorker(boss.worker, reg, w.earlier.Add(time.Hour)), rec); err != nil {
			return fmt.Errorf("looking at what is known: %w", err)
		}
		out.decisions = append(out.decisions, due{rec, m, took.Revision, children})
	}
	return nil
}

func (w *preparer) begin(authority string, at time.Time) (id string, children int, err error) {
	by := casework.ByVisitor(fmt.Sprintf("bench-%d", w.r.Uint64()), at)
	answers := w.told(authority)
	rec, err := w.desk.Begin(w.ctx, by, form, casework.Beginning{Authority: authority, Step: "submit", Answers: answers})
	return rec.ID, len(answers.Rows("children")), err
}

// receipts makes records that were sent by people without an account.
func (w *preparer) receipts(out *ready, n amounts) error {
	for range n.codes {
		code, id, _, err := w.visitor(w.earlier)
		if err != nil {
			return err
		}
		by := casework.ByVisitor(id, w.earlier)
		dr, err := w.desk.StartDraft(w.ctx, by, form, w.told(authorities[w.r.IntN(len(authorities))]))
		if err != nil {
			return err
		}
		got, err := w.desk.Send(w.ctx, by, dr.ID, id)
		if err != nil {
			return err
		}
		out.receipts = append(out.receipts, receipt{got.Reference, code, got.Record.ID})
	}
	return nil
}

// large makes the record with many revisions: a worry that is corrected all day.
func (w *preparer) large(out *ready, _ amounts) error {
	rec, _, err := w.begin("thurrock", w.earlier)
	if err != nil {
		return err
	}
	by := casework.ByWorker(out.officers[0].worker, &w.desk.Place.Register, w.earlier.Add(time.Hour))
	for i := 1; i < bigRevisions; i++ {
		by.Now = by.Now.Add(10 * time.Second)
		changes := answer.Set{"public_saw": answer.Text(fmt.Sprintf("%s Said %d times.", sentences[i%len(sentences)], i))}
		if _, err := w.desk.Answer(w.ctx, by, rec, i, changes, "More was told by phone."); err != nil {
			return fmt.Errorf("the large record: %w", err)
		}
	}
	out.big = rec
	return nil
}
