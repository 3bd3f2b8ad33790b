package county

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/person"
	"frontdoor/internal/record"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
)

// template is everything that one referral and the records it started left
// behind, with sealed things opened, ready to be copied for another family at
// another time.
type template struct {
	shape     shape
	records   []kept // the referral first, then the others in the order they began
	people    []person.Person
	events    []audit.Event // but those of revisions and of rows, which are made anew
	times     []time.Time   // every instant at which something was done, rising
	slots     []slot        // when each of those was
	revisions int
	open      bool
}

// kept is one record of a template.
type kept struct {
	rec       record.Record
	revs      []record.Revision
	sealed    map[answer.Key]bool // answers that are sealed
	clocks    []record.Clock
	entries   []record.Entry
	messages  []record.Message
	documents []record.Document
	grants    []access.Grant
	notices   []store.Notice
	people    []store.RecordPerson
	links     []record.Link // from this record
	codes     bool          // its sender has a receipt code
}

// shapes are those of one authority: first what is done, then what stands at
// each stage.
func shapes(authority string) []shape {
	var out []shape
	add := func(s shape) { s.authority = authority; out = append(out, s) }
	ask := []string{"health", "education", "police"}
	for n := 1; n <= 3; n++ {
		add(shape{children: n, sender: "public", rating: "green", outcome: "advice", until: "closed"})
	}
	add(shape{children: 1, sender: "public", rating: "amber", outcome: "nfa", until: "closed"})
	for n := 1; n <= 4; n++ {
		sender := []string{"professional", "worker"}[n%2]
		add(shape{children: n, adults: 1, sender: sender, rating: "green", outcome: "signpost", until: "closed"})
		add(shape{children: n, adults: 1 + n%2, sender: "worker", rating: "amber", checks: ask[:2], outcome: "early_help", until: "closed"})
	}
	for n := 1; n <= 3; n++ {
		add(shape{children: n, adults: 2, sender: "worker", rating: "amber", checks: ask, outcome: "s17", until: "closed"})
	}
	add(shape{children: 2, adults: 1, sender: "professional", rating: "amber", checks: ask[:1], outcome: "nfa", until: "closed"})
	add(shape{children: 1, adults: 0, sender: "professional", rating: "green", outcome: "advice", until: "closed"})
	for _, until := range stages[:len(stages)-1] {
		if !slices.Contains([]string{"gathering", "passed", "working"}, until) {
			add(shape{children: 1, sender: "public", rating: "green", outcome: "advice", until: until})
		}
		for n := 1; n <= 2; n++ {
			add(shape{children: n, adults: 1, sender: "worker", rating: "amber", checks: ask[:2], outcome: "s17", until: until})
		}
	}
	return out
}

// enough tells whether a shape is one of the few that are played for a small
// county, which a test waits for.
func (s shape) enough() bool {
	switch s.until {
	case "screened", "working":
		return s.sender == "worker" && s.children == 1
	case "closed":
		return s.sender == "public" && s.children < 3 || s.outcome == "signpost" && s.children%2 == 1 || s.outcome == "early_help" && s.children == 1
	}
	return false
}

// templates plays every shape in a database of its own, which is thrown away.
func templates(ctx context.Context, desk *casework.Desk, few bool) ([]*template, map[post]agency.Worker, error) {
	dir, err := os.MkdirTemp(memory(), "frontdoor-county-")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	secret, err := store.LoadOrCreateKey(filepath.Join(dir, "key"), filepath.Join(dir, "data"))
	if err != nil {
		return nil, nil, err
	}
	db, err := store.OpenEmbedded(ctx, filepath.Join(dir, "data"), secret)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = db.Close() }()
	begin := playDay.AddDays(-30).At(9, 0, 0).UTC()
	if err := db.Migrate(ctx, begin); err != nil {
		return nil, nil, err
	}
	own := *desk
	own.DB = db
	if err := own.KeepPathwayTexts(ctx, begin); err != nil {
		return nil, nil, err
	}
	workers, err := playWorkers(ctx, &own, begin)
	if err != nil {
		return nil, nil, err
	}
	var out []*template
	for _, a := range own.Place.Register.Authorities {
		for _, s := range shapes(a.ID) {
			if few && !s.enough() {
				continue
			}
			cal := calendarOf(&own, a.ID)
			p := &player{desk: &own, workers: workers, s: s, n: len(out) + 1, day: playDay, cal: cal}
			root, err := p.play(ctx)
			if err != nil {
				return nil, nil, err
			}
			t, err := capture(ctx, &own, p, root)
			if err != nil {
				return nil, nil, fmt.Errorf("county: copying %+v: %w", s, err)
			}
			out = append(out, t)
		}
	}
	return out, workers, nil
}

// memory is a folder that is kept in memory, where the machine has one: nothing
// that is played here need outlive a power cut.
func memory() string {
	const dir = "/dev/shm"
	if i, err := os.Stat(dir); err == nil && i.IsDir() {
		return dir
	}
	return ""
}

