package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"
)

// Client is a browser without script: it keeps cookies, follows redirects, and
// says where a form comes from. It is for one goroutine at a time.
type Client struct {
	Base string
	HTTP *http.Client // its transport may be replaced, to share or to measure it
	// Forwarded, when set, is the address a proxy on this machine says that the
	// requests come from, so that many clients are not one source to the limits.
	Forwarded string
}

// NewClient is a browser that has never been here.
func NewClient(base string) *Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only for options, and there are none
	}
	c := &Client{Base: strings.TrimSuffix(base, "/")}
	c.HTTP = &http.Client{
		Jar: jar, Timeout: 60 * time.Second,
		Transport:     &http.Transport{DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, MaxIdleConnsPerHost: 4, IdleConnTimeout: 20 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c
}

// Close lets its connections go.
func (c *Client) Close() { c.HTTP.CloseIdleConnections() }

// hops bounds redirects.
const hops = 10

// Get opens a path of the site.
func (c *Client) Get(ctx context.Context, path string) (*Page, error) {
	return c.do(ctx, http.MethodGet, c.Base+path, "", "", nil)
}

// Post sends values to a path, whatever form they are of.
func (c *Client) Post(ctx context.Context, path string, values url.Values) (*Page, error) {
	return c.do(ctx, http.MethodPost, c.Base+path, "application/x-www-form-urlencoded", "", []byte(values.Encode()))
}

// File is a file that goes with a form.
type File struct {
	Field, Name string
	Content     []byte
}

// Submit sends a form as it stands, with values in place of its own, and
// follows where the answer leads. An error is only for an answer that did not
// come; the page then still holds the answers that did, and Page.Accepted tells
// whether the form was taken.
func (c *Client) Submit(ctx context.Context, f *Form, values url.Values, files ...File) (*Page, error) {
	if f == nil {
		return nil, errors.New("there is no such form")
	}
	send := url.Values{}
	for k, v := range f.Values {
		send[k] = v
	}
	for k, v := range values {
		send[k] = v
	}
	if !f.Multipart {
		return c.do(ctx, f.Method, f.Action, "application/x-www-form-urlencoded", "", []byte(send.Encode()))
	}
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k, list := range send {
		for _, v := range list {
			if err := m.WriteField(k, v); err != nil {
				return nil, err
			}
		}
	}
	for _, file := range files {
		w, err := m.CreateFormFile(file.Field, file.Name)
		if err == nil {
			_, err = w.Write(file.Content)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := m.Close(); err != nil {
		return nil, err
	}
	return c.do(ctx, f.Method, f.Action, m.FormDataContentType(), "", b.Bytes())
}

// Autosave saves some controls of a form as the page's script does while
// someone types. Nil means that the program said it is saved.
func (c *Client) Autosave(ctx context.Context, f *Form, values url.Values) error {
	if f == nil || f.Autosave == "" {
		return errors.New("this form does not save itself")
	}
	p, err := c.do(ctx, http.MethodPost, f.Autosave, "application/x-www-form-urlencoded", "application/json", []byte(values.Encode()))
	if err != nil {
		return err
	}
	if p.Status != http.StatusOK || !bytes.Contains(p.Body, []byte(`"saved"`)) {
		return fmt.Errorf("not saved: %d %s", p.Status, p.Body)
	}
	return nil
}

func (c *Client) do(ctx context.Context, method, address, kind, accept string, body []byte) (*Page, error) {
	p := newPage()
	script := accept != ""
	for range hops {
		r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
		if err != nil {
			return p, err
		}
		h := r.Header
		h.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Frontdoor-test")
		h.Set("Accept-Language", "en-GB")
		h.Set("Sec-Fetch-Site", "same-origin")
		if script {
			h.Set("Accept", accept)
			h.Set("X-Autosave", "1")
			h.Set("Sec-Fetch-Mode", "cors")
			h.Set("Sec-Fetch-Dest", "empty")
		} else {
			h.Set("Accept", "text/html,application/xhtml+xml")
			h.Set("Sec-Fetch-Mode", "navigate")
			h.Set("Sec-Fetch-Dest", "document")
		}
		if method == http.MethodPost {
			h.Set("Content-Type", kind)
			h.Set("Origin", c.Base)
		}
		if c.Forwarded != "" {
			h.Set("X-Forwarded-For", c.Forwarded)
		}
		res, err := c.HTTP.Do(r)
		if err != nil {
			return p, err
		}
		b, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		p.Status, p.URL, p.Header, p.Body = res.StatusCode, r.URL, res.Header, b
		p.Hops = append(p.Hops, Hop{method, r.URL.RequestURI(), res.StatusCode})
		if err != nil && res.StatusCode < 300 {
			return p, err // half a page
		}
		to := res.Header.Get("Location")
		if res.StatusCode < 300 || res.StatusCode > 399 || to == "" {
			return p, nil
		}
		u, err := r.URL.Parse(to)
		if err != nil {
			return p, err
		}
		if res.StatusCode == http.StatusSeeOther || res.StatusCode == http.StatusFound {
			method, body = http.MethodGet, nil
		}
		address = u.String()
	}
	return p, fmt.Errorf("more than %d redirects, last to %s", hops, p.URL.Path)
}

// Wrong is an answer that was not what a journey needs.
type Wrong struct {
	Page *Page
	What string
}

func (w *Wrong) Error() string {
	return fmt.Sprintf("%s: %s (%d) %s\n%s", w.What, w.Page.URL.Path, w.Page.Status, w.Page.Errors(), w.Page.Text())
}
