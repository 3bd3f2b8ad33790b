package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"math"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"frontdoor/internal/fault"

	"github.com/klauspost/compress/gzhttp"
)

const (
	formBytes      = 1 << 20          // what a form may send, unless its route allows more
	requestTimeout = 20 * time.Second // how long a request may take, unless its route allows more
	statusGone     = 499              // for the log and counts: the reader left before the answer
)

// Front is the guard round every route: what is logged, measured, refused and
// said when something goes wrong.
type Front struct {
	Log     *slog.Logger
	Metrics *Metrics
	// Now is the program's clock.
	Now func() time.Time
	// TLS says the service is reached over HTTPS, and only ever over HTTPS.
	TLS bool
	// Chrome gives what goes round an error page. It must not need the database.
	Chrome func(r *http.Request) Chrome
	// SignIn sends someone who must sign in to do so, remembering where they
	// were. Without it an error page says so.
	SignIn http.HandlerFunc
}

// Handler is a route: what it returns as an error becomes an error page.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Guarded is a route that says who may come.
type Guarded struct {
	http.Handler
	Who string
}

// Handle makes a route for a mux.
func (f *Front) Handle(h Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			f.Fail(w, r, err)
		}
	})
}

type requestKey struct{}

// request is what the guards know of a request.
type request struct {
	id     string
	now    time.Time
	body   io.ReadCloser
	base   context.Context
	answer *recorder // before it is compressed: whether an answer has begun
	gone   bool      // the reader left before the answer
}

func of(r *http.Request) *request {
	q, _ := r.Context().Value(requestKey{}).(*request)
	if q == nil {
		panic("web: request did not come through Front.Wrap")
	}
	return q
}

// Now is the one instant of this request, in UTC.
func Now(r *http.Request) time.Time { return of(r).now }

// RequestID names the request in the log and on error pages.
func RequestID(r *http.Request) string { return of(r).id }

// Allow gives one route a larger body or a longer time than others. A timeout
// of 0 is none, for a stream of events.
func Allow(bodyBytes int64, timeout time.Duration, next http.Handler) http.Handler {
	guarded, _ := next.(Guarded)
	guarded.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := of(r)
		ctx := q.base
		if timeout > 0 {
			var cancel context.CancelFunc
			ctx, cancel = context.WithTimeout(ctx, timeout)
			defer cancel()
		}
		r = r.WithContext(ctx)
		r.Body = atMost(w, q.body, bodyBytes)
		next.ServeHTTP(w, r)
	})
	return guarded
}

// limited is the body of a form that takes files, of which no more than so many
// bytes are taken. When there are more it reads on, to a bound, before it says so: a
// browser shows no answer before it has sent everything, and an error of its own
// when the line is cut. Nobody sends that much to any other form by mistake.
type limited struct {
	io.ReadCloser
	rest io.Reader
}

// mostIgnored is how much more is read of what is too big.
const mostIgnored = 100 << 20

func atMost(w http.ResponseWriter, body io.ReadCloser, bytes int64) io.ReadCloser {
	return limited{http.MaxBytesReader(w, body, bytes), io.LimitReader(body, mostIgnored)}
}

func (b limited) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		_, _ = io.Copy(io.Discard, b.rest)
	}
	return n, err
}

// arriving is the body of a request as it comes in. That it breaks off is no
// fault of ours, and must not sound like one: anybody can do it.
type arriving struct{ io.ReadCloser }

func (a arriving) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fault.Wrap(err, fault.Invalid, "What you sent did not arrive whole, so nothing was done with it. Send it again.")
	}
	return n, err
}

// ReadForm reads what a form sent, with its files, which are held in memory: on the
// disk they would lie in clear if the program ended before they were taken away. How
// much may come is the route's to say. Every form is read with this before anything
// else looks into it: what [http.Request] finds wrong it says once, and then gives
// what it has of the form, or an empty one, as if that were all.
func ReadForm(r *http.Request) error {
	err := r.ParseForm()
	if err == nil {
		err = r.ParseMultipartForm(math.MaxInt64)
	}
	var tooBig *http.MaxBytesError
	var own *fault.Error
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		return nil
	case errors.As(err, &tooBig), errors.As(err, &own):
		return err
	}
	return fault.Wrap(err, fault.Invalid, "What was sent could not be read. Go back to the page, reload it and send it again.")
}

