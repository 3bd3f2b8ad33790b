package mash

import (
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"strconv"

	"frontdoor/internal/calendar"
	"frontdoor/internal/fault"
	"frontdoor/internal/record"
	"frontdoor/internal/upload"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// filesView is the photographs and papers of a record.
type filesView struct {
	Frame   frame
	Heading string
	Files   []fileView
	May     bool
	Once    string
	Limits  string
	Upload  parts.FileUpload
	Guarded parts.Checkboxes
}

// fileView is one file, with what those who handle it must know.
type fileView struct {
	Name, Href, Facts, Scan string
	Clean, Guarded          bool
	Flags                   []string
}

var filesPage = page[filesView]("files", "frame")

// scanWords say what the scanner made of a file.
var scanWords = map[string]string{
	string(upload.Clean):     "No virus found.",
	string(upload.Infected):  "A virus was found. Do not open it.",
	string(upload.Unscanned): "Not checked for viruses. Open it only on a computer that checks for itself.",
}

func (d *door) fileList(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	return d.drawFiles(w, r, a, http.StatusOK, nil)
}

func (d *door) drawFiles(w http.ResponseWriter, r *http.Request, a *room.Asker, status int, errs fault.Fields) error {
	v, err := d.Desk.Open(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	view := filesView{
		Frame: d.frame(r, v, "files"), Heading: heading(v, "Files"), May: v.Decision.May("act"), Once: room.Once(r), Limits: upload.LimitsText,
		Upload:  parts.FileUpload{Field: parts.Field{Name: "files", ID: "files", Label: "Add files", Error: errs.For("files")}, Multiple: true, MaxBytes: upload.MaxFile},
		Guarded: parts.Checkboxes{Field: parts.Field{Name: "guarded", ID: "guarded", Label: "May these leave the front door?"}, Items: []parts.Choice{{Value: "yes", Label: guardedWords}}, Small: true},
	}
	for _, f := range v.Files {
		one := fileView{
			Name: f.Name, Href: "/files/" + f.ID, Scan: scanWords[f.Scan], Clean: f.Scan == string(upload.Clean), Guarded: f.Guarded,
			Facts: fileSize(f.Size) + ", added by " + v.Who(f.By, d.Desk) + " on " + calendar.Show(f.AddedAt),
		}
		for _, flag := range f.Flags {
			one.Flags = append(one.Flags, upload.Flag(flag).Text())
		}
		view.Files = append(view.Files, one)
	}
	return drawRecord(d, filesPage, w, r, a, v, status, view.Heading, view, func(c *web.Chrome) { c.Errors = errs })
}

func fileSize(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt(max(1, n>>10), 10) + " KB"
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

func (d *door) addFiles(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	id := r.PathValue("id")
	var errs fault.Fields
	added, err := d.keepFiles(r, a, id, "files", r.PostForm.Get("guarded") != "", &errs)
	if err != nil {
		return err
	}
	if len(added) == 0 && len(errs) == 0 {
		errs.Add("files", "Choose a file to add")
	}
	if len(errs) > 0 {
		return d.drawFiles(w, r, a, http.StatusUnprocessableEntity, errs)
	}
	return room.See(w, r, "/records/"+id+"/files?done=files")
}

// keepFiles keeps the files one control of a form sent, each once however often the
// form is sent. What is wrong with a file is said under the key; others are kept all
// the same.
func (d *door) keepFiles(r *http.Request, a *room.Asker, rec, name string, guarded bool, errs *fault.Fields) ([]record.File, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	by := a.By
	by.Once = room.OnceFor(r, name)
	var out []record.File
	for _, h := range r.MultipartForm.File[name] {
		if h.Filename == "" {
			continue
		}
		content, err := slurp(h)
		if err == nil {
			var f record.File
			if f, err = d.Desk.AddFile(r.Context(), by, "", rec, h.Filename, content, guarded); err == nil {
				out = append(out, f)
				continue
			}
		}
		if fault.KindOf(err) != fault.Invalid {
			return out, err
		}
		errs.Add(name, "%s", fault.SafeText(err))
	}
	return out, nil
}

func slurp(h *multipart.FileHeader) ([]byte, error) {
	if h.Size > upload.MaxFile {
		return nil, fault.New(fault.Invalid, "Choose a file smaller than "+strconv.Itoa(upload.MaxFile>>20)+" MB.")
	}
	f, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(io.LimitReader(f, upload.MaxFile+1))
}

func (d *door) openFile(w http.ResponseWriter, r *http.Request, a *room.Asker) error {
	f, content, err := d.Desk.OpenFile(r.Context(), a.By, r.PathValue("id"))
	if err != nil {
		return err
	}
	maps.Copy(w.Header(), upload.ServeHeaders(f.Type))
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(content) // the reader has gone; there is nobody to tell
	return nil
}
