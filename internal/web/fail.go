package web

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"frontdoor/internal/fault"
	"frontdoor/internal/web/parts"
)

type errorView struct {
	Heading   string
	Lines     []string
	Action    *parts.Link
	Reference string
}

var errorPage = Page[errorView]("error", templates, "templates/error.html")

// Status is the HTTP status for an error.
func Status(err error) int {
	var tooBig *http.MaxBytesError
	if errors.As(err, &tooBig) {
		return http.StatusRequestEntityTooLarge
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return http.StatusServiceUnavailable
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Conflict:
		return http.StatusConflict
	case fault.SignIn:
		return http.StatusUnauthorized
	case fault.TooMany:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

var headings = map[int]string{
	http.StatusUnauthorized:          "Sign in to carry on",
	http.StatusForbidden:             "You cannot do this",
	http.StatusNotFound:              "Page not found",
	http.StatusMethodNotAllowed:      "That cannot be done from here",
	http.StatusConflict:              "Someone else changed this first",
	http.StatusRequestEntityTooLarge: "That is too big to send",
	http.StatusUnprocessableEntity:   "That could not be accepted",
	http.StatusTooManyRequests:       "Too many tries",
	http.StatusServiceUnavailable:    "The service is busy",
	http.StatusInternalServerError:   "Something went wrong",
}

// Fail answers with an error: a page in plain words, or for script a line of
// JSON, {"error": "..."}. Only the safe sentence is shown; the cause is logged.
func (f *Front) Fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, context.Canceled) && r.Context().Err() == context.Canceled {
		of(r).gone = true
		// Whoever has only stopped sending still reads, and without this would read
		// an empty yes to something that was not done.
		if of(r).answer.code == 0 {
			w.WriteHeader(statusGone)
		}
		return
	}
	f.fail(w, r, Status(err), err)
}

func (f *Front) fail(w http.ResponseWriter, r *http.Request, status int, err error) {
	level := slog.LevelInfo
	if status >= 500 {
		level = slog.LevelError
	}
	f.Log.LogAttrs(r.Context(), level, "refused", slog.String("id", RequestID(r)), slog.String("route", r.Pattern),
		slog.Int("status", status), slog.String("kind", fault.KindOf(err).String()), slog.String("cause", causeOf(err)))
	if of(r).answer.code != 0 {
		return // The answer has begun; it cannot be taken back.
	}
	// What the handler had set for the answer it did not give.
	w.Header().Del("Content-Length")
	w.Header().Del("Content-Disposition")
	if (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "60")
	}
	if wantsJSON(r) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": strings.Join(linesFor("", status, err), " ")})
		return
	}
	if status == http.StatusUnauthorized && f.SignIn != nil {
		f.SignIn(w, r)
		return
	}
	view := errorView{Heading: headings[status], Lines: linesFor(r.Method, status, err)}
	if status >= 500 || status == http.StatusForbidden {
		view.Reference = RequestID(r)
	}
	var chrome Chrome
	if f.Chrome != nil {
		chrome = f.Chrome(r)
	}
	if status == http.StatusUnauthorized && chrome.SignIn() != "" {
		view.Action = &parts.Link{Text: "Sign in", Href: chrome.SignIn()}
	}
	if status == http.StatusConflict && r.Method == http.MethodGet {
		view.Action = &parts.Link{Text: "See the page as it is now", Href: r.URL.Path}
	}
	chrome.Title = view.Heading
	// A piece asked for by script gets the whole page, which it does not find itself in.
	r.Header.Del("X-Fragment")
	if err := errorPage.Render(w, r, status, chrome, view); err != nil {
		f.Log.Error("error page", "id", RequestID(r), "cause", err.Error())
		http.Error(w, "Something went wrong. Try again in a minute.", http.StatusInternalServerError)
	}
}

// linesFor gives the error's own safe sentence, or what to do when it has none.
// Where something was sent and our side failed, it may have been saved or not:
// the answer of the database itself may be what was lost. So it says neither, and
// how to send it again, which every browser does from this page. Script needs no
// telling (method ""): it sends again by itself.
func linesFor(method string, status int, err error) []string {
	var own *fault.Error
	var fields fault.Fields
	text := ""
	if errors.As(err, &fields) || errors.As(err, &own) && own.Safe != "" {
		text = fault.SafeText(err)
	}
	if text == "" {
		switch status {
		case http.StatusRequestEntityTooLarge:
			text = "Send fewer or smaller files, or less text at once. Go back to the page: what you typed is still there."
		case http.StatusServiceUnavailable:
			text = "Your request took too long or the service is busy. Try again in a minute."
		default:
			text = fault.SafeText(err)
		}
	}
	lines := []string{text}
	if status >= 500 && method == http.MethodPost {
		lines = append(lines, "We cannot be sure that what you just sent was saved. Keep this page open. In a minute, reload it to send the same again.")
	}
	if status >= 500 {
		lines = append(lines, "If a child is in danger now, do not wait: call 999.")
	}
	return lines
}

// causeOf is an error for the log. The words of a form's faults are about what
// someone typed, so they are counted and not written.
func causeOf(err error) string {
	var fields fault.Fields
	if errors.As(err, &fields) {
		return "answers not accepted"
	}
	return err.Error()
}

func wantsJSON(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Accept"), "application/json")
}
