package mash_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"frontdoor/internal/casework"
	"frontdoor/internal/record"
)

// death is a notification of a child's death to the review team.
func (w *world) death() record.Record {
	w.T.Helper()
	rec, err := w.Desk.Begin(w.T.Context(), casework.ByWorker(w.worker("Hal Health", "health_practitioner", ""), &w.Desk.Place.Register, w.Now()), "child_death", casework.Beginning{Authority: "thurrock", Step: "send", Answers: w.given("child_death/tests/wrong_role.yaml")})
	if err != nil {
		w.T.Fatal(err)
	}
	return rec
}

func TestAFileForANationalDatabase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(w.Now().AddDate(0, 3, 0))
	rec := w.death()
	b, doctor := w.tab(w.worker("Cora Coordinator", "cdop_coordinator", "")), w.tab(w.worker("Dee Doctor", "designated_doctor", ""))
	base := "/records/" + rec.ID + "/exports"
	b.get("/records/"+rec.ID).want(t, http.StatusOK, `href="`+base+`"`)
	b.get(base).want(t, http.StatusOK, "No public interface to the National Child Mortality Database exists", "No file has been made of this record", "See the file first")
	page := b.get(base+"/national").want(t, http.StatusOK, "No public interface", "Who it is about", "9434765919", "Ask for a second look", "child_last_name").without(t, "Make the file<", "The right child")
	seen := hidden(page.body).Get("seen")
	form := func(do string, more ...string) url.Values {
		out := url.Values{"do": {do}, "seen": {seen}}
		for i := 0; i < len(more); i += 2 {
			out.Set(more[i], more[i+1])
		}
		return out
	}
	b.post(base+"/national", form("make")).want(t, http.StatusForbidden, "A second person must first")
	b.post(base+"/national", form("ask")).want(t, http.StatusUnprocessableEntity, "Say in a few words what it is made for", `href="#why"`)
	b.post(base+"/national", form("ask", "why", "To notify")).want(t, http.StatusSeeOther)
	b.get(base+"/national?done=asked-export").want(t, http.StatusOK, "You asked for a second look", "It has not been made").without(t, "Keep what you say")
	doctor.get("/notices").want(t, http.StatusOK, "A file waits for a second person to see that it is about the right child.")
	doctor.get(base).want(t, http.StatusOK, "Your role does not make this file")
	doctor.get(base+"/national").want(t, http.StatusOK, "Cora Coordinator asked for a second look", "To notify", "Is this the right child").without(t, "Ask for a second look</h2>")
	doctor.post(base+"/national", form("check")).want(t, http.StatusUnprocessableEntity, "Choose whether it is the right child", `href="#safe-national"`)
	doctor.post(base+"/national", form("check", "safe", "yes")).want(t, http.StatusUnprocessableEntity, "Say what you compared it with", `href="#words-national"`)
	doctor.post(base+"/national", form("check", "safe", "no", "words", "The number is another child’s")).want(t, http.StatusSeeOther)
	b.get(base+"/national").want(t, http.StatusOK, "sent it back", "The number is another child’s")
	b.post(base+"/national", form("ask", "why", "I have looked again")).want(t, http.StatusSeeOther)
	doctor.post(base+"/national", form("check", "safe", "yes", "words", "The hospital’s notice")).want(t, http.StatusSeeOther)
	b.get(base+"/national").want(t, http.StatusOK, "Dee Doctor says that it is the right child.", "Make the file")
	b.post(base+"/national", form("make")).want(t, http.StatusSeeOther)
	list := b.get(base+"?done=made-export").want(t, http.StatusOK, "Files made", "Dee Doctor", "nothing was sent")
	_, href, _ := strings.Cut(list.body, `href="`+base+`/made/`)
	id, _, _ := strings.Cut(href, "/")
	for format, kind := range map[string]string{"json": "application/json", "csv": "text/csv; charset=utf-8"} {
		file := b.get(base+"/made/"+id+"/"+format).want(t, http.StatusOK, "child_nhs_number", "9434765919")
		name := file.header.Get("Content-Disposition")
		if file.header.Get("Content-Type") != kind || file.header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(name, `attachment; filename="national-20260617-`) || !strings.HasSuffix(name, "."+format+`"`) {
			t.Errorf("%v", file.header)
		}
		doctor.get(base+"/made/"+id+"/"+format).want(t, http.StatusForbidden)
	}
	b.get(base+"/made/"+id+"/xml").want(t, http.StatusNotFound)
	b.get("/records/"+rec.ID+"/looked").want(t, http.StatusOK, "Made a file for a national database", "Took a file for a national database")
	b.get("/records/"+rec.ID+"/copies").want(t, http.StatusOK, "No copy of this record has been given")

	// Those who do not have the record learn nothing of it.
	for name, other := range map[string]*tab{"panel": w.tab(w.worker("Pip Panel", "cdop_panel", "")), "manager": w.tab(w.worker("Mina Manager", "mash_manager", "")), "nobody": {w: w}} {
		for _, path := range []string{base, base + "/national", base + "/made/" + id + "/json"} {
			if got := other.get(path).without(t, "9434765919"); got.status < 400 {
				t.Errorf("%s opens %s: %d", name, path, got.status)
			}
		}
		if got := other.post(base+"/national", form("make")); got.status < 400 {
			t.Errorf("%s may make it: %d", name, got.status)
		}
	}
	// Nor is there such a page on a record that has none.
	plain := w.referral(nil)
	officer := w.tab(w.worker("Olu Officer", "mash_officer", ""))
	officer.get("/records/"+plain.ID).want(t, http.StatusOK).without(t, "/exports")
	officer.get("/records/"+plain.ID+"/exports").want(t, http.StatusNotFound)
}
