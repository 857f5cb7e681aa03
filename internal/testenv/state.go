package testenv

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/remote"
)

// State is what a browser holds of a person, read back by pages of the site and by Chromium itself.
type State struct {
	Page
	Password  string            // of the site, as "user:password"; "" when none is saved
	Bookmarks []string          // addresses, sorted
	History   []string          // addresses, sorted
	Tabs      map[string]string // the open tabs of the site, by address, with what their session storage holds
}

// Page is what the check page of the site finds: the Cookie header by name, and the word in each storage.
type Page struct {
	Webdriver     bool   `json:"webdriver"`
	UserAgent     string `json:"userAgent"`
	CookieHeader  string `json:"cookies"`
	LocalStorage  string `json:"localStorage"`
	IndexedDB     string `json:"indexedDB"`
	Blob          string `json:"blob"`
	Cache         string `json:"cache"`
	ServiceWorker string `json:"serviceWorker"`
	File          string `json:"file"`
}

// Cookies are the cookies that the site gets, by name.
func (p Page) Cookies() map[string]string {
	cookies := map[string]string{}
	for pair := range strings.SplitSeq(p.CookieHeader, "; ") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			cookies[name] = value
		}
	}
	return cookies
}

// Filled is the state that FillState leaves for a person, as ReadState finds it in a browser that has lost nothing.
func (s *Site) Filled(person string) State {
	tabs := map[string]string{}
	for n := range 3 {
		tabs[s.tab(n+1)] = fmt.Sprintf("%s %d", person, n+1)
	}
	cookies := "lasting=P; session=P; hidden=P; hiddensession=P; strict=P"
	return State{
		Page: Page{
			CookieHeader: strings.ReplaceAll(cookies, "P", person),
			LocalStorage: person, IndexedDB: person, Blob: person, Cache: person, ServiceWorker: "worker", File: person,
		},
		Password:  person + ":secret of " + person,
		Bookmarks: []string{s.URL + "/desk"},
		History:   slices.Sorted(slices.Values(append(slices.Collect(maps.Keys(tabs)), s.URL+"/desk", s.URL+"/login"))),
		Tabs:      tabs,
	}
}

func (s *Site) tab(number int) string { return fmt.Sprintf("%s/tab/%d", s.URL, number) }

// Attach connects to a browser by the address of its DevTools. The context drives it with chromedp, and leaves it open.
func Attach(t testing.TB, webSocketURL string) context.Context {
	t.Helper()
	ctx, cancelAllocator := remote.NewAllocator(t.Context(), webSocketURL)
	quiet := func(string, ...any) {} // it reports the order of events while tabs come and go
	ctx, cancel := chromedp.NewContext(ctx, chromedp.WithNewWindow(false), chromedp.WithErrorf(quiet))
	t.Cleanup(func() {
		cancel()
		cancelAllocator()
	})
	return ctx
}

// FillState is a person at work: they log in at the site, which writes into every storage, save the password, bookmark the desk, and
// leave three tabs open. ctx drives the browser: see Attach and browser.Process.Drive.
func FillState(ctx context.Context, s *Site, person string) error {
	first, err := anyTab(ctx)
	if err != nil {
		return fmt.Errorf("find a tab: %w", err)
	}
	tab, leave := inTab(ctx, first)
	defer leave()
	if err := logInAt(tab, s, person); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	if err := evaluate[bool](tab, fmt.Sprintf("keepState(%q)", person), new(bool)); err != nil {
		return fmt.Errorf("fill the storages: %w", err)
	}
	err = onPage(ctx, "chrome://password-manager/passwords", fmt.Sprintf(
		`chrome.passwordsPrivate.addPassword({url: %q, username: %q, password: %q, note: '', useAccountStore: false}).then(() => true)`,
		s.URL+"/login", person, "secret of "+person), new(bool))
	if err != nil {
		return fmt.Errorf("save the password: %w", err)
	}
	err = onPage(ctx, "chrome://bookmarks/", fmt.Sprintf(
		`chrome.bookmarks.create({parentId: '1', title: 'Desk', url: %q}).then(() => true)`, s.URL+"/desk"), new(bool))
	if err != nil {
		return fmt.Errorf("make the bookmark: %w", err)
	}
	for n := 1; n <= 3; n++ {
		page := tab
		if n > 1 {
			id, err := newTab(ctx)
			if err != nil {
				return fmt.Errorf("open a tab: %w", err)
			}
			var leave context.CancelFunc
			page, leave = inTab(ctx, id)
			defer leave()
		}
		script := fmt.Sprintf("sessionStorage.setItem('note', %q)", fmt.Sprintf("%s %d", person, n))
		if err := chromedp.Do(page, visit(s.tab(n)), ignore(chromedp.Evaluate[chromedp.Void](script))); err != nil {
			return fmt.Errorf("open tab %d: %w", n, err)
		}
	}
	return nil
}

