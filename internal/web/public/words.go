package public

import (
	"net/http"

	"frontdoor/internal/web"
)

type wordsView struct {
	SignIn string
	Demo   bool
}

var (
	hidePage          = web.Page[wordsView]("public/hide", files, "templates/hide.html")
	accessibilityPage = web.Page[wordsView]("public/accessibility", files, "templates/accessibility.html")
	privacyPage       = web.Page[wordsView]("public/privacy", files, "templates/privacy.html")
	cookiesPage       = web.Page[wordsView]("public/cookies", files, "templates/cookies.html")
)

func (p *pub) words(page *web.PageT[wordsView], title string, w http.ResponseWriter, r *http.Request) error {
	return page.Render(w, r, http.StatusOK, p.chrome(r, p.asker(r), title), wordsView{SignIn: p.Site.SignInHref, Demo: p.Demo})
}

func (p *pub) hide(w http.ResponseWriter, r *http.Request) error {
	return p.words(hidePage, "Leave no trace", w, r)
}

func (p *pub) accessibility(w http.ResponseWriter, r *http.Request) error {
	return p.words(accessibilityPage, "Accessibility", w, r)
}

func (p *pub) privacy(w http.ResponseWriter, r *http.Request) error {
	return p.words(privacyPage, "Privacy", w, r)
}

func (p *pub) cookies(w http.ResponseWriter, r *http.Request) error {
	return p.words(cookiesPage, "Cookies", w, r)
}
