package browser_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"valise/browser"
	"valise/internal/testenv"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// watchful is a page of a colour whose title tells what it notices.
const watchful = `<!doctype html><title>nothing</title><body style="margin:0;height:300vh;background:%s"><script>
const notice = e => document.title = document.title.replace("nothing", "") + " " + e.type
for (const what of ["resize", "focus", "blur", "scroll"]) addEventListener(what, notice)
for (const what of ["visibilitychange", "freeze", "resume"]) document.addEventListener(what, notice)
visualViewport.addEventListener("resize", notice)
addEventListener("load", () => setTimeout(() => document.title = "nothing", 500))
</script>`

// colours is a site with a watchful page in each colour, at "/#0000ff" for instance.
func colours(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, watchful, r.URL.Path[1:])
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// front waits until the page in front is the one at an address, and has loaded.
func front(t *testing.T, p *browser.Process, address string) browser.Page {
	t.Helper()
	var page browser.Page
	testenv.Until(t, "the page "+address, func() bool {
		var err error
		if page, err = p.Front(t.Context(), page); err != nil {
			t.Fatal(err)
		}
		return page.URL == address && page.Title == "nothing"
	})
	return page
}

func picture(t *testing.T, p *browser.Process, of browser.Page) image.Image {
	t.Helper()
	data, err := p.Picture(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 12<<10 {
		t.Errorf("the picture has %d bytes", len(data))
	}
	decoded, err := jpeg.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return decoded
}

// is says whether a picture has one colour in the middle.
func is(p image.Image, red, green, blue uint32) bool {
	near := func(got, want uint32) bool { return max(got>>8, want)-min(got>>8, want) < 8 }
	middle := p.Bounds().Min.Add(p.Bounds().Size().Div(2))
	r, g, b, _ := p.At(middle.X, middle.Y).RGBA()
	return near(r, red) && near(g, green) && near(b, blue)
}

func TestAPictureIsTakenOfThePageInFrontAndNobodyNotices(t *testing.T) {
	b, site, screen := chromium(t), colours(t), testenv.Display(t)
	screen.WindowManager()
	p := startOn(t, screen, b, browser.Options{Dir: t.TempDir(), URLs: []string{site + "/teal"}})
	page := front(t, p, site+"/teal")
	for range 5 {
		got := picture(t, p, page)
		if !is(got, 0, 0x80, 0x80) {
			t.Error("the picture is not that of the page")
		}
		if size := got.Bounds().Size(); size.X != 320 || size.Y > 200 || size.Y < 120 {
			t.Errorf("the picture is %v large", size)
		}
	}
	time.Sleep(500 * time.Millisecond) // for what the page may still be told of
	if page, _ = p.Front(t.Context(), page); page.Title != "nothing" {
		t.Errorf("the page noticed:%s", page.Title)
	}
	if err := p.OpenURL(t.Context(), site+"/maroon"); err != nil {
		t.Fatal(err)
	}
	if got := picture(t, p, front(t, p, site+"/maroon")); !is(got, 0x80, 0, 0) {
		t.Error("the picture is not that of the tab in front")
	}
	if page, _ = p.Front(t.Context(), page); page.URL != site+"/maroon" {
		t.Errorf("with the other one known before, %s is in front", page.URL)
	}
	if err := p.Show(t.Context()); err != nil {
		t.Fatal(err)
	}
	if page, _ = p.Front(t.Context(), page); page.URL != site+"/maroon" {
		t.Errorf("after Show, %s is in front", page.URL)
	}
}

func TestAPrivateWindowIsNeverInFront(t *testing.T) {
	b, site := chromium(t), colours(t)
	p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site + "/teal"}})
	page := front(t, p, site+"/teal")
	ctx := drive(t, p)
	private, err := chromedp.CallBrowser(ctx, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = chromedp.CallBrowser(ctx, target.CreateTarget, target.CreateTargetParams{
		URL: site + "/maroon", BrowserContextID: private.BrowserContextID, NewWindow: new(true),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, last := range []browser.Page{page, {}} {
		if got, err := p.Front(t.Context(), last); err != nil || got.URL == site+"/maroon" {
			t.Errorf("%s is in front (%v)", got.URL, err)
		}
	}
}

func TestPagesOfTheBrowserItselfAreNoneOfTheWeb(t *testing.T) {
	for address, want := range map[string]bool{
		"https://a.example/": true, "http://127.0.0.1:80/": true, "file:///home/a.html": true,
		"chrome://settings/": false, "about:blank": false, "": false, "chrome-extension://abc/popup.html": false, "devtools://x": false,
	} {
		if got := (browser.Page{URL: address}).Web(); got != want {
			t.Errorf("%q: %v, want %v", address, got, want)
		}
	}
}
