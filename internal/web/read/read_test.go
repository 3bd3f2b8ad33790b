package read_test

import (
	"compress/gzip"
	"encoding/xml"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/publishing"
	"frontdoor/internal/secret"
	"frontdoor/internal/store"
)

// has fails unless an answer has a status and holds all of the words.
func has(t *testing.T, res *httptest.ResponseRecorder, status int, words ...string) {
	t.Helper()
	if res.Code != status {
		t.Errorf("it answers %d and not %d", res.Code, status)
	}
	for _, w := range words {
		if !strings.Contains(res.Body.String(), w) {
			t.Errorf("it does not say %q", w)
		}
	}
}

// The number at the top is that of the minute, also on a page that is kept.
func TestTheNumberChangesWithTheMinute(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	day, night := `href="tel:01375652802"`, `href="tel:01375372468"`
	const path = "/parents/drugs"
	path2 := w.get(path).Header().Get("Location") // it is sensitive
	for _, at := range []string{"/manual/neglect", path2, "/", "/contact", "/hide"} {
		w.set(tuesday)
		res := w.get(at)
		has(t, res, http.StatusOK, day)
		w.get(at)
		w.set(time.Date(2026, 12, 25, 21, 10, 0, 0, time.UTC))
		later := w.get(at)
		has(t, later, http.StatusOK, night)
		now := regexp.MustCompile(`(?s)<section class="fd-now.*?</section>`).FindString(later.Body.String())
		if strings.Contains(now, day) || now == "" {
			t.Errorf("%s at 21:10 on Christmas Day still shows the number of the day", at)
		}
		if tag := res.Header().Get("ETag"); tag != "" && tag == later.Header().Get("ETag") {
			t.Errorf("%s has the same tag with another number", at)
		}
		w.set(tuesday) // a clock that goes back finds the day's number again
		has(t, w.get(at), http.StatusOK, day)
	}
	// A browser never keeps a page across a change of hours.
	for m := range 8 * 60 {
		at := time.Date(2026, 12, 8, 12, 0, 20, 0, time.UTC).Add(time.Duration(m) * time.Minute)
		w.set(at)
		age := regexp.MustCompile(`max-age=(\d+)`).FindStringSubmatch(w.get("/manual/neglect").Header().Get("Cache-Control"))
		if age == nil {
			t.Fatal("a page does not say how long it is good for")
		}
		seconds, _ := strconv.Atoi(age[1])
		if seconds > 60 {
			t.Fatalf("a page is good for %d seconds", seconds)
		}
		before := w.get("/glossary").Body.String()
		w.set(at.Add(time.Duration(max(0, seconds-1)) * time.Second))
		if w.get("/glossary").Body.String() != before {
			t.Fatalf("a page kept since %s for %d seconds is not the page then", at, seconds)
		}
	}
}

func TestAPageIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	plain, packed := w.get("/manual/neglect"), w.get("/manual/neglect", "Accept-Encoding", "gzip")
	z, err := gzip.NewReader(packed.Body)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil || string(b) != plain.Body.String() {
		t.Error("the packed page is another page")
	}
	tag := packed.Header().Get("ETag")
	if tag == "" || tag == plain.Header().Get("ETag") {
		t.Errorf("the packed and the plain page have the tag %q", tag)
	}
	has(t, w.get("/manual/neglect", "Accept-Encoding", "gzip", "If-None-Match", tag), http.StatusNotModified)
	has(t, w.get("/manual/neglect", "Accept-Encoding", "gzip", "If-None-Match", `"other"`), http.StatusOK)
	// What a script asks a piece of is not kept in the place of the page.
	w.get("/glossary", "X-Fragment", "main")
	has(t, w.get("/glossary"), http.StatusOK, "<h1")
	vary := strings.Join(plain.Header().Values("Vary"), ", ")
	if !strings.Contains(vary, "Cookie") || !strings.Contains(vary, "Accept-Encoding") {
		t.Errorf("a page varies by %s", vary)
	}
}

