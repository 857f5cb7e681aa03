package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"valise/problem"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
)

// Surroundings are what a site finds around it in one session, where that is to differ from what it finds otherwise. They hold for
// every tab of the session and end with it: the profile that is saved knows nothing of them.
//
// What Chromium has a flag for is a flag, since that holds from the first request on and in workers too. The rest is said to each tab
// before it loads anything (attend.go).
type Surroundings struct {
	Width, Height int       // of a page, in CSS pixels, without a window or with a preset of a mobile device; zero: as it comes
	Languages     string    // in the order of preference, "de-CH, de, en"; dates and numbers are written as in the first
	TimeZone      string    // "Europe/Zurich"
	UserAgent     UserAgent // what the browser says it is
	Dark          bool      // sites are told that dark colours are preferred
	NoWebGL       bool
	Kiosk         bool     // a window without anything but the page
	Extensions    []string // directories of unpacked extensions
	Fenced        bool     // somebody elsewhere drives it: what is of this computer is closed to it (fenced.go)
	Proxy         string   // "127.0.0.1:4711": its only way to the network
}

// UserAgent is a preset of what a browser says it is; "" is what it is.
type UserAgent string

// AndroidChrome is Chrome on a telephone, with a screen and a finger to match.
const AndroidChrome UserAgent = "chrome_android"

// errSurroundings is what is wrong with the surroundings asked for.
func errSurroundings(what, next string) error { return problem.New(what, next) }

// check finds what Chromium would pass over without a word.
func (s Surroundings) check() error {
	if (s.Width == 0) != (s.Height == 0) || s.Width < 0 || s.Height < 0 {
		return errSurroundings("a page has a width and a height", "Give both or neither.")
	}
	if s.UserAgent != "" && s.UserAgent != AndroidChrome {
		return errSurroundings(fmt.Sprintf("the user agent %q is not known", s.UserAgent), fmt.Sprintf("Give %q, or none.", AndroidChrome))
	}
	if s.TimeZone != "" {
		if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "Local" {
			return errSurroundings(fmt.Sprintf("the time zone %q is not known", s.TimeZone), `Give a name such as "Europe/Zurich".`)
		}
	}
	for _, language := range s.languages() {
		if strings.ContainsFunc(language, func(c rune) bool {
			return !(c == '-' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z')
		}) {
			return errSurroundings(fmt.Sprintf("%q is no language", language), `Give tags such as "de-CH" or "en", without weights.`)
		}
	}
	for _, dir := range s.Extensions {
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
			return errors.Join(errSurroundings("an extension has no manifest.json", "Give the directory of an unpacked extension."), err)
		}
		if strings.Contains(dir, ",") {
			return errSurroundings("an extension lies in a directory with a comma in its name", "Move it elsewhere.")
		}
	}
	return nil
}

// languages are those of the list, without blanks and weights.
func (s Surroundings) languages() []string {
	var all []string
	for _, entry := range strings.Split(s.Languages, ",") {
		language, _, _ := strings.Cut(entry, ";")
		if language = strings.TrimSpace(language); language != "" && language != "*" {
			all = append(all, language)
		}
	}
	return all
}

// flags are those of the surroundings for which there are any.
func (s Surroundings) flags() []string {
	var f []string
	if all := s.languages(); len(all) > 0 {
		f = append(f, "--accept-lang="+strings.Join(all, ","))
	}
	if s.Dark {
		f = append(f, "--force-dark-mode")
	}
	if s.NoWebGL {
		f = append(f, "--disable-3d-apis")
	}
	if s.Kiosk {
		f = append(f, "--kiosk")
	}
	if s.UserAgent == AndroidChrome {
		f = append(f, "--use-mobile-user-agent", "--touch-events=enabled")
	}
	if len(s.Extensions) > 0 {
		f = append(f, "--load-extension="+strings.Join(s.Extensions, ","))
	}
	return append(f, s.proxyFlags()...)
}

// environment is what the surroundings change in the environment of the browser.
func (s Surroundings) environment(entries []string) []string {
	if s.TimeZone == "" {
		return entries
	}
	entries = slices.DeleteFunc(entries, func(entry string) bool { return strings.HasPrefix(entry, "TZ=") })
	return append(entries, "TZ="+s.TimeZone)
}

// size is that of a page, as far as it is set: a telephone has one of its own.
func (s Surroundings) size() (width, height int) {
	if s.Width == 0 && s.UserAgent == AndroidChrome {
		return 412, 915
	}
	return s.Width, s.Height
}

// userAgent is what a browser with these surroundings says.
func (s Surroundings) userAgent(b Browser) string {
	if s.UserAgent == AndroidChrome {
		return fmt.Sprintf("Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%s.0.0.0 Mobile Safari/537.36", b.major())
	}
	return userAgent(b)
}

// toldToTabs says whether there is something that only the tabs can be told.
func (o Options) toldToTabs() bool {
	return o.toldToFrames() || o.Headless && o.Width > 0
}

// toldToFrames says whether the frames of other sites in a tab have to be told too.
func (s Surroundings) toldToFrames() bool {
	return s.UserAgent == AndroidChrome || len(s.languages()) > 0
}

