// Package linkcheck asks the addresses of other sites that the partnership's
// texts lead to whether they still answer.
//
// It asks only when someone wants to know, and only addresses of the open
// internet: a text cannot be used to look into the network that the service
// stands in.
package linkcheck

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"frontdoor/internal/guidance"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
)

// Job is the kind of the background work that asks.
const Job = "texts.links"

const (
	patience  = 15 * time.Second // for one address
	atOnce    = 4                // sites asked at once; one site is asked one thing at a time
	redirects = 5
)

// Checker asks.
type Checker struct {
	DB     *store.DB
	Texts  *publishing.Texts
	Client *http.Client
}

// Client is a client that reaches the open internet alone, keeps nothing and
// says nothing about who asks.
func Client() *http.Client {
	dial := &net.Dialer{Timeout: patience, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !open(at.Addr().Unmap()) || at.Port() != 443 {
			return errInside
		}
		return nil
	}}
	return &http.Client{
		Timeout:   patience,
		Transport: &http.Transport{DialContext: dial.DialContext, DisableKeepAlives: true, ResponseHeaderTimeout: patience, MaxResponseHeaderBytes: 64 << 10},
		CheckRedirect: func(to *http.Request, via []*http.Request) error {
			if len(via) > redirects || to.URL.Scheme != "https" {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}
}

var errInside = errors.New("not an address of the open internet")

// shared is the space between providers and their customers (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

func open(a netip.Addr) bool {
	return a.IsGlobalUnicast() && !a.IsPrivate() && !shared.Contains(a)
}

// Link is one address, with the files that lead to it.
type Link struct {
	URL   string
	Files []string
}

var address = regexp.MustCompile(`https://[^\s"'<>)\]}\x60|]+`)

// Links are all addresses of other sites in a library, by address.
func Links(lib *guidance.Library) []Link {
	files := map[string][]string{}
	for _, name := range lib.Files() {
		text, _ := lib.File(name)
		for _, found := range address.FindAllString(text, -1) {
			found = strings.TrimRight(found, ".,;:!?*_’”")
			if u, err := url.Parse(found); err == nil && u.Host != "" && !slices.Contains(files[found], name) {
				files[found] = append(files[found], name)
			}
		}
	}
	out := make([]Link, 0, len(files))
	for u, in := range files {
		out = append(out, Link{u, in})
	}
	slices.SortFunc(out, func(a, b Link) int { return strings.Compare(a.URL, b.URL) })
	return out
}

// Check asks every address and keeps what each answered, one after the other as
// they come: what was asked before the program stopped stays.
func (c *Checker) Check(ctx context.Context, now func() time.Time) error {
	lib, err := c.Texts.At(ctx, now())
	if err != nil {
		return err
	}
	sites := map[string][]string{}
	for _, l := range Links(lib) {
		u, _ := url.Parse(l.URL) // parsed before
		sites[u.Host] = append(sites[u.Host], l.URL)
	}
	began := now()
	var group errgroup.Group
	group.SetLimit(atOnce)
	var write sync.Mutex
	for _, urls := range sites {
		group.Go(func() error {
			for _, u := range urls {
				answers, said := c.ask(ctx, u)
				if ctx.Err() != nil {
					return ctx.Err()
				}
				write.Lock()
				err := c.DB.Write(ctx, func(tx *store.Tx) error {
					return tx.PutLinkCheck(store.LinkCheck{URL: u, Answers: answers, Said: said, At: now().UTC()})
				})
				write.Unlock()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	return c.DB.Write(ctx, func(tx *store.Tx) error { return tx.DropLinkChecks(began) })
}

// ask asks one address, first for its head alone.
func (c *Checker) ask(ctx context.Context, to string) (bool, string) {
	for _, method := range []string{http.MethodHead, http.MethodGet} {
		req, err := http.NewRequestWithContext(ctx, method, to, nil)
		if err != nil {
			return false, "This is no address that can be asked."
		}
		req.Header.Set("User-Agent", "link check")
		res, err := c.Client.Do(req)
		if err != nil {
			return false, whyNot(err)
		}
		_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
		_ = res.Body.Close()
		switch {
		case res.StatusCode < 300:
			if at := res.Request.URL.String(); at != to {
				return true, "It answers, and has moved to " + at
			}
			return true, "It answers."
		case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
			if method == http.MethodHead {
				continue // some sites do not know heads
			}
			return false, fmt.Sprintf("It says that the page is gone (%d).", res.StatusCode)
		case res.StatusCode < 400:
			return false, fmt.Sprintf("It sends readers on too often, or to a page that is not safe (%d).", res.StatusCode)
		case method == http.MethodGet:
			return false, fmt.Sprintf("It refuses to be asked by a program (%d). Look at it yourself.", res.StatusCode)
		}
	}
	return false, ""
}

// whyNot says in words why an address could not be reached.
func whyNot(err error) string {
	var dns *net.DNSError
	var wait net.Error
	switch {
	case errors.Is(err, errInside):
		return "It is not an address of the open internet, so it was not asked."
	case errors.As(err, &dns):
		return "The name of the site is not known."
	case errors.As(err, &wait) && wait.Timeout():
		return "It did not answer in 15 seconds."
	case strings.Contains(err.Error(), "certificate"):
		return "Its certificate is not right: readers would be warned."
	}
	return "It could not be reached."
}
