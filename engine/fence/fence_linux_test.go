package fence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"valise/problem"
)

// asClient makes this test binary a program that speaks to a fence as a browser does: a fence serves no other than one that this
// program has started.
const asClient = "VALISE_FENCE_CLIENT"

func TestMain(m *testing.M) {
	if address := os.Getenv(asClient); address != "" {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		go func() {
			io.Copy(conn, os.Stdin)
			conn.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(os.Stdout, conn)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// client is a connection to a fence, made by a program of its own.
type client struct {
	io.WriteCloser
	*bufio.Reader
}

func connect(t *testing.T, address string) client {
	t.Helper()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), asClient+"="+address)
	in, err := program.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		program.Process.Kill()
		program.Wait()
	})
	return client{in, bufio.NewReader(out)}
}

// ask sends a request as it is, and returns the answer to it.
func (c client) ask(t *testing.T, request string) *http.Response {
	t.Helper()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	answer, err := http.ReadResponse(c.Reader, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusFound { // read what it says, so that the next one can be asked
		said, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body = io.NopCloser(bytes.NewReader(said))
	}
	return answer
}

func get(address, more string) string {
	u, _ := url.Parse(address)
	return fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", address, u.Host, more)
}

func tunnel(to string) string { return fmt.Sprintf("CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", to) }

func newFence(t *testing.T, rules Rules) *Fence {
	t.Helper()
	f, err := New(rules)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// engine stands for what a session must not reach: it counts who comes, on every address of this computer.
func engine(t *testing.T) (port uint16, came *atomic.Int32) {
	t.Helper()
	listener, err := net.Listen("tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	came = new(atomic.Int32)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			came.Add(1)
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nengine")
			conn.Close()
		}
	}()
	return listener.Addr().(*net.TCPAddr).AddrPort().Port(), came
}

// namesOfHere are spellings and names of this computer, as a hostile page may write them.
func namesOfHere(t *testing.T) []string {
	t.Helper()
	names := []string{
		"127.0.0.1", "127.0.0.2", "127.255.255.254", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001",
		"localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "a.localhost", "0.0.0.0", "0",
		"[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[0:0:0:0:0:ffff:7f00:0001]", "[::127.0.0.1]",
		"[::ffff:0.0.0.0]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[::1%25lo]", "[fe80::1%25lo]",
	}
	if name, err := os.Hostname(); err == nil {
		names = append(names, name)
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range own {
		if prefix, err := netip.ParsePrefix(o.String()); err == nil {
			if a := prefix.Addr(); a.Is4() {
				names = append(names, a.String(), "[::ffff:"+a.String()+"]")
			} else {
				names = append(names, "["+a.String()+"]")
			}
		}
	}
	return names
}

func TestWhatIsClosedIsReachedByNoNameOfIt(t *testing.T) {
	port, came := engine(t)
	f := newFence(t, Rules{Closed: Here(func() []uint16 { return []uint16{port} })})
	browser := connect(t, f.Address())
	for _, name := range namesOfHere(t) {
		to := fmt.Sprintf("%s:%d", name, port)
		for _, request := range []string{tunnel(to), get("http://"+to+"/", "")} {
			answer := browser.ask(t, request)
			body, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != http.StatusForbidden && answer.StatusCode != http.StatusBadGateway && answer.StatusCode != http.StatusBadRequest {
				t.Errorf("%q: %s %s", request, answer.Status, body)
			}
			if answer.Close {
				browser = connect(t, f.Address())
			}
		}
	}
	if n := came.Load(); n != 0 {
		t.Errorf("it was reached %d times", n)
	}
	if answer := browser.ask(t, get(fmt.Sprintf("http://127.0.0.1:%d/", port), "")); answer.StatusCode != http.StatusForbidden {
		t.Errorf("it is refused with %s", answer.Status)
	}
}

func TestTheFencesOfOtherSessionsAreClosed(t *testing.T) {
	f, other := newFence(t, Rules{}), newFence(t, Rules{})
	browser := connect(t, f.Address())
	for _, to := range []string{f.Address(), other.Address()} {
		_, port, _ := net.SplitHostPort(to)
		for _, name := range []string{"127.0.0.1", "127.0.0.9", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"} {
			if answer := browser.ask(t, tunnel(name+":"+port)); answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s:%s: %s", name, port, answer.Status)
			}
		}
	}
}

func TestOnlyPublicAddressesAreOpenWhereThatIsAskedFor(t *testing.T) {
	f := newFence(t, Rules{PublicOnly: true})
	for address, open := range map[string]bool{
		"93.184.215.14": true, "2606:2800:21f:cb07:6820:80da:af6b:8b2c": true, "1.1.1.1": true, "172.32.0.1": true, "::ffff:1.1.1.1": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.178.1": false, "169.254.169.254": false,
		"100.64.0.1": false, "100.100.100.200": false, "192.0.0.192": false, "0.0.0.0": false, "0.1.2.3": false, "255.255.255.255": false,
		"224.0.0.251": false, "198.18.0.1": false, "168.63.129.16": false, "::1": false, "::": false, "fe80::1": false, "fd00:ec2::254": false,
		"fc00::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false, "64:ff9b::a9fe:a9fe": false,
		"2002:a9fe:a9fe::1": false, "::10.0.0.1": false, "2001:db8::1": false, "fec0::1": false, "64:ff9b::1.1.1.1": true,
	} {
		if err := f.allow(netip.AddrPortFrom(netip.MustParseAddr(address), 80)); (err == nil) != open {
			t.Errorf("%s: %v", address, err)
		}
	}
	port, came := engine(t)
	browser := connect(t, f.Address())
	for _, name := range namesOfHere(t) {
		answer := browser.ask(t, tunnel(fmt.Sprintf("%s:%d", name, port)))
		if answer.StatusCode == http.StatusOK {
			t.Errorf("%s is open", name)
		}
		if answer.Close {
			browser = connect(t, f.Address())
		}
	}
	if n := came.Load(); n != 0 {
		t.Errorf("this computer was reached %d times", n)
	}
}

// site answers with what it was asked.
func site(t *testing.T, secure bool) *httptest.Server {
	t.Helper()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "http://elsewhere.invalid/", http.StatusFound)
		case "/packed":
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, "not really")
		default:
			body, _ := io.ReadAll(r.Body)
			w.Header().Set("X-Seen", fmt.Sprintf("%s %s %s %v %q", r.Method, r.Host, r.RequestURI, r.Header, body))
			io.WriteString(w, "hello")
		}
	})
	var s *httptest.Server
	if secure {
		s = httptest.NewTLSServer(handler)
	} else {
		s = httptest.NewServer(handler)
	}
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func TestEverythingElsePassesAsItIs(t *testing.T) {
	s := site(t, false)
	f := newFence(t, Rules{Closed: func(netip.AddrPort) bool { return false }})
	browser := connect(t, f.Address())

	answer := browser.ask(t, get(s.URL+"/a%2Fb?c=d&e;f", "X-Mine: 1\r\nProxy-Connection: keep-alive\r\nAccept-Encoding: gzip, br\r\n"))
	body, err := io.ReadAll(answer.Body)
	if err != nil || string(body) != "hello" {
		t.Errorf("%q, %v", body, err)
	}
	seen := answer.Header.Get("X-Seen")
	for _, want := range []string{"GET " + strings.TrimPrefix(s.URL, "http://") + " /a%2Fb?c=d&e;f", "X-Mine:[1]", "Accept-Encoding:[gzip, br]"} {
		if !strings.Contains(seen, want) {
			t.Errorf("the site does not see %s: %s", want, seen)
		}
	}
	for _, never := range []string{"Proxy-", "Forwarded", "Via", "User-Agent"} {
		if strings.Contains(seen, never) {
			t.Errorf("the site sees %s: %s", never, seen)
		}
	}
	if answer := browser.ask(t, get(s.URL+"/redirect", "")); answer.StatusCode != http.StatusFound || answer.Header.Get("Location") != "http://elsewhere.invalid/" {
		t.Errorf("a redirect is %s", answer.Status)
	} else {
		io.Copy(io.Discard, answer.Body)
	}
	if answer := browser.ask(t, get(s.URL+"/packed", "")); answer.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("what is packed has %v", answer.Header)
	} else {
		io.Copy(io.Discard, answer.Body)
	}
	host := strings.TrimPrefix(s.URL, "http://")
	answer = browser.ask(t, "POST "+s.URL+"/form HTTP/1.1\r\nHost: "+host+"\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
	if seen := answer.Header.Get("X-Seen"); !strings.Contains(seen, `"hello"`) {
		t.Errorf("the site sees %s", seen)
	}
}