// LogIn lets a person log in at the site, in the tab that is open, and does nothing else.
func LogIn(ctx context.Context, s *Site, person string) error {
	id, err := anyTab(ctx)
	if err != nil {
		return err
	}
	tab, leave := inTab(ctx, id)
	defer leave()
	return logInAt(tab, s, person)
}

func logInAt(tab context.Context, s *Site, person string) error {
	return chromedp.Do(tab,
		visit(s.URL+"/login"),
		ignore(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(
			`user.value = %q; enter.click()`, person))),
		chromedp.WaitVisible(chromedp.CSS("h1")),
	)
}

// ReadState reads everything back. It opens tabs for it and closes them again.
func ReadState(ctx context.Context, s *Site) (State, error) {
	var st State
	var err error
	if st.Tabs, err = tabsOf(ctx, s); err != nil {
		return st, fmt.Errorf("read the tabs: %w", err)
	}
	// History first: the check page would be in it.
	err = onPage(ctx, "chrome://history/", historyScript, &st.History)
	if err != nil {
		return st, fmt.Errorf("read the history: %w", err)
	}
	if st.Page, err = ReadPage(ctx, s); err != nil {
		return st, err
	}
	err = onPage(ctx, "chrome://password-manager/passwords", `(async () => {
		const groups = await chrome.passwordsPrivate.getCredentialGroups()
		if (!groups.length) return ''
		const [login] = await chrome.passwordsPrivate.requestCredentialsDetails([groups[0].entries[0].id])
		return login.username + ':' + login.password
	})()`, &st.Password)
	if err != nil {
		return st, fmt.Errorf("read the password: %w", err)
	}
	err = onPage(ctx, "chrome://bookmarks/", `chrome.bookmarks.search({}).then(all => all.filter(b => b.url).map(b => b.url).sort())`, &st.Bookmarks)
	if err != nil {
		return st, fmt.Errorf("read the bookmarks: %w", err)
	}
	return st, nil
}

// ReadPage is the part of ReadState that the site can see.
func ReadPage(ctx context.Context, s *Site) (Page, error) {
	var p Page
	if err := onPage(ctx, s.URL+"/check", "readState()", &p); err != nil {
		return p, fmt.Errorf("read the state of the page: %w", err)
	}
	return p, nil
}

// Cookie is the value of a cookie of the site, as the browser has it; it takes no page, and hence little time.
func Cookie(ctx context.Context, s *Site, name string) (string, error) {
	all, err := chromedp.CallBrowser(ctx, storage.GetCookies, storage.GetCookiesParams{})
	if err != nil {
		return "", fmt.Errorf("read the cookies: %w", err)
	}
	for _, c := range all.Cookies {
		if c.Name == name && strings.HasPrefix(s.URL, "http://"+c.Domain) {
			return c.Value, nil
		}
	}
	return "", nil
}

// historyScript reads the list of chrome://history, which arrives a moment after the page.
const historyScript = `(async () => {
	for (let i = 0; i < 100; i++) {
		const list = document.querySelector('history-app')?.shadowRoot?.querySelector('history-list')?.shadowRoot
		const items = [...(list?.querySelectorAll('history-item') || [])]
		if (items.length) return [...new Set(items.map(item => item.item.url))].sort()
		await new Promise(done => setTimeout(done, 50))
	}
	return []
})()`

