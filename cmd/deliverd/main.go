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

func main() { os.Exit(newApp(os.Stdout, os.Stderr).process(os.Args[1:])) }

// process runs the app as this process: the first signal stops it, a second one
// kills it.
func (a *app) process(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		<-ctx.Done()
		stop()
	}()
	return a.run(ctx, args)
}
