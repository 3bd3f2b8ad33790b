package access

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/audit"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

// outcome is what came of a request, as far as access goes.
type outcome string

const (
	open   outcome = "open"    // let through, whatever was then wrong with the form
	out    outcome = "out"     // refused: 403 or 404
	signIn outcome = "sign-in" // asked to sign in or to show a code
)

var signInPlaces = []string{"/sign-in", "/refer/return", "/account/second-factor"}

func (a answered) outcome() outcome {
	to := a.header.Get("Location")
	switch {
	case a.code == http.StatusUnauthorized:
		return signIn
	case a.code == http.StatusSeeOther && to == "/status":
		return signIn
	case a.code == http.StatusSeeOther && slices.ContainsFunc(signInPlaces, func(p string) bool { return strings.HasPrefix(to, p) }):
		return signIn
	case a.code == http.StatusForbidden || a.code == http.StatusNotFound:
		return out
	}
	return open
}

// requests are the requests that walk one route with one target: most routes
// one, and the routes that do several things one for each.
func (w *world) requests(route string, x *target) []request {
	method, path, _ := strings.Cut(route, " ")
	if path == "/{$}" {
		path = "/"
	}
	id := x.ID
	if path == "/files/{id}" {
		id = x.File
	}
	if strings.HasPrefix(path, "/people/{id}") {
		id = x.Child
	}
	if strings.HasPrefix(path, "/workers/{id}") {
		id = w.workers["officer"].ID
	}
	if was, ok := ofSite[path]; ok {
		path = was
	}
	page, step := or(x.Page, "worry"), or(x.Step, "conversation")
	if strings.HasPrefix(path, "/sent/") || strings.HasPrefix(path, "/status/") {
		step = "withdraw"
	}
	pathway := "disagreement"
	if strings.Contains(path, "/onward/") {
		pathway = "police_protection"
	}
	path = strings.NewReplacer(
		"{id}", id, "{record}", x.ID, "{draft}", x.ID, "{doc}", or(x.Letter, nowhere.Letter), "{document}", or(x.Letter, nowhere.Letter), "{step}", step,
		"{page}", page, "{row}", or(x.Row, "r1"), "{group}", "children", "{pathway}", pathway, "{token}", "0123456789abcdef", "{name}", "decisions",
		"{change}", or(x.Change, nowhere.Change), "{issue}", or(x.Issue, nowhere.Issue), "{suggestion}", or(x.Suggestion, nowhere.Suggestion),
		"{release}", or(x.Release, nowhere.Release), "{agency}", or(x.Agency, nowhere.Agency), "{number}", "1",
		"{tool}", "gcp2", "{edition}", "practice", "{subarea}", "1", "{copy}", nowhere.Letter, "{export}", "national", "{made}", nowhere.Letter, "{source}", nowhere.Letter, "{version}", nowhere.Letter, "{format}", "json", "{meeting}", "core", "{hold}", nowhere.Lock,
	).Replace(path)
	form := func(pairs ...string) request {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		return request{method: method, path: path, body: v.Encode()}
	}
	one := []request{{method: method, path: path}}
	switch route {
	case "GET /r":
		// As it is written, and as people say it.
		return []request{{method: method, path: "/r?ref=" + x.Reference}, {method: method, path: "/r?ref=" + strings.ToLower(x.Reference)}}
	case "GET /records/{id}":
		return append(one, request{method: method, path: path + "?at=1"})
	case "GET /texts/edit", "GET /texts/history", "GET /texts/move":
		return []request{{method: method, path: path + "?file=" + aText}}
	case "GET /records/{id}/copies/preview", "GET /records/{id}/copies/preview/pdf":
		return []request{{method: method, path: path + "?copy=file&to=file"}}
	case "POST /records/{id}/copies/check":
		return []request{form("asked", nowhere.Letter, "seen", "00", "safe", "yes", "words", "No place is in it.")}
	case "GET /texts/list", "GET /texts/entry":
		return []request{{method: method, path: path + "?list=glossary"}}
	case "POST /texts/list", "POST /texts/entry":
		return []request{form("list", "glossary")}
	case "POST /records/{id}/entries", "POST /records/{id}/entries/save":
		return []request{form("kind", "note", "text", "Seen today.")}
	case "POST /records/{id}/messages", "POST /records/{id}/messages/save", "POST /sent/{record}/message", "POST /status/message":
		return []request{form("message", "Thank you.")}
	case "POST /records/{id}/files":
		body, kind := fileForm()
		return []request{{method: method, path: path, body: body, kind: kind}}
	case "POST /records/{id}/known/link":
		return []request{form("a", x.Child, "b", or(x.Match, nowhere.Match), "why", "Same mother")}
	case "POST /records/{id}/known/unlink":
		return []request{form("link", or(x.Link, nowhere.Link), "why", "Two cousins")}
	case "POST /records/{id}/letters/check":
		return []request{form("step", "send_outcome", "owner", "worker:"+w.workers["lado"].ID, "seen", "00", "safe", "yes", "words", "No place is in them.")}
	case "POST /records/{id}/access/{act}":
		me := w.workers["officer"].ID
		acts := []request{}
		for _, act := range [][]string{
			{"give", "worker", me, "why", "They help"},
			{"end", "grant", or(x.Grant, nowhere.Grant)},
			{"restrict", "kind", "high_risk", "reason", "Risk"},
			{"name", "lock", or(x.Lock, nowhere.Lock), "named", me},
			{"keep", "lock", or(x.Lock, nowhere.Lock)},
			{"lift", "lock", or(x.Lock, nowhere.Lock)},
			{"conflict", "worker", w.workers["lado"].ID, "why", "Neighbours"},
		} {
			q := form(act[1:]...)
			q.path = strings.Replace(q.path, "{act}", act[0], 1)
			acts = append(acts, q)
		}
		return acts
	case "POST /records/{id}/steps/{step}", "POST /records/{id}/steps/{step}/preview", "POST /records/{id}/steps/{step}/save":
		return []request{form("talk_with", "The school", "talk_words", "She was in.", "based", "1")}
	case "POST /records/{id}/edit/{page}", "POST /records/{id}/edit/{page}/save":
		return []request{form("worry_facts", "On Tuesday.", "based", "1", "reason", "A slip")}
	case "POST /board/allocate":
		return []request{form("record", x.ID, "to", w.workers["social-worker"].ID)}
	case "POST /sent/{record}/step/{step}", "POST /sent/{record}/step/{step}/save", "POST /status/step/{step}", "POST /status/step/{step}/save":
		return []request{form("withdraw_reason", "A mistake")}
	case "POST /refer/{draft}/{page}", "POST /refer/{draft}/{page}/{row}", "POST /refer/{draft}/list/{group}":
		return []request{form("worry_facts", "On Tuesday.", "do", "save")}
	case "POST /break-glass":
		return []request{form("reference", x.Reference, "reason", "A child is at the police station")}
	case "POST /board":
		return []request{form("text", "Sample")}
	case "POST /people":
		return []request{form("q", "Bella Sample")}
	case "POST /texts/change/{change}":
		var acts []request
		for _, do := range []string{"publish", "approve", "decline", "correct"} {
			acts = append(acts, form("do", do, "reason", "Because."))
		}
		return acts
	case "POST /texts/edit", "POST /texts/draft", "POST /texts/preview":
		return []request{form("file", aText, "content", "Words.", "why", "Because.", "do", "ask")}
	case "POST /releases/{release}":
		return []request{form("agency", or(x.Agency, nowhere.Agency), "note", "The night team")}
	case "POST /releases/nominations/{agency}":
		return []request{form("nominated", w.workers["officer"].ID)}
	case "POST /releases/new":
		return []request{form("about", "manual/neglect", "summary", "New words.", "what", "The signs.", "effect", "Look.")}
	case "POST /newsletter/write/{issue}":
		return []request{form("title", "Summer", "revision", "1")}
	case "POST /newsletter/write/{issue}/send", "POST /newsletter/write/{issue}/drop":
		return []request{form("revision", "1")}
	case "POST /suggestions/{suggestion}":
		return []request{form("seq", "1", "state", "accepted", "note", "Yes."), form("seq", "1", "note", "A note.")}
	case "POST /notices":
		return []request{form("one", nowhere.ID)}
	}
	if method == http.MethodPost {
		return []request{form("x", "y")}
	}
	return one
}