// tabsOf lists the tabs of the site with their notes. Each is brought to the front first: a restored tab behind others loads only
// seconds later.
func tabsOf(ctx context.Context, s *Site) (map[string]string, error) {
	infos, err := settledTabs(ctx)
	if err != nil {
		return nil, err
	}
	tabs := map[string]string{}
	for _, info := range infos {
		if !strings.HasPrefix(info.URL, s.URL) {
			continue
		}
		if _, err := chromedp.CallBrowser(ctx, target.ActivateTarget, target.ActivateTargetParams{TargetID: info.TargetID}); err != nil {
			return nil, err
		}
		if tabs[info.URL], err = noteOf(ctx, info.TargetID); err != nil {
			return nil, fmt.Errorf("%s: %w", info.URL, err)
		}
	}
	return tabs, nil
}

// noteOf reads the session storage of a tab once its page is there. It attaches anew each time: the answer of a tab that has just
// been restored may be lost when the page moves to its own process.
func noteOf(ctx context.Context, id target.ID) (note string, err error) {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		tab, leave := inTab(ctx, id)
		short, cancel := context.WithTimeout(tab, 2*time.Second)
		err = evaluate(short, `document.readyState === 'complete' && document.querySelector('h1') ? sessionStorage.getItem('note') || '' : null`, &note)
		cancel()
		leave()
		if err == nil {
			return note, nil
		}
	}
	return "", err
}

// settledTabs lists the open tabs once a browser that has just started has opened them all.
func settledTabs(ctx context.Context) ([]*target.Info, error) {
	var last []*target.Info
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		infos, err := chromedp.CallBrowser(ctx, target.GetTargets, target.GetTargetsParams{})
		if err != nil {
			return nil, err
		}
		tabs := slices.DeleteFunc(infos.TargetInfos, func(info *target.Info) bool { return info.Type != "page" })
		if len(tabs) > 0 && slices.EqualFunc(tabs, last, func(a, b *target.Info) bool { return a.TargetID == b.TargetID }) {
			return tabs, nil
		}
		last = tabs
	}
	return last, nil
}

// anyTab is the id of a tab that is open.
func anyTab(ctx context.Context) (target.ID, error) {
	tabs, err := settledTabs(ctx)
	if err != nil {
		return "", err
	}
	if len(tabs) == 0 {
		return "", errors.New("no tab is open")
	}
	return tabs[0].TargetID, nil
}

func newTab(ctx context.Context) (target.ID, error) {
	made, err := chromedp.CallBrowser(ctx, target.CreateTarget, target.CreateTargetParams{URL: "about:blank"})
	return made.TargetID, err
}

// inTab returns a context for an open tab; leave lets go of the tab and leaves it open.
func inTab(ctx context.Context, id target.ID) (tab context.Context, leave context.CancelFunc) {
	return chromedp.NewContext(ctx, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
}

// onPage opens a page in a tab of its own, evaluates a script there, and closes the tab.
func onPage[T any](ctx context.Context, address, script string, result *T) error {
	id, err := newTab(ctx)
	if err != nil {
		return err
	}
	tab, leave := inTab(ctx, id)
	defer func() {
		leave()
		chromedp.CallBrowser(ctx, target.CloseTarget, target.CloseTargetParams{TargetID: id})
	}()
	if err := chromedp.Do(tab, visit(address)); err != nil {
		return err
	}
	return evaluate(tab, script, result)
}

// visit goes to a page. The one that a browser opens by itself at its start may come in between on a busy machine; then
// it goes there once more.
func visit(address string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		navigate := ignore(chromedp.Navigate(address))
		nothing, err := navigate(ctx, t)
		var load *chromedp.LoadError
		if errors.As(err, &load) && load.ErrorText == "net::ERR_ABORTED" {
			return navigate(ctx, t)
		}
		return nothing, err
	}
}

// evaluate runs a script in a tab and waits for what it promises.
func evaluate[T any](tab context.Context, script string, result *T) (err error) {
	ctx, cancel := context.WithTimeout(tab, patience)
	defer cancel()
	*result, err = chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	return err
}

func ignore[T any](action chromedp.Action[T]) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := action(ctx, t)
		return chromedp.Void{}, err
	}
}
