package report_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/partnership"
	"frontdoor/internal/record"
	"frontdoor/internal/report"
	"frontdoor/internal/store"
	"frontdoor/reports"
)

var update = flag.Bool("update", false, "write the golden files of reports anew")

// office is a desk at some moment, with people at work.
type office struct {
	*casework.Desk
	t   *testing.T
	now time.Time
}

func (o office) later(d time.Duration) office {
	o.now = o.now.Add(d)
	return o
}

func (o office) by(role, kind string) casework.By {
	o.t.Helper()
	w := caseworktest.Worker(o.t, o.Desk, role+kind, role, "thurrock", kind)
	return casework.ByWorker(w, &o.Place.Register, o.now)
}

// worry is a neighbour's worry about one child.
func (o office) worry(authority, given string) record.Record {
	o.t.Helper()
	rec, err := o.Begin(o.t.Context(), casework.ByVisitor("v", o.now), "referral", casework.Beginning{Authority: authority, Step: "submit", Answers: answer.Set{
		"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text(authority),
		"public_saw": answer.Text("He was outside on his own."), "public_when": answer.Text("Most evenings"), "children": answer.List("r1"),
		"children/r1/given_names": answer.Text(given), "children/r1/family_name": answer.Text("Sample"), "lives_with": answer.Text("His mum"),
		"how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
	}})
	if err != nil {
		o.t.Fatal(err, fault.SafeText(err))
	}
	return rec
}

func (o office) take(by casework.By, id, step string, changes answer.Set) {
	o.t.Helper()
	if step == "decide" || step == "evaluate" {
		if _, _, err := o.Known(o.t.Context(), by, id); err != nil {
			o.t.Fatal(err)
		}
	}
	if _, err := o.TakeStep(o.t.Context(), by, id, step, 0, changes); err != nil {
		o.t.Fatal(step, err, fault.SafeText(err))
	}
}

// decide rates a record and decides it.
func (o office) decide(id string) {
	o.t.Helper()
	manager := o.by("mash_manager", "")
	o.take(manager, id, "screen", answer.Set{"rating": answer.Text("green"), "rating_reason": answer.Text("No harm seen")})
	o.take(manager, id, "decide", answer.Set{
		"decision_consent": answer.Text("not_needed"), "decision_consent_words": answer.Text("Nothing is decided that needs it"),
		"children/r1/outcome": answer.Text("advice"), "children/r1/level_decided": answer.Text("1"), "children/r1/rationale": answer.Text("The family centre sees them"),
	})
}

func (o office) tell(id string) {
	o.t.Helper()
	o.take(o.by("mash_officer", ""), id, "send_outcome", answer.Set{
		"referrer_words": answer.Text("Thank you. Someone is helping."), "parents_letter": answer.Text("not_send"),
		"parents_not_told": answer.Text("It could put the child at risk."), "child_told_how": answer.Text("Not told: too young"),
	})
}

// ask asks agencies, and gives the request of each.
func (o office) ask(id string, kinds ...string) map[string]string {
	o.t.Helper()
	manager := o.by("mash_manager", "")
	o.take(manager, id, "screen", answer.Set{"rating": answer.Text("red"), "rating_reason": answer.Text("A real worry")})
	o.take(manager, id, "ask_agencies", answer.Set{
		"agencies_asked": answer.List(kinds...), "check_questions": answer.List("known"), "check_consent": answer.Text("agreed"),
		"check_consent_words": answer.Text("Mother, today"), "check_basis": answer.Text("ca1989_47"), "check_ring": answer.Text("Mina"),
	})
	out := map[string]string{}
	err := o.DB.Read(o.t.Context(), func(tx *store.Tx) error {
		started, err := tx.RecordsStartedBy(id)
		for _, r := range started {
			out[r.Each] = r.ID
		}
		return err
	})
	if err != nil || len(out) != len(kinds) {
		o.t.Fatalf("asked %v, %v", out, err)
	}
	return out
}

// answers is an agency's step on its request.
func (o office) answers(kind string, asked map[string]string, step string, changes answer.Set) {
	o.t.Helper()
	o.take(o.by("researcher", kind), asked[kind], step, changes)
}

// child is the person a record is about.
func (o office) child(id string) string {
	o.t.Helper()
	var people []store.RecordPerson
	err := o.DB.Read(o.t.Context(), func(tx *store.Tx) (err error) {
		people, err = tx.PeopleOf(id)
		return err
	})
	if err != nil || len(people) != 1 {
		o.t.Fatalf("people %v, %v", people, err)
	}
	return people[0].Person.ID
}