func calendarOf(desk *casework.Desk, authority string) *calendar.Calendar {
	if c := desk.Place.Calendars[authority]; c != nil {
		return c
	}
	return calendar.Default()
}

// playWorkers are one worker in each post; a second manager agrees to decisions
// of the first.
func playWorkers(ctx context.Context, desk *casework.Desk, at time.Time) (map[post]agency.Worker, error) {
	out := map[post]agency.Worker{}
	err := desk.DB.Write(ctx, func(tx *store.Tx) error {
		for _, t := range desk.Place.Register.Teams {
			roles := slices.Clone(t.Roles)
			if slices.Contains(roles, "mash_manager") {
				roles = append(roles, "mash_manager 2")
			}
			for _, role := range roles {
				held, _, _ := strings.Cut(role, " ")
				w := agency.Worker{
					ID: store.NewID(at), Name: "Worker", Email: t.ID + "." + strings.ReplaceAll(role, " ", ".") + "@example.org", Agency: t.Agency,
					Memberships: []agency.Membership{{Team: t.ID, Role: held, From: at}},
				}
				if err := tx.PutWorker(w); err != nil {
					return err
				}
				out[post{t.ID, role}] = w
			}
		}
		return nil
	})
	return out, err
}

func startedBy(ctx context.Context, db *store.DB, rec string) (list []record.Record, err error) {
	err = db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.RecordsStartedBy(rec)
		return err
	})
	return list, err
}

// capture reads back everything a played referral left.
func capture(ctx context.Context, desk *casework.Desk, p *player, root string) (*template, error) {
	t := &template{shape: p.s, open: p.s.until != "closed"}
	t.times = slices.SortedFunc(maps.Keys(p.slots), time.Time.Compare)
	for _, at := range t.times {
		t.slots = append(t.slots, p.slots[at])
	}
	err := desk.DB.Read(ctx, func(tx *store.Tx) error {
		started, err := tx.RecordsStartedBy(root)
		if err != nil {
			return err
		}
		ids := []string{root}
		for _, s := range started {
			ids = append(ids, s.ID)
		}
		seen := map[string]bool{}
		for _, id := range ids {
			k, err := captureOne(tx, desk, id)
			if err != nil {
				return err
			}
			t.records = append(t.records, k)
			t.revisions += len(k.revs)
			for _, rp := range k.people {
				if !seen[rp.Person.ID] {
					seen[rp.Person.ID] = true
					t.people = append(t.people, rp.Person)
				}
			}
			events, err := tx.AuditOf(id, 1000, 0)
			if err != nil {
				return err
			}
			for _, e := range events {
				if e.Act != store.ActRevision && e.Act != store.ActKept {
					t.events = append(t.events, e)
				}
			}
		}
		slices.SortStableFunc(t.events, func(a, b audit.Event) int { return int(a.Seq - b.Seq) })
		return nil
	})
	return t, err
}

func captureOne(tx *store.Tx, desk *casework.Desk, id string) (kept, error) {
	k := kept{sealed: map[answer.Key]bool{}}
	var errs []error
	try := func(err error) { errs = append(errs, err) }
	var err error
	k.rec, err = tx.Record(id)
	try(err)
	k.revs, err = tx.Revisions(id)
	try(err)
	for _, r := range k.revs {
		for key, a := range r.Changes {
			if !seal.IsSealedText(a.Text) {
				continue
			}
			plain, err := desk.Sealer.OpenText(a.Text, seal.Binding{Kind: "answer", ID: id, Field: string(key)})
			try(err)
			var open answer.Answer
			try(json.Unmarshal([]byte(plain), &open))
			r.Changes[key] = open
			k.sealed[key] = true
		}
	}
	text := func(kind, of, sealed string) string {
		plain, err := desk.Sealer.OpenText(sealed, seal.Binding{Kind: kind, ID: of})
		try(err)
		return plain
	}
	k.clocks, err = tx.Clocks(id)
	try(err)
	k.entries, err = tx.Entries(id)
	try(err)
	for i, e := range k.entries {
		k.entries[i].Text = text("entry", e.ID, e.Text)
	}
	k.messages, err = tx.Messages(id)
	try(err)
	for i, m := range k.messages {
		k.messages[i].Text = text("message", m.ID, m.Text)
	}
	k.documents, err = tx.Documents(id)
	try(err)
	for i, d := range k.documents {
		k.documents[i].Body = text("document", d.ID, d.Body)
	}
	k.grants, err = tx.Grants(id)
	try(err)
	k.notices, err = tx.NoticesAbout(id)
	try(err)
	k.people, err = tx.PeopleOf(id)
	try(err)
	links, err := tx.Links(id)
	try(err)
	for _, l := range links {
		if l.From == id {
			k.links = append(k.links, l)
		}
	}
	k.codes = strings.HasPrefix(k.rec.Author, "code:")
	for _, err := range errs {
		if err != nil {
			return k, err
		}
	}
	return k, nil
}
