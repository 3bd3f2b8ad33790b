package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"frontdoor/internal/fault"
	"frontdoor/internal/post"
	"frontdoor/internal/secret"
	"frontdoor/internal/site"
)

type serving struct {
	place
	addr, base, cert, keyFile, metrics, backups string
	smtp                                        post.SMTP
}

func serveCommand() *cobra.Command {
	var s serving
	c := &cobra.Command{
		Use:   "serve",
		Short: "Run the service",
		Long: `Run the service.

Records are kept in the data folder, encrypted, or in PostgreSQL. The key is a
file elsewhere: without it nobody can read the records, so keep a copy of it
apart from the backups.

Log lines are JSON on standard error and hold no names and no words from any
record. The service ends cleanly on SIGTERM.`,
		Example: `  frontdoor serve --data /var/lib/frontdoor --key /etc/frontdoor/key --base-url https://frontdoor.example --tls-cert /etc/frontdoor/cert.pem --tls-key /etc/frontdoor/cert.key --addr :443
  frontdoor serve --database postgres://frontdoor@db/frontdoor --key /etc/frontdoor/key --base-url https://frontdoor.example --smtp mail.example:587 --mail-from no-reply@example`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context()) },
	}
	s.flags(c)
	f := c.Flags()
	f.StringVar(&s.addr, "addr", "127.0.0.1:8080", "address to listen on")
	f.StringVar(&s.base, "base-url", "", "the address people reach the service at, such as https://frontdoor.example")
	f.StringVar(&s.cert, "tls-cert", "", "certificate file, to serve HTTPS without a proxy")
	f.StringVar(&s.keyFile, "tls-key", "", "key file of the certificate")
	f.StringVar(&s.smtp.Addr, "smtp", "", "mail server, name:port (default: mail waits in the queue)")
	f.StringVar(&s.smtp.From, "mail-from", "", "the address that mail comes from")
	f.StringVar(&s.clamd, "clamd", "", "ClamAV's address, /path/to/socket or name:port (default: files are marked as not scanned)")
	f.StringVar(&s.metrics, "metrics", "", "another address to serve /metrics on, for Prometheus (default: none)")
	f.StringVar(&s.backups, "backups", "", "folder to write an encrypted backup into every day, at midnight UTC (default: none)")
	return c
}

func (s *serving) run(ctx context.Context) error {
	log := slog.New(slog.NewJSONHandler(os.Stderr, nil))
	slog.SetDefault(log)
	if (s.cert == "") != (s.keyFile == "") {
		return usage{fault.New(fault.Invalid, "give both --tls-cert and --tls-key, or neither")}
	}
	if s.base == "" {
		var err error
		if s.base, err = baseOf(s.addr, s.cert != ""); err != nil {
			return usage{err}
		}
	}
	o, err := s.open(ctx, time.Now(), true)
	if err != nil {
		return err
	}
	defer o.close()
	if o.newKey {
		log.Warn("A new key was made. Without it nobody can read the records. Copy it now to a safe place apart from the backups.", "key file", o.keyPath, "key", o.key.ID())
	}
	if err := passkeysFor(o, s.base); err != nil {
		return err
	}
	cfg := site.Config{Desk: o.desk, Gate: o.gate, Sign: o.sign, Base: s.base, Now: time.Now, Log: log}
	if s.smtp.Addr == "" {
		log.Warn("No mail server is set with --smtp: mail waits in the queue until one is.")
	} else {
		if err := s.smtp.Check(); err != nil {
			return usage{err}
		}
		cfg.Send = s.smtp.Send
	}
	if o.desk.Scanner == nil {
		log.Warn("No malware scanner is set with --clamd: files are marked as not scanned.")
	}
	if s.backups == "" {
		log.Warn("No folder for backups is set with --backups: make them in another way.")
	} else {
		if err := os.MkdirAll(s.backups, 0o700); err != nil {
			return fault.Wrap(err, fault.Unavailable, "The folder for backups cannot be made. Choose another with --backups.")
		}
		cfg.Backup = func(ctx context.Context, now time.Time) error {
			info, err := o.desk.DB.Backup(ctx, filepath.Join(s.backups, "frontdoor-"+now.Format("20060102-150405")+".fdb"), o.key, now)
			if err == nil {
				log.Info("backup made", "rows", info.Rows, "tables", info.Tables, "key", o.key.ID())
			}
			return err
		}
	}
	st, err := site.New(cfg)
	if err != nil {
		return usage{err}
	}
	// Not earlier: of what starting takes a seventh is kept, and if it is cleared seldom
	// that seventh lies scattered over all of it, so that half cannot be given back.
	steady()
	debug.FreeOSMemory()
	log.Info("serving", "version", versionText(), "at", s.base, "listening on", s.addr, "database", o.desk.DB.Engine(), "pathways", len(o.desk.Pathways.All()))
	return s.listen(ctx, st, log)
}

