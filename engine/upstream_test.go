package engine_test

import (
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"valise/engine"
	"valise/internal/testenv"
)

// tunnels is a proxy that wants a user, and counts whom it let through.
func tunnels(t *testing.T, user, password string) (address string, through *atomic.Int32) {
	t.Helper()
	through = &atomic.Int32{}
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != want {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		defer there.Close()
		here, buffered, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer here.Close()
		through.Add(1)
		io.WriteString(here, "HTTP/1.1 200 Connected\r\n\r\n")
		go func() {
			io.Copy(there, buffered)
			there.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(here, there)
	}))
	t.Cleanup(server.Close)
	return strings.TrimPrefix(server.URL, "http://"), through
}

// A session goes through the proxy that its caller names, with its user; with a wrong one it gets nowhere, and not around it.
func TestASessionGoesThroughTheProxyOfItsCaller(t *testing.T) {
	s, site := startService(t, engine.Options{}), testenv.NewSite(t)
	address, through := tunnels(t, "user", "pass:word")
	open := func(proxy string) session {
		t.Helper()
		return call[session](s, "POST", "/v0/vm", `{"cdp": true, "http_proxy": `+proxy+`}`)
	}
	for _, pac := range []string{
		`function FindProxyForURL(url, host) { return \"PROXY ` + address + `; DIRECT\" }`,
		`http://` + address,
	} {
		before := through.Load()
		v := open(`{"pac": "` + pac + `", "username": "user", "password": "pass:word"}`)
		if err := testenv.LogIn(testenv.Attach(t, v.CDP), site, "ada"); err != nil {
			t.Errorf("through the proxy: %v", err)
		}
		if through.Load() == before {
			t.Error("it went around the proxy")
		}
		s.end(v)
	}
	v := open(`{"pac": "http://` + address + `", "username": "user", "password": "wrong"}`)
	if err := testenv.LogIn(testenv.Attach(t, v.CDP), site, "ada"); err == nil {
		t.Error("with a wrong password it came to the site")
	}
	s.end(v)
	for pac, want := range map[string]string{
		`http://secret.example/proxy.pac`: "PAC script", `ftp://secret.example:1`: "PAC script", `socks5://secret.example`: "PAC script",
		`function f(u) { if (u) return 'DIRECT'; return 'PROXY secret.example:1' }`: "not run here",
		`function f(u) { return 'PROXY secret' + u }`:                               "not run here",
		`function f() { return which() }`:                                           "not run here",
		`function f() { return 'CARRIER secret.example:1' }`:                        "PROXY host:port",
	} {
		f := s.refused("POST", "/v0/vm", `{"http_proxy": {"pac": "`+pac+`", "password": "secret"}}`, 400, "err_invalid_request")
		if !strings.Contains(f.Message, want) || strings.Contains(f.Message, "secret") {
			t.Errorf("%s is answered %q", pac, f.Message)
		}
	}
}
