package access

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"frontdoor/internal/access"
	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/audit"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/calendar"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/fault"
	"frontdoor/internal/publishing"
	"frontdoor/internal/record"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/site"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
	"frontdoor/pathways"
)

const home = "thurrock"

// world is the whole program with records of one authority and everyone of
// rules.yaml in it. Its clock stands still while it is walked.
type world struct {
	t       testing.TB
	desk    *casework.Desk
	gate    *signin.Gate
	site    *site.Site
	now     time.Time
	rules   *rules
	workers map[string]agency.Worker
	cookies map[string]*http.Cookie
	targets map[string]*target
}

// target is one record, or draft, with the ids of what hangs on it: what an
// address is filled with.
type target struct {
	ID, Reference, File, Letter, Child, Step, Page, Link, Match, Grant, Lock, Row string
	// What the partnership publishes hangs on no record.
	Change, Issue, Suggestion, Release, Agency string
}

// nowhere is a record that was never made: what someone who may not know of a
// record must not be able to tell it from.
var nowhere = &target{
	ID: "019cf000-0000-7000-8000-00000000dead", Reference: "TH-2222-2222", File: "019cf000-0000-7000-8000-0000000f11e0",
	Letter: "019cf000-0000-7000-8000-00000001e77e", Child: "019cf000-0000-7000-8000-00000000c41d", Match: "019cf000-0000-7000-8000-0000000a7c40",
	Link: "019cf000-0000-7000-8000-00000000114c", Grant: "019cf000-0000-7000-8000-000000006a47", Lock: "019cf000-0000-7000-8000-0000000010cc",
	Change: "019cf000-0000-7000-8000-0000000c4a6e", Issue: "019cf000-0000-7000-8000-000000001550", Suggestion: "019cf000-0000-7000-8000-0000005066e5",
	Release: "019cf000-0000-7000-8000-0000004e1ea5", Agency: "nowhere_health",
}

func newWorld(t testing.TB, db *store.DB, r *rules) *world {
	t.Helper()
	w := &world{
		t: t, desk: caseworktest.Desk(t, db), now: caseworktest.Start, rules: r,
		workers: map[string]agency.Worker{}, cookies: map[string]*http.Cookie{}, targets: map[string]*target{},
	}
	key := []byte("a key for tests, 32 bytes long..")
	sign, err := audit.NewKey("frontdoor/access", key)
	w.must(err)
	passwords, err := secret.NewPasswords(1)
	w.must(err)
	passkeys, err := secret.NewPasskeys("localhost", "Frontdoor", "http://localhost")
	w.must(err)
	w.gate = &signin.Gate{DB: db, Sealer: w.desk.Sealer, Passwords: passwords, Passkeys: passkeys}
	w.site, err = site.New(site.Config{
		Desk: w.desk, Gate: w.gate, Sign: sign, Base: "http://localhost", Now: func() time.Time { return w.now },
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	w.must(err)
	for _, p := range r.People {
		if p.Role == "" {
			continue
		}
		authority := p.Authority
		if authority == "" {
			authority = home
		}
		w.workers[p.ID] = caseworktest.Worker(t, w.desk, strings.ReplaceAll(p.ID, "-", " "), p.Role, authority, p.Kind)
	}
	w.records()
	w.relations()
	w.texts()
	w.later(3 * time.Hour)
	w.sessions()
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err, fault.SafeText(err))
	}
}

func (w *world) later(d time.Duration) { w.now = w.now.Add(d) }

func (w *world) by(id string) casework.By {
	who, ok := w.workers[id]
	if !ok {
		w.t.Fatalf("there is no worker %s", id)
	}
	return casework.ByWorker(who, &w.desk.Place.Register, w.now)
}

// given are the answers of one of a pathway's own scenarios.
func given(t testing.TB, file string) answer.Set {
	t.Helper()
	body, err := fs.ReadFile(pathways.FS, file)
	if err != nil {
		t.Fatal(err)
	}
	var s struct {
		Given map[string]any `yaml:"given"`
	}
	if err := yaml.Unmarshal(body, &s); err != nil {
		t.Fatal(err)
	}
	return answer.Given(s.Given)
}

func (w *world) take(who, id, step string, values map[string]any) {
	w.t.Helper()
	w.later(time.Minute)
	changes := answer.Given(values)
	_, err := w.desk.TakeStep(w.t.Context(), w.by(who), id, step, 0, changes)
	if err != nil {
		w.t.Fatalf("%s: %v: %s", step, err, fault.SafeText(err))
	}
}

