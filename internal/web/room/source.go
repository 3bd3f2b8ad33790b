package room

import (
	"net/http"
	"net/netip"
	"strings"

	"frontdoor/internal/secret"
	"frontdoor/internal/signin"
)

// Source is where a request comes from, as attempt limits and the list of
// sessions need it: no address is kept as it is, and no more of the browser than
// its owner knows it by.
func Source(r *http.Request) signin.Source {
	src := signin.Source{Device: device(r.UserAgent()), Known: signin.DeviceToken(r)}
	if at, err := netip.ParseAddrPort(r.RemoteAddr); err == nil {
		src.Addr = secret.SourceKey(at.Addr())
	}
	return src
}

// device is a browser in a few words its owner knows it by.
func device(agent string) string {
	pick := func(other string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if strings.Contains(agent, pairs[i]) {
				return pairs[i+1]
			}
		}
		return other
	}
	browser := pick("A browser", "Edg", "Edge", "OPR/", "Opera", "SamsungBrowser", "Samsung Internet", "Firefox", "Firefox", "FxiOS", "Firefox",
		"CriOS", "Chrome", "Chrome", "Chrome", "Safari", "Safari")
	system := pick("", "iPhone", "iPhone", "iPad", "iPad", "Android", "Android", "CrOS", "a Chromebook", "Windows", "Windows", "Mac OS X", "a Mac", "Linux", "Linux")
	if system == "" {
		return browser
	}
	return browser + " on " + system
}
