package ledger

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

func TestALockHasOneHolder(t *testing.T) {
	dir := t.TempDir()
	first, err := LockAccount(t.Context(), dir, "200020002001", 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = LockAccount(t.Context(), dir, "200020002001", time.Millisecond)
	var held *HeldError
	if !errors.As(err, &held) {
		t.Fatalf("the second holder got %v, want a HeldError", err)
	}
	if want := fmt.Sprintf("process %d", os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("%q does not name the holder, %s", err, want)
	}
	other, err := LockAccount(t.Context(), dir, "200020002002", 0)
	if err != nil {
		t.Fatalf("another account: %v", err)
	}
	defer other.Release()
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := LockAccount(t.Context(), dir, "200020002001", 0)
	if err != nil {
		t.Fatalf("after the release: %v", err)
	}
	defer again.Release()
}

func TestWaitingForALockEndsWithTheContext(t *testing.T) {
	dir := t.TempDir()
	first, err := LockAccount(t.Context(), dir, "1", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Release()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := LockAccount(ctx, dir, "1", time.Hour); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
