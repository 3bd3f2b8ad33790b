package county

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/internal/person"
	"frontdoor/internal/seal"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// now is in the middle of a Wednesday, and not on a whole second.
var now = time.Date(2026, 11, 18, 14, 20, 31, 123456789, time.UTC)

// once holds the templates, which are played once for all tests.
var once struct {
	sync.Once
	list  []*template
	posts map[post]agency.Worker
	err   error
}

// fill makes a small county with its workers.
func fill(t *testing.T, db *store.DB, people int) (*casework.Desk, Known) {
	t.Helper()
	desk := caseworktest.Desk(t, db)
	begin := now.AddDate(-years, 0, -7)
	if err := AddStaff(t.Context(), desk, &signin.Gate{DB: db, Sealer: desk.Sealer}, 1, begin); err != nil {
		t.Fatal(err)
	}
	once.Do(func() { once.list, once.posts, once.err = templates(t.Context(), desk, true) })
	if once.err != nil {
		t.Fatal(once.err)
	}
	known, err := fillFrom(t.Context(), desk, Options{Now: now, People: people, Seed: 1}, once.list, once.posts)
	if err != nil {
		t.Fatal(err)
	}
	return desk, known
}

// verified fails the test when the database is not as it was written.
func verified(t *testing.T, desk *casework.Desk, records int) {
	t.Helper()
	key, err := audit.NewKey("frontdoor/test", []byte("a key for tests, 32 bytes long.."))
	if err != nil {
		t.Fatal(err)
	}
	n, differences, err := desk.Verify(t.Context(), key.Public(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if n != records {
		t.Errorf("%d records verified, want %d", n, records)
	}
	for i, d := range differences {
		if i == 20 {
			t.Fatalf("and %d more", len(differences)-i)
		}
		t.Errorf("%s: %s", d.What, d.Text)
	}
}

func TestACounty(t *testing.T) {
	t.Parallel()
	var first string
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		desk, known := fill(t, db, 400)
		verified(t, desk, known.Records)
		if known.People < 400 || known.People > 410 || known.Records < 190 || known.Records > 260 {
			t.Errorf("%d people and %d records", known.People, known.Records)
		}
		// The same seed makes the same, in another database of another engine.
		content := digest(t, db)
		if first == "" {
			first = content
		} else if content != first {
			t.Error("the same seed made another county")
		}
		answersAreWhole(t, desk)
		workGoesOn(t, desk, known)
	})
}

