package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"deliverd/internal/object"
)

// The exit codes; they are an API (README).
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitNotAsShould = 3 // found or delivered, but not as it should be
	exitHeld        = 4 // held or waiting
	exitInterrupted = 130
)

// app is what every command works with.
type app struct {
	stdout, stderr io.Writer
	now            func() time.Time
	json           bool
	lockWait       time.Duration // how long deliver waits for another process that works on the account
	lookAtMost     time.Duration // how long plan and status look at one account
	freeSpace      func(dir string) (uint64, error)
	code           int  // the exit code of a command that ended without error
	stopped        bool // the command was to run until it is stopped, and stopped as it should
}

func newApp(stdout, stderr io.Writer) *app {
	return &app{stdout: stdout, stderr: stderr, now: time.Now, lockWait: 30 * time.Second, lookAtMost: 30 * time.Second, freeSpace: freeSpace}
}

// run is the program but for its process: it returns the exit code.
func (a *app) run(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case ctx.Err() != nil && !a.stopped:
		a.interrupted(err)
		return exitInterrupted
	case err != nil:
		return a.fail(err)
	default:
		return a.code
	}
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "deliverd",
		Short:         "delivers Tencent Cloud bills as FOCUS CSV files into COS buckets",
		SilenceErrors: true, SilenceUsage: true,
		Args: knownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "deliverd delivers Tencent Cloud bills as FOCUS CSV files into COS buckets.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 usage or configuration, 3 found or delivered but not\nas it should be, 4 held or waiting, 130 interrupted.",
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err: err, try: "deliverd help"} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.runCommand(), a.deliverCommand(), a.planCommand(), a.statusCommand(), a.verifyCommand(), a.checkCommand(), a.validateCommand(), a.metadataCommand(),
		a.ledgerCommand(), a.bucketCommand(), a.demoCommand(), a.rehearseCommand(), a.printConfigCommand(), a.versionCommand())
	return root
}

// usageError is a mistake of the caller.
type usageError struct {
	err error
	try string
}

func usage(try, format string, args ...any) error {
	return usageError{err: fmt.Errorf(format, args...), try: try}
}

func (e usageError) Error() string  { return e.err.Error() }
func (e usageError) Unwrap() error  { return e.err }
func (e usageError) Remedy() string { return e.try }

// knownCommand is the argument rule of deliverd alone: what is left over is no
// command.
func knownCommand(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("deliverd help", "unknown command %q", args[0])
	}
	return nil
}

// exact is an argument rule: exactly n arguments, else a usage error.
func exact(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("deliverd help "+cmd.Name(), "%s takes %d arguments, got %d", cmd.Name(), n, len(args))
		}
		return nil
	}
}

// fail prints an error and what to do about it, and returns the exit code.
func (a *app) fail(err error) int {
	for i, line := range strings.Split(strings.TrimRight(err.Error(), "\n"), "\n") {
		if i == 0 {
			line = "deliverd: " + line
		}
		fmt.Fprintln(a.stderr, line)
	}
	if try := remedy(err); try != "" {
		fmt.Fprintln(a.stderr, "try: "+try)
	}
	var mistake usageError
	if errors.As(err, &mistake) {
		return exitUsage
	}
	return exitFailed
}

// interrupted says what an interrupt left behind: nothing, unless the clean-up
// says otherwise.
func (a *app) interrupted(err error) {
	if !errors.Is(err, object.ErrUploadOpen) {
		fmt.Fprintln(a.stderr, "deliverd: interrupted; nothing is left half done")
		return
	}
	fmt.Fprintln(a.stderr, "deliverd: interrupted")
	fmt.Fprintln(a.stderr, err)
	fmt.Fprintln(a.stderr, "try: run deliver again: before all else it aborts what stayed open; nothing of it is visible")
}

func remedy(err error) string {
	var remedied interface{ Remedy() string }
	if errors.As(err, &remedied) {
		return remedied.Remedy()
	}
	return ""
}

// worst keeps the exit code that applies first of 1, 4, 3, 0.
func worst(a, b int) int {
	for _, code := range []int{exitFailed, exitHeld, exitNotAsShould} {
		if a == code || b == code {
			return code
		}
	}
	return exitDone
}
