package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pquerna/otp/totp"
	"golang.org/x/net/html"
)

// op is one kind of thing people do.
type op struct {
	name string
	// share is how much of the working day's requests it is, in hundredths.
	share float64
	// alone says that it is also measured alone at saturation.
	alone bool
	// make gives the nth request of this kind, or nil when nothing is left to do.
	make func(n int) *request

	used atomic.Int64
}

// next gives the next request of the kind.
func (o *op) next() *request { return o.make(int(o.used.Add(1) - 1)) }

// day is everything people do on a working day, ready to be asked of one server.
type day struct {
	*ready
	c       *client
	staff   []string // cookies, by officer
	bosses  []string // by manager
	writers []string // by referrer
	page    map[string]url.Values
	decide  map[int]url.Values
	mine    map[string][]int // officers, by authority
	worked  []seen
	sent    atomic.Int64 // how many of those ready were sent
	watched atomic.Int64 // of Thurrock's, for the board that is watched
	ops     []*op
}

// seen is a record with an officer who may open it.
type seen struct{ record, cookie string }

// newDay signs everyone in through the real pages and reads the forms that the
// load will send.
func newDay(ctx context.Context, c *client, w *ready) (*day, error) {
	d := &day{ready: w, c: c, page: map[string]url.Values{}, decide: map[int]url.Values{}, mine: map[string][]int{}}
	d.sent.Store(int64(w.thurrock))
	for _, x := range []struct {
		list []account
		into *[]string
	}{{w.officers, &d.staff}, {w.managers, &d.bosses}, {w.referrers, &d.writers}} {
		*x.into = make([]string, len(x.list))
		if err := each(len(x.list), func(i int) error {
			var err error
			(*x.into)[i], err = d.signIn(ctx, x.list[i])
			return err
		}); err != nil {
			return nil, err
		}
	}
	for i, o := range w.officers {
		d.mine[o.authority] = append(d.mine[o.authority], i)
	}
	for _, authority := range authorities {
		for i, rec := range w.records[authority] {
			at := seen{rec, d.staff[d.mine[authority][i%len(d.mine[authority])]]}
			if _, err := c.do(ctx, &request{name: "record", path: "/records/" + rec, cookie: at.cookie, want: http.StatusOK}, false); err == nil {
				d.worked = append(d.worked, at)
			}
			if i == 100 {
				break
			}
		}
	}
	if len(d.worked) == 0 {
		return nil, fmt.Errorf("no officer may open any record of the sample")
	}
	for _, dr := range w.drafts {
		if d.page[dr.field] == nil {
			form, err := d.form(ctx, "/refer/"+dr.id+"/"+dr.page, d.cookieOf(dr), "/"+dr.page)
			if err != nil {
				return nil, err
			}
			d.page[dr.field] = form
		}
	}
	for _, x := range w.decisions {
		if d.decide[x.children] == nil {
			form, err := d.form(ctx, "/records/"+x.id+"/steps/decide", d.bosses[x.manager], "/steps/decide")
			if err != nil {
				return nil, err
			}
			d.decide[x.children] = form
		}
	}
	d.ops = d.all()
	return d, nil
}

// each does n things, a few at once.
func each(n int, do func(i int) error) error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var first error
	slots := make(chan struct{}, 4)
	for i := range n {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			if err := do(i); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if first == nil {
					first = err
				}
			}
		})
	}
	wg.Wait()
	return first
}

func (d *day) signIn(ctx context.Context, a account) (string, error) {
	cookie := ""
	for q := d.signingIn(a, &cookie); q != nil; {
		got, err := d.c.do(ctx, q, true)
		if err != nil {
			return "", err
		}
		if q.next == nil {
			break
		}
		q = q.next(got)
	}
	return cookie, nil
}

// signingIn is the two forms of signing in. The session it ends with is put into
// cookie, when that is given.
func (d *day) signingIn(a account, cookie *string) *request {
	first := &request{name: "signing in: password", path: "/sign-in", form: url.Values{"email": {a.worker.Email}, "password": {password}}, want: http.StatusSeeOther}
	first.next = func(got *reply) *request {
		code, err := totp.GenerateCode(a.totp, time.Now())
		if err != nil {
			panic(err) // only for a secret that is not one
		}
		return &request{
			name: "signing in: code", path: "/sign-in/second", cookie: got.cookies(), form: url.Values{"code": {code}}, want: http.StatusSeeOther,
			next: func(got *reply) *request {
				if cookie != nil {
					*cookie = got.cookies()
				}
				return nil
			},
		}
	}
	return first
}

func (d *day) cookieOf(dr draft) string {
	if dr.cookie != "" {
		return dr.cookie
	}
	return d.writers[dr.referrer]
}

