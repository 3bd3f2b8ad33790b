package post

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"
	"time"
	"unicode"

	"frontdoor/internal/fault"
)

// SMTP sends through a mail server.
type SMTP struct {
	// Addr is the server's name and port.
	Addr string
	// From is the sender of every mail: an address, with or without a name.
	From string
	// Roots are who may vouch for the server; the machine's own list when nil.
	Roots *x509.CertPool
}

// Check says whether the settings can work, without asking the server.
func (s SMTP) Check() error {
	if _, _, err := net.SplitHostPort(s.Addr); err != nil {
		return fault.New(fault.Invalid, "The mail server is given as name:port, such as mail.example:587.")
	}
	if _, err := mail.ParseAddress(s.From); err != nil {
		return fault.New(fault.Invalid, "Say which address mail comes from with --mail-from, such as no-reply@example.org.")
	}
	return nil
}

// ErrRefused means the mail server says that there is no such address, or that it
// takes no mail: trying again would not help.
var ErrRefused = errors.New("post: the address was refused")

const smtpTime = 60 * time.Second

// Send delivers one mail. Unless the server is on this machine it must offer
// STARTTLS (or, on port 465, speak TLS from the start) with a certificate that
// holds: an address tells who sent something.
func (s SMTP) Send(ctx context.Context, m Mail) error {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return s.Check()
	}
	from, err := mail.ParseAddress(s.From)
	if err != nil {
		return s.Check()
	}
	body, err := s.message(from, m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, smtpTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The mail server cannot be reached.")
	}
	defer func() { _ = conn.Close() }()
	// The deadline covers the whole conversation.
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	secure := &tls.Config{ServerName: host, RootCAs: s.Roots, MinVersion: tls.VersionTLS12}
	local := conn.RemoteAddr().(*net.TCPAddr).IP.IsLoopback()
	if port == "465" {
		conn = tls.Client(conn, secure)
	}
	return said(s.talk(conn, host, from.Address, m.To, body, secure, local || port == "465"))
}

func (s SMTP) talk(conn net.Conn, host, from, to string, body []byte, secure *tls.Config, safe bool) error {
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(secure); err != nil {
			return err
		}
	} else if !safe {
		return fault.New(fault.Unavailable, "The mail server does not offer STARTTLS, so nothing was sent.")
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		var spoken *textproto.Error
		if errors.As(err, &spoken) && spoken.Code >= 550 && spoken.Code <= 553 {
			return fault.Wrap(ErrRefused, fault.Unavailable, fmt.Sprintf("The mail server refused an address with code %d.", spoken.Code))
		}
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(body); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	// It is sent; a server that is rude at goodbye changes nothing.
	_ = c.Quit()
	return nil
}

// said takes the server's own words out of an error: they often repeat the
// address, and errors go to the log.
func said(err error) error {
	if errors.Is(err, ErrRefused) {
		return err
	}
	var spoken *textproto.Error
	if errors.As(err, &spoken) {
		return fault.New(fault.Unavailable, fmt.Sprintf("The mail server refused a mail with code %d.", spoken.Code))
	}
	return fault.Wrap(err, fault.Unavailable, "The mail server did not take a mail.")
}

func (s SMTP) message(from *mail.Address, m Mail) ([]byte, error) {
	// As it is written into the mail it must be read as this address and no other.
	to := (&mail.Address{Address: m.To}).String()
	if read, err := mail.ParseAddress(to); err != nil || read.Address != m.To || strings.ContainsFunc(m.To+m.Leave, unicode.IsControl) {
		return nil, fault.New(fault.Invalid, "The address of a queued mail is not an address.")
	}
	_, domain, _ := strings.Cut(from.Address, "@")
	contentType, encoding, id := "text/plain; charset=utf-8", "quoted-printable", rand.Text()+"@"+domain
	var body []byte
	if m.Event != nil {
		var err error
		if contentType, body, err = m.Event.mime(m, from.Address); err != nil {
			return nil, err
		}
		encoding, id = "7bit", m.Event.messageID(domain)
	}
	var b bytes.Buffer
	head := [][2]string{
		{"From", from.String()},
		{"To", to},
		{"Subject", mime.QEncoding.Encode("utf-8", m.Subject)},
		{"Date", m.At.UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + id + ">"},
		{"Auto-Submitted", "auto-generated"},
		{"MIME-Version", "1.0"},
		{"Content-Type", contentType},
		{"Content-Transfer-Encoding", encoding},
	}
	if m.Leave != "" { // RFC 8058
		head = append(head, [2]string{"List-Unsubscribe", "<" + m.Leave + ">"}, [2]string{"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"})
	}
	for _, h := range head {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	if body != nil {
		b.Write(body)
		return b.Bytes(), nil
	}
	q := quotedprintable.NewWriter(&b)
	if _, err := q.Write([]byte(strings.ReplaceAll(m.Text, "\n", "\r\n"))); err != nil {
		return nil, err
	}
	if err := q.Close(); err != nil { // the end of the last line
		return nil, err
	}
	return b.Bytes(), nil
}