func TestATunnelHoldsNothingBackAndEndsWithItsEnds(t *testing.T) {
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.Close() })
	f := newFence(t, Rules{})
	browser := connect(t, f.Address())
	if answer := browser.ask(t, tunnel(far.Addr().String())+"early"); answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	conn, err := far.Accept()
	if err != nil {
		t.Fatal(err)
	}
	expect := func(from io.Reader, want string) {
		t.Helper()
		got := make([]byte, len(want))
		if _, err := io.ReadFull(from, got); err != nil || string(got) != want {
			t.Fatalf("%q came, %v", got, err)
		}
	}
	expect(conn, "early")
	for i := range 3 { // each waits for the one before
		fmt.Fprintf(browser, "ping%d", i)
		expect(conn, fmt.Sprintf("ping%d", i))
		fmt.Fprintf(conn, "pong%d", i)
		expect(browser.Reader, fmt.Sprintf("pong%d", i))
	}
	browser.Close() // it has said all
	if _, err := conn.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the other end does not learn that: %v", err)
	}
	fmt.Fprint(conn, "last words")
	expect(browser.Reader, "last words")
	conn.Close()
	if _, err := browser.ReadByte(); err != io.EOF {
		t.Errorf("the tunnel stays: %v", err)
	}

	// A fence that is closed leaves nothing open.
	browser = connect(t, f.Address())
	if answer := browser.ask(t, tunnel(far.Addr().String())); answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	if conn, err = far.Accept(); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("a tunnel outlives its fence")
	}
	if conn, err := net.Dial("tcp", f.Address()); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
}