// Neither the address nor the tab nor the disk says what a sensitive page was about.
func TestASensitivePageLeavesLittle(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	moved := w.get("/parents/domestic-abuse")
	has(t, moved, http.StatusMovedPermanently)
	to := moved.Header().Get("Location")
	if !regexp.MustCompile(`^/page/[a-z2-7]{8}$`).MatchString(to) {
		t.Fatalf("it leads to %s", to)
	}
	page := w.get(to)
	has(t, page, http.StatusOK, "govuk-exit-this-page", `data-leave="https://`, "<h1")
	if c := page.Header().Get("Cache-Control"); c != "no-store" {
		t.Errorf("it may be kept: %s", c)
	}
	has(t, w.get("/page/aaaaaaaa"), http.StatusNotFound)
	has(t, w.get("/parents/none"), http.StatusNotFound)
	has(t, w.get("/topics/parents/none"), http.StatusNotFound)
	has(t, w.get("/topics/none/home"), http.StatusNotFound)
}

func TestYoungPeopleFindWhomToTalkToFirst(t *testing.T) {
	t.Parallel()
	page := newWorld(t, nil).get("/young-people").Body.String()
	main := page[strings.Index(page, "<main"):]
	first, after := strings.Index(main, "Childline"), strings.Index(main, "Report Remove")
	if topics := strings.Index(main, "app-topic"); first < 0 || after < 0 || first > topics || after > topics {
		t.Error("Childline and Report Remove do not stand before the subjects")
	}
}

func TestTheManualOnADate(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	edition := "Edition: Starting text, November 2026. In force from Sunday 22 November 2026."
	has(t, w.get("/manual"), http.StatusOK, edition, "not the SET Procedures", "In force, from")
	chapter := w.get("/manual/neglect")
	has(t, chapter, http.StatusOK, edition, "To cite it: SET Procedures, Neglect, “What it is”", base+"/manual/neglect?on=2026-12-08#what", "Next chapter")
	if strings.Contains(chapter.Body.String(), "Read the text in force now") {
		t.Error("the text in force says that it is another")
	}
	has(t, w.get("/manual/neglect?on=2026-12-08"), http.StatusOK, edition)
	past := w.get("/manual/neglect?on=2026-12-02")
	has(t, past, http.StatusOK, "as it stood on Wednesday 2 December 2026", `href="/manual/neglect">Read the text in force now`, "?on=2026-12-02")
	has(t, w.get("/manual/neglect?on=2026-11-01"), http.StatusOK, "No edition is in force on Sunday 1 November 2026", "Read the text in force now")
	has(t, w.get("/manual/neglect?on=2030-01-01"), http.StatusOK, "It is not in force yet")
	has(t, w.get("/manual/neglect?edition=2026-11"), http.StatusOK, edition)
	has(t, w.get("/manual?edition=none"), http.StatusNotFound, "edition")
	has(t, w.get("/manual?on=yesterday"), http.StatusUnprocessableEntity, "Write the date in the address")
	has(t, w.get("/manual/none"), http.StatusNotFound)
	w.set(time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC))
	has(t, w.get("/manual"), http.StatusOK, "No edition is in force on Saturday 21 November 2026. The first is Starting text, November 2026", "Not yet in force")
}