// workGoesOn takes up a record of the county as its own workers do.
func workGoesOn(t *testing.T, desk *casework.Desk, known Known) {
	t.Helper()
	if len(known.Long) != 3 {
		t.Fatalf("%d records with many revisions, want one at each front door", len(known.Long))
	}
	team, err := readStaff(t.Context(), desk, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range known.Long {
		if want := LongReference(desk.Place.Letters(p.Authority)); p.Reference != want {
			t.Errorf("reference %s, want %s", p.Reference, want)
		}
		who := workerOf(t, desk, team.posts[post{p.Authority + "_front_door", "mash_social_worker"}][0])
		by := casework.ByWorker(who, &desk.Place.Register, now)
		v, err := desk.Open(t.Context(), by, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if v.Record.Revision != LongRevisions {
			t.Errorf("%s has %d revisions", p.Reference, v.Record.Revision)
		}
		rec, err := desk.TakeStep(t.Context(), by, p.ID, "conversation", v.Record.Revision, answer.Set{
			"talk_with": answer.Text("The school"), "talk_at": answer.Text(calendar.Wall(now.Add(-time.Hour))), "talk_words": answer.Text("All is well."),
		})
		if err != nil || rec.Revision != LongRevisions+1 {
			t.Errorf("revision %d, %v", rec.Revision, err)
		}
		known, _, err := desk.Known(t.Context(), by, p.ID)
		if err != nil || len(known.People) == 0 {
			t.Errorf("%v people are known, %v", known, err)
		}
		for _, other := range team.posts[post{"southend_front_door", "mash_manager"}][:1] {
			if p.Authority == "southend" {
				continue
			}
			if _, err := desk.Open(t.Context(), casework.ByWorker(workerOf(t, desk, other), &desk.Place.Register, now), p.ID); err == nil {
				t.Error("another authority opened it")
			}
		}
	}
}

func workerOf(t *testing.T, desk *casework.Desk, id string) (w agency.Worker) {
	t.Helper()
	err := desk.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
		w, err = tx.Worker(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// answersAreWhole holds every referral's answers against the pathway's questions.
func answersAreWhole(t *testing.T, desk *casework.Desk) {
	t.Helper()
	ctx := context.Background()
	err := desk.DB.Read(ctx, func(tx *store.Tx) error {
		return tx.AllRecordIDs(func(id string) error {
			rec, err := tx.Record(id)
			if err != nil || rec.Pathway != "referral" {
				return err
			}
			p, ok := desk.Pathways.At(rec.Hash)
			if !ok {
				return fmt.Errorf("no pathway")
			}
			for k, a := range rec.Answers {
				if !seal.IsSealedText(a.Text) {
					continue
				}
				plain, err := desk.Sealer.OpenText(a.Text, seal.Binding{Kind: "answer", ID: id, Field: string(k)})
				if err != nil {
					return err
				}
				if err := json.Unmarshal([]byte(plain), &a); err != nil {
					return err
				}
				rec.Answers[k] = a
			}
			kind := "public"
			if strings.HasPrefix(rec.Author, "worker:") {
				kind = "worker"
			}
			f := pathway.Facts{
				Answers: rec.Answers, State: "begun", Now: now, Authority: rec.Authority, Taken: map[string]pathway.Taken{}, Counts: map[string]int64{},
				Actor: pathway.Actor{Kind: kind, Author: true, Roles: []string{"author", kind}},
			}
			for _, gap := range p.Missing(f) {
				t.Errorf("%s: %+v", rec.Reference, gap)
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// digest is over all that follows from the seed: everything but the ids of
// workers, what is sealed and the hashes over both.
func digest(t *testing.T, db *store.DB) string {
	t.Helper()
	h := sha256.New()
	err := db.Read(context.Background(), func(tx *store.Tx) error {
		for _, q := range []string{
			`select id || reference || state || names || revision || created_at || updated_at || coalesce(next_due, '') from record order by id`,
			`select record || seq || recorded_at || kind || step || to_state from revision order by record, seq`,
			`select word || record from record_word order by word, record`,
			`select id || due_at || act_at || warn_at || sum from clock order by id`,
			`select id || record || line || from_at || coalesce(until_at, '') from access_grant order by id`,
			`select id || record || kind || happened_at from entry order by id`,
			`select person || family || given from person_name order by person, place`,
			`select person || postcode from person_address order by person, place`,
			`select value || person from person_key order by value, person`,
			`select hash || record from receipt_code order by hash`,
			`select id || a || b from same_as order by id`,
			`select seq || happened_at || act from audit where happened_at > '2017' and happened_at < '2026-11-18T14:20:00' order by seq`,
		} {
			rows, err := tx.Query(q)
			if err != nil {
				return err
			}
			n := 0
			for rows.Next() {
				var line string
				if err := rows.Scan(&line); err != nil {
					return err
				}
				n++
				fmt.Fprintln(h, line)
			}
			if err := rows.Close(); err != nil {
				return err
			}
			if n == 0 {
				t.Errorf("nothing of: %s", q)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestNamesAreAsCommonAsNamesAre(t *testing.T) {
	t.Parallel()
	h := newHouseholds(1)
	families, brothers, twins, again := 20_000, 0, 0, 0
	surnames, full := map[string]int{}, map[string]int{}
	for range families {
		f := h.family(now)
		surnames[f.children[0].family]++
		if f.left > 0 {
			again++
		}
		for i, c := range f.children {
			full[c.given+" "+c.family]++
			if c.born.After(calendar.DateOf(now)) {
				t.Fatalf("a child born on %s", c.born)
			}
			if i > 0 {
				if c.family == f.children[0].family {
					brothers++
				}
				if c.born == f.children[i-1].born {
					twins++
				}
			}
			if _, err := person.NHSNumber(c.nhs); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := surnames["Smith"]; n < families/150 || n > families/15 {
		t.Errorf("%d of %d families are called Smith", n, families)
	}
	if len(surnames) < 400 {
		t.Errorf("only %d family names", len(surnames))
	}
	most := 0
	for _, n := range full {
		most = max(most, n)
	}
	if most < 8 {
		t.Errorf("no more than %d children share a name", most)
	}
	if twins == 0 || brothers < families/3 {
		t.Errorf("%d twins, %d brothers and sisters of one name", twins, brothers)
	}
	if again < families/4 || again > families*35/100 {
		t.Errorf("%d of %d families come back", again, families)
	}
}

func TestTheWeekHasAMonday(t *testing.T) {
	t.Parallel()
	h := newHouseholds(1)
	line := newTimeline(now)
	var days [7]int
	august, november := 0, 0
	for i := range 50_000 {
		at := line.at(float64(i)/50_000, i%3 > 0, h.r)
		if at.After(now) || at.Before(now.AddDate(-years, 0, -1)) {
			t.Fatalf("at %s", at)
		}
		d := calendar.DateOf(at)
		days[d.Weekday()]++
		switch d.Month() {
		case time.August:
			august++
		case time.November:
			november++
		}
	}
	for d := time.Tuesday; d <= time.Friday; d++ {
		if days[d] >= days[time.Monday] {
			t.Errorf("more on a %s than on Mondays: %v", d, days)
		}
	}
	if days[time.Saturday] > days[time.Friday]/2 || august > november*9/10 {
		t.Errorf("days %v, August %d, November %d", days, august, november)
	}
}
