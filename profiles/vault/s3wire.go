package vault

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// wire carries the requests of an S3. It counts the bodies that are sent, notes how far the server's clock is from ours,
// and tells a web page from an S3 server's answer.
type wire struct {
	transport     *http.Transport
	guessesRegion bool         // the server is not asked for the bucket's region
	ahead         atomic.Int64 // nanoseconds that the server's clock was ahead of ours at the last answer
}

// newWire trusts in those that authorities vouch for; nil: in whom this computer trusts.
func newWire(authorities *x509.CertPool) *wire {
	return &wire{transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 15 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: authorities},
		TLSHandshakeTimeout:   15 * time.Second,
		MaxIdleConnsPerHost:   2 * atOnce,
		IdleConnTimeout:       time.Minute,
		ExpectContinueTimeout: 10 * time.Second,
		DisableCompression:    true,
		ForceAttemptHTTP2:     true,
		// Else a connection that died without a word is used again and again, until the system gives it up.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 15 * time.Second},
	}}
}

// errWebPage: something answers there, but it is no S3 server.
var errWebPage = errors.New("it answers with a web page")

func (w *wire) RoundTrip(request *http.Request) (*http.Response, error) {
	if w.guessesRegion && request.Method == http.MethodGet && request.URL.Query().Has("location") {
		return regionGuess(request), nil
	}
	var body *sentBody
	if request.Body != nil && request.Body != http.NoBody {
		body = &sentBody{ReadCloser: request.Body, ctx: request.Context()}
		clone := *request // the caller's must stay as it is
		clone.Body = body
		request = &clone
	}
	response, err := w.transport.RoundTrip(request)
	if err == nil {
		if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
			w.ahead.Store(int64(time.Until(date)))
		}
		// Gateways describe their own trouble (5xx) in such pages; there minio-go tries again.
		if strings.HasPrefix(response.Header.Get("Content-Type"), "text/html") && response.StatusCode < 500 {
			response.Body.Close()
			response, err = nil, fmt.Errorf("%w (%s)", errWebPage, response.Status)
		}
	}
	if body != nil {
		body.end(err == nil && response.StatusCode < 300)
	}
	return response, err
}

// regionGuess answers in the server's place where a bucket is, which minio-go wants to know before it sends anything. Not
// every server can say that, nor may every key ask. It is us-east-1, which those expect that know no regions; one that knows
// better says so when it refuses the next request, and minio-go follows.
func regionGuess(request *http.Request) *http.Response {
	const nowhere = "<LocationConstraint></LocationConstraint>"
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(nowhere)), ContentLength: int64(len(nowhere)), Request: request,
	}
}

// sentBody counts a body as it is sent. A transport may go on reading the body of a request that has failed, while
// minio-go is already sending it again: end keeps the first from taking what the second is to send.
type sentBody struct {
	io.ReadCloser
	ctx context.Context

	mu    sync.Mutex
	sent  int64
	ended bool
}

func (b *sentBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return 0, io.ErrClosedPipe
	}
	n, err := b.ReadCloser.Read(p)
	b.sent += int64(n)
	reportMoved(b.ctx, int64(n))
	return n, err
}

// end is called when the request is over. What was counted is taken back if it was in vain.
func (b *sentBody) end(accepted bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	if !accepted {
		reportMoved(b.ctx, -b.sent)
	}
}

// patience is how long a call may take without moving a byte, retries included.
const patience = time.Minute

var errSilence = errors.New("no answer")

// watch ends a call when nothing was moved for too long.
type watch struct {
	timer    *time.Timer
	patience time.Duration
	cancel   context.CancelCauseFunc
}

// watch begins to watch a call that is made under the returned context.
func (s *S3) watch(ctx context.Context) (context.Context, *watch) { return s.watchFor(ctx, s.patience) }

func (s *S3) watchFor(ctx context.Context, patience time.Duration) (context.Context, *watch) {
	watched, cancel := context.WithCancelCause(ctx)
	w := &watch{patience: patience, cancel: cancel}
	w.timer = time.AfterFunc(w.patience, func() { cancel(fmt.Errorf("%w for %v", errSilence, w.patience)) })
	return withMoved(watched, func(bytes int64) {
		w.moved()
		reportMoved(ctx, bytes)
	}), w
}

func (w *watch) moved() { w.timer.Reset(w.patience) }
func (w *watch) pause() { w.timer.Stop() }

func (w *watch) end() {
	w.timer.Stop()
	w.cancel(nil)
}