// A chapter that is corrected in the middle of a day says so to whoever asks for
// that day, and a link with the minute opens what was in force then.
func TestTheManualOnADayOnWhichItChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	texts := publishing.New(w.desk.DB, w.desk.Place)
	must(texts.Ship(t.Context(), w.now().AddDate(0, 0, -3)))
	writer, second := caseworktest.Worker(t, w.desk, "Ana Writer", "partnership_editor", "thurrock", ""), caseworktest.Worker(t, w.desk, "Ben Second", "partnership_manager", "thurrock", "")
	const name = "guidance/manual/neglect.md"
	live, _, err := texts.Begin(t.Context(), name)
	must(err)
	text, err := texts.Content(t.Context(), live.Hash)
	must(err)
	words := strings.Replace(string(text), "Poverty is not neglect", "Being poor is not neglect", 1)
	change, err := texts.Ask(t.Context(), publishing.By{Worker: writer, Now: w.now()}, publishing.Proposal{Name: name, Content: []byte(words), Base: live.Change, Why: "Plainer."})
	must(err)
	must(texts.Correct(t.Context(), publishing.By{Worker: second, Now: w.now()}, "A plainer word.", change.ID))
	const before, after, says = "Poverty is not neglect", "Being poor is not neglect", "The text changed during this day. This is how it stands since Tuesday 8 December 2026, 12:00."
	for _, at := range []time.Time{tuesday.Add(time.Hour), tuesday.AddDate(0, 2, 0)} {
		w.set(at)
		day := w.get("/manual/neglect?on=2026-12-08")
		has(t, day, http.StatusOK, after, says)
		earlier := regexp.MustCompile(`href="([^"]*)">Read it as it was before`).FindStringSubmatch(day.Body.String())
		if earlier == nil {
			t.Fatal("nothing leads to how it was before")
		}
		was := w.get(html.UnescapeString(earlier[1]))
		has(t, was, http.StatusOK, before, "as it stood on Tuesday 8 December 2026, 11:59", "It may have been corrected since", "Read the text in force now")
		if strings.Contains(was.Body.String(), after) {
			t.Error("before it was corrected it reads as after")
		}
		for on, want := range map[string]string{"2026-12-08T08:00:00Z": before, "2026-12-08T12:00:01Z": after} {
			has(t, w.get("/manual/neglect?on="+on), http.StatusOK, want)
		}
		other := w.get("/manual/recognising?on=2026-12-08")
		if has(t, other, http.StatusOK); strings.Contains(other.Body.String(), "changed during this day") {
			t.Error("a chapter that stayed says that it changed")
		}
	}
}

// news is a piece of news, an event and a campaign of these tests.
var news = map[string]string{
	"guidance/news/2026-11-20-line.md":  "---\ntitle: A new night line\nsummary: You can ring at night.\nkind: news\nowner: Partnership business team\nchecked: 2026-11-21\nexpires: 2026-12-31\n---\nRing & talk.\n",
	"guidance/news/2026-11-25-meet.md":  "---\ntitle: Meet us\nsummary: An evening for parents.\nkind: event\nowner: Partnership business team\nchecked: 2026-11-25\nfrom: 2026-12-10\nexpires: 2026-12-10\n---\nCome along.\n",
	"guidance/news/2026-10-01-sleep.md": "---\ntitle: Safer sleep week\nsummary: It is over.\nkind: campaign\nowner: Partnership business team\nchecked: 2026-10-01\nfrom: 2026-10-01\nexpires: 2026-10-31\n---\nOn their back.\n",
}

func TestNewsEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news)
	list := w.get("/news")
	has(t, list, http.StatusOK, "A new night line", "Meet us", "Thursday 10 December 2026", "/news.atom")
	if strings.Contains(list.Body.String(), "Safer sleep week") {
		t.Error("what is over is still in the list")
	}
	has(t, w.get("/news/2026-10-01-sleep"), http.StatusOK, "This is over.", "It ended on Saturday 31 October 2026", "On their back")
	has(t, w.get("/"), http.StatusOK, "A new night line")
	w.set(time.Date(2026, 12, 11, 9, 0, 0, 0, time.UTC))
	if strings.Contains(w.get("/news").Body.String(), "Meet us") {
		t.Error("an event is in the list on the day after it")
	}
}

