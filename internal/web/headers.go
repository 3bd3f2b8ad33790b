package web

import (
	"net/http"
	"strings"
)

// policy lets a page load only our own files. There is no inline script or
// style anywhere, and no data: pictures.
const policy = "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// permissions takes away what no page uses. Copying to the clipboard and handing
// a link on are kept.
const permissions = "accelerometer=(), autoplay=(), bluetooth=(), camera=(), display-capture=(), encrypted-media=(), fullscreen=(), " +
	"gamepad=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), magnetometer=(), microphone=(), midi=(), payment=(), " +
	"picture-in-picture=(), screen-wake-lock=(), serial=(), usb=(), web-share=(self), xr-spatial-tracking=(), browsing-topics=(), " +
	"publickey-credentials-create=(self), publickey-credentials-get=(self), clipboard-write=(self)"

// headers sets what every answer carries. Assets put their own Cache-Control
// over it.
func (f *Front) headers(h http.Header, id string) {
	h.Set("Content-Security-Policy", policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Origin-Agent-Cluster", "?1")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Permissions-Policy", permissions)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", id)
	if f.TLS {
		h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
	}
}

// Bare answers in one line of plain text, for what is refused before the guards,
// with the headers that every answer carries.
func (f *Front) Bare(w http.ResponseWriter, status int, text string) {
	f.headers(w.Header(), newID())
	http.Error(w, text, status)
}

// ownCookies leaves out every cookie that may have been put there by another: by
// a host beside this one, or by a page that was not HTTPS. Browsers keep both
// from setting one whose name begins with __Host-.
func ownCookies(r *http.Request) {
	sent := r.Cookies()
	r.Header.Del("Cookie")
	for _, c := range sent {
		if strings.HasPrefix(c.Name, "__Host-") {
			r.AddCookie(c)
		}
	}
}