// aText is a file of the partnership's texts.
const aText = "guidance/pages/parents/alcohol.md"

// ofSite are addresses of the partnership's site that lead somewhere.
var ofSite = map[string]string{
	"/young-people/{page}": "/young-people/talk", "/parents/{page}": "/parents/alcohol", "/professionals/{page}": "/professionals/lado", "/about/{page}": "/about/home-screen",
	"/page/{code}": "/page/x", "/topics/{audience}/{topic}": "/topics/young-people/talk", "/news/{page}": "/news/x", "/pictures/{file}": "/pictures/x.png",
	"/documents/{file}": "/documents/x.pdf", "/manual/{chapter}": "/manual/neglect", "/manual/{chapter}/pdf": "/manual/neglect/pdf", "/manual/{chapter}/compare": "/manual/neglect/compare",
	"/services/{id}": "/services/thurrock-front-door", "/api/oruk/{$}": "/api/oruk/", "/suggest": "/suggest?to=parents/alcohol",
	"/published/{id}": "/published/delivery-plan", "/published/{id}/csv": "/published/delivery-plan/csv",
}

// missing are addresses where nothing need be: that there is nothing is told to
// everyone alike.
var missing = []string{
	"GET /page/{code}", "GET /news/{page}", "GET /pictures/{file}", "GET /documents/{file}", "GET /texts/content/{change}", "GET /manual/{chapter}/pdf", "GET /manual/compare", "GET /manual/{chapter}/compare",
	"GET /records/{id}/meetings", "GET /records/{id}/copies/{copy}", "GET /records/{id}/copies/{copy}/pdf", "GET /records/{id}/copies/preview", "GET /records/{id}/copies/preview/pdf", "POST /records/{id}/copies", "POST /records/{id}/copies/check",
	"GET /records/{id}/meetings/{meeting}/together", "POST /records/{id}/meetings/{meeting}/together", "POST /records/{id}/meetings/{meeting}/apart",
	"GET /records/{id}/died", "POST /records/{id}/died",
	"GET /records/{id}/redaction", "POST /records/{id}/redaction", "GET /records/{id}/redaction/{source}", "POST /records/{id}/redaction/{source}", "GET /records/{id}/redaction/{source}/rest", "POST /records/{id}/redaction/{source}/rest", "GET /records/{id}/versions", "POST /records/{id}/versions",
	"GET /records/{id}/versions/{version}/pdf", "GET /records/{id}/source", "POST /records/{id}/source",
	"GET /records/{id}/exports", "GET /records/{id}/exports/{export}", "POST /records/{id}/exports/{export}", "GET /records/{id}/exports/made/{made}/{format}",
	"GET /records/{id}/tools/{group}", "GET /records/{id}/tools/{group}/compare", "GET /records/{id}/tools/{group}/score/{subarea}", "POST /records/{id}/tools/{group}/score/{subarea}", "POST /records/{id}/tools/{group}/score/{subarea}/save",
	"GET /retention/{id}", "GET /retention/holds/{hold}/lift", "GET /retention/destroyed/{id}",
	"GET /manual.pdf", "GET /manual.epub", "GET /api/oruk/services/{id}", "GET /api/oruk/taxonomies/{id}", "GET /api/oruk/taxonomy_terms/{id}", "GET /api/oruk/service_at_locations/{id}",
}