// The feed is Atom, RFC 4287: what must be there is, and times are times.
func TestTheFeed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news)
	res := w.get("/news.atom")
	has(t, res, http.StatusOK)
	if got := res.Header().Get("Content-Type"); got != "application/atom+xml; charset=utf-8" {
		t.Errorf("it is sent as %s", got)
	}
	type link struct {
		Rel  string `xml:"rel,attr"`
		Href string `xml:"href,attr"`
	}
	var feed struct {
		XMLName xml.Name
		ID      string   `xml:"http://www.w3.org/2005/Atom id"`
		Title   string   `xml:"http://www.w3.org/2005/Atom title"`
		Updated string   `xml:"http://www.w3.org/2005/Atom updated"`
		Author  []string `xml:"http://www.w3.org/2005/Atom author>name"`
		Links   []link   `xml:"http://www.w3.org/2005/Atom link"`
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
			Summary string `xml:"summary"`
			Links   []link `xml:"link"`
			Content struct {
				Type string `xml:"type,attr"`
				Text string `xml:",chardata"`
			} `xml:"content"`
		} `xml:"http://www.w3.org/2005/Atom entry"`
	}
	if err := xml.Unmarshal(res.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	if feed.XMLName.Space != "http://www.w3.org/2005/Atom" || feed.XMLName.Local != "feed" || feed.ID == "" || feed.Title == "" || len(feed.Author) != 1 || len(feed.Links) != 2 {
		t.Errorf("the feed lacks something: %+v", feed)
	}
	if len(feed.Entries) != 2 || feed.Entries[0].Title != "Meet us" || feed.Entries[1].Content.Type != "html" || !strings.Contains(feed.Entries[1].Content.Text, "Ring &amp; talk.") {
		t.Errorf("entries: %+v", feed.Entries)
	}
	ids := map[string]bool{}
	times := []string{feed.Updated}
	for _, e := range feed.Entries {
		times = append(times, e.Updated)
		if ids[e.ID] || !strings.HasPrefix(e.ID, base) || e.Summary == "" {
			t.Errorf("entry %+v", e)
		}
		ids[e.ID] = true
		has(t, w.get(strings.TrimPrefix(e.Links[0].Href, base)), http.StatusOK, e.Title)
	}
	for _, at := range times {
		if _, err := time.Parse(time.RFC3339, at); err != nil {
			t.Error(err)
		}
	}
}

// Search engines are led to every page, and to nothing that is not there.
func TestTheSiteMapForMachines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, news)
	var set struct {
		URLs []string `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 url>loc"`
	}
	if err := xml.Unmarshal(w.get("/sitemap.xml").Body.Bytes(), &set); err != nil {
		t.Fatal(err)
	}
	if len(set.URLs) < 150 {
		t.Errorf("only %d addresses", len(set.URLs))
	}
	for _, u := range set.URLs {
		has(t, w.get(strings.TrimPrefix(u, base)), http.StatusOK)
	}
	has(t, w.get("/robots.txt"), http.StatusOK, "Allow: /page/", "Sitemap: "+base+"/sitemap.xml", "Disallow: /\n")
}

// A signed-in worker reads the same pages in their own frame, and it is theirs alone.
func TestAWorkerReadsInTheirOwnFrame(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	worker := caseworktest.Worker(t, w.desk, "Asha Noor", "referrer", "thurrock", "")
	token, hash := secret.NewToken()
	err := w.desk.DB.Write(t.Context(), func(tx *store.Tx) error {
		return tx.PutSession(store.Session{ID: hash, Worker: worker.ID, CreatedAt: tuesday, SeenAt: tuesday, SecondAt: tuesday, ExpiresAt: tuesday.Add(12 * time.Hour), Data: map[string]string{}})
	})
	if err != nil {
		t.Fatal(err)
	}
	res := w.get("/manual/neglect", "Cookie", "frontdoor="+token)
	has(t, res, http.StatusOK, "Asha Noor", "Sign out", "tel:01375652802")
	if c := res.Header().Get("Cache-Control"); c != "no-store" {
		t.Errorf("a worker’s page may be kept: %s", c)
	}
	if strings.Contains(w.get("/manual/neglect").Body.String(), "Asha Noor") {
		t.Error("a worker’s name is on the page of everyone")
	}
}

func BenchmarkPage(b *testing.B) {
	w := newWorld(b, nil)
	h := w.site.Handler()
	r := httptest.NewRequest(http.MethodGet, base+"/manual/neglect", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	size := w.get("/manual/neglect", "Accept-Encoding", "gzip").Body.Len()
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != http.StatusOK {
			b.Fatal(rec.Code)
		}
	}
}