// Wrap puts the guards round the routes. Order matters: measuring sees
// everything, and a panic becomes a page before the answer is compressed.
func (f *Front) Wrap(mux *http.ServeMux) http.Handler {
	cross := http.NewCrossOriginProtection()
	routes := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		of(r).answer = rec
		w = rec
		defer f.recover(w, r)
		if err := cross.Check(r); err != nil {
			f.Fail(w, r, fault.Wrap(err, fault.Forbidden, "This form was sent from another site, so it was not accepted. Go back to the page, reload it and send it again."))
			return
		}
		f.route(mux, w, r)
	})
	packed := f.compress(routes)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := f.Now().UTC()
		rec := &recorder{ResponseWriter: w}
		q := &request{id: newID(), now: started, body: arriving{r.Body}}
		q.base = context.WithValue(r.Context(), requestKey{}, q)
		ctx, cancel := context.WithTimeout(q.base, requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		r.Body = http.MaxBytesReader(w, q.body, formBytes)
		f.headers(w.Header(), q.id)
		if f.TLS {
			ownCookies(r)
		}
		defer f.Metrics.begin()()
		defer func() {
			route := r.Pattern
			if route == "" {
				route = "(none)"
			}
			took := f.Now().Sub(started)
			status := rec.status()
			if q.gone {
				status = statusGone
			}
			f.Metrics.observe(route, status, took)
			// The route's pattern, never the path: paths hold record ids, and
			// query strings whatever someone searched for.
			f.Log.LogAttrs(ctx, slog.LevelInfo, "request", slog.String("id", q.id), slog.String("method", method(r.Method)),
				slog.String("route", route), slog.Int("status", status), slog.Int64("bytes", rec.bytes),
				slog.Float64("ms", float64(took.Microseconds())/1000))
		}()
		packed.ServeHTTP(rec, r)
	})
}

// method keeps a made-up method out of the log.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// route finds the handler. What the mux would answer itself in bare text, for
// an address or a method there is not, gets our page.
func (f *Front) route(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	h, pattern := mux.Handler(r)
	if pattern != "" {
		mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		f.fail(w, r, http.StatusMethodNotAllowed, fault.New(fault.Invalid, "That cannot be done from here. Go back and use the buttons on the page."))
		return
	}
	f.Fail(w, r, fault.New(fault.NotFound, "If you typed the address, check it is right. If you followed a link, what it led to may have moved, or you may not be able to see it."))
}

type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

func (f *Front) recover(w http.ResponseWriter, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	// A panic's own words may hold what someone typed; only the runtime's are safe.
	what := "panic"
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	f.Log.Error("panic", "id", RequestID(r), "route", r.Pattern, "what", what, "stack", string(debug.Stack()))
	if of(r).answer.code != 0 {
		panic(http.ErrAbortHandler) // Half a page must not pass for a whole one.
	}
	f.fail(w, r, http.StatusInternalServerError, fault.New(fault.Internal, ""))
}

// compress packs pages. The jitter hides small differences in length, so that
// what is reflected in a page cannot be used to guess at what is secret in it.
func (f *Front) compress(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(
		gzhttp.MinSize(1024),
		gzhttp.CompressionLevel(5),
		gzhttp.ContentTypes([]string{"text/html", "application/json", "text/csv", "text/plain", "text/calendar", "text/markdown"}),
		gzhttp.RandomJitter(32, 0, false),
	)
	if err != nil {
		panic(err)
	}
	return wrap(h)
}

// recorder notes what was sent, for the log.
type recorder struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (w *recorder) WriteHeader(code int) {
	if w.code == 0 && code >= 200 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush sends what is waiting, for streams of events.
func (w *recorder) Flush() { _ = http.NewResponseController(w.ResponseWriter).Flush() }

func (w *recorder) status() int {
	if w.code == 0 {
		return http.StatusOK
	}
	return w.code
}

func newID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}