// nothingThere tells whether the answer only says that there is no such thing.
func nothingThere(route string, got answered) bool {
	return got.code == http.StatusNotFound && slices.Contains(missing, route)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func fileForm() (body, kind string) {
	var picture, b bytes.Buffer
	_ = png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4)))
	m := multipart.NewWriter(&b)
	_ = m.SetBoundary("frontdoorfrontdoorfrontdoor")
	f, _ := m.CreateFormFile("files", "drawing.png")
	_, _ = f.Write(picture.Bytes())
	_ = m.Close()
	return b.String(), m.FormDataContentType()
}

var (
	marks = regexp.MustCompile(`since=\d+`)
	// What someone sent when they had to sign in first is carried along, sealed.
	keptForm = regexp.MustCompile(`<input type="hidden" name="kept" value="[^"]*">`)
)

// same puts one word for all that may differ between a record and none: the id
// that was asked for, which the answer may repeat, and the request's own number.
func (a answered) same(x *target) string {
	var head []string
	for k, v := range a.header {
		if k != "X-Request-Id" && (k != "Content-Length" || a.code != http.StatusUnauthorized) {
			head = append(head, k+": "+strings.Join(v, "; "))
		}
	}
	slices.Sort(head)
	text := fmt.Sprint(a.code, "\n", strings.Join(head, "\n"), "\n\n", a.body)
	if id := a.header.Get("X-Request-Id"); id != "" {
		text = strings.ReplaceAll(text, id, "(request)")
	}
	for _, id := range []string{nowhere.Letter, nowhere.Match, nowhere.Link, x.ID, x.Reference, strings.ToLower(x.Reference), x.File, x.Letter, x.Child, x.Link, x.Match, x.Grant, x.Lock, x.Change, x.Issue, x.Suggestion, x.Release, x.Agency} {
		if id != "" {
			text = strings.ReplaceAll(text, id, "(id)")
		}
	}
	text = keptForm.ReplaceAllString(text, "(what they sent)")
	return marks.ReplaceAllString(text, "since=(mark)")
}

