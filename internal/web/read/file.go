package read

import (
	"net/http"
	"strconv"
	"strings"

	"frontdoor/internal/web"
)

// file serves a picture or a document that a text shows or leads to. Its address
// is made from its bytes, so that a browser may keep it for ever.
func (rd *reading) file(w http.ResponseWriter, r *http.Request) error {
	hash, _, _ := strings.Cut(r.PathValue("file"), ".")
	b, kind, err := rd.Texts.Served(r.Context(), web.Now(r), hash)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(b)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b)
	}
	return nil
}