func TestAnAnswerIsPassedOnWhileItIsStillBeingWritten(t *testing.T) {
	goOn := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "first")
		http.NewResponseController(w).Flush()
		<-goOn
		io.WriteString(w, "then")
	}))
	t.Cleanup(s.Close)
	f := newFence(t, Rules{})
	answer := connect(t, f.Address()).ask(t, get(s.URL+"/", ""))
	first := make([]byte, 5)
	if _, err := io.ReadFull(answer.Body, first); err != nil {
		t.Error(err)
	}
	close(goOn)
	if rest, err := io.ReadAll(answer.Body); err != nil || string(rest) != "then" {
		t.Errorf("%q, %v", rest, err)
	}
}

func TestNobodyButItsBrowserCanUseIt(t *testing.T) {
	s := site(t, false)
	f := newFence(t, Rules{})
	through := &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(&url.URL{Scheme: "http", Host: f.Address()}), DisableKeepAlives: true}}
	refused := func(whom string) {
		t.Helper()
		answer, err := through.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if answer.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s", whom, answer.Status)
		}
	}
	refused("this program itself")

	browser := connect(t, f.Address())
	if answer := browser.ask(t, get(s.URL+"/", "")); answer.StatusCode != http.StatusOK {
		t.Fatalf("its browser: %s", answer.Status)
	}
	refused("this program itself, after the browser has come")
	other := connect(t, f.Address())
	if answer := other.ask(t, get(s.URL+"/", "")); answer.StatusCode != http.StatusForbidden {
		t.Errorf("another browser of this program: %s", answer.Status)
	}
}