// walk is one pass over everything, with what it found for the table.
type walk struct {
	*world
	t        *testing.T
	requests int
	combos   int
	hidden   int // compared byte for byte with a record that was never made
	part     int // which half of the combinations is walked, or all
	tried    map[string]map[string]bool
}

// all is the part that leaves nothing out.
const all = -1

// engines number the parts that the two engines walk.
var engines = map[string]int{"sqlite": 0, "postgres": 1}

// skips shares the combinations out between the two engines, so that an ordinary
// run walks each once and is done in a minute. Under the race detector, which
// takes many times as long, it walks a sample in which every route and everyone
// stands. FRONTDOOR_ACCESS=full walks all of them on both.
func (w *walk) skips(i, j int) bool { return w.part != all && (i+j)%share != w.part }

// core are the routes that are walked also with the records that "plain" started.
var core = []string{
	"GET /records/{id}", "GET /records/{id}/work", "GET /records/{id}/access", "GET /records/{id}/looked", "GET /records/{id}/history", "GET /files/{id}", "GET /r",
	"GET /sent/{record}", "GET /refer/sent/{record}", "POST /records/{id}/entries", "POST /records/{id}/entries/save", "POST /records/{id}/files",
	"POST /records/{id}/access/{act}", "POST /records/{id}/messages", "POST /board/allocate",
}

func TestAccess(t *testing.T) {
	r := readRules(t)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		w := &walk{world: newWorld(t, db, r), t: t, part: all, tried: map[string]map[string]bool{}}
		everyRouteIsGuarded(t, r, w.site.Routes())
		if !full {
			w.part = engines[db.Engine()]
		}
		before := w.digest()
		w.refused()
		w.unchanged(before, "a refused request")
		w.inTheLog()
		w.nothingShows()
		w.allowedReads()
		w.rooms()
		w.allowedActs()
		t.Logf("%d routes, %d people, %d combinations, %d requests, %d answers compared with those for a record that was never made",
			len(w.site.Routes()), len(r.People), w.combos, w.requests, w.hidden)
	})
}

