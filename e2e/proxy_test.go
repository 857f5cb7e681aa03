package e2e

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"valise/internal/testenv"
)

// wire is a bad line to an S3 server: it can be made to break in the middle.
type wire struct {
	endpoint string
	target   string
	left     atomic.Int64 // bytes that may still be sent to the server; then every connection is cut
}

// newWire is a line that does not break yet.
func newWire(t testing.TB, server *testenv.S3Server) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{endpoint: "http://" + listener.Addr().String(), target: server.Endpoint[len("http://"):]}
	w.mend()
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { w.carry(client) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		w.breakAfter(0)
		open.Wait()
	})
	return w
}

// breakAfter breaks the line when so many more bytes have been sent.
func (w *wire) breakAfter(bytes int64) { w.left.Store(bytes) }

func (w *wire) mend() { w.left.Store(1 << 60) }

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.target)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		defer client.Close()
		io.Copy(client, server)
	}()
	block := make([]byte, 4<<10)
	for {
		n, err := client.Read(block)
		if err != nil || w.left.Add(-int64(n)) < 0 {
			return
		}
		if _, err := server.Write(block[:n]); err != nil {
			return
		}
	}
}

// aheadByAnHour is the endpoint of a server whose clock is an hour ahead or, where that would be another day, behind:
// the day is part of what a request is signed with.
func aheadByAnHour(t testing.TB, server *testenv.S3Server) string {
	t.Helper()
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	off := time.Hour
	if time.Now().UTC().Hour() < 12 {
		off = -off
	}
	const stamp = "20060102T150405Z"
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
			if sent, err := time.Parse(stamp, r.Out.Header.Get("X-Amz-Date")); err == nil {
				r.Out.Header.Set("X-Amz-Date", sent.Add(-off).Format(stamp))
			}
		},
		ModifyResponse: func(r *http.Response) error {
			r.Header.Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
			return nil
		},
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}
