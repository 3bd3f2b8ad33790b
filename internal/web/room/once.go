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
