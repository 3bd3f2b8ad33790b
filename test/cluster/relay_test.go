package cluster_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"frontdoor/test/live"
)

// balancer is one address before two nodes. It gives them requests in the order
// 1 2 2 1: who sends a form to one is led on to the page on the other, and sends
// the next form to the other.
func balancer(t *testing.T, database string, args ...string) (base string, nodes []*live.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base = "http://localhost:" + strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
	o := live.Place(t)
	o.Data, o.Database, o.Args = "", database, append([]string{"--base-url", base}, args...)
	nodes = append(nodes, live.Start(t, o))
	o.Key = nodes[0].Place().Key
	nodes = append(nodes, live.Start(t, o))
	var turn atomic.Int64
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			to := nodes[[4]int{0, 1, 1, 0}[turn.Add(1)%4]]
			r.Out.URL.Scheme, r.Out.URL.Host = "http", to.Addr()
			// Host stays as it came; this proxy is believed about where people are.
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
		},
	}
	srv := &http.Server{Handler: proxy}
	go func() { _ = srv.Serve(l) }()
	t.Cleanup(func() { _ = srv.Close() })
	return base, nodes
}

// wire is a TCP relay to a PostgreSQL server that can lose the answer to a
// commit, or stop carrying anything at all.
type wire struct {
	port   int
	to     string
	lose   atomic.Pointer[loss]
	silent atomic.Bool // nothing is carried and nothing is refused
	lost   chan struct{}
}

// loss is the next commit to lose: that of a transaction with a statement that
// holds some words.
type loss struct {
	words  string
	before bool // the server never gets the commit either
}

func newWire(t *testing.T, s *server) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{port: l.Addr().(*net.TCPAddr).Port, to: fmt.Sprintf("127.0.0.1:%d", s.port), lost: make(chan struct{}, 100)}
	var all sync.WaitGroup
	var mu sync.Mutex
	var open []net.Conn
	all.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", w.to)
			if err != nil {
				_ = in.Close()
				continue
			}
			mu.Lock()
			open = append(open, in, out)
			mu.Unlock()
			all.Go(func() { w.carry(in, out) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, c := range open {
			_ = c.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return w
}

func (w *wire) url(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", w.port, database)
}

// carry carries one connection both ways, reading what the program says.
func (w *wire) carry(in, out net.Conn) {
	defer func() { _, _ = in.Close(), out.Close() }()
	var deaf atomic.Bool // the server's answers are thrown away
	answered := make(chan struct{}, 1)
	var back sync.WaitGroup
	defer back.Wait()
	defer func() { _ = out.Close() }()
	back.Go(func() {
		b := make([]byte, 32<<10)
		for {
			n, err := out.Read(b)
			if deaf.Load() {
				select {
				case answered <- struct{}{}:
				default:
				}
			} else if n > 0 && !w.silent.Load() {
				_, _ = in.Write(b[:n])
			}
			if err != nil {
				_ = in.Close()
				return
			}
		}
	})
	from := bufio.NewReader(in)
	first, err := message(from, false)
	if err != nil {
		return
	}
	_, _ = out.Write(first)
	named := map[string]string{} // prepared statements
	within := ""                 // what this transaction has said
	for {
		m, err := message(from, true)
		if err != nil {
			return
		}
		switch text := m[5:]; m[0] {
		case 'P':
			name, rest, _ := bytes.Cut(text, []byte{0})
			query, _, _ := bytes.Cut(rest, []byte{0})
			named[string(name)] = string(query)
		case 'B':
			_, rest, _ := bytes.Cut(text, []byte{0})
			name, _, _ := bytes.Cut(rest, []byte{0})
			within += named[string(name)] + "\n"
		case 'Q':
			query := strings.ToLower(string(text))
			if strings.HasPrefix(query, "begin") {
				within = ""
			}
			l := w.lose.Load()
			if strings.HasPrefix(query, "commit") && l != nil && strings.Contains(within, l.words) && w.lose.CompareAndSwap(l, nil) {
				if !l.before {
					deaf.Store(true)
					_, _ = out.Write(m)
					<-answered // the server has done it
				}
				w.lost <- struct{}{}
				return
			}
		}
		if w.silent.Load() {
			continue
		}
		if _, err := out.Write(m); err != nil {
			return
		}
	}
}

// message reads one message of PostgreSQL's protocol. The first has no kind.
func message(r *bufio.Reader, kind bool) ([]byte, error) {
	head := make([]byte, 4, 5)
	if kind {
		head = head[:5]
	}
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	size := int(binary.BigEndian.Uint32(head[len(head)-4:])) - 4
	if size < 0 || size > 64<<20 {
		return nil, errors.New("not a message")
	}
	body := make([]byte, size)
	_, err := io.ReadFull(r, body)
	return append(head, body...), err
}

// mailbox is a mail server that counts what it gets.
type mailbox struct {
	addr string
	mu   sync.Mutex
	got  map[string]int // by address
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := &mailbox{addr: l.Addr().String(), got: map[string]int{}}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go b.take(c)
		}
	}()
	return b
}

func (b *mailbox) take(c net.Conn) {
	defer func() { _ = c.Close() }()
	r := bufio.NewReader(c)
	say := func(text string) { _, _ = io.WriteString(c, text+"\r\n") }
	say("220 here")
	to := ""
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch verb := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(verb, "RCPT TO:"):
			to = strings.ToLower(strings.Trim(strings.TrimPrefix(verb, "RCPT TO:"), "<> "))
			say("250 well")
		case verb == "DATA":
			say("354 go on")
			for line = ""; strings.TrimSpace(line) != "."; {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			b.mu.Lock()
			b.got[to]++
			b.mu.Unlock()
			say("250 kept")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 well")
		}
	}
}

// letters are how many mails each address got.
func (b *mailbox) letters() map[string]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.got)
}

// node is an address of one node under the balancer's name, so that a browser's
// cookies go with it.
func node(base string, s *live.Server) string {
	u, _ := url.Parse(base)
	_, port, _ := net.SplitHostPort(s.Addr())
	u.Host = net.JoinHostPort(u.Hostname(), port)
	return u.String()
}
