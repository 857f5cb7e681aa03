package vault

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"valise/internal/testenv"
	"valise/problem"

	"github.com/minio/minio-go/v7"
)

// serverAt is a description of a server that is not testenv's.
func serverAt(endpoint string) *testenv.S3Server {
	return &testenv.S3Server{Endpoint: endpoint, AccessKey: "key", SecretKey: "secret", Region: "us-east-1", Bucket: "bucket"}
}

func TestEachTroubleWithABucketHasItsOwnProblem(t *testing.T) {
	server := testenv.S3(t)
	with := func(change func(*testenv.S3Server)) *S3 {
		other := *server
		change(&other)
		return newBucket(t, &other, other.Endpoint)
	}
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody.Close()
	tlsServer := httptest.NewUnstartedServer(http.NotFoundHandler())
	tlsServer.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes are to fail here
	tlsServer.StartTLS()
	t.Cleanup(tlsServer.Close)
	webPage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, "<html><body>Welcome!</body></html>")
	}))
	t.Cleanup(webPage.Close)
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
	}))
	t.Cleanup(gateway.Close)

	for name, c := range map[string]struct {
		s    *S3
		want error
		says string
	}{
		"wrong secret":          {with(func(s *testenv.S3Server) { s.SecretKey = "wrong" }), ErrWrongSecret, ""},
		"unknown access key":    {with(func(s *testenv.S3Server) { s.AccessKey = "nobody" }), ErrWrongSecret, ""},
		"no such bucket":        {with(func(s *testenv.S3Server) { s.Bucket = "elsewhere" }), ErrNoBucket, "s3://elsewhere"},
		"nobody listens":        {with(func(s *testenv.S3Server) { s.Endpoint = "http://" + nobody.Addr().String() }), ErrUnreachable, "refused"},
		"no such host":          {with(func(s *testenv.S3Server) { s.Endpoint = "http://valise.invalid" }), ErrUnreachable, "valise.invalid"},
		"https spoken to http":  {with(func(s *testenv.S3Server) { s.Endpoint = strings.Replace(s.Endpoint, "http:", "https:", 1) }), ErrWrongEndpoint, "speaks http"},
		"http spoken to https":  {with(func(s *testenv.S3Server) { s.Endpoint = strings.Replace(tlsServer.URL, "https:", "http:", 1) }), ErrWrongEndpoint, "speaks https"},
		"untrusted certificate": {with(func(s *testenv.S3Server) { s.Endpoint = tlsServer.URL }), ErrUntrusted, "certificate"},
		"a web site":            {with(func(s *testenv.S3Server) { s.Endpoint = webPage.URL }), ErrWrongEndpoint, "web page"},
		"a gateway without S3":  {with(func(s *testenv.S3Server) { s.Endpoint = gateway.URL }), ErrUnreachable, "502"},
	} {
		for call, try := range map[string]func() error{
			"test": func() error { _, err := Test(t.Context(), c.s); return err },
			"list": func() error { _, err := listed(c.s.List(t.Context(), "")); return err },
			"put":  func() error { return c.s.Put(t.Context(), "a", strings.NewReader("x"), 1) },
			"get":  func() error { _, err := c.s.Get(t.Context(), "a", 0, -1); return err },
		} {
			if call == "put" && name == "http spoken to https" {
				continue // the server may close the connection before it could be read what it says
			}
			t.Run(name+"/"+call, func(t *testing.T) {
				t.Parallel() // most of it is pauses between attempts
				err := try()
				wants(t, err, c.want)
				if !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), server.SecretKey) {
					t.Errorf("it says: %v", err)
				}
				if problem.NextStep(err) == "" {
					t.Error("there is no next step")
				}
			})
		}
	}
}

// The server is made to see requests of a computer whose clock is an hour off, and this computer to see the server's.
func TestAWrongClockIsToldWithBothTimes(t *testing.T) {
	server := testenv.S3(t)
	const stamp = "20060102T150405Z"
	off := time.Hour // within the same day, which is part of the signature
	if time.Now().UTC().Hour() < 12 {
		off = -off
	}
	endpoint := rewritingProxy(t, server, func(r *http.Request) {
		if sent, err := time.Parse(stamp, r.Header.Get("X-Amz-Date")); err == nil {
			r.Header.Set("X-Amz-Date", sent.Add(-off).Format(stamp))
		}
	}, func(r *http.Response) error {
		r.Header.Set("Date", time.Now().Add(off).UTC().Format(http.TimeFormat))
		return nil
	})
	s := newBucket(t, server, endpoint)
	_, err := Test(t.Context(), s)
	wants(t, err, ErrClock)
	t.Log(err)
	for _, want := range []string{time.Now().Format("15:04"), time.Now().Add(off).Format("15:04")} {
		earlier := time.Now().Add(-time.Minute)
		if !strings.Contains(err.Error(), want) && !strings.Contains(err.Error(), earlier.Format("15:04")) {
			t.Errorf("it does not say %s", want)
		}
	}
	// The answer to a HEAD has no body, and so no code.
	head := s.problem(t.Context(), func() error {
		_, err := s.client.StatObject(t.Context(), server.Bucket, "a", minio.StatObjectOptions{})
		return err
	}())
	wants(t, head, ErrClock)
}

