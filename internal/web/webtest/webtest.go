// Package webtest drives a real browser over the service's pages in ordinary
// Go tests, and checks what every page must be: readable by everyone, no wider
// than the screen, and within the content security policy.
//
// One Chromium serves a test binary; each Browser is a new tab with cookies of
// its own. Tests are skipped where there is no Chromium, and fail there when
// CI=true. Pictures are taken where FRONTDOOR_SHOTS names a folder to keep them
// in.
package webtest

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"frontdoor/internal/web"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/jba/templatecheck"
)

//go:embed axe.min.js
var checker string

// Widths that pages are looked at in, in CSS pixels.
const (
	Desktop = 1280
	Phone   = 360
	Narrow  = 320
)

// patience is how long one step may take. It only bounds a failure.
const patience = 60 * time.Second

// CheckPages checks the template of every page made so far against the type it
// is given, in every branch. Call it in each package that makes pages.
func CheckPages(t *testing.T) {
	t.Helper()
	for _, p := range web.Pages() {
		if err := templatecheck.CheckHTML(p.Template(), p.Data); err != nil {
			t.Errorf("page %s: %v", p.Name, err)
		}
	}
}

var chromium = sync.OnceValues(func() (context.Context, error) {
	path := os.Getenv("FRONTDOOR_CHROMIUM")
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path == "" {
			path, _ = exec.LookPath(name)
		}
	}
	if path == "" {
		return nil, fmt.Errorf("no Chromium on this machine")
	}
	alloc, _ := chromedp.NewExecAllocator(context.Background(), append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter"),
		chromedp.Flag("font-render-hinting", "none"),
	)...)
	ctx, _ := chromedp.NewContext(alloc)
	if err := chromedp.Do(ctx); err != nil {
		return nil, err
	}
	return ctx, nil
})

// Main runs a package's tests and then ends the browser. Use it as
// func TestMain(m *testing.M) { webtest.Main(m) } wherever Browser is used.
func Main(m *testing.M) {
	var started atomic.Bool
	launch = func() (context.Context, error) { started.Store(true); return chromium() }
	code := m.Run()
	if started.Load() {
		if ctx, err := chromium(); err == nil {
			_ = chromedp.Cancel(ctx)
		}
	}
	os.Exit(code)
}

var launch = func() (context.Context, error) { return chromium() }

// Page is one tab.
type Page struct {
	t   testing.TB
	ctx context.Context

	noScript bool
	touch    bool
	width    int

	mu       sync.Mutex
	problems []string
	allowed  []string
}

// Browser opens a new tab with cookies of its own, as wide as a desktop. When
// the test ends it fails if the page broke the content security policy or a
// script threw.
func Browser(t testing.TB) *Page {
	t.Helper()
	parent, err := launch()
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("browser: %v", err)
		}
		t.Skipf("browser: %v", err)
	}
	return open(t, parent, chromedp.WithNewBrowserContext())
}

// Beside opens another tab of the same browser, with the same cookies.
func (p *Page) Beside() *Page {
	p.t.Helper()
	return open(p.t, p.ctx)
}

func open(t testing.TB, parent context.Context, options ...chromedp.ContextOption) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(parent, options...)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, problem := range p.problems {
			if !p.forgiven(problem) {
				t.Errorf("in the browser: %s", problem)
			}
		}
	})
	if err := chromedp.Listen(ctx, p.heard); err != nil {
		t.Fatalf("browser: %v", err)
	}
	p.Width(Desktop)
	return p
}

// heard runs on the browser's own reader: it only notes.
func (p *Page) heard(event any) {
	note := ""
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		// A refused answer is for the test to judge, not a fault of the page.
		if e.Entry.Level == cdplog.EntryLevelError && e.Entry.Source != cdplog.EntrySourceNetwork {
			note = e.Entry.Text
		}
	case *runtime.EventExceptionThrown:
		note = e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			note += " " + x.Description
		}
	case *runtime.EventConsoleAPICalled:
		// The design systems log the errors of components that cannot start.
		bad := e.Type == runtime.ConsoleAPICalledTypeError
		words := "console:"
		for _, a := range e.Args {
			bad = bad || a.Subtype == runtime.RemoteObjectSubtypeError
			words += " " + string(a.Value) + a.Description
		}
		if bad {
			note = words
		}
	}
	if note != "" {
		p.mu.Lock()
		p.problems = append(p.problems, note)
		p.mu.Unlock()
	}
}

