package engine

import (
	_ "embed"
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// document describes the API (OpenAPI 3.1). A test makes it from the operations, and fails where they differ.
//
//go:embed openapi.json
var document []byte

type health struct {
	Status   string `json:"status"` // "ok", or "closing"
	Sessions int    `json:"sessions"`
}

func (e *Engine) upkeep() []operation {
	return []operation{
		{method: "GET", path: "/healthz", who: anybody, what: "Say that the engine is there", gives: health{}, do: e.health, errors: []string{codeClosing}},
		{method: "GET", path: "/openapi.json", who: anybody, what: "This document", do: e.describe},
		{method: "GET", path: "/metrics", who: keyHolder, what: "Figures for Prometheus", do: e.metrics},
	}
}

func (e *Engine) health(c *call) (any, error) {
	e.mu.Lock()
	closed := e.closed
	e.mu.Unlock()
	if closed {
		return nil, refuse(http.StatusServiceUnavailable, codeClosing, "the engine is about to end")
	}
	return health{Status: "ok", Sessions: len(e.running())}, nil
}

func (e *Engine) describe(c *call) (any, error) {
	c.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	c.w.Write(document)
	return nil, errAnswered
}

func (e *Engine) metrics(c *call) (any, error) {
	e.figures.handler.ServeHTTP(c.w, c.Request)
	return nil, errAnswered
}

// figures are what /metrics tells.
type figures struct {
	handler  http.Handler
	requests *prometheus.CounterVec
	sessions *prometheus.CounterVec
	opening  prometheus.Histogram
	saving   prometheus.Histogram
}

func newFigures(e *Engine) *figures {
	f := &figures{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "valise_requests_total", Help: "Answered requests, by operation and status."}, []string{"operation", "status"}),
		sessions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "valise_sessions_ended_total", Help: "Sessions that ended, by why, and failed if they could not be saved or opened."}, []string{"why"}),
		opening: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "valise_opening_seconds", Help: "From the request for a session to its browser.", Buckets: prometheus.ExponentialBuckets(0.1, 2, 10)}),
		saving: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "valise_saving_seconds", Help: "From a browser's end to the end of its saving.", Buckets: prometheus.ExponentialBuckets(0.01, 2, 12)}),
	}
	all := prometheus.NewRegistry()
	all.MustRegister(f.requests, f.sessions, f.opening, f.saving,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "valise_sessions", Help: "Sessions that run."},
			func() float64 { return float64(len(e.running())) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "valise_viewers", Help: "Viewers and DevTools clients that are connected."},
			func() (n float64) {
				for _, v := range e.running() {
					n += float64(v.viewers())
				}
				return n
			}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "valise_waiting_objects", Help: "Objects of the vault that are not sent yet."},
			func() float64 { return float64(e.lib.SyncStatus().Waiting) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	f.handler = promhttp.HandlerFor(all, promhttp.HandlerOpts{})
	return f
}

// counted notes an answer.
func (e *Engine) counted(op operation, status int) {
	e.figures.requests.WithLabelValues(op.method+" "+op.path, strconv.Itoa(status)).Inc()
}
