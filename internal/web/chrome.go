package web

import (
	"embed"

	"frontdoor/internal/fault"
	"frontdoor/internal/web/parts"
)

//go:embed templates/*.html
var templates embed.FS

// Site is what every page of this partnership shares.
type Site struct {
	// Name is the partnership's own name, in the header and after each title.
	Name string
	// Home is where the name goes; / when empty.
	Home string
	// Base is the address people reach the site at, with nothing after the host.
	Base string
	// Footer are the links at the end of every page.
	Footer     []parts.Link
	FooterText string
	// ExitHref is where "Exit this page" goes: an ordinary page of another site.
	ExitHref string
	// SignInHref and SignOutHref are where people sign in and (by POST) out.
	SignInHref, SignOutHref string
}

// Chrome is everything round a page's own content.
type Chrome struct {
	Site *Site
	// Title is the page's own title. It is seen over a shoulder and kept in
	// the browser's history: it never names a person.
	Title string
	// Worker and Team are who is signed in; empty on public pages.
	Worker, Team string
	Nav          []parts.Link
	// Staff pages are denser and are kept out of search engines. Public pages
	// are the others.
	Staff bool
	// Wide lets a board use the whole screen.
	Wide bool
	// ExitThisPage shows the button that leaves at once. Public pages only.
	ExitThisPage bool
	// LeaveOnEscape makes the Escape key do what the button does, at one press.
	// Only where nothing is typed that could be lost.
	LeaveOnEscape bool
	// Emergency is who to ring this minute, at the top of every page.
	Emergency Emergency
	// BackHref shows a link to the page before; Breadcrumbs where this one sits.
	BackHref, BackText string
	Breadcrumbs        []parts.Link
	// Notice says what just happened; NoticeDone that it went well.
	Notice     string
	NoticeDone bool
	// Errors are what is wrong with a form, listed at the top with a link to
	// each answer. A field's Key is the id of its control.
	Errors fault.Fields
	// PrintFoot is the last line of the page when printed: who printed it, when, and how to keep it.
	PrintFoot string
}

// Emergency is who to ring this minute: 999, and who answers for each area now.
type Emergency struct {
	Lines []EmergencyLine
	// Large shows each one's name and how long it answers, for the first page.
	Large bool
}

// EmergencyLine is who answers for one area. Tel is the number as a phone dials it.
type EmergencyLine struct{ Area, Name, Number, Tel, When string }

// Leave is where the Escape key goes; empty where it goes nowhere.
func (c Chrome) Leave() string {
	if !c.LeaveOnEscape || !c.ExitThisPage {
		return ""
	}
	return c.site().ExitHref
}

// FullTitle is the title as the browser's tab shows it.
func (c Chrome) FullTitle() string {
	t := c.Title
	if len(c.Errors) > 0 {
		t = "Error: " + t
	}
	if c.Site != nil && c.Site.Name != "" {
		t += " - " + c.Site.Name
	}
	return t
}

// Summary lists the errors with links.
func (c Chrome) Summary() parts.ErrorSummary {
	var s parts.ErrorSummary
	for _, f := range c.Errors {
		l := parts.Link{Text: f.Text}
		if f.Key != "" {
			l.Href = "#" + f.Key
		}
		s.Items = append(s.Items, l)
	}
	return s
}

// Header is the bar with the partnership's name.
func (c Chrome) Header() parts.Header { return parts.Header{Name: c.site().Name, Href: c.site().Home} }

// Navigation is the bar of links under it.
func (c Chrome) Navigation() parts.ServiceNavigation { return parts.ServiceNavigation{Items: c.Nav} }

// Skip passes the header.
func (c Chrome) Skip() parts.SkipLink { return parts.SkipLink{Text: "Skip to main content"} }

// Exit leaves at once.
func (c Chrome) Exit() parts.ExitThisPage { return parts.ExitThisPage{Href: c.site().ExitHref} }

// Back goes to the page before.
func (c Chrome) Back() parts.BackLink { return parts.BackLink{Href: c.BackHref, Text: c.BackText} }

// Crumbs show where the page sits.
func (c Chrome) Crumbs() parts.Breadcrumbs {
	return parts.Breadcrumbs{Items: c.Breadcrumbs, CollapseOnPhone: true}
}

// Banner says what just happened.
func (c Chrome) Banner() parts.NotificationBanner {
	return parts.NotificationBanner{Text: c.Notice, Success: c.NoticeDone}
}

// Foot is the end of the page.
func (c Chrome) Foot() parts.Footer {
	return parts.Footer{Links: c.site().Footer, Text: c.site().FooterText}
}

// SignIn is where to sign in again without leaving the page.
func (c Chrome) SignIn() string { return c.site().SignInHref }

// SignOut is where the button that signs out posts to.
func (c Chrome) SignOut() string { return c.site().SignOutHref }

func (c Chrome) site() Site {
	if c.Site == nil {
		return Site{}
	}
	return *c.Site
}
