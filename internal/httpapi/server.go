package httpapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
)

// stopWithin bounds how long answers that are under way may take when the
// server stops.
const stopWithin = 5 * time.Second

// Serve answers on a listener that the caller has bound, until the context
// ends; then it lets answers under way finish, within a bound, and returns nil.
// It closes the listener. An error means that it stopped by itself.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, log *zap.Logger) error {
	lasting := context.WithoutCancel(ctx) // answers outlive ctx by at most stopWithin
	server := newServer(lasting, handler, log)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return fmt.Errorf("serve on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(lasting, stopWithin)
	defer cancel()
	err := server.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // a connection that was opened and never used passes for a busy one
	}
	if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
		err = errors.Join(err, ended)
	}
	if err != nil {
		return fmt.Errorf("stop serving on %s: %w", listener.Addr(), err)
	}
	return nil
}

func newServer(ctx context.Context, handler http.Handler, log *zap.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    48 << 10, // the query of a request to the API has up to 32 KiB
		ErrorLog:          zap.NewStdLog(log),
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
}
