// Command deliverd delivers Tencent Cloud bills, as FOCUS CSV files, into COS
// buckets and proves what it put there. `deliverd help` lists its commands,
// the README says who it is for, internal/delivery is its core.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop() // a second signal kills
	}()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
