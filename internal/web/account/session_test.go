package account_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/signin"
)

// Whoever finds a computer open cannot shut its owner out elsewhere, and proof
// gives the session a new token.
func TestEndingSessionsNeedsProof(t *testing.T) {
	t.Parallel()
	h := open(t)
	p := h.worker("sam@example.org", "thurrock_front_door", "mash_officer")
	desk, phone := h.visitor(), h.visitor()
	desk.signIn(p, "/work")
	phone.signIn(p, "/work")
	at, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	token := func() (found string) {
		for _, c := range desk.Jar.Cookies(at) {
			if c.Name == signin.WorkerCookie("x", false).Name {
				found = c.Value
			}
		}
		return found
	}
	h.Later(signin.Fresh + time.Minute)
	if _, at, _ := desk.page("/account/sessions", url.Values{}); !strings.HasPrefix(at, "/account/again") {
		t.Errorf("without proof: %s", at)
	}
	if _, at, _ := phone.page("/work", nil); at != "/work" {
		t.Errorf("the other session was ended without proof: %s", at)
	}
	before := token()
	if _, at, _ := desk.page("/account/again", url.Values{"code": {p.code(t, h.Now())}, "next": {"/account"}}); at != "/account" {
		t.Fatalf("after the proof: %s", at)
	}
	if before == "" || token() == before {
		t.Error("the token is the one from before the proof")
	}
	if _, at, _ := desk.page("/account/sessions", url.Values{}); at != "/account?done=ended" {
		t.Errorf("with proof: %s", at)
	}
	if _, at, _ := phone.page("/work", nil); !strings.HasPrefix(at, "/sign-in") {
		t.Errorf("the other session lives on: %s", at)
	}
}
