package vault

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"valise/internal/testenv"
)

// rewritingProxy stands before an S3 server and changes what passes; either function may be nil. Hosts stay as they
// are, or the signatures would not fit. It returns its endpoint.
func rewritingProxy(t testing.TB, server *testenv.S3Server, request func(*http.Request), response func(*http.Response) error) string {
	t.Helper()
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
			if request != nil {
				request(r.Out)
			}
		},
		ModifyResponse: response,
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// answering stands before an S3 server and answers some requests itself: those for which answer returns true.
func answering(t testing.TB, server *testenv.S3Server, answer func(http.ResponseWriter, *http.Request) bool) string {
	t.Helper()
	target, err := url.Parse(server.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	behind := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = target.Scheme, target.Host, r.In.Host
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !answer(w, r) {
			behind.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// cuttingProxy stands before an S3 server and cuts connections once they have carried so many bytes one way. As long as
// cuts is above 0, each cut takes one from it.
type cuttingProxy struct {
	endpoint string
	target   string
	upload   bool // bytes to the server are counted, else those from it
	after    int64
	cuts     atomic.Int64
	carried  atomic.Int64 // bytes that were counted
}

func newCuttingProxy(t testing.TB, server *testenv.S3Server, upload bool, after, cuts int64) *cuttingProxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &cuttingProxy{endpoint: "http://" + listener.Addr().String(), upload: upload, after: after}
	p.target = server.Endpoint[len("http://"):]
	p.cuts.Store(cuts)
	var open sync.WaitGroup
	open.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			open.Go(func() { p.carry(client) })
		}
	})
	t.Cleanup(func() {
		listener.Close()
		open.Wait()
	})
	return p
}

func (p *cuttingProxy) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	counted, other := io.Writer(server), io.Writer(client)
	from, back := io.Reader(client), io.Reader(server)
	if !p.upload {
		counted, other, from, back = other, counted, back, from
	}
	done := make(chan bool, 2)
	from = &meteredReader{withMoved(context.Background(), func(bytes int64) { p.carried.Add(bytes) }), from}
	go func() {
		io.CopyN(counted, from, p.after)
		if p.cuts.Add(-1) < 0 { // or the connection ended before; then this carries nothing
			io.Copy(counted, from)
		}
		done <- true
	}()
	go func() {
		io.Copy(other, back)
		done <- true
	}()
	<-done
}