// referral is a referral of two children by a worker, or with code by someone
// without an account, with everything on it that a record can have.
func (w *world) referral(author, visitor string, checks bool) *target {
	w.t.Helper()
	ctx := w.t.Context()
	by := casework.ByVisitor(visitor, w.now)
	if author != "" {
		by = w.by(author)
	}
	rec, err := w.desk.Begin(ctx, by, "referral", casework.Beginning{Authority: home, Step: "submit", Answers: given(w.t, "referral/tests/usual_road.yaml")})
	w.must(err)
	if visitor != "" {
		w.must(w.desk.DB.Write(ctx, func(tx *store.Tx) error { return tx.AddCode(rec.ID, visitor, w.now) }))
	}
	w.later(time.Minute)
	w.take("social-worker", rec.ID, "screen", map[string]any{"rating": "amber", "rating_reason": "A child lives with violence."})
	sender := casework.ByCode(rec.ID, w.now)
	if author != "" {
		sender = w.by(author)
	}
	w.must(w.desk.SendMessage(ctx, sender, rec.ID, "Is there news?"))
	w.must(w.desk.SendMessage(ctx, w.by("officer"), rec.ID, "A social worker has it."))
	w.must(w.desk.AddEntry(ctx, w.by("social-worker"), record.Entry{Record: rec.ID, Kind: "call", HappenedAt: w.now, Text: "Rang the school."}, ""))
	var picture bytes.Buffer
	w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	f, err := w.desk.AddFile(ctx, w.by("social-worker"), "", rec.ID, "drawing.png", picture.Bytes(), false)
	w.must(err)
	w.must(w.desk.Allocate(ctx, w.by("manager"), []string{rec.ID}, w.workers["social-worker"].ID))
	out := &target{ID: rec.ID, Reference: rec.Reference, File: f.ID, Step: "conversation", Page: "worry"}
	if checks {
		w.take("manager", rec.ID, "dispense", map[string]any{
			"dispense_basis": []any{"ca1989_17_27"}, "dispense_reason": "Asking could put them at risk.", "dispense_scope": []any{"police", "health"},
		})
		w.take("officer", rec.ID, "ask_agencies", map[string]any{
			"agencies_asked": []any{"police"}, "check_questions": []any{"known"}, "check_people": "Dana", "check_consent": "dispensed",
			"check_basis": "ca1989_17_27", "check_ring": "Front door desk",
		})
		kids := w.started(rec.ID)
		w.take("police", kids["agency_check/police"].ID, "give_detail", map[string]any{"detail_facts": "Two calls to the home in February."})
		w.take("officer", rec.ID, "agencies_done", nil)
	}
	w.later(time.Minute)
	_, _, err = w.desk.Known(ctx, w.by("manager"), rec.ID)
	w.must(err)
	decision := map[string]any{"decision_consent": "not_safe", "decision_consent_words": "It could put the mother at risk.", "pattern": "It grows."}
	changes := answer.Given(decision)
	for _, row := range w.record(rec.ID).Answers.Rows("children") {
		for q, v := range map[string]string{"outcome": "s17", "level_decided": "4", "rationale": "She lives with violence.", "handover_words": "See her alone."} {
			changes[answer.RowKey("children", row, q)] = answer.Text(v)
		}
	}
	_, err = w.desk.TakeStep(ctx, w.by("manager"), rec.ID, "decide", 0, changes)
	w.must(err)
	w.take("officer", rec.ID, "send_outcome", map[string]any{
		"referrer_words": "A social worker will assess.", "parents_letter": "not_send", "parents_not_told": "It could put the mother at risk.", "child_told_how": "At school.",
	})
	w.fill(out)
	return out
}

// fill finds what hangs on a record.
func (w *world) fill(x *target) {
	w.t.Helper()
	w.must(w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		docs, err := tx.Documents(x.ID)
		if err != nil {
			return err
		}
		for _, d := range docs {
			if d.To == "referrer" && d.Withheld == "" {
				x.Letter = d.ID
			}
		}
		people, err := tx.PeopleOf(x.ID)
		if err != nil {
			return err
		}
		for _, rp := range people {
			if rp.Role == "child" && x.Child == "" {
				x.Child, x.Row = rp.Person.ID, rp.Row
			}
		}
		locks, err := tx.RestrictionsOf(x.ID)
		if len(locks) > 0 {
			x.Lock = locks[0].ID
		}
		return err
	}))
}

