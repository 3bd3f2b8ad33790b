package room

import (
	"net/http"
	"strconv"
)

// SendPDF answers with a PDF to keep or print, under a name that holds no
// personal data. The rest of the headers are those of every page.
func SendPDF(w http.ResponseWriter, name string, pdf []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `attachment; filename="`+name+`.pdf"`)
	h.Set("Content-Length", strconv.Itoa(len(pdf)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(pdf) // the reader has gone; there is nobody to tell
}
