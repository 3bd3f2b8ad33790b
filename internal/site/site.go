// Package site puts the rooms of the web behind one address, with what belongs
// to none of them: health and measurements, the background work, and in the
// demonstration the page to sign in as anyone and to set the clock.
package site

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"frontdoor/internal/audit"
	"frontdoor/internal/bulletin"
	"frontdoor/internal/casework"
	"frontdoor/internal/fault"
	"frontdoor/internal/linkcheck"
	"frontdoor/internal/post"
	"frontdoor/internal/publishing"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/account"
	"frontdoor/internal/web/aid"
	"frontdoor/internal/web/assets"
	newsroom "frontdoor/internal/web/bulletin"
	"frontdoor/internal/web/directory"
	"frontdoor/internal/web/editor"
	"frontdoor/internal/web/family"
	"frontdoor/internal/web/insight"
	"frontdoor/internal/web/mash"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/public"
	"frontdoor/internal/web/read"
	"frontdoor/internal/web/retention"
	"frontdoor/internal/web/room"
	"frontdoor/internal/web/shelf"
	"frontdoor/internal/web/tools"
)

// Config is what a site is made of.
type Config struct {
	Desk *casework.Desk
	Gate *signin.Gate
	Sign *audit.Key
	// Base is the address people reach the site at, such as
	// https://frontdoor.example. With https every page and cookie is for HTTPS
	// only.
	Base string
	Now  func() time.Time
	Log  *slog.Logger
	// Send delivers mail. When nil, mail waits in the queue until a program that
	// can send it is started.
	Send func(ctx context.Context, m post.Mail) error
	// Backup writes a backup, and is called once a day; nil when backups are made
	// in another way.
	Backup func(ctx context.Context, now time.Time) error
	// Demo is set in the demonstration.
	Demo *Demo
}

// backupMeta is the name under which the time of the last backup is kept.
const backupMeta = "last backup"

// Site is the whole service.
type Site struct {
	Config
	front   *web.Front
	texts   *publishing.Texts
	handler http.Handler
	routes  []Route
	host    string
}

// exitHref is where “Exit this page” goes: a page anyone might be looking at.
const exitHref = "https://www.bbc.co.uk/weather"

// New puts the site together.
func New(c Config) (*Site, error) {
	base, err := url.Parse(c.Base)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" || strings.Trim(base.Path, "/") != "" {
		return nil, fault.New(fault.Invalid, "Give the address people reach the site at with --base-url, such as https://frontdoor.example, with nothing after the name.")
	}
	c.Base = base.Scheme + "://" + base.Host
	s := &Site{Config: c, host: base.Host}
	place := c.Desk.Place
	look := &web.Site{
		Name: place.Name, Home: "/", Base: c.Base, ExitHref: exitHref, SignInHref: "/sign-in", SignOutHref: "/sign-out",
		Footer: []parts.Link{
			{Text: "Check what happened", Href: "/status"},
			{Text: "Sign in for staff", Href: "/sign-in"},
			{Text: "Site map", Href: "/sitemap"},
			{Text: "Hide that you were here", Href: "/hide"},
			{Text: "Privacy", Href: "/privacy"},
			{Text: "Cookies", Href: "/cookies"},
			{Text: "Accessibility", Href: "/accessibility"},
		},
		FooterText: "If a child is in danger now, call 999.",
	}
	if c.Demo != nil {
		look.Name = "Demonstration: " + place.Short
		look.FooterText = "This is a demonstration. Everyone in it is made up. Do not type anything about a real person."
		look.Footer = append(look.Footer, parts.Link{Text: "Sign in as anyone, set the clock", Href: "/demo"})
	}
	s.front = &web.Front{Log: c.Log, Metrics: web.NewMetrics(), Now: c.Now, TLS: base.Scheme == "https"}
	s.front.Metrics.More = append(s.front.Metrics.More, s.jobMetrics)
	s.texts = publishing.New(c.Desk.DB, c.Desk.Place)
	s.texts.Scanner, c.Desk.Follow = c.Desk.Scanner, s.texts.Directory
	s.texts.Mail = func(tx *store.Tx, now time.Time, to, template string) error {
		return c.Desk.QueueMail(tx, casework.BySystem(now), to, template, nil)
	}
	h := &room.House{Desk: c.Desk, Gate: c.Gate, Front: s.front, Site: look, Demo: c.Demo != nil, Texts: s.texts}
	// An error page is drawn without asking the database who this is.
	s.front.Chrome = func(r *http.Request) web.Chrome {
		if signin.WorkerToken(r) == "" {
			return h.PublicChrome(r, "", true)
		}
		return web.Chrome{Site: look, Staff: true, Nav: []parts.Link{
			{Text: "Board", Href: "/board"}, {Text: "Who to call", Href: "/contact"}, {Text: "Your account", Href: "/account"},
		}, Emergency: h.Moment(web.Now(r)).Emergency}
	}
	mux := &noting{ServeMux: http.NewServeMux()}
	h.Routes = mux
	s.front.SignIn = account.SignInAgain(mux, h)
	public.Register(mux, h)
	aid.Register(mux, h)
	h.Texts.LeadTo(h.Leads)
	h.Texts.AlsoCheck(s.checkTexts)
	read.Register(mux, h)
	shelf.Register(mux, h)
	mash.Register(mux, h)
	family.Register(mux, h)
	insight.Register(mux, h)
	directory.Register(mux, h)
	editor.Register(mux, h)
	newsroom.Register(mux, h)
	tools.Register(mux, h)
	account.Register(mux, h)
	retention.Register(mux, h)
	mux.Handle("GET "+assets.Prefix, web.Guarded{Handler: assets.Handler(), Who: room.Anyone})
	mux.Handle("GET /healthz", h.Public(s.health))
	mux.Handle("GET /readyz", h.Public(s.ready))
	mux.Handle("GET /robots.txt", h.Public(s.robots))
	if c.Demo != nil {
		c.Demo.register(mux, h)
	}
	s.handler, s.routes = s.guard(s.front.Wrap(mux.ServeMux)), mux.routes
	return s, nil
}

