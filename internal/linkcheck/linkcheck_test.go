package linkcheck

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"frontdoor/internal/guidance"
	"frontdoor/internal/partnership"
	"frontdoor/internal/publishing"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

var noon = time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)

func TestEveryAddressIsAskedAndWhatItSaysIsKept(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/there", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("/old", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/there", http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /no-head", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead {
			http.NotFound(w, r)
		}
	})
	mux.HandleFunc("/shy", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	mux.HandleFunc("/round", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/round", http.StatusFound) })
	site := httptest.NewTLSServer(mux)
	defer site.Close()
	client := site.Client()
	client.CheckRedirect = Client().CheckRedirect
	client.Timeout = patience

	storetest.Each(t, func(t *testing.T, db *store.DB) {
		facts := ""
		for _, path := range []string{"/there", "/old", "/no-head", "/shy", "/round", "/gone"} {
			facts += "# See " + site.URL + path + ".\n"
		}
		folder := fstest.MapFS{"contacts.yaml": {Data: []byte("services: []\n")}, "guidance/facts.yaml": {Data: []byte(facts)}}
		c := &Checker{DB: db, Texts: publishing.New(db, &partnership.Partnership{Folder: folder}), Client: client}
		// What no text leads to any more is forgotten.
		old := store.LinkCheck{URL: "https://old.example/", Answers: true, Said: "x", At: noon.Add(-time.Hour)}
		if err := db.Write(t.Context(), func(tx *store.Tx) error { return tx.PutLinkCheck(old) }); err != nil {
			t.Fatal(err)
		}
		if err := c.Check(t.Context(), func() time.Time { return noon }); err != nil {
			t.Fatal(err)
		}
		var got []store.LinkCheck
		if err := db.Read(t.Context(), func(tx *store.Tx) (err error) { got, err = tx.LinkChecks(); return err }); err != nil {
			t.Fatal(err)
		}
		want := map[string]struct {
			ok  bool
			say string
		}{
			"/there": {true, "It answers."}, "/old": {true, "has moved to " + site.URL + "/there"}, "/no-head": {true, "It answers."},
			"/shy": {false, "refuses"}, "/round": {false, "too often"}, "/gone": {false, "gone (404)"},
		}
		if len(got) != len(want) {
			t.Errorf("%d are kept, want %d: %v", len(got), len(want), got)
		}
		for _, g := range got {
			w := want[strings.TrimPrefix(g.URL, site.URL)]
			if g.Answers != w.ok || !strings.Contains(g.Said, w.say) || !g.At.Equal(noon) {
				t.Errorf("%s: %v %q at %v, want %v %q", g.URL, g.Answers, g.Said, g.At, w.ok, w.say)
			}
		}
	})
}

// A link in a text cannot make the program knock at doors inside.
func TestNothingInsideIsAsked(t *testing.T) {
	t.Parallel()
	asked := false
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
	defer inside.Close()
	c := &Checker{Client: Client()}
	if ok, said := c.ask(context.Background(), inside.URL); ok || asked || !strings.Contains(said, "not asked") {
		t.Errorf("asked inside: %v %q", ok, said)
	}
	for at, want := range map[string]bool{
		"127.0.0.1": false, "10.1.2.3": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.1.1": false, "::1": false, "fe80::1": false,
		"fd00::1": false, "0.0.0.0": false, "8.8.8.8": true, "2606:4700::1": true,
	} {
		if got := open(netip.MustParseAddr(at)); got != want {
			t.Errorf("%s: open %v, want %v", at, got, want)
		}
	}
}

func TestLinksAreFoundWhereverTheyStand(t *testing.T) {
	t.Parallel()
	lib, _ := guidance.Load(fstest.MapFS{
		"facts.yaml":    {Data: []byte("# https://a.example/x, and (https://b.example/y).\n")},
		"glossary.yaml": {Data: []byte("# <https://a.example/x>\n# http://plain.example/\n")},
	}, guidance.Place{})
	var got []string
	for _, l := range Links(lib) {
		got = append(got, l.URL+" "+strings.Join(l.Files, ","))
	}
	if s := strings.Join(got, "\n"); s != "https://a.example/x facts.yaml,glossary.yaml\nhttps://b.example/y facts.yaml" {
		t.Error(s)
	}
}