// targetFor is the record of a column for someone: those who follow a record by
// its code have records of their own.
func (w *world) targetFor(s *someone, column string) *target {
	if s.ID == "code-holder" && (column == "plain" || column == "locked") {
		return w.targets["code "+column]
	}
	return w.targets[column]
}

func (w *world) cookie(s *someone, column string) *http.Cookie {
	if s.ID == "code-holder" && column == "locked" {
		if w.cookies["code locked"] == nil {
			w.cookies["code locked"] = w.codeSession("visitor locked")
		}
		return w.cookies["code locked"]
	}
	return w.cookies[s.ID]
}

// about are the routes that name a record or a draft.
func (w *walk) about(column string) []string {
	var out []string
	for _, g := range w.rules.Groups {
		if column == "draft" && g.Who != "draft" && g.ID != "file" || column != "draft" && g.Who != "record" {
			continue
		}
		for _, route := range g.Routes {
			if column != "check" && column != "follow" || slices.Contains(core, route) {
				out = append(out, route)
			}
		}
	}
	return out
}

// refused sends everything that must be refused, reads and acts, and compares
// each answer to someone who may not know of the record with the answer for one
// that was never made: status, headers, page, and the statements run for it.
func (w *walk) refused() {
	nevers := map[string]answered{}
	for i, s := range w.rules.People {
		for _, column := range columns {
			if (s.out() || s.Code) && (column == "check" || column == "follow") && w.part != all {
				continue // They never get as far as a record.
			}
			x, cookie := w.targetFor(s, column), w.cookie(s, column)
			for j, route := range w.about(column) {
				if w.rules.may(s, w.rules.groupOf[route], column) || w.skips(i, j) {
					continue
				}
				w.combos++
				none := *nowhere
				none.Page, none.Step, none.Row = x.Page, x.Step, x.Row
				theirs, nobodys := w.world.requests(route, x), w.world.requests(route, &none)
				for i, q := range theirs {
					w.requests++
					got := w.send(q, cookie)
					want := out
					switch {
					case s.Code && column == "draft":
						want = got.outcome() // They are sent to their own receipt, whatever they ask for.
					case s.out() || s.Code && route != "GET /refer/sent/{record}":
						want = signIn
					}
					if got.outcome() != want {
						w.t.Errorf("%s, %s, %s: %d %s, want %s", s.ID, column, route, got.code, got.header.Get("Location"), want)
						continue
					}
					if l := s.level(column); l != "nothing" && l != "sign-in" {
						continue
					}
					w.hidden++
					if w.rules.power(s, w.rules.groupOf[route].Needs) && route != "POST /board/allocate" {
						w.tries(s.ID+" "+column, route)
					}
					key := fmt.Sprint(s.ID, nobodys[i])
					never, have := nevers[key]
					if !have {
						w.requests++
						never = w.send(nobodys[i], cookie)
						nevers[key] = never
					}
					if a, b := got.same(x), never.same(&none); a != b {
						w.t.Errorf("%s, %s, %s: can be told from a record that was never made:\n%s", s.ID, column, route, differ(a, b))
					}
					if a, b := strings.Join(got.statements, "\n"), strings.Join(never.statements, "\n"); a != b {
						w.t.Errorf("%s, %s, %s: the database does other work than for a record that was never made:\n%s", s.ID, column, route, differ(a, b))
					}
				}
			}
		}
	}
}

// tries notes what the log must hold. Who lacks the power for a page is refused
// before anything is looked up, and a board's form holds ids and no address.
func (w *walk) tries(key, route string) {
	if w.tried[key] == nil {
		w.tried[key] = map[string]bool{}
	}
	w.tried[key][route] = true
}

// differ shows the first lines that two texts do not share.
func differ(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	i := 0
	for i < len(x) && i < len(y) && x[i] == y[i] {
		i++
	}
	show := func(lines []string) string {
		text := strings.TrimSpace(strings.Join(lines[min(i, len(lines)):min(i+3, len(lines))], " / "))
		return text[:min(len(text), 400)]
	}
	return fmt.Sprintf("  line %d: %s\n  never:  %s", i+1, show(x), show(y))
}

