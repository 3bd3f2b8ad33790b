package directory_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/partnership"
	"frontdoor/internal/web/directory"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// world is the room with the texts the program ships with, and files laid over
// them.
type world struct {
	*roomtest.World
	log *bytes.Buffer
}

// Monday noon in winter.
var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, over map[string]string) *world {
	t.Helper()
	desk := caseworktest.Open(t)
	place, faults := partnership.Load(caseworktest.Folder(t, over))
	if place == nil {
		t.Fatal(faults)
	}
	desk.Place = place
	w := &world{roomtest.Open(t, desk, noon, directory.Register), &bytes.Buffer{}}
	w.House.Front.Log = slog.New(slog.NewTextHandler(w.log, nil))
	w.Must(w.House.Texts.Ship(t.Context(), noon))
	return w
}

// get opens a page, and checks it as roomtest does.
func (w *world) get(path string, status int, holds ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	return w.Get(nil, path, status, holds...)
}

// main is a page's own part.
func main(r *httptest.ResponseRecorder) string {
	_, after, _ := strings.Cut(r.Body.String(), "<main")
	before, _, _ := strings.Cut(after, "</main>")
	return before
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.get("/search", 200, "Search for words", "!results</h2>", "We do not keep what you search for")
	w.get("/search?q=+", 200, "!results</h2>")
	w.get("/search?q=neglect", 200, "<mark>Neglect</mark>", `href="/manual/neglect`, "Procedures manual", "What a word means", "Manual (")
	w.get("/search?q=neglect&in=word", 200, "What a word means", "!Procedures manual<")
	w.get("/search?q=neglect&in=nothing", 200, "Procedures manual")
	w.get("/search?q=domestik+abuze", 200, "These results are for <strong>domestic abuse</strong>", "<mark>Domestic</mark> <mark>abuse</mark>")
	w.get("/search?q=legal+highs", 200, "Psychoactive")
	w.get("/search?q=zzzzqqqq", 200, "No results", "Try other words")
	w.get("/search?q=neglect+zzzzqqqq", 200, "Nothing has all of your words")
	w.get("/search?q="+url.QueryEscape(`"><script>alert(1)</script>`), 200, "!<script>alert", "&lt;script&gt;")
	w.get("/search?q="+strings.Repeat("neglect+", 2000), 200, "result")
	// An edition of the manual is searched when it is asked for, and alone.
	w.get("/search?q=neglect&edition=none", http.StatusNotFound)
	w.get("/search?q=neglect&edition=2026-11", 200, "Starting text, November 2026", `href="/manual/neglect?edition=2026-11#`, "!What a word means", `name="edition" value="2026-11"`)
	// A page that says nothing of itself in its address is found under that one.
	if found := w.get("/search?q=who+can+help+women", 200).Body.String(); strings.Contains(found, "/parents/help-for-women") || !strings.Contains(found, "/page/") {
		t.Error("a sensitive page is found under an address that tells what it is about")
	}
	// More than a page of them.
	w.get("/search?q=child", 200, "page=2")
	w.get("/search?q=child&page=2", 200, "Previous")
	w.get("/search?q=child&page=9999", 200)
}

// Someone in danger is told whom to call before anything else.
func TestSearchOfSomeoneInDanger(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, q := range []string{"i want to kill myself", "suicde", "cutting myself", "rape", "my dad hits me", "sextortion", "run away from home", "county lines", "I wanna die"} {
		page := main(w.get("/search?q="+url.QueryEscape(q), 200))
		urgent, results := strings.Index(page, "app-urgent"), strings.Index(page, `id="count"`)
		number := strings.Index(page, "0800 1111")
		if urgent < 0 || number < urgent || results < number {
			t.Errorf("%q: help at %d, Childline at %d, results at %d", q, urgent, number, results)
		}
	}
	w.get("/search?q=annual+report", 200, "!app-urgent")
}

// What is searched for is in no log, header, title or link that leads away.
func TestSearchTellsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	res := w.get("/search?q=wombatsecret+neglect", 200)
	if strings.Contains(w.log.String(), "wombat") || !strings.Contains(w.log.String(), "GET /search") {
		t.Errorf("the log: %s", w.log)
	}
	if res.Header().Get("Referrer-Policy") != "no-referrer" || res.Header().Get("Cache-Control") != "no-store" || len(res.Result().Cookies()) > 0 {
		t.Error(res.Header())
	}
	body := res.Body.String()
	if title := body[strings.Index(body, "<title>"):strings.Index(body, "</title>")]; strings.Contains(title, "wombat") {
		t.Error(title)
	}
	for _, href := range regexp.MustCompile(`href="([^"]*wombat[^"]*)"`).FindAllStringSubmatch(body, -1) {
		if !strings.HasPrefix(href[1], "/search?") {
			t.Error(href[1])
		}
	}
}

func TestServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	all := w.get("/services", 200, "Childline", "COMPASS", "Not confirmed by the service", "Not checked since Friday 31 May 2019")
	what := regexp.MustCompile(`<option value="([0-9a-f]{10})"[^>]*>Domestic abuse`).FindStringSubmatch(all.Body.String())
	if what == nil {
		t.Fatal("no topic to choose")
	}
	w.get("/services?what="+what[1], 200, "National Domestic Abuse Helpline", "!>FRANK<", `value="`+what[1]+`" selected`)
	w.get("/services?what=domestic-abuse", 200, "National Domestic Abuse Helpline", "!>FRANK<")
	w.get("/services?where=southend", 200, "SOS Rape Crisis", ">FRANK<", "!Thurrock MASH</a></h3>")
	w.get("/services?who=professionals&where=thurrock", 200, "Child Death Review team", "!Runaway Helpline")
	w.get("/services?open=now", 200, "Samaritans", "have not been told their hours", "!Men’s Advice Line")
	w.get("/services?open=now&q=social+workers", 200, "Family Rights Group")
	w.Set(time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC)) // it closes at 15:00
	w.get("/services?open=now&q=social+workers", 200, "!Family Rights Group advice line", "No services")
	w.Set(time.Date(2026, 12, 25, 10, 0, 0, 0, time.UTC))
	w.get("/services?open=now", 200, "Childline", "!Family Rights Group", "!Thurrock MASH</a></h3>")
	w.get("/services?q=stalkign", 200, "National Stalking Helpline", "Showing services for <strong>stalking</strong>")
	w.get("/services?what=nothing&where=nowhere&who=nobody", 200, "No services")

	page := regexp.MustCompile(`href="(/services/[0-9a-f]{10})">Changing Pathways refuge`).FindStringSubmatch(all.Body.String())
	if page == nil {
		t.Fatal("no link to the service")
	}
	w.get(page[1], 200, "where this service is stays private", "<title>Help and advice", "We mark an entry that nobody has checked for 183 days")
	if to := w.get("/services/changing-pathways-refuge", http.StatusMovedPermanently).Header().Get("Location"); to != page[1] {
		t.Error(to)
	}
	w.get("/services/nothing", http.StatusNotFound)
}