func TestAPageThatFindsThePortCanSayNothingToIt(t *testing.T) {
	for _, request := range []string{
		"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"POST /http://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\n\r\n",
		"GET https://127.0.0.1/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
		"GET file:///etc/passwd HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
	} {
		if answer := connect(t, newFence(t, Rules{}).Address()).ask(t, request); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%q: %s", request, answer.Status)
		}
	}
}

func TestErrorsAreShortAndPlain(t *testing.T) {
	f := newFence(t, Rules{})
	answer := connect(t, f.Address()).ask(t, get("http://does-not-exist.invalid/", ""))
	body, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != http.StatusBadGateway || len(body) > 80 || bytes.Contains(body, []byte("lookup")) || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/plain") {
		t.Errorf("%s %s", answer.Status, body)
	}
}

// upstream is a proxy of one of both kinds, with a user and a password, that notes what it was asked for.
type upstream struct {
	url   *url.URL
	mu    sync.Mutex
	asked []string
}

func (u *upstream) note(what string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.asked = append(u.asked, what)
}

func (u *upstream) all() string {
	u.mu.Lock()
	defer u.mu.Unlock()
	return strings.Join(u.asked, " ")
}

const password = "correct horse:battery"

func newUpstream(t *testing.T, scheme string) *upstream {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	u := &upstream{url: &url.URL{Scheme: scheme, Host: listener.Addr().String(), User: url.UserPassword("me", password)}}
	serve := u.http
	if scheme == "socks5" {
		serve = u.socks
	}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return u
}

func (u *upstream) http(conn net.Conn) {
	defer conn.Close()
	request, err := http.ReadRequest(bufio.NewReader(conn))
	if err != nil {
		return
	}
	if request.Header.Get("Proxy-Authorization") != "Basic "+base64.StdEncoding.EncodeToString([]byte("me:"+password)) {
		io.WriteString(conn, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
		return
	}
	u.note(request.Method + " " + request.Host)
	far, err := net.Dial("tcp", request.Host)
	if err != nil {
		io.WriteString(conn, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n")
		return
	}
	io.WriteString(conn, "HTTP/1.1 200 Yes\r\n\r\n")
	join(conn, far)
}

func (u *upstream) socks(conn net.Conn) {
	defer conn.Close()
	read := func(n int) []byte {
		b := make([]byte, n)
		io.ReadFull(conn, b)
		return b
	}
	read(int(read(2)[1]))
	conn.Write([]byte{5, 2})
	user := read(int(read(2)[1]))
	pass := read(int(read(1)[0]))
	if string(user) != "me" || string(pass) != password {
		conn.Write([]byte{1, 1})
		return
	}
	conn.Write([]byte{1, 0})
	var host string
	switch read(4)[3] {
	case 1:
		host = net.IP(read(4)).String()
	case 4:
		host = net.IP(read(16)).String()
	case 3:
		host = string(read(int(read(1)[0])))
	}
	port := read(2)
	to := net.JoinHostPort(host, fmt.Sprint(int(port[0])<<8|int(port[1])))
	u.note("SOCKS " + to)
	far, err := net.Dial("tcp", to)
	if err != nil {
		conn.Write([]byte{5, 5, 0, 1, 0, 0, 0, 0, 0, 0})
		return
	}
	conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 1})
	join(conn, far)
}