func (w *world) record(id string) record.Record {
	w.t.Helper()
	var rec record.Record
	w.must(w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(id)
		return err
	}))
	return rec
}

func (w *world) started(id string) map[string]record.Record {
	w.t.Helper()
	out := map[string]record.Record{}
	w.must(w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		kids, err := tx.RecordsStartedBy(id)
		for _, k := range kids {
			out[k.Pathway+"/"+k.Each] = k
		}
		return err
	}))
	return out
}

// records makes the records of rules.yaml. Those of the visitor stand beside
// those of the school, for the two who follow them by a code.
func (w *world) records() {
	ctx := w.t.Context()
	for _, name := range []string{"plain", "locked"} {
		w.targets[name] = w.referral("author", "", true)
		w.targets["code "+name] = w.referral("", "visitor "+name, false)
	}
	w.referral("", "visitor other", false)
	kids := w.started(w.targets["plain"].ID)
	for name, kid := range map[string]record.Record{"check": kids["agency_check/police"], "follow": kids["follow_on/r1"]} {
		if kid.ID == "" {
			w.t.Fatalf("no %s was started; there are %v", name, kids)
		}
		x := &target{ID: kid.ID, Reference: kid.Reference, Step: "give_detail", Page: "asked"}
		if name == "follow" {
			x.Step, x.Page = "accept", ""
		}
		var picture bytes.Buffer
		w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
		f, err := w.desk.AddFile(ctx, w.by("manager"), "", kid.ID, "drawing.png", picture.Bytes(), false)
		w.must(err)
		x.File = f.ID
		w.fill(x)
		w.targets[name] = x
	}
	d, err := w.desk.StartDraft(ctx, w.by("author"), "referral", answer.Set{"children": answer.List("r1")})
	w.must(err)
	_, err = w.desk.SaveDraft(ctx, w.by("author"), d.ID, given(w.t, "referral/tests/usual_road.yaml"), "worry")
	w.must(err)
	var picture bytes.Buffer
	w.must(png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))))
	f, err := w.desk.AddFile(ctx, w.by("author"), d.ID, "", "drawing.png", picture.Bytes(), false)
	w.must(err)
	w.targets["draft"] = &target{ID: d.ID, File: f.ID, Page: "worry", Row: "r1"}
}

// relations brings everyone into the relation to the records that rules.yaml
// gives them.
func (w *world) relations() {
	ctx := w.t.Context()
	manager := w.by("manager")
	plain, locked := w.targets["plain"], w.targets["locked"]
	var named []string
	for _, p := range w.rules.People {
		id := w.workers[p.ID].ID
		if p.is("named") {
			named = append(named, id)
		}
		if p.is("given") || p.is("given-to-read") {
			for _, x := range []*target{plain} {
				w.must(w.desk.GiveAccess(ctx, manager, x.ID, id, "They were asked to help", p.is("given")))
			}
		}
	}
	for _, x := range []*target{locked, w.targets["code locked"]} {
		w.must(w.desk.Restrict(ctx, manager, x.ID, "staff_or_relative", "A colleague’s sister is in it", named))
		w.fill(x)
	}
	for _, p := range w.rules.People {
		who := w.workers[p.ID]
		if p.is("ended") {
			w.must(w.desk.DB.Read(ctx, func(tx *store.Tx) error {
				grants, err := tx.Grants(plain.ID)
				for _, g := range grants {
					if g.To == w.by(p.ID).Principal && g.By != "pathway" {
						plain.Grant = g.ID
					}
				}
				return err
			}))
			w.must(w.desk.EndAccess(ctx, manager, plain.ID, plain.Grant))
		}
		if p.is("excluded") {
			for _, name := range []string{"plain", "locked", "check", "follow"} {
				w.must(w.desk.DB.Write(ctx, func(tx *store.Tx) error {
					return tx.AddExclusion(access.Exclusion{Record: w.targets[name].ID, Worker: who.ID, Why: "Related", At: w.now, By: who.ID})
				}))
			}
		}
		if p.is("glass-over") {
			_, err := w.desk.BreakGlass(ctx, w.by(p.ID), locked.Reference, "A child is at the police station")
			w.must(err)
		}
		if p.is("moved") {
			who.Memberships = append(who.Memberships, agency.Membership{
				Team: home + "_front_door", Role: "mash_social_worker", From: caseworktest.Start.AddDate(-1, 0, 0), Until: caseworktest.Start,
			})
			w.put(p.ID, who)
		}
	}
	// Joined by someone who may see both: for everyone else there is no join.
	w.must(w.desk.LinkPerson(ctx, w.by("manager"), locked.ID, locked.Child, plain.Child, "Same child"))
	w.must(w.desk.DB.Read(ctx, func(tx *store.Tx) error {
		links, err := tx.SameAsOf([]string{locked.Child})
		if len(links) == 1 {
			locked.Link = links[0].ID
		}
		return err
	}))
	plain.Match, locked.Match = w.targets["code plain"].Child, w.targets["code plain"].Child
}

