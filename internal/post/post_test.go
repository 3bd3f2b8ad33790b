package post_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/post"
	"frontdoor/internal/seal"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

// server is a mail server that keeps what it is given.
type server struct {
	mu     sync.Mutex
	got    []string
	from   string
	to     []string
	secure bool
	refuse error
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	_, secure := c.TLSConnectionState()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.secure = secure
	return &session{s}, nil
}

type session struct{ *server }

func (s *session) Reset()                                      {}
func (s *session) Logout() error                               { return nil }
func (s *session) Mail(from string, _ *smtp.MailOptions) error { s.from = from; return nil }
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if s.refuse != nil {
		return s.refuse
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, string(b))
	return err
}

// start runs the server on this machine; with a certificate it offers STARTTLS.
func (s *server) start(t *testing.T, cert *tls.Certificate) string {
	t.Helper()
	srv := smtp.NewServer(s)
	srv.Domain = "localhost"
	if cert != nil {
		srv.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*cert}}
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	return ln.Addr().String()
}

func certificate(t *testing.T, name string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Unix(0, 0), NotAfter: time.Unix(1<<33, 0), IsCA: true, BasicConstraintsValid: true,
		DNSNames: []string{name}, IPAddresses: []net.IP{net.ParseIP(name)},
	}
	if form.IPAddresses[0] == nil {
		form.IPAddresses = nil
	}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func news() post.Mail {
	subject, text, err := post.Write("news", "https://frontdoor.example/", nil)
	if err != nil {
		panic(err)
	}
	return post.Mail{To: "sender@school.example", Subject: subject, Text: text, At: noon}
}

func TestSends(t *testing.T) {
	t.Parallel()
	cert, roots := certificate(t, "127.0.0.1")
	s := &server{}
	out := post.SMTP{Addr: s.start(t, &cert), From: "Frontdoor <no-reply@frontdoor.example>", Roots: roots}
	if err := out.Send(t.Context(), news()); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.secure || s.from != "no-reply@frontdoor.example" || len(s.to) != 1 || s.to[0] != "sender@school.example" || len(s.got) != 1 {
		t.Fatalf("secure %v, from %q, to %v, %d mails", s.secure, s.from, s.to, len(s.got))
	}
	m, err := mail.ReadMessage(strings.NewReader(s.got[0]))
	if err != nil {
		t.Fatal(err)
	}
	if m.Header.Get("Subject") != "There is news for you" || m.Header.Get("Auto-Submitted") != "auto-generated" || m.Header.Get("Date") != "Tue, 17 Mar 2026 12:00:00 +0000" {
		t.Errorf("headers %v", m.Header)
	}
	body, err := io.ReadAll(m.Body)
	if err != nil || !bytes.Contains(body, []byte("open https://frontdoor.example and sign in")) {
		t.Errorf("body %q, %v", body, err)
	}
}

func TestRefusesAServerThatCannotProveItself(t *testing.T) {
	t.Parallel()
	cert, _ := certificate(t, "127.0.0.1")
	s := &server{}
	out := post.SMTP{Addr: s.start(t, &cert), From: "no-reply@frontdoor.example", Roots: x509.NewCertPool()}
	if err := out.Send(t.Context(), news()); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("with a certificate nobody vouches for: %v", err)
	}
	if len(s.got) != 0 {
		t.Error("it was sent")
	}
}

func TestErrorsDoNotNameTheAddress(t *testing.T) {
	t.Parallel()
	s := &server{refuse: &smtp.SMTPError{Code: 550, Message: "<sender@school.example>: user unknown"}}
	out := post.SMTP{Addr: s.start(t, nil), From: "no-reply@frontdoor.example"}
	err := out.Send(t.Context(), news())
	if err == nil || strings.Contains(err.Error(), "sender") || !strings.Contains(err.Error(), "550") {
		t.Errorf("%v", err)
	}
}

// A reader of a list leaves it by one press in their mail program (RFC 8058).
func TestAListCanBeLeft(t *testing.T) {
	t.Parallel()
	s := &server{}
	out := post.SMTP{Addr: s.start(t, nil), From: "no-reply@frontdoor.example"}
	m := news()
	m.Leave = "https://frontdoor.example/newsletter/leave/abc"
	if err := out.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := out.Send(t.Context(), news()); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.Contains(s.got[0], "\r\nList-Unsubscribe: <https://frontdoor.example/newsletter/leave/abc>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n") {
		t.Errorf("%s", s.got[0])
	}
	if strings.Contains(s.got[1], "List-") {
		t.Errorf("a mail that is no list's says it is: %s", s.got[1])
	}
}