// Allow forgives problems that hold these words, for a test that causes them.
func (p *Page) Allow(words string) { p.allowed = append(p.allowed, words) }

func (p *Page) forgiven(problem string) bool {
	for _, words := range p.allowed {
		if strings.Contains(problem, words) {
			return true
		}
	}
	return false
}

// do runs steps, and fails the test at the caller when one does.
func (p *Page) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
}

func value[T any](p *Page, what string, a chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	return v
}

// Width sets how wide the screen is. Below 700 it is a phone.
func (p *Page) Width(width int) {
	p.t.Helper()
	p.width = width
	p.resize(width)
}

func (p *Page) resize(width int) {
	p.t.Helper()
	height := int64(900)
	if width < 700 {
		height = 740
	}
	var held []chromedp.EmulateViewportOption
	if p.touch && width < 700 {
		held = []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch}
	}
	p.do("width", chromedp.EmulateViewport(int64(width), height, held...))
}

// Touch makes the screen one that is touched, wherever it is a phone’s.
func (p *Page) Touch() {
	p.t.Helper()
	p.touch = true
	p.resize(p.width)
}

// Zoom shows the page from now on as a browser of 1280 by 1024 points does that is
// zoomed to 400 %, until Width is called.
func (p *Page) Zoom() {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280 / 4, Height: 1024 / 4, DeviceScaleFactor: 4}); err != nil {
		p.t.Fatal(err)
	}
}

// NoScript turns script off from the next page opened.
func (p *Page) NoScript() {
	p.t.Helper()
	p.noScript = true
	p.scripts(false)
}

func (p *Page) scripts(on bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		p.t.Fatal(err)
	}
}

// Offline takes the line away, or gives it back.
func (p *Page) Offline(off bool) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1}); err != nil {
		p.t.Fatal(err)
	}
}

// Open goes to an address and waits for the page, and gives the status.
func (p *Page) Open(url string) int {
	p.t.Helper()
	res := value(p, "open", chromedp.NavigateResponse(url))
	if res == nil {
		return 0
	}
	return int(res.Status)
}

// Turn shows another page of the site in the place of the one that is open, with
// its title and body as they are sent and before any script, and gives the status.
// Style sheets and the accessibility checker stay, so that many pages of one make
// can be looked at in the time that Open takes for a few.
func (p *Page) Turn(path string) int {
	p.t.Helper()
	got := p.Eval(fmt.Sprintf(`(async () => {
		const res = await fetch(%q)
		const doc = new DOMParser().parseFromString(await res.text(), 'text/html')
		const sheets = d => [...d.querySelectorAll('link[rel=stylesheet]')].map(l => l.getAttribute('href')).join()
		if (sheets(doc) !== sheets(document)) return 'its style sheets are others: ' + sheets(doc)
		document.title = doc.title
		document.documentElement.lang = doc.documentElement.lang
		document.body.replaceWith(document.adoptNode(doc.body))
		await Promise.all([...document.images].map(i => i.decode().catch(() => {})))
		scrollTo(0, 0)
		return String(res.status)
	})()`, path))
	status, err := strconv.Atoi(got)
	if err != nil {
		p.t.Fatalf("turn to %s: %s", path, got)
	}
	return status
}

// Click presses what the CSS selector finds first.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// Follow presses a link or button and waits for the page it leads to.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector))); err != nil {
		p.t.Fatalf("follow %s: %v", selector, err)
	}
}

