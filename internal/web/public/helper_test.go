package public_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdoor/internal/agency"
	"frontdoor/internal/answer"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/pathway"
	"frontdoor/internal/record"
	"frontdoor/internal/store"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/public"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// house is the room where a browser can reach it.
type house struct {
	*roomtest.World
	URL string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	w := roomtest.Open(t, caseworktest.Open(t), caseworktest.Start, public.Register)
	w.House.Site.Footer = append(w.House.Site.Footer, parts.Link{Text: "Privacy", Href: "/privacy"}, parts.Link{Text: "Cookies", Href: "/cookies"}, parts.Link{Text: "Leave no trace", Href: "/hide"})
	w.House.Front.SignIn = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/sign-in?next="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
	}
	w.Mux.Handle("GET /sign-in", w.House.Front.Handle(func(w http.ResponseWriter, _ *http.Request) error {
		_, err := io.WriteString(w, "sign in here")
		return err
	}))
	return &house{w, w.Serve()}
}

// reader is one browser without script.
type reader struct {
	*http.Client
	h    *house
	t    testing.TB
	path string
	code int
	body string
}

func (h *house) reader() *reader {
	jar, err := cookiejar.New(nil)
	if err != nil {
		h.T.Fatal(err)
	}
	return &reader{Client: &http.Client{Jar: jar}, h: h, t: h.T}
}

func (h *house) worker(w agency.Worker) *reader {
	r := h.reader()
	u, _ := url.Parse(h.URL)
	r.Jar.SetCookies(u, []*http.Cookie{h.Cookie(w)})
	return r
}

func (r *reader) took(res *http.Response, err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	r.path, r.code, r.body = res.Request.URL.RequestURI(), res.StatusCode, string(b)
	if r.code >= 500 {
		r.t.Fatalf("%s: %d", r.path, r.code)
	}
}

func (r *reader) open(path string) *reader {
	r.t.Helper()
	res, err := r.Get(r.h.URL + path)
	r.took(res, err)
	return r
}

// post sends the form of the page that is open, with its hidden fields, and
// what is typed over them.
func (r *reader) post(path string, typed ...string) *reader {
	r.t.Helper()
	v := r.hidden(typed)
	if strings.Contains(r.body, `enctype="multipart/form-data"`) {
		var b bytes.Buffer
		m := multipart.NewWriter(&b)
		for name, values := range v {
			for _, x := range values {
				_ = m.WriteField(name, x)
			}
		}
		_ = m.Close()
		res, err := r.Post(r.h.URL+path, m.FormDataContentType(), &b)
		r.took(res, err)
		return r
	}
	res, err := r.PostForm(r.h.URL+path, v)
	r.took(res, err)
	return r
}

var (
	hiddenField = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	whole       = regexp.MustCompile(`(?s)<main.*</main>`)
)

func (r *reader) hidden(typed []string) url.Values {
	v := url.Values{}
	for _, m := range hiddenField.FindAllStringSubmatch(whole.FindString(r.body), -1) {
		v.Add(html.UnescapeString(m[1]), html.UnescapeString(m[2]))
	}
	for i := 0; i+1 < len(typed); i += 2 {
		v.Add(typed[i], typed[i+1])
	}
	return v
}

// next sends the open page of a form.
func (r *reader) next(typed ...string) *reader {
	r.t.Helper()
	return r.post(r.path, typed...)
}

// at fails unless the page that is open ends so.
func (r *reader) at(end string) *reader {
	r.t.Helper()
	if path, _, _ := strings.Cut(r.path, "?"); !strings.HasSuffix(path, end) {
		r.t.Fatalf("at %s (%d), want …%s\n%s", r.path, r.code, end, r.text())
	}
	return r
}

func (r *reader) says(words ...string) *reader {
	r.t.Helper()
	for _, w := range words {
		if !strings.Contains(html.UnescapeString(r.body), w) {
			r.t.Errorf("%s does not say %q\n%s", r.path, w, r.text())
		}
	}
	return r
}

func (r *reader) never(words ...string) *reader {
	r.t.Helper()
	for _, w := range words {
		if strings.Contains(html.UnescapeString(r.body), w) {
			r.t.Errorf("%s says %q", r.path, w)
		}
	}
	return r
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (r *reader) text() string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(whole.FindString(r.body), " "))), " ")
}

func (r *reader) base() string { return strings.Join(strings.SplitN(r.path, "/", 4)[:3], "/") }

