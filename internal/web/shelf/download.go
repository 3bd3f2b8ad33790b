package shelf

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"frontdoor/internal/book"
	"frontdoor/internal/guidance"
	"frontdoor/internal/web"
)

// form is a kind of file that a copy can be.
type form struct {
	ending, media string
	make          func(book.Copy) ([]byte, error)
}

var (
	pdf  = form{"pdf", "application/pdf", book.PDF}
	epub = form{"epub", "application/epub+zip", book.EPUB}
)

// copyOf is a copy of a text, as this partnership gives it.
func (s *shelf) copyOf(t text, chapter *guidance.Page) book.Copy {
	return book.Copy{Library: t.lib, Edition: t.edition, Chapter: chapter, Publisher: s.Desk.Place.Name, Base: s.Site.Base}
}

// pictures gives the pictures of the texts by their address, /pictures/HASH.png.
func (s *shelf) pictures(v *visit) func(src string) ([]byte, bool) {
	return func(src string) ([]byte, bool) {
		name, ok := strings.CutPrefix(src, "/pictures/")
		if !ok {
			return nil, false
		}
		hash, _, _ := strings.Cut(name, ".")
		data, _, err := s.Texts.Served(v.Context(), v.now, hash)
		return data, err == nil
	}
}

// download gives a copy of the manual, or of the chapter in the address.
func (s *shelf) download(f form) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.visit(r)
		if err != nil {
			return err
		}
		t, err := s.asked(v)
		if err != nil {
			return err
		}
		var chapter *guidance.Page
		name := "manual"
		if key := r.PathValue("chapter"); key != "" {
			if chapter, err = chapterOf(t.lib, key); err != nil {
				return err
			}
			name = key
		}
		if len(t.lib.Chapters) == 0 {
			return errChapter
		}
		of := s.copyOf(t, chapter)
		of.Picture = s.pictures(v)
		made, err := s.made.get(of, f)
		if err != nil {
			return err
		}
		if t.edition.Key != "" {
			name += "-" + t.edition.Key
		}
		h := w.Header()
		h.Set("Content-Type", f.media)
		h.Set("Content-Disposition", `inline; filename="`+url.PathEscape(name)+"."+f.ending+`"`)
		h.Set("ETag", made.tag)
		h.Set("Cache-Control", "no-cache") // asked for again each time: it may have been replaced
		if r.Header.Get("If-None-Match") == made.tag {
			w.WriteHeader(http.StatusNotModified)
			return nil
		}
		h.Set("Content-Length", strconv.Itoa(len(made.bytes)))
		if r.Method != http.MethodHead {
			_, _ = w.Write(made.bytes)
		}
		return nil
	}
}

// copies are those made so far. A manual takes a second to draw, and is the same
// for all who ask: it is made once, and one copy is made at a time.
type copies struct {
	making sync.Mutex

	mu   sync.Mutex
	kept map[string]*made
	old  []string // what is kept, in the order in which it was made
	held int      // bytes
}

type made struct {
	bytes []byte
	tag   string
}

// maxHeld is how many bytes of copies are kept.
const maxHeld = 32 << 20

func (c *copies) find(key string) *made {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.kept[key]
}

func (c *copies) get(of book.Copy, f form) (*made, error) {
	key := f.ending + of.Key()
	if m := c.find(key); m != nil {
		return m, nil
	}
	c.making.Lock()
	defer c.making.Unlock()
	if m := c.find(key); m != nil {
		return m, nil
	}
	b, err := f.make(of)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	m := &made{b, `"` + hex.EncodeToString(sum[:12]) + `"`}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[string]*made{}
	}
	c.kept[key], c.old, c.held = m, append(c.old, key), c.held+len(b)
	for c.held > maxHeld && len(c.old) > 1 {
		c.held -= len(c.kept[c.old[0]].bytes)
		delete(c.kept, c.old[0])
		c.old = c.old[1:]
	}
	return m, nil
}
