package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdoor/internal/answer"
	"frontdoor/internal/casework"
	"frontdoor/internal/store"
	"frontdoor/internal/store/storetest"
)

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	return ln.Addr().String()
}

// The service starts from nothing, answers, and ends cleanly when told to.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	s := serving{place: place{data: filepath.Join(dir, "data"), key: filepath.Join(dir, "key")}, addr: freeAddr(t), metrics: freeAddr(t)}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.run(ctx) }()
	get := func(url string) (int, string) {
		res, err := http.Get(url)
		if err != nil {
			return 0, err.Error()
		}
		defer func() { _ = res.Body.Close() }()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Error(err)
		}
		return res.StatusCode, string(b)
	}
	for code := 0; code != http.StatusOK; {
		select {
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		default:
		}
		code, _ = get("http://" + s.addr + "/readyz")
	}
	if code, body := get("http://" + s.addr + "/"); code != 200 || !strings.Contains(body, "999") {
		t.Errorf("the first page: %d", code)
	}
	if code, body := get("http://" + s.metrics + "/metrics"); code != 200 || !strings.Contains(body, "frontdoor_http_requests_total") {
		t.Errorf("measurements: %d", code)
	}
	// A second program is kept from the same data.
	other := serving{place: s.place, addr: freeAddr(t)}
	if err := other.run(t.Context()); err == nil {
		t.Error("two programs serve one data folder")
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}

func TestServeRefusesWhatCannotWork(t *testing.T) {
	dir := t.TempDir()
	for name, s := range map[string]serving{
		"half a certificate": {addr: "127.0.0.1:0", cert: "cert.pem"},
		"a base with a path": {addr: "127.0.0.1:0", base: "https://frontdoor.example/x"},
		"an address":         {addr: "8080"},
	} {
		s.data, s.key = filepath.Join(dir, "data"), filepath.Join(dir, "key")
		if err := s.run(t.Context()); !errors.As(err, &usage{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What someone changes in the database itself is found and named.
func TestVerifyFindsWhatWasChanged(t *testing.T) {
	dir := t.TempDir()
	p := place{data: filepath.Join(dir, "data"), key: filepath.Join(dir, "key")}
	now := time.Date(2026, 3, 17, 12, 0, 0, 0, time.UTC)
	o, err := p.open(t.Context(), now, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.desk.KeepPathwayTexts(t.Context(), now); err != nil {
		t.Fatal(err)
	}
	if _, err := o.desk.Begin(t.Context(), casework.ByVisitor("v", now), "referral", casework.Beginning{Authority: "thurrock", Step: "submit", Answers: answer.Set{
		"danger": answer.Text("no"), "sender_kind": answer.Text("family_public"), "where_known": answer.Text("area"), "child_area": answer.Text("thurrock"),
		"public_saw": answer.Text("He was outside on his own."), "public_when": answer.Text("Most evenings"), "children": answer.List("r1"),
		"children/r1/given_names": answer.Text("Archie"), "children/r1/family_name": answer.Text("Sample"),
		"lives_with": answer.Text("His mum"), "how_know": answer.Text("I live next door"), "stay_anonymous": answer.Text("yes"),
	}}); err != nil {
		t.Fatal(err)
	}
	o.close()
	verify := func() (string, error) {
		var out bytes.Buffer
		c := verifyCommand()
		c.SetArgs([]string{"--data", p.data, "--key", p.key})
		c.SetOut(&out)
		c.SilenceErrors, c.SilenceUsage = true, true
		err := c.ExecuteContext(t.Context())
		return out.String(), err
	}
	said, err := verify()
	if err != nil || !strings.HasSuffix(said, "revisions: nothing differs\n") || strings.HasPrefix(said, "0 records") {
		t.Fatalf("%q, %v", said, err)
	}
	if o, err = p.open(t.Context(), now, false); err != nil {
		t.Fatal(err)
	}
	reference := ""
	err = o.desk.DB.Write(t.Context(), func(tx *store.Tx) error {
		if err := tx.QueryRow(`select reference from record order by reference limit 1`).Scan(&reference); err != nil {
			return err
		}
		_, err := tx.Exec(`update record set state = 'no_such_state' where reference = $1`, reference)
		return err
	})
	o.close()
	if err != nil {
		t.Fatal(err)
	}
	said, err = verify()
	var no silent
	if !errors.As(err, &no) || no.code != exitNo {
		t.Errorf("ended with %v", err)
	}
	if !strings.Contains(said, "record "+reference+": The current view says state") || !strings.Contains(said, "; differences: ") {
		t.Errorf("said %q", said)
	}
}

// On PostgreSQL nothing but the program itself keeps a wrong key from being
// used beside records sealed with another.
func TestPostgresKnowsItsKey(t *testing.T) {
	_, url := storetest.OpenPostgres(t)
	dir := t.TempDir()
	right, wrong := place{database: url, key: filepath.Join(dir, "right")}, place{database: url, key: filepath.Join(dir, "wrong")}
	for range 2 {
		o, err := right.open(t.Context(), storetest.Now, true)
		if err != nil {
			t.Fatal(err)
		}
		o.close()
	}
	if o, err := wrong.open(t.Context(), storetest.Now, true); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("opened with another key: %v", err)
		if err == nil {
			o.close()
		}
	}
}
