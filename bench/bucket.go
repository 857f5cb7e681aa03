package main

import (
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"

	"net/http"

	"valise/internal/testenv"
)

// bucket is an S3 server behind a proxy that counts what is asked of it.
type bucket struct {
	*testenv.S3Server
	proxy    *httptest.Server
	requests atomic.Int64
	prefixes int
}

// startBucket starts the server with the first chapter that wants it.
func (b *bench) startBucket() error {
	if b.server != nil {
		return nil
	}
	s := &bucket{S3Server: testenv.S3(b.parts)}
	server, err := url.Parse(s.Endpoint)
	if err != nil {
		return err
	}
	forward := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server)
			r.Out.Host = r.In.Host // which is signed
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
	}
	s.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		forward.ServeHTTP(w, r)
	}))
	b.parts.Cleanup(func() {
		s.proxy.CloseClientConnections()
		s.proxy.Close()
	})
	b.server = s
	return nil
}

func (s *bucket) endpoint() string { return s.proxy.URL }

func (s *bucket) newPrefix() string {
	s.prefixes++
	return fmt.Sprintf("place-%d", s.prefixes)
}
