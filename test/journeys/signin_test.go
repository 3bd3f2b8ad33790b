package journeys

import "testing"

// A worker signs in with a password and a code, sees the board, and signs out.
func TestSignIn(t *testing.T) {
	t.Parallel()
	w := at(t, "2026-03-17T10:00")
	who := w.worker("Sol Worker", "mash_social_worker", "")
	b := w.tab("sign-in")
	b.goTo("/board")
	b.says("Sign in")
	b.look("asked")
	b.write("email", who.Email)
	b.write("password", "not the password at all")
	b.press("Continue")
	b.says("One of them is not right")
	b.look("wrong")
	b.write("email", who.Email)
	b.write("password", password)
	b.press("Continue")
	b.look("second")
	b.write("code", "000000")
	b.press("Sign in")
	b.says("not right")
	b.write("code", w.code())
	b.press("Sign in")
	b.says("Board")
	b.look("board")
	b.goTo("/account")
	b.look("account")
	b.press("Sign out")
	b.goTo("/board")
	b.says("Sign in")
}
