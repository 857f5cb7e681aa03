package fence

import (
	"bufio"
	"context"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"valise/browser"
	"valise/internal/testenv"
)

// fenced starts a browser that has no other way than a fence, and shows a page.
func fenced(t *testing.T, f *Fence, address string, more browser.Surroundings) context.Context {
	t.Helper()
	b, err := browser.At(t.Context(), testenv.Chromium(t))
	if err != nil {
		t.Fatal(err)
	}
	if f != nil {
		more.Proxy = f.Address()
	}
	p, err := browser.Start(t.Context(), b, browser.Options{Dir: t.TempDir(), Headless: true, URLs: []string{address}, Surroundings: more})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		hurried, cancel := context.WithCancel(context.Background())
		cancel()
		p.Close(hurried)
	})
	ctx, cancel := p.Drive(t.Context())
	t.Cleanup(cancel)
	var tab context.Context
	testenv.Until(t, "the page", func() bool {
		infos, err := chromedp.Targets(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range infos {
			if info.Type == "page" && info.URL == address {
				tab, cancel = chromedp.NewContext(ctx, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
				t.Cleanup(cancel)
				return true
			}
		}
		return false
	})
	if err := chromedp.Do(tab, chromedp.WaitVisible(chromedp.CSS("h1"))); err != nil {
		t.Fatal(err)
	}
	return tab
}

// run evaluates a script with await in a page.
func run(t *testing.T, tab context.Context, script string) string {
	t.Helper()
	wait := func(p *runtime.EvaluateParams) { p.AwaitPromise = new(true) }
	said, err := chromedp.Run(tab, chromedp.Evaluate[string]("(async () => {"+script+"})()", wait))
	if err != nil {
		t.Fatal(err)
	}
	return said
}

// town is a site with a page, a WebSocket that echoes, and redirects.
func town(t *testing.T) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
		case "/socket":
			sum := sha1.Sum([]byte(r.Header.Get("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
			conn, rw, err := http.NewResponseController(w).Hijack()
			if err != nil {
				return
			}
			defer conn.Close()
			fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
				base64.StdEncoding.EncodeToString(sum[:]))
			echo(conn, rw.Reader)
		default:
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<!doctype html><title>town</title><h1>town</h1>")
		}
	}))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

// echo sends short text messages back.
func echo(w io.Writer, r *bufio.Reader) {
	for {
		head := make([]byte, 6)
		if _, err := io.ReadFull(r, head); err != nil || head[0]&0xF == 8 {
			return
		}
		text := make([]byte, head[1]&0x7F)
		if _, err := io.ReadFull(r, text); err != nil {
			return
		}
		for i := range text {
			text[i] ^= head[2+i%4]
		}
		w.Write(append([]byte{0x81, byte(len(text))}, text...))
	}
}

