package insight_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/store"
	"frontdoor/internal/web/insight"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room on a real desk and database.
type world struct{ *roomtest.World }

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{roomtest.Open(t, caseworktest.Open(t), caseworktest.Start, insight.Register)}
}

// worries are neighbours' worries about children, one each.
func (w *world) worries(authority string, count int) {
	w.T.Helper()
	for i := range count {
		_, err := w.Desk.Begin(w.T.Context(), casework.ByVisitor("v", w.Now()), "referral", casework.Beginning{Authority: authority, Step: "submit", Answers: answer.Set{
			"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text(authority),
			"public_saw": answer.Text("He was outside on his own."), "public_when": answer.Text("Most evenings"), "children": answer.List("r1"),
			"children/r1/given_names": answer.Text("Archie" + strconv.Itoa(i)), "children/r1/family_name": answer.Text("Sample"),
			"lives_with": answer.Text("His mum"), "how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
		}})
		if err != nil {
			w.T.Fatal(err)
		}
	}
}

func (w *world) worker(name, role, authority string) agency.Worker {
	w.T.Helper()
	return caseworktest.Worker(w.T, w.Desk, name, role, authority, "")
}

func TestWhoSeesReports(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	paths := []string{"/reports", "/reports/decisions", "/reports/decisions/csv"}
	for role, status := range map[string]int{
		"mash_manager": 200, "social_care_manager": 200, "partnership_manager": 200, "auditor": 200,
		"mash_officer": 403, "mash_social_worker": 403, "researcher": 403, "referrer": 403, "administrator": 403, "edt_worker": 403,
	} {
		c := w.Cookie(w.worker(role, role, "thurrock"))
		for _, path := range paths {
			w.Get(c, path, status)
		}
	}
	for _, path := range paths {
		w.Get(nil, path, http.StatusUnauthorized)
	}
	manager := w.Cookie(w.worker("mash_manager", "mash_manager", "thurrock"))
	w.Get(manager, "/reports", 200, "Decisions in time", "Senders told in time", "Answers from agencies", "Children who come back", `href="/reports"`)
	w.Get(manager, "/reports/nothing", http.StatusNotFound)
}

// A manager of one front door sees its numbers and nobody else's; the
// partnership's office sees all. Nothing names a child or a record.
func TestReportKeepsToItsAuthorities(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worries("thurrock", 6)
	w.worries("essex", 7)
	w.worries("southend", 2)
	manager := w.Cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	office := w.Cookie(w.worker("Pat Partnership", "partnership_manager", "thurrock"))

	own := w.Get(manager, "/reports/decisions", 200, "Thurrock Council", "16 Mar 2026", "!Essex County", "!Southend-on-Sea", "How this is counted",
		"The limit was met.", "Whole weeks from Monday 16 February 2026 to Sunday 22 March 2026", "0%", "!Sample", "!Archie", "!fewer than")
	w.Get(manager, "/reports/decisions?authority=essex", http.StatusForbidden, "!Essex County")
	w.Get(manager, "/reports/decisions?authority=", http.StatusForbidden)
	w.Get(manager, "/reports/decisions/csv?authority=essex", http.StatusForbidden)
	w.Get(office, "/reports/decisions", 200, "Thurrock Council", "Essex County Council", "Southend-on-Sea City Council", "fewer than 5", "hidden")
	w.Get(office, "/reports/decisions?authority=essex&from=2026-03-17&to=2026-03-17", 200, ">7<", `<option value="essex" selected`)

	csv := w.Get(manager, "/reports/decisions/csv?from=2026-03-20&to=2026-03-20", 200).Body.String()
	if want := "Week beginning,Authority,Contacts,Decided in time,Decided late,Still in time,Overdue,In time (%)\n16 Mar 2026,Thurrock Council,6,0,0,6,0,0%\n"; csv != want {
		t.Errorf("CSV %q, want %q", csv, want)
	}
	if !strings.Contains(own.Body.String(), "/reports/decisions/csv?authority=thurrock&amp;from=2026-02-16&amp;to=2026-03-22") {
		t.Error("the page does not lead to its spreadsheet")
	}
	small := w.Get(office, "/reports/decisions/csv?authority=southend", 200).Body.String()
	if !strings.Contains(small, "Southend-on-Sea City Council,fewer than 5,fewer than 5,fewer than 5,fewer than 5,fewer than 5,hidden") {
		t.Errorf("the spreadsheet tells a small number: %s", small)
	}
}

