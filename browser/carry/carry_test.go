package carry_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"valise/browser"
	"valise/browser/carry"
	"valise/internal/testenv"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// start starts a browser without a window.
func start(t *testing.T, o browser.Options) *browser.Process {
	t.Helper()
	o.Headless = true
	return startAs(t, o)
}

// startAs starts a browser, in a window unless it is to have none.
func startAs(t *testing.T, o browser.Options) *browser.Process {
	t.Helper()
	b, err := browser.At(t.Context(), testenv.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	p, err := browser.Start(t.Context(), b, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		hurried, cancel := context.WithCancel(context.Background())
		cancel()
		p.Close(hurried)
	})
	return p
}

// own is the profile of a browser of this computer.
func own(t *testing.T, p *browser.Process) *carry.Place {
	t.Helper()
	line, err := p.Line(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(line.Close)
	return carry.Own(line)
}

// elsewhere is a fresh context in another browser, over its DevTools port.
func elsewhere(t *testing.T, p *browser.Process) *carry.Place {
	t.Helper()
	remote, err := carry.Dial(t.Context(), p.WebSocketURL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(remote.Close)
	place, err := carry.Fresh(t.Context(), remote)
	if err != nil {
		t.Fatal(err)
	}
	return place
}

// shop is a website that counts what it is asked for.
type shop struct {
	*httptest.Server
	asked atomic.Int64
}

func newShop(t *testing.T) *shop {
	s := new(shop)
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" {
			return
		}
		s.asked.Add(1)
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<!doctype html><title>Shop</title><h1>Shop</h1>"))
	}))
	t.Cleanup(s.Close)
	return s
}

