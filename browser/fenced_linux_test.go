package browser_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
)

// secret is a file of this computer, and what is in it.
func secret(t *testing.T) (address, content string) {
	t.Helper()
	content = "the garden gate has no lock"
	file := filepath.Join(t.TempDir(), "secret.html")
	if err := os.WriteFile(file, []byte("<!doctype html><title>secret</title><h1>"+content+"</h1>"), 0o600); err != nil {
		t.Fatal(err)
	}
	return "file://" + file, content
}

// closed are addresses that a fenced session must never show, file among them.
func closedTo(file string) []string {
	return []string{
		file, "file:///etc/passwd", "file://localhost" + strings.TrimPrefix(file, "file://"), "FILE:" + strings.TrimPrefix(file, "file:"),
		"view-source:" + file, "view-source:chrome://version", "chrome://settings/", "chrome://policy/test", "chrome://quit/", "about:version",
		"chrome-untrusted://new-tab-page/", "devtools://devtools/bundled/inspector.html",
	}
}

// leaks fails where a tab of the browser shows something that is closed: the file, or a page of the browser itself.
func leaks(t *testing.T, p *browser.Process, content, after string) {
	t.Helper()
	ctx := drive(t, p)
	infos, err := chromedp.Targets(ctx)
	if err != nil {
		t.Fatalf("after %s: %v", after, err)
	}
	for _, info := range infos {
		if info.Type != "page" && info.Type != "iframe" || info.URL == "" { // one that has never shown anything does not even answer
			continue
		}
		tab, cancel := chromedp.NewContext(ctx, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
		giveUp := time.AfterFunc(20*time.Second, func() {
			t.Errorf("after %s a tab does not answer: %+v", after, info)
			cancel()
		})
		text, err := chromedp.Run(tab, chromedp.Evaluate[string](`location.href + '\n' + (document.documentElement ? document.documentElement.outerHTML : '')`))
		giveUp.Stop()
		cancel()
		if err != nil {
			continue // it has gone meanwhile
		}
		where, _, _ := strings.Cut(text, "\n")
		for _, scheme := range []string{"file:", "chrome:", "chrome-untrusted:", "devtools:", "view-source:", "filesystem:"} {
			if strings.HasPrefix(where, scheme) {
				t.Errorf("after %s a tab shows %s", after, where)
			}
		}
		if strings.Contains(text, content) || strings.Contains(text, "root:x:0") {
			t.Errorf("after %s a tab at %s has the file", after, where)
		}
	}
}

func TestAFencedSessionShowsNothingOfThisComputerHoweverItIsAsked(t *testing.T) {
	b, site, dir := chromium(t), newMirror(t), t.TempDir()
	file, content := secret(t)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	t.Cleanup(elsewhere.Close)

	// The tabs that come back: one that shows the file, and one from which one can go back to it.
	p := start(t, b, browser.Options{Dir: dir, URLs: []string{file}})
	back := tabAt(t, p, file)
	if err := p.OpenURL(t.Context(), file); err != nil { // it stays at the file
		t.Fatal(err)
	}
	if err := chromedp.Do(back, chromedp.Navigate("chrome://version/"), chromedp.Navigate(site.URL+"/back")); err != nil {
		t.Fatal(err)
	}
	p.Close(t.Context())

	p = start(t, b, browser.Options{Dir: carryOver(t, dir), URLs: append(closedTo(file), site.URL+"/first"), Surroundings: browser.Surroundings{Fenced: true, Width: 800, Height: 600}})
	first := tabAt(t, p, site.URL+"/first")
	leaks(t, p, content, "the start")

	back = tabAt(t, p, site.URL+"/back")
	chromedp.Do(back, chromedp.Evaluate[chromedp.Void]("history.back()"))
	leaks(t, p, content, "going back")
	chromedp.Do(back, chromedp.Evaluate[chromedp.Void]("history.go(-2)"))
	leaks(t, p, content, "going back by two")

	byHand := func(p *runtime.EvaluateParams) { p.UserGesture = new(true) }
	do := func(script string) {
		ctx, cancel := context.WithTimeout(first, 3*time.Second)
		defer cancel()
		chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](script, byHand))
	}
	// Chromium leaves a command to navigate without an answer when another navigation comes in between, so nothing waits for one.
	navigate := func(to string) {
		ctx, cancel := context.WithTimeout(first, 3*time.Second)
		defer cancel()
		chromedp.Call(ctx, page.Navigate, page.NavigateParams{URL: to})
	}
	tabs := 1
	home := func() {
		t.Helper()
		if testenv.Within(20*time.Second, func() bool {
			if end := p.Ending(); end != 0 {
				t.Fatalf("the browser has ended: %v", end)
			}
			ctx, cancel := context.WithTimeout(first, 3*time.Second)
			defer cancel()
			at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState + location.href"))
			if !strings.Contains(at, site.URL+"/first") {
				navigate(site.URL + "/first")
			}
			return err == nil && strings.HasPrefix(at, "complete"+site.URL+"/first")
		}) {
			return
		}
		// Of so much that is refused, a tab may lose its way for good: another one takes its place.
		tabs++
		address := fmt.Sprintf("%s/first?%d", site.URL, tabs)
		if err := p.OpenURL(t.Context(), address); err != nil {
			t.Fatal(err)
		}
		first = tabAt(t, p, address)
	}
	for _, address := range closedTo(file) {
		if err := p.OpenURL(t.Context(), address); err != nil && !strings.Contains(err.Error(), "invalid URL") {
			t.Errorf("opening %s: %v", address, err)
		}
		navigate(address)
		leaks(t, p, content, "DevTools went to "+address)
		home()
		navigate(elsewhere.URL + "/?to=" + url.QueryEscape(address))
		leaks(t, p, content, "a redirect to "+address)
		home()
		do(fmt.Sprintf(`{
			const to = %q, put = (tag, with_) => document.body.append(Object.assign(document.createElement(tag), with_));
			window.open(to, '_blank', 'popup,noopener');
			window.open(to, '_blank');
			put('iframe', {src: to});
			put('object', {data: to});
			put('embed', {src: to});
			put('link', {rel: 'prerender', href: to});
			put('link', {rel: 'stylesheet', href: to});
			put('a', {href: to, target: '_blank', id: 'link'});
			document.getElementById('link').click();
			put('form', {action: to, target: '_blank', id: 'form'});
			document.getElementById('form').submit();
		}`, address))
		leaks(t, p, content, "a page opened "+address)
		for _, leaving := range []string{`location.href = %q`, `location.replace(%q)`, `location.href = 'data:text/html,<iframe src="' + %q + '"></iframe>'`} {
			do(fmt.Sprintf(leaving, address))
			leaks(t, p, content, "a page left for "+address)
			home()
		}
		closeOthers(t, p, first)
	}

	// A context of its own, and a target of another kind.
	own, err := chromedp.CallBrowser(first, target.CreateBrowserContext, target.CreateBrowserContextParams{})
	if err != nil {
		t.Fatal(err)
	}
	for _, how := range []target.CreateTargetParams{
		{URL: file, BrowserContextID: own.BrowserContextID}, {URL: file, NewWindow: new(true)}, {URL: file, Background: new(true)},
		{URL: file, Hidden: new(true)}, {URL: file, ForTab: new(true)},
	} {
		chromedp.CallBrowser(first, target.CreateTarget, how)
		leaks(t, p, content, fmt.Sprintf("%+v", how))
	}
	if s := sees(t, first); s.NowWidth != 800 {
		t.Errorf("a page is %d wide", s.NowWidth)
	}
}