// tell tells a tab, or a frame of another site in it, what there is no flag for.
func (o Options) tell(ctx context.Context, b Browser, to aside, kind string) error {
	var failed []error
	if width, height := o.size(); kind == "page" && width > 0 && (o.Headless || o.UserAgent == AndroidChrome) {
		failed = append(failed, setSize(ctx, to, width, height, o.UserAgent == AndroidChrome))
	}
	if all := o.languages(); len(all) > 0 {
		_, err := cdp.Call(ctx, to, emulation.SetLocaleOverride, emulation.SetLocaleOverrideParams{Locale: all[0]})
		failed = append(failed, err)
	}
	if o.UserAgent == AndroidChrome {
		_, err := cdp.Call(ctx, to, emulation.SetUserAgentOverride, androidChrome(b))
		failed = append(failed, err)
		_, err = cdp.Call(ctx, to, page.Enable, page.EnableParams{}) // which scripts of ours need, and pages do not notice
		failed = append(failed, err)
		_, err = cdp.Call(ctx, to, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: androidPlatform})
		failed = append(failed, err)
		if kind == "page" {
			_, err := cdp.Call(ctx, to, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 5})
			failed = append(failed, err)
		}
	}
	return errors.Join(failed...)
}

// setSize sets the size of a page. A pixel of the page is one of the screen, also on a telephone: pictures have the size that was asked for.
func setSize(ctx context.Context, tab aside, width, height int, mobile bool) error {
	metrics := emulation.SetDeviceMetricsOverrideParams{
		Width: int64(width), Height: int64(height), DeviceScaleFactor: 1, Mobile: mobile}
	if mobile {
		metrics.ScreenWidth, metrics.ScreenHeight = metrics.Width, metrics.Height
	}
	_, err := cdp.Call(ctx, tab, emulation.SetDeviceMetricsOverride, metrics)
	return err
}

// androidPlatform sets navigator.platform in every page. The command that sets the user agent can do so too, but only until
// the tab goes on to another page.
const androidPlatform = `Object.defineProperty(Navigator.prototype, 'platform', {get: () => 'Linux armv81', enumerable: true, configurable: true})`

// androidChrome is what Chrome says on a telephone. The lists of brands are those of the browser.
func androidChrome(b Browser) emulation.SetUserAgentOverrideParams {
	return emulation.SetUserAgentOverrideParams{
		UserAgent: Surroundings{UserAgent: AndroidChrome}.userAgent(b),
		UserAgentMetadata: &emulation.UserAgentMetadata{
			Platform: "Android", PlatformVersion: "14.0.0", Model: "Pixel 8", Mobile: true, FormFactors: []string{"Mobile"},
		},
	}
}

// placeholder are the options of a start after which something has to be done before any address is opened: an empty tab keeps the
// place of those that were asked for. It does so too for several of them without a window, which Chromium refuses to start with.
func (o Options) placeholder() Options {
	if o.Fenced || o.toldToTabs() && len(o.URLs) > 0 || o.Headless && len(o.URLs) > 1 {
		o.URLs = []string{emptyPage}
	}
	return o
}

// emptyPage is the only address of the browser's own that it takes at its start.
const emptyPage = "about:blank"

// surround sees to what flags cannot, and only then opens the addresses that were asked for.
func (p *Process) surround(ctx context.Context, b Browser, o, at Options) error {
	p.options = o
	place, others, err := p.placeOf(ctx, at.URLs)
	if err != nil {
		return err
	}
	if o.Fenced {
		if err := p.checkFence(ctx, place.tab); err != nil {
			return err
		}
		if len(o.URLs)+others == 0 {
			o.URLs = []string{emptyPage}
		}
	}
	if o.toldToTabs() {
		p.attendance, err = p.attend(ctx, o.toldToFrames(), func(ctx context.Context, to aside, kind string) error {
			p.mu.Lock()
			now := p.options
			p.mu.Unlock()
			return now.tell(ctx, b, to, kind)
		})
		if err != nil {
			return err
		}
	}
	for i, url := range o.URLs {
		if err := p.open(ctx, url, i > 0); err != nil {
			return fmt.Errorf("opening %s: %w", url, err)
		}
	}
	if place.tab != "" {
		if _, err := cdp.Call(ctx, p.driver, target.CloseTarget, target.CloseTargetParams{TargetID: place.tab}); err != nil {
			return fmt.Errorf("closing the empty tab: %w", err)
		}
	}
	return nil
}

// placeOf waits for the empty tab of a start, or another one like it, and says how many others there are. Without one to wait for it is the zero Page.
func (p *Process) placeOf(ctx context.Context, urls []string) (place Page, others int, err error) {
	if len(urls) == 0 {
		return Page{}, 0, nil
	}
	for {
		tabs, err := p.tabs(ctx)
		if err != nil {
			return Page{}, 0, err
		}
		if i := slices.IndexFunc(tabs, func(t Page) bool { return t.URL == urls[0] }); i >= 0 {
			return tabs[i], len(tabs) - 1, nil
		}
		select {
		case <-ctx.Done():
			return Page{}, 0, ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Resize gives the pages of a session that was started with a size another one, now and in tabs to come.
func (p *Process) Resize(ctx context.Context, width, height int) error {
	if p.attendance == nil || width <= 0 || height <= 0 {
		return errors.New("this session has no size of its own")
	}
	p.mu.Lock()
	p.options.Width, p.options.Height = width, height
	mobile := p.options.UserAgent == AndroidChrome
	p.mu.Unlock()
	var failed []error
	for _, tab := range p.attendance.all() {
		if tab.kind == "page" {
			failed = append(failed, setSize(ctx, tab.aside, width, height, mobile))
		}
	}
	return errors.Join(failed...)
}