func (w *walk) unchanged(before map[string][]string, what string) {
	w.t.Helper()
	for table, rows := range w.digest() {
		if !slices.Equal(before[table], rows) {
			w.t.Errorf("%s changed the table %s: %d rows, then %d", what, table, len(before[table]), len(rows))
		}
	}
}

// inTheLog checks that every worker who tried to open a record they may not know
// of is in the log with it, and that whoever may read the record finds them
// there.
func (w *walk) inTheLog() {
	for _, s := range w.rules.People {
		for _, column := range []string{"plain", "locked", "check", "follow"} {
			if s.level(column) != "nothing" || s.Role == "" {
				continue
			}
			var events []audit.Event
			w.must(w.desk.DB.Read(w.t.Context(), func(tx *store.Tx) error {
				var err error
				events, err = tx.AuditSearch(store.AuditQuery{Subject: w.targets[column].ID, Actor: "worker:" + w.workers[s.ID].ID, Act: audit.ActRefused, Limit: 1 << 20})
				return err
			}))
			routes := map[string]bool{}
			for _, e := range events {
				routes[e.Route] = true
			}
			for route := range w.tried[s.ID+" "+column] {
				if !routes[route] {
					w.t.Errorf("%s tried %s on %s and the log does not say so", s.ID, route, column)
				}
			}
		}
	}
}

// allowedReads sends every read that must be let through.
func (w *walk) allowedReads() {
	for i, s := range w.rules.People {
		for _, column := range columns {
			x, cookie := w.targetFor(s, column), w.cookie(s, column)
			for j, route := range w.about(column) {
				g := w.rules.groupOf[route]
				if w.skips(i, j) || !w.rules.may(s, g, column) || !strings.HasPrefix(route, "GET ") || !walkable(g, route, column) {
					continue
				}
				if s.Code && route != "GET /refer/sent/{record}" {
					continue // Those who hold a code have pages without an id.
				}
				w.combos++
				for _, q := range w.world.requests(route, x) {
					w.requests++
					if got := w.send(q, cookie); got.outcome() != open && !nothingThere(route, got) {
						w.t.Errorf("%s, %s, %s: %d %s, and may: %s", s.ID, column, route, got.code, got.header.Get("Location"), words(got.body))
					}
				}
			}
		}
	}
}

// walkable tells whether the record of a column has what a route shows: a check
// has no letters, and each pathway has steps and pages of its own.
func walkable(g *group, route, column string) bool {
	if column == "plain" || column == "locked" || column == "draft" {
		return !strings.Contains(route, "/list/") && !strings.Contains(route, "{row}")
	}
	return g.ID != "steps" && g.ID != "letter" && !strings.Contains(route, "{page}") && g.ID != "about" && g.ID != "sender" && g.ID != "message"
}

// ofTexts are the tables of what is published, which no refused request and no
// unfinished form of a public page adds to.
var ofTexts = []string{"text_", "newsletter_", "suggestion", "release", "nomination", "link_check"}