func TestABrowserReachesTheWorldAndNotTheEngine(t *testing.T) {
	port, came := engine(t)
	s := town(t)
	f := newFence(t, Rules{Closed: Here(func() []uint16 { return []uint16{port} })})
	tab := fenced(t, f, s.URL+"/", browser.Surroundings{Fenced: true})

	if said := run(t, tab, `return new Promise((done, fail) => {
		const socket = new WebSocket('ws://' + location.host + '/socket');
		let n = 0;
		socket.onopen = () => socket.send('ping' + n);
		socket.onmessage = m => { if (++n < 3) socket.send('ping' + n); else done(m.data); };
		socket.onerror = () => done('error');
	})`); said != "ping2" {
		t.Errorf("the WebSocket says %q", said)
	}

	var addresses []string
	for _, name := range namesOfHere(t) {
		addresses = append(addresses, fmt.Sprintf("http://%s:%d/", name, port))
	}
	list, _ := json.Marshal(addresses)
	said := run(t, tab, fmt.Sprintf(`
		const found = [];
		for (const to of %s) {
			const tries = [to, '/redirect?to=' + encodeURIComponent(to)].map(async a => {
				try { const r = await fetch(a, {mode: 'no-cors'}); if (r.type !== 'opaque' && (await r.text()) === 'engine') found.push(a); } catch (e) {}
			});
			tries.push(new Promise(done => {
				try {
					const s = new WebSocket(to.replace('http', 'ws'));
					s.onopen = () => { found.push('socket ' + to); done(); };
					s.onerror = s.onclose = done;
				} catch (e) { done(); }
			}));
			await Promise.all(tries);
		}
		return found.join(' ');`, list))
	if said != "" {
		t.Errorf("a page reaches %s", said)
	}
	for _, address := range addresses {
		for _, to := range []string{address, s.URL + "/redirect?to=" + address} {
			chromedp.Call(tab, page.Navigate, page.NavigateParams{URL: to})
			text, err := chromedp.Run(tab, chromedp.Evaluate[string]("document.documentElement.innerText"))
			if err == nil && strings.Contains(text, "engine") {
				t.Errorf("going to %s shows it", to)
			}
		}
	}
	chromedp.CallBrowser(tab, target.CreateTarget, target.CreateTargetParams{URL: addresses[0]})
	if n := came.Load(); n != 0 {
		t.Errorf("the engine was reached %d times", n)
	}
	if err := chromedp.Do(tab, chromedp.Navigate(addresses[0])); err == nil {
		text, _ := chromedp.Run(tab, chromedp.Evaluate[string]("document.body.innerText"))
		if strings.TrimSpace(text) != "This address is closed to this session." {
			t.Errorf("a person reads %q", text)
		}
	}
}

// udp counts the packets that come to it.
func udp(t *testing.T) (port uint16, came chan netip.AddrPort) {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	came = make(chan netip.AddrPort, 1000)
	go func() {
		b := make([]byte, 2000)
		for {
			_, from, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			select {
			case came <- from:
			default:
			}
		}
	}()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port(), came
}

func TestNothingLeavesPastTheFence(t *testing.T) {
	s := town(t)
	gather := func(tab context.Context, port uint16) string {
		return run(t, tab, fmt.Sprintf(`
			const peer = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:%[1]d'}]});
			peer.createDataChannel('x');
			const candidates = [];
			const done = new Promise(done => {
				peer.onicecandidate = e => e.candidate ? candidates.push(e.candidate.candidate) : done();
			});
			await peer.setLocalDescription();
			await done;
			if (window.WebTransport) {
				try { const w = new WebTransport('https://127.0.0.1:%[1]d/'); await w.ready; candidates.push('WebTransport'); } catch (e) {}
			}
			return candidates.join(' ');`, port))
	}
	for _, f := range []*Fence{nil, newFence(t, Rules{})} {
		port, came := udp(t)
		tab := fenced(t, f, s.URL+"/", browser.Surroundings{Fenced: f != nil})
		said := gather(tab, port)
		if got := len(came) > 0; got == (f != nil) {
			t.Errorf("with a fence %v: %d packets came; candidates: %s", f != nil, len(came), said)
		}
	}
}

func TestAnExtensionDoesNotLeadPastTheFence(t *testing.T) {
	s := town(t)
	tunneller := t.TempDir()
	for name, content := range map[string]string{
		"manifest.json": `{"manifest_version": 3, "name": "Tunneller", "version": "1", "permissions": ["proxy"],
			"background": {"service_worker": "worker.js"}}`,
		"worker.js": `chrome.proxy.settings.set({value: {mode: 'direct'}, scope: 'regular'});`,
	} {
		if err := os.WriteFile(filepath.Join(tunneller, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, closed := range []bool{false, true} {
		port, came := engine(t)
		f := newFence(t, Rules{Closed: Here(func() []uint16 { return []uint16{port} })})
		tab := fenced(t, f, s.URL+"/", browser.Surroundings{Fenced: closed, Extensions: []string{tunneller}})
		run(t, tab, fmt.Sprintf(`for (let i = 0; i < 50; i++) {
			try { await fetch('http://127.0.0.1:%d/', {mode: 'no-cors', cache: 'no-store'}); } catch (e) {}
			await new Promise(done => setTimeout(done, 20));
		}
		return ''`, port))
		if got := came.Load() > 0; got == closed {
			t.Errorf("fenced %v: the engine was reached %d times", closed, came.Load())
		}
	}
}