// form reads the form of a page that is sent to an address with this end.
func (d *day) form(ctx context.Context, path, cookie, end string) (url.Values, error) {
	got, err := d.c.do(ctx, &request{name: "form", path: path, cookie: cookie, want: http.StatusOK}, false)
	if err != nil {
		return nil, err
	}
	text, err := got.text()
	if err != nil {
		return nil, err
	}
	values, ok := formOf(text, end)
	if !ok {
		return nil, fmt.Errorf("%s has no form that goes to …%s", path, end)
	}
	return values, nil
}

// formOf gives what a browser would send of a page's form as it stands.
func formOf(page, end string) (url.Values, bool) {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return nil, false
	}
	values, found := url.Values{}, false
	attr := func(n *html.Node, name string) (string, bool) {
		for _, a := range n.Attr {
			if a.Key == name {
				return a.Val, true
			}
		}
		return "", false
	}
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		if n.Type == html.ElementNode {
			name, _ := attr(n, "name")
			switch n.Data {
			case "form":
				action, _ := attr(n, "action")
				in = strings.HasSuffix(action, end)
				found = found || in
			case "input":
				kind, _ := attr(n, "type")
				_, checked := attr(n, "checked")
				value, _ := attr(n, "value")
				choice := kind == "radio" || kind == "checkbox"
				if in && name != "" && kind != "file" && (checked || !choice) {
					values.Add(name, value)
				}
			case "textarea":
				if in && name != "" {
					text := ""
					if n.FirstChild != nil {
						text = n.FirstChild.Data
					}
					values.Add(name, text)
				}
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(root, false)
	return values, found
}

// with is a copy of a form with some controls filled in.
func with(form url.Values, pairs ...string) url.Values {
	out := url.Values{}
	for k, v := range form {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Set(pairs[i], pairs[i+1])
	}
	return out
}

// take gives the next of a number of things that can each be used once.
func take(n *atomic.Int64, of int) (int, bool) {
	i := int(n.Add(1) - 1)
	return i, i < of
}

// send sends what is ready: the nth draft, then the receipt.
func (d *day) send(i int) *request {
	dr := d.sends[i]
	cookie := d.cookieOf(dr)
	return &request{
		name: "sending a referral", path: "/refer/" + dr.id + "/send", cookie: cookie, form: url.Values{}, want: http.StatusSeeOther,
		next: func(got *reply) *request {
			return &request{name: "receipt", path: got.header.Get("Location"), cookie: cookie, want: http.StatusOK, see: "eference"}
		},
	}
}

// guidancePage is a chapter of the manual of ordinary length.
const guidancePage = "/manual/neglect"

// all are the things people do, each with its share of a working day.
func (d *day) all() []*op {
	public := func(name, path, see string, share float64, alone bool) *op {
		return &op{name: name, share: share, alone: alone, make: func(int) *request {
			return &request{name: name, path: path, want: http.StatusOK, see: see}
		}}
	}
	officer := func(n int) string { return d.staff[n%len(d.staff)] }
	var decided, signed atomic.Int64
	typing := func(n int) draft { return d.drafts[n%len(d.drafts)] }
	words := func(n int) string { return sentences[n%len(sentences)] + " Typed " + strconv.Itoa(n) + "." }
	return []*op{
		public("home", "/", "999", 6, true),
		public("guidance page", guidancePage, "Neglect", 3, true),
		public("site search", "/search?q=neglectd+babies", "Neglect", 1, true),
		public("who to call", "/contact", "999", 10, true),
		public("before you start", "/refer", "", 3, true),
		public("sign-in page", "/sign-in", "Password", 3, true),
		{name: "signing in: password", share: 0.5, alone: true, make: func(int) *request {
			if i, ok := take(&signed, len(d.signers)); ok {
				return d.signingIn(d.signers[i], nil)
			}
			return nil
		}},
		{name: "question page", share: 9, alone: true, make: func(n int) *request {
			dr := typing(n)
			return &request{name: "question page", path: "/refer/" + dr.id + "/" + dr.page, cookie: d.cookieOf(dr), want: http.StatusOK, see: `name="` + dr.field + `"`}
		}},
		{name: "draft save", share: 14, alone: true, make: func(n int) *request {
			dr := typing(n)
			return &request{name: "draft save", path: "/refer/" + dr.id + "/save?page=" + dr.page + "&row=", cookie: d.cookieOf(dr), form: url.Values{dr.field: {words(n)}}, want: http.StatusOK, see: "saved"}
		}},
		{name: "page answered", share: 5, alone: true, make: func(n int) *request {
			dr := typing(n)
			return &request{name: "page answered", path: "/refer/" + dr.id + "/" + dr.page, cookie: d.cookieOf(dr), form: with(d.page[dr.field], dr.field, words(n)), want: http.StatusSeeOther}
		}},
		{name: "sending a referral", share: 1, alone: true, make: func(int) *request {
			if i, ok := take(&d.sent, len(d.sends)); ok {
				return d.send(i)
			}
			return nil
		}},
		{name: "status code typed", share: 3, alone: true, make: func(n int) *request {
			x := d.receipts[n%len(d.receipts)]
			return &request{
				name: "status code typed", path: "/status", form: url.Values{"reference": {x.reference}, "code": {x.code}}, want: http.StatusSeeOther,
				next: func(got *reply) *request {
					return &request{name: "status page", path: got.header.Get("Location"), cookie: got.cookies(), want: http.StatusOK, see: x.reference}
				},
			}
		}},
		{name: "board", share: 9, alone: true, make: func(n int) *request {
			return &request{name: "board", path: "/board?kind=" + form, cookie: officer(n), want: http.StatusOK, see: "/records/"}
		}},
		{name: "board refreshed", share: 13, alone: true, make: func(n int) *request {
			return &request{name: "board refreshed", path: "/board?kind=" + form, cookie: officer(n), want: http.StatusOK, see: "/records/", piece: "board"}
		}},
		{name: "record page", share: 9, alone: true, make: func(n int) *request {
			x := d.worked[n%len(d.worked)]
			return &request{name: "record page", path: "/records/" + x.record, cookie: x.cookie, want: http.StatusOK, see: x.record}
		}},
		{name: "record page, 500 revisions", share: 1, alone: true, make: func(n int) *request {
			mine := d.mine["thurrock"]
			return &request{name: "record page, 500 revisions", path: "/records/" + d.big, cookie: d.staff[mine[n%len(mine)]], want: http.StatusOK, see: d.big}
		}},
		{name: "possible matches", share: 3, alone: true, make: func(n int) *request {
			x := d.worked[(n*7)%len(d.worked)]
			return &request{name: "possible matches", path: "/records/" + x.record + "/known", cookie: x.cookie, want: http.StatusOK, see: "in the last 12 months"}
		}},
		{name: "form to decide", share: 1.5, alone: true, make: func(n int) *request {
			// From the end: the ones decided in the meantime are at the beginning.
			x := d.decisions[len(d.decisions)-1-n%(len(d.decisions)/4)]
			return &request{name: "form to decide", path: "/records/" + x.id + "/steps/decide", cookie: d.bosses[x.manager], want: http.StatusOK}
		}},
		{name: "decision", share: 0.5, alone: true, make: func(int) *request {
			if i, ok := take(&decided, len(d.decisions)*3/4); ok {
				return d.decideOn(d.decisions[i])
			}
			return nil
		}},
		{name: "person search, misspelt", share: 3, alone: true, make: func(n int) *request {
			return &request{name: "person search, misspelt", path: "/people", cookie: officer(n), form: url.Values{"q": {d.searches[n%len(d.searches)]}}, want: http.StatusOK, see: "records you may see"}
		}},
		{name: "notices", share: 1.5, alone: true, make: func(n int) *request {
			return &request{name: "notices", path: "/notices", cookie: officer(n), want: http.StatusOK}
		}},
	}
}

// decideOn sends the form of a decision, then opens what it leads to.
func (d *day) decideOn(x due) *request {
	form := with(d.decide[x.children], "based", strconv.Itoa(x.revision), "decision_consent", "agreed", "decision_consent_words", "A parent agreed by phone.",
		"pattern", "The contacts are alike, and the family has taken the help that was offered.")
	form["asked"] = append(append([]string{}, form["asked"]...), "pattern")
	for i := range x.children {
		row := "children/r" + strconv.Itoa(i+1) + "/"
		form.Set(row+"outcome", "advice")
		form.Set(row+"level_decided", "1")
		form.Set(row+"rationale", "The child is safe and the family knows where to turn.")
	}
	cookie := d.bosses[x.manager]
	return &request{
		name: "decision", path: "/records/" + x.id + "/steps/decide", cookie: cookie, form: form, want: http.StatusSeeOther,
		next: func(got *reply) *request {
			return &request{name: "after a decision", path: got.header.Get("Location"), cookie: cookie, want: http.StatusOK}
		},
	}
}

// kinds are the names under which requests are counted, in the order of a report.
func (d *day) kinds() []string {
	var out []string
	for _, o := range d.ops {
		out = append(out, o.name)
		switch o.name {
		case "signing in: password":
			out = append(out, "signing in: code")
		case "sending a referral":
			out = append(out, "receipt")
		case "status code typed":
			out = append(out, "status page")
		case "decision":
			out = append(out, "after a decision")
		}
	}
	return out
}