// What one report counts is not what another counts: each says which may be laid beside
// it, and warns of the others.
func TestReportSaysWhatMayBeLaidBesideIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Cookie(w.worker("Pat Partnership", "partnership_manager", "thurrock"))
	for report, want := range map[string][]string{
		"allegation_kinds": {"It counts “Allegations”. So do these", `href="/reports/allegation_outcomes"`, "Every other report counts something else", "!/reports/decisions\""},
		"decisions":        {"It counts “Contacts”.", "No other report counts the same", "!Every other report"},
	} {
		w.Get(c, "/reports/"+report, 200, want...)
	}
	w.Get(c, "/reports", 200, "Lay two reports side by side only where each says so")
}

func TestWrongDates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	for query, want := range map[string]string{
		"from=nonsense":                 "Enter a date, such as 2026-03-17",
		"from=":                         "Enter a date, such as 2026-03-17",
		"from=2026-03-18&to=2026-03-17": "Enter a last day that is not before the first",
		"from=2020-03-18&to=2026-03-17": "Choose a year or less",
	} {
		w.Get(c, "/reports/decisions?"+query, http.StatusUnprocessableEntity, "There is a problem", want, "!How this is counted")
		w.Get(c, "/reports/decisions/csv?"+query, http.StatusUnprocessableEntity)
	}
	w.Get(c, "/reports/decisions?from=2025-01-01&to=2025-01-31", 200, "There was nothing to count.")
}

func TestRunningIsLogged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.Cookie(w.worker("Mina Manager", "mash_manager", "thurrock"))
	w.Get(c, "/reports/feedback", 200)
	w.Get(c, "/reports/feedback/csv", 200)
	w.Get(c, "/reports/feedback?authority=essex", http.StatusForbidden)
	err := w.Desk.DB.Read(t.Context(), func(tx *store.Tx) error {
		events, err := tx.AuditOf("report:feedback", 10, 0)
		if err != nil {
			return err
		}
		if len(events) != 2 || events[0].Act != "export" || events[1].Act != "list" || !strings.HasPrefix(events[0].Actor, "worker:") {
			t.Errorf("the log holds %+v", events)
		}
		for _, e := range events {
			if e.Detail["authority"] != "thurrock" || e.Detail["from"] != "2026-02-16" || e.Detail["to"] != "2026-03-22" {
				t.Errorf("the log does not say what was counted: %+v", e)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.worries("thurrock", 6)
	w.worries("southend", 2)
	c := w.Cookie(w.worker("Pat Partnership", "partnership_manager", "thurrock"))
	server := w.Serve()
	p := webtest.Browser(t)
	p.Open(server + "/nowhere")
	p.As(c)
	for name, path := range map[string]string{
		"list": "/reports", "decisions": "/reports/decisions", "agency": "/reports/agency_answers", "repeat": "/reports/repeat_contacts",
	} {
		if status := p.Open(server + path); status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		if path != "/reports" {
			p.Click("#counted summary")
		}
		p.Check()
		p.Shot("insight-" + name)
	}
	p.Open(server + "/reports/decisions?from=2027-01-01")
	p.Check()
	p.Open(server + "/reports/decisions")
	p.PrintMedia(true)
	p.Check()
	if p.Seen("form[action='/reports/decisions']") {
		t.Error("the form is printed")
	}
}