// Route is one address pattern of the site, with its method, and who may come:
// empty when nothing says so, which no route may be.
type Route struct{ Pattern, Who string }

// Routes are all routes of the site, in the order they were added.
func (s *Site) Routes() []Route { return s.routes }

// noting is a mux that can say which routes it has.
type noting struct {
	*http.ServeMux
	routes []Route
}

// Handle adds a route and notes it.
func (n *noting) Handle(pattern string, h http.Handler) {
	guarded, _ := h.(web.Guarded)
	n.routes = append(n.routes, Route{pattern, guarded.Who})
	n.ServeMux.Handle(pattern, h)
}

// Handler answers every request.
func (s *Site) Handler() http.Handler { return s.handler }

// Metrics shows the counts in the Prometheus text format. Serve it on an address
// of its own that only the operators reach.
func (s *Site) Metrics() http.Handler { return s.front.Metrics.Handler() }

// guard does what must come before everything else: a proxy on this machine is
// believed about where a request comes from, and an address that is not the
// site's own is refused, so that no link the site makes can lead elsewhere.
func (s *Site) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if at, port, err := net.SplitHostPort(r.RemoteAddr); err == nil && net.ParseIP(at).IsLoopback() {
			if said := r.Header.Values("X-Forwarded-For"); len(said) > 0 {
				list := strings.Split(said[len(said)-1], ",")
				if ip := net.ParseIP(strings.TrimSpace(list[len(list)-1])); ip != nil {
					r.RemoteAddr = net.JoinHostPort(ip.String(), port)
				}
			}
		}
		probe := r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
		if !probe && !s.ours(r.Host) {
			s.front.Bare(w, http.StatusMisdirectedRequest, "This service is at "+s.Base)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ours tells whether a request was meant for this site. The site of a machine
// itself may be reached by any of the machine's own names.
func (s *Site) ours(host string) bool {
	if strings.EqualFold(host, s.host) {
		return true
	}
	return loopback(s.host) && loopback(host)
}

func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host
	}
	return name == "localhost" || net.ParseIP(strings.Trim(name, "[]")).IsLoopback()
}

func (s *Site) health(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, "ok\n")
	return nil
}

