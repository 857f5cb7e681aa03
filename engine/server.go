package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"valise/problem"
)

// DefaultAddress is where an engine listens unless told otherwise: on this computer only.
const DefaultAddress = "127.0.0.1:8900"

// ErrExposed: the API would go over the network in plain.
var ErrExposed = problem.New("on this address others on the network could read the API's keys and the sessions' pictures",
	"Give the engine a certificate (--tls-cert, --tls-key), put a proxy with TLS in front and have the engine listen on 127.0.0.1, or say --insecure if something else protects this network.")

// Listener says where and how an engine listens.
type Listener struct {
	Address  string
	Cert     string // files in PEM; both or none
	Key      string
	Insecure bool // without TLS on an address that others reach
}

// Listen begins to listen. ErrExposed: the address is open to others, and there is no TLS.
func (l Listener) Listen() (net.Listener, error) {
	listener, err := net.Listen("tcp", l.Address)
	if err != nil {
		return nil, err
	}
	if l.Cert != "" {
		certificate, err := tls.LoadX509KeyPair(l.Cert, l.Key)
		if err != nil {
			listener.Close()
			return nil, err
		}
		return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}), nil
	}
	at, err := netip.ParseAddrPort(listener.Addr().String())
	if (err != nil || !at.Addr().Unmap().IsLoopback()) && !l.Insecure {
		listener.Close()
		return nil, ErrExposed
	}
	return listener, nil
}

// Serve answers requests until ctx ends, and then ends the sessions: each is saved before Serve returns. Those whose
// browsers take longer than patience are hurried.
func (e *Engine) Serve(ctx context.Context, listener net.Listener, patience time.Duration) error {
	e.ListensOn(listener.Addr())
	server := &http.Server{
		Handler:           e,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(e.log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	select {
	case err := <-ended:
		e.Close(context.WithoutCancel(ctx))
		return err
	case <-ctx.Done():
	}
	hurry, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	e.Close(hurry) // while it still answers, that it is closing
	if err := server.Shutdown(hurry); err != nil {
		server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