// texts are a change that waits, an issue that was sent and one that was not, a
// suggestion that was given to somebody, and a release. None hangs on a record:
// they stand with the one that rooms are walked with.
func (w *world) texts() {
	ctx, x := w.t.Context(), w.targets["code plain"]
	all := publishing.New(w.desk.DB, w.desk.Place)
	w.must(all.Ship(ctx, caseworktest.Start))
	office := &bulletin.Desk{Desk: w.desk, Texts: all, Site: "http://localhost"}
	w.later(time.Minute)
	editor, manager := w.by("partnership-editor"), w.by("partnership-manager")
	f, there, err := all.Begin(ctx, aText)
	w.must(err)
	if !there {
		w.t.Fatalf("there is no %s", aText)
	}
	text, err := all.Content(ctx, f.Hash)
	w.must(err)
	c, err := all.Ask(ctx, publishing.By{Worker: editor.Viewer.Worker, Now: w.now}, publishing.Proposal{Name: aText, Base: f.Change, Content: append(text, "\nAsk for help.\n"...), Why: "It is missing."})
	w.must(err)
	x.Change = c.ID
	for _, title := range []string{"Winter", "Spring"} {
		i, err := office.SaveIssue(ctx, editor, bulletin.Draft{Title: title, Intro: "Ring us.", For: store.Choices{Audiences: []string{"parents"}, Topics: []string{"news"}}})
		w.must(err)
		if x.Issue = i.ID; title == "Winter" {
			_, err = office.SendIssue(ctx, manager, i.ID, i.Revision)
			w.must(err)
		}
	}
	_, err = office.Suggest(ctx, w.by("author"), bulletin.Suggesting{About: "parents/alcohol", Words: "Say it plainly."})
	w.must(err)
	list, _, err := office.Suggestions(ctx, editor, store.SuggestionFilter{})
	w.must(err)
	x.Suggestion = list[0].ID
	for _, p := range w.rules.People {
		if who := w.workers[p.ID]; p.is("assigned") {
			w.must(office.MoveSuggestion(ctx, editor, x.Suggestion, bulletin.Move{To: bulletin.WithGroup, Seq: list[0].Seq, Assigned: string(access.ToWorker(who.ID)), Due: calendar.DateOf(w.now).AddDays(9)}))
		}
		if who := w.workers[p.ID]; p.is("nominated") {
			x.Agency = who.Agency
			w.must(office.Nominate(ctx, editor, who.Agency, store.PlaceNominated, who.ID))
		}
	}
	rel, err := office.MarkPiece(ctx, editor, bulletin.Marked{About: "parents/alcohol", Summary: "New words.", What: "The signs.", Effect: "Look for them."})
	w.must(err)
	x.Release = rel.ID
}

func (w *world) put(id string, who agency.Worker) {
	w.t.Helper()
	w.must(w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error { return tx.PutWorker(who) }))
	w.workers[id] = who
}

