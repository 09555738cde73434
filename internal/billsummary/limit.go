package billsummary

import (
	"sync"
	"time"
)

// limiter lets a key ask for each action so many times in any second. A
// request that is refused does not count.
type limiter struct {
	mu    sync.Mutex
	asked map[asker]*window
}

type asker struct{ secretID, action string }

// window are the moments of the last requests, in a ring.
type window struct {
	moments []time.Time
	next    int // the oldest
}

// take takes note of one more request, or refuses it.
func (l *limiter) take(who asker, most int, now time.Time) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.asked[who]
	if w == nil {
		w = &window{moments: make([]time.Time, most)}
		if l.asked == nil {
			l.asked = map[asker]*window{}
		}
		l.asked[who] = w
	}
	if oldest := w.moments[w.next]; !oldest.IsZero() && now.Sub(oldest) < time.Second {
		return fail(codeRequestLimitExceeded, "Your current request times equals to `%d` in a second, which exceeds the frequency limit `%d` for a second. "+
			"Please reduce the frequency of calls.", most+1, most)
	}
	w.moments[w.next] = now
	w.next = (w.next + 1) % most
	return nil
}
