package mash_test

import (
	"net/http"
	"net/url"
	"testing"

	"frontdoor/internal/web/webtest"
)

// The pages of a file for a national database, and how long a record is kept, as a
// desktop and a phone see them.
func TestExportsInABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Set(w.Now().AddDate(0, 3, 0))
	rec := w.death()
	b, doctor := w.tab(w.worker("Cora Coordinator", "cdop_coordinator", "")), w.tab(w.worker("Dee Doctor", "designated_doctor", ""))
	base := "/records/" + rec.ID + "/exports"
	server := w.Serve()
	p := webtest.Browser(t)
	see := func(who *tab, name, path string) {
		t.Helper()
		p.Open(server + "/nowhere")
		p.Eval(`document.cookie = '` + who.cookie.Name + `=` + who.cookie.Value + `; path=/'; 'ok'`)
		if status := p.Open(server + path); status != http.StatusOK {
			t.Fatalf("%s: status %d", path, status)
		}
		p.Check()
		p.Shot("mash-exports-" + name)
	}
	see(b, "kept", "/records/"+rec.ID)
	see(b, "none", base)
	see(b, "preview", base+"/national")
	seen := hidden(b.get(base + "/national").body).Get("seen")
	b.post(base+"/national", url.Values{"do": {"ask"}, "seen": {seen}, "why": {"To notify"}}).want(t, http.StatusSeeOther)
	see(doctor, "check", base+"/national")
	p.Allow("422")
	p.Follow("main form button")
	p.Check()
	doctor.post(base+"/national", url.Values{"do": {"check"}, "seen": {seen}, "safe": {"yes"}, "words": {"The hospital’s notice"}}).want(t, http.StatusSeeOther)
	see(b, "agreed", base+"/national")
	b.post(base+"/national", url.Values{"do": {"make"}, "seen": {seen}}).want(t, http.StatusSeeOther)
	see(b, "made", base)
}
