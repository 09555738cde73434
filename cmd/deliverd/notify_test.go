package main

import (
	"net"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestTheServiceManagerIsTold what the daemon does, in its order.
func TestTheServiceManagerIsTold(t *testing.T) {
	s := newSite(t)
	s.configure(sinceNovember)
	path := filepath.Join(s.dir, "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	d := s.daemon("NOTIFY_SOCKET="+path, "WATCHDOG_USEC=", "WATCHDOG_PID=")
	told := func(want string) {
		t.Helper()
		if err := socket.SetReadDeadline(time.Now().Add(patience)); err != nil {
			t.Fatal(err)
		}
		var message [4096]byte
		n, err := socket.Read(message[:])
		if got := string(message[:n]); err != nil || !strings.HasPrefix(got, want) {
			t.Fatalf("got %q, %v, want %q", got, err, want)
		}
	}
	told("READY=1\nSTATUS=1 accounts")
	d.wait(`"delivered"`, "20251103.CSV")
	d.signal(syscall.SIGHUP)
	told("RELOADING=1\n")
	told("READY=1\nSTATUS=1 accounts")
	d.signal(syscall.SIGTERM)
	told("STOPPING=1")
	d.ends(exitDone)
}

// TestASIGHUPWhileStarting does not kill: the ledger has not answered yet.
func TestASIGHUPWhileStarting(t *testing.T) {
	s := newSite(t)
	ledger, asked := silent(t)
	s.configure("ledger: \"postgres://u:p@" + ledger + "/d?sslmode=disable\"\n")
	d := s.daemon()
	<-asked
	d.signal(syscall.SIGHUP)
	d.signal(syscall.SIGTERM)
	d.ends(exitDone)
}