// steady sets how memory is cleared and how much runs at once. Little is kept and
// much passes through, so clearing less often saves a tenth of the processor; the
// limit keeps that from adding up. What is read from the disk is waited for by a
// thread that holds one of Go's processors meanwhile, so there are twice as many as
// the machine has: the system shares the cores out among them more evenly than two
// long pages would. GOGC, GOMEMLIMIT and GOMAXPROCS still do what they always do.
func steady() {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(184 << 20)
	}
}

// passkeysFor sets passkeys up for the address the service is reached at.
func passkeysFor(o *opened, base string) error {
	u, err := url.Parse(base)
	if err != nil {
		return usage{err}
	}
	o.gate.Passkeys, err = secret.NewPasskeys(u.Hostname(), "Frontdoor "+o.desk.Place.Short, u.Scheme+"://"+u.Host)
	return err
}

// baseOf is the address of a service that nobody has given one.
func baseOf(addr string, secure bool) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", fault.New(fault.Invalid, "the address to listen on is given as name:port, such as 127.0.0.1:8080")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		// Passkeys belong to a name, never to a number.
		host = "localhost"
	}
	scheme := "http"
	if secure {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}

// listen serves until the context ends, then lets requests and jobs finish.
func (s *serving) listen(ctx context.Context, st *site.Site, log *slog.Logger) error {
	ln, err := net.Listen("tcp", s.addr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "The address "+s.addr+" cannot be listened on. Is the service running already? Choose another with --addr.")
	}
	servers := []*http.Server{server(st.Handler(), log)}
	listeners := []net.Listener{ln}
	if s.cert != "" {
		pair, err := tls.LoadX509KeyPair(s.cert, s.keyFile)
		if err != nil {
			return fault.Wrap(err, fault.Invalid, "The certificate cannot be used.")
		}
		listeners[0] = tls.NewListener(ln, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, CipherSuites: suites, NextProtos: []string{"h2", "http/1.1"}})
	}
	if s.metrics != "" {
		ln, err := net.Listen("tcp", s.metrics)
		if err != nil {
			return fault.Wrap(err, fault.Unavailable, "The address "+s.metrics+" for --metrics cannot be listened on.")
		}
		mux := http.NewServeMux()
		mux.Handle("GET /metrics", st.Metrics())
		servers, listeners = append(servers, server(mux, log)), append(listeners, ln)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return st.Run(ctx) })
	// Requests outlive the service's own end by a moment, so that a save that is
	// under way is saved. Streams of events would go on for ever.
	requests, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(5*time.Second, cut) })()
	for i, srv := range servers {
		srv.BaseContext = func(net.Listener) context.Context { return requests }
		group.Go(func() error {
			if err := srv.Serve(listeners[i]); !errors.Is(err, http.ErrServerClosed) {
				return err
			}
			return nil
		})
		group.Go(func() error {
			<-ctx.Done()
			end, cancel := context.WithTimeout(context.WithoutCancel(ctx), 25*time.Second)
			defer cancel()
			return srv.Shutdown(end)
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	log.Info("stopped")
	return nil
}

// suites are what TLS 1.2 may use: a new key for each connection, and a cipher
// that shows every change. TLS 1.3 has no others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

func server(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelInfo),
	}
}
