// Package fence is the way out to the network for a session that somebody elsewhere drives: a proxy on loopback through which the
// browser of that session goes, and no other program.
//
// What it promises: what is closed to the session is not reached through it, by whatever name or spelling, redirect or DNS answer,
// since it is the address that is about to be dialled that is judged; everything else passes as it is, HTTP, HTTPS and
// WebSockets, without being held back, looked into or written down; nobody but the browser that it was made for can use it.
//
// Start reading here; addresses.go says what is closed, peer_linux.go who may come, upstream.go how it goes on through
// another proxy.
package fence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"sync"
	"time"
)

// Rules say what a session may reach, and how.
type Rules struct {
	Closed     func(netip.AddrPort) bool // addresses that are closed to it, such as those of the engine itself; may be nil
	PublicOnly bool                      // whatever is not a public address is closed: this computer, its networks, their services
	Upstream   *url.URL                  // go on through this proxy, socks5:// or http://, with its user and password; nil: directly
}

// Fence is the proxy of one session.
type Fence struct {
	rules    Rules
	listener net.Listener
	server   *http.Server
	forwards bool // plain HTTP goes to the upstream as it is
	dialer   net.Dialer
	forward  *httputil.ReverseProxy
	peer     peer

	mu      sync.Mutex
	tunnels map[net.Conn]bool // of both sides; nil: closed
}

// admitted is the key of the answer to whether a connection is the browser's.
type admitted struct{}

// These bound what never ends by itself. There is none on a connection that stands: a WebSocket may be silent for hours.
const (
	dialPatience   = 30 * time.Second
	headerPatience = 30 * time.Second
)

// New opens a fence. Close it when its session has ended.
func New(rules Rules) (*Fence, error) {
	if err := checkUpstream(rules.Upstream); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("opening the way out of a session: %w", err)
	}
	f := &Fence{rules: rules, listener: listener, tunnels: map[net.Conn]bool{}}
	f.dialer = net.Dialer{Timeout: dialPatience, ControlContext: f.judge}
	f.forwards = forwardsTo(rules.Upstream)
	f.forward = &httputil.ReverseProxy{
		Rewrite:       asItIs,
		Transport:     f.transport(),
		FlushInterval: -1, // nothing waits here
		ErrorHandler:  func(w http.ResponseWriter, _ *http.Request, err error) { refuse(w, err) },
		ErrorLog:      silent,
	}
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: headerPatience, ErrorLog: silent,
		ConnContext: func(ctx context.Context, conn net.Conn) context.Context { // who has a connection keeps it
			return context.WithValue(ctx, admitted{}, sync.OnceValue(func() bool {
				return f.peer.admits(conn.RemoteAddr().String(), f.own())
			}))
		}}
	fences.add(f.own())
	go f.server.Serve(listener)
	return f, nil
}

// asItIs undoes what a reverse proxy would tidy up on the way.
func asItIs(r *httputil.ProxyRequest) {
	r.Out.Host = r.In.Host
	r.Out.URL.RawQuery = r.In.URL.RawQuery
}

// Address is where it listens, "127.0.0.1:41234".
func (f *Fence) Address() string { return f.listener.Addr().String() }

func (f *Fence) own() netip.AddrPort { return f.listener.Addr().(*net.TCPAddr).AddrPort() }

// Close ends all connections.
func (f *Fence) Close() error {
	err := f.server.Close()
	f.mu.Lock()
	open := f.tunnels
	f.tunnels = nil
	f.mu.Unlock()
	for conn := range open {
		conn.Close()
	}
	f.forward.Transport.(*http.Transport).CloseIdleConnections()
	fences.remove(f.own())
	return err
}

// transport carries plain HTTP. It changes nothing: what is compressed stays so, and a redirect is the browser's to follow.
func (f *Fence) transport() *http.Transport {
	t := &http.Transport{
		DialContext:         f.dial,
		DisableCompression:  true,
		MaxIdleConnsPerHost: 6,
		IdleConnTimeout:     time.Minute,
	}
	if f.forwards {
		t.Proxy = http.ProxyURL(f.rules.Upstream)
		t.DialContext = f.dialer.DialContext // to the upstream: what is closed to the session is no way out for it either
	}
	return t
}

// ServeHTTP takes what a browser sends to a proxy, and only that: a page that finds out the port can send none of it.
func (f *Fence) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !r.Context().Value(admitted{}).(func() bool)() {
		http.Error(w, "This way is for another program.", http.StatusForbidden)
		return
	}
	switch {
	case r.Method == http.MethodConnect:
		f.tunnel(w, r)
	case r.URL.Scheme == "http" && r.URL.Host != "":
		if f.forwards {
			if err := f.judgeName(r.Context(), r.URL.Host); err != nil {
				refuse(w, err)
				return
			}
		}
		f.forward.ServeHTTP(w, r)
	default:
		http.Error(w, "This is a proxy.", http.StatusBadRequest)
	}
}

// tunnel joins the browser and the other end, and lets everything pass until one of them has gone.
func (f *Fence) tunnel(w http.ResponseWriter, r *http.Request) {
	far, err := f.dial(r.Context(), "tcp", r.Host)
	if err != nil {
		refuse(w, err)
		return
	}
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		far.Close()
		return
	}
	near.SetDeadline(time.Time{})
	if !f.keep(near, far) {
		return
	}
	defer f.drop(near, far)
	if _, err := io.WriteString(near, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
		return
	}
	if n := buffered.Reader.Buffered(); n > 0 { // sent without waiting for the answer
		early, _ := buffered.Reader.Peek(n)
		if _, err := far.Write(early); err != nil {
			return
		}
	}
	upwards := make(chan struct{})
	go func() {
		pass(far, near)
		close(upwards)
	}()
	pass(near, far)
	<-upwards
}

// pass copies until the end, which it passes on. Between two TCP connections the kernel does it.
func pass(to, from net.Conn) {
	_, err := io.Copy(to, from)
	half, ok := to.(interface{ CloseWrite() error })
	if err != nil || !ok || half.CloseWrite() != nil {
		to.Close()
		from.Close()
	}
}

// keep notes the ends of a tunnel, so that Close ends it; false: it is too late.
func (f *Fence) keep(ends ...net.Conn) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, end := range ends {
		if f.tunnels == nil {
			end.Close()
		} else {
			f.tunnels[end] = true
		}
	}
	return f.tunnels != nil
}

func (f *Fence) drop(ends ...net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, end := range ends {
		end.Close()
		delete(f.tunnels, end)
	}
}

// refuse says in a line why something cannot be reached. What a resolver or an upstream said is not for the one who asks.
func refuse(w http.ResponseWriter, err error) {
	if errors.Is(err, errClosed) {
		http.Error(w, "This address is closed to this session.", http.StatusForbidden)
		return
	}
	if errors.Is(err, context.Canceled) {
		return // nobody waits for it any more
	}
	http.Error(w, "This address cannot be reached.", http.StatusBadGateway)
}