func join(a, b net.Conn) {
	go func() {
		io.Copy(a, b)
		a.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(b, a)
	b.Close()
}

func TestASessionCanGoOnThroughAnotherProxy(t *testing.T) {
	s := site(t, false)
	host := strings.TrimPrefix(s.URL, "http://")
	port, came := engine(t)
	for _, scheme := range []string{"http", "socks5"} {
		u := newUpstream(t, scheme)
		f := newFence(t, Rules{Upstream: u.url, Closed: Here(func() []uint16 { return []uint16{port} })})
		browser := connect(t, f.Address())
		if answer := browser.ask(t, get(s.URL+"/", "")); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", scheme, answer.Status)
		} else {
			io.Copy(io.Discard, answer.Body)
		}
		if !strings.Contains(u.all(), host) {
			t.Errorf("%s was asked for %s", scheme, u.all())
		}
		for _, name := range namesOfHere(t) {
			if answer := browser.ask(t, tunnel(fmt.Sprintf("%s:%d", name, port))); answer.StatusCode == http.StatusOK {
				t.Errorf("%s: %s is open", scheme, name)
			} else if answer.Close {
				browser = connect(t, f.Address())
			}
		}
		if came.Load() != 0 || strings.Contains(u.all(), fmt.Sprint(port)) {
			t.Errorf("%s was asked for what is closed: %s", scheme, u.all())
		}
		if answer := browser.ask(t, tunnel(host)); answer.StatusCode != http.StatusOK {
			t.Errorf("%s: a tunnel: %s", scheme, answer.Status)
		}

		wrong := *u.url
		wrong.User = url.UserPassword("me", "wrong")
		f = newFence(t, Rules{Upstream: &wrong})
		answer := connect(t, f.Address()).ask(t, get(s.URL+"/", ""))
		if body, _ := io.ReadAll(answer.Body); answer.StatusCode != http.StatusBadGateway || bytes.Contains(body, []byte("wrong")) {
			t.Errorf("%s: %s %s", scheme, answer.Status, body)
		}
	}
}

// What is closed to a session cannot be named as its upstream either.
func TestAnUpstreamIsNoWayToWhatIsClosed(t *testing.T) {
	s := site(t, false)
	port, came := engine(t)
	for _, scheme := range []string{"http", "socks5"} {
		u := &url.URL{Scheme: scheme, Host: fmt.Sprintf("127.0.0.1:%d", port)}
		for _, rules := range []Rules{{Upstream: u, Closed: Here(func() []uint16 { return []uint16{port} })}, {Upstream: u, PublicOnly: true}} {
			f := newFence(t, rules)
			for _, request := range []string{get(s.URL+"/", ""), tunnel("1.1.1.1:443")} {
				if answer := connect(t, f.Address()).ask(t, request); answer.StatusCode == http.StatusOK {
					t.Errorf("%s: %s", scheme, answer.Status)
				}
			}
		}
	}
	if came.Load() != 0 {
		t.Error("it was led there by its upstream")
	}
}

// An upstream elsewhere decides what a name means; one that is near is given what was judged.
func TestWhatAnUpstreamIsToldDependsOnWhereItIs(t *testing.T) {
	f := newFence(t, Rules{Closed: Here(func() []uint16 { return []uint16{4711} })})
	for _, c := range []struct {
		address string
		near    bool
		told    string
	}{
		{"localhost:80", true, "127.0.0.1:80"},
		{"127.0.0.1:80", true, "127.0.0.1:80"},
		{"does-not-exist.invalid:443", false, "does-not-exist.invalid:443"},
		{"does-not-exist.invalid:443", true, ""},
		{"localhost:4711", false, ""},
		{"localhost:4711", true, ""},
		{"[::1]:443", false, "[::1]:443"},
	} {
		told, err := f.addressFor(context.Background(), c.address, c.near)
		if strings.Replace(told, "[::1]:80", "127.0.0.1:80", 1) != c.told || (err != nil) != (c.told == "") {
			t.Errorf("%s, near %v: %q, %v", c.address, c.near, told, err)
		}
	}
	if !near(&url.URL{Host: "localhost:1"}) || !near(&url.URL{Host: "10.0.0.1:1"}) || near(&url.URL{Host: "1.1.1.1:1"}) {
		t.Error("near is far")
	}
}

func TestAnOddUpstreamIsRefusedWithoutBeingQuoted(t *testing.T) {
	for _, odd := range []string{"https://me:hunter2@host:1", "socks4://me:hunter2@host:1", "http://me:hunter2@host", "http://me:hunter2@:80", "me:hunter2@host:80"} {
		u, err := url.Parse(odd)
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(Rules{Upstream: u})
		if err == nil || problem.NextStep(err) == "" || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", odd, err)
		}
	}
}
