package aid_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/agency"
	"frontdoor/internal/casework/caseworktest"
	"frontdoor/internal/web/aid"
	"frontdoor/internal/web/public"
	"frontdoor/internal/web/roomtest"
	"frontdoor/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

func TestTemplates(t *testing.T) {
	t.Parallel()
	webtest.CheckPages(t)
}

// house is the aid and the room where forms are written, where a browser can
// reach them.
type house struct {
	*roomtest.World
	URL string
}

func newHouse(t testing.TB) *house {
	t.Helper()
	w := roomtest.Open(t, caseworktest.Open(t), caseworktest.Start, public.Register, aid.Register)
	return &house{w, w.Serve()}
}

// reader is a browser without script.
type reader struct {
	*http.Client
	h    *house
	path string
	code int
	body string
	head http.Header
}

func (h *house) reader() *reader {
	jar, _ := cookiejar.New(nil)
	return &reader{Client: &http.Client{Jar: jar}, h: h}
}

func (h *house) worker(w agency.Worker) *reader {
	r := h.reader()
	u, _ := url.Parse(h.URL)
	r.Jar.SetCookies(u, []*http.Cookie{h.Cookie(w)})
	return r
}

func (r *reader) took(res *http.Response, err error) *reader {
	r.h.T.Helper()
	if err != nil {
		r.h.T.Fatal(err)
	}
	defer res.Body.Close()
	b, _ := io.ReadAll(res.Body)
	r.path, r.code, r.body, r.head = res.Request.URL.RequestURI(), res.StatusCode, html.UnescapeString(string(b)), res.Header
	if r.code >= 500 {
		r.h.T.Fatalf("%s: %d %s", r.path, r.code, r.body)
	}
	return r
}

func (r *reader) open(path string) *reader {
	r.h.T.Helper()
	return r.took(r.Get(r.h.URL + path))
}

var (
	forms  = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	hidden = regexp.MustCompile(`(?s)<input type="hidden" name="([^"]*)" value="([^"]*)"`)
	ticked = regexp.MustCompile(`name="([^"]*)" type="(checkbox|radio)" value="([^"]*)"[^>]* checked`)
)

// send sends the open page's form to an address, with what it carries and what is
// typed over it.
func (r *reader) send(action string, typed ...string) *reader {
	r.h.T.Helper()
	for _, f := range forms.FindAllStringSubmatch(r.body, -1) {
		// Of several forms that go to one address, the one that holds what is named.
		if f[1] != action || len(typed) == 1 && !strings.Contains(f[2], `value="`+typed[0]+`"`) {
			continue
		}
		v := url.Values{}
		for _, m := range hidden.FindAllStringSubmatch(f[2], -1) {
			v.Add(m[1], m[2])
		}
		for _, m := range ticked.FindAllStringSubmatch(f[2], -1) {
			if m[2] == "checkbox" || !slices.Contains(typed, m[1]) {
				v.Add(m[1], m[3])
			}
		}
		for i := 0; i+1 < len(typed); i += 2 {
			v.Add(typed[i], typed[i+1])
		}
		return r.took(r.PostForm(r.h.URL+action, v))
	}
	r.h.T.Fatalf("%s has no form that goes to %s", r.path, action)
	return r
}

func (r *reader) says(words ...string) *reader {
	r.h.T.Helper()
	for _, w := range words {
		if !strings.Contains(r.body, w) {
			r.h.T.Errorf("%s does not say %q:\n%s", r.path, w, r.text())
		}
	}
	return r
}

