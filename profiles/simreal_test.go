package profiles

import (
	"context"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valise/crypto"
	"valise/internal/testenv"
	"valise/profiles/vault"
)

// badServer is a real S3 server behind a proxy that loses, cuts and refuses as much as rate says.
type badServer struct {
	*testenv.S3Server
	proxy   *httptest.Server
	rate    atomic.Uint64 // of 1000 requests
	mishaps atomic.Int64
}

func newBadServer(t *testing.T) *badServer {
	t.Helper()
	b := &badServer{S3Server: testenv.S3(t)}
	to, err := url.Parse(b.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}}
	b.proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rand.Uint64N(1000) >= b.rate.Load() {
			forward.ServeHTTP(w, r)
			return
		}
		b.mishaps.Add(1)
		switch rand.IntN(4) {
		case 0:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 1: // lost on its way
			panic(http.ErrAbortHandler)
		case 2: // the answer is lost
			forward.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		default: // the answer breaks off
			forward.ServeHTTP(&cutWriter{ResponseWriter: w, left: rand.IntN(2000)}, r)
		}
	}))
	t.Cleanup(b.proxy.Close)
	return b
}

// cutWriter ends the connection in the middle.
type cutWriter struct {
	http.ResponseWriter
	left int
}

func (c *cutWriter) Write(p []byte) (int, error) {
	if c.left -= len(p); c.left < 0 {
		http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(p)
}

func (b *badServer) store(t testing.TB, prefix string) vault.Store {
	at := vault.Location{Bucket: b.Bucket, Prefix: prefix, Endpoint: b.proxy.URL, Region: b.Region}
	s, err := at.Store(vault.Credentials{AccessKey: b.AccessKey, SecretKey: b.SecretKey})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// realLine is a device's way to a real server, which the simulation can unplug.
type realLine struct {
	*simLine
	real vault.Store
}

func (l realLine) String() string { return l.real.String() }

func (l realLine) Put(ctx context.Context, name string, body io.ReadSeeker, size int64) error {
	if _, err := l.meets(ctx, "put", name); err != nil {
		return err
	}
	return l.real.Put(ctx, name, body, size)
}

func (l realLine) Get(ctx context.Context, name string, offset, length int64) (io.ReadCloser, error) {
	if _, err := l.meets(ctx, "get", name); err != nil {
		return nil, err
	}
	return l.real.Get(ctx, name, offset, length)
}

func (l realLine) List(ctx context.Context, prefix string) iter.Seq2[vault.Info, error] {
	if _, err := l.meets(ctx, "list", prefix); err != nil {
		return func(yield func(vault.Info, error) bool) { yield(vault.Info{}, err) }
	}
	return l.real.List(ctx, prefix)
}

func (l realLine) Remove(ctx context.Context, name string) error {
	if _, err := l.meets(ctx, "remove", name); err != nil {
		return err
	}
	return l.real.Remove(ctx, name)
}

func (l realLine) ReadSlot(ctx context.Context, name string) (vault.Slot, error) {
	if _, err := l.meets(ctx, "read slot", name); err != nil {
		return vault.Slot{}, err
	}
	return l.real.ReadSlot(ctx, name)
}

func (l realLine) WriteSlot(ctx context.Context, name string, content []byte, version string) (string, error) {
	if _, err := l.meets(ctx, "write slot", name); err != nil {
		return "", err
	}
	return l.real.WriteSlot(ctx, name, content, version)
}

func (l realLine) EraseSlot(ctx context.Context, name string, all bool) error {
	if _, err := l.meets(ctx, "erase slot", name); err != nil {
		return err
	}
	return l.real.EraseSlot(ctx, name, all)
}

func (l realLine) Clock(ctx context.Context) (time.Time, error) { return l.real.Clock(ctx) }

// TestDevicesLoseNothingOnARealServer does what the simulation does, on an S3 server behind a bad line. Time passes as it
// does: no lease runs out, and nothing is purged.
func TestDevicesLoseNothingOnARealServer(t *testing.T) {
	t.Setenv(crypto.KeyFileVariable, filepath.Join(t.TempDir(), "key"))
	server := newBadServer(t)
	first, many := number("VALISE_SEED", 0), number("VALISE_REAL_SEEDS", 5)
	for seed := first; seed < first+many; seed++ {
		server.rate.Store(30)
		s := runSimulation(t, seed, 60, server)
		if len(s.wrong) > 0 {
			t.Fatalf("seed %d:\n%s\nviolations:\n%s", seed, strings.Join(s.trace, "\n"), strings.Join(s.wrong, "\n"))
		}
		t.Logf("seed %d: %d savings, %v", seed, len(s.saved), s.did)
	}
	t.Logf("%d mishaps", server.mishaps.Load())
}
