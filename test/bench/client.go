package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// request is one thing a browser asks for.
type request struct {
	name   string // the kind it is counted as
	path   string
	cookie string
	form   url.Values // sent as a form when it is not nil
	want   int        // the status of success
	piece  string     // the part of the page that is asked for, as an open board does
	see    string     // what a good answer holds; looked at in one answer of twenty
	// next is what the browser asks for because of the answer.
	next func(*reply) *request
}

type reply struct {
	status int
	header http.Header
	body   []byte // as it travelled, packed
}

// text is the answer unpacked.
func (a *reply) text() (string, error) {
	if a.header.Get("Content-Encoding") != "gzip" {
		return string(a.body), nil
	}
	r, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(r)
	return string(b), err
}

// cookies are what the answer sets, to send back.
func (a *reply) cookies() string {
	var out []string
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		if c.Value != "" {
			out = append(out, c.Name+"="+c.Value)
		}
	}
	return strings.Join(out, "; ")
}

// client asks one server. It keeps connections open as browsers do, and reads
// every answer to its end.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{
		Timeout: 30 * time.Second,
		Transport: &http.Transport{
			DisableCompression: true, MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, IdleConnTimeout: time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (c *client) build(ctx context.Context, q *request) (*http.Request, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if q.form != nil {
		method, body = http.MethodPost, strings.NewReader(q.form.Encode())
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+q.path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/150")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if q.form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if q.piece != "" {
		r.Header.Set("X-Fragment", q.piece)
	}
	if q.cookie != "" {
		r.Header.Set("Cookie", q.cookie)
	}
	return r, nil
}

// do asks once. A status other than the one wanted is an error.
func (c *client) do(ctx context.Context, q *request, look bool) (*reply, error) {
	r, err := c.build(ctx, q)
	if err != nil {
		return nil, err
	}
	res, err := c.http.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil {
		return nil, err
	}
	a := &reply{status: res.StatusCode, header: res.Header, body: body}
	if a.status != q.want {
		text, _ := a.text()
		return a, fmt.Errorf("%s: status %d to %s, and %d was wanted: %s", q.name, a.status, a.header.Get("Location"), q.want, complaint(text))
	}
	if look && q.see != "" {
		text, err := a.text()
		if err != nil {
			return a, err
		}
		if !strings.Contains(text, q.see) {
			return a, fmt.Errorf("%s: the answer does not hold %q", q.name, q.see)
		}
	}
	return a, nil
}

// complaint is what a page says is wrong, in short.
func complaint(page string) string {
	for _, mark := range []string{`govuk-error-summary__list">`, "<h1", "<body"} {
		if _, rest, ok := strings.Cut(page, mark); ok {
			return strings.Join(strings.Fields(rest[:min(len(rest), 400)]), " ")
		}
	}
	return page[:min(len(page), 200)]
}

// play asks for something and for all that follows from it, noting how long each
// took: the first counted from when it was due.
func (c *client) play(ctx context.Context, q *request, due time.Time, t *times, n uint64) {
	for q != nil {
		a, err := c.do(ctx, q, n%20 == 0)
		t.add(q.name, time.Since(due), err)
		if err != nil || q.next == nil {
			return
		}
		q, due = q.next(a), time.Now()
	}
}
