package assets

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

func get(t *testing.T, path, accept string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Accept-Encoding", accept)
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestAssetsAreKeptForEverUnderTheirHash(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"frontdoor.css": "text/css; charset=utf-8",
		"frontdoor.js":  "text/javascript; charset=utf-8",
		"favicon.svg":   "image/svg+xml",
	} {
		res := get(t, Path(name), "br, gzip")
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q", name, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if got := res.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
	old := strings.Replace(Path("frontdoor.js"), all().hash, "0000000000000000", 1)
	if res := get(t, old, ""); res.StatusCode != http.StatusOK || res.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("old hash: %d %q", res.StatusCode, res.Header.Get("Cache-Control"))
	}
	if res := get(t, Prefix+all().hash+"/assets.go", ""); res.StatusCode != http.StatusNotFound {
		t.Errorf("unknown name: %d", res.StatusCode)
	}
}

func TestCompressedAndPlainAreTheSame(t *testing.T) {
	t.Parallel()
	plain, err := io.ReadAll(get(t, Path("frontdoor.css"), "gzip;q=0").Body)
	if err != nil {
		t.Fatal(err)
	}
	res := get(t, Path("frontdoor.css"), "deflate, gzip")
	if res.Header.Get("Content-Encoding") != "gzip" {
		t.Fatal("not compressed")
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(plain, unpacked) {
		t.Error("the compressed style sheet differs")
	}
}

func TestPagesStaySmall(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int{"frontdoor.css": 28_000, "frontdoor.js": 24_000} {
		if n := len(all().named[name].packed); n > limit {
			t.Errorf("%s is %d bytes compressed; the budget is %d", name, n, limit)
		}
	}
}

func TestNothingReservedOrElsewhere(t *testing.T) {
	t.Parallel()
	css := string(all().named["frontdoor.css"].plain)
	for _, word := range []string{"GDS Transport", "crown", "crest", "@font-face", "data:"} {
		if strings.Contains(css, word) {
			t.Errorf("the style sheet holds %q", word)
		}
	}
	for _, m := range regexp.MustCompile(`url\(([^)]*)\)`).FindAllStringSubmatch(css, -1) {
		if _, ok := all().named[m[1]]; !ok {
			t.Errorf("the style sheet asks for %q, which is not here", m[1])
		}
	}
}