// same says that the children of two records are one.
func (o office) same(a, b string) {
	o.t.Helper()
	if err := o.LinkPerson(o.t.Context(), o.by("mash_officer", ""), a, o.child(a), o.child(b), "Same mother and school"); err != nil {
		o.t.Fatal(err)
	}
}

var names = []string{"Archie", "Bella", "Corin", "Dilys", "Edwin", "Fenna", "Gwil", "Hattie", "Idris", "Juno", "Kester", "Lowri", "Manny", "Nesta"}

const week = 7 * 24 * time.Hour

// unhidden are the numbers of a report's only row, before anything is hidden, after
// the words of the page.
func unhidden(t *testing.T, d *casework.Desk, name string, p report.Params, now time.Time) string {
	t.Helper()
	r := shipped(t, name)
	var out string
	err := d.DB.Read(t.Context(), func(tx *store.Tx) error {
		got, err := tx.Report(report.Query(r, p.Whole(), now))
		if err == nil && len(got.Rows) == 1 {
			out = strings.Join(got.Rows[0], " ")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// work is four weeks of a front door, around the middle of March.
func (o office) work() {
	// A contact a year before, and one of thirteen months before, about the first child.
	long := o.later(-13*30*24*time.Hour).worry("thurrock", "Older")
	past := o.later(-300*24*time.Hour).worry("thurrock", "Earlier")
	var first []string
	// Two in the week before: a row of few.
	o.later(-week).worry("thurrock", "Quill")
	o.later(-week).worry("thurrock", "Rhona")
	// Six decided in time, five of whose senders were told; four decided late; five not decided.
	for i := range 6 {
		rec := o.worry("thurrock", names[i])
		first = append(first, rec.ID)
		o.later(time.Hour).decide(rec.ID)
		if i < 5 {
			o.later(2 * time.Hour).tell(rec.ID)
		}
	}
	for i := range 5 {
		o.worry("essex", "Ess"+names[i])
		o.worry("thurrock", "Late"+names[i])
	}
	// Police answer late, health never.
	asked := o.later(time.Hour).ask(o.worry("thurrock", "Asked").ID, "police", "health")
	o.later(3*24*time.Hour).answers("police", asked, "give_detail", answer.Set{"detail_facts": answer.Text("Known since 2024")})
	late := o.worry("thurrock", "Latest")
	o.later(3 * 24 * time.Hour).decide(late.ID)
	// A week on: six, of whom five wait; one request to police for each, and some to health.
	o = o.later(week)
	var second []string
	for i := range 6 {
		rec := o.worry("thurrock", names[i])
		second = append(second, rec.ID)
		if i == 5 {
			o.later(10 * time.Minute).decide(rec.ID)
			continue
		}
		kinds := []string{"police"}
		if i < 3 {
			kinds = append(kinds, "health")
		}
		asked := o.later(time.Minute).ask(rec.ID, kinds...)
		o.later(2*time.Minute).answers("police", asked, "say_not_known", nil)
		switch i { // of the other, nothing has come yet
		case 0:
			o.later(2*time.Minute).answers("health", asked, "decline", answer.Set{
				"decline_reason": answer.Text("not_lawful"), "decline_words": answer.Text("We may not."), "decline_who": answer.Text("The records lead"),
			})
		case 1:
			back := o.later(2 * time.Minute)
			back.take(back.by("mash_officer", ""), asked["health"], "take_back", answer.Set{"take_back_reason": answer.Text("Asked the wrong team")})
		}
	}
	// The first five came back; the first of them for the third time in a year.
	for i := range 5 {
		o.same(second[i], first[i])
	}
	o.same(first[0], past.ID)
	o.same(first[0], long.ID)
}

// numbers are what each query gives for the whole time, before anything is
// hidden, without the names of columns.
var numbers = map[string][]string{
	"decisions":          {"essex 5 0 0 0 5", "thurrock 21 7 1 5 8"},
	"feedback":           {"thurrock 8 5 0 1 2"},
	"agency_answers":     {"thurrock health 4 0 0 1 1 1 1", "thurrock police 6 5 1 0 0 0 0"},
	"allegations":        {"essex chosen 1 1 0 0 0 0 0", "thurrock before 6 1 5 0 0 0 0", "thurrock chosen 14 2 5 1 0 5 1"},
	"missing_children":   {"thurrock 5 5 0 0"},
	"missing_interviews": {"thurrock 4 1 1 1 0 0 1 4 2 1 1"},
	"missing_signs": {
		"thurrock criminal 5 2 3", "thurrock gang 5 0 5", "thurrock money 5 1 4", "thurrock none 5 2 3", "thurrock older 5 1 4",
		"thurrock online 5 1 4", "thurrock sexual 5 0 5", "thurrock trafficked 5 0 5", "thurrock travel 5 0 5",
	},
	"allegation_alternatives": {
		"thurrock duties 6 1 5", "thurrock home 6 0 6", "thurrock leave 6 0 6", "thurrock none 6 3 3", "thurrock site 6 1 5", "thurrock supervision 6 2 4",
	},
	"allegation_criteria": {
		"essex HARM 1 0 1", "essex OFFENCE 1 0 1", "essex RISK 1 0 1", "essex SUIT 1 0 1", "essex outside 1 0 1",
		"thurrock HARM 14 5 9", "thurrock OFFENCE 14 2 12", "thurrock RISK 14 2 12", "thurrock SUIT 14 1 13", "thurrock outside 14 1 13",
	},
	"allegation_kinds":    {"thurrock 7 0 0 1 0 0 0 6"},
	"allegation_lengths":  {"thurrock 6 1 5 4 4"},
	"allegation_meetings": {"thurrock 8 2 0 1 5 0 2 1 1 0 0"},
	"allegation_senders":  {"essex 1 0 0 0 0 1", "thurrock 14 0 0 0 0 14"},
	"allegation_strands": {
		"essex employer 1 0 0 0 1", "essex police 1 0 0 0 1", "essex social_care 1 0 0 0 1",
		"thurrock employer 14 0 0 1 13", "thurrock police 14 1 1 1 11", "thurrock social_care 14 0 0 1 13",
	},
	"allegation_suspensions": {"essex 1 0 0 0 0 1", "thurrock 14 2 1 1 1 9"},
	"allegation_sectors":     {"essex 1 0 0 0 0 0 1 0", "thurrock 14 6 1 1 1 1 3 1"},
	"allegation_outcomes":    {"thurrock 7 2 1 1 0 1 0 2"},
	"allegation_times":       {"thurrock 6 1 0 0 0 5"},
	"allegation_replies":     {"essex 1 0 0 0 1", "thurrock 14 10 2 0 2"},
	"allegation_duties":      {"thurrock 2 1 0 1 0"},
	"audit_gaps": {
		"thurrock assessing 6 0 6", "thurrock carers 6 0 6", "thurrock challenge 6 0 6", "thurrock delay 6 0 6", "thurrock history 6 5 1", "thurrock identity 6 0 6",
		"thurrock none 6 1 5", "thurrock planning 6 0 6", "thurrock recording 6 5 1", "thurrock sharing 6 0 6", "thurrock voice 6 0 6",
	},
	"audit_grades": {
		"thurrock health  7 1 6", "thurrock health good 7 4 3", "thurrock health needs 7 1 6", "thurrock health strong 7 1 6",
		"thurrock social_care  7 1 6", "thurrock social_care needs 7 5 2", "thurrock social_care poor 7 1 6",
	},
	"audit_themes":    {"essex neglect  1 1 0", "thurrock exploitation  1 1 0", "thurrock neglect good 6 1 5", "thurrock neglect needs 6 5 1"},
	"repeat_contacts": {"essex 5 5 0 0", "thurrock 16 11 4 1"},
	"exploitation_levels": {
		"essex all 1 0 0 0 1 0", "essex criminal 1 0 0 0 1 0", "essex labour 1 0 0 0 0 1", "essex online 1 0 0 0 0 1", "essex other 1 0 0 0 0 1", "essex partner 1 0 0 0 0 1",
		"essex party 1 0 0 0 0 1", "essex peers 1 0 0 0 0 1", "essex sexual 1 0 0 0 0 1", "essex trafficking 1 0 0 0 0 1",
		"thurrock all 7 3 2 1 1 0", "thurrock criminal 7 2 1 0 1 3", "thurrock labour 7 0 0 0 0 7", "thurrock online 7 0 1 0 0 6", "thurrock other 7 0 0 0 0 7", "thurrock partner 7 0 0 0 0 7",
		"thurrock party 7 0 0 0 0 7", "thurrock peers 7 1 0 0 0 6", "thurrock sexual 7 0 1 1 0 5", "thurrock trafficking 7 0 0 0 0 7",
	},
	"exploitation_changes":   {"essex 1 0 0 0 0 1", "thurrock 6 2 1 1 1 1"},
	"marac_cases":            {"thurrock 5 3 2 0 5 4 1"},
	"marac_referrals":        {"essex 1 0 0 0 0 0 0 0 0 0 0 0 0 1", "thurrock 7 3 1 0 0 2 0 0 0 0 0 0 0 1"},
	"child_deaths":           {"thurrock before 1 0 1 0 0 0 0 0 0", "thurrock chosen 8 5 2 0 1 5 3 1 1"},
	"child_death_times":      {"thurrock before 0 0 0  1 1 0", "thurrock chosen 5 4 1 252 2 1 1"},
	"child_death_categories": {"thurrock 5 0 0 1 1 0 0 0 2 0 1"},
}

func TestGolden(t *testing.T) {
	t.Parallel()
	all, err := report.Load(reports.FS)
	if err != nil {
		t.Fatal(err)
	}
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		o := office{d, t, caseworktest.Start}
		o.work()
		o.allegations()
		o.missing()
		o.audits()
		o.exploited()
		o.maracs()
		o.deaths()
		now := o.now.Add(week + 10*time.Minute)
		p := report.LastWeeks(now)
		for _, r := range all {
			table, err := report.Run(t.Context(), d.DB, o.Place, r, p, now)
			if err != nil {
				t.Errorf("%s: %v", r.Name, err)
				continue
			}
			var got bytes.Buffer
			if err := table.CSV(&got); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("../../reports", r.Name, "golden.csv")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Errorf("%v: run the test with -update, and read every number", err)
			}
			if got.String() != string(want) {
				t.Errorf("%s:\n%swant\n%s", r.Name, got.String(), want)
			}
			var raw []string
			err = d.DB.Read(t.Context(), func(tx *store.Tx) error {
				got, err := tx.Report(report.Query(r, p.Whole(), now))
				for _, row := range got.Rows {
					raw = append(raw, strings.Join(row, " "))
				}
				return err
			})
			if slices.Sort(raw); err != nil || !slices.Equal(raw, numbers[r.Name]) {
				t.Errorf("%s: %q, want %q (%v)", r.Name, raw, numbers[r.Name], err)
			}
			// One authority alone gives its own rows and no others.
			p := p
			p.Authority = "essex"
			alone, err := report.Run(t.Context(), d.DB, o.Place, r, p, now)
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			for _, line := range strings.Split(got.String(), "\n") {
				if strings.Contains(line, "Essex County Council") {
					rows++
				}
			}
			if len(alone.Rows) != rows {
				t.Errorf("%s of Essex has %d rows, want %d", r.Name, len(alone.Rows), rows)
			}
		}
	})
}

func TestWholeWeeks(t *testing.T) {
	t.Parallel()
	date := func(s string) calendar.Date {
		d, err := calendar.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range [][4]string{
		{"2026-03-16", "2026-03-22", "2026-03-16", "2026-03-22"}, // Monday to Sunday
		{"2026-03-22", "2026-03-23", "2026-03-16", "2026-03-29"},
		{"2026-03-18", "2026-03-18", "2026-03-16", "2026-03-22"},
	} {
		got := report.Params{From: date(c[0]), To: date(c[1])}.Whole()
		if got.From.String() != c[2] || got.To.String() != c[3] {
			t.Errorf("%v widened to %s and %s", c, got.From, got.To)
		}
	}
	for dates, ok := range map[[2]string]bool{
		{"2026-03-18", "2026-03-17"}: false, {"2026-03-18", "2026-03-18"}: true,
		{"2028-01-01", "2028-12-31"}: true, {"2026-01-01", "2027-01-01"}: false,
	} {
		if wrong := (report.Params{From: date(dates[0]), To: date(dates[1])}).Check(); (len(wrong) == 0) != ok {
			t.Errorf("%v: %v", dates, wrong)
		}
	}
}

// Weeks begin at midnight in London, also in summer.
func TestWeeksAreLondonWeeks(t *testing.T) {
	t.Parallel()
	o := office{caseworktest.Open(t), t, time.Date(2026, 7, 5, 22, 59, 0, 0, time.UTC)} // Sunday 23:59
	for i := range 5 {
		o.worry("thurrock", names[i])
	}
	o = o.later(time.Minute)
	for i := range 6 {
		o.worry("thurrock", names[5+i])
	}
	r := shipped(t, "decisions")
	table, err := report.Run(t.Context(), o.DB, o.Place, r, report.LastWeeks(o.now), o.now)
	if err != nil || len(table.Rows) != 2 {
		t.Fatalf("%+v, %v", table, err)
	}
	for i, want := range []string{"29 Jun 2026 5", "6 Jul 2026 6"} {
		if got := table.Rows[i][0].Text + " " + table.Rows[i][2].Text; got != want {
			t.Errorf("row %d is %s, want %s", i, got, want)
		}
	}
}

func shipped(t *testing.T, name string) *report.Report {
	t.Helper()
	all, err := report.Load(reports.FS)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("there is no report %s", name)
	return nil
}

const wordsOf = `report: one
title: One
about: What is there?
columns:
  - { id: authority, title: Authority, kind: authority, explain: Whose it is. }
  - { id: all, title: All, kind: count, explain: All of them. }
  - { id: some, title: Some, kind: count, of: all, explain: Some of them. }
  - { id: rest, title: The rest, kind: count, of: all, explain: The others. }
  - { id: share, title: Some, kind: percent, part: some, of: all, explain: How many of them. }
`

const bounds = ` from period where period.from_at < period.to_at and period.authority = ''`

func one(words, query string) (*report.Report, error) {
	all, err := report.Load(fstest.MapFS{"one/report.yaml": {Data: []byte(words)}, "one/query.sql": {Data: []byte(query)}})
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

func TestFaultsAreNamed(t *testing.T) {
	t.Parallel()
	good := `select 'essex' as authority, 9 as "all", 4 as some, 5 as rest` + bounds
	if _, err := one(wordsOf, good); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ from, to, query, want string }{
		"another name":    {"report: one", "report: two", good, "one/report.yaml, line 1: The report is named “two”"},
		"no title":        {"title: One\n", "", good, "Give the report a title"},
		"unknown name":    {"about:", "aboot:", good, "one/report.yaml, line 3"},
		"a name as text":  {"kind: authority", "kind: text", good, "line 5: Column “authority”: the kind is"},
		"not explained":   {"explain: Some of them.", `explain: ""`, good, "line 7: Column “some”: give it a title"},
		"twice":           {"id: some", "id: all", good, "line 7: Column “all”: an id"},
		"part of a part":  {"id: rest, title: The rest, kind: count, of: all", "id: rest, title: The rest, kind: count, of: some", good, "line 8: Column “rest”"},
		"days of nothing": {"kind: percent, part: some, of: all", "kind: days", good, "line 9: Column “share”: “of” names the count"},
		"no choices":      {"kind: authority", "kind: choice", good, "line 5: Column “authority”: a choice"},
		"share of a part": {"part: some, of: all", "part: all, of: some", good, "line 9: Column “share”"},
		"no number":       {"kind: count", "kind: authority", good, "at least one column of kind count"},
		"not a select":    {"", "", "delete from record" + bounds, "one/query.sql: A report is a single select"},
		"two":             {"", "", good + "; delete from record", "without “;”"},
		"a placeholder":   {"", "", good + " and 1 = $3", "not from “$1”"},
		"no end":          {"", "", "select 1 from period where period.from_at = period.authority", "Nothing reads period.to_at"},
		"said in comment": {"", "", "-- period.to_at\nselect 1 from period where period.from_at = period.authority", "Nothing reads period.to_at"},
	} {
		_, err := one(strings.ReplaceAll(wordsOf, c.from, c.to), c.query)
		if c.from == "" {
			_, err = one(wordsOf, c.query)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// What gets past the look at the text does not get past the database.
func TestOnlyASelectOfItsColumns(t *testing.T) {
	t.Parallel()
	caseworktest.Each(t, func(t *testing.T, d *casework.Desk) {
		run := func(query string) (*report.Table, error) {
			r, err := one(wordsOf, query)
			if err != nil {
				t.Fatal(err)
			}
			return report.Run(t.Context(), d.DB, d.Place, r, report.LastWeeks(caseworktest.Start), caseworktest.Start)
		}
		for name, query := range map[string]string{
			"writes":              `with gone as (delete from draft returning id) select 'essex' as authority, 9 as "all", 4 as some, 5 as rest` + bounds,
			"leaves its brackets": `select 1 as authority) x, (select 2 as n` + bounds,
			"other columns":       `select 'essex' as authority, 9 as "all", 4 as some, 5 as others` + bounds,
			"not a number":        `select 'essex' as authority, 'Archie' as "all", 4 as some, 5 as rest` + bounds,
			"does not add up":     `select 'essex' as authority, 9 as "all", 4 as some, 6 as rest` + bounds,
			"too many rows": `with recursive many (n) as (select 1 union all select n + 1 from many where n < 5001)
				select 'essex' as authority, 9 as "all", 4 as some, 5 as rest from many cross join period
				where period.from_at < period.to_at and period.authority = ''`,
		} {
			if table, err := run(query); err == nil {
				t.Errorf("%s: gave %+v", name, table.Rows)
			}
		}
		// A word that is in no list does not reach the page.
		table, err := run(`select 'Archie Sample' as authority, 50 as "all", 20 as some, 30 as rest` + bounds)
		if err != nil || len(table.Rows) != 1 || table.Rows[0][0].Text != "No longer listed" || table.Rows[0][4].Text != "40%" {
			t.Errorf("%+v, %v", table, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := report.Run(ctx, d.DB, d.Place, shipped(t, "decisions"), report.LastWeeks(caseworktest.Start), caseworktest.Start); err == nil {
			t.Error("ran on after it was stopped")
		}
	})
}

// Grades are called and stand as the partnership set them; one that it took away is not told.
func TestOwnGrades(t *testing.T) {
	t.Parallel()
	d := caseworktest.Open(t)
	place := *d.Place
	place.Grades = []partnership.Band{{ID: "good", Label: "Great"}, {ID: "poor", Label: "Bad"}}
	words := strings.Replace(wordsOf, "columns:\n", "columns:\n  - { id: grade, title: Grade, kind: grade, explain: What was agreed. }\n", 1)
	r, err := one(words, `select x.grade as grade, 'essex' as authority, 9 as "all", 9 as some, 0 as rest from (
		select '' as grade union all select 'poor' union all select 'strong' union all select 'good') x cross join period
		where period.from_at < period.to_at and period.authority = ''`)
	if err != nil {
		t.Fatal(err)
	}
	table, err := report.Run(t.Context(), d.DB, &place, r, report.LastWeeks(caseworktest.Start), caseworktest.Start)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range table.Rows {
		got = append(got, row[0].Text)
	}
	if want := []string{"Great", "Bad", "No longer listed", "Not settled"}; !slices.Equal(got, want) {
		t.Errorf("grades are %q, want %q", got, want)
	}
}

// Six that are counted again in each row of a choice: what one row cannot show, no other shows
// for it. Another authority and other numbers are as they were.
func TestRowsOfAChoiceHideTheirWholeTogether(t *testing.T) {
	t.Parallel()
	d := caseworktest.Open(t)
	words := strings.Replace(wordsOf, "columns:\n", "columns:\n  - { id: about, title: About, kind: choice, explain: What it is., choices: [{ is: b, label: Second }, { is: a, label: First }, { is: c, label: Third }, { is: y, label: Year }] }\n", 1)
	r, err := one(words, `select x.about as about, x.authority as authority, x.n as "all", x.some as some, x.n - x.some as rest from (
		select 'a' as about, 'essex' as authority, 6 as n, 1 as some union all select 'b', 'essex', 6, 6 union all select 'c', 'essex', 6, 3
		union all select 'y', 'essex', 20, 8 union all select 'a', 'thurrock', 6, 6) x cross join period
		where period.from_at < period.to_at and period.authority = ''`)
	if err != nil {
		t.Fatal(err)
	}
	table, err := report.Run(t.Context(), d.DB, d.Place, r, report.LastWeeks(caseworktest.Start), caseworktest.Start)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range table.Rows {
		var line []string
		for _, c := range row {
			line = append(line, c.Text)
		}
		got = append(got, strings.Join(line, ", "))
	}
	if want := []string{
		"Second, Essex County Council, hidden, hidden, 0, hidden",
		"First, Essex County Council, hidden, fewer than 5, hidden, hidden",
		"First, Thurrock Council, 6, 6, 0, 100%",
		"Third, Essex County Council, hidden, fewer than 5, fewer than 5, hidden",
		"Year, Essex County Council, 20, 8, 12, 40%",
	}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
