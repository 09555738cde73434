package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// The test binary is deliverd itself when it is started with these set.
const (
	asProgram = "DELIVERD_TEST_PROGRAM"
	fileLimit = "DELIVERD_TEST_FILE_LIMIT" // bytes that any one file may have
	startTime = "DELIVERD_TEST_START_TIME" // what the clock shows when the program begins
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) == "" {
		os.Exit(m.Run())
	}
	if limit, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64); err == nil {
		signal.Ignore(syscall.SIGXFSZ) // the write fails instead
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			panic(err)
		}
	}
	a := newApp(os.Stdout, os.Stderr)
	if start, err := time.Parse(time.RFC3339, os.Getenv(startTime)); err == nil {
		began := time.Now()
		a.now = func() time.Time { return start.Add(time.Since(began)) }
	}
	os.Exit(a.process(os.Args[1:]))
}
