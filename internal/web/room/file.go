package room

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"

	"frontdoor/internal/casework"
)

// SendPDF answers with a PDF to keep or print, under a name that holds no
// personal data. The rest of the headers are those of every page.
func SendPDF(w http.ResponseWriter, name string, pdf []byte) {
	SendFile(w, name+".pdf", "application/pdf", pdf)
}

// SendFile sends a file of a record to be kept. Its name is made of plain letters and names
// nobody.
func SendFile(w http.ResponseWriter, name, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body) // the reader has gone; there is nobody to tell
}

// SendTable sends rows, the first of them the headings, for a spreadsheet.
func SendTable(w http.ResponseWriter, name string, rows [][]string) error {
	var out bytes.Buffer
	t := csv.NewWriter(&out)
	t.UseCRLF = true
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = casework.Unrun(c)
		}
		if err := t.Write(cells); err != nil {
			return err
		}
	}
	t.Flush()
	SendFile(w, name, "text/csv; charset=utf-8", out.Bytes())
	return t.Error()
}
