package retention_test

import (
	"net/http"
	"testing"

	"frontdoor/internal/web/webtest"
)

// seat is somebody of the room at a browser, on the narrowest phone.
type seat struct {
	*webtest.Page
	t  testing.TB
	at string
}

func (w *world) sit(at, role string) *seat {
	w.T.Helper()
	s := &seat{webtest.Browser(w.T), w.T, at}
	s.Width(webtest.Narrow)
	s.Open(at + "/nowhere")
	s.As(w.cookie(role))
	return s
}

func (s *seat) look(name string, says ...string) {
	s.t.Helper()
	s.Look("retention-"+name, says...)
}

func (s *seat) open(path, name string, says ...string) {
	s.t.Helper()
	if status := s.Open(s.at + path); status != http.StatusOK {
		s.t.Fatalf("%s: status %d", path, status)
	}
	s.look(name, says...)
}

// Each state of the room can be read and used by everyone, without script and on
// the narrowest phone.
func TestEveryPageInTheBrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	rec, unruled := w.file("filed", "no", "2016-05-04"), w.file("unruled", "no", "")
	open := w.file("filed", "", "")
	server := w.Serve()
	s := w.sit(server, "records_officer")
	s.NoScript()
	s.open("/retention", "list", "2 closed records", "No rule of its own")
	s.open("/retention/"+unruled.ID, "unruled", "nothing of it is ever destroyed")
	s.open("/retention/"+open.ID, "open", "It is open, so it is kept.")
	s.open("/retention/"+rec.ID, "kept", "It must be kept up to and including")
	w.over()
	s.As(w.cookie("records_officer"))
	s.open("/retention/"+rec.ID, "due", "Propose that it is destroyed")
	s.Follow(`form[action$="/propose"] button`)
	s.look("refused", "Say why, in a sentence that names nobody")
	s.Fill("#propose-reason", because)
	s.Follow(`form[action$="/propose"] button`)
	s.look("proposed", "You proposed it, so a second person must decide.")

	s.As(w.cookie("records_manager"))
	s.open("/retention/"+rec.ID, "second", "Agree that it is destroyed")
	s.Click("#hold-on")
	s.Fill("#hold-reason", "A court has asked for these papers.")
	s.Follow(`form[action$="/hold"] button`)
	s.look("held", "A legal hold stands on it")
	s.As(w.cookie("records_officer"))
	s.open("/retention/holds", "holds", "A court has asked for these papers.")
	s.Follow(`a[href$="/lift"]`)
	s.look("lift", "When no other hold stands")
	s.Fill("#lift-reason", "The court has finished with them.")
	s.Follow(`form[action$="/lift"] button`)
	s.look("lifted", "No hold stands.")

	s.As(w.cookie("records_manager"))
	s.open("/retention/"+rec.ID, "free", "Agree that it is destroyed")
	s.Fill("#approve-reason", because)
	s.Click("#approve-sure")
	s.Follow(`form[action$="/approve"] button`)
	s.look("agreed", "To be destroyed")
	_, err := w.Desk.Destroy(t.Context(), w.Now(), nil)
	w.Must(err)
	s.open("/retention/destroyed", "destroyed", "1 record was destroyed")
	s.As(w.cookie("social_worker"))
	s.open("/records/"+rec.ID, "stub", "was destroyed", "nobody can bring it back")
}
