package signin

import (
	"net/http"
	"strings"
	"testing"

	"frontdoor/internal/seal"
)

// FuzzCookies: whatever a browser sends as cookies, nobody is known by a token
// that the program did not make.
func FuzzCookies(f *testing.F) {
	sealer, err := seal.New([]byte("the key of these tests, 32 bytes.")[:seal.KeySize])
	if err != nil {
		f.Fatal(err)
	}
	g := &Gate{Sealer: sealer}
	for _, s := range []string{"frontdoor=x", "__Host-frontdoor=x; frontdoor_device=a.b", "frontdoor_device=.", "frontdoor_device=" + g.NewDevice("someone else"), "=;=;", strings.Repeat("a=b; ", 2000)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		r := &http.Request{Header: http.Header{"Cookie": {header}}}
		WorkerToken(r)
		VisitorToken(r)
		if g.knows("w1", DeviceToken(r)) || g.knows("", DeviceToken(r)) {
			t.Fatalf("%q is a known browser", header)
		}
	})
}
