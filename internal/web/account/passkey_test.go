package account_test

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// withKey is a browser on a device that has a passkey store and checks its
// owner's fingerprint. Passkeys belong to a name, so it asks for localhost.
func withKey(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("no Chromium on this machine: %v", err)
	}
	alloc, end := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(end)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	ctx, end = context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(end)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
		Protocol: "ctap2", Transport: "internal", HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
	}}); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func TestPasskeys(t *testing.T) {
	h := open(t)
	boss := h.worker("boss@example.org", "program_office", "administrator")
	base := strings.Replace(h.URL, "127.0.0.1", "localhost", 1)
	ctx := withKey(t)
	do := func(what string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	eval := func(js string) string {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	goTo := func(path string) { t.Helper(); do("go to "+path, chromedp.Navigate(base+path)) }
	arrive := func(path string) {
		t.Helper()
		for range 400 {
			if eval("location.pathname") == path {
				do("wait", chromedp.WaitVisible(chromedp.CSS("h1")))
				return
			}
			time.Sleep(25 * time.Millisecond)
		}
		t.Fatalf("at %s, want %s: %s", eval("location.pathname"), path, eval("document.querySelector('[data-passkey] [role=alert]')?.textContent || ''"))
	}
	password := func() {
		t.Helper()
		h.Later(time.Minute)
		goTo("/sign-in")
		do("password", chromedp.SendKeys(chromedp.CSS("#email"), boss.Email), chromedp.SendKeys(chromedp.CSS("#password"), good+"\r"))
		arrive("/sign-in/second")
	}
	press := func() { t.Helper(); do("press", chromedp.Click(chromedp.CSS("[data-passkey] button"))) }

	password()
	do("code", chromedp.SendKeys(chromedp.CSS("#code"), boss.code(t, h.Now())+"\r"))
	arrive("/workers")
	goTo("/account/second-factor")
	press()
	arrive("/account")
	if !strings.Contains(eval("document.body.textContent"), "1 passkey") {
		t.Error("the passkey is not on the security page")
	}

	do("sign out", chromedp.Click(chromedp.CSS(".fd-who button")))
	arrive("/sign-in")
	password()
	press()
	arrive("/workers")

	do("sign out", chromedp.Click(chromedp.CSS(".fd-who button")))
	arrive("/sign-in")
	press()
	arrive("/workers")

	// Long after, a grave act asks again, and the passkey answers.
	h.Later(20 * time.Minute)
	goTo("/account/second-factor")
	arrive("/account/again")
	press()
	arrive("/account/second-factor")
}