// Only that there is no such address is for good; a server that is busy is not.
func TestRefusedForGood(t *testing.T) {
	t.Parallel()
	for code, good := range map[int]bool{550: true, 553: true, 450: false, 554: false} {
		s := &server{refuse: &smtp.SMTPError{Code: code, Message: "no"}}
		err := post.SMTP{Addr: s.start(t, nil), From: "no-reply@frontdoor.example"}.Send(t.Context(), news())
		if errors.Is(err, post.ErrRefused) != good || fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%d: %v", code, err)
		}
	}
}

func TestHeadersCannotBeAdded(t *testing.T) {
	t.Parallel()
	s := &server{}
	out := post.SMTP{Addr: s.start(t, nil), From: "no-reply@frontdoor.example"}
	m := news()
	m.To = "a@b.example\r\nBcc: everyone@c.example"
	if err := out.Send(t.Context(), m); err == nil {
		t.Error("a line break in an address was taken")
	}
}

// No mail says what it is about: a person who is watched may have their mail
// read.
func TestTextsSayNothing(t *testing.T) {
	t.Parallel()
	names := post.Names()
	if len(names) < 2 {
		t.Fatalf("texts: %v", names)
	}
	for _, name := range names {
		subject, text, err := post.Write(name, "https://frontdoor.example", map[string]string{"token": "abc123", "record": "0190-x"})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, word := range []string{"child", "safeguard", "social", "referral", "abuse", "police", "council", "worry", "worried"} {
			if strings.Contains(strings.ToLower(subject+text), word) {
				t.Errorf("%s says %q", name, word)
			}
		}
		// Whoever has no account is told whom to ring, and nothing to open.
		if strings.HasSuffix(name, "_outside") == strings.Contains(text, "https://frontdoor.example") {
			t.Errorf("%s does not say where", name)
		}
	}
	if _, text, err := post.Write("confirm_email", "https://frontdoor.example", map[string]string{"token": "abc123", "record": "r1"}); err != nil || !strings.Contains(text, "https://frontdoor.example/confirm/r1/abc123\n") {
		t.Errorf("%q, %v", text, err)
	}
	if _, _, err := post.Write("confirm_email", "https://frontdoor.example", map[string]string{"record": "r1"}); err == nil {
		t.Error("written without its token")
	}
	if _, _, err := post.Write("news", "https://frontdoor.example", map[string]string{"name": "Jane Smith"}); err == nil {
		t.Error("a name was taken for a token")
	}
	if _, _, err := post.Write("nothing", "https://frontdoor.example", nil); err == nil {
		t.Error("a text there is none of")
	}
}

// A queued mail goes out once a server can take it, and is tried again when it
// cannot.
func TestQueuedMailGoesOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		sealer, err := seal.New([]byte("the key of these tests, 32 bytes.")[:seal.KeySize])
		if err != nil {
			t.Fatal(err)
		}
		desk := &casework.Desk{DB: db, Sealer: sealer}
		queued := casework.Mail{ID: store.NewID(noon), Template: "news"}
		queued.Sealed, err = sealer.SealText("sender@school.example", seal.Binding{Kind: "mail", ID: queued.ID})
		if err != nil {
			t.Fatal(err)
		}
		if to, err := desk.MailTo(queued); err != nil || to != "sender@school.example" {
			t.Fatalf("%q, %v", to, err)
		}
		if err := db.Write(t.Context(), func(tx *store.Tx) error {
			return tx.Enqueue(noon, store.Job{Kind: casework.MailJob, Payload: queued})
		}); err != nil {
			t.Fatal(err)
		}
		sent := make(chan post.Mail, 1)
		tries := 0
		p := &post.Post{Desk: desk, Site: "https://frontdoor.example", Now: func() time.Time { return noon }, Send: func(_ context.Context, m post.Mail) error {
			if tries++; tries == 1 {
				return errors.New("away")
			}
			sent <- m
			return nil
		}}
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex
		now := noon
		ended := make(chan error, 1)
		go func() {
			// A clock that runs fast, so that the second try comes soon.
			ended <- db.RunJobs(ctx, func() time.Time {
				mu.Lock()
				defer mu.Unlock()
				now = now.Add(10 * time.Second)
				return now
			}, map[string]store.Handler{casework.MailJob: p.Job()})
		}()
		m := <-sent
		if m.To != "sender@school.example" || m.Subject != "There is news for you" {
			t.Errorf("sent %+v", m)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
