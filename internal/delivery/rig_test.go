package delivery_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"deliverd/internal/bill"
	"deliverd/internal/cosdest/buckettest"
	"deliverd/internal/delivery"
	"deliverd/internal/delivery/membucket"
	"deliverd/internal/object"
	"deliverd/internal/period"
	"deliverd/internal/sample"
	"deliverd/internal/snapshot"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const uin = "200020002001"

// source is a bill in memory.
type source struct {
	lines   []bill.Line
	through period.Day // what it covers; zero: all of any month
	reading bill.Reading

	// before, when set, is called at each read, numbered from 1; its error is
	// the read's after the first lines.
	before func(s *source, read int) error

	reads int
	asked []bill.Request
}

func (s *source) Read(ctx context.Context, want bill.Request, emit func(*bill.Line) error) (bill.Reading, error) {
	s.reads++
	s.asked = append(s.asked, want)
	var torn error
	if s.before != nil {
		torn = s.before(s, s.reads)
	}
	through := s.through
	if through.IsZero() {
		through = want.Month.Last()
	}
	for i := range s.lines {
		if torn != nil && i == len(s.lines)/2 {
			return bill.Reading{}, torn
		}
		line := s.lines[i]
		if err := emit(&line); err != nil {
			return bill.Reading{}, err
		}
	}
	if torn != nil || ctx.Err() != nil {
		return bill.Reading{}, errors.Join(torn, ctx.Err())
	}
	reading := s.reading
	reading.Source, reading.Through, reading.Lines = "memory", through, int64(len(s.lines))
	return reading, nil
}

// rig is one account with a source, a bucket in memory and a state folder.
type rig struct {
	t       *testing.T
	source  *source
	bucket  *membucket.Bucket
	state   string
	store   *snapshot.Store
	options delivery.Options
	account delivery.Account
	edit    func(*delivery.Config)

	mu    sync.Mutex
	steps []membucket.Step
	fault func(membucket.Step, string) error
}

func ownAccount() delivery.Account {
	return delivery.Account{UIN: uin, Prefix: "bills/", GroupAdmin: true, Currency: "USD"}
}

// newRig delivers the lines of a bill; without a bill there are none.
func newRig(t *testing.T, lines []bill.Line) *rig {
	t.Helper()
	r := &rig{t: t, source: &source{lines: lines}, state: t.TempDir(), account: ownAccount()}
	r.bucket = membucket.New(membucket.Config{Fault: r.step})
	return r
}

func (r *rig) step(step membucket.Step, key string) error {
	r.mu.Lock()
	r.steps = append(r.steps, step)
	fault := r.fault
	r.mu.Unlock()
	if fault != nil {
		return fault(step, key)
	}
	return nil
}

// took gives the bucket's steps since it was last called.
func (r *rig) took() []membucket.Step {
	r.mu.Lock()
	defer r.mu.Unlock()
	steps := r.steps
	r.steps = nil
	return steps
}

// deliverer is a new one: what one run of the program has.
func (r *rig) deliverer() *delivery.Deliverer {
	r.t.Helper()
	if r.store == nil {
		var err error
		if r.store, err = snapshot.NewStore(snapshot.Config{Dir: r.state}); err != nil {
			r.t.Fatal(err)
		}
	}
	cfg := delivery.Config{
		Account: r.account, Layout: bill.Layout{Version: "1.2"}, Conformance: delivery.HoldNonconforming, Source: r.source, Bucket: r.bucket, Snapshots: r.store, Options: r.options,
	}
	if r.edit != nil {
		r.edit(&cfg)
	}
	d, err := delivery.New(cfg)
	if err != nil {
		r.t.Fatal(err)
	}
	return d
}

// deliver runs once for each of the periods, as one run of the program does.
func (r *rig) deliver(periods ...string) []delivery.Outcome {
	r.t.Helper()
	d := r.deliverer()
	var outcomes []delivery.Outcome
	for _, p := range periods {
		out, err := d.Deliver(r.t.Context(), want(r.t, p))
		if (err != nil) != (out.Result == delivery.Failed) || out.Result == delivery.Failed && !errors.Is(out.Err, err) {
			r.t.Errorf("%s: the outcome is %s (%v), the error %v", p, out.Result, out.Err, err)
		}
		outcomes = append(outcomes, out)
	}
	return outcomes
}

// must is deliver of one period with the result it must have.
func (r *rig) must(result delivery.Result, p string) delivery.Outcome {
	r.t.Helper()
	out := r.deliver(p)[0]
	if out.Result != result {
		r.t.Fatalf("%s: got %s (%v, %v), want %s", p, out.Result, out.Err, out.Reasons, result)
	}
	return out
}

// content is the object of a period, "" when there is none.
func (r *rig) content(p string) string {
	r.t.Helper()
	body, err := r.bucket.Get(context.WithoutCancel(r.t.Context()), r.account.Key(when(r.t, p)))
	if errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	if err != nil {
		r.t.Fatal(err)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(text)
}

// meta is the metadata of a period's object.
func (r *rig) meta(p string) map[string]string {
	r.t.Helper()
	o, err := r.bucket.Stat(r.t.Context(), r.account.Key(when(r.t, p)))
	if err != nil {
		r.t.Fatal(err)
	}
	return o.Meta
}

// put stores an object that deliverd did not write.
func (r *rig) put(p, content string, meta map[string]string) {
	r.t.Helper()
	_, err := r.bucket.Put(r.t.Context(), r.account.Key(when(r.t, p)), strings.NewReader(content), object.PutOptions{Replace: true, Meta: meta})
	if err != nil {
		r.t.Fatal(err)
	}
}

// checkTidy fails when an upload is open or the state folder holds more than
// finished snapshots, two a month.
func (r *rig) checkTidy() {
	r.t.Helper()
	buckettest.CheckNoOpenUpload(r.t, r.bucket)
	checkState(r.t, r.state)
}

func checkState(t *testing.T, dir string) {
	t.Helper()
	months := map[string]int{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && !strings.Contains(entry.Name(), "tmp") {
			return err
		}
		if !strings.HasSuffix(entry.Name(), ".bill") {
			t.Errorf("left in the state folder: %s", path)
		}
		months[filepath.Dir(path)+"/"+entry.Name()[:len("202511")]]++
		return nil
	})
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for month, n := range months {
		if n > 2 {
			t.Errorf("%d snapshots of %s, want two at most", n, month)
		}
	}
}

// when reads 2025-11-17 as a daily period and 2025-11 as a monthly one.
func when(t *testing.T, p string) period.Period {
	t.Helper()
	if m, err := period.ParseMonth(p); err == nil {
		return period.MonthlyOf(m)
	}
	d, err := period.ParseDay(p)
	if err != nil {
		t.Fatal(err)
	}
	return period.DailyOf(d)
}

// want is the delivery of a period, due three hours after its end.
func want(t *testing.T, p string) delivery.Delivery {
	t.Helper()
	return delivery.Delivery{Period: when(t, p), Due: when(t, p).Through.End().Add(3 * time.Hour)}
}

func day(t *testing.T, s string) period.Day {
	t.Helper()
	return when(t, s).Through
}

// invent is a sample bill of November 2025.
func invent(t *testing.T, lines int, seed uint64) []bill.Line {
	t.Helper()
	b := sample.Bill{UIN: uin, Month: when(t, "2025-11").Month(), Lines: lines, Seed: seed, Members: 2}
	all := make([]bill.Line, 0, lines)
	for l := range b.All() {
		all = append(all, *l)
	}
	return all
}
