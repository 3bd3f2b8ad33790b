// Package upgrade_test proves that a database of every release opens in this
// program. testdata has a folder for each release, made by that release itself:
//
//	go test ./test/upgrade -make 1.2.0
//
// makes the folder of the version about to be released, and is run once, just
// before it is tagged. A folder is never changed after that. It holds a backup
// and the file of an embedded database, with their key. Everyone in them is made
// up, as in the demonstration, and the key protects nothing.
package upgrade_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/demo"
	"frontdoor/internal/fault"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/test/live"
)

var makeVersion = flag.String("make", "", "make testdata for this version, just before it is released")

// Of each release: a backup of the demonstration's world, the file of an embedded
// database that the release served, the key of both, and what the release showed
// of each.
const (
	keyFile    = "test.key"
	backupFile = "world.fdb"
	worldSays  = "world.json"
	dataFile   = "frontdoor.db"
	dataSays   = "frontdoor.json"
)

// said is what a release showed: what a later one must show too.
type said struct {
	Made    time.Time        `json:"made"`
	Workers int              `json:"workers"`
	Records map[string]shown `json:"records"` // by reference
}

type shown struct {
	Pathway  string `json:"pathway"`
	State    string `json:"state"`
	Names    string `json:"names"`
	Revision int    `json:"revision"`
	Answers  int    `json:"answers"`
	Entries  int    `json:"entries"`
	Files    int    `json:"files"`
	People   int    `json:"people"`
}

