package vault

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"valise/internal/testenv"
)

// worksThrough fails the test unless the bucket can be used in all ways.
func worksThrough(t *testing.T, s *S3) {
	t.Helper()
	if report, err := Test(t.Context(), s); err != nil || !report.Conditions {
		t.Fatalf("%+v, %v", report, err)
	}
	inSmallParts(s)
	large := string(noise(smallPart + 1))
	put(t, s, "small", "content")
	put(t, s, "large", large)
	wants(t, s.Put(t.Context(), "large", strings.NewReader(large), smallPart+1), ErrExists)
	if get(t, s, "small", 2, 3) != "nte" || get(t, s, "large", 0, -1) != large {
		t.Error("it came back otherwise")
	}
	if got := names(t, s, ""); len(got) != 2 {
		t.Errorf("the listing has %q", got)
	}
	for _, name := range []string{"small", "large"} {
		if err := s.Remove(t.Context(), name); err != nil {
			t.Error(err)
		}
	}
}

// hostsOf notes to which hosts the requests of s go, and by which paths.
func hostsOf(s *S3) func() []*url.URL {
	var mu sync.Mutex
	var seen []*url.URL
	s.wire.transport.Proxy = func(r *http.Request) (*url.URL, error) {
		mu.Lock()
		defer mu.Unlock()
		seen = append(seen, r.URL)
		return nil, nil
	}
	return func() []*url.URL {
		mu.Lock()
		defer mu.Unlock()
		return seen
	}
}

// The names of buckets below s3.localhost are this computer's, which a DNS need not know.
func TestABucketIsFoundByItsHostName(t *testing.T) {
	server := testenv.S3With(t, testenv.S3Options{Gateway: []string{"--virtual-domain", "s3.localhost"}})
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(server.Endpoint, "http://"))
	s := newBucketAt(t, server, Location{Endpoint: "http://s3.localhost:" + port, Style: StyleVirtual})
	s.wire.transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if host, _, _ := net.SplitHostPort(address); !strings.HasSuffix(host, ".localhost") {
			return nil, errors.New("it goes to " + host)
		}
		return new(net.Dialer).DialContext(ctx, network, "127.0.0.1:"+port)
	}
	seen := hostsOf(s)
	worksThrough(t, s)
	for _, u := range seen() {
		if u.Host != "bucket.s3.localhost:"+port || strings.HasPrefix(u.Path, "/bucket") {
			t.Errorf("it asks %s for %s", u.Host, u.Path)
		}
	}
}

func TestABucketIsFoundByItsPathUnlessSaidOtherwise(t *testing.T) {
	server := testenv.S3(t)
	for _, style := range []string{"", StylePath} {
		s := newBucketAt(t, server, Location{Endpoint: server.Endpoint, Style: style})
		seen := hostsOf(s)
		worksThrough(t, s)
		for _, u := range seen() {
			if "http://"+u.Host != server.Endpoint || !strings.HasPrefix(u.Path, "/bucket/") {
				t.Errorf("it asks %s for %s", u.Host, u.Path)
			}
		}
	}
}

func TestAServerOfAnAuthorityOfOnesOwnIsTrustedWhenTheCertificateIsGiven(t *testing.T) {
	authority, another := testenv.NewAuthority(t, "localhost"), testenv.NewAuthority(t, "localhost")
	server := testenv.S3With(t, testenv.S3Options{CertFile: authority.CertFile, Key: authority.Key})
	with := func(file string) *S3 {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ca, err := ParseAuthority(content)
		if err != nil {
			t.Fatal(err)
		}
		return newBucketAt(t, server, Location{Endpoint: server.Endpoint, CA: ca})
	}
	worksThrough(t, with(authority.File))
	worksThrough(t, with(authority.CertFile)) // a server that vouches for itself looks the same
	for name, s := range map[string]*S3{
		"none":    newBucketAt(t, server, Location{Endpoint: server.Endpoint}),
		"another": with(another.File),
	} {
		_, err := Test(t.Context(), s)
		wants(t, err, ErrUntrusted)
		t.Logf("%s: %v", name, err)
	}
	elsewhere := testenv.NewAuthority(t, "elsewhere.example")
	server = testenv.S3With(t, testenv.S3Options{CertFile: elsewhere.CertFile, Key: elsewhere.Key})
	_, err := Test(t.Context(), with(elsewhere.File))
	wants(t, err, ErrUntrusted)
	if !strings.Contains(err.Error(), "elsewhere.example") {
		t.Errorf("it does not say for whom the certificate is: %v", err)
	}
}

func TestARegionThatTheServerNamesIsFollowedOrTold(t *testing.T) {
	server := testenv.S3With(t, testenv.S3Options{Region: "eu-home-1"})
	worksThrough(t, newBucketAt(t, server, Location{Endpoint: server.Endpoint, Region: "eu-home-1"}))
	worksThrough(t, newBucketAt(t, server, Location{Endpoint: server.Endpoint}))
	for call, try := range map[string]func(*S3) error{
		"put":    func(s *S3) error { return s.Put(t.Context(), "a-"+newID().String(), strings.NewReader("x"), 1) },
		"list":   func(s *S3) error { _, err := listed(s.List(t.Context(), "")); return err },
		"remove": func(s *S3) error { return s.Remove(t.Context(), "a") },
	} {
		if err := try(newBucketAt(t, server, Location{Endpoint: server.Endpoint})); err != nil {
			t.Errorf("%s as the first call: %v", call, err)
		}
	}
	_, err := Test(t.Context(), newBucketAt(t, server, Location{Endpoint: server.Endpoint, Region: "us-east-1"}))
	wants(t, err, ErrWrongEndpoint)
	if !strings.Contains(err.Error(), "the bucket's region is eu-home-1") {
		t.Errorf("it says %v", err)
	}
}

func TestATemporaryKeyIsGoodWithItsTokenUntilItExpires(t *testing.T) {
	good := testenv.TemporaryKey{AccessKey: "ASIAVALISEVALISEGOOD", SecretKey: "secret1", Token: "token1", Expires: time.Now().Add(time.Hour)}
	old := testenv.TemporaryKey{AccessKey: "ASIAVALISEVALISEOLD1", SecretKey: "secret2", Token: "token2", Expires: time.Now().Add(-time.Minute)}
	server := testenv.S3With(t, testenv.S3Options{Temporary: []testenv.TemporaryKey{good, old}})
	with := func(k testenv.TemporaryKey) *S3 {
		s, err := NewS3(Location{Bucket: server.Bucket, Endpoint: server.Endpoint}, Credentials{k.AccessKey, k.SecretKey, k.Token})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.wire.transport.CloseIdleConnections)
		return s
	}
	worksThrough(t, with(good))
	good.Token = "another"
	_, err := Test(t.Context(), with(good))
	wants(t, err, ErrWrongSecret)
	good.Token = ""
	_, err = Test(t.Context(), with(good))
	wants(t, err, ErrWrongSecret)
	_, err = Test(t.Context(), with(old))
	wants(t, err, ErrWrongSecret) // Amazon says that it has expired, versitygw that it does not know it
}
