package httpapi

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"
)

func bind(t *testing.T) net.Listener {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

// fetch asks a server, on a connection of its own.
func fetch(t *testing.T, listener net.Listener, path string) (int, string, error) {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listener.Addr().String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(text), err
}

// TestStoppingLetsAnswersFinish: an answer under way when the server is told to
// stop is given whole, with a context that has not ended; later ones are not.
func TestStoppingLetsAnswersFinish(t *testing.T) {
	listener := bind(t)
	began, goOn := make(chan struct{}), make(chan struct{})
	var during error
	handler := http.NewServeMux()
	handler.HandleFunc("/{$}", func(w http.ResponseWriter, r *http.Request) {
		close(began)
		<-goOn
		during = r.Context().Err()
		answerText(w, http.StatusOK, "whole\n")
	})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, handler, zap.NewNop()) }()
	type answer struct {
		code int
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() {
		code, text, err := fetch(t, listener, "/")
		answered <- answer{code, text, err}
	}()
	<-began
	stop()
	// The listener is closed before the answers under way are waited for.
	for {
		if _, _, err := fetch(t, listener, "/later"); err != nil {
			break
		}
	}
	close(goOn)
	if got := <-answered; got != (answer{200, "whole\n", nil}) {
		t.Errorf("got %+v", got)
	}
	if err := <-served; err != nil {
		t.Errorf("stop: %v", err)
	}
	if during != nil {
		t.Errorf("the request's context ended with the server's: %v", during)
	}
}

// TestNobodyHoldsTheServer: whoever is slow to ask, to read or to leave is
// given up, and an answer is given up later than what it waits for.
func TestNobodyHoldsTheServer(t *testing.T) {
	server := newServer(t.Context(), http.NotFoundHandler(), zap.NewNop())
	for name, bound := range map[string]time.Duration{
		"header": server.ReadHeaderTimeout, "request": server.ReadTimeout, "idle": server.IdleTimeout,
	} {
		if bound <= 0 || bound > time.Minute {
			t.Errorf("%s: bound %s", name, bound)
		}
	}
	if server.WriteTimeout <= askAtMost || server.WriteTimeout > time.Minute {
		t.Errorf("answer: bound %s; its contents are waited for up to %s", server.WriteTimeout, askAtMost)
	}
	if server.MaxHeaderBytes <= 0 || server.MaxHeaderBytes > 64<<10 {
		t.Errorf("header: %d bytes", server.MaxHeaderBytes)
	}
}

func TestAListenerThatBreaks(t *testing.T) {
	listener := bind(t)
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	err := Serve(t.Context(), listener, http.NotFoundHandler(), zap.NewNop())
	if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), listener.Addr().String()) {
		t.Errorf("got %v, want that %s is closed", err, listener.Addr())
	}
}

// TestAPanicIsOneRequestsFailure and in the log, with no more harm done.
func TestAPanicIsOneRequestsFailure(t *testing.T) {
	listener := bind(t)
	log, logs := logged()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("/broken", func(http.ResponseWriter, *http.Request) { panic("broken on purpose") })
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { answerText(w, http.StatusOK, "well\n") })
	served := make(chan error, 1)
	go func() { served <- Serve(ctx, listener, mux, log) }()
	if _, _, err := fetch(t, listener, "/broken"); err == nil {
		t.Error("a panic was answered")
	}
	if code, text, err := fetch(t, listener, "/"); code != 200 || text != "well\n" || err != nil {
		t.Errorf("afterwards: %d %q %v", code, text, err)
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
	if all := logs.All(); len(all) != 1 || !strings.Contains(all[0].Message, "broken on purpose") {
		t.Errorf("logged %v", all)
	}
}

// TestServedForReal asks every page of a server, not of a handler.
func TestServedForReal(t *testing.T) {
	listener := bind(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	served := make(chan error, 1)
	d := &daemon{status: sick()}
	go func() { served <- Serve(ctx, listener, New(d.config()), zap.NewNop()) }()
	for _, path := range []string{"/", "/healthz", "/readyz", "/metrics", "/status.json"} {
		if code, _, err := fetch(t, listener, path); code != http.StatusOK || err != nil {
			t.Errorf("%s: %d, %v", path, code, err)
		}
	}
	stop()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
