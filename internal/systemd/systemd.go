// Package systemd tells the service manager how the daemon is: started, at
// work, reading its configuration anew, stopping; and feeds its watchdog.
//
// It knows the protocol of sd_notify (a unit of Type=notify). It does not know
// what is told: when the daemon is ready, and whether it is alive, is for the
// caller to say. Where there is no service manager, nothing is told and nothing
// fails.
package systemd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ready says that the daemon is at work, at start and after [Reloading]; status
// is a line for `systemctl status`.
func Ready(status string) error { return notify(daemon.SdNotifyReady, statusLine(status)) }

// Reloading says that the configuration is being read. [Ready] must follow,
// whether it was taken or not.
func Reloading() error {
	return notify(daemon.SdNotifyReloading, strings.TrimSpace(daemon.SdNotifyMonotonicUsec()))
}

// Stopping says that the daemon has begun to stop.
func Stopping(status string) error { return notify(daemon.SdNotifyStopping, statusLine(status)) }

// Status changes the line in `systemctl status`.
func Status(status string) error { return notify(statusLine(status)) }

// Watch feeds the watchdog, if the unit has one, twice in the time after which
// it bites, as long as alive returns nil: a process whose loop hangs is
// restarted although it runs. It returns when the context ends; an error means
// that the watchdog cannot be fed at all.
func Watch(ctx context.Context, alive func() error) error {
	bites, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		return fmt.Errorf("systemd watchdog: %w", err)
	}
	if bites == 0 {
		return nil
	}
	ticker := time.NewTicker(max(bites/2, time.Microsecond))
	defer ticker.Stop()
	for {
		if alive() == nil {
			if err := notify(daemon.SdNotifyWatchdog); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// statusLine keeps a line a line: the protocol is one assignment in each.
func statusLine(status string) string { return "STATUS=" + strings.Join(strings.Fields(status), " ") }

func notify(assignments ...string) error {
	if _, err := daemon.SdNotify(false, strings.Join(assignments, "\n")); err != nil {
		return fmt.Errorf("tell systemd: %w", err)
	}
	return nil
}