// closeOthers closes all tabs but one.
func closeOthers(t *testing.T, p *browser.Process, but context.Context) {
	t.Helper()
	infos, err := chromedp.Targets(but)
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if info.Type == "page" && info.TargetID != chromedp.FromContext(but).Target.TargetID {
			chromedp.CallBrowser(but, target.CloseTarget, target.CloseTargetParams{TargetID: info.TargetID})
		}
	}
}

func TestTheNextSessionOfAFencedProfileIsAnOrdinaryOne(t *testing.T) {
	b, site, dir := chromium(t), newMirror(t), t.TempDir()
	file, _ := secret(t)
	p := start(t, b, browser.Options{Dir: dir, URLs: []string{site.URL + "/during"}, Surroundings: browser.Surroundings{Fenced: true}})
	tabAt(t, p, site.URL+"/during")
	p.Close(t.Context())
	p = start(t, b, browser.Options{Dir: carryOver(t, dir)})
	tabAt(t, p, site.URL+"/during")
	if err := p.OpenURL(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	tabAt(t, p, file)
}

func TestPoliciesOfAStartThatNeverCameAboutAreForgotten(t *testing.T) {
	b, dir := chromium(t), t.TempDir()
	file, _ := secret(t)
	broken := filepath.Join(t.TempDir(), "broken")
	if err := os.WriteFile(broken, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := browser.Start(t.Context(), browser.Browser{Path: broken}, browser.Options{Dir: dir, Headless: true, Surroundings: browser.Surroundings{Fenced: true}})
	if !errors.Is(err, browser.ErrDidNotStart) {
		t.Fatal(err)
	}
	tabAt(t, start(t, b, browser.Options{Dir: dir, URLs: []string{file}}), file)
}

func TestABrowserThatTakesNoPoliciesIsNotStartedFenced(t *testing.T) {
	b, dir := chromium(t), t.TempDir()
	deaf := filepath.Join(t.TempDir(), "deaf") // forgets the policies, as Chrome does
	script := fmt.Sprintf("#!/bin/sh\nrm -f %q\nexec %q \"$@\"\n", filepath.Join(browser.UserDataDir(dir), "Local State"), b.Path)
	if err := os.WriteFile(deaf, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	b.Path = deaf
	_, err := browser.Start(t.Context(), b, browser.Options{Dir: dir, Headless: true, Surroundings: browser.Surroundings{Fenced: true}})
	if !errors.Is(err, browser.ErrNotFenced) {
		t.Errorf("%v", err)
	}
}

func TestAnExtensionOfAFencedSessionReadsNoFile(t *testing.T) {
	b, site := chromium(t), newMirror(t)
	file, content := secret(t)
	extension := unpacked(t, map[string]string{
		"manifest.json": `{"manifest_version": 3, "name": "Thief", "version": "1",
			"permissions": ["tabs", "scripting", "downloads", "history", "storage"], "host_permissions": ["<all_urls>", "file:///*"],
			"background": {"service_worker": "worker.js"},
			"content_scripts": [{"matches": ["http://127.0.0.1/*"], "js": ["tell.js"]}]}`,
		"page.html": `<!doctype html><script src="page.js"></script>`,
		"page.js": fmt.Sprintf(`const file = %q;
			(async () => {
				const found = [];
				const note = (how, what) => found.push(how + ': ' + what);
				await new Promise(done => {
					const r = new XMLHttpRequest();
					r.onload = () => { note('XMLHttpRequest', r.responseText); done(); };
					r.onerror = () => { note('XMLHttpRequest', 'nothing'); done(); };
					try { r.open('GET', file); r.send(); } catch (e) { note('XMLHttpRequest', e); done(); }
				});
				try { note('fetch', await (await fetch(file)).text()); } catch (e) { note('fetch', e); }
				try {
					const tab = await chrome.tabs.create({url: file, active: false});
					await new Promise(done => setTimeout(done, 500));
					const got = await chrome.scripting.executeScript({target: {tabId: tab.id}, func: () => document.documentElement.outerHTML});
					note('scripting', got[0].result);
				} catch (e) { note('scripting', e); }
				note('file access', await chrome.extension.isAllowedFileSchemeAccess());
				await chrome.storage.local.set({found});
			})();`, file),
		"worker.js": fmt.Sprintf(`chrome.runtime.onMessage.addListener((m, from, answer) => {
			chrome.storage.local.get('found').then(got => answer(got.found ? got.found.join('\n') : ''));
			return true;
		});
		fetch(%q).then(r => r.text()).then(text => chrome.storage.local.set({worker: text}), () => {});
		chrome.tabs.create({url: 'page.html', active: false});`, file),
		"tell.js": `const ask = () => chrome.runtime.sendMessage('found').then(found => { if (found) document.title = found; else setTimeout(ask, 100); });
			ask();`,
	})
	for _, fenced := range []bool{false, true} {
		p := start(t, b, browser.Options{Dir: t.TempDir(), URLs: []string{site.URL + "/"}, Surroundings: browser.Surroundings{Fenced: fenced, Extensions: []string{extension}}})
		tab := tabAt(t, p, site.URL+"/")
		var found string
		testenv.Until(t, "the extension to have tried", func() bool {
			var err error
			found, err = chromedp.Run(tab, chromedp.Title())
			return err == nil && strings.Contains(found, "file access")
		})
		if got := strings.Contains(found, content); got == fenced {
			t.Errorf("fenced %v, it found %s", fenced, found)
		}
	}
}

func TestWhatAFencedSessionHasOfPoliciesIsKeptOutOfTheProfile(t *testing.T) {
	dir := t.TempDir()
	p := start(t, chromium(t), browser.Options{Dir: dir, Surroundings: browser.Surroundings{Fenced: true, Proxy: "127.0.0.1:9"}})
	p.Close(t.Context())
	for _, name := range []string{"Local State", "Default/Preferences", "Default/Secure Preferences"} {
		text, err := os.ReadFile(filepath.Join(browser.UserDataDir(dir), name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		var whole map[string]any
		if len(text) > 0 && json.Unmarshal(text, &whole) != nil {
			t.Errorf("%s is damaged", name)
		}
		for _, trace := range []string{"local_test_policies", "URLBlocklist", "file://*", "127.0.0.1:9"} {
			if strings.Contains(string(text), trace) {
				t.Errorf("%s has %q", name, trace)
			}
		}
	}
}
