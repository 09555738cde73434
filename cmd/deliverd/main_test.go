package main

import (
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"testing"
)

// The test binary is deliverd itself when it is started with these set.
const (
	asProgram = "DELIVERD_TEST_PROGRAM"
	fileLimit = "DELIVERD_TEST_FILE_LIMIT" // bytes that any one file may have
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
	main()
}