// ready says whether the service can do its work: 200, or 503 with what is
// missing.
func (s *Site) ready(w http.ResponseWriter, r *http.Request) error {
	detail := map[string]string{"database": "reachable", "migrations": "done", "mail": "sent"}
	code := http.StatusOK
	state, err := s.Desk.DB.MigrationState(r.Context())
	switch {
	case err != nil:
		detail["database"], detail["migrations"], code = "cannot be reached", "not known", http.StatusServiceUnavailable
		s.Log.Error("not ready", "cause", err.Error())
	case len(state.Pending) > 0:
		detail["migrations"], code = fmt.Sprintf("%d waiting", len(state.Pending)), http.StatusServiceUnavailable
	}
	if s.Send == nil {
		detail["mail"] = "kept, not sent: no mail server is set"
	}
	if s.Desk.Scanner == nil {
		detail["scanner"] = "none is set: files are marked as not scanned"
	} else if err := s.Desk.Scanner.Ping(r.Context()); err != nil {
		detail["scanner"] = "cannot be reached: files are marked as not scanned"
	} else {
		detail["scanner"] = "reachable"
	}
	if s.Backup != nil && code == http.StatusOK {
		detail["backup"] = "none yet"
		if at, err := s.lastBackup(r.Context()); err == nil && !at.IsZero() {
			detail["backup"] = "last made " + at.Format(time.RFC3339)
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	return json.NewEncoder(w).Encode(detail)
}

func (s *Site) lastBackup(ctx context.Context) (time.Time, error) {
	var at time.Time
	err := s.Desk.DB.Read(ctx, func(tx *store.Tx) error {
		text, err := tx.GetMeta(backupMeta)
		if err != nil || text == "" {
			return err
		}
		at, err = store.ParseInstant(text)
		return err
	})
	return at, err
}

func (s *Site) backup(ctx context.Context) error {
	now := s.Now().UTC()
	if err := s.Backup(ctx, now); err != nil {
		return err
	}
	return s.Desk.DB.Write(ctx, func(tx *store.Tx) error { return tx.SetMeta(backupMeta, store.FormatInstant(now)) })
}

// robots keeps search engines to what helps people: nobody finds a record or an
// invitation by searching.
func (s *Site) robots(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "User-agent: *\n"+
		"Allow: /$\nAllow: /young-people\nAllow: /parents\nAllow: /professionals\nAllow: /about\nAllow: /page/\nAllow: /topics/\n"+
		"Allow: /manual\nAllow: /glossary\nAllow: /contact\nAllow: /news\nAllow: /services\nAllow: /documents\nAllow: /thresholds\n"+
		"Allow: /pictures/\nAllow: /sitemap\nAllow: /refer$\nAllow: /hide\nAllow: /privacy\nAllow: /accessibility\nAllow: /assets/\n"+
		"Disallow: /\nSitemap: "+s.Base+"/sitemap.xml\n")
	return err
}

// jobMetrics measures the background work: what waits and what was given up.
func (s *Site) jobMetrics(w io.Writer) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	now := s.Now()
	err := s.Desk.DB.Read(ctx, func(tx *store.Tx) error {
		c, err := tx.JobCounts(now)
		if err != nil {
			return err
		}
		late := 0.0
		if !c.Oldest.IsZero() {
			late = max(0, now.Sub(c.Oldest).Seconds())
		}
		size, err := tx.AuditSize()
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(w, `# HELP frontdoor_jobs Background jobs by state.
# TYPE frontdoor_jobs gauge
frontdoor_jobs{state="waiting"} %d
frontdoor_jobs{state="running"} %d
frontdoor_jobs{state="failed"} %d
# HELP frontdoor_jobs_late_seconds How long the longest overdue job has waited.
# TYPE frontdoor_jobs_late_seconds gauge
frontdoor_jobs_late_seconds %g
# HELP frontdoor_audit_events Lines in the audit log.
# TYPE frontdoor_audit_events counter
frontdoor_audit_events %d
`, c.Waiting, c.Running, c.Failed, late, size)
		return err
	})
	if err == nil && s.Backup != nil {
		var at time.Time
		if at, err = s.lastBackup(ctx); err == nil && !at.IsZero() {
			_, err = fmt.Fprintf(w, "# HELP frontdoor_backup_age_seconds Time since the last backup.\n# TYPE frontdoor_backup_age_seconds gauge\nfrontdoor_backup_age_seconds %g\n", now.Sub(at).Seconds())
		}
	}
	if err != nil {
		s.Log.Error("job measurements", "cause", err.Error())
	}
}

// Run does the background work until the context ends.
func (s *Site) Run(ctx context.Context) error {
	err := s.run(ctx)
	if ctx.Err() != nil {
		return nil // Asked to stop, perhaps before it had begun.
	}
	return err
}