// rooms walks the routes that name no record, as everyone. Whoever may not know of
// a text's change, an issue, a suggestion or a release gets the answer for one
// that was never made.
func (w *walk) rooms() {
	before := w.digest()
	defer func() {
		for table, rows := range w.digest() {
			if slices.ContainsFunc(ofTexts, func(p string) bool { return strings.HasPrefix(table, p) }) && !slices.Equal(before[table], rows) {
				w.t.Errorf("a refused request changed the table %s: %d rows, then %d", table, len(before[table]), len(rows))
			}
		}
	}()
	for i, s := range w.rules.People {
		for _, g := range w.rules.Groups {
			if g.Who == "record" || g.Who == "draft" {
				continue
			}
			for j, route := range g.Routes {
				if w.skips(i, j) {
					continue
				}
				may := w.rules.may(s, g, "plain")
				// What would sign someone out or change their account is tried only by
				// those who must be refused.
				if strings.HasPrefix(route, "POST ") && may && g.ID != "board" && g.ID != "people" && g.Who != "anyone" || g.Who == "anyone" && s.ID != "anonymous" {
					continue
				}
				if route == "GET /board/events" && may || strings.HasSuffix(route, "{token}") || route == "GET /assets/" {
					continue // It does not end: see events. A link in a mail is a secret of its own. That folder has no page.
				}
				w.combos++
				want := open
				switch {
				case g.Who == "worker" && (s.out() || s.Code), g.Who == "code" && !s.Code:
					want = signIn
				case !may:
					want = out
				}
				nobodys := w.world.requests(route, nowhere)
				for n, q := range w.world.requests(route, w.targets["code plain"]) {
					w.requests++
					got := w.send(q, w.cookies[s.ID])
					is := got.outcome()
					if g.ID == "public" && is == signIn || route == "GET /audit/checkpoint" && may || route == "GET /account/recovery" && may {
						is = want // The ways in lead to each other; nothing has been signed yet; the codes are shown once.
					}
					if g.ID == "person" && may {
						is, want = out, out // Whom they may see differs: see the search of people.
					}
					if may && nothingThere(route, got) {
						is = want
					}
					if g.Who == "worker" && !may && want == out && q != nobodys[n] && !s.is("nominated") { // who is nominated knows of the release
						w.hidden++
						never := w.send(nobodys[n], w.cookies[s.ID])
						if a, b := got.same(w.targets["code plain"]), never.same(nowhere); a != b {
							w.t.Errorf("%s, %s: can be told from one that was never made:\n%s", s.ID, route, differ(a, b))
						}
					}
					if g.Who == "code" && s.ID == "other-code-holder" && is == out {
						is = want // A letter of a record that is not theirs.
					}
					if is != want {
						w.t.Errorf("%s, %s: %d %s, want %s: %s", s.ID, route, got.code, got.header.Get("Location"), want, words(got.body))
					}
				}
			}
		}
	}
}

// allowedActs does everything that may be done, by everyone who may.
func (w *walk) allowedActs() {
	for i, s := range w.rules.People {
		for _, column := range columns {
			x, cookie := w.targetFor(s, column), w.cookie(s, column)
			for j, route := range w.about(column) {
				g := w.rules.groupOf[route]
				if w.skips(i, j) || !w.rules.may(s, g, column) || !strings.HasPrefix(route, "POST ") || !walkable(g, route, column) || s.Code {
					continue
				}
				if route == "POST /board/allocate" && !w.rules.power(s, "board") {
					continue // They have no board to say on what was wrong.
				}
				w.combos++
				for _, q := range w.world.requests(route, x) {
					// These take from others what they are still to be walked with.
					if strings.HasSuffix(q.path, "/access/restrict") || strings.HasSuffix(q.path, "/access/lift") || strings.HasSuffix(q.path, "/access/conflict") ||
						strings.HasSuffix(q.path, "/access/end") || strings.HasSuffix(q.path, "/access/name") || strings.HasSuffix(q.path, "/known/unlink") {
						continue
					}
					if strings.HasSuffix(q.path, "/access/keep") && x.Lock == "" {
						continue // There is no lock to keep.
					}
					w.requests++
					if got := w.send(q, cookie); got.outcome() != open && !nothingThere(route, got) {
						w.t.Errorf("%s, %s, %s %s: %d %s, and may: %s", s.ID, column, route, q.path, got.code, got.header.Get("Location"), words(got.body))
					}
				}
			}
		}
	}
}

// words is a page's main part without its markup, for a failure's message.
func words(html string) string {
	if _, main, ok := strings.Cut(html, "<main"); ok {
		html = main
	}
	text := strings.Join(strings.Fields(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(html, " ")), " ")
	return text[:min(len(text), 200)]
}
