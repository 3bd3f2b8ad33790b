package room

import (
	"crypto/rand"
	"net/http"
)

// OnceName is the control of a form that holds its mark, see [casework.By.Once].
const OnceName = "once"

// Once is the mark of a form that is drawn, kept when it is drawn again with what is
// wrong in it.
func Once(r *http.Request) string {
	if mark := r.PostFormValue(OnceName); mark != "" {
		return mark
	}
	return rand.Text()
}

// OnceFor is the mark that a form was sent with, for one of its controls: the same
// file may be the answer to two questions. Without a mark there is none.
func OnceFor(r *http.Request, control string) string {
	mark := r.PostFormValue(OnceName)
	if mark == "" {
		return ""
	}
	return mark + " " + control
}
