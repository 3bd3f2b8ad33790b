// Package attack sends the shapes of HTTP that attackers send to the program as
// it is built and run, and looks at what comes back.
//
// The demonstration at the address in FRONTDOOR_ATTACK is attacked, slowly too
// (scripts/attack.sh); without it one is started here and the slow ones are left
// out. It also holds docs/asvs.md to the standard's list and to the tests that
// there are.
package attack

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	program string // the program, built
	target  string // where the demonstration is: http://127.0.0.1:…
	outside bool   // the demonstration is not ours, and there is time
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "frontdoor-attack-")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if program = os.Getenv("FRONTDOOR_ATTACK_PROGRAM"); program == "" {
		program = filepath.Join(dir, "frontdoor")
		build := exec.Command("go", "build", "-o", program, "frontdoor/cmd/frontdoor")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			panic(fmt.Sprintf("%v\n%s", err, out))
		}
	}
	if target = os.Getenv("FRONTDOOR_ATTACK"); target != "" {
		outside = true
		return m.Run()
	}
	addr := freeAddr()
	stop, log := start(dir, "demo", "--addr", addr, "--records", "4")
	defer stop()
	target = "http://" + addr
	if !ready(http.DefaultClient, target) {
		stop()
		panic("the demonstration did not start:\n" + log.String())
	}
	code := m.Run()
	stop() // until it has ended it may still be writing
	if strings.Contains(log.String(), `"level":"ERROR"`) {
		fmt.Println("the demonstration logged errors:\n" + log.String())
		code = 1
	}
	return code
}

func freeAddr() string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// start runs the program in a folder until stop is called. Read its log after
// that only.
func start(dir string, args ...string) (stop func(), log *bytes.Buffer) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	log = &bytes.Buffer{}
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	return func() { cancel(); _ = cmd.Wait() }, log
}

func ready(c *http.Client, base string) bool {
	for range 3000 {
		if r, err := c.Get(base + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return true
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	return false
}

// certificate makes a certificate for this machine, and its key's file.
func certificate(t *testing.T, dir string) (cert, key string, pool *x509.CertPool) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	pool = x509.NewCertPool()
	cert = write("cert.pem", "CERTIFICATE", der)
	b, _ := os.ReadFile(cert)
	pool.AppendCertsFromPEM(b)
	return cert, write("cert.key", "PRIVATE KEY", raw), pool
}

// secured is the service over TLS, empty, as it would be run for real.
func secured(t *testing.T) (base string, client *http.Client, config *tls.Config) {
	t.Helper()
	dir := t.TempDir()
	cert, key, pool := certificate(t, dir)
	addr := freeAddr()
	base = "https://localhost:" + addr[strings.LastIndex(addr, ":")+1:]
	stop, log := start(dir, "serve", "--addr", addr, "--base-url", base, "--tls-cert", cert, "--tls-key", key,
		"--data", filepath.Join(dir, "data"), "--key", filepath.Join(dir, "secret", "key"))
	t.Cleanup(stop)
	config = &tls.Config{RootCAs: pool}
	client = &http.Client{Transport: &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true}, CheckRedirect: stay, Timeout: 30 * time.Second}
	if !ready(client, base) {
		stop()
		t.Fatal(log)
	}
	return base, client, config
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// browser keeps cookies and does not follow.
func browser() *http.Client {
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, CheckRedirect: stay, Timeout: 30 * time.Second, Transport: &http.Transport{}}
}

var signedIn = sync.OnceValue(func() http.CookieJar {
	c := browser()
	for range 4 {
		r, err := c.PostForm(target+"/demo/sign-in", url.Values{"email": {"manager@example.org"}})
		if err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusSeeOther {
				return c.Jar
			}
		}
		time.Sleep(10 * time.Second) // A code works once; the next one comes soon.
	}
	return nil
})

// manager is signed in as someone with much in reach.
func manager(t *testing.T) *http.Client {
	t.Helper()
	c := browser()
	if c.Jar = signedIn(); c.Jar == nil {
		t.Fatal("could not sign in")
	}
	return c
}

// send gives an answer and its body.
func send(t *testing.T, c *http.Client, method, path string, form url.Values, headers ...string) (*http.Response, string) {
	t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	base := target
	if strings.HasPrefix(path, "https://") {
		base = ""
	}
	r, err := http.NewRequest(method, base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
			continue
		}
		r.Header.Set(headers[i], headers[i+1])
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(method, path, err)
	}
	defer func() { _ = answer.Body.Close() }()
	b, err := io.ReadAll(io.LimitReader(answer.Body, 8<<20))
	if err != nil {
		t.Fatal(method, path, err)
	}
	return answer, string(b)
}

// raw sends bytes as they are and gives all that comes back.
func raw(t *testing.T, text string) string {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(target, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = io.WriteString(c, text) // The server may have stopped reading.
	// Whoever stops sending is taken to have left, and may get no answer.
	if tcp, ok := c.(*net.TCPConn); ok && !strings.Contains(text, "Connection: close") {
		_ = tcp.CloseWrite()
	}
	b, _ := io.ReadAll(io.LimitReader(c, 4<<20))
	return string(b)
}

var (
	routeText = regexp.MustCompile(`"(GET|POST) (/[^"]*)"`)
	routeAt   = regexp.MustCompile(`"(GET|POST) "\+at\+"(/[^"]*)"`)
	wild      = regexp.MustCompile(`\{[^}]*\}`)
)

// routes are those in the code with a method, filled in with something that
// nothing has as its id.
func routes(t *testing.T, method string) []string {
	t.Helper()
	seen := map[string]bool{}
	var out []string
	add := func(p string) {
		p = wild.ReplaceAllString(strings.ReplaceAll(p, "{$}", ""), "00000000-0000-7000-8000-000000000000")
		if !seen[p] {
			seen[p] = true
			out = append(out, p)
		}
	}
	for _, dir := range []string{"web/public", "web/mash", "web/account", "web/insight", "site"} {
		files, err := filepath.Glob(filepath.Join("..", "..", "internal", dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range routeText.FindAllStringSubmatch(string(b), -1) {
				if m[1] == method {
					add(m[2])
				}
			}
			for _, m := range routeAt.FindAllStringSubmatch(string(b), -1) {
				if m[1] == method {
					add("/status" + m[2])
					add("/sent/{record}" + m[2])
				}
			}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d routes were found in the code", len(out))
	}
	return out
}