// Fill writes words into a control, over what is there: all but the last letter as
// from a clipboard, which is as quick for many as for one, and that with its key.
func (p *Page) Fill(selector, words string) {
	p.t.Helper()
	what := "fill " + selector
	p.do(what, chromedp.WaitReady(chromedp.CSS(selector)))
	p.Eval(fmt.Sprintf(`(() => { const e = document.querySelector(%q); if (e) { e.focus(); e.value = '' } return '' })()`, selector))
	if _, size := utf8.DecodeLastRuneInString(words); size < len(words) {
		if _, err := chromedp.Call(p.ctx, input.InsertText, input.InsertTextParams{Text: words[:len(words)-size]}); err != nil {
			p.t.Fatalf("%s: %v", what, err)
		}
		words = words[len(words)-size:]
	}
	p.do(what, chromedp.SendKeys(chromedp.CSS(selector), words))
}

// Upload chooses a file of this machine in a control.
func (p *Page) Upload(selector, path string) {
	p.t.Helper()
	p.do("upload to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// Keys presses keys in a control: "\t" is Tab, "\r" is Enter.
func (p *Page) Keys(selector, keys string) {
	p.t.Helper()
	p.do("keys in "+selector, chromedp.SendKeys(chromedp.CSS(selector), keys))
}

// Wait waits until the selector finds something that is seen.
func (p *Page) Wait(selector string) {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitVisible(chromedp.CSS(selector)))
}

// WaitText waits until what the selector finds holds the words.
func (p *Page) WaitText(selector, words string) {
	p.t.Helper()
	got := value(p, "wait for text", chromedp.Evaluate[string](fmt.Sprintf(`new Promise(done => {
		const until = Date.now() + 15000
		const look = () => {
			const e = document.querySelector(%q)
			if (e && e.textContent.includes(%q)) done('')
			else if (Date.now() > until) done(e ? 'it says: ' + e.textContent : 'there is none')
			else setTimeout(look, 20)
		}
		look()
	})`, selector, words), chromedp.EvalAwaitPromise))
	if got != "" {
		p.t.Fatalf("%s never said %q: %s", selector, words, got)
	}
}

// Text is the words of what the selector finds first.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	p.do("wait for "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
	// In one go: what is found first may be swapped before it is read.
	return strings.Join(strings.Fields(p.Eval(fmt.Sprintf(`document.querySelector(%q).textContent`, selector))), " ")
}

// Has says whether the selector finds anything, seen or not.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return p.Eval(fmt.Sprintf(`String(!!document.querySelector(%q))`, selector)) == "true"
}

// Seen says whether the selector finds something that takes up room.
func (p *Page) Seen(selector string) bool {
	p.t.Helper()
	return p.Eval(fmt.Sprintf(`String(!!document.querySelector(%q)?.checkVisibility())`, selector)) == "true"
}

// Title is the page's title.
func (p *Page) Title() string { p.t.Helper(); return value(p, "title", chromedp.Title()) }

// URL is where the tab is.
func (p *Page) URL() string { p.t.Helper(); return p.Eval("location.href") }