// in runs a script in the tab that shows an address.
func in[T any](t *testing.T, p *browser.Process, address, script string) T {
	t.Helper()
	ctx, cancel := p.Drive(t.Context())
	defer cancel()
	var id target.ID
	testenv.Until(t, "a tab with "+address, func() bool {
		all, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(x *target.Info) bool { return x.Type == "page" && x.URL == address && x.Title == "Shop" })
		if i >= 0 {
			id = all[i].TargetID
		}
		return i >= 0
	})
	tab, leave := chromedp.NewContext(ctx, chromedp.WithTargetID(id), chromedp.WithDetachOnCancel())
	defer leave()
	got, err := chromedp.Run(tab, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

const fill = `(async () => {
	localStorage.setItem('basket', 'three <pears> & \u00e4\u{1f350}')
	localStorage.setItem('half \ud83c', '\udf50 half')
	sessionStorage.setItem('step', '2')
	document.cookie = 'theme=dark; max-age=100000; path=/'
	document.cookie = 'visit=now; path=/desk; samesite=strict'
	const open = (name, version, make) => new Promise((resolve, reject) => {
		const r = indexedDB.open(name, version)
		r.onupgradeneeded = () => make(r.result)
		r.onsuccess = () => resolve(r.result)
		r.onerror = () => reject(r.error)
	})
	const db = await open('things', 3, db => {
		db.createObjectStore('byid', {keyPath: 'id'}).createIndex('mail', 'mail', {unique: true})
		db.createObjectStore('counted', {autoIncrement: true})
		db.createObjectStore('odd')
		db.createObjectStore('pairs', {keyPath: ['a', 'b.c']}).createIndex('tags', 'tags', {multiEntry: true})
		db.createObjectStore('none')
	})
	const key = await crypto.subtle.generateKey({name: 'AES-GCM', length: 128}, false, ['encrypt'])
	const t = db.transaction(db.objectStoreNames, 'readwrite')
	t.objectStore('byid').put({id: 1, mail: 'ada@example.org', nested: {list: [1, null, 'x']}})
	t.objectStore('byid').put({id: 2, mail: 'bob@example.org'})
	t.objectStore('counted').put('first'); t.objectStore('counted').put('second')
	t.objectStore('pairs').put({a: 1, b: {c: 'x'}, tags: ['p', 'q']})
	const odd = t.objectStore('odd')
	odd.put(new Blob(['pear'], {type: 'text/fruit'}), 'blob')
	odd.put({f: new File(['pear'], 'pear.txt', {type: 'text/plain', lastModified: 7})}, 'file')
	odd.put(new Uint16Array([1, 2, 65535]), 'array')
	odd.put(new Uint8Array([1, 2, 3]).buffer, 'buffer')
	odd.put(new Map([['k', new Set([1, undefined, -0, NaN, 12345678901234567890n])]]), 'map')
	odd.put(new Date(86400000), new Date(5))
	odd.put(/pear+/gi, [1, 'two', new Date(3)])
	odd.put(new RangeError('far out'), new Uint8Array([9, 8]))
	odd.put(undefined, 'undefined'); odd.put(null, 'null'); odd.put(false, 'false')
	const ring = {name: 'ring'}; ring.self = ring; ring.twice = [ring, ring]
	odd.put(ring, 'ring')
	odd.put(key, 'key')
	await new Promise((resolve, reject) => { t.oncomplete = resolve; t.onabort = () => reject(t.error) })
	db.close()
	return true
})()`

const look = `(async () => {
	const db = await new Promise(resolve => { const r = indexedDB.open('things'); r.onsuccess = () => resolve(r.result) })
	const get = (store, key) => new Promise(resolve => { const r = db.transaction(store).objectStore(store).get(key); r.onsuccess = () => resolve(r.result) })
	const odd = async key => get('odd', key)
	const ring = await odd('ring'), map = await odd('map'), file = await odd('file'), error = await odd(new Uint8Array([9, 8]))
	const found = {
		version: db.version, stores: [...db.objectStoreNames].join(),
		ada: JSON.stringify(await get('byid', 1)), counted: await get('counted', 2), pair: (await get('pairs', [1, 'x']))?.tags.join(),
		mail: db.transaction('byid').objectStore('byid').index('mail').unique, tags: db.transaction('pairs').objectStore('pairs').index('tags').multiEntry,
		blob: await (await odd('blob')).text() + (await odd('blob')).type, file: await file.f.text() + file.f.name + file.f.lastModified,
		array: (await odd('array')).join(), buffer: new Uint8Array(await odd('buffer')).join(),
		map: [...map.get('k')].map(x => Object.is(x, -0) ? '-0' : String(x)).join(),
		date: (await odd(new Date(5))).getTime(), pattern: String(await odd([1, 'two', new Date(3)])), error: error.name + error.message,
		nothing: String(await odd('undefined')) + await odd('null') + await odd('false'),
		ring: ring.self === ring && ring.twice[1] === ring,
		basket: localStorage.basket, half: localStorage.getItem('half \ud83c') === '\udf50 half', step: sessionStorage.step,
		cookie: document.cookie,
	}
	db.close()
	return JSON.stringify(found)
})()`

func TestWhatASiteKeepsIsCarriedIntoAnotherBrowserWithoutAskingTheSite(t *testing.T) {
	site := newShop(t)
	desk := site.URL + "/desk"
	home, far := start(t, browser.Options{URLs: []string{desk}}), start(t, browser.Options{Port: true})
	in[bool](t, home, desk, fill)
	want := in[string](t, home, desk, look)
	here, there := own(t, home), elsewhere(t, far)

	asked := site.asked.Load()
	state, lost, err := here.Read(t.Context(), []string{site.URL})
	if err != nil {
		t.Fatal(err)
	}
	if len(lost) != 1 || !strings.Contains(lost[0], "CryptoKey") {
		t.Errorf("it says that this was lost: %q", lost)
	}
	if lost, err := there.Change(t.Context(), carry.State{}, state); err != nil || len(lost) > 0 {
		t.Fatalf("bringing in: %v, lost %q", err, lost)
	}
	got, _, err := there.Read(t.Context(), []string{site.URL})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was brought in", got, state)
	tabs, err := here.Tabs(t.Context(), map[string]string{desk: "Shop"})
	if err != nil || len(tabs) != 1 {
		t.Fatalf("the tabs are %+v, %v", tabs, err)
	}
	if now := site.asked.Load(); now != asked {
		t.Errorf("the site was asked %d times", now-asked)
	}

	if err := there.Open(t.Context(), tabs[0]); err != nil {
		t.Fatal(err)
	}
	if got := in[string](t, far, desk, look); got != want {
		t.Errorf("the site finds\n%s, and had\n%s", got, want)
	}
}

// same fails unless two states are the same.
func same(t *testing.T, what string, got, want carry.State) {
	t.Helper()
	strip := func(s carry.State) string {
		for i := range s.Cookies {
			s.Cookies[i].Expires = float64(int64(s.Cookies[i].Expires))
		}
		text, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if g, w := strip(got), strip(want); g != w {
		t.Errorf("%s is\n%s, want\n%s", what, g, w)
	}
}

func TestCookiesOfEveryKindAreCarried(t *testing.T) {
	all := []carry.Cookie{
		{Name: "of the host", Value: "1", Domain: "shop.example", Path: "/", Expires: -1, SourceScheme: "Secure", SourcePort: 443, Priority: "Medium"},
		{Name: "of the domain", Value: "2", Domain: ".shop.example", Path: "/", Expires: 4e9, HTTPOnly: true, Secure: true, SameSite: "Lax", SourceScheme: "Secure", SourcePort: 443, Priority: "High"},
		{Name: "strict", Value: "a=b", Domain: "shop.example", Path: "/desk", Expires: -1, HTTPOnly: true, SameSite: "Strict", SourceScheme: "NonSecure", SourcePort: 8080, Priority: "Low"},
		{Name: "apart", Value: "3", Domain: "pay.example", Path: "/", Expires: -1, Secure: true, SameSite: "None", SourceScheme: "Secure", SourcePort: 443, Priority: "Medium",
			PartitionKey: &carry.PartitionKey{TopLevelSite: "https://shop.example", HasCrossSiteAncestor: true}},
		{Name: "__Host-id", Value: "4", Domain: "shop.example", Path: "/", Expires: -1, Secure: true, SourceScheme: "Secure", SourcePort: 443, Priority: "Medium"},
	}
	first, second := start(t, browser.Options{Port: true}), start(t, browser.Options{Port: true})
	one, two := elsewhere(t, first), elsewhere(t, second)
	if refused, err := one.ChangeCookies(t.Context(), nil, all); err != nil || len(refused) > 0 {
		t.Fatalf("setting them: %v, refused %+v", err, refused)
	}
	had, err := one.Cookies(t.Context())
	if err != nil || len(had) != len(all) {
		t.Fatalf("there are %+v, %v", had, err)
	}
	for _, c := range had {
		if i := slices.IndexFunc(all, func(a carry.Cookie) bool { return a.Name == c.Name }); i >= 0 {
			c.Expires = float64(int64(c.Expires)) // browsers keep cookies for 400 days
			if c.Expires > 0 {
				all[i].Expires = c.Expires
			}
			if !reflect.DeepEqual(c, all[i]) {
				t.Errorf("there is\n%+v, want\n%+v", c, all[i])
			}
		}
	}
	bad := carry.Cookie{Name: "__Host-bad", Value: "x", Domain: ".shop.example", Path: "/", Expires: -1}
	refused, err := two.ChangeCookies(t.Context(), nil, append(slices.Clone(had), bad))
	if err != nil || len(refused) != 1 || refused[0].Name != bad.Name {
		t.Errorf("carried: %v, refused %+v", err, refused)
	}
	got, err := two.Cookies(t.Context())
	if err != nil || len(got) != len(had) {
		t.Fatalf("there are %+v, %v", got, err)
	}
	if _, err := two.ChangeCookies(t.Context(), got, got[:1]); err != nil {
		t.Fatal(err)
	}
	if left, err := two.Cookies(t.Context()); err != nil || len(left) != 1 || left[0].Name != got[0].Name {
		t.Errorf("taken away, there are %+v, %v", left, err)
	}
}

func TestOnlyWhatChangedIsBroughtBack(t *testing.T) {
	site := newShop(t)
	desk := site.URL + "/desk"
	home, far := start(t, browser.Options{URLs: []string{desk}}), start(t, browser.Options{Port: true})
	in[bool](t, home, desk, fill)
	here, there := own(t, home), elsewhere(t, far)
	origins := []string{site.URL}
	before, _, err := here.Read(t.Context(), origins)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Change(t.Context(), carry.State{}, before); err != nil {
		t.Fatal(err)
	}
	if err := there.Open(t.Context(), carry.Tab{URL: desk}); err != nil {
		t.Fatal(err)
	}
	in[bool](t, far, desk, `(async () => {
		localStorage.removeItem('basket'); localStorage.setItem('order', '4711'); document.cookie = 'theme=light; max-age=100000; path=/'
		document.cookie = 'visit=; path=/desk; max-age=0'; document.cookie = 'new=1; path=/'
		const db = await new Promise(resolve => { const r = indexedDB.open('things'); r.onsuccess = () => resolve(r.result) })
		const t = db.transaction(['byid', 'odd', 'counted'], 'readwrite')
		t.objectStore('byid').delete(1); t.objectStore('byid').put({id: 2, mail: 'ada@example.org'}); t.objectStore('byid').put({id: 3, mail: 'bob@example.org'})
		t.objectStore('odd').put('changed', 'blob'); t.objectStore('counted').put('third')
		await new Promise(resolve => t.oncomplete = resolve); db.close()
		const other = await new Promise(resolve => { const r = indexedDB.open('other'); r.onupgradeneeded = () => r.result.createObjectStore('s'); r.onsuccess = () => resolve(r.result) })
		const u = other.transaction('s', 'readwrite'); u.objectStore('s').put(1, 2); await new Promise(resolve => u.oncomplete = resolve); other.close()
		return true
	})()`)
	if got := there.Visited(); !slices.Equal(got, origins) {
		t.Errorf("visited were %q", got)
	}
	after, _, err := there.Read(t.Context(), origins)
	if err != nil {
		t.Fatal(err)
	}
	if got := there.Showing(); !slices.Equal(got, origins) {
		t.Errorf("the tabs show %q", got)
	}
	if lost, err := here.Change(t.Context(), before, after); err != nil || len(lost) > 0 {
		t.Fatalf("bringing back: %v, lost %q", err, lost)
	}
	got, lost, err := here.Read(t.Context(), origins)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "what was brought back", got, after)
	if len(lost) != 1 || !strings.Contains(lost[0], "CryptoKey") {
		t.Errorf("what could not be carried did not stay where it was: %q", lost)
	}
}

func TestAPlaceTellsOfItsEnd(t *testing.T) {
	site := newShop(t)
	far := start(t, browser.Options{Port: true})
	place := elsewhere(t, far)
	if err := place.Open(t.Context(), carry.Tab{URL: site.URL + "/desk"}); err != nil {
		t.Fatal(err)
	}
	in[bool](t, far, site.URL+"/desk", "setTimeout(close), true")
	<-place.Deserted()
	if _, err := place.Cookies(t.Context()); err != nil {
		t.Errorf("a deserted context cannot be read: %v", err)
	}
	far.Close(t.Context())
	<-place.Gone()
	if _, err := place.Cookies(t.Context()); !errors.Is(err, carry.ErrGone) {
		t.Errorf("a browser that is gone: %v", err)
	}
}

func TestWhatIsNoChromiumIsToldFromOneThatIsNotThere(t *testing.T) {
	site := newShop(t)
	if _, err := carry.Dial(t.Context(), site.URL); !errors.Is(err, carry.ErrNoChromium) {
		t.Errorf("a website: %v", err)
	}
	if _, err := carry.Dial(t.Context(), strings.Replace(site.URL, "http", "ws", 1)+"/devtools/browser/1"); !errors.Is(err, carry.ErrNoChromium) {
		t.Errorf("a website that is called over a WebSocket: %v", err)
	}
	site.Close()
	for _, address := range []string{site.URL, strings.Replace(site.URL, "http", "ws", 1) + "/devtools/browser/1"} {
		if _, err := carry.Dial(t.Context(), address); !errors.Is(err, carry.ErrUnreachable) {
			t.Errorf("nothing at %s: %v", address, err)
		}
	}
	far := start(t, browser.Options{Port: true})
	port := strings.SplitN(strings.TrimPrefix(far.WebSocketURL(), "ws://127.0.0.1:"), "/", 2)[0]
	for _, address := range []string{"http://127.0.0.1:" + port, "http://127.0.0.1:" + port + "/", "http://localhost:" + port} {
		remote, err := carry.Dial(t.Context(), address)
		if err != nil || !strings.Contains(remote.Product, "Chrome/") {
			t.Fatalf("a Chromium at %s: %v", address, err)
		}
		remote.Close()
	}
}

func TestAContextGoesWithItsConnection(t *testing.T) {
	far := start(t, browser.Options{Port: true})
	remote, err := carry.Dial(t.Context(), far.WebSocketURL())
	if err != nil {
		t.Fatal(err)
	}
	place, err := carry.Fresh(t.Context(), remote)
	if err != nil {
		t.Fatal(err)
	}
	login := carry.Cookie{Name: "login", Value: "ada", Domain: "shop.example", Path: "/", Expires: -1}
	if _, err := place.ChangeCookies(t.Context(), nil, []carry.Cookie{login}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := far.Drive(t.Context())
	defer cancel()
	contexts := func() int {
		all, err := chromedp.CallBrowser(ctx, target.GetBrowserContexts, cdp.Empty{})
		if err != nil {
			t.Fatal(err)
		}
		return len(all.BrowserContextIDs)
	}
	if n := contexts(); n != 1 {
		t.Fatalf("there are %d contexts", n)
	}
	remote.Close()
	testenv.Until(t, "the context to be gone", func() bool { return contexts() == 0 })
}

func TestSitesThatNoNetworkLeadsToAreCarriedToo(t *testing.T) {
	far := start(t, browser.Options{Port: true})
	place := elsewhere(t, far)
	text := func(s string) json.RawMessage { return json.RawMessage(`"` + s + `"`) }
	var want carry.State
	var origins []string
	// The first two are ones that browsers know to be https only, and go to without being told.
	for _, origin := range []string{"http://accounts.google.com", "https://accounts.google.com", "http://shop.example", "https://shop.example", "https://shop.example:8443"} {
		origins = append(origins, origin)
		want.Origins = append(want.Origins, carry.Origin{Origin: origin,
			LocalStorage: []carry.Item{{Name: text("of"), Value: text(origin)}},
			IndexedDB: []carry.Database{{Name: text("things"), Version: 2, Stores: []carry.Store{{Name: text("s"), Indexes: []carry.Index{},
				Records: []carry.Record{{Key: text("of"), Value: text(origin)}}}}}},
		})
	}
	if lost, err := place.Change(t.Context(), carry.State{}, want); err != nil || len(lost) > 0 {
		t.Errorf("bringing in: %v, lost %q", err, lost)
	}
	got, lost, err := place.Read(t.Context(), origins)
	if err != nil || len(lost) > 0 {
		t.Errorf("reading: %v, lost %q", err, lost)
	}
	same(t, "what they keep", got, want)
}
