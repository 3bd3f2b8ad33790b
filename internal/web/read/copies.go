package read

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"frontdoor/internal/fault"
	"frontdoor/internal/guidance"
	"frontdoor/internal/signin"
	"frontdoor/internal/web"
	"frontdoor/internal/web/room"

	"github.com/klauspost/compress/gzip"
)

// copies keeps drawn pages, as they are sent. Everything on it was drawn from one
// library in one moment; when either moves on, all of it goes. Only addresses
// that answered with a page are kept, and those are as many as there are texts.
type copies struct {
	mu     sync.RWMutex
	lib    *guidance.Library
	moment *room.Moment
	kept   map[string]*copied
}

// copied is one page as it is sent.
type copied struct {
	kind          string
	sensitive     bool // a browser is to keep no copy of it on the disk
	plain, packed []byte
	tag           string // of the plain bytes; the packed ones' has -gz after it
}

// maxKept bounds the copies, whatever the texts hold.
const maxKept = 5000

func (s *copies) find(v *visit) *copied {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.lib != v.lib || s.moment != v.moment {
		return nil
	}
	return s.kept[v.URL.Path]
}

func (s *copies) put(v *visit, c *copied) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lib != v.lib || s.moment != v.moment || len(s.kept) >= maxKept {
		s.lib, s.moment, s.kept = v.lib, v.moment, map[string]*copied{}
	}
	s.kept[v.URL.Path] = c
}

// How long a browser may show a page without asking again: so short that a
// number is never an old one.
const fresh = 60 * time.Second

// serve answers from the copies, and draws what is not among them. A signed-in worker
// has a frame with their own name, which is drawn each time; so is a page that a
// question is asked of.
func (rd *reading) serve(draw page) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := rd.visit(r)
		if err != nil {
			return err
		}
		if signin.WorkerToken(r) != "" || r.URL.RawQuery != "" {
			return rd.draw(w, v, draw)
		}
		c := rd.copies.find(v)
		if c == nil {
			// Drawn as the whole page, whatever part of it was asked for.
			whole := *v
			whole.Request = r.Clone(r.Context())
			whole.Method = http.MethodGet
			whole.Header.Del("X-Fragment")
			to := &catcher{header: w.Header().Clone()}
			if err := rd.draw(to, &whole, draw); err != nil {
				return err
			}
			if to.status != http.StatusOK {
				to.pour(w)
				return nil
			}
			if c, err = copyOf(to, whole.sensitive); err != nil {
				return err
			}
			rd.copies.put(v, c)
		}
		c.send(w, v)
		return nil
	}
}

// draw draws a page, or says where one that moved now is.
func (rd *reading) draw(w http.ResponseWriter, v *visit, page page) error {
	err := page(w, v)
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	to, moved, failed := rd.Texts.Redirect(v.Context(), web.Now(v.Request), v.URL.Path)
	switch {
	case failed != nil:
		return failed
	case moved:
		http.Redirect(w, v.Request, to, http.StatusMovedPermanently)
		return nil
	}
	return err
}

// catcher is a page that is drawn to be kept.
type catcher struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (c *catcher) Header() http.Header { return c.header }

func (c *catcher) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
}

func (c *catcher) Write(b []byte) (int, error) {
	c.WriteHeader(http.StatusOK)
	return c.body.Write(b)
}

// pour sends on what was caught and is not kept, such as a redirect.
func (c *catcher) pour(w http.ResponseWriter) {
	for name, values := range c.header {
		w.Header()[name] = values
	}
	w.WriteHeader(c.status)
	_, _ = w.Write(c.body.Bytes())
}

func copyOf(from *catcher, sensitive bool) (*copied, error) {
	c := &copied{kind: from.header.Get("Content-Type"), sensitive: sensitive, plain: bytes.Clone(from.body.Bytes())}
	sum := sha256.Sum256(c.plain)
	c.tag = hex.EncodeToString(sum[:12])
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(c.plain)
	}
	if err == nil {
		err = z.Close()
	}
	c.packed = packed.Bytes()
	return c, err
}

// send answers with the copy, or says that the reader's is still good.
func (c *copied) send(w http.ResponseWriter, v *visit) {
	h := w.Header()
	h.Add("Vary", "Cookie") // a signed-in worker's is another
	tag, body := `"`+c.tag+`"`, c.plain
	if strings.Contains(v.Header.Get("Accept-Encoding"), "gzip") {
		tag, body = `"`+c.tag+`-gz"`, c.packed
		h.Set("Content-Encoding", "gzip")
	}
	if !c.sensitive { // of the others the guards have said no-store
		left := min(fresh, v.moment.Until.Sub(web.Now(v.Request)))
		h.Set("Cache-Control", "max-age="+strconv.Itoa(int(left/time.Second))+", must-revalidate")
		h.Set("ETag", tag)
		if v.Header.Get("If-None-Match") == tag {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.Set("Content-Type", c.kind)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	if v.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
