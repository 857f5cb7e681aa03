package profiles

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/profiles/snapshot"
	"valise/profiles/vault"

	"github.com/google/uuid"
)

// BenchmarkManyProfiles prints what a vault of 1,000 profiles with 20 snapshots each costs on an S3 server: the first sync of
// a new device, the next one, one after somebody else has saved, one that looks through the whole place, and the list.
// VALISE_PROFILES is another number of profiles.
func BenchmarkManyProfiles(b *testing.B) {
	many := int(number("VALISE_PROFILES", 1000))
	server := testenv.S3(b)
	to, err := url.Parse(server.Endpoint)
	if err != nil {
		b.Fatal(err)
	}
	var requests atomic.Int64
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		forward.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	at := vault.Location{Bucket: server.Bucket, Endpoint: proxy.URL, Region: server.Region}
	access := vault.Credentials{AccessKey: server.AccessKey, SecretKey: server.SecretKey}

	dir := simDir(b)
	defer os.RemoveAll(dir)
	device := func(name string) *Library {
		b.Setenv("VALISE_KEY_FILE", filepath.Join(dir, name+".key"))
		l, err := Open(b.Context(), Home{filepath.Join(dir, name)}, Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { l.Close() })
		return l
	}
	measure := func(what string, do func()) {
		runtime.GC()
		requests.Store(0)
		var peak atomic.Uint64
		done := make(chan bool)
		go func() {
			var m runtime.MemStats
			for {
				runtime.ReadMemStats(&m)
				peak.Store(max(peak.Load(), m.HeapAlloc))
				select {
				case <-done:
					return
				case <-time.After(20 * time.Millisecond):
				}
			}
		}()
		began := time.Now()
		do()
		took := time.Since(began)
		close(done)
		fmt.Printf("%-40s %10v  %6d requests  %4d MB of heap at most\n", what, took.Round(time.Millisecond), requests.Load(), peak.Load()>>20)
	}
	sync := func(l *Library, whole bool) func() {
		return func() {
			move := l.Sync
			if whole {
				move = l.SyncWhole
			}
			if _, err := move(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}

	first := device("first")
	save := func(profile, parent uuid.UUID, n int) uuid.UUID {
		tree := filepath.Join(dir, "tree")
		if err := os.MkdirAll(tree, 0o700); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, "file"), fmt.Appendf(make([]byte, 4000), "%s %d", profile, n), 0o600); err != nil {
			b.Fatal(err)
		}
		s := snapshot.Saving{Base: parent, Meta: snapshot.Meta{
			ID: snapshot.NewID(parent), Profile: profile, Parent: parent, When: time.Now(), Ended: snapshot.Clean,
		}}
		w, err := first.vault.Writer(vault.SnapshotName(profile, s.Meta.ID))
		if err != nil {
			b.Fatal(err)
		}
		defer w.Abort()
		if _, _, err := snapshot.Save(b.Context(), w, first.key, first.source(profile), tree, s); err != nil {
			b.Fatal(err)
		}
		if err := w.Commit(); err != nil {
			b.Fatal(err)
		}
		return s.Meta.ID
	}
	var profile, newest uuid.UUID
	for p := range many {
		profile, newest = uuid.New(), uuid.Nil
		if err := first.name(b.Context(), profile, fmt.Sprint("profile ", p), 0); err != nil {
			b.Fatal(err)
		}
		for n := range 20 {
			newest = save(profile, newest, n)
		}
	}
	fmt.Printf("\n%d profiles with 20 snapshots each\n", many)
	if _, err := first.Connect(b.Context(), at, access); err != nil {
		b.Fatal(err)
	}
	measure("sending all", sync(first, false))

	home := Home{filepath.Join(dir, "second")}
	b.Setenv("VALISE_KEY_FILE", filepath.Join(dir, "second.key"))
	if err := Join(b.Context(), home, at, access, first.RecoveryCode(), false); err != nil {
		b.Fatal(err)
	}
	second := device("second")
	measure("the first sync of a new device", sync(second, false))
	measure("the next sync", sync(second, false))
	save(profile, newest, 20)
	sync(first, false)()
	measure("a sync after somebody else has saved", sync(second, false))
	measure("a sync that looks through all", sync(second, true))
	measure("the list, for the first time", func() {
		if all, err := second.Profiles(b.Context()); err != nil || len(all) != many {
			b.Fatalf("%d profiles, %v", len(all), err)
		}
	})
	measure("the list again", func() {
		if _, err := second.Profiles(b.Context()); err != nil {
			b.Fatal(err)
		}
	})
}
