// Package assets holds the style sheet, script and pictures every page uses,
// and serves them from addresses that change when they do, so that a browser
// may keep them for ever.
//
// The design systems' files are written here by scripts/vendor-frontend.sh;
// frontdoor.css and frontdoor.js are our own and are joined after them, so that
// a page loads one style sheet and one script.
package assets

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

//go:embed vendor.css frontdoor.css *.js *.svg *.png
var files embed.FS

// Prefix begins every asset's path.
const Prefix = "/assets/"

type asset struct {
	kind   string
	plain  []byte
	packed []byte // gzipped; nil when that is no smaller
}

type set struct {
	hash  string
	named map[string]asset
}

var all = sync.OnceValue(func() set {
	contents := map[string][]byte{
		"frontdoor.css": join("vendor.css", "frontdoor.css"),
		"frontdoor.js":  join("vendor.js", "frontdoor.js"),
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		// Scripts of one page only, and pictures, stand alone.
		own := path.Ext(e.Name()) == ".js" && e.Name() != "vendor.js" && e.Name() != "frontdoor.js"
		if own || path.Ext(e.Name()) == ".svg" || path.Ext(e.Name()) == ".png" {
			contents[e.Name()] = join(e.Name())
		}
	}
	// One hash for the set: the style sheet names its pictures beside it.
	names := make([]string, 0, len(contents))
	for name := range contents {
		names = append(names, name)
	}
	slices.Sort(names)
	sum := sha256.New()
	s := set{named: make(map[string]asset, len(contents))}
	for _, name := range names {
		sum.Write([]byte(name + "\x00" + strconv.Itoa(len(contents[name])) + "\x00"))
		sum.Write(contents[name])
		s.named[name] = asset{kind: kindOf(name), plain: contents[name], packed: pack(contents[name])}
	}
	s.hash = hex.EncodeToString(sum.Sum(nil))[:16]
	return s
})

func join(names ...string) []byte {
	var out []byte
	for _, name := range names {
		b, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		out = append(append(out, b...), '\n')
	}
	return out
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		panic(err)
	}
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	if out.Len() >= len(b) {
		return nil
	}
	return out.Bytes()
}

// Path gives the address of an asset: /assets/<hash>/<name>. It panics on a
// name there is none of, which a test of any page finds.
func Path(name string) string {
	s := all()
	if _, ok := s.named[name]; !ok {
		panic("assets: no asset named " + name)
	}
	return Prefix + s.hash + "/" + name
}

// Handler serves GET /assets/<hash>/<name>. A page drawn before an upgrade may
// ask by the old hash: it gets the new file, not to be kept.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := all()
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, Prefix), "/")
		a, ok := s.named[name]
		if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Vary", "Accept-Encoding")
		if hash == s.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		body := a.plain
		if a.packed != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.packed
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(http.StatusOK)
		if r.Method == http.MethodGet {
			_, _ = w.Write(body)
		}
	})
}

func acceptsGzip(header string) bool {
	for coding := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(strings.TrimSpace(coding), ";")
		if name == "gzip" {
			return !strings.HasSuffix(strings.ReplaceAll(params, " ", ""), "q=0")
		}
	}
	return false
}