// sessions signs everyone in, as far as they get.
func (w *world) sessions() {
	ctx := w.t.Context()
	for _, p := range w.rules.People {
		who := w.workers[p.ID]
		switch {
		case p.Code:
		case who.ID == "":
			continue
		}
		token, hash := secret.NewToken()
		s := store.Session{ID: hash, Worker: who.ID, CreatedAt: w.now, SeenAt: w.now, SecondAt: w.now, ExpiresAt: w.now.Add(12 * time.Hour), Data: map[string]string{}}
		if p.is("half") {
			s.SecondAt = time.Time{}
		}
		if p.is("idle") {
			s.CreatedAt, s.SeenAt, s.SecondAt = w.now.Add(-time.Hour), w.now.Add(-31*time.Minute), w.now.Add(-time.Hour)
		}
		if p.Code {
			s.Worker, s.SecondAt, s.Data["visitor"] = "", time.Time{}, "visitor other"
			if p.ID == "code-holder" {
				s.Data["visitor"] = "visitor plain"
			}
		}
		w.must(w.desk.DB.Write(ctx, func(tx *store.Tx) error {
			if who.ID != "" {
				if err := tx.PutAccount(store.Account{Worker: who.ID, CreatedAt: w.now, PasswordAt: w.now}); err != nil {
					return err
				}
			}
			return tx.PutSession(s)
		}))
		if p.Code {
			w.cookies[p.ID] = signin.VisitorCookie(token, false)
			continue
		}
		w.cookies[p.ID] = signin.WorkerCookie(token, false)
		if p.is("disabled") {
			w.must(w.gate.Left(ctx, "system", who.ID, w.now))
		}
		if p.is("left") {
			who.LeftAt = w.now.Add(-time.Minute)
			w.put(p.ID, who)
		}
		if p.is("glass") {
			_, err := w.desk.BreakGlass(ctx, w.by(p.ID), w.targets["locked"].Reference, "A child is at the police station")
			w.must(err)
		}
	}
}

// codeSession makes a session of someone who has shown a code.
func (w *world) codeSession(code string) *http.Cookie {
	token, hash := secret.NewToken()
	s := store.Session{ID: hash, CreatedAt: w.now, SeenAt: w.now, ExpiresAt: w.now.Add(12 * time.Hour), Data: map[string]string{"visitor": code}}
	w.must(w.desk.DB.Write(w.t.Context(), func(tx *store.Tx) error { return tx.PutSession(s) }))
	return signin.VisitorCookie(token, false)
}

// answered is what came back, and the statements that the database ran for it.
type answered struct {
	code       int
	header     http.Header
	body       string
	statements []string
}

// request is one request to the site.
type request struct {
	method, path, kind string
	body               string
}

func (w *world) send(q request, cookie *http.Cookie) answered {
	var a answered
	ctx := store.Traced(w.t.Context(), func(s string) {
		// The nodes of the log's tree follow from how long the log is.
		if !strings.Contains(s, "audit_hash") {
			a.statements = append(a.statements, strings.Join(strings.Fields(s), " "))
		}
	})
	r := httptest.NewRequestWithContext(ctx, q.method, q.path, strings.NewReader(q.body))
	r.Host = "localhost"
	if q.body != "" {
		kind := q.kind
		if kind == "" {
			kind = "application/x-www-form-urlencoded"
		}
		r.Header.Set("Content-Type", kind)
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	rec := httptest.NewRecorder()
	w.site.Handler().ServeHTTP(rec, r)
	a.code, a.header, a.body = rec.Code, rec.Header(), rec.Body.String()
	return a
}

// unlike are the tables that a refused request may add to: the log itself, and
// what sessions and limits on guessing keep.
var unlike = []string{"audit", "audit_hash", "audit_head", "checkpoint", "session", "attempt"}

// digest is every row of every other table: equal digests mean that nothing was
// changed.
func (w *world) digest() map[string][]string {
	w.t.Helper()
	out := map[string][]string{}
	w.must(w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
		names := `select name from sqlite_schema where type = 'table' and name not like 'sqlite%'`
		columns := `select name from pragma_table_info($1)`
		if w.desk.DB.Engine() == "postgres" {
			names = `select table_name::text from information_schema.tables where table_schema = current_schema()`
			columns = `select column_name::text from information_schema.columns where table_name = $1 and table_schema = current_schema()`
		}
		tables, err := storetest.Texts(tx, names)
		if err != nil {
			return err
		}
		for _, table := range tables {
			if slices.Contains(unlike, table) {
				continue
			}
			row := `t::text`
			if w.desk.DB.Engine() == "sqlite" {
				list, err := storetest.Texts(tx, columns, table)
				if err != nil {
					return err
				}
				row = "quote(" + strings.Join(list, ") || '|' || quote(") + ")"
			}
			if out[table], err = storetest.Texts(tx, `select `+row+` from "`+table+`" t`); err != nil {
				return err
			}
			slices.Sort(out[table])
		}
		return nil
	}))
	return out
}