func TestMake(t *testing.T) {
	if *makeVersion == "" {
		t.Skip("makes a release's files; see the top of this file")
	}
	if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(*makeVersion) {
		t.Fatalf("%q is not a version", *makeVersion)
	}
	to := filepath.Join("testdata", *makeVersion)
	if err := os.RemoveAll(to); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		t.Fatal(err)
	}
	o := live.Options{Data: filepath.Join(t.TempDir(), "data"), Key: filepath.Join(to, keyFile)}
	key, err := store.LoadOrCreateKey(o.Key, o.Data)
	if err != nil {
		t.Fatal(err)
	}

	made := time.Date(2026, 3, 17, 9, 30, 0, 0, time.UTC)
	db, err := store.OpenEmbedded(t.Context(), t.TempDir(), key)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	desk, sign := open(t, db, key)
	passwords, err := secret.NewPasswords(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := demo.Fill(t.Context(), desk, &signin.Gate{DB: db, Sealer: desk.Sealer, Passwords: passwords}, demo.Options{Now: made}); err != nil {
		t.Fatal(err)
	}
	checkpoint(t, db, sign, made)
	says(t, filepath.Join(to, worldSays), look(t, desk, made))
	if _, err := db.Backup(t.Context(), filepath.Join(to, backupFile), key, made); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}

	// The other is a folder that the program itself has served and left.
	accounts := live.Accounts(t, o, live.Person{Name: "Sol Worker", Role: "mash_social_worker"})
	s := live.Start(t, o)
	sent, err := live.NewClient(s.URL()).Refer(t.Context(), live.Neighbour())
	if err != nil {
		t.Fatal(err)
	}
	worker := live.NewClient(s.URL())
	if err := worker.SignIn(t.Context(), accounts[0]); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.AddEntry(t.Context(), sent.Record, "call", "Rang the school."); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.AddFile(t.Context(), sent.Record, "note.txt", []byte("What was seen.")); err != nil {
		t.Fatal(err)
	}
	s.Stop()
	made = time.Now().UTC().Truncate(time.Second).Add(time.Minute)
	live.Open(t, o, false, func(p *live.Opened) { says(t, filepath.Join(to, dataSays), look(t, p.Desk, made)) })
	b, err := os.ReadFile(filepath.Join(o.Data, dataFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, dataFile), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func says(t *testing.T, file string, what said) {
	t.Helper()
	b, err := json.MarshalIndent(what, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func saysOf(t *testing.T, file string) said {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var out said
	if err := json.Unmarshal(b, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// A release's backup restores into either engine, and its own file opens where
// it is; everything in it is as it was, and work goes on.
func TestEveryReleaseOpens(t *testing.T) {
	t.Parallel()
	releases, err := filepath.Glob("testdata/*/" + keyFile)
	if err != nil || len(releases) == 0 {
		t.Fatalf("there are no releases: %v", err)
	}
	for _, file := range releases {
		from := filepath.Dir(file)
		t.Run(filepath.Base(from), func(t *testing.T) {
			t.Parallel()
			key := keyOf(t, filepath.Join(from, keyFile))
			storetest.EachUnmigrated(t, func(t *testing.T, db *store.DB) {
				want := saysOf(t, filepath.Join(from, worldSays))
				if _, err := store.Restore(t.Context(), filepath.Join(from, backupFile), key, db, want.Made.Add(later)); err != nil {
					t.Fatal(err)
				}
				goesOn(t, db, key, want)
			})
			t.Run("in place", func(t *testing.T) {
				dir := t.TempDir()
				b, err := os.ReadFile(filepath.Join(from, dataFile))
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, dataFile), b, 0o600); err != nil {
					t.Fatal(err)
				}
				db, err := store.OpenEmbedded(t.Context(), dir, key)
				if err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := db.Close(); err != nil {
						t.Error(err)
					}
				}()
				want := saysOf(t, filepath.Join(from, dataSays))
				if err := db.Migrate(t.Context(), want.Made.Add(later)); err != nil {
					t.Fatal(err)
				}
				goesOn(t, db, key, want)
			})
		})
	}
}

func withoutOutline(t *testing.T, db *store.DB) (n int) {
	t.Helper()
	if err := db.Read(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(`select count(*) from person where id not in (select person from person_outline)`).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

// later is how long after its world was made a release's files are opened.
const later = 48 * time.Hour

// goesOn checks a release's world and does a piece of work in it.
func goesOn(t *testing.T, db *store.DB, key store.Key, want said) {
	t.Helper()
	desk, sign := open(t, db, key)
	now := want.Made.Add(later)
	if err := desk.KeepPathwayTexts(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	verifies(t, desk, sign)
	if n := withoutOutline(t, db); n > 0 {
		t.Errorf("of %d people it is not kept what is compared of them", n)
	}
	got := look(t, desk, now)
	if got.Workers != want.Workers || len(got.Records) != len(want.Records) {
		t.Errorf("%d workers and %d records, want %d and %d", got.Workers, len(got.Records), want.Workers, len(want.Records))
	}
	for ref, r := range want.Records {
		if got.Records[ref] != r {
			t.Errorf("%s is now %+v, was %+v", ref, got.Records[ref], r)
		}
	}

	// An old record takes a new step with the questions it was made with.
	var rec record.Record
	var by casework.By
	readers := workers(t, desk)
	for _, r := range all(t, desk) {
		v, who := readers.read(t, desk, r, now)
		if v != nil && slices.ContainsFunc(v.Steps, func(s pathway.StepState) bool { return s.Step.ID == "screen" && s.Open }) {
			rec, by = v.Record, who
			break
		}
	}
	if rec.ID == "" {
		t.Fatal("there is no record to rate")
	}
	after, err := desk.TakeStep(t.Context(), by, rec.ID, "screen", rec.Revision, answer.Set{"rating": answer.Text("red"), "rating_reason": answer.Text("It got worse.")})
	if err != nil {
		t.Fatal(err)
	}
	if after.Revision != rec.Revision+1 || after.Rating != "red" {
		t.Errorf("after a step: revision %d of %d, rated %q", after.Revision, rec.Revision, after.Rating)
	}
	if err := desk.AddEntry(t.Context(), by, record.Entry{Record: rec.ID, Kind: "call", Text: "Rang the school.", HappenedAt: now}, ""); err != nil {
		t.Fatal(err)
	}
	verifies(t, desk, sign)
}

func open(t *testing.T, db *store.DB, key store.Key) (*casework.Desk, *audit.Key) {
	t.Helper()
	sealer, err := seal.New(key.Derive("seal"))
	if err != nil {
		t.Fatal(err)
	}
	sign, err := audit.NewKey("frontdoor/"+key.ID(), key.Derive("audit checkpoint"))
	if err != nil {
		t.Fatal(err)
	}
	return &casework.Desk{DB: db, Place: caseworktest.Partnership(), Pathways: caseworktest.Library(), Sealer: sealer}, sign
}

func keyOf(t *testing.T, path string) store.Key {
	t.Helper()
	// A copy only its owner can read, as the program asks for.
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(own, b, 0o600); err != nil {
		t.Fatal(err)
	}
	key, err := store.LoadOrCreateKey(own, own+".none")
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// checkpoint signs the log, as the service does.
func checkpoint(t *testing.T, db *store.DB, sign *audit.Key, made time.Time) {
	t.Helper()
	err := db.Write(t.Context(), func(tx *store.Tx) error {
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		root, err := audit.TreeHash(size, tx.HashReader())
		if err != nil {
			return err
		}
		text, err := sign.Sign(size, root, made)
		if err != nil {
			return err
		}
		return tx.AddCheckpoint(string(text), made)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func verifies(t *testing.T, desk *casework.Desk, sign *audit.Key) {
	t.Helper()
	n, differences, err := desk.Verify(t.Context(), sign.Public(), nil)
	if err != nil || len(differences) > 0 || n == 0 {
		t.Fatalf("verify: %d records, differences %v, %v", n, differences, err)
	}
}

// all are the records, oldest first.
func all(t *testing.T, desk *casework.Desk) []record.Record {
	t.Helper()
	var out []record.Record
	err := desk.DB.Read(t.Context(), func(tx *store.Tx) error {
		var ids []string
		if err := tx.AllRecordIDs(func(id string) error { ids = append(ids, id); return nil }); err != nil {
			return err
		}
		slices.Sort(ids)
		for _, id := range ids {
			r, err := tx.Record(id)
			if err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// readers are the workers, the one who could open the last record first.
type readers []agency.Worker

func workers(t *testing.T, desk *casework.Desk) readers {
	t.Helper()
	var out readers
	err := desk.DB.Read(t.Context(), func(tx *store.Tx) (err error) {
		out, err = tx.Workers(store.WorkerFilter{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// read opens a record as someone who may; nil when nobody may.
func (list readers) read(t *testing.T, desk *casework.Desk, r record.Record, now time.Time) (*casework.View, casework.By) {
	t.Helper()
	for i, w := range list {
		by := casework.ByWorker(w, &desk.Place.Register, now)
		v, err := desk.Open(t.Context(), by, r.ID)
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Forbidden:
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", r.Reference, err)
		}
		list[0], list[i] = list[i], list[0]
		return v, by
	}
	return nil, casework.By{}
}

// look reads the world: each record through its page.
func look(t *testing.T, desk *casework.Desk, now time.Time) said {
	t.Helper()
	list := workers(t, desk)
	out := said{Made: now, Records: map[string]shown{}, Workers: len(list)}
	for _, r := range all(t, desk) {
		s := shown{Pathway: r.Pathway, State: r.State, Names: r.Names, Revision: r.Revision, Answers: len(r.Answers)}
		if v, _ := list.read(t, desk, r, now); v != nil {
			s.Entries, s.Files, s.People = len(v.Entries), len(v.Files), len(v.People)
		}
		out.Records[r.Reference] = s
	}
	return out
}
