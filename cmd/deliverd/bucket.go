package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/cosdest/cosserver"
)

type bucketFlags struct {
	dir, listen, name, secretID, secretKeyFile string
	faults                                     []string
	listFaults                                 bool
}

func (a *app) bucketCommand() *cobra.Command {
	var f bucketFlags
	cmd := &cobra.Command{
		Use:   "bucket --dir D --listen 127.0.0.1:0 --bucket NAME-APPID --secret-id ID --secret-key-file F",
		Short: "serve a COS bucket from a folder, for trying things without a cloud account",
		Long: "bucket serves the folder as one COS bucket: signatures are verified, objects appear as a\n" +
			"whole. It prints `listening http://IP:PORT` when it is ready and runs until interrupted.\n" +
			"It has no TLS: listen on loopback.",
		Args: exact(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.listFaults {
				return a.printFaults()
			}
			return a.serveBucket(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.dir, "dir", "", "the folder that holds the objects; made when it is missing")
	flags.StringVar(&f.listen, "listen", "127.0.0.1:0", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.name, "bucket", "demo-1250000000", "name of the bucket, NAME-APPID")
	flags.StringVar(&f.secretID, "secret-id", "", "the secret id that may use the bucket")
	flags.StringVar(&f.secretKeyFile, "secret-key-file", "", "file with the secret key")
	flags.StringSliceVar(&f.faults, "fault", nil, "fail on purpose: NAME or NAME:COUNT of --list-faults; may be given more than once")
	flags.BoolVar(&f.listFaults, "list-faults", false, "print the faults that --fault knows")
	flags.BoolVar(&a.json, "json", false, "print JSON")
	return cmd
}

func (a *app) serveBucket(ctx context.Context, f bucketFlags) error {
	for _, needed := range []struct{ flag, value string }{{"--dir", f.dir}, {"--secret-id", f.secretID}, {"--secret-key-file", f.secretKeyFile}} {
		if needed.value == "" {
			return usage("deliverd help bucket", "%s is missing", needed.flag)
		}
	}
	key, err := os.ReadFile(f.secretKeyFile)
	if err != nil {
		return usage("--secret-key-file with a readable file", "secret key: %w", err)
	}
	faults := cosserver.NewFaults()
	for _, fault := range f.faults {
		if err := faults.Arm(fault); err != nil {
			return usage("deliverd bucket --list-faults", "--fault %s: %w", fault, err)
		}
	}
	server, err := cosserver.New(cosserver.Config{
		Dir: f.dir, Bucket: f.name, SecretID: f.secretID, SecretKey: strings.TrimSpace(string(key)), Faults: faults,
	})
	if err != nil {
		return err
	}
	url, wait, err := serve(ctx, f.listen, server)
	if err != nil {
		return err
	}
	if a.json { // in one line, for whoever waits for it
		fmt.Fprintf(a.stdout, "{\"listening\": %q}\n", url)
		return wait()
	}
	fmt.Fprintf(a.stdout, "listening %s\n", url)
	return wait()
}

// serve binds an address, serves the handler on it until the context ends, and
// returns where it listens and how to wait for the end.
func serve(ctx context.Context, address string, handler http.Handler) (url string, wait func() error, err error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	wait = func() error {
		select {
		case err := <-served:
			return err
		case <-ctx.Done():
		}
		stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		err := server.Shutdown(stopping)
		if errors.Is(err, context.DeadlineExceeded) {
			err = server.Close() // a connection that was opened and never used passes for a busy one
		}
		if served := <-served; !errors.Is(served, http.ErrServerClosed) {
			err = errors.Join(err, served)
		}
		return err
	}
	return "http://" + listener.Addr().String(), wait, nil
}

// faultJSON is the stable shape of one fault (docs/json.md).
type faultJSON struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

func (a *app) printFaults() error {
	faults := cosserver.FaultNames()
	if a.json {
		shape := make([]faultJSON, len(faults))
		for i, fault := range faults {
			shape[i] = faultJSON(fault)
		}
		return a.printJSON(shape)
	}
	for _, fault := range faults {
		fmt.Fprintf(a.stdout, "%-28s %s\n", fault.Name, fault.About)
	}
	return nil
}