var codeOn = regexp.MustCompile(`id="your-code">([0-9 ]+)<`)

// neighbour begins to write and comes to the page after the place.
func neighbour(h *house) (r *reader, code string) {
	h.T.Helper()
	r = h.reader()
	r.open("/refer").says("999")
	r.post("/refer").at("/code")
	code = codeOn.FindStringSubmatch(r.body)[1]
	r.open(r.base()).at("/danger")
	r.next("danger", "no").at("/who")
	r.next("sender_kind", "family_public").at("/where")
	r.next("where_known", "postcode").at("/where_postcode")
	r.next("child_postcode", "SS1 1AA").at("/happening")
	return r, code
}

func finish(r *reader) *reader {
	r.t.Helper()
	r.next("public_saw", "A small child cried at the window every night this week.").at("/happening_when")
	r.next().at("/child_name/r1")
	r.next("children/r1/given_names", "Sam", "children/r1/family_name-not_known", "1", "children/r1/family_name-not_known_reason", "I only know the first name").at("/child_born/r1")
	r.next("children/r1/age_words", "about 4").at("/child_home/r1")
	r.next().at("/child_school/r1")
	r.next("children/r1/whereabouts", "At home", "children/r1/with_child", "The mother")
	r.at("/list/children").says("Sam")
	r.next().at("/lives_with")
	r.next("lives_with", "A woman and a man").at("/how_know")
	r.next("how_know", "I live next door").at("/public_contact")
	r.next("stay_anonymous", "yes")
	for strings.HasSuffix(r.path, "/do_not_contact") || strings.HasSuffix(r.path, "/files") {
		r.next()
	}
	return r.at("/check")
}

// sent gives the record behind a receipt that is open.
func (r *reader) sent() record.Record {
	r.t.Helper()
	path, _, _ := strings.Cut(r.path, "?")
	var rec record.Record
	err := r.h.Desk.DB.Read(r.t.Context(), func(tx *store.Tx) error {
		var err error
		rec, err = tx.Record(strings.TrimPrefix(path, "/refer/sent/"))
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec
}

func (h *house) library(name string) *pathway.Pathway {
	p, ok := h.Desk.Pathways.Get(name)
	if !ok {
		h.T.Fatalf("no pathway %s", name)
	}
	return p
}

var marked = regexp.MustCompile(`name="asked" value="([^"]+)"`)

// everyAnswer answers every question of the page that is open, but with own
// answers for some questions: nothing where they are empty.
func everyAnswer(r *reader, p *pathway.Pathway, own ...string) []string {
	r.t.Helper()
	var out []string
	for _, m := range marked.FindAllStringSubmatch(r.body, -1) {
		key := m[1]
		_, _, id := answer.Key(key).Split()
		q, ok := p.Question(id)
		if !ok {
			r.t.Fatalf("%s asks %s, which is no question", r.path, id)
		}
		if i := slices.Index(own, id); i >= 0 && i%2 == 0 {
			out = append(out, key, own[i+1])
			continue
		}
		switch q.Type {
		case "date":
			out = append(out, key+"-day", "9", key+"-month", "3", key+"-year", "2026")
		case "datetime":
			out = append(out, key+"-day", "16", key+"-month", "3", key+"-year", "2026", key+"-time", "10:00")
		case "address":
			out = append(out, key+"-line1", "1 High Street", key+"-postcode", "RM17 6SL")
		case "email":
			out = append(out, key, "asha@example.org")
		case "phone":
			out = append(out, key, "01632 960001")
		case "postcode":
			out = append(out, key, "RM17 6SL")
		case "nhs_number", "upn", "files":
		case "number", "scale":
			out = append(out, key, "5")
		case "yes_no", "yes_no_not_known":
			out = append(out, key, "no")
		case "radios", "select", "checkboxes":
			out = append(out, key, p.CodesOf(q)[0].Code)
		default:
			out = append(out, key, "Words about "+id)
		}
	}
	return out
}

func (r *reader) upload(path, name, file, content, do string) *reader {
	r.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, values := range r.hidden([]string{"do", do}) {
		for _, x := range values {
			_ = m.WriteField(k, x)
		}
	}
	f, _ := m.CreateFormFile(name, file)
	_, _ = io.WriteString(f, content)
	_ = m.Close()
	res, err := r.Post(r.h.URL+path, m.FormDataContentType(), &b)
	r.took(res, err)
	return r
}