// A place that may not be known is shown nowhere, whatever the file has of it.
func TestUndisclosedIsShownNowhere(t *testing.T) {
	t.Parallel()
	const list = `stale_after_days: 183
topics: [{key: home, name: Home, about: Safe at home.}]
organizations: [{key: ours, name: Ours, about: A charity.}]
services:
  - {key: desk, name: The Desk, organization: ours, about: Come in., for: [adults], topics: [home], areas: [thurrock], url: "https://ours.example", address: public, source: x, checked: 2026-11-01,
     locations: [{name: Hall, street: 1 Open Road, town: Grays, county: Essex, postcode: RM17 6ZZ}]}
  - {key: haven, name: Haven House, organization: ours, about: A safe place., for: [adults], topics: [home], areas: [thurrock], url: "https://ours.example", address: undisclosed, source: x, checked: 2026-11-01}
  - {key: leak, name: Leaky House, organization: ours, about: A safe place., for: [adults], topics: [home], areas: [thurrock], url: "https://ours.example", address: undisclosed, source: x, checked: 2026-11-01,
     locations: [{name: House, street: 9 Hidden Lane, town: Tilbury, county: Essex, postcode: RM18 7ZZ}]}
  - {key: words, name: Wordy House, organization: ours, about: A safe place at 9 Hidden Lane., for: [adults], topics: [home], areas: [thurrock], url: "https://ours.example", address: undisclosed, source: x, checked: 2026-11-01}
`
	w := newWorld(t, map[string]string{"guidance/services.yaml": list})
	paths := []string{
		"/services", "/services?q=safe+place", "/services?q=hidden+lane", "/search?q=hidden+lane", "/search?q=RM18+7ZZ", "/search?q=safe+place", "/api/oruk/services?full=true", "/api/oruk/services?text=safe",
		"/api/oruk/service_at_locations", "/api/oruk/organizations",
	}
	body := w.get("/services", 200, "Haven House", "The Desk", "!Leaky House", "!Wordy House").Body.String()
	for _, m := range regexp.MustCompile(`href="(/services/[0-9a-f]+)"`).FindAllStringSubmatch(body, -1) {
		paths = append(paths, m[1])
	}
	var page struct{ Contents []struct{ ID string } }
	for _, at := range []string{"/api/oruk/services", "/api/oruk/service_at_locations"} {
		if err := json.Unmarshal(w.get(at, 200).Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Contents {
			paths = append(paths, at+"/"+x.ID)
		}
	}
	if len(paths) < 15 {
		t.Fatalf("too little was looked at: %q", paths)
	}
	places := 0
	for _, path := range paths {
		got := w.get(path, 200).Body.String()
		for _, word := range []string{"Hidden Lane", "RM18", "Tilbury"} {
			// What was typed stands in the box, and nowhere else.
			got := regexp.MustCompile(`value="[^"]*"|q=[^"&]*`).ReplaceAllString(got, "")
			if strings.Contains(got, word) {
				t.Errorf("%s shows %s: %s", path, word, got)
			}
		}
		if strings.Contains(got, "Open Road") {
			places++
		}
	}
	if places < 3 {
		t.Errorf("a public place is shown %d times", places)
	}
}

func TestFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, path := range []string{"/api/oruk", "/api/oruk/", "/api/oruk/services", "/api/oruk/organizations", "/api/oruk/taxonomies", "/api/oruk/taxonomy_terms", "/api/oruk/service_at_locations"} {
		got := w.get(path, 200)
		if got.Header().Get("Access-Control-Allow-Origin") != "*" || got.Header().Get("Cross-Origin-Resource-Policy") != "cross-origin" || !strings.HasPrefix(got.Header().Get("Cache-Control"), "public") || !json.Valid(got.Body.Bytes()) {
			t.Errorf("%s: %v", path, got.Header())
		}
	}
	if got := w.get("/services", 200); got.Header().Get("Access-Control-Allow-Origin") != "" {
		t.Error("other sites may read a page")
	}
	got := w.get("/api/oruk/services?per_page=2&page=2", 200, `"page_number":2`, `"size":2`, `"first_page":false`)
	r := httptest.NewRequest(http.MethodGet, "/api/oruk/services?per_page=2&page=2", nil)
	r.Header.Set("If-None-Match", got.Header().Get("ETag"))
	r.Header.Set("Origin", "https://other.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	again := httptest.NewRecorder()
	w.Handler.ServeHTTP(again, r)
	if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
		t.Error(again.Code)
	}
	w.get("/api/oruk/services?text=stalkign&full=true", 200, "National Stalking Helpline", "0808 802 0300", "!FRANK")
	w.get("/api/oruk/services?page=x", http.StatusBadRequest, `"fields":{"page"`)
	for _, path := range []string{"/api/oruk/services/x", "/api/oruk/taxonomies/x", "/api/oruk/taxonomy_terms/x", "/api/oruk/service_at_locations/x"} {
		w.get(path, http.StatusNotFound, `"error"`)
	}
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	w := newWorld(t, map[string]string{
		"guidance/documents/plan.pdf": "%PDF-1.4 a plan",
		"guidance/documents.yaml": `
- {key: plan, title: The Plan, kind: plan, year: 2026, owner: The partnership, says: What is to be done., state: current, file: plan.pdf, source: x, checked: 2026-11-01, confirmed: true}
- {key: old, title: The old plan, kind: plan, year: 2020, owner: The partnership, says: What was done., state: history, held: false, ask: thurrock_partnership, replaced_by: plan, source: x, checked: 2026-11-01}
- {key: lost, title: A lost strategy, kind: strategy, year: 2019, owner: The partnership, says: What was meant., state: not known, held: false, ask: southend_lado, about: "manual:neglect", source: x, checked: 2026-11-01}
- {key: law, title: The law, kind: law, year: 2026, owner: HM Government, says: What has to be., state: current, url: "https://www.gov.example/law", source: x, checked: 2026-11-01}
`,
	})
	all := w.get("/documents", 200, "4 documents", "Kept at www.gov.example", "Kept here as a PDF", "mailto:lscb@thurrock.gov.uk", `href="/documents#plan"`, "/manual/neglect", "The file is not here yet.</p>", "Not confirmed locally")
	if !regexp.MustCompile(`href="/documents/[0-9a-f]{64}\.pdf"`).MatchString(all.Body.String()) {
		t.Error("no link to the file")
	}
	w.get("/documents?kind=plan", 200, "2 documents", "!The law")
	w.get("/documents?kind=plan&year=2020", 200, "1 document<", "The old plan")
	w.get("/documents?state=history", 200, "1 document<")
	w.get("/documents?year=1066", 200, "No documents")
	w.get("/search?q=lost+strategy&in=document", 200, "/documents#lost", "Strategies, 2019")
}

// The whole room in a browser: by everyone, on the narrowest phone, and without
// script.
func TestPagesInABrowser(t *testing.T) {
	w := newWorld(t, nil)
	server := w.Serve()
	p := webtest.Browser(t)
	var service string
	for name, path := range map[string]string{
		"search": "/search", "search-found": "/search?q=neglect", "search-meant": "/search?q=domestik+abuse", "search-urgent": "/search?q=kill+myself", "search-none": "/search?q=zzzzqqqq",
		"services": "/services", "services-open": "/services?open=now&where=thurrock", "services-none": "/services?what=none&who=nobody", "documents": "/documents",
	} {
		if status := p.Open(server + path); status != 200 {
			t.Fatalf("%s: %d", path, status)
		}
		p.Check()
		p.Shot("directory-" + name)
	}
	p.NoScript()
	p.Open(server + "/services")
	p.Click(`label[for="open"]`)
	p.Follow("main form button[type=submit]")
	if !strings.Contains(p.URL(), "open=now") {
		t.Error(p.URL())
	}
	p.Follow(".app-card h3 a")
	service = p.URL()
	if !strings.Contains(service, "/services/") {
		t.Error(service)
	}
	p.Check()
	p.Shot("directory-service")
	p.Open(server + "/search")
	p.Fill("#q", "safer sleep")
	p.Follow("main form button[type=submit]")
	if p.Text("#count") == "" || !p.Has(".app-found mark") {
		t.Error("nothing was found without script")
	}
}
