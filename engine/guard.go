package engine

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// guard comes before all operations: requests that are meant for another host, or are too many, go no further.
func (e *Engine) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer") // addresses hold tokens
		switch {
		case !e.meant(r.Host):
			answerError(w, r, e.log, refuse(http.StatusMisdirectedRequest, codeWrongHost,
				"this engine is not %q; valise serve --public says how else it may be called", shorten(r.Host)))
		case !e.rates.allow(r):
			h.Set("Retry-After", "1")
			answerError(w, r, e.log, refuse(http.StatusTooManyRequests, codeTooMany, "that is too many requests; wait a second"))
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// meant says whether a Host header means this engine: its public name, an address in numbers, or localhost. A page that has
// its own name resolved to this machine (DNS rebinding) still sends that name.
func (e *Engine) meant(host string) bool {
	if e.options.Public != nil && strings.EqualFold(host, e.options.Public.Host) {
		return true
	}
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.TrimSuffix(strings.ToLower(strings.Trim(name, "[]")), ".")
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return name == "localhost"
}

// rates keeps one caller from taking the engine for itself. Callers are told apart by their address.
type rates struct {
	mu      sync.Mutex
	callers map[string]*caller
}

type caller struct {
	requests, wrongs *rate.Limiter
	last             time.Time
}

const (
	requestsPerSecond, requestsAtOnce = 50, 200
	wrongsPerSecond, wrongsAtOnce     = 1, 20 // requests with a wrong key
	callersKnown                      = 4096
)

func (r *rates) allow(request *http.Request) bool {
	c := r.of(request)
	return c.requests.Allow() && c.wrongs.Tokens() > 0
}

// wrong notes a request that showed no key, or a wrong one: who sends many of these is not heard for a while.
func (r *rates) wrong(request *http.Request) { r.of(request).wrongs.Allow() }

func (r *rates) of(request *http.Request) *caller {
	address, _, err := net.SplitHostPort(request.RemoteAddr)
	if err != nil {
		address = request.RemoteAddr
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.callers[address]
	if c == nil {
		if r.callers == nil {
			r.callers = map[string]*caller{}
		}
		if len(r.callers) >= callersKnown {
			r.dropIdle()
		}
		c = &caller{requests: rate.NewLimiter(requestsPerSecond, requestsAtOnce), wrongs: rate.NewLimiter(wrongsPerSecond, wrongsAtOnce)}
		r.callers[address] = c
	}
	c.last = time.Now()
	return c
}

// dropIdle forgets who has not called for a minute, and everybody if that frees nothing.
func (r *rates) dropIdle() {
	for address, c := range r.callers {
		if time.Since(c.last) > time.Minute {
			delete(r.callers, address)
		}
	}
	if len(r.callers) >= callersKnown {
		clear(r.callers)
	}
}