func (r *reader) never(words ...string) *reader {
	r.h.T.Helper()
	for _, w := range words {
		if strings.Contains(r.body, w) {
			r.h.T.Errorf("%s says %q", r.path, w)
		}
	}
	return r
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (r *reader) text() string {
	_, main, _ := strings.Cut(r.body, "<main")
	return strings.Join(strings.Fields(tags.ReplaceAllString(main, " ")), " ")
}

// teacher chooses some signs about a child of 5 to 10, and comes to what is next.
func teacher(h *house, signs ...string) *reader {
	h.T.Helper()
	r := h.reader().open("/thresholds")
	r.send("/thresholds/signs", "as", "professional", "age", "5-10", "where", "thurrock", "part", "child", "part", "parenting")
	var typed []string
	for _, s := range signs {
		typed = append(typed, "sign", s)
	}
	return r.send("/thresholds/next", typed...)
}

func TestWrongChoicesAreToldBesideTheField(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader().open("/thresholds")
	if ticked.MatchString(r.body) {
		t.Error("something is chosen for the reader")
	}
	r.send("/thresholds/signs", "age", "forty", "where", "atlantis", "part", "nothing")
	if r.code != http.StatusUnprocessableEntity {
		t.Fatalf("status %d", r.code)
	}
	r.says("There is a problem", "Choose which of these you are", "Choose how old the child is", "Choose where the child lives", "Choose at least one side", `href="#part"`, `id="age-error"`)
	// What was right stays.
	r.send("/thresholds/signs", "as", "family", "age", "11-17", "part", "online").says("Choose where the child lives", `value="11-17" checked`, `value="online" checked`)
	r.send("/thresholds/signs", "where", "unknown").says("What do you see?", "Life online").never("Basic care")
	r.send("/thresholds/next").says("Choose at least one thing that you see", `href="#sign"`, `id="sign-error"`)
	if r.code != http.StatusUnprocessableEntity {
		t.Errorf("status %d", r.code)
	}
	// Made-up signs and those of another age are no choice.
	r.send("/thresholds/next", "sign", "nonsense", "sign", "milestones").says("Choose at least one thing that you see")
	r.send("/thresholds/next", "sign", "blackmailed", "sign", "milestones").says("Something you chose is not about this age", "Someone threatens to share pictures").never("late to walk")
	// What needs what was chosen before begins again.
	if r.open("/thresholds/next"); r.path != "/thresholds" {
		t.Errorf("at %s", r.path)
	}
}

func TestTheHighestComesFirstAndNothingIsDecided(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := teacher(h, "absent-or-late", "loved", "hurt-by-adult", "left-alone-sometimes")
	text := r.text()
	at := -1
	for _, want := range []string{
		"First: something you chose stands at the highest level", "Level 4", "An adult has shaken, hit, burned or choked the child", "Do this now", "01375 652802", "Ring now. Do not wait",
		"Level 3", "Is left alone too long", "Level 2", "Is often late, or away from school", "Level 1: universal", "Is loved, comforted and praised",
	} {
		i := strings.Index(text[at+1:], want)
		if i < 0 {
			t.Fatalf("%q does not come next in: %s", want, text)
		}
		at += 1 + i
	}
	r.says("You chose it under The child’s development: Learning, for a child aged 5 to 10.", "It does not decide the level", "This is for Tuesday 17 March 2026", "edition 1", "Not confirmed locally")
	for _, never := range []string{"score", "Score", "your level", "points", "total"} {
		r.never(never)
	}
	// The number is that of the minute: at night another team answers.
	h.Set(time.Date(2026, 3, 17, 22, 10, 0, 0, time.UTC))
	teacher(h, "hurt-by-adult").says("01375 372468")
	// Where nobody knows the area, each area's own number is there.
	r = h.reader().open("/thresholds")
	r.send("/thresholds/signs", "as", "family", "age", "5-10", "where", "unknown", "part", "child").send("/thresholds/next", "sign", "young-carer")
	r.says("ring the one of the child’s area", "01375 652802", "0345 603 7627", "01702 215007", "You can ask for early help")
	// Without anything at the highest level, nothing says so.
	teacher(h, "loved").never("First: something").says("Carry on", "You chose nothing that stands at Level 2, Level 3, Level 4").never("Begin")
}

// Nothing that was chosen stands in an address, no cookie is set, and no copy is
// kept by the browser.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := teacher(h, "absent-or-late")
	if r.path != "/thresholds/next" || r.head.Get("Cache-Control") != "no-store" {
		t.Errorf("%s is kept: %q", r.path, r.head.Get("Cache-Control"))
	}
	u, _ := url.Parse(h.URL)
	if c := r.Jar.Cookies(u); len(c) > 0 {
		t.Errorf("cookies: %v", c)
	}
	if regexp.MustCompile(`(?:href|action)="[^"]*(?:5-10|absent|parenting)`).MatchString(r.body) {
		t.Error("a link tells what was chosen")
	}
	// What was chosen goes back with the reader who wants to change it.
	r.send("/thresholds/signs").says(`value="absent-or-late" checked`)
	r.send("/thresholds").says(`value="5-10" checked`, `value="parenting" checked`)
	r.send("/thresholds/signs").says(`value="absent-or-late" checked`)
}

func TestAFormBeginsWithWhatWasChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := teacher(h, "absent-or-late", "care-patchy")
	r.says("Worry about a child")
	r.send("/refer")
	if !strings.HasSuffix(r.path, "/code") {
		t.Fatalf("at %s", r.path)
	}
	base := strings.TrimSuffix(r.path, "/code")
	words := []string{"Chosen from the list of signs for a child aged 5 to 10 (edition 1):", "- Is often late, or away from school", "- Meals, washing or bedtime are often forgotten"}
	// A professional finds the words where signs are asked for, and can change them.
	step := func(page string, typed ...string) {
		t.Helper()
		r.open(base + "/" + page)
		r.send(base+"/"+page, append([]string{"asked", page}, typed...)...)
	}
	step("danger", "danger", "no")
	r.open(base+"/who").send(base+"/who", "asked", "sender_kind", "sender_kind", "professional")
	r.open(base + "/indicators").says(words...)
	r.took(r.PostForm(h.URL+base+"/indicators", url.Values{"asked": {"indicators", "indicators_words"}, "indicators_words": {"He is late every day."}}))
	r.open(base + "/indicators").says("He is late every day.").never(words[0])
	// Anyone else finds them where they say what they saw.
	r.open(base+"/who").send(base+"/who", "asked", "sender_kind", "sender_kind", "family_public")
	r.open(base + "/happening").says(words...)

	// A signed-in worker is not asked who they are, and begins at once.
	w := h.worker(caseworktest.Worker(t, h.Desk, "Asha Noor", "referrer", "thurrock", "school"))
	w.open("/thresholds").never("Who are you?")
	w.send("/thresholds/signs", "age", "5-10", "where", "thurrock", "part", "child").send("/thresholds/next", "sign", "absent-or-late").send("/refer", "referral")
	if !regexp.MustCompile(`^/refer/[^/]+/danger$`).MatchString(w.path) {
		t.Errorf("at %s", w.path)
	}

	// An early help assessment begins with it as well.
	w.open("/thresholds")
	w.send("/thresholds/signs", "age", "5-10", "where", "thurrock", "part", "child", "part", "parenting").send("/thresholds/next", "sign", "absent-or-late", "sign", "care-patchy")
	w.says("Common assessment").send("/refer", "common_assessment")
	if !regexp.MustCompile(`^/refer/[^/]+/`).MatchString(w.path) {
		t.Fatalf("at %s", w.path)
	}
	w.open(w.path[:strings.LastIndex(w.path, "/")] + "/why").says(words...)
}

// What is sent in the place of signs is no more than words that someone typed.
func TestWordsThatNobodyChose(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, saw := range []string{strings.Repeat("x", 30000), "a\x00b\u202e<script>"} {
		r := h.reader()
		r.took(r.PostForm(h.URL+"/refer", url.Values{"pathway": {h.House.TakesSigns(nil)[0].Name}, "saw": {saw}}))
		if r.code != http.StatusOK {
			t.Errorf("%d: %s", r.code, r.text())
		}
		r.open(strings.TrimSuffix(r.path, "/code")+"/check").never("<script>", "\x00", "\u202e")
	}
}

func TestAllSigns(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := h.reader().open("/thresholds/all")
	r.says("edition 1", "decides", "Not confirmed locally", "Level 1: universal", "Level 4", "Children Act 1989 s47", "(Not born yet)", "The family agrees first")
	if n := strings.Count(r.body, "<li>"); n < 120 {
		t.Errorf("%d lines", n)
	}
}