// Visited are the addresses the browser keeps for this tab, the one it is at last
// unless somebody went back. The browser is asked, not the page, which may be on
// its way out: between two pages there is no answer, and it is asked again.
func (p *Page) Visited() []string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	for {
		res, err := chromedp.Run(ctx, chromedp.NavigationEntries())
		if err == nil {
			var out []string
			for _, e := range res.Entries {
				out = append(out, e.URL)
			}
			return out
		}
		select {
		case <-ctx.Done():
			p.t.Fatalf("history: %v", err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Eval runs JavaScript that gives a string, or a promise of one.
func (p *Page) Eval(js string) string {
	p.t.Helper()
	return value(p, "script", chromedp.Evaluate[string](js, chromedp.EvalAwaitPromise))
}

// known are the checker's findings about what GOV.UK's own script does to three
// of its components. Each was tried with people who use screen readers before it
// was published, so it stays as they made it, and nothing else is forgiven.
const known = `{
	'aria-allowed-attr': '.govuk-radios__input[aria-controls]',
	'label-content-name-mismatch': '.govuk-accordion__section-button, .govuk-file-upload-button',
}`

// Axe fails the test for anything the accessibility checker finds wrong, by
// WCAG 2.2 AA and the checker's own good practice.
func (p *Page) Axe() {
	p.t.Helper()
	p.axe("document", everyRule)
}

const everyRule = `['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']`

// AxeWords checks what one page of many of the same make can still get wrong by
// what its writers wrote: headings, links, lists, pictures and tables. The make
// itself, colours above all, takes most of the checker's time and is for Axe.
func (p *Page) AxeWords() {
	p.t.Helper()
	p.axe("document", `{type: 'rule', values: ['document-title','html-has-lang','page-has-heading-one','heading-order','empty-heading','link-name','list','listitem',
		'definition-list','dlitem','image-alt','image-redundant-alt','svg-img-alt','button-name','summary-name','label','duplicate-id-aria','valid-lang',
		'empty-table-header','scope-attr-valid','table-duplicate-name','td-headers-attr','th-has-data-cells']}`)
}

// axe runs the checker on a part of the page, for what its own option runOnly
// names. A part is nothing where there is no such element.
func (p *Page) axe(part, only string) {
	p.t.Helper()
	if p.noScript {
		// The checker needs timers, which stand still without script. The page's
		// own script was passed over when the page was read and does not start now.
		p.scripts(true)
		defer p.scripts(false)
	}
	if p.Eval("typeof axe") == "undefined" {
		value(p, "axe", chromedp.Evaluate[bool](checker+"\n;true"))
	}
	found := p.Eval(`(async () => {
		const known = ` + known + `
		const part = ` + part + `
		if (part.include && !part.include.length) return ''
		const r = await axe.run(part, {runOnly: ` + only + `, resultTypes: ['violations']})
		return r.violations.map(v => {
			const nodes = v.nodes.filter(n => !(known[v.id] && document.querySelector(n.target.join(' '))?.matches(known[v.id])))
			return nodes.length && v.id + ' (' + v.impact + '): ' + v.help + '\n' +
				nodes.slice(0, 5).map(n => '    ' + n.html.slice(0, 200) + '\n      ' + (n.failureSummary || '').replace(/\n/g, ' ')).join('\n')
		}).filter(Boolean).join('\n')
	})()`)
	if found != "" {
		p.t.Errorf("accessibility, %s:\n%s", p.Title(), found)
	}
}

// Fits fails the test if the page can be scrolled sideways.
func (p *Page) Fits() {
	p.t.Helper()
	found := p.Eval(`(() => {
		const wide = document.documentElement.clientWidth
		if (document.documentElement.scrollWidth <= wide) return ''
		const out = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > wide + 1 && e.checkVisibility())
		return document.documentElement.scrollWidth + ' of ' + wide + ': ' + out.slice(0, 5).map(e => e.tagName + '.' + e.className).join(', ')
	})()`)
	if found != "" {
		p.t.Errorf("the page is wider than the screen: %s", found)
	}
}

// Clear fails the test where the page hides something of itself: where what stays
// in sight while it scrolls takes more than a quarter of the screen or stands over
// the control that has the focus, or where words are cut off.
func (p *Page) Clear() {
	p.t.Helper()
	found := p.Eval(`(async () => {
		const wrong = [], name = e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40)
		const all = [...document.querySelectorAll('body *')].filter(e => e.checkVisibility())
		const style = new Map(all.map(e => [e, getComputedStyle(e)]))
		const stays = all.filter(e => ['fixed', 'sticky'].includes(style.get(e).position))
		scrollTo(0, document.documentElement.scrollHeight / 2)
		let covered = 0
		for (const e of stays) {
			const r = e.getBoundingClientRect()
			covered += Math.max(0, Math.min(r.right, innerWidth) - Math.max(r.left, 0)) * Math.max(0, Math.min(r.bottom, innerHeight) - Math.max(r.top, 0))
		}
		if (covered > innerWidth * innerHeight / 4) wrong.push('what stays in sight takes ' + Math.round(100 * covered / innerWidth / innerHeight) + ' % of the screen: ' + stays.map(name).join(', '))
		for (const e of all) {
			const s = style.get(e), r = e.getBoundingClientRect()
			if (/hidden|clip/.test(s.overflowX + s.overflowY) && s.clipPath === 'none' && r.width > 2 && r.height > 2 && e.textContent.trim() && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)) wrong.push('words are cut off in ' + name(e))
		}
		// There and back: what comes into sight stops at the bottom on the way down and at the top on the way up.
		const controls = all.filter(e => e.matches('a[href], button, input, select, textarea, summary') && !stays.some(s => s.contains(e)))
		for (const e of [...controls, ...controls.toReversed()]) {
			e.focus({focusVisible: true})
			const r = e.getBoundingClientRect()
			const points = [0.1, 0.5, 0.9].flatMap(x => [0.1, 0.5, 0.9].map(y => [r.left + x * r.width, r.top + y * r.height])).filter(([x, y]) => x >= 0 && y >= 0 && x < innerWidth && y < innerHeight)
			if (r.width && document.activeElement === e && points.length && points.every(([x, y]) => stays.some(s => s.contains(document.elementFromPoint(x, y))))) wrong.push('the focus is hidden on ' + name(e))
		}
		scrollTo(0, 0)
		return wrong.slice(0, 8).join('\n')
	})()`)
	if found != "" {
		p.t.Errorf("%s hides something: %s", p.URL(), found)
	}
}

// looks gives each element that is seen, and what the checker judges of its looks.
const looks = `new Map([...document.querySelectorAll('body, body *')].filter(e => e.checkVisibility()).map(e => {
	const s = getComputedStyle(e)
	return [e, [s.color, s.backgroundColor, s.backgroundImage, s.textDecorationLine, s.clipPath, s.position, parseFloat(s.fontSize) >= (s.fontWeight >= 700 ? 18.66 : 24)].join()]
}))`

// Check looks at the page as the narrowest phone and as a desktop: accessible,
// and no wider than the screen. On the desktop, of which the page is the same, only
// what is seen there alone or looks otherwise is judged anew, and what follows from
// where things stand.
func (p *Page) Check() {
	p.t.Helper()
	p.resize(Narrow)
	p.Axe()
	p.Fits()
	p.Eval(`(window.webtestLooks = ` + looks + `, '')`)
	p.resize(Desktop)
	p.axe(`{include: (was => {
		const fresh = new Set([...`+looks+`].filter(([e, look]) => was.get(e) !== look).map(([e]) => e))
		return [...fresh].filter(e => { while ((e = e.parentElement)) if (fresh.has(e)) return false; return true })
	})(window.webtestLooks)}`, everyRule)
	p.axe("document", `{type: 'rule', values: ['target-size','scrollable-region-focusable','heading-order','page-has-heading-one','region','landmark-one-main']}`)
	p.Fits()
	p.resize(p.width)
}

// Shot keeps a picture of the whole page on a desktop and on a phone, as
// name-desktop.png and name-phone.png, where FRONTDOOR_SHOTS names a folder:
// a picture takes as long as all that is looked at on the page.
func (p *Page) Shot(name string) {
	p.t.Helper()
	dir := os.Getenv("FRONTDOOR_SHOTS")
	if dir == "" {
		return
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		p.t.Fatal(err)
	}
	for _, size := range []struct {
		name  string
		width int
	}{{"desktop", Desktop}, {"phone", Phone}} {
		p.resize(size.width)
		png := value(p, "picture", chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(dir, name+"-"+size.name+".png"), png, 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	p.resize(p.width)
}

// PrintMedia makes the page look as it prints, or as on screen again, on a device
// that is set to dark colours.
func (p *Page) PrintMedia(on bool) {
	p.t.Helper()
	media := ""
	if on {
		media = "print"
	}
	p.do("media", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: media, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		return err
	}))
}

// Forced shows the page from now on as a browser does whose reader has chosen
// colours of their own.
func (p *Page) Forced() {
	p.t.Helper()
	p.do("forced colours", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "forced-colors", Value: "active"}}})
		return err
	}))
}

// PDF is the page as it prints on A4.
func (p *Page) PDF() []byte {
	p.t.Helper()
	var out []byte
	p.do("print", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		res, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PaperWidth: 210 / 25.4, PaperHeight: 297 / 25.4}) // inches
		out = res.Data
		return err
	}))
	return out
}