func (s *Site) run(ctx context.Context) error {
	if err := s.Desk.KeepPathwayTexts(ctx, s.Now()); err != nil {
		return err
	}
	if err := s.texts.Ship(ctx, s.Now()); err != nil {
		return err
	}
	if err := s.checkpoint(ctx); err != nil {
		return err
	}
	write := func(fn func(ctx context.Context) error) func(context.Context, store.Work) error {
		return func(ctx context.Context, _ store.Work) error { return fn(ctx) }
	}
	jobs := map[string]store.Handler{
		"clocks.tell": {Every: time.Minute, Do: write(s.tellClocks)},
		"drafts.drop": {Every: 24 * time.Hour, Do: write(func(ctx context.Context) error { return s.Desk.DropOldDrafts(ctx, s.Now()) })},
		"attempts.prune": {Every: time.Hour, Do: write(func(ctx context.Context) error {
			return s.Desk.DB.Write(ctx, func(tx *store.Tx) error {
				before := s.Now().Add(-24 * time.Hour)
				if err := tx.PruneSessions(before); err != nil {
					return err
				}
				return tx.PruneAttempts(s.Now().Add(-2 * secret.Window))
			})
		})},
		"audit.checkpoint": {Every: time.Hour, Do: write(s.checkpoint)},
		"newsletter.drop":  {Every: 24 * time.Hour, Do: write(func(ctx context.Context) error { return s.bulletin().DropUnconfirmed(ctx, s.Now()) })},
		"releases.run":     {Every: time.Hour, Do: write(func(ctx context.Context) error { return s.bulletin().Run(ctx, s.Now()) })},
		"retention.due": {Every: casework.RetentionJob, Lease: time.Hour, Do: write(func(ctx context.Context) error {
			_, err := s.Desk.RunRetention(ctx, s.Now())
			return err
		})},
		"locks.due": {Every: 24 * time.Hour, Do: write(func(ctx context.Context) error { return s.Desk.RemindRestrictions(ctx, s.Now()) })},
		"texts.due": {Every: 24 * time.Hour, Do: write(func(ctx context.Context) error { return s.texts.RemindDue(ctx, s.Now()) })},
		"tools.due": {Every: 24 * time.Hour, Do: write(func(ctx context.Context) error {
			return errors.Join(s.Desk.RemindLicences(ctx, s.Now()), s.Desk.RemindTraining(ctx, s.Now()))
		})},
		linkcheck.Job: {Lease: time.Hour, Do: write(func(ctx context.Context) error {
			return (&linkcheck.Checker{DB: s.Desk.DB, Texts: s.texts, Client: linkcheck.Client()}).Check(ctx, s.Now)
		})},
	}
	if s.Send != nil {
		jobs[bulletin.BatchJob] = s.bulletin().Batches(s.Send, s.Now)
		jobs[casework.MailJob] = (&post.Post{Desk: s.Desk, Site: s.Base, Send: s.Send, Now: s.Now}).Job()
	}
	if s.Backup != nil {
		// A lease long enough for a large database on a slow disk.
		jobs["backup"] = store.Handler{Every: 24 * time.Hour, Lease: 4 * time.Hour, Do: write(s.backup)}
	}
	return s.Desk.DB.RunJobs(ctx, s.Now, jobs)
}

// bulletin is the desk of newsletters, suggestions and releases.
func (s *Site) bulletin() *bulletin.Desk {
	return &bulletin.Desk{Desk: s.Desk, Texts: s.texts, Site: s.Base}
}

// tellClocks warns until there is nothing left to warn of.
func (s *Site) tellClocks(ctx context.Context) error {
	for {
		told, err := s.Desk.TellClocks(ctx, s.Now())
		if err != nil || told == 0 {
			return err
		}
	}
}

// checkpoint signs the audit log as it is, unless nothing was added since the
// last time.
func (s *Site) checkpoint(ctx context.Context) error {
	now := s.Now().UTC()
	err := s.Desk.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetMeta(account.PublicKeyMeta, s.Sign.Public()); err != nil {
			return err
		}
		size, err := tx.AuditSize()
		if err != nil || size == 0 {
			return err
		}
		points, err := tx.Checkpoints()
		if err != nil {
			return err
		}
		if len(points) > 0 {
			if last, err := audit.ParseCheckpoint(points[len(points)-1]); err != nil || size-last.Size <= 1 { // 1: that of keeping the checkpoint itself
				return err
			}
		}
		root, err := audit.TreeHash(size, tx.HashReader())
		if err != nil {
			return err
		}
		text, err := s.Sign.Sign(size, root, now)
		if err != nil {
			return err
		}
		return tx.AddCheckpoint(string(text), now)
	})
	// Another node signed the same at the same moment.
	if errors.Is(err, store.ErrExists) {
		return nil
	}
	return err
}
