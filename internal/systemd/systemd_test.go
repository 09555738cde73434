package systemd

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// manager is the service manager's end of the socket.
type manager struct {
	t    *testing.T
	conn *net.UnixConn
}

func listen(t *testing.T) *manager {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "")
	t.Setenv("WATCHDOG_PID", "")
	return &manager{t, conn}
}

func (m *manager) next() string {
	m.t.Helper()
	if err := m.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		m.t.Fatal(err)
	}
	var message [4096]byte
	n, err := m.conn.Read(message[:])
	if err != nil {
		m.t.Fatal(err)
	}
	return string(message[:n])
}

func TestWhatIsTold(t *testing.T) {
	for _, test := range []struct {
		name string
		tell func() error
		want string
	}{
		{"ready", func() error { return Ready("3 accounts") }, `READY=1\nSTATUS=3 accounts`},
		{"reloading", Reloading, `RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]*`},
		{"stopping", func() error { return Stopping("2 deliveries finish") }, `STOPPING=1\nSTATUS=2 deliveries finish`},
		{"status", func() error { return Status("at work") }, `STATUS=at work`},
		{"a status is one line", func() error { return Status("bad\nREADY=1") }, `STATUS=bad READY=1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := listen(t)
			if err := test.tell(); err != nil {
				t.Fatal(err)
			}
			if got := m.next(); !regexp.MustCompile("^" + test.want + "$").MatchString(got) {
				t.Errorf("got %q, want %s", got, test.want)
			}
		})
	}
}

func TestWithoutAServiceManager(t *testing.T) {
	listen(t)
	t.Setenv("NOTIFY_SOCKET", "")
	dead := func() error { t.Error("asked whether it is alive"); return nil }
	if err := errors.Join(Ready(""), Reloading(), Stopping(""), Status(""), Watch(t.Context(), dead)); err != nil {
		t.Error(err)
	}
}

func TestAManagerThatIsGone(t *testing.T) {
	listen(t)
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "none"))
	t.Setenv("WATCHDOG_USEC", "1000000")
	for name, tell := range map[string]func() error{
		"ready": func() error { return Ready("") },
		"watch": func() error { return Watch(t.Context(), func() error { return nil }) },
	} {
		if err := tell(); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: got %v, want that the socket is not there", name, err)
		}
	}
}

// TestTheWatchdogIsFedOnlyWhileAlive: a loop that hangs three times over is not
// fed for; then it goes round again and is, until the context ends.
func TestTheWatchdogIsFedOnlyWhileAlive(t *testing.T) {
	m := listen(t)
	t.Setenv("WATCHDOG_USEC", "2000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()))
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var asked atomic.Int64
	watched := make(chan error)
	go func() {
		watched <- Watch(ctx, func() error {
			if n := asked.Add(1); n <= 3 {
				return fmt.Errorf("hangs, asked for the %d. time", n)
			}
			return nil
		})
	}()
	for range 3 {
		if got := m.next(); got != "WATCHDOG=1" {
			t.Errorf("got %q", got)
		}
		if n := asked.Load(); n <= 3 {
			t.Errorf("fed while the loop hangs (asked %d times)", n)
		}
	}
	stop()
	if err := <-watched; err != nil {
		t.Error(err)
	}
}

func TestTheWatchdogOfAnotherProcessIsNotFed(t *testing.T) {
	listen(t)
	t.Setenv("WATCHDOG_USEC", "2000")
	t.Setenv("WATCHDOG_PID", strconv.Itoa(os.Getpid()+1))
	if err := Watch(t.Context(), func() error { t.Error("asked"); return nil }); err != nil {
		t.Error(err)
	}
}

func TestAWatchdogThatCannotBeRead(t *testing.T) {
	listen(t)
	t.Setenv("WATCHDOG_USEC", "soon")
	if err := Watch(t.Context(), func() error { return nil }); err == nil {
		t.Error("no error")
	}
}
