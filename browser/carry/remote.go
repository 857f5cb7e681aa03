package carry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"valise/browser"
	"valise/problem"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp/jsonv2"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp/remote"
)

var (
	// ErrUnreachable: nothing answered.
	ErrUnreachable = problem.New("the browser cannot be reached",
		"Check that it runs there with a DevTools port (--remote-debugging-port), and its address: `valise engines list`.")
	// ErrNoChromium: something else answers at the address.
	ErrNoChromium = problem.New("what answers at this address is no Chromium",
		"Give the address of its DevTools: http://HOST:9222, or ws://HOST:9222/devtools/browser/ID.")
	// ErrGone: it answered once, and does so no more.
	ErrGone = problem.New("the browser elsewhere is gone", "Open the profile again, there or here.")
)

// Remote is a browser elsewhere, reached over its DevTools.
type Remote struct {
	Product string // "Chrome/156.0.8078.79"

	wire *remote.Conn
	lost chan struct{}

	mu      sync.Mutex
	last    int64
	waiting map[int64]chan *cdproto.Message
	queue   []browser.Event
	news    chan struct{} // has room for one
	events  chan browser.Event
	closing sync.Once
}

// patience bounds what a browser elsewhere is asked for where nothing else does.
const patience = 15 * time.Second

// Discover asks whether a Chromium answers at an address (http, https, ws or wss), and returns that of its DevTools.
// ErrUnreachable, ErrNoChromium.
func Discover(ctx context.Context, address string) (webSocketURL, product string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "", "", ErrNoChromium
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if u.Scheme == "ws" || u.Scheme == "wss" {
		return address, "", nil
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.JoinPath("json/version").String(), nil)
	if err != nil {
		return "", "", ErrNoChromium.Because(err)
	}
	r.Host = hostHeader(u)
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(r)
	if err != nil {
		if wrapped, ok := errors.AsType[*url.Error](err); ok {
			err = wrapped.Err // without the address
		}
		return "", "", ErrUnreachable.Because(err)
	}
	defer response.Body.Close()
	var version struct {
		Browser              string
		WebSocketDebuggerURL string `json:"webSocketDebuggerUrl"`
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, 1<<16))
	if err != nil || json.Unmarshal(data, &version) != nil {
		return "", "", ErrNoChromium.Because(fmt.Errorf("it answers %s", response.Status))
	}
	at, err := url.Parse(version.WebSocketDebuggerURL)
	if err != nil || !strings.HasPrefix(at.Path, "/devtools/browser") && at.Path != "/" || version.WebSocketDebuggerURL == "" {
		return "", "", ErrNoChromium
	}
	// It tells the way to itself as it sees it; we take the way that we know.
	at.Host, at.Scheme = u.Host, "ws"
	if u.Scheme == "https" {
		at.Scheme = "wss"
	}
	at.Path = strings.TrimSuffix(u.Path, "/") + at.Path
	return at.String(), version.Browser, nil
}

// hostHeader is what a browser is called by: DevTools answers to no name but localhost, so that no page can have its own name
// lead there. A number is left as it is.
func hostHeader(u *url.URL) string {
	if _, err := netip.ParseAddr(u.Hostname()); err == nil || u.Scheme == "https" || u.Scheme == "wss" {
		return u.Host
	}
	if u.Port() == "" {
		return "localhost"
	}
	return net.JoinHostPort("localhost", u.Port())
}

// Dial connects to the Chromium at an address, as Discover takes it. It must be closed. ErrUnreachable, ErrNoChromium.
func Dial(ctx context.Context, address string) (*Remote, error) {
	at, _, err := Discover(ctx, address)
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(at)
	if err != nil {
		return nil, ErrNoChromium
	}
	dialing, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := remote.DialContext(dialing, at, remote.WithConnHTTPHeader(http.Header{"Host": {hostHeader(u)}}))
	if err != nil {
		if _, unreached := errors.AsType[*net.OpError](err); unreached || ctx.Err() != nil || dialing.Err() != nil {
			return nil, ErrUnreachable.Because(errors.New("no connection"))
		}
		return nil, ErrNoChromium.Because(errors.New("it takes no WebSocket there"))
	}
	r := &Remote{
		wire: conn, lost: make(chan struct{}), waiting: map[int64]chan *cdproto.Message{},
		news: make(chan struct{}, 1), events: make(chan browser.Event),
	}
	go r.read()
	go r.deliver()
	var version struct{ Product string }
	if err := r.Call(dialing, "", "Browser.getVersion", nil, &version); err != nil || version.Product == "" {
		r.Close()
		return nil, ErrNoChromium.Because(errors.New("it does not say which version it is"))
	}
	r.Product = version.Product
	return r, nil
}

// Call sends a command, to a session unless that is empty, and waits for its answer.
func (r *Remote) Call(ctx context.Context, session, method string, params, result any) error {
	m := &cdproto.Message{SessionID: target.SessionID(session), Method: cdproto.MethodType(method)}
	if params != nil {
		text, err := json.Marshal(params)
		if err != nil {
			return err
		}
		m.Params = jsonv2.Value(text)
	}
	answers := make(chan *cdproto.Message, 1)
	r.mu.Lock()
	r.last++
	m.ID = r.last
	r.waiting[m.ID] = answers
	r.mu.Unlock()
	defer func() {
		r.mu.Lock()
		delete(r.waiting, m.ID)
		r.mu.Unlock()
	}()
	go r.wire.Write(ctx, m) // a network that hangs must not hold up the one who asks; an error shows with the reading
	select {
	case a := <-answers:
		if a.Error != nil {
			return fmt.Errorf("%s: %w", method, a.Error)
		}
		if result == nil {
			return nil
		}
		return json.Unmarshal(a.Result, result)
	case <-r.lost:
		return fmt.Errorf("%s: %w", method, ErrGone)
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", method, ctx.Err())
	}
}

// Events are in the order in which the browser sent them; the channel is closed with the connection.
func (r *Remote) Events() <-chan browser.Event { return r.events }

// Close hangs up.
func (r *Remote) Close() {
	r.closing.Do(func() {
		close(r.lost)
		r.wire.Close()
	})
}

func (r *Remote) read() {
	defer r.Close()
	for {
		m := new(cdproto.Message)
		if err := r.wire.Read(context.Background(), m); err != nil {
			return
		}
		r.mu.Lock()
		if m.ID != 0 {
			if asked := r.waiting[m.ID]; asked != nil {
				asked <- m
				delete(r.waiting, m.ID)
			}
			r.mu.Unlock()
			continue
		}
		r.queue = append(r.queue, browser.Event{Session: string(m.SessionID), Method: string(m.Method), Params: m.Params})
		r.mu.Unlock()
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
}

// deliver hands the events over, so that whoever reads them slowly does not hold up the connection.
func (r *Remote) deliver() {
	defer close(r.events)
	for {
		r.mu.Lock()
		some := r.queue
		r.queue = nil
		r.mu.Unlock()
		for _, e := range some {
			select {
			case r.events <- e:
			case <-r.lost:
				return
			}
		}
		select {
		case <-r.news:
		case <-r.lost:
			return
		}
	}
}
