package account

import (
	"bytes"
	"compress/flate"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"frontdoor/internal/seal"
	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
	"frontdoor/internal/store"
	"frontdoor/internal/web"
	"frontdoor/internal/web/parts"
	"frontdoor/internal/web/room"
)

// A form that is sent after the session ran out is not lost: it is sealed for
// the worker whose session it was, carried through the sign-in pages in a hidden
// field, and offered again once that same worker is back.
type form struct {
	Path   string
	Values url.Values
}

// maxKept is how large a form may be, sealed, to be carried along. Longer ones
// are drafts that have saved themselves.
const maxKept = 300_000

func keptBinding(worker string) seal.Binding {
	return seal.Binding{Kind: "worker", ID: worker, Field: "kept form"}
}

// keepForm seals the form of a request, empty when there is nothing to keep.
func (a *rooms) keepForm(r *http.Request) string {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return ""
	}
	// Passwords and codes are never carried.
	for _, own := range []string{"/account", "/sign-in", "/sign-out", "/workers", "/invitation"} {
		if r.URL.Path == own || strings.HasPrefix(r.URL.Path, own+"/") {
			return ""
		}
	}
	worker := ""
	err := a.Gate.DB.Read(r.Context(), func(tx *store.Tx) error {
		s, err := tx.Session(secret.HashToken(signin.WorkerToken(r)))
		worker = s.Worker
		return err
	})
	if err != nil || worker == "" || r.ParseForm() != nil || len(r.PostForm) == 0 {
		return ""
	}
	plain, err := json.Marshal(form{r.URL.Path, r.PostForm})
	if err != nil {
		return ""
	}
	var packed bytes.Buffer
	z, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		return ""
	}
	if _, err := z.Write(plain); err != nil || z.Close() != nil {
		return ""
	}
	kept, err := a.Gate.Sealer.SealText(packed.String(), keptBinding(worker))
	if err != nil || len(kept) > maxKept {
		return ""
	}
	return kept
}

// keptForm opens a kept form for the worker it belongs to.
func (a *rooms) keptForm(kept, worker string) (form, bool) {
	var f form
	if kept == "" {
		return f, false
	}
	packed, err := a.Gate.Sealer.OpenText(kept, keptBinding(worker))
	if err != nil {
		return f, false
	}
	plain, err := io.ReadAll(io.LimitReader(flate.NewReader(strings.NewReader(packed)), 4<<20))
	if err != nil || json.Unmarshal(plain, &f) != nil {
		return f, false
	}
	return f, strings.HasPrefix(f.Path, "/") && !strings.HasPrefix(f.Path, "//")
}

type replayView struct {
	Path   string
	Fields []parts.Hidden
	Submit parts.Button
}

var replayPage = page[replayView]("replay")

func (a *rooms) drawReplay(w http.ResponseWriter, r *http.Request, f form) error {
	v := replayView{Path: f.Path, Submit: save("Send what you typed")}
	names := make([]string, 0, len(f.Values))
	for name := range f.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range f.Values[name] {
			v.Fields = append(v.Fields, parts.Hidden{Name: name, Value: value})
		}
	}
	return replayPage.Render(w, r, http.StatusOK, a.plain("You are signed in again"), v)
}

// SignInAgain is what a request that needs a sign-in is answered with: the
// sign-in page, and afterwards the page where they were. It is for
// [web.Front.SignIn].
func SignInAgain(mux room.Mux, h *room.House) http.HandlerFunc {
	return (&rooms{House: h, mux: mux}).signInAgain
}

func (a *rooms) signInAgain(w http.ResponseWriter, r *http.Request) {
	next := ""
	switch {
	case strings.HasPrefix(r.URL.Path, "/sign-in") || strings.HasPrefix(r.URL.Path, "/account/second-factor"):
		next = r.URL.Query().Get("next")
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		next = r.URL.RequestURI()
	default:
		// The page the form was on, where that is the same address.
		probe, err := http.NewRequestWithContext(r.Context(), http.MethodGet, r.URL.Path, nil)
		if err == nil {
			if _, pattern := a.mux.Handler(probe); strings.HasPrefix(pattern, "GET ") {
				next = r.URL.Path
			}
		}
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		to := "/sign-in"
		// Whoever is half way through goes on from there.
		if s, err := a.half(r); err == nil && s.Enrolling() {
			to = "/account/second-factor"
		} else if err == nil && !s.Full() {
			to = "/sign-in/second"
		}
		http.Redirect(w, r, with(to, next), http.StatusSeeOther)
		return
	}
	kept := a.keepForm(r)
	a.setWorker(w, "")
	if err := a.drawSignIn(w, r, http.StatusUnauthorized, next, kept, "", nil); err != nil {
		a.Front.Log.Error("sign-in page", "id", web.RequestID(r), "cause", err.Error())
		http.Error(w, "Sign in to carry on.", http.StatusInternalServerError)
	}
}

// with adds where to go next to a path of this site.
func with(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}