func TestAServerThatFallsSilentIsGivenUp(t *testing.T) {
	server := testenv.S3(t)
	put(t, newBucket(t, server, server.Endpoint), "a", "x")
	silent := make(chan bool)
	endpoint := answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		io.Copy(io.Discard, r.Body)
		<-silent
		return true
	})
	t.Cleanup(func() { close(silent) })
	s := newBucket(t, server, endpoint)
	s.patience = 200 * time.Millisecond
	wants(t, s.Put(t.Context(), "b", strings.NewReader("x"), 1), ErrUnreachable)
	_, err := s.Get(t.Context(), "a", 0, -1)
	wants(t, err, ErrUnreachable)
	_, err = listed(s.List(t.Context(), ""))
	wants(t, err, ErrUnreachable)
	wants(t, s.Remove(t.Context(), "a"), ErrUnreachable)
}

func TestAnAnswerThatFallsSilentInTheMiddleIsGivenUp(t *testing.T) {
	silent := make(chan bool)
	halfway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		w.Header().Set("Last-Modified", time.Now().UTC().Format(http.TimeFormat))
		fmt.Fprint(w, "half")
		w.(http.Flusher).Flush()
		<-silent
	}))
	t.Cleanup(halfway.Close)
	t.Cleanup(func() { close(silent) })
	s := newBucket(t, serverAt(halfway.URL), halfway.URL)
	s.patience = 200 * time.Millisecond
	body, err := s.Get(t.Context(), "a", 0, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	_, err = io.Copy(io.Discard, body)
	wants(t, err, ErrUnreachable)
}

// The answer to a Put is lost after the server has carried it out; what is sent again is refused, since it is there.
func TestAPutWhoseAnswerWasLostHasSucceeded(t *testing.T) {
	server := testenv.S3(t)
	var lost atomic.Int32
	endpoint := rewritingProxy(t, server, nil, func(r *http.Response) error {
		if r.Request.Method == http.MethodPut && lost.Add(1) == 1 {
			panic(http.ErrAbortHandler) // which closes the connection without an answer
		}
		return nil
	})
	s := newBucket(t, server, endpoint)
	put(t, s, "a", "content")
	if lost.Load() != 2 {
		t.Errorf("it was put %d times", lost.Load())
	}
	wants(t, s.Put(t.Context(), "a", strings.NewReader("content"), 7), ErrExists)
}

// Amazon itself answered 501 until it knew conditions; others still do.
func TestAServerThatRefusesConditionsIsServedWithoutAndToldOf(t *testing.T) {
	server := testenv.S3(t)
	endpoint := answering(t, server, func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut || r.Header.Get("If-None-Match") == "" {
			return false
		}
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNotImplemented)
		fmt.Fprint(w, `<Error><Code>NotImplemented</Code><Message>A header you provided implies functionality that is not implemented</Message></Error>`)
		return true
	})
	s := newBucket(t, server, endpoint)
	report, err := Test(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if report.Conditions || len(report.Warnings) != 1 || report.Warnings[0] != ErrNoConditions {
		t.Errorf("the report is %+v", report)
	}
	put(t, s, "a", "first")
	wants(t, s.Put(t.Context(), "a", strings.NewReader("second"), 6), ErrExists)
	if got := get(t, s, "a", 0, -1); got != "first" {
		t.Errorf("it holds %q", got)
	}
}

func TestAServerThatKnowsNoRangesIsReadFromTheBeginning(t *testing.T) {
	server := httptest.NewServer(&carelessServer{objects: map[string][]byte{}})
	t.Cleanup(server.Close)
	s := newBucket(t, serverAt(server.URL), server.URL)
	put(t, s, "a", "abcdefghij")
	for _, c := range []struct {
		offset, length int64
		want           string
	}{{3, 4, "defg"}, {3, -1, "defghij"}, {0, 2, "ab"}, {20, 3, ""}} {
		if got := get(t, s, "a", c.offset, c.length); got != c.want {
			t.Errorf("%d bytes from %d: %q", c.length, c.offset, got)
		}
	}
}

// s3rver 3.7 sends all of an object whose first byte is asked for, and says that it did not.
func TestOfAServerThatSendsMoreNoMoreIsReadThanWasAskedFor(t *testing.T) {
	careless := &carelessServer{objects: map[string][]byte{}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Range", "bytes 0-0/10")
		careless.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	s := newBucket(t, serverAt(server.URL), server.URL)
	put(t, s, "a", "abcdefghij")
	if got := get(t, s, "a", 0, 1); got != "a" {
		t.Errorf("it reads %q", got)
	}
}

// s3rver sorts names by their folders, Amazon's directory buckets do not sort at all.
func TestAnObjectIsFoundInAListingThatIsNotSorted(t *testing.T) {
	server := httptest.NewServer(&carelessServer{objects: map[string][]byte{}}) // which lists as Go's maps do
	t.Cleanup(server.Close)
	s := newBucket(t, serverAt(server.URL), server.URL)
	for i := range 30 {
		put(t, s, fmt.Sprintf("name-%d", i), "x")
	}
	put(t, s, "name", "x")
	if _, err := stat(t.Context(), s, "name"); err != nil {
		t.Error(err)
	}
}

func TestAnObjectThatIsTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	s := newBucket(t, serverAt("http://127.0.0.1:1"), "http://127.0.0.1:1")
	wants(t, s.Put(context.Background(), "a", bytes.NewReader(nil), maxInParts+1), ErrTooLarge)
}
