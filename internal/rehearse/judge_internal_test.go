package rehearse

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/object"
	"deliverd/internal/period"
	"deliverd/internal/schedule"
)

// TestJudgeFinds spoils a bucket that ended as it should: a rehearsal that finds
// nothing wrong must have been able to.
func TestJudgeFinds(t *testing.T) {
	const uin, first, second = "200020002001", "FOCUS-bill_details-200020002001-20260210.CSV", "FOCUS-bill_details-200020002001-20260211.CSV"
	replace := func(t *testing.T, b *bucket, key, content string, meta map[string]string) {
		t.Helper()
		if _, err := b.Put(t.Context(), key, strings.NewReader(content), object.PutOptions{Replace: true, Meta: meta}); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		name  string
		spoil func(*testing.T, *rehearsal, *bucket)
		want  []string
	}{
		{"nothing", func(*testing.T, *rehearsal, *bucket) {}, nil},
		{"a deleted object", func(_ *testing.T, _ *rehearsal, b *bucket) { b.Delete(first) }, []string{"missing " + first}},
		{"half a file", func(t *testing.T, _ *rehearsal, b *bucket) {
			content, _ := b.Content(first)
			replace(t, b, first, string(content[:len(content)/2]), b.Objects()[0].Meta)
		}, []string{"partial " + first, "unproved " + first}},
		{"a file without metadata", func(t *testing.T, _ *rehearsal, b *bucket) {
			content, _ := b.Content(first)
			replace(t, b, first, string(content), nil)
		}, []string{"partial " + first}},
		{"an object that nobody delivered", func(t *testing.T, _ *rehearsal, b *bucket) { replace(t, b, "other", "text", nil) }, []string{"extra other"}},
		{"a file that was not called for", func(_ *testing.T, r *rehearsal, b *bucket) {
			r.accounts[0].wanted[period.Daily].spans[0].on = r.clock.Now()
			delete(b.held, second)
			r.pending = []landing{{r.accounts[0], second}}
			r.landed(r.accounts[0])
		}, []string{"extra " + second, "partial " + second}}, // the source has more by now
		{"too few rows", func(t *testing.T, r *rehearsal, b *bucket) {
			content, _ := b.Content(second)
			header, _, _ := strings.Cut(string(content), "\n")
			replace(t, b, second, header+"\n", b.Objects()[1].Meta)
			r.pending = []landing{{r.accounts[0], second}}
			r.landed(r.accounts[0])
		}, []string{"partial " + second, "partial " + second, "unproved " + second}},
		{"a killed upload", func(t *testing.T, r *rehearsal, b *bucket) {
			r.killIn, r.node = 2, &node{die: func(error) {}}
			defer func() { r.killed, r.node = false, nil }()
			_, err := b.Put(t.Context(), first, strings.NewReader("x"), object.PutOptions{Replace: true})
			if !errors.Is(err, membucket.ErrKilled) {
				t.Fatal(err)
			}
		}, []string{"open upload " + first}},
		{"a ledger that was lost", func(_ *testing.T, r *rehearsal, _ *bucket) { r.state = filepath.Join(r.state, "elsewhere") },
			[]string{"unproved " + first, "unproved " + second}},
	} {
		t.Run(test.name, func(t *testing.T) {
			at, err := schedule.Parse("0 3 * * *", period.Zone)
			if err != nil {
				t.Fatal(err)
			}
			from := time.Date(2026, 2, 10, 0, 0, 0, 0, period.Zone)
			r := newRehearsal(Config{Zone: period.Zone, From: from, To: from.AddDate(0, 0, 3), Accounts: []Account{{
				Account: delivery.Account{UIN: uin, Currency: "USD"}, Bucket: "memory", Freshness: 12 * time.Hour,
				Cadences: map[period.Cadence]Cadence{period.Daily: {At: at, Enabled: true}, period.Monthly: {At: at}},
			}}}, t.TempDir())
			if err := errors.Join(r.run(t.Context()), r.node.close()); err != nil {
				t.Fatal(err)
			}
			r.node, r.killed = nil, false
			test.spoil(t, r, r.accounts[0].bucket)
			if err := r.judge(t.Context()); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range r.report.Wrong {
				got = append(got, w.Kind+" "+w.Key)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s%v", diff, r.report.Wrong)
			}
		})
	}
}

func TestClock(t *testing.T) {
	begin := time.Date(2026, 2, 10, 0, 0, 0, 0, time.UTC)
	c := &clock{now: begin}
	fired, _ := c.Timer(time.Hour)
	stopped, stop := c.Timer(time.Hour)
	at := func(channel <-chan time.Time) time.Time {
		select {
		case now := <-channel:
			return now
		default:
			return time.Time{}
		}
	}
	c.set(begin.Add(59 * time.Minute))
	if got := at(fired); !got.IsZero() {
		t.Errorf("fired at %s, before its time", got)
	}
	if !stop() || stop() {
		t.Error("stop does not say whether the timer was running")
	}
	c.set(begin.Add(2 * time.Hour))
	if got := at(fired); !got.Equal(begin.Add(2 * time.Hour)) {
		t.Errorf("fired at %s", got)
	}
	if got := at(stopped); !got.IsZero() {
		t.Errorf("a stopped timer fired at %s", got)
	}
}
